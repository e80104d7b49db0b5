"""Makes data/sample: SYNTHETIC lists, videos and genres, so that the story runs without network or account.

    python data/synthetic/make_sample.py [FOLDER]

Nobody's numbers, nobody's names. `sample_panel` draws the numbers so that their aggregates are those measured
on the real lists (aggregates.json beside it), `invented_names` invents who bears them; this script adds the
oddities of each month's file and writes it in that file's own dialect. The same bytes come out every time.
"""

import argparse
import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from invented_names import invent_creators
from sample_categories import draw_categories
from sample_panel import METRICS, draw_panel, score_list
from sample_videos import draw_videos

AGGREGATES = Path(__file__).resolve().with_name("aggregates.json")
SAMPLE = AGGREGATES.parents[1] / "sample"

# Pearson's coefficients hang on a handful of creators; under this seed they too come near the real ones
SEED = 211

# rank in July: what is peculiar about the display name
PECULIAR_NAMES = {282: "{name} ", 396: "{name} ", 501: "888"}
# two creators whose display name is blank are in exactly these lists
BLANK_NAMES = (("2022-02", "2022-06", "2022-07"), ("2022-02", "2022-06", "2022-07", "2022-09"))

# after so many rows the scrape went to its next page, and so many rows came again
PAGE_REPEATS = {
    "2022-02": ((50, 1),),
    "2022-07": ((100, 3),),
    "2022-09": ((150, 2),),
    "2022-11": ((50, 2), (100, 1), (850, 2), (900, 9)),
}
# creators, by their rank, who were scraped twice with other numbers, the second time further down
OTHER_NUMBERS = {"2022-06": (400, 500), "2022-09": (40, 137), "2022-11": (97, 601, 618)}
# creators of the list without ranks, by their rank behind the scenes, whose row is there more than once
SAME_NUMBERS = {"2022-06": (*range(30, 990, 70), 310)}

VIDEO_CREATORS, VIDEOS_EACH, VIDEO_SEED = 100, 30, 1

CATEGORIES_OF = "2022-07"  # the list of which some creators stand on the one with categories too
ON_BOTH, NOT_ON_TIKTOK, CATEGORY_SEED = 80, 260, 7

SCRAPED = "2022-02-07 12:00:00.123456"
LINK = "https://www.tiktok.com/@"
README = """\
These lists are synthetic: invented creators and numbers, made by `python data/synthetic/make_sample.py`.
They imitate aggregates and oddities of the real lists (`aggregates.json` beside it): the story runs without
those.
Nothing about TikTok follows from them, and a likeness to a real account is chance.
"""


class Dialect(NamedTuple):
    """How a month's file is written: header, line end, whether the last line has one, cells out of rows."""

    header: tuple[str, ...]
    line_end: str
    ends_with_it: bool
    cells: Callable[[pd.DataFrame], list]


def format_count(value: float) -> str:
    """Format a count as the lists do: K and M, at most one decimal, none if it is 0.

    Parameters
    ----------
    value : count, not negative.

    Returns
    -------
    Its text.

    >>> [format_count(value) for value in (13_799_000, 3e6, 999_960, 729_400, 999.6, 888.2, 0)]
    ['13.8M', '3M', '1M', '729.4K', '1K', '888', '0']
    """
    if value >= 999_950:
        return f"{value / 1e6:.1f}".removesuffix(".0") + "M"
    if value >= 999.5:
        return f"{value / 1e3:.1f}".removesuffix(".0") + "K"
    return f"{value:.0f}"


def expand_count(text: str) -> float:
    """Compute the number that a text count says, with the noise of floating-point multiplication.

    Parameters
    ----------
    text : what `format_count` returns.

    Returns
    -------
    The number.

    >>> expand_count("33.3M"), expand_count("3M"), expand_count("888")
    (33299999.999999996, 3000000.0, 888.0)
    """
    factor = {"K": 1e3, "M": 1e6}.get(text[-1], 1.0)
    return float(text.rstrip("KM")) * factor


def _double(rows: pd.DataFrame) -> list[pd.Series]:
    """Write every metric twice, as text and as a whole number."""
    return [
        column
        for metric in METRICS
        for column in (rows[metric], rows[metric].map(lambda t: f"{expand_count(t):.0f}"))
    ]


