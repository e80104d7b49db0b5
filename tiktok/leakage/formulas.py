"""Exact relations between a target and its features: sums, products, and how to write them down.

Counts span many powers of ten and have heavy tails. So columns are put on one scale by their median and
their typical deviation, and each row is divided by its largest entry. Neither changes whether a linear
relation holds; both keep a small part visible next to a large one, and an ordinary row next to an outlier.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np

EXACT = 1e-6  # the misfit, as a share of the target's spread, below which a relation counts as exact
SPARE_ROWS = 10  # rows beyond the number of coefficients, without which any target would be rebuilt
MAX_SUBSETS = 5000
MOSTLY_POSITIVE = 0.9
LONGEST_LOG = 50.0  # logarithms of counts span less than this, so a column that spans more isn't one


class Columns(NamedTuple):
    """Feature columns on some scale, shape (rows, features), with the label of each in a formula."""

    values: np.ndarray
    labels: tuple[str, ...]


class Relation(NamedTuple):
    """A way to rebuild a target: which columns, by position, with what coefficients, written as a formula."""

    positions: tuple[int, ...]
    coefficients: tuple[float, ...]
    constant: float
    formula: str


def find_sum(columns: Columns, y: np.ndarray) -> Relation | None:
    """Find the smallest set of columns that adds up to the target, with a constant if need be."""
    # Least squares by QR (Golub & Van Loan, Matrix Computations, 5.3), backward elimination, then all smaller
    # sets while they are few.
    solved = _solve(columns.values, y)
    if solved is None:
        return None
    kept, coefficients, constant = solved
    terms = {columns.labels[j]: b for j, b in zip(kept, coefficients, strict=True)}
    return Relation(*solved, write_sum(terms, constant))


def find_transformed_sum(columns: Columns, y: np.ndarray) -> Relation | None:
    """Find a sum, of features or of what they are logarithms of, of which the target is a transform."""
    undone = list(_undo_transforms(y))
    for scale in (columns, *undo_logs(columns)):
        # The plain sum of the columns as they are is what find_sum looks for.
        tried = undone[1:] if scale is columns else undone
        first = _find_first_sum(scale, [values for values, _ in tried])
        if first:
            i, found = first
            return found._replace(formula=tried[i][1].format(found.formula))
    return None


def find_product(columns: Columns, y: np.ndarray) -> Relation | None:
    """Find a product or ratio of features, or a feature times or over a sum, that is the target."""
    # The coefficients are the powers of the features, or those of the sum.
    logs, logged, whole = take_logs(columns)
    if (y >= 0).all() and (y > 0).mean() >= MOSTLY_POSITIVE:
        rows = whole & (y > 0)
        solved = _solve(logs.values[rows], np.log(y[rows]))
        if solved:
            return Relation(*solved, _write_product(columns.labels, logged, *solved))
    found = find_sum(logs._replace(values=logs.values[whole]), y[whole]) if logged.any() else None
    return found or _find_common_factor(columns, y)


def _find_common_factor(columns: Columns, y: np.ndarray) -> Relation | None:
    values, labels = columns
    present = values != 0
    # Where a factor is 0, a multiple of it says nothing about the other factor.
    for j in np.flatnonzero((present.mean(axis=0) >= MOSTLY_POSITIVE) & ~present.all(axis=0)):
        rows = present[:, j]
        found = find_sum(columns._replace(values=values[rows]), y[rows] / values[rows, j])
        if found:
            return _add_factor(found, labels, int(j), "·")
    never_zero = np.flatnonzero(present.all(axis=0)).tolist()
    first = _find_first_sum(columns, [y / values[:, j] for j in never_zero])
    if first:
        return _add_factor(first[1], labels, never_zero[first[0]], "·")
    first = _find_first_sum(columns, [y * column for column in values.T])
    return _add_factor(first[1], labels, first[0], "/") if first else None


def _add_factor(found: Relation, labels: Sequence[str], j: int, sign: str) -> Relation:
    text = f"({found.formula})"
    if found.coefficients == (1.0,) and found.constant == 0:
        text = labels[found.positions[0]]
    formula = f"{labels[j]} · {text}" if sign == "·" else f"{text} / {labels[j]}"
    return found._replace(positions=tuple(dict.fromkeys((*found.positions, j))), formula=formula)


def _find_first_sum(columns: Columns, targets: Sequence[np.ndarray]) -> tuple[int, Relation] | None:
    """Find the first of many targets that is a sum of columns, and the sum."""
    A = columns.values
    if not targets or _too_few_rows(A):
        return None
    # One decomposition sorts out what surely is no sum: in 1,000 rows of 40 features the searches for a
    # transformed sum and a product take 0.11 s so, and 0.75 s by find_sum alone.
    joint = np.column_stack([np.ones(len(A)), standardise(A)[0]])
    largest = np.maximum(1.0, np.abs(joint).max(axis=1, keepdims=True))
    Q = np.linalg.qr(joint / largest)[0]
    goals = standardise(np.column_stack(targets))[0] / largest
    left = np.linalg.norm(goals - Q @ (Q.T @ goals), axis=0)
    for i in np.flatnonzero(left <= 10 * EXACT * np.linalg.norm(goals, axis=0)).tolist():
        found = find_sum(columns, targets[i])
        if found:
            return i, found
    return None


def _too_few_rows(A: np.ndarray) -> bool:
    return len(A) < A.shape[1] + 1 + SPARE_ROWS


def _solve(A: np.ndarray, y: np.ndarray) -> tuple[tuple[int, ...], tuple[float, ...], float] | None:
    if _too_few_rows(A) or np.ptp(y) == 0:
        return None
    scaled, centre, scale = standardise(np.column_stack([A, y]))
    R = np.linalg.qr(scale_rows(np.column_stack([np.ones(len(A)), scaled])), mode="r")
    kept = _smallest_exact_set(R)
    if kept is None:
        return None
    weights, misfit = _fit(R, kept)
    positions = np.array(kept)
    coefficients = weights[1:] * scale[-1] / scale[positions]
    moved = coefficients * centre[positions]
    constant = centre[-1] + weights[0] * scale[-1] - moved.sum()
    if abs(constant) <= max(1e-9, 10 * misfit) * (abs(centre[-1]) + scale[-1] + np.abs(moved).sum()):
        constant = 0.0
    # The last digits differ between machines and numbers of threads.
    *coefficients, constant = (float(f"{value:.9g}") for value in (*coefficients, constant))
    return kept, tuple(coefficients), constant


def _fit(R: np.ndarray, kept: Sequence[int]) -> tuple[np.ndarray, float]:
    columns = R[:, [0, *(j + 1 for j in kept)]]
    weights = np.linalg.lstsq(columns, R[:, -1])[0]
    return weights, float(np.linalg.norm(columns @ weights - R[:, -1]) / np.linalg.norm(R[:, -1]))


def _smallest_exact_set(R: np.ndarray) -> tuple[int, ...] | None:
    features = R.shape[1] - 2
    kept = list(range(features))
    misfit = _fit(R, kept)[1]
    if misfit > EXACT:
        return None
    # Relative to what the full set reaches, so that a part of one in a million isn't dropped as noise.
    bound = max(10 * misfit, 1e-11)
    for j in reversed(range(features)):
        fewer = [i for i in kept if i != j]
        if fewer and _fit(R, fewer)[1] <= bound:
            kept = fewer
    tried = 0
    for size in range(1, len(kept)):
        tried += comb(features, size)
        if tried > MAX_SUBSETS:
            break
        for smaller in combinations(range(features), size):
            if _fit(R, smaller)[1] <= bound:
                return smaller
    return tuple(kept)


def standardise(A: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centre columns on their median, divide by that of their non-zero deviations; give both medians too."""
    centre = np.median(A, axis=0)
    deviation = np.abs(A - centre)
    deviation[:, deviation.max(axis=0) == 0] = 1.0
    scale = np.nanmedian(np.where(deviation > 0, deviation, np.nan), axis=0)
    return (A - centre) / scale, centre, scale


