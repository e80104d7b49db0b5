"""The main text: the answer first, then each section as a heading that is its finding and a few plain sentences.

What is said of every month is rendered from the headline table (`headlines`); what is said of one, from that
month's numbers. Method names and intervals stand in the part for the statistician, to which sentences link.
"""

import pandas as pd
from IPython.display import HTML, Markdown
from scipy.stats import fisher_exact

from tiktok.explore.correlations import ALPHA
from tiktok.figures import format_count
from tiktok.lists.columns import ENGAGEMENT_PARTS, METRICS
from tiktok.story.forecast import follow_quarters, say_gap
from tiktok.story.frame import say_in_month, say_months, show_table
from tiktok.story.headlines import BIGGER, MORE, NO, ORDERED, PERFECT, SUCCESS, TESTS, UNASKED, YES
from tiktok.story.lists import RULE_HOLDS
from tiktok.wording import escape, join_words, say_number, say_percent, say_times, start_sentence

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
    has = f"{start_sentence(where)} {MORE}{join_words(shown.index[shown])} than the rest."
    if not shown.any():
        has = f"The top quarter isn't shown to have more of anything {where}."
    lead = "The biggest accounts on the list succeed most often"
    if not _holds_everywhere(headlines, BIGGER):
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


def _holds_everywhere(headlines: pd.DataFrame, finding: str) -> bool:
    """Tell whether a finding holds in every month and by both definitions, wherever it can be asked."""
    asked = headlines[(headlines["finding"] == finding) & (headlines["verdict"] != UNASKED)]
    return bool(len(asked)) and bool((asked["verdict"] == YES).all())


def _say_exception(feature: str, rows: pd.DataFrame, month: str) -> str:
    """Say in how many comparisons the top quarter has more of a feature, and what the story's own month shows."""
    more, less = (int((rows["verdict"] == verdict).sum()) for verdict in (YES, NO))
    fewer = f", and fewer in {say_number(less)}" if less else ""
    count = f"In {say_number(more)} of {say_number(len(rows))} comparisons, a month and a way to count engagement each, the top quarter has more {feature}{fewer}."
    own = rows[(rows["month"] == month) & (rows["verdict"] != YES)]
    for verdict, other in own.groupby("verdict", sort=False):
        shows = f"it has fewer {feature}" if verdict == NO else "the difference may be chance"
        here = say_in_month(month)
        count += f" {start_sentence(here)}, by {join_words(other['definition'])}, {shows}."
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
        soonest = follow_quarters(transitions).iloc[0]
        cards.append(
            (
                say_percent(1 - soonest["gone"]),
                f"of a top quarter are on the list {say_gap(soonest.name)} later, {say_percent(1 - soonest['others_gone'])} of the others",
            )
        )
    shown = "".join(
        f'<div class="card"><strong>{escape(n)}</strong> <span>{escape(text)}</span></div>'
        for n, text in cards
    )
    return HTML(f'<div class="cards">{shown}</div>')


def _of_own(table: pd.DataFrame, raw: pd.DataFrame, definition: str = DEFINITION) -> pd.DataFrame:
    """Keep the rows of the story's own month, by one definition of engagement."""
    return table[(table["month"] == raw.attrs["provenance"]["month"]) & (table["definition"] == definition)]


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
    heading = f"Typically, the top quarter gets {say_times(_ratio(views))} the views of the rest"
    if _ratio(views) < LITTLE:
        heading = "Typically, the top quarter hardly gets more views than the rest"
    bigger = "and that the typical account of the top quarter by engagement is bigger isn't shown"
    if subscribers["direction"] == "more":
        bigger = f"yet the typical account of the top quarter by engagement has {say_times(_ratio(subscribers))} as many as that of the rest"
    elif subscribers["direction"] == "less":
        bigger = "and the typical account of the top quarter by engagement is smaller than that of the rest"
    without = _of_own(apart, raw, "interactions").set_index("feature").loc["views"]
    month = raw.attrs["provenance"]["month"]
    shown, rows = _always_more(headlines), _compare_features(headlines)
    exceptions = [
        _say_exception(feature, of_feature, month)
        for feature, of_feature in rows[~rows["feature"].map(shown)].groupby("feature", sort=False)
    ]
    return Markdown(
        f"## {heading}\n\n"
        f"A typical creator of the top quarter gets {format_count(views['median_in'])} views a video, one of the rest "
        f"{format_count(views['median_out'])}. That is partly by definition: [views are {say_percent(_share_of_views(made_of))} of "
        f"engagement](#What-engagement-is-made-of). A top quarter by likes, comments and shares alone typically gets "
        f"{say_times(_ratio(without))} the views of the rest. Subscribers aren't counted, {bigger}. {' '.join(exceptions)}"
    )


