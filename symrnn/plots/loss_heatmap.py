"""‖∂ℓ_t/∂h_s‖ over s and t: how much each loss says to each state before it.

∂ℓ_t/∂h_s = (∂ℓ_t/∂y_t) W_hy ∂h_t/∂h_s, from the derived closed form, with ℓ_t = ½‖y_t - target_t‖² and drawn targets.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import LimitError
from symrnn.plots.networks import drawn_network, loss_jacobian_norms, recurrent_weights
from symrnn.plots.picture import Row
from symrnn.plots.style import panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RADII = (0.7, 1.4)
"""Spectral radii of the two networks: one whose gradients vanish, one in which they grow."""
SCALE = 1e-3
"""Of inputs and initial state: so small that tanh stays near 0, where it is steep, and W decides."""
MAX_HEATMAP_STEPS = 40
"""Most steps: every pair of times is evaluated and drawn."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LossHeatmap:
    """Norms for two networks that differ in the scale of W_hh only.

    Args:
        radii: the spectral radii.
        norms: for each, an array of shape (T + 1, T + 1) with t as row and s as column; nan where there is no value.
    """

    radii: tuple[float, float]
    norms: tuple[Array, Array]

    header: ClassVar[tuple[str, ...]] = ("radius", "t", "s", "norm")

    def rows(self) -> Iterator[Row]:
        """One row for each network and pair 0 <= s <= t with t >= 1."""
        for radius, norms in zip(self.radii, self.norms, strict=True):
            for t in range(1, len(norms)):
                for s in range(t + 1):
                    yield (radius, t, s, float(norms[t, s]))


def loss_heatmap(size: int = 8, steps: int = 20, seed: int = 0) -> LossHeatmap:
    """Norms for tanh networks with drawn weights W = ρQ, Q orthogonal.

    Args:
        size: units n.
        steps: T, at most :data:`MAX_HEATMAP_STEPS`.
        seed: what everything is drawn from.

    Raises:
        LimitError: for a size or a number of steps out of range.

    >>> vanishing, exploding = loss_heatmap(size=2, steps=3).norms
    >>> vanishing.shape, bool(np.isnan(vanishing[1, 2])), bool(vanishing[3, 0] < vanishing[3, 3])
    ((4, 4), True, True)
    """
    if not 1 <= steps <= MAX_HEATMAP_STEPS:
        raise LimitError(f"a heat map of {steps} steps", advice=f"use 1 to {MAX_HEATMAP_STEPS}")
    networks = (
        drawn_network(recurrent_weights(size, r, "orthogonal", seed), "tanh", steps, seed, SCALE) for r in RADII
    )
    vanishing, exploding = map(loss_jacobian_norms, networks)
    return LossHeatmap(RADII, (vanishing, exploding))


def draw_loss_heatmap(numbers: LossHeatmap) -> Figure:
    """Both triangles with one scale of colours, a step of it for each power of ten or for half of one."""
    from matplotlib import colormaps
    from matplotlib.colors import BoundaryNorm

    figure, grid = panels(1, 2, 1.8, left=0.42, right=0.8, legend=False, shared=True)
    logs = [_log10(norms) for norms in numbers.norms]
    levels = _levels(np.concatenate([log[np.isfinite(log)] for log in logs]))
    norm = BoundaryNorm(levels, colormaps["cividis"].N)
    edges = np.arange(len(logs[0]) + 1) - 0.5
    drawing: dict[str, Any] = {"cmap": "cividis", "norm": norm, "edgecolors": "face", "linewidth": 0.2}
    for axes, log, radius in zip(grid[0], logs, numbers.radii, strict=True):
        mesh = axes.pcolormesh(edges, edges, np.ma.masked_invalid(log), **drawing)
        axes.set(title=rf"$\rho(W) = {radius:g}$", xlabel="$s$", aspect="equal")
        axes.grid(visible=False)
    grid[0, 0].set_ylabel("$t$")
    grid[0, 0].invert_yaxis()
    beside = grid[0, 1].inset_axes((1.06, 0, 0.07, 1))
    bar = figure.colorbar(mesh, cax=beside)
    bar.set_label(r"$\log_{10} \Vert \partial \ell_t / \partial h_s \Vert$", labelpad=5)
    bar.set_ticks([level for level in levels if level == int(level)])
    return figure


def _log10(norms: Array) -> Array:
    """Logarithms; nan where there is no value, and where it is 0."""
    with np.errstate(divide="ignore"):
        logs = np.log10(norms)
    return np.where(np.isfinite(logs), logs, math.nan)


def _levels(logs: Array) -> list[float]:
    """Whole powers of ten from below the smallest value to above the largest, or halves when they are few."""
    low, high = (math.floor(logs.min()), math.ceil(logs.max())) if logs.size else (0, 1)
    high = max(high, low + 1)
    step = 0.5 if high - low <= 8 else max(1, math.ceil((high - low) / 14))
    return [float(level) for level in np.arange(low, high + step, step)]
