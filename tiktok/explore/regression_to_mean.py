"""Regression to the mean: how much of a creator's place on one list is there again on the next.

Only creators who are on two lists or more show how much theirs varies. They are the steadier ones: who drops
below the cut isn't seen again, so the lists understate how far creators fall, and what is said here is said
of creators who stay. Lists lie unequal distances apart (one to four months from one to the next in the lists
of 2022), and the closer two lists are, the more of the same videos their averages may share.
"""

from collections.abc import Mapping
from itertools import cycle, pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import optimize, stats

from tiktok.explore.correlations import MINIMUM_ROWS, ExploreError, why_unusable
from tiktok.explore.months import RESAMPLES, months_between, require_two_months
from tiktok.figures import GREY, PALETTE, finish, new_figure
from tiktok.lists.columns import SUCCESS_QUANTILE, require_columns
from tiktok.lists.provenance import hand_on
from tiktok.resampling import draw_counts, percentile_interval

NAME_HEIGHT = 0.055  # of the figure's scale
LAST_DIGITS = 1e-20  # of squares: what is left of a variance of 0
LEADS = ("again_of_seen", "lead", "lead_other", "kept", "kept_low", "kept_high", "lead_by_luck")


def explain_regression_to_mean(
    panel: Mapping[str, pd.DataFrame],
) -> tuple[pd.DataFrame, pd.DataFrame, Figure] | tuple[None, None, None]:
    """Tell what lasts of a creator's place from what comes and goes, where enough lists share creators.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.

    Returns
    -------
    (DataFrame, DataFrame, Figure) or (None, None, None)
        What `split_variance`, `regress_to_mean` and `plot_regression_to_mean` return; None where fewer than
        ten creators are on two lists.
    """
    lists = pd.concat([frame["handle"] for frame in panel.values()])
    if len(panel) < 2 or lists[lists.duplicated()].nunique() < MINIMUM_ROWS:
        return None, None, None
    variance = split_variance(panel)
    looks = regress_to_mean(panel, variance["icc"].iloc[0])
    return variance, looks, plot_regression_to_mean(looks)


