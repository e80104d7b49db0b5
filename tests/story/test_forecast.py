import re
from types import SimpleNamespace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from tiktok import story
from tiktok.forecast import calibration, commitment, overview, scores, transitions
from tiktok.forecast.learners import BASELINES
from tiktok.story import forecast

SHUNNED = ("lists drawn", "a toss", "places", "is said to", "isn't shown", "what bends", "settled", "nan")


def told_on(month):
    raw = pd.DataFrame()
    raw.attrs["provenance"] = {"month": month}
    return raw


def say_everything(following):
    """Every sentence of the main text and of the folds."""
    return [
        forecast.say_who_stays(following, told_on("2022-07")),
        story.say_forecast(following.scores, following.gains),
        story.say_screening(following.screening),
        story.say_transitions(following.transitions, following.risers),
        story.say_bounds(following.changes, following.fall),
        story.say_calibration(following.calibration),
        story.say_copied(following.copied),
        story.say_commitment(*following.committed),
    ]


def test_headlines_and_steps_are_those_of_the_scores():
    assert forecast.HEADLINES == scores.HEADLINES
    assert forecast.OVERALL == (scores.POOLED, scores.AVERAGE)
    assert tuple(forecast.OUTCOME_PHRASES) == scores.OUTCOMES
    assert forecast.COMMITTED == commitment.COMMITTED
    assert set(forecast.PLAIN_GUESSES) == set(BASELINES)
    assert forecast.STATES == transitions.STATES
    assert {*overview.Overview()._fields} >= {*forecast.Following.__annotations__}
    assert list(forecast.TOGETHER) == [
        calibration.HELD,
        calibration.FEWER,
        calibration.MORE,
        calibration.UNKNOWN,
    ]


def test_with_one_list_nothing_is_said_of_the_next(panel_of_sample):
    following = overview.summarise_forecast(dict(list(panel_of_sample.items())[:1]))
    said = forecast.say_who_stays(following, told_on("2022-02")).data
    assert said.startswith("## One list can't show who stays\n\n")
    assert "beside the list of February 2022 there is none" in said
    assert "beside this list there is none" in forecast.say_who_stays(following, told_on("unknown")).data
    assert story.say_transitions(following.transitions, following.risers) is None
    assert forecast.show_transitions(following.transitions) is None
    assert story.say_bounds(following.changes, following.fall) is None


def test_with_two_lists_it_is_told_who_stayed_and_nothing_is_forecast(panel_of_sample):
    following = overview.summarise_forecast(dict(list(panel_of_sample.items())[:2]))
    said = forecast.say_who_stays(following, told_on("2022-02")).data
    assert said.splitlines()[0].endswith("of a top quarter is off the list four months later")
    assert "After four months" in said
    assert "months are" not in said
    assert "takes at least three lists" in said
    assert story.show_forecast(following.scores) is None
    assert story.say_forecast(following.scores, following.gains).data.startswith("Too few lists are at hand")
    assert story.say_calibration(following.calibration) is None
    assert story.say_screening(following.screening) is None
    assert story.say_copied(following.copied) is None
    moves = following.transitions.set_index(["now", "next"])["share"]
    kept = moves["top quarter", "top quarter"]
    assert f"From one list to the next, {kept:.0%}".replace("%", " %") in said_of_moves(following)
    assert " to " not in said_of_moves(following).split(". ")[0].removeprefix("From one list to")
    assert "expected can't be told" in story.say_bounds(following.changes, following.fall).data


def said_of_moves(following):
    return story.say_transitions(following.transitions, following.risers).data


def test_every_sentence_says_what_the_tables_say(forecast_of_sample):
    hold_to_tables(forecast_of_sample)


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize(
    "months",
    [slice(None), slice(None, -1), slice(3), slice(2, 5), slice(-3, None), slice(2), slice(-2, None)],
    ids=[
        "all",
        "before December",
        "the first three",
        "July to November",
        "the last three",
        "two",
        "last two",
    ],
)
def test_every_sentence_says_what_the_tables_of_real_lists_say(forecast_of_real, real_lists, months):
    hold_to_tables(forecast_of_real(*list(real_lists)[months]))


