"""The headline table: every finding of the summary, in every month and by both definitions of engagement.

It is made first, and each sentence of the summary is rendered from it: what they say is what holds over months
and definitions, and where the story's own month differs, they say so.
"""

import numpy as np
import pandas as pd
from IPython.display import HTML, Markdown

from tiktok.explore.correlations import ALPHA
from tiktok.story.frame import say_in_month, say_months, show_table
from tiktok.story.model import say_how_much
from tiktok.wording import (
    join_words,
    say_decimal,
    say_interval,
    say_number,
    say_p,
    say_percent,
    say_range,
)

COLUMNS = ["finding", "definition", "month", "value", "low", "high", "verdict"]
YES, NO, UNSHOWN, UNASKED = "yes", "no", "not shown", "can't be asked"
BIGGER = "bigger accounts are more often in the top quarter"
PERFECT = "R² is 1 from its own parts, on creators left out"
TELLS = "subscribers alone tell some of it"
BENT = "what they tell isn't a straight line"
CURVE = "on creators left out a curve tells more than a straight line"
SUCCESS = "subscribers alone tell some of success"
ORDERED = "ordered by views × likes × (comments + shares)"
AHEAD = "the next top quarter is told better than by “same as now”"
PERFECT_FROM = 1 - 1e-9
TESTS = 3  # coefficients by which a claim is tried
MOST_EXCEPTIONS = 3  # that a sentence names


def tabulate_headlines(
    apart: pd.DataFrame,
    sizes: pd.DataFrame,
    leaked: pd.DataFrame,
    told: pd.DataFrame,
    orders: pd.DataFrame,
    specified: pd.DataFrame,
    ahead: pd.DataFrame | None,
) -> pd.DataFrame:
    """Put every finding of the summary into one table, month by month and by both definitions.

    Parameters
    ----------
    apart, sizes : what `explore.compare_top_quarters` and `explore.share_by_size` return
    leaked, told : what `model.recover_sums` and `model.tell_from_subscribers` return
    orders : what `explore.explain_orders` returns
    specified : what `explore.try_specifications` returns
    ahead : what `forecast.compare_definitions` returns; None or empty where there are too few lists

    Returns
    -------
    DataFrame, a row a finding, definition and month
        `finding`; `definition` ("engagement", "interactions", or "" where none is in it); `month` (of what is
        forecast, for the forecast); `value`, `low`, `high` (95 %), whichever number the finding rests on;
        `verdict`: "yes", "no", "not shown" or "can't be asked".
    """
    parts = [
        _of_top_quarters(apart),
        _of_sizes(sizes),
        _of_leakage(leaked),
        _of_subscribers(told),
        _of_orders(orders),
        _of_claims(specified),
    ]
    if ahead is not None and len(ahead):
        parts.append(_of_forecasts(ahead))
    return pd.concat([part[COLUMNS] for part in parts], ignore_index=True)


def _of_top_quarters(apart: pd.DataFrame) -> pd.DataFrame:
    return apart.assign(
        finding="the top quarter has more " + apart["feature"],
        value=apart["superiority"],
        low=apart["superiority_low"],
        high=apart["superiority_high"],
        verdict=apart["direction"].map({"more": YES, "less": NO, "not shown": UNSHOWN}),
    )


def _of_sizes(sizes: pd.DataFrame) -> pd.DataFrame:
    """Hold the share of the biggest accounts against that of the smallest; yes: it rises on the way, too."""
    rows = []
    for (definition, month), of_list in sizes[sizes["n"] > 0].groupby(["definition", "month"], sort=False):
        first, last = of_list.iloc[0], of_list.iloc[-1]
        rises = of_list["share"].is_monotonic_increasing and last["low"] > first["high"]
        row = {"finding": BIGGER, "definition": definition, "month": month}
        row |= {"value": last["share"] - first["share"], "low": np.nan, "high": np.nan}
        rows.append(row | {"verdict": YES if rises else UNSHOWN})
    return pd.DataFrame(rows)


