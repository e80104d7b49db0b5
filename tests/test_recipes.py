"""What README.md tells a reader to type works, on the sample, as it stands."""

import ast
import contextlib
import io
import re
import shutil

import pytest
from matplotlib.figure import Figure

import acquire
from tiktok.acquire import snapshots
from tiktok.lists.files import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^### ([^\n]+)\n\n```python\n(.*?)```$", README, re.MULTILINE | re.DOTALL))
MOST_LINES = 6


def run(title):
    """Run a recipe as the cell of an empty notebook: what it printed, what it ended in, its names."""
    *body, last = ast.parse(RECIPES[title]).body
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), title, "exec"), names)
        shown = eval(compile(ast.Expression(last.value), title, "eval"), names)
    return printed.getvalue(), shown, names


@pytest.fixture(autouse=True)
def fresh_clone(monkeypatch):
    """A reader's notebook in the project's folder, with no list at hand and no network needed."""
    monkeypatch.chdir(PROJECT)
    monkeypatch.delenv("TIKTOK_DATA_DIR", raising=False)


def test_there_are_six_recipes_and_every_block_is_one():
    assert list(RECIPES) == [
        "Load your own CSV",
        "Test two columns",
        "Audit your own model for leakage",
        "Score a client",
        "Ask when to post",
        "Compare two months",
    ]
    assert README.count("```python") == len(RECIPES)


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_is_short_and_needs_no_real_list(title):
    assert len(RECIPES[title].splitlines()) <= MOST_LINES
    assert "sample" in RECIPES[title]


def test_loading_shows_what_cleaning_found():
    _, quality, names = run("Load your own CSV")
    assert quality.set_index("check").loc["repeated rows", "rows"] > 0
    assert names["creators"]["handle"].is_unique
    assert names["raw"].attrs["provenance"]["synthetic"]


def test_two_columns_are_tested_and_drawn():
    printed, figure, _ = run("Test two columns")
    assert "spearman" in printed
    assert isinstance(figure, Figure)


def test_the_audit_finds_the_leak_that_the_recipe_plants():
    _, found, names = run("Audit your own model for leakage")
    assert ("likes", "views") in [tuple(sorted(features)) for features in found["features"]]
    assert set(found["verdict"]) == {"leak"}
    assert names["audit"]["check"].str.contains("both sides").any()


def test_a_client_in_range_gets_a_probability_and_one_beyond_it_a_reason():
    _, scored, _ = run("Score a client")
    inside, outside = scored.itertuples()
    assert 0 < inside.low < inside.probability < inside.high < 1
    assert outside.probability != outside.probability
    assert outside.note


def test_two_months_are_compared_and_their_common_creators_counted():
    printed, tests, _ = run("Compare two months")
    assert set(tests["month"]) == {"2022-06", "2022-07"}
    assert re.search(r"On the list again: [1-9]\d%", printed)


def test_a_month_that_is_added_to_the_known_ones_joins_the_panel(tmp_path, monkeypatch):
    line = re.search(r'`"(?P<month>\d{4}-\d\d)": (?P<entry>Snapshot\(.*?\))`', README)
    entry = eval(line["entry"], {"Snapshot": snapshots.Snapshot})
    monkeypatch.setitem(snapshots.SNAPSHOTS, line["month"], entry)
    shutil.copy(PROJECT / "data" / "sample" / "2022-07.csv", tmp_path / entry.file)
    assert list(acquire.get_panel(data_dir=tmp_path, source="local")) == [line["month"]]
    assert line["month"] in acquire.list_snapshots(tmp_path).to_string()
