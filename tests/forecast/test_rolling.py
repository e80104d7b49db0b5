from functools import partial

import numpy as np
import pandas as pd
import pytest
from planted import MONTHS, plant_panel, shuffle_handles

import acquire
import prepare
from tiktok.forecast.censored_gp import KERNELS
from tiktok.forecast.chances import fit_chances
from tiktok.forecast.learners import BASELINES
from tiktok.forecast.relative_features import TERMS, align_lists, tabulate_features
from tiktok.forecast.rolling import (
    CANDIDATES,
    ForecastError,
    count_days,
    forecast,
    forecast_creators,
    pick_on_earlier_steps,
    predict_steps,
)
from tiktok.forecast.scores import OUTCOMES, compare_forecasts, score_forecasts
from tiktok.leakage.audit import audit_leakage
from tiktok.prepare.panel import pair_snapshots

PANEL = plant_panel(240, 120)
PAIRS = pair_snapshots(PANEL)
STEPS = ["2022-05→2022-06", "2022-06→2022-08", "2022-08→2022-09"]
FIGURES = ["predicted", "ordering", "low", "high"]


@pytest.fixture(scope="module")
def predictions():
    return predict_steps(PAIRS)


def quick(panel):
    return predict_steps(pair_snapshots(panel), learners=())


def value(scores, metric, outcome, *, model="chosen", step="pooled"):
    key = {"metric": metric, "outcome": outcome, "model": model, "step": step}
    (found,) = scores[(scores[list(key)] == list(key.values())).all(axis=1)].to_dict("records")
    return found


def test_the_result_is_long_and_tidy(predictions):
    scores = score_forecasts(predictions)
    assert list(scores)[:8] == ["step", "outcome", "model", "chosen", "metric", "value", "low", "high"]
    assert [step for step in scores["step"].unique() if "→" in step] == STEPS
    assert set(scores["outcome"]) == set(OUTCOMES)
    assert set(scores["model"]) == {*BASELINES, *CANDIDATES, "chosen"}
    of_chances = scores["outcome"] != "engagement_next"
    assert set(scores["metric"][of_chances]) == {"auc", "brier_skill"}
    assert set(scores["metric"][~of_chances]) == {"r2", "typical_factor", "coverage_90", "width_90"}
    known = scores.dropna(subset=["value", "low"])
    assert (known["low"] <= known["high"]).all()


def test_each_list_is_forecast_but_the_first_two(predictions):
    for step in STEPS:
        part = predictions[(predictions["step"] == step) & (predictions["model"] == "drift")]
        assert len(part) == 3 * len(PANEL[step[:7]])
    chances = predictions[predictions["outcome"] != "engagement_next"]
    assert chances["predicted"].between(0, 1).all()
    told = predictions[(predictions["outcome"] == "engagement_next") & (predictions["model"] == "drift")]
    assert (told["low"] < told["predicted"]).all()
    assert (told["predicted"] < told["high"]).all()


def test_what_came_stands_beside_what_was_said(predictions):
    part = predictions[predictions["model"] == "drift"].pivot(
        index=["month", "handle"], columns="outcome", values="actual"
    )
    truth = PAIRS.set_index(["month", "handle"]).loc[part.index]
    for outcome in OUTCOMES:
        assert np.allclose(part[outcome], truth[outcome].astype(float), equal_nan=True)


def test_a_single_step_can_be_asked_for(predictions):
    last = predict_steps(PAIRS, months=["2022-08"])
    whole = predictions[predictions["month"] == "2022-08"].reset_index(drop=True)
    pd.testing.assert_frame_equal(last.drop(columns="chosen"), whole.drop(columns="chosen"))


def test_one_thing_is_chosen_for_each_step_and_outcome(predictions):
    picks = predictions[predictions["chosen"]]
    assert len(picks[["step", "outcome", "model"]].drop_duplicates()) == 9
    assert set(picks.loc[picks["step"] == STEPS[0], "model"]) == {"drift"}
    assert set(picks["model"]) <= set(CANDIDATES)


def test_what_is_chosen_was_best_before_not_now():
    def rows(month, errors):
        return pd.DataFrame(
            {"month": month, "outcome": "stayed", "model": list(errors), "actual": 1.0, "handle": "ada"}
        ).assign(predicted=[1 - error for error in errors.values()])

    steps = [
        rows("2022-06", {"drift": 0.5, "linear": 0.1, "persistence": 0.0}),
        rows("2022-07", {"drift": 0.0, "linear": 0.45, "persistence": 0.0}),
        rows("2022-09", {"drift": 0.9, "linear": 0.0, "persistence": 0.0}),
    ]
    picked = pick_on_earlier_steps(pd.concat(steps, ignore_index=True))
    assert picked.loc[picked["chosen"], ["month", "model"]].to_numpy().tolist() == [
        ["2022-06", "drift"],
        ["2022-07", "linear"],
        ["2022-09", "linear"],  # 0.01 + 0.2025 against 0.25
    ]


