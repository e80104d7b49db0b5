"""Draws the numbers of the synthetic sample: an invented population, cut monthly as the real lists are.

The real lists are cuts: their order is that of views × likes × (comments + shares), and what falls below
the thousandth place isn't seen. The sample is made the same way. Every creator of an invented population
has latent log counts, partly lasting and partly passing; monthly the thousand with the highest product are
listed, their counts are mapped to the measured quantiles, and the product of these, not yet rounded, orders
the list. What nobody can measure (correlations, levels, spreads, memory and turnover of the whole
population) is adjusted in rounds over the same draws until the lists show the measured aggregates: a
simulated method of moments (McFadden 1989, Econometrica 57, 995-1026).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special, stats

METRICS = ("subscribers", "views", "likes", "comments", "shares")
COMMENTS, SHARES = METRICS.index("comments"), METRICS.index("shares")

POPULATION = 6000
ROUNDS = 60
STEPSIZE = 0.4
# share of a creator's level that lasts, for the least and the most steady; views, likes, comments, shares
LASTING = np.array([[0.1, 0.15, 0.25, 0.2], [0.85, 0.88, 0.93, 0.94]])
STEADY_WITH_SUBSCRIBERS = 0.85
# mostly of subscribers with shares: a few creators are high in both, which Pearson sees and Spearman doesn't
SCALE_SPREAD = np.array([0.42, 0.07, 0.07, 0.07, 0.42])
# share of months in which a creator is out of sight, but for the steadiest
PAUSE_SHARE = 0.33
NEVER_PAUSING_ABOVE = 1.3
MONTHLY_GROWTH = 0.055
GROWTH_SPREAD = 0.9
GROWTH_SLOPE = -0.65
JITTER = 0.25

# Who tops the July list leads in these, and is second in the others: Pearson's views × shares hangs on it
STAR_LEADS = {
    "2022-02": ("views", "likes", "comments"),
    "2022-06": ("views", "likes"),
    "2022-07": ("views", "likes", "shares"),
    "2022-09": ("views", "shares"),
}
STAR_SECOND = {"2022-06": ("comments", "shares"), "2022-07": ("comments",)}
STAR_SUBSCRIBERS = 2.0
# One creator of this month has millions of shares and hardly any likes
OUTLIER_MONTH = "2022-02"
FIRST = 99.0

TRAITS = ("subscribers", "views", "likes", "comments", "shares", "steadiness", "scale", "growth", "muteness")


class Month(NamedTuple):
    """What a month's list has to look like; `curve` holds the sorted log values, creators by metrics."""

    name: str
    curve: np.ndarray
    spearman: np.ndarray
    muted: int


class Step(NamedTuple):
    """What has to become of a list by the next one; `unchanged` counts creators, `elapsed` months."""

    elapsed: float
    stayed: float
    unchanged: int
    spearman: np.ndarray


class Draws(NamedTuple):
    """Every random number, drawn once; months by creators, and by traits or by metrics."""

    traits: np.ndarray
    passing: np.ndarray
    pause: np.ndarray
    staleness: np.ndarray


class Settings(NamedTuple):
    """What is adjusted until the lists look right; by month, the last two by step."""

    correlation: np.ndarray
    level: np.ndarray
    spread: np.ndarray
    memory: np.ndarray
    guests_below: np.ndarray


class State(NamedTuple):
    """The population in one month; `identity` tells apart who held a place one after the other."""

    identity: np.ndarray
    traits: np.ndarray
    passing: np.ndarray
    levels: np.ndarray
    stale: np.ndarray
    log_subscribers: np.ndarray
    listed_at: np.ndarray


class Listed(NamedTuple):
    """One list, first to last: identities, places in the population, latent and listed log values."""

    identity: np.ndarray
    places: np.ndarray
    latent: np.ndarray
    logs: np.ndarray


