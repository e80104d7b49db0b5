"""The rule of the published order is recovered where one was planted, and refused where none can be told."""

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
from tiktok.explore.list_rule import RULE, score_list_rules
from tiktok.lists.columns import METRICS, list_score

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
