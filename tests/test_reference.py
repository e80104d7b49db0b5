"""Every closed-form statistic against R: reference/statistics.R, its values in reference/statistics_*.csv.

The values of the sample are compared always, those of the real July list where it is at hand. When a list has
changed, `python tests/reference/make_reference.py` computes them again.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import acquire
import prepare
from explore import compare_groups, compare_quartiles, correlation_tests, describe_distributions
from tiktok.explore.correlations import COEFFICIENTS
from tiktok.explore.months import HEADLINES, correlations_by_month
from tiktok.explore.profiles import compare_profiles
from tiktok.explore.regression_to_mean import split_variance
from tiktok.lists.columns import METRICS
from tiktok.model.elasticities import diagnose_ols, fit_elasticities, measure_vif
from tiktok.prepare.profile import profile_features

REFERENCE = Path(__file__).parent / "reference"
WHOLES = ("engagement", "interactions")
FLAGS = ("name_not_latin", "name_has_emoji", "handle_has_dot", "handle_has_digit", "says_official")
REGRESSIONS = {
    "engagement": ("subscribers", *FLAGS),
    "interactions": ("subscribers", "views"),
    "shares": ("subscribers", "views", "likes", "comments"),
}


@pytest.fixture(scope="module", params=["sample", pytest.param("july", marks=pytest.mark.real_data)])
def list_and_reference(request):
    """A cleaned list, and what R says of it: a Series by (what, target, feature)."""
    if request.param == "sample":
        raw = acquire.get_tiktokers("2022-07", source="sample")
    else:
        folder = request.getfixturevalue("real_data_dir")
        raw = acquire.get_tiktokers("2022-07", source="local", data_dir=folder)
    path = REFERENCE / f"statistics_{request.param}.csv"
    if raw.attrs["provenance"]["sha256"] not in path.read_text(encoding="utf-8"):
        pytest.fail(f"{path.name} is of another list: run python tests/reference/make_reference.py")
    reference = pd.read_csv(path, comment="#", keep_default_na=False)
    return prepare.clean(raw, month="2022-07"), reference.set_index(["what", "target", "feature"])["value"]


def assert_as_in_r(computed, reference):
    """Compare a mapping of (what, target, feature) to values with R's, to 1e-8 relative."""
    computed = pd.Series(computed, dtype=float)
    expected = reference.loc[computed.index]
    np.testing.assert_allclose(
        computed, expected, rtol=1e-8, atol=1e-300, err_msg=str(computed.index.tolist())
    )


def rows_as_mapping(table, columns, target, feature):
    """Name each value of some columns of a table by (what, target, feature)."""
    return {
        (what, getattr(row, target) if target else "", getattr(row, feature)): getattr(row, column)
        for row in table.itertuples()
        for column, what in columns.items()
    }


def test_cleaning_leaves_as_many_creators_as_r_was_given(list_and_reference):
    df, reference = list_and_reference
    assert len(df) == reference["rows", "", ""]


@pytest.mark.parametrize("target", HEADLINES)
@pytest.mark.parametrize("correction", ["holm", "fdr_bh"])
def test_correlations_their_intervals_and_adjusted_p(list_and_reference, target, correction):
    df, reference = list_and_reference
    tests = correlation_tests(df, target, HEADLINES[target], correction=correction)
    ends = ("", "_low", "_high", "_p", f"_p_{correction}")
    columns = {f"{coefficient}{end}": f"{coefficient}{end}" for coefficient in COEFFICIENTS for end in ends}
    assert_as_in_r(rows_as_mapping(tests, columns, "target", "feature"), reference)


def test_correlations_by_month_are_those_of_the_month(list_and_reference):
    df, reference = list_and_reference
    by_month = correlations_by_month({"2022-07": df})
    for coefficient in COEFFICIENTS:
        rows = by_month[by_month["coefficient"] == coefficient]
        ends = {"value": "", "low": "_low", "high": "_high", "p": "_p", "p_holm": "_p_holm"}
        columns = {column: f"{coefficient}{end}" for column, end in ends.items()}
        assert_as_in_r(rows_as_mapping(rows, columns, "target", "feature"), reference)


