import warnings

import numpy as np
import pandas as pd
import pytest
from heavy_tailed import heavy_tailed_list, list_to_draw
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from tiktok.explore.correlations import (
    COEFFICIENTS,
    ExploreError,
    adjust_holm,
    correlation_tests,
    correlations_of_draws,
    plot_correlations,
    plot_relationships,
)
from tiktok.figures import SYNTHETIC_MARK, new_figure

FEATURES = ["likes", "comments"]
PEARSON_BELOW_0001 = 11 / 600  # measured here; of 4,000 such pairs it was 2.0 %


def rank_columns(tests):
    return tests.filter(regex="^spearman").to_numpy()


def test_a_straight_line_is_found_by_pearson_and_a_bent_one_by_spearman():
    views = np.arange(1.0, 41)
    df = pd.DataFrame({"views": views, "straight": 3 * views + 7, "bent": np.exp(views / 2)})
    tests = correlation_tests(df, "views", ["straight", "bent"]).set_index("feature")
    assert tests.at["straight", "pearson"] == pytest.approx(1)
    assert tests.at["bent", "spearman"] == pytest.approx(1)
    assert tests.at["bent", "pearson"] < 0.7


def test_a_coefficient_lies_inside_its_interval_and_a_wider_level_gives_a_wider_one():
    df = heavy_tailed_list()
    narrow = correlation_tests(df, "views", ["likes", "comments"], confidence=0.8)
    wide = correlation_tests(df, "views", ["likes", "comments"], confidence=0.99)
    for c in COEFFICIENTS:
        assert (narrow[c] == wide[c]).all()
        assert (wide[f"{c}_low"] < narrow[f"{c}_low"]).all()
        assert (narrow[f"{c}_low"] < narrow[c]).all()
        assert (narrow[c] < narrow[f"{c}_high"]).all()
        assert (narrow[f"{c}_high"] < wide[f"{c}_high"]).all()


def test_p_and_interval_of_pearson_agree_on_significance():
    tests = pd.concat(
        [correlation_tests(heavy_tailed_list(seed), "views", ["comments"]) for seed in range(40)]
    )
    outside = (tests["pearson_low"] > 0) | (tests["pearson_high"] < 0)
    clear = (tests["pearson_p"] - 0.05).abs() > 0.005
    assert (outside == tests["pearson_p"].lt(0.05))[clear].all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_shuffled_rows_give_the_same_answer(seed):
    df = heavy_tailed_list(seed)
    shuffled = df.sample(frac=1, random_state=seed)
    features = ["likes", "comments"]
    before, after = (correlation_tests(frame, "views", features) for frame in (df, shuffled))
    np.testing.assert_allclose(rank_columns(before), rank_columns(after), rtol=1e-12)
    pd.testing.assert_frame_equal(before, after, rtol=1e-9)


def test_renamed_creators_give_the_same_answer():
    df = heavy_tailed_list()
    renamed = df.assign(handle=df["handle"].str[::-1]).set_index("handle", drop=False)
    pd.testing.assert_frame_equal(
        *(correlation_tests(frame, "views", ["likes", "comments"]) for frame in (df, renamed))
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 0.5, 1000, 3e6]))
def test_rank_statistics_do_not_care_for_units_or_logs(seed, factor):
    df = heavy_tailed_list(seed).drop_duplicates("likes")
    rescaled = df.assign(likes=df["likes"] * factor)
    logged = df.assign(likes=np.log1p(df["likes"]))
    for other in (rescaled, logged):
        np.testing.assert_array_equal(
            rank_columns(correlation_tests(df, "views", ["likes"])),
            rank_columns(correlation_tests(other, "views", ["likes"])),
        )


