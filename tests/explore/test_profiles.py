import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from explore import ExploreError, compare_groups
from tiktok.explore.profiles import compare_profiles, pool_profiles, profile_marks

MONTHS = ("2022-02", "2022-06", "2022-07")


def some_panel(effect=0.0, creators=200, seed=0):
    """Lists on which one creator in four has a dot in the handle, and so much more log engagement."""
    rng = np.random.default_rng(seed)
    dots = np.arange(creators) % 4 == 0
    handles = [f"{'a.b' if dot else 'ab'}{chr(97 + row % 26)}{row}" for row, dot in enumerate(dots)]
    return {
        month: pd.DataFrame(
            {
                "handle": handles,
                "name": "Somebody",
                "engagement": np.exp(14 + effect * dots + rng.normal(size=creators)),
                "interactions": np.exp(12 + rng.normal(size=creators)),
            }
        )
        for month in MONTHS
    }


def test_lengths_become_marks_at_the_median_of_the_list():
    df = pd.DataFrame({"handle": ["a", "ab", "abc", "abcd"], "name": ["A"] * 4})
    marks = profile_marks(df)
    assert marks["handle_length"].tolist() == [False, False, True, True]
    assert not marks["name_length"].any()
    assert marks.dtypes.astype(str).eq("bool").all()


def test_a_mark_is_compared_as_any_two_groups_are():
    panel = some_panel(effect=1)
    tests = compare_profiles(panel)
    row = tests.query("profile == 'handle_has_dot' and outcome == 'engagement' and month == '2022-06'").iloc[
        0
    ]
    frame = panel["2022-06"].assign(dot=panel["2022-06"]["handle"].str.contains(".", regex=False))
    group = compare_groups(frame, "dot", ["engagement"]).iloc[0]
    assert row[["n_in", "n_out", "p"]].tolist() == group[["n_in", "n_out", "p"]].tolist()
    assert row["superiority"] == group["superiority"]
    assert (row["low"], row["high"]) == (group["superiority_low"], group["superiority_high"])


def test_all_questions_of_a_call_are_adjusted_together():
    panel = some_panel(effect=0.5)
    few = compare_profiles({"2022-02": panel["2022-02"]}, ["engagement"])
    many = compare_profiles(panel)
    asked = many["p"].notna()
    adjusted = multipletests(many.loc[asked, "p"], method="fdr_bh")[1]
    assert many.loc[asked, "p_fdr_bh"].tolist() == pytest.approx(adjusted.tolist())
    where = "profile == 'handle_has_dot' and outcome == 'engagement' and month == '2022-02'"
    assert many.query(where)["p"].item() == few.query(where)["p"].item()


def test_a_mark_that_hardly_anybody_has_says_nothing_and_why():
    tests = compare_profiles(some_panel())
    thai = tests[tests["profile"] == "name_thai"]
    assert thai["reason"].eq("only 0 on one side; at least 10 creators are needed").all()
    assert thai[["superiority", "p", "p_fdr_bh"]].isna().all(axis=None)


def test_a_list_too_short_for_any_comparison_gets_empty_rows():
    panel = {"2022-02": some_panel(creators=15)["2022-02"]}
    tests = compare_profiles(panel)
    assert tests["reason"].ne("").all()
    assert pool_profiles(panel, tests)["holds"].eq("not tested").all()


def test_a_mark_that_goes_with_engagement_is_found_in_every_month_and_others_in_none():
    panel = some_panel(effect=1.2)
    pooled = pool_profiles(panel, compare_profiles(panel)).set_index(["profile", "outcome"])
    assert pooled.at[("handle_has_dot", "engagement"), "holds"] == "more in every month"
    assert pooled.at[("handle_has_dot", "interactions"), "holds"] == "in no month"
    assert pooled.at[("name_thai", "engagement"), "holds"] == "not tested"
    assert pooled.at[("name_thai", "engagement"), "reason"] != ""


def test_the_pooled_superiority_is_the_average_of_the_months_inside_its_interval():
    panel = some_panel(effect=0.7)
    tests = compare_profiles(panel)
    row = pool_profiles(panel, tests).set_index(["profile", "outcome"]).loc[("handle_has_dot", "engagement")]
    months = tests.query("profile == 'handle_has_dot' and outcome == 'engagement'")
    assert row["pooled"] == pytest.approx(months["superiority"].mean())
    assert row["low"] < row["pooled"] < row["high"]
    assert row["n_in"] == 50


def test_an_interval_over_draws_agrees_with_brunner_and_munzels_on_one_list():
    panel = {"2022-07": some_panel(effect=0.7, creators=600)["2022-02"]}
    tests = compare_profiles(panel)
    pooled = pool_profiles(panel, tests, resamples=2000).set_index(["profile", "outcome"])
    closed = tests.set_index(["profile", "outcome"]).loc[("handle_has_dot", "engagement")]
    drawn = pooled.loc[("handle_has_dot", "engagement")]
    assert drawn["low"] == pytest.approx(closed["low"], abs=0.015)
    assert drawn["high"] == pytest.approx(closed["high"], abs=0.015)


def test_months_that_repeat_each_other_do_not_narrow_the_interval():
    one = some_panel(effect=0.7)["2022-02"]
    widths = []
    for panel in ({"2022-02": one}, dict.fromkeys(MONTHS, one)):
        pooled = pool_profiles(panel, compare_profiles(panel), resamples=1500)
        row = pooled.query("profile == 'handle_has_dot' and outcome == 'engagement'").iloc[0]
        widths.append(row["high"] - row["low"])
    assert widths[1] == pytest.approx(widths[0], rel=0.12)


def test_results_say_where_their_data_came_from():
    panel = some_panel()
    for frame in panel.values():
        frame.attrs["provenance"] = {"synthetic": True}
    tests = compare_profiles(panel)
    assert tests.attrs["provenance"] == pool_profiles(panel, tests).attrs["provenance"] == {"synthetic": True}


def test_missing_columns_and_an_empty_panel_are_refused():
    with pytest.raises(ExploreError, match="The list of 2022-02 has no column 'wiews'"):
        compare_profiles(some_panel(), ["wiews"])
    with pytest.raises(ExploreError, match="holds no month"):
        compare_profiles({})
