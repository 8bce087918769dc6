"""How the pictures look: one size, one type, lines that differ in more than their colour.

A picture is drawn at the width and with the type of its :class:`symrnn.plots.look.Look`, by default those of the text
column of LaTeX's article on A4 paper and of 8 point Computer Modern, so that it goes into a document without being
scaled. The colours are those of Okabe and Ito (2008), which people with any kind of colour vision can tell apart; every
line has a dash pattern or a marker of its own as well, for print in grey.

matplotlib is imported when a picture is drawn, not before: the numbers do not need it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from symrnn.errors import MissingPackageError
from symrnn.plots.look import DEFAULT, Look, font_settings, measurable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE, NO_TITLE, LABELS, LEGEND = 0.26, 0.08, 0.38, 0.26
"""Inches in 8 point type: above each row of panels, and below the last one for the labels of its axis and for a row of
the legend."""

BLACK, ORANGE, SKY, GREEN, BLUE, VERMILLION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY = "#767676"

DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)), (0, (3, 1, 1, 1)))
"""Dash patterns that can be told apart in print, for up to eight lines."""

SETTINGS: dict[str, Any] = {
    "figure.dpi": 200,  # of the layout too: what was measured for it is not measured again
    "axes.titlepad": 4,
    "axes.labelpad": 3,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "axes.formatter.use_mathtext": True,  # Computer Modern has its minus sign among the mathematics
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.4,
    "axes.axisbelow": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "ytick.minor.size": 1.5,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "hatch.linewidth": 0.4,
    "path.simplify": False,  # what is drawn is what was calculated, point by point
    "svg.hashsalt": "symrnn",  # without it the names inside of an SVG file change from run to run
    "svg.fonttype": "path",
}


SIZES = ("font.size", "axes.titlesize", "axes.labelsize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize")


@contextmanager
def styled(look: Look = DEFAULT) -> Iterator[None]:
    """The settings of the pictures, whatever the user's own are; put back afterwards.

    Raises:
        MissingPackageError: when matplotlib is not installed.
        SelectionError: when the font is not.
    """
    require_matplotlib()
    from matplotlib import style

    with style.context(["default", SETTINGS | font_settings(look.font) | dict.fromkeys(SIZES, look.points)]):
        yield


def require_matplotlib() -> None:
    """Refuse to go on without matplotlib.

    Raises:
        MissingPackageError: with the command that installs it.
    """
    if not has_matplotlib():
        raise MissingPackageError(
            "pictures need matplotlib, which is not installed", advice="install it: pip install 'symrnn[plot]'"
        )


def has_matplotlib() -> bool:
    """Whether matplotlib can be imported."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return False
    return True


def panels(
    look: Look,
    rows: int,
    columns: int,
    height: float,
    *,
    left: float = 0.45,
    right: float = 0.1,
    gap: float = 0.2,
    titles: bool = True,
    legend: bool = True,
    shared: bool = False,
) -> tuple[Figure, Any]:
    """A figure as wide as its look with panels in it.

    The margins are given, not found from the text in them: that is quick, and the same in every format.

    Args:
        look: how the picture is set; the margins grow with its letters.
        rows: how many panels stand above each other.
        columns: how many stand beside each other.
        height: of one panel, in inches.
        left: the margin for the labels, in inches in 8 point type.
        right: the other margin.
        gap: between two columns.
        titles: whether there is a title above each panel.
        legend: whether there is one below all; :func:`legend_below` makes room where it needs several rows.
        shared: whether the axes of all panels are the same.

    Returns:
        The figure, and an array of axes of shape (rows, columns).
    """
    from matplotlib.figure import Figure

    above, below = TITLE if titles else NO_TITLE, LABELS + (LEGEND if legend else 0)
    above, below, left, right, gap = (look.scale * inches for inches in (above, below, left, right, gap))
    whole = rows * (height + above) + below
    width = (look.width - left - right - gap * (columns - 1)) / columns
    figure = Figure(figsize=(look.width, whole))
    margins = {"left": left / look.width, "right": 1 - right / look.width, "bottom": below / whole}
    margins |= {"top": 1 - above / whole, "wspace": gap / width, "hspace": above / height}
    grid = figure.subplots(rows, columns, squeeze=False, gridspec_kw=margins, sharex=shared, sharey=shared)
    for axes in grid.flat:
        set_numbers(axes, look)
    return figure, grid


def set_numbers(axes: Axes, look: Look) -> None:
    """The numbers along both axes are mathematics: beside sans serif words, as in Beamer, they are not sans serif."""
    if look.font == "sans":
        axes.tick_params(which="both", labelfontfamily="serif")


def legend_below(figure: Figure, look: Look, columns: int) -> None:
    """One legend for the whole figure, of what its first panel shows; in several rows where one is too short.

    Args:
        figure: as :func:`panels` made it.
        look: how the picture is set.
        columns: how many entries may stand beside each other.
    """
    handles, labels = figure.axes[0].get_legend_handles_labels()
    at = min(columns, len(labels))
    while at > 1 and _legend_width(labels, at, look) > look.width - 0.1:
        at -= 1
    at = math.ceil(len(labels) / math.ceil(len(labels) / at))
    figure.legend(handles, labels, loc="lower center", ncols=at, borderaxespad=0.1)
    more = (math.ceil(len(labels) / at) - 1) * 0.18 * look.scale
    grid: Any = figure.axes[0].get_gridspec()
    old, place = figure.get_figheight(), grid.get_subplot_params(figure)
    figure.set_figheight(old + more)
    grid.update(bottom=(place.bottom * old + more) / (old + more), top=(place.top * old + more) / (old + more))
    for axes in figure.axes:
        place_in_grid: Any = axes.get_subplotspec()
        axes.set_position(place_in_grid.get_position(figure))


def _legend_width(labels: Sequence[str], columns: int, look: Look) -> float:
    """Inches; a column of a legend is as wide as its widest entry, with its line and the space around it."""
    rows = math.ceil(len(labels) / columns)
    widest = [max(text_width(label) for label in labels[at : at + rows]) for at in range(0, len(labels), rows)]
    return sum(widest) + len(widest) * (2.6 + 0.8 + 2.0) * look.points / 72


def text_width(label: str) -> float:
    """How wide a label is in the font and size that are in force, in inches."""
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    font = FontProperties(size=rcParams["font.size"])
    width, _, _ = TextToPath().get_text_width_height_descent(measurable(label), font, ismath="$" in label)
    return float(width) / 72


def label_below(grid: Any, used: int, label: str) -> None:
    """Label the horizontal axis below the last panel of each column, and remove the panels that are not used.

    Args:
        grid: an array of axes, of shape (rows, columns), filled row by row.
        used: how many of them are.
        label: of all their horizontal axes.
    """
    columns = grid.shape[1]
    for at, axes in enumerate(grid.flat):
        if at >= used:
            axes.set_axis_off()
        elif at + columns >= used:
            axes.tick_params(labelbottom=True)
            axes.set_xlabel(label)
