"""Does it hold? The same correlations in every monthly list, each by itself and all of them together.

The lists share creators, so whatever pools them draws creators, and with a creator all of their months. They
lie unequal distances apart and hold only who made the cut at the time: what holds in all of them holds among
creators who are on such lists, and the months are no independent confirmations of one another.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from tiktok.explore.correlations import (
    ALPHA,
    COEFFICIENT_NAMES,
    ExploreError,
    by_coefficient,
    correlation_tests,
    correlations_of_draws,
)
from tiktok.figures import GREY, PALETTE, draw_intervals, finish, new_figure
from tiktok.lists.columns import METRICS, takes_names
from tiktok.lists.provenance import hand_on
from tiktok.resampling import draw_creators, percentile_interval

HEADLINES = {"shares": METRICS[:-1], "engagement": METRICS, "interactions": METRICS}
PAIR = ["target", "feature", "coefficient"]
EACH_MONTH = "#8a8a8a"
RESAMPLES = 300  # no word hangs on these intervals; a bound is known to 4 % of their width


@takes_names("pairs")
def correlations_by_month(
    panel: Mapping[str, pd.DataFrame], pairs: Mapping[str, Sequence[str]] = HEADLINES
) -> pd.DataFrame:
    """Test each pair with each coefficient in each month: `explore.correlation_tests`, month by month.

    Parameters
    ----------
    panel : mapping of month (`YYYY-MM`) to DataFrame
        Frames from `prepare.clean`.
    pairs : mapping of a target to its features

    Returns
    -------
    DataFrame of shape (pairs x coefficients x months, 11)
        `target`, `feature`, `coefficient` ("pearson", "spearman" or "pearson_log"), `month`, `n`, `value`,
        `low`, `high`, `p`, `p_holm` (adjusted over the features of the target, within the month and the
        coefficient), `reason` why a row is empty.

    Raises
    ------
    ExploreError
        If the panel is empty or a column isn't there.

    >>> july = pd.DataFrame({"views": range(1, 21), "likes": [v**3 for v in range(1, 21)]})
    >>> tests = correlations_by_month({"2022-07": july}, {"likes": ["views"]})
    >>> tests[["coefficient", "month", "value"]].round(2).values.tolist()
    [['pearson', '2022-07', 0.92], ['spearman', '2022-07', 1.0], ['pearson_log', '2022-07', 1.0]]
    """
    require_panel(panel)
    by_month = []
    for target, features in pairs.items():
        tests = [
            by_coefficient(correlation_tests(panel[month], target, features)).assign(month=month)
            for month in sorted(panel)
        ]
        by_month.append(pd.concat(tests).sort_index(kind="stable"))
    columns = [*PAIR, "month", "n", "value", "low", "high", "p", "p_holm", "reason"]
    return hand_on(panel, pd.concat(by_month, ignore_index=True)[columns])


def pool_correlations(
    panel: Mapping[str, pd.DataFrame], by_month: pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = 0
) -> pd.DataFrame:
    """Pool each correlation over the months, and say in which of them it holds.

    The pooled value is the plain average of the months' coefficients: each month counts the same. Its 95 %
    interval is a percentile interval over resamples of creators (a cluster bootstrap: who is drawn brings
    all of their months, as often as drawn), since most of a list is on the next one too.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        The frames that `by_month` was made of; each creator, known by `handle`, at most once a month.
    by_month : DataFrame
        What `correlations_by_month` returns.
    resamples : how often to draw as many creators as the lists hold together
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (pairs x coefficients, 13)
        `target`, `feature`, `coefficient`; `months` that have a value, `creators` in them; `pooled`, `low`,
        `high`; `lowest`, `highest` of the months' values; `positive_in`, `negative_in`: the number of months
        in which the correlation has that sign and is significant at 5 % after Holm; `holds`: in words, where
        it holds.

    Raises
    ------
    ExploreError
        If the panel is empty or names a creator twice in a month.

    Notes
    -----
    Field & Welsh (2007), Bootstrapping clustered data, JRSS B 69:369–390.
    """
    require_panel(panel)
    usable = by_month[by_month["reason"].eq("")]
    drawn = _draw_correlations(panel, usable, draw_creators(panel, resamples, seed))
    creators = pd.concat([frame["handle"] for frame in panel.values()]).nunique()
    pooled = [
        {**dict(zip(PAIR, pair, strict=True)), "creators": creators, **_pool(rows, drawn.get(pair))}
        for pair, rows in by_month.groupby(PAIR, sort=False)
    ]
    return hand_on(panel, pd.DataFrame(pooled))


def _draw_correlations(
    panel: Mapping[str, pd.DataFrame], usable: pd.DataFrame, times: dict[str, np.ndarray]
) -> dict[tuple, list[np.ndarray]]:
    """Give each pair's coefficient in each draw, month by month, by (target, feature, coefficient)."""
    drawn = {}
    for (month, coefficient), rows in usable.groupby(["month", "coefficient"]):
        columns = list(dict.fromkeys([*rows["target"], *rows["feature"]]))
        values = panel[month][columns].to_numpy(float).T
        r = correlations_of_draws(values, times[month], coefficient)
        for target, feature in zip(rows["target"], rows["feature"], strict=True):
            of_pair = r[:, columns.index(target), columns.index(feature)]
            drawn.setdefault((target, feature, coefficient), []).append(of_pair)
    return drawn


