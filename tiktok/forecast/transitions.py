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

from tiktok.forecast.relative_features import add_relative_features, measure_lists
from tiktok.forecast.scores import (
    ENGAGEMENT,
    POOLED,
    RESAMPLES,
    SEED,
    find_interval,
    measure_superiority,
    sum_by_creator,
)
from tiktok.lists.columns import LEAST_COUNT, METRICS, list_score
from tiktok.lists.provenance import hand_on
from tiktok.prepare.panel import describe_history, pair_snapshots
from tiktok.resampling import draw_times, percentile_interval

QUARTERS = ("top quarter", "second quarter", "third quarter", "bottom quarter")
OUT = "out"
STATES = (*QUARTERS, OUT)
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
FEWEST_COMPARED = 10
POWERS_OF_THE_SCORE = 3  # views, likes, and comments + shares: all by the same factor is its cube


def count_transitions(panel: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count from which quarter of a list creators go to which of the next, out of it, or come into it.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`, in the order of time.

    Returns
    -------
    DataFrame, a row a step, state now and state next
        `month`, `month_next`, `gap_days` between them; `now`, `next`: quarters by engagement in that list, or
        "out"; `n` creators; `of`: all who are there now; `share` of them with `low`, `high` (95 %, Wilson).
        Of those who are out now only newcomers are seen, so shares are of these. No rows with one list.

    Raises
    ------
    PrepareError
        As `prepare.pair_snapshots`.

    >>> count_transitions({}).empty
    True
    """
    columns = ["month", "month_next", "gap_days", "now", "next", "n", "of", "share", "low", "high"]
    if len(panel) < 2:
        return pd.DataFrame(columns=columns)
    pairs = pair_snapshots(panel)
    gaps = pairs.groupby("month")["gap_days"].first()
    steps = []
    for month, later in pairwise(panel):
        now, then = (label_quarters(panel[m]).set_axis(panel[m]["handle"]) for m in (month, later))
        both = pd.concat([now, then], axis=1, keys=["now", "next"]).fillna(OUT)
        counts = both.value_counts().reindex(pd.MultiIndex.from_product([STATES, STATES]), fill_value=0)
        counts = counts.drop((OUT, OUT)).rename_axis(["now", "next"]).rename("n").reset_index()
        counts["of"] = counts.groupby("now")["n"].transform("sum")
        low, high = proportion_confint(counts["n"], counts["of"].clip(lower=1), method="wilson")
        shares = {"share": counts["n"] / counts["of"].where(counts["of"] > 0), "low": low, "high": high}
        names = {"month": month, "month_next": later, "gap_days": gaps[month]}
        steps.append(counts.assign(**names, **shares)[columns])
    return hand_on(pairs, pd.concat(steps, ignore_index=True))


def pool_transitions(transitions: pd.DataFrame) -> pd.DataFrame:
    """Add up the counts of all steps: `now`, `next`, `n`, `of` all who were there, `share` of them."""
    pooled = transitions.groupby(["now", "next"], sort=False)[["n", "of"]].sum().reset_index()
    return hand_on(transitions, pooled.assign(share=pooled["n"] / pooled["of"].where(pooled["of"] > 0)))


def label_quarters(creators: pd.DataFrame) -> pd.Series:
    """Say in which quarter of its list each creator is by engagement; ties stand in the higher one."""
    engagement = creators["engagement"]
    bounds = engagement.quantile([0.75, 0.5, 0.25]).to_numpy()
    below = (engagement.to_numpy()[:, None] < bounds).sum(axis=1)
    return pd.Series(np.array(QUARTERS, dtype=object)[below], index=engagement.index)


def compare_risers(pairs: pd.DataFrame) -> pd.DataFrame:
    """Say in what those who rise into the top quarter differ beforehand from the others who weren't in it.

    A row a feature and step: `feature` (a key of `OBSERVABLE`, all as they were before), `step` (`pooled`:
    all steps together, each feature relative to its list), `n_yes`, `n_no`, `superiority`: the probability
    that one who rose had more of the feature than one who didn't (0.5: no difference), with `low`, `high`
    (95 % over creators); `ratio`: how many times as much the median of the former has, for counts and rates
    (missing for the others); `reason` why a row is empty.
    """
    below = ~pairs["top_quarter"].to_numpy(bool)
    described = add_relative_features(pairs, measure_lists(pairs))[below]
    creators = pd.factorize(described["handle"])[0]
    rose = described["success_next"].to_numpy(bool)
    step = (described["month"] + "→" + described["month_next"]).to_numpy()
    rows = []
    for feature, column in OBSERVABLE.items():
        values = described[column].to_numpy(float)
        for name in (*pd.unique(step), POOLED):
            part = ~np.isnan(values) & ((step == name) | (name == POOLED))
            compared = _compare_sides(values[part], rose[part], creators[part])
            if not column.endswith(("_level", "_rate")):  # no natural log
                compared["ratio"] = np.nan
            rows.append({"feature": feature, "step": name} | compared)
    return hand_on(pairs, pd.DataFrame(rows))


def _compare_sides(values: np.ndarray, yes: np.ndarray, creators: np.ndarray) -> dict[str, object]:
    numbers = {"n_yes": int(yes.sum()), "n_no": int((~yes).sum())}
    if min(numbers.values()) < FEWEST_COMPARED:
        few = f"only {min(numbers.values())} on one side; at least {FEWEST_COMPARED} are needed"
        return numbers | dict.fromkeys(("superiority", "low", "high", "ratio"), np.nan) | {"reason": few}
    found = sum_by_creator(measure_superiority(values, yes), creators, creators.max() + 1)
    ratio = np.exp(np.median(values[yes]) - np.median(values[~yes]))
    return numbers | {"superiority": found.value, **find_interval(found), "ratio": ratio, "reason": ""}


def bound_change(panel: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Say how engagement changed by the next list, of stayers and whatever may be true of the others.

    A row a step and group ("top quarter", "others", "all"): `n`, `stayed` (share); medians of engagement then
    over engagement now: `stayers`: of those who stayed; of all, `unchanged`: if who left kept its engagement;
    `at_the_cut`: if who left stands just below the next list's cut, all of its counts having changed by one
    factor; `nothing`: if who left has none (0 where most left). `flips`: whether stayers grew in the median
    and all with those at the cut did not, or the other way round.
    """
    # that who left is below the cut is known of the list's score, not of engagement: a supposition, no bound
    pairs = pair_snapshots(panel)
    cuts = measure_lists(describe_history(panel))["cut"]
    scores = np.log(list_score(pairs[list(METRICS)].clip(lower=LEAST_COUNT)))
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
    return hand_on(pairs, bounds.assign(flips=(bounds["stayers"] > 1) != (bounds["at_the_cut"] > 1)))


def explain_fall(predictions: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Say how much of a top quarter's fall the picked forecasts expected of anybody who stood there.

    A row a step, and `pooled`: `step`, `n`: creators of the top quarter who stayed; geometric means of their
    engagement over the list's median: `lead_now`, `lead_next` (over the same median), `lead_expected`;
    `foreseen`: the share of the fall, in logs, that the forecast expected, with `low`, `high` (95 % over
    creators; missing where nothing fell). `reason` why a row is empty.
    """
    # what is expected of a creator for standing high once is regression towards the mean: it would come to
    # pass if nothing about the creator changed
    picks = predictions[predictions["chosen"] & (predictions["outcome"] == ENGAGEMENT)]
    expected = picks.set_index(["month", "handle"])["predicted"].rename("expected")
    rows = pairs.join(expected, on=["month", "handle"])
    medians = np.log1p(rows["engagement"]).groupby(rows["month"]).transform("median")
    top = rows["top_quarter"].astype(bool) & rows["stayed"] & rows["expected"].notna()
    leads = np.log1p(rows.loc[top, ["engagement", ENGAGEMENT, "expected"]]).sub(medians[top], axis=0)
    rows, leads = rows[top], leads.to_numpy()
    times = draw_times(rows["handle"], RESAMPLES, SEED)
    step = (rows["month"] + "→" + rows["month_next"]).to_numpy()
    explained = []
    for name in (*pd.unique(step), POOLED):
        part = (step == name) | (name == POOLED)
        explained.append({"step": name} | _explain(leads[part], times[:, part]))
    return hand_on(predictions, pd.DataFrame(explained))


def _explain(leads: np.ndarray, times: np.ndarray) -> dict[str, object]:
    names = ("lead_now", "lead_next", "lead_expected", "foreseen", "low", "high")
    explained = {"n": len(leads), **dict.fromkeys(names, np.nan), "reason": ""}
    if len(leads) < FEWEST_COMPARED:
        few = f"only {len(leads)} of the top quarter stayed; at least {FEWEST_COMPARED} are needed"
        return explained | {"reason": few}
    now, then, expected = (times @ leads / times.sum(axis=1, keepdims=True)).T
    explained |= dict(zip(names, np.exp([now[0], then[0], expected[0]]), strict=False))
    if now[0] > then[0]:
        foreseen = (now - expected) / np.where(now > then, now - then, np.nan)
        low, high = percentile_interval(foreseen[1:])
        explained |= {"foreseen": foreseen[0], "low": low, "high": high}
    return explained
