import numpy as np
import pandas as pd
import pytest
from made_lists import make_list, make_split, shuffle

import acquire
import model
import prepare
from tiktok.leakage.audit import LeakageError, ModelError
from tiktok.model.client import (
    FEW_SIMILAR,
    _estimate,
    _fit_logistic,
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


@pytest.fixture(scope="module")
def creators():
    return prepare.clean(acquire.get_tiktokers("2022-07", source="sample"))


@pytest.mark.parametrize("text", ["12MM", "-5", "0", "", "many"])
def test_a_count_that_is_none_is_refused_by_name(text):
    with pytest.raises(prepare.PrepareError, match="views"):
        model.read_client(views=text)


def test_a_client_stands_where_its_counts_do(creators):
    least, most = creators["views"].min(), creators["views"].max()
    placed = model.place_client(creators, {"views": least, "subscribers": 1e12})
    assert placed["below"].tolist() == [0.0, 1.0]
    assert model.place_client(creators, {"views": most})["below"].item() == pytest.approx(
        1 - 1 / len(creators)
    )


def test_a_count_that_the_list_has_not_is_named(creators):
    with pytest.raises(ModelError, match=r"The list has no column 'fans' .*: name some of subscribers, "):
        model.place_client(creators, {"fans": 1e6})


def test_each_question_is_answered_only_where_its_counts_are_known(creators):
    assert model.score_client(creators, {"views": 1e6}) == []
    assert [s.attrs["success_by"] for s in model.score_client(creators, {"subscribers": 1e6})] == [
        "engagement"
    ]
    both = model.score_client(creators, {"subscribers": 1e6, "views": 3e6})
    assert [s.attrs["success_by"] for s in both] == ["engagement", "interactions"]


def test_more_views_make_interactions_likelier_and_entry_easier(creators):
    few, many = (model.score_client(creators, {"subscribers": 4e6, "views": v})[1] for v in (2e6, 8e6))
    assert few["probability"].item() < many["probability"].item()
    low, high = (model.ask_of_client(creators, v)["reactions_to_enter"].item() for v in (2e6, 8e6))
    assert low == pytest.approx(high * 16)  # views count once, and once more through the likes


def test_the_lowest_product_is_reached_by_the_reactions_that_are_asked_for(creators):
    asked = model.ask_of_client(creators, 2e6).iloc[0]
    product = asked["views"] * asked["likes"] * asked["reactions_to_enter"]
    score = creators["views"] * creators["likes"] * (creators["comments"] + creators["shares"])
    assert product == pytest.approx(score.min())
