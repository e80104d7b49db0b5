import re
from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_lists import make_list, make_split, shuffle

import acquire
import model
import prepare
from tiktok.leakage.audit import LeakageError, ModelError
from tiktok.model.client import (
    FEW_SIMILAR,
    _estimate,
    _fit_logistic,
    _read_count,
    score_creators,
    trace_scores,
)
from tiktok.model.curves import lay_basis, place_knots


@pytest.fixture(scope="module")
def split():
    return make_split(800)


def made_split(subscribers, success):
    creators = make_list(len(subscribers)).assign(subscribers=subscribers, success=success)
    return prepare.split_creators(creators)


def test_a_client_gets_a_probability_within_its_interval(split):
    scored = score_creators({"subscribers": [1e6, 3e6, 1e7]}, split)
    assert (scored["low"] < scored["probability"]).all()
    assert (scored["probability"] < scored["high"]).all()
    assert scored["low"].min() > 0
    assert scored["high"].max() < 1
    assert (scored["note"] == "").all()
    assert scored.attrs["base_rate"] == pytest.approx(np.mean(pd.concat(split)["success"]))


def test_the_probability_is_that_of_the_creators_who_are_alike():
    rng = np.random.default_rng(0)
    subscribers = np.geomspace(1e4, 1e8, 4000)
    truth = np.where(subscribers < 1e6, 0.1, 0.1 + 0.35 * np.log10(subscribers / 1e6))
    scored = score_creators({"subscribers": [1e5, 5e7]}, made_split(subscribers, rng.random(4000) < truth))
    assert scored["probability"].tolist() == pytest.approx([0.1, 0.69], abs=0.06)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    counts = pd.DataFrame({"subscribers": np.geomspace(1e5, 1e7, 300)})
    knots = place_knots(counts)
    design, one = lay_basis(counts, knots), lay_basis(pd.DataFrame({"subscribers": [1e6]}), knots)
    truth = 1 / (1 + np.exp(4 - 0.5 * np.log10(counts["subscribers"])))
    held = []
    for seed in range(200):
        success = np.random.default_rng(seed).random(300) < truth
        row = _estimate(_fit_logistic(success, design), one).iloc[0]
        held.append(row["low"] <= 1 / (1 + np.exp(4 - 3)) <= row["high"])
    assert 0.9 <= np.mean(held) <= 0.99


@pytest.mark.parametrize(
    ("subscribers", "said"),
    [
        (1.0, "no number: 1 subscribers lie outside this list, which runs from"),
        (5e12, "no number: 5e+03B subscribers lie outside"),
        (-3.0, "lie outside"),
        (np.inf, "lie outside"),
        (np.nan, "no number: subscribers are missing"),
    ],
)
def test_outside_the_list_there_is_a_reason_instead_of_a_number(split, subscribers, said):
    row = score_creators({"subscribers": [subscribers]}, split).iloc[0]
    assert row[["probability", "low", "high"]].isna().all()
    assert said in row["note"]
    assert row["similar"] == 0


def test_the_ends_of_the_list_are_inside(split):
    everybody = pd.concat(split)["subscribers"]
    scored = score_creators({"subscribers": [everybody.min(), everybody.max()]}, split)
    assert scored["probability"].notna().all()


def test_a_combination_that_nobody_has_is_refused_though_each_count_is_inside():
    split = make_split(800, by="interactions")
    everybody = pd.concat(split)
    clients = {
        "subscribers": [everybody["subscribers"].min(), 3e6],
        "views": [everybody["views"].max(), 2.5e6],
    }
    scored = score_creators(clients, split, ["subscribers", "views"])
    assert "within a factor of 2 of that" in scored["note"].iloc[0]
    assert scored["probability"].isna().tolist() == [True, False]


def test_few_similar_creators_make_a_wide_guess_with_a_number(split):
    top = pd.concat(split)["subscribers"].max()
    row = score_creators({"subscribers": [top]}, split).iloc[0]
    assert 0 < row["similar"] < FEW_SIMILAR
    assert row["note"].startswith("a wide guess")
    assert 0 < row["probability"] < 1


