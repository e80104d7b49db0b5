from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prepare import PrepareError
from tiktok.videos.times import read_moments, read_scrape

# by GNU coreutils: date -u -d @1604786417
EPOCH, MOMENT = "1604786417", "2020-11-07T22:00:17Z"
WHEN = st.datetimes(datetime(2014, 1, 2), datetime(2025, 12, 31))


def read(*cells, header="created"):
    return read_moments(pd.Series(cells, name=header, dtype="str"))


def moments(*cells, **more):
    return [None if pd.isna(time) else f"{time:%Y-%m-%dT%H:%M:%SZ}" for time in read(*cells, **more).times]


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        ([EPOCH], "seconds since 1970"),
        ([f"{EPOCH}.0"], "seconds since 1970"),
        (["1.604786417E+09"], "seconds since 1970"),
        ([f"{EPOCH}000", f"{EPOCH}999"], "milliseconds since 1970"),
        ([f"{EPOCH}000000"], "microseconds since 1970"),
        ([f"{EPOCH}000000000"], "nanoseconds since 1970"),
        (["2020-11-07T22:00:17.000Z"], "dates with their zone"),
        (["2020-11-07 22:00:17+00:00"], "dates with their zone"),
        (["2020-11-07 22:00:17 UTC"], "dates with their zone"),
        (["2020-11-08T03:30:17+0530"], "dates with their zone"),
        (["2020/11/07 17:00:17 -05"], "dates with their zone"),
        (["2020-11-07 23:00:17 (UTC+01:00)"], "dates with their zone"),
        (["Sat Nov 07 22:00:17 +0000 2020"], "dates with their zone"),
        (["Sat, 7 Nov 2020 22:00:17 GMT"], "dates with their zone"),
        (["November 7th, 2020 at 10:00:17 PM UTC"], "dates with their zone"),
    ],
)
def test_a_moment_is_read_however_it_is_written(cells, written):
    assert set(moments(*cells)) == {MOMENT}
    assert read(*cells).written == written


@pytest.mark.parametrize("header", ["Post date (UTC)", "created_utc", "createdUTC", "GMT time"])
def test_a_header_may_say_that_times_are_in_utc(header):
    assert moments("2020-11-07 22:00:17", header=header) == [MOMENT]
    assert moments("2020-11-07 23:00:17+01:00", header=header) == [MOMENT]
    assert read("2020-11-07 22:00:17", header=header).written == "dates in UTC, as the header says"


def test_numbers_of_any_kind_are_read_as_text_is():
    for cells in ([int(EPOCH)], [float(EPOCH)], [pd.Timestamp(MOMENT)]):
        assert read_moments(pd.Series(cells, name="created")).times.tolist() == [pd.Timestamp(MOMENT)]


def test_a_blank_is_no_time_and_no_error():
    assert moments(EPOCH, "", "N/A", "0", "null") == [MOMENT, None, None, None, None]
    assert moments(MOMENT, "-") == [MOMENT, None]


