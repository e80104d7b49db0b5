"""Exploring one list and several: what ad-hoc notebooks import of it, gathered from its rooms.

`correlations` tests pairs and groups, `charts` draws them; `influence`, `specifications` and `composition`
ask how much hangs on a creator, on the way of asking, and on arithmetic; `ranking`, `places` and `selection`
tell how the list is made and what its cut does; `months`, `luck`, `targets` and `creators` look over several
lists.
"""

from charts import plot_correlations, plot_distributions, plot_relationships
from columns import list_score
from composition import correlate_parts, measure_composition, plot_composition
from correlations import (
    COEFFICIENT_NAMES,
    COEFFICIENTS,
    ExploreError,
    compare_groups,
    compare_quartiles,
    correlation_tests,
    describe_distributions,
)
from creators import compare_profiles, pool_profiles, profile_features
from influence import leave_creators_out, plot_influence, summarise_influence
from luck import explain_luck, plot_luck, regress_to_mean, split_variance
from months import correlations_by_month, plot_forest, pool_correlations
from places import check_list_order, explain_order, place_creators, plot_list_rule, plot_list_weights
from ranking import RankingError, compare_list_rules, fit_list_rule, is_ranked, score_list_rules
from selection import SelectionError, compare_with_selection, plot_selection, simulate_selection
from specifications import plot_specifications, summarise_specifications, tabulate_choices, try_specifications
from targets import compare_reliability, compare_targets, find_reliability

__all__ = [
    "COEFFICIENTS",
    "COEFFICIENT_NAMES",
    "ExploreError",
    "RankingError",
    "SelectionError",
    "check_list_order",
    "compare_groups",
    "compare_list_rules",
    "compare_profiles",
    "compare_quartiles",
    "compare_reliability",
    "compare_targets",
    "compare_with_selection",
    "correlate_parts",
    "correlation_tests",
    "correlations_by_month",
    "describe_distributions",
    "explain_luck",
    "explain_order",
    "find_reliability",
    "fit_list_rule",
    "is_ranked",
    "leave_creators_out",
    "list_score",
    "measure_composition",
    "place_creators",
    "plot_composition",
    "plot_correlations",
    "plot_distributions",
    "plot_forest",
    "plot_influence",
    "plot_list_rule",
    "plot_list_weights",
    "plot_luck",
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
