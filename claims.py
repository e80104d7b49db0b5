"""The claims of the earlier analysis, each tried: what it claimed, what the tests say, how firmly.

A correlation claim is tried with each of the three coefficients of `explore.correlation_tests`, adjusted by
Holm's method over the features that are held against the same target. How firm a verdict is, is read off
1,000 lists resampled from the creators: in how many of them does the same test give the same answer?
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from columns import METRICS
from correlations import (
    ALPHA,
    COEFFICIENT_NAMES,
    COEFFICIENTS,
    adjust_holm,
    compare_groups,
    correlation_tests,
    correlations_of_draws,
)
from resampling import draw_rows, percentile_interval, superiority

RESAMPLES = 1000
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
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Try each claim about a correlation with each coefficient, and count how often the verdict recurs.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
        A frame from `prepare.clean`.
    claims : sequence of Claim
    resamples : how many lists to draw from the creators, with replacement
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (3 x claims, 12)
        `claim`, `test`, `target`, `feature`, `n`, `statistic`, `low`, `high` (95 %, percentiles over the
        resamples, since the usual interval of Pearson takes counts for normal), `p`, `p_holm`; `holds`:
        whether the test says at 5 %, after Holm, what the claim says; `same_in`: resamples with that same
        verdict.

    Raises
    ------
    explore.ExploreError
        If a column isn't there.
    """
    by_target = {}
    for claim in claims:
        by_target.setdefault(claim.target, []).append(claim)
    times = _count_draws(draw_rows(len(df), resamples, seed))
    rows = [row for target, group in by_target.items() for row in _try_against(df, target, group, times)]
    return pd.DataFrame(rows)


def _count_draws(rows: np.ndarray) -> np.ndarray:
    """Count how often each creator is in each draw."""
    return np.apply_along_axis(np.bincount, 1, rows, minlength=rows.shape[1])


def _try_against(
    df: pd.DataFrame, target: str, claims: list[Claim], times: np.ndarray
) -> Iterator[dict[str, object]]:
    features = [claim.feature for claim in claims]
    tests = correlation_tests(df, target, features).to_dict("records")
    again = _resampled_significance(df, target, features, times)
    for place, (claim, test) in enumerate(zip(claims, tests, strict=True)):
        for coefficient, name in COEFFICIENT_NAMES.items():
            drawn, significant = (values[:, place] for values in again[coefficient])
            p, p_holm = test[f"{coefficient}_p"], test[f"{coefficient}_p_holm"]
            holds, holds_again = (p_holm < ALPHA) == claim.related, significant == claim.related
            interval = percentile_interval(drawn)
            about = (say_claim(claim), name, target, claim.feature, len(df))
            yield _row(*about, test[coefficient], interval, holds, holds_again, p, p_holm)


def _row(
    claim: str,
    test: str,
    target: str,
    feature: str,
    n: int,
    statistic: float,
    interval: tuple[float, float],
    holds: bool,
    holds_again: np.ndarray,
    p: float = np.nan,
    p_holm: float = np.nan,
) -> dict[str, object]:
    """Make a row of a table of claims; `holds_again`: whether the claim holds in each resample."""
    return {
        "claim": claim,
        "test": test,
        "target": target,
        "feature": feature,
        "n": n,
        "statistic": statistic,
        "low": interval[0],
        "high": interval[1],
        "p": p,
        "p_holm": p_holm,
        "holds": bool(holds),
        "same_in": int((holds_again == holds).sum()),
    }


def say_claim(claim: Claim) -> str:
    return f"{claim.feature} {'related' if claim.related else 'not related'} to {claim.target}"


