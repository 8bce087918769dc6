"""How the pictures look: one size, one type, lines that differ in more than their colour.

A picture is as wide as the text column of LaTeX's article on A4 paper, and set in 8 point Computer Modern, so that it
goes into a document without being scaled. The colours are those of Okabe and Ito (2008), which people with any kind of
colour vision can tell apart; every line has a dash pattern or a marker of its own as well, for print in grey.

matplotlib is imported when a picture is drawn, not before: the numbers do not need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from symrnn.errors import MissingPackageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 4.75
"""Inches; the text column of article on A4 paper is 345 pt, or 4.77 inches."""

TITLE, NO_TITLE, LABELS, LEGEND = 0.26, 0.08, 0.38, 0.26
"""Inches: above each row of panels, and below the last one for the labels of its axis and for the legend."""

BLACK, ORANGE, SKY, GREEN, BLUE, VERMILLION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY = "#767676"

DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)), (0, (3, 1, 1, 1)))
"""Dash patterns that can be told apart in print, for up to eight lines."""

SETTINGS: dict[str, Any] = {
    "figure.dpi": 200,  # of the layout too: what was measured for it is not measured again
    "font.family": "serif",
    "font.serif": ["cmr10"],
    "font.size": 8,
    "mathtext.fontset": "cm",
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "axes.titlepad": 4,
    "axes.labelpad": 3,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
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


@contextmanager
def styled() -> Iterator[None]:
    """The settings of the pictures, whatever the user's own are; put back afterwards.

    Raises:
        MissingPackageError: when matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib import style

    with style.context(["default", SETTINGS]):
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
    """A figure as wide as the column with panels in it.

    The margins are given, not found from the text in them: that is quick, and the same in every format.

    Args:
        rows: how many panels stand above each other.
        columns: how many stand beside each other.
        height: of one panel, in inches.
        left: the margin for the labels, in inches.
        right: the other margin.
        gap: between two columns.
        titles: whether there is a title above each panel.
        legend: whether there is one below all.
        shared: whether the axes of all panels are the same.

    Returns:
        The figure, and an array of axes of shape (rows, columns).
    """
    from matplotlib.figure import Figure

    above, below = TITLE if titles else NO_TITLE, LABELS + (LEGEND if legend else 0)
    whole = rows * (height + above) + below
    width = (WIDTH - left - right - gap * (columns - 1)) / columns
    figure = Figure(figsize=(WIDTH, whole))
    margins = {"left": left / WIDTH, "right": 1 - right / WIDTH, "bottom": below / whole, "top": 1 - above / whole}
    margins |= {"wspace": gap / width, "hspace": above / height}
    return figure, figure.subplots(rows, columns, squeeze=False, gridspec_kw=margins, sharex=shared, sharey=shared)


def legend_below(figure: Figure, columns: int) -> None:
    """One legend for the whole figure, of what its first panel shows."""
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=columns, borderaxespad=0.1)


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
