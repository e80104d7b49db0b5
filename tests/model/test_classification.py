import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_lists import make_split, shuffle
from sklearn.metrics import average_precision_score, brier_score_loss, d2_brier_score, roc_auc_score

import acquire
import prepare
from tiktok.leakage.audit import LeakageError, ModelError
from tiktok.model.classification import (
    CLASSIFIERS,
    auc,
    brier,
    compare_classifiers,
    cross_validate_classifiers,
    precision_over_recall,
    predict_classifiers,
    score_probabilities,
)
from tiktok.model.cross_validation import explain

CHEAP = {name: CLASSIFIERS[name] for name in ("base rate", "logistic regression")}
THEIRS = {
    auc: roc_auc_score,
    precision_over_recall: average_precision_score,
    brier: brier_score_loss,
    explain: d2_brier_score,
}


def made_predictions(probability, actual):
    handles = [f"c{i}" for i in range(len(actual))]
    made = {"model": "m", "sample": "validate", "handle": handles, "actual": actual}
    return pd.DataFrame({**made, "probability": probability})


@given(st.integers(0, 10_000), st.integers(2, 20))
@settings(max_examples=40, deadline=None)
def test_scores_are_those_of_scikit_learn_ties_included(seed, levels):
    rng = np.random.default_rng(seed)
    actual = rng.random(25) < 0.3
    actual[:2] = [True, False]
    probability = rng.integers(0, levels, 25) / levels
    for ours, theirs in THEIRS.items():
        scored = ours(actual, np.array([probability, 1 - probability]))
        expected = [theirs(actual, probability), theirs(actual, 1 - probability)]
        np.testing.assert_allclose(scored.each, expected, atol=1e-12)


def test_the_error_of_the_area_under_the_curve_is_delongs():
    rng = np.random.default_rng(0)
    actual = rng.random(300) < 0.3
    probability = rng.integers(0, 30, 300) / 30 + 0.2 * actual
    one, other = probability[actual][:, None], probability[~actual]
    won = (one > other) + 0.5 * (one == other)
    variance = won.mean(axis=1).var() / actual.sum() + won.mean(axis=0).var() / (~actual).sum()
    influence = auc(actual, probability[None]).influence[0]
    assert influence.var() / 300 == pytest.approx(variance)


def test_of_several_folds_each_is_ranked_by_itself():
    rng = np.random.default_rng(0)
    actual, folds = np.arange(60) % 3 == 0, np.arange(60) // 12
    probability = rng.integers(0, 9, 60) / 9
    scored = auc(actual, probability[None], folds[None])
    each = [roc_auc_score(actual[folds == fold], probability[folds == fold]) for fold in range(5)]
    assert scored.each.item() == pytest.approx(np.mean(each))
    together = auc(actual, probability[None])
    np.testing.assert_array_equal(scored.influence, together.influence)
    by_fold = auc(actual, (folds / 5)[None], folds[None])
    assert by_fold.each.item() == 0.5
    lonely = auc(actual, probability[None], np.where(actual & (folds == 0), 5, folds)[None])
    assert lonely.each.item() == pytest.approx(np.mean(each[1:]))


