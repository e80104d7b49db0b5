"""A CSV file as found: every cell its text, nothing guessed, nothing dropped; or one sentence why not."""

import codecs
import csv
import gzip
import hashlib
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tiktok.acquire.person_guesses import leave_out_guesses
from tiktok.lists.columns import TEXT
from tiktok.wording import quote, say_path, say_some

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
MAX_UNPACKED = 50_000_000  # bytes; the real lists have about 0.1 million
FEWEST_COLUMNS = 6  # of a list: a handle and five metrics
SHORTENED = re.compile(r"[0#][^;]*(?:\"\s*(?:k|m|b|mn|mio)\b|\\\\[kmb])|[0#],+(?![0#])", re.IGNORECASE)
LINES_ABOVE = 9  # that may stand above a list's headers
SEP_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n", re.IGNORECASE)  # what Excel writes to itself
DECIMAL_COMMA = re.compile(r"\s*\d+,(\d{1,2}|\d+\s*[kmb])\s*", re.ASCII | re.IGNORECASE)
ONE_COMMA = re.compile(r"\s*\d+,\d+\s*[kmb]?\s*", re.ASCII | re.IGNORECASE)
THOUSANDS = re.compile(r"\s*\d{1,3}(?:,\d{3}){2,}\s*", re.ASCII)
FORMATS = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"PAR1": "a Parquet table",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz",
}
BYTE_ORDER_MARK_16 = (b"\xff\xfe", b"\xfe\xff")
GET_AGAIN = "get the file again, or name another one"
SAVE_AS_UTF8 = "save it as CSV in UTF-8"


class RawCsvError(ValueError):
    """The bytes are no CSV; `problem` names the file and, where it applies, the line."""

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(f"{problem}: {advice}.")
        self.problem = problem


def read_cells(data: bytes, name: str) -> pd.DataFrame:
    """Read the bytes of a CSV, a row a line, headers as found; what is empty or lacking is "".

    Separated by semicolons, as Excel does where a comma is the decimal mark, decimal commas become points. A
    workbook and what gzip has packed are read as the CSV that is in them; `attrs["read_as"]` says it.
    """
    data, wrapping = _unwrap(data, name)
    data, separator = _find_separator(data, name)
    try:
        cells = pd.read_csv(io.BytesIO(data), header=None, dtype=TEXT, na_filter=False, sep=separator)
    except pd.errors.EmptyDataError:
        raise RawCsvError(f"'{name}' is empty", GET_AGAIN) from None
    except pd.errors.ParserError:
        raise _what_is_broken(data, name, separator) from None
    if separator != ",":
        cells = cells.apply(_point_decimals)
    header = cells.iloc[0].tolist()
    if len(header) == 1:
        wrapped = "its header is wrapped whole in quotation marks, take these away"
        advice = wrapped if any(mark in header[0] for mark in SEPARATORS) else GET_AGAIN
        raise RawCsvError(f"'{name}' is no CSV of several columns", advice)
    if len(cells) == 1:
        raise RawCsvError(f"'{name}' has a header and no rows", GET_AGAIN)
    raw = cells.iloc[1:].set_axis(header, axis="columns").reset_index(drop=True)
    raw.attrs["read_as"] = wrapping or f"separated by {SEPARATORS.get(separator, repr(separator))}"
    return raw


def read_file(path: Path, read: Callable[[bytes, str], pd.DataFrame] = read_cells) -> pd.DataFrame:
    """Read a file into a table of strings whose `attrs["file"]` tells what it was read from.

    Guesses about persons are left out here, for whatever is read from a file is read by this.
    """
    name = say_path(path)
    try:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "isn't there"
            raise RawCsvError(f"The file '{name}' {what}", "check the path to the CSV")
        data = path.read_bytes()
    except OSError as error:
        raise RawCsvError(f"The file '{name}' can't be read ({error.strerror})", GET_AGAIN) from None
    raw, left_out = leave_out_guesses(read(data, name))
    raw.attrs["file"] = {
        "read_as": raw.attrs.pop("read_as"),
        "file": say_path(Path(path.name)),
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "rows": len(raw),
        "columns": len(raw.columns),
    } | ({"left_out": left_out} if left_out else {})
    return raw


