"""From a raw list to tidy rows: one creator a row, split and labelled."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from columns import ENGAGEMENT_PARTS, INTERACTION_PARTS, METRICS
from counts import PrepareError, parse_counts, shown
from panel import MONTH_FORMAT, SUCCESS_QUANTILE, describe_history, pair_snapshots
from reading import data_row, entry, listed, read_list

__all__ = [
    "COLUMNS",
    "ENGAGEMENT_PARTS",
    "METRICS",
    "PrepareError",
    "Split",
    "clean",
    "describe_history",
    "label_success",
    "pair_snapshots",
    "parse_counts",
    "quality_table",
    "split_creators",
]

COLUMNS = ("month", "rank", "handle", "name", *METRICS, "engagement", "interactions", "engagement_rate")
QUALITY_COLUMNS = ("check", "rows", "action", "detail")
SEED = 2022
TRAIN_SHARE, VALIDATE_SHARE = 0.6, 0.2  # the rest is test
REPEATS_ALLOWED = 5  # with other numbers, in a short list; in a long one a tenth of it


class Split(NamedTuple):
    """The creators of one list, each on the side where it is in every list."""

    train: pd.DataFrame
    validate: pd.DataFrame
    test: pd.DataFrame


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
        alphabetical; missing where there is none), `handle`, `name`
        (`""` where blank), `subscribers` (accounts), `views`, `likes`, `comments`, `shares` (averages per
        video), `engagement` (the sum of these four), `interactions` (without views), `engagement_rate`
        (interactions / views, missing where views are 0), in the order of the list. `attrs` hold
        `provenance`, `quality` (see `quality_table`), `implausible` (handles to watch) and, where the list
        says it, `scraped` (`YYYY-MM-DD`).

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
    file = _file_of(raw)
    rows, entries, scraped = read_list(raw, columns, file)
    kept, row_entries = _drop_rows(rows, file)
    tidy = _add_measures(kept, _month_of(raw, month, scraped))
    tidy.attrs = {
        "provenance": dict(raw.attrs.get("provenance", {})),
        "quality": [*entries, *row_entries, *_remarks(tidy)],
        "implausible": tidy["handle"][_is_implausible(tidy)].tolist(),
    } | ({"scraped": scraped} if scraped else {})
    return tidy


def _file_of(raw: pd.DataFrame) -> str:
    if not isinstance(raw, pd.DataFrame):
        raise PrepareError(f"clean() takes a DataFrame, not a {type(raw).__name__}.")
    file = str(raw.attrs.get("provenance", {}).get("file") or "the list")
    if raw.empty:
        raise PrepareError(f"{file}: there are no rows in it.")
    return file


def _drop_rows(rows: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Keep the rows that are creators with all five metrics, each once."""
    missing = np.logical_or.reduce([rows[metric].isna() for metric in METRICS])
    handles = rows["handle"].to_numpy(dtype=object)
    blank = handles == ""
    empty = blank & np.logical_and.reduce([rows[metric].isna() for metric in METRICS])
    empty[empty] = rows["name"][empty] == ""
    incomplete = missing & ~blank
    repeat, agrees = _repeats(handles, rows, ~blank & ~incomplete)
    keep = ~blank & ~incomplete & ~repeat
    kept = rows if keep.all() else rows[keep].reset_index(drop=True)
    if kept.empty:
        raise PrepareError(f"{file}: none of its {len(rows)} rows is a creator with all five metrics.")
    contradicting = repeat & ~agrees
    _check_uniqueness(rows["handle"][contradicting], len(kept), file)
    return kept, [
        entry("empty rows", empty.sum(), "dropped", _data_rows(empty)),
        entry("rows without a handle", (blank & ~empty).sum(), "dropped", _data_rows(blank & ~empty)),
        entry("missing metrics", incomplete.sum(), "creators dropped", _gaps(rows[incomplete])),
        entry("repeated rows", agrees.sum(), "dropped", _listed_handles(handles[agrees])),
        entry(
            "repeated handles with other numbers",
            contradicting.sum(),
            "dropped, the one listed first kept",
            _listed_handles(handles[contradicting]),
        ),
    ]


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


