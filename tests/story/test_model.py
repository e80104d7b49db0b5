import re

import pandas as pd
import pytest

import model
from tiktok import story
from tiktok.model.features import Question


def test_a_perfect_fit_is_called_leakage_and_an_imperfect_one_is_not():
    scores = pd.DataFrame({"model": "OLS", "sample": ["train", "validate"], "r2": [1.0, 1.0]})
    assert "leakage, not overfitting" in story.say_overfit(scores).data
    assert "leakage" not in story.say_overfit(scores.assign(r2=[0.9, 0.2])).data


def test_an_error_is_written_in_its_unit_or_called_rounding():
    scores = pd.DataFrame({"model": "OLS", "sample": ["train", "validate"], "r2": [1.0, 0.5]})
    page = story.show_scores(scores.assign(rmse=[2_930_000.0, 5.9e-9], mae=1.0), "Errors").data
    assert "2.93M" in page
    assert "&lt;1e-7" in page
    assert page.count("1 (to 12 digits)") == 1


def cross_validated(**gains):
    """Scores by model: R², whether it is shown to beat the mean, and whether it is shown to beat OLS."""
    return pd.DataFrame(
        {
            "metric": metric,
            "model": model,
            "value": value,
            "low": value - 0.1,
            "high": value + 0.1,
            "baseline": "mean",
            "reference": "OLS",
            "beats_baseline": beats,
            "beats_reference": better,
        }
        for model, (value, beats, better) in {"mean": (0.0, False, False), **gains}.items()
        for metric in ("r2_log", "median_factor")
    )


QUESTION = Question("engagement", ("subscribers",), "Why?")


@pytest.mark.parametrize(
    ("gains", "said"),
    [
        ({"OLS": (0.1, False, False), "trees": (0.2, False, False)}, "Not shown to be anything"),
        ({"OLS": (0.1, True, False), "trees": (0.2, True, False)}, "OLS reaches"),
        ({"OLS": (0.1, True, False), "trees": (0.4, True, True)}, "trees reaches"),
        ({"OLS": (0.1, False, False), "trees": (0.4, True, False)}, "trees reaches"),
    ],
)
def test_the_best_model_is_the_reference_unless_another_is_shown_to_be_better(gains, said):
    assert said in story.say_regression(QUESTION, cross_validated(**gains)).data


def test_the_model_that_is_named_is_shown_to_beat_the_mean_and_none_is_shown_to_beat_it(every_split):
    question = model.regression_questions()[1]
    compared = model.cross_validate_regressors(every_split, question.target, question.features)
    said = story.say_regression(question, compared).data
    r2 = compared[compared["metric"] == "r2_log"].set_index("model")
    named = re.search(r"on creators left out, ([\w ]+?) reaches", said)
    if named is None:
        assert not r2["beats_baseline"].any()
        return
    assert r2.loc[named[1], "beats_baseline"]
    if "no other model is shown to be better" in said:
        assert not r2["beats_reference"].any()


def test_the_chance_that_is_called_greater_is_greater(every_split):
    scored = model.score_creators({"subscribers": [1e5, 1e6, 5e6, 2e7]}, every_split)
    said = story.say_chances(scored).data
    known = scored[(scored["note"] == "") & scored["probability"].notna()]
    first, last = known.iloc[0], known.iloc[-1]
    assert ("are more often" in said) == (last["low"] > first["high"])
    assert ("are less often" in said) == (last["high"] < first["low"])
