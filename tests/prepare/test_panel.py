import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_lists import FILES, real_list

from acquire import get_panel
from prepare import PrepareError, clean, describe_history, drop_copied, pair_snapshots
from tiktok.lists.columns import METRICS

OUTCOMES = ["stayed", "copied", "engagement_next", "success_next"]


def month_list(engagement_of, *, subscribers=1000.0, **attrs):
    """A cleaned list with just so much engagement for each handle."""
    df = pd.DataFrame(
        {"rank": np.arange(1.0, len(engagement_of) + 1), "handle": list(engagement_of), "name": ""}
    )
    engagement = np.array(list(engagement_of.values()), dtype=float)
    df = df.assign(
        **dict.fromkeys(METRICS, 1.0), engagement=engagement, interactions=3.0, engagement_rate=0.5
    )
    df["subscribers"] = subscribers
    df.attrs = attrs
    return df


JUNE = month_list({"ada": 100, "bob": 50, "cyd": 20, "dan": 10})
JULY = month_list({"bob": 80, "ada": 60, "eve": 40, "fay": 30}, subscribers=2000.0)
SEPTEMBER = month_list({"eve": 90, "ada": 70, "cyd": 15}, subscribers=4000.0)
PANEL = {"2022-06": JUNE, "2022-07": JULY, "2022-09": SEPTEMBER}


def row(pairs, month, handle):
    (found,) = pairs[(pairs["month"] == month) & (pairs["handle"] == handle)].to_dict("records")
    return found


def test_every_creator_of_every_month_but_the_last_is_a_row():
    pairs = pair_snapshots(PANEL)
    assert pairs[["month", "handle"]].to_numpy().tolist() == [
        *[["2022-06", handle] for handle in JUNE["handle"]],
        *[["2022-07", handle] for handle in JULY["handle"]],
    ]
    assert pairs.index.equals(pd.RangeIndex(8))
    assert pairs.drop(columns=["name"]).columns.is_unique


def test_who_is_in_the_next_list_stayed():
    pairs = pair_snapshots(PANEL)
    assert pairs["stayed"].tolist() == [True, True, False, False, False, True, True, False]
    assert pairs["stayed"].dtype == pairs["success_next"].dtype == bool


def test_a_row_that_was_carried_over_unchanged_is_called_copied():
    carried = JULY.assign(subscribers=[2000.0, 2001.0, 2000.0, 2000.0])  # bob, ada, eve, fay
    pairs = pair_snapshots({"2022-06": JUNE, "2022-07": JULY, "2022-09": carried})
    assert pairs["copied"].dtype == bool
    # June's numbers are others; in September, ada's subscribers alone moved
    assert pairs.loc[pairs["copied"], ["month", "handle"]].to_numpy().tolist() == [
        ["2022-07", "bob"],
        ["2022-07", "eve"],
        ["2022-07", "fay"],
    ]


def test_without_copies_each_list_keeps_what_was_measured_and_nothing_else_changes():
    carried = JULY.assign(subscribers=[2000.0, 2001.0, 2000.0, 2000.0])
    panel = {"2022-09": carried, "2022-07": JULY, "2022-06": JUNE}
    measured = drop_copied(panel)
    assert {month: list(df["handle"]) for month, df in measured.items()} == {
        "2022-06": list(JUNE["handle"]),
        "2022-07": list(JULY["handle"]),
        "2022-09": ["ada"],
    }
    assert len(panel["2022-09"]) == 4
    assert measured["2022-06"].attrs == JUNE.attrs


@given(st.lists(st.booleans(), min_size=4, max_size=4))
def test_what_is_dropped_is_what_pairs_call_copied(moved):
    later = JULY.assign(subscribers=[2000.0 + change for change in moved])
    panel = {"2022-07": JULY, "2022-09": later}
    pairs = pair_snapshots(panel)
    kept = set(drop_copied(panel)["2022-09"]["handle"])
    assert kept == set(JULY["handle"]) - set(pairs.loc[pairs["copied"], "handle"])