def _interpolate_curve(month: dict, probabilities: list[float], jitter: np.ndarray) -> np.ndarray:
    """Compute the sorted log values of every metric from its quantiles and its outermost values."""
    n = month["creators"]
    places = (np.arange(n) + 0.5) / n
    columns = []
    for metric, shift in zip(METRICS, jitter, strict=True):
        quantiles = np.array(month["quantiles"][metric])
        known = quantiles > 0
        largest = np.sort(np.log(month["largest"][metric]) + shift)
        p = np.concatenate([places[:1], np.array(probabilities)[known], places[-len(largest) :]])
        q = np.concatenate([[np.log(month["smallest"][metric])], np.log(quantiles[known]), largest])
        columns.append(np.interp(places, p, np.maximum.accumulate(q)))
    return np.column_stack(columns)


def read_months(aggregates: dict, seed: int) -> list[Month]:
    """Read from the aggregates what each list has to look like.

    Parameters
    ----------
    aggregates : what `measure_aggregates.measure` returns.
    seed : seed of the jitter of the outermost values, which are known to one digit only.

    Returns
    -------
    A Month each.
    """
    rng = np.random.default_rng(seed)
    months = []
    for name, month in aggregates["months"].items():
        jitter = rng.uniform(-JITTER, JITTER, size=(len(METRICS), len(month["largest"]["views"])))
        spearman = pd.DataFrame(month["spearman"]).loc[list(METRICS), list(METRICS)].to_numpy()
        curve = _interpolate_curve(month, aggregates["probabilities"], jitter)
        months.append(Month(name, curve, spearman, month["zeros"]["comments"]))
    return months


def read_steps(aggregates: dict) -> list[Step]:
    """Read from the aggregates what has to become of each list by the next.

    Parameters
    ----------
    aggregates : what `measure_aggregates.measure` returns.

    Returns
    -------
    A Step each.
    """
    sizes = [month["creators"] for month in aggregates["months"].values()]
    return [
        Step(
            step["months"],
            step["stayed"],
            round(size * step["stayed"] * step["unchanged"]),
            np.array([step["spearman"][metric] for metric in METRICS[1:]]),
        )
        for size, step in zip(sizes, aggregates["steps"].values(), strict=False)
    ]


def _draw(months: int, seed: int) -> Draws:
    rng = np.random.default_rng(seed)
    return Draws(
        rng.standard_normal((months, POPULATION, len(TRAITS))),
        rng.standard_normal((months, POPULATION, len(METRICS) - 1)),
        rng.uniform(size=(months, POPULATION)),
        rng.uniform(size=(months, POPULATION)),
    )


def _get_steadiness(traits: np.ndarray) -> np.ndarray:
    """Compute how steady creators are, as normal scores: the more subscribers, the steadier on the whole."""
    own = np.sqrt(1 - STEADY_WITH_SUBSCRIBERS**2)
    return STEADY_WITH_SUBSCRIBERS * traits[:, 0] + own * traits[:, TRAITS.index("steadiness")]


def _get_levels(traits: np.ndarray, passing: np.ndarray) -> np.ndarray:
    """Compute uncorrelated scores of the month, creators by metrics, out of what lasts and what passes."""
    lowest, highest = LASTING
    lasting = lowest + (highest - lowest) * special.ndtr(_get_steadiness(traits))[:, np.newaxis]
    levels = np.sqrt(lasting) * traits[:, 1 : len(METRICS)] + np.sqrt(1 - lasting) * passing
    # one scale a creator makes extremes come together more often than correlated normal scores do
    scale = np.exp(SCALE_SPREAD * traits[:, [TRAITS.index("scale")]])
    return scale * np.column_stack([traits[:, 0], levels])


def _find_star(traits: np.ndarray) -> int:
    popular = np.abs(traits[:, 0] - STAR_SUBSCRIBERS) < 0.3
    return int(np.argmax(np.where(popular, traits[:, 1 : len(METRICS)].sum(axis=1), -np.inf)))


def _begin(draws: Draws) -> State:
    traits, passing = draws.traits[0], draws.passing[0]
    nobody = np.zeros(POPULATION, dtype=bool)
    unknown = np.full(POPULATION, np.nan)
    levels = _get_levels(traits, passing)
    return State(np.arange(POPULATION), traits, passing, levels, nobody, unknown, unknown)


