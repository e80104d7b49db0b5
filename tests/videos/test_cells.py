import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prepare import PrepareError
from tiktok.videos.cells import (
    count_hashtags,
    count_hashtags_in_captions,
    guess_original,
    read_flags,
    read_ids,
    read_seconds,
)

ID = "6892505037482822918"
TAG = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8).filter(
    lambda tag: not tag.isdigit() and tag.casefold() not in {"na", "nan", "null", "none"}
)


def column(*cells, name="x"):
    return pd.Series(cells, name=name, dtype=None if not isinstance(cells[0], str) else "str")


def counts(*cells):
    return [None if pd.isna(count) else count for count in count_hashtags([column(*cells)])]


@pytest.mark.parametrize(
    "cell",
    [ID, f" {ID} ", f"'{ID}", f"https://www.tiktok.com/@ada/video/{ID}?lang=en", f"/photo/{ID}", int(ID)],
)
def test_an_id_is_text_also_out_of_an_address(cell):
    ids, rounded = read_ids(column(cell))
    assert ids.tolist() == [ID]
    assert not rounded.any()


def test_an_id_of_another_kind_stays_and_a_blank_is_blank():
    assert read_ids(column("v1", "", "N/A", "-"))[0].tolist() == ["v1", "", "", ""]


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["6.89250503748e+18", ID], ["", ID]),
        (["6.8925E+18"], [""]),
        ([6.892505037482823e18], [""]),
        ([np.nan, 6.892505037482823e18], ["", ""]),
        (["6892505037482820000", "6892162409755080000", ID], ["", "", ID]),
        (
            [ID, "6892162409755086086", "6892162409755080000"],
            [ID, "6892162409755086086", "6892162409755080000"],
        ),
        ([1.0, 2.0], ["1", "2"]),
    ],
)
def test_an_id_that_was_rounded_is_none(cells, kept):
    ids, rounded = read_ids(column(*cells))
    assert ids.tolist() == kept
    assert rounded.tolist() == [
        cell == "" and not pd.isna(found) for cell, found in zip(kept, cells, strict=True)
    ]


@pytest.mark.parametrize(
    ("header", "cells", "seconds", "unit"),
    [
        ("duration", ["15", "59.5", "180"], [15, 59.5, 180], "seconds"),
        ("duration", ["15000", "9500", "60000"], [15, 9.5, 60], "milliseconds"),
        ("duration_ms", ["900", "15000"], [0.9, 15], "milliseconds"),
        ("Duration (s)", ["15", "3600"], [15, 3600], "seconds"),
        ("length in minutes", ["0.25", "1"], [15, 60], "minutes"),
        ("duration", ["0:15", "1:05", "01:00:10", "00:09.5"], [15, 65, 3610, 9.5], ""),
        ("duration", ["15s", "15 sec", "1m 5s", "PT15S", "PT1M5S", "1500 ms", "2 min"],
         [15, 15, 65, 15, 65, 1.5, 120], ""),
        ("duration", ["0", "", "N/A", "15"], [np.nan, np.nan, np.nan, 15], "seconds"),
        ("duration", ["15", "1200"], [15, 1200], "seconds"),
        ("duration", [15, 59.5], [15, 59.5], "seconds"),
    ],
)  # fmt: skip
def test_lengths_are_read_in_their_unit(header, cells, seconds, unit):
    found, read_as = read_seconds(column(*cells, name=header))
    np.testing.assert_allclose(found, seconds)
    assert read_as == unit


