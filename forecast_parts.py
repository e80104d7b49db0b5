"""What the forecast lives on: forecast again without a part of what is known, and see what is lost.

It speaks of what helps to foresee within such lists. What helps need not be a cause.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from features import PROFILE
from forecast import ENGAGEMENT, OUTCOMES, count_days, finish_step, predict_with_drift, require_pairs
from forecast_scores import AVERAGE, POOLED, RESAMPLES, SEED, compare_forecasts, score_forecasts
from inputs import steady_fits
from levels import ENGAGEMENT_TERMS, SCORE_TERMS, Lists, line_up
from outlook import fit_outlook
from profile_ import profile_features

WHOLE = "with all parts"
PAST, GAPS, HEIGHT = "lists before the last", "days between lists", "distance to the cut"
SUBSCRIBERS, RATES, PROFILE_PART = "subscribers", "reactions per view", "handle and display name"
USED = (PAST, GAPS, HEIGHT, SUBSCRIBERS, RATES)
OF_SUBSCRIBERS = ("subscribers_level", "below_median", "far_below")
OF_RATES = ("likes_rate", "comments_rate", "shares_rate")
DAYS_ALIKE = 60.0  # any number does, where all gaps are taken for alike
METRICS = {"stayed": "auc", "success_next": "auc", ENGAGEMENT: "r2"}
STEPS = {"auc": POOLED, "r2": AVERAGE}


def ablate_forecast(pairs: pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = SEED) -> pd.DataFrame:
    """Say what each part of what is known adds to the forecast of the drift.

    Parameters
    ----------
    pairs : DataFrame
        What `prepare.pair_snapshots` gives, of three lists or more.
    resamples : how often to draw creators
    seed : of the draws, and of what is shuffled

    Returns
    -------
    DataFrame, a row a part and outcome
        `part`; `used` (bool): whether the forecast uses it; `outcome`; `metric` (`auc` over all steps pooled,
        `r2` averaged over the steps); `whole`: the metric of the forecast as it is; `adds`: what it loses
        without the part, or would gain with one that it doesn't use; `low`, `high` (95 % over creators,
        paired); `says`: "adds", "harms", "nothing that shows", or "not used" for this outcome.

    Raises
    ------
    ForecastError
        As `forecast.forecast`.
    """
    pairs = require_pairs(pairs)
    days = count_days(pairs)
    months = sorted(pairs["month"].unique())[1:]
    said = [_predict_without(line_up(pairs[pairs["month"] <= month], days), seed) for month in months]
    predictions = pd.concat([part for parts in said for part in parts], ignore_index=True)
    predictions = predictions.assign(chosen=False)
    predictions.attrs["provenance"] = dict(pairs.attrs.get("provenance", {}))
    return _sum_up(predictions, resamples, seed)


def _predict_without(lists: Lists, seed: int) -> list[pd.DataFrame]:
    """Forecast one step with all parts and without each, in the shapes believed with all."""
    with steady_fits():
        whole = fit_outlook(lists)
    shapes = (whole.score.shapes, whole.engagement.shapes)
    return [
        finish_step(said.assign(model=part), outcome, changed)
        for part, changed, options in _change(lists, seed)
        for outcome, said in predict_with_drift(changed, shapes=shapes, **options).items()
    ]


def _change(lists: Lists, seed: int) -> Iterator[tuple[str, Lists, dict[str, object]]]:
    """Give the lists, and how to learn from them, as they are and with each part taken away or added."""
    yield WHOLE, lists, {}
    yield PAST, lists, {"memory": False}
    alike = {month: DAYS_ALIKE * number for number, month in enumerate(sorted(lists.days))}
    yield GAPS, lists._replace(days=alike), {}
    yield HEIGHT, _shuffle_heights(lists, seed), {}
    for part, columns in ((SUBSCRIBERS, OF_SUBSCRIBERS), (RATES, OF_RATES)):
        kept = [[term for term in terms if term not in columns] for terms in (SCORE_TERMS, ENGAGEMENT_TERMS)]
        yield part, lists, {"terms": tuple(kept)}
    profile = profile_features(lists.rows)[list(PROFILE)].astype(float)
    profile = profile - profile.mean()
    added = ((*SCORE_TERMS, *PROFILE), (*ENGAGEMENT_TERMS, *PROFILE))
    yield PROFILE_PART, lists._replace(rows=lists.rows.join(profile)), {"terms": added}


def _shuffle_heights(lists: Lists, seed: int) -> Lists:
    """Deal the heights of each list anew among its creators."""
    rng = np.random.default_rng(seed)
    heights = lists.heights.copy()
    for column in heights.T:
        seen = ~np.isnan(column)
        column[seen] = rng.permutation(column[seen])
    place = lists.rows["month"].map({month: number for number, month in enumerate(lists.months)})
    return lists._replace(
        heights=heights, rows=lists.rows.assign(height=heights[lists.rows["creator"], place])
    )


def _sum_up(predictions: pd.DataFrame, resamples: int, seed: int) -> pd.DataFrame:
    parts = (*USED, PROFILE_PART)
    gains = compare_forecasts(predictions, parts, model=WHOLE, resamples=resamples, seed=seed)
    whole = score_forecasts(predictions[predictions["model"] == WHOLE], resamples=1, seed=seed)
    whole = whole.set_index(["step", "outcome", "metric"])["value"]
    rows = []
    for part in parts:
        for outcome in OUTCOMES:
            metric = METRICS[outcome]
            key = {"step": STEPS[metric], "outcome": outcome, "metric": metric}
            gain = gains[(gains[[*key, "baseline"]] == [*key.values(), part]).all(axis=1)].iloc[0]
            adds = gain["gain"], gain["low"], gain["high"]
            if part == PROFILE_PART:
                adds = -adds[0], -adds[2], -adds[1]
            row = {"part": part, "used": part in USED, "outcome": outcome, "metric": metric}
            row |= {
                "whole": whole[tuple(key.values())],
                **dict(zip(("adds", "low", "high"), adds, strict=True)),
            }
            rows.append(row | {"says": _judge(*adds[1:])})
    result = pd.DataFrame(rows)
    result.attrs["provenance"] = dict(predictions.attrs["provenance"])
    return result


def _judge(low: float, high: float) -> str:
    if low == high == 0:
        return "not used"
    if low > 0:
        return "adds"
    return "harms" if high < 0 else "nothing that shows"
