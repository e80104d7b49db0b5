"""Run the story on chosen data and write it as one HTML page: what `make report` calls.

python -m tiktok.report                      the July 2022 list, from data/, else Kaggle, else the sample
python -m tiktok.report --csv my_list.csv    any list with these columns
python -m tiktok.report --month 2022-06 --source sample
python -m tiktok.report client --subscribers 1.2M --views 800K    a client's answer, without the story
python -m tiktok.report readme               puts the results of the real list into README.md
python -m tiktok.report forecast 2022-12     writes down a forecast, before that list is opened
python -m tiktok.report score 2022-12        scores it, once that list is at hand
"""

import argparse
import asyncio
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets.config import Config

from tiktok.acquire.get import AcquireError, get_panel_beside, get_tiktokers
from tiktok.interruption import INTERRUPTED, interruptible
from tiktok.leakage import MIN_ROWS
from tiktok.lists.columns import ENGAGEMENT_PARTS, METRICS, ExploreError
from tiktok.lists.files import NOTEBOOK, PROJECT, REPORT, require_writable, write_whole
from tiktok.lists.headers import CANONICAL
from tiktok.prepare.clean import clean
from tiktok.prepare.counts import PrepareError
from tiktok.wording import ANONYMOUS, join_words, quote, say_path

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from pandas import DataFrame

    from tiktok.model.client import Listed
    from tiktok.report.calculator import Calculator

TEMPLATE = Path(__file__).with_name("template")
TITLE = "What makes a TikTok creator successful?"
KERNEL = "python3"
CELL_TIMEOUT = 600  # seconds
POLL_SECONDS = 0.05
# what the story imports first of all, while the list is read
AHEAD = ["--IPKernelApp.exec_lines=import tiktok.story as _"]
# the kernel warns in the reader's terminal when what it is sent is not encrypted
ENCRYPTED = Config(KernelManager={"transport_encryption": "auto"})


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks for, or say in one sentence why not, and leave what was there before."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # what an old code page lacks is no reason to fail
    chosen = _parse(arguments)
    status = 1
    try:
        with interruptible():
            print(chosen.do(chosen))
        return 0
    except (KeyboardInterrupt, SystemExit) as stop:
        sentence = "interrupted; what was there is as it was."
        status = stop.code if isinstance(stop, SystemExit) else INTERRUPTED
    except Exception as error:
        sentence = _explain(error, chosen)
    print(f"No {chosen.thing}: {sentence}", file=sys.stderr)
    return status


def _explain(error: Exception, chosen: argparse.Namespace) -> str:
    """Say in a sentence what went wrong where that is known; else let it go on."""
    if isinstance(error, AcquireError | PrepareError | ExploreError):
        return f"{error}{_say_what_to_type(chosen, error)}"
    # these take a second or two to import, for which whoever named a wrong file need not wait
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    from tiktok.forecast.rolling import ForecastError

    match error:
        case ForecastError():
            return str(error)
        case CellTimeoutError():
            return f"a part of the story took more than {CELL_TIMEOUT} s, on which it was given up."
        case CellExecutionError():
            return f"the story stopped.\n{error}"
        case DeadKernelError():
            return "the Python that told the story died, often of full memory: close programs, and run again."
        case OSError():
            where = f"'{say_path(Path(error.filename))}'" if error.filename else "a file"
            return f"{where} can't be read or written ({error.strerror or error})."
    raise error


