"""Do the models' intervals hold what they promise? Simulated creators whose truth is known.

Creators like a list's: the log of engagement has a tail upwards and hangs on subscribers not at all,
straight, bent, or strongly. The truth is the expected score on new creators of a model fitted on as many as a
fold leaves. A gain over lines where nothing bends is all but nothing: its interval holds more than it
promises. Run by hand:

    python benchmarks/cv_coverage.py [runs]
"""

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import clone

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tiktok.model.classification import CLASSIFIERS, auc, predict_success
from tiktok.model.client import score_creators
from tiktok.model.cross_validation import (
    FOLDS,
    SEED,
    Scored,
    answer_left_out,
    deal_repeats,
    explain,
    left_out_interval,
    subtract_scores,
)
from tiktok.model.inputs import steady_fits
from tiktok.model.regression import LOG_REGRESSORS, predict_counts, r2_log

CREATORS, MANY, FITS, DEALS = 800, 100_000, 60, 6
SLOPES = {"flat": (0.0, 0.0), "straight": (0.25, 0.0), "bent": (0.12, 0.25), "strong": (0.6, 0.0)}
CLOSED = ("OLS", "splines", "logistic regression", "logistic splines")
REFITTED = "gradient boosting"
RUNS, RUNS_OF_REFITTED = 300, 40  # a refitted model takes a second a run
SIZES = {"middling": 0.0, "big": 1.5, "biggest": 2.2}  # of an account, in spreads of the log
FAMILIES = {"R²": (LOG_REGRESSORS, predict_counts), "chance": (CLASSIFIERS, predict_success)}
REFERENCES = {"R²": "OLS", "AUC": "logistic regression", "Brier skill": "logistic regression"}


def expect(shape: str, size: np.ndarray | float) -> np.ndarray | float:
    """Give the expected log engagement, but for a constant."""
    slope, bend = SLOPES[shape]
    return slope * size + bend * np.maximum(size - 0.3, 0) ** 2


