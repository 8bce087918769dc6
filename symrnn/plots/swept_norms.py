"""Norms of Jacobians over many draws: their median and quantiles against k, beside the bound that is proved."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import LimitError
from symrnn.latex import Notation
from symrnn.plots.look import Look
from symrnn.plots.picture import Picture, Row
from symrnn.plots.style import BLACK, BLUE, VERMILLION, label_below, legend_below, panels
from symrnn.plots.words import listed, norm, ratio

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
MOST_PANELS = 12
LOWEST, HIGHEST = 1e-12, 1e8
"""What lies outside is not drawn; the CSV file has it."""


@dataclass(frozen=True, eq=False)
class Spread:
    """One cell at one size and radius.

    Args:
        cell: its name.
        state: the name of the state that is carried on.
        size: units n.
        radius: the spectral radius of the recurrent matrices.
        norms: ‖∂s_T/∂s_{T-k}‖ of each draw for k = 0, ..., of shape (draws, steps + 1).
        bound: the median of the proved bounds, of shape (steps + 1,); nan where there is none.
    """

    cell: str
    state: str
    size: int
    radius: float
    norms: Array
    bound: Array

    @property
    def quantiles(self) -> Array:
        """Those of :data:`QUANTILES` for each k, of shape (7, steps + 1)."""
        return np.quantile(self.norms, QUANTILES, axis=0)


@dataclass(frozen=True, eq=False)
class SweptNorms:
    """A sweep.

    Args:
        kind: of the norm, in print: ``"2"``, ``"1"``, ``"∞"`` or ``"F"``.
        groups: one for each cell, size and radius.
    """

    kind: str
    groups: tuple[Spread, ...]

    header: ClassVar[tuple[str, ...]] = ("cell", "size", "radius", "k", "draws", "least", "q05", "q25", "median",
                                         "q75", "q95", "most", "median_bound")  # fmt: skip

    def rows(self) -> Iterator[Row]:
        """One row for each group and k."""
        for each in self.groups:
            for k, row in enumerate(np.vstack([each.quantiles, each.bound]).T.tolist()):
                yield (each.cell, each.size, each.radius, k, len(each.norms), *row)


def caption_swept_norms(numbers: SweptNorms, notation: Notation | None) -> str:
    """What is drawn, how many draws there are, and where the bound is."""
    states = dict.fromkeys(each.state for each in numbers.groups)
    jacobians = listed(
        [f"${norm(ratio(f'{s}_t', f'{s}_{{t-k}}', notation), notation)}_{numbers.kind}$" for s in states]
    )
    draws = sorted({len(each.norms) for each in numbers.groups})
    count = f"{draws[0]}" if len(draws) == 1 else f"{draws[0]} to {draws[-1]}"
    bounded = not all(np.isnan(each.bound[1:]).all() for each in numbers.groups)
    line = "; the dashed line is the median of their proved bounds" if bounded else ""
    return (
        f"Norms of Jacobians, {jacobians}, over {count} draws of the weights for each panel: the median, the half and "
        f"nine tenths of the draws around it, and the least and the largest as dotted lines{line}."
    )


def draw_swept_norms(numbers: SweptNorms, look: Look) -> Figure:
    """A panel for each group.

    Raises:
        LimitError: for more than :data:`MOST_PANELS`.
    """
    count = len(numbers.groups)
    if count > MOST_PANELS:
        raise LimitError(f"{count} panels in one picture", advice=f"sweep at most {MOST_PANELS} cells, sizes and radii")
    of_a_cell = sum(each.cell == numbers.groups[0].cell for each in numbers.groups)  # they stand beside each other
    columns = of_a_cell if 1 < of_a_cell <= look.columns(3) else min(look.columns(3), count)
    states = {each.state for each in numbers.groups}
    figure, grid = panels(look, math.ceil(count / columns), columns, 1.3, left=0.6, gap=0.15, shared=True)
    for axes, each in zip(grid.flat, numbers.groups, strict=False):
        k, (least, low, lower, middle, upper, high, most) = np.arange(each.norms.shape[1]), each.quantiles
        axes.set_yscale("log")
        axes.set_title(look.label(f"{each.cell}, $n = {each.size}$, $ρ = {each.radius:g}$"))
        axes.fill_between(k, low, high, color=BLUE, alpha=0.18, linewidth=0, label="nine tenths")
        axes.fill_between(k, lower, upper, color=BLUE, alpha=0.32, linewidth=0, label="half")
        axes.plot(k, middle, color=BLUE, linewidth=1.8, label="median")
        axes.plot(k, least, color=BLACK, linestyle=":", linewidth=0.8, label="least, largest")
        axes.plot(k, most, color=BLACK, linestyle=":", linewidth=0.8)
        axes.plot(k, each.bound, color=VERMILLION, linestyle="--", label="median of the proved bounds")
    drawn = np.concatenate([line.ravel() for each in numbers.groups for line in (each.norms, each.bound)])
    drawn = drawn[np.isfinite(drawn) & (drawn > 0)]
    ends = max(float(drawn.min()) / 2, LOWEST), min(float(drawn.max()) * 2, HIGHEST)
    grid[0, 0].set(xlim=(0, numbers.groups[0].norms.shape[1] - 1), ylim=ends)
    s = min(states)
    jacobian = norm(look.jacobian(f"{s}_t", f"{s}_{{t-k}}"), look.written)
    for axes in grid[:, 0]:
        one = look.label(f"${jacobian}_{numbers.kind}$")
        axes.set_ylabel(one if len(states) == 1 else "norm of the Jacobian")
    label_below(grid, count, look.label("$k$"))
    legend_below(figure, look, 5)
    return figure


SWEPT = Picture(
    name="swept-norms",
    title="norms of Jacobians over many draws",
    caption=caption_swept_norms,
    claims=("L19",),
    file="L19_long_distances",
    options=("kind", "groups"),
    measure=SweptNorms,
    draw=draw_swept_norms,
)
"""The picture of a sweep; it is none of the lecture's."""
