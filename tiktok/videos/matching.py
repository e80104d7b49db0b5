"""Which creators of a TikTok list stand on a list with categories too, under the same handle."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from tiktok.lists.columns import METRICS, UNKNOWN_MONTH, require_columns
from tiktok.lists.headers import HeaderError, find_columns, find_ideas
from tiktok.lists.provenance import Record, is_synthetic
from tiktok.prepare.cells import cell_texts, entry, listed, tidy_handles
from tiktok.prepare.clean import Findings
from tiktok.prepare.counts import MISSING, PrepareError, data_row
from tiktok.videos.categories import category_columns
from tiktok.wording import name_creator, quote, say_some

MATCHED_COLUMNS = ("category", "category_2", "audience_country", "matched")
OF_CATEGORIES = "categories: "  # before the checks of the list of categories in the quality record
HINT = "hand over what acquire.get_categories() gave"
NAMES_SOMEBODY = {"handle", "person", "name", "display", "elsewhere", "platform"}
NAMES_NOBODY = {"derived", "total", "country", "scraped", "someone", "time", "begun", "link", "about", "rank"}
HANDLE = re.compile(r"[\w.\-]{1,50}", re.ASCII)
FEWEST_HANDLES = 0.3  # of the cells; YouTube's lists have a handle in six of ten, else a display name
SPREADSHEET_ERROR = re.compile(r"#(?:n/a|[^\W\d_]+[!?/0]*[!?])|n/a'", re.IGNORECASE)
COUNT = re.compile(r"[\d.,]+ ?[kmb]?", re.ASCII | re.IGNORECASE)
MOST_HEADERS = 20  # named in a sentence
MOST = 0.5  # of the cells: what a column holds
# some of which most rows of any published list name: by them a column of countries is known without a header
COUNTRIES = {
    "united states", "usa", "u.s.a", "u.s.a.", "us", "united states of america", "brazil", "india",
    "indonesia", "mexico", "spain", "argentina", "colombia", "turkey", "russia", "italy", "france", "germany",
    "united kingdom", "uk", "philippines", "south korea", "japan", "thailand", "nigeria", "egypt", "canada",
    "australia", "pakistan", "vietnam", "saudi arabia", "iran", "iraq", "chile", "peru", "malaysia",
}  # fmt: skip
# categories that each published list of 2022 has among its first ones; a list with others of them and without
# one of them lacks it
ON_EVERY_LIST = (
    ("Music", "Cinema & Actors/actresses", "Lifestyle", "Sports with a ball"),
    ("Music & Dance", "Animation", "Movies", "Video games"),
)
LONG = 100  # rows with a category, of which every tenth or more should have each of these


def match_categories(creators: pd.DataFrame, categories: pd.DataFrame) -> pd.DataFrame:
    """Add to the creators of a list their categories on another platform, by handle only.

    A handle is taken for the same account's whatever its case, with or without `@`. Nobody is matched by a
    display name, so who has another handle elsewhere counts as not matched, and now and then one handle is
    two people.

    Parameters
    ----------
    creators : DataFrame
        What `clean` gave.
    categories : DataFrame
        A raw list with a column of categories, as `acquire.get_categories` gives it. Headers are read by
        their meaning, and what the cells hold has the last word: which column has the handles, and where the
        country stands when headers are shifted.

    Returns
    -------
    DataFrame
        The creators, a row each in their order, with `category` and `category_2` (`""` where the list names
        none), `audience_country` (`""` where it names none) and `matched` (bool: on the list at all). Of a
        cell with several tags the first two count. `attrs["quality"]` goes on with what was found in the list
        of categories (see `quality_table`), `attrs["categories"]` says where that came from.

    Raises
    ------
    PrepareError
        When a frame isn't such, no column holds categories or handles, or one list is synthetic and the other
        isn't.

    Examples
    --------
    >>> creators = pd.DataFrame({"handle": ["ada", "bob"]})
    >>> categories = pd.DataFrame({"Name": ["Ada", "eve"], "Category": ["Music", "Sports"]})
    >>> match_categories(creators, categories)[["handle", "category", "matched"]].values.tolist()
    [['ada', 'Music', True], ['bob', '', False]]
    """
    for what, frame in (("creators", creators), ("categories", categories)):
        if not isinstance(frame, pd.DataFrame):
            raise PrepareError(f"{what} is a {type(frame).__name__}, and has to be a DataFrame.")
    require_columns(creators, ["handle"], PrepareError, whose="The frame of creators")
    _require_one_kind(creators, categories)
    origin = categories.attrs.get("provenance", {})
    try:
        rows, entries, absent = _read_categories(categories.reset_index(drop=True))
    except (HeaderError, PrepareError) as error:
        raise PrepareError(f"{origin.get('file') or 'the list of categories'}: {error}") from None
    creators = creators.drop(columns=list(MATCHED_COLUMNS), errors="ignore")
    handles = cell_texts(creators["handle"]).str.lower().str.removeprefix("@")
    places = pd.Index(rows["handle"]).get_indexer(handles)
    there = places >= 0
    added = {
        name: pd.Series(np.where(there, rows[name].to_numpy(dtype=object)[places], ""), creators.index, "str")
        for name in MATCHED_COLUMNS[:-1]
    }
    result = creators.assign(**added, matched=there)
    before = [line for line in creators.attrs.get("quality", ()) if not _is_of_categories(line)]
    without = handles[there & (result["category"] == "").to_numpy()]
    entries += [
        entry("creators on it", there.sum(), "matched by handle"),
        entry("of these without a category", len(without), "kept", listed(without, name_creator)),
    ]
    said = [line | {"check": f"{OF_CATEGORIES}{line['check']}"} for line in entries]
    result.attrs = dict(creators.attrs) | {
        "quality": Findings([*before, *said]),
        "categories": Record({"month": UNKNOWN_MONTH, "platform": ""} | origin | {"absent": absent}),
    }
    return result


def _is_of_categories(line: Mapping[str, object]) -> bool:
    return str(line["check"]).startswith(OF_CATEGORIES)


def _require_one_kind(creators: pd.DataFrame, categories: pd.DataFrame) -> None:
    """Refuse to match real creators with invented ones."""
    if all("provenance" in frame.attrs for frame in (creators, categories)):
        kinds = [is_synthetic(creators), is_synthetic(categories)]
        if kinds[0] != kinds[1]:
            which = (
                "creators are synthetic and the categories"
                if kinds[0]
                else "categories are synthetic and the creators"
            )
            raise PrepareError(f"The {which} aren't: take both from one source, as in source='sample'.")


def _read_categories(
    raw: pd.DataFrame,
) -> tuple[pd.DataFrame, list[dict[str, object]], tuple[str, ...]]:
    """A row a handle with its categories and country; what was found and done; categories that are absent."""
    if raw.empty:
        raise PrepareError("there are no rows in it.")
    labels = [str(label) for label in raw.columns]
    texts = [_tidy_texts(raw.iloc[:, i]) for i in range(raw.shape[1])]
    named = _find_category_columns(labels, texts)
    ideas = {i: set(find_ideas(label)) for i, label in enumerate(labels)}
    handle, handles = _find_handles(labels, texts, [i for i in ideas if i not in named], ideas)
    country, shifted = _find_country(labels, texts, [i for i in ideas if i not in (*named, handle)], ideas)
    first, second, split = _split_tags([texts[i] for i in named])
    blank = pd.Series("", raw.index, dtype="str")
    rows = pd.DataFrame(
        {
            "handle": handles,
            "category": first,
            "category_2": second,
            "audience_country": blank if country is None else texts[country],
        }
    )
    absent = _absent(rows)
    kept, repeat_entries = _one_row_each(rows)
    used = {"handle": [handle], "category": named[:1], "category_2": named[1:2]}
    used |= {} if country is None else {"audience_country": [country]}
    detail = "; ".join(f"{name} = {_quoted(labels, places)}" for name, places in used.items() if places)
    no_category = (rows["category"] == "") & (rows["handle"] != "")
    entries = [
        entry("headers", len(raw), "read by their meaning", detail),
        entry("shifted headers", len(raw) if shifted else 0, "read by what the cells hold", shifted),
        entry("cells of several tags", split, "the first two taken"),
        _error_entry(raw, labels, set().union(*used.values())),
        entry("cells that are no handle", (handles == "").sum(), "matched with nobody"),
        *repeat_entries,
        entry("rows without a category", no_category.sum(), "kept"),
        entry(
            "a category that lists like it have is absent",
            no_category.sum() if absent else 0,
            "kept, without a category",
            f"no row has {say_some(absent)}; it may be what rows without a category are" if absent else "",
        ),
    ]
    return kept, entries, absent


def _tidy_texts(column: pd.Series) -> pd.Series:
    """The cells as text without white space around, "" where they hold nothing or a spreadsheet's error."""
    texts = cell_texts(column).str.strip()
    nothing = texts.str.casefold().isin(MISSING) | texts.str.fullmatch(SPREADSHEET_ERROR)
    return texts.mask(nothing, "")


