"""Do the intervals that the story prints hold what they promise? Simulated lists whose truth is known.

Creators like July's: their counts are log-normal, with the spreads and correlations of the logs of that list
(aggregates, to one digit or two), 1,000 a list. The house's own function gives the interval of each list; how
many of them hold the truth, which theory or one huge list tells, stands beside what they promise. Intervals
of cross-validated scores have a simulation of their own, `cv_coverage.py`. Run by hand:

    python benchmarks/interval_coverage.py [--lists 200] [kind ...]
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]

from planted import plant_panel  # noqa: E402

from tiktok.explore.correlations import correlation_tests  # noqa: E402
from tiktok.explore.earlier_claims import CORRELATION_CLAIMS, try_correlation_claims  # noqa: E402
from tiktok.explore.groups import compare_top_quarters, share_by_size  # noqa: E402
from tiktok.explore.list_cut import fit_selection  # noqa: E402
from tiktok.explore.list_rule import score_list_rules  # noqa: E402
from tiktok.explore.months import correlations_by_month, pool_correlations  # noqa: E402
from tiktok.explore.regression_to_mean import regress_to_mean, split_variance  # noqa: E402
from tiktok.explore.targets import compare_targets  # noqa: E402
from tiktok.forecast.rolling import predict_steps  # noqa: E402
from tiktok.forecast.scores import ENGAGEMENT, compare_forecasts, score_forecasts  # noqa: E402
from tiktok.lists.columns import ENGAGEMENT_PARTS, METRICS, list_score  # noqa: E402
from tiktok.model.elasticities import fit_elasticities, list_elasticities  # noqa: E402
from tiktok.model.prediction_limits import measure_coverage, predict_intervals  # noqa: E402
from tiktok.model.regression import LOG_REGRESSORS, interval_predictions, predict_regressors  # noqa: E402
from tiktok.prepare.panel import pair_snapshots  # noqa: E402
from tiktok.prepare.split import label_success, split_creators  # noqa: E402

CREATORS, MANY, PROMISE = 1000, 400_000, 0.95
MEANS = np.array([14.8, 14.8, 12.7, 7.7, 7.6])
SPREADS = np.array([1.6, 0.6, 0.6, 1.0, 1.1])
CORRELATIONS = np.array(
    [
        [1.00, 0.30, 0.33, 0.12, -0.24],
        [0.30, 1.00, 0.67, 0.25, 0.03],
        [0.33, 0.67, 1.00, 0.34, 0.06],
        [0.12, 0.25, 0.34, 1.00, 0.24],
        [-0.24, 0.03, 0.06, 0.24, 1.00],
    ]
)
LASTING = 0.5  # of the variance of a panel's logs
SLOW = 10  # kinds of which a tenth of the lists is drawn

Held = Iterator[tuple[str, bool, float]]  # what, whether its interval held the truth, what it promises


def draw_list(n: int, rng: np.random.Generator, handles: np.ndarray | None = None) -> pd.DataFrame:
    """Draw creators with counts as in July, cleaned."""
    covariance = CORRELATIONS * np.outer(SPREADS, SPREADS)
    counts = pd.DataFrame(np.exp(rng.multivariate_normal(MEANS, covariance, n)), columns=list(METRICS))
    names = [f"c{i}" for i in rng.integers(1 << 60, size=n)] if handles is None else handles
    return complete(counts.assign(handle=names))


def complete(counts: pd.DataFrame) -> pd.DataFrame:
    """Add the sums."""
    interactions = counts["likes"] + counts["comments"] + counts["shares"]
    sums = {"interactions": interactions, "engagement": counts["views"] + interactions}
    return counts.assign(**sums, engagement_rate=interactions / counts["views"], name="", rank=np.nan)


@cache
def everybody() -> pd.DataFrame:
    """Draw a list so long that what it says is the truth."""
    return draw_list(MANY, np.random.default_rng(1))


@cache
def truth(question: str) -> pd.DataFrame:
    """Ask the long list once."""
    ask = {"correlations": _correlations, "quarters": _quarters, "sizes": _sizes}
    return ask[question](everybody())


def holds(rows: pd.DataFrame, value: str, low: str, high: str, truths: pd.Series, what: str) -> Held:
    """Compare intervals in rows with the truths of the same rows."""
    for interval, true in zip(rows[[low, high]].to_numpy(), truths, strict=True):
        yield what, bool(interval[0] <= true <= interval[1]), PROMISE


def _correlations(df: pd.DataFrame) -> pd.DataFrame:
    return correlation_tests(df, "shares", ["subscribers", "views", "likes", "comments"])


def correlations(rng: np.random.Generator) -> Held:
    """Intervals by formula of the three coefficients."""
    found = _correlations(draw_list(CREATORS, rng))
    for c in ("pearson", "spearman", "pearson_log"):
        yield from holds(
            found, c, f"{c}_low", f"{c}_high", truth("correlations")[c], f"{c}, by formula (shown as such)"
        )


def claims(rng: np.random.Generator) -> Held:
    """Intervals of the claims, read off halves of the list."""
    found = try_correlation_claims(draw_list(CREATORS, rng), CORRELATION_CLAIMS[:4])
    for test, c in (("Pearson", "pearson"), ("Spearman", "spearman"), ("Pearson on logs", "pearson_log")):
        rows = found[found["test"] == test].set_index("feature")
        true = truth("correlations").set_index("feature")[c].reindex(rows.index)
        yield from holds(rows, "statistic", "low", "high", true, f"{test}, off halves of the list")


def _quarters(df: pd.DataFrame) -> pd.DataFrame:
    return compare_top_quarters({"2022-07": df}, ["subscribers", "comments", "shares"])


def quarters(rng: np.random.Generator) -> Held:
    """Superiority of the top quarter."""
    found = _quarters(draw_list(CREATORS, rng))
    yield from holds(
        found,
        "superiority",
        "superiority_low",
        "superiority_high",
        truth("quarters")["superiority"],
        "superiority of the top quarter",
    )


def _sizes(df: pd.DataFrame) -> pd.DataFrame:
    return share_by_size({"2022-07": df})


def sizes(rng: np.random.Generator) -> Held:
    """Share of each size in the top quarter."""
    found = _sizes(draw_list(CREATORS, rng))
    yield from holds(
        found, "share", "low", "high", truth("sizes")["share"], "share of a size in the top quarter"
    )


def draw_panel(rng: np.random.Generator, months: int = 4) -> dict[str, pd.DataFrame]:
    """Draw lists of creators half of whose deviation lasts; all are on all lists."""
    covariance = CORRELATIONS * np.outer(SPREADS, SPREADS)
    handles = np.array([f"c{i}" for i in range(CREATORS)])
    lasting = rng.multivariate_normal(np.zeros(5), LASTING * covariance, CREATORS)
    panel = {}
    for month in range(1, months + 1):
        passing = rng.multivariate_normal(np.zeros(5), (1 - LASTING) * covariance, CREATORS)
        counts = pd.DataFrame(np.exp(MEANS + lasting + passing), columns=list(METRICS))
        panel[f"2022-{month:02d}"] = complete(counts.assign(handle=handles))
    return panel


def months(rng: np.random.Generator) -> Held:
    """Intervals over months that share creators: pooled coefficients, what lasts of a creator."""
    panel = draw_panel(rng)
    by_month = correlations_by_month(panel, {"shares": ["subscribers", "views", "comments"]})
    pooled = pool_correlations(panel, by_month)
    rows = pooled[pooled["coefficient"] == "spearman"].set_index("feature")
    true = truth("correlations").set_index("feature")["spearman"].reindex(rows.index)
    yield from holds(rows, "pooled", "low", "high", true, "correlation pooled over months")
    part = split_variance(panel, "shares").iloc[0]
    yield "share of variance that lasts", bool(part["icc_low"] <= LASTING <= part["icc_high"]), PROMISE
    steady = compare_targets(panel, ["shares"]).iloc[0]
    rank = 6 / np.pi * np.arcsin(LASTING / 2)
    yield "rank correlation with the next list", bool(steady["low"] <= rank <= steady["high"]), PROMISE
    looks = regress_to_mean(panel, LASTING, "shares")
    yield from holds(
        looks, "kept", "kept_low", "kept_high", pd.Series(LASTING, looks.index), "share of a lead kept"
    )


def models(rng: np.random.Generator) -> Held:
    """Intervals of one list's regression: elasticity, scores on test creators, single creators."""
    split = label_success(split_creators(draw_list(CREATORS, rng)))
    whole = pd.concat(split)
    slope = CORRELATIONS[0, 2] * SPREADS[2] / SPREADS[0]
    table = list_elasticities(fit_elasticities(whole, "likes", ["subscribers"])).set_index("feature")
    row = table.loc["subscribers"]
    percent = 100 * (2**slope - 1)
    yield "elasticity", bool(row["percent_low"] <= percent <= row["percent_high"]), PROMISE
    own = {name: LOG_REGRESSORS[name] for name in ("mean", "OLS")}
    scored = interval_predictions(predict_regressors(split, "likes", ["subscribers"], own, samples=("test",)))
    ols = scored[(scored["model"] == "OLS") & (scored["metric"] == "r2_log")].iloc[0]
    yield "R² on test", bool(ols["low"] <= CORRELATIONS[0, 2] ** 2 <= ols["high"]), PROMISE
    for interval in measure_coverage(predict_intervals(split, "likes", ["subscribers"])).itertuples():
        for inside in (True, False):
            count = round(interval.coverage * interval.n)
            yield from [(interval.method, inside, interval.level)] * (count if inside else interval.n - count)


