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
LAST_LOOKED_AT = (
    "2022-12"  # opened when its forecast had been committed, and before the intervals were mended
)
HELD = "as said"
LEAST_SHOWN = 0.005  # what two decimals show
CALIBRATED = {
    "stayed": "who stays on the list",
    "success_next": "who is in the next top quarter",
    "engagement_next": "whose engagement lies inside its interval",
}
TOGETHER = {
    HELD: ", which is within chance",
    "fewer than said": ", fewer than chance allows",
    "more than said": ", more than chance allows",
    "can't be told": "",
}


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
    above = join_words(
        [
            f"{say_range(r.gain, r.low, r.high)} {'above' if r.better else 'away from, not shown to be above,'} {r.baseline}"
            for r in _over_steps(gains, "engagement_next").itertuples()
        ]
    )
    return Markdown(
        f"**{lead}.** The forecasts rank a creator who will be in the next top quarter above one who won't {say_percent(success['value'])} "
        f"of the time ({say_interval(success['low'], success['high'], say_percent)}). One who stays on the list they rank above one who "
        f"leaves {say_percent(stayed['value'])} of the time. Of those who stay they explain an R² of {say_decimal(engagement['value'])} "
        f"for the logs of the next engagement: {above}. {_say_exceptions(gains)}{_say_looked_at(scores)}"
    )


def _say_looked_at(scores: pd.DataFrame) -> str:
    """Say which of the steps were in view while the forecasts were built."""
    later = {step.split("→")[1] for step in scores["step"] if "→" in step}
    looked_at = sorted(month for month in later if month <= LAST_LOOKED_AT)
    if not looked_at:
        return "None of the steps was looked at while this was built."
    which = "The steps" if len(looked_at) == len(later) else f"The steps up to {looked_at[-1]}"
    return f"{which} were looked at while this was built, so these numbers are exploratory.{_say_seen(scores['step'])}"


def _say_seen(steps: pd.Series) -> str:
    """Say of the last list that was looked at what was still to be settled then."""
    if not steps.str.endswith(f"→{LAST_LOOKED_AT}").any():
        return ""
    return f" The list of {LAST_LOOKED_AT} was already seen when the intervals were mended; only the committed forecast was written before."


def _say_exceptions(gains: pd.DataFrame) -> str:
    """Name the steps on which a plain guess isn't shown to be beaten."""
    asked = gains["outcome"].isin(["success_next", "engagement_next"]) & ~gains["step"].isin(OVERALL)
    headline = gains["metric"] == gains["outcome"].map(lambda outcome: HEADLINES[outcome][0])
    unshown = gains[asked & headline & ~gains["better"]].groupby(["step", "outcome"], sort=False)["baseline"]
    return "".join(
        f"On {step} it isn't shown that {join_words(baselines)} {'is' if len(baselines) == 1 else 'are'} beaten ({OUTCOME_PHRASES[outcome]}). "
        for (step, outcome), baselines in unshown
    )


def show_calibration(calibration: pd.DataFrame | None, committed: pd.DataFrame | None) -> HTML | None:
    """Show what was said and what came, a row a step, that of the committed forecast last.

    Parameters
    ----------
    calibration, committed : DataFrame or None
        What `forecast.check_calibration` gives of the rolling forecasts and of the committed one; None where there is none.
    """
    if calibration is None:
        return None
    seen = calibration["step"].str.endswith(f"→{LAST_LOOKED_AT}")
    told = [calibration.assign(step=calibration["step"].mask(seen, calibration["step"] + ", already seen"))]
    if committed is not None:
        told.append(committed.assign(step=committed["step"] + ", as committed"))
    told = pd.concat(told, ignore_index=True)
    told["text"] = [
        f"{say_percent(r.said)} said, {say_range(r.came, r.low, r.high, say_percent)} came: {r.verdict}"
        for r in told.itertuples()
    ]
    wide = told.pivot(index="step", columns="outcome", values="text").loc[
        told["step"].unique(), list(CALIBRATED)
    ]
    caption = "What was said and what came, with 95 % intervals: over creators, of a step; over steps, of their average"
    return show_table(wide.rename(columns=CALIBRATED).rename_axis(columns=None).reset_index(), caption)


