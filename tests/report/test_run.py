import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

import acquire
import model
import prepare
from prepare import PrepareError
from tiktok import story
from tiktok.lists import files
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
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")]), broken)
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


def test_a_story_on_the_sample_for_want_of_a_list_does_not_ask_kaggle_again(old_report, monkeypatch):
    def stop(_, asked, __):
        assert 'SOURCE = "sample"' in asked
        raise OSError("far enough")

    sample = run.get_tiktokers(source="sample")
    monkeypatch.setattr(run, "get_tiktokers", lambda *_, **__: sample)
    monkeypatch.setattr(run, "run_notebook", stop)
    assert run.main([]) == 1


def test_parameters_are_code_that_names_what_was_chosen():
    client = {"subscribers": "1.2M", "views": "800K"}
    asked = run.parameters("2022-06", None, "sample", client, "x/clients.csv", videos="x/videos.json")
    assert asked.splitlines() == [
        'MONTH = "2022-06"',
        "CSV = None",
        "COLUMNS = None",
        'SOURCE = "sample"',
        'CLIENT = {"subscribers": "1.2M", "views": "800K"}',
        f'CLIENTS = "{Path(os.path.relpath("x/clients.csv", run.PROJECT)).as_posix()}"',
        f'VIDEOS = "{Path(os.path.relpath("x/videos.json", run.PROJECT)).as_posix()}"',
    ]
    none = ["CLIENT = None", "CLIENTS = None", "VIDEOS = None"]
    assert run.parameters(None, None, "local").splitlines()[-3:] == none


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (None, "isn't there"),
        ("user_name,create_time,n_plays\nann,2020-11-01 12:00,5\n", "zone"),
        ("user_name,create_time,n_plays\nann,1604786417,5\nann,1604700017,9\n", "by one creator"),
    ],
)
def test_videos_that_cannot_be_used_are_one_sentence_before_the_story(
    table, sentence, old_report, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(run, "run_notebook", lambda *_: pytest.fail("the story was begun"))
    path = tmp_path / "videos.csv"
    if table is not None:
        path.write_text(table)
    assert run.main(["--source", "sample", "--videos", str(path)]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("text", ['"; import os; "', "1.2M\n", '"""', "\uff11M"])
def test_a_hostile_client_stays_text_in_the_parameters(text):
    chosen = {}
    exec(run.parameters(None, None, "local", {"views": text}, text), {}, chosen)
    assert chosen["CLIENT"] == {"views": text}


def test_a_hostile_file_name_stays_text_in_the_parameters():
    source = run.parameters("2022-07", '"; import os; "\n.csv', "local")
    chosen = {}
    exec(source, {}, chosen)
    assert chosen["CSV"].endswith('"; import os; "\n.csv')


def notebook_of(tmp_path, *sources):
    path = tmp_path / "story.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources))), path)
    return path


@pytest.mark.slow
def test_a_kernel_that_dies_is_one_sentence(old_report, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "NOTEBOOK", notebook_of(tmp_path, "import os; os.kill(os.getpid(), 9)"))
    assert run.main(["--source", "sample"]) == 1
    assert "the Python that told the story died" in capsys.readouterr().err
    assert old_report.read_text() == "older"


@pytest.mark.slow
def test_a_cell_that_takes_too_long_is_one_sentence(old_report, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "NOTEBOOK", notebook_of(tmp_path, "import time; time.sleep(60)"))
    monkeypatch.setattr(run, "CELL_TIMEOUT", 1)
    assert run.main(["--source", "sample"]) == 1
    assert "took more than 1 s" in capsys.readouterr().err


def test_the_kernel_is_this_interpreter_whatever_else_is_called_so(tmp_path, monkeypatch):
    foreign = tmp_path / "kernels" / run.KERNEL
    foreign.mkdir(parents=True)
    (foreign / "kernel.json").write_text('{"argv": ["false"], "display_name": "other", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    told = run.run_notebook(notebook_of(tmp_path, "import sys; sys.executable"), "")
    assert told.cells[0].outputs[0]["data"]["text/plain"] == repr(sys.executable)


@pytest.mark.parametrize("obstacle", ["a file for a folder", "a full disk", "a folder that takes nothing"])
def test_a_report_that_could_not_be_written_is_told_before_the_story(
    obstacle, old_report, monkeypatch, capsys
):
    monkeypatch.setattr(run, "run_notebook", lambda *_: pytest.fail("the story was begun"))
    if obstacle == "a file for a folder":
        monkeypatch.setattr(run, "REPORT", old_report / "page.html")
    elif obstacle == "a full disk":
        monkeypatch.setattr(files, "ROOM_NEEDED", 1e18)
    else:
        monkeypatch.setattr(files, "TemporaryDirectory", deny)
    assert run.main(["--source", "sample"]) == 1
    said = capsys.readouterr().err
    assert "can't be read or written" in said
    assert said.count("\n") == 1
    assert old_report.read_text() == "older"


def deny(*_, **__):
    raise PermissionError(13, "Permission denied", "reports")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_is_one_sentence_and_ends_the_kernel(sent, status, old_report, tmp_path):
    begun = tmp_path / "begun"
    story = notebook_of(
        tmp_path,
        f"import os, time; open({str(begun)!r}, 'w').write(str(os.getpid())); time.sleep(99)",
    )
    code = (
        "import pathlib, sys; from tiktok.report import run; "
        f"run.NOTEBOOK, run.REPORT = pathlib.Path({str(story)!r}), pathlib.Path({str(old_report)!r}); "
        "sys.exit(run.main(['--source', 'sample']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=run.PROJECT,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not (begun.exists() and begun.read_text()):
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(sent)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == status
    assert said.strip().splitlines()[-1] == "No report: interrupted; what was there is as it was."
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)
    assert files_beside(old_report) == ["final_notebook.html"]


@pytest.mark.slow
def test_an_old_code_page_is_no_reason_to_fail(tmp_path):
    path = tmp_path / "лист.csv"
    path.write_text("a,b\n1,2\n")
    done = subprocess.run(
        [sys.executable, "-m", "tiktok.report", "--csv", str(path)],
        cwd=run.PROJECT,
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"No report: ????.csv: these headers were found" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_column_that_the_headers_do_not_tell_is_named_with_the_line_to_type(old_report, tmp_path, capsys):
    path = tmp_path / "list.csv"
    path.write_text("Username,Followers,V. Avg,Likes Avg,Comments Avg,Shares Avg\nann,1M,2M,10K,100,50\n")
    assert run.main(["--csv", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.endswith(f'type: make report CSV="{path}" COLUMNS="views=V. Avg"\n')
    assert run.main(["--csv", str(path), "--columns", "views=V. Avg"]) == 1
    assert "has 1 creators, too few" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("views=Avg. V", {"views": "Avg. V"}),
        ("likes=Likes, on average;comments = 7", {"likes": "Likes, on average", "comments": 7}),
        ("handle=a=b,name=Name; of them", {"handle": "a=b", "name": "Name; of them"}),
    ],
)  # fmt: skip
def test_columns_are_read_as_they_are_typed(text, columns):
    assert run.read_columns(text) == columns
    chosen = {}
    exec(run.parameters(None, None, "auto", columns=columns), {}, chosen)
    assert chosen["COLUMNS"] == columns


@pytest.mark.parametrize("text", ["", "Avg. V", "plays=Avg. V", "80", "x views=1"])
def test_a_mapping_of_columns_that_is_none_is_refused_with_an_example(text):
    with pytest.raises(PrepareError, match=r'write it as in "views=Avg\. V; likes=Avg\. L"'):
        run.read_columns(text)


@pytest.mark.skipif(os.name == "nt", reason="there is no make")
def test_make_hands_columns_on_but_not_the_width_of_the_terminal():
    def line(*arguments, **environment):
        command = ["make", "--dry-run", "--always-make", "report", *arguments]
        return subprocess.run(
            command, cwd=run.PROJECT, env=os.environ | environment, capture_output=True, text=True, check=True
        ).stdout.split("tiktok.report", 1)[1]

    assert '--columns "views=Avg. V"' in line("COLUMNS=views=Avg. V")
    assert "--columns" not in line(COLUMNS="80")
    told = line(
        "SUBSCRIBERS=1.2 million", "VIEWS=800K", "LIKES=9", "COMMENTS=8", "SHARES=7", "CLIENTS=a b.csv"
    )
    for option in ('subscribers "1.2 million"', 'views "800K"', 'likes "9"', 'comments "8"', 'shares "7"'):
        assert f"--{option}" in told
    assert '--clients "a b.csv"' in told


def answer(capsys, *arguments):
    status = run.main(["client", "--source", "sample", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err.strip()


def test_a_client_is_answered_in_text_as_in_the_story_without_telling_it(capsys, monkeypatch):
    monkeypatch.setattr(run, "run_notebook", lambda *_: pytest.fail("the story was begun"))
    status, said, _ = answer(capsys, "--subscribers", "1.2 million", "--views", "800K", "--shares", "2K")
    assert status == 0
    panel = acquire.get_panel(source="sample")
    panel = {month: prepare.clean(raw) for month, raw in panel.items()}
    listed = model.describe_listed(panel["2022-07"], panel)
    clients = model.read_clients(one={"subscribers": "1.2M", "views": "800K", "shares": "2000"})
    text, data = said.rstrip().rsplit("\n\n", 1)
    assert text == story.say_client(model.compare_clients(clients, listed), listed).data
    assert data.startswith("Data: SYNTHETIC sample, 2022-07.csv")


def test_several_clients_are_ranked_in_text(capsys, tmp_path):
    path = tmp_path / "clients.csv"
    path.write_text("name,subscribers,views\nAnn,1M,1M\n\u202eBob,2M,9M\n", encoding="utf-8")
    status, said, _ = answer(capsys, "--clients", str(path), "--month", "2022-09")
    assert status == 0
    header, first, second, *_ = said.splitlines()
    assert header.split()[:2] == ["place", "client"]
    assert first.split()[:4] == ["1", "Bob", "2M", "9M"]
    assert second.split()[:4] == ["2", "Ann", "1M", "1M"]
    assert "2022-09.csv" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "nobody was named: type --subscribers 1.2M"),
        (["--views", "12MM"], "What was typed has views '12MM': write"),
        (["--clients", "nowhere.csv"], "nowhere.csv' isn't there: check the path"),
    ],
)
def test_a_client_that_cannot_be_answered_is_one_sentence(arguments, said, capsys):
    status, out, error = answer(capsys, *arguments)
    assert (status, out) == (1, "")
    assert error.startswith("No answer: ")
    assert said in error
    assert "\n" not in error


def test_a_bad_client_is_told_before_the_story(old_report, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(run, "run_notebook", lambda *_: pytest.fail("the story was begun"))
    path = tmp_path / "clients.csv"
    path.write_text("name,views\nAnn,12MM\n")
    assert run.main(["--source", "sample", "--clients", str(path)]) == 1
    assert "'clients.csv': data row 1 has views '12MM'" in capsys.readouterr().err
    assert run.main(["--source", "sample", "--likes=-3"]) == 1
    assert "has likes '-3'" in capsys.readouterr().err
    assert old_report.read_text() == "older"


def test_the_page_answers_from_the_list_that_was_chosen(old_report, monkeypatch):
    told = {}
    monkeypatch.setattr(run, "run_notebook", lambda _, asked, __: told.update(asked=asked))
    monkeypatch.setattr(
        run, "to_html", lambda _, calculator: told.update(data=json.loads(calculator.data)) or ""
    )
    assert run.main(["--source", "sample", "--month", "2022-06", "--subscribers", "1.2M"]) == 0
    creators = prepare.clean(acquire.get_tiktokers("2022-06", source="sample"))
    assert told["data"]["counts"]["views"] == creators["views"].tolist()
    assert told["data"]["typed"]["subscribers"] == 1.2e6
    assert 'CLIENT = {"subscribers": "1.2M"}' in told["asked"]
