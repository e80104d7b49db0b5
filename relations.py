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


def find_sum(columns: Columns, y: np.ndarray, name: str) -> Relation | None:
    """Find the smallest set of columns that adds up to the target, with a constant if need be.

    Parameters
    ----------
    columns : Columns
        Features, none of them constant.
    y : array of shape (rows,)
    name : str
        Of the target, for the formula.

    Returns
    -------
    Relation or None
        None where no linear combination is exact, or there are too few rows to tell.

    Source: least squares by QR (Golub & Van Loan, Matrix Computations, 5.3), backward elimination, then all
    smaller sets while they are few.

    >>> rng = np.random.default_rng(0)
    >>> X = rng.lognormal(size=(60, 3))
    >>> find_sum(Columns(X, ("a", "b", "c")), X[:, 0] - 2 * X[:, 2] + 5, "y").formula
    'y = 1·a - 2·c + 5'
    """
    solved = _solve(columns.values, y)
    if solved is None:
        return None
    kept, coefficients, constant = solved
    terms = {columns.labels[j]: b for j, b in zip(kept, coefficients, strict=True)}
    return Relation(kept, coefficients, constant, f"{name} = {write_sum(terms, constant)}")


def find_transformed_sum(columns: Columns, y: np.ndarray, name: str) -> Relation | None:
    """Find a sum whose logarithm, root, reciprocal or exponential is the target.

    Features that may be logarithms themselves are also tried as what they are the logarithm of.

    Parameters, Returns
    -------------------
    As for `find_sum`.

    >>> X = np.random.default_rng(0).lognormal(size=(60, 2))
    >>> find_transformed_sum(Columns(X, ("a", "b")), np.log10(X.sum(axis=1)), "y").formula
    'y = log10(1·a + 1·b)'
    """
    undone = list(_undo_transforms(y))
    for scale in (columns, *raise_logs(columns)):
        # The plain sum of the columns as they are is what find_sum looks for.
        tried = undone[1:] if scale is columns else undone
        targets = np.column_stack([values for values, _ in tried]) if tried else np.empty((len(y), 0))
        for i in _could_be_sums(scale.values, targets):
            found = find_sum(scale, tried[i][0], "")
            if found is not None:
                return found._replace(
                    formula=f"{name} = {tried[i][1].format(found.formula.removeprefix(' = '))}"
                )
    return None


def find_product(columns: Columns, y: np.ndarray, name: str) -> Relation | None:
    """Find a product or ratio of features, with powers, or a feature times or over a sum, that is the target.

    Parameters, Returns
    -------------------
    As for `find_sum`; coefficients are the powers, or those of the sum.

    >>> X = np.random.default_rng(0).lognormal(size=(60, 3))
    >>> find_product(Columns(X, ("a", "b", "c")), 3 * X[:, 0] / X[:, 1] ** 2, "y").formula
    'y = 3·a / b^2'
    >>> find_product(Columns(X, ("a", "b", "c")), (X[:, 0] + X[:, 1]) / X[:, 2], "y").formula
    'y = (1·a + 1·b) / c'
    """
    logs, logged, whole = take_logs(columns)
    if (y >= 0).all() and (y > 0).mean() >= MOSTLY_POSITIVE:
        rows = whole & (y > 0)
        solved = _solve(logs.values[rows], np.log(y[rows]))
        if solved is not None:
            return Relation(*solved, f"{name} = {_write_product(columns.labels, logged, *solved)}")
    if logged.any():
        found = find_sum(logs._replace(values=logs.values[whole]), y[whole], name)
        if found is not None:
            return found
    return _find_common_factor(columns, y, name)


def _find_common_factor(columns: Columns, y: np.ndarray, name: str) -> Relation | None:
    values, labels = columns
    # Where a factor is 0, a multiple of it says nothing about the other factor.
    divided = [j for j in range(len(labels)) if (values[:, j] != 0).mean() >= MOSTLY_POSITIVE]
    quotients = np.divide(
        y[:, None], values[:, divided], out=np.zeros((len(y), len(divided))), where=values[:, divided] != 0
    )
    could_be = [j for j in divided if (values[:, j] == 0).any()]
    could_be += [divided[i] for i in _could_be_sums(values, quotients)]
    for j in could_be:
        rows = values[:, j] != 0
        found = find_sum(columns._replace(values=values[rows]), y[rows] / values[rows, j], "")
        if found is not None:
            return _write_factor(found, labels, j, "·", name)
    for j in _could_be_sums(values, y[:, None] * values):
        found = find_sum(columns, y * values[:, j], "")
        if found is not None:
            return _write_factor(found, labels, j, "/", name)
    return None


def _write_factor(found: Relation, labels: Sequence[str], j: int, sign: str, name: str) -> Relation:
    text = f"({found.formula.removeprefix(' = ')})"
    if found.coefficients == (1.0,) and found.constant == 0:
        text = labels[found.positions[0]]
    positions = found.positions if j in found.positions else (*found.positions, j)
    product = f"{labels[j]} · {text}" if sign == "·" else f"{text} / {labels[j]}"
    return found._replace(positions=positions, formula=f"{name} = {product}")


