import numpy as np
import pytest

from tiktok.leakage.formulas import Columns
from tiktok.leakage.strong_features import deal_folds, find_few, score_each, score_together


def test_folds_leave_out_every_row_once_and_share_both_classes():
    folds = deal_folds(np.arange(52.0), seed=0)
    assert [len(left_out) for _, left_out in folds] == [11, 11, 10, 10, 10]
    assert sorted(np.concatenate([left_out for _, left_out in folds])) == list(range(52))
    label = np.arange(50) < 5
    assert [label[left_out].sum() for _, left_out in deal_folds(label, seed=0)] == [1] * 5


def test_features_are_scored_alone_and_together():
    x = np.linspace(-1, 1, 400)
    columns = Columns(np.column_stack([x, np.sin(50 * x)]), ("x", "wave"))
    assert score_each(columns, x**2, deal_folds(x, 0)) == pytest.approx([1, 0], abs=0.05)
    X = np.random.default_rng(0).lognormal(size=(200, 2))
    together = score_together(Columns(X, ("a", "b")), X.sum(axis=1), deal_folds(X[:, 0], 0), enough=0.5)
    assert together[0] == pytest.approx(1, abs=1e-6)


def test_an_outlier_that_agrees_does_not_carry_the_rest():
    rng = np.random.default_rng(0)
    x, y = rng.lognormal(size=(100, 1)), rng.lognormal(size=100)
    x[0], y[0] = 1e9, 1e9
    folds = deal_folds(y, 0)
    assert score_each(Columns(x, ("x",)), y, folds)[0] < 0.2
    assert score_together(Columns(x, ("x",)), y, folds, enough=-1.0)[0] < 0.2


def test_only_as_many_features_are_named_as_it_takes():
    X = np.random.default_rng(0).lognormal(size=(300, 6))
    y = X[:, 1] + X[:, 4]
    columns = Columns(X, tuple("abcdef"))
    folds = deal_folds(y, 0)
    design = score_together(columns, y, folds, enough=0.5)[1]
    assert find_few(design, y, folds, enough=0.99)[0] == (1, 4)


def test_a_prediction_that_runs_against_the_target_scores_nothing():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 8)), rng.normal(size=50)
    score, _ = score_together(Columns(X, tuple("abcdefgh")), y, deal_folds(y, 0), enough=0.5)
    assert 0 <= score < 0.3
