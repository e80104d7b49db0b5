import pandas as pd

from tiktok import story
from tiktok.story.causes import ASSUMED, ENTRY, PLACES


def test_the_diagram_names_every_box_and_says_in_words_what_it_draws():
    fig = story.plot_causes(pd.DataFrame())
    (ax,) = fig.axes
    assert {text.get_text() for text in ax.texts if text.get_text()} == set(PLACES)
    assert {end for arrow in ASSUMED | ENTRY for end in arrow} == set(PLACES)
    for word in ("subscribers", "views", "likes", "comments", "shares", "on the list"):
        assert word in fig.get_label()


def test_no_boxes_overlap_nor_leave_the_figure():
    fig = story.plot_causes(pd.DataFrame())
    fig.canvas.draw()
    boxes = [text.get_window_extent() for text in fig.axes[0].texts if text.get_text()]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(fig.bbox.x0 <= box.x0 and box.x1 <= fig.bbox.x1 for box in boxes)


def test_subscribers_are_no_part_of_what_the_list_selects_on():
    assert "subscribers" not in {cause for cause, _ in ENTRY}
    assert "assumption" in story.say_causes().data
