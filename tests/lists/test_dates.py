import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok.lists.dates import MONTH_NAMES, find_named_month, find_scrape_day


def rows(header, *cells):
    return pd.DataFrame({"username": [f"c{i}" for i in range(len(cells))], header: list(cells)})


@pytest.mark.parametrize(
    "header", ["Scraped", "scrape_date", "Crawled at", "date", "Last updated", "snapshot date", "scrapedAt"]
)
@pytest.mark.parametrize(
    "cells",
    [
        ["2023-04-07 10:00:00", "2023-04-07 10:00:03"],
        ["2023-04-07", ""],
        ["2023-04-07T10:00:00Z", "2023-04-08T00:10:00Z"],
        ["Apr 7, 2023", "April 8, 2023"],
        ["7 Apr 2023", "nan"],
    ],
)
def test_a_date_of_the_scrape_is_found_however_it_is_written(header, cells):
    assert find_scrape_day(rows(header, *cells)) == "2023-04-07"


@pytest.mark.parametrize(
    "header",
    [
        "Joined",
        "join date",
        "date of birth",
        "birthday",
        "created_at",
        "account created date",
        "date of last video",
        "first posted date",
        "Views",
        "publication date",
        "Data collected since",
        "scraped_video_date",
        "birthday (collected)",
        "Next crawl",
    ],
)
def test_a_date_of_something_else_is_none(header):
    assert find_scrape_day(rows(header, "2023-04-07", "2023-04-07")) is None


@pytest.mark.parametrize(
    "cells",
    [
        ["2016-01-02", "2023-04-07"],  # joined, whatever the header says
        ["04/07/2023", "04/07/2023"],  # April or July
        ["2023-04-07", "soon"],
        ["", ""],
        ["2023-13-45", "2023-13-45"],
        ["today", "now"],
        ["Jul-22", "Jul-22"],
        ["Fri 05/06/2023", "Fri 05/06/2023"],
        ["1970-01-01", "1970-01-01"],
        ["2099-12-31", "2099-12-31"],
    ],
)
def test_days_that_can_be_doubted_say_nothing(cells):
    assert find_scrape_day(rows("date", *cells)) is None


def test_a_column_that_speaks_of_a_scrape_goes_before_one_that_speaks_of_a_date():
    raw = rows("date", "2021-01-01").assign(Scraped="2023-04-07")
    assert find_scrape_day(raw) == "2023-04-07"


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("social media influencers-tiktok june 2022 - june 2022.csv", "2022-06"),
        ("social media influencers-TIKTOK - ---DEC 2022.csv", "2022-12"),
        ("tiktok_2023-04.csv", "2023-04"),
        ("tiktok 202304.csv", "2023-04"),
        ("list of 2023.csv", None),
        ("june.csv", None),
        ("june-july 2022.csv", None),
        ("june 2022 and 2023.csv", None),
        ("marketing 2022.csv", None),
        ("top_1000_tiktokers.csv", None),
    ],
)
def test_a_month_is_read_off_a_name_only_where_it_cannot_be_another(name, month):
    assert find_named_month(name) == month


@given(
    st.integers(1, 12),
    st.integers(2016, 2029),
    st.sampled_from(["{m} {y}", "{y}-{n:02d}", "{y}_{n:02d}_list", "{M}{y}"]),
)
def test_every_way_to_write_a_month_into_a_name_is_read(number, year, form):
    name = MONTH_NAMES[number - 1]
    text = form.format(m=name, M=name[:3].upper(), y=year, n=number)
    assert find_named_month(f"tiktok {text}.csv") == f"{year}-{number:02d}"


@pytest.mark.parametrize(
    "name",
    ["list_sep_comma_2023.csv", "may_be_wrong_2022.csv", "decorated 2022.csv", "march of ants 2022.csv"],
)
def test_a_word_that_is_a_month_only_by_chance_names_none(name):
    assert find_named_month(name) is None


@pytest.mark.parametrize("name", ["may 2022.csv", "2022-may.csv", "top_sep2022.csv", "January (2022).csv"])
def test_a_month_beside_its_year_or_spelt_out_is_named(name):
    assert find_named_month(name).startswith("2022-")
