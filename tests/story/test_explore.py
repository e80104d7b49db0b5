import re

import pandas as pd
import pytest

import explore
from tiktok import story
from tiktok.explore import earlier_claims

OTHERS = ["subscribers", "views", "likes", "comments"]


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
    assert "no single" not in said


def test_without_such_a_coefficient_that_is_said_and_the_negative_relations_are_named():
    said = story.say_correlation_claims(tried(Pearson=False, Spearman=False)).data
    assert "no single coefficient gives them all" in said
    assert "views with shares (Spearman −0.30)" in said


def test_no_negative_relation_is_said_too():
    positive = tried(Pearson=False, Spearman=False).assign(statistic=0.3)
    assert "No relation is significantly negative" in story.say_correlation_claims(positive).data


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
    assert said in story.say_correlations(tests).data


def test_an_even_distribution_is_not_called_heavy_tailed():
    described = pd.DataFrame({"skew": [0.1, 3.0], "skew_log": [0.0, 0.2], "top_1pct_share": [0.1, 0.2]})
    assert "heavy" not in story.say_distributions(described).data
    assert "heavy" in story.say_distributions(described.assign(skew=[2.0, 3.0])).data


def test_agreement_is_said_of_the_features_that_agree(every_list):
    tests = explore.correlation_tests(every_list, "shares", OTHERS)
    said = story.say_correlations(tests).data
    disagreeing = said.split("disagree on")[1] if "disagree on" in said else ""
    for feature, agree in zip(tests["feature"], tests["agree"], strict=True):
        assert (feature in disagreeing) == (not agree)


def test_a_relation_called_negative_is_significant_and_negative(every_list):
    tried = earlier_claims.try_correlation_claims(every_list, halves=1000)
    said = story.say_correlation_claims(tried).data
    named = re.findall(r"(\w+) with (\w+) \(", said.split("Significantly *negative*")[-1])
    negative = tried[(tried["p_holm"] < 0.05) & (tried["statistic"] < 0)]
    expected = set(zip(negative["feature"], negative["target"], strict=True))
    assert (set(named) if "Significantly *negative*" in said else set()) == expected
