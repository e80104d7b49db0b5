"""Where the rows come from: a list on disk, Kaggle or the embedded synthetic sample, as found."""

import os
import warnings
import zipfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from tiktok.acquire import kaggle
from tiktok.acquire.csv_files import RawCsvError, read_cells, read_file
from tiktok.acquire.snapshots import SNAPSHOTS, find_file, is_header, may_be, same_letters
from tiktok.lists.columns import UNKNOWN_MONTH, require_month
from tiktok.lists.dates import find_named_month, find_scrape_day
from tiktok.lists.files import PROJECT
from tiktok.wording import say_path, say_some

DEFAULT_MONTH = "2022-07"
SOURCES = ("auto", "local", "kaggle", "sample")
DATA_DIR = PROJECT / "data"
SAMPLE_DIR = DATA_DIR / "sample"
FEWEST_MONTHS = 2  # of a panel: what comes next needs a next month


class AcquireError(Exception):
    """No list could be had; the sentence says why and what to try next."""


class AcquireWarning(UserWarning):
    """A list was had, but not the way that one would expect."""


def get_tiktokers(
    month: str | None = None,
    *,
    path: str | os.PathLike | None = None,
    source: str = "auto",
    data_dir: str | os.PathLike | None = None,
) -> pd.DataFrame:
    """Get one monthly list, every cell the text that the file holds.

    Parameters
    ----------
    month : str, optional
        `YYYY-MM`, one of `SNAPSHOTS`; default July 2022. With `path` the file has the first word: a date of
        the scrape in its rows, then a name that speaks of one month; then what is named here; else its month
        is unknown.
    path : path-like, optional
        Any CSV, also packed by gzip, or a workbook (.xlsx, with openpyxl); then nothing else is tried.
    source : {"auto", "local", "kaggle", "sample"}
        `auto` takes the file in the data folder, else downloads it into there, else takes the synthetic
        sample with a warning. Whoever names a path or a folder never gets the sample instead.
        `kaggle`, too, uses a file that is on disk already.
    data_dir : path-like, optional
        The data folder; default `TIKTOK_DATA_DIR` if that is set (which counts as naming a folder), else
        the project's `data/`.

    Returns
    -------
    DataFrame
        A row a line, strings only, "" where a cell is empty or a line too short, headers as found, doubled
        ones too. `attrs["provenance"]` is a dict: `source` ("kaggle" for what was downloaded here, now or
        earlier, "local" for other files, "sample"), `read_as` (what separates its cells, or the sheet of a
        workbook), `dataset` (None where unknown), `file` (name only), `month` ("unknown" where it is),
        `sha256`, `bytes`, `rows`, `columns`, `synthetic` (bool).

    Raises
    ------
    AcquireError
        When there is no such list or the file is no CSV; headers are judged by `prepare.clean`.

    Examples
    --------
    >>> raw = get_tiktokers("2022-07", source="sample")
    >>> raw.shape
    (1000, 9)
    >>> raw.attrs["provenance"]["synthetic"]
    True
    """
    check_source(source)
    if path is not None:
        return _read_any(named_file(path, source), month)
    month = month or DEFAULT_MONTH
    return get_lists(_check_months([month]), source, data_dir, needed=1, strict=True)[month]


def get_panel(
    months: Iterable[str] | None = None, *, source: str = "auto", data_dir: str | os.PathLike | None = None
) -> dict[str, pd.DataFrame]:
    """Get every monthly list that a source has, all real or all synthetic.

    Parameters
    ----------
    months : iterable of str, optional
        Just these, each of which must then be there; default all that the source has.
    source : {"auto", "local", "kaggle", "sample"}
        As in `get_tiktokers`. `auto` is content with the lists on disk if there are two of them (a panel
        needs two), else it downloads the missing ones, and takes the sample only if no list at all is to be
        had.
    data_dir : path-like, optional
        As in `get_tiktokers`.

    Returns
    -------
    dict of str to DataFrame
        By month, in order of time; each as `get_tiktokers` gives it.

    Raises
    ------
    AcquireError
        When there is none, one that was asked for is missing, or real and synthetic ones lie in one folder.

    Examples
    --------
    >>> list(get_panel(["2022-07"], source="sample"))
    ['2022-07']
    """
    check_source(source)
    wanted = _check_months(SNAPSHOTS if months is None else [months] if isinstance(months, str) else months)
    needed = FEWEST_MONTHS if months is None else len(wanted)
    return get_lists(wanted, source, data_dir, needed=needed, strict=months is not None)


