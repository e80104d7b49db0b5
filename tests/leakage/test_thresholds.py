import numpy as np
import pytest

from tiktok.leakage.formulas import Columns
from tiktok.leakage.thresholds import find_combination, find_one, is_beyond_chance, score_held_out, separates

X = Columns(np.random.default_rng(0).lognormal(size=(200, 4)), ("a", "b", "c", "d"))
A, B, C, D = X.values.T


def test_a_score_may_rise_or_fall_with_the_target():
    scores = np.array([[1, 9, 1], [2, 8, 3], [5, 0, 2]])
    assert separates(scores, np.array([False, False, True])).tolist() == [1, -1, 0]


def test_rows_left_out_are_scored_by_the_weights_of_the_others():
    x = np.arange(20.0)[:, None]
    odd, even = np.arange(1, 20, 2), np.arange(0, 20, 2)
    folds = [(odd, even), (even, odd)]
    scores = score_held_out(x, x[:, 0] > 9, folds)
    assert scores[:9].max() < scores[11:].min()
    assert not score_held_out(x, x[:, 0] % 4 < 2, folds).any()


def test_a_tie_across_the_cut_is_no_cut():
    x = np.arange(60.0)
    x[31] = x[30]
    assert find_one(Columns(x[:, None], ("x",)), np.arange(60) > 30) is None
    assert separates(x[:, None], np.arange(60) > 31).tolist() == [1]


def test_ties_in_the_target_may_come_in_any_order():
    y = np.array([1.0, 1.0, 2.0, 2.0])
    assert separates(np.array([[2], [1], [4], [3]]), y).tolist() == [1]
    assert separates(np.array([[2], [1], [2], [3]]), y).tolist() == [0]


@pytest.mark.parametrize(
    ("label", "gap", "formula"),
    [
        (lambda x: x > 30, [], "= [x > 30]"),
        (lambda x: x < 30, [], "= [x < 30]"),
        (lambda x: x <= 37, [], "= [x < 38]"),
        (lambda x: x >= 30, [29], "= [x ≥ 30]"),
        (lambda x: x <= 30, [31], "= [x ≤ 30]"),
    ],
)
def test_a_bound_is_as_round_as_the_data_leave_room_for(label, gap, formula):
    x = np.setdiff1d(np.arange(60.0), gap)
    assert find_one(Columns(x[:, None], ("x",)), label(x)).formula == formula


@pytest.mark.parametrize(
    ("y", "formula"),
    [
        (A + B + C > 5, "= [a + b + c > 5]"),
        ((A + B) / C > 2, "= [(a + b) / c > 2]"),
        (A + B - C > 0.5, "= [a + b - c > 0.5]"),
        (A * B / C > 1, "= [a·b / c > 1]"),
        (A / B <= 1, "= [b / a > 1]"),
        (A * B * C, "rises with a·b·c"),
        (-np.log(A + D), "falls with a + d"),
    ],
)
def test_plain_scores_are_found_and_written(y, formula):
    found = find_combination(X, y)
    assert found.plain
    assert found.formula == formula


def test_weights_are_found_where_no_plain_score_will_do():
    found = find_combination(X, A + 3 * B - 0.5 * D > 4)
    assert not found.plain
    assert found.positions == (0, 1, 3)
    assert found.formula.startswith("= [about ")


def test_labels_and_orders_that_know_nothing_are_left_alone():
    rng = np.random.default_rng(1)
    assert find_combination(X, rng.random(200) < 0.25) is None
    assert find_combination(X, rng.normal(size=200)) is None


def test_logged_features_are_raised_to_what_they_are_logs_of():
    logs = Columns(np.log(X.values) * 2, ("la", "lb", "lc", "ld"))
    assert find_combination(logs, A**2 + B**2 > 5).formula == "= [exp(la) + exp(lb) > 5]"


def test_a_cut_through_one_row_is_put_down_to_chance():
    x = Columns(np.arange(60.0)[:, None], ("x",))
    assert find_one(x, x.values[:, 0] > 58) is None
    assert not is_beyond_chance(np.arange(50) < 5, 10_000)
    assert is_beyond_chance(np.arange(50) < 5, 1)
