"""What a model may know of a creator: questions, engineered features, and the checks before a fit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn import config_context
from threadpoolctl import threadpool_limits

from columns import list_score
from creators import profile_features
from leakage import ModelError

MINIMUM_ROWS = 50
REACTIONS = ("likes", "comments", "shares")
REACTION_RATES = tuple(f"{reaction}_per_1000_views" for reaction in REACTIONS)
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
LEAST_SHARES_QUANTILE = 0.05
PARTS = ("train", "validate", "test")


class Question(NamedTuple):
    """What is asked: a target (for success: the count whose top quarter it is) and what may explain it."""

    target: str
    features: tuple[str, ...]
    asks: str


REGRESSION_QUESTIONS = (
    Question(
        "engagement", ("subscribers", *PROFILE), "What does a profile tell, without a look at the videos?"
    ),
    Question("interactions", ("subscribers", "views"), "How many interactions go with a view count?"),
    Question("shares", ("subscribers", "views", "likes", "comments"), "What goes with being passed on?"),
)
SUCCESS_QUESTIONS = (
    Question(
        "engagement", ("subscribers", *PROFILE), "What does a profile tell, without a look at the videos?"
    ),
    Question(
        "engagement", ("subscribers", *PROFILE, *REACTION_RATES), "And once it is known how viewers react?"
    ),
    Question("interactions", ("subscribers", "views"), "Who has many interactions, given the views?"),
)
FEATURE_GROUPS = {"profile": PROFILE, "reactions per view": REACTION_RATES}
LIST_BAR = {"the list's bar": ("shares_needed",)}


def add_features(creators: pd.DataFrame) -> pd.DataFrame:
    """Add what can be engineered from one list: profile, reactions per view, and the list's own bar.

    Parameters
    ----------
    creators : DataFrame of shape (creators, …)
        From `prepare.clean`.

    Returns
    -------
    DataFrame
        With the columns `PROFILE` (bool), `REACTION_RATES` (per 1,000 views) and `shares_needed`: how many
        shares per video a creator with these views, likes and comments needs to be in the list at all, and
        no fewer than 19 in 20 creators have. It knows how the list is made, not what makes people share.

    Raises
    ------
    ModelError
        If a column isn't there.

    Source: the rule of the list, views x likes x (comments + shares), is recovered in `ranking`. Its bar is
    the least product in this list.

    >>> one = {"handle": "a.b", "name": "A", "views": 2000.0, "likes": 100.0, "comments": 4.0, "shares": 6.0}
    >>> add_features(pd.DataFrame([one]))[list(REACTION_RATES)].values.tolist()
    [[50.0, 2.0, 3.0]]
    """
    require_columns(creators, ["handle", "name", "views", *REACTIONS])
    rates = {
        rate: 1000 * creators[reaction] / creators["views"]
        for rate, reaction in zip(REACTION_RATES, REACTIONS, strict=True)
    }
    reactions_needed = list_score(creators).min() / (creators["views"] * creators["likes"])
    least_shares = creators["shares"].quantile(LEAST_SHARES_QUANTILE)
    needed = (reactions_needed - creators["comments"]).clip(lower=least_shares)
    return creators.assign(**profile_features(creators), **rates, shares_needed=needed)


def log_counts(X: pd.DataFrame) -> pd.DataFrame:
    """Take log1p of the numeric features and leave flags as 0 and 1: the first step of each pipeline.

    Parameters
    ----------
    X : DataFrame of shape (creators, features)
        Counts or rates, never negative; flags as bool.

    Returns
    -------
    DataFrame of the same shape

    Raises
    ------
    ModelError
        If a count is negative.

    >>> log_counts(pd.DataFrame({"likes": [0.0, 1.0], "has_emoji": [True, False]})).round(2).values.tolist()
    [[0.0, 1.0], [0.69, 0.0]]
    """
    values = X.to_numpy(float)
    lowest = values.min(axis=0, initial=0)
    if (lowest < 0).any():
        column = X.columns[lowest.argmin()]
        raise ModelError(f"Column {column!r} goes down to {lowest.min():g}; counts aren't negative.")
    is_flag = [pd.api.types.is_bool_dtype(dtype) for dtype in X.dtypes]
    return pd.DataFrame(np.where(is_flag, values, np.log1p(values)), index=X.index, columns=X.columns)


def in_fixed_order(creators: pd.DataFrame) -> pd.DataFrame:
    """Order creators by handle, so that no result hangs on the order in which they came.

    >>> in_fixed_order(pd.DataFrame({"handle": ["b", "a"]}))["handle"].tolist()
    ['a', 'b']
    """
    return creators.sort_values("handle", kind="stable", ignore_index=True)


def join_parts(split: Sequence[pd.DataFrame], samples: Sequence[str]) -> pd.DataFrame:
    """Put the named parts of a split together again, in fixed order.

    Parameters
    ----------
    split : prepare.Split
        Frames `train`, `validate`, `test`.
    samples : names of the parts

    Returns
    -------
    DataFrame
        With the `attrs` of train.

    >>> parts = [pd.DataFrame({"handle": [name]}) for name in ("c", "a", "b")]
    >>> join_parts(parts, ["train", "test"])["handle"].tolist()
    ['b', 'c']
    """
    parts = name_parts(split)
    joined = in_fixed_order(pd.concat([parts[sample] for sample in samples], ignore_index=True))
    joined.attrs = dict(parts["train"].attrs)
    return joined


def name_parts(split: Sequence[pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give the parts of a split by name.

    >>> list(name_parts([pd.DataFrame()] * 3))
    ['train', 'validate', 'test']
    """
    if len(split) != len(PARTS):
        raise ModelError(f"A split has three parts, train, validate and test; this one has {len(split)}.")
    return dict(zip(PARTS, split, strict=True))


