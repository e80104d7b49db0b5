"""Regression of one month's list: how much of a count can be told from others, and how far off it is.

Two sets of models. `REGRESSORS` take the counts as they are, as the earlier analysis did. `LOG_REGRESSORS`
are the honest ones: they speak of magnitudes, since the counts span four powers of ten.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import BaseEstimator, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import GammaRegressor, LinearRegression
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from tiktok.leakage.audit import TooFewError
from tiktok.lists.columns import METRICS, WHOLES, takes_names
from tiktok.lists.provenance import hand_on
from tiktok.model.cross_validation import (
    FOLDS,
    REPEATS,
    SEED,
    Scored,
    answer_left_out,
    compare_answers,
    deal_repeats,
    explain,
    interval_scores,
    predict_parts,
)
from tiktok.model.curves import LeastSquares
from tiktok.model.features import log_counts
from tiktok.model.inputs import Models, pick_models, pool_parts, separate_parts, steady_fits
from tiktok.prepare.split import split_creators


def log_pipeline(*steps: BaseEstimator) -> Pipeline:
    """Chain steps behind the one that takes the logs of the features."""
    return make_pipeline(FunctionTransformer(log_counts, feature_names_out="one-to-one"), *steps)


REGRESSORS: dict[str, BaseEstimator] = {
    "mean": DummyRegressor(strategy="mean"),
    "median": DummyRegressor(strategy="median"),
    "OLS": LinearRegression(),
    "gamma": log_pipeline(StandardScaler(), GammaRegressor(alpha=0, solver="newton-cholesky")),
}
BASELINE, REFERENCE = "mean", "OLS"
LOG_REGRESSORS: dict[str, BaseEstimator] = {
    "mean": LeastSquares("level"),
    "OLS": LeastSquares("lines"),
    "splines": LeastSquares("bends"),
    "gradient boosting": TransformedTargetRegressor(
        HistGradientBoostingRegressor(
            max_iter=30, learning_rate=0.12, max_leaf_nodes=5, min_samples_leaf=20, early_stopping=False
        ),
        func=np.log,
        inverse_func=np.exp,
    ),
}


def log_regressors() -> dict[str, BaseEstimator]:
    """Give the models that speak of magnitudes, unfitted, simpler ones first.

    Returns
    -------
    dict of scikit-learn estimators by name
        Each learns the log of a positive target from counts, rates and flags, and predicts in the target's
        unit. Other models may be added to them.

    >>> list(log_regressors())
    ['mean', 'OLS', 'splines', 'gradient boosting']
    """
    return {name: clone(model) for name, model in LOG_REGRESSORS.items()}


@takes_names("features", "samples")
def predict_regressors(
    split: Sequence[pd.DataFrame],
    target: str,
    features: Sequence[str],
    models: Models = None,
    *,
    samples: Sequence[str] = ("train", "validate"),
    allow_leakage: bool = False,
) -> pd.DataFrame:
    """Fit each model on train and predict, creator by creator.

    Parameters
    ----------
    split : prepare.Split
        Frames `train`, `validate`, `test`.
    target : name of a positive numeric column
    features : names of numeric columns
    models : estimators by name, each of which is cloned, or names out of "mean", "median", "OLS" and "gamma",
        which take counts as they are; these four by default
    samples : which parts of the split to predict; "test" is to be asked for once, at the end
    allow_leakage : bool
        Fit even on features that rebuild the target, to show what happens.

    Returns
    -------
    DataFrame of shape (models x creators of the samples, 5)
        `model`, `sample`, `handle`, `actual`, `predicted` (units of the target), creators by handle.

    Raises
    ------
    LeakageError
        If the features rebuild the target, or a creator is in two parts of the split.
    ModelError
        On input that can't be modelled.
    """
    models = pick_models(models, REGRESSORS)
    parts = separate_parts(split, samples, target, features, "number", allow_leakage)
    return predict_parts(parts, samples, models, predict_counts, "predicted")


def predict_counts(fitted: BaseEstimator, X: pd.DataFrame) -> np.ndarray:
    """Give a fitted regressor's answers."""
    return fitted.predict(X)


