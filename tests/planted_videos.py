"""Made-up videos of creators of two countries, who post at other hours; cleaned."""

import sys
from pathlib import Path

from tiktok.videos.clean import clean_videos

SYNTHETIC = Path(__file__).resolve().parent.parent / "data" / "synthetic"
sys.path.append(str(SYNTHETIC))  # its modules import each other by their bare names

from sample_videos import draw_videos  # noqa: E402


def plant_videos(creators=60, each=25, *, seed=0, factor=1.0, best=20.0):
    """As the sample's videos are drawn; `factor`: views at the best hour over the worst, for one creator."""
    handles = [f"creator{number}" for number in range(creators)]
    return clean_videos(draw_videos(handles, each, seed, factor=factor, best=best).astype(str))