def test_spearman_keeps_its_level_on_heavy_tails_and_pearson_does_not():
    """Ask about 600 pairs of independent columns with tails as heavy as those of shares.

    Spearman says yes about as often as its level says. Pearson, whose 5 % happens to come out about right,
    says "p < 0.001" of nothing more than ten times as often as it should.
    """
    rng = np.random.default_rng(2022)
    features = [f"x{place}" for place in range(30)]
    asked = []
    for _ in range(20):
        counts = np.exp(2 * rng.normal(size=(200, 31)))
        asked.append(correlation_tests(pd.DataFrame(counts, columns=["y", *features]), "y", features))
    p = pd.concat(asked)[["spearman_p", "pearson_p"]]
    assert p["spearman_p"].lt(0.05).mean() == pytest.approx(0.05, abs=0.018)  # two standard errors
    assert p["spearman_p"].lt(0.001).mean() <= 0.005
    assert p["pearson_p"].lt(0.001).mean() == pytest.approx(PEARSON_BELOW_0001)
    assert PEARSON_BELOW_0001 > 10 * 0.001


def test_one_creator_who_leads_on_both_columns_makes_pearson_say_yes_of_nothing():
    rng = np.random.default_rng(0)
    counts = np.exp(2 * rng.normal(size=(200, 31)))
    counts[0] = 10 * counts.max()
    tests = correlation_tests(pd.DataFrame(counts).add_prefix("x"), "x0", [f"x{n}" for n in range(1, 31)])
    assert tests["pearson_p"].lt(1e-6).all()
    assert tests["spearman_p"].lt(0.05).mean() <= 0.2
    assert not tests["agree"].all()


@pytest.mark.parametrize("method", ["holm", "fdr_bh", "bonferroni"])
def test_p_is_adjusted_over_the_features_of_a_call(method):
    df = heavy_tailed_list()
    tests = correlation_tests(df, "views", ["likes", "comments"], correction=method)
    for c in COEFFICIENTS:
        assert tests[f"{c}_p_{method}"].tolist() == pytest.approx(
            multipletests(tests[f"{c}_p"], method=method)[1].tolist()
        )


@pytest.mark.parametrize("seed", range(5))
def test_holm_is_that_of_statsmodels(seed):
    p = np.random.default_rng(seed).choice([0, 1e-9, 0.01, 0.012, 0.02, 0.3, 1], size=2 * seed + 1)
    assert adjust_holm(p).tolist() == pytest.approx(multipletests(p, method="holm")[1].tolist())


def test_holm_adjusts_each_row_by_itself():
    p = np.array([[0.01, 0.04, 0.03], [0.5, 0.001, 0.02]])
    assert adjust_holm(p).tolist() == [adjust_holm(row).tolist() for row in p]


def test_a_question_that_could_not_be_asked_costs_nothing():
    df = heavy_tailed_list().assign(nothing=1.0)
    alone = correlation_tests(df, "views", ["comments"])
    beside = correlation_tests(df, "views", ["comments", "nothing"])
    assert alone.at[0, "spearman_p_holm"] == beside.at[0, "spearman_p_holm"]


def test_coefficients_agree_only_if_all_three_say_the_same():
    rng = np.random.default_rng(3)
    rising = np.arange(1.0, 101)
    df = pd.DataFrame({"y": rising, "yes": rising + rng.normal(size=100), "no": rng.uniform(1, 2, size=100)})
    star = df.assign(star=np.where(rising == 100, 1e6, df["no"]), y=np.where(rising == 100, 1e6, rising))
    tests = correlation_tests(star, "y", ["yes", "no", "star"]).set_index("feature")
    assert not tests.at["star", "agree"]
    assert correlation_tests(df, "y", ["yes", "no"])["agree"].all()


