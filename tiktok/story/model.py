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
    start_sentence,
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
    rest = f" It gives no weight to {join_words(unused)}." if unused else ""
    return Markdown(
        f"The fitted model reads **{target} = {formula}**.{rest} That is the definition of {target}, recovered from the list. "
        "The model has learned nothing about creators."
    )


def say_overfit(scores: pd.DataFrame) -> Markdown:
    """Say whether R² falls from train to unseen creators, which is what overfitting would look like."""
    r2 = scores.set_index("sample")["r2"]
    if (r2 > 1 - 1e-9).all():
        return Markdown(
            f"R² is 1 on {join_words(r2.index)} alike. An overfitted model does well on train and worse elsewhere, and this one doesn't. "
            "**So the score shows leakage**: the answer was among the inputs."
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
                    "half of the predictions within a factor of": say_decimal(factors[row.Index]),
                    "gain in R² over the mean": say_range(*gain),
                    "months in which it beats OLS": better[row.Index],
                }
            )
    caption = (
        "Regression, scored on creators left out: repeated cross-validation over the month, 95 % intervals"
    )
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
    """Say in a sentence how a value runs over the months; nothing where there is only one."""
    if len(values) == 1:
        return ""
    low, high = say(values.min()), say(values.max())
    runs = f"is {low}" if low == high else f"runs from {low} to {high}"
    return f" Over {say_number(len(values))} months, it {runs}."


def _holding_model(compared: pd.DataFrame, metric: str) -> tuple[str, str]:
    """Name the model with curves where it is better in every month, else the reference; and say how often it is."""
    by_model = _by_model(compared, metric)
    reference, bending = by_model["reference"].iloc[0], by_model.index[-1]
    better = by_model.loc[[bending], "beats_reference"]
    if better.all():
        return bending, f"{bending} are better than {reference} {_say_in(better)}"
    if better.any():
        return (
            reference,
            f"{bending} are better than {reference} {_say_in(better).replace('in ', 'in only ', 1)}, so they aren't called better",
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
    how_much = f"{say_how_much(row['r2'])} of the variation in engagement"
    if not row["r2_shown"]:
        how_much = "Nothing is shown"
    where = "By the two definitions of engagement"
    months = known["month"].unique()
    if len(months) > 1:
        where = f"Over {say_number(len(months))} months and both definitions of engagement"
    bent, better = int((known["p_curvature"] < ALPHA).sum()), int(known["gain_shown"].sum())
    skilled = int(known["skill_shown"].sum())
    return Markdown(
        f"*{ALONE.asks}* **{how_much}.** On creators left out, a curve over subscribers reaches an R² of "
        f"{say_range(row['r2'], row['r2_low'], row['r2_high'])} for the logs of engagement. {where}, R² runs from "
        f"{say_interval(known['r2'].min(), known['r2'].max())}. A test finds the relation curved in {say_number(bent)} of {comparisons} "
        f"comparisons (each month by each definition). On creators left out, the curve is shown to be better than a straight line in "
        f"{say_number(better)}. With success as the target, the same curve ranks a successful creator above an unsuccessful one "
        f"{say_range(row['auc'], row['auc_low'], row['auc_high'], say_percent)} of the time, where 50 % is guessing. "
        f"{_say_skill(row['skill'], row['skill_low'], row['skill_high'], row['skill_shown'])} Over all comparisons, they are shown to be better than the base rate in "
        f"{say_number(skilled)} of {comparisons}."
    )


def _say_skill(skill: float, low: float, high: float, shown: bool) -> str:
    if not shown:
        return "The probabilities aren't shown to beat the base rate here."
    return f"The probabilities cut the squared error of the base rate by {say_range(skill, low, high, say_percent)}."


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
            f"*{question.asks}* **Nothing is shown.** On creators left out, {model} isn't shown to predict {question.target} better than the {baseline}. "
            f"R² is {say_range(row['value'], row['low'], row['high'])} for the logs."
        )
    throughout = _say_months_range(_by_model(compared, "r2_log").loc[[model], "value"])
    by_factor = "" if factor["beats_baseline"] else " By this measure, the model isn't shown to be better."
    return Markdown(
        f"*{question.asks}* **{say_how_much(row['value'])} of the variation in {question.target} can be predicted.** On creators left out, R² with {model} is "
        f"{say_range(row['value'], row['low'], row['high'])} for the logs of {question.target}.{throughout} {start_sentence(closing)}. Half of its "
        f"predictions are within a factor of {say_decimal(factor['value'])}; guessing the same number for everybody gives "
        f"{say_decimal(factors.loc[baseline, 'value'])}.{by_factor}"
    )


