"""A creator's chance to be in the next list and to succeed there, and its engagement if it stays.

Two quantities are followed by a Gaussian process (`censored_gp`): the height above the list's cut, which
decides who stays, and engagement, which is only seen of those who stay. The second is learnt from stayers, so
it speaks of creators who will have stayed; the chance to succeed is the chance to stay times that of the top
quarter if so.

Creators of one list move together: its median does, and so does how far they scatter. So intervals of
engagement don't rest on creators alone, but on whole steps that were left out and forecast from the others:
on either side they reach as far as the step that was hardest there. If a new step is like the ones before, it
is no harder than all k of them with probability k / (k + 1): few steps make no close promise.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from tiktok.forecast.censored_gp import KERNELS, FittedGP, Kernel, Observations, fit_gp, predict_gp
from tiktok.forecast.relative_features import HEIGHT, LEVEL, TERMS, AlignedLists, collect_observations
from tiktok.resampling import percentile_interval

COVERAGE = 0.9
SURE = 1e-4  # no chance is given as 0 or 1
ALL_KERNELS = dict.fromkeys(TERMS, KERNELS)


class FittedChances(NamedTuple):
    """What was learnt from lists of the past: a model by quantity, and what their chances to stay were worth.

    `reach`: how many standard deviations an interval of engagement goes down and up. `terms`: what the level
    of each quantity depends on; `memory`: whether lists before count.
    """

    models: dict[str, FittedGP]
    calibration: ClassifierMixin
    reach: tuple[float, float]
    terms: Mapping[str, Sequence[str]]
    memory: bool


def fit_chances(
    lists: AlignedLists,
    *,
    kernels: Mapping[str, Sequence[Kernel]] = ALL_KERNELS,
    terms: Mapping[str, Sequence[str]] = TERMS,
    memory: bool = True,
    reach: tuple[float, float] | None = None,
) -> FittedChances:
    """Learn from every list on its way to every later one, which makes the most of few lists.

    `reach` is taken over where it is given: finding it takes most of the time.
    """
    steps = list(combinations(lists.months, 2))
    observations = {
        quantity: {
            step: collect_observations(lists, *step, quantity, terms[quantity], memory=memory)
            for step in steps
        }
        for quantity in TERMS
    }
    models = {
        quantity: fit_gp(
            list(observations[quantity].values()), censored=quantity == HEIGHT, kernels=kernels[quantity]
        )
        for quantity in TERMS
    }
    heights = list(observations[HEIGHT].values())
    signs = np.vstack([_signs_of_staying(models[HEIGHT], observed, observed) for observed in heights])
    stayed = ~np.isnan(np.concatenate([observed.target for observed in heights]))
    calibration = DummyClassifier() if len(np.unique(stayed)) == 1 else LogisticRegression()
    reach = reach or _find_reach(lists, observations[LEVEL], models[LEVEL].kernels)
    return FittedChances(models, calibration.fit(signs, stayed), reach, terms, memory)


def _find_reach(
    lists: AlignedLists, observations: Mapping[tuple[str, str], Observations], kernels: Sequence[Kernel]
) -> tuple[float, float]:
    """Leave out each step, forecast it, and take the hardest: 5th and 95th percentile of what was missed."""
    medians = lists.measures["engagement"]
    sides = []
    for month, later in pairwise(lists.months):
        left_out = observations[month, later]
        # nothing that ends in the later list; of a single step, the step itself
        known = [observed for step, observed in observations.items() if step[1] != later] or [left_out]
        mean, spread = predict_gp(fit_gp(known, censored=False, kernels=kernels), left_out)
        missed = (left_out.target + medians[later] - medians[month] - mean) / spread
        sides.append(percentile_interval(missed, COVERAGE))
    lows, highs = zip(*sides, strict=True)
    return min(lows), max(highs)


def predict_chances(
    fitted: FittedChances, lists: AlignedLists, later: str, rows: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Say what to expect of creators of the last list in a later month; `fitted` is learnt from these lists.

    `rows` are clients, described as the rows of the last list are; default those rows. `stayed`,
    `success_next`: chances; `level`: expected log engagement relative to the list's median, if it stays;
    `level_low`, `level_high`: 90 % interval. All suppose that the next list has the median and the top
    quarter of this one.
    """
    month = lists.months[-1]
    whole = lists.rows[lists.rows["month"] == month]
    rows = whole if rows is None else rows

    def observe(quantity: str, rows: pd.DataFrame) -> Observations:
        terms = fitted.terms[quantity]
        return collect_observations(lists, month, later, quantity, terms, memory=fitted.memory, rows=rows)

    signs = _signs_of_staying(fitted.models[HEIGHT], observe(HEIGHT, rows), observe(HEIGHT, whole))
    stays = chance_of_yes(fitted.calibration, signs)
    levels = observe(LEVEL, rows)
    mean, spread = predict_gp(fitted.models[LEVEL], levels)
    residuals = np.sort(fitted.models[LEVEL].residuals)
    needed = (lists.measures.loc[month, "top_quarter"] - mean) / spread
    top = 1 - np.searchsorted(residuals, needed) / len(residuals)
    low, high = fitted.reach
    stayed, success = np.clip([stays, stays * top], SURE, 1 - SURE)
    given = {"stayed": stayed, "success_next": success, "level": mean}
    given |= {"level_low": mean + low * spread, "level_high": mean + high * spread}
    return pd.DataFrame(given, index=rows.index)


def _signs_of_staying(score: FittedGP, observed: Observations, whole: Observations) -> np.ndarray:
    """Give how many spreads above the cut a creator is expected, and whether it was in the list before."""
    mean, spread = predict_gp(score, observed)
    return np.column_stack([mean / spread, _was_listed(observed) - _was_listed(whole).mean()])


def _was_listed(observed: Observations) -> np.ndarray:
    return (~np.isnan(observed.past[:, 1:2])).any(axis=1).astype(float)


def chance_of_yes(fitted: ClassifierMixin, X: np.ndarray) -> np.ndarray:
    """Give the chance of yes, also where the past knew nothing but yes, or nothing but no."""
    return fitted.predict_proba(X) @ fitted.classes_.astype(float) if len(X) else np.empty(0)
