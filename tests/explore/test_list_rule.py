"""The rule of the published order is recovered where one was planted, and refused where none can be told.

What the rounding of counts hides stays open; what it can't hide is held against the list.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.dimred import SlicedInverseReg

from acquire import get_panel
from explore import ExploreError
from prepare import clean
from tiktok.explore import list_rule
from tiktok.explore.list_rule import RULE, check_list_order, explain_order, plot_list_rule, score_list_rules
from tiktok.lists.columns import ENGAGEMENT_PARTS, METRICS, list_score

RANKED_MONTHS = ("2022-02", "2022-07", "2022-09", "2022-11", "2022-12")


def invent_creators(n=400, seed=0):
    """Counts of creators who share a common popularity, as heavy-tailed as the lists are."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    logs = rng.normal([13, 14.5, 12, 7, 7], 1, size=(n, 5)) + common
    df = pd.DataFrame(np.exp(logs).round(), columns=list(METRICS))
    df["interactions"] = df[["likes", "comments", "shares"]].sum(axis=1)
    df["engagement"] = df["views"] + df["interactions"]
    return df.assign(handle=[f"creator{i}" for i in range(n)], month="2022-07")


def rank_by(df, score):
    return df.assign(rank=score.rank(ascending=False, method="first")).sort_values("rank", ignore_index=True)


def rank_by_weights(df, *, likes, reactions, share, subscribers, noise=0.0):
    logs = np.log(df[["views", "likes", "subscribers"]])
    score = logs["views"] + likes * logs["likes"] + subscribers * logs["subscribers"]
    score += reactions * np.log(df["comments"] + share * df["shares"])
    return rank_by(df, score + np.random.default_rng(9).normal(0, noise, len(df)))


def spearman_of(scores):
    return scores.set_index("rule")["spearman"]


def fit_weights(ranked):
    """The weights of the rule that are learnt from an order, relative to that of views."""
    share = list_rule._fit_share(ranked)
    views, likes, reactions, subscribers, _ = list_rule._smoothest(list_rule._rule_terms(ranked, share))
    weights = {"likes": likes / views, "reactions": reactions / views, "subscribers": subscribers / views}
    return weights | {"share": share}


@pytest.mark.parametrize(
    "planted",
    [
        {"likes": 1, "reactions": 1, "share": 1, "subscribers": 0},
        {"likes": 0.5, "reactions": 2, "share": 4, "subscribers": 0.3},
        {"likes": 2, "reactions": 0.6, "share": 0.2, "subscribers": -0.4},
    ],
)
@pytest.mark.parametrize(("noise", "room"), [(0.0, 0.02), (0.1, 0.05)])
def test_planted_weights_are_learnt_and_order_creators_that_they_were_not_learnt_from(planted, noise, room):
    df = rank_by_weights(invent_creators(1000), **planted, noise=noise)
    assert fit_weights(df) == pytest.approx(planted, rel=room, abs=room)
    assert spearman_of(score_list_rules(df, resamples=5))["weighted rule with subscribers"] > 0.999


def test_weights_agree_with_sliced_inverse_regression_of_statsmodels():
    df = rank_by_weights(invent_creators(1000), likes=0.5, reactions=2, share=1, subscribers=0.3, noise=0.3)
    terms = np.log(df[["views", "likes", "subscribers"]]).assign(
        reactions=np.log(df["comments"] + df["shares"]), part=df["shares"] / (df["comments"] + df["shares"])
    )
    direction = SlicedInverseReg(df["rank"].to_numpy(), terms.to_numpy()).fit(slice_n=5).params[:, 0]
    _, likes, subscribers, reactions, _ = direction / direction[0]
    weights = list_rule._smoothest(list_rule._rule_terms(df, 1.0))
    _, our_likes, our_reactions, our_subscribers, _ = weights / weights[0]
    assert our_likes == pytest.approx(likes, abs=0.05)
    assert our_subscribers == pytest.approx(subscribers, abs=0.05)
    assert our_reactions == pytest.approx(reactions, abs=0.1)


def test_shuffled_rows_change_nothing():
    df = rank_by(df := invent_creators(), list_score(df))
    shuffled = df.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        score_list_rules(df, resamples=20), score_list_rules(shuffled, resamples=20)
    )


