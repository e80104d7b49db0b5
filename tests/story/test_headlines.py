import pandas as pd
import pytest
from headline_claims import made, read_headlines, tabulate

from tiktok import story
from tiktok.story import headlines


def test_the_table_shows_every_finding_once_a_definition_and_month():
    table = made()
    read = read_headlines(story.show_headlines(table).data)
    expected = table[read.columns].sort_values(list(read.columns), ignore_index=True)
    pd.testing.assert_frame_equal(read, expected, check_dtype=False)


def test_forecasts_stand_beside_them_under_the_month_that_was_forecast():
    ahead = pd.DataFrame({"definition": "engagement", "outcome": "success_next", "month_next": ["2022-09"]})
    ahead = ahead.assign(gain=0.05, low=0.01, high=0.09, better=True)
    ahead = pd.concat([ahead, ahead.assign(outcome="engagement_next")])
    table = made()
    page = story.show_headlines(table[table["finding"] != headlines.AHEAD], ahead).data
    read = read_headlines(page)
    told = read[read["finding"] == headlines.AHEAD]
    assert told[["definition", "month", "verdict"]].to_numpy().tolist() == [["engagement", "2022-09", "yes"]]


@pytest.mark.slow
def test_every_finding_is_asked_of_every_panel(every_panel):
    asked = tabulate(every_panel).groupby("finding")["month"].nunique()
    assert (asked == len(every_panel)).all()
