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
    say_decimal,
    say_interval,
    say_number,
    say_p,
    say_percent,
    say_range,
    shorten,
)

RULE_HOLDS = 0.9  # a rank correlation from which on a rule is worth naming
NOTHING = 0.05  # a coefficient of less than this is as good as none
MUCH = 2 / 3  # what is left of a coefficient below which a creator carried much of it
HARDLY = 0.1  # a correlation inside the list of less than this is "hardly any"


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
        return Markdown("This list has **no published rank**, so how it is ordered can't be asked of it.")
    found = order.iloc[0]
    others = (
        f"by engagement the rank correlation is only {say_decimal(found['spearman_engagement'])}, by subscribers "
        f"{say_decimal(found['spearman_subscribers'])}"
    )
    if found["pairs_contradict"] == 0:
        return Markdown(
            f"**This list is ordered by views × likes × (comments + shares); the number of subscribers isn't in the formula.** Of the {found['pairs_agree']:,} pairs of "
            f"creators that the rounded counts can tell apart, none stands the other way round; {others}. "
            "That is how somebody sorted the list, not what makes a video succeed; whether entry follows the same product can't be seen."
        )
    if found["spearman"] >= RULE_HOLDS:
        decided = found["pairs_agree"] + found["pairs_contradict"]
        return Markdown(
            f"The order is close to that of views × likes × (comments + shares): rank correlation "
            f"{found['spearman']:.4f}, though {found['pairs_contradict']:,} of {decided:,} pairs of creators stand the "
            f"other way round; {others}."
        )
    best = scores.loc[scores["spearman"].idxmax()]
    return Markdown(
        f"None of the rules tried explains this list's order; the best, {best['rule']}, reaches a rank correlation of {say_decimal(best['spearman'])}."
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
    seen = "hardly go together" if abs(inside) < HARDLY else "go together"
    by_pair = fitted.groupby(["x", "y"], sort=False)
    hidden = by_pair["low"].min() > by_pair["inside"].first()
    among = join_words(
        [f"{say_interval(row.low, row.high)} with {tail} tails" for tail, row in pair.iterrows()]
    )
    more = "more than inside it" if pair["low"].min() > inside else "not surely more than inside it"
    pairs = (
        "all six pairs of counts"
        if hidden.all()
        else f"{say_number(int(hidden.sum()))} of the six pairs of counts"
    )
    return Markdown(
        f"Inside this list views and shares {seen} (correlation of the logs {say_decimal(inside)}). If entry follows the product, they go together {more} "
        f"among **all** creators: {among}. That they do so more than inside is true of {pairs}. How much more, hangs on the kind of tail, which a list "
        "of the first thousand can't show; so “no relation” inside the list is no finding about creators."
    )


def show_composition(made_of: pd.DataFrame, parts: pd.DataFrame) -> HTML:
    """Show each part's share of its sum, and its correlation with the whole and with the rest."""
    whole, rest = _against(made_of, parts)
    table = pd.DataFrame(
        {
            "sum": made_of["whole"],
            "part": made_of["part"],
            "share of the sum, all creators together": made_of["pooled"].map(say_percent),
            "median creator": made_of["median"].map(say_percent),
            "rank correlation with the whole": whole["spearman"].map(say_decimal),
            "… expected of unrelated parts": whole["spearman_unrelated"].map(say_decimal),
            "with the rest of the sum": [
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
    return Markdown(
        f"{join_words(said).capitalize()}. That {first['part']} go with {first['whole']} (rank correlation "
        f"{say_decimal(whole['spearman'])}) is mostly arithmetic: shuffled parts, unrelated to each other, would give "
        f"{say_decimal(whole['spearman_unrelated'])}. With the *rest* of the sum it is {say_decimal(rest['spearman'])}."
    )


def show_influence(summary: pd.DataFrame) -> HTML:
    """Show each Pearson coefficient without its most influential creators, Spearman's beside it."""
    table = pd.DataFrame({"pair": summary["feature"] + " × " + summary["target"]})
    steps = _left_out(summary)
    for step in steps:
        table[f"without {step}" if step else "all creators"] = summary[f"without_{step}"].map(say_decimal)
    table["Spearman, all"] = summary["spearman_0"].map(say_decimal)
    table[f"Spearman, without {steps[-1]}"] = summary[f"spearman_{steps[-1]}"].map(say_decimal)
    table["most influential"] = summary["creator"].map(shorten)
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
    without = "that one" if len(set(hanging["creator"])) == 1 else "them, one at a time"
    ranks = f" Spearman's coefficients hardly move without {without}." if steady else ""
    last = max(_left_out(summary))
    nothing = summary.loc[summary[f"without_{last}"].abs() < NOTHING, "feature"]
    target = summary["target"].iloc[0]
    left = f" Without {last} creators nothing is left of {join_words(nothing)} × {target}."
    return Markdown(f"{' '.join(clauses)}{ranks}{left if len(nothing) else ''}")


def _say_effect(effect: str, rows: pd.DataFrame) -> str:
    """Say what one creator does to the Pearson coefficients named in these rows."""
    with_one, without = rows["without_0"].abs(), rows["without_1"].abs()
    lesser, larger = (with_one, without) if effect == "hides" else (without, with_one)
    much = "much of" if (lesser < MUCH * larger).all() else "some of"
    verb = {"carries": f"carries {much}", "hides": f"hides {much}", "turns": "turns"}[effect]
    what = "a Pearson coefficient" if len(rows) == 1 else f"{say_number(len(rows))} Pearson coefficients"
    one = f"One creator in {rows['n'].iloc[0]:,}"
    # HTML, since stars around a name that ends in a bracket are no bold to some readers of Markdown
    names = [f"<strong>{escape(shorten(name))}</strong>" for name in rows["creator"]]
    moves = [
        f"{r.feature} × {r.target} moves from {say_decimal(r.without_0)} to {say_decimal(r.without_1)}"
        for r in rows.itertuples()
    ]
    if len(set(names)) == 1:
        return f"{one}, {names[0]}, {verb} {what}: without this one creator {join_words(moves)}."
    each = [f"without {name} {move}" for name, move in zip(names, moves, strict=True)]
    return f"Of each of {what} {one[0].lower()}{one[1:]} {verb.removesuffix(' of')}: {join_words(each)}."


def show_quarters(quarters: pd.DataFrame) -> HTML:
    """Show what the four quarters of a list have of each feature."""
    table = pd.DataFrame({"feature": quarters["feature"]})
    for number, name in enumerate(("lowest quarter", "second", "third", "top quarter"), 1):
        table[name] = quarters[f"median_q{number}"].map(format_count)
    table["epsilon squared"] = quarters["epsilon_squared"].map(say_decimal)
    table["p (Holm)"] = quarters["p_holm"].map(say_p)
    return show_table(table, f"Medians by quarter of {quarters['by'].iloc[0]}; Kruskal–Wallis")


def say_quarters(quarters: pd.DataFrame) -> Markdown:
    """Say how shares run over the quarters: neither more nor less is a finding too."""
    row = quarters.set_index("feature").loc["shares"]
    medians = ", ".join(format_count(row[f"median_q{number}"]) for number in range(1, 5))
    if not row["p_holm"] < ALPHA:
        return Markdown(f"Between the quarters of {row['by']} no difference in shares is found.")
    said = {
        "dips": f"are highest at both ends ({medians}): neither “more shares, more {row['by']}” nor the reverse. The list's cut alone can raise the lower end",
        "peaks": f"are highest in the middle ({medians})",
        "rises": f"rise from quarter to quarter ({medians})",
        "falls": f"fall from quarter to quarter ({medians})",
    }
    otherwise = f"differ between the quarters without rising or falling throughout ({medians})"
    how = said.get(row["shape"], otherwise)
    return Markdown(f"From the lowest to the top quarter of {row['by']}, median shares {how}.")