def _point_decimals(column: pd.Series) -> pd.Series:
    """Write decimal commas as points, throughout a column in which one cell proves that they are such."""
    proven = column.str.fullmatch(DECIMAL_COMMA).any() and not column.str.fullmatch(THOUSANDS).any()
    wanted = column.str.fullmatch(ONE_COMMA if proven else DECIMAL_COMMA)
    return column.where(~wanted, column.str.replace(",", "."))


def _unwrap(data: bytes, name: str) -> tuple[bytes, str]:
    """Give the bytes of a CSV, and what it was in; "" where it was in nothing."""
    if data.startswith(b"PK\x03\x04"):
        return _sheet(data, name)
    text, wrapping = unpack_text(data, name)
    if text.lstrip()[:1] in (b"{", b"["):
        raise RawCsvError(f"'{name}' is JSON, not a CSV", SAVE_AS_UTF8)
    return text, wrapping


def unpack_text(data: bytes, name: str) -> tuple[bytes, str]:
    """Give the bytes of a text in UTF-8, and how they were packed; "" where they weren't."""
    if data.startswith(b"\x1f\x8b"):
        return _require_text(_gunzip(data, name), name), "unpacked by gzip"
    return _require_text(data, name), ""


def _gunzip(data: bytes, name: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            unpacked = packed.read(MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error):
        raise RawCsvError(f"'{name}' is compressed by gzip and damaged", GET_AGAIN) from None
    if len(unpacked) > MAX_UNPACKED:
        raise RawCsvError(f"'{name}' unpacks to more than {MAX_UNPACKED / 1e6:g} MB", GET_AGAIN)
    return unpacked


def _sheet(data: bytes, name: str) -> tuple[bytes, str]:
    """Give the only visible sheet of a workbook that holds a table, as the bytes of a CSV."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            is_workbook = "xl/workbook.xml" in archive.namelist()
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile:
        raise RawCsvError(f"'{name}' is a workbook or an archive, and damaged", GET_AGAIN) from None
    if not is_workbook:
        raise RawCsvError(f"'{name}' is an archive", f"unpack it, or {SAVE_AS_UTF8}")
    if unpacked > MAX_UNPACKED:
        raise RawCsvError(f"'{name}' unpacks to more than {MAX_UNPACKED / 1e6:g} MB", GET_AGAIN)
    try:
        with pd.ExcelFile(io.BytesIO(data), engine="openpyxl") as book:
            visible = [sheet for sheet in book.book.worksheets if sheet.sheet_state == "visible"]
            options = {"header": None, "dtype": object, "keep_default_na": False, "na_values": [""]}
            sheets = {
                sheet.title: pd.read_excel(book, sheet_name=sheet.title, **options) for sheet in visible
            }
            shortened = {sheet.title: _find_shortened(sheet) for sheet in visible}
    except ImportError:
        advice = f"install what reads it (pip install openpyxl), or {SAVE_AS_UTF8}"
        raise RawCsvError(f"'{name}' is a workbook", advice) from None
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error, SyntaxError, OSError):
        raise RawCsvError(f"'{name}' is a workbook that can't be opened", SAVE_AS_UTF8) from None
    tables = {title: cells for title, cells in sheets.items() if cells.shape[1] >= FEWEST_COLUMNS}
    if not tables:
        raise RawCsvError(f"'{name}' is a workbook without a sheet of {FEWEST_COLUMNS} columns", GET_AGAIN)
    if len(tables) > 1:
        where = f"'{name}' has {len(tables)} sheets with a table, {say_some(tables)}"
        raise RawCsvError(where, f"leave one, or {SAVE_AS_UTF8}")
    [(title, cells)] = tables.items()
    if shortened[title]:
        where = f"'{name}' shows cell {shortened[title]} in thousands or millions that it doesn't hold"
        raise RawCsvError(where, "write the counts out in the format 'General'")
    text = cells.dropna(how="all").map(_cell_text).to_csv(header=False, index=False)
    return text.encode(), f"sheet {quote(title)}"


def _find_shortened(sheet: object) -> str:
    """Name the first cell whose format shows a number as thousands or millions; "" where none does."""
    numbers = (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float))
    return next((cell.coordinate for cell in numbers if SHORTENED.search(cell.number_format)), "")


def _cell_text(value: object) -> str:
    """Write a cell of a workbook as a CSV would hold it."""
    if pd.isna(value):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _find_separator(data: bytes, name: str) -> tuple[bytes, str]:
    """Tell what separates the columns: what a `sep=` line says, else what stands most often in the header."""
    beginning = b"".join(itertools.islice(io.BytesIO(data), LINES_ABOVE)).decode()
    if told := SEP_LINE.match(beginning):
        if not told[1].isascii():
            where = f"'{name}' says in line 1 that {quote(told[1])} separates its columns"
            raise RawCsvError(where, f"separate them by {', '.join(SEPARATORS.values())}")
        return data[len(told[0].encode()) :], told[1]
    lines = [line for line in beginning.splitlines()[:LINES_ABOVE] if line.strip()]
    # a spreadsheet fills a line up with separators
    counted = [{mark: _unquoted(line).rstrip(mark).count(mark) for mark in SEPARATORS} for line in lines]
    columns = [max(by_mark.values()) + 1 for by_mark in counted]
    if columns and 2 * columns[0] < FEWEST_COLUMNS <= max(columns):
        raise RawCsvError(
            f"'{name}' has a title in line 1, {quote(lines[0])}, above its headers", "take it away"
        )
    found = counted[0] if counted else dict.fromkeys(SEPARATORS, 0)
    return data, max(SEPARATORS, key=found.get)  # the first of the most frequent: commas where there are none


def _unquoted(line: str) -> str:
    """Give a line with a letter for whatever stands in quotation marks."""
    return "x".join(line.split('"')[::2])


def _require_text(data: bytes, name: str) -> bytes:
    """Refuse what is no table in UTF-8, and take the mark of its byte order away."""
    form = next((what for start, what in FORMATS.items() if data.startswith(start)), None)
    if form is not None:
        raise RawCsvError(f"'{name}' is {form}", f"unpack or open it, and {SAVE_AS_UTF8}")
    beginning = data[:400]
    if data.startswith(BYTE_ORDER_MARK_16) or 0 < len(beginning) // 3 <= beginning.count(0):
        raise RawCsvError(f"'{name}' is text in UTF-16", SAVE_AS_UTF8)
    if b"\0" in data:
        line = _line_of(data, data.index(b"\0"))
        raise RawCsvError(f"'{name}' has a NUL byte in line {line}, so it is no text", GET_AGAIN)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"byte 0x{data[error.start]:02x} in line {_line_of(data, error.start)}"
        raise RawCsvError(f"'{name}' is not in UTF-8 ({where})", SAVE_AS_UTF8) from None
    if text.lstrip().startswith("<"):
        raise RawCsvError(f"'{name}' is a web page, not a CSV", "log in where it came from, and get it again")
    return data.removeprefix(codecs.BOM_UTF8)


def _line_of(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _what_is_broken(data: bytes, name: str, separator: str) -> RawCsvError:
    """Find the first row that has more cells than the header, or else blame an open quote."""
    lines = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=separator)
    rows = ((cells, lines.line_num) for cells in lines if cells)
    try:
        width = len(next(rows)[0])
        for row, (cells, line) in enumerate(rows, start=1):
            if len(cells) > width:
                where = f"'{name}' has {len(cells)} cells in row {row} (line {line}), its header {width}"
                return RawCsvError(where, f"quote text that holds a comma, or {GET_AGAIN}")
    except csv.Error:
        return RawCsvError(f"'{name}' can't be taken apart near line {lines.line_num}", GET_AGAIN)
    return RawCsvError(f"'{name}' has a quotation mark that is never closed", GET_AGAIN)
