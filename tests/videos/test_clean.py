import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_lists import ADA, BOB, checks, detail, raw_list

from acquire import get_tiktokers, get_videos
from prepare import PrepareError, clean, clean_videos, quality_table
from tiktok.videos.clean import COLUMNS, YOUNG_DAYS

ID = 6892505037482822918
FIRST, DAY = 1_600_000_000, 86_400  # 2020-09-13 12:26:40 UTC
HEADER = ["id", "create_time", "user_name", "hashtags", "song", "video_length", "n_likes", "n_shares",
          "n_comments", "n_plays", "n_followers"]  # fmt: skip
CREATORS = pd.DataFrame(
    [["1", "@Ada", "U.S.A", "1M"], ["2", "bob", "India", "2M"], ["3", "@bob", "India", "2M"]],
    columns=["Rank", "Username", "Country", "Followers"],
)


def second(number):
    """When a video was posted: one a day, each a minute later than the day before."""
    return FIRST + (DAY + 60) * number + 3661


def row(number=0, handle="ada", **cells):
    """A video with some cells changed."""
    values = [f"{ID + 7 * number}", f"{second(number)}", handle, "['a']", "original sound", "15",
              "300", "2", "10", f"{4000 + number}", "1000000"]  # fmt: skip
    return {**dict(zip(HEADER, values, strict=True)), **cells}


def table(*rows, file="videos.csv", **more):
    raw = pd.DataFrame(list(rows), dtype="str").fillna("").assign(**more)
    raw.attrs["provenance"] = {"file": file, "synthetic": False}
    return raw


def refused(raw, **more):
    with pytest.raises(PrepareError) as caught:
        clean_videos(raw, **more)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.startswith(raw.attrs["provenance"]["file"] + ": ")
    return sentence


def test_a_table_becomes_one_tidy_row_a_video():
    raw = table(row(9, "bob"), row(1, "@Ada", song="Lonely", hashtags="[]"), row(0))
    tidy = clean_videos(raw)
    assert tuple(tidy.columns) == COLUMNS
    assert tidy.index.equals(pd.RangeIndex(3))
    assert tidy["handle"].tolist() == ["ada", "ada", "bob"]
    assert tidy["video_id"].tolist() == [f"{ID}", f"{ID + 7}", f"{ID + 63}"]
    assert tidy["posted"].tolist() == [
        pd.Timestamp(second(number), unit="s", tz="UTC") for number in (0, 1, 9)
    ]
    numbers = tidy[["views", "likes", "comments", "shares", "seconds", "followers"]]
    assert numbers.to_numpy().tolist() == [[views, 300, 10, 2, 15, 1e6] for views in (4000, 4001, 4009)]
    assert set(numbers.dtypes) == {np.dtype(float)}
    assert tidy["hashtags"].tolist() == [1, 0, 1]
    assert tidy["original_sound"].tolist() == [True, False, True]
    assert tidy["country"].tolist() == ["", "", ""]
    assert tidy["age"].tolist() == [9 + 9 / 1440, 8 + 8 / 1440, 0]
    assert str(tidy["posted"].dtype) == "datetime64[us, UTC]"
    assert (tidy["hashtags"].dtype, tidy["original_sound"].dtype) == ("Int64", "boolean")
    assert tidy.attrs["provenance"] == {"file": "videos.csv", "synthetic": False}


def test_the_raw_table_is_left_alone():
    raw, creators = table(row(0, "@ADA"), row(1), row(1), row(2, n_plays="")), CREATORS.copy()
    before = raw.copy(deep=True)
    clean_videos(raw, creators=creators).attrs["provenance"]["file"] = "another.csv"
    pd.testing.assert_frame_equal(raw, before)
    pd.testing.assert_frame_equal(creators, CREATORS)
    assert raw.attrs == before.attrs


def test_a_tidy_table_can_be_saved_read_and_cleaned_again(tmp_path):
    tidy = clean_videos(
        table(row(0), row(20, song="", hashtags="['a', 'b']"), row(4, "bob")), creators=CREATORS
    )
    tidy.to_csv(tmp_path / "tidy.csv", index=False)
    again = clean_videos(get_videos(path=tmp_path / "tidy.csv"))
    pd.testing.assert_frame_equal(again, tidy)
    pd.testing.assert_frame_equal(clean_videos(tidy), tidy)


