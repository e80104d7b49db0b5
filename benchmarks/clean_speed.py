"""What cleaning costs, against reading the same rows and against the ways in which people write it.

python benchmarks/clean_speed.py                    a million rows
python benchmarks/clean_speed.py 1000000 10000000   how it grows
"""

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

import prepare  # noqa: E402
from tiktok.acquire.csv_files import read_file  # noqa: E402

ROWS = 1_000_000
CHUNK = 1_000_000
DIFFERENT_COUNTS = 5_000  # a column of a real list of 1000 has 130 to 880
SCALES = {
    "Subscribers Count": 3e6,
    "Views. Avg": 2e6,
    "Likes. Avg": 2e5,
    "Comments. Avg": 2e3,
    "Shares. Avg": 2e3,
}
REPEATS = 5
IMPORT_REPEATS = 7
SLOW, SLOWER = 10, 100  # timed on one row in so many and scaled up, or nobody would wait
READERS = {  # what the others take is a multiple of the first
    "pandas.read_csv": pd.read_csv,
    "pandas.read_csv, all as text": partial(pd.read_csv, dtype=str, keep_default_na=False),
    "csv_files.read_file": read_file,
}
FACTORS = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9}


def short_count(count: float) -> str:
    """Write a count as the lists do."""
    for suffix, factor in (("M", 1e6), ("K", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f}".removesuffix(".0") + suffix
    return f"{count:.0f}"


def make_rows(start: int, stop: int, rng: np.random.Generator) -> pd.DataFrame:
    """Make rows in the dialect of July 2022, each with a handle of its own."""
    numbers = np.arange(start, stop)
    columns = {"Rank": numbers + 1, "Username": [f"creator.{i}" for i in numbers]}
    columns["Tiktok Link"] = [f"https://www.tiktok.com/@creator.{i}" for i in numbers]
    columns["Name"] = [f"Créator № {i}" for i in numbers]
    for label, scale in SCALES.items():
        different = np.array(
            [short_count(c) for c in scale * rng.lognormal(size=DIFFERENT_COUNTS)], dtype=object
        )
        columns[label] = different[rng.integers(0, DIFFERENT_COUNTS, len(numbers))]
    return pd.DataFrame(columns)


def write_list(path: Path, rows: int) -> None:
    rng = np.random.default_rng(0)
    for start in range(0, rows, CHUNK):
        chunk = make_rows(start, min(start + CHUNK, rows), rng)
        chunk.to_csv(path, mode="a", header=start == 0, index=False, encoding="utf-8")


def by_apply(texts: pd.Series) -> pd.Series:
    """`apply` with `float`, cell by cell."""

    def to_float(text: str) -> float:
        return float(text[:-1]) * FACTORS[text[-1]] if text[-1] in FACTORS else float(text)

    return texts.apply(to_float)


def by_extract(texts: pd.Series) -> pd.Series:
    """`str.extract`, number and suffix."""
    parts = texts.str.extract(r"([\d.]+)([KMB]?)")
    return parts[0].astype(float) * parts[1].map(FACTORS)


def by_eval(texts: pd.Series) -> pd.Series:
    """`replace` the suffix by a product and `eval` it."""
    products = texts.replace({"K": "*1e3", "M": "*1e6", "B": "*1e9"}, regex=True)
    return products.map(eval).astype(float)


def timed(function: Callable, argument: object) -> tuple[object, float]:
    """Call a function; also the seconds of the processor, which a busy machine disturbs less than a clock."""
    start = time.process_time()
    result = function(argument)
    return result, time.process_time() - start


def wall_seconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=PROJECT, check=True)
    return time.perf_counter() - start


def time_ways(raw: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    """Time each way to parse the five columns of counts, after checking that all give the same numbers."""
    ways = {
        "parse_counts": (prepare.parse_counts, 1),
        "apply with float": (by_apply, SLOW),
        "str.extract": (by_extract, SLOW),
        "replace + eval": (by_eval, SLOWER),
    }
    for label in SCALES:
        for way, _ in ways.values():
            np.testing.assert_allclose(way(raw[label][:1000]), prepare.parse_counts(raw[label][:1000]))
    return [
        (f"counts by {name}", np.array([share * sum(timed(way, raw[label][::share])[1] for label in SCALES)]))
        for name, (way, share) in ways.items()
    ]


def time_reading_and_cleaning(path: Path, repeats: int) -> list[tuple[str, np.ndarray]]:
    """Read the file in every way and clean what was read, in turn; each step with its time in each turn."""
    took = np.empty((repeats, len(READERS), 2))
    for turn in took:
        for times, reader in zip(turn, READERS.values(), strict=True):
            raw, times[0] = timed(reader, path)
            tidy, times[1] = timed(prepare.clean, raw)
            del raw, tidy
    lines = []
    for label, (reading, cleaning) in zip(READERS, took.transpose(1, 2, 0), strict=True):
        lines.append((label, reading))
        lines.append(("  prepare.clean of these rows", cleaning))
        lines.append(("  from file to tidy", reading + cleaning))
    return lines


def peak_memory() -> str:
    """The most memory that this process has had so far, where the system tells."""
    try:
        import resource
    except ImportError:
        return "unknown here"
    unit = 1 if sys.platform == "darwin" else 1024
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9:.1f} GB"


def compare(rows: int, *, ways: bool) -> None:
    """Print what cleaning so many rows costs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        # elsewhere: among what is left of millions of texts that were made up, all that follows is slower
        writer = multiprocessing.Process(target=write_list, args=(path, rows))
        writer.start()
        writer.join()
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        lines = time_reading_and_cleaning(path, REPEATS if rows <= ROWS else 1)
        if ways:
            raw = pd.read_csv(path)
            lines += time_ways(raw)
    reading = lines[0][1]
    for label, took in lines:
        each = f"{took.min():8.2f} s{took.min() / rows * 1e6:8.2f} µs a row"
        ratios = took / (reading if took.size > 1 else reading.min())
        spread = f" ({ratios.min():.2f} to {ratios.max():.2f})" if ratios.size > 1 else ""
        print(f"  {label:32}{each}{took.min() / reading.min():8.2f} × pandas.read_csv{spread}")
    print(f"  peak memory so far {peak_memory()}\n")


def compare_imports() -> None:
    """Print what importing the helpers costs, importing pandas being 1."""
    took = {"import pandas": [], "import acquire, prepare": []}
    for _ in range(IMPORT_REPEATS):
        for statement, times in took.items():
            times.append(wall_seconds([sys.executable, "-c", statement]))
    pandas_alone, helpers = (min(times) for times in took.values())
    print(f"import acquire, prepare: {helpers:.2f} s, {helpers / pandas_alone:.2f} × import pandas")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rows", nargs="*", type=int, default=[ROWS])
    sizes = parser.parse_args().rows
    for rows in sizes:
        compare(rows, ways=rows <= ROWS)
    compare_imports()


if __name__ == "__main__":
    main()
