"""Draws of creators, intervals of what is drawn, the probability of superiority, Holm: for all rooms, once.

A draw is kept as how often it holds each creator, not as a copy of the rows: a statistic that takes such
counts as weights (`times`, of shape (draws, rows)) serves all draws in one product of matrices. Who is drawn
brings all of their rows, of whichever months (cluster bootstrap: Field & Welsh 2007, JRSS B 69:369–390).
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

CONFIDENCE = 0.95
AT_ONCE = 100_000  # creators in draws: what stays in a processor's cache is done with in a third of the time


def draw_counts(n: int, resamples: int, seed: int) -> np.ndarray:
    """Draw n creators with replacement, again and again: how often each is in each draw."""
    rng, chances = np.random.default_rng(seed), np.full(n, 1 / n)
    times = np.empty((resamples, n), dtype=np.int16)
    for draws in blocks(times):
        draws[:] = rng.multinomial(n, chances, size=len(draws))
    return times


def blocks(times: np.ndarray) -> list[np.ndarray]:
    """Divide draws into blocks of a few."""
    return np.array_split(times, max(1, times.size // AT_ONCE))


def in_blocks(statistic: Callable[..., np.ndarray], *arrays: np.ndarray) -> np.ndarray:
    """Compute a statistic of each draw, a block of draws at a time; all arrays have a row a draw."""
    return np.concatenate([statistic(*some) for some in zip(*map(blocks, arrays), strict=True)])


def draw_halves(n: int, draws: int, seed: int) -> np.ndarray:
    """Draw half of n creators, each once, again and again: what a test is tried again on.

    In a list drawn with replacement a creator repeats, and a test at 5 % finds a relation that isn't there in
    16 % of them; in halves, in 4 % (Politis, Romano & Wolf 1999, Subsampling). What half of a list scatters
    about the whole is what the whole scatters about the truth, so intervals can be read off them too.
    """
    rng = np.random.default_rng(seed)
    times = np.empty((draws, n), dtype=np.int16)
    for some in blocks(times):
        some[:] = rng.random(some.shape).argsort(axis=1) < n // 2
    return times


def rows_of_draws(times: np.ndarray) -> np.ndarray:
    """Give the rows that each draw holds, for statistics that can't take weights."""
    draws, n = times.shape
    return np.repeat(np.tile(np.arange(n), draws), times.ravel()).reshape(draws, -1)


def draw_times(handles: pd.Series | pd.Index, resamples: int, seed: int) -> np.ndarray:
    """Say how often each row counts: once, as they are; then as often as its creator is in each draw."""
    creators, different = pd.factorize(handles, sort=True)
    drawn = draw_counts(len(different), resamples, seed)
    return np.vstack([np.ones(len(different), dtype=drawn.dtype), drawn])[:, creators]


def draw_creators(panel: Mapping[str, pd.DataFrame], resamples: int, seed: int) -> dict[str, np.ndarray]:
    """Draw creators from all the lists together: by month, how often each row is in each draw."""
    times = draw_times(pd.concat([frame["handle"] for frame in panel.values()]), resamples, seed)[1:]
    ends = np.cumsum([len(frame) for frame in panel.values()])
    return dict(zip(panel, np.split(times, ends[:-1], axis=1), strict=True))


def percentile_interval(
    drawn: np.ndarray, confidence: float = CONFIDENCE, axis: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Give the two percentiles between which the middle share of the draws that exist lies, else missing."""
    drawn = np.asarray(drawn, dtype=float)
    empty = np.isnan(drawn).all(axis=axis, keepdims=True)
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.nanquantile(np.where(empty, 0.0, drawn), tails, axis=axis)
    missing = empty.squeeze(axis)
    low, high = np.where(missing, np.nan, low), np.where(missing, np.nan, high)
    return (float(low), float(high)) if low.ndim == 0 else (low, high)


def ranker(column: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Sort a column once; what comes out ranks it within each draw, ties at their middle.

    Ranks are half a rank below those of `scipy.stats.rankdata`.
    """
    distinct, place = np.unique(column, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(distinct)))

    def rank(times: np.ndarray) -> np.ndarray:
        tied = np.add.reduceat(times[:, order], starts, axis=1, dtype=np.int32)
        return (np.cumsum(tied, axis=1) - tied / 2)[:, place]

    return rank


def superiority(values: np.ndarray, inside: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Give in each draw the probability that one of a group has more than one outside it: the ROC AUC."""
    # `inside`: (rows,), or (draws, rows) where the group is another in each draw; missing where a draw holds
    # one side only. Mann and Whitney's U over the comparisons; Hanley & McNeil 1982, Radiology 143:29–36
    rank = ranker(values)
    if inside.ndim == 1:
        return in_blocks(lambda drawn: _superiority(rank, inside, drawn), times)
    return in_blocks(lambda drawn, within: _superiority(rank, within, drawn), times, inside)


def _superiority(rank: Callable, inside: np.ndarray, times: np.ndarray) -> np.ndarray:
    weights = times * inside
    n_in = weights.sum(axis=1)
    n_out = times.sum(axis=1) - n_in
    won = (rank(times) * weights).sum(axis=1) - n_in**2 / 2
    compared = (n_in * n_out).astype(float)
    return np.divide(won, compared, out=np.full(len(won), np.nan), where=compared > 0)


def adjust_holm(p: np.ndarray) -> np.ndarray:
    """Adjust p-values, none of them missing, by Holm's method (1979), along the last axis."""
    # as `multipletests(p, method="holm")` of statsmodels, which collects garbage at every call: a tenth of a
    # second each time in a notebook, minutes in a resampling loop (50 calls: 0.0004 s here, 19.7 s there)
    order = np.argsort(p, axis=-1)
    steps = np.take_along_axis(p, order, axis=-1) * np.arange(p.shape[-1], 0, -1)
    adjusted = np.empty_like(steps)
    np.put_along_axis(adjusted, order, np.minimum(np.maximum.accumulate(steps, axis=-1), 1), axis=-1)
    return adjusted