def _of_leakage(leaked: pd.DataFrame) -> pd.DataFrame:
    return leaked.assign(
        finding=PERFECT,
        value=leaked["r2"],
        low=np.nan,
        high=np.nan,
        verdict=np.where(leaked["r2"].isna(), UNASKED, np.where(leaked["r2"] > PERFECT_FROM, YES, NO)),
    )


def _of_subscribers(told: pd.DataFrame) -> pd.DataFrame:
    asked = told["r2"].notna()
    parts = []
    for finding, value in ((TELLS, "r2"), (CURVE, "gain"), (SUCCESS, "skill")):
        low, high = told[f"{value}_low"], told[f"{value}_high"]
        parts.append(
            told.assign(finding=finding, value=told[value], low=low, high=high, held=told[f"{value}_shown"])
        )
    p = told["p_curvature"]
    parts.append(told.assign(finding=BENT, value=p, low=np.nan, high=np.nan, held=p < ALPHA))
    table = pd.concat(parts)
    known = pd.concat([asked] * len(parts))
    return table.assign(verdict=np.where(known, np.where(table["held"], YES, UNSHOWN), UNASKED))


def _of_orders(orders: pd.DataFrame) -> pd.DataFrame:
    by_rule = np.where(orders["pairs_contradict"] == 0, YES, NO)
    verdict = np.where(orders["ranked"], by_rule, UNASKED)
    return orders.assign(
        finding=ORDERED, definition="", value=orders["spearman"], low=np.nan, high=np.nan, verdict=verdict
    )


def _of_claims(specified: pd.DataFrame) -> pd.DataFrame:
    """Count by how many of the coefficients each claim holds, all creators kept; yes: by all of them."""
    asked = specified[(specified["outliers"] == "all creators") & specified["holds"].notna()]
    by_list = asked.groupby(["claim", "definition", "month"], sort=False)["holds"]
    table = by_list.agg(value="sum", tests="size").reset_index().rename(columns={"claim": "finding"})
    some = np.where(table["value"] > 0, "by some tests", NO)
    verdict = np.where(table["value"] == table["tests"], YES, some)
    return table.assign(value=table["value"].astype(float), low=np.nan, high=np.nan, verdict=verdict)


def _of_forecasts(ahead: pd.DataFrame) -> pd.DataFrame:
    asked = ahead[ahead["outcome"] == "success_next"]
    return asked.assign(
        finding=AHEAD,
        month=asked["month_next"],
        value=asked["gain"],
        verdict=np.where(asked["better"], YES, UNSHOWN),
    )


def show_headlines(headlines: pd.DataFrame) -> HTML:
    """Show each finding, month by month: the number it rests on, and where it isn't so."""
    said = headlines.apply(_say_cell, axis=1)
    wide = headlines.assign(said=said).pivot(index=["finding", "definition"], columns="month", values="said")
    order = pd.MultiIndex.from_frame(headlines[["finding", "definition"]].drop_duplicates())
    table = wide.reindex(order).fillna("").reset_index()
    return show_table(
        table.rename(columns={"definition": "engagement counted as"}),
        "Every finding of the summary, in every month and by both definitions of engagement",
    )


def _say_cell(row: pd.Series) -> str:
    if row["verdict"] == UNASKED:
        return UNASKED
    number = f"p {say_p(row['value'])}" if row["finding"] == BENT else say_decimal(row["value"])
    if pd.notna(row["low"]):
        number = say_range(row["value"], row["low"], row["high"])
    return f"{row['verdict']}: {number}"