def scale_rows(A: np.ndarray) -> np.ndarray:
    """Divide each row by its largest absolute entry, if that is above 1; linear relations stay."""
    return A / np.maximum(1.0, np.abs(A).max(axis=1, keepdims=True))


def take_logs(columns: Columns) -> tuple[Columns, np.ndarray, np.ndarray]:
    """Log counts and rates, not flags and signed columns; say which these are, and which rows had no zero."""
    values = columns.values
    positive = values > 0
    logged = (values.min(axis=0) >= 0) & (positive.mean(axis=0) >= MOSTLY_POSITIVE)
    # A zero is taken as half the column's smallest positive value.
    smallest = np.where(positive, values, np.inf).min(axis=0)
    logs = np.log(np.where(positive, values, smallest / 2))
    labels = _relabel(columns.labels, logged, "log({})")
    return Columns(np.where(logged, logs, values), labels), logged, positive[:, logged].all(axis=1)


def undo_logs(columns: Columns) -> Iterator[Columns]:
    """Undo logarithms, natural and decimal, in the columns that could be ones."""
    values = columns.values
    span, largest = np.ptp(values, axis=0), np.abs(values).max(axis=0)
    for base, label in ((np.e, "exp({})"), (10.0, "10^{}")):
        longest = LONGEST_LOG / np.log(base)
        could_be = (span >= 1) & (span <= longest) & (largest <= 2 * longest)
        if could_be.any():
            powers = np.power(base, np.where(could_be, values, 0.0))
            labels = _relabel(columns.labels, could_be, label)
            yield Columns(np.where(could_be, powers, values), labels)


