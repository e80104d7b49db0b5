"""What the notebook says of several months: what holds in all of them, and how much of success lasts."""

from collections.abc import Mapping

import pandas as pd
from IPython.display import HTML, Markdown

from correlations import COEFFICIENT_NAMES
from telling import show_table
from wording import join_words, say_decimal, say_interval, say_number, say_percent

ONE_LIST = "Only one list is at hand: how much of a place lasts takes two of them."
ALIKE = 0.15  # shares of a lead that differ by less are called the same
MARKS = {
    "name_not_latin": "a name not in Latin script",
    "name_arabic": "a name in Arabic script",
    "handle_has_digit": "a digit in the handle",
}


def show_panel(panel: Mapping[str, pd.DataFrame]) -> HTML:
    """Show the months side by side: what was found and dropped on the way from rows to creators."""
    table = pd.DataFrame([_one_month(month, creators) for month, creators in panel.items()])
    return show_table(table, "The monthly lists, cleaned by the same rules")


def _one_month(month: str, creators: pd.DataFrame) -> dict[str, object]:
    quality = {check["check"]: check["rows"] for check in creators.attrs["quality"]}
    return {
        "month": month,
        "rows": creators.attrs["provenance"]["rows"],
        "creators": len(creators),
        "empty rows": quality["empty rows"],
        "repeated rows": quality["repeated rows"],
        "repeated with other numbers": quality["repeated handles with other numbers"],
        "blank names": quality["blank display names"],
        "no comments": quality["no comments"],
        "implausible, kept": next(rows for check, rows in quality.items() if check.startswith("implausible")),
        "SHA-256": creators.attrs["provenance"]["sha256"][:12],
    }


def show_pooled(pooled: pd.DataFrame) -> HTML:
    """Show each pair's correlation over the months, by each coefficient."""
    table = pd.DataFrame(
        {
            "pair": pooled["feature"] + " × " + pooled["target"],
            "coefficient": pooled["coefficient"].map(COEFFICIENT_NAMES),
            "over the months": pooled["pooled"].map(say_decimal),
            "95 % interval": [say_interval(r.low, r.high) for r in pooled.itertuples()],
            "lowest and highest month": [
                f"{say_decimal(r.lowest)}, {say_decimal(r.highest)}" for r in pooled.itertuples()
            ],
            "significant": pooled["holds"],
        }
    )
    return show_table(table, "Each correlation, pooled over the months by drawing creators")


def say_pooled(pooled: pd.DataFrame, target: str = "shares") -> Markdown:
    """Say which rank correlations hold in every month, and which in none or some."""
    ranks = pooled[(pooled["coefficient"] == "spearman") & (pooled["target"] == target)]
    months = int(ranks["months"].max())
    always = ranks[(ranks["positive_in"] == months) | (ranks["negative_in"] == months)]
    never = ranks[(ranks["positive_in"] == 0) & (ranks["negative_in"] == 0)]
    rest = ranks.drop(index=[*always.index, *never.index])
    clauses = [
        f"with one sign in each of {say_number(months)} months for {join_words([_pooled_value(r) for r in always.itertuples()])}"
        if len(always)
        else "",
        f"in no month for {join_words(list(never['feature']))}" if len(never) else "",
        f"in some months only for {join_words(list(rest['feature']))}" if len(rest) else "",
    ]
    return Markdown(f"A rank correlation with {target} is significant {'; '.join(filter(None, clauses))}.")


def _pooled_value(row: tuple) -> str:
    return f"{row.feature} ({say_decimal(row.pooled)}, {say_interval(row.low, row.high)})"


def show_specifications(summary: pd.DataFrame) -> HTML:
    """Show in how many ways of asking each claim holds, and what the answer turns on."""
    table = pd.DataFrame(
        {
            "claim": summary["claim"],
            "ways to ask": summary["specifications"],
            "holds in": summary["holds"],
            "significantly positive": summary["positive"],
            "negative": summary["negative"],
            "estimates": [
                f"{say_decimal(r.lowest)} to {say_decimal(r.highest)}" for r in summary.itertuples()
            ],
            "turns most on": [_say_turn(r) for r in summary.itertuples()],
        }
    )
    return show_table(table, "Every way to ask: in how many does each claim hold?")


def _say_turn(row: tuple) -> str:
    if row.verdict != "in some":
        return ""
    most, least = (COEFFICIENT_NAMES.get(level, level) for level in (row.most_with, row.least_with))
    return f"{row.turns_on}: most with {most}, least with {least}"


def say_specifications(summary: pd.DataFrame) -> Markdown:
    """Say which claims hold whichever way one asks, and which hang on the way."""
    total = int(summary["specifications"].sum())
    by_verdict = {verdict: list(rows["claim"]) for verdict, rows in summary.groupby("verdict", sort=False)}
    words = {
        "in all": "in all of their ways",
        "in most": "in most",
        "in some": "in some",
        "in few": "in few",
        "in none": "in none",
    }
    said = [
        f"{join_words(by_verdict[verdict])} {words[verdict]}" for verdict in words if verdict in by_verdict
    ]
    mixed = summary[(summary["positive"] > 0) & (summary["negative"] > 0)]
    signs = [
        f"{r.feature} × {r.target} is significantly positive in {r.positive} ways and negative in {r.negative}"
        for r in mixed.itertuples()
    ]
    both = f" Even the sign depends on the way: {join_words(signs)}." if signs else ""
    opposite = summary[(summary["negative"] > summary["specifications"] / 2)]
    fewer = [
        f"in {r.negative} of {r.specifications} ways creators with more {r.feature} have *fewer* {r.target}"
        for r in opposite.itertuples()
    ]
    against = f" And {join_words(fewer)}." if fewer else ""
    return Markdown(
        f"Asked in {total:,} ways, the claims hold: {'; '.join(said)}.{both}{against} The ways share their creators: they are no "
        "independent confirmations."
    )


