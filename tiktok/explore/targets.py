"""Choosing the target: shares, engagement and interactions side by side.

How dependable a target is can only be seen on creators who are on two lists; those are the steadier ones,
and lists lie unequal distances apart, so a reliability here is one among creators who stay, over such
distances.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from tiktok.explore.correlations import ExploreError, correlation_tests, correlations_of_draws, why_untestable
from tiktok.explore.distributions import describe_distributions
from tiktok.explore.months import RESAMPLES, months_between, require_panel, require_two_months
from tiktok.lists.columns import METRICS, WHOLES, require_columns, takes_names
from tiktok.lists.provenance import hand_on
from tiktok.resampling import draw_creators, percentile_interval

TARGETS = ("shares", "engagement", "interactions")


def find_reliability(panel: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Give `compare_reliability` of engagement, or None where there is one list only."""
    return compare_reliability(panel, ["engagement"]) if len(panel) > 1 else None


@takes_names("columns")
def compare_reliability(panel: Mapping[str, pd.DataFrame], columns: Sequence[str] = TARGETS) -> pd.DataFrame:
    """Correlate each column with itself between every two lists, among the creators who are on both.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`, of two months or more.
    columns : names of count columns

    Returns
    -------
    DataFrame of shape (columns x pairs of months, 11)
        `column`, `month`, `other` (the later list), `gap`: months between them, `successive`: whether no list
        lies between; `n`: creators on both; `spearman` with `low` and `high` (95 %), and
        `pearson_log`, as `explore.correlation_tests` gives them; `reason` why a row is empty.

    Raises
    ------
    ExploreError
        If a column isn't there or there are fewer than two months.

    >>> frame = pd.DataFrame({"handle": list("abcdefghij"), "likes": range(10)})
    >>> reliability = compare_reliability({"2022-07": frame, "2022-09": frame}, ["likes"])
    >>> reliability[["gap", "n", "spearman"]].round(6).values.tolist()
    [[2.0, 10.0, 1.0]]
    """
    months = require_two_months(panel)
    successive = set(pairwise(months))
    reliability = pd.DataFrame(
        {
            "column": column,
            "month": month,
            "other": other,
            "gap": months_between(month, other),
            "successive": (month, other) in successive,
            **_correlate_with_itself(panel[month], panel[other], column),
        }
        for column in columns
        for month, other in combinations(months, 2)
    )
    return hand_on(panel, reliability)


def _correlate_with_itself(frame: pd.DataFrame, other: pd.DataFrame, column: str) -> dict[str, object]:
    both = _on_both(frame, other, [column])
    test = correlation_tests(both, f"{column}_other", [column]).iloc[0]
    return {
        "n": test["n"],
        "spearman": test["spearman"],
        "low": test["spearman_low"],
        "high": test["spearman_high"],
        "pearson_log": test["pearson_log"],
        "reason": test["reason"],
    }


def _on_both(frame: pd.DataFrame, other: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Put the two months of who is on both lists side by side; `row` is that in the first."""
    needed = ["handle", *columns]
    for one in (frame, other):
        require_columns(one, needed, ExploreError)
    first = frame[needed].assign(row=np.arange(len(frame)))
    return first.merge(other[needed], on="handle", suffixes=("", "_other"), validate="1:1")


@takes_names("targets")
def compare_targets(
    panel: Mapping[str, pd.DataFrame],
    targets: Sequence[str] = TARGETS,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Put the possible targets of a model side by side: how skewed, how dependable, what may explain them.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.
    targets : names of count columns
    resamples : how often to draw creators, with all their months, for the interval
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (len(targets), 10)
        `target`; `skew`, `skew_log`, `top_1pct_share` as `explore.describe_distributions` gives them,
        averaged over the months; `reliability` with `low`, `high` (95 %): Spearman's correlation of the
        target with itself on the next list, among the creators on both, averaged over the steps (missing
        where a step has none); `largest_part` and `largest_share`: the part that makes up most of a sum, and
        its share of it, averaged over the months; `explained_by`: the published metrics that aren't parts of
        the target, so may explain it.

    Raises
    ------
    ExploreError
        If the panel is empty or a column isn't there.
    """
    require_panel(panel)
    shapes = [describe_distributions(frame, targets).set_index("column") for frame in panel.values()]
    shape = sum(s[["skew", "skew_log", "top_1pct_share"]] for s in shapes) / len(shapes)
    reliability = _reliability(panel, targets, resamples, seed)
    composition = pd.DataFrame([_composition(panel, target) for target in targets], index=list(targets))
    compared = shape.join(reliability).join(composition).rename_axis("target").reset_index()
    return hand_on(panel, compared)


def _reliability(
    panel: Mapping[str, pd.DataFrame], columns: Sequence[str], resamples: int, seed: int
) -> pd.DataFrame:
    if len(panel) < 2:
        return pd.DataFrame(np.nan, index=list(columns), columns=["reliability", "low", "high"])
    times = draw_creators(panel, resamples, seed)
    own, others = np.arange(len(columns)), [f"{column}_other" for column in columns]
    steps = []
    for month, other in pairwise(sorted(panel)):
        both = _on_both(panel[month], panel[other], columns)
        weights = np.vstack([np.ones(len(both)), times[month][:, both["row"]]])
        values = both[[*columns, *others]].to_numpy(float).T
        matrices = correlations_of_draws(values, weights, "spearman")
        known = [not why_untestable(both[c], both[o]) for c, o in zip(columns, others, strict=True)]
        steps.append(np.where(known, matrices[:, own, own + len(columns)], np.nan))
    of_all, *of_draws = np.mean(steps, axis=0)
    low, high = percentile_interval(of_draws)
    return pd.DataFrame({"reliability": of_all, "low": low, "high": high}, index=list(columns))


def _composition(panel: Mapping[str, pd.DataFrame], target: str) -> dict[str, object]:
    parts = list(WHOLES.get(target, ()))
    shares = pd.DataFrame([frame[parts].sum() / frame[target].sum() for frame in panel.values()]).mean()
    return {
        "largest_part": shares.idxmax() if parts else "",
        "largest_share": shares.max(),
        "explained_by": ", ".join(metric for metric in METRICS if metric not in (parts or [target])),
    }