def say_list_bar(shares: pd.DataFrame, with_bar: pd.DataFrame, raw: pd.DataFrame) -> Markdown | None:
    """Say whether what curves find about shares is the list's own cut.

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
        return Markdown(f"For shares, {closing}.")
    curves, told = (
        _by_model(table, "r2_log").set_index("month", append=True)["value"] for table in (shares, with_bar)
    )
    as_good = told[reference] >= curves[bending]
    line, curve = own.loc[reference, "value"], own.loc[bending, "value"]
    reading = f"So what the {bending} have found is mostly the list's edge. That is no insight into what makes people share."
    if not as_good.all():
        reading = f"It then does at least as well as {bending} {_say_in(as_good)}. What else the {bending} have found isn't known."
    return Markdown(
        f"For shares, {closing}: here R² is {say_decimal(curve)} against {say_decimal(line)}. {reference} reaches "
        f"{say_decimal(bar.loc[reference, 'value'])} once it also knows how many shares a creator with these views, likes and comments needs to reach "
        f"the list's lowest product. That number is never set below what 19 creators in 20 have. {reading}"
    )


def say_test(tested: pd.DataFrame, chosen: str) -> Markdown:
    """Say how the model that was chosen on validate did on the test creators, which it met once."""
    row = _by_model(tested, "r2_log").loc[chosen]
    return Markdown(
        f"On the validation creators, the best model was {chosen}. On the {row['n']:,} test creators, who played no part in that choice, its R² for the logs is "
        f"{say_range(row['value'], row['low'], row['high'])}. One test of that size is only an illustration."
    )


def say_marks(ablated: pd.DataFrame) -> Markdown:
    """Say whether name and handle add anything to what subscribers tell."""
    marks = ablated.iloc[-1]
    adds = {
        "adds": "add something",
        "harms": "add only noise",
        "nothing": "add nothing",
        "unclear": "aren't shown to add anything",
    }
    return Markdown(
        f"On this list, the marks of name and handle {adds[marks['verdict']]} to what subscribers tell of engagement. "
        f"They change R² by {say_range(marks['adds'], marks['adds_low'], marks['adds_high'], _say_thousandths)}."
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
            f"Creators with twice the subscribers aren't shown to have more or less {target}: "
            f"the interval runs from {low:.0f} % to {high:.0f} %.".replace("-", "−")
        )
    more = "more" if row["percent"] > 0 else "less"
    least, most = sorted([abs(low), abs(high)])
    return Markdown(
        f"On this list, creators with twice the subscribers have {abs(row['percent']):.0f} % ({least:.0f} % to {most:.0f} %) {more} {target}, "
        "on average over all sizes. That is a difference between creators, not what would happen to one who grew."
    )


def show_diagnostics(checks: pd.DataFrame) -> HTML:
    """Show what OLS takes for granted, whether it is so, and what that changes in the reading."""
    table = checks[["check", "method", "statistic", "p", "passed", "reading"]].assign(
        statistic=checks["statistic"].map(say_decimal),
        p=[say_p(p) if pd.notna(p) else "" for p in checks["p"]],
        passed=checks["passed"].map({True: "yes", False: "no"}),
    )
    return show_table(table, "What the regression assumes, and whether it holds")


def say_limits(coverage: pd.DataFrame, curve: pd.DataFrame) -> Markdown:
    """Say how wide an honest interval for one creator is, and whether more creators would help."""
    # of the methods the one that takes nothing for granted about the shape of the errors
    interval = coverage[coverage["method"] == CONFORMAL].iloc[0]
    kept = "which is within chance of" if interval["kept"] else "which is further than chance from"
    half, most = curve.iloc[0], curve.iloc[-1]
    helps = "still help" if half["helps"] else "aren't shown to help"
    return Markdown(
        f"A prediction interval was built to hold {say_percent(interval['level'])} of creators. For the typical creator it runs from the prediction divided by "
        f"{say_decimal(interval['factor'])} to the prediction times that factor. It held {say_percent(interval['coverage'])} of the test creators, {kept} the target. "
        f"Learning from {most['creators']:,.0f} creators instead of {half['creators']:,.0f} changes R² by "
        f"{say_range(half['gain'], half['gain_low'], half['gain_high'])}. More creators of the same kind {helps}."
    )


def show_classifiers(answers: Mapping[Question, pd.DataFrame], raw: pd.DataFrame) -> HTML:
    """Show, for each question, how well success is predicted on creators left out."""
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
                    "months in which its Brier score beats logistic regression": better[row.Index],
                }
            )
    caption = "Classification, scored on creators left out: repeated cross-validation over the month, 95 % intervals"
    return show_table(pd.DataFrame(rows), caption)


def say_success(question: Question, compared: pd.DataFrame, raw: pd.DataFrame) -> Markdown:
    """Say how well success can be predicted from a question's features, and whether that holds over months.

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
            f"*{question.asks}* {start_sentence(model)} {'aren' if model.endswith('s') else 'isn'}'t shown to predict success better than guessing."
        )
    throughout = _say_months_range(_by_model(compared, "auc").loc[[model], "value"], say_percent)
    return Markdown(
        f"*{question.asks}* {start_sentence(model)} {'rank' if model.endswith('s') else 'ranks'} a successful creator above an unsuccessful one "
        f"{say_range(ranks['value'], ranks['low'], ranks['high'], say_percent)} of the time, where 50 % is guessing.{throughout} "
        f"{_say_skill(gain['value'], gain['low'], gain['high'], gain['beats_baseline'])} By squared error, {closing}."
    )