def say_calibration(calibration: pd.DataFrame | None) -> Markdown | None:
    """Say of chances and intervals whether they came as often as they said, over the steps and on which not."""
    if calibration is None:
        return None
    of_steps, together = (calibration[(calibration["step"] == "average") == whole] for whole in (False, True))
    lead = "Chances and intervals were right on each step"
    if (of_steps["verdict"] != HELD).any():
        lead = "Chances and intervals weren't right on every step"
    said = []
    for row in together.itertuples():
        parts = [
            f"{say_percent(row.said)} was said and {say_percent(row.came)} came on average{TOGETHER[row.verdict]}"
        ]
        off = of_steps[(of_steps["outcome"] == row.outcome) & (of_steps["verdict"] != HELD)]
        for verdict, steps in off.groupby("verdict", sort=False):
            named = [
                f"{r.step} ({say_percent(r.came)} for {say_percent(r.said)})" for r in steps.itertuples()
            ]
            parts.append(f"{verdict} on {join_words(named)}")
        said.append(f"{CALIBRATED[row.outcome].capitalize()}: {'; '.join(parts)}.")
    steps = of_steps["step"].nunique()
    few = f"Creators of one list move together, so only a gross error would show in {say_number(steps)} step{'s' if steps > 1 else ''}."
    return Markdown(f"**{lead}.** {' '.join(said)} {few}{_say_seen(of_steps['step'])}")


def show_screening(screening: pd.DataFrame | None) -> HTML | None:
    """Show how many of those whom the forecasts named came, a row a number of them and step."""
    if screening is None or screening.empty:
        return None
    points = 100 * screening[["gain", "low", "high"]]
    shown = {
        "named": screening["named"],
        "step": screening["step"],
        "named by the forecast, came": screening["forecast"].map(say_percent),
        "most engagement now, came": screening["now"].map(say_percent),
        "difference in points": [say_range(*row, _say_points) for row in points.to_numpy()],
        "better": screening["better"].map({True: "yes", False: "not shown"}),
    }
    caption = "Named for the next top quarter: how many were in it, with 95 % intervals over creators"
    return show_table(pd.DataFrame(shown), caption)


def _say_points(gain: float) -> str:
    return f"{round(gain):+d}".replace("-", "−")


def say_screening(screening: pd.DataFrame | None) -> Markdown | None:
    """Say what naming creators by the forecast is worth against naming the highest, over the steps and in how many."""
    if screening is None or screening.empty:
        return None
    said = []
    for named, part in screening.groupby("named"):
        whole, steps = part[part["step"] == "average"].iloc[0], part[part["step"] != "average"]
        verdict = "a difference isn't shown"
        if whole["better"] or whole["high"] < 0:
            verdict = (
                f"a difference of {say_interval(100 * whole['low'], 100 * whole['high'], _say_points)} points"
            )
        said.append(
            f"Of the {named} whom the forecast names {say_percent(whole['forecast'])} came, of the {named} with the most engagement now "
            f"{say_percent(whole['now'])}: {verdict}."
        )
        if len(steps) > 1:
            said.append(
                f"The forecast was ahead in {say_number((steps['gain'] > 0).sum())} of {say_number(len(steps))} steps, and by more than "
                f"chance in {say_number(steps['better'].sum())} of them."
            )
    return Markdown(f"**Whom to look at for the next top quarter.** {' '.join(said)}")


def say_copied(copied: pd.DataFrame | None) -> Markdown | None:
    """Say how many outcomes weren't measured again, and what the forecasts of engagement are worth without them."""
    if copied is None:
        return None
    whole, steps = copied[copied["step"] == "average"].iloc[0], copied[copied["step"] != "average"]
    if not whole["copied"]:
        return Markdown("Nobody who stays stands in the next list with all five numbers unchanged.")
    most = steps.loc[(steps["r2"] - steps["r2_measured"]).idxmax()]
    loses = f" It loses most on {most['step']}: {say_decimal(most['r2_measured'])} instead of {say_decimal(most['r2'])}."
    return Markdown(
        f"**Numbers that weren't measured again.** Of {whole['n']:,} creators who stay, {whole['copied']} stand in the next list with all five "
        f"numbers unchanged. Without them the R² of engagement is {say_decimal(whole['r2_measured'])} on average instead of "
        f"{say_decimal(whole['r2'])}.{loses if most['r2'] - most['r2_measured'] > LEAST_SHOWN else ''}"
    )


