"""What the notebook says of one list: distributions, correlations, claims."""

import numpy as np
import pandas as pd
from IPython.display import HTML, Markdown

from tiktok.explore.correlations import ALPHA, COEFFICIENT_NAMES, COEFFICIENTS
from tiktok.explore.earlier_claims import HALVES, SMALL_EFFECT, bears_out, summarise_claims
from tiktok.figures import format_count
from tiktok.story.frame import show_table
from tiktok.wording import (
    join_words,
    say_decimal,
    say_interval,
    say_number,
    say_p,
    say_percent,
    say_range,
    say_statistic,
)

FIRM = 0.9  # the share of halves from which on a verdict isn't a matter of who is in the list


def show_distributions(described: pd.DataFrame) -> HTML:
    """Show the middle, the tail and the skew of each count."""
    quantiles = ["lower quartile", "median", "upper quartile", "largest"]
    names = ["count", "zeros", *quantiles, "skew", "skew of logs", "held by the top 1 %"]
    named = described.drop(columns="n").set_axis(names, axis=1)
    counts = dict.fromkeys(quantiles, format_count)
    formats = counts | {"skew": _say_skew, "skew of logs": _say_skew, "held by the top 1 %": say_percent}
    return show_table(named, "Distributions of the counts (per video; subscribers in total)", formats)


def _say_skew(skew: float) -> str:
    return f"{skew:.1f}".replace("-", "−")


def say_distributions(described: pd.DataFrame) -> Markdown:
    """Say how heavy the tails are, and what that does to a test on raw counts."""
    least, most = described["skew"].min(), described["skew"].max()
    log_most = described["skew_log"].abs().max()
    share = described["top_1pct_share"]
    if least < 1:
        return Markdown(
            f"Skewness runs from {least:.1f} to {most:.1f}, where 0 is symmetric. On a log scale it stays within ±{log_most:.1f}."
        )
    return Markdown(
        f"Every count has a heavy right tail. Skewness runs from {least:.1f} to {most:.1f}, where 0 is symmetric. The top 1 % of "
        f"creators hold {say_interval(share.min(), share.max(), say_percent)} of a count's sum. On a log scale, "
        f"skewness stays within ±{log_most:.1f}. So Pearson's test on raw counts mostly reflects a few very large creators."
    )


def show_correlations(tests: pd.DataFrame) -> HTML:
    """Show three coefficients a feature, each with its interval and adjusted p."""
    agree = tests["agree"].map({True: "yes", False: "no"})
    table = pd.DataFrame({"feature": tests["feature"], "the three agree": agree})
    for coefficient in COEFFICIENTS:
        name = COEFFICIENT_NAMES[coefficient]
        table[name] = [
            say_range(*bounds)
            for bounds in tests[[coefficient, f"{coefficient}_low", f"{coefficient}_high"]].to_numpy()
        ]
        table[f"p, {name}"] = tests[f"{coefficient}_p_holm"].map(say_p)
    target = tests["target"].iloc[0]
    return show_table(
        table, f"Correlation with {target}: coefficients with 95 % intervals, p adjusted by Holm"
    )


def say_correlations(tests: pd.DataFrame) -> Markdown:
    """Say on which features the three coefficients agree."""
    target = tests["target"].iloc[0]
    agree, disagree = (list(tests.loc[tests["agree"] == a, "feature"]) for a in (True, False))
    if not disagree:
        return Markdown(f"For {target}, the three coefficients agree on every feature: {join_words(agree)}.")
    these = "it is" if len(disagree) == 1 else "these are"
    return Markdown(
        f"For {target}, the three coefficients agree on {join_words(agree) if agree else 'no feature'}. They disagree on "
        f"**{join_words(disagree)}**. Whether {these} “significantly related” to {target}, and with which sign, depends on the test."
    )


