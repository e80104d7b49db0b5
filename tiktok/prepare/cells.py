"""From the cells of a raw list to its columns (handles, names, ranks, metrics), with no row dropped."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from tiktok.lists.columns import METRICS, TEXT
from tiktok.lists.headers import ASKED, find_columns, is_row_number, say_choice
from tiktok.prepare.counts import Counts, PrepareError, data_row, parse_counts, read_counts
from tiktok.wording import name_creator, quote, say_some

UNTIDY = "@ /'`\"<>()[],;*="  # what a tidy handle has none of
TIDY_SIGNS = bytes(
    code for code in range(128) if (sign := chr(code)).isprintable() and sign.lower() == sign not in UNTIDY
)
ADDRESS = re.compile(r"tiktok\.com(?::\d{1,5})?/(?:@|%40)([\w.]+)", re.ASCII)
TIDY = re.compile(r"[\w.]+", re.ASCII)
LONGEST_ADDRESS = 500
WRAPPING = "'`\"<>()[],;*/ "  # around a handle: quotation marks, brackets, marks of a footnote

ODD_ALLOWED = 20  # one handle in so many may be odd before the column isn't believed to hold handles
DOTTED = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
SUFFIXED = re.compile(r"\d\s*[kmb]$", re.IGNORECASE)
LETTER = re.compile(r"[A-Za-z]")
PLATFORM_HEADERS = {
    "platform", "platforms", "platform name", "network", "social network", "site", "app", "social media",
    "channel", "channel type", "source", "medium",
}  # fmt: skip
OTHER_PLATFORMS = {
    "instagram", "ig", "reels", "youtube", "shorts", "facebook", "twitter", "x", "snapchat", "twitch",
    "linkedin", "threads", "kwai", "douyin", "telegram", "pinterest",
}  # fmt: skip
FLOAT_NOISE = 1e-9
SORTED_HEAD, SHORTEST_SORTED = 500, 20
SORTED_SHARE = 0.9  # of neighbours in alphabetical order; a list by rank has one half of them so
LISTED = 50
FEW, FEW_OF_A_COLUMN = 5, 0.2  # cells with a K, M or B, by which others may have been meant to have one


def read_list(
    raw: pd.DataFrame, columns: Mapping[str, str | int] | None
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Read the columns that are needed; also what was found and done."""
    # no row is dropped, so that row numbers stay those of the list
    raw = raw.reset_index(drop=True)
    positions = find_columns(list(raw.columns), columns=columns)
    try:
        return _read_rows(raw, positions, "handle" in (columns or {}))
    except PrepareError:
        require_one_header(raw.iloc[:, positions["views"][0]])
        raise


