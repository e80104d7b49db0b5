import pandas as pd
import pytest

import acquire
import prepare
from tiktok import story
from tiktok.forecast import calibration, commitment, overview, scores
from tiktok.forecast.learners import BASELINES
from tiktok.story import forecast


def test_headlines_and_steps_are_those_of_the_scores():
    assert forecast.HEADLINES == scores.HEADLINES
    assert forecast.OVERALL == (scores.POOLED, scores.AVERAGE)
    assert tuple(forecast.OUTCOME_PHRASES) == scores.OUTCOMES
    assert forecast.COMMITTED == commitment.COMMITTED
    assert set(forecast.PLAIN_GUESSES) == set(BASELINES)
    assert list(forecast.TOGETHER) == [
        calibration.HELD,
        calibration.FEWER,
        calibration.MORE,
        calibration.UNKNOWN,
    ]


def test_with_two_lists_that_is_said(panel_of_sample):
    following = overview.summarise_forecast(dict(list(panel_of_sample.items())[:2]))
    assert following.scores is None
    assert story.show_forecast(following.scores) is None
    assert "Fewer than three lists" in story.say_forecast(following.scores, following.gains).data
    assert story.say_transitions(following.transitions, following.risers) is None
    assert story.say_bounds(following.changes, following.fall) is None
    assert story.say_calibration(following.calibration) is None
    assert story.say_screening(following.screening) is None
    assert story.say_copied(following.copied) is None


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
    assert "nan" not in story.say_calibration(following.calibration).data
    assert "nan" not in story.say_screening(following.screening).data
    assert "nan" not in story.say_copied(following.copied).data
    assert "nan" not in story.say_transitions(following.transitions, following.risers).data


def test_the_committed_forecast_waits_for_its_list(panel_of_sample):
    checked = overview.check_commitment(panel_of_sample)
    written, said = checked.written, story.say_commitment(*checked).data
    assert written.attrs["sha256"] in said
    assert "isn't at hand" in said


@pytest.mark.real_data
def test_the_committed_forecast_is_told_when_its_list_is_at_hand(real_data_dir):
    raw = acquire.get_panel(data_dir=real_data_dir, source="local")
    panel = {month: prepare.clean(df) for month, df in raw.items()}
    said = story.say_commitment(*overview.check_commitment(panel)).data
    assert "caught out or not" in said
    assert "54 % was said and 47 % (44 % to 50 %) came, fewer than said" in said
    assert "90 % was said and 83 % (79 % to 86 %) came, fewer than said" in said
    assert "Intervals of persistence held 89 %" in said
    assert (
        "Of the 20 whom it names for the top quarter 90 % came, of the 20 highest before 70 %, too few"
        in said
    )
    assert "59 % came, of the 100 highest before 52 %, more than by chance" in said


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (["2022-06→2022-07", "2022-09→2022-11", "pooled"], "The steps were looked at"),
        (["2022-06→2022-07", "2022-12→2023-01"], "The steps up to 2022-07 were looked at"),
        (["2022-12→2023-01", "2023-01→2023-02", "average"], "None of the steps was looked at"),
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


def test_a_step_that_was_seen_before_the_intervals_were_mended_is_labelled():
    label = "2022-12 was already seen when the intervals were mended"
    assert label in forecast._say_looked_at(pd.DataFrame({"step": ["2022-11→2022-12"]}))
    assert label not in forecast._say_looked_at(pd.DataFrame({"step": ["2022-09→2022-11"]}))


def calibrated(steps, said, came, verdict="as said", together="as said"):
    names = [*steps, "average"]
    table = pd.DataFrame({"outcome": "stayed", "step": names, "said": said, "came": came, "n": 900})
    verdicts = [*[verdict] * len(steps), together]
    return table.assign(low=table["came"] - 0.03, high=table["came"] + 0.03, verdict=verdicts)


def test_chances_that_were_too_high_are_said_to_be():
    """In December 0.54 was said and 0.47 came, and the story kept silent."""
    table = calibrated(["2022-11→2022-12"], 0.54, 0.47, "fewer than said", "can't be told")
    said = story.say_calibration(table).data
    assert "weren't right on every step" in said
    assert (
        "54 % was said and 47 % came on average; fewer than said on 2022-11→2022-12 (47 % for 54 %)" in said
    )
    assert "within chance" not in said
    assert "in one step. The list of 2022-12 was already seen" in said


def test_what_came_as_said_is_not_complained_of():
    said = story.say_calibration(calibrated(["a→b", "b→c", "c→d"], 0.4, 0.41)).data
    assert "were right on each step" in said
    assert "41 % came on average, which is within chance." in said


def test_the_committed_forecast_stands_below_the_others_as_it_came():
    table = calibrated(["2022-11→2022-12"], 0.5, 0.5)
    assert story.show_calibration(None, None) is None
    outcomes = [table.assign(outcome=outcome) for outcome in scores.OUTCOMES]
    table = pd.concat(outcomes)
    committed = table[table["step"] != "average"].assign(said=0.54, came=0.47, verdict="fewer than said")
    assert "as committed" not in story.show_calibration(table, None).data
    shown = story.show_calibration(table, committed).data
    assert "2022-11→2022-12, already seen" in shown
    assert "2022-11→2022-12, as committed" in shown
    assert "54 % said, 47 % (47 % to 53 %) came" in shown


def named(gain, low, better):
    row = {"named": 20, "forecast": 0.6 + gain, "now": 0.6, "gain": gain, "low": low, "high": gain + 0.1}
    return row | {"better": better}


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        (
            named(0.2, 0.1, True),
            "80 % came, of the 20 with the most engagement now 60 %: a difference of +10 to +30",
        ),
        (named(0.0, -0.1, False), "a difference isn't shown"),
        (named(-0.2, -0.3, False), "a difference of −30 to −10 points"),
    ],
)
def test_naming_by_the_forecast_is_called_better_only_where_that_is_shown(whole, said):
    steps = [named(0.2, 0.0, False) | {"step": "a→b"}, named(0.2, 0.05, True) | {"step": "b→c"}]
    told = story.say_screening(pd.DataFrame([*steps, whole | {"step": "average"}])).data
    assert said in told
    assert "ahead in two of two steps, and by more than chance in one of them" in told


def test_lists_too_small_to_name_creators_are_passed_over():
    empty = pd.DataFrame(columns=["named", "step"])
    assert story.say_screening(empty) is None
    assert story.show_screening(empty) is None


def test_copied_rows_are_counted_and_said_to_matter_only_where_they_do():
    table = pd.DataFrame(
        {"step": ["a→b", "average"], "n": 400, "copied": 46, "r2": 0.5, "r2_measured": 0.447}
    )
    said = story.say_copied(table).data
    assert "Of 400 creators who stay, 46 stand in the next list" in said
    assert "loses most on a→b: 0.45 instead of 0.50" in said
    assert "loses most" not in story.say_copied(table.assign(r2_measured=0.499)).data
    assert story.say_copied(table.assign(copied=0)).data.startswith("Nobody")
