"""Charts of models: what they live on, and what they give."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import PercentFormatter

from tiktok.figures import (
    GREY,
    NARROW,
    PALETTE,
    UNITS,
    Picture,
    draw_intervals,
    enlarge_texts,
    finish,
    format_count,
    log_count_axis,
    new_figure,
)
from tiktok.lists.columns import SUCCESS_QUANTILE
from tiktok.model.client import FAR_FACTOR, FEW_SIMILAR
from tiktok.wording import say_percent, shorten

INTERVAL = "with 95 % interval"
EACH_DOT = "Each dot is a creator"  # by which the page finds the picture
CREATORS_TITLE = f"{EACH_DOT}; top quarter in blue"
METRIC_NAMES = {"auc": "AUC", "r2_log": "R² of the logs"}


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
    ax.set(
        xlabel=f"loss of {metric} when shuffled, {INTERVAL}",
        title="How much the model uses each group of features",
    )
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
    fig = new_figure(NARROW, 3.9)
    ax = fig.subplots()
    subscribers, probability = curve["subscribers"], curve["probability"]
    dependable = probability.where(curve["similar"] >= FEW_SIMILAR)
    ax.fill_between(subscribers, curve["low"], curve["high"], color=PALETTE[0], alpha=0.15, linewidth=0)
    ax.plot(subscribers, probability, color=PALETTE[0], linewidth=1.5, linestyle=":")
    ax.plot(subscribers, dependable, color=PALETTE[0], linewidth=2.5)
    if "base_rate" in curve.attrs:
        share = curve.attrs["base_rate"]
        ax.axhline(share, color=GREY, linewidth=1, linestyle="--")
        at = {"xy": (0.01, share), "xycoords": ("axes fraction", "data"), "va": "bottom"}
        at |= {"xytext": (0, 2), "textcoords": "offset points"}
        ax.annotate(f"all creators: {say_percent(share)}", **at, color=GREY)
    if clients is not None:
        values = (clients["probability"], clients["low"], clients["high"])
        style = {"fmt": "D", "color": PALETTE[3], "markersize": 6, "capsize": 3}
        draw_intervals(ax, *values, clients["subscribers"], upright=True, **style)
    ax.set(xscale="log", ylim=(0, 1), xlabel=UNITS["subscribers"], ylabel=f"probability, {INTERVAL}")
    ax.set_title("A listed creator's chance of the top quarter")
    ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    log_count_axis(ax.xaxis)
    enlarge_texts(fig)
    known = curve.dropna(subset="probability")
    first, last = known.iloc[0], known.iloc[-1]
    alt = (
        "Probability of being in the top quarter of the list: "
        f"{first['probability']:.2f} at {format_count(first['subscribers'])} subscribers, "
        f"{last['probability']:.2f} at {format_count(last['subscribers'])}."
    )
    return finish(fig, alt, curve)


def plot_creators(creators: pd.DataFrame, clients: pd.DataFrame | None = None) -> Picture:
    """Draw every creator of a list by subscribers and views, the top quarter coloured, clients marked.

    Parameters
    ----------
    creators : DataFrame
        A row a creator, with `success`: `model.describe_listed(…).creators`.
    clients : DataFrame, optional
        From `model.read_clients`; drawn are those who are not far outside: a diamond, or a line where only
        subscribers or only views are known.

    Returns
    -------
    Picture

    >>> rows = pd.DataFrame({"subscribers": [1e5, 1e6, 1e7], "views": [1e6, 2e6, 9e6]})
    >>> plot_creators(rows.assign(success=[False, False, True])).get_label()
    'Each dot is a creator: subscribers across, views up. Typical views: 9M in the top quarter, 1.5M below.'
    """
    fig = new_figure(9, 5)
    ax = fig.subplots()
    quarter = creators["success"]
    for rows, colour, size in ((creators[~quarter], GREY, 12), (creators[quarter], PALETTE[0], 16)):
        ax.scatter(rows["subscribers"], rows["views"], s=size, color=colour, alpha=0.45, linewidth=0)
    ax.set(xscale="log", yscale="log", xlabel=UNITS["subscribers"], ylabel=UNITS["views"])
    ax.set_title(CREATORS_TITLE)
    beside = {"xycoords": "axes fraction", "fontsize": 10, "weight": "bold"}
    ax.annotate("top quarter by engagement", (0.01, 0.97), **beside, va="top", color=PALETTE[0])
    ax.annotate("all other creators", (0.99, 0.03), **beside, ha="right", color=GREY)
    drawn = pd.DataFrame() if clients is None else clients[_fit_beside(clients, creators)]
    for client in drawn.itertuples():
        _mark_client(ax, client)
    for said in ax.texts:
        said.set_path_effects([withStroke(linewidth=3, foreground="white")])
    for axis in (ax.xaxis, ax.yaxis):
        log_count_axis(axis)
    # as the story counts it, by the cut of all, where engagement is known
    best = quarter
    if "engagement" in creators:
        best = creators["engagement"] >= creators["engagement"].quantile(SUCCESS_QUANTILE)
    top, rest = (format_count(rows["views"].median()) for rows in (creators[best], creators[~best]))
    alt = f"{EACH_DOT}: subscribers across, views up. Typical views: {top} in the top quarter, {rest} below."
    for client in drawn.itertuples():
        shape = "line" if np.isnan(client.subscribers + client.views) else "diamond"
        alt += f" A {shape} marks {shorten(client.name)}."
    return finish(fig, alt, creators)


def _mark_client(ax: Axes, client: NamedTuple) -> None:
    """Mark a client by a diamond, or by a line where its subscribers or its views aren't known."""
    at, anywhere = (client.subscribers, client.views), ax.transAxes
    style = {"color": PALETTE[3], "weight": "bold", "parse_math": False, "annotation_clip": False}
    if pd.isna(client.views):
        ax.axvline(client.subscribers, color=PALETTE[3])
        at, style["xycoords"] = (client.subscribers, 0.88), ("data", anywhere)
    elif pd.isna(client.subscribers):
        ax.axhline(client.views, color=PALETTE[3])
        at, style["xycoords"] = (0.01, client.views), (anywhere, "data")
    else:
        ax.plot(*at, "D", color=PALETTE[3], markersize=9, markeredgecolor="white")
    ax.annotate(shorten(client.name), at, (8, 6), textcoords="offset points", **style)


def _fit_beside(clients: pd.DataFrame, creators: pd.DataFrame) -> pd.Series:
    """Tell which clients can be drawn without pushing the list into a corner."""
    axes = ["subscribers", "views"]
    lowest, highest = creators[axes].min() / FAR_FACTOR, creators[axes].max() * FAR_FACTOR
    known, near = clients[axes].notna(), clients[axes].ge(lowest) & clients[axes].le(highest)
    return known.any(axis=1) & (near | ~known).all(axis=1)
