"""The look of every figure: style, palette, ticks of counts, alternative text, the synthetic mark."""

import base64
import re
from html import escape
from io import BytesIO, StringIO

import matplotlib
import numpy as np
import pandas as pd
from matplotlib import axis, ticker
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from tiktok.lists.provenance import is_synthetic

# seaborn's "colorblind": it takes long to load, and only the style of a whole notebook needs it
PALETTE = ["#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc"]
PALETTE += ["#ca9161", "#fbafe4", "#949494", "#ece133", "#56b4e9"]
GREY = "#6b6b6b"
STYLE = {
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 10,
    "image.cmap": "viridis",  # whose name is known without seaborn too
    "legend.frameon": False,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
}
SYNTHETIC_MARK = "SYNTHETIC SAMPLE: not real creators"
MARK_HEIGHT = 0.2  # inches
DENSITY = 2  # pixels of a dense screen for one of a plain one
WIDEST = 9.2  # inches: as many as a desk's page has room for
NARROW = 6  # inches of a figure of the main text, which a phone shows whole
LEGIBLE = 11.5  # points in such a figure: 9 pixels, where a phone shrinks it to 350
MOST_MARKS = 1000  # of more, pixels are smaller than shapes, and sooner drawn
# letters as shapes look the same wherever they are read; names of parts that are the same in each run
AS_SVG = {"svg.fonttype": "path", "svg.hashsalt": "tiktok"}
UNNAMED = {"Creator": None, "Date": None, "Format": None, "Type": None}
DIGITS = re.compile(r"(?<=\.\d\d)\d+(?=\s)")  # beyond a hundredth of a point, in the coordinates of a shape
BETWEEN_SHAPES = re.compile(r"<!--.*?-->|\s*\n\s*", re.DOTALL)
SVG_NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
UNITS = {
    "subscribers": "subscribers",
    "views": "views per video",
    "likes": "likes per video",
    "comments": "comments per video",
    "shares": "shares per video",
    "engagement": "engagement per video",
    "interactions": "interactions per video",
}
TICKS_AN_INCH = (2.5, 5)  # labels side by side, and one above the other
LOG_STEPS = ((5, (1, 1.5, 2, 3, 4, 5, 7)), (300, (1, 2, 5)))  # ticks in a decade, for axes of that reach
SUFFIXES = ((1e9, "B"), (1e6, "M"), (1e3, "K"))


def use_style() -> None:
    """Set the house style once, at the top of a notebook."""
    import seaborn as sns

    sns.set_theme(context="notebook", style="whitegrid", palette=PALETTE, rc=STYLE)


