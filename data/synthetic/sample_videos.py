"""Draws SYNTHETIC videos with a trap in them: their hour seems to matter, and doesn't.

Creators of two invented countries post in the evening of their own time zone, and those of one have larger
audiences. So videos posted at some hours have many times the views of others, although no hour does anything
for any creator, unless one is planted.
"""

import numpy as np
import pandas as pd

SCRAPED = pd.Timestamp("2022-07-16 12:00", tz="UTC")
COUNTRIES = ("Westland", "Eastland")  # neither is a country
EVENINGS = (1.0, 14.0)  # in which hour, UTC, most is posted in either
AUDIENCES = (15.4, 14.2)  # mean of log followers
SPREAD = 0.8  # of log views from video to video of a creator
SOUNDS = ("original sound", "Chorus of Spoons", "Slow Lantern", "Bread Song", "Two Umbrellas")
TAGS = ("fyp", "dance", "food", "pets", "howto", "comedy")
HOUR = 3600


def draw_videos(
    handles: list[str], each: int, seed: int, *, factor: float = 1.0, best: float = 20.0
) -> pd.DataFrame:
    """Draw so many videos of each creator.

    Parameters
    ----------
    handles : whose.
    each : videos of a creator.
    seed : seed of the draw.
    factor : views at the best hour over those at the worst, for the same creator; 1 plants no effect.
    best : the best hour, UTC; the effect is a wave over the day.

    Returns
    -------
    `id`, `create_time` (seconds, UTC), `user_name`, `country`, `hashtags`, `song`, `video_length` (seconds),
    `n_likes`, `n_shares`, `n_comments`, `n_plays`, `n_followers`; a row a video, a creator's newest first.

    >>> draw_videos(["ada", "bob"], 3, 0).shape
    (6, 12)
    """
    rng = np.random.default_rng(seed)
    n = len(handles)
    country = (rng.random(n) < 0.4).astype(int)
    audience = rng.normal(np.take(AUDIENCES, country), 0.7)
    evening = rng.normal(np.take(EVENINGS, country), 2)
    creator = np.repeat(np.arange(n), each)
    age = np.sort(rng.exponential(np.repeat(rng.uniform(20, 90, n), each)).reshape(n, each)).ravel()
    hour = rng.normal(evening[creator], 4) % 24
    days = SCRAPED.floor("D").timestamp() - np.ceil(age) * 24 * HOUR
    posted = (days + hour * HOUR).astype(int)
    age = (SCRAPED.timestamp() - posted) / (24 * HOUR)
    usual = 0.8 * audience[creator] + 2.2 - np.exp(-age / 5) + rng.normal(0, SPREAD, len(creator))
    wave = np.log(factor) / 2 * np.cos(2 * np.pi * (posted / HOUR % 24 - best) / 24)
    views = np.exp(usual + wave)
    rates = np.exp(rng.normal(np.log([0.11, 0.0006, 0.0008]), 0.5, (len(creator), 3)))
    likes, shares, comments = (views[:, None] * rates).T
    tags = rng.binomial(3, 0.25, len(creator))
    videos = pd.DataFrame(
        {
            "id": 7_000_000_000_000_000_000 + rng.permutation(len(creator)) * 1_000_003,
            "create_time": posted,
            "user_name": np.array(handles, dtype=object)[creator],
            "country": np.array(COUNTRIES, dtype=object)[country[creator]],
            "hashtags": [str(rng.choice(TAGS, k, replace=False).tolist()) for k in tags],
            "song": rng.choice(SOUNDS, len(creator), p=[0.5, 0.2, 0.1, 0.1, 0.1]),
            "video_length": rng.choice([9, 12, 15, 22, 31, 48, 59], len(creator)),
            "n_likes": _round(likes),
            "n_shares": _round(shares),
            "n_comments": _round(comments),
            "n_plays": _round(views),
            "n_followers": _round(np.exp(audience))[creator],
        }
    )  # fmt: skip
    newest = np.lexsort([-videos["create_time"], creator])
    return videos.iloc[newest].reset_index(drop=True)


def _round(counts: np.ndarray) -> np.ndarray:
    """Round as TikTok shows counts: to a tenth of a million, to a hundred from ten thousand on."""
    digit = np.select([counts >= 1e6, counts >= 1e4], [1e5, 1e2], 1)
    return (np.round(counts / digit) * digit).astype(int)
