"""What the notebook says to one client: where it stands, its chances, what would have to be different."""

from collections.abc import Mapping, Sequence

import pandas as pd
from IPython.display import HTML, Markdown

from tiktok.figures import format_count
from tiktok.story.frame import show_table
from tiktok.wording import join_words, say_interval, say_percent

HOW_TO_ASK = (
    "No client was named. `make report SUBSCRIBERS=1.2M VIEWS=800K` adds where such an account stands, what its chances "
    "are, and what would have to be different."
)


def show_place(placed: pd.DataFrame) -> HTML | None:
    """Show a client's counts beside those of the list; nothing where no client was named."""
    if placed.empty:
        return None
    table = pd.DataFrame(
        {
            "count": placed["count"],
            "your creator": placed["value"].map(format_count),
            "creators of the list who have less": placed["below"].map(say_percent),
            "lowest of the list": placed["lowest"].map(format_count),
            "median": placed["median"].map(format_count),
            "top quarter from": placed["top_quarter"].map(format_count),
        }
    )
    return show_table(table, "Your creator among those of the list")


def say_client(
    client: Mapping[str, float], scored: Sequence[pd.DataFrame], asked: pd.DataFrame | None
) -> Markdown:
    """Say what a client's chances are and what the list's arithmetic would ask of it.

    Parameters
    ----------
    client : mapping of a count's name to its value; empty where no client was named
    scored : what `model.score_client` or `model.score_creators` returns, one frame a question, each of one row
    asked : what `model.ask_of_client` returns; None where the client's views aren't known
    """
    if not client:
        return Markdown(HOW_TO_ASK)
    said = [_say_chance(scores) for scores in scored] + ([] if asked is None else [_say_asked(asked)])
    return Markdown(" ".join(said))


def _say_chance(scores: pd.DataFrame) -> str:
    row = scores.iloc[0]
    counts = [name for name in ("subscribers", "views") if name in scores]
    known = join_words([f"{format_count(row[name])} {name}" for name in counts])
    if pd.isna(row["probability"]):
        return f"For {known} there is {row['note']}."
    wide = f" ({row['note']})" if row["note"] else ""
    success_by = scores.attrs.get("success_by", "engagement")
    return (
        f"**If it were on such a list**, an account with {known} would be in its top quarter by {success_by} with a probability of "
        f"{say_percent(row['probability'])} ({say_interval(row['low'], row['high'], say_percent)}; {say_percent(scores.attrs['base_rate'])} "
        f"of all creators there are){wide}."
    )


def _say_asked(asked: pd.DataFrame) -> str:
    row = asked.iloc[0]
    ratio = row["reactions_to_enter"] / row["reactions"]
    enough = "more than it takes" if ratio <= 1 else f"{ratio:.1f} times that would be needed"
    short = row["engagement_to_succeed"] / row["engagement"]
    needed = f"would have to be {short:.1f} times as much for the top quarter"
    success = "is in the top quarter" if short <= 1 else needed
    return (
        f"With {format_count(row['views'])} views and the list's typical likes per view ({format_count(row['likes'])}), "
        f"{format_count(row['reactions_to_enter'])} comments and shares per video reach the lowest product on the list; typical "
        f"would be {format_count(row['reactions'])}: {enough}. Such an engagement, {format_count(row['engagement'])}, {success}, which "
        f"begins at {format_count(row['engagement_to_succeed'])}. This is the list's arithmetic, not a promise."
    )
