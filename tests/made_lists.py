"""Made-up lists for tests of models: known relations, no real creator."""

import numpy as np
import pandas as pd

import prepare


def make_list(n: int = 300, *, seed: int = 0) -> pd.DataFrame:
    """A cleaned list whose engagement hangs on subscribers a little, and whose likes hang on views a lot."""
    rng = np.random.default_rng(seed)
    subscribers = rng.lognormal(15, 1.2, n).round()
    views = np.exp(13 + 0.12 * np.log(subscribers) + rng.normal(0, 0.5, n)).round()
    likes = (views * 0.1 * rng.lognormal(0, 0.3, n)).round()
    comments, shares = rng.lognormal(6, 1, n).round(), rng.lognormal(7, 1, n).round()
    creators = pd.DataFrame(
        {
            "month": "2022-07",
            "handle": [f"creator{'.' if i % 3 else '_'}{i}" for i in range(n)],
            "name": np.where(rng.random(n) < 0.2, "Ада ✨", "Ada"),
            "subscribers": subscribers,
            "views": views,
            "likes": likes,
            "comments": comments,
            "shares": shares,
            "interactions": likes + comments + shares,
            "engagement": views + likes + comments + shares,
        }
    )
    creators.attrs["provenance"] = {"synthetic": True}
    return creators


def make_split(n: int = 300, *, seed: int = 0, by: str = "engagement") -> prepare.Split:
    """The same, split and labelled."""
    return prepare.label_success(prepare.split_creators(make_list(n, seed=seed)), by=by)


def shuffle(split: prepare.Split) -> prepare.Split:
    """The same creators in another order."""
    return prepare.Split(*(part.sample(frac=1, random_state=1).reset_index(drop=True) for part in split))