def make_report(chosen: argparse.Namespace) -> str:
    """Tell the story on the chosen list, write it as a page, and say what it was made from."""
    started = time.monotonic()
    if chosen.anonymous:
        os.environ[ANONYMOUS] = "yes"  # the kernel, and its second process, are told so as well
    for path in [REPORT, NOTEBOOK] if chosen.in_place else [REPORT]:
        require_writable(path)
    with boot_kernel(NOTEBOOK.parent) as kernel:
        raw, creators = _read_list(chosen)
        provenance = creators.attrs["provenance"]
        _require_enough(creators)
        _require_videos(chosen)
        # where Kaggle has just refused, the story need not ask it again, in the middle of the page
        source = "sample" if chosen.csv is None and provenance["source"] == "sample" else chosen.source
        columns, typed = read_columns(chosen.columns), _typed_client(chosen)
        asked = parameters(
            chosen.month, chosen.csv, source, typed, chosen.clients, columns=columns, videos=chosen.videos
        )
        calculator = _prepare_calculator(chosen, raw, creators)
        executed = run_notebook(NOTEBOOK, asked, kernel)
    if chosen.in_place:
        write_whole(NOTEBOOK, _to_json(executed))
    write_whole(REPORT, to_html(executed, calculator))
    took = f"(took {time.monotonic() - started:.0f} s)"
    return f"{_say_data(provenance)}\nReport: {os.path.relpath(REPORT)} {took}"


def answer_client(chosen: argparse.Namespace) -> str:
    """Answer one client, or rank several, in plain text, without telling the story."""
    from tiktok.model.client import compare_clients
    from tiktok.story.client import say_client, tabulate_clients

    raw, creators = _read_list(chosen)
    clients, listed = _hold_against(chosen, raw, creators)
    if clients.empty:
        raise PrepareError(
            "nobody was named: type --subscribers 1.2M --views 800K, or --clients clients.csv."
        )
    compared = compare_clients(clients, listed)
    said = [say_client(compared, listed).data]
    if len(clients) > 1:
        said.insert(0, tabulate_clients(compared).to_string(index=False))
    return "\n\n".join([*said, _say_data(creators.attrs["provenance"])])


def _read_list(chosen: argparse.Namespace) -> "tuple[DataFrame, DataFrame]":
    """Read the chosen list before anything is told about it: as found, and cleaned."""
    columns = read_columns(chosen.columns)
    raw = get_tiktokers(chosen.month, path=chosen.csv, source=chosen.source)
    return raw, clean(raw, columns=columns)


def _require_enough(creators: "DataFrame") -> None:
    """Refuse a list so short that the story would consist of what is left out."""
    if len(creators) < MIN_ROWS:
        raise PrepareError(
            f"'{creators.attrs['provenance']['file']}' has {len(creators)} creators, too few for the story, "
            f"which fits models and tries them on creators left out: it takes {MIN_ROWS}. The helpers take "
            "fewer, as README's recipes show."
        )


def _require_videos(chosen: argparse.Namespace) -> None:
    """Refuse a table of videos that can't be read, or is of one creator, before the story is begun."""
    if chosen.videos is not None:
        from tiktok.story.videos import read_videos
        from tiktok.videos.posting_times import require_several

        require_several(read_videos(chosen.videos))


def _say_data(provenance: Mapping[str, object]) -> str:
    kind = "SYNTHETIC sample" if provenance["synthetic"] else "real data"
    return "Data: {kind}, {file} (source {source}, sha256 {sha256})".format(kind=kind, **provenance)


def _typed_client(chosen: argparse.Namespace) -> dict[str, str] | None:
    """Give the counts of a client that were typed, as they were typed."""
    return {name: getattr(chosen, name) for name in METRICS if getattr(chosen, name)} or None


def _hold_against(
    chosen: argparse.Namespace, raw: "DataFrame", creators: "DataFrame"
) -> "tuple[DataFrame, Listed]":
    """Read the clients, and gather what they are held against, as the story does."""
    from tiktok.model.client import describe_listed, read_clients

    clients = read_clients(chosen.clients, _typed_client(chosen))
    panel = get_panel_beside(raw, path=chosen.csv)
    panel = {month: creators if rows is raw else clean(rows) for month, rows in panel.items()}
    return clients, describe_listed(creators, panel)


def _prepare_calculator(chosen: argparse.Namespace, raw: "DataFrame", creators: "DataFrame") -> "Calculator":
    """Prepare what the page answers clients from: no output of the notebook holds it."""
    from tiktok.report.calculator import render_calculator

    clients, listed = _hold_against(chosen, raw, creators)
    return render_calculator(listed, clients)


