import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from lists_on_disk import FILE, HEADER, LIST, OFFLINE, put, put_sample

import acquire
from acquire import (
    AcquireError,
    AcquireWarning,
    get_panel,
    get_panel_beside,
    get_tiktokers,
    list_snapshots,
)
from tiktok.acquire import get, kaggle
from tiktok.acquire.snapshots import FEBRUARY, JULY, SNAPSHOTS

PROJECT = Path(acquire.__file__).parent
SAMPLE_MONTHS = ["2022-02", "2022-06", "2022-07", "2022-09", "2022-11"]
REAL_MONTHS = [*SAMPLE_MONTHS, "2022-12"]
pytestmark = pytest.mark.usefixtures("asked", "data")


def origin(raw):
    return raw.attrs["provenance"]


def test_a_list_on_disk_says_where_it_came_from(data, asked):
    put(data, "2022-07")
    raw = get_tiktokers()
    assert raw["Name"].tolist() == ["Ōne", "Two"]
    assert origin(raw) == {
        "source": "local",
        "dataset": JULY,
        "file": FILE,
        "month": "2022-07",
        "sha256": hashlib.sha256(LIST.encode()).hexdigest(),
        "bytes": len(LIST.encode()),
        "rows": 2,
        "columns": 8,
        "read_as": "separated by commas",
        "synthetic": False,
    }
    assert raw.attrs == {"provenance": origin(raw)}
    assert asked == []


def test_the_folder_is_the_argument_else_the_environments_else_the_default(data, tmp_path, monkeypatch):
    put(data, "2022-07", text=LIST.replace("Two", "default"))
    put(tmp_path / "env", "2022-07", text=LIST.replace("Two", "environment"))
    put(tmp_path / "arg", "2022-07", text=LIST.replace("Two", "argument"))
    assert get_tiktokers()["Name"].iloc[1] == "default"
    monkeypatch.setenv("TIKTOK_DATA_DIR", "")
    assert get_tiktokers()["Name"].iloc[1] == "default"
    monkeypatch.setenv("TIKTOK_DATA_DIR", str(tmp_path / "env"))
    assert get_tiktokers()["Name"].iloc[1] == "environment"
    assert get_tiktokers(data_dir=str(tmp_path / "arg"))["Name"].iloc[1] == "argument"


def test_headers_are_not_judged_here(data):
    put(data, "2022-07", text="x,y\n1,2\n")
    assert get_tiktokers().columns.tolist() == ["x", "y"]


def test_path_names_any_csv_and_nothing_else_is_tried(tmp_path, asked):
    (tmp_path / "mine.csv").write_text(LIST, encoding="utf-8")
    raw = get_tiktokers("2023-01", path=str(tmp_path / "mine.csv"))
    assert (origin(raw)["source"], origin(raw)["dataset"]) == ("local", None)
    assert (origin(raw)["file"], origin(raw)["month"]) == ("mine.csv", "2023-01")
    with pytest.raises(AcquireError, match=r"none\.csv' isn't there"):
        get_tiktokers(path=tmp_path / "none.csv")
    assert asked == []


def test_a_path_whose_name_is_known_keeps_its_month_unless_another_is_asked_for(tmp_path):
    put(tmp_path, "2022-02")
    path = tmp_path / SNAPSHOTS["2022-02"].file
    assert (origin(get_tiktokers(path=path))["month"], origin(get_tiktokers(path=path))["dataset"]) == (
        "2022-02",
        FEBRUARY,
    )
    assert origin(get_tiktokers("2022-03", path=path))["month"] == "2022-03"
    assert origin(get_tiktokers("2022-03", path=path))["dataset"] is None


SCRAPED = LIST.replace("Shares. Avg\n", "Shares. Avg,Scraped\n").replace("K\n", "K,2023-04-07 10:00:00\n")


