"""Do creators of one genre reach more than those of another, and is it still so within a country?

First who is known by genre at all: those of a TikTok list who stand on a list with categories under the same
handle are few, and large.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from tiktok.lists.columns import (
    LEAST_COUNT,
    SUCCESS_QUANTILE,
    WHOLES,
    ExploreError,
    require_columns,
    takes_names,
)
from tiktok.lists.provenance import hand_on
from tiktok.resampling import adjust_holm, blocks, draw_counts, percentile_interval, superiority
from tiktok.tables import Results
from tiktok.wording import ROUNDING

FEATURES = ("subscribers", "views", "engagement")  # by which matched and other creators are compared
FOUND = 0.9  # of draws in which an effect has to be found
FEWEST = 5  # creators of a category, below which nothing is said of it
ALPHA = 0.05
ALL_LISTS = "all lists"
HINT = "hand over what prepare.match_categories() gave"
TOO_FEW = "too few"
NOT_SHOWN = "not shown"
BETWEEN_ONLY = "not within a country"
NOT_ASKED = "can't be asked within a country"
SURVIVES = ("more", "less")
COLUMNS = (
    "n", "n_others", "median", "median_others", "superiority", "low", "high", "p", "p_holm", "n_within",
    "within", "within_low", "within_high", "within_p", "within_p_holm",
)  # fmt: skip


def describe_coverage(
    matched: Mapping[str, pd.DataFrame] | pd.DataFrame, *, resamples: int = 2000, seed: int = 0
) -> pd.DataFrame:
    """Say how many creators of a list are known by category, and how they differ from the others.

    Parameters
    ----------
    matched : mapping of month to DataFrame, or one DataFrame
        What `prepare.match_categories` gave.
    resamples : draws of creators for the intervals
    seed : of the draws

    Returns
    -------
    DataFrame of shape (months, 37)
        `month`; `platform` and `list_month` of the list with categories; `n` creators, `n_matched` of them on
        that list, their `share` with `share_low`, `share_high`; `n_category`, those with a category;
        `absent`: categories that the list lacks, though lists like it have them. For each of `subscribers`,
        `views` and `engagement`: `…_matched`, `…_unmatched` (medians), `…_superiority` (the probability that
        one who is matched has more than one who isn't; 0.5: no difference), `…_superiority_low` and `_high`,
        `…_p`, `…_p_holm` (over the three of a month). `top_matched` and `top_unmatched`: the shares in the
        list's top quarter by engagement, each with `_low`, `_high`. Missing where nobody is matched, or
        everybody. Intervals are of 95 %.

    Raises
    ------
    ExploreError
        If a column isn't there.

    Notes
    -----
    p by `scipy.stats.mannwhitneyu`; intervals are percentiles over draws of creators, those of shares
    Wilson's.

    >>> creators = pd.DataFrame({"subscribers": range(9), "views": 1, "engagement": range(9)})
    >>> creators = creators.assign(category="", audience_country="", matched=creators["views"].index > 6)
    >>> coverage = describe_coverage({"2022-07": creators})
    >>> coverage[["n", "n_matched", "n_category"]].values.tolist(), coverage["top_matched"].tolist()
    ([[9, 2, 0]], [1.0])
    """
    panel = _by_month(matched, FEATURES)
    rows = [{"month": month, **_cover(df, resamples, seed)} for month, df in panel.items()]
    return hand_on(panel, pd.DataFrame(rows))


def _by_month(
    matched: Mapping[str, pd.DataFrame] | pd.DataFrame, needed: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The frames by month, in order of time, each with the columns that are needed."""
    if isinstance(matched, pd.DataFrame):
        months = matched["month"].dropna().unique() if "month" in matched else []
        matched = {months[0] if len(months) == 1 else "unknown": matched}
    if not isinstance(matched, Mapping) or not matched:
        raise ExploreError(f"There is no list to ask: {HINT}, by month or one alone.")
    for month, df in matched.items():
        _require_matched(df, needed, f"The frame of {month}")
    return dict(sorted(matched.items()))


def _require_matched(df: pd.DataFrame, needed: Sequence[str], whose: str = "The frame") -> None:
    if not isinstance(df, pd.DataFrame):
        raise ExploreError(f"{whose} is a {type(df).__name__}, and has to be a DataFrame: {HINT}.")
    matching = ("category", "audience_country", "matched")
    require_columns(df, [*needed, *matching], ExploreError, whose=whose, hint=HINT)


def _cover(df: pd.DataFrame, resamples: int, seed: int) -> dict[str, object]:
    """One month's row of coverage, but for its name."""
    origin = df.attrs.get("categories", {})
    inside, n = df["matched"].to_numpy(dtype=bool), len(df)
    low, high = proportion_confint(inside.sum(), max(n, 1), method="wilson")
    row = {
        "platform": origin.get("platform", ""),
        "list_month": origin.get("month", "unknown"),
        "n": n,
        "n_matched": int(inside.sum()),
        "share": inside.mean() if n else np.nan,
        "share_low": low,
        "share_high": high,
        "n_category": int((df["category"] != "").sum()),
        "absent": ", ".join(origin.get("absent", ())),
    }
    times = _draws(n, resamples, seed)
    tests = {feature: _superior(df[feature].to_numpy(float), inside, times) for feature in FEATURES}
    adjusted = _adjust(np.array([test["p"] for test in tests.values()]))
    for (feature, test), p_holm in zip(tests.items(), adjusted, strict=True):
        row[f"{feature}_matched"] = df.loc[inside, feature].median()
        row[f"{feature}_unmatched"] = df.loc[~inside, feature].median()
        ends = {"superiority": "superiority", "low": "superiority_low", "high": "superiority_high", "p": "p"}
        row |= {f"{feature}_{end}": test[name] for name, end in ends.items()}
        row[f"{feature}_p_holm"] = p_holm
    top = (df["engagement"] >= df["engagement"].quantile(SUCCESS_QUANTILE)).to_numpy()
    for name, side in (("top_matched", inside), ("top_unmatched", ~inside)):
        row |= _share_of(top[side], name)
    return row


def _draws(n: int, resamples: int, seed: int) -> np.ndarray:
    """The creators as they are, then drawn: how often each counts."""
    drawn = draw_counts(n, resamples, seed) if n else np.empty((resamples, 0), dtype=np.int16)
    return np.vstack([np.ones(n, dtype=drawn.dtype), drawn])


def _share_of(flags: np.ndarray, name: str) -> dict[str, float]:
    """A share with its interval; missing where there is nobody."""
    if not len(flags):
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"), np.nan)
    low, high = proportion_confint(flags.sum(), len(flags), method="wilson")
    return {name: flags.mean(), f"{name}_low": low, f"{name}_high": high}


def _superior(values: np.ndarray, inside: np.ndarray, times: np.ndarray) -> dict[str, float]:
    """Probability of superiority with its interval, and Mann and Whitney's p."""
    if not inside.any() or inside.all():
        return dict.fromkeys(("superiority", "low", "high", "p"), np.nan)
    found, *drawn = superiority(values, inside, times)
    low, high = percentile_interval(np.array(drawn))
    p = stats.mannwhitneyu(values[inside], values[~inside]).pvalue
    return {"superiority": found, "low": low, "high": high, "p": p}


def _adjust(p: np.ndarray) -> np.ndarray:
    """Adjust the p-values that there are."""
    adjusted, there = np.full(len(p), np.nan), ~np.isnan(p)
    adjusted[there] = adjust_holm(p[there])
    return adjusted


def compare_genres(
    matched: pd.DataFrame,
    outcome: str = "engagement",
    *,
    resamples: int = 2000,
    permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare the creators of each category with those of the others, also within countries.

    Genres are unevenly spread over countries, and countries differ in size: a genre is said to have more only
    if its creators have more than others of the same country, too.

    Parameters
    ----------
    matched : DataFrame
        What `prepare.match_categories` gave for one list. Creators without a category are left out: theirs
        may be any.
    outcome : name of a numeric column, such as "engagement" or "interactions" (per video)
    resamples : draws of creators for the intervals
    permutations : of creators within their country, for the p-value within countries
    seed : of the draws and permutations

    Returns
    -------
    DataFrame of shape (categories, 17), the largest category first
        `category`; `n` creators of it, `n_others` of others; `median`, `median_others`; `superiority`: the
        probability that one of the category has more than one of another, ties counted half (0.5: no
        difference), with `low`, `high` (95 %); `p`, `p_holm`. Then the same among creators of one country:
        `n_within` creators of the category in countries where others are too, `within`, `within_low`,
        `within_high`, `within_p`, `within_p_holm`. p is adjusted over the categories that are asked about.
        `verdict`: "more" or "less" where both adjusted p are below 5 % and both point that way, else "not
        within a country" where only the first is, "can't be asked within a country" where there are fewer
        than 5 to ask about, "not shown", or "too few" where it or the others are fewer than 5, and no number
        is given.

    Raises
    ------
    ExploreError
        If a column isn't there or holds no numbers.

    Notes
    -----
    p by `scipy.stats.mannwhitneyu`. Within countries van Elteren's statistic (1960, Bulletin de l'Institut
    International de Statistique 37:351–361), ranks within a country weighted by 1 / (its creators + 1), its
    p by permuting creators within their country; `within` is the superiority so weighted. Intervals are
    percentiles over draws of creators; of groups of five to ten they are too narrow rather than too wide, so
    the verdict doesn't hang on them.

    >>> creators = pd.DataFrame({"engagement": range(20), "category": ["a"] * 10 + ["b"] * 10})
    >>> creators = creators.assign(audience_country=["x", "y"] * 10, matched=True)
    >>> compare_genres(creators)[["category", "n", "superiority", "within", "verdict"]].values.tolist()
    [['a', 10, 0.0, 0.0, 'less'], ['b', 10, 1.0, 1.0, 'more']]
    """
    known = _with_category(matched, outcome)
    sizes = (
        known["category"].value_counts().sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    )
    values, country = known[outcome].to_numpy(float), known["audience_country"].to_numpy(dtype=object)
    members = {name: (known["category"] == name).to_numpy() for name in sizes.index}
    asked = [name for name, n in sizes.items() if min(n, len(known) - n) >= FEWEST]
    times = _draws(len(known), resamples, seed)
    rows = {
        name: {"n": n, "n_others": len(known) - n, "median": np.nan, "median_others": np.nan}
        for name, n in sizes.items()
    }
    for name in asked:
        inside = members[name]
        rows[name] |= {"median": np.median(values[inside]), "median_others": np.median(values[~inside])}
        rows[name] |= _superior(values, inside, times)
        rows[name] |= _superior_within(values, inside, country, times)
    within = [name for name in asked if rows[name]["n_within"] >= FEWEST]
    groups = np.array([members[name] for name in within], dtype=float).reshape(len(within), len(known))
    for name, p in zip(within, _permute_within(values, groups, country, permutations, seed), strict=True):
        rows[name]["within_p"] = p
    return hand_on(matched, Results(_judge(rows)))


def _with_category(matched: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """The creators of whom category and outcome are known."""
    _require_matched(matched, [outcome])
    if not pd.api.types.is_numeric_dtype(matched[outcome].dtype):
        raise ExploreError(f"Column {outcome} holds no numbers to compare; it is {matched[outcome].dtype}.")
    return matched[(matched["category"] != "") & matched[outcome].notna()].reset_index(drop=True)


def _superior_within(
    values: np.ndarray, inside: np.ndarray, country: np.ndarray, times: np.ndarray
) -> dict[str, float]:
    """Superiority within countries, with its interval, where it can be asked."""
    won, compared, n_within = np.zeros(len(times)), np.zeros(len(times)), 0
    for name in pd.unique(country):
        there = (country == name) & (name != "")
        if not inside[there].any() or inside[there].all():
            continue
        n_within += int(inside[there].sum())
        drawn, group = times[:, there].astype(float), inside[there]
        n_in, n = drawn[:, group].sum(axis=1), drawn.sum(axis=1)
        weight = n_in * (n - n_in) / (n + 1)
        won += np.nan_to_num(superiority(values[there], group, times[:, there])) * weight
        compared += weight
    if n_within < FEWEST:
        return {"n_within": n_within}
    found, *drawn = np.divide(won, compared, out=np.full(len(won), np.nan), where=compared > 0)
    low, high = percentile_interval(np.array(drawn))
    return {"n_within": n_within, "within": found, "within_low": low, "within_high": high}


def _permute_within(
    values: np.ndarray, groups: np.ndarray, country: np.ndarray, permutations: int, seed: int
) -> np.ndarray:
    """Van Elteren's p of each group (groups, creators), by permuting creators within their countries."""
    if not len(groups):
        return np.empty(0)
    codes = pd.factorize(country)[0]
    # a rank above the middle of the country's counts for a group, one below against it
    ranks = pd.Series(values).groupby(codes).rank().to_numpy()
    scores = np.where(country != "", ranks / (np.bincount(codes)[codes] + 1) - 0.5, 0.0)
    found = np.abs(groups @ scores)
    # sorted by country and at random within it, creators take the places of others of their country
    places = np.argsort(codes, kind="stable")
    scores, codes, groups = scores[places], codes[places], groups[:, places]
    rng, as_far = np.random.default_rng(seed), np.ones(len(groups))
    for some in blocks(np.empty((permutations, len(codes)))):
        shuffled = scores[np.argsort(codes + rng.random(some.shape), axis=1)]
        as_far += (np.abs(shuffled @ groups.T) >= found - ROUNDING).sum(axis=0)
    return as_far / (permutations + 1)


def _judge(rows: Mapping[str, Mapping[str, object]]) -> pd.DataFrame:
    """A row a category, with adjusted p-values and what they add up to."""
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=list(COLUMNS))
    table = table.astype({"n": int, "n_others": int} | dict.fromkeys(COLUMNS[2:], float))
    table["p_holm"] = _adjust(table["p"].to_numpy())
    table["within_p_holm"] = _adjust(table["within_p"].to_numpy())
    plain, within = table["p_holm"] < ALPHA, table["within_p_holm"] < ALPHA
    more, within_more = table["superiority"] > 0.5, table["within"] > 0.5
    verdict = np.select(
        [
            table["p"].isna(),
            plain & within & more & within_more,
            plain & within & ~more & ~within_more,
            plain & table["within_p"].isna(),
            plain,
        ],
        [TOO_FEW, *SURVIVES, NOT_ASKED, BETWEEN_ONLY],
        NOT_SHOWN,
    )
    table = table.assign(verdict=verdict, n_within=table["n_within"].astype("Int64"))
    return table.rename_axis("category").reset_index()


