import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explore import ExploreError, correlation_tests
from tiktok.explore import influence
from tiktok.figures import SYNTHETIC_MARK

N = 120


def unrelated_list(seed=1, n=N):
    """Creators whose heavy-tailed counts have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    df = pd.DataFrame(
        {column: np.exp(rng.normal(8, 1, n)).round() for column in ("views", "likes", "shares")}
    )
    return df.assign(handle=[f"creator{row}" for row in range(n)])


def with_star(df, **counts):
    """Let one creator have such counts that a coefficient has to notice."""
    df = df.copy()
    df.loc[7, ["handle", *counts]] = ["star", *counts.values()]
    return df


def summary_of(df, **options):
    paths = influence.leave_creators_out(df, "shares", ["views"], most=5, **options)
    return influence.summarise_influence(paths).iloc[0]


def without_each(df):
    """Pearson's coefficient of views and shares without each creator, in the order of the frame."""
    x, y = (df[[column]].to_numpy(float).T for column in ("views", "shares"))
    return influence._without_each(x, y, np.ones(x.shape, bool))[1][0]


def test_the_closed_form_is_what_a_refit_without_the_creator_gives():
    df = with_star(unrelated_list(), views=3e6, shares=2e6)
    refits = [df.drop(index=row)[["views", "shares"]].corr().iloc[0, 1] for row in df.index]
    np.testing.assert_allclose(without_each(df), refits, rtol=1e-9, atol=1e-12)


def test_the_closed_form_keeps_its_digits_where_one_creator_is_all_the_variation():
    df = with_star(unrelated_list(), views=1e15, shares=1e15)
    others = df.drop(index=7)
    assert without_each(df)[7] == pytest.approx(others["views"].corr(others["shares"]), rel=1e-9)


def test_a_coefficient_that_one_creator_carries_is_said_to_hang_on_that_one():
    found = summary_of(with_star(unrelated_list(), views=3e6, shares=2e6))
    assert (found["creator"], found["effect"]) == ("star", "carries")
    others = unrelated_list().drop(index=7)
    assert found["without_0"] > 0.9
    assert found["without_1"] == pytest.approx(others["views"].corr(others["shares"]))
    assert abs(found["spearman_0"] - found["spearman_1"]) < 0.05


def test_a_creator_who_hides_a_relation_is_found_too():
    related = unrelated_list()
    related["shares"] = related["views"] * 0.1
    found = summary_of(with_star(related, views=10, shares=1e6))
    assert (found["creator"], found["effect"]) == ("star", "hides")
    assert abs(found["without_0"]) < 0.2
    assert found["without_1"] > 0.99


def test_a_creator_who_turns_a_relation_round_is_found_too():
    related = unrelated_list()
    related["shares"] = 1e5 - related["views"]
    found = summary_of(with_star(related, views=1e6, shares=5e5))
    assert (found["creator"], found["effect"]) == ("star", "turns")
    assert found["without_0"] > 0.3
    assert found["without_1"] < -0.99


def test_nobody_is_blamed_in_a_list_without_heavy_tails():
    x, noise = np.random.default_rng(0).normal(size=(2, 1000))
    df = pd.DataFrame({"views": x, "shares": 0.4 * x + noise, "handle": np.arange(1000)}) + {
        "views": 9,
        "shares": 9,
        "handle": 0,
    }
    paths = influence.leave_creators_out(df, "shares", ["views"])
    assert influence.summarise_influence(paths).loc[0, "effect"] == "none"
    assert paths["pearson"].between(paths["normal_low"] - 0.02, paths["normal_high"] + 0.02).all()


def test_what_a_small_normal_list_does_as_well_is_nobodys_doing():
    rng = np.random.default_rng(2)
    df = pd.DataFrame({"views": rng.normal(9, 1, 20), "shares": rng.normal(9, 1, 20), "handle": range(20)})
    found = summary_of(df)
    assert abs(found["without_1"] - found["without_0"]) > 0.09
    assert found["effect"] == "none"


def test_a_move_too_small_to_matter_is_nobodys_doing_even_if_normal_lists_move_less():
    df = unrelated_list(n=2000)
    df[["views", "shares"]] = np.log(df[["views", "shares"]])
    paths = influence.leave_creators_out(with_star(df, views=18, shares=18), "shares", ["views"], most=1)
    move = paths["pearson"].diff().iloc[1]
    assert -0.05 < move < -0.01
    assert paths["pearson"].iloc[1] < paths["normal_low"].iloc[1]
    assert influence.summarise_influence(paths).loc[0, "effect"] == "none"