class Picture(Figure):
    """A figure that shows itself in any notebook, its alternative text beside it."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        """Hand IPython the picture, and for the page its size and what it shows."""
        width, height = (round(side) for side in self.bbox.size)
        shown = {"width": width, "height": height, "alt": self.get_label()}
        if self._count_marks() > MOST_MARKS:
            return {"image/png": self._to_png()}, {"image/png": shown}
        return {"image/svg+xml": self._to_svg(width, height)}, {"image/svg+xml": shown}

    def _count_marks(self) -> int:
        """Count the points that are drawn, alone or along a line."""
        dots = (len(dots.get_offsets()) for ax in self.axes for dots in ax.collections)
        return sum(dots) + sum(len(line.get_xdata()) for ax in self.axes for line in ax.lines)

    def _to_svg(self, width: int, height: int) -> str:
        """Draw as shapes, in as few words as that takes, of the size that its pixels would have."""
        drawn, dpi, plain = StringIO(), self.dpi, self.canvas
        try:
            with matplotlib.rc_context(AS_SVG):
                FigureCanvasSVG(self).print_svg(drawn, metadata=UNNAMED)
        finally:
            self.set_dpi(dpi)
            self.set_canvas(plain)
        shapes = DIGITS.sub("", BETWEEN_SHAPES.sub(" ", drawn.getvalue())).replace("> <", "><")
        across, up = 72 * self.get_size_inches()
        size = f'width="{width}" height="{height}" viewBox="0 0 {across:g} {up:g}"'
        title = f"<title>{escape(self.get_label())}</title>"
        return f"<svg {SVG_NAMES} {size}>{title}{shapes[shapes.index('<defs>') :].rstrip()}"

    def _to_png(self) -> str:
        """Draw as pixels, in base64."""
        picture = self._draw_crisply()
        encoded = BytesIO()
        # a palette makes a PNG as crisp, and a third of the size; the octree is the fast way to one, and off
        # by a shade where it counts, so the ground gets its own colour back
        indexed = picture.quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        colours, ground = indexed.getpalette(), 3 * indexed.getpixel((0, 0))
        colours[ground : ground + 3] = picture.getpixel((0, 0))
        indexed.putpalette(colours)
        indexed.save(encoded, "png", compress_level=3)
        return base64.b64encode(encoded.getvalue()).decode()

    def _draw_crisply(self) -> Image.Image:
        """Draw once, with the pixels of a dense screen."""
        dpi, plain = self.dpi, self.canvas
        self.set_dpi(DENSITY * dpi)
        try:
            canvas = FigureCanvasAgg(self)
            canvas.draw()
            size, pixels = canvas.get_width_height(), canvas.buffer_rgba()
            picture = Image.frombuffer("RGBA", size, pixels).convert("RGB")
            del pixels
            canvas.get_renderer().__init__(1, 1, dpi)  # texts keep it, who measured them, and its pixels
            return picture
        finally:
            self.set_dpi(dpi)
            self.set_canvas(plain)


def new_figure(width: float = 8, height: float = 4) -> Picture:
    """Make an empty figure outside pyplot, so that a notebook shows it once: when it is returned."""
    return Picture(figsize=(width, height), layout="constrained")


def enlarge_texts(fig: Figure) -> None:
    """Make each text of a narrow figure as large as it has to be to be read on a phone."""
    for ax in fig.axes:
        ax.tick_params(labelsize=LEGIBLE)
    for text in fig.findobj(Text):
        text.set_fontsize(max(text.get_fontsize(), LEGIBLE))


def finish(fig: Figure, alt: str, data: pd.DataFrame) -> Figure:
    """Give a figure its alternative text and, where the data drawn are synthetic, the mark that says so."""
    if is_synthetic(data):
        alt = f"{SYNTHETIC_MARK}. {alt}"
        if SYNTHETIC_MARK not in [text.get_text() for text in fig.texts]:
            _mark_synthetic(fig)
    fig.set_label(alt)
    return fig


def _mark_synthetic(fig: Figure) -> None:
    """Write the mark into the upper right corner, in a strip of its own that no way of saving cuts off."""
    strip = MARK_HEIGHT / fig.get_figheight()
    if (layout := fig.get_layout_engine()) is not None:
        layout.set(rect=(0, 0, 1, 1 - strip))
    style = {"color": "#a40000", "fontsize": 9, "weight": "bold"}
    fig.text(0.995, 1 - strip / 10, SYNTHETIC_MARK, ha="right", va="top", **style)


def format_count(value: float) -> str:
    """Write a count as the lists do: two or three significant digits and K, M or B."""
    for size, suffix in SUFFIXES:
        if abs(value) >= 0.9995 * size:
            return f"{value / size:.3g}{suffix}"
    return f"{value:.3g}"


def log_count_axis(one_axis: axis.Axis) -> None:
    """Label an axis with counts in K, M and B, and a short logarithmic one between its powers of ten too."""
    low, high = one_axis.get_view_interval()
    side = ["x", "y"].index(one_axis.axis_name)
    inches = one_axis.axes.get_position().size[side] * one_axis.get_figure().get_size_inches()[side]
    for reach, steps in LOG_STEPS:
        if one_axis.get_scale() == "log" and 0 < low < high < reach * low:
            powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)))
            ticks = np.outer(powers, steps).ravel()
            ticks = ticks[(ticks >= low) & (ticks <= high)]
            if len(ticks) <= TICKS_AN_INCH[side] * inches:
                one_axis.set_ticks(ticks)
                break
    one_axis.set_minor_locator(ticker.NullLocator())
    one_axis.set_major_formatter(ticker.FuncFormatter(_say_tick))


def _say_tick(value: float, _: int) -> str:
    return format_count(value)


def draw_intervals(
    ax: Axes,
    values: pd.Series,
    low: pd.Series,
    high: pd.Series,
    places: np.ndarray,
    *,
    upright: bool = False,
    **style: object,
) -> None:
    """Draw values as points with their intervals as bars, at these places on the other axis."""
    error = [np.clip(values - low, 0, None), np.clip(high - values, 0, None)]
    style = {"fmt": "o", "capsize": 2, **style}
    if upright:
        ax.errorbar(places, values, yerr=error, **style)
    else:
        ax.errorbar(values, places, xerr=error, **style)
