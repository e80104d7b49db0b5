"""What the notebook says of the next list: who stays, who succeeds, with how much engagement, and who rises."""

from collections.abc import Callable
from typing import Protocol

import pandas as pd
from IPython.display import HTML, Markdown

from tiktok.lists.columns import UNKNOWN_MONTH
from tiktok.lists.provenance import is_synthetic
from tiktok.prepare.panel import DAYS_A_MONTH
from tiktok.story.frame import show_table
from tiktok.wording import (
    join_words,
    say_decimal,
    say_interval,
    say_month,
    say_number,
    say_percent,
    say_range,
    start_sentence,
)

TOO_FEW = "Too few lists are at hand to forecast: two to learn from, and a third to be right or wrong about."
OUTCOME_PHRASES = {
    "stayed": "who stays on the list",
    "success_next": "who is in the next top quarter",
    "engagement_next": "the engagement of those who stay",
}
# as in forecast.scores, which stands on the same floor; a test holds the two together
HEADLINES = {
    "stayed": ("auc", "pooled"),
    "success_next": ("auc", "pooled"),
    "engagement_next": ("r2", "average"),
}
METRIC_NAMES = {"auc": "AUC", "r2": "R² of the logs", "brier_skill": "Brier skill"}
INSIDE = "coverage_90"
OVERALL = ("pooled", "average")
STATES = ("top quarter", "second quarter", "third quarter", "bottom quarter", "out")
COMMITTED = "committed forecast"
PLAIN_GUESSES = ("persistence", "shrunk persistence", "base rate", "current rank")
LAST_LOOKED_AT = "2022-12"  # the list that was opened last before the forecasts got their present form
HELD, FEWER, MORE = "as said", "fewer than said", "more than said"
LEAST_SHOWN = 0.005  # what two decimals show
CALIBRATED = OUTCOME_PHRASES | {"engagement_next": "whose engagement lies inside its interval"}
TOGETHER = {
    HELD: ", which is within chance",
    FEWER: ", fewer than chance allows",
    MORE: ", more than chance allows",
    "can't be told": "",
}
KEPT_ITS_WORD = {HELD: "kept its word", FEWER: "promised too much", MORE: "promised too little"}
FRACTIONS = {  # without quarters, which the lists themselves have
    1 / 10: "a tenth",
    1 / 5: "a fifth",
    1 / 3: "a third",
    2 / 5: "two fifths",
    1 / 2: "half",
    3 / 5: "three fifths",
    2 / 3: "two thirds",
    4 / 5: "four fifths",
    9 / 10: "nine tenths",
}
ABOUT = 0.02


class Following(Protocol):
    """What `forecast.summarise_forecast` gives, as far as the main text tells of it."""

    transitions: pd.DataFrame | None
    screening: pd.DataFrame | None
    definitions: pd.DataFrame | None
    committed: tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame | None]


def say_who_stays(following: Following, raw: pd.DataFrame) -> Markdown:
    """Say how much of a top quarter is gone from the next list, and how well that can be foretold.

    A heading that is the finding, and a few sentences for whoever reads nothing else.

    Parameters
    ----------
    following : what `forecast.summarise_forecast` gives
    raw : the list that the story is told on
    """
    transitions = following.transitions
    if transitions is None:
        month = raw.attrs["provenance"]["month"]
        which = "this list" if month == UNKNOWN_MONTH else f"the list of {say_month(month)}"
        return Markdown(
            f"## One list can't show who stays\n\nThat takes the list of another month, and beside {which} there is none."
        )
    followed = follow_quarters(transitions)
    soonest = followed.iloc[0]
    fraction = _say_fraction(soonest["gone"])
    said = f"{_say_gone(followed)} {_say_foretold(following.definitions, following.screening)}"
    promise = "" if is_synthetic(raw) else f"\n\n{_say_promise(*following.committed)}"
    return Markdown(
        f"## {start_sentence(fraction)} of a top quarter is off the list {say_gap(soonest.name)} later\n\n{said}{promise}"
    )


