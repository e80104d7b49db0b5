"""What the notebook says of the list itself: how it is made, what its cut does, what a sum is made of."""

import pandas as pd
from IPython.display import HTML, Markdown

from tiktok.explore.composition import BY_CONSTRUCTION, WITH_REST
from tiktok.explore.correlations import ALPHA
from tiktok.figures import format_count
from tiktok.story.frame import show_table
from tiktok.wording import (
    escape,
    join_words,
    name_creator,
    say_decimal,
    say_interval,
    say_number,
    say_p,
    say_percent,
    say_range,
)

RULE_HOLDS = 0.9  # a rank correlation from which on a rule is worth naming
NOTHING = 0.05  # a coefficient of less than this is as good as none
MUCH = 2 / 3  # what is left of a coefficient below which a creator carried much of it
HARDLY = 0.1  # a correlation inside the list of less than this is "hardly any"
MOSTLY = 0.5  # the part of a correlation from which on it is "mostly" arithmetic


def show_list_rules(scores: pd.DataFrame | None) -> HTML | None:
    """Show how well each rule gives the published order, on creators that no weight was fitted on."""
    if scores is None:
        return None
    table = pd.DataFrame(
        {
            "ordered by": scores["rule"],
            "weights": scores["fitted"].map({True: "fitted on the other half", False: "none to fit"}),
            "creators": scores["n"],
            "rank correlation with the published order": scores["spearman"].map("{:.4f}".format),
            "95 % interval": [say_interval(r.low, r.high, "{:.4f}".format) for r in scores.itertuples()],
        }
    )
    return show_table(table, "Which rule gives the published order? Scored on one half of the creators")


def say_list_rule(order: pd.DataFrame | None, scores: pd.DataFrame | None) -> Markdown:
    """Say by what the list is ordered, as firmly as its order allows.

    Parameters
    ----------
    order, scores : DataFrame or None
        The first two that `explore.explain_order` returns; None where the list has no rank.
    """
    if order is None or scores is None:
        return Markdown("This list publishes **no rank**, so there is no order to explain.")
    found = order.iloc[0]
    decided = found["pairs_agree"] + found["pairs_contradict"]
    others = (
        f"Ordering by engagement gives {say_decimal(found['spearman_engagement'])}, by subscribers "
        f"{say_decimal(found['spearman_subscribers'])}."
    )
    product = f"The product's rank correlation with the published order is {found['spearman']:.4f}."
    if found["pairs_contradict"] == 0:
        return Markdown(
            f"Published counts are rounded, which leaves {found['pairs_open']:,.0f} pairs of creators undecided. In each of the other "
            f"{found['pairs_agree']:,.0f} pairs, the creator with the larger product has the better rank. {product} {others} "
            "Whether creators enter the list by the same product can't be seen."
        )
    if found["spearman"] >= RULE_HOLDS:
        return Markdown(
            f"{product} Yet {found['pairs_contradict']:,.0f} of {decided:,.0f} pairs of creators contradict it, however their counts were rounded. {others}"
        )
    best = scores.loc[scores["spearman"].idxmax()]
    lead = "No rule that was tried explains this list's order."
    if best["spearman"] >= RULE_HOLDS:
        lead = "This list isn't ordered by views × likes × (comments + shares)."
    return Markdown(
        f"{lead} The rule that comes closest is “{best['rule']}”, with a rank correlation of {say_decimal(best['spearman'])}."
    )


def say_selection(fitted: pd.DataFrame) -> Markdown:
    """Say what views and shares may have to do with each other among all creators, and how sure that is.

    Parameters
    ----------
    fitted : DataFrame
        What `explore.fit_selection` returns.
    """
    pair = fitted[(fitted["x"] == "views") & (fitted["y"] == "shares")].set_index("tail")
    inside = pair["inside"].iloc[0]
    seen = "go together" if inside > 0 else "go against each other"
    if abs(inside) < HARDLY:
        seen = "hardly go together"
    by_pair = fitted.groupby(["x", "y"], sort=False)
    hidden = by_pair["low"].min() > by_pair["inside"].first()
    among = join_words(
        [f"{say_interval(row.low, row.high)} with {tail} tails" for tail, row in pair.iterrows()]
    )
    more = "they go together more than inside it"
    if pair["low"].min() <= inside:
        more = "they don't surely go together more than inside it"
    pairs = "all six pairs" if hidden.all() else f"{say_number(int(hidden.sum()))} of the six pairs"
    go = "goes" if hidden.sum() < 2 else "go"
    return Markdown(
        f"Inside this list, views and shares {seen}: the correlation of their logs is {say_decimal(inside)}. If entry follows the product, "
        f"then among **all** creators {more}. The model's bounds are {among}. By these bounds, {pairs} of counts {go} together more "
        "among all creators than inside the list. How much more depends on the kind of tail, which a list of the first thousand can't show. "
        "So “no relation” inside the list is no finding about creators in general."
    )


