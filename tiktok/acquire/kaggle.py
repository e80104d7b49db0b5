"""A file of a public Kaggle dataset: fetched by Kaggle's own client, looked at, then moved into place.

The client (command `kaggle`) logs in and prints when it is imported and waits for ever when a server falls
silent, so it runs as a child process that is watched and, if need be, ended. The credentials that it may
find are its own affair: nothing here reads, prints or keeps them.
"""

import contextlib
import hashlib
import json
import lzma
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from tiktok.acquire.snapshots import same_letters
from tiktok.interruption import interruptible
from tiktok.lists.files import temporary_folder, write_whole
from tiktok.wording import say_path, say_some

MAX_BYTES = 50_000_000  # of an archive and of a file in it; the real lists have about 0.1 MB
TOO_LARGE = "the archive has more than {:g} MB"
# The client writes in blocks of 1 MB, so that below 35 KB/s a large archive looks silent.
SILENT_SECONDS = 30.0
RETRY_WAITS = (3.0, 10.0)
POLL_SECONDS = 0.1
HEAD_BYTES = 65_536
LOG = "client.log"
WITH_PARENT = Path(__file__).with_name("with_parent.py")
# With these the client would print its requests, and with them its credentials.
TALKATIVE = ("VERBOSE", "VERBOSE_OUTPUT")
CHATTER = ("Dataset URL:", "License(s):", "Warning:")  # what the client says though nothing is wrong

PASSING = (
    (r"\b429 Client Error|been rate limited", "Kaggle gets too many requests from here (429)"),
    (r"\b5\d\d Server Error|problem on Kaggle's side", "Kaggle has a problem of its own (a 5xx answer)"),
    (
        r"Connection aborted|ConnectionResetError|RemoteDisconnected|IncompleteRead|[Tt]imed? ?out"
        r"|does not match expected size",
        "the connection to Kaggle broke off",
    ),
    # the client makes its folder of settings where it finds none, and ends if another was quicker
    (r"\bFileExistsError\b", "another of Kaggle's clients started here at the same moment"),
)
LASTING = (
    (
        r"\b403 Client Error|don't have access to this resource",
        "Kaggle refuses access (403), which it does until its conditions are accepted on the dataset's page",
    ),
    (r"\b404 Client Error|resource was not found", "Kaggle doesn't know the dataset (404)"),
    (
        r"\b401 Client Error|Authentication required|Invalid credentials",
        "Kaggle refuses the credentials that its client is set up with (401; public lists need none)",
    ),
    (
        r"Expecting value|JSONDecodeError",
        "something else than Kaggle answered, probably a web page to log in to this network",
    ),
    (
        r"SSLError|CERTIFICATE_VERIFY_FAILED",
        "the certificate shown for Kaggle isn't trusted here (does a proxy sit in between?)",
    ),
    (
        r"NameResolutionError|NewConnectionError|ProxyError|Max retries exceeded",
        "Kaggle can't be reached (is there a network?)",
    ),
)


# what unpacking raises, of whichever kind of compression; RuntimeError: a password is asked for
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, RuntimeError)


class DownloadError(Exception):
    """Kaggle didn't give what was asked for; the sentence says why."""


class NotInArchiveError(DownloadError):
    """The dataset came, but the file isn't in it."""


class PassingError(DownloadError):
    """Kaggle failed in a way that may be over soon."""


@contextlib.contextmanager
def fetched_archive(dataset: str, folder: Path) -> Iterator[zipfile.ZipFile]:
    """Download a dataset (`owner/name`) into a temporary folder inside `folder`, which is gone afterwards."""
    with (
        _downloaded(dataset, folder) as work,
        _open_archive(work / f"{dataset.split('/')[1]}.zip") as archive,
    ):
        yield archive


