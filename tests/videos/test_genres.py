from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from acquire import get_tiktokers
from prepare import clean
from tiktok.lists.columns import WHOLES, ExploreError
from tiktok.resampling import adjust_holm
from tiktok.videos.categories import FOLDER, get_categories
from tiktok.videos.genres import (
    ALL_LISTS,
    BETWEEN_ONLY,
    FEWEST,
    NOT_ASKED,
    NOT_SHOWN,
    SURVIVES,
    TOO_FEW,
    compare_genres,
    describe_coverage,
    pool_lists,
    summarise_genres,
)
from tiktok.videos.matching import match_categories

COUNTRIES = {
    "United States": 28,
    "Mexico": 9,
    "Brazil": 8,
    "Indonesia": 5,
    "India": 5,
    "Spain": 3,
    "Italy": 2,
}
FAST = {"resamples": 5, "permutations": 499}
SEEDS = 200


def matched(category, country, engagement, **more):
    frame = pd.DataFrame({"category": category, "audience_country": country, "engagement": engagement})
    return frame.assign(matched=True, **more)


def planted(seed, genre=0.0, country=1.5, n=60):
    """As many creators as of a real list, musicians mostly in the countries with the smaller numbers."""
    rng = np.random.default_rng(seed)
    size = np.array(list(COUNTRIES.values()))
    at = rng.choice(len(size), n, p=size / size.sum())
    place = np.linspace(-1, 1, len(size))[at]
    musician = rng.random(n) < 0.8 / (1 + np.exp(1.5 * place))
    others = rng.choice(
        ["Lifestyle", "Cinema & Actors/actresses", "Sports", "Shows", ""], n, p=[0.4, 0.2, 0.2, 0.1, 0.1]
    )
    engagement = np.exp(15 + country * place + genre * musician + rng.normal(0, 0.75, n))
    return matched(np.where(musician, "Music", others), np.array(list(COUNTRIES))[at], engagement)


def verdicts(compared):
    return compared.set_index("category")["verdict"].to_dict()


def test_in_not_a_twentieth_of_lists_is_a_genre_claimed_where_only_countries_differ(share):
    n = share(SEEDS)
    found = [compare_genres(planted(seed), **FAST) for seed in range(n)]
    naive = np.mean([(table["p_holm"] < 0.05).any() for table in found])
    false = sum(table["verdict"].isin(SURVIVES).any() for table in found)
    assert naive > 0.2, "the trap is one"
    # at most 5 %: more false claims than this have a chance below 1 % then
    assert false <= stats.binom.isf(0.01, n, 0.05)


def test_nine_times_in_ten_a_genre_with_three_times_as_much_is_found(share):
    n = share(SEEDS)
    frames = [planted(seed, genre=np.log(3), country=0.3) for seed in range(n)]
    found = [verdicts(compare_genres(frame, **FAST))["Music"] for frame in frames]
    assert found.count("more") >= stats.binom.isf(0.99, n, 0.9)
    assert "less" not in found


def test_what_countries_hide_is_not_claimed():
    compared = compare_genres(planted(0, genre=1.5, country=3.0), **FAST).set_index("category").loc["Music"]
    assert compared["within_p_holm"] < 0.05 < compared["p_holm"]
    assert compared["verdict"] == NOT_SHOWN


def test_a_genre_with_less_is_found_too():
    assert verdicts(compare_genres(planted(1, genre=-2), **FAST))["Music"] == "less"


def test_on_the_sample_genre_only_seems_to_matter():
    sample = match_categories(clean(get_tiktokers(source="sample")), get_categories(source="sample"))
    for outcome in WHOLES:
        said = verdicts(compare_genres(sample, outcome))
        assert said["Music"] == BETWEEN_ONLY
        assert not set(said.values()) & set(SURVIVES)
        assert said["Animals"] == TOO_FEW


