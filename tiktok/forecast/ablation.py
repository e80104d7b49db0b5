"""What the forecast lives on: forecast again without a part of what is known, and see what is lost.

It speaks of what helps to foresee within such lists. What helps need not be a cause.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from tiktok.forecast.chances import FittedChances, fit_chances
from tiktok.forecast.relative_features import FEATURE_GROUPS, HEIGHT, TERMS, AlignedLists
from tiktok.forecast.rolling import Step, finish_step, fit_steps, predict_with_gp
from tiktok.forecast.scores import HEADLINES, SEED, compare_forecasts
from tiktok.lists.provenance import hand_on
from tiktok.model.features import PROFILE
from tiktok.model.inputs import steady_fits
from tiktok.prepare.profile import profile_features

WHOLE = "with all parts"
PAST, GAPS, CUT = "lists before the last", "days between lists", "distance to the cut"
SUBSCRIBERS, RATES, PROFILE_PART = "subscribers", "reactions per view", "handle and display name"
USED = (PAST, GAPS, CUT, SUBSCRIBERS, RATES)
LAST_DIGITS = 1e-9  # by which fits of the very same numbers may differ
DAYS_ALIKE = 60.0  # any number does, where all gaps are taken for alike


def ablate_forecast(pairs: pd.DataFrame, steps: Sequence[Step] | None = None) -> pd.DataFrame:
    """Say what each part of what is known adds to the forecast of the Gaussian process.

    `steps`: what `rolling.fit_steps` gave of these pairs, where it is at hand. A row a part and outcome:
    `part`; `used` (bool): whether the forecast uses it; `outcome`; `adds`: what its metric in `HEADLINES`
    loses without the part, or would gain with one that the forecast doesn't use; `low`, `high` (95 % over
    creators, paired); `says`: "adds", "harms", "nothing that shows", or "not used" for this outcome.
    """
    return _compare_parts(_predict_without_parts(pairs, fit_steps(pairs) if steps is None else steps))


def _predict_without_parts(pairs: pd.DataFrame, steps: Sequence[Step]) -> pd.DataFrame:
    """Forecast each step with all parts, and once more for each part, under its name as the `model`."""
    tables = []
    for lists, whole in steps:
        known = {WHOLE: (lists, whole)} | {
            part: (changed, _fit_again(changed, whole, options)) for part, changed, options in _change(lists)
        }
        for part, (changed, fitted) in known.items():
            predicted = predict_with_gp(changed, fitted)
            tables += [
                finish_step(table.assign(model=part), outcome, changed)
                for outcome, table in predicted.items()
            ]
    return hand_on(pairs, pd.concat(tables, ignore_index=True).assign(chosen=False))


def _fit_again(lists: AlignedLists, whole: FittedChances, options: Mapping[str, object]) -> FittedChances:
    """Learn from changed lists, by the kernels believed with all parts; nobody asks for intervals."""
    kernels = {quantity: model.kernels for quantity, model in whole.models.items()}
    with steady_fits():
        return fit_chances(lists, kernels=kernels, reach=whole.reach, **options)


def _change(lists: AlignedLists) -> Iterator[tuple[str, AlignedLists, dict[str, object]]]:
    """Give the lists, and how to learn from them, with each part taken away or added."""
    yield PAST, lists, {"memory": False}
    alike = {month: DAYS_ALIKE * number for number, month in enumerate(sorted(lists.days))}
    yield GAPS, lists._replace(days=alike), {}
    yield CUT, _shuffle_heights(lists), {}
    for part in (SUBSCRIBERS, RATES):
        without = {
            quantity: [term for term in terms if term not in FEATURE_GROUPS[part]]
            for quantity, terms in TERMS.items()
        }
        yield part, lists, {"terms": without}
    profile = profile_features(lists.rows)[list(PROFILE)].astype(float)
    added = lists.rows.join(profile - profile.mean())
    more = {quantity: (*terms, *PROFILE) for quantity, terms in TERMS.items()}
    yield PROFILE_PART, lists._replace(rows=added), {"terms": more}


def _shuffle_heights(lists: AlignedLists) -> AlignedLists:
    """Shuffle the heights of each list among its creators."""
    rng = np.random.default_rng(SEED)
    heights = lists.quantities[HEIGHT].copy()
    for column in heights.T:
        seen = ~np.isnan(column)
        column[seen] = rng.permutation(column[seen])
    place = pd.factorize(lists.rows["month"])[0]
    rows = lists.rows.assign(**{HEIGHT: heights[lists.rows["creator"], place]})
    return lists._replace(quantities=lists.quantities | {HEIGHT: heights}, rows=rows)


def _compare_parts(predictions: pd.DataFrame) -> pd.DataFrame:
    parts = (*USED, PROFILE_PART)
    gains = compare_forecasts(predictions, parts, model=WHOLE)
    gains = gains.set_index(["baseline", "outcome", "metric", "step"])
    rows = []
    for part in parts:
        for outcome, (metric, step) in HEADLINES.items():
            adds, low, high = gains.loc[(part, outcome, metric, step), ["gain", "low", "high"]]
            if part == PROFILE_PART:
                adds, low, high = -adds, -high, -low
            row = {"part": part, "used": part in USED, "outcome": outcome}
            rows.append(row | {"adds": adds, "low": low, "high": high, "says": _judge(low, high)})
    return hand_on(predictions, pd.DataFrame(rows))


def _judge(low: float, high: float) -> str:
    if max(abs(low), abs(high)) < LAST_DIGITS:
        return "not used"
    if low > 0:
        return "adds"
    return "harms" if high < 0 else "nothing that shows"
