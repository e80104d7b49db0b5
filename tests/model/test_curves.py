import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, LogisticRegression

from tiktok.model.cross_validation import deal_repeats
from tiktok.model.curves import LeastSquares, Logistic, lay_basis, place_knots, weigh_bends


def made(n, seed):
    """Counts, a flag that few bear, a constant; a count to tell and a label."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.lognormal(8, 1, (n, 2)), columns=["subscribers", "views"])
    X = X.assign(rare=np.arange(n) < 3, same=5.0)
    y = pd.Series(np.exp(0.3 * np.log(X["subscribers"]) ** 1.5 + rng.normal(size=n)))
    return X, y, pd.Series(rng.random(n) < 0.1 + 0.4 * (X["views"] > X["views"].median()))


@given(st.integers(0, 10_000), st.sampled_from(["level", "lines", "bends"]))
@settings(max_examples=15, deadline=None)
def test_what_is_answered_for_creators_left_out_is_what_refitting_says(seed, shape):
    X, y, success = made(90, seed)
    for model, target in ((LeastSquares(shape), y), (Logistic(shape), success)):
        fold_of = deal_repeats(target, repeats=2, seed=seed)
        answered = model.answer_left_out(X, target, fold_of)
        design = model._design(X)
        for folds, row in zip(fold_of, answered, strict=True):
            for fold in range(5):
                out = folds == fold
                if shape == "level":
                    kept = target[~out]
                    expected = kept.mean() if kept.dtype == bool else np.exp(np.log(kept).mean())
                elif target.dtype == bool:
                    theirs = LogisticRegression(tol=1e-10, max_iter=2000).fit(design[~out, 1:], target[~out])
                    expected = theirs.predict_proba(design[out, 1:])[:, 1]
                else:
                    theirs = LinearRegression().fit(design[~out], np.log(target[~out]))
                    expected = np.exp(theirs.predict(design[out]))
                np.testing.assert_allclose(row[out], expected, rtol=1e-4)


def test_a_creators_own_answer_has_no_say_in_what_is_answered_for_it():
    X, y, success = made(80, 0)
    fold_of = deal_repeats(y, repeats=1)
    out = fold_of[0] == 2
    for model, target, turned in (
        (LeastSquares("bends"), y, y.mask(out, y * 1000)),
        (Logistic("bends"), success, success ^ out),
    ):
        one, other = (model.answer_left_out(X, each, fold_of)[0] for each in (target, turned))
        np.testing.assert_array_equal(one[out], other[out])
        assert (one[~out] != other[~out]).any()


def test_a_fit_answers_as_scikit_learn_does():
    X, y, success = made(200, 1)
    ours = LeastSquares("bends").fit(X, y)
    theirs = LinearRegression().fit(ours._design(X), np.log(y))
    np.testing.assert_allclose(ours.predict(X), np.exp(theirs.predict(ours._design(X))), rtol=1e-6)
    ours = Logistic("lines").fit(X, success)
    theirs = LogisticRegression(tol=1e-10).fit(ours._design(X)[:, 1:], success)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(ours._design(X)[:, 1:]), rtol=1e-4)


def test_a_label_that_can_be_read_off_gets_probabilities_all_the_same():
    X = pd.DataFrame({"views": np.arange(1.0, 101)})
    success = X["views"] > 50
    answered = Logistic("bends").answer_left_out(X, success, deal_repeats(success))
    assert np.isfinite(answered).all()
    assert answered[:, success].mean() > 0.8


def test_a_curve_follows_what_bends_and_a_line_does_not():
    rng = np.random.default_rng(0)
    log = rng.uniform(5, 15, 400)
    X, y = pd.DataFrame({"subscribers": np.exp(log)}), pd.Series(np.exp(np.maximum(log - 11, 0)))
    off = {
        shape: np.abs(np.log(LeastSquares(shape).fit(X, y).predict(X) / y)).mean()
        for shape in ("level", "lines", "bends")
    }
    assert off["bends"] < off["lines"] / 3 < off["level"] / 3


def test_the_curve_bends_between_its_outer_knots_and_is_straight_beyond_them():
    log = np.linspace(0, 12, 121)
    basis = lay_basis(pd.DataFrame({"views": np.expm1(log)}), {"views": (3.0, 5.0, 7.0, 9.0)})
    assert basis.columns.tolist() == ["const", "views", "views bend 1", "views bend 2"]
    for bend, first in (("views bend 1", 3), ("views bend 2", 5)):
        curvature = np.diff(basis[bend].to_numpy(), 2)
        beyond = (log[1:-1] < first - 0.1) | (log[1:-1] > 9.1)
        assert np.abs(curvature[beyond]).max() < 1e-9
        assert (curvature[(log[1:-1] > first + 0.1) & (log[1:-1] < 8.9)] > 0).all()
        assert basis[bend][log < first].max() == 0


def test_the_weights_of_bends_tell_how_much_steeper_a_curve_ends_than_it_begins():
    knots = {"views": (3.0, 5.0, 7.0, 9.0)}
    other = {"likes": 5.0}
    basis = lay_basis(pd.DataFrame({"views": np.expm1([1.0, 2.0, 10.0, 11.0]), **other}), knots)
    curve = basis.to_numpy() @ np.array([0.3, 0.5, 0.7, -0.2, 4.0])
    weights = weigh_bends("views", knots, basis.columns)
    steeper = (curve[3] - curve[2]) - (curve[1] - curve[0])
    assert weights @ np.array([0.3, 0.5, 0.7, -0.2, 4.0]) == pytest.approx(steeper)


def test_where_too_few_values_differ_nothing_bends():
    few = pd.DataFrame({"subscribers": np.tile(np.geomspace(1e4, 1e6, 9), 10), "views": 7.0})
    assert place_knots(few) == {}
    assert lay_basis(few, {}).columns.tolist() == ["const", "subscribers", "views"]