@settings(max_examples=10, deadline=None)
@given(
    column=st.sampled_from(["subscribers", "views", "likes"]),
    factor=st.floats(1, 1000, allow_subnormal=False),
)
def test_a_rescaled_count_changes_no_order(column, factor):
    df = rank_by(df := invent_creators(200), list_score(df))
    rescaled = df.assign(**{column: df[column] * factor})
    scores, again = (score_list_rules(one, resamples=2).set_index("rule") for one in (df, rescaled))
    rules = [list_rule.RULE, list_rule.PRODUCT_OF_FOUR, *list_rule.FITTED_RULES]
    pd.testing.assert_frame_equal(scores.loc[rules], again.loc[rules])


def test_two_runs_give_the_same_and_leave_the_list_alone():
    df = rank_by(df := invent_creators(), list_score(df))
    before = df.copy(deep=True)
    pd.testing.assert_frame_equal(score_list_rules(df, resamples=20), score_list_rules(df, resamples=20))
    pd.testing.assert_frame_equal(df, before)
    other = score_list_rules(df, resamples=20, seed=1)
    assert other["n"].iloc[0] != score_list_rules(df, resamples=20)["n"].iloc[0]


def test_each_rule_orders_a_list_that_it_made():
    df = invent_creators()
    by_engagement = spearman_of(score_list_rules(rank_by(df, df["engagement"]), resamples=10))
    by_rule = spearman_of(score_list_rules(rank_by(df, list_score(df)), resamples=10))
    assert by_engagement["engagement"] == pytest.approx(1)
    assert by_engagement[RULE] < 0.95
    assert by_rule[RULE] == pytest.approx(1)
    assert by_rule["weighted rule"] > 0.999
    assert by_rule["engagement"] < 0.95
    assert by_rule.index[-1] == RULE or by_rule.iloc[-1] == pytest.approx(by_rule[RULE])


def test_a_rule_turned_upside_down_scores_below_zero():
    df = invent_creators()
    scores = spearman_of(score_list_rules(rank_by(df, -list_score(df)), resamples=10))
    assert scores[RULE] == pytest.approx(-1)
    assert scores["weighted rule"] > 0.99  # fitted on the upside-down order, so it knows


def test_subscribers_help_only_where_they_count():
    df = invent_creators(1000)
    planted = {"likes": 1, "reactions": 1, "share": 1}
    without = spearman_of(
        score_list_rules(rank_by_weights(df, **planted, subscribers=0, noise=0.1), resamples=5)
    )
    with_them = spearman_of(score_list_rules(rank_by_weights(df, **planted, subscribers=1), resamples=5))
    assert abs(without["weighted rule with subscribers"] - without["weighted rule"]) < 0.001
    assert with_them["weighted rule with subscribers"] > with_them["weighted rule"] + 0.02


def test_scores_come_with_intervals_and_the_share_of_pairs():
    df = invent_creators()
    scores = score_list_rules(rank_by(df, df["views"]), resamples=100)
    assert (scores["low"] <= scores["spearman"]).all()
    assert (scores["high"] >= scores["spearman"]).all()
    assert scores.set_index("rule").loc["views", "pairs_right"] == pytest.approx(1)
    assert scores["pairs_right"].between(0.4, 1).all()


def test_rules_are_scored_on_creators_that_they_were_not_fitted_on():
    df = rank_by(df := invent_creators(), list_score(df))
    first, second = list_rule._halves(df, 2022)
    scores = score_list_rules(df, resamples=5)
    assert set(first["handle"]).isdisjoint(second["handle"])
    assert len(first) + len(second) == len(df)
    assert 0.4 < len(first) / len(df) < 0.6
    assert (scores["n"] == len(second)).all()
    spoilt = df.assign(views=df["views"].where(df["handle"].isin(second["handle"]), df["views"].iloc[::-1]))
    assert spearman_of(score_list_rules(spoilt, resamples=5))[RULE] == pytest.approx(1)


def test_a_creator_is_in_the_same_half_in_every_month():
    df = invent_creators()
    first, _ = list_rule._halves(df, 7)
    later, _ = list_rule._halves(df.sample(frac=0.5, random_state=1), 7)
    other, _ = list_rule._halves(df, 8)
    assert set(later["handle"]) <= set(first["handle"])
    assert set(other["handle"]) != set(first["handle"])


