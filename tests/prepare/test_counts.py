import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_lists import as_the_lists_write

from prepare import PrepareError, parse_counts
from tiktok.prepare.counts import rounding_half_width


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("13.8M", 13_800_000), ("13.8m", 13_800_000), ("13.8 M", 13_800_000), ("13.8\u00a0M", 13_800_000),
        (" 3M\n", 3_000_000), ("729.4K", 729_400), ("888", 888), ("2B", 2e9), ("33.3M", 33_300_000),
        ("1,234", 1234), ("1,234,567", 1_234_567), ("1,234.5", 1234.5), ("1234.0", 1234), ("0", 0),
        ("33299999.999999996", 33_300_000), ("33299999.5", 33299999.5), ("2.5", 2.5), (".5K", 500), ("5.", 5),
        ("1.38E+07", 13_800_000), ("1e5", 100_000), (888, 888), (2.5, 2.5), (np.int64(7), 7),
    ],
)  # fmt: skip
def test_a_count_is_read_as_the_lists_write_it(text, count):
    assert parse_counts(pd.Series([text, "12K"])).tolist() == [count, 12_000]


@pytest.mark.parametrize(
    "text", ["", " ", "\u00a0", "-", "–", "N/A", "n/a", "null", "NULL", "nan", "#N/A", None, np.nan, pd.NA]
)
def test_a_blank_is_missing(text):
    assert np.isnan(parse_counts(pd.Series(["1K", text], dtype=object))[1])


@pytest.mark.parametrize(
    "text",
    [
        "12%", "1.2.3", "-5", "1e400", "∞", "12MM", "1,2M", "1,23", "1,234K", "0,123", ",5", "１２", "١٢",
        "+5", "0x10", "inf", "-inf", "1_000", "1 2", "1\n2", "1.5T", "K", ".", "M5", "5e", "$5", "9" * 400,
        "9.1e15", "9999999B", "1e5K", "None M", "=1+1", "<b>1</b>", True, -1, 1j,
    ],
)  # fmt: skip
def test_what_is_no_count_is_refused_by_column_row_and_value(text):
    with pytest.raises(PrepareError) as caught:
        parse_counts(pd.Series(["1K", text, "2"], name="Views avg", dtype=object))
    shown = repr(str(text)) if len(str(text)) < 40 else repr(str(text)[:39] + "…")
    assert f"column 'Views avg', data row 2: {shown} can't be read as a count" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("numbers", [[1.0, -5.0], [1.0, np.inf], [1.0, -np.inf], [1.0, 1e16], [1, -1]])
def test_numbers_that_are_no_counts_are_refused(numbers):
    with pytest.raises(PrepareError, match="data row 2"):
        parse_counts(pd.Series(numbers))


def test_many_bad_cells_are_named_a_few_and_counted():
    with pytest.raises(PrepareError, match=r"data row 5: '-5' and 7 more can't") as caught:
        parse_counts(pd.Series(["-5"] * 12))
    assert "data row 6" not in str(caught.value)


def test_index_name_and_missing_numbers_are_kept():
    cells = pd.Series([1, None, 3], index=["a", "b", "c"], name="likes", dtype="Int64")
    expected = pd.Series([1.0, np.nan, 3.0], index=["a", "b", "c"], name="likes")
    pd.testing.assert_series_equal(parse_counts(cells), expected)
    assert parse_counts(pd.Series([], dtype=object)).empty


def test_numbers_read_in_one_go_are_read_as_each_by_itself():
    cells = [str(number) for number in [*range(3000), 33299999.999999996, "5.", ".5"]]
    each = [parse_counts(pd.Series([cell, "1K"]))[0] for cell in cells[::97] + cells[-3:]]
    together = parse_counts(pd.Series(cells)).tolist()
    assert together[::97] + together[-3:] == [*each[:-3], *each[-3:]]
    with_a_gap = parse_counts(pd.Series([*cells, ""]))
    assert with_a_gap[:-1].tolist() == together
    assert np.isnan(with_a_gap.iloc[-1])
    for no_count in ("1.2.3", "1_000", "１２", "\udc80", "9" * 400):
        with pytest.raises(PrepareError, match="data row 3004: "):
            parse_counts(pd.Series([*cells, no_count], dtype=object))
        with pytest.raises(PrepareError, match="data row 3001: "):
            parse_counts(pd.Series([*cells[:3000], no_count], dtype=object))


def test_a_number_is_known_to_half_of_the_last_place_that_a_list_prints():
    numbers = pd.Series([3e6, 729_400, 888, 1_234_567])  # no list prints the last
    assert rounding_half_width(numbers).tolist() == [50_000, 50, 0.5, 0.5]


@settings(deadline=None)
@given(st.integers(0, 10**12), st.sampled_from(["", " "]), st.booleans())
def test_any_count_written_as_the_lists_do_is_read_back_to_within_the_rounding(count, space, lower):
    text, rounding = as_the_lists_write(count)
    text = text[:-1] + space + text[-1] if text[-1].isalpha() else text
    read = parse_counts(pd.Series([text.lower() if lower else text]))[0]
    assert abs(read - count) <= rounding * (1 + 1e-9)
    assert read == round(read)


@settings(deadline=None)
@given(st.integers(0, 2**53 - 1))
def test_thousands_commas_and_float_text_change_nothing(count):
    assert parse_counts(pd.Series([f"{count:,}", f"{count}.0", f"{count}"])).tolist() == [float(count)] * 3


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_count_a_blank_or_refused(text):
    try:
        count = parse_counts(pd.Series([text]))[0]
    except PrepareError:
        return
    assert np.isnan(count) or 0 <= count < 2**53


@pytest.mark.parametrize(
    ("count", "half"),
    [(13_800_000, 50_000), (1_000_000, 50_000), (729_400, 50), (1000, 50), (888, 0.5), (0, 0.5)],
)
def test_a_count_is_known_to_half_a_digit_of_its_suffix(count, half):
    assert rounding_half_width(pd.Series([count])).item() == half


@pytest.mark.parametrize(
    "text", ["9007199254740992", "9007199254740993", "9007199254740993.0", "9.007199254740993e15"]
)
def test_a_count_that_a_float_cannot_hold_to_the_unit_is_refused_and_not_rounded(text):
    for cells in ([text], [text] * 3, [text, "1"]):
        with pytest.raises(PrepareError, match="can't be read as a count"):
            parse_counts(pd.Series(cells))
    assert parse_counts(pd.Series(["9007199254740991"])).tolist() == [2.0**53 - 1]


@pytest.mark.parametrize("end", ["x", ".x", "e", ",", " m x"])
def test_a_cell_of_a_million_digits_is_refused_and_hangs_nobody(end):
    """With patterns that step back over all that they have read, this takes hours."""
    with pytest.raises(PrepareError, match="can't be read as a count") as refused:
        parse_counts(pd.Series(["9" * 1_000_000 + end], name="views"))
    assert len(str(refused.value)) < 400
