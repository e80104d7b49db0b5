import pandas as pd
import pytest

import model
from tiktok import story
from tiktok.model.features import Question
from tiktok.model.prediction_limits import CONFORMAL


def test_a_perfect_fit_is_called_leakage_and_an_imperfect_one_is_not():
    scores = pd.DataFrame({"model": "OLS", "sample": ["train", "validate"], "r2": [1.0, 1.0]})
    said = story.say_overfit(scores).data
    assert "R² is 1 on train and validate alike." in said
    assert "the score shows leakage" in said
    assert story.say_overfit(scores.assign(r2=[0.9, 0.2])).data == "R² is 0.90 on train and 0.20 on validate."
    assert "leakage" not in story.say_overfit(scores.assign(r2=[1.0, 0.2])).data


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
        ((True, True, False), "OLS", "splines are better than OLS in only two of three months"),
        ((False, True, False), "OLS", "in only one of three months, so they aren't called better"),
        ((False, False, False), "OLS", "splines aren't shown to be better than OLS in any month"),
    ],
)
def test_a_model_is_called_better_only_where_every_month_shows_it(better, named, said):
    compared = compared_over_months(True, better)
    regression = story.say_regression(QUESTION, compared, RAW).data
    assert f"R² with {named} is" in regression
    assert said.replace("splines", "Splines") in regression
    success = story.say_success(QUESTION, compared, RAW).data
    assert success.startswith(f"*Why?* {named[0].upper()}{named[1:]} rank")
    assert f"By squared error, {said}" in success or said.startswith("in only")
    assert said in success


def test_what_is_not_told_from_the_mean_is_said_to_be_nothing():
    compared = compared_over_months(False, (False, True, False))
    regression = story.say_regression(QUESTION, compared, RAW).data
    assert "Nothing is shown" in regression
    assert "OLS isn't shown to predict engagement better than the mean." in regression
    assert "can be predicted" not in regression
    assert (
        "isn't shown to predict success better than guessing"
        in story.say_success(QUESTION, compared, RAW).data
    )


def test_how_much_can_be_predicted_is_that_of_the_table_and_so_is_whether_the_factor_shows_it():
    compared = compared_over_months(True, (True, True, True))
    said = story.say_regression(QUESTION, compared, RAW).data
    assert "**A little of the variation in engagement can be predicted.**" in said
    assert "is 0.20 (0.10 to 0.30) for the logs of engagement. Over three months, it is 0.20." in said
    assert "By this measure" not in said
    unshown = compared.assign(beats_baseline=compared["beats_baseline"] & (compared["metric"] == "r2_log"))
    assert (
        "By this measure, the model isn't shown to be better."
        in story.say_regression(QUESTION, unshown, RAW).data
    )


def test_that_probabilities_beat_the_base_rate_is_said_only_where_it_is_shown():
    compared = compared_over_months(True, (False, False, False))
    assert (
        "The probabilities cut the squared error of the base rate by 10 %"
        in story.say_success(QUESTION, compared, RAW).data
    )
    compared.loc[compared["metric"] == "brier_skill", "beats_baseline"] = False
    said = story.say_success(QUESTION, compared, RAW).data
    assert "aren't shown to beat the base rate here." in said
    assert "cut the squared error" not in said


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
    assert ("Nothing is shown" in said) == (not own["r2_shown"])
    assert f"{own['r2']:.2f}" in said
    bent, better, skilled = (
        story.model.say_number(int(shown.sum()))
        for shown in (told["p_curvature"] < 0.05, told["gain_shown"], told["skill_shown"])
    )
    assert f"curved in {bent} of two" in said
    assert f"better than a straight line in {better}." in said
    assert f"better than the base rate in {skilled} of two" in said
    assert ("aren't shown to beat the base rate here" in said) == (not own["skill_shown"])


def test_of_a_list_that_is_too_short_nothing_is_told():
    told = pd.DataFrame({"definition": ["engagement"], "month": ["2022-07"], "r2": [float("nan")]})
    assert "can't be asked of this list" in story.say_subscribers(told, RAW).data


def test_the_chance_that_is_called_greater_is_greater(every_split):
    scored = model.score_creators({"subscribers": [1e5, 1e6, 5e6, 2e7]}, every_split)
    said = story.say_chances(scored).data
    known = scored[(scored["note"] == "") & scored["probability"].notna()]
    first, last = known.iloc[0], known.iloc[-1]
    assert ("list succeed more often" in said) == (last["low"] > first["high"])
    assert ("list succeed less often" in said) == (last["high"] < first["low"])
    assert ("aren't shown to succeed" in said) == (
        last["low"] <= first["high"] and last["high"] >= first["low"]
    )
    rises = known["probability"].is_monotonic_increasing
    assert ("**The biggest accounts" in said) == (
        "succeed more often" in said and "shown to" not in said and not rises
    )
    for chance in known["probability"]:
        assert story.model.say_percent(chance) in said


