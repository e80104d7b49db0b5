import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_lists import FILES, real_list

import prepare
from prepare import PrepareError, clean, parse_counts, quality_table
from tiktok.lists.columns import COLUMNS, METRICS
from tiktok.prepare.counts import rounding_half_width
from tiktok.prepare.split import label_success, split_creators

HEADER = ["Rank", "Username", "Name", "Followers", "Views avg", "Likes avg", "Comments avg", "Shares avg"]
ADA = ["1", "ada", "Ada", "2M", "3M", "300K", "1K", "2K"]
BOB = ["2", "bob", "Bob B", "888", "1,000", "50", "5", "7"]
CYD = ["3", "cyd_", "Cyd", "1.2M", "5M", "20K", "10", "9"]


def raw_list(*rows, header=HEADER, **provenance):
    raw = pd.DataFrame(list(rows), columns=header)
    raw.attrs["provenance"] = {"file": "list.csv", "month": "2022-07", "synthetic": True} | provenance
    return raw


def changed(row, **cells):
    """A row with some cells changed, by header."""
    return [cells.get(label.split()[0], cell) for label, cell in zip(HEADER, row, strict=True)]


def checks(df):
    """Rows concerned by each check that found something."""
    table = quality_table(df).query("rows > 0")
    return dict(zip(table["check"], table["rows"], strict=True))


def detail(df, check):
    return quality_table(df).set_index("check").loc[check, "detail"]


# --- reading counts


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


def as_the_lists_write(count):
    """A count as in the lists, and by how much that may be off."""
    for suffix, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + suffix, 0.05 * size
    return str(count), 0


@settings(deadline=None)
@given(st.integers(0, 10**12), st.sampled_from(["", " "]), st.booleans())
def test_any_count_written_as_the_lists_do_is_read_back_to_within_the_rounding(count, space, lower):
    text, rounding = as_the_lists_write(count)
    text = text[:-1] + space + text[-1] if text[-1].isalpha() else text
    read = parse_counts(pd.Series([text.lower() if lower else text]))[0]
    assert abs(read - count) <= rounding * (1 + 1e-9)
    assert read == round(read)


@settings(deadline=None)
@given(st.integers(0, 2**53))
def test_thousands_commas_and_float_text_change_nothing(count):
    assert parse_counts(pd.Series([f"{count:,}", f"{count}.0", f"{count}"])).tolist() == [float(count)] * 3


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_count_a_blank_or_refused(text):
    try:
        count = parse_counts(pd.Series([text]))[0]
    except PrepareError:
        return
    assert np.isnan(count) or 0 <= count <= 2**53


# --- tidy rows


def test_a_list_becomes_one_tidy_row_a_creator():
    tidy = clean(raw_list(ADA, BOB))
    assert tuple(tidy.columns) == COLUMNS
    assert tidy.index.equals(pd.RangeIndex(2))
    assert tidy["month"].tolist() == ["2022-07"] * 2
    assert tidy["rank"].tolist() == [1, 2]
    assert tidy[["handle", "name"]].to_numpy().tolist() == [["ada", "Ada"], ["bob", "Bob B"]]
    assert tidy[list(METRICS)].to_numpy().tolist() == [[2e6, 3e6, 3e5, 1e3, 2e3], [888, 1000, 50, 5, 7]]
    assert tidy["engagement"].tolist() == [3_303_000, 1062]
    assert tidy["interactions"].tolist() == [303_000, 62]
    assert tidy["engagement_rate"].tolist() == [0.101, 0.062]
    assert set(tidy.dtypes.drop(["month", "handle", "name"])) == {np.dtype(float)}
    assert tidy.attrs["provenance"] == {"file": "list.csv", "month": "2022-07", "synthetic": True}


def test_the_raw_list_is_left_alone():
    raw = raw_list(changed(ADA, Username="@ADA"), BOB, BOB, [""] * 8)
    before = raw.copy(deep=True)
    clean(raw).attrs["provenance"]["file"] = "another.csv"
    pd.testing.assert_frame_equal(raw, before)
    assert raw.attrs == before.attrs