def test_similar_creators_are_within_a_factor_of_two_in_every_count(split):
    everybody = pd.concat(split)
    clients = {"subscribers": [3e6], "views": [2e6]}
    scored = score_creators(clients, make_split(800, by="interactions"), ["subscribers", "views"])
    near = everybody["subscribers"].between(1.5e6, 6e6) & everybody["views"].between(1e6, 4e6)
    assert scored["similar"].item() == near.sum()


def test_clients_keep_their_columns_their_index_and_their_order(split):
    clients = pd.DataFrame({"name": ["b", "a"], "subscribers": [1e7, 1e99]}, index=[7, 3])
    before = clients.copy()
    scored = score_creators(clients, split)
    pd.testing.assert_frame_equal(clients, before)
    pd.testing.assert_frame_equal(scored[["name", "subscribers"]], clients)
    assert scored.columns.tolist() == ["name", "subscribers", "probability", "low", "high", "similar", "note"]
    assert scored["probability"].notna().tolist() == [True, False]
    assert scored.attrs["provenance"]["synthetic"]


def test_no_client_gives_no_row(split):
    assert len(score_creators({"subscribers": []}, split)) == 0


def test_the_score_does_not_hang_on_the_order_of_the_list(split):
    clients = {"subscribers": [1e6, 1e7]}
    pd.testing.assert_frame_equal(
        score_creators(clients, split), score_creators(clients, shuffle(split)), check_exact=True
    )


def test_the_curve_runs_from_end_to_end_and_agrees_with_single_scores(split):
    curve = trace_scores(split)
    everybody = pd.concat(split)["subscribers"]
    assert curve["subscribers"].iloc[[0, -1]].tolist() == [everybody.min(), everybody.max()]
    assert curve["probability"].notna().all()
    again = score_creators(curve[["subscribers"]], split)
    pd.testing.assert_series_equal(curve["probability"], again["probability"])


def test_two_different_values_need_no_spline_design():
    success = np.random.default_rng(0).random(200) < np.repeat([0.2, 0.6], 100)
    scored = score_creators({"subscribers": [1e5, 1e6]}, made_split(np.repeat([1e5, 1e6], 100), success))
    assert scored["probability"].round(1).tolist() == [0.2, 0.6]


def test_bad_questions_are_refused_in_one_sentence(split):
    with pytest.raises(LeakageError):
        score_creators(
            {"views": [1e6], "likes": [1e5], "comments": [1e3], "shares": [1e3]},
            split,
            ["views", "likes", "comments", "shares"],
        )
    with pytest.raises(ModelError, match="table of clients has no column 'subscribers'"):
        score_creators({"followers": [1e6]}, split)
    with pytest.raises(ModelError, match="must be numbers"):
        score_creators({"subscribers": ["1.2M"]}, split)
    with pytest.raises(ModelError, match="only one class"):
        score_creators({"subscribers": [1e6]}, prepare.Split(*(part.assign(success=True) for part in split)))
    with pytest.raises(ModelError, match="no column 'success'"):
        score_creators(
            {"subscribers": [1e6]}, prepare.Split(*(part.drop(columns="success") for part in split))
        )


def test_classes_that_overlap_nowhere_give_no_probability():
    counts = pd.DataFrame({"subscribers": np.arange(1.0, 101)})
    with pytest.raises(ModelError, match="can be read off subscribers without an exception"):
        _fit_logistic(counts["subscribers"] > 50, lay_basis(counts, {}))


def test_two_copies_of_a_count_cannot_be_told_apart(split):
    doubled = prepare.Split(*(part.assign(followers=part["subscribers"]) for part in split))
    with pytest.raises(ModelError, match="subscribers, followers can't be told apart"):
        score_creators({"subscribers": [1e6], "followers": [1e6]}, doubled, ["subscribers", "followers"])