def cut(rng: np.random.Generator) -> Held:
    """Bounds of correlations among all creators, of a list cut by its product."""
    covariance = np.array([[1, 0.9, 0.8, 0.7], [0.9, 1, 0.8, 0.7], [0.8, 0.8, 1, 0.6], [0.7, 0.7, 0.6, 1]])
    logs = rng.multivariate_normal(np.zeros(4), covariance, 50_000)
    counts = pd.DataFrame(np.exp(1.5 * logs + MEANS[1:]), columns=list(ENGAGEMENT_PARTS))
    fitted = fit_selection(counts.loc[list_score(counts).nlargest(CREATORS).index])
    normal = fitted[fitted["tail"] == "normal"].set_index(["x", "y"])
    for x, y in (("views", "likes"), ("views", "shares"), ("comments", "shares")):
        true = covariance[ENGAGEMENT_PARTS.index(x), ENGAGEMENT_PARTS.index(y)]
        row = normal.loc[(x, y)]
        yield "correlation among all creators", bool(row["low"] <= true <= row["high"]), PROMISE


def rule(rng: np.random.Generator) -> Held:
    """The rank correlation of a rule with the published order."""
    df = draw_list(CREATORS, rng)
    score = list_score(df)
    listed = df.assign(rank=score.rank(ascending=False), month="2022-07")
    found = score_list_rules(listed).set_index("rule").loc["engagement"]
    true = everybody()["engagement"].corr(list_score(everybody()), method="spearman")
    yield "rank correlation of a rule", bool(found["low"] <= true <= found["high"]), PROMISE


