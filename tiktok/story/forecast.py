"""What the notebook says of the next list: who stays, who succeeds, with how much engagement, and who rises."""

import pandas as pd
from IPython.display import HTML, Markdown

from tiktok.story.frame import show_table
from tiktok.wording import join_words, say_decimal, say_interval, say_number, say_percent, say_range

TOO_FEW = "Fewer than three lists are at hand: to learn from one step and forecast another takes three."
OUTCOME_PHRASES = {
    "stayed": "stays on the list",
    "success_next": "is in the next top quarter",
    "engagement_next": "engagement of those who stay",
}
# as in forecast.scores, which stands on the same floor; a test holds the two together
HEADLINES = {
    "stayed": ("auc", "pooled"),
    "success_next": ("auc", "pooled"),
    "engagement_next": ("r2", "average"),
}
METRIC_NAMES = {"auc": "AUC", "r2": "R² of the logs"}
OVERALL = ("pooled", "average")
COMMITTED = "committed forecast"
PLAIN_GUESSES = ("persistence", "shrunk persistence", "base rate", "current rank")
PROMISED = 0.9
LAST_LOOKED_AT = "2022-11"  # the next list was opened when its forecast had been committed


def show_forecast(scores: pd.DataFrame | None) -> HTML | None:
    """Show, step by step, how good the forecasts that were picked beforehand and the baselines were."""
    if scores is None:
        return None
    rows = []
    for outcome, (metric, _) in HEADLINES.items():
        part = scores[(scores["outcome"] == outcome) & (scores["metric"] == metric)]
        for model in ("chosen", "persistence", "shrunk persistence", "current rank"):
            told = _picked(part) if model == "chosen" else part[part["model"] == model]
            if len(told):
                row = {
                    "what": f"{OUTCOME_PHRASES[outcome]} ({METRIC_NAMES[metric]})",
                    "forecast": "picked on earlier steps" if model == "chosen" else model,
                }
                values = {r.step: say_range(r.value, r.low, r.high) for r in told.itertuples()}
                rows.append(row | values)
    caption = "Each list forecast from the ones before it, with 95 % intervals over creators"
    return show_table(pd.DataFrame(rows), caption)


