"""What the notebook displays: sentences rendered from results, formatted tables, the banner.

    story.use_style()                         the look of every figure, once, at the top
    story.show(figure, table, sentence)       one thing after the other
    story.say_answer(headlines, raw)          say_…: a result as a sentence, which holds whatever the list
    story.show_claims(tried, "Its findings")  show_…: a result as a table

Nothing is computed here but what a sentence needs to choose its words.
"""

from tiktok.figures import use_style as use_style
from tiktok.story.causes import plot_causes as plot_causes
from tiktok.story.causes import say_causes as say_causes
from tiktok.story.client import say_client as say_client
from tiktok.story.client import show_clients as show_clients
from tiktok.story.explore import say_correlation_claims as say_correlation_claims
from tiktok.story.explore import say_correlations as say_correlations
from tiktok.story.explore import say_distributions as say_distributions
from tiktok.story.explore import say_hunches as say_hunches
from tiktok.story.explore import show_claims as show_claims
from tiktok.story.explore import show_correlations as show_correlations
from tiktok.story.explore import show_distributions as show_distributions
from tiktok.story.explore import show_sizes as show_sizes
from tiktok.story.explore import show_top_quarters as show_top_quarters
from tiktok.story.forecast import say_bounds as say_bounds
from tiktok.story.forecast import say_calibration as say_calibration
from tiktok.story.forecast import say_commitment as say_commitment
from tiktok.story.forecast import say_copied as say_copied
from tiktok.story.forecast import say_forecast as say_forecast
from tiktok.story.forecast import say_screening as say_screening
from tiktok.story.forecast import say_transitions as say_transitions
from tiktok.story.forecast import say_who_stays as say_who_stays
from tiktok.story.forecast import show_calibration as show_calibration
from tiktok.story.forecast import show_commitment as show_commitment
from tiktok.story.forecast import show_forecast as show_forecast
from tiktok.story.forecast import show_screening as show_screening
from tiktok.story.forecast import show_transitions as show_transitions
from tiktok.story.frame import say_cleaning as say_cleaning
from tiktok.story.frame import say_data as say_data
from tiktok.story.frame import say_source as say_source
from tiktok.story.frame import say_split as say_split
from tiktok.story.frame import say_versions as say_versions
from tiktok.story.frame import show as show
from tiktok.story.frame import show_banner as show_banner
from tiktok.story.frame import show_leakage_kinds as show_leakage_kinds
from tiktok.story.frame import show_quality as show_quality
from tiktok.story.frame import show_reforms as show_reforms
from tiktok.story.frame import show_table as show_table
from tiktok.story.frame import skip_if_too_few as skip_if_too_few
from tiktok.story.frame import warn_of_counts as warn_of_counts
from tiktok.story.headlines import show_headlines as show_headlines
from tiktok.story.headlines import tabulate_headlines as tabulate_headlines
from tiktok.story.lists import say_composition as say_composition
from tiktok.story.lists import say_influence as say_influence
from tiktok.story.lists import say_list_rule as say_list_rule
from tiktok.story.lists import say_quarters as say_quarters
from tiktok.story.lists import say_selection as say_selection
from tiktok.story.lists import show_composition as show_composition
from tiktok.story.lists import show_influence as show_influence
from tiktok.story.lists import show_list_rules as show_list_rules
from tiktok.story.lists import show_quarters as show_quarters
from tiktok.story.main_text import say_answer as say_answer
from tiktok.story.main_text import say_claims as say_claims
from tiktok.story.main_text import say_order as say_order
from tiktok.story.main_text import say_perfect_model as say_perfect_model
from tiktok.story.main_text import say_sizes as say_sizes
from tiktok.story.main_text import say_top_quarter as say_top_quarter
from tiktok.story.main_text import show_claims_in_short as show_claims_in_short
from tiktok.story.main_text import show_medians as show_medians
from tiktok.story.main_text import show_three_numbers as show_three_numbers
from tiktok.story.model import say_ablation as say_ablation
from tiktok.story.model import say_addition as say_addition
from tiktok.story.model import say_chances as say_chances
from tiktok.story.model import say_direction as say_direction
from tiktok.story.model import say_elasticity as say_elasticity
from tiktok.story.model import say_limits as say_limits
from tiktok.story.model import say_list_bar as say_list_bar
from tiktok.story.model import say_marks as say_marks
from tiktok.story.model import say_overfit as say_overfit
from tiktok.story.model import say_regression as say_regression
from tiktok.story.model import say_subscribers as say_subscribers
from tiktok.story.model import say_success as say_success
from tiktok.story.model import say_test as say_test
from tiktok.story.model import show_audit as show_audit
from tiktok.story.model import show_chances as show_chances
from tiktok.story.model import show_classifiers as show_classifiers
from tiktok.story.model import show_diagnostics as show_diagnostics
from tiktok.story.model import show_regressions as show_regressions
from tiktok.story.model import show_scores as show_scores
from tiktok.story.months import say_carried_over as say_carried_over
from tiktok.story.months import say_pooled as say_pooled
from tiktok.story.months import say_profiles as say_profiles
from tiktok.story.months import say_regression_to_mean as say_regression_to_mean
from tiktok.story.months import say_specifications as say_specifications
from tiktok.story.months import say_targets as say_targets
from tiktok.story.months import show_panel as show_panel
from tiktok.story.months import show_specifications as show_specifications
from tiktok.story.months import show_targets as show_targets
from tiktok.story.videos import read_videos as read_videos
from tiktok.story.videos import say_features as say_features
from tiktok.story.videos import say_posting_specifications as say_posting_specifications
from tiktok.story.videos import say_posting_times as say_posting_times
from tiktok.story.videos import say_videos as say_videos
from tiktok.story.videos import show_posters as show_posters
from tiktok.story.videos import show_posting_specifications as show_posting_specifications
from tiktok.story.videos import show_posting_times as show_posting_times
