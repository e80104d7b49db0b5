import numpy as np
import pandas as pd
import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from tiktok import story, wording
from tiktok.story import explore, lists, months
from tiktok.story import model as model_room

HOSTILE = ["<script>alert(1)</script>", "=HYPERLINK(1)", "**bold** $x$ [a](b)", "‮right to left", "x" * 10_000]


def tried(**holds):
    """Two claims, each tried with two tests that hold as named."""
    return pd.DataFrame(
        [
            {
                "claim": f"{feature} related to {target}",
                "target": target,
                "feature": feature,
                "test": test,
                "n": 100,
                "statistic": 0.3 if test == "Pearson" else -0.3,
                "low": 0.2,
                "high": 0.4,
                "p": 0.001,
                "p_holm": 0.002,
                "holds": holds[test],
                "same_in": 900,
            }
            for target, feature in (("shares", "views"), ("engagement", "likes"))
            for test in ("Pearson", "Spearman")
        ]
    )


def test_a_coefficient_that_gives_every_verdict_is_named():
    said = explore.say_correlation_claims(tried(Pearson=True, Spearman=False)).data
    assert "Pearson gives them all" in said
    assert "no single" not in said


def test_without_such_a_coefficient_that_is_said_and_the_negative_relations_are_named():
    said = explore.say_correlation_claims(tried(Pearson=False, Spearman=False)).data
    assert "no single coefficient gives them all" in said
    assert "views with shares (Spearman −0.30)" in said


def test_no_negative_relation_is_said_too():
    positive = tried(Pearson=False, Spearman=False).assign(statistic=0.3)
    assert "No relation is significantly negative" in explore.say_correlation_claims(positive).data


@pytest.mark.parametrize(
    ("agree", "said"),
    [
        ([True, True], "agree on all of views and likes"),
        ([True, False], "disagree on **likes**"),
        ([False, False], "agree on nothing"),
    ],
)
def test_agreement_of_the_coefficients_is_said_as_it_is(agree, said):
    tests = pd.DataFrame({"feature": ["views", "likes"], "target": "shares", "agree": agree})
    assert said in explore.say_correlations(tests).data


def test_a_perfect_fit_is_called_leakage_and_an_imperfect_one_is_not():
    scores = pd.DataFrame({"model": "OLS", "sample": ["train", "validate"], "r2": [1.0, 1.0]})
    assert "leakage, not overfitting" in model_room.say_overfit(scores).data
    assert "leakage" not in model_room.say_overfit(scores.assign(r2=[0.9, 0.2])).data


def test_an_error_is_written_in_its_unit_or_called_rounding():
    scores = pd.DataFrame({"model": "OLS", "sample": ["train", "validate"], "r2": [1.0, 0.5]})
    page = model_room.show_scores(scores.assign(rmse=[2_930_000.0, 5.9e-9], mae=1.0), "Errors").data
    assert "2.93M" in page
    assert "&lt;1e-7" in page
    assert page.count("1 (to 12 digits)") == 1


