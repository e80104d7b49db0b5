import re

import pandas as pd
import pytest

import explore
from tiktok import story
from tiktok.explore import earlier_claims
from tiktok.wording import say_number

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
    assert "Pearson bears out all of them and Spearman none." in said
    assert "No single" not in said


def test_without_such_a_coefficient_that_is_said_and_the_negative_relations_are_named():
    said = story.say_correlation_claims(tried(Pearson=False, Spearman=False)).data
    assert "Not one of the earlier analysis's two statements holds on this list by all two tests." in said
    assert "Not one depends on the test. Two hold by no test." in said
    assert "No single test bears out all of them." in said
    assert (
        "No test bears out every claim about shares. No test bears out every claim about engagement." in said
    )
    assert "Two relations are significantly *negative*: views with shares (Spearman −0.30)" in said


def test_no_negative_relation_is_said_too():
    positive = tried(Pearson=False, Spearman=False).assign(statistic=0.3)
    assert "No relation is significantly negative" in story.say_correlation_claims(positive).data


@pytest.mark.parametrize(
    ("agree", "said"),
    [
        ([True, True], "agree on every feature: views and likes."),
        ([True, False], "agree on views. They disagree on **likes**. Whether it is"),
        ([False, False], "agree on no feature. They disagree on **views and likes**. Whether these are"),
    ],
)
def test_agreement_of_the_coefficients_is_said_as_it_is(agree, said):
    tests = pd.DataFrame({"feature": ["views", "likes"], "target": "shares", "agree": agree})
    assert said in story.say_correlations(tests).data


def test_an_even_distribution_is_not_called_heavy_tailed():
    described = pd.DataFrame({"skew": [0.1, 3.0], "skew_log": [0.0, 0.2], "top_1pct_share": [0.1, 0.2]})
    assert "heavy" not in story.say_distributions(described).data
    assert "Skewness runs from 0.1 to 3.0" in story.say_distributions(described).data
    assert "heavy" in story.say_distributions(described.assign(skew=[2.0, 3.0])).data


def test_agreement_is_said_of_the_features_that_agree(every_list):
    tests = explore.correlation_tests(every_list, "shares", OTHERS)
    said = story.say_correlations(tests).data
    disagreeing = said.split("disagree on")[1] if "disagree on" in said else ""
    for feature, agree in zip(tests["feature"], tests["agree"], strict=True):
        assert (feature in disagreeing) == (not agree)


def test_a_test_that_bears_out_a_target_is_named_as_the_only_one_or_beside_the_others():
    one = tried(Pearson=False, Spearman=True)
    one.loc[(one["target"] == "shares") & (one["test"] == "Spearman"), "holds"] = False
    said = story.say_correlation_claims(one).data
    assert (
        "No test bears out every claim about shares. Only Spearman bears out every claim about engagement."
        in said
    )
    one.loc[one["target"] == "engagement", "holds"] = True
    both = story.say_correlation_claims(one).data
    assert "Every claim about engagement is borne out by Pearson and by Spearman." in both


def test_verdicts_that_need_the_whole_list_are_counted_and_so_are_intervals_that_contradict_the_test():
    firm = tried(Pearson=True, Spearman=True)
    assert "Every verdict recurs in at least nine of ten" in story.say_correlation_claims(firm).data
    assert "contradicts" not in story.say_correlation_claims(firm).data
    loose = firm.assign(same_in=[700, 900, 900, 900], low=[-0.1, 0.2, 0.2, 0.2])
    said = story.say_correlation_claims(loose).data
    assert "One of the 4 verdicts changes in more than a tenth" in said
    assert "The least firm is views × shares by Pearson, which recurs in 700 of 1,000." in said
    assert "The interval contradicts the test in one of the 4 verdicts" in said


def test_hunches_are_told_with_their_verdicts():
    rows = {
        "shares": "shares matter most for success",
        "subscribers": "subscribers matter little for success",
    }
    two = pd.DataFrame({"feature": list(rows), "claim": list(rows.values()), "holds": [True, False]})
    two = two.assign(test="top quarter", statistic=[0.7, 0.6], low=0.5, high=0.8)
    said = story.say_hunches(two).data
    assert "more shares with a probability of 0.70 (0.50 to 0.80)" in said
    assert "more subscribers with a probability of 0.60 (0.50 to 0.80)" in said
    assert "“Shares matter most” is **reproduced**." in said
    assert "“Subscribers matter little” is **not reproduced**." in said


def test_the_counts_of_claims_are_those_of_the_table(every_list):
    tried = earlier_claims.try_correlation_claims(every_list, halves=1000)
    said = story.say_correlation_claims(tried).data
    by_claim = tried.groupby("claim")["holds"]
    always, never = (say_number(int(n.sum())) for n in (by_claim.all(), ~by_claim.any()))
    assert said.startswith(
        f"**{always.capitalize()} of the earlier analysis's nine statements hold on this list by all three"
    )
    assert ("by no test" in said) == (never != "none")
    for test, held in tried.groupby("test")["holds"].sum().items():
        assert re.search(rf"{test} (bears out )?{say_number(int(held))}\b", said)
    for target, rows in tried.groupby("target"):
        sources = [test for test, own in rows.groupby("test") if own["holds"].all()]
        assert (f"No test bears out every claim about {target}" in said) == (not sources)
        assert (f"bears out every claim about {target}" in said) == (len(sources) < 2)


def test_a_relation_called_negative_is_significant_and_negative(every_list):
    tried = earlier_claims.try_correlation_claims(every_list, halves=1000)
    said = story.say_correlation_claims(tried).data
    named = re.findall(r"(\w+) with (\w+) \(", said.split("significantly *negative*")[-1])
    negative = tried[(tried["p_holm"] < 0.05) & (tried["statistic"] < 0)]
    expected = set(zip(negative["feature"], negative["target"], strict=True))
    assert (set(named) if "significantly *negative*" in said else set()) == expected
