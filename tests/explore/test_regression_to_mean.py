import numpy as np
import pandas as pd
import pytest

from explore import ExploreError
from tiktok.explore.regression_to_mean import (
    explain_regression_to_mean,
    plot_regression_to_mean,
    regress_to_mean,
    split_variance,
)
from tiktok.figures import SYNTHETIC_MARK

MONTHS = ("2022-02", "2022-06", "2022-07", "2022-09")


def some_panel(lasting=1.0, passing=1.0, creators=200, growth=0.0, seed=0):
    """Creators whose log engagement is a lasting level, plus fresh noise each month, plus a growth of all."""
    rng = np.random.default_rng(seed)
    level = lasting * rng.normal(size=creators)
    return {
        month: pd.DataFrame(
            {
                "handle": [f"creator{row}" for row in range(creators)],
                "engagement": np.expm1(14 + level + passing * rng.normal(size=creators) + growth * number),
            }
        )
        for number, month in enumerate(MONTHS)
    }


@pytest.mark.parametrize(("lasting", "passing"), [(1, 1), (2, 1), (0.5, 1)])
def test_the_share_that_lasts_is_recovered(lasting, passing):
    split = split_variance(some_panel(lasting, passing, creators=300)).iloc[0]
    icc = lasting**2 / (lasting**2 + passing**2)
    assert split["icc_low"] < icc < split["icc_high"]
    assert split["icc"] == pytest.approx(icc, abs=0.07)
    assert split["within"] == pytest.approx(passing**2, rel=0.1)
    assert split["between_factor"] == pytest.approx(np.exp(np.sqrt(split["between"])))
    assert split[["creators", "rows", "months"]].tolist() == [300, 1200, 4]


def test_a_rise_of_the_whole_list_is_nobodys_own():
    still, rising = (split_variance(some_panel(growth=growth), resamples=20).iloc[0] for growth in (0, 3))
    assert rising["icc"] == pytest.approx(still["icc"], rel=1e-4)


def test_where_nothing_lasts_the_share_is_about_0_without_a_warning():
    split = split_variance(some_panel(lasting=0)).iloc[0]
    assert split["icc"] < 0.05
    assert split["icc_low"] == 0


def test_where_nothing_changes_the_share_is_1():
    split = split_variance(some_panel(passing=1e-4)).iloc[0]
    assert split["icc"] == pytest.approx(1)


def test_creators_on_one_list_only_are_left_out_and_counted():
    panel = some_panel()
    panel["2022-02"] = panel["2022-02"].assign(handle=lambda df: "gone-" + df["handle"])
    split = split_variance(panel, resamples=20).iloc[0]
    assert split[["creators", "rows"]].tolist() == [200, 600]


def test_two_lists_are_enough():
    panel = some_panel()
    two = {month: panel[month] for month in MONTHS[:2]}
    assert split_variance(two, resamples=20).iloc[0][["creators", "rows", "months"]].tolist() == [200, 400, 2]


def test_the_interval_lies_around_the_estimate_of_the_model(monkeypatch):
    monkeypatch.setattr("tiktok.explore.regression_to_mean._variances", lambda repeated: (4.0, 1.0))
    split = split_variance(some_panel()).iloc[0]
    assert split["icc"] == pytest.approx(0.8)
    assert split["icc_low"] < 0.8 < split["icc_high"]


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """On tails heavier than the model's: what changes is from a t distribution with 5 degrees of freedom."""
    covered = []
    for seed in range(15):
        rng = np.random.default_rng(seed)
        level = rng.standard_t(5, size=60)
        panel = {
            month: pd.DataFrame(
                {"handle": np.arange(60).astype(str), "likes": np.expm1(30 + level + rng.standard_t(5, 60))}
            )
            for month in MONTHS
        }
        split = split_variance(panel, "likes", resamples=200).iloc[0]
        covered.append(split["icc_low"] < 0.5 < split["icc_high"])
    assert sum(covered) >= 13


def test_too_few_creators_and_ugly_columns_are_refused_in_a_sentence():
    panel = some_panel(creators=9)
    with pytest.raises(ExploreError, match="Only 9 creators are on two of the lists; at least 10"):
        split_variance(panel)
    panel = some_panel()
    with pytest.raises(ExploreError, match="no column 'wiews'"):
        split_variance(panel, "wiews")
    panel["2022-06"] = panel["2022-06"].assign(engagement=1.0)
    with pytest.raises(ExploreError, match="2022-06: engagement is constant"):
        split_variance(panel)
    panel["2022-06"] = panel["2022-06"].assign(engagement=np.nan)
    with pytest.raises(ExploreError, match="2022-06: engagement has 200 missing"):
        regress_to_mean(panel, 0.5)
    with pytest.raises(ExploreError, match="alone can't show what comes back"):
        regress_to_mean({"2022-07": panel["2022-07"]}, 0.5)


