import pytest

import acquire
import prepare
from tiktok.forecast import overview
from tiktok.story import forecast


@pytest.fixture(scope="module")
def panel():
    return {month: prepare.clean(raw) for month, raw in acquire.get_panel(source="sample").items()}


def test_with_two_lists_nothing_is_forecast_and_that_is_said(panel):
    two = dict(list(panel.items())[:2])
    following = overview.summarise_forecast(two)
    assert following.scores is None
    assert forecast.show_forecast(following.scores) is None
    assert "Fewer than three lists" in forecast.say_forecast(following.scores, following.gains).data
    assert forecast.say_transitions(following.transitions, following.risers) is None
    assert forecast.say_bounds(following.changes, following.fall) is None


def test_the_sentence_says_what_the_scores_say(panel):
    following = overview.summarise_forecast(panel)
    said = forecast.say_forecast(following.scores, following.gains).data
    assert "nan" not in said
    gains = following.gains
    rows = gains[
        (gains["outcome"] == "success_next") & (gains["metric"] == "auc") & (gains["step"] == "pooled")
    ]
    assert ("isn't shown" in said.split("**")[1]) != rows["better"].all()
    assert len(following.figures) == 5
    assert "nan" not in forecast.say_bounds(following.changes, following.fall).data
    assert "nan" not in forecast.say_transitions(following.transitions, following.risers).data
    assert all("SYNTHETIC" in figure.get_label() for figure in following.figures)


def test_the_committed_forecast_waits_for_its_list_and_is_never_scored_on_a_synthetic_one(panel):
    written, scores = overview.check_commitment(panel)
    assert scores is None
    synthetic = panel | {"2022-12": panel["2022-11"]}
    assert overview.check_commitment(synthetic)[1] is None
    said = forecast.say_commitment(written, scores).data
    assert written.attrs["sha256"] in said
    assert "isn't at hand" in said


@pytest.mark.real_data
def test_the_committed_forecast_is_scored_when_its_list_is_at_hand(real_data_dir):
    real = {
        m: prepare.clean(raw) for m, raw in acquire.get_panel(data_dir=real_data_dir, source="local").items()
    }
    written, scores = overview.check_commitment(real)
    said = forecast.say_commitment(written, scores).data
    assert "caught out or not" in said
    assert "committed forecast" in said
    assert "persistence" in said
    auc = scores[(scores["metric"] == "auc") & (scores["model"] == "committed forecast")].set_index("outcome")
    assert auc.loc["stayed", "value"] == pytest.approx(0.77, abs=0.005)
    assert auc.loc["success_next", "value"] == pytest.approx(0.84, abs=0.005)