def draw_creators(shape: str, n: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Draw subscribers, engagement with a tail upwards, and who is in its top quarter."""
    size = rng.normal(size=n)
    noise = 0.75 * (stats.skewnorm.rvs(6, size=n, random_state=rng) - 0.787) / 0.617
    y = pd.Series(np.exp(14 + expect(shape, size) + noise))
    return pd.DataFrame({"subscribers": np.exp(15 + size)}), y, y >= y.quantile(0.75)


def score_all(
    y: pd.Series,
    success: pd.Series,
    answered: dict[tuple[str, str], np.ndarray],
    folds: np.ndarray | None = None,
) -> dict:
    """Score answers by each kind of score, and of gain over a straight line, that the story prints."""
    scored: dict[tuple[str, str], Scored] = {}
    for (family, name), answers in answered.items():
        if family == "R²":
            scored["R²", name] = r2_log(y.to_numpy(), answers)
        else:
            scored["AUC", name] = auc(
                success.to_numpy(), answers, None if folds is None else folds[: len(answers)]
            )
            scored["Brier skill", name] = explain(success.to_numpy(), answers)
    kinds = {f"{metric}, {name}": one for (metric, name), one in scored.items()}
    return kinds | {
        f"{metric}, {name} over lines": subtract_scores(one, scored[metric, REFERENCES[metric]])
        for (metric, name), one in scored.items()
        if name != REFERENCES[metric]
    }


def pick(names: tuple[str, ...]) -> dict:
    """Give the models of these names by family and name, with how they answer."""
    return {
        (family, name): (model, answer)
        for family, (models, answer) in FAMILIES.items()
        for name, model in models.items()
        if name in names
    }


def find_truth(shape: str, names: tuple[str, ...], rng: np.random.Generator) -> dict[str, float]:
    """Score models, fitted on as many creators as a fold leaves, on very many new ones."""
    new, y, success = draw_creators(shape, MANY, rng)
    found = defaultdict(list)
    for _ in range(FITS):
        X, own, label = draw_creators(shape, CREATORS - CREATORS // FOLDS, rng)
        with steady_fits():
            answered = {
                key: answer(clone(model).fit(X, own if key[0] == "R²" else label), new)[None]
                for key, (model, answer) in pick(names).items()
            }
        for kind, one in score_all(y, success, answered).items():
            found[kind].append(one.each[0])
    return {kind: float(np.mean(each)) for kind, each in found.items()}


def find_intervals(shape: str, names: tuple[str, ...], rng: np.random.Generator, seeds: range) -> list[dict]:
    """Draw one list and give, for each dealing of the folds, its intervals by kind."""
    X, y, success = draw_creators(shape, CREATORS, rng)
    told = []
    for seed in seeds:
        dealt = {"R²": deal_repeats(y, seed=seed), "chance": deal_repeats(success, seed=seed)}
        answered = {
            key: answer_left_out(model, X, y if key[0] == "R²" else success, answer, dealt[key[0]])
            for key, (model, answer) in pick(names).items()
        }
        told.append(
            {
                kind: left_out_interval(one, dealt["R²" if kind.startswith("R²") else "chance"])
                for kind, one in score_all(y, success, answered, dealt["chance"]).items()
            }
        )
    return told


def measure_chances(shape: str, runs: int, rng: np.random.Generator) -> dict[str, list[bool]]:
    """Hold a client's chance against the share of very many such creators who succeed."""
    size, noise = rng.normal(size=MANY), stats.skewnorm(6)
    drawn = expect(shape, size) + 0.75 * (noise.rvs(size=len(size), random_state=rng) - 0.787) / 0.617
    bar = np.quantile(drawn, 0.75)
    truth = [noise.sf((bar - expect(shape, at)) / 0.75 * 0.617 + 0.787) for at in SIZES.values()]
    clients = pd.DataFrame({"subscribers": [np.exp(15 + at) for at in SIZES.values()]})
    held = defaultdict(list)
    for _ in range(runs):
        X, _, success = draw_creators(shape, CREATORS, rng)
        creators = X.assign(handle=X.index.astype(str), success=success)
        told = score_creators(clients, [creators[:480], creators[480:640], creators[640:]])
        for name, true, row in zip(SIZES, truth, told.itertuples(), strict=True):
            if not np.isnan(row.low):
                held[f"chance, {name} account"].append(row.low <= true <= row.high)
    return held


def main() -> None:
    """Print for each kind of interval what it promises, what it holds, and how far the seed moves it."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print(f"{'relation':9s} {'kind':46s} promise  held ± error   truth  seed moves a bound by")
    for shape in SLOPES:
        plans = [(CLOSED, runs)] + [(("OLS", "logistic regression", REFITTED), RUNS_OF_REFITTED)] * (
            shape == "bent"
        )
        for names, times in plans:
            rng = np.random.default_rng(SEED)
            truth = find_truth(shape, names, rng)
            held = defaultdict(list)
            for run in range(times):
                for kind, (_, low, high) in find_intervals(shape, names, rng, range(run, run + 1))[0].items():
                    held[kind].append(low <= truth[kind] <= high)
            dealt = find_intervals(shape, names, rng, range(DEALS))
            for kind, each in held.items():
                moved = np.ptp([one[kind][1:] for one in dealt], axis=0).max()
                print(_say(shape, kind, each), f"{truth[kind]:8.3f}  {moved:.4f}", flush=True)
        for kind, each in measure_chances(shape, runs, np.random.default_rng(SEED)).items():
            print(_say(shape, kind, each), flush=True)


def _say(shape: str, kind: str, held: list[bool]) -> str:
    share = np.mean(held)
    return f"{shape:9s} {kind:46s}    95 %  {share:.3f} ± {np.sqrt(share * (1 - share) / len(held)):.3f}"


if __name__ == "__main__":
    main()
