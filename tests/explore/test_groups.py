import warnings

import numpy as np
import pandas as pd
import pytest
from heavy_tailed import heavy_tailed_list
from hypothesis import given, settings
from hypothesis import strategies as st

import acquire
import prepare
from explore import (
    ExploreError,
    compare_groups,
    compare_quartiles,
    compare_top_quarters,
    share_by_size,
)

N = 80


def a_list(**columns):
    return pd.DataFrame({"engagement": np.arange(N, dtype=float), **columns})


def test_the_medians_are_those_of_the_quarters_from_lowest_to_highest():
    compared = compare_quartiles(a_list(likes=np.arange(N) // 20 * 10.0), "engagement", ["likes"]).iloc[0]
    assert compared[[f"median_q{q}" for q in (1, 2, 3, 4)]].tolist() == [0, 10, 20, 30]
    assert (compared["by"], compared["n"]) == ("engagement", N)
    assert compared["epsilon_squared"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("quarters", "shape"),
    [
        ([1, 2, 2, 3], "rises"),
        ([3, 2, 2, 1], "falls"),
        ([3, 1, 2, 4], "dips"),
        ([1, 4, 3, 2], "peaks"),
        ([1, 3, 2, 4], "mixed"),
        ([2, 1, 4, 3], "mixed"),
    ],
)
def test_the_shape_of_the_medians_is_named(quarters, shape):
    likes = np.repeat(quarters, N // 4) + np.tile([0.0, 0.1], N // 2)
    assert compare_quartiles(a_list(likes=likes), "engagement", ["likes"]).loc[0, "shape"] == shape


def test_a_dip_is_found_where_no_rank_correlation_is():
    likes = np.abs(np.arange(N) - 39.5)
    compared = compare_quartiles(a_list(likes=likes), "engagement", ["likes"]).iloc[0]
    assert compared["shape"] == "dips"
    assert compared["p"] < 1e-8


def test_unrelated_features_are_significant_at_about_the_nominal_rate():
    rng = np.random.default_rng(0)
    features = {f"x{i}": np.exp(rng.normal(0, 2, N)) for i in range(200)}
    compared = compare_quartiles(a_list(**features), "engagement", list(features))
    assert 0.01 < (compared["p"] < 0.05).mean() < 0.09
    assert not (compared["p_holm"] < 0.05).any()


def test_the_top_quarter_is_the_one_of_success():
    df = a_list(likes=np.random.default_rng(1).permutation(N).astype(float))
    df["top"] = df["engagement"] >= df["engagement"].quantile(0.75)
    top = compare_groups(df, "top", ["likes"]).loc[0, "median_in"]
    assert compare_quartiles(df, "engagement", ["likes"]).loc[0, "median_q4"] == top


@pytest.mark.parametrize(
    ("likes", "reason"),
    [(4.0, "likes is constant"), ([np.nan] + [1.0] * (N - 1), "likes has 1 missing or infinite values")],
)
def test_a_feature_that_cannot_be_compared_says_why(likes, reason):
    compared = compare_quartiles(a_list(likes=likes, views=np.arange(N)), "engagement", ["likes", "views"])
    assert compared["reason"].tolist() == [reason, ""]
    assert np.isnan(compared.loc[0, "p"])
    assert compared.loc[1, "p_holm"] == compared.loc[1, "p"]


def test_a_column_that_makes_no_four_quarters_is_refused_in_a_sentence():
    with pytest.raises(ExploreError, match=r"Column engagement doesn't make four quarters .* 0, 0, 0, 80"):
        compare_quartiles(a_list(likes=1.0).assign(engagement=5.0), "engagement", ["likes"])
    with pytest.raises(ExploreError, match="Column engagement has 1 missing"):
        compare_quartiles(a_list(likes=1.0).replace({"engagement": {3.0: np.nan}}), "engagement", ["likes"])
    with pytest.raises(ExploreError, match="no column 'clicks'"):
        compare_quartiles(a_list(), "engagement", ["clicks"])


def test_shuffled_rows_and_another_unit_change_nothing_but_the_medians_unit():
    df = a_list(likes=np.random.default_rng(2).integers(0, 9, N).astype(float))
    plain = compare_quartiles(df, "engagement", ["likes"])
    other = df.sample(frac=1, random_state=5) * 1000
    pd.testing.assert_frame_equal(
        plain.filter(regex="^(?!median)"),
        compare_quartiles(other, "engagement", ["likes"]).filter(regex="^(?!median)"),
    )


def test_superiority_counts_pairs_and_half_of_ties():
    df = pd.DataFrame({"top": [True, True, False, False, False], "likes": [3.0, 5, 1, 3, 4]})
    groups = compare_groups(df, "top", ["likes"]).iloc[0]
    pairs = [(a > b) + (a == b) / 2 for a in (3, 5) for b in (1, 3, 4)]
    assert groups["superiority"] == pytest.approx(np.mean(pairs))
    assert groups[["n_in", "n_out", "median_in", "median_out"]].tolist() == [2, 3, 4.0, 3.0]


def test_superiority_turns_round_with_the_groups():
    df = heavy_tailed_list().assign(top=lambda df: df["views"] > df["views"].median())
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
    df = heavy_tailed_list()
    with pytest.raises(ExploreError, match="must be True or False to make two groups; it is float64"):
        compare_groups(df, "views", ["likes"])
    with pytest.raises(ExploreError, match="two creators on each side; it has 1 True"):
        compare_groups(df.assign(top=df.index == 0), "top", ["likes"])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_shuffled_rows_give_the_same_groups(seed):
    df = heavy_tailed_list(seed).assign(top=lambda df: df["views"] > 3e4)
    shuffled = df.sample(frac=1, random_state=seed)
    groups = [compare_groups(frame, "top", ["likes", "comments"]) for frame in (df, shuffled)]
    pd.testing.assert_frame_equal(*groups, rtol=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 0.5, 1000, 3e6]))
def test_superiority_does_not_care_for_units_or_logs(seed, factor):
    df = heavy_tailed_list(seed).drop_duplicates("likes")
    df["top"] = df["views"] > df["views"].median()
    rank_based = ["superiority", "superiority_low", "superiority_high", "p", "p_holm"]
    plain = compare_groups(df, "top", ["likes"])[rank_based]
    for likes in (df["likes"] * factor, np.log1p(df["likes"])):
        other = compare_groups(df.assign(likes=likes), "top", ["likes"])
        pd.testing.assert_frame_equal(plain, other[rank_based])


def test_renamed_creators_give_the_same_quarters():
    df = heavy_tailed_list()
    renamed = df.assign(handle=df["handle"].str[::-1]).set_index("handle", drop=False)
    pd.testing.assert_frame_equal(
        *(compare_quartiles(frame, "views", ["likes", "comments"]) for frame in (df, renamed))
    )


UGLY = st.one_of(st.integers(0, 3).map(float), st.floats(0, 1e10), st.just(np.nan), st.just(np.inf))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(4, 14).flatmap(
        lambda n: st.lists(st.tuples(UGLY, UGLY, st.booleans()), min_size=n, max_size=n)
    )
)
def test_whatever_comes_gets_numbers_or_a_reason_and_never_a_warning(rows):
    df = pd.DataFrame(rows, columns=["x", "y", "top"]).astype({"x": float, "y": float})
    df.loc[:3, "top"] = [True, True, False, False]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        groups = compare_groups(df, "top", ["x", "y"])
    numbers = groups[["superiority", "superiority_low", "superiority_high", "p"]]
    assert (numbers.notna().all(axis=1) == groups["reason"].eq("")).all()