def test_creators_with_nothing_shared_or_commented_are_weighed_without_a_warning():
    df = invent_creators(100)
    df.loc[:4, ["comments", "shares"]] = 0
    df.loc[5, "likes"] = 0
    ranked = rank_by(df, list_score(df))
    scores = score_list_rules(ranked, resamples=5)
    assert np.isfinite(scores[["spearman", "low", "high"]]).all(axis=None)
    assert spearman_of(scores)[RULE] > 0.999


def test_creators_with_a_missing_count_or_rank_are_left_out_and_not_counted():
    df = rank_by(df := invent_creators(100), list_score(df))
    df.loc[3, "likes"] = np.nan
    df.loc[7, "rank"] = np.nan
    ranked = list_rule._ranked_creators(df)
    assert ranked.index.tolist() == df.index.drop([3, 7]).tolist()
    assert score_list_rules(df, resamples=2)["n"].iloc[0] == len(list_rule._halves(ranked, 2022)[1])


def test_ranks_may_be_of_a_nullable_type():
    df = rank_by(df := invent_creators(100), list_score(df))
    nullable = df.assign(rank=df["rank"].astype("Int64"))
    pd.testing.assert_frame_equal(score_list_rules(df, resamples=5), score_list_rules(nullable, resamples=5))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda df: df.drop(columns="rank"), "The list of 2022-07 has no published rank"),
        (lambda df: df.assign(rank=np.nan), "The list of 2022-07 has no published rank"),
        (lambda df: df.head(49), "has 49 ranked creators"),
        (lambda df: df.assign(likes=5.0), "Column 'likes' is 5 for every creator of 2022-07"),
        (lambda df: df.assign(likes=3 * df["views"]), "move together exactly"),
        (lambda df: df.assign(shares=2 * df["comments"]), "move together exactly"),
        (lambda df: df.drop(columns="shares"), "The list of 2022-07 has no column 'shares'"),
        (lambda df: df.drop(columns=["rank", "month"]), "The list of an unknown month has no"),
    ],
)
def test_what_cannot_be_told_is_refused_in_one_sentence(spoil, message):
    df = rank_by(df := invent_creators(100), list_score(df))
    with pytest.raises(ExploreError, match=message) as refusal:
        score_list_rules(spoil(df))
    assert "\n" not in str(refusal.value)


def test_an_order_without_any_rule_is_explained_by_none():
    df = invent_creators()
    noise = pd.Series(np.random.default_rng(5).normal(size=len(df)))
    scores = score_list_rules(rank_by(df, noise), resamples=100)
    assert scores["spearman"].abs().max() < 0.3
    assert (scores["high"] - scores["low"] > 0.1).all()


def test_results_remember_that_their_creators_are_synthetic():
    df = rank_by(df := invent_creators(100), list_score(df))
    df.attrs["provenance"] = {"synthetic": True}
    assert score_list_rules(df, resamples=2).attrs["provenance"]["synthetic"]


def invent_list(n=60, seed=0):
    """A list that is ordered by the rule before its counts are rounded the way the lists print them."""
    rng = np.random.default_rng(seed)
    logs = rng.normal([13, 14.5, 12, 7, 7], 1, size=(n, 5)) + rng.normal(size=(n, 1))
    exact = pd.DataFrame(np.exp(logs), columns=["subscribers", *ENGAGEMENT_PARTS])
    exact = exact.iloc[(-list_score(exact)).argsort()].reset_index(drop=True)
    df = exact.apply(print_count)
    df["engagement"] = df[list(ENGAGEMENT_PARTS)].sum(axis=1)
    return df.assign(rank=np.arange(1.0, n + 1), handle=[f"creator{i}" for i in range(n)], month="2022-07")


def print_count(values):
    unit = np.select([values >= 1e6, values >= 1e3], [1e5, 1e2], 1.0)
    return (values / unit).round() * unit


def row_of(df):
    return check_list_order(df).iloc[0]


@pytest.mark.parametrize("seed", range(5))
def test_a_list_ordered_before_rounding_is_never_contradicted(seed):
    row = row_of(invent_list(seed=seed))
    assert row["pairs_contradict"] == 0
    assert row["within_rounding"] == 1
    assert row["pairs_agree"] > 0.8 * row["pairs"]
    assert row["pairs"] == row["pairs_agree"] + row["pairs_contradict"] + row["pairs_open"] == 60 * 59 / 2


