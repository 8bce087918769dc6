"""The plane of γ and ‖W‖: where vanishing is certain, and where nothing is.

‖∂h_t/∂h_{t-k}‖ <= (γ‖W‖)^k. Where γ‖W‖ < 1 the gradient vanishes at that rate. Where γ‖W‖ > 1 it may explode or not:
W = [[0, 5], [0, 0]] has norm 5, and W² = 0. Source: Pascanu, Mikolov and Bengio (2013), section 2.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from symrnn.latex import Notation
from symrnn.plots.look import Look
from symrnn.plots.picture import Row
from symrnn.plots.style import BLACK, BLUE, VERMILLION, legend_below, panels
from symrnn.plots.words import bound, listed, rounded
from symrnn.slopes import slope_bounds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
COUNTEREXAMPLE = ((0.0, 5.0), (0.0, 0.0))
ACTIVATIONS = ("sigmoid", "tanh", "relu", "gelu")
RATES = (1.0, 0.5)
WIDEST, HIGHEST = 1.3, 6.0

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Mark:
    """A point of the plane.

    Args:
        name: what it stands for.
        gamma: γ.
        norm: ‖W‖₂.
    """

    name: str
    gamma: float
    norm: float


@dataclass(frozen=True, eq=False)
class Guarantees:
    """What is drawn in the plane.

    Args:
        gamma: of shape (points,).
        rates: the values of γ‖W‖ for which a line is drawn.
        norms: ‖W‖ = rate/γ on each line, of shape (number of rates, points).
        activations: for each activation its γ, and the largest ‖W‖ up to which vanishing is certain, exclusive.
        counterexample: W of norm 5 with W² = 0, at γ = 1.
    """

    gamma: Array
    rates: tuple[float, ...]
    norms: Array
    activations: tuple[Mark, ...]
    counterexample: Mark

    header: ClassVar[tuple[str, ...]] = ("what", "gamma", "norm")

    def rows(self) -> Iterator[Row]:
        """The points of the lines, then the marks."""
        for rate, norms in zip(self.rates, self.norms.tolist(), strict=True):
            for gamma, norm in zip(self.gamma.tolist(), norms, strict=True):
                yield (f"gamma*norm = {rate:g}", gamma, norm)
        for mark in (*self.activations, self.counterexample):
            yield (mark.name, mark.gamma, mark.norm)


def guarantees(activations: Sequence[str] = ACTIVATIONS) -> Guarantees:
    """The lines γ‖W‖ = constant, and where some activations stand.

    >>> [(mark.name, mark.gamma, mark.norm) for mark in guarantees(["sigmoid", "relu"]).activations]
    [('sigmoid', 0.25, 4.0), ('relu', 1.0, 1.0)]
    """
    line = np.linspace(0.05, WIDEST, 126)
    slopes = {name: slope_bounds(name).abs_sup for name in activations}
    marks = tuple(Mark(name, float(gamma), float(1 / gamma)) for name, gamma in slopes.items())
    norm = float(np.linalg.norm(np.array(COUNTEREXAMPLE), 2))
    return Guarantees(line, RATES, np.array([rate / line for rate in RATES]), marks, Mark("[[0 5] [0 0]]", 1.0, norm))


def caption_guarantees(numbers: Guarantees, notation: Notation | None) -> str:
    """Where vanishing is certain, and up to which norm for each activation."""
    known = [f"{rounded(mark.norm, 3)} for {mark.name}" for mark in numbers.activations]
    return (
        "What $γ$ and $‖W_hh‖_2$ tell. In the hatched part, $γ‖W_hh‖_2 < 1$ and gradients vanish: up to a norm of "
        f"{listed(known)}. Beyond the line they may explode, but need not: the matrix with rows $(0, 5)$ and $(0, 0)$ "
        "has norm 5, and its square is 0."
    )


def draw_guarantees(numbers: Guarantees, look: Look) -> Figure:
    """The plane, the certain part hatched."""
    figure, grid = panels(look, 1, 1, 2.3, left=0.38, titles=False)
    axes = grid[0, 0]
    border, *inner = numbers.norms
    up_to_the_axis = np.concatenate([[0.0], numbers.gamma]), np.concatenate([[2 * HIGHEST], border])
    axes.fill_between(
        up_to_the_axis[0], 0, up_to_the_axis[1], facecolor="#DCEBF5", edgecolor=BLUE, hatch="///", linewidth=0
    )
    axes.plot(numbers.gamma, border, color=BLUE, label=look.label("$γ‖W_hh‖_2 = 1$"))
    for rate, norms in zip(numbers.rates[1:], inner, strict=True):
        axes.plot(numbers.gamma, norms, color=BLUE, linestyle="--", linewidth=0.8,
                  label=look.label(f"$γ‖W_hh‖_2 = {rate:g}$"))  # fmt: skip
    _marks(axes, numbers, look)
    axes.set(xlim=(0, WIDEST), ylim=(0, HIGHEST))
    axes.set(xlabel=look.label(f"${bound(look.written)}$"), ylabel=look.label("$‖W_hh‖_2$"))
    axes.grid(visible=False)
    legend_below(figure, look, 2)
    return figure


def _marks(axes: Axes, numbers: Guarantees, look: Look) -> None:
    """Each activation above its γ, as far as vanishing is certain for it; the counterexample; words for both sides."""
    places: dict[tuple[float, float], list[str]] = {}
    for mark in numbers.activations:
        places.setdefault((mark.gamma, mark.norm), []).append(mark.name)
    for (gamma, norm), names in places.items():
        axes.vlines(gamma, 0, norm, color=BLACK, linewidth=0.8, linestyle=":")
        axes.plot(gamma, norm, color=BLACK, marker="o")
        steep = norm > 2 * gamma  # there the line would run through a label above the point
        shift: dict[str, Any] = {"xytext": (5, 3)} if steep else {"xytext": (0, 7), "ha": "center"}
        axes.annotate(", ".join(names), (gamma, norm), textcoords="offset points", **shift)
    found = numbers.counterexample
    axes.plot(found.gamma, found.norm, color=VERMILLION, marker="X", markersize=6)
    _words(axes, (found.gamma, found.norm), look, ("$W_hh$ with rows $(0, 5)$, $(0, 0)$:",
           "$‖W_hh‖_2 = 5$, yet $W_hh^2 = 0$"), ha="right")  # fmt: skip
    _words(axes, (0.72, 3.0), look, ("$γ‖W_hh‖_2 > 1$: explosion", "is possible, not certain"))
    _words(
        axes, (0.55, 0.43), look, ("$γ‖W_hh‖_2 < 1$: vanishing is certain,", "at the rate $(γ‖W_hh‖_2)^k$"), bbox=WHITE
    )


def _words(axes: Axes, at: tuple[float, float], look: Look, lines: tuple[str, ...], **style: Any) -> None:
    """Lines of text, each placed by itself: then they are aligned in LaTeX too, whatever its font."""
    shift = -8 if style.get("ha") == "right" else 0
    for number, line in enumerate(lines):
        down = 1.25 * look.points * (number - (len(lines) - 1) / 2)
        placed: dict[str, Any] = {"ha": "center", "va": "center", "textcoords": "offset points"} | style
        axes.annotate(look.label(line), at, (shift, -down), **placed)
