import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_lists import ADA, BOB, CYD, HEADER, as_the_lists_write, changed, checks, detail, raw_list
from real_lists import real_list

from prepare import PrepareError, clean, parse_counts
from tiktok.lists.columns import COLUMNS, METRICS

DOUBLED = ["Username", *np.repeat(["Followers", "Views avg", "Likes avg", "Comments avg", "Shares avg"], 2)]


def test_what_pandas_read_itself_is_cleaned_alike(tmp_path):
    raw = raw_list(ADA, BOB, [""] * 8, CYD)
    raw.to_csv(tmp_path / "list.csv", index=False)
    by_hand = clean(pd.read_csv(tmp_path / "list.csv"), month="2022-07")
    pd.testing.assert_frame_equal(by_hand, clean(raw))
    numbers = raw.iloc[[0, 1, 3]].assign(**{label: parse_counts(raw[label]) for label in HEADER[3:]})
    pd.testing.assert_frame_equal(clean(numbers), clean(raw))


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


@pytest.mark.real_data
@pytest.mark.parametrize("month", ["2022-06", "2022-09"])
def test_a_real_list_is_the_same_whichever_double_is_dropped(real_data_dir, month):
    raw = real_list(real_data_dir, month)
    tidy = clean(raw)
    second = raw.columns.duplicated()
    pd.testing.assert_frame_equal(clean(raw.loc[:, ~second]), tidy)
    pd.testing.assert_frame_equal(clean(raw.loc[:, ~raw.columns.duplicated(keep="last")]), tidy)
    pd.testing.assert_frame_equal(clean(raw.iloc[:, ::-1]), tidy)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.tiktok.com/@ada",
        "http://tiktok.com/@ada/",
        "https://m.tiktok.com/@Ada?lang=en&is_from_webapp=1",
        "www.tiktok.com/@ada/video/7000000000000000000",
        " tiktok.com/@ADA#top ",
        "https://www.tiktok.com:443/%40ada",
        '=HYPERLINK("https://www.tiktok.com/@ada","@ada")',
        "[@ada](https://tiktok.com/@ada)",
        "<https://www.tiktok.com/@ada>",
        "@@ada",
        "(@ada),",
        "'ada*",
    ],
)
def test_a_handle_that_is_written_as_an_address_is_the_handle(address):
    tidy = clean(raw_list(changed(ADA, Username=address), BOB))
    assert tidy["handle"].tolist() == ["ada", "bob"]


@given(st.sampled_from("\x1c\x1d\x1e\x1f\x85\t\x0b "), st.sampled_from(["bob", "Bob"]))
def test_what_becomes_of_a_handle_hangs_on_no_other_handle(space, other):
    """White space that one of two ways of reading didn't know stayed where all were in lower case."""
    rows = [
        changed(ADA, Username=f"{space}ada{space}"),
        changed(BOB, Username=other),
        changed(CYD, Username=space),
    ]
    assert clean(raw_list(*rows))["handle"].tolist() == ["ada", "bob"]
