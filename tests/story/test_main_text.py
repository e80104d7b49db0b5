"""The main text says what its tables hold, in every month, and nothing more."""

import re

import numpy as np
import pandas as pd
import pytest
from headline_claims import JULY, MONTHS, WHOLES, contradictions, made, tabulate, what_holds

import explore
import model
from tiktok import story
from tiktok.explore.groups import SIZES
from tiktok.forecast.transitions import count_transitions
from tiktok.lists.columns import METRICS
from tiktok.story import headlines

MADE_OF = pd.DataFrame([{"whole": "engagement", "part": "views", "pooled": 0.9}])
IN_ORDER = pd.DataFrame([{"pairs_agree": 900, "pairs_contradict": 0, "spearman": 1.0}])


def told_on(month):
    raw = pd.DataFrame()
    raw.attrs["provenance"] = {"month": month}
    return raw


def made_sizes(months=MONTHS):
    rows = [
        {"definition": d, "month": m, "size": size, "n": 50, "share": share}
        for d in WHOLES
        for m in months
        for size, share in zip(SIZES, (0.1, 0.2, 0.3, 0.5), strict=True)
    ]
    sizes = pd.DataFrame(rows)
    return sizes.assign(low=sizes["share"] - 0.06, high=sizes["share"] + 0.06)


def made_apart(months=MONTHS):
    rows = [
        {"definition": d, "month": m, "feature": metric, "median_in": 5e6, "median_out": 2e6}
        for d in WHOLES
        for m in months
        for metric in METRICS
    ]
    return pd.DataFrame(rows).assign(direction="more")


def made_told(months=MONTHS):
    told = [{"definition": d, "month": m, "auc": 0.63} for d in WHOLES for m in months]
    return pd.DataFrame(told).assign(skill_shown=True)


def main_text(table, month=JULY, order=IN_ORDER):
    """Everything that the main text says of a table whose numbers are made."""
    raw, months = told_on(month), list(table["month"].unique())
    said = [
        story.say_answer(table),
        story.say_top_quarter(table, made_apart(months), MADE_OF, raw),
        story.say_sizes(table, made_sizes(months), made_told(months), raw),
        story.say_order(table, order, raw),
        story.say_perfect_model(table),
        story.say_claims(table),
    ]
    return "\n".join(sentence.data for sentence in said)


def test_what_holds_everywhere_is_said_to():
    assert contradictions(main_text(made()), made()) == []


CLAIMED = [f for f in made()["finding"].unique() if contradictions("", made()[made()["finding"] == f])]


def test_most_findings_are_claimed_somewhere():
    unclaimed = set(made()["finding"]) - set(CLAIMED)
    assert unclaimed == {headlines.TELLS, headlines.BENT, headlines.CURVE, headlines.AHEAD}


@pytest.mark.parametrize("finding", CLAIMED)
@pytest.mark.parametrize("month", MONTHS)
def test_one_month_of_the_table_turned_round_turns_its_sentence(finding, month):
    """The sentence that claims it of each month is seen to be false then, and the story doesn't say it."""
    table = made()
    one = (table["finding"] == finding) & (table["month"] == month)
    table.loc[table.index[one][0], "verdict"] = "not shown"
    table.loc[table.index[one][0], "value"] = min(1.0, table.loc[table.index[one][0], "value"])
    assert contradictions(main_text(made()), table) == [finding]
    assert contradictions(main_text(table), table) == []


def test_the_headline_speaks_of_bigger_accounts_only_where_every_month_shows_it():
    table = made()
    assert "## The biggest accounts on the list succeed most often" in main_text(table)
    table.loc[table["finding"] == headlines.BIGGER, "verdict"] = ["not shown", *["yes"] * 5]
    assert "## The biggest accounts" not in main_text(table)
    assert "shown to be ahead of the smallest in five of six comparisons" in main_text(table)


def test_percentages_head_the_sizes_only_where_the_story_s_own_month_shows_a_difference():
    table = made()
    own = (table["finding"] == headlines.BIGGER) & (table["month"] == JULY)
    assert "## 50 % of the biggest accounts are in the top quarter, 10 % of the smallest" in main_text(table)
    table.loc[own, "verdict"] = "not shown"
    assert "than the smallest isn't shown in July 2022" in main_text(table)
    assert "## 50 % of the biggest" not in main_text(table)


