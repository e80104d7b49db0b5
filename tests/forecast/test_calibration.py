import numpy as np
import pandas as pd
import pytest
from planted import plant_panel
from statsmodels.stats.proportion import proportion_confint

import acquire
import prepare
from tiktok.forecast.calibration import check_calibration, compare_copied
from tiktok.forecast.rolling import predict_steps
from tiktok.forecast.scores import OUTCOMES, score_forecasts
from tiktok.prepare.panel import pair_snapshots

STEPS = ("2022-06→2022-07", "2022-07→2022-09", "2022-09→2022-11", "2022-11→2022-12")


def said_and_came(shares, n=1000, outcome="stayed"):
    """A step for each pair of shares: what was said of everybody, and how many came."""
    tables = []
    for step, (said, came) in zip(STEPS, shares, strict=False):
        actual = (np.arange(n) < came * n).astype(float)
        tables.append(pd.DataFrame({"step": step, "predicted": said, "actual": actual}))
    return pd.concat(tables, ignore_index=True).assign(outcome=outcome, chosen=True, model="drift")


def test_a_step_is_judged_by_what_chance_allows_to_its_creators():
    told = check_calibration(said_and_came([(0.54, 0.47), (0.49, 0.47), (0.4, 0.47)])).set_index("step")
    assert told["verdict"].tolist()[:3] == ["fewer than said", "as said", "more than said"]
    low, high = proportion_confint(470, 1000, method="wilson")
    assert told.loc[STEPS[0], ["said", "came", "low", "high"]].tolist() == pytest.approx(
        [0.54, 0.47, low, high]
    )


def test_over_the_steps_each_list_counts_as_one_observation():
    """However many creators a list has: they move together."""
    shares = [(0.5, 0.5 - gap) for gap in (0.0, 0.03, 0.06)]
    together = check_calibration(said_and_came(shares)).set_index("step").loc["average"]
    half = 4.302653 * 0.03 / np.sqrt(3)
    assert together[["low", "high"]].tolist() == pytest.approx([0.47 - half, 0.47 + half])
    assert together["verdict"] == "as said"
    clear = check_calibration(said_and_came([(0.5, 0.45), (0.5, 0.44), (0.5, 0.46)])).set_index("step")
    assert clear.loc["average", "verdict"] == "fewer than said"


@pytest.mark.parametrize("steps", [1, 2])
def test_of_one_step_or_two_nothing_is_said_together(steps):
    together = check_calibration(said_and_came([(0.5, 0.1)] * steps)).iloc[-1]
    assert together["verdict"] == "can't be told"
    assert np.isnan(together["low"])


def test_of_intervals_nine_in_ten_were_promised_of_those_who_stayed():
    table = said_and_came([(0.5, 0.5)], n=400, outcome="engagement_next").assign(low=0.5, high=2.0)
    table.loc[:99, "actual"] = np.nan
    told = check_calibration(table).iloc[0]
    assert (told["n"], told["said"], told["came"]) == (300, 0.9, 100 / 300)


@pytest.mark.slow
def test_where_the_law_is_the_supposed_one_intervals_hold_what_they_promise(share):
    """Over planted panels in which nothing moves whole lists, they hold nine in ten, or somewhat more."""
    months = ("2022-01", "2022-03", "2022-04", "2022-06")
    held = []
    for seed in range(share(40)):
        pairs = pair_snapshots(plant_panel(300, 150, months=months, seed=seed))
        scores = score_forecasts(predict_steps(pairs, learners=(), months=["2022-04"]))
        of_steps = scores[scores["chosen"] & (scores["metric"] == "coverage_90")]
        held += of_steps.loc[of_steps["step"] == "average", "value"].tolist()
    assert 0.9 < np.mean(held) < 0.96


def test_copied_rows_are_left_out_of_engagement_alone():
    pairs = pair_snapshots(plant_panel(240, 120))
    first = pairs["month"] == "2022-05"
    staying = pairs.index[first & pairs["stayed"]][:30]
    pairs.loc[staying, "engagement_next"] = pairs.loc[staying, "engagement"]
    pairs.loc[staying, "copied"] = True
    table = predict_steps(pairs, learners=())
    told = compare_copied(table).set_index("step")
    assert told["copied"].tolist() == [30, 0, 0, 30]
    unmoved = told.loc["2022-08→2022-09"]
    assert unmoved["r2"] == unmoved["r2_measured"]
    changed = told.loc["2022-05→2022-06"]
    assert changed["r2_low"] < changed["r2"] < changed["r2_high"]
    without = score_forecasts(table[~table["copied"]])
    asked = (without["step"] == "2022-05→2022-06") & (without["metric"] == "r2") & without["chosen"]
    assert changed["r2_measured"] == without.loc[asked, "value"].iloc[0]


@pytest.mark.real_data
def test_what_was_said_and_came_on_the_real_lists(real_data_dir):
    raw = acquire.get_panel(source="local", data_dir=real_data_dir)
    pairs = pair_snapshots({month: prepare.clean(df) for month, df in raw.items()})
    table = predict_steps(pairs, learners=())
    told = check_calibration(table).set_index(["outcome", "step"])
    assert [round(told.loc[("engagement_next", step), "came"], 3) for step in STEPS] == [
        0.938,
        0.934,
        0.917,
        0.893,
    ]
    assert (told.loc[list(OUTCOMES)].xs("average", level="step")["verdict"] == "as said").all()
    stays = told.loc["stayed"].loc[list(STEPS), "verdict"].tolist()
    assert stays == ["as said", "as said", "fewer than said", "fewer than said"]
    copied = compare_copied(table).set_index("step")
    assert copied["copied"].tolist() == [49, 46, 1, 26, 122]
    assert copied.loc["2022-07→2022-09", ["r2", "r2_measured"]].tolist() == pytest.approx(
        [0.5, 0.45], abs=0.005
    )
