"""What a helper returns shows itself in a fresh notebook, without the story's style."""

import nbformat
import numpy as np
import pandas as pd
import pytest

import acquire
import model
import prepare
from tiktok.report import run
from tiktok.tables import Results

SOURCES = {
    "image/svg+xml": (
        f"import sys; sys.path.insert(0, {str(run.PROJECT)!r})\n"
        "import acquire, explore, prepare\n"
        "creators = prepare.clean(acquire.get_tiktokers(source='sample'))\n"
        "explore.plot_distributions(creators, 'views')"
    ),
    "text/html": "explore.correlation_tests(creators, 'shares', ['views', 'likes'])",
    "text/plain": "prepare.label_success(prepare.split_creators(creators))",
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    path = tmp_path_factory.mktemp("fresh") / "fresh.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in SOURCES.values()]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return [cell.outputs[-1] for cell in run.run_notebook(path, "").cells]


@pytest.mark.slow
def test_a_fresh_kernel_shows_pictures_tables_and_splits(shown):
    for output, form in zip(shown, SOURCES, strict=True):
        assert form in output["data"]
    picture, table, split = shown
    assert picture["metadata"]["image/svg+xml"]["alt"].startswith("SYNTHETIC SAMPLE")
    assert " to " in table["data"]["text/html"]
    assert split["data"]["text/plain"].startswith("Split(train=605 creators (25% succeed), validate=")


def test_a_result_shows_a_value_with_its_interval_p_values_and_lists_of_names():
    shown = Results(
        {
            "feature": ["<b>", "b"], "r": [0.412, np.nan], "r_low": [0.36, np.nan], "r_high": [0.47, np.nan],
            "p_holm": [1e-9, 0.0412], "agree": [True, False], "why": [("x", "y"), ()],
        }
    )._repr_html_()  # fmt: skip
    for text in ("&lt;b&gt;", "0.41 (0.36 to 0.47)", "&lt;0.0001", "0.041", "yes", "no", "x and y", "n/a"):
        assert f"<td>{text}</td>" in shown
    assert "r_low" not in shown


def test_what_is_computed_from_a_result_is_a_plain_frame():
    table = Results({"a": [1.0, 2.0]})
    assert type(table[table["a"] > 1]) is pd.DataFrame
    assert type(table.assign(b=1)) is pd.DataFrame
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame({"a": [1.0, 2.0]}))


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.lognormal(size=(80, 3)), columns=["views", "likes", "age"])
    return frame.assign(handle=[f"c{i}" for i in range(80)], engagement=frame["views"] + frame["likes"])


def test_the_audit_takes_the_target_by_name_and_shows_itself(frame):
    audit = model.audit_leakage(frame, "engagement")
    assert "engagement = 1·views + 1·likes" in set(audit["formula"])
    assert "views and likes" in audit._repr_html_()
    assert "None" not in audit._repr_html_()
    with pytest.raises(model.ModelError, match="no column 'shares' to be the target"):
        model.audit_leakage(frame, "shares")


def test_a_regression_shows_its_table(frame):
    fitted = model.fit_ols(frame[["age"]], frame["views"])
    assert "<table" in fitted._repr_html_()
    assert "HC3" in fitted._repr_html_()


def test_a_model_of_ones_own_is_held_against_baseline_and_reference():
    listed = prepare.clean(acquire.get_tiktokers(source="sample"))
    split, own = prepare.split_creators(listed), {"mine": model.log_regressors()["OLS"]}
    compared = model.cross_validate_regressors(split, "engagement", ["subscribers"], own, folds=3, repeats=2)
    assert set(compared["model"]) == {"mean", "OLS", "mine"}
    mine = compared[compared["model"] == "mine"]
    assert (mine["over_reference"].abs() < 1e-9).all()
