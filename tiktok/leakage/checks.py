"""What the audit says of features: every search, what it found, and what that is worth.

An exact relation is a leak. A feature that merely predicts well may be honest: it is weighed by how well, in
rows left out, and by how many rows there were to judge from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from sklearn.metrics import roc_auc_score

from tiktok.leakage.conjunctions import Conjunction, find_conjunction
from tiktok.leakage.formulas import Columns, Relation, find_product, find_sum, find_transformed_sum
from tiktok.leakage.strong_features import (
    Design,
    Fold,
    deal_folds,
    find_few,
    score_by_trees,
    score_each,
    score_together,
)
from tiktok.leakage.thresholds import (
    MAX_SCORES,
    Separation,
    find_combination,
    find_one,
    is_beyond_chance,
    score_held_out,
)

R2_LEAK, R2_SUSPECT = 0.999, 0.9
R2_OF_A_PART = 0.98  # enough for a leak where a feature is never above the target and makes up half of it
PART_SHARE = 0.5
WIDE = 3
AUC_LEAK, AUC_SUSPECT = 0.995, 0.98
AUC_BY_CHANCE = 4.5  # standard errors from 0.5 within which an AUC shows nothing
R2_WORTHWHILE, AUC_WORTHWHILE = 0.5, 0.8  # below these no cut and no order is exact, so none is looked for
# The AUC of an exact cut in rows left out: with many rows a weight, and with few.
CUT_LEAK, CUT_SUSPECT = 0.9, 0.97
ROWS_A_WEIGHT = 15
STEPS_A_WEIGHT = 3
IN_EVERY_ROW = "exact in every row"
NOT_NEEDED = "not needed: the features give the target already"


class Case(NamedTuple):
    """Features, a target, and the scores from which the first carry nearly all of the second."""

    columns: Columns
    y: np.ndarray
    name: str
    folds: Sequence[Fold]
    suspect: float
    leak: float
    last_net: bool


@dataclass
class Row:
    """A row of the audit's table."""

    check: str
    features: Sequence[str]
    evidence: str
    verdict: str
    formula: str = ""
    coefficients: dict[str, float] = field(default_factory=dict)
    score: float = np.nan

    def __post_init__(self) -> None:
        self.features = tuple(self.features)
        # Six digits, because the last ones differ between machines and numbers of threads.
        self.score = float(f"{self.score:.6g}")


def check_features(
    columns: Columns, y: np.ndarray, name: str, *, bound: float, seed: int, last_net: bool = True
) -> list[Row]:
    """Run every check on features, none of them constant, of a label (bool) or of numbers."""
    check, leak = (_check_label, AUC_LEAK) if y.dtype == bool else (_check_numbers, R2_LEAK)
    return check(Case(columns, y, name, deal_folds(y, seed), bound, max(bound, leak), last_net))


def _check_numbers(case: Case) -> list[Row]:
    columns, y = case.columns, case.y
    rows, exact = [], False
    searches = {"sum": find_sum, "transformed sum": find_transformed_sum, "product or ratio": find_product}
    for check, find in searches.items():
        found = None if exact else find(columns, y)
        rows.append(_describe(case, check, found, NOT_NEEDED if exact else "none is exact"))
        exact = exact or found is not None
    together, design = score_together(columns, y, case.folds, R2_WORTHWHILE)
    found = None if exact else find_one(columns, y)
    many_steps = len(np.unique(y)) > STEPS_A_WEIGHT * (len(columns.labels) + 1)
    if not exact and found is None and together >= R2_WORTHWHILE and many_steps:
        found = find_combination(columns, y)
    evidence = IN_EVERY_ROW if found else NOT_NEEDED if exact else "none puts the rows in order"
    rows.append(_describe(case, "order", found, evidence))
    return [*rows, *_check_strong_features(case, together, design, exact or found is not None)]


def _check_label(case: Case) -> list[Row]:
    columns, y = case.columns, case.y
    one = find_one(columns, y)
    evidence = IN_EVERY_ROW if one else "no feature has every yes on one side"
    rows = [_describe(case, "threshold of one feature", one, evidence)]
    together, design = score_together(columns, y, case.folds, AUC_WORTHWHILE)
    found = find_combination(columns, y) if not one and together >= AUC_WORTHWHILE else None
    verdict, evidence = "clear", "no sum, ratio or product has every yes on one side"
    if found:
        verdict, evidence = _judge_cut(found, y, case.folds)
    elif one:
        evidence = NOT_NEEDED
    rows.append(_describe(case, "threshold of a combination", found, evidence, verdict))
    exact = one is not None or verdict == "leak"
    both = None if exact else find_conjunction(columns, y)
    evidence = (
        IN_EVERY_ROW if both else NOT_NEEDED if exact else "no two or three cuts are the answer together"
    )
    rows.append(_describe(case, "and, or", both, evidence))
    return [*rows, *_check_strong_features(case, together, design, exact or both is not None)]


def _describe(
    case: Case,
    check: str,
    found: Relation | Separation | Conjunction | None,
    evidence: str,
    verdict: str = "leak",
) -> Row:
    if found is None or verdict == "clear":
        return Row(check, (), evidence, "clear")
    labels = case.columns.labels
    names = [labels[j] for j in sorted(found.positions)]
    if isinstance(found, Separation | Conjunction):
        return Row(check, names, evidence, verdict, f"{case.name} {found.formula}", score=1.0)
    by_feature = zip((labels[j] for j in found.positions), found.coefficients, strict=False)
    coefficients = {**dict(by_feature), "const": found.constant}
    evidence = f"{IN_EVERY_ROW}, to a millionth of the target's spread or better"
    return Row(check, names, evidence, verdict, f"{case.name} = {found.formula}", coefficients, 1.0)