def test_the_rows_say_when_a_file_of_any_name_was_made(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(SCRAPED, encoding="utf-8")
    assert origin(get_tiktokers(path=path))["month"] == "2023-04"
    with pytest.warns(
        AcquireWarning, match=r"'export\.csv' is of 2023-04, as its rows say, and not of 2022-07"
    ):
        assert origin(get_tiktokers("2022-07", path=path))["month"] == "2023-04"


def test_a_name_that_speaks_of_one_month_says_it_else_the_caller_else_nobody(tmp_path):
    named, other = tmp_path / "tiktok may 2023.csv", tmp_path / "export.csv"
    for path in (named, other):
        path.write_text(LIST, encoding="utf-8")
    assert origin(get_tiktokers(path=named))["month"] == "2023-05"
    assert origin(get_tiktokers("2023-01", path=other))["month"] == "2023-01"
    assert origin(get_tiktokers(path=other))["month"] == "unknown"


def test_a_file_of_an_unknown_month_takes_no_month_s_place(tmp_path):
    put(tmp_path, "2022-07", "2022-09")
    path = tmp_path / "export.csv"
    path.write_text(LIST.replace("Two", "Other"), encoding="utf-8")
    beside = get_panel_beside(get_tiktokers(path=path), path=path)
    assert list(beside) == ["unknown"]
    path.write_text(SCRAPED, encoding="utf-8")
    dated = get_panel_beside(get_tiktokers(path=path), path=path)
    assert list(dated) == ["2022-07", "2022-09", "2023-04"]
    assert origin(dated["2022-07"])["file"] == SNAPSHOTS["2022-07"].file


def test_two_files_of_one_month_are_said_to_be(tmp_path):
    put(tmp_path, "2022-07", "2022-09")
    path = tmp_path / "july 2022.csv"
    path.write_text(LIST.replace("Two", "Other"), encoding="utf-8")
    with pytest.warns(
        AcquireWarning, match=r"'july 2022\.csv' and '.*' are both of 2022-07; the latter is left out"
    ):
        beside = get_panel_beside(get_tiktokers(path=path), path=path)
    assert origin(beside["2022-07"])["file"] == "july 2022.csv"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ({"source": "disk"}, "no source 'disk': use one of auto, local, kaggle, sample"),
        ({"month": "2022-08"}, "No list of '2022-08' is known: use 2022-02"),
        ({"month": 202207}, "No list of 202207 is known"),
        ({"path": "x.csv", "source": "kaggle"}, "leave one of them out"),
        ({"path": "x.csv", "source": "sample"}, "leave one of them out"),
        ({"month": "July", "path": "list.csv"}, "'July' is no month: write it as YYYY-MM"),
        ({"month": "2022-13", "path": "list.csv"}, "'2022-13' is no month"),
    ],
)
def test_a_call_that_makes_no_sense_is_told_so(call, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text(LIST, encoding="utf-8")
    with pytest.raises(AcquireError, match=re.escape(sentence)):
        get_tiktokers(**call)


@pytest.mark.parametrize("text", ["", "<!DOCTYPE html><p>Log in</p>", "just text\n", HEADER, "a,b\n1,2,3\n"])
def test_a_file_that_is_no_csv_is_an_error_and_never_replaced_by_the_sample(data, text, asked):
    put(data, "2022-07", text=text)
    with pytest.raises(AcquireError, match=re.escape(FILE)):
        get_tiktokers()
    assert asked == []


def test_auto_takes_the_sample_with_one_sentence_when_nothing_else_is_to_be_had(data, asked):
    with pytest.warns(AcquireWarning) as caught:
        raw = get_tiktokers()
    assert len(caught) == 1
    sentence = str(caught[0].message)
    assert "\n" not in sentence
    assert "synthetic" in sentence
    assert OFFLINE in sentence
    assert FILE in sentence
    assert origin(raw)["synthetic"] is True
    assert origin(raw)["source"] == "sample"
    assert asked == [JULY]
    assert list(data.iterdir()) == []


def test_the_sentence_shows_without_a_line_of_code(tmp_path):
    code = "from tiktok.acquire import get; get.warn('Look at this.')"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert run.stderr == "acquire:0: AcquireWarning: Look at this.\n"


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_whoever_names_a_folder_never_gets_the_sample(how, tmp_path, monkeypatch, asked):
    folder = tmp_path / "named"
    folder.mkdir()
    monkeypatch.setenv("TIKTOK_DATA_DIR", str(folder) if how == "environment" else "")
    argument = str(folder) if how == "argument" else None
    with pytest.raises(AcquireError, match=f"{OFFLINE}; download '{FILE}' by hand from https://"):
        get_tiktokers(data_dir=argument)
    with pytest.raises(AcquireError, match=OFFLINE):
        get_panel(data_dir=argument)
    assert asked == [JULY, FEBRUARY]


def test_a_named_folder_that_is_not_there_is_not_made(tmp_path, asked):
    for ask in (get_tiktokers, get_panel, list_snapshots):
        with pytest.raises(AcquireError, match="doesn't exist: check its name"):
            ask(data_dir=tmp_path / "mistyped")
    assert asked == []


def test_local_and_kaggle_try_just_that(data, asked):
    (data / "another.csv").write_text(LIST, encoding="utf-8")
    with pytest.raises(AcquireError, match=rf"has no '{FILE}' \(its CSV files: 'another\.csv'\)"):
        get_tiktokers(source="local")
    assert asked == []
    with pytest.raises(AcquireError, match=OFFLINE):
        get_tiktokers(source="kaggle")
    assert asked == [JULY]
    put(data, "2022-07")
    assert len(get_tiktokers(source="kaggle")) == 2
    assert asked == [JULY]


def test_auto_does_not_replace_a_month_that_the_sample_lacks_by_another(data):
    with pytest.raises(AcquireError, match=OFFLINE):
        get_tiktokers("2022-12")
    with pytest.raises(AcquireError, match="sample has no 2022-12: use 2022-02"):
        get_tiktokers("2022-12", source="sample")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"sha256": 1}', "\udcff"])
