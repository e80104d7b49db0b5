"""From a raw table of videos to tidy rows: one video a row, times in UTC, and a record of what was done."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tiktok.lists.headers import ASKED, HeaderError, find_columns, find_ideas, say_choice
from tiktok.lists.provenance import Record
from tiktok.prepare.cells import (
    are_believable,
    cell_texts,
    entry,
    finest_counts,
    headers_entry,
    listed,
    require_one_header,
    require_one_platform,
    require_one_way_of_writing,
    tidy_handles,
)
from tiktok.prepare.clean import Findings
from tiktok.prepare.counts import MISSING, PrepareError, data_row
from tiktok.videos.cells import (
    count_hashtags,
    count_hashtags_in_captions,
    guess_original,
    read_flags,
    read_ids,
    read_seconds,
)
from tiktok.videos.columns import COUNTS, find_video_columns
from tiktok.videos.times import SLACK, read_moments, read_scrape
from tiktok.wording import name_creator, quote, say_some

FACTS = ("seconds", "hashtags", "original_sound", "followers", "country")
COLUMNS = ("video_id", "handle", "posted", *COUNTS, *FACTS, "age")
YOUNG_DAYS = 14  # in which a video still collects plays: kept here, and out of comparisons of plays
DAY = pd.Timedelta(days=1)
SWAPPED = {"views": ASKED, "likes": ASKED}
ALONE = pd.Timedelta(days=30)  # between the newest video and the next one, by which the scrape may be wrong
MANY = 10  # videos, of which most should have fewer likes than plays
COLLISIONS = 0.01  # share of videos that may share their id with another one before the ids are no ids
NEWEST = "the newest video"
KEPT = "odd ones kept"
NOBODY = {"-", "–", "—", "n/a", "#n/a", "<na>"}  # but @null, @none and @nan may be somebody
ID_OF_TIKTOK = r"\d{15,20}"


def clean_videos(
    raw: pd.DataFrame,
    *,
    creators: pd.DataFrame | None = None,
    columns: Mapping[str, str | int] | None = None,
) -> pd.DataFrame:
    """Make a raw table of videos tidy: one video a row, times in UTC, counts as numbers.

    Dropped, and written down in the quality record: empty rows, rows without a handle or without a time of
    posting, videos without plays (they were hidden, or taken down), repeats of an id (the one listed first
    stays). Young videos, which still collect plays, are counted there and kept.

    Parameters
    ----------
    raw : DataFrame
        A table as `acquire.get_videos` or `pandas.read_csv` gives it, whatever the spelling of its headers.
    creators : DataFrame, optional
        Raw rows of their creators, as `acquire.get_tiktokers(path=…)` gives them, with handle and country:
        for videos whose own table doesn't say the country.
    columns : mapping, optional
        Name of a column to header (or position from 0), where the headers don't tell.

    Returns
    -------
    DataFrame
        `video_id` (text; handle and time where there is none, or a rounded one), `handle`, `posted` (UTC),
        `views`, `likes`, `comments`, `shares` (of the video; all but views NaN where the table has none),
        `seconds` (its length, NaN where unknown), `hashtags` (how many; Int64, <NA> where unknown),
        `original_sound` (boolean, <NA> where unknown; as flagged, else guessed by the name of the sound),
        `followers` (of the creator, NaN where unknown), `country` ("" where unknown), `age` (days from
        posting to the scrape), sorted by handle, then time.
        `attrs` hold `provenance`, `quality` (see `quality_table`), `scraped` (the last moment of the scrape)
        and `scraped_known_by` (which column says it, or "the newest video").

    Raises
    ------
    PrepareError
        When a column can't be found, a cell can't be read, times have no zone or no time of day, many videos
        share an id, the table is one of creators, or no video is left.

    Examples
    --------
    >>> raw = pd.DataFrame(
    ...     [["71", "ada", "1604786417", "1.2M", "['duet']"], ["72", "bob", "1604700017", "300", "[]"]],
    ...     columns=["id", "user_name", "create_time", "n_plays", "hashtags"])
    >>> clean_videos(raw)[["handle", "posted", "views", "hashtags", "age"]]
      handle                    posted      views  hashtags  age
    0    ada 2020-11-07 22:00:17+00:00  1200000.0         1  0.0
    1    bob 2020-11-06 22:00:17+00:00      300.0         0  1.0
    """
    if not isinstance(raw, pd.DataFrame):
        raise PrepareError(f"clean_videos() takes a DataFrame, not a {type(raw).__name__}.")
    provenance = raw.attrs.get("provenance", {})
    try:
        if raw.empty:
            raise PrepareError("there are no rows in it.")
        rows, entries, known_by = _read_table(raw.reset_index(drop=True), columns)
        kept, row_entries = _drop_rows(rows)
    except (HeaderError, PrepareError) as error:
        raise PrepareError(f"{provenance.get('file') or 'the table'}: {error}", error.columns) from None
    kept, creators_entry = _add_countries(kept, creators)
    tidy = kept.assign(age=(kept["scraped"] - kept["posted"]).clip(lower=pd.Timedelta(0)) / DAY)
    scraped = kept["scraped"].max()
    tidy = tidy.sort_values(["handle", "posted", "video_id"], kind="stable", ignore_index=True)[list(COLUMNS)]
    tidy.attrs = {
        "provenance": Record(provenance),
        "quality": Findings([*entries, *row_entries, creators_entry, *_remarks(tidy, scraped, known_by)]),
        "scraped": scraped,
        "scraped_known_by": known_by,
    }
    return tidy


def _read_table(
    raw: pd.DataFrame, columns: Mapping[str, str | int] | None
) -> tuple[pd.DataFrame, list[dict[str, object]], str]:
    """Read the columns that are needed; also what was found and done, and what the scrape is known by."""
    # no row is dropped here, so that row numbers stay those of the table
    positions = find_video_columns(list(raw.columns), columns=columns)
    try:
        return _read_rows(raw, positions)
    except PrepareError:
        require_one_header(raw.iloc[:, positions["views"][0]])
        raise


def _read_rows(
    raw: pd.DataFrame, positions: dict[str, list[int]]
) -> tuple[pd.DataFrame, list[dict[str, object]], str]:
    handles, used, handles_entry = _read_handles(raw, positions["handle"])
    positions = {**positions, "handle": used}
    require_one_platform(raw, positions)
    posted, written, positions["posted"] = _read_posted(raw, positions["posted"])
    counts = {name: _read_counts(raw, name, positions) for name in (*COUNTS, "followers")}
    facts, entries = _read_facts(raw, positions)
    scraped, known_by = _read_scraped(raw, positions, posted)
    ids, ids_entry = _read_video_ids(raw, positions, handles, posted)
    rows = pd.DataFrame(
        {"video_id": ids, "handle": handles, "posted": posted, **counts, **facts, "scraped": scraped}
    )
    missing = [name for name in (*COUNTS, *FACTS) if rows[name].isna().all() or (rows[name] == "").all()]
    times = entry("times of posting", len(raw), f"read as {written}")
    absent = entry("columns that the table lacks", len(missing), "left empty", ", ".join(missing))
    return rows, [headers_entry(raw, positions), handles_entry, times, ids_entry, *entries, absent], known_by


def _read_handles(raw: pd.DataFrame, candidates: list[int]) -> tuple[pd.Series, list[int], dict[str, object]]:
    """The handles from the first column whose values are such."""
    found = {i: tidy_handles(cell_texts(raw.iloc[:, i])) for i in candidates}
    chosen = next((i for i in candidates if are_believable(*found[i])), None)
    handles, odd = found[candidates[0] if chosen is None else chosen]
    if chosen is not None:
        detail = listed(odd, lambda row: f"{data_row(row)}: {quote(name_creator(handles[row]))}")
        return handles.mask(handles.isin(NOBODY), ""), [chosen], entry("handles", odd.size, KEPT, detail)
    where = f"{data_row(odd[0])}: {quote(handles[odd[0]])} is no handle" if odd.size else "all rows are blank"
    choice = {"handle": ASKED}
    raise PrepareError(
        f"column {quote(raw.columns[candidates[0]])}, {where} ({odd.size} of {len(handles)} rows). Handles "
        f"are ASCII, without spaces; say which column holds them: {say_choice(choice)}.",
        choice,
    )


def _read_posted(raw: pd.DataFrame, candidates: list[int]) -> tuple[pd.Series, str, list[int]]:
    """The times of posting from all columns that can be read as such, which have to agree."""
    read, problems = {}, []
    for i in candidates:
        try:
            read[i] = read_moments(raw.iloc[:, i])
        except PrepareError as error:
            problems.append(error)
    if not read:
        raise problems[0]
    first, *others = read
    times = read[first].times
    for other in others:
        apart = np.flatnonzero((read[other].times - times).abs() > pd.Timedelta(seconds=1))
        if apart.size:
            choice = {"posted": str(raw.columns[first])}
            raise PrepareError(
                f"the columns {quote(raw.columns[first])} and {quote(raw.columns[other])} disagree in "
                f"{data_row(apart[0])}: {quote(raw.iloc[apart[0], first])} and "
                f"{quote(raw.iloc[apart[0], other])}. Say which is the time of posting: "
                f"{say_choice(choice)}.",
                choice,
            )
        times = times.fillna(read[other].times)
    return times, read[first].written, list(read)


def _read_counts(raw: pd.DataFrame, name: str, positions: dict[str, list[int]]) -> np.ndarray:
    """Counts of one kind, missing where the table has none; a fraction of a view is none."""
    if name not in positions:
        return np.full(len(raw), np.nan)
    counts = finest_counts(raw, name, positions[name])
    column = raw.iloc[:, positions[name][0]]
    require_one_way_of_writing(counts.texts, column)
    fractions = np.flatnonzero(~np.isnan(counts.numbers) & (counts.numbers != np.rint(counts.numbers)))
    plain = [row for row in fractions if not any(map(str.isalpha, str(column[row])))]
    if plain:
        raise PrepareError(
            f"column {quote(column.name)}, {data_row(plain[0])}: {quote(column[plain[0]])} is no count of a "
            f"video ({len(plain)} such rows): it is an average, or its unit is missing. Write whole numbers, "
            "or 729.4K and 13.8M."
        )
    return counts.numbers


def _read_facts(
    raw: pd.DataFrame, positions: dict[str, list[int]]
) -> tuple[dict[str, pd.Series], list[dict[str, object]]]:
    """Length, hashtags, sound and country of each video, as far as the table has them."""
    seconds, unit = pd.Series(np.nan, index=raw.index), ""
    if "seconds" in positions:
        seconds, unit = read_seconds(raw.iloc[:, positions["seconds"][0]])
    lengths = entry("lengths", seconds.notna().sum(), f"read as {unit or 'minutes and seconds'}")
    hashtags, hashtags_entry = _read_hashtags(raw, positions)
    sound, sound_entry = _read_sound(raw, positions)
    country = pd.Series("", index=raw.index, dtype="str")
    if "country" in positions:
        texts = cell_texts(raw.iloc[:, positions["country"][0]]).str.strip()
        country = texts.mask(texts.str.casefold().isin(MISSING), "").astype("str")
    facts = {"seconds": seconds, "hashtags": hashtags, "original_sound": sound, "country": country}
    return facts, [lengths, hashtags_entry, sound_entry]


def _read_hashtags(raw: pd.DataFrame, positions: dict[str, list[int]]) -> tuple[pd.Series, dict[str, object]]:
    """How many hashtags a video has: by their own column, else by its text."""
    counts = pd.Series(pd.NA, index=raw.index, dtype="Int64")
    how = "counted"
    if "hashtags" in positions:
        counts = count_hashtags([raw.iloc[:, i] for i in positions["hashtags"]])
    if counts.isna().all() and "caption" in positions:
        counts = count_hashtags_in_captions(raw.iloc[:, positions["caption"][0]])
        how = f"counted in {quote(raw.columns[positions['caption'][0]])}"
    return counts, entry("hashtags", counts.notna().sum(), how)


def _read_sound(raw: pd.DataFrame, positions: dict[str, list[int]]) -> tuple[pd.Series, dict[str, object]]:
    """Whether a video brought its sound along: as a flag says, else as the name of the sound suggests."""
    sound = pd.Series(pd.NA, index=raw.index, dtype="boolean")
    names = list(positions.get("song", []))
    for i in positions.get("original_sound", []):
        flags = read_flags(raw.iloc[:, i])
        if flags is None:
            names = [i, *names]  # `original_sound` may be a name, too
        else:
            sound = sound.fillna(flags)
    flagged = sound.notna().sum()
    for i in names:
        sound = sound.fillna(guess_original(raw.iloc[:, i]))
    guessed = sound.notna().sum() - flagged
    detail = f"{flagged} as flagged; {guessed} by the name: a sound of one's own that was renamed is missed"
    return sound, entry("original sounds", guessed, "guessed by the name of the sound", detail)


def _read_scraped(
    raw: pd.DataFrame, positions: dict[str, list[int]], posted: pd.Series
) -> tuple[pd.Series, str]:
    """When each row was scraped: as a column says, else when the newest video was posted."""
    for i in positions.get("scraped", []):
        scraped = read_scrape(raw.iloc[:, i])
        if scraped is None:
            continue
        scraped = scraped.fillna(scraped.max())
        wrong = np.flatnonzero(posted > scraped + SLACK)
        if wrong.size:
            row = wrong[0]
            raise PrepareError(
                f"{data_row(row)} was posted {posted[row]:%Y-%m-%d %H:%M}, after its scrape as column "
                f"{quote(raw.columns[i])} has it, {quote(raw.iloc[row, i])} ({wrong.size} such rows): mend "
                "the rows, or take them out."
            )
        return scraped, f"column {quote(raw.columns[i])}"
    return pd.Series(posted.max(), index=raw.index), NEWEST


def _read_video_ids(
    raw: pd.DataFrame, positions: dict[str, list[int]], handles: pd.Series, posted: pd.Series
) -> tuple[pd.Series, dict[str, object]]:
    """The ids, out of an address if need be; where there are none, handle and time stand in for them."""
    ids = pd.Series("", index=raw.index, dtype="str")
    read = [(raw.columns[i], *read_ids(raw.iloc[:, i])) for i in positions.get("video_id", [])]
    # some tables number their rows, too, and some say "awesome" in each
    named = sorted(
        (found for _, found, _ in read), key=lambda found: -found.str.fullmatch(ID_OF_TIKTOK).mean()
    )
    linked = [read_ids(raw.iloc[:, i])[0] for i in positions.get("link", [])]
    for found in (*named, *(found.where(found.str.isdigit(), "") for found in linked)):
        ids = ids.mask(ids == "", found)
    without = (ids == "") & (handles != "") & posted.notna()
    made = handles.astype("str") + " " + posted.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    damaged = [f"{quote(label)} was rounded in {rows.sum()} rows" for label, _, rows in read if rows.any()]
    ids_entry = entry(
        "videos without an id", without.sum(), "handle and time stand in for it", "; ".join(damaged)
    )
    return ids.mask(without, made).astype("str"), ids_entry


def _drop_rows(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Keep the rows that are videos with a creator, a time and plays, each once."""
    nobody, never = rows["handle"] == "", rows["posted"].isna()
    empty = nobody & never & rows["views"].isna()
    nobody &= ~empty
    never &= ~(empty | nobody)
    unseen = ~(empty | nobody | never) & ~(rows["views"] > 0)
    kept = rows[~(empty | nobody | never | unseen)]
    if kept.empty:
        raise PrepareError(f"none of its {len(rows)} rows is a video with a handle, a time and plays.")
    repeat = kept.duplicated("video_id")
    same = kept.duplicated(["video_id", "posted", *COUNTS]) & repeat
    _require_ids(kept, repeat)
    _require_counts_of_videos(kept)
    found = {
        "empty rows": (empty, "dropped"),
        "rows without a handle": (nobody, "dropped"),
        "rows without a time": (never, "dropped"),
        "videos without plays": (unseen, "dropped"),
    }
    entries = [
        entry(check, where.sum(), action, listed(np.flatnonzero(where), data_row))
        for check, (where, action) in found.items()
    ]
    for check, where, action in (
        ("repeated rows", same, "dropped"),
        ("repeated ids with other numbers", repeat & ~same, "dropped, the one listed first kept"),
    ):
        entries.append(entry(check, where.sum(), action, listed(kept.index[where], data_row)))
    return kept[~repeat].reset_index(drop=True), entries


