"""The next list: everything that the story tells of it, gathered where enough lists are at hand."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from tiktok.forecast.ablation import ablate_forecast
from tiktok.forecast.charts import (
    plot_engagement,
    plot_forecast,
    plot_forecast_chances,
    plot_parts,
    plot_transitions,
)
from tiktok.forecast.commitment import FORECASTS, check_forecast, read_forecast
from tiktok.forecast.rolling import predict_steps
from tiktok.forecast.scores import compare_forecasts, score_forecasts
from tiktok.forecast.transitions import bound_change, compare_risers, count_transitions, explain_fall
from tiktok.lists.provenance import is_synthetic
from tiktok.prepare.panel import pair_snapshots

FEWEST_LISTS = 3
COMMITTED_MONTH = "2022-12"


class Overview(NamedTuple):
    """What is known of the next list; nothing but `figures=()` where there are too few lists."""

    scores: pd.DataFrame | None = None
    gains: pd.DataFrame | None = None
    transitions: pd.DataFrame | None = None
    risers: pd.DataFrame | None = None
    changes: pd.DataFrame | None = None
    fall: pd.DataFrame | None = None
    figures: tuple[Figure, ...] = ()


def summarise_forecast(panel: Mapping[str, pd.DataFrame]) -> Overview:
    """Forecast each list from the ones before it, and say who rises, stays or leaves.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.

    Returns
    -------
    Overview
        `scores` and `gains` as `forecast.score_forecasts` and `forecast.compare_forecasts` give them;
        `transitions`, `risers`, `changes` and `fall` as `count_transitions`, `compare_risers`, `bound_change`
        and `explain_fall` in `transitions`; and figures, among them what each part of what is known adds.
        Empty with fewer than three lists, which is what learning from one step and forecasting another
        takes.

    >>> summarise_forecast({}).figures
    ()
    """
    if len(panel) < FEWEST_LISTS:
        return Overview()
    pairs = pair_snapshots(panel)
    predictions = predict_steps(pairs)
    scores, transitions = score_forecasts(predictions), count_transitions(panel)
    return Overview(
        scores=scores,
        gains=compare_forecasts(predictions),
        transitions=transitions,
        risers=compare_risers(pairs),
        changes=bound_change(panel),
        fall=explain_fall(predictions, pairs),
        figures=(
            plot_transitions(transitions),
            plot_forecast(scores),
            plot_forecast_chances(predictions, "success_next"),
            plot_engagement(predictions),
            plot_parts(ablate_forecast(pairs)),
        ),
    )


def check_commitment(panel: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Read the forecast that was written down beforehand, and score it where its list is at hand.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.

    Returns
    -------
    (DataFrame, DataFrame or None)
        The forecast as `commitment.read_forecast` reads it, and its scores beside those of the baselines
        as `commitment.check_forecast` gives them; None where the real list isn't at hand.

    Raises
    ------
    ForecastError
        If the forecast isn't as it was written, or speaks of other creators.
    """
    written = read_forecast(FORECASTS / f"{COMMITTED_MONTH}.csv")
    if COMMITTED_MONTH not in panel or is_synthetic(panel[COMMITTED_MONTH]):
        return written, None
    until = {month: creators for month, creators in panel.items() if month <= COMMITTED_MONTH}
    return written, check_forecast(written, until)[0]
