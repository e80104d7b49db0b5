"""When a list was made: told from a scrape date in its rows, or from an unmistakable file name."""

import re

import pandas as pd

MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip
UNMISTAKABLE = set(MONTH_NAMES) - {"march", "may"}  # which are words as well
BY_THE_YEAR = re.compile(r"(?<![a-z])([a-z]{3,9})[^a-z0-9]*20\d\d|20\d\d[^a-z0-9]*([a-z]{3,9})(?![a-z])")
OF_A_SCRAPE = {"scraped", "scrape", "crawled", "crawl", "fetched", "retrieved", "collected"}
OF_A_LIST = {"date", "updated", "timestamp", "snapshot"}  # beside these no word may stand that means another
BESIDE = {"last", "list", "data", "of", "the", "on", "at", "day", "time", "date", "in"}
ISO_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)
# words that make a date one of something else than the scrape
OF_SOMETHING_ELSE = {
    "join", "joined", "birth", "birthday", "born", "created", "post", "posted", "video", "since", "from",
    "next", "first", "published", "until",
}  # fmt: skip
FIRST_DAY = pd.Timestamp(2016, 9, 1)  # TikTok's, under its Chinese name
LETTERED = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y", "%d-%b-%Y", "%d-%B-%Y")
NANOSECONDS = "datetime64[ns]"
LONGEST_DAY = 30  # letters
LONGEST_SCRAPE = pd.Timedelta(days=31)


def find_scrape_day(raw: pd.DataFrame) -> str | None:
    """Tell the first day of the scrape, `YYYY-MM-DD`, where a column says it in a way beyond doubt.

    A date of joining, of birth or of a video is none: its header says so, or its days lie far apart.
    """
    for position in _scrape_columns(list(raw.columns)):
        cells = pd.Series(pd.unique(raw.iloc[:, position].astype("str").str.strip()))
        days = _read_days(cells[(cells != "") & ~cells.str.casefold().isin({"nan", "none", "nat"})])
        within = days.between(FIRST_DAY, pd.Timestamp.now() + pd.Timedelta(days=2)).all()
        if len(days) and days.notna().all() and within and days.max() - days.min() <= LONGEST_SCRAPE:
            return days.min().strftime("%Y-%m-%d")
    return None


def _scrape_columns(header: list[object]) -> list[int]:
    """Give the columns whose header speaks of a scrape, then those that speak of a date and nothing else."""
    split = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(label)).casefold() for label in header]
    words = [set(re.findall(r"[a-z]+", label)) for label in split]
    plain = [i for i, found in enumerate(words) if found & OF_A_SCRAPE and not found & OF_SOMETHING_ELSE]
    alone = [
        i
        for i, found in enumerate(words)
        if found & OF_A_LIST and found <= OF_A_LIST | BESIDE and i not in plain
    ]
    return plain + alone


def _read_days(cells: pd.Series) -> pd.Series:
    """Read days that can be read in one way only: as ISO has them, or with the month in letters."""
    iso = cells.str[:10].where(cells.str[:10].str.fullmatch(ISO_DAY))
    days = pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce").astype(NANOSECONDS)
    others = cells.where(iso.isna() & cells.str.contains(r"\d")).str[:LONGEST_DAY]  # pandas knows "today"
    for form in LETTERED:
        days = days.fillna(pd.to_datetime(others, format=form, errors="coerce").astype(NANOSECONDS))
    return days


def find_named_month(name: str) -> str | None:
    """Tell the month that a file name speaks of, `YYYY-MM`, where it speaks of one year and one month."""
    years, months = read_name(name)
    return f"{years.pop()}-{months.pop():02d}" if len(years) == len(months) == 1 else None


def read_name(name: str) -> tuple[set[str], set[int]]:
    """Give the years and the numbers of the months that a name speaks of."""
    years = set(re.findall(r"(?<!\d)20\d\d(?!\d)|(?<!\d)20\d\d(?=(?:0[1-9]|1[0-2])(?!\d))", name))
    words = set(re.findall(r"[a-z]{3,}", name.casefold())) & UNMISTAKABLE
    words |= {word for found in BY_THE_YEAR.findall(name.casefold()) for word in found if word}
    months = {i for i, full in enumerate(MONTH_NAMES, 1) if any(full.startswith(word) for word in words)}
    months |= {int(digits) for digits in re.findall(r"20\d\d[-_. ]?(0[1-9]|1[0-2])(?!\d)", name)}
    return years, months
