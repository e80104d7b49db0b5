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
from tiktok.forecast.rolling import GP, fit_steps, pick_on_earlier_steps, predict_steps
from tiktok.forecast.scores import ENGAGEMENT, HEADLINES, compare_forecasts, score_forecasts
from tiktok.forecast.screening import screen_creators
from tiktok.forecast.transitions import bound_change, compare_risers, count_transitions, explain_fall
from tiktok.prepare.panel import pair_snapshots

FEWEST_LISTS = 3
COMMITTED_MONTH = (
    "2022-12"  # whose list nobody had opened when it was forecast: the rolling steps end before it
)
DEFINITIONS = ("engagement", "interactions")


class Commitment(NamedTuple):
    """The forecast that was written down, and what came of it; None while its list isn't at hand."""

    written: pd.DataFrame
    scores: pd.DataFrame | None = None
    calibration: pd.DataFrame | None = None
    screening: pd.DataFrame | None = None


class Figures(NamedTuple):
    """Pictures: where creators go, all steps together; the others of the rolling forecasts, None without."""

    transitions: Figure | None = None
    scores: Figure | None = None
    chances: Figure | None = None
    engagement: Figure | None = None
    parts: Figure | None = None


class Overview(NamedTuple):
    """What is known of the next list; nothing but `committed` where there is a single list.

    From two lists on, over all steps, since they are no forecasts: `transitions`, `risers`, `changes`,
    `figures.transitions`. From three on, of the rolling forecasts: the others.
    """

    transitions: pd.DataFrame | None = None
    risers: pd.DataFrame | None = None
    changes: pd.DataFrame | None = None
    scores: pd.DataFrame | None = None
    gains: pd.DataFrame | None = None
    fall: pd.DataFrame | None = None
    calibration: pd.DataFrame | None = None
    screening: pd.DataFrame | None = None
    copied: pd.DataFrame | None = None
    definitions: pd.DataFrame | None = None
    figures: Figures = Figures()
    committed: Commitment | None = None


def summarise_forecast(panel: Mapping[str, pd.DataFrame]) -> Overview:
    """Forecast each list from the ones before it, and say who rises, stays or leaves.

    Once the list is at hand that was forecast beforehand, the rolling forecasts end with the list before it:
    that step belongs to the forecast that was committed, which is scored in `committed`.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.

    Returns
    -------
    Overview
        `transitions`, `risers` and `changes`, of all steps, as `count_transitions`, `compare_risers` and
        `bound_change` in `transitions` give them.

        Of the rolling forecasts, which take three lists: `scores` and `gains` as `forecast.score_forecasts`
        and `forecast.compare_forecasts` give them; `fall`, `calibration`, `screening` and `copied` as
        `explain_fall`, `check_calibration`, `screen_creators` and `compare_copied`; `definitions` as
        `compare_definitions`.

        `figures` of both kinds, and `committed` as `check_commitment` gives it.

    >>> summarise_forecast({}).figures.transitions is None
    True
    """
    committed = check_commitment(panel)
    if len(panel) < 2:
        return Overview(committed=committed)
    transitions = count_transitions(panel)
    walked = Overview(
        transitions=transitions,
        risers=compare_risers(pair_snapshots(panel)),
        changes=bound_change(panel),
        figures=Figures(transitions=plot_transitions(transitions)),
        committed=committed,
    )
    if committed.scores is not None:
        panel = {month: creators for month, creators in panel.items() if month < COMMITTED_MONTH}
    return walked if len(panel) < FEWEST_LISTS else _add_forecasts(walked, panel)


def _add_forecasts(walked: Overview, panel: Mapping[str, pd.DataFrame]) -> Overview:
    """Add the rolling forecasts of these lists, and what came of them."""
    pairs = pair_snapshots(panel)
    steps = fit_steps(pairs)
    predictions = predict_steps(pairs, steps=steps)
    scores = score_forecasts(predictions)
    return walked._replace(
        scores=scores,
        gains=compare_forecasts(predictions),
        fall=explain_fall(predictions, pairs),
        calibration=check_calibration(predictions),
        screening=screen_creators(predictions),
        copied=compare_copied(predictions),
        definitions=compare_definitions(panel, predictions),
        figures=walked.figures._replace(
            scores=plot_forecast(scores),
            chances=plot_forecast_chances(predictions, "success_next"),
            engagement=plot_engagement(predictions),
            parts=plot_parts(ablate_forecast(pairs, steps)),
        ),
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
        predictions = predictions[predictions["model"].isin([GP, PERSISTENCE])]
        of_gp, gains = score_forecasts(predictions), compare_forecasts(predictions, [PERSISTENCE])
        steps = predictions[["step", "month", "month_next"]].drop_duplicates()
        told = gains.merge(of_gp[of_gp["chosen"]][["outcome", "metric", "step", "value"]]).merge(steps)
        for outcome in ("success_next", ENGAGEMENT):
            asked = (told["outcome"] == outcome) & (told["metric"] == HEADLINES[outcome][0])
            found.append(told[asked].assign(definition=definition)[columns])
    return pd.concat(found[1:] or found, ignore_index=True)


def check_commitment(panel: Mapping[str, pd.DataFrame]) -> Commitment:
    """Read the forecast that was written down beforehand, and score it where its list is at hand.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.

    Returns
    -------
    Commitment
        `written`: the forecast as `commitment.read_forecast` reads it; its `scores` beside those of the
        baselines, `calibration` and `screening` as `commitment.check_forecast` gives them; None where the
        real list isn't at hand, or doesn't follow in this panel on the very list that was forecast from.

    Raises
    ------
    ForecastError
        If the forecast isn't as it was written.
    """
    written = read_forecast(FORECASTS / f"{COMMITTED_MONTH}.csv")
    until = {month: creators for month, creators in panel.items() if month <= COMMITTED_MONTH}
    if not _is_opened(written, until):
        return Commitment(written)
    checked = check_forecast(written, until)
    return Commitment(written, checked.scores, checked.calibration, checked.screening)


def _is_opened(written: pd.DataFrame, until: Mapping[str, pd.DataFrame]) -> bool:
    """Tell whether the list that was forecast is here, right after the real file it was forecast from."""
    if len(until) < FEWEST_LISTS or COMMITTED_MONTH not in until:
        return False
    before, file = list(written.attrs["sources"].items())[-1]
    return list(until)[-2] == before and until[before].attrs.get("provenance", {}).get("sha256") == file
