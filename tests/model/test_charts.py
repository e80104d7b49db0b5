import pandas as pd
import pytest
from made_lists import make_split

from tiktok.figures import SYNTHETIC_MARK
from tiktok.model import client, importance
from tiktok.model.charts import (
    plot_ablation,
    plot_chances,
    plot_creators,
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


def shown_creators(**clients):
    rows = {"subscribers": [1e5, 1e6, 1e7], "views": [1e6, 2e6, 9e6], "success": [False, False, True]}
    return plot_creators(pd.DataFrame(rows), pd.DataFrame({"name": "Ann $x$", **clients}, index=[0]))


def test_every_creator_is_a_dot_and_a_client_a_diamond_with_its_name():
    figure = shown_creators(subscribers=2e6, views=3e6)
    figure.canvas.draw()
    [ax] = figure.axes
    assert sum(len(dots.get_offsets()) for dots in ax.collections) == 3
    assert [line.get_xydata().tolist() for line in ax.lines] == [[[2e6, 3e6]]]
    assert "Ann $x$" in [text.get_text() for text in ax.texts]
    assert figure.get_label().startswith("Each dot is a creator")
    assert figure.get_label().endswith("A diamond marks Ann $x$.")


@pytest.mark.parametrize(("counts", "way"), [((2e6, float("nan")), 0), ((float("nan"), 3e6), 1)])
def test_a_client_of_whom_one_count_is_known_is_a_line(counts, way):
    figure = shown_creators(subscribers=counts[0], views=counts[1])
    [line] = figure.axes[0].lines
    assert set(line.get_xydata()[:, way]) == {counts[way]}
    assert figure.get_label().endswith("A line marks Ann $x$.")


def test_the_picture_names_the_typical_views_of_the_story_s_top_quarter():
    rows = pd.DataFrame({"subscribers": [1e5, 1e6, 1e7, 2e7], "views": [1e6, 2e6, 4e6, 8e6]})
    rows = rows.assign(engagement=rows["views"], success=[False, False, True, True])
    assert "Typical views: 8M in the top quarter, 2M below." in plot_creators(rows).get_label()


def test_nothing_of_the_picture_of_creators_is_cut_off():
    figure = shown_creators(subscribers=1e8, views=8.9e7)
    figure.canvas.draw()
    inked = figure.get_tightbbox()
    assert inked.x0 >= 0
    assert inked.y0 >= 0
    assert inked.x1 <= figure.get_figwidth()
    assert inked.y1 <= figure.get_figheight()


@pytest.mark.parametrize(
    "counts", [(float("nan"), 9.1e7), (1.1e8, float("nan")), (1.1e8, 3e6), (9e3, 3e6), (2e6, 9.1e7)]
)
def test_a_client_far_outside_the_list_does_not_push_it_into_a_corner(counts):
    figure = shown_creators(subscribers=counts[0], views=counts[1])
    assert list(figure.axes[0].lines) == []
    assert "diamond" not in figure.get_label()
