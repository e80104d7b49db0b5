import numpy as np
import pandas as pd
import pytest

import acquire
import prepare
from tiktok import story
from tiktok.explore import earlier_claims, specification_curve
from tiktok.explore.earlier_claims import Claim
from tiktok.lists.columns import METRICS

N = 300


def lognormal_list(seed=1, **columns):
    """A list of unrelated heavy-tailed counts, with the columns that a test plants."""
    rng = np.random.default_rng(seed)
    base = {metric: np.exp(rng.normal(8, 1, N)).round() for metric in METRICS}
    df = pd.DataFrame(base | columns)
    df["engagement"] = df[["views", "likes", "comments", "shares"]].sum(axis=1)
    df["interactions"] = df[["likes", "comments", "shares"]].sum(axis=1)
    return df


def verdict_of(tried, claim):
    return earlier_claims.summarise_claims(tried).set_index("claim").loc[claim, "verdict"]


def test_a_relation_that_every_coefficient_sees_is_reproduced_in_nearly_every_half():
    views = np.exp(np.random.default_rng(2).normal(8, 1, N))
    df = lognormal_list(views=views, shares=views * np.exp(np.random.default_rng(3).normal(0, 0.2, N)))
    tried = earlier_claims.try_correlation_claims(df, [Claim("shares", "views", True)], halves=200)
    assert verdict_of(tried, "views related to shares") == "reproduced"
    assert (tried["same_in"] >= 195).all()


def test_a_relation_that_one_creator_makes_is_reproduced_only_with_pearson_and_not_firmly():
    df = lognormal_list()
    df.loc[0, ["views", "shares"]] = 2e5
    tried = earlier_claims.try_correlation_claims(df, [Claim("shares", "views", True)], halves=200)
    assert verdict_of(tried, "views related to shares") == "reproduced only with Pearson"
    pearson = tried.set_index("test").loc["Pearson"]
    # the one creator is in half of the halves
    assert 75 <= pearson["same_in"] <= 125


def test_a_test_finds_no_more_in_the_halves_of_a_list_without_relations_than_it_promises():
    """In lists drawn with replacement a test at 5 % found something in 16 % of them."""
    found = [
        earlier_claims._resampled_tests(
            lognormal_list(seed), "shares", ["views"], earlier_claims.draw_halves(N, 200, seed)
        )[1].mean(axis=0)
        for seed in range(30)
    ]
    spearman = earlier_claims.COEFFICIENTS.index("spearman")
    assert np.mean(found, axis=0)[spearman] < 0.08


def test_what_arithmetic_decides_needs_no_halves():
    tried = earlier_claims.try_model_claims(predictions(mean=mean_only, OLS=lambda a, _: a, gamma=mean_only))
    assert tried[["low", "high", "p", "same_in"]].isna().all(axis=None)
    page = story.show_claims(tried, "Its models").data
    assert "halves" not in page
    assert "n/a" not in page


def test_a_claim_of_no_relation_holds_where_the_test_finds_none():
    tried = earlier_claims.try_correlation_claims(
        lognormal_list(), [Claim("shares", "subscribers", False)], halves=50
    )
    assert verdict_of(tried, "subscribers not related to shares") == "reproduced"


def test_a_claim_against_the_data_is_not_reproduced():
    views = np.exp(np.random.default_rng(2).normal(8, 1, N))
    df = lognormal_list(views=views, shares=views)
    tried = earlier_claims.try_correlation_claims(df, [Claim("shares", "views", False)], halves=50)
    assert verdict_of(tried, "views not related to shares") == "not reproduced"


def test_resampled_p_values_are_those_of_the_plain_tests():
    """With the creators themselves as the one resample, the verdict has to be the same."""
    df = lognormal_list(seed=5)
    features = ["views", "likes", "comments", "subscribers"]
    drawn, significant = earlier_claims._resampled_tests(df, "shares", features, np.ones((1, N), int))
    tests = earlier_claims.by_coefficient(earlier_claims.correlation_tests(df, "shares", features))
    assert drawn[0] == pytest.approx(tests["value"].to_numpy())
    assert (significant[0] == (tests["p_holm"] < earlier_claims.ALPHA)).all()


def test_resampled_superiority_is_the_plain_one_on_the_creators_themselves():
    df = lognormal_list(seed=6)
    again = earlier_claims._resampled_superiority(df, "engagement", np.ones((1, N), dtype=int))
    for metric in METRICS:
        rest = df["engagement"] - (df[metric] if metric != "subscribers" else 0)
        top = df.assign(top=rest >= rest.quantile(0.75))
        plain = earlier_claims.compare_groups(top, "top", [metric])["superiority"].item()
        assert again.loc[0, metric] == pytest.approx(plain)