def _require_counts_of_videos(kept: pd.DataFrame) -> None:
    """Refuse counts that aren't those of single videos, whatever their headers say."""
    more_likes = kept["likes"] > kept["views"]
    if len(kept) >= MANY and more_likes.mean() > 0.5:
        raise PrepareError(
            f"most videos have more likes than plays, {data_row(more_likes.idxmax())} first: two columns are "
            "swapped, or one is a total of the creator. Say which columns count for the video: "
            f"{say_choice(SWAPPED)}.",
            SWAPPED,
        )
    several = kept[kept.duplicated("handle", keep=False)]
    if len(several) >= MANY and several.groupby("handle")["views"].nunique().eq(1).all():
        raise PrepareError(
            f"all videos of a creator have the same plays, {data_row(several.index[0])} first: these are the "
            f"creator's, and not the video's. Say which column counts them: {say_choice({'views': ASKED})}.",
            {"views": ASKED},
        )


def _require_ids(kept: pd.DataFrame, repeat: pd.Series) -> None:
    """Refuse ids that many videos share which were posted at different times."""
    first = kept.drop_duplicates("video_id").set_index("video_id")["posted"]
    collides = repeat & (kept["posted"] != kept["video_id"].map(first))
    if collides.sum() > COLLISIONS * len(kept) and collides.sum() > 1:
        row = collides.idxmax()
        raise PrepareError(
            f"{collides.sum()} rows repeat the id of a video that was posted at another time, "
            f"{data_row(row)} ({quote(kept.at[row, 'video_id'])}) first: the ids were rounded, or are "
            f"elsewhere; say where: {say_choice({'video_id': ASKED})}.",
            {"video_id": ASKED},
        )


