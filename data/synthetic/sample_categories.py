"""Draws a SYNTHETIC Instagram list with a trap in it: genre seems to matter, and doesn't.

Some creators of the synthetic July list stand on it under the same handle, the larger ones more likely. Of
three invented countries one has the larger numbers and few musicians, so that musicians have less than others
have. Which of a country's creators make music is drawn by lot.
"""

import numpy as np
import pandas as pd

COUNTRIES = ("Westland", "Eastland", "Southland")  # none is a country; the first has the largest numbers
SHARES = (0.45, 0.35, 0.2)
GENRES = ("Music", "Lifestyle", "Sports with a ball", "Cinema & Actors/actresses", "Beauty", "Animals", "")
CHANCES = (
    (0.12, 0.42, 0.18, 0.16, 0.06, 0.01, 0.05),
    (0.55, 0.12, 0.10, 0.10, 0.06, 0.02, 0.05),
    (0.62, 0.08, 0.10, 0.08, 0.06, 0.01, 0.05),
)  # by country
BLUR = 0.5  # how far countries run into each other, in standard deviations of log engagement
SECOND = 0.3  # share of creators with a second genre
TWICE = 4  # rows that come again at the end, as on the next page of a scrape
HEADER = (
    "Rank", "name", "instagram name", "Category_1", "Category_2", "followers", "followers", "country",
    "Eng. (Auth.)", "Eng. (Auth.)", "Eng. (Avg.)", "Eng. (Avg.)",
)  # fmt: skip


def draw_categories(creators: pd.DataFrame, others: pd.DataFrame, matched: int, seed: int) -> pd.DataFrame:
    """Draw an Instagram list in the spelling of December's.

    Parameters
    ----------
    creators : `handle`, `name`, `subscribers` and `engagement`, a row a creator of the TikTok list.
    others : `handle` and `name` of who stands on the Instagram list alone.
    matched : how many of the creators stand on it too.
    seed : seed of the draw.

    Returns
    -------
    The cells of the file, a row a line, its headers as columns.

    >>> some = pd.DataFrame({"handle": ["ada", "bob"], "name": "", "subscribers": 1e6, "engagement": [1, 2]})
    >>> draw_categories(some, pd.DataFrame({"handle": ["eve"], "name": ["Eve"]}), 2, 0).shape
    (3, 12)
    """
    rng = np.random.default_rng(seed)
    chances = creators["subscribers"].to_numpy(float) ** 0.75
    drawn = rng.choice(len(creators), matched, replace=False, p=chances / chances.sum())
    here = creators.iloc[drawn]
    size = np.log(here["engagement"].to_numpy(float))
    places = (size + rng.normal(0, BLUR * size.std(), matched)).argsort()[::-1].argsort()
    country = np.searchsorted(np.cumsum(SHARES), (places + 0.5) / matched)
    country = np.concatenate([country, rng.choice(len(COUNTRIES), len(others), p=SHARES)])
    rows = pd.concat([here[["handle", "name"]], others[["handle", "name"]]], ignore_index=True)
    n = len(rows)
    genre = np.array([rng.choice(len(GENRES), p=CHANCES[c]) for c in country])
    second = np.where((rng.random(n) < SECOND) & (genre < len(GENRES) - 1), (genre + 1) % len(GENRES), -1)
    followers = np.exp(rng.normal(16.3, 0.7, n))
    authentic = followers * np.exp(rng.normal(-3.6, 0.7, n))
    average = authentic * np.exp(rng.normal(0.15, 0.1, n))
    cells = [rows["handle"], rows["name"], np.array(GENRES, dtype=object)[genre]]
    cells += [np.array([*GENRES, ""], dtype=object)[second], *_double(followers)]
    cells += [np.array(COUNTRIES, dtype=object)[country], *_double(authentic), *_double(average)]
    table = pd.concat([pd.Series(np.asarray(cell, dtype=object)) for cell in cells], axis=1)
    table = table.iloc[np.argsort(-followers)]
    table = pd.concat([table, table.iloc[-TWICE - 5 : -5]])
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table.set_axis(list(HEADER), axis=1).reset_index(drop=True)


def _double(counts: np.ndarray) -> list[list[str]]:
    """Write counts twice: as text, and as the number that the text says."""
    units = np.where(counts >= 999_950, 1e6, 1e3)
    tenths = np.round(counts / units, 1)
    texts = [
        f"{t:.1f}".removesuffix(".0") + ("M" if u > 1e3 else "K") for t, u in zip(tenths, units, strict=True)
    ]
    return [texts, [f"{count:.0f}" for count in tenths * units]]
