"""What the notebook says of one list: distributions, correlations, claims."""

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
    formats = counts | {"skew": "{:.1f}", "skew of logs": "{:.1f}", "held by the top 1 %": say_percent}
    return show_table(named, "Counts per video (subscribers: in all)", formats)


def say_distributions(described: pd.DataFrame) -> Markdown:
    """Say how heavy the tails are, and what that does to a test on raw counts."""
    least, most = described["skew"].min(), described["skew"].max()
    log_most = described["skew_log"].abs().max()
    share = described["top_1pct_share"]
    if least < 1:
        return Markdown(
            f"Skewness lies between {least:.1f} and {most:.1f} (0: symmetric); on logs within ±{log_most:.1f}."
        )
    return Markdown(
        f"Every count has a heavy right tail: skewness {least:.1f} to {most:.1f} (0: symmetric), and the top 1 % of "
        f"creators hold {say_interval(share.min(), share.max(), say_percent)} of a count's sum. On a log scale "
        f"skewness stays within ±{log_most:.1f}. So Pearson's test on raw counts listens mostly to a few very large creators."
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
    return show_table(table, f"Correlation with {target}: coefficient (95 % interval) and p after Holm")


def say_correlations(tests: pd.DataFrame) -> Markdown:
    """Say on which features the three coefficients agree."""
    target = tests["target"].iloc[0]
    agree, disagree = (list(tests.loc[tests["agree"] == a, "feature"]) for a in (True, False))
    if not disagree:
        return Markdown(f"For {target} the three coefficients agree on all of {join_words(agree)}.")
    agreement = f"agree on {join_words(agree)}" if agree else "agree on nothing"
    return Markdown(
        f"For {target} the three coefficients {agreement}, and disagree on **{join_words(disagree)}**: "
        "which of these are “significantly related” depends on the test."
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
            "same verdict in … of 1,000 halves of the list": tried["same_in"],
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
    """Say which of the earlier verdicts hold whatever the test, which depend on it, and which are a toss."""
    by_claim = tried.groupby("claim", sort=False)["holds"]
    total, always, never = by_claim.ngroups, int(by_claim.all().sum()), int((~by_claim.any()).sum())
    split = total - always - never
    none = f", {say_number(never)} {'holds' if never == 1 else 'hold'} by none" if never else ""
    held = tried.groupby("test", sort=False)["holds"].sum()
    counts = join_words([f"{test} gives {say_number(int(n))}" for test, n in held.items()])
    lead = (
        f"**The earlier analysis made {say_number(total)} statements about what is related to what: on this list {say_number(always)} hold by all three tests, "
        f"{say_number(split)} {'depends' if split == 1 else 'depend'} on the test{none}.** {counts}"
    )
    everywhere = held.index[held == total]
    if len(everywhere):
        return Markdown(f"{lead}: {join_words(everywhere)} gives them all. {_say_tosses(tried)}")
    by_target = []
    for target, tests in tried.groupby("target", sort=False):
        holds = tests.groupby("test", sort=False)["holds"].all()
        source = join_words(holds.index[holds]) if holds.any() else "no coefficient"
        by_target.append(f"all of those on {target} together come from {source}")
    return Markdown(
        f"{lead}; no single coefficient gives them all: {'; '.join(by_target)}. {_say_opposites(tried)} {_say_tosses(tried)}"
    )


def _say_tosses(tried: pd.DataFrame) -> str:
    """Say how many verdicts need the whole list, and which most."""
    loose = tried[tried["same_in"] < FIRM * HALVES]
    meaning = "“Not related” means only: not shown to be."
    if loose.empty:
        return f"{meaning} Every verdict comes back in nine of ten halves of the list."
    most = loose.loc[loose["same_in"].idxmin()]
    otherwise = int((_mark_intervals(tried) != "").sum())
    intervals = (
        f" In {say_number(otherwise)} of them the interval says otherwise than the test; the table marks these."
        if otherwise
        else ""
    )
    return (
        f"{meaning}{intervals} {say_number(len(loose)).capitalize()} of the {len(tried)} verdicts {'comes' if len(loose) == 1 else 'come'} out otherwise in more than a tenth of halves of the list; least firm is "
        f"{most['feature']} × {most['target']} by {most['test']} (the same in {most['same_in']} of {HALVES:,})."
    )


def _say_opposites(tried: pd.DataFrame) -> str:
    """Name the pairs that one coefficient calls significantly negative and another does not."""
    negative = tried[(tried["p_holm"] < ALPHA) & (tried["statistic"] < 0)]
    if negative.empty:
        return "No relation is significantly negative."
    said = [
        f"{feature} with {target} ({join_words([f'{r.test} {say_decimal(r.statistic)}' for r in rows.itertuples()])})"
        for (target, feature), rows in negative.groupby(["target", "feature"], sort=False)
    ]
    return f"Significantly *negative* within this list: {join_words(said)}."


def say_hunches(tried: pd.DataFrame) -> Markdown:
    """Say what became of the hunches that shares matter most and subscribers little."""
    rows = tried[tried["test"] == tried["test"].iloc[0]].set_index("feature")
    shares, subscribers = rows.loc["shares"], rows.loc["subscribers"]
    verdicts = summarise_claims(tried).set_index("claim")["verdict"]
    return Markdown(
        f"By the rest of the sum, since a part goes with the whole by arithmetic, a creator of the top quarter has more shares than one below it with a probability of "
        f"{say_decimal(shares['statistic'])} ({say_interval(shares['low'], shares['high'])}; 0.50 would be no "
        f"difference) and more subscribers with {say_decimal(subscribers['statistic'])} "
        f"({say_interval(subscribers['low'], subscribers['high'])}; {SMALL_EFFECT} is a small effect). "
        f"“Shares matter most”: **{verdicts['shares matter most for success']}**. "
        f"“Subscribers matter little”: **{verdicts['subscribers matter little for success']}**."
    )


def show_top_quarters(apart: pd.DataFrame) -> HTML:
    """Show what the top quarter has more of, finding by month by definition: what the summary is said from."""
    said = apart["superiority"].map(say_decimal) + apart["direction"].map(
        {"more": "", "less": " (less)", "not shown": " (not shown)"}
    )
    wide = (
        apart.assign(said=said)
        .pivot(index=["feature", "definition"], columns="month", values="said")
        .reindex(pd.MultiIndex.from_frame(apart[["feature", "definition"]].drop_duplicates()))
        .sort_index(level="feature", key=lambda values: pd.factorize(apart["feature"])[1].get_indexer(values))
        .reset_index()
        .rename(columns={"feature": "more of …?", "definition": "top quarter by"})
    )
    return show_table(
        wide, "Has one of the top quarter more of it than one of the rest? Probability; 0.50: no difference"
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
