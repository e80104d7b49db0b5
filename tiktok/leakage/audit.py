"""The leakage audit: do the features rebuild the target, or does the split let a creator stand on both sides?

A model that is handed the parts of a sum learns to add, and its R² of 1 says nothing about the world. The
audit runs before every fit. What it looks for in the features is in `leakage.checks`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import combinations

import numpy as np
import pandas as pd

from tiktok.leakage import MIN_ROWS
from tiktok.leakage.checks import AUC_SUSPECT, R2_SUSPECT, Row, check_features
from tiktok.leakage.formulas import Columns
from tiktok.tables import Results

SEED = 20220701
MIN_OF_A_CLASS = 5
NOT_A_MEASURE = ("rank",)  # a creator who is listed twice stands in two places, with the same numbers
COINCIDENCES = 0.05  # pairs of rows that chance may make the same before sameness proves nothing

Parts = Sequence[pd.DataFrame] | Mapping[str, pd.DataFrame]


class ModelError(ValueError):
    """What can't be modelled, in one sentence."""


class TooFewError(ModelError):
    """There are too few creators for what was asked; the sentence says how many it takes."""


class LeakageError(ModelError):
    """The features rebuild the target, or the split lets rows through; the sentence says which and how."""


def audit_leakage(
    X: pd.DataFrame,
    y: pd.Series,
    *,
    split: Parts | None = None,
    creator: str = "handle",
    r2_bound: float = R2_SUSPECT,
    auc_bound: float = AUC_SUSPECT,
    seed: int = SEED,
    last_net: bool = True,
) -> pd.DataFrame:
    """Check whether the features give the target away, and whether the split does.

    Parameters
    ----------
    X : DataFrame of shape (rows, features)
        Numbers or flags, on any scale, without missing values.
    y : Series of shape (rows,), or the name of the column of X that is the target
        Numbers; or a label: bool, or two different numbers.
    split : NamedTuple, sequence or mapping of DataFrames, optional
        The parts, as `prepare.split_creators` returns them: no creator and no row may stand in two of them.
    creator : str
        The column of the parts that says whose row it is.
    r2_bound, auc_bound : float
        How much of the target one or a few features may carry in rows left out before they are suspect.
    seed : int
        Decides which rows are left out together.
    last_net : bool
        Ask boosted trees as well, which take most of the time and find suspects alone, no leaks.

    Returns
    -------
    DataFrame, a row a check
        check, features (a tuple of names), evidence (a phrase), verdict (`leak`, `suspect` or `clear`),
        formula ("" where there is none), coefficients (a dict by feature, and `const`, where the formula is a
        sum, or a product: its powers and the log of its constant), score (R² or AUC in rows left out, 1 where
        exact).

        A leak is an exact relation, or an R² of 0.999, or of 0.98 by a feature that is never above the target
        and makes up half of it, or an AUC of 0.995. A suspect is beyond the bounds: it may be an honest
        strong predictor, such as last month's value of a slow quantity, and wants a person's judgement.
        `clear` says that these checks found nothing, not that there is nothing.

    Raises
    ------
    ModelError
        On fewer than 50 rows, missing or infinite values, text, a constant target.

    Source: Kaufman, Rosset, Perlich & Stitelman (2012), Leakage in data mining, ACM TKDD 6(4), for the kinds;
    for the methods see `leakage.formulas` and `leakage.thresholds`.

    >>> X = pd.DataFrame(np.random.default_rng(0).lognormal(size=(60, 3)), columns=["views", "likes", "age"])
    >>> audit = audit_leakage(X, (X.views + X.likes).rename("engagement"))
    >>> audit.loc[audit.verdict == "leak", "formula"].iloc[0]
    'engagement = 1·views + 1·likes'
    """
    if isinstance(y, str):
        X, y = _take_target(X, y)
    X, target = _check_input(X, y)
    inside = _check_target_inside(X, target, y.name)
    rows = [inside]
    if inside.verdict == "leak":
        X = X.drop(columns=list(inside.features))
    X = X.loc[:, X.max() > X.min()]
    if X.shape[1]:
        # One order for the same rows, however they come, so that the same ones are left out together.
        order = np.lexsort([*X.to_numpy().T, target])
        columns = Columns(X.to_numpy()[order], tuple(map(str, X.columns)))
        bound = auc_bound if target.dtype == bool else r2_bound
        rows += check_features(columns, target[order], _name(y), bound=bound, seed=seed, last_net=last_net)
    audit = _tabulate(rows)
    if split is not None:
        audit = Results(pd.concat([audit, audit_split(split, creator=creator)], ignore_index=True))
    return audit


