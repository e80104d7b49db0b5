"""Regression of one month's list: how much of a count can be told from others, and how far off it is.

Two sets of models. `REGRESSORS` take the counts as they are, as the earlier analysis did. `LOG_REGRESSORS`
are the honest ones: they speak of magnitudes, since the counts span four powers of ten.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import GammaRegressor, LinearRegression, QuantileRegressor, Ridge
from sklearn.metrics import (
    mean_absolute_error,
    median_absolute_error,
    r2_score,
    root_mean_squared_error,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, SplineTransformer, StandardScaler

from tiktok.lists.columns import METRICS, WHOLES
from tiktok.lists.provenance import hand_on
from tiktok.model.cross_validation import (
    FOLDS,
    REPEATS,
    SEED,
    compare_scores,
    make_folds,
    predict_parts,
    resample_scores,
    score_answers,
    score_folds,
)
from tiktok.model.features import log_counts
from tiktok.model.inputs import Models, pick_models, pool_parts, separate_parts
from tiktok.prepare.split import split_creators
from tiktok.resampling import rows_of_draws


def log_pipeline(*steps: BaseEstimator) -> Pipeline:
    """Chain steps behind the one that takes the logs of the features."""
    return make_pipeline(FunctionTransformer(log_counts, feature_names_out="one-to-one"), *steps)


def of_logs(regressor: BaseEstimator) -> TransformedTargetRegressor:
    """Let a regressor learn the log of the target and answer in its unit."""
    return TransformedTargetRegressor(regressor, func=np.log, inverse_func=np.exp)


GAMMA = log_pipeline(StandardScaler(), GammaRegressor(alpha=0, solver="newton-cholesky"))
REGRESSORS: dict[str, BaseEstimator] = {
    "mean": DummyRegressor(strategy="mean"),
    "median": DummyRegressor(strategy="median"),
    "OLS": LinearRegression(),
    "gamma": GAMMA,
}
BASELINE, REFERENCE = "mean", "OLS"
LOG_REGRESSORS: dict[str, BaseEstimator] = {
    "mean": of_logs(DummyRegressor(strategy="mean")),
    "median": of_logs(DummyRegressor(strategy="median")),
    "OLS": of_logs(log_pipeline(LinearRegression())),
    "gamma": GAMMA,
    "median regression": of_logs(log_pipeline(StandardScaler(), QuantileRegressor(quantile=0.5, alpha=0))),
    "splines": of_logs(log_pipeline(SplineTransformer(n_knots=4, degree=2), Ridge())),
    "gradient boosting": of_logs(
        HistGradientBoostingRegressor(
            max_iter=30, learning_rate=0.12, max_leaf_nodes=5, min_samples_leaf=20, early_stopping=False
        )
    ),
}


def log_regressors() -> dict[str, BaseEstimator]:
    """Give the models that speak of magnitudes, unfitted, simpler ones first.

    Returns
    -------
    dict of scikit-learn estimators by name
        Each learns the log of a positive target from counts, rates and flags, and predicts in the target's
        unit. Other models may be added to them.

    >>> list(log_regressors())[:4]
    ['mean', 'median', 'OLS', 'gamma']
    """
    return {name: clone(model) for name, model in LOG_REGRESSORS.items()}


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
        **(score_answers(actual, predicted, LOG_SCORES) if has_logs else dict.fromkeys(LOG_SCORES, np.nan)),
    }


def r2_log(actual: np.ndarray, predicted: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Give the share of the spread of the logs that predictions explain, in each draw."""
    return _score_draws(r2_score, np.log(actual), np.log(predicted), times)


def median_factor(actual: np.ndarray, predicted: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Give the factor within which half of the predictions are, in each draw."""
    return np.exp(_score_draws(median_absolute_error, np.log(actual), np.log(predicted), times))


def r2(actual: np.ndarray, predicted: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Give the share of the spread of the counts that predictions explain, in each draw."""
    return _score_draws(r2_score, actual, predicted, times)


def _score_draws(
    metric: Callable[..., np.ndarray], actual: np.ndarray, predicted: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """Apply one of scikit-learn's metrics to each draw: what it calls outputs are draws here."""
    rows = rows_of_draws(times).T
    return metric(actual[rows], predicted[rows], multioutput="raw_values")


LOG_SCORES = {"r2_log": r2_log, "median_factor": median_factor}
SCORES = {**LOG_SCORES, "r2": r2}


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
        `definition`, `month`, `n` (creators left out), `r2`: the smaller of those on validate and on test.
    """
    rows = []
    for definition in WHOLES:
        for month in sorted(panel):
            left_out = compare_regressors(
                split_creators(panel[month]),
                definition,
                METRICS,
                ["OLS"],
                samples=("validate", "test"),
                allow_leakage=True,
            )
            rows.append((definition, month, left_out["n"].sum(), left_out["r2"].min()))
    return hand_on(panel, pd.DataFrame(rows, columns=["definition", "month", "n", "r2"]))


def interval_predictions(
    predictions: pd.DataFrame, *, sample: str = "test", seed: int = SEED
) -> pd.DataFrame:
    """Score the predictions for one part of the split, with intervals over resamples of creators.

    Parameters
    ----------
    predictions : DataFrame
        What `predict_regressors` returns, all positive.
    sample : which part
    seed : of the bootstrap

    Returns
    -------
    DataFrame, a row a metric and model
        `metric` (`r2_log`, `median_factor`), `model`, `n`, `value`, `low`, `high` (95 %), `sample`.

    Raises
    ------
    ModelError
        If there are no predictions for that part.
    """
    return resample_scores(predictions, "predicted", LOG_SCORES, sample=sample, seed=seed)


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
    baseline, reference : two of the models, which each is held against
    folds : how many parts the creators are dealt into; each is left out once
    repeats : how often they are dealt anew
    seed : of the dealing
    allow_leakage : bool
        Fit even on features that rebuild the target.

    Returns
    -------
    DataFrame, a row a metric and model
        `metric`, `model`, `n` (creators), `fits`, `value`, `low`, `high` (95 %); `baseline` and
        `over_baseline`, the gain over it (above 0 is better, whichever way the metric counts) with
        `over_baseline_low`, `over_baseline_high`, and `beats_baseline`: whether the whole interval is above
        0; the same for `reference`. Gains are paired by fold.

        Metrics: `r2_log` (R² of the logs), `median_factor` (half of the predictions are within this factor
        of the truth), `r2` (of the counts themselves, where few creators decide).

    Raises
    ------
    LeakageError, ModelError
        As `predict_regressors`; on an unknown name of a model.

    Source: intervals that know that the folds share creators, Nadeau & Bengio (2003), Machine Learning
    52:239–281, for repeated cross-validation as in Bouckaert & Frank (2004), PAKDD.
    """
    models = pick_models(models, LOG_REGRESSORS, (baseline, reference))
    creators, X, y = pool_parts(split, samples, target, features, "count", allow_leakage)
    dealt = make_folds(y, folds=folds, repeats=repeats, seed=seed)
    scored = score_folds(X, y, models, predict_counts, SCORES, dealt)
    return hand_on(creators, compare_scores(scored, dealt, baseline=baseline, reference=reference))
