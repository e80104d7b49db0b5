"""What the notebook says of models: errors, what they recovered, whether they hold on unseen creators."""

from collections.abc import Mapping

import pandas as pd
from IPython.display import HTML, Markdown
from statsmodels.regression.linear_model import RegressionResultsWrapper

from tiktok.explore.correlations import ALPHA
from tiktok.figures import format_count
from tiktok.model.features import Question
from tiktok.model.importance import WORTHWHILE
from tiktok.model.prediction_limits import CONFORMAL
from tiktok.story.frame import show_table
from tiktok.wording import (
    ROUNDING,
    join_words,
    say_decimal,
    say_interval,
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


def show_regressions(answers: Mapping[Question, pd.DataFrame]) -> HTML:
    """Show, for each question, how good each model is on creators left out, and whether it beats the mean and OLS."""
    rows = []
    for question, compared in answers.items():
        factors = _by_model(compared, "median_factor")["value"]
        for row in _by_model(compared, "r2_log").itertuples():
            gain = (row.over_baseline, row.over_baseline_low, row.over_baseline_high)
            rows.append(
                {
                    "question": question.asks if row.Index == compared["model"].iloc[0] else "",
                    "model": row.Index,
                    "R² of the logs": say_range(row.value, row.low, row.high),
                    "half within a factor of": say_decimal(factors[row.Index]),
                    "better than the mean by": say_range(*gain),
                    "better than OLS": "yes" if row.beats_reference else "not shown",
                }
            )
    return show_table(
        pd.DataFrame(rows), "Regression on creators left out: repeated cross-validation, 95 % intervals"
    )


def _by_model(compared: pd.DataFrame, metric: str) -> pd.DataFrame:
    return compared[compared["metric"] == metric].set_index("model")


def _best_shown(scores: pd.DataFrame) -> str | None:
    """Name the best model that is shown to beat the baseline; the reference, unless another is shown to beat it."""
    shown = scores[scores["beats_baseline"]]
    if shown.empty:
        return None
    best, reference = shown["value"].idxmax(), scores["reference"].iloc[0]
    return reference if reference in shown.index and not shown.loc[best, "beats_reference"] else best


def say_regression(question: Question, compared: pd.DataFrame) -> Markdown:
    """Say how much a question's features tell of its target, by which model, and what that means in factors."""
    r2, factors = _by_model(compared, "r2_log"), _by_model(compared, "median_factor")
    baseline, reference = r2["baseline"].iloc[0], r2["reference"].iloc[0]
    best = _best_shown(r2)
    if best is None:
        top = r2.loc[r2["value"].idxmax()]
        return Markdown(
            f"*{question.asks}* Not shown to be anything: by this cross-validation no model is better than the {baseline} at telling "
            f"{question.target} (the best reaches an R² of the logs of {say_decimal(top['value'])}, {say_interval(top['low'], top['high'])})."
        )
    row, factor = r2.loc[best], factors.loc[best]
    how_much = next(words for bound, words in HOW_MUCH if row["value"] < bound)
    closing = "no other model is shown to be better"
    if row["beats_reference"]:
        closing = f"better than {reference}"
    elif best != reference:
        closing = f"not shown to be better than {reference}"
    by_factor = "" if factor["beats_baseline"] else ", so by this measure it isn't shown to be better"
    return Markdown(
        f"*{question.asks}* **{how_much}**: on creators left out, {best} reaches an R² of {say_range(row['value'], row['low'], row['high'])} "
        f"for the logs of {question.target}; {closing}. Half of its predictions are within a factor of {say_decimal(factor['value'])}; "
        f"guessing the same number for everybody gives {say_decimal(factors.loc[baseline, 'value'])}{by_factor}."
    )


def say_list_bar(compared: pd.DataFrame, ablated: pd.DataFrame) -> Markdown:
    """Say whether what bending models find about shares is the list's own cut.

    Parameters
    ----------
    compared : what `model.cross_validate_regressors` returns for shares
    ablated : what `model.ablate_features` returns for OLS, with the group "the list's bar"
    """
    r2 = _by_model(compared, "r2_log")
    best, reference = r2["value"].idxmax(), r2["reference"].iloc[0]
    if not r2.loc[best, "beats_reference"]:
        return Markdown(f"No model that bends is shown to tell shares better than {reference}.")
    with_bar = ablated.iloc[-1]
    if with_bar["verdict"] != "adds":
        return Markdown(
            f"{best[0].upper()}{best[1:]} tells shares better than {reference}; what it has found isn't known."
        )
    return Markdown(
        f"That {best} tells shares better than {reference} (R² {say_decimal(r2.loc[best, 'value'])} against {say_decimal(r2.loc[reference, 'value'])}) "
        f"is mostly no insight into sharing: {reference} reaches {say_decimal(with_bar['value'])} once it is told how many shares a creator with these views, "
        "likes and comments needs to reach the list's lowest product (or, where that is less, what nineteen creators in twenty have). What "
        "bends is mostly the list's edge."
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
    alone, marks = ablated.iloc[1], ablated.iloc[-1]
    adds = {
        "adds": "add something",
        "harms": "add noise",
        "nothing": "add nothing",
        "unclear": "are not shown to add anything",
    }
    return Markdown(
        f"Subscribers alone reach {say_decimal(alone['value'])} by the same measure; the marks of name and handle {adds[marks['verdict']]} "
        f"({say_decimal(marks['adds'])}, {say_interval(marks['adds_low'], marks['adds_high'])})."
    )


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
        f"Creators on this list with twice the subscribers have {abs(row['percent']):.0f} % {more} {target} "
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


def say_limits(coverage: pd.DataFrame, curve: pd.DataFrame, rounding: pd.DataFrame) -> Markdown:
    """Say how wide an honest interval for one creator is, whether more creators would help, and what rounding costs."""
    # of the methods the one that takes nothing for granted about the shape of the errors
    interval = coverage[coverage["method"] == CONFORMAL].iloc[0]
    kept = "within chance of what was asked for" if interval["kept"] else "which is not what was asked for"
    smaller = curve[curve["share"] < 1].iloc[-1]
    helps = "still help" if smaller["helps"] else "aren't shown to help"
    ceiling = rounding.set_index("measure")["value"]["ceiling of R²"]
    return Markdown(
        f"An interval that should hold nine creators in ten reaches, for the typical creator, from the prediction divided by "
        f"{say_decimal(interval['factor'])} to the prediction times it, and held {say_percent(interval['coverage'])} of the test creators, {kept}. "
        f"Learning from all {curve['creators'].max():,} creators instead of {smaller['creators']:,} changes R² by "
        f"{say_range(smaller['gain'], smaller['gain_low'], smaller['gain_high'])}: more creators of the same kind "
        f"{helps}. The rounding of the published counts is not the limit: a perfect model could reach an R² of {ceiling:.4f}."
    )


def show_classifiers(answers: Mapping[Question, pd.DataFrame]) -> HTML:
    """Show, for each question, how well success is told apart on creators left out."""
    rows = []
    for question, compared in answers.items():
        auc, skill = _by_model(compared, "auc"), _by_model(compared, "brier_skill")
        precision, brier = _by_model(compared, "average_precision"), _by_model(compared, "brier")
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
                    "better than the base rate": "yes" if gain["beats_baseline"] else "not shown",
                }
            )
    caption = "Success told apart on creators left out: repeated cross-validation, 95 % intervals"
    return show_table(pd.DataFrame(rows), caption)


