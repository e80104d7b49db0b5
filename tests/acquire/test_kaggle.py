import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from kaggle_server import (
    archive,
    by_dataset,
    cut_off,
    gone,
    half,
    loopback_kaggle,
    page,
    refusal,
    together,
    zipped,
)
from lists_on_disk import FILE, HEADER, LIST

import acquire
from acquire import AcquireError, AcquireWarning, get_panel, get_tiktokers
from tiktok.acquire import get
from tiktok.acquire import kaggle as kaggle_room
from tiktok.acquire.snapshots import FEBRUARY, JULY, OTHERS, SNAPSHOTS
from tiktok.lists import files

PROJECT = Path(acquire.__file__).parent
RECORD = "top_1000_tiktokers.provenance.json"
INSTAGRAM = "Influencer insta name,category_1,Followers,Authentic engagement\nx,y,1M,2K\n"
YOUTUBE = "channel name,Subscribers,Avg views,Avg likes,Avg comments\nx,1M,2K,3K,4\n"
WEB_PAGE = "<!DOCTYPE html><title>Sign in, please</title>"
pytestmark = pytest.mark.slow  # the real client starts for each of them
SECRET = "not-for-your-eyes"
# run by whichever Python starts: two clients that find no folder of settings both make it, as may happen
MEETING = """
import os, pathlib, time
make_folders = os.makedirs
def meet_and_make(folder, *args, **kwargs):
    if os.path.basename(folder) in ("kaggle", ".kaggle"):
        met = pathlib.Path(__file__).parent
        (met / f"{os.getpid()}.here").touch()
        while len(list(met.glob("*.here"))) < 2:
            time.sleep(0.01)
    make_folders(folder, *args, **kwargs)
os.makedirs = meet_and_make
"""


@pytest.fixture
def kaggle(monkeypatch, tmp_path):
    with loopback_kaggle(monkeypatch, tmp_path / "home") as server:
        yield server


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "lists"
    path.mkdir()
    return path


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def fetch(folder):
    return get_tiktokers("2022-07", source="kaggle", data_dir=folder)


def refused(folder):
    """The one sentence that comes instead of the list; and the folder is as empty as before."""
    with pytest.raises(AcquireError) as caught:
        fetch(folder)
    assert names_in(folder) == []
    sentence = str(caught.value)
    assert JULY in sentence
    assert FILE in sentence
    assert "\n" not in sentence
    return sentence


def spoilt(content):
    """The same archive with another byte in the middle of its file."""
    middle = len(content) // 3
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def deliver(monkeypatch, content):
    """Stand in for the client where what it brings matters and not how."""

    def bring(_client, dataset, work):
        (work / (dataset.split("/")[1] + ".zip")).write_bytes(content)

    monkeypatch.setattr(kaggle_room, "_run_client", bring)


