"""The names of what is counted, and one way to refuse a frame that lacks some of it."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np
import pandas as pd

P, T = ParamSpec("P"), TypeVar("T")

METRICS = ("subscribers", "views", "likes", "comments", "shares")
ENGAGEMENT_PARTS = ("views", "likes", "comments", "shares")
INTERACTION_PARTS = ("likes", "comments", "shares")
WHOLES = {"engagement": ENGAGEMENT_PARTS, "interactions": INTERACTION_PARTS}  # what success is judged by
SUCCESS_QUANTILE = 0.75
COLUMNS = ("month", "rank", "handle", "name", *METRICS, "engagement", "interactions", "engagement_rate")
LEAST_COUNT = 0.5  # a count printed as 0 is below one half: its log is taken there, not at minus infinity
UNKNOWN_MONTH = "unknown"  # of a list that doesn't say when it was made
MONTH_FORMAT = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
TEXT = pd.StringDtype("python", na_value=np.nan)  # `str` as objects, with which Python works, Arrow or not
CLEANED = "hand over what prepare.clean() gave"


class ExploreError(ValueError):
    """A question that these data can't answer, in one sentence."""


def require_columns(
    df: pd.DataFrame,
    needed: Iterable[str],
    error: type[Exception],
    *,
    whose: str = "The frame",
    hint: str = CLEANED,
) -> None:
    """Refuse a frame in which a column is missing, in one sentence of the caller's own error type."""
    missing = [column for column in needed if column not in df.columns]
    if missing:
        there = ", ".join(map(str, df.columns)) or "none"
        raise error(f"{whose} has no column {', '.join(map(repr, missing))} (it has {there}): {hint}.")


def takes_names(*parameters: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a function that takes lists of names take one name too: "views" means ["views"]."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        signature = inspect.signature(function)

        @wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> T:
            given = signature.bind(*args, **kwargs)
            for name in set(parameters) & set(given.arguments):
                given.arguments[name] = _listed(given.arguments[name])
            return function(*given.args, **given.kwargs)

        return called

    return decorate


def _listed(names: object) -> object:
    if isinstance(names, Mapping):
        return {key: _listed(value) for key, value in names.items()}
    return [names] if isinstance(names, str) else names


def require_month(month: object, error: type[Exception]) -> None:
    """Refuse what isn't written as months are, `YYYY-MM`."""
    if not isinstance(month, str) or not MONTH_FORMAT.fullmatch(month):
        raise error(f"{month!r} is no month: write it as YYYY-MM, such as 2022-07.")


def list_score(df: pd.DataFrame) -> pd.Series:
    """Compute what the published list is ordered by, of which only the order means something."""
    return (df["views"] * df["likes"] * (df["comments"] + df["shares"])).rename("score")
