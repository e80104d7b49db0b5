import io
import re

import numpy as np
import pandas as pd
import pytest

from acquire import get_tiktokers
from prepare import PrepareError, clean, quality_table
from tiktok.videos.categories import FILES, FOLDER, get_categories
from tiktok.videos.matching import MATCHED_COLUMNS, match_categories

TIKTOK = ["Rank", "Username", "Subscribers", "Views avg", "Likes avg", "Comments avg", "Shares avg"]
JUNE = [
    "instagram name",
    "influencer name ",
    "Category_1",
    "Category_2",
    "Subscribers count",
    "Subscribers count",
    "Views avg.",
    "Likes avg",
    "Likes avg",
    "Comments avg.",
    "Comments avg.",
]
# who of the real lists stands on the Instagram and YouTube lists nearest to them: matched, with a category
REAL = {
    "instagram": {
        "2022-02": (61, 57),
        "2022-06": (64, 61),
        "2022-07": (65, 60),
        "2022-09": (66, 45),
        "2022-11": (68, 65),
        "2022-12": (58, 58),
    },
    "youtube": {
        "2022-02": (6, 5),
        "2022-06": (4, 3),
        "2022-07": (8, 6),
        "2022-09": (7, 6),
        "2022-11": (8, 7),
        "2022-12": (12, 8),
    },
}


def creators(*handles):
    raw = pd.DataFrame([["1", handle, "3M", "1M", "10K", "9", "8"] for handle in handles], columns=TIKTOK)
    return clean(raw)


def listed(*rows, headers=("Name", "Instagram Name", "Category-1", "Category-2", "\nCountry")):
    return pd.DataFrame(rows, columns=list(headers))


def cells(matched, handle):
    return matched.set_index("handle").loc[handle, list(MATCHED_COLUMNS)].tolist()


def check(matched, name):
    return quality_table(matched).set_index("check").loc[f"categories: {name}"]


def test_creators_are_matched_by_handle_whatever_its_case_or_at_sign():
    found = match_categories(
        creators("ada", "bob.b", "eve"),
        listed(["@Ada", "Ada L", "Music", "Family", "India"], ["BOB.B", "Bob", "", "", ""]),
    )
    assert cells(found, "ada") == ["Music", "Family", "India", True]
    assert cells(found, "bob.b") == ["", "", "", True]
    assert cells(found, "eve") == ["", "", "", False]
    assert found["matched"].dtype == bool
    assert check(found, "creators on it")["rows"] == 2
    assert check(found, "of these without a category")["detail"] == "bob.b"


def test_creators_that_were_cleaned_by_others_are_matched_too():
    mine = pd.DataFrame({"handle": ["Ada", "@BOB", None, 888]})
    found = match_categories(
        mine, listed(["ada", "A", "Music", "", ""], ["bob", "B", "", "", ""], ["888", "", "", "", ""])
    )
    assert found["matched"].tolist() == [True, True, False, True]


def test_nobody_is_matched_by_a_display_name():
    found = match_categories(
        creators("ada", "eve"), listed(["eve1", "ada", "Music", "", "India"], ["x", "y", "Music", "", ""])
    )
    assert not found["matched"].any()


def test_creators_stay_as_they_were_in_their_order():
    tidy = creators("eve", "ada", "bob")
    before = tidy.copy()
    found = match_categories(tidy, listed(["bob", "Bob", "Music", "", "India"]))
    pd.testing.assert_frame_equal(found.drop(columns=list(MATCHED_COLUMNS)), tidy)
    pd.testing.assert_frame_equal(tidy, before)
    assert found.attrs["provenance"] == tidy.attrs["provenance"]
    assert found.attrs["quality"][: len(tidy.attrs["quality"])] == tidy.attrs["quality"]


def test_rows_of_any_index_are_matched():
    tidy = creators("eve", "ada", "bob").iloc[[2, 0, 0]].drop_duplicates()
    found = match_categories(
        tidy, listed(["bob", "Bob", "Music", "", "India"], ["eve", "E", "Shows", "", ""]).iloc[::-1]
    )
    assert found["category"].tolist() == ["Music", "Shows"]