def _judge_cut(found: Separation, y: np.ndarray, folds: Sequence[Fold]) -> tuple[str, str]:
    """Weigh an exact cut: many weights can part few rows by chance, or with the help of a good predictor."""
    if found.plain and is_beyond_chance(y, MAX_SCORES):
        return "leak", f"{IN_EVERY_ROW}, without weights to fit"
    score = roc_auc_score(y, score_held_out(found.scale.values, y, folds))
    evidence = f"{IN_EVERY_ROW}; ROC AUC {score:.3f} in rows left out"
    kept = len(found.positions)
    # A weight that was picked among many counts for more than one.
    weights = 1 + kept * (1 + np.log(len(found.scale.labels) / kept))
    if 4 * y.mean() * (~y).sum() >= ROWS_A_WEIGHT * weights and score >= CUT_LEAK:
        return "leak", evidence
    if score >= CUT_SUSPECT:
        return "suspect", f"{evidence}, but from few rows for so many features"
    return "clear", f"{evidence}: few rows for so many features can be parted by chance"


def _check_strong_features(case: Case, together: float, design: Design, exact: bool) -> list[Row]:
    """Look for one feature, and for a few, that carry nearly all of the target."""
    check, labels = "one feature carries nearly all", case.columns.labels
    scores = score_each(case.columns, case.y, case.folds)
    best, *others = np.argsort(-scores, kind="stable").tolist()
    verdict, evidence = _judge_score(case, [best], scores[best])
    if verdict == "clear":
        names, evidence = (), f"the closest is {labels[best]}: {evidence}"
    else:
        names = [labels[best]]
        strong = [f"{labels[j]} ({scores[j]:.3f})" for j in others if scores[j] >= case.suspect]
        evidence += f"; so do {' and '.join(strong)}" if strong else ""
    row = Row(check, names, evidence, verdict, score=scores[best])
    few = _check_few_features(case, together, design, exact, verdict)
    if not case.last_net:
        return [row, few]
    return [row, few, _check_flexibly(case, exact or (row.verdict, few.verdict) != ("clear", "clear"))]


def _check_flexibly(case: Case, known: bool) -> Row:
    """Cast a last net: what trees tell almost perfectly in rows left out, however they do."""
    check = "trees tell nearly all"
    if known:
        return Row(check, (), NOT_NEEDED, "clear")
    score = score_by_trees(case.columns, case.y, case.folds, case.suspect)
    verdict, evidence = _judge_score(case, (), score)
    names = case.columns.labels if verdict != "clear" else ()
    return Row(check, names, evidence, "clear" if verdict == "clear" else "suspect", score=score)


def _check_few_features(case: Case, score: float, design: Design, exact: bool, verdict_on_one: str) -> Row:
    check, labels = "few features carry nearly all", case.columns.labels
    kept = range(len(labels))
    verdict, evidence = _judge_score(case, kept, score)
    if verdict == "clear":
        return Row(check, (), f"all together: {evidence}", verdict, score=score)
    if exact or verdict_on_one in (verdict, "leak"):
        return Row(check, (), NOT_NEEDED if exact else "not needed: one feature does", "clear", score=score)
    enough = case.leak if verdict == "leak" else case.suspect
    fewer, reached = find_few(design, case.y, case.folds, enough)
    if reached >= enough:
        kept, score = fewer, reached
    verdict, evidence = _judge_score(case, kept, score)
    return Row(check, [labels[j] for j in kept], evidence, verdict, score=score)


def _judge_score(case: Case, positions: Sequence[int], score: float) -> tuple[str, str]:
    """Weigh the score of features; a verdict and its evidence."""
    if case.y.dtype == bool:
        evidence, share = f"ROC AUC {score:.3f} in rows left out", 0.0
        yes, no = case.y.sum(), (~case.y).sum()
        # The standard error of the AUC of a feature that knows nothing (Mann & Whitney 1947).
        by_chance = np.sqrt((yes + no + 1) / (12 * yes * no))
        if score >= case.suspect and score - 0.5 < AUC_BY_CHANCE * by_chance:
            return "clear", f"{evidence}, which so few of one class show by chance"
    else:
        evidence, share = f"R² {score:.3f} in rows left out", _measure_share(case, positions)
    if share >= PART_SHARE and score >= case.suspect:
        evidence += f", and {share:.0%} of {case.name} at the median"
    if score >= case.leak or (share >= PART_SHARE and score >= max(case.suspect, R2_OF_A_PART)):
        return "leak", evidence
    return ("suspect" if score >= case.suspect else "clear"), evidence


def _measure_share(case: Case, positions: Sequence[int]) -> float:
    """Measure the median share of the target that features make up, 0 where they can't be parts of it."""
    parts, y = case.columns.values[:, list(positions)], case.y
    total = parts.sum(axis=1)
    # A logarithm of counts varies too little to be a sum of parts.
    if (y <= 0).any() or y.max() < WIDE * y.min() or (parts < 0).any() or (total > y * (1 + 1e-9)).any():
        return 0.0
    return float(np.median(total / y))
