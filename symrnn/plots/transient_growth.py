"""Powers of matrices with one spectral radius: a normal one decays from the start, another may grow first.

For W = V Λ V⁻¹ with ρ the largest abs(λ), ρ^k <= ‖W^k‖ <= κ(V) ρ^k with κ(V) = ‖V‖ ‖V⁻¹‖; for a normal W, κ(V) = 1
and both are equalities. Source: Trefethen and Embree (2005), Spectra and Pseudospectra, chapter 16.

The powers are the Jacobians ∂h_t/∂h_{t-k} of the linear network, from its derived closed form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrnn.latex import Notation
from symrnn.plots.look import Look
from symrnn.plots.networks import linear_network, require_steps, state_jacobians
from symrnn.plots.picture import Row
from symrnn.plots.style import BLACK, BLUE, GREEN, VERMILLION, legend_below, panels
from symrnn.plots.words import rounded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NORMAL = ((0.9, 0.0), (0.0, 0.8))
NON_NORMAL = ((0.9, 10.0), (0.0, 0.8))
STEPS = 60

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TransientGrowth:
    """Norms of powers.

    Args:
        k: the exponents 0, 1, ..., of shape (steps + 1,).
        normal, non_normal: ‖W^k‖₂ of the two matrices, of that shape.
        radius: the spectral radius ρ, of both.
        condition: κ(V) of the eigenvectors of the one that is not normal, columns of length 1.
    """

    k: NDArray[np.int64]
    normal: Array
    non_normal: Array
    radius: float
    condition: float

    header: ClassVar[tuple[str, ...]] = ("k", "normal", "non_normal", "radius_to_k", "condition_times_radius_to_k")

    @property
    def lower(self) -> Array:
        """ρ^k, below both norms."""
        return np.power(self.radius, self.k, dtype=np.float64)

    @property
    def upper(self) -> Array:
        """κ(V) ρ^k, above both norms."""
        return self.condition * self.lower

    def rows(self) -> Iterator[Row]:
        """One row for each k."""
        return zip(*(a.tolist() for a in (self.k, self.normal, self.non_normal, self.lower, self.upper)), strict=True)


def transient_growth(steps: int = STEPS) -> TransientGrowth:
    """Norms of the powers of [[0.9, 10], [0, 0.8]] and of diag(0.9, 0.8).

    Args:
        steps: the largest exponent, 1 to :data:`symrnn.plots.networks.MAX_STEPS`.

    Raises:
        LimitError: for another number of steps.

    >>> found = transient_growth(20)
    >>> found.radius, int(found.non_normal.argmax()), bool((found.normal <= 1).all())
    (0.9, 6, True)
    """
    require_steps(steps)
    radius = float(max(np.abs(np.linalg.eigvals(np.array(NON_NORMAL)))))
    _, vectors = np.linalg.eig(np.array(NON_NORMAL))
    condition = float(np.linalg.cond(vectors, 2))
    return TransientGrowth(np.arange(steps + 1), _norms(NORMAL, steps), _norms(NON_NORMAL, steps), radius, condition)


def _norms(W: ArrayLike, steps: int) -> Array:
    jacobians = state_jacobians(linear_network(np.array(W), steps))
    return np.array([np.linalg.norm(jacobian, 2) for jacobian in jacobians], dtype=np.float64)


def caption_transient_growth(numbers: TransientGrowth, notation: Notation | None) -> str:
    """What both matrices have in common, and what they have not."""
    top = float(numbers.non_normal.max())
    return (
        "Norms of $W^k$ for the normal matrix $diag(0.9, 0.8)$ and for the matrix with rows $(0.9, 10)$ and "
        f"$(0, 0.8)$, which has the same eigenvalues. Both vanish like $ρ^k$ with $ρ = {numbers.radius:g}$, but the "
        f"second, which is not normal, grows first, here up to {rounded(top, 3)}: only the line $κ(V)ρ^k$ bounds it "
        "from above, where $κ(V)$ is the condition number of its eigenvectors."
    )


def draw_transient_growth(numbers: TransientGrowth, look: Look) -> Figure:
    """Both norms against k, between the two lines."""
    figure, grid = panels(look, 1, 1, 1.9, titles=False)
    axes = grid[0, 0]
    every = max(len(numbers.k) // 12, 1)
    axes.semilogy(numbers.k, numbers.upper, color=VERMILLION, linestyle="--", label=look.label("$κ(V)ρ^k$"))
    axes.semilogy(numbers.k, numbers.non_normal, color=BLUE, marker="o", markevery=every, clip_on=False,
                  label=look.label("$‖W^k‖_2$, not normal"))  # fmt: skip
    axes.semilogy(numbers.k, numbers.normal, color=GREEN, linestyle="none", marker="s", markerfacecolor="white",
                  markevery=every, clip_on=False, label=look.label("$‖W^k‖_2$, normal"))  # fmt: skip
    axes.semilogy(numbers.k, numbers.lower, color=BLACK, linestyle=":", label=look.label("$ρ^k$"))
    axes.set(xlabel=look.label("$k$"), xlim=(0, int(numbers.k[-1])))
    legend_below(figure, look, 4)
    return figure
