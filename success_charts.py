"""Charts of success: calibration, on what a model lives, and a client's chances. Each returns its figure."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from figures import GREY, PALETTE, UNITS, axes_or_new, count_axis, finish, format_count, log_count_axis
from model_charts import INTERVAL, draw_intervals
from scoring import FEW_SIMILAR


def plot_calibration(
    table: pd.DataFrame, models: Sequence[str] | None = None, ax: Axes | None = None
) -> Figure:
    """Draw what happened against what was predicted, group by group.

    Parameters
    ----------
    table : DataFrame
        From `classification.tabulate_calibration`.
    models : which of its models; all by default
    ax : Axes, optional

    Returns
    -------
    Figure

    >>> row = {"model": "forest", "n": 40, "probability": 0.3, "share": 0.25, "low": 0.1, "high": 0.4}
    >>> plot_calibration(pd.DataFrame([row])).get_label()
    'Share of successes against predicted probability, by model and group. forest: 0.30 became 0.25.'
    """
    ax = axes_or_new(ax, 6, 4.2)
    models = list(dict.fromkeys(table["model"])) if models is None else list(models)
    said = []
    for place, model in enumerate(models):
        rows = table[table["model"] == model]
        error = [rows["share"] - rows["low"], rows["high"] - rows["share"]]
        ax.errorbar(
            rows["probability"],
            rows["share"],
            yerr=error,
            fmt="os^Dv"[place % 5] + "-",
            color=PALETTE[place],
            markersize=5,
            capsize=2,
            linewidth=1,
            label=model,
        )
        said.append(
            f"{model}: " + ", ".join(f"{r.probability:.2f} became {r.share:.2f}" for r in rows.itertuples())
        )
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    ax.set(
        xlim=(0, 1),
        ylim=(0, 1),
        xlabel="predicted probability (mean of the group)",
        ylabel=f"share that succeeded, {INTERVAL}",
    )
    ax.set_title("Calibration: on the dashed line, 30 % means 30 %")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    if len(models) > 1:
        ax.legend(loc="upper left")
    alt = f"Share of successes against predicted probability, by model and group. {'; '.join(said)}."
    return finish(ax.figure, alt, table)


def plot_importance(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw what a model loses on left-out creators when a group of features is shuffled.

    Parameters
    ----------
    table : DataFrame
        From `importance.measure_importance`.
    ax : Axes, optional

    Returns
    -------
    Figure

    >>> row = {"group": "subscribers", "metric": "auc", "value": 0.1, "low": 0.05, "high": 0.15}
    >>> plot_importance(pd.DataFrame([row])).get_label()
    'Loss of AUC on left-out creators when features are shuffled. subscribers 0.10.'
    """
    metric = "AUC" if table["metric"].iloc[0] == "auc" else "R² of the logs"
    ax = axes_or_new(ax, 7, 0.4 * len(table) + 1.3)
    draw_intervals(ax, table["group"].str.replace("_", " "), table)
    ax.axvline(0, color=GREY, linewidth=1)
    ax.set(xlabel=f"loss of {metric} when shuffled, {INTERVAL}", title="What the model lives on")
    values = ", ".join(f"{row.group} {row.value:.2f}" for row in table.itertuples())
    return finish(
        ax.figure, f"Loss of {metric} on left-out creators when features are shuffled. {values}.", table
    )


