"""What the list's cut does to the correlations inside it: a truncated model of all creators.

A list that holds whoever has the largest product views × likes × (comments + shares) is a sample cut by that
product, and by nothing else. So what holds at a given product holds among all creators, and is identified.
How much the product itself varies among all creators isn't: of it the list shows one tail. Everything between
two counts hangs on that one number, which the shape of the tail bounds, if one believes in a kind of tail.
"""

from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import optimize, special, stats

from tiktok.explore.correlations import MINIMUM_ROWS, ExploreError, why_unusable
from tiktok.figures import GREY, PALETTE, finish, new_figure
from tiktok.lists.columns import ENGAGEMENT_PARTS, LEAST_COUNT, list_score, require_columns
from tiktok.lists.provenance import hand_on
from tiktok.resampling import CONFIDENCE


class Law(NamedTuple):
    """A distribution: the logs of its density, but for a constant, and of its upper tail; its variance."""

    log_density: Callable[[np.ndarray], np.ndarray]
    log_above: Callable[[float], float]
    variance: float


PAIRS = tuple(combinations(ENGAGEMENT_PARTS, 2))
HEAVY = 5  # degrees of freedom: tails of the logs so heavy that their fourth moment hardly exists
TAILS = {
    "normal": Law(lambda z: -z * z / 2, lambda z: special.log_ndtr(-z), 1.0),
    "heavy": Law(
        lambda z: -(HEAVY + 1) / 2 * np.log1p(z * z / HEAVY),
        lambda z: np.log(special.stdtr(HEAVY, -z)),
        HEAVY / (HEAVY - 2),
    ),
}
SPREADS = np.geomspace(0.2, 30, 40)  # of the log of the product, as multiples of the list's own
FARTHEST = 40  # spreads between the middle of all creators and the cut, beyond which nothing is tried


def fit_selection(df: pd.DataFrame) -> pd.DataFrame:
    """Say what the correlations of two counts may be among all creators, if a list is cut by its product.

    Parameters
    ----------
    df : DataFrame of shape (creators, …), cleaned
        Creators without a comment or share, whose product is 0, are left out.

    Returns
    -------
    DataFrame of shape (6 pairs x 2 tails, 7)
        `x`, `y`; `inside`: Pearson's correlation of their logs in this list; `tail` of the log of the product
        among all creators ("normal", or "heavy": Student's t with 5 degrees of freedom); `value`, `low`,
        `high` (95 %): the correlation of the logs among all creators, where the tail is of that kind.

    Raises
    ------
    ExploreError
        If a count isn't there, is missing, constant or never above 0.

    Notes
    -----
    Regression on the variable that selects isn't touched by selection (Pearson 1903, Philosophical
    Transactions A 200:1–66; Lawley 1943): slopes b and residual covariance R of the logs on the log of the
    product, by least squares, are those of all creators, whose covariance is R + bbᵀ·s². That takes the
    slopes for straight and the residuals for even, as they are over the lists of 2022. Bounds of the spread s
    by the profile likelihood of the product, cut at the lowest of the list. With s as large as you like, the
    likelihood of a normal tail may hardly fall: correlations near 1 can't be ruled out then.

    >>> rng = np.random.default_rng(0)
    >>> everybody = np.exp(rng.multivariate_normal([8] * 4, 0.5 * np.eye(4) + 0.5, size=50_000))
    >>> everybody = pd.DataFrame(everybody, columns=ENGAGEMENT_PARTS)
    >>> listed = everybody.loc[list_score(everybody).nlargest(1000).index]
    >>> fitted = fit_selection(listed)
    >>> normal = fitted[fitted["tail"] == "normal"]
    >>> bool((normal["inside"] < 0.2).all()), bool((normal["high"] > 0.5).all())
    (True, True)
    """
    require_columns(df, ENGAGEMENT_PARTS, ExploreError)
    for part in ENGAGEMENT_PARTS:
        if unusable := why_unusable(df[part]):
            raise ExploreError(f"The cut of this list can't be modelled: {unusable}.")
    score = list_score(df)
    listed = df[score > 0]
    if len(listed) < MINIMUM_ROWS:
        raise ExploreError(
            f"Only {len(listed)} creators have a product above 0; at least {MINIMUM_ROWS} are needed."
        )
    logs = np.log(listed[list(ENGAGEMENT_PARTS)].clip(lower=LEAST_COUNT)).to_numpy()
    product = np.log(score[score > 0]).to_numpy()
    slopes, residual = _regress(logs, product)
    inside = np.corrcoef(logs.T)
    rows = []
    for tail, law in TAILS.items():
        variances = _bound_spread(product, law) ** 2 * law.variance
        among_all = [_correlate(residual + np.outer(slopes, slopes) * variance) for variance in variances]
        for (x, y), (i, j) in zip(PAIRS, combinations(range(len(ENGAGEMENT_PARTS)), 2), strict=True):
            value, *ends = (correlation[i, j] for correlation in among_all)
            rows.append((x, y, inside[i, j], tail, value, min(ends), max(ends)))
    table = pd.DataFrame(rows, columns=["x", "y", "inside", "tail", "value", "low", "high"])
    return hand_on(df, table)