def test_an_even_distribution_is_not_called_heavy_tailed():
    described = pd.DataFrame({"skew": [0.1, 3.0], "skew_log": [0.0, 0.2], "top_1pct_share": [0.1, 0.2]})
    assert "heavy" not in explore.say_distributions(described).data
    assert "heavy" in explore.say_distributions(described.assign(skew=[2.0, 3.0])).data


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_the_data_is_never_markup_in_a_table(text):
    page = story.show_table(pd.DataFrame({"name": [text]}), caption=text).data
    assert "<script" not in page
    assert "$x$" not in page.split("<tbody>")[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_the_data_is_never_markup_in_a_sentence(text):
    escaped = wording.escape(text)
    assert not set(escaped) & set("<>*$[]=")


def test_a_table_is_the_same_every_time_and_writes_missing_values_in_words():
    frame = pd.DataFrame({"a": [1.0, np.nan]})
    first, second = (story.show_table(frame, "caption").data for _ in range(2))
    assert first == second
    assert "n/a" in first


def order(contradict, spearman=0.99):
    return pd.DataFrame(
        {
            "pairs_agree": [1000 - contradict],
            "pairs_contradict": contradict,
            "spearman": spearman,
            "spearman_engagement": 0.6,
            "spearman_subscribers": 0.1,
        }
    )


RULES = pd.DataFrame({"rule": ["engagement", "subscribers", "views"], "spearman": [0.6, 0.1, 0.7]})


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (order(0), "none stands the other way round"),
        (order(50), "close to that of"),
        (order(400, spearman=0.3), "None of the rules tried"),
        (None, "no published rank"),
    ],
)
def test_the_rule_of_the_list_is_said_as_firmly_as_the_order_allows(found, said):
    text = lists.say_list_rule(found, None if found is None else RULES).data
    assert said in text
    assert ("none stands" in text) == (said == "none stands the other way round")


def influence(effect, **values):
    row = {"feature": "views", "target": "shares", "n": 100, "creator": "<b>x</b>", "effect": effect}
    steps = {"without_0": 0.4, "without_1": 0.1, "without_20": 0.3, "spearman_0": 0.1, "spearman_1": 0.1}
    return pd.DataFrame([row | steps | values])


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ("carries", "carries much"),
        ("hides", "hides much"),
        ("turns", "turns a"),
        ("none", "No single creator"),
    ],
)
def test_what_one_creator_does_is_said_as_it_is(effect, said):
    text = lists.say_influence(influence(effect)).data
    assert said in text
    assert "<b>" not in text


def test_each_coefficient_is_told_with_the_creator_on_whom_it_hangs():
    """Also names that end in brackets, hold an address, are long, or turn the text around them."""
    names = ["a(b)", "https://www.example.invalid", "x" * 10_000, "\u202emr"]
    rows = [influence("hides", feature=name[0], creator=name) for name in names]
    text = lists.say_influence(pd.concat(rows)).data
    assert "each of four Pearson coefficients" in text
    rendered = markdown2html_mistune(text)
    assert "without <strong>a(b)</strong> a × shares moves from 0.40 to 0.10" in rendered
    assert "<strong>https://www.example.invalid</strong> h ×" in rendered
    assert "without <strong>mr</strong>" in rendered
    assert "x" * 50 not in rendered


def test_nothing_left_is_said_only_where_nothing_is_left():
    assert "nothing is left" not in lists.say_influence(influence("carries")).data
    assert "nothing is left" in lists.say_influence(influence("carries", without_20=0.01)).data


@pytest.mark.parametrize("shape", ["dips", "peaks", "rises", "falls", "mixed"])
def test_quarters_are_described_by_their_shape_unless_there_is_no_difference(shape):
    row = {f"median_q{q}": 100.0 * q for q in range(1, 5)} | {"feature": "shares", "by": "engagement"}
    differ = pd.DataFrame([row | {"shape": shape, "p_holm": 0.001}])
    assert "no difference" not in lists.say_quarters(differ).data
    assert "no difference" in lists.say_quarters(differ.assign(p_holm=0.2)).data


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


QUESTION = model_room.Question("engagement", ("subscribers",), "Why?")


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
    assert said in model_room.say_regression(QUESTION, cross_validated(**gains)).data


def test_a_profile_that_tells_nothing_is_one_sentence_and_untested_marks_are_none():
    pooled = pd.DataFrame(
        {
            "profile": ["handle_has_dot", "name_thai", "handle_has_digit"],
            "outcome": "engagement",
            "months": [5, 0, 5],
            "significant_in": [1, 0, 4],
            "pooled": [0.5, np.nan, 0.4],
        }
    )
    said = months.say_profiles(pooled).data
    assert "none holds in every month" in said
    assert "thai" not in said
