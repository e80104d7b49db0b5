"""What the notebook says of videos: the time of posting, length, sound and hashtags."""

import os
import warnings
from collections.abc import Mapping

import numpy as np
import pandas as pd
from IPython.display import HTML, Markdown

from tiktok.acquire.get import AcquireWarning, choose_folder, get_tiktokers
from tiktok.figures import format_count
from tiktok.lists.provenance import is_synthetic
from tiktok.story.frame import show_table
from tiktok.videos.clean import YOUNG_DAYS, clean_videos
from tiktok.videos.get import FAMOUS_CREATORS, FAMOUS_FOLDER, get_videos
from tiktok.videos.posting_specifications import Smallest
from tiktok.videos.posting_times import (
    ALL_VIDEOS,
    ALPHA,
    FEWEST_VIDEOS,
    NOT_SHOWN,
    SHOWN,
    SMALL,
    SMALL_SHARE,
    TRIED,
    UNASKED,
    WITHIN,
)
from tiktok.wording import (
    escape,
    join_words,
    say_factor,
    say_month,
    say_number,
    say_p,
    say_percent,
    say_range,
    say_times,
    start_sentence,
)

INVENTED = "**These videos are synthetic: invented, and no evidence of anything.**"
LITTLE_GAIN, LITTLE_FACTOR = (
    0.2,
    1.3,
)  # what views may gain, or differ, where the hour is said to hardly matter
OF_WAY = {
    "hour": "hour", "block": "four hours", "weekday": "day of the week", "length": "length", "sound": "sound",
    "hashtags": "number of hashtags",
}  # fmt: skip