def _regress(logs: np.ndarray, product: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Regress each log on the log of the product: slopes, and the covariance of what is left."""
    centred = product - product.mean()
    slopes = centred @ logs / (centred @ centred)
    left = logs - logs.mean(axis=0) - np.outer(centred, slopes)
    return slopes, left.T @ left / (len(product) - 2)


def _bound_spread(product: np.ndarray, law: Law) -> np.ndarray:
    """Give the likeliest spread of the product among all creators, and the bounds within which it may lie."""
    spreads = product.std() * SPREADS
    for _ in range(2):  # coarsely, then finely about what was kept
        likelihood = _profile(product, law, spreads)
        kept = np.flatnonzero(2 * (likelihood.max() - likelihood) <= stats.chi2.ppf(CONFIDENCE, 1))
        found = spreads[[likelihood.argmax(), kept[0], kept[-1]]]
        around = spreads[[max(kept[0] - 1, 0), min(kept[-1] + 1, len(spreads) - 1)]]
        spreads = np.geomspace(*around, len(SPREADS))
    return found


def _profile(product: np.ndarray, law: Law, spreads: np.ndarray) -> np.ndarray:
    """Give the log likelihood of each spread among all creators, at the middle that suits it best."""
    cut, n = product.min(), len(product)

    def misfit(middle: float, spread: float) -> float:
        density = law.log_density((product - middle) / spread).sum() - n * np.log(spread)
        return n * law.log_above((cut - middle) / spread) - density

    return np.array(
        [
            -optimize.minimize_scalar(
                misfit,
                args=(spread,),
                bounds=(cut - FARTHEST * spread, product.mean() + spread),
                method="bounded",
            ).fun
            for spread in spreads
        ]
    )


def _correlate(covariance: np.ndarray) -> np.ndarray:
    spread = np.sqrt(covariance.diagonal())
    return covariance / np.outer(spread, spread)


def plot_selection(fitted: pd.DataFrame) -> Figure:
    """Draw each correlation inside the list beside what it may be among all creators.

    Parameters
    ----------
    fitted : DataFrame
        What `fit_selection` returns.

    Returns
    -------
    Figure
        A row a pair: a dot for the list, a bar for each kind of tail.
    """
    fig = new_figure(8, 4)
    ax = fig.subplots()
    places = {pair: len(PAIRS) - number for number, pair in enumerate(PAIRS)}
    names = {
        "normal": "among all creators, normal tails",
        "heavy": "among all creators, heavy tails",
    }
    for shift, colour, (tail, rows) in zip(
        (0.12, -0.12), PALETTE, fitted.groupby("tail", sort=False), strict=False
    ):
        at = [places[row.x, row.y] + shift for row in rows.itertuples()]
        ax.hlines(at, rows["low"], rows["high"], color=colour, linewidth=5, label=names[tail])
    one = fitted.drop_duplicates(["x", "y"])
    at = [places[row.x, row.y] for row in one.itertuples()]
    ax.plot(one["inside"], at, "o", color="black", markersize=6, label="inside this list")
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.set_yticks(list(places.values()), [f"{x} and {y}" for x, y in places])
    ax.set(xlim=(-0.15, 1.02), xlabel="correlation of the logs")
    ax.set_title("What the cut does to each correlation if entry follows the product", loc="left")
    fig.legend(loc="outside lower center", ncols=3, fontsize=9)
    said = "; ".join(
        f"{row.x} and {row.y}: {row.inside:.2f} inside, {row.low:.2f} to {row.high:.2f} with {row.tail} tails"
        for row in fitted.itertuples()
    )
    return finish(
        fig, f"Correlations inside the list and, by a truncated model, among all creators. {said}.", fitted
    )
