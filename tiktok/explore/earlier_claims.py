"""The claims of the earlier analysis, each tried: what it claimed, what the tests say, how firmly.

A correlation claim is tried with each of the three coefficients of `explore.correlation_tests`, adjusted by
Holm's method over the features that are held against the same target. How firm a verdict is, is read off
1,000 halves of the list: in how many of them does the same test give the same answer?
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from tiktok.explore.correlations import (
    ALPHA,
    COEFFICIENT_NAMES,
    COEFFICIENTS,
    adjust_holm,
    adjust_p,
    by_coefficient,
    correlation_tests,
    correlations_of_draws,
)
from tiktok.explore.groups import compare_groups
from tiktok.lists.columns import METRICS, SUCCESS_QUANTILE, WHOLES
from tiktok.resampling import draw_halves, percentile_interval, rows_of_draws, superiority

TRIED = ["claim", "test", "target", "feature", "n", "statistic", "low", "high", "p", "p_holm"]
TRIED += ["holds", "same_in"]
HALVES = 1000
SMALL_EFFECT = 0.56  # Cohen's small effect, d = 0.2, as a probability of superiority: Φ(d / √2)


class Claim(NamedTuple):
    """A relation that the earlier analysis reported, or that follows from what it left out."""

    target: str
    feature: str
    related: bool


CORRELATION_CLAIMS = (
    Claim("shares", "views", True),
    Claim("shares", "likes", True),
    Claim("shares", "comments", True),
    Claim("shares", "subscribers", False),
    Claim("engagement", "subscribers", True),
    Claim("engagement", "views", True),
    Claim("engagement", "likes", True),
    Claim("engagement", "comments", True),
    Claim("engagement", "shares", False),
)


def try_correlation_claims(
    df: pd.DataFrame,
    claims: Sequence[Claim] = CORRELATION_CLAIMS,
    *,
    halves: int = HALVES,
    seed: int = 0,
) -> pd.DataFrame:
    """Try each claim about a correlation with each coefficient, and count how often the verdict recurs.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
        A frame from `prepare.clean`.
    claims : sequence of Claim
    halves : how many halves of the list to draw
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (3 x claims, 12)
        `claim`, `test`, `target`, `feature`, `n`, `statistic`, `low`, `high` (95 %, percentiles over the
        halves, since the usual interval of Pearson takes counts for normal; with 1,000 of them an end is
        known to a twentieth of the interval's half width; of Pearson's coefficient they hold nine truths in
        ten, by `benchmarks/interval_coverage.py`), `p`, `p_holm`; `holds`: whether the test says at
        5 %, after Holm, what the claim says: of a relation, more with more; of none, neither sign (never
        where it can't be asked); `same_in`: halves with that same verdict.

    Raises
    ------
    explore.ExploreError
        If a column isn't there.
    """
    times = draw_halves(len(df), halves, seed)
    tried = [
        _try_against(df, target, [claim for claim in claims if claim.target == target], times)
        for target in dict.fromkeys(claim.target for claim in claims)
    ]
    return pd.concat(tried, ignore_index=True)


def _try_against(df: pd.DataFrame, target: str, claims: list[Claim], times: np.ndarray) -> pd.DataFrame:
    features = [claim.feature for claim in claims]
    tests = by_coefficient(correlation_tests(df, target, features))
    drawn, significant_again = _resampled_tests(df, target, features, times)
    low, high = percentile_interval(drawn)
    related = np.repeat([claim.related for claim in claims], len(COEFFICIENTS))
    tested = tests["reason"].eq("").to_numpy()
    holds = bears_out(related, tests["p_holm"].to_numpy() < ALPHA, tests["value"].to_numpy() > 0) & tested
    again = bears_out(related, significant_again, drawn > 0) & tested
    return tests.assign(
        claim=np.repeat([say_claim(claim) for claim in claims], len(COEFFICIENTS)),
        test=tests["coefficient"].map(COEFFICIENT_NAMES),
        statistic=tests["value"],
        low=low,
        high=high,
        holds=holds,
        same_in=(again == holds).sum(axis=0),
    )[TRIED]


def bears_out(related: np.ndarray, significant: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Tell where a test says what a claim says: a relation means more with more, none means neither sign."""
    return np.where(related, np.logical_and(significant, positive), np.logical_not(significant))


def say_claim(claim: Claim) -> str:
    """Name a claim as tables and figures do."""
    return f"{claim.feature} {'related' if claim.related else 'not related'} to {claim.target}"


def _resampled_tests(
    df: pd.DataFrame, target: str, features: list[str], times: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give, in each draw, each feature's coefficients, and whether they are significant after Holm."""
    values, n = df[[target, *features]].to_numpy(float).T, times[0].sum()
    drawn = np.stack([correlations_of_draws(values, times, c)[:, 0, 1:] for c in COEFFICIENTS], axis=1)
    p = 2 * stats.beta(n / 2 - 1, n / 2 - 1, loc=-1, scale=2).sf(np.abs(drawn))  # as `scipy.stats.pearsonr`
    significant = adjust_holm(p) < ALPHA
    return tuple(each.swapaxes(1, 2).reshape(len(times), -1) for each in (drawn, significant))


def try_hunches(df: pd.DataFrame, *, halves: int = HALVES, seed: int = 0) -> pd.DataFrame:
    """Try the two hunches of the earlier analysis: shares matter most for success, subscribers little.

    How much a metric matters is read as the probability that a creator in the top quarter by the rest of the
    sum has more of it than another one: 0.5 is nothing, 1 is everything. The rest, since views are nine
    tenths of engagement: they go with the whole by arithmetic, and nothing else could matter most. "Most" is
    the largest of the five metrics; "little" is less than a small effect by Cohen's convention (0.56).

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
        A frame from `prepare.clean`.
    halves : how many halves of the list to draw
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (2 hunches x 2 definitions of success, 12)
        As `try_correlation_claims`; `statistic` is the probability of superiority.
    """
    times = draw_halves(len(df), halves, seed)
    tried = [_try_hunches_of(df, whole, times) for whole in WHOLES]
    return pd.concat(tried).sort_values("claim", kind="stable", ignore_index=True)


def _try_hunches_of(df: pd.DataFrame, whole: str, times: np.ndarray) -> pd.DataFrame:
    rests = {metric: _rest_of_sum(df, whole, metric) for metric in METRICS}
    groups = pd.concat(
        compare_groups(df.assign(top=rest >= rest.quantile(SUCCESS_QUANTILE)), "top", [metric])
        for metric, rest in rests.items()
    ).set_index("feature")
    groups["p_holm"] = adjust_p(groups["p"], "holm")
    found, again = groups["superiority"], _resampled_superiority(df, whole, times)
    again.loc[:, found.isna()] = np.nan  # what can't be compared in the list can't be in its halves
    holds = np.array([found.idxmax() == "shares", found["subscribers"] < SMALL_EFFECT])
    most, little = again.idxmax(axis=1) == "shares", again["subscribers"] < SMALL_EFFECT
    hunches = groups.loc[["shares", "subscribers"]].reset_index()
    return hunches.assign(
        claim=["shares matter most for success", "subscribers matter little for success"],
        test=f"top quarter of the rest of {whole}",
        target="success",
        n=len(df),
        statistic=hunches["superiority"],
        low=hunches["superiority_low"],
        high=hunches["superiority_high"],
        holds=holds,
        same_in=(np.column_stack([most, little]) == holds).sum(axis=0),
    )[TRIED]


def _resampled_superiority(df: pd.DataFrame, whole: str, times: np.ndarray) -> pd.DataFrame:
    """Give each metric's probability of superiority in each draw, whose own top quarter is compared."""
    rows, drawn = rows_of_draws(times), {}
    for metric in METRICS:
        rest = _rest_of_sum(df, whole, metric).to_numpy(float)
        top = rest >= np.quantile(rest[rows], SUCCESS_QUANTILE, axis=1, keepdims=True)
        drawn[metric] = superiority(df[metric].to_numpy(float), top, times)
    return pd.DataFrame(drawn)


def _rest_of_sum(df: pd.DataFrame, whole: str, metric: str) -> pd.Series:
    """Give a sum without one of its parts, which goes with the whole by arithmetic, whatever creators do."""
    return df[whole] - df[metric] if metric in WHOLES[whole] else df[whole]


def try_model_claims(predictions: pd.DataFrame) -> pd.DataFrame:
    """Try the claims about models: both beat the baseline, OLS is best with R² 1, and it is overfit.

    Parameters
    ----------
    predictions : DataFrame
        What `model.predict_regressors` returns, on train and validate, of the models "mean", "OLS" and
        "gamma".

    Returns
    -------
    DataFrame of shape (6, 12)
        As `try_correlation_claims`. `statistic` is a ratio of root mean squared errors on validate (below 1:
        the first model is better), R² on validate, or R² on train less R² on validate ("overfit" holds when
        that is above 0.01). No interval, p or halves: what arithmetic makes of a sum needs none.
    """
    scores = {
        sample: _score(part.pivot(index=["handle", "actual"], columns="model", values="predicted"))
        for sample, part in predictions.groupby("sample")
    }
    (rmse, r2), (_, r2_train) = scores["validate"], scores["train"]
    ratio, to_next = rmse / rmse["mean"], rmse["OLS"] / rmse.drop("OLS").min()
    gap = r2_train["OLS"] - r2["OLS"]
    claims = [
        ("OLS beats the baseline", "RMSE ratio", "OLS", ratio["OLS"], ratio["OLS"] < 1),
        ("gamma beats the baseline", "RMSE ratio", "gamma", ratio["gamma"], ratio["gamma"] < 1),
        ("OLS is the best model", "RMSE ratio to next best", "OLS", to_next, to_next < 1),
        ("OLS has an RMSE of about 1e-8", "RMSE on validate", "OLS", rmse["OLS"], rmse["OLS"] < 1e-6),
        ("OLS has an R² of 1", "R² on validate", "OLS", r2["OLS"], r2["OLS"] > 1 - 1e-9),
        ("OLS is overfit", "R² on train - R² on validate", "OLS", gap, gap > 0.01),
    ]
    table = pd.DataFrame(claims, columns=["claim", "test", "feature", "statistic", "holds"])
    n = predictions.loc[predictions["sample"] == "validate", "handle"].nunique()
    unasked = dict.fromkeys(["low", "high", "p", "p_holm", "same_in"], np.nan)
    return table.assign(target="engagement", n=n, **unasked).astype({"holds": bool})[TRIED]


def _score(predicted: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give each model's RMSE and R² on one part of the split."""
    actual = predicted.index.get_level_values("actual").to_numpy()
    squared = (predicted.sub(actual, axis=0) ** 2).mean()
    return np.sqrt(squared), 1 - squared / actual.var()


def summarise_claims(tried: pd.DataFrame) -> pd.DataFrame:
    """Give each claim its verdict: reproduced, reproduced only with some of the tests, or not reproduced.

    Parameters
    ----------
    tried : DataFrame
        What `try_correlation_claims`, `try_hunches` or `try_model_claims` returns.

    Returns
    -------
    DataFrame, a row a claim, in the order of `tried`
        `claim`, `verdict`.

    >>> tried = pd.DataFrame({"claim": ["a", "a"], "test": ["Pearson", "Spearman"], "holds": [True, False]})
    >>> summarise_claims(tried).values.tolist()
    [['a', 'reproduced only with Pearson']]
    """
    by_claim = tried.groupby("claim", sort=False)
    verdicts = {claim: _verdict(list(tests["test"][tests["holds"]]), len(tests)) for claim, tests in by_claim}
    return pd.DataFrame(verdicts.items(), columns=["claim", "verdict"])


def _verdict(holding: list[str], tests: int) -> str:
    if len(holding) == tests:
        return "reproduced"
    return f"reproduced only with {' and '.join(holding)}" if holding else "not reproduced"