def require_no_leakage(
    X: pd.DataFrame,
    y: pd.Series,
    *,
    allow_leakage: bool = False,
    split: Parts | None = None,
    seed: int = SEED,
) -> pd.DataFrame:
    """Run the audit and refuse to go on if it finds a leak.

    Parameters
    ----------
    X, y, split, seed
        As for `audit_leakage`.
    allow_leakage : bool
        Go on all the same, to show what happens.

    Returns
    -------
    DataFrame
        The audit, without its last net, which raises nothing.

    Raises
    ------
    LeakageError
        In one sentence: the features and the formula. A suspect raises nothing.
    ModelError
        On input that can't be modelled.

    >>> X = pd.DataFrame({"x": np.arange(60.0) ** 2})
    >>> require_no_leakage(X, (2 * X.x).rename("y"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    tiktok.leakage.audit.LeakageError: x rebuilds y: y = 2·x; leave it out, or ...
    """
    audit = audit_leakage(X, y, split=split, seed=seed, last_net=False)
    leaks = audit[audit["verdict"] == "leak"]
    if len(leaks) and not allow_leakage:
        raise LeakageError(_say_leak(leaks, _name(y)))
    return audit


def audit_split(split: Parts, *, creator: str = "handle") -> pd.DataFrame:
    """Check whether a creator, whatever the capitals, or a row stands in more than one part of a split."""
    parts = _name_parts(split)
    rows = []
    lacking = [name for name, part in parts.items() if creator not in part.columns]
    if len(lacking) < len(parts):
        if lacking:
            raise ModelError(f"In the split {lacking[0]} has no column {creator}: add it, as others have it.")
        rows.append(_check_same_creator(parts, creator))
    return _tabulate([*rows, *_check_same_row(parts, creator)])


def _tabulate(rows: Sequence[Row]) -> pd.DataFrame:
    return Results(pd.DataFrame(rows, columns=[column.name for column in fields(Row)]))


def _take_target(X: pd.DataFrame, name: str) -> tuple[pd.DataFrame, pd.Series]:
    """Take the target out of a frame, and leave the numbers and flags beside it."""
    if not isinstance(X, pd.DataFrame) or name not in X:
        raise ModelError(f"There is no column {name!r} to be the target in X.")
    others = X.drop(columns=[name, *NOT_A_MEASURE], errors="ignore")
    return others.select_dtypes(["number", "bool"]), X[name]


def _check_input(X: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, np.ndarray]:
    if not isinstance(X, pd.DataFrame) or not isinstance(y, pd.Series):
        kinds = f"{type(X).__name__} and {type(y).__name__}"
        raise ModelError(f"X must be a DataFrame of features and y a Series, not {kinds}.")
    if X.shape[1] == 0:
        raise ModelError("X has no columns: name at least one feature.")
    if X.columns.has_duplicates:
        raise ModelError(
            f"X has two columns named {X.columns[X.columns.duplicated()][0]}: drop or rename one."
        )
    if not X.index.equals(y.index):
        raise ModelError(
            f"X ({len(X)} rows) and y ({len(y)}) carry different row labels: take both from one frame."
        )
    if len(X) < MIN_ROWS:
        raise TooFewError(f"There are {len(X)} rows, too few to model: at least {MIN_ROWS} are needed.")
    name = _name(y)
    for column, values in [*((f"The feature {c}", X[c]) for c in X.columns), (f"The target {name}", y)]:
        _check_column(column, values)
    target = y.to_numpy(dtype=float)
    values, counts = np.unique(target, return_counts=True)
    if len(values) == 1:
        kind = "one class only" if y.dtype == bool else "a constant"
        raise ModelError(
            f"The target {name} is {y.iloc[0]} in all {len(y)} rows, {kind}: nothing can be told apart."
        )
    if len(values) == 2:
        target = target == values[1]
        if counts.min() < MIN_OF_A_CLASS:
            raise ModelError(
                f"The rarer class of the target {name} has {counts.min()} of {len(y)} rows: "
                f"at least {MIN_OF_A_CLASS} are needed."
            )
    return X.astype(float), target


