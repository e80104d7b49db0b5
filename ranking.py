"""How the list is made: the rule behind the published rank, recovered from the order and held against it.

What the lists show: the published order is that of views × likes × (comments + shares), as exactly as their
rounding lets anyone see. The form was found by trying sums, products and weighted logs on the months at hand;
nothing here says that whoever makes the list computes it that way, only that the order can't be told from it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import linalg, stats

from columns import LEAST_COUNT, list_score
from provenance import hand_on

SEED = 2022
RESAMPLES = 300
CONFIDENCE = 0.95
MINIMUM_CREATORS = 50
COUNTS = ("subscribers", "views", "likes", "comments", "shares")
RULE = "views × likes × (comments + shares)"
PRODUCT_OF_FOUR = "views × likes × comments × shares"
PLAIN_RULES = ("subscribers", "views", "likes", "interactions", "engagement", PRODUCT_OF_FOUR, RULE)
WEIGHTED_LOGS = "weighted logs"
WEIGHTED_RULE = "weighted rule"
WEIGHTED_RULE_SUBSCRIBERS = "weighted rule with subscribers"
FITTED_RULES = (WEIGHTED_LOGS, WEIGHTED_RULE, WEIGHTED_RULE_SUBSCRIBERS)
SHARE_TO_COMMENT = "a share, against a comment"
FEATURES = ("views", "likes", "comments + shares", "subscribers", SHARE_TO_COMMENT)
LARGEST_CONDITION = 1e10
LARGEST_LOG_SHARE = 4.0  # a share counts between 1/55 and 55 comments


class RankingError(ValueError):
    """A question about the published order that these data can't answer, in one sentence."""


def is_ranked(df: pd.DataFrame) -> bool:
    """Tell whether a list comes with a published rank.

    >>> is_ranked(pd.DataFrame({"handle": ["a"]})), is_ranked(pd.DataFrame({"rank": [1]}))
    (False, True)
    """
    return "rank" in df and bool(df["rank"].notna().any())


def fit_list_rule(df: pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = SEED) -> pd.DataFrame:
    """Estimate from the published order how much each count weighs in it, relative to views.

    The family of rules is views × likesᵇ × (comments + t·shares)ᶜ × subscribersᵈ. Its weights are those whose
    score changes least from one place of the list to the next, relative to its spread over the list: no
    assumption on how the score falls with the rank, and none of the weights is given beforehand.

    Parameters
    ----------
    df : DataFrame of shape (creators, …), cleaned, with `rank`
    resamples : number of bootstrap resamples of creators
    seed : of the resamples

    Returns
    -------
    DataFrame of shape (5, 6)
        `month`; `feature`: views (1 by definition), likes, comments + shares, subscribers, and a share
        against a comment; `weight` (exponent relative to that of views; for the last row t), `low`, `high`
        (95 % percentile interval over resamples of creators), `n` creators. Very wide intervals say that
        views have no part in this list's order.

    Raises
    ------
    RankingError
        Without a rank, with fewer than 50 creators, with a column that is missing, constant or a copy.

    Notes
    -----
    Sliced inverse regression (Li 1991, JASA 86:316–327) with neighbours as slices (Hsing & Carroll 1992,
    Annals of Statistics 20:1040–1061); t by Gauss–Newton steps, one step in each resample.

    >>> counts = np.random.default_rng(0).lognormal(8, 1, size=(400, 5))
    >>> df = pd.DataFrame(counts, columns=COUNTS)
    >>> fit_list_rule(df.assign(rank=list_score(df).rank(ascending=False)))["weight"].round(2).abs().tolist()
    [1.0, 1.0, 1.0, 0.0, 1.0]
    """
    ranked = ranked_creators(df)
    share = _fit_share(ranked)
    terms = _rule_terms(ranked, share)
    rng = np.random.default_rng(seed)
    n = len(ranked)
    draws = [
        _relative_weights(terms[np.sort(rng.integers(0, n, n))], share) for _ in range(resamples)
    ]  # sorted: a resample keeps the order of the list
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    fitted = pd.DataFrame(
        {"feature": FEATURES, "weight": _relative_weights(terms, share), "low": low, "high": high}
    )
    fitted.insert(0, "month", month_of(df))
    return hand_on(df, fitted.assign(n=n))


