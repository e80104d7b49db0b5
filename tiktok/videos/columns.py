"""What a column of a table of videos is about, told from the words of its header or JSON key."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from tiktok.lists.headers import (
    IDEA_OF,
    NO_COUNT,
    HeaderError,
    find_columns,
    find_ideas,
    given_columns,
    identity_columns,
    missing_columns,
)

COUNTS = ("views", "likes", "comments", "shares")
REQUIRED = ("handle", "posted", "views")
CANONICAL = (
    "video_id", "handle", "posted", *COUNTS, "seconds", "hashtags", "caption", "original_sound", "song",
    "followers", "country", "scraped", "link",
)  # fmt: skip
# what these words mean of a video; of every other word the meaning is that in lists
WORDS_OF_VIDEOS = {
    "id": "id ids",
    "video": "video videos vid vids post posts item items aweme clip clips",
    "posted": "posted published publish publication upload uploaded",
    "creation": "create created creation",
    "when": "date datetime timestamp time epoch unix iso",
    "zone": "utc gmt",
    "scraped": "scraped scrape scraping crawled crawl fetched fetch retrieved retrieval collected collection "
    "extracted extraction harvested",
    "updated": "updated modified edited expires",
    "duration": "duration length lengths runtime",
    "second": "second seconds sec secs",
    "millisecond": "millisecond milliseconds millis msec ms",
    "minute": "minute minutes min mins",
    "s": "s",
    "average": "average averages averaged avg mean watch watched retention completion",
    "hashtag": "hashtag hashtags tag tags challenge challenges",
    "music": "music song songs sound sounds audio track tracks",
    "original": "original",
    "caption": "caption captions desc description descriptions text texts",
    "title": "title titles",
    "link": "link links url urls href website addr address",
    "saved": "collect collects saved saves save bookmark bookmarks favorite favorites favourite favourites "
    "repost reposts download downloads forward",
    "code": "code codes",
    "language": "language languages lang locale",
    "mark": "has is flag enabled allowed status setting settings permission verified private",
    "other": "reply replies mention mentions duet stitch effect effects playlist sticker stickers voice "
    "transcription transcript cover thumbnail",
    "filler": "n at web number",
}
IDEA_OF_VIDEOS = IDEA_OF | {word: idea for idea, words in WORDS_OF_VIDEOS.items() for word in words.split()}
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
LONGEST_HEADERS = 60_000  # letters; a JSON with everything in it has some three thousand
ELSE = {"music", "hashtag", "other", "language", "saved", "code"}
SOMEBODY = {"person", "handle", "profile", "someone"}
NO_COUNT_OF_VIDEO = {idea: why for idea, why in NO_COUNT.items() if idea != "total"} | {
    "average": "an average",
    "when": "a time",
    "second": "a time",
    "minute": "a time",
    "duration": "a length",
    "id": "an id",
    "caption": "a text",
    "title": "a text",
    "name": "a name",
    "display": "a name",
    "code": "a code",
    "hashtag": "of a hashtag",
    "music": "of a song",
    "other": "of something else",
    "saved": "of something else",
    "handle": "a total of the creator",
}


def find_video_columns(
    header: Sequence[str], *, columns: Mapping[str, str | int] | None = None
) -> dict[str, list[int]]:
    """Find the positions of the columns by what their headers mean, several where the values must decide."""
    header = [str(label) for label in header]
    letters, longest = sum(map(len, header)), max(header, key=len, default="")
    if letters > LONGEST_HEADERS:
        raise HeaderError(
            f"The headers have {letters:,} letters, {len(longest):,} of them in {longest[:40]!r}…: no table "
            "of videos; see that the file is whole and its first line holds the headers."
        )
    given = given_columns(header, columns or {}, CANONICAL)
    taken = {position for positions in given.values() for position in positions}
    ideas = {i: list(ideas_of_header(label)) for i, label in enumerate(header) if i not in taken}
    found = _count_columns(ideas) | _other_columns(ideas) | _handle_columns(ideas) | given
    found = {canonical: found[canonical] for canonical in CANONICAL if found.get(canonical)}
    if "handle" not in found and "link" in found:
        found["handle"] = found["link"]  # the address of a video names who posted it
    missing = [canonical for canonical in REQUIRED if canonical not in found]
    if missing:
        _refuse_creators(header, found)
        raise missing_columns(header, found, missing, ideas, _why_no_count)
    return found


@lru_cache(maxsize=10_000)
def ideas_of_header(label: str) -> tuple[str, ...]:
    """The ideas in a header of a table of videos."""
    ideas = find_ideas(re.sub(r"[^\W\d_]+", _split_camel, label), IDEA_OF_VIDEOS)
    if "video" in ideas and "person" in ideas[ideas.index("video") :]:
        ideas.remove("video")  # the creator of a video; `authorMeta.video` is how many there are
    return tuple(ideas)


def _split_camel(word: re.Match) -> str:
    """Take `createTimeISO` apart, and leave `uniqueId` and `TikTok` whole."""
    return word[0] if word[0].casefold() in IDEA_OF_VIDEOS else CAMEL.sub(" ", word[0])


def _refuse_creators(header: list[str], found: Mapping[str, list[int]]) -> None:
    """Say of a list of creators what it is, and who reads it."""
    try:
        find_columns(header, required=("handle", "subscribers"))
    except HeaderError:
        return
    if not {"posted", "seconds", "video_id"} & set(found):
        raise HeaderError(
            "this is a list of creators, a row for each, and no table of videos, each with the time of its "
            "posting: read it by acquire.get_tiktokers(path=…) and hand it to prepare.clean()."
        )


def _why_no_count(metric: str, words: Iterable[str]) -> str:
    """Say why a header that names a count isn't that of a video; "" where it is."""
    fine = {"person", "profile", "handle"} if metric == "subscribers" else set()
    if metric == "posted":
        return ""
    return next((why for idea, why in NO_COUNT_OF_VIDEO.items() if idea in set(words) - fine), "")