def _check_column(column: str, values: pd.Series) -> None:
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_complex_dtype(values):
        raise ModelError(f"{column} holds {values.dtype}, not numbers: turn it into numbers or leave it out.")
    for bad, what in ((values.isna(), "missing"), (np.isinf(values.astype("Float64")), "infinite")):
        bad = bad.to_numpy(dtype=bool, na_value=False)
        if bad.any():
            raise ModelError(
                f"{column} has {bad.sum()} {what} value{'s' if bad.sum() > 1 else ''}, first in row "
                f"{values.index[bad][0]}: fill or drop such rows first."
            )


def _name(y: pd.Series) -> str:
    return "y" if y.name is None else str(y.name)


def _check_target_inside(X: pd.DataFrame, target: np.ndarray, name: object) -> Row:
    check = "target among the features"
    inside = [c for c in X.columns if np.array_equal(X[c].to_numpy(), target)]
    if inside:
        return Row(check, inside, "has the target's very values", "leak", score=1.0)
    if name in X.columns:
        return Row(check, [name], "has the target's name, with other values", "suspect")
    return Row(check, (), "no feature is the target itself", "clear")


def _say_leak(leaks: pd.DataFrame, name: str) -> str:
    with_formula = leaks[leaks["formula"] != ""]
    leak = (with_formula if len(with_formula) else leaks).iloc[0]
    *most, last = map(str, leak["features"])
    features = f"{', '.join(most)} and {last}" if most else last
    one = len(leak["features"]) == 1
    way_out = f"leave {'it' if one else 'one of them'} out, or pass allow_leakage=True to see what happens"
    if leak["check"].startswith("same "):
        return f"The split leaks: {leak['evidence']}; split again, by creator."
    if leak["formula"]:
        return f"{features} rebuild{'s' if one else ''} {name}: {leak['formula']}; {way_out}."
    if leak["check"] == "target among the features":
        return f"{features} among the features {'is' if one else 'are'} the target {name} itself; {way_out}."
    return f"{features} {'carries' if one else 'carry'} nearly all of {name}: {leak['evidence']}; {way_out}."


def _name_parts(split: Parts) -> dict[str, pd.DataFrame]:
    parts = {}
    if isinstance(split, Mapping):
        parts = {str(name): part for name, part in split.items()}
    elif hasattr(split, "_fields"):
        parts = dict(zip(split._fields, split, strict=True))
    elif isinstance(split, Sequence):
        parts = {f"part {i}": part for i, part in enumerate(split, start=1)}
    if len(parts) < 2 or not all(isinstance(part, pd.DataFrame) for part in parts.values()):
        raise ModelError("A split must be two or more DataFrames, such as prepare.split_creators returns.")
    return parts


def _check_same_creator(parts: Mapping[str, pd.DataFrame], creator: str) -> Row:
    check = "same creator on both sides"
    handles = {
        name: pd.Index(part[creator].dropna().astype(str).str.strip().str.casefold().unique())
        for name, part in parts.items()
    }
    for (a, in_a), (b, in_b) in combinations(handles.items(), 2):
        shared = in_a.intersection(in_b).sort_values()
        if len(shared):
            verb = "creator stands" if len(shared) == 1 else "creators stand"
            evidence = f"{len(shared)} {verb} in {a} and in {b}, such as {shared[0]!r}"
            return Row(check, [creator], evidence, "leak")
    return Row(check, (), f"no handle, whatever the capitals, stands in two of {', '.join(parts)}", "clear")


def _check_same_row(parts: Mapping[str, pd.DataFrame], creator: str) -> list[Row]:
    """Look for rows that agree in every number but the rank; where chance may do that, they are suspect."""
    check = "same row on both sides"
    pooled = pd.concat(parts.values(), join="inner").select_dtypes(["number", "bool"])
    measures = [c for c in pooled.columns if c not in (creator, *NOT_A_MEASURE)]
    if not measures:
        return []
    agree = np.prod([(pooled[c].value_counts(normalize=True, dropna=False) ** 2).sum() for c in measures])
    for (a, in_a), (b, in_b) in combinations(parts.items(), 2):
        shared = in_a[measures].drop_duplicates().merge(in_b[measures].drop_duplicates(), on=measures)
        by_chance = agree * len(in_a) * len(in_b)
        if len(shared) > 3 * by_chance:
            verb = "row stands" if len(shared) == 1 else "rows stand"
            evidence = f"{len(shared)} {verb} in {a} and in {b}, the same in {len(measures)} numbers"
            return [Row(check, measures, evidence, "suspect" if by_chance > COINCIDENCES else "leak")]
    evidence = f"no more rows than by chance agree in all of {len(measures)} numbers, under whatever handle"
    return [Row(check, (), evidence, "clear")]
