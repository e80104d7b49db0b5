import numpy as np
import pandas as pd
import pytest
from made_lists import make_list, make_split, shuffle

from features import (
    PROFILE,
    REACTION_RATES,
    REGRESSION_QUESTIONS,
    SUCCESS_QUESTIONS,
    add_features,
    in_fixed_order,
    join_parts,
    log_counts,
    name_parts,
    require_label,
    require_models,
    require_positive,
    require_usable,
    take,
)
from leakage import ModelError, audit_leakage
from provenance import hand_on


def test_features_are_added_and_nothing_else_is_changed():
    creators = make_list(60)
    before = creators.copy()
    added = add_features(creators)
    pd.testing.assert_frame_equal(creators, before)
    pd.testing.assert_frame_equal(added[creators.columns], creators)
    assert set(added.columns) - set(creators.columns) >= {*PROFILE, *REACTION_RATES, "shares_needed"}
    assert added.attrs["provenance"]["synthetic"]


def test_reactions_are_counted_per_thousand_views():
    added = add_features(make_list(60))
    expected = 1000 * added["comments"] / added["views"]
    pd.testing.assert_series_equal(added["comments_per_1000_views"], expected, check_names=False)


def test_nobody_in_the_list_has_clearly_fewer_shares_than_its_bar_asks_for():
    creators = make_list(200)
    added = add_features(creators)
    least = creators["shares"].quantile(0.05)
    above_least = added["shares_needed"] > least
    assert (added["shares"][above_least] >= added["shares_needed"][above_least] * (1 - 1e-9)).all()
    assert added["shares_needed"].min() == pytest.approx(least)


def test_the_bar_asks_more_of_those_with_fewer_views():
    creators = make_list(200).assign(likes=1e5, comments=0.0)
    creators.loc[creators["views"].idxmin(), "shares"] = 9e5
    creators = creators.assign(shares=creators["shares"].clip(lower=3e10 / creators["views"]))
    needed = add_features(creators)["shares_needed"]
    few, many = creators["views"].nsmallest(20).index, creators["views"].nlargest(20).index
    assert needed[few].min() > needed[many].max()


@pytest.mark.parametrize("question", [*REGRESSION_QUESTIONS, *SUCCESS_QUESTIONS], ids=lambda q: q.asks)
def test_no_question_is_answered_by_its_own_features(question):
    creators = add_features(make_list())
    X = creators[list(question.features)]
    assert "leak" not in set(audit_leakage(X, creators[question.target])["verdict"])


def test_counts_are_logged_and_flags_are_not():
    logged = log_counts(pd.DataFrame({"likes": [0, 9], "emoji": [True, False]}, index=[5, 3]))
    assert logged["likes"].tolist() == [0, np.log(10)]
    assert logged["emoji"].tolist() == [1, 0]
    assert logged.index.tolist() == [5, 3]


def test_a_negative_count_has_no_log():
    with pytest.raises(ModelError, match="'likes' goes down to -3"):
        log_counts(pd.DataFrame({"views": [1.0, 2], "likes": [4.0, -3]}))


def test_parts_are_joined_in_the_order_of_handles_whatever_order_they_came_in():
    split = make_split(100)
    joined = join_parts(split, ["train", "test"])
    assert joined["handle"].is_monotonic_increasing
    assert set(joined["handle"]) == {*split.train["handle"], *split.test["handle"]}
    pd.testing.assert_frame_equal(joined, join_parts(shuffle(split), ["test", "train"]))
    assert joined.attrs["provenance"]["synthetic"]


def test_fixed_order_leaves_its_argument_alone():
    creators = pd.DataFrame({"handle": ["b", "a"], "n": [1, 2]})
    assert in_fixed_order(creators)["n"].tolist() == [2, 1]
    assert creators["handle"].tolist() == ["b", "a"]


def test_a_split_has_three_parts():
    with pytest.raises(ModelError, match="three parts"):
        name_parts([pd.DataFrame()] * 2)


def test_taking_columns_drops_their_attrs_and_keeps_those_of_the_list():
    creators = make_list(10)
    assert take(creators, "likes").attrs == {}
    assert take(creators, ["likes"]).attrs == {}
    assert creators.attrs


def test_provenance_is_handed_on_as_a_copy():
    creators, result = make_list(10), pd.DataFrame()
    hand_on(creators, result).attrs["provenance"]["synthetic"] = False
    assert creators.attrs["provenance"]["synthetic"]
    assert hand_on(pd.DataFrame(), pd.DataFrame()).attrs == {}


def test_an_unknown_model_is_named_with_those_that_are_known():
    with pytest.raises(ModelError, match="no model 'ridge'; these are known: OLS, gamma"):
        require_models({"OLS": 1, "gamma": 2}, ["OLS", "ridge"])


def broken(creators, column, value):
    changed = creators.copy()
    changed.loc[3, column] = value
    return changed


@pytest.mark.parametrize(
    ("spoil", "features", "said"),
    [
        (lambda c: c, ["engagement"], "target 'engagement' is among its own features"),
        (lambda c: c, [], "at least one column"),
        (lambda c: c, "subscribers", "at least one column"),
        (lambda c: c, ["subscribers", "subscribers"], "named twice"),
        (lambda c: c, ["followers"], "no column 'followers'"),
        (lambda c: c[:49], ["subscribers"], "49 creators; at least 50"),
        (lambda c: c.assign(engagement=7.0), ["subscribers"], "'engagement' is 7 for everybody"),
        (lambda c: broken(c, "subscribers", np.nan), ["subscribers"], "is nan for creator 'creator_3'"),
        (lambda c: broken(c, "engagement", np.inf), ["subscribers"], "'engagement' is inf for creator"),
        (lambda c: c.assign(subscribers="1M"), ["subscribers"], "'subscribers' holds .*, not numbers"),
        (lambda c: broken(c, "handle", "creator.1"), ["subscribers"], "'creator.1' is there twice"),
        (lambda c: c.drop(columns="handle"), ["subscribers"], "no column 'handle'"),
    ],
)  # fmt: skip
def test_what_cannot_be_modelled_is_refused_in_one_sentence(spoil, features, said):
    with pytest.raises(ModelError, match=said) as refusal:
        require_usable(spoil(make_list(60)), "engagement", features)
    assert "\n" not in str(refusal.value)


def test_rows_that_are_only_predicted_may_be_few_and_alike():
    one = make_list(60)[:1]
    require_usable(one, "engagement", ["subscribers"], to_fit=False)
    with pytest.raises(ModelError, match="0 creators; at least 1"):
        require_usable(one[:0], "engagement", ["subscribers"], to_fit=False)


def test_a_label_is_true_or_false():
    creators = make_list(60)
    with pytest.raises(ModelError, match="'views' must be True or False"):
        require_label(creators, "views", ["subscribers"])
    with pytest.raises(ModelError, match="only one class, True"):
        require_label(creators.assign(success=True), "success", ["subscribers"])


def test_a_target_without_a_logarithm_is_refused_by_name():
    with pytest.raises(ModelError, match="'comments' is 0 for creator 'creator_3'"):
        require_positive(broken(make_list(60), "comments", 0), "comments")
