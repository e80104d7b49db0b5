"""A client beside the listed: where it stands, what such creators' chances are, and how sure that is."""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM, GLMResults
from statsmodels.tools.sm_exceptions import (
    ConvergenceWarning,
    PerfectSeparationWarning,
    SingularMatrixWarning,
)

from tiktok.figures import format_count
from tiktok.leakage.audit import ModelError
from tiktok.lists.columns import SUCCESS_QUANTILE, list_score, require_columns, takes_names
from tiktok.lists.provenance import hand_on
from tiktok.model.curves import BEND, lay_basis, place_knots, weigh_bends
from tiktok.model.inputs import PARTS, Inputs, pool_parts, require_positive, steady_fits
from tiktok.prepare.counts import PrepareError, parse_counts
from tiktok.prepare.split import label_success, split_creators
from tiktok.resampling import CONFIDENCE

CLIENT_COUNTS = ("subscribers", "views")  # what a client may tell of itself
SIMILAR_FACTOR = 2
FEW_SIMILAR = 20
POINTS = 60  # of a curve
NOBODY_SIMILAR = f"no number: no creator of this list is within a factor of {SIMILAR_FACTOR} of that"
WIDE_GUESS = (
    f"a wide guess: fewer than {FEW_SIMILAR} creators of this list are within a factor of {SIMILAR_FACTOR}"
)


@takes_names("features")
def score_creators(
    clients: pd.DataFrame | Mapping[str, Sequence[float]],
    split: Sequence[pd.DataFrame],
    features: Sequence[str] = ("subscribers",),
    *,
    target: str = "success",
) -> pd.DataFrame:
    """Give clients their probability of success among the creators of a list, or say why there is none.

    Parameters
    ----------
    clients : DataFrame or mapping of columns
        A row a client, with a column for each feature; further columns are handed through.
    split : prepare.Split
        A list, labelled by `prepare.label_success`; all of its creators are learnt from.
    features : names of counts: `subscribers`; and `views`, where success is counted in interactions
    target : name of a bool column

    Returns
    -------
    DataFrame, a row a client, on the index of `clients`
        The columns of `clients`; `probability` of being in the top quarter, `low`, `high` (95 %, of the
        probability, not of an outcome); `similar`: how many creators of the list are within a factor of 2 in
        every feature; `note`: "" or why there is no number (a count that is missing or outside the list's
        range, or a combination that no creator of the list comes near), or that few creators are similar.
        `attrs["base_rate"]`: the share of successes in the list; `attrs["bends"]`: for each feature whose
        curve bends, by how many standard errors it ends steeper than it begins, on the logit scale.

    Raises
    ------
    LeakageError
        If the features rebuild the label.
    ModelError
        On input that can't be modelled.

    Source: logistic regression on log1p of the counts, each with bends (a restricted cubic spline with
    knots at the 5th, 50th, 80th and 97th percentile: Harrell 2015, Regression Modeling Strategies, 2.4), as
    the top tenth by subscribers does far better than a straight line says; `statsmodels.GLM`, intervals on
    the logit scale.

    >>> many = pd.DataFrame({"handle": [f"c{i}" for i in range(400)]})
    >>> many["subscribers"] = np.geomspace(1e4, 1e7, 400)
    >>> many["success"] = np.random.default_rng(0).random(400) < np.linspace(0, 0.5, 400)
    >>> scores = score_creators({"subscribers": [1e6, 5e9]}, [many[:240], many[240:320], many[320:]])
    >>> scores["probability"].round(1).tolist(), scores["note"].tolist()[1]
    ([0.3, nan], 'no number: 5B subscribers lie outside this list, which runs from 10K to 10M')
    """
    return _score(pd.DataFrame(clients), _learn_from(split, target, features))