def read_columns(text: str | None) -> dict[str, str | int] | None:
    """Read which header, or position from 0, is which column, as the command line says it.

    Examples
    --------
    >>> read_columns("views=Avg. V; likes=7")
    {'views': 'Avg. V', 'likes': 7}
    """
    if text is None:
        return None
    starts = [*re.finditer(rf"(?:^|[;,])\s*({'|'.join(CANONICAL)})\s*=", text)]
    if not starts or text[: starts[0].start()].strip():
        raise PrepareError(
            f"{quote(text)} doesn't say which header is which column: write it as in "
            f'"views=Avg. V; likes=Avg. L", with {join_words(CANONICAL)}.'
        )
    ends = [start.start() for start in starts[1:]] + [len(text)]
    headers = [text[start.end() : end].strip() for start, end in zip(starts, ends, strict=True)]
    return {
        start[1]: int(header) if header.isdecimal() else header
        for start, header in zip(starts, headers, strict=True)
    }


def _say_what_to_type(chosen: argparse.Namespace, error: Exception) -> str:
    """Say how the report is told which column is which, where the list doesn't tell."""
    columns = getattr(error, "columns", {})
    if not columns or getattr(chosen, "csv", None) is None:
        return ""
    named = "; ".join(f"{name}={header}" for name, header in columns.items())
    return f' For the report, type: make report CSV="{say_path(Path(chosen.csv))}" COLUMNS="{named}"'


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    asked = _parse_question()
    parser = argparse.ArgumentParser(
        prog="python -m tiktok.report",
        description="Run the story and write it as one HTML page.",
        parents=[asked],
    )
    parser.add_argument(
        "--in-place", action="store_true", help="also keep the outputs in final_notebook.ipynb"
    )
    parser.add_argument("--videos", help="a table of videos, for the section on the time of posting")
    parser.add_argument("--anonymous", action="store_true", help="name no creator and no client in the page")
    parser.set_defaults(do=make_report, thing="report")
    instead = parser.add_subparsers(title="instead of a report", metavar="")
    client = instead.add_parser("client", help="answer a client in text, within seconds", parents=[asked])
    client.set_defaults(do=answer_client, thing="answer")
    readme = instead.add_parser("readme", help="put the results of the real July list into README.md")
    readme.set_defaults(do=_write_results, thing="results")
    for name, do, what in (
        ("forecast", _forecast, "write down a forecast of a list before it is opened"),
        ("score", _score, "score that forecast on its list, baselines beside it"),
    ):
        command = instead.add_parser(name, help=what)
        command.add_argument("of", metavar="YYYY-MM", help="the month of the list that is forecast")
        command.add_argument("--out", type=Path, help="another file than data/forecasts/YYYY-MM.csv")
        command.set_defaults(do=do, thing=name)
    return parser.parse_args(arguments)


def _parse_question() -> argparse.ArgumentParser:
    """Parse which list is asked, and for which clients."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--csv", help="a CSV file with the columns of the lists")
    parser.add_argument(
        "--columns", help='which header of the CSV is which column, such as "views=Avg. V; likes=Avg. L"'
    )
    parser.add_argument(
        "--month", help="which list, YYYY-MM (default: 2022-07; of a CSV, what it says itself)"
    )
    parser.add_argument("--source", default="auto", choices=("auto", "local", "kaggle", "sample"))
    parser.add_argument("--clients", help="a CSV file, a row a client, with some of these columns:")
    parser.add_argument("--subscribers", help="of one client, such as 1.2M: says where it stands")
    for name in ENGAGEMENT_PARTS:
        parser.add_argument(f"--{name}", help="on average per video, such as 800K")
    return parser


def _write_results(_: argparse.Namespace) -> str:
    from tiktok.report.readme import write_results

    return write_results()


def _forecast(chosen: argparse.Namespace) -> str:
    from tiktok.forecast.commitment import commit_forecast

    return commit_forecast(chosen.of, chosen.out)


def _score(chosen: argparse.Namespace) -> str:
    from tiktok.forecast.commitment import score_commitment

    return score_commitment(chosen.of, chosen.out)


def parameters(
    month: str | None,
    csv: str | None,
    source: str,
    client: Mapping[str, str] | None = None,
    clients: str | None = None,
    *,
    columns: Mapping[str, str | int] | None = None,
    videos: str | None = None,
) -> str:
    """Write the notebook's cell of parameters."""
    named = {"MONTH": month, "CSV": _relative(csv), "COLUMNS": columns, "SOURCE": source}
    named |= {"CLIENT": client, "CLIENTS": _relative(clients), "VIDEOS": _relative(videos)}
    return "\n".join(f"{name} = {_literal(value)}" for name, value in named.items())