def _ratio(compared: pd.Series) -> float:
    """Give how many times as much the typical creator of a top quarter has."""
    return compared["median_in"] / compared["median_out"]


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
    rows = headlines[headlines["finding"] == BIGGER]
    held, months = int((rows["verdict"] == YES).sum()), say_months(sizes["month"].nunique())
    every = (
        f"{start_sentence(months)} the biggest are ahead of the smallest, whichever way engagement is counted"
    )
    if held < len(rows):
        every = f"The biggest are shown to be ahead of the smallest in {say_number(held)} of {say_number(len(rows))} comparisons"
    heading = f"{say_percent(last['share'])} of the biggest accounts are in the top quarter, {say_percent(first['share'])} of the smallest"
    if not (_of_own(rows, raw)["verdict"] == YES).all():
        heading = f"That the biggest accounts succeed more often than the smallest isn't shown {where}"
    return Markdown(
        f"## {heading}\n\n"
        f"{start_sentence(where)} the biggest are those {_say_size(last['size'])}, the smallest those {_say_size(first['size'])}. {every}. "
        f"{_say_smallest(sizes)} {_say_model(headlines, told, raw)} [How sure is that?](#What-subscribers-tell) "
        "This compares accounts with each other; it doesn't say what happens to one that grows."
    )


def _say_smallest(sizes: pd.DataFrame) -> str:
    """Say in how many comparisons the two smallest sizes differ, by Fisher's exact test: size doesn't tell everywhere."""
    lists = [rows.iloc[:2] for _, rows in sizes[sizes["n"] > 0].groupby(["definition", "month"])]
    pairs = [rows for rows in lists if len(rows) == 2]
    if not pairs:
        return ""
    apart = 0
    for rows in pairs:
        inside = (rows["n"] * rows["share"]).round()
        apart += fisher_exact([inside, rows["n"] - inside]).pvalue < ALPHA
    return f"Between the two smallest sizes a difference is shown in {say_number(apart)} of {say_number(len(pairs))} comparisons."


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
    here = (
        ""
        if own["skill_shown"].iloc[0] or len(rows) == held
        else f", but not {say_in_month(own['month'].iloc[0])} by engagement"
    )
    better = f"Chances worked out from size beat a blind guess {often}{here}."
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
        follow = f"{say_number(kept)} of {say_number(lists)} lists with ranks".capitalize()
        said += [f"{follow} follow that formula without exception."] if lists > 1 else []
    elif order is None and lists:
        which = (
            "The one list with ranks is" if lists == 1 else f"All {say_number(lists)} lists with ranks are"
        )
        said.append(f"{which} sorted by {formula}.")
    elif lists > 1:
        said.append(f"All {say_number(lists)} lists with ranks are sorted by it.")
    if kept:
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
        f"{start_sentence(where)} it is just as perfect on creators that it never saw. "
        "So this is **leakage, not overfitting**: no amount of data would change it. [The proof](#Engagement-from-its-own-parts)."
    )


def say_claims(headlines: pd.DataFrame) -> Markdown:
    """Say how many statements of the earlier analysis hold whichever way one asks."""
    ways = _count_ways(headlines)
    always = list(ways.index[ways["held"] == ways["asked"]])
    named = f": {join_words(always)}" if always else ""
    parts = ""
    if arithmetic := [part for part in ENGAGEMENT_PARTS if f"{part} related to {DEFINITION}" in always]:
        parts = f" Since engagement contains {join_words(arithmetic)}, these links are partly arithmetic."
    if any("not related" in claim for claim in always):
        parts += " “Not related” means only that no relation is shown."
    return Markdown(
        f"The earlier analysis also said what is related to what. Of {say_number(len(ways))} such statements that can be tried here, "
        f"{say_number(len(always))} hold by each of three tests {say_months(headlines['month'].nunique())}{named}.{parts} "
        "[Claim by claim](#The-claims-of-the-earlier-analysis)."
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
        table,
        "In how many ways each holds: by three tests, in each month; what speaks of engagement by both definitions",
    )


def _count_ways(headlines: pd.DataFrame) -> pd.DataFrame:
    """Count for each statement in how many ways it was asked, and in how many it held."""
    rows = headlines[headlines["finding"].str.contains("related to ")]
    ways = rows.groupby("finding", sort=False)["value"].agg(held="sum", asked="size")
    return ways.assign(asked=TESTS * ways["asked"])
