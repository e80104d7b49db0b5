"""From the cells of a table of videos to ids, lengths, numbers of hashtags, kinds of sound."""

import json
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tiktok.prepare.cells import cell_texts
from tiktok.prepare.counts import LARGEST, MISSING, PrepareError, data_row
from tiktok.videos.columns import ideas_of_header
from tiktok.wording import quote

VIDEO_ADDRESS = re.compile(r"/(?:video|photo|v)/(\d{5,25})", re.ASCII)
ROUNDED_ID = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.ASCII | re.IGNORECASE)
LONG_ID, ZEROS = 16, "0000"  # digits from which on a spreadsheet rounds, and what it then leaves at the end
ROUNDED_SHARE = 0.5
LONGEST_SECONDS = 7_200  # TikTok takes up to an hour
UNITS = {"millisecond": 0.001, "second": 1.0, "s": 1.0, "minute": 60.0}
CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2}(?:\.\d+)?)", re.ASCII)
WORDED = re.compile(
    r"(?:pt)?(?:(\d+)\s*h(?:ours?|rs?)?)?\s*(?:(\d+)\s*m(?:in(?:ute)?s?)?)?"
    r"\s*(?:(\d+(?:\.\d+)?)\s*s(?:ec(?:ond)?s?)?)?",
    re.ASCII | re.IGNORECASE,
)
THOUSANDTHS = re.compile(r"(\d+(?:\.\d+)?)\s*m(?:illi)?s(?:ec(?:ond)?s?)?", re.ASCII | re.IGNORECASE)
PLAIN = re.compile(r"\d+(?:\.\d*)?", re.ASCII)
TAG_KEYS = ("name", "hashtagName", "hashtag_name", "title")
NAMED_TAG = re.compile(rf"""['"](?:{"|".join(TAG_KEYS[:3])})['"]\s*:\s*['"]([^'"]+)['"]""")
QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
HASHTAG = re.compile(r"[#＃]([^\s#＃]+)")
LONGEST_NUMBER_OF_TAGS = 3  # digits
YES, NO = {"true", "1", "1.0", "yes", "y", "t"}, {"false", "0", "0.0", "no", "n", "f"}
# how TikTok calls a sound that came with its video, before the name of whose it is
ORIGINAL = re.compile(
    r"(?:original sound|sonido original|som original|son original|originalton|suono originale|audio original"
    r"|origineel geluid|oryginalny dźwięk|dźwięk oryginalny|orijinal ses|оригинальный звук"
    r"|оригінальний звук|původní zvuk|sunet original|eredeti hang|αρχικός ήχος|originalljud|original lyd"
    r"|alkuperäinen ääni|suara asli|bunyi asal|orihinal na tunog|nhạc nền|âm thanh gốc|เสียงต้นฉบับ"
    r"|オリジナル楽曲|오리지널 사운드|원본 사운드|原聲|原声|原创音乐|الصوت الأصلي|صوت أصلي|الصوت الاصلي"
    r"|מוזיקה מקורית|צליל מקורי|मूल ध्वनि|ओरिजिनल साउंड|মূল শব্দ)(?!\w)",
    re.IGNORECASE,
)


def read_ids(column: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Read the ids of videos as text, also out of an address, "" where blank; and which were rounded.

    A spreadsheet rounds ids of 19 digits, and so does a float: several videos then share one, which is none.
    """
    texts = cell_texts(column).str.strip().str.strip("'\"")
    rounded = texts.str.fullmatch(ROUNDED_ID).to_numpy(dtype=bool, copy=True)
    if pd.api.types.is_float_dtype(column.dtype):
        rounded |= column.to_numpy(dtype=float, na_value=0) >= LARGEST
    long = texts.str.fullmatch(rf"\d{{{LONG_ID},}}").to_numpy(dtype=bool)
    zeros = long & texts.str.endswith(ZEROS).to_numpy(dtype=bool)
    if texts[zeros].nunique() > max(1, ROUNDED_SHARE * texts[long].nunique()):
        rounded |= zeros
    found = texts.str.extract(VIDEO_ADDRESS, expand=False)
    found = found.fillna(texts.where(~texts.str.casefold().isin(MISSING), ""))
    return found.mask(rounded, ""), rounded


def read_seconds(column: pd.Series) -> tuple[pd.Series, str]:
    """Read how long videos are, in seconds, NaN where that isn't known; and the unit that they were in."""
    texts = cell_texts(column).str.strip()
    there = ~texts.str.casefold().isin(MISSING).to_numpy()
    different = pd.Series(pd.unique(texts[there]))
    read = {text: _seconds_of_text(text) for text in different}
    wrong = [text for text, seconds in read.items() if seconds is None]
    if wrong:
        row = (texts == wrong[0]).to_numpy().argmax()
        raise PrepareError(
            f"column {quote(column.name)}, {data_row(row)}: {quote(wrong[0])} can't be read as the length of "
            "a video. Lengths look like 15, 0:15 or 15 s: mend the cells, or leave them blank."
        )
    numbers = texts.map(read).astype(float)
    plain = texts.str.fullmatch(PLAIN).to_numpy(dtype=bool) & there
    unit = _unit_of_lengths(numbers[plain], texts, column.name)
    seconds = numbers.where(~plain, numbers * UNITS[unit])
    _require_short(seconds, texts, column.name)
    return seconds.where(seconds > 0), "" if not plain.any() else f"{unit}s"


def _seconds_of_text(text: str) -> float | None:
    """A plain number as it is; what names its unit in seconds; None for what is no length."""
    if PLAIN.fullmatch(text):
        return float(text)
    if clock := CLOCK.fullmatch(text):
        hours, minutes, seconds = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
    if thousandths := THOUSANDTHS.fullmatch(text):
        return float(thousandths[1]) / 1000
    worded = WORDED.fullmatch(text)
    if worded and any(worded.groups()):
        hours, minutes, seconds = worded.groups()
        return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds or 0)
    return None