def test_what_pandas_read_itself_is_cleaned_alike(tmp_path):
    raw = raw_list(ADA, BOB, [""] * 8, CYD)
    raw.to_csv(tmp_path / "list.csv", index=False)
    by_hand = clean(pd.read_csv(tmp_path / "list.csv"), month="2022-07")
    pd.testing.assert_frame_equal(by_hand, clean(raw))
    numbers = raw.iloc[[0, 1, 3]].assign(**{label: parse_counts(raw[label]) for label in HEADER[3:]})
    pd.testing.assert_frame_equal(clean(numbers), clean(raw))


def test_cleaning_twice_changes_nothing():
    tidy = clean(raw_list(ADA, BOB))
    again = clean(tidy)
    pd.testing.assert_frame_equal(again, tidy)


def test_the_order_of_columns_does_not_matter():
    raw = raw_list(ADA, BOB, CYD)
    pd.testing.assert_frame_equal(clean(raw[raw.columns[::-1]]), clean(raw))


def test_a_list_without_rank_and_name_has_them_missing():
    tidy = clean(raw_list(ADA[1:2] + ADA[3:], header=HEADER[1:2] + HEADER[3:]))
    assert tidy["rank"].isna().all()
    assert tidy["name"].tolist() == [""]
    assert tuple(tidy.columns) == COLUMNS


def test_a_rank_that_cannot_be_read_is_left_out_and_said():
    tidy = clean(raw_list(changed(ADA, Rank="first"), BOB))
    assert tidy["rank"].isna().all()
    assert "'first'" in detail(tidy, "rank")


def test_row_numbers_of_an_alphabetical_list_are_no_ranks():
    alphabetical = [changed(ADA, Rank=str(i + 1), Username=f"{chr(97 + i)}_user") for i in range(26)]
    by_name = raw_list(*alphabetical).rename(columns={"Rank": "S.no"})
    assert clean(by_name)["rank"].isna().all()
    assert detail(clean(by_name), "rank") == "'S.no' numbers the rows of an alphabetical list"
    assert clean(raw_list(*alphabetical))["rank"].tolist() == list(range(1, 27))
    by_rank = raw_list(*alphabetical[::2], *alphabetical[1::2][::-1]).rename(columns={"Rank": "S.no"})
    assert clean(by_rank)["rank"].notna().all()


def test_a_creator_without_views_has_no_rate():
    tidy = clean(raw_list(changed(ADA, Views="0"), BOB))
    assert np.isnan(tidy["engagement_rate"][0])
    assert tidy["engagement"][0] == 303_000
    assert checks(tidy)["no views, so no engagement rate"] == 1


@pytest.mark.parametrize(
    ("argument", "provenance", "scraped", "month"),
    [
        ("2022-09", "2022-07", "2022-02-07 16:54", "2022-09"),
        (None, "2022-07", "2022-02-07 16:54", "2022-07"),
        (None, None, "2022-02-07 16:54", "2022-02"),
        (None, None, "last week", None),
    ],
)
def test_the_month_is_the_callers_then_the_files_then_the_scrapes(argument, provenance, scraped, month):
    raw = raw_list(ADA, BOB, month=provenance).assign(Scraped=scraped)
    tidy = clean(raw, month=argument)
    assert tidy["month"].isna().all() if month is None else (tidy["month"] == month).all()
    assert tidy.attrs.get("scraped") == ("2022-02-07" if scraped[0] == "2" else None)


@pytest.mark.parametrize(
    "month", ["July", "2022-13", "2022-7", "202207", "2022-07-01", "２０２２-07", 202207]
)
def test_what_is_no_month_is_refused(month):
    with pytest.raises(PrepareError, match="YYYY-MM"):
        clean(raw_list(ADA), month=month)


# --- handles and names


def test_handles_lose_case_space_and_at_and_names_stay_text():
    names = ["888", "@x", " =1+1 ", "", "Зоя\u00a0"]
    rows = [changed(ADA, Username=f" @User{i} ", Name=name) for i, name in enumerate(names)]
    tidy = clean(raw_list(*rows))
    assert tidy["handle"].tolist() == [f"user{i}" for i in range(5)]
    assert tidy["name"].tolist() == ["888", "@x", "=1+1", "", "Зоя"]
    assert checks(tidy)["blank display names"] == 1


