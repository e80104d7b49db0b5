"""What a model may know of a creator: the questions, and features engineered from a list."""

from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from tiktok.leakage.audit import ModelError
from tiktok.lists.columns import INTERACTION_PARTS, list_score, require_columns
from tiktok.model.inputs import require_known
from tiktok.prepare.profile import profile_features

REACTION_RATES = tuple(f"{reaction}_per_1000_views" for reaction in INTERACTION_PARTS)
PROFILE = (
    "name_not_latin",
    "name_has_emoji",
    "handle_has_dot",
    "handle_has_digit",
    "handle_has_underscore",
    "says_official",
    "name_length",
    "handle_length",
)
FEATURE_GROUPS = {
    "profile": PROFILE,
    "marks": PROFILE,  # by this name in the story's part on counts
    "reactions per view": REACTION_RATES,
    "the list's bar": ("shares_needed",),
}
LEAST_SHARES_QUANTILE = 0.05


class Question(NamedTuple):
    """What is asked: a target (for success: the count whose top quarter it is) and what may explain it."""

    target: str
    features: tuple[str, ...]
    asks: str

    def knowing(self, group: str) -> Self:
        """Ask the same where a group of `feature_groups` is known as well."""
        return self._replace(features=(*self.features, *feature_groups(group)[group]))


ALONE = Question("engagement", ("subscribers",), "What do subscribers alone tell?")


def regression_questions() -> tuple[Question, ...]:
    """Give the questions about a count that the story asks.

    Returns
    -------
    tuple of Question
        Each with `target`, `features` (of them some from `add_features`) and `asks`, a sentence.

    >>> [(question.target, len(question.features)) for question in regression_questions()]
    [('engagement', 1), ('interactions', 2), ('shares', 4)]
    """
    rest = ("subscribers", "views", "likes", "comments")
    return (
        ALONE,
        Question("interactions", ("subscribers", "views"), "How many interactions go with a view count?"),
        Question("shares", rest, "What goes with being passed on?"),
    )


def success_questions() -> tuple[Question, ...]:
    """Give the questions about success that the story asks.

    Returns
    -------
    tuple of Question
        As `regression_questions`; `target` is the count whose top quarter is success.

    >>> success_questions()[0].asks
    'What do subscribers alone tell?'
    """
    known = ("subscribers", *REACTION_RATES)
    return ALONE, Question("engagement", known, "And once it is known how viewers react?")


def feature_groups(*names: str) -> dict[str, tuple[str, ...]]:
    """Give groups of features that `add_features` engineers, to be added to others or left out.

    Parameters
    ----------
    names : which groups; all by default

    Returns
    -------
    dict of the features' names by group
        "profile" (name and handle; "marks" are the same), "reactions per view" and "the list's bar".

    Raises
    ------
    ModelError
        On an unknown name.

    >>> feature_groups("the list's bar", "reactions per view")["the list's bar"]
    ('shares_needed',)
    """
    require_known("group of features", FEATURE_GROUPS, names)
    return {name: FEATURE_GROUPS[name] for name in names or FEATURE_GROUPS}


def add_features(creators: pd.DataFrame) -> pd.DataFrame:
    """Add what can be engineered from one list: profile, reactions per view, and the list's own bar.

    Parameters
    ----------
    creators : DataFrame of shape (creators, …)
        From `prepare.clean`.

    Returns
    -------
    DataFrame
        With the columns of `feature_groups`: the profile (bool, lengths in characters), reactions (per 1,000
        views) and `shares_needed`: how many shares per video a creator with these views, likes and comments
        needs to be in the list at all, and no fewer than 19 in 20 creators have. It knows how the list is
        made, not what makes people share.

    Raises
    ------
    ModelError
        If a column isn't there.

    Source: the rule of the list, views x likes x (comments + shares), which `explore.explain_order` recovers.
    Its bar is the least product in this list.

    >>> one = {"handle": "a.b", "name": "A", "views": 2000.0, "likes": 100.0, "comments": 4.0, "shares": 6.0}
    >>> add_features(pd.DataFrame([one]))[list(REACTION_RATES)].values.tolist()
    [[50.0, 2.0, 3.0]]
    """
    require_columns(creators, ["handle", "name", "views", *INTERACTION_PARTS], ModelError)
    rates = {
        rate: 1000 * creators[reaction] / creators["views"]
        for rate, reaction in zip(REACTION_RATES, INTERACTION_PARTS, strict=True)
    }
    reactions_needed = list_score(creators).min() / (creators["views"] * creators["likes"])
    least_shares = creators["shares"].quantile(LEAST_SHARES_QUANTILE)
    needed = (reactions_needed - creators["comments"]).clip(lower=least_shares)
    return creators.assign(**profile_features(creators), **rates, shares_needed=needed)


def log_counts(X: pd.DataFrame) -> pd.DataFrame:
    """Take log1p of counts and rates and leave flags as 0 and 1: the first step of each pipeline."""
    values = X.to_numpy(float)
    lowest = values.min(axis=0, initial=0)
    if (lowest < 0).any():
        column = X.columns[lowest.argmin()]
        raise ModelError(f"Column {column!r} goes down to {lowest.min():g}; counts aren't negative.")
    is_flag = [pd.api.types.is_bool_dtype(dtype) for dtype in X.dtypes]
    return pd.DataFrame(np.where(is_flag, values, np.log1p(values)), index=X.index, columns=X.columns)
