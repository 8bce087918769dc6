"""The loss of one unit over its weight and bias, with the cliff that makes gradients explode.

h_t = φ(w h_{t-1} + b) and (h_T - 0.7)², after Pascanu, Mikolov and Bengio (2013), section 2.3 and figure 6. Where the
unit has two stable states, a small change of w or b decides in which of them it ends: there the loss is nearly a step.
The gradient half-way down is that of the derived closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from symrnn.activations import Activation
from symrnn.cells import Elman
from symrnn.errors import SelectionError
from symrnn.evaluate import Assignment, Evaluator, Floats
from symrnn.evaluate.doubled_formulas import function_of
from symrnn.latex import Notation
from symrnn.plots.look import Look
from symrnn.plots.networks import read_phi, require_steps
from symrnn.plots.picture import Row, only
from symrnn.plots.style import BLACK, BLUE, VERMILLION, legend_below, panels, set_numbers
from symrnn.plots.words import rounded
from symrnn.slopes import slope_bounds
from symrnn.symbols import t

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS, TARGET, START, POINTS = 50, 0.7, 0.5, 41
RATE, THETA = 0.5, 1.0
"""Of the two steps that are drawn: against the gradient, and against the clipped one, long enough to be seen."""
LEVELS = 12
SECTION = 1.4
"""Of the weight whose section is drawn: how many times the one from which on there can be two stable states."""
BISECTIONS = 60

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ErrorSurface:
    """The loss on a grid.

    Args:
        activation: φ.
        steps: T.
        w, b: of shape (points,).
        loss: (h_T - 0.7)², of shape (points, points), with b as row and w as column.
        steepest: the w and b at which the gradient was taken, half-way down the cliff.
        gradient: by w and b, there.
    """

    activation: Activation
    steps: int
    w: Array
    b: Array
    loss: Array
    steepest: tuple[float, float]
    gradient: tuple[float, float]

    header: ClassVar[tuple[str, ...]] = ("w", "b", "loss")

    @property
    def length(self) -> float:
        """The norm of the gradient."""
        return float(np.hypot(*self.gradient))

    def rows(self) -> Iterator[Row]:
        """One row for each point."""
        for b, losses in zip(self.b.tolist(), self.loss.tolist(), strict=True):
            for w, loss in zip(self.w.tolist(), losses, strict=True):
                yield (w, b, loss)


def error_surface(activation: str | Sequence[str] = "sigmoid", steps: int = STEPS) -> ErrorSurface:
    """The loss around the weight from which on one unit can have two stable states.

    With γ = sup φ', taken at z, that is w = 1/γ; then b = z - w φ(z) is in the middle between both.

    Args:
        activation: φ, one whose slope takes its largest value at a single point.
        steps: T, up to :data:`symrnn.plots.networks.MAX_STEPS`.

    Raises:
        LimitError: for a number of steps out of range.
        ReadingError, SelectionError: for an activation that is none, or not of that kind.

    >>> found = error_surface(steps=20)
    >>> found.loss.shape, found.length > 1
    ((41, 41), True)
    """
    require_steps(steps)
    phi = read_phi(only("activation", activation))
    bounds = slope_bounds(phi).upper
    at = bounds.extreme.at
    if not (bounds.extreme.value.is_finite and isinstance(at, sp.FiniteSet) and len(at) == 1):
        raise SelectionError(
            f"the slope of {phi.title} does not take its largest value at a single point",
            advice="use sigmoid, tanh, arctan, gelu or another that does",
        )
    apply, gamma, middle = function_of(phi, 0), float(bounds.extreme.value), float(next(iter(at)))
    value = float(apply(np.array([middle]))[0])
    w = np.linspace(0.5 / gamma, 2 / gamma, POINTS)
    centres = middle - w * value
    b = np.linspace(centres.min() - 0.3 / gamma**0.5, centres.max() + 0.3 / gamma**0.5, POINTS)
    found = _loss(apply, w[None, :], b[:, None], steps)
    column = int(np.abs(w - SECTION / gamma).argmin())
    place = float(w[column]), _cliff(lambda at: _loss_at(apply, float(w[column]), at, steps), b, found[:, column])
    return ErrorSurface(phi, steps, w, b, found, place, _gradient(phi, *place, steps))


def _loss(apply: Callable[[Array], Array], w: Array, b: Array, steps: int) -> Array:
    """For each weight and bias, in the shape that they have together."""
    h = np.full(np.broadcast_shapes(w.shape, b.shape), START)
    for _ in range(steps):
        h = apply(w * h + b)
    return np.asarray((h - TARGET) ** 2, dtype=np.float64)


def _loss_at(apply: Callable[[Array], Array], w: float, b: float, steps: int) -> float:
    return float(_loss(apply, np.array([w]), np.array([b]), steps)[0])


def _cliff(loss: Callable[[float], float], b: Array, losses: Array) -> float:
    """Where the loss is half-way between the two neighbours on the grid that differ most."""
    row = int(np.abs(np.diff(losses)).argmax())
    low, high, half = float(b[row]), float(b[row + 1]), float(losses[row] + losses[row + 1]) / 2
    falls = bool(losses[row] > half)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if (loss(middle) > half) == falls else (low, middle)
    return (low + high) / 2


def _gradient(phi: Activation, w: float, b: float, steps: int) -> tuple[float, float]:
    """By w and b, from the closed forms."""
    cell = Elman(phi, hidden=1, inputs=1, outputs=1)
    zero, one = np.zeros((1, 1)), np.ones((1, 1))
    given = {"W_hh": w * one, "W_xh": zero, "b_h": b * one, "W_hy": one, "b_y": zero, ("h", 0): START * one}
    values = Evaluator(Floats(), Assignment(given={**given, **{("x", at): zero for at in range(1, steps + 1)}}), cell)
    outer = 2 * (float(values.value(cell.h[steps])[0, 0]) - TARGET)
    forms = (cell.derive(cell.h[t], wrt=by).closed_form for by in (cell.W_hh, cell.b_h))
    by_w, by_b = (outer * float(values.value(form, {t: steps})[0, 0]) for form in forms)
    return by_w, by_b


def caption_error_surface(numbers: ErrorSurface, notation: Notation | None) -> str:
    """What is drawn, how long the gradient is at its steepest, and what clipping makes of a step."""
    w, b = numbers.steepest
    clipped = RATE * min(THETA, numbers.length)
    return (
        f"The loss $(h_T - {TARGET})^2$ of one {numbers.activation.name} unit, $h_t = φ(w h_{{t-1}} + b)$, after "
        f"$T = {numbers.steps}$ steps, over its weight and bias, and along the dotted line. At the cross, "
        f"$w = {w:.3g}$ and $b = {b:.3g}$, half-way down the steepest part of that line, the gradient has norm "
        f"{rounded(numbers.length, 3)}: a step with rate {RATE:g} is {rounded(RATE * numbers.length, 3)} long, and "
        f"{rounded(clipped, 3)} where the gradient is clipped to norm {THETA:g}."
    )


def draw_error_surface(numbers: ErrorSurface, look: Look) -> Figure:
    """The loss over the plane with both steps, and its section through the steepest point."""
    from matplotlib import colormaps
    from matplotlib.patheffects import withStroke

    figure, grid = panels(look, 1, 2, 1.9, left=0.45, gap=1.05, right=0.08, titles=False)
    plane, section = grid[0]
    w, b = numbers.steepest
    filled = plane.contourf(numbers.w, numbers.b, numbers.loss, levels=LEVELS, cmap=colormaps["cividis"])
    plane.grid(visible=False)
    plane.axvline(w, color=BLACK, linestyle=":", linewidth=0.9)
    direction = -np.array(numbers.gradient) * RATE
    short = direction * min(1.0, THETA / numbers.length)
    rim = [withStroke(linewidth=3.2, foreground=BLACK)]  # white is seen on what is dark, and its rim on what is light
    plane.plot([w, w + direction[0]], [b, b + direction[1]], label="step",
               color=VERMILLION, linestyle="--", linewidth=1.8)  # fmt: skip
    plane.plot([w, w + short[0]], [b, b + short[1]], label="clipped step",
               color="white", linewidth=1.6, path_effects=rim, marker="o", markevery=[1], markersize=3.5)  # fmt: skip
    plane.plot(w, b, color="white", marker="x", markersize=5, markeredgewidth=1.4, path_effects=rim, linestyle="none")
    plane.set(xlim=(numbers.w[0], numbers.w[-1]), ylim=(numbers.b[0], numbers.b[-1]))
    plane.set(xlabel=look.label("$w$"), ylabel=look.label("$b$"))
    bar = figure.colorbar(filled, cax=plane.inset_axes((1.04, 0, 0.05, 1)))
    set_numbers(bar.ax, look)
    column = int(np.abs(numbers.w - w).argmin())
    section.plot(numbers.b, numbers.loss[:, column], color=BLUE, marker=".", markersize=2.5, label="_")
    section.set(xlabel=look.label("$b$"), xlim=(numbers.b[0], numbers.b[-1]))
    section.set_ylabel(look.label(f"loss at $w = {w:.3g}$"))
    legend_below(figure, look, 2)
    return figure


__all__ = ["ErrorSurface", "caption_error_surface", "draw_error_surface", "error_surface"]