def test_the_plain_comparison_is_mann_and_whitney_s():
    frame = planted(3)
    row = compare_genres(frame, **FAST).set_index("category").loc["Music"]
    known = frame[frame["category"] != ""]
    inside = known["category"] == "Music"
    u, p = stats.mannwhitneyu(known.loc[inside, "engagement"], known.loc[~inside, "engagement"])
    assert row["superiority"] == pytest.approx(u / (inside.sum() * (~inside).sum()))
    assert row["p"] == pytest.approx(p)
    assert row["median"] == known.loc[inside, "engagement"].median()
    assert row["median_others"] == known.loc[~inside, "engagement"].median()
    assert row[["n", "n_others"]].tolist() == [inside.sum(), (~inside).sum()]


def test_p_values_are_adjusted_over_the_categories_that_are_asked_about():
    found = compare_genres(planted(3), **FAST)
    asked = found[found["verdict"] != TOO_FEW]
    assert asked["p_holm"].tolist() == pytest.approx(adjust_holm(asked["p"].to_numpy()))
    within = asked.dropna(subset="within_p")
    assert within["within_p_holm"].tolist() == pytest.approx(adjust_holm(within["within_p"].to_numpy()))
    assert found["n"].is_monotonic_decreasing


def small():
    """Two countries, five creators of each of two categories."""
    country = list("xxxxxyyyyy")
    category = list("aabbbaaabb")
    return matched(category, country, [5, 7, 1, 6, 2, 30, 90, 80, 20, 70])


def enumerated_p(frame, category):
    """Van Elteren's p over all orders of the creators within their countries."""
    parts = [part for _, part in frame.groupby("audience_country")]
    scores = [part["engagement"].rank().to_numpy() / (len(part) + 1) - 0.5 for part in parts]
    members = [(part["category"] == category).to_numpy() for part in parts]
    sums = [
        [np.sum(np.array(order)[inside]) for order in permutations(s)]
        for s, inside in zip(scores, members, strict=True)
    ]
    found = sum(s[inside].sum() for s, inside in zip(scores, members, strict=True))
    return np.mean([abs(sum(each)) >= abs(found) - 1e-9 for each in product(*sums)])


def test_within_countries_p_is_that_of_all_permutations():
    frame = small()
    row = compare_genres(frame, permutations=20_000, resamples=5).set_index("category").loc["a"]
    assert row["within_p"] == pytest.approx(enumerated_p(frame, "a"), abs=0.01)


def test_within_countries_only_creators_of_one_country_are_compared():
    row = compare_genres(small(), **FAST).set_index("category").loc["a"]
    # x: a has 5 and 7 against 1, 6, 2: 5 of 6 comparisons won; y: 30, 90, 80 against 20, 70: 5 of 6
    assert row["within"] == pytest.approx(5 / 6)
    assert row["n_within"] == 5
    assert row["superiority"] == pytest.approx((2 + 3 + 4 + 5 + 5) / 25)


def test_countries_count_as_van_elteren_weights_them():
    frame = matched(
        list("aaabb") + list("abbbbb"), ["x"] * 5 + ["y"] * 6, [3, 4, 5, 1, 2, 10, 11, 12, 13, 14, 15]
    )
    frame = pd.concat([frame, matched(["a", "b"], "y", [16, 17])])
    row = compare_genres(frame, **FAST).set_index("category").loc["a"]
    # x: all 6 comparisons of 5 creators won; y: 5 of 12 of 8 creators
    assert row["within"] == pytest.approx((6 / 6 + 5 / 9) / (6 / 6 + 12 / 9))


def test_what_holds_for_a_country_s_scale_changes_nothing_within():
    frame = planted(5)
    scaled = frame.assign(
        engagement=frame["engagement"]
        * frame["audience_country"].map(dict(zip(COUNTRIES, 10.0 ** np.arange(7), strict=True)))
    )
    columns = ["n_within", "within", "within_low", "within_high", "within_p"]
    pd.testing.assert_frame_equal(
        compare_genres(frame, **FAST)[columns], compare_genres(scaled, **FAST)[columns]
    )


def test_the_order_of_rows_and_the_unit_change_nothing_but_the_draws():
    frame = planted(6)
    columns = ["category", "n", "superiority", "p", "n_within", "within"]
    shuffled = frame.sample(frac=1, random_state=1).assign(engagement=lambda df: df["engagement"] * 3)
    pd.testing.assert_frame_equal(
        compare_genres(frame, **FAST)[columns], pd.DataFrame(compare_genres(shuffled, **FAST))[columns]
    )


