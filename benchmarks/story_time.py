"""How long the story takes, against a notebook that only imports the same libraries.

python benchmarks/story_time.py [rounds]

Both run in fresh kernels, in turn, in one go: only the ratio means anything on a busy machine.
"""

import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tiktok.report import run  # noqa: E402

IMPORTS = """
import matplotlib.pyplot
import numpy
import pandas
import scipy.stats
import seaborn
import sklearn.dummy, sklearn.linear_model, sklearn.metrics, sklearn.pipeline, sklearn.preprocessing
import statsmodels.api
"""


def imports_only(folder: Path) -> Path:
    """Write the notebook that the story is held against."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(IMPORTS)])
    path = folder / "imports_only.ipynb"
    nbformat.write(notebook, path)
    return path


def seconds(path: Path) -> float:
    """Run a notebook in a fresh kernel and time it."""
    started = time.perf_counter()
    run.run_notebook(path, run.parameters("2022-07", None, "auto"))
    return time.perf_counter() - started


def main(rounds: int) -> None:
    """Print the median seconds of both, and their ratio."""
    with TemporaryDirectory() as folder:
        bare = imports_only(Path(folder))
        pairs = [(seconds(bare), seconds(run.NOTEBOOK)) for _ in range(rounds)]
    imports, story = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"imports only {imports:.1f} s, story {story:.1f} s, ratio {story / imports:.2f} (goal: 2.5)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