def hold_to_tables(following):
    said = [sentence.data for sentence in say_everything(following) if sentence is not None]
    assert not [word for word in SHUNNED if word in " ".join(said)]
    stays = said[0]
    top = following.transitions[following.transitions["now"] == "top quarter"]
    months = round(top["gap_days"] / 30.4375)
    by_gap = top.groupby([months, "next"])["n"].sum().unstack()
    shares = by_gap.div(by_gap.sum(axis=1), axis=0)
    numbers = [int(number) for number in re.findall(r"(\d+) %", stays.split("[")[0])]
    expected = [shares["out"].iloc[0], shares["top quarter"].iloc[0], *shares["out"].iloc[1:3]]
    assert numbers == [round(100 * share) for share in expected]
    told = forecast._say_fraction(shares["out"].iloc[0])
    assert stays.startswith(f"## {told[0].upper()}{told[1:]} of a top quarter is off the list ")
    assert ("a month later" in stays.splitlines()[0]) == (shares.index[0] == 1)
    if following.definitions is not None:
        better = following.definitions.query("outcome == 'success_next'")["better"]
        assert ("Each time, forecasts told better" in stays) == better.all()
        assert ("Forecasts did not clearly tell better" in stays) != better.any()
        whole = following.screening.query("step == 'average' and named == 20").iloc[0]
        came, now = (round(20 * whole[side]) for side in ("forecast", "now"))
        assert f"20 creators they named, {came} made it" in stays
        assert f"the 20 with the most engagement before, {now} did." in stays
        gains = following.gains
        pooled = gains.query("outcome == 'success_next' and metric == 'auc' and step == 'pooled'")
        assert ("not clearly beaten" in said[1].split("**")[1]) != pooled["better"].all()
    assert ("that list isn't at hand here" in stays) == (following.committed.scores is None)


def test_the_committed_forecast_waits_for_its_list(panel_of_sample):
    checked = overview.check_commitment(panel_of_sample)
    written, said = checked.written, story.say_commitment(*checked).data
    assert written.attrs["sha256"] in said
    assert "scores it once that list is at hand" in said
    assert forecast.show_commitment(checked.scores) is None


@pytest.mark.real_data
def test_the_committed_forecast_is_told_when_its_list_is_at_hand(real_lists):
    checked = overview.check_commitment(real_lists)
    said = story.say_commitment(*checked).data
    assert "The only step that nobody had seen" in said
    assert "it said 54 %, and 47 % (44 % to 50 %) came, fewer than chance allows" in said
    assert "it said 90 %, and 83 % (79 % to 86 %) came, fewer than chance allows" in said
    assert "Intervals of persistence held 89 %" in said
    assert said.count("mended afterwards") == 1
    assert "20 creators it named for the top quarter, 90 % came; of the 20 with the most engagement" in said
    assert "before, 70 %: no clear difference" in said
    assert "before, 52 %: a clear difference" in said
    table = forecast.show_commitment(checked.scores).data
    assert table.index("committed forecast") < table.index("persistence")
    for cell in ("0.77 (0.74 to 0.80)", "83 % (79 % to 86 %)", "0.81 (0.78 to 0.85)"):
        assert cell in table


@pytest.mark.real_data
def test_what_was_promised_and_what_came_is_told_in_the_main_text(real_lists):
    told = forecast._say_promise(*overview.check_commitment(real_lists))
    assert "The forecast for December 2022, written down before that list was opened, promised too" in told
    assert (
        "It said that 17 % of the creators listed before would be in the top quarter, and 14 % were" in told
    )
    assert (
        "Of the 20 creators it named, 18 made it. Of the 20 with the most engagement before, 14 did. 18"
        in told
    )


COMMITTED = pd.DataFrame(
    {"outcome": ["success_next", "engagement_next"], "said": [0.17, 0.9], "came": [0.2, 0.91]}
).assign(low=0.1, high=0.95, verdict="as said")


def written():
    table = pd.DataFrame()
    table.attrs = {"file": "2022-12.csv", "sha256": "0" * 64}
    return table


