"""No rendered sentence contradicts its own table (sign, significance, order of models), on every list."""

import re

import pytest

import acquire
import explore
import model
import prepare
from tiktok import story
from tiktok.explore import earlier_claims

OTHERS = ["subscribers", "views", "likes", "comments"]
LISTS = [("sample", month) for month in ("2022-02", "2022-06", "2022-07", "2022-09", "2022-11")]
REAL_MONTHS = [*(month for _, month in LISTS), "2022-12"]
LISTS += [pytest.param(("local", month), marks=pytest.mark.real_data) for month in REAL_MONTHS]


@pytest.fixture(scope="module", params=LISTS, ids="-".join)
def creators(request):
    source, month = request.param
    if source == "local":
        request.getfixturevalue("real_data_dir")
    return prepare.clean(acquire.get_tiktokers(month, source=source))


@pytest.fixture(scope="module")
def split(creators):
    return prepare.label_success(prepare.split_creators(model.add_features(creators)))


def test_agreement_is_said_of_the_features_that_agree(creators):
    tests = explore.correlation_tests(creators, "shares", OTHERS)
    said = story.say_correlations(tests).data
    disagreeing = said.split("disagree on")[1] if "disagree on" in said else ""
    for feature, agree in zip(tests["feature"], tests["agree"], strict=True):
        assert (feature in disagreeing) == (not agree)


def test_a_relation_called_negative_is_significant_and_negative(creators):
    tried = earlier_claims.try_correlation_claims(creators, resamples=1000)
    said = story.say_correlation_claims(tried).data
    named = re.findall(r"(\w+) with (\w+) \(", said.split("Significantly *negative*")[-1])
    negative = tried[(tried["p_holm"] < 0.05) & (tried["statistic"] < 0)]
    expected = set(zip(negative["feature"], negative["target"], strict=True))
    assert (set(named) if "Significantly *negative*" in said else set()) == expected


def test_the_shape_of_the_quarters_is_that_of_the_medians(creators):
    quarters = explore.compare_quartiles(creators, "engagement", ["shares"])
    said = story.say_quarters(quarters).data
    lowest, second, third, top = quarters.loc[0, [f"median_q{q}" for q in range(1, 5)]]
    if "at both ends" in said:
        assert max(second, third) < min(lowest, top)
    if "rise from" in said:
        assert lowest < second < third < top
    if "fall from" in said:
        assert lowest > second > third > top


def test_a_creator_who_carries_a_coefficient_leaves_it_nearer_to_nothing(creators):
    summary = explore.summarise_influence(explore.leave_creators_out(creators, "shares", OTHERS))
    said = story.say_influence(summary).data
    for row in summary.itertuples():
        if row.effect == "carries":
            assert abs(row.without_1) < abs(row.without_0)
            assert f"{row.feature} × shares" in said
        if row.effect == "hides":
            assert abs(row.without_1) > abs(row.without_0)


def test_the_model_that_is_named_is_shown_to_beat_the_mean_and_none_is_shown_to_beat_it(split):
    question = model.regression_questions()[1]
    compared = model.cross_validate_regressors(split, question.target, question.features)
    said = story.say_regression(question, compared).data
    r2 = compared[compared["metric"] == "r2_log"].set_index("model")
    named = re.search(r"on creators left out, ([\w ]+?) reaches", said)
    if named is None:
        assert not r2["beats_baseline"].any()
        return
    assert r2.loc[named[1], "beats_baseline"]
    if "no other model is shown to be better" in said:
        assert not r2["beats_reference"].any()


def test_the_chance_that_is_called_greater_is_greater(split):
    scored = model.score_creators({"subscribers": [1e5, 1e6, 5e6, 2e7]}, split)
    said = story.say_chances(scored).data
    known = scored[(scored["note"] == "") & scored["probability"].notna()]
    first, last = known.iloc[0], known.iloc[-1]
    assert ("are more often" in said) == (last["low"] > first["high"])
    assert ("are less often" in said) == (last["high"] < first["low"])


def test_the_rule_is_called_exact_only_where_no_pair_contradicts_it(creators):
    order, scores, _ = explore.explain_order(creators)
    said = story.say_list_rule(order, scores).data
    if order is None:
        assert "no published rank" in said
    else:
        assert ("none stands the other way round" in said) == (order["pairs_contradict"].iloc[0] == 0)
