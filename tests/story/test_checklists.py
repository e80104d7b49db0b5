"""The reviewer's table is whole, can be looked up, and doesn't claim more than there is."""

import importlib
import re
import tomllib
from collections import Counter

import nbformat
import pytest
from sklearn.base import BaseEstimator
from sklearn.model_selection import BaseCrossValidator

import model
from tiktok.lists.files import PROJECT
from tiktok.model.classification import CLASSIFIERS
from tiktok.model.regression import LOG_REGRESSORS
from tiktok.report import run
from tiktok.story import checklists

ANSWERS = ("yes", "partly", "no", "does not apply")
EVERY_ITEM = pytest.mark.parametrize(
    "item", [*checklists.REFORMS, *checklists.LEAKAGE_KINDS], ids=lambda i: i.number
)
NOTEBOOK = nbformat.read(run.NOTEBOOK, as_version=4)
CITATION = (PROJECT / "CITATION.cff").read_text(encoding="utf-8")
SAYS_WHAT_IS_MISSING = re.compile(r"\b(but|not|no|nobody|nothing|lack|inferred|convenience)\b|n't\b", re.I)
OVERCLAIMS = re.compile(
    r"\b(all|always|fully|guarantee\w*|ensure\w*|prove\w*|complete\w*|robust|rigorous)\b", re.I
)


def headings():
    """The sections of the story, in order, without their marks."""
    prose = [cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown"]
    return re.findall(r"^#+ (.+)$", "\n".join(prose), re.MULTILINE)


def find(place):
    """What a name stands for: a helper of a door or a room, or a file; an error if there is none."""
    module, _, name = place.rpartition(".")
    if module.split(".")[0] in ("acquire", "prepare", "explore", "model", "tiktok"):
        return getattr(importlib.import_module(module), name)
    return (PROJECT / place).read_bytes()


def test_the_checklist_is_answered_item_by_item():
    numbers = [item.number for item in checklists.REFORMS]
    assert len(numbers) == len(set(numbers)) == 32
    assert numbers == sorted(numbers)
    assert Counter(number[0] for number in numbers) == dict(
        zip("12345678", (3, 5, 7, 3, 6, 3, 3, 2), strict=True)
    )


def test_each_kind_of_leakage_is_answered():
    kinds = ["L1.1", "L1.2", "L1.3", "L1.4", "L2", "L3.1", "L3.2", "L3.3"]
    assert [item.number for item in checklists.LEAKAGE_KINDS] == kinds


@EVERY_ITEM
def test_an_item_is_a_question_with_an_answer_a_reason_and_a_place(item):
    assert item.item.endswith("?")
    assert item.answer in ANSWERS
    assert item.how.endswith(".")
    assert item.where


@EVERY_ITEM
def test_every_place_is_there(item):
    sections = [place for place in item.where if not checklists.is_name(place)]
    assert set(sections) <= set(headings())
    assert all(find(place) for place in item.where if checklists.is_name(place))


@EVERY_ITEM
def test_whatever_is_not_a_yes_says_what_is_missing_and_a_yes_does_not_boast(item):
    if item.answer == "yes":
        assert not OVERCLAIMS.search(item.how.replace("nearly all", ""))
    else:
        assert SAYS_WHAT_IS_MISSING.search(item.how)


@EVERY_ITEM
def test_no_answer_holds_a_result(item):
    """The table is shown whatever list the story is told on."""
    assert re.findall(r"\d+", item.how.replace("SHA-256", "").replace("R² of 1 ", "")) == []


@pytest.mark.parametrize(
    ("number", "answer", "said"),
    [
        ("2a", "partly", "no DOI"),
        ("3b", "partly", "a cut and no sample"),
        ("3b", "partly", "trying several on the same months"),
        ("3g", "no", "Nothing makes"),
        ("5e", "no", "Nothing is tuned by one month's models"),
        ("6a", "partly", "saw every creator"),
        ("7c", "partly", "nothing was registered beforehand"),
        ("8a", "partly", "no list that was cut in another way"),
        ("L3.3", "no", "on no list"),
    ],
)
def test_what_the_project_lacks_stays_said(number, answer, said):
    item = next(item for item in (*checklists.REFORMS, *checklists.LEAKAGE_KINDS) if item.number == number)
    assert item.answer == answer
    assert said in item.how


def test_leakage_is_allowed_in_one_section_only():
    section, sections = "", set()
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "markdown":
            section = ([section, *re.findall(r"^#{2,3} (.+)$", cell.source, re.MULTILINE)])[-1]
        elif "allow_leakage=True" in cell.source:
            sections.add(section)
    assert sections == {"Engagement from its own parts"}


def test_no_question_of_the_story_is_given_the_bar_that_is_learnt_from_the_whole_list():
    asked = (*model.regression_questions(), *model.success_questions())
    assert not any("shares_needed" in question.features for question in asked)
    code = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "code")
    given_it = re.findall(r".*(?:\bbar\b|the list's bar|shares_needed).*", code)
    assert [line.split("(")[0] for line in given_it] == ["with_bar = begin"]


def test_no_model_tunes_itself():
    for estimator in (*LOG_REGRESSORS.values(), *CLASSIFIERS.values()):
        for part in estimator.get_params().values():
            assert not isinstance(part, BaseCrossValidator)
            assert not (isinstance(part, BaseEstimator) and type(part).__name__.endswith("CV"))


def test_the_tables_have_words_for_every_module_and_write_sections_in_quotation_marks():
    table = checklists.reforms_table()
    assert table["module"].nunique() == 8
    assert table["module"].tolist() == sorted(table["module"], key=list(checklists.MODULES.values()).index)
    assert (
        table.loc[table["number"] == "1b", "where"].item()
        == "“What makes a TikTok creator successful?”; README.md"
    )
    assert checklists.leakage_table()["module"].value_counts().tolist() == [4, 3, 1]


def test_the_citation_file_names_this_version_under_this_licence():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in ("cff-version: 1.2.0", "message: ", "title: ", "authors:", "license: MIT"):
        assert re.search(f"^{line}", CITATION, re.MULTILINE), line
    assert f"\nversion: {project['version']}\n" in CITATION
    assert "MIT License" in (PROJECT / "LICENSE").read_text(encoding="utf-8")