def _cells_2022_02(rows: pd.DataFrame) -> list:
    numbers = [rows[metric].map(expand_count) for metric in METRICS]
    return ["All", rows["rank"], rows["handle"], rows["name"], LINK + rows["handle"], *numbers, SCRAPED]


def _cells_2022_06(rows: pd.DataFrame) -> list:
    return [rows["handle"], rows["name"], *_double(rows)]


def _cells_2022_07(rows: pd.DataFrame) -> list:
    return [
        rows["rank"],
        rows["handle"],
        LINK + rows["handle"],
        rows["name"],
        *(rows[metric] for metric in METRICS),
    ]


def _cells_2022_09(rows: pd.DataFrame) -> list:
    return [rows["rank"], rows["handle"], rows["name"], *_double(rows)]


def _cells_2022_11(rows: pd.DataFrame) -> list:
    return [rows["rank"], rows["handle"], rows["name"], *(rows[metric] for metric in METRICS)]


def _twice(*headers: str) -> list[str]:
    return [header for header in headers for _ in range(2)]


DIALECTS = {
    "2022-02": Dialect(
        (
            "Country", "Rank", "Account", "Title", "Link", "Subscribers count",
            "Views avg.", "Likes avg.", "Comments avg.", "Shares avg.", "Scraped",
        ),
        "\r\n", True, _cells_2022_02,
    ),
    "2022-06": Dialect(
        (
            "Tiktoker", "influencer name",
            *_twice("Subscribers count", "Views avg.", "Likes avg", "Comments avg.", "Shares avg"),
        ),
        "\r\n", False, _cells_2022_06,
    ),
    "2022-07": Dialect(
        (
            "Rank", "Username", "Tiktok Link", "Name", "Subscribers Count",
            "Views. Avg", "Likes. Avg", "Comments. Avg", "Shares. Avg",
        ),
        "\n", True, _cells_2022_07,
    ),
    "2022-09": Dialect(
        (
            "S.no", "Tiktoker name", "Tiktok name",
            *_twice("Subscribers", "Views avg.", "Likes avg.", "Comments avg.", "Shares avg."),
        ),
        "\r\n", False, _cells_2022_09,
    ),
    "2022-11": Dialect(
        (
            "row-cell", "Tiktoker name", "Tiktok name", "\nFollowers",
            "Views (Avg.)", "Likes (Avg.)", "Comments (Avg.)", "Shares (Avg.)",
        ),
        "\r\n", False, _cells_2022_11,
    ),
}  # fmt: skip
MONTH_WITH_AN_EMPTY_ROW = "2022-11"