def _find_stale(state: State, last: Listed, count: int, lottery: np.ndarray) -> np.ndarray:
    """Pick creators of the last list whose numbers stay as they are: mostly small ones, no leaders."""
    chance = lottery[last.places] * np.exp(state.traits[last.places, 0])
    chance[last.logs.argmax(axis=0)] = np.inf
    order = np.argsort(chance, kind="stable")
    stale = np.zeros(POPULATION, dtype=bool)
    stale[last.places[order[:count]]] = True
    return stale


def _advance(state: State, last: Listed, m: int, step: Step, draws: Draws, settings: Settings) -> State:
    """Move the population to month `m`: guests give way to new ones, what passes partly persists."""
    stale = _find_stale(state, last, step.unchanged, draws.staleness[m])
    guest = (_get_steadiness(state.traits) < settings.guests_below[m - 1]) & ~stale
    column, kept = guest[:, np.newaxis], stale[:, np.newaxis]
    traits = np.where(column, draws.traits[m], state.traits)
    memory = np.where(column, 0.0, settings.memory[m - 1])
    passing = memory * state.passing + np.sqrt(1 - memory**2) * draws.passing[m]
    passing = np.where(kept, state.passing, passing)
    return State(
        np.where(guest, m * POPULATION + np.arange(POPULATION), state.identity),
        traits,
        passing,
        np.where(kept, state.levels, _get_levels(traits, passing)),
        stale,
        np.where(guest, np.nan, state.log_subscribers),
        np.where(guest, np.nan, state.listed_at),
    )


def score_list(counts: np.ndarray) -> np.ndarray:
    """Compute the product that the published order follows: views × likes × (comments + shares).

    Parameters
    ----------
    counts : averages per video, creators by metrics.

    Returns
    -------
    One score a creator.

    >>> score_list(np.array([[9000.0, 200.0, 10.0, 0.0, 3.0], [1.0, 200.0, 10.0, 4.0, 3.0]])).tolist()
    [6000.0, 14000.0]
    """
    _, views, likes, comments, shares = counts.T
    return views * likes * (comments + shares)


def _raise_first(latent: np.ndarray, leads: tuple[str, ...], second: tuple[str, ...]) -> np.ndarray:
    """Make the first creator the highest in some metrics and the second highest in others."""
    raised = latent.copy()
    raised[0, [METRICS.index(metric) for metric in leads]] = FIRST
    for k in map(METRICS.index, second):
        raised[0, k] = np.sort(latent[1:, k])[-2:].mean()
    return raised


def _cut(
    state: State, m: int, month: Month, star: int, draws: Draws, settings: Settings
) -> tuple[np.ndarray, np.ndarray]:
    """Find the places of the creators that the month's list holds, and their latent log counts."""
    correlated = state.levels @ np.linalg.cholesky(settings.correlation[m]).T
    correlated = settings.level[m] + settings.spread[m] * correlated
    score = score_list(np.exp(correlated))
    pausing = (draws.pause[m] < PAUSE_SHARE) & (_get_steadiness(state.traits) < NEVER_PAUSING_ABOVE)
    score[pausing] = -np.inf
    score[state.stale] = score.max()
    if month.name in STAR_LEADS:
        score[star] = np.inf
    places = np.argsort(-score, kind="stable")[: len(month.curve)]
    latent = correlated[places]
    if month.name in STAR_LEADS:
        latent = _raise_first(latent, STAR_LEADS[month.name], STAR_SECOND.get(month.name, ()))
    if month.name == OUTLIER_MONTH:
        latent[np.argmin(latent[:, 1] + latent[:, 2]), SHARES] = FIRST
    return places, latent


