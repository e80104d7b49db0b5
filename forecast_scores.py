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

RESAMPLES = 200
CONFIDENCE = 0.95
SEED = 2022
POOLED, AVERAGE = "pooled", "average"
CHOSEN = "chosen"
LEVEL = "engagement_next"
SURE = 1e-4
CHANCE_METRICS = ("auc", "average_precision", "brier_skill")
LEVEL_METRICS = ("r2", "median_factor", "coverage_90", "width_90")
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
        part | {"metric": metric} | _interval(values)
        for part, draws in _draw(predictions, resamples, seed)
        for metric, values in draws.items()
    ]
    scores = pd.DataFrame(rows, columns=list(COLUMNS))
    return _like(predictions, pd.concat([scores, _score_calibration(predictions)], ignore_index=True))


def compare_forecasts(
    predictions: pd.DataFrame,
    against: Sequence[str] = AGAINST,
    *,
    model: str = CHOSEN,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Say by how much the chosen forecasts are better than baselines, with paired intervals.

    Parameters
    ----------
    predictions : DataFrame
        What `forecast.predict_steps` gives.
    against : names of models
    model : which one is compared; default the picks
    resamples : how often to draw creators
    seed : of the draws

    Returns
    -------
    DataFrame, long
        `step`, `outcome`, `model`, `baseline`, `metric`, `gain` (above 0 is better, whichever way the metric
        counts; for coverage and width just the difference), `low`, `high` (95 % over creators), `better`:
        whether the whole interval is above 0. A baseline that says nothing of an outcome has no row.
    """
    wanted = predictions["model"].isin([*against, model]) | (predictions["chosen"] & (model == CHOSEN))
    found: dict[tuple[str, str], dict[str, Mapping[str, np.ndarray]]] = {}
    for part, draws in _draw(predictions[wanted], resamples, seed):
        of_step = found.setdefault((part["step"], part["outcome"]), {})
        of_step[part["model"]] = draws
        if part["chosen"]:
            of_step[CHOSEN] = draws
    rows = []
    for (step, outcome), models in found.items():
        for baseline in against:
            if baseline not in models or model not in models:
                continue
            for metric, values in models[model].items():
                sign = -1 if metric in LOWER_IS_BETTER else 1
                gain = _interval(sign * (values - models[baseline][metric]))
                gain["gain"] = gain.pop("value")
                names = {"step": step, "outcome": outcome, "model": model, "baseline": baseline}
                rows.append(names | {"metric": metric} | gain | {"better": gain["low"] > 0})
    columns = ["step", "outcome", "model", "baseline", "metric", "gain", "low", "high", "better"]
    return _like(predictions, pd.DataFrame(rows, columns=columns))


def _like(predictions: pd.DataFrame, result: pd.DataFrame) -> pd.DataFrame:
    result.attrs["provenance"] = dict(predictions.attrs.get("provenance", {}))
    return result


def _interval(values: np.ndarray) -> dict[str, float]:
    drawn = values[1:][np.isfinite(values[1:])]
    tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    low, high = np.quantile(drawn, tails) if len(drawn) else (np.nan, np.nan)
    return {"value": float(values[0]), "low": float(low), "high": float(high)}


def _draw(
    predictions: pd.DataFrame, resamples: int, seed: int
) -> Iterator[tuple[dict[str, object], dict[str, np.ndarray]]]:
    """Give each model's metrics in each step, pooled and averaged: as they are, then in each draw."""
    scored = predictions[predictions["actual"].notna()]
    creators, handles = pd.factorize(scored["handle"], sort=True)
    times = draw_creators(len(handles), resamples, seed)
    scored = scored.assign(creator=creators)
    picks = scored[scored["chosen"]].assign(model=CHOSEN, chosen=True)
    for outcome, of_outcome in scored.groupby("outcome", sort=False):
        measure = measure_levels if outcome == LEVEL else measure_chances
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


def draw_creators(creators: int, resamples: int, seed: int) -> np.ndarray:
    """Draw as many creators as there are, again and again, and count how often each is drawn.

    Parameters
    ----------
    creators : how many there are
    resamples : how many draws
    seed : of the draws

    Returns
    -------
    array of shape (resamples + 1, creators)
        The first row is all ones: everybody as they are.

    >>> draw_creators(3, 2, 0).sum(axis=1).tolist()
    [3.0, 3.0, 3.0]
    """
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(creators, np.full(creators, 1 / creators), size=resamples)
    return np.vstack([np.ones(creators), drawn])


def measure_chances(part: pd.DataFrame, times: np.ndarray) -> dict[str, np.ndarray]:
    """Measure chances against what came, in each draw.

    Parameters
    ----------
    part : DataFrame
        `predicted`, `ordering`, `actual` (0 or 1).
    times : array of shape (draws, rows)
        How often each row counts.

    Returns
    -------
    dict of arrays of shape (draws,)
        By `CHANCE_METRICS`; missing where a draw holds one class only.

    >>> part = pd.DataFrame({"predicted": [0.1, 0.1, 0.9], "ordering": [1, 1, 2], "actual": [0.0, 1.0, 1.0]})
    >>> {name: values.round(2).tolist() for name, values in measure_chances(part, np.ones((1, 3))).items()}
    {'auc': [0.75], 'average_precision': [0.83], 'brier_skill': [-0.24]}
    """
    actual, predicted = part["actual"].to_numpy(float), part["predicted"].to_numpy(float)
    yes, no = _count_by_rank(part["ordering"].to_numpy(float), actual, times)
    all_yes, all_no = yes.sum(axis=1), no.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):  # a draw of one class says nothing
        auc = (yes * (np.cumsum(no, axis=1) - no / 2)).sum(axis=1) / (all_yes * all_no)
        yes, no = np.cumsum(yes[:, ::-1], axis=1), np.cumsum(no[:, ::-1], axis=1)
        gained = np.diff(yes, axis=1, prepend=0.0)
        precision = np.divide(yes, yes + no, out=np.zeros_like(yes), where=yes + no > 0)
        rate = all_yes / (all_yes + all_no)
        squared = times @ (predicted - actual) ** 2 / times.sum(axis=1)
        return {
            "auc": auc,
            "average_precision": (precision * gained).sum(axis=1) / all_yes,
            "brier_skill": 1 - squared / np.where(all_yes * all_no > 0, rate * (1 - rate), np.nan),
        }


