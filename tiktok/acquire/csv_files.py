"""A CSV file as found: every cell its text, nothing guessed, nothing dropped; or one sentence why not."""

import csv
import hashlib
import io
from pathlib import Path

import pandas as pd

from tiktok.wording import say_path

OTHER_SEPARATORS = (";", "\t", "|")
BYTE_ORDER_MARK_16 = (b"\xff\xfe", b"\xfe\xff")
GET_AGAIN = "get the file again, or name another one"
SAVE_AS_UTF8 = "save it as CSV in UTF-8"


class RawCsvError(ValueError):
    """The bytes are no CSV; `problem` names the file and, where it applies, the line."""

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(f"{problem}: {advice}.")
        self.problem = problem


def read_file(path: Path) -> pd.DataFrame:
    """Read a CSV file into a table of strings whose `attrs["file"]` tells what it was read from."""
    name = say_path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "isn't there"
        raise RawCsvError(f"The file '{name}' {what}", "check the path to the CSV")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RawCsvError(f"The file '{name}' can't be read ({error.strerror})", GET_AGAIN) from None
    raw = read_cells(data, name)
    raw.attrs["file"] = {
        "file": path.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "rows": len(raw),
        "columns": len(raw.columns),
    }
    return raw


def read_cells(data: bytes, name: str) -> pd.DataFrame:
    """Read the bytes of a CSV, a row a line, headers as found; what is empty or lacking is ""."""
    text = _text(data, name)
    try:
        cells = pd.read_csv(io.StringIO(text), header=None, dtype=str, na_filter=False)
    except pd.errors.EmptyDataError:
        raise RawCsvError(f"'{name}' is empty", GET_AGAIN) from None
    except pd.errors.ParserError:
        raise _what_is_broken(text, name) from None
    header = cells.iloc[0].tolist()
    if len(header) == 1:
        raise RawCsvError(f"'{name}' is no CSV of several columns", _how_to_separate(header[0]))
    if len(cells) == 1:
        raise RawCsvError(f"'{name}' has a header and no rows", GET_AGAIN)
    return cells.iloc[1:].set_axis(header, axis="columns").reset_index(drop=True)


def _text(data: bytes, name: str) -> str:
    if data.startswith(b"PK\x03\x04"):
        raise RawCsvError(f"'{name}' is an archive or a workbook", f"unpack it, or {SAVE_AS_UTF8}")
    if data.startswith(BYTE_ORDER_MARK_16):
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
    return text


def _line_of(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _what_is_broken(text: str, name: str) -> RawCsvError:
    """Find the first row that has more cells than the header, or else blame an open quote."""
    lines = csv.reader(io.StringIO(text, newline=""))
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


def _how_to_separate(header: str) -> str:
    if "," in header:
        return "its header is wrapped whole in quotation marks, take these away"
    separator = next((mark for mark in OTHER_SEPARATORS if mark in header), None)
    return GET_AGAIN if separator is None else f"it looks separated by {separator!r}, save it with commas"
