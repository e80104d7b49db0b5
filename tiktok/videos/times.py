"""When a video was posted, in UTC: read from epochs or dates beyond doubt, or refused in a sentence."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from tiktok.lists.dates import MONTH_NAMES
from tiktok.prepare.cells import cell_texts
from tiktok.prepare.counts import MISSING, PrepareError, data_row
from tiktok.videos.columns import ideas_of_header
from tiktok.wording import quote

UTC = "datetime64[us, UTC]"
FIRST = pd.Timestamp("2014-01-01", tz="UTC")  # Musical.ly, whose videos TikTok has
SLACK = pd.Timedelta(days=1)  # that a clock, or a zone that isn't said, may be off
EPOCHS = {"seconds": 1, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}
DAY = 86_400
DIGITS_OF_EPOCH = 10
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d*)?(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
CLOCK = (
    r"(?:(?:T|\s|,|\sat\s)\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?)?"
)
ZONE = r"\s*\(?(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?\s?[+-]\d{2}(?::?\d{2})?)?\)?"
WEEKDAY = r"(?:[a-z]{3,9}\.?,?\s+)?"
NAME, DAY_OF_MONTH, YEAR = r"(?P<name>[a-z]{3,9})", r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>\d{4})"
FORMS = [
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"{YEAR}([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){CLOCK}{ZONE}",
        rf"{WEEKDAY}{DAY_OF_MONTH}[-\s]{NAME}\.?,?[-\s]{YEAR}{CLOCK}{ZONE}",
        rf"{WEEKDAY}{NAME}\.?\s+{DAY_OF_MONTH},?\s+{YEAR}{CLOCK}{ZONE}",
        rf"{WEEKDAY}{NAME}\s+{DAY_OF_MONTH}{CLOCK}{ZONE}\s+{YEAR}",
        rf"(?P<one>\d{{1,2}})([-/.])(?P<other>\d{{1,2}})\2{YEAR}{CLOCK}{ZONE}",
    )
]
CLOCK_ALONE = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?\s*(?:[ap]m)?", re.ASCII | re.IGNORECASE)
OTHER_ZONE = re.compile(
    r"(?<![a-z])(?:local|ist|e[sd]t|p[sd]t|c[sd]t|m[sd]t|cest|cet|bst|jst|kst|aest|msk|eet|wib)(?![a-z])"
    r"|(?:utc|gmt)\s*[+-]\s*\d"
)
WRITE = "write it as 2020-11-07T22:00:17Z, or as seconds since 1970"
AT_MIDNIGHT, FEWEST_AT_MIDNIGHT = 0.5, 3  # share and number of videos by which a column is one of days
AT_ONE_TIME, FEWEST_AT_ONE_TIME = 0.9, 20


class Moments(NamedTuple):
    """Times in UTC, NaT where a cell is blank, and in which way they were written."""

    times: pd.Series
    written: str


def read_moments(column: pd.Series) -> Moments:
    """Read the times of a column, or say why that can't be done beyond doubt."""
    texts = cell_texts(column).str.strip()
    blank = texts.str.casefold().isin(MISSING | {"0", "0.0", "nat"}).to_numpy()
    numeric = texts.str.fullmatch(NUMBER).to_numpy(dtype=bool) & ~blank
    if blank.all():
        raise PrepareError(f"column {quote(column.name)} has no time in any row.")
    if numeric.any() and not (numeric | blank).all():
        row, other = np.flatnonzero(numeric)[0], np.flatnonzero(~numeric & ~blank)[0]
        raise PrepareError(
            f"column {quote(column.name)} mixes numbers ({data_row(row)}: {quote(texts[row])}) with dates "
            f"({data_row(other)}: {quote(texts[other])}): write all in one way."
        )
    read = _read_epochs if numeric.any() else _read_dates
    times, written = read(texts, ~blank, column.name)
    times = pd.Series(times, index=column.index).astype(UTC)
    _require_within(times, texts, column.name)
    return Moments(times, written)


def _cell(texts: pd.Series, row: int, name: object) -> str:
    return f"column {quote(name)}, {data_row(row)}: {quote(texts[row])}"


def _rest(rows: np.ndarray) -> str:
    return f" (and in {len(rows) - 1} more rows)" if len(rows) > 1 else ""


