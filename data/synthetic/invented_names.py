"""Invents handles and display names for the synthetic sample: made-up syllables and plain words.

A real account may by chance bear one of them; the numbers beside it have nothing to do with it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

ONSETS = (
    "b", "br", "d", "dr", "g", "gl", "j", "k", "l", "m", "n",
    "p", "pl", "r", "s", "sk", "t", "tr", "v", "w", "y", "z",
)  # fmt: skip
VOWELS = ("a", "a", "e", "e", "i", "o", "o", "u", "ei")
CODAS = ("", "", "", "l", "n", "r", "s", "x", "nd", "rv", "lm", "sk")
SYLLABLES = (2, 2, 2, 3)
TOPICS = (
    "bakes", "beats", "builds", "clips", "cooks", "dances", "draws", "edits", "films", "fishes", "garden",
    "lab", "laughs", "magic", "memes", "official", "paints", "pets", "plays", "prank", "reacts", "sings",
    "skits", "sketch", "studio", "travels", "tv", "world",
)  # fmt: skip
EMOJI = (
    "✨", "🔥", "❤️", "🌙", "🦋", "😂", "🎬", "🐾", "🍜", "⚡️",
    "👑", "🎨", "🌸", "🤍", "🏳️‍🌈", "👩🏽‍🍳", "🇧🇷", "🇲🇽", "🇮🇩",
)  # fmt: skip
TITLES = (
    *2 * ("{a}", "{a} {topic}"),
    *4 * ("{a} {b}",),
    *("{a}{b}", "{a} & {b}", "The {topic} {a}"),
)
RARE_TITLES = ("{a} d’{b}", "{a} | {topic}", "Dr. {a} {b}", "Los {b}", "@{a}", "{a} – {b}")
RARE_SHARE = 0.03
WORDS = {
    "arabic": (("قمر", "بحر", "قهوة", "نجوم", "مطر", "حكاية", "طبخ", "ضحكة", "سفر", "ورد"), " "),
    "cyrillic": (("Луна", "Чай", "Снег", "Кот", "Река", "Смех", "Кухня", "Лето", "Мост", "Сказка"), " и "),
    "thai": (("แมว", "ดาว", "ฝน", "ทะเล", "ขนม", "ชา", "ป่า", "เมฆ"), ""),
    "japanese": (("ねこ", "そら", "カフェ", "おちゃ", "ゆき", "ラーメン", "月", "森"), "と"),
    "hangul": (("고양이", "하늘", "별", "커피", "바다", "봄", "여행", "숲"), " "),
    "chinese": (("茶", "山", "雨", "猫", "厨房", "星星", "故事", "海"), ""),
}
SCRIPT_SHARES = {
    "arabic": 0.03,
    "cyrillic": 0.012,
    "thai": 0.005,
    "japanese": 0.012,
    "hangul": 0.006,
    "chinese": 0.005,
}
STYLE_SHARES = {
    "handle": 0.13,
    "lower": 0.06,
    "upper": 0.07,
    "accent": 0.04,
    "bold": 0.015,
    "emoji only": 0.004,
}
ACCENTS = str.maketrans("aeioun", "áéíóúñ")
BOLD_A = 0x1D400


def _pick(rng: np.random.Generator, options: Sequence | dict) -> str:
    """Pick one, evenly from a sequence, by shares from a dict ("" for the rest)."""
    if not isinstance(options, dict):
        return options[int(rng.integers(len(options)))]
    steps = np.cumsum(list(options.values()))
    place = int(np.searchsorted(steps, rng.uniform(), side="right"))
    return [*options, ""][place]


def _invent_word(rng: np.random.Generator) -> str:
    syllables = [_pick(rng, ONSETS) + _pick(rng, VOWELS) for _ in range(_pick(rng, SYLLABLES))]
    return "".join(syllables) + _pick(rng, CODAS)


def _invent_handle(rng: np.random.Generator, first: str, last: str, topic: str) -> str:
    digits = str(int(rng.integers(1, 10_000)))
    shapes = (
        *4 * (first + last, first + topic),
        f"{first}{last[:3]}{topic}",
        f"{first}_{last}",
        f"_{first}{last}",
        f"{first}{last}_",
        f"{first}.{last}",
        f"the.{first}.{topic}",
        f"{first}{last[:2]}{digits}",
        f"{first}{digits}",
    )
    return _pick(rng, shapes)[:24].rstrip(".")


def _embolden(text: str) -> str:
    """Write ASCII letters as mathematical bold ones, as fancy-text sites do."""
    shifted = (
        chr(BOLD_A + ord(c) - 65) if c.isupper() else chr(BOLD_A + 26 + ord(c) - 97)
        for c in text
        if c.isalpha()
    )
    return "".join(shifted)


def _invent_name(rng: np.random.Generator, handle: str, first: str, last: str, topic: str) -> str:
    script = _pick(rng, SCRIPT_SHARES)
    if script:
        words, joint = WORDS[script]
        name = joint.join((_pick(rng, words), _pick(rng, words)))
    else:
        titles = RARE_TITLES if rng.uniform() < RARE_SHARE else TITLES
        name = _pick(rng, titles).format(a=first.title(), b=last.title(), topic=topic.title())
        style = _pick(rng, STYLE_SHARES)
        restyled = {
            "handle": handle,
            "lower": name.lower(),
            "upper": name.upper(),
            "accent": name.translate(ACCENTS),
            "bold": _embolden(first.title()),
            "emoji only": _pick(rng, EMOJI),
        }
        name = restyled.get(style, name)
    return f"{name}{_pick(rng, EMOJI)}" if rng.uniform() < 0.11 and name != handle else name


def invent_creators(count: int, seed: int = 2022) -> pd.DataFrame:
    """Invent so many creators with handles and display names in the styles that the lists show.

    Parameters
    ----------
    count : number of creators.
    seed : seed of the draw.

    Returns
    -------
    `handle` (unique; ASCII letters, digits, dots and underscores, at most 24) and `name` (not unique, several
    scripts, emoji), a row a creator.

    >>> invent_creators(3).shape
    (3, 2)
    """
    rng = np.random.default_rng(seed)
    names: dict[str, str] = {}
    while len(names) < count:
        first, last, topic = _invent_word(rng), _invent_word(rng), _pick(rng, TOPICS)
        handle = _invent_handle(rng, first, last, topic)
        name = _invent_name(rng, handle, first, last, topic)
        names.setdefault(handle, name)
    return pd.DataFrame({"handle": list(names), "name": list(names.values())})