def _check_uniqueness(contradicted: pd.Series, creators: int, file: str) -> None:
    """A list has each handle once, but for a few: many more with other numbers, and it is something else."""
    if len(contradicted) > max(REPEATS_ALLOWED, creators // 10):
        raise PrepareError(
            f"{file}: {len(contradicted)} rows repeat a handle with other numbers, data row "
            f"{contradicted.index[0] + 1} ({shown(contradicted.iloc[0])}) first: if these are several lists, "
            "clean each by itself; if the handles are elsewhere, say where with columns={'handle': header}."
        )


def _gaps(rows: pd.DataFrame) -> str:
    """Creators by name, with the metrics that they lack."""
    lacking = rows[list(METRICS)].isna().to_numpy()
    return listed(
        range(len(rows)),
        lambda row: f"{_plain(rows['handle'].iloc[row])} ({', '.join(np.array(METRICS)[lacking[row]])})",
    )


def _plain(handle: str) -> str:
    return shown(handle)[1:-1]


def _data_rows(rows: np.ndarray) -> str:
    return listed(np.flatnonzero(rows), data_row)


def _listed_handles(handles: np.ndarray) -> str:
    return listed(list(dict.fromkeys(handles)), _plain)


def _month_of(raw: pd.DataFrame, month: str | None, scraped: str | None) -> str | None:
    month = month or raw.attrs.get("provenance", {}).get("month") or (scraped[:7] if scraped else None)
    if month is not None and not (isinstance(month, str) and MONTH_FORMAT.fullmatch(month)):
        raise PrepareError(f"{month!r} is no month: write it as YYYY-MM, such as 2022-07.")
    return month


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


def _remarks(tidy: pd.DataFrame) -> list[dict[str, object]]:
    """What is odd about rows that are kept."""
    handles = tidy["handle"].to_numpy(dtype=object)
    odd = {
        "blank display names": tidy["name"].to_numpy(dtype=object) == "",
        "no comments": tidy["comments"].to_numpy() == 0,
        "no views, so no engagement rate": tidy["views"].to_numpy() == 0,
        "implausible: more likes, comments or shares than views": _is_implausible(tidy),
    }
    remarks = [
        entry(check, rows.sum(), "kept", _listed_handles(handles[rows])) for check, rows in odd.items()
    ]
    return [*remarks, entry("creators", len(tidy), "kept")]


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
    8  repeated rows     1    ada
    """
    if isinstance(df, Mapping):
        tables = [quality_table(frame).assign(month=month) for month, frame in df.items()]
        return pd.concat(tables, ignore_index=True)[["month", *QUALITY_COLUMNS]]
    if "quality" not in df.attrs:
        raise PrepareError("The frame carries no quality record: hand over what prepare.clean() gave.")
    return pd.DataFrame(df.attrs["quality"], columns=list(QUALITY_COLUMNS))


def split_creators(df: pd.DataFrame, *, seed: int = SEED) -> Split:
    """Split creators into train, validate and test, about 60, 20 and 20 %.

    The side is decided by the SHA-256 of seed and handle (in any case) alone: a creator is on the same side
    in every month, on every machine, whatever the order of the rows and whoever else is in the list.

    Parameters
    ----------
    df : DataFrame
        With a column `handle`.
    seed : int
        Another one gives another split.

    Returns
    -------
    Split
        `train`, `validate`, `test`: the rows in their order, each with a fresh index and the `attrs` of `df`.

    Raises
    ------
    PrepareError
        When there is no column `handle`.

    Examples
    --------
    >>> split = split_creators(pd.DataFrame({"handle": [f"creator{i}" for i in range(1000)]}))
    >>> [len(side) for side in split]
    [581, 196, 223]
    """
    _require(df, ["handle"])
    places = np.array([_place_between_0_and_1(handle, seed) for handle in df["handle"]], dtype=float)
    sides = np.digitize(places, [TRAIN_SHARE, TRAIN_SHARE + VALIDATE_SHARE])
    return Split(*(df[sides == side].reset_index(drop=True) for side in range(3)))


def _place_between_0_and_1(handle: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}:{handle.casefold()}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def label_success(split: Split, *, by: str = "engagement", quantile: float = SUCCESS_QUANTILE) -> Split:
    """Label success: at or above the 75th percentile of the training rows, on every side.

    Parameters
    ----------
    split : Split
        From `split_creators`.
    by : str
        The column that counts, `engagement` or `interactions`.
    quantile : float
        Between 0 and 1; 0.75 asks for the top quarter.

    Returns
    -------
    Split
        With a column `success` (bool), and `attrs["success_threshold"]` (in the unit of `by`) and
        `attrs["success_by"]`.

    Raises
    ------
    PrepareError
        When the column is missing, the quantile isn't between 0 and 1, or there are no training rows.

    Examples
    --------
    >>> df = pd.DataFrame({"engagement": [1.0, 2.0, 3.0, 4.0, 5.0]})
    >>> label_success(Split(df, df[:1], df[3:])).test["success"].tolist()
    [True, True]
    """
    for side in split:
        _require(side, [by])
    if not 0 < quantile < 1:
        raise PrepareError(f"The quantile must lie between 0 and 1, not {quantile!r}.")
    if split.train.empty:
        raise PrepareError("There are no training rows to learn the threshold of success from.")
    threshold = float(split.train[by].quantile(quantile))
    return Split(*(_with_success(side, by, threshold) for side in split))


def _with_success(side: pd.DataFrame, by: str, threshold: float) -> pd.DataFrame:
    labelled = side.assign(success=side[by] >= threshold)
    labelled.attrs = {**side.attrs, "success_threshold": threshold, "success_by": by}
    return labelled


def _require(df: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in df.columns]
    if missing:
        raise PrepareError(
            f"The frame has no column {', '.join(map(repr, missing))}: hand over what prepare.clean() gave."
        )
