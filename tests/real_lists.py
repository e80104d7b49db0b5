"""The real lists as they lie in their folder, and how many creators each holds."""

import pandas as pd

FILES = {
    "2022-02": ("tiktok_top_1000.csv", 999),
    "2022-06": ("social media influencers-tiktok june 2022 - june 2022.csv", 990),
    "2022-07": ("top_1000_tiktokers.csv", 997),
    "2022-09": ("social media influencers - Tiktok sep 2022.csv", 996),
    "2022-11": ("social media influencers-tiktok - ---nov 2022.csv", 983),
    "2022-12": ("social media influencers-TIKTOK - ---DEC 2022.csv", 999),
}


def real_list(folder, month):
    """The cells of a list as text, whatever the project makes of them."""
    cells = pd.read_csv(folder / FILES[month][0], header=None, dtype=str, keep_default_na=False)
    return cells[1:].set_axis(cells.iloc[0].tolist(), axis="columns")
