"""What a sum is made of, and what a part's correlation with the sum is worth.

Engagement is a sum of counts of very different size. Its largest part correlates with it whatever the
creators do: it is in there. So that correlation is called what it is, it stands beside the one that a part
unrelated to all others would have, and the one that says something is given too: with the rest of the sum,
the part left out.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from tiktok.explore.correlations import COEFFICIENTS, ExploreError, correlate, correlation_tests
from tiktok.figures import GREY, NARROW, PALETTE, enlarge_texts, finish, new_figure
from tiktok.lists.columns import ENGAGEMENT_PARTS, WHOLES, require_columns
from tiktok.lists.provenance import hand_on
from tiktok.wording import say_percent

QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
SHUFFLES = 40  # deals of the rest to other creators, to see what construction alone does
BY_CONSTRUCTION = "the whole, which contains it"
WITH_REST = "the rest of the sum"


def measure_composition(df: pd.DataFrame) -> pd.DataFrame:
    """Measure what engagement and interactions are made of: all creators together, and creator by creator.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
        With `views`, `likes`, `comments` and `shares`.

    Returns
    -------
    DataFrame, a row a whole and part
        `whole`, `part`, `n` (creators whose sum isn't 0); `pooled`: the part's share of the sum over all
        creators, where the largest weigh most; `q05`, `q25`, `median`, `q75`, `q95`: quantiles of its share
        over the creators, each counting once; `largest_for`: for what share of the creators it is the
        largest part. All between 0 and 1. `reason` why a row is empty.

    Raises
    ------
    ExploreError
        If a column isn't there.

    >>> df = pd.DataFrame({"views": [90, 90], "likes": [8, 6], "comments": [1, 0], "shares": [1, 4]})
    >>> measure_composition(df).tail(3)[["part", "pooled", "median"]].round(2).values.tolist()
    [['likes', 0.7, 0.7], ['comments', 0.05, 0.05], ['shares', 0.25, 0.25]]
    """
    require_columns(df, ENGAGEMENT_PARTS, ExploreError)
    measured = [_measure(df[list(parts)].astype(float), whole) for whole, parts in WHOLES.items()]
    return hand_on(df, pd.concat(measured, ignore_index=True))


def _measure(parts: pd.DataFrame, whole: str) -> pd.DataFrame:
    measured = pd.DataFrame({"whole": whole, "part": parts.columns})
    if reason := _why_no_sum(parts):
        empty = dict.fromkeys(["pooled", *QUANTILES, "largest_for"], np.nan)
        return measured.assign(n=0, **empty, reason=reason)
    some = parts[parts.sum(axis=1) > 0]
    shares = some.div(some.sum(axis=1), axis=0)
    quantiles = shares.quantile(list(QUANTILES.values())).to_numpy()
    return measured.assign(
        n=len(some),
        pooled=(some.sum() / some.sum().sum()).to_numpy(),
        **dict(zip(QUANTILES, quantiles, strict=True)),
        largest_for=some.eq(some.max(axis=1), axis=0).mean().to_numpy(),
        reason="",
    )


def _why_no_sum(parts: pd.DataFrame) -> str:
    """Say in words why columns have no shares of their sum; "" where they have."""
    for name, values in parts.items():
        if missing := int((~np.isfinite(values)).sum()):
            return f"{name} has {missing} missing or infinite values"
        if values.lt(0).any():
            return f"{name} has negative values, which are no parts of a sum"
    return "" if parts.to_numpy().any() else "all parts are 0"


def correlate_parts(df: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Correlate each part with the whole that contains it, and with the rest of the sum, which doesn't.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
        With `views`, `likes`, `comments` and `shares`.
    seed : seed of the shuffles that show what construction alone does

    Returns
    -------
    DataFrame, two rows a whole and part
        `whole`, `part`; `against`: "the whole, which contains it" or "the rest of the sum"; `n`; for each of
        `pearson`, `spearman`, `pearson_log` the coefficient with `_low`, `_high` (95 %) and `_p`, as
        `explore.correlation_tests` gives them, not adjusted; `pearson_unrelated`, `spearman_unrelated`,
        `pearson_log_unrelated`: with the whole, the mean coefficient of a part that has the same values and
        nothing to do with the rest; 0 with the rest. `reason` why a row is empty.

    Raises
    ------
    ExploreError
        If a column isn't there.

    Notes
    -----
    Of the whole only its sum counts: it is added up here, so that it needs no column of its own. A part
    unrelated to the rest correlates with the whole all the same, by Pearson with about sd(part) / sd(whole):
    the "spurious" correlation of a part with its whole (Pearson 1897, Proc. Royal Society 60:489–498).

    >>> df = pd.DataFrame({"views": [900, 100] * 10, "likes": [1, 2, 3, 4] * 5})
    >>> parts = correlate_parts(df.assign(comments=0, shares=0))
    >>> parts[["part", "pearson", "pearson_unrelated"]].round(2).values.tolist()[:2]
    [['views', 1.0, 1.0], ['views', -0.45, 0.0]]
    """
    require_columns(df, ENGAGEMENT_PARTS, ExploreError)
    rng = np.random.default_rng(seed)
    deals = np.array([rng.permutation(len(df)) for _ in range(SHUFFLES)])
    correlated = []
    for whole, parts in WHOLES.items():
        for part in parts:
            rest = df[[other for other in parts if other != part]].sum(axis=1, skipna=False)
            correlated.append(_correlate_part(df[part], rest, deals).assign(whole=whole))
    columns = [f"{c}{suffix}" for c in COEFFICIENTS for suffix in ("", "_low", "_high", "_p", "_unrelated")]
    columns = ["whole", "part", "against", "n", *columns, "reason"]
    return hand_on(df, pd.concat(correlated, ignore_index=True)[columns])


def _correlate_part(part: pd.Series, rest: pd.Series, deals: np.ndarray) -> pd.DataFrame:
    pair = pd.DataFrame({part.name: part, BY_CONSTRUCTION: part + rest, WITH_REST: rest})
    tests = correlation_tests(pair, part.name, [BY_CONSTRUCTION, WITH_REST])
    unrelated = [f"{coefficient}_unrelated" for coefficient in COEFFICIENTS]
    tests = tests.assign(**dict.fromkeys(unrelated, np.where(tests["reason"] == "", 0.0, np.nan)))
    if tests["reason"].eq("").all():
        tests.loc[0, unrelated] = _if_unrelated(part, rest, deals)
    return tests.rename(columns={"target": "part", "feature": "against"})


def _if_unrelated(part: pd.Series, rest: pd.Series, deals: np.ndarray) -> list[float]:
    """Give each coefficient's mean between a part and a whole whose rest is dealt out anew."""
    x = np.sort(part.to_numpy(float))  # sorted, so that the frame's order has no say
    whole = x + np.sort(rest.to_numpy(float))[deals]
    return [correlate(x, whole, coefficient)[0].mean() for coefficient in COEFFICIENTS]


def plot_composition(made_of: pd.DataFrame) -> Figure:
    """Draw what each sum is made of, over all creators and from creator to creator.

    Parameters
    ----------
    made_of : DataFrame
        What `measure_composition` returns.

    Returns
    -------
    Figure
        One panel a sum, one below the other: a bar for each part's share of all creators together, a line
        for where the share lies for nine creators in ten.

    >>> df = pd.DataFrame({"views": [90, 90], "likes": [8, 6], "comments": [1, 0], "shares": [1, 4]})
    >>> plot_composition(measure_composition(df)).get_label().split(";")[1]
    ' interactions: likes 70 %, comments 5 %, shares 25 %.'
    """
    wholes = dict(list(made_of.groupby("whole", sort=False)))
    rows = [len(parts) for parts in wholes.values()]
    fig = new_figure(NARROW, 0.36 * sum(rows) + 1.9)
    grid = fig.subplots(len(wholes), 1, sharex=True, squeeze=False, height_ratios=rows)[:, 0]
    for ax, (whole, parts) in zip(grid, wholes.items(), strict=True):
        _draw_composition(ax, whole, parts)
    grid[-1].set_xlabel("bar: share of the sum; line: nine creators in ten", color=GREY)
    enlarge_texts(fig)
    said = "; ".join(_say_composition(whole, parts) for whole, parts in wholes.items())
    return finish(fig, f"What sums are made of. {said}.", made_of)


def _say_composition(whole: str, parts: pd.DataFrame) -> str:
    shares = ", ".join(f"{part.part} {say_percent(part.pooled)}" for part in parts.itertuples())
    return f"{whole}: {parts['reason'].iloc[0] or shares}"


def _draw_composition(ax: Axes, whole: str, parts: pd.DataFrame) -> None:
    ax.set_title(whole)
    if reason := parts["reason"].iloc[0]:
        ax.text(0.5, 0.5, reason, ha="center", va="center", wrap=True, transform=ax.transAxes)
        return
    largest = parts.loc[parts["pooled"].idxmax()]
    ax.set_title(f"{whole}: {say_percent(largest['pooled'])} {largest['part']}")
    positions = np.arange(len(parts))
    ax.barh(positions, parts["pooled"], color=PALETTE[0], height=0.62)
    ax.hlines(positions, parts["q05"], parts["q95"], color=PALETTE[1], linewidth=3)
    for y, part in zip(positions, parts.itertuples(), strict=True):
        ax.text(max(part.pooled, part.q95) + 0.02, y, say_percent(part.pooled), va="center", fontsize=10)
    ax.set_yticks(positions, parts["part"])
    ax.set(xlim=(0, 1.2), ylim=(len(parts) - 0.5, -0.5), xticks=[0, 0.25, 0.5, 0.75, 1])
    ax.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    ax.grid(axis="y", visible=False)