@takes_names("outcomes")
def pool_lists(
    matched: Mapping[str, pd.DataFrame] | pd.DataFrame, outcomes: Sequence[str] = tuple(WHOLES)
) -> pd.DataFrame:
    """Put the creators with a category of several lists together, each once, for `compare_genres`.

    Parameters
    ----------
    matched : mapping of month to DataFrame, or one DataFrame
        What `prepare.match_categories` gave.
    outcomes : names of numeric columns; default both definitions of engagement

    Returns
    -------
    DataFrame, a row a creator
        `handle`; `n_lists` on which they have a category; `category` and `audience_country`, those that most
        of these give, the earlier one of two; `matched`; and each outcome as a multiple of the list's median
        (the geometric mean over the creator's lists).

    Raises
    ------
    ExploreError
        If a column isn't there.

    >>> july = pd.DataFrame({"handle": ["ada", "bob"], "engagement": [2e6, 4e6], "matched": [True, False]})
    >>> july = july.assign(category=["Music", ""], audience_country="")
    >>> pool_lists({"2022-07": july, "2022-09": july}, "engagement")[["n_lists", "engagement"]].round(2)
       n_lists  engagement
    0        2        0.67
    """
    panel = _by_month(matched, ["handle", *outcomes])
    counts = {m: df[list(outcomes)].clip(lower=LEAST_COUNT) for m, df in panel.items()}
    multiples = {m: df.assign(**np.log(counts[m] / counts[m].median())) for m, df in panel.items()}
    known = pd.concat([df[df["category"] != ""] for df in multiples.values()], ignore_index=True)
    by_creator = known.groupby("handle", sort=False)
    pooled = by_creator.size().rename("n_lists").to_frame()
    for name in ("category", "audience_country"):
        pooled[name] = _most_named(known, name).reindex(pooled.index).fillna("").astype("str")
    pooled = pooled.assign(matched=True).join(np.exp(by_creator[list(outcomes)].mean()))
    return hand_on(panel, pooled.reset_index())


