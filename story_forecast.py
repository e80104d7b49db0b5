"""What the notebook says of the next list: who stays, who succeeds, with how much engagement, and who rises."""

import pandas as pd
from IPython.display import HTML, Markdown

from telling import show_table
from wording import join_words, say_decimal, say_interval, say_number, say_percent

TOO_FEW = "Fewer than three lists are at hand: to learn from one step and forecast another takes three."
OUTCOMES = {
    "stayed": "stays on the list",
    "success_next": "is in the next top quarter",
    "engagement_next": "engagement of those who stay",
}
HEADLINES = {"stayed": "auc", "success_next": "auc", "engagement_next": "r2"}
METRICS = {"auc": "AUC", "r2": "R² of the logs"}
OVER_STEPS = {"auc": "pooled", "r2": "average"}
EXPLORATORY = "The steps were looked at while this was built, so these numbers are exploratory."


def show_forecast(scores: pd.DataFrame | None) -> HTML | None:
    """Show, step by step, how good the forecasts that were picked beforehand and the baselines were."""
    if scores is None:
        return None
    rows = []
    for outcome, metric in HEADLINES.items():
        part = scores[(scores["outcome"] == outcome) & (scores["metric"] == metric)]
        for model in ("chosen", "persistence", "shrunk persistence", "current rank"):
            told = _picked(part) if model == "chosen" else part[part["model"] == model]
            if len(told):
                rows.append(
                    {
                        "what": f"{OUTCOMES[outcome]} ({METRICS[metric]})",
                        "forecast": "picked on earlier steps" if model == "chosen" else model,
                    }
                    | {
                        row.step: f"{say_decimal(row.value)} ({say_interval(row.low, row.high)})"
                        for row in told.itertuples()
                    }
                )
    return show_table(
        pd.DataFrame(rows), "Each list forecast from the ones before it, with 95 % intervals over creators"
    )


