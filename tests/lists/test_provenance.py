import pandas as pd
import pytest

from tiktok.lists.provenance import hand_on, is_synthetic


def synthetic_frame():
    df = pd.DataFrame({"likes": [1.0]})
    df.attrs["provenance"] = {"synthetic": True}
    return df


@pytest.mark.parametrize("attrs", [{}, {"provenance": {}}, {"provenance": {"synthetic": False}}])
def test_only_what_says_so_is_synthetic(attrs):
    df = pd.DataFrame()
    df.attrs.update(attrs)
    assert is_synthetic(df) is False
    assert is_synthetic(synthetic_frame()) is True


def test_a_result_knows_where_the_list_or_the_panel_behind_it_came_from():
    assert is_synthetic(hand_on(synthetic_frame(), pd.DataFrame()))
    assert is_synthetic(hand_on({"2022-07": synthetic_frame()}, pd.DataFrame()))
    result = pd.DataFrame()
    assert hand_on(synthetic_frame(), result) is result


def test_provenance_is_handed_on_as_a_copy():
    source, result = synthetic_frame(), pd.DataFrame()
    hand_on(source, result).attrs["provenance"]["synthetic"] = False
    assert is_synthetic(source)
    assert hand_on(pd.DataFrame(), pd.DataFrame()).attrs == {}