def say_profiles(pooled: pd.DataFrame) -> Markdown:
    """Say whether anything that can be read off a profile goes with engagement or interactions."""
    tested = pooled[pooled["months"] > 0]
    always = tested[tested["significant_in"] == tested["months"]]
    if always.empty:
        return Markdown(
            f"Of {say_number(len(tested))} comparisons of what a profile shows (script of the name, emoji, dots, digits or "
            "“official” in the handle, lengths), **none holds in every month**: a profile tells nothing dependable."
        )
    said = [
        f"{MARKS.get(row.profile, row.profile.replace('_', ' '))}, about {row.n_in:.0f} creators a month: {'more' if row.pooled > 0.5 else 'fewer'} {row.outcome} "
        f"({say_decimal(row.pooled)}, {say_interval(row.low, row.high)})"
        for row in always.itertuples()
    ]
    return Markdown(
        f"Of {say_number(len(tested))} comparisons of what a profile shows, {say_number(len(always))} hold in every month "
        f"(probability of more than creators without the mark; 0.50 is no difference): {'; '.join(said)}. Marks overlap (Arabic is "
        "not Latin too). These tell creators on the lists apart; that changing a name would change anything doesn't follow."
    )


def show_targets(compared: pd.DataFrame) -> HTML:
    """Show the three candidates for the target side by side."""
    table = pd.DataFrame(
        {
            "target": compared["target"],
            "skew": compared["skew"].map("{:.1f}".format),
            "skew of logs": compared["skew_log"].map(say_decimal),
            "held by the top 1 %": compared["top_1pct_share"].map(say_percent),
            "rank correlation with the next list": [
                f"{say_decimal(r.reliability)} ({say_interval(r.low, r.high)})" for r in compared.itertuples()
            ],
            "largest part": [
                "" if pd.isna(r.largest_share) else f"{r.largest_part}, {say_percent(r.largest_share)}"
                for r in compared.itertuples()
            ],
            "may be explained by": compared["explained_by"],
        }
    )
    return show_table(table, "Choosing the target")


def say_targets(compared: pd.DataFrame) -> Markdown:
    """Say which target is taken, and why a smaller p-value is no reason."""
    stays = (
        "**Engagement stays the target**: it is what success was defined by, and only subscribers stand outside its sum, so "
        "only they may explain it within one list."
    )
    bought = "A smaller p-value is no reason to choose a target: with heavy tails it is bought from a few creators."
    if compared["reliability"].isna().all():
        return Markdown(f"{stays} Which target is steady from list to list takes several lists. {bought}")
    by_target = compared.set_index("target")
    steadiest = by_target["reliability"].idxmax()
    steady = f"{steadiest} are" if steadiest.endswith("s") else f"{steadiest} is"
    return Markdown(
        f"{stays} {steady.capitalize()} the steadiest from one list to the next (rank correlation "
        f"{say_decimal(by_target.loc[steadiest, 'reliability'])}; engagement {say_decimal(by_target.loc['engagement', 'reliability'])}), "
        f"among creators who stay. {bought}"
    )


def say_regression_to_mean(
    variance: pd.DataFrame | None, looks: pd.DataFrame | None, reliability: pd.DataFrame | None
) -> Markdown:
    """Say how much of engagement lasts, and that a shrinking lead alone is no sign of decline.

    Parameters
    ----------
    variance, looks, reliability : DataFrame
        What `explore.split_variance`, `explore.regress_to_mean` and `explore.compare_reliability` return; None where
        there is one list only.
    """
    if variance is None or looks is None or reliability is None:
        return Markdown(ONE_LIST)
    part = variance.iloc[0]
    ahead, back = (looks[looks["direction"] == direction] for direction in ("next", "previous"))
    near, far = (reliability.loc[reliability["gap"].agg(pick)] for pick in ("idxmin", "idxmax"))
    kept, before = ahead["kept"].mean(), back["kept"].mean()
    if abs(kept - before) < ALIKE:
        reading = (
            "So a shrinking lead alone is no sign of decline; whether those who left declined can't be seen."
        )
    else:
        reading = "So more changes in one direction than in the other; whether those who left declined can't be seen."
    return Markdown(
        f"**A good place lasts in part.** Among creators on two lists or more, {say_percent(part['icc'])} ({say_percent(part['icc_low'])} to "
        f"{say_percent(part['icc_high'])}) of the variance of log engagement is the creator's own level; the rest comes and goes, and lists further apart "
        f"agree less (rank correlation {say_decimal(near['spearman'])} at {near['gap']:g} months, {say_decimal(far['spearman'])} at {far['gap']:g}). "
        f"{say_percent(ahead['seen'].sum() / ahead['top'].sum())} of a top quarter are on the next list at all; these keep {say_percent(kept)} of their "
        f"lead there, and had {say_percent(before)} of it on the list before. {reading}"
    )
