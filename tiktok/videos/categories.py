"""Lists that say of which genre creators are: those of Instagram and YouTube, as found.

They come with the TikTok lists in one Kaggle dataset, and some creators stand on both under one handle.
"""

import os
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from tiktok.acquire import get, kaggle
from tiktok.acquire.get import AcquireError
from tiktok.acquire.snapshots import OTHERS, SNAPSHOTS, fits_month, read_header, same_letters
from tiktok.lists.columns import UNKNOWN_MONTH, require_month
from tiktok.lists.dates import find_named_month
from tiktok.lists.headers import IDEA_OF, find_ideas
from tiktok.wording import say_path, say_some

PLATFORMS = ("instagram", "youtube")
FILES = {
    "instagram": {
        "2022-06": "social media influencers-instagram june 2022 - june 2022.csv",
        "2022-09": "social media influencers - instagram sep-2022.csv",
        "2022-11": "social media influencers-instagram - -nov 2022.csv",
        "2022-12": "social media influencers-INSTAGRAM - -DEC 2022.csv",
    },
    "youtube": {
        "2022-06": "social media influencers-youtube june 2022 - june 2022.csv",
        "2022-09": "social media influencers - Youtube sep-2022.csv",
        "2022-11": "social media influencers-youtube - --nov 2022.csv",
        "2022-12": "social media influencers-YOUTUBE - --DEC 2022.csv",
    },
}
FOLDER = "kaggle_instagram_youtube_2022"  # in the data folder, where they may lie beside the TikTok lists
PAGE = f"https://www.kaggle.com/datasets/{OTHERS}"
SAMPLE_FILES = {"instagram": {"2022-07": "categories-2022-07.csv"}}
WORDS_OF_CATEGORIES = {"category": "category categories genre genres topic topics niche niches"}
IDEA_OF_CATEGORIES = IDEA_OF | {
    word: idea for idea, words in WORDS_OF_CATEGORIES.items() for word in words.split()
}
NOT_A_GENRE = {
    "someone",
    "link",
    "about",
    "derived",
    "rank",
}  # beside the word: what is of others, or about it


def get_categories(
    month: str | None = None,
    platform: str = "instagram",
    *,
    path: str | os.PathLike | None = None,
    source: str = "auto",
    data_dir: str | os.PathLike | None = None,
) -> pd.DataFrame:
    """Get the list of another platform that says the categories of its creators, nearest to a month.

    Parameters
    ----------
    month : str, optional
        `YYYY-MM`, a month of a TikTok list; default July 2022. Lists of categories are of June, September,
        November and December 2022: the nearest one is taken, and the provenance says which. With `path` it is
        the month of the file, unless the file's name says another.
    platform : {"instagram", "youtube"}
    path : path-like, optional
        Any CSV, also packed by gzip, or a workbook; then nothing else is tried.
    source : {"auto", "local", "kaggle", "sample"}
        As in `get_tiktokers`. The sample has one list, of Instagram, for its July creators.
    data_dir : path-like, optional
        As in `get_tiktokers`; the lists are looked for in its folder `kaggle_instagram_youtube_2022` too.

    Returns
    -------
    DataFrame
        A row a line, strings only, headers as found: `prepare.match_categories` reads them by their meaning.
        `attrs["provenance"]` is as `get_tiktokers` has it, with `platform`.

    Raises
    ------
    AcquireError
        When there is no such list, or the file is no CSV.

    Examples
    --------
    >>> raw = get_categories("2022-07", source="sample")
    >>> raw.attrs["provenance"]["platform"], raw.attrs["provenance"]["synthetic"]
    ('instagram', True)
    """
    get.check_source(source)
    if platform not in PLATFORMS:
        raise AcquireError(f"There are no categories of {platform!r}: use one of {', '.join(PLATFORMS)}.")
    if path is not None:
        return _read_any(get.named_file(path, source), month, platform)
    month = get.DEFAULT_MONTH if month is None else month
    if month not in SNAPSHOTS:
        raise AcquireError(f"No list of {month!r} is known: use {', '.join(SNAPSHOTS)}, or path= for a file.")
    if source == "sample":
        return _read_sample(month, platform)
    return _get_published(month, platform, source, data_dir)