def _read_epochs(texts: pd.Series, there: np.ndarray, name: object) -> tuple[pd.Series, str]:
    """Read numbers of seconds since 1970, or of thousandths and so on, which differ in their length."""
    numbers = texts.where(there).str.replace(",", ".").astype(float)
    units = np.full(len(texts), "", dtype=object)
    for unit, factor in EPOCHS.items():
        low, high = (moment.timestamp() * factor for moment in (FIRST, _latest()))
        units[((low <= numbers) & (numbers <= high)).to_numpy()] = unit
    wrong = np.flatnonzero(there & (units == ""))
    if wrong.size:
        raise PrepareError(
            f"{_cell(texts, wrong[0], name)} is no time between {FIRST:%Y} and now{_rest(wrong)}: a "
            f"number has to be of seconds since 1970. Mend the rows, or {WRITE}."
        )
    kinds = pd.unique(units[there])
    if len(kinds) > 1:
        rows = [np.flatnonzero(units == kind)[0] for kind in kinds[:2]]
        said = " and ".join(f"{data_row(row)} ({quote(texts[row])}) {units[row]}" for row in rows)
        raise PrepareError(f"column {quote(name)} mixes units, {said} since 1970: write all in one of them.")
    _require_all_digits(texts[there], name)
    seconds = numbers / EPOCHS[kinds[0]]
    _require_clock((seconds % DAY)[there], texts[there], name)
    # in whole microseconds: a float of seconds would end in noise
    moments = pd.to_datetime(np.rint(seconds * 1e6), unit="us", utc=True)
    return moments, f"{kinds[0]} since 1970"


def _require_all_digits(texts: pd.Series, name: object) -> None:
    """Refuse what a spreadsheet has rounded for display: `1.60479E+09` is an hour and more off."""
    scientific = texts[texts.str.contains("e", case=False)]
    if scientific.empty:
        return
    digits = scientific.str.partition("E")[0].str.partition("e")[0].str.count(r"\d")
    if digits.max() < DIGITS_OF_EPOCH:
        raise PrepareError(
            f"{_cell(scientific, scientific.index[0], name)} is a time that a spreadsheet has rounded: "
            "export the column as text, or as whole numbers."
        )


def _read_dates(texts: pd.Series, there: np.ndarray, name: object) -> tuple[pd.Series, str]:
    """Read dates with a time of day whose zone the cell says, or the header says to be UTC."""
    cells = texts.where(there, "")
    parts = _take_apart(cells)
    unread = np.flatnonzero(there & parts["year"].isna())
    if unread.size:
        row = unread[0]
        what = "has no day" if CLOCK_ALONE.fullmatch(cells[row]) else "can't be read as a time"
        raise PrepareError(f"{_cell(texts, row, name)} {what}: {WRITE}.")
    without_clock = np.flatnonzero(there & parts["hour"].isna())
    if without_clock.size:
        raise PrepareError(
            f"{_cell(texts, without_clock[0], name)} is a day without a time of day{_rest(without_clock)}, "
            f"and a day is no time: if another column has the hour, join the two; {WRITE}."
        )
    _require_zone(texts, there, parts["zone"], name)
    _order_days(parts, texts, name)
    local = _local_times(parts)
    wrong = np.flatnonzero(there & local.isna())
    if wrong.size:
        raise PrepareError(f"{_cell(texts, wrong[0], name)} is no time that there is: {WRITE}.")
    _require_clock((local - local.dt.normalize()).dt.total_seconds()[there], texts[there], name)
    moments = (local - _offsets(parts["zone"])).dt.tz_localize("UTC")
    if parts["zone"].notna().any():
        return moments, "dates with their zone"
    return moments, "dates in UTC, as the header says"


def _take_apart(cells: pd.Series) -> pd.DataFrame:
    """Year, month and so on of each cell, by the first way of writing that it fits."""
    named = ["year", "month", "day", "name", "one", "other", "hour", "minute", "second", "half", "zone"]
    found = [next((match for form in FORMS if (match := form.fullmatch(cell))), None) for cell in cells]
    groups = [{} if match is None else match.groupdict() for match in found]
    parts = pd.DataFrame(groups, index=cells.index, columns=named, dtype="str")
    months = {full[:3]: number for number, full in enumerate(MONTH_NAMES, 1)}
    spelled = parts["name"].str.casefold().str[:3].map(months)
    return parts.assign(month=parts["month"].fillna(spelled.astype("Int64").astype("str")))


def _require_zone(texts: pd.Series, there: np.ndarray, zones: pd.Series, name: object) -> None:
    """Refuse times of nobody knows where: an hour off is another hour."""
    said = str(name).casefold()
    header_says = "zone" in ideas_of_header(str(name)) and not OTHER_ZONE.search(said)
    without = np.flatnonzero(there & zones.isna())
    if header_says or not without.size:
        return
    where = _cell(texts, without[0], name)
    if OTHER_ZONE.search(said):
        raise PrepareError(
            f"{where} is in a zone that isn't UTC, as the header says, and the hour of posting is needed in "
            "UTC: add the zone to the cells, as in 2020-11-07 22:00:17+01:00."
        )
    raise PrepareError(
        f"{where} has no zone, and the hour of posting is needed in UTC: where these times are in UTC, call "
        f"the column {quote(f'{name} (UTC)')}; else add the zone to the cells, as in "
        "2020-11-07 22:00:17+01:00."
    )


