"""Charts of the panel: where creators go, how good forecasts were, what they live on."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from sklearn.metrics import roc_curve

from tiktok.figures import (
    GREY,
    NARROW,
    PALETTE,
    WIDEST,
    draw_intervals,
    enlarge_texts,
    finish,
    log_count_axis,
    new_figure,
)
from tiktok.forecast.scores import CHOSEN, ENGAGEMENT, HEADLINES, Estimate, find_interval, sum_by_creator
from tiktok.forecast.transitions import OUT, QUARTERS, STATES, pool_transitions
from tiktok.wording import say_percent

OUTCOME_NAMES = {
    "stayed": "is in the next list",
    "success_next": "is in the next list's top quarter",
    ENGAGEMENT: "engagement, if it stays",
}
GUESSING = {"auc": 0.5, "r2": 0.0}
METRIC_LABELS = {"auc": "AUC, steps pooled", "r2": "R² of logs, average"}
BINS = 8
DARK = 0.65  # a share from which black on blue is hard to read


def plot_transitions(transitions: pd.DataFrame) -> Figure:
    """Draw from which quarter of a list creators go to which of the next, or out, all steps together."""
    pooled = pool_transitions(transitions)
    shares = pooled.pivot(index="now", columns="next", values="share").reindex(index=STATES, columns=STATES)
    steps = transitions["month"].nunique()
    together = f"{steps} steps together" if steps > 1 else "one step"
    fig = new_figure(NARROW, 4.4)
    ax = fig.subplots()
    _draw_shares(ax, shares)
    ax.set(xlabel=f"quarter of the next list ({together})", ylabel="quarter of a list, by engagement")
    ax.set_title("Where each quarter is on the next list", loc="left")
    enlarge_texts(fig)
    kept, gone = shares.loc[QUARTERS[0], [QUARTERS[0], OUT]]
    return finish(
        fig,
        "Shares of each quarter of a list by engagement that are in each quarter of the next list, or out, "
        f"{together}; of who is out, only newcomers are seen. Of the top quarter {say_percent(kept)} are "
        f"there again and {say_percent(gone)} are out.",
        transitions,
    )


def _draw_shares(ax: Axes, shares: pd.DataFrame) -> None:
    """Draw shares as a coloured table; seaborn's would make a canvas of the whole figure for each label."""
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), share in np.ndenumerate(shares.to_numpy()):
        if not np.isnan(share):
            colour = "white" if share > DARK else "black"
            ax.text(column, row, f"{100 * share:.0f} %", ha="center", va="center", color=colour, fontsize=12)
    places = range(len(STATES))
    in_two_lines = [quarter.replace(" ", "\n") for quarter in QUARTERS]
    ax.set_xticks(places, [*in_two_lines, "off the\nlist"])
    ax.set_yticks(places, [*in_two_lines, "newcomers"])
    ax.axhline(len(STATES) - 1.5, color="white", linewidth=6)  # below it stands another whole
    ax.grid(False)


def plot_forecast_chances(predictions: pd.DataFrame, outcome: str) -> Figure:
    """Draw how well the chosen chances tell creators apart, and whether they come true as often as they say.

    ROC curves by step (left), and calibration over all steps, with 95 % intervals over creators (right).
    """
    picks = predictions[predictions["chosen"] & (predictions["outcome"] == outcome)]
    fig = new_figure(WIDEST, 4.7)
    roc, calibration = fig.subplots(1, 2)
    for ax in (roc, calibration):
        ax.plot([0, 1], [0, 1], color=GREY, linestyle="dashed", linewidth=1)
        ax.set_aspect("equal")
    means = []
    for (step, part), colour in zip(picks.groupby("step", sort=False), PALETTE, strict=False):
        false, true, _ = roc_curve(part["actual"], part["predicted"])
        roc.plot(false, true, color=colour, label=step)
        said, came = say_percent(part["predicted"].mean()), say_percent(part["actual"].mean())
        means.append(f"{step} {said} said and {came} came true")
    _draw_calibration(calibration, picks)
    roc.set(xlabel="share of the others called", ylabel="share of those called", title="Told apart")
    calibration.set(xlabel="chance given", ylabel="came true", title="Come true as often as said?")
    for axis in (roc.xaxis, roc.yaxis, calibration.xaxis, calibration.yaxis):
        axis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    what = f"creator {OUTCOME_NAMES[outcome]}"
    fig.suptitle(f"Chances that a {what}", x=0.01, ha="left", fontsize=11, weight="bold")
    fig.legend(loc="outside lower left", ncols=len(means), fontsize=9)
    alt = f"ROC curves by step and calibration: {what}. On average {', '.join(means)}."
    return finish(fig, alt, predictions)


def _draw_calibration(ax: Axes, picks: pd.DataFrame) -> None:
    """Draw what came of chances of like height, all steps together; each creator counts as one."""
    creators, handles = pd.factorize(picks["handle"])
    picks = picks.assign(creator=creators)
    rows = []
    for _, part in picks.groupby(pd.qcut(picks["predicted"], BINS, duplicates="drop"), observed=True):
        came = part["actual"].mean()
        found = Estimate(came, (part["actual"].to_numpy() - came) / len(part))
        interval = find_interval(sum_by_creator(found, part["creator"], len(handles)))
        rows.append({"said": part["predicted"].mean(), "came": came} | interval)
    bins = pd.DataFrame(rows)
    style = {"fmt": "o-", "color": PALETTE[0], "markersize": 5}
    draw_intervals(
        ax, bins["came"], bins["low"].clip(lower=0), bins["high"], bins["said"], upright=True, **style
    )


