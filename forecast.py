"""The panel: from what is known when a list comes out, who is in the next one, who succeeds, how engaged?

Rolling origin: each step is forecast from the lists up to it, by models fitted, tuned and picked on those.
What comes of it speaks of creators who made a list, and what it says of engagement, of those who stay.

Fits, tuning and picks see the past alone; whoever wrote this did not: what the models look like, and which
features they have, was settled with the steps of 2022 in view. So scores on those steps are exploratory, and
a forecast written down beforehand (`forecast_file`) is the test.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from figures import format_count
from forecast_scores import RESAMPLES, score_forecasts
from inputs import steady_fits
from levels import COUNTS, FEATURE_GROUPS, NEEDED, Lists, describe_levels, line_up, tabulate_features
from outlook import fit_outlook, give_outlook
from panel import DAYS_A_MONTH, describe_history, pair_snapshots
from rivals import LEARNERS, SEED, predict_rivals

CHANCES, ENGAGEMENT = ("stayed", "success_next"), "engagement_next"
OUTCOMES = (*CHANCES, ENGAGEMENT)
TARGETS = {"stayed": "stayed", "success_next": "success_next", ENGAGEMENT: "level_next"}
DRIFT = "drift"
NEXT = "next"
CANDIDATES = (DRIFT, *LEARNERS)
PAIR_COLUMNS = (*NEEDED, "engagement", "top_quarter", "month_next", "gap_days", *OUTCOMES)
FEWEST = 30  # creators of a list, stayers, leavers: with fewer nothing is learnt


class ForecastError(ValueError):
    """What can't be forecast, in one sentence."""


def forecast(pairs: pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = SEED) -> pd.DataFrame:
    """Forecast each list from the ones up to the list before it, and score the forecasts.

    Parameters
    ----------
    pairs : DataFrame
        What `prepare.pair_snapshots` gives, of three lists or more.
    resamples : how often to draw creators for the intervals
    seed : of folds, forests and draws

    Returns
    -------
    DataFrame, long
        What `forecast_scores.score_forecasts` gives of `predict_steps`.

    Raises
    ------
    ForecastError
        If there are less than two pairs of lists, a column is missing, or too few creators stay or leave.
    """
    return score_forecasts(predict_steps(pairs, seed=seed), resamples=resamples, seed=seed)


def predict_steps(
    pairs: pd.DataFrame,
    *,
    learners: Sequence[str] = LEARNERS,
    months: Sequence[str] | None = None,
    seed: int = SEED,
) -> pd.DataFrame:
    """Forecast each list, from the third one on, from the lists before it.

    Parameters
    ----------
    pairs : DataFrame
        What `prepare.pair_snapshots` gives, of three lists or more, rows in any order.
    learners : which of the models that know nothing of time are fitted beside the drift and the baselines
    months : lists to forecast from; default all but the first
    seed : of folds and forests

    Returns
    -------
    DataFrame, long, a row a step, outcome, model and creator
        `step`, `month`, `month_next`, `handle`, `outcome`, `model`, `chosen`, `predicted` (a chance; or
        engagement if the creator stays, a median), `ordering` (what AUC ranks by), `low`, `high` (90 %
        interval of engagement), `actual` (1 or 0; engagement, missing where gone).

        The step from the first list to the second can't be forecast, since nothing was known of how lists
        follow each other. In the first step forecast, the drift is `chosen`: only one gap is known then, and
        it alone can tell another one from it. Later, for each outcome, whichever candidate had the least
        squared error over the steps before.

    Raises
    ------
    ForecastError
        As `forecast`.
    """
    pairs = require_pairs(pairs)
    days = count_days(pairs)
    parts = []
    for month in sorted(pairs["month"].unique())[1:]:
        if months is not None and month not in months:
            continue
        lists = line_up(pairs[pairs["month"] <= month], days)
        _check_enough(lists)
        for said in (predict_with_drift(lists), _predict_with_rivals(lists, learners, seed)):
            parts += [finish_step(part, outcome, lists) for outcome, part in said.items()]
    predictions = pick_models(pd.concat(parts, ignore_index=True))
    predictions.attrs["provenance"] = dict(pairs.attrs.get("provenance", {}))
    return predictions


def count_days(pairs: pd.DataFrame) -> dict[str, float]:
    """Count the days from the first list to each other one, the last next one included.

    >>> count_days(pd.DataFrame({"month": ["2022-06"], "month_next": ["2022-07"], "gap_days": [30]}))
    {'2022-06': 0.0, '2022-07': 30.0}
    """
    gaps = pairs.groupby("month")[["month_next", "gap_days"]].first()
    days = dict(zip(gaps["month_next"], gaps["gap_days"].cumsum().astype(float), strict=True))
    return {gaps.index[0]: 0.0, **days}


