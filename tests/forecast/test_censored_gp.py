import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tiktok.forecast.censored_gp import (
    KERNELS,
    Kernel,
    Observations,
    correlate_deviations,
    expect,
    fit_gp,
    predict_gp,
)

ONE_KERNEL = (Kernel(0.5, 60.0, 0.1),)


def straight(now, then, days=30.0):
    """Creators of one list on their way to another, with nothing before."""
    return Observations(now[:, None], np.array([0.0, days]), np.ones((len(now), 1)), then)


def move(days, kernel, *, creators=4000, level=0.0, seed=0):
    """Draw states at the given days from the very law that the model supposes."""
    noise = np.random.default_rng(seed).normal(size=(creators, len(days)))
    return level + noise @ np.linalg.cholesky(correlate_deviations(np.array(days, float), kernel)).T


@given(
    st.lists(st.floats(0, 1000), min_size=2, max_size=6, unique=True),
    st.sampled_from(KERNELS),
)
def test_correlations_are_correlations(days, kernel):
    correlation = correlate_deviations(np.array(days), kernel)
    assert np.allclose(np.diag(correlation), 1)
    assert np.allclose(correlation, correlation.T)
    assert np.linalg.eigvalsh(correlation).min() > -1e-9


def test_what_lasts_is_left_after_years_and_what_passes_is_gone_at_once():
    kernel = Kernel(lasting=0.4, days=30.0, passing=0.5)
    assert correlate_deviations(np.array([0.0, 1e6]), kernel)[0, 1] == pytest.approx(0.4)
    assert correlate_deviations(np.array([0.0, 1e-9]), kernel)[0, 1] == pytest.approx(0.4 + 0.6 * 0.5)
    assert correlate_deviations(np.array([0.0, 30.0]), kernel)[0, 1] == pytest.approx(0.4 + 0.6 * 0.5 / np.e)


def test_the_farther_ahead_the_nearer_to_the_mean():
    states = 5 + 0.3 * move([0, 60], ONE_KERNEL[0])
    gp = fit_gp([straight(states[:, 0], states[:, 1], 60.0)], censored=False, kernels=ONE_KERNEL)
    slopes, spreads = [], []
    for days in (10.0, 60.0, 300.0):
        mean, spread = predict_gp(gp, straight(states[:, 0], states[:, 1], days))
        assert mean.mean() == pytest.approx(5, abs=0.02)
        slopes.append(np.polyfit(states[:, 0], mean, 1)[0])
        spreads.append(spread[0])
    truth = [correlate_deviations(np.array([0.0, days]), ONE_KERNEL[0])[0, 1] for days in (10.0, 60.0, 300.0)]
    assert slopes == pytest.approx(truth, abs=0.01)
    assert spreads == pytest.approx(0.3 * np.sqrt(1 - np.square(truth)), abs=0.01)


def test_the_kernel_is_learnt_where_the_gaps_differ():
    rapid, slow = Kernel(0.3, 30.0, 0.1), Kernel(0.7, 120.0, 0.1)
    for kernel in (rapid, slow):
        states = move([0, 30, 120, 240], kernel, creators=1000)
        observations = [
            Observations(states[:, [a]], np.array([0.0, gap]), np.ones((1000, 1)), states[:, b])
            for a, b, gap in ((0, 1, 30.0), (1, 2, 90.0), (2, 3, 120.0), (0, 3, 240.0))
        ]
        gp = fit_gp(observations, censored=False)
        assert gp.kernels[int(np.argmax(gp.weights))] == kernel


def test_a_single_gap_leaves_the_kernel_open():
    states = move([0, 60], Kernel(0.5, 60.0, 0.1), creators=300)
    gp = fit_gp([straight(states[:, 0], states[:, 1], 60.0)], censored=True)
    assert len(gp.kernels) > 1
    assert gp.weights.sum() == pytest.approx(1)
    assert gp.weights.max() < 0.9


def test_the_cut_is_reckoned_with_where_leavers_are_below_it():
    """Learnt from stayers alone, creators seem to hold their height; they don't."""
    states = move([0, 60], ONE_KERNEL[0], level=-0.5, creators=8000)
    states = states[states[:, 0] > 0]
    then = np.where(states[:, 1] > 0, states[:, 1], np.nan)
    observed = straight(states[:, 0], then, 60.0)
    gp = fit_gp([observed], censored=True, kernels=ONE_KERNEL)
    mean, spread = predict_gp(gp, observed)
    assert mean.mean() == pytest.approx(states[:, 1].mean(), abs=0.05)
    assert stats.norm.cdf(mean / spread).mean() == pytest.approx((states[:, 1] > 0).mean(), abs=0.02)
    naive, _ = predict_gp(fit_gp([observed], censored=False, kernels=ONE_KERNEL), observed)
    assert naive.mean() > states[:, 1].mean() + 0.2


