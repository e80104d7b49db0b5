"""The net under the story: it is current, and nothing slips through it."""

from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from story_digest import COLUMNS, compare, digest_column, digest_frame, digest_texts, frames_of, read

FRAME = pd.DataFrame({"model": ["OLS", "mean"], "value": [0.5, float("nan")], "better": [True, False]})


def digest(frame, name="scores"):
    rows = [{"run": "sample", "cell": 1, "what": name, **row} for row in digest_frame(frame)]
    return pd.DataFrame(rows).reindex(columns=COLUMNS)


def changed(**cells):
    return FRAME.assign(**cells)


def test_the_digest_of_the_sample_is_current(told_on_sample):
    committed = read()
    assert compare(committed[committed["run"] == "sample"], told_on_sample[1]) == []


@pytest.mark.real_data
def test_the_digest_of_july_is_current(told_on_july):
    committed = read()
    assert compare(committed[committed["run"] == "july"], told_on_july[1]) == []


@pytest.mark.parametrize(
    "other",
    [
        changed(value=[0.5001, float("nan")]),
        changed(value=[float("nan"), 0.5]),
        changed(value=[-0.5, float("nan")]),
        changed(value=[float("inf"), float("nan")]),
        changed(model=["OLS", "median"]),
        changed(model=["mean", "OLS"]),
        changed(better=[False, True]),
        changed(more=1),
        FRAME.drop(columns="better"),
        FRAME.iloc[:1],
        FRAME.iloc[::-1].reset_index(drop=True),
        FRAME.set_axis(["a", "b"]),
    ],
)
def test_whatever_changes_in_a_table_is_noticed(other):
    assert compare(digest(FRAME), digest(FRAME)) == []
    assert compare(digest(FRAME), digest(other))


def test_the_last_digits_of_a_computer_are_passed_over():
    assert compare(digest(FRAME), digest(changed(value=[0.5 * (1 + 1e-12), float("nan")]))) == []


def test_a_table_that_is_gone_or_new_is_named():
    both = pd.concat([digest(FRAME), digest(FRAME, "gains")])
    assert "gains" in compare(both, digest(FRAME))[0]
    assert "only before" in compare(both, digest(FRAME))[0]
    assert "only after" in compare(digest(FRAME), both)[0]


def test_tables_are_found_however_deep_they_lie():
    deep = {"a": (FRAME, [FRAME["value"]]), 3: {"b": FRAME}, "c": "no table"}
    assert [name for name, _ in frames_of("x", deep)] == ["x[a][0]", "x[a][1][0]", "x[1][b]"]


def test_texts_and_alternative_texts_are_kept():
    outputs = [
        {"data": {"text/markdown": "Views matter.", "text/plain": "…"}, "metadata": {}},
        {"data": {"image/png": "…"}, "metadata": {"image/png": {"alt": "A line."}}},
    ]
    cell = SimpleNamespace(cell_type="code", outputs=[nbformat.from_dict(output) for output in outputs])
    rows = list(digest_texts(SimpleNamespace(cells=[cell])))
    assert [row["column"] for row in rows] == ["text/markdown", "alternative text"]
    assert all(len(row["text"]) == 12 for row in rows)


def test_no_number_of_a_creator_can_be_read_from_it():
    assert set(digest_column("handle", pd.Series(["ada", "bob"]))) == {"column", "rows", "missing", "text"}
