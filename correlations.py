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

from columns import require_columns
from provenance import hand_on
from resampling import CONFIDENCE, midranks

COEFFICIENT_NAMES = {"pearson": "Pearson", "spearman": "Spearman", "pearson_log": "Pearson on logs"}
COEFFICIENTS = tuple(COEFFICIENT_NAMES)
ALPHA = 0.05
MINIMUM_ROWS = 10
ROUNDING = 1e-10  # relative to the largest value
ROUNDING_OF_DRAWS = 1e-12  # relative to the mean


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
    require_columns(df, columns, ExploreError)
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
    Pearson: t distribution and Fisher's z, by `scipy.stats.pearsonr`. Spearman: the same p, of ranks;
    interval by Fisher's z with the standard error of Bonett & Wright (2000), Psychometrika 65:23–28.

    >>> df = pd.DataFrame({"views": range(1, 21), "likes": [v**3 for v in range(1, 21)]})
    >>> tests = correlation_tests(df, "likes", ["views"])
    >>> tests[["n", "pearson", "spearman", "agree"]].round(3).values.tolist()
    [[20, 0.922, 1.0, True]]
    """
    require_columns(df, [target, *features], ExploreError)
    features = list(features)
    reason = pd.Series([why_untestable(df[feature], df[target]) for feature in features])
    tests = pd.DataFrame({"feature": features, "target": target, "n": len(df)})
    x, y = df[features].to_numpy(float).T, df[target].to_numpy(float)
    asked = reason.eq("").to_numpy()
    for coefficient in COEFFICIENTS:
        tested = np.full((4, len(features)), np.nan)
        if asked.any():
            tested[:, asked] = correlate(x[asked], y, coefficient, confidence)
        for end, values in zip(("", "_low", "_high", "_p"), tested, strict=True):
            tests[f"{coefficient}{end}"] = values
    verdicts = pd.DataFrame(index=tests.index)
    for c in COEFFICIENTS:
        tests[f"{c}_p_{correction}"] = adjust_p(tests[f"{c}_p"], correction)
        verdicts[c] = np.sign(tests[c]).where(tests[f"{c}_p_{correction}"] < ALPHA, 0)
    tests["agree"] = verdicts.nunique(axis=1).eq(1) & reason.eq("")
    return hand_on(df, tests.assign(reason=reason))


def by_coefficient(tests: pd.DataFrame) -> pd.DataFrame:
    """Give what `correlation_tests` returns a row for each coefficient, which is the `value`."""
    shared = tests[["target", "feature", "n", "reason"]]
    columns = {"value": "", "low": "_low", "high": "_high", "p": "_p", "p_holm": "_p_holm"}
    long = [
        shared.assign(coefficient=c, **{name: tests[f"{c}{end}"] for name, end in columns.items()})
        for c in COEFFICIENTS
    ]
    return pd.concat(long).sort_index(kind="stable").reset_index(drop=True)


def correlate(
    x: np.ndarray, y: np.ndarray, coefficient: str, confidence: float = CONFIDENCE
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Correlate x with y along the last axis: coefficient, its interval, p; missing where one is constant."""
    x, y = np.broadcast_arrays(on_scale(x, coefficient), on_scale(y, coefficient))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.ConstantInputWarning)
        test = stats.pearsonr(x, y, axis=-1)
    r = test.statistic
    if coefficient != "spearman":
        return r, *test.confidence_interval(confidence), test.pvalue
    half = stats.norm.ppf((1 + confidence) / 2) * np.sqrt((1 + r**2 / 2) / (x.shape[-1] - 3))
    with np.errstate(divide="ignore"):  # at ±1 Fisher's z is infinite and the interval is the point
        z = np.arctanh(r)
    return r, np.tanh(z - half), np.tanh(z + half), test.pvalue


def on_scale(values: np.ndarray, coefficient: str) -> np.ndarray:
    """Put values on the scale on which Pearson's formula gives this coefficient, along the last axis."""
    if coefficient == "spearman":
        return stats.rankdata(values, axis=-1)
    return np.log1p(values) if coefficient == "pearson_log" else values


def correlations_of_draws(values: np.ndarray, times: np.ndarray, coefficient: str) -> np.ndarray:
    """Correlate columns with each other in each draw: missing where one doesn't vary.

    `values` has the shape (columns, rows), `times` (how often a draw holds a row) (draws, rows), the result
    (draws, columns, columns).
    """
    if coefficient == "spearman":
        columns = np.stack([midranks(column, times) for column in values], axis=1)
    else:
        columns = on_scale(values, coefficient)[np.newaxis]
    weights = times[:, :, np.newaxis].astype(float)
    means = columns @ weights / weights.sum(axis=1, keepdims=True)
    weighted = columns - means
    weighted *= np.sqrt(weights).transpose(0, 2, 1)
    products = weighted @ weighted.transpose(0, 2, 1)
    spread = np.sqrt(np.einsum("dii->di", products))
    rounding = ROUNDING_OF_DRAWS * np.abs(means[:, :, 0]) * np.sqrt(weights.sum(axis=1))
    spread[(spread <= rounding) | ~np.isfinite(values).all(axis=1)] = np.nan
    return products / spread[:, :, np.newaxis] / spread[:, np.newaxis, :]


