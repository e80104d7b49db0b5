"""A page without a single handle or name, for whoever wants to hand it on."""

import re

import nbformat
import pytest

import acquire
import explore
import model
import prepare
from tiktok import story
from tiktok.report import run
from tiktok.report.calculator import render_calculator
from tiktok.wording import ANONYMOUS, WITHHELD, name_creator


@pytest.fixture
def anonymous(monkeypatch):
    monkeypatch.setenv(ANONYMOUS, "yes")


def words_of(page):
    """Whatever might be a handle or a name in a page."""
    return set(re.split(r"[^\w.@-]+", page.casefold()))


def test_a_creator_has_a_name_unless_it_is_withheld(monkeypatch):
    monkeypatch.delenv(ANONYMOUS, raising=False)
    assert name_creator("ada") == "ada"
    monkeypatch.setenv(ANONYMOUS, "yes")
    assert name_creator("ada") == WITHHELD


def test_neither_the_page_s_data_nor_its_tables_hold_a_name(anonymous, tmp_path):
    raw = acquire.get_tiktokers(source="sample")
    creators = prepare.clean(raw)
    table = tmp_path / "clients.csv"
    table.write_text("name,subscribers,views\nAda Lovelace,1.2M,800K\nBob,3M,2M\n", encoding="utf-8")
    clients = model.read_clients(table)
    paths = explore.leave_creators_out(creators, "shares", ["views", "likes"])
    influential = explore.summarise_influence(paths)
    cells = [
        story.show_quality(prepare.quality_table(creators)).data,
        story.show_influence(influential).data,
        story.say_influence(influential).data,
        explore.plot_influence(paths)._repr_mimebundle_()[0]["image/svg+xml"],
    ]
    calculator = render_calculator(model.describe_listed(creators, {"2022-07": creators}), clients)
    page = " ".join([*cells, calculator.data])
    assert WITHHELD in page
    named = {name.casefold() for name in [*raw["Username"], *creators["handle"]]}
    assert not named & words_of(page)
    assert not [name for name in creators["name"] if len(name) > 5 and name in page]
    assert "Ada" not in page
    assert clients["name"].tolist() == ["client 1", "client 2"]


def test_the_command_line_tells_the_kernel(monkeypatch, tmp_path):
    monkeypatch.setenv(ANONYMOUS, "")
    notebook = nbformat.v4.new_notebook()
    code = f"import os; print(os.environ[{ANONYMOUS!r}])"
    notebook.cells = [nbformat.v4.new_code_cell(code)]
    path = tmp_path / "told.ipynb"
    nbformat.write(notebook, path)
    seen = {}
    monkeypatch.setattr(run, "NOTEBOOK", path)
    monkeypatch.setattr(run, "REPORT", tmp_path / "page.html")
    monkeypatch.setattr(run, "to_html", lambda executed, *_: seen.update(executed) or "")
    assert run.main(["--source", "sample", "--anonymous"]) == 0
    assert seen["cells"][0].outputs[0].text.strip() == "yes"
