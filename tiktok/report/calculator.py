"""The calculator of the page: a form, and the small table from which it answers without asking anybody."""

import json
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from tiktok.figures import SYNTHETIC_MARK
from tiktok.lists.columns import METRICS
from tiktok.lists.provenance import is_synthetic
from tiktok.model.charts import CREATORS_TITLE, EACH_DOT
from tiktok.model.client import (
    CLIENT_COUNTS,
    FAR_FACTOR,
    FEW,
    FEW_SIMILAR,
    FEWEST_PEERS,
    MOST,
    QUARTILES,
    SIMILAR_FACTOR,
    UNITS,
    WORDS,
    Listed,
)
from tiktok.prepare.counts import SUFFIX_EXPONENT
from tiktok.story.client import ANSWERS
from tiktok.wording import SMALL_NUMBERS, name_creator, shorten

FORM = Path(__file__).with_name("template") / "calculator.html"
RULES = {
    "kinds": CLIENT_COUNTS,
    "far": FAR_FACTOR,
    "similar": SIMILAR_FACTOR,
    "fewest": FEWEST_PEERS,
    "usual": FEW_SIMILAR,
    "bare": FEW,
    "most": MOST,
    "quartiles": QUARTILES,
}


class Calculator(NamedTuple):
    """What the page needs: the form, the data that it answers from, and which picture it brings to life."""

    form: str
    data: str
    picture: str


def render_calculator(listed: Listed, clients: pd.DataFrame) -> Calculator:
    """Render the calculator for a list; a single client is typed in already, several are marked."""
    creators = listed.creators
    rows = clients[["name", *METRICS]].astype(object).where(clients.notna(), None).to_dict("records")
    data = {
        "picture": EACH_DOT,
        "title": CREATORS_TITLE,
        "synthetic": SYNTHETIC_MARK if is_synthetic(creators) else "",
        "names": [
            name_creator(name or handle)
            for name, handle in zip(creators["name"], creators["handle"], strict=True)
        ],
        "counts": {name: _write(creators[name]) for name in METRICS},
        "success": creators["success"].astype(int).tolist(),
        "threshold": listed.threshold,
        "chances": {name: _write(listed.chances[name]) for name in ("subscribers", "low", "high")},
        "followed": {name: _write(listed.followed[name]) for name in listed.followed},
        "units": {SUFFIX_EXPONENT[suffix.lower()]: words for suffix, words in UNITS.items()},
        "words": WORDS,
        "small": SMALL_NUMBERS,
        "rules": RULES,
        "answers": ANSWERS,
        "typed": rows[0] if len(rows) == 1 else {},
        "clients": [row | {"name": shorten(row["name"])} for row in rows] if len(rows) > 1 else [],
    }
    # whatever a name holds, it ends no element of the page
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace(
        "<", "\\u003c"
    )
    return Calculator(FORM.read_text(encoding="utf-8"), text, EACH_DOT)


def _write(numbers: pd.Series) -> list[float | None]:
    """Give numbers as whole ones where they all are, which are shorter; None is none."""
    if (numbers % 1 == 0).all():
        return numbers.astype("int64").tolist()
    return numbers.astype(object).where(numbers.notna(), None).tolist()
