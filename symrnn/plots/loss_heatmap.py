"""‖∂ℓ_t/∂h_s‖ over s and t: how much each loss says to each state before it.

∂ℓ_t/∂h_s = (∂ℓ_t/∂y_t) W_hy ∂h_t/∂h_s, from the derived closed form, with ℓ_t = ½‖y_t - target_t‖² and drawn targets.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from symrnn.activations import Activation
from symrnn.errors import LimitError
from symrnn.latex import Notation
from symrnn.plots.look import Look
from symrnn.plots.networks import drawn_network, loss_jacobian_norms, read_phi, recurrent_weights
from symrnn.plots.picture import Row, only
from symrnn.plots.style import panels, set_numbers
from symrnn.plots.words import norm, ratio, rounded

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
        activation: φ.
        size: units n.
        radii: the spectral radii.
        norms: for each, an array of shape (T + 1, T + 1) with t as row and s as column; nan where there is no value.
    """

    activation: Activation
    size: int
    radii: tuple[float, float]
    norms: tuple[Array, Array]

    header: ClassVar[tuple[str, ...]] = ("radius", "t", "s", "norm")

    def rows(self) -> Iterator[Row]:
        """One row for each network and pair 0 <= s <= t with t >= 1."""
        for radius, norms in zip(self.radii, self.norms, strict=True):
            for t in range(1, len(norms)):
                for s in range(t + 1):
                    yield (radius, t, s, float(norms[t, s]))


def loss_heatmap(
    size: int = 8, steps: int = 20, seed: int = 0, activation: str | Sequence[str] = "tanh"
) -> LossHeatmap:
    """Norms for networks with drawn weights W = ρQ, Q orthogonal.

    Args:
        size: units n.
        steps: T, at most :data:`MAX_HEATMAP_STEPS`.
        seed: what everything is drawn from.
        activation: φ; see :func:`symrnn.plots.networks.read_phi`.

    Raises:
        LimitError: for a size or a number of steps out of range.
        ReadingError, SelectionError: for an activation that is none, or not one.

    >>> vanishing, exploding = loss_heatmap(size=2, steps=3).norms
    >>> vanishing.shape, bool(np.isnan(vanishing[1, 2])), bool(vanishing[3, 0] < vanishing[3, 3])
    ((4, 4), True, True)
    """
    if not 1 <= steps <= MAX_HEATMAP_STEPS:
        raise LimitError(f"a heat map of {steps} steps", advice=f"use 1 to {MAX_HEATMAP_STEPS}")
    phi = only("activation", activation)
    networks = (drawn_network(recurrent_weights(size, r, "orthogonal", seed), phi, steps, seed, SCALE) for r in RADII)
    vanishing, exploding = map(loss_jacobian_norms, networks)
    return LossHeatmap(read_phi(phi), size, RADII, (vanishing, exploding))


def caption_loss_heatmap(numbers: LossHeatmap, notation: Notation | None) -> str:
    """What was drawn, and how the norm at the far end compares with the one at the near end."""
    found = [float(norms[-1, 0] / norms[-1, -1]) for norms in numbers.norms]
    seen = ["smaller" if ratio_ < 1 else "larger" for ratio_ in found]
    compared = list(zip(found, seen, strict=True))
    times = [f"{rounded(max(one, 1 / one), 2)} times {word}" if one > 0 else "0" for one, word in compared]
    return (
        f"Norms of ${norm(ratio('ℓ_t', 'h_s', notation), notation)}$ for two {numbers.activation.name} networks of "
        f"{numbers.size} units that differ in the scale of $W_hh$ only. What the last loss says to the first state is, "
        f"compared with what it says to the last one, {times[0]} on the left, and {times[1]} on the right."
    )


def draw_loss_heatmap(numbers: LossHeatmap, look: Look) -> Figure:
    """Both triangles with one scale of colours, a step of it for each power of ten or for half of one."""
    from matplotlib import colormaps
    from matplotlib.colors import BoundaryNorm

    figure, grid = panels(look, 1, 2, _height(look), left=0.42, right=0.8, legend=False, shared=True)
    logs = [_log10(norms) for norms in numbers.norms]
    levels = _levels(np.concatenate([log[np.isfinite(log)] for log in logs]))
    steps = BoundaryNorm(levels, colormaps["cividis"].N)
    edges = np.arange(len(logs[0]) + 1) - 0.5
    drawing: dict[str, Any] = {"cmap": "cividis", "norm": steps, "edgecolors": "face", "linewidth": 0.2}
    for axes, log, radius in zip(grid[0], logs, numbers.radii, strict=True):
        mesh = axes.pcolormesh(edges, edges, np.ma.masked_invalid(log), **drawing)
        axes.set(title=look.label(f"$ρ(W_hh) = {radius:g}$"), xlabel=look.label("$s$"), aspect="equal")
        axes.grid(visible=False)
    grid[0, 0].set_ylabel(look.label("$t$"))
    grid[0, 0].invert_yaxis()
    beside = grid[0, 1].inset_axes((1.06, 0, 0.07, 1))
    bar = figure.colorbar(mesh, cax=beside)
    set_numbers(bar.ax, look)
    bar.set_label(look.label(rf"$\log_{{10}} {norm(look.jacobian('ℓ_t', 'h_s'), look.written)}$"), labelpad=5)
    bar.set_ticks([level for level in levels if level == int(level)])
    return figure


def _height(look: Look) -> float:
    """Of a panel, in inches: as high as it is wide."""
    return min(2.6, 0.43 * look.width - 0.6 * look.scale + 0.35)


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
