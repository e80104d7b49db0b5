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


RAW = pd.DataFrame()
RAW.attrs["provenance"] = {"month": "2022-07"}
MONTHS = ("2022-06", "2022-07", "2022-09")
QUESTION = Question("engagement", ("subscribers",), "Why?")


def compared_over_months(told, better):
    """Scores of a mean, a line that is told from it or not, and curves that are better in some months."""
    models = {"mean": (0.0, False, False), "OLS": (0.1, told, False), "splines": (0.2, True, True)}
    return pd.DataFrame(
        {
            "month": month,
            "metric": metric,
            "model": name,
            "value": value,
            "low": value - 0.1,
            "high": value + 0.1,
            "baseline": "mean",
            "reference": "OLS",
            "beats_baseline": beats,
            "beats_reference": bends and shown,
        }
        for month, shown in zip(MONTHS, better, strict=True)
        for name, (value, beats, bends) in models.items()
        for metric in ("r2_log", "median_factor", "auc", "brier_skill")
    )


@pytest.mark.parametrize(
    ("better", "named", "said"),
    [
        ((True, True, True), "splines", "splines are better than OLS in each of three months"),
        ((True, True, False), "OLS", "splines are better than OLS in two of three months only"),
        ((False, True, False), "OLS", "in one of three months only, so they aren't called better"),
        ((False, False, False), "OLS", "splines aren't shown to be better than OLS in any month"),
    ],
)
def test_a_model_is_called_better_only_where_every_month_shows_it(better, named, said):
    compared = compared_over_months(True, better)
    regression = story.say_regression(QUESTION, compared, RAW).data
    assert f"R² with {named} is" in regression
    assert said in regression
    success = story.say_success(QUESTION, compared, RAW).data
    assert success.startswith(f"*Why?* {named.capitalize()} rank")
    assert said in success


def test_what_is_not_told_from_the_mean_is_said_to_be_nothing():
    compared = compared_over_months(False, (False, True, False))
    assert "Not shown to be anything" in story.say_regression(QUESTION, compared, RAW).data
    assert "isn't shown to tell success apart" in story.say_success(QUESTION, compared, RAW).data


def test_of_one_list_no_month_is_counted():
    one = compared_over_months(True, (True, False, True)).query("month == '2022-07'")
    said = story.say_regression(QUESTION, one, RAW).data
    assert "months" not in said
    assert "any month" not in said


def test_a_month_that_was_passed_over_is_said_to_be_out_of_reach():
    others = compared_over_months(True, (True, True, True)).query("month != '2022-07'")
    assert "can't be asked" in story.say_regression(QUESTION, others, RAW).data
    assert "can't be asked" in story.say_success(QUESTION, others, RAW).data
    assert story.say_list_bar(others, others, RAW) is None


def test_the_bar_explains_what_bends_only_where_it_does_so_in_every_month():
    shares, known = (
        compared_over_months(True, (True, True, True)),
        compared_over_months(True, (True, True, True)),
    )
    line = known["model"] == "OLS"
    known.loc[line, "value"] = 0.3
    assert "mostly the list's edge" in story.say_list_bar(shares, known, RAW).data
    known.loc[line & (known["month"] == "2022-09"), "value"] = 0.15
    said = story.say_list_bar(shares, known, RAW).data
    assert "mostly the list's edge" not in said
    assert "in two of three months" in said
    unsure = compared_over_months(True, (True, False, True))
    assert "aren't called better" in story.say_list_bar(unsure, known, RAW).data


def test_the_verdict_on_subscribers_is_that_of_the_table(every_list):
    month = every_list["month"].iloc[0]
    told = model.tell_from_subscribers({month: every_list})
    said = story.say_subscribers(told, every_list).data
    own = told[told["definition"] == "engagement"].iloc[0]
    assert ("Not shown to be anything" in said) == (not own["r2_shown"])
    assert f"{own['r2']:.2f}" in said
    bent, better, skilled = (
        story.model.say_number(int(shown.sum()))
        for shown in (told["p_curvature"] < 0.05, told["gain_shown"], told["skill_shown"])
    )
    assert f"bent in {bent} of two" in said
    assert f"better than a straight line in {better}." in said
    assert f"better than the base rate in {skilled} of two" in said
    assert ("beat the base rate isn't shown here" in said) == (not own["skill_shown"])


def test_of_a_list_that_is_too_short_nothing_is_told():
    told = pd.DataFrame({"definition": ["engagement"], "month": ["2022-07"], "r2": [float("nan")]})
    assert "can't be asked of this list" in story.say_subscribers(told, RAW).data


def test_the_chance_that_is_called_greater_is_greater(every_split):
    scored = model.score_creators({"subscribers": [1e5, 1e6, 5e6, 2e7]}, every_split)
    said = story.say_chances(scored).data
    known = scored[(scored["note"] == "") & scored["probability"].notna()]
    first, last = known.iloc[0], known.iloc[-1]
    assert ("are more often" in said) == (last["low"] > first["high"])
    assert ("are less often" in said) == (last["high"] < first["low"])
    for chance in known["probability"]:
        assert story.model.say_percent(chance) in said


@pytest.mark.parametrize(
    ("bend", "said"),
    [
        (3.0, "slowly among the small accounts and steeply among the big"),
        (-3.0, "steeply among the small accounts and slowly among the big"),
        (1.0, "isn't shown"),
    ],
)
def test_where_the_chance_rises_steeply_is_said_only_where_it_is_shown(bend, said):
    rows = {"subscribers": [1e5, 2e7], "probability": [0.1, 0.5], "low": [0.05, 0.4], "high": [0.2, 0.6]}
    scored = pd.DataFrame(rows).assign(note="", similar=50)
    scored.attrs = {"base_rate": 0.25, "bends": {"subscribers": bend}}
    assert said in story.say_chances(scored).data
    scored.attrs["bends"] = {}
    assert "isn't shown" in story.say_chances(scored).data
    flat = scored.assign(low=0.0, high=0.9)
    flat.attrs = {"base_rate": 0.25, "bends": {"subscribers": 3.0}}
    assert "steeply" not in story.say_chances(flat).data


def apart(**directions):
    rows = [
        {
            "definition": definition,
            "month": f"2022-{month:02d}",
            "feature": f"{rate}_per_1000_views",
            "direction": one,
        }
        for definition, rates in directions.items()
        for rate, found in rates.items()
        for month, one in enumerate(found, 1)
    ]
    return pd.DataFrame(rows)


def test_the_direction_of_rates_is_told_by_each_definition_and_with_its_months():
    """By engagement the top quarter has fewer likes a view, by interactions more: one alone would mislead."""
    found = apart(
        engagement={"likes": ["less", "less"], "shares": ["less", "less"]},
        interactions={"likes": ["more", "more"], "shares": ["less", "not shown"]},
    )
    said = story.say_direction(found).data
    assert (
        "By engagement, the top quarter has, per view, fewer likes and shares in each of two months." in said
    )
    assert "By interactions, the top quarter has, per view, more likes in each of two months and" in said
    assert "fewer shares in one of two months." in said
    nothing = story.say_direction(apart(engagement={"likes": ["not shown"]})).data
    assert "By engagement, no reaction is shown to be more or less frequent." in nothing
