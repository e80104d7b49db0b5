import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression

from tiktok.leakage.audit import ModelError
from tiktok.model.cross_validation import (
    choose_model,
    compare_scores,
    corrected_interval,
    make_folds,
    pick_sample,
    resample_scores,
    score_folds,
)

FIVE = make_folds(pd.Series(range(800)))


@given(n=st.integers(50, 120), folds=st.integers(2, 6), repeats=st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_each_creator_is_left_out_once_in_each_repeat(n, folds, repeats):
    dealt = make_folds(pd.Series(np.arange(n)), folds=folds, repeats=repeats)
    assert len(dealt) == folds * repeats
    left_out = np.concatenate([rows for _, rows in dealt])
    assert (np.bincount(left_out) == repeats).all()
    assert not any(set(train) & set(rows) for train, rows in dealt)


def test_classes_are_dealt_evenly():
    y = pd.Series([True] * 20 + [False] * 60)
    assert {int(y.iloc[rows].sum()) for _, rows in make_folds(y)} == {4}


def test_dealing_hangs_on_the_seed_alone():
    y = pd.Series(range(60))
    same, again, other = (make_folds(y, seed=seed) for seed in (1, 1, 2))
    assert all((a[1] == b[1]).all() for a, b in zip(same, again, strict=True))
    assert any((a[1] != b[1]).any() for a, b in zip(same, other, strict=True))


def test_the_corrected_interval_is_that_of_nadeau_and_bengio():
    values = np.array([0.10, 0.20, 0.30, 0.15, 0.25, 0.20, 0.10, 0.30, 0.20, 0.20])
    mean, low, high = corrected_interval(values, FIVE)
    error = np.sqrt((1 / 10 + 160 / 640) * values.var(ddof=1))
    assert mean == pytest.approx(0.2)
    assert high - mean == pytest.approx(stats.t.ppf(0.975, 9) * error)
    assert mean - low == pytest.approx(high - mean)


def test_scores_without_spread_have_an_interval_without_width():
    assert corrected_interval(np.array([0.5, 0.5, 0.5]), FIVE) == (0.5, 0.5, 0.5)


@pytest.fixture
def scores():
    good = {"r2_log": [0.4, 0.5, 0.45, 0.42], "median_factor": [1.4, 1.5, 1.45, 1.42]}
    poor = {"r2_log": [0.0, 0.1, 0.02, 0.01], "median_factor": [2.0, 2.1, 2.0, 2.1]}
    folds = np.arange(4)
    return pd.concat(
        [
            pd.DataFrame({"model": "mean", "fold": folds, **poor}),
            pd.DataFrame({"model": "OLS", "fold": folds, **good}),
        ]
    )


@pytest.fixture
def four_folds():
    return make_folds(pd.Series(range(80)), folds=4, repeats=1)


def test_a_gain_is_above_zero_whichever_way_the_metric_counts(scores, four_folds):
    compared = compare_scores(scores, four_folds, baseline="mean", reference="OLS").set_index(
        ["metric", "model"]
    )
    for metric in ("r2_log", "median_factor"):
        assert compared.loc[(metric, "OLS"), "over_baseline"] > 0
        assert compared.loc[(metric, "OLS"), "beats_baseline"]
        assert compared.loc[(metric, "mean"), "over_reference"] < 0
        assert not compared.loc[(metric, "mean"), "beats_reference"]


def test_gains_are_paired_and_nothing_beats_itself(scores, four_folds):
    compared = compare_scores(scores, four_folds, baseline="mean", reference="OLS").set_index(
        ["metric", "model"]
    )
    row = compared.loc[("r2_log", "OLS")]
    assert row["over_baseline"] == pytest.approx(np.mean([0.4, 0.4, 0.43, 0.41]))
    assert row["over_baseline_high"] - row["over_baseline_low"] < row["high"] - row["low"]
    assert row["over_reference"] == 0
    assert not row["beats_reference"]
    assert row[["n", "fits"]].tolist() == [80, 4]


def test_a_gain_that_may_be_nothing_beats_nothing(scores, four_folds):
    noisy = scores.assign(r2_log=[0.0, 0.0, 0.0, 0.0, 0.3, -0.2, 0.1, 0.0])
    compared = compare_scores(noisy, four_folds, baseline="mean", reference="mean")
    row = compared.query("metric == 'r2_log' and model == 'OLS'").iloc[0]
    assert row["over_baseline"] > 0
    assert not row["beats_baseline"]


def answer(fitted, X):
    return fitted.predict(X)


def mean_off(actual, predicted, times):
    return times @ (predicted - actual) / times.sum(axis=1)


def mean_distance(actual, predicted, times):
    return times @ np.abs(predicted - actual) / times.sum(axis=1)


def test_folds_are_scored_on_what_was_left_out():
    X = pd.DataFrame({"x": np.arange(40.0)})
    models = {"OLS": LinearRegression(), "mean": DummyRegressor()}
    dealt = make_folds(X["x"], repeats=1)
    scored = score_folds(X, 2 * X["x"], models, answer, {"off": mean_distance}, dealt)
    assert scored.groupby("model")["off"].mean()["OLS"] == pytest.approx(0)
    train, left_out = dealt[0]
    assert scored.query("model == 'mean'")["off"].iloc[0] == pytest.approx(
        np.abs(2 * left_out - 2 * train.mean()).mean()
    )
    assert scored["model"].tolist() == ["OLS"] * 5 + ["mean"] * 5


def made_predictions(**predicted):
    parts = [
        pd.DataFrame(
            {"model": model, "handle": [f"c{i:03}" for i in range(len(off))], "actual": 0.0, "said": off}
        )
        for model, off in predicted.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(sample="test")


def test_resampled_scores_are_the_bootstrap_of_the_mean():
    off = np.random.default_rng(0).normal(1, 1, 400)
    scored = resample_scores(made_predictions(m=off), "said", {"off": mean_off}, sample="test").iloc[0]
    assert scored["value"] == pytest.approx(off.mean())
    assert scored["high"] - scored["low"] == pytest.approx(2 * 1.96 * off.std() / 20, rel=0.1)
    assert scored[["metric", "model", "n", "sample"]].tolist() == ["off", "m", 400, "test"]


def test_resampled_scores_are_those_of_scipy_but_for_the_draws():
    off = np.random.default_rng(0).normal(1, 1, 50)
    scored = resample_scores(made_predictions(m=off), "said", {"off": mean_off}, sample="test", seed=3)
    expected = stats.bootstrap((off,), np.mean, n_resamples=20_000, method="percentile", rng=3)
    assert scored.loc[0, ["low", "high"]].tolist() == pytest.approx([*expected.confidence_interval], abs=0.05)


def test_models_are_scored_on_the_same_resamples():
    off = np.random.default_rng(0).normal(1, 1, 50)
    scored = resample_scores(made_predictions(a=off, b=off), "said", {"off": mean_off}, sample="test")
    assert (
        scored.loc[0, ["value", "low", "high"]].tolist() == scored.loc[1, ["value", "low", "high"]].tolist()
    )


def test_a_sample_without_predictions_is_named():
    with pytest.raises(ModelError, match="no predictions for the validate creators"):
        pick_sample(made_predictions(m=[1.0]), "validate")


@pytest.mark.parametrize(("metric", "best"), [("r2_log", "forest"), ("median_factor", "OLS")])
def test_the_best_model_on_validate_is_chosen(metric, best):
    scores = pd.DataFrame(
        {
            "model": ["mean", "OLS", "forest"] * 2,
            "metric": ["r2_log"] * 3 + ["median_factor"] * 3,
            "value": [0.9, 0.1, 0.2, 1.0, 1.5, 1.6],
            "sample": "validate",
        }
    )
    assert choose_model(scores, metric, leave_out=["mean"]) == best


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