def test_what_is_dropped_is_counted_and_named():
    raw = table(
        row(0), row(1, n_plays="0"), row(2, n_plays=""), row(3, user_name=""), row(4, create_time=""),
        dict.fromkeys(HEADER, ""), row(0), row(5), row(5, n_plays="4999"), row(6, n_likes=""),
    )  # fmt: skip
    tidy = clean_videos(raw)
    assert tidy["posted"].dt.day.tolist() == [13, 18, 19]
    assert np.isnan(tidy["likes"][2])
    assert tidy["views"][1] == 4005
    found = checks(tidy)
    assert found["videos without plays"] == 2
    assert found["rows without a handle"] == 1
    assert found["rows without a time"] == 1
    assert found["empty rows"] == 1
    assert found["repeated rows"] == 1
    assert found["repeated ids with other numbers"] == 1
    assert found["videos"] == 3
    assert detail(tidy, "videos without plays") == "data row 2, data row 3"
    assert detail(tidy, "repeated ids with other numbers") == "data row 9"


def test_the_record_has_the_same_checks_whatever_is_found():
    clean_ones = quality_table(clean_videos(table(row(0))))
    assert clean_ones.columns.tolist() == ["check", "rows", "action", "detail"]
    others = quality_table(clean_videos(table(row(0), row(1, n_plays="0")), creators=CREATORS))
    assert clean_ones["check"].tolist() == others["check"].tolist()


def test_young_videos_are_kept_and_counted():
    tidy = clean_videos(table(*(row(number) for number in range(20))))
    assert YOUNG_DAYS == 14
    assert len(tidy) == 20
    assert checks(tidy)["younger than 14 days"] == 14


def test_the_age_is_known_by_the_newest_video_or_by_a_column_of_the_scrape():
    tidy = clean_videos(table(row(0), row(3)))
    assert tidy["age"].tolist() == [3 + 3 / 1440, 0]
    assert tidy.attrs["scraped"] == tidy["posted"].max()
    assert tidy.attrs["scraped_known_by"] == "the newest video"
    assert quality_table(tidy).set_index("check").loc["time of the scrape"].tolist() == [
        2, "taken from the newest video", "2020-09-16 13:30 UTC",
    ]  # fmt: skip

    scraped = clean_videos(table(row(0), row(3), scraped_at=[str(second(5)), ""]))
    assert scraped["age"].tolist() == [5 + 5 / 1440, 2 + 2 / 1440]
    assert scraped.attrs["scraped_known_by"] == "column 'scraped_at'"
    each = clean_videos(table(row(0), row(3), crawled=["2020-09-20", "2020-09-21"]))
    assert each["age"].round().tolist() == [7, 5]
    assert clean_videos(table(row(0), row(3), scraped="last week"))["age"].round().tolist() == [3, 0]


def test_a_newest_video_long_after_all_others_is_pointed_at_since_every_age_hangs_on_it():
    late = table(row(0), row(3), row(2, create_time=f"{second(400)}"))
    assert detail(clean_videos(late), "newest video long after all others") == "the next one is of 2020-09-16"
    assert "newest video long after all others" not in checks(clean_videos(table(row(0), row(29))))
    known = clean_videos(late.assign(scraped=f"{second(401)}"))
    assert "newest video long after all others" not in checks(known)


def test_a_video_posted_after_its_scrape_is_refused_unless_a_zone_explains_it():
    late = table(row(0), row(3), scraped="2020-09-14")
    assert "data row 2 was posted 2020-09-16 13:30, after its scrape as column 'scraped' has it" in refused(
        late
    )
    assert clean_videos(table(row(0), scraped="2020-09-13 10:00"))["age"].tolist() == [0]