@pytest.mark.real_data
def test_in_july_many_subscribers_raise_the_chance(real_data_dir):
    creators = prepare.clean(acquire.get_tiktokers("2022-07", data_dir=real_data_dir))
    split = prepare.label_success(prepare.split_creators(creators))
    scored = score_creators({"subscribers": [1e6, 5e7, 1e9]}, split)
    assert scored["high"].iloc[0] < scored["low"].iloc[1]
    assert "lie outside this list" in scored["note"].iloc[2]


SPELT = [
    "1.2M", "1,2M", "1.2 m", "1.2 million", "1,2 Mio.", "1.2 Mn", "1200000", "1,200,000", "1 200 000",
    "1\u202f200\u00a0000", "1.200.000", "~1.2M", "≈ 1,2 Mio.",
    "1.2M+", "1.2M views", "1.2 million+ Views", "1200K",
    "1200 thousand", ".0012 billion", "1.2E6", "1200000.0", 1.2e6, 1_200_000,
]  # fmt: skip


@pytest.mark.parametrize("text", SPELT)
def test_a_count_is_read_however_a_person_writes_it(text):
    assert model.read_clients(one={"views": text})["views"].item() == 1.2e6


@settings(deadline=None)
@given(st.integers(1, 10**12 - 1))
def test_any_whole_count_is_read_plain_and_in_groups(count):
    dotted = f"{count:,}".replace(",", "." if count >= 1e6 else ",")  # one dot is a decimal point
    for text in (str(count), f"{count:,}", f"{count:,}".replace(",", " "), dotted, f"~{count}+ subs"):
        assert model.read_clients(one={"subscribers": text})["subscribers"].item() == count


@settings(deadline=None)
@given(st.decimals("0.01", 900, places=2), st.sampled_from(["K", " thousand", "M", " million", "B", " bn"]))
def test_any_short_count_is_read_with_a_point_and_with_a_comma(number, unit):
    size = {"k": 10**3, "t": 10**3, "m": 10**6, "b": 10**9}[unit.strip()[0].lower()]
    for text in (f"{number}{unit}", f"{number}{unit}".replace(".", ",")):
        assert model.read_clients(one={"views": text})["views"].item() == pytest.approx(float(number * size))


@settings(deadline=None)
@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_count_or_refused_by_name(text):
    refused = "What was typed has likes .*1.2 million" if _read_count(text, "likes") < 0 else None
    with pytest.raises(prepare.PrepareError, match=refused) if refused else nullcontext():
        likes = model.read_clients(one={"subscribers": "1M", "likes": text})["likes"].item()
        assert np.isnan(likes) or 0 <= likes < 1e12


@pytest.mark.parametrize(
    "text",
    [
        "12MM",
        "-5",
        "0",
        "many",
        "1,2",
        "1.2.3M",
        "12 34",
        "1e12",
        "٣M",
        "5 %",
        "1,2,3K",
        "1.2M followers",
        "views",
        "~",
        "2M++",
        "1.20.000",
        "0.200.000",
    ],
)
def test_a_count_that_is_none_is_refused_by_name(text):
    with pytest.raises(
        prepare.PrepareError, match=f"What was typed has views {re.escape(repr(text))}: write"
    ):
        model.read_clients(one={"views": text})


def test_what_a_client_does_not_have_is_refused():
    with pytest.raises(prepare.PrepareError, match="no 'fans': give some of subscribers, views"):
        model.read_clients(one={"fans": "1M"})


def test_nobody_named_is_a_table_without_rows():
    for one in (None, {}, {"subscribers": None, "views": ""}):
        assert model.read_clients(None, one).columns.tolist() == ["name", *prepare.METRICS]
        assert model.read_clients(None, one).empty


def written(tmp_path, text):
    path = tmp_path / "clients.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_is_read_by_the_meaning_of_its_headers(tmp_path):
    text = 'Follower count,Avg. Views,Creator,Likes\n"1,2M",800 thousand,Ann,\n,,,\n3 million,,,0\n'
    clients = model.read_clients(written(tmp_path, text), {"views": "2M"})
    assert clients["name"].tolist() == ["Ann", "client 3", "your client"]
    assert clients["subscribers"].tolist()[:2] == [1.2e6, 3e6]
    assert clients["likes"].fillna(-1).tolist() == [-1, 0, -1]
    assert clients["comments"].isna().all()


