"""What the notebook says of models: errors, what they recovered, whether they hold on unseen creators."""

from collections.abc import Callable, Mapping

import pandas as pd
from IPython.display import HTML, Markdown
from scipy.stats import norm
from statsmodels.regression.linear_model import RegressionResultsWrapper

from tiktok.explore.correlations import ALPHA
from tiktok.figures import format_count
from tiktok.model.features import ALONE, Question
from tiktok.model.importance import WORTHWHILE
from tiktok.model.prediction_limits import CONFORMAL
from tiktok.story.frame import show_table
from tiktok.wording import (
    ROUNDING,
    join_words,
    say_decimal,
    say_interval,
    say_number,
    say_p,
    say_percent,
    say_range,
    say_statistic,
)

HOW_MUCH = ((0.1, "Very little"), (0.25, "A little"), (0.6, "A part"), (float("inf"), "Much"))  # R² up to


def show_scores(scores: pd.DataFrame, caption: str) -> HTML:
    """Show each model's errors, train and validate side by side."""
    models = scores["model"].unique()
    wide = scores.pivot(index="model", columns="sample", values=["rmse", "mae", "r2"]).loc[models]
    table = pd.DataFrame({"model": models})
    for measure, name, write in (
        ("rmse", "RMSE", _say_error),
        ("mae", "MAE", _say_error),
        ("r2", "R²", _say_r2),
    ):
        for sample in scores["sample"].unique():
            table[f"{name}, {sample}"] = wide[measure, sample].map(write).to_numpy()
    return show_table(table, caption)


def _say_error(value: float) -> str:
    return say_statistic(value) if value < ROUNDING else format_count(value)


def _say_r2(value: float) -> str:
    return "1 (to 12 digits)" if abs(1 - value) < 1e-12 else f"{value:.3f}"


def say_addition(ols: RegressionResultsWrapper, target: str) -> Markdown:
    """Say what OLS recovered: the formula that the target was computed with."""
    used = ols.params[ols.params.abs() > 1e-6]
    formula = " + ".join(f"{weight:.6f}·{name}" for name, weight in used.items())
    unused = [name for name in ols.params.index.drop(used.index) if name != "const"]
    rest = f", with nothing for {join_words(unused)}" if unused else ""
    return Markdown(
        f"The fitted model reads **{target} = {formula}**{rest}. That is the definition of {target}, found again. "
        "The model has learned an addition, not creators."
    )


def say_overfit(scores: pd.DataFrame) -> Markdown:
    """Say whether R² falls from train to unseen creators, which is what overfitting would look like."""
    r2 = scores.set_index("sample")["r2"]
    unseen = [sample for sample in r2.index if sample != "train"]
    if (r2 > 1 - 1e-9).all():
        return Markdown(
            f"**The perfect model had been handed the answer.** R² is 1 on train and just as much on {join_words(unseen)}: creators that the model never saw. An "
            "overfitted model is good on train and worse elsewhere; this one is perfect everywhere, because the "
            "answer is in the question. It is **leakage, not overfitting**, and no amount of data would change it."
        )
    falls = join_words([f"{say_decimal(r2[sample])} on {sample}" for sample in r2.index])
    return Markdown(f"R² is {falls}.")


def show_audit(audit: pd.DataFrame) -> HTML:
    """Show what the leakage audit looked for and found."""
    table = audit[["check", "features", "evidence", "verdict"]].assign(
        features=[join_words(features) if len(features) else "" for features in audit["features"]]
    )
    return show_table(table, "The leakage audit, which runs before every fit")


def show_regressions(answers: Mapping[Question, pd.DataFrame], raw: pd.DataFrame) -> HTML:
    """Show, for each question, how good each model is on creators left out, and in how many months it beats OLS."""
    rows = []
    for question, compared in answers.items():
        factors = _own_month(compared, "median_factor", raw)["value"]
        better = _count_better(compared, "r2_log")
        for row in _own_month(compared, "r2_log", raw).itertuples():
            gain = (row.over_baseline, row.over_baseline_low, row.over_baseline_high)
            rows.append(
                {
                    "question": question.asks if row.Index == compared["model"].iloc[0] else "",
                    "model": row.Index,
                    "R² of the logs": say_range(row.value, row.low, row.high),
                    "half within a factor of": say_decimal(factors[row.Index]),
                    "better than the mean by": say_range(*gain),
                    "months in which better than OLS": better[row.Index],
                }
            )
    caption = "Regression on creators left out, all of the month: repeated cross-validation, 95 % intervals"
    return show_table(pd.DataFrame(rows), caption)


