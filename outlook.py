"""A creator's outlook: the chance to be in the next list, to succeed there, and its engagement if it stays.

Two drifts are followed (see `drift`): the height above the list's cut, which decides who stays, and
engagement, which is only seen of those who stay. The second is learnt from stayers, so it speaks of creators
who will have stayed; the chance to succeed is the chance to stay times that of the top quarter if so.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from drift import SHAPES, Drift, Passage, Shape, fit_drift, predict_drift
from levels import ENGAGEMENT_TERMS, SCORE_TERMS, Lists, make_passage

COVERAGE = 0.9
SURE = 1e-4  # no chance is given as 0 or 1


class Outlook(NamedTuple):
    """What was learnt from lists of the past: both drifts, and what their chances to stay were worth there.

    `terms`: what the levels of height and engagement depend on; `memory`: whether lists before count.
    """

    score: Drift
    engagement: Drift
    calibration: ClassifierMixin
    terms: tuple[Sequence[str], Sequence[str]]
    memory: bool


def fit_outlook(
    lists: Lists,
    *,
    shapes: tuple[Sequence[Shape], Sequence[Shape]] = (SHAPES, SHAPES),
    terms: tuple[Sequence[str], Sequence[str]] = (SCORE_TERMS, ENGAGEMENT_TERMS),
    memory: bool = True,
) -> Outlook:
    """Learn from every list on its way to every later one.

    Parameters
    ----------
    lists : Lists
        Two or more.
    shapes : what the drifts of height and of engagement may look like
    terms : columns of `lists.rows` that the levels of height and of engagement depend on
    memory : bool
        Whether what a creator did in lists before counts.

    Returns
    -------
    Outlook
    """
    steps = list(combinations(lists.months, 2))
    heights = [_pass(lists, *step, terms[0], memory, score=True) for step in steps]
    score = fit_drift(heights, censored=True, shapes=shapes[0])
    signs = np.vstack([_read_signs(score, passage, _share_listed_last(passage)) for passage in heights])
    stayed = np.concatenate([~np.isnan(passage.target) for passage in heights])
    calibration = DummyClassifier() if len(np.unique(stayed)) == 1 else LogisticRegression()
    levels = [_pass(lists, *step, terms[1], memory, score=False) for step in steps]
    engagement = fit_drift(levels, censored=False, shapes=shapes[1])
    return Outlook(score, engagement, calibration.fit(signs, stayed), terms, memory)


def give_outlook(
    outlook: Outlook, lists: Lists, later: str, rows: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Say what is ahead of the creators of the last list.

    Parameters
    ----------
    outlook : Outlook
        Learnt from these very lists.
    lists : Lists
    later : str
        The month that is to be forecast.
    rows : DataFrame, optional
        Clients, described as the rows of the last list are; default those rows.

    Returns
    -------
    DataFrame, on the index of the rows
        `stayed`, `success_next`: chances; `level`: expected log engagement relative to the list's median, if
        it stays; `level_low`, `level_high`: 90 % interval. All suppose that the next list has the median and
        the top quarter of this one.
    """
    month, memory = lists.months[-1], outlook.memory
    whole = lists.rows[lists.rows["month"] == month]
    rows = whole if rows is None else rows
    heights = _pass(lists, month, later, outlook.terms[0], memory, score=True, rows=rows)
    share = _share_listed_last(_pass(lists, month, later, outlook.terms[0], memory, score=True, rows=whole))
    stays = _chance(outlook.calibration, _read_signs(outlook.score, heights, share))
    levels = _pass(lists, month, later, outlook.terms[1], memory, score=False, rows=rows)
    mean, spread = predict_drift(outlook.engagement, levels)
    residuals = np.sort(outlook.engagement.residuals)
    needed = (lists.measures.loc[month, "top_quarter"] - mean) / spread
    top = 1 - np.searchsorted(residuals, needed) / len(residuals)
    low, high = np.quantile(residuals, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    chances = np.clip([stays, stays * top], SURE, 1 - SURE)
    ahead = dict(zip(("stayed", "success_next"), chances, strict=True))
    ahead |= {"level": mean, "level_low": mean + low * spread, "level_high": mean + high * spread}
    return pd.DataFrame(ahead, index=rows.index)


def _pass(
    lists: Lists,
    month: str,
    later: str,
    terms: Sequence[str],
    memory: bool,
    *,
    score: bool,
    rows: pd.DataFrame | None = None,
) -> Passage:
    passage = make_passage(lists, month, later, score=score, terms=terms, rows=rows)
    if memory:
        return passage
    return passage._replace(states=passage.states[:, :1], days=passage.days[[0, -1]])


def _read_signs(score: Drift, passage: Passage, share_listed_last: float) -> np.ndarray:
    """Give how many spreads above the cut a creator is expected, and whether it was in the list before."""
    mean, spread = predict_drift(score, passage)
    return np.column_stack([mean / spread, _listed_last(passage) - share_listed_last])


def _listed_last(passage: Passage) -> np.ndarray:
    if passage.states.shape[1] == 1:
        return np.zeros(len(passage.states))
    return (~np.isnan(passage.states[:, 1])).astype(float)


def _share_listed_last(passage: Passage) -> float:
    return float(_listed_last(passage).mean())


def _chance(calibration: ClassifierMixin, signs: np.ndarray) -> np.ndarray:
    """Give the chance of yes, also where the past knew nothing but yes, or nothing but no."""
    if not len(signs):
        return np.empty(0)
    return calibration.predict_proba(signs) @ calibration.classes_.astype(float)
