import numpy as np
import pandas as pd
import pytest

from acquire import get_panel
from explore import ExploreError, fit_selection, plot_selection
from prepare import clean
from tiktok import story
from tiktok.explore.list_cut import HEAVY, PAIRS
from tiktok.lists.columns import ENGAGEMENT_PARTS, list_score

RELATIONS = np.array([[1, 0.9, 0.8, 0.7], [0.9, 1, 0.8, 0.7], [0.8, 0.8, 1, 0.6], [0.7, 0.7, 0.6, 1]])


def cut_list(seed, *, everybody=60_000, listed=1000, heavy=False, relations=RELATIONS):
    """The first thousand by the product, of creators whose logs correlate as given, or nearly so."""
    rng = np.random.default_rng(seed)
    logs = rng.multivariate_normal(np.zeros(4), relations, size=everybody)
    if heavy:  # of the product's part alone
        weights = np.array([1, 1, 0.5, 0.5]) / 3
        product = logs @ weights
        slopes = relations @ weights / (weights @ relations @ weights)
        drawn = rng.standard_t(HEAVY, size=everybody) * np.sqrt((HEAVY - 2) / HEAVY) * product.std()
        logs += np.outer(drawn - product, slopes)
    counts = pd.DataFrame(np.exp(1.5 * logs + [14, 12, 6, 7]), columns=list(ENGAGEMENT_PARTS))
    return counts.loc[list_score(counts).nlargest(listed).index]


def of_pair(fitted, x, y, tail="normal"):
    return fitted.set_index(["x", "y", "tail"]).loc[(x, y, tail)]


def test_a_relation_that_the_cut_hides_is_found_again_and_the_bounds_hold_the_truth():
    held = []
    for seed in range(12):
        fitted = fit_selection(cut_list(seed))
        row = of_pair(fitted, "views", "shares")
        assert row["inside"] < 0.35
        assert row["low"] > row["inside"]
        held.append(row["low"] <= 0.7 <= row["high"])
    assert sum(held) >= 10


def test_unrelated_counts_are_not_said_to_go_together():
    """The cut alone makes them go against each other; among all creators there may be nothing."""
    fitted = fit_selection(cut_list(3, relations=np.eye(4), everybody=200_000))
    row = of_pair(fitted, "views", "shares")
    assert row["inside"] < -0.1
    assert row["low"] < 0.1


def test_heavier_tails_leave_less_of_a_relation():
    fitted = fit_selection(cut_list(1, heavy=True))
    for x, y in PAIRS:
        assert of_pair(fitted, x, y, "heavy")["value"] < of_pair(fitted, x, y)["value"]
    row = of_pair(fitted, "views", "shares", "heavy")
    assert row["low"] - 0.1 <= 0.7 <= row["high"] + 0.1


def test_what_was_fitted_gives_the_list_again_when_it_is_cut():
    """Counts that go together at 0.6 in one pair and not at all in another, as in July."""
    listed = cut_list(5)
    fitted = fit_selection(listed)
    matrix = np.eye(4)
    for (x, y), value in fitted[fitted["tail"] == "normal"].groupby(["x", "y"])["value"].first().items():
        i, j = ENGAGEMENT_PARTS.index(x), ENGAGEMENT_PARTS.index(y)
        matrix[i, j] = matrix[j, i] = value
    again = fit_selection(cut_list(6, relations=matrix))
    together = fitted.merge(again, on=["x", "y", "tail"], suffixes=("", "_again"))
    assert (together["inside"] - together["inside_again"]).abs().max() < 0.12


def test_creators_without_a_reaction_are_left_out_and_too_few_refused():
    listed = cut_list(2)
    none = listed.assign(comments=0.0, shares=0.0).iloc[:5]
    pd.testing.assert_frame_equal(
        fit_selection(pd.concat([listed, none])).round(6), fit_selection(listed).round(6)
    )
    with pytest.raises(ExploreError, match="at least"):
        fit_selection(listed.head(5))


@pytest.mark.parametrize("broken", [{"views": np.nan}, {"views": 1.0}])
def test_a_count_that_says_nothing_is_named(broken):
    with pytest.raises(ExploreError, match="views"):
        fit_selection(cut_list(2).assign(**broken))


def test_the_figure_shows_the_list_and_both_tails_of_every_pair():
    fitted = fit_selection(cut_list(4))
    figure = plot_selection(fitted)
    ax = figure.axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == [f"{x} and {y}" for x, y in PAIRS]
    assert len(figure.legends[0].get_texts()) == 3


def test_the_sentence_claims_what_both_tails_hold():
    fitted = fit_selection(cut_list(4))
    said = story.say_selection(fitted).data
    assert "go together more than inside it" in said
    assert "all six pairs" in said
    unsure = story.say_selection(fitted.assign(low=-0.9)).data
    assert "they don't surely go together more than inside it" in unsure
    assert "none of the six pairs of counts goes together more" in unsure


@pytest.fixture(scope="module", params=["sample", pytest.param("local", marks=pytest.mark.real_data)])
def lists(request):
    if request.param == "local":
        request.getfixturevalue("real_data_dir")
    return {month: clean(raw) for month, raw in get_panel(source=request.param).items()}


def test_in_every_month_views_and_shares_go_together_more_among_all_creators_than_inside(lists):
    for creators in lists.values():
        fitted = fit_selection(creators)
        row = fitted[(fitted["x"] == "views") & (fitted["y"] == "shares")]
        assert (row["low"] > row["inside"]).all()
        assert "they go together more than inside it" in story.say_selection(fitted).data
