import gzip
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok.acquire.csv_files import RawCsvError
from tiktok.acquire.json_files import read_table

ROWS = [{"id": 6892505037482822918, "n": 1.0, "ok": True, "no": None, "author": {"name": "ada"}}]
LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def read(content, name="videos.json"):
    return read_table(content if isinstance(content, bytes) else json.dumps(content).encode(), name)


def test_an_object_is_a_row_its_numbers_are_text_and_what_is_nested_has_dotted_headers():
    raw = read(ROWS)
    assert raw.to_dict("records") == [
        {"id": "6892505037482822918", "n": "1.0", "ok": "true", "no": "", "author.name": "ada"}
    ]
    assert all(isinstance(dtype, pd.StringDtype) for dtype in raw.dtypes)


def test_lists_stay_text_and_what_a_row_lacks_is_blank():
    raw = read([{"tags": [{"name": "ü"}], "a": {"b": {"c": 1}}}, {"tags": [], "d": {}}])
    assert raw.columns.tolist() == ["tags", "a.b.c", "d"]
    assert raw.to_numpy().tolist() == [['[{"name": "ü"}]', "1", ""], ["[]", "", "{}"]]


LINES = b'{"id": 1}\n\n{"id": 2}\n'


@pytest.mark.parametrize(
    ("content", "name", "read_as"),
    [
        ([{"id": 1}, {"id": 2}], "videos.json", "JSON, an array"),
        ({"collector": [{"id": 1}, {"id": 2}]}, "videos.json", "JSON, list 'collector'"),
        (
            {"ok": True, "data": {"cursor": [3], "items": [{"id": 1}, {"id": 2}]}},
            "v",
            "JSON, list 'data.items'",
        ),
        (LINES, "videos.jsonl", "JSON lines"),
        (LINES, "videos.ndjson", "JSON lines"),
        (LINES, "videos.json", "JSON lines"),
        (LINES.replace(b"\n", b"\r\n"), "videos", "JSON lines"),
        (gzip.compress(LINES), "videos.jsonl.gz", "JSON lines, unpacked by gzip"),
        (b"\xef\xbb\xbf" + LINES, "videos.jsonl", "JSON lines"),
        (b'[{"id": 1}, {"id": 2}]', "videos.csv", "JSON, an array"),
        (b"id,b\n1,\n2,\n", "videos.csv", "separated by commas"),
        (b"id;b\n1;\n2;\n", "videos.json", "separated by semicolons"),
        (gzip.compress(b"id,b\n1,\n2,\n"), "videos.csv.gz", "unpacked by gzip"),
    ],
)
def test_the_content_says_what_it_is(content, name, read_as):
    raw = read(content, name)
    assert raw["id"].tolist() == ["1", "2"]
    assert raw.attrs["read_as"] == read_as


def test_a_single_line_is_a_row_where_the_name_says_so():
    assert read(b'{"id": 1, "hashtags": [{"name": "a"}]}\n', "one.jsonl")["id"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'[{"id": 1},\n {"id": 2,]', "is JSON that breaks in line 2, column 11"),
        (b'{"collector": [{"id": 1}', "is JSON that breaks in line 1"),
        (b'{"id": 1}\n{"id": 2}\n{"id": \n', r"is JSON that breaks in line 3 \(expecting value\)"),
        (b'{"id": 1}\n[2]\n', r"has \"\['2'\]\" in line 2, which is no object"),
        ([{"id": 1}, 7], "whose row 2 is '7' and no object"),
        ([1, 2], "whose row 1 is '1' and no object"),
        ([], "without a single row"),
        ([{}], "without a single row"),
        ({"id": 1}, "with no list of objects"),
        ({"a": [{"x": 1}], "b": [{"x": 1}]}, "with 2 lists of objects, 'a', 'b'"),
        ([{f"k{i}": 1 for i in range(3000)}], "with 3,000 different keys"),
        (b"[" * 100_000, "nested too deeply"),
        (b'[{"a": ' + b"[" * 600 + b"]" * 600 + b"}]", "nested too deeply"),
        (b'[{"id": "\xff"}]', "not in UTF-8"),
        ('[{"id": 1}]'.encode("utf-16"), "UTF-16"),
        (b"", "is empty"),
        (gzip.compress(b'[{"id": 1}]')[:-4], "compressed by gzip and damaged"),
        (b"<html>[]</html>", "is a web page"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_what_is_no_table_gets_one_sentence(content, sentence):
    with pytest.raises(RawCsvError, match=sentence) as caught:
        read(content)
    assert str(caught.value).startswith("'videos.json' ")
    assert "\n" not in str(caught.value)


def test_halves_of_characters_do_no_harm():
    raw = read(b'[{"text": "\\ud83d", "\\udc00": "\\ud83d\\ude00"}]')
    assert raw.to_csv().encode()
    assert raw.iloc[0, 1] == "😀"


@given(st.lists(st.dictionaries(LETTERS.map("k{}".format), LETTERS, min_size=1), min_size=1, max_size=4))
def test_whatever_texts_a_json_holds_are_read_back(rows):
    raw = read(rows)
    keys = dict.fromkeys(key for row in rows for key in row)
    wanted = [{key: row.get(key, "") for key in keys} for row in rows]
    kept = [key for key in keys if key in raw.columns]
    assert raw.to_dict("records") == [{key: row[key] for key in kept} for row in wanted]
    assert kept == list(keys)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | LETTERS,
        lambda inside: st.lists(inside, max_size=3) | st.dictionaries(LETTERS, inside, max_size=3),
        max_leaves=8,
    )
)
def test_any_json_is_read_or_refused_in_a_sentence(value):
    try:
        assert not read(value).isna().to_numpy().any()
    except RawCsvError as error:
        sentence = str(error)
    else:
        return
    assert sentence.startswith("'videos.json' ")