def _resampled_significance(
    df: pd.DataFrame, target: str, features: list[str], times: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each coefficient: its value, and whether it is significant after Holm, by resample and feature."""
    values, n = df[[target, *features]].to_numpy(float).T, len(df)
    r = {
        coefficient: correlations_of_draws(values, times, coefficient)[:, 0, 1:]
        for coefficient in COEFFICIENTS
    }
    null = stats.beta(n / 2 - 1, n / 2 - 1, loc=-1, scale=2)  # as in `scipy.stats.pearsonr`
    return {name: (each, adjust_holm(2 * null.sf(np.abs(each))) < ALPHA) for name, each in r.items()}


def try_hunches(df: pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Try the two hunches of the earlier analysis: shares matter most for success, subscribers little.

    How much a metric matters is read as the probability that a successful creator (top quarter of the list)
    has more of it than another one: 0.5 is nothing, 1 is everything. "Most" is the largest of the five
    metrics; "little" is less than a small effect by Cohen's convention (0.56).

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
        A frame from `prepare.clean`.
    resamples : how many lists to draw from the creators, with replacement
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (2 hunches x 2 definitions of success, 12)
        As `try_correlation_claims`; `statistic` is the probability of superiority.
    """
    rows = draw_rows(len(df), resamples, seed)
    tried = [row for whole in ("engagement", "interactions") for row in _try_hunches_of(df, whole, rows)]
    return pd.DataFrame(tried).sort_values("claim", kind="stable", ignore_index=True)


def _try_hunches_of(df: pd.DataFrame, whole: str, rows: np.ndarray) -> Iterator[dict[str, object]]:
    top = df[whole] >= df[whole].quantile(0.75)
    groups = compare_groups(df.assign(top=top), "top", METRICS).set_index("feature")
    found, again = groups["superiority"], _resampled_superiority(df, whole, rows)
    again.loc[:, found.isna()] = np.nan  # what can't be compared in the list can't be in a resample
    most, little = "shares matter most for success", "subscribers matter little for success"
    for claim, feature, holds, holds_again in (
        (most, "shares", found.idxmax() == "shares", again.idxmax(axis=1) == "shares"),
        (little, "subscribers", found["subscribers"] < SMALL_EFFECT, again["subscribers"] < SMALL_EFFECT),
    ):
        value, low, high, p, p_holm = groups.loc[feature, "superiority":"p_holm"]
        about = (claim, f"top quarter of {whole}", "success", feature, len(df))
        yield _row(*about, value, (low, high), holds, holds_again, p, p_holm)


def _resampled_superiority(df: pd.DataFrame, whole: str, rows: np.ndarray) -> pd.DataFrame:
    """Give each metric's probability of superiority in each resample, whose own top quarter is success."""
    total, times = df[whole].to_numpy(float), _count_draws(rows)
    top = total >= np.quantile(total[rows], 0.75, axis=1, keepdims=True)
    return pd.DataFrame({metric: superiority(df[metric].to_numpy(float), top, times) for metric in METRICS})


def try_model_claims(predictions: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Try the claims about models: both beat the baseline, OLS is best with R² 1, and it is overfit.

    Parameters
    ----------
    predictions : DataFrame
        What `model.predict_regressors` returns, on train and validate, of the models "mean", "OLS" and
        "gamma".
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (6, 12)
        As `try_correlation_claims`. `statistic` is a ratio of root mean squared errors on validate (below 1:
        the first model is better), R² on validate, or R² on train less R² on validate ("overfit" holds when
        that is above 0.01); intervals are percentiles over the resamples. No p: these claims need none.
    """
    wide = predictions.pivot(index=["sample", "handle", "actual"], columns="model", values="predicted")
    rng = np.random.default_rng(seed)
    train, validate = (
        _resampled_scores(wide.xs(name).reset_index("actual"), rng) for name in ("train", "validate")
    )
    rmse, r2 = validate
    ratio = rmse.div(rmse["mean"], axis=0)
    to_next = rmse["OLS"] / rmse.drop(columns="OLS").min(axis=1)
    gap = train[1]["OLS"] - r2["OLS"]
    claims = [
        ("OLS beats the baseline", "RMSE ratio", "OLS", ratio["OLS"], ratio["OLS"] < 1),
        ("gamma beats the baseline", "RMSE ratio", "gamma", ratio["gamma"], ratio["gamma"] < 1),
        ("OLS is the best model", "RMSE ratio to next best", "OLS", to_next, to_next < 1),
        ("OLS has an RMSE of about 1e-8", "RMSE on validate", "OLS", rmse["OLS"], rmse["OLS"] < 1e-6),
        ("OLS has an R² of 1", "R² on validate", "OLS", r2["OLS"], r2["OLS"] > 1 - 1e-9),
        ("OLS is overfit", "R² on train - R² on validate", "OLS", gap, gap > 0.01),
    ]
    n = len(wide.xs("validate"))
    rows = [
        _row(
            claim, test, "engagement", name, n, score[0], percentile_interval(score[1:]), holds[0], holds[1:]
        )
        for claim, test, name, score, holds in claims
    ]
    return pd.DataFrame(rows)


def _resampled_scores(part: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each model's RMSE and R², first on the sample itself, then on each resample of its creators."""
    rows = np.vstack([np.arange(len(part)), draw_rows(len(part), RESAMPLES, rng)])
    actual = part["actual"].to_numpy()[rows]
    squared = pd.DataFrame(
        {
            name: ((part[name].to_numpy()[rows] - actual) ** 2).mean(axis=1)
            for name in part.columns.drop("actual")
        }
    )
    return np.sqrt(squared), 1 - squared.div(actual.var(axis=1), axis=0)


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
    verdicts = [
        {"claim": claim, "verdict": _verdict(tests["test"][tests["holds"]].tolist(), len(tests))}
        for claim, tests in tried.groupby("claim", sort=False)
    ]
    return pd.DataFrame(verdicts)


def _verdict(holding: list[str], tests: int) -> str:
    if len(holding) == tests:
        return "reproduced"
    return f"reproduced only with {' and '.join(holding)}" if holding else "not reproduced"