@pytest.mark.parametrize("handle", ["ADA", "@ada", " ada", "ada\n", "ada\t", "@ ada"])
def test_a_handle_is_told_by_its_letters_alone(handle):
    assert clean(raw_list(changed(ADA, Username=handle), BOB))["handle"].tolist() == ["ada", "bob"]


def test_names_that_are_all_digits_stay_text_in_a_frame_by_pandas():
    raw = raw_list(ADA, BOB).assign(Name=[888.0, np.nan])
    assert clean(raw)["name"].tolist() == ["888", ""]
    raw = raw_list(ADA, BOB).assign(Username=[1234567890, 42])
    assert clean(raw)["handle"].tolist() == ["1234567890", "42"]


def test_two_creators_may_share_a_display_name():
    assert len(clean(raw_list(ADA, changed(BOB, Name="Ada")))) == 2


def test_swapped_headers_are_noticed_on_the_values():
    swapped = raw_list(ADA, BOB, CYD).rename(columns={"Username": "Name", "Name": "Username"})
    tidy = clean(swapped)
    assert tidy["handle"].tolist() == ["ada", "bob", "cyd_"]
    assert tidy["name"].tolist() == ["Ada", "Bob B", "Cyd"]
    assert "'Username', the values say 'Name'" in detail(tidy, "handles")


def test_a_list_without_credible_handles_is_refused_unless_the_caller_insists():
    raw = raw_list(changed(ADA, Username="Ada Löv"), BOB)
    with pytest.raises(
        PrepareError, match=r"list\.csv: column 'Username', data row 1: 'ada löv' is no handle"
    ):
        clean(raw)
    assert clean(raw, columns={"handle": "Username"})["handle"].tolist() == ["ada löv", "bob"]
    with pytest.raises(PrepareError, match="all rows are blank"):
        clean(raw_list(changed(ADA, Username="", Name=""), changed(BOB, Username="", Name="")))


def test_one_odd_handle_among_many_is_kept_and_said():
    rows = [changed(ADA, Username=f"user{i}") for i in range(30)]
    tidy = clean(raw_list(*rows, changed(ADA, Username="zoë")))
    assert len(tidy) == 31
    assert detail(tidy, "handles") == "data row 31: 'zoë'"


def test_two_handle_columns_must_agree():
    raw = raw_list(ADA, BOB)
    assert clean(raw.assign(Account=["@ADA", "bob"]))["handle"].tolist() == ["ada", "bob"]
    with pytest.raises(PrepareError, match="columns 'Username' and 'Account' could both hold the handles"):
        clean(raw.assign(Account=["ada", "eve"]))
    tidy = clean(raw.drop(columns="Name").assign(Account=["Ada L", "Bob B"]))
    assert tidy[["handle", "name"]].to_numpy().tolist() == [["ada", "Ada L"], ["bob", "Bob B"]]


def test_several_lists_in_one_are_refused():
    rows = [changed(ADA, Username=f"user{i}", Views=f"{i + month}M") for month in range(2) for i in range(50)]
    with pytest.raises(
        PrepareError, match=r"50 rows repeat a handle with other numbers, data row 51 \('user0'\)"
    ):
        clean(raw_list(*rows))


def test_the_caller_can_map_columns_by_hand():
    raw = raw_list(ADA, BOB).rename(columns={"Views avg": "Reach"})
    with pytest.raises(PrepareError, match=r"list\.csv: these headers were found: .*missing: views"):
        clean(raw)
    assert clean(raw, columns={"views": "Reach"})["views"].tolist() == [3e6, 1000]
    with pytest.raises(PrepareError, match=r"list\.csv: 'views' was mapped by hand to 'Nope'"):
        clean(raw, columns={"views": "Nope"})


# --- rows that go


def test_rows_with_nothing_in_them_are_dropped_and_counted():
    tidy = clean(raw_list([""] * 8, ADA, ["7", *[" "] * 7], BOB))
    assert tidy["handle"].tolist() == ["ada", "bob"]
    assert checks(tidy)["empty rows"] == 2
    assert detail(tidy, "empty rows") == "data row 1, data row 3"


