"""Charts of models: how good they are, how far off, and whether they keep their promises."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from scipy import stats
from statsmodels.nonparametric.smoothers_lowess import lowess
from statsmodels.regression.linear_model import RegressionResultsWrapper

from diagnostics import LARGE_VIF, measure_influence, measure_vif
from figures import GREY, PALETTE, UNITS, axes_or_new, finish, log_count_axis, new_figure

METRIC_NAMES = {
    "r2_log": "R² of the logs",
    "r2": "R² of the counts",
    "median_factor": "half of the predictions are within this factor",
    "auc": "AUC: chance to rank a success above another creator",
    "average_precision": "average precision",
    "brier": "Brier score",
    "brier_skill": "Brier skill",
}
INTERVAL = "with 95 % interval"


def plot_model_scores(compared: pd.DataFrame, metric: str, ax: Axes | None = None) -> Figure:
    """Draw how good each model is on creators left out.

    Parameters
    ----------
    compared : DataFrame
        From `cross_validate_regressors`, `cross_validate_classifiers`, `interval_predictions` or
        `score_probabilities`.
    metric : one of its metrics
    ax : Axes, optional

    Returns
    -------
    Figure

    >>> rows = {"metric": "auc", "model": ["base rate", "forest"], "n": 9, "value": [0.5, 0.7]}
    >>> plot_model_scores(pd.DataFrame(rows | {"low": 0.4, "high": 0.8}), "auc").get_label()
    'AUC: chance to rank a success above another creator, by model. base rate 0.50, forest 0.70.'
    """
    table = compared[compared["metric"] == metric]
    ax = axes_or_new(ax, 7, 0.4 * len(table) + 1.3)
    draw_intervals(ax, table["model"], table)
    ax.axvline(table["value"].iloc[0], color=GREY, linewidth=1, linestyle=":")
    name = METRIC_NAMES[metric]
    ax.set(
        xlabel=f"{name}, {INTERVAL}",
        title=f"{name.split(':')[0].capitalize() if metric != 'auc' else 'AUC'} by model",
    )
    values = ", ".join(f"{row.model} {row.value:.2f}" for row in table.itertuples())
    return finish(ax.figure, f"{name}, by model. {values}.", compared)


def plot_elasticities(table: pd.DataFrame, target: str, ax: Axes | None = None) -> Figure:
    """Draw how much more of the target creators have who have more of a feature.

    Parameters
    ----------
    table : DataFrame
        From `regression.list_elasticities`.
    target : name of the target
    ax : Axes, optional

    Returns
    -------
    Figure

    >>> row = {"feature": "subscribers", "kind": "elasticity", "percent": 1.0}
    >>> table = pd.DataFrame([row | {"percent_low": 0.5, "percent_high": 1.5}])
    >>> plot_elasticities(table, "views").get_label()
    'Difference in views, all other features being equal: twice the subscribers: 1.0 %.'
    """
    ax = axes_or_new(ax, 7, 0.4 * len(table) + 1.3)
    bounds = table[["percent", "percent_low", "percent_high"]].set_axis(["value", "low", "high"], axis=1)
    labels = [_say_step(row.feature, row.kind) for row in table.itertuples()]
    draw_intervals(ax, labels, bounds)
    ax.axvline(0, color=GREY, linewidth=1)
    ax.xaxis.set_major_formatter(PercentFormatter(symbol=" %"))
    ax.set(
        xlabel=f"difference in {UNITS.get(target, target)}, {INTERVAL}",
        title=f"Who has more {target}, and by how much",
    )
    said = "; ".join(f"{label}: {value:.1f} %" for label, value in zip(labels, table["percent"], strict=True))
    return finish(ax.figure, f"Difference in {target}, all other features being equal: {said}.", table)


def _say_step(feature: str, kind: str) -> str:
    name = feature.replace("_", " ")
    return f"twice the {name}" if kind == "elasticity" else name


def plot_predictions(intervals: pd.DataFrame, method: str, target: str, ax: Axes | None = None) -> Figure:
    """Draw each creator's count against its prediction, with the intervals that should hold it.

    Parameters
    ----------
    intervals : DataFrame
        From `limits.predict_intervals`.
    method : one of its methods
    target : name of the target
    ax : Axes, optional

    Returns
    -------
    Figure

    >>> rows = pd.DataFrame({"method": "any", "level": 0.9, "actual": [2.0, 30], "predicted": [2.0, 3]})
    >>> plot_predictions(rows.assign(low=1.0, high=9.0, inside=[True, False]), "any", "views").get_label()
    'Actual views against predicted views of 2 creators; 50 % lie in their 90 % interval.'
    """
    ax = axes_or_new(ax, 6, 4.2)
    rows = intervals[intervals["method"] == method].sort_values("predicted")
    inside = rows["inside"].to_numpy(bool)
    level = rows["level"].iloc[0]
    ax.fill_between(rows["predicted"], rows["low"], rows["high"], color=PALETTE[0], alpha=0.15, linewidth=0)
    ax.plot(rows["predicted"], rows["predicted"], color=GREY, linewidth=1)
    ax.scatter(
        rows["predicted"][inside], rows["actual"][inside], s=12, color=PALETTE[0], alpha=0.6, linewidth=0
    )
    ax.scatter(
        rows["predicted"][~inside], rows["actual"][~inside], s=16, color=PALETTE[3], marker="x", linewidth=1
    )
    share = _say_share(inside.mean())
    ax.set(
        xscale="log",
        yscale="log",
        xlabel=f"predicted {UNITS.get(target, target)}",
        ylabel=f"actual {UNITS.get(target, target)}",
        title=f"{share} of the counts lie in their {_say_share(level)} interval",
    )
    log_count_axis(ax.xaxis)
    log_count_axis(ax.yaxis)
    alt = (
        f"Actual {target} against predicted {target} of {len(rows)} creators; "
        f"{share} lie in their {_say_share(level)} interval."
    )
    return finish(ax.figure, alt, intervals)


def _say_share(share: float) -> str:
    return f"{100 * share:.0f} %"


def plot_diagnostics(results: RegressionResultsWrapper) -> Figure:
    """Draw what tests of OLS look at: residuals, their quantiles, influence, and how far features overlap.

    Parameters
    ----------
    results : statsmodels results
        From `regression.fit_elasticities`.

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
    ax.set(
        title="Residuals: a flat trend means straight lines fit", xlabel="fitted log", ylabel="residual (log)"
    )


