"""Made-up panels whose creators move by a known law; no real creator."""

import numpy as np
import pandas as pd

MONTHS = ("2022-02", "2022-05", "2022-06", "2022-08", "2022-09")


def plant_panel(
    creators: int = 300,
    listed: int | None = None,
    *,
    months: tuple[str, ...] = MONTHS,
    correlation: float = 0.7,
    spread: float = 0.6,
    seed: int = 0,
) -> dict[str, pd.DataFrame]:
    """Lists of creators whose log engagement has this correlation over 30 days.

    Half of what deviates lasts for ever, the rest fades. With `listed`, only that many are in each list:
    those with the highest product of views, likes, and comments and shares.
    """
    rng = np.random.default_rng(seed)
    handles = np.array([f"creator{number}" for number in range(creators)])
    subscribers = rng.lognormal(15, 1, creators).round()
    lasting = rng.normal(0, spread * np.sqrt(0.5), creators)
    passing = rng.normal(0, spread * np.sqrt(0.5), creators)
    fade = np.clip(2 * correlation - 1, 0, 1)
    panel, before = {}, None
    for month in months:
        if before is not None:
            kept = fade ** ((pd.Timestamp(f"{month}-01") - before).days / 30)
            fresh = rng.normal(0, spread * np.sqrt(0.5), creators)
            passing = kept * passing + np.sqrt(1 - kept**2) * fresh
        before = pd.Timestamp(f"{month}-01")
        views = np.exp(15 + lasting + passing)
        rates = rng.lognormal(0, 0.1, (3, creators)) * np.array([[0.1], [0.002], [0.003]])
        panel[month] = _as_list(month, handles, subscribers, views, views * rates, listed)
    return panel


def _as_list(month, handles, subscribers, views, reactions, listed):
    likes, comments, shares = np.round(reactions)
    views = np.round(views)
    df = pd.DataFrame(
        {
            "month": month,
            "rank": np.nan,
            "handle": handles,
            "name": "Ada",
            "subscribers": subscribers,
            "views": views,
            "likes": likes,
            "comments": comments,
            "shares": shares,
            "interactions": likes + comments + shares,
            "engagement": views + likes + comments + shares,
        }
    )
    df["engagement_rate"] = df["interactions"] / df["views"]
    df.attrs["provenance"] = {"synthetic": True}
    if listed is not None:
        score = df["views"] * df["likes"] * (df["comments"] + df["shares"])
        df = df[score.rank(ascending=False, method="first") <= listed].reset_index(drop=True)
    return df


def shuffle_handles(panel: dict[str, pd.DataFrame], *, pool: int, seed: int) -> dict[str, pd.DataFrame]:
    """The same lists, each with handles drawn anew, so that nobody's past says anything."""
    rng = np.random.default_rng(seed)
    names = np.array([f"creator{number}" for number in range(pool)])
    return {month: df.assign(handle=rng.choice(names, len(df), replace=False)) for month, df in panel.items()}