def require_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Refuse what isn't pairs of three lists or more, each leading to the next."""
    missing = [column for column in PAIR_COLUMNS if column not in getattr(pairs, "columns", [])]
    if missing:
        raise ForecastError(
            f"There is no column {', '.join(map(repr, missing))}: "
            "hand over what prepare.pair_snapshots() gave."
        )
    steps = pairs[["month", "month_next"]].drop_duplicates().sort_values("month")
    if steps["month"].duplicated().any() or list(steps["month"][1:]) != list(steps["month_next"][:-1]):
        found = ", ".join(f"{step.month}→{step.month_next}" for step in steps.itertuples())
        raise ForecastError(f"The pairs don't lead from list to list ({found}): hand over all of them.")
    twice = pairs[pairs.duplicated(["month", "handle"])]
    if len(twice):
        raise ForecastError(
            f"{twice['handle'].iloc[0]!r} is there twice in {twice['month'].iloc[0]}: "
            "hand over what prepare.pair_snapshots() gave."
        )
    if len(steps) < 2:
        raise ForecastError(
            f"There are {len(steps) + 1 if len(steps) else 'no'} lists; a forecast that can be scored takes "
            "three at least: two to learn from, one to be right or wrong about."
        )
    return pairs


def _check_enough(lists: Lists) -> None:
    """Refuse to learn from next to nothing."""
    known = lists.rows[lists.rows["month"] < lists.months[-1]]
    for month, rows in known.groupby("month"):
        if int(rows["stayed"].sum()) < FEWEST:
            raise ForecastError(
                f"{rows['stayed'].sum()} of {len(rows)} creators of {month} are in the list of "
                f"{rows['month_next'].iloc[0]}; at least {FEWEST} are needed to learn what comes next."
            )


def predict_with_drift(lists: Lists, **options: object) -> dict[str, pd.DataFrame]:
    """Forecast one step from the lists up to it.

    Parameters
    ----------
    lists : Lists
        Their rows with `month_next`.
    options : as in `outlook.fit_outlook`

    Returns
    -------
    dict of outcome to DataFrame
        `model`, `predicted`, `ordering`, `low`, `high`, a row a creator of the last list; engagement as log,
        relative to that list's median.
    """
    later = lists.rows["month_next"].iloc[-1]
    with steady_fits():
        ahead = give_outlook(fit_outlook(lists, **options), lists, later)
    said = {
        outcome: pd.DataFrame({"predicted": ahead[outcome], "low": np.nan, "high": np.nan})
        for outcome in CHANCES
    }
    said[ENGAGEMENT] = ahead[["level", "level_low", "level_high"]].set_axis(
        ["predicted", "low", "high"], axis=1
    )
    return {outcome: part.assign(model=DRIFT, ordering=part["predicted"]) for outcome, part in said.items()}


def _predict_with_rivals(lists: Lists, learners: Sequence[str], seed: int) -> dict[str, pd.DataFrame]:
    table = _tabulate(lists)
    past = (lists.rows["month"] < lists.months[-1]).to_numpy()
    known, asked = table[past], table[~past].drop(columns=list(TARGETS.values()))
    features = [column for columns in FEATURE_GROUPS.values() for column in columns]
    return {
        outcome: predict_rivals(known, asked, target, features, learners=learners, seed=seed)
        for outcome, target in TARGETS.items()
    }


def _tabulate(lists: Lists) -> pd.DataFrame:
    """Tabulate features and outcomes of all lists; the outcomes of the last one aren't handed on."""
    rows = lists.rows
    median = lists.measures["engagement"].reindex(rows["month"]).to_numpy()
    place = rows.groupby("month")["above_cut"].rank(ascending=False, method="first")
    return tabulate_features(lists, lists.months).assign(
        handle=rows["handle"],
        gap_days=rows["gap_days"].astype(float),
        top_quarter=rows["top_quarter"],
        list_place=-np.log(place),
        stayed=rows["stayed"].astype(bool),
        success_next=rows["success_next"].astype(bool),
        level_next=np.log1p(rows["engagement_next"]) - median,
    )


def finish_step(said: pd.DataFrame, outcome: str, lists: Lists) -> pd.DataFrame:
    """Put engagement into its own units, and what came beside what was said."""
    month = lists.months[-1]
    rows = lists.rows.loc[said.index]
    later = rows["month_next"].iloc[0]
    figures = said[["predicted", "ordering", "low", "high"]]
    if outcome == ENGAGEMENT:
        figures = np.expm1(figures + lists.measures.loc[month, "engagement"])
    names = {"step": f"{month}→{later}", "month": month, "month_next": later, "handle": rows["handle"]}
    finished = figures.assign(
        **names, outcome=outcome, model=said["model"], actual=rows[outcome].astype(float)
    )
    return finished[[*names, "outcome", "model", "predicted", "ordering", "low", "high", "actual"]]


