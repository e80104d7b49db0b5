import re
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import explore
import model
import prepare
from tiktok import figures, story
from tiktok.figures import (
    PALETTE,
    SYNTHETIC_MARK,
    draw_intervals,
    finish,
    format_count,
    log_count_axis,
    new_figure,
)


def synthetic_frame():
    df = pd.DataFrame({"likes": [1.0]})
    df.attrs["provenance"] = {"synthetic": True}
    return df


def mark_of(fig):
    return next(text for text in fig.texts if text.get_text() == SYNTHETIC_MARK)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (888, "888"),
        (999.4, "999"),
        (999.6, "1K"),
        (1000, "1K"),
        (3450, "3.45K"),
        (729_400, "729K"),
        (999_600, "1M"),
        (13_800_000, "13.8M"),
        (1.53e9, "1.53B"),
        (-2500, "-2.5K"),
        (0.1, "0.1"),
    ],
)
def test_counts_are_written_as_the_lists_write_them(value, written):
    assert format_count(value) == written


@given(st.floats(1, 9e11))
def test_a_written_count_is_within_half_a_unit_of_its_third_digit(value):
    text = format_count(value)
    size = {"K": 1e3, "M": 1e6, "B": 1e9}.get(text[-1], 1)
    assert float(text.rstrip("KMB")) * size == pytest.approx(value, rel=0.0051)
    assert "e" not in text


def test_a_figure_is_made_outside_pyplot_so_that_it_is_shown_once():
    before = plt.get_fignums()
    fig = new_figure(6, 3)
    assert plt.get_fignums() == before
    assert isinstance(fig, Figure)
    assert fig.get_size_inches().tolist() == [6, 3]


def test_a_finished_figure_carries_its_alternative_text_and_no_mark_on_real_data():
    fig = new_figure()
    assert finish(fig, "A line.", pd.DataFrame()) is fig
    assert fig.get_label() == "A line."
    assert SYNTHETIC_MARK not in [text.get_text() for text in fig.texts]


def test_a_figure_of_synthetic_data_says_so_once_in_picture_and_in_words():
    fig = finish(finish(new_figure(), "A line.", synthetic_frame()), "A line.", synthetic_frame())
    assert [text.get_text() for text in fig.texts].count(SYNTHETIC_MARK) == 1
    assert fig.get_label() == f"{SYNTHETIC_MARK}. A line."


def test_the_mark_lies_inside_the_picture_clear_of_a_title():
    """So that a saved figure keeps it, whatever it is saved with."""
    fig = new_figure()
    ax = fig.subplots()
    ax.set_title("A title", loc="left")
    finish(fig, "A line.", synthetic_frame())
    fig.draw_without_rendering()
    mark = mark_of(fig).get_window_extent()
    assert fig.bbox.contains(mark.x0, mark.y0)
    assert fig.bbox.contains(mark.x1 - 1, mark.y1 - 1)
    assert not mark.overlaps(ax.get_tightbbox())


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_an_axis_of_counts_has_ticks_in_thousands_and_millions(scale):
    fig = new_figure()
    ax = fig.subplots()
    ax.plot([1e3, 5e6], [1, 2])
    ax.set_xscale(scale)
    log_count_axis(ax.xaxis)
    fig.draw_without_rendering()
    shown = [label.get_text() for label in ax.get_xticklabels()]
    assert any(text.endswith("M") for text in shown)
    assert not any("e" in text or "10^" in text for text in shown)
    assert not any(label.get_text() for label in ax.get_xticklabels(minor=True))


def test_no_power_of_ten_creeps_in_where_an_axis_spans_less_than_ten():
    fig = new_figure()
    ax = fig.subplots()
    ax.plot([2e3, 6e3], [1, 2])
    ax.set_xscale("log")
    log_count_axis(ax.xaxis)
    fig.draw_without_rendering()
    assert not any("10" in label.get_text() for label in ax.get_xticklabels(minor=True))


@pytest.mark.parametrize("limits", [(1.8e6, 4.2e6), (9e5, 6e7), (70, 120), (1e3, 1e9)])
def test_a_logarithmic_axis_has_at_least_two_labels_and_not_too_many(limits):
    ax = new_figure().subplots()
    ax.set(xscale="log", xlim=limits)
    log_count_axis(ax.xaxis)
    shown = [tick for tick in ax.get_xticks() if limits[0] <= tick <= limits[1]]
    assert 2 <= len(shown) <= 9


