"""Who they are: what can be read off a profile before any video is watched, and whether success goes with it.

Only the handle and the display name are read. A script is neither a language nor a country: it is the
letters that somebody chose for a display name.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from tiktok.explore.correlations import ALPHA, MINIMUM_ROWS, ExploreError, adjust_p
from tiktok.explore.groups import compare_groups
from tiktok.explore.months import RESAMPLES, require_panel, say_where
from tiktok.lists.columns import require_columns, takes_names
from tiktok.lists.provenance import hand_on
from tiktok.prepare.profile import profile_features
from tiktok.resampling import draw_creators, percentile_interval, superiority

QUESTION = ["profile", "outcome", "month"]
COMPARED = ["n_in", "n_out", "median_in", "median_out", "superiority", "low", "high", "p", "p_fdr_bh"]


@takes_names("outcomes")
def compare_profiles(
    panel: Mapping[str, pd.DataFrame], outcomes: Sequence[str] = ("engagement", "interactions")
) -> pd.DataFrame:
    """Test in each month whether creators with a mark of the profile have more of an outcome than the others.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`; for one list, a mapping of one.
    outcomes : names of numeric columns

    Returns
    -------
    DataFrame of shape (12 x outcomes x months, 13)
        `profile`: `name_not_latin` (the display name has letters, none of them Latin), `name_arabic`,
        `name_cyrillic`, `name_thai`, `name_east_asian` (it has a letter of that script, whatever else;
        Chinese, Japanese and Korean are one), `name_has_emoji` (an emoji or another picture symbol),
        `handle_has_dot`, `handle_has_digit`, `handle_has_underscore`, `says_official` (the handle contains
        "official"), `name_length`, `handle_length` (above the median of the list or not, in Unicode
        characters, so that one emoji may count as several);
        `outcome`, `month`; `n_in` creators who have the mark, `n_out` who don't, `median_in`, `median_out`
        of the outcome; `superiority`, the probability that one who has it has more of the outcome than one
        who doesn't (0.5: no difference), with `low`, `high`; `p`, `p_fdr_bh` (adjusted over all rows by
        Benjamini and Hochberg's method, since many questions are asked to explore); `reason` why a row is
        empty: fewer than ten creators on a side say nothing.

    Raises
    ------
    ExploreError
        If the panel is empty or a column isn't there.

    Notes
    -----
    As `explore.compare_groups`: Mann and Whitney's test, Brunner and Munzel's interval.
    """
    require_panel(panel)
    by_month = [_compare_month(month, panel[month], outcomes) for month in sorted(panel)]
    tests = pd.concat(by_month, ignore_index=True).reindex(columns=[*QUESTION, *COMPARED, "reason"])
    tests["p_fdr_bh"] = adjust_p(tests["p"], "fdr_bh")
    in_order = tests.sort_values(QUESTION, key=lambda values: pd.factorize(values)[0], kind="stable")
    return hand_on(panel, in_order.reset_index(drop=True))


def profile_marks(df: pd.DataFrame) -> pd.DataFrame:
    """Make each feature of the profile a mark: lengths are cut at the median of the list, longer or not."""
    profiles = profile_features(df)
    lengths = profiles.select_dtypes(int)
    return profiles.assign(**(lengths > lengths.median()))


def _compare_month(month: str, frame: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    require_columns(frame, ["handle", "name", *outcomes], ExploreError, whose=f"The list of {month}")
    marks = profile_marks(frame)
    compared = [
        _compare_mark(frame[list(outcomes)], marks[mark]).assign(profile=mark, month=month) for mark in marks
    ]
    return pd.concat(compared)


def _compare_mark(frame: pd.DataFrame, mark: pd.Series) -> pd.DataFrame:
    n_in, n_out = int(mark.sum()), int((~mark).sum())
    if min(n_in, n_out) < MINIMUM_ROWS:
        few = f"only {min(n_in, n_out)} on one side; at least {MINIMUM_ROWS} creators are needed"
        return pd.DataFrame({"outcome": frame.columns, "n_in": n_in, "n_out": n_out, "reason": few})
    groups = compare_groups(frame.assign(has=mark), "has", list(frame.columns)).drop(columns="p_holm")
    return groups.rename(columns={"feature": "outcome", "superiority_low": "low", "superiority_high": "high"})


def pool_profiles(
    panel: Mapping[str, pd.DataFrame],
    tests: pd.DataFrame | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Pool each comparison of profiles over the months, and say in which of them it holds.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        The frames that `tests` was made of; each creator at most once a month.
    tests : DataFrame, optional
        What `compare_profiles` returns of this panel; else it is asked.
    resamples : how often to draw as many creators as the lists hold together, each with all of their months
    seed : seed of the draws

    Returns
    -------
    DataFrame of shape (profiles x outcomes, 10)
        `profile`, `outcome`; `months` that could be tested; `n_in`: creators who have the mark, averaged
        over these; `pooled`: the months' probability of superiority, averaged, with `low` and `high` (95 %);
        `significant_in`: months with an adjusted p below 5 %; `holds`: in words, where it holds; `reason` why
        a row is empty.

    Raises
    ------
    ExploreError
        If the panel is empty or names a creator twice in a month.
    """
    require_panel(panel)
    tests = compare_profiles(panel) if tests is None else tests
    times = draw_creators(panel, resamples, seed)
    marks = {month: profile_marks(frame) for month, frame in panel.items()}
    pooled = []
    for (profile, outcome), rows in tests.groupby(["profile", "outcome"], sort=False):
        usable = rows[rows["reason"].eq("")]
        drawn = [
            superiority(panel[month][outcome].to_numpy(float), marks[month][profile].to_numpy(), times[month])
            for month in usable["month"]
        ]
        low, high = percentile_interval(np.mean(drawn, axis=0)) if drawn else (np.nan, np.nan)
        significant = usable[usable["p_fdr_bh"] < ALPHA].set_index("month")["superiority"]
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
                "significant_in": len(significant),
                "holds": say_where(signs, len(usable)),
                "reason": "" if drawn else rows["reason"].iloc[0],
            }
        )
    return hand_on(panel, pd.DataFrame(pooled))
