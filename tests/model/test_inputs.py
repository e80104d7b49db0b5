import numpy as np
import pandas as pd
import pytest
from made_lists import make_list, make_split, shuffle

from tiktok.leakage.audit import LeakageError, ModelError
from tiktok.model.inputs import (
    name_parts,
    pick_models,
    pool_parts,
    require_known,
    require_usable,
    separate_parts,
    take_inputs,
)


def test_parts_are_pooled_in_the_order_of_handles_whatever_order_they_came_in():
    split = make_split(100)
    pooled = pool_parts(split, ["train", "test"], "engagement", ["subscribers"], "number")
    assert pooled.creators["handle"].is_monotonic_increasing
    assert set(pooled.creators["handle"]) == {*split.train["handle"], *split.test["handle"]}
    mixed = pool_parts(shuffle(split), ["test", "train"], "engagement", ["subscribers"], "number")
    for one, other in zip(pooled[:2], mixed[:2], strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert pooled.creators.attrs["provenance"]["synthetic"]


def test_parts_are_kept_apart_with_train_among_them():
    split = make_split(100)
    parts = separate_parts(split, ["test"], "engagement", ["subscribers"], "count")
    assert list(parts) == ["train", "test"]
    for name, part in parts.items():
        assert part.creators["handle"].tolist() == sorted(getattr(split, name)["handle"])
        assert (part.y == part.creators["engagement"]).all()


@pytest.mark.parametrize("gather", [pool_parts, separate_parts])
def test_what_rebuilds_the_target_is_refused_before_any_fit(gather):
    leak = (make_split(), ["train", "validate"], "engagement", ["views", "likes", "comments", "shares"])
    with pytest.raises(LeakageError):
        gather(*leak, "count")
    assert gather(*leak, "count", allow_leakage=True)


@pytest.mark.parametrize("gather", [pool_parts, separate_parts])
def test_a_split_has_three_parts_of_known_names(gather):
    split = make_split(100)
    with pytest.raises(ModelError, match="three parts"):
        gather(split[:2], ["train"], "engagement", ["subscribers"], "number")
    with pytest.raises(ModelError, match="no part 'tset'; these are known: train, validate, test"):
        gather(split, ["tset"], "engagement", ["subscribers"], "number")
    assert list(name_parts(split)) == ["train", "validate", "test"]


def test_taking_inputs_drops_their_attrs_and_leaves_the_list_alone():
    creators = make_list(60)
    before = creators.copy()
    _, X, y = take_inputs(creators, "likes", ["views"], "count")
    assert X.attrs == y.attrs == {}
    pd.testing.assert_frame_equal(creators, before)
    assert creators.attrs


def test_models_are_the_modules_own_or_some_of_them_by_name_or_the_callers():
    own = {"mean": 1, "OLS": 2}
    assert pick_models(None, own) == own
    assert pick_models(["OLS"], own) == pick_models("OLS", own) == {"OLS": 2}
    assert pick_models({"mine": 3}, own) == {"mine": 3}
    with pytest.raises(ModelError, match="no model 'ridge'; these are known: mean, OLS"):
        pick_models(["ridge"], own)
    assert pick_models({"mine": 3}, own, ["mean"]) == {"mean": 1, "mine": 3}
    assert pick_models({"mean": 3}, own, ["mean"]) == {"mean": 3}
    with pytest.raises(ModelError, match="no model 'gamma'; these are known: mine"):
        pick_models({"mine": 3}, own, ["gamma"])


def test_an_unknown_model_is_named_with_those_that_are_known():
    with pytest.raises(ModelError, match="no model 'ridge'; these are known: OLS, gamma"):
        require_known("model", {"OLS": 1, "gamma": 2}, ["OLS", "ridge"])


def broken(creators, column, value):
    changed = creators.copy()
    changed.loc[3, column] = value
    return changed


@pytest.mark.parametrize(
    ("spoil", "features", "said"),
    [
        (lambda c: c, ["engagement"], "target 'engagement' is among its own features"),
        (lambda c: c, [], "at least one column"),
        (lambda c: c, "subscribers", "at least one column"),
        (lambda c: c, ["subscribers", "subscribers"], "named twice"),
        (lambda c: c, ["followers"], "no column 'followers'"),
        (lambda c: c[:49], ["subscribers"], "49 creators; at least 50"),
        (lambda c: c.assign(engagement=7.0), ["subscribers"], "'engagement' is 7 for everybody"),
        (lambda c: broken(c, "subscribers", np.nan), ["subscribers"], "is nan for creator 'creator_3'"),
        (lambda c: broken(c, "engagement", np.inf), ["subscribers"], "'engagement' is inf for creator"),
        (lambda c: c.assign(subscribers="1M"), ["subscribers"], "'subscribers' holds .*, not numbers"),
        (lambda c: broken(c, "handle", "creator.1"), ["subscribers"], "'creator.1' is there twice"),
        (lambda c: c.drop(columns="handle"), ["subscribers"], "no column 'handle'"),
    ],
)  # fmt: skip
def test_what_cannot_be_modelled_is_refused_in_one_sentence(spoil, features, said):
    with pytest.raises(ModelError, match=said) as refusal:
        require_usable(spoil(make_list(60)), "engagement", features, "number")
    assert "\n" not in str(refusal.value)


def test_rows_that_are_only_predicted_may_be_few_and_alike():
    one = make_list(60)[:1]
    require_usable(one, "engagement", ["subscribers"], "number", to_fit=False)
    with pytest.raises(ModelError, match="0 creators; at least 1"):
        require_usable(one[:0], "engagement", ["subscribers"], "number", to_fit=False)


def test_a_label_is_true_or_false():
    creators = make_list(60)
    with pytest.raises(ModelError, match="'views' must be True or False"):
        require_usable(creators, "views", ["subscribers"], "label")
    with pytest.raises(ModelError, match="only one class, True"):
        require_usable(creators.assign(success=True), "success", ["subscribers"], "label")


def test_a_target_without_a_logarithm_is_refused_by_name():
    with pytest.raises(ModelError, match="'comments' is 0 for creator 'creator_3'"):
        require_usable(broken(make_list(60), "comments", 0), "comments", ["views"], "count")
