"""The main text: the answer first, then each section as a heading that is its finding and a few plain sentences.

What is said of every month is rendered from the headline table (`headlines`); what is said of one, from that
month's numbers. Method names and intervals stand in the part for the statistician, to which sentences link.
"""

import pandas as pd
from IPython.display import HTML, Markdown

from tiktok.figures import format_count
from tiktok.lists.columns import METRICS
from tiktok.story.frame import say_in_month, say_months, show_table
from tiktok.story.headlines import BIGGER, MORE, NO, ORDERED, PERFECT, SUCCESS, TESTS, UNASKED, YES
from tiktok.story.lists import RULE_HOLDS
from tiktok.wording import escape, join_words, say_number, say_percent, say_times

DEFINITION = "engagement"
LITTLE = 1.05  # times as much as somebody else: "about as much"


def say_answer(headlines: pd.DataFrame) -> Markdown:
    """Answer first: what such a list can show, and what its top quarter has more of in every month.

    Parameters
    ----------
    headlines : what `tabulate_headlines` returns
    """
    shown = _always_more(headlines)
    where = say_months(headlines["month"].nunique())
    has = f"{where[0].upper()}{where[1:]} {MORE}{join_words(shown.index[shown])} than the rest."
    if not shown.any():
        has = f"The top quarter isn't shown to have more of anything {where}."
    lead = "Bigger accounts on the list succeed more often"
    if not holds_everywhere(headlines, BIGGER):
        lead = "No list of top creators can show how to become one"
    return Markdown(
        f"## {lead}\n\n**This list shows how top creators differ from each other, not how to become one.** {has}"
    )


def _compare_features(headlines: pd.DataFrame) -> pd.DataFrame:
    """Keep the findings that the top quarter has more of something, with what it is."""
    rows = headlines[headlines["finding"].str.startswith(MORE)]
    return rows.assign(feature=rows["finding"].str.removeprefix(MORE))


def _always_more(headlines: pd.DataFrame) -> pd.Series:
    """Tell of each feature whether the top quarter has more of it in every month, by both definitions."""
    rows = _compare_features(headlines)
    return (rows["verdict"] == YES).groupby(rows["feature"], sort=False).all()


def holds_everywhere(headlines: pd.DataFrame, finding: str) -> bool:
    """Tell whether a finding holds in every month and by both definitions, wherever it can be asked."""
    asked = headlines[(headlines["finding"] == finding) & (headlines["verdict"] != UNASKED)]
    return bool(len(asked)) and bool((asked["verdict"] == YES).all())


def _say_exception(feature: str, rows: pd.DataFrame, month: str) -> str:
    """Say in how many comparisons the top quarter has more of a feature, and what the story's own month shows."""
    more, less = (int((rows["verdict"] == verdict).sum()) for verdict in (YES, NO))
    fewer = f", and fewer in {say_number(less)}" if less else ""
    count = f"In {say_number(more)} of {say_number(len(rows))} comparisons, a month and a way to count engagement each, it has more {feature}{fewer}."
    own = rows[(rows["month"] == month) & (rows["verdict"] != YES)]
    for verdict, other in own.groupby("verdict", sort=False):
        shows = f"it has fewer {feature}" if verdict == NO else "the difference may be chance"
        here = say_in_month(month)
        count += f" {here[0].upper()}{here[1:]}, by {join_words(other['definition'])}, {shows}."
    return count