def test_a_list_without_numbers_cannot_be_searched_for_copies():
    with pytest.raises(PrepareError, match="list of 2022-07 has no column 'views'"):
        drop_copied({"2022-07": JULY.drop(columns="views")})


@pytest.mark.real_data
def test_the_rows_that_the_real_lists_carried_over_are_found(real_data_dir):
    panel = {month: clean(raw) for month, raw in get_panel(source="local", data_dir=real_data_dir).items()}
    measured = drop_copied(panel)
    assert [len(panel[month]) - len(measured[month]) for month in sorted(panel)] == [0, 6, 49, 46, 1, 26]


def test_who_comes_back_later_has_not_stayed():
    pairs = pair_snapshots(PANEL)
    assert not row(pairs, "2022-06", "cyd")["stayed"]
    assert np.isnan(row(pairs, "2022-06", "cyd")["engagement_next"])


def test_engagement_next_is_missing_where_gone():
    pairs = pair_snapshots(PANEL)
    assert pairs["engagement_next"].isna().equals(~pairs["stayed"])
    assert row(pairs, "2022-06", "ada")["engagement_next"] == 60
    assert row(pairs, "2022-07", "eve")["engagement_next"] == 90


def test_success_next_is_the_top_quarter_of_the_whole_next_list():
    """Newcomers of the next list count for its threshold; gone counts as no."""
    crowded = month_list({"ada": 60, "bob": 59, **{f"new{i}": 100 for i in range(3)}})
    pairs = pair_snapshots({"2022-06": JUNE, "2022-07": crowded})
    assert not pairs["success_next"].any()
    pairs = pair_snapshots(PANEL)
    assert pairs.attrs["success_thresholds"]["2022-07"] == np.quantile([80, 60, 40, 30], 0.75)
    assert pairs.loc[pairs["success_next"], ["month", "handle"]].to_numpy().tolist() == [
        ["2022-06", "bob"],
        ["2022-07", "eve"],
    ]


def test_the_gap_counts_days_between_the_lists():
    pairs = pair_snapshots(PANEL)
    assert pairs.groupby("month")["gap_days"].unique().map(list).to_dict() == {
        "2022-06": [30],
        "2022-07": [62],
    }
    assert pairs["month_next"].unique().tolist() == ["2022-07", "2022-09"]


@pytest.mark.parametrize(("scraped", "days"), [("2022-06-07", 24), ("2022-08-07", 30), (None, 30)])
def test_the_day_of_the_scrape_is_used_where_it_fits_the_month(scraped, days):
    june = month_list({"ada": 1}, **({"scraped": scraped} if scraped else {}))
    assert pair_snapshots({"2022-06": june, "2022-07": JULY})["gap_days"].tolist() == [days]


def test_history_looks_back():
    pairs = pair_snapshots(PANEL)
    ada = row(pairs, "2022-07", "ada")
    assert ada["times_seen"] == 2
    assert ada["days_since_last"] == 30
    assert ada["engagement_log"] == np.log1p(60)
    assert ada["engagement_log_last"] == np.log1p(100)
    assert ada["engagement_log_mean"] == pytest.approx((np.log1p(60) + np.log1p(100)) / 2)
    assert ada["engagement_growth"] == pytest.approx(np.log1p(60) - np.log1p(100))
    assert ada["subscriber_growth"] == pytest.approx(np.log(2001 / 1001))


def test_growth_is_per_thirty_days_since_the_creator_was_seen_before():
    cyd = row(describe_history(PANEL), "2022-09", "cyd")
    assert cyd["days_since_last"] == 92
    assert cyd["times_seen"] == 2
    assert cyd["subscriber_growth"] == pytest.approx(np.log(4001 / 1001) * 30 / 92)
    assert cyd["engagement_growth"] == pytest.approx(np.log(16 / 21) * 30 / 92)