def _quoted(labels: Sequence[str], places: Sequence[int]) -> str:
    return " and ".join(quote(labels[i]) for i in places)


def _share(texts: pd.Series, fits: pd.Series) -> float:
    """The share of the cells with something in them that fit."""
    there = texts != ""
    return float(fits[there].mean()) if there.any() else 0.0


def _first(texts: pd.Series, fits: pd.Series) -> str:
    """The first cell that fits, and its row."""
    row = int(fits.to_numpy().argmax())
    return f"{data_row(row)}: {quote(texts.iloc[row])}"


def _find_category_columns(labels: Sequence[str], texts: Sequence[pd.Series]) -> list[int]:
    """The columns of categories, if there are any, and they hold names."""
    found = category_columns(labels)
    if not found:
        raise PrepareError(_say_no_categories(labels))
    for i in found:
        counts = texts[i].str.fullmatch(COUNT)
        countries = texts[i].str.casefold().isin(COUNTRIES)
        for what, fits in (("counts", counts), ("countries", countries)):
            if _share(texts[i], fits) > MOST:
                raise PrepareError(
                    f"column {quote(labels[i])} holds {what} ({_first(texts[i], fits)}) where categories "
                    "should stand: the headers are shifted, put them over their columns."
                )
    return found


def _say_no_categories(labels: Sequence[str]) -> str:
    """Say that a list has no categories, and of a TikTok list that it is one."""
    found = say_some(labels, quote, MOST_HEADERS)
    said = f"no header speaks of a category or genre; these were found: {found}. "
    try:
        find_columns(labels)
    except HeaderError:
        return f"{said}Name a list that has one, or rename its header: {HINT}."
    return f"{said}It is a list of TikTok creators, which goes first: match_categories(creators, categories)."