def test_semicolons_and_decimal_commas_are_read_too(tmp_path):
    clients = model.read_clients(written(tmp_path, "Name;Subscribers;Views\nAnn;1,2 Mio;0,8M\n"))
    assert clients.iloc[0, :3].tolist() == ["Ann", 1.2e6, 8e5]


def test_all_bad_rows_are_named_in_one_sentence(tmp_path):
    text = "name,subscribers,views\nAnn,1M,12MM\nBob,0,\nCy,2M,1M\nDee,,\n"
    with pytest.raises(prepare.PrepareError) as refused:
        model.read_clients(written(tmp_path, text))
    assert str(refused.value).startswith(
        "'clients.csv': data row 1 has views '12MM', data row 2 has subscribers '0', data row 4 has no count"
        ": write subscribers or views"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'.*clients.csv' is empty"),
        ("name,country\nAnn,US\n", "'clients.csv' has no column of subscribers, .* only 'name', 'country'"),
        ("subs,fans\n1,2\n", "'clients.csv': 'subs' and 'fans' may all be subscribers: leave one"),
        ("name,views\nAnn,1,2M\n", "has 3 cells in row 1"),
        ("<html>,", "is a web page"),
    ],
)
def test_a_table_that_is_none_is_one_sentence(text, said, tmp_path):
    with pytest.raises(prepare.PrepareError, match=said):
        model.read_clients(written(tmp_path, text))


def test_a_table_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(prepare.PrepareError, match="isn't there: check the path"):
        model.read_clients(tmp_path / "none.csv")


@pytest.fixture(scope="module")
def listed(panel_of_sample):
    return model.describe_listed(panel_of_sample["2022-07"], panel_of_sample)


def compared_with(listed, **one):
    return model.compare_clients(model.read_clients(one=one), listed).iloc[0]


def test_the_top_quarter_is_that_of_the_whole_list(panel_of_sample, listed):
    engagement = panel_of_sample["2022-07"]["engagement"]
    assert listed.threshold == np.quantile(engagement, 0.75)
    assert listed.creators["success"].mean() == pytest.approx(0.25, abs=0.002)


def test_peers_in_the_top_quarter_are_counted(listed):
    found = compared_with(listed, subscribers="2M")
    peers = listed.creators[listed.creators["subscribers"].between(1e6, 4e6)]
    assert found["peers"] == len(peers)
    assert found["peers_in_top"] == (peers["engagement"] >= listed.threshold).sum() > 0
    assert np.isnan(compared_with(listed, subscribers="2M", views="1M")["peers_in_top"])


def test_between_the_points_of_the_grid_the_chance_is_that_of_the_model(panel_of_sample, listed):
    split = [
        part.assign(success=part["engagement"] >= listed.threshold)
        for part in prepare.split_creators(panel_of_sample["2022-07"])
    ]
    subscribers = np.geomspace(*listed.creators["subscribers"].agg(["min", "max"]), 503)[1:-1]
    scored = score_creators({"subscribers": subscribers}, split)
    clients = pd.DataFrame({"name": "", "subscribers": subscribers}).reindex(
        columns=["name", *prepare.METRICS]
    )
    compared = model.compare_clients(clients, listed)
    known = compared["peers"] >= 5
    assert known.sum() > 400
    for end in ("low", "high"):
        assert (compared[f"chance_{end}"] - scored[end])[known].abs().max() < 0.001


def test_peers_have_half_to_double_the_subscribers(listed):
    found = compared_with(listed, subscribers="2M", views="3M", likes="400K")
    peers = listed.creators[listed.creators["subscribers"].between(1e6, 4e6)]
    assert found["peers"] == len(peers)
    assert found["peer_views_high"] == peers["views"].quantile(0.75)
    assert found["peer_rate_low"] == peers["engagement_rate"].quantile(0.25)
    assert found["views_to_peers"] == 3e6 / peers["views"].median()
    assert found["fewer_views"] == np.mean(listed.creators["views"] < 3e6)
    assert found["engagement"] == 3.4e6
    assert found["parts_missing"] == "comments and shares"
    assert found["of_threshold"] == 3.4e6 / listed.threshold


