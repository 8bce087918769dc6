"""‖∂h_t/∂h_{t-k}‖₂ against k, between the two lines that are certain.

∂h_t/∂h_{t-k} is a product of k factors diag(φ'(a)) W, so that its norm is at most (γ‖W‖)^k and at least
(inf abs(φ') σ_min(W))^k, with the infimum over the states that were visited. For the linear network with W = ρQ and Q
orthogonal, both are equalities. Source: Pascanu, Mikolov and Bengio (2013), section 2.1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from symrnn.activations import Activation
from symrnn.errors import LimitError, SelectionError
from symrnn.latex import Notation
from symrnn.plots.look import Look
from symrnn.plots.networks import (
    drawn_network,
    linear_network,
    read_phi,
    recurrent_weights,
    require_steps,
    state_jacobians,
    visited_slopes,
)
from symrnn.plots.picture import Row, only
from symrnn.plots.style import BLACK, BLUE, DASHES, GREEN, VERMILLION, label_below, legend_below, panels
from symrnn.plots.words import norm, ratio
from symrnn.slopes import slope_bounds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RADII = (0.5, 0.9, 1.0, 1.1, 1.5)
MAX_RADII = 8
"""Most spectral radii in one picture."""
LOWEST, HIGHEST = 1e-12, 1e8
"""What lies outside is not drawn; the CSV file has it."""
LABEL_HEIGHT = 2.2
"""In powers of ten."""
LONGEST = 8
"""Letters of the name of an activation for which a title has room."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NormCurve:
    """One spectral radius.

    Args:
        radius: ρ(W).
        norm: ‖∂h_T/∂h_{T-k}‖₂ of the network for k = 0, ..., T, of shape (T + 1,).
        upper, lower: (γ‖W‖₂)^k and (min abs(φ') σ_min(W))^k, of that shape.
        linear: ‖W^k‖₂, the norm in the linear network, of that shape.
    """

    radius: float
    norm: Array
    upper: Array
    lower: Array
    linear: Array


@dataclass(frozen=True, eq=False)
class JacobianNorms:
    """Several spectral radii of one drawn matrix.

    Args:
        activation: φ.
        size: units n.
        weights: how they were drawn.
        curves: one for each spectral radius.
    """

    activation: Activation
    size: int
    weights: str
    curves: tuple[NormCurve, ...]

    header: ClassVar[tuple[str, ...]] = ("radius", "k", "norm", "upper", "lower", "linear")

    def rows(self) -> Iterator[Row]:
        """One row for each radius and k."""
        for curve in self.curves:
            columns = np.column_stack([curve.norm, curve.upper, curve.lower, curve.linear])
            for k, row in enumerate(columns.tolist()):
                yield (curve.radius, k, *row)


def jacobian_norms(
    radius: Sequence[float] = RADII,
    size: int = 8,
    steps: int = 40,
    seed: int = 0,
    weights: str = "orthogonal",
    activation: str | Sequence[str] = "tanh",
) -> JacobianNorms:
    """Norms of the Jacobians of networks that differ in the scale of W only.

    Args:
        radius: the spectral radii, at most :data:`MAX_RADII`.
        size: units n.
        steps: T, and the largest k.
        seed: what everything is drawn from.
        weights: ``"orthogonal"`` or ``"gaussian"``; see :func:`symrnn.plots.networks.recurrent_weights`.
        activation: φ; see :func:`symrnn.plots.networks.read_phi`.

    Raises:
        LimitError: for a size, a number of steps or a radius out of range, or too many radii.
        SelectionError: for no radius, an unknown kind of weights, or several activations.
        ReadingError: for an activation that is not in the catalogue.

    >>> (curve,) = jacobian_norms([0.9], size=3, steps=10).curves
    >>> bool((curve.lower <= curve.norm * (1 + 1e-9)).all() and (curve.norm <= curve.upper * (1 + 1e-9)).all())
    True
    """
    radii = tuple(dict.fromkeys(map(float, radius)))
    if not radii:
        raise SelectionError("no spectral radius is given", advice="give one or more")
    if len(radii) > MAX_RADII:
        raise LimitError(f"{len(radii)} spectral radii in one picture", advice=f"use at most {MAX_RADII}")
    require_steps(steps)
    phi = only("activation", activation)
    curves = [_curve(recurrent_weights(size, r, weights, seed), r, phi, steps, seed) for r in radii]
    return JacobianNorms(read_phi(phi), size, weights, tuple(curves))


def _curve(W: Array, radius: float, phi: str, steps: int, seed: int) -> NormCurve:
    network = drawn_network(W, phi, steps, seed)
    upper, lower = certain_bounds(W, network.activation, float(visited_slopes(network).min()), steps)
    both = (network, linear_network(W, steps))
    found, linear = (np.linalg.norm(state_jacobians(one), 2, axis=(1, 2)) for one in both)
    return NormCurve(radius, found, upper, lower, linear)


