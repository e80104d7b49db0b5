"""Classification of success: from what can be known, how surely can the top quarter be told apart?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from statsmodels.stats.proportion import proportion_confint

from tiktok.leakage.audit import ModelError
from tiktok.lists.provenance import hand_on
from tiktok.model.cross_validation import (
    FOLDS,
    REPEATS,
    SEED,
    compare_scores,
    make_folds,
    pick_sample,
    predict_parts,
    resample_scores,
    score_folds,
)
from tiktok.model.inputs import Models, pick_models, pool_parts, separate_parts
from tiktok.model.regression import log_pipeline
from tiktok.resampling import CONFIDENCE, superiority

CALIBRATION_GROUPS = 5
BASELINE, REFERENCE = "base rate", "logistic regression"
CLASSIFIERS: dict[str, BaseEstimator] = {
    BASELINE: DummyClassifier(strategy="prior"),
    "single rule": DecisionTreeClassifier(max_depth=1, min_samples_leaf=20, random_state=SEED),
    REFERENCE: log_pipeline(StandardScaler(), LogisticRegression()),
    "random forest": RandomForestClassifier(
        n_estimators=30, min_samples_leaf=15, max_features="sqrt", random_state=SEED
    ),
    "gradient boosting": HistGradientBoostingClassifier(
        max_iter=30, learning_rate=0.12, max_leaf_nodes=5, min_samples_leaf=20, early_stopping=False
    ),
}


def predict_classifiers(
    split: Sequence[pd.DataFrame],
    features: Sequence[str],
    models: Models = None,
    *,
    target: str = "success",
    samples: Sequence[str] = ("validate",),
    allow_leakage: bool = False,
) -> pd.DataFrame:
    """Fit each model on train and give its probability of success, creator by creator.

    Parameters
    ----------
    split : prepare.Split
        Labelled by `prepare.label_success`.
    features : names of counts and flags
    models : estimators by name, each of which is cloned, or names out of "base rate", "single rule",
        "logistic regression", "random forest" and "gradient boosting"; these five by default
    target : name of a bool column
    samples : which parts of the split to predict; "test" is to be asked for once, at the end
    allow_leakage : bool
        Fit even on features that rebuild the label, to show what happens.

    Returns
    -------
    DataFrame of shape (models x creators of the samples, 5)
        `model`, `sample`, `handle`, `actual` (bool), `probability`, creators by handle.

    Raises
    ------
    LeakageError
        If the features rebuild the label, or a creator is in two parts of the split.
    ModelError
        On input that can't be modelled, one class only among it.
    """
    models = pick_models(models, CLASSIFIERS)
    parts = separate_parts(split, samples, target, features, "label", allow_leakage)
    return predict_parts(parts, samples, models, predict_success, "probability")


def predict_success(fitted: BaseEstimator, X: pd.DataFrame) -> np.ndarray:
    """Give a fitted classifier's probabilities of success."""
    return fitted.predict_proba(X)[:, 1]


def score_probabilities(
    predictions: pd.DataFrame, *, sample: str = "validate", seed: int = SEED
) -> pd.DataFrame:
    """Score the probabilities for one part of the split, with intervals over resamples of creators.

    Parameters
    ----------
    predictions : DataFrame
        What `predict_classifiers` returns.
    sample : which part
    seed : of the bootstrap

    Returns
    -------
    DataFrame, a row a metric and model
        `metric`, `model`, `n`, `value`, `low`, `high` (95 %), `sample`. Metrics: `auc` (the chance that a
        successful creator gets the higher probability of two, 0.5 by guessing), `average_precision` (the
        base rate by guessing), `brier` (mean squared error of the probability, 0 is best), `brier_skill`
        (the share of it that the base rate's error is cut by; below 0 is worse than the base rate).

    Raises
    ------
    ModelError
        If there are no predictions for that part, or it has one class only.
    """
    part = pick_sample(predictions, sample)
    actual = part.drop_duplicates("handle")["actual"]
    if min(actual.sum(), (~actual).sum()) < 2:
        found = f"{actual.sum()} successes in {len(actual)}"
        raise ModelError(f"The {sample} creators hold {found}; two classes are needed.")
    return resample_scores(predictions, "probability", SCORES, sample=sample, seed=seed)