def _unit_of_lengths(numbers: pd.Series, texts: pd.Series, name: object) -> str:
    """The unit of plain numbers: what the header says, else what makes videos of them."""
    said = [idea for idea in ideas_of_header(str(name)) if idea in UNITS]
    if said:
        return "second" if said[0] == "s" else said[0]
    lengths = numbers[numbers > 0]
    if lengths.empty or (lengths.max() <= LONGEST_SECONDS and lengths.median() < 1000):
        return "second"
    if lengths.min() < 500:
        rows = [lengths.idxmax(), lengths.idxmin()]
        said = " and ".join(f"{data_row(row)} ({quote(texts[row])})" for row in rows)
        raise PrepareError(
            f"column {quote(name)} mixes seconds and milliseconds, or holds no lengths: {said}. Write all in "
            "seconds."
        )
    return "millisecond"


def _require_short(seconds: pd.Series, texts: pd.Series, name: object) -> None:
    wrong = np.flatnonzero(seconds > LONGEST_SECONDS)
    if wrong.size:
        row = wrong[0]
        raise PrepareError(
            f"column {quote(name)}, {data_row(row)}: {quote(texts.iloc[row])} would be a video of "
            f"{seconds.iloc[row] / 3600:,.0f} hours ({wrong.size} such rows): say the unit in the header, as "
            "in 'Duration (ms)', or mend the cells."
        )


def count_hashtags(columns: Sequence[pd.Series]) -> pd.Series:
    """Count the hashtags of each video, <NA> where that isn't known.

    A cell may hold a list as Python or JSON writes it, tags with or without `#`, or their number; of a column
    for each tag the cells with something in them count.
    """
    numbered = [re.search(r"\d+", str(column.name)) for column in columns]
    if len(columns) > 1 and all(numbered):
        there = [~cell_texts(column).str.strip().str.casefold().isin(MISSING) for column in columns]
        # a hashtag may have its name and its title in two columns
        by_number = (
            pd.concat(there, axis=1).T.groupby(np.array([int(number[0]) for number in numbered])).any()
        )
        return by_number.sum().astype("Int64")
    texts = cell_texts(columns[0]).str.strip()
    blank = texts.str.casefold().isin(MISSING)
    numbers = texts.str.fullmatch(rf"\d{{1,{LONGEST_NUMBER_OF_TAGS}}}(?:\.0*)?")
    if (numbers | blank).all():
        return texts.where(numbers).astype(float).astype("Int64")
    counts = texts.map({text: _count_tags(text) for text in pd.unique(texts)}).astype("Int64")
    none_is_written = texts.isin(["[]", "{}"]).any()  # so a blank isn't none
    return counts.mask(blank) if none_is_written else counts


def _count_tags(text: str) -> int:
    if text.casefold() in MISSING:
        return 0
    if text.startswith("[") and text.endswith("]"):
        try:
            tags = json.loads(text)
        except (ValueError, RecursionError):  # Python writes lists in another way
            tags = NAMED_TAG.findall(text) if "{" in text else ["".join(two) for two in QUOTED.findall(text)]
            tags = tags or ([] if "{" in text else text[1:-1].split(","))
        return sum(bool(_name_of_tag(tag).strip()) for tag in tags)
    tags = HASHTAG.findall(text) or re.split(r"[,;|\s]+", text)
    return sum(map(bool, tags))


def _name_of_tag(tag: object) -> str:
    if isinstance(tag, dict):
        return next((str(tag[key]) for key in TAG_KEYS if tag.get(key)), "")
    return str(tag or "")


def count_hashtags_in_captions(column: pd.Series) -> pd.Series:
    """Count the hashtags that stand in the text of each video."""
    return cell_texts(column).str.count(HASHTAG.pattern).astype("Int64")


def read_flags(column: pd.Series) -> pd.Series | None:
    """Read a column of yes and no, <NA> where blank; None if it is no such column."""
    texts = cell_texts(column).str.strip().str.casefold()
    blank = texts.isin(MISSING)
    if blank.all() or not (texts.isin(YES | NO) | blank).all():
        return None
    return texts.isin(YES).astype("boolean").mask(blank)


def guess_original(column: pd.Series) -> pd.Series:
    """Guess by the name of its sound whether a video brought it along; <NA> where it has none."""
    texts = cell_texts(column).str.strip()
    return texts.str.match(ORIGINAL).astype("boolean").mask(texts == "")