def test_the_next_creator_is_chosen_among_those_who_are_left():
    """Two stars who cancel out: each is noticed only once the other is gone."""
    df = unrelated_list()
    df.loc[3, ["handle", "views", "shares"]] = ["first", 1e6, 1.1e6]
    df.loc[4, ["handle", "views", "shares"]] = ["second", 1e6, 0]
    paths = influence.leave_creators_out(df, "shares", ["views"], most=2)
    assert paths["creator"].tolist() == ["", "first", "second"]
    left = df[~df["handle"].isin(["first", "second"])]
    assert paths["pearson"].iloc[-1] == pytest.approx(left["views"].corr(left["shares"]), rel=1e-12)


def test_each_step_of_a_path_is_the_test_of_those_who_are_left():
    df = with_star(unrelated_list(), views=3e6, shares=2e6)
    paths = influence.leave_creators_out(df, "shares", ["views"], most=4)
    gone = []
    for step in paths.itertuples():
        gone.append(step.creator)
        tests = correlation_tests(df[~df["handle"].isin(gone)], "shares", ["views"]).iloc[0]
        assert step.n == tests["n"] == N - step.left_out
        np.testing.assert_allclose(
            [step.pearson, step.low, step.high, step.spearman],
            tests[["pearson", "pearson_low", "pearson_high", "spearman"]].astype(float),
            rtol=1e-12,
        )


def test_the_normal_lists_start_at_the_same_coefficient():
    paths = influence.leave_creators_out(unrelated_list(), "shares", ["views"], most=3)
    first = paths.iloc[0]
    np.testing.assert_allclose(
        first[["normal_low", "normal_high"]].astype(float), first["pearson"], rtol=1e-9
    )
    assert (paths["normal_low"].iloc[1:] < paths["normal_high"].iloc[1:]).all()


def test_the_same_seed_gives_the_same_frame_and_another_one_only_other_normal_lists():
    df = unrelated_list()
    first, again, other = (
        influence.leave_creators_out(df, "shares", ["views"], seed=seed) for seed in (0, 0, 1)
    )
    pd.testing.assert_frame_equal(first, again)
    normal = ["normal_low", "normal_high"]
    pd.testing.assert_frame_equal(first.drop(columns=normal), other.drop(columns=normal))
    assert not first[normal].equals(other[normal])


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=14, max_size=30),
    st.randoms(use_true_random=False),
)
def test_shuffling_rows_and_renaming_creators_change_no_coefficient_even_with_ties(pairs, shuffler):
    df = pd.DataFrame(pairs, columns=["views", "shares"]).assign(handle=np.arange(len(pairs)))
    order = list(range(len(df)))
    shuffler.shuffle(order)
    shuffled = df.iloc[order].assign(handle=[f"other{row}" for row in order])
    numbers = ["left_out", "n", "pearson", "spearman", "normal_low", "normal_high"]
    paths = [
        influence.leave_creators_out(one, "shares", ["views"], most=4, draws=3)[numbers]
        for one in (df, shuffled)
    ]
    pd.testing.assert_frame_equal(*paths, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("factor", [1e-6, 3.0, 1e9])
def test_rescaling_a_count_changes_nothing(factor):
    df = with_star(unrelated_list(), views=3e6, shares=2e6)
    plain, scaled = (
        influence.leave_creators_out(one, "shares", ["views"])
        for one in (df, df.assign(views=df["views"] * factor))
    )
    pd.testing.assert_frame_equal(plain, scaled, rtol=1e-9)


def test_shuffled_rows_name_the_same_creators():
    df = unrelated_list()
    plain, shuffled = (
        influence.leave_creators_out(one, "shares", ["views", "likes"])
        for one in (df, df.sample(frac=1, random_state=3))
    )
    pd.testing.assert_frame_equal(plain, shuffled)


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_of_two_equal_creators_the_first_by_name_is_named_whatever_their_rows(order):
    twins = pd.DataFrame({"handle": ["zoe", "adam"], "views": 3e6, "likes": 1.0, "shares": 2e6}).iloc[order]
    df = pd.concat([unrelated_list(), twins], ignore_index=True)
    paths = influence.leave_creators_out(df, "shares", ["views"], most=2)
    assert paths["creator"].tolist() == ["", "adam", "zoe"]
    x, y = df["views"].to_numpy(), df["shares"].to_numpy()
    assert set(df["handle"].iloc[influence.most_influential(x, y, 2)]) == {"adam", "zoe"}


def test_a_tie_in_influence_is_not_decided_by_rounding():
    """Mirrored pairs have the same influence; their order must not hang on the unit of the counts."""
    grid = np.array([1.0, 2, 3, 5, 8, 13, 21, 34])
    df = pd.DataFrame({"views": [*grid, *grid[::-1]], "shares": [*grid[::-1], *grid]})
    df["views"] += np.tile([0, 4.0], 8)
    df = pd.concat([df, df.rename(columns={"views": "shares", "shares": "views"})], ignore_index=True)
    df["handle"] = [f"creator{row}" for row in range(len(df))]
    plain = influence.leave_creators_out(df, "shares", ["views"], most=12, draws=2)["creator"].tolist()
    for factor in (0.1, 0.3, 0.7, 3, 7, 11, 1 / 3):
        scaled = df.assign(views=df["views"] * factor, shares=df["shares"] * factor)
        paths = influence.leave_creators_out(scaled, "shares", ["views"], most=12, draws=2)
        assert paths["creator"].tolist() == plain


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"views": 5.0}, "views is constant"),
        ({"views": [np.nan] + [1.0, 2] * 59 + [3]}, "views has 1 missing or infinite values"),
        ({"shares": 0.0}, "shares is constant"),
    ],
)
def test_a_column_that_has_no_coefficient_gets_one_row_that_says_why(spoil, reason):
    df = unrelated_list().assign(**spoil)
    paths = influence.leave_creators_out(df, "shares", ["views"])
    assert paths["reason"].tolist() == [reason]
    assert np.isnan(paths.loc[0, "pearson"])
    summary = influence.summarise_influence(paths).iloc[0]
    assert (summary["reason"], summary["effect"], summary["creator"]) == (reason, "", "")
    assert reason in influence.plot_influence(paths).get_label()


