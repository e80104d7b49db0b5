"""A client beside the thousand: where it stands, its chances, and what the list's arithmetic asks of it."""

from collections.abc import Mapping

import pandas as pd

from columns import list_score, require_columns
from leakage import ModelError
from prepare import PrepareError, label_success, parse_counts, split_creators
from scoring import score_creators

TOLD = ("subscribers", "views")  # what a client may tell of itself


def read_client(subscribers: str | None = None, views: str | None = None) -> dict[str, float]:
    """Read a client's counts as a person writes them.

    Parameters
    ----------
    subscribers, views : str or None
        Counts as the lists write them, such as "1.2M" or "800K"; views are the average per video.

    Returns
    -------
    dict
        The counts that were given, as numbers.

    Raises
    ------
    PrepareError
        If a count can't be read.

    >>> read_client("1.2M", "800K")
    {'subscribers': 1200000.0, 'views': 800000.0}
    >>> read_client()
    {}
    """
    counts = {}
    for name, text in zip(TOLD, (subscribers, views), strict=True):
        if text is None:
            continue
        counts[name] = float(parse_counts(pd.Series([text], name=name, dtype=str)).iloc[0])
        if not counts[name] > 0:
            raise PrepareError(f"A client's {name} must be a count above 0, such as 1.2M; {text!r} isn't.")
    return counts


def place_client(creators: pd.DataFrame, client: Mapping[str, float]) -> pd.DataFrame:
    """Say where a client's counts stand among the creators of a list.

    Parameters
    ----------
    creators : DataFrame of shape (creators, …)
        A frame from `prepare.clean`.
    client : mapping of a count's name to its value

    Returns
    -------
    DataFrame of shape (counts, 6)
        `count`, `value`; `below`: the share of creators who have less; `lowest`, `median` and `top_quarter`
        (the 75th percentile) of the list.

    Raises
    ------
    ModelError
        If the list has no such count.

    >>> creators = pd.DataFrame({"views": [10.0, 20, 30, 40]})
    >>> place_client(creators, {"views": 35})[["below", "lowest", "median"]].values.tolist()
    [[0.75, 10.0, 25.0]]
    """
    require_columns(creators, client, ModelError, whose="The list", hint=f"name some of {', '.join(TOLD)}")
    return pd.DataFrame(
        {
            "count": count,
            "value": value,
            "below": (creators[count] < value).mean(),
            "lowest": creators[count].min(),
            "median": creators[count].median(),
            "top_quarter": creators[count].quantile(0.75),
        }
        for count, value in client.items()
    )


def score_client(creators: pd.DataFrame, client: Mapping[str, float]) -> list[pd.DataFrame]:
    """Score a client by each question that its counts can answer.

    Parameters
    ----------
    creators : DataFrame of shape (creators, …)
        A frame from `prepare.clean`.
    client : mapping with `subscribers`, and perhaps `views`

    Returns
    -------
    list of DataFrame
        What `scoring.score_creators` returns, a frame a question, with `attrs["success_by"]`: success by
        engagement from subscribers; and, where views are known, success by interactions from both. (Success
        by engagement from views would be leakage: they are nearly all of it.)

    >>> score_client(pd.DataFrame(), {})
    []
    """
    asked = {"engagement": ("subscribers",), "interactions": ("subscribers", "views")}
    answerable = {by: counts for by, counts in asked.items() if set(counts) <= set(client)}
    scored = []
    for by, counts in answerable.items():
        split = label_success(split_creators(creators), by=by)
        scored.append(score_creators({count: [client[count]] for count in counts}, split, counts))
        scored[-1].attrs["success_by"] = by
    return scored


def ask_of_client(creators: pd.DataFrame, views: float | None) -> pd.DataFrame | None:
    """Work out what the list's arithmetic asks of somebody with so many views per video.

    Parameters
    ----------
    creators : DataFrame of shape (creators, …)
        A frame from `prepare.clean`.
    views : average views per video; None where they aren't known

    Returns
    -------
    DataFrame of shape (1, 6), or None without views
        `views`; `likes`: per video at the list's median likes per view; `reactions`: comments + shares per
        video at the list's median per view; `reactions_to_enter`: how many bring the product views × likes ×
        (comments + shares) to the lowest one of the list; `engagement`: what these add up to;
        `engagement_to_succeed`: the 75th percentile of the list.

    >>> row = {"views": [100.0, 200.0], "likes": [10.0, 20.0], "comments": [1.0, 2.0], "shares": [1.0, 2.0]}
    >>> asked = ask_of_client(pd.DataFrame(row | {"engagement": [112.0, 224.0]}), 50)
    >>> asked[["likes", "reactions", "reactions_to_enter", "engagement"]].values.tolist()
    [[5.0, 1.0, 8.0, 56.0]]
    """
    if views is None:
        return None
    reactions = creators["comments"] + creators["shares"]
    scores = list_score(creators)
    likes = views * (creators["likes"] / creators["views"]).median()
    typical = views * (reactions / creators["views"]).median()
    row = {
        "views": views,
        "likes": likes,
        "reactions": typical,
        "reactions_to_enter": scores[scores > 0].min() / (views * likes),
        "engagement": views + likes + typical,
        "engagement_to_succeed": creators["engagement"].quantile(0.75),
    }
    return pd.DataFrame([row])