def score_list_rules(df: pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = SEED) -> pd.DataFrame:
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
    RankingError
        As `fit_list_rule`.

    Notes
    -----
    `scipy.stats.spearmanrho`, `kendalltau` and `bootstrap`; weights as in `fit_list_rule`.

    >>> counts = np.random.default_rng(0).lognormal(8, 1, size=(400, 5))
    >>> df = pd.DataFrame(counts, columns=COUNTS).assign(handle=[f"creator{i}" for i in range(400)])
    >>> df = df.assign(interactions=df["likes"] + df["comments"] + df["shares"])
    >>> df = df.assign(engagement=df["views"] + df["interactions"], rank=list_score(df).rank(ascending=False))
    >>> scores = score_list_rules(df)
    >>> scores.loc[scores["rule"].isin(["subscribers", RULE]), "spearman"].round(1).tolist()
    [-0.1, 1.0]
    """
    first, second = _halves(ranked_creators(df), seed)
    rows = [
        {"rule": rule, "fitted": False, **_score(_plain_score(second, rule), second, resamples, seed)}
        for rule in PLAIN_RULES
    ]
    rows += [
        {"rule": rule, "fitted": True, **_score(_fitted_score(first, second, rule), second, resamples, seed)}
        for rule in FITTED_RULES
    ]
    scores = pd.DataFrame(rows).sort_values("spearman", kind="stable", ignore_index=True)
    scores.insert(0, "month", month_of(df))
    return hand_on(df, scores)


def compare_list_rules(
    panel: Mapping[str, pd.DataFrame], *, resamples: int = 100, seed: int = SEED
) -> pd.DataFrame:
    """Learn the weights on one month's first half of creators and score them on another month's second half.

    Parameters
    ----------
    panel : cleaned frames by month
    resamples, seed : as in `score_list_rules`

    Returns
    -------
    DataFrame of shape (ranked months² × 2 + months without a rank, 8)
        `fitted_on`, `scored_on`, `rule` ("weighted logs", "weighted rule"), `n`, `spearman`, `low`, `high`,
        `pairs_right`, `reason`: why a row is empty, "" where it isn't.

    Raises
    ------
    RankingError
        As `fit_list_rule`, but for a month without a rank, which gives an empty row.

    >>> unranked = {"2022-06": pd.DataFrame({"handle": ["a"]})}
    >>> compare_list_rules(unranked)[["fitted_on", "reason"]].values.tolist()
    [['2022-06', 'this list has no published rank']]
    """
    halves = {month: _halves(ranked_creators(df), seed) for month, df in panel.items() if is_ranked(df)}
    rows = [
        {
            "fitted_on": fitted_on,
            "scored_on": scored_on,
            "rule": rule,
            **_score(_fitted_score(first, second, rule), second, resamples, seed),
            "reason": "",
        }
        for rule in (WEIGHTED_LOGS, WEIGHTED_RULE)
        for fitted_on, (first, _) in halves.items()
        for scored_on, (_, second) in halves.items()
    ]
    empty = [
        {"fitted_on": month, "scored_on": month, "reason": "this list has no published rank"}
        for month in panel
        if month not in halves
    ]
    columns = ["fitted_on", "scored_on", "rule", "n", "spearman", "low", "high", "pairs_right", "reason"]
    return pd.DataFrame([*rows, *empty], columns=columns)


def ranked_creators(df: pd.DataFrame) -> pd.DataFrame:
    """Give the creators with a rank and every count, in the order of the list."""
    month = month_of(df)
    if not is_ranked(df):
        raise RankingError(
            f"The list of {month} has no published rank, so there is no order to explain; take one that has."
        )
    complete = complete_creators(df, COUNTS)
    ranked = complete.assign(rank=complete["rank"].astype(float)).dropna(subset="rank")
    ranked = ranked.sort_values("rank", kind="stable")
    if len(ranked) < MINIMUM_CREATORS:
        raise RankingError(
            f"The list of {month} has {len(ranked)} ranked creators with every count; "
            f"recovering the rule of its order takes {MINIMUM_CREATORS}."
        )
    constant = [column for column in COUNTS if (ranked[column] == ranked[column].iloc[0]).all()]
    if constant:
        raise RankingError(
            f"Column {constant[0]!r} is {ranked[constant[0]].iloc[0]:g} for every creator of {month}, "
            "so its weight in the order can't be told; use a list in which it varies."
        )
    return ranked


def complete_creators(df: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Leave out creators with a missing count; a column that isn't there at all is an error."""
    missing = [column for column in columns if column not in df]
    if missing:
        raise RankingError(f"Column {missing[0]!r} isn't there; pass a list that prepare.clean has cleaned.")
    return df.dropna(subset=list(columns))


