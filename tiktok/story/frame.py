"""What holds the story together: banner, tables, and what it says of data, cleaning and split.

In all of `story` results come in and text goes out. No sentence is typed with a number in it, and each has a
branch for what another month may show instead.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version

import pandas as pd
from IPython.display import HTML, Markdown, display
from pandas.io.formats.style import Styler

from tiktok.beside import begin, has_begun
from tiktok.figures import Picture, format_count
from tiktok.leakage.audit import TooFewError
from tiktok.lists.columns import UNKNOWN_MONTH
from tiktok.lists.provenance import is_synthetic
from tiktok.prepare.clean import UNLIKE, quality_table
from tiktok.story.checklists import leakage_table, reforms_table
from tiktok.wording import NOT_AVAILABLE, escape, join_words, say_month, say_number, say_percent

LIBRARIES = ("pandas", "numpy", "scipy", "scikit-learn", "statsmodels", "matplotlib", "seaborn")
BANNER = (
    '<div style="border:2px solid #a40000;color:#a40000;background:#fff;padding:0.6em 1em;font-weight:bold">'
    "SYNTHETIC SAMPLE. The creators below are invented and no number here is about a real one. "
    "Put the real list into data/ and run again.</div>"
)
COMMAS = "separated by commas"
TABLE_STYLE = [
    {"selector": "caption", "props": "caption-side: top; text-align: left; font-weight: bold;"},
    {"selector": "th", "props": "text-align: left;"},
    {"selector": "td", "props": "text-align: left; font-variant-numeric: tabular-nums;"},
]


def show_banner(raw: pd.DataFrame) -> HTML | None:
    """Say before anything else that the data are invented, where they are."""
    return HTML(BANNER) if is_synthetic(raw) else None


def warn_of_counts(creators: pd.DataFrame) -> Markdown | None:
    """Warn before anything is read where the counts look like something else."""
    unlike = quality_table(creators).set_index("check").loc[UNLIKE, "detail"]
    if not unlike:
        return None
    return Markdown(
        f"**Look at the file first: its counts are of another size than those of the published lists.** Medians: {escape(unlike)}. "
        "Is each column what it is taken for, an average count per video, in ones?"
    )


def say_source(raw: pd.DataFrame, creators: pd.DataFrame) -> Markdown:
    """Say in one line what the story is told on."""
    origin = raw.attrs["provenance"]
    month = "an unknown month" if origin["month"] == UNKNOWN_MONTH else say_month(origin["month"])
    which = f"creators of {month}"
    if origin["synthetic"]:
        which = f"invented creators of {month} (**synthetic** sample)"
    elif origin.get("dataset"):
        which = f"creators of a published top 1,000, {month}"
    return Markdown(f"*The list: {len(creators):,} {which}. [The data](#The-data-and-how-they-were-cleaned)*")


def show_table(results: pd.DataFrame, caption: str, formats: dict[str, str | Callable] | None = None) -> HTML:
    """Format a small table: a caption, headers in words, text from the data made harmless.

    Parameters
    ----------
    results : DataFrame
        Its columns, in order, become the table's; their names are its headers.
    caption : str
    formats : how to write each column's values, as `Styler.format` takes it
    """
    style = Styler(results, uuid_len=0, cell_ids=False).format(formats, escape="html", na_rep=NOT_AVAILABLE)
    style = style.hide(axis="index").set_caption(escape(caption)).set_table_styles(TABLE_STYLE)
    return HTML(style.to_html())


def show(*things: object) -> None:
    """Show one thing after the other; None, which stands for what this list can't show, is passed over."""
    figures = [thing for thing in things if isinstance(thing, Picture)]
    # of several figures a second process draws the last ones, if it comes to it, while the first are drawn here
    others = figures[:0:-1] if has_begun() else []
    drawn = {id(figure): begin(figure._repr_mimebundle_) for figure in others}
    for thing in things:
        if id(thing) in drawn:
            data, metadata = drawn[id(thing)].result()
            display({"text/plain": repr(thing), **data}, metadata=metadata, raw=True)
        elif thing is not None:
            display(thing)


