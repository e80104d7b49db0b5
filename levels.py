"""What is known of creators when a list comes out, relative to that list and the ones before it.

Lists differ in level and in the bar that they set, so everything is measured from the list's own median or
from its cut. Nothing here looks ahead: what is said of a list is known when that list is.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from columns import LEAST_COUNT, list_score
from drift import Passage

COUNTS = ("subscribers", "views", "likes", "comments", "shares")
REACTIONS = ("likes", "comments", "shares")
CUT_QUANTILE = 0.01  # a single odd row must not be the cut
TOP_QUANTILE = 0.75
FEW_SUBSCRIBERS = -1.5  # log: about a fifth of the list's median
NEEDED = ("month", "handle", "name", *COUNTS, "engagement_log", "engagement_growth", "subscriber_growth")

SCORE_TERMS = ("subscribers_level", "below_median", "far_below", "engagement_level")
ENGAGEMENT_TERMS = ("subscribers_level", "below_median", "likes_rate", "comments_rate", "shares_rate")
FEATURE_GROUPS = {
    "engagement now": ("engagement_level", "engagement_place"),
    "distance to the cut": ("height",),
    "subscribers": ("subscribers_level", "below_median", "far_below"),
    "reactions per view": ("likes_rate", "comments_rate", "shares_rate"),
    "lists before": ("listed_before", "listed_last", "engagement_before", "height_before"),
    "growth": ("engagement_growth", "subscriber_growth"),
    "days to the next list": ("gap_days",),
}


class Lists(NamedTuple):
    """Lists lined up: days, a row a creator and list, and the two quantities that are followed through time.

    `days`: by month, and by the month that is to be forecast. `rows`: sorted by month and handle; `creator`
    is the row of a creator in `heights` and `levels` (creators, months), which are missing where a creator
    isn't listed. `measures`: what `measure_lists` gives.
    """

    months: tuple[str, ...]
    days: dict[str, float]
    rows: pd.DataFrame
    heights: np.ndarray
    levels: np.ndarray
    measures: pd.DataFrame


def line_up(rows: pd.DataFrame, days: dict[str, float]) -> Lists:
    """Line up lists, so that each creator can be followed through them.

    Parameters
    ----------
    rows : DataFrame
        What `panel.describe_history` gives, in any order.
    days : dict
        Of each month the day of its list, counted from any day.

    Returns
    -------
    Lists
    """
    rows = rows.sort_values(["month", "handle"], ignore_index=True)
    rows.attrs = {}
    measures = measure_lists(rows)
    described = describe_levels(rows, measures)
    creator, handles = pd.factorize(described["handle"])
    months = tuple(measures.index)
    place = described["month"].map({month: number for number, month in enumerate(months)}).to_numpy()
    tables = []
    for column in ("height", "engagement_level"):
        table = np.full((len(handles), len(months)), np.nan)
        table[creator, place] = described[column]
        tables.append(table)
    return Lists(months, days, described.assign(creator=creator), *tables, measures)


def measure_lists(rows: pd.DataFrame) -> pd.DataFrame:
    """Measure each list: medians of its logs, its cut, and what its top quarter begins at.

    Returns
    -------
    DataFrame, a row a month
        `subscribers`, `views`, `likes`, `comments`, `shares`, `engagement`: medians of natural logs; `cut`:
        log of the score that 99 in 100 of the list reach; `top_quarter`: 75th percentile of log engagement,
        relative to its median.
    """
    logs = _take_logs(rows)
    by_month = logs.groupby(rows["month"])
    measures = by_month.median().drop(columns="score")
    top = by_month["engagement"].quantile(TOP_QUANTILE) - measures["engagement"]
    return measures.assign(cut=by_month["score"].quantile(CUT_QUANTILE), top_quarter=top)


def _take_logs(rows: pd.DataFrame) -> pd.DataFrame:
    counts = rows[list(COUNTS)].clip(lower=LEAST_COUNT)
    return np.log(counts).assign(engagement=rows["engagement_log"], score=np.log(list_score(counts)))


def describe_levels(rows: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """Describe creators relative to their lists.

    Parameters
    ----------
    rows : DataFrame
        With `month`, the counts and `engagement_log`.
    measures : DataFrame
        From `measure_lists`; of these very lists, or of those that clients are held against.

    Returns
    -------
    DataFrame
        `rows` and, in natural logs relative to the list's median, `engagement_level`, `subscribers_level` and
        its bends `below_median` and `far_below` (below a fifth of the median), `likes_rate`, `comments_rate`,
        `shares_rate` (per view); `above_cut`: log of the list's score over its cut, negative below it;
        `height`: its cube root, 0 below the cut, since how far above matters less and less.

    Source: the score, views x likes x (comments + shares), is recovered in `ranking`.
    """
    logs = _take_logs(rows)
    of_list = measures.reindex(rows["month"]).set_axis(rows.index)
    relative = logs[[*COUNTS, "engagement"]] - of_list[[*COUNTS, "engagement"]]
    subscribers = relative["subscribers"]
    above_cut = logs["score"] - of_list["cut"]
    return rows.assign(
        engagement_level=relative["engagement"],
        subscribers_level=subscribers,
        below_median=subscribers.clip(upper=0),
        far_below=(subscribers - FEW_SUBSCRIBERS).clip(upper=0),
        **{f"{reaction}_rate": relative[reaction] - relative["views"] for reaction in REACTIONS},
        above_cut=above_cut,
        height=np.cbrt(above_cut.clip(lower=0)),
    )


def make_passage(
    lists: Lists,
    month: str,
    later: str,
    *,
    score: bool,
    terms: Sequence[str] | None = None,
    rows: pd.DataFrame | None = None,
) -> Passage:
    """Take one list on its way to a later one.

    Parameters
    ----------
    lists : Lists
    month, later : str
        The later one may lie beyond the last list; then its quantity is missing.
    score : bool
        Follow the height above the cut; else the level of engagement.
    terms : sequence of str, optional
        Columns that the level depends on; default `SCORE_TERMS` or `ENGAGEMENT_TERMS`.
    rows : DataFrame, optional
        Creators of the list, as `lists.rows` has them, -1 as `creator` for one without a past; default all.

    Returns
    -------
    Passage
    """
    rows = lists.rows[lists.rows["month"] == month] if rows is None else rows
    table = lists.heights if score else lists.levels
    known = np.vstack([table, np.full(len(lists.months), np.nan)])[rows["creator"]]
    before = [number for number in reversed(range(len(lists.months))) if lists.months[number] < month]
    now = rows["height" if score else "engagement_level"].to_numpy(float)
    if terms is None:
        terms = SCORE_TERMS if score else ENGAGEMENT_TERMS
    days = [lists.days[month], *(lists.days[lists.months[number]] for number in before), lists.days[later]]
    ahead = lists.months.index(later) if later in lists.months else None
    return Passage(
        states=np.column_stack([now, known[:, before]]),
        days=np.array(days, float),
        design=np.column_stack([np.ones(len(rows)), rows[list(terms)].to_numpy(float)]),
        target=np.full(len(rows), np.nan) if ahead is None else known[:, ahead],
    )


def tabulate_features(lists: Lists, months: Sequence[str]) -> pd.DataFrame:
    """Tabulate what a model that knows nothing of time may go by.

    Parameters
    ----------
    lists : Lists
    months : lists whose creators are wanted

    Returns
    -------
    DataFrame, the rows of these lists, on the index of `lists.rows`
        The columns of `FEATURE_GROUPS`. Of lists before: `listed_before` (share of them with the creator),
        `listed_last` (in the very last one), `engagement_before`, `height_before` (mean over the lists so
        far, relative to now); each, like growth, relative to the list's mean, and 0 where nothing is known.
    """
    rows = pd.concat([_describe_past(lists, month) for month in months])
    return rows[[column for columns in FEATURE_GROUPS.values() for column in columns]].astype(float)


def _describe_past(lists: Lists, month: str) -> pd.DataFrame:
    rows = lists.rows[lists.rows["month"] == month]
    number = lists.months.index(month)
    levels, heights = lists.levels[rows["creator"]], lists.heights[rows["creator"]]
    listed = ~np.isnan(levels[:, :number])
    past = {
        "listed_before": listed.mean(axis=1) if number else np.zeros(len(rows)),
        "listed_last": listed[:, -1].astype(float) if number else np.zeros(len(rows)),
        "engagement_before": np.nanmean(levels[:, : number + 1], axis=1) - levels[:, number],
        "height_before": np.nanmean(heights[:, : number + 1], axis=1) - heights[:, number],
    }
    growth = rows[["engagement_growth", "subscriber_growth"]]
    known = rows.assign(**past, **growth.fillna(growth.mean()).fillna(0.0))
    centred = [*past, *growth.columns]
    return known.assign(
        **(known[centred] - known[centred].mean()),
        engagement_place=rows["engagement_level"].rank(pct=True, method="max"),
    )