def stand_in(monkeypatch, tmp_path, *lines):
    """A shell script in the client's place, with $5 the folder that it downloads into."""
    script = tmp_path / "client.sh"
    script.write_text("\n".join(["#!/bin/sh", *lines]))
    script.chmod(0o755)
    monkeypatch.setattr(kaggle_room.shutil, "which", lambda *_, **__: str(script))
    monkeypatch.setattr(kaggle_room, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(kaggle_room, "RETRY_WAITS", ())


def heed_interruptions():
    """Undo what a shell does to a test run in the background: it has its children ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run_acquire(*arguments):
    return subprocess.Popen(
        [sys.executable, str(PROJECT / "acquire.py"), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed_interruptions,
        text=True,
        encoding="utf-8",
    )


def test_a_download_is_kept_with_a_record_and_never_repeated(kaggle, folder, capsys):
    kaggle.downloads = [archive(zipped({f"lists/{FILE}": LIST, "readme.txt": "hello"}))]
    raw = fetch(folder)
    assert raw["Name"].tolist() == ["Ōne", "Two"]
    assert names_in(folder) == sorted([FILE, RECORD])
    assert (folder / FILE).read_text(encoding="utf-8") == LIST
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    assert record.pop("when").endswith("+00:00")
    assert record == {
        "dataset": JULY,
        "file": FILE,
        "file_in_archive": FILE,
        "sha256": hashlib.sha256(LIST.encode()).hexdigest(),
        "bytes": len(LIST.encode()),
    }
    assert raw.attrs["provenance"]["source"] == "kaggle"
    assert raw.attrs["provenance"]["dataset"] == JULY
    assert raw.attrs["provenance"]["sha256"] == record["sha256"]
    said = capsys.readouterr().err
    assert said.startswith(f"acquire: downloading {JULY}")
    assert "licence, as Kaggle states it: 'CC0-1.0'" in said
    assert kaggle.authorized == [None, None]

    requests = len(kaggle.asked)
    again = fetch(folder)
    assert len(kaggle.asked) == requests
    assert again.attrs == raw.attrs


def test_a_list_that_was_changed_after_the_download_is_no_longer_called_kaggles(kaggle, folder):
    kaggle.downloads = [archive(zipped({FILE: LIST}))]
    fetch(folder)
    (folder / FILE).write_text(LIST.replace("13.8M", "99M"), encoding="utf-8")
    assert fetch(folder).attrs["provenance"]["source"] == "local"


def test_the_clients_own_credentials_are_used_and_never_shown(kaggle, folder, monkeypatch, capfd):
    monkeypatch.setenv("KAGGLE_USERNAME", "someone")
    monkeypatch.setenv("KAGGLE_KEY", SECRET)
    monkeypatch.setenv("VERBOSE", "true")
    kaggle.downloads = [gone()]
    sentence = refused(folder)
    assert "410" in sentence
    assert all(kaggle.authorized)
    shown = capfd.readouterr()
    assert SECRET not in sentence + shown.out + shown.err
    assert "Authorization" not in sentence + shown.out + shown.err


def test_consent_that_is_missing_is_explained_and_not_tried_again(kaggle, folder):
    kaggle.downloads = [refusal(403)]
    sentence = refused(folder)
    assert "403" in sentence
    assert "accepted" in sentence
    assert "https://www.kaggle.com/datasets/" + JULY in sentence
    assert kaggle.count("DownloadDataset") == 1


def test_a_dataset_that_is_gone_is_not_tried_again(kaggle, folder):
    kaggle.metadata = [refusal(404)]
    assert "404" in refused(folder)
    assert kaggle.count("GetDatasetMetadata") == 1


def test_too_many_requests_and_a_failing_server_are_tried_again(kaggle, folder, capsys):
    kaggle.metadata = [refusal(429), *kaggle.metadata]
    kaggle.downloads = [refusal(500), archive(zipped({FILE: LIST}))]
    assert len(fetch(folder)) == 2
    assert kaggle.count("GetDatasetMetadata") == 3
    assert kaggle.count("DownloadDataset") == 2
    assert names_in(folder) == sorted([FILE, RECORD])
    said = capsys.readouterr().err
    assert "429" in said
    assert "5xx" in said


def test_it_gives_up_after_two_more_attempts(kaggle, folder):
    kaggle.metadata = [refusal(503)]
    assert "5xx" in refused(folder)
    assert kaggle.count("GetDatasetMetadata") == 3


def test_silence_is_ended_with_the_client_and_tried_again(kaggle, folder):
    content = zipped({FILE: LIST})
    kaggle.downloads = [half(content), archive(content)]
    assert len(fetch(folder)) == 2
    assert kaggle.hung_up.wait(5)
    assert kaggle.count("DownloadDataset") == 2
    assert names_in(folder) == sorted([FILE, RECORD])


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_a_slow_download_is_not_a_silent_one_and_shows_how_far_it_is(folder, monkeypatch, tmp_path, capsys):
    (tmp_path / "archive.zip").write_bytes(zipped({FILE: LIST}))
    stand_in(
        monkeypatch,
        tmp_path,
        'for i in 1 2 3 4 5 6 7 8; do sleep 0.25; head -c 1000 /dev/zero >> "$5/part"; done',
        f'cp "{tmp_path}/archive.zip" "$5/top-1000-tiktokers.zip"',
    )
    monkeypatch.setattr(kaggle_room, "_is_watched", lambda: True)
    assert len(fetch(folder)) == 2
    said = capsys.readouterr().err
    assert len(set(re.findall(r"\racquire: (\d) KB", said))) > 2
    assert said.endswith("\r")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_what_the_client_started_is_ended_with_it(folder, monkeypatch, tmp_path):
    beat = tmp_path / "beat"
    stand_in(monkeypatch, tmp_path, f'(while :; do echo >> "{beat}"; sleep 0.1; done) & wait')
    assert "sent nothing for 1 s" in refused(folder)
    beats = beat.stat().st_size
    assert beats > 0
    time.sleep(0.5)
    assert beat.stat().st_size == beats


def test_a_connection_that_keeps_breaking_is_an_error(kaggle, folder, monkeypatch):
    monkeypatch.setattr(kaggle_room, "RETRY_WAITS", ())
    kaggle.downloads = [cut_off(zipped({FILE: LIST}))]
    assert "sent nothing" in refused(folder)  # the client waits longer and longer to try again by itself


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (zipped({FILE: LIST})[:-40], "damaged archive"),
        (WEB_PAGE.encode(), "a web page"),
        (zipped({FILE: WEB_PAGE}), "a web page"),
        (zipped({f"../{FILE}": LIST}), "can't be trusted"),
        (zipped({"instagram.csv": INSTAGRAM, "youtube.csv": YOUTUBE}), "'instagram.csv', 'youtube.csv'"),
    ],
)
def test_an_archive_that_can_not_be_trusted_leaves_nothing(kaggle, folder, content, complaint):
    kaggle.downloads = [archive(content)]
    assert complaint in refused(folder)
    assert names_in(folder.parent) == ["home", "lists"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (spoilt(zipped({FILE: LIST})), "damaged or locked"),
        (spoilt(zipped({FILE: LIST * 9}, zipfile.ZIP_BZIP2)), "damaged or locked"),
        (spoilt(zipped({FILE: LIST * 9}, zipfile.ZIP_LZMA)), "damaged or locked"),
        (zipped({FILE: LIST.encode("utf-16")}), "UTF-16"),
        (zipped({FILE: LIST.encode() + b"\xe9"}), "UTF-8"),
        (zipped({FILE: INSTAGRAM}), "other headers"),
        (zipped({FILE: HEADER}), "no rows"),
        (zipped({f"/tmp/{FILE}": LIST}), "can't be trusted"),
        (zipped({f"C:/{FILE}": LIST}), "can't be trusted"),
        (zipped({f"..\\{FILE}": LIST}), "can't be trusted"),
        (zipped({"a.csv": LIST, "b.csv": LIST}), "2 of its files could be it"),
        (zipped({f"a/{FILE}": LIST, f"b/{FILE}": LIST}), "2 of its files could be it"),
        (zipped({"tiktokers june 2022.csv": LIST}), "isn't in the archive"),
        (zipped({"tiktokers 2022-06.csv": LIST}), "isn't in the archive"),
        (zipped({"top tiktokers 2023.csv": LIST}), "isn't in the archive"),
        (zipped({SNAPSHOTS["2022-02"].file: LIST}), "isn't in the archive"),
        (zipped({"list.txt": LIST}), "isn't in the archive"),
        (zipped({"broken.csv": '"' + "x" * 200_000}), "isn't in the archive"),
        (zipped({}), "none"),
    ],
)
def test_nor_does_one_of_these(folder, monkeypatch, content, complaint):
    deliver(monkeypatch, content)
    assert complaint in refused(folder)


@pytest.mark.parametrize("name", ["Top-1000 Tiktokers.csv", f"lists/{FILE}", "TOP_1000_TIKTOKERS.CSV"])
def test_case_spaces_dashes_and_folders_in_a_file_name_need_no_word(folder, monkeypatch, name):
    deliver(monkeypatch, zipped({name: LIST, "tiktokers.csv": LIST}))
    assert len(fetch(folder)) == 2
    assert names_in(folder) == sorted([FILE, RECORD])


def test_a_client_that_brings_nothing_is_an_error(folder, monkeypatch):
    monkeypatch.setattr(kaggle_room, "_run_client", lambda *_: None)
    assert "without an archive" in refused(folder)


def test_a_web_page_for_an_answer_is_explained(kaggle, folder):
    kaggle.metadata = [page(WEB_PAGE.encode(), "text/html")]
    assert "log in to this network" in refused(folder)


def test_a_file_that_unpacks_past_the_limit_is_refused(kaggle, folder, monkeypatch):
    monkeypatch.setattr(kaggle_room, "MAX_BYTES", 10_000)
    kaggle.downloads = [archive(zipped({FILE: LIST + "\n" * 20_000}))]
    assert "unpacks to more than" in refused(folder)


def test_an_archive_past_the_limit_is_not_downloaded_to_its_end(kaggle, folder, monkeypatch):
    monkeypatch.setattr(kaggle_room, "MAX_BYTES", 500_000)
    kaggle.downloads = [half(bytes(6_000_000))]
    assert "the archive has more than 0.5 MB" in refused(folder)
    assert kaggle.hung_up.wait(5)
    assert kaggle.count("DownloadDataset") == 1


def test_nor_used_when_it_came_too_fast_to_be_stopped(folder, monkeypatch):
    monkeypatch.setattr(kaggle_room, "MAX_BYTES", 100)
    deliver(monkeypatch, zipped({FILE: LIST}))
    assert "the archive has more than" in refused(folder)


def test_the_only_list_in_the_archive_is_taken_under_another_name_and_that_is_said(kaggle, folder):
    kaggle.downloads = [archive(zipped({"youtube.csv": YOUTUBE, "creators (July 2022).csv": LIST}))]
    with pytest.warns(AcquireWarning, match=r"'creators \(July 2022\)\.csv' was taken for 2022-07"):
        raw = fetch(folder)
    assert len(raw) == 2
    assert names_in(folder) == sorted([FILE, RECORD])
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    assert record["file_in_archive"] == "creators (July 2022).csv"


def test_a_target_that_can_not_be_written_is_told_before_anything_is_asked(kaggle, folder, monkeypatch):
    def deny(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "TemporaryDirectory", deny)
    assert "nothing can be written" in refused(folder)
    file = folder.parent / "a file"
    file.write_text("")
    with pytest.raises(AcquireError, match="is a file, not a data folder"):
        fetch(file)
    assert kaggle.asked == []


def test_a_disk_that_fails_at_the_last_moment_leaves_the_older_list(kaggle, folder, monkeypatch, capsys):
    def fail(*_):
        raise OSError(28, "No space left on device")

    (folder / FILE).write_text(HEADER + "old,,,,,,,\n", encoding="utf-8")
    kaggle.downloads = [archive(zipped({FILE: LIST}))]
    monkeypatch.setattr(kaggle_room.os, "replace", fail)
    assert acquire.main(["--month", "2022-07", "--refresh", "--data-dir", str(folder)]) == 1
    assert "No space left" in capsys.readouterr().err
    assert names_in(folder) == [FILE]
    assert "old" in (folder / FILE).read_text(encoding="utf-8")


def test_a_folder_that_was_made_for_nothing_is_removed(kaggle, tmp_path):
    kaggle.metadata = [refusal(404)]
    with pytest.raises(AcquireError, match="404"):
        fetch(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_refresh_replaces_the_list_when_it_can_and_keeps_it_when_not(kaggle, folder, capsys):
    refresh = ["--month", "2022-07", "--refresh", "--data-dir", str(folder)]
    (folder / FILE).write_text(HEADER + "old,,,,,,,\n", encoding="utf-8")
    kaggle.downloads = [refusal(403), archive(zipped({FILE: LIST}))]
    assert acquire.main(refresh) == 1
    said = capsys.readouterr()
    assert "is as it was" in said.err
    assert said.out == ""
    assert "old" in (folder / FILE).read_text(encoding="utf-8")
    assert acquire.main(refresh) == 0
    assert (folder / FILE).read_text(encoding="utf-8") == LIST


def test_two_processes_at_once_both_get_the_list(kaggle, folder, tmp_path, monkeypatch):
    met = tmp_path / "met"
    met.mkdir()
    (met / "sitecustomize.py").write_text(MEETING)
    monkeypatch.setenv("PYTHONPATH", str(met))
    kaggle.downloads = [together(archive(zipped({FILE: LIST})))]
    both = [run_acquire("--month", "2022-07", "--source", "kaggle", "--data-dir", folder) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], "\n".join(err for _, err in said)
    assert sum("started here at the same moment" in err for _, err in said) == 1
    assert all("2 rows" in out for out, _ in said)
    assert (folder / FILE).read_text(encoding="utf-8") == LIST
    assert names_in(folder) == sorted([FILE, RECORD])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_half_way_leaves_the_older_list_and_no_client(kaggle, folder, sent, status):
    (folder / FILE).write_text(HEADER + "old,,,,,,,\n", encoding="utf-8")
    kaggle.downloads = [half(zipped({FILE: LIST}))]
    process = run_acquire("--month", "2022-07", "--refresh", "--data-dir", folder)
    assert kaggle.half_way.wait(30)
    assert len(names_in(folder)) == 2
    process.send_signal(sent)
    _, said = process.communicate(timeout=30)
    assert process.returncode == status
    assert "Traceback" not in said
    assert kaggle.hung_up.wait(5)
    assert names_in(folder) == [FILE]
    assert "old" in (folder / FILE).read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_client_ends_with_a_download_that_is_killed(kaggle, folder):
    kaggle.downloads = [half(zipped({FILE: LIST}))]
    process = run_acquire("--month", "2022-07", "--refresh", "--data-dir", folder)
    assert kaggle.half_way.wait(30)
    process.kill()
    process.communicate(timeout=30)
    assert kaggle.hung_up.wait(5)


def test_what_a_killed_process_left_is_swept_away_later(kaggle, folder):
    long_ago = time.time() - 2 * files.STALE_SECONDS
    for name in ("old", "new"):
        (folder / f"{files.UNFINISHED}{name}").mkdir()
    os.utime(folder / f"{files.UNFINISHED}old", (long_ago, long_ago))
    kaggle.downloads = [archive(zipped({FILE: LIST}))]
    fetch(folder)
    assert names_in(folder) == sorted([f"{files.UNFINISHED}new", FILE, RECORD])


def test_without_the_client_it_says_how_to_get_it(folder, monkeypatch):
    monkeypatch.setattr(kaggle_room.shutil, "which", lambda *_, **__: None)
    assert "pip install" in refused(folder)


def test_auto_takes_the_sample_with_one_sentence_when_kaggle_refuses(kaggle, folder, monkeypatch):
    monkeypatch.setattr(get, "DATA_DIR", folder)
    kaggle.downloads = [refusal(403)]
    with pytest.warns(AcquireWarning) as caught:
        raw = get_tiktokers("2022-07")
    assert len(caught) == 1
    assert "synthetic" in str(caught[0].message)
    assert "403" in str(caught[0].message)
    assert raw.attrs["provenance"]["synthetic"]
    assert names_in(folder) == []


def test_auto_downloads_into_a_named_folder_and_never_takes_the_sample(kaggle, folder, monkeypatch):
    kaggle.downloads = [refusal(403), archive(zipped({FILE: LIST}))]
    monkeypatch.setenv("TIKTOK_DATA_DIR", str(folder))
    with pytest.raises(AcquireError, match="403"):
        get_tiktokers("2022-07")
    assert get_tiktokers("2022-07", data_dir=folder).attrs["provenance"]["source"] == "kaggle"
    with pytest.raises(AcquireError, match="doesn't exist"):
        get_tiktokers("2022-07", data_dir=folder / "mistyped")
    assert kaggle.count("DownloadDataset") == 2


def others(*, without=()):
    return {s.file: LIST for month, s in SNAPSHOTS.items() if s.dataset == OTHERS and month not in without}


def test_a_panel_asks_once_for_each_dataset_and_says_which_month_it_lacks(kaggle, folder):
    answers = {
        JULY: archive(zipped({FILE: LIST})),
        FEBRUARY: archive(zipped({SNAPSHOTS["2022-02"].file: LIST})),
        OTHERS: archive(zipped(others(without=["2022-12"]) | {"youtube.csv": YOUTUBE})),
    }
    kaggle.downloads = [by_dataset(answers)]
    with pytest.warns(AcquireWarning, match="2022-12"):
        panel = get_panel(source="kaggle", data_dir=folder)
    assert list(panel) == [month for month in SNAPSHOTS if month != "2022-12"]
    assert {raw.attrs["provenance"]["source"] for raw in panel.values()} == {"kaggle"}
    assert kaggle.count("DownloadDataset") == 3
    with pytest.raises(AcquireError, match="DEC 2022"):
        get_panel(["2022-07", "2022-12"], source="kaggle", data_dir=folder)


def test_an_auto_panel_completes_a_single_list_and_makes_do_with_it_when_it_must(kaggle, folder, monkeypatch):
    monkeypatch.setattr(get, "DATA_DIR", folder)
    (folder / FILE).write_text(LIST, encoding="utf-8")
    kaggle.downloads = [refusal(403), by_dataset({FEBRUARY: refusal(403), OTHERS: archive(zipped(others()))})]
    with pytest.warns(AcquireWarning, match="makes do with 2022-07"):
        assert list(get_panel()) == ["2022-07"]
    requests = len(kaggle.asked)
    (folder / SNAPSHOTS["2022-02"].file).write_text(LIST, encoding="utf-8")
    assert list(get_panel()) == ["2022-02", "2022-07"]
    assert len(kaggle.asked) == requests
    assert list(get_panel(["2022-07", "2022-09"])) == ["2022-07", "2022-09"]


def test_all_on_the_command_line_fails_when_kaggle_lacks_a_month(kaggle, folder, capsys):
    for month in ("2022-02", "2022-07"):
        (folder / SNAPSHOTS[month].file).write_text(LIST, encoding="utf-8")
    kaggle.downloads = [archive(zipped(others(without=["2022-12"])))]
    with pytest.warns(AcquireWarning, match="2022-12"):
        assert acquire.main(["--all", "--data-dir", str(folder)]) == 1
    out = capsys.readouterr().out
    assert "2022-12  not there" in out
    assert out.count("2 rows") == 6
