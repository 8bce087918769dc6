"""Activations with their slopes and the proved bound of the slope.

The bound γ = sup abs(φ') is the one that :mod:`symrnn.slopes` proves, exactly; only its decimals are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from symrnn.activations import TABLE, Activation
from symrnn.activations import activation as look_up
from symrnn.errors import LimitError, SelectionError
from symrnn.evaluate import Floats
from symrnn.latex import Notation
from symrnn.plots.look import Look
from symrnn.plots.picture import Row
from symrnn.plots.style import BLACK, BLUE, VERMILLION, label_below, legend_below, panels
from symrnn.plots.words import bound, listed
from symrnn.slopes import SlopeBounds, slope_bounds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACTIVATIONS = ("sigmoid", "tanh", "relu", "gelu", "silu", "softplus")
REACH = 5.0
POINTS = 201
BESIDE = 1e-9
"""How far from a kink its two sides are evaluated."""
MAX_ACTIVATIONS = 12
"""Most activations in one picture."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SlopeCurve:
    """One activation.

    Args:
        name: of φ.
        z: where it was evaluated, of shape (points,); on both sides of every kink and jump, and at it.
        value: φ(z), of that shape.
        slope: φ'(z), of that shape; nan where φ has no derivative.
        bound: γ = sup abs(φ'), exactly; oo when there is none.
        attained: the z at which abs(φ') = γ, when they are finitely many.
    """

    name: str
    z: Array
    value: Array
    slope: Array
    bound: sp.Expr
    attained: tuple[float, ...]

    @property
    def gamma(self) -> float:
        """The bound as a number; nan when there is none."""
        return float(self.bound) if self.bound.is_finite else math.nan


@dataclass(frozen=True, eq=False)
class ActivationSlopes:
    """Several activations."""

    curves: tuple[SlopeCurve, ...]

    header: ClassVar[tuple[str, ...]] = ("activation", "z", "value", "slope", "bound")

    def rows(self) -> Iterator[Row]:
        """One row for each activation and point."""
        for curve in self.curves:
            for z, value, slope in zip(curve.z.tolist(), curve.value.tolist(), curve.slope.tolist(), strict=True):
                yield (curve.name, z, value, slope, curve.gamma)


def activation_slopes(activation: Sequence[str] = ACTIVATIONS) -> ActivationSlopes:
    """Evaluate activations on [-5, 5], and prove the bounds of their slopes.

    Args:
        activation: names in the catalogue; one name, or up to :data:`MAX_ACTIVATIONS`.

    Raises:
        SelectionError: for a name that is not in the catalogue, or for none at all.
        LimitError: for too many.

    >>> (curve,) = activation_slopes(["sigmoid"]).curves
    >>> curve.bound, curve.attained, bool((curve.slope <= curve.gamma).all())
    (1/4, (0.0,), True)
    """
    names = (activation,) if isinstance(activation, str) else tuple(dict.fromkeys(activation))
    if not names:
        raise SelectionError("no activation is given", advice=f"the catalogue has {', '.join(sorted(TABLE))}")
    if len(names) > MAX_ACTIVATIONS:
        raise LimitError(f"{len(names)} activations in one picture", advice=f"use at most {MAX_ACTIVATIONS}")
    for name in names:
        if name not in TABLE:
            raise SelectionError(
                f"there is no activation {name!r} in the catalogue", advice=f"it has {', '.join(sorted(TABLE))}"
            )
    return ActivationSlopes(tuple(_curve(TABLE[name]) for name in names))


def _curve(phi: Activation) -> SlopeCurve:
    bounds = slope_bounds(phi)
    kinks = [float(kink) for kink in phi.kinks]
    beside = [kink + side * BESIDE for kink in kinks for side in (-1, 1)]
    z = np.unique([*np.linspace(-REACH, REACH, POINTS), *kinks, *beside])
    # The formula of φ' asks for a convention at the kinks; whichever it is, no slope is drawn there.
    stated, system = (look_up(phi.name, at_kink=0) if kinks else phi), Floats()
    value = [system.function(stated, None, 0, at) for at in z.tolist()]
    slope = [math.nan if at in kinks else system.function(stated, None, 1, at) for at in z.tolist()]
    attained = tuple(_attained(bounds))
    return SlopeCurve(phi.name, z, np.array(value, float), np.array(slope, float), bounds.abs_sup, attained)