def get_panel_beside(raw: pd.DataFrame, *, path: str | os.PathLike | None = None) -> dict[str, pd.DataFrame]:
    """Get the lists of other months that lie beside a list, never real ones beside a synthetic one.

    Parameters
    ----------
    raw : DataFrame
        What `get_tiktokers` returned.
    path : path-like, optional
        The file that it was read from, if that was named: then the others are looked for in its folder.

    Returns
    -------
    dict of str to DataFrame
        By month, in order of time, the list itself among them; it alone, where no other lies beside it.

    Examples
    --------
    >>> list(get_panel_beside(get_tiktokers("2022-07", source="sample")))
    ['2022-02', '2022-06', '2022-07', '2022-09', '2022-11']
    """
    origin = raw.attrs["provenance"]
    if origin["month"] == UNKNOWN_MONTH:  # nobody knows which of the others came before it
        return {UNKNOWN_MONTH: raw}
    sources = {"sample": "sample", "kaggle": "auto"}
    folder = None if path is None else Path(path).expanduser().parent
    try:
        beside = get_panel(source=sources.get(origin["source"], "local"), data_dir=folder)
    except AcquireError:
        beside = {}
    alike = {m: r for m, r in beside.items() if r.attrs["provenance"]["synthetic"] == origin["synthetic"]}
    same = alike.get(origin["month"])
    if same is not None and same.attrs["provenance"]["sha256"] != origin["sha256"]:
        other = same.attrs["provenance"]["file"]
        warn(f"'{origin['file']}' and '{other}' are both of {origin['month']}; the latter is left out.")
    return dict(sorted((alike | {origin["month"]: raw}).items()))


def get_lists(
    wanted: Sequence[str], source: str, data_dir: str | os.PathLike | None, *, needed: int, strict: bool
) -> dict[str, pd.DataFrame]:
    """Lists by month; `auto` downloads when fewer than `needed` are on disk, `strict` accepts no gap."""
    if source == "sample":
        return _read_sample(wanted, strict)
    folder, named = choose_folder(data_dir)
    there = _on_disk(wanted, folder)
    missing = [month for month in wanted if month not in there]
    if missing and (source == "kaggle" or (source == "auto" and len(there) < needed)):
        check_folder(folder, must_exist=named and source == "auto")
        try:
            download_lists(missing, folder, strict)
        except kaggle.DownloadError as error:
            there = _on_disk(wanted, folder)
            in_sample = set(_sample_months()).issuperset(wanted) if strict else _sample_months()
            if source == "kaggle" or (strict and there) or (not there and (named or not in_sample)):
                raise _by_hand(error, missing, folder) from None
            if not there:
                warn(
                    f"This is the embedded sample, synthetic and no evidence of anything, since {error}; "
                    f"for the real list put {_files(wanted)} into '{say_path(folder)}'."
                )
                return _read_sample(wanted, strict)
            warn(f"{error}, so the panel makes do with {', '.join(there)}.")
    return _read_local(wanted, folder, strict)


def _by_hand(error: kaggle.DownloadError, months: Sequence[str], folder: Path) -> AcquireError:
    pages = dict.fromkeys(SNAPSHOTS[month].page for month in months)
    return AcquireError(
        f"{error}; download {_files(months)} by hand from {', '.join(pages)} into '{say_path(folder)}', "
        "or use source='sample'."
    )


def _files(months: Iterable[str]) -> str:
    return say_some(SNAPSHOTS[month].file for month in months)


def warn(sentence: str) -> None:
    """Say that something was had, but not the way that one would expect."""
    # With a line of its own and not the caller's, a notebook shows one clean sentence and no code.
    warnings.warn_explicit(sentence, AcquireWarning, filename="acquire", lineno=0)


def check_source(source: str) -> None:
    """Refuse a source that there isn't."""
    if source not in SOURCES:
        raise AcquireError(f"There is no source {source!r}: use one of {', '.join(SOURCES)}.")


def named_file(path: str | os.PathLike, source: str) -> Path:
    """The file that a caller named, who then asks for no other source."""
    if source not in ("auto", "local"):
        raise AcquireError(
            f"path names a file, which source={source!r} doesn't look at: leave one of them out."
        )
    try:
        return Path(path).expanduser()
    except (TypeError, RuntimeError):  # no path at all, or of a user whom nobody knows
        raise AcquireError(f"path={path!r} is no path of a file.") from None


def _check_months(months: Iterable[str]) -> list[str]:
    """The months in order of time, each once."""
    wanted = list(months)
    unknown = [month for month in wanted if month not in SNAPSHOTS]
    if unknown or not wanted:
        what = f"No list of {unknown[0]!r} is known" if unknown else "No month was asked for"
        raise AcquireError(f"{what}: use {', '.join(SNAPSHOTS)}, or path= for a file of your own.")
    return sorted(set(wanted))