def test_coefficients_of_opposite_signs_do_not_agree():
    falling = np.arange(100.0, 0, -1)
    df = pd.DataFrame({"x": np.r_[1e12, np.arange(1.0, 101)], "y": np.r_[1e12, falling]})
    tests = correlation_tests(df, "y", ["x"])
    assert tests.at[0, "pearson"] > 0.9
    assert tests.at[0, "spearman"] < -0.9
    assert tests[["pearson_p", "spearman_p", "pearson_log_p"]].lt(0.001).all(axis=None)
    assert not tests.at[0, "agree"]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([5.0] * 20, "x is constant"),
        ([0.1 + 0.2] * 10 + [0.3] * 10, "x is constant"),
        ([*range(19), np.nan], "x has 1 missing or infinite values"),
        ([*range(18), np.inf, -np.inf], "x has 2 missing or infinite values"),
        ([*range(19), -3.0], "x has values of -1 or below, which have no log1p"),
    ],
)
def test_a_column_without_a_correlation_gets_an_empty_row_and_the_reason(values, reason):
    df = pd.DataFrame({"x": values, "y": np.arange(20.0)})
    for target, feature in (("y", "x"), ("x", "y")):
        row = correlation_tests(df, target, [feature]).iloc[0]
        assert row["reason"] == reason
        assert row.filter(regex="pearson|spearman").isna().all()
        assert not row["agree"]


def test_fewer_than_ten_creators_get_an_empty_row_and_the_reason():
    row = correlation_tests(heavy_tailed_list(creators=9), "views", ["likes"]).iloc[0]
    assert row["reason"] == "only 9 rows; at least 10 are needed"
    assert correlation_tests(heavy_tailed_list(creators=10), "views", ["likes"]).at[0, "reason"] == ""


def test_ties_all_over_are_no_obstacle():
    df = pd.DataFrame({"x": [0.0, 1] * 10, "y": [0.0] * 10 + [1.0] * 10})
    row = correlation_tests(df, "y", ["x"]).iloc[0]
    assert row["spearman"] == pytest.approx(0)
    assert row["spearman_p"] == pytest.approx(1)


UGLY = st.one_of(st.integers(0, 3).map(float), st.floats(0, 1e10), st.just(np.nan), st.just(np.inf))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 14).flatmap(lambda n: st.lists(st.tuples(UGLY, UGLY), min_size=n, max_size=n)))
def test_whatever_comes_gets_numbers_or_a_reason_and_never_a_warning(rows):
    df = pd.DataFrame(rows, columns=["x", "y"], dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tests = correlation_tests(df, "y", ["x"])
    numbers = tests[["pearson", "pearson_low", "spearman", "spearman_high", "pearson_log", "pearson_log_p"]]
    assert (numbers.notna().all(axis=1) == tests["reason"].eq("")).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(COEFFICIENTS))
def test_a_draw_is_correlated_as_if_its_rows_were_there(seed, coefficient):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 8, size=(3, 15)).astype(float)
    times = rng.multinomial(15, np.full(15, 1 / 15), size=4)
    matrices = correlations_of_draws(values, times, coefficient)
    for draw, matrix in zip(times, matrices, strict=True):
        drawn = np.repeat(values, draw, axis=1)
        drawn = np.log1p(drawn) if coefficient == "pearson_log" else drawn
        drawn = stats.rankdata(drawn, axis=1) if coefficient == "spearman" else drawn
        if (np.ptp(drawn, axis=1) > 0).all():
            np.testing.assert_allclose(matrix, np.corrcoef(drawn), atol=1e-12)


def test_a_column_that_does_not_vary_in_a_draw_is_missing_there_without_a_warning():
    values = np.array([[0.1, 0.1, 0.1, 0.7], [1.0, 2, 3, 4]])
    matrices = correlations_of_draws(values, np.array([[1, 1, 1, 0], [1, 1, 1, 1]]), "pearson")
    assert np.isnan(matrices[0, 0, 1])
    assert matrices[1, 0, 1] == pytest.approx(np.corrcoef(values)[0, 1])


def test_a_column_that_is_not_there_is_named_beside_those_that_are():
    with pytest.raises(ExploreError, match=r"no column 'wiews' \(it has handle, views, likes, comments\)"):
        correlation_tests(heavy_tailed_list(), "wiews", ["likes"])