def follow_quarters(transitions: pd.DataFrame) -> pd.DataFrame:
    """Say by how many months lie between two lists, fewest first, what became of the creators of the former.

    `gone`, `kept`: shares of a top quarter that are off the next list, and in its top quarter again;
    `others_gone`: share of the other listed creators that are off it.
    """
    listed = transitions[transitions["now"] != STATES[-1]]
    gaps = (listed["gap_days"] / DAYS_A_MONTH).round().clip(lower=1).astype(int)
    rows = {}
    for gap, of_gap in listed.groupby(gaps):
        top = of_gap["now"] == STATES[0]
        counts, others = (of_gap[side].groupby("next")["n"].sum() for side in (top, ~top))
        rows[gap] = {"gone": counts[STATES[-1]] / counts.sum(), "kept": counts[STATES[0]] / counts.sum()}
        rows[gap]["others_gone"] = others[STATES[-1]] / others.sum()
    return pd.DataFrame(rows).T


def say_gap(months: int, *, article: str = "a") -> str:
    """Write how far two lists lie apart: "a month", "two months"."""
    return f"{article} month" if months == 1 else f"{say_number(int(months))} months"


def _say_gone(followed: pd.DataFrame) -> str:
    """Say how many of a top quarter are off the list after so many months, and in its top quarter again."""
    soonest, *later = followed.itertuples()
    said = f"After {say_gap(soonest.Index, article='one')} {say_percent(soonest.gone)} of a top quarter are off the list, and {say_percent(soonest.kept)} are in its top quarter again."
    then = [f"after {say_gap(row.Index)} {say_percent(row.gone)}" for row in later[:2]]
    if then:
        words = " and ".join(then)
        said += f" {start_sentence(words)} are off the list."
    return f"{said} [Step by step](#Who-rises,-who-leaves)."


def _say_fraction(share: float) -> str:
    """Write a share as the nearest simple fraction, and on which side of it it lies."""
    nearest = min(FRACTIONS, key=lambda fraction: abs(fraction - share))
    side = "about"
    if share > nearest + ABOUT:
        side = "more than"
    elif share < nearest - ABOUT:
        side = "less than" if nearest == min(FRACTIONS) else "nearly"
    return f"{side} {FRACTIONS[nearest]}"


def _say_foretold(definitions: pd.DataFrame | None, screening: pd.DataFrame | None) -> str:
    """Say whether that can be told better than by "same as now", by how many of a few named creators came."""
    if definitions is None or screening is None:
        return "To forecast that, and be held to it, takes at least three lists."
    better = definitions.loc[definitions["outcome"] == "success_next", "better"]
    lead = "Forecasts mostly told better than “same as now” who would be in the next top quarter"
    if better.all():
        lead = "Each time, forecasts told better than “same as now” who would be in the next top quarter"
    elif not better.any():
        lead = "Forecasts did not clearly tell better than “same as now” who would be in the next top quarter"
    elif better.mean() <= 0.5:
        lead = "Forecasts only sometimes told better than “same as now” who would be in the next top quarter"
    whole = screening[screening["step"] == OVERALL[1]]
    on_average = " on average" if len(screening) > 2 * len(whole) else ""
    named = [f" {_say_few(row, 'they', on_average)}" for _, row in whole.sort_values("named")[:1].iterrows()]
    seen = " These forecasts were built with the results in view, so they may flatter." if named else ""
    return f"{lead}.{''.join(named)}{seen} [How good the forecasts are](#Forecast-scores)."


def _say_few(row: pd.Series, who: str, on_average: str = "") -> str:
    """Count how many of the creators that were named came, and how many of as many highest."""
    came, now = (round(row["named"] * row[side]) for side in ("forecast", "now"))
    chance = (
        "" if row["better"] or row["high"] < 0 or not row["gain"] else f" {came} against {now} may be chance."
    )
    return (
        f"Of the {row['named']} creators {who} named, {came} made it{on_average}. Of the {row['named']} with the most engagement before, "
        f"{now} did.{chance}"
    )


