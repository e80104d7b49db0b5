"""How much hangs on the way of asking, who posts when, and how small an effect could have been found."""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from threadpoolctl import threadpool_limits

from tiktok.lists.columns import takes_names
from tiktok.lists.provenance import hand_on
from tiktok.tables import Results
from tiktok.videos.clean import YOUNG_DAYS
from tiktok.videos.posting_times import (
    ALPHA,
    TIMES,
    bound_share,
    choose_creators,
    divide,
    require_several,
    require_videos,
)
from tiktok.videos.within_creators import (
    add_up,
    age_powers,
    explain_all,
    fit_levels,
    hold_within,
    sum_shuffled,
    take_age_out,
)

AGES = (7, 14, 28, 60)  # days below which a video is called young
SHUFFLES, RESAMPLES = 100, 400
FOUND = 0.9  # how often an effect has to be found to be called one that would have been
STRONGEST = 3.0  # best over worst: of a stronger effect nobody asks whether it would be found
LARGEST = 0.05  # of the videos: a country with fewer isn't left out by itself


@takes_names("by")
@threadpool_limits.wrap(limits=1)
def try_posting_specifications(
    videos: pd.DataFrame, by: Sequence[str] = TIMES, *, seed: int = 0
) -> pd.DataFrame:
    """Ask again whether hours and days matter within creators, in every way that would be as good.

    Parameters
    ----------
    videos : DataFrame of shape (videos, …)
        As `compare_posting_times` takes them, with `country` ("" where unknown).
    by : sequence of str
        Which of "hour", "block", "weekday", "length", "sound" and "hashtags" to ask about.
    seed : of draws and shuffles

    Returns
    -------
    DataFrame, a row a specification
        `by`; `youngest` (days), `creators` ("all", "only …", "without …": the two countries with most
        videos), `method` ("shuffled"; of times "turned", each creator's hours in their order, from another
        beginning, and "own trends", a line over age for each creator; of hours "mixed model", creators drawn
        from a normal distribution, tested by likelihood ratio, where that converges); `n_videos`,
        `n_creators`; `share` of the variance beyond chance with `share_low`, `share_high` (missing of the
        mixed model); `factor`: best over worst, chance included; `best` and `worst`; `p`, not adjusted: read
        them together.

    Raises
    ------
    ExploreError
        If a column isn't there, or all videos are of one creator.

    Examples
    --------
    >>> import acquire, prepare
    >>> videos = prepare.clean_videos(acquire.get_videos(source="sample"))
    >>> tried = try_posting_specifications(videos)
    >>> sorted(tried["by"].unique())
    ['block', 'hour', 'weekday']
    """
    videos = require_videos(videos, "country")
    require_several(videos)
    known = videos["country"][videos["country"] != ""].value_counts(normalize=True)
    first, second = [*known.index[known >= LARGEST][:2], None, None][:2]
    second = second if len(known) > 2 else None  # else what is left is the first alone
    ways = [(age, "all", "shuffled") for age in AGES]
    ways += [(YOUNG_DAYS, f"only {first}", "shuffled")] * (first is not None)
    ways += [(YOUNG_DAYS, f"without {second}", "shuffled")] * (second is not None)
    of_times = [(YOUNG_DAYS, "all", method) for method in ("turned", "own trends")]
    of_hours = [(YOUNG_DAYS, "all", "mixed model")]  # which takes ten times as long as the others
    rows = []
    for one in by:
        for age, whose, method in ways + of_times * (one in TIMES) + of_hours * (one == "hour"):
            some = videos[(videos["age"] >= age) & _are_of(videos["country"], whose)]
            how = {"by": one, "youngest": age, "creators": whose, "method": method}
            rows.append(how | _try(some, one, method, seed))
    return hand_on(videos, Results(rows))


def _are_of(country: pd.Series, whose: str) -> pd.Series:
    kind, _, name = whose.partition(" ")
    return country == name if kind == "only" else country != name if kind == "without" else country.notna()


def _try(videos: pd.DataFrame, by: str, method: str, seed: int) -> dict:
    videos, levels = divide(videos, by)
    several, why_not = choose_creators(videos)
    some, codes = videos[several], levels.codes[several]
    asked = {"n_videos": len(some), "n_creators": some["handle"].nunique()}
    asked |= dict.fromkeys(["share", "share_low", "share_high", "factor"], np.nan)
    if why_not or len(np.unique(codes)) < 2:
        return asked | {"best": "", "worst": "", "p": np.nan}
    if method == "mixed model":
        effects, p = _fit_mixed(some, codes)
        return asked | _say_ends(effects, np.unique(codes), levels.names) | {"p": p}
    within = hold_within(some, codes, len(levels.names), trends=method == "own trends")
    found, effects = explain_all(within, within.sums)
    turn = method == "turned"
    shuffled = [explain_all(within, sums)[0] for sums in sum_shuffled(within, SHUFFLES, seed, turn=turn)]
    share, low, high = bound_share(within, seed, RESAMPLES)
    used = np.flatnonzero(within.used.sum(axis=0))
    p = (np.sum(np.concatenate(shuffled) >= found) + 1) / (SHUFFLES + 1)
    asked |= {"share": share, "share_low": low, "share_high": high}
    return asked | _say_ends(effects[used], used, levels.names) | {"p": p}


def _say_ends(effects: np.ndarray, used: np.ndarray, names: list[str]) -> dict:
    best, worst = (names[used[end]] for end in (effects.argmax(), effects.argmin()))
    return {"factor": float(np.exp(np.ptp(effects))), "best": best, "worst": worst}


