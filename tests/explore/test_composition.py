import numpy as np
import pandas as pd
import pytest

from explore import ExploreError, correlation_tests
from tiktok.explore import composition
from tiktok.figures import SYNTHETIC_MARK

PARTS = ["views", "likes", "comments", "shares"]
N = 200


def unrelated_parts(seed=1):
    """Parts of very different size that have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    sizes = {"views": 14, "likes": 12, "comments": 7, "shares": 7}
    return pd.DataFrame({part: np.exp(rng.normal(size, 0.8, N)).round() for part, size in sizes.items()})


def test_pooled_shares_weigh_creators_by_size_and_quantiles_count_each_once():
    df = pd.DataFrame({"views": 1.0, "likes": [900.0, 1, 1], "comments": [100.0, 1, 3], "shares": 0.0})
    likes = composition.measure_composition(df).set_index(["whole", "part"]).loc[("interactions", "likes")]
    assert likes["pooled"] == pytest.approx(902 / 1006)
    assert likes["median"] == pytest.approx(0.5)
    assert likes["largest_for"] == pytest.approx(2 / 3)


def test_shares_of_each_whole_add_up_to_one():
    made_of = composition.measure_composition(unrelated_parts())
    assert made_of.groupby("whole")["pooled"].sum().tolist() == pytest.approx([1, 1])
    assert made_of["whole"].tolist() == ["engagement"] * 4 + ["interactions"] * 3


def test_quantiles_are_in_order():
    made_of = composition.measure_composition(unrelated_parts())
    assert (made_of[["q05", "q25", "median", "q75", "q95"]].diff(axis=1).iloc[:, 1:] > 0).all(axis=None)


def test_a_creator_without_any_interaction_has_no_shares_and_is_not_counted():
    df = unrelated_parts()
    df.loc[:2, ["likes", "comments", "shares"]] = 0
    assert composition.measure_composition(df)["n"].tolist() == [N] * 4 + [N - 3] * 3


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"shares": np.nan}, f"shares has {N} missing or infinite values"),
        ({"likes": -1.0}, "likes has negative values, which are no parts of a sum"),
        (dict.fromkeys(PARTS, 0.0), "all parts are 0"),
    ],
)
def test_parts_without_a_sum_get_empty_rows_that_say_why(spoil, reason):
    made_of = composition.measure_composition(unrelated_parts().assign(**spoil))
    assert made_of["reason"].tolist() == [reason] * 7
    assert made_of[["pooled", "median", "largest_for"]].isna().all(axis=None)
    assert reason in composition.plot_composition(made_of).get_label()


def test_parts_that_are_unrelated_correlate_with_their_whole_as_much_as_construction_alone_gives():
    df = unrelated_parts()
    parts = composition.correlate_parts(df).set_index(["whole", "part", "against"])
    views = parts.loc[("engagement", "views", composition.BY_CONSTRUCTION)]
    spread = df[PARTS].std()
    for coefficient in ("pearson", "spearman", "pearson_log"):
        assert views[coefficient] == pytest.approx(views[f"{coefficient}_unrelated"], abs=0.03)
        assert abs(parts.loc[("engagement", "views", composition.WITH_REST), coefficient]) < 0.2
    assert views["pearson_unrelated"] == pytest.approx(spread["views"] / np.sqrt((spread**2).sum()), abs=0.01)


def test_with_the_rest_an_unrelated_part_would_have_no_correlation():
    parts = composition.correlate_parts(unrelated_parts())
    rest = parts[parts["against"] == composition.WITH_REST]
    assert rest[["pearson_unrelated", "spearman_unrelated", "pearson_log_unrelated"]].eq(0).all(axis=None)


def test_coefficients_are_those_of_the_tests_with_the_whole_and_with_the_whole_less_the_part():
    df = unrelated_parts()
    df["engagement"] = df[PARTS].sum(axis=1)
    df["rest"] = df["engagement"] - df["likes"]
    tests = correlation_tests(df, "likes", ["engagement", "rest"])
    parts = composition.correlate_parts(df)
    likes = parts[(parts["whole"] == "engagement") & (parts["part"] == "likes")].reset_index(drop=True)
    columns = ["n", "pearson", "spearman_low", "pearson_log_p"]
    pd.testing.assert_frame_equal(likes[columns], tests[columns], rtol=1e-9)


def test_a_sum_needs_no_column_of_its_own_and_an_alien_one_has_no_say():
    plain = unrelated_parts()
    pd.testing.assert_frame_equal(
        composition.correlate_parts(plain), composition.correlate_parts(plain.assign(engagement=0.0))
    )


def test_the_only_part_that_varies_has_no_rest_to_go_with():
    df = unrelated_parts().assign(likes=1.0, comments=2.0, shares=3.0)
    views = composition.correlate_parts(df).set_index("part").loc["views"]
    assert views["reason"].tolist() == ["", f"{composition.WITH_REST} is constant"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"comments": 3.0}, "comments is constant"),
        ({"comments": [np.nan] + [1.0, 2] * 99 + [3]}, "comments has 1 missing or infinite values"),
    ],
)
def test_a_part_that_has_no_correlation_says_why(spoil, reason):
    parts = composition.correlate_parts(unrelated_parts().assign(**spoil)).set_index("part")
    assert parts.loc["comments", "reason"].eq(reason).any()
    assert parts.loc["comments", ["pearson", "pearson_unrelated"]].isna().all(axis=None)


def test_a_missing_part_leaves_no_sum_of_the_others_either():
    df = unrelated_parts()
    df.loc[0, "comments"] = np.nan
    parts = composition.correlate_parts(df)
    assert parts["reason"].str.endswith("has 1 missing or infinite values").all()


def test_fewer_than_ten_creators_get_a_reason():
    parts = composition.correlate_parts(unrelated_parts().head(9))
    assert parts["reason"].eq("only 9 rows; at least 10 are needed").all()


def test_a_missing_part_is_named():
    for ask in (composition.measure_composition, composition.correlate_parts):
        with pytest.raises(ExploreError, match="no column 'shares'"):
            ask(unrelated_parts().drop(columns="shares"))


@pytest.mark.parametrize(
    ("seed", "factor"), [(1, 0.125), (2, 8.0), (3, 2.0**20)]
)  # factors that add no rounding
def test_shuffled_rows_and_another_unit_change_neither_shares_nor_ranks(seed, factor):
    df = unrelated_parts()
    other = df.sample(frac=1, random_state=seed) * factor
    pd.testing.assert_frame_equal(
        composition.measure_composition(df), composition.measure_composition(other), rtol=1e-9
    )
    columns = ["n", "pearson", "pearson_unrelated", "spearman", "spearman_p", "spearman_unrelated"]
    plain, changed = (composition.correlate_parts(one)[columns] for one in (df, other))
    pd.testing.assert_frame_equal(plain, changed, rtol=1e-7, atol=1e-9)


def test_the_figure_says_what_each_sum_is_mostly_made_of():
    fig = composition.plot_composition(composition.measure_composition(unrelated_parts()))
    title = fig.axes[0].get_title() or fig.axes[0].get_title(loc="left")
    assert title.startswith("engagement: ")
    assert title.endswith("% views")
    assert [label.get_text() for label in fig.axes[1].get_yticklabels()] == ["likes", "comments", "shares"]
    assert "interactions: likes 9" in fig.get_label()


def test_a_synthetic_list_stays_marked():
    df = unrelated_parts()
    df.attrs["provenance"] = {"synthetic": True}
    fig = composition.plot_composition(composition.measure_composition(df))
    assert fig.get_label().startswith(SYNTHETIC_MARK)
    assert composition.correlate_parts(df).attrs == df.attrs
