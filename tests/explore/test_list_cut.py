"""What a cut does to correlations agrees with the theory where there is one, and is never overclaimed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from acquire import get_panel
from explore import ExploreError
from prepare import clean
from tiktok.explore import list_cut
from tiktok.explore.list_cut import PAIRS, compare_with_selection, plot_selection, simulate_selection
from tiktok.lists.columns import ENGAGEMENT_PARTS, list_score


def inside_of(simulated):
    return simulated.set_index(["x", "y"])["inside"]


def theory_of_a_cut(linear, listed_share):
    """Correlations after a cut by a weighted sum of normals (Aitken 1935).

    Where the spread is next to none, log(comments + shares) is their mean up to a constant, so that the rule
    is the weighted sum 1, 1, 1/2, 1/2.
    """
    weights = np.array([1, 1, 0.5, 0.5])
    covariance = np.full((4, 4), linear) + (1 - linear) * np.eye(4)
    with_score = covariance @ weights
    variance_left = stats.truncnorm(stats.norm.isf(listed_share), np.inf).var()
    inside = covariance - (1 - variance_left) * np.outer(with_score, with_score) / (weights @ with_score)
    spread = np.sqrt(np.diag(inside))
    return inside / np.outer(spread, spread)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("listed_share", [0.2, 0.02])
def test_the_cut_agrees_with_theory_where_the_rule_is_a_weighted_sum(correlation, listed_share):
    population = 400_000
    normals = np.random.default_rng(1).standard_normal((5, population), dtype=np.float32)
    listed = list_cut._list_first(normals, correlation, 0.001, round(listed_share * population))
    theory = theory_of_a_cut(2 * np.sin(np.pi * correlation / 6), listed_share)
    assert np.allclose(np.log(listed).corr(), theory, atol=0.025)


def test_almost_no_cut_leaves_the_correlation_as_it_was():
    simulated = simulate_selection([0.0, 0.3, 0.7], [20_000], n_listed=19_990, draws=2)
    assert np.allclose(simulated["inside"], simulated["correlation"], atol=0.03)


def test_the_cut_alone_turns_independent_counts_into_opposed_ones():
    assert (simulate_selection([0.0], [100_000], draws=3)["high"] < 0).all()


def test_the_cut_alone_can_hide_a_strong_relation():
    inside = inside_of(simulate_selection([0.7], [1_000_000], draws=1))
    assert inside["views", "shares"] == pytest.approx(0, abs=0.15)
    assert inside["views", "likes"] < 0


def test_the_sharper_the_cut_the_less_is_left():
    simulated = simulate_selection([0.8], [3_000, 30_000, 300_000], draws=3)
    means = simulated.groupby("population")["inside"].mean()
    assert means.is_monotonic_decreasing
    assert means.iloc[0] - means.iloc[-1] > 0.2


def test_the_spread_that_was_assumed_hardly_matters():
    narrow, wide = (simulate_selection([0.6], [50_000], draws=4, spread=spread) for spread in (1, 2.5))
    assert np.allclose(narrow["inside"], wide["inside"], atol=0.1)


@settings(max_examples=20, deadline=None)
@given(
    correlation=st.floats(0, 0.99),
    spread=st.floats(0.1, 4),
    n_listed=st.integers(3, 400),
    seed=st.integers(0, 99),
)
def test_leaving_out_who_cannot_be_listed_leaves_out_nobody_who_can(correlation, spread, n_listed, seed):
    normals = np.random.default_rng(seed).standard_normal((5, 500), dtype=np.float32)
    listed = list_cut._list_first(normals, correlation, spread, n_listed)
    linear = 2 * np.sin(np.pi * correlation / 6)
    logs = spread * (np.sqrt(linear) * normals[0] + np.sqrt(1 - linear) * normals[1:]).T.astype(float)
    everybody = list_score(pd.DataFrame(np.exp(logs), columns=ENGAGEMENT_PARTS)).nlargest(n_listed)
    assert len(listed) == n_listed
    assert np.allclose(list_score(listed), everybody, rtol=1e-4)


def test_a_simulation_is_repeated_by_its_seed_and_changed_by_another():
    ask = {"correlations": [0.5], "populations": [5_000], "draws": 2}
    pd.testing.assert_frame_equal(simulate_selection(**ask), simulate_selection(**ask))
    assert not np.allclose(simulate_selection(**ask)["inside"], simulate_selection(**ask, seed=1)["inside"])


def test_a_simulation_has_a_row_for_each_setting_and_pair_with_the_range_of_its_draws():
    simulated = simulate_selection([0, 0.5], [5_000, 10_000], draws=3)
    assert len(simulated) == 2 * 2 * 6
    assert (simulated["low"] < simulated["inside"]).all()
    assert (simulated["inside"] < simulated["high"]).all()
    assert (simulated["draws"] == 3).all()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        ({"correlations": [1.0]}, "correlation of 1 can't"),
        ({"correlations": [-0.1]}, "correlation of -0.1 can't"),
        ({"populations": [1000]}, "list of 1000 can't be cut out of 1000"),
        ({"n_listed": 2}, "hold at least 3"),
        ({"draws": 0}, "Nothing to simulate"),
        ({"spread": 0}, "Nothing to simulate"),
        ({"correlations": []}, "Nothing to simulate"),
        ({"populations": []}, "Nothing to simulate"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_one_sentence(ask, message):
    with pytest.raises(ExploreError, match=message):
        simulate_selection(**ask)


def test_the_hidden_correlation_is_read_off_the_simulated_curve():
    curve = pd.DataFrame(
        {
            "population": 10_000,
            "correlation": [0.0, 0.4, 0.8],
            "x": "views",
            "y": "shares",
            "inside": [-0.2, -0.3, 0.3],
        }
    )
    df = pd.DataFrame({"views": [1.0, 2, 3, 4], "likes": 1.0, "comments": 1.0, "shares": [3.0, 1, 4, 2]})
    df.loc[0, ["likes", "comments"]] = 2.0
    compared = compare_with_selection(df, curve).iloc[0]
    assert compared["observed"] == pytest.approx(0)
    assert compared["hidden"] == pytest.approx(0.6)
    assert compared["reason"] == ""
    weaker = compare_with_selection(df, curve.assign(inside=[0.1, 0.2, 0.3])).iloc[0]
    assert np.isnan(weaker["hidden"])
    assert weaker["reason"] == "weaker than any that was simulated"
    stronger = compare_with_selection(df, curve.assign(inside=[-0.3, -0.2, -0.1])).iloc[0]
    assert np.isnan(stronger["hidden"])
    assert stronger["reason"] == "stronger than any that was simulated"


def test_a_list_cut_out_of_a_simulated_population_gives_its_correlation_back():
    normals = np.random.default_rng(77).standard_normal((5, 100_000), dtype=np.float32)
    df = list_cut._list_first(normals, 0.85, 1.5, 1000)
    simulated = simulate_selection([0.6, 0.7, 0.8, 0.85, 0.9, 0.95], [100_000], draws=5)
    assert np.allclose(compare_with_selection(df, simulated)["hidden"], 0.85, atol=0.06)


def test_a_list_without_a_count_is_refused():
    with pytest.raises(ExploreError, match="no column 'views', 'comments', 'shares'"):
        compare_with_selection(pd.DataFrame({"likes": [1.0]}), pd.DataFrame())


def test_the_figure_has_a_panel_for_each_pair_and_names_what_this_list_shows():
    df = pd.DataFrame(np.random.default_rng(3).lognormal(8, 1, size=(200, 4)), columns=ENGAGEMENT_PARTS)
    df.attrs["provenance"] = {"synthetic": True}
    simulated = simulate_selection([0, 0.5, 0.9], [5_000, 50_000], draws=2)
    compared = compare_with_selection(df, simulated)
    fig = plot_selection(simulated, compared)
    titles = [ax.get_title() or ax.get_title(loc="left") for ax in fig.axes]
    seen = compared[compared["population"] == 5_000]["observed"]
    assert titles == [f"{x} and {y}: {value:.2f} here" for (x, y), value in zip(PAIRS, seen, strict=True)]
    labels = [text.get_text() for text in fig.legends[0].get_texts()]
    assert labels == ["cut out of 5K", "cut out of 50K", "without a cut", "this list"]
    assert "SYNTHETIC" in fig.get_label()
    assert "50K creators" in fig.get_label()


def test_the_figure_can_do_without_a_list():
    fig = plot_selection(simulate_selection([0, 0.5], [5_000], draws=1))
    assert "this list" not in [text.get_text() for text in fig.legends[0].get_texts()]
    assert "SYNTHETIC" not in fig.get_label()


@pytest.mark.real_data
def test_what_the_real_list_shows_of_views_and_shares_could_hide_a_strong_relation(real_data_dir):
    raw = get_panel(["2022-07"], source="local", data_dir=real_data_dir)["2022-07"]
    compared = compare_with_selection(clean(raw, month="2022-07"), simulate_selection(draws=2))
    one = compared[(compared["x"] == "views") & (compared["y"] == "shares")].set_index("population")
    assert one["observed"].iloc[0] == pytest.approx(-0.06, abs=0.01)
    assert one["hidden"].is_monotonic_increasing
    assert one.loc[1_000_000, "hidden"] > 0.5
