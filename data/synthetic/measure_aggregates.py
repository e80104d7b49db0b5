"""Measures on the real lists what the synthetic sample has to look like, and writes aggregates.json.

    TIKTOK_DATA_DIR=../shared/data python -m data.synthetic.measure_aggregates

Only aggregates leave this script: quantiles no finer than half a per cent, outermost values rounded to one
digit, rank correlations, counts and shares. No row, no handle, no name; no creator can be read off them.
"""

import json
import os
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

import acquire
import prepare
from tiktok.lists.columns import list_score

AGGREGATES = Path(__file__).resolve().with_name("aggregates.json")

MONTHS = ("2022-02", "2022-06", "2022-07", "2022-09", "2022-11")
METRICS = ("subscribers", "views", "likes", "comments", "shares")
SUMS = ("engagement", "interactions")
PROBABILITIES = (0.005, 0.01, 0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975, 0.99, 0.995)
GROWTH_PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)
OUTERMOST = 3


def round_digits(value: float, digits: int) -> float:
    """Round to so many significant digits.

    Parameters
    ----------
    value : number to round.
    digits : significant digits to keep.

    Returns
    -------
    The rounded number.

    >>> round_digits(63_123_456, 1), round_digits(0.123456, 3)
    (60000000.0, 0.123)
    """
    return float(f"{value:.{digits - 1}e}")


def measure_month(creators: pd.DataFrame) -> dict:
    """Measure the aggregates of one list.

    Parameters
    ----------
    creators : one row a creator in the order of the list: the five metrics, the two sums, and `rank` where
        the list publishes one.

    Returns
    -------
    A dict: number of creators, quantiles and rounded outermost values a metric, zeros, Spearman matrix, and
    how closely the published order follows `columns.list_score` (None without a rank).
    """
    ranked = "rank" in creators and creators["rank"].notna().all()
    correlated = [*METRICS, *SUMS, *(["rank"] if ranked else [])]
    matrix = creators[correlated].astype(float).corr("spearman").round(3)
    quantiles = creators[[*METRICS, *SUMS]].quantile(list(PROBABILITIES))
    return {
        "creators": len(creators),
        "zeros": {metric: int((creators[metric] == 0).sum()) for metric in METRICS},
        "quantiles": {
            name: [round_digits(value, 3) for value in column] for name, column in quantiles.items()
        },
        "smallest": {
            metric: round_digits(creators[metric][creators[metric] > 0].min(), 1) for metric in METRICS
        },
        "largest": {
            metric: [round_digits(value, 1) for value in creators[metric].nlargest(OUTERMOST)]
            for metric in METRICS
        },
        "spearman": {row: matrix.loc[row].to_dict() for row in correlated},
        "rule_spearman": (
            round(-float(list_score(creators).corr(creators["rank"].astype(float), method="spearman")), 4)
            if ranked
            else None
        ),
    }


def measure_step(before: pd.DataFrame, after: pd.DataFrame, months: float) -> dict:
    """Measure what becomes of the creators of one list by the next.

    Parameters
    ----------
    before, after : two lists, one row a creator, with `handle`, the five metrics and the two sums.
    months : time between them, in months.

    Returns
    -------
    A dict: share that stays, also by fifths of subscribers and of the score; share of the stayers whose five
    numbers are the same; Spearman correlation a metric between the two lists; quantiles of the log growth of
    subscribers a month, of those whose numbers changed.
    """
    before, after = before.set_index("handle"), after.set_index("handle")
    both = before.index.intersection(after.index)
    stayed = pd.Series(before.index.isin(after.index), before.index)
    then, now = before.loc[both], after.loc[both]
    unchanged = then[list(METRICS)].eq(now[list(METRICS)]).all(axis=1)
    growth = np.log(now["subscribers"] / then["subscribers"])[~unchanged] / months

    def by_fifths(values: pd.Series) -> list[float]:
        fifths = pd.qcut(values.rank(method="first"), 5, labels=False)
        return stayed.groupby(fifths).mean().round(2).tolist()

    return {
        "months": months,
        "stayed": round(float(stayed.mean()), 3),
        "stayed_by_subscribers": by_fifths(before["subscribers"]),
        "stayed_by_score": by_fifths(list_score(before)),
        "unchanged": round(float(unchanged.mean()), 3),
        "spearman": {
            name: round(float(then[name].corr(now[name], method="spearman")), 3) for name in (*METRICS, *SUMS)
        },
        "growth": growth.quantile(list(GROWTH_PROBABILITIES)).round(3).tolist(),
    }


