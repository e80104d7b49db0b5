import numpy as np
import pandas as pd
import pytest
from planted import plant_panel

from tiktok.forecast.ablation import ablate_forecast
from tiktok.forecast.charts import (
    plot_engagement,
    plot_forecast,
    plot_forecast_chances,
    plot_parts,
    plot_transitions,
)
from tiktok.forecast.rolling import predict_steps
from tiktok.forecast.scores import score_forecasts
from tiktok.forecast.transitions import STATES, count_transitions
from tiktok.prepare.panel import pair_snapshots
from tiktok.wording import say_percent

PANEL = plant_panel(240, 120)
PAIRS = pair_snapshots(PANEL)


@pytest.fixture(scope="module")
def predictions():
    return predict_steps(PAIRS, learners=())


def test_transitions_are_one_table_of_all_steps_that_leaves_unseen_cells_blank():
    transitions = count_transitions(PANEL)
    fig = plot_transitions(transitions)
    (ax,) = fig.axes
    assert "newcomers" in ax.get_yticklabels()[-1].get_text()
    assert "4 steps together" in ax.get_xlabel()
    assert len(ax.texts) == 24
    top = transitions[transitions["now"] == "top quarter"].groupby("next")["n"].sum()
    shares = top / top.sum()
    assert [text.get_text() for text in ax.texts[:5]] == [f"{100 * shares[state]:.0f} %" for state in STATES]
    kept, gone = say_percent(shares["top quarter"]), say_percent(shares["out"])
    assert f"{kept} are there again and {gone} are out" in fig.get_label()


def test_transitions_of_one_step_are_called_so():
    panel = dict(list(PANEL.items())[:2])
    assert "one step" in plot_transitions(count_transitions(panel)).axes[0].get_xlabel()


@pytest.mark.parametrize("outcome", ["stayed", "success_next"])
def test_chances_are_told_apart_by_step_and_calibrated_together(predictions, outcome):
    fig = plot_forecast_chances(predictions, outcome)
    roc, calibration = fig.axes
    assert len(roc.lines) == 4, "a curve a step, and the line of guessing"
    assert roc.get_legend() is None, "the legend stands outside, where it covers no line"
    (legend,) = fig.legends
    assert [text.get_text() for text in legend.get_texts()] == [line.get_label() for line in roc.lines[1:]]
    picks = predictions[predictions["chosen"] & (predictions["outcome"] == outcome)]
    (bars,) = calibration.containers
    said, came = bars.lines[0].get_data()
    bins = picks.groupby(pd.qcut(picks["predicted"], len(said)), observed=True)
    assert np.allclose(said, bins["predicted"].mean())
    assert np.allclose(came, bins["actual"].mean())
    low, high = np.array(bars.lines[2][0].get_segments())[:, :, 1].T
    assert (low >= 0).all()
    assert (low <= came).all()
    assert (came <= high).all()
    first = picks[picks["step"] == "2022-05→2022-06"]
    said, came = say_percent(first["predicted"].mean()), say_percent(first["actual"].mean())
    assert f"{said} said and {came} came true" in fig.get_label()


def test_creators_of_several_steps_make_calibration_less_sure_than_as_many_others(predictions):
    """Doubling every row says nothing new; told apart as other creators it would."""
    picks = predictions[predictions["chosen"] & (predictions["outcome"] == "stayed")]
    widths = []
    for handles in (picks["handle"], picks["handle"] + "'"):
        twice = pd.concat([picks, picks.assign(handle=handles)], ignore_index=True)
        (bars,) = plot_forecast_chances(twice, "stayed").axes[1].containers
        low, high = np.array(bars.lines[2][0].get_segments())[:, :, 1].T
        widths.append((high - low)[3])
    assert widths[0] > 1.3 * widths[1]


def test_engagement_is_drawn_of_who_stayed_with_who_fell_outside(predictions):
    fig = plot_engagement(predictions)
    picks = predictions[predictions["chosen"] & (predictions["outcome"] == "engagement_next")]
    for ax, (_, part) in zip(fig.axes, picks.dropna().groupby("step"), strict=True):
        _, inside, outside = ax.collections
        assert len(inside.get_offsets()) + len(outside.get_offsets()) == part["actual"].notna().sum()
        share = part["actual"].between(part["low"], part["high"]).mean()
        assert f"{say_percent(share)} inside" in ax.get_title(loc="left") + ax.get_title()


def test_models_are_drawn_from_worst_to_best(predictions):
    fig = plot_forecast(score_forecasts(predictions))
    for ax in fig.axes:
        names = [label.get_text() for label in ax.get_yticklabels()]
        drawn = np.concatenate([container.lines[0].get_xydata() for container in ax.containers])
        assert sorted(drawn[:, 1]) == list(range(len(names)))
        assert (np.diff(drawn[drawn[:, 1].argsort(), 0]) >= 0).all()
        assert {"chosen", "drift", "persistence", "current rank"} <= set(names)
        assert ("base rate" in names) == (ax.get_xlabel().startswith("R²"))
        assert ax.lines[0].get_xdata()[0] == (0.0 if ax.get_xlabel().startswith("R²") else 0.5)


def test_parts_are_drawn_for_each_outcome():
    parts = ablate_forecast(PAIRS)
    fig = plot_parts(parts)
    names = [label.get_text() for label in fig.axes[0].get_yticklabels()]
    assert names[0] == "handle and display name (not used)"
    assert names[-1] == "lists before the last"
    assert "SYNTHETIC" in fig.get_label()
    assert any("SYNTHETIC" in text.get_text() for text in fig.texts)
