import re

import numpy as np
import pandas as pd
import pytest
from headline_claims import contradictions, read_headlines, what_holds

import acquire
import explore
import model
import prepare
from tiktok import forecast, story
from tiktok.explore.groups import SIZES
from tiktok.story import headlines as room

JULY = "2022-07"
MONTHS = ["2022-06", JULY, "2022-09"]
WHOLES = ["engagement", "interactions"]
CLAIMS = ["views related to shares", "subscribers not related to shares", "likes related to engagement"]


def told_on(month):
    raw = pd.DataFrame()
    raw.attrs["provenance"] = {"month": month}
    return raw


def made(months=MONTHS):
    """A table in which everything holds everywhere."""
    lists = pd.DataFrame([(d, m) for d in WHOLES for m in months], columns=["definition", "month"])
    of_list = [
        lists.assign(finding=f"the top quarter has more {feature}", value=0.6, low=0.55, high=0.65)
        for feature in ("subscribers", "shares")
    ]
    of_list += [
        lists.assign(finding=finding, value=value, low=value / 2, high=value * 2)
        for finding, value in (
            (room.BIGGER, 0.4),
            (room.PERFECT, 1.0),
            (room.TELLS, 0.12),
            (room.BENT, 0.001),
            (room.CURVE, 0.03),
            (room.SUCCESS, 0.04),
            (room.AHEAD, 0.05),
        )
    ]
    once = lists[lists["definition"] == "engagement"].assign(definition="", low=np.nan, high=np.nan)
    of_list += [once.assign(finding=room.ORDERED, value=1.0)]
    of_list += [
        (lists.assign(low=np.nan, high=np.nan) if "engagement" in claim else once).assign(
            finding=claim, value=3.0
        )
        for claim in CLAIMS
    ]
    return pd.concat(of_list, ignore_index=True).assign(verdict="yes")[room.COLUMNS]


def made_sizes(months=MONTHS):
    rows = [
        {"definition": d, "month": m, "size": size, "n": 50, "share": share, "low": share - 0.05}
        for d in WHOLES
        for m in months
        for size, share in zip(SIZES, (0.1, 0.2, 0.3, 0.5), strict=True)
    ]
    sizes = pd.DataFrame(rows)
    return sizes.assign(high=sizes["share"] + 0.05)


def summary(table, month=JULY, sizes=None):
    """Everything that the summary says of a table."""
    raw = told_on(month)
    said = story.say_findings(
        table, story.say_sizes(made_sizes() if sizes is None else sizes, raw), None, raw
    )
    return "\n".join([story.say_answer(table, raw).data, *(sentence.data for sentence in said.values())])


def test_what_holds_everywhere_is_said_to():
    assert contradictions(summary(made()), made()) == []


@pytest.mark.parametrize("finding", [f for f in made()["finding"].unique() if f != room.BIGGER])
@pytest.mark.parametrize("month", MONTHS)
def test_one_month_of_the_table_turned_round_turns_its_sentence(finding, month):
    """The sentence that claims it of each month is seen to be false then, and the story doesn't say it."""
    table = made()
    one = (table["finding"] == finding) & (table["month"] == month)
    table.loc[table.index[one][0], "verdict"] = "not shown"
    table.loc[table.index[one][0], "value"] = min(1.0, table.loc[table.index[one][0], "value"])
    assert contradictions(summary(made()), table) == [finding]
    assert contradictions(summary(table), table) == []


def test_falling_shares_of_bigger_accounts_are_not_said_to_rise():
    sizes = made_sizes()
    sizes.loc[sizes.index[3], ["share", "low", "high"]] = [0.1, 0.05, 0.15]
    assert not re.search(room.BIGGER, summary(made(), sizes=sizes))
    assert contradictions(summary(made(), sizes=sizes), made()) == [room.BIGGER]


def test_the_summary_of_one_list_speaks_of_that_list_alone():
    said = summary(made([JULY]), sizes=made_sizes([JULY]))
    assert "months" not in said.replace("over the months", "")
    assert "In this list" in said
    assert contradictions(said, made([JULY])) == []


def test_a_list_of_an_unknown_month_is_this_list():
    table = made(["unknown"])
    table.loc[(table["finding"] == room.CURVE) & (table["definition"] == "interactions"), "verdict"] = (
        "not shown"
    )
    said = summary(table, "unknown", made_sizes(["unknown"]))
    assert "unknown" not in said
    assert "12 % (6 % to 24 %) of its differences in this list" in said
    assert "(not shown: by interactions)" in said


def test_lists_without_ranks_are_not_said_to_be_ordered():
    table = made()
    table.loc[table["finding"] == room.ORDERED, "verdict"] = "can't be asked"
    said = summary(table)
    assert "No list here has a **published rank**" in said
    assert "isn't in the formula" not in said