def test_a_creator_with_a_missing_metric_is_dropped_by_name():
    tidy = clean(raw_list(changed(ADA, Views="-", Likes="N/A"), BOB, changed(CYD, Shares="")))
    assert tidy["handle"].tolist() == ["bob"]
    assert checks(tidy)["missing metrics"] == 2
    assert detail(tidy, "missing metrics") == "ada (views, likes), cyd_ (shares)"


def test_a_row_without_a_handle_is_dropped_by_number():
    tidy = clean(raw_list(ADA, BOB, changed(CYD, Username=""), ["4", "", "Dan", *[""] * 5]))
    assert checks(tidy)["rows without a handle"] == 2
    assert detail(tidy, "rows without a handle") == "data row 3, data row 4"
    assert "empty rows" not in checks(tidy)


def test_identical_repeats_collapse_and_others_keep_the_first():
    again, other = changed(ADA, Rank="51"), changed(BOB, Rank="52", Likes="51")
    tidy = clean(raw_list(ADA, BOB, CYD, again, other, changed(ADA, Username="@ADA ")))
    assert tidy["handle"].tolist() == ["ada", "bob", "cyd_"]
    assert tidy.loc[1, "likes"] == 50
    assert tidy["rank"].tolist() == [1, 2, 3]
    assert checks(tidy)["repeated rows"] == 2
    assert detail(tidy, "repeated rows") == "ada"
    assert checks(tidy)["repeated handles with other numbers"] == 1
    assert detail(tidy, "repeated handles with other numbers") == "bob"


def test_a_repeat_is_compared_with_the_row_that_stays():
    rows = [changed(ADA, Likes=likes) for likes in ("1", "2", "1", "2")]
    tidy = clean(raw_list(*rows))
    assert tidy["likes"].tolist() == [1]
    assert checks(tidy)["repeated rows"] == 1
    assert checks(tidy)["repeated handles with other numbers"] == 2


def test_of_a_repeated_creator_the_complete_row_stays():
    tidy = clean(raw_list(changed(ADA, Views=""), BOB, ADA))
    assert tidy["handle"].tolist() == ["bob", "ada"]
    assert checks(tidy)["missing metrics"] == 1


def test_a_list_read_a_hundred_times_over_is_the_list():
    raw = raw_list(*[ADA, BOB, CYD] * 100)
    assert clean(raw)["handle"].tolist() == ["ada", "bob", "cyd_"]


@pytest.mark.parametrize("rows", [[], [[""] * 8], [changed(ADA, Views="")]])
def test_a_list_without_creators_is_refused(rows):
    with pytest.raises(PrepareError, match=r"^list\.csv: "):
        clean(raw_list(*rows))


def test_implausible_rows_are_kept_and_marked():
    tidy = clean(raw_list(ADA, changed(BOB, Shares="5.3M"), changed(CYD, Comments="5.1M")))
    assert len(tidy) == 3
    assert tidy.attrs["implausible"] == ["bob", "cyd_"]
    assert detail(tidy, "implausible: more likes, comments or shares than views") == "bob, cyd_"


# --- doubled columns

DOUBLED = ["Username", *np.repeat(["Followers", "Views avg", "Likes avg", "Comments avg", "Shares avg"], 2)]


def doubled_list(*rows):
    return pd.DataFrame(list(rows), columns=DOUBLED)


def test_the_finer_of_doubled_columns_is_used_wherever_it_stands():
    raw = doubled_list(
        ["ada", "2M", "2,034,567", "3M", "2950000", "300K", "300K", "1000", "1K", "2.1K", "2149.9"],
        ["bob", "", "7", "888", "", "1.5", "2", "", "3", "3", "-"],
        ["cyd", "1.4E+07", "13951000", "5", "5", "5", "5", "5", "5", "5", "5"],
    )
    tidy = clean(raw)
    assert tidy[list(METRICS)].to_numpy().tolist() == [
        [2_034_567, 2_950_000, 300_000, 1000, 2149.9],
        [7, 888, 1.5, 3, 3],
        [13_951_000, 5, 5, 5, 5],
    ]
    assert checks(tidy)["doubled columns"] == 3


