"""Lines and curves over the logs of counts, and what they answer for creators who were left out of the fit.

A curve is a restricted cubic spline with four knots: straight beyond the outer two, bent between them
(Harrell 2015, Regression Modeling Strategies, 2.4). Knots look at no target, so they are placed once, on all
creators given; all fits of a repeated cross-validation then share one design and are solved at a stroke.
"""

from typing import Literal, Self

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from tiktok.model.features import log_counts

# the higher ones lie close, since a list bends where few and big accounts are: with knots at 0.1, 0.5 and 0.9
# intervals for the chance of the biggest accounts held 61 % of simulated truths, with these 95
KNOT_QUANTILES = (0.05, 0.5, 0.8, 0.97)
FEWEST_VALUES = 10  # with fewer, a bend would go through single values
BEND = " bend"
CONSTANT = "const"
PENALTY = 1.0  # on squared coefficients of standardised columns: scikit-learn's own C=1
NEWTON_STEPS = 50
LAST_STEP = 1e-9
Shape = Literal["level", "lines", "bends"]
Knots = dict[str, tuple[float, ...]]


def place_knots(X: pd.DataFrame) -> Knots:
    """Give the places where a curve over the log of a count may bend; none where too few values differ."""
    places = log_counts(X).quantile(list(KNOT_QUANTILES))
    return {
        name: tuple(places[name])
        for name in X.columns
        if (places[name].diff().iloc[1:] > 0).all() and X[name].nunique() >= FEWEST_VALUES
    }


def lay_basis(X: pd.DataFrame, knots: Knots) -> pd.DataFrame:
    """Lay out a constant, the log of each count, and its bends."""
    logs = log_counts(X)
    columns = {CONSTANT: np.ones(len(X))}
    for name in X.columns:
        log = logs[name].to_numpy()
        columns[name] = log
        if name not in knots:
            continue
        first, *_, before, last = knots[name]
        cubes = {knot: np.maximum(log - knot, 0) ** 3 for knot in knots[name]}
        for place, knot in enumerate(knots[name][:-2], start=1):
            # straight again beyond the last knot
            ends = (last - knot) * cubes[before] - (before - knot) * cubes[last]
            columns[f"{name}{BEND} {place}"] = (cubes[knot] - ends / (last - before)) / (last - first) ** 2
    return pd.DataFrame(columns, index=X.index)


def weigh_bends(name: str, knots: Knots, columns: pd.Index) -> np.ndarray:
    """Give the weights with which coefficients add up to how much steeper a curve ends than it begins."""
    beyond = np.expm1(max(knots[name]) + np.array([1.0, 2.0]))
    others = {column: 1.0 for column in columns if column != CONSTANT and BEND not in column}
    steps = lay_basis(pd.DataFrame({**others, name: beyond}), knots).diff().iloc[1]
    return steps.where(columns.str.startswith(f"{name}{BEND}"), 0.0).to_numpy()


class _OfLogs(BaseEstimator):
    """What both models share: the design, standardised on the creators that it was laid out for."""

    def __init__(self, shape: Shape = "lines"):
        self.shape = shape

    def fit(self, X: pd.DataFrame, y: pd.Series) -> Self:
        self._lay_out(X)
        everybody = np.ones((1, len(X)), dtype=bool)
        self.coefficients_ = self._solve(self._design(X), self._target(y), everybody)[0]
        return self

    def answer_left_out(self, X: pd.DataFrame, y: pd.Series, fold_of: np.ndarray) -> np.ndarray:
        """Answer for each creator by the fit that left out its fold, in each repeat: (repeats, creators)."""
        self._lay_out(X)
        design = self._design(X)
        folds = np.arange(fold_of.max() + 1)
        kept = (fold_of[:, None, :] != folds[:, None]).reshape(-1, len(X))
        fits = self._solve(design, self._target(y), kept) @ design.T
        chosen = len(folds) * np.arange(len(fold_of))[:, None] + fold_of
        return self._answer(fits[chosen, np.arange(len(X))])

    def _lay_out(self, X: pd.DataFrame) -> None:
        self.knots_ = place_knots(X) if self.shape == "bends" else {}
        design = self._basis(X)
        self.middle_, self.spread_ = design.mean(axis=0), design.std(axis=0)
        self.middle_[0] = 0  # the constant stays
        self.spread_[self.spread_ < 1e-12] = 1

    def _basis(self, X: pd.DataFrame) -> np.ndarray:
        return lay_basis(X[[]] if self.shape == "level" else X, self.knots_).to_numpy()

    def _design(self, X: pd.DataFrame) -> np.ndarray:
        return (self._basis(X) - self.middle_) / self.spread_


