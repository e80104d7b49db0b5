"""The story told on each of the other real lists."""

import pytest
import stories
from real_lists import FILES
from told import require_told, shown, text_and_headlines

OTHERS = ["2022-02", "2022-06", "2022-09", "2022-11", "2022-12"]  # June has no ranks


@pytest.fixture(scope="session")
def told_on_every_month(real_data_dir):
    return stories.tell_months(OTHERS)


@pytest.mark.real_data
@pytest.mark.parametrize("month", OTHERS)
def test_the_story_can_be_told_on_every_month(month, told_on_every_month):
    told = told_on_every_month[month]
    require_told(told)
    assert all(page.count("<tr>") >= 2 for page in shown(told, "text/html") if "<table" in page)
    assert text_and_headlines(told)[1]["month"].nunique() == len(FILES)
