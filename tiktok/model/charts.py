"""Charts of models: what holds of their assumptions, what they live on, how sure they are."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from scipy import stats
from statsmodels.nonparametric.smoothers_lowess import lowess
from statsmodels.regression.linear_model import RegressionResultsWrapper

from tiktok.figures import (
    GREY,
    PALETTE,
    UNITS,
    draw_intervals,
    finish,
    format_count,
    log_count_axis,
    new_figure,
)
from tiktok.model.client import FEW_SIMILAR
from tiktok.model.elasticities import LARGE_VIF, measure_influence, measure_vif

INTERVAL = "with 95 % interval"
METRIC_NAMES = {"auc": "AUC", "r2_log": "R² of the logs"}


def plot_diagnostics(results: RegressionResultsWrapper) -> Figure:
    """Draw what tests of OLS look at: residuals, their quantiles, influence, and how far features overlap.

    Parameters
    ----------
    results : statsmodels results
        From `model.fit_elasticities`.

    Returns
    -------
    Figure
        Four panels.
    """
    points = measure_influence(results)
    fig = new_figure(10, 6.4)
    residuals, quantiles, influence, overlap = fig.subplots(2, 2).ravel()
    _draw_residuals(residuals, points)
    _draw_quantiles(quantiles, points)
    _draw_influence(influence, points)
    _draw_overlap(overlap, measure_vif(results))
    alt = (
        f"Residuals of {len(points)} creators against fitted values; their quantiles against normal ones; "
        f"leverage against studentised residuals, {int(points['influential'].sum())} creators marked as "
        "influential; variance inflation by feature."
    )
    return finish(fig, alt, points)


def _draw_residuals(ax: Axes, points: pd.DataFrame) -> None:
    ax.scatter(points["fitted"], points["residual"], s=7, alpha=0.3, color=PALETTE[0], linewidth=0)
    span = np.ptp(points["fitted"])
    trend = lowess(points["residual"], points["fitted"], frac=0.5, it=3, delta=0.01 * span)
    ax.plot(trend[:, 0], trend[:, 1], color=PALETTE[3], linewidth=2)
    ax.axhline(0, color=GREY, linewidth=1)
    ax.set_title("Residuals: a flat trend means straight lines fit")
    ax.set(xlabel="fitted log", ylabel="residual (log)")


def _draw_quantiles(ax: Axes, points: pd.DataFrame) -> None:
    (theory, ordered), (slope, middle, _) = stats.probplot(points["studentised"])
    ax.scatter(theory, ordered, s=7, alpha=0.5, color=PALETTE[0], linewidth=0)
    ax.plot(theory, middle + slope * theory, color=GREY, linewidth=1)
    ax.set_title("Q–Q: on the line where residuals are normal")
    ax.set(xlabel="normal quantile", ylabel="studentised residual")


def _draw_influence(ax: Axes, points: pd.DataFrame) -> None:
    strong = points["influential"]
    weak, marked = points[~strong], points[strong]
    ax.scatter(weak["leverage"], weak["studentised"], s=7, alpha=0.3, color=PALETTE[0], linewidth=0)
    ax.scatter(marked["leverage"], marked["studentised"], s=14, alpha=0.8, color=PALETTE[3], marker="x")
    ax.axhline(0, color=GREY, linewidth=1)
    ax.set_title(f"Influence: {len(marked)} creators above 4/n")
    ax.set(xlabel="leverage", ylabel="studentised residual")


def _draw_overlap(ax: Axes, vif: pd.DataFrame) -> None:
    ax.barh(vif["feature"].str.replace("_", " "), vif["vif"], color=PALETTE[0], height=0.6)
    ax.axvline(LARGE_VIF, color=PALETTE[3], linewidth=1, linestyle="--")
    ax.invert_yaxis()
    ax.set(title=f"Overlap of features (trouble from {LARGE_VIF})", xlabel="variance inflation factor")
    ax.grid(visible=False, axis="y")


def plot_learning_curve(curve: pd.DataFrame) -> Figure:
    """Draw how a model gets on with more creators to learn from.

    Parameters
    ----------
    curve : DataFrame
        From `model.learn_from_more`.

    Returns
    -------
    Figure

    >>> rows = {"model": "OLS", "creators": [80, 640], "on_train": [0.3, 0.2], "value": [0.0, 0.1]}
    >>> plot_learning_curve(pd.DataFrame(rows | {"low": -0.1, "high": 0.2})).get_label()
    'R² of the logs by number of creators learnt from. OLS: 0.00 with 80, 0.10 with 640.'
    """
    fig = new_figure(7, 3.6)
    ax = fig.subplots()
    said = []
    for color, (model, rows) in zip(PALETTE, curve.groupby("model", sort=False), strict=False):
        creators, seen = rows["creators"], {"linestyle": ":", "markerfacecolor": "white"}
        ax.fill_between(creators, rows["low"], rows["high"], color=color, alpha=0.15, linewidth=0)
        ax.plot(creators, rows["value"], color=color, marker="o", label=f"{model}: left out")
        ax.plot(creators, rows["on_train"], color=color, marker="o", label=f"{model}: learnt from", **seen)
        ends = rows.iloc[[0, -1]]
        said.append(f"{model}: " + ", ".join(f"{r.value:.2f} with {r.creators}" for r in ends.itertuples()))
    ax.axhline(0, color=GREY, linewidth=1)
    ax.set_title("Learning curve: creators left out, and those learnt from")
    ax.set(xlabel="creators to learn from", ylabel="R² of the logs", xlim=(0, None))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return finish(fig, f"R² of the logs by number of creators learnt from. {'; '.join(said)}.", curve)


def plot_calibration(table: pd.DataFrame, models: Sequence[str] | None = None) -> Figure:
    """Draw what happened against what was predicted, group by group.

    Parameters
    ----------
    table : DataFrame
        From `model.tabulate_calibration`.
    models : which of its models; all by default

    Returns
    -------
    Figure

    >>> row = {"model": "forest", "n": 40, "probability": 0.3, "share": 0.25, "low": 0.1, "high": 0.4}
    >>> plot_calibration(pd.DataFrame([row])).get_label()
    'Share of successes against predicted probability, by model and group. forest: 0.30 became 0.25.'
    """
    fig = new_figure(6, 4.2)
    ax = fig.subplots()
    models = list(dict.fromkeys(table["model"])) if models is None else list(models)
    said = []
    for place, model in enumerate(models):
        rows = table[table["model"] == model]
        style = {"fmt": "os^Dv"[place % 5] + "-", "color": PALETTE[place], "markersize": 5, "linewidth": 1}
        values = (rows["share"], rows["low"], rows["high"])
        draw_intervals(ax, *values, rows["probability"], upright=True, label=model, **style)
        became = [f"{r.probability:.2f} became {r.share:.2f}" for r in rows.itertuples()]
        said.append(f"{model}: {', '.join(became)}")
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    ax.set_title("Calibration: on the dashed line, 30 % means 30 %")
    ax.set(xlim=(0, 1), xlabel="predicted probability (mean of the group)")
    ax.set(ylim=(0, 1), ylabel=f"share that succeeded, {INTERVAL}")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    if len(models) > 1:
        ax.legend(loc="upper left")
    alt = f"Share of successes against predicted probability, by model and group. {'; '.join(said)}."
    return finish(fig, alt, table)


def plot_importance(table: pd.DataFrame) -> Figure:
    """Draw what a model loses on left-out creators when a group of features is shuffled.

    Parameters
    ----------
    table : DataFrame
        From `model.measure_importance`.

    Returns
    -------
    Figure

    >>> row = {"group": "subscribers", "metric": "auc", "value": 0.1, "low": 0.05, "high": 0.15}
    >>> plot_importance(pd.DataFrame([row])).get_label()
    'Loss of AUC on left-out creators when features are shuffled. subscribers 0.10.'
    """
    metric = METRIC_NAMES[table["metric"].iloc[0]]
    ax = _draw_one_below_the_other(table["group"].str.replace("_", " "), table)
    ax.axvline(0, color=GREY, linewidth=1)
    ax.set(xlabel=f"loss of {metric} when shuffled, {INTERVAL}", title="What the model lives on")
    values = ", ".join(f"{row.group} {row.value:.2f}" for row in table.itertuples())
    alt = f"Loss of {metric} on left-out creators when features are shuffled. {values}."
    return finish(ax.figure, alt, table)


def plot_ablation(table: pd.DataFrame) -> Figure:
    """Draw how good a model is with each group of features.

    Parameters
    ----------
    table : DataFrame
        From `model.ablate_features`.

    Returns
    -------
    Figure

    >>> rows = pd.DataFrame({"known": ["no feature", "subscribers"], "metric": "auc", "value": [0.5, 0.6]})
    >>> plot_ablation(rows.assign(low=0.5, high=0.7, verdict=["", "adds"])).get_label()
    'AUC by what the model knows. no feature 0.50, subscribers 0.60 (adds).'
    """
    metric = METRIC_NAMES[table["metric"].iloc[0]]
    base = table["known"].iloc[1]
    known = table["known"].str.replace(f"{base} + ", "… + ", regex=False).str.replace("_", " ")
    verdicts = table["verdict"].map(lambda verdict: f" ({verdict})" if verdict else "")
    ax = _draw_one_below_the_other(known + verdicts, table)
    ax.axvline(table["value"].iloc[0], color=GREY, linewidth=1, linestyle=":")
    ax.set(xlabel=f"{metric} on creators left out, {INTERVAL}", title="What each group of features adds")
    values = ", ".join(table["known"] + table["value"].map(" {:.2f}".format) + verdicts)
    return finish(ax.figure, f"{metric} by what the model knows. {values}.", table)


def _draw_one_below_the_other(labels: Sequence[str], table: pd.DataFrame) -> Axes:
    """Draw each row's value with its interval, the first on top."""
    ax = new_figure(7, 0.4 * len(table) + 1.3).subplots()
    places = np.arange(len(table))
    style = {"color": PALETTE[0], "markersize": 6, "capsize": 3}
    draw_intervals(ax, table["value"], table["low"], table["high"], places, **style)
    ax.set_yticks(places, list(labels))
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    return ax


