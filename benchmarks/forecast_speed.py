"""How long forecasts of five lists take, and how that grows with the creators of a list.

python benchmarks/forecast_speed.py [creators ...]

The lists are made up. Processor seconds of one thread, so that a busy machine changes little.
"""

import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]

from planted import plant_panel  # noqa: E402

from tiktok.forecast.rolling import predict_steps  # noqa: E402
from tiktok.forecast.scores import score_forecasts  # noqa: E402
from tiktok.model.inputs import steady_fits  # noqa: E402
from tiktok.prepare.panel import pair_snapshots  # noqa: E402


def seconds(listed: int) -> dict[str, float]:
    """Time the Gaussian process alone, all models, and their scores."""
    pairs = pair_snapshots(plant_panel(3 * listed, listed))
    started = time.process_time()
    predict_steps(pairs, learners=())
    alone = time.process_time()
    predictions = predict_steps(pairs)
    models = time.process_time()
    score_forecasts(predictions)
    return {
        "Gaussian process and baselines": alone - started,
        "all models": models - alone,
        "scores": time.process_time() - models,
    }


def main(sizes: list[int]) -> None:
    """Print a line a size."""
    with steady_fits():
        seconds(100)
        for listed in sizes:
            parts = ", ".join(f"{name} {taken:.2f} s" for name, taken in seconds(listed).items())
            print(f"5 lists of {listed:,} creators: {parts}")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1000, 2000, 4000, 8000])