def test_fewer_than_ten_creators_get_a_reason():
    paths = influence.leave_creators_out(unrelated_list(n=9), "shares", ["views"])
    assert paths["reason"].tolist() == ["only 9 rows; at least 10 are needed"]


def test_never_are_fewer_than_ten_creators_left():
    paths = influence.leave_creators_out(unrelated_list(n=12), "shares", ["views"], most=20)
    assert paths["n"].tolist() == [12, 11, 10]
    assert np.isnan(influence.summarise_influence(paths).loc[0, "without_5"])


def test_ten_creators_are_not_left_out_of_at_all():
    paths = influence.leave_creators_out(unrelated_list(n=10), "shares", ["views"])
    assert paths["n"].tolist() == [10]
    assert influence.summarise_influence(paths).loc[0, "effect"] == ""
    assert influence.plot_influence(paths).get_label().startswith("Correlation with shares")


def test_the_only_creator_who_has_any_shares_carries_everything():
    df = unrelated_list().assign(shares=0.0)
    df = with_star(df, shares=5.0)
    paths = influence.leave_creators_out(df, "shares", ["views"], most=2)
    assert paths["creator"].iloc[1] == "star"
    assert paths["reason"].iloc[1] == "a column is constant without these creators"
    assert influence.summarise_influence(paths).loc[0, "effect"] == "carries"
    assert np.isnan(without_each(df)[7])
    influence.plot_influence(paths)


def test_a_missing_column_is_named():
    with pytest.raises(ExploreError, match="no column 'handle'"):
        influence.leave_creators_out(unrelated_list().drop(columns="handle"), "shares", ["views"])
    with pytest.raises(ExploreError, match="no column 'clicks'"):
        influence.leave_creators_out(unrelated_list(), "shares", ["clicks"])


def test_the_figure_names_the_creator_and_tells_its_numbers():
    df = with_star(unrelated_list(), views=3e6, shares=2e6)
    fig = influence.plot_influence(influence.leave_creators_out(df, "shares", ["views", "likes"], most=5))
    texts = [text.get_text() for ax in fig.axes for text in ax.texts]
    assert len(fig.axes) == 2
    assert "without star" in texts[0]
    assert "views: 1.00, without star" in fig.get_label()


@pytest.mark.parametrize("name", ["$\\frac$", "日本語の名前", "\u202eevil\n<b>", "x" * 10_000])
def test_a_hostile_name_is_drawn_as_plain_text(name, tmp_path):
    df = with_star(unrelated_list(), views=3e6, shares=2e6).replace("star", name)
    fig = influence.plot_influence(influence.leave_creators_out(df, "shares", ["views"], most=2))
    fig.savefig(tmp_path / "figure.png")
    said = fig.axes[0].texts[0].get_text().splitlines()
    assert len(said) == 3
    assert max(map(len, said)) < 40


def test_a_synthetic_list_stays_marked():
    df = unrelated_list()
    df.attrs["provenance"] = {"synthetic": True}
    paths = influence.leave_creators_out(df, "shares", ["views"], most=2)
    assert influence.plot_influence(paths).get_label().startswith(SYNTHETIC_MARK)
    assert influence.summarise_influence(paths).attrs == df.attrs


def test_arguments_are_left_alone():
    df = unrelated_list()
    before = df.copy()
    paths = influence.leave_creators_out(df, "shares", ["views"], most=2)
    influence.plot_influence(paths)
    pd.testing.assert_frame_equal(df, before)
