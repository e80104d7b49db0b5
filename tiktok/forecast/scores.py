"""How good forecasts were, step by step and together, with intervals over creators.

A creator stands in several steps, so resamples draw creators, each with all of its rows. One set of draws
serves all models, so that differences between them are paired.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import special

from tiktok.forecast.chances import SURE
from tiktok.lists.provenance import hand_on
from tiktok.model.classification import average_precision, brier_skill
from tiktok.resampling import CONFIDENCE, draw_times, percentile_interval, superiority

RESAMPLES = 200
SEED = 2022
POOLED, AVERAGE = "pooled", "average"
CHOSEN = "chosen"
CHANCES, ENGAGEMENT = ("stayed", "success_next"), "engagement_next"
OUTCOMES = (*CHANCES, ENGAGEMENT)
HEADLINES = {"stayed": ("auc", POOLED), "success_next": ("auc", POOLED), ENGAGEMENT: ("r2", AVERAGE)}
LOWER_IS_BETTER = ("median_factor", "width_90")
COLUMNS = ("step", "outcome", "model", "chosen", "metric", "value", "low", "high", "n")
AGAINST = ("persistence", "shrunk persistence")


def score_forecasts(
    predictions: pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = SEED
) -> pd.DataFrame:
    """Score forecasts step by step, over all steps pooled, and as the average of the steps.

    Parameters
    ----------
    predictions : DataFrame
        What `forecast.predict_steps` gives.
    resamples : how often to draw creators
    seed : of the draws

    Returns
    -------
    DataFrame, long
        `step` (`2022-09→2022-11`, `pooled`: all rows together, `average`: mean of the steps), `outcome`
        (`stayed`, `success_next`, `engagement_next`), `model`, `chosen` (bool: picked on earlier steps;
        beyond single steps a model named `chosen` stands for the picks), `metric`, `value`, `low`, `high`
        (95 % over creators), `n` creators scored.

        Chances: `auc` (0.5 by guessing), `average_precision` (the base rate by guessing), `brier_skill`
        (against the rate of the very step, 0 by guessing), `calibration_slope` (1 is right; below, the
        chances are too extreme; not given where a model knows but one or two). Engagement, of those who
        stayed: `r2` of logs, `median_factor` by which a forecast was off, `coverage_90` and `width_90` (as a
        factor) of the 90 % intervals.

    Source: cluster bootstrap (Davison & Hinkley 1997, 3.8), percentiles; calibration slope by logistic
    regression on the log odds (Cox 1958) with errors clustered by creator.
    """
    rows = [
        part | {"metric": metric, "value": float(values[0])} | _interval(values)
        for part, draws in _draw(predictions, resamples, seed)
        for metric, values in draws.items()
    ]
    rows += _score_calibration(predictions)
    return hand_on(predictions, pd.DataFrame(rows, columns=list(COLUMNS)))


def compare_forecasts(
    predictions: pd.DataFrame,
    against: Sequence[str] = AGAINST,
    *,
    model: str = CHOSEN,
) -> pd.DataFrame:
    """Say by how much the chosen forecasts are better than baselines, with paired intervals.

    Parameters
    ----------
    predictions : DataFrame
        What `forecast.predict_steps` gives.
    against : names of models
    model : which one is compared; default the picks

    Returns
    -------
    DataFrame, long
        `step`, `outcome`, `model`, `baseline`, `metric`, `gain` (above 0 is better, whichever way the metric
        counts; for coverage and width just the difference), `low`, `high` (95 % over creators), `better`:
        whether the whole interval is above 0. A baseline that says nothing of an outcome has no row.
    """
    wanted = predictions["model"].isin([*against, model]) | (predictions["chosen"] & (model == CHOSEN))
    found: dict[tuple[str, str], dict[str, Mapping[str, np.ndarray]]] = {}
    for part, draws in _draw(predictions[wanted], RESAMPLES, SEED):
        of_step = found.setdefault((part["step"], part["outcome"]), {})
        of_step[part["model"]] = draws
        if part["chosen"]:
            of_step[CHOSEN] = draws
    rows = []
    for (step, outcome), models in found.items():
        for baseline in against:
            if baseline not in models or model not in models:
                continue
            names = {"step": step, "outcome": outcome, "model": model, "baseline": baseline}
            for metric, values in models[model].items():
                gains = (values - models[baseline][metric]) * (-1 if metric in LOWER_IS_BETTER else 1)
                interval = _interval(gains)
                gain = {"metric": metric, "gain": float(gains[0]), **interval, "better": interval["low"] > 0}
                rows.append(names | gain)
    columns = ["step", "outcome", "model", "baseline", "metric", "gain", "low", "high", "better"]
    return hand_on(predictions, pd.DataFrame(rows, columns=columns))


def _interval(values: np.ndarray) -> dict[str, float]:
    return dict(zip(("low", "high"), percentile_interval(values[1:]), strict=True))


def _draw(
    predictions: pd.DataFrame, resamples: int, seed: int
) -> Iterator[tuple[dict[str, object], dict[str, np.ndarray]]]:
    """Give each model's metrics in each step, pooled and averaged: as they are, then in each draw."""
    scored = predictions[predictions["actual"].notna()]
    creators, handles = pd.factorize(scored["handle"], sort=True)
    times = draw_times(handles, resamples, seed)
    scored = scored.assign(creator=creators)
    picks = scored[scored["chosen"]].assign(model=CHOSEN, chosen=True)
    for outcome, of_outcome in scored.groupby("outcome", sort=False):
        measure = measure_engagement if outcome == ENGAGEMENT else measure_chances
        together = pd.concat([of_outcome.assign(chosen=False), picks[picks["outcome"] == outcome]])
        averages: dict[str, list[dict[str, np.ndarray]]] = {}
        for (step, model), part in of_outcome.groupby(["step", "model"], sort=False):
            draws = measure(part, times[:, part["creator"]])
            chosen = bool(part["chosen"].iloc[0])
            averages.setdefault(model, []).append(draws)
            if chosen:
                averages.setdefault(CHOSEN, []).append(draws)
            yield _name(step, outcome, model, chosen, len(part)), draws
        for model, part in together.groupby("model", sort=False):
            of_model = _name(POOLED, outcome, model, model == CHOSEN, len(part))
            yield of_model, measure(part, times[:, part["creator"]])
            steps = averages[model]
            mean = {metric: np.mean([draws[metric] for draws in steps], axis=0) for metric in steps[0]}
            yield of_model | {"step": AVERAGE}, mean