def test_the_same_seed_gives_the_same_and_another_one_other_draws():
    one, two = (compare_genres(planted(7), **FAST, seed=seed) for seed in (0, 0))
    pd.testing.assert_frame_equal(one, two)
    assert not one["low"].equals(compare_genres(planted(7), **FAST, seed=1)["low"])


def test_a_frame_is_left_as_it_was():
    frame = planted(8)
    before = frame.copy()
    compare_genres(frame, **FAST)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(("n", "verdict"), [(FEWEST - 1, TOO_FEW), (FEWEST, "more")])
def test_of_fewer_than_five_no_number_is_given(n, verdict):
    frame = matched(["a"] * n + ["b"] * 20, "x", [*range(100, 100 + n), *range(20)])
    row = compare_genres(frame).set_index("category").loc["a"]
    assert row["verdict"] == verdict
    assert row["n"] == n
    assert row[["median", "superiority", "low", "p", "p_holm", "within", "within_p"]].isna().all() == (
        verdict == TOO_FEW
    )


def test_where_everybody_else_is_fewer_than_five_nothing_is_said_either():
    found = compare_genres(matched(["a"] * 20 + ["b"] * 4, "x", range(24)), **FAST)
    assert found["verdict"].tolist() == [TOO_FEW, TOO_FEW]


def test_a_genre_of_a_country_of_its_own_cannot_be_asked_about_within_it():
    frame = matched(["a"] * 10 + ["b"] * 20, ["x"] * 10 + ["y"] * 20, range(30))
    row = compare_genres(frame, **FAST).set_index("category").loc["a"]
    assert row["verdict"] == NOT_ASKED
    assert row["n_within"] == 0
    assert np.isnan(row["within"])


def test_creators_of_no_known_country_count_for_none():
    known = matched(["a"] * 10 + ["b"] * 10, "x", range(20))
    unknown = matched(["a"] * 10 + ["b"] * 10, "", range(100, 120))
    both = compare_genres(pd.concat([known, unknown]), **FAST)
    alone = compare_genres(known, **FAST)
    assert both["n_within"].tolist() == alone["n_within"].tolist() == [10, 10]
    assert both["within"].tolist() == alone["within"].tolist()
    assert both["n"].tolist() == [20, 20]
    assert verdicts(compare_genres(unknown, **FAST)) == {"a": NOT_ASKED, "b": NOT_ASKED}


def test_creators_without_a_category_are_among_nobody_s_others():
    frame = planted(9)
    unknown = matched(["", ""], "Spain", [1e12, 1e12])
    pd.testing.assert_frame_equal(
        compare_genres(pd.concat([frame, unknown]), **FAST), compare_genres(frame, **FAST)
    )


def test_where_only_some_are_known_by_an_outcome_the_others_are_left_out():
    frame = planted(10)
    gaps = frame.assign(rate=frame["engagement"].where(frame["engagement"].rank() > 10))
    found = compare_genres(gaps, "rate", **FAST)
    pd.testing.assert_frame_equal(found, compare_genres(gaps.dropna(), "engagement", **FAST))


def test_a_constant_outcome_shows_nothing():
    found = compare_genres(matched(["a"] * 9 + ["b"] * 9, "x", 7), **FAST)
    assert found["verdict"].tolist() == [NOT_SHOWN, NOT_SHOWN]
    assert found["superiority"].tolist() == found["within"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    "frame", [planted(1).head(0), planted(1).assign(category=""), matched(["a"], ["x"], [1.0])]
)
def test_of_nobody_an_empty_table_is_had(frame):
    found = compare_genres(frame, **FAST)
    assert found.columns.tolist() == compare_genres(planted(1), **FAST).columns.tolist()
    assert set(found["verdict"]) <= {TOO_FEW}
    assert summarise_genres({"2022-07": frame}, "engagement")["asked"].tolist() == [0]


