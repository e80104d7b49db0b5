import pandas as pd
import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune

import explore
from tiktok import story

OTHERS = ["subscribers", "views", "likes", "comments"]


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
    text = story.say_list_rule(found, None if found is None else RULES).data
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
    without = {"without_1": 0.7} if effect == "hides" else {}
    text = story.say_influence(influence(effect, **without)).data
    assert said in text
    assert "<b>" not in text


def test_a_creator_who_hides_little_is_not_said_to_hide_much():
    assert "hides some of" in story.say_influence(influence("hides", without_0=0.33, without_1=0.39)).data


def test_each_coefficient_is_told_with_the_creator_on_whom_it_hangs():
    """Also names that end in brackets, hold an address, are long, or turn the text around them."""
    names = ["a(b)", "https://www.example.invalid", "x" * 10_000, "\u202emr"]
    rows = [influence("hides", feature=name[0], creator=name) for name in names]
    text = story.say_influence(pd.concat(rows)).data
    assert "each of four Pearson coefficients" in text
    rendered = markdown2html_mistune(text)
    assert "without <strong>a(b)</strong> a × shares moves from 0.40 to 0.10" in rendered
    assert "<strong>https://www.example.invalid</strong> h ×" in rendered
    assert "without <strong>mr</strong>" in rendered
    assert "x" * 50 not in rendered


def test_ranks_that_hardly_move_are_told_of_as_many_creators_as_were_named():
    assert "hardly move without that one." in story.say_influence(influence("carries")).data
    two = pd.concat([influence("hides", creator="a"), influence("hides", creator="b", feature="likes")])
    assert "hardly move without them, one at a time." in story.say_influence(two).data


def test_nothing_left_is_said_only_where_nothing_is_left():
    assert "nothing is left" not in story.say_influence(influence("carries")).data
    assert "nothing is left" in story.say_influence(influence("carries", without_20=0.01)).data


@pytest.mark.parametrize("shape", ["dips", "peaks", "rises", "falls", "mixed"])
def test_quarters_are_described_by_their_shape_unless_there_is_no_difference(shape):
    row = {f"median_q{q}": 100.0 * q for q in range(1, 5)} | {"feature": "shares", "by": "engagement"}
    differ = pd.DataFrame([row | {"shape": shape, "p_holm": 0.001}])
    assert "no difference" not in story.say_quarters(differ).data
    assert "no difference" in story.say_quarters(differ.assign(p_holm=0.2)).data


def test_the_rule_is_called_exact_only_where_no_pair_contradicts_it(every_list):
    order, scores, _ = explore.explain_order(every_list)
    said = story.say_list_rule(order, scores).data
    if order is None:
        assert "no published rank" in said
    else:
        assert ("none stands the other way round" in said) == (order["pairs_contradict"].iloc[0] == 0)


def test_a_creator_who_carries_a_coefficient_leaves_it_nearer_to_nothing(every_list):
    summary = explore.summarise_influence(explore.leave_creators_out(every_list, "shares", OTHERS))
    said = story.say_influence(summary).data
    for row in summary.itertuples():
        if row.effect == "carries":
            assert abs(row.without_1) < abs(row.without_0)
            assert f"{row.feature} × shares" in said
        if row.effect == "hides":
            assert abs(row.without_1) > abs(row.without_0)


def test_the_shape_of_the_quarters_is_that_of_the_medians(every_list):
    quarters = explore.compare_quartiles(every_list, "engagement", ["shares"])
    said = story.say_quarters(quarters).data
    lowest, second, third, top = quarters.loc[0, [f"median_q{q}" for q in range(1, 5)]]
    if "at both ends" in said:
        assert max(second, third) < min(lowest, top)
    if "rise from" in said:
        assert lowest < second < third < top
    if "fall from" in said:
        assert lowest > second > third > top
