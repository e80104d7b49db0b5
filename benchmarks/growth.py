"""How what the helpers cost grows with the creators of a list: seconds, and exponents fitted to them.

python benchmarks/growth.py [creators ...]

The lists are made up. Processor seconds of one thread, so that a busy machine changes little.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests"), str(PROJECT / "benchmarks")]

from clean_speed import make_rows  # noqa: E402
from planted import MONTHS, plant_panel  # noqa: E402

import explore  # noqa: E402
import model  # noqa: E402
import prepare  # noqa: E402
from tiktok import forecast  # noqa: E402
from tiktok.figures import new_figure, use_style  # noqa: E402
from tiktok.model.inputs import steady_fits  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
LONGEST = 60.0  # seconds: what took a sixth of that isn't tried with ten times as many
OTHERS = ["subscribers", "views", "likes", "comments"]
CLOSED = ["mean", "OLS", "splines"]


def list_parts(creators: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """Give what is timed on lists of so many creators, each behind a name."""
    raw = make_rows(0, creators, np.random.default_rng(0))
    tidy = prepare.clean(raw, month="2022-07")
    split = prepare.label_success(prepare.split_creators(tidy))
    X, y = tidy[OTHERS], tidy["shares"]
    yield "clean", lambda: prepare.clean(raw, month="2022-07")
    yield "correlations", lambda: explore.correlation_tests(tidy, "shares", OTHERS)
    yield "claims", lambda: explore.try_correlation_claims(tidy)
    yield "audit", lambda: model.audit_leakage(X, y)
    yield (
        "cross-validation",
        lambda: model.cross_validate_regressors(split, "engagement", ["subscribers"], CLOSED),
    )
    pairs = prepare.pair_snapshots(plant_panel(3 * creators, creators, months=MONTHS[:4]))
    yield "forecast, four lists", lambda: forecast.forecast(pairs)


def measure(sizes: Sequence[int]) -> pd.DataFrame:
    """Time each part on lists of each size: processor seconds, a row a part, a column a size."""
    taken: dict[str, dict[int, float]] = {}
    with steady_fits():
        for _, part in list_parts(300):  # what a first call loads and lays out isn't growth
            part()
        for creators in sizes:
            for name, part in list_parts(creators):
                before = taken.setdefault(name, {})
                if before and 10 * max(before.values()) > LONGEST:
                    continue
                started = time.process_time()
                part()
                before[creators] = time.process_time() - started
    return pd.DataFrame(taken).T


def fit_exponent(seconds: pd.Series) -> float:
    """Fit the power of the number of creators by which seconds grow: 1 is twice as long for twice as many."""
    known = seconds.dropna()
    return float(np.polyfit(np.log(known.index.astype(float)), np.log(known.clip(lower=1e-4)), 1)[0])


def write_table(taken: pd.DataFrame) -> str:
    """Write seconds and exponents as Markdown."""
    head = " | ".join(f"{size:,}" for size in taken.columns)
    lines = [f"| | {head} creators | grows with the power |", "|---|" + "---|" * (len(taken.columns) + 1)]
    for name, seconds in taken.iterrows():
        cells = " | ".join("" if np.isnan(one) else f"{one:.2f} s" for one in seconds)
        lines.append(f"| {name} | {cells} | {fit_exponent(seconds):.2f} |")
    return "\n".join(lines)


def draw(taken: pd.DataFrame) -> Figure:
    """Draw seconds by creators, both logarithmic, each line named at its end."""
    use_style()
    fig = new_figure(8, 4.5)
    ax = fig.subplots()
    for name, seconds in taken.iterrows():
        known = seconds.dropna()
        ax.plot(known.index, known, marker="o", label=f"{name} (power {fit_exponent(seconds):.2f})")
    ax.set(xscale="log", yscale="log", xlabel="creators in a list", ylabel="seconds, one thread")
    ax.set_title("What the helpers cost by the creators of a list")
    fig.legend(loc="outside right upper", fontsize=9)
    return fig


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    print(write_table(measure(parser.parse_args().sizes)))


if __name__ == "__main__":
    main()
