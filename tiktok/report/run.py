"""Run the story on chosen data and write it as one HTML page: what `make report` calls.

python -m tiktok.report                      the July 2022 list, from data/, else Kaggle, else the sample
python -m tiktok.report --csv my_list.csv    any list with these columns
python -m tiktok.report --month 2022-06 --source sample
python -m tiktok.report readme               puts the results of the real list into README.md
python -m tiktok.report forecast 2022-12     writes down a forecast, before that list is opened
python -m tiktok.report score 2022-12        scores it, once that list is at hand
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from tqdm import tqdm
from traitlets.config import Config

from tiktok.acquire.get import AcquireError, get_tiktokers
from tiktok.forecast.commitment import commit_forecast, score_commitment
from tiktok.forecast.rolling import ForecastError
from tiktok.lists.files import PROJECT, write_whole
from tiktok.model.client import read_client
from tiktok.prepare.clean import clean
from tiktok.prepare.counts import PrepareError
from tiktok.report.page import finish_page
from tiktok.report.readme import NOTEBOOK, write_results

REPORT = PROJECT / "reports" / "final_notebook.html"
TEMPLATE = Path(__file__).with_name("template")
TITLE = "What makes a TikTok creator successful?"
KERNEL = "python3"
CELL_TIMEOUT = 600  # seconds
FEWEST_CREATORS = 100  # of whom some sixty are learnt from
# the kernel warns in the reader's terminal when what it is sent is not encrypted
ENCRYPTED = Config(KernelManager={"transport_encryption": "auto"})


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks for, or say in one sentence why not, and leave what was there before."""
    chosen = _parse(arguments)
    try:
        print(chosen.do(chosen))
    except (AcquireError, PrepareError, ForecastError) as error:
        print(f"No {chosen.thing}: {error}", file=sys.stderr)
        return 1
    except CellExecutionError as error:
        print(f"No {chosen.thing}: the story stopped.\n{error}", file=sys.stderr)
        return 1
    return 0


def make_report(chosen: argparse.Namespace) -> str:
    """Tell the story on the chosen list, write it as a page, and say what it was made from."""
    started = time.monotonic()
    raw = get_tiktokers(chosen.month, path=chosen.csv, source=chosen.source)
    creators = clean(raw)  # before any story is told about it
    provenance = creators.attrs["provenance"]
    if len(creators) < FEWEST_CREATORS:
        raise PrepareError(
            f"'{provenance['file']}' has {len(creators)} creators, too few for the story, which fits models "
            f"to a part of them and tries these on the rest: it takes {FEWEST_CREATORS}. The helpers take "
            "fewer, as README's recipes show."
        )
    read_client(chosen.subscribers, chosen.views)
    asked = parameters(chosen.month, chosen.csv, chosen.source, chosen.subscribers, chosen.views)
    executed = run_notebook(NOTEBOOK, asked)
    if chosen.in_place:
        write_whole(NOTEBOOK, nbformat.writes(executed) + "\n")
    write_whole(REPORT, to_html(executed))
    kind = "SYNTHETIC sample" if provenance["synthetic"] else "real data"
    data = "Data: {kind}, {file} (source {source}, sha256 {sha256})".format(kind=kind, **provenance)
    return f"{data}\nReport: {os.path.relpath(REPORT)} (took {time.monotonic() - started:.0f} s)"


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tiktok.report", description="Run the story and write it as one HTML page."
    )
    parser.add_argument("--csv", help="a CSV file with the columns of the lists")
    parser.add_argument(
        "--month", help="which list, YYYY-MM (default: 2022-07; of a CSV, what it says itself)"
    )
    parser.add_argument("--source", default="auto", choices=("auto", "local", "kaggle", "sample"))
    parser.add_argument(
        "--subscribers", help="of a client, such as 1.2M: adds where it stands and its chances"
    )
    parser.add_argument("--views", help="of a client, on average per video, such as 800K")
    parser.add_argument(
        "--in-place", action="store_true", help="also keep the outputs in final_notebook.ipynb"
    )
    parser.set_defaults(do=make_report, thing="report")
    instead = parser.add_subparsers(title="instead of a report", metavar="")
    readme = instead.add_parser("readme", help="put the results of the real July list into README.md")
    readme.set_defaults(do=lambda _: write_results(), thing="results")
    for name, thing, do, what in (
        ("forecast", "forecast", commit_forecast, "write down a forecast of a list before it is opened"),
        ("score", "score", score_commitment, "score that forecast on its list, baselines beside it"),
    ):
        command = instead.add_parser(name, help=what)
        command.add_argument("of", metavar="YYYY-MM", help="the month of the list that is forecast")
        command.add_argument("--out", type=Path, help="another file than data/forecasts/YYYY-MM.csv")
        command.set_defaults(do=lambda chosen, do=do: do(chosen.of, chosen.out), thing=thing)
    return parser.parse_args(arguments)


def parameters(
    month: str | None,
    csv: str | None,
    source: str,
    subscribers: str | None = None,
    views: str | None = None,
) -> str:
    """Write the notebook's cell of parameters."""
    path = None if csv is None else Path(os.path.relpath(csv, PROJECT)).as_posix()
    named = {"MONTH": month, "CSV": path, "SOURCE": source, "SUBSCRIBERS": subscribers, "VIEWS": views}
    literals = ["None" if text is None else json.dumps(text, ensure_ascii=False) for text in named.values()]
    return "\n".join(f"{name} = {literal}" for name, literal in zip(named, literals, strict=True))


def run_notebook(path: Path, parameters_source: str) -> NotebookNode:
    """Run a notebook in its folder, in a fresh kernel; the code takes the place of its cell of parameters."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = parameters_source
    code_cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    with tqdm(total=code_cells, desc="story", unit="cell", leave=False) as bar:
        NotebookClient(
            notebook,
            kernel_name=KERNEL,
            config=ENCRYPTED,
            timeout=CELL_TIMEOUT,
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_executed=lambda **_: bar.update(),
        ).execute()
    return notebook


def to_html(notebook: NotebookNode) -> str:
    """Render an executed notebook as one HTML page that needs nothing else, from the network or the disk."""
    exporter = HTMLExporter(
        template_name=TEMPLATE.name,
        extra_template_basedirs=[str(TEMPLATE.parent)],
        exclude_output_prompt=True,
    )
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": TITLE}})
    return finish_page(page)
