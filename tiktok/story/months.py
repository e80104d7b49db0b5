"""What the notebook says of several months: what holds in all of them, and how much of success lasts."""

from collections.abc import Mapping

import pandas as pd
from IPython.display import HTML, Markdown

from tiktok.explore.correlations import COEFFICIENT_NAMES
from tiktok.story.frame import say_in_month, say_months, show_table
from tiktok.wording import join_words, say_decimal, say_interval, say_number, say_percent, say_range

ONE_LIST = "Only one list is at hand, or no two share enough creators. So how much of engagement lasts can't be told."
MARKS = {
    "name_not_latin": "a name not in Latin script",
    "name_arabic": "a name in Arabic script",
    "name_cyrillic": "a name in Cyrillic script",
    "name_thai": "a name in Thai script",
    "name_east_asian": "a name in an East Asian script",
    "name_has_emoji": "an emoji in the name",
    "handle_has_dot": "a dot in the handle",
    "handle_has_digit": "a digit in the handle",
    "handle_has_underscore": "an underscore in the handle",
    "says_official": "“official” in the handle",
    "name_length": "a long name",
    "handle_length": "a long handle",
}


def show_panel(panel: Mapping[str, pd.DataFrame], measured: Mapping[str, pd.DataFrame]) -> HTML:
    """Show the months side by side: what was found on the way from rows to creators, copies of the month before too.

    Parameters
    ----------
    panel, measured : the cleaned lists, and what `prepare.drop_copied` leaves of them
    """
    rows = []
    for month, creators in panel.items():
        found = {check["check"]: check["rows"] for check in creators.attrs["quality"]}
        rows.append(
            {
                "month": month,
                "rows": creators.attrs["provenance"]["rows"],
                "creators": len(creators),
                "empty rows": found["empty rows"],
                "repeated rows": found["repeated rows"],
                "repeated with other numbers": found["repeated handles with other numbers"],
                "blank names": found["blank display names"],
                "no comments": found["no comments"],
                "carried over unchanged, kept": len(creators) - len(measured[month]),
                "implausible, kept": next(n for check, n in found.items() if check.startswith("implausible")),
                "SHA-256": creators.attrs["provenance"]["sha256"][:12],
            }
        )
    return show_table(pd.DataFrame(rows), "The monthly lists, cleaned by the same rules")


def say_pooled(pooled: pd.DataFrame) -> Markdown:
    """Say which rank correlations with shares hold in every month, and which in none or some."""
    ranks = pooled[(pooled["coefficient"] == "spearman") & (pooled["target"] == "shares")]
    months = int(ranks["months"].max())
    always = ranks[(ranks["positive_in"] == months) | (ranks["negative_in"] == months)]
    never = ranks[(ranks["positive_in"] == 0) & (ranks["negative_in"] == 0)]
    rest = ranks.drop(index=[*always.index, *never.index])
    values = [
        f"{r.feature} ({say_decimal(r.pooled)}, {say_interval(r.low, r.high)})" for r in always.itertuples()
    ]
    both = (rest["positive_in"] > 0) & (rest["negative_in"] > 0)
    throughout = f"significant {say_months(months)}"
    said = [
        (f"{throughout}, always with the same sign" if months > 1 else throughout, values),
        ("significant in no month" if months > 1 else "not significant", never["feature"]),
        ("significant in some months only", rest["feature"][~both]),
        ("significant with either sign, depending on the month", rest["feature"][both]),
    ]
    sentences = [f"For {join_words(features)}, it is {how}." for how, features in said if len(features)]
    return Markdown(" ".join(sentences).replace(", it is", ", the rank correlation with shares is", 1))


def show_specifications(summary: pd.DataFrame) -> HTML:
    """Show in how many ways of asking each claim holds, and what the answer turns on."""
    table = pd.DataFrame(
        {
            "claim": summary["claim"],
            "ways to ask": summary["specifications"],
            "holds in": summary["holds"],
            "significantly positive": summary["positive"],
            "significantly negative": summary["negative"],
            "estimates": [say_interval(r.lowest, r.highest) for r in summary.itertuples()],
            "depends most on": [_say_turn(r) for r in summary.itertuples()],
        }
    )
    return show_table(table, "In how many ways of asking does each claim hold?")


def _say_turn(row: tuple) -> str:
    if row.verdict != "in some":
        return ""
    most, least = (COEFFICIENT_NAMES.get(level, level) for level in (row.most_with, row.least_with))
    return f"{row.turns_on}: most with {most}, least with {least}"


