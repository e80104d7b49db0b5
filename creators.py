"""Who they are: what can be read off a profile before any video is watched, and whether success goes with it.

Only the handle and the display name are read. A script is neither a language nor a country: it is the
letters that somebody chose for a display name.
"""

import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from columns import require_columns
from correlations import (
    ALPHA,
    CONFIDENCE,
    MINIMUM_ROWS,
    ExploreError,
    adjust_p,
    compare_groups,
)
from months import require_panel, say_where
from provenance import hand_on
from resampling import draw_creators, midranks

SCRIPTS = {
    "arabic": {"ARABIC"},
    "cyrillic": {"CYRILLIC"},
    "thai": {"THAI"},
    "east_asian": {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL"},
}
FIRST_PICTURE = "\u2190"  # the symbols below it are ©, ®, ° and ornaments of single scripts
BRAILLE = ("\u2800", "\u28ff")  # its blank stands in for a name
OUTCOMES = ("engagement", "interactions")
RESAMPLES = 300


def profile_features(df: pd.DataFrame) -> pd.DataFrame:
    """Read off each creator's handle and display name what may say something about them.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
        With columns `handle` and `name`; a missing one counts as blank.

    Returns
    -------
    DataFrame of shape (creators, 12), index as `df`
        bool: `name_not_latin` (the display name has letters, none of them Latin), `name_arabic`,
        `name_cyrillic`, `name_thai`, `name_east_asian` (it has a letter of that script, whatever else;
        Chinese, Japanese and Korean are one), `name_has_emoji` (an emoji or another picture symbol),
        `handle_has_dot`, `handle_has_digit`, `handle_has_underscore`, `says_official` (the handle contains
        "official"); int: `name_length`, `handle_length` (Unicode characters, so one emoji may count as
        several).

    Raises
    ------
    ExploreError
        If a column isn't there.

    Notes
    -----
    Scripts by the names that Unicode gives its characters, after compatibility normalisation (NFKC, Unicode
    Standard Annex 15), which undoes letters in fancy dress; picture symbols are its category So from the
    arrows upwards.

    >>> df = pd.DataFrame({"handle": ["a.b_99official"], "name": ["Бэ ✨"]})
    >>> marks = ["name_not_latin", "name_cyrillic", "name_has_emoji", "handle_has_dot", "says_official"]
    >>> profile_features(df).loc[0, marks].tolist()
    [True, True, True, True, True]
    """
    require_columns(df, ["handle", "name"], ExploreError)
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


def compare_profiles(
    panel: Mapping[str, pd.DataFrame],
    outcomes: Sequence[str] = OUTCOMES,
    *,
    correction: str = "fdr_bh",
) -> pd.DataFrame:
    """Test in each month whether creators with a mark of the profile have more of an outcome than the others.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`; for one list, a mapping of one.
    outcomes : names of numeric columns
    correction : a method of `statsmodels.stats.multitest.multipletests`; Benjamini and Hochberg's, since many
        questions are asked to explore. It spans all rows of the result.

    Returns
    -------
    DataFrame of shape (12 x outcomes x months, 13)
        `profile`: a column of `profile_features`, lengths cut at the median of the list (longer or not);
        `outcome`, `month`; `n_in` creators who have the mark, `n_out` who don't, `median_in`, `median_out`
        of the outcome; `superiority`, the probability that one who has it has more of the outcome than one
        who doesn't (0.5: no difference), with `low`, `high`; `p`, `p_fdr_bh`; `reason` why a row is empty:
        fewer than ten creators on a side say nothing.

    Raises
    ------
    ExploreError
        If the panel is empty or a column isn't there.

    Notes
    -----
    As `explore.compare_groups`: Mann and Whitney's test, Brunner and Munzel's interval.
    """
    require_panel(panel)
    tests = pd.concat(
        [_compare_month(month, panel[month], outcomes) for month in sorted(panel)], ignore_index=True
    )
    tests.insert(tests.columns.get_loc("p") + 1, f"p_{correction}", adjust_p(tests["p"], correction))
    tests = tests.sort_values(["profile", "outcome", "month"], key=_first_seen, kind="stable")
    return hand_on(panel, tests.reset_index(drop=True))


def _first_seen(values: pd.Series) -> np.ndarray:
    return pd.factorize(values)[0]


def profile_marks(df: pd.DataFrame) -> pd.DataFrame:
    """Make each feature of the profile a mark that a creator has or hasn't.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
        With columns `handle` and `name`.

    Returns
    -------
    DataFrame of bool, shape (creators, 12), index as `df`
        The columns of `profile_features`; lengths are cut at the median of the list: longer or not.

    >>> df = pd.DataFrame({"handle": ["a", "b_c", "d_e_f"], "name": ["A", "B", "C"]})
    >>> profile_marks(df)[["handle_has_underscore", "handle_length"]].values.tolist()
    [[False, False], [True, False], [True, True]]
    """
    profiles = profile_features(df)
    lengths = profiles.select_dtypes(int)
    return profiles.assign(**(lengths > lengths.median()))


def _compare_month(month: str, frame: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    require_columns(frame, outcomes, ExploreError)
    marks = profile_marks(frame)
    compared = [
        _compare_mark(frame[list(outcomes)], marks[mark]).assign(profile=mark, month=month) for mark in marks
    ]
    tests = pd.concat(compared, ignore_index=True)
    front = ["profile", "outcome", "month"]
    return tests[front + [column for column in tests.columns if column not in front]]


def _compare_mark(frame: pd.DataFrame, mark: pd.Series) -> pd.DataFrame:
    has = int(mark.sum())
    if min(has, len(mark) - has) < MINIMUM_ROWS:
        few = f"only {min(has, len(mark) - has)} on one side; at least {MINIMUM_ROWS} creators are needed"
        return pd.DataFrame({"outcome": frame.columns, "n_in": has, "n_out": len(mark) - has, "reason": few})
    groups = compare_groups(frame.assign(has=mark), "has", list(frame.columns))
    return groups.rename(
        columns={"feature": "outcome", "superiority_low": "low", "superiority_high": "high"}
    ).drop(columns="p_holm")


def pool_profiles(
    panel: Mapping[str, pd.DataFrame],
    tests: pd.DataFrame,
    *,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> pd.DataFrame:
    """Pool each comparison of profiles over the months, and say in which of them it holds.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        The frames that `tests` was made of; each creator at most once a month.
    tests : DataFrame
        What `compare_profiles` returns.
    resamples : how often to draw as many creators as the lists hold together, each with all of their months
    confidence : level of the intervals
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (profiles x outcomes, 12)
        `profile`, `outcome`; `months` that could be tested; `n_in`: creators who have the mark, averaged
        over these; `pooled`: the months' probability of superiority, averaged, with `low` and `high`;
        `lowest`, `highest` of the months; `significant_in`: months with an adjusted p below 5 %; `holds`: in
        words, where it holds; `reason` why a row is empty.

    Raises
    ------
    ExploreError
        If the panel is empty or names a creator twice in a month.
    """
    adjusted = next(column for column in tests.columns if column.startswith("p_"))
    require_panel(panel)
    times = draw_creators(panel, resamples, seed)
    again = {
        month: _resampled_superiority(panel[month], tests["outcome"].unique(), times[month])
        for month in panel
    }
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    pooled = []
    for (profile, outcome), rows in tests.groupby(["profile", "outcome"], sort=False):
        usable = rows[rows["reason"].eq("")]
        drawn = [again[month][profile, outcome] for month in usable["month"]]
        low, high = np.nanquantile(np.mean(drawn, axis=0), tails) if drawn else (np.nan, np.nan)
        significant = usable[usable[adjusted] < ALPHA].set_index("month")["superiority"]
        signs = significant.map(lambda value: "more" if value > 0.5 else "less")
        pooled.append(
            {
                "profile": profile,
                "outcome": outcome,
                "months": len(usable),
                "n_in": usable["n_in"].mean(),
                "pooled": usable["superiority"].mean(),
                "low": low,
                "high": high,
                "lowest": usable["superiority"].min(),
                "highest": usable["superiority"].max(),
                "significant_in": len(significant),
                "holds": say_where(signs, len(usable)),
                "reason": "" if drawn else rows["reason"].iloc[0],
            }
        )
    return hand_on(panel, pd.DataFrame(pooled))


def _resampled_superiority(
    frame: pd.DataFrame, outcomes: Sequence[str], times: np.ndarray
) -> dict[tuple[str, str], np.ndarray]:
    """Give the probability of superiority of each mark and outcome in each draw, from the ranks in it."""
    marks = profile_marks(frame)
    has = marks.to_numpy(float)
    n_in = times @ has
    n_out = times.sum(axis=1, keepdims=True) - n_in
    drawn = {}
    for outcome in outcomes:
        below = midranks(frame[outcome].to_numpy(float), times)
        with np.errstate(invalid="ignore", divide="ignore"):  # a draw with nobody on one side says nothing
            superiority = ((times * below) @ has / n_in - n_in / 2) / n_out
        drawn |= {(mark, outcome): superiority[:, place] for place, mark in enumerate(marks)}
    return drawn
