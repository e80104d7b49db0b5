"""The panel: from what is known when a list comes out, who is in the next one, who succeeds, how engaged?

Rolling origin: each step is forecast from the lists up to it, by models fitted, tuned and picked on those.
What comes of it speaks of creators who made a list, and what it says of engagement, of those who stay.

Fits, tuning and picks see the past alone; whoever wrote this did not: what the models look like, and which
features they have, was settled with the steps of 2022 in view. So scores on those steps are exploratory, and
a forecast written down beforehand (`commitment`) is the test.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from tiktok.figures import format_count
from tiktok.forecast.chances import FittedChances, fit_chances, predict_chances
from tiktok.forecast.learners import BASELINES, LEARNERS, predict_learners
from tiktok.forecast.relative_features import (
    FEATURES,
    AlignedLists,
    add_relative_features,
    align_lists,
    tabulate_features,
)
from tiktok.forecast.scores import CHANCES, ENGAGEMENT, OUTCOMES, SEED, score_forecasts
from tiktok.lists.columns import ENGAGEMENT_PARTS, METRICS, require_columns
from tiktok.lists.provenance import hand_on
from tiktok.model.inputs import steady_fits
from tiktok.prepare.panel import DAYS_A_MONTH, describe_history, pair_snapshots

TARGETS = {"stayed": "stayed", "success_next": "success_next", ENGAGEMENT: "level_next"}
GP = "drift"  # the Gaussian process, as the story's tables call it
NEXT = "next"
CANDIDATES = (GP, *LEARNERS)
STANDING = ("engagement", "engagement_log", "engagement_place", "top_quarter")
GROWTH = ("engagement_growth", "subscriber_growth")
AHEAD = ("month_next", "gap_days", "copied", *OUTCOMES)
PAIR_COLUMNS = ("month", "handle", "name", *METRICS, *STANDING, *GROWTH, *AHEAD)
PAIRED = "hand over what prepare.pair_snapshots() gave"
FEWEST_STAYERS = 30  # of a list: with fewer nothing is learnt


class ForecastError(ValueError):
    """What can't be forecast, in one sentence."""


class Step(NamedTuple):
    """The lists up to the one that is forecast from, and what the Gaussian process learnt from them."""

    lists: AlignedLists
    fitted: FittedChances


def forecast(pairs: pd.DataFrame, *, seed: int = SEED) -> pd.DataFrame:
    """Forecast each list from the ones up to the list before it, and score the forecasts.

    Parameters
    ----------
    pairs : DataFrame
        What `prepare.pair_snapshots` gives, of three lists or more.
    seed : of folds

    Returns
    -------
    DataFrame, long
        What `forecast.score_forecasts` gives of `forecast.predict_steps`.

    Raises
    ------
    ForecastError
        If there are less than two pairs of lists, a column is missing, or too few creators stay or leave.
    """
    return score_forecasts(predict_steps(pairs, seed=seed))


def predict_steps(
    pairs: pd.DataFrame,
    *,
    learners: Sequence[str] = LEARNERS,
    baselines: Sequence[str] = BASELINES,
    months: Sequence[str] | None = None,
    seed: int = SEED,
    steps: Sequence[Step] | None = None,
) -> pd.DataFrame:
    """Forecast each list, from the third one on, from the lists before it.

    Parameters
    ----------
    pairs : DataFrame
        What `prepare.pair_snapshots` gives, of three lists or more, rows in any order.
    learners, baselines : models that know nothing of time, fitted beside the Gaussian process; persistence
        always is
    months : lists to forecast from; default all but the first
    seed : of folds
    steps : what `fit_steps` gave of these pairs, where it is at hand

    Returns
    -------
    DataFrame, long, a row a step, outcome, model and creator
        `step`, `month`, `month_next`, `handle`, `outcome`, `model`, `chosen`, `predicted` (a chance; or
        engagement if the creator stays, a median), `ordering` (what AUC ranks by), `low`, `high` (90 %
        interval of engagement), `actual` (1 or 0; engagement, missing where gone), `copied` (bool: the next
        list carries the very numbers of this one).

        The step from the first list to the second can't be forecast, since nothing was known of how lists
        follow each other. In the first step forecast, the Gaussian process (model `drift`) is `chosen`: only
        one gap is known then, and it alone can tell another one from it. Later, for each outcome, whichever
        candidate had the least squared error over the steps before.

    Raises
    ------
    ForecastError
        As `forecast.forecast`.
    """
    parts = []
    for lists, fitted in fit_steps(pairs, months) if steps is None else steps:
        with_learners = _predict_with_learners(lists, learners=learners, baselines=baselines, seed=seed)
        for predicted in (predict_with_gp(lists, fitted), with_learners):
            parts += [finish_step(part, outcome, lists) for outcome, part in predicted.items()]
    return hand_on(pairs, pick_on_earlier_steps(pd.concat(parts, ignore_index=True)))