def month_of(df: pd.DataFrame) -> str:
    """The month that a list is of, for messages and tables."""
    known = df["month"].dropna() if "month" in df else []
    return str(known.iloc[0]) if len(known) else "an unknown month"


def _halves(ranked: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    hashed = pd.util.hash_pandas_object(ranked["handle"].astype(object), index=False, hash_key=f"{seed:016d}")
    in_first = (hashed % 2 == 0).to_numpy()
    return ranked[in_first], ranked[~in_first]


def _log(counts: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    return np.log(counts.clip(lower=LEAST_COUNT))


def _rule_terms(df: pd.DataFrame, share: float) -> np.ndarray:
    """Logs of views, likes, comments + share·shares, subscribers; and the third's slope in log share."""
    reactions = df["comments"] + share * df["shares"]
    part = (share * df["shares"] / reactions).where(reactions > 0, 0.5)
    return np.column_stack([_log(df[["views", "likes"]]), _log(reactions), _log(df["subscribers"]), part])


def _smoothest(terms: np.ndarray) -> np.ndarray:
    """Weights of the sum that changes least from row to row, relative to its spread over the rows."""
    if np.linalg.cond(np.cov(terms.T)) > LARGEST_CONDITION:
        raise RankingError(
            "Two of the counts move together exactly, so their weights in the order can't be told apart; "
            "look for a column that was copied from another."
        )
    steps = np.diff(terms, axis=0)
    return linalg.eigh(steps.T @ steps, np.cov(terms.T), subset_by_index=[0, 0])[1][:, 0]


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


def _relative_weights(terms: np.ndarray, share: float) -> np.ndarray:
    views, likes, reactions, subscribers, part = _smoothest(terms)
    step = np.clip(part / reactions, -LARGEST_LOG_SHARE, LARGEST_LOG_SHARE)
    return np.array([1, likes / views, reactions / views, subscribers / views, share * np.exp(step)])


def _plain_score(df: pd.DataFrame, rule: str) -> pd.Series:
    if rule == RULE:
        return list_score(df)
    if rule == PRODUCT_OF_FOUR:
        return df[["views", "likes", "comments", "shares"]].prod(axis=1)
    return df[rule]


def _fitted_score(first: pd.DataFrame, second: pd.DataFrame, rule: str) -> pd.Series:
    """Score the second half by a rule whose weights come from the first, higher nearer the top."""
    if rule == WEIGHTED_LOGS:
        learned, applied = (_log(half[list(COUNTS[1:])]).to_numpy() for half in (first, second))
    else:
        share = _fit_share(first)
        columns = slice(0, 4) if rule == WEIGHTED_RULE_SUBSCRIBERS else slice(0, 3)
        learned, applied = (_rule_terms(half, share)[:, columns] for half in (first, second))
    weights = _smoothest(learned)
    falls = stats.spearmanr(learned @ weights, first["rank"]).statistic < 0
    return pd.Series(applied @ weights * (1 if falls else -1), index=second.index)


def _score(score: pd.Series, ranked: pd.DataFrame, resamples: int, seed: int) -> dict[str, float]:
    order = -ranked["rank"].to_numpy(dtype=float)
    score = score.to_numpy()
    interval = stats.bootstrap(
        (score, order),
        lambda x, y, axis: stats.spearmanrho(x, y, axis=axis).statistic,
        n_resamples=resamples,
        paired=True,
        vectorized=True,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=seed,
    ).confidence_interval
    return {
        "n": len(score),
        "spearman": stats.spearmanr(score, order).statistic,
        "low": interval.low,
        "high": interval.high,
        "pairs_right": (1 + stats.kendalltau(score, order).statistic) / 2,
    }