def certain_bounds(W: Array, phi: Activation, least_slope: float, steps: int) -> tuple[Array, Array]:
    """(γ‖W‖₂)^k and (inf abs(φ') σ_min(W))^k for k = 0, ..., steps; the first is infinite where γ is.

    Args:
        W: the recurrent weights.
        phi: φ, of which γ is proved.
        least_slope: the smallest abs(φ') at the states that were visited.
        steps: the largest k.

    >>> from symrnn.activations import activation
    >>> upper, lower = certain_bounds(np.diag([2.0, 0.5]), activation("tanh"), 0.5, steps=2)
    >>> upper.tolist(), lower.tolist()
    ([1.0, 2.0, 4.0], [1.0, 0.25, 0.0625])
    """
    singular = np.linalg.svd(W, compute_uv=False)
    k = np.arange(steps + 1)
    with np.errstate(under="ignore"):
        return (float(slope_bounds(phi).abs_sup) * singular[0]) ** k, (least_slope * singular[-1]) ** k


def caption_jacobian_norms(numbers: JacobianNorms, notation: Notation | None) -> str:
    """What was drawn, and between which lines the norms lie."""
    drawn = "an orthogonal matrix" if numbers.weights == "orthogonal" else "a matrix of normal entries"
    sharp = " both are sharp" if numbers.weights == "orthogonal" else " they are norms of powers"
    gamma = slope_bounds(numbers.activation).abs_sup
    upper = (
        f"is certain with $γ = {gamma if gamma.is_Rational else f'{float(gamma):.4g}'}$"
        if gamma.is_finite
        else ("does not exist, since the slope has no bound")
    )
    jacobian = norm(ratio("h_t", "h_{t-k}", notation), notation)
    return (
        f"Norms of Jacobians, ${jacobian}_2$, in {numbers.activation.name} networks of {numbers.size} units whose "
        f"recurrent weights are multiples of {drawn}, with spectral radius $ρ$. The upper line {upper}; the lower one "
        f"takes the smallest slope at the states that were visited. In the linear network (last panel){sharp}."
    )


def draw_jacobian_norms(numbers: JacobianNorms, look: Look) -> Figure:
    """A panel for each radius, and one for the linear network with all of them."""
    columns = look.columns(3)
    rows = math.ceil((len(numbers.curves) + 1) / columns)
    figure, grid = panels(look, rows, columns, 1.05, right=0.28, gap=0.18, shared=True)
    name = numbers.activation.name.replace("_", " ")
    of = f"{name}, " if len(name) <= LONGEST else ""
    jacobian = norm(look.jacobian("h_t", "h_{t-k}"), look.written)
    for axes, curve in zip(grid.flat, numbers.curves, strict=False):
        axes.set_title(look.label(f"{of}$ρ(W_hh) = {curve.radius:g}$"))
        k = np.arange(len(curve.norm))
        axes.semilogy(k, curve.norm, color=BLUE, linewidth=1.8, label=look.label(f"${jacobian}_2$"))
        axes.semilogy(k, curve.upper, color=VERMILLION, linestyle="--", label=look.label("$(γ‖W_hh‖_2)^k$"))
        axes.semilogy(k, curve.lower, color=GREEN, linestyle=":", label=look.label(f"$({_lower(look)})^k$"))
    _linear_panel(grid.flat[len(numbers.curves)], numbers, look)
    grid[0, 0].set(xlim=(0, len(numbers.curves[0].norm) - 1), ylim=(LOWEST, HIGHEST), yticks=[1e-10, 1e-5, 1, 1e5])
    label_below(grid, len(numbers.curves) + 1, look.label("$k$"))
    legend_below(figure, look, 3)
    return figure


def _lower(look: Look) -> str:
    slope, weights = look.written.function("phi", 1), look.written.symbol("W_hh")
    return rf"\min|{slope}|\,\sigma_{{\min}}({weights})"


def _linear_panel(axes: Axes, numbers: JacobianNorms, look: Look) -> None:
    """Straight lines, each with its radius at the end; labels that would run into each other are moved apart."""
    axes.set_title(look.label("linear: $‖W_hh^k‖_2$"))
    free = -math.inf
    for at, curve in enumerate(sorted(numbers.curves, key=lambda one: one.radius)):
        axes.semilogy(curve.linear, color=BLACK, linestyle=DASHES[at % len(DASHES)])
        end = np.flatnonzero((curve.linear > LOWEST) & (curve.linear < HIGHEST))[-1]
        free = max(free + LABEL_HEIGHT * look.scale, math.log10(curve.linear[end]))
        axes.annotate(f"${curve.radius:g}$", (float(end), 10**free), (3, 0), textcoords="offset points",
                      va="center", annotation_clip=False)  # fmt: skip