def plot_ablation(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw how good a model is with each group of features.

    Parameters
    ----------
    table : DataFrame
        From `importance.ablate_features`.
    ax : Axes, optional

    Returns
    -------
    Figure

    >>> rows = pd.DataFrame({"known": ["no feature", "subscribers"], "metric": "auc", "value": [0.5, 0.6]})
    >>> plot_ablation(rows.assign(low=0.5, high=0.7, verdict=["", "adds"])).get_label()
    'AUC by what the model knows. no feature 0.50, subscribers 0.60 (adds).'
    """
    metric = "AUC" if table["metric"].iloc[0] == "auc" else "R² of the logs"
    ax = axes_or_new(ax, 7, 0.4 * len(table) + 1.3)
    base = table["known"].iloc[1]
    known = table["known"].str.replace(f"{base} + ", "… + ", regex=False).str.replace("_", " ")
    labels = [
        f"{name} ({verdict})" if verdict else name
        for name, verdict in zip(known, table["verdict"], strict=True)
    ]
    draw_intervals(ax, labels, table)
    ax.axvline(table["value"].iloc[0], color=GREY, linewidth=1, linestyle=":")
    ax.set(xlabel=f"{metric} on creators left out, {INTERVAL}", title="What each group of features adds")
    values = ", ".join(
        f"{row.known} {row.value:.2f}" + (f" ({row.verdict})" if row.verdict else "")
        for row in table.itertuples()
    )
    return finish(ax.figure, f"{metric} by what the model knows. {values}.", table)


def plot_dependence(traced: pd.DataFrame, what: str, ax: Axes | None = None) -> Figure:
    """Draw a model's mean answer as one feature runs through its range.

    Parameters
    ----------
    traced : DataFrame
        From `importance.trace_dependence`.
    what : what the model answers, such as "probability of success"
    ax : Axes, optional

    Returns
    -------
    Figure

    >>> rows = {"model": "forest", "feature": "subscribers", "at": [1e4, 1e6], "value": [0.2, 0.4]}
    >>> plot_dependence(pd.DataFrame(rows | {"low": 0.1, "high": 0.5}), "probability").get_label()
    'Mean probability that forest gives, from 0.20 at 10K subscribers to 0.40 at 1M.'
    """
    ax = axes_or_new(ax, 6, 3.6)
    first, last = traced.iloc[0], traced.iloc[-1]
    name = first["feature"].replace("_", " ")
    ax.fill_between(traced["at"], traced["low"], traced["high"], color=PALETTE[0], alpha=0.15, linewidth=0)
    ax.plot(traced["at"], traced["value"], color=PALETTE[0], linewidth=2)
    ax.set(
        xscale="log",
        xlabel=UNITS.get(first["feature"], name),
        ylabel=f"mean {what}, {INTERVAL}",
        ylim=(0, None),
    )
    ax.set_title(f"What {first['model']} makes of {name}")
    log_count_axis(ax.xaxis)
    if traced["high"].max() > 1000:
        count_axis(ax.yaxis)
    alt = (
        f"Mean {what} that {first['model']} gives, from {_say_value(first['value'])} at "
        f"{format_count(first['at'])} {name} to {_say_value(last['value'])} at {format_count(last['at'])}."
    )
    return finish(ax.figure, alt, traced)


def _say_value(value: float) -> str:
    return format_count(value) if value > 1000 else f"{value:.2f}"


def plot_chances(
    curve: pd.DataFrame,
    clients: pd.DataFrame | None = None,
    *,
    over: str = "subscribers",
    ax: Axes | None = None,
) -> Figure:
    """Draw the probability of success over a count, and where clients stand on it.

    Parameters
    ----------
    curve : DataFrame
        From `scoring.trace_scores`.
    clients : DataFrame, optional
        From `scoring.score_creators`, on the same features; those without a number can't be drawn.
    over : the count that runs
    ax : Axes, optional

    Returns
    -------
    Figure
        Dotted where few creators of the list are similar.

    >>> rows = pd.DataFrame({"subscribers": [1e4, 1e6], "probability": [0.2, 0.4], "low": 0.1, "high": 0.5})
    >>> plot_chances(rows.assign(similar=50)).get_label()
    'Probability of being in the top quarter of the list: 0.20 at 10K subscribers, 0.40 at 1M.'
    """
    ax = axes_or_new(ax, 7, 3.8)
    ax.fill_between(curve[over], curve["low"], curve["high"], color=PALETTE[0], alpha=0.15, linewidth=0)
    ax.plot(curve[over], curve["probability"], color=PALETTE[0], linewidth=1.5, linestyle=":")
    ax.plot(
        curve[over],
        curve["probability"].where(curve["similar"] >= FEW_SIMILAR),
        color=PALETTE[0],
        linewidth=2.5,
    )
    if "base_rate" in curve.attrs:
        ax.axhline(curve.attrs["base_rate"], color=GREY, linewidth=1, linestyle="--")
        ax.annotate(
            "all creators of the list",
            (1, curve.attrs["base_rate"]),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="bottom",
            color=GREY,
            fontsize=9,
        )
    if clients is not None:
        error = [clients["probability"] - clients["low"], clients["high"] - clients["probability"]]
        ax.errorbar(
            clients[over],
            clients["probability"],
            yerr=error,
            fmt="D",
            color=PALETTE[3],
            markersize=6,
            capsize=3,
        )
    ax.set(xscale="log", ylim=(0, 1), xlabel=UNITS.get(over, over), ylabel=f"probability, {INTERVAL}")
    ax.set_title("Chance to be in the top quarter, for creators in the list")
    ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    log_count_axis(ax.xaxis)
    known = curve.dropna(subset="probability")
    first, last = known.iloc[0], known.iloc[-1]
    alt = (
        f"Probability of being in the top quarter of the list: {first['probability']:.2f} at "
        f"{format_count(first[over])} {over}, "
        f"{last['probability']:.2f} at {format_count(last[over])}."
    )
    return finish(ax.figure, alt, curve)