def _relative(path: str | None) -> str | None:
    return None if path is None else Path(os.path.relpath(path, PROJECT)).as_posix()


def _literal(value: object) -> str:
    """Write a value as code, whatever is in it, with the quotation marks of the house where that can be."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_literal(key)}: {_literal(each)}' for key, each in value.items())}}}"
    return json.dumps(value) if isinstance(value, str) and value.isascii() else ascii(value)


def new_kernel() -> AsyncKernelManager:
    """Give the kernel of this interpreter, not yet started."""
    # with no folders to look into it finds no other
    return AsyncKernelManager(
        kernel_name=KERNEL, kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), config=ENCRYPTED
    )


@contextmanager
def boot_kernel(folder: Path) -> Iterator[AsyncKernelManager]:
    """Let a kernel start, and load what the story imports, while something else is done; then end it."""
    kernel = new_kernel()
    asyncio.run(kernel.start_kernel(cwd=str(folder), extra_arguments=AHEAD))
    try:
        yield kernel
    finally:
        asyncio.run(kernel.shutdown_kernel(now=True))


def run_notebook(
    path: Path, parameters_source: str, kernel: AsyncKernelManager | None = None
) -> "NotebookNode":
    """Run a notebook in its folder, in a fresh kernel; the code takes the place of its cell of parameters."""
    import nbformat
    from nbclient import NotebookClient
    from tqdm import tqdm

    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = parameters_source
    code_cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    kernel = kernel or new_kernel()
    with tqdm(total=code_cells, desc="story", unit="cell", leave=False) as bar:
        client = NotebookClient(
            notebook,
            km=kernel,
            timeout=CELL_TIMEOUT,
            shutdown_kernel="immediate",  # nothing is left to be put away, and politeness takes two seconds
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_executed=lambda **_: bar.update(),
        )
        # in the main thread the client would take the signals, and fall over them
        with ThreadPoolExecutor(max_workers=1) as aside:
            running = aside.submit(asyncio.run, client.async_execute(cleanup_kc=True))
            try:
                while not running.done():
                    wait([running], timeout=POLL_SECONDS)
            except BaseException:
                while not running.done():
                    _end(kernel)
                    wait([running], timeout=POLL_SECONDS)
                raise
        running.result()
    return notebook


def _end(kernel: AsyncKernelManager) -> None:
    """End a kernel that may not have begun yet."""
    process = getattr(kernel.provisioner, "process", None)
    if process is not None:
        process.kill()


def _to_json(notebook: "NotebookNode") -> str:
    import nbformat

    return nbformat.writes(notebook) + "\n"


def to_html(notebook: "NotebookNode", calculator: "Calculator | None" = None) -> str:
    """Render an executed notebook as one HTML page that needs nothing else, from the network or the disk."""
    from nbconvert.exporters import HTMLExporter

    from tiktok.report.page import finish_page

    exporter = HTMLExporter(
        template_name=TEMPLATE.name,
        extra_template_basedirs=[str(TEMPLATE.parent)],
        exclude_output_prompt=True,
    )
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": TITLE}})
    return finish_page(page, calculator)
