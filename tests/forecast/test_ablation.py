import numpy as np
import pandas as pd
import pytest
from planted import plant_panel

from tiktok.forecast.ablation import (
    PROFILE_PART,
    USED,
    WHOLE,
    _compare_parts,
    _predict_without_parts,
    _shuffle_heights,
    ablate_forecast,
)
from tiktok.forecast.relative_features import align_lists
from tiktok.forecast.rolling import ForecastError, count_days, fit_steps, predict_steps
from tiktok.forecast.scores import HEADLINES, OUTCOMES, score_forecasts
from tiktok.prepare.panel import pair_snapshots

PAIRS = pair_snapshots(plant_panel(300, 150))


@pytest.fixture(scope="module")
def parts():
    return ablate_forecast(PAIRS)


def test_each_part_is_tried_for_each_outcome(parts):
    assert parts[["part", "outcome"]].to_numpy().tolist() == [
        [part, outcome] for part in (*USED, PROFILE_PART) for outcome in OUTCOMES
    ]
    assert (parts["low"] <= parts["adds"]).all()
    assert (parts["adds"] <= parts["high"]).all()
    assert parts.loc[~parts["used"], "part"].unique().tolist() == [PROFILE_PART]


def test_the_whole_is_the_forecast_itself():
    steps = fit_steps(PAIRS)
    forecast, ablated = predict_steps(PAIRS, learners=()), _predict_without_parts(PAIRS, steps)
    forecast, whole = (
        score_forecasts(table[table["model"] == model]).set_index(["step", "outcome", "metric"])
        for table, model in ((forecast, "drift"), (ablated, WHOLE))
    )
    for outcome, (metric, step) in HEADLINES.items():
        key = (step, outcome, metric)
        values = (table["value"][key] for table in (whole, forecast[~forecast["chosen"]]))
        assert next(values) == pytest.approx(next(values), abs=1e-12)


def test_what_has_no_say_is_not_said_to_add(parts):
    """In the planted panel, subscribers and names go with nothing, and the past with the future."""
    says = parts.set_index(["part", "outcome"])["says"]
    assert says["lists before the last", "engagement_next"] == "adds"
    for outcome in OUTCOMES:
        assert says["subscribers", outcome] != "adds"
        assert says[PROFILE_PART, outcome] != "adds"
    assert says["reactions per view", "stayed"] == "not used"
    assert says["distance to the cut", "engagement_next"] == "not used"


def test_what_is_lost_without_a_part_and_gained_with_another_both_count_as_added():
    rng = np.random.default_rng(0)
    actual = (rng.random(400) < 0.5).astype(float)
    noise = dict.fromkeys((WHOLE, *USED), 1.0) | {USED[0]: 3.0, PROFILE_PART: 0.3}
    said = [_said(name, outcome, actual, scale) for outcome in OUTCOMES for name, scale in noise.items()]
    table = pd.concat(said, ignore_index=True)
    table.attrs["provenance"] = {}
    parts = _compare_parts(table).set_index(["part", "outcome"])
    for part in (USED[0], PROFILE_PART):
        row = parts.loc[(part, "stayed")]
        assert 0 < row["low"] < row["adds"] < row["high"]
        assert row["says"] == "adds"


def _said(name, outcome, actual, scale):
    rng = np.random.default_rng(1)
    odds = 2 * actual - 1 + scale * rng.normal(size=len(actual))
    predicted = 1 / (1 + np.exp(-odds))
    return pd.DataFrame(
        {
            "step": "2022-06→2022-07",
            "handle": [f"creator{number}" for number in range(len(actual))],
            "outcome": outcome,
            "model": name,
            "chosen": False,
            "predicted": predicted,
            "ordering": predicted,
            "low": predicted / 2,
            "high": predicted * 2,
            "actual": actual,
        }
    )


def test_shuffling_heights_keeps_who_is_listed_and_what_heights_there_are():
    lists = align_lists(PAIRS, count_days(PAIRS))
    shuffled = _shuffle_heights(lists)
    before, after = (some.quantities["height"] for some in (lists, shuffled))
    assert np.array_equal(np.isnan(after), np.isnan(before))
    assert np.array_equal(np.sort(after, axis=0), np.sort(before, axis=0), equal_nan=True)
    assert not np.array_equal(after, before, equal_nan=True)
    rows = shuffled.rows[shuffled.rows["month"] == lists.months[1]]
    assert np.array_equal(rows["height"], after[rows["creator"], 1])


def test_too_few_lists_are_refused_as_by_the_forecast():
    with pytest.raises(ForecastError, match="There are 2 lists"):
        ablate_forecast(PAIRS[PAIRS["month"] == "2022-02"])