def show_three_numbers(
    apart: pd.DataFrame,
    sizes: pd.DataFrame,
    made_of: pd.DataFrame,
    transitions: pd.DataFrame,
    raw: pd.DataFrame,
) -> HTML:
    """Show the three numbers to remember, each beside what it is to be compared with.

    Parameters
    ----------
    apart, sizes : what `explore.compare_top_quarters` and `explore.share_by_size` return
    made_of : what `explore.measure_composition` returns for the story's own list
    transitions : what `forecast.count_transitions` returns; without rows with one list, whose card is left out
    raw : the list that the story is told on
    """
    views = _of_own(apart, raw).set_index("feature").loc["views"]
    share = _share_of_views(made_of)
    first, last = _ends(sizes, raw)
    cards = [
        (
            format_count(views["median_in"]),
            f"views a video for a typical creator of the top quarter, {format_count(views['median_out'])} for one of the rest "
            f"(views are {say_percent(share)} of engagement)",
        ),
        (
            say_percent(last["share"]),
            f"of the biggest accounts ({_say_size(last['size'])}) are in the top quarter, {say_percent(first['share'])} of the smallest",
        ),
    ]
    if len(transitions):
        stayed, others = (_stayed(transitions, top) for top in (True, False))
        cards.append(
            (
                say_percent(stayed),
                f"of a top quarter are on the next list, {say_percent(others)} of the others",
            )
        )
    shown = "".join(
        f'<div class="card"><strong>{escape(n)}</strong> <span>{escape(text)}</span></div>'
        for n, text in cards
    )
    return HTML(f'<div class="cards">{shown}</div>')


