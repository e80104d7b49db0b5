import gzip
import hashlib
import json
import os

import pytest
from kaggle_server import archive, loopback_kaggle, refusal, zipped

from acquire import AcquireError, AcquireWarning, get_videos
from prepare import PrepareError, clean_videos
from tiktok.acquire import get, kaggle
from tiktok.videos.get import (
    FAMOUS_FILE,
    FAMOUS_FOLDER,
    SAMPLE_FILE,
    TRENDING,
    TRENDING_FILE,
    TRENDING_FOLDER,
)

HEADER = (
    "id,create_time,user_name,hashtags,song,video_length,n_likes,n_shares,n_comments,n_plays,n_followers\n"
)
VIDEOS = (
    HEADER + "6892505037482822918,1604786417,ada,\"['a', 'b']\",original sound,15,300,2,10,4000,1000000\n"
)
VIDEO = {"id": "1", "createTime": 1608214517, "playCount": 44800, "authorMeta": {"name": "ada"}}
TRENDING_JSON = json.dumps({"collector": [VIDEO, VIDEO | {"id": "2"}]})
RECORD = "trending.provenance.json"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "lists"
    path.mkdir()
    return path


@pytest.fixture
def sample(tmp_path, monkeypatch):
    """A sample of one video in place of the embedded one, and a default data folder with nothing in it."""
    for name in ("sample", "data"):
        (tmp_path / name).mkdir()
    (tmp_path / "sample" / SAMPLE_FILE).write_text(VIDEOS.replace("ada", "invented"), encoding="utf-8")
    monkeypatch.setattr(get, "SAMPLE_DIR", tmp_path / "sample")
    monkeypatch.setattr(get, "DATA_DIR", tmp_path / "data")
    monkeypatch.delenv("TIKTOK_DATA_DIR", raising=False)
    return tmp_path / "sample" / SAMPLE_FILE


@pytest.fixture
def loopback(monkeypatch, tmp_path):
    with loopback_kaggle(monkeypatch, tmp_path / "home") as server:
        yield server


def put(path, content=VIDEOS):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def origin(raw):
    return raw.attrs["provenance"]


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_table_that_was_named_says_where_it_came_from(tmp_path):
    raw = get_videos(path=str(put(tmp_path / "mine.csv")))
    assert raw.iloc[0, :4].tolist() == ["6892505037482822918", "1604786417", "ada", "['a', 'b']"]
    assert raw.attrs == {"provenance": origin(raw)}
    assert origin(raw) == {
        "source": "local",
        "dataset": None,
        "file": "mine.csv",
        "sha256": hashlib.sha256(VIDEOS.encode()).hexdigest(),
        "bytes": len(VIDEOS.encode()),
        "rows": 1,
        "columns": 11,
        "read_as": "separated by commas",
        "synthetic": False,
    }


@pytest.mark.parametrize(
    ("name", "content", "shape"),
    [
        ("a.csv.gz", gzip.compress(VIDEOS.encode()), (1, 11)),
        ("a.json", TRENDING_JSON, (2, 4)),
        ("a.json", json.dumps([VIDEO]), (1, 4)),
        ("a.jsonl", json.dumps(VIDEO) + "\n" + json.dumps(VIDEO), (2, 4)),
        ("a.txt", json.dumps(VIDEO) + "\n" + json.dumps(VIDEO) + "\n", (2, 4)),
    ],
)
def test_a_table_may_be_a_csv_or_json_in_any_of_its_forms(tmp_path, name, content, shape):
    assert get_videos(path=put(tmp_path / name, content)).shape == shape


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ({"source": "web"}, "There is no source 'web': use one of auto, local, kaggle, sample"),
        ({"path": "x.csv", "source": "kaggle"}, "leave one of them out"),
        ({"path": "none.csv"}, r"none\.csv' isn't there"),
        ({"path": 7}, "path=7 is no path of a file"),
        ({"path": "broken.jsonl"}, r"'broken\.jsonl' is JSON that breaks in line 2"),
        ({"path": "empty.csv"}, "has a header and no rows"),
        ({"source": "local", "data_dir": "nowhere"}, "'nowhere' doesn't exist: check its name"),
        ({"source": "auto", "data_dir": "nowhere"}, "'nowhere' doesn't exist: check its name"),
        ({"source": "local", "data_dir": "empty.csv"}, "is a file, not a data folder"),
    ],
)
def test_a_call_that_can_not_be_answered_gets_one_sentence(call, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "broken.jsonl", json.dumps(VIDEO) + '\n{"id": ')
    put(tmp_path / "empty.csv", HEADER)
    with pytest.raises(AcquireError, match=sentence) as caught:
        get_videos(**call)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("place", [f"{FAMOUS_FOLDER}/{FAMOUS_FILE}", FAMOUS_FILE])
