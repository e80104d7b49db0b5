"""A small list as a CSV file, put where a month is looked for."""

import shutil

from tiktok.acquire import get
from tiktok.acquire.snapshots import SNAPSHOTS

OFFLINE = "Kaggle can't be reached"
FILE = SNAPSHOTS["2022-07"].file
HEADER = "Rank,Username,Name,Subscribers Count,Views. Avg,Likes. Avg,Comments. Avg,Shares. Avg\n"
LIST = HEADER + "1,one.invented,Ōne,13.8M,3M,729.4K,888,1K\n2,two.invented,Two,1M,2M,3K,4K,5K\n"


def put(folder, *months, text=LIST):
    folder.mkdir(exist_ok=True)
    for month in months:
        (folder / SNAPSHOTS[month].file).write_text(text, encoding="utf-8")


def put_sample(folder, month):
    shutil.copy(get.SAMPLE_DIR / f"{month}.csv", folder / SNAPSHOTS[month].file)
