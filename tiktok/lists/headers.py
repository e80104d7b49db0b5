"""What a column is about, told from the words of its header and not from a list of spellings.

No two of the monthly lists spell their headers alike, so a header is taken apart into words (whatever its
case, punctuation, line breaks or missing spaces), each word is put to an idea, and the ideas decide.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

from tiktok.lists.columns import METRICS

REQUIRED = ("handle", *METRICS)
CANONICAL = (*REQUIRED, "name", "rank", "country", "link", "scraped")

WORDS = {
    "subscribers": "subscriber subscribers sub subs follower followers fan fans",
    "views": "view views viewership play plays",
    "likes": "like likes heart hearts digg diggs",
    "comments": "comment comments",
    "shares": "share shares",
    "average": "avg avgs average averages averaged mean av",
    "total": "total totals overall sum lifetime",
    "middle": "median medians max maximum min minimum std stdev deviation variance percentile quantile "
    "best peak",
    "made": "sqrt norm normalized normalised standardized scaled zscore predicted expected forecast "
    "target goal z",
    "period": "daily weekly monthly yearly day days week weeks year cumulative previous historical",
    "someone": "fake lost unfollower unfollowers deleted similar sponsored audience market category "
    "sentiment likers viewers commenters sharers code codes",
    # following is who the creator follows; the others are made from counts and are no counts
    "derived": "following followings followee followees rate rates ratio percent percentage pct % growth "
    "change gain gained new engagement engagements score diff difference delta uplift emv er",
    "logarithm": "log logs ln log10 log2 log1p logarithm",
    "cost": "cost costs price cpv cpm cpc spend spent budget revenue earnings usd eur euro gbp "
    "dollar dollars $ £ €",
    "time": "duration watch watched minute minutes hour hours second seconds sec secs time",
    "length": "length lengths long words characters chars",
    "given": "liked given sent",  # by the creator, to others
    "begun": "created creation joined join registered birth birthday born age",
    "visit": "visit visits visitor visitors",
    "mark": "brand verified private business is has flag enabled allowed",
    "unit": "million millions mn mio m thousand thousands k thsd tsd tys mil mln mm hundred "
    "hundreds lakh lakhs crore crores billion billions bn b 000 0000 x1000 1000 000s",
    "elsewhere": "instagram insta youtube yt facebook fb twitter snapchat twitch threads linkedin x "
    "reel reels ig kwai douyin telegram pinterest shorts story stories",
    "rank": "rank ranks ranking position pos place",
    "ordinal": "s sr sl no nr num number serial index row cell #",
    "handle": "uniqueid handle handles account accounts acct username usernames tiktoker tiktokers toker @",
    "person": "creator creators influencer influencers user users channel artist person author authors",
    "name": "name names",
    "display": "title nickname nick display fullname full real",
    "link": "link links url urls href website",
    "profile": "profile profiles page",
    "country": "country countries region nation location",
    "scraped": "scraped scrape date crawled updated timestamp",
    "platform": "tiktok tik tok",
    "about": "id ids avatar image images picture photo email mail tier manager type bio signature",
    "video": "video videos post posts",
    "filler": "count counts of the a an by per each in on for and to text value raw numeric meta stats stat",
}
NO_IDENTITY = {"link", "rank", "derived", "total", "country", "scraped", "mark", "elsewhere", "time", "begun"}
# what a header may say beside a metric that makes it no average count of it per video, and how that is told
NO_COUNT = {
    "middle": "a median or an extreme",
    "made": "made from counts",
    "period": "of a period",
    "someone": "of others, or of a part",
    "mark": "a flag",
    "logarithm": "a logarithm",
    "derived": "a rate or a difference",
    "total": "a total",
    "cost": "a cost",
    "time": "a time",
    "length": "a length",
    "visit": "visits",
    "given": "what the creator gave to others",
    "unit": "in a unit: write the counts out",
    "elsewhere": "of another platform",
    "rank": "a rank",
    "link": "a link",
    "person": "a total of the creator",
    "profile": "a total of the profile",
}
IDEA_OF = {word: idea for idea, words in WORDS.items() for word in words.split()}
ACCOUNT, PERSON, TIKTOK_NAME, NAME, DISPLAY_NAME = 4, 3, 2, 1, 0  # how much a header speaks of a handle
SHORTEST_WITHIN = 2  # one letter inside a run-together word means nothing
SHORTEST_MISSPELT = 5
LONGEST_WORD = 60
LONGEST_SHOWN = 60
ASKED = "its header"  # where a message can't know the header that it asks for
MISSPELT_CUTOFF = 0.88
LONGEST_HEADER = 2_000  # letters; the real ones have about 130


class HeaderError(ValueError):
    """The headers of a list do not say where a needed column is; `columns` is what would."""

    def __init__(self, sentence: str, columns: Mapping[str, str | int] | None = None) -> None:
        super().__init__(sentence)
        self.columns = dict(columns or {})


def find_columns(
    header: Sequence[str],
    *,
    columns: Mapping[str, str | int] | None = None,
    required: Sequence[str] = REQUIRED,
) -> dict[str, list[int]]:
    """Find the positions of the columns by what their headers mean, several where a column is doubled."""
    # what the caller knows better, `columns`, names a header or a position
    header = [str(label) for label in header]
    letters, longest = sum(map(len, header)), max(header, key=len, default="")
    if letters > LONGEST_HEADER:  # taking an endless word apart takes endless time
        raise HeaderError(
            f"The headers have {letters:,} letters, {len(longest):,} of them in {longest[:40]!r}…: no list "
            "of creators; see that the file is whole and its first line holds the headers."
        )
    given = given_columns(header, columns or {}, CANONICAL)
    taken = {position for positions in given.values() for position in positions}
    ideas = {i: find_ideas(label) for i, label in enumerate(header) if i not in taken}
    found = _metric_columns(ideas) | _side_columns(ideas) | identity_columns(ideas) | given
    found = {canonical: found[canonical] for canonical in CANONICAL if found.get(canonical)}
    missing = [canonical for canonical in required if canonical not in found]
    if missing:
        raise missing_columns(header, found, missing, ideas)
    return found


def is_row_number(label: str) -> bool:
    """Tell whether a header speaks of the number of a row (`S.no`, `#`) and not of a rank."""
    return set(find_ideas(label)) == {"ordinal"}


def given_columns(
    header: list[str], columns: Mapping[str, str | int], canonical_names: Sequence[str]
) -> dict[str, list[int]]:
    """The positions of the columns that were mapped by hand."""
    given = {}
    if not isinstance(columns, Mapping):
        example = say_choice({"views": ASKED})
        raise HeaderError(f"columns is {columns!r}, and has to map names to headers, as in {example}.")
    for canonical, wanted in columns.items():
        if isinstance(wanted, bool) or not isinstance(wanted, str | int):
            raise HeaderError(
                f"{canonical!r} was mapped by hand to {wanted!r}, which is neither a header nor a position."
            )
        if canonical not in canonical_names:
            raise HeaderError(
                f"{canonical!r} is none of the columns that can be mapped: {', '.join(canonical_names)}."
            )
        positions = [i for i, label in enumerate(header) if wanted in (i, label)]
        if not positions:
            raise HeaderError(
                f"{canonical!r} was mapped by hand to {wanted!r}, which isn't there; "
                f"these headers were found: {_listed(header)}."
            )
        given[canonical] = positions
    return given


def find_ideas(label: str, idea_of: Mapping[str, str] = IDEA_OF) -> list[str]:
    """The ideas in a header, one a word, `?` for a word that means nothing here."""
    text = unicodedata.normalize("NFKC", label).casefold()
    words = re.findall(r"log(?:2|10|1p)|x?1?000+s?|[^\W\d_]+|[#%@$£€]", text)
    return [idea for word in words for idea in _ideas_of_word(word, idea_of)]


def _ideas_of_word(word: str, idea_of: Mapping[str, str]) -> list[str]:
    if word in idea_of:
        return [idea_of[word]]
    known = []
    if len(word) <= LONGEST_WORD:
        known = _pieces(word, idea_of)
        if not known and len(word) >= SHORTEST_MISSPELT:
            known = difflib.get_close_matches(word, idea_of, n=1, cutoff=MISSPELT_CUTOFF)
    return [idea_of[piece] for piece in known] or ["?"]


def _pieces(word: str, known: Mapping[str, str]) -> list[str]:
    """The known words that a run-together word consists of, none if it doesn't."""
    pieces_until: list[list[str] | None] = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end - SHORTEST_WITHIN, -1, -1):
            if pieces_until[start] is not None and word[start:end] in known:
                pieces_until[end] = [*pieces_until[start], word[start:end]]
    return pieces_until[-1] or []