@pytest.mark.parametrize(("upright", "bar"), [(False, [[0.4, 3], [0.7, 3]]), (True, [[3, 0.4], [3, 0.7]])])
def test_an_interval_is_a_bar_from_its_low_to_its_high_end(upright, bar):
    ax = new_figure().subplots()
    values = (pd.Series([0.5]), pd.Series([0.4]), pd.Series([0.7]))
    draw_intervals(ax, *values, np.array([3]), upright=upright)
    assert ax.containers[0].lines[2][0].get_segments()[0] == pytest.approx(np.array(bar))


def shown(marks, label="A line."):
    """What a notebook gets of a figure with so many dots."""
    fig = new_figure(4, 2)
    fig.subplots().plot(np.arange(marks), np.arange(marks), "o")
    return finish(fig, label, pd.DataFrame())._repr_mimebundle_()


@pytest.mark.parametrize(("marks", "form"), [(3, "image/svg+xml"), (figures.MOST_MARKS + 1, "image/png")])
def test_a_figure_is_shown_as_shapes_and_one_of_many_marks_as_pixels(marks, form):
    data, about = shown(marks)
    assert list(data) == list(about) == [form]
    assert about[form] == {"width": 400, "height": 200, "alt": "A line."}


def test_the_same_figure_is_the_same_shapes_each_time_and_says_what_it_shows():
    label = "A <b>line</b> & more."
    assert shown(3, label) == shown(3, label)
    svg = ElementTree.fromstring(shown(3, label)[0]["image/svg+xml"])
    assert svg[0].text == label
    assert (svg.get("width"), svg.get("height"), svg.get("viewBox")) == ("400", "200", "0 0 288 144")
    assert not {"text", "script", "b"} & {part.tag.split("}")[1] for part in svg.iter()}


def test_to_show_a_figure_leaves_it_as_it_was():
    fig = new_figure(4, 2)
    before = fig.dpi, fig.canvas
    fig._repr_mimebundle_()
    assert (fig.dpi, fig.canvas) == before


def luminance(colour):
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_grey_text_stands_out_from_white_paper():
    assert 1.05 / (luminance(figures.GREY) + 0.05) >= 4.5


def test_the_palette_is_the_colour_blind_safe_one():
    assert PALETTE[:3] == ["#0173b2", "#de8f05", "#029e73"]


def test_the_style_is_set_for_whoever_asks():
    with plt.rc_context():
        figures.use_style()
        assert plt.rcParams["axes.titlelocation"] == "left"
        assert plt.rcParams["axes.spines.top"] is False


@pytest.mark.parametrize(("width", "labelled"), [(8, True), (1.6, False)])
def test_ticks_between_powers_of_ten_stand_only_where_their_labels_have_room(width, labelled):
    ax = new_figure(width, 3).subplots()
    ax.set(xscale="log", xlim=(5e4, 1e7))
    log_count_axis(ax.xaxis)
    assert (2e5 in ax.get_xticks()) == labelled
    assert 1e5 in ax.get_xticks()


def test_the_colours_are_seaborn_s_for_the_colour_blind():
    assert sns.color_palette("colorblind").as_hex() == PALETTE


# --- every figure of the story, on the sample

PHONE = 350  # pixels that a phone's page has for a figure
LEAST = 9  # pixels of a letter's height that can be read there
IN_MAIN_TEXT = {
    "plot_chances",
    "plot_composition",
    "plot_list_rule",
    "plot_posting_times",
    "plot_transitions",
}


