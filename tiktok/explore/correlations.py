"""What goes with what in one list: correlations by three coefficients, tested and drawn.

Nothing here chooses or fits a model: these are statements about the list itself, made on all of its creators.
"""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats
from statsmodels.nonparametric.smoothers_lowess import lowess
from statsmodels.stats.multitest import multipletests

from tiktok.figures import (
    GREY,
    PALETTE,
    UNITS,
    WIDEST,
    draw_intervals,
    finish,
    log_count_axis,
    new_figure,
)
from tiktok.lists.columns import ExploreError, require_columns, takes_names
from tiktok.lists.provenance import hand_on
from tiktok.resampling import CONFIDENCE, adjust_holm, in_blocks, ranker
from tiktok.tables import Results

COEFFICIENT_NAMES = {"pearson": "Pearson", "spearman": "Spearman", "pearson_log": "Pearson on logs"}
COEFFICIENTS = tuple(COEFFICIENT_NAMES)
ALPHA = 0.05
MINIMUM_ROWS = 10
CONSTANT = 1e-10  # of the largest value: a column that varies by less is constant
CONSTANT_IN_DRAW = 1e-12  # of the mean: the same, of its standard deviation in a draw


@takes_names("features")
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
    return hand_on(df, Results(tests.assign(reason=reason)))


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
    x, y = np.broadcast_arrays(_on_scale(x, coefficient), _on_scale(y, coefficient))
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


def _on_scale(values: np.ndarray, coefficient: str) -> np.ndarray:
    """Put values on the scale on which Pearson's formula gives this coefficient, along the last axis."""
    if coefficient == "spearman":
        return stats.rankdata(values, axis=-1)
    return np.log1p(values) if coefficient == "pearson_log" else values


def correlations_of_draws(values: np.ndarray, times: np.ndarray, coefficient: str) -> np.ndarray:
    """Correlate columns with each other in each draw: (draws, columns, columns), missing if constant."""
    # `values` are (columns, rows), `times` (draws, rows): how often a draw holds a row
    finite = np.isfinite(values).all(axis=1)
    if coefficient == "spearman":
        rankers = [ranker(column) for column in values]
        return in_blocks(
            lambda drawn: _correlate_draws(
                np.stack([rank(drawn) for rank in rankers], axis=1), drawn, finite
            ),
            times,
        )
    columns = _on_scale(values, coefficient)[np.newaxis]
    return in_blocks(lambda drawn: _correlate_draws(columns, drawn, finite), times)


def _correlate_draws(columns: np.ndarray, times: np.ndarray, finite: np.ndarray) -> np.ndarray:
    """Correlate columns, (draws or 1, columns, rows), in these draws."""
    weights = times[:, :, np.newaxis].astype(float)
    means = columns @ weights / weights.sum(axis=1, keepdims=True)
    weighted = columns - means
    weighted *= np.sqrt(weights).transpose(0, 2, 1)
    products = weighted @ weighted.transpose(0, 2, 1)
    spread = np.sqrt(np.einsum("dii->di", products))
    rounding = CONSTANT_IN_DRAW * np.abs(means[:, :, 0]) * np.sqrt(weights.sum(axis=1))
    spread[(spread <= rounding) | ~finite] = np.nan
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
    numbers = values.astype(float).to_numpy()
    if missing := int((~np.isfinite(numbers)).sum()):
        return f"{values.name} has {missing} missing or infinite values"
    # what varies by no more than the rounding of floats is constant: no test can bear it
    constant = numbers.size and np.ptp(numbers) <= CONSTANT * np.abs(numbers).max()
    return f"{values.name} is constant" if constant else ""


def adjust_p(p: pd.Series, correction: str) -> pd.Series:
    """Adjust the p-values that there are; a question that couldn't be asked costs nothing."""
    asked, adjusted = p.notna(), p.copy()
    if asked.any():
        values = p[asked].to_numpy(float)
        holm = correction == "holm"
        adjusted[asked] = adjust_holm(values) if holm else multipletests(values, method=correction)[1]
    return adjusted


