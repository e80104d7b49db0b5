"""Each creator's place in the list against the rule of its order: what agrees, what rounding leaves open."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from columns import list_score
from counts import rounding_half_width
from figures import GREY, PALETTE, axes_or_new, finish, new_figure
from provenance import hand_on
from ranking import FEATURES, RULE, complete_creators, is_ranked, month_of, ranked_creators, score_list_rules

RULE_COUNTS = ("views", "likes", "comments", "shares")


def place_creators(df: pd.DataFrame) -> pd.DataFrame:
    """Put creators in the order of the rule, with the places that the rounding of the counts leaves open.

    Parameters
    ----------
    df : DataFrame of shape (creators, …), cleaned; `rank` may be missing

    Returns
    -------
    DataFrame of shape (creators, 6), in the order of `df` and on its index
        Creators with a missing count are left out. `handle`; `rank` as published (missing where there is
        none); `published`: 1, 2, … in the published order, without gaps; `place` by the rule, 1 = first;
        `place_best`, `place_worst`: places that the rule can have given before the counts were rounded.

    Raises
    ------
    RankingError
        If a column isn't there.

    >>> df = pd.DataFrame({"handle": ["a", "b"], "views": [2e6, 3e6], "likes": [4e5, 5e5]})
    >>> placed = place_creators(df.assign(comments=[8.0, 9.0], shares=0.0))
    >>> placed[["handle", "place", "place_best", "place_worst"]].values.tolist()
    [['a', 2.0, 2, 2], ['b', 1.0, 1, 1]]
    """
    df = complete_creators(df, RULE_COUNTS)
    above = _surely_above(df)
    rank = pd.Series(df.get("rank", np.nan), index=df.index, dtype=float)
    placed = pd.DataFrame(
        {
            "handle": df["handle"],
            "rank": rank,
            "published": rank.rank(),
            "place": list_score(df).rank(ascending=False),
            "place_best": 1 + above.sum(axis=0),
            "place_worst": len(df) - above.sum(axis=1),
        }
    )
    return hand_on(df, placed)


def check_list_order(df: pd.DataFrame) -> pd.DataFrame:
    """Hold the rule against the published order of the whole list, pair by pair, allowing for rounding.

    The rule has no fitted number, so that every creator can be used.

    Parameters
    ----------
    df : DataFrame of shape (creators, …), cleaned, with `rank`

    Returns
    -------
    DataFrame of shape (1, 14)
        `month`, `n` creators; `spearman` (rule against published order), `spearman_subscribers` and
        `spearman_engagement` (the same of these orders); `pairs` of creators, of which
        `pairs_agree` stand in the rule's order and `pairs_contradict` against it whatever the rounding hid,
        while `pairs_open` can be either; `places_off_median`, `places_off_max` (published against rule);
        `within_rounding`: share of creators whose published place is one that the rounding leaves open;
        `entry_score`: the lowest product in the list; `entry_reactions`: comments + shares a video that reach
        it with the list's median views and likes; `views_per_reaction`, `likes_per_reaction`: how many more
        views (likes) a video lift the product as far as one more comment or share does, at the median.

    Raises
    ------
    RankingError
        As `fit_list_rule`.

    >>> counts = np.random.default_rng(0).lognormal(8, 1, size=(60, 5)).round()
    >>> df = pd.DataFrame(counts, columns=["subscribers", *RULE_COUNTS]).assign(handle="x")
    >>> check_list_order(df.assign(rank=list_score(df).rank(ascending=False)))["pairs_contradict"].tolist()
    [0]
    """
    ranked = ranked_creators(df)
    above = _surely_above(ranked)
    placed = place_creators(ranked)
    off = (placed["place"] - placed["published"]).abs()
    n = len(ranked)
    pairs, agree, contradict = n * (n - 1) // 2, np.triu(above, 1).sum(), np.tril(above, -1).sum()
    reactions = ranked["comments"] + ranked["shares"]
    entry = list_score(ranked).min()
    row = {
        "month": month_of(df),
        "n": n,
        "spearman_subscribers": -stats.spearmanr(ranked["subscribers"], ranked["rank"]).statistic,
        "spearman_engagement": -stats.spearmanr(
            ranked[list(RULE_COUNTS)].sum(axis=1), ranked["rank"]
        ).statistic,
        "spearman": stats.spearmanr(placed["place"], placed["published"]).statistic,
        "pairs": pairs,
        "pairs_agree": int(agree),
        "pairs_contradict": int(contradict),
        "pairs_open": int(pairs - agree - contradict),
        "places_off_median": off.median(),
        "places_off_max": off.max(),
        "within_rounding": placed["published"].between(placed["place_best"], placed["place_worst"]).mean(),
        "entry_score": entry,
        "entry_reactions": entry / (ranked["views"].median() * ranked["likes"].median()),
        "views_per_reaction": (ranked["views"] / reactions)[reactions > 0].median(),
        "likes_per_reaction": (ranked["likes"] / reactions)[reactions > 0].median(),
    }
    return hand_on(df, pd.DataFrame([row]))


def explain_order(df: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, Figure] | tuple[None, None, None]:
    """Explain the published order of a list, where it has one.

    Parameters
    ----------
    df : DataFrame of shape (creators, …), cleaned

    Returns
    -------
    (DataFrame, DataFrame, Figure) or (None, None, None)
        What `check_list_order`, `ranking.score_list_rules` and `plot_list_rule` return; None for a list
        without a rank.
    """
    if not is_ranked(df):
        return None, None, None
    return check_list_order(df), score_list_rules(df), plot_list_rule(df)


def plot_list_rule(df: pd.DataFrame) -> Figure:
    """Draw each creator's published place against the place by subscribers, by engagement and by the rule.

    Parameters
    ----------
    df : DataFrame of shape (creators, …), cleaned, with `rank`

    Returns
    -------
    Figure
        Three panels, each titled with its rank correlation; the diagonal is a perfect order.

    Raises
    ------
    RankingError
        As `fit_list_rule`.
    """
    ranked = ranked_creators(df)
    published = ranked["rank"].rank()
    fig = new_figure(10, 3.7)
    axes = fig.subplots(1, 3, sharex=True, sharey=True)
    found = []
    scores = {
        "subscribers": ranked["subscribers"],
        "engagement": ranked["engagement"],
        RULE: list_score(ranked),
    }
    for ax, (rule, score), colour in zip(axes, scores.items(), PALETTE, strict=False):
        place = score.rank(ascending=False)
        correlation = stats.spearmanr(place, published).statistic
        ax.axline((1, 1), slope=1, color=GREY, linewidth=1, zorder=0)
        ax.scatter(published, place, s=6, alpha=0.4, linewidth=0, color=colour)
        ax.set_title(f"By {rule}\nrank correlation {_correlation_text(correlation)}", fontsize=9)
        ax.set(xlabel="published place", xlim=(0, len(ranked) + 1), ylim=(len(ranked) + 1, 0))
        found.append(f"{rule} {_correlation_text(correlation)}")
    axes[0].set_ylabel("place by what the title names")
    alt = f"Published place against the place by three rules. Rank correlations: {', '.join(found)}."
    return finish(fig, alt, df)


def plot_list_weights(weights: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw the weights of the rule relative to views, with their intervals, by month.

    Parameters
    ----------
    weights : one or more results of `fit_list_rule`, concatenated
    ax : axes to draw on; new ones if None

    Returns
    -------
    Figure
    """
    ax = axes_or_new(ax, 8, 3.6)
    months = list(dict.fromkeys(weights["month"]))
    for number, month in enumerate(months):
        one = weights[(weights["month"] == month) & (weights["feature"] != "views")]
        y = np.arange(len(one)) + 0.16 * (number - (len(months) - 1) / 2)
        ax.hlines(y, one["low"], one["high"], color=PALETTE[number % len(PALETTE)], linewidth=2)
        ax.plot(one["weight"], y, "o", markersize=4, color=PALETTE[number % len(PALETTE)], label=month)
    for line in (0, 1):
        ax.axvline(line, color=GREY, linewidth=0.8, linestyle=":", zorder=0)
    ax.set_yticks(range(len(FEATURES) - 1), FEATURES[1:])
    ax.invert_yaxis()
    ax.set(xlabel="weight, if that of views is 1 (bars: 95 % intervals)")
    ax.set_title("Weight of each count in the published order")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    alt = "Weights in the published order relative to views: " + "; ".join(
        f"{row.month} {row.feature} {row.weight:.3f} ({row.low:.3f} to {row.high:.3f})"
        for row in weights.itertuples()
        if row.feature != "views"
    )
    return finish(ax.figure, f"{alt}.", weights)


def _surely_above(df: pd.DataFrame) -> np.ndarray:
    """Square array: is the row's creator above the column's by the rule, whatever the rounding hid?"""
    counts = df[list(RULE_COUNTS)]
    hidden = counts.apply(rounding_half_width)
    lowest = list_score((counts - hidden).clip(lower=0)).to_numpy()
    highest = list_score(counts + hidden).to_numpy()
    return lowest[:, None] > highest[None, :]


def _correlation_text(value: float) -> str:
    """Two decimals, or as many as tell the value from 1 (but four at most)."""
    return f"{value:.4f}" if 0.995 <= value < 0.99995 else f"{value:.2f}"