def plot_engagement(predictions: pd.DataFrame) -> Figure:
    """Draw the engagement that was forecast against what came, of creators who stayed, one panel a step."""
    picks = predictions[predictions["chosen"] & (predictions["outcome"] == ENGAGEMENT)]
    steps = list(picks.dropna(subset="actual").groupby("step", sort=False))
    fig = new_figure(min(3.4 * len(steps), WIDEST), 4)
    grid = fig.subplots(1, len(steps), sharex=True, sharey=True, squeeze=False)[0]
    said = []
    for ax, (step, part) in zip(grid, steps, strict=True):
        part = part.sort_values("predicted")
        inside = part["actual"].between(part["low"], part["high"])
        band = {"color": GREY, "alpha": 0.2, "linewidth": 0, "label": "90 % interval"}
        ax.fill_between(part["predicted"], part["low"], part["high"], **band)
        ax.plot(part["predicted"], part["predicted"], color=GREY, linewidth=1, label="as forecast")
        for drawn, where, colour in ((inside, "inside", PALETTE[0]), (~inside, "outside", PALETTE[3])):
            style = {"s": 9, "alpha": 0.7, "color": colour, "linewidth": 0, "label": f"creator {where} it"}
            ax.scatter(part.loc[drawn, "predicted"], part.loc[drawn, "actual"], **style)
        ax.set(xscale="log", yscale="log", xlabel="forecast")
        ax.set_title(f"{step}: {say_percent(inside.mean())} inside", fontsize=10)
        said.append(f"{step} {say_percent(inside.mean())} of {len(part)}")
    for ax in grid:
        log_count_axis(ax.xaxis)
        log_count_axis(ax.yaxis)
    grid[0].set_ylabel("engagement per video that came")
    legend = grid[0].get_legend_handles_labels()
    fig.legend(*legend, loc="outside lower left", ncols=2 * len(steps), fontsize=9, markerscale=2)
    return finish(
        fig,
        "Forecast engagement against what came, on logarithmic axes, of creators who stayed, with 90 % "
        f"intervals. Inside them: {', '.join(said)}.",
        predictions,
    )


def plot_forecast(scores: pd.DataFrame) -> Figure:
    """Draw how good each model and baseline was over all steps, with intervals, one panel an outcome."""
    fig = new_figure(WIDEST, 3.5)
    said = []
    for ax, (outcome, (metric, step)) in zip(fig.subplots(1, len(HEADLINES)), HEADLINES.items(), strict=True):
        asked = {"outcome": outcome, "metric": metric, "step": step}
        part = scores[(scores[list(asked)] == list(asked.values())).all(axis=1)]
        part = part.sort_values("value", kind="stable").set_index("model")
        guess = GUESSING[metric]
        if (
            metric == "auc"
        ):  # one guess for everybody, pooled over steps, is below guessing by how steps differ
            part = part.drop(index="base rate", errors="ignore")
        ax.axvline(guess, color=GREY, linewidth=1, linestyle="dashed")
        _draw_named(ax, part, "value", {PALETTE[0]: part.index != CHOSEN, PALETTE[3]: part.index == CHOSEN})
        ax.set_xlabel(METRIC_LABELS[metric])
        _name_outcome(ax, outcome)
        said.append(f"{OUTCOME_NAMES[outcome]}: {metric} {part.loc[CHOSEN, 'value']:.2f}")
    return finish(fig, f"Forecasts and baselines, with 95 % intervals. Chosen: {'; '.join(said)}.", scores)


def plot_parts(parts: pd.DataFrame) -> Figure:
    """Draw what each part of what is known adds to the forecast, with intervals, one panel an outcome."""
    fig = new_figure(WIDEST, 3.2)
    grid = fig.subplots(1, len(HEADLINES), sharey=True)
    grid[0].sharex(grid[1])  # both are gains in AUC
    said = []
    for ax, (outcome, (metric, _)) in zip(grid, HEADLINES.items(), strict=True):
        part = parts[parts["outcome"] == outcome].iloc[::-1]
        adds = (part["says"] == "adds").to_numpy()
        names = part["part"].where(part["used"], part["part"] + " (not used)")
        _draw_named(ax, part.set_index(names), "adds", {GREY: ~adds, PALETTE[0]: adds})
        ax.axvline(0, color=GREY, linewidth=1)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.set_xlabel(f"adds to {METRIC_LABELS[metric]}")
        _name_outcome(ax, outcome)
        said.append(f"{OUTCOME_NAMES[outcome]}: {', '.join(part['part'][adds][::-1]) or 'none'}")
    return finish(fig, f"What each part adds, with 95 % intervals. Parts that add: {'; '.join(said)}.", parts)


def _name_outcome(ax: Axes, outcome: str) -> None:
    """Write what is forecast above a panel, in two lines where one would run out of it."""
    name = OUTCOME_NAMES[outcome].capitalize()
    for end in ("list's ", "Engagement, "):
        name = name.replace(end, f"{end.rstrip()}\n")
    ax.set_title(name, fontsize=10)


def _draw_named(ax: Axes, table: pd.DataFrame, column: str, coloured: dict[str, np.ndarray]) -> None:
    """Draw intervals in rows named by the index, some in one colour and some in another."""
    places = np.arange(len(table))
    for colour, rows in coloured.items():
        part = table[rows]
        draw_intervals(ax, part[column], part["low"], part["high"], places[rows], color=colour)
    ax.set_yticks(places, table.index)
