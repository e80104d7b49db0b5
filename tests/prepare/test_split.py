import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_lists import ADA, BOB, CYD, raw_list

import prepare
from prepare import PrepareError, clean, label_success, split_creators


def creators(number, start=0):
    handles = [f"creator{i}" for i in range(start, start + number)]
    rng = np.random.default_rng(7)
    return pd.DataFrame({"handle": handles, "engagement": rng.lognormal(size=number), "interactions": 1.0})


def test_the_split_is_about_60_20_20_and_loses_nobody():
    df = creators(5000)
    split = split_creators(df)
    assert [round(len(side) / 5000, 1) for side in split] == [0.6, 0.2, 0.2]
    assert sorted(pd.concat(split)["handle"]) == sorted(df["handle"])
    assert all(side.index.equals(pd.RangeIndex(len(side))) for side in split)


@given(st.sets(st.integers(0, 400), min_size=1), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_a_creators_side_depends_on_its_handle_alone(chosen, random):
    everybody = {h: i for i, side in enumerate(split_creators(creators(401))) for h in side["handle"]}
    order = list(chosen)
    random.shuffle(order)
    some = creators(401).iloc[order]
    assert all(everybody[h] == i for i, side in enumerate(split_creators(some)) for h in side["handle"])


def test_case_does_not_change_the_side_and_the_seed_does():
    df = creators(300)
    upper = df.assign(handle=df["handle"].str.upper())
    assert [s["handle"].str.lower().tolist() for s in split_creators(upper)] == [
        s["handle"].tolist() for s in split_creators(df)
    ]
    other = split_creators(df, seed=1).train["handle"].tolist()
    assert other != split_creators(df).train["handle"].tolist()


def test_the_split_is_the_same_on_every_machine():
    # written down once: other sides would move creators between train and test in everything published
    sides = [side["handle"].str.removeprefix("creator").tolist() for side in split_creators(creators(12))]
    assert sides == [["1", "4", "5", "7", "8", "10", "11"], ["0", "2"], ["3", "6", "9"]]


def test_the_split_keeps_what_the_list_carries():
    tidy = clean(raw_list(ADA, BOB, CYD))
    split = split_creators(tidy)
    assert all(side.attrs == tidy.attrs for side in split)
    labelled = label_success(prepare.Split(tidy, tidy, tidy))
    assert all(side.attrs.items() > tidy.attrs.items() for side in labelled)
    with pytest.raises(PrepareError, match="'handle'"):
        split_creators(pd.DataFrame({"name": ["Ada"]}))


def test_success_is_learned_on_train_alone():
    split = split_creators(creators(500))
    labelled = label_success(split)
    threshold = np.quantile(split.train["engagement"], 0.75)
    for before, after in zip(split, labelled, strict=True):
        assert after["success"].tolist() == (before["engagement"] >= threshold).tolist()
        assert after.attrs["success_threshold"] == threshold
        assert "success" not in before.columns
    inflated = split._replace(validate=split.validate.assign(engagement=1e9), test=split.test[:0])
    assert label_success(inflated).train.equals(labelled.train)
    assert label_success(inflated).validate["success"].all()


def test_success_can_be_asked_of_another_column_or_share():
    split = prepare.Split(*[pd.DataFrame({"interactions": [1.0, 2.0, 3.0, 4.0, 5.0]})] * 3)
    labelled = label_success(split, by="interactions", quantile=0.5)
    assert labelled.test["success"].tolist() == [False, False, True, True, True]
    assert labelled.test.attrs["success_by"] == "interactions"


@pytest.mark.parametrize("quantile", [0, 1, -1, 75, float("nan")])
def test_a_share_that_is_none_is_refused(quantile):
    with pytest.raises(PrepareError, match="between 0 and 1"):
        label_success(split_creators(creators(50)), quantile=quantile)


def test_a_threshold_needs_training_rows_and_the_column():
    df = creators(50)
    with pytest.raises(PrepareError, match="no training rows"):
        label_success(prepare.Split(df[:0], df, df))
    with pytest.raises(PrepareError, match="'shares'"):
        label_success(prepare.Split(df, df, df), by="shares")
