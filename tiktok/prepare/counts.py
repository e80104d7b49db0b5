"""Reading counts as the lists write them: `13.8M`, `3M`, `729.4K`, `888`."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from tiktok.lists.columns import TEXT
from tiktok.wording import quote, say_some

SUFFIX_EXPONENT = {"k": 3, "m": 6, "b": 9}
MISSING = {"", "-", "--", "–", "—", "n/a", "#n/a", "na", "nan", "null", "none", "<na>"}
LARGEST = 2.0**53  # from it on a float no longer tells a count from the next one
NOISE = 4  # units in the last place that adding up or scaling a few floats may cost
HEAD_CELLS = 1000  # looked at before all are read in one go
CELLS_NAMED = 5

SHORT = re.compile(r"(\d+(?:\.\d*)?|\.\d+) ?([kmb])", re.ASCII)
GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
PLAIN = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(?:e([+-]?\d{1,2}))?", re.ASCII)


class PrepareError(ValueError):
    """A list can't be made tidy; the sentence names the file, the column, the rows and the values.

    Where it hangs on which column is which, `columns` is what to tell `clean`.
    """

    def __init__(self, sentence: str, columns: Mapping[str, str | int] | None = None) -> None:
        super().__init__(sentence)
        self.columns = dict(columns or {})


class Counts(NamedTuple):
    """The counts of a column, how far off each may be by its rounding, and the different texts they were."""

    numbers: np.ndarray
    half_widths: np.ndarray
    texts: Sequence[str]  # in the order of the list; none of a column of numbers or of nothing but digits


def data_row(position: int) -> str:
    """Name a row as a reader counts: from 1, below the header."""
    return f"data row {position + 1}"


def parse_counts(values: pd.Series) -> pd.Series:
    """Read counts written as in the lists.

    Accepted are `13.8M` (K, M or B in either case, with or without a space), `1,234` (commas between
    thousands, no suffix then), `1234.0`, `1.38E+07` as Excel writes it, and numbers. Blanks, `-`, `N/A`,
    `null` and `nan` are missing. Anything else is refused: signs, per cents, a decimal comma, an unknown
    suffix, digits that aren't ASCII, an infinity, and counts from 2**53 on, which a float can't hold to the
    unit. A whole number within the noise of a float is that whole number: `33299999.999999996` is 33,300,000.

    Parameters
    ----------
    values : Series
        Texts or numbers.

    Returns
    -------
    Series of float64
        Counts, NaN where missing; same index and name.

    Raises
    ------
    PrepareError
        When a value is no count; rows are counted from 1 ("data row 1" is the first below the header).

    Examples
    --------
    >>> parse_counts(pd.Series(["13.8M", "729.4K", "1,234", "888", "-"])).tolist()
    [13800000.0, 729400.0, 1234.0, 888.0, nan]
    """
    return pd.Series(read_counts(values).numbers, index=values.index, name=values.name)


def read_counts(values: pd.Series) -> Counts:
    """Read counts as `parse_counts` does, and say what they were read from."""
    # `3M` by 50,000, since the lists leave out a decimal of 0; `888` by 0.5; a number with decimals is exact
    if values.dtype.kind in "iuf":
        counts = Counts(*_settle(values.to_numpy(dtype=float, na_value=np.nan)), ())
    else:
        counts = _read_texts(values if values.dtype == "str" else values.astype(TEXT))
    wrong = np.flatnonzero(counts.numbers < 0)
    if wrong.size:
        cells = say_some(wrong, lambda row: f"{data_row(row)}: {quote(values.iloc[row])}", most=CELLS_NAMED)
        raise PrepareError(
            f"column {quote(values.name)}, {cells} can't be read as a count. Counts look like 888, 1,234, "
            "729.4K or 13.8M: mend the cells, or leave them blank where the count isn't known."
        )
    return counts


def _settle(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Free counts from the noise of floats, mark what can't be a count by -1, and add the half widths."""
    counts = np.where((numbers < 0) | (numbers >= LARGEST), -1.0, numbers)
    settled, half_widths = np.rint(counts), np.full(len(counts), 0.5)
    apart = np.flatnonzero(settled != counts)  # mostly none, which is sooner told than what is noise
    is_noise = np.abs(counts[apart] - settled[apart]) <= NOISE * np.spacing(settled[apart])
    apart = apart[~is_noise]
    settled[apart], half_widths[apart] = counts[apart], np.where(np.isnan(counts[apart]), np.nan, 0.0)
    return settled, half_widths


def _read_texts(cells: pd.Series) -> Counts:
    head = cells.head(HEAD_CELLS)
    if head.nunique() > len(head) // 2 and _read_plain(head) and (plain := _read_plain(cells)):
        return plain
    # counts come again and again in a list: each different text is read once
    held = cells.array if cells.dtype.storage == "pyarrow" else cells.to_numpy(dtype=object)
    codes, different = pd.factorize(held, size_hint=HEAD_CELLS)  # each way the sooner one for what is held
    texts = list(different)
    if (codes < 0).any():
        texts.append("")  # what is missing has the code -1, and so the last of the texts
    counts, half_widths = np.fromiter(map(_count_of_text, texts), dtype=np.dtype((float, 2))).T
    counts, plain_half_widths = _settle(counts)
    half_widths = np.where(np.isnan(half_widths), plain_half_widths, half_widths)
    return Counts(counts[codes], half_widths[codes], texts)


def _read_plain(column: pd.Series) -> Counts | None:
    """Read cells in one go if all are plain numbers."""
    cells = column.to_numpy(dtype=object)
    try:
        joined = "".join(cells)
        if not joined.encode().translate(None, b"0123456789."):
            return Counts(*_settle(cells.astype(float)), cells if "." in joined else ())
    except (TypeError, ValueError):  # a gap, a blank or `1.2.3`: the slow way knows which is which
        pass
    return None


def _count_of_text(text: str) -> tuple[float, float]:
    """A count and its half width, which is NaN where a plain number says it itself; -1 is no count."""
    text = " ".join(text.split()).casefold()
    if text in MISSING:
        return np.nan, np.nan
    if short := SHORT.fullmatch(text):
        digits, suffix = short.groups()
        exponent = SUFFIX_EXPONENT[suffix]
        return float(f"{digits}e{exponent}"), float(f"5e{exponent - max(_decimals(digits), 1) - 1}")
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if plain := PLAIN.fullmatch(text):
        digits, exponent = plain.groups()
        half_width = np.nan if exponent is None else float(f"5e{int(exponent) - _decimals(digits) - 1}")
        return float(text), half_width
    return -1.0, np.nan


def _decimals(digits: str) -> int:
    return len(digits.partition(".")[2])


def rounding_half_width(counts: pd.Series) -> pd.Series:
    """Say to what a count that is left as a number is known: ± half of the last place that a list prints."""
    unit = np.select([counts >= 1e6, counts >= 1e3], [1e5, 1e2], 1.0)
    tenths = counts.to_numpy(float) / unit
    printed = np.isclose(tenths, np.round(tenths), atol=1e-6, rtol=0)
    return pd.Series(np.where(printed, unit, 1.0) / 2, index=counts.index)