def _read_rows(
    raw: pd.DataFrame, positions: dict[str, list[int]], by_hand: bool
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Read the columns from where their headers say they are."""
    raw, quoted_entry = _repair_quoted_rows(raw, positions)
    handles, positions, handle_entry = _read_handles(raw, positions, by_hand)
    ranks, rank_entry = _read_ranks(raw, positions, handles)
    require_one_platform(raw, positions)
    metrics, doubled_entry = _read_metrics(raw, positions)
    names = _read_names(raw, positions)
    entries = [headers_entry(raw, positions), quoted_entry, handle_entry, rank_entry, doubled_entry]
    rows = pd.DataFrame({"rank": ranks, "handle": handles, "name": names, **metrics}, copy=False)
    return rows, entries


def require_one_header(column: pd.Series) -> None:
    """Refuse lists that were put one below the other, each with its headers."""
    header = str(column.name)
    if not any(map(str.isalpha, header)):
        return  # a number, or nothing, may well stand in a cell
    again = np.flatnonzero(cell_texts(column) == header)
    if again.size:
        raise PrepareError(
            f"{data_row(again[0])} repeats the headers: if these are several lists, clean each by itself; "
            "else take the row out."
        )


def entry(check: str, rows: int, action: str, detail: str = "") -> dict[str, object]:
    """Make one line of the quality record; `action` says what was done where rows were found."""
    return {
        "check": check,
        "rows": int(rows),
        "action": action if rows else "nothing to do",
        "detail": detail if rows else "",
    }


def listed(items: Iterable, say: Callable[[object], str] = str) -> str:
    """Name things for the quality record, the first fifty of them."""
    return say_some(items, say, LISTED)


def headers_entry(raw: pd.DataFrame, positions: dict[str, list[int]]) -> dict[str, object]:
    labels = [quote(label) for label in raw.columns]
    used = {i for several in positions.values() for i in several}
    detail = "; ".join(
        f"{canonical} = {' and '.join(labels[i] for i in several)}"
        for canonical, several in positions.items()
    )
    left_out = [label for i, label in enumerate(labels) if i not in used]
    detail += f"; left out: {listed(left_out)}" if left_out else ""
    return entry("headers", len(raw), "read by their meaning", detail)


def _repair_quoted_rows(
    raw: pd.DataFrame, positions: dict[str, list[int]]
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Take apart rows that somebody wrapped in quotes, so that all their cells sit in the first one."""
    rows = _quoted_rows(raw)
    if not rows.size:
        return raw, entry("quoted rows", 0, "taken apart")
    fields = []
    for row in rows:
        cells = _taken_apart(raw.iloc[row, 0], raw.shape[1], positions)
        if cells is None:
            raise PrepareError(
                f"{data_row(row)} is a single cell, {quote(raw.iloc[row, 0])}, that does not come apart into "
                f"the {raw.shape[1]} columns of the list: mend the row or take it out."
            )
        fields.append(cells)
    repaired = raw.astype(object)
    repaired.iloc[rows] = np.array(fields, dtype=object)
    return repaired, entry("quoted rows", rows.size, "taken apart", listed(rows, data_row))


def _quoted_rows(raw: pd.DataFrame) -> np.ndarray:
    """Rows with commas in the first cell and nothing in the others."""
    if pd.api.types.is_numeric_dtype(raw.dtypes.iloc[0]):
        return np.array([], dtype=int)
    rows = np.flatnonzero(cell_texts(raw.iloc[:, -1]).to_numpy(dtype=object) == "")
    first, others = raw.iloc[rows, 0], raw.iloc[rows, 1:]
    with_commas = np.array([isinstance(cell, str) and "," in cell for cell in first], dtype=bool)
    return rows[with_commas & (others.isna() | (others == "")).all(axis="columns").to_numpy(dtype=bool)]


def _taken_apart(line: str, width: int, positions: dict[str, list[int]]) -> list[str] | None:
    """The cells of a row that was wrapped in quotes, if they read cleanly as those of a creator."""
    try:
        cells = next(csv.reader([line]))
        if len(cells) != width:
            return None
        counts = parse_counts(pd.Series([cells[i] for metric in METRICS for i in positions[metric]]))
    except (csv.Error, PrepareError):
        return None
    handles, odd = tidy_handles(pd.Series([cells[i] for i in positions["handle"]], dtype=TEXT))
    return cells if counts.notna().all() and all(handles) and not odd.size else None


def _read_handles(
    raw: pd.DataFrame, positions: dict[str, list[int]], by_hand: bool
) -> tuple[pd.Series, dict[str, list[int]], dict[str, object]]:
    """Read the handles from the column that the header names or, if its values are none, from another."""
    named, others = positions["handle"], positions.get("name", [])
    found = {i: tidy_handles(cell_texts(raw.iloc[:, i])) for i in named}
    believable = [i for i in named if by_hand or are_believable(*found[i])]
    swapped = not believable
    if swapped:
        found |= {i: tidy_handles(cell_texts(raw.iloc[:, i])) for i in others}
        believable = [i for i in others if are_believable(*found[i])]
    if not believable or not all(found[i][0].equals(found[believable[0]][0]) for i in believable[1:]):
        raise _handles_complaint(raw.columns, named, believable, *found[named[0]])
    handles, odd = found[believable[0]]
    names = [*named, *others] if swapped else [*others, *named]
    names = [i for i in names if i not in believable]
    positions = {**positions, "handle": believable, "name": names}
    if swapped:
        said, seen = (quote(raw.columns[i]) for i in (named[0], believable[0]))
        detail = f"the header says {said}, the values say {seen}"
        return handles, positions, entry("handles", len(raw), "taken from the other column", detail)
    detail = listed(odd, lambda row: f"{data_row(row)}: {quote(name_creator(handles[row]))}")
    return handles, positions, entry("handles", odd.size, "odd ones kept", detail)


def _handles_complaint(
    labels: Sequence[str], named: list[int], believable: list[int], handles: pd.Series, odd: np.ndarray
) -> PrepareError:
    choice = {"handle": str(labels[believable[0]]) if believable else ASKED}
    advice = f"Say which column holds the handles: {say_choice(choice)}."
    if believable:
        both = " and ".join(quote(labels[i]) for i in believable)
        return PrepareError(f"columns {both} could both hold the handles, and they differ. {advice}", choice)
    where = f"{data_row(odd[0])}: {quote(handles[odd[0]])} is no handle" if odd.size else "all rows are blank"
    return PrepareError(
        f"column {quote(labels[named[0]])}, {where} ({odd.size} of {len(handles)} rows), "
        f"and no other column holds handles (ASCII, without spaces). {advice}",
        choice,
    )


def tidy_handles(texts: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Handles in lower case without white space, address or `@` around, and the rows of the odd ones."""
    # odd is what isn't ASCII or holds white space; a blank is another matter
    cells = texts.to_numpy(dtype=object)
    joined = "".join(cells)  # looking into one long text is cheaper than into a million short ones
    if joined.isascii() and not joined.encode().translate(None, TIDY_SIGNS):
        return texts, np.array([], dtype=int)
    handles = [_handle_in(cell.strip().lower()) for cell in cells]
    odd = [
        row
        for row, handle in enumerate(handles)
        if not handle.isascii() or any(mark in handle for mark in UNTIDY) or len(handle.split()) > 1
    ]
    return pd.Series(handles, dtype=TEXT), np.array(odd, dtype=int)


def _handle_in(text: str) -> str:
    """Take a handle out of the address of a profile or a video, or out of its `@`."""
    address = ADDRESS.search(text[:LONGEST_ADDRESS])
    if address:
        return address[1]
    bare = text.strip(WRAPPING).lstrip("@")
    return bare if TIDY.fullmatch(bare) else text.removeprefix("@").strip()


def are_believable(handles: pd.Series, odd: np.ndarray) -> bool:
    return len(odd) * ODD_ALLOWED <= len(handles) and any(handles)


def _read_names(raw: pd.DataFrame, positions: dict[str, list[int]]) -> pd.Series:
    """Display names as they are but for white space around them; blank where the list has none."""
    if not positions.get("name"):
        return pd.Series("", index=raw.index, dtype=TEXT)
    cells = cell_texts(raw.iloc[:, positions["name"][0]]).to_numpy(dtype=object)
    return pd.Series(np.fromiter(map(str.strip, cells), dtype=object, count=len(cells)), dtype=TEXT)


def cell_texts(column: pd.Series) -> pd.Series:
    """The cells of a column as str, blank where missing."""
    if pd.api.types.is_float_dtype(column.dtype):
        # a column of names that are all digits, with a gap, comes from pandas.read_csv as floats
        column = column.map("{:.17g}".format, na_action="ignore")
    texts = column.astype(TEXT)
    kind = pd.api.types.infer_dtype(texts.to_numpy(dtype=object), skipna=False)
    return texts if kind == "string" else texts.fillna("")  # looking for gaps in a million takes its time


def _read_ranks(
    raw: pd.DataFrame, positions: dict[str, list[int]], handles: pd.Series
) -> tuple[np.ndarray, dict[str, object]]:
    """Read the ranks; nothing hangs on them, so a column that can't be read counts as none."""
    none = np.full(len(raw), np.nan)
    if "rank" not in positions:
        return none, entry("rank", len(raw), "missing", "the list has none")
    column = raw.iloc[:, positions["rank"][0]]
    if is_row_number(str(column.name)) and _is_alphabetical(handles):
        detail = f"{quote(column.name)} numbers the rows of an alphabetical list"
        return none, entry("rank", len(raw), "left out", detail)
    try:
        ranks = read_counts(column).numbers
    except PrepareError as error:
        return none, entry("rank", len(raw), "left out", str(error))
    return ranks, entry("rank", np.isnan(ranks).sum(), "missing")


def _is_alphabetical(handles: pd.Series) -> bool:
    """Whether neighbours stand in order; nearly all will do, since spreadsheets sort marks their own way."""
    head = handles.head(SORTED_HEAD).to_numpy(dtype=object)
    return len(head) >= SHORTEST_SORTED and np.mean(head[1:] >= head[:-1]) > SORTED_SHARE


def _read_metrics(
    raw: pd.DataFrame, positions: dict[str, list[int]]
) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """Read the five metrics, each from one column or from several that must agree."""
    counts = {metric: finest_counts(raw, metric, positions[metric]) for metric in METRICS}
    _require_whole(counts["subscribers"], raw.iloc[:, positions["subscribers"][0]])
    for metric in METRICS:
        require_one_way_of_writing(counts[metric].texts, raw.iloc[:, positions[metric][0]])
    doubled = [metric for metric in METRICS if len(positions[metric]) > 1]
    action = "both agree within the rounding, the finer one used"
    metrics = {metric: counts[metric].numbers for metric in METRICS}
    return metrics, entry("doubled columns", len(raw) if doubled else 0, action, ", ".join(doubled))


def require_one_platform(raw: pd.DataFrame, positions: dict[str, list[int]]) -> None:
    """Refuse rows of another platform, where a column says which each row is of."""
    used = {i for several in positions.values() for i in several}
    for i, label in enumerate(raw.columns):
        if i in used or str(label).strip().casefold() not in PLATFORM_HEADERS:
            continue
        cells = cell_texts(raw.iloc[:, i])
        named = [OTHER_PLATFORMS & set(re.findall(r"\w+", cell[:LISTED].casefold())) for cell in cells]
        others = np.flatnonzero(named)
        if others.size:
            row = others[0]
            raise PrepareError(
                f"{others.size} of {len(cells)} rows are of another platform: column {quote(label)}, "
                f"{data_row(row)} says {quote(cells.iloc[row])}. Keep the rows of TikTok alone."
            )


def require_one_way_of_writing(texts: Sequence[str], cells: pd.Series) -> None:
    """Refuse points that may stand between thousands, and fractions of one among thousands and millions."""
    texts = [text.strip() for text in dict.fromkeys(texts)]
    pointed = [text for text in texts if "." in text and not LETTER.search(text)]
    if not pointed:
        return
    row = next(i for i, cell in enumerate(cell_texts(cells)) if cell.strip() == pointed[0])
    where = f"column {quote(cells.name)}, {data_row(row)}: {quote(pointed[0])}"
    if all(map(DOTTED.fullmatch, pointed)):
        raise PrepareError(
            f"{where}: its point may stand between thousands. Take such points out of the column."
        )
    suffixed = sum(map(bool, map(SUFFIXED.search, texts)))
    if suffixed > max(FEW, FEW_OF_A_COLUMN * len(texts)):
        raise PrepareError(
            f"{where} has no K, M or B, and others have one: write the unit, or whole numbers."
        )


def _require_whole(subscribers: Counts, cells: pd.Series) -> None:
    """Refuse a fraction of a subscriber, and a point before three digits: it may stand between thousands."""
    dotted = [text for text in subscribers.texts if DOTTED.fullmatch(text.strip())]
    numbers = subscribers.numbers
    fractions = ~np.isnan(numbers) & (numbers != np.rint(numbers))
    wrong = np.flatnonzero(fractions | cell_texts(cells).isin(dotted) if dotted else fractions)
    if wrong.size:
        row = wrong[0]
        raise PrepareError(
            f"column {quote(cells.name)}, {data_row(row)}: {quote(cells.iloc[row])} would be a fraction of a "
            "subscriber. Where points stand between thousands, take them out; else write whole numbers."
        )


def finest_counts(raw: pd.DataFrame, metric: str, positions: list[int]) -> Counts:
    """Of columns of the same counts, cell by cell the least rounded one, or the one that is there."""
    first, *others = (raw.iloc[:, i] for i in positions)
    found = read_counts(first)
    for other in others:
        more = read_counts(other)
        tolerance = np.maximum(found.half_widths, more.half_widths) * (1 + FLOAT_NOISE)
        apart = np.flatnonzero(np.abs(found.numbers - more.numbers) > tolerance)
        if apart.size:
            row = apart[0]
            rest = f" (and in {apart.size - 1} more rows)" if apart.size > 1 else ""
            choice = {metric: positions[0] if first.name == other.name else str(first.name)}
            raise PrepareError(
                f"the doubled columns {quote(first.name)} and {quote(other.name)} disagree in "
                f"{data_row(row)}: {quote(first.iloc[row])} and {quote(other.iloc[row])}{rest}. "
                f"Mend the cells, or say which column counts (header or position): {say_choice(choice)}.",
                choice,
            )
        finer = np.isnan(found.numbers) | (more.half_widths < found.half_widths)
        numbers = np.where(finer, more.numbers, found.numbers)
        half_widths = np.where(finer, more.half_widths, found.half_widths)
        found = found._replace(numbers=numbers, half_widths=half_widths)
    return found
