"""Exploring one list and several: what ad-hoc notebooks import of it, gathered from its rooms.

`correlations` tests pairs and groups, `charts` draws them; `influence`, `specifications` and `composition`
ask how much hangs on a creator, on the way of asking, and on arithmetic; `ranking`, `places` and `selection`
tell how the list is made and what its cut does; `months`, `luck`, `targets` and `creators` look over several
lists.
"""

from composition import correlate_parts, measure_composition, plot_composition
from correlations import (
    COEFFICIENT_NAMES,
    COEFFICIENTS,
    ExploreError,
    correlation_tests,
    plot_correlations,
    plot_relationships,
)
from creators import compare_profiles, pool_profiles
from distributions import describe_distributions, plot_distributions
from groups import compare_groups, compare_quartiles
from influence import leave_creators_out, plot_influence, summarise_influence
from luck import explain_regression_to_mean, plot_regression_to_mean, regress_to_mean, split_variance
from months import correlations_by_month, plot_forest, pool_correlations
from ranking import check_list_order, explain_order, is_ranked, plot_list_rule, score_list_rules
from selection import compare_with_selection, plot_selection, simulate_selection
from specifications import plot_specifications, summarise_specifications, tabulate_choices, try_specifications
from targets import compare_reliability, compare_targets, find_reliability
from tiktok.lists.columns import list_score
from tiktok.prepare.profile import profile_features

__all__ = [
    "COEFFICIENTS",
    "COEFFICIENT_NAMES",
    "ExploreError",
    "check_list_order",
    "compare_groups",
    "compare_profiles",
    "compare_quartiles",
    "compare_reliability",
    "compare_targets",
    "compare_with_selection",
    "correlate_parts",
    "correlation_tests",
    "correlations_by_month",
    "describe_distributions",
    "explain_order",
    "explain_regression_to_mean",
    "find_reliability",
    "is_ranked",
    "leave_creators_out",
    "list_score",
    "measure_composition",
    "plot_composition",
    "plot_correlations",
    "plot_distributions",
    "plot_forest",
    "plot_influence",
    "plot_list_rule",
    "plot_regression_to_mean",
    "plot_relationships",
    "plot_selection",
    "plot_specifications",
    "pool_correlations",
    "pool_profiles",
    "profile_features",
    "regress_to_mean",
    "score_list_rules",
    "simulate_selection",
    "split_variance",
    "summarise_influence",
    "summarise_specifications",
    "tabulate_choices",
    "try_specifications",
]