def fetch_file(dataset: str, file: str, folder: Path) -> bytes:
    """Download one file of a dataset whose others are too many or too large."""
    with _downloaded(dataset, folder, "--file", file) as work:
        # the client names it as its address ends, and Kaggle packs files of some size
        brought = [path for path in work.rglob("*") if path.is_file() and path.name != LOG]
        if len(brought) != 1:
            raise DownloadError(f"Kaggle's client ended without {file!r}")
        if zipfile.is_zipfile(brought[0]):
            with _open_archive(brought[0]) as archive:
                return read_member(archive, file, lambda *_: False)[1]
        if brought[0].stat().st_size > MAX_BYTES:  # it may have come faster than anyone looked
            raise DownloadError(f"{file!r} has more than {MAX_BYTES / 1e6:g} MB")
        return brought[0].read_bytes()


@contextlib.contextmanager
def _downloaded(dataset: str, folder: Path, *options: str) -> Iterator[Path]:
    """A temporary folder in which the client has put what was asked of it."""
    client = shutil.which("kaggle", path=str(Path(sys.executable).parent)) or shutil.which("kaggle")
    with interruptible(), _temporary_folder(folder) as work:
        if client is None:
            raise DownloadError("Kaggle's client isn't installed (pip install -r requirements.txt)")
        for wait in (*RETRY_WAITS, None):
            _say(f"downloading {dataset} from Kaggle")
            try:
                _run_client(client, dataset, work, *options)
                break
            except PassingError as error:
                if wait is None:
                    raise
                _say(f"{error}; trying again in {wait:g} s")
                time.sleep(wait)
        yield work


def read_member(
    archive: zipfile.ZipFile, file: str, looks_right: Callable[[str, bytes], bool]
) -> tuple[str, bytes]:
    """Read one file of an archive, name and content: that of the name, else the only one that looks right."""
    # a folder before it, case, spaces and punctuation make no other name
    members = {info: PurePosixPath(info.filename).name for info in archive.infolist() if not info.is_dir()}
    chosen = [info for info, name in members.items() if name == file]
    chosen = chosen or [info for info, name in members.items() if same_letters(name, file)]
    chosen = chosen or [
        info
        for info, name in members.items()
        if name.lower().endswith(".csv") and looks_right(name, _unpacked(archive, info, HEAD_BYTES))
    ]
    if len(chosen) != 1:
        found = [members[info] for info in chosen] or list(members.values())
        problem = f"{len(found)} of its files could be it" if chosen else "no other file in it reads like it"
        raise NotInArchiveError(f"{file!r} isn't in the archive and {problem}: {say_some(found)}")
    data = _unpacked(archive, chosen[0], MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise DownloadError(f"{members[chosen[0]]!r} unpacks to more than {MAX_BYTES / 1e6:g} MB")
    return members[chosen[0]], data


def write_with_record(data: bytes, target: Path, dataset: str, name: str) -> None:
    """Write a file and the record of where it came from, each complete or not at all."""
    record = {
        "dataset": dataset,
        "file": target.name,
        "file_in_archive": name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    for path, content in ((target, data), (record_path(target), text)):
        try:
            write_whole(path, content)
        except OSError as error:
            raise DownloadError(f"'{say_path(path)}' can't be written ({error.strerror})") from None


def has_record(path: Path, sha256: str) -> bool:
    """Tell whether a file with this content was downloaded here, and not changed since."""
    try:
        return json.loads(record_path(path).read_text(encoding="utf-8"))["sha256"] == sha256
    except (OSError, ValueError, KeyError, TypeError):
        return False


def record_path(target: Path) -> Path:
    """The place of the record that belongs to a downloaded file."""
    return target.with_suffix(".provenance.json")


@contextlib.contextmanager
def _temporary_folder(folder: Path) -> Iterator[Path]:
    with contextlib.ExitStack() as stack:
        if not folder.exists():
            stack.callback(_remove_if_empty, folder)
        try:
            folder.mkdir(exist_ok=True)
            work = stack.enter_context(temporary_folder(folder))
        except OSError as error:
            raise DownloadError(
                f"nothing can be written into the folder '{say_path(folder)}' ({error.strerror})"
            ) from None
        yield work


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _run_client(client: str, dataset: str, work: Path, *options: str) -> None:
    for left in work.iterdir():
        left.unlink()
    log = work / LOG
    # No option may stand before the subcommand: the client would then ask for an account.
    guard = [sys.executable, "-I", str(WITH_PARENT)]
    command = [*guard, client, "datasets", "download", dataset, "--path", str(work), "--force", "--quiet"]
    command += options
    with log.open("wb") as out:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={name: value for name, value in os.environ.items() if name not in TALKATIVE},
            start_new_session=True,
        )
        try:
            _watch(child, work)
        finally:
            _end(child)
            child.stdin.close()
            _show(" " * 60 + "\r")
    said = log.read_text(encoding="utf-8", errors="replace")
    if child.returncode != 0:
        raise _diagnosis(said)
    for licence in re.findall(r"^License\(s\): (.+)", said, flags=re.MULTILINE):
        _say(f"its licence, as Kaggle states it: {licence[:80]!r}")


def _watch(child: subprocess.Popen, work: Path) -> None:
    """Wait for the client as long as bytes come, and not too many of them."""
    size, since, shown = 0, time.monotonic(), ""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=POLL_SECONDS)
            return
        now = 0
        for part in work.iterdir():
            with contextlib.suppress(FileNotFoundError):  # the client removes files of its own
                now += part.stat().st_size
        if now != size:
            size, since = now, time.monotonic()
        silent = time.monotonic() - since
        if size > MAX_BYTES:
            raise DownloadError(TOO_LARGE.format(MAX_BYTES / 1e6))
        if silent > SILENT_SECONDS:
            raise PassingError(f"Kaggle sent nothing for {SILENT_SECONDS:g} s")
        progress = f"acquire: {size / 1e3:,.0f} KB, silent for {silent:.0f} s"
        if progress != shown:
            _show(f"{progress:<60}")
            shown = progress


