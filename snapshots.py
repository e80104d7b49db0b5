"""The monthly lists that are known: where each was published and what its file is called."""

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from headers import HeaderError, find_columns

FEBRUARY = "prasertk/top-1000-tiktok-influencers-ranking"
JULY = "syedjaferk/top-1000-tiktokers"
OTHERS = "ramjasmaurya/top-1000-social-media-channels"
MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip
NAMES_SHOWN = 6


class Snapshot(NamedTuple):
    """One month of the list; `dated_by` says how its month is known, as two files bear no date."""

    dataset: str
    file: str
    dated_by: str


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
    """Find the list of a month in a folder.

    Parameters
    ----------
    month : str
        One of `SNAPSHOTS`.
    folder : Path
        Where to look; it need not exist.

    Returns
    -------
    Path or None
        The file of the published name, else one whose name differs in case, spaces or punctuation only.

    Examples
    --------
    >>> find_file("2022-07", Path("no such folder")) is None
    True
    """
    file = SNAPSHOTS[month].file
    if (folder / file).is_file():
        return folder / file
    alike = sorted(path for path in folder.glob("*.csv") if same_letters(path.name, file))
    return alike[0] if alike else None


def same_letters(name: str, other: str) -> bool:
    """Whether two file names differ in nothing but case, spaces and punctuation.

    Parameters
    ----------
    name, other : str
        File names.

    Returns
    -------
    bool
        True when letters and digits are the same, in order.

    Examples
    --------
    >>> same_letters("influencers-TIKTOK - ---DEC 2022.csv", "influencers-tiktok-dec-2022.csv")
    True
    """
    return re.sub(r"[\W_]", "", name).casefold() == re.sub(r"[\W_]", "", other).casefold()


def may_be(month: str, name: str, head: bytes) -> bool:
    """Whether a CSV of another name may be the list of a month.

    Parameters
    ----------
    month : str
        `YYYY-MM`.
    name : str
        The file's name, which must be none of another month and speak of no other month or year.
    head : bytes
        The beginning of the file, whose headers must be those of a list of creators.

    Returns
    -------
    bool
        True when nothing speaks against it.

    Examples
    --------
    >>> head = b"Handle,Name,Followers,Views,Likes,Comments,Shares"
    >>> may_be("2022-09", "tiktok sept 2022 (new).csv", head), may_be("2022-09", "tiktok 2023.csv", head)
    (True, False)
    """
    if any(same_letters(name, snapshot.file) for snapshot in SNAPSHOTS.values()):
        return False
    if not _fits(month, name):
        return False
    lines = csv.reader(io.StringIO(head.decode("utf-8-sig", errors="replace"), newline=""))
    try:
        return is_header(next(lines, []))
    except csv.Error:
        return False


def is_header(labels: Iterable[str]) -> bool:
    """Whether these are the headers of a list of creators.

    Parameters
    ----------
    labels : iterable of str
        The headers as found.

    Returns
    -------
    bool
        True when the handle and every metric are among them.

    Examples
    --------
    >>> is_header(["Influencer", "Followers", "Engagement avg"])
    False
    """
    try:
        find_columns(list(labels))
    except HeaderError:
        return False
    return True


def _fits(month: str, name: str) -> bool:
    year, number = month.split("-")
    years = re.findall(r"(?<!\d)20\d\d", name)
    words = re.findall(r"[a-z]{3,}", name.lower())
    named = {i for i, full in enumerate(MONTH_NAMES, start=1) if any(full.startswith(word) for word in words)}
    named |= {int(digits) for digits in re.findall(r"20\d\d[-_. ]?(0[1-9]|1[0-2])(?!\d)", name)}
    return (not years or year in years) and (not named or int(number) in named)


def quoted(names: Iterable[str]) -> str:
    """Quote file names for a sentence that none of them can break.

    Parameters
    ----------
    names : iterable of str
        As found, which may be anything.

    Returns
    -------
    str
        The first `NAMES_SHOWN`, and how many more there are.

    Examples
    --------
    >>> quoted(["a.csv", "b.csv"])
    "'a.csv', 'b.csv'"
    """
    names = list(names)
    shown = ", ".join(repr(name) for name in names[:NAMES_SHOWN]) or "none"
    return shown + (f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else "")
