import numpy as np
import pandas as pd
import pytest

from explore import ExploreError, correlation_tests
from tiktok.explore.correlations import COEFFICIENTS
from tiktok.explore.months import (
    correlations_by_month,
    months_between,
    plot_forest,
    pool_correlations,
    require_two_months,
    say_where,
)
from tiktok.figures import SYNTHETIC_MARK

MONTHS = ("2022-02", "2022-06", "2022-07")
PAIRS = {"shares": ("views", "likes")}


def some_panel(slopes=(1.0, 1.0, 1.0), creators=80, stay=True, seed=0):
    """Lists on which shares go with views by these slopes, and likes go with nothing."""
    rng = np.random.default_rng(seed)
    panel = {}
    for number, (month, slope) in enumerate(zip(MONTHS, slopes, strict=False)):
        views = rng.normal(size=creators)
        first = 0 if stay else number * creators
        panel[month] = pd.DataFrame(
            {
                "handle": [f"creator{row}" for row in range(first, first + creators)],
                "views": np.exp(10 + views).round(),
                "likes": np.exp(8 + rng.normal(size=creators)).round(),
                "shares": np.exp(6 + slope * views + rng.normal(size=creators)).round(),
            }
        )
    return panel


def pooled_of(panel, coefficient="spearman", **options):
    pooled = pool_correlations(panel, correlations_by_month(panel, PAIRS), **options)
    return pooled[pooled["coefficient"] == coefficient].set_index("feature")


def test_each_month_is_tested_by_itself():
    panel = some_panel()
    by_month = correlations_by_month(panel, PAIRS)
    assert len(by_month) == 2 * len(COEFFICIENTS) * 3
    for row in by_month.itertuples():
        tests = correlation_tests(panel[row.month], row.target, PAIRS[row.target]).set_index("feature")
        assert row.value == tests.at[row.feature, row.coefficient]
        assert row.p_holm == tests.at[row.feature, f"{row.coefficient}_p_holm"]


def test_rows_come_in_the_order_of_the_questions_and_of_time():
    panel = dict(reversed(some_panel().items()))
    by_month = correlations_by_month(panel, PAIRS)
    assert by_month["feature"].unique().tolist() == ["views", "likes"]
    assert by_month["month"].head(3).tolist() == list(MONTHS)


def test_the_pooled_value_is_the_average_of_the_months():
    panel = some_panel((0.2, 1, 2))
    by_month = correlations_by_month(panel, PAIRS)
    pooled = pooled_of(panel).loc["views"]
    values = by_month.query("feature == 'views' and coefficient == 'spearman'")["value"]
    assert pooled["pooled"] == pytest.approx(values.mean())
    assert (pooled["lowest"], pooled["highest"]) == (values.min(), values.max())
    assert pooled["low"] < pooled["pooled"] < pooled["high"]


def test_what_holds_in_one_month_only_is_called_that():
    panel = some_panel((0, 2, 0))
    assert pooled_of(panel).at["views", "holds"] == "positive in 2022-06 only"
    assert pooled_of(panel).at["likes", "holds"] == "in no month"
    assert pooled_of(some_panel((2, 2, 2))).at["views", "holds"] == "positive in every month"
    assert (
        pooled_of(some_panel((2, -2, -2))).at["views", "holds"]
        == "negative in 2 and positive in 1 of 3 months"
    )


def test_where_it_holds_is_read_off_the_adjusted_p():
    panel = some_panel((2, 2, 2))
    by_month = correlations_by_month(panel, PAIRS)
    adjusted_away = by_month.assign(p_holm=1.0)
    assert pool_correlations(panel, adjusted_away)["holds"].eq("in no month").all()


def test_one_month_is_a_panel_too():
    panel = {"2022-07": some_panel()["2022-02"]}
    pooled = pooled_of(panel).loc["views"]
    assert pooled[["months", "lowest", "holds"]].tolist() == [1, pooled["pooled"], "positive in every month"]


def test_months_that_repeat_each_other_do_not_narrow_the_interval():
    """Three copies of one list say no more than the list: creators are drawn, not rows."""
    one = some_panel()["2022-02"]
    alone = pooled_of({"2022-02": one}, resamples=2000).loc["views"]
    thrice = pooled_of(dict.fromkeys(MONTHS, one), resamples=2000).loc["views"]
    fresh = pooled_of(some_panel(stay=False), resamples=2000).loc["views"]
    assert thrice["high"] - thrice["low"] == pytest.approx(alone["high"] - alone["low"], rel=0.1)
    assert fresh["high"] - fresh["low"] < 0.75 * (alone["high"] - alone["low"])


