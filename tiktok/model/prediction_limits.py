"""How far a single list can take anybody: intervals for one creator, more creators, finer counts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.linear_model import LinearRegression, QuantileRegressor
from sklearn.model_selection import learning_curve
from sklearn.preprocessing import StandardScaler
from statsmodels.stats.proportion import proportion_confint

from tiktok.leakage.audit import ModelError
from tiktok.lists.columns import WHOLES
from tiktok.lists.provenance import hand_on
from tiktok.model.cross_validation import SEED, Folds, corrected_interval, make_folds, score_answers
from tiktok.model.inputs import (
    Inputs,
    Models,
    pick_models,
    pool_parts,
    separate_parts,
    steady_fits,
    take_inputs,
)
from tiktok.model.regression import LOG_REGRESSORS, log_pipeline, r2_log
from tiktok.prepare.counts import rounding_half_width
from tiktok.resampling import CONFIDENCE, percentile_interval

LEVEL = 0.9
BELL, QUANTILES, CONFORMAL = "bell curve around OLS", "quantile regression", "split conformal around OLS"
CURVE_SHARES = (0.125, 0.25, 0.5, 1.0)
ROUNDING_DRAWS = 100


def predict_intervals(split: Sequence[pd.DataFrame], target: str, features: Sequence[str]) -> pd.DataFrame:
    """Predict each test creator's count with an interval that should hold it in nine cases of ten.

    Parameters
    ----------
    split : prepare.Split
        Models are fitted on train, the conformal interval is sized on validate; test is predicted.
    target : name of a positive count
    features : names of counts and flags

    Returns
    -------
    DataFrame of shape (3 x test creators, 8)
        `method`, `level` (0.9), `handle`, `actual`, `predicted` (the median, for quantile regression the
        middle of its interval on the log scale), `low`, `high` (units of the target), `inside` (bool).

    Raises
    ------
    LeakageError, ModelError
        As `model.predict_regressors`; if validate holds too few creators for the level.

    Source: split conformal prediction, Lei, G'Sell, Rinaldo, Tibshirani & Wasserman (2018), JASA
    113:1094–1111: the interval's half width is the ceil((n + 1)·level)-th smallest absolute residual on n
    validation creators. Quantile regression, Koenker & Bassett (1978). The bell curve is what textbooks use;
    it stands here to be compared.
    """
    train, validate, test = separate_parts(split, ("validate", "test"), target, features, "count").values()
    tails = (1 - LEVEL) / 2, (1 + LEVEL) / 2
    with steady_fits():
        y = np.log(train.y)
        ols = log_pipeline(LinearRegression()).fit(train.X, y)
        middle = ols.predict(test.X)
        spread = np.sqrt(np.sum((y - ols.predict(train.X)) ** 2) / (len(y) - train.X.shape[1] - 1))
        bell = stats.norm.ppf(tails[1]) * spread
        size = _conformal_size(np.abs(np.log(validate.y) - ols.predict(validate.X)).to_numpy())
        quantiles = [QuantileRegressor(quantile=tail, alpha=0) for tail in tails]
        ends = [log_pipeline(StandardScaler(), one).fit(train.X, y).predict(test.X) for one in quantiles]
    low, high = np.minimum(*ends), np.maximum(*ends)
    logs = {
        BELL: (middle, middle - bell, middle + bell),
        QUANTILES: ((low + high) / 2, low, high),
        CONFORMAL: (middle, middle - size, middle + size),
    }
    predicted = [
        pd.DataFrame(
            {
                "method": method,
                "level": LEVEL,
                "handle": test.creators["handle"],
                "actual": test.y,
                "predicted": np.exp(middle),
                "low": np.exp(low),
                "high": np.exp(high),
            }
        )
        for method, (middle, low, high) in logs.items()
    ]
    table = pd.concat(predicted, ignore_index=True)
    return hand_on(train.creators, table.assign(inside=table["actual"].between(table["low"], table["high"])))


def _conformal_size(off: np.ndarray) -> float:
    place = int(np.ceil((len(off) + 1) * LEVEL))
    if place > len(off):
        raise ModelError(f"A level of {LEVEL} can't be had from {len(off)} validation creators.")
    return float(np.sort(off)[place - 1])


def measure_coverage(intervals: pd.DataFrame) -> pd.DataFrame:
    """Count how often the intervals hold the truth, and say how wide they are.

    Parameters
    ----------
    intervals : DataFrame
        From `predict_intervals`.

    Returns
    -------
    DataFrame, a row a method
        `method`, `level` (what was asked for), `n`, `coverage` (share of creators inside) with `low`, `high`
        (95 %, Wilson), `kept` (bool: the level lies between them), `factor`: half of the intervals reach
        from a count divided by at most this factor to the count times it.

    >>> rows = {"method": "any", "level": 0.9, "inside": [True, True, False, True], "low": 1.0, "high": 4.0}
    >>> measure_coverage(pd.DataFrame(rows))[["n", "coverage", "kept", "factor"]].values.tolist()
    [[4, 0.75, True, 2.0]]
    """
    covered = intervals.assign(factor=np.sqrt(intervals["high"] / intervals["low"]))
    table = covered.groupby("method", sort=False).agg(
        level=("level", "first"),
        n=("inside", "size"),
        coverage=("inside", "mean"),
        factor=("factor", "median"),
    )
    bounds = proportion_confint(table["coverage"] * table["n"], table["n"], 1 - CONFIDENCE, method="wilson")
    table["low"], table["high"] = bounds
    table["kept"] = (table["low"] <= table["level"]) & (table["level"] <= table["high"])
    columns = ["method", "level", "n", "coverage", "low", "high", "kept", "factor"]
    return hand_on(intervals, table.reset_index()[columns])


def learn_from_more(
    split: Sequence[pd.DataFrame],
    target: str,
    features: Sequence[str],
    models: Models = ("OLS",),
    *,
    seed: int = SEED,
) -> pd.DataFrame:
    """Draw up the learning curve: would more creators help?

    Parameters
    ----------
    split, target, features, models, seed
        As in `model.cross_validate_regressors`; of its models OLS alone by default.

    Returns
    -------
    DataFrame, a row a model and number of creators to learn from
        `model`, `creators`, `share` (of those there are), `on_train`: R² of the logs on the creators learnt
        from; `value`, `low`, `high`: on creators left out; `gain`, `gain_low`, `gain_high`: what learning
        from all of them adds to that, paired by fold; `helps`: whether the whole interval is above 0. All
        intervals 95 %.

    Raises
    ------
    LeakageError, ModelError
        As `model.cross_validate_regressors`.

    Source: `sklearn.model_selection.learning_curve`; intervals as in `model.cross_validate_regressors`.
    """
    models = pick_models(models, LOG_REGRESSORS)
    inputs = pool_parts(split, ("train", "validate"), target, features, "count")
    dealt = make_folds(inputs.y, seed=seed)
    with steady_fits():
        curves = [_learning_curve(name, model, inputs, dealt, seed) for name, model in models.items()]
    return hand_on(inputs.creators, pd.concat(curves, ignore_index=True))


def _learning_curve(name: str, model: BaseEstimator, inputs: Inputs, dealt: Folds, seed: int) -> pd.DataFrame:
    def score(fitted: BaseEstimator, X: pd.DataFrame, y: pd.Series) -> float:
        return score_answers(y.to_numpy(), fitted.predict(X), {"r2_log": r2_log})["r2_log"]

    sizes, on_train, left_out = learning_curve(
        model,
        inputs.X,
        inputs.y,
        train_sizes=CURVE_SHARES,
        cv=dealt,
        scoring=score,
        shuffle=True,  # creators come in the order of their handles
        random_state=seed,
        error_score="raise",
    )
    rows = []
    for size, share, seen, scores in zip(sizes, CURVE_SHARES, on_train, left_out, strict=True):
        value, low, high = corrected_interval(scores, dealt)
        gain, gain_low, gain_high = corrected_interval(left_out[-1] - scores, dealt)
        row = {"model": name, "creators": int(size), "share": share, "on_train": float(seen.mean())}
        row |= {"value": value, "low": low, "high": high}
        row |= {"gain": gain, "gain_low": gain_low, "gain_high": gain_high, "helps": gain_low > 0}
        rows.append(row)
    return pd.DataFrame(rows)


def simulate_rounding(
    creators: pd.DataFrame, target: str, features: Sequence[str], *, seed: int = SEED
) -> pd.DataFrame:
    """Find the floor that the rounding of the published counts sets under every model's error.

    The true counts lie somewhere within the rounding. Each draw takes a value for each count from there, all
    values equally likely, and asks how well the published target knows the drawn one, and what OLS makes of
    the drawn counts.

    Parameters
    ----------
    creators : DataFrame of shape (creators, …)
    target : name of a positive count, or of a sum of counts (`engagement`, `interactions`)
    features : names of counts and flags
    seed : of the draws

    Returns
    -------
    DataFrame of shape (3, 4)
        `measure`, `value` (mean over draws), `low`, `high` (95 % of draws): "ceiling of R²" (of the logs,
        for a perfect model), "floor of the median factor", and "R² of OLS" (of the logs, on the creators it
        was fitted on).

    Raises
    ------
    ModelError
        On input that can't be modelled.

    >>> likes = np.geomspace(1e6, 1e7, 60).round(-5)
    >>> creators = pd.DataFrame({"handle": [f"c{i}" for i in range(60)], "likes": likes, "views": 10 * likes})
    >>> simulate_rounding(creators, "views", ["likes"])["value"].round(3).tolist()
    [1.0, 1.001, 1.0]
    """
    ordered = take_inputs(creators, target, features, "count").creators
    rng = np.random.default_rng(seed)
    published = np.log(ordered[target].to_numpy(float))
    drawn = np.log(sum(_unround(ordered[part], rng) for part in WHOLES.get(target, (target,))))
    spread = ((drawn - drawn.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    measures = {
        "ceiling of R²": 1 - ((drawn - published) ** 2).sum(axis=1) / spread,
        "floor of the median factor": np.exp(np.median(np.abs(drawn - published), axis=1)),
        "R² of OLS": 1 - _residual_sums(ordered, features, drawn, rng) / spread,
    }
    rows = []
    for measure, values in measures.items():
        low, high = percentile_interval(values)
        rows.append({"measure": measure, "value": values.mean(), "low": low, "high": high})
    return hand_on(creators, pd.DataFrame(rows))


def _unround(counts: pd.Series, rng: np.random.Generator) -> np.ndarray:
    half = rounding_half_width(counts).to_numpy()
    low = np.maximum(counts.to_numpy(float) - half, 0)
    return rng.uniform(low, counts.to_numpy(float) + half, size=(ROUNDING_DRAWS, len(counts)))


def _residual_sums(
    ordered: pd.DataFrame, features: Sequence[str], drawn: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Fit OLS on logs to each draw and sum its squared residuals."""
    columns = [
        np.broadcast_to(ordered[name].to_numpy(float), drawn.shape)
        if ordered[name].dtype == bool
        else np.log1p(_unround(ordered[name], rng))
        for name in features
    ]
    lists = np.stack([np.ones_like(drawn), *columns], axis=2)
    with steady_fits():
        fitted = [X @ np.linalg.lstsq(X, y, rcond=None)[0] for X, y in zip(lists, drawn, strict=True)]
    return ((drawn - fitted) ** 2).sum(axis=1)
