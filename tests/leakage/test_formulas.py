import numpy as np
import pytest

from tiktok.leakage.formulas import (
    Columns,
    find_product,
    find_sum,
    find_transformed_sum,
    scale_rows,
    standardise,
    take_logs,
    undo_logs,
    write_number,
    write_sum,
)


def columns(values):
    return Columns(values, tuple(f"x{j}" for j in range(values.shape[1])))


def lognormal(rows, features, seed=0):
    return columns(np.random.default_rng(seed).lognormal(sigma=1.5, size=(rows, features)))


def test_a_long_sum_among_many_columns_is_stripped_to_its_own():
    X = lognormal(200, 40)
    mine = [3, 8, 15, 22, 30, 31, 39]
    assert find_sum(X, X.values[:, mine].sum(axis=1)).positions == tuple(mine)


def test_a_shorter_sum_is_preferred_to_a_longer_one():
    X = lognormal(80, 4)
    total = X.values[:, :3].sum(axis=1)
    with_total = Columns(np.column_stack([X.values, total]), (*X.labels, "total"))
    assert find_sum(with_total, total + X.values[:, 3]).formula == "1·x3 + 1·total"


def test_one_row_far_above_all_others_makes_nothing_exact():
    X, y = lognormal(80, 3), np.random.default_rng(1).lognormal(size=80)
    X.values[0, 0], y[0] = 1e12, 1e12
    assert find_sum(X, y) is None


def test_what_is_as_long_as_there_are_rows_rebuilds_anything_and_says_nothing():
    X, y = lognormal(60, 59), np.random.default_rng(1).lognormal(size=60)
    for find in (find_sum, find_transformed_sum, find_product):
        assert find(X, y) is None


@pytest.mark.parametrize("noise", [1e-3, 1e-5])
def test_all_but_exact_is_not_exact(noise):
    X = lognormal(80, 3)
    y = X.values.sum(axis=1) * (1 + noise * np.random.default_rng(1).normal(size=80))
    for find in (find_sum, find_transformed_sum, find_product):
        assert find(X, y) is None


def test_a_plain_sum_is_not_taken_for_a_transformed_one():
    X = lognormal(80, 3)
    assert find_transformed_sum(X, X.values.sum(axis=1)) is None


@pytest.mark.parametrize(
    ("make", "formula"),
    [
        (lambda s: np.exp(s / 10), "exp(0.1·x0 + 0.1·x1)"),
        (lambda s: 1 / s, "1 / (1·x0 + 1·x1)"),
        (np.sqrt, "sqrt(1·x0 + 1·x1)"),
        (np.log1p, "log(1·x0 + 1·x1 + 1)"),
    ],
)
def test_transforms_are_undone(make, formula):
    X = columns(np.random.default_rng(0).uniform(1, 9, size=(60, 2)))
    assert find_transformed_sum(X, make(X.values.sum(axis=1))).formula == formula


def test_decimal_logarithms_of_parts_are_undone():
    X = lognormal(80, 2)
    logs = Columns(np.log10(X.values), ("a", "b"))
    found = find_transformed_sum(logs, np.log10(X.values.sum(axis=1)))
    assert found.formula == "log10(1·10^a + 1·10^b)"


def test_products_bear_zeros_and_signs():
    X = lognormal(80, 3)
    X.values[:4, 1] = 0
    assert find_product(X, 2 * X.values[:, 0] * X.values[:, 1]).formula == "2·x0·x1"
    signed = columns(np.random.default_rng(0).normal(size=(60, 3)))
    assert find_product(signed, signed.values[:, 0] * signed.values[:, 2]).formula == "x0 · x2"
    assert find_product(signed, signed.values[:, 1] / signed.values[:, 2]).formula == "x1 / x2"


def test_a_factor_with_a_few_zeros_may_multiply_a_sum():
    X = lognormal(80, 3)
    X.values[:4, 0] = 0
    y = X.values[:, 0] * (X.values[:, 1] + X.values[:, 2])
    assert find_product(X, y).formula == "x0 · (1·x1 + 1·x2)"


def test_the_logarithm_of_a_product_and_a_flag_in_one_are_found():
    X = lognormal(80, 2)
    log = np.log(X.values[:, 0] / X.values[:, 1])
    assert find_product(X, log).formula == "1·log(x0) - 1·log(x1)"
    flag = np.arange(80) % 2
    flagged = Columns(np.column_stack([X.values, flag]), ("a", "b", "flag"))
    y = X.values[:, 0] * np.exp(0.5 * flag)
    assert find_product(flagged, y).formula == "a·exp(0.5·flag)"


def test_one_outlier_decides_no_scale_and_no_row():
    scaled, centre, scale = standardise(np.array([[1.0, 7.0], [2.0, 7.0], [3.0, 7.0], [1000.0, 7.0]]))
    assert (centre.tolist(), scale.tolist()) == ([2.5, 7.0], [1.0, 1.0])
    assert scaled[:, 1].tolist() == [0.0] * 4
    assert scale_rows(np.array([[1.0, -4.0], [0.5, 0.1]])).tolist() == [[0.25, -1.0], [0.5, 0.1]]


def test_counts_are_logged_and_what_may_be_logs_is_raised():
    counts = np.array([0.0, *[4.0] * 19])
    X = Columns(np.column_stack([counts, np.arange(20) - 1.0]), ("a", "b"))
    logs, logged, whole = take_logs(X)
    assert (logs.labels, logged.tolist()) == (("log(a)", "b"), [True, False])
    assert logs.values[:2, 0] == pytest.approx(np.log([2.0, 4.0]))
    assert whole.tolist() == [False, *[True] * 19]
    scales = list(undo_logs(Columns(np.array([[1.0, 0.0], [9.0, 0.5]]), ("log_views", "flag"))))
    assert [scale.labels for scale in scales] == [("exp(log_views)", "flag"), ("10^log_views", "flag")]
    assert scales[1].values.tolist() == [[10.0, 0.0], [1e9, 0.5]]


def test_numbers_and_sums_are_written_as_people_write_them():
    assert write_sum({"a": -1.0, "b": 2.5}, -1000.0) == "-1·a + 2.5·b - 1,000"
    assert write_sum({}, 3.0) == "3"
    numbers = [0.0, 1234567.0, 0.07, 1e-7, -0.25, 12345678.0]
    written = ["0", "1,234,570", "0.07", "1e-07", "-0.25", "12,345,678"]
    assert [write_number(n, 6 if i < 5 else 15) for i, n in enumerate(numbers)] == written
