import numpy as np
import pandas as pd

from tiktok import story


def test_a_profile_that_tells_nothing_is_one_sentence_and_untested_marks_are_none():
    pooled = pd.DataFrame(
        {
            "profile": ["handle_has_dot", "name_thai", "handle_has_digit"],
            "outcome": "engagement",
            "months": [5, 0, 5],
            "significant_in": [1, 0, 4],
            "pooled": [0.5, np.nan, 0.4],
        }
    )
    said = story.say_profiles(pooled).data
    assert "none holds in every month" in said
    assert "thai" not in said
