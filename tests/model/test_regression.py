import warnings

import numpy as np
import pandas as pd
import pytest
from made_lists import make_split, shuffle
from sklearn.base import clone
from sklearn.metrics import median_absolute_error, r2_score

import acquire
import prepare
from tiktok.leakage.audit import LeakageError, ModelError
from tiktok.model.regression import (
    LOG_REGRESSORS,
    REGRESSORS,
    compare_regressors,
    cross_validate_regressors,
    interval_predictions,
    log_regressors,
    median_factor,
    predict_regressors,
    r2_log,
    score_predictions,
)

CHEAP = {name: LOG_REGRESSORS[name] for name in ("mean", "OLS")}


def test_the_parts_of_the_target_are_refused_unless_asked_for():
    split = make_split()
    parts = list(prepare.ENGAGEMENT_PARTS)
    with pytest.raises(LeakageError):
        compare_regressors(split, "engagement", parts)
    with pytest.raises(LeakageError):
        cross_validate_regressors(split, "engagement", parts, CHEAP)
    scores = compare_regressors(split, "engagement", parts, samples=("train", "test"), allow_leakage=True)
    assert (scores.set_index("model").loc["OLS", "r2"] > 1 - 1e-9).all()


def test_a_creator_on_both_sides_of_the_split_is_refused():
    split = make_split()
    doubled = split._replace(test=pd.concat([split.test, split.train[:5]], ignore_index=True))
    with pytest.raises(LeakageError):
        predict_regressors(doubled, "engagement", ["subscribers"])


def test_models_are_fitted_on_train_alone():
    split = make_split()
    spoilt = split._replace(test=split.test.assign(engagement=1e12))
    for one, other in zip(
        *(
            predict_regressors(s, "engagement", ["subscribers"], LOG_REGRESSORS)["predicted"]
            for s in (split, spoilt)
        ),
        strict=True,
    ):
        assert one == other


def test_test_creators_are_predicted_only_where_they_are_asked_for():
    predictions = predict_regressors(make_split(), "engagement", ["subscribers"], CHEAP)
    assert set(predictions["sample"]) == {"train", "validate"}


def test_each_creator_of_a_sample_is_predicted_once_by_each_model():
    split = make_split()
    predictions = predict_regressors(split, "engagement", ["subscribers"], CHEAP, samples=["test"])
    assert len(predictions) == 2 * len(split.test)
    by_handle = predictions[predictions["model"] == "OLS"].set_index("handle")["actual"]
    pd.testing.assert_series_equal(
        by_handle.sort_index(), split.test.set_index("handle")["engagement"].sort_index(), check_names=False
    )


