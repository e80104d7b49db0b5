"""From R² = 1 to an honest answer: the audit for leakage, models of engagement and of success, a client.

    model.audit_leakage(X, y, split=split)                  is the answer among the inputs? before any fit
    model.fit_ols(X, y)                                     one regression with robust errors
    model.cross_validate_regressors(split, "engagement", ["subscribers"])    how good, on creators left out
    model.cross_validate_classifiers(split, ["subscribers"])                 the same for success
    model.measure_importance(split, "success", features, "logistic regression")    on what a model lives
    model.tell_from_subscribers(panel)                      what subscribers alone tell, month by month
    model.score_creators({"subscribers": [1.2e6]}, split)   a client's chances among the listed
    clients = model.read_clients("clients.csv")             many clients, or one={"subscribers": "1.2M"}
    model.compare_clients(clients, model.describe_listed(creators, panel))    each beside its peers

`split` is prepare.label_success(prepare.split_creators(creators)). What fits asks the audit first and raises
LeakageError, unless told allow_leakage=True; what can't be fitted raises ModelError. One step at a time:
predict_…, score_…, compare_…; choose_threshold turns chances into a yes or a no.
"""

from tiktok.leakage.audit import LeakageError as LeakageError
from tiktok.leakage.audit import ModelError as ModelError
from tiktok.leakage.audit import TooFewError as TooFewError
from tiktok.leakage.audit import audit_leakage as audit_leakage
from tiktok.leakage.audit import require_no_leakage as require_no_leakage
from tiktok.model.charts import plot_ablation as plot_ablation
from tiktok.model.charts import plot_chances as plot_chances
from tiktok.model.charts import plot_creators as plot_creators
from tiktok.model.charts import plot_importance as plot_importance
from tiktok.model.classification import compare_classifiers as compare_classifiers
from tiktok.model.classification import cross_validate_classifiers as cross_validate_classifiers
from tiktok.model.classification import predict_classifiers as predict_classifiers
from tiktok.model.classification import score_probabilities as score_probabilities
from tiktok.model.client import compare_clients as compare_clients
from tiktok.model.client import describe_listed as describe_listed
from tiktok.model.client import read_clients as read_clients
from tiktok.model.client import score_creators as score_creators
from tiktok.model.client import trace_scores as trace_scores
from tiktok.model.cross_validation import choose_model as choose_model
from tiktok.model.decisions import choose_threshold as choose_threshold
from tiktok.model.elasticities import diagnose_ols as diagnose_ols
from tiktok.model.elasticities import fit_elasticities as fit_elasticities
from tiktok.model.elasticities import fit_ols as fit_ols
from tiktok.model.elasticities import list_elasticities as list_elasticities
from tiktok.model.every_month import compare_over_months as compare_over_months
from tiktok.model.every_month import tell_from_subscribers as tell_from_subscribers
from tiktok.model.features import Question as Question
from tiktok.model.features import add_features as add_features
from tiktok.model.features import feature_groups as feature_groups
from tiktok.model.features import regression_questions as regression_questions
from tiktok.model.features import success_questions as success_questions
from tiktok.model.importance import ablate_features as ablate_features
from tiktok.model.importance import measure_importance as measure_importance
from tiktok.model.prediction_limits import learn_from_more as learn_from_more
from tiktok.model.prediction_limits import measure_coverage as measure_coverage
from tiktok.model.prediction_limits import predict_intervals as predict_intervals
from tiktok.model.regression import compare_regressors as compare_regressors
from tiktok.model.regression import cross_validate_regressors as cross_validate_regressors
from tiktok.model.regression import interval_predictions as interval_predictions
from tiktok.model.regression import log_regressors as log_regressors
from tiktok.model.regression import predict_regressors as predict_regressors
from tiktok.model.regression import recover_sums as recover_sums
from tiktok.model.regression import score_predictions as score_predictions
