import numpy as np
import pandas as pd
import pytest

import acquire
import model
import prepare
from tiktok.model import client
from tiktok.story import client as client_room


@pytest.fixture(scope="module")
def creators():
    return prepare.clean(acquire.get_tiktokers("2022-07", source="sample"))


@pytest.mark.parametrize("text", ["12MM", "-5", "0", "", "many"])
def test_a_count_that_is_none_is_refused_by_name(text):
    with pytest.raises(prepare.PrepareError, match="views"):
        client.read_client(views=text)


def test_a_client_stands_where_its_counts_do(creators):
    least, most = creators["views"].min(), creators["views"].max()
    placed = client.place_client(creators, {"views": least, "subscribers": 1e12})
    assert placed["below"].tolist() == [0.0, 1.0]
    assert client.place_client(creators, {"views": most})["below"].item() == pytest.approx(
        1 - 1 / len(creators)
    )


def test_a_count_that_the_list_has_not_is_named(creators):
    with pytest.raises(
        model.ModelError, match=r"The list has no column 'fans' .*: name some of subscribers, "
    ):
        client.place_client(creators, {"fans": 1e6})


def test_each_question_is_answered_only_where_its_counts_are_known(creators):
    assert client.score_client(creators, {"views": 1e6}) == []
    assert [s.attrs["success_by"] for s in client.score_client(creators, {"subscribers": 1e6})] == [
        "engagement"
    ]
    both = client.score_client(creators, {"subscribers": 1e6, "views": 3e6})
    assert [s.attrs["success_by"] for s in both] == ["engagement", "interactions"]


def test_more_views_make_interactions_likelier_and_entry_easier(creators):
    few, many = (client.score_client(creators, {"subscribers": 4e6, "views": v})[1] for v in (2e6, 8e6))
    assert few["probability"].item() < many["probability"].item()
    low, high = (client.ask_of_client(creators, v)["reactions_to_enter"].item() for v in (2e6, 8e6))
    assert low == pytest.approx(high * 16)  # views count once, and once more through the likes


def test_the_lowest_product_is_reached_by_the_reactions_that_are_asked_for(creators):
    asked = client.ask_of_client(creators, 2e6).iloc[0]
    product = asked["views"] * asked["likes"] * asked["reactions_to_enter"]
    score = creators["views"] * creators["likes"] * (creators["comments"] + creators["shares"])
    assert product == pytest.approx(score.min())


def test_nobody_named_is_said_and_nothing_is_shown():
    assert client_room.show_place(client.place_client(pd.DataFrame(), {})) is None
    assert "No client was named" in client_room.say_client({}, [], None).data


def test_outside_the_list_the_sentence_gives_the_reason_and_no_number(creators):
    yours = {"subscribers": 2e9}
    said = client_room.say_client(yours, client.score_client(creators, yours), None).data
    assert "no number" in said
    assert "probability of" not in said


def test_the_sentence_never_says_nan(creators):
    for subscribers, views in [(1e3, 1e3), (1e6, 1e5), (1e8, 1e9), (np.nextafter(0, 1), 1)]:
        yours = {"subscribers": subscribers, "views": views}
        asked = client.ask_of_client(creators, views)
        assert "nan" not in client_room.say_client(yours, client.score_client(creators, yours), asked).data
