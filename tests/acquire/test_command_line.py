import re

import pytest
from lists_on_disk import FILE, OFFLINE, put

from acquire import AcquireWarning
from tiktok.acquire.command_line import main
from tiktok.acquire.snapshots import JULY, SNAPSHOTS

pytestmark = pytest.mark.usefixtures("asked", "data")


def test_the_command_line_gets_a_month_or_says_why_not(data, capsys):
    put(data, "2022-07")
    assert main(["--month", "2022-07"]) == 0
    assert main(["--month", "2022-02", "--source", "local"]) == 1
    said = capsys.readouterr()
    assert said.out.count("\n") == 1
    assert re.match(r"2022-07  real +local +2 rows, 8 columns  sha256 \w{64}  top_1000", said.out)
    assert said.err.startswith("acquire: ")
    assert said.err.count("\n") == 1


def test_the_command_line_lists_the_months(data, capsys):
    put(data, "2022-07")
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(SNAPSHOTS)
    assert re.search(rf"^2022-07 .* {JULY} +{FILE} +yes +\w{{64}}", lines[4])
    assert re.search(r"^2022-12 .* no\s*$", lines[7])


def test_all_that_is_on_disk_is_a_success_and_nothing_is_not(data, capsys):
    assert main(["--all", "--source", "local"]) == 1
    put(data, "2022-07", "2022-12")
    assert main(["--all", "--source", "local"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(SNAPSHOTS)
    assert [line[9:] for line in lines].count("not there") == 5


def test_all_fails_when_kaggle_is_wanted_and_away(data, capsys, asked):
    put(data, "2022-02", "2022-07")
    with pytest.warns(AcquireWarning, match="makes do"):
        assert main(["--all"]) == 1
    assert main(["--all", "--source", "kaggle"]) == 1
    assert len(asked) == 2
    assert OFFLINE in capsys.readouterr().err


def test_the_sample_on_the_command_line_is_called_synthetic(capsys):
    with pytest.warns(AcquireWarning, match="synthetic"):
        assert main(["--month", "2022-07"]) == 0
    assert main(["--all", "--source", "sample"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1:3] for line in lines if "not there" not in line] == [["synthetic", "sample"]] * 6


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--month", "2022-08"],
        ["--month", "2022-07", "--all"],
        ["--all", "--source", "disk"],
        ["--all", "--refresh", "--source", "local"],
        ["--list", "--refresh"],
    ],
)
def test_arguments_that_make_no_sense_end_with_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "acquire.py: error: " in capsys.readouterr().err