def test_whoever_is_seen_first_has_no_past():
    eve = row(pair_snapshots(PANEL), "2022-07", "eve")
    assert eve["times_seen"] == 1
    assert eve["engagement_log_mean"] == eve["engagement_log"]
    past = ["days_since_last", "engagement_log_last", "engagement_growth", "subscriber_growth"]
    assert np.isnan([eve[column] for column in past]).all()


def test_the_place_in_the_own_list_is_told():
    pairs = pair_snapshots(PANEL)
    july = pairs[pairs["month"] == "2022-07"].set_index("handle")
    assert july["engagement_place"].to_dict() == {"bob": 1.0, "ada": 0.75, "eve": 0.5, "fay": 0.25}
    assert july["top_quarter"].to_dict() == {"bob": True, "ada": False, "eve": False, "fay": False}


def test_the_history_of_the_last_list_is_there_for_a_forecast():
    history = describe_history(PANEL)
    assert history["month"].value_counts().to_dict() == {"2022-06": 4, "2022-07": 4, "2022-09": 3}
    pairs = pair_snapshots(PANEL)
    shared = history.columns.tolist()
    pd.testing.assert_frame_equal(pairs[shared], history[:8], check_flags=False)
    assert set(pairs.columns) - set(shared) == {"month_next", "gap_days", *OUTCOMES}
    assert len(describe_history({"2022-06": JUNE})) == 4


def random_lists(seed, months=("2022-02", "2022-06", "2022-07", "2022-09")):
    rng = np.random.default_rng(seed)
    everybody = np.array([f"user{i}" for i in range(12)])
    return {
        month: month_list(
            dict(
                zip(rng.permutation(everybody)[: rng.integers(1, 9)], rng.lognormal(9, 1, 12), strict=False)
            ),
            subscribers=rng.lognormal(12),
        )
        for month in months
    }


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), other=st.integers(0, 10**6), t=st.integers(0, 2))
def test_nothing_but_the_outcomes_knows_the_future(seed, other, t):
    """Whatever happens after month t, or whether anything does, the rows up to t look back alone."""
    months = list(panel := random_lists(seed))
    future = {month: df for month, df in random_lists(other).items() if month > months[t]}
    past = {month: panel[month] for month in months[: t + 1]}
    known = [column for column in pair_snapshots(panel) if column not in OUTCOMES]

    def until_t(pairs):
        return pairs.loc[pairs["month"] <= months[t], known]

    pd.testing.assert_frame_equal(until_t(pair_snapshots(past | future)), until_t(pair_snapshots(panel)))
    rows = sum(len(df) for df in past.values())
    pd.testing.assert_frame_equal(describe_history(past), describe_history(panel)[:rows], check_flags=False)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_pairs_agree_with_looking_each_creator_up(seed):
    panel = random_lists(seed)
    months = list(panel)
    pairs = pair_snapshots(panel)
    assert len(pairs) == sum(len(panel[month]) for month in months[:-1])
    for found in pairs.to_dict("records"):
        following = panel[months[months.index(found["month"]) + 1]].set_index("handle")["engagement"]
        until = [panel[m].set_index("handle")["engagement"] for m in months if m <= found["month"]]
        seen = [engagement[found["handle"]] for engagement in until if found["handle"] in engagement]
        assert found["stayed"] == (found["handle"] in following)
        assert found["times_seen"] == len(seen)
        assert found["engagement_log_mean"] == pytest.approx(np.mean(np.log1p(seen)))
        if found["stayed"]:
            assert found["engagement_next"] == following[found["handle"]]
            assert found["success_next"] == (following[found["handle"]] >= following.quantile(0.75))
        else:
            assert not found["success_next"]


def test_the_order_of_rows_in_a_list_changes_no_row():
    shuffled = {month: df[::-1].set_axis(df.index) for month, df in PANEL.items()}
    key = ["month", "handle"]
    pd.testing.assert_frame_equal(
        pair_snapshots(shuffled).sort_values(key, ignore_index=True),
        pair_snapshots(PANEL).sort_values(key, ignore_index=True),
    )


