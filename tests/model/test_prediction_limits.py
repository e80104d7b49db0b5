import numpy as np
import pandas as pd
import pytest
from made_lists import make_list, make_split, shuffle

import prepare
from tiktok.leakage.audit import LeakageError, ModelError
from tiktok.model.prediction_limits import (
    BELL,
    CONFORMAL,
    QUANTILES,
    learn_from_more,
    measure_coverage,
    predict_intervals,
    simulate_rounding,
)


@pytest.fixture(scope="module")
def intervals():
    return predict_intervals(make_split(1000), "interactions", ["views"])


def test_each_method_predicts_each_test_creator_within_its_own_bounds(intervals):
    assert list(dict.fromkeys(intervals["method"])) == [BELL, QUANTILES, CONFORMAL]
    assert intervals.groupby("method")["handle"].nunique().eq(len(make_split(1000).test)).all()
    assert (intervals["low"] < intervals["predicted"]).all()
    assert (intervals["predicted"] < intervals["high"]).all()
    inside = (intervals["low"] <= intervals["actual"]) & (intervals["actual"] <= intervals["high"])
    assert (inside == intervals["inside"]).all()


def test_nine_in_ten_creators_lie_in_their_interval(intervals):
    coverage = measure_coverage(intervals)
    assert coverage["kept"].all()
    assert coverage["coverage"].between(0.82, 0.97).all()
    assert coverage.attrs["provenance"]["synthetic"]


def test_a_higher_level_makes_wider_intervals(monkeypatch):
    wide = measure_coverage(predict_intervals(make_split(), "interactions", ["views"]))
    monkeypatch.setattr("tiktok.model.prediction_limits.LEVEL", 0.5)
    narrow = measure_coverage(predict_intervals(make_split(), "interactions", ["views"]))
    assert (wide["factor"] > narrow["factor"]).all()
    assert (wide["coverage"] > narrow["coverage"]).all()


def test_only_the_conformal_interval_hangs_on_the_validation_creators():
    split = make_split()
    off = split._replace(validate=split.validate.assign(interactions=split.validate["interactions"] * 50))
    one, other = (
        predict_intervals(s, "interactions", ["views"]).set_index("method")["high"] for s in (split, off)
    )
    assert (one[BELL] == other[BELL]).all()
    assert (one[QUANTILES] == other[QUANTILES]).all()
    assert (one[CONFORMAL] < other[CONFORMAL]).all()


def test_the_conformal_size_is_the_right_order_statistic():
    from tiktok.model.prediction_limits import _conformal_size

    assert _conformal_size(np.arange(1.0, 20)) == 18  # ceil(20 * 0.9) of 19 residuals
    with pytest.raises(ModelError, match=r"level of 0\.9 can't be had from 8"):
        _conformal_size(np.arange(1.0, 9))


def test_a_method_that_misses_its_level_is_said_to():
    rows = pd.DataFrame(
        {"method": "m", "level": 0.9, "inside": [True] * 70 + [False] * 30, "low": 1.0, "high": 9.0}
    )
    row = measure_coverage(rows).iloc[0]
    assert not row["kept"]
    assert row["low"] < row["coverage"] < row["high"]
    assert row["factor"] == 3


def test_the_curve_is_measured_on_creators_left_out():
    curve = learn_from_more(make_split(), "interactions", ["views"], ["gradient boosting"])
    assert curve["creators"].is_monotonic_increasing
    assert curve["share"].iloc[-1] == 1
    assert curve["gain"].iloc[-1] == 0
    assert not curve["helps"].iloc[-1]
    assert curve["value"].iloc[-1] > curve["value"].iloc[0]
    assert (curve["on_train"] > curve["value"]).all()


def test_the_first_creators_of_the_alphabet_are_not_taken_for_a_sample():
    split = make_split()
    by_name = prepare.Split(
        *(part.assign(handle=part["interactions"].map("{:012.0f}".format) + part["handle"]) for part in split)
    )
    curve = learn_from_more(by_name, "interactions", ["views"])
    assert curve["value"].iloc[0] > 0.4


def test_more_creators_help_a_model_that_is_starved_and_not_one_that_has_enough():
    curve = learn_from_more(make_split(500), "interactions", ["views"], ["OLS", "gradient boosting"])
    curve = curve.set_index(["model", "share"])
    assert curve.loc[("gradient boosting", 0.125), "helps"]
    assert curve.loc[("OLS", 0.5), "gain_high"] < 0.05


def test_rounding_sets_a_floor_and_moves_ols_little():
    creators = make_list(300)
    table = simulate_rounding(creators, "engagement", ["subscribers"]).set_index("measure")
    assert 0.99 < table.loc["ceiling of R²", "value"] < 1
    assert 1 < table.loc["floor of the median factor", "value"] < 1.1
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()


def test_the_floor_is_that_of_the_rounding_which_was_done():
    rng = np.random.default_rng(0)
    true = pd.Series(rng.uniform(1e6, 1e7, 500))
    rounded = true.round(-5)
    creators = pd.DataFrame(
        {"handle": [f"c{i}" for i in range(500)], "views": rounded, "likes": rng.lognormal(size=500)}
    )
    table = simulate_rounding(creators, "views", ["likes"]).set_index("measure")
    actual = (
        1 - ((np.log(true) - np.log(rounded)) ** 2).sum() / ((np.log(true) - np.log(true).mean()) ** 2).sum()
    )
    assert table.loc["ceiling of R²", "value"] == pytest.approx(actual, abs=3e-4)
    assert table.loc["floor of the median factor", "value"] == pytest.approx(
        np.exp(np.median(np.abs(np.log(true) - np.log(rounded)))), abs=1e-3
    )


def test_results_do_not_hang_on_the_order_of_rows():
    split = make_split(150)
    for run in (
        lambda s: predict_intervals(s, "interactions", ["views"]),
        lambda s: learn_from_more(s, "interactions", ["views"]),
        lambda s: simulate_rounding(s.train, "interactions", ["views"]),
    ):
        first = run(split)
        pd.testing.assert_frame_equal(first, run(shuffle(split)), check_exact=True)
        assert first.attrs["provenance"]["synthetic"]


def test_leaks_and_unknown_models_are_refused():
    split = make_split()
    parts = ["views", "likes", "comments", "shares"]
    with pytest.raises(LeakageError):
        predict_intervals(split, "engagement", parts)
    with pytest.raises(LeakageError):
        learn_from_more(split, "engagement", parts)
    with pytest.raises(ModelError, match="no model 'ridge'"):
        learn_from_more(split, "engagement", ["subscribers"], ["ridge"])
    with pytest.raises(ModelError, match="logarithm"):
        simulate_rounding(
            split.train.assign(shares=0.0 * split.train["shares"] + (split.train["views"] > 1e6)),
            "shares",
            ["views"],
        )
