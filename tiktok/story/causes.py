"""What may cause what on such a list: a diagram of assumptions, drawn before any number is read."""

import pandas as pd
from IPython.display import Markdown
from matplotlib.figure import Figure

from tiktok.figures import GREY, PALETTE, finish, new_figure

VIDEOS, LISTED = "the videos\n(not in the data)", "on the list: views × likes ×\n(comments + shares) is large"
PLACES = {
    VIDEOS: (0.5, 0.93),
    "subscribers": (0.13, 0.74),
    "views": (0.5, 0.6),
    "likes": (0.13, 0.35),
    "comments": (0.5, 0.35),
    "shares": (0.87, 0.35),
    LISTED: (0.5, 0.07),
}
ASSUMED = {  # from, to: how far the arrow is bent, so that it passes by what stands between
    (VIDEOS, "subscribers"): 0,
    (VIDEOS, "views"): 0,
    (VIDEOS, "likes"): 0,
    (VIDEOS, "comments"): -0.45,
    (VIDEOS, "shares"): 0,
    ("subscribers", "views"): 0,
    ("views", "likes"): 0,
    ("views", "comments"): 0,
    ("views", "shares"): 0,
}
ENTRY = {("likes", LISTED): 0, ("comments", LISTED): 0, ("shares", LISTED): 0, ("views", LISTED): 0.45}


def plot_causes(raw: pd.DataFrame) -> Figure:
    """Draw which counts are assumed to cause which, and the common effect that this list is selected on."""
    fig = new_figure(6, 5.4)
    ax = fig.subplots()
    ax.set(xlim=(0, 1), ylim=(0, 1.02), title="What may cause what, and what the list selects on")
    ax.axis("off")
    boxes = {}
    for name, place in PLACES.items():
        edge = {VIDEOS: (GREY, "dashed"), LISTED: (PALETTE[3], "solid")}.get(name, (PALETTE[0], "solid"))
        box = {"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": edge[0], "linestyle": edge[1]}
        drawn = ax.text(*place, name, ha="center", va="center", fontsize=11, bbox=box | {"linewidth": 1.8})
        boxes[name] = drawn.get_bbox_patch()
    for arrows, colour, line in ((ASSUMED, GREY, "solid"), (ENTRY, PALETTE[3], "dashed")):
        for (cause, effect), bent in arrows.items():
            style = {"arrowstyle": "-|>", "color": colour, "linestyle": line, "linewidth": 1.6}
            style |= {"connectionstyle": f"arc3,rad={bent}", "mutation_scale": 14}
            style |= {"patchA": boxes[cause], "patchB": boxes[effect], "shrinkA": 0, "shrinkB": 2}
            x, y = PLACES[effect]
            if effect == LISTED:  # a wide box: arrows end side by side
                x += (PLACES[cause][0] - x) / 2.5
            ax.annotate("", (x, y), PLACES[cause], arrowprops=style)
    alt = (
        "A diagram of assumptions. Arrows run from the videos, which aren't in the data, to subscribers, views, likes, "
        "comments and shares; from subscribers to views; from views to likes, comments and shares. Dashed arrows run "
        "from views, likes, comments and shares to one box: being on the list, which takes a large product of them."
    )
    return finish(fig, alt, raw)


def say_causes() -> Markdown:
    """Say what the arrows are worth, and what selection on a common effect does."""
    return Markdown(
        "Every arrow is an assumption, and the list tests none of them. Shares that bring views later are left out. "
        "Dashed arrows lead to what the list is assumed to select on. Whoever got onto it with little of one count "
        "needed much of another. Two counts that are unrelated among all creators, or even rise together, can "
        "therefore run against each other inside the list. This is selection on a common effect, or collider bias."
    )
