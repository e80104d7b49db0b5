"""The claims of the earlier analysis, each tried: what it claimed, what the tests say, how firmly.

A correlation claim is tried with each of the three coefficients of `explore.correlation_tests`, adjusted by
Holm's method over the features that are held against the same target. How firm a verdict is, is read off
1,000 lists resampled from the creators: in how many of them does the same test give the same answer?
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from correlations import (
    ALPHA,
    COEFFICIENT_NAMES,
    COEFFICIENTS,
    adjust_holm,
    compare_groups,
    correlation_tests,
)

RESAMPLES = 1000
METRICS = ("subscribers", "views", "likes", "comments", "shares")
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
    rng = np.random.default_rng(seed)
    rows = rng.integers(len(df), size=(resamples, len(df)))
    tried = pd.concat([_try_against(df, target, group, rows) for target, group in by_target.items()])
    return tried.reset_index(drop=True)


def _try_against(df: pd.DataFrame, target: str, claims: list[Claim], rows: np.ndarray) -> pd.DataFrame:
    features = [claim.feature for claim in claims]
    tests = correlation_tests(df, target, features)
    tried = pd.concat([_one_coefficient(tests, claims, coefficient) for coefficient in COEFFICIENTS])
    again = _resampled_significance(df, target, features, rows)
    places = [features.index(feature) for feature in tried["feature"]]
    redrawn = [
        (again[coefficient][0][:, place], again[coefficient][1][:, place])
        for coefficient, place in zip(tried["coefficient"], places, strict=True)
    ]
    tried["low"], tried["high"] = np.transpose([np.quantile(values, (0.025, 0.975)) for values, _ in redrawn])
    tried["same_in"] = [
        int((significant == now).sum())
        for (_, significant), now in zip(redrawn, tried["significant"], strict=True)
    ]
    in_order = tried.sort_values("feature", key=lambda f: f.map(features.index), kind="stable")
    return in_order.drop(columns=["coefficient", "significant"])


def _one_coefficient(tests: pd.DataFrame, claims: list[Claim], coefficient: str) -> pd.DataFrame:
    significant = tests[f"{coefficient}_p_holm"] < ALPHA
    return pd.DataFrame(
        {
            "claim": [say_claim(claim) for claim in claims],
            "test": COEFFICIENT_NAMES[coefficient],
            "target": tests["target"],
            "feature": tests["feature"],
            "n": tests["n"],
            "statistic": tests[coefficient],
            "low": np.nan,
            "high": np.nan,
            "p": tests[f"{coefficient}_p"],
            "p_holm": tests[f"{coefficient}_p_holm"],
            "holds": significant == [claim.related for claim in claims],
            "coefficient": coefficient,
            "significant": significant,
        }
    )


def say_claim(claim: Claim) -> str:
    return f"{claim.feature} {'related' if claim.related else 'not related'} to {claim.target}"


def _resampled_significance(
    df: pd.DataFrame, target: str, features: list[str], rows: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each coefficient: its value, and whether it is significant after Holm, by resample and feature."""
    drawn = {column: df[column].to_numpy(float)[rows] for column in [target, *features]}
    transformed = {
        "pearson": drawn,
        "spearman": {column: stats.rankdata(values, axis=1) for column, values in drawn.items()},
        "pearson_log": {column: np.log1p(values) for column, values in drawn.items()},
    }
    tests = {
        coefficient: [stats.pearsonr(v[feature], v[target], axis=1) for feature in features]
        for coefficient, v in transformed.items()
    }
    return {
        coefficient: (
            np.stack([test.statistic for test in each], axis=1),
            adjust_holm(np.stack([test.pvalue for test in each], axis=1)) < ALPHA,
        )
        for coefficient, each in tests.items()
    }


