"""Thresholds and orders: is a label a cut through a sum, ratio or product of features, or a rank their order?

A cut is exact if a linear programme finds weights that put every yes above every no; an order, if it finds
weights under which every row lies above the one before it. The weights with the smallest total are taken,
which leaves most of them at zero (Bradley & Mangasarian 1998, Feature selection via concave minimization and
support vector machines).
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from math import comb
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.special import gammaln

from tiktok.leakage.formulas import (
    Columns,
    scale_rows,
    standardise,
    take_logs,
    undo_logs,
    write_number,
    write_sum,
)
from tiktok.leakage.strong_features import Fold

MAX_SCORES = 10_000  # plain sums and ratios to try
MAX_FACTORS = 5  # of these many features every plain product is tried: 121
QUICK_ROWS = 100
MIRRORED = str.maketrans(">≥", "<≤")
LOG10_TOO_RARE = 4  # a cut that chance brings about once in 10,000 times isn't put down to chance


class Separation(NamedTuple):
    """A score that has the target's order: its features, the scale they are on, and how it is written."""

    positions: tuple[int, ...]
    scale: Columns
    formula: str
    plain: bool  # a sum, ratio or product without weights


def separates(scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Say of each column whether every higher target has the higher score (1), the lower (-1) or neither."""
    low, high = _group_ranges(scores, y)
    return (low[1:] > high[:-1]).all(axis=0) * 1 - (high[1:] < low[:-1]).all(axis=0) * 1


def _group_ranges(scores: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Take each score's lowest and highest among rows of the same target, from the lowest target up."""
    order = np.argsort(y, kind="stable")
    starts = np.flatnonzero(np.r_[True, y[order][1:] != y[order][:-1]])
    return np.minimum.reduceat(scores[order], starts), np.maximum.reduceat(scores[order], starts)


def is_beyond_chance(y: np.ndarray, tries: int) -> bool:
    """Say whether so many tries would hardly put the rows of this target in order by chance."""
    sizes = np.unique(y, return_counts=True)[1]
    arrangements = (gammaln(len(y) + 1) - gammaln(sizes + 1).sum()) / np.log(10)
    return bool(arrangements - np.log10(2 * tries) >= LOG10_TOO_RARE)


def find_one(columns: Columns, y: np.ndarray) -> Separation | None:
    """Find a feature of which the label is a threshold, or whose order is the target's, and not by chance."""
    signs = separates(columns.values, y)
    if not signs.any() or not is_beyond_chance(y, len(signs)):
        return None
    j = int(np.flatnonzero(signs)[0])
    return Separation((j,), columns, _write(columns.labels[j], columns.values[:, j], y), True)


def find_combination(columns: Columns, y: np.ndarray) -> Separation | None:
    """Find a sum, ratio or product that the label is a threshold of, or that has the target's order."""
    # With few rows and many features one can be found by chance: `checks` judges it on rows left out.
    logs, logged, _ = take_logs(columns)
    weighted = None
    for scale in (columns, *([logs] if logged.any() else []), *undo_logs(columns)):
        weights = _find_weights(scale.values, y)
        if weights is None:
            continue
        if scale is logs:
            plain = _find_plain_product(columns, y, weights, logged)
        else:
            plain = _find_plain_sum(scale, y)
        if plain:
            positions, text, score = plain
            return Separation(positions, scale, _write(text, score, y), True)
        weighted = weighted or _find_weighted(scale, y, weights)
    return weighted


def _find_weights(values: np.ndarray, y: np.ndarray) -> np.ndarray | None:
    """Find weights of the standardised features, and a threshold (last), that give the target's order."""
    scaled = standardise(values)[0]
    if y.dtype == bool:
        rows = np.where(y, 1.0, -1.0)[:, None] * scale_rows(np.column_stack([scaled, np.ones(len(y))]))
    else:
        order = np.argsort(y, kind="stable")
        steps = np.diff(scaled[order], axis=0)[np.diff(y[order]) > 0]
        largest = np.abs(steps).max(axis=1, keepdims=True)
        if (largest == 0).any():
            return None
        rows = np.column_stack([steps / largest, np.zeros(len(steps))])
    features = values.shape[1]
    # Each weight as a positive less a negative half, so that the programme can keep their total small.
    solved = linprog(
        np.r_[np.ones(2 * features), 0],
        A_ub=-np.column_stack([rows[:, :-1], -rows[:, :-1], rows[:, -1:]]),
        b_ub=-np.ones(len(rows)),
        bounds=[(0, None)] * (2 * features) + [(None, None)],
    )
    if solved.x is None:
        return None
    positive, negative, threshold = np.split(solved.x, [features, 2 * features])
    return np.r_[positive - negative, threshold]


def _find_plain_sum(columns: Columns, y: np.ndarray) -> tuple[tuple[int, ...], str, np.ndarray] | None:
    """Try plain sums, over or less one feature or alone, from the smallest; on a few rows first."""
    values, labels = columns
    few = np.argsort(y, kind="stable")[:: max(1, len(y) // QUICK_ROWS)]
    for chosen, sign, other in plain_choices(values):
        quick = combine(values[few], chosen, sign, other)
        for i in np.flatnonzero(separates(quick, y[few])):
            score = combine(values, chosen[[i]], sign, other)
            if separates(score, y)[0]:
                return (*write_plain(chosen[i], sign, other, labels), score[:, 0])
    return None


def write_plain(
    chosen: np.ndarray, sign: str, other: int, labels: Sequence[str]
) -> tuple[tuple[int, ...], str]:
    """Name the features of a plain sum, over or less another one, and write it."""
    positions = tuple(chosen.tolist())
    text = " + ".join(labels[j] for j in positions)
    if not sign:
        return positions, text
    text = f"({text})" if sign == "/" and len(positions) > 1 else text
    return (*positions, other), f"{text} {sign} {labels[other]}"


def combine(values: np.ndarray, chosen: np.ndarray, sign: str, other: int) -> np.ndarray:
    """Work out plain sums, a column each."""
    sums = values[:, chosen].sum(axis=2)
    if sign == "/":
        return sums / values[:, [other]]
    return sums - values[:, [other]] if sign == "-" else sums


def plain_choices(values: np.ndarray) -> Iterator[tuple[np.ndarray, str, int]]:
    """Sets of summands, a row each, the sign after the sum, and the feature after it; the smallest first."""
    features = values.shape[1]
    positive = (values > 0).all(axis=0)
    tried = 0
    for size in range(1, features + 1):
        tried += comb(features, size) + (features + positive.sum()) * comb(features - 1, size - 1)
        if tried > MAX_SCORES:
            return
        yield np.array(list(combinations(range(features), size))), "", 0
        for other in range(features) if size > 1 else ():
            chosen = np.array(list(combinations([j for j in range(features) if j != other], size - 1)))
            if positive[other]:
                yield chosen, "/", other
            yield chosen, "-", other


def _find_plain_product(
    columns: Columns, y: np.ndarray, weights: np.ndarray, logged: np.ndarray
) -> tuple[tuple[int, ...], str, np.ndarray] | None:
    values, labels = columns
    by_weight = np.argsort(-np.abs(weights[:-1]), kind="stable")
    pool = sorted([j for j in by_weight.tolist() if logged[j]][:MAX_FACTORS])
    for powers in sorted(product((1, -1, 0), repeat=len(pool)), key=np.count_nonzero):
        above = [j for j, power in zip(pool, powers, strict=True) if power > 0]
        below = [j for j, power in zip(pool, powers, strict=True) if power < 0]
        # A product and its inverse have the same order, so the one that begins above the line will do.
        if above and (not below or above[0] < below[0]) and (values[:, below] > 0).all():
            score = values[:, above].prod(axis=1) / values[:, below].prod(axis=1)
            if separates(score[:, None], y)[0]:
                text = " / ".join(["·".join(labels[j] for j in above), *(labels[j] for j in below)])
                return (*above, *below), text, score
    return None


def _find_weighted(columns: Columns, y: np.ndarray, weights: np.ndarray) -> Separation | None:
    kept = _drop_needless(columns.values, y, weights)
    values = columns.values[:, kept]
    weights = _find_weights(values, y)
    if weights is None:
        return None
    raw = weights[:-1] / standardise(values)[2]
    raw = raw / np.abs(raw[np.argmax(np.abs(weights[:-1]))])
    score = values @ raw
    if not separates(score[:, None], y)[0]:
        return None
    text = write_sum({columns.labels[j]: float(f"{b:.3g}") for j, b in zip(kept, raw, strict=True)})
    return Separation(kept, columns, _write(f"about {text}", score, y), False)


def _drop_needless(values: np.ndarray, y: np.ndarray, weights: np.ndarray) -> tuple[int, ...]:
    """Drop the smallest weights by halves while the others still separate, then one by one."""
    by_weight = np.argsort(-np.abs(weights[:-1]), kind="stable")
    kept = by_weight[weights[by_weight] != 0]
    drop = len(kept) // 2
    while drop:
        fewer = _find_weights(values[:, kept[:-drop]], y)
        if fewer is None:
            drop //= 2
        else:
            kept = kept[:-drop][np.argsort(-np.abs(fewer[:-1]), kind="stable")]
            drop = min(drop, len(kept) // 2)
    for j in kept[::-1]:
        others = kept[kept != j]
        if len(others) and _find_weights(values[:, others], y) is not None:
            kept = others
    return tuple(sorted(kept.tolist()))


def score_held_out(values: np.ndarray, y: np.ndarray, folds: Sequence[Fold]) -> np.ndarray:
    """Score the second rows of each fold by the weights that separate the first, 0 where none do."""
    scores = np.zeros(len(y))
    for others, left_out in folds:
        weights = _find_weights(values[others], y[others])
        if weights is not None:
            _, centre, scale = standardise(values[others])
            scaled = np.column_stack([(values[left_out] - centre) / scale, np.ones(len(left_out))])
            scores[left_out] = scale_rows(scaled) @ weights / np.abs(weights).sum()
    return scores


def _write(text: str, score: np.ndarray, y: np.ndarray) -> str:
    """Write what the target does or is: `rises with text`, or `= [text > cut]`."""
    low, high = _group_ranges(score[:, None], y)
    up = bool(low[1, 0] > high[0, 0])
    if y.dtype != bool:
        return f"{'rises' if up else 'falls'} with {text}"
    if up:
        cut, sign = roundest(high[0, 0], low[1, 0])
        return f"= [{text} {sign} {write_number(cut, 15)}]"
    cut, sign = roundest(-low[0, 0], -high[1, 0])
    return f"= [{text} {sign.translate(MIRRORED)} {write_number(-cut, 15)}]"


def roundest(below: float, above: float) -> tuple[float, str]:
    """Give the number with fewest digits between the highest no and the lowest yes, and the sign of a yes."""
    for digits in range(1, 17):
        step = 10.0 ** (np.floor(np.log10(max(abs(below), abs(above)))) + 1 - digits)
        cut = float(f"{np.ceil(below / step) * step:.{digits}g}")
        if below <= cut < above:
            return cut, ">"
        if cut == above:
            return cut, "≥"
    return above, "≥"