def test_to_match_again_replaces_what_was_matched_before():
    once = match_categories(creators("ada"), listed(["ada", "A", "Music", "", "India"]))
    again = match_categories(once, listed(["eve", "E", "Music", "", "India"]))
    assert cells(again, "ada") == ["", "", "", False]
    assert quality_table(again)["check"].is_unique


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        (
            ["Rank", "name", "instagram name", "Category_1", "Category_2", "followers", "country"],
            ["1", "ada", "Ada 🤍", "Music", "Family", "9M", "India"],
        ),
        (
            [
                "S.no",
                "Instagram name",
                " Name",
                "Subscribers",
                "Audience country",
                "Category_1",
                "Category_2",
            ],
            ["1", "ada", "Ada L", "9M", "India", "Music", "Family"],
        ),
        (
            [
                "Influencer insta name",
                "instagram name",
                "category_1",
                "category_2",
                "Followers",
                "country(Mostly audience)",
            ],
            ["ada", "Ada L", "Music", "Family", "9M", "India"],
        ),
        (
            ["s.no", "Youtube channel", "youtuber name", "Category", "Followers", "Country", "Category-2"],
            ["1", "ada", "Ada L", "Music", "9M", "India", "Family"],
        ),
        (
            ["S.no", "Name", "Youtuber", "Country", "Category_2", "Category_3"],
            ["1", "Ada L", "ADA", "India", "Music", "Family"],
        ),
        (
            ["channel name", "youTuber", "Category", "Category_2", "Country"],
            ["ada", "ada", "Music", "Family", "India"],
        ),
        (
            ["Rank", "Username", "Country", "Followers", "Genre"],
            ["1", "@ada", "India", "9m", "Music, Family, Art"],
        ),
        (["Family niche", "Handle", "Genre", "Country"], ["Family", "ada", "Music", "India"]),
    ],
)
def test_columns_are_found_by_what_headers_and_cells_say(headers, row):
    found = match_categories(creators("ada", "eve"), pd.DataFrame([row], columns=headers))
    assert set(cells(found, "ada")[:2]) == {"Music", "Family"}
    assert cells(found, "ada")[2:] == ["India", True]


def test_the_column_with_more_handles_is_believed_and_the_others_cells_match_nobody():
    rows = [
        ["Ada Lovelace", "ada", "Music", "", ""],
        ["Bob", "Bob B", "Music", "", ""],
        ["Eve E", "eve", "Shows", "", ""],
    ]
    found = match_categories(
        creators("ada", "bob", "eve"), listed(*rows, headers=("Name", "Youtuber", "Category", "C", "Country"))
    )
    assert found["matched"].tolist() == [True, False, True]
    assert check(found, "cells that are no handle")["rows"] == 1


def test_several_tags_in_a_cell_are_taken_apart():
    found = match_categories(
        creators("ada"), pd.DataFrame({"Handle": ["ada"], "Genre": ["Dancing, Lipsyncing, Art"]})
    )
    assert cells(found, "ada")[:2] == ["Dancing", "Lipsyncing"]
    assert check(found, "cells of several tags")["rows"] == 1


def test_a_second_category_takes_the_place_of_a_first_that_is_blank():
    found = match_categories(creators("ada"), listed(["ada", "A", "", "Family", "India"]))
    assert cells(found, "ada")[:2] == ["Family", ""]


def june(*rows):
    return pd.DataFrame([[*row, "4.1M", "4100000", "1M", "1000000"] for row in rows], columns=JUNE)


def test_shifted_headers_are_found_by_their_cells_and_said():
    raw = june(
        ["ada", "A", "Music", "", "1M", "1000000", "India"],
        ["bob", "B", "Shows", "", "2M", "2000000", "Brazil"],
    )
    found = match_categories(creators("ada", "bob"), raw)
    assert found["audience_country"].tolist() == ["India", "Brazil"]
    said = check(found, "shifted headers")
    assert (said["rows"], said["action"]) == (2, "read by what the cells hold")
    assert said["detail"].startswith("'Views avg.' holds countries (data row 1: 'India')")
    assert "'Comments avg.'" in said["detail"]


def test_counts_under_a_header_of_countries_are_no_countries():
    raw = pd.DataFrame(
        {
            "Name": ["ada", "bob"],
            "Category": ["Music", "Art"],
            "Country": ["1M", "2M"],
            "Views": ["India", "Spain"],
        }
    )
    assert match_categories(creators("ada"), raw)["audience_country"].tolist() == ["India"]
    without = match_categories(creators("ada"), raw.drop(columns="Views"))
    assert without["audience_country"].tolist() == [""]


def test_names_of_countries_that_nobody_knows_are_read_by_their_header():
    assert (
        cells(match_categories(creators("ada"), listed(["ada", "A", "Music", "", "Westland"])), "ada")[2]
        == "Westland"
    )


@pytest.mark.parametrize(
    "blank",
    ["", " ", "-", "N/A", "N/A'", "#VALOR!", "#VALUE!", "#N/A", "#REF!", "#DIV/0!", "nan", None, np.nan],
)
def test_cells_with_nothing_in_them_are_blank(blank):
    found = match_categories(
        creators("ada"), listed(["ada", "A", blank, blank, blank], ["b", "B", "Music", "", "India"])
    )
    assert cells(found, "ada") == ["", "", "", True]


