"""How counts are distributed: their middle, their tail, their skew."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tiktok.explore.correlations import ExploreError
from tiktok.figures import PALETTE, UNITS, WIDEST, finish, format_count, log_count_axis, new_figure
from tiktok.lists.columns import require_columns, takes_names
from tiktok.lists.provenance import hand_on

BINS = 30


@takes_names("columns")
def describe_distributions(df: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Describe each column by what matters for counts: its middle, its tail and its skew.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
    columns : names of numeric columns

    Returns
    -------
    DataFrame of shape (len(columns), 10)
        `column`, `n` (finite values; the rest is left out), `zeros`, `q25`, `median`, `q75`, `maximum`
        (units of the column), `skew` and `skew_log` (sample skewness of the values and of log1p of them; 0
        for a symmetric distribution), and `top_1pct_share`: the share of the column's sum that its largest 1
        % of rows hold.

    Raises
    ------
    ExploreError
        If a column isn't there.

    >>> df = pd.DataFrame({"likes": [0.0, 1, 2, 3, 94]})
    >>> describe_distributions(df, ["likes"])[["column", "n", "zeros", "median", "maximum"]].values.tolist()
    [['likes', 5, 1, 2.0, 94.0]]
    """
    require_columns(df, columns, ExploreError)
    return hand_on(df, pd.DataFrame([_describe(df[column][np.isfinite(df[column])]) for column in columns]))


def _describe(values: pd.Series) -> dict[str, object]:
    top = values.nlargest(max(1, round(0.01 * len(values))))
    total = values.sum()
    return {
        "column": values.name,
        "n": len(values),
        "zeros": int((values == 0).sum()),
        "q25": values.quantile(0.25),
        "median": values.median(),
        "q75": values.quantile(0.75),
        "maximum": values.max(),
        "skew": values.skew(),
        "skew_log": np.log1p(values).skew() if values.min() > -1 else np.nan,
        "top_1pct_share": top.sum() / total if total > 0 else np.nan,
    }


@takes_names("columns")
def plot_distributions(df: pd.DataFrame, columns: Sequence[str]) -> Figure:
    """Draw the distribution of each count on a logarithmic axis, its median named.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
    columns : names of count columns; zeros have no place on a logarithmic axis and are counted beside it

    Returns
    -------
    Figure

    >>> plot_distributions(pd.DataFrame({"likes": [10.0, 100, 1000]}), ["likes"]).get_label()
    'Histograms on logarithmic axes. Medians: likes 100.'
    """
    n_rows = -(-len(columns) // 4)
    fig = new_figure(WIDEST, 2.3 * n_rows + 0.4)
    fig.subplots(n_rows, min(4, len(columns)))
    for ax, column in zip(fig.axes, columns, strict=False):
        _draw_histogram(ax, df[column])
    for ax in fig.axes[len(columns) :]:
        ax.set_axis_off()
    medians = ", ".join(f"{column} {format_count(df[column].median())}" for column in columns)
    return finish(fig, f"Histograms on logarithmic axes. Medians: {medians}.", df)


def _draw_histogram(ax: Axes, values: pd.Series) -> None:
    positive = values[values > 0]
    counts, edges = np.histogram(np.log(positive), BINS)
    ax.stairs(counts, np.exp(edges), fill=True, color=PALETTE[0], alpha=0.75)
    ax.set_xscale("log")
    ax.axvline(values.median(), color=PALETTE[3], linewidth=1.5)
    zeros = int((values == 0).sum())
    unit = UNITS.get(values.name, values.name)
    ax.set_title(f"{values.name}: median {format_count(values.median())}", fontsize=9)
    ax.set(xlabel=f"{unit}\n({zeros} at 0)" if zeros else unit, ylabel="creators")
    log_count_axis(ax.xaxis)
