"""Videos compared with other videos of the same creator: what is left when nobody's size can speak.

Each video is held against the mean of its creator (fixed effects: Wooldridge 2010, Econometric Analysis of
Cross Section and Panel Data, ch. 10), and the usual growth of views with a video's age is taken out. What a
creator adds to such a regression is one small matrix of sums of products, so a draw of creators, or a half of
them, is a weighted sum of these matrices, and shuffling within creators changes only some of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

AGE_POWERS = 3  # of the logarithm of a video's age
TINY = 1e-9  # of a sum of squares: what is left of it is rounding
RANK = 1e-9  # of the largest direction of a matrix: a smaller one is rounding
AT_ONCE = 20  # shuffles: what numpy is asked for at once


class Sums(NamedTuple):
    """Sums of products over the videos of creators, or of creators in draws: all that a regression needs."""

    levels: np.ndarray  # (…, levels, levels)
    levels_age: np.ndarray  # (…, levels, powers)
    levels_outcome: np.ndarray  # (…, levels)
    age: np.ndarray  # (…, powers, powers)
    age_outcome: np.ndarray  # (…, powers)
    outcome: np.ndarray  # (…)


INNER = Sums(2, 2, 1, 2, 1, 0)  # dimensions of each beside those of shuffles, draws or creators


class Within(NamedTuple):
    """Videos as deviations from the mean of their creator, in order of creators, then of time."""

    creator: np.ndarray  # (videos,) whose it is, from 0
    level: np.ndarray  # (videos,) which hour, or day, from 0
    outcome: np.ndarray  # (videos,) log views
    age: np.ndarray  # (videos, powers) of the logarithm of a video's age
    line: np.ndarray  # (videos,) over which each creator has a trend of its own, of length 1; all 0 without
    used: np.ndarray  # (creators, levels) how many videos
    fixed: Sums  # of each creator: those that no shuffle of levels changes, where nobody has a trend
    sums: Sums  # of each creator


def hold_within(videos: pd.DataFrame, level: np.ndarray, n_levels: int, *, trends: bool = False) -> Within:
    """Hold each video's views and level against those of its creator's other videos.

    `trends`: each creator has a straight line over age of its own, since those who grow may have changed
    their hours meanwhile.
    """
    creator = pd.factorize(videos["handle"], sort=True)[0]
    order = np.lexsort([videos["posted"].dt.tz_convert(None).to_numpy(), creator])
    creator, level = creator[order], level[order]
    age = _deviate(age_powers(videos)[order][:, 1:], creator)
    outcome = _deviate(np.log(videos["views"].to_numpy(float)[order])[:, None], creator)[:, 0]
    line = np.zeros(len(outcome))
    if trends:
        length = np.sqrt(np.bincount(creator, age[:, 0] ** 2))[creator]
        line = np.divide(age[:, 0], length, out=line, where=length > TINY)
        outcome, age = (_take_line_out(columns, line, creator) for columns in (outcome, age[:, 1:]))
    used = _sum_up(np.eye(n_levels)[level], creator)
    *of_age, with_outcome = (_sum_up(age * column[:, None], creator) for column in (*age.T, outcome))
    of_outcome = np.bincount(creator, outcome**2)
    each = used[:, :, None] * np.eye(n_levels)
    shared = used[:, :, None] * used[:, None, :] / used.sum(axis=1)[:, None, None]
    nothing = np.zeros(0)
    fixed = Sums(each - shared, nothing, nothing, np.stack(of_age, axis=-1), with_outcome, of_outcome)
    within = Within(creator, level, outcome, age, line, used, fixed, fixed)
    return within._replace(sums=sum_products(within, level))


def age_powers(videos: pd.DataFrame) -> np.ndarray:
    """Give the powers, from 0, of the logarithm of each video's age, about its mean and in its spread."""
    age = np.log(videos["age"].to_numpy(float).clip(1))
    return ((age - age.mean()) / max(age.std(), TINY))[:, None] ** np.arange(AGE_POWERS + 1)


def _deviate(columns: np.ndarray, creator: np.ndarray) -> np.ndarray:
    """Subtract from each row the mean of its creator."""
    return columns - (_sum_up(columns, creator) / np.bincount(creator)[:, None])[creator]


def _take_line_out(columns: np.ndarray, line: np.ndarray, creator: np.ndarray) -> np.ndarray:
    """Subtract from each creator's rows what a line of length 1 explains of them."""
    flat = columns.reshape(len(line), -1)
    slope = _sum_up(flat * line[:, None], creator)
    return (flat - slope[creator] * line[:, None]).reshape(columns.shape)


def _sum_up(columns: np.ndarray, creator: np.ndarray) -> np.ndarray:
    """Sum columns by creator."""
    return np.column_stack([np.bincount(creator, column) for column in columns.T])


