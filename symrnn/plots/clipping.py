"""Gradients in the plane before and after clipping.

By value, each entry is cut to [-θ, θ]: the gradient ends up in a box, and may have been turned. By norm, a gradient
longer than θ is scaled to that length: it ends up on a circle, in its own direction. Source: Pascanu, Mikolov and
Bengio (2013), section 3.2, for the norm; Mikolov (2012) for the values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import EvaluationError, IndexRangeError, ShapeError
from symrnn.latex import Notation
from symrnn.latex.scripts import scripted
from symrnn.plots.look import Look
from symrnn.plots.picture import Row
from symrnn.plots.style import BLUE, GREY, VERMILLION, legend_below, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GRADIENTS = ((2.6, 0.7), (0.8, 2.2), (-2.2, 1.5), (-0.5, -0.45), (1.7, -1.7), (-0.95, -2.3))
"""Long and short ones; one that is short enough already, and one on the diagonal, which no clipping turns."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ClippedGradients:
    """Gradients and what clipping makes of them.

    Args:
        theta: the bound θ > 0.
        gradients, by_value, by_norm: before and after, each of shape (number, 2).
        turned_by_value, turned_by_norm: by how many degrees each was turned, of shape (number,).
    """

    theta: float
    gradients: Array
    by_value: Array
    by_norm: Array
    turned_by_value: Array
    turned_by_norm: Array

    header: ClassVar[tuple[str, ...]] = (
        "theta", "g_1", "g_2", "by_value_1", "by_value_2", "by_norm_1", "by_norm_2", "turned_by_value",
        "turned_by_norm",
    )  # fmt: skip

    def rows(self) -> Iterator[Row]:
        """One row for each gradient."""
        columns = (self.gradients, self.by_value, self.by_norm, self.turned_by_value, self.turned_by_norm)
        for row in np.column_stack(columns).tolist():
            yield (self.theta, *row)


def clipped_gradients(gradients: Sequence[tuple[float, float]] = GRADIENTS, theta: float = 1.0) -> ClippedGradients:
    """Clip gradients in both ways.

    Args:
        gradients: pairs of numbers, not both 0.
        theta: the bound θ.

    Raises:
        IndexRangeError: for θ <= 0.
        ShapeError: for gradients that are not pairs.
        EvaluationError: for a gradient that is zero or not finite, and so has no direction.

    >>> clipped = clipped_gradients([(3.0, 4.0)], theta=1.0)
    >>> clipped.by_value.tolist(), clipped.by_norm.tolist()
    ([[1.0, 1.0]], [[0.6000000000000001, 0.8]])
    """
    if not theta > 0:
        raise IndexRangeError(f"the bound theta is {theta}", advice="use a positive number")
    g = np.array(gradients, dtype=float)
    if g.ndim != 2 or g.shape[1] != 2:
        raise ShapeError("a gradient in the plane has two entries", advice="give pairs of numbers")
    lengths = np.linalg.norm(g, axis=1)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise EvaluationError("a gradient is zero or not finite, so it has no direction", advice="leave it out")
    by_value = np.clip(g, -theta, theta)
    by_norm = g * np.minimum(1.0, theta / lengths)[:, None]
    return ClippedGradients(theta, g, by_value, by_norm, _turned(g, by_value), _turned(g, by_norm))


def _turned(before: Array, after: Array) -> Array:
    """The angles between rows, in degrees; by the cross product, which is exact where the cosine is not: near 0."""
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    angles = np.degrees(np.arctan2(np.abs(cross), np.sum(before * after, axis=1)))
    return np.where(angles < 1e-9, 0.0, angles)  # a rounding error is not a turn


def caption_clipping(numbers: ClippedGradients, notation: Notation | None) -> str:
    """What clipping does in both ways."""
    most = float(numbers.turned_by_value.max())
    return (
        "Gradients before clipping (dotted) and after it (solid), with the angle by which they were turned. "
        "Clipping by value cuts each entry to $[-θ, θ]$ and may turn the gradient, "
        f"here by up to {most:.0f} degrees; clipping by norm shortens it and keeps its direction. A gradient that is "
        "short enough stays as it is."
    )


def draw_clipping(numbers: ClippedGradients, look: Look) -> Figure:
    """Arrows before and after, by value on the left and by norm on the right."""
    figure, grid = panels(look, 1, 2, 2.05, left=0.42, right=0.05, shared=True)
    left, right = grid[0]
    theta = numbers.theta
    box = theta * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)])
    around = np.linspace(0, 2 * np.pi, 181)
    circle = theta * np.column_stack([np.cos(around), np.sin(around)])
    _panel(left, look, "by value", numbers, numbers.by_value, numbers.turned_by_value, box)
    _panel(right, look, "by norm", numbers, numbers.by_norm, numbers.turned_by_norm, circle)
    left.set_ylabel(look.latex(f"${_entry(look, 2)}$"))
    legend_below(figure, look, 3)
    return figure


def _panel(
    axes: Axes, look: Look, title: str, numbers: ClippedGradients, clipped: Array, turned: Array, border: Array
) -> None:
    reach = 1.35 * float(np.abs(numbers.gradients).max())
    axes.set(title=look.label(title), xlabel=look.latex(f"${_entry(look, 1)}$"))
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    axes.plot(
        border[:, 0], border[:, 1], color=VERMILLION, linewidth=0.9, linestyle="--", label=look.label("bound $θ$")
    )
    for at, (before, after, angle) in enumerate(zip(numbers.gradients, clipped, turned, strict=True)):
        names = (look.label(f"gradient ${look.written.symbol('g')}$"), "clipped") if at == 0 else ("_", "_")
        axes.plot(*zip((0, 0), before, strict=True), color=GREY, linestyle=":", marker="o", markevery=[1],
                  markerfacecolor="white", label=names[0])  # fmt: skip
        axes.plot(*zip((0, 0), after, strict=True), color=BLUE, linewidth=1.6, marker="o", markevery=[1],
                  label=names[1])  # fmt: skip
        if not np.array_equal(before, after):
            axes.annotate(rf"${angle:.0f}^\circ$", before, xytext=_outwards(before), **_CENTRED)


def _entry(look: Look, number: int) -> str:
    """An entry of the gradient, which is a number."""
    return str(scripted(look.written.symbol("g", number=True)).lowered(str(number)))


_CENTRED: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "center"}


def _outwards(point: Array) -> tuple[float, float]:
    """Where the label of a point goes: away from the origin, in points."""
    x, y = 11 * point / np.linalg.norm(point)
    return float(x), float(y)