def predict_baselines(pairs: pd.DataFrame) -> pd.DataFrame:
    """Forecast the last list by the baselines alone, which fits no Gaussian process; none is `chosen`.

    Rows as `predict_steps` gives them.
    """
    pairs = require_pairs(pairs)
    lists = align_lists(pairs, count_days(pairs))
    predicted = _predict_with_learners(lists, learners=(), baselines=BASELINES, seed=SEED)
    parts = [finish_step(part, outcome, lists) for outcome, part in predicted.items()]
    return hand_on(pairs, pd.concat(parts, ignore_index=True).assign(chosen=False))


def fit_steps(pairs: pd.DataFrame, months: Sequence[str] | None = None) -> list[Step]:
    """Let the Gaussian process learn from the lists up to each one but the first, or to each of `months`."""
    pairs = require_pairs(pairs)
    days = count_days(pairs)
    steps = []
    for month in sorted(pairs["month"].unique())[1:]:
        if months is not None and month not in months:
            continue
        lists = align_lists(pairs[pairs["month"] <= month], days)
        _check_enough(lists)
        with steady_fits():
            steps.append(Step(lists, fit_chances(lists)))
    return steps


def count_days(pairs: pd.DataFrame) -> dict[str, float]:
    """Count the days from the first list to each other one, the last next one included."""
    gaps = pairs.groupby("month")[["month_next", "gap_days"]].first()
    days = dict(zip(gaps["month_next"], gaps["gap_days"].cumsum().astype(float), strict=True))
    return {gaps.index[0]: 0.0, **days}


def require_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Refuse what isn't pairs of three lists or more, each leading to the next."""
    known = pairs if isinstance(pairs, pd.DataFrame) else pd.DataFrame()
    require_columns(known, PAIR_COLUMNS, ForecastError, hint=PAIRED)
    steps = pairs[["month", "month_next"]].drop_duplicates().sort_values("month")
    if steps["month"].duplicated().any() or list(steps["month"][1:]) != list(steps["month_next"][:-1]):
        found = ", ".join(f"{step.month}→{step.month_next}" for step in steps.itertuples())
        raise ForecastError(f"The pairs don't lead from list to list ({found}): hand over all of them.")
    twice = pairs[pairs.duplicated(["month", "handle"])]
    if len(twice):
        handle, month = twice[["handle", "month"]].iloc[0]
        raise ForecastError(f"{handle!r} is there twice in {month}: {PAIRED}.")
    if len(steps) < 2:
        raise ForecastError(
            f"There are {len(steps) + 1 if len(steps) else 'no'} lists; a forecast that can be scored takes "
            "three at least: two to learn from, one to be right or wrong about."
        )
    return pairs


def _check_enough(lists: AlignedLists) -> None:
    """Refuse to learn from next to nothing."""
    for month, rows in lists.rows[lists.rows["month"] < lists.months[-1]].groupby("month"):
        if rows["stayed"].sum() < FEWEST_STAYERS:
            raise ForecastError(
                f"{rows['stayed'].sum()} of {len(rows)} creators of {month} are in the list of "
                f"{rows['month_next'].iloc[0]}; at least {FEWEST_STAYERS} are needed to learn what comes "
                "next."
            )


