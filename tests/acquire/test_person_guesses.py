import json

import pytest

from acquire import get_tiktokers, get_videos
from tiktok.acquire.person_guesses import is_guess

LIST = "Username,Followers,Views,Likes,Comments,Shares"
GUESSES = (
    "Gender|Sex|gender (guessed)|authorMeta.gender|creatorGender|creator_sex|Audience gender",
    "Followers female %|Age|age group|AGE_RANGE|authorAge|userage|Age (years)|Estimated age",
    "Average age|audience age|Birthday|Date of birth|DOB|Ethnicity|ethnic background|Race",
    "Race/Ethnicity|skin colour|Religion|religious|sexuality|Sexual Orientation|orientation|LGBTQ",
    "Attractiveness|attractive?|Nationality|disability|Political leaning|marital_status|Pronouns",
    "Geschlecht|Edad|is_male|age of creator (days on platform)",
)
FACTS = (
    "Username|Followers|Views|Country|Audience country|Genre|Category|Engagement|Average views",
    "Language|Page|Account age|Age of account|age_days|video age|Age (hours)|Post age",
    "channel_age_days|Usage|Message|Manager|Video orientation|comments disabled|Brand Account",
    "videoMeta.height|hashtags|musicMeta.musicAuthor|Tag|Stage|Image|createTime|author.createTime",
    "joined|Birds|Racing|Essex fans|Sexpistols",
)


@pytest.mark.parametrize("header", "|".join(GUESSES).split("|"))
def test_what_a_person_is_is_no_column(header):
    assert is_guess(header)


@pytest.mark.parametrize("header", "|".join(FACTS).split("|"))
def test_what_a_person_does_and_how_old_a_video_is_stays(header):
    assert not is_guess(header)


@pytest.fixture
def copy(tmp_path):
    """A list of creators as some copies of it are."""
    path = tmp_path / "copy.csv"
    path.write_text(
        f"{LIST},Gender,Ethnicity,Country\nada,1M,2M,3K,4,5,guessed-f,guessed-x,UK\n", encoding="utf-8"
    )
    return path


@pytest.mark.parametrize("get", [lambda path: get_tiktokers(path=path), lambda path: get_videos(path=path)])
def test_guesses_are_left_out_at_reading_and_the_provenance_names_the_columns(copy, get):
    raw = get(copy)
    assert raw.columns.tolist() == [*LIST.split(","), "Country"]
    assert raw["Country"].tolist() == ["UK"]
    assert raw.attrs["provenance"]["left_out"] == ["Gender", "Ethnicity"]
    assert raw.attrs["provenance"]["columns"] == 7
    assert "guessed" not in repr(raw.attrs) + raw.to_csv()


def test_a_file_without_guesses_says_nothing_of_them(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"{LIST}\nada,1M,2M,3K,4,5\n", encoding="utf-8")
    assert "left_out" not in get_tiktokers(path=path).attrs["provenance"]


def test_guesses_inside_a_json_are_left_out_too_also_within_lists(tmp_path):
    path = tmp_path / "videos.json"
    person = {"name": "ada", "gender": "guessed", "Age": 20}
    path.write_text(json.dumps([{"id": "1", "author": person, "duets": [person], "stats": {"age_hours": 3}}]))
    raw = get_videos(path=path)
    assert raw.columns.tolist() == ["id", "author.name", "duets", "stats.age_hours"]
    assert raw.attrs["provenance"]["left_out"] == ["author.gender", "author.Age"]
    assert json.loads(raw["duets"][0]) == [{"name": "ada"}]