def split_variance(
    panel: Mapping[str, pd.DataFrame],
    column: str = "engagement",
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Split the variance of a log count over the months into what lasts of a creator and what changes.

    Each month's logs are taken relative to that list's average, then a mixed model gives each creator who is
    on two lists or more a lasting level (random intercept). The intraclass correlation is the lasting part's
    share of the variance: 1 if a creator's place never changed, 0 if every list were a fresh draw.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.
    column : name of a count column
    resamples : how often to draw creators for the interval
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (1, 10)
        `column`, `creators` on two lists or more, `rows` they have, `months`; `between` and `within`:
        variances of natural logs; `between_factor`, `within_factor`: their standard deviations as factors
        (1.5: a typical creator is that factor off the average); `icc` with `icc_low`, `icc_high` (95 %).

    Raises
    ------
    ExploreError
        If a column isn't there, or fewer than ten creators are on two lists.

    Notes
    -----
    One share for all distances between lists: where a column keeps less of its order over nine months than
    over one (see `compare_reliability`), neighbouring lists have more in common than it says, and distant
    ones less.

    Variances by restricted maximum likelihood. Standard errors of such a model lean on normal tails, which
    log counts above a cut don't have; so the interval is a
    percentile interval over resamples of creators of the analysis-of-variance estimator of the same share
    (Searle, Casella & McCulloch 1992, Variance Components, 3.6), moved to the model's estimate.
    """
    logs = _relative_logs(panel, column)
    repeated = logs[logs.groupby("handle")["log"].transform("size") > 1]
    creators = repeated["handle"].nunique()
    if creators < MINIMUM_ROWS:
        raise ExploreError(
            f"Only {creators} creators are on two of the lists; at least {MINIMUM_ROWS} are needed to tell "
            f"what lasts of {column}. Pass a panel of more months."
        )
    between, within = _variances(repeated)
    icc = between / (between + within)
    times = np.vstack([np.ones(creators), draw_counts(creators, resamples, seed)])
    of_all, *of_draws = _anova_icc(repeated, times)
    low, high = np.clip(np.array(percentile_interval(of_draws)) - of_all + icc, 0, 1)
    split = {
        "column": column,
        "creators": creators,
        "rows": len(repeated),
        "months": len(panel),
        "between": between,
        "within": within,
        "between_factor": np.exp(np.sqrt(between)),
        "within_factor": np.exp(np.sqrt(within)),
        "icc": icc,
        "icc_low": low,
        "icc_high": high,
    }
    return hand_on(panel, pd.DataFrame([split]))


def _relative_logs(panel: Mapping[str, pd.DataFrame], column: str) -> pd.DataFrame:
    """Give each creator's log count in each month, relative to the average of that list."""
    parts = []
    for month, frame in panel.items():
        require_columns(frame, ["handle", column], ExploreError, whose=f"The list of {month}")
        if unusable := why_unusable(frame[column]):
            raise ExploreError(f"{month}: {unusable}. Pass frames from prepare.clean.")
        log = np.log1p(frame[column])
        parts.append(pd.DataFrame({"month": month, "handle": frame["handle"], "log": log - log.mean()}))
    return pd.concat(parts, ignore_index=True)


def _variances(repeated: pd.DataFrame) -> tuple[float, float]:
    """Estimate the variance between creators and that within them, by restricted maximum likelihood."""
    # with one random intercept the likelihood hangs on one number, the share between, all else being in
    # closed form (Searle, Casella & McCulloch 1992, 6.6); a mixed model that is fitted creator by creator
    # finds the same in a hundred times the time
    by_creator = repeated.groupby("handle")["log"]
    n, mean, spread = (s.to_numpy() for s in (by_creator.size(), by_creator.mean(), by_creator.var(ddof=0)))
    rows, within = n.sum(), n @ spread

    def estimate(share: float) -> tuple[float, np.ndarray]:
        weight = n / (1 - share + share * n)
        squares = within / (1 - share) + weight @ (mean - weight @ mean / weight.sum()) ** 2
        return squares / (rows - 1), weight

    def misfit(share: float) -> float:
        total, weight = estimate(share)
        return (
            (rows - 1) * np.log(total)
            + (rows - len(n)) * np.log1p(-share)
            - np.log(weight / n).sum()
            + np.log(weight.sum())
        )

    if within <= LAST_DIGITS * (n @ mean**2):
        return float(mean.var(ddof=1)), 0.0
    inside = optimize.minimize_scalar(misfit, bounds=(0, 1), method="bounded", options={"xatol": 1e-10})
    share = inside.x if inside.fun < misfit(0.0) else 0.0
    total = estimate(share)[0]
    return float(share * total), float((1 - share) * total)


def _anova_icc(repeated: pd.DataFrame, times: np.ndarray) -> np.ndarray:
    """Estimate the intraclass correlation by analysis of variance, in each draw of creators."""
    by_creator = repeated.groupby("handle")["log"]
    n, mean, spread = (s.to_numpy() for s in (by_creator.size(), by_creator.mean(), by_creator.var(ddof=0)))
    creators, rows = times.sum(axis=1), times @ n
    grand_mean = times @ (n * mean) / rows
    mean_square_between = (times @ (n * mean**2) - rows * grand_mean**2) / (creators - 1)
    mean_square_within = times @ (n * spread) / (rows - creators)
    size = (rows - times @ n**2 / rows) / (creators - 1)
    between = (mean_square_between - mean_square_within) / size
    return between / (between + mean_square_within)


def regress_to_mean(
    panel: Mapping[str, pd.DataFrame],
    icc: float,
    column: str = "engagement",
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Look where each list's top quarter stands on the next list, and where it stood on the one before.

    Who is on top of a list has, on average, had luck as well; luck isn't there again, neither afterwards nor
    before. So a top quarter stands lower on both neighbouring lists even if nothing about its creators
    changes. A lead that shrinks as much backwards as forwards is no sign of decline.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`, of two months or more.
    icc : share of the variance of logs that lasts, from `split_variance`
    column : name of a count column
    resamples : how often to draw creators for the interval
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (2 x (months - 1), 16)
        `month`; `other`: the neighbouring list; `direction`: "next" or "previous"; `gap`: months between.
        `top`: creators in the top quarter of `month`; `seen`: those of them who are on the other list at
        all; `again`: the share of `top` who are in the other list's top quarter, the unseen counted as not;
        `again_by_luck`: what that would be with lasting levels that stand still, nobody gone and normal
        logs; `again_of_seen`: the share of `seen` who are. `lead`, `lead_other`: how many times the average
        creator (geometric mean of the list) the seen are at in the month, and on the other list; `kept` with
        `kept_low`, `kept_high`: the share of the lead, in logs, that is there on the other list;
        `lead_by_luck`: what is left of the lead where lasting levels stand still and luck is drawn afresh.
        `reason` why a row has no lead.

    Raises
    ------
    ExploreError
        If a column isn't there or there are fewer than two months.

    Notes
    -----
    Galton's regression towards the mean; for the expected parts see Barnett, van der Pols & Dobson (2005),
    International Journal of Epidemiology 34:215–220.
    """
    months = require_two_months(panel)
    logs = {m: part.set_index("handle")["log"] for m, part in _relative_logs(panel, column).groupby("month")}
    looks = [
        {"month": month, "other": other, "direction": direction, "gap": months_between(month, other)}
        | _look(logs[month], logs[other], icc, resamples, seed)
        for a, b in pairwise(months)
        for month, other, direction in ((a, b, "next"), (b, a, "previous"))
    ]
    return hand_on(panel, pd.DataFrame(looks))


def _look(logs: pd.Series, logs_other: pd.Series, icc: float, resamples: int, seed: int) -> dict[str, object]:
    """See how many of the top quarter are where on the other list, and how much of their lead."""
    top = logs[logs >= logs.quantile(SUCCESS_QUANTILE)]
    top_other = logs_other[logs_other >= logs_other.quantile(SUCCESS_QUANTILE)]
    both = pd.concat([top, logs_other], axis=1, join="inner").to_numpy()
    again = top.index.isin(top_other.index)
    look = {"top": len(top), "seen": len(both), "again": again.mean(), "again_by_luck": _expect_again(icc)}
    if len(both) < MINIMUM_ROWS:
        reason = f"only {len(both)} of the top quarter are on both lists; at least {MINIMUM_ROWS} are needed"
        return look | {**dict.fromkeys(LEADS, np.nan), "reason": reason}
    lead, lead_other = both.mean(axis=0)
    drawn = draw_counts(len(both), resamples, seed) @ both / len(both)
    kept = (lead_other / lead, *percentile_interval(drawn[:, 1] / drawn[:, 0]))
    values = (again.sum() / len(both), np.exp(lead), np.exp(lead_other), *kept, np.exp(icc * lead))
    return look | {**dict(zip(LEADS, values, strict=True)), "reason": ""}


def _expect_again(icc: float) -> float:
    """Give the chance of a second time in the top quarter, after a first, of normal logs so correlated."""
    cut = stats.norm.ppf(1 - SUCCESS_QUANTILE)
    both = stats.multivariate_normal.cdf([cut, cut], cov=[[1, icc], [icc, 1]], allow_singular=True)
    return float(both / (1 - SUCCESS_QUANTILE))


def plot_regression_to_mean(looks: pd.DataFrame) -> Figure:
    """Draw where each list's top quarter stands on the list before and on the list after.

    Parameters
    ----------
    looks : DataFrame
        What `regress_to_mean` returns.

    Returns
    -------
    Figure
        One line a list, through the list itself, its month at the ends; dashed, where the leads would be if
        lasting levels stood still.
    """
    ax = new_figure(7.5, 4).subplots()
    months = sorted(looks["month"].unique())
    for month, colour in zip(months, cycle(PALETTE), strict=False):
        for look in looks[looks["month"] == month].itertuples():
            there = 1 if look.direction == "next" else -1
            ax.plot([0, there], [look.lead, look.lead_other], "o-", color=colour, markersize=4)
    _name_ends(ax, looks)
    expected = looks["lead_by_luck"].mean()
    ax.axhline(1, color=GREY, linewidth=1)
    ax.axhline(expected, color=GREY, linestyle="dashed", linewidth=1)
    for height, said in ((1, "the average of the list"), (expected, "expected if only luck changed")):
        style = {"textcoords": "offset points", "ha": "center", "color": GREY, "fontsize": 9}
        ax.annotate(said, (0, height), (0, 3), **style)
    ax.set_xticks([-1, 0, 1], ["on the list before", "on the list itself", "on the list after"])
    ax.yaxis.set_major_formatter("{x:g}×")
    ax.set(
        xlabel="a line for each list's top quarter, named by its month",
        ylabel="times the average of the list",
        xlim=(-1.4, 1.4),
        title="Members of each top quarter who are also on the list before or after",
    )
    said = "; ".join(
        f"{look.month} {look.lead:.2f} times the average, {look.lead_other:.2f} on {look.other}"
        for look in looks.itertuples()
    )
    alt = f"Where each list's top quarter stands on the lists before and after: {said}."
    return finish(ax.figure, alt, looks)


def _name_ends(ax: Axes, looks: pd.DataFrame) -> None:
    """Write each line's month at its end, those of near ends one above the other."""
    room = NAME_HEIGHT * (looks["lead"].max() - 1)
    for direction, ends in looks.sort_values("lead_other").groupby("direction"):
        heights = ends["lead_other"].to_numpy().copy()
        for i in range(1, len(heights)):
            heights[i] = max(heights[i], heights[i - 1] + room)
        side = 1 if direction == "next" else -1
        style = {"ha": "left" if side > 0 else "right", "va": "center", "fontsize": 9}
        for month, height in zip(ends["month"], heights, strict=True):
            ax.text(1.04 * side, height, month, **style)
