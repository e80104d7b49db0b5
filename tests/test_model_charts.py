import matplotlib as mpl
import pandas as pd
import pytest
from made_lists import make_list, make_split

import classification
import limits
import regression
from figures import SYNTHETIC_MARK, log_count_axis
from model_charts import (
    plot_diagnostics,
    plot_elasticities,
    plot_learning_curve,
    plot_model_scores,
    plot_predictions,
)

CHEAP = {name: regression.LOG_REGRESSORS[name] for name in ("mean", "OLS")}


@pytest.fixture(scope="module")
def figures():
    split = make_split(200)
    results = regression.fit_elasticities(make_list(200), "interactions", ["subscribers", "views"])
    compared = regression.cross_validate_regressors(split, "interactions", ["views"], CHEAP)
    classes = classification.cross_validate_classifiers(
        split,
        ["subscribers"],
        {n: classification.CLASSIFIERS[n] for n in ("base rate", "logistic regression")},
    )
    intervals = limits.predict_intervals(split, "interactions", ["views"])
    return {
        "scores": plot_model_scores(compared, "r2_log"),
        "factors": plot_model_scores(compared, "median_factor"),
        "auc": plot_model_scores(classes, "auc"),
        "elasticities": plot_elasticities(regression.list_elasticities(results), "interactions"),
        "predictions": plot_predictions(intervals, limits.CONFORMAL, "interactions"),
        "diagnostics": plot_diagnostics(results),
        "curve": plot_learning_curve(limits.learn_from_more(split, "interactions", ["views"], repeats=1)),
    }


NAMES = ["scores", "factors", "auc", "elasticities", "predictions", "diagnostics", "curve"]


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_titles_units_alternative_text_and_the_synthetic_mark(figures, name):
    figure = figures[name]
    figure.canvas.draw()
    assert all(ax.get_title(loc="left") or ax.get_title() for ax in figure.axes)
    assert all(ax.get_xlabel() for ax in figure.axes)
    assert figure.get_label().startswith(SYNTHETIC_MARK)
    assert SYNTHETIC_MARK in [text.get_text() for text in figure.texts]


def test_a_chart_of_scores_names_every_model_in_the_order_of_the_table(figures):
    labels = [label.get_text() for label in figures["scores"].axes[0].get_yticklabels()]
    assert labels == ["mean", "OLS"]
    low, high = figures["scores"].axes[0].get_ylim()
    assert low > high  # the first on top


def test_the_title_of_predictions_counts_what_is_drawn():
    rows = {
        "method": "m",
        "level": 0.8,
        "actual": [2.0, 3, 90, 4],
        "predicted": [2.0, 3, 4, 5],
        "low": 1.0,
        "high": 9.0,
    }
    figure = plot_predictions(pd.DataFrame(rows | {"inside": [True, True, False, True]}), "m", "views")
    assert figure.axes[0].get_title(loc="center") == "75 % of the counts lie in their 80 % interval"
    assert [len(points.get_offsets()) for points in figure.axes[0].collections[1:]] == [3, 1]


@pytest.mark.parametrize("limits_", [(1.8e6, 4.2e6), (9e5, 6e7), (70, 120), (1e3, 1e9)])
def test_a_logarithmic_axis_has_at_least_two_labels_and_not_too_many(limits_):
    ax = mpl.figure.Figure().subplots()
    ax.set(xscale="log", xlim=limits_)
    log_count_axis(ax.xaxis)
    shown = [tick for tick in ax.get_xticks() if limits_[0] <= tick <= limits_[1]]
    assert 2 <= len(shown) <= 9


def test_a_chart_is_drawn_on_the_axes_that_it_is_given():
    ax = mpl.figure.Figure().subplots()
    table = pd.DataFrame({"metric": "auc", "model": ["a"], "value": [0.6], "low": 0.5, "high": 0.7})
    assert plot_model_scores(table, "auc", ax) is ax.figure