def say_success(question: Question, compared: pd.DataFrame) -> Markdown:
    """Say how well success can be told apart from a question's features."""
    auc, skill = _by_model(compared, "auc"), _by_model(compared, "brier_skill")
    best = _best_shown(skill) or _best_shown(auc)
    if best is None:
        return Markdown(f"*{question.asks}* No model is shown to tell success apart better than guessing.")
    ranks, gain = auc.loc[best], skill.loc[best]
    sure = "even so, its probabilities are not shown to be better than the base rate"
    if gain["beats_baseline"]:
        sure = f"its probabilities cut the base rate's squared error by {say_percent(gain['value'])}"
    better = gain["beats_reference"]
    closing = f"better than {gain['reference']}" if better else "and no model is shown to be better"
    return Markdown(
        f"*{question.asks}* {best[0].upper()}{best[1:]} ranks a successful creator above another one "
        f"{say_percent(ranks['value'])} of the time ({say_interval(ranks['low'], ranks['high'], say_percent)}; 50 % is "
        f"guessing), {closing}; {sure}."
    )


def say_ablation(table: pd.DataFrame) -> Markdown:
    """Say what each group of features adds to what is known without it."""
    groups = table[table["verdict"] != ""]
    said = [
        f"{r.known}: {r.verdict} ({say_decimal(r.adds)}, {say_interval(r.adds_low, r.adds_high)})"
        for r in groups.itertuples()
    ]
    return Markdown(
        f"What each group of features adds to the AUC: {'; '.join(said)}. (Nothing: surely below {WORTHWHILE}; unclear: perhaps something.)"
    )


