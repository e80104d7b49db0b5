import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from tiktok.resampling import (
    draw_counts,
    draw_creators,
    draw_times,
    percentile_interval,
    ranker,
    rows_of_draws,
    superiority,
)


def test_a_draw_holds_as_many_creators_as_there_are():
    times = draw_counts(30, 200, seed=0)
    assert times.shape == (200, 30)
    assert (times.sum(axis=1) == 30).all()
    assert np.array_equal(times, draw_counts(30, 200, seed=0))
    assert not np.array_equal(times, draw_counts(30, 200, seed=1))


def test_the_rows_of_a_draw_are_each_there_as_often_as_it_was_drawn():
    assert rows_of_draws(np.array([[1, 1, 1], [2, 0, 1]])).tolist() == [[0, 1, 2], [0, 0, 2]]


def test_draws_are_of_creators_with_all_of_their_rows():
    handles = pd.Series([f"creator{number % 25}" for number in range(50)])
    times = draw_times(handles, 20, 0)
    assert (times[0] == 1).all()
    assert np.array_equal(times[:, :25], times[:, 25:])
    assert (times.sum(axis=1) == 50).all()
    assert np.array_equal(draw_times(handles[::-1], 20, 0), times[:, ::-1]), (
        "the order of rows changes nothing"
    )


def test_who_is_drawn_brings_all_of_their_months_in_whatever_order_they_stand():
    february = pd.DataFrame({"handle": [f"creator{number}" for number in range(80)]})
    panel = {"2022-02": february, "2022-06": february[::-1], "2022-07": february[:50]}
    times = draw_creators(panel, 5, seed=0)
    assert (times["2022-02"] == times["2022-06"][:, ::-1]).all()
    assert (times["2022-02"][:, :50] == times["2022-07"]).all()
    assert (times["2022-02"].sum(axis=1) == 80).all()


def test_an_interval_holds_the_middle_share_of_the_draws_in_which_there_is_a_value():
    assert percentile_interval(np.arange(101.0), 0.5) == (25.0, 75.0)
    assert percentile_interval(np.array([np.nan, *range(101)]), 0.5) == (25.0, 75.0)
    assert np.isnan(percentile_interval(np.array([np.nan]))).all()
    two = np.array([np.arange(101.0), np.full(101, np.nan)])
    low, high = percentile_interval(two, 0.5, axis=1)
    np.testing.assert_array_equal([low, high], [[25, np.nan], [75, np.nan]])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=12))
def test_midranks_are_those_of_the_repeated_rows_less_a_half(rows):
    column, times = np.array(rows).T
    ranks = ranker(column.astype(float))(times[np.newaxis])[0]
    expected = stats.rankdata(np.repeat(column, times))
    first = np.concatenate([[0], np.cumsum(times)[:-1]])
    np.testing.assert_allclose(ranks + 0.5, expected[first])


def test_superiority_is_the_area_under_the_curve_of_the_repeated_rows():
    rng = np.random.default_rng(0)
    values, inside, times = rng.integers(0, 9, 40), rng.random(40) < 0.3, draw_counts(40, 10, seed=0)
    each = [roc_auc_score(np.repeat(inside, t), np.repeat(values, t)) for t in times]
    np.testing.assert_allclose(superiority(values, inside, times), each)
    np.testing.assert_allclose(superiority(values, np.tile(inside, (10, 1)), times), each)


@pytest.mark.parametrize("inside", [[True, True], [False, False]])
def test_there_is_no_superiority_over_nobody(inside):
    assert np.isnan(superiority(np.array([1.0, 2.0]), np.array(inside), np.ones((1, 2)))).all()
