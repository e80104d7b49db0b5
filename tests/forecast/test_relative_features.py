import numpy as np
import pandas as pd
import pytest
from planted import plant_panel

from tiktok.forecast.relative_features import (
    FEATURE_GROUPS,
    FEATURES,
    TERMS,
    add_relative_features,
    align_lists,
    collect_observations,
    measure_lists,
    tabulate_features,
)
from tiktok.forecast.rolling import count_days
from tiktok.lists.columns import ENGAGEMENT_PARTS, METRICS
from tiktok.prepare.panel import pair_snapshots

PAIRS = pair_snapshots(plant_panel(120, 60))
LISTS = align_lists(PAIRS, count_days(PAIRS))


def observe(lists, month, later, quantity="height", **options):
    return collect_observations(lists, month, later, quantity, TERMS[quantity], **options)


def rows_of(month, **columns):
    counts = {count: [10.0, 100.0, 1000.0] for count in METRICS}
    df = pd.DataFrame({"month": month, **counts, **columns})
    return df.assign(engagement_log=np.log1p(df[list(ENGAGEMENT_PARTS)].sum(axis=1)))


def test_levels_are_relative_to_the_list_so_that_its_own_level_drops_out():
    small, large = rows_of("2022-06"), rows_of("2022-07")
    large[list(METRICS)] *= 7
    large["engagement_log"] = np.log1p(large[list(ENGAGEMENT_PARTS)].sum(axis=1))
    both = pd.concat([small, large], ignore_index=True)
    described = add_relative_features(both, measure_lists(both))
    columns = ["subscribers_level", "likes_rate", "above_cut", "height"]
    first, second = (described[described["month"] == month][columns] for month in ("2022-06", "2022-07"))
    assert np.allclose(first, second)
    assert described["subscribers_level"].iloc[:3].round(2).tolist() == [-2.3, 0, 2.3]
    assert described["below_median"].iloc[:3].round(2).tolist() == [-2.3, 0, 0]
    assert described["far_below"].iloc[:3].round(2).tolist() == [-0.8, 0, 0]


def test_the_height_counts_from_the_bar_of_the_list():
    described = add_relative_features(rows_of("2022-06"), measure_lists(rows_of("2022-06")))
    assert described["height"].is_monotonic_increasing
    assert described["height"].iloc[0] == 0
    score = 3 * np.log(100) + np.log(2)
    cut = measure_lists(rows_of("2022-06"))["cut"].iloc[0]
    assert described["height"].iloc[1] == pytest.approx(np.cbrt(score - cut))


def test_comments_switched_off_leave_finite_numbers():
    rows = rows_of("2022-06", comments=[0.0, 0, 0], shares=[0.0, 1, 2])
    described = add_relative_features(rows, measure_lists(rows))
    assert np.isfinite(described.select_dtypes("number")).all(axis=None)


def test_clients_are_held_against_the_list_without_moving_it():
    listed = rows_of("2022-06")
    measures = measure_lists(listed)
    client = rows_of("2022-06").iloc[[2]] * 1
    client[["views", "subscribers"]] = 1e9
    described = add_relative_features(client, measures)
    assert described["subscribers_level"].iloc[0] == pytest.approx(np.log(1e9 / 100))


def test_observations_look_back_from_now_and_ahead_to_its_target():
    observed = observe(LISTS, "2022-06", "2022-08", "engagement_level")
    assert observed.days.tolist() == [120, 89, 0, 181]
    rows = LISTS.rows[LISTS.rows["month"] == "2022-06"]
    assert np.array_equal(observed.past[:, 0], rows["engagement_level"])
    past = LISTS.rows[LISTS.rows["month"] == "2022-02"].set_index("handle")["engagement_level"]
    assert np.allclose(observed.past[:, 2], past.reindex(rows["handle"]), equal_nan=True)
    then = LISTS.rows[LISTS.rows["month"] == "2022-08"].set_index("handle")["engagement_level"]
    assert np.allclose(observed.target, then.reindex(rows["handle"]), equal_nan=True)
    assert np.isnan(observed.target).any()


def test_what_is_beyond_the_last_list_is_missing():
    days = LISTS.days | {"next": 300.0}
    observed = observe(LISTS._replace(days=days), "2022-08", "next")
    assert np.isnan(observed.target).all()
    assert observed.days[-1] == 300


def test_a_client_without_a_past_has_none_even_where_everybody_has_one():
    pairs = pair_snapshots(plant_panel(40))
    everybody = align_lists(pairs, count_days(pairs))
    rows = everybody.rows[everybody.rows["month"] == "2022-08"].tail(1).assign(creator=-1)
    assert np.isnan(observe(everybody, "2022-08", "2022-09", rows=rows).past[:, 1:]).all()
    rows = LISTS.rows[LISTS.rows["month"] == "2022-08"].head(1).assign(creator=-1)
    observed = observe(LISTS, "2022-08", "2022-09", rows=rows)
    assert np.isnan(observed.past[:, 1:]).all()
    assert np.isfinite(observed.past[:, 0]).all()


def test_nothing_that_is_said_of_a_list_hangs_on_later_ones():
    early = PAIRS[PAIRS["month"] <= "2022-06"]
    until = align_lists(early, count_days(PAIRS))
    months = ["2022-02", "2022-05", "2022-06"]
    whole = tabulate_features(LISTS)[LISTS.rows["month"].isin(months)]
    pd.testing.assert_frame_equal(tabulate_features(until), whole)
    for quantity in TERMS:
        one, other = (observe(lists, "2022-05", "2022-06", quantity) for lists in (until, LISTS))
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True))


def test_the_features_are_those_of_the_groups_and_complete():
    features = tabulate_features(LISTS)
    assert tuple(features) == FEATURES
    assert features.notna().all(axis=None)
    first = features[LISTS.rows["month"] == "2022-02"]
    past = [*FEATURE_GROUPS["lists before"], *FEATURE_GROUPS["growth"]]
    assert (first[past] == 0).all(axis=None), "nothing is known of lists before the first"


def test_the_order_of_rows_changes_nothing():
    again = align_lists(PAIRS.sample(frac=1, random_state=0), count_days(PAIRS))
    pd.testing.assert_frame_equal(again.rows, LISTS.rows)
    for quantity, table in LISTS.quantities.items():
        assert np.array_equal(again.quantities[quantity], table, equal_nan=True)