def test_errors_of_a_spreadsheet_are_said_where_they_are():
    raw = listed(["ada", "A", "Music", "", "India"]).assign(Likes="#VALOR!", Comments="N/A'")
    said = check(match_categories(creators("ada"), raw), "errors of a spreadsheet")
    assert said.tolist() == [1, "in columns that aren't needed", "'Comments', 'Likes'"]
    raw = listed(["ada", "A", "#VALOR!", "", "India"], ["bob", "A", "Music", "", "India"])
    assert (
        check(match_categories(creators("ada"), raw), "errors of a spreadsheet")["action"]
        == "taken for blanks"
    )


def test_hashtags_and_names_are_no_errors_of_a_spreadsheet():
    found = match_categories(creators("ada"), listed(["ada", "#1!", "#music", "", "India"]))
    assert cells(found, "ada")[0] == "#music"


def test_of_repeated_handles_the_first_with_a_category_counts():
    rows = [
        ["ada", "A", "", "", "Spain"],
        ["ada", "A", "Music", "", "India"],
        ["ada", "A", "Art", "", ""],
        ["bob", "B", "", "", ""],
    ]
    found = match_categories(creators("ada", "bob"), listed(*rows, rows[-1]))
    assert cells(found, "ada") == ["Music", "", "India", True]
    assert check(found, "repeated handles").tolist() == [1, "dropped", "bob"]
    assert check(found, "repeated handles with another category")[["rows", "detail"]].tolist() == [2, "ada"]


USUAL = ["Music", "Cinema & Actors/actresses", "Lifestyle", "Sports with a ball"]


def long_list(categories):
    return listed(*[[f"h{i}", f"H {i}", categories[i % len(categories)], "", "India"] for i in range(200)])


def test_a_category_that_lists_like_it_have_is_found_to_be_absent():
    found = match_categories(creators("h1"), long_list([*USUAL[1:], ""]))
    assert found.attrs["categories"]["absent"] == ("Music",)
    said = check(found, "a category that lists like it have is absent")
    assert said["rows"] == 50
    assert said["detail"] == "no row has 'Music'; it may be what rows without a category are"


@pytest.mark.parametrize("categories", [USUAL, [*USUAL, ""], ["Dancing", "Comedy"], USUAL[:2]])
def test_a_list_with_all_of_them_or_of_another_kind_lacks_none(categories):
    assert match_categories(creators("h1"), long_list(categories)).attrs["categories"]["absent"] == ()


def test_a_short_list_lacks_none():
    raw = long_list(USUAL[1:]).head(60)
    assert match_categories(creators("h1"), raw).attrs["categories"]["absent"] == ()


def test_what_pandas_reads_gives_the_same_as_what_acquire_reads(tmp_path):
    text = "Rank,name,instagram name,Category_1,Category_2,followers,followers,country\n"
    text += "1,888,Ada,Music,,1M,1000000,India\n2,ada,B,,,2M,2000000,-\n3,eve,,Art,Music,2M,2000000,#N/A\n"
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    tidy = creators("ada", "888", "eve", "zoe")
    ours = match_categories(tidy, get_categories(path=tmp_path / "list.csv"))
    theirs = match_categories(tidy, pd.read_csv(io.StringIO(text)))
    pd.testing.assert_frame_equal(ours, theirs)
    assert ours["matched"].tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (
            pd.DataFrame([["1", "ada", "1M", "2M", "3K", "4", "5"]], columns=TIKTOK),
            "It is a list of TikTok creators, which goes first: match_categories(creators, categories)",
        ),
        (
            pd.DataFrame({"Name": ["ada"], "Followers": ["1M"]}),
            "no header speaks of a category or genre; these were found: 'Name', 'Followers'",
        ),
        (listed(), "there are no rows in it"),
        (
            pd.DataFrame({"Category": ["Music"], "Followers": ["1M"]}),
            "no column holds handles (ASCII, without spaces); looked at: none",
        ),
        (
            pd.DataFrame({"Name": ["Ada L", "Bob B"], "Category": ["Music", "Art"]}),
            "no column holds handles (ASCII, without spaces); looked at: 'Name'",
        ),
        (
            pd.DataFrame({"Name": ["ada", "bob"], "Category": ["1.2M", "3M"]}),
            "column 'Category' holds counts (data row 1: '1.2M') where categories should stand",
        ),
        (
            pd.DataFrame({"Name": ["ada", "bob"], "Category": ["", "India"]}),
            "column 'Category' holds countries (data row 2: 'India')",
        ),
        (pd.DataFrame({"Name": ["ada"], **{f"C{i}": ["1"] for i in range(500)}}), "and 481 more"),
        ("list.csv", "categories is a str, and has to be a DataFrame"),
    ],
)
def test_what_is_no_list_with_categories_is_refused_in_a_sentence(raw, sentence):
    with pytest.raises(PrepareError, match=re.escape(sentence)) as refused:
        match_categories(creators("ada"), raw)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 900


