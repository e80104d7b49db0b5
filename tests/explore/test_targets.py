import numpy as np
import pandas as pd
import pytest
from scipy import stats

from explore import ExploreError
from tiktok.explore.targets import compare_reliability, compare_targets

MONTHS = ("2022-02", "2022-06", "2022-07")


def some_panel(creators=150, seed=0):
    """Lists on which shares come back and the other counts hardly do; views make up most of engagement."""
    rng = np.random.default_rng(seed)
    lasting = rng.normal(size=creators)
    panel = {}
    for month in MONTHS:
        passing = rng.normal(size=(4, creators))
        df = pd.DataFrame(
            {
                "handle": [f"creator{row}" for row in range(creators)],
                "subscribers": np.exp(15 + lasting),
                "views": np.exp(15 + 0.3 * lasting + passing[0]),
                "likes": np.exp(12 + 0.3 * lasting + passing[1]),
                "comments": np.exp(8 + passing[2]),
                "shares": np.exp(8 + 3 * lasting + passing[3]),
            }
        )
        df["interactions"] = df["likes"] + df["comments"] + df["shares"]
        panel[month] = df.assign(engagement=df["views"] + df["interactions"])
    return panel


def test_a_target_that_comes_back_is_told_from_one_that_does_not():
    compared = compare_targets(some_panel()).set_index("target")
    assert compared.at["shares", "low"] > compared.at["engagement", "high"]
    assert (compared["low"] < compared["reliability"]).all()
    assert (compared["reliability"] < compared["high"]).all()


def test_reliability_is_the_average_over_successive_lists_of_who_is_on_both():
    panel = some_panel()
    panel["2022-06"] = panel["2022-06"].iloc[20:].sample(frac=1, random_state=1)
    steps = []
    for month, other in (("2022-02", "2022-06"), ("2022-06", "2022-07")):
        both = panel[month].merge(panel[other], on="handle")
        steps.append(stats.spearmanr(both["shares_x"], both["shares_y"]).statistic)
    compared = compare_targets(panel).set_index("target")
    assert compared.at["shares", "reliability"] == pytest.approx(np.mean(steps))
    each = compare_reliability(panel, ["shares"])
    assert each.loc[each["successive"], "spearman"].tolist() == pytest.approx(steps)
    assert each["n"].tolist() == [130, 150, 130]
    assert each["gap"].tolist() == [4, 5, 1]
    assert each["successive"].tolist() == [True, False, True]


def test_steps_that_repeat_each_other_do_not_narrow_the_interval():
    """Creators are drawn with all their months, wherever in a list they stand."""
    first, second = list(some_panel().values())[:2]
    newcomers = first.assign(handle="new-" + first["handle"])
    once = {"2022-01": first, "2022-02": second}
    again = once | {"2022-03": pd.concat([newcomers, first]), "2022-04": second}
    widths = []
    for panel in (once, again):
        row = compare_targets(panel, ["engagement"], resamples=2000).iloc[0]
        widths.append(row["high"] - row["low"])
    assert widths[1] == pytest.approx(widths[0], rel=0.1)


def test_shapes_are_averages_over_the_months():
    panel = some_panel()
    compared = compare_targets(panel).set_index("target")
    skews = [stats.skew(frame["shares"], bias=False) for frame in panel.values()]
    assert compared.at["shares", "skew"] == pytest.approx(np.mean(skews))
    assert compared.at["shares", "skew_log"] < compared.at["shares", "skew"]


def test_only_what_is_no_part_of_a_target_may_explain_it():
    compared = compare_targets(some_panel()).set_index("target")
    assert compared["explained_by"].to_dict() == {
        "shares": "subscribers, views, likes, comments",
        "engagement": "subscribers",
        "interactions": "subscribers, views",
    }


def test_the_part_that_makes_up_most_of_a_sum_is_named_with_its_share():
    panel = some_panel()
    compared = compare_targets(panel).set_index("target")
    shares = [frame["views"].sum() / frame["engagement"].sum() for frame in panel.values()]
    assert compared.at["engagement", "largest_part"] == "views"
    assert compared.at["engagement", "largest_share"] == pytest.approx(np.mean(shares))
    assert compared.at["shares", "largest_part"] == ""
    assert np.isnan(compared.at["shares", "largest_share"])


def test_one_month_has_a_shape_but_no_reliability():
    compared = compare_targets({"2022-07": some_panel()["2022-07"]})
    assert compared["skew"].notna().all()
    assert compared[["reliability", "low", "high"]].isna().all(axis=None)
    with pytest.raises(ExploreError, match="2022-07 alone can't show what comes back"):
        compare_reliability({"2022-07": some_panel()["2022-07"]})


def test_lists_that_share_fewer_than_ten_creators_have_no_reliability_and_a_reason():
    panel = some_panel()
    panel["2022-06"] = panel["2022-06"].tail(9)
    each = compare_reliability(panel, ["shares"])
    assert each["reason"].tolist() == [
        "only 9 rows; at least 10 are needed",
        "",
        "only 9 rows; at least 10 are needed",
    ]
    assert each["spearman"].isna().tolist() == [True, False, True]
    compared = compare_targets(panel)
    assert compared["reliability"].isna().all()


def test_results_say_where_their_data_came_from():
    panel = some_panel()
    for frame in panel.values():
        frame.attrs["provenance"] = {"synthetic": True}
    for result in (compare_targets(panel), compare_reliability(panel)):
        assert result.attrs["provenance"] == {"synthetic": True}


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(ExploreError, match=r"[Nn]o column '?wiews"):
        compare_reliability(some_panel(), ["wiews"])
    with pytest.raises(ExploreError, match=r"[Nn]o column '?wiews"):
        compare_targets(some_panel(), ["wiews"])
