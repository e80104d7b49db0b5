"""By what a list is ordered: rules scored on the published order, and the order checked pair by pair."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import linalg, stats

from tiktok.explore.correlations import ExploreError, correlations_of_draws
from tiktok.figures import GREY, NARROW, PALETTE, enlarge_texts, finish, new_figure
from tiktok.lists.columns import ENGAGEMENT_PARTS, LEAST_COUNT, METRICS, list_score, require_columns
from tiktok.lists.provenance import hand_on
from tiktok.prepare.counts import rounding_half_width
from tiktok.resampling import draw_counts, percentile_interval

MINIMUM_CREATORS = 50
RULE = "views × likes × (comments + shares)"
PRODUCT_OF_FOUR = "views × likes × comments × shares"
PLAIN_RULES = ("subscribers", "views", "likes", "interactions", "engagement", PRODUCT_OF_FOUR, RULE)
WEIGHTED_LOGS = "weighted logs"
WEIGHTED_RULE = "weighted rule"
WEIGHTED_RULE_SUBSCRIBERS = "weighted rule with subscribers"
FITTED_RULES = (WEIGHTED_LOGS, WEIGHTED_RULE, WEIGHTED_RULE_SUBSCRIBERS)
LARGEST_CONDITION = 1e10
LARGEST_LOG_SHARE = 4.0  # a share counts between 1/55 and 55 comments


def _is_ranked(df: pd.DataFrame) -> bool:
    """Tell whether a list comes with a published rank."""
    return "rank" in df and bool(df["rank"].notna().any())


def score_list_rules(df: pd.DataFrame, *, resamples: int = 300, seed: int = 2022) -> pd.DataFrame:
    """Score rules for the published order on creators that none of them was fitted on.

    Creators are dealt into two halves by a hash of their handle, so that each is on the same side in every
    month. Whatever has weights learns them on the first half; all rules are scored on the second.

    Parameters
    ----------
    df : DataFrame of shape (creators, …), cleaned, with `rank` and `handle`
    resamples : number of bootstrap resamples of the second half's creators
    seed : of the halves and the resamples

    Returns
    -------
    DataFrame of shape (10, 8), worst rule first
        `month`, `rule`, `fitted` (bool: has weights from the first half), `n` creators scored, `spearman`
        (rank correlation of score and published order, 1 = same order), `low`, `high` (95 % percentile
        interval over resamples of creators), `pairs_right` (share of pairs of creators that the rule puts in
        the published order, from Kendall's tau: a half is chance).

    Raises
    ------
    ExploreError
        Without a rank, with fewer than 50 creators, with a column that is missing, constant or a copy.

    Notes
    -----
    The family of weighted rules is views × likesᵇ × (comments + t·shares)ᶜ × subscribersᵈ. Its weights are
    those whose score changes least from one place of the list to the next, relative to its spread: no
    assumption on how the score falls with the rank. That is sliced inverse regression (Li 1991, JASA
    86:316–327) with neighbours as slices (Hsing & Carroll 1992, Annals of Statistics 20:1040–1061); t by
    Gauss–Newton steps. Scores by `scipy.stats.spearmanr` and `kendalltau`.

    >>> counts = np.random.default_rng(0).lognormal(8, 1, size=(400, 5))
    >>> df = pd.DataFrame(counts, columns=METRICS).assign(handle=[f"creator{i}" for i in range(400)])
    >>> df = df.assign(interactions=df["likes"] + df["comments"] + df["shares"])
    >>> df = df.assign(engagement=df["views"] + df["interactions"], rank=list_score(df).rank(ascending=False))
    >>> scores = score_list_rules(df)
    >>> scores.loc[scores["rule"].isin(["subscribers", RULE]), "spearman"].round(1).tolist()
    [-0.1, 1.0]
    """
    first, second = _halves(_ranked_creators(df), seed)
    scores = {rule: _plain_score(second, rule) for rule in PLAIN_RULES}
    scores |= {rule: _fitted_score(first, second, rule) for rule in FITTED_RULES}
    order = -second["rank"].to_numpy()
    scored = pd.DataFrame(
        {
            "month": _month_of(df),
            "rule": rule,
            "fitted": rule in FITTED_RULES,
            **_agreement(score.to_numpy(), order, resamples, seed),
        }
        for rule, score in scores.items()
    )
    return hand_on(df, scored.sort_values("spearman", kind="stable", ignore_index=True))


def _ranked_creators(df: pd.DataFrame) -> pd.DataFrame:
    """Give the creators with a rank and every count, in the order of the list."""
    month = _month_of(df)
    if not _is_ranked(df):
        raise ExploreError(
            f"The list of {month} has no published rank, so there is no order to explain; take one that has."
        )
    require_columns(df, METRICS, ExploreError, whose=f"The list of {month}")
    ranked = df.dropna(subset=[*METRICS, "rank"]).astype({"rank": float}).sort_values("rank", kind="stable")
    if len(ranked) < MINIMUM_CREATORS:
        raise ExploreError(
            f"The list of {month} has {len(ranked)} ranked creators with every count; "
            f"recovering the rule of its order takes {MINIMUM_CREATORS}."
        )
    constant = [column for column in METRICS if (ranked[column] == ranked[column].iloc[0]).all()]
    if constant:
        raise ExploreError(
            f"Column {constant[0]!r} is {ranked[constant[0]].iloc[0]:g} for every creator of {month}, "
            "so its weight in the order can't be told; use a list in which it varies."
        )
    return ranked


def _month_of(df: pd.DataFrame) -> str:
    """Name the month that a list is of, for messages and tables."""
    known = df["month"].dropna() if "month" in df else []
    return str(known.iloc[0]) if len(known) else "an unknown month"


def _halves(ranked: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    hashed = pd.util.hash_pandas_object(ranked["handle"].astype(object), index=False, hash_key=f"{seed:016d}")
    in_first = (hashed % 2 == 0).to_numpy()
    return ranked[in_first], ranked[~in_first]


def _plain_score(df: pd.DataFrame, rule: str) -> pd.Series:
    if rule == RULE:
        return list_score(df)
    return df[list(ENGAGEMENT_PARTS)].prod(axis=1) if rule == PRODUCT_OF_FOUR else df[rule]


def _fitted_score(first: pd.DataFrame, second: pd.DataFrame, rule: str) -> pd.Series:
    """Score the second half by a rule whose weights come from the first, higher nearer the top."""
    if rule == WEIGHTED_LOGS:
        learned, applied = (_log(half[list(ENGAGEMENT_PARTS)]).to_numpy() for half in (first, second))
    else:
        share = _fit_share(first)
        columns = slice(0, 4 if rule == WEIGHTED_RULE_SUBSCRIBERS else 3)
        learned, applied = (_rule_terms(half, share)[:, columns] for half in (first, second))
    weights = _smoothest(learned)
    falls = stats.spearmanr(learned @ weights, first["rank"]).statistic < 0
    return pd.Series(applied @ weights * (1 if falls else -1), index=second.index)


def _log(counts: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    return np.log(counts.clip(lower=LEAST_COUNT))


def _rule_terms(df: pd.DataFrame, share: float) -> np.ndarray:
    """Logs of views, likes, comments + share·shares, subscribers; and the third's slope in log share."""
    reactions = df["comments"] + share * df["shares"]
    part = (share * df["shares"] / reactions).where(reactions > 0, 0.5)
    return np.column_stack([_log(df[["views", "likes"]]), _log(reactions), _log(df["subscribers"]), part])


def _smoothest(terms: np.ndarray) -> np.ndarray:
    """Weights of the sum that changes least from row to row, relative to its spread over the rows."""
    spread = np.cov(terms.T)
    if np.linalg.cond(spread) > LARGEST_CONDITION:
        raise ExploreError(
            "Two of the counts move together exactly, so their weights in the order can't be told apart; "
            "look for a column that was copied from another."
        )
    steps = np.diff(terms, axis=0)
    return linalg.eigh(steps.T @ steps, spread, subset_by_index=[0, 0])[1][:, 0]


def _fit_share(ranked: pd.DataFrame) -> float:
    """How many comments one share counts for: Gauss–Newton steps on its log, starting at one."""
    log_share = 0.0
    for _ in range(30):
        weights = _smoothest(_rule_terms(ranked, np.exp(log_share)))
        step = np.clip(weights[4] / weights[2], -0.5, 0.5)
        log_share = np.clip(log_share + step, -LARGEST_LOG_SHARE, LARGEST_LOG_SHARE)
        if abs(step) < 1e-6:
            break
    return float(np.exp(log_share))


def _agreement(score: np.ndarray, order: np.ndarray, resamples: int, seed: int) -> dict[str, float]:
    times = draw_counts(len(score), resamples, seed)
    drawn = correlations_of_draws(np.stack([score, order]), times, "spearman")
    low, high = percentile_interval(drawn[:, 0, 1])
    return {
        "n": len(score),
        "spearman": stats.spearmanr(score, order).statistic,
        "low": low,
        "high": high,
        "pairs_right": (1 + stats.kendalltau(score, order).statistic) / 2,
    }


def explain_order(df: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, Figure] | tuple[None, None, None]:
    """Explain the published order of a list, where it has one.

    Parameters
    ----------
    df : DataFrame of shape (creators, …), cleaned

    Returns
    -------
    (DataFrame, DataFrame, Figure) or (None, None, None)
        What `check_list_order`, `score_list_rules` and `plot_list_rule` return; None for a list without a
        rank.
    """
    if not _is_ranked(df):
        return None, None, None
    return check_list_order(df), score_list_rules(df), plot_list_rule(df)


def explain_orders(panel: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Hold the rule against the published order of every month that has one.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Frames from `prepare.clean`.

    Returns
    -------
    DataFrame, a row a month
        `month`; `ranked`: whether there is an order that can be asked about; `n`, `pairs_agree`,
        `pairs_contradict`, `spearman`, `spearman_engagement` and `spearman_subscribers` as `check_list_order`
        gives them, missing where there is none.
    """
    columns = ["n", "pairs_agree", "pairs_contradict", "spearman", "spearman_engagement"]
    columns += ["spearman_subscribers"]
    rows = []
    for month in sorted(panel):
        ranked = _is_ranked(panel[month]) and panel[month]["rank"].notna().sum() >= MINIMUM_CREATORS
        found = check_list_order(panel[month])[columns].iloc[0] if ranked else dict.fromkeys(columns, np.nan)
        rows.append({"month": month, "ranked": ranked, **found})
    return hand_on(panel, pd.DataFrame(rows))


def check_list_order(df: pd.DataFrame) -> pd.DataFrame:
    """Hold the rule against the published order of the whole list, pair by pair, allowing for rounding.

    The rule has no fitted number, so that every creator can be used.

    Parameters
    ----------
    df : DataFrame of shape (creators, …), cleaned, with `rank`

    Returns
    -------
    DataFrame of shape (1, 16)
        `month`, `n` creators; `spearman` (rule against published order), `spearman_subscribers` and
        `spearman_engagement` (the same of these orders); `pairs` of creators, of which
        `pairs_agree` stand in the rule's order and `pairs_contradict` against it whatever the rounding hid,
        while `pairs_open` can be either; `places_off_median`, `places_off_max` (published against rule);
        `within_rounding`: share of creators whose published rank is one that the rounding leaves open;
        `entry_score`: the lowest product in the list; `entry_reactions`: comments + shares a video that reach
        it with the list's median views and likes; `views_per_reaction`, `likes_per_reaction`: how many more
        views (likes) a video lift the product as far as one more comment or share does, at the median.

    Raises
    ------
    ExploreError
        Without a rank, with fewer than 50 creators, with a column that is missing or constant.

    >>> counts = np.random.default_rng(0).lognormal(8, 1, size=(60, 5)).round()
    >>> df = pd.DataFrame(counts, columns=["subscribers", *ENGAGEMENT_PARTS])
    >>> check_list_order(df.assign(rank=list_score(df).rank(ascending=False)))["pairs_contradict"].tolist()
    [0]
    """
    ranked = _ranked_creators(df)
    n, score = len(ranked), list_score(ranked)
    above = _surely_above(ranked)
    pairs, agree, contradict = n * (n - 1) // 2, np.triu(above, 1).sum(), np.tril(above, -1).sum()
    published, by_rule = ranked["rank"].rank(), score.rank(ascending=False)  # 1, 2, … without gaps
    best, worst = 1 + above.sum(axis=0), n - above.sum(axis=1)
    off = (by_rule - published).abs()
    engagement = ranked[list(ENGAGEMENT_PARTS)].sum(axis=1)
    reactions = ranked["comments"] + ranked["shares"]
    row = {
        "month": _month_of(df),
        "n": n,
        "spearman_subscribers": -stats.spearmanr(ranked["subscribers"], published).statistic,
        "spearman_engagement": -stats.spearmanr(engagement, published).statistic,
        "spearman": stats.spearmanr(by_rule, published).statistic,
        "pairs": pairs,
        "pairs_agree": int(agree),
        "pairs_contradict": int(contradict),
        "pairs_open": int(pairs - agree - contradict),
        "places_off_median": off.median(),
        "places_off_max": off.max(),
        "within_rounding": published.between(best, worst).mean(),
        "entry_score": score.min(),
        "entry_reactions": score.min() / (ranked["views"].median() * ranked["likes"].median()),
        "views_per_reaction": (ranked["views"] / reactions)[reactions > 0].median(),
        "likes_per_reaction": (ranked["likes"] / reactions)[reactions > 0].median(),
    }
    return hand_on(df, pd.DataFrame([row]))


def plot_list_rule(df: pd.DataFrame) -> Figure:
    """Draw each creator's published rank against the rank by subscribers, by engagement and by the rule.

    Parameters
    ----------
    df : DataFrame of shape (creators, …), cleaned, with `rank`

    Returns
    -------
    Figure
        One panel an order, with its rank correlation in the title; on the grey diagonal, both ranks are the
        same.
    """
    ranked = _ranked_creators(df)
    published = ranked["rank"].rank()
    scores = {
        "subscribers": ranked["subscribers"],
        "engagement": ranked["engagement"],
        RULE: list_score(ranked),
    }
    fig = new_figure(NARROW, 3.2)
    axes = fig.subplots(1, 3, sharex=True, sharey=True)
    found = []
    for ax, (rule, score), colour in zip(axes, scores.items(), PALETTE, strict=False):
        place = score.rank(ascending=False)
        rho = stats.spearmanr(place, published).statistic
        said = f"{rho:.4f}" if 0.995 <= rho < 0.99995 else f"{rho:.2f}"  # four decimals tell it from 1
        ax.axline((1, 1), slope=1, color=GREY, linewidth=1, zorder=0)
        ax.scatter(published, place, s=6, alpha=0.6, linewidth=0, color=colour)
        name = rule.replace(" (", "\n(")  # a panel is as wide as half the rule
        ax.set_title(f"By {name}\ncorrelation {said}", weight="normal", x=-0.06)
        ax.set(xlim=(0, len(ranked) + 1), ylim=(len(ranked) + 1, 0))
        ax.locator_params(nbins=3)
        found.append(f"{rule} {said}")
    axes[1].set_xlabel("published rank")
    axes[0].set_ylabel("rank by the rule above")
    enlarge_texts(fig)
    alt = f"Published rank against the rank by three rules. Rank correlations: {', '.join(found)}."
    return finish(fig, alt, df)


def _surely_above(df: pd.DataFrame) -> np.ndarray:
    """Square array: is the row's creator above the column's by the rule, whatever the rounding hid?"""
    counts = df[list(ENGAGEMENT_PARTS)]
    hidden = counts.apply(rounding_half_width)
    lowest = list_score((counts - hidden).clip(lower=0)).to_numpy()
    highest = list_score(counts + hidden).to_numpy()
    return lowest[:, None] > highest[None, :]