def test_results_say_where_their_data_came_from():
    df = heavy_tailed_list()
    df.attrs["provenance"] = {"synthetic": True}
    assert correlation_tests(df, "views", ["likes"]).attrs["provenance"] == {"synthetic": True}


def test_a_test_leaves_its_frame_alone():
    df = heavy_tailed_list()
    before = df.copy()
    correlation_tests(df, "views", ["likes"])
    pd.testing.assert_frame_equal(df, before)


def title_of(ax):
    return ax.get_title(loc="left") + ax.get_title(loc="center")


def tick_labels(axis):
    axis.axes.figure.draw_without_rendering()
    return [label.get_text() for label in axis.get_ticklabels() if label.get_text()]


def each_chart(df):
    yield plot_relationships(df, "views", FEATURES)
    yield plot_correlations(correlation_tests(df, "views", FEATURES))


def test_each_chart_has_titles_labels_and_alternative_text():
    df = list_to_draw()
    before = df.copy()
    for fig in each_chart(df):
        fig.draw_without_rendering()
        assert fig.get_label()
        assert all(title_of(ax) and ax.get_xlabel() for ax in fig.axes)
        assert fig.axes[0].get_ylabel() or len(fig.axes[0].get_yticklabels())
    pd.testing.assert_frame_equal(df, before)


@pytest.mark.parametrize("synthetic", [True, False])
def test_each_chart_of_synthetic_data_bears_the_mark_and_no_other_does(synthetic):
    for fig in each_chart(list_to_draw(synthetic=synthetic)):
        assert (SYNTHETIC_MARK in [text.get_text() for text in fig.texts]) == synthetic
        assert fig.get_label().startswith(SYNTHETIC_MARK) == synthetic


def test_relationships_have_logarithmic_axes_a_trend_and_one_label_for_the_target():
    df = list_to_draw()
    fig = plot_relationships(df, "views", FEATURES)
    assert len(fig.axes) == 2
    for ax in fig.axes:
        assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
        assert len(ax.lines) == 1
        assert any(label[-1] in "KM" for label in tick_labels(ax.xaxis))
    assert any(label[-1] in "KM" for label in tick_labels(fig.axes[0].yaxis))
    assert [ax.get_ylabel() for ax in fig.axes] == ["views per video", ""]


def test_a_relationship_draws_only_creators_without_a_zero():
    fig = plot_relationships(list_to_draw(), "views", ["comments"])
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
    fig = plot_correlations(correlation_tests(list_to_draw(), "views", FEATURES), ax=ax)
    assert fig is ax.figure


def test_correlations_name_features_coefficients_and_target():
    tests = correlation_tests(list_to_draw(), "views", FEATURES)
    fig = plot_correlations(tests)
    ax = fig.axes[0]
    assert tick_labels(ax.yaxis) == FEATURES
    assert ax.yaxis_inverted()
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert named == ["Pearson", "Spearman", "Pearson on logs"]
    assert title_of(ax) == "Correlation with views"
    assert f"likes: Pearson {tests.at[0, 'pearson']:.2f}" in fig.get_label()


def test_points_lie_at_their_values_and_bars_at_their_ends():
    tests = correlation_tests(list_to_draw(), "views", ["likes"])
    container = plot_correlations(tests).axes[0].containers[1]
    assert container[0].get_xdata().tolist() == tests["spearman"].tolist()
    (segment,) = container[2][0].get_segments()
    assert segment[:, 0].tolist() == pytest.approx(
        [tests.at[0, "spearman_low"], tests.at[0, "spearman_high"]]
    )


def test_a_feature_without_a_correlation_keeps_its_place_and_says_why():
    df = list_to_draw().assign(nothing=1.0)
    fig = plot_correlations(correlation_tests(df, "views", ["likes", "nothing"]))
    assert tick_labels(fig.axes[0].yaxis) == ["likes", "nothing"]
    assert "nothing: nothing is constant" in fig.get_label()
    assert "nan" not in fig.get_label()
