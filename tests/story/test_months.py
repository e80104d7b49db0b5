import numpy as np
import pandas as pd
import pytest

from tiktok import story


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
    said = story.say_profiles(pooled).data
    assert "give two comparisons" in said
    assert "No difference holds in each of five months" in said
    assert "thai" not in said


def coming_back(**spearman_by_gap):
    rows = [(int(gap[1:]), value) for gap, values in spearman_by_gap.items() for value in values]
    return pd.DataFrame(rows, columns=["gap", "spearman"])


def regression_said(reliability, *, before=0.7, steps=2):
    variance = pd.DataFrame([{"icc": 0.6, "icc_low": 0.5, "icc_high": 0.7}])
    looks = pd.DataFrame(
        {"direction": ["next", "previous"], "kept": [0.7, before], "seen": [50, 50], "top": [100, 100]}
    )
    looks = pd.concat([looks] * steps, ignore_index=True)
    looks = looks.assign(kept_low=looks["kept"] - 0.1, kept_high=looks["kept"] + 0.1)
    return story.say_regression_to_mean(variance, looks, reliability).data


def test_all_pairs_of_a_distance_are_told_and_one_month_is_one():
    said = regression_said(coming_back(g1=[0.76, 0.55, 0.61], g10=[0.41]))
    assert (
        "The lists furthest apart agree less than the nearest: the rank correlation is 0.55 to 0.76 for"
        in said
    )
    assert "for three pairs one month apart and 0.41 for" in said
    assert "for two lists ten months apart." in said
    assert "1 months" not in said


def test_two_lists_are_at_one_distance_only():
    said = regression_said(coming_back(g1=[0.76]))
    assert "The rank correlation between lists is 0.76 for two lists one month apart." in said
    assert "furthest apart" not in said


def test_lists_further_apart_are_said_to_agree_less_only_where_they_do():
    assert "don't clearly agree less" in regression_said(coming_back(g1=[0.5, 0.7], g3=[0.6]))
    assert "don't clearly" not in regression_said(coming_back(g1=[0.5, 0.7], g3=[0.4]))


def test_a_lead_that_is_kept_unequally_is_told_with_its_direction():
    assert "a shrinking lead alone is no sign of decline" in regression_said(coming_back(g1=[0.7]))
    for before, less_or_more in ((0.3, "more"), (1.0, "less")):
        said = regression_said(coming_back(g1=[0.7]), before=before)
        assert f"a top quarter keeps {less_or_more} of its lead afterwards than it had before" in said
        assert "no sign of decline" not in said
        assert (
            f"keep 70 % of their lead there. Those already on the list before had {100 * before:.0f} % of"
            in said
        )


def test_copies_of_the_list_before_are_counted_and_what_lasts_is_told_without_them():
    panel = {"2022-06": pd.DataFrame(index=range(9)), "2022-07": pd.DataFrame(index=range(8))}
    measured = panel | {"2022-07": pd.DataFrame(index=range(5))}
    whole, rest = (
        pd.DataFrame([{"icc": icc, "icc_low": icc - 0.1, "icc_high": icc + 0.1}]) for icc in (0.6, 0.5)
    )
    said = story.say_carried_over(panel, measured, whole, rest).data
    assert "the list before: 3 in July 2022." in said
    assert "50 % (40 % to 60 %) of the variance, instead of 60 %" in said
    assert "the same as with them" in story.say_carried_over(panel, measured, whole, whole).data
    assert "No row repeats" in story.say_carried_over(panel, panel, whole, whole).data
    assert story.say_carried_over(panel, measured, None, None) is None
    assert "too few creators are on two lists" in story.say_carried_over(panel, measured, whole, None).data


def test_a_mark_is_named_in_words_and_one_list_is_no_month_of_several():
    row = {"profile": "handle_has_underscore", "outcome": "engagement", "months": 1, "significant_in": 1}
    pooled = pd.DataFrame([row | {"pooled": 0.44, "low": 0.39, "high": 0.47, "n_in": 167.0}])
    said = story.say_profiles(pooled).data
    assert "One difference holds in this list." in said
    assert "with an underscore in the handle, about 167, have less engagement: 0.44 (0.39 to 0.47)." in said
    assert "month" not in said