def test_the_lists_are_left_alone_and_further_columns_ignored():
    june, before = JUNE.assign(success=True), JUNE.copy(deep=True)
    pairs = pair_snapshots({"2022-06": june, "2022-07": JULY})
    assert "success" not in pairs
    pd.testing.assert_frame_equal(JUNE, before)
    assert "month" not in JUNE


def test_a_synthetic_panel_is_called_so_and_odd_creators_are_carried():
    synthetic = {"provenance": {"synthetic": True}}
    june = month_list({"ada": 1}, **synthetic, implausible=["ada"])
    pairs = pair_snapshots({"2022-06": june, "2022-07": month_list({"ada": 1}, **synthetic)})
    assert pairs.attrs["provenance"] == {"synthetic": True, "months": ["2022-06", "2022-07"]}
    assert pairs.attrs["implausible"] == ["ada"]
    assert not pair_snapshots(PANEL).attrs["provenance"]["synthetic"]


def test_cleaned_lists_are_what_it_takes():
    header = ["Username", "Followers", "Views", "Likes", "Comments", "Shares"]
    raw = pd.DataFrame([["@Ada", "1K", "9", "9", "9", "9"]], columns=header)
    pairs = pair_snapshots({month: clean(raw, month=month) for month in ("2022-06", "2022-07")})
    assert pairs[["handle", "stayed", "engagement_next"]].to_numpy().tolist() == [["ada", True, 36.0]]


HASHED = {"provenance": {"sha256": "abc"}}


@pytest.mark.parametrize(
    ("panel", "sentence"),
    [
        ({}, "dict of cleaned lists"),
        ([JUNE, JULY], "dict of cleaned lists"),
        (JUNE, "dict of cleaned lists"),
        ({"2022-06": JUNE}, "only one month, 2022-06"),
        ({"2022-07": JULY, "2022-06": JUNE}, r"out of order \(2022-07, 2022-06\)"),
        ({"June": JUNE, "July": JULY}, "'June' is no month"),
        ({6: JUNE, 7: JULY}, "6 is no month"),
        (
            {"2022-06": JUNE, "2022-07": JULY.assign(month="2022-06")},
            "under 2022-07 says that it is of 2022-06",
        ),
        (
            {"2022-06": month_list({"a": 1}, **HASHED), "2022-07": month_list({"b": 1}, **HASHED)},
            "there twice",
        ),
        (
            {"2022-06": JUNE, "2022-07": month_list({"Ada": 1})},
            "'ada' is also written 'Ada' in another month",
        ),
        (
            {"2022-06": JUNE, "2022-07": month_list({"Ada": 1, "ada": 2})},
            "2022-07 has the handle 'ada' twice",
        ),
        ({"2022-06": JUNE, "2022-07": JULY.drop(columns="shares")}, "2022-07 has no column 'shares'"),
        (
            {"2022-06": month_list({"a": 1}, provenance={"synthetic": True}), "2022-07": JULY},
            "mixes real and synthetic",
        ),
    ],
)
def test_a_panel_that_cannot_be_paired_is_refused_in_one_sentence(panel, sentence):
    with pytest.raises(PrepareError, match=sentence) as caught:
        pair_snapshots(panel)
    assert "\n" not in str(caught.value)


def test_the_history_refuses_the_same_but_a_single_month():
    with pytest.raises(PrepareError, match="out of order"):
        describe_history({"2022-07": JULY, "2022-06": JUNE})


@pytest.mark.real_data
def test_the_real_lists_make_a_panel(real_data_dir):
    lists = {month: clean(real_list(real_data_dir, month), month=month) for month in FILES}
    pairs = pair_snapshots(lists)
    assert pairs.groupby("month").size().to_dict() == {m: len(df) for m, df in lists.items() if m < "2022-12"}
    assert pairs.groupby("month")["gap_days"].first().tolist() == [114, 30, 62, 61, 30]
    staying = [
        lists[month]["handle"].isin(lists[later]["handle"]).mean()
        for month, later in zip(list(lists), list(lists)[1:], strict=False)
    ]
    np.testing.assert_allclose(pairs.groupby("month")["stayed"].mean(), staying)
