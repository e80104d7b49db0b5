import pandas as pd
import pytest
from made_lists import make_split

from tiktok.figures import SYNTHETIC_MARK
from tiktok.model import client, importance
from tiktok.model.charts import (
    plot_ablation,
    plot_chances,
    plot_importance,
)

LOGISTIC = "logistic regression"


@pytest.fixture(scope="module")
def figures():
    split = make_split(200)
    ablated = importance.ablate_features(
        split, "success", ["subscribers"], {"comments": ["comments"]}, LOGISTIC
    )
    clients = client.score_creators({"subscribers": [3e6, 1e12]}, split)
    return {
        "importance": plot_importance(
            importance.measure_importance(split, "success", ["subscribers"], LOGISTIC)
        ),
        "ablation": plot_ablation(ablated),
        "chances": plot_chances(client.trace_scores(split), clients),
    }


NAMES = ["importance", "ablation", "chances"]


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_titles_units_alternative_text_and_the_synthetic_mark(figures, name):
    figure = figures[name]
    figure.canvas.draw()
    assert all(ax.get_title() or ax.get_title(loc="left") for ax in figure.axes)
    assert all(ax.get_xlabel() for ax in figure.axes)
    assert figure.get_label().startswith(SYNTHETIC_MARK)
    assert SYNTHETIC_MARK in [text.get_text() for text in figure.texts]


def test_ablation_says_the_verdict_and_does_not_repeat_the_base(figures):
    labels = [label.get_text() for label in figures["ablation"].axes[0].get_yticklabels()]
    assert labels[0] == "no feature"
    assert labels[1].startswith("subscribers (")
    assert labels[2].startswith("… + comments (")


def test_a_chart_with_a_line_for_each_row_keeps_the_order_of_the_table(figures):
    low, high = figures["ablation"].axes[0].get_ylim()
    assert low > high  # the first on top


def test_the_curve_of_chances_is_solid_only_where_creators_are_similar():
    curve = pd.DataFrame(
        {
            "subscribers": [1e4, 1e5, 1e6],
            "probability": [0.2, 0.3, 0.4],
            "low": 0.1,
            "high": 0.5,
            "similar": [3, 50, 60],
        }
    )
    dotted, solid = plot_chances(curve).axes[0].lines[:2]
    assert dotted.get_linestyle() == ":"
    assert solid.get_ydata().tolist()[1:] == [0.3, 0.4]
    assert pd.isna(solid.get_ydata()[0])