def _order_days(parts: pd.DataFrame, texts: pd.Series, name: object) -> None:
    """Tell which of two numbers is the month, where one of them proves it for the whole column."""
    slashed = parts["one"].notna()
    if not slashed.any():
        return
    one, other = parts.loc[slashed, "one"].astype(int), parts.loc[slashed, "other"].astype(int)
    if (one > 12).any() == (other > 12).any():
        row = slashed.to_numpy().argmax()
        raise PrepareError(f"{_cell(texts, row, name)} may have the day first or the month: {WRITE}.")
    day_first = (one > 12).any()
    parts.loc[slashed, "day"] = parts.loc[slashed, "one" if day_first else "other"]
    parts.loc[slashed, "month"] = parts.loc[slashed, "other" if day_first else "one"]


def _local_times(parts: pd.DataFrame) -> pd.Series:
    numbers = parts[["year", "month", "day", "hour", "minute"]].apply(pd.to_numeric)
    half = parts["half"].str[0].str.casefold()
    hour = numbers["hour"].where(half.isna(), numbers["hour"] % 12) + 12 * (half == "p")
    hour = hour.where(half.isna() | numbers["hour"].between(1, 12))
    second = pd.to_numeric(parts["second"]).fillna(0)
    clock = numbers.assign(hour=hour, second=second)
    possible = (clock["hour"] < 24) & (clock["minute"] < 60) & (clock["second"] < 60)
    return pd.to_datetime(clock.where(possible), errors="coerce")


def _offsets(zones: pd.Series) -> pd.Series:
    """How far a zone is before UTC; nothing for `Z`, UTC and what says none."""
    found = zones.str.extract(r"([+-])(\d{2}):?(\d{2})?")
    minutes = pd.to_numeric(found[1]).fillna(0) * 60 + pd.to_numeric(found[2]).fillna(0)
    return pd.to_timedelta(minutes.where(found[0] != "-", -minutes), unit="min")


def _require_clock(seconds_of_day: pd.Series, texts: pd.Series, name: object) -> None:
    """Refuse days in the clothes of times: most of them at midnight, or all at one second of the day."""
    of_day = seconds_of_day.round()
    midnight, same = (of_day == 0).mean(), (of_day == of_day.mode()[0]).mean()
    as_days = midnight >= AT_MIDNIGHT and len(of_day) >= FEWEST_AT_MIDNIGHT
    if as_days or (same >= AT_ONE_TIME and len(of_day) >= FEWEST_AT_ONE_TIME):
        row = (of_day == of_day.mode()[0]).idxmax()
        raise PrepareError(
            f"{_cell(texts, row, name)} and {max(midnight, same):.0%} of the rows have one time of day, so "
            f"these are days, and a day is no time: {WRITE}."
        )


def _latest() -> pd.Timestamp:
    return pd.Timestamp.now("UTC") + 2 * SLACK


def _require_within(times: pd.Series, texts: pd.Series, name: object) -> None:
    wrong = np.flatnonzero((times < FIRST) | (times > _latest()))
    if wrong.size:
        row = wrong[0]
        what = f"before {FIRST:%Y}, when there was no TikTok" if times.iloc[row] < FIRST else "in the future"
        raise PrepareError(
            f"{_cell(texts, row, name)} is {what}{_rest(wrong)}: mend the rows, or take them out."
        )


def read_scrape(column: pd.Series) -> pd.Series | None:
    """Read when rows were scraped, where a day will do and no zone is needed; None if that can't be read."""
    try:
        return read_moments(column).times
    except PrepareError:
        pass
    cells = cell_texts(column).str.strip()
    blank = cells.str.casefold().isin(MISSING)
    parts = _take_apart(cells.mask(blank, ""))
    if blank.all() or parts["month"].isna()[~blank].any():
        return None
    end_of_day = {"hour": "23", "minute": "59", "second": "59"}
    days = parts["hour"].isna() & ~blank
    for part, last in end_of_day.items():
        parts[part] = parts[part].mask(days, last)
    moments = (_local_times(parts) - _offsets(parts["zone"])).dt.tz_localize("UTC").astype(UTC)
    return None if moments[~blank].isna().any() else moments