def why_untestable(x: pd.Series, y: pd.Series) -> str:
    """Say in words why a pair of columns has no correlation; "" where it has one."""
    if len(x) < MINIMUM_ROWS:
        return f"only {len(x)} rows; at least {MINIMUM_ROWS} are needed"
    return why_unusable(x) or why_unusable(y)


def why_unusable(values: pd.Series) -> str:
    """Say in words why a column can't be compared, on its own scale and in logs; "" where it can."""
    if reason := why_unranked(values):
        return reason
    return f"{values.name} has values of -1 or below, which have no log1p" if values.min() <= -1 else ""


def why_unranked(values: pd.Series) -> str:
    """Say in words why the ranks of a column say nothing; "" where they do."""
    if missing := int((~np.isfinite(values.astype(float))).sum()):
        return f"{values.name} has {missing} missing or infinite values"
    # what varies by no more than the rounding of floats is constant: no test can bear it
    constant = values.max() - values.min() <= ROUNDING * values.abs().max()
    return f"{values.name} is constant" if constant else ""


def adjust_p(p: pd.Series, correction: str) -> pd.Series:
    """Adjust the p-values that there are; a question that couldn't be asked costs nothing."""
    asked, adjusted = p.notna(), p.copy()
    if asked.any():
        values = p[asked].to_numpy(float)
        holm = correction == "holm"
        adjusted[asked] = adjust_holm(values) if holm else multipletests(values, method=correction)[1]
    return adjusted


def adjust_holm(p: np.ndarray) -> np.ndarray:
    """Adjust p-values, none of them missing, by Holm's method (1979), along the last axis."""
    # as `multipletests(p, method="holm")` of statsmodels, which collects garbage at every call: a tenth of a
    # second each time in a notebook, minutes in a resampling loop (50 calls: 0.0004 s here, 19.7 s there)
    order = np.argsort(p, axis=-1)
    steps = np.take_along_axis(p, order, axis=-1) * np.arange(p.shape[-1], 0, -1)
    adjusted = np.empty_like(steps)
    np.put_along_axis(adjusted, order, np.minimum(np.maximum.accumulate(steps, axis=-1), 1), axis=-1)
    return adjusted


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
    require_columns(df, [by, *features], ExploreError)
    if df[by].dtype != bool:
        raise ExploreError(f"Column {by} must be True or False to make two groups; it is {df[by].dtype}.")
    if min(df[by].sum(), (~df[by]).sum()) < 2:
        raise ExploreError(f"Column {by} must have two creators on each side; it has {df[by].sum()} True.")
    groups = pd.DataFrame([_compare(df.loc[df[by], f], df.loc[~df[by], f]) for f in features])
    groups.insert(groups.columns.get_loc("p") + 1, "p_holm", adjust_p(groups["p"], "holm"))
    return hand_on(df, groups)


def _compare(inside: pd.Series, outside: pd.Series) -> dict[str, object]:
    reason = why_unranked(pd.concat([inside, outside]))
    values = (np.nan,) * 4 if reason else _superiority(inside.to_numpy(float), outside.to_numpy(float))
    row = {"feature": inside.name, "n_in": len(inside), "n_out": len(outside)}
    row |= {"median_in": inside.median(), "median_out": outside.median()}
    names = ("superiority", "superiority_low", "superiority_high", "p")
    return row | dict(zip(names, values, strict=True)) | {"reason": reason}


def _superiority(inside: np.ndarray, outside: np.ndarray) -> tuple[float, float, float, float]:
    p = stats.mannwhitneyu(inside, outside).pvalue
    if inside.min() > outside.max() or inside.max() < outside.min():  # the interval has no width there
        value = float(inside.min() > outside.max())
        return value, value, value, p
    test = rank_compare_2indep(inside, outside)
    low, high = test.conf_int(alpha=1 - CONFIDENCE)
    return test.prob1, max(low, 0), min(high, 1), p


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
    require_columns(df, [by, *features], ExploreError)
    quarters = _quarters(df[by])
    compared = pd.DataFrame([_compare_quarters(df[feature], quarters) for feature in features])
    compared.insert(1, "by", by)
    compared.insert(compared.columns.get_loc("p") + 1, "p_holm", adjust_p(compared["p"], "holm"))
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
    reason = why_unranked(values)
    h, p = (np.nan, np.nan) if reason else stats.kruskal(*(values[quarters == q] for q in range(4)))
    effect = h / (len(values) - 1)
    return row | {
        "shape": _shape(*medians),
        "statistic": h,
        "epsilon_squared": effect,
        "p": p,
        "reason": reason,
    }


def _shape(first: float, second: float, third: float, fourth: float) -> str:
    if first <= second <= third <= fourth and first < fourth:
        return "rises"
    if first >= second >= third >= fourth and first > fourth:
        return "falls"
    if max(second, third) < min(first, fourth):
        return "dips"
    return "peaks" if min(second, third) > max(first, fourth) else "mixed"
