"""How much of a target one feature, or a few, carry in rows that were left out.

Heavy tails make an ordinary R² a statement about the largest row. So agreement is measured on ranks (the
square of Spearman's coefficient), and on values only as the median over the groups of rows left out together.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import mannwhitneyu, rankdata, spearmanr
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.preprocessing import SplineTransformer, TargetEncoder
from threadpoolctl import threadpool_limits

from tiktok.leakage.formulas import Columns, standardise, take_logs

FOLDS = 5
BINS = 20
ROWS_A_BIN = 10
KNOTS = 5
FEW = 5  # features at the most that are named together
WEAK_PENALTY = 100.0  # scikit-learn's C: enough of a penalty for a fit on separable classes to end

TREES = 30
NEARLY = 0.05  # a single fold that comes so near is worth a look at all of them

Fold = tuple[np.ndarray, np.ndarray]


class Design(NamedTuple):
    """A design matrix, as a block of columns for each feature, and the model that suits it."""

    blocks: list[np.ndarray]
    target: np.ndarray
    model: BaseEstimator
    weight: np.ndarray | None = None


def deal_folds(y: np.ndarray, seed: int) -> list[Fold]:
    """Divide rows into five groups, each to be left out in turn, with both classes of a label in each."""
    kind = StratifiedKFold if y.dtype == bool else KFold
    return list(kind(FOLDS, shuffle=True, random_state=seed).split(np.zeros(len(y)), y))


def score_each(columns: Columns, y: np.ndarray, folds: Sequence[Fold]) -> np.ndarray:
    """Score every feature alone: R² on ranks for numbers, ROC AUC for a label."""
    # The better of two: the feature's own order, and the target's mean over bins of the feature in rows left
    # out, which also sees what rises and falls again.
    bins = min(BINS, len(y) // ROWS_A_BIN)
    bin_of = np.floor((rankdata(columns.values, axis=0) - 1) * bins / len(y))
    means = TargetEncoder(target_type="continuous", cv=folds).fit_transform(bin_of, rankdata(y))
    if y.dtype == bool:
        ordered = _auc(columns.values, y)
        return np.maximum.reduce([ordered, 1 - ordered, _auc(means, y)])
    ordered = [spearmanr(column, y).statistic ** 2 for column in columns.values.T]
    return np.maximum(ordered, [_score_ranks(y, mean) for mean in means.T])


def score_together(
    columns: Columns, y: np.ndarray, folds: Sequence[Fold], enough: float
) -> tuple[float, Design]:
    """Score the features together in rows left out, and give the best design; if the first is poor, that."""
    designs = _make_designs(columns, y)
    design = next(designs)
    best = _score_design(design, y, folds)
    for other in designs if best >= enough else ():
        score = _score_design(other, y, folds)
        if score > best:
            best, design = score, other
    return best, design


def _make_designs(columns: Columns, y: np.ndarray) -> Iterator[Design]:
    """Make a curve for each feature's rank, a line through logs and, for numbers, a line through values."""
    features = len(columns.labels)
    ranks = rankdata(columns.values, axis=0) / len(y)
    ranked = rankdata(y) / len(y)
    curves = SplineTransformer(n_knots=KNOTS).fit_transform(ranks)
    yield Design(np.split(curves, features, axis=1), ranked, Ridge())

    logs = np.split(standardise(take_logs(columns)[0].values)[0], features, axis=1)
    if y.dtype == bool:
        yield Design(logs, y, LogisticRegression(C=WEAK_PENALTY, solver="newton-cholesky"))
        return
    yield Design(logs, np.log(y) if (y > 0).all() else ranked, LinearRegression())

    scaled = standardise(columns.values)[0]
    # Without these weights one row a thousand times the others would decide the line alone.
    weight = 1 / np.maximum(1.0, np.abs(scaled).max(axis=1)) ** 2
    yield Design(np.split(scaled, features, axis=1), y, LinearRegression(), weight)


def _score_design(
    design: Design, y: np.ndarray, folds: Sequence[Fold], kept: Sequence[int] | None = None
) -> float:
    """Score the model of a design on some of the features, all by default, in rows left out."""
    rows = np.column_stack(design.blocks if kept is None else [design.blocks[j] for j in kept])
    method = "decision_function" if isinstance(design.model, LogisticRegression) else "predict"
    weight = None if design.weight is None else {"sample_weight": design.weight}
    predicted = cross_val_predict(design.model, rows, design.target, cv=folds, method=method, params=weight)
    score = _score_ranks(y, predicted)
    if y.dtype == bool:
        return score
    parts = [r2_score(design.target[left_out], predicted[left_out]) for _, left_out in folds]
    return max(score, float(np.median(parts)))


def score_by_trees(columns: Columns, y: np.ndarray, folds: Sequence[Fold], enough: float) -> float:
    """Score boosted trees in rows left out: of one fold, and of all where that comes near to enough."""
    kind = HistGradientBoostingClassifier if y.dtype == bool else HistGradientBoostingRegressor
    trees = kind(max_iter=TREES, learning_rate=0.2, min_samples_leaf=5, early_stopping=False)
    method = "predict_proba" if y.dtype == bool else "predict"
    goal = y if y.dtype == bool else rankdata(y) / len(y)

    def answer(fold: Fold) -> np.ndarray:
        others, left_out = fold
        with threadpool_limits(limits=1):  # on so few rows threads only wait for each other
            fitted = trees.fit(columns.values[others], goal[others])
            answers = getattr(fitted, method)(columns.values[left_out])
        return answers[:, 1] if y.dtype == bool else answers

    first = _score_ranks(y[folds[0][1]], answer(folds[0]))
    if first < enough - NEARLY:
        return first
    answers = np.empty(len(y))
    for fold in folds:
        answers[fold[1]] = answer(fold)
    return _score_ranks(y, answers)


def find_few(
    design: Design, y: np.ndarray, folds: Sequence[Fold], enough: float
) -> tuple[tuple[int, ...], float]:
    """Add features, the most helpful first, until their score in rows left out is enough or they are five."""
    kept, score = [], -np.inf
    while len(kept) < min(FEW, len(design.blocks)) and score < enough:
        left = [j for j in range(len(design.blocks)) if j not in kept]
        kept.append(min(left, key=lambda j: _misfit(design, [*kept, j])))
        score = _score_design(design, y, folds, kept)
    return tuple(sorted(kept)), score


def _misfit(design: Design, kept: Sequence[int]) -> float:
    """Least squares on all rows, which is enough to see what to add next and is quick."""
    weight = np.ones(len(design.target)) if design.weight is None else np.sqrt(design.weight)
    rows = np.column_stack([np.ones(len(design.target)), *(design.blocks[j] for j in kept)]) * weight[:, None]
    goal = design.target * weight
    return float(np.linalg.norm(goal - rows @ np.linalg.lstsq(rows, goal)[0]))


def _auc(scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """ROC AUC of every column at once: it is Mann and Whitney's U over the number of pairs."""
    return mannwhitneyu(scores[y], scores[~y], method="asymptotic").statistic / (y.sum() * (~y).sum())


def _score_ranks(y: np.ndarray, predicted: np.ndarray) -> float:
    if y.dtype == bool:
        return float(roc_auc_score(y, predicted))
    if np.ptp(predicted) == 0:
        return 0.0
    # Squared, a prediction that runs against the target would look as good as one that follows it.
    return max(0.0, float(spearmanr(predicted, y).statistic)) ** 2