def say_direction(groups: pd.DataFrame) -> Markdown:
    """Say in which direction the rates compared go, the successful against the rest: importance doesn't show it."""
    clear = groups[groups["p_holm"] < ALPHA]
    if clear.empty:
        return Markdown(
            "Successful creators aren't shown to have more or fewer reactions per view than others."
        )
    said = [
        f"{'fewer' if r.superiority < 0.5 else 'more'} {r.feature.replace('_per_1000_views', '')} ({format_count(r.median_in)} against {format_count(r.median_out)})"
        for r in clear.itertuples()
    ]
    return Markdown(
        f"**The figures show what the model uses, not in which direction, nor what helps.** Per 1,000 views, successful creators have, at the "
        f"median, {join_words(said)}. Views are both the divisor and nearly all of engagement, and who has many views needs fewer reactions to "
        "be on the list: this is arithmetic and the list's cut, no advice."
    )


def show_decisions(decided: pd.DataFrame, threshold: float) -> HTML:
    """Show the confusion matrix on test, and what deciding by the model saves."""
    table = pd.DataFrame(
        {
            "decision": decided["decision"],
            "right yes": decided["right_yes"],
            "wrong yes": decided["wrong_yes"],
            "wrong no": decided["wrong_no"],
            "right no": decided["right_no"],
            "cost a creator": [say_range(r.cost, r.low, r.high) for r in decided.itertuples()],
            "the model saves": [
                "" if pd.isna(r.saved_low) else say_range(r.saved, r.saved_low, r.saved_high)
                for r in decided.itertuples()
            ],
        }
    )
    caption = f"Decisions on the test creators: yes from a probability of {say_decimal(threshold)}"
    return show_table(table, caption)


def say_decisions(decided: pd.DataFrame, threshold: float, *, wrong_yes: float, wrong_no: float) -> Markdown:
    """Say what the decisions came to, and that a calibrated probability would call for another threshold."""
    model, always = decided.iloc[0], decided.set_index("decision").loc["always yes"]
    successes = model["right_yes"] + model["wrong_no"]
    saves = "is cheaper" if always["saved_low"] > 0 else "isn't shown to be cheaper"
    return Markdown(
        f"From {say_decimal(threshold)} on, the model finds {model['right_yes']} of {successes} successes among the test creators, with "
        f"{model['wrong_yes']} wrong yeses; that {saves} than always saying yes. At this price calibrated probabilities would call for a yes "
        f"from {say_decimal(wrong_yes / (wrong_yes + wrong_no))} on: with so few validation creators the cheapest threshold is itself uncertain."
    )


def show_chances(scored: pd.DataFrame) -> HTML:
    """Show clients' chances, or why there is no number."""
    table = pd.DataFrame(
        {
            "subscribers": scored["subscribers"].map(format_count),
            "probability of the top quarter": scored["probability"].map(say_percent),
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
    first, last = known.iloc[0], known.iloc[-1]
    often = "not shown to be more often"
    if last["low"] > first["high"]:
        often = "more often"
    elif last["high"] < first["low"]:
        often = "less often"
    smallest, biggest = (
        f"{say_range(r['probability'], r['low'], r['high'], say_percent)} at {format_count(r['subscribers'])} subscribers"
        for r in (first, last)
    )
    return Markdown(
        f"**Bigger accounts on the list are {often} in its top quarter**: {smallest}, {biggest}; of all "
        f"creators there it is {say_percent(scored.attrs['base_rate'])}. What it takes to get onto the list, and what would happen to a client "
        "who gained subscribers, no such number says."
    )
