"""The story told of what people have: a short list, one of their own, one without names, two months."""

import os

import pytest
import stories
from real_lists import FILES
from told import require_told, shown, text_and_headlines

from acquire import get_tiktokers
from tiktok.leakage import MIN_ROWS
from tiktok.lists.files import PROJECT
from tiktok.report.run import parameters

JUNE = PROJECT / "data" / "sample" / "2022-06.csv"
SHORT = [MIN_ROWS, 100]
CLIENT = {"subscribers": "1.2M", "views": "3M"}
FOLDERS = [["2022-06", "2022-07"], ["2022-06"]]
CASES = ["fifty.csv", "sixty.csv", "no-display-names.csv"]


def told_by(notebook):
    return " ".join(shown(notebook, "text/markdown"))


@pytest.fixture(scope="module")
def told_on_own_lists(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    lines = JUNE.read_bytes().splitlines(keepends=True)
    asked = {}
    for creators in SHORT:
        path = folder / f"{creators}.csv"
        path.write_bytes(b"".join(lines[: creators + 1]))
        asked[creators] = parameters("2022-06", str(path), "auto")
    path = folder / "my list.csv"
    path.write_bytes(b"".join(lines[:-1]))
    asked["own"] = parameters(None, str(path), "auto", CLIENT)
    return stories.tell(asked)


@pytest.mark.parametrize("creators", SHORT)
def test_a_short_list_is_enough_for_the_story(creators, told_on_own_lists):
    require_told(told_on_own_lists[creators])


def test_one_list_of_one_s_own_is_told_without_a_panel(told_on_own_lists):
    require_told(told_on_own_lists["own"])
    said = told_by(told_on_own_lists["own"])
    assert "of which nothing says when it was made" in said
    assert "Only one list is at hand" in said
    assert "One list can't show who stays" in said
    assert "With 1.2M subscribers, your client is ahead of" in said


@pytest.fixture(scope="module")
def told_on_real_lists(real_data_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    asked = {}
    for months in FOLDERS:
        few = folder / str(len(months))
        few.mkdir()
        for month in months:
            (few / FILES[month][0]).write_bytes((real_data_dir / FILES[month][0]).read_bytes())
        asked[len(months)] = f"{in_folder(few)}\n{parameters(months[-1], None, 'local')}"
    cases = real_data_dir.parent / "cases"
    if not cases.is_dir():
        pytest.skip("the folder of cases isn't beside the real lists")
    get_tiktokers("2022-07").head(60).to_csv(folder / "sixty.csv", index=False)
    for name in CASES:
        path = next(path for path in (cases / name, folder / name) if path.is_file())
        asked[name] = f"{in_folder(real_data_dir)}\n{parameters(None, str(path), 'auto')}"
    return stories.tell(asked)


def in_folder(folder):
    """The code that makes a kernel look for lists in a folder."""
    return f"import os; os.environ['TIKTOK_DATA_DIR'] = {os.fspath(folder)!r}"


@pytest.mark.real_data
@pytest.mark.parametrize("months", FOLDERS)
def test_the_story_can_be_told_on_two_lists_and_on_one_without_ranks(months, told_on_real_lists):
    told = told_on_real_lists[len(months)]
    require_told(told)
    said, headlines = text_and_headlines(told)
    assert set(headlines["month"]) == set(months)
    assert ("One list can't show who stays" in said) == (len(months) == 1)
    assert ("takes at least three lists" in said) == (len(months) == 2)


@pytest.mark.real_data
@pytest.mark.parametrize("name", CASES[:2])
def test_a_top_fifty_and_sixty_creators_get_what_they_can_bear_and_are_told_what_is_left_out(
    name, told_on_real_lists
):
    require_told(told_on_real_lists[name])
    said = shown(told_on_real_lists[name], "text/markdown")
    left_out = [sentence for sentence in said if sentence.startswith("*Left out")]
    assert 3 <= len(left_out) <= 7
    assert all("at least 50 are needed" in sentence for sentence in left_out)
    assert any("Whether a model is perfect" in sentence for sentence in said)


@pytest.mark.real_data
def test_the_whole_story_is_told_of_a_list_without_names(told_on_real_lists):
    require_told(told_on_real_lists["no-display-names.csv"])
    said = told_by(told_on_real_lists["no-display-names.csv"])
    assert "This list has no names" in said
    assert "the answer is among what is known" in said  # its shares are made of its likes