def _most_named(known: pd.DataFrame, name: str) -> pd.Series:
    """What most of a creator's lists say, the earlier of two; by handle."""
    named = known[known[name] != ""]
    times = named.groupby(["handle", name], sort=False).size().rename("times").reset_index()
    return (
        times.sort_values("times", ascending=False, kind="stable")
        .drop_duplicates("handle")
        .set_index("handle")[name]
    )


@takes_names("outcomes")
def summarise_genres(
    matched: Mapping[str, pd.DataFrame] | pd.DataFrame,
    outcomes: Sequence[str] = tuple(WHOLES),
    *,
    resamples: int = 2000,
    permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how much is known of genres, and which genre stands out: in all lists together, and in each.

    Parameters
    ----------
    matched : mapping of month to DataFrame, or one DataFrame
        What `prepare.match_categories` gave.
    outcomes : names of numeric columns; default both definitions of engagement
    resamples, permutations, seed : as in `compare_genres`

    Returns
    -------
    DataFrame of shape (outcomes x (1 + months), 9); of one list, without the row of all
        `outcome`; `month`, or "all lists", where each creator counts once (see `pool_lists`); `n` creators,
        `n_matched` on a list with categories, `n_category` with a category; `asked`: how many categories have
        the creators to be compared, `too_few`: how many haven't; `stand_out`: tuple of the categories that
        differ from the others, `within_country`: tuple of those that do so within a country, too.

    Raises
    ------
    ExploreError
        As `compare_genres`.

    Notes
    -----
    A claim should hold for all lists together. Of a dozen months and definitions one or the other finds
    something by chance more often than one question does.

    >>> creators = pd.DataFrame({"engagement": range(20), "category": ["a"] * 10 + ["b"] * 10})
    >>> creators = creators.assign(audience_country=["x"] * 10 + ["y"] * 10, matched=True, month="2022-07")
    >>> summarise_genres(creators, "engagement")[["asked", "stand_out", "within_country"]].values.tolist()
    [[2, ('a', 'b'), ()]]
    """
    panel = _by_month(matched, outcomes)
    frames, sizes = dict(panel), {month: (len(df), int(df["matched"].sum())) for month, df in panel.items()}
    if len(panel) > 1:
        frames = {ALL_LISTS: pool_lists(panel, outcomes), **panel}
        everybody = (
            pd.concat([df[["handle", "matched"]] for df in panel.values()]).groupby("handle")["matched"].any()
        )
        sizes[ALL_LISTS] = (len(everybody), int(everybody.sum()))
    rows = []
    for outcome in outcomes:
        for month, df in frames.items():
            found = compare_genres(df, outcome, resamples=resamples, permutations=permutations, seed=seed)
            of_list = dict(zip(("n", "n_matched"), sizes[month], strict=True))
            rows.append({"outcome": outcome, "month": month, **of_list, **_sum_up(df, found)})
    return hand_on(panel, Results(rows))


def _sum_up(df: pd.DataFrame, found: pd.DataFrame) -> dict[str, object]:
    asked = found["verdict"] != TOO_FEW
    survives = found["verdict"].isin(SURVIVES)
    return {
        "n_category": int((df["category"] != "").sum()),
        "asked": int(asked.sum()),
        "too_few": int((~asked).sum()),
        "stand_out": tuple(
            found.loc[survives | found["verdict"].isin([BETWEEN_ONLY, NOT_ASKED]), "category"]
        ),
        "within_country": tuple(found.loc[survives, "category"]),
    }