def _get_published(
    month: str, platform: str, source: str, data_dir: str | os.PathLike | None
) -> pd.DataFrame:
    """The published list from the data folder, else from Kaggle into there, else the sample."""
    nearest = _nearest(month, FILES[platform])
    file = FILES[platform][nearest]
    folder, named = get.choose_folder(data_dir)
    there = _find(folder, file)
    if there is None and source == "local":
        get.check_folder(folder, must_exist=True)
        raise AcquireError(
            f"'{say_path(folder)}' has no {file!r}, nor has its folder {FOLDER}: download it from {PAGE}, "
            "or use source='kaggle' or 'sample'."
        )
    if there is None:
        get.check_folder(folder, must_exist=named and source == "auto")
        try:
            there = _download(nearest, platform, folder)
        except kaggle.DownloadError as error:
            if source == "kaggle" or named or platform not in SAMPLE_FILES:
                raise AcquireError(
                    f"Kaggle's {OTHERS} could not be had: {error}; download {file!r} by hand from {PAGE} "
                    f"into '{say_path(folder)}', or use source='sample'."
                ) from None
            get.warn(
                "These categories are of the embedded sample, synthetic and no evidence of anything, since "
                f"{error}; for the real ones put {file!r} into '{say_path(folder)}'."
            )
            return _read_sample(month, platform)
    return _read(there, nearest, platform)


def _nearest(month: str, months: Sequence[str]) -> str:
    """The month that lies nearest, the earlier one of two."""
    asked = pd.Period(month, "M").ordinal
    return min(months, key=lambda other: (abs(pd.Period(other, "M").ordinal - asked), other))


def _find(folder: Path, file: str) -> Path | None:
    """The file of that name in the data folder or in the folder within, else one spelled alike."""
    places = [folder, folder / FOLDER]
    exact = [place / file for place in places if (place / file).is_file()]
    alike = [path for place in places for path in place.glob("*.csv") if same_letters(path.name, file)]
    return next(iter([*exact, *sorted(alike)]), None)


def _download(month: str, platform: str, folder: Path) -> Path:
    """Fetch the dataset and keep this list of it, whole and with its record, or nothing."""
    target = folder / FILES[platform][month]
    looks_right = partial(_may_be, month, platform)
    with kaggle.fetched_archive(OTHERS, folder) as archive:
        get.save_member(archive, OTHERS, target, looks_right, are_categories, f"{platform} of {month}")
    return target


def _may_be(month: str, platform: str, name: str, head: bytes) -> bool:
    """Whether a CSV of another name, with this beginning, may be the list of a platform and month."""
    known = any(same_letters(name, file) for files in FILES.values() for file in files.values())
    fits = not known and platform in name.casefold() and fits_month(month, name)
    return fits and are_categories(read_header(head))


def are_categories(labels: Iterable[str]) -> bool:
    """Whether these are headers of a list that says the categories of creators."""
    return bool(category_columns(list(labels)))


def category_columns(labels: Sequence[str]) -> list[int]:
    """The positions of the columns of categories, in the order of the numbers in their headers."""
    ideas = {i: set(find_ideas(str(label), IDEA_OF_CATEGORIES)) for i, label in enumerate(labels)}
    found = [i for i, words in ideas.items() if "category" in words and not words & NOT_A_GENRE]
    return sorted(found, key=lambda i: "".join(filter(str.isdigit, str(labels[i]))))


def _read_any(path: Path, month: str | None, platform: str) -> pd.DataFrame:
    """Read a file that was named; its month and platform are those of its name, where that says them."""
    if month is not None:
        require_month(month, AcquireError)
    in_name = find_named_month(path.name)
    if month is not None and in_name not in (None, month):
        get.warn(f"'{path.name}' is of {in_name}, as its name says, and not of {month}.")
    platforms = [known for known in PLATFORMS if known in path.name.casefold()]
    return _read(path, in_name or month or UNKNOWN_MONTH, platforms[0] if len(platforms) == 1 else platform)


def _read_sample(month: str, platform: str) -> pd.DataFrame:
    if platform not in SAMPLE_FILES:
        has = say_some(SAMPLE_FILES, lambda name: f"platform={name!r}")
        raise AcquireError(f"The embedded sample has no categories of {platform!r}: use {has}.")
    nearest = _nearest(month, SAMPLE_FILES[platform])
    path = get.SAMPLE_DIR / SAMPLE_FILES[platform][nearest]
    if not path.is_file():
        raise AcquireError(
            "The embedded sample of categories is gone: restore it with git checkout "
            f"data/sample/{path.name}."
        )
    return _read(path, nearest, platform)


def _read(path: Path, month: str, platform: str) -> pd.DataFrame:
    raw = get.read_as_found(path)
    downloaded = kaggle.has_record(path, raw.attrs["file"]["sha256"])
    published = any(same_letters(path.name, file) for file in FILES[platform].values())
    source = "sample" if get.is_in_sample(path) else "kaggle" if downloaded else "local"
    return get.with_origin(raw, source, OTHERS if published else None, month=month, platform=platform)