def _picked(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep what was picked: by step the model that was chosen, and over the steps the picks together."""
    return scores[scores["chosen"] | (scores["model"] == "chosen")]


def _over_steps(found: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Keep what the headline metric of an outcome comes to over all steps."""
    metric, step = HEADLINES[outcome]
    of_metric = (found["metric"] == metric) & (found["step"] == step)
    return found[(found["outcome"] == outcome) & of_metric]


def say_forecast(scores: pd.DataFrame | None, gains: pd.DataFrame | None) -> Markdown:
    """Say how well the next list can be forecast, and whether that beats the plain guesses.

    Parameters
    ----------
    scores, gains : DataFrame or None
        What `forecast.score_forecasts` and `forecast.compare_forecasts` return; None where there are too few lists.
    """
    if scores is None or gains is None:
        return Markdown(TOO_FEW)
    success, stayed, engagement = (
        _picked(_over_steps(scores, outcome)).iloc[0]
        for outcome in ("success_next", "stayed", "engagement_next")
    )
    lead = "Who succeeds next isn't shown to be told better than by “same as now”"
    if _over_steps(gains, "success_next")["better"].all():
        lead = "Who succeeds next can be told better than by “same as now”, though far from surely"
    held = _picked(scores[(scores["metric"] == "coverage_90") & (scores["step"] == "pooled")]).iloc[0]
    above = join_words(
        [
            f"{say_range(r.gain, r.low, r.high)} {'above' if r.better else 'away from, not shown to be above,'} {r.baseline}"
            for r in _over_steps(gains, "engagement_next").itertuples()
        ]
    )
    return Markdown(
        f"**{lead}.** The forecasts rank a creator who will be in the next top quarter above one who won't {say_percent(success['value'])} "
        f"of the time ({say_interval(success['low'], success['high'], say_percent)}), and one who stays on the list above one who "
        f"leaves {say_percent(stayed['value'])} of the time. Of those who stay they explain an R² of {say_decimal(engagement['value'])} "
        f"for the logs of the next engagement ({above}), and intervals for nine in ten held {say_percent(held['value'])}. {_say_exceptions(scores, gains)}{_say_looked_at(scores)}"
    )


def _say_looked_at(scores: pd.DataFrame) -> str:
    """Say which of the steps were in view while the forecasts were built."""
    later = {step.split("→")[1] for step in scores["step"] if "→" in step}
    looked_at = sorted(month for month in later if month <= LAST_LOOKED_AT)
    if not looked_at:
        return "None of the steps was looked at while this was built."
    which = "The steps" if len(looked_at) == len(later) else f"The steps up to {looked_at[-1]}"
    return f"{which} were looked at while this was built, so these numbers are exploratory."


def _say_exceptions(scores: pd.DataFrame, gains: pd.DataFrame) -> str:
    """Name the steps on which a plain guess isn't shown to be beaten, or on which intervals held too few or too many."""
    asked = gains["outcome"].isin(["success_next", "engagement_next"]) & ~gains["step"].isin(OVERALL)
    headline = gains["metric"] == gains["outcome"].map(lambda outcome: HEADLINES[outcome][0])
    unshown = gains[asked & headline & ~gains["better"]].drop_duplicates(["step", "outcome"])
    said = [
        f"On {r.step} {r.baseline} isn't shown to be beaten ({OUTCOME_PHRASES[r.outcome]}). "
        for r in unshown.itertuples()
    ]
    held = _picked(scores[(scores["metric"] == "coverage_90") & ~scores["step"].isin(OVERALL)])
    off = held[(held["low"] > 0.9) | (held["high"] < 0.9)]
    said += [f"On {r.step} the intervals held {say_percent(r.value)}. " for r in off.itertuples()]
    return "".join(said)


def say_transitions(transitions: pd.DataFrame | None, risers: pd.DataFrame | None) -> Markdown | None:
    """Say how often a top quarter keeps its place, and what those who rise into it had before."""
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
    rise = "Nothing that was looked at sets those who rise into it apart beforehand"
    if said:
        rise = f"Those who rise into it from below had beforehand (probability of more than the others; 0.50 is no difference): {'; '.join(said)}"
    return Markdown(
        f"From one list to the next {say_interval(kept.min(), kept.max(), say_percent)} of a top quarter are in the top quarter again, and "
        f"{say_interval(gone.min(), gone.max(), say_percent)} are not on the list at all. {rise}."
    )


def say_commitment(written: pd.DataFrame, scores: pd.DataFrame | None) -> Markdown:
    """Say where the forecast is that can be caught out, and its score once its list is at hand, whatever it is."""
    file, checksum = written.attrs["file"], written.attrs["sha256"]
    origin = f"A forecast of the list {file.removesuffix('.csv')} is written down in data/forecasts/{file} (SHA-256 {checksum})"
    if scores is None:
        return Markdown(
            f"**A forecast that can be caught out.** {origin}. That list isn't at hand; `make score` scores it when it is."
        )
    told = scores[scores["metric"].isin(["auc", "r2"]) & scores["model"].isin([COMMITTED, *PLAIN_GUESSES])]
    lines = []
    for outcome, rows in told.groupby("outcome", sort=False):
        values = [f"{r.model} {say_range(r.value, r.low, r.high)}" for r in rows.itertuples()]
        lines.append(f"{OUTCOME_PHRASES[outcome]}: {join_words(values)}")
    return Markdown(
        f"**The forecast, caught out or not.** {origin}. AUC and R² of the logs: {'; '.join(lines)}. {_say_held(scores)}"
    )


def _say_held(scores: pd.DataFrame) -> str:
    """Say whether the committed intervals held as many creators as they promised, beside those of persistence."""
    held = scores[scores["metric"] == "coverage_90"].set_index("model")
    own, plain = held.loc[COMMITTED], held.loc[PLAIN_GUESSES[0]]
    kept = "as promised"
    if not own["low"] <= PROMISED <= own["high"]:
        kept = f"{'fewer' if own['value'] < PROMISED else 'more'} than promised"
    return (
        f"Its intervals for nine creators in ten held {say_range(own['value'], own['low'], own['high'], say_percent)}, "
        f"{kept}; those of {plain.name} held {say_percent(plain['value'])}."
    )


def say_bounds(changes: pd.DataFrame | None, fall: pd.DataFrame | None) -> Markdown | None:
    """Say how far the change of engagement could be off because leavers aren't seen, and how much of a fall was foreseen."""
    if changes is None or fall is None:
        return None
    everybody = changes[changes["group"] == "all"]
    flips = int(everybody["flips"].sum())
    moved = "the direction stays the same in every step"
    if flips:
        moved = f"in {say_number(flips)} of {say_number(len(everybody))} steps that turns a rise into a fall"
    foreseen = fall[(fall["step"] == "pooled") & fall["foreseen"].notna()]
    expected = "How much of the fall of a top quarter was to be expected can't be told."
    if len(foreseen) and foreseen["low"].iloc[0] > 0:
        share = say_range(*foreseen[["foreseen", "low", "high"]].iloc[0], say_percent)
        expected = f"The forecasts had expected {share} of the fall of a top quarter from anybody who stood there, by regression to the mean and by what fades with time. Before you say “they lost their touch”, take that off."
    seen, feared = (say_interval(everybody[c].min(), everybody[c].max()) for c in ("stayers", "at_the_cut"))
    return Markdown(
        "**Who leaves isn't seen**, and creators stay because their month was good: no weighting by what was known before mends that. Of those who "
        f"stayed, the median engagement became {seen} times what it was; had those who "
        f"left stood just below the next list's cut, it would be {feared}: {moved}. {expected}"
    )
