"""Each creator's place in the list against the rule of its order: what agrees, what rounding leaves open."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from columns import ENGAGEMENT_PARTS, list_score
from counts import rounding_half_width
from figures import GREY, PALETTE, finish, new_figure
from provenance import hand_on
from ranking import RULE, is_ranked, month_of, ranked_creators, score_list_rules


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
    if not is_ranked(df):
        return None, None, None
    return check_list_order(df), score_list_rules(df), plot_list_rule(df)


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
        `within_rounding`: share of creators whose published place is one that the rounding leaves open;
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
    ranked = ranked_creators(df)
    n, score = len(ranked), list_score(ranked)
    above = _surely_above(ranked)
    pairs, agree, contradict = n * (n - 1) // 2, np.triu(above, 1).sum(), np.tril(above, -1).sum()
    published, by_rule = ranked["rank"].rank(), score.rank(ascending=False)  # 1, 2, … without gaps
    best, worst = 1 + above.sum(axis=0), n - above.sum(axis=1)
    off = (by_rule - published).abs()
    engagement = ranked[list(ENGAGEMENT_PARTS)].sum(axis=1)
    reactions = ranked["comments"] + ranked["shares"]
    row = {
        "month": month_of(df),
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
    """Draw each creator's published place against the place by subscribers, by engagement and by the rule."""
    ranked = ranked_creators(df)
    published = ranked["rank"].rank()
    scores = {
        "subscribers": ranked["subscribers"],
        "engagement": ranked["engagement"],
        RULE: list_score(ranked),
    }
    fig = new_figure(10, 3.7)
    axes = fig.subplots(1, 3, sharex=True, sharey=True)
    found = []
    for ax, (rule, score), colour in zip(axes, scores.items(), PALETTE, strict=False):
        place = score.rank(ascending=False)
        rho = stats.spearmanr(place, published).statistic
        said = f"{rho:.4f}" if 0.995 <= rho < 0.99995 else f"{rho:.2f}"  # four decimals tell it from 1
        ax.axline((1, 1), slope=1, color=GREY, linewidth=1, zorder=0)
        ax.scatter(published, place, s=6, alpha=0.4, linewidth=0, color=colour)
        ax.set_title(f"By {rule}\nrank correlation {said}", fontsize=9)
        ax.set(xlabel="published place", xlim=(0, len(ranked) + 1), ylim=(len(ranked) + 1, 0))
        found.append(f"{rule} {said}")
    axes[0].set_ylabel("place by what the title names")
    alt = f"Published place against the place by three rules. Rank correlations: {', '.join(found)}."
    return finish(fig, alt, df)


def _surely_above(df: pd.DataFrame) -> np.ndarray:
    """Square array: is the row's creator above the column's by the rule, whatever the rounding hid?"""
    counts = df[list(ENGAGEMENT_PARTS)]
    hidden = counts.apply(rounding_half_width)
    lowest = list_score((counts - hidden).clip(lower=0)).to_numpy()
    highest = list_score(counts + hidden).to_numpy()
    return lowest[:, None] > highest[None, :]