def show_composition(made_of: pd.DataFrame, parts: pd.DataFrame) -> HTML:
    """Show each part's share of its sum, and its correlation with the whole and with the rest."""
    whole, rest = _against(made_of, parts)
    table = pd.DataFrame(
        {
            "sum": made_of["whole"],
            "part": made_of["part"],
            "share of the sum, all creators together": made_of["pooled"].map(say_percent),
            "… of the median creator": made_of["median"].map(say_percent),
            "rank correlation with the sum": whole["spearman"].map(say_decimal),
            "… if parts were unrelated": whole["spearman_unrelated"].map(say_decimal),
            "… with the rest of the sum": [
                say_range(r.spearman, r.spearman_low, r.spearman_high) for r in rest.itertuples()
            ],
        }
    )
    return show_table(table, "What engagement and interactions are made of")


def _against(made_of: pd.DataFrame, parts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the parts' correlations with the whole, and with the rest of it, in the order of `made_of`."""
    keyed = made_of[["whole", "part"]]
    sides = (parts[parts["against"] == against] for against in (BY_CONSTRUCTION, WITH_REST))
    return tuple(keyed.merge(side, on=["whole", "part"], how="left") for side in sides)


def say_composition(made_of: pd.DataFrame, parts: pd.DataFrame) -> Markdown:
    """Say that a sum which one part dominates is that part under another name."""
    largest = made_of.loc[made_of.groupby("whole", sort=False)["pooled"].idxmax()]
    said = [f"{r.part} are {say_percent(r.pooled)} of {r.whole}" for r in largest.itertuples()]
    first = largest.iloc[0]
    whole, rest = (against.iloc[0] for against in _against(largest.head(1), parts))
    mostly = "mostly" if whole["spearman_unrelated"] >= MOSTLY * whole["spearman"] else "partly"
    return Markdown(
        f"{join_words(said).capitalize()}. The rank correlation of {first['part']} with {first['whole']} is {say_decimal(whole['spearman'])}, "
        f"{mostly} by arithmetic: parts shuffled among creators would give {say_decimal(whole['spearman_unrelated'])}. "
        f"With the *rest* of the sum, it is {say_decimal(rest['spearman'])}."
    )


def show_influence(summary: pd.DataFrame) -> HTML:
    """Show each Pearson coefficient without its most influential creators, Spearman's beside it."""
    table = pd.DataFrame({"pair": summary["feature"] + " × " + summary["target"]})
    steps = _left_out(summary)
    for step in steps:
        table[f"without {step}" if step else "all creators"] = summary[f"without_{step}"].map(say_decimal)
    table["Spearman, all"] = summary["spearman_0"].map(say_decimal)
    table[f"Spearman, without {steps[-1]}"] = summary[f"spearman_{steps[-1]}"].map(say_decimal)
    table["most influential"] = summary["creator"].map(name_creator)
    return show_table(table, "Pearson's coefficient without its most influential creators")


def _left_out(summary: pd.DataFrame) -> list[int]:
    """Read off the columns after how many creators left out the coefficients are given."""
    return [int(column.removeprefix("without_")) for column in summary if column.startswith("without_")]


def say_influence(summary: pd.DataFrame) -> Markdown:
    """Say which coefficients hang on one creator, what is left of them, and whether ranks say the same."""
    hanging = summary[summary["effect"].isin(["carries", "hides", "turns"])]
    if hanging.empty:
        return Markdown("No single creator carries or hides any of these Pearson coefficients.")
    clauses = [_say_effect(effect, rows) for effect, rows in hanging.groupby("effect", sort=False)]
    steady = (summary["spearman_0"] - summary["spearman_1"]).abs().max() < NOTHING / 2
    ranks = " Spearman's coefficients hardly move." if steady else ""
    return Markdown(f"{' '.join(clauses)}{ranks}{_say_vanishing(summary)}")


def _say_vanishing(summary: pd.DataFrame) -> str:
    """Say which coefficients are there with all creators and aren't without the most that are left out."""
    last = max(_left_out(summary))
    gone = (summary["without_0"].abs() >= NOTHING) & (summary[f"without_{last}"].abs() < NOTHING)
    if not gone.any():
        return ""
    links = [f"{row.feature} × {row.target}" for row in summary[gone].itertuples()]
    whose, vanish = (
        ("the", "coefficient vanishes") if len(links) == 1 else ("each pair's", "coefficients vanish")
    )
    return f" Drop {whose} {last} most influential creators, and Pearson's {vanish} for {join_words(links)} (below {NOTHING} in size)."


def _say_effect(effect: str, rows: pd.DataFrame) -> str:
    """Say what one creator does to the Pearson coefficients named in these rows."""
    with_one, without = rows["without_0"].abs(), rows["without_1"].abs()
    lesser, larger = (with_one, without) if effect == "hides" else (without, with_one)
    much = (lesser < MUCH * larger).all()
    what = "one Pearson coefficient" if len(rows) == 1 else f"{say_number(len(rows))} Pearson coefficients"
    of_all = f"of {rows['n'].iloc[0]:,}"
    # HTML, since stars around a name that ends in a bracket are no bold to some readers of Markdown
    names = [f"<strong>{escape(name_creator(name))}</strong>" for name in rows["creator"]]
    moves = [
        f"{r.feature} × {r.target} {{}}from {say_decimal(r.without_0)} to {say_decimal(r.without_1)}"
        for r in rows.itertuples()
    ]
    if len(set(names)) == 1:
        part = "much" if much else "some"
        verb = {"carries": f"carries {part} of", "hides": f"masks {part} of", "turns": "turns the sign of"}
        first, *others = moves
        moved = join_words([first.format("moves "), *[move.format("") for move in others]])
        return f"One creator {of_all}, {names[0]}, {verb[effect]} {what}. Without this creator, {moved}."
    part = "largely" if much else "partly"
    verb = {"carries": f"are each {part} due to", "hides": f"are each {part} masked by"}
    each = [f"Without {name}, {move.format('moves ')}." for name, move in zip(names, moves, strict=True)]
    return (
        f"{what.capitalize()} {verb.get(effect, 'each change sign without')} one creator {of_all}. {' '.join(each)}"
    ).replace("pearson", "Pearson")


def show_quarters(quarters: pd.DataFrame) -> HTML:
    """Show what the four quarters of a list have of each feature."""
    table = pd.DataFrame({"feature": quarters["feature"]})
    for number, name in enumerate(("lowest quarter", "second", "third", "top quarter"), 1):
        table[name] = quarters[f"median_q{number}"].map(format_count)
    table["epsilon squared"] = quarters["epsilon_squared"].map(say_decimal)
    table["p (Holm)"] = quarters["p_holm"].map(say_p)
    return show_table(table, f"Medians by quarter of {quarters['by'].iloc[0]}, with Kruskal–Wallis tests")


def say_quarters(quarters: pd.DataFrame) -> Markdown:
    """Say how shares run over the quarters: neither more nor less is a finding too."""
    row = quarters.set_index("feature").loc["shares"]
    by = row["by"]
    if not row["p_holm"] < ALPHA:
        return Markdown(f"Shares aren't shown to differ between the quarters of {by}.")
    said = {
        "dips": f"are higher in the lowest and in the top quarter of {by} than between them",
        "peaks": f"are higher in the middle quarters of {by} than in the outer ones",
        "rises": f"rise from each quarter of {by} to the next",
        "falls": f"fall from each quarter of {by} to the next",
    }
    otherwise = f"differ between the quarters of {by} without rising or falling throughout"
    medians = join_words(format_count(row[f"median_q{number}"]) for number in range(1, 5))
    so = (
        f" So neither “more shares, more {by}” nor the reverse holds. The list's cut alone can raise the lower end."
        if row["shape"] == "dips"
        else ""
    )
    return Markdown(
        f"Median shares {said.get(row['shape'], otherwise)}. From the lowest to the top they are {medians}.{so}"
    )