@pytest.mark.parametrize("ask", [compare_genres])
@pytest.mark.parametrize(
    ("frame", "outcome", "sentence"),
    [
        (
            planted(1).drop(columns="category"),
            "engagement",
            r"no column 'category' .*hand over what prepare\.match_categories",
        ),
        (planted(1), "likes", "no column 'likes'"),
        (planted(1), "category", "Column category holds no numbers to compare"),
        ([1, 2], "engagement", "is a list, and has to be a DataFrame"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(ask, frame, outcome, sentence):
    with pytest.raises(ExploreError, match=sentence):
        ask(frame, outcome)


@pytest.mark.parametrize("ask", [describe_coverage, summarise_genres, pool_lists])
@pytest.mark.parametrize(
    "panel", [{}, None, [planted(1)], {"2022-07": planted(1).drop(columns="matched")}, {"2022-07": None}]
)
def test_a_panel_that_is_none_is_refused_in_a_sentence(ask, panel):
    with pytest.raises(ExploreError, match=r"hand over what prepare\.match_categories\(\) gave"):
        ask(panel)


def july(n=200, on_it=40, **more):
    rng = np.random.default_rng(4)
    counts = {name: np.exp(rng.normal(14, 1, n)) for name in ("subscribers", "views", "interactions")}
    frame = pd.DataFrame(counts).assign(handle=[f"h{i}" for i in range(n)], month="2022-07")
    frame["engagement"] = frame["views"] + frame["interactions"]
    there = frame["subscribers"].rank() > n - on_it
    category = np.where(there, rng.choice(["Music", "Shows", ""], n, p=[0.5, 0.4, 0.1]), "")
    return frame.assign(
        matched=there, category=category, audience_country=np.where(there, "India", ""), **more
    )


def test_coverage_says_who_is_matched_and_how_they_differ():
    frame = july()
    row = describe_coverage(frame).iloc[0]
    assert row[["month", "n", "n_matched", "share"]].tolist() == ["2022-07", 200, 40, 0.2]
    assert row["n_category"] == (frame["category"] != "").sum()
    assert row[
        ["subscribers_superiority", "subscribers_superiority_low", "subscribers_superiority_high"]
    ].tolist() == [1, 1, 1]
    inside = frame["matched"]
    assert row["views_matched"] == frame.loc[inside, "views"].median()
    assert row["views_unmatched"] == frame.loc[~inside, "views"].median()
    assert row["views_superiority_low"] < row["views_superiority"] < row["views_superiority_high"]
    assert (
        row["views_p"] == stats.mannwhitneyu(frame.loc[inside, "views"], frame.loc[~inside, "views"]).pvalue
    )
    p = row[["subscribers_p", "views_p", "engagement_p"]].to_numpy(float)
    assert row[["subscribers_p_holm", "views_p_holm", "engagement_p_holm"]].tolist() == pytest.approx(
        adjust_holm(p)
    )
    top = frame["engagement"] >= frame["engagement"].quantile(0.75)
    assert row["top_matched"] == top[inside].mean()
    assert row["top_unmatched"] == top[~inside].mean()
    assert row["top_matched_low"] < row["top_matched"] < row["top_matched_high"]


@pytest.mark.parametrize("on_it", [0, 200])
def test_where_nobody_or_everybody_is_matched_nothing_is_compared(on_it):
    row = describe_coverage({"2022-07": july(on_it=on_it)}).iloc[0]
    assert row["n_matched"] == on_it
    assert row[["views_superiority", "views_p", "views_p_holm"]].isna().all()
    assert row[["top_matched", "top_unmatched"]].isna().sum() == 1


def test_coverage_says_which_list_it_was_and_what_that_lacks():
    frame = july()
    frame.attrs["categories"] = {"month": "2022-09", "platform": "instagram", "absent": ("Music",)}
    row = describe_coverage({"2022-10": frame}).iloc[0]
    assert row[["platform", "list_month", "absent"]].tolist() == ["instagram", "2022-09", "Music"]
    assert describe_coverage(july().drop(columns="month"))["month"].tolist() == ["unknown"]


def test_months_come_in_order_of_time_and_where_from_is_handed_on():
    frame = july()
    frame.attrs["provenance"] = {"synthetic": True}
    panel = {"2022-09": frame, "2022-02": frame}
    for table in (
        describe_coverage(panel),
        summarise_genres(panel, **FAST),
        pool_lists(panel),
        compare_genres(frame, **FAST),
    ):
        assert table.attrs["provenance"] == {"synthetic": True}
    assert describe_coverage(panel)["month"].tolist() == ["2022-02", "2022-09"]
    summed = summarise_genres(panel, **FAST)
    assert summed["month"].tolist() == [ALL_LISTS, "2022-02", "2022-09"] * 2
    assert summed["outcome"].unique().tolist() == list(WHOLES)


def test_pooled_each_creator_counts_once_as_a_multiple_of_the_list_s_median():
    june = pd.DataFrame({"handle": ["ada", "bob", "eve"], "engagement": [8.0, 2.0, 1.0], "matched": True})
    june = june.assign(category=["Music", "Art", ""], audience_country=["", "India", "Spain"])
    september = june.assign(engagement=[2.0, 4.0, 4.0], category=["Shows", "", ""], audience_country="Spain")
    november = june.assign(category=["Shows", "", ""])
    pooled = pool_lists({"2022-09": september, "2022-06": june, "2022-11": november}, "engagement").set_index(
        "handle"
    )
    assert pooled.index.tolist() == ["ada", "bob"]
    assert pooled["n_lists"].tolist() == [3, 1]
    assert pooled["category"].tolist() == ["Shows", "Art"]
    assert pooled["audience_country"].tolist() == ["Spain", "India"]
    assert pooled["engagement"].tolist() == pytest.approx([(8 / 2 * 2 / 4 * 8 / 2) ** (1 / 3), 1])
    first = pool_lists({"2022-06": june, "2022-09": september}, "engagement").set_index("handle")
    assert first.loc["ada", "category"] == "Music", "the earlier of two"


def test_of_an_outcome_of_nothing_a_multiple_is_had_too():
    frame = july().assign(interactions=[0.0] * 150 + [9.0] * 50)
    assert np.isfinite(pool_lists(frame)["interactions"]).all()


def test_the_summary_counts_creators_once_and_names_what_stands_out():
    strong = july().assign(
        engagement=lambda df: np.where(df["category"] == "Music", df["engagement"] * 50, df["engagement"])
    )
    other = strong.assign(handle=strong["handle"].replace("h0", "new"))
    summed = summarise_genres({"2022-06": strong, "2022-07": other}, "engagement", **FAST).set_index("month")
    assert summed.loc[ALL_LISTS, ["n", "n_matched"]].tolist() == [201, 40]
    assert summed.loc["2022-06", ["n", "n_matched", "asked", "too_few"]].tolist() == [200, 40, 2, 0]
    assert all("Music" in names for names in summed["within_country"])
    assert summed["stand_out"].equals(summed["within_country"])
    assert "Music" in summed._repr_html_()


@pytest.fixture(scope="module")
def matched_real(real_lists, real_data_dir):
    if not (real_data_dir / FOLDER).is_dir():
        pytest.skip("the lists of Instagram aren't beside the real lists")
    return {
        month: match_categories(df, get_categories(month, data_dir=real_data_dir))
        for month, df in real_lists.items()
    }


@pytest.mark.real_data
def test_of_the_real_lists_no_genre_stands_out_within_a_country(matched_real):
    summed = summarise_genres(matched_real)
    assert summed["within_country"].tolist() == [()] * len(summed)
    pooled = summed[summed["month"] == ALL_LISTS]
    assert pooled["stand_out"].tolist() == [(), ()]
    if len(matched_real) == 6:
        assert pooled["n_category"].tolist() == [144, 144]
        named = {names for names in summed["stand_out"] if names}
        assert named == {("Sports with a ball",), ("Music",)}


@pytest.mark.real_data
def test_of_the_real_lists_one_in_fifteen_is_known_and_these_are_the_larger_ones(matched_real):
    coverage = describe_coverage(matched_real)
    assert coverage["share"].between(0.05, 0.08).all()
    assert (coverage["subscribers_superiority_low"] > 0.7).all()
    assert (coverage["engagement_superiority_low"] > 0.5).all()
    assert (coverage["top_matched_low"] > coverage["top_unmatched_high"]).all()