def _name(step: str, outcome: str, model: str, chosen: bool, n: int) -> dict[str, object]:
    return {"step": step, "outcome": outcome, "model": model, "chosen": chosen, "n": n}


def measure_chances(part: pd.DataFrame, times: np.ndarray) -> dict[str, np.ndarray]:
    """Measure chances (`predicted`, `ordering`, `actual`: 0 or 1), rows counting so often in each draw."""
    actual, predicted, ordering = part[["actual", "predicted", "ordering"]].to_numpy(float).T
    with np.errstate(invalid="ignore"):  # a draw of no row
        return {
            "auc": superiority(ordering, actual == 1, times),
            "average_precision": average_precision(actual, ordering, times),
            "brier_skill": brier_skill(actual, predicted, times),
        }


def measure_engagement(part: pd.DataFrame, times: np.ndarray) -> dict[str, np.ndarray]:
    """Measure forecasts of engagement (`predicted`, `low`, `high`, `actual`) in each draw, in logs."""
    actual, predicted, low, high = np.log1p(part[["actual", "predicted", "low", "high"]].to_numpy(float).T)
    rows = times.sum(axis=1)
    error = times @ (actual - predicted) ** 2
    mean = times @ actual / rows
    spread = times @ actual**2 - rows * mean**2
    inside = (low <= actual) & (actual <= high)
    return {
        "r2": 1 - error / np.where(spread > 0, spread, np.nan),
        "median_factor": np.exp(_median(np.abs(actual - predicted), times)),
        "coverage_90": times @ inside / rows,
        "width_90": np.exp(_median(high - low, times)),
    }


def _median(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(times[:, order], axis=1)
    return values[order][(reached >= reached[:, -1:] / 2).argmax(axis=1)]


def _score_calibration(predictions: pd.DataFrame) -> list[dict[str, object]]:
    """Give the calibration slope of each model that knows more than two chances."""
    chances = predictions[predictions["outcome"] != ENGAGEMENT]
    pooled = chances.assign(step=POOLED, chosen=False)
    picks = chances[chances["chosen"]].assign(step=POOLED, model=CHOSEN)
    named = pd.concat([chances, pooled, picks]).groupby(["step", "outcome", "model"], sort=False)
    return [
        _name(*names, bool(part["chosen"].iloc[0]), len(part)) | _calibrate(part)
        for names, part in named
        if part["predicted"].nunique() > 2 and part["actual"].nunique() == 2
    ]


def _calibrate(part: pd.DataFrame) -> dict[str, object]:
    odds = special.logit(part["predicted"].to_numpy(float).clip(SURE, 1 - SURE))
    model = sm.Logit(part["actual"].to_numpy(float), sm.add_constant(odds))
    creators = pd.factorize(part["handle"])[0]
    slope = {"metric": "calibration_slope", "value": np.nan, "low": np.nan, "high": np.nan}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # classes parted cleanly, or one creator is all: no slope
            fitted = model.fit(disp=False, cov_type="cluster", cov_kwds={"groups": creators})
    except (Warning, np.linalg.LinAlgError, ZeroDivisionError):
        return slope
    low, high = fitted.conf_int(alpha=1 - CONFIDENCE)[1]
    return slope | {"value": float(fitted.params[1]), "low": float(low), "high": float(high)}
