"""Who stays, rises or falls from list to list, and what can't be said because who leaves is unseen.

A creator is on the next list because its next month was good enough. So whatever is said of the engagement of
those who stayed is said of a selection by the very thing that is asked about. No weighting by what was known
before undoes that; what can be done is to say how far the answer could move.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from columns import LEAST_COUNT, list_score
from forecast_scores import CONFIDENCE, POOLED, RESAMPLES, SEED, draw_creators, measure_chances
from levels import COUNTS, describe_levels, measure_lists
from panel import describe_history, pair_snapshots

QUARTERS = ("top quarter", "second quarter", "third quarter", "bottom quarter")
OUT = "out"
PLACES = (*QUARTERS, OUT)
OBSERVABLE = {
    "engagement": "engagement_level",
    "distance to the cut": "above_cut",
    "subscribers": "subscribers_level",
    "likes per view": "likes_rate",
    "comments per view": "comments_rate",
    "shares per view": "shares_rate",
    "times seen": "times_seen",
    "subscriber growth": "subscriber_growth",
    "engagement growth": "engagement_growth",
}
FEWEST = 10
POWERS_OF_THE_SCORE = 3  # views, likes, and comments + shares: all by the same factor is its cube


def count_transitions(panel: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count from which quarter of a list creators go to which of the next, or out of it, or come into it.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Lists from `prepare.clean`, in the order of time, two or more.

    Returns
    -------
    DataFrame, a row a step, place now and place next
        `month`, `month_next`, `gap_days`; `now`, `next`: quarters by engagement in that list ("top quarter"
        to "bottom quarter") or "out" (not in it); `n`; `of`: all who are there now; `share` of them with
        `low`, `high` (95 %). Of those who are out now, only who comes in is seen, so shares are of the
        newcomers.

    Raises
    ------
    PrepareError
        As `prepare.pair_snapshots`.

    Source: intervals by Wilson (1927), `statsmodels.stats.proportion.proportion_confint`.
    """
    pairs = pair_snapshots(panel)
    gaps = pairs.groupby("month")["gap_days"].first()
    columns = ["month", "month_next", "gap_days", "now", "next", "n", "of", "share", "low", "high"]
    rows = []
    for month, later in pairwise(panel):
        now, then = (place_quarters(panel[m]).set_axis(panel[m]["handle"]) for m in (month, later))
        both = pd.concat([now, then], axis=1, keys=["now", "next"]).fillna(OUT)
        counts = both.value_counts().reindex(pd.MultiIndex.from_product([PLACES, PLACES]), fill_value=0)
        counts = counts.drop((OUT, OUT)).rename_axis(["now", "next"]).rename("n").reset_index()
        counts["of"] = counts.groupby("now")["n"].transform("sum")
        low, high = proportion_confint(counts["n"], counts["of"].clip(lower=1), method="wilson")
        shares = {"share": counts["n"] / counts["of"].where(counts["of"] > 0), "low": low, "high": high}
        names = {"month": month, "month_next": later, "gap_days": gaps[month]}
        rows.append(counts.assign(**names, **shares)[columns])
    return _like(pairs, pd.concat(rows, ignore_index=True))


def place_quarters(creators: pd.DataFrame) -> pd.Series:
    """Say in which quarter of its list each creator is by engagement; ties stand in the higher one.

    >>> place_quarters(pd.DataFrame({"engagement": [1.0, 2.0, 3.0, 4.0]})).tolist()
    ['bottom quarter', 'third quarter', 'second quarter', 'top quarter']
    """
    engagement = creators["engagement"]
    bounds = engagement.quantile([0.75, 0.5, 0.25]).to_numpy()
    below = (engagement.to_numpy()[:, None] < bounds).sum(axis=1)
    return pd.Series(np.array(QUARTERS, dtype=object)[below], index=engagement.index)


def compare_stayers(pairs: pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = SEED) -> pd.DataFrame:
    """Say in what those who are in the next list differ beforehand from those who aren't.

    Parameters
    ----------
    pairs : DataFrame
        What `prepare.pair_snapshots` gives.
    resamples : how often to draw creators
    seed : of the draws

    Returns
    -------
    DataFrame, a row a feature and step
        As `compare_risers`.
    """
    return _compare(pairs, "stayed", np.ones(len(pairs), bool), resamples, seed)


