"""What holds in every month: what subscribers alone tell, and which model is better than which.

One month can call a model better by luck. Here each month is asked for itself, with all of its creators, and
by models in closed form alone, so that the folds can be dealt often.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from tiktok.leakage import MIN_ROWS
from tiktok.leakage.audit import audit_leakage
from tiktok.lists.columns import SUCCESS_QUANTILE, WHOLES
from tiktok.model import classification, regression
from tiktok.model.cross_validation import (
    SEED,
    answer_left_out,
    compare_answers,
    deal_repeats,
    explain,
    left_out_interval,
    subtract_scores,
)
from tiktok.model.curves import LeastSquares, Logistic, lay_basis, place_knots
from tiktok.model.features import Question, add_features
from tiktok.model.inputs import steady_fits, take_inputs

SURELY = 0.003  # another deal of the folds moves the end of an interval by about so much
GAINS = [f"{what}_{role}" for role in ("baseline", "reference") for what in ("over", "beats")]
GAINS += [f"over_{role}_{end}" for role in ("baseline", "reference") for end in ("low", "high")]
COMPARED = ["month", "metric", "model", "n", "fits", "value", "low", "high", "baseline", "reference", *GAINS]


def compare_over_months(
    panel: Mapping[str, pd.DataFrame], question: Question, *, success: bool = False
) -> pd.DataFrame:
    """Ask one question of each month: how good are a level, lines and curves on creators left out?

    Parameters
    ----------
    panel : mapping of months to frames from `prepare.clean`
        All creators of a month take part. A month with fewer than 50 is passed over, and one in which the
        features rebuild the target.
    question : from `model.regression_questions` or `model.success_questions`
    success : ask for the top quarter of the target within its month instead of the target itself

    Returns
    -------
    DataFrame, a row a month, metric and model
        `month`, then as from `model.cross_validate_regressors` ("mean", "OLS", "splines"), or, for success,
        as from `model.cross_validate_classifiers` ("base rate", "logistic regression", "logistic splines").

    Raises
    ------
    ModelError
        As these two.
    """
    room, kind = (classification, "label") if success else (regression, "count")
    own = room.CLASSIFIERS if success else room.LOG_REGRESSORS
    answer = room.predict_success if success else room.predict_counts
    tables = []
    for month, creators in panel.items():
        if len(creators) < MIN_ROWS:
            continue
        engineered = not set(question.features) <= set(creators.columns)
        known, target = add_features(creators) if engineered else creators, question.target
        if success:
            known, target = known.assign(success=_top_quarter(known[question.target])), "success"
        _, X, y = take_inputs(known, target, question.features, kind)
        fold_of = deal_repeats(y)
        with steady_fits():
            if (audit_leakage(X, y, last_net=False)["verdict"] == "leak").any():
                continue
            answered = {
                name: answer_left_out(model, X, y, answer, fold_of)
                for name, model in own.items()
                if hasattr(model, "answer_left_out")
            }
        roles = {"baseline": room.BASELINE, "reference": room.REFERENCE}
        tables.append(compare_answers(y, answered, room.SCORES, fold_of, **roles).assign(month=month))
    if not tables:
        return pd.DataFrame(columns=COMPARED)
    table = pd.concat(tables, ignore_index=True)
    return table[["month", *table.columns.drop("month")]]


def _top_quarter(counts: pd.Series) -> pd.Series:
    return counts >= counts.quantile(SUCCESS_QUANTILE)


def tell_from_subscribers(panel: Mapping[str, pd.DataFrame], *, seed: int = SEED) -> pd.DataFrame:
    """Say month by month what subscribers alone tell, and whether a curve tells more than a straight line.

    Parameters
    ----------
    panel : mapping of months to frames from `prepare.clean`
        All creators of a month take part; success is its own top quarter, ties at the threshold included.
    seed : of the dealing into folds

    Returns
    -------
    DataFrame, a row a definition of engagement and month
        `definition` ("engagement", "interactions"), `month`, `n`; each with `…_low`, `…_high` (95 %), on
        creators left out: `r2` of the logs by a curve, `gain` of the curve over a straight line, `auc` and
        `skill` (Brier, over the base rate) of a logistic curve; of `r2`, `gain` and `skill` also `…_shown`:
        whether `…_low` is so far above 0 that another deal of the folds would hardly undo it.
        `p_curvature`: of the curve's bends, with HC3 errors. Missing where a list can't be fitted: fewer than
        50 creators, or one number of subscribers.

    Raises
    ------
    ModelError
        If a count is missing, or a target isn't positive.

    Source: restricted cubic splines as in `model.score_creators`; cross-validation as in
    `model.cross_validate_regressors`, with all fits in closed form.

    >>> many = pd.DataFrame({"handle": [f"c{i}" for i in range(200)]})
    >>> many["subscribers"] = np.geomspace(1e4, 1e8, 200)
    >>> many["interactions"] = many["subscribers"] ** 0.1 * np.random.default_rng(0).lognormal(size=200)
    >>> told = tell_from_subscribers({"2022-07": many.assign(engagement=2 * many["interactions"])})
    >>> told[["definition", "month", "n"]].values.tolist()
    [['engagement', '2022-07', 200], ['interactions', '2022-07', 200]]
    """
    rows = [
        {"definition": whole, "month": month, "n": len(creators), **_tell(creators, whole, seed)}
        for whole in WHOLES
        for month, creators in panel.items()
    ]
    told = pd.DataFrame(rows)
    return told.assign(**{f"{name}_shown": told[f"{name}_low"] > SURELY for name in ("r2", "gain", "skill")})


def _tell(creators: pd.DataFrame, whole: str, seed: int) -> dict[str, float]:
    if len(creators) < MIN_ROWS or creators["subscribers"].nunique() < 2:
        names = [f"{name}{end}" for name in ("r2", "gain", "auc", "skill") for end in ("", "_low", "_high")]
        return dict.fromkeys([*names, "p_curvature"], np.nan)
    _, X, y = take_inputs(creators, whole, ["subscribers"], "count")
    success = _top_quarter(y)
    dealt, dealt_by_class = deal_repeats(y, seed=seed), deal_repeats(success, seed=seed)
    with steady_fits():
        curve, line = (
            regression.r2_log(y.to_numpy(), LeastSquares(shape).answer_left_out(X, y, dealt))
            for shape in ("bends", "lines")
        )
        chances = Logistic("bends").answer_left_out(X, success, dealt_by_class)
        p_curvature = _test_curvature(X, y)
    scored = {
        "r2": (curve, dealt),
        "gain": (subtract_scores(curve, line), dealt),
        "auc": (classification.auc(success.to_numpy(), chances, dealt_by_class), dealt_by_class),
        "skill": (explain(success.to_numpy(), chances), dealt_by_class),
    }
    told = {}
    for name, (score, fold_of) in scored.items():
        told |= dict(
            zip((name, f"{name}_low", f"{name}_high"), left_out_interval(score, fold_of), strict=True)
        )
    return told | {"p_curvature": p_curvature}


def _test_curvature(X: pd.DataFrame, y: pd.Series) -> float:
    basis = lay_basis(X, place_knots(X))
    bends = np.eye(basis.shape[1])[2:]
    return float(OLS(np.log(y), basis).fit(cov_type="HC3").f_test(bends).pvalue) if len(bends) else np.nan