def _products(design: np.ndarray) -> np.ndarray:
    return (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)


class LeastSquares(RegressorMixin, _OfLogs):
    """Least squares of a target's log on a level, on lines or on curves; answers in the target's unit."""

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return self._answer(self._design(X) @ self.coefficients_)

    @staticmethod
    def _target(y: pd.Series) -> np.ndarray:
        return np.log(y.to_numpy(float))

    @staticmethod
    def _answer(fitted: np.ndarray) -> np.ndarray:
        return np.exp(fitted)

    @staticmethod
    def _solve(design: np.ndarray, target: np.ndarray, kept: np.ndarray) -> np.ndarray:
        kept = kept.astype(float)
        width = design.shape[1]
        gram = (kept @ _products(design)).reshape(-1, width, width)
        moments = kept @ (design * target[:, None])
        n, middle, level = gram[:, 0, 0], gram[:, 0, 1:], moments[:, 0]
        spread = gram[:, 1:, 1:] - middle[:, :, None] * middle[:, None, :] / n[:, None, None]
        shared = moments[:, 1:] - middle * (level / n)[:, None]
        # a flag that nobody bears among those kept takes no part: the least-norm solution, as scikit-learn's
        slopes = (np.linalg.pinv(spread, rcond=1e-10, hermitian=True) @ shared[..., None])[..., 0]
        return np.column_stack([(level - (middle * slopes).sum(axis=1)) / n, slopes])


class Logistic(ClassifierMixin, _OfLogs):
    """Logistic regression of a label on lines or curves, its coefficients penalised by their squares."""

    # Newton's method for all fits at once: 100 fits of 800 creators on 12 features take 0.1 s here and 0.5 s
    # one after the other in scikit-learn, with the same coefficients
    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        probability = self._answer(self._design(X) @ self.coefficients_)
        return np.column_stack([1 - probability, probability])

    def fit(self, X: pd.DataFrame, y: pd.Series) -> Self:
        self.classes_ = np.array([False, True])
        return super().fit(X, y)

    @staticmethod
    def _target(y: pd.Series) -> np.ndarray:
        return y.to_numpy(float)

    @staticmethod
    def _answer(fitted: np.ndarray) -> np.ndarray:
        return expit(fitted)

    @staticmethod
    def _solve(design: np.ndarray, target: np.ndarray, kept: np.ndarray) -> np.ndarray:
        kept, width = kept.astype(float), design.shape[1]
        if width == 1:  # a level is the share of yes, exactly: folds with as many answer alike
            return logit((kept @ target) / kept.sum(axis=1))[:, None]
        products, penalty = _products(design), np.r_[0.0, np.full(width - 1, PENALTY)]
        coefficients = np.zeros((len(kept), width))
        for _ in range(NEWTON_STEPS):
            chance = expit(coefficients @ design.T)
            slopes = (kept * (target - chance)) @ design - penalty * coefficients
            bends = ((kept * chance * (1 - chance)) @ products).reshape(-1, width, width) + np.diag(penalty)
            steps = np.linalg.solve(bends, slopes[..., None])[..., 0]
            coefficients += steps
            if np.abs(steps).max() < LAST_STEP:
                break
        return coefficients