def test_the_label_is_refused_to_what_it_was_computed_from():
    split = make_split()
    for run in (predict_classifiers, compare_classifiers, cross_validate_classifiers):
        with pytest.raises(LeakageError):
            run(split, ["views", "likes", "comments", "shares"], CHEAP)
    compared = compare_classifiers(split, ["engagement"], CHEAP, allow_leakage=True).set_index(
        ["metric", "model"]
    )
    assert compared.loc[("auc", "logistic regression"), "value"] > 0.99


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_model_gives_probabilities_without_a_warning(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        predictions = predict_classifiers(
            make_split(), ["subscribers", "comments"], {name: CLASSIFIERS[name]}
        )
    assert predictions["probability"].between(0, 1).all()
    assert set(predictions["sample"]) == {"validate"}


def test_the_base_rate_is_that_of_train_for_everybody_and_tells_nothing_apart():
    split = make_split()
    predictions = predict_classifiers(split, ["subscribers"], CHEAP)
    base = predictions[predictions["model"] == "base rate"]
    np.testing.assert_allclose(base["probability"], split.train["success"].mean())
    scores = score_probabilities(predictions).set_index(["metric", "model"])
    assert scores.loc[("auc", "base rate"), ["value", "low", "high"]].tolist() == [0.5, 0.5, 0.5]


def test_models_are_fitted_on_train_alone():
    split = make_split()
    turned = split._replace(test=split.test.assign(success=~split.test["success"]))
    one, other = (
        predict_classifiers(s, ["subscribers"], samples=["test"])["probability"] for s in (split, turned)
    )
    pd.testing.assert_series_equal(one, other, check_exact=True)


def test_scores_hold_an_interval_around_the_value():
    predictions = predict_classifiers(make_split(600), ["subscribers"], CHEAP, samples=["train", "test"])
    on_test, on_train = (
        score_probabilities(predictions, sample=s).query("model == 'logistic regression'")
        for s in ("test", "train")
    )
    assert (on_test["low"] <= on_test["value"]).all()
    assert (on_test["value"] <= on_test["high"]).all()
    width = (on_test["high"] - on_test["low"]).to_numpy() > (on_train["high"] - on_train["low"]).to_numpy()
    assert width[0]
    assert set(on_train["sample"]) == {"train"}


def test_a_planted_relation_beats_the_base_rate_and_noise_does_not():
    split = make_split(400, by="interactions")
    told = cross_validate_classifiers(split, ["views"], CHEAP).set_index(["metric", "model"])
    for metric in ("auc", "average_precision", "brier", "brier_skill"):
        row = told.loc[(metric, "logistic regression")]
        assert row["beats_baseline"], metric
        assert row["over_baseline_low"] > 0
    assert told.loc[("brier", "logistic regression"), "value"] < told.loc[("brier", "base rate"), "value"]
    noise = prepare.Split(
        *(part.drop(columns="success").assign(success=part["comments"].rank() % 4 == 0) for part in split)
    )
    lost = cross_validate_classifiers(noise, ["subscribers"], CHEAP).set_index(["metric", "model"])
    assert not lost.loc[("auc", "logistic regression"), "beats_baseline"]


def test_the_test_part_stays_closed_unless_it_is_named():
    split = make_split()
    turned = split._replace(test=split.test.assign(success=~split.test["success"]))
    one, other = (cross_validate_classifiers(s, ["subscribers"], CHEAP) for s in (split, turned))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    every = cross_validate_classifiers(split, ["subscribers"], CHEAP, samples=("train", "validate", "test"))
    assert set(every["n"]) == {300}


def test_results_do_not_hang_on_the_order_of_rows_and_come_out_the_same_twice():
    split = make_split(150)
    for compare in (
        lambda s: cross_validate_classifiers(s, ["subscribers", "comments"], repeats=1),
        lambda s: score_probabilities(predict_classifiers(s, ["subscribers", "comments"])),
    ):
        first = compare(split)
        pd.testing.assert_frame_equal(first, compare(split), check_exact=True)
        pd.testing.assert_frame_equal(first, compare(shuffle(split)), check_exact=True)


def test_models_may_be_asked_for_by_name():
    predictions = predict_classifiers(make_split(), ["subscribers"], ["base rate", "logistic regression"])
    pd.testing.assert_frame_equal(predictions, predict_classifiers(make_split(), ["subscribers"], CHEAP))


def test_results_say_where_the_data_came_from():
    predictions = predict_classifiers(make_split(), ["subscribers"], CHEAP)
    for result in (
        predictions,
        score_probabilities(predictions),
        cross_validate_classifiers(make_split(), ["subscribers"], CHEAP),
    ):
        assert result.attrs["provenance"]["synthetic"]


def test_bad_questions_are_refused_in_one_sentence():
    split = make_split()
    unlabelled = prepare.Split(*(part.drop(columns="success") for part in split))
    one_class = prepare.Split(*(part.assign(success=False) for part in split))
    few = prepare.Split(*(part[:30] for part in split))
    empty = split._replace(validate=split.validate.assign(subscribers=np.inf))
    for bad, said in (
        (unlabelled, "no column 'success'"),
        (one_class, "only one class, False"),
        (few, "30 creators; at least 50"),
        (empty, "'subscribers' is inf"),
    ):
        with pytest.raises(ModelError, match=said):
            compare_classifiers(bad, ["subscribers"])
    with pytest.raises(ModelError, match="no model 'svm'; these are known: base rate"):
        cross_validate_classifiers(split, ["subscribers"], reference="svm")
    with pytest.raises(ModelError, match="must be True or False"):
        predict_classifiers(split, ["subscribers"], target="views")
    with pytest.raises(ModelError, match="hold 0 successes in 10"):
        score_probabilities(made_predictions([0.2] * 10, [False] * 10))


@pytest.mark.real_data
def test_july_success_is_told_apart_a_little_by_subscribers(real_data_dir):
    creators = prepare.clean(acquire.get_tiktokers("2022-07", data_dir=real_data_dir))
    split = prepare.label_success(prepare.split_creators(creators))
    compared = cross_validate_classifiers(split, ["subscribers"], CHEAP).set_index(["metric", "model"])
    row = compared.loc[("auc", "logistic regression")]
    assert 0.57 < row["value"] < 0.68
    assert row["beats_baseline"]
