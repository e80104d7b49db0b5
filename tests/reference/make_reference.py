"""Compute the reference values again: python tests/reference/make_reference.py

Needs R with sandwich, lmtest and nlme (Debian: r-base-core r-cran-sandwich r-cran-lmtest r-cran-nlme). R
reads a cleaned list from a temporary folder; what is kept are statistics, no row of a list.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

REFERENCE = Path(__file__).resolve().parent
sys.path.insert(0, str(REFERENCE.parent.parent))

import acquire  # noqa: E402  the project's modules lie two folders up
import prepare  # noqa: E402
from tiktok.explore.profiles import profile_marks  # noqa: E402

VERSIONS = (
    'cat(R.version.string);for (p in c("sandwich", "lmtest", "nlme")) cat(";", p, format(packageVersion(p)))'
)


def main() -> None:
    """Write the statistics of the sample, and of the real July list where TIKTOK_DATA_DIR points to it."""
    write("sample", source="sample")
    if os.environ.get("TIKTOK_DATA_DIR"):
        write("july", source="local")
    else:
        print("TIKTOK_DATA_DIR isn't set: the values of the real July list are left as they are.")


def write(name: str, source: str) -> None:
    raw = acquire.get_tiktokers("2022-07", source=source)
    df = prepare.clean(raw, month="2022-07")
    marks = profile_marks(df).add_prefix("mark_").astype(int)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        numbers = df[[*prepare.METRICS, "engagement", "interactions"]]
        numbers.join(marks).to_csv(path, index=False, float_format="%.17g")
        statistics = run_r(str(REFERENCE / "statistics.R"), str(path))
    header = f"# {run_r('-e', VERSIONS)}\n# list: sha256 {raw.attrs['provenance']['sha256']}\n"
    (REFERENCE / f"statistics_{name}.csv").write_text(header + statistics, encoding="utf-8", newline="\n")
    print(f"statistics_{name}.csv: {statistics.count(chr(10)) - 1} values")


def run_r(*arguments: str) -> str:
    return subprocess.run(["Rscript", *arguments], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