def predict_with_gp(lists: AlignedLists, fitted: FittedChances) -> dict[str, pd.DataFrame]:
    """Forecast one step from what was learnt of the lists up to it, by outcome.

    Engagement as log, relative to the last list's median.
    """
    with steady_fits():
        given = predict_chances(fitted, lists, lists.rows["month_next"].iloc[-1])
    levels = given[["level", "level_low", "level_high"]].set_axis(["predicted", "low", "high"], axis=1)
    predicted = {outcome: given[[outcome]].set_axis(["predicted"], axis=1) for outcome in CHANCES}
    predicted[ENGAGEMENT] = levels
    return {outcome: part.assign(model=GP, ordering=part["predicted"]) for outcome, part in predicted.items()}


def _predict_with_learners(lists: AlignedLists, **options: object) -> dict[str, pd.DataFrame]:
    """Forecast one step by models that know nothing of time; options as in `learners.predict_learners`."""
    rows = lists.rows
    median = lists.measures["engagement"].reindex(rows["month"]).to_numpy()
    place = rows.groupby("month")["above_cut"].rank(ascending=False, method="first")
    table = tabulate_features(lists).assign(
        handle=rows["handle"],
        top_quarter=rows["top_quarter"],
        list_place=-np.log(place),
        stayed=rows["stayed"].astype(bool),
        success_next=rows["success_next"].astype(bool),
        level_next=np.log1p(rows["engagement_next"]) - median,
    )
    past = (rows["month"] < lists.months[-1]).to_numpy()
    known, asked = table[past], table[~past].drop(columns=list(TARGETS.values()))
    # what two or three gaps say of days between lists doesn't reach beyond them
    asked = asked.assign(gap_days=asked["gap_days"].clip(known["gap_days"].min(), known["gap_days"].max()))
    return {
        outcome: predict_learners(known, asked, target, FEATURES, **options)
        for outcome, target in TARGETS.items()
    }


def finish_step(predicted: pd.DataFrame, outcome: str, lists: AlignedLists) -> pd.DataFrame:
    """Put engagement into its own units, and what came beside what was predicted."""
    month = lists.months[-1]
    rows = lists.rows[["month_next", "handle", "copied", outcome]].loc[predicted.index]
    later = rows["month_next"].iloc[0]
    figures = predicted.reindex(columns=["predicted", "ordering", "low", "high"])
    if outcome == ENGAGEMENT:
        figures = np.expm1(figures + lists.measures.loc[month, "engagement"])
    names = {"step": f"{month}→{later}", "month": month, "month_next": later, "handle": rows["handle"]}
    names |= {"outcome": outcome, "model": predicted["model"]}
    finished = figures.assign(**names, actual=rows[outcome].astype(float), copied=rows["copied"].astype(bool))
    return finished[[*names, *figures.columns, "actual", "copied"]]


def pick_on_earlier_steps(predictions: pd.DataFrame) -> pd.DataFrame:
    """Mark as `chosen`, by step and outcome, the candidate with the least squared error on earlier steps."""
    # errors of engagement are those of its log, of creators who stayed
    seen = predictions[predictions["actual"].notna() & predictions["model"].isin(CANDIDATES)]
    figures = seen[["predicted", "actual"]].to_numpy(float)
    in_logs = (seen["outcome"] == ENGAGEMENT).to_numpy()
    figures[in_logs] = np.log1p(figures[in_logs])
    seen = seen.assign(error=(figures[:, 0] - figures[:, 1]) ** 2)
    picks = []
    for month, outcome in predictions[["month", "outcome"]].drop_duplicates().itertuples(index=False):
        before = seen[(seen["outcome"] == outcome) & (seen["month"] < month)]
        errors = before.groupby("model")["error"].mean().reindex(CANDIDATES).dropna()
        picks.append((month, outcome, GP if errors.empty else errors.idxmin()))
    asked = pd.MultiIndex.from_frame(predictions[["month", "outcome", "model"]])
    return predictions.assign(chosen=asked.isin(picks))