def test_what_became_of_the_like_is_counted_over_all_steps(panel_of_sample, listed):
    found = compared_with(listed, subscribers="2M", views="3M")
    pairs = prepare.pair_snapshots(panel_of_sample)
    like = pairs[pairs["subscribers"].between(1e6, 4e6) & pairs["views"].between(1.5e6, 6e6)]
    assert found["similar_listed"] == len(like)
    assert found["stayed"] == like["stayed"].mean()
    assert found["succeeded"] == like["success_next"].mean()
    assert found["stayed_count"] == like["stayed"].sum()
    assert found["succeeded_count"] == like["success_next"].sum()
    assert found["similar_in"] == "subscribers and views"


def test_the_usual_part_of_the_peers_is_added_where_parts_are_missing(listed):
    views = 0.9 * listed.threshold
    found = compared_with(listed, subscribers="2M", views=views, likes="50K")
    peers = listed.creators[listed.creators["subscribers"].between(1e6, 4e6)]
    shares = (peers["comments"] + peers["shares"]) / peers["views"]
    assert len(peers) >= FEW_SIMILAR
    for end, share in (("low", shares.quantile(0.25)), ("high", shares.quantile(0.75))):
        assert found[f"usual_{end}"] == pytest.approx(share)
        assert found[f"with_usual_{end}"] == pytest.approx(views + 5e4 + share * views)
        assert found[f"of_usual_{end}"] == found[f"with_usual_{end}"] / listed.threshold
    few = listed._replace(creators=peers.head(FEW_SIMILAR - 1))
    full = {"likes": "50K", "comments": 0, "shares": 0}
    for none in (
        compared_with(few, subscribers="2M", views=views),
        compared_with(listed, views=views),
        compared_with(listed, subscribers="2M", views=2 * listed.threshold),
        compared_with(listed, subscribers="2M", views=views, **full),
    ):
        assert none["engagement"] > 0
        assert np.isnan(none["usual_low"])


def test_nothing_is_added_up_without_views_or_where_a_part_exceeds_them(listed):
    alone = compared_with(listed, subscribers="4M", likes="50K", shares="20K")
    assert alone["parts_alone"] == "likes and shares"
    more = compared_with(listed, subscribers="4M", views="1M", likes="1.1M", comments="1K")
    assert more["more_than_views"] == "likes"
    assert more["note"] == "more likes than views: check the numbers"
    far = compared_with(listed, views=listed.creators["views"].max(), likes=0.01)
    assert far["far_below"] == "likes"
    for found in (alone, more, far):
        assert found[["engagement", "of_threshold"]].isna().all()
        assert found["parts_missing"] == ""


def test_a_bare_small_number_may_be_meant_in_millions(listed):
    found = compared_with(listed, subscribers="5", views="999", likes="0.01")
    assert found[["bare_subscribers", "bare_views"]].tolist() == [5, 999]
    found = compared_with(listed, subscribers="4M", views="1000")
    assert found["far_below"] == "views"
    assert np.isnan(found["bare_views"])


def test_one_dot_is_a_decimal_point():
    assert model.read_clients(one={"shares": "1.200"})["shares"].item() == 1.2


def test_ties_at_the_ends_are_told_apart_from_less_and_more(listed):
    least, most = listed.creators["subscribers"].agg(["min", "max"])
    assert compared_with(listed, subscribers=most)["more_subscribers"] == 0
    assert 0 < compared_with(listed, subscribers=most)["fewer_subscribers"] < 1
    assert compared_with(listed, subscribers=least)["more_subscribers"] < 1


def test_a_chance_by_size_is_given_only_where_size_is_all_that_is_known(listed):
    assert compared_with(listed, subscribers="2M")["chance_low"] > 0
    for more in ("views", "likes", "comments", "shares"):
        assert np.isnan(compared_with(listed, subscribers="2M", **{more: "1K"})["chance_low"])


