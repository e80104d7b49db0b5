import pandas as pd
import pytest

from tiktok.forecast import overview, rolling
from tiktok.forecast.learners import BASELINES


def test_a_single_list_says_nothing_of_the_next(panel_of_sample):
    following = overview.summarise_forecast(dict(list(panel_of_sample.items())[:1]))
    assert set(following.figures) == {None}
    assert all(part is None for part in following[:-2])
    assert len(following.committed.written)


def test_two_lists_tell_where_creators_went_and_forecast_nothing(panel_of_sample):
    following = overview.summarise_forecast(dict(list(panel_of_sample.items())[:2]))
    assert following.transitions["month_next"].unique().tolist() == ["2022-06"]
    assert len(following.risers)
    assert len(following.changes)
    assert following.figures.transitions is not None
    assert set(following.figures[1:]) == {None}
    assert following.scores is None
    assert following.definitions is None


@pytest.mark.slow
def test_everything_is_there_with_three_lists_or_more(forecast_of_sample):
    assert all(len(part) for part in forecast_of_sample)
    assert all("SYNTHETIC" in figure.get_label() for figure in forecast_of_sample.figures)


def test_the_committed_forecast_is_never_scored_on_a_synthetic_list(panel_of_sample):
    assert overview.check_commitment(panel_of_sample).scores is None
    synthetic = panel_of_sample | {"2022-12": panel_of_sample["2022-11"]}
    assert overview.check_commitment(synthetic).scores is None


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
def test_rolling_forecasts_end_before_the_list_that_was_forecast_beforehand(forecast_of_real, real_lists):
    following = forecast_of_real(*real_lists)
    steps_told = {"2022-06→2022-07", "2022-07→2022-09", "2022-09→2022-11"}
    for table in ("scores", "gains", "fall", "calibration", "screening", "copied", "definitions"):
        steps = set(getattr(following, table)["step"])
        assert steps - {"pooled", "average"} == steps_told, table
    assert following.transitions["month_next"].unique().tolist() == list(real_lists)[1:]
    assert "2022-11→2022-12" in set(following.risers["step"]) & set(following.changes["step"])
    for table in following.committed[1:]:
        assert set(table["step"]) == {"2022-11→2022-12"}


@pytest.mark.slow
@pytest.mark.real_data
def test_rolling_forecasts_are_the_same_as_without_that_list(forecast_of_real, real_lists):
    before = [month for month in real_lists if month < "2022-12"]
    with_it, without = (forecast_of_real(*months) for months in (real_lists, before))
    assert without.committed.scores is None
    for table in ("scores", "gains", "calibration", "screening", "copied", "fall", "definitions"):
        pd.testing.assert_frame_equal(getattr(with_it, table), getattr(without, table))


@pytest.mark.real_data
def test_the_committed_forecast_is_scored_beside_baselines_when_its_list_is_at_hand(real_lists, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a Gaussian process was fitted")

    monkeypatch.setattr(rolling, "fit_chances", refuse)
    scores = overview.check_commitment(real_lists).scores
    assert set(scores["model"]) == {"committed forecast", *BASELINES}
    auc = scores[scores["metric"] == "auc"].set_index(["model", "outcome"])["value"]
    assert auc["committed forecast", "stayed"] == pytest.approx(0.77, abs=0.005)
    assert auc["committed forecast", "success_next"] == pytest.approx(0.84, abs=0.005)
    assert auc["persistence", "success_next"] == pytest.approx(0.81, abs=0.005)


@pytest.mark.real_data
@pytest.mark.parametrize(
    "months", [["2022-12"], ["2022-11", "2022-12"], ["2022-07", "2022-09", "2022-12"], ["2022-09", "2022-11"]]
)
def test_without_the_list_it_was_made_from_the_committed_forecast_is_not_scored(real_lists, months):
    assert overview.check_commitment({month: real_lists[month] for month in months}).scores is None


@pytest.mark.real_data
def test_on_another_file_of_that_month_the_committed_forecast_is_not_scored(real_lists):
    another = real_lists["2022-11"].copy()
    another.attrs = another.attrs | {"provenance": another.attrs["provenance"] | {"sha256": "0" * 64}}
    assert overview.check_commitment(real_lists | {"2022-11": another}).scores is None