def _could_be_sums(A: np.ndarray, targets: np.ndarray) -> list[int]:
    """Sort out, in one decomposition, the targets that are surely no linear combinations of the columns."""
    if A.shape[0] < A.shape[1] + 1 + SPARE_ROWS or targets.shape[1] == 0:
        return []
    joint = np.column_stack([np.ones(len(A)), standardise(A)[0]])
    largest = np.maximum(1.0, np.abs(joint).max(axis=1, keepdims=True))
    Q = np.linalg.qr(joint / largest)[0]
    goals = standardise(targets)[0] / largest
    left = np.linalg.norm(goals - Q @ (Q.T @ goals), axis=0)
    return np.flatnonzero(left <= 10 * EXACT * np.linalg.norm(goals, axis=0)).tolist()


def _solve(A: np.ndarray, y: np.ndarray) -> tuple[tuple[int, ...], tuple[float, ...], float] | None:
    rows, features = A.shape
    if rows < features + 1 + SPARE_ROWS or features == 0 or np.ptp(y) == 0:
        return None
    scaled, centre, scale = standardise(np.column_stack([A, y]))
    R = np.linalg.qr(tame_rows(np.column_stack([np.ones(rows), scaled])), mode="r")
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
    return kept, tuple(_settle(b) for b in coefficients), _settle(constant)


def _settle(value: float) -> float:
    """Round away the last digits, which differ between machines and numbers of threads."""
    return float(f"{value:.9g}")


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
    """Centre columns on their median and divide them by the median of their non-zero deviations.

    Parameters
    ----------
    A : array of shape (rows, columns)

    Returns
    -------
    tuple of arrays
        The standardised columns, their centres and their scales.

    >>> standardise(np.array([[1.0], [2.0], [3.0], [1000.0]]))[2]
    array([1.])
    """
    centre = np.median(A, axis=0)
    deviation = np.abs(A - centre)
    deviation[:, deviation.max(axis=0) == 0] = 1.0
    scale = np.nanmedian(np.where(deviation > 0, deviation, np.nan), axis=0)
    return (A - centre) / scale, centre, scale


def tame_rows(A: np.ndarray) -> np.ndarray:
    """Divide each row by its largest absolute entry, if that is above 1; linear relations stay as they are.

    >>> tame_rows(np.array([[1.0, -4.0], [0.5, 0.1]]))
    array([[ 0.25, -1.  ],
           [ 0.5 ,  0.1 ]])
    """
    return A / np.maximum(1.0, np.abs(A).max(axis=1, keepdims=True))


def take_logs(columns: Columns) -> tuple[Columns, np.ndarray, np.ndarray]:
    """Put counts and rates on a log scale, and leave flags and signed columns as they are.

    Parameters
    ----------
    columns : Columns

    Returns
    -------
    Columns
        A zero is taken as half the column's smallest positive value.
    array of bool, shape (features,)
        Columns that were logged.
    array of bool, shape (rows,)
        Rows in which no such zero was replaced.

    >>> take_logs(Columns(np.array([[1.0, -1.0], [1.0, 2.0]]), ("a", "b")))[0].labels
    ('log(a)', 'b')
    """
    values, labels = columns.values.copy(), list(columns.labels)
    logged, whole = np.zeros(len(labels), dtype=bool), np.ones(len(values), dtype=bool)
    for j, column in enumerate(columns.values.T):
        positive = column > 0
        if column.min() < 0 or positive.mean() < MOSTLY_POSITIVE:
            continue
        values[:, j] = np.log(np.where(positive, column, column[positive].min() / 2))
        labels[j] = f"log({labels[j]})"
        logged[j] = True
        whole &= positive
    return Columns(values, tuple(labels)), logged, whole


def raise_logs(columns: Columns) -> list[Columns]:
    """Undo logarithms, natural and decimal, in the columns that could be ones.

    >>> [scale.labels for scale in raise_logs(Columns(np.array([[1.0], [9.0]]), ("log_views",)))]
    [('exp(log_views)',), ('10^log_views',)]
    """
    scales = []
    for base, label in ((np.e, "exp({})"), (10.0, "10^{}")):
        longest = LONGEST_LOG / np.log(base)
        span, largest = np.ptp(columns.values, axis=0), np.abs(columns.values).max(axis=0)
        could_be = (span >= 1) & (span <= longest) & (largest <= 2 * longest)
        if could_be.any():
            powers = np.power(base, np.where(could_be, columns.values, 0.0))
            values = np.where(could_be, powers, columns.values)
            labels = [
                label.format(c) if logs else c for c, logs in zip(columns.labels, could_be, strict=True)
            ]
            scales.append(Columns(values, tuple(labels)))
    return scales


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
    """Write a number with so many digits that count, and thousands apart.

    >>> write_number(10_000_000.0), write_number(0.07), write_number(1.0000001), write_number(2.5e-9)
    ('10,000,000', '0.07', '1', '2.5e-09')
    """
    short = float(f"{value:.{digits}g}")
    if short != 0 and not 1e-4 <= abs(short) < 1e15:
        return f"{short:.{digits}g}"
    return f"{short:,}".removesuffix(".0")


def write_sum(terms: dict[str, float], constant: float = 0.0) -> str:
    """Write a linear combination as people do.

    >>> write_sum({"views": 1.0, "likes": -0.5}, 3.0)
    '1·views - 0.5·likes + 3'
    """
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