def _end(child: subprocess.Popen) -> None:
    """End the client and whatever it started."""
    if child.poll() is not None:
        return
    if os.name == "nt":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(child.pid)], capture_output=True, check=False)
    else:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _diagnosis(log: str) -> DownloadError:
    """Tell from what the client printed what went wrong."""
    for error, known in ((PassingError, PASSING), (DownloadError, LASTING)):
        for pattern, problem in known:
            if re.search(pattern, log):
                return error(problem)
    lines = [line.strip() for line in log.splitlines() if line.strip() and not line.startswith(CHATTER)]
    traceback = any(line.startswith("Traceback") for line in lines)
    said = (lines[-1] if traceback else lines[0]) if lines else "nothing"
    said = re.sub(r"(https?://[^\s?]+)\?\S*", r"\1", said)  # a signed address is a credential
    return DownloadError(f"Kaggle's client failed and said {said[:200]!r}")


def _open_archive(path: Path) -> zipfile.ZipFile:
    """Open what the client brought, if it is a sound archive and no name in it leads out of a folder."""
    if not path.is_file():
        raise DownloadError("Kaggle's client ended without an archive")
    if path.stat().st_size > MAX_BYTES:  # it may have come faster than anyone looked
        raise DownloadError(TOO_LARGE.format(MAX_BYTES / 1e6))
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError):
        with path.open("rb") as file:
            web_page = file.read(HEAD_BYTES).lstrip().startswith(b"<")
        what = "a web page (a login or consent page?) for an archive" if web_page else "a damaged archive"
        raise DownloadError(f"Kaggle sent {what}") from None
    for name in archive.namelist():
        first, *others = re.split(r"[/\\]", name)
        if first == "" or ":" in first or ".." in (first, *others):
            archive.close()
            raise DownloadError(f"the archive can't be trusted: it holds the path {name!r}")
    return archive


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    try:
        with archive.open(info) as member:
            return member.read(limit)
    except DAMAGED:
        raise DownloadError(f"{info.filename!r} in the archive is damaged or locked") from None


def _say(sentence: str) -> None:
    print(f"acquire: {sentence}", file=sys.stderr, flush=True)


def _show(progress: str) -> None:
    """Show a line that changes, but not to a log file."""
    if _is_watched():
        print(f"\r{progress}", end="", file=sys.stderr, flush=True)


def _is_watched() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules
