import numpy as np
import pandas as pd
import pytest
from made_lists import make_list

import acquire
import model
import prepare
from tiktok.model.every_month import compare_over_months, tell_from_subscribers
from tiktok.model.features import Question


def bent_list(seed, bend, n=800):
    """Creators whose engagement hangs on subscribers in a straight line, or by a curve among the big ones."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    engagement = np.exp(14 + 0.2 * size + bend * np.maximum(size - 0.3, 0) ** 2 + rng.normal(0, 0.6, n))
    creators = make_list(n, seed=seed).assign(subscribers=np.exp(15 + size), engagement=engagement)
    return creators.assign(interactions=engagement / 10)


def test_a_curve_tells_more_than_a_line_where_the_relation_bends_and_only_there():
    told = tell_from_subscribers({"2022-06": bent_list(0, 0.4), "2022-07": bent_list(1, 0.0)})
    assert told["definition"].tolist() == ["engagement"] * 2 + ["interactions"] * 2
    bent, straight = (told[told["month"] == month].iloc[0] for month in ("2022-06", "2022-07"))
    assert bent["gain_low"] > 0
    assert bent["p_curvature"] < 1e-6
    assert straight["gain_low"] <= 0
    assert straight["p_curvature"] > 0.01
    assert straight["r2_low"] > 0
    assert (told["skill_low"] > 0).all()
    for name in ("r2", "gain", "auc", "skill"):
        assert (told[f"{name}_low"] < told[name]).all()
        assert (told[name] < told[f"{name}_high"]).all()


def test_both_definitions_are_told_alike_where_they_are_alike():
    one, other = tell_from_subscribers({"2022-07": bent_list(0, 0.2)}).drop(columns="definition").to_numpy()
    np.testing.assert_allclose(one[1:].astype(float), other[1:].astype(float), rtol=1e-6)


def test_another_dealing_of_the_folds_moves_no_bound_by_a_hundredth():
    panel = {"2022-07": bent_list(3, 0.2)}
    ends = [f"{name}_{end}" for name in ("r2", "gain", "auc", "skill") for end in ("low", "high")]
    bounds = np.array([tell_from_subscribers(panel, seed=seed)[ends].to_numpy() for seed in range(6)])
    assert np.ptp(bounds, axis=0).max() < 0.01


def test_a_list_that_cannot_be_fitted_has_no_numbers_and_spoils_no_other():
    one = bent_list(0, 0.2)
    same = one.assign(subscribers=1e6)
    told = tell_from_subscribers({"2022-05": one[:40], "2022-06": same, "2022-07": one})
    assert told["r2"].isna().tolist() == [True, True, False] * 2
    assert told["n"].tolist() == [40, 800, 800] * 2
    few = one.assign(subscribers=np.where(one["subscribers"] < 3e6, 1e6, 1e7))
    row = tell_from_subscribers({"2022-07": few}).iloc[0]
    assert np.isnan(row["p_curvature"])
    assert row["gain"] == 0


def test_a_question_is_asked_of_each_month_alone():
    panel = {"2022-06": bent_list(0, 0.4), "2022-07": bent_list(1, 0.0)}
    question = Question("engagement", ("subscribers",), "?")
    both = compare_over_months(panel, question)
    alone = compare_over_months({"2022-07": panel["2022-07"]}, question)
    pd.testing.assert_frame_equal(both[both["month"] == "2022-07"].reset_index(drop=True), alone)
    r2 = both[(both["metric"] == "r2_log") & (both["model"] == "splines")].set_index("month")
    assert r2["beats_reference"].to_dict() == {"2022-06": True, "2022-07": False}
    told = tell_from_subscribers(panel).query("definition == 'engagement'").set_index("month")
    np.testing.assert_allclose(r2["value"], told["r2"])
    np.testing.assert_allclose(r2["over_reference_low"], told["gain_low"])


def test_success_is_the_top_quarter_of_its_own_month():
    june = bent_list(0, 0.4)
    panel = {"2022-06": june, "2022-07": june.assign(engagement=june["engagement"] * 50)}
    compared = compare_over_months(panel, Question("engagement", ("subscribers",), "?"), success=True)
    assert set(compared["model"]) == {"base rate", "logistic regression", "logistic splines"}
    one, other = (rows.drop(columns="month") for _, rows in compared.groupby("month"))
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))


def test_what_is_engineered_is_asked_of_each_list_itself():
    question = model.regression_questions()[-1]
    known = question.knowing("the list's bar")
    assert known.features == (*question.features, "shares_needed")
    panel = {"2022-07": make_list(300)}
    assert len(compare_over_months(panel, known)) == len(compare_over_months(panel, question))
    assert "shares_needed" not in panel["2022-07"]


def test_a_month_whose_answer_is_among_its_features_and_one_that_is_too_short_are_passed_over():
    fine, short = make_list(200), make_list(30)
    parts = Question("engagement", prepare.ENGAGEMENT_PARTS, "?")
    asked = model.regression_questions()[0]
    for success in (False, True):
        assert compare_over_months({"2022-07": fine}, parts, success=success).empty
    alone = compare_over_months({"2022-07": fine}, asked)
    pd.testing.assert_frame_equal(compare_over_months({"2022-06": short, "2022-07": fine}, asked), alone)
    none = compare_over_months({"2022-06": short}, asked)
    assert none.empty
    assert set(none.columns) == set(alone.columns)


@pytest.fixture(scope="module")
def real_panel(real_data_dir):
    lists = acquire.get_panel(source="local", data_dir=real_data_dir)
    return {month: prepare.clean(raw) for month, raw in lists.items()}


@pytest.mark.real_data
def test_on_the_real_lists_subscribers_tell_a_little_by_a_curve(real_panel):
    told = tell_from_subscribers(real_panel)
    assert len(told) == 12
    assert told["r2"].between(0.07, 0.17).all()
    assert (told["r2_low"] > 0).all()
    assert (told["p_curvature"] < 0.05).all()
    assert (told.query("definition == 'engagement'")["p_curvature"] < 2e-3).all()
    assert (told["skill_low"] > 0).all()
    july = told[(told["month"] == "2022-07") & (told["definition"] == "engagement")].iloc[0]
    assert 0.1 < july["r2"] < 0.14
    assert 0 < july["gain_low"] < july["gain"] < 0.05


@pytest.mark.slow
@pytest.mark.real_data
def test_what_is_better_on_one_real_list_need_not_be_on_another(real_panel):
    asked = model.regression_questions()
    better = {
        question.asks: compare_over_months(real_panel, question)
        .query("metric == 'r2_log' and model == 'splines'")["beats_reference"]
        .tolist()
        for question in asked
    }
    assert all(better[asked[2].asks])  # shares
    assert 0 < sum(better[asked[1].asks]) < 6  # interactions from views
    reactions = model.success_questions()[1]
    told = compare_over_months(real_panel, reactions, success=True)
    splines = told.query("metric == 'brier_skill' and model == 'logistic splines'")["beats_reference"]
    assert 0 < splines.sum() < 6