def _count_by_rank(
    ordering: np.ndarray, actual: np.ndarray, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Count yes and no at each value of the ordering, from low to high, in each draw."""
    order = np.argsort(ordering, kind="stable")
    starts = np.flatnonzero(np.diff(ordering[order], prepend=-np.inf))
    times, actual = times[:, order], actual[order]
    yes = np.add.reduceat(times * actual, starts, axis=1)
    return yes, np.add.reduceat(times, starts, axis=1) - yes


def measure_levels(part: pd.DataFrame, times: np.ndarray) -> dict[str, np.ndarray]:
    """Measure forecasts of engagement against what came, in each draw.

    Parameters
    ----------
    part : DataFrame
        `predicted`, `low`, `high`, `actual`, in units of engagement.
    times : array of shape (draws, rows)

    Returns
    -------
    dict of arrays of shape (draws,)
        By `LEVEL_METRICS`.
    """
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


def _score_calibration(predictions: pd.DataFrame) -> pd.DataFrame:
    """Give the calibration slope of each model that knows more than two chances."""
    chances = predictions[predictions["outcome"] != LEVEL]
    pooled = chances.assign(step=POOLED, chosen=False)
    picks = chances[chances["chosen"]].assign(step=POOLED, model=CHOSEN)
    rows = []
    for (step, outcome, model), part in pd.concat([chances, pooled, picks]).groupby(
        ["step", "outcome", "model"], sort=False
    ):
        if part["predicted"].nunique() > 2 and part["actual"].nunique() == 2:
            name = _name(step, outcome, model, bool(part["chosen"].iloc[0]), len(part))
            rows.append(name | {"metric": "calibration_slope"} | _calibrate(part))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _calibrate(part: pd.DataFrame) -> dict[str, float]:
    odds = special.logit(part["predicted"].to_numpy(float).clip(SURE, 1 - SURE))
    model = sm.Logit(part["actual"].to_numpy(float), sm.add_constant(odds))
    creators = pd.factorize(part["handle"])[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "error"
            )  # where classes are parted, or one creator is all, there is no slope
            fitted = model.fit(disp=False, cov_type="cluster", cov_kwds={"groups": creators})
    except (Warning, np.linalg.LinAlgError, ZeroDivisionError):
        return dict.fromkeys(("value", "low", "high"), np.nan)
    low, high = fitted.conf_int(alpha=1 - CONFIDENCE)[1]
    return {"value": float(fitted.params[1]), "low": float(low), "high": float(high)}