@pytest.fixture(scope="module")
def drawn(panel_of_sample, forecast_of_sample):
    with plt.rc_context():
        figures.use_style()
        panel, creators = panel_of_sample, panel_of_sample["2022-07"]
        split = prepare.label_success(prepare.split_creators(model.add_features(creators)))
        logistic, profile = "logistic regression", model.feature_groups("profile")
        tests = explore.correlation_tests(creators, "shares", ["views", "likes"])
        by_month = explore.correlations_by_month(panel)
        ahead = forecast_of_sample.figures
        return {
            "plot_ablation": model.plot_ablation(
                model.ablate_features(split, "success", ["subscribers"], profile, logistic)
            ),
            "plot_causes": story.plot_causes(creators),
            "plot_chances": model.plot_chances(model.trace_scores(split)),
            "plot_composition": explore.plot_composition(explore.measure_composition(creators)),
            "plot_correlations": explore.plot_correlations(tests),
            "plot_creators": model.plot_creators(model.describe_listed(creators, panel).creators),
            "plot_distributions": explore.plot_distributions(
                creators, [*prepare.METRICS, "engagement", "interactions"]
            ),
            "plot_engagement": ahead.engagement,
            "plot_forecast": ahead.scores,
            "plot_forecast_chances": ahead.chances,
            "plot_forest": explore.plot_forest(by_month, explore.pool_correlations(panel, by_month)),
            "plot_importance": model.plot_importance(
                model.measure_importance(split, "success", ["subscribers"], logistic)
            ),
            "plot_influence": explore.plot_influence(
                explore.leave_creators_out(creators, "shares", ["subscribers", "views", "likes", "comments"])
            ),
            "plot_list_rule": explore.explain_order(creators)[2],
            "plot_parts": ahead.parts,
            "plot_posting_times": explore.plot_posting_times(
                explore.compare_posting_times(story.read_videos(source="sample"))
            ),
            "plot_regression_to_mean": explore.explain_regression_to_mean(panel)[2],
            "plot_relationships": explore.plot_relationships(
                creators, "shares", ["subscribers", "views", "likes", "comments"]
            ),
            "plot_selection": explore.plot_selection(explore.fit_selection(creators)),
            "plot_specifications": explore.plot_specifications(
                explore.try_specifications(panel, rules=["all creators", "winsorised"])
            ),
            "plot_transitions": ahead.transitions,
        }


def written(figure):
    """Each text of a figure that is shown, with the box that it takes, titles first."""
    FigureCanvasAgg(figure).draw()
    titles = [
        title for ax in figure.axes for title in (ax.title, ax._left_title, ax._right_title)
    ]  # matplotlib has no public way to the one at the left
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    boxes = [
        (text in titles, text.get_text(), text.get_window_extent(), text.get_fontsize()) for text in texts
    ]
    return sorted(boxes, key=lambda box: not box[0])


def test_every_figure_that_can_be_drawn_is_among_them(drawn):
    sources = Path(figures.__file__).parent.rglob("*.py")
    functions = {
        name
        for source in sources
        for name in re.findall(r"^def (plot_\w+)", source.read_text(), re.MULTILINE)
    }
    assert set(drawn) == functions


def test_no_title_label_or_legend_runs_over_the_edge_of_a_figure_or_into_another_title(drawn):
    for name, figure in drawn.items():
        texts = written(figure)
        titles = [box for is_title, _, box, _ in texts if is_title]
        assert not any(a.overlaps(b) for i, a in enumerate(titles) for b in titles[:i]), name
        axes = {text for ax in figure.axes for text in (ax.get_xlabel(), ax.get_ylabel())}
        notes = {text.get_text() for legend in figure.legends for text in legend.get_texts()}
        notes |= {text.get_text() for part in (figure, *figure.axes) for text in part.texts}
        for is_title, said, box, _ in texts:
            if is_title or said in axes | notes:
                assert box.x0 >= -1, (name, said)
                assert box.x1 <= figure.bbox.x1 + 1, (name, said)
                assert box.y1 <= figure.bbox.y1 + 1, (name, said)


def test_no_figure_is_wider_than_the_page(drawn):
    assert {name for name, figure in drawn.items() if figure.get_figwidth() > figures.WIDEST} == set()


@pytest.mark.parametrize("name", sorted(IN_MAIN_TEXT))
def test_a_figure_of_the_main_text_can_be_read_on_a_phone(drawn, name):
    sizes = {said: size for _, said, _, size in written(drawn[name])}
    sizes.pop(SYNTHETIC_MARK, None)  # which real lists don't have
    scale = PHONE / (72 * drawn[name].get_figwidth())
    assert {said: size for said, size in sizes.items() if size * scale < LEAST} == {}
