import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, r2_score, roc_auc_score

from tiktok.forecast.scores import (
    compare_forecasts,
    measure_chances,
    measure_engagement,
    score_forecasts,
)
from tiktok.resampling import draw_times, percentile_interval


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
def test_chances_are_measured_as_scikit_learn_measures_them_ties_included(seed, distinct):
    rng = np.random.default_rng(seed)
    predicted = rng.integers(0, distinct, 40) / distinct
    actual = np.r_[0.0, 1.0, rng.integers(0, 2, 38)]
    measured = measure_chances(
        pd.DataFrame({"predicted": predicted, "ordering": predicted, "actual": actual})
    )
    rate = actual.mean()
    expected = {
        "auc": roc_auc_score(actual, predicted),
        "brier_skill": 1 - brier_score_loss(actual, predicted) / (rate * (1 - rate)),
    }
    assert {name: found.value for name, found in measured.items()} == pytest.approx(expected)
    for found in measured.values():
        assert found.influence.sum() == pytest.approx(0, abs=1e-12), "rows move it up as much as down"


def test_auc_goes_by_the_ordering_and_brier_by_what_was_said():
    part = pd.DataFrame(
        {"predicted": [0.0, 0.0, 1.0], "ordering": [1.0, 2.0, 3.0], "actual": [0.0, 1.0, 1.0]}
    )
    measured = measure_chances(part)
    assert measured["auc"].value == 1
    assert measured["brier_skill"].value == pytest.approx(1 - (1 / 3) / (2 / 9))


def test_where_all_or_nobody_came_nothing_is_said_instead_of_breaking():
    for came in (0.0, 1.0):
        scores = score_forecasts(chances(40).assign(actual=came))
        assert scores[["value", "low", "high"]].isna().all(axis=None)


def test_levels_are_measured_on_logs():
    part = levels()
    measured = {name: found.value for name, found in measure_engagement(part).items()}
    actual, predicted = np.log1p(part["actual"]), np.log1p(part["predicted"])
    assert measured["r2"] == pytest.approx(r2_score(actual, predicted))
    assert measured["typical_factor"] == pytest.approx(np.exp(np.mean(np.abs(actual - predicted))))
    assert measured["coverage_90"] == part["actual"].between(part["low"], part["high"]).mean()
    assert measured["width_90"] == pytest.approx(np.exp(2 * 1.645 * 0.4), rel=1e-5)


@pytest.mark.parametrize("make", [chances, levels])
def test_intervals_are_those_of_draws_of_creators(make):
    """Creators stand in two steps, so it is creators that are drawn: single rows would be too sure."""
    first, second = make(200), make(200, seed=1, step="2022-07→2022-09")
    table = pd.concat([first, second.assign(month="2022-07")], ignore_index=True)
    scores = score_forecasts(table)
    times = draw_times(table["handle"], 400, 0)[1:]
    draws = [score_values(table.iloc[np.repeat(np.arange(400), drawn)]) for drawn in times]
    for metric, drawn in pd.DataFrame(draws).items():
        found = value(scores, metric, step="pooled")
        low, high = percentile_interval(drawn.to_numpy())
        assert found["high"] - found["low"] == pytest.approx(high - low, rel=0.2)
        assert found["low"] == pytest.approx(low, abs=0.2 * (high - low))


def score_values(part):
    measure = measure_engagement if part["outcome"].iloc[0] == "engagement_next" else measure_chances
    return {name: found.value for name, found in measure(part).items()}


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
        *["drift"] * 2,
        *["linear"] * 2,
    ]
    assert (scores["model"] == "chosen").equals(scores["chosen"] & scores["step"].isin(["pooled", "average"]))


def test_gains_are_paired_and_count_upwards():
    good, bad = levels(), levels(model="persistence")
    bad["predicted"] *= 1.5
    gains = compare_forecasts(pd.concat([good, bad])).set_index(["step", "metric"])
    scores = score_forecasts(pd.concat([good, bad]))
    for metric, sign in (("r2", 1), ("typical_factor", -1)):
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
