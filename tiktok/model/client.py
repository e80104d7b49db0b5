"""A client beside the listed: where it stands, what such creators' chances are, and how sure that is."""

import os
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM, GLMResults
from statsmodels.tools.sm_exceptions import (
    ConvergenceWarning,
    PerfectSeparationWarning,
    SingularMatrixWarning,
)

from tiktok.acquire.csv_files import RawCsvError, read_file
from tiktok.figures import format_count
from tiktok.leakage.audit import ModelError
from tiktok.lists.columns import (
    ENGAGEMENT_PARTS,
    METRICS,
    SUCCESS_QUANTILE,
    require_columns,
    takes_names,
)
from tiktok.lists.headers import HeaderError, find_columns
from tiktok.lists.provenance import hand_on
from tiktok.model.curves import BEND, lay_basis, place_knots, weigh_bends
from tiktok.model.inputs import PARTS, Inputs, pool_parts, require_positive, steady_fits
from tiktok.prepare.counts import PrepareError, data_row, parse_counts
from tiktok.prepare.panel import pair_snapshots
from tiktok.prepare.split import split_creators
from tiktok.resampling import CONFIDENCE
from tiktok.wording import is_anonymous, join_words, quote, say_some

CLIENT_COUNTS = ("subscribers", "views")  # by which a client has its like on a list
# how people write K, M and B; the page reads by the same patterns
UNITS = {"K": "k|tsd|thousands?", "M": "m|mn|mln|mio|millions?", "B": "b|bn|billions?"}
SPACED = re.compile(r"\d{1,3}(?: \d{3})+", re.ASCII)
DOTTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){2,}", re.ASCII)  # once, as in 1.200, it may be a decimal point
# what may stand behind a count, and means no other
WORDS = {
    "subscribers": "followers?|subscribers?|subs|fans",
    "views": "views?|plays?",
    "likes": "likes?",
    "comments": "comments?",
    "shares": "shares?",
}
MOST = 1e12  # beyond what anybody can have
SIMILAR_FACTOR = 2
FAR_FACTOR = 10  # so far outside the list nothing is said
FEWEST_PEERS = 5
FEW_SIMILAR = 20
FEW = 999  # from here down a count of subscribers or views may lack its M
POINTS = 60  # of a curve
GRID = 241  # points between which a straight line is as good as the curve
QUARTILES = {"low": 0.25, "median": 0.5, "high": 0.75}
NUMBERS = ("fewer_subscribers", "fewer_views", "more_subscribers", "more_views")
NUMBERS += ("bare_subscribers", "bare_views", "peers", "views_to_peers", "to_upper_quarter")
NUMBERS += tuple(f"peer_{what}_{end}" for what in ("views", "rate") for end in QUARTILES)
NUMBERS += ("engagement", "of_threshold", "peers_in_top", "chance_low", "chance_high")
NUMBERS += tuple(f"{what}_{end}" for what in ("usual", "with_usual", "of_usual") for end in ("low", "high"))
NUMBERS += ("similar_listed", "stayed", "succeeded", "stayed_count", "succeeded_count")
TEXTS = ("far_below", "far_above", "parts_alone", "more_than_views", "parts_missing", "similar_in", "note")
FACTS = dict.fromkeys(NUMBERS, float) | dict.fromkeys(TEXTS, object)  # what is found out about a client
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


def trace_scores(split: Sequence[pd.DataFrame], points: int = POINTS) -> pd.DataFrame:
    """Trace the probability of success over the whole range of subscribers, for a figure.

    Parameters
    ----------
    split : prepare.Split
        A list, labelled by `prepare.label_success`.
    points : number of rows

    Returns
    -------
    DataFrame
        As `score_creators`, from the fewest subscribers of the list to the most, evenly on the log scale.

    Raises
    ------
    LeakageError, ModelError
        As `score_creators`.
    """
    inputs = _learn_from(split, "success", ("subscribers",))
    ends = inputs.X["subscribers"].min(), inputs.X["subscribers"].max()
    return _score(pd.DataFrame({"subscribers": np.geomspace(*ends, points).clip(*ends)}), inputs)


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