def compare_risers(pairs: pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = SEED) -> pd.DataFrame:
    """Say in what those who rise into the top quarter differ beforehand from the others who weren't in it.

    Parameters
    ----------
    pairs : DataFrame
        What `prepare.pair_snapshots` gives.
    resamples : how often to draw creators
    seed : of the draws

    Returns
    -------
    DataFrame, a row a feature and step
        `feature` (a key of `OBSERVABLE`, all as they were before), `step` (`pooled`: all steps together,
        each feature relative to its list), `n_yes`, `n_no`, `superiority`: the probability that one of whom
        it came true had more of the feature than one of whom it didn't (0.5: no difference), with `low`,
        `high` (95 % over creators); `ratio`: how many times as much the median of the former has, for counts
        and rates (missing for the others); `reason` why a row is empty.

    Source: the probability of superiority is Mann and Whitney's U over the number of comparisons.
    """
    return _compare(pairs, "success_next", ~pairs["top_quarter"].to_numpy(bool), resamples, seed)


def _compare(pairs: pd.DataFrame, outcome: str, among: np.ndarray, resamples: int, seed: int) -> pd.DataFrame:
    described = describe_levels(pairs, measure_lists(pairs))[among]
    creators, handles = pd.factorize(described["handle"], sort=True)
    times = draw_creators(len(handles), resamples, seed)[:, creators]
    step = (described["month"] + "→" + described["month_next"]).to_numpy()
    rows = []
    for feature, column in OBSERVABLE.items():
        known = described[column].notna().to_numpy()
        for name in (*pd.unique(step), POOLED):
            of_step = known & ((step == name) | (name == POOLED))
            part = described[of_step]
            compared = _superiority(part, column, outcome, times[:, of_step])
            rows.append({"feature": feature, "step": name} | compared)
    return _like(pairs, pd.DataFrame(rows))


