import numpy as np
import pandas as pd
import pytest

import acquire
import prepare
from tiktok.forecast.rolling import predict_steps
from tiktok.forecast.screening import screen_creators
from tiktok.prepare.panel import pair_snapshots


def predictions(forecast, now, came, step="2022-06→2022-07"):
    table = pd.DataFrame({"step": step, "handle": [f"creator{n}" for n in range(len(came))], "actual": came})
    table = table.assign(outcome="success_next")
    drift = table.assign(model="drift", chosen=True, ordering=forecast)
    return pd.concat(
        [drift, table.assign(model="persistence", chosen=False, ordering=now)], ignore_index=True
    )


def test_of_those_named_it_is_counted_who_came():
    came = np.r_[np.ones(15), np.zeros(45)]
    told = screen_creators(predictions(-np.arange(60), np.arange(60), came)).set_index("step")
    assert told["named"].tolist() == [20, 20], "a hundred of sixty can't be named"
    assert told.loc["2022-06→2022-07", ["forecast", "now", "gain"]].tolist() == [0.75, 0, 0.75]
    assert told["better"].all()
    assert told.loc["average", "low"] <= 0.75 <= told.loc["average", "high"]


def test_the_same_names_are_never_better():
    came = (np.random.default_rng(0).random(300) < 0.3).astype(float)
    told = screen_creators(predictions(np.arange(300), np.arange(300), came))
    assert set(told["named"]) == {20, 100}
    assert (told[["gain", "low", "high"]] == 0).all(axis=None)
    assert not told["better"].any()


def test_a_draw_is_named_anew_with_each_creator_as_often_as_drawn():
    rng = np.random.default_rng(1)
    forecast, now, came = rng.random(50), rng.random(50), (rng.random(50) < 0.5).astype(float)
    row = screen_creators(predictions(forecast, now, came)).iloc[0]
    gains = []
    for _ in range(2000):
        drawn = rng.integers(0, 50, 50)
        first, second = (drawn[np.argsort(-of[drawn], kind="stable")[:20]] for of in (forecast, now))
        gains.append(came[first].mean() - came[second].mean())
    assert row[["low", "high"]].tolist() == pytest.approx(
        np.quantile(gains, [0.025, 0.975]).tolist(), abs=0.051
    )


def test_steps_too_small_leave_nothing_to_say():
    assert screen_creators(predictions(np.arange(30), np.arange(30), np.ones(30))).empty


@pytest.mark.slow
@pytest.mark.real_data
def test_the_forecast_names_more_who_come_than_same_as_now(real_data_dir):
    raw = acquire.get_panel(source="local", data_dir=real_data_dir)
    for definition in ("engagement", "interactions"):
        panel = {month: prepare.clean(df) for month, df in raw.items()}
        panel = {month: df.assign(engagement=df[definition]) for month, df in panel.items()}
        told = screen_creators(predict_steps(pair_snapshots(panel), learners=()))
        of_hundred = told[told["named"] == 100].set_index("step")
        assert of_hundred.loc["average", "better"], definition
        assert (of_hundred["gain"] > 0).all(), definition
