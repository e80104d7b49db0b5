"""What the notebook displays: sentences rendered from results, formatted tables, the banner, the summary.

Results come in, text goes out: nothing is computed here but what a sentence needs to choose its words. No
sentence is typed with a number in it, and each has a branch for what another month may show instead.
"""

from collections.abc import Callable, Sequence

import pandas as pd
from IPython.display import HTML, DisplayHandle, Markdown, display
from pandas.io.formats.style import Styler
from statsmodels.regression.linear_model import RegressionResultsWrapper

from claims import SMALL_EFFECT, summarise_claims
from explore import COEFFICIENT_NAMES, COEFFICIENTS
from figures import format_count, is_synthetic
from wording import (
    NOT_AVAILABLE,
    ROUNDING,
    escape,
    join_words,
    say_decimal,
    say_interval,
    say_number,
    say_p,
    say_percent,
    say_statistic,
)

SUMMARY_ID = "executive-summary"
BANNER = (
    '<div style="border:2px solid #a40000;color:#a40000;padding:0.6em 1em;font-weight:bold">'
    "SYNTHETIC SAMPLE. The creators below are invented and no number here is about a real one. "
    "Put the real list into data/ and run again.</div>"
)
TABLE_STYLE = [
    {"selector": "caption", "props": "caption-side: top; text-align: left; font-weight: bold;"},
    {"selector": "th", "props": "text-align: left;"},
    {"selector": "td", "props": "text-align: left; font-variant-numeric: tabular-nums;"},
]


def open_summary(raw: pd.DataFrame) -> DisplayHandle:
    """Show where the data come from, and keep a place for the summary that the last cell fills in.

    Parameters
    ----------
    raw : DataFrame
        What `acquire.get_tiktokers` returns.
    """
    if is_synthetic(raw):
        display(HTML(BANNER))
    return display(Markdown("*The summary appears here when the last cell has run.*"), display_id=SUMMARY_ID)


def show_table(results: pd.DataFrame, caption: str, formats: dict[str, str | Callable] | None = None) -> HTML:
    """Format a small table: a caption, headers in words, text from the data made harmless.

    Parameters
    ----------
    results : DataFrame
        Its columns, in order, become the table's; their names are its headers.
    caption : str
    formats : how to write each column's values, as `pandas.io.formats.style.Styler.format` takes it
    """
    style = Styler(results, uuid_len=0, cell_ids=False).format(formats, escape="html", na_rep=NOT_AVAILABLE)
    style = style.hide(axis="index").set_caption(escape(caption)).set_table_styles(TABLE_STYLE)
    return HTML(style.to_html())


def say_data(raw: pd.DataFrame) -> Markdown:
    """Name the file that the story is told on."""
    origin = raw.attrs["provenance"]
    kind = "the **synthetic** sample" if origin["synthetic"] else "real data"
    return Markdown(
        f"{len(raw):,} rows and {len(raw.columns)} columns of {kind}: file {escape(origin['file'])} "
        f"(source: {escape(origin['source'])}; SHA-256 starts with {origin['sha256'][:12]})."
    )


def say_cleaning(raw: pd.DataFrame, creators: pd.DataFrame) -> Markdown:
    """Say how many rows became how many creators."""
    lost = len(raw) - len(creators)
    dropped = "No row was dropped" if lost == 0 else f"{say_number(lost).capitalize()} rows were dropped"
    if lost == 1:
        dropped = "One row was dropped"
    return Markdown(
        f"{len(raw):,} rows hold **{len(creators):,} creators**. {dropped}; the table says why. Outliers are kept, "
        "as in the earlier analysis: every conclusion that hangs on a few of them is said to."
    )


def show_quality(quality: pd.DataFrame) -> HTML:
    """Show what cleaning found and did."""
    return show_table(
        quality[["check", "rows", "action", "detail"]], "What cleaning found, and what was done"
    )


def say_split(split: Sequence[pd.DataFrame]) -> Markdown:
    """Say how the creators were split and where success begins."""
    train, validate, test = split
    threshold = train.attrs["success_threshold"]
    return Markdown(
        f"{len(train):,} creators to train, {len(validate):,} to validate, {len(test):,} to test, by a hash of the "
        f"handle. The top quarter of the training creators has a total engagement of **{format_count(threshold)}** "
        f"per video or more: that is *success*. By the same threshold {say_percent(validate['success'].mean())} of "
        f"the validation creators and {say_percent(test['success'].mean())} of the test creators succeed."
    )


def show_distributions(described: pd.DataFrame) -> HTML:
    """Show the middle, the tail and the skew of each count."""
    named = described.drop(columns=["n"]).set_axis(
        [
            "count",
            "zeros",
            "lower quartile",
            "median",
            "upper quartile",
            "largest",
            "skew",
            "skew of logs",
            "held by the top 1 %",
        ],
        axis=1,
    )
    counts = dict.fromkeys(["lower quartile", "median", "upper quartile", "largest"], format_count)
    formats = counts | {"skew": "{:.1f}", "skew of logs": "{:.1f}", "held by the top 1 %": say_percent}
    return show_table(named, "Counts per video (subscribers: in all)", formats)


def say_distributions(described: pd.DataFrame) -> Markdown:
    """Say how heavy the tails are, and what that does to a test on raw counts."""
    least, most = described["skew"].min(), described["skew"].max()
    log_most = described["skew_log"].abs().max()
    share = described["top_1pct_share"]
    if least < 1:
        return Markdown(
            f"Skewness lies between {least:.1f} and {most:.1f} (0: symmetric); on logs within ±{log_most:.1f}."
        )
    return Markdown(
        f"Every count has a heavy right tail: skewness {least:.1f} to {most:.1f} (0: symmetric), and the top 1 % of "
        f"creators hold {say_percent(share.min())} to {say_percent(share.max())} of a count's sum. On a log scale "
        f"skewness stays within ±{log_most:.1f}. So a test on raw counts listens mostly to a few very large creators."
    )