@pytest.mark.parametrize("call", [compare_groups, compare_quartiles])
def test_a_column_that_is_not_there_is_named_beside_those_that_are(call):
    with pytest.raises(ExploreError, match=r"no column 'wiews' \(it has handle, views, likes, comments\)"):
        call(heavy_tailed_list(), "wiews", ["likes"])


def test_results_say_where_their_data_came_from_and_leave_the_list_alone():
    df = heavy_tailed_list().assign(top=lambda df: df["views"] > df["views"].median())
    df.attrs["provenance"] = {"synthetic": True}
    before = df.copy()
    for result in (compare_groups(df, "top", ["likes"]), compare_quartiles(df, "views", ["likes"])):
        assert result.attrs["provenance"] == {"synthetic": True}
    pd.testing.assert_frame_equal(df, before)


# --- the top quarter, month by month and by both definitions


def two_months():
    rng = np.random.default_rng(0)
    months = {}
    for number, month in enumerate(("2022-06", "2022-07")):
        views = rng.lognormal(14, 1, 400)
        likes = rng.lognormal(12, 1, 400)
        shares = likes * rng.lognormal(0, 0.1, 400) if number == 0 else rng.permutation(likes)
        months[month] = pd.DataFrame(
            {
                "subscribers": rng.lognormal(15, 1.5, 400),
                "views": views,
                "likes": likes,
                "comments": 1e6 / likes,
                "shares": shares,
                "engagement": views + likes,
                "interactions": likes,
            }
        )
    return months