def test_the_same_seed_gives_the_same_table():
    df = lognormal_list()
    first, second = (earlier_claims.try_hunches(df, halves=50, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_shares_matter_most_only_where_they_do():
    others = lognormal_list()[["views", "likes", "comments"]].sum(axis=1)
    noise = np.exp(np.random.default_rng(9).normal(0, 0.1, N))
    tried = earlier_claims.try_hunches(lognormal_list(shares=others * noise), halves=50)
    by_engagement = tried[tried["test"] == "top quarter of the rest of engagement"]
    assert verdict_of(by_engagement, "shares matter most for success") == "reproduced"


@pytest.mark.parametrize("large", ["shares", "views"])
def test_a_count_that_is_most_of_the_sum_does_not_matter_most_for_that(large):
    """That was the leak: what is nearly the whole sum goes with it by arithmetic."""
    counts = np.exp(np.random.default_rng(9).normal(14, 1, N))
    tried = earlier_claims.try_hunches(lognormal_list(**{large: counts}), halves=50)
    by_engagement = tried[tried["test"] == "top quarter of the rest of engagement"].iloc[0]
    assert by_engagement["claim"] == "shares matter most for success"
    assert abs(by_engagement["statistic"] - 0.5) < 0.12


def predictions(**models):
    rng = np.random.default_rng(1)
    actual = np.exp(rng.normal(14, 1, 2 * N))
    frames = [
        pd.DataFrame(
            {
                "model": name,
                "sample": np.repeat(["train", "validate"], N),
                "handle": [f"c{i}" for i in range(2 * N)],
                "actual": actual,
                "predicted": predict(actual, rng),
            }
        )
        for name, predict in models.items()
    ]
    return pd.concat(frames, ignore_index=True)


def mean_only(actual, _):
    return np.full_like(actual, actual[:N].mean())


def test_a_model_that_adds_up_is_best_with_an_r2_of_1_and_not_overfit():
    tried = earlier_claims.try_model_claims(
        predictions(
            mean=mean_only, OLS=lambda a, _: a, gamma=lambda a, r: a * np.exp(r.normal(0, 0.1, len(a)))
        )
    )
    verdicts = earlier_claims.summarise_claims(tried).set_index("claim")["verdict"]
    assert verdicts.to_dict() == {
        "OLS beats the baseline": "reproduced",
        "gamma beats the baseline": "reproduced",
        "OLS is the best model": "reproduced",
        "OLS has an RMSE of about 1e-8": "reproduced",
        "OLS has an R² of 1": "reproduced",
        "OLS is overfit": "not reproduced",
    }


def test_a_model_that_is_good_on_train_alone_is_overfit():
    def learnt_by_heart(actual, rng):
        return np.where(np.arange(2 * N) < N, actual, rng.permutation(actual))

    tried = earlier_claims.try_model_claims(predictions(mean=mean_only, OLS=learnt_by_heart, gamma=mean_only))
    verdicts = earlier_claims.summarise_claims(tried).set_index("claim")["verdict"]
    assert verdicts["OLS is overfit"] == "reproduced"
    assert verdicts["OLS beats the baseline"] == "not reproduced"
    assert verdicts["gamma beats the baseline"] == "not reproduced"


def test_the_interval_of_a_coefficient_that_one_creator_makes_is_as_wide_as_that_is_uncertain():
    df = lognormal_list()
    df.loc[0, ["views", "shares"]] = 2e5
    tried = earlier_claims.try_correlation_claims(df, [Claim("shares", "views", True)], halves=300)
    pearson = tried.set_index("test").loc["Pearson"]
    formula = earlier_claims.correlation_tests(df, "shares", ["views"]).iloc[0]
    assert pearson["statistic"] == pytest.approx(formula["pearson"])
    assert pearson["high"] - pearson["low"] > 3 * (formula["pearson_high"] - formula["pearson_low"])


def test_a_count_that_is_missing_leaves_its_claims_without_an_answer_and_the_others_alone():
    df = lognormal_list()
    df.loc[0, "views"] = np.nan
    views = [Claim("shares", "views", related) for related in (True, False)]
    tried = earlier_claims.try_correlation_claims(df, [*views, Claim("shares", "likes", False)], halves=20)
    assert tried[["statistic", "low", "high", "p"]].isna().all(axis=1).tolist() == [True] * 6 + [False] * 3
    assert tried["holds"].tolist() == [False] * 6 + [True] * 3
    shares = earlier_claims.try_hunches(df, halves=20).iloc[0]
    assert np.isfinite(shares["statistic"])


@pytest.mark.parametrize(
    ("related", "significant", "positive", "holds"),
    [
        (True, True, True, True),
        (True, True, False, False),
        (True, False, True, False),
        (False, False, True, True),
        (False, True, True, False),
        (False, True, False, False),
    ],
)
def test_a_claimed_relation_has_a_direction_and_none_means_neither(related, significant, positive, holds):
    assert earlier_claims.bears_out(related, significant, positive) == holds


@pytest.mark.slow
@pytest.mark.real_data
def test_views_and_shares_are_positively_related_in_a_third_of_the_months_at_most(real_data_dir):
    """Of 75 ways on five months, 34 were once counted as holding: 13 of them are negative."""
    raw = acquire.get_panel(source="local", data_dir=real_data_dir)
    panel = {month: prepare.clean(rows) for month, rows in raw.items() if month < "2022-12"}
    summary = specification_curve.summarise_specifications(specification_curve.try_specifications(panel))
    views = summary.set_index("claim").loc["views related to shares"]
    assert views[["specifications", "holds", "positive", "negative"]].tolist() == [75, 21, 21, 13]