def say_answer(headlines: pd.DataFrame, raw: pd.DataFrame) -> Markdown:
    """Say first what such a list can't answer; then what its top quarter has more of, in which months.

    Parameters
    ----------
    headlines : what `tabulate_headlines` returns
    raw : the list that the story is told on
    """
    start = "the top quarter has more "
    rows = headlines[headlines["finding"].str.startswith(start)]
    rows = rows.assign(feature=rows["finding"].str.removeprefix(start))
    shown = (rows["verdict"] == YES).groupby(rows["feature"], sort=False).all()
    where = f"{say_months(rows['month'].nunique())} and whichever way engagement is counted"
    by_definition = [feature for feature in ("views", "likes") if shown.get(feature)]
    partly = f" More {join_words(by_definition)} it has partly by definition." if by_definition else ""
    lead = f"{where[0].upper()}{where[1:]}, {start}{join_words(shown.index[shown])} than the rest.{partly}"
    if not shown.any():
        lead = f"There is nothing that the top quarter is shown to have more of {where}."
    month = raw.attrs["provenance"]["month"]
    others = rows[~rows["feature"].map(shown)].groupby("feature", sort=False)
    exceptions = [_say_exception(feature, of_feature, month) for feature, of_feature in others]
    return Markdown(
        "**This list shows how top creators differ from each other, not how to become one.** "
        f"{' '.join([lead, *exceptions])}"
    )


def _say_exception(feature: str, rows: pd.DataFrame, month: str) -> str:
    """Say in how many comparisons the top quarter has more of a feature, and what the story's own month shows."""
    more, less = (int((rows["verdict"] == verdict).sum()) for verdict in (YES, NO))
    fewer = f" and fewer in {say_number(less)}" if less else ""
    own = rows[(rows["month"] == month) & (rows["verdict"] != YES)]
    here = [
        f"by {join_words(rows['definition'])}, {'it has fewer' if verdict == NO else 'no difference is shown'}"
        for verdict, rows in own.groupby("verdict", sort=False)
    ]
    count = f"It has more {feature} in {say_number(more)}{fewer} of the {say_number(len(rows))} comparisons"
    if here:
        return f"{count}; {say_in_month(month)}, {join_words(here)}."
    return f"{count}{_name_exceptions(rows[rows['verdict'] != YES], both=True)}."


def _say_where(rows: pd.DataFrame, *, one: str = "comparison", again: bool = False) -> str:
    """Say in which of the lists something holds: in all of them, or in how many, and which it isn't shown in."""
    held = rows["verdict"] == YES
    both = " and by both definitions of engagement" if len(set(rows["definition"])) > 1 else ""
    if held.all():
        return "throughout" if again else f"{say_months(rows['month'].nunique())}{both}"
    count = f"in {say_number(int(held.sum()))} of {say_number(len(rows))} {one}s"
    return f"{count}{_name_exceptions(rows[~held], both=bool(both), months=len(set(rows['month'])))}"


def _name_exceptions(others: pd.DataFrame, *, both: bool, months: int = 2) -> str:
    """Name the lists in which something isn't shown, where they are few."""
    if len(others) > MOST_EXCEPTIONS:
        return ""
    named = [
        " ".join(([row.month] if months > 1 else []) + ([f"by {row.definition}"] if both else []))
        for row in others.itertuples()
    ]
    return f" (not shown: {join_words(named)})"


def say_sizes(sizes: pd.DataFrame, raw: pd.DataFrame) -> Markdown:
    """Say how the share of the top quarter runs with the size of an account, and in how many comparisons.

    Parameters
    ----------
    sizes : DataFrame
        What `explore.share_by_size` returns.
    raw : DataFrame
        The list that the story is told on.
    """
    known = sizes[sizes["n"] > 0]
    lists = known.groupby(["definition", "month"], sort=False)
    rises = lists["share"].apply(lambda shares: shares.is_monotonic_increasing)
    apart = lists["low"].last() > lists["high"].first()  # the intervals of the biggest and the smallest
    own = known[(known["month"] == raw.attrs["provenance"]["month"]) & (known["definition"] == "engagement")]
    said = [f"{say_percent(row.share)} of those {row.size}" for row in own.itertuples()]
    biggest = lists.last()["share"].xs("engagement")
    over = (
        f" ({say_interval(biggest.min(), biggest.max(), say_percent)} over the months)"
        if len(biggest) > 1
        else ""
    )
    overlaps = lists[["low", "high"]].apply(lambda rows: rows["low"].shift(-1) <= rows["high"]).to_numpy()
    steps = len(known) - lists.ngroups
    near = f"; neighbouring sizes have overlapping intervals in {say_number(int(overlaps.sum()))} of {say_number(steps)} steps"
    throughout = (
        f"The share rises from size to size {say_months(sizes['month'].nunique())} and by both definitions of engagement"
        if rises.all()
        else f"The share rises from size to size in {say_number(int(rises.sum()))} of the {say_number(len(rises))} comparisons"
    )
    lead = "**Bigger accounts on the list are more often in its top quarter**"
    if not apart.all():
        lead = "**That bigger accounts on the list are more often in its top quarter isn't shown throughout**"
    return Markdown(
        f"{lead}: by subscribers and engagement, {say_in_month(raw.attrs['provenance']['month'])} {join_words(said)}{over}. {throughout}"
        f"{near if overlaps.any() else ''}. What it takes to get onto the list, and what would happen to a client who gained subscribers, "
        "this doesn't tell."
    )