@pytest.mark.parametrize(
    ("header", "cells", "sentence"),
    [
        ("duration", ["15", "9", "59000"], r"mixes seconds and milliseconds.*data row 3 \('59000'\)"),
        ("duration (s)", ["15000", "9000"], "would be a video of 4 hours"),
        ("duration", ["15", "long"], "data row 2: 'long' can't be read as the length"),
        ("duration", ["-15"], "'-15' can't be read"),
        ("duration", ["15,5"], "'15,5' can't be read"),
    ],
)
def test_what_is_no_length_is_refused(header, cells, sentence):
    with pytest.raises(PrepareError, match=sentence):
        read_seconds(column(*cells, name=header))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["['a', 'b']", "[]", "['']", '["it\'s", "b"]'], [2, 0, 0, 2]),
        (['[{"id": "1", "name": "a", "title": "A"}]', '[{"title": "a"}, {"name": ""}]', "[]"], [1, 1, 0]),
        (["[{'name': 'a', 'title': 'x'}, {'name': 'b'}]"], [2]),
        (["#a #b", "#a#b", "#😍 go", "＃あ", ""], [2, 2, 1, 1, 0]),
        (["a, b", "a|b|c", "a;b", "a b", ""], [2, 3, 2, 2, 0]),
        (["[a, b]", "[ ]"], [2, 0]),
        (["3", "0", "", "12.0"], [3, 0, None, 12]),
        (["100", "dance"], [1, 1]),
        (["['a']", "[]", ""], [1, 0, None]),
        (["", ""], [None, None]),
    ],
)
def test_hashtags_are_counted_however_they_are_written(cells, expected):
    assert counts(*cells) == expected


def test_a_column_for_each_hashtag_counts_too():
    columns = [column("a", "b", name="hashtags/0/name"), column("c", "", name="hashtags/1/name")]
    assert count_hashtags(columns).tolist() == [2, 1]
    assert count_hashtags([*columns, column("", "B", name="hashtags/0/title")]).tolist() == [2, 1]


def test_hashtags_may_stand_in_the_text_of_a_video():
    assert count_hashtags_in_captions(column("so #a #b", "none", "")).tolist() == [2, 0, 0]


@given(st.lists(TAG, max_size=6))
def test_a_list_counts_the_same_in_every_way_of_writing(tags):
    # two cells, so that a lone tag of digits isn't taken for a number
    ways = [repr(tags), json.dumps(tags), json.dumps([{"name": tag} for tag in tags])]
    assert all(counts(way, "['x', 'y']") == [len(tags), 2] for way in ways)
    if tags:
        ways = [" ".join(f"#{tag}" for tag in tags), ",".join(tags), "".join(f"#{tag}" for tag in tags)]
        assert all(counts(way, "#x#y") == [len(tags), 2] for way in ways)


@given(st.text(max_size=60), st.text(max_size=60))
def test_hostile_texts_have_some_number_of_hashtags(one, other):
    assert all(
        count is None or count >= 0 for count in counts(one, f"[{other}]", f'[{{"name": {one}', "[" * 5000)
    )


def test_flags_are_yes_or_no_and_anything_else_is_no_flag():
    assert read_flags(column("true", "False", "1", "no", "")).tolist() == [True, False, True, False, pd.NA]
    assert read_flags(column("original sound - ada", "true")) is None
    assert read_flags(column("", "")) is None


ORIGINALS = (
    "original sound|Original Sound - Ada|original sound - CommandoFitnessClub|sonido original|som original|"
    "son original|Originalton|suono originale|оригинальный звук|orijinal ses|オリジナル楽曲 - Junya|"
    "오리지널 사운드 - 종민|nhạc nền - Linh|原聲 - Cindy|dźwięk oryginalny|الصوت الأصلي|เสียงต้นฉบับ|"
    "ओरिजिनल साउंड|origineel geluid|originalljud|eredeti hang"
)
SONGS = (
    "Hit the Quan (Original Version)|Original Soundtrack|Say So [Originally Performed by Doja Cat]|"
    "cooler than the original|WAP（feat. Megan Thee Stallion）|Lonely|Sonido"
)


@pytest.mark.parametrize("song", ORIGINALS.split("|"))
def test_a_sound_of_its_own_is_known_by_its_name(song):
    assert guess_original(column(song)).tolist() == [True]


@pytest.mark.parametrize("song", SONGS.split("|"))
def test_a_song_is_none(song):
    assert guess_original(column(song)).tolist() == [False]


def test_without_a_name_nothing_is_guessed():
    assert guess_original(column("", "x")).tolist() == [pd.NA, False]