def _map_to_curve(latent: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """Give every creator the log value at its rank in each metric."""
    ranks = np.argsort(np.argsort(latent, axis=0, kind="stable"), axis=0, kind="stable")
    return np.take_along_axis(curve, ranks, axis=0)


def _assign_subscribers(
    latent: np.ndarray, curve: np.ndarray, grown: np.ndarray, before: np.ndarray
) -> np.ndarray:
    """Give known creators their grown log subscribers and newcomers what the measured curve leaves over.

    Nobody grows past the free place of the curve that is nearest from below to where growth would lead.
    """
    known = np.flatnonzero(~np.isnan(grown))
    known = known[np.argsort(-grown[known], kind="stable")]
    step = np.arange(len(known))
    taken = np.minimum(np.searchsorted(curve, grown[known]), len(curve) - 1)
    taken = np.maximum(np.minimum.accumulate(taken + step) - step, step[::-1])
    new = np.flatnonzero(np.isnan(grown))
    values = np.empty(len(curve))
    values[known] = np.maximum(before[known], np.minimum(grown[known], curve[taken]))
    values[new[np.argsort(latent[new], kind="stable")]] = np.delete(curve, taken)
    return values


def _grow(state: State, places: np.ndarray, elapsed: np.ndarray) -> np.ndarray:
    """Compute the log subscribers that creators listed before have by now; missing for the others."""
    traits = state.traits[places]
    pace = GROWTH_SPREAD * traits[:, TRAITS.index("growth")] + GROWTH_SLOPE * traits[:, 0]
    growth = np.where(state.stale[places], 0.0, MONTHLY_GROWTH * np.exp(pace) * elapsed)
    return state.log_subscribers[places] + growth


def _mute(values: np.ndarray, muteness: np.ndarray, count: int) -> np.ndarray:
    """Switch off the comments of so many creators: -inf, the logarithm of none."""
    muted = values.copy()
    muted[np.argsort(muteness, kind="stable")[:count], COMMENTS] = -np.inf
    return muted


def _repeat_stale(values: np.ndarray, places: np.ndarray, last: Listed, stale: np.ndarray) -> np.ndarray:
    """Give stale creators the numbers that they had in the last list."""
    _, here, there = np.intersect1d(places, last.places, return_indices=True)
    kept = stale[places[here]]
    repeated = values.copy()
    repeated[here[kept]] = last.logs[there[kept]]
    return repeated


def _list_month(
    state: State, m: int, month: Month, elapsed: np.ndarray, star: int, draws: Draws, settings: Settings
) -> Listed:
    """Cut the month's list from the population; not yet in order."""
    places, latent = _cut(state, m, month, star, draws, settings)
    values = _map_to_curve(latent, month.curve)
    grown = _grow(state, places, elapsed[places])
    before = state.log_subscribers[places]
    values[:, 0] = _assign_subscribers(latent[:, 0], month.curve[:, 0], grown, before)
    values = _mute(values, state.traits[places, TRAITS.index("muteness")], month.muted)
    return Listed(state.identity[places], places, latent, values)


def _put_in_order(listed: Listed) -> Listed:
    """Order a list by the product of its counts, as they are after all that was done to them."""
    order = np.argsort(-score_list(np.exp(listed.logs)), kind="stable")
    return Listed(*(values[order] for values in listed))


def _remember(state: State, listed: Listed, m: int) -> State:
    log_subscribers, listed_at = state.log_subscribers.copy(), state.listed_at.copy()
    log_subscribers[listed.places], listed_at[listed.places] = listed.logs[:, 0], m
    return state._replace(log_subscribers=log_subscribers, listed_at=listed_at)


def _simulate(months: list[Month], steps: list[Step], draws: Draws, settings: Settings) -> list[Listed]:
    clock = np.cumsum([0.0, *(step.elapsed for step in steps)])
    star = _find_star(draws.traits[0])
    state, lists = _begin(draws), []
    for m, month in enumerate(months):
        if m:
            state = _advance(state, lists[-1], m, steps[m - 1], draws, settings)
        elapsed = clock[m] - clock[np.nan_to_num(state.listed_at).astype(int)]
        listed = _list_month(state, m, month, elapsed, star, draws, settings)
        if m:
            repeated = _repeat_stale(listed.logs, listed.places, lists[-1], state.stale)
            listed = listed._replace(logs=repeated)
        listed = _put_in_order(listed)
        state = _remember(state, listed, m)
        lists.append(listed)
    return lists


def _spread_of(values: np.ndarray) -> np.ndarray:
    low, high = np.quantile(values, [0.1, 0.9], axis=0)
    return high - low


def _nearest_correlation(matrix: np.ndarray) -> np.ndarray:
    """Make a symmetric matrix a correlation matrix: no negative eigenvalue, ones on its diagonal."""
    eigenvalues, vectors = np.linalg.eigh(matrix)
    positive = (vectors * np.maximum(eigenvalues, 0.02)) @ vectors.T
    scale = np.sqrt(np.diag(positive))
    return positive / np.outer(scale, scale)


def _adjust_month(listed: Listed, month: Month, m: int, settings: Settings) -> tuple:
    """Compute the month's next correlation, level and spread out of what its list shows."""
    found = stats.spearmanr(listed.logs).statistic
    correlation = _nearest_correlation(settings.correlation[m] + STEPSIZE * (month.spearman - found))
    missing = np.median(month.curve, axis=0) - np.median(listed.latent, axis=0)
    spread = settings.spread[m] * np.sqrt(_spread_of(month.curve) / _spread_of(listed.latent))
    # subscribers have no part in the product: where they lie and how far they spread is free
    level = settings.level[m] + STEPSIZE * missing
    return correlation, np.append(0.0, level[1:]), np.append(1.0, spread[1:])


def _adjust_step(before: Listed, after: Listed, step: Step, s: int, settings: Settings) -> tuple:
    """Compute the step's next memory and turnover out of what its two lists show."""
    both, here, there = np.intersect1d(before.identity, after.identity, return_indices=True)
    found = [
        stats.spearmanr(before.logs[here, k], after.logs[there, k]).statistic for k in range(1, len(METRICS))
    ]
    memory = np.clip(settings.memory[s] + STEPSIZE * (step.spearman - found), -0.5, 0.99)
    excess = len(both) / len(before.identity) - step.stayed
    return memory, settings.guests_below[s] + 2 * excess


def _adjust(lists: list[Listed], months: list[Month], steps: list[Step], settings: Settings) -> Settings:
    """Compute the next settings; rounded, so that the last digit of a machine's arithmetic can't build up."""
    by_month = [_adjust_month(lists[m], month, m, settings) for m, month in enumerate(months)]
    by_step = [_adjust_step(lists[s], lists[s + 1], step, s, settings) for s, step in enumerate(steps)]
    adjusted = [*zip(*by_month, strict=True), *zip(*by_step, strict=True)]
    return Settings(*(np.round(np.array(values), 9) for values in adjusted))


def _begin_settings(months: list[Month], steps: list[Step]) -> Settings:
    """Start from correlations above the measured ones: a cut by their product pushes all of them down."""
    correlation = [
        _nearest_correlation((month.spearman + 0.6 + 0.4 * np.eye(len(METRICS))) / 2) for month in months
    ]
    level = [np.append(0.0, np.median(month.curve, axis=0)[1:]) for month in months]
    spread = np.tile([1.0, 1.0, 1.2, 1.4, 1.9], (len(months), 1))
    memory = np.full((len(steps), len(METRICS) - 1), 0.5)
    return Settings(np.array(correlation), np.array(level), spread, memory, np.zeros(len(steps)))


def draw_panel(aggregates: dict, seed: int = 211) -> dict[str, pd.DataFrame]:
    """Draw five lists whose aggregates are the measured ones.

    Parameters
    ----------
    aggregates : what `measure_aggregates.measure` returns.
    seed : seed of every draw.

    Returns
    -------
    By month a frame in the order of the list: `creator` (a number that stays with the creator over months)
    and the five metrics, not rounded.
    """
    months, steps = read_months(aggregates, seed), read_steps(aggregates)
    draws = _draw(len(months), seed)
    settings = _begin_settings(months, steps)
    for _ in range(ROUNDS):
        lists = _simulate(months, steps, draws, settings)
        settings = _adjust(lists, months, steps, settings)
    return {
        month.name: pd.DataFrame(np.exp(listed.logs), columns=list(METRICS)).assign(creator=listed.identity)
        for month, listed in zip(months, lists, strict=True)
    }
