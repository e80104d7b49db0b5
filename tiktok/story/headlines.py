"""The headline table: every finding of the main text, in every month and by both definitions of engagement.

It is made first, and what the main text says of every month is rendered from it.
"""

import numpy as np
import pandas as pd
from IPython.display import HTML

from tiktok.explore.correlations import ALPHA
from tiktok.story.frame import show_table
from tiktok.wording import say_decimal, say_p, say_range

COLUMNS = ["finding", "definition", "month", "value", "low", "high", "verdict"]
YES, SOME, NO, UNSHOWN, UNASKED = "yes", "by some", "no", "not shown", "can't be asked"
MORE = "the top quarter has more "
BIGGER = "the biggest accounts are more often in the top quarter than the smallest"
PERFECT = "R² is 1 from its own parts, on creators left out"
TELLS = "subscribers alone tell some of it"
BENT = "what they tell isn't a straight line"
CURVE = "on creators left out a curve tells more than a straight line"
SUCCESS = "subscribers alone tell some of success"
ORDERED = "ordered by views × likes × (comments + shares)"
AHEAD = "the next top quarter is told better than by “same as now”"
PERFECT_FROM = 1 - 1e-9
TESTS = 3  # coefficients by which a claim is tried


def tabulate_headlines(
    apart: pd.DataFrame,
    sizes: pd.DataFrame,
    leaked: pd.DataFrame,
    told: pd.DataFrame,
    orders: pd.DataFrame,
    specified: pd.DataFrame,
) -> pd.DataFrame:
    """Put every finding of one list into one table, month by month and by both definitions.

    Parameters
    ----------
    apart, sizes : what `explore.compare_top_quarters` and `explore.share_by_size` return
    leaked, told : what `model.recover_sums` and `model.tell_from_subscribers` return
    orders : what `explore.explain_orders` returns
    specified : what `explore.try_specifications` returns

    Returns
    -------
    DataFrame, a row a finding, definition and month
        `finding`; `definition` ("engagement", "interactions", or "" where none is in it); `month`; `value`,
        `low`, `high` (95 %), whichever number the finding rests on; `verdict`: "yes", "by some" (of the tests of a
        claim), "no", "not shown" or "can't be asked".
    """
    parts = [
        _of_top_quarters(apart),
        _of_sizes(sizes),
        _of_leakage(leaked),
        _of_subscribers(told),
        _of_orders(orders),
        _of_claims(specified),
    ]
    return pd.concat([part[COLUMNS] for part in parts], ignore_index=True)


def _of_top_quarters(apart: pd.DataFrame) -> pd.DataFrame:
    return apart.assign(
        finding=MORE + apart["feature"],
        value=apart["superiority"],
        low=apart["superiority_low"],
        high=apart["superiority_high"],
        verdict=apart["direction"].map({"more": YES, "less": NO, "not shown": UNSHOWN}),
    )


def _of_sizes(sizes: pd.DataFrame) -> pd.DataFrame:
    """Hold the share of the biggest accounts against that of the smallest; yes: nor is any between them higher."""
    rows = []
    for (definition, month), of_list in sizes[sizes["n"] > 0].groupby(["definition", "month"], sort=False):
        first, last = of_list.iloc[0], of_list.iloc[-1]
        ahead = last["low"] > first["high"] and last["share"] == of_list["share"].max()
        row = {"finding": BIGGER, "definition": definition, "month": month}
        row |= {"value": last["share"] - first["share"], "low": np.nan, "high": np.nan}
        rows.append(row | {"verdict": YES if ahead else UNSHOWN})
    return pd.DataFrame(rows)


def _of_leakage(leaked: pd.DataFrame) -> pd.DataFrame:
    return leaked.assign(
        finding=PERFECT,
        value=leaked["r2"],
        low=np.nan,
        high=np.nan,
        verdict=np.where(leaked["r2"].isna(), UNASKED, np.where(leaked["r2"] > PERFECT_FROM, YES, NO)),
    )


def _of_subscribers(told: pd.DataFrame) -> pd.DataFrame:
    asked = told["r2"].notna()
    parts = []
    for finding, value in ((TELLS, "r2"), (CURVE, "gain"), (SUCCESS, "skill")):
        low, high = told[f"{value}_low"], told[f"{value}_high"]
        parts.append(
            told.assign(finding=finding, value=told[value], low=low, high=high, held=told[f"{value}_shown"])
        )
    p = told["p_curvature"]
    parts.append(told.assign(finding=BENT, value=p, low=np.nan, high=np.nan, held=p < ALPHA))
    table = pd.concat(parts)
    known = pd.concat([asked] * len(parts))
    return table.assign(verdict=np.where(known, np.where(table["held"], YES, UNSHOWN), UNASKED))


def _of_orders(orders: pd.DataFrame) -> pd.DataFrame:
    by_rule = np.where(orders["pairs_contradict"] == 0, YES, NO)
    verdict = np.where(orders["ranked"], by_rule, UNASKED)
    return orders.assign(
        finding=ORDERED, definition="", value=orders["spearman"], low=np.nan, high=np.nan, verdict=verdict
    )


def _of_claims(specified: pd.DataFrame) -> pd.DataFrame:
    """Count by how many of the coefficients each claim holds, all creators kept; yes: by all of them."""
    asked = specified[(specified["outliers"] == "all creators") & specified["holds"].notna()]
    by_list = asked.groupby(["claim", "definition", "month"], sort=False)["holds"]
    table = by_list.agg(value="sum", tests="size").reset_index().rename(columns={"claim": "finding"})
    some = np.where(table["value"] > 0, SOME, NO)
    verdict = np.where(table["value"] == table["tests"], YES, some)
    return table.assign(value=table["value"].astype(float), low=np.nan, high=np.nan, verdict=verdict)


def _of_forecasts(ahead: pd.DataFrame) -> pd.DataFrame:
    asked = ahead[ahead["outcome"] == "success_next"]
    return asked.assign(
        finding=AHEAD,
        month=asked["month_next"],
        value=asked["gain"],
        verdict=np.where(asked["better"], YES, UNSHOWN),
    )


def show_headlines(headlines: pd.DataFrame, definitions: pd.DataFrame | None = None) -> HTML:
    """Show each finding, month by month: the number it rests on, and where it isn't so.

    Parameters
    ----------
    headlines : what `tabulate_headlines` returns
    definitions : what `forecast.compare_definitions` returns, told by the month that is forecast; None where there are too few lists
    """
    if definitions is not None and len(definitions):
        headlines = pd.concat([headlines, _of_forecasts(definitions)[COLUMNS]], ignore_index=True)
    said = headlines.apply(_say_cell, axis=1)
    wide = headlines.assign(said=said).pivot(index=["finding", "definition"], columns="month", values="said")
    order = pd.MultiIndex.from_frame(headlines[["finding", "definition"]].drop_duplicates())
    table = wide.reindex(order).fillna("").reset_index()
    return show_table(
        table.rename(columns={"definition": "engagement counted as"}),
        "Every finding, in every month and by both definitions of engagement",
    )


def _say_cell(row: pd.Series) -> str:
    if row["verdict"] == UNASKED:
        return UNASKED
    if "related to" in row["finding"]:  # a claim: by so many tests of those that could be asked
        asked = row["value"] if row["verdict"] == YES else TESTS
        return f"{row['verdict']}: {row['value']:.0f} of {asked:.0f} tests"
    number = f"p {say_p(row['value'])}" if row["finding"] == BENT else say_decimal(row["value"])
    if pd.notna(row["low"]):
        number = say_range(row["value"], row["low"], row["high"])
    return f"{row['verdict']}: {number}"