def test_countries_come_from_the_videos_else_from_the_creators():
    raw = table(row(0), row(1, "bob"), row(2, "cyd"))
    tidy = clean_videos(raw, creators=CREATORS)
    assert tidy["country"].tolist() == ["U.S.A", "India", ""]
    assert detail(tidy, "creators without a country") == "cyd"
    own = clean_videos(raw.assign(region=["Chile", "N/A", ""]), creators=CREATORS)
    assert own["country"].tolist() == ["Chile", "India", ""]


@pytest.mark.parametrize(
    ("creators", "sentence"),
    [
        (
            CREATORS.assign(Country=["U.S.A", "India", "Chile"]),
            r"'bob' is of several countries \('India', 'Chile'\)",
        ),
        (CREATORS.drop(columns="Country"), "missing: country"),
        (CREATORS.rename(columns={"Country": "Audience country"}), "missing: country"),
        ("creators.csv", "creators is a str, and has to be a DataFrame"),
    ],
)
def test_a_table_of_creators_that_can_not_be_used_is_refused(creators, sentence):
    with pytest.raises(PrepareError, match=sentence):
        clean_videos(table(row(0)), creators=creators)


def test_what_the_table_lacks_stays_empty_and_is_named():
    tidy = clean_videos(table(row(0), row(1)).drop(columns=["n_likes", "hashtags", "song", "video_length"]))
    assert tidy[["likes", "hashtags", "original_sound", "seconds"]].isna().all(axis=None)
    assert detail(tidy, "columns that the table lacks") == "likes, seconds, hashtags, original_sound, country"


def test_hashtags_are_counted_in_the_text_where_they_have_no_column():
    raw = table(row(0), row(1)).drop(columns="hashtags").assign(desc=["so #a #b", "none"])
    tidy = clean_videos(raw)
    assert tidy["hashtags"].tolist() == [2, 0]
    assert "counted in 'desc'" in quality_table(tidy).set_index("check").loc["hashtags", "action"]


def test_a_flag_of_the_sound_comes_before_a_guess_and_a_guess_is_called_one():
    raw = table(row(0), row(1), row(2)).assign(**{"music.original": ["false", "", "true"]})
    tidy = clean_videos(raw)
    assert tidy["original_sound"].tolist() == [False, True, True]
    assert checks(tidy)["original sounds"] == 1
    assert detail(tidy, "original sounds").startswith("2 as flagged; 1 by the name")
    named = clean_videos(
        table(row(0), row(1)).drop(columns="song").assign(original_sound=["original sound", "Lonely"])
    )
    assert named["original_sound"].tolist() == [True, False]


def test_without_ids_an_address_gives_them_else_handle_and_time_do():
    raw = table(row(0), row(1)).drop(columns=["id", "user_name"])
    linked = raw.assign(
        webVideoUrl=[f"https://www.tiktok.com/@Ada/video/{number}" for number in (71234, 81234)]
    )
    assert clean_videos(linked)[["video_id", "handle"]].to_numpy().tolist() == [
        ["71234", "ada"],
        ["81234", "ada"],
    ]
    tidy = clean_videos(table(row(0), row(1), row(1)).drop(columns="id"))
    assert tidy["video_id"].tolist() == ["ada 2020-09-13T13:27:41Z", "ada 2020-09-14T13:28:41Z"]
    assert checks(tidy)["videos without an id"] == 3
    assert checks(tidy)["repeated rows"] == 1


def test_for_ids_that_a_spreadsheet_has_rounded_handle_and_time_stand_in():
    rows = [row(number, id="6.89250503748e+18") for number in (0, 1, 1)]
    tidy = clean_videos(table(*rows))
    assert tidy["video_id"].tolist() == ["ada 2020-09-13T13:27:41Z", "ada 2020-09-14T13:28:41Z"]
    assert detail(tidy, "videos without an id") == "'id' was rounded in 3 rows"
    assert checks(tidy)["repeated rows"] == 1


def test_ids_are_those_that_look_like_tiktoks():
    raw = table(row(0), row(1)).assign(**{"video.id": "awesome"})
    assert clean_videos(raw)["video_id"].tolist() == clean_videos(table(row(0), row(1)))["video_id"].tolist()