def test_a_rule_seen_in_another_list_only_is_not_said_of_this_one():
    table = made()
    others = (table["finding"] == room.ORDERED) & (table["month"] != "2022-06")
    table.loc[others, "verdict"] = "can't be asked"
    assert "The list of 2022-06, the only one with ranks, is ordered" in summary(table)


def test_a_month_in_which_the_top_quarter_has_fewer_is_named():
    table = made()
    one = (table["finding"] == "the top quarter has more shares") & (table["month"] == JULY)
    table.loc[one, ["value", "low", "high"]] = [[0.4, 0.35, 0.45], [0.5, 0.45, 0.55]]
    table.loc[one, "verdict"] = ["no", "not shown"]
    said = summary(table)
    assert "has more subscribers than the rest" in said
    assert "more shares in four and fewer in one of the six comparisons" in said
    assert "in 2022-07, by engagement, it has fewer and by interactions, no difference is shown." in said
    elsewhere = summary(table, month="2022-06")
    assert "it has fewer" not in elsewhere
    assert "(not shown: 2022-07 by engagement and 2022-07 by interactions)" in elsewhere


def test_too_few_lists_leave_the_next_one_open():
    table = made()
    said = summary(table[table["finding"] != room.AHEAD])
    assert "takes three of them" in said


def test_the_table_shows_every_finding_once_a_definition_and_month():
    table = made()
    read = read_headlines(story.show_headlines(table).data)
    expected = table[read.columns].sort_values(list(read.columns), ignore_index=True)
    pd.testing.assert_frame_equal(read, expected, check_dtype=False)


# --- on the lists themselves


@pytest.fixture(scope="module", params=["sample", pytest.param("local", marks=pytest.mark.real_data)])
def every_list(request):
    if request.param == "local":
        request.getfixturevalue("real_data_dir")
    raw = acquire.get_panel(source=request.param)
    return {month: prepare.clean(rows) for month, rows in raw.items()}


def tabulate(panel):
    return story.tabulate_headlines(
        explore.compare_top_quarters(panel),
        explore.share_by_size(panel),
        model.recover_sums(panel),
        model.tell_from_subscribers(panel),
        explore.explain_orders(panel),
        explore.try_specifications(panel, rules=["all creators"]),
        forecast.compare_definitions(panel),
    )


@pytest.mark.slow
@pytest.mark.parametrize("lists", ["all", "two", "one"])
def test_what_the_summary_says_contradicts_no_month_and_no_definition(every_list, lists):
    panel = every_list
    panel = dict(list(panel.items())[{"all": slice(None), "two": slice(1, 3), "one": slice(1, 2)}[lists]])
    table, sizes = tabulate(panel), explore.share_by_size(panel)
    findings = what_holds(table)
    asked = table.groupby("finding")["month"].nunique()
    assert (asked.drop(room.AHEAD, errors="ignore") == len(panel)).all()
    assert len(findings) >= 5 + 6 + 9 or lists == "one"
    for month in panel:
        assert contradictions(summary(table, month, sizes), table) == []


@pytest.mark.parametrize(
    ("shown", "lead"),
    [
        (6, "can be told better"),
        (4, "can be told better"),
        (3, "hangs on the list"),
        (0, "isn't shown to be told better"),
    ],
)
def test_the_next_top_quarter_is_called_told_better_only_where_most_forecasts_show_it(shown, lead):
    table = made()
    rows = table.index[table["finding"] == room.AHEAD]
    table.loc[rows[shown:], "verdict"] = "not shown"
    (bold,) = [line for line in summary(table).splitlines() if "same as now" in line]
    assert lead in bold.split("**")[1]


def test_the_few_who_were_named_are_told_with_how_often_that_was_more_than_chance():
    steps = pd.DataFrame(
        {
            "step": ["a", "b", "average"],
            "named": 20,
            "forecast": [0.9, 0.8, 0.85],
            "now": [0.7, 0.9, 0.8],
            "gain": [0.2, -0.1, 0.05],
            "better": [True, False, False],
        }
    )
    said = story.say_findings(made(), story.say_sizes(made_sizes(), told_on(JULY)), steps, told_on(JULY))[
        "Who succeeds next?"
    ].data
    assert "85 % came on average of two forecasts, of the 20 with the most engagement now 80 %, too" in said
    assert "ahead in one of two, by more than chance in one" in said


def test_the_sizes_are_told_with_their_month_the_range_over_months_and_overlaps():
    sizes = made_sizes()
    biggest = (sizes["size"] == SIZES[-1]) & (sizes["month"] == "2022-09")
    sizes.loc[biggest, ["share", "low", "high"]] = [0.7, 0.6, 0.8]
    said = story.say_sizes(sizes, told_on(JULY)).data
    assert "in 2022-07 10 % of those below 1M" in said
    assert "(50 % to 70 % over the months)" in said
    assert "overlapping intervals in 12 of 18 steps" in said