def say_specifications(summary: pd.DataFrame) -> Markdown:
    """Say which claims hold whichever way one asks, and which depend on the way."""
    by_verdict = {verdict: list(rows["claim"]) for verdict, rows in summary.groupby("verdict", sort=False)}
    said = [f"The claims were tried in {int(summary['specifications'].sum()):,} ways."]
    for verdict in ("in all", "in most", "in some", "in few", "in none"):
        claims = by_verdict.get(verdict, [])
        hold = f"{say_number(len(claims)).capitalize()} {'holds' if len(claims) == 1 else 'hold'}"
        if claims:
            said.append(
                f"{hold} {verdict} of {'its' if len(claims) == 1 else 'their'} ways: {join_words(claims)}."
            )
    mixed = summary[(summary["positive"] > 0) & (summary["negative"] > 0)]
    if len(mixed):
        said.append("Even the sign can depend on the way.")
    for r in mixed.itertuples():
        ways = "ways" if r.positive > 1 else "way"
        said.append(
            f"{r.feature.capitalize()} × {r.target} is significantly positive in {r.positive} {ways} and negative in {r.negative}."
        )
    opposite = summary[summary["negative"] > summary["specifications"] / 2]
    for r in opposite.itertuples():
        said.append(
            f"In {r.negative} of {r.specifications} ways, creators with more {r.feature} have significantly *fewer* {r.target}."
        )
    said.append("The ways share creators, so they are not independent confirmations.")
    return Markdown(" ".join(said))


def say_profiles(pooled: pd.DataFrame) -> Markdown:
    """Say whether anything that can be read off a profile goes with engagement or interactions."""
    tested = pooled[pooled["months"] > 0]
    always = tested[tested["significant_in"] == tested["months"]]
    if tested.empty:
        return Markdown("No mark of a profile can be compared here: too few creators have any.")
    months = int(tested["months"].max())
    lead = (
        f"Marks of names and handles (script, emoji, dots, digits, “official”, length) give {say_number(len(tested))} comparisons "
        "with engagement or interactions."
    )
    if always.empty:
        return Markdown(
            f"{lead} **No difference holds {say_months(months)}**: a profile tells nothing dependable."
        )
    a_month = " a month" if months > 1 else ""
    differences = "difference holds" if len(always) == 1 else "differences hold"
    said = [
        f"Creators with {MARKS[row.profile]}, about {row.n_in:.0f}{a_month}, have {_say_less_or_more(row.outcome, row.pooled)}: "
        f"{say_range(row.pooled, row.low, row.high)}."
        for row in always.itertuples()
    ]
    return Markdown(
        f"{lead} {say_number(len(always)).capitalize()} {differences} {say_months(months)}. Each is given as the probability that a creator with "
        f"the mark has more than one without it, where 0.50 means no difference. {' '.join(said)} Marks overlap: an Arabic name is also "
        "a name not in Latin script. Such marks distinguish creators on the lists. It doesn't follow that changing a name would change anything."
    )


def _say_less_or_more(outcome: str, superiority: float) -> str:
    """Say that there is more of an outcome, or less; fewer, where it is counted."""
    less = "fewer" if outcome.endswith("s") else "less"
    return f"{'more' if superiority > 0.5 else less} {outcome}"


def show_targets(compared: pd.DataFrame) -> HTML:
    """Show the three candidates for the target side by side."""
    table = pd.DataFrame(
        {
            "target": compared["target"],
            "skew": compared["skew"].map("{:.1f}".format),
            "skew of logs": compared["skew_log"].map(say_decimal),
            "held by the top 1 %": compared["top_1pct_share"].map(say_percent),
            "rank correlation with the next list": [
                say_range(r.reliability, r.low, r.high) for r in compared.itertuples()
            ],
            "largest part": [
                "" if pd.isna(r.largest_share) else f"{r.largest_part}, {say_percent(r.largest_share)}"
                for r in compared.itertuples()
            ],
            "may be explained by": compared["explained_by"],
        }
    )
    return show_table(table, "Three candidates for the target")


def say_targets(compared: pd.DataFrame) -> Markdown:
    """Say which target is taken, and why a smaller p-value is no reason."""
    stays = (
        "**Engagement stays the target**, since success was defined by it. Of the five counts only subscribers stand outside its sum, "
        "so only they may explain it within one list."
    )
    bought = (
        "A smaller p-value is no reason to choose a target: with heavy tails, a few creators can produce one."
    )
    if compared["reliability"].isna().all():
        return Markdown(f"{stays} It takes several lists to see which target is steadiest. {bought}")
    reliability = compared.set_index("target")["reliability"]
    steadiest = reliability.idxmax()
    verb = "are" if steadiest.endswith("s") else "is"
    against = (
        "" if steadiest == "engagement" else f", that of engagement {say_decimal(reliability['engagement'])}"
    )
    return Markdown(
        f"{stays} Among creators who stay on the list, {steadiest} {verb} the steadiest from one list to the next: the rank correlation is "
        f"{say_decimal(reliability[steadiest])}{against}. {bought}"
    )


