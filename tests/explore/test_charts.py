import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from explore import correlation_tests
from tiktok.explore.correlations import plot_correlations, plot_relationships
from tiktok.explore.distributions import plot_distributions
from tiktok.figures import SYNTHETIC_MARK, UNITS, format_count, new_figure

FEATURES = ["likes", "comments"]


def some_list(creators=80, synthetic=False):
    rng = np.random.default_rng(0)
    size = rng.normal(size=creators)
    df = pd.DataFrame(
        {
            "views": np.exp(14 + size),
            "likes": np.exp(11 + size + rng.normal(size=creators)),
            "comments": np.exp(7 + rng.normal(size=creators)),
        }
    )
    df.loc[:1, "comments"] = 0
    df.attrs["provenance"] = {"synthetic": synthetic}
    return df


def each_chart(df):
    yield plot_distributions(df, ["views", *FEATURES])
    yield plot_relationships(df, "views", FEATURES)
    yield plot_correlations(correlation_tests(df, "views", FEATURES))


def title_of(ax):
    return ax.get_title(loc="left") + ax.get_title(loc="center")


def tick_labels(axis):
    axis.axes.figure.draw_without_rendering()
    return [label.get_text() for label in axis.get_ticklabels() if label.get_text()]


def test_each_chart_is_returned_with_titles_labels_and_alternative_text():
    for fig in each_chart(some_list()):
        assert isinstance(fig, Figure)
        assert fig.get_label()
        drawn = [ax for ax in fig.axes if ax.axison]
        assert all(title_of(ax) for ax in drawn)
        assert all(ax.get_xlabel() for ax in drawn)
        assert drawn[0].get_ylabel() or len(drawn[0].get_yticklabels())


def test_each_chart_of_synthetic_data_bears_the_mark_and_no_other_does():
    for fig in each_chart(some_list(synthetic=True)):
        assert SYNTHETIC_MARK in [text.get_text() for text in fig.texts]
        assert fig.get_label().startswith(SYNTHETIC_MARK)
    for fig in each_chart(some_list()):
        assert SYNTHETIC_MARK not in [text.get_text() for text in fig.texts]


def test_each_chart_can_be_drawn_to_the_end():
    for fig in each_chart(some_list()):
        fig.draw_without_rendering()


def test_a_chart_leaves_its_data_alone():
    df = some_list()
    before = df.copy()
    list(each_chart(df))
    pd.testing.assert_frame_equal(df, before)


def test_distributions_have_logarithmic_axes_in_thousands_and_millions():
    fig = plot_distributions(some_list(), ["views"])
    ax = fig.axes[0]
    assert ax.get_xscale() == "log"
    assert all(label[-1] in "KM" for label in tick_labels(ax.xaxis))
    assert ax.get_xlabel() == UNITS["views"] == "views per video"


def test_a_distribution_names_its_median_and_how_many_zeros_it_cannot_draw():
    df = some_list()
    fig = plot_distributions(df, ["views", "comments"])
    median = format_count(df["comments"].median())
    assert title_of(fig.axes[1]) == f"comments: median {median} (2 at 0)"
    assert "at 0" not in title_of(fig.axes[0])
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


def test_relationships_have_logarithmic_axes_a_trend_and_one_label_for_the_target():
    df = some_list()
    fig = plot_relationships(df, "views", FEATURES)
    assert len(fig.axes) == 2
    for ax in fig.axes:
        assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
        assert len(ax.lines) == 1
        assert any(label[-1] in "KM" for label in tick_labels(ax.xaxis))
    assert any(label[-1] in "KM" for label in tick_labels(fig.axes[0].yaxis))
    assert [ax.get_ylabel() for ax in fig.axes] == ["views per video", ""]


def test_a_relationship_draws_only_creators_without_a_zero():
    fig = plot_relationships(some_list(creators=80), "views", ["comments"])
    assert len(fig.axes[0].collections[0].get_offsets()) == 78


def test_the_trend_follows_a_relation_whatever_one_creator_does():
    likes = np.geomspace(10, 1e5, 100)
    noise = np.exp(np.random.default_rng(0).normal(size=100) / 10)
    df = pd.DataFrame({"likes": likes, "views": 10 * likes * noise})
    df.loc[50, "views"] = 1e12
    line = plot_relationships(df, "views", ["likes"]).axes[0].lines[0]
    np.testing.assert_allclose(line.get_ydata() / line.get_xdata(), 10, rtol=0.2)


@pytest.mark.parametrize("values", [[0.0] * 40, [7.0] * 40, [np.nan] * 40, [1.0, 2, 0, 0] * 10])
def test_a_relationship_without_a_trend_can_be_drawn_all_the_same(values):
    df = pd.DataFrame({"likes": values, "views": np.geomspace(10, 1e6, 40)})
    fig = plot_relationships(df, "views", ["likes"])
    fig.draw_without_rendering()
    assert len(fig.axes[0].lines[0].get_xdata()) == 0


def test_a_trend_bears_that_most_creators_have_the_same_count():
    df = pd.DataFrame({"likes": [5.0] * 60 + [*range(6, 46)], "views": np.geomspace(10, 1e6, 100)})
    plot_relationships(df, "views", ["likes"]).draw_without_rendering()


def test_correlations_are_drawn_into_the_axes_that_are_named():
    ax = new_figure().subplots()
    fig = plot_correlations(correlation_tests(some_list(), "views", FEATURES), ax=ax)
    assert fig is ax.figure


def test_correlations_name_features_coefficients_and_target():
    tests = correlation_tests(some_list(), "views", FEATURES)
    fig = plot_correlations(tests)
    ax = fig.axes[0]
    assert tick_labels(ax.yaxis) == FEATURES
    assert ax.yaxis_inverted()
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert named == ["Pearson", "Spearman", "Pearson on logs"]
    assert title_of(ax) == "Correlation with views"
    assert f"likes: Pearson {tests.at[0, 'pearson']:.2f}" in fig.get_label()


def test_points_lie_at_their_values_and_bars_at_their_ends():
    tests = correlation_tests(some_list(), "views", ["likes"])
    container = plot_correlations(tests).axes[0].containers[1]
    assert container[0].get_xdata().tolist() == tests["spearman"].tolist()
    (segment,) = container[2][0].get_segments()
    assert segment[:, 0].tolist() == pytest.approx(
        [tests.at[0, "spearman_low"], tests.at[0, "spearman_high"]]
    )


def test_a_feature_without_a_correlation_keeps_its_place_and_says_why():
    df = some_list().assign(nothing=1.0)
    fig = plot_correlations(correlation_tests(df, "views", ["likes", "nothing"]))
    assert tick_labels(fig.axes[0].yaxis) == ["likes", "nothing"]
    assert "nothing: nothing is constant" in fig.get_label()
    assert "nan" not in fig.get_label()
