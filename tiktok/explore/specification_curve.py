"""Every defensible way to ask whether a claim holds: a specification curve.

One analyst keeps the largest creators, another leaves them out; one takes Pearson's coefficient, another
Spearman's. None of them is wrong, so all of them are asked (Simonsohn, Simmons & Nelson 2020, Nature Human
Behaviour 4:1208–1214). The specifications share most of their creators: a claim that holds in 70 of 75 wasn't
confirmed 70 times; it doesn't hang on the choices that were varied.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from tiktok.explore.correlations import (
    ALPHA,
    COEFFICIENT_NAMES,
    COEFFICIENTS,
    MINIMUM_ROWS,
    ExploreError,
    adjust_p,
    correlate,
    why_untestable,
)
from tiktok.explore.earlier_claims import CORRELATION_CLAIMS, Claim, bears_out, say_claim
from tiktok.explore.influence import most_influential
from tiktok.explore.months import require_panel
from tiktok.figures import GREY, PALETTE, WIDEST, Picture, finish
from tiktok.lists.columns import METRICS, WHOLES, require_columns, takes_names
from tiktok.lists.provenance import hand_on

EXTREME = 0.01  # share at an end of a column
FENCE = 1.5  # interquartile ranges
FEW = 0.1  # share of the specifications
INFLUENTIAL = 5
VALUES = ("estimate", "low", "high", "p", "p_holm")
CHOICES = ("coefficient", "outliers", "definition", "month")
SIGNS = {
    "positive": (PALETTE[0], "significantly positive"),
    "negative": (PALETTE[1], "significantly negative"),
    "none": ("#9a9a9a", "not significant"),
}
ROW, GAP = 0.85, 0.45  # inches for each claim in the figure, and the gap as a share of what is drawn
MARGINS = (1, 1.75)  # inches above and below
LEGEND = 0.32  # inches below the upper edge
HOLDS = LinearSegmentedColormap.from_list("holds", ["white", "#7fcfb9"])
OUTLIER_RULES = (
    "all creators",
    "without the top 1 %",
    "inside log fences",
    "winsorised",
    "without 5 influential",
)


def _keep(df: pd.DataFrame, target: str, features: list[str], rule: str) -> tuple[np.ndarray, np.ndarray]:
    """Give features and targets of those whom a rule about outliers keeps, a pair of columns in each row."""
    metrics, columns = df[list(METRICS)].to_numpy(float), df[[target, *features]].to_numpy(float)
    if rule == "without the top 1 %":
        columns = columns[~(metrics > np.quantile(metrics, 1 - EXTREME, axis=0)).any(axis=1)]
    elif rule == "inside log fences":  # on counts, Tukey's fences would call a quarter of a list outliers
        logs = np.log1p(metrics)
        low, high = np.quantile(logs, [0.25, 0.75], axis=0)
        reach = FENCE * (high - low)
        columns = columns[~((logs < low - reach) | (logs > high + reach)).any(axis=1)]
    elif rule == "winsorised":
        columns = np.clip(columns, *np.quantile(columns, [EXTREME, 1 - EXTREME], axis=0))
    x = columns[:, 1:].T
    y = np.broadcast_to(columns[:, 0], x.shape)
    if rule != "without 5 influential":
        return x, y
    kept = np.ones(x.shape, bool)
    for i in range(len(x)):
        kept[i, most_influential(x[i], y[i], INFLUENTIAL)] = False
    return x[kept].reshape(len(x), -1), y[kept].reshape(len(x), -1)


@takes_names("rules")
def try_specifications(
    panel: Mapping[str, pd.DataFrame],
    claims: Sequence[Claim] = CORRELATION_CLAIMS,
    *,
    rules: Sequence[str] = OUTLIER_RULES,
) -> pd.DataFrame:
    """Try each claim about a correlation in every way: coefficient, outliers, definition, month.

    Parameters
    ----------
    panel : frames from `prepare.clean` by month; one month will do
    claims : sequence of Claim
    rules : what to do about outliers, names in `OUTLIER_RULES`: keep all creators, as the earlier analysis
        did; leave out who is in the top 1 % of any of the five metrics; leave out who is beyond Tukey's
        fences (1.5 interquartile ranges) on the logs of any metric; pull each column in to its 1st and 99th
        percentile; leave out the five creators with the most influence on the pair's Pearson coefficient

    Returns
    -------
    DataFrame, a row a specification
        `claim`, `target`, `feature`; the choices `coefficient`, `outliers`, `definition` ("" where the claim
        isn't about engagement), `month`; `n`, `estimate`, `low`, `high` (95 %), `p`, `p_holm` (over the
        features held against the same target, as in `explore.try_correlation_claims`); `sign`: "positive" or
        "negative" where that is significant at 5 %, else "none", "" without an estimate; `holds` (boolean,
        missing where there is no estimate): whether the claim says so (of a relation, more with more);
        `part_of_target`: whether the feature
        is a part of the sum it is held against, so that they are related by construction; `reason` why there
        is no estimate.

    Raises
    ------
    ExploreError
        If a column isn't there, there is no month, or a rule has no such name.

    >>> df = pd.DataFrame({"subscribers": range(20), "views": range(20), "likes": [v**2 for v in range(20)]})
    >>> df["shares"] = df["comments"] = df["likes"]
    >>> specs = try_specifications({"2022-07": df}, [Claim("shares", "views", True)], rules=["all creators"])
    >>> specs[["coefficient", "sign", "holds"]].values.tolist()
    [['pearson', 'positive', True], ['spearman', 'positive', True], ['pearson_log', 'positive', True]]
    """
    require_panel(panel)
    if unknown := sorted(set(rules) - set(OUTLIER_RULES)):
        raise ExploreError(f"No outlier rule {', '.join(unknown)}; there are {', '.join(OUTLIER_RULES)}.")
    questions = _questions(claims)
    for df in panel.values():
        require_columns(df, [*METRICS, *(target for _, target in questions)], ExploreError)
    rows = [
        {"month": month, "definition": definition, "outliers": rule} | row
        for month, df in panel.items()
        for (definition, target), group in questions.items()
        for rule in rules
        for row in _try_block(df, target, group, rule)
    ]
    columns = ["claim", "target", "feature", *CHOICES, "n", *VALUES]
    columns += ["sign", "holds", "part_of_target", "reason"]
    order = [say_claim(claim) for claim in claims]
    specs = pd.DataFrame(rows)[columns].astype({"holds": "boolean"})
    in_order = specs.sort_values("claim", key=lambda names: names.map(order.index), kind="stable")
    return hand_on(panel, in_order.reset_index(drop=True))


def _questions(claims: Sequence[Claim]) -> dict[tuple[str, str], list[Claim]]:
    """Group the claims by what engagement means, and by the column that they are held against."""
    groups = {}
    for claim in claims:
        for definition in WHOLES if claim.target == "engagement" else ("",):
            groups.setdefault((definition, definition or claim.target), []).append(claim)
    return groups


def _try_block(df: pd.DataFrame, target: str, claims: list[Claim], rule: str) -> Iterator[dict[str, object]]:
    """Try claims about one column by one outlier rule: a row a claim and coefficient."""
    features = [claim.feature for claim in claims]
    reasons = np.array([why_untestable(df[feature], df[target]) for feature in features], object)
    values = np.full((len(claims), len(COEFFICIENTS), len(VALUES)), np.nan)
    n = len(df)
    if (asked := np.flatnonzero(reasons == "")).size:
        x, y = _keep(df, target, [features[i] for i in asked], rule)
        n = x.shape[1]
        reasons[asked] = f"only {n} creators left by the rule: {rule}" if n < MINIMUM_ROWS else ""
        for position, coefficient in enumerate(COEFFICIENTS if n >= MINIMUM_ROWS else ()):
            *tested, p = correlate(x, y, coefficient)
            values[asked, position] = np.transpose([*tested, p, adjust_p(pd.Series(p), "holm")])
            reasons[asked] = np.where(np.isnan(p), f"a column is constant by the rule: {rule}", "")
    for claim, reason, of_claim in zip(claims, reasons, values, strict=True):
        for coefficient, numbers in zip(COEFFICIENTS, of_claim.tolist(), strict=True):
            row = {"coefficient": coefficient, "n": n, "reason": reason}
            yield row | _judge(claim, target, dict(zip(VALUES, numbers, strict=True)))


def _judge(claim: Claim, target: str, values: dict[str, float]) -> dict[str, object]:
    unknown, significant = np.isnan(values["p"]), values["p_holm"] < ALPHA
    positive = values["estimate"] > 0
    sign = ("positive" if positive else "negative") if significant else "none"
    return {
        "claim": say_claim(claim),
        "target": claim.target,
        "feature": claim.feature,
        **values,
        "sign": "" if unknown else sign,
        "holds": pd.NA if unknown else bool(bears_out(claim.related, significant, positive)),
        "part_of_target": claim.feature in WHOLES.get(target, ()),
    }


def summarise_specifications(specs: pd.DataFrame) -> pd.DataFrame:
    """Say of each claim in how many specifications it holds, with what sign, and what that turns on.

    Parameters
    ----------
    specs : DataFrame
        What `try_specifications` returns.

    Returns
    -------
    DataFrame, a row a claim
        `claim`, `target`, `feature`; `specifications` (with an estimate); `holds`: in how many of them the
        claim holds, `share`; `part_of_target`: in how many the feature is part of the target; `verdict`: "in
        all", "in most" (more than nine in ten), "in some", "in few" (fewer than one in ten) or "in none" of
        them; how many are significantly `positive`, `negative`, and how many `none` of both; `lowest`,
        `median`, `highest` estimate; `turns_on`: the choice whose levels differ most in the share that
        holds, `most_with` and `least_with` these levels, "" where none differ; `exceptions`: where the claim
        holds in all but a few specifications, or in a few only, what those few have in common ("Pearson, all
        creators"), else "".

    >>> specs = pd.DataFrame({"claim": "a", "coefficient": ["pearson", "spearman"], "holds": [True, False]})
    >>> specs[["target", "feature", "outliers", "definition", "month"]] = ["b", "c", "all", "", "2022-07"]
    >>> specs[["sign", "estimate", "part_of_target"]] = [["positive", 0.4, False], ["none", 0.1, False]]
    >>> summarise_specifications(specs)[["holds", "verdict", "turns_on", "most_with"]].values.tolist()
    [[1, 'in some', 'coefficient', 'pearson']]
    """
    choices = _share_by_choice(specs)
    rows = [
        _summarise(claim, specs, choices[choices["claim"] == claim])
        for claim, specs in specs[specs["holds"].notna()].groupby("claim", sort=False)
    ]
    return hand_on(specs, pd.DataFrame(rows))


def _summarise(claim: str, specs: pd.DataFrame, choices: pd.DataFrame) -> dict[str, object]:
    holds, estimates = int(specs["holds"].sum()), specs["estimate"]
    signs = specs["sign"].value_counts()
    return {
        "claim": claim,
        "target": specs["target"].iloc[0],
        "feature": specs["feature"].iloc[0],
        "specifications": len(specs),
        "holds": holds,
        "share": holds / len(specs),
        "part_of_target": int(specs["part_of_target"].sum()),
        "verdict": _verdict(holds / len(specs)),
        **{sign: int(signs.get(sign, 0)) for sign in SIGNS},
        "lowest": estimates.min(),
        "median": estimates.median(),
        "highest": estimates.max(),
        **_turns_on(choices),
        "exceptions": _exceptions(specs),
    }


def _share_by_choice(specs: pd.DataFrame) -> pd.DataFrame:
    """Give the share of specifications in which each claim holds, at each level of each choice."""
    asked = specs[specs["holds"].notna()].astype({"holds": float})
    long = asked.melt(["claim", "holds"], list(CHOICES), var_name="choice", value_name="level")
    groups = long[long["level"] != ""].groupby(["claim", "choice", "level"], sort=False)
    return groups["holds"].mean().rename("share").reset_index()


def _verdict(share: float) -> str:
    if share in (0, 1):
        return "in all" if share else "in none"
    return "in most" if share > 1 - FEW else "in few" if share < FEW else "in some"


def _turns_on(choices: pd.DataFrame) -> dict[str, str]:
    shares = choices.groupby("choice", sort=False)["share"].agg(["min", "max"])
    spread = shares["max"] - shares["min"]
    if not spread.max() > 0:
        return {"turns_on": "", "most_with": "", "least_with": ""}
    levels = choices[choices["choice"] == spread.idxmax()].set_index("level")["share"]
    return {"turns_on": spread.idxmax(), "most_with": levels.idxmax(), "least_with": levels.idxmin()}


def _exceptions(specs: pd.DataFrame) -> str:
    """Name what a few exceptions have in common; "" where there are none, or many, or they share nothing."""
    exceptions = specs[specs["holds"] != (specs["holds"].mean() > 0.5)]
    if not 0 < len(exceptions) < FEW * len(specs):
        return ""
    varied = [choice for choice in CHOICES if len(specs[choice].unique()) > 1]
    levels = [exceptions[choice].unique() for choice in varied]
    common = [level[0] for level in levels if len(level) == 1]
    return ", ".join(COEFFICIENT_NAMES.get(level, level) for level in common)


def plot_specifications(specs: pd.DataFrame) -> Figure:
    """Draw all estimates of each claim, sorted, and beside them with which choices the claim holds.

    Parameters
    ----------
    specs : DataFrame
        What `try_specifications` returns.

    Returns
    -------
    Figure
        A row a claim. Left: the estimates with their 95 % intervals, coloured by what the test says. Right:
        the share of specifications in which the claim holds, for each choice.
    """
    summary = summarise_specifications(specs)
    if summary.empty:
        raise ExploreError(f"Nothing to draw: no specification has an estimate ({specs['reason'].iloc[0]}).")
    fig = Picture(figsize=(WIDEST, ROW * len(summary) + MARGINS[0] + MARGINS[1]))
    curves, cells = _rows_and_cells(fig, len(summary))
    for ax, claim in zip(curves, summary.itertuples(), strict=True):
        _draw_curve(ax, specs[specs["claim"] == claim.claim])
        part = " *" if claim.part_of_target else ""
        title = f"{claim.claim}: {claim.holds} of {claim.specifications}{part}"
        ax.set_title(title, fontsize=9, weight="normal")
    _draw_cells(cells, _share_by_choice(specs), list(summary["claim"]))
    curves[-1].set_xlabel("ways to ask, sorted by their estimate")
    curves[len(curves) // 2].set_ylabel("correlation, with 95 % interval")
    fig.suptitle("In how many ways of asking each claim holds", x=0.01, ha="left", fontsize=11, weight="bold")
    legend, top = curves[0].get_legend_handles_labels(), (0, 1 - LEGEND / fig.get_figheight())
    fig.legend(*legend, loc="upper left", bbox_to_anchor=top, ncols=3, fontsize=9, markerscale=3)
    if summary["part_of_target"].any():
        fig.text(0.01, 0.01, "* in some of the ways, one is a part of the other", fontsize=9, color=GREY)
    said = "; ".join(_say_count(claim) for claim in summary.itertuples())
    return finish(fig, f"Specification curves. {said}.", specs)


def _rows_and_cells(fig: Figure, n: int) -> tuple[list[Axes], Axes]:
    """Lay out a row for each claim and one panel beside them all: fixed, since to fit them takes a second."""
    height = fig.get_figheight()
    edges = {"left": 0.065, "right": 0.995, "top": 1 - MARGINS[0] / height, "bottom": MARGINS[1] / height}
    grid = fig.add_gridspec(n, 2, width_ratios=[1, 1.4], hspace=GAP, wspace=0.05, **edges)
    return [fig.add_subplot(grid[row, 0]) for row in range(n)], fig.add_subplot(grid[:, 1])


def _levels(choices: pd.DataFrame) -> list[tuple[str, str]]:
    """List all levels, choice by choice, with a gap between two choices."""
    listed = []
    for choice in CHOICES:
        levels = choices.loc[choices["choice"] == choice, "level"].unique()
        listed += [(choice, level) for level in [*levels, ""] if len(levels)]
    return listed[:-1]


def _draw_curve(ax: Axes, specs: pd.DataFrame) -> None:
    in_order = specs.dropna(subset="estimate").sort_values("estimate", kind="stable")
    position = np.linspace(0, 1, len(in_order) + 2)[1:-1]
    for sign, (color, label) in SIGNS.items():
        those = in_order["sign"].eq(sign).to_numpy()
        drawn = in_order[those]
        ax.vlines(position[those], drawn["low"], drawn["high"], color=color, linewidth=1.5, alpha=0.5)
        ax.plot(position[those], drawn["estimate"], "o", color=color, markersize=2, label=label)
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.set(xticks=[], xlim=(0, 1))
    ax.set_ylim(min(0, in_order["low"].min()) - 0.08, max(0.4, in_order["high"].max()) + 0.08)
    ax.yaxis.set_major_locator(MultipleLocator(0.5))


def _draw_cells(ax: Axes, choices: pd.DataFrame, claims: list[str]) -> None:
    """Draw the shares of each claim beside its curve: rows as high as the curves, with the same gaps."""
    levels = _levels(choices)
    shares = choices.pivot(index="claim", columns=["choice", "level"], values="share").reindex(claims)
    shares = shares.reindex(columns=pd.MultiIndex.from_tuples(levels)).to_numpy()
    height = 1 / (1 + GAP)
    for row, of_claim in enumerate(shares):
        extent = (-0.5, len(levels) - 0.5, row + height, row)
        ax.imshow(of_claim[None], cmap=HOLDS, vmin=0, vmax=1, aspect="auto", extent=extent)
        for position in np.flatnonzero(~np.isnan(of_claim)):
            text = f"{100 * of_claim[position]:.0f}"
            ax.text(position, row + height / 2, text, ha="center", va="center", fontsize=7.5)
    ax.set(ylim=(len(claims) - 1 + height, 0), xlim=(-0.5, len(levels) - 0.5), yticks=[])
    names = [COEFFICIENT_NAMES.get(level, level) for _, level in levels]
    ax.set_xticks(range(len(levels)), names, rotation=90, fontsize=9)
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    for edge in np.arange(0.5, len(levels) - 1):
        ax.axvline(edge, color="white", linewidth=2)
    ax.set_title("% of the ways in which it holds, by choice", fontsize=9, weight="normal")


def _say_count(claim: NamedTuple) -> str:
    said = f"{claim.claim}: holds in {claim.holds} of {claim.specifications}"
    return f"{said} (part of the sum in {claim.part_of_target})" if claim.part_of_target else said