def _say_promise(
    written: pd.DataFrame,
    scores: pd.DataFrame | None,
    calibration: pd.DataFrame | None,
    screening: pd.DataFrame | None,
) -> str:
    """Say what the committed forecast promised of the top quarter and what came, whatever it is."""
    month = say_month(written.attrs["file"].removesuffix(".csv"))
    if scores is None or calibration is None or screening is None:
        return f"A forecast for {month} was written down before its list was opened; that list isn't at hand here. [The forecast](#The-committed-forecast)."
    told = calibration.set_index("outcome").loc["success_next"]
    return (
        f"The forecast for {month}, written down before that list was opened, {KEPT_ITS_WORD[told['verdict']]}. It said that "
        f"{say_percent(told['said'])} of the creators listed before would be in the top quarter, and {say_percent(told['came'])} were. "
        f"{_say_few(screening.sort_values('named').iloc[0], 'it')} [What was promised and what came](#The-committed-forecast)."
    )


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
    lead = "“Same as now” is not clearly beaten on who succeeds next"
    if _over_steps(gains, "success_next")["better"].all():
        lead = "Who succeeds next can be told better than by “same as now”, though far from surely"
    against = _over_steps(gains, "engagement_next")
    more, others = (
        [(f"{say_range(r.gain, r.low, r.high)}", r.baseline) for r in part.itertuples()]
        for part in (against[against["better"]], against[~against["better"]])
    )
    beaten = (
        [f"That is {join_words([f'{gain} more than {baseline}' for gain, baseline in more])}."]
        if more
        else []
    )
    beaten += [f"There {baseline} is not clearly beaten: the gain is {gain}." for gain, baseline in others]
    return Markdown(
        f"**{lead}.** Of a creator who will be in the next top quarter and one who won't, the forecasts rank the former higher "
        f"{say_percent(success['value'])} of the time ({say_interval(success['low'], success['high'], say_percent)}). Of one who stays on the "
        f"list and one who leaves, they rank the former higher {say_percent(stayed['value'])} of the time "
        f"({say_interval(stayed['low'], stayed['high'], say_percent)}). For those who stay, they reach an R² of "
        f"{say_decimal(engagement['value'])} on the logs of engagement. {' '.join(beaten)} {_say_exceptions(gains)}{_say_looked_at(scores)}"
    )


def _say_looked_at(scores: pd.DataFrame) -> str:
    """Say which of the steps were in view while the forecasts were built."""
    later = {step.split("→")[1] for step in scores["step"] if "→" in step}
    looked_at = sorted(month for month in later if month <= LAST_LOOKED_AT)
    if not looked_at:
        return "None of these steps was in view while the forecasts were built."
    which = "These steps" if len(looked_at) == len(later) else f"The steps up to {looked_at[-1]}"
    return f"{which} were in view while the forecasts were built, so the numbers are exploratory."


