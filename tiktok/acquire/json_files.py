"""A table in JSON as found: an object a row, nested ones flattened; or one sentence why not."""

import json
from collections.abc import Iterable
from pathlib import PurePath

import pandas as pd

from tiktok.acquire.csv_files import GET_AGAIN, RawCsvError, read_cells, unpack_text
from tiktok.acquire.person_guesses import is_guess
from tiktok.lists.columns import TEXT
from tiktok.wording import quote, say_some

OF_LINES = (".jsonl", ".ndjson")
MOST_KEYS = 2_000  # of a table; with more, what should be rows are keys
DEEPEST = 20  # objects inside one another
SAVE_AS = "save it as an array of objects, one for each row, or as CSV"


def read_table(data: bytes, name: str) -> pd.DataFrame:
    """Read the bytes of a table in JSON, of JSON lines or of anything that `read_cells` reads."""
    if data.startswith(b"PK\x03\x04"):
        return read_cells(data, name)
    text, wrapping = unpack_text(data, name)
    by_lines = PurePath(name.removesuffix(".gz")).suffix.casefold() in OF_LINES
    if not by_lines and text.lstrip()[:1] not in (b"{", b"["):
        return read_cells(data, name)
    try:
        rows, form = _find_rows(text.decode(), name, by_lines)
        raw = _make_table(rows, name)
    except RecursionError:
        raise RawCsvError(f"'{name}' is JSON that is nested too deeply", SAVE_AS) from None
    raw.attrs["read_as"] = f"{form}, {wrapping}" if wrapping else form
    return raw


def _find_rows(text: str, name: str, by_lines: bool) -> tuple[list[dict], str]:
    """The objects that are the rows, and what they stood in."""
    if by_lines:
        return _read_lines(text, name), "JSON lines"
    try:
        whole = _read_json(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and text[error.pos - 1 : error.pos].isspace():
            return _read_lines(text, name), "JSON lines"
        raise _broken(name, f"line {error.lineno}, column {error.colno}", error.msg) from None
    if isinstance(whole, list):
        return _require_objects(whole, name), "JSON, an array"
    lists = dict(_lists_of_objects(whole, "", 0))
    if len(lists) != 1:
        what = f"{len(lists)} lists of objects, {say_some(lists, quote)}" if lists else "no list of objects"
        raise RawCsvError(f"'{name}' is JSON with {what}", SAVE_AS)
    [(key, rows)] = lists.items()
    return _require_objects(rows, name), f"JSON, list {quote(key)}"


def _read_json(text: str) -> object:
    """Read JSON with every number as the text that it is: no id loses its last digits."""
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)


def _read_lines(text: str, name: str) -> list[dict]:
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = _read_json(line)
        except json.JSONDecodeError as error:
            raise _broken(name, f"line {number}", error.msg) from None
        if not isinstance(row, dict):
            raise RawCsvError(f"'{name}' has {quote(row)} in line {number}, which is no object", SAVE_AS)
        rows.append(row)
    return rows


def _broken(name: str, where: str, problem: str) -> RawCsvError:
    return RawCsvError(f"'{name}' is JSON that breaks in {where} ({problem.casefold()})", GET_AGAIN)


def _lists_of_objects(value: dict, path: str, depth: int) -> Iterable[tuple[str, list]]:
    for key, inside in value.items():
        if isinstance(inside, dict) and depth < DEEPEST:
            yield from _lists_of_objects(inside, f"{path}{key}.", depth + 1)
        elif isinstance(inside, list) and any(isinstance(item, dict) for item in inside):
            yield f"{path}{key}", inside


def _require_objects(rows: list, name: str) -> list[dict]:
    wrong = next((i for i, row in enumerate(rows, start=1) if not isinstance(row, dict)), None)
    if wrong is not None:
        where = f"'{name}' is JSON whose row {wrong} is {quote(rows[wrong - 1])} and no object"
        raise RawCsvError(where, SAVE_AS)
    return rows


def _make_table(rows: list[dict], name: str) -> pd.DataFrame:
    flat = [dict(_flatten(row, "", 0)) for row in rows]
    keys = dict.fromkeys(key for row in flat for key in row)
    if not keys:
        raise RawCsvError(f"'{name}' is JSON without a single row", GET_AGAIN)
    if len(keys) > MOST_KEYS:
        raise RawCsvError(f"'{name}' is JSON with {len(keys):,} different keys", SAVE_AS)
    cells = {key: [row.get(key, "") for row in flat] for key in keys}
    return pd.DataFrame(cells, dtype=TEXT)


def _flatten(value: dict, path: str, depth: int) -> Iterable[tuple[str, str]]:
    """The cells of a row by dotted header; what is no object is one cell."""
    for key, inside in value.items():
        if isinstance(inside, dict) and inside and depth < DEEPEST:
            yield from _flatten(inside, f"{path}{key}.", depth + 1)
        else:
            yield _printable(f"{path}{key}"), _cell(inside)


def _cell(value: object) -> str:
    if isinstance(value, str):
        return _printable(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return _printable(json.dumps(_without_guesses(value), ensure_ascii=False))


def _without_guesses(value: object) -> object:
    """Leave out of a list what is left out of a table: what somebody guessed about a person."""
    if isinstance(value, list):
        return [_without_guesses(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_guesses(item) for key, item in value.items() if not is_guess(key)}
    return value


def _printable(text: str) -> str:
    """Replace halves of characters, which JSON can hold and no file can."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