def test_the_two_smallest_sizes_are_tested():
    said = story.say_sizes(made(), made_sizes(), made_told(), told_on(JULY)).data
    assert "Between the two smallest sizes a difference is shown in none of six comparisons" in said
    sizes = made_sizes().assign(n=5000)
    said = story.say_sizes(made(), sizes, made_told(), told_on(JULY)).data
    assert "a difference is shown in six of six comparisons" in said


def test_chances_that_are_not_better_in_the_story_s_own_month_are_said_so():
    table, told = made(), made_told()
    success = (table["finding"] == headlines.SUCCESS) & (table["month"] == JULY)
    table.loc[success, "verdict"] = "not shown"
    told.loc[told["month"] == JULY, "skill_shown"] = False
    said = story.say_sizes(table, made_sizes(), told, told_on(JULY)).data
    assert "in four of six comparisons, but not in July 2022 by engagement" in said
    assert "but not" not in story.say_sizes(table, made_sizes(), told, told_on("2022-06")).data


def test_nobody_is_said_to_sort_lists_by_a_formula_that_none_follows():
    table = made([JULY])
    table.loc[table["finding"] == headlines.ORDERED, "verdict"] = "no"
    said = story.say_order(table, IN_ORDER.assign(pairs_contradict=400, spearman=0.1), told_on(JULY)).data
    assert "isn't sorted by" in said
    assert "publisher" not in said


def test_no_relation_shown_is_not_called_none():
    table = made()
    assert "“Not related” means only that no relation is shown" in story.say_claims(table).data


def test_the_main_text_of_one_list_speaks_of_that_list_alone():
    said = main_text(made([JULY]))
    assert "months" not in said
    assert "In this list" in said
    assert contradictions(said, made([JULY])) == []


def test_a_list_of_an_unknown_month_is_this_list():
    said = main_text(made(["unknown"]), "unknown")
    assert "unknown" not in said
    assert "In this list the biggest are those from 20M subscribers up" in said


def test_a_list_without_ranks_is_not_said_to_be_sorted():
    table = made()
    table.loc[table["finding"] == headlines.ORDERED, "verdict"] = "can't be asked"
    said = story.say_order(table, None, told_on(JULY)).data
    assert "## This list has no ranks" in said
    assert "sorted by" not in said


def test_a_rule_seen_in_other_lists_only_is_not_said_of_this_one():
    table = made()
    own = (table["finding"] == headlines.ORDERED) & (table["month"] == JULY)
    table.loc[own, "verdict"] = "can't be asked"
    said = story.say_order(table, None, told_on(JULY)).data
    assert "## This list has no ranks" in said
    assert "All two lists with ranks are sorted by views × likes × (comments + shares)" in said


@pytest.mark.parametrize(
    ("contradicting", "spearman", "heading"),
    [(0, 1.0, "is sorted by"), (9, 0.99, "is sorted nearly by"), (400, 0.3, "isn't sorted by")],
)
def test_the_order_is_told_as_firmly_as_it_allows(contradicting, spearman, heading):
    order = IN_ORDER.assign(pairs_contradict=contradicting, spearman=spearman)
    said = story.say_order(made(), order, told_on(JULY)).data
    assert heading in said.splitlines()[0]
    assert ("not one contradicts it" in said) == (contradicting == 0)


def test_a_month_in_which_the_top_quarter_has_fewer_is_named():
    table = made()
    one = (table["finding"] == "the top quarter has more shares") & (table["month"] == JULY)
    table.loc[one, "verdict"] = ["no", "not shown"]
    said = main_text(table)
    assert "has more subscribers than the rest" in said
    assert (
        "In four of six comparisons, a month and a way to count engagement each, the top quarter has more"
        in said
    )
    assert "the top quarter has more shares, and fewer in one." in said
    assert "In July 2022, by engagement, it has fewer shares." in said
    assert "In July 2022, by interactions, the difference may be chance." in said
    assert "it has fewer" not in main_text(table, month="2022-06")