def score_predictions(predictions: pd.DataFrame) -> pd.DataFrame:
    """Say how far off each model is on each part of the split.

    Parameters
    ----------
    predictions : DataFrame
        What `predict_regressors` returns.

    Returns
    -------
    DataFrame, a row a model and sample, in the order of the predictions
        `model`, `sample`, `n`, `rmse`, `mae` (units of the target), `r2`; `r2_log`, the R² of the logs, and
        `median_factor`: half of the predictions are within this factor of the truth. The last two are missing
        where something isn't positive.

    >>> predictions = pd.DataFrame(
    ...     {"model": "mean", "sample": "train", "actual": [1.0, 2, 3], "predicted": [2.0, 2, 2]}
    ... )
    >>> score_predictions(predictions).round(3).values.tolist()
    [['mean', 'train', 3, 0.816, 0.667, 0.0, -0.045, 1.5]]
    """
    groups = predictions.groupby(["model", "sample"], sort=False)
    scores = pd.DataFrame([{"model": m, "sample": s, **_score(part)} for (m, s), part in groups])
    return hand_on(predictions, scores)


def _score(part: pd.DataFrame) -> dict[str, float]:
    actual, predicted = part["actual"].to_numpy(), part["predicted"].to_numpy()
    has_logs = min(actual.min(), predicted.min()) > 0
    return {
        "n": len(part),
        "rmse": root_mean_squared_error(actual, predicted),
        "mae": mean_absolute_error(actual, predicted),
        "r2": r2_score(actual, predicted),
        **{
            metric: float(score(actual, predicted[None]).each[0]) if has_logs else np.nan
            for metric, score in LOG_SCORES.items()
        },
    }


def r2_log(actual: np.ndarray, predicted: np.ndarray) -> Scored:
    """Score predictions by the share of the spread of the logs that they explain."""
    return explain(np.log(actual), np.log(predicted))


def median_factor(actual: np.ndarray, predicted: np.ndarray) -> Scored:
    """Score predictions by the factor within which half of them are."""
    off = np.abs(np.log(actual) - np.log(predicted))
    middle = np.median(off, axis=1, keepdims=True)
    # a median moves the less, the more creators lie near it: a Gaussian kernel, its width by Scott's rule
    width = off.std(axis=1, ddof=1, keepdims=True) * off.shape[1] ** -0.2
    alike = width < 1e-9
    near = stats.norm.pdf(off, middle, np.where(alike, 1.0, width)).mean(axis=1, keepdims=True)
    density = np.where(alike, np.inf, near)
    factor = np.exp(middle)
    return Scored(factor[:, 0], factor * (0.5 - (off <= middle)) / density)


LOG_SCORES = {"r2_log": r2_log, "median_factor": median_factor}
SCORES = {**LOG_SCORES, "r2": explain}


@takes_names("features", "samples")
def compare_regressors(
    split: Sequence[pd.DataFrame],
    target: str,
    features: Sequence[str],
    models: Models = None,
    *,
    samples: Sequence[str] = ("train", "validate"),
    allow_leakage: bool = False,
) -> pd.DataFrame:
    """Fit each model on train and say how far off it is: `score_predictions` of `predict_regressors`."""
    predictions = predict_regressors(
        split, target, features, models, samples=samples, allow_leakage=allow_leakage
    )
    return score_predictions(predictions)


