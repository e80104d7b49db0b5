import numpy as np
import pandas as pd
import pytest

import acquire
import prepare
from tiktok import story

HOSTILE = ["<script>alert(1)</script>", "=HYPERLINK(1)", "**bold** $x$ [a](b)", "‮right to left", "x" * 10_000]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_the_data_is_never_markup_in_a_table(text):
    page = story.show_table(pd.DataFrame({"name": [text]}), caption=text).data
    assert "<script" not in page
    assert "$x$" not in page.split("<tbody>")[0]


def test_a_table_is_the_same_every_time_and_writes_missing_values_in_words():
    frame = pd.DataFrame({"a": [1.0, np.nan]})
    first, second = (story.show_table(frame, "caption").data for _ in range(2))
    assert first == second
    assert "n/a" in first


@pytest.mark.parametrize("cells", [{}, {"Views. Avg": "900B"}])
def test_counts_of_another_size_than_those_of_the_published_lists_are_told_at_the_top(cells):
    raw = acquire.get_tiktokers(source="sample")
    warned = story.warn_of_counts(prepare.clean(raw.assign(**cells)))
    assert (warned is not None) == bool(cells)
    if cells:
        assert warned.data.startswith("**Look at the file first")
        assert "views" in warned.data
