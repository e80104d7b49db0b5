"""What a fit is given: the creators of a split, checked, in a fixed order, and the same on any machine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.base import BaseEstimator
from threadpoolctl import ThreadpoolController

from tiktok.leakage import MIN_ROWS
from tiktok.leakage.audit import ModelError, TooFewError, require_no_leakage
from tiktok.lists.columns import require_columns

PARTS = ("train", "validate", "test")
HINT = "pass a list from prepare.clean, and through add_features where a feature is engineered"
Kind = Literal["number", "count", "label"]  # what a target must be: a count has a logarithm
Models = Mapping[str, BaseEstimator] | Sequence[str] | None


class Inputs(NamedTuple):
    """Checked creators in the order of their handles, so that no result hangs on how they came."""

    creators: pd.DataFrame
    X: pd.DataFrame
    y: pd.Series


def take_inputs(
    creators: pd.DataFrame, target: str, features: Sequence[str], kind: Kind, *, to_fit: bool = True
) -> Inputs:
    """Check creators, put them in fixed order, and take features and target."""
    require_usable(creators, target, features, kind, to_fit=to_fit)
    ordered = creators.sort_values("handle", kind="stable", ignore_index=True)
    X, y = ordered[list(features)], ordered[target]
    X.attrs, y.attrs = {}, {}  # pandas would copy them at each step of each fit
    return Inputs(ordered, X, y)


def pool_parts(
    split: Sequence[pd.DataFrame],
    samples: Sequence[str],
    target: str,
    features: Sequence[str],
    kind: Kind,
    allow_leakage: bool = False,
) -> Inputs:
    """Put the named parts of a split together, checked and audited for leakage."""
    parts = name_parts(split, samples)
    pooled = pd.concat([parts[sample] for sample in samples], ignore_index=True)
    pooled.attrs = dict(parts["train"].attrs)
    inputs = take_inputs(pooled, target, features, kind)
    if not allow_leakage:
        with steady_fits():
            require_no_leakage(inputs.X, inputs.y)
    return inputs


def separate_parts(
    split: Sequence[pd.DataFrame],
    samples: Sequence[str],
    target: str,
    features: Sequence[str],
    kind: Kind,
    allow_leakage: bool = False,
) -> dict[str, Inputs]:
    """Give train, to fit on, and the named parts, to predict, each checked; train and split are audited."""
    parts = name_parts(split, samples)
    inputs = {
        name: take_inputs(parts[name], target, features, kind, to_fit=name == "train")
        for name in dict.fromkeys(("train", *samples))
    }
    if not allow_leakage:
        with steady_fits():
            require_no_leakage(inputs["train"].X, inputs["train"].y, split=split)
    return inputs


def name_parts(split: Sequence[pd.DataFrame], samples: Sequence[str] = ()) -> dict[str, pd.DataFrame]:
    """Give the parts of a split by name, and refuse samples that are none."""
    if len(split) != len(PARTS):
        raise ModelError(f"A split has three parts, train, validate and test; this one has {len(split)}.")
    require_known("part", PARTS, samples)
    return dict(zip(PARTS, split, strict=True))


@cache
def _find_threads() -> ThreadpoolController:
    return ThreadpoolController()  # all libraries that compute are loaded with this module


@contextmanager
def steady_fits() -> Iterator[None]:
    """Keep fits on one thread, without scikit-learn's checks of what `require_usable` has checked."""
    # Threads add floats in another order, and on a thousand rows they only wait for each other.
    with _find_threads().limit(limits=1), config_context(assume_finite=True, skip_parameter_validation=True):
        yield


def pick_models(
    models: Models, own: Mapping[str, BaseEstimator], needed: Sequence[str] = ()
) -> Mapping[str, BaseEstimator]:
    """Give the caller's models, or a module's own of those names, by default all; needed ones always."""
    if not isinstance(models, Mapping):
        names = own if models is None else [models] if isinstance(models, str) else models
        require_known("model", own, names)
        models = {name: own[name] for name in names}
    models = {name: own[name] for name in needed if name in own and name not in models} | dict(models)
    require_known("model", models, needed)
    return models


def require_known(what: str, known: Iterable[str], names: Iterable[str]) -> None:
    """Refuse a name that isn't known."""
    for name in names:
        if name not in known:
            raise ModelError(f"There is no {what} {name!r}; these are known: {', '.join(known)}.")


def require_usable(
    creators: pd.DataFrame, target: str, features: Sequence[str], kind: Kind, *, to_fit: bool = True
) -> None:
    """Refuse what can't be modelled, in one sentence that names the column and the creator."""
    if isinstance(features, str) or not len(features):
        raise ModelError("Name the features as a list of at least one column.")
    require_columns(creators, ["handle", target, *features], ModelError, hint=HINT)
    if target in features:
        raise ModelError(f"The target {target!r} is among its own features; take it out of them.")
    if kind == "label" and creators[target].dtype != bool:
        raise ModelError(
            f"Column {target!r} must be True or False, as prepare.label_success makes it; "
            f"it is {creators[target].dtype}."
        )
    if len(set(features)) < len(features):
        raise ModelError(f"A feature is named twice: {', '.join(features)}.")
    needed = MIN_ROWS if to_fit else 1
    if len(creators) < needed:
        raise TooFewError(f"There are {len(creators)} creators; at least {needed} are needed.")
    for column in (target, *features):
        _require_numbers(creators, column)
    if doubled := creators["handle"][creators["handle"].duplicated()].tolist():
        raise ModelError(f"Creator {doubled[0]!r} is there twice; prepare.clean leaves one row a creator.")
    values = creators[target]
    if to_fit and (values == values.iloc[0]).all():
        is_label = values.dtype == bool
        only = f"only one class, {values.iloc[0]}" if is_label else f"{values.iloc[0]:g} for everybody"
        raise ModelError(f"There is nothing to learn from a constant target: {target!r} is {only}.")
    if kind == "count":
        require_positive(creators, target)


def require_positive(creators: pd.DataFrame, column: str) -> None:
    """Refuse a column that has no logarithm."""
    wrong = creators[~(creators[column] > 0)]
    if len(wrong):
        raise ModelError(
            f"Column {column!r} is {wrong[column].iloc[0]:g} for creator {wrong['handle'].iloc[0]!r} "
            f"({len(wrong)} such rows); its logarithm is needed, so leave these out or choose another column."
        )


def _require_numbers(creators: pd.DataFrame, column: str) -> None:
    values = creators[column]
    if not pd.api.types.is_numeric_dtype(values):  # as flags are too
        raise ModelError(f"Column {column!r} holds {values.dtype}, not numbers or flags.")
    wrong = np.flatnonzero(~np.isfinite(values.to_numpy(float, na_value=np.nan)))
    if wrong.size:
        raise ModelError(
            f"Column {column!r} is {values.iloc[wrong[0]]} for creator {creators['handle'].iloc[wrong[0]]!r} "
            f"({wrong.size} such rows); prepare.clean leaves out creators with missing counts."
        )