def test_a_relation_in_one_list_is_not_said_of_months():
    row = {"coefficient": "spearman", "target": "shares", "months": 1, "pooled": 0.3, "low": 0.2, "high": 0.4}
    signs = [{"feature": "views", "positive_in": 1}, {"feature": "likes", "positive_in": 0}]
    said = story.say_pooled(pd.DataFrame([row | sign | {"negative_in": 0} for sign in signs])).data
    assert (
        "For views (0.30, 0.20 to 0.40), the rank correlation with shares is significant in this list."
        in said
    )
    assert "For likes, it is not significant." in said
    assert "month" not in said
    nothing = story.say_pooled(pd.DataFrame([row | signs[1] | {"negative_in": 0}])).data
    assert nothing == "For likes, the rank correlation with shares is not significant."


def test_a_relation_that_turns_between_months_is_not_said_to_be_significant_in_some_only():
    row = {"coefficient": "spearman", "target": "shares", "months": 4, "pooled": 0.3, "low": 0.2, "high": 0.4}
    signs = {"views": (4, 0), "likes": (2, 2), "comments": (1, 0), "subscribers": (0, 0)}
    rows = [row | {"feature": f, "positive_in": p, "negative_in": n} for f, (p, n) in signs.items()]
    said = story.say_pooled(pd.DataFrame(rows)).data
    assert (
        "For views (0.30, 0.20 to 0.40), the rank correlation with shares is significant in each of four"
        in said
    )
    assert "always with the same sign." in said
    assert "For subscribers, it is significant in no month." in said
    assert "For comments, it is significant in some months only." in said
    assert "For likes, it is significant with either sign, depending on the month." in said


def test_a_list_without_marks_of_a_profile_is_said_to_be():
    pooled = pd.DataFrame({"profile": ["name_thai"], "months": [0], "significant_in": [0]})
    assert "No mark of a profile can be compared here" in story.say_profiles(pooled).data


def test_one_step_each_way_is_nothing_to_build_on():
    said = regression_said(coming_back(g1=[0.7]), before=0.95, steps=1)
    assert "One step each way, of two different top quarters, is nothing to build on." in said
    assert "than it had before" not in said


def ways(**verdicts):
    row = {"specifications": 10, "holds": 5, "lowest": -0.1, "highest": 0.3, "positive": 5, "negative": 0}
    row |= {"target": "shares", "turns_on": "coefficient", "most_with": "pearson", "least_with": "spearman"}
    rows = [
        row | {"claim": f"{f} related to shares", "feature": f, "verdict": v} for f, v in verdicts.items()
    ]
    return pd.DataFrame(rows)


def test_claims_are_told_by_how_many_of_their_ways_they_hold_in():
    summary = ways(views="in all", likes="in all", comments="in some", subscribers="in none")
    said = story.say_specifications(summary).data
    assert (
        "tried in 40 ways. Two hold in all of their ways: views related to shares and likes related" in said
    )
    assert "One holds in some of its ways: comments related to shares." in said
    assert "One holds in none of its ways: subscribers related to shares." in said
    assert "sign" not in said.replace("significantly", "")
    assert "fewer" not in said


def test_a_sign_that_depends_on_the_way_and_a_relation_the_other_way_round_are_told():
    mixed = ways(views="in some", likes="in few").assign(positive=[3, 1], negative=[4, 6])
    said = story.say_specifications(mixed).data
    assert (
        "sign can depend on the way. Views × shares is significantly positive in 3 ways and negative in 4."
        in said
    )
    assert "Likes × shares is significantly positive in 1 way and negative in 6." in said
    assert "In 6 of 10 ways, creators with more likes have significantly *fewer* shares." in said
    assert "more views have" not in said


@pytest.mark.parametrize(
    ("reliability", "said"),
    [
        (
            [0.8, 0.6],
            "shares are the steadiest from one list to the next: the rank correlation is 0.80, that of eng",
        ),
        ([0.5, 0.6], "engagement is the steadiest from one list to the next: the rank correlation is 0.60."),
        ([np.nan, np.nan], "It takes several lists to see which target is steadiest."),
    ],
)
def test_the_steadiest_target_is_that_of_the_table(reliability, said):
    compared = pd.DataFrame({"target": ["shares", "engagement"], "reliability": reliability})
    assert said in story.say_targets(compared).data


def test_on_one_list_what_lasts_is_not_told():
    assert "Only one list is at hand" in story.say_regression_to_mean(None, None, None).data
