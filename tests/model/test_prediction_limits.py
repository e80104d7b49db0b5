import numpy as np
import pandas as pd
import pytest
from made_lists import make_split, shuffle

import prepare
from tiktok.leakage.audit import LeakageError, ModelError
from tiktok.model.prediction_limits import (
    BELL,
    CONFORMAL,
    QUANTILES,
    learn_from_more,
    measure_coverage,
    predict_intervals,
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


def test_learning_from_half_is_held_against_learning_from_most():
    curve = learn_from_more(make_split(), "interactions", ["views"])
    assert curve["creators"].tolist() == [
        round(n * len(make_split().train.index.append(make_split().validate.index))) for n in (0.5, 0.8)
    ]
    assert curve["gain"].iloc[-1] == 0
    assert not curve["helps"].iloc[-1]
    assert curve["gain"].iloc[0] == pytest.approx(curve["value"].iloc[1] - curve["value"].iloc[0])


def test_more_creators_help_a_model_that_is_starved_and_not_one_that_has_enough():
    rng = np.random.default_rng(0)
    noise = [f"noise_{i}" for i in range(30)]
    many = prepare.Split(
        *(part.assign(**{n: rng.lognormal(size=len(part)) for n in noise}) for part in make_split(120))
    )
    assert learn_from_more(many, "interactions", ["views", *noise])["helps"].iloc[0]
    enough = learn_from_more(make_split(500), "interactions", ["views"])
    assert enough["gain_high"].iloc[0] < 0.02


def test_the_first_creators_of_the_alphabet_are_not_taken_for_a_sample():
    split = make_split()
    by_name = prepare.Split(
        *(part.assign(handle=part["interactions"].map("{:012.0f}".format) + part["handle"]) for part in split)
    )
    assert learn_from_more(by_name, "interactions", ["views"])["value"].iloc[0] > 0.4


def test_results_do_not_hang_on_the_order_of_rows():
    split = make_split(150)
    for run in (
        lambda s: predict_intervals(s, "interactions", ["views"]),
        lambda s: learn_from_more(s, "interactions", ["views"]),
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
