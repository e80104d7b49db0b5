"""What `explore.compare_posting_times` claims where nothing is there, and what it finds: videos with a trap.

Creators of two invented countries post at other hours and have other audiences, as in the sample; the hour
does nothing for any of them, or has a planted effect. Counted over seeds: how often an effect is claimed.
Run by hand:

    python benchmarks/posting_times.py [--seeds 200] [--creators 244] [--videos 40]
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "data" / "synthetic")]

from sample_videos import draw_videos  # noqa: E402

from tiktok.videos.clean import clean_videos  # noqa: E402
from tiktok.videos.posting_specifications import find_smallest_effect  # noqa: E402
from tiktok.videos.posting_times import SHOWN, SMALL, TRIED, WITHIN, compare_posting_times  # noqa: E402

PLANTED = (1.0, 1.1, 1.15, 1.2, 1.3)  # best hour over worst


def count_claims(factor: float, seeds: int, creators: int, videos: int, by: str) -> dict[str, object]:
    """Ask each seed's videos, and count what is claimed within creators, on the other half, and by either."""
    claimed = []
    for seed in range(seeds):
        handles = [f"c{number}" for number in range(creators)]
        drawn = clean_videos(draw_videos(handles, videos, seed, factor=factor).astype(str))
        verdicts = compare_posting_times(drawn, by, seed=seed).set_index("approach")["verdict"]
        claimed.append([verdicts[approach] in (SHOWN, SMALL) for approach in (WITHIN, TRIED)])
    each = np.array(claimed)
    counts = {
        "within creators": each[:, 0].sum(),
        "other half": each[:, 1].sum(),
        "either": each.any(axis=1).sum(),
    }
    said = {name: f"{n} ({100 * n / seeds:.1f} %, {_interval(n, seeds)})" for name, n in counts.items()}
    return {"by": by, "planted": factor, **said}


def _interval(count: int, of: int) -> str:
    low, high = proportion_confint(count, of, method="wilson")
    return f"{100 * low:.1f} to {100 * high:.1f}"


def main() -> None:
    """Print how often an effect is claimed, a row a planted effect."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--creators", type=int, default=244)
    parser.add_argument("--videos", type=int, default=40)
    parser.add_argument("--by", default="hour")
    asked = parser.parse_args()
    size = (asked.creators, asked.videos, asked.by)
    rows = [count_claims(factor, asked.seeds, *size) for factor in PLANTED]
    print(pd.DataFrame(rows).to_string(index=False))
    handles = [f"c{number}" for number in range(asked.creators)]
    videos = clean_videos(draw_videos(handles, asked.videos, 0).astype(str))
    print(f"Said to be found nine times in ten: {find_smallest_effect(videos, asked.by).factor:.3f}")


if __name__ == "__main__":
    main()
