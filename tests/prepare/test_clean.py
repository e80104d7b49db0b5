import numpy as np
import pandas as pd
import pytest
from raw_lists import ADA, BOB, CYD, HEADER, changed, checks, detail, raw_list
from real_lists import FILES, real_list

from prepare import PrepareError, clean, quality_table
from tiktok.lists.columns import COLUMNS, METRICS


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


def test_cleaning_twice_changes_nothing():
    tidy = clean(raw_list(ADA, BOB))
    again = clean(tidy)
    pd.testing.assert_frame_equal(again, tidy)


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


def test_two_creators_may_share_a_display_name():
    assert len(clean(raw_list(ADA, changed(BOB, Name="Ada")))) == 2


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


def summed(handle, how):
    """A last row that says what the others come to."""
    counts = {
        "Followers": [9000, 700, 50],
        "Views": [100, 20, 6],
        "Likes": [10, 8, 3],
        "Comments": [4, 2, 3],
        "Shares": [1, 5, 3],
    }
    rows = [
        changed(row, **{label: str(found[i]) for label, found in counts.items()})
        for i, row in enumerate((ADA, BOB, CYD))
    ]
    made = {label: str(how(found)) for label, found in counts.items()}
    return [*rows, changed(["", handle, "", *[""] * 5], **made)]


@pytest.mark.parametrize(
    ("handle", "how"), [("Total", sum), ("TOTALS", sum), ("Average", lambda found: sum(found) / 3)]
)
def test_a_row_that_sums_up_the_others_is_no_creator(handle, how):
    rows = [[*row[:3], "3250" if row[1] == "Average" else row[3], *row[4:]] for row in summed(handle, how)]
    tidy = clean(raw_list(*rows))
    assert tidy["handle"].tolist() == ["ada", "bob", "cyd_"]
    assert detail(tidy, "totals") == "data row 4"
    assert "rows without a handle" not in checks(tidy)


@pytest.mark.parametrize(
    "labels", [("Grand Total", "Avg."), ("Total (3):", "MAX"), ("-", "?"), ("Gesamt", "Median")]
)
def test_sums_and_averages_in_any_wording_one_below_the_other_and_above_a_footer_are_no_creators(labels):
    creators = [changed(ADA, Username=f"user{i}", Views=f"{i + 2}M", Shares=f"{i}") for i in range(41)]
    found = clean(raw_list(*creators))[list(METRICS)]
    average = {"max": found.max, "median": found.median}.get(labels[1].lower(), found.mean)
    rows = [
        [
            "",
            label,
            "" if any(map(str.isalpha, label[:2])) else "Total",
            *(f"{number:.0f}" for number in numbers),
        ]
        for label, numbers in zip(labels, (found.sum(), average()), strict=True)
    ]
    tidy = clean(raw_list(*creators, *rows, [""] * 8))
    assert tidy["handle"].tolist() == [f"user{i}" for i in range(41)]
    assert detail(tidy, "totals") == "data row 42, data row 43"


def test_a_creator_who_is_called_total_stays():
    rows = summed("Total", lambda found: 10 * max(found) + 1)
    assert clean(raw_list(*rows))["handle"].tolist() == ["ada", "bob", "cyd_", "total"]


@pytest.mark.parametrize("cell", ["180.000", "13.800", "1.5", "0.5K "])
def test_a_fraction_of_a_subscriber_is_refused_with_its_place(cell):
    raw = raw_list(ADA, changed(BOB, Followers=cell))
    if cell == "0.5K ":
        assert clean(raw)["subscribers"].tolist() == [2e6, 500]
        return
    with pytest.raises(
        PrepareError, match=r"column 'Followers', data row 2: .* would be a fraction of a subscriber"
    ):
        clean(raw)


def many(**cells):
    rows = [changed(ADA, Username=f"user{i}", Followers=f"{i + 2}M", Views=f"{i + 2}M") for i in range(12)]
    return [changed(row, **cells) for row in rows]


def test_likes_above_views_in_most_rows_are_refused_and_in_a_few_kept():
    with pytest.raises(
        PrepareError, match=r"most creators have more likes than views, data row 1 \('user0'\) first"
    ):
        clean(raw_list(*many(Views="3M", Likes="400M")))
    few = [*many(Views="3M", Likes="30K"), changed(BOB, Views="10", Likes="50")]
    assert len(clean(raw_list(*few))) == 13


