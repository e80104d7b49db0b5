import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, r2_score, roc_auc_score

from tiktok.forecast.scores import (
    compare_forecasts,
    measure_chances,
    measure_engagement,
    score_forecasts,
)


def chances(n=300, *, seed=0, sharpness=1.0, model="drift", step="2022-06→2022-07", prefix="creator"):
    """Chances that come true just as often as they say, if sharpness is 1."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-0.5, 1.5, n)
    actual = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
    predicted = 1 / (1 + np.exp(-sharpness * odds))
    return predictions(predicted, actual, model=model, step=step, outcome="stayed", prefix=prefix)


def levels(n=300, *, seed=0, noise=0.4, model="drift", step="2022-06→2022-07"):
    rng = np.random.default_rng(seed)
    true = rng.normal(14, 0.6, n)
    level = true + noise * rng.normal(size=n)
    table = predictions(np.expm1(true), np.expm1(level), model=model, step=step, outcome="engagement_next")
    half = 1.645 * noise
    return table.assign(low=np.expm1(true - half), high=np.expm1(true + half))


def predictions(predicted, actual, *, model, step, outcome, prefix="creator"):
    return pd.DataFrame(
        {
            "step": step,
            "month": step[:7],
            "handle": [f"{prefix}{number}" for number in range(len(actual))],
            "outcome": outcome,
            "model": model,
            "chosen": model == "drift",
            "predicted": predicted,
            "ordering": predicted,
            "low": np.nan,
            "high": np.nan,
            "actual": actual,
        }
    )


def value(scores, metric, *, model="drift", step="2022-06→2022-07"):
    (found,) = scores[
        (scores["metric"] == metric) & (scores["model"] == model) & (scores["step"] == step)
    ].to_dict("records")
    return found


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_chances_are_measured_as_scikit_learn_measures_them_ties_and_weights_included(seed, distinct):
    rng = np.random.default_rng(seed)
    predicted = rng.integers(0, distinct, 40) / distinct
    actual = np.r_[0.0, 1.0, rng.integers(0, 2, 38)]
    part = pd.DataFrame({"predicted": predicted, "ordering": predicted, "actual": actual})
    times = np.vstack([np.ones(40), rng.integers(0, 3, (2, 40))])
    times[:, :2] = 1
    measured = measure_chances(part, times)
    for number, weights in enumerate(times):
        known = {"sample_weight": weights}
        rate = np.average(actual, weights=weights)
        expected = {
            "auc": roc_auc_score(actual, predicted, **known),
            "average_precision": average_precision_score(actual, predicted, **known),
            "brier_skill": 1 - brier_score_loss(actual, predicted, **known) / (rate * (1 - rate)),
        }
        assert {name: values[number] for name, values in measured.items()} == pytest.approx(expected)


def test_auc_goes_by_the_ordering_and_brier_by_what_was_said():
    part = pd.DataFrame(
        {"predicted": [0.0, 0.0, 1.0], "ordering": [1.0, 2.0, 3.0], "actual": [0.0, 1.0, 1.0]}
    )
    measured = measure_chances(part, np.ones((1, 3)))
    assert measured["auc"].tolist() == [1.0]
    assert measured["brier_skill"][0] == pytest.approx(1 - (1 / 3) / (2 / 9))


def test_a_draw_of_one_class_says_nothing_instead_of_breaking():
    part = pd.DataFrame({"predicted": [0.2, 0.8], "ordering": [0.2, 0.8], "actual": [0.0, 1.0]})
    measured = measure_chances(part, np.array([[1.0, 1.0], [2.0, 0.0]]))
    assert measured["auc"][0] == 1
    assert np.isnan(measured["auc"][1])


def test_levels_are_measured_on_logs():
    part = levels()
    weights = np.random.default_rng(1).integers(0, 3, len(part)).astype(float)
    measured = measure_engagement(part, np.vstack([np.ones(len(part)), weights]))
    actual, predicted = np.log1p(part["actual"]), np.log1p(part["predicted"])
    assert measured["r2"] == pytest.approx(
        [r2_score(actual, predicted), r2_score(actual, predicted, sample_weight=weights)]
    )
    assert measured["median_factor"][0] == pytest.approx(
        np.exp(np.median(np.abs(actual - predicted))), rel=0.01
    )
    repeated = np.repeat(np.abs(actual - predicted).to_numpy(), weights.astype(int))
    assert measured["median_factor"][1] == pytest.approx(np.exp(np.median(repeated)), rel=0.01)
    assert measured["coverage_90"][0] == part["actual"].between(part["low"], part["high"]).mean()
    assert measured["width_90"][0] == pytest.approx(np.exp(2 * 1.645 * 0.4), rel=1e-5)


def test_who_left_is_not_scored_for_engagement():
    table = levels()
    gone = table.assign(actual=table["actual"].where(table.index >= 100))
    found = value(score_forecasts(gone), "r2")
    assert found["n"] == 200
    assert found["value"] == value(score_forecasts(table[100:]), "r2")["value"]


def test_an_interval_over_draws_of_one_creator_has_no_width():
    one = chances(40).assign(handle="always the same")
    found = value(score_forecasts(one), "auc")
    assert found["low"] == found["value"] == found["high"], "one creator can only be drawn whole"


def test_repeating_creators_over_steps_makes_nothing_surer():
    """The same creators again are no new evidence; as many other ones are."""
    first = chances(150)
    again = pd.concat([first, first.assign(step="2022-07→2022-09", month="2022-07")])
    others = pd.concat(
        [first, chances(150, seed=1, step="2022-07→2022-09", prefix="other").assign(month="2022-07")]
    )
    width = {
        name: (found := value(score_forecasts(table), "auc", step="pooled"))["high"] - found["low"]
        for name, table in (("first", first), ("again", again), ("others", others))
    }
    assert width["again"] == pytest.approx(width["first"])
    assert width["others"] < 0.85 * width["first"]


def test_picks_are_scored_under_a_name_of_their_own_beyond_single_steps():
    steps = ("2022-06→2022-07", "2022-07→2022-09")
    tables = [
        chances(seed=seed, model=model, step=step, sharpness=sharpness).assign(
            chosen=(model == "drift") == (step == steps[0]), month=step[:7]
        )
        for seed, step in enumerate(steps)
        for model, sharpness in (("drift", 1.0), ("linear", 0.2))
    ]
    scores = score_forecasts(pd.concat(tables))
    in_steps = [
        value(scores, "brier_skill", model=model, step=step)["value"]
        for model, step in zip(("drift", "linear"), steps, strict=True)
    ]
    assert value(scores, "brier_skill", model="chosen", step="average")["value"] == pytest.approx(
        np.mean(in_steps)
    )
    assert scores[scores["chosen"] & ~scores["step"].isin(["pooled", "average"])]["model"].tolist() == [
        *["drift"] * 3,
        *["linear"] * 3,
        "drift",
        "linear",
    ]
    assert (scores["model"] == "chosen").equals(scores["chosen"] & scores["step"].isin(["pooled", "average"]))


def test_the_calibration_slope_tells_modest_from_boastful():
    slopes = {
        sharpness: value(score_forecasts(chances(2000, sharpness=sharpness)), "calibration_slope")
        for sharpness in (0.5, 1.0, 2.0)
    }
    assert slopes[1.0]["low"] < 1 < slopes[1.0]["high"]
    assert slopes[0.5]["low"] > 1.5
    assert slopes[2.0]["high"] < 0.7


def test_a_model_that_knows_but_yes_and_no_has_no_calibration_slope():
    flags = chances().assign(predicted=lambda table: (table["predicted"] > 0.5).astype(float))
    assert "calibration_slope" not in set(score_forecasts(flags)["metric"])


def test_classes_that_part_cleanly_have_no_calibration_slope_either():
    parted = chances().assign(actual=lambda table: (table["predicted"] > 0.5).astype(float))
    assert np.isnan(value(score_forecasts(parted), "calibration_slope")["value"])


def test_gains_are_paired_and_count_upwards():
    good, bad = levels(), levels(model="persistence")
    bad["predicted"] *= 1.5
    gains = compare_forecasts(pd.concat([good, bad])).set_index(["step", "metric"])
    scores = score_forecasts(pd.concat([good, bad]))
    for metric, sign in (("r2", 1), ("median_factor", -1)):
        gain = gains.loc[("2022-06→2022-07", metric)]
        difference = value(scores, metric)["value"] - value(scores, metric, model="persistence")["value"]
        assert gain["gain"] == pytest.approx(sign * difference)
        assert gain["gain"] > 0
        assert gain["better"]
        assert gain["low"] < gain["gain"] < gain["high"]
    same = compare_forecasts(pd.concat([good, good.assign(model="persistence", chosen=False)]))
    assert (same[["gain", "low", "high"]] == 0).all(axis=None)
    assert not same["better"].any()


def test_the_same_seed_gives_the_same_numbers():
    table = pd.concat([chances(), levels()])
    pd.testing.assert_frame_equal(score_forecasts(table), score_forecasts(table))


def test_where_the_rows_come_from_is_handed_on():
    table = chances()
    table.attrs["provenance"] = {"synthetic": True}
    assert score_forecasts(table).attrs["provenance"] == {"synthetic": True}
    assert compare_forecasts(table).attrs["provenance"] == {"synthetic": True}