def choose_folder(data_dir: str | os.PathLike | None) -> tuple[Path, bool]:
    """The data folder, and whether someone named it."""
    named = data_dir if data_dir is not None else os.environ.get("TIKTOK_DATA_DIR") or None
    return (DATA_DIR, False) if named is None else (Path(named).expanduser(), True)


def check_folder(folder: Path, must_exist: bool) -> None:
    """A folder that was named and isn't there is a slip of the pen, not a wish to download into it."""
    if folder.exists() and not folder.is_dir():
        raise AcquireError(
            f"'{say_path(folder)}' is a file, not a data folder: name the folder that it lies in."
        )
    if must_exist and not folder.exists():
        raise AcquireError(f"The data folder '{say_path(folder)}' doesn't exist: check its name, or make it.")


def _sample_months() -> list[str]:
    return [month for month in SNAPSHOTS if (SAMPLE_DIR / f"{month}.csv").is_file()]


def sample_sums() -> dict[str, str]:
    """SHA-256 of every file of the sample, and its name: by it they are known wherever they lie."""
    try:
        lines = (SAMPLE_DIR / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return {}
    return {digest: name.removesuffix(".csv") for digest, name in map(str.split, lines)}


def _read_sample(wanted: Sequence[str], strict: bool) -> dict[str, pd.DataFrame]:
    has = _sample_months()
    if not has:
        raise AcquireError("The embedded sample is gone: restore it with git checkout data/sample.")
    lacking = [month for month in wanted if month not in has]
    if lacking and strict:
        raise AcquireError(f"The embedded sample has no {lacking[0]}: use {', '.join(has)}.")
    there = [month for month in wanted if month in has]
    return {
        month: _with_month(read_as_found(SAMPLE_DIR / f"{month}.csv"), "sample", month) for month in there
    }


def _on_disk(wanted: Sequence[str], folder: Path) -> dict[str, Path]:
    return {month: path for month in wanted if (path := find_file(month, folder)) is not None}


def _read_local(wanted: Sequence[str], folder: Path, strict: bool) -> dict[str, pd.DataFrame]:
    there = _on_disk(wanted, folder)
    missing = [month for month in wanted if month not in there]
    if not there or (strict and missing):
        check_folder(folder, must_exist=True)
        has = say_some(sorted(path.name for path in folder.glob("*.csv")))
        raise AcquireError(
            f"'{say_path(folder)}' has no {_files(missing)} (its CSV files: {has}): download it from "
            f"{SNAPSHOTS[missing[0]].page}, or use source='kaggle' or 'sample'."
        )
    panel = {month: _read_known(path, month) for month, path in there.items()}
    synthetic = [month for month, raw in panel.items() if raw.attrs["provenance"]["synthetic"]]
    if synthetic and len(synthetic) < len(panel):
        raise AcquireError(
            f"'{say_path(folder)}' mixes real lists with synthetic ones ({', '.join(synthetic)}): "
            "take the synthetic ones out, or ask for months of one kind."
        )
    return panel


def _read_any(path: Path, month: str | None) -> pd.DataFrame:
    """Read a file that was named; its month is told by its rows, its name, the caller, in this order."""
    # a published name that speaks of no month may be anybody's: there the caller knows better
    if month is not None:
        require_month(month, AcquireError)
    raw = read_as_found(path)
    day = find_scrape_day(raw)
    published = next((m for m, snapshot in SNAPSHOTS.items() if snapshot.file == path.name), None)
    in_sums = sample_sums().get(raw.attrs["file"]["sha256"])  # the sample's videos are of no month
    found = (day[:7] if day else None) or (in_sums if in_sums in SNAPSHOTS else find_named_month(path.name))
    if month is not None and found not in (None, month):
        warn(f"'{path.name}' is of {found}, as its {'rows say' if day else 'name says'}, and not of {month}.")
    source = "sample" if is_in_sample(path) else "local"
    return _with_month(raw, source, found or month or published or UNKNOWN_MONTH)


def is_in_sample(path: Path) -> bool:
    """Tell whether a file lies in the folder of the sample, whatever it holds by now."""
    return path.resolve().parent == SAMPLE_DIR.resolve()


def _read_known(path: Path, month: str) -> pd.DataFrame:
    raw = read_as_found(path)
    downloaded = kaggle.has_record(path, raw.attrs["file"]["sha256"])
    return _with_month(raw, "kaggle" if downloaded else "local", month)


def read_as_found(path: Path, read: Callable[[bytes, str], pd.DataFrame] = read_cells) -> pd.DataFrame:
    """Read a file as it is, or say in a sentence why that can't be done."""
    try:
        return read_file(path, read)
    except RawCsvError as error:
        raise AcquireError(str(error)) from None


def _with_month(raw: pd.DataFrame, source: str, month: str) -> pd.DataFrame:
    snapshot = SNAPSHOTS.get(month)
    is_known = snapshot is not None and same_letters(raw.attrs["file"]["file"], snapshot.file)
    return with_origin(raw, source, snapshot.dataset if is_known else None, month=month)


def with_origin(raw: pd.DataFrame, source: str, dataset: str | None, **more: str) -> pd.DataFrame:
    """Note where a table came from; the sample is known wherever it lies and whatever it is called."""
    found = raw.attrs.pop("file")
    synthetic = source == "sample" or found["sha256"] in sample_sums()
    origin = {"source": source, "dataset": None if synthetic else dataset, "synthetic": synthetic}
    raw.attrs["provenance"] = found | origin | more
    return raw


def download_lists(months: Sequence[str], folder: Path, strict: bool) -> None:
    """Fetch months into the folder, each dataset once; unless `strict`, warn of those that aren't in it."""
    absent = []
    for dataset in dict.fromkeys(SNAPSHOTS[month].dataset for month in months):
        try:
            with kaggle.fetched_archive(dataset, folder) as archive:
                for month in (month for month in months if SNAPSHOTS[month].dataset == dataset):
                    try:
                        _save_month(archive, month, folder)
                    except kaggle.NotInArchiveError:
                        if strict:
                            raise
                        absent.append(month)
        except kaggle.DownloadError as error:
            raise kaggle.DownloadError(f"Kaggle's {dataset} could not be had: {error}") from None
    if absent:
        warn(f"Kaggle doesn't have {_files(absent)} (any more), so {', '.join(absent)} can't be had.")


def _save_month(archive: zipfile.ZipFile, month: str, folder: Path) -> None:
    """Save a month of the archive in the folder, if it reads as a list of creators."""
    dataset, file, _ = SNAPSHOTS[month]
    save_member(archive, dataset, folder / file, partial(may_be, month), is_header, month)


def save_member(
    archive: zipfile.ZipFile,
    dataset: str,
    target: Path,
    may_be: Callable[[str, bytes], bool],
    are_headers: Callable[[Iterable[str]], bool],
    what: str,
) -> None:
    """Save a file of an archive, else one that reads alike, if its headers are right; with its record."""
    name, data = kaggle.read_member(archive, target.name, may_be)
    try:
        header = read_cells(data, name).columns
    except RawCsvError as error:
        raise kaggle.DownloadError(error.problem) from None
    if not are_headers(header):
        raise kaggle.DownloadError(f"{name!r} has other headers than a list: {say_some(header)}")
    kaggle.write_with_record(data, target, dataset, name)
    if not same_letters(name, target.name):
        warn(
            f"{dataset} has no {target.name!r} any more: {name!r} was taken for {what}, since it reads alike."
        )


def list_snapshots(data_dir: str | os.PathLike | None = None) -> pd.DataFrame:
    """Say of every known month where it was published and whether it is on disk.

    Parameters
    ----------
    data_dir : path-like, optional
        As in `get_tiktokers`.

    Returns
    -------
    DataFrame
        A row a month: `month`, `dated_by`, `dataset`, `file`, `on_disk` ("no", "yes", "synthetic", "other
        headers" or "unreadable"), `sha256` ("" where it can't be read).

    Examples
    --------
    >>> list_snapshots().month.tolist()[:3]
    ['2022-02', '2022-03', '2022-06']
    """
    folder, named = choose_folder(data_dir)
    check_folder(folder, must_exist=named)
    rows = []
    for month, snapshot in SNAPSHOTS.items():
        on_disk, digest = _state(month, folder)
        rows.append({"month": month, **snapshot._asdict(), "on_disk": on_disk, "sha256": digest})
    return pd.DataFrame(rows)[["month", "dated_by", "dataset", "file", "on_disk", "sha256"]]


def _state(month: str, folder: Path) -> tuple[str, str]:
    path = find_file(month, folder)
    if path is None:
        return "no", ""
    try:
        found = _read_known(path, month)
    except AcquireError:
        return "unreadable", ""
    provenance = found.attrs["provenance"]
    state = "synthetic" if provenance["synthetic"] else "yes"
    return state if is_header(found.columns) else "other headers", provenance["sha256"]