def test_ten_times_outside_the_list_nothing_is_computed_from_a_count(listed):
    most = listed.creators["subscribers"].max()
    near, far = (compared_with(listed, subscribers=most * by, views="3M") for by in (9.9, 10.1))
    assert near["fewer_subscribers"] == 1
    assert near["far_above"] == ""
    assert far["far_above"] == "subscribers"
    assert far["note"] == "subscribers far above this list"
    assert np.isnan(far["fewer_subscribers"])
    without = compared_with(listed, views="3M")
    same = ["fewer_views", "engagement", "of_threshold", "similar_listed", "stayed", "succeeded", "peers"]
    pd.testing.assert_series_equal(far[same], without[same])


def test_below_a_tenth_of_the_list_nothing_is_computed_from_a_count(listed):
    least = listed.creators["views"].min()
    near, far = (compared_with(listed, views=least / by) for by in (9.9, 10.1))
    assert near["fewer_views"] == 0
    assert near["engagement"] == least / 9.9
    assert far["far_below"] == "views"
    assert far["note"] == "views far below this list"
    assert far[["fewer_views", "engagement", "of_threshold", "similar_listed"]].isna().all()


def test_of_fewer_than_five_alike_nothing_is_told(listed):
    for few in (4, 5):
        one_list = listed.creators.sort_values("subscribers").head(few)
        followed = listed.followed.sort_values("subscribers").head(few)
        less = listed._replace(
            creators=one_list.assign(subscribers=1e6), followed=followed.assign(subscribers=1e6)
        )
        found = compared_with(less, subscribers="1.1M")
        assert found["peers"] == found["similar_listed"] == few
        assert np.isnan(found["peer_views_median"]) == np.isnan(found["stayed"]) == (few < 5)
        assert ("too few of its size" in found["note"]) == (few < 5)
        assert ("too few of its like" in found["note"]) == (few < 5)


def test_outside_the_list_there_is_a_place_but_no_chance(listed):
    least = listed.creators["subscribers"].min()
    found = compared_with(listed, subscribers=least / 3)
    assert found["fewer_subscribers"] == 0
    assert found[["chance_low", "chance_high", "peer_views_median", "stayed"]].isna().all()
    assert found["note"].startswith("too few of its size")


def test_a_count_of_nought_is_no_far_cry(listed):
    found = compared_with(listed, views="3M", likes="0", comments="0", shares=0)
    assert found["far_below"] == found["parts_missing"] == found["note"] == ""
    assert found["engagement"] == 3e6


def test_clients_are_ranked_by_their_views_beside_their_peers_then_by_size(listed):
    clients = pd.concat(
        model.read_clients(one=one)
        for one in (
            {"subscribers": "1M"}, {"subscribers": "1M", "views": "2M"}, {"subscribers": "9M"},
            {"subscribers": "100K", "views": "4M"}, {"subscribers": "90B"}, {"likes": "1M"},
        )
    )  # fmt: skip
    compared = model.compare_clients(clients.set_axis([*"abcdef"]), listed)
    assert compared.index.tolist() == [*"abcdef"]
    assert compared["place"].tolist() == [4, 2, 3, 1, 5, 6]


def test_one_list_or_one_without_a_model_answers_the_rest(panel_of_sample):
    july = {"2022-07": panel_of_sample["2022-07"]}
    alone = compared_with(model.describe_listed(july["2022-07"], july), subscribers="2M")
    assert alone["chance_low"] > 0
    assert np.isnan(alone["similar_listed"])
    short = model.describe_listed(july["2022-07"].head(30), july)
    assert short.chances.empty
    found = compared_with(short, subscribers=short.creators["subscribers"].median())
    assert found["peers"] >= 5
    assert np.isnan(found["chance_low"])


def test_clients_and_list_stay_as_they_are(listed):
    clients = model.read_clients(one={"subscribers": "2M"})
    before = clients.copy()
    compared = model.compare_clients(clients, listed)
    pd.testing.assert_frame_equal(clients, before)
    assert compared.attrs["provenance"]["synthetic"]
    assert model.compare_clients(clients.head(0), listed).columns.tolist() == compared.columns.tolist()