def test_a_record_that_says_nothing_about_the_file_is_ignored(data, content):
    put(data, "2022-07")
    kaggle.record_path(data / FILE).write_text(content, encoding="utf-8", errors="surrogateescape")
    assert origin(get_tiktokers())["source"] == "local"


def test_a_record_with_the_files_hash_says_that_it_was_downloaded(data):
    put(data, "2022-07")
    record = {"sha256": hashlib.sha256(LIST.encode()).hexdigest()}
    kaggle.record_path(data / FILE).write_text(json.dumps(record))
    assert origin(get_tiktokers(source="local"))["source"] == "kaggle"


@pytest.mark.parametrize("month", SAMPLE_MONTHS)
def test_the_sample_is_synthetic_wherever_it_lies_and_whatever_it_is_called(month, data, tmp_path):
    sample = get_tiktokers(month, source="sample")
    assert 990 <= len(sample) <= 1010
    assert (origin(sample)["synthetic"], origin(sample)["dataset"]) == (True, None)

    shutil.copy(get.SAMPLE_DIR / f"{month}.csv", tmp_path / "genuine.csv")
    by_path = get_tiktokers(path=tmp_path / "genuine.csv")
    assert origin(by_path)["synthetic"] is True
    assert origin(by_path)["month"] == month

    put_sample(data, month)
    local = get_tiktokers(month, source="local")
    assert origin(local)["synthetic"] is True
    assert origin(local)["dataset"] is None
    pd.testing.assert_frame_equal(local, sample)


def test_a_sample_without_its_sums_is_still_synthetic(tmp_path, monkeypatch):
    sample = tmp_path / "sample"
    sample.mkdir()
    (sample / "2022-07.csv").write_text(LIST, encoding="utf-8")
    monkeypatch.setattr(get, "SAMPLE_DIR", sample)
    assert origin(get_tiktokers(source="sample"))["synthetic"] is True
    assert origin(get_tiktokers(path=sample / "2022-07.csv"))["synthetic"] is True
    (sample / "2022-07.csv").unlink()
    with pytest.raises(AcquireError, match="git checkout data/sample"):
        get_tiktokers(source="sample")
    with pytest.raises(AcquireError, match="git checkout data/sample"):
        get_panel(source="sample")


def test_a_panel_is_all_that_the_source_has_in_order_of_time(data, asked):
    put(data, "2022-11", "2022-02", "2022-12")
    assert list(get_panel()) == ["2022-02", "2022-11", "2022-12"]
    assert list(get_panel(source="local")) == ["2022-02", "2022-11", "2022-12"]
    assert list(get_panel(["2022-12", "2022-02"])) == ["2022-02", "2022-12"]
    assert list(get_panel("2022-12")) == ["2022-12"]
    assert list(get_panel(source="sample")) == SAMPLE_MONTHS
    assert asked == []


