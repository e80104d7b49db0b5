"""The next list: everything that the story tells of it, gathered where enough lists are at hand."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from attrition import compare_risers, count_transitions
from forecast import predict_steps
from forecast_charts import plot_engagement, plot_forecast, plot_transitions
from forecast_scores import compare_forecasts, score_forecasts
from prepare import pair_snapshots

FEWEST_LISTS = 3


class Ahead(NamedTuple):
    """What is known of the next list; nothing but `figures=()` where there are too few lists."""

    scores: pd.DataFrame | None = None
    gains: pd.DataFrame | None = None
    transitions: pd.DataFrame | None = None
    risers: pd.DataFrame | None = None
    figures: tuple[Figure, ...] = ()


def look_ahead(panel: Mapping[str, pd.DataFrame]) -> Ahead:
    """Forecast each list from the ones before it, and say who rises, stays or leaves.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.

    Returns
    -------
    Ahead
        `scores` and `gains` as `forecast_scores.score_forecasts` and `compare_forecasts` give them,
        `transitions` and `risers` as `attrition.count_transitions` and `compare_risers`, and their figures;
        empty with fewer than three lists, which is what learning from one step and forecasting another
        takes.

    >>> look_ahead({}).figures
    ()
    """
    if len(panel) < FEWEST_LISTS:
        return Ahead()
    pairs = pair_snapshots(panel)
    predictions = predict_steps(pairs)
    scores, transitions = score_forecasts(predictions), count_transitions(panel)
    drawn = plot_transitions(transitions), plot_forecast(scores), plot_engagement(predictions)
    return Ahead(scores, compare_forecasts(predictions), transitions, compare_risers(pairs), drawn)
