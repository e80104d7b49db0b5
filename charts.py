"""Charts of one month's list: distributions, relationships, correlations. Each returns its figure."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from statsmodels.nonparametric.smoothers_lowess import lowess

from correlations import COEFFICIENT_NAMES, MINIMUM_ROWS
from figures import (
    GREY,
    PALETTE,
    UNITS,
    axes_or_new,
    draw_intervals,
    finish,
    format_count,
    log_count_axis,
    new_figure,
)


def plot_distributions(df: pd.DataFrame, columns: Sequence[str]) -> Figure:
    """Draw the distribution of each count on a logarithmic axis, its median named.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
    columns : names of count columns; zeros have no place on a logarithmic axis and are counted in the title

    Returns
    -------
    Figure

    >>> plot_distributions(pd.DataFrame({"likes": [10.0, 100, 1000]}), ["likes"]).get_label()
    'Histograms on logarithmic axes. Medians: likes 100.'
    """
    n_rows = -(-len(columns) // 4)
    fig = new_figure(10, 2.3 * n_rows + 0.4)
    fig.subplots(n_rows, min(4, len(columns)))
    for ax, column in zip(fig.axes, columns, strict=False):
        _draw_histogram(ax, df[column])
    for ax in fig.axes[len(columns) :]:
        ax.set_axis_off()
    medians = ", ".join(f"{column} {format_count(df[column].median())}" for column in columns)
    return finish(fig, f"Histograms on logarithmic axes. Medians: {medians}.", df)


def _draw_histogram(ax: Axes, values: pd.Series) -> None:
    style = {"color": PALETTE[0], "edgecolor": "white", "linewidth": 0.3}
    sns.histplot(x=values[values > 0], log_scale=True, bins=30, ax=ax, **style)
    ax.axvline(values.median(), color=PALETTE[3], linewidth=1.5)
    zeros = int((values == 0).sum())
    at_zero = f" ({zeros} at 0)" if zeros else ""
    ax.set_title(f"{values.name}: median {format_count(values.median())}{at_zero}", fontsize=9)
    ax.set(xlabel=UNITS.get(values.name, values.name), ylabel="creators")
    log_count_axis(ax.xaxis)


def plot_relationships(df: pd.DataFrame, target: str, features: Sequence[str]) -> Figure:
    """Draw each feature against the target on logarithmic axes, with a robust trend.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
    target, features : names of count columns; rows with a zero on either axis can't be drawn there

    Returns
    -------
    Figure
        One panel a feature. The line is a robust locally weighted regression (lowess, Cleveland 1979).

    >>> df = pd.DataFrame({"likes": [10.0, 30, 100, 1000], "views": [100.0, 400, 900, 20000]})
    >>> plot_relationships(df, "views", ["likes"]).get_label()
    'Scatter plots on logarithmic axes of views against likes, each with a robust trend.'
    """
    fig = new_figure(2.6 * len(features), 2.9)
    grid = fig.subplots(1, len(features), sharey=True, squeeze=False)[0]
    for ax, feature in zip(grid, features, strict=True):
        _draw_relationship(ax, df[feature], df[target])
    for ax in grid[1:]:
        ax.set_ylabel("")
    against = f"{target} against {', '.join(features)}"
    return finish(fig, f"Scatter plots on logarithmic axes of {against}, each with a robust trend.", df)


def _draw_relationship(ax: Axes, x: pd.Series, y: pd.Series) -> None:
    drawn = (x > 0) & (y > 0)
    ax.scatter(x[drawn], y[drawn], s=7, alpha=0.25, color=PALETTE[0], linewidth=0)
    trend = _trend(np.log10(x[drawn]), np.log10(y[drawn]))
    ax.plot(10 ** trend[:, 0], 10 ** trend[:, 1], color=PALETTE[3], linewidth=2)
    scale = "log" if drawn.any() else "linear"  # a logarithmic axis without a value can't be drawn
    ax.set(xscale=scale, yscale=scale, xlabel=UNITS.get(x.name, x.name), ylabel=UNITS.get(y.name, y.name))
    ax.set_title(f"{y.name} and {x.name}", fontsize=10)
    log_count_axis(ax.xaxis)
    log_count_axis(ax.yaxis)


def _trend(x: pd.Series, y: pd.Series) -> np.ndarray:
    """Give the points of a robust trend, in the order of x; none where there are too few creators for one."""
    if len(x) < MINIMUM_ROWS or x.nunique() < MINIMUM_ROWS:
        return np.empty((0, 2))
    with np.errstate(invalid="ignore", divide="ignore"):  # where half of the creators are at one x: a gap
        return lowess(y, x, frac=0.5, it=3, delta=0.05)


def plot_correlations(tests: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw what three coefficients say of each feature, with their intervals.

    Parameters
    ----------
    tests : DataFrame
        What `explore.correlation_tests` returns.
    ax : Axes, optional

    Returns
    -------
    Figure

    >>> from explore import correlation_tests
    >>> df = pd.DataFrame({"views": range(1, 21), "likes": [v**3 for v in range(1, 21)]})
    >>> plot_correlations(correlation_tests(df, "likes", ["views"])).get_label()
    'Correlations with likes. views: Pearson 0.92, Spearman 1.00, Pearson on logs 1.00.'
    """
    ax = axes_or_new(ax, 7, 0.75 * len(tests) + 1.2)
    offsets = np.linspace(-0.22, 0.22, len(COEFFICIENT_NAMES))
    for place, (coefficient, name) in enumerate(COEFFICIENT_NAMES.items()):
        ends = (tests[f"{coefficient}_low"], tests[f"{coefficient}_high"])
        style = {"fmt": "osD"[place], "color": PALETTE[place], "markersize": 5, "label": name}
        draw_intervals(ax, tests[coefficient], *ends, np.arange(len(tests)) + offsets[place], **style)
    ax.axvline(0, color=GREY, linewidth=1)
    ax.set_yticks(range(len(tests)), tests["feature"])
    ax.invert_yaxis()
    ax.set(xlabel="correlation, with 95 % interval", title=f"Correlation with {tests['target'].iloc[0]}")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return finish(ax.figure, _say_correlations(tests), tests)


def _say_correlations(tests: pd.DataFrame) -> str:
    said = [
        f"{row.feature}: "
        + (row.reason or ", ".join(f"{name} {getattr(row, c):.2f}" for c, name in COEFFICIENT_NAMES.items()))
        for row in tests.itertuples()
    ]
    return f"Correlations with {tests['target'].iloc[0]}. {'; '.join(said)}."
