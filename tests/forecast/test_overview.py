import pandas as pd
import pytest

import acquire
import prepare
from tiktok.forecast import overview
from tiktok.forecast.rolling import predict_steps


def test_with_two_lists_nothing_is_forecast(panel_of_sample):
    following = overview.summarise_forecast(dict(list(panel_of_sample.items())[:2]))
    assert following.figures == ()
    assert all(part is None for part in following[:-2])
    assert len(following.committed.written)


@pytest.mark.slow
def test_everything_is_there_with_three_lists_or_more(forecast_of_sample):
    assert all(len(part) for part in forecast_of_sample)
    assert len(forecast_of_sample.figures) == 5
    assert all("SYNTHETIC" in figure.get_label() for figure in forecast_of_sample.figures)


def test_the_committed_forecast_is_never_scored_on_a_synthetic_list(panel_of_sample):
    assert overview.check_commitment(panel_of_sample)[1] is None
    synthetic = panel_of_sample | {"2022-12": panel_of_sample["2022-11"]}
    assert overview.check_commitment(synthetic)[1] is None


@pytest.mark.slow
def test_definitions_are_held_against_the_same_baseline(panel_of_sample):
    by = overview.compare_definitions(panel_of_sample)
    assert by["definition"].unique().tolist() == ["engagement", "interactions"]
    asked = by[["outcome", "metric", "step"]].drop_duplicates().to_numpy().tolist()
    steps = ["2022-06→2022-07", "2022-07→2022-09", "2022-09→2022-11"]
    assert asked == [
        *(["success_next", "auc", step] for step in steps),
        *(["engagement_next", "r2", step] for step in steps),
    ]
    assert (by["month"] + "→" + by["month_next"]).equals(by["step"])
    assert (by["better"] == (by["low"] > 0)).all()
    swapped = {m: df.assign(engagement=df["interactions"]) for m, df in panel_of_sample.items()}
    again = overview.compare_definitions(swapped)
    halves = [
        part.drop(columns="definition").reset_index(drop=True) for _, part in again.groupby("definition")
    ]
    of_interactions = by[by["definition"] == "interactions"].drop(columns="definition").reset_index(drop=True)
    for half in halves:
        pd.testing.assert_frame_equal(half, of_interactions)


def test_definitions_of_two_lists_have_no_rows(panel_of_sample):
    assert overview.compare_definitions(dict(list(panel_of_sample.items())[:2])).empty


@pytest.mark.slow
@pytest.mark.real_data
def test_the_committed_forecast_is_scored_when_its_list_is_at_hand(real_data_dir):
    raw = acquire.get_panel(data_dir=real_data_dir, source="local")
    panel = {month: prepare.clean(df) for month, df in raw.items()}
    committed = overview.check_commitment(panel)
    predictions = predict_steps(prepare.pair_snapshots(panel))
    for again, part in zip(overview.check_commitment(panel, predictions), committed, strict=True):
        pd.testing.assert_frame_equal(again, part)
    scores = committed.scores
    auc = scores[(scores["metric"] == "auc") & (scores["model"] == "committed forecast")].set_index("outcome")
    assert auc.loc["stayed", "value"] == pytest.approx(0.77, abs=0.005)
    assert auc.loc["success_next", "value"] == pytest.approx(0.84, abs=0.005)