def trace_scores(split: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Trace the probability of success over the whole range of subscribers, for a figure.

    Parameters
    ----------
    split : prepare.Split
        A list, labelled by `prepare.label_success`.

    Returns
    -------
    DataFrame of 60 rows
        As `score_creators`, from the fewest subscribers of the list to the most, evenly on the log scale.

    Raises
    ------
    LeakageError, ModelError
        As `score_creators`.
    """
    inputs = _learn_from(split, "success", ("subscribers",))
    ends = inputs.X["subscribers"].min(), inputs.X["subscribers"].max()
    return _score(pd.DataFrame({"subscribers": np.geomspace(*ends, POINTS).clip(*ends)}), inputs)


def _learn_from(split: Sequence[pd.DataFrame], target: str, features: Sequence[str]) -> Inputs:
    inputs = pool_parts(split, PARTS, target, features, "label")
    for feature in features:
        require_positive(inputs.creators, feature)
    return inputs._replace(X=inputs.X.astype(float))


def _score(clients: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    creators, known, success = inputs
    asked = _read_clients(clients, list(known.columns))
    # the creators of the list that are within the factor of each client in every feature
    ratio = asked.to_numpy()[:, None, :] / known.to_numpy()[None, :, :]
    similar = ((ratio <= SIMILAR_FACTOR) & (ratio >= 1 / SIMILAR_FACTOR)).all(axis=2).sum(axis=1)
    note = _say_refusals(asked, known, similar)
    knots = place_knots(known)
    with steady_fits():
        fitted = _fit_logistic(success, lay_basis(known, knots))
        numbers = _estimate(fitted, lay_basis(asked[note == ""], knots))
    note = note.mask((note == "") & (similar < FEW_SIMILAR), WIDE_GUESS)
    scored = hand_on(creators, clients.assign(**numbers.reindex(clients.index), similar=similar, note=note))
    scored.attrs["base_rate"] = float(success.mean())
    weights = {name: weigh_bends(name, knots, fitted.params.index) for name in knots}
    scored.attrs["bends"] = {name: fitted.t_test(each).tvalue.item() for name, each in weights.items()}
    return scored


def _read_clients(clients: pd.DataFrame, features: list[str]) -> pd.DataFrame:
    require_columns(
        clients, features, ModelError, whose="The table of clients", hint="give one number a client"
    )
    try:
        return clients[features].astype(float)
    except (TypeError, ValueError) as error:
        raise ModelError(f"The clients' {', '.join(features)} must be numbers: {error}.") from None


def _say_refusals(asked: pd.DataFrame, known: pd.DataFrame, similar: np.ndarray) -> pd.Series:
    """Say for each client why there is no number, or "" where there is one."""
    note = pd.Series("", index=asked.index, dtype=object)
    for feature in asked.columns:
        low, high = known[feature].min(), known[feature].max()
        said = [_say_refusal(feature, count, low, high) for count in asked[feature]]
        note = note.where(note != "", said)
    return note.mask((note == "") & (similar == 0), NOBODY_SIMILAR)


def _say_refusal(feature: str, count: float, low: float, high: float) -> str:
    if np.isnan(count):
        return f"no number: {feature} are missing"
    if low <= count <= high:
        return ""
    return (
        f"no number: {format_count(count)} {feature} lie outside this list, which runs from "
        f"{format_count(low)} to {format_count(high)}"
    )


def _fit_logistic(success: pd.Series, design: pd.DataFrame) -> GLMResults:
    features = ", ".join(column for column in design.columns[1:] if BEND not in column)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # each warning of this fit means that its probabilities are none
        try:
            return GLM(success.astype(float), design, family=Binomial()).fit()
        except SingularMatrixWarning:
            raise ModelError(f"The counts {features} can't be told apart; leave one of them out.") from None
        except (PerfectSeparationWarning, ConvergenceWarning, RuntimeWarning):
            raise ModelError(
                f"The label can be read off {features} without an exception, or nearly; "
                "no probability can be estimated from that."
            ) from None


def _estimate(fitted: GLMResults, design: pd.DataFrame) -> pd.DataFrame:
    if design.empty:
        return pd.DataFrame(columns=["probability", "low", "high"], dtype=float)
    estimates = fitted.get_prediction(design).summary_frame(alpha=1 - CONFIDENCE)
    estimates = estimates[["mean", "mean_ci_lower", "mean_ci_upper"]].set_axis(design.index)
    return estimates.set_axis(["probability", "low", "high"], axis=1)


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
    for name, text in zip(CLIENT_COUNTS, (subscribers, views), strict=True):
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
    require_columns(
        creators, client, ModelError, whose="The list", hint=f"name some of {', '.join(CLIENT_COUNTS)}"
    )
    return pd.DataFrame(
        {
            "count": count,
            "value": value,
            "below": (creators[count] < value).mean(),
            "lowest": creators[count].min(),
            "median": creators[count].median(),
            "top_quarter": creators[count].quantile(SUCCESS_QUANTILE),
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
        What `score_creators` returns, a frame a question, with `attrs["success_by"]`: success by
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
        "engagement_to_succeed": creators["engagement"].quantile(SUCCESS_QUANTILE),
    }
    return pd.DataFrame([row])
