"""What the forecast is held against: baselines that are hard to beat, and models that know nothing of time.

All of them learn from neighbouring lists of the past: a creator's features in one list, and what had become
of it by the next. What tunes them, and what their intervals rest on, leaves out creators with all their rows.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from tiktok.forecast.chances import COVERAGE, chance_of_yes
from tiktok.forecast.relative_features import LEVEL
from tiktok.forecast.scores import SEED
from tiktok.model.inputs import steady_fits
from tiktok.resampling import percentile_interval

FOLDS = 3
NO_RESIDUALS = np.array([np.nan])  # of a chance: it has no interval
PENALTIES = (3.0, 30.0, 300.0)
BASE_RATE, PERSISTENCE, SHRUNK, RANK = "base rate", "persistence", "shrunk persistence", "current rank"
BASELINES = (BASE_RATE, PERSISTENCE, SHRUNK, RANK)
LEARNERS = ("linear", "gradient boosting")
BOOSTING = {
    "max_iter": 40,
    "learning_rate": 0.1,
    "max_leaf_nodes": 6,
    "min_samples_leaf": 20,
    "early_stopping": False,
}

Folds = list[tuple[np.ndarray, np.ndarray]]


def make_creator_folds(handles: pd.Series, seed: int) -> Folds:
    """Split creators into folds, each with all of its rows: (rows to learn from, rows left out)."""
    splitter = GroupKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    creators = pd.factorize(handles, sort=True)[0]  # numbers are told apart much faster than words
    return list(splitter.split(handles, groups=creators))


def predict_learners(
    known: pd.DataFrame,
    asked: pd.DataFrame,
    outcome: str,
    features: Sequence[str],
    *,
    learners: Sequence[str] = LEARNERS,
    baselines: Sequence[str] = BASELINES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Let baselines and learners predict one outcome of one step: `stayed`, `success_next`, `level_next`.

    `known`: rows of the past with `handle`, the features, `engagement_level`, `top_quarter`, `list_place` and
    the outcome; where it is missing, the row isn't learnt from. `asked`: the same without the outcome.

    A row a model and row asked, on its index: `model`, `predicted` (a chance; or log engagement relative to
    the median of this list), `ordering`: what the model ranks creators by (persistence has a chance for the
    top quarter and one for the rest, but ranks by engagement, and has no order of who stays), `low`, `high`:
    90 % interval of a level. For who stays, there is no shrunk persistence: it would be the base rate.
    """
    known = known[known[outcome].notna()]
    folds = make_creator_folds(known["handle"], seed)
    parts = [_predict_persistence(known, asked, outcome)]
    for name, (columns, model) in _list_models(outcome, list(features)).items():
        if name not in (*baselines, *learners):
            continue
        X, target = known[columns].to_numpy(float), known[outcome].to_numpy()
        with steady_fits():
            fitted, residuals = _fit(model, X, target, folds)
            X = asked[columns].to_numpy(float)
            predicted = chance_of_yes(fitted, X) if is_classifier(fitted) else fitted.predict(X)
        parts.append(_tabulate(name, predicted, asked, residuals))
    return pd.concat(parts)


def _list_models(
    outcome: str, features: list[str]
) -> dict[str, tuple[list[str], BaseEstimator | GridSearchCV]]:
    """Give each model that learns something, and the columns that it may see."""
    if outcome == "level_next":
        constant, straight = DummyRegressor(), LinearRegression()
        tuned, grid, scoring = Ridge(), {"model__alpha": list(PENALTIES)}, "neg_mean_squared_error"
        boosting = HistGradientBoostingRegressor(**BOOSTING)
    else:
        constant, straight = DummyClassifier(), LogisticRegression()
        tuned, grid = LogisticRegression(), {"model__C": [1 / penalty for penalty in PENALTIES]}
        scoring = "neg_brier_score"
        boosting = HistGradientBoostingClassifier(**BOOSTING)
    linear = GridSearchCV(Pipeline([("scale", StandardScaler()), ("model", tuned)]), grid, scoring=scoring)
    models = {BASE_RATE: (features[:1], constant)}
    if outcome != "stayed":
        models[SHRUNK] = ([LEVEL], straight)
    models[RANK] = (["list_place"], straight)
    learners = zip(LEARNERS, (linear, boosting), strict=True)
    return models | {name: (features, learner) for name, learner in learners}


def _fit(
    model: BaseEstimator | GridSearchCV, X: np.ndarray, target: np.ndarray, folds: Folds
) -> tuple[BaseEstimator, np.ndarray]:
    """Fit, and for a level say how far off it is for creators left out."""
    if len(np.unique(target)) == 1:
        model = DummyClassifier() if target.dtype == bool else DummyRegressor()
    if isinstance(model, GridSearchCV):
        model = model.set_params(cv=folds, refit=False).fit(X, target)
        model = model.estimator.set_params(**model.best_params_)
    residuals = (
        NO_RESIDUALS if is_classifier(model) else target - cross_val_predict(model, X, target, cv=folds)
    )
    return model.fit(X, target), residuals


def _predict_persistence(known: pd.DataFrame, asked: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Say that everything stays as it is; a chance, as often as it did before of creators so placed."""
    level = asked[LEVEL].to_numpy()
    if outcome != "level_next":
        # with one yes and one no added, so that no chance is 0 or 1
        came = known.groupby("top_quarter")[outcome].agg(["sum", "size"]).reindex([False, True], fill_value=0)
        share = asked["top_quarter"].map((came["sum"] + 1) / (came["size"] + 2)).to_numpy(float)
        return _tabulate(PERSISTENCE, share, asked).assign(ordering=level if outcome != "stayed" else 1.0)
    return _tabulate(PERSISTENCE, level, asked, (known[outcome] - known[LEVEL]).to_numpy())


def _tabulate(
    name: str, predicted: np.ndarray, asked: pd.DataFrame, residuals: np.ndarray = NO_RESIDUALS
) -> pd.DataFrame:
    low, high = percentile_interval(residuals, COVERAGE)
    columns = {"model": name, "predicted": predicted, "ordering": predicted}
    return pd.DataFrame({**columns, "low": predicted + low, "high": predicted + high}, index=asked.index)