def show_claims(tried: pd.DataFrame, caption: str) -> HTML:
    """Show each claim with its tests, and its verdict beside the first of them."""
    verdicts = summarise_claims(tried).set_index("claim")["verdict"]
    first = ~tried["claim"].duplicated()
    table = pd.DataFrame(
        {
            "claim": tried["claim"].where(first, ""),
            "test": tried["test"],
            "n": tried["n"],
            "statistic": tried["statistic"].map(say_statistic),
            "95 % interval": [
                say_interval(low, high, say_statistic) for low, high in tried[["low", "high"]].to_numpy()
            ],
            "p (Holm)": tried["p_holm"].map(say_p),
            "claim holds": tried["holds"].map({True: "yes", False: "no"}) + _mark_intervals(tried),
            "same verdict in … of 1,000 random halves": tried["same_in"],
            "verdict": tried["claim"].map(verdicts).where(first, ""),
        }
    )
    # what arithmetic decides has none of these
    asked = table.drop(columns=["95 % interval", "p (Holm)", table.columns[7]])
    return show_table(asked if tried["same_in"].isna().all() else table, caption)


def _mark_intervals(tried: pd.DataFrame) -> pd.Series:
    """Mark the claims of a relation of which test and interval say different things."""
    outside = (tried["low"] > 0) | (tried["high"] < 0)
    by_interval = bears_out(~tried["claim"].str.contains(" not related "), outside, tried["low"] > 0)
    apart = (
        tried["claim"].str.contains(" related to ") & tried["low"].notna() & (by_interval != tried["holds"])
    )
    return apart.map({True: " (the interval says otherwise)", False: ""})


def say_correlation_claims(tried: pd.DataFrame) -> Markdown:
    """Say which of the earlier verdicts hold whatever the test, which depend on it, and which are not firm."""
    by_claim = tried.groupby("claim", sort=False)["holds"]
    total, always, never = by_claim.ngroups, int(by_claim.all().sum()), int((~by_claim.any()).sum())
    split = total - always - never
    held = tried.groupby("test", sort=False)["holds"].sum()
    said = [
        f"{_begin_with(always)} of the earlier analysis's {say_number(total)} statements "
        f"{_hold(always)} on this list by all {say_number(len(held))} tests.",
        f"{_begin_with(split)} {'depends' if split < 2 else 'depend'} on the test.",
    ]
    if never:
        said.append(f"{_begin_with(never)} {_hold(never)} by no test.")
    first, *others = [(test, "all" if n == total else say_number(n)) for test, n in held.astype(int).items()]
    counts = [f"{first[0]} bears out {first[1]} of them", *[f"{test} {number}" for test, number in others]]
    everywhere = held.index[held == total]
    sources = "" if len(everywhere) else f" {_say_sources(tried)} {_say_opposites(tried)}"
    return Markdown(f"**{' '.join(said)}** {join_words(counts)}.{sources} {_say_firmness(tried)}")


def _begin_with(number: int) -> str:
    """Begin a sentence with a number."""
    return say_number(number).capitalize() if number else "Not one"


def _hold(claims: int) -> str:
    return "holds" if claims < 2 else "hold"


def _say_sources(tried: pd.DataFrame) -> str:
    """Say which test bears out every claim about a target, where none bears out all claims."""
    said = ["No single test bears out all of them."]
    for target, tests in tried.groupby("target", sort=False):
        holds = tests.groupby("test", sort=False)["holds"].all()
        sources = list(holds.index[holds])
        if len(sources) < 2:
            who = f"Only {sources[0]}" if sources else "No test"
            said.append(f"{who} bears out every claim about {target}.")
        else:
            said.append(f"Every claim about {target} is borne out by {' and by '.join(sources)}.")
    return " ".join(said)


