"""The reviewer's table: what checklists for such analyses ask, and the answers in checklists.toml."""

import tomllib
from pathlib import Path
from typing import NamedTuple

import pandas as pd


class Item(NamedTuple):
    """One question of a checklist: `where` names sections of the story, helpers (`module.name`) or files."""

    number: str
    item: str
    answer: str
    how: str
    where: list[str]


_ANSWERED = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
MODULES: dict[str, str] = _ANSWERED["modules"]
REFORMS = tuple(Item(**item) for item in _ANSWERED["reforms"])
LEAKAGE_KINDS = tuple(Item(**item) for item in _ANSWERED["leakage"])


def reforms_table() -> pd.DataFrame:
    """Answer the checklist REFORMS for science that uses machine learning, a row an item."""
    # Kapoor et al. (2024), REFORMS: consensus-based recommendations for machine-learning-based science,
    # Science Advances 10, eadk3452.
    return _as_table(REFORMS)


def leakage_table() -> pd.DataFrame:
    """Say of each kind of leakage whether it is kept out: "yes" means that it is."""
    # Kapoor & Narayanan (2023), Leakage and the reproducibility crisis in machine-learning-based science,
    # Patterns 4, 100804.
    return _as_table(LEAKAGE_KINDS)


def _as_table(items: tuple[Item, ...]) -> pd.DataFrame:
    table = pd.DataFrame(items, columns=list(Item._fields))
    table.insert(0, "module", [MODULES[item.number.split(".")[0].rstrip("abcdefg")] for item in items])
    places = [[place if is_name(place) else f"“{place}”" for place in item.where] for item in items]
    return table.assign(where=list(map("; ".join, places)))


def is_name(place: str) -> bool:
    """Tell whether a place is a helper or a file, and not a section of the story."""
    return place == "Makefile" or ("." in place and " " not in place)
