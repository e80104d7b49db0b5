import pytest

from tiktok.acquire.snapshots import SNAPSHOTS, find_file, is_header, may_be

HEAD = b"Handle,Name,Followers,Views,Likes,Comments,Shares\n"


def test_seven_months_are_known_in_order_of_time():
    assert list(SNAPSHOTS) == ["2022-02", "2022-03", "2022-06", "2022-07", "2022-09", "2022-11", "2022-12"]


def test_the_published_name_comes_before_one_that_is_spelled_alike(tmp_path):
    assert find_file("2022-07", tmp_path) is None
    (tmp_path / "Top 1000 TikTokers.csv").touch()
    assert find_file("2022-07", tmp_path).name == "Top 1000 TikTokers.csv"
    (tmp_path / "top_1000_tiktokers.csv").touch()
    assert find_file("2022-07", tmp_path).name == "top_1000_tiktokers.csv"
    assert find_file("2022-02", tmp_path) is None


def test_a_folder_with_the_name_of_a_list_is_none(tmp_path):
    (tmp_path / "top_1000_tiktokers.csv").mkdir()
    assert find_file("2022-06", tmp_path) is None


@pytest.mark.parametrize("month", SNAPSHOTS)
def test_no_month_takes_the_file_of_another(month, tmp_path):
    for other, snapshot in SNAPSHOTS.items():
        if other != month:
            (tmp_path / snapshot.file).touch()
            assert not may_be(month, snapshot.file, HEAD)
    assert find_file(month, tmp_path) is None


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("creators.csv", True),
        ("creators 2022.csv", True),
        ("creators sept 2022.csv", True),
        ("Creators-September.csv", True),
        ("creators_2022-09.csv", True),
        ("creators 2022_10.csv", False),
        ("creators oct 2022.csv", False),
        ("creators sep 2023.csv", False),
        ("creators november.csv", False),
        ("market decade.csv", True),
    ],
)
def test_a_renamed_file_must_not_speak_of_another_month(name, fits):
    assert may_be("2022-09", name, HEAD) is fits


@pytest.mark.parametrize("head", [b"", b"Handle,Name\n", b"\xff\xfe\0", b'"' + b"x" * 60_000, b"<html>"])
def test_a_renamed_file_must_have_the_headers_of_a_list(head):
    assert not may_be("2022-09", "creators.csv", head)


def test_a_header_of_endless_words_is_turned_down_without_a_search():
    assert not is_header([*HEAD.decode().strip().split(","), "x" * 100_000])
