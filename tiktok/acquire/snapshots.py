"""The monthly lists that are known: where each was published and what its file is called."""

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tiktok.lists.dates import read_name
from tiktok.lists.headers import HeaderError, find_columns

FEBRUARY = "prasertk/top-1000-tiktok-influencers-ranking"
JULY = "syedjaferk/top-1000-tiktokers"
OTHERS = "ramjasmaurya/top-1000-social-media-channels"


class Snapshot(NamedTuple):
    """One month of the list; `dated_by` says how its month is known, as two files bear no date."""

    dataset: str
    file: str
    dated_by: str

    @property
    def page(self) -> str:
        return f"https://www.kaggle.com/datasets/{self.dataset}"


SNAPSHOTS = {
    "2022-02": Snapshot(FEBRUARY, "tiktok_top_1000.csv", "its column Scraped"),
    "2022-03": Snapshot(OTHERS, "social media influencers - tiktok.csv", "nothing: about March"),
    "2022-06": Snapshot(OTHERS, "social media influencers-tiktok june 2022 - june 2022.csv", "its file name"),
    "2022-07": Snapshot(JULY, "top_1000_tiktokers.csv", "follower counts"),
    "2022-09": Snapshot(OTHERS, "social media influencers - Tiktok sep 2022.csv", "its file name"),
    "2022-11": Snapshot(OTHERS, "social media influencers-tiktok - ---nov 2022.csv", "its file name"),
    "2022-12": Snapshot(OTHERS, "social media influencers-TIKTOK - ---DEC 2022.csv", "its file name"),
}


def find_file(month: str, folder: Path) -> Path | None:
    """Find the list of a month in a folder: the file of the published name, else one spelled alike."""
    file = SNAPSHOTS[month].file
    if (folder / file).is_file():
        return folder / file
    return min((path for path in folder.glob("*.csv") if same_letters(path.name, file)), default=None)


def same_letters(name: str, other: str) -> bool:
    """Whether two file names differ in nothing but case, spaces and punctuation."""
    return re.sub(r"[\W_]", "", name).casefold() == re.sub(r"[\W_]", "", other).casefold()


def may_be(month: str, name: str, head: bytes) -> bool:
    """Whether a CSV of another name, with this beginning, may be the list of a month."""
    known = any(same_letters(name, snapshot.file) for snapshot in SNAPSHOTS.values())
    return not known and fits_month(month, name) and is_header(read_header(head))


def read_header(head: bytes) -> list[str]:
    """The headers in the beginning of a CSV; none where it is no CSV."""
    lines = csv.reader(io.StringIO(head.decode("utf-8-sig", errors="replace"), newline=""))
    try:
        return next(lines, [])
    except csv.Error:
        return []


def fits_month(month: str, name: str) -> bool:
    """Whether a file name speaks of no other month or year."""
    year, number = month.split("-")
    years, named = read_name(name)
    return (not years or year in years) and (not named or int(number) in named)


def is_header(labels: Iterable[str]) -> bool:
    """Whether these are the headers of a list of creators, which has the handle and every metric."""
    try:
        find_columns(list(labels))
    except HeaderError:
        return False
    return True
