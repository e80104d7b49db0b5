"""What the forecast is held against: baselines that are hard to beat, and models that know nothing of time.

All of them learn from neighbouring lists of the past: a creator's features in one list, and what had become
of it by the next. What tunes them, and what their intervals rest on, leaves out creators with all their rows.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from inputs import steady_fits
from outlook import COVERAGE

SEED = 2022
FOLDS = 3
PENALTIES = (3.0, 30.0, 300.0)
BASE_RATE, PERSISTENCE, SHRUNK, RANK = "base rate", "persistence", "shrunk persistence", "current rank"
BASELINES = (BASE_RATE, PERSISTENCE, SHRUNK, RANK)
LEARNERS = ("linear", "random forest", "gradient boosting")
ONE_FEATURE = {SHRUNK: ["engagement_level"], RANK: ["list_place"]}
FOREST = {"n_estimators": 40, "min_samples_leaf": 15, "max_features": 0.4}
BOOSTING = {
    "max_iter": 40,
    "learning_rate": 0.1,
    "max_leaf_nodes": 6,
    "min_samples_leaf": 20,
    "early_stopping": False,
}

Folds = list[tuple[np.ndarray, np.ndarray]]


def deal_creators(handles: pd.Series, *, folds: int = FOLDS, seed: int = SEED) -> Folds:
    """Deal creators into folds, each with all of its rows.

    Parameters
    ----------
    handles : Series of shape (rows,)
    folds : how many
    seed : of the dealing

    Returns
    -------
    list of (rows to learn from, rows left out)

    >>> [left_out.tolist() for _, left_out in deal_creators(pd.Series(list("abab")), folds=2)]
    [[0, 2], [1, 3]]
    """
    dealer = GroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    creators = pd.factorize(handles, sort=True)[0]  # numbers are told apart much faster than words
    return list(dealer.split(handles, groups=creators))


def predict_rivals(
    known: pd.DataFrame,
    asked: pd.DataFrame,
    outcome: str,
    features: Sequence[str],
    *,
    learners: Sequence[str] = LEARNERS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Let every baseline and learner predict one outcome of one step.

    Parameters
    ----------
    known : DataFrame
        Rows of the past: `handle`, the features, `engagement_level`, `top_quarter`, `list_place` and the
        outcome.
    asked : DataFrame
        The same columns but the outcome.
    outcome : {"stayed", "success_next", "level_next"}
        The last is log engagement in the next list, relative to the median of this one; where it is missing,
        the row isn't learnt from.
    features : columns for the learners
    learners : which of them, beside the baselines
    seed : of folds and forests

    Returns
    -------
    DataFrame of shape (models x rows of `asked`, 5), on the index of `asked`
        `model`, `predicted` (a chance, or a level), `ordering`: what the model ranks creators by (persistence
        says just yes or no, but ranks by engagement), `low`, `high`: 90 % interval of a level. For who stays,
        there is no shrunk persistence: it would be the base rate.
    """
    known = known[known[outcome].notna()]
    folds = deal_creators(known["handle"], seed=seed)
    parts = [_persist(known, asked, outcome)]
    for name, (columns, model) in _list_models(outcome, list(features), seed).items():
        if name in LEARNERS and name not in learners:
            continue
        X, target = known[columns].to_numpy(float), known[outcome].to_numpy()
        with steady_fits():
            fitted, residuals = _fit(model, X, target, folds)
            predicted = _predict(fitted, asked[columns].to_numpy(float))
        parts.append(_frame(name, predicted, asked, residuals))
    return pd.concat(parts)


def _list_models(
    outcome: str, features: list[str], seed: int
) -> dict[str, tuple[list[str], BaseEstimator | GridSearchCV]]:
    """Give each model that learns something, and the columns that it may see."""
    to_classes = outcome != "level_next"
    straight = LogisticRegression() if to_classes else LinearRegression()
    one_feature = {
        name: (columns, straight)
        for name, columns in ONE_FEATURE.items()
        if not (name == SHRUNK and outcome == "stayed")
    }
    if to_classes:
        grid = {"model__C": [1 / penalty for penalty in PENALTIES]}
        tuned = (LogisticRegression(), grid, "neg_brier_score")
        learners = (
            RandomForestClassifier(random_state=seed, **FOREST),
            HistGradientBoostingClassifier(**BOOSTING),
        )
    else:
        tuned = (Ridge(), {"model__alpha": list(PENALTIES)}, "neg_mean_squared_error")
        learners = (
            RandomForestRegressor(random_state=seed, **FOREST),
            HistGradientBoostingRegressor(**BOOSTING),
        )
    model, grid, scoring = tuned
    linear = GridSearchCV(Pipeline([("scale", StandardScaler()), ("model", model)]), grid, scoring=scoring)
    constant = DummyClassifier() if to_classes else DummyRegressor()
    named = dict(zip(LEARNERS, (linear, *learners), strict=True))
    return {
        BASE_RATE: (features[:1], constant),
        **one_feature,
        **{name: (features, learner) for name, learner in named.items()},
    }


def _fit(
    model: BaseEstimator | GridSearchCV, X: np.ndarray, target: np.ndarray, folds: Folds
) -> tuple[BaseEstimator, np.ndarray | None]:
    """Fit, and for a level say how far off it is for creators left out."""
    if len(np.unique(target)) == 1:
        model = DummyClassifier() if target.dtype == bool else DummyRegressor()
    if isinstance(model, GridSearchCV):
        model = model.set_params(cv=folds, refit=False).fit(X, target)
        model = model.estimator.set_params(**model.best_params_)
    residuals = None if is_classifier(model) else target - cross_val_predict(model, X, target, cv=folds)
    return model.fit(X, target), residuals


def _predict(fitted: BaseEstimator, X: np.ndarray) -> np.ndarray:
    if not is_classifier(fitted):
        return fitted.predict(X)
    return fitted.predict_proba(X) @ fitted.classes_.astype(float)


def _persist(known: pd.DataFrame, asked: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Say that everything stays as it is."""
    if outcome == "stayed":
        return _frame(PERSISTENCE, np.ones(len(asked)), asked, None)
    if outcome == "success_next":
        said = _frame(PERSISTENCE, asked["top_quarter"].to_numpy(float), asked, None)
        return said.assign(ordering=asked["engagement_level"].to_numpy())
    residuals = (known[outcome] - known["engagement_level"]).to_numpy()
    return _frame(PERSISTENCE, asked["engagement_level"].to_numpy(), asked, residuals)


def _frame(
    name: str, predicted: np.ndarray, asked: pd.DataFrame, residuals: np.ndarray | None
) -> pd.DataFrame:
    low, high = (np.nan, np.nan)
    if residuals is not None:
        low, high = np.quantile(residuals, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    said = {"model": name, "predicted": predicted, "ordering": predicted}
    return pd.DataFrame({**said, "low": predicted + low, "high": predicted + high}, index=asked.index)
