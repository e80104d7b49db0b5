"""What the notebook displays, gathered from its rooms.

`telling` holds the frame (banner, summary, tables) and the data; `story_explore`, `story_list` and `story_months` say
what one list and several show; `story_model` and `story_client` what models and a client's numbers do; `story_forecast`
what comes next.
"""

from story_client import say_client as say_client
from story_client import show_place as show_place
from story_explore import say_answer as say_answer
from story_explore import say_correlation_claims as say_correlation_claims
from story_explore import say_correlations as say_correlations
from story_explore import say_distributions as say_distributions
from story_explore import say_hunches as say_hunches
from story_explore import show_claims as show_claims
from story_explore import show_correlations as show_correlations
from story_explore import show_distributions as show_distributions
from story_forecast import say_bounds as say_bounds
from story_forecast import say_commitment as say_commitment
from story_forecast import say_forecast as say_forecast
from story_forecast import say_transitions as say_transitions
from story_forecast import show_forecast as show_forecast
from story_list import say_composition as say_composition
from story_list import say_influence as say_influence
from story_list import say_list_rule as say_list_rule
from story_list import say_quarters as say_quarters
from story_list import say_selection as say_selection
from story_list import show_composition as show_composition
from story_list import show_influence as show_influence
from story_list import show_list_rules as show_list_rules
from story_list import show_quarters as show_quarters
from story_model import say_ablation as say_ablation
from story_model import say_addition as say_addition
from story_model import say_chances as say_chances
from story_model import say_decisions as say_decisions
from story_model import say_direction as say_direction
from story_model import say_elasticity as say_elasticity
from story_model import say_limits as say_limits
from story_model import say_list_bar as say_list_bar
from story_model import say_marks as say_marks
from story_model import say_overfit as say_overfit
from story_model import say_regression as say_regression
from story_model import say_success as say_success
from story_model import say_test as say_test
from story_model import show_audit as show_audit
from story_model import show_chances as show_chances
from story_model import show_classifiers as show_classifiers
from story_model import show_decisions as show_decisions
from story_model import show_diagnostics as show_diagnostics
from story_model import show_regressions as show_regressions
from story_model import show_scores as show_scores
from story_months import say_pooled as say_pooled
from story_months import say_profiles as say_profiles
from story_months import say_regression_to_mean as say_regression_to_mean
from story_months import say_specifications as say_specifications
from story_months import say_targets as say_targets
from story_months import show_panel as show_panel
from story_months import show_specifications as show_specifications
from story_months import show_targets as show_targets
from telling import close_summary as close_summary
from telling import open_summary as open_summary
from telling import say_cleaning as say_cleaning
from telling import say_data as say_data
from telling import say_for_client as say_for_client
from telling import say_split as say_split
from telling import say_versions as say_versions
from telling import show as show
from telling import show_leakage_kinds as show_leakage_kinds
from telling import show_quality as show_quality
from telling import show_reforms as show_reforms
from telling import show_table as show_table
from tiktok.figures import use_style as use_style