def _picked(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep what was picked: by step the model that was chosen, and over the steps the picks together."""
    return scores[scores["chosen"] | (scores["model"] == "chosen")]


def say_forecast(scores: pd.DataFrame | None, gains: pd.DataFrame | None) -> Markdown:
    """Say how well the next list can be forecast, and whether that beats the plain guesses.

    Parameters
    ----------
    scores, gains : DataFrame or None
        What `forecast.forecast` and `forecast_scores.compare_forecasts` return; None where there are too few lists.
    """
    if scores is None or gains is None:
        return Markdown(TOO_FEW)
    overall = _picked(scores[scores["step"].isin(["pooled", "average"])]).set_index(
        ["outcome", "metric", "step"]
    )
    told = {
        outcome: overall.loc[(outcome, metric, OVER_STEPS[metric])] for outcome, metric in HEADLINES.items()
    }
    beaten = {outcome: _beats(gains, outcome, metric) for outcome, metric in HEADLINES.items()}
    lead = (
        "Who succeeds next can be told better than by “same as now”, though far from surely"
        if beaten["success_next"]
        else "Who succeeds next isn't shown to be told better than by “same as now”"
    )
    held = overall.loc[("engagement_next", "coverage_90", "pooled"), "value"]
    return Markdown(
        f"**{lead}.** The forecasts rank a creator who will be in the next top quarter above one who won't {say_percent(told['success_next']['value'])} "
        f"of the time ({say_percent(told['success_next']['low'])} to {say_percent(told['success_next']['high'])}), and one who stays on the list above one who "
        f"leaves {say_percent(told['stayed']['value'])} of the time. Of those who stay they explain an R² of {say_decimal(told['engagement_next']['value'])} "
        f"for the logs of the next engagement ({say_gain(gains)}), and intervals for nine in ten held {say_percent(held)}. {_say_exceptions(scores, gains)}{EXPLORATORY}"
    )


def _say_exceptions(scores: pd.DataFrame, gains: pd.DataFrame) -> str:
    """Name the steps on which a plain guess isn't shown to be beaten, or on which intervals held too few or too many."""
    by_step = ~gains["step"].isin(list(OVER_STEPS.values()))
    asked = ((gains["outcome"] == "success_next") & (gains["metric"] == "auc")) | (
        (gains["outcome"] == "engagement_next") & (gains["metric"] == "r2")
    )
    unshown = gains[by_step & asked & ~gains["better"]].drop_duplicates(["step", "outcome"])
    said = [
        f"On {r.step} {r.baseline} isn't shown to be beaten ({OUTCOMES[r.outcome]})."
        for r in unshown.itertuples()
    ]
    held = _picked(
        scores[(scores["metric"] == "coverage_90") & ~scores["step"].isin(list(OVER_STEPS.values()))]
    )
    off = held[(held["low"] > 0.9) | (held["high"] < 0.9)]
    said += [f"On {r.step} the intervals held {say_percent(r.value)}." for r in off.itertuples()]
    return " ".join([*said, ""])


def _beats(gains: pd.DataFrame, outcome: str, metric: str) -> bool:
    rows = gains[
        (gains["outcome"] == outcome) & (gains["metric"] == metric) & (gains["step"] == OVER_STEPS[metric])
    ]
    return bool(rows["better"].all())


def say_gain(gains: pd.DataFrame) -> str:
    """Say by how much the forecasts of engagement beat the plain guesses."""
    rows = gains[
        (gains["outcome"] == "engagement_next")
        & (gains["metric"] == "r2")
        & (gains["step"] == OVER_STEPS["r2"])
    ]
    return join_words(
        [
            f"{say_decimal(r.gain)} ({say_interval(r.low, r.high)}) {'above' if r.better else 'away from, not shown to be above,'} {r.baseline}"
            for r in rows.itertuples()
        ]
    )


def say_transitions(transitions: pd.DataFrame | None, risers: pd.DataFrame | None) -> Markdown | None:
    """Say how often a top quarter keeps its place, and what those who rise into it had before.

    Parameters
    ----------
    transitions, risers : DataFrame or None
        What `attrition.count_transitions` and `attrition.compare_risers` return.
    """
    if transitions is None or risers is None:
        return None
    top = transitions[transitions["now"] == "top quarter"]
    kept, gone = (top[top["next"] == place]["share"] for place in ("top quarter", "out"))
    pooled = risers[(risers["step"] == "pooled") & risers["superiority"].notna()]
    clear = pooled[(pooled["low"] > 0.5) | (pooled["high"] < 0.5)]
    said = [
        f"{'more' if r.superiority > 0.5 else 'less'} {r.feature} ({say_decimal(r.superiority)}, {say_interval(r.low, r.high)})"
        for r in clear.itertuples()
    ]
    rise = (
        f"Those who rise into it from below had beforehand (probability of more than the others; 0.50 is no difference): {'; '.join(said)}"
        if said
        else "Nothing that was looked at sets those who rise into it apart beforehand"
    )
    return Markdown(
        f"From one list to the next {say_percent(kept.min())} to {say_percent(kept.max())} of a top quarter are in the top quarter again, and "
        f"{say_percent(gone.min())} to {say_percent(gone.max())} are not on the list at all. {rise}."
    )


def say_commitment(written: pd.DataFrame, scores: pd.DataFrame | None) -> Markdown:
    """Say where the forecast is that can be caught out, and its score once its list is at hand, whatever it is.

    Parameters
    ----------
    written, scores : DataFrame
        What `ahead.check_commitment` returns.
    """
    origin = f"A forecast of the list {written.attrs['file'].removesuffix('.csv')} is written down in data/forecasts/{written.attrs['file']} (SHA-256 {written.attrs['sha256']})"
    if scores is None:
        return Markdown(
            f"**A forecast that can be caught out.** {origin}. That list isn't at hand; `make score` scores it when it is."
        )
    told = scores[scores["metric"].isin(["auc", "r2"])]
    lines = [
        f"{OUTCOMES[outcome]}: "
        + join_words(
            [f"{r.model} {say_decimal(r.value)} ({say_interval(r.low, r.high)})" for r in rows.itertuples()]
        )
        for outcome, rows in told.groupby("outcome", sort=False)
    ]
    return Markdown(
        f"**The forecast, caught out or not.** {origin}. AUC and R² of the logs: {'; '.join(lines)}."
    )


def say_bounds(changes: pd.DataFrame | None, fall: pd.DataFrame | None) -> Markdown | None:
    """Say how far the change of engagement could be off because leavers aren't seen, and how much of a fall was foreseen.

    Parameters
    ----------
    changes, fall : DataFrame or None
        What `attrition.bound_change` and `attrition.explain_fall` return.
    """
    if changes is None or fall is None:
        return None
    everybody = changes[changes["group"] == "all"]
    flips = int(everybody["flips"].sum())
    moved = (
        f"in {say_number(flips)} of {say_number(len(everybody))} steps that turns a rise into a fall"
        if flips
        else "the direction stays the same in every step"
    )
    foreseen = fall[(fall["step"] == "pooled") & fall["foreseen"].notna()]
    expected = (
        f" Of the fall of a top quarter {say_percent(foreseen['foreseen'].iloc[0])} ({say_percent(foreseen['low'].iloc[0])} to "
        f"{say_percent(foreseen['high'].iloc[0])}) was foreseen by the forecasts for anybody who stood there: “they lost their touch” is the trap."
        if len(foreseen) and foreseen["low"].iloc[0] > 0
        else " How much of the fall of a top quarter was to be expected can't be told."
    )
    return Markdown(
        "**Who leaves isn't seen**, and creators stay because their month was good: no weighting by what was known before mends that. Of those who "
        f"stayed, the median engagement became {say_decimal(everybody['stayers'].min())} to {say_decimal(everybody['stayers'].max())} times what it was; had those who "
        f"left stood just below the next list's cut, it would be {say_decimal(everybody['at_the_cut'].min())} to {say_decimal(everybody['at_the_cut'].max())}: {moved}.{expected}"
    )