def _find_handles(
    labels: Sequence[str], texts: Sequence[pd.Series], places: Sequence[int], ideas: Mapping[int, set[str]]
) -> tuple[int, pd.Series]:
    """Of the columns that name somebody the one with the most handles in it, and these, "" where none is."""
    named = [
        i
        for i in places
        if ideas[i] & NAMES_SOMEBODY and not ideas[i] & {*METRICS, *NAMES_NOBODY} and texts[i].ne("").any()
    ]
    handles = {i: tidy_handles(texts[i])[0] for i in named}
    handles = {i: found.where(found.str.fullmatch(HANDLE), "") for i, found in handles.items()}
    # where two columns hold as many: the header that speaks of a handle, else fewer capitals
    shares = {
        i: (_share(texts[i], found != ""), "handle" in ideas[i], _share(texts[i], texts[i].str.islower()))
        for i, found in handles.items()
    }
    best = max(shares, key=shares.get, default=None)
    if best is None or shares[best][0] < FEWEST_HANDLES:
        tried = say_some([labels[i] for i in named], quote)
        raise PrepareError(
            f"no column holds handles (ASCII, without spaces); looked at: {tried}. Rename the header of the "
            "column that does to Handle."
        )
    return best, handles[best].astype("str")


def _find_country(
    labels: Sequence[str], texts: Sequence[pd.Series], places: Sequence[int], ideas: Mapping[int, set[str]]
) -> tuple[int | None, str]:
    """The column of countries by its header, else by its cells; then also what is wrong with the headers."""
    headed = [i for i in places if "country" in ideas[i]]
    for i in headed:
        if _share(texts[i], texts[i].str.fullmatch(COUNT)) <= MOST:
            return i, ""
    for i in places:
        countries = texts[i].str.casefold().isin(COUNTRIES)
        if _share(texts[i], countries) > MOST:
            return i, (
                f"{quote(labels[i])} holds countries ({_first(texts[i], countries)}), so the headers after "
                f"it aren't believed either: {say_some(labels[i + 1 :], quote)}"
            )
    return None, ""


def _split_tags(columns: Sequence[pd.Series]) -> tuple[pd.Series, pd.Series, int]:
    """First and second category; from one column that has several in a cell the first two."""
    first, second = columns[0], (columns[1] if len(columns) > 1 else columns[0].where(columns[0] == "", ""))
    several = first.str.contains(",", regex=False)
    if len(columns) > 1 or not several.any():
        return first.where(first != "", second), second.where(first != "", ""), 0
    tags = first.str.split(",")
    return tags.str[0].str.strip(), tags.str[1].fillna("").str.strip(), int(several.sum())


def _error_entry(raw: pd.DataFrame, labels: Sequence[str], used: set[int]) -> dict[str, object]:
    """Say where a spreadsheet left errors instead of values."""
    errors = [
        cell_texts(raw.iloc[:, i]).str.strip().str.fullmatch(SPREADSHEET_ERROR) for i in range(len(labels))
    ]
    where = [i for i, wrong in enumerate(errors) if wrong.any()]
    rows = np.logical_or.reduce([errors[i].to_numpy() for i in where]) if where else np.zeros(1, dtype=bool)
    action = "taken for blanks" if used & set(where) else "in columns that aren't needed"
    return entry(
        "errors of a spreadsheet", rows.sum(), action, say_some(sorted({labels[i] for i in where}), quote)
    )


def _one_row_each(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Keep of each handle the first row that has a category, else the first."""
    there = rows[rows["handle"] != ""]
    ordered = there.iloc[np.argsort((there["category"] == "").to_numpy(), kind="stable")]
    kept = ordered.drop_duplicates("handle").sort_index()
    category = there["handle"].map(kept.set_index("handle")["category"])
    repeat = ~there.index.isin(kept.index)
    differs = repeat & (there["category"] != category).to_numpy()
    return kept, [
        entry(check, which.sum(), action, listed(dict.fromkeys(there["handle"][which]), name_creator))
        for check, which, action in (
            ("repeated handles", repeat & ~differs, "dropped"),
            ("repeated handles with another category", differs, "dropped, the first category kept"),
        )
    ]


def _absent(rows: pd.DataFrame) -> tuple[str, ...]:
    """Name the categories that lists like this one have, and this one hasn't."""
    there = set(rows["category"])
    if (rows["category"] != "").sum() < LONG:
        return ()
    return tuple(
        name
        for usual in ON_EVERY_LIST
        if len(there & set(usual)) > len(usual) / 2
        for name in usual
        if name not in there
    )
