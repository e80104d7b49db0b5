import numpy as np
import pandas as pd
import pytest
from made_lists import make_split, shuffle

import prepare
from tiktok.leakage.audit import LeakageError, ModelError
from tiktok.model import importance
from tiktok.model.importance import ablate_features, group_features, measure_importance

LOGISTIC = "logistic regression"


def test_features_that_say_the_same_are_shuffled_together():
    train = make_split(400).train
    assert group_features(train[["views", "comments", "likes"]]) == {
        "views + likes": ["views", "likes"],
        "comments": ["comments"],
    }
    assert group_features(train[["views"]]) == {"views": ["views"]}


def test_a_reversed_copy_says_the_same_too_and_a_constant_nothing():
    creators = pd.DataFrame({"a": np.arange(50.0), "flag": True, "b": -np.arange(50.0)})
    assert group_features(creators) == {"a + b": ["a", "b"], "flag": ["flag"]}


def test_what_carries_the_target_matters_and_noise_does_not():
    split = make_split(500, by="interactions")
    table = measure_importance(split, "success", ["comments", "views"], LOGISTIC).set_index("group")
    assert table.index.tolist() == ["views", "comments"]
    assert table.loc["views", "matters"]
    assert not table.loc["comments", "matters"]
    assert abs(table.loc["comments", "value"]) < 0.03
    assert table.loc["views", "value"] > 0.2
    assert set(table["metric"]) == {"auc"}


def test_noise_does_not_matter_though_shuffling_it_may_cost_something_by_chance():
    rng = np.random.default_rng(0)
    noise = [f"noise_{i}" for i in range(6)]
    split = prepare.Split(
        *(part.assign(**{n: rng.lognormal(size=len(part)) for n in noise}) for part in make_split())
    )
    table = measure_importance(split, "success", noise, LOGISTIC)
    assert (table["value"] > 0).any()
    assert table["matters"].sum() <= 1
    assert (table["matters"] == (table["low"] > 0)).all()


def test_importance_for_a_count_is_a_loss_of_r2():
    table = measure_importance(make_split(300), "interactions", ["views", "subscribers"], "OLS")
    assert set(table["metric"]) == {"r2_log"}
    assert table.loc[0, "group"] == "views"
    assert table.loc[0, "low"] > 0


def test_copies_share_their_importance_only_when_they_are_shuffled_together(monkeypatch):
    split = prepare.Split(
        *(part.assign(copy=part["views"] * 2) for part in make_split(300, by="interactions"))
    )
    asked = split, "success", ["views", "copy"], "logistic regression"
    together = measure_importance(*asked)
    monkeypatch.setattr(importance, "group_features", lambda X: {column: [column] for column in X.columns})
    apart = measure_importance(*asked)
    assert together["group"].tolist() == ["views + copy"]
    assert together.loc[0, "value"] > 1.5 * apart["value"].max()


def test_a_group_that_tells_something_adds_and_noise_is_nothing():
    split = make_split(800, by="interactions")
    table = ablate_features(
        split, "success", ["comments"], {"views": ["views"], "shares": ["shares"]}, LOGISTIC
    )
    table = table.set_index("known")
    assert table.index.tolist() == [
        "no feature",
        "comments",
        "comments + views",
        "comments + shares",
        "all of them",
    ]
    assert table.loc["comments + views", "verdict"] == "adds"
    assert table.loc["comments + shares", "verdict"] in {"nothing", "unclear", "harms"}
    assert table.loc["no feature", ["value", "adds", "verdict"]].tolist() == [0.5, 0, ""]
    assert table.loc["comments + views", "adds"] == pytest.approx(
        table.loc["comments + views", "value"] - table.loc["comments", "value"]
    )
    assert table.loc["comments", "adds"] == pytest.approx(
        table.loc["comments", "value"] - table.loc["no feature", "value"]
    )


def test_ablation_of_one_group_for_a_count_has_three_rows():
    table = ablate_features(make_split(), "interactions", ["subscribers"], {"views": ["views"]}, "OLS")
    assert table["known"].tolist() == ["no feature", "subscribers", "subscribers + views"]
    assert set(table["metric"]) == {"r2_log"}
    assert table["verdict"].iloc[-1] == "adds"


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ((0.01, 0.03), "adds"),
        ((-0.03, -0.01), "harms"),
        ((-0.01, 0.015), "nothing"),
        ((-0.01, 0.05), "unclear"),
    ],
)
def test_verdicts_follow_the_interval(bounds, verdict):
    from tiktok.model.importance import _judge_additions

    gains = {
        f"over_{role}{end}": value
        for role in ("baseline", "reference")
        for end, value in zip(("", "_low", "_high"), (0, *bounds), strict=True)
    }
    compared = pd.DataFrame(
        [{"model": "base + group", "metric": "auc", "n": 1, "value": 1, "low": 1, "high": 1, **gains}]
    )
    assert _judge_additions(compared, "base", LOGISTIC)["verdict"].tolist() == [verdict]


def test_leaks_and_unknown_models_are_refused():
    split = make_split()
    for run in (
        lambda model, features: measure_importance(split, "success", features, model),
        lambda model, features: ablate_features(
            split, "success", features[:1], {"rest": features[1:]}, model
        ),
    ):
        with pytest.raises(LeakageError):
            run(LOGISTIC, ["views", "likes", "comments", "shares"])
        with pytest.raises(ModelError, match="no model 'OLS'"):
            run("OLS", ["subscribers", "comments"])


def test_results_do_not_hang_on_the_order_of_rows():
    split = make_split(150)
    for run in (
        lambda s: measure_importance(s, "success", ["subscribers", "comments"], "gradient boosting"),
        lambda s: ablate_features(s, "success", ["subscribers"], {"c": ["comments"]}, LOGISTIC),
    ):
        first = run(split)
        pd.testing.assert_frame_equal(first, run(shuffle(split)), check_exact=True)
        assert first.attrs["provenance"]["synthetic"]
