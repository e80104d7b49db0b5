"""Numbers and names as a sentence or a table writes them."""

import html
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

# also of an address, which readers of Markdown would make a link of
MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~$^=:@-]|(?<=www)\.)")
LONGEST_NAME = 40  # characters that a sentence or a table gives to a name
MOST_NAMED = 6  # things that a sentence names before it counts the others
SMALL_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MONTHS = ("January", "February", "March", "April", "May", "June", "July")
MONTHS += ("August", "September", "October", "November", "December")
NOT_AVAILABLE = "n/a"
ANONYMOUS = "TIKTOK_ANONYMOUS"  # in the environment: no creator is named
WITHHELD = "(name withheld)"
ROUNDING = 1e-7  # an error below it is the rounding of a computer's arithmetic, and differs between computers


def escape(text: object) -> str:
    """Make text from the data harmless where Markdown, HTML or TeX would read it as markup."""
    one_line = "".join(filter(str.isprintable, " ".join(str(text).split())))
    return MARKUP.sub(lambda sign: f"&#{ord(sign[0])};", html.escape(one_line, quote=False))


def shorten(name: str) -> str:
    """Leave of a name what can be printed, turns no text around it and fits on a line."""
    return _cut("".join(filter(str.isprintable, name)) or "?")


def name_creator(name: str) -> str:
    """Name a creator as a page may: as `shorten` does, and not at all where `TIKTOK_ANONYMOUS` is set."""
    return WITHHELD if is_anonymous() else shorten(name)


def is_anonymous() -> bool:
    """Tell whether nobody is to be named."""
    return bool(os.environ.get(ANONYMOUS))


def quote(value: object) -> str:
    """Quote a value from the data so that it breaks no sentence, cut short if somebody made it long."""
    return repr(_cut(str(value)))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def say_some(items: Iterable, say: Callable[[object], str] = repr, most: int = MOST_NAMED) -> str:
    """Name the first things of many, each as `say` writes it, and tell how many more there are."""
    items = list(items)
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return (", ".join(map(say, items[:most])) or "none") + more


def say_path(path: Path) -> str:
    """Write a path that any terminal can print, relative to the working folder where it lies below that."""
    here = Path.cwd()
    text = str(path.relative_to(here) if path.is_relative_to(here) else path)
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def join_words(words: Iterable[str]) -> str:
    """Join words as a sentence does: "views, likes and comments"; "none" where there is none."""
    *first, last = list(words) or ["none"]
    return f"{', '.join(first)} and {last}" if first else last


def say_number(number: int) -> str:
    """Write a whole number as prose does: in words up to ten."""
    return SMALL_NUMBERS[number] if 0 <= number < len(SMALL_NUMBERS) else f"{number:,}"


def say_month(month: str) -> str:
    """Write a month as prose does: "July 2022" for "2022-07"."""
    year, _, number = month.partition("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def say_percent(share: float) -> str:
    """Write a share as a percentage: two significant digits, or whole per cents from ten on."""
    if pd.isna(share):
        return NOT_AVAILABLE
    if 0 < share < 0.0005:
        return "below 0.1 %"
    return f"{100 * share:.0f} %" if abs(share) >= 0.0995 else f"{100 * share:.2g} %"


def say_factor(factor: float) -> str:
    """Write how many times something is something else, where that is still worth a number."""
    return "more than 10" if factor >= 10 else "less than 0.1" if factor < 0.1 else f"{factor:.2g}"


def say_times(factor: float) -> str:
    """Write a factor in words: "2.3 times", "twice"."""
    said = say_factor(factor)
    return "twice" if said == "2" else f"{said} times"


def start_sentence(words: str) -> str:
    """Write the first letter as a capital, and leave the others."""
    return words[0].upper() + words[1:]


def say_p(p: float) -> str:
    """Write a p-value: two digits, and no more zeros than a reader can use."""
    if pd.isna(p):
        return NOT_AVAILABLE
    return "<0.0001" if p < 0.0001 else f"{p:.2g}"


def say_decimal(value: float) -> str:
    """Write a coefficient with two decimals and a true minus sign."""
    if pd.isna(value):
        return NOT_AVAILABLE
    text = f"{value:.2f}"
    return f"−{text[1:]}" if text.startswith("-") and float(text) else text.lstrip("-")


def say_statistic(value: float) -> str:
    """Write a statistic with two decimals, or say that it is nothing but rounding."""
    return "<1e-7" if 0 < abs(value) < ROUNDING else say_decimal(value)


def say_interval(low: float, high: float, say: Callable[[float], str] = say_decimal) -> str:
    """Write an interval, both ends as `say` writes them: "0.53 to 0.68"."""
    return NOT_AVAILABLE if pd.isna(low) else f"{say(low)} to {say(high)}"


def say_range(value: float, low: float, high: float, say: Callable[[float], str] = say_decimal) -> str:
    """Write a value with its interval in brackets, each number as `say` writes it: "0.61 (0.53 to 0.68)"."""
    if pd.isna(value):
        return NOT_AVAILABLE
    return f"{say(value)} ({say_interval(low, high, say)})"