@pytest.mark.parametrize("header", ["Platform", "network", " Social Media "])
def test_rows_of_another_platform_are_refused_and_a_column_that_says_tiktok_is_fine(header):
    raw = raw_list(ADA, BOB, CYD)
    with pytest.raises(
        PrepareError, match=r"1 of 3 rows are of another platform: .* data row 2 says 'Instagram'"
    ):
        clean(raw.assign(**{header: ["TikTok", "Instagram", "tiktok"]}))
    assert len(clean(raw.assign(**{header: "TikTok"}))) == 3


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Views": "2", "Likes": "1"}, ["views", "likes"]),
        ({"Followers": "999M"}, ["subscribers"]),
        ({"Views": "900K", "Likes": "80K"}, []),
    ],
)
def test_medians_of_another_size_than_the_published_ones_are_said(cells, said):
    usual = {"Followers": "4M", "Views": "2M", "Likes": "300K", "Comments": "2K", "Shares": "1K"}
    listed = clean(raw_list(*many(**(usual | cells))))
    row = quality_table(listed).set_index("check").loc["medians unlike those of the published lists"]
    assert [part.split()[0] for part in row["detail"].split("), ") if part] == said
    assert row["rows"] == (12 if said else 0)


def test_a_column_is_mapped_by_a_header_or_a_position_and_by_nothing_else():
    raw = raw_list(ADA, BOB)
    for wrong in (True, 1.5, None, ["Views"]):
        with pytest.raises(PrepareError, match="neither a header nor a position"):
            clean(raw, columns={"views": wrong})
    with pytest.raises(PrepareError, match="has to map names to headers"):
        clean(raw, columns=["views"])


def test_an_endless_header_is_cut_short_in_what_is_said_of_it():
    with pytest.raises(PrepareError) as refused:
        clean(raw_list(ADA).rename(columns={"Views avg": "x" * 1500}))
    assert len(str(refused.value)) < 800


def test_headers_that_stand_in_a_row_again_are_named():
    with pytest.raises(PrepareError, match="data row 2 repeats the headers: if these are several lists"):
        clean(raw_list(ADA, HEADER, BOB))


def test_a_number_for_a_header_may_stand_in_a_cell():
    raw = raw_list(changed(ADA, Views="4"), changed(BOB, Views="10M"))
    places = {"handle": 1, "subscribers": 3, "views": 4, "likes": 5, "comments": 6, "shares": 7}
    tidy = clean(raw.set_axis(range(len(HEADER)), axis="columns"), columns=places)
    assert tidy["views"].tolist() == [4, 10_000_000]


@pytest.mark.parametrize("column", ["Views", "Comments"])
def test_points_that_may_stand_between_thousands_are_refused_in_every_column(column):
    rows = [changed(ADA, **{column: "11.924"}), changed(BOB, **{column: "812"})]
    with pytest.raises(PrepareError, match=r"data row 1: '11\.924': its point may stand between thousands"):
        clean(raw_list(*rows))
    assert len(clean(raw_list(*rows, changed(CYD, **{column: "11.92"})))) == 3


def test_a_fraction_of_one_among_millions_is_refused_and_a_small_whole_count_is_not():
    with pytest.raises(PrepareError, match=r"data row 13: '15\.7' has no K, M or B, and others have one"):
        clean(raw_list(*many(), changed(BOB, Views="15.7", Likes="1")))
    assert len(clean(raw_list(*many(), changed(BOB, Views="15", Likes="1")))) == 13


@pytest.mark.parametrize("cell", ["IG", "Instagram Reels", "TikTok / Instagram", "YouTube Shorts"])
def test_a_platform_is_told_by_the_words_of_its_cells(cell):
    with pytest.raises(PrepareError, match="1 of 3 rows are of another platform"):
        clean(raw_list(ADA, BOB, CYD).assign(Platforms=["TikTok", "TikTok", cell]))


def test_an_endless_handle_takes_no_endless_time():
    raw = raw_list(*[changed(ADA, Username="a" * 200_000 + str(i)) for i in range(20)])
    assert len(clean(raw)) == 20