class Listed(NamedTuple):
    """What a client is held against: a list, where its top quarter begins, what became of the listed."""

    creators: pd.DataFrame
    threshold: float
    chances: pd.DataFrame
    followed: pd.DataFrame


def read_clients(
    path: str | os.PathLike | None = None, one: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """Read clients from a table, or one from what was typed.

    Parameters
    ----------
    path : a CSV file, a row a client, its headers read by their meaning as those of the lists
        Any of `name`, `subscribers`, `views`, `likes`, `comments` and `shares`; a cell may be blank.
    one : mapping with some of these, such as {"subscribers": "1.2M", "views": "800K"}
        Read are `1.2M`, `1,2M`, `1.2 million`, `1,200,000`, `1.200.000`, `1 200 000`, `~1.2M`, `1.2M+`,
        each with "followers", "views" and the like behind it, and numbers.

    Returns
    -------
    DataFrame, a row a client
        `name` ("client 1" where it has none), and the five counts as numbers, NaN where not given; views and
        what follows are averages per video.

    Raises
    ------
    PrepareError
        If there is no such table, or a client has no count or one that can't be read: all are named.

    >>> read_clients(one={"subscribers": "1.2 million", "views": "800K"}).iloc[:, :3]
              name  subscribers     views
    0  your client    1200000.0  800000.0
    """
    tables = [pd.DataFrame(columns=["name", *METRICS])]
    if path is not None:
        tables.append(_read_table(Path(path)))
    given = {name: "" if cell is None else str(cell) for name, cell in (one or {}).items()}
    if unknown := [name for name in given if name not in ("name", *METRICS)]:
        raise PrepareError(f"A client has no {quote(unknown[0])}: give some of {join_words(METRICS)}.")
    if any(given.values()):
        typed = pd.DataFrame([{"name": "your client"} | given])
        tables.append(_read_rows(typed, lambda _: "What was typed"))
    clients = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
    return clients.astype(dict.fromkeys(METRICS, float))


def _read_table(path: Path) -> pd.DataFrame:
    try:
        raw = read_file(path.expanduser())
        found = find_columns(list(raw.columns), required=())
    except RawCsvError as error:
        raise PrepareError(str(error)) from None
    except HeaderError as error:
        raise PrepareError(f"{quote(path.name)}: {error}") from None
    found = {"name": found.get("name") or found.get("handle", []), **{c: found.get(c, []) for c in METRICS}}
    for name, positions in found.items():
        if name in METRICS and len(positions) > 1:
            headers = join_words(quote(raw.columns[i]) for i in positions)
            raise PrepareError(f"{quote(path.name)}: {headers} may all be {name}: leave one of them.")
    cells = pd.DataFrame({name: raw.iloc[:, i[0]].str.strip() for name, i in found.items() if i})
    if not set(METRICS) & set(cells):
        raise PrepareError(
            f"{quote(path.name)} has no column of {join_words(METRICS)}, only "
            f"{say_some(raw.columns, quote)}: name some in its first line."
        )
    return _read_rows(cells[(cells != "").any(axis=1)], data_row, f"{quote(path.name)}: ")


def _read_rows(cells: pd.DataFrame, say_row: Callable[[int], str], where: str = "") -> pd.DataFrame:
    """Read rows of text; all that can't be read is told in one sentence."""
    clients = cells.reindex(columns=["name", *METRICS], fill_value="")
    counts = pd.DataFrame(
        {name: clients[name].map(lambda text, of=name: _read_count(text, of)) for name in METRICS}
    )
    wrong = [
        f"{say_row(row)} has {name} {quote(clients.at[row, name])}"
        for row in clients.index
        for name in METRICS
        if counts.at[row, name] < (1e-9 if name in CLIENT_COUNTS else 0)
    ]
    wrong += [f"{say_row(row)} has no count" for row in clients.index[counts.isna().all(axis=1)]]
    if wrong:
        raise PrepareError(
            f"{where}{say_some(wrong, str)}: write subscribers or views, and what else is known, as in 888, "
            "1,234, 1.2M or 1.2 million, both above 0, and leave blank what isn't known."
        )
    unnamed = "client " + pd.Series(clients.index + 1, clients.index).astype(str)
    named = (clients["name"] != "") & (not is_anonymous())
    return counts.assign(name=clients["name"].where(named, unnamed))[["name", *METRICS]]


def _read_count(text: str, name: str) -> float:
    """Read a count as a person writes it: NaN where there is none, -1 where it is no count."""
    text = " ".join(text.split())
    if written := re.fullmatch(
        rf"[~≈]? ?(.*\d.*?)(\+?)( ?(?:{WORDS[name]}))?", text, re.ASCII | re.IGNORECASE
    ):
        text = written[1].rstrip()
    if SPACED.fullmatch(text):
        text = text.replace(" ", "")
    if DOTTED.fullmatch(text):
        text = text.replace(".", "")
    for suffix, words in UNITS.items():
        if written := re.fullmatch(
            rf"(\d+(?:[.,]\d*)?|[.,]\d+) ?(?:{words})\.?", text, re.ASCII | re.IGNORECASE
        ):
            text = written[1].replace(",", ".") + suffix
            break
    try:
        count = parse_counts(pd.Series([text])).item()
    except PrepareError:
        return -1.0
    return -1.0 if count >= MOST else count


def describe_listed(creators: pd.DataFrame, panel: Mapping[str, pd.DataFrame]) -> Listed:
    """Gather what clients are held against.

    Parameters
    ----------
    creators : DataFrame of shape (creators, …)
        A list, from `prepare.clean`.
    panel : mapping of month to DataFrame
        The lists at hand, as `prepare.pair_snapshots` takes them; where it is one, nobody can be followed.

    Returns
    -------
    Listed
        `creators`: the list, with `success`; `threshold`: the engagement at which its top quarter begins (of
        all creators, since nothing is judged here on those left out); `chances`: `subscribers`,
        `probability`, `low`, `high` from `score_creators`, so finely that what lies between is on a
        straight line (logits over logs), empty
        where no model can be fitted; `followed`: a row a creator and list but the last, `subscribers`,
        `views`, `stayed`, `success_next`.

    Raises
    ------
    PrepareError
        If the list has none to learn the threshold from, or the panel is none.
    """
    threshold = creators["engagement"].quantile(SUCCESS_QUANTILE)
    split = [part.assign(success=part["engagement"] >= threshold) for part in split_creators(creators)]
    shown = ["handle", "name", *METRICS, "engagement", "engagement_rate"]
    listed = creators[shown].assign(success=creators["engagement"] >= threshold)
    chances = pd.DataFrame(columns=["subscribers", "probability", "low", "high"], dtype=float)
    with suppress(ModelError):  # too few, or all alike: no chance can be told, all else still can
        chances = trace_scores(split, GRID)[list(chances)]
    followed = pd.DataFrame(columns=[*CLIENT_COUNTS, "stayed", "success_next"], dtype=float)
    if len(panel) > 1:
        followed = pair_snapshots(panel)[list(followed)]
    return Listed(listed, threshold, chances, followed)


def compare_clients(clients: pd.DataFrame, listed: Listed) -> pd.DataFrame:
    """Hold clients against a list: their place, their peers, the top quarter, and what became of the like.

    Parameters
    ----------
    clients : DataFrame
        From `read_clients`.
    listed : Listed
        From `describe_listed`.

    Returns
    -------
    DataFrame, a row a client, on the index of `clients`
        The columns of `clients`;
        `place`: 1 for who has most views beside its peers, then, where that isn't known, most subscribers;
        `far_below`, `far_above`: counts that lie beyond a tenth or ten times what the list holds: nothing
        else is said of them; `bare_subscribers`, `bare_views`: these where millions may be meant;
        `fewer_subscribers`, `fewer_views`, `more_…`: the share of the listed who have less, and more;
        `peers`: how many listed have half to double the subscribers, and where there are five,
        `peer_views_low`, `…_median`, `…_high` and `peer_rate_…`: the quartiles of their views and
        engagement rates, `views_to_peers`: views over the peers' median, `to_upper_quarter`: the peers'
        upper quartile over views; `parts_alone`: counts that can't be added up without views;
        `more_than_views`: those that exceed them; else, with views, `engagement`: what the known parts
        add up to, `parts_missing`: the others, `of_threshold`: engagement over that at which the top
        quarter begins; where the sum stays below it and there are twenty peers, `usual_low`,
        `usual_high`: the middle half of what the missing parts are of their views, `with_usual_…`:
        engagement with that, `of_usual_…`: that over the threshold; where subscribers are all that is known,
        `peers_in_top`: how many of the peers are in the top quarter, `chance_low`, `chance_high`: between
        what a model of size alone puts that chance (95 %); `similar_listed`: how many times creators of half
        to double these subscribers and views (`similar_in`) were listed before another list, and where
        five, `stayed`, `succeeded`: the
        shares that were on the next list, and in its top quarter, `…_count`: how many; `note`: what can't
        be said.

    >>> rows = {"subscribers": [1e6] * 8, "views": [1e6] * 8, "engagement_rate": [0.1] * 8}
    >>> rows |= dict.fromkeys(["likes", "comments", "shares"], [10.0] * 8)
    >>> none = pd.DataFrame(columns=["subscribers", "views", "low", "high", "stayed", "success_next"])
    >>> clients = read_clients(one={"subscribers": "1M", "views": "2M"})
    >>> listed = Listed(pd.DataFrame(rows), 1e6, none, none)
    >>> compare_clients(clients, listed)[["views_to_peers", "engagement"]]
       views_to_peers  engagement
    0             2.0   2000000.0
    """
    rows = [_compare(client, listed) for client in clients.to_dict("records")]
    facts = pd.DataFrame(rows, clients.index, FACTS).astype(FACTS)
    compared = hand_on(listed.creators, clients.join(facts))
    known = compared["subscribers"].where(compared["fewer_subscribers"].notna())
    order = compared.assign(known=known).sort_values(
        ["views_to_peers", "known"], ascending=False, kind="stable"
    )
    compared.insert(1, "place", pd.Series(range(1, len(order) + 1), order.index, dtype=float))
    return compared


def _compare(client: Mapping[str, float], listed: Listed) -> dict[str, object]:
    creators = listed.creators
    given = {name: client[name] for name in METRICS if not np.isnan(client[name])}
    far_below = [n for n, count in given.items() if 0 < count < creators[n].min() / FAR_FACTOR]
    far_above = [n for n, count in given.items() if count > creators[n].max() * FAR_FACTOR]
    near = {name: count for name, count in given.items() if name not in far_below + far_above}
    facts = dict.fromkeys(NUMBERS, np.nan) | dict.fromkeys(TEXTS, "")
    facts |= {"far_below": _join(far_below), "far_above": _join(far_above)}
    of_kind = {name: near[name] for name in CLIENT_COUNTS if name in near}
    for name, count in of_kind.items():
        facts |= {f"fewer_{name}": (creators[name] < count).mean()}
        facts |= {f"more_{name}": (creators[name] > count).mean()}
    bare = [name for name in CLIENT_COUNTS if name in far_below and given[name] <= FEW]
    facts |= {f"bare_{name}": given[name] for name in bare}
    if "subscribers" in near:
        facts |= _compare_to_peers(near, creators)
    if list(given) == ["subscribers"] and facts["peers"] >= FEWEST_PEERS:
        peers = creators[_are_similar(creators, given)]
        facts["peers_in_top"] = float(peers["success"].sum())
        if len(listed.chances):
            facts |= _read_chance(given["subscribers"], listed.chances)
    facts |= _add_up(given, near, listed)
    if of_kind and len(listed.followed):
        facts |= _follow(of_kind, listed.followed)
    return facts | {"note": _say_note(facts)}


def _join(names: Sequence[str]) -> str:
    return join_words(names) if names else ""


def _are_similar(known: pd.DataFrame, counts: Mapping[str, float]) -> pd.Series:
    """Tell who is within the factor of every count."""
    near = [known[n].between(count / SIMILAR_FACTOR, count * SIMILAR_FACTOR) for n, count in counts.items()]
    return np.logical_and.reduce(near)


def _compare_to_peers(near: Mapping[str, float], creators: pd.DataFrame) -> dict[str, float]:
    peers = creators[_are_similar(creators, {"subscribers": near["subscribers"]})]
    facts = {"peers": len(peers)}
    if len(peers) < FEWEST_PEERS:
        return facts
    for what, column in (("views", "views"), ("rate", "engagement_rate")):
        quartiles = peers[column].quantile(list(QUARTILES.values()))
        facts |= dict(zip((f"peer_{what}_{end}" for end in QUARTILES), quartiles, strict=True))
    if "views" in near:
        facts["views_to_peers"] = near["views"] / facts["peer_views_median"]
        facts["to_upper_quarter"] = facts["peer_views_high"] / near["views"]
    return facts


def _read_chance(subscribers: float, chances: pd.DataFrame) -> dict[str, float]:
    """Read the range of the chance off its grid, where logits are straight over logs."""
    at = np.log(chances["subscribers"])
    ends = chances[["low", "high"]]
    read = {
        f"chance_{end}": np.interp(np.log(subscribers), at, logit(ends[end]), *[np.nan] * 2) for end in ends
    }
    return {name: expit(chance) for name, chance in read.items()}


def _add_up(given: Mapping[str, float], near: Mapping[str, float], listed: Listed) -> dict[str, object]:
    """Add up the parts of engagement, where there are views and no part is more than these."""
    known = [name for name in ENGAGEMENT_PARTS if name in given]
    if "views" not in given:
        return {"parts_alone": _join(known)}
    if more := [name for name in known if given[name] > given["views"]]:
        return {"more_than_views": _join(more)}
    if any(name not in near for name in known):
        return {}
    engagement = sum(near[name] for name in known)
    missing = [name for name in ENGAGEMENT_PARTS if name not in known]
    facts = {
        "engagement": engagement,
        "parts_missing": _join(missing),
        "of_threshold": engagement / listed.threshold,
    }
    if missing and "subscribers" in near and engagement < listed.threshold:
        facts |= _add_usual(missing, near, engagement, listed)
    return facts


def _add_usual(
    missing: Sequence[str], near: Mapping[str, float], engagement: float, listed: Listed
) -> dict[str, float]:
    """Add what the missing parts usually are of the views of the peers."""
    creators = listed.creators
    peers = creators[_are_similar(creators, {"subscribers": near["subscribers"]})]
    if len(peers) < FEW_SIMILAR:
        return {}
    shares = peers[list(missing)].sum(axis=1) / peers["views"].where(peers["views"] > 0)
    facts = {}
    for end in ("low", "high"):
        usual = shares.quantile(QUARTILES[end])
        total = engagement + usual * near["views"]
        facts |= {
            f"usual_{end}": usual,
            f"with_usual_{end}": total,
            f"of_usual_{end}": total / listed.threshold,
        }
    return facts


def _follow(counts: Mapping[str, float], followed: pd.DataFrame) -> dict[str, object]:
    similar = followed[_are_similar(followed, counts)]
    facts = {"similar_listed": len(similar), "similar_in": _join(list(counts))}
    if len(similar) >= FEWEST_PEERS:
        for fact, column in (("stayed", "stayed"), ("succeeded", "success_next")):
            facts |= {fact: similar[column].mean(), f"{fact}_count": similar[column].sum()}
    return facts


def _say_note(facts: Mapping[str, object]) -> str:
    """Say what can't be said of a client."""
    far = {"far_below": "far below this list", "far_above": "far above this list"}
    notes = [f"{facts[fact]} {where}" for fact, where in far.items() if facts[fact]]
    if facts["more_than_views"]:
        notes.append(f"more {facts['more_than_views']} than views: check the numbers")
    if facts["peers"] < FEWEST_PEERS:
        notes.append("too few of its size to compare with")
    if facts["similar_listed"] < FEWEST_PEERS:
        notes.append("too few of its like to say what became of them")
    return "; ".join(notes)
