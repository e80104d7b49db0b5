"""From a raw list to tidy rows: one creator a row, and a record of what was found and done."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from tiktok.lists.columns import CLEANED, COLUMNS, INTERACTION_PARTS, METRICS, UNKNOWN_MONTH, require_month
from tiktok.lists.dates import find_scrape_day
from tiktok.lists.headers import ASKED, HeaderError, say_choice
from tiktok.lists.provenance import Record
from tiktok.prepare.cells import entry, listed, read_list
from tiktok.prepare.counts import PrepareError, data_row
from tiktok.wording import name_creator, quote

UNLIKE = "medians unlike those of the published lists"
TOTALS = {
    "total", "totals", "sum", "sums", "grandtotal", "overall", "allcreators", "average", "averages", "avg",
    "mean", "median", "max", "maximum", "min", "minimum", "gesamt", "summe",
}  # fmt: skip
EDGE = 9  # rows at the top and at the end
OF_A_GENRE = re.compile(r"categor|genre", re.IGNORECASE)
NO_LETTER = re.compile(r"[\W\d_]+")
# about the medians of the six published lists of 2022, which differ by a factor of two at most
TYPICAL = {"subscribers": 4e6, "views": 2.4e6, "likes": 2.8e5, "comments": 1.8e3, "shares": 1.7e3}
FAR = 100  # times as large, or as small
ELSEWHERE = {"handle": ASKED}
SWAPPED = {"likes": ASKED, "views": ASKED}
MANY = 10  # creators, of whom most should have fewer likes than views
FEWEST_SUMMED = 3  # creators, of whom a row may be the sum
ROUNDED = 0.01  # how far off the rounding of a list may bring a sum
REPEATS_ALLOWED = 5  # with other numbers, in a short list; in a long one a tenth of it


class Findings(tuple):
    """What cleaning found, never changed: the copies of a frame that pandas makes at every step share it."""

    def __deepcopy__(self, memo: dict) -> "Findings":
        return self


def clean(
    raw: pd.DataFrame, *, month: str | None = None, columns: Mapping[str, str | int] | None = None
) -> pd.DataFrame:
    """Make a raw list tidy: one creator a row, canonical columns, engagement added, nothing guessed.

    Rows are counted from 1 in every message: "data row 1" is the first below the header. Dropped, in this
    order, and written down in the quality record: rows with nothing in them, rows without a handle, creators
    with a missing metric, repeats of a handle (the one listed first stays). Handles are put in lower case
    without an `@` in front, as TikTok has them; display names are trimmed and else left as they are.

    Parameters
    ----------
    raw : DataFrame
        A list as `acquire.get_tiktokers` or `pandas.read_csv` gives it, whatever the spelling of its headers.
    month : str, optional
        `YYYY-MM`; otherwise from the provenance, otherwise from the day of the scrape in the list.
    columns : mapping, optional
        Canonical name to header (or position from 0), where the headers don't tell.

    Returns
    -------
    DataFrame
        `month` (missing where unknown), `rank` (1 = first; a row number counts as one unless the list is
        alphabetical; missing where there is none), `handle`, `name` (`""` where blank), `subscribers`
        (accounts), `views`, `likes`, `comments`, `shares` (averages per video), `engagement` (the sum of
        these four), `interactions` (without views), `engagement_rate` (interactions / views, missing where
        views are 0), in the order of the list. `attrs` hold `provenance`, `quality` (see `quality_table`),
        `implausible` (handles to watch) and, where the list says it, `scraped` (`YYYY-MM-DD`).

    Raises
    ------
    PrepareError
        When a column can't be found, a cell can't be read, doubled columns disagree, no handle column is
        credible, or no creator is left.

    Examples
    --------
    >>> raw = pd.DataFrame(
    ...     [["ada", "1.2M", "3M", "300K", "1K", "2K"], ["bob", "888", "0", "5", "0", "0"]],
    ...     columns=["Username", "Followers", "Views avg", "Likes avg", "Comments avg", "Shares avg"])
    >>> clean(raw, month="2022-07")[["handle", "subscribers", "engagement", "engagement_rate"]]
      handle  subscribers  engagement  engagement_rate
    0    ada    1200000.0   3303000.0            0.101
    1    bob        888.0         5.0              NaN
    """
    if not isinstance(raw, pd.DataFrame):
        raise PrepareError(f"clean() takes a DataFrame, not a {type(raw).__name__}.")
    provenance = raw.attrs.get("provenance", {})
    try:
        if raw.empty:
            raise PrepareError("there are no rows in it.")
        rows, entries = read_list(raw, columns)
        kept, row_entries = _drop_rows(rows)
    except (HeaderError, PrepareError) as error:
        file, hint = provenance.get("file") or "the list", ""
        if isinstance(error, HeaderError) and any(OF_A_GENRE.search(str(label)) for label in raw.columns):
            hint = " If it is there for its categories, it is for prepare.match_categories()."
        raise PrepareError(f"{file}: {error}{hint}", error.columns) from None
    scraped, of_file = find_scrape_day(raw), provenance.get("month")
    if of_file == UNKNOWN_MONTH:
        of_file = None
    month = month or of_file or (scraped[:7] if scraped else None)
    if month is not None:
        require_month(month, PrepareError)
    tidy = _add_measures(kept, month)
    implausible = _is_implausible(tidy)
    tidy.attrs = {
        "provenance": Record(provenance),
        "quality": Findings([*entries, *row_entries, *_remarks(tidy, implausible)]),
        "implausible": tidy["handle"][implausible].tolist(),
    } | ({"scraped": scraped} if scraped else {})
    return tidy


def _drop_rows(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Keep the rows that are creators with all five metrics, each once."""
    gaps = [rows[metric].isna() for metric in METRICS]
    missing, empty = np.logical_or.reduce(gaps), np.logical_and.reduce(gaps)
    handles = rows["handle"].to_numpy(dtype=object)
    blank = handles == ""
    total = _totals(rows, handles)
    blank |= total
    empty &= blank
    empty[empty] = rows["name"][empty] == ""
    incomplete = missing & ~blank
    repeat, agrees = _repeats(handles, rows, ~blank & ~incomplete)
    keep = ~blank & ~incomplete & ~repeat
    kept = rows if keep.all() else rows[keep].reset_index(drop=True)
    if kept.empty:
        raise PrepareError(f"none of its {len(rows)} rows is a creator with all five metrics.")
    contradicting = repeat & ~agrees
    # a list has each handle once, but for a few: with many more it is something else
    if contradicting.sum() > max(REPEATS_ALLOWED, len(kept) // 10):
        first = contradicting.argmax()
        raise PrepareError(
            f"{contradicting.sum()} rows repeat a handle with other numbers, {data_row(first)} "
            f"({quote(handles[first])}) first: if these are several lists, clean each by itself; if they are "
            "single videos, that is for prepare.clean_videos(); if the handles are elsewhere, say where: "
            f"{say_choice(ELSEWHERE)}.",
            ELSEWHERE,
        )
    more_likes = (rows["likes"] > rows["views"]).to_numpy()
    if len(kept) >= MANY and more_likes[keep].mean() > 0.5:  # no published list has even one such row
        first = int(more_likes.argmax())
        raise PrepareError(
            f"most creators have more likes than views, {data_row(first)} ({quote(handles[first])}) first: "
            "the likes are totals of a creator, or two columns are swapped. Say which columns count per "
            f"video: {say_choice(SWAPPED)}.",
            SWAPPED,
        )
    nameless = blank & ~empty & ~total
    action = "dropped, the one listed first kept"
    return kept, [
        entry("empty rows", empty.sum(), "dropped", listed(np.flatnonzero(empty), data_row)),
        entry("totals", total.sum(), "dropped", listed(np.flatnonzero(total), data_row)),
        entry("rows without a handle", nameless.sum(), "dropped", listed(np.flatnonzero(nameless), data_row)),
        entry("missing metrics", incomplete.sum(), "creators dropped", _gaps(rows[incomplete])),
        _creators_entry("repeated rows", handles[agrees], "dropped"),
        _creators_entry("repeated handles with other numbers", handles[contradicting], action),
    ]


def _totals(rows: pd.DataFrame, handles: np.ndarray) -> np.ndarray:
    """Tell which of the first and last rows are no creator but sums, averages or extremes of the others."""
    total = np.zeros(len(rows), dtype=bool)
    edges = sorted({*range(len(rows))[:EDGE], *range(len(rows))[-EDGE:]})
    labels = [NO_LETTER.sub("", f"{handles[row]}".casefold()) for row in edges]
    names = [NO_LETTER.sub("", rows["name"].iloc[row].casefold()) for row in edges]
    called = [row for row, *words in zip(edges, labels, names, strict=True) if TOTALS & set(words)]
    if not called or len(rows) - len(called) < FEWEST_SUMMED:
        return total
    metrics = rows[list(METRICS)].to_numpy()
    others = np.delete(metrics, called, axis=0)
    made = [np.nansum(others, axis=0)]
    made += [take(others, axis=0) for take in (np.nanmean, np.nanmedian, np.nanmax, np.nanmin)]
    for row in called:  # a total may be of each count, an average of some, or a cell blank
        close = np.isclose(metrics[row], made, rtol=ROUNDED).any(axis=0) | np.isnan(metrics[row])
        total[row] = close.all()
    return total


def _repeats(
    handles: np.ndarray, rows: pd.DataFrame, candidates: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which candidates repeat a handle listed before, and which of these with the numbers of the first."""
    repeat, agrees = np.zeros(len(handles), dtype=bool), np.zeros(len(handles), dtype=bool)
    # equal handles have equal hashes; sorting these stays linear where a table of ten million texts doesn't
    hashes = np.fromiter(map(hash, handles), dtype=np.int64, count=len(handles))
    in_order = np.sort(hashes)
    several = np.flatnonzero(candidates & np.isin(hashes, in_order[1:][in_order[1:] == in_order[:-1]]))
    if not several.size:
        return repeat, agrees
    codes, _ = pd.factorize(handles[several])
    first = several[np.unique(codes, return_index=True)[1]][codes]
    metrics = rows[list(METRICS)].to_numpy()
    repeat[several] = several != first
    agrees[several] = (several != first) & (metrics[several] == metrics[first]).all(axis=1)
    return repeat, agrees


def _gaps(rows: pd.DataFrame) -> str:
    """Creators by name, with the metrics that they lack."""
    names, lacking = rows["handle"].map(name_creator).tolist(), rows[list(METRICS)].isna().to_numpy()
    return listed(
        range(len(rows)), lambda row: f"{names[row]} ({', '.join(np.array(METRICS)[lacking[row]])})"
    )


def _creators_entry(check: str, handles: np.ndarray, action: str) -> dict[str, object]:
    return entry(check, len(handles), action, listed(dict.fromkeys(handles), name_creator))


def _add_measures(rows: pd.DataFrame, month: str | None) -> pd.DataFrame:
    interactions = rows["likes"] + rows["comments"] + rows["shares"]
    views = rows["views"]
    added = rows.assign(
        month=pd.Series(month, index=rows.index, dtype="str"),
        engagement=views + interactions,
        interactions=interactions,
        engagement_rate=interactions / views.where(views > 0),
    )
    return added[list(COLUMNS)]


def _is_implausible(tidy: pd.DataFrame) -> np.ndarray:
    """More likes, comments or shares than views: well-formed, and hardly true."""
    return tidy[list(INTERACTION_PARTS)].gt(tidy["views"], axis="index").any(axis="columns").to_numpy()


def _remarks(tidy: pd.DataFrame, implausible: np.ndarray) -> list[dict[str, object]]:
    """What is odd about rows that are kept."""
    handles = tidy["handle"].to_numpy(dtype=object)
    odd = {
        "blank display names": tidy["name"].to_numpy(dtype=object) == "",
        "no comments": tidy["comments"].to_numpy() == 0,
        "no views, so no engagement rate": tidy["views"].to_numpy() == 0,
        "implausible: more likes, comments or shares than views": implausible,
    }
    remarks = [_creators_entry(check, handles[rows], "kept") for check, rows in odd.items()]
    far = _unlike_published(tidy)
    remarks.append(entry(UNLIKE, len(tidy) if far else 0, "kept: look at them", ", ".join(far)))
    return [*remarks, entry("creators", len(tidy), "kept")]


def _unlike_published(tidy: pd.DataFrame) -> list[str]:
    """Name the counts whose medians lie orders of magnitude off those of the published lists."""
    return [
        f"{metric} {tidy[metric].median():,.6g} (published lists: about {typical:,.6g})"
        for metric, typical in TYPICAL.items()
        if len(tidy) >= MANY and not _is_near(tidy[metric].to_numpy(), typical / FAR, typical * FAR)
    ]


def _is_near(counts: np.ndarray, low: float, high: float) -> bool:
    """Whether the median lies within bounds, as it does where most counts do, which is sooner told."""
    return np.mean((low <= counts) & (counts <= high)) > 0.5 or low <= np.median(counts) <= high


def quality_table(df: pd.DataFrame | Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Show what `clean` found in a list, or in each list of a panel, and what it did.

    Parameters
    ----------
    df : DataFrame or mapping of month to DataFrame
        What `clean` gave.

    Returns
    -------
    DataFrame
        A row a check, always the same checks in the same order: `check`, `rows` (how many rows it concerns),
        `action`, `detail`; for a panel with `month` before them.

    Raises
    ------
    PrepareError
        When a frame carries no record, since it isn't from `clean`.

    Examples
    --------
    >>> raw = pd.DataFrame([["ada", "9", "9", "9", "9", "9"]] * 2,
    ...                    columns=["Username", "Followers", "Views", "Likes", "Comments", "Shares"])
    >>> quality_table(clean(raw)).query("action == 'dropped'")[["check", "rows", "detail"]]
               check  rows detail
    9  repeated rows     1    ada
    """
    if isinstance(df, Mapping):
        tables = {month: quality_table(frame) for month, frame in df.items()}
        return pd.concat(tables, names=["month"]).reset_index("month").reset_index(drop=True)
    if "quality" not in df.attrs:
        raise PrepareError(f"The frame carries no quality record: {CLEANED}.")
    return pd.DataFrame(df.attrs["quality"])
