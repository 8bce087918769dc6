"""An unrolled recurrence drawn by matplotlib, and written as TikZ: one plan, two renderers."""

from __future__ import annotations

import math
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from symrnn.errors import SelectionError
from symrnn.plots.look import Look
from symrnn.plots.style import BLACK, GREY, VERMILLION, styled
from symrnn.plots.unrolled import Unrolled, unrolled
from symrnn.plots.unrolled_layout import Drawn, Node, Plan, planned, samples

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from symrnn.latex import Notation
    from symrnn.recurrence import Recurrence

FILLS = {
    "input": "#FFFFFF",
    "gate": "#EEEEEE",
    "state": "#CFE4F2",
    "output": "#FFFFFF",
    "loss": "#FBE3D3",
    "total": "#FBE3D3",
}
ROUNDED = {"state": 0.13, "loss": 0.13, "total": 0.13, "input": 0.0, "output": 0.13, "gate": 0.05}
"""By how many inches corners are round, in 8 point type."""
LINES: dict[str, dict[str, Any]] = {
    "forward": {"color": BLACK, "linewidth": 0.7, "linestyle": "-"},
    "gradient": {"color": VERMILLION, "linewidth": 1.1, "linestyle": (0, (3.2, 1.6))},
    "cut": {"color": GREY, "linewidth": 0.9, "linestyle": (0, (1, 1.5))},
}
SAMPLE = 0.32
"""Inches of an arrow in the legend."""
SIDES = {"above": (0, 1, "center", "bottom"), "below": (0, -1, "center", "top"),
         "left": (-1, 0, "right", "center"), "right": (1, 0, "left", "center")}  # fmt: skip


def draw_unrolled(numbers: Unrolled, look: Look) -> Figure:
    """Boxes and arrows, at their size."""
    from matplotlib.figure import Figure

    plan = planned(numbers, look)
    figure = Figure(figsize=(plan.width, plan.height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, plan.width), ylim=(0, plan.height))
    axes.set_axis_off()
    boxes = {node.name: _box(axes, node, look) for node in plan.nodes.values()}
    for arrow in plan.arrows:
        _arrow(axes, plan, arrow, boxes)
    for kind, left, words in samples(plan):
        _line(axes, (left, plan.legend), (left + SAMPLE, plan.legend), kind, 0)
        axes.text(left + SAMPLE + 0.06, plan.legend, words, va="center_baseline")
    return figure


def unrolled_figure(recurrence: Recurrence, notation: str | Notation = "lecture", **options: Any) -> Figure:
    """The picture of a recurrence, for a notebook.

    Args:
        recurrence: what is drawn.
        notation: of its labels.
        options: of :func:`symrnn.plots.unrolled.unrolled`, such as ``steps=3``.

    Raises:
        MissingPackageError: when matplotlib is not installed.
        LimitError: for a number of steps out of range.
        SelectionError: for an option that the picture does not have.
    """
    known = list(signature(unrolled).parameters)[1:]
    for name in options:
        if name not in known:
            raise SelectionError(f"this picture has no option {name}", advice=f"use {', '.join(known)}")
    look = Look(notation)
    with styled(look):
        return draw_unrolled(unrolled(recurrence, **options), look)


def _box(axes: Axes, node: Node, look: Look) -> Any:
    from matplotlib.patches import FancyBboxPatch

    axes.text(node.x, node.y, f"${node.label}$", ha="center", va="center", zorder=5)
    seen = node.kind != "dots"
    round_ = ROUNDED.get(node.kind, 0.0) * look.scale
    box = FancyBboxPatch(
        (node.x - node.width / 2, node.y - node.height / 2), node.width, node.height,
        boxstyle=f"round,pad=0,rounding_size={round_}" if round_ else "square,pad=0",
        facecolor=FILLS.get(node.kind, "none"), edgecolor=BLACK if seen else "none", linewidth=0.7, zorder=4,
        visible=seen,
    )  # fmt: skip
    axes.add_patch(box)
    return box


def _line(axes: Axes, start: Any, end: Any, kind: str, bend: int, **ends: Any) -> Any:
    from matplotlib.patches import FancyArrowPatch

    line = FancyArrowPatch(
        start, end, arrowstyle="-|>", mutation_scale=6, shrinkA=0.5, shrinkB=0.5, zorder=3, capstyle="butt",
        connectionstyle=f"arc3,rad={-math.tan(math.radians(bend)) / 2:.4f}", **LINES[kind], **ends,
    )  # fmt: skip
    axes.add_patch(line)
    return line


def _arrow(axes: Axes, plan: Plan, arrow: Drawn, boxes: dict[str, Any]) -> None:
    start, end = plan.nodes[arrow.start], plan.nodes[arrow.end]
    _line(
        axes,
        (start.x, start.y),
        (end.x, end.y),
        arrow.kind,
        arrow.bend,
        patchA=boxes[start.name],
        patchB=boxes[end.name],
    )
    x, y = middle(start, end, arrow.bend)
    if arrow.kind == "cut":
        axes.plot([x], [y], marker="x", color=BLACK, markersize=6, markeredgewidth=1.4, zorder=6)
    if arrow.label:
        dx, dy, ha, va = SIDES[arrow.side]
        white = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        axes.text(x + 0.03 * dx, y + 0.03 * dy, f"${arrow.label}$", ha=ha, va=va, zorder=3.5, bbox=white)


def middle(start: Node, end: Node, bend: int) -> tuple[float, float]:
    """The middle of an arrow that bends."""
    dx, dy = end.x - start.x, end.y - start.y
    aside = math.tan(math.radians(bend)) / 4
    return (start.x + end.x) / 2 - aside * dy, (start.y + end.y) / 2 + aside * dx


def tikz_unrolled(numbers: Unrolled, look: Look) -> str:
    """TikZ to be changed by hand: a line for each node and arrow."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=False,
        undefined=StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    plan = planned(numbers, look)
    return templates.get_template("unrolled.tikz.j2").render(
        plan=plan, look=look, fills=FILLS, rounded=ROUNDED, samples=list(samples(plan)), sample=SAMPLE
    )