@contextmanager
def steady_fits() -> Iterator[None]:
    """Keep fits on one thread, without scikit-learn's checks of what `require_usable` has checked.

    Threads add floating-point numbers in another order, and on a thousand rows they only wait for each other.
    """
    with threadpool_limits(limits=1), config_context(assume_finite=True, skip_parameter_validation=True):
        yield


def take(creators: pd.DataFrame, columns: str | Sequence[str]) -> pd.Series | pd.DataFrame:
    """Give a target or features without `attrs`, which pandas would copy at each step of each fit.

    >>> take(pd.DataFrame({"likes": [1.0]}), ["likes"]).attrs
    {}
    """
    taken = creators[columns if isinstance(columns, str) else list(columns)]
    taken.attrs = {}
    return taken


def require_models(models: dict[str, object], names: Sequence[str | None]) -> None:
    """Refuse a model's name that isn't known.

    >>> require_models({"OLS": ...}, ["ols"])
    Traceback (most recent call last):
    ...
    leakage.ModelError: There is no model 'ols'; these are known: OLS.
    """
    for name in names:
        if name is not None and name not in models:
            raise ModelError(f"There is no model {name!r}; these are known: {', '.join(models)}.")


def require_columns(creators: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a frame in which a column is missing."""
    missing = [column for column in columns if column not in creators.columns]
    if missing:
        raise ModelError(
            f"There is no column {', '.join(map(repr, missing))}; this frame has "
            f"{', '.join(map(str, creators.columns))}. Pass a list from prepare.clean, and through "
            "features.add_features where a feature is engineered."
        )


def require_usable(
    creators: pd.DataFrame, target: str, features: Sequence[str], *, to_fit: bool = True
) -> None:
    """Refuse what can't be modelled, in one sentence that names the column and the creator.

    Parameters
    ----------
    creators : DataFrame of shape (creators, …)
    target : name of a numeric or bool column
    features : names of numeric or bool columns
    to_fit : whether something is to be fitted on them, or they are only to be predicted

    Raises
    ------
    ModelError
        A column that is missing, empty here or there, infinite or text; the target among the features; a
        feature twice; a creator twice; too few creators; a constant target; one class only.
    """
    if isinstance(features, str) or not len(features):
        raise ModelError("Name the features as a list of at least one column.")
    require_columns(creators, ["handle", target, *features])
    if target in features:
        raise ModelError(f"The target {target!r} is among its own features; take it out of them.")
    if len(set(features)) < len(features):
        raise ModelError(f"A feature is named twice: {', '.join(features)}.")
    needed = MINIMUM_ROWS if to_fit else 1
    if len(creators) < needed:
        raise ModelError(f"There are {len(creators)} creators; at least {needed} are needed.")
    for column in (target, *features):
        _require_numbers(creators, column)
    if doubled := creators["handle"][creators["handle"].duplicated()].tolist():
        raise ModelError(f"Creator {doubled[0]!r} is there twice; prepare.clean leaves one row a creator.")
    values = creators[target]
    if to_fit and (values == values.iloc[0]).all():
        only = (
            f"only one class, {values.iloc[0]}"
            if values.dtype == bool
            else f"{values.iloc[0]:g} for everybody"
        )
        raise ModelError(f"There is nothing to learn from a constant target: {target!r} is {only}.")


def require_label(
    creators: pd.DataFrame, target: str, features: Sequence[str], *, to_fit: bool = True
) -> None:
    """Refuse a label that isn't True or False, and what `require_usable` refuses."""
    require_columns(creators, [target])
    if creators[target].dtype != bool:
        raise ModelError(
            f"Column {target!r} must be True or False, as prepare.label_success makes it; "
            f"it is {creators[target].dtype}."
        )
    require_usable(creators, target, features, to_fit=to_fit)


def require_positive(creators: pd.DataFrame, target: str) -> None:
    """Refuse a target that has no logarithm."""
    wrong = creators[~(creators[target] > 0)]
    if len(wrong):
        raise ModelError(
            f"Column {target!r} is {wrong[target].iloc[0]:g} for creator {wrong['handle'].iloc[0]!r} "
            f"({len(wrong)} such rows); its logarithm is needed, so leave these out or choose another target."
        )


def _require_numbers(creators: pd.DataFrame, column: str) -> None:
    values = creators[column]
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
        raise ModelError(f"Column {column!r} holds {values.dtype}, not numbers or flags.")
    wrong = np.flatnonzero(~np.isfinite(values.to_numpy(float, na_value=np.nan)))
    if wrong.size:
        raise ModelError(
            f"Column {column!r} is {values.iloc[wrong[0]]} for creator {creators['handle'].iloc[wrong[0]]!r} "
            f"({wrong.size} such rows); prepare.clean leaves out creators with missing counts."
        )
