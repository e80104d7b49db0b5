import numpy as np
import pytest

from tiktok.leakage.checks import check_features
from tiktok.leakage.formulas import Columns


def check(values, y, name):
    labels = tuple(f"x{j}" for j in range(values.shape[1]))
    bound = 0.98 if y.dtype == bool else 0.9
    rows = check_features(Columns(values, labels), y, "y", bound=bound, seed=0)
    (row,) = [row for row in rows if row.check == name]
    return row


def honest_label(seed):
    """Sixty rows, ten features, four of which predict the label well but not surely."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(60, 10))
    score = X[:, :4].sum(axis=1) / 2 + 0.5 * rng.normal(size=60)
    return X, score > np.quantile(score, 0.7)


@pytest.mark.parametrize(("seed", "verdict"), [(0, "clear"), (7, "clear"), (41, "suspect")])
def test_a_cut_with_many_weights_through_few_rows_is_no_proof(seed, verdict):
    row = check(*honest_label(seed), "threshold of a combination")
    assert row.evidence.startswith("exact in every row")
    assert row.verdict == verdict
    assert bool(row.formula) == (verdict != "clear")


def test_the_same_cut_through_many_rows_is():
    X = np.random.default_rng(0).normal(size=(500, 4))
    row = check(X, X @ [1, 0.7, -0.3, 0.2] > 0.5, "threshold of a combination")
    assert (row.verdict, row.features) == ("leak", ("x0", "x1", "x2", "x3"))


def test_a_good_score_on_six_of_a_class_is_put_down_to_chance():
    y = np.arange(60) < 6
    x = np.arange(60.0)
    x[6] = -1
    row = check(x[:, None], y, "one feature carries nearly all")
    assert row.score > 0.98
    assert row.verdict == "clear"
    assert "so few of one class" in row.evidence


def test_a_share_is_told_only_of_what_can_be_a_part():
    rng = np.random.default_rng(0)
    part = rng.lognormal(sigma=2, size=300)
    whole = part * (1 + 0.3 * rng.random(300))
    one = "one feature carries nearly all"
    assert "of y at the median" in check(part[:, None], whole, one).evidence
    above = check(2 * part[:, None], whole, one)
    assert (above.verdict, "median" in above.evidence) == ("suspect", False)
    logs = check(np.log(part[:, None]) + 20, np.log(whole) + 20, one)
    assert (logs.verdict, "median" in logs.evidence) == ("suspect", False)


def test_others_above_the_bound_are_named_too():
    x = np.random.default_rng(0).lognormal(size=200)
    y = x * np.exp(0.05 * np.random.default_rng(1).normal(size=200))
    row = check(np.column_stack([x, x**2, 1 / x]), y, "one feature carries nearly all")
    assert row.features == ("x0",)
    assert "so do x1 (0.99" in row.evidence
    assert "x2 (0.99" in row.evidence


def test_what_rises_and_falls_again_is_seen():
    x = np.random.default_rng(0).normal(size=400)
    y = np.abs(x) + 0.01 * np.random.default_rng(1).normal(size=400)
    assert check(x[:, None], y, "one feature carries nearly all").verdict == "suspect"
    middle = (x > -0.5) & (x < 0.5)
    assert check(x[:, None], middle, "one feature carries nearly all").verdict != "clear"


def test_a_flag_that_carries_the_values_is_seen_though_ranks_hide_it():
    rng = np.random.default_rng(0)
    flag = rng.random(200) < 0.5
    X = np.column_stack([flag, rng.normal(size=200)]).astype(float)
    row = check(X, 1000 * flag + rng.normal(size=200), "few features carry nearly all")
    assert (row.verdict, row.features) == ("leak", ("x0",))
