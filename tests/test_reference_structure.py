"""What R says: see reference/structure.R, which computes the same the plain way."""

import shutil
import subprocess
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import prepare
from explore import compare_quartiles
from tiktok.explore import composition, influence, specification_curve
from tiktok.explore.earlier_claims import Claim
from tiktok.lists.columns import METRICS

REFERENCE = Path(__file__).parent / "reference"
SAMPLE = Path(__file__).parents[1] / "data" / "sample" / "2022-07.csv"
FEATURES = ["subscribers", "views", "likes", "comments"]


def clean(path):
    return prepare.clean(pd.read_csv(path, dtype=str, keep_default_na=False), month="2022-07")


def of_influence(df):
    x = df[FEATURES].to_numpy(float).T
    without = influence._without_each(x, np.broadcast_to(df["shares"], x.shape), np.ones(x.shape, bool))[1]
    for name, find in {"lowest": np.min, "highest": np.max, "mean": np.mean}.items():
        for feature, value in zip(FEATURES, find(without, axis=1), strict=True):
            yield ("leave_one_out", f"{feature} {name}"), value
    paths = influence.leave_creators_out(df, "shares", FEATURES, draws=2)
    for step in paths[paths["left_out"] > 0].itertuples():
        yield ("leave_out", f"{step.feature} {step.left_out}"), step.pearson


def of_composition(df):
    for part in composition.measure_composition(df).itertuples():
        for column in ("pooled", *composition.QUANTILES):
            yield (column, f"{part.whole} {part.part}"), getattr(part, column)
    parts = composition.correlate_parts(df)
    for part in parts[parts["against"] == composition.WITH_REST].itertuples():
        for column in ("pearson", "spearman", "pearson_log", "pearson_log_p"):
            yield (f"rest {column}", f"{part.whole} {part.part}"), getattr(part, column)


def of_quartiles(df):
    for by in ("engagement", "interactions"):
        for row in compare_quartiles(df, by, METRICS).itertuples():
            yield ("kruskal", f"{by} {row.feature}"), row.statistic
            yield ("kruskal_p", f"{by} {row.feature}"), row.p


def of_specifications(df):
    rules = ["without the top 1 %", "inside log fences", "winsorised"]
    claims = [Claim("shares", feature, True) for feature in FEATURES]
    for row in specification_curve.try_specifications({"2022-07": df}, claims, rules=rules).itertuples():
        if row.coefficient != "pearson_log":
            yield (f"{row.coefficient} {row.outliers}", row.feature), row.estimate
            yield (f"n {row.outliers}", row.feature), row.n


def assert_as_in_r(df, reference):
    ours = {("rows", "creators"): len(df)}
    for part in (of_influence, of_composition, of_quartiles, of_specifications):
        ours |= dict(part(df))
    theirs = reference.set_index(["what", "which"])["value"]
    assert set(ours) == set(theirs.index)
    np.testing.assert_allclose(
        [ours[key] for key in theirs.index],
        theirs,
        rtol=1e-8,
        atol=1e-14,
        err_msg="Where the sample has changed, run the R script again; its first lines say how.",
    )


def test_the_sample_gives_what_r_computes():
    assert_as_in_r(clean(SAMPLE), pd.read_csv(REFERENCE / "structure.csv"))


@pytest.mark.real_data
def test_the_real_july_gives_what_r_computes(real_data_dir):
    if not shutil.which("Rscript"):
        pytest.skip("R isn't installed; Debian has it as r-base-core")
    path = real_data_dir / "top_1000_tiktokers.csv"
    done = subprocess.run(
        ["Rscript", REFERENCE / "structure.R", path], capture_output=True, text=True, check=True
    )
    assert_as_in_r(clean(path), pd.read_csv(StringIO(done.stdout)))