def test_each_step_is_looked_at_in_both_directions():
    looks = regress_to_mean(some_panel(), 0.5, resamples=20)
    assert looks[["month", "other", "direction", "gap"]].head(2).to_numpy().tolist() == [
        ["2022-02", "2022-06", "next", 4],
        ["2022-06", "2022-02", "previous", 4],
    ]
    assert len(looks) == 6


def test_what_is_drawn_afresh_takes_the_same_from_a_lead_forwards_and_backwards():
    looks = regress_to_mean(some_panel(creators=2000), 0.5)
    assert looks["kept"].tolist() == pytest.approx([0.5] * 6, abs=0.08)
    assert (looks["lead_other"] / looks["lead_by_luck"]).tolist() == pytest.approx([1] * 6, abs=0.12)
    assert looks["again"].tolist() == pytest.approx(looks["again_by_luck"].tolist(), abs=0.06)
    assert (looks["kept_low"] < looks["kept"]).all()
    assert (looks["kept"] < looks["kept_high"]).all()


def test_a_real_decline_shows_forwards_and_not_backwards():
    panel = some_panel(passing=0.1)
    later = panel["2022-06"].set_index("handle")["engagement"]
    top = later >= later.quantile(0.75)
    fallen = np.where(top, later / 5, later)
    two = {"2022-02": panel["2022-02"], "2022-06": panel["2022-06"].assign(engagement=fallen)}
    forwards, backwards = regress_to_mean(two, 0.99)["kept"]
    assert forwards < 0.6
    assert backwards > forwards + 0.2


def test_who_is_not_on_the_other_list_is_not_seen_and_not_on_top_again():
    panel = some_panel(passing=1e-3)
    first = panel["2022-02"].sort_values("engagement")
    two = {
        "2022-02": first,
        "2022-06": panel["2022-06"][~panel["2022-06"]["handle"].isin(first["handle"].tail(25))],
    }
    look = regress_to_mean(two, 0.9).iloc[0]
    assert look[["top", "seen"]].tolist() == [50, 25]
    assert look["again"] == pytest.approx(0.5)
    assert look["again_of_seen"] == pytest.approx(1)


def test_a_top_quarter_that_is_hardly_seen_has_no_lead_and_a_reason():
    panel = some_panel()
    first = panel["2022-02"].sort_values("engagement")
    gone = first["handle"].tail(45)
    two = {"2022-02": first, "2022-06": panel["2022-06"][~panel["2022-06"]["handle"].isin(gone)]}
    look = regress_to_mean(two, 0.5).iloc[0]
    assert look["reason"] == "only 5 of the top quarter are on both lists; at least 10 are needed"
    assert look[["lead", "kept", "kept_low"]].isna().all()


def test_nothing_lasting_leaves_a_quarter_on_top_again_and_everything_lasting_all():
    assert regress_to_mean(some_panel(), 0.0, resamples=20)["again_by_luck"].tolist() == pytest.approx(
        [0.25] * 6
    )
    assert regress_to_mean(some_panel(), 1.0, resamples=20)["again_by_luck"].tolist() == pytest.approx(
        [1] * 6
    )


def test_the_order_of_rows_and_a_shared_scale_do_not_matter():
    panel = some_panel()
    shuffled = {month: frame.sample(frac=1, random_state=1) for month, frame in panel.items()}
    for columns in (["kept"], ["lead"], ["again"]):
        pd.testing.assert_frame_equal(
            regress_to_mean(panel, 0.5, resamples=20)[columns],
            regress_to_mean(shuffled, 0.5, resamples=20)[columns],
        )
    bigger = {month: frame.assign(engagement=1000 * frame["engagement"]) for month, frame in panel.items()}
    assert regress_to_mean(bigger, 0.5, resamples=20)["lead"].tolist() == pytest.approx(
        regress_to_mean(panel, 0.5, resamples=20)["lead"].tolist(), rel=1e-4
    )


def test_the_figure_shows_both_neighbours_of_each_list_and_says_when_it_is_synthetic():
    panel = some_panel()
    for frame in panel.values():
        frame.attrs["provenance"] = {"synthetic": True}
    fig = plot_regression_to_mean(regress_to_mean(panel, 0.5, resamples=20))
    ax = fig.axes[0]
    assert [t.get_text() for t in ax.get_xticklabels()][1] == "on the list itself"
    ends = [(text.get_text(), text.get_position()[0] > 0) for text in ax.texts if text.get_text() in MONTHS]
    assert sorted(ends) == sorted([*[(m, True) for m in MONTHS[:-1]], *[(m, False) for m in MONTHS[1:]]])
    assert len([line for line in ax.lines if line.get_marker() == "o"]) == 6
    assert fig.get_label().startswith(f"{SYNTHETIC_MARK}. Where each list's top quarter stands")


def test_lists_that_share_nobody_say_nothing_of_what_lasts():
    panel = {
        month: pd.DataFrame({"handle": [f"{month}{i}" for i in range(40)], "engagement": np.arange(40.0) + 1})
        for month in ("2022-06", "2022-07")
    }
    assert explain_regression_to_mean(panel) == (None, None, None)