def test_errors_of_engagement_are_counted_in_factors():
    """Off by half for the smallest is worse than off by a tenth for the largest."""
    rows = pd.DataFrame({"actual": [1e9, 1e3], "handle": ["ada", "bob"], "outcome": "engagement_next"})
    first = [
        rows.assign(model="drift", predicted=[0.9e9, 1e3]),
        rows.assign(model="linear", predicted=[1e9, 500]),
    ]
    steps = [part.assign(month=month) for month in ("2022-06", "2022-07") for part in first]
    picked = pick_on_earlier_steps(pd.concat(steps, ignore_index=True))
    assert picked.loc[picked["chosen"], "model"].unique().tolist() == ["drift"]


@pytest.mark.slow
def test_the_past_does_not_move_when_the_future_is_dropped_or_changed(predictions):
    early = {month: PANEL[month] for month in MONTHS[:4]}
    wild = PANEL["2022-09"].assign(
        engagement=lambda df: df["engagement"].to_numpy()[::-1] * 50, subscribers=1.0, views=7e9
    )
    for panel in (early, {**early, "2022-09": wild}):
        again = predict_steps(pair_snapshots(panel))
        for step in STEPS[:2]:
            before, after = (
                table[table["step"] == step].reset_index(drop=True) for table in (predictions, again)
            )
            pd.testing.assert_frame_equal(before[FIGURES], after[FIGURES])
            assert before["chosen"].equals(after["chosen"])


@pytest.mark.slow
def test_a_step_is_not_told_its_own_outcome():
    """Whatever comes of the last list: what was said of it stays."""
    flipped = PAIRS.copy()
    last = flipped["month"] == "2022-08"
    flipped.loc[last, "stayed"] = ~flipped.loc[last, "stayed"]
    flipped.loc[last, "success_next"] = ~flipped.loc[last, "success_next"]
    flipped.loc[last, "engagement_next"] = 1.0
    tables = [predict_steps(pairs, learners=("linear",)) for pairs in (PAIRS, flipped)]
    for model in ("drift", "linear", *BASELINES):
        one, other = (table.loc[table["model"] == model, FIGURES] for table in tables)
        pd.testing.assert_frame_equal(one, other)


def test_the_order_of_rows_changes_nothing_and_the_pairs_are_left_alone(predictions):
    shuffled = PAIRS.sample(frac=1, random_state=0)
    before = shuffled.copy()
    again = predict_steps(shuffled)
    pd.testing.assert_frame_equal(again, predictions)
    pd.testing.assert_frame_equal(shuffled, before)


def test_persistence_is_recovered_from_a_planted_autoregression():
    """Everybody is listed, so nothing is selected: the best that can be known is the law itself."""
    panel = plant_panel(600, months=MONTHS, correlation=0.8, spread=0.6)
    table = quick(panel)
    scores = score_forecasts(table)
    drift, persistence = (
        value(scores, "r2", "engagement_next", model=model, step="average")["value"]
        for model in ("drift", "persistence")
    )
    assert drift > persistence
    picks = table[(table["model"] == "drift") & (table["outcome"] == "engagement_next")]
    for step, part in picks.groupby("step"):
        slope = np.polyfit(np.log(part["predicted"]), np.log(part["actual"]), 1)[0]
        assert slope == pytest.approx(1, abs=0.12), step
        assert part["actual"].between(part["low"], part["high"]).mean() == pytest.approx(0.9, abs=0.05)


def test_chances_come_true_as_often_as_they_say_where_the_law_is_the_supposed_one():
    months = ("2022-01", "2022-03", "2022-04", "2022-06", "2022-08")
    table = quick(plant_panel(900, 300, months=months, correlation=0.85))
    picks = table[table["chosen"]]
    for outcome in OUTCOMES[:2]:
        part = picks[picks["outcome"] == outcome]
        assert part["predicted"].mean() == pytest.approx(part["actual"].mean(), abs=0.05)
        surest = part[part["predicted"] > part["predicted"].quantile(0.8)]
        assert surest["predicted"].mean() == pytest.approx(surest["actual"].mean(), abs=0.1)
        assert surest["actual"].mean() > 1.25 * part["actual"].mean()


