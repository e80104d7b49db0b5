"""The command line of acquire: get one month or all of them, or list what is known and what is here."""

import argparse
import sys
from collections.abc import Sequence

import pandas as pd

from tiktok.acquire import kaggle
from tiktok.acquire.get import SOURCES, AcquireError, choose_folder, download_lists, get_lists, list_snapshots
from tiktok.acquire.snapshots import SNAPSHOTS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default those of the command line.

    Returns
    -------
    int
        0 when everything asked for is there (for `--all --source local`: whatever is on disk), 1 when
        something isn't, 130 when interrupted; wrong arguments end with 2.
    """
    chosen = _parse(arguments)
    try:
        if chosen.list:
            print(_table(list_snapshots(chosen.data_dir)))
            return 0
        return _get(chosen)
    except AcquireError as error:
        sentence, status = str(error), 1
    except kaggle.DownloadError as error:
        sentence, status = f"{error}; what was on disk is as it was.", 1
    except KeyboardInterrupt:
        sentence, status = "interrupted; what was on disk is as it was.", 130
    print(f"acquire: {sentence}", file=sys.stderr)
    return status


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="acquire.py", description="Get the monthly lists of TikTok creators."
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--month", choices=list(SNAPSHOTS), help="get one month")
    what.add_argument("--all", action="store_true", help="get every month that the source has")
    what.add_argument("--list", action="store_true", help="show the known months and which are on disk")
    parser.add_argument("--source", choices=SOURCES, default="auto", help="default: %(default)s")
    parser.add_argument("--data-dir", metavar="FOLDER", help="default: $TIKTOK_DATA_DIR, else data/")
    parser.add_argument("--refresh", action="store_true", help="download again what is on disk already")
    chosen = parser.parse_args(arguments)
    if chosen.refresh and (chosen.list or chosen.source in ("local", "sample")):
        parser.error("--refresh downloads from Kaggle: it goes with --month or --all and no other source")
    return chosen


def _table(df: pd.DataFrame) -> str:
    widths = {column: df[column].str.len().max() for column in df}
    left = {column: f"{{:<{width}}}".format for column, width in widths.items()}
    return df.to_string(index=False, justify="left", formatters=left)


def _get(chosen: argparse.Namespace) -> int:
    months = list(SNAPSHOTS) if chosen.all else [chosen.month]
    source = chosen.source
    if chosen.refresh:
        download_lists(months, choose_folder(chosen.data_dir)[0], strict=not chosen.all)
        source = "local"
    panel = get_lists(months, source, chosen.data_dir, needed=len(months), strict=not chosen.all)
    for month in months:
        print(_line(month, panel[month]) if month in panel else f"{month}  not there")
    is_sample = any(raw.attrs["provenance"]["source"] == "sample" for raw in panel.values())
    return 0 if len(panel) == len(months) or chosen.source == "local" or is_sample else 1


def _line(month: str, raw: pd.DataFrame) -> str:
    found = raw.attrs["provenance"]
    kind = "synthetic" if found["synthetic"] else "real"
    size = f"{found['rows']} rows, {found['columns']} columns"
    return f"{month}  {kind:<9}  {found['source']:<6}  {size}  sha256 {found['sha256']}  {found['file']}"
