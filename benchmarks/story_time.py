"""How long the story takes, section by section, and its memory, against a notebook that only imports.

python benchmarks/story_time.py [--rounds 3] [--before COMMIT]

Each round runs the notebook of imports, the story, and the story of an earlier commit, in fresh kernels, one
after the other: on a busy machine only ratios of one round mean anything.
"""

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import psutil

PROJECT = Path(__file__).resolve().parent.parent
ROUNDS = 3
SAMPLE_SECONDS = 0.3
IMPORTS = """
import matplotlib.pyplot
import numpy
import pandas
import scipy.stats
import seaborn
import sklearn.dummy, sklearn.linear_model, sklearn.metrics, sklearn.pipeline, sklearn.preprocessing
import statsmodels.api
"""
# runs in a tree of its own, whose `run_notebook` it calls; only the times of the cells are put in beside it
RUN = """
import json, sys, time
import nbclient, nbformat
from pathlib import Path
from tiktok.report import run
given = nbclient.NotebookClient.__init__
def keep_times(self, *args, **kwargs):
    given(self, *args, **kwargs | {"record_timing": True})
nbclient.NotebookClient.__init__ = keep_times
started = time.perf_counter()
told = run.run_notebook(Path(sys.argv[1]), run.parameters("2022-07", None, "auto"))
seconds = time.perf_counter() - started
nbformat.write(told, sys.argv[2])
print(json.dumps(seconds))
"""


@contextmanager
def tree_of(commit: str) -> Iterator[Path]:
    """Lay out the project as it was at a commit, until the block is left."""
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "before"
        git = ["git", "-C", str(PROJECT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), commit], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def imports_only(folder: Path) -> Path:
    """Write the notebook that the story is held against."""
    path = folder / "imports_only.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(IMPORTS)]), path)
    return path


def tell(notebook: Path, tree: Path, *, weigh: bool = False) -> tuple[float, dict[str, float], float]:
    """Run a notebook by the code of a tree: seconds, seconds by section, and the most memory in MB."""
    with TemporaryDirectory() as folder:
        told = Path(folder) / "told.ipynb"
        command = [sys.executable, "-c", RUN, str(notebook), str(told)]
        with subprocess.Popen(
            command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            most = [0.0]
            if weigh:
                threading.Thread(target=watch_memory, args=(process.pid, most), daemon=True).start()
            answer, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"{notebook.name} could not be run in {tree}.")
        return json.loads(answer), seconds_by_section(nbformat.read(told, as_version=4)), most[0]


def watch_memory(pid: int, most: list[float]) -> None:
    """Keep the most memory that a process and all it started hold; what they share counts once."""
    try:
        while True:
            whole = 0.0
            for process in (parent := psutil.Process(pid), *parent.children(recursive=True)):
                try:
                    held = process.memory_full_info()
                    whole += getattr(held, "pss", held.uss)
                except psutil.Error:
                    continue
            most[0] = max(most[0], whole / 1e6)
            time.sleep(SAMPLE_SECONDS)
    except psutil.Error:
        return


def seconds_by_section(notebook: nbformat.NotebookNode) -> dict[str, float]:
    """Add up the seconds of the cells under each heading."""
    seconds, section = {}, "imports and parameters"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            headings = [line for line in cell.source.splitlines() if line.startswith("## ")]
            section = headings[-1].removeprefix("## ") if headings else section
        elif "execution" in cell.metadata:
            taken = cell.metadata["execution"]
            begun, ended = (
                datetime.fromisoformat(taken[what]) for what in ("iopub.status.busy", "shell.execute_reply")
            )
            seconds[section] = seconds.get(section, 0.0) + (ended - begun).total_seconds()
    return seconds


def compare(trees: Mapping[str, Path], rounds: int) -> dict[str, list[tuple[float, dict[str, float]]]]:
    """Run the notebook of imports and the story of each tree, in turn: by name, what each round took."""
    found = {name: [] for name in ("imports only", *trees)}
    with TemporaryDirectory() as folder:
        bare = imports_only(Path(folder))
        for _ in range(rounds):
            found["imports only"].append(tell(bare, PROJECT)[:2])
            for name, tree in trees.items():
                found[name].append(tell(tree / "final_notebook.ipynb", tree)[:2])
    return found


def ratios(found: Mapping[str, list[tuple[float, dict[str, float]]]], name: str) -> list[float]:
    """Give how many times as long as the imports alone a story took, round by round."""
    return [one[0] / bare[0] for one, bare in zip(found[name], found["imports only"], strict=True)]


def write_tables(rounds: int, commit: str | None) -> str:
    """Run everything, and write it as Markdown."""
    with TemporaryDirectory() as folder:
        if commit is None:
            return _write({"now": PROJECT}, rounds, Path(folder))
        with tree_of(commit) as before:
            return _write({f"before ({commit[:7]})": before, "now": PROJECT}, rounds, Path(folder))


def _write(trees: Mapping[str, Path], rounds: int, folder: Path) -> str:
    found = compare(trees, rounds)
    memory = {name: tell(tree / "final_notebook.ipynb", tree, weigh=True)[2] for name, tree in trees.items()}
    memory["imports only"] = tell(imports_only(folder), PROJECT, weigh=True)[2]
    lines = ["| | seconds | × imports only (rounds) | most memory, all processes |", "|---|---|---|---|"]
    for name, told in found.items():
        times = [f"{ratio:.1f}" for ratio in ratios(found, name)]
        middle = statistics.median(ratios(found, name))
        seconds = statistics.median(one[0] for one in told)
        lines.append(
            f"| {name} | {seconds:.1f} | **{middle:.1f}** ({', '.join(times)}) | {memory[name]:.0f} MB |"
        )
    names = list(trees)
    lines += ["", f"| section of the story | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    sections = {name: found[name][-1][1] for name in names}
    for section in sections[names[-1]]:
        seconds = [
            f"{statistics.median(one[1].get(section, 0.0) for one in found[name]):.1f} s" for name in names
        ]
        lines.append(f"| {section} | {' | '.join(seconds)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--before", help="a commit whose story is run beside")
    chosen = parser.parse_args()
    print(write_tables(chosen.rounds, chosen.before))


if __name__ == "__main__":
    main()