def sum_products(within: Within, level: np.ndarray) -> Sums:
    """Sum each creator's products with these levels, (…, videos), of which a creator has as many of each."""
    creators, n_levels = within.used.shape
    lead = level.shape[:-1]
    shuffles = np.arange(level.size // len(within.level)).reshape(*lead, 1)
    place = ((shuffles * creators + within.creator) * n_levels + level).ravel()

    def of_levels(column: np.ndarray) -> np.ndarray:
        # age and outcome are deviations from the creator's mean, so the levels' columns need not be
        weights = np.tile(column, len(place) // len(column))
        return np.bincount(place, weights, shuffles.size * creators * n_levels).reshape(
            *lead, creators, n_levels
        )

    age = np.stack([of_levels(column) for column in within.age.T], axis=-1)
    sums = within.fixed._replace(levels_age=age, levels_outcome=of_levels(within.outcome))
    if not within.line.any():
        return sums
    along = of_levels(within.line)
    return sums._replace(levels=sums.levels - along[..., :, None] * along[..., None, :])


def sum_shuffled(within: Within, shuffles: int, seed: int, *, turn: bool = False) -> Iterator[Sums]:
    """Shuffle the levels within creators again and again, and sum the products, some shuffles at a time."""
    rng = np.random.default_rng(seed)
    for some in np.array_split(range(shuffles), max(1, shuffles // AT_ONCE)):
        yield sum_products(within, np.array([shuffle_levels(within, rng, turn=turn) for _ in some]))


def add_up(parts: Sums, times: np.ndarray) -> Sums:
    """Sum the creators of each draw; `times`, of shape (draws, creators), says how often each is in it."""
    summed = []
    for part, inner in zip(parts, INNER, strict=True):
        lead, own = part.shape[: part.ndim - inner - 1], part.shape[part.ndim - inner :]
        in_rows = part.reshape(*lead, times.shape[-1], -1)
        summed.append((times @ in_rows).reshape(*lead, len(times), *own))
    return Sums(*summed)


class WithoutAge(NamedTuple):
    """Sums of products of levels and outcome without what age explains of either."""

    levels: np.ndarray  # (draws, levels, levels)
    outcome: np.ndarray  # (draws, levels)
    total: np.ndarray  # (draws,)


def take_age_out(sums: Sums) -> WithoutAge:
    """Take out of levels and outcome what age explains of them (Frisch & Waugh 1933)."""
    of_levels = _solve(sums.age, np.swapaxes(sums.levels_age, -1, -2))
    of_outcome = _solve(sums.age, sums.age_outcome[..., None])
    return WithoutAge(
        sums.levels - sums.levels_age @ of_levels,
        sums.levels_outcome - (sums.levels_age @ of_outcome)[..., 0],
        sums.outcome - (sums.age_outcome[..., None, :] @ of_outcome)[..., 0, 0],
    )


def _solve(products: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve the normal equations of each draw, next to nothing added to what they leave open."""
    size = np.trace(products, axis1=-2, axis2=-1)[..., None, None]
    return np.linalg.solve(products + (RANK * size + TINY) * np.eye(products.shape[-1]), right)


def fit_levels(sums: WithoutAge, used: np.ndarray) -> np.ndarray:
    """Fit levels' effects on log views, (draws, levels), about the mean of all videos; `used`: how many."""
    # levels may shift together without a change, as each is held against the others
    effects = _solve(sums.levels, sums.outcome[..., None])[..., 0]
    mean = (effects * used).sum(axis=-1, keepdims=True) / used.sum(axis=-1, keepdims=True)
    return np.where(used > 0, effects - mean, 0.0)


def explain_all(within: Within, sums: Sums) -> tuple[np.ndarray, np.ndarray]:
    """Give the share of variance that levels explain among all creators, chance included, and the effects."""
    everybody = take_age_out(add_up(sums, np.ones((1, len(within.used)))))
    effects = fit_levels(everybody, within.used.sum(axis=0))
    return explain_variance(effects, everybody)[..., 0], effects[..., 0, :]


def explain_variance(effects: np.ndarray, sums: WithoutAge) -> np.ndarray:
    """Give the share of the variance of a creator's log views that levels explain, for each draw."""
    return (effects * sums.outcome).sum(axis=-1) / sums.total


def contrast_level(sums: WithoutAge, level: np.ndarray) -> np.ndarray:
    """Give for one level of each draw the log of its views over those of the creator's other videos."""
    alone, outcome = (
        np.take_along_axis(np.broadcast_to(each, sums.outcome.shape), level[..., None], axis=-1)[..., 0]
        for each in (np.diagonal(sums.levels, axis1=-2, axis2=-1), sums.outcome)
    )
    return np.divide(outcome, alone, out=np.full(outcome.shape, np.nan), where=alone > TINY)


def shuffle_levels(within: Within, rng: np.random.Generator, *, turn: bool = False) -> np.ndarray:
    """Deal out each creator's levels anew among the same creator's videos.

    `turn`: keep their order and begin elsewhere, since neighbours in time are alike in both.
    """
    if not turn:
        order = rng.permutation(len(within.level))
        # creators in order again, each with its videos in the new one; small numbers are sorted in no time
        creator = within.creator[order].astype(np.min_scalar_type(len(within.used)))
        return within.level[order[np.argsort(creator, kind="stable")]]
    sizes = np.bincount(within.creator)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    along = np.arange(len(within.level)) - starts[within.creator]
    by = (rng.random(len(sizes)) * sizes).astype(int)
    return within.level[starts[within.creator] + (along + by[within.creator]) % sizes[within.creator]]