@pytest.mark.parametrize(("before", "level"), [(0.0, -0.3), (40.0, -0.3), (40.0, -1.5)])
def test_an_unseen_past_is_weighed_as_brute_force_weighs_it(before, level):
    """Against draws of the truth: now known, the list before missed because it was below 0."""
    kernel, now = Kernel(0.5, 60.0, 0.1), 0.4
    days = np.array([60.0, before, 120.0])
    correlation = correlate_deviations(days, kernel)
    rng = np.random.default_rng(0)
    weights = correlation[1:, 0]
    rest = correlation[1:, 1:] - np.outer(weights, weights)
    draws = level + weights * (now - level) + rng.normal(size=(400_000, 2)) @ np.linalg.cholesky(rest).T
    truth = draws[draws[:, 0] < 0, 1]
    for scale in (1.0, 0.2):
        observed = Observations(np.array([[scale * now, np.nan]]), days, np.ones((1, 1)), np.array([np.nan]))
        offset, share, spread = expect(observed, np.array([scale * level]), scale, kernel, True)
        assert float((offset + share * scale * level)[0]) == pytest.approx(
            scale * truth.mean(), abs=0.005 * scale
        )
        assert np.sqrt(spread[0]) == pytest.approx(truth.std(), abs=0.01)


def test_the_law_is_recovered_from_three_lists_of_which_most_is_unseen():
    """Level -0.5, scale 1, half of the deviations lasting; only what is above 0 is seen."""
    states = move([0, 60, 120], ONE_KERNEL[0], level=-0.5, creators=12000)
    states = np.where(states > 0, states, np.nan)
    listed = ~np.isnan(states[:, 1])
    observed = Observations(
        states[listed][:, [1, 0]], np.array([60.0, 0.0, 120.0]), np.ones((listed.sum(), 1)), states[listed, 2]
    )
    gp = fit_gp([observed], censored=True, kernels=ONE_KERNEL)
    assert gp.coefficients[0, 0] == pytest.approx(-0.5, abs=0.1)
    assert gp.scales[0] == pytest.approx(1, abs=0.05)
    mean, spread = predict_gp(gp, observed)
    chance = stats.norm.cdf(mean / spread)
    before = ~np.isnan(observed.past[:, 1])
    for group in (before, ~before):
        assert chance[group].mean() == pytest.approx((~np.isnan(observed.target[group])).mean(), abs=0.03)


def test_what_is_imagined_of_the_unseen_has_settled():
    """What is unseen is imagined from the fit, and the fit rests on it: another round changes nothing."""
    states = move([0, 60, 120], ONE_KERNEL[0], level=-0.5, creators=3000)
    states = np.where(states > 0, states, np.nan)
    listed = ~np.isnan(states[:, 1])
    design = np.ones((listed.sum(), 1))
    observed = Observations(states[listed][:, [1, 0]], np.array([60.0, 0, 120]), design, states[listed, 2])
    once, again = fit_gp([observed], censored=True, kernels=ONE_KERNEL * 2).coefficients
    assert once == pytest.approx(again, abs=0.002)


def test_who_was_seen_before_is_expected_higher_than_who_wasnt():
    days = np.array([60.0, 0.0, 120.0])
    design, nothing = np.ones((2, 1)), np.full(2, np.nan)
    observed = Observations(np.array([[0.5, 0.5], [0.5, np.nan]]), days, design, nothing)
    offset, share, _ = expect(observed, np.full(2, -1.0), 1.0, ONE_KERNEL[0], True)
    seen, unseen = offset - share
    assert seen > unseen
    offset, share, spread = expect(observed, np.full(2, -1.0), 1.0, ONE_KERNEL[0], False)
    assert spread[0] < spread[1], "who was seen twice is known better"


def test_what_is_to_be_forecast_is_not_looked_at():
    states = move([0, 60], ONE_KERNEL[0], creators=200)
    observed = straight(states[:, 0], states[:, 1])
    gp = fit_gp([observed], censored=False)
    told = predict_gp(gp, observed)
    untold = predict_gp(gp, observed._replace(target=np.full(200, np.nan)))
    assert np.array_equal(told, untold)


def test_leavers_are_not_learnt_from_where_nothing_is_known_of_them():
    states = move([0, 60], ONE_KERNEL[0], creators=300)
    then = np.where(states[:, 1] > -0.5, states[:, 1], np.nan)
    everybody = straight(states[:, 0], then)
    stayers = straight(states[:, 0][~np.isnan(then)], then[~np.isnan(then)])
    fits = [fit_gp([observed], censored=False, kernels=ONE_KERNEL) for observed in (everybody, stayers)]
    assert np.array_equal(fits[0].coefficients, fits[1].coefficients)
    assert len(fits[0].residuals) == len(fits[1].residuals) == (~np.isnan(then)).sum()


@pytest.mark.parametrize("censored", [True, False])
def test_creators_who_are_all_alike_break_nothing(censored):
    observed = straight(np.ones(50), np.ones(50))
    mean, spread = predict_gp(fit_gp([observed], censored=censored), observed)
    assert np.isfinite(mean).all()
    assert (spread > 0).all()
    assert mean == pytest.approx(np.ones(50), abs=0.1)