def measure_histories(lists: dict[str, pd.DataFrame]) -> dict[str, int]:
    """Count the creators by the number of lists that they are in.

    Parameters
    ----------
    lists : cleaned lists by month.

    Returns
    -------
    Creators by number of lists ("1" to "5"), and under "returned" those who were gone and came back.

    >>> a, b = pd.DataFrame({"handle": ["x", "y"]}), pd.DataFrame({"handle": ["z"]})
    >>> measure_histories({"2022-02": a, "2022-06": b, "2022-07": a})
    {'1': 1, '2': 2, 'returned': 2}
    """
    seen = pd.DataFrame({month: pd.Series(1, index=df["handle"]) for month, df in lists.items()})
    pattern = seen[sorted(lists)].fillna(0).astype(int).astype(str).agg("".join, axis=1)
    counts = pattern.str.count("1").value_counts().sort_index()
    returned = pattern.str.strip("0").str.contains("0").sum()
    return {str(lists_seen): int(creators) for lists_seen, creators in counts.items()} | {
        "returned": int(returned)
    }


def measure(lists: dict[str, pd.DataFrame]) -> dict:
    """Measure every aggregate that drives and tests the sample.

    Parameters
    ----------
    lists : cleaned lists by month.

    Returns
    -------
    A dict that goes to JSON: the probabilities of the quantiles, `months`, `steps` (named `2022-06→2022-07`),
    and `histories`.
    """
    days = {month: date.fromisoformat(f"{month}-01") for month in sorted(lists)}
    return {
        "what": "aggregates of the real lists that drive make_sample.py; see measure_aggregates.py",
        "probabilities": list(PROBABILITIES),
        "growth_probabilities": list(GROWTH_PROBABILITIES),
        "months": {month: measure_month(lists[month]) for month in days},
        "steps": {
            f"{a}→{b}": measure_step(lists[a], lists[b], round((days[b] - days[a]).days / 30.4))
            for a, b in pairwise(days)
        },
        "histories": measure_histories(lists),
    }


def format_aggregates(aggregates: dict) -> str:
    """Format the aggregates as JSON with one short list a line.

    Parameters
    ----------
    aggregates : what `measure` returns.

    Returns
    -------
    The text of data/synthetic/aggregates.json.

    >>> print(format_aggregates({"a": {"b": [1.0, 2.5]}}), end="")
    {
     "a": {
      "b": [1.0, 2.5]
     }
    }
    """

    def lines(value: object, depth: int) -> str:
        nested = isinstance(value, dict) and (
            depth < 2 or any(isinstance(v, (dict, list)) for v in value.values())
        )
        if not nested:
            return json.dumps(value, ensure_ascii=False)
        pad = " " * (depth + 1)
        inner = ",\n".join(
            f"{pad}{json.dumps(key, ensure_ascii=False)}: {lines(v, depth + 1)}" for key, v in value.items()
        )
        return f"{{\n{inner}\n{' ' * depth}}}"

    return lines(aggregates, 0) + "\n"


def read_lists(folder: Path) -> dict[str, pd.DataFrame]:
    """Read and clean the five real lists.

    Parameters
    ----------
    folder : folder that holds them.

    Returns
    -------
    Cleaned lists by month.

    Raises
    ------
    acquire.AcquireError, prepare.PrepareError : a list is missing or can't be read.
    """
    raw = {month: acquire.get_tiktokers(month, source="local", data_dir=folder) for month in MONTHS}
    return {month: prepare.clean(df, month=month) for month, df in raw.items()}


def main() -> None:
    """Measure the lists in TIKTOK_DATA_DIR and write data/synthetic/aggregates.json."""
    folder = os.environ.get("TIKTOK_DATA_DIR")
    if not folder:
        sys.exit("TIKTOK_DATA_DIR isn't set: name the folder that holds the five real lists")
    AGGREGATES.write_text(format_aggregates(measure(read_lists(Path(folder)))), encoding="utf-8")


if __name__ == "__main__":
    main()
