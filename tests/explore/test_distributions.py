import warnings

import numpy as np
import pandas as pd
import pytest
from heavy_tailed import heavy_tailed_list, list_to_draw
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from explore import describe_distributions, plot_distributions
from tiktok.figures import SYNTHETIC_MARK, UNITS, format_count

COUNTS = ["views", "likes", "comments"]


def title_of(ax):
    return ax.get_title(loc="left") + ax.get_title(loc="center")


def test_a_distribution_is_described_by_its_middle_its_tail_and_its_skew():
    values = np.exp(np.random.default_rng(0).normal(size=1000))
    described = describe_distributions(pd.DataFrame({"likes": values}), ["likes"]).iloc[0]
    assert described["median"] == np.median(values)
    assert described["skew"] == pytest.approx(stats.skew(values, bias=False))
    assert described["skew_log"] < described["skew"]
    assert described["top_1pct_share"] == pytest.approx(np.sort(values)[-10:].sum() / values.sum())


def test_a_column_without_values_or_without_a_sum_is_described_by_what_there_is():
    df = pd.DataFrame({"holes": [np.nan] * 3, "zeros": [0.0] * 3, "some": [np.inf, 1, 2]})
    described = describe_distributions(df, ["holes", "zeros", "some"]).set_index("column")
    assert described["n"].tolist() == [0, 3, 2]
    assert np.isnan(described.at["zeros", "top_1pct_share"])
    assert described.at["some", "maximum"] == 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.integers(0, 3).map(float), st.floats(0, 1e10), st.just(np.nan), st.just(np.inf)))
)
def test_whatever_comes_is_described_without_a_warning(values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        described = describe_distributions(pd.DataFrame({"x": values}, dtype=float), ["x"])
    assert described["n"].tolist() == [np.isfinite(values).sum()]


def test_a_description_says_where_its_data_came_from_and_leaves_them_alone():
    df = heavy_tailed_list()
    df.attrs["provenance"] = {"synthetic": True}
    before = df.copy()
    assert describe_distributions(df, ["views"]).attrs["provenance"] == {"synthetic": True}
    pd.testing.assert_frame_equal(df, before)


def test_the_chart_has_a_title_and_labels_for_each_count_and_alternative_text():
    df = list_to_draw()
    before = df.copy()
    fig = plot_distributions(df, COUNTS)
    fig.draw_without_rendering()
    assert fig.get_label()
    drawn = [ax for ax in fig.axes if ax.axison]
    assert len(drawn) == len(COUNTS)
    assert all(title_of(ax) and ax.get_xlabel() for ax in drawn)
    assert drawn[0].get_ylabel()
    pd.testing.assert_frame_equal(df, before)


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_chart_of_synthetic_data_bears_the_mark_and_no_other_does(synthetic):
    fig = plot_distributions(list_to_draw(synthetic=synthetic), COUNTS)
    assert (SYNTHETIC_MARK in [text.get_text() for text in fig.texts]) == synthetic
    assert fig.get_label().startswith(SYNTHETIC_MARK) == synthetic


def test_distributions_have_logarithmic_axes_in_thousands_and_millions():
    fig = plot_distributions(list_to_draw(), ["views"])
    ax = fig.axes[0]
    assert ax.get_xscale() == "log"
    fig.draw_without_rendering()
    labels = [label.get_text() for label in ax.get_xticklabels() if label.get_text()]
    assert labels
    assert all(label[-1] in "KM" for label in labels)
    assert ax.get_xlabel() == UNITS["views"] == "views per video"


def test_a_distribution_names_its_median_and_how_many_zeros_it_cannot_draw():
    df = list_to_draw()
    fig = plot_distributions(df, ["views", "comments"])
    median = format_count(df["comments"].median())
    assert title_of(fig.axes[1]) == f"comments: median {median}"
    assert fig.axes[1].get_xlabel() == "comments per video\n(2 at 0)"
    assert "at 0" not in fig.axes[0].get_xlabel()
    assert f"comments {median}" in fig.get_label()


@pytest.mark.parametrize(("columns", "panels"), [(1, 1), (4, 4), (5, 5), (7, 7)])
def test_each_column_has_a_panel_and_no_empty_one_is_shown(columns, panels):
    df = pd.DataFrame({f"count{n}": np.geomspace(1, 1e6, 30) for n in range(columns)})
    fig = plot_distributions(df, list(df))
    assert sum(ax.axison for ax in fig.axes) == panels


@pytest.mark.parametrize("values", [[0.0] * 5, [7.0] * 5, [np.nan] * 5, [1.0], [np.nan, 0, 5, 10]])
def test_a_column_that_has_hardly_a_distribution_can_be_drawn_all_the_same(values):
    fig = plot_distributions(pd.DataFrame({"likes": values}), ["likes"])
    fig.draw_without_rendering()
    assert title_of(fig.axes[0]).startswith("likes")