def draw_forecasts(creators: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw forecasts of three steps, and what came, of creators whose own part is in all of them."""
    own, parts = rng.normal(size=creators), []
    for step in ("a→b", "b→c", "c→d"):
        here, x = rng.random(creators) < 0.6, own + rng.normal(0, 0.7, creators)
        odds = 1.5 * x - 1.8
        came = (rng.random(creators) < 1 / (1 + np.exp(-odds - 0.5 * own))).astype(float)
        level = x + 0.6 * own + 0.5 * rng.standard_t(4, creators)
        shared = {"step": step, "month": step[0], "handle": np.arange(creators)}
        for model, blur in (("drift", 0.0), ("persistence", 1.0)):
            said, named = odds + rng.normal(0, blur, creators), {"model": model, "chosen": model == "drift"}
            chance = {"outcome": "success_next", "predicted": 1 / (1 + np.exp(-said)), "ordering": said}
            guess = np.expm1(10 + (1.5 * x if model == "drift" else x))
            count = {"outcome": ENGAGEMENT, "predicted": guess, "ordering": guess, "low": guess / 3}
            parts.append(
                pd.DataFrame(shared | named | chance | {"low": np.nan, "high": np.nan, "actual": came})[here]
            )
            came_to = {"high": 3 * guess, "actual": np.expm1(10 + level)}
            parts.append(pd.DataFrame(shared | named | count | came_to)[here])
    return pd.concat(parts, ignore_index=True)


@cache
def forecast_truth() -> tuple[pd.Series, pd.Series]:
    """Score a huge number of forecasts."""
    many = draw_forecasts(MANY // 4, np.random.default_rng(2))
    scores = score_forecasts(many).set_index(["step", "outcome", "model", "metric"])["value"]
    gains = compare_forecasts(many, ["persistence"]).set_index(["step", "outcome", "metric"])["gain"]
    return scores, gains


def forecasts(rng: np.random.Generator) -> Held:
    """Scores of forecasts, and gains over a baseline, over creators who are in several steps."""
    drawn, (scores, gains) = draw_forecasts(800, rng), forecast_truth()
    for found, true, what in (
        (score_forecasts(drawn).set_index(scores.index.names), scores, "a forecast's"),
        (compare_forecasts(drawn, ["persistence"]).set_index(gains.index.names), gains, "gain in"),
    ):
        for metric, rows in found.groupby("metric"):
            if metric in ("auc", "brier", "r2"):
                yield from holds(rows, "", "low", "high", true.reindex(rows.index), f"{what} {metric}")


def next_engagement(rng: np.random.Generator) -> Held:
    """Intervals of a creator's next engagement, of a panel whose law doesn't change."""
    panel = plant_panel(1200, 500, seed=int(rng.integers(1 << 30)))
    predicted = predict_steps(pair_snapshots(panel), learners=())
    rows = predicted[(predicted["outcome"] == ENGAGEMENT) & (predicted["model"] == "drift")]
    for row in rows[rows["actual"].notna()].itertuples():
        yield "a creator's next engagement", bool(row.low <= row.actual <= row.high), 0.9


KINDS: dict[str, Callable[[np.random.Generator], Held]] = {
    kind.__name__: kind
    for kind in (correlations, claims, quarters, sizes, months, models, cut, rule, forecasts, next_engagement)
}
RARER = ("months", "claims", "next_engagement")  # of these a list takes a second


def count(kind: str, lists: int) -> pd.DataFrame:
    """Draw lists and count how many intervals of a kind held the truth."""
    runs = max(lists // SLOW, 2) if kind in RARER else lists
    held = [
        (run, *one) for run in range(runs) for one in KINDS[kind](np.random.default_rng([run, len(kind)]))
    ]
    table = pd.DataFrame(held, columns=["run", "interval", "held", "promise"])
    by_run = table.groupby(["interval", "promise", "run"], sort=False)["held"].mean()
    found = by_run.groupby(level=[0, 1], sort=False).agg(["mean", "std", "size"]).reset_index()
    # an interval's creators, or its pairs, share a list: the lists are what is independent
    low, high = proportion_confint(found["mean"] * found["size"], found["size"], method="wilson")
    known = found["std"].fillna(0) / np.sqrt(found["size"])
    verdict = np.select(
        [high < found["promise"], low > found["promise"]], ["too short", "too wide"], "keeps it"
    )
    return found.assign(error=known, verdict=verdict)


def main() -> None:
    """Print a line an interval."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], help="all by default")
    parser.add_argument("--lists", type=int, default=200)
    asked = parser.parse_args()
    for kind in asked.kinds or KINDS:
        for row in count(kind, asked.lists).itertuples():
            print(
                f"{kind:16s} {row.interval:42s} promises {row.promise:.0%}, held {row.mean:.1%} "
                f"± {row.error:.1%} of {row.size} lists: {row.verdict}",
                flush=True,
            )


if __name__ == "__main__":
    main()