def _draw_quantiles(ax: Axes, points: pd.DataFrame) -> None:
    (theory, ordered), (slope, middle, _) = stats.probplot(points["studentised"])
    ax.scatter(theory, ordered, s=7, alpha=0.5, color=PALETTE[0], linewidth=0)
    ax.plot(theory, middle + slope * theory, color=GREY, linewidth=1)
    ax.set(
        title="Q–Q: on the line where residuals are normal",
        xlabel="normal quantile",
        ylabel="studentised residual",
    )


def _draw_influence(ax: Axes, points: pd.DataFrame) -> None:
    strong = points["influential"]
    ax.scatter(
        points["leverage"][~strong],
        points["studentised"][~strong],
        s=7,
        alpha=0.3,
        color=PALETTE[0],
        linewidth=0,
    )
    ax.scatter(
        points["leverage"][strong],
        points["studentised"][strong],
        s=14,
        alpha=0.8,
        color=PALETTE[3],
        marker="x",
    )
    ax.axhline(0, color=GREY, linewidth=1)
    ax.set(
        title=f"Influence: {int(strong.sum())} creators above 4/n",
        xlabel="leverage",
        ylabel="studentised residual",
    )


def _draw_overlap(ax: Axes, vif: pd.DataFrame) -> None:
    ax.barh(vif["feature"].str.replace("_", " "), vif["vif"], color=PALETTE[0], height=0.6)
    ax.axvline(LARGE_VIF, color=PALETTE[3], linewidth=1, linestyle="--")
    ax.invert_yaxis()
    ax.set(title=f"Overlap of features (trouble from {LARGE_VIF})", xlabel="variance inflation factor")
    ax.grid(visible=False, axis="y")


def plot_learning_curve(curve: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw how a model gets on with more creators to learn from.

    Parameters
    ----------
    curve : DataFrame
        From `limits.learn_from_more`.
    ax : Axes, optional

    Returns
    -------
    Figure

    >>> rows = {"model": "OLS", "creators": [80, 640], "on_train": [0.3, 0.2], "value": [0.0, 0.1]}
    >>> plot_learning_curve(pd.DataFrame(rows | {"low": -0.1, "high": 0.2})).get_label()
    'R² of the logs by number of creators learnt from. OLS: 0.00 with 80, 0.10 with 640.'
    """
    ax = axes_or_new(ax, 7, 3.6)
    said = []
    for place, (model, rows) in enumerate(curve.groupby("model", sort=False)):
        color = PALETTE[place]
        ax.fill_between(rows["creators"], rows["low"], rows["high"], color=color, alpha=0.15, linewidth=0)
        ax.plot(rows["creators"], rows["value"], color=color, marker="o", label=f"{model}: left out")
        ax.plot(
            rows["creators"],
            rows["on_train"],
            color=color,
            marker="o",
            linestyle=":",
            markerfacecolor="white",
            label=f"{model}: learnt from",
        )
        ends = rows.iloc[[0, -1]]
        said.append(f"{model}: " + ", ".join(f"{r.value:.2f} with {r.creators}" for r in ends.itertuples()))
    ax.axhline(0, color=GREY, linewidth=1)
    ax.set(
        xlabel="creators to learn from",
        ylabel="R² of the logs",
        title="Learning curve: creators left out, and those learnt from",
        xlim=(0, None),
    )
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return finish(ax.figure, f"R² of the logs by number of creators learnt from. {'; '.join(said)}.", curve)


def draw_intervals(ax: Axes, labels: Sequence[str], table: pd.DataFrame) -> None:
    """Draw values as points with intervals, one below the other."""
    places = np.arange(len(table))
    error = [(table["value"] - table["low"]).clip(lower=0), (table["high"] - table["value"]).clip(lower=0)]
    ax.errorbar(table["value"], places, xerr=error, fmt="o", color=PALETTE[0], markersize=6, capsize=3)
    ax.set_yticks(places, list(labels))
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