def _by_model(compared: pd.DataFrame, metric: str) -> pd.DataFrame:
    return compared[compared["metric"] == metric].set_index("model")


def _own_month(compared: pd.DataFrame, metric: str, raw: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of the month that the story is told on."""
    return _by_model(compared[compared["month"] == raw.attrs["provenance"]["month"]], metric)


def _count_better(compared: pd.DataFrame, metric: str) -> pd.Series:
    """Count for each model the months in which it is shown to be better than the reference."""
    shown = _by_model(compared, metric)["beats_reference"]
    counted = shown.groupby(level=0).agg(["sum", "size"])
    return counted["sum"].astype(str) + " of " + counted["size"].astype(str)


def _say_in(shown: pd.Series) -> str:
    """Say in how many months something is shown: "in each of six months", "in two of six months"."""
    count, months = int(shown.sum()), len(shown)
    if months == 1:
        return "in this list" if count else "not in this list"
    return f"in {'each' if count == months else say_number(count)} of {say_number(months)} months"


def _say_months_range(values: pd.Series, say: Callable[[float], str] = say_decimal) -> str:
    """Say how a value runs over the months; nothing where there is only one."""
    if len(values) == 1:
        return ""
    low, high = say(values.min()), say(values.max())
    return f", over {say_number(len(values))} months {low if low == high else f'{low} to {high}'}"


def _holding_model(compared: pd.DataFrame, metric: str) -> tuple[str, str]:
    """Name the model that bends where it is better in every month, else the reference; and say how often it is."""
    by_model = _by_model(compared, metric)
    reference, bending = by_model["reference"].iloc[0], by_model.index[-1]
    better = by_model.loc[[bending], "beats_reference"]
    if better.all():
        return bending, f"{bending} are better than {reference} {_say_in(better)}"
    if better.any():
        return (
            reference,
            f"{bending} are better than {reference} {_say_in(better)} only, so they aren't called better",
        )
    where = " in any month" if len(better) > 1 else ""
    return reference, f"{bending} aren't shown to be better than {reference}{where}"


def say_how_much(r2: float) -> str:
    """Say in words how much an R² is."""
    return next(words for bound, words in HOW_MUCH if round(r2, 2) < bound)


def say_subscribers(told: pd.DataFrame, raw: pd.DataFrame) -> Markdown:
    """Say what subscribers alone tell of engagement and of success, in this month and throughout.

    Parameters
    ----------
    told : DataFrame
        What `model.tell_from_subscribers` returns.
    raw : DataFrame
        The list that the story is told on.
    """
    known = told.dropna(subset="r2")
    own = known[(known["month"] == raw.attrs["provenance"]["month"]) & (known["definition"] == "engagement")]
    if own.empty:
        return Markdown("What subscribers alone tell can't be asked of this list.")
    row, comparisons = own.iloc[0], say_number(len(known))
    how_much = say_how_much(row["r2"]) if row["r2_shown"] else "Not shown to be anything"
    where = "by both definitions of engagement"
    months = known["month"].unique()
    if len(months) > 1:
        where = f"over {say_number(len(months))} months and both definitions of engagement"
    bent, better = int((known["p_curvature"] < ALPHA).sum()), int(known["gain_shown"].sum())
    skilled = int(known["skill_shown"].sum())
    return Markdown(
        f"*{ALONE.asks}* **{how_much}**: on creators left out, a curve over subscribers reaches an R² of "
        f"{say_range(row['r2'], row['r2_low'], row['r2_high'])} for the logs of engagement; {where} it runs from "
        f"{say_interval(known['r2'].min(), known['r2'].max())}. A test finds the relation bent in {say_number(bent)} of {comparisons} "
        f"comparisons (a definition and a month each), and on creators left out the curve is shown to be better than a straight line in "
        f"{say_number(better)}. A chance by the same curve ranks a successful creator above another one {say_percent(row['auc'])} of the "
        f"time ({say_interval(row['auc_low'], row['auc_high'], say_percent)}; 50 % is guessing). "
        f"{_say_skill(row['skill'], row['skill_low'], row['skill_high'], row['skill_shown'])}; such chances are shown to be better than the base rate in "
        f"{say_number(skilled)} of {comparisons} comparisons."
    )


def _say_skill(skill: float, low: float, high: float, shown: bool) -> str:
    if not shown:
        return "That the chances beat the base rate isn't shown here"
    return f"The chances cut the base rate's squared error by {say_range(skill, low, high, say_percent)}"


def say_regression(question: Question, compared: pd.DataFrame, raw: pd.DataFrame) -> Markdown:
    """Say how much a question's features tell of its target, by which model, and whether that holds over months.

    Parameters
    ----------
    question : one of `model.regression_questions`
    compared : DataFrame
        What `model.compare_over_months` returns for it.
    raw : DataFrame
        The list that the story is told on.
    """
    r2, factors = _own_month(compared, "r2_log", raw), _own_month(compared, "median_factor", raw)
    if r2.empty:
        return Markdown(
            f"*{question.asks}* Of this list it can't be asked: too few creators, or the answer is among what is known."
        )
    model, closing = _holding_model(compared, "r2_log")
    row, factor, baseline = r2.loc[model], factors.loc[model], r2["baseline"].iloc[0]
    if not row["beats_baseline"]:
        return Markdown(
            f"*{question.asks}* Not shown to be anything: on creators left out {model} isn't shown to be better than the {baseline} at telling "
            f"{question.target} (an R² of the logs of {say_range(row['value'], row['low'], row['high'])})."
        )
    throughout = _say_months_range(_by_model(compared, "r2_log").loc[[model], "value"])
    by_factor = "" if factor["beats_baseline"] else ", so by this measure it isn't shown to be better"
    return Markdown(
        f"*{question.asks}* **{say_how_much(row['value'])}**: on creators left out, R² with {model} is "
        f"{say_range(row['value'], row['low'], row['high'])} for the logs of {question.target}{throughout}; {closing}. Half of its "
        f"predictions are within a factor of {say_decimal(factor['value'])}; guessing the same number for everybody gives "
        f"{say_decimal(factors.loc[baseline, 'value'])}{by_factor}."
    )


def say_list_bar(shares: pd.DataFrame, with_bar: pd.DataFrame, raw: pd.DataFrame) -> Markdown | None:
    """Say whether what bending models find about shares is the list's own cut.

    Parameters
    ----------
    shares : what `model.compare_over_months` returns for shares
    with_bar : the same, where the list's bar is known
    raw : DataFrame
        The list that the story is told on.
    """
    own, bar = (_own_month(table, "r2_log", raw) for table in (shares, with_bar))
    if own.empty or bar.empty:
        return None
    bending, closing = _holding_model(shares, "r2_log")
    reference = own["reference"].iloc[0]
    if bending == reference:
        return Markdown(f"Of shares, {closing}.")
    curves, told = (
        _by_model(table, "r2_log").set_index("month", append=True)["value"] for table in (shares, with_bar)
    )
    as_good = told[reference] >= curves[bending]
    line, curve = own.loc[reference, "value"], own.loc[bending, "value"]
    reading = "What bends is mostly the list's edge, no insight into sharing."
    if not as_good.all():
        reading = f"It does at least as well as {bending} {_say_in(as_good)}; what else they have found isn't known."
    return Markdown(
        f"Of shares, {closing} (here R² {say_decimal(curve)} against {say_decimal(line)}). {reference} reaches "
        f"{say_decimal(bar.loc[reference, 'value'])} once it is told how many shares a creator with these views, likes and comments needs to "
        f"reach the list's lowest product (or, where that is less, what nineteen creators in twenty have). {reading}"
    )


def say_test(tested: pd.DataFrame, chosen: str) -> Markdown:
    """Say how the model that was chosen on validate did on the test creators, which it met once."""
    row = _by_model(tested, "r2_log").loc[chosen]
    return Markdown(
        f"The model that was best on the validation creators ({chosen}) scores an R² of the logs of "
        f"{say_range(row['value'], row['low'], row['high'])} on the {row['n']:,} test creators, on which no choice was made. One test of that size is an illustration."
    )


def say_marks(ablated: pd.DataFrame) -> Markdown:
    """Say whether name and handle add anything to what subscribers tell."""
    marks = ablated.iloc[-1]
    adds = {
        "adds": "add something",
        "harms": "add noise",
        "nothing": "add nothing",
        "unclear": "are not shown to add anything",
    }
    return Markdown(
        f"On this list the marks of name and handle {adds[marks['verdict']]} to what subscribers tell of engagement "
        f"(R² changes by {say_range(marks['adds'], marks['adds_low'], marks['adds_high'], _say_thousandths)})."
    )


def _say_thousandths(value: float) -> str:
    """Write what decides a word by its sign so finely that the sign is seen."""
    return f"{value:.3f}".replace("-", "−")


def say_elasticity(table: pd.DataFrame, target: str) -> Markdown:
    """Say how much more of the target creators have who have twice the subscribers."""
    row = table.set_index("feature").loc["subscribers"]
    low, high = row["percent_low"], row["percent_high"]
    if low <= 0 <= high:
        return Markdown(
            f"Creators with twice the subscribers are not shown to have more or less {target} ({low:.0f} % to {high:.0f} %)."
        )
    more = "more" if row["percent"] > 0 else "less"
    least, most = sorted([abs(low), abs(high)])
    return Markdown(
        f"Creators on this list with twice the subscribers have, on average over all sizes, {abs(row['percent']):.0f} % {more} {target} "
        f"({least:.0f} % to {most:.0f} %): a difference between creators, not what would happen to one who grew."
    )


def show_diagnostics(checks: pd.DataFrame) -> HTML:
    """Show what OLS takes for granted, whether it is so, and what that changes in the reading."""
    table = checks[["check", "method", "statistic", "p", "passed", "reading"]].assign(
        statistic=checks["statistic"].map(say_decimal),
        p=[say_p(p) if pd.notna(p) else "" for p in checks["p"]],
        passed=checks["passed"].map({True: "yes", False: "no"}),
    )
    return show_table(table, "What the regression takes for granted")


def say_limits(coverage: pd.DataFrame, curve: pd.DataFrame) -> Markdown:
    """Say how wide an honest interval for one creator is, and whether more creators would help."""
    # of the methods the one that takes nothing for granted about the shape of the errors
    interval = coverage[coverage["method"] == CONFORMAL].iloc[0]
    kept = "within chance of what was asked for" if interval["kept"] else "which is not what was asked for"
    half, most = curve.iloc[0], curve.iloc[-1]
    helps = "still help" if half["helps"] else "aren't shown to help"
    return Markdown(
        f"An interval that should hold nine creators in ten reaches, for the typical creator, from the prediction divided by "
        f"{say_decimal(interval['factor'])} to the prediction times it, and held {say_percent(interval['coverage'])} of the test creators, {kept}. "
        f"Learning from {most['creators']:,.0f} creators instead of {half['creators']:,.0f} changes R² by "
        f"{say_range(half['gain'], half['gain_low'], half['gain_high'])}: more creators of the same kind {helps}."
    )


def show_classifiers(answers: Mapping[Question, pd.DataFrame], raw: pd.DataFrame) -> HTML:
    """Show, for each question, how well success is told apart on creators left out."""
    rows = []
    for question, compared in answers.items():
        auc, skill = _own_month(compared, "auc", raw), _own_month(compared, "brier_skill", raw)
        precision, brier = _own_month(compared, "average_precision", raw), _own_month(compared, "brier", raw)
        better = _count_better(compared, "brier_skill")
        for row in auc.itertuples():
            gain = skill.loc[row.Index]
            rows.append(
                {
                    "question": question.asks if row.Index == auc.index[0] else "",
                    "model": row.Index,
                    "AUC": say_range(row.value, row.low, row.high),
                    "average precision": say_decimal(precision.loc[row.Index, "value"]),
                    "Brier score": f"{brier.loc[row.Index, 'value']:.3f}",
                    "Brier skill": say_range(gain["value"], gain["low"], gain["high"]),
                    "months in which better by Brier score than logistic regression": better[row.Index],
                }
            )
    caption = (
        "Success told apart on creators left out, all of the month: repeated cross-validation, 95 % intervals"
    )
    return show_table(pd.DataFrame(rows), caption)


def say_success(question: Question, compared: pd.DataFrame, raw: pd.DataFrame) -> Markdown:
    """Say how well success can be told apart from a question's features, and whether that holds over months.

    Parameters
    ----------
    question : one of `model.success_questions`
    compared : DataFrame
        What `model.compare_over_months` returns for its success.
    raw : DataFrame
        The list that the story is told on.
    """
    auc, skill = _own_month(compared, "auc", raw), _own_month(compared, "brier_skill", raw)
    if auc.empty:
        return Markdown(
            f"*{question.asks}* Of this list it can't be asked: too few creators, or the answer is among what is known."
        )
    model, closing = _holding_model(compared, "brier_skill")
    ranks, gain = auc.loc[model], skill.loc[model]
    if not ranks["beats_baseline"]:
        return Markdown(
            f"*{question.asks}* {model.capitalize()} {'aren' if model.endswith('s') else 'isn'}'t shown to tell success apart better than guessing."
        )
    throughout = _say_months_range(_by_model(compared, "auc").loc[[model], "value"], say_percent)
    return Markdown(
        f"*{question.asks}* {model.capitalize()} {'rank' if model.endswith('s') else 'ranks'} a successful creator above another one {say_percent(ranks['value'])} of the time "
        f"({say_interval(ranks['low'], ranks['high'], say_percent)}; 50 % is guessing){throughout}. "
        f"{_say_skill(gain['value'], gain['low'], gain['high'], gain['beats_baseline'])}. By that error {closing}."
    )


def say_ablation(table: pd.DataFrame) -> Markdown:
    """Say what each group of features adds to what is known without it."""
    groups = table[table["verdict"] != ""]
    said = [
        f"{r.known}: {r.verdict} ({_say_thousandths(r.adds)}, {say_interval(r.adds_low, r.adds_high, _say_thousandths)})"
        for r in groups.itertuples()
    ]
    return Markdown(
        f"What each group of features adds to the AUC on this list: {'; '.join(said)}. (Nothing: surely below {WORTHWHILE}; unclear: perhaps something.)"
    )


def say_direction(apart: pd.DataFrame) -> Markdown:
    """Say in which direction rates of reactions go, the top quarter against the rest, over months and by both definitions.

    Parameters
    ----------
    apart : DataFrame
        What `explore.compare_top_quarters` returns for the rates: importance shows no direction.
    """
    said = [_say_rates(definition, rows) for definition, rows in apart.groupby("definition", sort=False)]
    return Markdown(
        f"**The figures show what the model uses, not in which direction, nor what helps.** {' '.join(said)} Views are what a "
        "rate is divided by, and most of engagement: so by engagement fewer reactions per view are partly arithmetic and, if entry follows the product, the "
        "list's cut. This is no advice."
    )


def _say_rates(definition: str, apart: pd.DataFrame) -> str:
    """Say which reactions per view the top quarter by one definition has more of, which fewer, and in how many months."""
    counted = apart.groupby("feature", sort=False)["direction"]
    parts = []
    for word, direction in (("more", "more"), ("fewer", "less")):
        shown = counted.apply(lambda found, direction=direction: (found == direction).sum())
        for months, features in shown[shown > 0].groupby(shown, sort=False):
            named = join_words([feature.removesuffix("_per_1000_views") for feature in features.index])
            parts.append(
                f"{word} {named} {_say_in(pd.Series([True] * months + [False] * (apart['month'].nunique() - months)))}"
            )
    what = join_words(parts) if parts else "no reaction is shown to be more or less frequent"
    has = "the top quarter has, per view, " if parts else ""
    return f"By {definition}, {has}{what}."


def show_chances(scored: pd.DataFrame) -> HTML:
    """Show clients' chances, or why there is no number."""
    table = pd.DataFrame(
        {
            "subscribers": scored["subscribers"].map(format_count),
            "probability of success": scored["probability"].map(say_percent),
            "95 % interval": [say_interval(r.low, r.high, say_percent) for r in scored.itertuples()],
            "similar creators here": scored["similar"],
            "note": scored["note"],
        }
    )
    return show_table(table, "A client's chances, once on such a list")


def say_chances(scored: pd.DataFrame) -> Markdown:
    """Say how the chances run over the subscribers, where enough creators are similar, and whom they speak of."""
    known = scored[scored["probability"].notna() & (scored["note"] == "")].sort_values("subscribers")
    if len(known) < 2:
        return Markdown("For no two of these clients does the list give a dependable probability.")
    first, last, chances = known.iloc[0], known.iloc[-1], known["probability"]
    which, often = "Bigger", "not shown to be more often"
    if last["low"] > first["high"]:
        often = "more often"
        which = "Bigger" if chances.is_monotonic_increasing else "The biggest"
    elif last["high"] < first["low"]:
        often = "less often"
    steepness = "" if often.startswith("not") else f"{_say_steepness(scored.attrs['bends'])} "
    said = [f"{say_percent(r.probability)} at {format_count(r.subscribers)}" for r in known.itertuples()]
    return Markdown(
        f"**{which} accounts on the list are {often} successful**: the chance of success is {join_words(said)} subscribers; of all "
        f"creators there {say_percent(scored.attrs['base_rate'])} succeed, by the threshold of the training creators. {steepness}What it takes to get "
        "onto the list, and what would happen to a client who gained subscribers, no such number says."
    )


def _say_steepness(bends: Mapping[str, float]) -> str:
    """Say where the chance rises faster, as far as the bend of its curve is shown."""
    bend = next(iter(bends.values()), 0.0)
    if abs(bend) < norm.ppf(1 - ALPHA / 2):
        return "That it rises faster among small or among big accounts isn't shown."
    few, many = ("slowly", "steeply") if bend > 0 else ("steeply", "slowly")
    return f"With size it changes {few} among the small accounts and {many} among the big ones."