@pytest.mark.slow
def test_no_skill_is_claimed_where_there_is_none(monkeypatch, share):
    """Over panels in which handles are dealt anew in each list; with one kernel, to save time."""
    kernels = dict.fromkeys(TERMS, (KERNELS[4],))
    monkeypatch.setattr("tiktok.forecast.rolling.fit_chances", partial(fit_chances, kernels=kernels))
    found = []
    for seed in range(share(60)):
        panel = plant_panel(120, 80, months=MONTHS[:3], seed=seed)
        table = quick(shuffle_handles(panel, pool=120, seed=seed))
        scores = score_forecasts(table[table["chosen"]])
        found.append(
            {outcome: value(scores, "auc", outcome) for outcome in OUTCOMES[:2]}
            | {
                f"skill of {outcome}": value(scores, "brier_skill", outcome, step="average")
                for outcome in OUTCOMES[:2]
            }
            | {"engagement_next": value(scores, "r2", "engagement_next", step="average")}
        )
    means = {name: np.mean([one[name]["value"] for one in found]) for name in found[0]}
    for outcome in OUTCOMES[:2]:
        assert means[outcome] == pytest.approx(0.5, abs=0.03)
        assert means[f"skill of {outcome}"] < 0
        assert np.mean([one[outcome]["low"] > 0.5 for one in found]) < 0.12
    assert means["engagement_next"] < 0


def test_the_features_give_no_future_away():
    lists = align_lists(PAIRS, count_days(PAIRS))
    features = tabulate_features(lists)
    for target in ("stayed", "success_next"):
        assert "leak" not in set(audit_leakage(features, lists.rows[target])["verdict"])
    stayed = lists.rows["stayed"]
    then = np.log1p(lists.rows.loc[stayed, "engagement_next"])
    assert "leak" not in set(audit_leakage(features[stayed], then)["verdict"])


def test_two_lists_can_be_paired_but_not_scored():
    pairs = pair_snapshots({month: PANEL[month] for month in MONTHS[:2]})
    with pytest.raises(ForecastError, match=r"There are 2 lists; .* three at least"):
        forecast(pairs)


def test_one_list_has_no_next():
    with pytest.raises(prepare.PrepareError, match="only one month"):
        forecast(pair_snapshots({"2022-06": PANEL["2022-06"]}))
    with pytest.raises(prepare.PrepareError, match="only one month"):
        forecast_creators({"2022-06": PANEL["2022-06"]})


def test_months_out_of_order_or_handles_in_two_cases_are_refused():
    with pytest.raises(prepare.PrepareError, match="out of order"):
        forecast_creators(dict(reversed(PANEL.items())))
    loud = PANEL["2022-06"].assign(handle=lambda df: df["handle"].str.upper())
    with pytest.raises(prepare.PrepareError, match="also written"):
        forecast_creators({**PANEL, "2022-06": loud})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda pairs: pairs.drop(columns="gap_days"), "no column 'gap_days'"),
        (lambda pairs: pairs[pairs["month"] != "2022-06"], "don't lead from list to list"),
        (lambda pairs: pairs.assign(month_next="2022-12"), "don't lead from list to list"),
        (lambda pairs: pd.concat([pairs, pairs.head(1)]), "is there twice in 2022-02"),
        (lambda pairs: pairs.head(0), "There are no lists"),
        (lambda pairs: pairs.assign(stayed=False), "0 of 120 creators of 2022-02 are in the list of 2022-05"),
        (lambda pairs: None, "hand over what prepare.pair_snapshots"),
    ],
)
def test_bad_pairs_are_refused_in_one_sentence(change, message):
    with pytest.raises(ForecastError, match=message):
        forecast(change(PAIRS))


def test_the_last_list_is_told_what_is_ahead():
    ahead = forecast_creators(PANEL)
    assert sorted(ahead["handle"]) == sorted(PANEL["2022-09"]["handle"])
    assert (ahead["month"] == "2022-09").all()
    assert (ahead["note"] == "").all()
    assert ahead["p_stay"].between(0, 1).all()
    assert (ahead["p_success"] <= ahead["p_stay"]).all()
    assert (ahead["engagement_low"] < ahead["engagement"]).all()
    assert (ahead["engagement"] < ahead["engagement_high"]).all()
    assert ahead.attrs["provenance"]["synthetic"]


