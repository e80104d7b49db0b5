"""What the project costs, written to benchmarks/RESULTS.md: what `make bench` calls.

python benchmarks/bench.py [--before COMMIT] [--commands]

`--before` runs the story of an earlier commit beside, `--commands` also times `make report` on a bare clone
and the tests. Seconds are of this machine on this day; only ratios of one run mean anything elsewhere.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT / "benchmarks")]

import growth  # noqa: E402
import story_time  # noqa: E402

RESULTS = PROJECT / "benchmarks" / "RESULTS.md"
PICTURE = RESULTS.with_name("growth.png")
LIBRARIES = ("pandas", "numpy", "scipy", "scikit-learn", "statsmodels", "matplotlib", "nbclient")
HEAD = """# What it costs

Written by `make bench`, not by hand. Seconds are of one machine on one day, which others may have been using;
the ratios were measured side by side in one run."""


def say_machine() -> str:
    """Name the machine and the versions."""
    cores, memory = psutil.cpu_count(), psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    lists = "the real lists" if os.environ.get("TIKTOK_DATA_DIR") else "the synthetic sample"
    return (
        f"{date.today()}, {platform.system()}, {cores} cores, {memory:.0f} GiB. Python "
        f"{platform.python_version()}, {libraries}. The story was told on {lists}."
    )


def output_of(script: str, *arguments: str) -> str:
    """Run one of the benchmarks and give what it prints."""
    command = [sys.executable, str(PROJECT / "benchmarks" / script), *arguments]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return run.stdout.strip()


def time_commands(before: str | None) -> Iterator[str]:
    """Time what a newcomer types, each in a clone of its own, packages downloaded already: a table's rows."""
    yield "| command, on a clone without a `.venv`, nothing to download | seconds |"
    yield "|---|---|"
    for name, commit in {f"before ({before})": before, "now": "HEAD"}.items():
        if commit is not None:
            with story_time.tree_of(commit) as tree:
                yield f"| `make report`, {name} | {seconds('make report', tree):.0f} |"
    with story_time.tree_of("HEAD") as tree:
        subprocess.run(["make", ".venv/.installed-dev"], cwd=tree, check=True, capture_output=True)
        for command in ("make test-fast", "make test"):
            yield f"| `{command}`, once everything is installed | {seconds(command, tree):.0f} |"


def seconds(command: str, folder: Path) -> float:
    """Time a command, which has to succeed."""
    started = time.perf_counter()
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--before", help="a commit whose story is run beside")
    parser.add_argument("--commands", action="store_true", help="also time make report and the tests")
    chosen = parser.parse_args()
    parts = [HEAD, say_machine(), "## The story, against a notebook that only imports the same libraries"]
    parts.append(story_time.write_tables(story_time.ROUNDS, chosen.before))
    if chosen.commands:
        parts += ["## What one types", "\n".join(time_commands(chosen.before))]
    parts += ["## Reading, cleaning, importing", f"```\n{output_of('clean_speed.py')}\n```"]
    taken = growth.measure(growth.SIZES)
    growth.draw(taken).savefig(PICTURE, dpi=110, metadata={"Software": None})
    parts += ["## How it grows with the creators of a list", growth.write_table(taken)]
    parts.append(f"![Seconds by creators, on logarithmic axes]({PICTURE.name})")
    RESULTS.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print(f"Written: {RESULTS.relative_to(PROJECT)}")


if __name__ == "__main__":
    main()
