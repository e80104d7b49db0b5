"""How good a model is on creators that it hasn't seen, with an interval: repeated cross-validation.

The headline is repeated cross-validation, since one test part of 200 creators is noisy. A score is computed
from the answers for all creators of a repeat, each by the fit that hadn't seen it, and averaged over the
repeats. Its error comes from how much each creator moves it (its influence), so the dealing of the folds
hardly moves the interval; `benchmarks/cv_coverage.py` holds it against a known truth.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold

from tiktok.leakage.audit import ModelError
from tiktok.lists.provenance import hand_on
from tiktok.model.inputs import Inputs, steady_fits
from tiktok.resampling import CONFIDENCE

FOLDS = 5
REPEATS = 40
REFITS = 10  # repeats of a model that has no closed form
SEED = 2022
LOWER_IS_BETTER = ("median_factor", "brier")
WITHIN_FOLDS = ("auc",)  # compares creators, which only one and the same fit can order

# of a fitted model and features: its answers
Answer = Callable[[BaseEstimator, pd.DataFrame], np.ndarray]


class Scored(NamedTuple):
    """A score a repeat, and by how much each creator moves it, times the number of creators."""

    each: np.ndarray  # (repeats,)
    influence: np.ndarray  # (repeats, creators)


# of what was and of the answers of each repeat
Scores = Mapping[str, Callable[..., Scored]]


def deal_repeats(y: pd.Series, *, folds: int = FOLDS, repeats: int = REPEATS, seed: int = SEED) -> np.ndarray:
    """Deal creators into folds, several times over, each class of a label evenly: (repeats, creators)."""
    labels = y.to_numpy() if y.dtype == bool else np.empty(0, dtype=bool)
    return _deal(len(y), labels.tobytes(), folds, repeats, seed).copy()


@lru_cache(maxsize=32)  # the same creators are asked many questions
def _deal(n: int, labels: bytes, folds: int, repeats: int, seed: int) -> np.ndarray:
    dealer = RepeatedStratifiedKFold if labels else RepeatedKFold
    fold_of = np.empty((repeats, n), dtype=int)
    y = np.frombuffer(labels, dtype=bool) if labels else np.empty(n)
    dealt = dealer(n_splits=folds, n_repeats=repeats, random_state=seed).split(y, y)
    for place, (_, left_out) in enumerate(dealt):
        fold_of[place // folds, left_out] = place % folds
    return fold_of


def answer_left_out(
    model: BaseEstimator, X: pd.DataFrame, y: pd.Series, answer: Answer, fold_of: np.ndarray
) -> np.ndarray:
    """Let a model answer for each creator by a fit that left it out: (repeats, creators)."""
    if hasattr(model, "answer_left_out"):
        return clone(model).answer_left_out(X, y, fold_of)
    fold_of = fold_of[:REFITS]
    answers = np.empty(fold_of.shape)
    for folds, answered in zip(fold_of, answers, strict=True):
        for fold in np.unique(folds):
            out = folds == fold
            answered[out] = answer(clone(model).fit(X[~out], y[~out]), X[out])
    return answers


def left_out_interval(scored: Scored, fold_of: np.ndarray) -> tuple[float, float, float]:
    """Give the mean of scores over repeats with its 95 % interval."""
    # Two errors. Of the creators: their influence, averaged over repeats, as if there were as many as a fit
    # learns from. Of the fits: by how much the folds' means scatter more than their creators make them,
    # corrected for those that fits share (Nadeau & Bengio 2003, Machine Learning 52:239-281); it counts where
    # two models are all but equal, since then nothing but the fits moves the score.
    repeats, n = scored.influence.shape
    folds = fold_of.max() + 1
    place = (fold_of[:repeats] + folds * np.arange(repeats)[:, None]).ravel()
    means = np.bincount(place, weights=scored.influence.ravel()) / np.bincount(place)
    shared = 1 / (folds - 1)
    of_creators = scored.influence.mean(axis=0).var(ddof=1) / n
    of_folds = means.var(ddof=1) * (1 / means.size + shared)
    variance = of_creators * (1 + shared) + max(of_folds - of_creators, 0)
    value, error = float(scored.each.mean()), np.sqrt(variance)
    if error < 1e-12:
        return value, value, value
    low, high = stats.t.interval(CONFIDENCE, n - 1, loc=value, scale=error)
    return value, float(low), float(high)


def subtract_scores(one: Scored, other: Scored, sign: int = 1) -> Scored:
    """Give how much better one is than the other, in the repeats that both have."""
    repeats = min(len(one.each), len(other.each))
    return Scored(*(sign * (a[:repeats] - b[:repeats]) for a, b in zip(one, other, strict=True)))


def explain(actual: np.ndarray, answers: np.ndarray) -> Scored:
    """Score answers by the share of the spread that they explain: R², or of chances the Brier skill."""
    off, spread = (actual - answers) ** 2, (actual - actual.mean()) ** 2
    if not spread.any():
        return Scored(np.full(len(answers), np.nan), np.full(answers.shape, np.nan))
    left = off.mean(axis=1) / spread.mean()
    return Scored(1 - left, (left[:, None] * spread - off) / spread.mean())


def score_left_out(
    metric: str, score: Callable[..., Scored], y: pd.Series, answers: np.ndarray, fold_of: np.ndarray
) -> Scored:
    """Score answers for creators left out, by a metric that knows of the folds where it has to."""
    known = (fold_of[: len(answers)],) if metric in WITHIN_FOLDS else ()
    return score(y.to_numpy(), answers, *known)


def compare_answers(
    y: pd.Series,
    answered: Mapping[str, np.ndarray],
    scores: Scores,
    fold_of: np.ndarray,
    *,
    baseline: str,
    reference: str,
) -> pd.DataFrame:
    """Say how good each model's answers are, and by how much better than two others'."""
    rows = []
    for metric, score in scores.items():
        scored = {
            model: score_left_out(metric, score, y, answers, fold_of) for model, answers in answered.items()
        }
        sign = -1 if metric in LOWER_IS_BETTER else 1
        for model, one in scored.items():
            value, low, high = left_out_interval(one, fold_of)
            fits = len(one.each) * (fold_of.max() + 1)
            row = {"metric": metric, "model": model, "n": len(y), "fits": fits}
            row |= {"value": value, "low": low, "high": high}
            for role, other in (("baseline", baseline), ("reference", reference)):
                gain = subtract_scores(one, scored[other], sign)
                value, low, high = left_out_interval(gain, fold_of)
                row |= {role: other, f"over_{role}": value, f"over_{role}_low": low}
                row |= {f"over_{role}_high": high, f"beats_{role}": low > 0}
            rows.append(row)
    return pd.DataFrame(rows)


def predict_parts(
    parts: Mapping[str, Inputs],
    samples: Sequence[str],
    models: Mapping[str, BaseEstimator],
    answer: Answer,
    answered: str,
) -> pd.DataFrame:
    """Fit each model on train and let it answer for the samples, creator by creator."""
    train = parts["train"]
    with steady_fits():
        fitted = {name: clone(model).fit(train.X, train.y) for name, model in models.items()}
        predictions = [
            pd.DataFrame(
                {
                    "model": name,
                    "sample": sample,
                    "handle": parts[sample].creators["handle"],
                    "actual": parts[sample].y,
                    answered: answer(model, parts[sample].X),
                }
            )
            for name, model in fitted.items()
            for sample in samples
        ]
    return hand_on(train.creators, pd.concat(predictions, ignore_index=True))


def pick_sample(predictions: pd.DataFrame, sample: str) -> pd.DataFrame:
    """Give the predictions for one part of the split."""
    part = predictions[predictions["sample"] == sample]
    if part.empty:
        raise ModelError(f"There are no predictions for the {sample} creators; name them in `samples`.")
    return part


def interval_scores(predictions: pd.DataFrame, answered: str, scores: Scores, *, sample: str) -> pd.DataFrame:
    """Score predictions for one part of the split, with 95 % intervals from the creators' influence."""
    part = pick_sample(predictions, sample)
    rows = []
    for metric, score in scores.items():
        for model, rows_of_model in part.groupby("model", sort=False):
            actual, answers = rows_of_model["actual"].to_numpy(), rows_of_model[answered].to_numpy()
            values, influence = score(actual, answers[None])
            n, value = len(actual), float(values[0])
            reach = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * influence[0].std(ddof=1) / np.sqrt(n)
            row = {"metric": metric, "model": model, "n": n, "value": value}
            rows.append(row | {"low": value - reach, "high": value + reach, "sample": sample})
    return hand_on(predictions, pd.DataFrame(rows))


def choose_model(scores: pd.DataFrame, metric: str) -> str:
    """Name the model that is best on the validation creators.

    Parameters
    ----------
    scores : DataFrame
        From `model.interval_predictions` or `model.score_probabilities`, of the sample "validate".
    metric : one of its metrics

    Returns
    -------
    str
        The first of the best, in the order of the table, where simpler models stand first.

    Raises
    ------
    ModelError
        If the scores are of other creators: choosing on test would spoil it.

    >>> scores = pd.DataFrame({"metric": "auc", "model": ["rule", "forest"], "value": [0.5, 0.6]})
    >>> choose_model(scores.assign(sample="validate"), "auc")
    'forest'
    """
    others = sorted(set(scores["sample"]) - {"validate"})
    if others:
        raise ModelError(f"Models are chosen on validate; these scores are of {', '.join(others)}.")
    known = scores[scores["metric"] == metric]
    if known.empty:
        metrics = ", ".join(scores["metric"].unique())
        raise ModelError(f"There are no scores by {metric!r}; known are {metrics}.")
    values = known.set_index("model")["value"]
    return str(values.idxmin() if metric in LOWER_IS_BETTER else values.idxmax())
