import pandas as pd
import pytest

import acquire
import prepare
from tiktok import story
from tiktok.forecast import commitment, overview, scores
from tiktok.forecast.learners import BASELINES
from tiktok.story import forecast


def test_headlines_and_steps_are_those_of_the_scores():
    assert forecast.HEADLINES == scores.HEADLINES
    assert forecast.OVERALL == (scores.POOLED, scores.AVERAGE)
    assert tuple(forecast.OUTCOME_PHRASES) == scores.OUTCOMES
    assert forecast.COMMITTED == commitment.COMMITTED
    assert set(forecast.PLAIN_GUESSES) == set(BASELINES)


def test_with_two_lists_that_is_said(panel_of_sample):
    following = overview.summarise_forecast(dict(list(panel_of_sample.items())[:2]))
    assert following.scores is None
    assert story.show_forecast(following.scores) is None
    assert "Fewer than three lists" in story.say_forecast(following.scores, following.gains).data
    assert story.say_transitions(following.transitions, following.risers) is None
    assert story.say_bounds(following.changes, following.fall) is None


def test_the_sentence_says_what_the_scores_say(forecast_of_sample):
    following = forecast_of_sample
    said = story.say_forecast(following.scores, following.gains).data
    assert "nan" not in said
    gains = following.gains
    rows = gains[
        (gains["outcome"] == "success_next") & (gains["metric"] == "auc") & (gains["step"] == "pooled")
    ]
    assert ("isn't shown" in said.split("**")[1]) != rows["better"].all()
    assert "nan" not in story.say_bounds(following.changes, following.fall).data
    assert "nan" not in story.say_transitions(following.transitions, following.risers).data


def test_the_committed_forecast_waits_for_its_list(panel_of_sample):
    written, scored = overview.check_commitment(panel_of_sample)
    said = story.say_commitment(written, scored).data
    assert written.attrs["sha256"] in said
    assert "isn't at hand" in said


@pytest.mark.real_data
def test_the_committed_forecast_is_told_when_its_list_is_at_hand(real_data_dir):
    raw = acquire.get_panel(data_dir=real_data_dir, source="local")
    panel = {month: prepare.clean(df) for month, df in raw.items()}
    said = story.say_commitment(*overview.check_commitment(panel)).data
    assert "caught out or not" in said
    assert "committed forecast" in said
    assert "persistence" in said


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (["2022-06→2022-07", "2022-09→2022-11", "pooled"], "The steps were looked at"),
        (["2022-06→2022-07", "2022-11→2022-12"], "The steps up to 2022-07 were looked at"),
        (["2022-11→2022-12", "2022-12→2023-01", "average"], "None of the steps was looked at"),
    ],
)
def test_only_steps_that_were_looked_at_are_called_so(steps, said):
    assert forecast._say_looked_at(pd.DataFrame({"step": steps})).startswith(said)


def test_a_fall_that_was_foreseen_more_than_whole_is_written_as_it_is():
    changes = pd.DataFrame({"group": ["all"], "flips": [False], "stayers": [0.9], "at_the_cut": [0.7]})
    fall = pd.DataFrame({"step": ["pooled"], "foreseen": [1.1], "low": [0.92], "high": [1.3]})
    said = story.say_bounds(changes, fall).data
    assert "110 % (92 % to 130 %)" in said
    assert "by what fades with time" in said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.83, "(79 % to 87 %), fewer than promised"), (0.97, "more than promised"), (0.89, "as promised")],
)
def test_intervals_that_held_too_few_are_said_to(value, said):
    """In December 82.6 % of them held, where nine in ten were promised; persistence's held 89 %."""
    rows = [("committed forecast", value), ("persistence", 0.89)]
    held = pd.DataFrame(rows, columns=["model", "value"]).assign(
        metric="coverage_90", outcome="engagement_next"
    )
    held = held.assign(low=held["value"] - 0.04, high=held["value"] + 0.04)
    written = pd.DataFrame()
    written.attrs.update(file="2022-12.csv", sha256="cf2e")
    told = story.say_commitment(written, held).data
    assert said in told
    assert "persistence held 89 %" in told
