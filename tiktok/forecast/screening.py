"""A rule for whom to look at: of the creators that are named for the next top quarter, how many come?"""

import numpy as np
import pandas as pd

from tiktok.forecast.scores import AVERAGE, RESAMPLES, SEED
from tiktok.lists.provenance import hand_on
from tiktok.resampling import draw_times, percentile_interval

SIZES = (20, 100)
NOW = "persistence"  # whoever has the most engagement now


def screen_creators(predictions: pd.DataFrame) -> pd.DataFrame:
    """Name as many creators by the picked forecast as by engagement now, and count who came.

    Parameters
    ----------
    predictions : DataFrame
        What `forecast.predict_steps` gives.

    Returns
    -------
    DataFrame, a row a size and step, and `average`: the mean of the steps
        `named`: how many (20, 100; at most half of a list), `step`; `forecast`, `now`: shares of those named
        who were in the next top quarter; `gain` of the forecast, with `low`, `high` (95 % over creators,
        paired, named anew in each of 2,000 draws); `better`: whether the whole interval is above 0.
    """
    of_success = predictions[predictions["outcome"] == "success_next"]
    sides = of_success[of_success["chosen"]], of_success[of_success["model"] == NOW]
    keys = ["step", "handle"]
    rows = sides[0][[*keys, "ordering", "actual"]].merge(sides[1][[*keys, "ordering"]], on=keys)
    times = draw_times(rows["handle"], RESAMPLES, SEED).astype(np.int16)
    steps = {step: np.flatnonzero(rows["step"] == step) for step in rows["step"].unique()}
    found = []
    for size in SIZES:
        if 2 * size > min(map(len, steps.values())):
            continue
        drawn = {
            step: [_find_hits(rows, side, part, times, size) for side in ("ordering_x", "ordering_y")]
            for step, part in steps.items()
        }
        drawn[AVERAGE] = list(np.mean(list(drawn.values()), axis=0))
        for step, (forecast, now) in drawn.items():
            low, high = percentile_interval((forecast - now)[1:])
            shares = {"forecast": forecast[0], "now": now[0], "gain": forecast[0] - now[0]}
            found.append({"named": size, "step": step, **shares, "low": low, "high": high, "better": low > 0})
    columns = ["named", "step", "forecast", "now", "gain", "low", "high", "better"]
    return hand_on(predictions, pd.DataFrame(found, columns=columns))


def _find_hits(rows: pd.DataFrame, side: str, part: np.ndarray, times: np.ndarray, size: int) -> np.ndarray:
    """Give in each draw the share of the first `size` creators of a part of the rows who came."""
    # a draw that names more than the first three times as many is rarer than one in ten million
    order = part[rows[side].iloc[part].argsort(kind="stable")[::-1].to_numpy()[: 3 * size]]
    drawn = times[:, order]
    named = np.clip(size - (np.cumsum(drawn, axis=1, dtype=np.int16) - drawn), 0, drawn)
    return named @ rows["actual"].to_numpy()[order] / size
