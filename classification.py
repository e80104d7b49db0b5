"""Classification of success: from what can be known, how surely can the top quarter be told apart?"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import BaseEstimator, clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from statsmodels.stats.proportion import proportion_confint

from features import (
    in_fixed_order,
    join_parts,
    name_parts,
    require_label,
    require_models,
    steady_fits,
    take,
)
from leakage import ModelError, require_no_leakage
from provenance import hand_on
from regression import log_pipeline
from validation import (
    CONFIDENCE,
    FOLDS,
    REPEATS,
    RESAMPLES,
    SEED,
    compare_scores,
    make_folds,
    resample_scores,
    score_folds,
)

BASELINE, REFERENCE = "base rate", "logistic regression"
BASELINES = (BASELINE, "single rule")
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
    models: Mapping[str, BaseEstimator] = CLASSIFIERS,
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
    models : estimators by name; each is cloned, none is changed
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
    parts = {name: in_fixed_order(part) for name, part in name_parts(split).items()}
    for sample in dict.fromkeys(["train", *samples]):
        require_label(parts[sample], target, features, to_fit=sample == "train")
    train = parts["train"]
    with steady_fits():
        X, y = take(train, features), take(train, target)
        require_no_leakage(X, y, allow_leakage=allow_leakage, split=split)
        fitted = {name: clone(model).fit(X, y) for name, model in models.items()}
        predictions = [
            pd.DataFrame(
                {
                    "model": name,
                    "sample": sample,
                    "handle": parts[sample]["handle"],
                    "actual": parts[sample][target],
                    "probability": model.predict_proba(take(parts[sample], features))[:, 1],
                }
            )
            for name, model in fitted.items()
            for sample in samples
        ]
    return hand_on(train, pd.concat(predictions, ignore_index=True))


def score_probabilities(
    predictions: pd.DataFrame, *, sample: str = "validate", resamples: int = RESAMPLES, seed: int = SEED
) -> pd.DataFrame:
    """Score the probabilities for one part of the split, with intervals over resamples of creators.

    Parameters
    ----------
    predictions : DataFrame
        What `predict_classifiers` returns.
    sample : which part
    resamples, seed : of the bootstrap

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
        If the part has one class only.
    """
    part = predictions[predictions["sample"] == sample]
    wide = part.pivot(index=["handle", "actual"], columns="model", values="probability").reset_index("actual")
    actual = wide["actual"].to_numpy(bool)
    if min(actual.sum(), (~actual).sum()) < 2:
        found = f"{actual.sum()} successes in {len(actual)}"
        raise ModelError(f"The {sample} creators hold {found}; two classes are needed.")
    predicted = {model: wide[model].to_numpy() for model in part["model"].unique()}
    scores = resample_scores(actual, predicted, METRICS, resamples=resamples, seed=seed)
    return hand_on(predictions, scores.assign(sample=sample))


def auc(actual: np.ndarray, probability: np.ndarray, axis: int = -1) -> np.ndarray:
    """Give the area under the ROC curve over the last axis, from ranks (Mann & Whitney).

    scikit-learn has it for one slice at a time; a thousand resamples ask for all of them at once.

    >>> auc(np.array([False, True, True]), np.array([0.1, 0.1, 0.9])).item()
    0.75
    """
    ranks = stats.rankdata(probability, axis=-1)
    yes = actual.sum(axis=-1)
    no = actual.shape[-1] - yes
    return ((ranks * actual).sum(axis=-1) - yes * (yes + 1) / 2) / (yes * no)


def average_precision(actual: np.ndarray, probability: np.ndarray, axis: int = -1) -> np.ndarray:
    """Give the average precision over the last axis, ties counted as one threshold.

    >>> average_precision(np.array([False, True, True]), np.array([0.1, 0.1, 0.9])).round(3).item()
    0.833
    """
    order = np.argsort(-probability, axis=-1, kind="stable")
    falling = np.take_along_axis(probability, order, -1)
    found = np.take_along_axis(actual, order, -1)
    places = np.arange(falling.shape[-1])
    ends = np.concatenate(
        [falling[..., :-1] != falling[..., 1:], np.ones_like(falling[..., :1], bool)], axis=-1
    )
    end = np.minimum.accumulate(np.where(ends, places, places[-1])[..., ::-1], axis=-1)[..., ::-1]
    precision = np.cumsum(found, axis=-1) / (places + 1)
    return (np.take_along_axis(precision, end, -1) * found).sum(axis=-1) / found.sum(axis=-1)


def brier(actual: np.ndarray, probability: np.ndarray, axis: int = -1) -> np.ndarray:
    """Give the mean squared error of the probability over the last axis (Brier 1950).

    >>> brier(np.array([False, True]), np.array([0.0, 0.0])).item()
    0.5
    """
    return ((probability - actual) ** 2).mean(axis=-1)


def brier_skill(actual: np.ndarray, probability: np.ndarray, axis: int = -1) -> np.ndarray:
    """Give the share by which the probability cuts the base rate's Brier score, over the last axis.

    >>> brier_skill(np.array([False, True]), np.array([0.5, 0.5])).item()
    0.0
    """
    rate = actual.mean(axis=-1)
    return 1 - brier(actual, probability) / (rate * (1 - rate))


METRICS = {
    "auc": auc,
    "average_precision": average_precision,
    "brier": brier,
    "brier_skill": brier_skill,
}


def score_classifier(fitted: BaseEstimator, X: pd.DataFrame, y: pd.Series) -> dict[str, float]:
    """Score a fitted model's probabilities for creators that it hasn't seen, by each of `METRICS`."""
    actual, probability = y.to_numpy(), fitted.predict_proba(X)[:, 1]
    return {name: float(metric(actual, probability)) for name, metric in METRICS.items()}


def compare_classifiers(
    split: Sequence[pd.DataFrame],
    features: Sequence[str],
    models: Mapping[str, BaseEstimator] = CLASSIFIERS,
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
    models: Mapping[str, BaseEstimator] = CLASSIFIERS,
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
    features : names of counts and flags
    models : estimators by name, `baseline` and `reference` among them
    target : name of a bool column
    samples : parts whose creators take part; the test part stays closed unless it is named
    baseline, reference : what each model is held against
    folds, repeats, seed : of the cross-validation, stratified
    allow_leakage : bool
        Fit even on features that rebuild the label.

    Returns
    -------
    DataFrame, a row a metric and model
        See `validation.compare_scores`; metrics as in `score_probabilities`.

    Raises
    ------
    LeakageError, ModelError
        As `predict_classifiers`; on an unknown name of a model.
    """
    require_models(models, [baseline, reference])
    creators = join_parts(split, samples)
    require_label(creators, target, features)
    with steady_fits():
        X, y = take(creators, features), take(creators, target)
        require_no_leakage(X, y, allow_leakage=allow_leakage)
        dealt = make_folds(y, folds=folds, repeats=repeats, seed=seed)
        scores = score_folds(X, y, models, score_classifier, dealt)
    return hand_on(creators, compare_scores(scores, dealt, baseline=baseline, reference=reference))


