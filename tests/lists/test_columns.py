import pandas as pd
import pytest

from tiktok.lists.columns import list_score, require_columns, require_month


def test_a_missing_column_is_named_beside_those_that_are_there():
    df = pd.DataFrame({"likes": [1], "shares": [1]})
    require_columns(df, ["likes"], ValueError)
    sentence = (
        r"^The frame has no column 'views', 'comments' \(it has likes, shares\): hand over .*clean\(\) "
    )
    with pytest.raises(ValueError, match=sentence):
        require_columns(df, ["views", "likes", "comments"], ValueError)
    with pytest.raises(TypeError, match=r"^The list has no column 'views' \(it has none\): look again\.$"):
        require_columns(pd.DataFrame(), ["views"], TypeError, whose="The list", hint="look again")


@pytest.mark.parametrize(
    "month", ["July", "2022-13", "2022-7", "202207", "2022-07-01", "２０２２-07", 202207]
)
def test_a_month_is_written_as_year_and_month(month):
    require_month("2022-07", ValueError)
    with pytest.raises(ValueError, match="is no month: write it as YYYY-MM"):
        require_month(month, ValueError)


def test_the_list_is_ordered_by_views_times_likes_times_reactions():
    one = {"views": [10.0], "likes": [4.0], "comments": [2.0], "shares": [1.0]}
    assert list_score(pd.DataFrame(one)).tolist() == [120.0]
