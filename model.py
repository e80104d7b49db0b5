"""From R² = 1 to an honest answer: what ad-hoc notebooks import of the models, gathered from their rooms.

`audit` audits; `features` engineers and asks the questions; `regression`, `diagnostics` and `limits` deal
with counts; `classification`, `decisions`, `importance` and `scoring` with success; `validation` holds what
both need; `model_charts` draws.
"""

from classification import (
    CLASSIFIERS,
    compare_classifiers,
    cross_validate_classifiers,
    predict_classifiers,
    score_probabilities,
    tabulate_calibration,
)
from decisions import choose_threshold, count_decisions
from diagnostics import diagnose_ols, fit_elasticities, fit_ols, list_elasticities
from features import (
    REGRESSION_QUESTIONS,
    SUCCESS_QUESTIONS,
    Question,
    add_features,
    feature_groups,
    regression_questions,
    success_questions,
)
from importance import ablate_features, measure_importance
from limits import learn_from_more, measure_coverage, predict_intervals, simulate_rounding
from model_charts import (
    plot_ablation,
    plot_calibration,
    plot_chances,
    plot_diagnostics,
    plot_importance,
    plot_learning_curve,
)
from regression import (
    LOG_REGRESSORS,
    compare_regressors,
    cross_validate_regressors,
    interval_predictions,
    log_regressors,
    predict_regressors,
    score_predictions,
)
from scoring import ask_of_client, place_client, read_client, score_client, score_creators, trace_scores
from tiktok.leakage.audit import LeakageError, ModelError, audit_leakage, require_no_leakage
from validation import choose_model

__all__ = [
    "CLASSIFIERS",
    "LOG_REGRESSORS",
    "REGRESSION_QUESTIONS",
    "SUCCESS_QUESTIONS",
    "LeakageError",
    "ModelError",
    "Question",
    "ablate_features",
    "add_features",
    "ask_of_client",
    "audit_leakage",
    "choose_model",
    "choose_threshold",
    "compare_classifiers",
    "compare_regressors",
    "count_decisions",
    "cross_validate_classifiers",
    "cross_validate_regressors",
    "diagnose_ols",
    "feature_groups",
    "fit_elasticities",
    "fit_ols",
    "interval_predictions",
    "learn_from_more",
    "list_elasticities",
    "log_regressors",
    "measure_coverage",
    "measure_importance",
    "place_client",
    "plot_ablation",
    "plot_calibration",
    "plot_chances",
    "plot_diagnostics",
    "plot_importance",
    "plot_learning_curve",
    "predict_classifiers",
    "predict_intervals",
    "predict_regressors",
    "read_client",
    "regression_questions",
    "require_no_leakage",
    "score_client",
    "score_creators",
    "score_predictions",
    "score_probabilities",
    "simulate_rounding",
    "success_questions",
    "tabulate_calibration",
    "trace_scores",
]