@pytest.mark.parametrize(
    ("text", "number"),
    [("3M", "3050001"), ("3.0M", "2949999"), ("888", "889"), ("1.25K", "1256"), ("0", "1")],
)
def test_doubled_columns_apart_by_more_than_the_rounding_are_an_error(text, number):
    ada = ["ada", "2M", "2000000", "3M", "3000000", "3K", "3000", "1", "1", "2", "2"]
    bob = ["bob", "2M", "2000000", text, number, "3K", "3000", "1", "1", "2", "2"]
    with pytest.raises(PrepareError) as caught:
        clean(doubled_list(ada, bob))
    assert "'Views avg' and 'Views avg' disagree in data row 2" in str(caught.value)
    assert repr(text) in str(caught.value)
    assert repr(number) in str(caught.value)


@pytest.mark.parametrize("keep", [0, 1])
@settings(max_examples=25, deadline=None)
@given(counts=st.lists(st.integers(0, 10**9), min_size=5, max_size=5))
def test_text_and_its_number_give_the_same_whichever_is_dropped(keep, counts):
    texts = [as_the_lists_write(count)[0] for count in counts]
    numbers = parse_counts(pd.Series(texts)).map("{:.1f}".format)
    cells = [cell for pair in zip(texts, numbers, strict=True) for cell in pair]
    raw = doubled_list(["ada", *cells])
    one = raw.iloc[:, [0, *range(1 + keep, 11, 2)]]
    pd.testing.assert_frame_equal(clean(raw), clean(one))


def test_doubles_renamed_by_pandas_are_doubles(tmp_path):
    raw = doubled_list(["ada", "2M", "2034567", *["1", "1"] * 4])
    raw.to_csv(tmp_path / "list.csv", index=False)
    assert clean(pd.read_csv(tmp_path / "list.csv"))["subscribers"].tolist() == [2_034_567]


# --- rows wrapped in quotes


def test_a_row_wrapped_in_quotes_is_taken_apart():
    wrapped = '2,bob,"B, the Bob",888,"1,000",50,5,7'
    tidy = clean(raw_list(ADA, [wrapped, *[""] * 7], CYD))
    pd.testing.assert_frame_equal(tidy, clean(raw_list(ADA, changed(BOB, Name="B, the Bob"), CYD)))
    assert checks(tidy)["quoted rows"] == 1
    assert detail(tidy, "quoted rows") == "data row 2"


def test_a_wrapped_row_is_taken_apart_in_a_frame_by_pandas(tmp_path):
    lines = [",".join(HEADER), ",".join(ADA), '"3,cyd_,""C, D"",1.2M,5M,20K,10,9"']
    (tmp_path / "list.csv").write_text("\n".join(lines), encoding="utf-8")
    assert clean(pd.read_csv(tmp_path / "list.csv"))["name"].tolist() == ["Ada", "C, D"]


@pytest.mark.parametrize(
    "wrapped",
    [
        "2,bob,Bob,888,1000,50,5", "2,bob,Bob,888,1000,50,5,7,8", "2,bob,Bob,888,12%,50,5,7",
        "2,bob,Bob,888,,50,5,7", "2,,Bob,888,1000,50,5,7", "2,Bob B,Bob,888,1000,50,5,7",
        "Source: tokboard, 2022", "2,bob\nB,Bob,888,1000,50,5,7", "2,bo\0b,", "2," + "b" * 200_000,
    ],
)  # fmt: skip
def test_a_wrapped_row_that_does_not_read_cleanly_is_an_error(wrapped):
    with pytest.raises(PrepareError, match=r"list\.csv: data row 2 is a single cell, .*8 columns"):
        clean(raw_list(ADA, [wrapped, *[""] * 7]))


# --- errors


def test_a_bad_cell_is_named_by_file_column_row_and_value():
    with pytest.raises(
        PrepareError, match=r"^list\.csv: column 'Likes avg', data row 3: '12%' can't be read"
    ):
        clean(raw_list([""] * 8, ADA, changed(BOB, Likes="12%")))


@pytest.mark.parametrize("raw", [None, "list.csv", [ADA], pd.Series(ADA)])
def test_what_is_no_frame_is_refused(raw):
    with pytest.raises(PrepareError, match="takes a DataFrame"):
        clean(raw)


@pytest.mark.parametrize("raw", [pd.DataFrame(), pd.DataFrame({"Date": ["2022-01-01"], "Open": [1.0]})])
def test_a_frame_of_something_else_is_refused(raw):
    with pytest.raises(PrepareError):
        clean(raw)