def _of_own(table: pd.DataFrame, raw: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of the story's own month, by engagement."""
    return table[(table["month"] == raw.attrs["provenance"]["month"]) & (table["definition"] == DEFINITION)]


def _share_of_views(made_of: pd.DataFrame) -> float:
    return made_of.set_index(["whole", "part"]).loc[(DEFINITION, "views"), "pooled"]


def _ends(sizes: pd.DataFrame, raw: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give the smallest and the biggest accounts of the story's own month."""
    own = _of_own(sizes, raw)
    own = own[own["n"] > 0]
    return own.iloc[0], own.iloc[-1]


def _say_size(size: str) -> str:
    """Say how big accounts are: "below 1M" becomes "under 1M subscribers", "from 20M up" "from 20M subscribers up"."""
    up = " up" if size.endswith(" up") else ""
    return f"{size.replace('below', 'under').removesuffix(up)} subscribers{up}"


def _stayed(transitions: pd.DataFrame, top: bool) -> float:
    """Give the share of a top quarter, or of the others, who are on the next list, over all steps."""
    listed = transitions[transitions["now"] != "out"]
    of = listed[(listed["now"] == "top quarter") == top]
    return of.loc[of["next"] != "out", "n"].sum() / of["n"].sum()


def say_top_quarter(
    headlines: pd.DataFrame, apart: pd.DataFrame, made_of: pd.DataFrame, raw: pd.DataFrame
) -> Markdown:
    """Say how much more the typical creator of the top quarter has, how much of that is definition, and where not.

    Parameters
    ----------
    headlines : what `tabulate_headlines` returns
    apart, made_of : what `explore.compare_top_quarters` and `explore.measure_composition` return
    raw : the list that the story is told on
    """
    own = _of_own(apart, raw).set_index("feature")
    views, subscribers = own.loc["views"], own.loc["subscribers"]
    times = views["median_in"] / views["median_out"]
    size = subscribers["median_in"] / subscribers["median_out"]
    bigger = f"yet the top quarter's typical account has {say_times(size)} as many as that of the rest"
    if size < LITTLE:
        bigger = "and the top quarter's typical account is hardly bigger than that of the rest"
    shown, rows = _always_more(headlines), _compare_features(headlines)
    exceptions = [
        _say_exception(feature, of_feature, raw.attrs["provenance"]["month"])
        for feature, of_feature in rows[~rows["feature"].map(shown)].groupby("feature", sort=False)
    ]
    return Markdown(
        f"## The top quarter gets {say_times(times)} the views of the rest\n\n"
        f"A typical creator of the top quarter gets {format_count(views['median_in'])} views a video, one of the rest "
        f"{format_count(views['median_out'])}. That is mostly by definition: [views are {say_percent(_share_of_views(made_of))} of "
        f"engagement](#What-engagement-is-made-of). Subscribers aren't counted, {bigger}. {' '.join(exceptions)}"
    )


def show_medians(apart: pd.DataFrame, raw: pd.DataFrame) -> HTML:
    """Show the medians of the top quarter and of the rest, and in how many comparisons the former has more."""
    own = _of_own(apart, raw).set_index("feature")
    more = (apart["direction"] == "more").groupby(apart["feature"]).agg(["sum", "size"])
    rows = [
        {
            "typical account": metric,
            "top quarter": format_count(own.loc[metric, "median_in"]),
            "the rest": format_count(own.loc[metric, "median_out"]),
            "more in the top quarter": f"{more.loc[metric, 'sum']} of {more.loc[metric, 'size']} comparisons",
        }
        for metric in METRICS
    ]
    return show_table(pd.DataFrame(rows), "Medians, by engagement; comparisons: each month, both definitions")


def say_sizes(
    headlines: pd.DataFrame, sizes: pd.DataFrame, told: pd.DataFrame, raw: pd.DataFrame
) -> Markdown:
    """Say how the share of the top quarter runs with the size of an account, and what a model makes of it.

    Parameters
    ----------
    headlines : what `tabulate_headlines` returns
    sizes, told : what `explore.share_by_size` and `model.tell_from_subscribers` return
    raw : the list that the story is told on
    """
    first, last = _ends(sizes, raw)
    where = say_in_month(raw.attrs["provenance"]["month"])
    rises = holds_everywhere(headlines, BIGGER)
    every = f"The share rises from size to size {say_months(sizes['month'].nunique())}, whichever way engagement is counted"
    if not rises:
        rows = headlines[headlines["finding"] == BIGGER]
        held = int((rows["verdict"] == YES).sum())
        every = f"The share is shown to rise with size in {say_number(held)} of {say_number(len(rows))} comparisons"
    return Markdown(
        f"## {say_percent(last['share'])} of the biggest accounts are in the top quarter, {say_percent(first['share'])} of the smallest\n\n"
        f"{where[0].upper()}{where[1:]} the biggest are those {_say_size(last['size'])}, the smallest those {_say_size(first['size'])}. {every}. "
        f"{_say_model(headlines, told, raw)} [How sure is that?](#What-subscribers-tell)."
        "This compares accounts with each other; it doesn't say what happens to one that grows."
    )


def _say_model(headlines: pd.DataFrame, told: pd.DataFrame, raw: pd.DataFrame) -> str:
    """Say how much better a model of size alone does than a guess."""
    own = _of_own(told, raw)
    if own.empty or pd.isna(own["auc"].iloc[0]):
        return "Whether a model could use this can't be asked of so few creators."
    rows = headlines[(headlines["finding"] == SUCCESS) & (headlines["verdict"] != UNASKED)]
    held = int((rows["verdict"] == YES).sum())
    often = f"in {say_number(held)} of {say_number(len(rows))} comparisons"
    if held == len(rows):
        often = "in every comparison" if held > 1 else "here"
    better = f"Chances worked out from size beat a blind guess {often}."
    if not held:
        better = "Chances worked out from size aren't shown to beat a blind guess."
    return (
        "Shown one account of the top quarter and one other, size alone picks the right one "
        f"{say_percent(own['auc'].iloc[0])} of the time, a coin half of the time. {better}"
    )


def say_order(headlines: pd.DataFrame, order: pd.DataFrame | None, raw: pd.DataFrame) -> Markdown:
    """Say by what the list is sorted, as firmly as its order allows, and what that doesn't mean.

    Parameters
    ----------
    headlines : what `tabulate_headlines` returns
    order : the first that `explore.explain_order` returns; None where the list has no rank
    raw : the list that the story is told on
    """
    formula = ORDERED.removeprefix("ordered by ")
    ranked = headlines[(headlines["finding"] == ORDERED) & (headlines["verdict"] != UNASKED)]
    lists, kept = len(ranked), int((ranked["verdict"] == YES).sum())
    heading, said = "This list has no ranks, so its order can't be explained", []
    if order is not None:
        found = order.iloc[0]
        pairs = found["pairs_agree"] + found["pairs_contradict"]
        if found["pairs_contradict"] == 0:
            heading = f"The list is sorted by {formula}"
            said = [
                "The number of subscribers isn't in the formula.",
                f"Of {pairs:,} pairs of creators whom the rounded counts distinguish, not one contradicts it.",
            ]
        elif found["spearman"] >= RULE_HOLDS:
            heading = f"The list is sorted nearly by {formula}"
            said = [f"Of {pairs:,} pairs of creators {found['pairs_contradict']:,} contradict it."]
        else:
            heading = f"The list isn't sorted by {formula}"
    if kept < lists:
        said.append(
            f"Of {say_number(lists)} lists with ranks {say_number(kept)} follow that formula without exception."
        )
    elif order is None and lists:
        which = (
            "The one list with ranks is" if lists == 1 else f"All {say_number(lists)} lists with ranks are"
        )
        said.append(f"{which} sorted by {formula}.")
    elif lists > 1:
        said.append(f"All {say_number(lists)} lists with ranks are sorted by it.")
    if lists:
        said.append(
            "That is the publisher's way to sort a list. It is neither what makes a video succeed nor a measure of influence."
        )
    text = " ".join(said)
    return Markdown(f"## {heading}\n\n{text} [How the order was found](#How-the-order-was-found).")


def say_perfect_model(headlines: pd.DataFrame) -> Markdown:
    """Say why the earlier model was perfect."""
    rows = headlines[(headlines["finding"] == PERFECT) & (headlines["verdict"] != UNASKED)]
    if rows.empty:
        return Markdown(
            "## Whether a model is perfect once it has the answer can't be asked of so few creators"
        )
    where = say_months(rows["month"].nunique())
    if not (rows["verdict"] == YES).all():
        held = int((rows["verdict"] == YES).sum())
        return Markdown(
            "## A model that is handed the answer is nearly perfect\n\nGiven the parts of engagement, a model is perfect in "
            f"{say_number(held)} of {say_number(len(rows))} comparisons. That is **leakage, not overfitting**."
        )
    return Markdown(
        "## The perfect model had been handed the answer\n\n"
        "An earlier analysis of such a list predicted engagement without any error. Engagement is a sum, and the model was given its parts: it learned to add. "
        f"{where[0].upper()}{where[1:]} it is just as perfect on creators that it never saw. "
        "So this is **leakage, not overfitting**: no amount of data would change it. [The proof](#Engagement-from-its-own-parts)."
    )


def say_claims(headlines: pd.DataFrame) -> Markdown:
    """Say how many statements of the earlier analysis hold whichever way one asks."""
    ways = _count_ways(headlines)
    always = list(ways.index[ways["held"] == ways["asked"]])
    named = f": {join_words(always)}" if always else ""
    parts = (
        " That views and likes go with engagement is mostly arithmetic, since they are its parts."
        if any(f"{part} related to engagement" in always for part in ("views", "likes"))
        else ""
    )
    return Markdown(
        f"The earlier analysis also made {say_number(len(ways))} statements about what is related to what. {say_number(len(always)).capitalize()} hold by each of three "
        f"tests {say_months(headlines['month'].nunique())}{named}.{parts} [Claim by claim](#The-claims-of-the-earlier-analysis)."
    )


def show_claims_in_short(headlines: pd.DataFrame) -> HTML:
    """Show the statements of the earlier analysis, a line each."""
    ways = _count_ways(headlines)
    verdicts = [
        "holds"
        if row.held == row.asked
        else "doesn't hold"
        if not row.held
        else "depends on the test or month"
        for row in ways.itertuples()
    ]
    table = pd.DataFrame(
        {
            "the earlier analysis said": ways.index,
            "holds in": [f"{row.held:.0f} of {row.asked:.0f} ways" for row in ways.itertuples()],
            "so it": verdicts,
        }
    )
    return show_table(
        table, "In how many ways each holds: by three tests, in each month, by both definitions of engagement"
    )


def _count_ways(headlines: pd.DataFrame) -> pd.DataFrame:
    """Count for each statement in how many ways it was asked, and in how many it held."""
    rows = headlines[headlines["finding"].str.contains("related to ")]
    ways = rows.groupby("finding", sort=False)["value"].agg(held="sum", asked="size")
    return ways.assign(asked=TESTS * ways["asked"])
