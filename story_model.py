"""What the notebook says of models: errors, what they recovered, whether they hold on unseen creators."""

from collections.abc import Sequence

import pandas as pd
from IPython.display import HTML, Markdown
from statsmodels.regression.linear_model import RegressionResultsWrapper

from figures import format_count
from story import show_table
from wording import ROUNDING, join_words, say_decimal, say_statistic


def show_scores(scores: pd.DataFrame, caption: str) -> HTML:
    """Show each model's errors, train and validate side by side."""
    wide = scores.pivot(index="model", columns="sample", values=["rmse", "mae", "r2"])
    models, samples = scores["model"].unique(), scores["sample"].unique()
    table = pd.DataFrame({"model": models})
    for measure, name, write in (
        ("rmse", "RMSE", say_error),
        ("mae", "MAE", say_error),
        ("r2", "R²", _say_r2),
    ):
        for sample in samples:
            table[f"{name}, {sample}"] = wide.loc[models, (measure, sample)].map(write).to_numpy()
    return show_table(table, caption)


def say_error(value: float) -> str:
    """Write an error in the units of a count, or say that it is nothing but rounding.

    >>> say_error(2_930_000.0), say_error(5.9e-9)
    ('2.93M', '<1e-7')
    """
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
            f"R² is 1 on train and just as much on {join_words(unseen)}: creators that the model never saw. An "
            "overfitted model is good on train and worse elsewhere; this one is perfect everywhere, because the "
            "answer is in the question. It is **leakage, not overfitting**, and no amount of data would change it."
        )
    falls = join_words([f"{say_decimal(r2[sample])} on {sample}" for sample in r2.index])
    return Markdown(f"R² is {falls}.")


def say_honest(scores: pd.DataFrame, target: str, features: Sequence[str], best: str = "OLS") -> Markdown:
    """Say how far a model without the target's parts gets on creators that it has not seen."""
    r2 = scores[(scores["model"] == best) & (scores["sample"] != "train")].set_index("sample")["r2"]
    said = join_words([f"{say_decimal(value)} on {sample}" for sample, value in r2.items()])
    return Markdown(
        f"From {join_words(features)} alone, {best} reaches an R² for {target} of {said}. With a couple of hundred "
        "creators and tails this heavy one such number is noisy, and hangs on who is in the sample."
    )