def say_ablation(table: pd.DataFrame) -> Markdown:
    """Say what each group of features adds to what is known without it."""
    alone, *others = table[table["verdict"] != ""].itertuples()
    said = [f"On this list, knowing {alone.known} alone {_say_gain(alone)}."]
    for row in others:
        group = row.known.removeprefix(f"{alone.known} + ")
        said.append(
            f"Beyond {alone.known}, knowing {group if row.known == group else f'the {group}'} {_say_gain(row)}."
        )
    if (table["verdict"] == "nothing").any():
        said.append(f"“Nothing” means surely less than {WORTHWHILE}.")
    return Markdown(" ".join(said))


def _say_gain(row: tuple) -> str:
    """Say what a group of features does to the AUC, as firmly as its interval allows."""
    change = say_range(row.adds, row.adds_low, row.adds_high, _say_thousandths)
    does = {
        "adds": f"adds {change} to the AUC",
        "harms": f"lowers the AUC: {change}",
        "nothing": f"adds nothing to the AUC: {change}",
        "unclear": f"isn't shown to change the AUC: {change}",
    }
    return does[row.verdict]


def say_direction(apart: pd.DataFrame) -> Markdown:
    """Say in which direction rates of reactions go, the top quarter against the rest, over months and by both definitions.

    Parameters
    ----------
    apart : DataFrame
        What `explore.compare_top_quarters` returns for the rates: importance shows no direction.
    """
    said = [_say_rates(definition, rows) for definition, rows in apart.groupby("definition", sort=False)]
    fewer = (apart["definition"].eq("engagement") & apart["direction"].eq("less")).any()
    why = (
        "Views are the denominator of each rate and a part of engagement. So by engagement, fewer reactions per view are partly arithmetic. "
        "If entry follows the product, the list's cut adds to that. "
    )
    return Markdown(
        "**The figures show what the model uses, not in which direction, nor what helps.** "
        f"{' '.join(said)} {why if fewer else ''}This is no advice."
    )


def _say_rates(definition: str, apart: pd.DataFrame) -> str:
    """Say which reactions per view the top quarter by one definition has more of, which fewer, and in how many months."""
    counted = apart.groupby("feature", sort=False)["direction"]
    parts = []
    for word, direction in (("more", "more"), ("fewer", "less")):
        shown = counted.apply(lambda found, direction=direction: (found == direction).sum())
        for months, features in shown[shown > 0].groupby(shown, sort=False):
            named = join_words([feature.removesuffix("_per_1000_views") for feature in features.index])
            shown_in = pd.Series([True] * months + [False] * (apart["month"].nunique() - months))
            parts.append(f"{word} {named} per view {_say_in(shown_in)}")
    if not parts:
        return f"By {definition}, no reaction is shown to be more or less frequent."
    return f"By {definition}, the top quarter has {join_words(parts)}."


def show_chances(scored: pd.DataFrame) -> HTML:
    """Show clients' chances, or why there is no number."""
    table = pd.DataFrame(
        {
            "subscribers": scored["subscribers"].map(format_count),
            "probability of success": scored["probability"].map(say_percent),
            "95 % interval": [say_interval(r.low, r.high, say_percent) for r in scored.itertuples()],
            "similar creators on the list": scored["similar"],
            "note": scored["note"],
        }
    )
    return show_table(table, "Chances of success by size, among creators on the list")


def say_chances(scored: pd.DataFrame) -> Markdown:
    """Say how the chances run over the subscribers, where enough creators are similar, and whom they speak of."""
    known = scored[scored["probability"].notna() & (scored["note"] == "")].sort_values("subscribers")
    if len(known) < 2:
        return Markdown("The list gives no dependable probability for any two of these sizes.")
    first, last, chances = known.iloc[0], known.iloc[-1], known["probability"]
    which, succeed = "Bigger", "aren't shown to succeed more often"
    if last["low"] > first["high"]:
        succeed = "succeed more often"
        which = "Bigger" if chances.is_monotonic_increasing else "The biggest"
    elif last["high"] < first["low"]:
        succeed = "succeed less often"
    steepness = "" if "shown" in succeed else f"{_say_steepness(scored.attrs['bends'])} "
    said = [f"{say_percent(r.probability)} at {format_count(r.subscribers)}" for r in known.itertuples()]
    return Markdown(
        f"**{which} accounts on the list {succeed}.** The chance of success is {join_words(said)} subscribers. {steepness}Of all "
        f"creators on the list, {say_percent(scored.attrs['base_rate'])} succeed by the threshold of the training creators. This doesn't tell "
        "you how to get onto the list, nor what would happen to a client who gained subscribers."
    )


def _say_steepness(bends: Mapping[str, float]) -> str:
    """Say where the chance rises faster, as far as the bend of its curve is shown."""
    bend = next(iter(bends.values()), 0.0)
    if abs(bend) < norm.ppf(1 - ALPHA / 2):
        return "Whether it changes faster among small or among big accounts isn't shown."
    few, many = ("slowly", "steeply") if bend > 0 else ("steeply", "slowly")
    return f"It changes {few} with size among small accounts and {many} among big ones."
