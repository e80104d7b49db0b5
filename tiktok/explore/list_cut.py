"""What cutting a list by the rule of its order does to the correlations inside it, by simulation.

Modest by intent: invented creators whose counts are log-normal and all equally correlated. It shows that the
cut alone can make a relation among all creators vanish or turn round inside the list. It doesn't say what the
relations among all creators are: that can't be told from a list of the first thousand.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tiktok.explore.correlations import ExploreError
from tiktok.figures import GREY, PALETTE, finish, format_count, new_figure
from tiktok.lists.columns import ENGAGEMENT_PARTS, list_score, require_columns
from tiktok.lists.provenance import hand_on

PAIRS = tuple(combinations(ENGAGEMENT_PARTS, 2))
CORRELATIONS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95)
POPULATIONS = (10_000, 100_000, 1_000_000)
SPREAD = 1.5  # standard deviation of the natural logs; inside the list hardly anything depends on it


def simulate_selection(
    correlations: Sequence[float] = CORRELATIONS,
    populations: Sequence[int] = POPULATIONS,
    *,
    n_listed: int = 1000,
    draws: int = 3,
    spread: float = SPREAD,
    seed: int = 2022,
) -> pd.DataFrame:
    """Invent populations of creators, list the first by the rule, and correlate the counts inside the list.

    Parameters
    ----------
    correlations : rank correlations among all creators, from 0 to below 1, each between any two of the counts
    populations : numbers of creators of whom the list shows the first
    n_listed : length of the list
    draws : number of populations drawn for each setting
    spread : standard deviation of the natural logarithm of every count
    seed : of the populations

    Returns
    -------
    DataFrame of shape (populations × correlations × 6 pairs, 8)
        `population`, `correlation` (among all creators), `x`, `y`: the two counts, `inside`: their rank
        correlation inside the list, mean over the draws, `low`, `high`: smallest and largest of the draws,
        `draws`.

    Raises
    ------
    ExploreError
        If a correlation isn't in [0, 1), or a list isn't shorter than its population and longer than two.

    Notes
    -----
    Counts are log-normal with one common factor and equal medians. A rank correlation r of two normals is
    that of a linear correlation 2 sin(πr/6) (Pearson 1907). On what a cut does to correlations: Aitken 1935,
    Proceedings of the Edinburgh Mathematical Society 4:106–110.

    >>> cut = simulate_selection([0.5], [20_000], draws=2)
    >>> bool((cut["inside"] < 0.2).all())
    True
    """
    _require_simulable(correlations, populations, n_listed, draws, spread)
    rng = np.random.default_rng(seed)
    rows = []
    for population in populations:
        for _ in range(draws):
            normals = rng.standard_normal((1 + len(ENGAGEMENT_PARTS), population), dtype=np.float32)
            for correlation in correlations:
                inside = _list_first(normals, correlation, spread, n_listed).corr(method="spearman")
                rows += [(population, correlation, x, y, inside.loc[x, y]) for x, y in PAIRS]
    setting = ["population", "correlation", "x", "y"]
    drawn = pd.DataFrame(rows, columns=[*setting, "inside"]).groupby(setting, sort=False)["inside"]
    return drawn.agg(inside="mean", low="min", high="max", draws="size").reset_index()


def compare_with_selection(df: pd.DataFrame, simulated: pd.DataFrame) -> pd.DataFrame:
    """Ask how strong a relation among all creators the cut could hide behind the one that a list shows.

    Parameters
    ----------
    df : DataFrame of shape (creators, …), cleaned
    simulated : result of `simulate_selection`

    Returns
    -------
    DataFrame of shape (6 pairs × populations, 6)
        `x`, `y`, `observed` (rank correlation inside this list), `population`, `hidden`: the largest rank
        correlation among all simulated creators of which the cut leaves no more than the observed one, by
        linear interpolation; missing where there is none, and `reason` says why ("" elsewhere).

    Raises
    ------
    ExploreError
        If a count isn't in the list.

    >>> counts = np.random.default_rng(1).lognormal(8, 1, size=(100, 4))
    >>> simulated = simulate_selection([0, 0.5, 0.9], [20_000], draws=2)
    >>> compared = compare_with_selection(pd.DataFrame(counts, columns=ENGAGEMENT_PARTS), simulated)
    >>> bool(compared.set_index(["x", "y"]).loc[("views", "shares"), "hidden"] > 0.5)
    True
    """
    require_columns(df, ENGAGEMENT_PARTS, ExploreError)
    observed = df[list(ENGAGEMENT_PARTS)].corr(method="spearman")
    rows = []
    for (x, y, population), curve in simulated.groupby(["x", "y", "population"], sort=False):
        seen = observed.loc[x, y]
        hidden, reason = _largest_hidden(curve.sort_values("correlation"), seen)
        rows.append((x, y, seen, population, hidden, reason))
    compared = pd.DataFrame(rows, columns=["x", "y", "observed", "population", "hidden", "reason"])
    return hand_on(df, compared)


def plot_selection(simulated: pd.DataFrame, compared: pd.DataFrame | None = None) -> Figure:
    """Draw, for each two counts, the correlation inside the list against that among all creators.

    Parameters
    ----------
    simulated : result of `simulate_selection`
    compared : result of `compare_with_selection`, for the observed correlations as dashed lines; none if None

    Returns
    -------
    Figure
        One panel a pair, one line a population with the range of its draws. On the grey diagonal, the cut
        would change nothing.
    """
    fig = new_figure(9, 5.8)
    axes = fig.subplots(2, 3, sharex=True, sharey=True)
    for ax, (x, y) in zip(axes.flat, PAIRS, strict=True):
        _draw_pair(ax, simulated[(simulated["x"] == x) & (simulated["y"] == y)])
        title = f"{x} and {y}"
        if compared is not None:
            seen = compared[(compared["x"] == x) & (compared["y"] == y)]["observed"].iloc[0]
            ax.axhline(seen, color="black", linestyle="--", linewidth=1.2, label="this list")
            title += f": {seen:.2f} here"
        ax.set_title(title, fontsize=9.5)
    fig.supxlabel("rank correlation among all simulated creators", fontsize=10)
    fig.supylabel("rank correlation inside the list", fontsize=10)
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=5, fontsize=9)
    alt = "Rank correlation inside a simulated list against that among all simulated creators, by two counts."
    return finish(fig, f"{alt} {_say_curve(simulated)}", simulated if compared is None else compared)


def _draw_pair(ax: Axes, curves: pd.DataFrame) -> None:
    for colour, (population, curve) in zip(PALETTE, curves.groupby("population"), strict=False):
        x = curve["correlation"]
        ax.fill_between(x, curve["low"], curve["high"], color=colour, alpha=0.2, linewidth=0)
        ax.plot(x, curve["inside"], color=colour, label=f"cut out of {format_count(population)}")
    ax.axline((0, 0), slope=1, color=GREY, linewidth=1, label="without a cut")
    ax.axhline(0, color=GREY, linewidth=0.6)
    ax.set(xlim=(0, 1), ylim=(-0.75, 1))


def _say_curve(simulated: pd.DataFrame) -> str:
    largest = simulated[simulated["population"] == simulated["population"].max()]
    means = largest.groupby("correlation")["inside"].mean()
    listed = ", ".join(f"{inside:.2f} for {correlation:g}" for correlation, inside in means.items())
    population = format_count(simulated["population"].max())
    return f"In a list cut out of {population} creators it is, averaged over the pairs, {listed}."


def _require_simulable(
    correlations: Sequence[float], populations: Sequence[int], n_listed: int, draws: int, spread: float
) -> None:
    outside = [correlation for correlation in correlations if not 0 <= correlation < 1]
    if outside:
        raise ExploreError(f"A correlation of {outside[0]:g} can't be simulated; take 0 to below 1.")
    too_small = [population for population in populations if population <= n_listed]
    if too_small or n_listed < 3:
        raise ExploreError(
            f"A list of {n_listed} can't be cut out of {min(populations, default=0)} creators; "
            "it has to be shorter than the population and hold at least 3."
        )
    if min(draws, len(correlations), len(populations)) < 1 or spread <= 0:
        raise ExploreError(
            "Nothing to simulate: it takes a correlation, a population, a draw and a spread above 0."
        )


def _list_first(normals: np.ndarray, correlation: float, spread: float, n_listed: int) -> pd.DataFrame:
    """Counts of the first `n_listed` by the rule, from one common and four own normals a creator."""
    linear = 2 * np.sin(np.pi * correlation / 6)
    common, own = np.float32(spread * np.sqrt(linear)), np.float32(spread * np.sqrt(1 - linear))
    # The log of the score lies between this and log 2 more, as comments + shares is between the larger one
    # and its double: who is more than log 2 below the list's last can't be in it, and needn't be scored.
    least = 3 * common * normals[0] + own * (normals[1] + normals[2] + np.maximum(normals[3], normals[4]))
    last = np.partition(least, -n_listed)[-n_listed]
    possible = normals[:, least >= last - np.float32(1.001 * np.log(2))].astype(float)
    counts = pd.DataFrame(np.exp(common * possible[0] + own * possible[1:]).T, columns=ENGAGEMENT_PARTS)
    return counts.loc[list_score(counts).nlargest(n_listed).index]


def _largest_hidden(curve: pd.DataFrame, observed: float) -> tuple[float, str]:
    correlation, inside = curve["correlation"].to_numpy(), curve["inside"].to_numpy()
    below = np.flatnonzero(inside <= observed)
    if not below.size:
        return np.nan, "weaker than any that was simulated"
    last = below[-1]
    if last == len(inside) - 1:
        return np.nan, "stronger than any that was simulated"
    step = (observed - inside[last]) / (inside[last + 1] - inside[last])
    return float(correlation[last] + step * (correlation[last + 1] - correlation[last])), ""