def _pool(rows: pd.DataFrame, drawn: list[np.ndarray] | None) -> dict[str, object]:
    usable = rows[rows["reason"].eq("")]
    low, high = percentile_interval(np.mean(drawn, axis=0)) if drawn else (np.nan, np.nan)
    significant = usable[usable["p_holm"] < ALPHA].set_index("month")["value"]
    signs = significant.map(lambda value: "positive" if value > 0 else "negative")
    return {
        "months": len(usable),
        "pooled": usable["value"].mean(),
        "low": low,
        "high": high,
        "lowest": usable["value"].min(),
        "highest": usable["value"].max(),
        "positive_in": int((significant > 0).sum()),
        "negative_in": int((significant < 0).sum()),
        "holds": say_where(signs, len(usable)),
    }


def say_where(signs: pd.Series, months: int) -> str:
    """Say in words in which of so many months something is: `signs` says what it is in those, in a word."""
    if months == 0:
        return "not tested"
    if signs.empty:
        return "in no month"
    counts = signs.value_counts()
    if len(counts) == 1 and len(signs) == months:
        return f"{signs.iloc[0]} in every month"
    if len(signs) == 1:
        return f"{signs.iloc[0]} in {signs.index[0]} only"
    return " and ".join(f"{sign} in {n}" for sign, n in counts.items()) + f" of {months} months"


def plot_forest(by_month: pd.DataFrame, pooled: pd.DataFrame, coefficient: str = "spearman") -> Figure:
    """Draw one coefficient of each pair in each month, and the pooled value below them.

    Parameters
    ----------
    by_month, pooled : DataFrame
        What `correlations_by_month` and `pool_correlations` return.
    coefficient : "pearson", "spearman" or "pearson_log"

    Returns
    -------
    Figure

    >>> july = pd.DataFrame({"handle": list("abcdefghij"), "views": range(10), "likes": range(10)})
    >>> by_month = correlations_by_month({"2022-07": july}, {"likes": ["views"]})
    >>> plot_forest(by_month, pool_correlations({"2022-07": july}, by_month)).get_label()
    'Spearman by month. likes and views: pooled 1.00 (positive in every month).'
    """
    by_month = by_month[by_month["coefficient"] == coefficient]
    pooled = pooled[pooled["coefficient"] == coefficient]
    months = sorted(by_month["month"].unique())
    ax = new_figure(8, 0.42 * len(pooled) + 1.4).subplots()
    positions = np.arange(len(pooled))
    offsets = np.linspace(-0.34, 0.34, len(months) + 1)
    in_order = f"one month each, {months[0]} on top, {months[-1]} at the bottom"
    for month, offset in zip(months, offsets[:-1], strict=True):
        rows = by_month[by_month["month"] == month]
        style = {"color": EACH_MONTH, "markersize": 3, "elinewidth": 0.8, "capsize": 0}
        style["label"] = in_order if month == months[0] else None
        draw_intervals(ax, rows["value"], rows["low"], rows["high"], positions + offset, **style)
    style = {"fmt": "D", "color": PALETTE[0], "markersize": 4.5, "elinewidth": 1.6, "capsize": 0}
    style["label"] = "all months"
    draw_intervals(ax, pooled["pooled"], pooled["low"], pooled["high"], positions + offsets[-1], **style)
    ax.axvline(0, color=GREY, linewidth=1)
    ax.set_yticks(range(len(pooled)), pooled["target"] + " and " + pooled["feature"])
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    name = COEFFICIENT_NAMES[coefficient]
    ax.set(xlabel=f"{name} correlation, with 95 % interval", title="The same correlations, month by month")
    ax.figure.legend(loc="outside lower left", ncols=2, fontsize=9)
    ax.margins(y=0.02)
    said = "; ".join(
        f"{r.target} and {r.feature}: pooled {r.pooled:.2f} ({r.holds})" for r in pooled.itertuples()
    )
    return finish(ax.figure, f"{name} by month. {said}.", by_month)


def require_panel(panel: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a panel without a list in it, or with a creator twice in a month."""
    if not panel:
        raise ExploreError("The panel holds no month; acquire.get_panel says what is needed for one.")
    for month, frame in panel.items():
        if "handle" in frame and frame["handle"].duplicated().any():
            twice = frame["handle"][frame["handle"].duplicated()].iloc[0]
            raise ExploreError(f"{month} names {twice!r} twice. Pass frames from prepare.clean.")


def require_two_months(panel: Mapping[str, pd.DataFrame]) -> list[str]:
    """Give the months of a panel in order, or refuse one that can't show what comes back."""
    require_panel(panel)
    if len(panel) < 2:
        raise ExploreError(f"{next(iter(panel))} alone can't show what comes back; pass two months or more.")
    return sorted(panel)


def months_between(month: str, other: str) -> int:
    """Count the months from one list to the other, whichever is first."""
    return abs((pd.Period(other, "M") - pd.Period(month, "M")).n)