@pytest.mark.parametrize(
    ("bend", "said"),
    [
        (3.0, "slowly with size among small accounts and steeply among big"),
        (-3.0, "steeply with size among small accounts and slowly among big"),
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
    assert "By engagement, the top quarter has fewer likes and shares per view in each of two months." in said
    assert "By interactions, the top quarter has more likes per view in each of two months and" in said
    assert "fewer shares per view in one of two months." in said
    assert "by engagement, fewer reactions per view are partly arithmetic" in said
    nothing = story.say_direction(apart(engagement={"likes": ["not shown"]})).data
    assert "By engagement, no reaction is shown to be more or less frequent." in nothing
    assert "arithmetic" not in nothing
    assert "arithmetic" not in story.say_direction(apart(interactions={"likes": ["less"]})).data


def ablated(verdict, adds):
    known = ["no feature", "subscribers", "subscribers + profile", "all of them"]
    changes = [0.0, 0.1, adds, 0.05]
    table = pd.DataFrame({"known": known, "verdict": ["", "adds", verdict, "adds"], "adds": changes})
    return table.assign(adds_low=table["adds"] - 0.01, adds_high=table["adds"] + 0.01)


@pytest.mark.parametrize(
    ("verdict", "adds", "said"),
    [
        ("adds", 0.03, "adds 0.030 (0.020 to 0.040) to the AUC."),
        ("harms", -0.03, "lowers the AUC: −0.030 (−0.040 to −0.020)."),
        ("nothing", 0.005, "adds nothing to the AUC: 0.005 (−0.005 to 0.015)."),
        ("unclear", 0.015, "isn't shown to change the AUC: 0.015 (0.005 to 0.025)."),
    ],
)
def test_what_a_group_of_features_adds_is_said_by_its_verdict(verdict, adds, said):
    text = story.say_ablation(ablated(verdict, adds)).data
    assert text.startswith("On this list, knowing subscribers alone adds 0.100 (0.090 to 0.110) to the AUC.")
    assert f"Beyond subscribers, knowing the profile {said}" in text
    assert "Beyond subscribers, knowing all of them adds 0.050" in text
    assert ("“Nothing” means surely less than 0.02." in text) == (verdict == "nothing")


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("adds", "add something"),
        ("harms", "add only noise"),
        ("nothing", "add nothing"),
        ("unclear", "aren't shown to add anything"),
    ],
)
def test_what_name_and_handle_add_is_said_by_its_verdict(verdict, said):
    text = story.say_marks(ablated(verdict, 0.01).head(3)).data
    assert f"the marks of name and handle {said} to what subscribers tell" in text
    assert "They change R² by 0.010 (0.000 to 0.020)." in text


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ((6, 8, 10), "have 8 % (6 % to 10 %) more engagement"),
        ((-10, -8, -6), "have 8 % (6 % to 10 %) less engagement"),
        ((-2, 1, 4), "aren't shown to have more or less engagement: the interval runs from −2 % to 4 %."),
    ],
)
def test_a_difference_between_sizes_is_said_with_its_sign_or_not_at_all(bounds, said):
    row = dict(zip(("percent_low", "percent", "percent_high"), bounds, strict=True))
    table = pd.DataFrame([row | {"feature": "subscribers"}])
    assert said in story.say_elasticity(table, "engagement").data


@pytest.mark.parametrize(("kept", "said"), [(True, "within chance of"), (False, "further than chance from")])
@pytest.mark.parametrize(("helps", "help_said"), [(True, "still help"), (False, "aren't shown to help")])
def test_the_limits_of_prediction_are_those_of_the_table(kept, said, helps, help_said):
    row = {"method": CONFORMAL, "level": 0.9, "coverage": 0.85, "factor": 2.3, "kept": kept}
    curve = pd.DataFrame({"creators": [400, 640], "gain": 0.01, "gain_low": 0.0, "gain_high": 0.02})
    text = story.say_limits(pd.DataFrame([row]), curve.assign(helps=helps)).data
    assert f"It held 85 % of the test creators, which is {said} the target." in text
    assert f"More creators of the same kind {help_said}." in text


def test_the_score_on_test_creators_is_that_of_the_chosen_model():
    tested = pd.DataFrame({"metric": "r2_log", "model": ["OLS", "splines"], "value": [0.1, 0.3], "n": 190})
    said = story.say_test(tested.assign(low=0.0, high=0.4), "splines").data
    assert "the best model was splines." in said
    assert "R² for the logs is 0.30 (0.00 to 0.40)" in said