def test_an_interval_agrees_with_bonett_and_wrights_on_one_list():
    panel = {"2022-07": some_panel(creators=400)["2022-02"]}
    by_month = correlations_by_month(panel, PAIRS)
    closed = by_month.query("feature == 'views' and coefficient == 'spearman'").iloc[0]
    pooled = pooled_of(panel, resamples=2000).loc["views"]
    assert pooled["low"] == pytest.approx(closed["low"], abs=0.02)
    assert pooled["high"] == pytest.approx(closed["high"], abs=0.02)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    panel = some_panel()
    pd.testing.assert_frame_equal(pooled_of(panel, seed=1), pooled_of(panel, seed=1))
    assert pooled_of(panel, seed=1).at["views", "low"] != pooled_of(panel, seed=2).at["views", "low"]


def test_a_month_without_an_answer_is_left_out_and_counted():
    panel = some_panel()
    panel["2022-06"] = panel["2022-06"].assign(likes=5.0)
    by_month = correlations_by_month(panel, PAIRS)
    assert by_month.query("feature == 'likes' and month == '2022-06'")["reason"].eq("likes is constant").all()
    assert pooled_of(panel)["months"].to_dict() == {"views": 3, "likes": 2}


def test_a_pair_without_an_answer_in_any_month_has_no_pooled_value():
    panel = {month: frame.assign(likes=5.0) for month, frame in some_panel().items()}
    pooled = pooled_of(panel).loc["likes"]
    assert pooled[["pooled", "low", "high"]].isna().all()
    assert pooled[["months", "holds"]].tolist() == [0, "not tested"]


def test_an_empty_panel_and_a_creator_twice_in_a_month_are_refused():
    with pytest.raises(ExploreError, match="holds no month"):
        correlations_by_month({})
    panel = some_panel()
    panel["2022-06"] = pd.concat([panel["2022-06"], panel["2022-06"].head(1)])
    with pytest.raises(ExploreError, match="2022-06 names 'creator0' twice"):
        correlations_by_month(panel, PAIRS)
    with pytest.raises(ExploreError, match="2022-07 alone can't show what comes back"):
        require_two_months({"2022-07": panel["2022-07"]})


def test_months_are_counted_over_the_turn_of_the_year():
    assert months_between("2022-11", "2023-02") == months_between("2023-02", "2022-11") == 3


def test_where_something_holds_is_said_in_words():
    assert say_where(pd.Series(["more"] * 3, index=MONTHS), 3) == "more in every month"
    assert say_where(pd.Series(["more"] * 2, index=MONTHS[:2]), 3) == "more in 2 of 3 months"
    assert say_where(pd.Series([], dtype=str), 3) == "in no month"


def test_the_forest_names_pairs_months_and_the_pooled_value():
    panel = some_panel()
    by_month = correlations_by_month(panel, PAIRS)
    fig = plot_forest(by_month, pool_correlations(panel, by_month), "pearson_log")
    ax = fig.axes[0]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["shares and views", "shares and likes"]
    (legend,) = fig.legends
    in_order = f"one month each, {MONTHS[0]} on top, {MONTHS[-1]} at the bottom"
    assert [text.get_text() for text in legend.get_texts()] == [in_order, "all months"]
    places = [bars.lines[0].get_ydata() for bars in ax.containers]
    assert (np.diff(places, axis=0) > 0).all(), "months from top to bottom, all of them together last"
    assert "Pearson on logs" in ax.get_xlabel()
    assert ax.get_title(loc="left") or ax.get_title()
    assert fig.get_label().startswith("Pearson on logs by month. shares and views: pooled ")


def test_the_forest_of_synthetic_months_says_so():
    panel = some_panel()
    for frame in panel.values():
        frame.attrs["provenance"] = {"synthetic": True}
    by_month = correlations_by_month(panel, PAIRS)
    fig = plot_forest(by_month, pool_correlations(panel, by_month))
    assert SYNTHETIC_MARK in [text.get_text() for text in fig.texts]
    assert fig.get_label().startswith(SYNTHETIC_MARK)


def test_the_forest_bears_a_pair_without_an_answer():
    panel = {month: frame.assign(likes=5.0) for month, frame in some_panel().items()}
    by_month = correlations_by_month(panel, PAIRS)
    assert plot_forest(by_month, pool_correlations(panel, by_month)).axes
