"""The regression within creators, held against the same one by statsmodels with a dummy for each creator."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from planted_videos import plant_videos

from tiktok.videos.within_creators import (
    add_up,
    age_powers,
    contrast_level,
    explain_all,
    fit_levels,
    hold_within,
    shuffle_levels,
    sum_products,
    take_age_out,
)


@pytest.fixture(scope="module")
def videos():
    return plant_videos(20, 15, factor=2.0)


@pytest.fixture(scope="module")
def within(videos):
    return hold_within(videos, videos["posted"].dt.hour.to_numpy() // 6, 4)


def dummies(videos, of_levels):
    creators = pd.get_dummies(videos["handle"]).to_numpy(float)
    return np.hstack([of_levels, creators, age_powers(videos)[:, 1:]])


def about_mean(params, level, weights=None):
    """Effects of four levels about the mean of all videos, the first of them left out of the regression."""
    effects = np.insert(np.asarray(params)[:3], 0, 0.0)
    return effects - np.average(effects, weights=np.bincount(level, weights, minlength=4))


def fit_by_statsmodels(videos, weights):
    """Fit the quarters of the day with a dummy for each creator: their effects, and what they explain."""
    videos, weights = videos[weights > 0], weights[weights > 0]
    level = videos["posted"].dt.hour.to_numpy() // 6
    with_levels, without = (
        sm.WLS(np.log(videos["views"]), dummies(videos, of_levels), weights=weights).fit()
        for of_levels in (np.eye(4)[level][:, 1:], np.empty((len(videos), 0)))
    )
    return about_mean(with_levels.params, level, weights), 1 - with_levels.ssr / without.ssr


def test_effects_and_what_they_explain_are_those_of_a_regression_with_a_dummy_for_each_creator(
    videos, within
):
    effects, share = fit_by_statsmodels(videos, np.ones(len(videos)))
    found_share, found = explain_all(within, within.sums)
    assert found == pytest.approx(effects, abs=1e-6)
    assert found_share == pytest.approx(share, abs=1e-8)
    assert found.max() - found.min() > 0.3


def test_a_creator_drawn_three_times_counts_three_times_and_one_not_drawn_not_at_all(videos, within):
    times = np.arange(20) % 4
    drawn = times[None].astype(float)
    fitted = fit_levels(take_age_out(add_up(within.sums, drawn)), drawn @ within.used)[0]
    numbers = pd.factorize(videos["handle"])[0]
    effects, _ = fit_by_statsmodels(videos, times[numbers].astype(float))
    assert fitted == pytest.approx(effects, abs=1e-6)


def test_one_level_against_the_others_is_the_regression_on_its_dummy(videos, within):
    level = videos["posted"].dt.hour.to_numpy() // 6
    for one in range(4):
        by_hand = sm.OLS(
            np.log(videos["views"]), dummies(videos, (level == one)[:, None].astype(float))
        ).fit()
        everybody = take_age_out(add_up(within.sums, np.ones((1, 20))))
        assert contrast_level(everybody, np.array([one]))[0] == pytest.approx(
            by_hand.params.iloc[0], abs=1e-6
        )


def test_own_trends_are_a_slope_for_each_creator(videos):
    level = videos["posted"].dt.hour.to_numpy() // 6
    own = hold_within(videos, level, 4, trends=True)
    found = explain_all(own, own.sums)[1]
    creators, age = pd.get_dummies(videos["handle"]).to_numpy(float), age_powers(videos)
    columns = np.hstack([np.eye(4)[level][:, 1:], creators, creators * age[:, [1]], age[:, 2:]])
    params = sm.OLS(np.log(videos["views"]), columns).fit().params
    assert found == pytest.approx(about_mean(params, level), abs=1e-6)


@pytest.mark.parametrize("turn", [False, True])
def test_a_shuffle_leaves_each_creator_its_levels(within, turn):
    rng = np.random.default_rng(0)
    shuffled = shuffle_levels(within, rng, turn=turn)
    assert (shuffled != within.level).mean() > 0.3
    for creator in range(20):
        own = within.creator == creator
        assert sorted(shuffled[own]) == sorted(within.level[own])
    if turn:  # their order stays, but for where it begins
        own = within.creator == 3
        before, after = within.level[own].tolist(), shuffled[own].tolist()
        assert any(before[k:] + before[:k] == after for k in range(len(before)))


@pytest.mark.parametrize("trends", [False, True])
def test_sums_of_shuffles_are_those_of_videos_with_these_levels(videos, trends):
    within = hold_within(videos, videos["posted"].dt.hour.to_numpy() // 6, 4, trends=trends)
    rng = np.random.default_rng(1)
    shuffled = np.array([shuffle_levels(within, rng) for _ in range(3)])
    together = take_age_out(add_up(sum_products(within, shuffled), np.ones((1, 20))))
    for number, level in enumerate(shuffled):
        anew = hold_within(
            videos, level, 4, trends=trends
        )  # videos are sorted by creator and time, as levels
        alone = take_age_out(add_up(anew.sums, np.ones((1, 20))))
        assert together.outcome[number] == pytest.approx(alone.outcome, abs=1e-8)
        effects = [fit_levels(each, within.used.sum(axis=0)) for each in (together, alone)]
        assert effects[0][number] == pytest.approx(effects[1], abs=1e-7)


def test_shuffles_are_even():
    videos = plant_videos(2, 3)
    within = hold_within(videos, np.array([0, 1, 2, 0, 1, 2]), 3)
    rng = np.random.default_rng(0)
    orders = pd.Series([tuple(shuffle_levels(within, rng)[:3]) for _ in range(1200)]).value_counts()
    assert len(orders) == 6
    assert orders.between(150, 250).all()
