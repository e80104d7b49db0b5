"""An executed story, looked into."""

import re
from itertools import takewhile

from bs4 import BeautifulSoup
from headline_claims import contradictions, read_headlines


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def shown(notebook, kind):
    """Everything of one kind that the notebook shows, in order."""
    return [output.data[kind] for output in outputs(notebook) if kind in output.get("data", {})]


def text_outputs(notebook):
    return shown(notebook, "text/markdown") + shown(notebook, "text/html")


def main_cells(notebook):
    """The cells before the part for the statistician."""
    return list(takewhile(lambda cell: "## For the statistician" not in cell.source, notebook.cells))


def main_prose(notebook):
    """What the main text says, headings and all, each paragraph without its markup."""
    texts = []
    for cell in main_cells(notebook):
        if cell.cell_type == "markdown":
            texts.append(cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            texts.append(data.get("text/markdown", ""))
            if "cards" in data.get("text/html", ""):
                cards = BeautifulSoup(data["text/html"], "html.parser").select(".card")
                texts += [part.get_text() for card in cards for part in card.select("strong, span")]
    lines = "\n".join(texts).splitlines()
    return [re.sub(r"\[([^]]*)\]\([^)]*\)|[*#`]|^- ", r"\1", line).strip() for line in lines if line.strip()]


def text_and_headlines(notebook):
    (table,) = [page for page in shown(notebook, "text/html") if "Every finding, in every month" in page]
    return "\n".join(main_prose(notebook)), read_headlines(table)


def require_told(notebook):
    """Find neither an error nor a warning, nor a number that couldn't be computed, nor a false claim."""
    assert [o.output_type for o in outputs(notebook) if o.output_type in ("error", "stream")] == []
    for text in shown(notebook, "text/markdown"):
        assert not re.search(r"\b(nan|inf|None)\b", text), text
    said, headlines = text_and_headlines(notebook)
    assert contradictions(said, headlines) == []
