"""Every result and every text of the story, in numbers that can be compared: the net under each change.

python tests/story_digest.py             compare fresh runs, on sample and July list, with story_digest.csv
python tests/story_digest.py --write     write story_digest.csv anew
python tests/story_digest.py --run july  one of the two stories only

A numeric column becomes its size, its sum and a weighted sum that changes when two rows change places; these
are compared to a relative 1e-7, since computers differ in the last digits. Texts become the beginning of
their hash. The real list's rows are in none of these.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from pictures import pictures_of

DIGEST = Path(__file__).with_suffix(".csv")
COLUMNS = ["run", "cell", "what", "column", "rows", "missing", "size", "total", "weighted", "text"]
KEY = COLUMNS[:4]
NUMBERS = ["size", "total", "weighted"]
RUNS = {"sample": ("2022-07", None, "sample"), "july": ("2022-07", None, "local")}
TOLERANCE = 1e-7  # of the sum of absolute values
RECORD = (
    "import sys; sys.path.insert(0, 'tests'); import story_digest; story_digest.record(get_ipython(), {!r})"
)


def record(shell: object, path: str) -> None:
    """Watch a kernel: after each cell, write down what its variables newly hold."""
    seen: dict[str, object] = {}
    Path(path).write_text("", encoding="utf-8")

    def note_new(result: object) -> None:
        if result.execution_count is None:  # what nobody typed
            return
        new = {
            name: value
            for name, value in shell.user_ns.items()
            if not name.startswith("_") and seen.get(name) is not value
        }
        seen.update(new)
        with Path(path).open("a", encoding="utf-8") as notes:
            for name, value in new.items():
                for what, frame in frames_of(name, value):
                    for row in digest_frame(frame):
                        notes.write(json.dumps({"cell": result.execution_count, "what": what, **row}) + "\n")

    shell.events.register("post_run_cell", note_new)


def frames_of(name: str, value: object) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each table in a value, however deep in tuples and mappings, with a name that says where it was."""
    if isinstance(value, pd.DataFrame):
        yield name, value
    elif isinstance(value, pd.Series):
        yield name, value.to_frame("value" if value.name is None else str(value.name))
    elif isinstance(value, Mapping):
        for number, (key, inside) in enumerate(value.items()):
            label = key if isinstance(key, str) else number
            yield from frames_of(f"{name}[{label}]", inside)
    elif isinstance(value, tuple | list):
        labels = getattr(value, "_fields", range(len(value)))
        for label, inside in zip(labels, value, strict=True):
            yield from frames_of(f"{name}[{label}]", inside)


def digest_frame(frame: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Sum up each column of a table, and its index where it tells something."""
    if not isinstance(frame.index, pd.RangeIndex):
        yield digest_column("(index)", pd.Series([str(label) for label in frame.index]))
    for position, column in enumerate(frame.columns):
        yield digest_column(str(column), frame.iloc[:, position])


def digest_column(name: str, values: pd.Series) -> dict[str, object]:
    """Sum up a column: numbers by sums, everything else by a hash.

    >>> digest_column("a", pd.Series([1.0, 3.0]))["total"]
    4.0
    """
    known = values[values.notna()]
    row = {"column": name, "rows": len(values), "missing": int(values.isna().sum())}
    if pd.api.types.is_bool_dtype(known) or pd.api.types.is_numeric_dtype(known):
        numbers = known.to_numpy(float)
        numbers = np.where(np.isinf(numbers), np.sign(numbers) * 1e300, numbers)
        weights = np.random.default_rng(len(values)).uniform(size=len(values))[values.notna().to_numpy()]
        sums = (np.abs(numbers).sum(), numbers.sum(), numbers @ weights)
        return row | {kind: float(f"{number:.10g}") for kind, number in zip(NUMBERS, sums, strict=True)}
    return row | {"text": _hash("\x1f".join(str(value) for value in known))}


def digest_texts(notebook: object) -> Iterator[dict[str, object]]:
    """Hash every text that a story shows: sentences, tables, and the alternative texts of figures."""
    number = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        number += 1
        for position, output in enumerate(cell.outputs):
            what = f"output {position}"
            for kind, text in sorted(output.get("data", {}).items()):
                if kind in ("text/markdown", "text/html"):
                    yield {"cell": number, "what": what, "column": kind, "text": _hash(text)}
            for picture in pictures_of(output):
                alt = picture.about["alt"]
                yield {"cell": number, "what": what, "column": "alternative text", "text": _hash(alt)}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def digest_story(run: str, notebook: object, notes: Path) -> pd.DataFrame:
    """Put together what was noted while a story ran and what it shows."""
    noted = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    return pd.DataFrame([*noted, *digest_texts(notebook)]).assign(run=run).reindex(columns=COLUMNS)


def compare(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Say where two digests differ, a line each; nothing where they are equal."""
    both = before.merge(
        after, on=KEY, how="outer", suffixes=("_before", "_after"), indicator=True, sort=False
    )
    said = []
    for row in both.to_dict("records"):
        where = " | ".join(str(row[key]) for key in KEY)
        if row["_merge"] != "both":
            said.append(f"{where}: only {'before' if row['_merge'] == 'left_only' else 'after'}")
            continue
        room = TOLERANCE * max(abs(row["size_before"]), abs(row["size_after"]), 1e-3)
        for name in ("rows", "missing", *NUMBERS, "text"):
            old, new = row[f"{name}_before"], row[f"{name}_after"]
            same = (pd.isna(old) and pd.isna(new)) or old == new
            if not same and not (name in NUMBERS and abs(old - new) <= room):
                said.append(f"{where}: {name} {old} → {new}")
    return said


def read(path: Path = DIGEST) -> pd.DataFrame:
    """Read a digest as it was written."""
    return pd.read_csv(
        path,
        dtype={"text": str, "column": str},
        keep_default_na=False,
        na_values={name: [""] for name in ("rows", "missing", *NUMBERS, "text")},
    )


def main() -> int:
    """Tell both stories and compare them with what was written down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the digest anew")
    parser.add_argument("--run", choices=RUNS, action="append", help="one story only")
    chosen = parser.parse_args()
    sys.path.insert(0, str(DIGEST.parents[1]))
    digests = [tell(run)[1] for run in chosen.run or RUNS]
    after = pd.concat(digests, ignore_index=True)
    before = read() if DIGEST.exists() else after.iloc[:0]
    said = compare(before[before["run"].isin(after["run"])], after)
    print("\n".join(said) or f"Nothing differs: {len(after)} columns and texts.")
    if chosen.write:
        kept = before[~before["run"].isin(after["run"])]
        pd.concat([after, kept], ignore_index=True).sort_values("run", kind="stable").to_csv(
            DIGEST, index=False
        )
        return 0
    return int(bool(said))


def tell(run: str) -> tuple[object, pd.DataFrame]:
    """Run one story in a kernel of its own, and give it back with its digest."""
    from tempfile import TemporaryDirectory

    from tiktok.report import run as told_by

    month, csv, source = RUNS[run]
    with TemporaryDirectory() as folder:
        notes = Path(folder) / "notes.jsonl"
        told = told_by.run_notebook(
            told_by.NOTEBOOK, f"{told_by.parameters(month, csv, source)}\n{RECORD.format(str(notes))}"
        )
        return told, digest_story(run, told, notes)


if __name__ == "__main__":
    sys.exit(main())