def test_times_that_are_doubled_have_to_agree():
    good = ["2020-09-13T13:27:41.000Z", "2020-09-14T13:28:41.000Z"]
    raw = table(row(0), row(1)).rename(columns={"create_time": "createTime"})
    assert len(clean_videos(raw.assign(createTimeISO=good))) == 2
    assert len(clean_videos(raw.assign(createTimeISO="some day"))) == 2
    gaps = raw.assign(createTime=[raw["createTime"][0], ""], createTimeISO=["", good[1]])
    assert clean_videos(gaps)["posted"].dt.day.tolist() == [13, 14]
    apart = raw.assign(createTimeISO=good[::-1])
    assert "columns 'createTime' and 'createTimeISO' disagree in data row 1" in refused(apart)
    assert len(clean_videos(apart, columns={"posted": "createTimeISO"})) == 2


def test_milliseconds_are_read_and_that_is_said():
    raw = table(row(0, create_time=f"{FIRST}123"), row(1, create_time=f"{FIRST + DAY}456"))
    tidy = clean_videos(raw)
    assert tidy["posted"].dt.day.tolist() == [13, 14]
    assert (
        "milliseconds since 1970" in quality_table(tidy).set_index("check").loc["times of posting", "action"]
    )


BAD = {
    "mixed epochs": (
        {"create_time": f"{FIRST}000"},
        "mixes units, data row 1 ('1600003661') seconds and data row 2",
    ),
    "no zone": ({"create_time": "2020-11-07 22:00:17"}, "mixes numbers"),
    "future": ({"create_time": "9999999999"}, "data row 2: '9999999999' is no time between 2014 and now"),
    "negative": ({"n_plays": "-1"}, "column 'n_plays', data row 2: '-1' can't be read as a count"),
    "words": ({"n_likes": "many"}, "column 'n_likes', data row 2: 'many' can't be read as a count"),
    "fraction": ({"n_plays": "1234.5"}, "data row 2: '1234.5' is no count of a video"),
    "thousands": ({"n_plays": "1.234"}, "its point may stand between thousands"),
    "length": (
        {"video_length": "long"},
        "column 'video_length', data row 2: 'long' can't be read as the length",
    ),
    "again": (dict(zip(HEADER, HEADER, strict=True)), "data row 2 repeats the headers"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_cell_that_can_not_be_read_is_named_with_its_column_row_and_value(case):
    cells, sentence = BAD[case]
    assert sentence in refused(table(row(0), {**row(1), **cells}, row(2)))


def test_other_tables_are_called_by_their_name():
    creators = raw_list(ADA, BOB)
    assert "this is a list of creators" in refused(creators)
    assert "this is a list of creators" in refused(CREATORS.pipe(lambda df: table(*df.to_dict("records"))))
    assert "this is a list of creators" in refused(clean(creators))
    with pytest.raises(PrepareError, match=r"takes a DataFrame, not a str"):
        clean_videos("videos.csv")
    assert "there are no rows in it" in refused(table(row(0)).iloc[:0])
    assert "other platform" in refused(table(row(0), row(1), platform=["TikTok", "Instagram"]))


def test_videos_given_to_the_cleaning_of_lists_are_refused_in_a_sentence():
    videos = table(*(row(number, n_plays=f"{number + 1}M") for number in range(12)))
    with pytest.raises(PrepareError, match=r"single videos, that is for prepare\.clean_videos\(\)") as caught:
        clean(videos)
    assert "\n" not in str(caught.value)


def test_nothing_left_is_an_error():
    assert "none of its 1 rows is a video" in refused(table(row(0, n_plays="0")))


def test_handles_that_are_names_are_refused_and_another_column_can_be_named():
    raw = table(row(0, "Ada Lovelace"), row(1, "Bob B")).assign(nick=["ada", "bob"])
    assert "column 'user_name', data row 1: 'ada lovelace' is no handle" in refused(raw)
    assert clean_videos(raw, columns={"handle": "nick"})["handle"].tolist() == ["ada", "bob"]


def test_counts_that_are_not_the_videos_are_refused():
    totals = [row(number, handle, n_likes="9M") for number in range(6) for handle in ("ada", "bob")]
    for number, video in enumerate(totals):
        video["id"] = f"{ID + number}"
        video["n_plays"] = f"{1000 + number}"
    assert "most videos have more likes than plays, data row 1 first" in refused(table(*totals))
    same = table(
        *(
            video | {"n_likes": "3", "n_plays": {"ada": "7K", "bob": "8K"}[video["user_name"]]}
            for video in totals
        )
    )
    assert "all videos of a creator have the same plays" in refused(same)


def test_ids_that_many_videos_share_are_refused_and_a_single_one_is_counted():
    shared = [row(number, id=f"{ID + number // 2}", n_plays=f"{5000 + number}") for number in range(200)]
    assert "100 rows repeat the id of a video that was posted at another time" in refused(table(*shared))
    one = [row(number, n_plays=f"{5000 + number}") for number in range(200)]
    one[7]["id"] = one[3]["id"]
    assert checks(clean_videos(table(*one)))["repeated ids with other numbers"] == 1


def test_one_creator_will_do_for_cleaning():
    tidy = clean_videos(table(row(0), row(1)))
    assert tidy["handle"].unique().tolist() == ["ada"]


def test_hostile_handles_break_no_sentence_and_no_name_is_shown_where_none_is_to_be(monkeypatch):
    hostile = "<script>alert(1)</script>\n" * 30
    rows = [row(number) for number in range(40)] + [row(41, hostile)]
    tidy = clean_videos(table(*rows))
    said = detail(tidy, "handles")
    assert "\n" not in said
    assert len(said) < 120
    monkeypatch.setenv("TIKTOK_ANONYMOUS", "1")
    hidden = clean_videos(table(row(0), row(1, "bob")))
    assert "bob" not in quality_table(hidden).to_string()


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_matters_to_nothing_but_repeats(numbers, random):
    rows = [row(number, "ada" if number % 2 else "bob", n_plays=f"{number + 1}K") for number in numbers]
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(clean_videos(table(*rows)), clean_videos(table(*shuffled)))


@given(st.lists(st.sampled_from(HEADER), min_size=1, max_size=3), st.text(max_size=20))
def test_any_cell_is_read_or_refused_in_a_sentence(headers, text):
    raw = table(row(0), row(1, **dict.fromkeys(headers, text)), row(2))
    try:
        tidy = clean_videos(raw)
    except PrepareError as error:
        sentence = str(error)
    else:
        assert 1 <= len(tidy) <= 3
        return
    assert sentence.startswith("videos.csv: ")
    assert "\n" not in sentence


@pytest.mark.real_data
def test_the_famous_videos_are_clean_but_for_one_length(real_data_dir):
    folder = real_data_dir / "tiktok_famous"
    raw = get_videos(path=folder / "top_users_vids.csv")
    tidy = clean_videos(raw, creators=get_tiktokers(path=folder / "top-250-tiktokers.csv"))
    assert len(tidy) == 12_559
    assert tidy["handle"].nunique() == 254
    assert (tidy["country"] != "").all()
    assert tidy["original_sound"].sum() == 7_166
    assert tidy["original_sound"].isna().sum() == 17
    assert tidy["hashtags"].sum() == 18_655
    assert tidy["views"].sum() == raw["n_plays"].astype(float).sum()
    assert tidy.attrs["scraped"] == pd.Timestamp("2020-11-07 23:49:18", tz="UTC")
    assert checks(tidy)["younger than 14 days"] == 2_663
    assert set(checks(tidy)) == {
        "headers", "times of posting", "lengths", "hashtags", "original sounds",
        "columns that the table lacks", "time of the scrape", "younger than 14 days", "creators", "videos",
    }  # fmt: skip


@pytest.mark.real_data
def test_the_trending_videos_are_mostly_the_only_one_of_their_creator(real_data_dir):
    tidy = clean_videos(get_videos(source="kaggle", data_dir=real_data_dir))
    assert (len(tidy), tidy["handle"].nunique()) == (1_000, 802)
    assert tidy["original_sound"].sum() == 746
    assert detail(tidy, "columns that the table lacks") == "followers, country"
    assert (tidy["posted"].min().month, tidy["posted"].max().month) == (9, 12)
