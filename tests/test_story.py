import numpy as np
import pandas as pd
import pytest

import story
import wording

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
    said = story.say_correlation_claims(tried(Pearson=True, Spearman=False)).data
    assert "Pearson gives them all" in said
    assert "No single" not in said


def test_without_such_a_coefficient_that_is_said_and_the_negative_relations_are_named():
    said = story.say_correlation_claims(tried(Pearson=False, Spearman=False)).data
    assert "No single coefficient gives them all" in said
    assert "views with shares (Spearman −0.30)" in said


def test_no_negative_relation_is_said_too():
    positive = tried(Pearson=False, Spearman=False).assign(statistic=0.3)
    assert "No relation is significantly negative" in story.say_correlation_claims(positive).data


@pytest.mark.parametrize(
    ("agree", "said"),
    [
        ([True, True], "agree on all of views and likes"),
        ([True, False], "contradict each other on **likes**"),
        ([False, False], "agree on nothing"),
    ],
)
def test_agreement_of_the_coefficients_is_said_as_it_is(agree, said):
    tests = pd.DataFrame({"feature": ["views", "likes"], "target": "shares", "agree": agree})
    assert said in story.say_correlations(tests).data


def test_a_perfect_fit_is_called_leakage_and_an_imperfect_one_is_not():
    scores = pd.DataFrame({"model": "OLS", "sample": ["train", "validate"], "r2": [1.0, 1.0]})
    assert "leakage, not overfitting" in story.say_overfit(scores).data
    assert "leakage" not in story.say_overfit(scores.assign(r2=[0.9, 0.2])).data


def test_an_even_distribution_is_not_called_heavy_tailed():
    described = pd.DataFrame({"skew": [0.1, 3.0], "skew_log": [0.0, 0.2], "top_1pct_share": [0.1, 0.2]})
    assert "heavy" not in story.say_distributions(described).data
    assert "heavy" in story.say_distributions(described.assign(skew=[2.0, 3.0])).data


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


@pytest.mark.parametrize("value", [0.0, -0.0, -0.004, 0.004])
def test_nothing_is_ever_written_as_minus_zero(value):
    assert wording.say_decimal(value) == "0.00"
