"""Classification of success: from what can be known, how surely can the top quarter be told apart?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier

from tiktok.leakage.audit import TooFewError
from tiktok.lists.columns import takes_names
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
    pick_sample,
    predict_parts,
)
from tiktok.model.curves import Logistic
from tiktok.model.inputs import Models, pick_models, pool_parts, separate_parts, steady_fits

BASELINE, REFERENCE = "base rate", "logistic regression"
CLASSIFIERS: dict[str, BaseEstimator] = {
    BASELINE: Logistic("level"),
    REFERENCE: Logistic("lines"),
    "logistic splines": Logistic("bends"),
    "gradient boosting": HistGradientBoostingClassifier(
        max_iter=30, learning_rate=0.12, max_leaf_nodes=5, min_samples_leaf=20, early_stopping=False
    ),
}


@takes_names("features", "samples")
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
    models : estimators by name, each of which is cloned, or names out of "base rate",
        "logistic regression", "logistic splines" and "gradient boosting"; these four by default
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


def score_probabilities(predictions: pd.DataFrame, *, sample: str = "validate") -> pd.DataFrame:
    """Score the probabilities for one part of the split, with intervals from the creators' influence.

    Parameters
    ----------
    predictions : DataFrame
        What `predict_classifiers` returns.
    sample : which part

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
        raise TooFewError(f"The {sample} creators hold {found}; two classes are needed.")
    return interval_scores(predictions, "probability", SCORES, sample=sample)


def auc(actual: np.ndarray, probability: np.ndarray, fold_of: np.ndarray | None = None) -> Scored:
    """Score probabilities by the area under the ROC curve (DeLong et al. 1988, Biometrics 44:837–845)."""
    won = _compare_classes(actual, probability, np.zeros(probability.shape, dtype=int))
    area = won[:, actual].mean(axis=1, keepdims=True)
    influence = (won - area) / np.where(actual, actual.mean(), 1 - actual.mean())
    if fold_of is not None:
        # a fit that left a success out ranks it lower than one that left a failure out: creators of two
        # folds, compared, would make every model look worse
        area = np.nanmean(_compare_classes(actual, probability, fold_of)[:, actual], axis=1, keepdims=True)
    return Scored(area[:, 0], influence)


def _compare_classes(actual: np.ndarray, probability: np.ndarray, fold_of: np.ndarray) -> np.ndarray:
    """Give of what share of the other class in its fold each creator is on the right side."""
    key = 2.0 * fold_of + probability
    everybody = stats.rankdata(key, axis=1)
    folds = np.arange(fold_of.max() + 1)
    won = np.empty(probability.shape)
    for inside in (actual, ~actual):
        others = ((fold_of[:, None, :] == folds[:, None]) & ~inside).sum(axis=2)
        before = np.take_along_axis(others.cumsum(axis=1) - others, fold_of[:, inside], axis=1)
        below = everybody[:, inside] - stats.rankdata(key[:, inside], axis=1) - before
        compared = np.take_along_axis(others, fold_of[:, inside], axis=1)
        share = np.divide(below, compared, out=np.full(below.shape, np.nan), where=compared > 0)
        won[:, inside] = share if inside is actual else 1 - share
    return won


def precision_over_recall(actual: np.ndarray, probability: np.ndarray) -> Scored:
    """Score probabilities by the average precision, ties counted as one threshold."""
    scored = [_average_precision(actual, one) for one in probability]
    return Scored(np.array([value for value, _ in scored]), np.array([influence for _, influence in scored]))


def _average_precision(actual: np.ndarray, probability: np.ndarray) -> tuple[float, np.ndarray]:
    thresholds, place = np.unique(-probability, return_inverse=True)
    right = np.bincount(place, weights=actual, minlength=len(thresholds))
    said_yes = np.bincount(place, minlength=len(thresholds)).cumsum()
    precision = right.cumsum() / said_yes
    value = float(precision @ right / right.sum())
    # a creator moves the precision at its own threshold and at all below it
    moved_by_yes = (right / said_yes)[::-1].cumsum()[::-1]
    moved_by_all = (right * precision / said_yes)[::-1].cumsum()[::-1]
    moved = actual * moved_by_yes[place] - moved_by_all[place] + actual * (precision[place] - value)
    return value, moved * len(actual) / right.sum()


def brier(actual: np.ndarray, probability: np.ndarray) -> Scored:
    """Score probabilities by their mean squared error (Brier 1950)."""
    off = (probability - actual) ** 2
    return Scored(off.mean(axis=1), off - off.mean(axis=1, keepdims=True))


SCORES = {"auc": auc, "average_precision": precision_over_recall, "brier": brier, "brier_skill": explain}


@takes_names("features")
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


@takes_names("features", "samples")
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
    fold_of = deal_repeats(y, folds=folds, repeats=repeats, seed=seed)
    with steady_fits():
        answered = {
            name: answer_left_out(model, X, y, predict_success, fold_of) for name, model in models.items()
        }
    compared = compare_answers(y, answered, SCORES, fold_of, baseline=baseline, reference=reference)
    return hand_on(creators, compared)
