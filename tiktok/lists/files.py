"""The project's folder, and files that are there whole or not at all."""

from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).resolve().parents[2]


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file in one step, so that nobody ever finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        unfinished = Path(folder) / path.name
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
        unfinished.replace(path)
