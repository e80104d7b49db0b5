"""How far a single list can take anybody: intervals for one creator, and more creators."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, QuantileRegressor
from sklearn.preprocessing import StandardScaler
from statsmodels.stats.proportion import proportion_confint

from tiktok.leakage.audit import TooFewError
from tiktok.lists.columns import takes_names
from tiktok.lists.provenance import hand_on
from tiktok.model.cross_validation import FOLDS, SEED, deal_repeats, left_out_interval, subtract_scores
from tiktok.model.inputs import pool_parts, separate_parts, steady_fits
from tiktok.model.regression import LOG_REGRESSORS, REFERENCE, log_pipeline, r2_log
from tiktok.resampling import CONFIDENCE

LEVEL = 0.9
BELL, QUANTILES, CONFORMAL = "bell curve around OLS", "quantile regression", "split conformal around OLS"


@takes_names("features")
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
        raise TooFewError(f"A level of {LEVEL} can't be had from {len(off)} validation creators.")
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


@takes_names("features")
def learn_from_more(
    split: Sequence[pd.DataFrame], target: str, features: Sequence[str], *, seed: int = SEED
) -> pd.DataFrame:
    """Say whether more creators would help: OLS learns from half of them, then from four in five.

    Parameters
    ----------
    split, target, features, seed
        As in `model.cross_validate_regressors`.

    Returns
    -------
    DataFrame, a row a number of creators to learn from, rising
        `creators`; `value`, `low`, `high`: R² of the logs on creators left out; `gain`, `gain_low`,
        `gain_high`: what learning from most of them adds to that; `helps`: whether the whole interval is
        above 0. All intervals 95 %, as in `model.cross_validate_regressors`.

    Raises
    ------
    LeakageError, ModelError
        As `model.cross_validate_regressors`.
    """
    creators, X, y = pool_parts(split, ("train", "validate"), target, features, "count")
    dealt = {folds: deal_repeats(y, folds=folds, seed=seed) for folds in (2, FOLDS)}
    with steady_fits():
        scored = {
            folds: r2_log(y.to_numpy(), clone(LOG_REGRESSORS[REFERENCE]).answer_left_out(X, y, fold_of))
            for folds, fold_of in dealt.items()
        }
    rows = []
    for folds, one in scored.items():
        value, low, high = left_out_interval(one, dealt[folds])
        more, gain_low, gain_high = left_out_interval(subtract_scores(scored[FOLDS], one), dealt[FOLDS])
        row = {"creators": round(len(y) * (1 - 1 / folds)), "value": value, "low": low, "high": high}
        row |= {"gain": more, "gain_low": gain_low, "gain_high": gain_high, "helps": gain_low > 0}
        rows.append(row)
    return hand_on(creators, pd.DataFrame(rows))
