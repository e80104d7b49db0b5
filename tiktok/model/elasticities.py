"""Which feature goes with how much engagement: regressions with robust errors, and what to doubt in them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.regression.linear_model import OLS, RegressionResultsWrapper
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.outliers_influence import OLSInfluence, variance_inflation_factor
from statsmodels.tools.tools import add_constant

from tiktok.leakage.audit import ModelError, TooFewError, require_no_leakage
from tiktok.lists.columns import takes_names
from tiktok.lists.provenance import hand_on
from tiktok.model.features import log_counts
from tiktok.model.inputs import steady_fits, take_inputs

LOG_PREFIX = "log_"
RARE = 10  # creators: what fewer of them have, or lack, says more of them than of it
ALPHA = 0.05
LARGE_VIF = 5  # beyond it, a coefficient's error is more than doubled by the other features
CLEAR_SKEW = 1
LARGE_SHIFT = 1  # standard errors
FEWEST_TO_BEND = 10  # fits that differ
CheckRow = tuple[str, str, float, float, bool, str]  # of the columns of `diagnose_ols`


def fit_ols(X: pd.DataFrame, y: pd.Series, *, allow_leakage: bool = False) -> RegressionResultsWrapper:
    """Fit ordinary least squares with errors that bear unequal variance.

    Parameters
    ----------
    X : DataFrame of shape (creators, features)
        Without a constant: it is added, as the first column, named "const".
    y : Series of shape (creators,)
    allow_leakage : bool
        Fit even on features that rebuild the target, to show what happens.

    Returns
    -------
    statsmodels results, which a notebook shows as statsmodels' short table
        With HC3 errors (MacKinnon & White 1985), which stay honest where the spread grows with the mean.

    Raises
    ------
    LeakageError
        If the features rebuild the target.
    ModelError
        On fewer than 50 rows, missing or infinite values, a constant target.

    >>> rng = np.random.default_rng(1)
    >>> X = pd.DataFrame({"x": rng.normal(size=200)})
    >>> fit_ols(X, 2 * X["x"] + 1 + rng.normal(size=200)).params.round(1).to_dict()
    {'const': 0.9, 'x': 2.0}
    """
    with steady_fits():
        require_no_leakage(X, y, allow_leakage=allow_leakage)
        model = OLS(y, add_constant(X.astype(float), prepend=True, has_constant="raise"))
        results = model.fit(cov_type="HC3")
    results._repr_html_ = lambda: results.summary(slim=True)._repr_html_()
    return results


@takes_names("features")
def fit_elasticities(
    creators: pd.DataFrame, target: str, features: Sequence[str], *, allow_leakage: bool = False
) -> RegressionResultsWrapper:
    """Fit OLS on logs: by how many per cent does the target differ where a feature differs by one per cent?

    Parameters
    ----------
    creators : DataFrame of shape (creators, …)
    target : name of a positive count
    features : names of counts, whose log1p is taken (`log_subscribers`), and of flags, which stay 0 or 1; a
        count that is the same for everybody and a flag in which fewer than 10 creators differ are left out
    allow_leakage : bool
        Fit even on features that rebuild the target.

    Returns
    -------
    statsmodels results
        As `fit_ols`; creators in the order of their handles.

    Raises
    ------
    LeakageError, ModelError
        As `fit_ols`; if the target isn't positive.

    >>> many = pd.DataFrame({"handle": [f"c{i}" for i in range(60)]})
    >>> many["subscribers"] = np.geomspace(1e4, 1e8, 60)
    >>> many["views"] = many.subscribers**0.5 * np.random.default_rng(0).lognormal(sigma=0.1, size=60)
    >>> results = fit_elasticities(many, "views", ["subscribers"])
    >>> results.params.index.tolist(), round(float(results.params["log_subscribers"]), 2)
    (['const', 'log_subscribers'], 0.51)
    """
    _, X, y = take_inputs(creators, target, features, "count")
    X = X[[name for name in features if _varies(X[name])]]
    if X.empty:
        raise TooFewError(f"None of {', '.join(features)} differs between enough creators to be fitted.")
    logged = {name: name if X[name].dtype == bool else f"{LOG_PREFIX}{name}" for name in X.columns}
    y = hand_on(creators, np.log(y).rename(f"{LOG_PREFIX}{target}"))
    return fit_ols(log_counts(X).rename(columns=logged), y, allow_leakage=allow_leakage)


def _varies(values: pd.Series) -> bool:
    if values.dtype == bool:
        return RARE <= values.sum() <= len(values) - RARE
    return bool((values != values.iloc[0]).any())


def list_elasticities(results: RegressionResultsWrapper) -> pd.DataFrame:
    """Say what the coefficients of a regression on logs mean, in per cent.

    Parameters
    ----------
    results : statsmodels results
        From `fit_elasticities`.

    Returns
    -------
    DataFrame, a row a feature
        `feature`, `kind` ("elasticity" of a count, "difference" of a flag), `coefficient` with `low`, `high`
        (95 %, HC3) and `p`; `percent` with `percent_low`, `percent_high`: how much more of the target
        creators have, in per cent, who have twice the count, or the flag, all other features being equal.
        That creators differ so doesn't say that one who changed would.

    >>> many = pd.DataFrame({"handle": [f"c{i}" for i in range(60)]})
    >>> many["subscribers"] = np.geomspace(1e4, 1e8, 60)
    >>> many["views"] = many.subscribers**0.5 * np.random.default_rng(0).lognormal(sigma=0.1, size=60)
    >>> results = fit_elasticities(many, "views", ["subscribers"])
    >>> list_elasticities(results)[["feature", "kind", "percent"]].round(1).values.tolist()
    [['subscribers', 'elasticity', 42.0]]
    """
    names = results.params.index[1:]
    is_count = names.str.startswith(LOG_PREFIX)
    step = np.where(is_count, np.log(2), 1.0)
    bounds = results.conf_int().loc[names]
    table = pd.DataFrame(
        {
            "feature": names.str.removeprefix(LOG_PREFIX),
            "kind": np.where(is_count, "elasticity", "difference"),
            "coefficient": results.params[names].to_numpy(),
            "low": bounds[0].to_numpy(),
            "high": bounds[1].to_numpy(),
            "p": results.pvalues[names].to_numpy(),
        }
    )
    for column, values in (("percent", "coefficient"), ("percent_low", "low"), ("percent_high", "high")):
        table[column] = 100 * np.expm1(table[values] * step)
    return hand_on(results.model.data.orig_endog, table)


def diagnose_ols(results: RegressionResultsWrapper) -> pd.DataFrame:
    """Test what OLS takes for granted, and say what each finding changes in the reading.

    Parameters
    ----------
    results : statsmodels results
        From `fit_ols` or `fit_elasticities`, with a constant in first place.

    Returns
    -------
    DataFrame of shape (5, 6)
        `check` (constant variance, straight lines, normal residuals, influential creators, separable
        features), `method`, `statistic` (Lagrange multiplier; F; K²; largest change
        of a coefficient, in standard errors, without the influential creators; largest variance inflation
        factor), `p` (missing for the last two), `passed` (bool), `reading`: a sentence.

    Raises
    ------
    ModelError
        If the first column isn't the constant.

    Source: Breusch & Pagan (1979) as studentised by Koenker (1981); RESET, Ramsey (1969), with squares and
    cubes of the fitted values and HC3 errors; D'Agostino & Pearson (1973); Cook (1977), with his 4/n as the
    bound; all from statsmodels and scipy.

    >>> rng = np.random.default_rng(1)
    >>> X = add_constant(pd.DataFrame({"x": rng.normal(size=200)}))
    >>> diagnosed = diagnose_ols(OLS(X["x"] + rng.normal(size=200), X).fit(cov_type="HC3"))
    >>> diagnosed["passed"].tolist()
    [True, True, True, True, True]
    """
    if results.model.exog_names[0] != "const" or len(results.model.exog_names) == 1:
        raise ModelError(
            "Diagnostics need a regression on a constant, in first place, and a feature, as fit_ols makes it."
        )
    with steady_fits():
        rows = [check(results) for check in CHECKS]
    columns = ["check", "method", "statistic", "p", "passed", "reading"]
    return hand_on(results.model.data.orig_endog, pd.DataFrame(rows, columns=columns))


def _check_variance(results: RegressionResultsWrapper) -> CheckRow:
    statistic, p, _, _ = het_breuschpagan(results.resid, results.model.exog)
    passed = bool(p >= ALPHA)
    reading = (
        "No sign that the spread differs between creators; HC3 errors are used all the same."
        if passed
        else "The spread differs between creators: only HC3 errors and intervals are to be read."
    )
    return "constant variance", "Breusch–Pagan", statistic, p, passed, reading


def _check_straightness(results: RegressionResultsWrapper) -> CheckRow:
    name, fitted = ("straight lines", "RESET"), np.asarray(results.fittedvalues)
    if np.unique(fitted.round(9)).size < FEWEST_TO_BEND:
        return *name, np.nan, np.nan, False, "Too few fits differ to look for a bend."
    # of standardised fits the powers span the same, and stay apart where all fits are alike
    powers = stats.zscore(fitted)[:, None] ** [2, 3]
    wider = OLS(results.model.endog, np.column_stack([results.model.exog, powers])).fit(cov_type="HC3")
    test = wider.wald_test(np.eye(len(wider.params))[-2:], use_f=True, scalar=True)
    passed = bool(test.pvalue >= ALPHA)
    reading = (
        "No sign of a bend: the straight lines on log scales will do."
        if passed
        else "Something bends: a coefficient is an average slope, and models that bend may predict better."
    )
    return *name, float(test.fvalue), float(test.pvalue), passed, reading


def _check_normality(results: RegressionResultsWrapper) -> CheckRow:
    skew, (statistic, p) = stats.skew(results.resid), stats.normaltest(results.resid)
    passed = bool(p >= ALPHA)
    if passed:
        reading = "The residuals look normal: intervals for predictions may be read from the bell curve."
    elif abs(skew) >= CLEAR_SKEW:
        side = "above" if skew > 0 else "below"
        reading = f"Residuals have a long tail {side} the prediction: its intervals must not assume a bell."
    else:
        reading = (
            "The residuals aren't quite normal: intervals for predictions are taken from their own quantiles."
        )
    return "normal residuals", "D'Agostino–Pearson", statistic, p, passed, reading


def _check_influence(results: RegressionResultsWrapper) -> CheckRow:
    strong = measure_influence(results)["influential"].to_numpy()
    params, errors = np.asarray(results.params)[1:], np.asarray(results.bse)[1:]
    rest = OLS(results.model.endog[~strong], results.model.exog[~strong]).fit().params[1:]
    shifts = np.abs(rest - params) / errors
    turned = (np.asarray(results.pvalues)[1:] < ALPHA) & (np.sign(rest) != np.sign(params))
    most = int(np.argmax(shifts + turned * shifts.max()))
    without = f"Without the {int(strong.sum())} creators that have most say"
    feature, shift = _feature_names(results)[most], shifts[most]
    if turned.any():
        reading = f"{without}, the clear coefficient of {feature} changes its sign: it is not to be quoted."
    elif shift >= LARGE_SHIFT:
        reading = f"{without}, {feature} moves by {shift:.1f} standard errors: its size is not to be quoted."
    else:
        reading = f"{without}, no coefficient moves by more than {shift:.1f} standard errors ({feature})."
    passed = not turned.any() and shift < LARGE_SHIFT
    return "influential creators", "Cook's distance", shift, np.nan, bool(passed), reading


def _check_vif(results: RegressionResultsWrapper) -> CheckRow:
    vif = measure_vif(results)
    largest, feature = vif["vif"].max(), vif.loc[vif["vif"].idxmax(), "feature"]
    passed = bool(largest < LARGE_VIF)
    reading = (
        "The features can be told apart."
        if passed
        else f"{feature} is nearly made up of the other features: its coefficient can't be read by itself."
    )
    return "separable features", "variance inflation", largest, np.nan, passed, reading


CHECKS = (_check_variance, _check_straightness, _check_normality, _check_influence, _check_vif)


def measure_vif(results: RegressionResultsWrapper) -> pd.DataFrame:
    """Give each feature's variance inflation factor: 1 where the others say nothing about it."""
    names = _feature_names(results)
    vifs = [variance_inflation_factor(results.model.exog, place + 1) for place in range(len(names))]
    return pd.DataFrame({"feature": names, "vif": vifs})


def _feature_names(results: RegressionResultsWrapper) -> list[str]:
    return [name.removeprefix(LOG_PREFIX) for name in results.model.exog_names[1:]]


def measure_influence(results: RegressionResultsWrapper) -> pd.DataFrame:
    """Say how far each creator is from the fit, and how much say it has in it."""
    influence = OLSInfluence(results)
    points = pd.DataFrame(
        {
            "fitted": np.asarray(results.fittedvalues),
            "residual": np.asarray(results.resid),
            "studentised": np.asarray(influence.resid_studentized_internal),
            "leverage": np.asarray(influence.hat_matrix_diag),
            "cook": np.asarray(influence.cooks_distance[0]),
        }
    )
    points["influential"] = points["cook"] > 4 / len(points)  # Cook's own bound
    return hand_on(results.model.data.orig_endog, points)
