"""Where the rows come from: a monthly list of TikTok creators, raw, with a record of its origin.

    acquire.get_tiktokers()                     July 2022: from data/, else Kaggle, else the synthetic sample
    acquire.get_tiktokers(path="my.csv")        a list of your own; headers are read later, by prepare.clean
    acquire.get_tiktokers(source="sample")      the synthetic sample, which needs no network
    acquire.get_panel()                         every month at hand, by month
    acquire.get_panel_beside(raw)               the months that can stand beside a list
    acquire.get_videos()                        single videos, each with the time of its posting
    acquire.get_categories("2022-07")           the Instagram or YouTube list that says who is of which genre
    acquire.list_snapshots()                    which months are known, and which are here

`raw.attrs["provenance"]` says what was used. What can't be had raises AcquireError, in one sentence.
From a shell: python acquire.py --list, --month 2022-07, --all --source local, --help.
"""

import sys

from tiktok.acquire.command_line import main as main
from tiktok.acquire.get import AcquireError as AcquireError
from tiktok.acquire.get import AcquireWarning as AcquireWarning
from tiktok.acquire.get import get_panel as get_panel
from tiktok.acquire.get import get_panel_beside as get_panel_beside
from tiktok.acquire.get import get_tiktokers as get_tiktokers
from tiktok.acquire.get import list_snapshots as list_snapshots
from tiktok.acquire.snapshots import SNAPSHOTS as SNAPSHOTS
from tiktok.videos.categories import get_categories as get_categories
from tiktok.videos.get import get_videos as get_videos

if __name__ == "__main__":
    sys.exit(main())
