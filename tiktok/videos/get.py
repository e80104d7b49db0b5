"""Where the videos come from: a table of your own, two public collections, or the synthetic sample."""

import os
from pathlib import Path

import pandas as pd

from tiktok.acquire import get, kaggle
from tiktok.acquire.csv_files import RawCsvError
from tiktok.acquire.get import AcquireError
from tiktok.acquire.json_files import read_table
from tiktok.lists.headers import HeaderError
from tiktok.videos.columns import find_video_columns
from tiktok.wording import say_path

TRENDING = "erikvdven/tiktok-trending-december-2020"
TRENDING_FILE = "trending.json"
TRENDING_PAGE = f"https://www.kaggle.com/datasets/{TRENDING}"
TRENDING_FOLDER = "kaggle_trending_2020"
FAMOUS_FILE = "top_users_vids.csv"
FAMOUS_FOLDER = "tiktok_famous"
FAMOUS_CREATORS = "top-250-tiktokers.csv"  # beside it: countries and genres of the same creators
SAMPLE_FILE = "videos.csv"


def get_videos(
    *,
    path: str | os.PathLike | None = None,
    source: str = "auto",
    data_dir: str | os.PathLike | None = None,
) -> pd.DataFrame:
    """Get a table of videos, a row a video, every cell the text that the file holds.

    Parameters
    ----------
    path : path-like, optional
        Any CSV, also packed by gzip, or a workbook, as `get_tiktokers` reads them; or JSON: an array of
        objects, an object with one list of them, or JSON lines. Then nothing else is tried.
    source : {"auto", "local", "kaggle", "sample"}
        `auto` takes the collection of famous creators (`tiktok_famous/top_users_vids.csv`) where it lies in
        the data folder, else the synthetic sample with a warning. That collection has no licence, so it is
        never downloaded. `local` takes it, else Kaggle's trending videos (`trending.json`), from the data
        folder. `kaggle` takes the trending videos, and downloads them unless they are there: most of them
        are the only one of their creator, so they can't tell the hour from who posts at it.
    data_dir : path-like, optional
        As in `get_tiktokers`.

    Returns
    -------
    DataFrame
        Strings only, "" where there is nothing, headers as found; nested objects of a JSON are dotted
        headers (`authorMeta.name`), lists stay text. Columns of guesses about persons (gender, age,
        ethnicity and the like) are left out. `attrs["provenance"]` is as `get_tiktokers` has it, without a
        month; `left_out` names the columns that were left out, where there were such.

    Raises
    ------
    AcquireError
        When there is no such table or it can't be read; headers are judged by `prepare.clean_videos`.

    Examples
    --------
    >>> import tempfile
    >>> table = Path(tempfile.mkdtemp()) / "videos.json"
    >>> _ = table.write_text('[{"id": "1", "createTime": 1604786417, "author": {"uniqueId": "ada"}}]')
    >>> get_videos(path=table).columns.tolist()
    ['id', 'createTime', 'author.uniqueId']
    """
    get.check_source(source)
    if path is not None:
        return _read(get.named_file(path, source))
    if source == "sample":
        return _read_sample()
    folder, named = get.choose_folder(data_dir)
    if source == "kaggle":
        return _get_trending(folder)
    get.check_folder(folder, must_exist=named)
    famous = _find(folder, FAMOUS_FOLDER, FAMOUS_FILE)
    if famous is not None:
        return _read(famous)
    if source == "auto":
        return _read_sample_instead(folder)
    trending = _find(folder, TRENDING_FOLDER, TRENDING_FILE)
    if trending is None:
        raise AcquireError(
            f"'{say_path(folder)}' has neither {FAMOUS_FOLDER}/{FAMOUS_FILE} nor "
            f"{TRENDING_FOLDER}/{TRENDING_FILE}: name a table of videos by path=, or use source='kaggle' or "
            "'sample'."
        )
    return _read(trending)


def _find(folder: Path, inside: str, file: str) -> Path | None:
    return next((path for path in (folder / inside / file, folder / file) if path.is_file()), None)


def _read(path: Path) -> pd.DataFrame:
    raw = get.read_as_found(path, read_table)
    downloaded = kaggle.has_record(path, raw.attrs["file"]["sha256"])
    is_trending = downloaded or path.parts[-2:] == (TRENDING_FOLDER, TRENDING_FILE)
    source = "sample" if get.is_in_sample(path) else "kaggle" if downloaded else "local"
    return get.with_origin(raw, source, TRENDING if is_trending else None)


def _read_sample() -> pd.DataFrame:
    path = get.SAMPLE_DIR / SAMPLE_FILE
    if not path.is_file():
        raise AcquireError(
            f"The embedded sample of videos is gone: restore it with git checkout data/sample/{SAMPLE_FILE}."
        )
    return _read(path)


def _read_sample_instead(folder: Path) -> pd.DataFrame:
    raw = _read_sample()
    get.warn(
        "These are the videos of the embedded sample, synthetic and no evidence of anything, since "
        f"'{say_path(folder)}' has no {FAMOUS_FOLDER}/{FAMOUS_FILE} (nor is that on Kaggle)."
    )
    return raw


def _get_trending(folder: Path) -> pd.DataFrame:
    """Kaggle's trending videos from the data folder, else from Kaggle into there."""
    there = _find(folder, TRENDING_FOLDER, TRENDING_FILE)
    if there is not None:
        return _read(there)
    get.check_folder(folder, must_exist=False)
    target = folder / TRENDING_FILE
    try:
        data = kaggle.fetch_file(TRENDING, TRENDING_FILE, folder)
        _require_videos(data)
        kaggle.write_with_record(data, target, TRENDING, TRENDING_FILE)
    except kaggle.DownloadError as error:
        raise AcquireError(
            f"Kaggle's {TRENDING} could not be had: {error}; download {TRENDING_FILE!r} by hand from "
            f"{TRENDING_PAGE} into '{say_path(folder)}', or use source='sample'."
        ) from None
    return _read(target)


def _require_videos(data: bytes) -> None:
    """Refuse to keep what isn't a table of videos."""
    try:
        header = read_table(data, TRENDING_FILE).columns.tolist()
        find_video_columns(header)
    except RawCsvError as error:
        raise kaggle.DownloadError(error.problem) from None
    except HeaderError as error:
        raise kaggle.DownloadError(f"{TRENDING_FILE!r} reads as no table of videos: {error}") from None