def test_each_month_is_compared_by_both_definitions_as_one_list_is():
    panel = two_months()
    table = compare_top_quarters(panel)
    assert len(table) == 2 * 2 * 5
    june = panel["2022-06"]
    alone = compare_groups(
        june.assign(top=june["interactions"] >= june["interactions"].quantile(0.75)),
        "top",
        ["likes", "shares"],
    )
    rows = table[(table["definition"] == "interactions") & (table["month"] == "2022-06")].set_index("feature")
    assert rows.loc[["likes", "shares"], "superiority"].tolist() == alone["superiority"].tolist()


def test_a_direction_is_named_where_it_is_shown_and_nowhere_else():
    table = (
        compare_top_quarters(two_months())
        .set_index(["definition", "feature", "month"])["direction"]
        .sort_index()
    )
    assert (table.loc["interactions", "likes"] == "more").all()
    assert (table.loc["interactions", "comments"] == "less").all()
    assert table.loc["interactions", "shares"].to_dict() == {"2022-06": "more", "2022-07": "not shown"}


def test_p_values_are_adjusted_within_a_month_and_definition():
    table = compare_top_quarters(two_months(), ["likes", "views"])
    for _, rows in table.groupby(["definition", "month"]):
        smallest = rows["p"].idxmin()
        assert rows.loc[smallest, "p_holm"] == pytest.approx(min(2 * rows.loc[smallest, "p"], 1))


def test_shares_of_the_sizes_add_up_to_the_top_quarter():
    panel = two_months()
    sizes = share_by_size(panel)
    for (definition, month), rows in sizes.groupby(["definition", "month"]):
        assert rows["n"].sum() == 400
        top = panel[month][definition] >= panel[month][definition].quantile(0.75)
        assert (rows["share"] * rows["n"]).sum() == pytest.approx(top.sum())
        assert (rows["low"] <= rows["share"]).all()
        assert (rows["share"] <= rows["high"]).all()


def test_a_size_begins_at_its_lower_edge_and_may_be_empty():
    edges = pd.DataFrame({"subscribers": [999_999, 1e6, 5e6, 5e6], "engagement": [1.0, 2, 3, 4]})
    sizes = share_by_size({"2022-07": edges.assign(interactions=edges["engagement"])}).iloc[:4]
    assert sizes["n"].tolist() == [1, 1, 2, 0]
    assert sizes.loc[3, ["share", "low", "high"]].isna().all()


def test_a_panel_without_a_definition_is_refused():
    with pytest.raises(ExploreError, match="no column 'interactions'"):
        compare_top_quarters({"2022-07": two_months()["2022-07"].drop(columns="interactions")})


@pytest.mark.real_data
def test_what_the_summary_says_of_the_real_months(real_data_dir):
    """Recomputed by independent code: shares by engagement 0.61, 0.59, 0.54, 0.57, 0.57, 0.55."""
    raw = acquire.get_panel(source="local", data_dir=real_data_dir)
    panel = {month: prepare.clean(rows) for month, rows in raw.items()}
    table = compare_top_quarters(panel).set_index(["definition", "feature"])
    shares = table.loc[("engagement", "shares")].set_index("month")["superiority"]
    assert shares.round(2).tolist() == [0.61, 0.59, 0.54, 0.57, 0.57, 0.55]
    assert table.loc[("interactions", "shares"), "superiority"].between(0.585, 0.645).all()
    sizes = share_by_size(panel).set_index(["definition", "month"])["share"]
    assert sizes.loc[("engagement", "2022-07")].round(2).tolist() == [0.15, 0.21, 0.29, 0.61]
