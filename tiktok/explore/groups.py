"""Do two groups of creators, or four quarters of a list, differ? Without assuming a distribution."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.nonparametric import rank_compare_2indep
from statsmodels.stats.proportion import proportion_confint

from tiktok.explore.correlations import ALPHA, ExploreError, adjust_p, why_unranked
from tiktok.lists.columns import METRICS, SUCCESS_QUANTILE, WHOLES, require_columns, takes_names
from tiktok.lists.provenance import hand_on
from tiktok.resampling import CONFIDENCE

SIZE_EDGES = (0, 1e6, 5e6, 20e6, np.inf)  # subscribers
SIZES = ("below 1M", "from 1M to 5M", "from 5M to 20M", "from 20M up")


@takes_names("features")
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


@takes_names("features")
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


@takes_names("features")
def compare_top_quarters(
    panel: Mapping[str, pd.DataFrame], features: Sequence[str] = METRICS
) -> pd.DataFrame:
    """Compare the top quarter of each month with the rest, by each definition of engagement.

    What is said of a list should hold in the other months too, and should not hang on what engagement means:
    this table shows where it does.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.
    features : names of numeric columns

    Returns
    -------
    DataFrame of shape (2 definitions x months x features, 12)
        `definition` ("engagement" or "interactions": the sum whose top quarter it is), `month`, and what
        `compare_groups` returns, with p adjusted over the features of a month and definition; `direction`:
        "more" or "less" where that is significant at 5 %, else "not shown".

    Raises
    ------
    ExploreError
        If a column isn't there.

    >>> july = pd.DataFrame({"likes": range(20), "engagement": range(20), "interactions": range(20)})
    >>> compare_top_quarters({"2022-07": july}, ["likes"])[["definition", "direction"]].values.tolist()
    [['engagement', 'more'], ['interactions', 'more']]
    """
    compared = [
        compare_groups(_label_top_quarter(panel[month], definition), "top", features).assign(
            definition=definition, month=month
        )
        for definition in WHOLES
        for month in sorted(panel)
    ]
    table = pd.concat(compared, ignore_index=True)
    more = np.where(table["superiority"] > 0.5, "more", "less")
    table = table.assign(direction=np.where(table["p_holm"] < ALPHA, more, "not shown"))
    names = ["definition", "month", "direction"]
    return hand_on(panel, table[[*names[:2], *table.columns.drop(names), names[2]]])


def _label_top_quarter(df: pd.DataFrame, definition: str) -> pd.DataFrame:
    """Say of each creator of a list whether it is in the top quarter of it: column `top`."""
    require_columns(df, [definition], ExploreError)
    return df.assign(top=df[definition] >= df[definition].quantile(SUCCESS_QUANTILE))


def share_by_size(panel: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Say how many accounts of each size are in the top quarter, by month and definition of engagement.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.

    Returns
    -------
    DataFrame of shape (2 definitions x months x 4 sizes, 7)
        `definition`, `month`, `size` (accounts by subscribers: "below 1M", "from 1M to 5M", "from 5M to 20M",
        "from 20M up"), `n` accounts, `share` of them in the top quarter, with `low`, `high` (95 %).

    Raises
    ------
    ExploreError
        If a column isn't there.

    Notes
    -----
    Wilson's interval, by `statsmodels.stats.proportion.proportion_confint`. The sizes were set beforehand.

    >>> july = pd.DataFrame({"subscribers": [1e5, 2e6, 3e7, 4e7], "engagement": [1, 1, 1, 9.0]})
    >>> shares = share_by_size({"2022-07": july.assign(interactions=july["engagement"])})
    >>> shares.loc[:3, ["size", "n", "share"]].values.tolist()[-1]
    ['from 20M up', 2, 0.5]
    """
    rows = []
    for definition in WHOLES:
        for month in sorted(panel):
            df = _label_top_quarter(panel[month], definition)
            require_columns(df, ["subscribers"], ExploreError)
            sizes = pd.cut(df["subscribers"], SIZE_EDGES, right=False, labels=SIZES)
            counted = df["top"].groupby(sizes, observed=False).agg(["size", "sum"])
            low, high = proportion_confint(counted["sum"], counted["size"].clip(lower=1), method="wilson")
            found = {
                "n": counted["size"],
                "share": counted["sum"] / counted["size"],
                "low": low,
                "high": high,
            }
            shares = pd.DataFrame(found).rename_axis("size").reset_index().astype({"size": str})
            shares.loc[shares["n"] == 0, ["low", "high"]] = np.nan
            rows.append(shares.assign(definition=definition, month=month))
    table = pd.concat(rows, ignore_index=True)
    return hand_on(panel, table[["definition", "month", "size", "n", "share", "low", "high"]])