def _metrics_in(ideas: Iterable[str]) -> set[str]:
    return set(ideas) & set(METRICS)


def _metric_columns(ideas: dict[int, list[str]]) -> dict[str, list[int]]:
    """Columns that hold one metric; of several for one metric those whose header is plainest."""
    found = {}
    for metric in METRICS:
        candidates = {
            # averages first (subscribers are a total), then headers without a strange word
            i: (("average" in words) == (metric == "subscribers"), "?" in words)
            for i, words in ideas.items()
            if _metrics_in(words) == {metric} and not why_unfit(metric, words)
        }
        best = min(candidates.values(), default=None)
        # an average of something strange doesn't beat the plain column: both stay, and have to agree
        rivals = {best, (True, False)} if best == (False, True) else {best}
        found[metric] = [i for i, key in candidates.items() if key in rivals]
    return found


def why_unfit(metric: str, words: Iterable[str]) -> str:
    """Say why a header that names a metric isn't an average count of it per video; "" where it is."""
    words = set(words)
    fine = set()
    if metric == "subscribers":  # a total of a creator, by nature
        fine = {"total", "person", "profile"}
    elif "average" in words:  # of whose videos doesn't matter then
        fine = {"person", "profile"}
    return next((why for idea, why in NO_COUNT.items() if idea in words - fine), "")