def say_findings(
    headlines: pd.DataFrame, sizes: Markdown, screening: pd.DataFrame | None, raw: pd.DataFrame
) -> dict[str, Markdown]:
    """Say each finding of the summary, by the heading of the section that it comes from.

    Parameters
    ----------
    headlines : what `tabulate_headlines` returns
    sizes : what `say_sizes` says
    screening : what `forecast.screen_creators` returns; None where there are too few lists
    raw : the list that the story is told on
    """
    month = raw.attrs["provenance"]["month"]
    by_finding = dict(list(headlines.groupby("finding", sort=False)))
    return {
        "What to tell a client": sizes,
        "Who succeeds next?": _say_ahead(by_finding.get(AHEAD), screening),
        "Model: why R² was 1": _say_perfect(by_finding[PERFECT]),
        "What one month honestly says": _say_subscribers(by_finding, month),
        "How the list is made": _say_ordered(by_finding[ORDERED], month),
        "Claim by claim": _say_claims(headlines),
    }


def _say_ahead(rows: pd.DataFrame | None, screening: pd.DataFrame | None) -> Markdown:
    """Say how often the forecast beats "same as now", and what that means for whoever picks a few creators."""
    if rows is None:
        return Markdown(
            "*Who succeeds next?* To learn that from lists and be held to it takes three of them."
        )
    lead = "**Who succeeds next can be told better than by “same as now”**, though far from surely"
    shown = (rows["verdict"] == YES).mean()
    if shown <= 0.5:
        lead = "**Whether who succeeds next can be told better than by “same as now” hangs on the list**"
    if not shown:
        lead = "**Who succeeds next isn't shown to be told better than by “same as now”**"
    return Markdown(f"{lead}: {_say_where(rows, one='forecast')}.{_say_few(screening)}")


def _say_few(screening: pd.DataFrame | None) -> str:
    if screening is None or screening.empty:
        return ""
    few = screening[screening["step"] == "average"].sort_values("named").iloc[0]
    steps = screening[(screening["step"] != "average") & (screening["named"] == few["named"])]
    shown = "" if few["better"] else ", too few to show a difference"
    ahead, clearly = (say_number(int(found.sum())) for found in (steps["gain"] > 0, steps["better"]))
    over = f" on average of {say_number(len(steps))} forecasts" if len(steps) > 1 else ""
    return (
        f" Of the {few['named']} creators whom the forecasts name for the next top quarter {say_percent(few['forecast'])} came{over}, of the "
        f"{few['named']} with the most engagement now {say_percent(few['now'])}{shown}; the forecast was ahead in {ahead} of "
        f"{say_number(len(steps))}, by more than chance in {clearly}."
    )


def _say_perfect(rows: pd.DataFrame) -> Markdown:
    rows = rows[rows["verdict"] != UNASKED]
    if rows.empty:
        return Markdown(
            "Whether a model is perfect once it is given the answer can't be asked of so few creators."
        )
    if not (rows["verdict"] == YES).all():
        return Markdown(
            f"A model that is given the parts of engagement reaches an R² of 1 {_say_where(rows)}."
        )
    return Markdown(
        "**The perfect model had been handed the answer.** Engagement is a sum, and the model was given its parts. So its R² is 1 "
        f"{_say_where(rows)}, even on creators that it had never seen, where a model that had merely memorised would do worse. This is **leakage, not "
        "overfitting**, and no amount of data would change it."
    )


