import numpy as np
import pandas as pd
import pytest
from planted import MONTHS, plant_panel
from statsmodels.stats.proportion import proportion_confint

from tiktok.forecast.rolling import predict_steps
from tiktok.forecast.transitions import (
    OBSERVABLE,
    STATES,
    bound_change,
    compare_risers,
    count_transitions,
    explain_fall,
    label_quarters,
)
from tiktok.prepare.panel import pair_snapshots

PANEL = plant_panel(240, 120)
PAIRS = pair_snapshots(PANEL)


def month_list(engagement_of):
    engagement = np.array(list(engagement_of.values()), float)
    df = pd.DataFrame({"rank": 1.0, "handle": list(engagement_of), "name": ""})
    counts = {
        "subscribers": 9.0,
        "views": engagement,
        "likes": engagement,
        "comments": 0.0,
        "shares": engagement,
    }
    return df.assign(**counts, engagement=engagement, interactions=1.0, engagement_rate=1.0)


def test_quarters_are_of_the_list_and_ties_stand_in_the_higher_one():
    assert label_quarters(pd.DataFrame({"engagement": [5.0, 5, 5, 5]})).unique().tolist() == ["top quarter"]
    quarters = label_quarters(pd.DataFrame({"engagement": np.arange(100.0)}))
    assert quarters.value_counts().tolist() == [25, 25, 25, 25]
    assert quarters.iloc[[0, -1]].tolist() == ["bottom quarter", "top quarter"]


def test_everybody_goes_somewhere():
    transitions = count_transitions(PANEL)
    for (month, later), part in transitions.groupby(["month", "month_next"]):
        inside = part[part["now"] != "out"]
        assert inside["n"].sum() == len(PANEL[month])
        assert np.allclose(inside.groupby("now")["share"].sum(), 1)
        assert part.loc[part["next"] != "out", "n"].sum() == len(PANEL[later])
        assert len(part) == len(STATES) ** 2 - 1, "who is out of both is not seen"


def test_a_small_panel_by_hand():
    june = month_list({"ada": 400, "bob": 300, "cyd": 200, "dan": 100})
    july = month_list({"ada": 500, "eve": 300, "cyd": 600, "fay": 100})
    transitions = count_transitions({"2022-06": june, "2022-07": july}).set_index(["now", "next"])
    seen = transitions[transitions["n"] > 0]["n"].to_dict()
    assert seen == {
        ("top quarter", "second quarter"): 1,
        ("second quarter", "out"): 1,
        ("third quarter", "top quarter"): 1,
        ("bottom quarter", "out"): 1,
        ("out", "third quarter"): 1,
        ("out", "bottom quarter"): 1,
    }
    row = transitions.loc[("out", "third quarter")]
    assert (row["of"], row["share"]) == (2, 0.5)
    assert (row["low"], row["high"]) == proportion_confint(1, 2, method="wilson")
    assert row["gap_days"] == 30


def test_who_rises_is_told_by_what_decides_it():
    compared = compare_risers(PAIRS)
    pooled = compared[compared["step"] == "pooled"].set_index("feature")
    assert list(pooled.index) == list(OBSERVABLE)
    assert pooled.loc["engagement", "low"] > 0.5
    assert pooled.loc["engagement", "ratio"] > 1
    assert pooled.loc["subscribers", "low"] < 0.5 < pooled.loc["subscribers", "high"]
    assert pooled["ratio"].notna().sum() == 5


def test_superiority_is_that_of_pairs_of_creators():
    compared = compare_risers(PAIRS).set_index(["feature", "step"])
    part = PAIRS[(PAIRS["month"] == "2022-05") & ~PAIRS["top_quarter"]]
    yes, no = (part.loc[part["success_next"] == side, "subscribers"].to_numpy() for side in (True, False))
    expected = (yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2
    assert compared.loc[("subscribers", "2022-05→2022-06"), "superiority"] == pytest.approx(expected)


def test_who_was_in_the_top_quarter_already_does_not_rise():
    compared = compare_risers(PAIRS)
    pooled = compared[compared["step"] == "pooled"].set_index("feature")
    below = ~PAIRS["top_quarter"]
    assert pooled.loc["engagement", "n_yes"] == (PAIRS["success_next"] & below).sum()
    assert pooled.loc["engagement", "n_no"] == (~PAIRS["success_next"] & below).sum()


def test_too_few_say_nothing():
    compared = compare_risers(PAIRS.assign(success_next=PAIRS.index < 4))
    empty = compared[compared["step"] == "2022-05→2022-06"]
    assert empty["superiority"].isna().all()
    assert (empty["reason"] == "only 0 on one side; at least 10 are needed").all()


def test_what_may_be_true_of_leavers_by_hand():
    june = month_list({"ada": 800, "bob": 400, "cyd": 200, "dan": 120})
    july = month_list({"ada": 480, "bob": 600, "eve": 100})
    bounds = bound_change({"2022-06": june, "2022-07": july}).set_index("group")
    assert bounds.index.tolist() == ["top quarter", "others", "all"]
    assert bounds["n"].tolist() == [1, 3, 4]
    at_once = bounds.loc["top quarter", ["stayed", "stayers", "unchanged", "nothing"]]
    assert at_once.tolist() == [1, 0.6, 0.6, 0.6]
    assert bounds.loc["others", "stayed"] == pytest.approx(1 / 3)
    assert bounds.loc["others", ["stayers", "unchanged", "nothing"]].tolist() == [1.5, 1.0, 0.0]
    assert bounds.loc["others", "at_the_cut"] == pytest.approx(
        np.median([1.5, 100 / 200, 100 / 120]), rel=0.05
    )
    assert bounds.loc["all", "at_the_cut"] == pytest.approx((0.6 + 100 / 120) / 2, rel=0.05)
    assert bounds["flips"].tolist() == [False, True, True]


def test_a_fall_that_is_all_regression_to_the_mean_was_foreseen():
    """Nobody changes and nobody leaves: the top quarter falls all the same."""
    panel = plant_panel(800, months=MONTHS, correlation=0.6)
    pairs = pair_snapshots(panel)
    explained = explain_fall(predict_steps(pairs, learners=()), pairs).set_index("step")
    pooled = explained.loc["pooled"]
    assert pooled["lead_next"] < 0.85 * pooled["lead_now"]
    assert pooled["low"] < 1 < pooled["high"]
    assert pooled["foreseen"] == pytest.approx(1, abs=0.25)
    assert pooled["n"] == explained["n"].iloc[:-1].sum()


def test_leads_are_those_of_stayers_over_the_median():
    predictions = predict_steps(PAIRS, learners=())
    explained = explain_fall(predictions, PAIRS).set_index("step")
    part = PAIRS[PAIRS["month"] == "2022-05"]
    median = np.log1p(part["engagement"]).median()
    top = part[part["top_quarter"] & part["stayed"]]
    row = explained.loc["2022-05→2022-06"]
    assert row["n"] == len(top)
    assert row["lead_now"] == pytest.approx(np.exp((np.log1p(top["engagement"]) - median).mean()))
    assert row["lead_next"] == pytest.approx(np.exp((np.log1p(top["engagement_next"]) - median).mean()))


def test_results_remember_that_their_creators_are_made_up():
    for result in (count_transitions(PANEL), bound_change(PANEL), compare_risers(PAIRS)):
        assert result.attrs["provenance"]["synthetic"]