@contextmanager
def skip_if_too_few() -> Iterator[None]:
    """Leave out what a short list can't bear, in one sentence, and let the story go on."""
    try:
        yield
    except TooFewError as error:
        display(Markdown(f"*Left out, since this list is too short for it.* {error}"))


def say_months(months: int) -> str:
    """Say that something is so in every list at hand."""
    return "in this list" if months == 1 else f"in each of {say_number(months)} months"


def say_in_month(month: str) -> str:
    """Say in which list: by its month, where that is known."""
    return "in this list" if month == UNKNOWN_MONTH else f"in {say_month(month)}"


def say_data(raw: pd.DataFrame) -> Markdown:
    """Name the file that the story is told on."""
    origin = raw.attrs["provenance"]
    kind = "the **synthetic** sample" if origin["synthetic"] else "real data"
    return Markdown(
        f"{origin['rows']:,} rows and {origin['columns']} columns of {kind}: file {escape(origin['file'])} "
        f"({_say_reading(origin)}source: {escape(origin['source'])}; SHA-256 starts with {origin['sha256'][:12]}), "
        f"{'of which nothing says when it was made' if origin['month'] == UNKNOWN_MONTH else 'of ' + origin['month']}."
    )


def _say_reading(origin: Mapping[str, object]) -> str:
    """Say how a file was read, where that isn't as a CSV usually is."""
    read_as = origin.get("read_as", COMMAS)
    return "" if read_as == COMMAS else f"{escape(read_as)}; "


def say_cleaning(raw: pd.DataFrame, creators: pd.DataFrame) -> Markdown:
    """Say how many rows became how many creators."""
    lost = len(raw) - len(creators)
    count = say_number(lost).capitalize() if lost else "No"
    were = "row was" if lost < 2 else "rows were"
    nameless = (
        " **This list has no names**, so nothing is asked of them." if (creators["name"] == "").all() else ""
    )
    return Markdown(
        f"{len(raw):,} rows hold **{len(creators):,} creators**. {count} {were} dropped; the table says why. Outliers are kept, "
        f"as in the earlier analysis: where a conclusion depends on a few of them, the text says so.{nameless}"
    )


def show_quality(quality: pd.DataFrame) -> HTML:
    """Show what cleaning found and did."""
    kept = (quality["rows"] > 0) | (quality["check"] == "missing metrics")
    found = quality.loc[kept, ["check", "rows", "action", "detail"]]
    return show_table(found, "What cleaning found, and what was done")


def say_split(split: Sequence[pd.DataFrame]) -> Markdown:
    """Say how the creators were split and where success begins."""
    train, validate, test = split
    threshold = train.attrs["success_threshold"]
    return Markdown(
        f"{len(train):,} creators to train, {len(validate):,} to validate, {len(test):,} to test, by a hash of the "
        f"handle. The top quarter of the training creators has a total engagement of **{format_count(threshold)}** "
        f"per video or more: that is *success*. By the same threshold {say_percent(validate['success'].mean())} of "
        f"the validation creators and {say_percent(test['success'].mean())} of the test creators succeed."
    )


def show_reforms() -> HTML:
    """Show how the analysis answers the checklist REFORMS, folded away since it is long."""
    table = show_table(reforms_table(), "REFORMS (Kapoor et al. 2024)")
    title = "The checklist REFORMS, item by item"
    return HTML(f"<details><summary>{title}</summary>{table.data}</details>")


def show_leakage_kinds() -> HTML:
    """Show which kinds of leakage the analysis keeps out."""
    return show_table(leakage_table(), "The kinds of leakage (Kapoor & Narayanan 2023): kept out?")


def say_versions() -> Markdown:
    """Name the versions of the libraries that the story was told with."""
    return Markdown(f"Told with {join_words([f'{library} {version(library)}' for library in LIBRARIES])}.")
