"""What the notebook says of genres: who is known by one at all, and whether any of them stands out."""

from collections.abc import Mapping

import pandas as pd
from IPython.display import HTML, Markdown

from tiktok.acquire.get import AcquireError
from tiktok.acquire.snapshots import SNAPSHOTS
from tiktok.figures import format_count
from tiktok.lists.provenance import is_synthetic
from tiktok.story.frame import show_table
from tiktok.videos.categories import get_categories
from tiktok.videos.genres import ALL_LISTS, FEWEST
from tiktok.videos.matching import match_categories
from tiktok.wording import escape, join_words, say_number, say_percent, say_range, say_times

NONE_AT_HAND = (
    "No list with categories is at hand, so nothing is asked of genres. Those of Instagram, of the same Kaggle dataset as the lists of other months, "
    "say them: `acquire.get_categories` gets them."
)


def match_genres(panel: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Match each list with the categories of the nearest Instagram list at hand; months without one are left out."""
    matched = {}
    for month, creators in panel.items():
        if month not in SNAPSHOTS:
            continue
        try:
            raw = get_categories(month, source="sample" if is_synthetic(creators) else "local")
        except AcquireError:
            continue
        matched[month] = match_categories(creators, raw)
    return matched


def say_genres(coverage: pd.DataFrame | dict, genres: pd.DataFrame | dict) -> Markdown:
    """Say who is known by genre, how they differ from the others, and which genre stands out within a country.

    Parameters
    ----------
    coverage, genres : what `explore.describe_coverage` and `explore.summarise_genres` return; empty without categories
    """
    if not len(coverage) or not coverage["n_matched"].any():
        return Markdown(NONE_AT_HAND)
    least, most = coverage["share"].min(), coverage["share"].max()
    span = (
        say_percent(most)
        if say_percent(least) == say_percent(most)
        else f"{say_percent(least)} to {say_percent(most)}"
    )
    larger = coverage["subscribers_matched"] / coverage["subscribers_unmatched"]
    said = [
        f"Only {span} of a list's creators stand on an Instagram list with categories under the same handle."
    ]
    if (coverage["subscribers_superiority_low"] > 0.5).all():
        said.append(
            f"They are no sample of the others: typically they have {say_times(larger.min())} as many subscribers, or more."
        )
    asked = genres[genres["month"] == ALL_LISTS]
    asked = asked if len(asked) else genres
    everywhere = sorted({name for names in asked["within_country"] for name in names})
    somewhere = sorted({name for names in genres["stand_out"] for name in names})
    if everywhere:
        said.append(
            f"Other matched creators differ from those of {escape(join_words(everywhere))}, within a country, too."
        )
    else:
        where = "Over all lists together" if ALL_LISTS in set(genres["month"]) else "Here"
        said.append(f"{where} no genre is shown to differ from the other matched creators, within a country.")
    if somewhere and not everywhere:
        said.append(
            f"What stands out in a single list ({escape(join_words(somewhere))}) doesn't do so within a country, or can't be asked there."
        )
    few = asked["too_few"].max()
    said.append(
        f"Genres of which fewer than {say_number(FEWEST)} creators are known, {say_number(int(few))} here, are not compared. So few creators can show large differences only."
    )
    return Markdown(" ".join(said))


def show_coverage(coverage: pd.DataFrame | dict) -> HTML | None:
    """Show how many creators of each list are known by category, and how they differ from the others."""
    if not len(coverage):
        return None
    rows = [
        {
            "list": row["month"], "categories of": f"{row['platform']}, {row['list_month']}",
            "matched by handle": f"{row['n_matched']} of {row['n']} ({say_percent(row['share'])})",
            "with a category": row["n_category"], "categories that list lacks": escape(row["absent"]) or "none",
            "subscribers, matched": format_count(row["subscribers_matched"]), "others": format_count(row["subscribers_unmatched"]),
            "a matched one has more views": say_range(row["views_superiority"], row["views_superiority_low"], row["views_superiority_high"]),
            "in the top quarter": f"{say_percent(row['top_matched'])}, others {say_percent(row['top_unmatched'])}",
        }
        for row in coverage.to_dict("records")
    ]  # fmt: skip
    return show_table(
        pd.DataFrame(rows),
        "Who is known by genre (medians; the probability that a matched creator has more than another)",
    )


def show_genres(genres: pd.DataFrame | dict) -> HTML | None:
    """Show for each list and definition of engagement which genres stand out."""
    if not len(genres):
        return None
    rows = [
        {
            "list": row["month"], "by": row["outcome"], "with a category": row["n_category"], "genres asked": row["asked"],
            "too few": row["too_few"], "stand out": join_words(row["stand_out"]) if row["stand_out"] else "none",
            "within a country": join_words(row["within_country"]) if row["within_country"] else "none",
        }
        for row in genres.to_dict("records")
    ]  # fmt: skip
    return show_table(pd.DataFrame(rows), "Which genres differ from the others (p adjusted by Holm)")
