"""The next list: everything that the story tells of it, gathered where enough lists are at hand."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from tiktok.forecast.ablation import ablate_forecast
from tiktok.forecast.calibration import check_calibration, compare_copied
from tiktok.forecast.charts import (
    plot_engagement,
    plot_forecast,
    plot_forecast_chances,
    plot_parts,
    plot_transitions,
)
from tiktok.forecast.commitment import FORECASTS, check_forecast, read_forecast
from tiktok.forecast.learners import LEARNERS, PERSISTENCE
from tiktok.forecast.rolling import fit_steps, pick_on_earlier_steps, predict_steps
from tiktok.forecast.scores import ENGAGEMENT, HEADLINES, compare_forecasts, score_forecasts
from tiktok.forecast.screening import screen_creators
from tiktok.forecast.transitions import bound_change, compare_risers, count_transitions, explain_fall
from tiktok.lists.provenance import is_synthetic
from tiktok.prepare.panel import pair_snapshots

FEWEST_LISTS = 3
COMMITTED_MONTH = "2022-12"
DEFINITIONS = ("engagement", "interactions")


class Commitment(NamedTuple):
    """The forecast that was written down, and what came of it; None while its list isn't at hand."""

    written: pd.DataFrame
    scores: pd.DataFrame | None = None
    calibration: pd.DataFrame | None = None
    screening: pd.DataFrame | None = None


class Overview(NamedTuple):
    """What is known of the next list; nothing but `committed` and `figures=()` where lists are too few."""

    scores: pd.DataFrame | None = None
    gains: pd.DataFrame | None = None
    transitions: pd.DataFrame | None = None
    risers: pd.DataFrame | None = None
    changes: pd.DataFrame | None = None
    fall: pd.DataFrame | None = None
    calibration: pd.DataFrame | None = None
    screening: pd.DataFrame | None = None
    copied: pd.DataFrame | None = None
    definitions: pd.DataFrame | None = None
    figures: tuple[Figure, ...] = ()
    committed: Commitment | None = None


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
        and `explain_fall` in `transitions`; `calibration`, `screening` and `copied` as `check_calibration`,
        `screen_creators` and `compare_copied` give them; `definitions` and `committed` as
        `compare_definitions` and `check_commitment`; and figures, among them what each part of what is known
        adds. All but `committed` is empty with fewer than three lists, which is what learning from one step
        and forecasting another takes.

    >>> summarise_forecast({}).figures
    ()
    """
    if len(panel) < FEWEST_LISTS:
        return Overview(committed=check_commitment(panel))
    pairs = pair_snapshots(panel)
    steps = fit_steps(pairs)
    predictions = predict_steps(pairs, steps=steps)
    scores, transitions = score_forecasts(predictions), count_transitions(panel)
    return Overview(
        scores=scores,
        gains=compare_forecasts(predictions),
        transitions=transitions,
        risers=compare_risers(pairs),
        changes=bound_change(panel),
        fall=explain_fall(predictions, pairs),
        calibration=check_calibration(predictions),
        screening=screen_creators(predictions),
        copied=compare_copied(predictions),
        definitions=compare_definitions(panel, predictions),
        figures=(
            plot_transitions(transitions),
            plot_forecast(scores),
            plot_forecast_chances(predictions, "success_next"),
            plot_engagement(predictions),
            plot_parts(ablate_forecast(pairs, steps)),
        ),
        committed=check_commitment(panel, predictions),
    )


def compare_definitions(
    panel: Mapping[str, pd.DataFrame], by_engagement: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Forecast by the Gaussian process alone, by both definitions of engagement, against "same as now".

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.
    by_engagement : DataFrame, optional
        What `forecast.predict_steps` gave of this panel, where it is at hand.

    Returns
    -------
    DataFrame, a row a definition, outcome and step
        `definition` ("engagement"; "interactions": likes + comments + shares in its place throughout),
        `outcome` ("success_next", "engagement_next"), `metric` ("auc", "r2" of logs), `step`, `month` that is
        forecast from, `month_next`; `value`; `gain` over persistence, with `low`, `high` (95 % over
        creators), `better`: whether the whole interval is above 0. No rows with fewer than three lists.
    """
    names = ["definition", "outcome", "metric", "step", "month", "month_next"]
    columns = [*names, "value", "gain", "low", "high", "better"]
    found = [pd.DataFrame(columns=columns)]
    for definition in DEFINITIONS if len(panel) >= FEWEST_LISTS else ():
        if definition == "engagement" and by_engagement is not None:
            predictions = pick_on_earlier_steps(by_engagement[~by_engagement["model"].isin(LEARNERS)])
        else:
            by = {month: df.assign(engagement=df[definition]) for month, df in panel.items()}
            predictions = predict_steps(pair_snapshots(by), learners=(), baselines=())
        of_gp, gains = score_forecasts(predictions), compare_forecasts(predictions, [PERSISTENCE])
        steps = predictions[["step", "month", "month_next"]].drop_duplicates()
        told = gains.merge(of_gp[of_gp["chosen"]][["outcome", "metric", "step", "value"]]).merge(steps)
        for outcome in ("success_next", ENGAGEMENT):
            asked = (told["outcome"] == outcome) & (told["metric"] == HEADLINES[outcome][0])
            found.append(told[asked].assign(definition=definition)[columns])
    return pd.concat(found[1:] or found, ignore_index=True)


def check_commitment(
    panel: Mapping[str, pd.DataFrame], predictions: pd.DataFrame | None = None
) -> Commitment:
    """Read the forecast that was written down beforehand, and score it where its list is at hand.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.
    predictions : DataFrame, optional
        What `forecast.predict_steps` gave of this panel, where it is at hand.

    Returns
    -------
    Commitment
        `written`: the forecast as `commitment.read_forecast` reads it; its `scores` beside those of the
        baselines, `calibration` and `screening` as `commitment.check_forecast` gives them; None where the
        real list isn't at hand.

    Raises
    ------
    ForecastError
        If the forecast isn't as it was written, or speaks of other creators.
    """
    written = read_forecast(FORECASTS / f"{COMMITTED_MONTH}.csv")
    if COMMITTED_MONTH not in panel or is_synthetic(panel[COMMITTED_MONTH]):
        return Commitment(written)
    until = {month: creators for month, creators in panel.items() if month <= COMMITTED_MONTH}
    checked = check_forecast(written, until, predictions)
    return Commitment(written, checked.scores, checked.calibration, checked.screening)
