import numpy as np
import pandas as pd
import pytest

from explore import ExploreError, compare_groups, compare_quartiles

N = 80


def a_list(**columns):
    return pd.DataFrame({"engagement": np.arange(N, dtype=float), **columns})


def test_the_medians_are_those_of_the_quarters_from_lowest_to_highest():
    compared = compare_quartiles(a_list(likes=np.arange(N) // 20 * 10.0), "engagement", ["likes"]).iloc[0]
    assert compared[[f"median_q{q}" for q in (1, 2, 3, 4)]].tolist() == [0, 10, 20, 30]
    assert (compared["by"], compared["n"]) == ("engagement", N)
    assert compared["epsilon_squared"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("quarters", "shape"),
    [
        ([1, 2, 2, 3], "rises"),
        ([3, 2, 2, 1], "falls"),
        ([3, 1, 2, 4], "dips"),
        ([1, 4, 3, 2], "peaks"),
        ([1, 3, 2, 4], "mixed"),
        ([2, 1, 4, 3], "mixed"),
    ],
)
def test_the_shape_of_the_medians_is_named(quarters, shape):
    likes = np.repeat(quarters, N // 4) + np.tile([0.0, 0.1], N // 2)
    assert compare_quartiles(a_list(likes=likes), "engagement", ["likes"]).loc[0, "shape"] == shape


def test_a_dip_is_found_where_no_rank_correlation_is():
    likes = np.abs(np.arange(N) - 39.5)
    compared = compare_quartiles(a_list(likes=likes), "engagement", ["likes"]).iloc[0]
    assert compared["shape"] == "dips"
    assert compared["p"] < 1e-8


def test_unrelated_features_are_significant_at_about_the_nominal_rate():
    rng = np.random.default_rng(0)
    features = {f"x{i}": np.exp(rng.normal(0, 2, N)) for i in range(200)}
    compared = compare_quartiles(a_list(**features), "engagement", list(features))
    assert 0.01 < (compared["p"] < 0.05).mean() < 0.09
    assert not (compared["p_holm"] < 0.05).any()


def test_the_top_quarter_is_the_one_of_success():
    df = a_list(likes=np.random.default_rng(1).permutation(N).astype(float))
    df["top"] = df["engagement"] >= df["engagement"].quantile(0.75)
    top = compare_groups(df, "top", ["likes"]).loc[0, "median_in"]
    assert compare_quartiles(df, "engagement", ["likes"]).loc[0, "median_q4"] == top


@pytest.mark.parametrize(
    ("likes", "reason"),
    [(4.0, "likes is constant"), ([np.nan] + [1.0] * (N - 1), "likes has 1 missing or infinite values")],
)
def test_a_feature_that_cannot_be_compared_says_why(likes, reason):
    compared = compare_quartiles(a_list(likes=likes, views=np.arange(N)), "engagement", ["likes", "views"])
    assert compared["reason"].tolist() == [reason, ""]
    assert np.isnan(compared.loc[0, "p"])
    assert compared.loc[1, "p_holm"] == compared.loc[1, "p"]


def test_a_column_that_makes_no_four_quarters_is_refused_in_a_sentence():
    with pytest.raises(ExploreError, match=r"Column engagement doesn't make four quarters .* 0, 0, 0, 80"):
        compare_quartiles(a_list(likes=1.0).assign(engagement=5.0), "engagement", ["likes"])
    with pytest.raises(ExploreError, match="Column engagement has 1 missing"):
        compare_quartiles(a_list(likes=1.0).replace({"engagement": {3.0: np.nan}}), "engagement", ["likes"])
    with pytest.raises(ExploreError, match="no column 'clicks'"):
        compare_quartiles(a_list(), "engagement", ["clicks"])


def test_shuffled_rows_and_another_unit_change_nothing_but_the_medians_unit():
    df = a_list(likes=np.random.default_rng(2).integers(0, 9, N).astype(float))
    plain = compare_quartiles(df, "engagement", ["likes"])
    other = df.sample(frac=1, random_state=5) * 1000
    pd.testing.assert_frame_equal(
        plain.filter(regex="^(?!median)"),
        compare_quartiles(other, "engagement", ["likes"]).filter(regex="^(?!median)"),
    )