def read_videos(path: str | os.PathLike | None = None, source: str = "auto") -> pd.DataFrame:
    """Read the videos that the story is told on, with the countries of their creators where these lie beside.

    Where no collection is at hand, the synthetic sample takes its place, and the section itself says so.

    Parameters
    ----------
    path : a table of one's own
    source : as `acquire.get_tiktokers` takes it
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AcquireWarning)
        raw = get_videos(path=path, source="sample" if source == "sample" and path is None else "auto")
    beside = choose_folder(None)[0] / FAMOUS_FOLDER / FAMOUS_CREATORS
    known = path is None and not is_synthetic(raw) and beside.is_file()
    return clean_videos(raw, creators=get_tiktokers(path=beside) if known else None)


def say_posting_times(
    compared: pd.DataFrame, posters: pd.DataFrame, smallest: Smallest, videos: pd.DataFrame
) -> Markdown:
    """Say whether the hour of posting matters: how it looks, who posts then, and what is left within creators.

    Parameters
    ----------
    compared : what `explore.compare_posting_times` returns for hours
    posters : what `explore.describe_posters` returns
    smallest : what `explore.find_smallest_effect` returns
    videos : what `prepare.clean_videos` returns
    """
    rows = compared.set_index("approach")
    within, tried = rows.loc[WITHIN], rows.loc[TRIED]
    heading = _head(within, tried, smallest)
    if is_synthetic(videos):
        heading = f"On invented videos: {heading[0].lower()}{heading[1:]}"
    month = say_month(videos.attrs["scraped"].strftime("%Y-%m"))
    seen = [
        INVENTED if is_synthetic(videos) else "",
        f"Another collection, of {month}, says when [{len(videos):,} videos of {videos['handle'].nunique():,} creators](#The-time-of-posting) were posted.",
        _say_naive(rows.loc[ALL_VIDEOS]),
        _say_posters(posters),
    ]
    left = [f"Who posts and when can't be told apart here: {within['statistic']}."]
    if within["verdict"] != UNASKED:
        left = [*_say_within(within, tried), _say_found(smallest)]
        left.append("Creators chose their hours: this doesn't prove what hours do.")
    return Markdown("\n\n".join([f"## {heading}", *(" ".join(filter(None, part)) for part in (seen, left))]))


def _head(within: pd.Series, tried: pd.Series, smallest: Smallest) -> str:
    """Say in a heading whether the hour matters; that it hardly does only where a layman would call that little."""
    if within["verdict"] == UNASKED:
        return "These videos can't tell whether the hour of posting matters"
    if within["high"] < SMALL_SHARE and tried["high"] < LITTLE_GAIN and smallest.factor < LITTLE_FACTOR:
        return "No hour of posting is shown to be much better for all creators"
    if within["verdict"] != NOT_SHOWN and (within["low"] > 0 or tried["verdict"] in (SHOWN, SMALL)):
        return "The hour of posting matters within creators, too"
    return "That the hour of posting matters within creators isn't shown"


def _say_naive(naive: pd.Series) -> str:
    if naive["verdict"] == UNASKED:
        return ""
    return f"At the best hour a typical video gets {say_times(naive['value'])} the views of one at the worst."


def _say_posters(posters: pd.DataFrame) -> str:
    """Say that others post at the best times than at the worst, where most of them live elsewhere."""
    best, worst = (
        posters.loc[end] for end in (posters["median_views"].idxmax(), posters["median_views"].idxmin())
    )
    if "" in (best["country"], worst["country"]) or best["country"] == worst["country"]:
        return ""
    return (
        f"But different people post then: {say_percent(best['country_share'])} of the videos at the best hours come from {escape(best['country'])}, "
        f"{say_percent(worst['country_share'])} of those at the worst from {escape(worst['country'])}."
    )


def _say_within(within: pd.Series, tried: pd.Series) -> list[str]:
    share = (
        "nothing beyond chance"
        if within["value"] == 0
        else f"{say_percent(within['value'])} of the differences in views"
    )
    explained = f"So compare each video with its creator's others. An hour that is good for everybody then explains {share}."
    brought = "That the best hour of half of the creators goes with more views for the others isn't shown."
    if tried["verdict"] in (SHOWN, SMALL):
        brought = "At the hour that was best for half of the creators, the others had more views, too."
    return [
        explained,
        brought,
        "Creators may have best hours of their own; that isn't asked.",
    ]


def _say_found(smallest: Smallest) -> str:
    if np.isnan(smallest.factor):
        return ""
    return f"A smooth daily rise of {say_factor(smallest.factor)} times would be noticed nine times in ten, a single good hour perhaps not."


def say_videos(videos: pd.DataFrame) -> Markdown:
    """Name the file of the videos, and say what was left out of comparisons."""
    origin = videos.attrs["provenance"]
    kind = "the **synthetic** sample" if origin["synthetic"] else "real data"
    young = int((videos["age"] < YOUNG_DAYS).sum())
    return Markdown(
        f"{origin['rows']:,} rows of {kind}: file {escape(origin['file'])} (source: {escape(origin['source'])}; SHA-256 starts with "
        f"{origin['sha256'][:12]}), scraped until {videos.attrs['scraped']:%d %B %Y} (known by: {escape(videos.attrs['scraped_known_by'])}). "
        f"Of {len(videos):,} videos {young:,} are younger than {YOUNG_DAYS} days and left out of comparisons."
    )


def show_posting_times(several: Mapping[str, pd.DataFrame]) -> HTML:
    """Show each way of asking for each way of dividing videos.

    Parameters
    ----------
    several : by what videos were divided, and what `explore.compare_posting_times` or `compare_video_features` returned
    """
    rows = []
    for by, compared in several.items():
        for row in compared.to_dict("records"):
            say = say_factor if row["approach"] == ALL_VIDEOS else say_percent
            rows.append({
                "by": OF_WAY[by], "asked of": row["approach"], "what": row["statistic"],
                "value (95 %)": say_range(row["value"], row["low"], row["high"], lambda value, say=say: _signed(value, say)),
                "p": say_p(row["p"]), "videos": f"{row['n_videos']:,}", "creators": f"{row['n_creators']:,}",
                "verdict": row["verdict"],
            })  # fmt: skip
    return show_table(
        pd.DataFrame(rows),
        "What a video's time, length, sound and hashtags have to do with its views (shown: p below 5 %, and of the other half an interval above 0)",
    )


def _signed(value: float, say: object) -> str:
    return f"−{say(-value)}" if value < 0 else say(value) if value else "0"


def show_posters(posters: pd.DataFrame) -> HTML:
    """Show who posts when."""
    table = pd.DataFrame({
        "posted at (UTC)": posters["level"], "videos": posters["n_videos"].map("{:,}".format), "creators": posters["n_creators"],
        "median views": posters["median_views"].map(format_count),
        "median followers": posters["median_followers"].map(lambda n: "n/a" if pd.isna(n) else format_count(n)),
        "most from": [name or "n/a" for name in posters["country"]],
        "share": [say_percent(share) if name else "n/a" for name, share in zip(posters["country"], posters["country_share"], strict=True)],
    })  # fmt: skip
    return show_table(table, f"Who posts when: videos older than {YOUNG_DAYS} days")


def show_posting_specifications(tried: pd.DataFrame) -> HTML:
    """Show every specification, a row a way of asking and a column a way of dividing."""
    ways = {}
    for row in tried.to_dict("records"):
        way = f"older than {row['youngest']} days, {row['creators']}, {row['method']}"
        share = (
            say_percent(row["share"])
            if row["share"] == row["share"]
            else f"best {say_factor(row['factor'])} times worst, chance included"
        )
        asked = pd.notna(row["factor"])
        ways.setdefault(way, {})[OF_WAY[row["by"]]] = (
            f"{share}, p {say_p(row['p'])}" if asked else "can't be asked"
        )
    table = pd.DataFrame(ways.values()).assign(**{"asked of": list(ways)})
    return show_table(
        table[["asked of", *table.columns.drop("asked of")]],
        "Within creators, asked in other ways: share of variance beyond chance, p not adjusted",
    )


def say_posting_specifications(tried: pd.DataFrame) -> Markdown:
    """Say how often p is small and how large a share may be at most, for each way of dividing."""
    said = []
    for by, rows in tried.groupby("by", sort=False):
        asked = rows[rows["p"].notna()]
        if asked.empty:
            continue
        best, worst = (escape(asked[end].iloc[0]) for end in ("best", "worst"))
        ends = f", {best} always best and {worst} always worst" if _is_firm(rows) else ""
        said.append(
            f"{OF_WAY[by].capitalize()}: p is below {say_percent(ALPHA)} in {say_number(int((asked['p'] < ALPHA).sum()))} of {say_number(len(asked))} ways{ends}; "
            f"the highest share is {say_percent(asked['share'].max())}, and none is more than {say_percent(asked['share_high'].max())} at the upper end of its interval."
        )
    if not said:
        return Markdown(f"No other way can be asked: too few creators have {FEWEST_VIDEOS} videos.")
    return Markdown("\n".join(f"- {line}" for line in said))


def say_features(several: Mapping[str, pd.DataFrame], tried: pd.DataFrame) -> Markdown:
    """Say which features of a video stand every test: the other half of the creators, and every specification.

    Parameters
    ----------
    several : by feature, what `explore.compare_video_features` returns
    tried : what `explore.try_posting_specifications` returns for these features
    """
    firm, others = [], []
    for by, compared in several.items():
        rows, ways = compared.set_index("approach"), tried[tried["by"] == by]
        if rows.loc[WITHIN, "verdict"] == UNASKED:
            continue
        if rows.loc[TRIED, "verdict"] in (SHOWN, SMALL) and _is_firm(ways):
            firm.append((by, rows.loc[TRIED], ways))
        else:
            others.append(OF_WAY[by])
    said = [
        f"{start_sentence(OF_WAY[by])} goes with views. Of one creator's videos, those with {escape(ways['best'].iloc[0])} did best on average, those with {escape(ways['worst'].iloc[0])} worst. "
        f"What was best for half of the creators went with {say_percent(gain['value'])} more views for the others; it may be far less. Changing a video may not bring them."
        for by, gain, ways in firm
    ]
    if others:
        said.append(
            f"For {join_words(others)} nothing is certain."
            if firm
            else f"No firm link with {join_words(others)} is shown."
        )
    return Markdown(" ".join(said) or "What length, sound and hashtags do can't be asked of these videos.")


def _is_firm(ways: pd.DataFrame) -> bool:
    """Tell whether every way of asking shows a difference, with the same ends."""
    asked = ways[ways["p"].notna()]
    ends = asked[["best", "worst"]].drop_duplicates()
    return len(ends) == 1 and bool((asked["p"] < ALPHA).all())
