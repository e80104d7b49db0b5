"""What is known of creators when a list comes out, relative to that list and the ones before it.

Lists differ in level and in the bar that they set, so everything is measured from the list's own median or
from its cut. Nothing here looks ahead: what is said of a list is known when that list is.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from tiktok.forecast.censored_gp import Observations
from tiktok.lists.columns import INTERACTION_PARTS, LEAST_COUNT, METRICS, list_score
from tiktok.prepare.panel import SUCCESS_QUANTILE

CUT_QUANTILE = 0.01  # a single odd row must not be the cut
FEW_SUBSCRIBERS = -1.5  # log: about a fifth of the list's median

HEIGHT, LEVEL = "height", "engagement_level"  # the quantities that are followed from list to list
RATES = tuple(f"{part}_rate" for part in INTERACTION_PARTS)
TERMS = {  # what the level of each depends on
    HEIGHT: ("subscribers_level", "below_median", "far_below", LEVEL),
    LEVEL: ("subscribers_level", "below_median", *RATES),
}
FEATURE_GROUPS = {
    "engagement now": (LEVEL, "engagement_place"),
    "distance to the cut": (HEIGHT,),
    "subscribers": ("subscribers_level", "below_median", "far_below"),
    "reactions per view": RATES,
    "lists before": ("listed_before", "listed_last", "engagement_before", "height_before"),
    "growth": ("engagement_growth", "subscriber_growth"),
    "days to the next list": ("gap_days",),
}
FEATURES = tuple(feature for group in FEATURE_GROUPS.values() for feature in group)


class AlignedLists(NamedTuple):
    """Lists side by side: days, a row a creator and list, and the two quantities that are followed.

    `days`: by month, and by the month that is to be forecast. `rows`: sorted by month and handle; `creator`
    is the row of a creator in the `quantities` (creators, months), `HEIGHT` and `LEVEL`, which are missing
    where a creator isn't listed. `measures`: what `measure_lists` gives.
    """

    months: tuple[str, ...]
    days: dict[str, float]
    rows: pd.DataFrame
    quantities: dict[str, np.ndarray]
    measures: pd.DataFrame


def align_lists(rows: pd.DataFrame, days: dict[str, float]) -> AlignedLists:
    """Put lists side by side, rows in any order, so that each creator can be followed through them."""
    rows = rows.sort_values(["month", "handle"], ignore_index=True)
    rows.attrs = {}
    measures = measure_lists(rows)
    creator, handles = pd.factorize(rows["handle"])
    place, months = pd.factorize(rows["month"])
    rows = add_relative_features(rows, measures).assign(creator=creator)
    values = {quantity: np.full((len(handles), len(months)), np.nan) for quantity in TERMS}
    for quantity, table in values.items():
        table[creator, place] = rows[quantity]
    return AlignedLists(tuple(months), days, rows, values, measures)


def measure_lists(rows: pd.DataFrame) -> pd.DataFrame:
    """Measure each list, a row a month.

    Medians of natural logs by metric and of `engagement`; `cut`: log of the score that 99 in 100 of the list
    reach; `top_quarter`: 75th percentile of log engagement, relative to its median.
    """
    by_month = _take_logs(rows).groupby(rows["month"])
    measures = by_month.median().drop(columns="score")
    top = by_month["engagement"].quantile(SUCCESS_QUANTILE) - measures["engagement"]
    return measures.assign(cut=by_month["score"].quantile(CUT_QUANTILE), top_quarter=top)


def _take_logs(rows: pd.DataFrame) -> pd.DataFrame:
    counts = rows[list(METRICS)].clip(lower=LEAST_COUNT)
    return np.log(counts).assign(engagement=rows["engagement_log"], score=np.log(list_score(counts)))


def add_relative_features(rows: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """Describe creators relative to their lists, by the measures of these or of those they are held against.

    In natural logs relative to the list's median: `engagement_level`, `subscribers_level` and its bends
    `below_median` and `far_below`, and the rates per view. `above_cut`: log of the list's score over its cut;
    `height`: its cube root, 0 below the cut, since how far above matters less and less.
    """
    logs = _take_logs(rows)
    of_list = measures.reindex(rows["month"]).set_axis(rows.index)
    relative = logs[[*METRICS, "engagement"]] - of_list[[*METRICS, "engagement"]]
    subscribers = relative["subscribers"]
    above_cut = logs["score"] - of_list["cut"]
    rates = {
        rate: relative[part] - relative["views"] for rate, part in zip(RATES, INTERACTION_PARTS, strict=True)
    }
    return rows.assign(
        engagement_level=relative["engagement"],
        subscribers_level=subscribers,
        below_median=subscribers.clip(upper=0),
        far_below=(subscribers - FEW_SUBSCRIBERS).clip(upper=0),
        **rates,
        above_cut=above_cut,
        height=np.cbrt(above_cut.clip(lower=0)),
    )


def collect_observations(
    lists: AlignedLists,
    month: str,
    later: str,
    quantity: str,
    terms: Sequence[str],
    *,
    memory: bool = True,
    rows: pd.DataFrame | None = None,
) -> Observations:
    """Collect a quantity of the creators of a list: now, in the lists before (`memory`), and in a later one.

    The later one may lie beyond the last list. `rows` are creators described as if they stood in the list, -1
    as `creator` for one without a past; default all of the list.
    """
    chosen = slice(None)
    if rows is None:
        rows, chosen = lists.rows, np.flatnonzero(lists.rows["month"].to_numpy() == month)
    creator, now, *described = (rows[name].to_numpy()[chosen] for name in ("creator", quantity, *terms))
    known = np.vstack([lists.quantities[quantity], np.full(len(lists.months), np.nan)])[creator]
    before = list(reversed(range(lists.months.index(month)))) if memory else []
    days = [lists.days[name] for name in (month, *(lists.months[number] for number in before), later)]
    is_known = later in lists.months
    return Observations(
        past=np.column_stack([now.astype(float), known[:, before]]),
        days=np.array(days, float),
        design=np.column_stack([np.ones(len(now)), *described]).astype(float),
        target=known[:, lists.months.index(later)] if is_known else np.full(len(now), np.nan),
    )


def tabulate_features(lists: AlignedLists) -> pd.DataFrame:
    """Tabulate the `FEATURES` for models that know nothing of time, on the index of the rows."""
    return pd.concat([_describe_past(lists, month) for month in lists.months])[list(FEATURES)].astype(float)


def _describe_past(lists: AlignedLists, month: str) -> pd.DataFrame:
    """Add what lists before say of each creator, relative to the list's mean; 0 where nothing is known."""
    rows = lists.rows[lists.rows["month"] == month]
    number = lists.months.index(month)
    levels, heights = (lists.quantities[quantity][rows["creator"]] for quantity in (LEVEL, HEIGHT))
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
    return known.assign(**(known[centred] - known[centred].mean()))
