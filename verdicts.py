"""What the audit says of features: every search, what it found, and what that is worth.

An exact relation is a leak. A feature that merely predicts well may be honest: it is weighed by how well, in
rows left out, and by how many rows there were to judge from.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sklearn.metrics import roc_auc_score

from carriers import Fold, View, deal_folds, find_few, score_each, score_together
from relations import Columns, Relation, find_product, find_sum, find_transformed_sum
from separation import MAX_SCORES, Separation, find_combination, find_one, is_beyond_chance, score_held_out

R2_LEAK, R2_SUSPECT = 0.999, 0.9
R2_OF_A_PART = 0.98  # enough for a leak where a feature is never above the target and makes up half of it
PART_SHARE = 0.5
WIDE = 3
AUC_LEAK, AUC_SUSPECT = 0.995, 0.98
AUC_BY_CHANCE = 4.5  # standard errors from 0.5 within which an AUC shows nothing
R2_WORTHWHILE, AUC_WORTHWHILE = 0.5, 0.8  # below these no cut and no order is exact, so none is looked for
CUT_LEAK, CUT_SUSPECT = (
    0.9,
    0.97,
)  # AUC of an exact cut in rows left out: with many rows a weight, and with few
ROWS_A_WEIGHT = 15
STEPS_A_WEIGHT = 3
FEW = 5
COLUMNS = ("check", "features", "evidence", "verdict", "formula", "coefficients", "score")
NOT_NEEDED = "not needed: the features give the target already"

Row = dict[str, object]


class Case(NamedTuple):
    """Features, a target, and the scores from which the first carry nearly all of the second."""

    columns: Columns
    y: np.ndarray
    name: str
    folds: Sequence[Fold]
    suspect: float
    leak: float


def make_row(
    check: str,
    verdict: str,
    evidence: str,
    features: Sequence[str] = (),
    score: float = np.nan,
    formula: str = "",
    coefficients: dict[str, float] | None = None,
) -> Row:
    """Make a row of the audit's table.

    >>> make_row("sum", "clear", "no exact one")["verdict"]
    'clear'
    """
    # Six digits, because the last ones differ between machines and numbers of threads.
    score = float(f"{score:.6g}")
    cells = (check, tuple(features), evidence, verdict, formula, coefficients or {}, score)
    return dict(zip(COLUMNS, cells, strict=True))


def check_features(
    columns: Columns, y: np.ndarray, name: str, *, r2_bound: float, auc_bound: float, seed: int
) -> list[Row]:
    """Run every check on features, none of them constant.

    Parameters
    ----------
    columns : Columns
    y : array of shape (rows,)
        Bool for a label, else float.
    name : str
        Of the target.
    r2_bound, auc_bound : float
        From which one feature, or a few, are suspect.
    seed : int
        Decides which rows are left out together.

    Returns
    -------
    list of dict
        Rows of the audit's table.

    >>> x = np.arange(60.0)
    >>> rows = check_features(Columns(x[:, None], ("x",)), x > 40, "y", r2_bound=0.9, auc_bound=0.98, seed=0)
    >>> rows[0]["formula"]
    'y = [x > 40]'
    """
    folds = deal_folds(y, seed)
    if y.dtype == bool:
        return _check_label(Case(columns, y, name, folds, auc_bound, max(auc_bound, AUC_LEAK)))
    return _check_numbers(Case(columns, y, name, folds, r2_bound, max(r2_bound, R2_LEAK)))


def _check_numbers(case: Case) -> list[Row]:
    columns, y, name = case.columns, case.y, case.name
    rows, exact = [], False
    for check, find in (
        ("sum", find_sum),
        ("transformed sum", find_transformed_sum),
        ("product or ratio", find_product),
    ):
        found = None if exact else find(columns, y, name)
        rows.append(_describe_relation(case, check, found, NOT_NEEDED if exact else "none is exact"))
        exact = exact or found is not None
    together, view = score_together(columns, y, case.folds, R2_WORTHWHILE)
    found = None if exact else find_one(columns, y, name)
    many_steps = len(np.unique(y)) > STEPS_A_WEIGHT * (len(columns.labels) + 1)
    if not exact and found is None and together >= R2_WORTHWHILE and many_steps:
        found = find_combination(columns, y, name)
    evidence = "exact in every row" if found else NOT_NEEDED if exact else "none puts the rows in order"
    rows.append(_describe_separation(case, "order", found, "leak", evidence))
    return [*rows, *_check_strong_features(case, together, view, exact or found is not None)]


def _check_label(case: Case) -> list[Row]:
    columns, y = case.columns, case.y
    one = find_one(columns, y, case.name)
    evidence = "exact in every row" if one else "no feature has every yes on one side"
    rows = [_describe_separation(case, "threshold of one feature", one, "leak", evidence)]
    together, view = score_together(columns, y, case.folds, AUC_WORTHWHILE)
    found, verdict = None, "clear"
    evidence = NOT_NEEDED if one else "no sum, ratio or product has every yes on one side"
    if not one and together >= AUC_WORTHWHILE:
        found = find_combination(columns, y, case.name)
    if found:
        verdict, evidence = _judge_cut(found, y, case.folds)
    rows.append(_describe_separation(case, "threshold of a combination", found, verdict, evidence))
    return [*rows, *_check_strong_features(case, together, view, one is not None or verdict == "leak")]


def _describe_relation(case: Case, check: str, found: Relation | None, otherwise: str) -> Row:
    if found is None:
        return make_row(check, "clear", otherwise)
    labels = case.columns.labels
    names = [labels[j] for j in found.positions]
    coefficients = dict(zip(names, found.coefficients, strict=False)) | {"const": found.constant}
    evidence = "exact in every row, to a millionth of the target's spread or better"
    return make_row(
        check, "leak", evidence, sorted(names, key=labels.index), 1.0, found.formula, coefficients
    )


def _describe_separation(
    case: Case, check: str, found: Separation | None, verdict: str, evidence: str
) -> Row:
    if found is None or verdict == "clear":
        return make_row(check, "clear", evidence)
    names = [case.columns.labels[j] for j in sorted(found.positions)]
    return make_row(check, verdict, evidence, names, 1.0, found.formula)


def _judge_cut(found: Separation, y: np.ndarray, folds: Sequence[Fold]) -> tuple[str, str]:
    """Weigh an exact cut: many weights can part few rows by chance, or with the help of a good predictor."""
    if found.plain and is_beyond_chance(y, MAX_SCORES):
        return "leak", "exact in every row, without weights to fit"
    score = roc_auc_score(y, score_held_out(found.scale.values, y, folds))
    evidence = f"exact in every row; ROC AUC {score:.3f} in rows left out"
    kept = len(found.positions)
    # A weight that was picked among many counts for more than one.
    weights = 1 + kept * (1 + np.log(len(found.scale.labels) / kept))
    if 4 * y.mean() * (~y).sum() >= ROWS_A_WEIGHT * weights and score >= CUT_LEAK:
        return "leak", evidence
    if score >= CUT_SUSPECT:
        return "suspect", f"{evidence}, but from few rows for so many features"
    return "clear", f"{evidence}: few rows for so many features can be parted by chance"


def _check_strong_features(case: Case, together: float, view: View, exact: bool) -> list[Row]:
    check, labels = "one feature carries nearly all", case.columns.labels
    scores = score_each(case.columns, case.y, case.folds)
    order = np.argsort(-scores, kind="stable").tolist()
    best = order[0]
    verdict, evidence = _judge_score(case, [best], scores[best])
    if verdict == "clear":
        row = make_row(check, verdict, f"the closest is {labels[best]}: {evidence}", score=scores[best])
    else:
        others = [f"{labels[j]} ({scores[j]:.3f})" for j in order[1:] if scores[j] >= case.suspect]
        evidence += f"; so do {' and '.join(others)}" if others else ""
        row = make_row(check, verdict, evidence, [labels[best]], scores[best])
    return [row, _check_few_features(case, together, view, exact, verdict)]


def _check_few_features(case: Case, score: float, view: View, exact: bool, one: str) -> Row:
    check, labels = "few features carry nearly all", case.columns.labels
    kept = list(range(len(labels)))
    verdict, evidence = _judge_score(case, kept, score)
    if verdict == "clear":
        return make_row(check, verdict, f"all together: {evidence}", score=score)
    if exact or one in (verdict, "leak"):
        return make_row(check, "clear", NOT_NEEDED if exact else "not needed: one feature does", score=score)
    enough = case.leak if verdict == "leak" else case.suspect
    fewer, reached = find_few(view, case.y, case.folds, enough, FEW)
    if reached >= enough:
        kept, score = fewer, reached
    verdict, evidence = _judge_score(case, kept, score)
    return make_row(check, verdict, evidence, [labels[j] for j in kept], score)


def _judge_score(case: Case, positions: Sequence[int], score: float) -> tuple[str, str]:
    if case.y.dtype == bool:
        evidence, share = f"ROC AUC {score:.3f} in rows left out", 0.0
        if score >= case.suspect and score - 0.5 < AUC_BY_CHANCE * _error_by_chance(case.y):
            return "clear", f"{evidence}, which so few of one class show by chance"
    else:
        evidence, share = f"R² {score:.3f} in rows left out", _measure_share(case, positions)
    if share >= PART_SHARE and score >= case.suspect:
        evidence += f", and {share:.0%} of {case.name} at the median"
    if score >= case.leak or (share >= PART_SHARE and score >= max(case.suspect, R2_OF_A_PART)):
        return "leak", evidence
    return ("suspect" if score >= case.suspect else "clear"), evidence


def _error_by_chance(y: np.ndarray) -> float:
    """The standard error of the AUC of a feature that knows nothing (Mann & Whitney 1947)."""
    yes = int(y.sum())
    return float(np.sqrt((len(y) + 1) / (12 * yes * (len(y) - yes))))


def _measure_share(case: Case, positions: Sequence[int]) -> float:
    """The median share of the target that features make up, 0 where they can't be parts of it."""
    parts, y = case.columns.values[:, list(positions)], case.y
    total = parts.sum(axis=1)
    # A logarithm of counts varies too little to be a sum of parts.
    if (y <= 0).any() or y.max() < WIDE * y.min() or (parts < 0).any() or (total > y * (1 + 1e-9)).any():
        return 0.0
    return float(np.median(total / y))