def test_a_creator_moved_from_the_end_to_the_top_is_found():
    df = invent_list()
    df["rank"] = [*range(2, 61), 1]
    row = row_of(df)
    assert 55 <= row["pairs_contradict"] <= 59
    assert row["within_rounding"] < 0.99
    assert row["places_off_max"] == 59
    assert row["places_off_median"] >= 1


def two_creators(views, likes=2e5, comments=100.0, shares=100.0):
    return pd.DataFrame({"views": views, "likes": likes, "comments": comments, "shares": shares})


def test_neighbours_that_rounding_cannot_tell_apart_are_left_open():
    assert not list_rule._surely_above(two_creators([1e6, 1.1e6])).any()


def test_neighbours_that_rounding_can_tell_apart_are_not():
    above = list_rule._surely_above(two_creators([1e6, 1.2e6], comments=900.0, shares=900.0))
    assert above.tolist() == [[False, False], [True, False]]


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        (3e6, 3.1e6, False),  # 2.95–3.05 and 3.05–3.15 million touch
        (3e6, 3.2e6, True),
        (729_400, 729_500, False),
        (729_400, 729_600, True),
        (33_299_999.999999996, 33.4e6, False),  # as one of the files has it
        (888, 889, False),
        (888, 890, True),
        (3_000_001, 3_000_003, True),  # off the printed grid, so known to the unit
    ],
)
def test_a_count_is_known_to_half_a_unit_of_its_last_printed_place(first, second, apart):
    exact = 12_345_678_901_234.0
    assert list_rule._surely_above(two_creators([first, second], exact, exact, exact)).any() == apart


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.integers(0, 10**7) for _ in ENGAGEMENT_PARTS]),
        min_size=1,
        max_size=12,
    )
)
def test_who_is_surely_above_has_the_higher_score_and_the_order_is_consistent(rows):
    df = pd.DataFrame(rows, columns=ENGAGEMENT_PARTS, dtype=float)
    above = list_rule._surely_above(df)
    score = list_score(df).to_numpy()
    assert (score[:, None] > score[None, :])[above].all()
    assert not (above & above.T).any()


def test_counts_printed_as_nothing_are_not_taken_for_less():
    assert not list_rule._surely_above(two_creators(0.0, 0.0, [100.0, 0.0])).any()


def test_the_order_of_the_rows_does_not_matter_and_creators_without_a_count_are_left_out():
    df = invent_list()
    shuffled = df.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(check_list_order(df), check_list_order(shuffled))
    df.loc[4, "likes"] = np.nan
    pd.testing.assert_frame_equal(check_list_order(df), check_list_order(df.drop(index=4)))


def test_published_places_have_no_gaps_where_ranks_have():
    df = invent_list().drop(index=[2, 10])
    assert row_of(df)["places_off_max"] == row_of(df.assign(rank=range(1, 59)))["places_off_max"]


def test_what_it_takes_to_enter_and_what_one_more_reaction_is_worth():
    df = invent_list()
    row = row_of(df)
    reactions = df["comments"] + df["shares"]
    assert row["entry_score"] == list_score(df).min()
    assert row["entry_reactions"] * df["views"].median() * df["likes"].median() == pytest.approx(
        row["entry_score"]
    )
    assert row["views_per_reaction"] == pytest.approx((df["views"] / reactions).median())
    one = df.iloc[[0]]
    by_reaction = list_score(one.assign(shares=one["shares"] + 1))
    by_views = list_score(one.assign(views=one["views"] + one["views"] / reactions.iloc[0]))
    assert by_reaction.iloc[0] == pytest.approx(by_views.iloc[0])


def test_nothing_shared_or_commented_stands_last_without_a_warning():
    df = invent_list()
    df.loc[59, ["comments", "shares"]] = 0
    row = row_of(df)
    assert row[["pairs_contradict", "within_rounding"]].tolist() == [0, 1]
    assert row["views_per_reaction"] == (df["views"] / (df["comments"] + df["shares"])).iloc[:59].median()
    assert row["likes_per_reaction"] == (df["likes"] / (df["comments"] + df["shares"])).iloc[:59].median()
    assert row["entry_score"] == 0


def test_a_list_without_rank_is_not_explained():
    df = invent_list().drop(columns="rank")
    assert explain_order(df) == explain_order(df.assign(rank=np.nan)) == (None, None, None)
    for ask in (check_list_order, plot_list_rule):
        with pytest.raises(ExploreError, match="no published rank"):
            ask(df)


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(ExploreError, match="no column 'shares'"):
        check_list_order(invent_list().drop(columns="shares"))


