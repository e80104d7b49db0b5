import re

import pandas as pd
import pytest

import acquire
import explore
import prepare
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
    tried = earlier_claims.try_correlation_claims(every_list, resamples=1000)
    said = story.say_correlation_claims(tried).data
    named = re.findall(r"(\w+) with (\w+) \(", said.split("Significantly *negative*")[-1])
    negative = tried[(tried["p_holm"] < 0.05) & (tried["statistic"] < 0)]
    expected = set(zip(negative["feature"], negative["target"], strict=True))
    assert (set(named) if "Significantly *negative*" in said else set()) == expected


# --- the summary's first sentences, against their table


@pytest.fixture(scope="module", params=["sample", pytest.param("local", marks=pytest.mark.real_data)])
def every_panel(request):
    if request.param == "local":
        request.getfixturevalue("real_data_dir")
    raw = acquire.get_panel(source=request.param)
    return raw, {month: prepare.clean(rows) for month, rows in raw.items()}


def test_what_the_summary_says_first_contradicts_no_month_and_no_definition(every_panel):
    raw, panel = every_panel
    apart = explore.compare_top_quarters(panel)
    for month in panel:
        said = story.say_answer(apart, raw[month]).data
        always = re.search(r"the top quarter has more ([\w, ]+) than the rest", said)[1]
        for feature, rows in apart.groupby("feature"):
            shown = rows["direction"] == "more"
            assert (feature in always) == shown.all()
            own = rows[(rows["month"] == month) & ~shown]
            if not shown.all():
                of_feature = said.split(f"It has more {feature} in")[1].split("It has more")[0]
                assert (f"in {month}, by" in of_feature) == (len(own) > 0)
                assert all(f"by {row.definition}," in of_feature for row in own.itertuples())


def test_the_summary_of_one_list_speaks_of_that_list_alone(every_panel):
    raw, panel = every_panel
    month = max(panel)
    one = {month: panel[month]}
    said = story.say_answer(explore.compare_top_quarters(one), raw[month]).data
    said += story.say_sizes(explore.share_by_size(one), raw[month]).data
    assert "months" not in said
    assert "In this list" in said


def test_the_share_of_the_sizes_is_said_to_rise_only_where_it_does(every_panel):
    raw, panel = every_panel
    sizes = explore.share_by_size(panel)
    month = max(panel)
    rises = "rises from size to size in each of"
    assert rises in story.say_sizes(sizes, raw[month]).data
    one = (sizes["month"] == month) & (sizes["definition"] == "interactions")
    falling = sizes.assign(share=sizes["share"].where(~one, sizes.loc[one, "share"].to_numpy()[::-1].mean()))
    falling.loc[falling.index[one][-1], ["share", "low", "high"]] = 0.0
    said = story.say_sizes(falling, raw[month]).data
    assert rises not in said
    assert "isn't shown throughout" in said


def test_a_difference_of_sizes_is_shown_only_where_their_intervals_are_apart():
    """A list of 300, where 15, 23, 31 and 40 % are no proof yet."""
    raw = pd.DataFrame()
    raw.attrs["provenance"] = {"month": "2022-07"}
    sizes = pd.DataFrame(
        {
            "size": ["below 1M", "from 20M up"],
            "n": 40,
            "share": [0.15, 0.4],
            "low": [0.07, 0.26],
            "high": [0.29, 0.55],
        }
    ).assign(definition="engagement", month="2022-07")
    assert "isn't shown throughout" in story.say_sizes(sizes, raw).data
    clear = sizes.assign(low=[0.07, 0.3])
    assert "are more often in its top quarter**" in story.say_sizes(clear, raw).data


def test_a_month_in_which_the_top_quarter_has_fewer_is_named():
    raw = pd.DataFrame()
    raw.attrs["provenance"] = {"month": "2022-07"}
    rows = {"superiority": [0.6, 0.6, 0.4, 0.5], "direction": ["more", "more", "less", "not shown"]}
    apart = pd.DataFrame(rows).assign(
        feature=["views", "views", "shares", "shares"],
        definition=["engagement", "interactions"] * 2,
        month="2022-07",
        superiority_low=0.3,
        superiority_high=0.55,
    )
    said = story.say_answer(apart, raw).data
    assert "has more views than the rest" in said
    assert "more shares in none and fewer in one of the two comparisons" in said
    assert "by engagement, it has fewer (0.40, 0.30 to 0.55" in said
    assert "by interactions, no difference is shown (0.50" in said
