import pandas as pd
import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune

import explore
from tiktok import story
from tiktok.explore.composition import BY_CONSTRUCTION, WITH_REST

OTHERS = ["subscribers", "views", "likes", "comments"]


def order(contradict, spearman=0.99):
    return pd.DataFrame(
        {
            "pairs_agree": [1000 - contradict],
            "pairs_contradict": contradict,
            "pairs_open": 77,
            "spearman": spearman,
            "spearman_engagement": 0.6,
            "spearman_subscribers": 0.1,
        }
    )


RULES = pd.DataFrame({"rule": ["engagement", "subscribers", "views"], "spearman": [0.6, 0.1, 0.7]})


EXACT = "In each of the other 1,000 pairs, the creator with the larger product has the better rank"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (order(0), EXACT),
        (order(50), "Yet 50 of 1,000 pairs of creators contradict it"),
        (
            order(400, spearman=0.3),
            "No rule that was tried explains this list's order. The rule that comes closest is “views”",
        ),
        (None, "publishes **no rank**"),
    ],
)
def test_the_rule_of_the_list_is_said_as_firmly_as_the_order_allows(found, said):
    text = story.say_list_rule(found, None if found is None else RULES).data
    assert said in text
    assert ("has the better rank" in text) == (said == EXACT)
    assert ("leaves 77 pairs of creators undecided" in text) == (said == EXACT)


def test_a_list_that_another_rule_orders_is_not_said_to_be_without_one():
    ordered = RULES.assign(spearman=[0.3, 0.99, 0.2])
    said = story.say_list_rule(order(400, spearman=0.3), ordered).data
    assert "isn't ordered by views" in said
    assert "closest is “subscribers”, with a rank correlation of 0.99" in said
    assert "No rule" not in said


def influence(effect, **values):
    row = {"feature": "views", "target": "shares", "n": 100, "creator": "<b>x</b>", "effect": effect}
    steps = {"without_0": 0.4, "without_1": 0.1, "without_20": 0.3, "spearman_0": 0.1, "spearman_1": 0.1}
    return pd.DataFrame([row | steps | values])


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ("carries", "carries much of one"),
        ("hides", "masks much of one"),
        ("turns", "turns the sign of one"),
        ("none", "No single creator"),
    ],
)
def test_what_one_creator_does_is_said_as_it_is(effect, said):
    without = {"without_1": 0.7} if effect == "hides" else {}
    text = story.say_influence(influence(effect, **without)).data
    assert said in text
    assert "<b>" not in text


def test_a_creator_who_hides_little_is_not_said_to_hide_much():
    assert "masks some of" in story.say_influence(influence("hides", without_0=0.33, without_1=0.39)).data


def test_each_coefficient_is_told_with_the_creator_on_whom_it_hangs():
    """Also names that end in brackets, hold an address, are long, or turn the text around them."""
    names = ["a(b)", "https://www.example.invalid", "x" * 10_000, "\u202emr"]
    rows = [influence("hides", feature=name[0], creator=name) for name in names]
    text = story.say_influence(pd.concat(rows)).data
    assert "Four Pearson coefficients are each partly masked by one creator of 100." in text
    rendered = markdown2html_mistune(text)
    assert "Without <strong>a(b)</strong>, a × shares moves from 0.40 to 0.10." in rendered
    assert "<strong>https://www.example.invalid</strong>, h ×" in rendered
    assert "Without <strong>mr</strong>," in rendered
    assert "x" * 50 not in rendered


@pytest.mark.parametrize(
    ("effect", "said"),
    [("carries", "are each largely due to one"), ("turns", "each change sign without one")],
)
def test_what_several_creators_do_is_said_as_it_is(effect, said):
    two = pd.concat([influence(effect, creator="a"), influence(effect, creator="b", feature="likes")])
    assert f"Two Pearson coefficients {said} creator of 100." in story.say_influence(two).data


def test_ranks_are_said_to_hardly_move_only_where_they_do():
    assert "hardly move" in story.say_influence(influence("carries")).data
    assert "hardly move" not in story.say_influence(influence("carries", spearman_1=0.2)).data


def test_a_coefficient_vanishes_only_where_it_was_there_and_is_gone():
    assert "vanish" not in story.say_influence(influence("carries")).data
    gone = influence("carries", without_20=0.01)
    assert (
        "Drop the 20 most influential creators, and Pearson's coefficient vanishes for views × shares"
        in story.say_influence(gone).data
    )
    assert "vanish" not in story.say_influence(influence("hides", without_0=0.01, without_20=0.02)).data
    two = story.say_influence(pd.concat([gone, gone.assign(feature="likes")])).data
    assert "coefficients vanish for views × shares and likes × shares" in two


@pytest.mark.parametrize("shape", ["dips", "peaks", "rises", "falls", "mixed"])
def test_quarters_are_described_by_their_shape_unless_there_is_no_difference(shape):
    row = {f"median_q{q}": 100.0 * q for q in range(1, 5)} | {"feature": "shares", "by": "engagement"}
    differ = pd.DataFrame([row | {"shape": shape, "p_holm": 0.001}])
    assert "aren't shown to differ" not in story.say_quarters(differ).data
    assert "From the lowest to the top they are 100, 200, 300 and 400." in story.say_quarters(differ).data
    assert "aren't shown to differ" in story.say_quarters(differ.assign(p_holm=0.2)).data


def test_the_rule_is_called_exact_only_where_no_pair_contradicts_it(every_list):
    order, scores, _ = explore.explain_order(every_list)
    said = story.say_list_rule(order, scores).data
    if order is None:
        assert "no rank" in said
    else:
        assert ("has the better rank" in said) == (order["pairs_contradict"].iloc[0] == 0)


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
    if "in the lowest and in the top quarter" in said:
        assert max(second, third) < min(lowest, top)
    elif "in the middle quarters" in said:
        assert min(second, third) > max(lowest, top)
    elif "rise from" in said:
        assert lowest < second < third < top
    elif "fall from" in said:
        assert lowest > second > third > top
    else:
        assert "aren't shown to differ" in said or "without rising or falling" in said


def composition(unrelated, whole=0.9):
    made_of = pd.DataFrame({"whole": ["engagement"], "part": ["views"], "pooled": [0.89]})
    sides = {
        "against": [BY_CONSTRUCTION, WITH_REST],
        "spearman": [whole, 0.6],
        "spearman_unrelated": unrelated,
    }
    return story.say_composition(made_of, pd.DataFrame(sides).assign(whole="engagement", part="views")).data


def test_a_correlation_is_mostly_arithmetic_only_where_shuffled_parts_give_most_of_it():
    assert "is 0.90, mostly by arithmetic: parts shuffled among creators would give 0.80" in composition(0.8)
    assert "is 0.90, partly by arithmetic" in composition(0.2)
    assert "Views are 89 % of engagement." in composition(0.2)


@pytest.mark.parametrize(
    ("inside", "seen"), [(0.05, "hardly go together"), (0.3, "go together"), (-0.3, "go against each other")]
)
def test_what_is_seen_inside_the_list_is_said_with_its_sign(inside, seen):
    pair = {"x": "views", "y": "shares", "inside": inside, "low": 0.5, "high": 0.9}
    said = story.say_selection(pd.DataFrame([pair | {"tail": tail} for tail in ("normal", "heavy")])).data
    assert f"views and shares {seen}: the correlation of their logs" in said