def name_creators(panel: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Give every creator of the panel a handle and a display name that last over the months.

    Parameters
    ----------
    panel : what `sample_panel.draw_panel` returns.

    Returns
    -------
    `handle` and `name`, a row a creator, indexed by creator.
    """
    seen = pd.concat({month: df.set_index("creator")["views"].notna() for month, df in panel.items()}, axis=1)
    seen = seen.sort_index().eq(True)
    people = invent_creators(len(seen), SEED).set_index(seen.index)
    for months in BLANK_NAMES:
        fitting = seen.index[seen.eq(seen.columns.isin(months)).all(axis=1)]
        people.loc[fitting[len(fitting) // 2], "name"] = ""
    for rank, pattern in PECULIAR_NAMES.items():
        creator = panel["2022-07"]["creator"].iloc[rank - 1]
        people.loc[creator, "name"] = pattern.format(name=people.loc[creator, "name"])
    return people


def _scrape_again(df: pd.DataFrame, ranks: tuple[int, ...]) -> pd.DataFrame:
    """Add the creators of these ranks a second time: lower numbers, further down, where these belong."""
    rng = np.random.default_rng(SEED)
    scores = score_list(df[list(METRICS)].to_numpy())
    again = df.iloc[[rank - 1 for rank in ranks]].copy()
    again[list(METRICS[1:])] *= rng.uniform(0.75, 0.97, size=(len(again), len(METRICS) - 1))
    lower = score_list(again[list(METRICS)].to_numpy())
    passed = [
        int(((scores < scores[rank - 1]) & (scores >= low)).sum())
        for rank, low in zip(ranks, lower, strict=True)
    ]
    places = [*range(len(df)), *(rank - 0.5 + by for rank, by in zip(ranks, passed, strict=True))]
    return pd.concat([df, again]).iloc[np.argsort(places, kind="stable")]


def _repeat_pages(df: pd.DataFrame, repeats: tuple[tuple[int, int], ...]) -> pd.DataFrame:
    """Let the last rows of a page come again as the first of the next."""
    order = list(range(len(df)))
    for end, count in repeats:
        order[end:end] = order[end - count : end]
    return df.iloc[order]


def _sort_by_handle(df: pd.DataFrame) -> pd.DataFrame:
    """Sort as the file of June is: underscores and dots before digits, digits before letters."""
    keys = df["handle"].str.translate(str.maketrans({"_": " ", ".": "!"}))
    return df.iloc[np.argsort(keys.to_numpy(dtype=str), kind="stable")]


def lay_out(month: str, df: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Lay out the rows of a month's file, repeated ones included.

    Parameters
    ----------
    month : one of the five.
    df : the month's frame of the panel, a row a creator in the order of the list.
    people : what `name_creators` returns.

    Returns
    -------
    `rank` (number of the row), `handle`, `name` and the five metrics as text, a row a row of the file.
    """
    rows = _scrape_again(df, OTHER_NUMBERS.get(month, ()))
    rows = pd.concat([rows, df.iloc[[rank - 1 for rank in SAME_NUMBERS.get(month, ())]]])
    rows = _repeat_pages(rows, PAGE_REPEATS.get(month, ())).join(people, on="creator")
    if month in SAME_NUMBERS:
        rows = _sort_by_handle(rows)
    texts = {metric: rows[metric].map(format_count) for metric in METRICS}
    return rows.assign(rank=np.arange(1, len(rows) + 1), **texts).reset_index(drop=True)


def format_month(month: str, rows: pd.DataFrame) -> bytes:
    """Format the rows as that month's real file is.

    Parameters
    ----------
    month : one of the five.
    rows : what `lay_out` returns.

    Returns
    -------
    The bytes of the file.
    """
    dialect = DIALECTS[month]
    cells = pd.concat(
        [pd.Series(cell, index=rows.index, dtype=object) for cell in dialect.cells(rows)], axis=1
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=dialect.line_end)
    writer.writerow(dialect.header)
    if month == MONTH_WITH_AN_EMPTY_ROW:
        writer.writerow([""] * len(dialect.header))
    writer.writerows(cells.to_numpy())
    written = text.getvalue()
    return (written if dialect.ends_with_it else written.removesuffix(dialect.line_end)).encode()


def make_categories(df: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Draw the Instagram list of categories, on which some creators of a month stand too.

    Parameters
    ----------
    df : the month's frame of the panel, a row a creator.
    people : what `name_creators` returns.

    Returns
    -------
    The cells of the file, its headers as columns.
    """
    creators = df.join(people, on="creator").assign(engagement=df[list(METRICS[1:])].sum(axis=1))
    others = invent_creators(NOT_ON_TIKTOK, CATEGORY_SEED)
    others = others[~others["handle"].isin(people["handle"])]
    return draw_categories(creators, others, ON_BOTH, CATEGORY_SEED)


def make_sample(folder: Path) -> None:
    """Write the lists, the videos and the categories, their checksums and the note that they are synthetic.

    Parameters
    ----------
    folder : where to; made if it isn't there.
    """
    panel = draw_panel(json.loads(AGGREGATES.read_text(encoding="utf-8")), SEED)
    people = name_creators(panel)
    videos = draw_videos(
        invent_creators(VIDEO_CREATORS, VIDEO_SEED)["handle"].tolist(), VIDEOS_EACH, VIDEO_SEED
    )
    files = {f"{month}.csv": format_month(month, lay_out(month, df, people)) for month, df in panel.items()}
    tables = {"videos": videos, f"categories-{CATEGORIES_OF}": make_categories(panel[CATEGORIES_OF], people)}
    for name, table in tables.items():
        files[f"{name}.csv"] = table.to_csv(index=False, lineterminator="\n").encode()
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    files |= {"SHA256SUMS": sums.encode(), "README.md": README.encode()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def main() -> None:
    """Write data/sample, or the folder that is named."""
    parser = argparse.ArgumentParser(description="Make the five synthetic lists.")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=SAMPLE, help="where to write them (data/sample)"
    )
    make_sample(parser.parse_args().folder)


if __name__ == "__main__":
    main()