def test_the_figure_of_the_rule_says_how_well_each_order_fits():
    df = invent_list()
    fig = plot_list_rule(df)
    titles = [(ax.get_title(loc="left") or ax.get_title()).replace("\n", " ") for ax in fig.axes]
    assert len(fig.axes) == 3
    assert "By subscribers" in titles[0]
    assert f"By {RULE}" in titles[2]
    drawn = fig.axes[2].collections[0].get_offsets()
    assert sorted(drawn[:, 0]) == list(range(1, 61))
    assert np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1] > 0.99
    assert f"{RULE} 0.99" in fig.get_label() or f"{RULE} 1.00" in fig.get_label()


def test_the_figure_of_synthetic_creators_is_marked():
    df = invent_list()
    df.attrs["provenance"] = {"synthetic": True}
    fig = plot_list_rule(df)
    assert "SYNTHETIC" in fig.get_label()
    assert any("SYNTHETIC" in text.get_text() for text in fig.texts)


@pytest.fixture(scope="module")
def real_panel(real_data_dir):
    panel = get_panel(source="local", data_dir=real_data_dir)
    return {month: clean(raw, month=month) for month, raw in panel.items()}


@pytest.mark.real_data
def test_the_real_june_list_has_no_rank(real_panel):
    with pytest.raises(ExploreError, match="2022-06"):
        score_list_rules(real_panel["2022-06"])


@pytest.mark.real_data
@pytest.mark.parametrize("month", RANKED_MONTHS)
def test_the_real_order_is_that_of_the_rule(real_panel, month):
    scores = score_list_rules(real_panel[month]).set_index("rule")
    assert scores.loc[RULE, "low"] > 0.999
    assert scores.loc["weighted rule", "low"] > 0.999
    assert 0.94 < scores.loc["weighted logs", "spearman"] < 0.995
    assert scores.loc["engagement", "spearman"] == pytest.approx(0.70, abs=0.05)
    assert scores.loc["subscribers", "spearman"] < 0.25


@pytest.mark.real_data
@pytest.mark.parametrize("month", RANKED_MONTHS)
def test_the_real_weights_are_one_and_nothing_for_subscribers(real_panel, month):
    wanted = {"likes": 1, "reactions": 1, "subscribers": 0, "share": 1}
    assert fit_weights(list_rule._ranked_creators(real_panel[month])) == pytest.approx(wanted, abs=0.02)


@pytest.mark.real_data
def test_weights_of_one_real_month_order_every_other(real_panel):
    halves = [
        list_rule._halves(list_rule._ranked_creators(real_panel[month]), 2022) for month in RANKED_MONTHS
    ]
    for first, _ in halves:
        for _, second in halves:
            score = list_rule._fitted_score(first, second, "weighted rule")
            assert score.corr(-second["rank"], method="spearman") > 0.999


@pytest.mark.real_data
@pytest.mark.parametrize("month", RANKED_MONTHS)
def test_no_real_pair_of_creators_stands_against_the_rule(real_panel, month):
    row = row_of(real_panel[month])
    assert row["n"] > 980
    assert row["pairs_contradict"] == 0
    assert row["within_rounding"] == 1
    assert row["pairs_agree"] > 0.94 * row["pairs"]
    assert row["spearman"] > 0.9997
    assert row["places_off_median"] <= 3
    assert row["places_off_max"] <= 40


@pytest.mark.real_data
@pytest.mark.parametrize(
    "nearby",
    [
        lambda df: df["views"] * df["likes"] ** 0.97 * (df["comments"] + df["shares"]),
        lambda df: df["views"] * df["likes"] * (df["comments"] + df["shares"]) ** 1.03,
        lambda df: df["views"] * df["likes"] * (df["comments"] + 1.1 * df["shares"]),
        lambda df: (df["views"] + df["likes"]) * df["likes"] * (df["comments"] + df["shares"]),
    ],
)
def test_real_pairs_do_stand_against_rules_that_are_a_little_off(real_panel, monkeypatch, nearby):
    monkeypatch.setattr(list_rule, "list_score", nearby)
    assert row_of(real_panel["2022-07"])["pairs_contradict"] > 0