def _side_columns(ideas: dict[int, list[str]]) -> dict[str, list[int]]:
    plain = {i: set(words) for i, words in ideas.items() if words and not _metrics_in(words)}
    identity = {"handle", "person", "name", "display", "visit"}
    links = [
        i for i, words in plain.items() if "link" in words or ("profile" in words and not words & identity)
    ]
    ranks = [i for i, words in plain.items() if "rank" in words and not words & {"derived", "total"}]
    ordinals = [i for i, words in plain.items() if words == {"ordinal"}]
    return {
        "link": links,
        "rank": ranks[:1] or ordinals[:1],
        "country": [i for i, words in plain.items() if "country" in words][:1],
        "scraped": [i for i, words in plain.items() if "scraped" in words][:1],
    }


def identity_columns(ideas: dict[int, list[str]]) -> dict[str, list[int]]:
    """The handle speaks most of an account, a display name is any other header that names someone."""
    weights = {
        i: _handle_weight(set(words))
        for i, words in ideas.items()
        if not (_metrics_in(words) or NO_IDENTITY & set(words))
    }
    weights = {i: weight for i, weight in weights.items() if weight is not None}
    best = max(weights.values(), default=DISPLAY_NAME)
    if best == DISPLAY_NAME:
        return {"handle": [], "name": list(weights)}
    handles = [i for i, weight in weights.items() if weight == best]
    if best < ACCOUNT:
        # weak words: one of them must do, and the values have the last word
        handles = [i for i in handles if ideas[i] == ideas[handles[0]]]
    return {"handle": handles, "name": [i for i in weights if i not in handles]}


def _handle_weight(words: set[str]) -> int | None:
    if "display" in words:
        return DISPLAY_NAME
    if "about" in words or {"person", "video"} <= words:  # a picture of somebody, how many videos they have
        return None
    if "handle" in words:
        return ACCOUNT
    if "person" in words:
        return NAME if "name" in words else PERSON
    if "name" in words:
        return TIKTOK_NAME if "platform" in words else NAME
    return None


def missing_columns(
    header: list[str],
    found: dict[str, list[int]],
    missing: list[str],
    ideas: dict[int, list[str]],
    why_not: Callable[[str, Iterable[str]], str] = why_unfit,
) -> HeaderError:
    """Say what was found, what is missing, why what comes near isn't it, and what to do."""
    mapping = "; ".join(
        f"{canonical} = {_listed(header[i] for i in positions)}" for canonical, positions in found.items()
    )
    reasons = []
    for canonical in missing:
        if canonical == "handle":
            others = [
                header[i] for i, words in ideas.items() if "elsewhere" in words and not _metrics_in(words)
            ]
            why = f"; {_listed(others)} is of another platform" if others else ""
            reasons.append(f"handle (the part after @{why})")
            continue
        near = {i: words for i, words in ideas.items() if canonical in words}
        whys = [
            f"{header[i]!r} is {why_not(canonical, words)}"
            if why_not(canonical, words)
            else f"{header[i]!r} can't be read as just that"
            for i, words in near.items()
        ]
        reasons.append(f"{canonical} ({'; '.join(whys)})" if whys else canonical)
    choice = dict.fromkeys(missing, ASKED)
    unread = [header[i] for i in ideas if not any(i in positions for positions in found.values())]
    if len(unread) == 1 and reasons == missing and len(unread[0]) <= LONGEST_SHOWN:
        choice = {missing[0]: unread[0]}  # what is left over, unless a reason speaks against it
    return HeaderError(
        f"these headers were found: {_listed(header) or 'none'}; read as: {mapping or 'nothing'}; "
        f"missing: {', '.join(reasons)}. "
        f"Rename the headers, or map them by hand: {say_choice(choice)}.",
        choice,
    )


def say_choice(columns: Mapping[str, str | int]) -> str:
    """Write which header is which column as the helpers take it."""
    return f"columns={dict(columns)}"


def _listed(labels: Iterable[str]) -> str:
    return ", ".join(
        repr(label if len(label) <= LONGEST_SHOWN else f"{label[:LONGEST_SHOWN]}…") for label in labels
    )