@pytest.mark.parametrize(
    ("verdict", "promised"),
    [
        ("as said", "kept its word"),
        ("fewer than said", "promised too much"),
        ("more than said", "too little"),
    ],
)
def test_the_promise_is_judged_by_what_came(verdict, promised):
    screening = pd.DataFrame([named(0.2, 0.1, True)])
    told = forecast._say_promise(written(), pd.DataFrame(), COMMITTED.assign(verdict=verdict), screening)
    assert f"was opened, {promised}. It said that 17 %" in told.replace("promised too little", "too little")
    assert "and 20 % were" in told
    assert "may be chance" not in told


@pytest.mark.parametrize(
    ("verdict", "mended"), [("as said", 0), ("fewer than said", 1), ("more than said", 0)]
)
def test_intervals_that_held_too_few_are_said_to_be_mended(verdict, mended):
    plain = pd.DataFrame([{"metric": "coverage_90", "model": "persistence", "value": 0.9}])
    told = forecast._say_held(plain, COMMITTED.assign(verdict=verdict))
    assert told.count("too narrow") == told.count("mended afterwards") == mended


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "less than a tenth"),
        (0.09, "about a tenth"),
        (0.26, "more than a fifth"),
        (0.34, "about a third"),
        (0.467, "nearly half"),
        (0.515, "about half"),
        (0.54, "more than half"),
        (0.69, "more than two thirds"),
        (1.0, "more than nine tenths"),
    ],
)
def test_shares_are_written_as_fractions(share, said):
    assert forecast._say_fraction(share) == said


@pytest.mark.parametrize(
    ("better", "lead"),
    [
        ([True] * 6, "Each time, forecasts told better than “same as now”"),
        ([True] * 5 + [False], "Forecasts mostly told better"),
        ([True] * 3 + [False] * 3, "Forecasts only sometimes told better"),
        ([False] * 6, "Forecasts did not clearly tell better"),
    ],
)
def test_forecasts_are_called_better_as_often_as_they_were(better, lead):
    definitions = pd.DataFrame({"outcome": ["success_next"] * len(better), "better": better})
    others = definitions.assign(outcome="engagement_next", better=~definitions["better"])
    steps = pd.DataFrame([named(0.2, 0.1, True) | {"step": step} for step in ("a→b", "b→c", "average")])
    told = forecast._say_foretold(pd.concat([definitions, others]), steps)
    assert told.startswith(lead)
    assert "Of the 20 creators they named, 16 made it on average. Of the 20 with the most" in told


def test_a_list_too_small_to_name_creators_leaves_the_comparison_out():
    definitions = pd.DataFrame({"outcome": ["success_next"], "better": [True]})
    told = forecast._say_foretold(definitions, pd.DataFrame(columns=["named", "step"]))
    assert told.startswith(
        "Each time, forecasts told better than “same as now” who would be in the next top quarter. ["
    )


def test_moves_are_summed_over_the_steps():
    """Half of two, and then all of six: seven in eight are gone."""
    rows = [("a", "out", 1), ("a", "top quarter", 1), ("b", "out", 6), ("b", "top quarter", 0)]
    rest = [("a", "out", 1), ("a", "top quarter", 1)]
    moves = pd.DataFrame(rows, columns=["month", "next", "n"]).assign(now="top quarter", month_next="c")
    others = pd.DataFrame(rest, columns=["month", "next", "n"]).assign(now="bottom quarter", month_next="c")
    moves = pd.concat([moves, others]).assign(gap_days=33)
    committed = overview.Commitment(written())
    following = SimpleNamespace(transitions=moves, definitions=None, screening=None, committed=committed)
    told = forecast.say_who_stays(following, told_on("b")).data
    assert (
        "After one month 88 % of a top quarter are off the list, and 12 % are in its top quarter again"
        in told
    )
    assert told.startswith("## Nearly nine tenths of a top quarter is off the list a month later")