def test_hostile_text_neither_breaks_nor_floods():
    names = ["<script>alert(1)</script>", '=HYPERLINK("x")', "\u202eevil", "n" * 10_000, "$x^2$ **b**"]
    rows = [changed(ADA, Username=f"user{i}", Name=name, Comments="0") for i, name in enumerate(names)]
    tidy = clean(raw_list(*rows, changed(ADA, Username="u" * 10_000, Views="")))
    assert tidy["name"].tolist() == names
    assert quality_table(tidy)["detail"].str.len().max() < 1000


# --- the quality record


def test_the_quality_table_has_the_same_checks_for_every_list():
    tables = quality_table({"2022-06": clean(raw_list(ADA)), "2022-07": clean(raw_list(ADA, ADA, BOB))})
    assert tables.columns.tolist() == ["month", "check", "rows", "action", "detail"]
    june, july = (table for _, table in tables.groupby("month"))
    assert june["check"].tolist() == july["check"].tolist()
    assert july.set_index("check").loc["creators", "rows"] == 2
    assert june["check"].is_unique


def test_every_row_is_accounted_for():
    tidy = clean(
        raw_list(ADA, BOB, ADA, [""] * 8, changed(CYD, Views=""), changed(BOB, Likes="1"), ["", *[""] * 7])
    )
    found = checks(tidy)
    gone = ("empty rows", "missing metrics", "repeated rows", "repeated handles with other numbers")
    assert found["headers"] == sum(found[check] for check in gone) + found["creators"] == 7


def test_long_lists_in_the_record_are_cut_short():
    tidy = clean(raw_list(*[changed(ADA, Username=f"user{i}", Comments="0") for i in range(60)]))
    assert detail(tidy, "no comments").endswith("user49 and 10 more")


def test_lists_that_were_cleaned_can_be_concatenated():
    both = pd.concat([clean(raw_list(ADA)), clean(raw_list(BOB, month="2022-09"))])
    assert both["month"].tolist() == ["2022-07", "2022-09"]


def test_a_frame_without_record_is_refused():
    with pytest.raises(PrepareError, match="clean"):
        quality_table(pd.DataFrame({"handle": ["ada"]}))


# --- split and label


def creators(number, start=0):
    handles = [f"creator{i}" for i in range(start, start + number)]
    rng = np.random.default_rng(7)
    return pd.DataFrame({"handle": handles, "engagement": rng.lognormal(size=number), "interactions": 1.0})


def test_the_split_is_about_60_20_20_and_loses_nobody():
    df = creators(5000)
    split = split_creators(df)
    assert [round(len(side) / 5000, 1) for side in split] == [0.6, 0.2, 0.2]
    assert sorted(pd.concat(split)["handle"]) == sorted(df["handle"])
    assert all(side.index.equals(pd.RangeIndex(len(side))) for side in split)