def say_transitions(transitions: pd.DataFrame | None, risers: pd.DataFrame | None) -> Markdown | None:
    """Say how often a top quarter keeps its place, and what those who rise into it had before."""
    if transitions is None or risers is None:
        return None
    top = transitions[transitions["now"] == "top quarter"]
    kept, gone = (top[top["next"] == place]["share"] for place in ("top quarter", "out"))
    pooled = risers[(risers["step"] == "pooled") & risers["superiority"].notna()]
    clear = pooled[(pooled["low"] > 0.5) | (pooled["high"] < 0.5)]
    said = []
    for word, part in (
        ("more", clear[clear["superiority"] > 0.5]),
        ("less", clear[clear["superiority"] < 0.5]),
    ):
        named = [
            f"{r.feature} ({say_decimal(r.superiority)}, {say_interval(r.low, r.high)})"
            for r in part.itertuples()
        ]
        said += [f"{word} of {join_words(named)}"] if named else []
    rise = "Nothing that was looked at sets those who rise into it apart beforehand"
    if said:
        rise = f"Those who rise into it from below had beforehand (probability of more than the others; 0.50 is no difference): {'; '.join(said)}"
    return Markdown(
        f"From one list to the next {say_interval(kept.min(), kept.max(), say_percent)} of a top quarter are in the top quarter again, and "
        f"{say_interval(gone.min(), gone.max(), say_percent)} are not on the list at all. {rise}."
    )


def say_commitment(
    written: pd.DataFrame,
    scores: pd.DataFrame | None,
    calibration: pd.DataFrame | None,
    screening: pd.DataFrame | None,
) -> Markdown:
    """Say where the forecast is that can be caught out, and what came of it once its list is at hand, whatever it is.

    Parameters
    ----------
    written, scores, calibration, screening : DataFrame or None
        What `forecast.check_commitment` returns.
    """
    file, checksum = written.attrs["file"], written.attrs["sha256"]
    origin = f"A forecast of the list {file.removesuffix('.csv')} is written down in data/forecasts/{file} (SHA-256 {checksum})"
    if scores is None or calibration is None or screening is None:
        return Markdown(
            f"**A forecast that can be caught out.** {origin}. That list isn't at hand; `make score` scores it when it is."
        )
    told = scores[scores["metric"].isin(["auc", "r2"]) & scores["model"].isin([COMMITTED, *PLAIN_GUESSES])]
    lines = []
    for outcome, rows in told.groupby("outcome", sort=False):
        own = rows[rows["model"] == COMMITTED].iloc[0]
        others = rows[rows["model"] != COMMITTED]
        best = others.loc[others["value"].idxmax()]
        lines.append(
            f"{OUTCOME_PHRASES[outcome].capitalize()}: {METRIC_NAMES[own['metric']]} {say_range(own['value'], own['low'], own['high'])}, "
            f"against {say_decimal(best['value'])} by the best plain guess, {best['model']}."
        )
    return Markdown(
        f"**The forecast, caught out or not.** {origin}. {' '.join(lines)} {_say_held(scores, calibration)} {_say_named(screening)}"
    )


def _say_held(scores: pd.DataFrame, calibration: pd.DataFrame) -> str:
    """Say whether chances and intervals that were committed kept their word, beside the intervals of persistence."""
    said = [
        f"{CALIBRATED[r.outcome].capitalize()}: {say_percent(r.said)} was said and {say_range(r.came, r.low, r.high, say_percent)} came, {r.verdict}."
        for r in calibration.itertuples()
    ]
    plain = scores[(scores["metric"] == "coverage_90") & (scores["model"] == PLAIN_GUESSES[0])].iloc[0]
    return f"{' '.join(said)} Intervals of {plain['model']} held {say_percent(plain['value'])}."


def _say_named(screening: pd.DataFrame) -> str:
    """Say how many of those whom the committed forecast names came."""
    return " ".join(
        f"Of the {r.named} whom it names for the top quarter {say_percent(r.forecast)} came, of the {r.named} highest before {say_percent(r.now)}"
        f"{', more than by chance' if r.better else ', too few to show a difference'}."
        for r in screening.itertuples()
    )


def say_bounds(changes: pd.DataFrame | None, fall: pd.DataFrame | None) -> Markdown | None:
    """Say how far the change of engagement could be off because leavers aren't seen, and how much of a fall was foreseen."""
    if changes is None or fall is None:
        return None
    everybody = changes[changes["group"] == "all"]
    flips = int(everybody["flips"].sum())
    moved = "the direction stays the same in every step"
    if flips:
        moved = f"in {say_number(flips)} of {say_number(len(everybody))} step{'s' if len(everybody) > 1 else ''} that changes the direction"
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
