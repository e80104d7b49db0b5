"""What goes with what in one list, how much hangs on the way of asking, and what several lists say.

    explore.describe_distributions(creators, ["views", "shares"])    middle, tail and skew; plot_distributions
    explore.correlation_tests(creators, "shares", ["comments"])      three coefficients; plot_relationships
    explore.compare_groups(creators, "success", ["shares"])          two groups; compare_quartiles for four
    explore.try_correlation_claims(creators)                         the earlier analysis, claim by claim
    explore.explain_order(creators)                                  by what the list is ordered
    explore.correlations_by_month(panel, {"shares": ["comments"]})   does it hold in the other months?
    explore.compare_posting_times(videos, by="hour")                 when to post? plot_posting_times
    explore.compare_genres(matched)                                  genres, also within their countries

How much hangs on it: leave_creators_out (on one creator), try_specifications (on the way of asking),
measure_composition (on arithmetic), fit_selection (on the list's cut). Over the months:
pool_correlations, compare_targets, compare_profiles, explain_regression_to_mean. Each result is a table;
the plot_… of the same name draws it. What these data can't answer raises ExploreError.
"""

from tiktok.explore.composition import correlate_parts as correlate_parts
from tiktok.explore.composition import measure_composition as measure_composition
from tiktok.explore.composition import plot_composition as plot_composition
from tiktok.explore.correlations import correlation_tests as correlation_tests
from tiktok.explore.correlations import plot_correlations as plot_correlations
from tiktok.explore.correlations import plot_relationships as plot_relationships
from tiktok.explore.distributions import describe_distributions as describe_distributions
from tiktok.explore.distributions import plot_distributions as plot_distributions
from tiktok.explore.earlier_claims import summarise_claims as summarise_claims
from tiktok.explore.earlier_claims import try_correlation_claims as try_correlation_claims
from tiktok.explore.earlier_claims import try_hunches as try_hunches
from tiktok.explore.earlier_claims import try_model_claims as try_model_claims
from tiktok.explore.groups import compare_groups as compare_groups
from tiktok.explore.groups import compare_quartiles as compare_quartiles
from tiktok.explore.groups import compare_top_quarters as compare_top_quarters
from tiktok.explore.groups import share_by_size as share_by_size
from tiktok.explore.influence import leave_creators_out as leave_creators_out
from tiktok.explore.influence import plot_influence as plot_influence
from tiktok.explore.influence import summarise_influence as summarise_influence
from tiktok.explore.list_cut import fit_selection as fit_selection
from tiktok.explore.list_cut import plot_selection as plot_selection
from tiktok.explore.list_rule import check_list_order as check_list_order
from tiktok.explore.list_rule import explain_order as explain_order
from tiktok.explore.list_rule import explain_orders as explain_orders
from tiktok.explore.list_rule import plot_list_rule as plot_list_rule
from tiktok.explore.list_rule import score_list_rules as score_list_rules
from tiktok.explore.months import correlations_by_month as correlations_by_month
from tiktok.explore.months import plot_forest as plot_forest
from tiktok.explore.months import pool_correlations as pool_correlations
from tiktok.explore.profiles import compare_profiles as compare_profiles
from tiktok.explore.profiles import pool_profiles as pool_profiles
from tiktok.explore.regression_to_mean import explain_regression_to_mean as explain_regression_to_mean
from tiktok.explore.regression_to_mean import plot_regression_to_mean as plot_regression_to_mean
from tiktok.explore.regression_to_mean import regress_to_mean as regress_to_mean
from tiktok.explore.regression_to_mean import split_variance as split_variance
from tiktok.explore.specification_curve import plot_specifications as plot_specifications
from tiktok.explore.specification_curve import summarise_specifications as summarise_specifications
from tiktok.explore.specification_curve import try_specifications as try_specifications
from tiktok.explore.targets import compare_reliability as compare_reliability
from tiktok.explore.targets import compare_targets as compare_targets
from tiktok.explore.targets import find_reliability as find_reliability
from tiktok.lists.columns import ExploreError as ExploreError
from tiktok.videos.charts import plot_posting_times as plot_posting_times
from tiktok.videos.genres import compare_genres as compare_genres
from tiktok.videos.genres import describe_coverage as describe_coverage
from tiktok.videos.genres import pool_lists as pool_lists
from tiktok.videos.genres import summarise_genres as summarise_genres
from tiktok.videos.posting_specifications import describe_posters as describe_posters
from tiktok.videos.posting_specifications import find_smallest_effect as find_smallest_effect
from tiktok.videos.posting_specifications import try_posting_specifications as try_posting_specifications
from tiktok.videos.posting_times import compare_posting_times as compare_posting_times
from tiktok.videos.posting_times import compare_video_features as compare_video_features