def test_moves_are_shown_step_by_step(forecast_of_sample):
    moves = forecast_of_sample.transitions
    rows = BeautifulSoup(forecast.show_transitions(moves).data, "html.parser").find_all("tr")
    cells = [[cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in rows]
    table = pd.DataFrame(cells[1:], columns=cells[0])
    assert len(table) == 5 * len(moves["month"].unique())
    assert table["from"].tolist()[:5] == [*transitions.QUARTERS, "newcomers"]
    first = moves[(moves["now"] == "top quarter")].groupby("month").first()
    shown = table[table["from"] == "top quarter"]
    assert shown["creators"].astype(int).tolist() == first["of"].tolist()
    assert shown["in the top quarter"].str.removesuffix(" %").astype(float).tolist() == pytest.approx(
        (100 * first["share"]).tolist(), abs=0.5
    )


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (["2022-06→2022-07", "2022-09→2022-11", "pooled"], "These steps were in view"),
        (["2022-06→2022-07", "2022-12→2023-01"], "The steps up to 2022-07 were in view"),
        (["2022-12→2023-01", "2023-01→2023-02", "average"], "None of these steps was in view"),
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


def calibrated(steps, said, came, verdict="as said", together="as said"):
    names = [*steps, "average"]
    table = pd.DataFrame({"outcome": "stayed", "step": names, "said": said, "came": came, "n": 900})
    verdicts = [*[verdict] * len(steps), together]
    return table.assign(low=table["came"] - 0.03, high=table["came"] + 0.03, verdict=verdicts)


def test_chances_that_were_too_high_are_said_to_be():
    """In December 0.54 was said and 0.47 came, and the story kept silent."""
    table = calibrated(["2022-11→2022-12"], 0.54, 0.47, "fewer than said", "can't be told")
    said = story.say_calibration(table).data
    assert "were not right on every step" in said
    assert (
        "forecasts said 54 %, and 47 % came on average; fewer than said on 2022-11→2022-12 (47 % for" in said
    )
    assert "within chance" not in said
    assert "so one step can show a gross error only" in said


def test_what_came_as_said_is_not_complained_of():
    said = story.say_calibration(calibrated(["a→b", "b→c", "c→d"], 0.4, 0.41)).data
    assert "were right on each step" in said
    assert "and 41 % came on average, which is within chance." in said


def test_the_committed_forecast_stands_below_the_others_as_it_came():
    table = calibrated(["2022-11→2022-12"], 0.5, 0.5)
    assert story.show_calibration(None, None) is None
    outcomes = [table.assign(outcome=outcome) for outcome in scores.OUTCOMES]
    table = pd.concat(outcomes)
    committed = table[table["step"] != "average"].assign(said=0.54, came=0.47, verdict="fewer than said")
    assert "as committed" not in story.show_calibration(table, None).data
    shown = story.show_calibration(table, committed).data
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
            "80 % came; of the 20 with the most engagement now, 60 %. The difference is +10 to +30 points.",
        ),
        (named(0.0, -0.1, False), "That is no clear difference."),
        (named(-0.2, -0.3, False), "The difference is −30 to −10 points."),
    ],
)
def test_naming_by_the_forecast_is_called_better_only_where_that_is_shown(whole, said):
    steps = [named(0.2, 0.0, False) | {"step": "a→b"}, named(0.2, 0.05, True) | {"step": "b→c"}]
    told = story.say_screening(pd.DataFrame([*steps, whole | {"step": "average"}])).data
    assert said in told
    assert "ahead in two of two steps, clearly so in one." in told


def test_lists_too_small_to_name_creators_are_passed_over():
    empty = pd.DataFrame(columns=["named", "step"])
    assert story.say_screening(empty) is None
    assert story.show_screening(empty) is None


def test_copied_rows_are_counted_and_said_to_matter_only_where_they_do():
    table = pd.DataFrame(
        {"step": ["a→b", "average"], "n": 400, "copied": 46, "r2": 0.5, "r2_measured": 0.447}
    )
    said = story.say_copied(table).data
    assert "Of 400 creators who stay, 46 are on the next list" in said
    assert "falls most on a→b, from 0.50 to 0.45" in said
    assert "falls most" not in story.say_copied(table.assign(r2_measured=0.499)).data
    assert story.say_copied(table.assign(copied=0)).data.startswith("Nobody")