@pytest.mark.parametrize("name", LOG_REGRESSORS)
def test_every_model_predicts_positive_counts_without_a_warning(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        predictions = predict_regressors(
            make_split(), "engagement", ["subscribers", "comments"], {name: LOG_REGRESSORS[name]}
        )
    assert (predictions["predicted"] > 0).all()
    assert np.isfinite(predictions["predicted"]).all()


def test_fitting_leaves_the_models_as_they_were():
    predict_regressors(make_split(), "engagement", ["subscribers"], LOG_REGRESSORS)
    assert not any(
        hasattr(model, "regressor_") or hasattr(model, "coefficients_") for model in LOG_REGRESSORS.values()
    )


def test_scores_are_those_of_scikit_learn():
    predictions = predict_regressors(make_split(), "engagement", ["subscribers"], CHEAP)
    part = predictions.query("model == 'OLS' and sample == 'validate'")
    row = score_predictions(predictions).query("model == 'OLS' and sample == 'validate'").iloc[0]
    assert row["r2_log"] == pytest.approx(r2_score(np.log(part["actual"]), np.log(part["predicted"])))
    assert row["median_factor"] == pytest.approx(
        np.exp(median_absolute_error(np.log(part["actual"]), np.log(part["predicted"])))
    )
    assert row["n"] == len(part)


def test_a_negative_prediction_has_no_score_on_logs():
    predictions = pd.DataFrame(
        {"model": "OLS", "sample": "train", "actual": [1.0, 2], "predicted": [-1.0, 2]}
    )
    scores = score_predictions(predictions)
    assert scores[["r2_log", "median_factor"]].isna().all(axis=None)
    assert scores["rmse"].notna().all()


def test_half_of_the_predictions_are_within_the_factor_and_r2_is_that_of_the_logs():
    assert median_factor(np.full(3, 10.0), np.array([[10.0, 20, 40]])).each.item() == pytest.approx(2)
    assert r2_log(np.array([1.0, 10, 100]), np.array([[1.0, 10, 1000]])).each.item() == pytest.approx(0.5)


def test_models_may_be_asked_for_by_name():
    asked = make_split(), "engagement", ["subscribers"]
    for run in (predict_regressors, cross_validate_regressors):
        by_name = run(*asked, ["OLS", "mean"])
        own = REGRESSORS if run is predict_regressors else log_regressors()
        given_them = run(*asked, {name: own[name] for name in ("OLS", "mean")})
        pd.testing.assert_frame_equal(by_name, given_them, check_exact=True)
    with pytest.raises(ModelError, match="no model 'ridge'; these are known: mean"):
        predict_regressors(*asked, ["ridge"])


def test_the_models_that_are_given_out_are_copies():
    log_regressors()["mean"].shape = "bends"
    assert LOG_REGRESSORS["mean"].shape == "level"


def test_intervals_for_test_scores_hold_the_score_and_shrink_with_more_creators():
    predictions = predict_regressors(
        make_split(900), "interactions", ["views"], CHEAP, samples=["test", "train"]
    )
    on_test, on_train = (
        interval_predictions(predictions, sample=s).query("model == 'OLS' and metric == 'r2_log'")
        for s in ("test", "train")
    )
    assert (on_test["low"] < on_test["value"]).all()
    assert (on_test["value"] < on_test["high"]).all()
    assert (
        (on_train["high"] - on_train["low"]).to_numpy() < (on_test["high"] - on_test["low"]).to_numpy()
    ).all()
    assert set(on_test["sample"]) == {"test"}


def test_a_planted_relation_beats_the_baseline_and_noise_does_not():
    split = make_split(400)
    told = cross_validate_regressors(split, "interactions", ["views"], CHEAP).set_index(["metric", "model"])
    assert told.loc[("r2_log", "OLS"), "beats_baseline"]
    assert told.loc[("median_factor", "OLS"), "beats_baseline"]
    assert told.loc[("r2_log", "OLS"), "over_baseline_low"] > 0.2
    noise = cross_validate_regressors(split, "shares", ["views"], CHEAP).set_index(["metric", "model"])
    assert not noise.loc[("r2_log", "OLS"), "beats_baseline"]


def test_noise_seldom_beats_the_baseline():
    beats = [
        cross_validate_regressors(make_split(120, seed=seed), "shares", ["subscribers"], CHEAP)
        .set_index(["metric", "model"])
        .loc[("r2_log", "OLS"), "beats_baseline"]
        for seed in range(10)
    ]
    assert sum(beats) <= 1


def test_cross_validation_leaves_the_test_part_closed_unless_it_is_named():
    split = make_split()
    compared = cross_validate_regressors(split, "engagement", ["subscribers"], CHEAP)
    assert set(compared["n"]) == {len(split.train) + len(split.validate)}
    spoilt = split._replace(test=split.test.assign(engagement=1e12))
    pd.testing.assert_frame_equal(
        compared, cross_validate_regressors(spoilt, "engagement", ["subscribers"], CHEAP)
    )
    every = cross_validate_regressors(
        split, "engagement", ["subscribers"], CHEAP, samples=("train", "validate", "test")
    )
    assert set(every["n"]) == {300}


def test_results_do_not_hang_on_the_order_of_rows_and_come_out_the_same_twice():
    split = make_split(150)
    features = ["subscribers", "comments"]
    for compare in (
        lambda s: cross_validate_regressors(s, "engagement", features, repeats=1),
        lambda s: predict_regressors(s, "engagement", features, LOG_REGRESSORS, samples=["test"]),
    ):
        first = compare(split)
        pd.testing.assert_frame_equal(first, compare(split), check_exact=True)
        pd.testing.assert_frame_equal(first, compare(shuffle(split)), check_exact=True)


def test_another_seed_deals_other_folds():
    one, other = (
        cross_validate_regressors(make_split(), "engagement", ["subscribers"], CHEAP, seed=s) for s in (1, 2)
    )
    assert (one["value"] != other["value"]).any()


def test_results_say_where_the_data_came_from():
    split = make_split()
    predictions = predict_regressors(split, "engagement", ["subscribers"], CHEAP)
    compared = cross_validate_regressors(split, "engagement", ["subscribers"], CHEAP)
    for result in (
        predictions,
        score_predictions(predictions),
        interval_predictions(predictions, sample="train"),
        compared,
    ):
        assert result.attrs["provenance"]["synthetic"]


def test_bad_questions_are_refused():
    split = make_split()
    with pytest.raises(ModelError, match="no model 'ridge'"):
        cross_validate_regressors(split, "engagement", ["subscribers"], reference="ridge")
    with pytest.raises(ModelError, match="its own features"):
        compare_regressors(split, "engagement", ["engagement"])
    with pytest.raises(ModelError, match="logarithm"):
        cross_validate_regressors(
            split._replace(train=split.train.assign(shares=0.0)), "shares", ["views"], CHEAP
        )
    with pytest.raises(ModelError, match="for creator"):
        predict_regressors(
            split._replace(validate=split.validate.assign(subscribers=np.nan)), "engagement", ["subscribers"]
        )


def test_the_models_of_the_earlier_analysis_take_counts_as_they_are():
    X = pd.DataFrame({"x": np.arange(1, 61.0)})
    ols = clone(REGRESSORS["OLS"]).fit(X, 2 * X["x"])
    assert ols.coef_[0] == pytest.approx(2)


@pytest.mark.real_data
def test_july_is_explained_a_little_by_subscribers_and_better_by_views(real_data_dir):
    split = prepare.split_creators(prepare.clean(acquire.get_tiktokers("2022-07", data_dir=real_data_dir)))
    asked = {
        ("engagement", ("subscribers",)): (0.03, 0.12),
        ("interactions", ("subscribers", "views")): (0.4, 0.5),
    }
    for (target, features), (low, high) in asked.items():
        compared = cross_validate_regressors(split, target, features, CHEAP).set_index(["metric", "model"])
        row = compared.loc[("r2_log", "OLS")]
        assert low < row["value"] < high
        assert row["beats_baseline"]