def _say_exceptions(gains: pd.DataFrame) -> str:
    """Name the steps on which a plain guess is not clearly beaten."""
    asked = gains["outcome"].isin(["success_next", "engagement_next"]) & ~gains["step"].isin(OVERALL)
    headline = gains["metric"] == gains["outcome"].map(lambda outcome: HEADLINES[outcome][0])
    unshown = gains[asked & headline & ~gains["better"]].groupby(["step", "outcome"], sort=False)["baseline"]
    return "".join(
        f"On {step} {join_words(baselines)} {'is' if len(baselines) == 1 else 'are'} not clearly beaten on {OUTCOME_PHRASES[outcome]}. "
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
    told = [calibration]
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
        lead = "Chances and intervals were not right on every step"
    said = []
    for row in together.itertuples():
        parts = [
            f"the forecasts said {say_percent(row.said)}, and {say_percent(row.came)} came on average{TOGETHER[row.verdict]}"
        ]
        off = of_steps[(of_steps["outcome"] == row.outcome) & (of_steps["verdict"] != HELD)]
        for verdict, steps in off.groupby("verdict", sort=False):
            named = [
                f"{r.step} ({say_percent(r.came)} for {say_percent(r.said)})" for r in steps.itertuples()
            ]
            parts.append(f"{verdict} on {join_words(named)}")
        said.append(f"{CALIBRATED[row.outcome].capitalize()}: {'; '.join(parts)}.")
    steps = of_steps["step"].nunique()
    few = f"Creators of one list move together, so {say_number(steps)} step{'s' if steps > 1 else ''} can show a gross error only."
    return Markdown(f"**{lead}.** {' '.join(said)} {few}")


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
        verdict = "That is no clear difference."
        if whole["better"] or whole["high"] < 0:
            verdict = f"The difference is {say_interval(100 * whole['low'], 100 * whole['high'], _say_points)} points."
        said.append(
            f"Of the {named} creators the forecast names, {say_percent(whole['forecast'])} came; of the {named} with the most engagement now, "
            f"{say_percent(whole['now'])}. {verdict}"
        )
        if len(steps) > 1:
            said.append(
                f"The forecast was ahead in {say_number((steps['gain'] > 0).sum())} of {say_number(len(steps))} steps, clearly so in "
                f"{say_number(steps['better'].sum())}."
            )
    return Markdown(f"**Whom to look at for the next top quarter.** {' '.join(said)}")


def say_copied(copied: pd.DataFrame | None) -> Markdown | None:
    """Say how many outcomes weren't measured again, and what the forecasts of engagement are worth without them."""
    if copied is None:
        return None
    whole, steps = copied[copied["step"] == "average"].iloc[0], copied[copied["step"] != "average"]
    if not whole["copied"]:
        return Markdown("Nobody who stays is on the next list with all five numbers unchanged.")
    most = steps.loc[(steps["r2"] - steps["r2_measured"]).idxmax()]
    loses = f" It falls most on {most['step']}, from {say_decimal(most['r2'])} to {say_decimal(most['r2_measured'])}."
    return Markdown(
        f"**Numbers that weren't measured again.** Of {whole['n']:,} creators who stay, {whole['copied']} are on the next list with all five "
        f"numbers unchanged. Without them the R² of engagement is {say_decimal(whole['r2_measured'])} on average, not "
        f"{say_decimal(whole['r2'])}.{loses if most['r2'] - most['r2_measured'] > LEAST_SHOWN else ''}"
    )


def show_transitions(transitions: pd.DataFrame | None) -> HTML | None:
    """Show, step by step, where the creators of each quarter are on the next list."""
    if transitions is None:
        return None
    keys = ["month", "month_next", "gap_days", "now"]
    told = transitions.assign(share=transitions["share"].map(say_percent))
    wide = told.pivot(index=[*keys, "of"], columns="next", values="share").reset_index()
    order = wide["now"].map(STATES.index)
    wide = wide.iloc[order.argsort(kind="stable")].sort_values("month", kind="stable")
    shown = {
        "step": wide["month"] + "→" + wide["month_next"],
        "days": wide["gap_days"],
        "from": wide["now"].replace(STATES[-1], "newcomers"),
        "creators": wide["of"],
        **{f"in the {state}": wide[state] for state in STATES[:-1]},
        "off the list": wide[STATES[-1]].fillna(""),
    }
    caption = "Where the creators of each quarter of a list are on the next one, by engagement; of those off the list only newcomers are seen"
    return show_table(pd.DataFrame(shown), caption)


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
        ("higher", clear[clear["superiority"] > 0.5]),
        ("lower", clear[clear["superiority"] < 0.5]),
    ):
        named = [
            f"{r.feature} ({say_decimal(r.superiority)}, {say_interval(r.low, r.high)})"
            for r in part.itertuples()
        ]
        said += [f"{word} in {join_words(named)}"] if named else []
    rise = "Nothing that was looked at clearly sets apart beforehand those who rise into it."
    if said:
        rise = (
            f"Creators who rise into it from below were, beforehand, {', but '.join(said)}. In brackets: the probability that one who "
            "rises had more of it than one who doesn't; 0.50 means no difference."
        )
    return Markdown(
        f"From one list to the next, {_say_span(kept, say_percent)} of a top quarter are in the top quarter again, and "
        f"{_say_span(gone, say_percent)} are off the list. {rise}"
    )


def _say_span(values: pd.Series, say: Callable[[float], str] = say_decimal) -> str:
    """Write from where to where values run; a single one as it is."""
    low, high = say(values.min()), say(values.max())
    return low if low == high else f"{low} to {high}"


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
    month, where = say_month(file.removesuffix(".csv")), f"data/forecasts/{file} (SHA-256 {checksum})"
    if scores is None or calibration is None or screening is None:
        return Markdown(
            f"**A forecast that can be caught out.** What to expect of the list of {month} is written down in {where}. "
            "`make score` scores it once that list is at hand, beside the list before."
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
        f"**The only step that nobody had seen.** The forecast of {month} was written to {where} before that list was opened. The steps above "
        f"end before it. {' '.join(lines)} {_say_held(scores, calibration)} {_say_named(screening)}"
    )