def _fit_mixed(videos: pd.DataFrame, codes: np.ndarray) -> tuple[np.ndarray, float]:
    """Fit creators as drawn from a normal distribution, with and without levels: the effects, and p."""
    from statsmodels.regression.mixed_linear_model import MixedLM  # half a second, which nobody else needs

    base = age_powers(videos)
    levels = np.eye(codes.max() + 1)[codes]
    levels = levels[:, levels.any(axis=0)][:, 1:]
    outcome, creators = np.log(videos["views"].to_numpy(float)), videos["handle"].to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what doesn't converge nothing is said, and that is said
        without, with_them = (
            MixedLM(outcome, columns, groups=creators).fit(reml=False)
            for columns in (base, np.hstack([base, levels]))
        )
    effects = np.insert(with_them.fe_params[base.shape[1] :], 0, 0.0)
    converged = without.converged and with_them.converged
    p = stats.chi2.sf(2 * (with_them.llf - without.llf), levels.shape[1]) if converged else np.nan
    return effects, float(p)


def describe_posters(
    videos: pd.DataFrame, by: str = "block", *, youngest: float = YOUNG_DAYS
) -> pd.DataFrame:
    """Say who posts when: how large their audiences are, and where they live.

    Parameters
    ----------
    videos : DataFrame of shape (videos, …)
        As `compare_posting_times` takes them, with `followers` and `country`.
    by, youngest : as there

    Returns
    -------
    DataFrame, a row an hour, block or day
        `level`, `n_videos`, `n_creators`, `median_views`, `median_followers` (of the videos' creators),
        `country` (of most of the videos at that level, "" where none is known), `country_share` (of these).

    Raises
    ------
    ExploreError
        If a column isn't there.

    Examples
    --------
    >>> import acquire, prepare
    >>> videos = prepare.clean_videos(acquire.get_videos(source="sample"))
    >>> describe_posters(videos)["country"].unique().tolist()
    ['Westland', 'Eastland']
    """
    videos = require_videos(videos, "followers", "country")
    old = videos[videos["age"] >= youngest]
    old, levels = divide(old, by)
    by_level = old.assign(level=levels.codes).groupby("level")
    described = by_level.agg(
        n_videos=("views", "size"), n_creators=("handle", "nunique"), median_views=("views", "median"),
        median_followers=("followers", "median"),
        country=("country", lambda country: country.mode().iloc[0]),
        country_share=("country", lambda country: country.eq(country.mode().iloc[0]).mean()),
    )  # fmt: skip
    described.insert(0, "level", [levels.names[code] for code in described.index])
    return hand_on(videos, Results(described.reset_index(drop=True)))


class Smallest(NamedTuple):
    """The smallest effect that would have been found nine times in ten."""

    factor: (
        float  # views at the best level over those at the worst; missing where a threefold one wouldn't be
    )
    share: float  # of the variance of a creator's log views
    n_videos: int
    n_creators: int


@threadpool_limits.wrap(limits=1)
def find_smallest_effect(
    videos: pd.DataFrame, by: str = "hour", *, youngest: float = YOUNG_DAYS, seed: int = 0
) -> Smallest:
    """Find how small an effect of the time of posting would have been found nine times in ten.

    Each creator's times are shuffled, so that no effect is left; a wave over the day, or week, is planted,
    its best hour anywhere; and it is found if the share of variance is higher than that of 97.5 % of shuffles
    without one, which is the most that `compare_posting_times` asks.

    Parameters
    ----------
    videos, by, youngest, seed : as `compare_posting_times` takes them

    Returns
    -------
    Smallest
        `factor`: views at the best hour over those at the worst; `share` of the variance of a creator's log
        views that this makes, both missing where too few creators have several videos, or where not even a
        factor of three would be found; `n_videos`, `n_creators`.

    Raises
    ------
    ExploreError
        If a column isn't there.

    Examples
    --------
    >>> import acquire, prepare
    >>> videos = prepare.clean_videos(acquire.get_videos(source="sample"))
    >>> 1 < find_smallest_effect(videos).factor < 2
    True
    """
    videos = require_videos(videos)
    old = videos[videos["age"] >= youngest]
    old, levels = divide(old, by)
    several, why_not = choose_creators(old)
    some = old[several]
    counted = len(some), some["handle"].nunique()
    if why_not:
        return Smallest(np.nan, np.nan, *counted)
    within = hold_within(some, levels.codes[several], len(levels.names))
    rng, used = np.random.default_rng(seed), within.used.sum(axis=0)
    found = []
    for sums in sum_shuffled(within, SHUFFLES, seed):
        alone = take_age_out(add_up(sums, np.ones((1, len(within.used)))))
        effects = fit_levels(alone, used)
        best = rng.random((len(effects), 1, 1))
        wave = np.cos(2 * np.pi * (np.arange(len(used)) / len(used) - best)) / 2  # of height one
        weighted = (alone.levels @ wave[..., None])[..., 0]
        products = (effects, alone.outcome), (effects, weighted), (wave, weighted)
        found.append(
            [
                *((a * b).sum(axis=-1)[:, 0] for a, b in products),
                np.broadcast_to(alone.total, best.shape[:2])[:, 0],
            ]
        )
    none, crossed, made, total = np.concatenate(found, axis=1)

    def share_of(height: float) -> np.ndarray:
        # a wave lies in what levels can explain, so that it adds to the effects and to nothing else
        added = 2 * height * crossed + height**2 * made
        return (none + added) / (total + added)

    beyond = np.quantile(share_of(0), 1 - ALPHA / 2)

    def lacking(height: float) -> float:
        return np.quantile(share_of(height), 1 - FOUND) - beyond

    if lacking(np.log(STRONGEST)) < 0:
        return Smallest(np.nan, np.nan, *counted)
    height = brentq(lacking, 0, np.log(STRONGEST))
    return Smallest(float(np.exp(height)), float(np.mean(height**2 * made / total)), *counted)