def tabulate_calibration(
    predictions: pd.DataFrame, *, sample: str = "validate", groups: int = 5
) -> pd.DataFrame:
    """Hold the probabilities against what happened: of those with about 30 %, did 30 % succeed?

    Parameters
    ----------
    predictions : DataFrame
        What `predict_classifiers` returns.
    sample : which part
    groups : into how many groups of about the same size to put creators, by their probability

    Returns
    -------
    DataFrame, a row a model and group that has a probability of its own
        `model`, `n`, `probability` (mean in the group), `share` (that succeeded), `low`, `high` (95 %,
        Wilson), `kept` (bool: the probability lies between them).
    """
    part = predictions[predictions["sample"] == sample]
    tables = [_calibration_of(name, model, groups) for name, model in part.groupby("model", sort=False)]
    return hand_on(predictions, pd.concat(tables, ignore_index=True))


def _calibration_of(name: str, part: pd.DataFrame, groups: int) -> pd.DataFrame:
    edges = np.unique(np.quantile(part["probability"], np.linspace(0, 1, groups + 1)))
    place = np.searchsorted(edges[1:-1], part["probability"], side="left")
    grouped = part.assign(place=place).groupby("place")
    table = grouped.agg(n=("actual", "size"), probability=("probability", "mean"), share=("actual", "mean"))
    low, high = proportion_confint(table["share"] * table["n"], table["n"], 1 - CONFIDENCE, method="wilson")
    kept = (low <= table["probability"]) & (table["probability"] <= high)
    return table.assign(low=low, high=high, kept=kept, model=name)[
        ["model", "n", "probability", "share", "low", "high", "kept"]
    ]
