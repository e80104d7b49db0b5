import warnings

import numpy as np
import pandas as pd
import pytest
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
)
from tiktok.explore.distributions import describe_distributions
from tiktok.explore.groups import compare_groups, compare_quartiles

CREATORS = 60
PEARSON_BELOW_0001 = 11 / 600  # measured here; of 4,000 such pairs it was 2.0 %


def some_list(seed=0, creators=CREATORS):
    """Creators with heavy-tailed counts: views go with likes, comments go with nothing."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=creators)
    return pd.DataFrame(
        {
            "handle": [f"creator{row}" for row in range(creators)],
            "views": np.exp(10 + size).round(),
            "likes": np.exp(8 + size + rng.normal(size=creators)).round(),
            "comments": np.exp(5 + 2 * rng.normal(size=creators)).round(),
        }
    )


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
    df = some_list()
    narrow = correlation_tests(df, "views", ["likes", "comments"], confidence=0.8)
    wide = correlation_tests(df, "views", ["likes", "comments"], confidence=0.99)
    for c in COEFFICIENTS:
        assert (narrow[c] == wide[c]).all()
        assert (wide[f"{c}_low"] < narrow[f"{c}_low"]).all()
        assert (narrow[f"{c}_low"] < narrow[c]).all()
        assert (narrow[c] < narrow[f"{c}_high"]).all()
        assert (narrow[f"{c}_high"] < wide[f"{c}_high"]).all()


def test_p_and_interval_of_pearson_agree_on_significance():
    tests = pd.concat([correlation_tests(some_list(seed), "views", ["comments"]) for seed in range(40)])
    outside = (tests["pearson_low"] > 0) | (tests["pearson_high"] < 0)
    clear = (tests["pearson_p"] - 0.05).abs() > 0.005
    assert (outside == tests["pearson_p"].lt(0.05))[clear].all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_shuffled_rows_give_the_same_answer(seed):
    df = some_list(seed)
    shuffled = df.sample(frac=1, random_state=seed)
    features = ["likes", "comments"]
    before, after = (correlation_tests(frame, "views", features) for frame in (df, shuffled))
    np.testing.assert_allclose(rank_columns(before), rank_columns(after), rtol=1e-12)
    pd.testing.assert_frame_equal(before, after, rtol=1e-9)
    groups = [
        compare_groups(frame.assign(top=frame["views"] > 3e4), "top", features) for frame in (df, shuffled)
    ]
    pd.testing.assert_frame_equal(*groups, rtol=1e-9)


def test_renamed_creators_give_the_same_answer():
    df = some_list()
    renamed = df.assign(handle=df["handle"].str[::-1]).set_index("handle", drop=False)
    for test in (correlation_tests, compare_quartiles):
        pd.testing.assert_frame_equal(
            test(df, "views", ["likes", "comments"]), test(renamed, "views", ["likes", "comments"])
        )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 0.5, 1000, 3e6]))
def test_rank_statistics_do_not_care_for_units_or_logs(seed, factor):
    df = some_list(seed).drop_duplicates("likes")
    rescaled = df.assign(likes=df["likes"] * factor)
    logged = df.assign(likes=np.log1p(df["likes"]))
    for other in (rescaled, logged):
        np.testing.assert_array_equal(
            rank_columns(correlation_tests(df, "views", ["likes"])),
            rank_columns(correlation_tests(other, "views", ["likes"])),
        )
        top = df["views"] > df["views"].median()
        groups = [compare_groups(frame.assign(top=top), "top", ["likes"]) for frame in (df, other)]
        rank_based = ["superiority", "superiority_low", "superiority_high", "p", "p_holm"]
        pd.testing.assert_frame_equal(groups[0][rank_based], groups[1][rank_based])


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
    df = some_list()
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
    df = some_list().assign(nothing=1.0)
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
    row = correlation_tests(some_list(creators=9), "views", ["likes"]).iloc[0]
    assert row["reason"] == "only 9 rows; at least 10 are needed"
    assert correlation_tests(some_list(creators=10), "views", ["likes"]).at[0, "reason"] == ""


def test_ties_all_over_are_no_obstacle():
    df = pd.DataFrame({"x": [0.0, 1] * 10, "y": [0.0] * 10 + [1.0] * 10})
    row = correlation_tests(df, "y", ["x"]).iloc[0]
    assert row["spearman"] == pytest.approx(0)
    assert row["spearman_p"] == pytest.approx(1)


UGLY = st.one_of(st.integers(0, 3).map(float), st.floats(0, 1e10), st.just(np.nan), st.just(np.inf))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 14).flatmap(
        lambda n: st.lists(st.tuples(UGLY, UGLY, st.booleans()), min_size=n, max_size=n)
    )
)
def test_whatever_comes_gets_numbers_or_a_reason_and_never_a_warning(rows):
    df = pd.DataFrame(rows, columns=["x", "y", "top"]).astype({"x": float, "y": float, "top": bool})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tests = correlation_tests(df, "y", ["x"])
        describe_distributions(df, ["x", "y"])
        two_on_each_side = min(df["top"].sum(), (~df["top"]).sum()) >= 2
        groups = compare_groups(df, "top", ["x", "y"]) if two_on_each_side else None
    numbers = tests[["pearson", "pearson_low", "spearman", "spearman_high", "pearson_log", "pearson_log_p"]]
    assert (numbers.notna().all(axis=1) == tests["reason"].eq("")).all()
    if groups is not None:
        numbers = groups[["superiority", "superiority_low", "superiority_high", "p"]]
        assert (numbers.notna().all(axis=1) == groups["reason"].eq("")).all()


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


def test_superiority_counts_pairs_and_half_of_ties():
    df = pd.DataFrame({"top": [True, True, False, False, False], "likes": [3.0, 5, 1, 3, 4]})
    groups = compare_groups(df, "top", ["likes"]).iloc[0]
    pairs = [(a > b) + (a == b) / 2 for a in (3, 5) for b in (1, 3, 4)]
    assert groups["superiority"] == pytest.approx(np.mean(pairs))
    assert groups[["n_in", "n_out", "median_in", "median_out"]].tolist() == [2, 3, 4.0, 3.0]


def test_superiority_turns_round_with_the_groups():
    df = some_list().assign(top=lambda df: df["views"] > df["views"].median())
    one, other = (compare_groups(f, "top", ["comments"]).iloc[0] for f in (df, df.assign(top=~df["top"])))
    assert one["superiority"] == pytest.approx(1 - other["superiority"])
    assert one["superiority_low"] == pytest.approx(1 - other["superiority_high"])
    assert one["p"] == pytest.approx(other["p"])


def test_groups_that_do_not_overlap_have_a_superiority_without_doubt():
    df = pd.DataFrame({"top": [True] * 10 + [False] * 10, "more": range(20, 0, -1), "less": range(20)})
    groups = compare_groups(df, "top", ["more", "less"])
    assert groups["superiority"].tolist() == [1, 0]
    assert groups["superiority_low"].tolist() == groups["superiority_high"].tolist() == [1, 0]
    assert groups["p"].lt(0.001).all()


def test_a_probability_of_superiority_stays_a_probability_at_its_ends():
    df = pd.DataFrame({"top": [True] * 5 + [False] * 5, "likes": [3.0, 6, 7, 8, 9, 1, 1, 2, 2, 4]})
    high, low = (compare_groups(f, "top", ["likes"]).iloc[0] for f in (df, df.assign(top=~df["top"])))
    assert high["superiority"] == pytest.approx(0.96)
    assert high["superiority_high"] == 1
    assert low["superiority_low"] == 0


def test_groups_are_refused_in_a_sentence_when_they_are_none():
    df = some_list()
    with pytest.raises(ExploreError, match="must be True or False to make two groups; it is float64"):
        compare_groups(df, "views", ["likes"])
    with pytest.raises(ExploreError, match="two creators on each side; it has 1 True"):
        compare_groups(df.assign(top=df.index == 0), "top", ["likes"])


@pytest.mark.parametrize("call", [correlation_tests, compare_groups, compare_quartiles])
def test_a_column_that_is_not_there_is_named_beside_those_that_are(call):
    with pytest.raises(ExploreError, match=r"no column 'wiews' \(it has handle, views, likes, comments\)"):
        call(some_list(), "wiews", ["likes"])


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


def test_results_say_where_their_data_came_from():
    df = some_list()
    df.attrs["provenance"] = {"synthetic": True}
    top = df.assign(top=df["views"] > df["views"].median())
    for result in (
        describe_distributions(df, ["views"]),
        correlation_tests(df, "views", ["likes"]),
        compare_groups(top, "top", ["likes"]),
        compare_quartiles(df, "views", ["likes"]),
    ):
        assert result.attrs["provenance"] == {"synthetic": True}


def test_a_test_leaves_its_frame_alone():
    df = some_list()
    before = df.copy()
    correlation_tests(df, "views", ["likes"])
    compare_quartiles(df, "views", ["likes"])
    describe_distributions(df, ["views"])
    pd.testing.assert_frame_equal(df, before)