def show_correlations(tests: pd.DataFrame) -> HTML:
    """Show three coefficients a feature, each with its interval and adjusted p."""
    table = pd.DataFrame({"feature": tests["feature"], "n": tests["n"]})
    for coefficient in COEFFICIENTS:
        name = COEFFICIENT_NAMES[coefficient]
        table[name] = [
            f"{say_decimal(r[coefficient])} ({say_interval(r[f'{coefficient}_low'], r[f'{coefficient}_high'])})"
            for r in tests.to_dict("records")
        ]
        table[f"p, {name}"] = tests[f"{coefficient}_p_holm"].map(say_p)
    table["the three agree"] = tests["agree"].map({True: "yes", False: "no"})
    target = tests["target"].iloc[0]
    return show_table(table, f"Correlation with {target}: coefficient (95 % interval) and p after Holm")


def say_correlations(tests: pd.DataFrame) -> Markdown:
    """Say on which features the three coefficients agree."""
    target = tests["target"].iloc[0]
    agree, disagree = (list(tests.loc[tests["agree"] == a, "feature"]) for a in (True, False))
    if not disagree:
        return Markdown(f"For {target} the three coefficients agree on all of {join_words(agree)}.")
    agreement = f"agree on {join_words(agree)}" if agree else "agree on nothing"
    return Markdown(
        f"For {target} the three coefficients {agreement}, and contradict each other on **{join_words(disagree)}**: "
        "which of these are “significantly related” depends on the test."
    )


def show_claims(tried: pd.DataFrame, caption: str) -> HTML:
    """Show each claim with its tests, and its verdict beside the first of them."""
    verdicts = summarise_claims(tried).set_index("claim")["verdict"]
    first = ~tried["claim"].duplicated()
    table = pd.DataFrame(
        {
            "claim": tried["claim"].where(first, ""),
            "test": tried["test"],
            "n": tried["n"],
            "statistic": tried["statistic"].map(say_statistic),
            "95 % interval": [
                f"{say_statistic(low)} to {say_statistic(high)}"
                for low, high in zip(tried["low"], tried["high"], strict=True)
            ],
            "p (Holm)": tried["p_holm"].map(say_p),
            "claim holds": tried["holds"].map({True: "yes", False: "no"}),
            "same verdict in … of 1,000 resamples": tried["same_in"],
            "verdict": tried["claim"].map(verdicts).where(first, ""),
        }
    )
    return show_table(table, caption)


def say_correlation_claims(tried: pd.DataFrame) -> Markdown:
    """Say which coefficient gives which of the earlier verdicts, and which gives them all."""
    total = tried["claim"].nunique()
    held = tried.groupby("test", sort=False)["holds"].sum()
    counts = join_words([f"{test} gives {say_number(int(n))}" for test, n in held.items()])
    everywhere = list(held.index[held == total])
    if everywhere:
        return Markdown(
            f"Of the {say_number(total)} verdicts, {counts}: {join_words(everywhere)} gives them all."
        )
    by_target = [
        f"all of those on {target} together {_say_tests(tests)}"
        for target, tests in tried.groupby("target", sort=False)
    ]
    return Markdown(
        f"Of the {say_number(total)} verdicts, {counts}. **No single coefficient gives them all**: "
        f"{'; '.join(by_target)}. {_say_opposites(tried)}"
    )


def _say_tests(tests: pd.DataFrame) -> str:
    by_test = tests.groupby("test", sort=False)["holds"].all()
    holding = list(by_test.index[by_test])
    return f"come from {join_words(holding)}" if holding else "come from no coefficient"


def _say_opposites(tried: pd.DataFrame) -> str:
    """Name the pairs that one coefficient calls significantly negative and another does not."""
    negative = tried[(tried["p_holm"] < 0.05) & (tried["statistic"] < 0)]
    said = [
        f"{feature} with {target} ({join_words([f'{r.test} {say_decimal(r.statistic)}' for r in rows.itertuples()])})"
        for (target, feature), rows in negative.groupby(["target", "feature"], sort=False)
    ]
    if not said:
        return "No relation is significantly negative."
    return f"Significantly *negative* within this list: {join_words(said)}."


def say_hunches(tried: pd.DataFrame) -> Markdown:
    """Say what became of the hunches that shares matter most and subscribers little."""
    rows = tried[tried["test"] == tried["test"].iloc[0]].set_index("feature")
    shares, subscribers = rows.loc["shares"], rows.loc["subscribers"]
    verdicts = summarise_claims(tried).set_index("claim")["verdict"]
    return Markdown(
        f"A creator of the top quarter has more shares than one below it with a probability of "
        f"{say_decimal(shares['statistic'])} ({say_interval(shares['low'], shares['high'])}; 0.50 would be no "
        f"difference) and more subscribers with {say_decimal(subscribers['statistic'])} "
        f"({say_interval(subscribers['low'], subscribers['high'])}; {SMALL_EFFECT} is a small effect). "
        f"“Shares matter most”: **{verdicts['shares matter most for success']}**. "
        f"“Subscribers matter little”: **{verdicts['subscribers matter little for success']}**."
    )


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


def close_summary(summary: DisplayHandle, raw: pd.DataFrame, findings: Sequence[Markdown]) -> None:
    """Fill in the place at the top: the findings that matter, each as its section renders it."""
    bullets = "\n".join(f"- {finding.data}" for finding in findings)
    where = f"*Told on {say_data(raw).data}*"
    summary.update(Markdown(f"{bullets}\n\n{where}"))