def test_the_three_numbers_are_those_of_the_tables():
    now = ["top quarter", "top quarter", "bottom quarter", "bottom quarter", "out"]
    transitions = pd.DataFrame({"now": now, "next": ["out", "top quarter"] * 2 + ["top quarter"]})
    transitions = transitions.assign(n=[30, 10, 90, 10, 77], gap_days=31)
    later = transitions.assign(n=[40, 0, 100, 0, 77], gap_days=61)
    transitions = pd.concat([later, transitions])
    raw = told_on(JULY)
    page = story.show_three_numbers(made_apart(), made_sizes(), MADE_OF, transitions, raw).data
    assert re.findall("<strong>(.*?)</strong>", page) == ["5M", "50 %", "25 %"]
    for beside in (
        "2M for one of the rest",
        "90 % of engagement",
        "10 % of the smallest",
        "on the list a month later, 10 % of the others",
    ):
        assert beside in page.replace("&#45;", "-")
    alone = story.show_three_numbers(made_apart(), made_sizes(), MADE_OF, transitions[:0], raw).data
    assert alone.count("<strong>") == 2


def test_the_top_quarter_is_held_against_the_rest():
    said = story.say_top_quarter(made(), made_apart(), MADE_OF, told_on(JULY)).data
    assert said.startswith("## Typically, the top quarter gets 2.5 times the views of the rest")
    assert "5M views a video, one of the rest 2M" in said
    assert "yet the typical account of the top quarter by engagement has 2.5 times as many" in said
    same = made_apart().assign(median_in=2e6)
    told = story.say_top_quarter(made(), same.assign(direction="not shown"), MADE_OF, told_on(JULY)).data
    assert "hardly gets more views than the rest" in told.splitlines()[0]
    assert "that the typical account of the top quarter by engagement is bigger isn't shown" in told
    fewer = story.say_top_quarter(made(), same.assign(direction="less"), MADE_OF, told_on(JULY)).data
    assert "typical account of the top quarter by engagement is smaller" in fewer
    table = story.show_medians(made_apart(), told_on(JULY)).data
    assert table.count("6 of 6 comparisons") == len(METRICS)


def test_statements_are_counted_in_ways():
    table = made()
    shares = table["finding"] == "views related to shares"
    table.loc[table.index[shares][0], "value"] = 0.0
    page = story.show_claims_in_short(table).data
    assert "6 of 9 ways" in page
    assert page.count("depends on the test or month") == 1
    table.loc[shares, "value"] = 0.0
    assert "doesn&#39;t hold" in story.show_claims_in_short(table).data


def test_a_model_that_was_never_perfect_is_not_called_so():
    table = made()
    table.loc[table["finding"] == headlines.PERFECT, "verdict"] = "no"
    assert "in none of six comparisons" in story.say_perfect_model(table).data
    table.loc[table["finding"] == headlines.PERFECT, "verdict"] = "can't be asked"
    assert "can't be asked" in story.say_perfect_model(table).data


def test_what_a_model_makes_of_size_is_not_asked_of_a_list_that_is_too_short():
    told = made_told().assign(auc=np.nan)
    said = story.say_sizes(made(), made_sizes(), told, told_on(JULY)).data
    assert "can't be asked of so few creators" in said


# --- on the lists themselves


@pytest.mark.slow
@pytest.mark.parametrize("lists", ["all", "two", "one"])
def test_the_main_text_contradicts_no_month_and_no_definition(every_panel, lists):
    chosen = {"all": slice(None), "two": slice(1, 3), "one": slice(1, 2)}[lists]
    panel = dict(list(every_panel.items())[chosen])
    table, sizes, told = tabulate(panel), explore.share_by_size(panel), model.tell_from_subscribers(panel)
    apart = explore.compare_top_quarters(panel)
    assert len(what_holds(table)) >= 5 + 6 + 9 or lists == "one"
    for month, creators in panel.items():
        raw, made_of = told_on(month), explore.measure_composition(creators)
        order, *_ = explore.explain_order(creators)
        said = [
            story.say_answer(table),
            story.say_top_quarter(table, apart, made_of, raw),
            story.say_sizes(table, sizes, told, raw),
            story.say_order(table, order, raw),
            story.say_perfect_model(table),
            story.say_claims(table),
        ]
        transitions = count_transitions(panel)
        page = story.show_three_numbers(apart, sizes, made_of, transitions, raw).data
        assert "nan" not in page
        assert contradictions("\n".join(sentence.data for sentence in said), table) == []