def try_hunches(
    df: pd.DataFrame,
    definitions: Sequence[str] = ("engagement", "interactions"),
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Try the two hunches of the earlier analysis: shares matter most for success, subscribers little.

    How much a metric matters is read as the probability that a successful creator (top quarter of the list)
    has more of it than another one: 0.5 is nothing, 1 is everything. "Most" is the largest of the five
    metrics; "little" is less than a small effect by Cohen's convention (0.56).

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
        A frame from `prepare.clean`.
    definitions : columns whose top quarter is success
    resamples : how many lists to draw from the creators, with replacement
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (2 x definitions, 12)
        As `try_correlation_claims`; `statistic` is the probability of superiority.
    """
    rows = np.random.default_rng(seed).integers(len(df), size=(resamples, len(df)))
    tried = [_try_hunches_of(df, definition, rows) for definition in definitions]
    return pd.concat(tried).sort_values("claim", kind="stable").reset_index(drop=True)


def _try_hunches_of(df: pd.DataFrame, definition: str, rows: np.ndarray) -> pd.DataFrame:
    top = df[definition] >= df[definition].quantile(0.75)
    groups = compare_groups(df.assign(top=top), "top", METRICS).set_index("feature")
    again = _resampled_superiority(df, definition, rows)
    shares_most = groups["superiority"].idxmax() == "shares"
    subscribers_little = groups.at["subscribers", "superiority"] < SMALL_EFFECT
    hunches = {
        "shares": ("shares matter most for success", shares_most, again.idxmax(axis=1) == "shares"),
        "subscribers": (
            "subscribers matter little for success",
            subscribers_little,
            again["subscribers"] < SMALL_EFFECT,
        ),
    }
    return pd.DataFrame(
        {
            "claim": claim,
            "test": f"top quarter of {definition}",
            "target": "success",
            "feature": feature,
            "n": len(df),
            "statistic": groups.at[feature, "superiority"],
            "low": groups.at[feature, "superiority_low"],
            "high": groups.at[feature, "superiority_high"],
            "p": groups.at[feature, "p"],
            "p_holm": groups.at[feature, "p_holm"],
            "holds": holds,
            "same_in": int((in_resamples == holds).sum()),
        }
        for feature, (claim, holds, in_resamples) in hunches.items()
    )


def _resampled_superiority(df: pd.DataFrame, definition: str, rows: np.ndarray) -> pd.DataFrame:
    """Give each metric's probability of superiority in each resample: the Mann–Whitney U over n1·n2."""
    total = df[definition].to_numpy(float)[rows]
    top = total >= np.quantile(total, 0.75, axis=1, keepdims=True)
    n_top = top.sum(axis=1)
    return pd.DataFrame(
        {
            metric: (
                (stats.rankdata(df[metric].to_numpy(float)[rows], axis=1) * top).sum(axis=1)
                - n_top * (n_top + 1) / 2
            )
            / (n_top * (rows.shape[1] - n_top))
            for metric in METRICS
        }
    )


def try_model_claims(
    predictions: pd.DataFrame,
    *,
    baseline: str = "mean",
    best: str = "OLS",
    second: str = "gamma",
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Try the claims about models: both beat the baseline, OLS is best with R² 1, and it is overfit.

    Parameters
    ----------
    predictions : DataFrame
        What `model.predict_regressors` returns, on train and validate.
    baseline, best, second : names of the models in question
    resamples : how often to draw from the creators of a sample, with replacement
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (6, 12)
        As `try_correlation_claims`. `statistic` is a ratio of root mean squared errors on validate (below 1:
        the first model is better), R² on validate, or R² on train less R² on validate ("overfit" holds when
        that is above 0.01); intervals are percentiles over the resamples. No p: these claims need none.
    """
    wide = predictions.pivot(index=["sample", "handle", "actual"], columns="model", values="predicted")
    parts = {name: wide.xs(name).reset_index("actual") for name in ("train", "validate")}
    rng = np.random.default_rng(seed)
    scores = {name: _resampled_scores(part, resamples, rng) for name, part in parts.items()}
    rmse, r2 = scores["validate"]["rmse"], scores["validate"]["r2"]
    others = rmse.drop(columns=best).min(axis=1)
    gap = scores["train"]["r2"][best] - r2[best]
    claims = [
        (f"{best} beats the baseline", "RMSE ratio", best, rmse[best] / rmse[baseline], lambda s: s < 1),
        (
            f"{second} beats the baseline",
            "RMSE ratio",
            second,
            rmse[second] / rmse[baseline],
            lambda s: s < 1,
        ),
        (f"{best} is the best model", "RMSE ratio to next best", best, rmse[best] / others, lambda s: s < 1),
        (f"{best} has an RMSE of about 1e-8", "RMSE on validate", best, rmse[best], lambda s: s < 1e-6),
        (f"{best} has an R² of 1", "R² on validate", best, r2[best], lambda s: s > 1 - 1e-9),
        (f"{best} is overfit", "R² on train - R² on validate", best, gap, lambda s: s > 0.01),
    ]
    n = len(parts["validate"])
    return pd.DataFrame([_model_claim(claim, n) for claim in claims])


def _model_claim(claim: tuple, n: int) -> dict[str, object]:
    text, test, name, values, rule = claim
    statistic, again = values.iloc[0], values.iloc[1:]
    return {
        "claim": text,
        "test": test,
        "target": "engagement",
        "feature": name,
        "n": n,
        "statistic": statistic,
        "low": again.quantile(0.025),
        "high": again.quantile(0.975),
        "p": np.nan,
        "p_holm": np.nan,
        "holds": bool(rule(statistic)),
        "same_in": int((rule(again) == rule(statistic)).sum()),
    }


def _resampled_scores(
    part: pd.DataFrame, resamples: int, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Give each model's RMSE and R², first on the sample itself, then on each resample of its creators."""
    drawn = rng.integers(len(part), size=(resamples, len(part)))
    rows = np.vstack([np.arange(len(part)), drawn])
    actual = part["actual"].to_numpy()[rows]
    spread = actual.var(axis=1)
    squared = {
        name: np.mean((part[name].to_numpy()[rows] - actual) ** 2, axis=1)
        for name in part.columns.drop("actual")
    }
    return {
        "rmse": pd.DataFrame({name: np.sqrt(values) for name, values in squared.items()}),
        "r2": pd.DataFrame({name: 1 - values / spread for name, values in squared.items()}),
    }


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
