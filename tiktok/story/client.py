"""What is said to a client: the same sentences as in the page, from answers.toml, and a table of many."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from IPython.display import HTML, Markdown

from tiktok.figures import format_count
from tiktok.model.client import FEW_SIMILAR, Listed
from tiktok.story.frame import show_table
from tiktok.wording import NOT_AVAILABLE, say_factor, say_number, say_times, shorten

ANSWERS = tomllib.loads(Path(__file__).with_name("answers.toml").read_text(encoding="utf-8"))
FIELD = re.compile(r"\{(\w+)(?:-(\w+))?:(\w+)\}")


def say_client(compared: pd.DataFrame, listed: Listed) -> Markdown:
    """Say where a client stands among the listed, and what that is worth.

    Parameters
    ----------
    compared : what `model.compare_clients` returns; empty where no client was named
    listed : what `model.describe_listed` returns
    """
    if compared.empty:
        return Markdown(ANSWERS["nobody"])
    if len(compared) > 1:
        return Markdown(_fill(ANSWERS["several"], {"clients": len(compared)}))
    facts = {"threshold": listed.threshold, "of_all": listed.creators["success"].mean(), **compared.iloc[0]}
    return Markdown("\n\n".join(_say_paragraphs(facts)))


def _say_paragraphs(facts: Mapping[str, object]) -> list[str]:
    """Say what there is to say, in a short paragraph for each thing that is known."""
    first, *rest = ((name, _say_parts(parts, facts)) for name, parts in ANSWERS["answer"].items())
    said = [f"{ANSWERS['labels'][name]} {text}" for name, text in rest if text]
    return [*filter(None, [first[1]]), *said, *([ANSWERS["promise"]] if said else [])]


def _say_parts(parts: Mapping[str, list[Mapping]], facts: Mapping[str, object]) -> str:
    """Say of each part the first sentence that fits."""
    fitting = (next((each for each in part if _fits(each, facts)), {"text": ""}) for part in parts.values())
    return " ".join(filter(None, (_fill(sentence["text"], facts) for sentence in fitting)))


def _fits(sentence: Mapping, facts: Mapping[str, object]) -> bool:
    named = [fact for low, high, _ in FIELD.findall(sentence["text"]) for fact in (low, high) if fact]
    within = all(low <= facts[fact] <= high for fact, (low, high) in sentence.get("when", {}).items())
    return within and not any(facts[field] == "" or pd.isna(facts[field]) for field in named)


def _fill(text: str, facts: Mapping[str, object]) -> str:
    return FIELD.sub(lambda field: _say_field(facts, *field.groups()), text)


def _say_field(facts: Mapping[str, object], fact: str, to: str | None, kind: str) -> str:
    """Write a fact, or the range from one to another, which may be the same when rounded."""
    low, high = (KINDS[kind](facts[each]) for each in (fact, to or fact))
    if low != high:
        return f"{low} to {high}"
    return low if to is None or not low[0].isdigit() else f"about {low}"


def _say_share(share: float) -> str:
    """Write a share in whole per cents, but never all or nothing where it isn't."""
    if 0 < share < 0.01:
        return "less than 1 %"
    return "more than 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


KINDS = {
    "count": format_count,
    "share": _say_share,
    "factor": say_factor,
    "number": "{:,.0f}".format,
    "few": lambda number: say_number(int(number)),
    "times": say_times,
    "words": str,
}


def show_clients(compared: pd.DataFrame) -> HTML | None:
    """Show several clients as a ranked table, a row each; nothing for fewer than two."""
    return show_table(tabulate_clients(compared), "Your clients, ranked") if len(compared) > 1 else None


def tabulate_clients(compared: pd.DataFrame) -> pd.DataFrame:
    """Write what was found of clients as a table for readers, the first place on top."""
    ranked = compared.sort_values("place")
    columns = {
        "place": ("place", "number"),
        "subscribers": ("subscribers", "count"),
        "views a video": ("views", "count"),
        "creators of its size": ("peers", "number"),
        "typical views of these": ("peer_views_median", "count"),
        "times that": ("views_to_peers", "factor"),
        "of the top quarter's threshold": ("of_threshold", "factor"),
    }
    table = pd.DataFrame(
        {title: ranked[fact].map(KINDS[kind], na_action="ignore") for title, (fact, kind) in columns.items()}
    )
    table["of its like on the next list"] = _say_records(ranked, "stayed")
    table["in its top quarter"] = _say_records(ranked, "succeeded")
    table["what can't be said"] = ranked["note"]
    table.insert(1, "client", ranked["name"].map(shorten))
    return table.where(table.notna(), NOT_AVAILABLE)


def _say_records(compared: pd.DataFrame, fact: str) -> pd.Series:
    """Write how many of how many: "25 % of 271", but "3 of 6" where they are few."""
    records = compared["similar_listed"].map(KINDS["number"])
    counted = compared[f"{fact}_count"].map(KINDS["number"])
    said = (
        counted.where(compared["similar_listed"] < FEW_SIMILAR, compared[fact].map(_say_share))
        + " of "
        + records
    )
    return said.where(compared[fact].notna())