@pytest.mark.parametrize("source", ["auto", "local"])
def test_the_famous_collection_comes_first_wherever_it_lies_in_the_folder(folder, place, source, sample):
    put(folder / TRENDING_FILE, TRENDING_JSON)
    put(folder / place)
    raw = get_videos(source=source, data_dir=folder)
    assert raw["user_name"].tolist() == ["ada"]
    assert (origin(raw)["source"], origin(raw)["dataset"]) == ("local", None)


def test_the_folder_is_the_argument_else_the_environments(folder, tmp_path, monkeypatch, sample):
    put(folder / FAMOUS_FILE, VIDEOS.replace("ada", "argument"))
    put(tmp_path / "env" / FAMOUS_FILE, VIDEOS.replace("ada", "environment"))
    monkeypatch.setenv("TIKTOK_DATA_DIR", str(tmp_path / "env"))
    assert get_videos()["user_name"].tolist() == ["environment"]
    assert get_videos(data_dir=folder)["user_name"].tolist() == ["argument"]


@pytest.mark.parametrize("place", [f"{TRENDING_FOLDER}/{TRENDING_FILE}", TRENDING_FILE])
def test_local_takes_the_trending_videos_where_there_are_no_famous_ones(folder, place):
    put(folder / place, TRENDING_JSON)
    raw = get_videos(source="local", data_dir=folder)
    assert raw["authorMeta.name"].tolist() == ["ada", "ada"]
    assert origin(raw)["source"] == "local"


def test_local_says_what_it_looked_for(folder):
    with pytest.raises(
        AcquireError, match=r"has neither tiktok_famous/top_users_vids\.csv nor kaggle_trending"
    ):
        get_videos(source="local", data_dir=folder)


@pytest.mark.parametrize("named", [True, False])
def test_auto_takes_the_sample_with_one_sentence_also_beside_trending_videos(folder, sample, named):
    put(folder / TRENDING_FILE, TRENDING_JSON)
    with pytest.warns(AcquireWarning, match="synthetic and no evidence of anything") as caught:
        raw = get_videos(data_dir=folder if named else None)
    assert len(caught) == 1
    assert raw["user_name"].tolist() == ["invented"]
    assert origin(raw)["synthetic"] is True
    assert origin(raw)["source"] == "sample"


def test_a_broken_collection_is_never_replaced_by_the_sample(folder, sample):
    put(folder / FAMOUS_FILE, "<html>")
    with pytest.raises(AcquireError, match="is a web page"):
        get_videos(data_dir=folder)


def test_the_sample_is_synthetic_and_when_it_is_gone_that_is_said(sample):
    assert origin(get_videos(source="sample"))["synthetic"] is True
    assert origin(get_videos(path=sample))["source"] == "sample"
    sample.unlink()
    with pytest.raises(AcquireError, match=r"git checkout data/sample/videos\.csv"):
        get_videos(source="sample")


def test_the_embedded_sample_is_read_and_clean():
    tidy = clean_videos(get_videos(source="sample"))
    assert origin(tidy)["synthetic"] is True
    assert tidy["handle"].nunique() < len(tidy)
    assert (tidy["country"] != "").all()


def test_a_copy_of_the_sample_is_synthetic_whatever_it_is_called(sample, tmp_path):
    digest = hashlib.sha256(sample.read_bytes()).hexdigest()
    (sample.parent / "SHA256SUMS").write_text(f"{digest}  {SAMPLE_FILE}\n")
    assert origin(get_videos(path=put(tmp_path / "genuine.csv", sample.read_bytes())))["synthetic"] is True


