import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.dummy import DummyRegressor

from tiktok.leakage.audit import ModelError
from tiktok.model.classification import auc, brier, precision_over_recall
from tiktok.model.cross_validation import (
    REFITS,
    Scored,
    answer_left_out,
    choose_model,
    compare_answers,
    deal_repeats,
    explain,
    interval_scores,
    left_out_interval,
    pick_sample,
)
from tiktok.model.regression import median_factor, r2_log


@given(n=st.integers(50, 120), folds=st.integers(2, 6), repeats=st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_each_creator_is_left_out_once_in_each_repeat(n, folds, repeats):
    fold_of = deal_repeats(pd.Series(np.arange(n)), folds=folds, repeats=repeats)
    assert fold_of.shape == (repeats, n)
    for dealt in fold_of:
        sizes = np.bincount(dealt)
        assert len(sizes) == folds
        assert np.ptp(sizes) <= 1


def test_classes_are_dealt_evenly():
    y = pd.Series([True] * 20 + [False] * 60)
    assert {tuple(np.bincount(dealt[y])) for dealt in deal_repeats(y)} == {(4,) * 5}


def test_dealing_hangs_on_the_seed_alone():
    y = pd.Series(range(60))
    same, again, other = (deal_repeats(y, seed=seed) for seed in (1, 1, 2))
    assert (same == again).all()
    assert (same != other).any()


def scored_of(influence, value=0.2):
    return Scored(np.full(len(influence), value), influence)


def test_the_interval_of_a_mean_is_that_of_as_many_creators_as_a_fit_learns_from():
    influence = np.random.default_rng(0).normal(size=(40, 800))
    influence = np.tile(influence[0] - influence[0].mean(), (40, 1))
    value, low, high = left_out_interval(scored_of(influence), deal_repeats(pd.Series(range(800))))
    error = influence[0].std(ddof=1) / np.sqrt(800)
    assert value == pytest.approx(0.2)
    assert value - low == pytest.approx(high - value)
    assert 1.11 < (high - low) / (2 * 1.963 * error) < 1.25


def test_fits_that_scatter_make_the_interval_wider():
    fold_of = deal_repeats(pd.Series(range(800)))
    influence = np.tile(np.random.default_rng(0).normal(size=800), (40, 1))
    scatter = np.random.default_rng(1).normal(0, 0.3, (40, 5))
    shifted = influence + np.take_along_axis(scatter, fold_of, axis=1)
    _, low, high = left_out_interval(scored_of(influence), fold_of)
    _, lower, higher = left_out_interval(scored_of(shifted), fold_of)
    assert higher - lower > 1.5 * (high - low)


def test_scores_without_spread_have_an_interval_without_width():
    fold_of = deal_repeats(pd.Series(range(50)))
    assert left_out_interval(scored_of(np.zeros((40, 50)), 0.5), fold_of) == (0.5, 0.5, 0.5)


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_influence_is_what_one_more_of_a_creator_changes(seed):
    """Ties included: a score in which one creator counts a little more."""
    rng = np.random.default_rng(seed)
    actual = rng.random(40) < 0.4
    actual[:4] = [True, True, False, False]
    chance = rng.integers(1, 12, 40) / 12
    counts, told = rng.lognormal(size=(2, 40))
    for score, truth, answers in (
        *((score, actual, chance) for score in (auc, precision_over_recall, brier, explain)),
        *((score, counts, told) for score in (r2_log, explain)),
    ):
        value, influence = (each[0] for each in score(truth, answers[None]))
        copies = 400
        many_truth, many_answers = np.repeat(truth, copies), np.repeat(answers, copies)
        for place in (0, 3, 17):
            more = score(np.append(many_truth, truth[place]), np.append(many_answers, answers[place])[None])
            moved = (more.each[0] - value) * (40 * copies + 1)
            assert moved == pytest.approx(influence[place], abs=1e-2 * (1 + np.abs(influence).max()))
        assert influence.mean() == pytest.approx(0, abs=1e-9)


def test_a_median_moves_as_much_as_a_bootstrap_says():
    rng = np.random.default_rng(0)
    actual, predicted = rng.lognormal(size=(2, 800))
    value, influence = (each[0] for each in median_factor(actual, predicted[None]))
    off = np.abs(np.log(actual / predicted))
    drawn = np.exp(np.median(rng.choice(off, (2000, 800)), axis=1))
    assert value == pytest.approx(np.exp(np.median(off)))
    assert influence.std() / np.sqrt(800) == pytest.approx(drawn.std(), rel=0.15)


def test_answers_that_are_all_equally_far_off_have_a_median_without_error():
    scored = median_factor(np.array([1.0, 2.0, 4.0]), np.array([[2.0, 4.0, 8.0]]))
    assert scored.each[0] == pytest.approx(2)
    assert not scored.influence.any()


@pytest.fixture
def answered():
    rng = np.random.default_rng(0)
    y = pd.Series(rng.lognormal(size=400))
    noise = rng.lognormal(0, 0.5, (40, 400))
    return y, {"mean": np.ones((40, 400)), "OLS": y.to_numpy() * noise, "few": (y.to_numpy() * noise)[:3]}


SCORES = {"r2_log": r2_log, "median_factor": median_factor}


def compare(answered):
    y, answers = answered
    compared = compare_answers(y, answers, SCORES, deal_repeats(y), baseline="mean", reference="OLS")
    return compared.set_index(["metric", "model"])


def test_a_gain_is_above_zero_whichever_way_the_metric_counts(answered):
    compared = compare(answered)
    for metric in ("r2_log", "median_factor"):
        assert compared.loc[(metric, "OLS"), "over_baseline"] > 0
        assert compared.loc[(metric, "OLS"), "beats_baseline"]
        assert compared.loc[(metric, "mean"), "over_reference"] < 0
        assert not compared.loc[(metric, "mean"), "beats_reference"]


def test_gains_are_paired_and_nothing_beats_itself(answered):
    compared = compare(answered)
    row = compared.loc[("r2_log", "OLS")]
    assert row["over_baseline"] == pytest.approx(row["value"] - compared.loc[("r2_log", "mean"), "value"])
    assert row["over_reference"] == 0
    assert not row["beats_reference"]
    assert row[["n", "fits"]].tolist() == [400, 200]


def test_a_model_of_fewer_repeats_is_held_against_the_same_repeats_of_another(answered):
    few = compare(answered).loc[("r2_log", "few")]
    assert few["fits"] == 15
    assert few["over_reference"] == 0
    assert few[["over_reference_low", "over_reference_high"]].tolist() == [0, 0]


def test_a_model_without_a_closed_form_is_refitted_on_what_is_left():
    X = pd.DataFrame({"x": np.arange(40.0)})
    fold_of = deal_repeats(X["x"])
    mean = answer_left_out(DummyRegressor(), X, 2 * X["x"], lambda fitted, X: fitted.predict(X), fold_of)
    assert mean.shape == (REFITS, 40)
    out = fold_of[0] == 1
    np.testing.assert_allclose(mean[0, out], 2 * X["x"][~out].mean())


def made_predictions(**predicted):
    parts = [
        pd.DataFrame(
            {"model": model, "handle": [f"c{i:03}" for i in range(len(off))], "actual": 0.0, "said": off}
        )
        for model, off in predicted.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(sample="test")


def mean_off(actual, answers):
    off = answers - actual
    return Scored(off.mean(axis=1), off - off.mean(axis=1, keepdims=True))


def test_scores_of_one_sample_have_the_interval_of_a_mean():
    off = np.random.default_rng(0).normal(1, 1, 400)
    scored = interval_scores(made_predictions(m=off), "said", {"off": mean_off}, sample="test").iloc[0]
    assert scored["value"] == pytest.approx(off.mean())
    expected = stats.bootstrap((off,), np.mean, n_resamples=20_000, method="percentile", rng=3)
    assert scored[["low", "high"]].tolist() == pytest.approx([*expected.confidence_interval], abs=0.01)
    assert scored[["metric", "model", "n", "sample"]].tolist() == ["off", "m", 400, "test"]


def test_a_sample_without_predictions_is_named():
    with pytest.raises(ModelError, match="no predictions for the validate creators"):
        pick_sample(made_predictions(m=[1.0]), "validate")


@pytest.mark.parametrize(("metric", "best"), [("r2_log", "forest"), ("median_factor", "OLS")])
def test_the_best_model_on_validate_is_chosen(metric, best):
    scores = pd.DataFrame(
        {
            "model": ["OLS", "forest"] * 2,
            "metric": ["r2_log"] * 2 + ["median_factor"] * 2,
            "value": [0.1, 0.2, 1.5, 1.6],
            "sample": "validate",
        }
    )
    assert choose_model(scores, metric) == best


def test_of_equals_the_simpler_is_chosen():
    scores = pd.DataFrame({"model": ["OLS", "forest"], "sample": "validate", "metric": "auc", "value": 0.6})
    assert choose_model(scores, "auc") == "OLS"


def test_nothing_is_chosen_on_test():
    scores = pd.DataFrame({"model": ["OLS"], "sample": "test", "metric": "auc", "value": 0.6})
    with pytest.raises(ModelError, match="these scores are of test"):
        choose_model(scores, "auc")


def test_choosing_by_an_unknown_metric_names_those_that_are_known():
    scores = pd.DataFrame({"model": ["OLS"], "sample": "validate", "metric": "auc", "value": 0.6})
    with pytest.raises(ModelError, match="no scores by 'r2'; known are auc"):
        choose_model(scores, "r2")