def recover_sums(panel: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Hand OLS the parts of each definition of engagement in each month, and score it on creators left out.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.

    Returns
    -------
    DataFrame of shape (2 definitions x months, 4)
        `definition`, `month`, `n` (creators left out), `r2`: the smaller of those on validate and on test;
        missing for a list that is too short.
    """
    rows = []
    for definition in WHOLES:
        for month in sorted(panel):
            split, which = split_creators(panel[month]), {"models": ["OLS"], "samples": ("validate", "test")}
            try:
                left_out = compare_regressors(split, definition, METRICS, **which, allow_leakage=True)
                rows.append((definition, month, left_out["n"].sum(), left_out["r2"].min()))
            except TooFewError:
                rows.append((definition, month, 0, np.nan))
    return hand_on(panel, pd.DataFrame(rows, columns=["definition", "month", "n", "r2"]))


def interval_predictions(predictions: pd.DataFrame, *, sample: str = "test") -> pd.DataFrame:
    """Score the predictions for one part of the split, with intervals from the creators' influence.

    Parameters
    ----------
    predictions : DataFrame
        What `predict_regressors` returns, all positive.
    sample : which part

    Returns
    -------
    DataFrame, a row a metric and model
        `metric` (`r2_log`, `median_factor`), `model`, `n`, `value`, `low`, `high` (95 %), `sample`.

    Raises
    ------
    ModelError
        If there are no predictions for that part.
    """
    return interval_scores(predictions, "predicted", LOG_SCORES, sample=sample)


@takes_names("features", "samples")
def cross_validate_regressors(
    split: Sequence[pd.DataFrame],
    target: str,
    features: Sequence[str],
    models: Models = None,
    *,
    samples: Sequence[str] = ("train", "validate"),
    baseline: str = BASELINE,
    reference: str = REFERENCE,
    folds: int = FOLDS,
    repeats: int = REPEATS,
    seed: int = SEED,
    allow_leakage: bool = False,
) -> pd.DataFrame:
    """Say by repeated cross-validation over creators how good each model is, and whether it is better at all.

    Parameters
    ----------
    split : prepare.Split
    target : name of a positive count
    features : names of counts and flags
    models : estimators by name, or names out of `log_regressors`, all of them by default
    samples : parts whose creators take part; the test part stays closed unless it is named
    baseline, reference : two models, which each is held against; added where `models` lacks them
    folds : how many parts the creators are dealt into; each is left out once
    repeats : how often they are dealt anew; models without a closed form are fitted in the first 10 alone
    seed : of the dealing
    allow_leakage : bool
        Fit even on features that rebuild the target.

    Returns
    -------
    DataFrame, a row a metric and model
        `metric`, `model`, `n` (creators), `fits`, `value`, `low`, `high` (95 %); `baseline` and
        `over_baseline`, the gain over it (above 0 is better, whichever way the metric counts) with
        `over_baseline_low`, `over_baseline_high`, and `beats_baseline`: whether the whole interval is above
        0; the same for `reference`. Gains are paired, creator by creator.

        Metrics: `r2_log` (R² of the logs), `median_factor` (half of the predictions are within this factor
        of the truth), `r2` (of the counts themselves, where few creators decide).

    Raises
    ------
    LeakageError, ModelError
        As `predict_regressors`; on an unknown name of a model.

    Source: errors from the influence of each creator (Hampel 1974, JASA 69:383–393) and, where it is larger,
    from the scatter of the fits that share creators (Nadeau & Bengio 2003, Machine Learning 52:239–281); by
    `benchmarks/cv_coverage.py` intervals of scores hold 93 to 99 % of known truths (of AUC 82 % where there
    is no relation at all), those of gains over a line 92 to 100 % (of AUC 85).
    """
    models = pick_models(models, LOG_REGRESSORS, (baseline, reference))
    creators, X, y = pool_parts(split, samples, target, features, "count", allow_leakage)
    fold_of = deal_repeats(y, folds=folds, repeats=repeats, seed=seed)
    with steady_fits():
        answered = {
            name: answer_left_out(model, X, y, predict_counts, fold_of) for name, model in models.items()
        }
    compared = compare_answers(y, answered, SCORES, fold_of, baseline=baseline, reference=reference)
    return hand_on(creators, compared)