def _superiority(part: pd.DataFrame, column: str, outcome: str, times: np.ndarray) -> dict[str, object]:
    yes = part[outcome].to_numpy(bool)
    numbers = {"n_yes": int(yes.sum()), "n_no": int((~yes).sum())}
    if min(numbers.values()) < FEWEST:
        few = f"only {min(numbers.values())} on one side; at least {FEWEST} are needed"
        return numbers | dict.fromkeys(("superiority", "low", "high", "ratio"), np.nan) | {"reason": few}
    values = part[column].to_numpy(float)
    asked = pd.DataFrame({"predicted": 0.5, "ordering": values, "actual": yes.astype(float)})
    draws = measure_chances(asked, times)["auc"]
    low, high = np.nanquantile(draws[1:], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    in_logs = column.endswith(("_level", "_rate"))
    ratio = np.exp(np.median(values[yes]) - np.median(values[~yes])) if in_logs else np.nan
    return numbers | {"superiority": draws[0], "low": low, "high": high, "ratio": ratio, "reason": ""}


def bound_change(panel: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Say how engagement changed by the next list, of stayers and whatever may be true of the others.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Lists from `prepare.clean`, in the order of time, two or more.

    Returns
    -------
    DataFrame, a row a step and group
        `step`, `group` ("top quarter", "others", "all"), `n`, `stayed` (share); medians of engagement then
        over engagement now: `stayers`: of those who stayed; of all, `unchanged`: if who left kept its
        engagement; `at_the_cut`: if who left stands just below the next list's cut, all of its counts having
        changed by one factor; `nothing`: if who left has none (0 where most left). `flips`: whether stayers
        grew in the median and all with those at the cut did not, or the other way round.

        That who left is below the cut is known of the list's score, not of engagement, so `at_the_cut` is a
        supposition, not a bound.
    """
    pairs = pair_snapshots(panel)
    history = describe_history(panel)
    cuts = measure_lists(history)["cut"]
    scores = np.log(list_score(pairs[list(COUNTS)].clip(lower=LEAST_COUNT)))
    at_the_cut = np.exp((pairs["month_next"].map(cuts) - scores) / POWERS_OF_THE_SCORE)
    change = pairs["engagement_next"] / pairs["engagement"]
    supposed = pd.DataFrame({"unchanged": 1.0, "at_the_cut": at_the_cut, "nothing": 0.0})
    rows = []
    for (month, later), of_step in pairs.groupby(["month", "month_next"], sort=False):
        top = of_step["top_quarter"].to_numpy(bool)
        for group, chosen in (("top quarter", top), ("others", ~top), ("all", np.ones_like(top))):
            part = of_step.index[chosen]
            row = {"step": f"{month}→{later}", "group": group, "n": len(part)}
            row |= {"stayed": pairs.loc[part, "stayed"].mean(), "stayers": change[part].median()}
            row |= {name: change[part].fillna(column[part]).median() for name, column in supposed.items()}
            rows.append(row)
    bounds = pd.DataFrame(rows)
    return _like(pairs, bounds.assign(flips=(bounds["stayers"] > 1) != (bounds["at_the_cut"] > 1)))


def explain_fall(
    predictions: pd.DataFrame, pairs: pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = SEED
) -> pd.DataFrame:
    """Say how much of the fall of a list's top quarter was to be expected of anybody who stood there.

    Parameters
    ----------
    predictions : DataFrame
        What `forecast.predict_steps` gives; the picks are what was expected.
    pairs : DataFrame
        What it was made of.
    resamples : how often to draw creators
    seed : of the draws

    Returns
    -------
    DataFrame, a row a step, and `pooled`
        `step`, `n`: creators of the top quarter who stayed; geometric means of their engagement over the
        list's median: `lead_now`, `lead_next` (over the same median), `lead_expected`; `foreseen`: the share
        of the fall, in logs, that the forecast expected, with `low`, `high` (95 % over creators; missing
        where nothing fell). `reason` why a row is empty.

        What a forecast expects of a creator for standing high once is regression towards the mean: it would
        come to pass if nothing about the creator changed.
    """
    picks = predictions[predictions["chosen"] & (predictions["outcome"] == "engagement_next")]
    told = picks.set_index(["month", "handle"])["predicted"].rename("expected")
    rows = pairs.join(told, on=["month", "handle"])
    medians = np.log1p(rows["engagement"]).groupby(rows["month"]).transform("median")
    top = rows["top_quarter"].astype(bool) & rows["stayed"] & rows["expected"].notna()
    columns = ["engagement", "engagement_next", "expected"]
    leads = np.log1p(rows.loc[top, columns]).sub(medians[top], axis=0)
    creators, handles = pd.factorize(rows.loc[top, "handle"], sort=True)
    times = draw_creators(len(handles), resamples, seed)[:, creators]
    step = (rows.loc[top, "month"] + "→" + rows.loc[top, "month_next"]).to_numpy()
    explained = [
        {"step": name} | _explain(leads[of_step].to_numpy(), times[:, of_step])
        for name in (*pd.unique(step), POOLED)
        for of_step in [(step == name) | (name == POOLED)]
    ]
    return _like(predictions, pd.DataFrame(explained))


def _explain(leads: np.ndarray, times: np.ndarray) -> dict[str, object]:
    names = ("lead_now", "lead_next", "lead_expected", "foreseen", "low", "high")
    if len(leads) < FEWEST:
        few = f"only {len(leads)} of the top quarter stayed; at least {FEWEST} are needed"
        return {"n": len(leads), **dict.fromkeys(names, np.nan), "reason": few}
    now, then, expected = (times @ leads / times.sum(axis=1, keepdims=True)).T
    foreseen = (now - expected) / np.where(now > then, now - then, np.nan)
    shares = dict.fromkeys(("foreseen", "low", "high"), np.nan)
    if now[0] > then[0]:
        low, high = np.nanquantile(foreseen[1:], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        shares = {"foreseen": foreseen[0], "low": low, "high": high}
    means = dict(zip(names[:3], np.exp([now[0], then[0], expected[0]]), strict=True))
    return {"n": len(leads), **means, **shares, "reason": ""}


def _like(source: pd.DataFrame, result: pd.DataFrame) -> pd.DataFrame:
    result.attrs["provenance"] = dict(source.attrs.get("provenance", {}))
    return result
