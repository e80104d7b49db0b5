"""Regression of one month's list: baselines, OLS, a gamma regression, and how far off each of them is."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import statsmodels.api as sm
from sklearn.base import BaseEstimator, clone
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import GammaRegressor, LinearRegression
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from statsmodels.regression.linear_model import RegressionResultsWrapper

from leakage import LeakageError, ModelError, audit_leakage, require_no_leakage

__all__ = [
    "LeakageError",
    "ModelError",
    "audit_leakage",
    "compare_regressors",
    "fit_ols",
    "predict_regressors",
    "score_predictions",
]

REGRESSORS: dict[str, BaseEstimator] = {
    "mean": DummyRegressor(strategy="mean"),
    "median": DummyRegressor(strategy="median"),
    "OLS": LinearRegression(),
    "gamma": make_pipeline(
        FunctionTransformer(np.log1p, feature_names_out="one-to-one"),
        StandardScaler(),
        GammaRegressor(alpha=0, solver="newton-cholesky"),
    ),
}


def fit_ols(X: pd.DataFrame, y: pd.Series, *, allow_leakage: bool = False) -> RegressionResultsWrapper:
    """Fit ordinary least squares with errors that bear unequal variance.

    Parameters
    ----------
    X : DataFrame of shape (creators, features)
        Without a constant: it is added, as the first column, named "const".
    y : Series of shape (creators,)
    allow_leakage : bool
        Fit even on features that rebuild the target, to show what happens.

    Returns
    -------
    statsmodels results
        With HC3 errors (MacKinnon & White 1985), which stay honest where the spread grows with the mean.

    Raises
    ------
    LeakageError
        If the features rebuild the target.

    >>> rng = np.random.default_rng(1)
    >>> X = pd.DataFrame({"x": rng.normal(size=200)})
    >>> fit_ols(X, 2 * X["x"] + 1 + rng.normal(size=200)).params.round(1).to_dict()
    {'const': 1.1, 'x': 2.1}
    """
    require_no_leakage(X, y, allow_leakage=allow_leakage)
    return sm.OLS(y, sm.add_constant(X, prepend=True, has_constant="raise")).fit(cov_type="HC3")


def predict_regressors(
    split: Sequence[pd.DataFrame],
    target: str,
    features: Sequence[str],
    models: dict[str, BaseEstimator] = REGRESSORS,
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
    models : estimators by name; each is cloned, none is changed
    samples : which parts of the split to predict; "test" is to be asked for once, at the end
    allow_leakage : bool
        Fit even on features that rebuild the target, to show what happens.

    Returns
    -------
    DataFrame of shape (models x creators of the samples, 5)
        `model`, `sample`, `handle`, `actual`, `predicted` (units of the target).

    Raises
    ------
    LeakageError
        If the features rebuild the target.
    """
    train = split[0]
    require_no_leakage(train[list(features)], train[target], allow_leakage=allow_leakage)
    parts = dict(zip(("train", "validate", "test"), split, strict=True))
    predictions = [
        pd.DataFrame(
            {
                "model": name,
                "sample": sample,
                "handle": parts[sample]["handle"],
                "actual": parts[sample][target],
                "predicted": fitted.predict(parts[sample][list(features)]),
            }
        )
        for name, model in models.items()
        for fitted in [clone(model).fit(train[list(features)], train[target])]
        for sample in samples
    ]
    return pd.concat(predictions, ignore_index=True)


def score_predictions(predictions: pd.DataFrame) -> pd.DataFrame:
    """Say how far off each model is on each part of the split.

    Parameters
    ----------
    predictions : DataFrame
        What `predict_regressors` returns.

    Returns
    -------
    DataFrame, a row a model and sample, in the order of the predictions
        `model`, `sample`, `n`, `rmse`, `mae` (units of the target), `r2`.

    >>> predictions = pd.DataFrame(
    ...     {"model": "mean", "sample": "train", "actual": [1.0, 2, 3], "predicted": [2.0, 2, 2]}
    ... )
    >>> score_predictions(predictions).round(3).values.tolist()
    [['mean', 'train', 3, 0.816, 0.667, 0.0]]
    """
    groups = predictions.groupby(["model", "sample"], sort=False)
    return pd.DataFrame([{"model": m, "sample": s, **_score(part)} for (m, s), part in groups])


def _score(part: pd.DataFrame) -> dict[str, float]:
    return {
        "n": len(part),
        "rmse": root_mean_squared_error(part["actual"], part["predicted"]),
        "mae": mean_absolute_error(part["actual"], part["predicted"]),
        "r2": r2_score(part["actual"], part["predicted"]),
    }


def compare_regressors(
    split: Sequence[pd.DataFrame],
    target: str,
    features: Sequence[str],
    models: dict[str, BaseEstimator] = REGRESSORS,
    *,
    samples: Sequence[str] = ("train", "validate"),
    allow_leakage: bool = False,
) -> pd.DataFrame:
    """Fit each model on train and say how far off it is: `score_predictions` of `predict_regressors`."""
    predictions = predict_regressors(
        split, target, features, models, samples=samples, allow_leakage=allow_leakage
    )
    return score_predictions(predictions)
