import hashlib
import json
import re
import shutil

import pandas as pd
import pytest
from kaggle_server import archive, loopback_kaggle, refusal, zipped
from lists_on_disk import put_sample

from acquire import AcquireError, AcquireWarning, get_tiktokers
from tiktok.acquire import get, kaggle
from tiktok.acquire.snapshots import OTHERS, SNAPSHOTS
from tiktok.videos.categories import FILES, FOLDER, SAMPLE_FILES, category_columns, get_categories

NOVEMBER = FILES["instagram"]["2022-11"]
TEXT = 's.no,Name,Instagram Name,Category-1,Followers,"\nCountry"\n1,ada,Ada 🤍,Music,1.2M,India\n'
TIKTOK = "Rank,Username,Subscribers,Views avg,Likes avg,Comments avg,Shares avg\n1,ada,1M,2M,3K,4,5\n"


@pytest.fixture
def data(monkeypatch, tmp_path):
    """The default data folder, empty."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.delenv("TIKTOK_DATA_DIR", raising=False)
    monkeypatch.setattr(get, "DATA_DIR", folder)
    return folder


@pytest.fixture
def loopback(monkeypatch, tmp_path):
    with loopback_kaggle(monkeypatch, tmp_path / "home") as server:
        yield server


def put(path, text=TEXT):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def origin(raw):
    return raw.attrs["provenance"]


def test_a_list_on_disk_is_read_as_found_and_says_where_it_came_from(data):
    put(data / NOVEMBER)
    raw = get_categories("2022-11", "instagram")
    assert raw.columns.tolist()[-1] == "\nCountry"
    assert raw.iloc[0].tolist() == ["1", "ada", "Ada 🤍", "Music", "1.2M", "India"]
    assert origin(raw) == {
        "source": "local",
        "dataset": OTHERS,
        "file": NOVEMBER,
        "month": "2022-11",
        "platform": "instagram",
        "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "bytes": len(TEXT.encode()),
        "rows": 1,
        "columns": 6,
        "read_as": "separated by commas",
        "synthetic": False,
    }


@pytest.mark.parametrize(
    "name",
    [
        NOVEMBER,
        NOVEMBER[:-4].upper().replace(" ", "_") + ".csv",
        "SocialMedia Influencers instagram nov2022.csv",
    ],
)
@pytest.mark.parametrize("inside", [".", FOLDER])
def test_it_lies_in_the_data_folder_or_in_the_folder_within_and_may_be_spelled_alike(name, inside, data):
    put(data / inside / name)
    assert origin(get_categories("2022-11", source="local"))["dataset"] == OTHERS


def test_the_file_of_the_published_name_comes_before_one_spelled_alike(data):
    put(data / f"{NOVEMBER[:-4].upper()}.csv", TEXT.replace("Music", "alike"))
    put(data / FOLDER / NOVEMBER)
    assert get_categories("2022-11")["Category-1"].tolist() == ["Music"]


@pytest.mark.parametrize(
    ("month", "nearest"),
    [
        ("2022-02", "2022-06"),
        ("2022-03", "2022-06"),
        ("2022-07", "2022-06"),
        ("2022-09", "2022-09"),
        (None, "2022-06"),
    ],
)
@pytest.mark.parametrize("platform", ["instagram", "youtube"])
def test_a_month_without_a_list_of_its_own_gets_the_nearest(month, nearest, platform, data):
    for name in FILES[platform].values():
        put(data / FOLDER / name)
    found = origin(get_categories(month, platform))
    assert (found["month"], found["platform"], found["file"]) == (nearest, platform, FILES[platform][nearest])


def test_a_path_names_any_file_whose_name_has_the_first_word(tmp_path):
    mine = put(tmp_path / "mine.csv")
    assert (origin(get_categories(path=mine))["month"], origin(get_categories(path=mine))["dataset"]) == (
        "unknown",
        None,
    )
    assert origin(get_categories("2023-05", "youtube", path=str(mine)))["platform"] == "youtube"
    named = put(tmp_path / "top youtube june 2023.csv")
    with pytest.warns(AcquireWarning, match="is of 2023-06, as its name says, and not of 2022-07"):
        found = origin(get_categories("2022-07", path=named))
    assert (found["month"], found["platform"]) == ("2023-06", "youtube")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ({"platform": "tiktok"}, "no categories of 'tiktok': use one of instagram, youtube"),
        ({"month": "2022-08"}, "No list of '2022-08' is known: use 2022-02"),
        ({"month": 202207}, "No list of 202207 is known"),
        ({"source": "disk"}, "no source 'disk'"),
        ({"path": "x.csv", "source": "kaggle"}, "leave one of them out"),
        ({"path": "x.csv"}, "'x.csv' isn't there"),
        ({"path": "x.csv", "month": "June"}, "'June' is no month"),
        ({"path": 7}, "is no path"),
        (
            {"source": "local"},
            f"has no '{FILES['instagram']['2022-06']}', nor has its folder {FOLDER}: download it",
        ),
        ({"data_dir": "nowhere"}, "doesn't exist: check its name"),
        ({"source": "local", "data_dir": "nowhere"}, "doesn't exist: check its name"),
        (
            {"platform": "youtube", "source": "sample"},
            "sample has no categories of 'youtube': use platform='instagram'",
        ),
    ],
)
def test_what_cannot_be_had_is_told_in_a_sentence(call, sentence, data, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AcquireError, match=re.escape(sentence)) as refused:
        get_categories(**call)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "<!DOCTYPE html><p>Log in</p>", "a,b\n1,2,3\n"])
def test_a_file_that_is_no_csv_is_an_error_and_not_replaced(text, data):
    put(data / NOVEMBER, text)
    with pytest.raises(AcquireError, match=re.escape(NOVEMBER)):
        get_categories("2022-11")


@pytest.mark.parametrize("month", list(SNAPSHOTS))
def test_the_sample_has_one_list_that_serves_every_month(month):
    raw = get_categories(month, source="sample")
    assert (origin(raw)["synthetic"], origin(raw)["dataset"], origin(raw)["month"]) == (True, None, "2022-07")


def test_the_sample_is_synthetic_wherever_it_lies(tmp_path, data):
    sample = get.SAMPLE_DIR / SAMPLE_FILES["instagram"]["2022-07"]
    copy = shutil.copy(sample, tmp_path / "genuine.csv")
    assert origin(get_categories(path=copy))["synthetic"]
    shutil.copy(sample, data / NOVEMBER)
    assert origin(get_categories("2022-11"))["synthetic"]
    assert sample.stat().st_size < 60_000


def test_no_list_of_creators_is_found_in_the_sample_s_categories(data):
    put_sample(data, "2022-07")
    assert get_tiktokers("2022-07", source="sample").shape == (1000, 9)


def test_a_sample_that_is_gone_is_said_to_be(monkeypatch, tmp_path):
    monkeypatch.setattr(get, "SAMPLE_DIR", tmp_path)
    with pytest.raises(AcquireError, match=r"git checkout data/sample/categories-2022-07\.csv"):
        get_categories(source="sample")


@pytest.mark.slow
def test_what_is_not_on_disk_is_downloaded_whole_with_its_record(loopback, data):
    loopback.downloads = [archive(zipped({f"lists/{NOVEMBER}": TEXT, "other.csv": TIKTOK}))]
    raw = get_categories("2022-11")
    assert origin(raw)["source"] == "kaggle"
    record = json.loads(kaggle.record_path(data / NOVEMBER).read_text(encoding="utf-8"))
    assert (record["dataset"], record["file"], record["sha256"]) == (OTHERS, NOVEMBER, origin(raw)["sha256"])
    assert get_categories("2022-11", source="kaggle").equals(raw)
    assert loopback.count("DownloadDataset") == 1
    assert len(list(data.iterdir())) == 2


@pytest.mark.slow
def test_a_list_of_another_name_is_taken_if_it_can_only_be_that_one(loopback, data):
    other = "instagram top 1000 november.csv"
    files = {
        other: TEXT,
        FILES["instagram"]["2022-06"]: TEXT,
        "youtube november.csv": TEXT,
        "instagram june.csv": TEXT,
    }
    loopback.downloads = [archive(zipped(files | {"instagram november 2.csv": TIKTOK}))]
    with pytest.warns(
        AcquireWarning, match=f"'{other}' was taken for instagram of 2022-11, since it reads alike"
    ):
        get_categories("2022-11")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({NOVEMBER: TIKTOK}, "has other headers than a list"),
        ({NOVEMBER: "<!DOCTYPE html><p>no</p>"}, "is a web page"),
        ({"tiktok.csv": TIKTOK}, "isn't in the archive"),
        (None, "Kaggle doesn't know the dataset"),
    ],
)
def test_of_what_cannot_be_used_nothing_is_kept(files, sentence, loopback, data, tmp_path):
    named = tmp_path / "named"
    named.mkdir()
    loopback.downloads = [refusal(404) if files is None else archive(zipped(files))]
    with pytest.raises(AcquireError, match=sentence) as refused:
        get_categories("2022-11", data_dir=named)
    assert f"download '{NOVEMBER}' by hand from https://" in str(refused.value)
    assert list(named.iterdir()) == []
    with pytest.warns(AcquireWarning, match="synthetic and no evidence of anything"):
        assert origin(get_categories("2022-11"))["synthetic"]
    with pytest.raises(AcquireError, match=sentence):
        get_categories("2022-11", source="kaggle")
    with pytest.raises(AcquireError, match="could not be had"):
        get_categories("2022-11", "youtube")
    assert list(data.iterdir()) == []


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (["Name", "Category_1", "Category_2"], [1, 2]),
        (["Category-2", "Name", "Category"], [2, 0]),
        (["Category_3", "Category_2"], [1, 0]),
        (["Username", "Genre", "Country"], [1]),
        (["CATEGORIES", "niche"], [0, 1]),
        (["Category link", "category rank", "audience category"], []),
        (["Username", "Views", "Likes"], []),
    ],
)
def test_columns_of_categories_are_told_by_their_words(headers, found):
    assert category_columns(headers) == found


@pytest.mark.real_data
@pytest.mark.parametrize("platform", list(FILES))
def test_the_real_lists_are_found_and_read_whole(platform, real_data_dir):
    if not (real_data_dir / FOLDER).is_dir():
        pytest.skip("the lists of Instagram and YouTube aren't beside the real lists")
    for month, file in FILES[platform].items():
        raw = get_categories(month, platform, source="local", data_dir=real_data_dir)
        assert (origin(raw)["file"], origin(raw)["month"]) == (file, month)
        assert 1000 <= len(raw) <= 1050
        assert not raw.isna().to_numpy().any()


@pytest.mark.real_data
def test_no_account_of_a_real_list_is_in_the_sample(real_data_dir):
    if not (real_data_dir / FOLDER).is_dir():
        pytest.skip("the lists of Instagram and YouTube aren't beside the real lists")
    invented = set(get_categories(source="sample")["name"])
    for platform, files in FILES.items():
        for month in files:
            raw = get_categories(month, platform, source="local", data_dir=real_data_dir)
            assert not invented & set(pd.unique(raw.iloc[:, :3].to_numpy().ravel()))