@takes_names("features")
def plot_relationships(df: pd.DataFrame, target: str, features: Sequence[str]) -> Figure:
    """Draw each feature against the target on logarithmic axes, with a robust trend.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
    target, features : names of count columns; rows with a zero on either axis can't be drawn there

    Returns
    -------
    Figure
        One panel a feature. The line is a robust locally weighted regression (lowess, Cleveland 1979).

    >>> df = pd.DataFrame({"likes": [10.0, 30, 100, 1000], "views": [100.0, 400, 900, 20000]})
    >>> plot_relationships(df, "views", ["likes"]).get_label()
    'Scatter plots on logarithmic axes of views against likes, each with a robust trend.'
    """
    fig = new_figure(min(2.6 * len(features), WIDEST), 2.9)
    grid = fig.subplots(1, len(features), sharey=True, squeeze=False)[0]
    for ax, feature in zip(grid, features, strict=True):
        _draw_relationship(ax, df[feature], df[target])
    for ax in grid[1:]:
        ax.set_ylabel("")
    against = f"{target} against {', '.join(features)}"
    return finish(fig, f"Scatter plots on logarithmic axes of {against}, each with a robust trend.", df)


def _draw_relationship(ax: Axes, x: pd.Series, y: pd.Series) -> None:
    drawn = (x > 0) & (y > 0)
    ax.scatter(x[drawn], y[drawn], s=7, alpha=0.4, color=PALETTE[0], linewidth=0)
    trend = _trend(np.log10(x[drawn]), np.log10(y[drawn]))
    ax.plot(10 ** trend[:, 0], 10 ** trend[:, 1], color=PALETTE[3], linewidth=2)
    scale = "log" if drawn.any() else "linear"  # a logarithmic axis without a value can't be drawn
    ax.set(xscale=scale, yscale=scale, xlabel=UNITS.get(x.name, x.name), ylabel=UNITS.get(y.name, y.name))
    ax.set_title(f"{y.name} and {x.name}", fontsize=10)
    log_count_axis(ax.xaxis)
    log_count_axis(ax.yaxis)


def _trend(x: pd.Series, y: pd.Series) -> np.ndarray:
    """Give the points of a robust trend, in the order of x; none where there are too few creators for one."""
    if len(x) < MINIMUM_ROWS or x.nunique() < MINIMUM_ROWS:
        return np.empty((0, 2))
    with np.errstate(invalid="ignore", divide="ignore"):  # where half of the creators are at one x: a gap
        return lowess(y, x, frac=0.5, it=3, delta=0.05)


def plot_correlations(tests: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw what three coefficients say of each feature, with their intervals.

    Parameters
    ----------
    tests : DataFrame
        What `explore.correlation_tests` returns.
    ax : Axes, optional

    Returns
    -------
    Figure

    >>> df = pd.DataFrame({"views": range(1, 21), "likes": [v**3 for v in range(1, 21)]})
    >>> plot_correlations(correlation_tests(df, "likes", ["views"])).get_label()
    'Correlations with likes. views: Pearson 0.92, Spearman 1.00, Pearson on logs 1.00.'
    """
    ax = new_figure(7, 0.75 * len(tests) + 1.2).subplots() if ax is None else ax
    offsets = np.linspace(-0.22, 0.22, len(COEFFICIENT_NAMES))
    for position, (coefficient, name) in enumerate(COEFFICIENT_NAMES.items()):
        ends = (tests[f"{coefficient}_low"], tests[f"{coefficient}_high"])
        style = {"fmt": "osD"[position], "color": PALETTE[position], "markersize": 5, "label": name}
        draw_intervals(ax, tests[coefficient], *ends, np.arange(len(tests)) + offsets[position], **style)
    ax.axvline(0, color=GREY, linewidth=1)
    ax.set_yticks(range(len(tests)), tests["feature"])
    ax.invert_yaxis()
    ax.set(xlabel="correlation, with 95 % interval", title=f"Correlation with {tests['target'].iloc[0]}")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return finish(ax.figure, _say_correlations(tests), tests)


def _say_correlations(tests: pd.DataFrame) -> str:
    said = [
        f"{row.feature}: "
        + (row.reason or ", ".join(f"{name} {getattr(row, c):.2f}" for c, name in COEFFICIENT_NAMES.items()))
        for row in tests.itertuples()
    ]
    return f"Correlations with {tests['target'].iloc[0]}. {'; '.join(said)}."
