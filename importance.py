"""Which features does a model live on? Importance on creators it hasn't seen, dependence, ablation.

All of it speaks of what helps a model to predict within this list. A feature may help without being a cause,
and a cause may be of no help where the list has been cut by it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.base import BaseEstimator, clone
from sklearn.dummy import DummyClassifier
from sklearn.inspection import partial_dependence

from classification import CLASSIFIERS, auc, score_classifier
from features import (
    join_parts,
    require_models,
    require_positive,
    require_usable,
    steady_fits,
    take,
)
from leakage import ModelError, require_no_leakage
from provenance import hand_on
from regression import LOG_REGRESSORS, r2_log, score_regressor
from validation import (
    CONFIDENCE,
    FOLDS,
    REPEATS,
    SEED,
    compare_scores,
    corrected_interval,
    make_folds,
    score_folds,
)

SAME_THING = 0.5  # rank correlation from which two features are shuffled together
SHUFFLES = 3
JACKKNIFE_GROUPS = 10
GRID = 15
GRID_QUANTILES = (0.01, 0.99)
ADDS, HARMS, NOTHING, UNCLEAR = "adds", "harms", "nothing", "unclear"
WORTHWHILE = 0.02  # of AUC or R²: an addition that is surely smaller is nothing


def group_features(
    creators: pd.DataFrame, features: Sequence[str], *, bound: float = SAME_THING
) -> dict[str, list[str]]:
    """Put features together that say much the same: with one of them shuffled, the other would still tell.

    Parameters
    ----------
    creators : DataFrame of shape (creators, …)
    features : names of counts and flags, none constant
    bound : absolute rank correlation from which two features belong together, on average over their groups

    Returns
    -------
    dict
        Lists of features by the name of their group, such as "likes + views".

    Source: average linkage on 1 - |Spearman's rho|, `scipy.cluster.hierarchy`.

    >>> creators = pd.DataFrame({"views": [1, 2, 3, 4, 5], "likes": [1, 2, 4, 3, 5], "age": [3, 1, 3, 1, 2]})
    >>> group_features(creators, ["views", "age", "likes"])
    {'views + likes': ['views', 'likes'], 'age': ['age']}
    """
    if len(features) == 1:
        return {features[0]: list(features)}
    rho = take(creators, features).astype(float).corr(method="spearman").fillna(0).to_numpy()
    distance = np.clip(1 - np.abs(rho), 0, 1)
    np.fill_diagonal(distance, 0)
    labels = fcluster(linkage(squareform(distance, checks=False), "average"), 1 - bound, "distance")
    groups: dict[int, list[str]] = {}
    for feature, label in zip(features, labels, strict=True):
        groups.setdefault(label, []).append(feature)
    return {" + ".join(members): members for members in groups.values()}


def measure_importance(
    split: Sequence[pd.DataFrame],
    target: str,
    features: Sequence[str],
    model: str,
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    samples: Sequence[str] = ("train", "validate"),
    folds: int = FOLDS,
    repeats: int = REPEATS,
    shuffles: int = SHUFFLES,
    seed: int = SEED,
    allow_leakage: bool = False,
) -> pd.DataFrame:
    """Say how much worse a model gets on left-out creators when a group of features is shuffled among them.

    Parameters
    ----------
    split : prepare.Split
    target : name of a bool column (loss of AUC), or of a positive count (loss of R² of the logs)
    features : names of counts and flags
    model : a name in `CLASSIFIERS` or `LOG_REGRESSORS`
    groups : features to be shuffled together, by name; `group_features` by default
    samples : parts whose creators take part
    folds, repeats, shuffles, seed : of the cross-validation, and how often to shuffle in each fold
    allow_leakage : bool
        Fit even on features that rebuild the target.

    Returns
    -------
    DataFrame, a row a group, the most important first
        `group`, `features` (tuple), `n`, `metric` ("auc" or "r2_log"), `value` (the loss), `low`, `high` (95
        %), `matters` (bool: the whole interval is above 0).

    Raises
    ------
    LeakageError, ModelError
        As in `classification` and `regression`.

    Source: permutation importance, Breiman (2001), Machine Learning 45:5–32, of groups of features on
    held-out rows; intervals by `validation.corrected_interval`.
    """
    creators, estimator, metric = _prepare(split, target, features, model, samples)
    groups = group_features(creators, features) if groups is None else groups
    unknown = {feature for members in groups.values() for feature in members} - set(features)
    if unknown:
        raise ModelError(f"Groups name features that the model doesn't have: {', '.join(sorted(unknown))}.")
    rng = np.random.default_rng(seed)
    with steady_fits():
        X, y = take(creators, features), take(creators, target)
        require_no_leakage(X, y, allow_leakage=allow_leakage)
        dealt = make_folds(y, folds=folds, repeats=repeats, seed=seed)
        losses = np.array([_losses(estimator, X, y, fold, groups, shuffles, rng) for fold in dealt])
    share = len(dealt[0][1]) / len(dealt[0][0])
    rows = []
    for (group, members), loss in zip(groups.items(), losses.T, strict=True):
        value, low, high = corrected_interval(loss, share)
        row = {"group": group, "features": tuple(members), "n": len(y), "metric": metric}
        rows.append(row | {"value": value, "low": low, "high": high, "matters": low > 0})
    return hand_on(
        creators, pd.DataFrame(rows).sort_values("value", ascending=False, kind="stable", ignore_index=True)
    )


def _prepare(
    split: Sequence[pd.DataFrame], target: str, features: Sequence[str], model: str, samples: Sequence[str]
) -> tuple[pd.DataFrame, BaseEstimator, str]:
    creators = join_parts(split, samples)
    require_usable(creators, target, features)
    if creators[target].dtype == bool:
        require_models(CLASSIFIERS, [model])
        return creators, CLASSIFIERS[model], "auc"
    require_models(LOG_REGRESSORS, [model])
    require_positive(creators, target)
    return creators, LOG_REGRESSORS[model], "r2_log"


def _losses(
    estimator: BaseEstimator,
    X: pd.DataFrame,
    y: pd.Series,
    fold: tuple[np.ndarray, np.ndarray],
    groups: Mapping[str, Sequence[str]],
    shuffles: int,
    rng: np.random.Generator,
) -> list[float]:
    """Fit on one fold and give, for each group, the mean loss over shuffles of the rows left out."""
    train, left_out = fold
    fitted = clone(estimator).fit(X.iloc[train], y.iloc[train])
    rows, actual = X.iloc[left_out], y.iloc[left_out].to_numpy()
    shuffled = [rows]
    for members in groups.values():
        for _ in range(shuffles):
            moved = rows[list(members)].iloc[rng.permutation(len(rows))].set_index(rows.index)
            shuffled.append(rows.assign(**moved))
    answers = _answer(fitted, pd.concat(shuffled), y.dtype == bool).reshape(len(shuffled), len(rows))
    score = auc if y.dtype == bool else r2_log
    scores = score(np.broadcast_to(actual, answers.shape), answers)
    return (scores[0] - scores[1:].reshape(len(groups), shuffles).mean(axis=1)).tolist()


def _answer(fitted: BaseEstimator, X: pd.DataFrame, is_label: bool) -> np.ndarray:
    return fitted.predict_proba(X)[:, 1] if is_label else fitted.predict(X)


def trace_dependence(
    split: Sequence[pd.DataFrame],
    target: str,
    features: Sequence[str],
    model: str,
    feature: str,
    *,
    samples: Sequence[str] = ("train", "validate"),
    grid: int = GRID,
    allow_leakage: bool = False,
) -> pd.DataFrame:
    """Trace what a model answers on average as one feature runs through its range, the others unchanged.

    Parameters
    ----------
    split : prepare.Split
    target : name of a bool column, or of a positive count
    features : names of counts and flags
    model : a name in `CLASSIFIERS` or `LOG_REGRESSORS`
    feature : the count that runs, evenly on the log scale, from its 1st to its 99th percentile
    samples : parts whose creators take part
    grid : how many values
    allow_leakage : bool
        Fit even on features that rebuild the target.

    Returns
    -------
    DataFrame, a row a value
        `model`, `feature`, `at` (unit of the feature), `value` (mean probability, or mean of the target),
        `low`, `high` (95 %). The model's answer, not what would happen to a creator whose count were
        changed.

    Raises
    ------
    LeakageError, ModelError
        As in `classification` and `regression`; if the feature isn't a count.

    Source: partial dependence, Friedman (2001), `sklearn.inspection.partial_dependence`; intervals by a
    jackknife that leaves out a tenth of the creators at a time (Shao & Wu 1989, Annals of Statistics
    17:1176–1197).
    """
    creators, estimator, _ = _prepare(split, target, features, model, samples)
    if feature not in features or creators[feature].dtype == bool:
        raise ModelError(f"Dependence is traced over a count among the features, not over {feature!r}.")
    with steady_fits():
        X, y = take(creators, features), take(creators, target)
        require_no_leakage(X, y, allow_leakage=allow_leakage)
        X = X.astype({feature: float})
        low, high = X[feature].quantile(list(GRID_QUANTILES))
        at = np.expm1(np.linspace(np.log1p(low), np.log1p(high), grid))
        value = _dependence(estimator, X, y, feature, at)
        left_out = [rows for _, rows in make_folds(y, folds=JACKKNIFE_GROUPS, repeats=1)]
        again = [
            _dependence(estimator, X.drop(X.index[rows]), y.drop(y.index[rows]), feature, at)
            for rows in left_out
        ]
    error = np.sqrt((JACKKNIFE_GROUPS - 1) * np.var(again, axis=0))
    half = stats.t.ppf((1 + CONFIDENCE) / 2, JACKKNIFE_GROUPS - 1) * error
    table = pd.DataFrame({"model": model, "feature": feature, "at": at, "value": value})
    bounds = (value - half).clip(min=0), (value + half).clip(max=1 if y.dtype == bool else np.inf)
    return hand_on(creators, table.assign(low=bounds[0], high=bounds[1]))


def _dependence(
    estimator: BaseEstimator, X: pd.DataFrame, y: pd.Series, feature: str, at: np.ndarray
) -> np.ndarray:
    fitted = clone(estimator).fit(X, y)
    traced = partial_dependence(
        fitted, X, [feature], custom_values={feature: at}, kind="average", method="brute"
    )
    return traced["average"][0]


def ablate_features(
    split: Sequence[pd.DataFrame],
    target: str,
    base: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    model: str,
    *,
    samples: Sequence[str] = ("train", "validate"),
    folds: int = FOLDS,
    repeats: int = REPEATS,
    seed: int = SEED,
    allow_leakage: bool = False,
) -> pd.DataFrame:
    """Say what each group of features adds to a model that knows the base alone.

    Parameters
    ----------
    split : prepare.Split
    target : name of a bool column (AUC), or of a positive count (R² of the logs)
    base : features that the model always has
    groups : features that are added, by the name of their group
    model : a name in `CLASSIFIERS` or `LOG_REGRESSORS`
    samples : parts whose creators take part
    folds, repeats, seed : of the cross-validation
    allow_leakage : bool
        Fit even on features that rebuild the target.

    Returns
    -------
    DataFrame of shape (2 + groups, 12)
        `known` ("no feature", the base, the base with each group, and "all of them" where there are several
        groups), `metric`, `model`, `n`, `value`, `low`, `high`; `adds`, `adds_low`, `adds_high`: beyond the
        row it is held against (the base beyond no feature, the others beyond the base), paired by fold;
        `verdict`: "adds" if the whole interval is above 0, "harms" if it is below, "nothing" if it holds 0
        and ends below 0.02, else "unclear"; "" for no feature. All intervals 95 %.

    Raises
    ------
    LeakageError, ModelError
        As in `classification` and `regression`.
    """
    every = list(dict.fromkeys([*base, *(feature for members in groups.values() for feature in members)]))
    creators, estimator, metric = _prepare(split, target, every, model, samples)
    name = " + ".join(base)
    sets = {name: list(base)} | {f"{name} + {group}": [*base, *members] for group, members in groups.items()}
    if len(groups) > 1:
        sets["all of them"] = every
    score = score_classifier if metric == "auc" else score_regressor
    nothing = DummyClassifier() if metric == "auc" else LOG_REGRESSORS["mean"]
    with steady_fits():
        y = take(creators, target)
        require_no_leakage(take(creators, every), y, allow_leakage=allow_leakage)
        dealt = make_folds(y, folds=folds, repeats=repeats, seed=seed)
        scores = [score_folds(take(creators, base), y, {"no feature": nothing}, score, dealt)]
        scores += [
            score_folds(take(creators, known), y, {label: estimator}, score, dealt)
            for label, known in sets.items()
        ]
    table = pd.concat(scores, ignore_index=True)[["model", "fold", metric]]
    compared = compare_scores(table, dealt, baseline="no feature", reference=name)
    return hand_on(creators, _say_additions(compared, name, model))


def _say_additions(compared: pd.DataFrame, base: str, model: str) -> pd.DataFrame:
    table = compared.rename(columns={"model": "known"}).assign(model=model)
    is_base = table["known"] == base
    for end in ("", "_low", "_high"):
        beyond_base = table[f"over_reference{end}"].where(table["known"] != "no feature", 0.0)
        table[f"adds{end}"] = table[f"over_baseline{end}"].where(is_base, beyond_base)
    cases = {
        "": table["known"] == "no feature",
        ADDS: table["adds_low"] > 0,
        HARMS: table["adds_high"] < 0,
        NOTHING: table["adds_high"] < WORTHWHILE,
    }
    table["verdict"] = np.select(list(cases.values()), list(cases), UNCLEAR)
    columns = [
        "known",
        "metric",
        "model",
        "n",
        "value",
        "low",
        "high",
        "adds",
        "adds_low",
        "adds_high",
        "verdict",
    ]
    return table[columns]
