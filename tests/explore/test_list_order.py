"""Places by the rule: what rounding hides stays open, what it can't hide is held against the list."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acquire import get_panel
from explore import ExploreError
from prepare import clean
from tiktok.explore import list_rule
from tiktok.explore.list_rule import RULE, check_list_order, explain_order, plot_list_rule
from tiktok.lists.columns import ENGAGEMENT_PARTS, list_score


def invent_list(n=60, seed=0):
    """A list that is ordered by the rule before its counts are rounded the way the lists print them."""
    rng = np.random.default_rng(seed)
    logs = rng.normal([13, 14.5, 12, 7, 7], 1, size=(n, 5)) + rng.normal(size=(n, 1))
    exact = pd.DataFrame(np.exp(logs), columns=["subscribers", *ENGAGEMENT_PARTS])
    exact = exact.iloc[(-list_score(exact)).argsort()].reset_index(drop=True)
    df = exact.apply(print_count)
    df["engagement"] = df[list(ENGAGEMENT_PARTS)].sum(axis=1)
    return df.assign(rank=np.arange(1.0, n + 1), handle=[f"creator{i}" for i in range(n)], month="2022-07")


def print_count(values):
    unit = np.select([values >= 1e6, values >= 1e3], [1e5, 1e2], 1.0)
    return (values / unit).round() * unit


def row_of(df):
    return check_list_order(df).iloc[0]


@pytest.mark.parametrize("seed", range(5))
def test_a_list_ordered_before_rounding_is_never_contradicted(seed):
    row = row_of(invent_list(seed=seed))
    assert row["pairs_contradict"] == 0
    assert row["within_rounding"] == 1
    assert row["pairs_agree"] > 0.8 * row["pairs"]
    assert row["pairs"] == row["pairs_agree"] + row["pairs_contradict"] + row["pairs_open"] == 60 * 59 / 2


def test_a_creator_moved_from_the_end_to_the_top_is_found():
    df = invent_list()
    df["rank"] = [*range(2, 61), 1]
    row = row_of(df)
    assert 55 <= row["pairs_contradict"] <= 59
    assert row["within_rounding"] < 0.99
    assert row["places_off_max"] == 59
    assert row["places_off_median"] >= 1


def two_creators(views, likes=2e5, comments=100.0, shares=100.0):
    return pd.DataFrame({"views": views, "likes": likes, "comments": comments, "shares": shares})


def test_neighbours_that_rounding_cannot_tell_apart_are_left_open():
    assert not list_rule._surely_above(two_creators([1e6, 1.1e6])).any()


def test_neighbours_that_rounding_can_tell_apart_are_not():
    above = list_rule._surely_above(two_creators([1e6, 1.2e6], comments=900.0, shares=900.0))
    assert above.tolist() == [[False, False], [True, False]]


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        (3e6, 3.1e6, False),  # 2.95–3.05 and 3.05–3.15 million touch
        (3e6, 3.2e6, True),
        (729_400, 729_500, False),
        (729_400, 729_600, True),
        (33_299_999.999999996, 33.4e6, False),  # as one of the files has it
        (888, 889, False),
        (888, 890, True),
        (3_000_001, 3_000_003, True),  # off the printed grid, so known to the unit
    ],
)
def test_a_count_is_known_to_half_a_unit_of_its_last_printed_place(first, second, apart):
    exact = 12_345_678_901_234.0
    assert list_rule._surely_above(two_creators([first, second], exact, exact, exact)).any() == apart


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.integers(0, 10**7) for _ in ENGAGEMENT_PARTS]),
        min_size=1,
        max_size=12,
    )
)
def test_who_is_surely_above_has_the_higher_score_and_the_order_is_consistent(rows):
    df = pd.DataFrame(rows, columns=ENGAGEMENT_PARTS, dtype=float)
    above = list_rule._surely_above(df)
    score = list_score(df).to_numpy()
    assert (score[:, None] > score[None, :])[above].all()
    assert not (above & above.T).any()


def test_counts_printed_as_nothing_are_not_taken_for_less():
    assert not list_rule._surely_above(two_creators(0.0, 0.0, [100.0, 0.0])).any()


def test_the_order_of_the_rows_does_not_matter_and_creators_without_a_count_are_left_out():
    df = invent_list()
    shuffled = df.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(check_list_order(df), check_list_order(shuffled))
    df.loc[4, "likes"] = np.nan
    pd.testing.assert_frame_equal(check_list_order(df), check_list_order(df.drop(index=4)))


def test_published_places_have_no_gaps_where_ranks_have():
    df = invent_list().drop(index=[2, 10])
    assert row_of(df)["places_off_max"] == row_of(df.assign(rank=range(1, 59)))["places_off_max"]


def test_what_it_takes_to_enter_and_what_one_more_reaction_is_worth():
    df = invent_list()
    row = row_of(df)
    reactions = df["comments"] + df["shares"]
    assert row["entry_score"] == list_score(df).min()
    assert row["entry_reactions"] * df["views"].median() * df["likes"].median() == pytest.approx(
        row["entry_score"]
    )
    assert row["views_per_reaction"] == pytest.approx((df["views"] / reactions).median())
    one = df.iloc[[0]]
    by_reaction = list_score(one.assign(shares=one["shares"] + 1))
    by_views = list_score(one.assign(views=one["views"] + one["views"] / reactions.iloc[0]))
    assert by_reaction.iloc[0] == pytest.approx(by_views.iloc[0])


def test_nothing_shared_or_commented_stands_last_without_a_warning():
    df = invent_list()
    df.loc[59, ["comments", "shares"]] = 0
    row = row_of(df)
    assert row[["pairs_contradict", "within_rounding"]].tolist() == [0, 1]
    assert row["views_per_reaction"] == (df["views"] / (df["comments"] + df["shares"])).iloc[:59].median()
    assert row["likes_per_reaction"] == (df["likes"] / (df["comments"] + df["shares"])).iloc[:59].median()
    assert row["entry_score"] == 0


def test_a_list_without_rank_is_not_explained():
    df = invent_list().drop(columns="rank")
    assert explain_order(df) == explain_order(df.assign(rank=np.nan)) == (None, None, None)
    for ask in (check_list_order, plot_list_rule):
        with pytest.raises(ExploreError, match="no published rank"):
            ask(df)


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(ExploreError, match="no column 'shares'"):
        check_list_order(invent_list().drop(columns="shares"))


def test_the_figure_of_the_rule_says_how_well_each_order_fits():
    df = invent_list()
    fig = plot_list_rule(df)
    titles = [ax.get_title(loc="left") or ax.get_title() for ax in fig.axes]
    assert len(fig.axes) == 3
    assert "By subscribers" in titles[0]
    assert f"By {RULE}" in titles[2]
    drawn = fig.axes[2].collections[0].get_offsets()
    assert sorted(drawn[:, 0]) == list(range(1, 61))
    assert np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1] > 0.99
    assert f"{RULE} 0.99" in fig.get_label() or f"{RULE} 1.00" in fig.get_label()


def test_the_figure_of_synthetic_creators_is_marked():
    df = invent_list()
    df.attrs["provenance"] = {"synthetic": True}
    fig = plot_list_rule(df)
    assert "SYNTHETIC" in fig.get_label()
    assert any("SYNTHETIC" in text.get_text() for text in fig.texts)


@pytest.mark.real_data
@pytest.mark.parametrize("month", ["2022-02", "2022-07", "2022-09", "2022-11", "2022-12"])
def test_no_real_pair_of_creators_stands_against_the_rule(real_data_dir, month):
    raw = get_panel([month], source="local", data_dir=real_data_dir)[month]
    row = row_of(clean(raw, month=month))
    assert row["n"] > 980
    assert row["pairs_contradict"] == 0
    assert row["within_rounding"] == 1
    assert row["pairs_agree"] > 0.94 * row["pairs"]
    assert row["spearman"] > 0.9997
    assert row["places_off_median"] <= 3
    assert row["places_off_max"] <= 40


@pytest.mark.real_data
@pytest.mark.parametrize(
    "nearby",
    [
        lambda df: df["views"] * df["likes"] ** 0.97 * (df["comments"] + df["shares"]),
        lambda df: df["views"] * df["likes"] * (df["comments"] + df["shares"]) ** 1.03,
        lambda df: df["views"] * df["likes"] * (df["comments"] + 1.1 * df["shares"]),
        lambda df: (df["views"] + df["likes"]) * df["likes"] * (df["comments"] + df["shares"]),
    ],
)
def test_real_pairs_do_stand_against_rules_that_are_a_little_off(real_data_dir, monkeypatch, nearby):
    monkeypatch.setattr(list_rule, "list_score", nearby)
    raw = get_panel(["2022-07"], source="local", data_dir=real_data_dir)["2022-07"]
    assert row_of(clean(raw, month="2022-07"))["pairs_contradict"] > 0
