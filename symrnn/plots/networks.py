"""Networks drawn from a seed, and their Jacobians from the derived closed form.

The closed forms are those of :meth:`symrnn.recurrence.Recurrence.derive`, the numbers come from the one evaluator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.activations import Activation, activation
from symrnn.cells import Elman
from symrnn.errors import LimitError, SelectionError
from symrnn.evaluate import Assignment, Evaluator, Floats
from symrnn.expr import ImmediateJacobian
from symrnn.slopes import read_activation
from symrnn.symbols import k, t

Array = NDArray[np.float64]

MAX_SIZE = 32
"""Most units of a drawn network: a product of Jacobians takes n³ operations, in Python."""

MAX_STEPS = 100
"""Most steps."""

MAX_RADIUS = 4.0
"""Largest spectral radius: the powers stay within double precision."""

WEIGHTS = ("orthogonal", "gaussian")
"""How recurrent weights can be drawn."""


def require_size(size: int) -> None:
    """Refuse a number of units.

    Raises:
        LimitError: outside of 1 to :data:`MAX_SIZE`.

    >>> require_size(100)
    Traceback (most recent call last):
    ...
    symrnn.errors.LimitError: a network of 100 units; use 1 to 32
    """
    if not 1 <= size <= MAX_SIZE:
        raise LimitError(f"a network of {size} units", advice=f"use 1 to {MAX_SIZE}")


def require_steps(steps: int) -> None:
    """Refuse a number of steps.

    Raises:
        LimitError: outside of 1 to :data:`MAX_STEPS`.
    """
    if not 1 <= steps <= MAX_STEPS:
        raise LimitError(f"a sequence of {steps} steps", advice=f"use 1 to {MAX_STEPS}")


def recurrent_weights(size: int, radius: float, weights: str, seed: int) -> Array:
    """Recurrent weights with a given spectral radius.

    Args:
        size: n.
        radius: the largest abs(λ), above 0 and at most :data:`MAX_RADIUS`.
        weights: ``"orthogonal"`` for ρQ, of which every singular value is ρ; ``"gaussian"`` for independent normal
            entries, scaled.
        seed: what they are drawn from; one seed gives the same matrix for all radii, apart from the scale.

    Returns:
        W, of shape (n, n).

    Raises:
        LimitError: for a size or radius out of range.
        SelectionError: for another way to draw.

    >>> W = recurrent_weights(3, 0.5, "orthogonal", seed=0)
    >>> [round(float(value), 9) for value in np.linalg.svd(W, compute_uv=False)]
    [0.5, 0.5, 0.5]
    """
    require_size(size)
    if not 0 < radius <= MAX_RADIUS:
        raise LimitError(f"the spectral radius is {radius}", advice=f"use a number above 0, up to {MAX_RADIUS:g}")
    if weights not in WEIGHTS:
        raise SelectionError(f"weights cannot be {weights!r}", advice=f"use {' or '.join(WEIGHTS)}")
    drawn = np.random.default_rng(seed).normal(size=(size, size))
    if weights == "orthogonal":
        q, r = np.linalg.qr(drawn)
        return radius * q * np.sign(np.diag(r))  # with these signs all orthogonal matrices are equally likely
    return drawn * (radius / np.abs(np.linalg.eigvals(drawn)).max())


def read_phi(text: str) -> Activation:
    """An activation of the catalogue that a drawn network can have; φ' at a kink is taken as 0 unless it is stated.

    Raises:
        ReadingError: for a name that is not in the catalogue.
        SelectionError: for a parameter without a value.

    >>> read_phi("relu").at_kink, read_phi("elu(alpha=1/2)").title
    (0, 'elu(alpha=1/2)')
    """
    found = read_activation(text)
    open_ = [name for name, value in found.parameters if value.free_symbols]
    if open_:
        raise SelectionError(
            f"{found.title} has no value for {open_[0]}", advice=f"write a number, as in {open_[0]}=1/2"
        )
    if found.kinks and found.at_kink is None:
        return activation(found.name, at_kink=0, **dict(found.parameters))
    return found


@dataclass(frozen=True, eq=False)
class DrawnNetwork:
    """An Elman network with numbers for everything: n units, one input, one output; the biases are 0.

    Args:
        activation: φ.
        W_hh, W_xh, W_hy: the weights, of shapes (n, n), (n, 1) and (1, n).
        h_0: of shape (n,).
        x: the inputs, of shape (T, 1).
        targets: what the outputs should be, of shape (T, 1): ℓ_t = ½‖y_t - target_t‖².
    """

    activation: Activation
    W_hh: Array
    W_xh: Array
    W_hy: Array
    h_0: Array
    x: Array
    targets: Array

    @property
    def steps(self) -> int:
        """T."""
        return len(self.x)

    @cached_property
    def cell(self) -> Elman:
        """The recurrence, with its sizes as numbers."""
        return Elman(self.activation, hidden=len(self.W_hh), inputs=1, outputs=1)

    @property
    def params(self) -> dict[str, Array]:
        """The parameters by name, as the oracles take them."""
        zeros = np.zeros(len(self.W_hh))
        return {"W_hh": self.W_hh, "W_xh": self.W_xh, "W_hy": self.W_hy, "b_h": zeros, "b_y": np.zeros(1)}

    def evaluator(self, loss_slopes: Mapping[ImmediateJacobian, Array] | None = None) -> Evaluator:
        """What gives terms of this network their values, in double precision."""
        inputs = {("x", at): row for at, row in enumerate(self.x, start=1)}
        given: dict[Any, Any] = {**self.params, **inputs, ("h", 0): self.h_0, **(loss_slopes or {})}
        return Evaluator(Floats(), Assignment(given=given), self.cell)


def linear_network(W: Array, steps: int) -> DrawnNetwork:
    """A linear network without input, of which ∂h_T/∂h_{T-k} = W^k."""
    n = len(W)
    ones = np.ones(n)
    return DrawnNetwork(activation("identity"), W, np.zeros((n, 1)), ones[None], ones, *np.zeros((2, steps, 1)))


def drawn_network(W: Array, phi: str, steps: int, seed: int, scale: float = 0.1) -> DrawnNetwork:
    """A network with drawn inputs, initial state, output weights and targets; the targets are 1 or -1.

    Args:
        W: the recurrent weights, of shape (n, n).
        phi: φ, as :func:`read_phi` reads it.
        steps: T.
        seed: what is drawn follows from it.
        scale: of the inputs and of the initial state; where it is small, tanh stays where it is steep.

    Raises:
        LimitError: for a number of steps out of range.
        ReadingError, SelectionError: for an activation that is none, or not one.
    """
    require_steps(steps)
    n = len(W)
    rng = np.random.default_rng([seed, 1])  # another stream than that of the recurrent weights
    inward, outward, start = rng.normal(size=(n, 1)), rng.normal(size=(1, n)) / np.sqrt(n), rng.normal(size=n)
    x, targets = rng.normal(size=(steps, 1)), rng.choice((-1.0, 1.0), size=(steps, 1))
    return DrawnNetwork(read_phi(phi), W, scale * inward, outward, scale * start, x, targets)


def state_jacobians(network: DrawnNetwork) -> Array:
    """∂h_T/∂h_{T-k} for k = 0, 1, ..., T, by the closed form.

    Returns:
        An array of shape (T + 1, n, n).

    >>> state_jacobians(linear_network(np.array([[0.0, 5.0], [0.0, 0.0]]), steps=2)).tolist()
    [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 5.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]
    """
    h, T = network.cell.h, network.steps
    closed_form = network.cell.derive(h[t], wrt=h[t - k]).closed_form
    evaluator = network.evaluator()
    return np.array([evaluator.value(closed_form, {t: T, k: back}).astype(float) for back in range(T + 1)])


def visited_slopes(network: DrawnNetwork) -> Array:
    """φ'(a_t) for t = 1, ..., T; shape (T, n)."""
    evaluator, cell = network.evaluator(), network.cell
    slopes = [evaluator.value(cell.phi(cell.a[t], order=1), {t: at}) for at in range(1, network.steps + 1)]
    return np.array(slopes).astype(float)[:, :, 0]


def loss_jacobian_norms(network: DrawnNetwork) -> Array:
    """‖∂ℓ_t/∂h_s‖₂ for 0 <= s <= t <= T, by the closed form.

    Returns:
        An array of shape (T + 1, T + 1) with t as row and s as column; nan for s > t, and for t = 0, which has no loss.
    """
    cell, T = network.cell, network.steps
    closed_form = cell.derive(cell.ell[t], wrt=cell.h[t - k]).closed_form
    outputs = network.evaluator()
    slopes = {
        ImmediateJacobian(cell.ell[at], cell.y[at]): outputs.value(cell.y[at]).astype(float) - network.targets[at - 1]
        for at in range(1, T + 1)
    }
    evaluator = network.evaluator(slopes)
    norms = np.full((T + 1, T + 1), np.nan)
    for at in range(1, T + 1):
        for back in range(at + 1):
            jacobian = evaluator.value(closed_form, {t: at, k: back}).astype(float)
            norms[at, at - back] = np.linalg.norm(jacobian)
    return norms