@pytest.mark.slow
@pytest.mark.parametrize("packed", [True, False])
def test_one_file_is_asked_of_kaggle_and_kept_with_its_record(loopback, folder, packed):
    content = TRENDING_JSON.encode()
    loopback.downloads = [archive(zipped({TRENDING_FILE: content}) if packed else content)]
    raw = get_videos(source="kaggle", data_dir=folder)
    assert raw["id"].tolist() == ["1", "2"]
    assert (origin(raw)["source"], origin(raw)["dataset"]) == ("kaggle", TRENDING)
    assert origin(raw)["read_as"] == "JSON, list 'collector'"
    assert names_in(folder) == [TRENDING_FILE, RECORD]
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    assert record["dataset"] == TRENDING
    assert record["sha256"] == hashlib.sha256(content).hexdigest()
    asked = len(loopback.asked)
    assert get_videos(source="kaggle", data_dir=folder).attrs == raw.attrs
    assert origin(get_videos(path=folder / TRENDING_FILE))["dataset"] == TRENDING
    assert len(loopback.asked) == asked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (refusal(403), "403"),
        (refusal(404), "404"),
        (archive(b"<html>"), "a web page"),
        (archive(b'{"collector": [{"id": 1}'), "breaks in line 1"),
        (archive(b'{"collector": [{"id": 1}]}'), "reads as no table of videos"),
        (archive(zipped({"other.json": TRENDING_JSON})), "isn't in the archive"),
    ],
)
def test_what_can_not_be_trusted_leaves_nothing_and_one_sentence(loopback, folder, answer, complaint):
    loopback.downloads = [answer]
    with pytest.raises(AcquireError, match=complaint) as caught:
        get_videos(source="kaggle", data_dir=folder)
    assert names_in(folder) == []
    assert f"https://www.kaggle.com/datasets/{TRENDING}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_a_file_past_the_limit_is_not_kept(loopback, folder, monkeypatch):
    monkeypatch.setattr(kaggle, "MAX_BYTES", 100)
    loopback.downloads = [archive(TRENDING_JSON.encode())]
    with pytest.raises(AcquireError, match="more than"):
        get_videos(source="kaggle", data_dir=folder)
    assert names_in(folder) == []


def test_the_client_is_asked_for_the_one_file_and_a_client_that_brings_nothing_is_an_error(
    folder, monkeypatch
):
    asked = []
    monkeypatch.setattr(
        kaggle, "_run_client", lambda _client, dataset, _work, *more: asked.append((dataset, more))
    )
    with pytest.raises(AcquireError, match=r"ended without 'trending\.json'"):
        get_videos(source="kaggle", data_dir=folder)
    assert asked == [(TRENDING, ("--file", TRENDING_FILE))]


def test_nor_is_one_that_came_too_fast_to_be_stopped(folder, monkeypatch):
    monkeypatch.setattr(kaggle, "MAX_BYTES", 100)
    monkeypatch.setattr(
        kaggle, "_run_client", lambda _client, _dataset, work, *_: put(work / TRENDING_FILE, TRENDING_JSON)
    )
    with pytest.raises(AcquireError, match=r"'trending\.json' has more than"):
        get_videos(source="kaggle", data_dir=folder)
    assert names_in(folder) == []


@pytest.mark.real_data
def test_the_famous_collection_is_read_whole(real_data_dir):
    raw = get_videos(data_dir=real_data_dir)
    assert raw.shape == (12_559, 13)
    assert origin(raw)["file"] == FAMOUS_FILE
    assert origin(raw)["synthetic"] is False
    assert not raw.isna().to_numpy().any()


@pytest.mark.real_data
def test_the_trending_videos_are_read_whole(real_data_dir):
    raw = get_videos(source="kaggle", data_dir=real_data_dir)
    assert raw.shape == (1_000, 18)
    assert raw["authorMeta.name"].nunique() == 802
    assert origin(raw)["dataset"] == TRENDING


@pytest.mark.real_data
def test_every_real_list_is_refused_as_a_table_of_videos_in_one_sentence(real_data_dir):
    for path in sorted(real_data_dir.rglob("*.csv")):
        if path.name == FAMOUS_FILE:
            continue
        with pytest.raises(PrepareError, match=r"this is a list of creators|these headers were found"):
            clean_videos(get_videos(path=os.fspath(path)))