def test_it_says_what_the_steps_would_have_said():
    """The forecast of the last list is that of a step, if only the lists up to it were there."""
    early = {month: PANEL[month] for month in MONTHS[:4]}
    ahead = forecast_creators(early, days_ahead=31).set_index("handle")
    step = predict_steps(PAIRS, learners=())
    step = step[(step["month"] == "2022-08") & (step["model"] == "drift")]
    for outcome, column in zip(OUTCOMES, ("p_stay", "p_success", "engagement"), strict=True):
        said = step[step["outcome"] == outcome].set_index("handle")["predicted"]
        assert np.allclose(said, ahead[column].reindex(said.index))


def client(**changes):
    typical = PANEL["2022-09"].select_dtypes("number").median()
    return pd.DataFrame([{"handle": "newcomer", **typical, **changes}])


def test_a_client_is_held_against_the_list():
    modest, grand = (forecast_creators(PANEL, client(subscribers=s)) for s in (1e6, 1e7))
    assert modest["note"].tolist() == grand["note"].tolist() == [""]
    known = PANEL["2022-09"].head(2)
    whole = forecast_creators(PANEL).set_index("handle")
    told = forecast_creators(PANEL, known.assign(handle=known["handle"].str.upper()))
    assert np.allclose(told["p_stay"], whole["p_stay"].reindex(known["handle"])), "capitals don't count"


def test_a_past_in_the_lists_counts():
    seen = set.intersection(*(set(PANEL[month]["handle"]) for month in MONTHS))
    regular = client(handle=sorted(seen)[0])
    assert forecast_creators(PANEL, regular)["p_stay"][0] > forecast_creators(PANEL, client())["p_stay"][0]


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"views": 1.0, "likes": 1e9}, "below the bar"),
        ({"subscribers": 1e12}, "subscribers outside the list of 2022-09"),
        ({"views": 1e12}, "engagement outside the list of 2022-09"),
        ({"likes": np.nan}, "missing, negative or no number"),
        ({"likes": -5.0}, "missing, negative or no number"),
        ({"likes": "many"}, "missing, negative or no number"),
        ({"shares": np.inf}, "missing, negative or no number"),
    ],
)
def test_of_a_client_outside_the_list_nothing_is_said(changes, note):
    if "below" in note:
        changes = {
            **PANEL["2022-09"].min(numeric_only=True),
            "views": PANEL["2022-09"]["views"].median(),
            "likes": 1.0,
        }
    told = forecast_creators(PANEL, client(**changes)).iloc[0]
    assert note in told["note"]
    assert np.isnan(told["p_stay"])
    assert np.isnan(told["engagement"])


def test_a_client_without_counts_is_refused():
    with pytest.raises(ForecastError, match="no column 'shares'"):
        forecast_creators(PANEL, client().drop(columns="shares"))


def test_what_two_gaps_say_of_days_is_not_stretched_to_a_third():
    """Learnt from gaps of 61 and 62 days, a straight line had R² below −1 at 30."""
    months = ("2022-01", "2022-03", "2022-05", "2022-07", "2022-08")
    table = predict_steps(pair_snapshots(plant_panel(300, 200, months=months)), learners=("linear",))
    last = table[(table["month"] == "2022-07") & (table["outcome"] == "engagement_next")].dropna()
    missed = np.log(last["actual"] / last["predicted"]).groupby(last["model"]).mean().abs()
    assert missed["linear"] < missed["drift"] + 0.1


@pytest.mark.slow
@pytest.mark.real_data
def test_the_goals_are_held_on_the_real_lists(real_data_dir):
    months = ["2022-02", "2022-06", "2022-07", "2022-09", "2022-11"]
    raw = acquire.get_panel(months, source="local", data_dir=real_data_dir)
    table = predict_steps(pair_snapshots({month: prepare.clean(df) for month, df in raw.items()}))
    scores, gains = score_forecasts(table), compare_forecasts(table)
    assert value(scores, "auc", "stayed")["value"] >= 0.78
    assert value(scores, "auc", "success_next")["value"] >= 0.855, "the goal of 0.86 is not reached"
    held = scores[scores["chosen"] & (scores["metric"] == "coverage_90") & scores["step"].str.contains("→")]
    assert held["high"].min() > 0.9, "at least as many as promised, on each step"
    assert held["value"].max() < 0.95
    picked = scores[scores["chosen"] & (scores["metric"] == "brier_skill")]
    assert (picked["value"] > 0).all()
    r2 = gains[(gains["metric"] == "r2") & (gains["step"] == "average")].set_index("baseline")["gain"]
    assert r2["persistence"] >= 0.12
    assert r2["shrunk persistence"] >= 0.04
    headline = gains["metric"].isin(["auc", "brier_skill", "r2"])
    assert (gains.loc[headline, "gain"] > 0).all(), "below neither baseline on any step"