def test_a_number_above_twelve_tells_the_day_from_the_month():
    header = "posted (UTC)"
    assert moments("7/11/2020 22:00:17", "17/11/2020 1:00", header=header)[0] == MOMENT
    assert moments("11/7/2020 22:00:17", "11/17/2020 1:00", header=header)[0] == MOMENT


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            [EPOCH, f"{EPOCH}000"],
            r"mixes units, data row 1 \('1604786417'\) seconds and data row 2 .* milliseconds",
        ),
        ([EPOCH, MOMENT], r"mixes numbers \(data row 1.*\) with dates \(data row 2"),
        (["44142.9"], "data row 1: '44142.9' is no time between 2014 and now"),
        (["20201107220017"], "is no time between 2014 and now"),
        (["-1"], "is no time between 2014 and now"),
        (["1.60479E+09"], "is a time that a spreadsheet has rounded"),
        (["2020-11-07 22:00:17"], r"has no zone.*call the column 'created \(UTC\)'"),
        ([MOMENT, "2020-11-07 22:00:17"], "data row 2: .* has no zone"),
        (["2020-11-07"], "is a day without a time of day"),
        ([MOMENT, "2020-11-07Z"], "data row 2: .* is a day without a time of day"),
        (["22:00:17"], "has no day"),
        (["yesterday"], "can't be read as a time"),
        (["2020-11-07 22:00:17 EST"], "can't be read as a time"),
        (["2020-02-30 22:00:17Z"], "is no time that there is"),
        (["2020-02-20 24:30:00Z"], "is no time that there is"),
        (["2020-02-20 13:30 PM Z"], "is no time that there is"),
        (["7/11/2020 22:00Z", "8/11/2020 22:00Z"], "may have the day first or the month"),
        (["17/11/2020 22:00Z", "11/17/2020 22:00Z"], "may have the day first or the month"),
        (["2013-12-31T23:59:59Z"], "before 2014, when there was no TikTok"),
        ([f"{datetime.now(UTC) + timedelta(days=4):%Y-%m-%dT%H:%M:%SZ}"], "is in the future"),
        (["2020-11-07T00:00:00Z"] * 3, "these are days, and a day is no time"),
        ([str(86_400 * day) for day in range(18_000, 18_005)], "these are days, and a day is no time"),
        ([f"2020-11-{day:02d} 00:00:00+05:30" for day in range(1, 6)], "these are days"),
        ([f"2020-11-{day:02d} 17:00:00Z" for day in range(1, 26)], "these are days"),
        (["", "-"], "has no time in any row"),
    ],
)
def test_what_is_no_moment_beyond_doubt_gets_one_sentence(cells, sentence):
    with pytest.raises(PrepareError, match=sentence) as caught:
        read(*cells)
    assert str(caught.value).startswith("column 'created'")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("header", ["created (IST)", "local_time", "Posted (UTC+2)", "time EST"])
def test_a_header_that_says_another_zone_is_told_so(header):
    with pytest.raises(PrepareError, match="in a zone that isn't UTC"):
        read("2020-11-07 22:00:17", header=header)
    assert moments(MOMENT, header=header) == [MOMENT]


def test_two_videos_at_midnight_are_no_reason_to_doubt_the_others():
    cells = [
        MOMENT,
        "2020-11-06T00:00:00Z",
        "2020-11-05T13:10:00Z",
        "2020-11-04T00:00:00Z",
        "2020-11-03T01:02:03Z",
    ]
    assert len(moments(*cells)) == 5


@given(st.lists(WHEN, min_size=1, max_size=5, unique=True), st.integers(-720, 840))
def test_each_way_of_writing_gives_the_same_moment(times, offset):
    times = [time.replace(microsecond=0, second=time.second or 1) for time in times]
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
    seconds = [int((time - datetime(1970, 1, 1)).total_seconds()) for time in times]
    local = [time + timedelta(minutes=offset) for time in times]
    ways = [
        [f"{second}" for second in seconds],
        [f"{second}123" for second in seconds],
        [f"{time:%Y-%m-%dT%H:%M:%S}Z" for time in times],
        [f"{time:%Y-%m-%d %H:%M:%S}{zone}" for time in local],
        [f"{time:%d %b %Y, %I:%M:%S %p} UTC" for time in times],
    ]
    wanted = pd.Series(times).dt.tz_localize("UTC").astype("datetime64[us, UTC]")
    for cells in ways:
        pd.testing.assert_series_equal(read(*cells).times.dt.floor("s"), wanted, check_names=False)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_text_is_read_or_refused_in_a_sentence(cells):
    try:
        times = read(*cells).times
    except PrepareError as error:
        assert_sentence = str(error)
    else:
        assert str(times.dtype) == "datetime64[us, UTC]"
        return
    assert assert_sentence.startswith("column 'created'")


def test_of_a_scrape_a_day_will_do_which_then_ends_it():
    def scrape(*cells):
        found = read_scrape(pd.Series(cells, name="scraped", dtype="str"))
        return (
            None if found is None else [None if pd.isna(time) else f"{time:%Y-%m-%d %H:%M}" for time in found]
        )

    assert scrape("2020-11-08", "") == ["2020-11-08 23:59", None]
    assert scrape("2020-11-08 10:00", "2020-11-08T12:00+02:00") == ["2020-11-08 10:00", "2020-11-08 10:00"]
    assert scrape(EPOCH) == ["2020-11-07 22:00"]
    assert scrape("last week") is None
    assert scrape("") is None


def test_reading_leaves_the_column_alone():
    column = pd.Series([EPOCH, np.nan], name="created")
    before = column.copy()
    read_moments(column)
    pd.testing.assert_series_equal(column, before)