def _say_firmness(tried: pd.DataFrame) -> str:
    """Say what “not related” means, where test and interval disagree, and how many verdicts need the whole list."""
    said = ["“Not related” means only that no relation is shown."]
    otherwise = int((_mark_intervals(tried) != "").sum())
    if otherwise:
        contradict = f"{say_number(otherwise)} of the {len(tried)} verdicts"
        said.append(f"The interval contradicts the test in {contradict}, which the table marks.")
    loose = tried[tried["same_in"] < FIRM * HALVES]
    if loose.empty:
        said.append("Every verdict recurs in at least nine of ten random halves of the list.")
        return " ".join(said)
    most = loose.loc[loose["same_in"].idxmin()]
    number = f"{say_number(len(loose)).capitalize()} of the {len(tried)} verdicts"
    said.append(
        f"{number} {'changes' if len(loose) == 1 else 'change'} in more than a tenth of the random halves of the list. The least firm is "
        f"{most['feature']} × {most['target']} by {most['test']}, which recurs in {most['same_in']} of {HALVES:,}."
    )
    return " ".join(said)


def _say_opposites(tried: pd.DataFrame) -> str:
    """Name the pairs that one coefficient calls significantly negative and another does not."""
    negative = tried[(tried["p_holm"] < ALPHA) & (tried["statistic"] < 0)]
    if negative.empty:
        return "No relation is significantly negative."
    said = [
        f"{feature} with {target} ({', '.join([f'{r.test} {say_decimal(r.statistic)}' for r in rows.itertuples()])})"
        for (target, feature), rows in negative.groupby(["target", "feature"], sort=False)
    ]
    relations = "relation is" if len(said) == 1 else "relations are"
    return f"{say_number(len(said)).capitalize()} {relations} significantly *negative*: {join_words(said)}."


def say_hunches(tried: pd.DataFrame) -> Markdown:
    """Say what became of the hunches that shares matter most and subscribers little."""
    rows = tried[tried["test"] == tried["test"].iloc[0]].set_index("feature")
    shares, subscribers = rows.loc["shares"], rows.loc["subscribers"]
    verdicts = summarise_claims(tried).set_index("claim")["verdict"]
    return Markdown(
        "A part goes with its sum by arithmetic, so the top quarter is taken here by the rest of the sum. Compare one of its creators with "
        f"one below it. The first has more shares with a probability of {say_range(shares['statistic'], shares['low'], shares['high'])}, "
        "where 0.50 means no difference. The first has more subscribers with a probability of "
        f"{say_range(subscribers['statistic'], subscribers['low'], subscribers['high'])}, where {SMALL_EFFECT} counts as a small effect. "
        f"“Shares matter most” is **{verdicts['shares matter most for success']}**. "
        f"“Subscribers matter little” is **{verdicts['subscribers matter little for success']}**."
    )


def show_top_quarters(apart: pd.DataFrame) -> HTML:
    """Show what the top quarter has more of, finding by month by definition: what the summary is said from."""
    said = apart["superiority"].map(say_decimal) + np.where(apart["direction"] == "not shown", "*", "")
    wide = (
        apart.assign(said=said)
        .pivot(index=["feature", "definition"], columns="month", values="said")
        .reindex(pd.MultiIndex.from_frame(apart[["feature", "definition"]].drop_duplicates()))
        .sort_index(level="feature", key=lambda values: pd.factorize(apart["feature"])[1].get_indexer(values))
        .reset_index()
        .rename(columns={"feature": "more …", "definition": "top quarter by"})
    )
    return show_table(
        wide,
        "Probability that a creator of the top quarter has more than one of the rest (0.50: no difference; *: none is shown)",
    )


def show_sizes(sizes: pd.DataFrame) -> HTML:
    """Show how many accounts of each size are in the top quarter, month by month and by both definitions."""
    said = [
        say_range(row.share, row.low, row.high, say_percent) if row.n else "none"
        for row in sizes.itertuples()
    ]
    wide = sizes.assign(said=said).pivot(index=["definition", "month"], columns="size", values="said")
    table = wide[sizes["size"].unique()].reset_index().rename(columns={"definition": "top quarter by"})
    return show_table(table, "Share of accounts in the top quarter, by subscribers, with 95 % interval")