def test_the_refusal_names_the_file(tmp_path):
    (tmp_path / "list.csv").write_text("Name,Followers\nada,1M\n", encoding="utf-8")
    with pytest.raises(PrepareError, match=r"^list\.csv: no header speaks"):
        match_categories(creators("ada"), get_categories(path=tmp_path / "list.csv"))


@pytest.mark.parametrize(
    "first", ["ada", None, pd.DataFrame({"x": [1]}), pd.DataFrame([["ada"]], columns=["Username"])]
)
def test_creators_that_are_none_are_refused(first):
    with pytest.raises(PrepareError, match=r"creators is a|hand over what prepare\.clean\(\) gave"):
        match_categories(first, listed(["ada", "A", "Music", "", ""]))


def test_real_creators_are_not_matched_with_invented_categories():
    sample = get_categories(source="sample")
    real = creators("ada")
    real.attrs["provenance"] = {"synthetic": False}
    with pytest.raises(PrepareError, match="The categories are synthetic and the creators aren't"):
        match_categories(real, sample)
    invented = clean(get_tiktokers(source="sample"))
    sample.attrs["provenance"] = {"synthetic": False}
    with pytest.raises(PrepareError, match="The creators are synthetic and the categories aren't"):
        match_categories(invented, sample)


def test_names_that_look_like_markup_or_formulas_stay_text():
    found = match_categories(creators("ada"), listed(["ada", "=cmd()", "<b>Music</b>", "=1+1", "[x](y)"]))
    assert cells(found, "ada")[:3] == ["<b>Music</b>", "=1+1", "[x](y)"]


def test_the_sample_is_matched():
    found = match_categories(clean(get_tiktokers(source="sample")), get_categories(source="sample"))
    assert found["matched"].sum() == 80
    assert found.attrs["categories"]["month"] == "2022-07"


@pytest.mark.parametrize("platform", ["instagram", "youtube"])
def test_a_list_of_another_platform_is_no_list_for_clean_which_says_whose_it_is(platform, tmp_path):
    headers = {
        "instagram": "Rank,name,instagram name,Category_1,followers,country,Eng. (Avg.)",
        "youtube": "s.no,Youtube channel,youtuber name,Category,Followers,Views,Likes (Avg.)",
    }[platform]
    (tmp_path / "list.csv").write_text(f"{headers}\n1,ada,A,Music,1M,2M,3K\n", encoding="utf-8")
    with pytest.raises(PrepareError, match=r"missing: .*it is for prepare\.match_categories\(\)\.$"):
        clean(get_tiktokers(path=tmp_path / "list.csv"))


@pytest.fixture(scope="module")
def matched_real(real_lists, real_data_dir):
    if not (real_data_dir / FOLDER).is_dir():
        pytest.skip("the lists of Instagram and YouTube aren't beside the real lists")
    return {
        (platform, month): match_categories(creators, get_categories(month, platform, data_dir=real_data_dir))
        for platform in FILES
        for month, creators in real_lists.items()
    }


@pytest.mark.real_data
@pytest.mark.parametrize("platform", list(FILES))
def test_of_the_real_lists_as_many_are_matched_as_were_counted_by_hand(platform, matched_real):
    counted = {
        month: (
            matched_real[platform, month]["matched"].sum(),
            (matched_real[platform, month]["category"] != "").sum(),
        )
        for month in REAL[platform]
    }
    assert counted == REAL[platform]


@pytest.mark.real_data
def test_of_the_real_lists_it_is_found_that_june_is_shifted_and_september_lacks_music(matched_real):
    shifted = {key: check(found, "shifted headers")["rows"] for key, found in matched_real.items()}
    assert {key for key, rows in shifted.items() if rows} == {
        ("instagram", m) for m in ("2022-02", "2022-06", "2022-07")
    }
    absent = {key: found.attrs["categories"]["absent"] for key, found in matched_real.items()}
    assert {key: names for key, names in absent.items() if names} == {("instagram", "2022-09"): ("Music",)}
    assert (
        check(matched_real["instagram", "2022-09"], "a category that lists like it have is absent")["rows"]
        == 248
    )
    instagram = [found for (platform, _), found in matched_real.items() if platform == "instagram"]
    assert all((found.loc[found["matched"], "audience_country"] != "").all() for found in instagram)