def test_a_panel_of_named_months_has_no_gap(data, asked):
    put(data, "2022-02", "2022-07")
    with pytest.raises(AcquireError, match="nov 2022"):
        get_panel(["2022-07", "2022-11"], source="local")
    with pytest.raises(AcquireError, match=OFFLINE):
        get_panel(["2022-07", "2022-11"])
    with pytest.raises(AcquireError, match="sample has no 2022-12"):
        get_panel(["2022-07", "2022-12"], source="sample")
    with pytest.raises(AcquireError, match="No month was asked for"):
        get_panel([])
    with pytest.raises(AcquireError, match="has no 'tiktok_top_1000"):
        get_panel(["2022-02"], source="local", data_dir=data.parent)


def test_an_auto_panel_is_the_sample_only_when_there_is_no_real_list(data):
    with pytest.warns(AcquireWarning, match="synthetic") as caught:
        panel = get_panel()
    assert len(caught) == 1
    assert list(panel) == SAMPLE_MONTHS
    with pytest.warns(AcquireWarning, match="synthetic"):
        assert list(get_panel(["2022-06", "2022-07"])) == ["2022-06", "2022-07"]
    with pytest.raises(AcquireError, match=OFFLINE):
        get_panel(["2022-07", "2022-12"])
    put(data, "2022-07")
    with pytest.warns(AcquireWarning, match="makes do with 2022-07"):
        panel = get_panel()
    assert [origin(raw)["synthetic"] for raw in panel.values()] == [False]


def test_real_and_synthetic_months_are_never_mixed(data):
    put(data, "2022-02", "2022-06")
    put_sample(data, "2022-07")
    with pytest.raises(AcquireError, match=r"mixes real lists with synthetic ones \(2022-07\)"):
        get_panel()
    assert list(get_panel(["2022-02", "2022-06"])) == ["2022-02", "2022-06"]
    put_sample(data, "2022-02")
    assert {origin(raw)["synthetic"] for raw in get_panel(["2022-02", "2022-07"]).values()} == {True}


def test_the_list_of_months_says_what_is_on_disk(data):
    put(data, "2022-07", "2022-11")
    put_sample(data, "2022-02")
    put(data, "2022-03", text="x,y\n1,2\n")
    put(data, "2022-06", text="")
    table = list_snapshots().set_index("month")
    assert table.index.tolist() == list(SNAPSHOTS)
    assert table.on_disk.tolist() == ["synthetic", "other headers", "unreadable", "yes", "no", "yes", "no"]
    assert table.sha256["2022-07"] == hashlib.sha256(LIST.encode()).hexdigest()
    assert table.sha256["2022-09"] == ""


def test_importing_brings_neither_kaggle_nor_a_web_client():
    code = "import sys, acquire; print(sorted({'kaggle', 'kagglesdk', 'requests'} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"


@pytest.mark.real_data
def test_the_real_lists_are_read_whole(real_data_dir):
    panel = get_panel(REAL_MONTHS, source="local", data_dir=real_data_dir)
    shapes = {"2022-02": (1000, 11), "2022-06": (1007, 12), "2022-07": (1000, 9), "2022-09": (1000, 13)}
    shapes |= {"2022-11": (1001, 8), "2022-12": (1000, 12)}
    assert {month: raw.shape for month, raw in panel.items()} == shapes
    assert not any(origin(raw)["synthetic"] for raw in panel.values())
    november = panel["2022-11"]
    assert "\nFollowers" in november.columns
    assert november.iloc[0].eq("").all()
    assert panel["2022-06"].columns.tolist().count("Subscribers count") == 2
    for raw in panel.values():
        assert not raw.isna().to_numpy().any()


@pytest.mark.parametrize("path", [123, ["a.csv"], "x" * 5000, "~nobodyatall/x.csv"])
def test_what_is_no_path_is_refused_in_a_sentence(path):
    with pytest.raises(AcquireError, match=r"no path of a file|can't be read|isn't there"):
        get_tiktokers(path=path)
