import numpy as np
import pandas as pd
import pytest

import acquire
import model
import prepare
from tiktok import story


@pytest.fixture(scope="module")
def creators():
    return prepare.clean(acquire.get_tiktokers("2022-07", source="sample"))


def test_nobody_named_is_said_and_nothing_is_shown():
    assert story.show_place(model.place_client(pd.DataFrame(), {})) is None
    assert "No client was named" in story.say_client({}, [], None).data


def test_outside_the_list_the_sentence_gives_the_reason_and_no_number(creators):
    yours = {"subscribers": 2e9}
    said = story.say_client(yours, model.score_client(creators, yours), None).data
    assert "no number" in said
    assert "probability of" not in said


def test_the_sentence_never_says_nan(creators):
    for subscribers, views in [(1e3, 1e3), (1e6, 1e5), (1e8, 1e9), (np.nextafter(0, 1), 1)]:
        yours = {"subscribers": subscribers, "views": views}
        asked = model.ask_of_client(creators, views)
        assert "nan" not in story.say_client(yours, model.score_client(creators, yours), asked).data
