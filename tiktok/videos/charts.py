"""The naive picture of the hours beside what is left of it within creators."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from tiktok.figures import GREY, NARROW, PALETTE, enlarge_texts, finish, new_figure
from tiktok.wording import say_factor

PATCH = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # behind words, where lines run
STEPS = (0.25, 0.33, 0.5, 0.67, 1, 1.5, 2, 3, 4)


def plot_posting_times(compared: pd.DataFrame) -> Figure:
    """Draw how views differ by the time of posting: all videos together, and each creator's own.

    Parameters
    ----------
    compared : DataFrame
        What `compare_posting_times` returns; its `attrs["levels"]` are drawn.

    Returns
    -------
    Figure
        A line for all videos (each level's median views over those of all videos), and one for videos as a
        multiple of their creator's usual views, with 95 % intervals over creators.

    Examples
    --------
    >>> import acquire, prepare
    >>> from tiktok.videos.posting_times import compare_posting_times
    >>> videos = prepare.clean_videos(acquire.get_videos(source="sample"))
    >>> plot_posting_times(compare_posting_times(videos)).get_label()[:40]
    'SYNTHETIC SAMPLE: not real creators. Vie'
    """
    levels = compared.attrs["levels"]
    fig = new_figure(NARROW, 3.8)
    ax = fig.subplots()
    places = np.arange(len(levels))
    naive = levels["naive"].where(levels["n_videos"] > 0)
    ax.axhline(1, color=GREY, linewidth=0.8)
    ax.plot(places, naive, color=PALETTE[3], marker="o", markersize=4)
    said = "No video is old enough"
    if naive.notna().any():
        said = f"All videos: from {say_factor(naive.min())} to {say_factor(naive.max())}"
    ax.text(0.01, 0.98, "all videos together", color=PALETTE[3], va="top", transform=ax.transAxes, bbox=PATCH)
    if "within" in levels:
        ax.fill_between(
            places, levels["within_low"], levels["within_high"], color=PALETTE[0], alpha=0.2, linewidth=0
        )
        ax.plot(places, levels["within"], color=PALETTE[0], marker="o", markersize=4)
        ax.text(
            0.01,
            0.89,
            "the same creator's videos (band: 95 %)",
            color=PALETTE[0],
            va="top",
            transform=ax.transAxes,
            bbox=PATCH,
        )
        least, most = (say_factor(end) for end in (levels["within"].min(), levels["within"].max()))
        said += f"; the same creator's: from {least} to {most}"
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, 0.4), max(high, 2) * 1.25)  # room for the names of the lines
    ax.set_yticks([step for step in STEPS if ax.get_ylim()[0] <= step <= ax.get_ylim()[1]])
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    ax.yaxis.set_minor_locator(NullLocator())
    hours = len(levels) == 24
    ax.set_xticks(
        places[::4] if hours else places, [name[:5] for name in levels["level"]][:: 4 if hours else 1]
    )
    ax.set_xlabel("posted at (UTC)" if hours else "posted on (UTC)")
    ax.set_title("Views by time of posting (1× = usual)")
    enlarge_texts(fig)
    return finish(fig, f"Views by the time of posting, as a multiple of the usual ones. {said}.", compared)
