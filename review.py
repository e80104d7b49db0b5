"""The reviewer's table: what checklists for such analyses ask, answered, with where to look it up.

The questions are put in our own words; the numbers are those of the checklists. An answer speaks of the
project, not of the list at hand, so that it holds no result. "Partly" and "no" say what is missing.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

YES, PARTLY, NO, NOT_APPLICABLE = ANSWERS = ("yes", "partly", "no", "does not apply")
MODULES = {
    "1": "Study goals",
    "2": "Computational reproducibility",
    "3": "Data quality",
    "4": "Data preprocessing",
    "5": "Modelling",
    "6": "Data leakage",
    "7": "Metrics and uncertainty",
    "8": "Generalisability and limitations",
    "L1": "Training and test kept apart",
    "L2": "Legitimate features",
    "L3": "Test creators like those one speaks of",
}


class Item(NamedTuple):
    """One question of a checklist: `where` names sections of the story, helpers (`module.name`) or files."""

    number: str
    item: str
    answer: str
    how: str
    where: tuple[str, ...]


REFORMS = (
    Item(
        "1a",
        "Is it said of whom the statements are made?",
        YES,
        "Of creators who are on such a list in the months at hand, and of nobody else.",
        ("How the list is made", "What nobody may conclude from this"),
    ),
    Item(
        "1b",
        "Is it said why of these?",
        PARTLY,
        "The lists are public and the earlier analysis used one. That is convenience: the client asks about "
        "creators who are on no list.",
        ("The question", "README.md"),
    ),
    Item(
        "1c",
        "Is it said why models that learn are used?",
        YES,
        "To repeat the earlier analysis, and to see whether anything flexible finds what OLS or logistic "
        "regression misses. The simple ones are named wherever they beat the baseline and nothing is shown "
        "to beat them.",
        ("Model: why R² was 1", "What one month honestly says"),
    ),
    Item(
        "2a",
        "Can everybody find the very data that were used?",
        PARTLY,
        "Dataset, file and SHA-256 are named. The lists belong to others and aren't part of the project, "
        "Kaggle may change or withdraw them, and there is no DOI.",
        ("Acquire and prepare", "acquire.get_tiktokers", "data/README.md"),
    ),
    Item(
        "2b",
        "Can everybody find the very code that was used?",
        PARTLY,
        "All of it lies beside the story. The report doesn't name the commit it was made from, and no "
        "version is archived under a DOI.",
        ("README.md", "CITATION.cff"),
    ),
    Item(
        "2c",
        "Is it said on what machine and with what software?",
        PARTLY,
        "Every package is locked by version and hash, and each run prints how long it took. Machine and "
        "operating system of the committed run are not recorded.",
        ("requirements.txt", "report.main", "benchmarks/story_time.py"),
    ),
    Item(
        "2d",
        "Is there a page that says how to get the results again?",
        YES,
        "One command, for which no account is needed; and the way without make.",
        ("README.md",),
    ),
    Item(
        "2e",
        "Does one script produce all results?",
        YES,
        "`make report` installs, gets the list, runs the story and writes the page. Without the real lists "
        "it runs on a synthetic sample and marks every figure.",
        ("report.main", "Makefile", "tests/test_notebook.py"),
    ),
    Item(
        "3a",
        "Is it said where the data come from, when they were taken, and who labelled them?",
        PARTLY,
        "Publishers and files are named, and nobody labelled anything: success is computed. The months of "
        "two files are inferred; over which videos the averages run, no publisher says.",
        ("data/README.md", "acquire.list_snapshots"),
    ),
    Item(
        "3b",
        "Is it said from what the data were drawn, and how?",
        PARTLY,
        "They are a cut and no sample. What orders a list is recovered from the list; that form was found "
        "by trying several on the same months, and who was considered for entry can't be seen.",
        ("How the list is made", "explore.list_score", "explore.explain_order"),
    ),
    Item(
        "3c",
        "Is it said why the data suit the purpose?",
        PARTLY,
        "They suit the repetition of the earlier analysis. For what the client wants they lack the time of "
        "posting, the genre, and every creator who did not make the list.",
        ("The question", "What to collect next"),
    ),
    Item(
        "3d",
        "Is the outcome defined and described?",
        YES,
        "Success is the top quarter of engagement, with the threshold of the training creators; both "
        "definitions of engagement are given, with their distributions.",
        (
            "How are the counts distributed, and what goes with shares?",
            "explore.describe_distributions",
            "prepare.label_success",
        ),
    ),
    Item(
        "3e",
        "Is it said how many rows, creators and successes there are?",
        YES,
        "Rows, creators, the creators of each part and the share of successes are rendered from the list.",
        ("Acquire and prepare", "story.say_cleaning", "story.say_split"),
    ),
    Item(
        "3f",
        "Is it said how much is missing, for each class of the outcome?",
        PARTLY,
        "Creators with a missing count are dropped, counted and named. Not by class: without its counts a "
        "creator has no engagement, so no class.",
        ("Acquire and prepare", "prepare.quality_table"),
    ),
    Item(
        "3g",
        "Do the data represent those of whom the statements are made?",
        NO,
        "Nothing makes the months at hand representative of all lists, or a list of all creators. A "
        "simulation shows that a cut by the product that orders a list can by itself hide a relation.",
        ("What the cut does to correlations", "explore.simulate_selection"),
    ),
    Item(
        "4a",
        "Is it said which rows were left out, and why?",
        YES,
        "Each dropped row is in the table of what cleaning found. Outliers stay; each claim is also tried "
        "under other rules for them.",
        ("Acquire and prepare", "Every way to ask", "prepare.quality_table"),
    ),
    Item(
        "4b",
        "Is it said what was done about impossible or broken values?",
        YES,
        "A cell that is no count stops the run and is named. Numbers that can be read but hardly be true "
        "are kept and counted.",
        ("Acquire and prepare", "prepare.clean", "tests/test_prepare.py"),
    ),
    Item(
        "4c",
        "Is every step from the raw file to the model told?",
        YES,
        "Text to counts, repeats dropped, sums and rates added, logs and scales taken inside each model. "
        "Nothing is filled in.",
        ("Acquire and prepare", "prepare.clean", "model.add_features"),
    ),
    Item(
        "5a",
        "Is every model described: features, kind, what it minimises?",
        PARTLY,
        "Features stand with each question, kinds and settings in tables of the code. But what each model "
        "minimises is left to the documentation of scikit-learn and statsmodels.",
        (
            "model.REGRESSION_QUESTIONS",
            "model.SUCCESS_QUESTIONS",
            "model.LOG_REGRESSORS",
            "model.CLASSIFIERS",
        ),
    ),
    Item(
        "5b",
        "Is it said why these kinds of models?",
        PARTLY,
        "For logs and gamma: counts with a long tail. Forest and boosting are the usual flexible ones; why "
        "these and not others isn't said.",
        ("Model: why R² was 1", "What one month honestly says"),
    ),
    Item(
        "5c",
        "Is it said how models were judged?",
        YES,
        "By repeated cross-validation over creators; no choice is made on the test creators, whose "
        "scores are an illustration.",
        (
            "What one month honestly says",
            "model.cross_validate_regressors",
            "model.cross_validate_classifiers",
        ),
    ),
    Item(
        "5d",
        "Is it said how the models that are reported were chosen?",
        PARTLY,
        "A sentence names the best model only where an interval shows it to be better; but choice and score "
        "come from one cross-validation, which flatters it a little. For importance and decisions a model is "
        "chosen on validate.",
        ("What one month honestly says", "story.say_regression", "story.say_success"),
    ),
    Item(
        "5e",
        "Is it said how settings were tuned?",
        NO,
        "Nothing is tuned by one month's models: settings were written by hand, kept small, with no record "
        "of what else was tried. The forecast picks its model on earlier steps, though people had seen all.",
        ("model.LOG_REGRESSORS", "model.CLASSIFIERS"),
    ),
    Item(
        "5f",
        "Are models held against fair baselines?",
        YES,
        "Against mean, median, base rate and a single rule, and flexible ones against OLS or logistic "
        "regression: gains are paired fold by fold, with intervals.",
        ("What one month honestly says", "validation.compare_scores"),
    ),
    Item(
        "6a",
        "Do all steps before the test learn from training creators only?",
        PARTLY,
        "Scales and models do. But the threshold of success comes from all training creators, so "
        "cross-validation shares it. The explorations saw every creator before questions and features were "
        "written down, and the story ran many times while it was written.",
        ("Acquire and prepare", "prepare.label_success", "regression.log_pipeline"),
    ),
    Item(
        "6b",
        "Are repeats and relatives kept on one side?",
        PARTLY,
        "A creator is on one side in all months, by a hash of the handle, and a split that breaks this is "
        "refused. Two accounts of one person, and a creator who changed the handle, aren't recognised.",
        ("Acquire and prepare", "prepare.split_creators", "leakage.audit_split"),
    ),
    Item(
        "6c",
        "Is each feature shown to be legitimate?",
        PARTLY,
        "No model is fitted before an audit has looked for the target in its features, and what is known "
        "only later is asked as a question of its own. But all counts are of one moment: subscribers may "
        "have come because of the very videos.",
        ("Model: why R² was 1", "model.audit_leakage", "model.require_no_leakage"),
    ),
    Item(
        "7a",
        "Are all measures of quality given, and do they suit?",
        YES,
        "R² and errors on logs, since counts have a long tail, said as factors; order (AUC) and "
        "probabilities (Brier) apart; a decision only with stated costs.",
        (
            "What one month honestly says",
            "model.score_predictions",
            "model.score_probabilities",
            "model.count_decisions",
        ),
    ),
    Item(
        "7b",
        "Is it said how uncertain each measure is, and how that was computed?",
        PARTLY,
        "Folds share creators, so their intervals are widened for that; others resample creators, and with "
        "a creator all of its months. But not every column of a table has one: errors in counts and average "
        "precision don't.",
        ("validation.corrected_interval", "validation.resample_scores", "explore.pool_correlations"),
    ),
    Item(
        "7c",
        "Are tests justified, and what they take for granted checked?",
        PARTLY,
        "Several coefficients, a specification curve and diagnostics show what hangs on the test. But "
        "p-values treat a list as a random draw, which it isn't; they are adjusted within a table, not over "
        "all that was asked; and nothing was registered beforehand.",
        ("Claim by claim", "Every way to ask", "explore.correlation_tests", "model.diagnose_ols"),
    ),
    Item(
        "8a",
        "Is there evidence that the findings hold elsewhere?",
        PARTLY,
        "Correlations are tried in every month at hand; these share creators and are lists of one kind. "
        "Each list is forecast from earlier ones, by people who had seen the later. There is no other "
        "platform, no later year and no list that was cut in another way.",
        ("Does it hold in the other months, and which target to take?", "explore.pool_correlations"),
    ),
    Item(
        "8b",
        "Is it said where the findings are not expected to hold?",
        YES,
        "Not among creators who made no list, and not as advice on what to do: nothing here is a cause. A "
        "client outside the range of the list gets no number.",
        ("What to tell a client", "What nobody may conclude from this", "model.score_creators"),
    ),
)


LEAKAGE_KINDS = (
    Item(
        "L1.1",
        "Is no model judged on creators that it learnt from?",
        YES,
        "Scores come from creators left out; where train is shown, it stands beside validate and says so.",
        ("What one month honestly says", "model.cross_validate_regressors", "model.score_predictions"),
    ),
    Item(
        "L1.2",
        "Is all preparation learnt without the test creators?",
        PARTLY,
        "Scales are learnt inside each fit, the threshold of success on train. One engineered column, "
        "`shares_needed`, uses the least product of the whole list; it is no feature of any question, "
        "only of the test of whether trees have found the cut.",
        ("Acquire and prepare", "regression.log_pipeline", "model.add_features"),
    ),
    Item(
        "L1.3",
        "Are features chosen without the test creators?",
        PARTLY,
        "No procedure picks features by their fit. But people did, and they had seen whole lists.",
        ("model.REGRESSION_QUESTIONS", "model.SUCCESS_QUESTIONS"),
    ),
    Item(
        "L1.4",
        "Is no row on both sides?",
        YES,
        "Repeated handles are dropped, and a split with the same creator or the same numbers on two sides "
        "is refused or called suspect.",
        ("prepare.clean", "leakage.audit_split", "tests/test_leakage.py"),
    ),
    Item(
        "L2",
        "Does no feature give the target away?",
        YES,
        "Each fit is audited for sums, products, thresholds and parts that carry nearly all, and refused on "
        "a leak. The story overrides this in one section, to show where an R² of 1 comes from. What the "
        "checks don't look for they don't find.",
        ("Model: why R² was 1", "model.audit_leakage", "model.LeakageError"),
    ),
    Item(
        "L3.1",
        "Is no feature later than what it is to tell?",
        PARTLY,
        "Between months, nothing of a row but its outcomes is later than its list. Within one list all "
        "counts are of one moment, so subscribers won by the very videos count as known; scores there "
        "describe, they don't foretell; the forecast of the next list does.",
        ("panel.pair_snapshots", "tests/test_panel.py", "tests/test_forecast.py", "Who succeeds next?"),
    ),
    Item(
        "L3.2",
        "Are test creators independent of the training creators?",
        PARTLY,
        "A creator never stands on two sides, and months resample creators. Creators who appear in each "
        "other's videos, or belong to one person or agency, aren't recognised.",
        ("prepare.split_creators", "months.draw_creators"),
    ),
    Item(
        "L3.3",
        "Are test creators like those of whom one wants to know?",
        NO,
        "They are from the same list, so they made the same cut. A client who is on no list did not, and no "
        "score here speaks of such a client.",
        ("What the cut does to correlations", "What to tell a client"),
    ),
)


def reforms_table() -> pd.DataFrame:
    """Answer the checklist REFORMS for science that uses machine learning.

    Returns
    -------
    DataFrame of shape (32, 6)
        `module` (of eight), `number` (as in the checklist), `item` (in our own words), `answer` ("yes",
        "partly", "no" or "does not apply"), `how`, and `where` to look it up: sections of the story in
        quotation marks, helpers, files.

    Source: Kapoor et al. (2024), REFORMS: consensus-based recommendations for machine-learning-based science,
    Science Advances 10, eadk3452.

    >>> reforms_table().query("answer == 'no'")["number"].tolist()
    ['3g', '5e']
    """
    return _tabulate(REFORMS)


def leakage_table() -> pd.DataFrame:
    """Say of each kind of leakage whether it is kept out.

    Returns
    -------
    DataFrame of shape (8, 6)
        Columns as in `reforms_table`; "yes" means kept out.

    Source: Kapoor & Narayanan (2023), Leakage and the reproducibility crisis in machine-learning-based
    science, Patterns 4, 100804.

    >>> leakage_table()["answer"].value_counts().to_dict()
    {'partly': 4, 'yes': 3, 'no': 1}
    """
    return _tabulate(LEAKAGE_KINDS)


def _tabulate(items: Sequence[Item]) -> pd.DataFrame:
    table = pd.DataFrame(items, columns=list(Item._fields))
    table.insert(0, "module", [MODULES[item.number.split(".")[0].rstrip("abcdefg")] for item in items])
    return table.assign(where=["; ".join(map(say_place, item.where)) for item in items])


def say_place(place: str) -> str:
    """Write where to look: a section of the story in quotation marks, a helper or a file as it is called.

    >>> say_place("The question"), say_place("model.audit_leakage"), say_place("README.md")
    ('“The question”', 'model.audit_leakage', 'README.md')
    """
    return place if is_name(place) else f"“{place}”"


def is_name(place: str) -> bool:
    """Tell whether a place is a helper or a file, and not a section of the story.

    >>> is_name("prepare.clean"), is_name("Makefile"), is_name("Model: why R² was 1")
    (True, True, False)
    """
    return place == "Makefile" or ("." in place and " " not in place)
