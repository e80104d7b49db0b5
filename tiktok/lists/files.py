"""The project's folder, and files that are there whole or not at all."""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).resolve().parents[2]
NOTEBOOK = PROJECT / "final_notebook.ipynb"
REPORT = PROJECT / "reports" / "final_notebook.html"
UNFINISHED = ".unfinished-"
STALE_SECONDS = 3600.0  # after which nobody is at work in a folder any more
ROOM_NEEDED = 20_000_000  # bytes free on the disk: the page has some five million


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file in one step, so that nobody ever finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary_folder(path.parent) as folder:
        unfinished = folder / path.name
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
        unfinished.replace(path)


def require_writable(path: Path) -> None:
    """Raise now the OSError that writing a file would end in later, as far as that can be known."""
    if path.parent.exists() and not path.parent.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path.parent))
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary_folder(path.parent):
        if shutil.disk_usage(path.parent).free < ROOM_NEEDED:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path.parent))


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Make a folder inside another that is gone afterwards; sweep away what killed runs left of theirs."""
    for left in parent.glob(f"{UNFINISHED}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(dir=parent, prefix=UNFINISHED, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