def auc(actual: np.ndarray, probability: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Give the area under the ROC curve in each draw."""
    return superiority(probability, actual, times)


def average_precision(actual: np.ndarray, probability: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Give the average precision in each draw, ties counted as one threshold; missing without a success."""
    order = np.argsort(-probability, kind="stable")
    thresholds = np.flatnonzero(np.diff(probability[order], prepend=np.inf))
    said_yes = np.add.reduceat(times[:, order], thresholds, axis=1).cumsum(axis=1)
    right = np.add.reduceat((times * actual)[:, order], thresholds, axis=1)
    precision = right.cumsum(axis=1) / np.maximum(said_yes, 1)
    successes = right.sum(axis=1)
    return (precision * right).sum(axis=1) / np.where(successes > 0, successes, np.nan)


def brier(actual: np.ndarray, probability: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Give the mean squared error of the probability in each draw (Brier 1950)."""
    return times @ (probability - actual) ** 2 / times.sum(axis=1)


def brier_skill(actual: np.ndarray, probability: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Give the share by which the probability cuts the base rate's Brier score in each draw."""
    rate = times @ actual / times.sum(axis=1)
    spread = rate * (1 - rate)
    return 1 - brier(actual, probability, times) / np.where(spread > 0, spread, np.nan)


# scikit-learn has them for one draw at a time: the first two take it 11 s for 500 draws of 200, here 0.03 s
SCORES = {"auc": auc, "average_precision": average_precision, "brier": brier, "brier_skill": brier_skill}


def compare_classifiers(
    split: Sequence[pd.DataFrame],
    features: Sequence[str],
    models: Models = None,
    *,
    target: str = "success",
    sample: str = "validate",
    allow_leakage: bool = False,
) -> pd.DataFrame:
    """Fit each model on train and score it: `score_probabilities` of `predict_classifiers`."""
    predictions = predict_classifiers(
        split, features, models, target=target, samples=[sample], allow_leakage=allow_leakage
    )
    return score_probabilities(predictions, sample=sample)


def cross_validate_classifiers(
    split: Sequence[pd.DataFrame],
    features: Sequence[str],
    models: Models = None,
    *,
    target: str = "success",
    samples: Sequence[str] = ("train", "validate"),
    baseline: str = BASELINE,
    reference: str = REFERENCE,
    folds: int = FOLDS,
    repeats: int = REPEATS,
    seed: int = SEED,
    allow_leakage: bool = False,
) -> pd.DataFrame:
    """Say by repeated cross-validation over creators how well success is told apart, and by which model.

    Parameters
    ----------
    split : prepare.Split
        Labelled by `prepare.label_success`: what success is, train has said once for all folds.
    features, models, target
        As in `predict_classifiers`.
    samples, baseline, reference, folds, repeats, seed, allow_leakage
        As in `model.cross_validate_regressors`; each class is dealt into the folds evenly.

    Returns
    -------
    DataFrame, a row a metric and model
        As from `model.cross_validate_regressors`; metrics as in `score_probabilities`.

    Raises
    ------
    LeakageError, ModelError
        As `predict_classifiers`; on an unknown name of a model.
    """
    models = pick_models(models, CLASSIFIERS, (baseline, reference))
    creators, X, y = pool_parts(split, samples, target, features, "label", allow_leakage)
    dealt = make_folds(y, folds=folds, repeats=repeats, seed=seed)
    scored = score_folds(X, y, models, predict_success, SCORES, dealt)
    return hand_on(creators, compare_scores(scored, dealt, baseline=baseline, reference=reference))


def tabulate_calibration(predictions: pd.DataFrame) -> pd.DataFrame:
    """Hold probabilities of validation creators against what happened: of those with 30 %, did 30 % succeed?

    Parameters
    ----------
    predictions : DataFrame
        What `predict_classifiers` returns.

    Returns
    -------
    DataFrame, a row a model and group that has a probability of its own
        `model`, `n`, `probability` (mean in the group, one of about five of the same size), `share` (that
        succeeded), `low`, `high` (95 %, Wilson), `kept` (bool: the probability lies between them).
    """
    part = pick_sample(predictions, "validate")
    tables = [
        _group_by_probability(rows["probability"], rows["actual"]).assign(model=name)
        for name, rows in part.groupby("model", sort=False)
    ]
    columns = ["model", "n", "probability", "share", "low", "high", "kept"]
    return hand_on(predictions, pd.concat(tables, ignore_index=True)[columns])


def _group_by_probability(probability: pd.Series, actual: pd.Series) -> pd.DataFrame:
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, CALIBRATION_GROUPS + 1)))
    place = np.searchsorted(edges[1:-1], probability, side="left")
    grouped = pd.DataFrame({"probability": probability, "actual": actual}).groupby(place)
    table = grouped.agg(n=("actual", "size"), probability=("probability", "mean"), share=("actual", "mean"))
    low, high = proportion_confint(table["share"] * table["n"], table["n"], 1 - CONFIDENCE, method="wilson")
    kept = (low <= table["probability"]) & (table["probability"] <= high)
    return table.assign(low=low, high=high, kept=kept)
