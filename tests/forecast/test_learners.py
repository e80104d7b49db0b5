import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok.forecast.learners import BASELINES, LEARNERS, make_creator_folds, predict_learners

FEATURES = ["engagement_level", "height"]


def rows(n=200, *, seed=0, slope=0.5):
    """Creators twice each, whose level next time is half of their level now, and who stay if it is high."""
    rng = np.random.default_rng(seed)
    level = rng.normal(size=n)
    then = slope * level + 0.3 * rng.normal(size=n)
    return pd.DataFrame(
        {
            "handle": [f"creator{number // 2}" for number in range(n)],
            "engagement_level": level,
            "height": rng.random(n),
            "list_place": rng.normal(size=n),
            "top_quarter": level > 0.7,
            "stayed": then > -0.3,
            "success_next": then > 0.5,
            "level_next": np.where(then > -0.3, then, np.nan),
        }
    )


def said(outcome, known=None, **options):
    known = rows() if known is None else known
    asked = rows(seed=1).drop(columns=["stayed", "success_next", "level_next"])
    table = predict_learners(known, asked, outcome, FEATURES, **options)
    return dict(iter(table.groupby("model", sort=False))), asked


@given(st.lists(st.sampled_from("abcdefghij"), min_size=30, max_size=60), st.integers(0, 5))
def test_no_creator_is_on_both_sides_of_a_fold(handles, seed):
    handles = pd.Series([*handles, *"abcdefghij"])
    folds = make_creator_folds(handles, seed)
    for learnt, left_out in folds:
        assert not set(handles[learnt]) & set(handles[left_out])
        assert len(learnt) + len(left_out) == len(handles)
    assert sorted(np.concatenate([left_out for _, left_out in folds])) == list(range(len(handles)))


def test_what_tunes_and_what_intervals_rest_on_leaves_out_creators(monkeypatch):
    """Every fold that a model is tuned or measured on is one that make_creator_folds dealt."""
    from tiktok.forecast import learners

    seen = []
    for name in ("GridSearchCV", "cross_val_predict"):
        original = getattr(learners, name)
        if name == "cross_val_predict":

            def spy(model, X, target, *, cv, original=original):
                seen.append(cv)
                return original(model, X, target, cv=cv)
        else:

            class spy(original):
                def fit(self, X, y):
                    seen.append(self.cv)
                    return super().fit(X, y)

        monkeypatch.setattr(learners, name, spy)
    said("level_next", learners=("linear",))
    known = rows()
    handles = known["handle"][known["level_next"].notna()].to_numpy()
    assert len(seen) >= 4
    for folds in seen:
        for learnt, left_out in folds:
            assert not set(handles[learnt]) & set(handles[left_out])


def test_the_base_rate_is_that_of_the_past():
    for outcome in ("stayed", "success_next"):
        models, _ = said(outcome, learners=())
        assert np.allclose(models["base rate"]["predicted"], rows()[outcome].mean())
    models, _ = said("level_next", learners=())
    assert np.allclose(models["base rate"]["predicted"], rows()["level_next"].mean())


def test_persistence_says_that_all_stays_as_it_is():
    models, asked = said("success_next", learners=())
    assert models["persistence"]["ordering"].equals(asked["engagement_level"])
    models, asked = said("stayed", learners=())
    assert (models["persistence"]["ordering"] == 1).all(), "it has no order of who stays"
    models, asked = said("level_next", learners=())
    assert models["persistence"]["predicted"].tolist() == asked["engagement_level"].tolist()


@pytest.mark.parametrize("outcome", ["stayed", "success_next"])
def test_persistence_is_a_chance_as_often_as_it_came_before(outcome):
    """Yes or no were a straw man, which any chance beats."""
    models, asked = said(outcome, learners=())
    came = rows().groupby("top_quarter")[outcome]
    expected = asked["top_quarter"].map((came.sum() + 1) / (came.size() + 2))
    assert np.allclose(models["persistence"]["predicted"], expected)
    assert models["persistence"]["predicted"].between(0, 1, inclusive="neither").all()


def test_persistence_has_a_chance_for_a_quarter_that_the_past_did_not_know():
    known = rows().assign(top_quarter=False)
    told = predict_learners(known, rows(seed=1).drop(columns="stayed"), "stayed", FEATURES, learners=())
    told = told.loc[told["model"] == "persistence", "predicted"]
    assert told.notna().all()


def test_shrunk_persistence_has_the_slope_of_the_past():
    models, asked = said("level_next", learners=())
    slope = np.polyfit(asked["engagement_level"], models["shrunk persistence"]["predicted"], 1)[0]
    known = rows().dropna(subset="level_next")
    assert slope == pytest.approx(np.polyfit(known["engagement_level"], known["level_next"], 1)[0])
    assert "shrunk persistence" not in said("stayed", learners=())[0]


def test_the_current_rank_goes_by_the_rank_alone():
    models, asked = said("success_next", learners=())
    order = np.argsort(models["current rank"]["predicted"])
    place = asked["list_place"].to_numpy()[order]
    assert (np.diff(place) >= 0).all() or (np.diff(place) <= 0).all()


@pytest.mark.parametrize("outcome", ["stayed", "success_next", "level_next"])
def test_all_models_speak_of_all_who_are_asked_about(outcome):
    models, asked = said(outcome)
    expected = {*BASELINES, *LEARNERS} - ({"shrunk persistence"} if outcome == "stayed" else set())
    assert set(models) == expected
    for part in models.values():
        assert part.index.equals(asked.index)
        assert np.isfinite(part["predicted"]).all()
        if outcome != "level_next":
            assert part["predicted"].between(0, 1).all()
            assert part["low"].isna().all()
        else:
            assert (part["low"] < part["predicted"]).all()
            assert (part["predicted"] < part["high"]).all()


def test_the_intervals_hold_nine_in_ten():
    models, _ = said("level_next")
    truth = rows(seed=1)["level_next"]
    for part in models.values():
        inside = truth.between(part["low"], part["high"])[truth.notna()].mean()
        assert 0.8 < inside < 0.97


def test_the_learners_find_what_is_there_and_twice_the_same():
    first, _ = said("stayed")
    again, _ = said("stayed")
    truth = rows(seed=1)["stayed"]
    for name in LEARNERS:
        assert first[name].equals(again[name])
        called = first[name]["predicted"]
        assert called[truth].mean() > called[~truth].mean() + 0.2


@pytest.mark.parametrize(("always", "chance"), [(True, 1.0), (False, 0.0)])
def test_a_past_of_one_kind_is_taken_for_what_it_is(always, chance):
    models, _ = said("stayed", known=rows().assign(stayed=always))
    for name in ("base rate", *LEARNERS):
        assert np.allclose(models[name]["predicted"], chance)
