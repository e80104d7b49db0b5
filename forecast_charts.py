"""Charts of the panel: where creators go, how good forecasts were, what they live on."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator, PercentFormatter
from sklearn.metrics import roc_curve
from statsmodels.stats.proportion import proportion_confint

from attrition import PLACES
from figures import GREY, PALETTE, count_axis, finish, new_figure
from forecast_scores import AVERAGE, CHOSEN, LEVEL, POOLED

WHAT = {
    "stayed": "is in the next list",
    "success_next": "is in the next list's top quarter",
    LEVEL: "engagement, if it stays",
}
BINS = 8
HEADLINES = {"stayed": ("auc", POOLED), "success_next": ("auc", POOLED), LEVEL: ("r2", AVERAGE)}
METRIC_NAMES = {"auc": "AUC, steps pooled", "r2": "R² of logs, mean of steps"}


def plot_transitions(transitions: pd.DataFrame) -> Figure:
    """Draw from which quarter of a list creators go to which of the next, or out, one panel a step.

    Parameters
    ----------
    transitions : DataFrame
        What `attrition.count_transitions` gives.

    Returns
    -------
    Figure
    """
    steps = transitions[["month", "month_next", "gap_days"]].drop_duplicates()
    fig = new_figure(3.1 * len(steps) + 1, 3.6)
    grid = fig.subplots(1, len(steps), sharey=True, squeeze=False)[0]
    kept = []
    for ax, step in zip(grid, steps.itertuples(index=False), strict=True):
        part = transitions[transitions["month"] == step.month]
        shares = part.pivot(index="now", columns="next", values="share").reindex(index=PLACES, columns=PLACES)
        sns.heatmap(
            shares, ax=ax, annot=True, fmt=".0%", cmap="Blues", vmin=0, vmax=1, cbar=False, square=True
        )
        ax.set(xlabel="next list", ylabel="", title=f"{step.month} → {step.month_next}: {step.gap_days} days")
        ax.set_xticks(ax.get_xticks(), ax.get_xticklabels(), rotation=40, ha="right", rotation_mode="anchor")
        kept.append(f"{step.month_next} {shares.iloc[0, 0]:.0%}")
    grid[0].set_ylabel("this list")
    return finish(
        fig,
        "Shares of each quarter of a list by engagement that are in each quarter of the next list, or out; "
        f"of who is out, only who comes in is seen. Of the top quarter, still there: {', '.join(kept)}.",
        transitions,
    )


def plot_chances(predictions: pd.DataFrame, outcome: str) -> Figure:
    """Draw how well the chosen chances tell creators apart, and whether they come true as often as they say.

    Parameters
    ----------
    predictions : DataFrame
        What `forecast.predict_steps` gives.
    outcome : {"stayed", "success_next"}

    Returns
    -------
    Figure
        ROC curves (left) and calibration with 95 % intervals (right), by step.
    """
    picks = predictions[predictions["chosen"] & (predictions["outcome"] == outcome)]
    fig = new_figure(9.5, 4.2)
    roc, calibration = fig.subplots(1, 2)
    for ax in (roc, calibration):
        ax.plot([0, 1], [0, 1], color=GREY, linestyle="dashed", linewidth=1)
        ax.set_aspect("equal")
    for (step, part), colour in zip(picks.groupby("step", sort=False), PALETTE, strict=False):
        false, true, _ = roc_curve(part["actual"], part["predicted"])
        roc.plot(false, true, color=colour, label=step)
        _draw_calibration(calibration, part, colour, step)
    roc.set(xlabel="share of the others called", ylabel="share of those called", title="Told apart")
    calibration.set(xlabel="chance given", ylabel="came true", title="Come true as often as said?")
    for axis in (roc.xaxis, roc.yaxis, calibration.xaxis, calibration.yaxis):
        axis.set_major_formatter(PercentFormatter(1))
    roc.legend(loc="lower right", title=f"creator {WHAT[outcome]}", fontsize=9)
    means = ", ".join(
        f"{step} {part['predicted'].mean():.0%} said and {part['actual'].mean():.0%} came true"
        for step, part in picks.groupby("step", sort=False)
    )
    return finish(
        fig, f"ROC curves and calibration by step: creator {WHAT[outcome]}. On average {means}.", predictions
    )


def _draw_calibration(ax: Axes, part: pd.DataFrame, colour: str, label: str) -> None:
    bins = pd.qcut(part["predicted"], BINS, duplicates="drop")
    grouped = part.groupby(bins, observed=True).agg(
        said=("predicted", "mean"), true=("actual", "sum"), n=("actual", "size")
    )
    share = grouped["true"] / grouped["n"]
    low, high = proportion_confint(grouped["true"], grouped["n"], method="wilson")
    error = np.clip([share - low, high - share], 0, None)
    ax.errorbar(
        grouped["said"], share, yerr=error, fmt="o-", color=colour, markersize=4, capsize=2, label=label
    )


def plot_engagement(predictions: pd.DataFrame) -> Figure:
    """Draw the engagement that was forecast against what came, of creators who stayed, with 90 % intervals.

    Parameters
    ----------
    predictions : DataFrame
        What `forecast.predict_steps` gives.

    Returns
    -------
    Figure
        One panel a step; creators outside their interval in another colour.
    """
    picks = predictions[predictions["chosen"] & (predictions["outcome"] == LEVEL)].dropna(subset="actual")
    steps = list(picks.groupby("step", sort=False))
    fig = new_figure(3.4 * len(steps), 3.7)
    grid = fig.subplots(1, len(steps), sharex=True, sharey=True, squeeze=False)[0]
    said = []
    for ax, (step, part) in zip(grid, steps, strict=True):
        part = part.sort_values("predicted")
        inside = part["actual"].between(part["low"], part["high"])
        ax.fill_between(part["predicted"], part["low"], part["high"], color=GREY, alpha=0.2, linewidth=0)
        ax.plot(part["predicted"], part["predicted"], color=GREY, linewidth=1)
        for chosen, colour in ((inside, PALETTE[0]), (~inside, PALETTE[3])):
            ax.scatter(
                part["predicted"][chosen], part["actual"][chosen], s=8, alpha=0.5, color=colour, linewidth=0
            )
        ax.set(xscale="log", yscale="log", xlabel="forecast", title=f"{step}: {inside.mean():.0%} inside")
        for axis in (ax.xaxis, ax.yaxis):
            count_axis(axis)
            axis.set_minor_locator(NullLocator())
        said.append(f"{step} {inside.mean():.0%} of {len(part)}")
    grid[0].set_ylabel("engagement per video that came")
    return finish(
        fig,
        "Forecast engagement against what came, on logarithmic axes, of creators who stayed, with 90 % "
        f"intervals. Inside them: {', '.join(said)}.",
        predictions,
    )


def plot_forecast(scores: pd.DataFrame) -> Figure:
    """Draw how good each model and baseline was over all steps, with intervals, one panel an outcome.

    Parameters
    ----------
    scores : DataFrame
        What `forecast.forecast` gives.

    Returns
    -------
    Figure
    """
    fig = new_figure(11, 3.4)
    grid = fig.subplots(1, len(HEADLINES))
    said = []
    for ax, (outcome, (metric, step)) in zip(grid, HEADLINES.items(), strict=True):
        part = scores[
            (scores["outcome"] == outcome) & (scores["metric"] == metric) & (scores["step"] == step)
        ]
        part = part.sort_values("value", kind="stable")
        colours = np.where(part["model"] == CHOSEN, PALETTE[3], PALETTE[0])
        _draw_intervals(ax, part["model"], part["value"], part["low"], part["high"], colours)
        ax.set(xlabel=METRIC_NAMES[metric], title=WHAT[outcome].capitalize())
        chosen = part[part["model"] == CHOSEN].iloc[0]
        said.append(f"{WHAT[outcome]}: {metric} {chosen['value']:.2f}")
    return finish(fig, f"Forecasts and baselines, with 95 % intervals. Chosen: {'; '.join(said)}.", scores)


def plot_parts(parts: pd.DataFrame) -> Figure:
    """Draw what each part of what is known adds to the forecast, with intervals, one panel an outcome.

    Parameters
    ----------
    parts : DataFrame
        What `forecast_parts.ablate_forecast` gives.

    Returns
    -------
    Figure
    """
    fig = new_figure(11, 3)
    grid = fig.subplots(1, len(HEADLINES), sharey=True)
    said = []
    for ax, (outcome, (metric, _)) in zip(grid, HEADLINES.items(), strict=True):
        part = parts[parts["outcome"] == outcome].iloc[::-1]
        names = part["part"].where(part["used"], part["part"] + " (not used)")
        colours = np.where(part["says"] == "adds", PALETTE[0], GREY)
        _draw_intervals(ax, names, part["adds"], part["low"], part["high"], colours)
        ax.axvline(0, color=GREY, linewidth=1)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.set(xlabel=f"adds to {METRIC_NAMES[metric]}", title=WHAT[outcome].capitalize())
        adding = part.loc[part["says"] == "adds", "part"].iloc[::-1]
        said.append(f"{WHAT[outcome]}: {', '.join(adding) or 'none'}")
    return finish(fig, f"What each part adds, with 95 % intervals. Parts that add: {'; '.join(said)}.", parts)


def _draw_intervals(
    ax: Axes, names: pd.Series, values: pd.Series, low: pd.Series, high: pd.Series, colours: np.ndarray
) -> None:
    places = np.arange(len(names))
    ax.hlines(places, low, high, colors=colours, linewidth=2)
    ax.scatter(values, places, color=colours, s=28, zorder=3)
    ax.set_yticks(places, names)