def _attained(bounds: SlopeBounds) -> Iterator[float]:
    """The points at which abs(φ') takes its supremum, when they are finitely many."""
    for side in (bounds.upper, bounds.lower):
        at = side.extreme.at
        if isinstance(at, sp.FiniteSet) and abs(side.extreme.value) == bounds.abs_sup:
            yield from sorted(float(point) for point in at)


def caption_activation_slopes(numbers: ActivationSlopes, notation: Notation | None) -> str:
    """What is drawn, and for which activations the bound is below or above 1."""
    below = [curve.name for curve in numbers.curves if curve.gamma < 1]
    above = [curve.name for curve in numbers.curves if curve.gamma > 1]
    found = [f"{'below' if names is below else 'above'} 1 for {listed(names)}" for names in (below, above) if names]
    return (
        f"Activations $φ$ (solid), their slopes $φ'$ (dashed), and the smallest bound ${bound(notation)}$ of the slope "
        "(dotted), with a dot where it is attained at a single point."
    ) + (f" It is {' and '.join(found)}." if found else "")


def draw_activation_slopes(numbers: ActivationSlopes, look: Look) -> Figure:
    """One panel for each activation: φ, φ', and the line at γ."""
    columns = min(len(numbers.curves), look.columns(3))
    rows = math.ceil(len(numbers.curves) / columns)
    figure, grid = panels(look, rows, columns, 1.0, left=0.27, shared=True)
    for axes, curve in zip(grid.flat, numbers.curves, strict=False):
        _panel(axes, curve, look)
    grid[0, 0].set(xlim=(-REACH, REACH), ylim=_limits(numbers.curves), xticks=(-REACH, 0, REACH))
    label_below(grid, len(numbers.curves), look.label("$z$"))
    legend_below(figure, look, 3)
    return figure


def _limits(curves: Sequence[SlopeCurve]) -> tuple[float, float]:
    """A range of values that holds every slope that is bounded, with its bound; what grows beyond it is cut off."""
    bounded = [curve for curve in curves if curve.bound.is_finite]
    low = min((float(np.nanmin(curve.slope)) - 0.2 for curve in bounded), default=0.0)
    high = max((curve.gamma + 0.6 for curve in bounded), default=0.0)
    return min(-1.2, low), max(2.2, high)


def _panel(axes: Axes, curve: SlopeCurve, look: Look) -> None:
    jumps = TABLE[curve.name].smoothness == -1
    value = np.where(np.isnan(curve.slope), math.nan, curve.value) if jumps else curve.value
    axes.set_title(curve.name.replace("_", " "))
    axes.plot(curve.z, value, color=BLUE, label=look.label("$φ(z)$"))
    axes.plot(curve.z, curve.slope, color=VERMILLION, linestyle="--", label=look.label("$φ'(z)$"))
    # Drawn even where there is no bound, at nan: then the legend is the same for all.
    axes.axhline(curve.gamma, color=BLACK, linestyle=":", linewidth=1, label=look.label(f"${bound(look.written)}$"))
    axes.plot(curve.attained, [curve.gamma] * len(curve.attained), color=BLACK, linestyle="none", marker="o")
    if math.isnan(curve.gamma):
        axes.text(0.04, 0.93, look.label("$γ = ∞$"), transform=axes.transAxes, va="top")
    else:
        axes.annotate(
            look.label(f"${_written(curve.bound)}$"), (-REACH, curve.gamma), (3, 2), textcoords="offset points"
        )


def _written(gamma: sp.Expr) -> str:
    """The bound as γ = 1/4 where that is short, else in decimals.

    >>> _written(sp.Rational(1, 4)), _written(2 / sp.sqrt(sp.pi))
    ('γ = 1/4', 'γ ≈ 1.1284')
    """
    return f"γ = {gamma}" if gamma.is_Rational and len(str(gamma)) < 8 else f"γ ≈ {float(gamma):.4f}"