def plot_chances(curve: pd.DataFrame, clients: pd.DataFrame | None = None) -> Figure:
    """Draw the probability of success over the number of subscribers, and where clients stand on it.

    Parameters
    ----------
    curve : DataFrame
        From `model.trace_scores`.
    clients : DataFrame, optional
        From `model.score_creators`, on the same features; those without a number can't be drawn.

    Returns
    -------
    Figure
        Dotted where few creators of the list are similar.

    >>> rows = pd.DataFrame({"subscribers": [1e4, 1e6], "probability": [0.2, 0.4], "low": 0.1, "high": 0.5})
    >>> plot_chances(rows.assign(similar=50)).get_label()
    'Probability of being in the top quarter of the list: 0.20 at 10K subscribers, 0.40 at 1M.'
    """
    fig = new_figure(7, 3.8)
    ax = fig.subplots()
    subscribers, probability = curve["subscribers"], curve["probability"]
    dependable = probability.where(curve["similar"] >= FEW_SIMILAR)
    ax.fill_between(subscribers, curve["low"], curve["high"], color=PALETTE[0], alpha=0.15, linewidth=0)
    ax.plot(subscribers, probability, color=PALETTE[0], linewidth=1.5, linestyle=":")
    ax.plot(subscribers, dependable, color=PALETTE[0], linewidth=2.5)
    if "base_rate" in curve.attrs:
        share = curve.attrs["base_rate"]
        ax.axhline(share, color=GREY, linewidth=1, linestyle="--")
        at = {"xy": (1, share), "xycoords": ("axes fraction", "data"), "ha": "right", "va": "bottom"}
        ax.annotate("all creators of the list", **at, color=GREY, fontsize=9)
    if clients is not None:
        values = (clients["probability"], clients["low"], clients["high"])
        style = {"fmt": "D", "color": PALETTE[3], "markersize": 6, "capsize": 3}
        draw_intervals(ax, *values, clients["subscribers"], upright=True, **style)
    ax.set(xscale="log", ylim=(0, 1), xlabel=UNITS["subscribers"], ylabel=f"probability, {INTERVAL}")
    ax.set_title("Chance to be in the top quarter, for creators in the list")
    ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    log_count_axis(ax.xaxis)
    known = curve.dropna(subset="probability")
    first, last = known.iloc[0], known.iloc[-1]
    alt = (
        "Probability of being in the top quarter of the list: "
        f"{first['probability']:.2f} at {format_count(first['subscribers'])} subscribers, "
        f"{last['probability']:.2f} at {format_count(last['subscribers'])}."
    )
    return finish(fig, alt, curve)
