"""Does it matter when a video is posted? Asked of all videos, within creators, and of creators not yet asked.

The hours at which more is seen are the hours at which other creators post, from other countries and with
other numbers of followers, so the naive picture mixes when and who. Within a creator, who is held fixed.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from threadpoolctl import threadpool_limits

from tiktok.lists.columns import ExploreError, require_columns
from tiktok.lists.provenance import hand_on
from tiktok.resampling import adjust_holm, draw_counts, draw_halves, percentile_interval
from tiktok.tables import Results
from tiktok.videos.clean import YOUNG_DAYS
from tiktok.videos.within_creators import (
    TINY,
    Sums,
    Within,
    add_up,
    contrast_level,
    explain_all,
    fit_levels,
    hold_within,
    sum_shuffled,
    take_age_out,
)
from tiktok.wording import quote

ALL_VIDEOS, WITHIN, TRIED = "all videos", "within creators", "best on one half, tried on the other"
MIXED, SHOWN, SMALL, NOT_SHOWN, UNASKED = (
    "who posts is mixed in", "shown", "shown, but small", "not shown", "can't be asked",
)  # fmt: skip
COLUMNS = ["approach", "n_videos", "n_creators", "statistic", "value", "low", "high", "p", "verdict"]
ALPHA = 0.05
SMALL_SHARE = 0.02  # of variance: below it an effect is small (Cohen 1988, ch. 9: f² = 0.02)
FEWEST_VIDEOS = 5  # of a creator, to be compared with each other
FEWEST_CREATORS = 20
FEWEST_USERS = 10  # creators of a half who post at an hour, before it can be the best one
FEWEST_AT_LEVEL = 20  # videos at an hour, before its median is one of the naive picture
RESAMPLES, SHUFFLES, HALVES = 1000, 200, 20
HALVED_DRAWS = 200  # draws of creators of which each is halved in as many ways
NEEDED = ("handle", "posted", "views", "age")
HINT = "hand over what prepare.clean_videos() gave"
BLOCK = 4  # hours


class Levels(NamedTuple):
    """A way of dividing videos: at which level each is, -1 where that isn't known, and the levels' names."""

    codes: np.ndarray
    names: list[str]
    alike: float = 0.0  # how much a neighbour counts when the best level is chosen


def _hours(videos: pd.DataFrame) -> Levels:
    return Levels(videos["posted"].dt.hour.to_numpy(), [f"{hour:02d}:00" for hour in range(24)], 0.5)


def _blocks(videos: pd.DataFrame) -> Levels:
    names = [f"{hour:02d}:00 to {(hour + BLOCK) % 24:02d}:00" for hour in range(0, 24, BLOCK)]
    return Levels(videos["posted"].dt.hour.to_numpy() // BLOCK, names)


def _weekdays(videos: pd.DataFrame) -> Levels:
    names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    return Levels(videos["posted"].dt.day_of_week.to_numpy(), names)


def _bands(column: str, tops: tuple[float, ...], names: list[str]) -> Callable[[pd.DataFrame], Levels]:
    def divide(videos: pd.DataFrame) -> Levels:
        values = videos[column].to_numpy(float, na_value=np.nan)
        codes = np.where(np.isnan(values), -1, np.searchsorted(tops, values))
        return Levels(codes, names)

    return divide


WAYS = {
    "hour": _hours,
    "block": _blocks,
    "weekday": _weekdays,
    "length": _bands("seconds", (10, 15, 30), ["up to 10 s", "11 to 15 s", "16 to 30 s", "over 30 s"]),
    "sound": _bands("original_sound", (0,), ["other sound", "original sound"]),
    "hashtags": _bands("hashtags", (0, 2, 5), ["none", "1 or 2", "3 to 5", "6 or more"]),
}
TIMES = ("hour", "block", "weekday")


def compare_posting_times(
    videos: pd.DataFrame, by: str = "hour", *, youngest: float = YOUNG_DAYS, seed: int = 0
) -> pd.DataFrame:
    """Ask in three ways whether it matters at which hour (UTC), or on which day, a video is posted.

    Parameters
    ----------
    videos : DataFrame of shape (videos, …)
        Tidy rows as `prepare.clean_videos` gives them: `handle`, `posted`, `views`, `age`.
    by : {"hour", "block", "weekday"}
        Hours of the day, blocks of four of them, or days of the week, all in UTC.
    youngest : days
        Videos younger than this at the scrape are left out, since they still collect views.
    seed : of draws, halves and shuffles

    Returns
    -------
    DataFrame, a row an approach
        `approach`: "all videos", "within creators" or "best on one half, tried on the other"; `n_videos`,
        `n_creators`; `statistic`: what `value` is; `low`, `high`: 95 %, over draws of creators; `p`;
        `verdict`: "who posts is mixed in" of all videos, else "shown", "shown, but small" (less than 2 % of
        the variance even at the high end), "not shown" or "can't be asked". The statistics are the median
        views at the best hour over those at the worst; the share of the variance of a creator's log views
        that the hour explains beyond chance; how much more views (0.1 is 10 %) videos at the best hour have
        than the same creator's others, the hour chosen on other creators. `attrs["levels"]` holds a row an
        hour: `level`, `n_videos`, `n_creators`, `median`, `naive` (median over that of all videos), `within`
        (views as a multiple of the creator's usual ones), with `_low` and `_high`.

    Raises
    ------
    ExploreError
        If a column isn't there, a value is missing or no view, or all videos are of one creator.

    Notes
    -----
    Within creators: log views on the hour with a mean for each creator and a cubic curve over the logarithm
    of the video's age. p of all videos: a Wald test of the hours, clustered by creator; of the other two:
    hours shuffled among the videos of each creator, 200 times, adjusted by Holm's method over the two. The
    best hour is chosen by its effect and half of that of its neighbours, each the less the fewer videos.

    Examples
    --------
    >>> import acquire, prepare
    >>> videos = prepare.clean_videos(acquire.get_videos(source="sample"))
    >>> compare_posting_times(videos)[["approach", "verdict"]].values.tolist()[:2]
    [['all videos', 'who posts is mixed in'], ['within creators', 'not shown']]
    """
    if by not in TIMES:
        raise ExploreError(f"by={by!r} is none of the times that can be compared: {', '.join(TIMES)}.")
    return compare_levels(videos, by, youngest=youngest, seed=seed)


def compare_video_features(
    videos: pd.DataFrame, by: str, *, youngest: float = YOUNG_DAYS, seed: int = 0
) -> pd.DataFrame:
    """Ask the same of a video's length, its sound or its number of hashtags.

    Parameters
    ----------
    videos, youngest, seed : as `compare_posting_times` takes them
    by : {"length", "sound", "hashtags"}
        Length in four bands, an original sound or another one, the number of hashtags in four bands.

    Returns
    -------
    DataFrame, a row an approach
        As `compare_posting_times` gives it.

    Raises
    ------
    ExploreError
        As there.

    Examples
    --------
    >>> import acquire, prepare
    >>> videos = prepare.clean_videos(acquire.get_videos(source="sample"))
    >>> compare_video_features(videos, "length")["approach"].tolist()[1:]
    ['within creators', 'best on one half, tried on the other']
    """
    features = [way for way in WAYS if way not in TIMES]
    if by not in features:
        raise ExploreError(f"by={by!r} is none of the features that can be compared: {', '.join(features)}.")
    return compare_levels(videos, by, youngest=youngest, seed=seed)


@threadpool_limits.wrap(
    limits=1
)  # on matrices this small threads only wait for each other, ten times as long
def compare_levels(
    videos: pd.DataFrame, by: str, *, youngest: float = YOUNG_DAYS, seed: int = 0
) -> pd.DataFrame:
    """Compare videos divided in any of the ways."""
    videos = require_videos(videos)
    require_several(videos)
    old = videos[videos["age"] >= youngest]
    old, levels = divide(old, by)
    codes = levels.codes
    naive, table = _picture_all(old, codes, levels.names, seed)
    several, why_not = choose_creators(old)
    if not why_not and len(np.unique(codes[several])) < 2:
        why_not = "all are at one level"
    if why_not:
        rows = [naive, *[_unasked(old, approach, why_not) for approach in (WITHIN, TRIED)]]
        return _finish(videos, rows, table)
    within = hold_within(old[several], codes[several], len(levels.names))
    asked = measure_within(within, levels.alike, seed)
    rows = [naive, *_say_within(asked, within)]
    return _finish(
        videos, rows, table.merge(_picture_within(within, levels.names, seed), on="level", how="left")
    )


def _finish(videos: pd.DataFrame, rows: list[dict], levels: pd.DataFrame) -> pd.DataFrame:
    result = hand_on(videos, Results(rows)[COLUMNS])
    result.attrs["levels"] = levels
    return result


def require_videos(videos: pd.DataFrame, *more: str) -> pd.DataFrame:
    """Give tidy videos with their times in UTC, and refuse a table that has none or lacks what is asked."""
    require_columns(videos, (*NEEDED, *more), ExploreError, whose="The table of videos", hint=HINT)
    if videos.empty:
        raise ExploreError(f"There are no videos in the table: {HINT}.")
    if not isinstance(videos["posted"].dtype, pd.DatetimeTZDtype):
        raise ExploreError(f"Column 'posted' holds no times with a zone ({videos['posted'].dtype}): {HINT}.")
    views = pd.to_numeric(videos["views"], errors="coerce")
    bad = videos[list(NEEDED)].isna().any(axis=1) | ~(views > 0) | ~np.isfinite(views)
    if bad.any():
        row = int(bad.to_numpy().argmax())
        values = ", ".join(f"{name} {quote(videos[name].iloc[row])}" for name in NEEDED)
        raise ExploreError(f"Row {row} of the videos ({bad.sum()} such rows) has {values}: {HINT}.")
    tidy = videos.assign(posted=videos["posted"].dt.tz_convert("UTC"))
    if "country" not in tidy:
        return tidy
    return tidy.assign(country=tidy["country"].astype(object).where(tidy["country"].notna(), ""))


def divide(videos: pd.DataFrame, by: str) -> tuple[pd.DataFrame, Levels]:
    """Divide videos in one of the ways; those of which that isn't known are left out."""
    if by not in WAYS:
        raise ExploreError(f"by={by!r} is none of the ways to divide videos: {', '.join(WAYS)}.")
    column = {"length": "seconds", "sound": "original_sound"}.get(by, by)
    if by not in TIMES:
        require_columns(videos, [column], ExploreError, whose="The table of videos", hint=HINT)
    levels = WAYS[by](videos)
    known = levels.codes >= 0
    return videos[known], levels._replace(codes=levels.codes[known])


def require_several(videos: pd.DataFrame) -> None:
    """Refuse the videos of a single creator."""
    if len(videos["handle"].unique()) == 1:
        raise ExploreError(
            f"All {len(videos):,} videos are by one creator: whether a time is good for others takes the "
            f"videos of {FEWEST_CREATORS} creators or more."
        )


def choose_creators(videos: pd.DataFrame) -> tuple[np.ndarray, str]:
    """Choose the videos of creators who have several, and say why they don't do, "" where they do."""
    several = videos.groupby("handle")["handle"].transform("size").to_numpy() >= FEWEST_VIDEOS
    creators = videos["handle"][several].nunique()
    if creators < FEWEST_CREATORS:
        return several, f"{creators} creators have {FEWEST_VIDEOS} videos, {FEWEST_CREATORS} are needed"
    if several.mean() < 0.5:
        return several, f"most videos are of creators with fewer than {FEWEST_VIDEOS}"
    views = videos[several].groupby("handle")["views"]
    if views.max().eq(views.min()).all():
        return several, "no creator's views differ"
    return several, ""


def _unasked(videos: pd.DataFrame, approach: str, why: str) -> dict:
    numbers = dict.fromkeys(["value", "low", "high", "p"], np.nan)
    counted = {"n_videos": len(videos), "n_creators": videos["handle"].nunique()}
    return {"approach": approach, **counted, "statistic": why, **numbers, "verdict": UNASKED}


# --- all videos, as if it didn't matter whose they are


def _picture_all(
    videos: pd.DataFrame, codes: np.ndarray, names: list[str], seed: int
) -> tuple[dict, pd.DataFrame]:
    """Take the median views at each level, and hold the best of them against the worst."""
    views = videos["views"].to_numpy(float)
    grouped = pd.DataFrame({"level": codes, "handle": videos["handle"].to_numpy(), "views": views})
    by_level = grouped.groupby("level").agg(
        n_videos=("views", "size"), n_creators=("handle", "nunique"), median=("views", "median")
    )
    table = by_level.reindex(range(len(names))).reset_index(drop=True)
    table[["n_videos", "n_creators"]] = table[["n_videos", "n_creators"]].fillna(0).astype(int)
    usual = np.median(views) if len(views) else np.nan
    table.insert(0, "level", names)
    table["naive"] = table["median"] / usual
    enough = by_level[by_level["n_videos"] >= FEWEST_AT_LEVEL]["median"]
    if len(enough) < 2:
        why = f"fewer than two levels with {FEWEST_AT_LEVEL} videos"
        return _unasked(videos, ALL_VIDEOS, why), table
    best, worst = int(enough.idxmax()), int(enough.idxmin())
    creator = pd.factorize(videos["handle"], sort=True)[0]
    times = draw_counts(creator.max() + 1, RESAMPLES, seed)[:, creator]
    factors = _median_of_draws(views, codes == best, times) / _median_of_draws(views, codes == worst, times)
    low, high = percentile_interval(factors)
    return {
        "approach": ALL_VIDEOS, "n_videos": len(videos), "n_creators": videos["handle"].nunique(),
        "statistic": f"median views, {names[best]} over {names[worst]}",
        "value": enough[best] / enough[worst], "low": low, "high": high,
        "p": _test_all(np.log(views), codes, creator), "verdict": MIXED,
    }, table  # fmt: skip


def _median_of_draws(values: np.ndarray, chosen: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Take the median of some rows in each draw; missing where a draw holds none of them."""
    order = np.argsort(values[chosen], kind="stable")
    reached = np.cumsum(times[:, chosen][:, order], axis=1, dtype=np.int32)
    half = reached[:, -1:] / 2
    middle = [
        values[chosen][order][np.argmax(beyond, axis=1)] for beyond in (reached >= half, reached > half)
    ]
    return np.where(reached[:, -1] > 0, np.mean(middle, axis=0), np.nan)


def _test_all(outcome: np.ndarray, codes: np.ndarray, creator: np.ndarray) -> float:
    """Test whether levels differ by a Wald test whose errors may be alike within a creator (Liang, Zeger)."""
    level = np.unique(codes, return_inverse=True)[1]
    creators, levels = creator.max() + 1, level.max() + 1
    if creators <= 2 * levels:
        return np.nan
    used = np.bincount(level)
    means = np.bincount(level, outcome) / used
    place = creator * levels + level
    scores = np.bincount(place, outcome - means[level], creators * levels).reshape(creators, levels) / used
    contrast = np.eye(levels)[1:] - np.eye(levels)[0]
    spread = contrast @ (scores.T @ scores) @ contrast.T * creators / (creators - 1)
    apart = contrast @ means
    wald = apart @ np.linalg.pinv(spread, hermitian=True) @ apart
    return float(stats.f.sf(wald / (levels - 1), levels - 1, creators - 1))


# --- within creators


class Measured(NamedTuple):
    """What was found within creators, each with its interval and its p."""

    share: tuple[float, float, float, float]  # of the variance, beyond chance
    gain: tuple[float, float, float, float]  # of the best level, found on other creators


def measure_within(within: Within, alike: float, seed: int) -> Measured:
    """Measure what levels explain within creators, and what the best of them is worth to other creators."""
    creators = len(within.used)
    halves = draw_halves(creators, HALVES, seed).astype(float)

    def gain(sums: Sums, drawn: np.ndarray) -> np.ndarray:
        """Halve each draw of creators in many ways: the mean log gain, (…, draws)."""
        sides = [(side * drawn[:, None]).reshape(-1, creators) for side in (halves, 1 - halves)]
        gains = _try_best(sums, within.used, *sides, alike)
        return gains.reshape(*gains.shape[:-1], len(drawn), HALVES).mean(axis=-1)

    everybody = np.ones((1, creators))

    def ask(sums: Sums) -> np.ndarray:
        return np.stack([explain_all(within, sums)[0], gain(sums, everybody)[..., 0]], axis=-1)

    found = ask(within.sums)
    shuffled = np.concatenate([ask(sums) for sums in sum_shuffled(within, SHUFFLES, seed)])
    p = adjust_holm(((shuffled >= found).sum(axis=0) + 1) / (SHUFFLES + 1))
    low, high = np.expm1(percentile_interval(gain(within.sums, draw_counts(creators, HALVED_DRAWS, seed))))
    return Measured((*bound_share(within, seed), p[0]), (np.expm1(found[1]), low, high, p[1]))


def bound_share(within: Within, seed: int, draws: int = RESAMPLES) -> tuple[float, float, float]:
    """Give the share of the variance that levels explain beyond chance, and its interval.

    The pattern of effects that was found is made stronger or weaker until what was found would be among the
    highest, or lowest, 2.5 % of what draws of creators scatter it to. That is no wider near nothing, where
    shares of draws, which hold the chance of the data and that of the draw, would be.
    """
    drawn = np.vstack([np.ones(len(within.used)), draw_counts(len(within.used), draws, seed)])
    sums = take_age_out(add_up(within.sums, drawn))
    effects = fit_levels(sums, drawn @ within.used)
    found, errors = effects[0], effects[1:] - effects[0]
    weights, total = sums.levels[0], sums.total[0]
    explained = found @ weights @ found
    along, of_errors = errors @ weights @ found, np.einsum("di,ij,dj->d", errors, weights, errors)
    chance = of_errors.mean()

    def beyond(strength: float, q: float, seen: float) -> float:
        return np.quantile(strength**2 * explained + 2 * strength * along + of_errors, q) - seen

    if explained <= TINY * total:  # no pattern to make stronger: as much as draws alone make of nothing
        return 0.0, 0.0, float(np.quantile(of_errors, 0.975) / total)
    # less than chance alone makes can't rule out more than chance itself would
    most = max(explained, chance)
    strong = 1.0
    while beyond(strong, 0.025, most) < 0:
        strong *= 2
    low = 0.0 if beyond(0, 0.975, explained) >= 0 else brentq(beyond, 0, 1, args=(0.975, explained))
    high = brentq(beyond, 0, strong, args=(0.025, most))
    share = max(0.0, explained - chance) / total
    bounds = [strength**2 * explained / total for strength in (low, high)]
    return share, min(bounds[0], share), max(bounds[1], share)


def _try_best(sums: Sums, used: np.ndarray, half: np.ndarray, other: np.ndarray, alike: float) -> np.ndarray:
    """Choose the best level on one half of the creators and try it on the other, and the other way round.

    Gives the mean log of the factor for each way of halving. An effect counts less the fewer videos it is
    read off; a level that few creators use isn't chosen.
    """
    sides = half, other
    summed = [take_age_out(add_up(sums, side)) for side in sides]
    gains = []
    for chosen_on, tried_on in ((0, 1), (1, 0)):
        videos, users = sides[chosen_on] @ used, sides[chosen_on] @ (used > 0)
        effects = _add_neighbours(fit_levels(summed[chosen_on], videos) * videos, alike)
        effects /= _add_neighbours(videos, alike) + videos.mean(axis=-1, keepdims=True)
        enough = users >= np.minimum(FEWEST_USERS, users.max(axis=-1, keepdims=True))
        gains.append(contrast_level(summed[tried_on], np.where(enough, effects, -np.inf).argmax(axis=-1)))
    return np.nan_to_num(np.mean(gains, axis=0))  # where nobody on the other side used it, nothing is gained


def _add_neighbours(of_levels: np.ndarray, alike: float) -> np.ndarray:
    """Add a part of what the levels before and after have, round the clock."""
    return of_levels + alike * (np.roll(of_levels, 1, axis=-1) + np.roll(of_levels, -1, axis=-1))


def _say_within(asked: Measured, within: Within) -> list[dict]:
    counted = {"n_videos": len(within.level), "n_creators": len(within.used)}
    size = SMALL if asked.share[2] < SMALL_SHARE else SHOWN
    claimed = [asked.share[3] < ALPHA, asked.gain[3] < ALPHA and asked.gain[1] > 0]
    statistics = ["share of variance beyond chance", "more views than the creator's other videos"]
    return [
        {
            "approach": approach, **counted, "statistic": statistic,
            **dict(zip(["value", "low", "high", "p"], numbers, strict=True)),
            "verdict": size if yes else NOT_SHOWN,
        }
        for approach, statistic, numbers, yes in zip((WITHIN, TRIED), statistics, asked, claimed, strict=True)
    ]  # fmt: skip


def _picture_within(within: Within, names: list[str], seed: int) -> pd.DataFrame:
    """Give each level's views as a multiple of the creator's usual ones, with an interval over creators."""
    drawn = np.vstack([np.ones(len(within.used)), draw_counts(len(within.used), RESAMPLES, seed)])
    used = drawn @ within.used
    effects = np.exp(fit_levels(take_age_out(add_up(within.sums, drawn)), used))
    effects[used == 0] = np.nan
    low, high = percentile_interval(effects[1:])
    return pd.DataFrame({"level": names, "within": effects[0], "within_low": low, "within_high": high})