def _add_countries(
    rows: pd.DataFrame, creators: pd.DataFrame | None
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Fill in the countries that the videos don't say from a table of creators, by handle."""
    if creators is not None:
        known = _read_creators(creators)
        country = rows["country"].mask(rows["country"] == "", rows["handle"].map(known["country"]).fillna(""))
        rows = rows.assign(country=country.astype("str"))
    without = rows.loc[rows["country"] == "", "handle"].drop_duplicates()
    return rows, entry("creators without a country", len(without), "kept", listed(without, name_creator))


def _read_creators(creators: pd.DataFrame) -> pd.DataFrame:
    """Handle and country of each creator in a raw table of them."""
    file = getattr(creators, "attrs", {}).get("provenance", {}).get("file") or "the table of creators"
    if not isinstance(creators, pd.DataFrame):
        raise PrepareError(f"creators is a {type(creators).__name__}, and has to be a DataFrame.")
    # not where the audience is
    own = [i for i, label in enumerate(creators.columns) if "someone" not in find_ideas(str(label))]
    creators = creators.iloc[:, own].reset_index(drop=True)
    try:
        positions = find_columns(list(creators.columns), required=("handle", "country"))
    except HeaderError as error:
        raise PrepareError(f"{file}: {error}") from None
    handles, _ = tidy_handles(cell_texts(creators.iloc[:, positions["handle"][0]]))
    country = cell_texts(creators.iloc[:, positions["country"][0]]).str.strip()
    known = pd.DataFrame(
        {"handle": handles, "country": country.mask(country.str.casefold().isin(MISSING), "")}
    )
    known = known[(known["handle"] != "") & (known["country"] != "")].drop_duplicates()
    twice = known[known.duplicated("handle", keep=False)]
    if len(twice):
        handle = twice["handle"].iloc[0]
        both = say_some(twice.loc[twice["handle"] == handle, "country"], quote)
        raise PrepareError(
            f"{file}: {quote(name_creator(handle))} is of several countries ({both}): leave one of them."
        )
    return known.set_index("handle")


def _remarks(tidy: pd.DataFrame, scraped: pd.Timestamp, known_by: str) -> list[dict[str, object]]:
    """What is to be known of the videos that are kept."""
    more = tidy[["likes", "comments", "shares"]].gt(tidy["views"], axis="index").any(axis="columns")
    young = tidy["age"] < YOUNG_DAYS
    times = tidy["posted"].nlargest(2)
    alone = known_by == NEWEST and times.max() - times.min() > ALONE
    next_one = f"the next one is of {times.min():%Y-%m-%d}"
    return [
        entry("implausible: more likes, comments or shares than plays", more.sum(), "kept"),
        entry("time of the scrape", len(tidy), f"taken from {known_by}", f"{scraped:%Y-%m-%d %H:%M} UTC"),
        entry("newest video long after all others", alone, "kept: see that its time is right", next_one),
        entry(f"younger than {YOUNG_DAYS} days", young.sum(), "kept, out of comparisons of plays"),
        entry("creators", tidy["handle"].nunique(), "kept"),
        entry("videos", len(tidy), "kept"),
    ]
