import numpy as np
import pandas as pd
import pytest
from made_lists import make_list

from tiktok.leakage.audit import ModelError, audit_leakage
from tiktok.model.features import (
    PROFILE,
    REACTION_RATES,
    add_features,
    feature_groups,
    log_counts,
    regression_questions,
    success_questions,
)


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


@pytest.mark.parametrize("question", [*regression_questions(), *success_questions()], ids=lambda q: q.asks)
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


def test_groups_of_features_are_given_by_name_all_by_default():
    added = add_features(make_list(60))
    assert {feature for group in feature_groups().values() for feature in group} <= set(added.columns)
    assert feature_groups("reactions per view") == {"reactions per view": REACTION_RATES}
    with pytest.raises(ModelError, match="no group of features 'genre'; these are known: profile"):
        feature_groups("genre")
