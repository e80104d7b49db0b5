"""The pictures that a notebook shows, whichever form each has."""

from base64 import b64encode
from collections.abc import Iterator
from typing import NamedTuple

FORMS = ("image/svg+xml", "image/png")


class Shown(NamedTuple):
    """A picture: its form, what it is drawn with, and for the page its size and what it shows."""

    form: str
    data: str
    about: dict[str, object]

    @property
    def address(self) -> str:
        """The picture as an address that a browser can show."""
        encoded = b64encode(self.data.encode()).decode() if self.form == "image/svg+xml" else self.data
        return f"data:{self.form};base64,{encoded}"


def pictures_of(output: object) -> Iterator[Shown]:
    """Give the picture of an output of a cell, where it has one."""
    for form in FORMS:
        if form in output.get("data", {}):
            yield Shown(form, output["data"][form], output.get("metadata", {}).get(form, {}))


def pictures(notebook: object) -> list[Shown]:
    """Give every picture of a notebook, in order."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return [picture for output in outputs for picture in pictures_of(output)]