def forecast_creators(
    panel: Mapping[str, pd.DataFrame],
    creators: pd.DataFrame | None = None,
    *,
    days_ahead: float = DAYS_A_MONTH,
) -> pd.DataFrame:
    """Give creators of the last list their chances in the next one, and an interval for their engagement.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Lists from `prepare.clean`, two or more; all are learnt from. A creator's history is looked up in
        them.
    creators : DataFrame, optional
        A row a creator, with `handle` and the counts as they are now, for clients or for a "what if"; a
        handle that no list knows has no history. Default: the last list as it stands.
    days_ahead : float
        Days from the last list to the next one.

    Returns
    -------
    DataFrame, on the index of `creators`, else by handle
        `handle`, `month` of the last list, `p_stay`, `p_success` (leaving counts as no), `engagement`
        expected if the creator stays (a median, per video), `engagement_low`, `engagement_high` (90 %),
        `note`: "" or why there is no number: the counts are missing, or outside the list.

    Raises
    ------
    PrepareError
        As `prepare.pair_snapshots`.
    ForecastError
        If a column is missing, or too few creators stayed to learn from.

    Notes
    -----
    It speaks of creators who are in the list: of others it knows nothing. The chances suppose that the bar
    of the next list is as high, relative to its creators, as it was; engagement supposes that its median
    doesn't move.
    """
    pairs, history = pair_snapshots(panel), describe_history(panel)
    days, last = count_days(pairs), list(panel)[-1]
    rows = pd.concat([pairs, history[history["month"] == last]])
    lists = align_lists(rows, days | {NEXT: days[last] + days_ahead})
    _check_enough(lists)
    listed = lists.rows[lists.rows["month"] == last].reset_index(drop=True)
    asked = listed.assign(note="") if creators is None else _describe(creators, lists, listed)
    with steady_fits():
        given = predict_chances(fit_chances(lists), lists, NEXT, asked[asked["note"] == ""])
    levels = given[["level", "level_low", "level_high"]] + lists.measures.loc[last, "engagement"]
    engagement = np.expm1(levels.set_axis(["engagement", "engagement_low", "engagement_high"], axis=1))
    figures = given[["stayed", "success_next"]].set_axis(["p_stay", "p_success"], axis=1).join(engagement)
    result = asked[["handle"]].assign(month=last).join(figures).assign(note=asked["note"])
    return hand_on(pairs, result if creators is None else result.set_axis(creators.index))


def _describe(creators: pd.DataFrame, lists: AlignedLists, listed: pd.DataFrame) -> pd.DataFrame:
    """Describe clients as if they stood in the list, with a `note` where nothing can be said of them."""
    hint = "give each creator a handle and its counts"
    require_columns(creators, ("handle", *METRICS), ForecastError, hint=hint)
    creators, month = creators.reset_index(drop=True), lists.months[-1]
    counts = creators[list(METRICS)].apply(pd.to_numeric, errors="coerce").astype(float)
    engagement = counts[list(ENGAGEMENT_PARTS)].sum(axis=1, skipna=False)
    rows = counts.assign(handle=creators["handle"].astype(str), month=month, engagement=engagement)
    rows = rows.assign(engagement_log=np.log1p(engagement.clip(lower=0)), note="")
    rows = add_relative_features(rows, lists.measures)
    known = lists.rows.drop_duplicates("handle").set_index("handle")["creator"]
    rows["creator"] = rows["handle"].str.casefold().map(known).fillna(-1).astype(int)
    rows.loc[rows["above_cut"] < 0, "note"] = (
        f"no number: below the bar of the list of {month}, of whose creators this speaks"
    )
    for column in ("subscribers", "engagement"):
        low, high = listed[column].min(), listed[column].max()
        rows.loc[~rows[column].between(low, high), "note"] = (
            f"no number: {column} outside the list of {month}, which runs from {format_count(low)} to "
            f"{format_count(high)}"
        )
    usable = (counts >= 0).all(axis=1) & np.isfinite(counts).all(axis=1)
    rows.loc[~usable, "note"] = "no number: a count is missing, negative or no number"
    return rows