def pick_models(predictions: pd.DataFrame) -> pd.DataFrame:
    """Mark for each step and outcome the candidate with the least squared error over the steps before.

    Parameters
    ----------
    predictions : DataFrame
        Rows of `predict_steps`, steps in the order of time.

    Returns
    -------
    DataFrame
        With `chosen`. Errors of engagement are those of its log, of creators who stayed.
    """
    errors = [_square_errors(part, outcome) for outcome, part in predictions.groupby("outcome", sort=False)]
    sums = (
        pd.concat(errors).groupby(["outcome", "month", "model"])["error"].agg(["sum", "count"]).reset_index()
    )
    picks = []
    for month, outcome in predictions[["month", "outcome"]].drop_duplicates().itertuples(index=False):
        before = sums[(sums["outcome"] == outcome) & (sums["month"] < month)].groupby("model")
        mean = (before["sum"].sum() / before["count"].sum()).reindex(CANDIDATES).dropna()
        picks.append((month, outcome, DRIFT if mean.empty else str(mean.idxmin())))
    asked = pd.MultiIndex.from_frame(predictions[["month", "outcome", "model"]])
    return predictions.assign(chosen=asked.isin(picks))


def _square_errors(part: pd.DataFrame, outcome: str) -> pd.DataFrame:
    seen = part[part["actual"].notna() & part["model"].isin(CANDIDATES)]
    figures = seen[["predicted", "actual"]]
    figures = np.log1p(figures) if outcome == ENGAGEMENT else figures
    return seen.assign(error=(figures["predicted"] - figures["actual"]) ** 2)


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
    pairs = pair_snapshots(panel)
    last = list(panel)[-1]
    days = count_days(pairs)
    history = describe_history(panel)
    lists = line_up(
        pd.concat([pairs, history[history["month"] == last]]), days | {NEXT: days[last] + days_ahead}
    )
    _check_enough(lists)
    whole = lists.rows[lists.rows["month"] == last].reset_index(drop=True)
    asked, notes = (
        (whole, pd.Series("", whole.index)) if creators is None else _describe(creators, lists, last)
    )
    told = asked[notes == ""]
    with steady_fits():
        ahead = give_outlook(fit_outlook(lists), lists, NEXT, told)
    levels = ahead[["level", "level_low", "level_high"]] + lists.measures.loc[last, "engagement"]
    engagement = np.expm1(levels.set_axis(["engagement", "engagement_low", "engagement_high"], axis=1))
    chances = ahead[list(CHANCES)].set_axis(["p_stay", "p_success"], axis=1)
    figures = pd.concat([chances, engagement], axis=1).reindex(asked.index)
    result = pd.concat([asked[["handle"]].assign(month=last), figures], axis=1).assign(note=notes)
    result.attrs["provenance"] = dict(pairs.attrs["provenance"])
    return result


def _describe(creators: pd.DataFrame, lists: Lists, month: str) -> tuple[pd.DataFrame, pd.Series]:
    """Describe clients as if they stood in the list, and say of which of them nothing can be said."""
    missing = [column for column in ("handle", *COUNTS) if column not in creators.columns]
    if missing:
        raise ForecastError(
            f"There is no column {', '.join(map(repr, missing))}: give each creator a handle and its counts."
        )
    counts = creators[list(COUNTS)].apply(pd.to_numeric, errors="coerce").astype(float)
    engagement = counts[list(COUNTS[1:])].sum(axis=1, skipna=False)
    rows = counts.assign(handle=creators["handle"].astype(str), month=month, engagement=engagement)
    rows = describe_levels(rows.assign(engagement_log=np.log1p(engagement.clip(lower=0))), lists.measures)
    known = lists.rows.drop_duplicates("handle").set_index("handle")["creator"]
    rows["creator"] = rows["handle"].str.casefold().map(known).fillna(-1).astype(int)
    listed = lists.rows[lists.rows["month"] == month]
    notes = pd.Series("", rows.index)
    notes[rows["above_cut"] < 0] = (
        f"no number: below the bar of the list of {month}, of whose creators this speaks"
    )
    for column in ("subscribers", "engagement"):
        low, high = listed[column].min(), listed[column].max()
        notes[~rows[column].between(low, high)] = (
            f"no number: {column} outside the list of {month}, which runs from {format_count(low)} to "
            f"{format_count(high)}"
        )
    usable = (counts >= 0).all(axis=1) & np.isfinite(counts).all(axis=1)
    notes[~usable] = "no number: a count is missing, negative or no number"
    return rows, notes
