"""Which features does a model live on? Importance on creators it hasn't seen, and ablation.

All of it speaks of what helps a model to predict within this list. A feature may help without being a cause,
and a cause may be of no help where the list has been cut by it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.base import BaseEstimator, clone

from tiktok.lists.columns import takes_names
from tiktok.lists.provenance import hand_on
from tiktok.model import classification, regression
from tiktok.model.cross_validation import (
    SEED,
    Answer,
    Scored,
    Scores,
    answer_left_out,
    compare_answers,
    deal_repeats,
    left_out_interval,
    score_left_out,
    subtract_scores,
)
from tiktok.model.inputs import Kind, name_parts, pool_parts, require_known, steady_fits

SAME_THING = 0.5  # rank correlation from which two features are shuffled together
SHUFFLES, DEALS = 3, 5
SAMPLES = ("train", "validate")  # the test part stays closed
WORTHWHILE = 0.02  # of AUC or R²: an addition that is surely smaller is nothing


class Family(NamedTuple):
    """The models of one kind of target, the one that knows nothing first, and what they are judged by."""

    kind: Kind
    models: Mapping[str, BaseEstimator]
    answer: Answer
    scores: Scores


LABELS = Family(
    "label", classification.CLASSIFIERS, classification.predict_success, {"auc": classification.auc}
)
COUNTS = Family("count", regression.LOG_REGRESSORS, regression.predict_counts, {"r2_log": regression.r2_log})


def _family_of(split: Sequence[pd.DataFrame], target: str, model: str) -> Family:
    family = LABELS if pd.api.types.is_bool_dtype(name_parts(split)["train"].get(target)) else COUNTS
    require_known("model", family.models, [model])
    return family


@takes_names("features")
def measure_importance(
    split: Sequence[pd.DataFrame],
    target: str,
    features: Sequence[str],
    model: str,
    *,
    seed: int = SEED,
) -> pd.DataFrame:
    """Say how much worse a model gets on left-out creators when a group of features is shuffled among them.

    Parameters
    ----------
    split : prepare.Split
    target : name of a bool column (loss of AUC), or of a positive count (loss of R² of the logs)
    features : names of counts and flags; those that say much the same are shuffled together
    model : the name of one that `model.predict_classifiers` knows, or `model.log_regressors`
    seed : of the dealing into folds, as in `model.cross_validate_regressors`, and of the shuffling

    Returns
    -------
    DataFrame, a row a group, the most important first
        `group`, `features` (tuple), `n`, `metric` ("auc" or "r2_log"), `value` (the loss), `low`, `high` (95
        %), `matters` (bool: the whole interval is above 0).

    Raises
    ------
    LeakageError, ModelError
        As `model.cross_validate_regressors` and `model.cross_validate_classifiers`.

    Source: permutation importance, Breiman (2001), Machine Learning 45:5–32, of groups of features on
    held-out rows; groups by average linkage on 1 - |Spearman's rho|.
    """
    family = _family_of(split, target, model)
    creators, X, y = pool_parts(split, SAMPLES, target, features, family.kind)
    groups = group_features(X)
    fold_of = deal_repeats(y, repeats=DEALS, seed=seed)
    answers = _answer_shuffled(
        family, family.models[model], X, y, fold_of, groups, np.random.default_rng(seed)
    )
    metric, score = next(iter(family.scores.items()))
    known = score_left_out(metric, score, y, answers[0], fold_of)
    rows = []
    by_group = answers[1:].reshape(len(groups), SHUFFLES, *fold_of.shape)
    for (group, members), shuffled in zip(groups.items(), by_group, strict=True):
        lost = [subtract_scores(known, score_left_out(metric, score, y, one, fold_of)) for one in shuffled]
        mean = Scored(*(np.mean(parts, axis=0) for parts in zip(*lost, strict=True)))
        value, low, high = left_out_interval(mean, fold_of)
        row = {"group": group, "features": tuple(members), "n": len(y), "metric": metric}
        rows.append(row | {"value": value, "low": low, "high": high, "matters": low > 0})
    table = pd.DataFrame(rows).sort_values("value", ascending=False, kind="stable", ignore_index=True)
    return hand_on(creators, table)


def group_features(X: pd.DataFrame) -> dict[str, list[str]]:
    """Put features together that say much the same: with one of them shuffled, the other would still tell."""
    if X.shape[1] == 1:
        return {X.columns[0]: list(X.columns)}
    rho = X.astype(float).corr(method="spearman").fillna(0).to_numpy()
    distance = np.clip(1 - np.abs(rho), 0, 1)
    np.fill_diagonal(distance, 0)
    labels = fcluster(linkage(squareform(distance, checks=False), "average"), 1 - SAME_THING, "distance")
    groups: dict[int, list[str]] = {}
    for feature, label in zip(X.columns, labels, strict=True):
        groups.setdefault(label, []).append(feature)
    return {" + ".join(members): members for members in groups.values()}


def _answer_shuffled(
    family: Family,
    estimator: BaseEstimator,
    X: pd.DataFrame,
    y: pd.Series,
    fold_of: np.ndarray,
    groups: Mapping[str, Sequence[str]],
    rng: np.random.Generator,
) -> np.ndarray:
    """Answer for creators left out as they are, then with each group shuffled: (…, repeats, creators)."""
    answers = np.empty((1 + SHUFFLES * len(groups), *fold_of.shape))
    for repeat, folds in enumerate(fold_of):
        for fold in np.unique(folds):
            out = folds == fold
            rows = X[out]
            shuffled = [rows]
            for members in groups.values():
                for _ in range(SHUFFLES):
                    moved = rows[list(members)].iloc[rng.permutation(len(rows))].set_index(rows.index)
                    shuffled.append(rows.assign(**moved))
            with steady_fits():
                fitted = clone(estimator).fit(X[~out], y[~out])
                found = family.answer(fitted, pd.concat(shuffled))
            answers[:, repeat, out] = found.reshape(len(shuffled), -1)
    return answers


@takes_names("base", "groups")
def ablate_features(
    split: Sequence[pd.DataFrame],
    target: str,
    base: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    model: str,
    *,
    seed: int = SEED,
) -> pd.DataFrame:
    """Say what each group of features adds to a model that knows the base alone.

    Parameters
    ----------
    split : prepare.Split
    target : name of a bool column (AUC), or of a positive count (R² of the logs)
    base : features that the model always has
    groups : features that are added, by the name of their group
    model : the name of one that `model.predict_classifiers` knows, or `model.log_regressors`
    seed : as in `model.cross_validate_regressors`

    Returns
    -------
    DataFrame, a row a set of features
        `known` ("no feature", the base, the base with each group, and "all of them" where there are several
        groups), `metric`, `model`, `n`, `value`, `low`, `high`; `adds`, `adds_low`, `adds_high`: beyond the
        row it is held against (the base beyond no feature, the others beyond the base), paired by creator;
        `verdict`: "adds" if the whole interval is above 0, "harms" if it is below, "nothing" if it holds 0
        and ends below 0.02, else "unclear"; "" for no feature. All intervals 95 %.

    Raises
    ------
    LeakageError, ModelError
        As `model.cross_validate_regressors` and `model.cross_validate_classifiers`.
    """
    every = list(dict.fromkeys([*base, *(feature for members in groups.values() for feature in members)]))
    name = " + ".join(base)
    sets = {name: list(base)} | {f"{name} + {group}": [*base, *members] for group, members in groups.items()}
    if len(groups) > 1:
        sets["all of them"] = every
    family = _family_of(split, target, model)
    creators, X, y = pool_parts(split, SAMPLES, target, every, family.kind)
    baseline = next(iter(family.models.values()))
    known = {"no feature": (baseline, sets[name])}
    known |= {label: (family.models[model], columns) for label, columns in sets.items()}
    fold_of = deal_repeats(y, seed=seed)
    with steady_fits():
        answered = {
            label: answer_left_out(estimator, X[columns], y, family.answer, fold_of)
            for label, (estimator, columns) in known.items()
        }
    compared = compare_answers(y, answered, family.scores, fold_of, baseline="no feature", reference=name)
    return hand_on(creators, _judge_additions(compared, name, model))


def _judge_additions(compared: pd.DataFrame, base: str, model: str) -> pd.DataFrame:
    table = compared.rename(columns={"model": "known"}).assign(model=model)
    ends = ("", "_low", "_high")
    for end in ends:
        beyond_base = table[f"over_reference{end}"].where(table["known"] != "no feature", 0.0)
        table[f"adds{end}"] = table[f"over_baseline{end}"].where(table["known"] == base, beyond_base)
    verdicts = {
        "": table["known"] == "no feature",
        "adds": table["adds_low"] > 0,
        "harms": table["adds_high"] < 0,
        "nothing": table["adds_high"] < WORTHWHILE,
    }
    table["verdict"] = np.select(list(verdicts.values()), list(verdicts), "unclear")
    adds = [f"adds{end}" for end in ends]
    return table[["known", "metric", "model", "n", "value", "low", "high", *adds, "verdict"]]