def _count_columns(ideas: dict[int, list[str]]) -> dict[str, list[int]]:
    """Columns of one count each: a plain header before a strange one, and any before a total."""
    found = {}
    for metric in (*COUNTS, "subscribers"):
        candidates = {
            i: ("total" in words and metric != "subscribers", "?" in words)
            for i, words in ideas.items()
            if set(words) & {*COUNTS, "subscribers"} == {metric} and not _why_no_count(metric, words)
        }
        best = min(candidates.values(), default=None)
        found[metric] = [i for i, key in candidates.items() if key == best]
    return found | {"followers": found.pop("subscribers")}


def _other_columns(ideas: dict[int, list[str]]) -> dict[str, list[int]]:
    """Columns without a count, each told by a word of its own and by those that mustn't stand beside it."""
    plain = {i: set(words) for i, words in ideas.items() if not set(words) & {*COUNTS, "subscribers"}}

    def having(wanted: set[str], unwanted: set[str]) -> list[int]:
        found = [i for i, words in plain.items() if words & wanted and not words & unwanted]
        return sorted(found, key=lambda i: ("?" in plain[i], "video" not in plain[i]))

    no_moment = {"period", "begun", "updated", "id", "link", "country", "average", "derived", "time", "mark"}
    posted = having({"posted", "creation", "when"}, SOMEBODY | ELSE | no_moment | {"scraped", "duration"})
    flags = [i for i in having({"original"}, {"id", "link"}) if {"music"} & plain[i] or len(plain[i]) == 1]
    songs = [
        i
        for i in having({"music"}, {"original"})
        if plain[i] <= {"music", "name", "title", "filler", "video"}
    ]
    no_length = {"average", "caption", "when", "derived", "title", "ordinal", "name", "scraped"}
    return {
        "video_id": having({"id"}, SOMEBODY | ELSE | {"caption", "about", "mark"}),
        "posted": _most_telling(posted, plain),
        "scraped": having({"scraped"}, SOMEBODY | ELSE | {"id", "link", "posted", "mark"}),
        "seconds": having({"duration", "second", "millisecond"}, SOMEBODY | ELSE | no_length),
        "hashtags": having({"hashtag"}, SOMEBODY | {"music", "link", "about", "id", "code", "other"}),
        "caption": having({"caption", "title"}, SOMEBODY | ELSE | {"duration", "link", "id", "name"}),
        "song": songs,
        "original_sound": flags,
        "country": having({"country"}, {"someone", "caption"} | ELSE - {"code"}),
        "link": having({"link"}, SOMEBODY | ELSE | {"about"}),
    }


def _most_telling(positions: list[int], plain: dict[int, set[str]]) -> list[int]:
    """Of moments those that speak most of a posting: `posted_at` before `created` before `date`."""
    weight = {i: 2 * ("posted" in plain[i]) + ("creation" in plain[i]) for i in positions}
    weight = {i: 2 * told + ("video" in plain[i]) for i, told in weight.items()}
    best = max(weight.values(), default=0)
    return [i for i in positions if weight[i] == best]


def _handle_columns(ideas: dict[int, list[str]]) -> dict[str, list[int]]:
    """The columns that may hold the handle, as lists have them."""
    no_name = ELSE | {
        "id",
        "caption",
        "when",
        "posted",
        "creation",
        "updated",
        "duration",
        "original",
        "title",
    }
    named = {i: words for i, words in ideas.items() if not no_name & set(words)}
    # `author` is who posted, `author.friends` is something about them
    found = identity_columns({i: words for i, words in named.items() if not {"person", "?"} <= set(words)})
    return {"handle": found["handle"]}
