"""What a name and a handle show of a creator, without a look at the counts."""

import unicodedata
from functools import lru_cache

import pandas as pd

from tiktok.lists.columns import require_columns
from tiktok.prepare.counts import PrepareError

SCRIPTS = {
    "arabic": {"ARABIC"},
    "cyrillic": {"CYRILLIC"},
    "thai": {"THAI"},
    "east_asian": {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL"},
}
FIRST_PICTURE = "\u2190"  # the symbols below it are ©, ®, ° and ornaments of single scripts
BRAILLE = ("\u2800", "\u28ff")  # its blank stands in for a name


def profile_features(df: pd.DataFrame) -> pd.DataFrame:
    """Read ten marks (bool) and two lengths (int, in characters) off each handle and display name."""
    # Scripts by the names that Unicode gives its characters, after compatibility normalisation (NFKC, Unicode
    # Standard Annex 15), which undoes letters in fancy dress. A name may have letters of several scripts.
    require_columns(df, ["handle", "name"], PrepareError)
    handles = df["handle"].astype("str").fillna("")
    names = df["name"].astype("str").fillna("").map(lambda name: unicodedata.normalize("NFKC", name))
    scripts = names.map(_scripts)
    features = {"name_not_latin": scripts.map(lambda found: bool(found) and "LATIN" not in found)}
    for script, unicode_names in SCRIPTS.items():
        features[f"name_{script}"] = scripts.map(unicode_names.isdisjoint).eq(False)
    features |= {
        "name_has_emoji": names.map(_has_picture),
        "handle_has_dot": handles.str.contains(".", regex=False),
        "handle_has_digit": handles.str.contains(r"\d"),
        "handle_has_underscore": handles.str.contains("_", regex=False),
        "says_official": handles.str.contains("official", case=False, regex=False),
    }
    lengths = {"name_length": names.str.len(), "handle_length": handles.str.len()}
    profiles = pd.DataFrame(features, index=df.index).astype(bool).assign(**lengths)
    return profiles.astype(dict.fromkeys(lengths, int))


@lru_cache(maxsize=10_000)  # the lists of several months share names
def _scripts(name: str) -> set[str]:
    """Give the first word of the Unicode names of its letters: which script each is of."""
    return {unicodedata.name(letter, "?").split()[0] for letter in name if letter.isalpha()}


def _has_picture(name: str) -> bool:
    return any(
        character >= FIRST_PICTURE
        and unicodedata.category(character) == "So"
        and not BRAILLE[0] <= character <= BRAILLE[1]
        for character in name
    )
