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


@pytest.mark.slow
def test_every_finding_is_asked_of_every_panel(every_panel):
    asked = tabulate(every_panel).groupby("finding")["month"].nunique()
    assert (asked.drop(headlines.AHEAD, errors="ignore") == len(every_panel)).all()
