"""Run the story on chosen data and write it as one HTML page: what `make report` calls.

python report.py                               the July 2022 list, from data/, else Kaggle, else the sample
python report.py --csv my_list.csv             any list with these columns
python report.py --month 2022-06 --source sample
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

import acquire
import prepare
from tiktok.lists.files import write_whole
from tiktok.model import client
from tiktok.report.page import finish_page

PROJECT = Path(__file__).resolve().parents[2]
NOTEBOOK = PROJECT / "final_notebook.ipynb"
REPORT = PROJECT / "reports" / "final_notebook.html"
TEMPLATE = Path(__file__).with_name("template")
TITLE = "What makes a TikTok creator successful?"
KERNEL = "python3"
CELL_TIMEOUT = 600  # seconds
# the kernel warns in the reader's terminal when what it is sent is not encrypted
ENCRYPTED = Config(KernelManager={"transport_encryption": "auto"})


def main(arguments: list[str] | None = None) -> int:
    """Make the report that the command line asks for; where that fails, an older one is left as it was."""
    chosen = _parse(arguments)
    started = time.monotonic()
    try:
        # before any story is told about them
        raw = acquire.get_tiktokers(chosen.month, path=chosen.csv, source=chosen.source)
        provenance = prepare.clean(raw).attrs["provenance"]
        client.read_client(chosen.subscribers, chosen.views)
        asked = parameters(chosen.month, chosen.csv, chosen.source, chosen.subscribers, chosen.views)
        executed = run_notebook(NOTEBOOK, asked)
    except (acquire.AcquireError, prepare.PrepareError) as error:
        print(f"No report: {error}", file=sys.stderr)
        return 1
    except CellExecutionError as error:
        print(f"No report: the story stopped.\n{error}", file=sys.stderr)
        return 1
    if chosen.in_place:
        write_whole(NOTEBOOK, nbformat.writes(executed) + "\n")
    write_whole(REPORT, to_html(executed))
    kind = "SYNTHETIC sample" if provenance["synthetic"] else "real data"
    print("Data: {kind}, {file} (source {source}, sha256 {sha256})".format(kind=kind, **provenance))
    print(f"Report: {os.path.relpath(REPORT)} (took {time.monotonic() - started:.0f} s)")
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="report.py", description="Run the story and write it as one HTML page."
    )
    parser.add_argument("--csv", help="a CSV file with the columns of the lists")
    parser.add_argument("--month", default="2022-07", help="which list, YYYY-MM (default: %(default)s)")
    parser.add_argument("--source", default="auto", choices=("auto", "local", "kaggle", "sample"))
    parser.add_argument(
        "--subscribers", help="of a client, such as 1.2M: adds where it stands and its chances"
    )
    parser.add_argument("--views", help="of a client, on average per video, such as 800K")
    parser.add_argument(
        "--in-place", action="store_true", help="also keep the outputs in final_notebook.ipynb"
    )
    return parser.parse_args(arguments)


def parameters(
    month: str,
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


if __name__ == "__main__":
    sys.exit(main())
