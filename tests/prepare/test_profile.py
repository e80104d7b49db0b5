import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prepare import PrepareError
from tiktok.prepare.profile import profile_features

SCRIPTS = ["name_not_latin", "name_arabic", "name_cyrillic", "name_thai", "name_east_asian"]


def features_of(name="Somebody", handle="somebody"):
    return profile_features(pd.DataFrame({"handle": [handle], "name": [name]})).loc[0]


@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("Bella Poarch", []),
        ("José Ñandú", []),
        ("𝐨𝐯𝐞𝐫𝐥𝐚𝐲’𝐬", []),
        ("ⓑⓔⓛⓛⓐ ｗｉｄｅ", []),
        ("888", []),
        ("", []),
        ("✨🔥", []),
        ("مصطفى", ["name_not_latin", "name_arabic"]),
        ("علي Ali", ["name_arabic"]),
        ("Катя", ["name_not_latin", "name_cyrillic"]),
        ("หมู", ["name_not_latin", "name_thai"]),
        ("ひかり", ["name_not_latin", "name_east_asian"]),
        ("ﾊﾝｶｸ", ["name_not_latin", "name_east_asian"]),
        ("김치 TV", ["name_east_asian"]),
        ("王", ["name_not_latin", "name_east_asian"]),
        ("Ελένη", ["name_not_latin"]),
    ],
)
def test_the_script_of_a_name_is_that_of_its_letters(name, scripts):
    features = features_of(name)
    assert [script for script in SCRIPTS if features[script]] == scripts


@pytest.mark.parametrize("name", ["Ana ✨", "🇧🇷 Ana", "Ana❤️", "👩🏽‍🍳", "♡", "⚽"])
def test_a_picture_in_a_name_is_seen(name):
    assert features_of(name)["name_has_emoji"]


@pytest.mark.parametrize(
    "name", ["Ana", "Brand®", "Brand™", "Ana | Eva", "\u2800", "a+b=c <3", "Ana → Eva ∞", "90°", "١٢٣", "۩"]
)
def test_letters_signs_and_blanks_are_no_pictures(name):
    assert not features_of(name)["name_has_emoji"]


def test_handles_are_read_for_dots_digits_underscores_and_official():
    columns = ["handle_has_dot", "handle_has_digit", "handle_has_underscore", "says_official"]
    expected = {
        "ana": [False, False, False, False],
        "ana.eva": [True, False, False, False],
        "ana99": [False, True, False, False],
        "ana_eva": [False, False, True, False],
        "ana_Official.1": [True, True, True, True],
        "offi.cial": [True, False, False, False],
    }
    for handle, marks in expected.items():
        assert features_of(handle=handle)[columns].tolist() == marks


def test_lengths_count_characters():
    features = features_of("Ana 王", "ana.99")
    assert features[["name_length", "handle_length"]].tolist() == [5, 6]


def test_a_missing_name_is_a_blank_one():
    missing = profile_features(pd.DataFrame({"handle": ["ana", None], "name": [None, np.nan]}))
    blank = profile_features(pd.DataFrame({"handle": ["ana", ""], "name": ["", ""]}))
    pd.testing.assert_frame_equal(missing, blank)


def test_features_are_flags_and_counts_for_each_row_of_the_frame():
    df = pd.DataFrame({"handle": ["b", "a.b"], "name": ["B", "王"]}, index=[7, 3])
    features = profile_features(df)
    assert features.index.tolist() == [7, 3]
    assert features.loc[3, ["handle_has_dot", "name_east_asian"]].all()
    assert sorted(set(features.dtypes.astype(str))) == ["bool", "int64"]
    assert profile_features(df.iloc[:0]).dtypes.tolist() == features.dtypes.tolist()


@settings(max_examples=200)
@given(st.text(), st.text())
def test_no_text_is_too_strange(handle, name):
    features = features_of(name, handle)
    assert features["name_not_latin"] in (True, False)
    assert features["handle_length"] == len(handle)


def test_a_frame_without_names_is_refused():
    with pytest.raises(PrepareError, match="no column 'name'"):
        profile_features(pd.DataFrame({"handle": ["a"]}))
