"""Tests on one list: distributions, correlations by three coefficients, groups and quarters of creators.

Nothing here chooses or fits a model: these are statements about the list itself, made on all of its creators.
"""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.nonparametric import rank_compare_2indep

from provenance import hand_on

COEFFICIENTS = ("pearson", "spearman", "pearson_log")
COEFFICIENT_NAMES = {"pearson": "Pearson", "spearman": "Spearman", "pearson_log": "Pearson on logs"}
ALPHA = 0.05
CONFIDENCE = 0.95
MINIMUM_ROWS = 10
ROUNDING = 1e-10  # relative to the largest value


class ExploreError(ValueError):
    """A question that these data can't answer, in one sentence."""


def describe_distributions(df: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Describe each column by what matters for counts: its middle, its tail and its skew.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
    columns : names of numeric columns

    Returns
    -------
    DataFrame of shape (len(columns), 10)
        `column`, `n` (finite values; the rest is left out), `zeros`, `q25`, `median`, `q75`, `maximum`
        (units of the column), `skew` and `skew_log` (sample skewness of the values and of log1p of them; 0
        for a symmetric distribution), and `top_1pct_share`: the share of the column's sum that its largest 1
        % of rows hold.

    Raises
    ------
    ExploreError
        If a column isn't there.

    >>> df = pd.DataFrame({"likes": [0.0, 1, 2, 3, 94]})
    >>> describe_distributions(df, ["likes"])[["column", "n", "zeros", "median", "maximum"]].values.tolist()
    [['likes', 5, 1, 2.0, 94.0]]
    """
    require_columns(df, columns)
    return hand_on(df, pd.DataFrame([_describe(df[column][np.isfinite(df[column])]) for column in columns]))


def _describe(values: pd.Series) -> dict[str, object]:
    top = values.nlargest(max(1, round(0.01 * len(values))))
    total = values.sum()
    return {
        "column": values.name,
        "n": len(values),
        "zeros": int((values == 0).sum()),
        "q25": values.quantile(0.25),
        "median": values.median(),
        "q75": values.quantile(0.75),
        "maximum": values.max(),
        "skew": values.skew(),
        "skew_log": np.log1p(values).skew() if values.min() > -1 else np.nan,
        "top_1pct_share": top.sum() / total if total > 0 else np.nan,
    }


def correlation_tests(
    df: pd.DataFrame,
    target: str,
    features: Sequence[str],
    *,
    confidence: float = CONFIDENCE,
    correction: str = "holm",
    resamples: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Test each feature's correlation with the target by three coefficients.

    The coefficients answer different questions. Pearson's asks for a straight line between the counts and,
    where tails are heavy, hears little but the largest creators. Spearman's asks whether more of one goes
    with more of the other, whatever the curve. Pearson's on log1p asks for a straight line between
    magnitudes.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
    target : name of a numeric column
    features : names of numeric columns
    confidence : level of the intervals
    correction : a method of `statsmodels.stats.multitest.multipletests`: "holm" for a few questions that were
        asked beforehand, "fdr_bh" (Benjamini–Hochberg) where many are asked to explore
    resamples : 0 for Bonett and Wright's interval for Spearman's coefficient; else how many resamples of
    creators
        to take its percentile interval from, which assumes nothing about the distributions
    seed : seed of the resamples

    Returns
    -------
    DataFrame of shape (len(features), 20)
        `feature`, `target`, `n`; for each of `pearson`, `spearman`, `pearson_log` the coefficient and its
        `_low`, `_high`, `_p` (two-sided) and `_p_holm` (`_p_fdr_bh`, …: adjusted over the features of this
        call, for each coefficient by itself); `agree`: whether the three give the same answer (all
        significant with one sign, or none significant, after adjustment, at 5 %); `reason`: why a row
        is empty, "" where it isn't.

    Raises
    ------
    ExploreError
        If a column isn't there.

    Notes
    -----
    Pearson: t distribution and Fisher's z, by `scipy.stats.pearsonr`. Spearman: p by `scipy.stats.spearmanr`;
    interval by Fisher's z with the standard error of Bonett & Wright (2000), Psychometrika 65:23–28, or the
    percentiles of `scipy.stats.bootstrap`.

    >>> df = pd.DataFrame({"views": range(1, 21), "likes": [v**3 for v in range(1, 21)]})
    >>> tests = correlation_tests(df, "likes", ["views"])
    >>> tests[["n", "pearson", "spearman", "agree"]].round(3).values.tolist()
    [[20, 0.922, 1.0, True]]
    """
    require_columns(df, [target, *features])
    tests = pd.DataFrame(
        [_test_pair(df[feature], df[target], confidence, resamples, seed) for feature in features]
    )
    for coefficient in COEFFICIENTS:
        tests[f"{coefficient}_p_{correction}"] = _adjust(tests[f"{coefficient}_p"], correction)
    tests["agree"] = _coefficients_agree(tests, correction)
    tests.insert(len(tests.columns) - 1, "reason", tests.pop("reason"))
    return hand_on(df, tests)


def _test_pair(x: pd.Series, y: pd.Series, confidence: float, resamples: int, seed: int) -> dict[str, object]:
    row = {"feature": x.name, "target": y.name, "n": len(x), "reason": why_untestable(x, y)}
    if row["reason"]:
        empty = [f"{c}{suffix}" for c in COEFFICIENTS for suffix in ("", "_low", "_high", "_p")]
        return row | dict.fromkeys(empty, np.nan)
    x, y = x.to_numpy(float), y.to_numpy(float)
    return (
        row
        | _named("pearson", _pearson(x, y, confidence))
        | _named("spearman", _spearman(x, y, confidence, resamples, seed))
        | _named("pearson_log", _pearson(np.log1p(x), np.log1p(y), confidence))
    )


def _is_constant(values: pd.Series) -> bool:
    """Tell whether a column varies by no more than the rounding of floats, which no test can bear."""
    return bool(values.max() - values.min() <= ROUNDING * values.abs().max())


def _named(coefficient: str, values: tuple[float, float, float, float]) -> dict[str, float]:
    return {
        f"{coefficient}{suffix}": v for suffix, v in zip(("", "_low", "_high", "_p"), values, strict=True)
    }


def why_untestable(x: pd.Series, y: pd.Series) -> str:
    """Say in words why a pair of columns has no correlation; "" where it has one."""
    if len(x) < MINIMUM_ROWS:
        return f"only {len(x)} rows; at least {MINIMUM_ROWS} are needed"
    return why_unusable(x) or why_unusable(y)


def why_unusable(values: pd.Series) -> str:
    """Say in words why a column can't be compared, on its own scale and in logs; "" where it can.

    >>> why_unusable(pd.Series([3.0, 3, 3], name="likes"))
    'likes is constant'
    """
    if missing := int((~np.isfinite(values.astype(float))).sum()):
        return f"{values.name} has {missing} missing or infinite values"
    if _is_constant(values):
        return f"{values.name} is constant"
    if values.min() <= -1:
        return f"{values.name} has values of -1 or below, which have no log1p"
    return ""


def _pearson(x: np.ndarray, y: np.ndarray, confidence: float) -> tuple[float, float, float, float]:
    test = stats.pearsonr(x, y)
    interval = test.confidence_interval(confidence)
    return test.statistic, interval.low, interval.high, test.pvalue


def _spearman(
    x: np.ndarray, y: np.ndarray, confidence: float, resamples: int, seed: int
) -> tuple[float, float, float, float]:
    rho, p = stats.spearmanr(x, y)
    if resamples:
        return rho, *_percentile_interval(x, y, confidence, resamples, seed), p
    if abs(rho) > 1 - 1e-12:  # Fisher's z is infinite there: the interval is the point
        return rho, rho, rho, p
    half = stats.norm.ppf((1 + confidence) / 2) * np.sqrt((1 + rho**2 / 2) / (len(x) - 3))
    return rho, np.tanh(np.arctanh(rho) - half), np.tanh(np.arctanh(rho) + half), p


def _percentile_interval(
    x: np.ndarray, y: np.ndarray, confidence: float, resamples: int, seed: int
) -> tuple[float, float]:
    with warnings.catch_warnings():
        # a resample that draws one value only has no correlation, and the interval is then missing
        warnings.simplefilter("ignore", stats.ConstantInputWarning)
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        drawn = stats.bootstrap(
            (x, y),
            _rank_correlation,
            paired=True,
            n_resamples=resamples,
            confidence_level=confidence,
            method="percentile",
            rng=seed,
        )
    return drawn.confidence_interval.low, drawn.confidence_interval.high


def _rank_correlation(x: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
    return stats.pearsonr(stats.rankdata(x, axis=axis), stats.rankdata(y, axis=axis), axis=axis).statistic


def _adjust(p: pd.Series, correction: str) -> pd.Series:
    """Adjust the p-values that there are; a question that couldn't be asked costs nothing."""
    asked = p.notna()
    adjusted = p.copy()
    if asked.any():
        values = p[asked].to_numpy(float)
        adjusted[asked] = (
            adjust_holm(values) if correction == "holm" else multipletests(values, method=correction)[1]
        )
    return adjusted


def adjust_holm(p: np.ndarray) -> np.ndarray:
    """Adjust p-values by Holm's method (1979), along the last axis.

    Parameters
    ----------
    p : array of shape (…, questions)
        Without missing values.

    Returns
    -------
    array of the same shape

    Notes
    -----
    As `multipletests(p, method="holm")` of statsmodels, which collects garbage at every call: a tenth of a
    second each time in a notebook, minutes in a resampling loop.

    >>> adjust_holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, axis=-1)
    steps = np.take_along_axis(p, order, axis=-1) * np.arange(p.shape[-1], 0, -1)
    adjusted = np.empty_like(steps)
    np.put_along_axis(adjusted, order, np.minimum(np.maximum.accumulate(steps, axis=-1), 1), axis=-1)
    return adjusted


def _coefficients_agree(tests: pd.DataFrame, correction: str) -> pd.Series:
    significant = tests[[f"{c}_p_{correction}" for c in COEFFICIENTS]].to_numpy() < ALPHA
    signs = np.sign(tests[list(COEFFICIENTS)].to_numpy())
    verdicts = np.where(significant, signs, 0)
    return pd.Series((verdicts == verdicts[:, :1]).all(axis=1) & tests["reason"].eq(""), index=tests.index)


def compare_groups(df: pd.DataFrame, by: str, features: Sequence[str]) -> pd.DataFrame:
    """Compare two groups of creators, feature by feature, without assuming a distribution.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
    by : name of a bool column: the group in question (True) against the rest (False)
    features : names of numeric columns

    Returns
    -------
    DataFrame of shape (len(features), 11)
        `feature`, `n_in`, `n_out`, `median_in`, `median_out`; `superiority`: the common-language effect size,
        the probability that a creator of the group has more of the feature than one outside it, ties counted
        half (0.5: no difference; the same number as the ROC AUC of the feature), with `superiority_low`,
        `superiority_high` (95 %); `p` and `p_holm`; `reason` why a row is empty.

    Raises
    ------
    ExploreError
        If a column isn't there, `by` isn't boolean, or a group has fewer than two creators.

    Notes
    -----
    p by `scipy.stats.mannwhitneyu`; effect size and interval by Brunner and Munzel's method, in
    `statsmodels.stats.nonparametric.rank_compare_2indep`.

    >>> df = pd.DataFrame({"top": [False] * 10 + [True] * 10, "likes": range(20)})
    >>> compare_groups(df, "top", ["likes"])["superiority"].round(3).tolist()
    [1.0]
    """
    require_columns(df, [by, *features])
    if df[by].dtype != bool:
        raise ExploreError(f"Column {by} must be True or False to make two groups; it is {df[by].dtype}.")
    if min(df[by].sum(), (~df[by]).sum()) < 2:
        raise ExploreError(f"Column {by} must have two creators on each side; it has {df[by].sum()} True.")
    groups = pd.DataFrame([_compare(df.loc[df[by], f], df.loc[~df[by], f]) for f in features])
    groups.insert(groups.columns.get_loc("p") + 1, "p_holm", _adjust(groups["p"], "holm"))
    return hand_on(df, groups)


def _compare(inside: pd.Series, outside: pd.Series) -> dict[str, object]:
    row = {
        "feature": inside.name,
        "n_in": len(inside),
        "n_out": len(outside),
        "median_in": inside.median(),
        "median_out": outside.median(),
    }
    both = pd.concat([inside, outside])
    if not np.isfinite(both.astype(float)).all():
        return row | _superiority(reason=f"{inside.name} has missing or infinite values")
    if _is_constant(both):
        return row | _superiority(reason=f"{inside.name} is constant")
    p = stats.mannwhitneyu(inside, outside).pvalue
    if inside.min() > outside.max() or inside.max() < outside.min():  # the interval has no width there
        value = float(inside.min() > outside.max())
        return row | _superiority(value, value, value, p)
    test = rank_compare_2indep(inside.to_numpy(float), outside.to_numpy(float))
    low, high = test.conf_int(alpha=1 - CONFIDENCE)
    return row | _superiority(test.prob1, max(low, 0), min(high, 1), p)


def _superiority(
    value: float = np.nan, low: float = np.nan, high: float = np.nan, p: float = np.nan, reason: str = ""
) -> dict[str, object]:
    return {
        "superiority": value,
        "superiority_low": low,
        "superiority_high": high,
        "p": p,
        "reason": reason,
    }


def compare_quartiles(df: pd.DataFrame, by: str, features: Sequence[str]) -> pd.DataFrame:
    """Compare the four quarters of a list, feature by feature, without assuming a distribution.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
    by : name of the numeric column whose quartiles make the quarters; who is at a quartile belongs to the
        quarter above it, as in `prepare.label_success`
    features : names of numeric columns; where `by` contains one of them, quarters differ by construction

    Returns
    -------
    DataFrame of shape (len(features), 13)
        `feature`, `by`, `n`; `median_q1` (lowest quarter) to `median_q4`; `shape` of these: "rises",
        "falls", "dips" (the middle two are below the outer two), "peaks", or "mixed"; `statistic`: Kruskal
        and Wallis's H, 3 degrees of freedom; `epsilon_squared`: its effect size, from 0 (the quarters have
        the same ranks) to 1; `p` and `p_holm`; `reason` why a row is empty.

    Raises
    ------
    ExploreError
        If a column isn't there, or `by` doesn't make four quarters of at least two creators.

    Notes
    -----
    H and p by `scipy.stats.kruskal`; epsilon squared is H / (n - 1) (Tomczak & Tomczak 2014, Trends in Sport
    Sciences 21:19–25).

    >>> df = pd.DataFrame({"engagement": range(20), "likes": [v // 5 for v in range(20)]})
    >>> quarters = compare_quartiles(df, "engagement", ["likes"])
    >>> quarters[["median_q1", "median_q4", "shape", "statistic", "epsilon_squared"]].round(2).values.tolist()
    [[0.0, 3.0, 'rises', 19.0, 1.0]]
    """
    require_columns(df, [by, *features])
    quarters = _quarters(df[by])
    compared = pd.DataFrame([_compare_quarters(df[feature], quarters) for feature in features])
    compared.insert(1, "by", by)
    compared.insert(compared.columns.get_loc("p") + 1, "p_holm", _adjust(compared["p"], "holm"))
    return hand_on(df, compared)


def _quarters(values: pd.Series) -> np.ndarray:
    if missing := int((~np.isfinite(values.astype(float))).sum()):
        raise ExploreError(f"Column {values.name} has {missing} missing or infinite values; drop them first.")
    quarters = np.searchsorted(values.quantile([0.25, 0.5, 0.75]).to_numpy(), values, side="right")
    sizes = np.bincount(quarters, minlength=4)
    if sizes.min() < 2:
        raise ExploreError(
            f"Column {values.name} doesn't make four quarters of two creators or more (they would have "
            f"{', '.join(map(str, sizes))}): too few values, or too many of them the same."
        )
    return quarters


def _compare_quarters(values: pd.Series, quarters: np.ndarray) -> dict[str, object]:
    medians = values.groupby(quarters).median()
    row = {"feature": values.name, "n": len(values)} | {f"median_q{q + 1}": medians[q] for q in range(4)}
    row["shape"] = _shape(*medians)
    reason = ""
    if missing := int((~np.isfinite(values.astype(float))).sum()):
        reason = f"{values.name} has {missing} missing or infinite values"
    elif _is_constant(values):
        reason = f"{values.name} is constant"
    if reason:
        return row | {"statistic": np.nan, "epsilon_squared": np.nan, "p": np.nan, "reason": reason}
    h, p = stats.kruskal(*(values[quarters == quarter] for quarter in range(4)))
    return row | {"statistic": h, "epsilon_squared": h / (len(values) - 1), "p": p, "reason": ""}


def _shape(first: float, second: float, third: float, fourth: float) -> str:
    if first <= second <= third <= fourth and first < fourth:
        return "rises"
    if first >= second >= third >= fourth and first > fourth:
        return "falls"
    if max(second, third) < min(first, fourth):
        return "dips"
    return "peaks" if min(second, third) > max(first, fourth) else "mixed"


def require_columns(df: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in df.columns]
    if missing:
        raise ExploreError(
            f"No column {', '.join(missing)}; this frame has {', '.join(map(str, df.columns))}. "
            "Pass a frame from prepare.clean, or name a column that is there."
        )
