import numpy as np
import pandas as pd

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
    assert "none holds in each of five months" in said
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
    assert "the lists furthest apart agree less than the nearest (rank correlation 0.55 to 0.76 for" in said
    assert "for three pairs one month apart, 0.41 for" in said
    assert "for two lists ten months apart)" in said
    assert "1 months" not in said


def test_two_lists_are_at_one_distance_only():
    said = regression_said(coming_back(g1=[0.76]))
    assert "comes and goes (rank correlation 0.76 for two lists one month apart)." in said
    assert "further apart" not in said


def test_lists_further_apart_are_said_to_agree_less_only_where_they_do():
    assert "agree less" not in regression_said(coming_back(g1=[0.5, 0.7], g3=[0.6]))


def test_a_lead_that_is_kept_unequally_is_told_with_its_direction():
    assert "a shrinking lead alone is no sign of decline" in regression_said(coming_back(g1=[0.7]))
    assert "they keep more of it afterwards than they had before" in regression_said(
        coming_back(g1=[0.7]), before=0.3
    )
    assert "they keep less of it afterwards than they had before" in regression_said(
        coming_back(g1=[0.7]), before=1.0
    )


def test_copies_of_the_list_before_are_counted_and_what_lasts_is_told_without_them():
    panel = {"2022-06": pd.DataFrame(index=range(9)), "2022-07": pd.DataFrame(index=range(8))}
    measured = panel | {"2022-07": pd.DataFrame(index=range(5))}
    whole, rest = (
        pd.DataFrame([{"icc": icc, "icc_low": icc - 0.1, "icc_high": icc + 0.1}]) for icc in (0.6, 0.5)
    )
    said = story.say_carried_over(panel, measured, whole, rest).data
    assert "(3 in 2022-07)" in said
    assert "50 % (40 % to 60 %) of the variance, instead of 60 %" in said
    assert "the same" in story.say_carried_over(panel, measured, whole, whole).data
    assert "No row was carried over" in story.say_carried_over(panel, panel, whole, whole).data
    assert story.say_carried_over(panel, measured, None, None) is None
    assert "too few creators are on two lists" in story.say_carried_over(panel, measured, whole, None).data


def test_a_mark_is_named_in_words_and_one_list_is_no_month_of_several():
    row = {"profile": "handle_has_underscore", "outcome": "engagement", "months": 1, "significant_in": 1}
    pooled = pd.DataFrame([row | {"pooled": 0.44, "low": 0.39, "high": 0.47, "n_in": 167.0}])
    said = story.say_profiles(pooled).data
    assert "one holds in this list" in said
    assert "an underscore in the handle, about 167 creators: less engagement (0.44" in said


def test_a_relation_in_one_list_is_not_said_of_months():
    row = {"coefficient": "spearman", "target": "shares", "months": 1, "pooled": 0.3, "low": 0.2, "high": 0.4}
    signs = [{"feature": "views", "positive_in": 1}, {"feature": "likes", "positive_in": 0}]
    said = story.say_pooled(pd.DataFrame([row | sign | {"negative_in": 0} for sign in signs])).data
    assert "significant in this list for views (0.30, 0.20 to 0.40); not for likes" in said
    assert "month" not in said


def test_a_list_without_marks_of_a_profile_is_said_to_be():
    pooled = pd.DataFrame({"profile": ["name_thai"], "months": [0], "significant_in": [0]})
    assert "Nothing that a profile shows can be compared here" in story.say_profiles(pooled).data


def test_one_step_each_way_is_nothing_to_build_on():
    said = regression_said(coming_back(g1=[0.7]), before=0.95, steps=1)
    assert "on one step each way, of two different top quarters, that is nothing to build on" in said
    assert "than they had before" not in said