def _say_distances(reliability: pd.DataFrame) -> str:
    """Say how well lists agree that are nearest to each other and furthest apart: all pairs, not one of several."""
    said, gaps = {}, reliability["gap"]
    for gap in (gaps.min(), gaps.max()):
        pairs = reliability.loc[gaps == gap, "spearman"]
        which = "two lists" if len(pairs) == 1 else f"{say_number(len(pairs))} pairs"
        value = say_decimal(pairs.iloc[0]) if len(pairs) == 1 else say_interval(pairs.min(), pairs.max())
        apart = "one month" if gap == 1 else f"{say_number(int(gap))} months"
        said[gap] = f"{value} for {which} {apart} apart"
    if len(said) == 1:
        return f"The rank correlation between lists is {said[gaps.min()]}."
    near, far = (reliability.loc[gaps == gap, "spearman"] for gap in said)
    agree = "agree less" if far.max() < near.min() else "don't clearly agree less"
    return f"The lists furthest apart {agree} than the nearest: the rank correlation is {join_words(said.values())}."


def _within(share: float, looks: pd.DataFrame) -> bool:
    """Tell whether a share of a lead lies within the intervals of others, on average over the steps."""
    return bool(looks["kept_low"].mean() <= share <= looks["kept_high"].mean())


def say_regression_to_mean(
    variance: pd.DataFrame | None, looks: pd.DataFrame | None, reliability: pd.DataFrame | None
) -> Markdown:
    """Say how much of engagement lasts, and that a shrinking lead alone is no sign of decline.

    Parameters
    ----------
    variance, looks, reliability : DataFrame or None
        The first two that `explore.explain_regression_to_mean` returns, and what `explore.find_reliability` does; None where there is
        one list only.
    """
    if variance is None or looks is None or reliability is None:
        return Markdown(ONE_LIST)
    part = variance.iloc[0]
    ahead, back = (looks[looks["direction"] == direction] for direction in ("next", "previous"))
    kept, before = ahead["kept"].mean(), back["kept"].mean()
    alike = _within(before, ahead) and _within(kept, back)
    reading = (
        "So a shrinking lead alone is no sign of decline."
        if alike
        else f"So a top quarter keeps {'more' if kept > before else 'less'} of its lead afterwards than it had before."
    )
    if not alike and len(ahead) == 1:
        reading = "One step each way, of two different top quarters, is nothing to build on."
    return Markdown(
        f"**High engagement lasts in part.** Among creators on two lists or more, {say_range(part['icc'], part['icc_low'], part['icc_high'], say_percent)} "
        f"of the variance of log engagement is the creator's lasting level. The rest comes and goes. {_say_distances(reliability)} "
        f"Of a top quarter, {say_percent(ahead['seen'].sum() / ahead['top'].sum())} are on the next list at all. Those keep {say_percent(kept)} of their "
        f"lead there. Those already on the list before had {say_percent(before)} of their lead then. {reading} "
        "Whether those who left declined can't be seen."
    )


def say_carried_over(
    panel: Mapping[str, pd.DataFrame],
    measured: Mapping[str, pd.DataFrame],
    variance: pd.DataFrame | None,
    again: pd.DataFrame | None,
) -> Markdown | None:
    """Say how many rows were copied from the list before, and what lasts without them.

    Parameters
    ----------
    panel, measured : the cleaned lists, and what `prepare.drop_copied` leaves of them
    variance, again : what `explore.explain_regression_to_mean` returns first of the one and of the other; None where there is
        one list only
    """
    if variance is None:
        return None
    copied = {month: len(creators) - len(measured[month]) for month, creators in panel.items()}
    named = [f"{number} {say_in_month(month)}" for month, number in copied.items() if number]
    if not named:
        return Markdown("No row repeats all five numbers of the list before.")
    lead = f"Some rows repeat all five numbers of the list before: {join_words(named)}. They weren't measured again."
    if again is None:
        return Markdown(f"{lead} Without them, too few creators are on two lists to tell what lasts.")
    whole, rest = variance["icc"].iloc[0], again.iloc[0]
    moves = (
        "the same as with them"
        if say_percent(whole) == say_percent(rest["icc"])
        else f"instead of {say_percent(whole)}"
    )
    return Markdown(
        f"{lead} So they make creators look steadier than they are. Without them, the lasting level is "
        f"{say_range(rest['icc'], rest['icc_low'], rest['icc_high'], say_percent)} of the variance, {moves}."
    )