def _relabel(labels: Sequence[str], chosen: np.ndarray, label: str) -> tuple[str, ...]:
    return tuple(label.format(c) if change else c for c, change in zip(labels, chosen, strict=True))


def _undo_transforms(y: np.ndarray) -> Iterator[tuple[np.ndarray, str]]:
    yield y, "{}"
    if np.ptp(y) <= LONGEST_LOG and np.abs(y).max() <= 2 * LONGEST_LOG:
        yield np.exp(y), "log({})"
        if np.ptp(y) <= LONGEST_LOG / np.log(10):
            yield np.power(10.0, y), "log10({})"
    if (y >= 0).all():
        yield np.square(y), "sqrt({})"
    if (y != 0).all():
        yield 1 / y, "1 / ({})"
    if (y > 0).all():
        yield np.log(y), "exp({})"


def write_number(value: float, digits: int = 6) -> str:
    """Write a number with so many digits that count, and thousands apart."""
    short = float(f"{value:.{digits}g}")
    if short != 0 and not 1e-4 <= abs(short) < 1e15:
        return f"{short:.{digits}g}"
    return f"{short:,}".removesuffix(".0")


def write_sum(terms: dict[str, float], constant: float = 0.0) -> str:
    """Write a linear combination as people do."""
    parts = [(value, f"{write_number(abs(value))}·{label}") for label, value in terms.items()]
    if constant != 0 or not parts:
        parts.append((constant, write_number(abs(constant))))
    first = ("-" if parts[0][0] < 0 else "") + parts[0][1]
    return first + "".join((" - " if value < 0 else " + ") + text for value, text in parts[1:])


def _write_product(
    labels: Sequence[str], logged: np.ndarray, kept: Sequence[int], powers: Sequence[float], constant: float
) -> str:
    above, below = [], []
    if write_number(np.exp(constant)) != "1":
        above.append(write_number(np.exp(constant)))
    for j, power in zip(kept, powers, strict=True):
        if not logged[j]:
            above.append(f"exp({write_number(power)}·{labels[j]})")
            continue
        digits = write_number(abs(power))
        (above if power > 0 else below).append(labels[j] + ("" if digits == "1" else f"^{digits}"))
    return " / ".join(["·".join(above) or "1", *below])