@given(st.sets(st.integers(0, 400), min_size=1), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_a_creators_side_depends_on_its_handle_alone(chosen, random):
    everybody = {h: i for i, side in enumerate(split_creators(creators(401))) for h in side["handle"]}
    order = list(chosen)
    random.shuffle(order)
    some = creators(401).iloc[order]
    assert all(everybody[h] == i for i, side in enumerate(split_creators(some)) for h in side["handle"])


def test_case_does_not_change_the_side_and_the_seed_does():
    df = creators(300)
    upper = df.assign(handle=df["handle"].str.upper())
    assert [s["handle"].str.lower().tolist() for s in split_creators(upper)] == [
        s["handle"].tolist() for s in split_creators(df)
    ]
    other = split_creators(df, seed=1).train["handle"].tolist()
    assert other != split_creators(df).train["handle"].tolist()


def test_the_split_is_the_same_on_every_machine():
    # written down once: other sides would move creators between train and test in everything published
    sides = [side["handle"].str.removeprefix("creator").tolist() for side in split_creators(creators(12))]
    assert sides == [["1", "4", "5", "7", "8", "10", "11"], ["0", "2"], ["3", "6", "9"]]


def test_the_split_keeps_what_the_list_carries():
    tidy = clean(raw_list(ADA, BOB, CYD))
    split = split_creators(tidy)
    assert all(side.attrs == tidy.attrs for side in split)
    labelled = label_success(prepare.Split(tidy, tidy, tidy))
    assert all(side.attrs.items() > tidy.attrs.items() for side in labelled)
    with pytest.raises(PrepareError, match="'handle'"):
        split_creators(pd.DataFrame({"name": ["Ada"]}))


def test_success_is_learned_on_train_alone():
    split = split_creators(creators(500))
    labelled = label_success(split)
    threshold = np.quantile(split.train["engagement"], 0.75)
    for before, after in zip(split, labelled, strict=True):
        assert after["success"].tolist() == (before["engagement"] >= threshold).tolist()
        assert after.attrs["success_threshold"] == threshold
        assert "success" not in before.columns
    inflated = split._replace(validate=split.validate.assign(engagement=1e9), test=split.test[:0])
    assert label_success(inflated).train.equals(labelled.train)
    assert label_success(inflated).validate["success"].all()


def test_success_can_be_asked_of_another_column_or_share():
    split = prepare.Split(*[pd.DataFrame({"interactions": [1.0, 2.0, 3.0, 4.0, 5.0]})] * 3)
    labelled = label_success(split, by="interactions", quantile=0.5)
    assert labelled.test["success"].tolist() == [False, False, True, True, True]
    assert labelled.test.attrs["success_by"] == "interactions"


@pytest.mark.parametrize("quantile", [0, 1, -1, 75, float("nan")])
def test_a_share_that_is_none_is_refused(quantile):
    with pytest.raises(PrepareError, match="between 0 and 1"):
        label_success(split_creators(creators(50)), quantile=quantile)


def test_a_threshold_needs_training_rows_and_the_column():
    df = creators(50)
    with pytest.raises(PrepareError, match="no training rows"):
        label_success(prepare.Split(df[:0], df, df))
    with pytest.raises(PrepareError, match="'shares'"):
        label_success(prepare.Split(df, df, df), by="shares")


# --- the real lists


@pytest.mark.real_data
@pytest.mark.parametrize("month", FILES)
def test_every_real_list_is_cleaned(real_data_dir, month):
    tidy = clean(real_list(real_data_dir, month), month=month)
    assert len(tidy) == FILES[month][1]
    assert tidy["handle"].is_unique
    assert tidy.drop(columns="rank").notna().all(axis=None)
    by_pandas = clean(pd.read_csv(real_data_dir / FILES[month][0]), month=month)
    pd.testing.assert_frame_equal(by_pandas, tidy)


@pytest.mark.real_data
@pytest.mark.parametrize("month", ["2022-06", "2022-09"])
def test_a_real_list_is_the_same_whichever_double_is_dropped(real_data_dir, month):
    raw = real_list(real_data_dir, month)
    tidy = clean(raw)
    second = raw.columns.duplicated()
    pd.testing.assert_frame_equal(clean(raw.loc[:, ~second]), tidy)
    pd.testing.assert_frame_equal(clean(raw.loc[:, ~raw.columns.duplicated(keep="last")]), tidy)
    pd.testing.assert_frame_equal(clean(raw.iloc[:, ::-1]), tidy)


@pytest.mark.real_data
def test_what_is_odd_about_the_real_lists_is_in_their_records(real_data_dir):
    lists = {month: clean(real_list(real_data_dir, month), month=month) for month in FILES}
    found = {month: checks(tidy) for month, tidy in lists.items()}
    other = "repeated handles with other numbers"
    assert {month: (f.get("repeated rows", 0), f.get(other, 0)) for month, f in found.items()} == {
        "2022-02": (1, 0), "2022-06": (15, 2), "2022-07": (3, 0), "2022-09": (2, 2), "2022-11": (14, 3),
        "2022-12": (1, 0),
    }  # fmt: skip
    assert found["2022-11"]["empty rows"] == 1
    assert lists["2022-02"].attrs["implausible"] == ["mero_428"]
    assert lists["2022-02"].attrs["scraped"] == "2022-02-07"
    assert {month: f.get("blank display names", 0) for month, f in found.items()} == {
        "2022-02": 2, "2022-06": 2, "2022-07": 2, "2022-09": 1, "2022-11": 0, "2022-12": 0,
    }  # fmt: skip
