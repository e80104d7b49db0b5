"""Made-up creators whose counts are as heavy-tailed as those of the lists; no real creator."""

import numpy as np
import pandas as pd


def heavy_tailed_list(seed: int = 0, creators: int = 60) -> pd.DataFrame:
    """Views go with likes, comments go with nothing."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=creators)
    return pd.DataFrame(
        {
            "handle": [f"creator{row}" for row in range(creators)],
            "views": np.exp(10 + size).round(),
            "likes": np.exp(8 + size + rng.normal(size=creators)).round(),
            "comments": np.exp(5 + 2 * rng.normal(size=creators)).round(),
        }
    )


def list_to_draw(*, synthetic: bool = False) -> pd.DataFrame:
    """Eighty of them, with views in the millions, of whom two have no comments."""
    df = heavy_tailed_list(creators=80)
    df["views"] *= 100
    df["comments"] = df["comments"].clip(lower=1)
    df.loc[:1, "comments"] = 0
    df.attrs["provenance"] = {"synthetic": synthetic}
    return df