def _say_held(scores: pd.DataFrame, calibration: pd.DataFrame) -> str:
    """Say whether chances and intervals that were committed kept their word, beside the intervals of persistence."""
    said = [
        f"{CALIBRATED[r.outcome].capitalize()}: it said {say_percent(r.said)}, and {say_range(r.came, r.low, r.high, say_percent)} came{TOGETHER[r.verdict]}."
        for r in calibration.itertuples()
    ]
    plain = scores[(scores["metric"] == INSIDE) & (scores["model"] == PLAIN_GUESSES[0])].iloc[0]
    said.append(f"Intervals of {plain['model']} held {say_percent(plain['value'])}.")
    if calibration.set_index("outcome").loc["engagement_next", "verdict"] == FEWER:
        said.append(
            "So the intervals were too narrow. The method was mended afterwards, with that list in view, and the steps above show it mended; the file stays as it was written."
        )
    return " ".join(said)


def _say_named(screening: pd.DataFrame) -> str:
    """Say how many of those whom the committed forecast names came."""
    return " ".join(
        f"Of the {r.named} creators it named for the top quarter, {say_percent(r.forecast)} came; of the {r.named} with the most engagement "
        f"before, {say_percent(r.now)}: {'a clear difference' if r.better else 'no clear difference'}."
        for r in screening.itertuples()
    )


def show_commitment(scores: pd.DataFrame | None) -> HTML | None:
    """Show how good the committed forecast was, and how good the plain guesses beside it."""
    if scores is None:
        return None
    columns = METRIC_NAMES | {INSIDE: "inside the 90 % interval"}
    told = scores[scores["metric"].isin(columns) & scores["model"].isin([COMMITTED, *PLAIN_GUESSES])]
    told = told.assign(
        what=told["outcome"].map(OUTCOME_PHRASES),
        forecast=pd.Categorical(told["model"], [COMMITTED, *PLAIN_GUESSES]),
        text=[
            say_range(r.value, r.low, r.high, say_percent if r.metric == INSIDE else say_decimal)
            for r in told.itertuples()
        ],
    )
    order = list(OUTCOME_PHRASES.values())
    wide = told.pivot(index=["what", "forecast"], columns="metric", values="text")[list(columns)]
    wide = wide.sort_index(key=lambda keys: keys.map(order.index) if keys.name == "what" else keys)
    caption = (
        f"The committed forecast and plain guesses, {told['step'].iloc[0]}, with 95 % intervals over creators"
    )
    return show_table(
        wide.fillna("").rename(columns=columns).rename_axis(columns=None).reset_index(), caption
    )


def say_bounds(changes: pd.DataFrame | None, fall: pd.DataFrame | None) -> Markdown | None:
    """Say how far the change of engagement could be off because leavers aren't seen, and how much of a fall was foreseen."""
    if changes is None:
        return None
    everybody = changes[changes["group"] == "all"]
    flips = int(everybody["flips"].sum())
    moved = "The direction stays the same in every step."
    if flips:
        moved = f"That changes the direction in {say_number(flips)} of {say_number(len(everybody))} step{'s' if len(everybody) > 1 else ''}."
    return Markdown(
        "**Nobody sees how those who leave did.** Creators stay because their month was good, and no weighting by what was known before "
        f"corrects for that. The engagement of the median creator who stayed became {_say_span(everybody['stayers'])} times what it was. Had those "
        f"who left stood just below the next list's cut, it would be {_say_span(everybody['at_the_cut'])} times with them. {moved} {_say_foreseen(fall)}"
    )


def _say_foreseen(fall: pd.DataFrame | None) -> str:
    """Say how much of a top quarter's fall was to be expected of anybody who stood there."""
    foreseen = fall[(fall["step"] == "pooled") & fall["foreseen"].notna()] if fall is not None else ()
    if not len(foreseen) or foreseen["low"].iloc[0] <= 0:
        return "How much of the fall of a top quarter was to be expected can't be told."
    share = say_range(*foreseen[["foreseen", "low", "high"]].iloc[0], say_percent)
    return (
        f"The forecasts expected {share} of the fall of a top quarter from anybody who stood there, by regression to the mean and by what "
        "fades with time. Take that off before you say “they lost their touch”."
    )