@pytest.mark.parametrize("whole", WHOLES)
def test_groups_by_mann_whitney_and_brunner_munzel(list_and_reference, whole):
    df, reference = list_and_reference
    top = df[whole] >= df[whole].quantile(0.75)
    groups = compare_groups(df.assign(top=top, whole=whole), "top", METRICS).assign(whole=whole)
    columns = {name: name for name in ("superiority", "superiority_low", "superiority_high")}
    columns |= {"p": "superiority_p", "p_holm": "superiority_p_holm"}
    assert_as_in_r(rows_as_mapping(groups, columns, "whole", "feature"), reference)


@pytest.mark.parametrize("whole", WHOLES)
def test_quarters_by_kruskal_wallis(list_and_reference, whole):
    df, reference = list_and_reference
    quarters = compare_quartiles(df, whole, METRICS)
    columns = {"statistic": "kruskal", "p": "kruskal_p"}
    assert_as_in_r(rows_as_mapping(quarters, columns, "by", "feature"), reference)


def test_profiles_adjusted_over_all_questions(list_and_reference):
    df, reference = list_and_reference
    tests = compare_profiles({"2022-07": df})
    asked = tests[tests["reason"].eq("")]
    assert len(asked) == len(reference["mark"])
    columns = {"superiority": "mark", "low": "mark_low", "high": "mark_high"}
    columns |= {"p": "mark_p", "p_fdr_bh": "mark_p_fdr_bh"}
    assert_as_in_r(rows_as_mapping(asked, columns, "outcome", "profile"), reference)


def test_skewness(list_and_reference):
    df, reference = list_and_reference
    shapes = describe_distributions(df, [*METRICS, *WHOLES])
    columns = {"skew": "skew", "skew_log": "skew_log"}
    assert_as_in_r(rows_as_mapping(shapes, columns, None, "column"), reference)


def fit_on_logs(df, target):
    return fit_elasticities(df.join(profile_features(df)), target, REGRESSIONS[target])


@pytest.mark.parametrize("target", REGRESSIONS)
def test_ols_on_logs_with_hc3_errors(list_and_reference, target):
    df, reference = list_and_reference
    results = fit_on_logs(df, target)
    interval = results.conf_int()
    values = {
        "ols": results.params,
        "ols_se": results.bse,
        "ols_p": results.pvalues,
        "ols_low": interval[0],
        "ols_high": interval[1],
    }
    computed = {(what, target, name): v for what, s in values.items() for name, v in s.items()}
    assert_as_in_r({**computed, ("ols_r2", target, ""): results.rsquared}, reference)


@pytest.mark.parametrize("target", REGRESSIONS)
def test_diagnostics_of_ols(list_and_reference, target):
    df, reference = list_and_reference
    results = fit_on_logs(df, target)
    logged = [f"log_{name}" if name in METRICS else name for name in REGRESSIONS[target]]
    vif = measure_vif(results)["vif"]
    assert_as_in_r({("vif", target, name): value for name, value in zip(logged, vif, strict=True)}, reference)
    checks = diagnose_ols(results).set_index("method")
    variance = checks.loc["Breusch–Pagan"]
    names = {("breusch_pagan", target, ""): "statistic", ("breusch_pagan_p", target, ""): "p"}
    assert_as_in_r({name: variance[column] for name, column in names.items()}, reference)
    # statsmodels takes powers of raw fitted values, which are nearly collinear: five digits are left of them.
    reset = checks.loc["RESET", ["statistic", "p"]].to_numpy(float)
    expected = reference[[("reset_hc3", target, ""), ("reset_hc3_p", target, "")]]
    np.testing.assert_allclose(reset, expected, rtol=1e-3)


def test_mixed_model_splits_variance_as_nlme_does(list_and_reference):
    _, reference = list_and_reference
    creator = np.arange(1, 31)
    panel = {
        f"2022-{month:02}": pd.DataFrame(
            {
                "handle": creator.astype(str),
                "likes": np.expm1(10 + np.sin(creator) + 0.5 * np.cos(7 * creator + 3 * month)),
            }
        )
        for month in range(1, 5)
    }
    split = split_variance(panel, "likes", resamples=10).iloc[0]
    expected = reference[["between", "within"]].to_numpy()
    np.testing.assert_allclose(split[["between", "within"]].to_numpy(float), expected, rtol=1e-7)