def _say_subscribers(by_finding: dict[str, pd.DataFrame], month: str) -> Markdown:
    """Say how much subscribers alone tell: a number for the story's month, the range over the lists, the bend."""
    rows, bent, curve, success = (
        rows[rows["verdict"] != UNASKED]
        for rows in (by_finding[finding] for finding in (TELLS, BENT, CURVE, SUCCESS))
    )
    if rows.empty:
        return Markdown("What subscribers alone tell can't be asked of so few creators.")
    words = [say_how_much(value).lower() for value in (rows["value"].min(), rows["value"].max())]
    own = rows[(rows["month"] == month) & (rows["definition"] == "engagement")]
    said = [
        f"{say_range(row.value, row.low, row.high, say_percent)} of its differences {say_in_month(row.month)}"
        for row in own.itertuples()
    ]
    if len(rows) > 1:
        said.append(
            f"{say_interval(rows['value'].min(), rows['value'].max(), say_percent)} over all comparisons"
        )
    lead = f"**The number of subscribers alone tells {' to '.join(dict.fromkeys(words))} of engagement** {_say_where(rows)}"
    if not (rows["verdict"] == YES).any():
        lead = "**Subscribers alone aren't shown to tell engagement**"
    return Markdown(
        f"{lead}: it explains {join_words(said)} (on a log scale, of creators that the curve never saw). The relation is bent "
        f"{_say_where(bent, again=True)}; that a curve predicts better than a straight line is shown {_say_where(curve, again=True)}. That it "
        f"tells success better than one chance for everybody is shown {_say_where(success, again=True)}."
    )


def _say_ordered(rows: pd.DataFrame, month: str) -> Markdown:
    ranked = rows[rows["verdict"] != UNASKED]
    if ranked.empty:
        return Markdown(
            "No list here has a **published rank**, so how such lists are ordered can't be asked of them."
        )
    closing = "That is how somebody sorted a list, not what makes a video succeed; whether the same formula decides who gets onto it can't be seen."
    if (ranked["verdict"] == YES).all():
        which = (
            "This list is"
            if list(ranked["month"]) == [month]
            else f"Each of {say_number(len(ranked))} lists with ranks is"
        )
        if len(ranked) == 1 and ranked["month"].iloc[0] != month:
            which = f"The list of {ranked['month'].iloc[0]}, the only one with ranks, is"
        return Markdown(
            f"**{which} {ORDERED}; the number of subscribers isn't in the formula.** Not one pair of creators that the rounded counts "
            f"can tell apart stands the other way round. {closing}"
        )
    return Markdown(f"The lists are {ORDERED} without exception {_say_where(ranked, one='list')}. {closing}")


def _say_claims(headlines: pd.DataFrame) -> Markdown:
    """Say which statements of the earlier analysis hold whichever way one asks, and how often the others do."""
    rows = headlines[headlines["finding"].str.contains("related to ")]
    ways = rows.groupby("finding", sort=False)["value"].agg(["sum", "size"])
    held, asked = ways["sum"], TESTS * ways["size"]
    always = list(ways.index[held == asked])
    rest = [f"{claim} in {held[claim]:.0f} of {asked[claim]}" for claim in ways.index if claim not in always]
    lead = f"**Of {say_number(len(ways))} statements of the earlier analysis, {say_number(len(always))} hold whichever of three tests one takes**, {say_months(rows['month'].nunique())} and by both definitions"
    named = f": {join_words(always)}" if always else ""
    others = f" The others hang on the way one asks: {join_words(rest)} ways." if rest else ""
    parts = (
        " Where a count is most of the sum, as views are of engagement and likes of interactions, that is mostly arithmetic."
        if always
        else ""
    )
    return Markdown(f"{lead}{named}.{parts}{others}")
