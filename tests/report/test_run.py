import re
from pathlib import Path

import pytest

from tiktok.report import run

BAD_FILES = {
    "empty.csv": "",
    "page.csv": "<!DOCTYPE html>\n<html><body>Please log in</body></html>\n",
    "recipes.csv": "dish,minutes\nsoup,20\nbread,90\n",
    "cell.csv": (
        "Rank,Username,Name,Subscribers Count,Views. Avg,Likes. Avg,Comments. Avg,Shares. Avg\n"
        "1,ann,Ann,1M,2M,10K,100,50\n"
        "2,bob,Bob,1M,12MM,10K,100,50\n"
    ),
}


@pytest.fixture
def old_report(tmp_path, monkeypatch):
    """An older, good report, in a folder of its own."""
    path = tmp_path / "reports" / "final_notebook.html"
    path.parent.mkdir()
    path.write_text("older")
    monkeypatch.setattr(run, "REPORT", path)
    return path


def files_beside(path):
    return sorted(p.name for p in path.parent.iterdir())


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_data_is_one_sentence_and_leaves_the_older_report_alone(name, old_report, tmp_path, capsys):
    path = tmp_path / name
    path.write_text(BAD_FILES[name])
    assert run.main(["--csv", str(path)]) == 1
    said = capsys.readouterr().err.strip()
    assert name in said
    assert "Traceback" not in said
    assert said.count("\n") == 0
    assert old_report.read_text() == "older"
    assert files_beside(old_report) == ["final_notebook.html"]


def test_a_bad_cell_is_named_by_column_row_and_value(old_report, tmp_path, capsys):
    path = tmp_path / "cell.csv"
    path.write_text(BAD_FILES["cell.csv"])
    run.main(["--csv", str(path)])
    said = capsys.readouterr().err
    assert re.search(r"Views\. Avg|views", said)
    assert "12MM" in said
    assert re.search(r"row 2\b", said)


def test_a_missing_file_is_one_sentence(old_report, capsys):
    assert run.main(["--csv", "nowhere/list.csv"]) == 1
    assert "list.csv" in capsys.readouterr().err
    assert old_report.read_text() == "older"


def test_a_story_that_stops_leaves_the_older_report_alone(old_report, tmp_path, monkeypatch, capsys):
    broken = tmp_path / "broken.ipynb"
    run.nbformat.write(run.nbformat.v4.new_notebook(cells=[run.nbformat.v4.new_code_cell("1 / 0")]), broken)
    monkeypatch.setattr(run, "NOTEBOOK", broken)
    assert run.main(["--source", "sample"]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert files_beside(old_report) == ["final_notebook.html"]
    assert old_report.read_text() == "older"


def test_a_write_that_fails_leaves_nothing_half_written(old_report, monkeypatch):
    def disk_full(self, *args, **kwargs):
        Path.open(self, "wb").close()
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_bytes", disk_full)
    with pytest.raises(OSError, match="No space"):
        run.write_whole(old_report, "new")
    assert old_report.read_text() == "older"
    assert files_beside(old_report) == ["final_notebook.html"]


def test_parameters_are_code_that_names_what_was_chosen():
    assert run.parameters("2022-06", None, "sample", views="800K").splitlines() == [
        'MONTH = "2022-06"',
        "CSV = None",
        'SOURCE = "sample"',
        "SUBSCRIBERS = None",
        'VIEWS = "800K"',
    ]


def test_a_hostile_file_name_stays_text_in_the_parameters():
    source = run.parameters("2022-07", '"; import os; "\n.csv', "local")
    chosen = {}
    exec(source, {}, chosen)
    assert chosen["CSV"].endswith('"; import os; "\n.csv')
