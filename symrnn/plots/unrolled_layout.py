r"""Where the nodes and arrows of an unrolled recurrence stand, and what is written on them.

The plan is the same for matplotlib and for TikZ: coordinates in inches, labels in LaTeX.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

from symrnn.errors import LimitError
from symrnn.latex.width import width
from symrnn.plots.look import Look
from symrnn.plots.unrolled import Arrow, Key, Unrolled

LETTER = 0.052
"""Inches that a letter of :func:`symrnn.latex.width.width` takes in 8 point type."""
PADDING, NARROWEST, HEIGHT = 0.10, 0.34, 0.27
"""Inches around a label, and of the smallest node."""
GAP, BETWEEN = 0.10, 0.60
"""Inches between two nodes of a step, and between two steps, where labels stand."""
ROW, MORE, LEGEND, MARGIN, BEYOND = 0.78, 0.22, 0.34, 0.12, 0.30
"""Inches from row to row, more of them below and above what is crowded, for the legend, above all, and for the dots on
both sides."""
ABREAST, STAGGER = 2, 0.19
"""How many nodes of a step stand side by side; more of them are staggered, up and down by so many inches."""
USUAL = 3
"""Most steps when none are asked for."""
BEND = 28
"""Degrees by which a gradient leaves the straight line."""


@dataclass(frozen=True)
class Node:
    """A box with a label; one of kind ``"dots"`` stands for all steps beyond.

    Args:
        name: of its TikZ node.
        kind: input, gate, state, output, loss, total or dots.
        x, y: its centre.
        width, height: of the box.
        label: LaTeX without dollars.
    """

    name: str
    kind: str
    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Drawn:
    """An arrow from node to node.

    Args:
        start, end: the names of the nodes.
        kind: as of :class:`symrnn.plots.unrolled.Arrow`.
        bend: degrees by which it leaves to the left of the straight line.
        label: LaTeX without dollars; empty for none.
        side: where the label stands: above, below, left or right.
    """

    start: str
    end: str
    kind: str
    bend: int
    label: str
    side: str


@dataclass(frozen=True)
class Plan:
    """Everything that is drawn.

    Args:
        width, height: of the picture.
        nodes: by name.
        arrows: forward ones first.
        legend: the y of the legend.
    """

    width: float
    height: float
    nodes: dict[str, Node]
    arrows: tuple[Drawn, ...]
    legend: float

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of arrows that there are."""
        return tuple(kind for kind in ("forward", "gradient", "cut") if any(one.kind == kind for one in self.arrows))


def planned(graph: Unrolled, look: Look) -> Plan:
    r"""Lay an unrolled recurrence out.

    Raises:
        LimitError: when so many steps are wider than the picture.

    >>> from symrnn.plots.unrolled import unrolled
    >>> plan = planned(unrolled("Elman"), Look("plain"))
    >>> plan.nodes["h-1"].label, [arrow.label for arrow in plan.arrows if arrow.kind == "gradient" and arrow.label][0]
    ('h_{t-1}', '\\dfrac{\\partial^{+} h_{t-1}}{\\partial h_{t-2}}')
    """
    bare = replace(graph, gates=False)
    try:
        plan = _Planner(graph, look).plan()
    except LimitError:
        if not graph.adapts:
            raise
        plan = _Planner(bare, look).plan()
    for smaller in (replace(graph, whole=False), replace(bare, whole=False)):
        if plan.height > look.height:
            plan = _Planner(smaller, look).plan()
    return plan


@dataclass
class _Planner:
    graph: Unrolled
    look: Look
    nodes: dict[str, Node] = field(default_factory=dict)

    def plan(self) -> Plan:
        steps = self.steps()
        scale, layers = self.look.scale, self.graph.layers
        heights = list(self.heights())
        pitch = (self.look.width - 2 * BEYOND * scale) / steps
        for at in range(1 - steps, 1):
            centre = BEYOND * scale + pitch * (at + steps - 0.5)
            for row, high in enumerate(heights):
                self.place([(name, at) for name in self.row(row)], centre, high)
        for total in self.graph.totals:
            self.place([(total, None)], self.look.width / 2, heights[layers[total]])
        arrows = tuple(self.drawn(arrow, steps) for arrow in self.graph.arrows(steps))
        height = heights[-1] + (HEIGHT / 2 + MARGIN) * scale
        return Plan(self.look.width, height, self.nodes, arrows, LEGEND * scale / 2)

    def heights(self) -> Iterator[float]:
        """Where each row stands; there is more room around staggered rows, and between two that are carried on."""
        y, layers = LEGEND + HEIGHT, self.graph.layers
        for row in range(max(layers.values()) + 1):
            if row:
                both = [{name for name in self.graph.carried if layers[name] == one} for one in (row, row - 1)]
                crowded = sum(len(self.row(one)) > ABREAST for one in (row, row - 1)) + all(both)
                y += ROW + MORE * crowded
            yield y * self.look.scale

    def steps(self) -> int:
        """As many as are asked for, or as there is room for."""
        scale = self.look.scale
        rows = [self.row(row) for row in range(max(self.graph.layers.values()) + 1)]
        widest = max(self.spread([(name, -1) for name in row]) for row in rows)
        room = int((self.look.width - 2 * BEYOND * scale) // (widest + BETWEEN * scale))
        fewest = 2 if self.graph.truncate is None else self.graph.truncate + 1
        wanted = self.graph.steps or max(fewest, min(USUAL, room))
        if wanted > room:
            needed = wanted * (widest + BETWEEN * scale) + 2 * BEYOND * scale
            raise LimitError(
                f"{wanted} steps of {self.graph.recurrence.name} need a picture {2.54 * needed:.1f}cm wide",
                advice=f"use a larger --width than {2.54 * self.look.width:.1f}cm, fewer --steps, or --no-gates",
            )
        return wanted

    def row(self, layer: int) -> list[str]:
        """The nodes of a layer, from left to right: those for higher rows further outside."""
        layers = self.graph.layers
        inside = [name for name in self.graph.nodes if layers[name] == layer]
        users = {
            name: [layers[user] for user in self.graph.nodes if (name, 0) in self.graph.uses.get(user, {})]
            for name in inside
        }
        return sorted(inside, key=lambda name: min(users[name], default=0))

    def place(self, keys: list[Key], x: float, y: float) -> None:
        """Nodes of a step side by side, or staggered."""
        places = self.places(keys)
        for number, (key, place) in enumerate(zip(keys, places, strict=True)):
            up = (STAGGER if number % 2 else -STAGGER) if len(keys) > ABREAST else 0
            self.add(key, self.graph.kind(key[0]), x + place, y + up * self.look.scale, self.label(key))

    def places(self, keys: list[Key]) -> list[float]:
        """Where the centres of nodes of a step are, from the middle of all."""
        apart = [(self.width(one) + self.width(other)) / 2 + GAP * self.look.scale for one, other in pairwise(keys)]
        if len(keys) > ABREAST:
            apart = [0.6 * one for one in apart]
        found = list(accumulate(apart, initial=0.0)) if keys else []
        return [place - sum(found[-1:]) / 2 for place in found]

    def add(self, key: Key, kind: str, x: float, y: float, label: str) -> Node:
        wide = 0.2 * self.look.scale if kind == "dots" else self.width(key)
        node = Node(_named(key), kind, x, y, wide, HEIGHT * self.look.scale, label)
        self.nodes[node.name] = node
        return node

    def spread(self, keys: list[Key]) -> float:
        places = self.places(keys)
        return places[-1] - places[0] + (self.width(keys[0]) + self.width(keys[-1])) / 2 if keys else 0.0

    def width(self, key: Key) -> float:
        """The same at each step."""
        name, offset = key
        longest = width(self.label(key if offset is None else (name, -1)))
        return max(NARROWEST, LETTER * longest + PADDING) * self.look.scale

    def label(self, key: Key) -> str:
        """A quantity at its step; what has one entry is not bold."""
        name, offset = key
        known = self.graph.recurrence.graph.quantities[name]
        number = (known.rows, known.cols) == (1, 1)
        if offset is None:
            return self.look.latex(self.look.written.symbol(name, number=number))
        index = self.look.written.scalar(str(self.graph.recurrence.index)) + (f"{offset:+d}" if offset else "")
        return self.look.latex(self.look.written.indexed(name, index, number=number))

    # -- arrows ----------------------------------------------------------------------------------------

    def drawn(self, arrow: Arrow, steps: int) -> Drawn:
        start, end = self.end_of(arrow.start, steps), self.end_of(arrow.end, steps)
        beyond = "dots" in (start.kind, end.kind)
        if arrow.kind == "forward":
            label = self.weights(arrow) if not beyond else ""
            across = arrow.start[1] == arrow.end[1]
            return Drawn(start.name, end.name, "forward", self.around(start, end), label, "left" if across else "below")
        upright = abs(start.x - end.x) < 0.01
        # What happens inside a step is the same in each of them, and is named in the last one.
        bare = beyond or arrow.start[1] is None or arrow.kind == "cut" or (upright and arrow.start[1] != 0)
        label = "" if bare else self.jacobian(arrow)
        if upright:
            bend = 2 * BEND if self.between(start, end) else BEND
            return Drawn(start.name, end.name, arrow.kind, bend, label, "right")
        if "total" in (start.kind, end.kind):
            return Drawn(start.name, end.name, arrow.kind, BEND if end.x > start.x else -BEND, label, "above")
        if abs(start.y - end.y) < 0.01 and self.is_below_another(arrow.end[0]):
            return Drawn(start.name, end.name, arrow.kind, BEND, label, "below")
        return Drawn(start.name, end.name, arrow.kind, -BEND, label, "above")

    def is_below_another(self, name: str) -> bool:
        """Whether what is carried on as well stands above it: then its gradients run below."""
        return any(self.graph.layers[other] > self.graph.layers[name] for other in self.graph.carried)

    def end_of(self, key: Key, steps: int) -> Node:
        """The node of a key; beyond the first and the last step it is dots, at the height of what they stand for."""
        name, offset = key
        if offset is None or 1 - steps <= offset <= 0:
            return self.nodes[_named(key)]
        side = "before" if offset < 0 else "after"
        key = (f"{name}-{side}", None)
        if _named(key) in self.nodes:
            return self.nodes[_named(key)]
        y = self.nodes[_named((name, 0))].y
        inset = 0.45 * BEYOND * self.look.scale
        return self.add(key, "dots", inset if side == "before" else self.look.width - inset, y, r"\cdots")

    def around(self, start: Node, end: Node) -> int:
        """How a forward arrow bends away from the first node that stands in its way; to the right if that is left."""
        aside = self.between(start, end)
        if not aside:
            return 0
        return BEND if aside[0] >= 0 else -BEND

    def between(self, start: Node, end: Node) -> list[float]:
        """How far nodes that stand in the way of a straight arrow are to the right of it."""
        others = [node for node in self.nodes.values() if node not in (start, end) and node.kind != "dots"]
        found = ((_aside(node, start, end), node.width) for node in others)
        return [aside for aside, wide in found if abs(aside) < 0.55 * wide]

    def weights(self, arrow: Arrow) -> str:
        """The matrix of an arrow, where there is one, and neither gates nor a second state make it crowded."""
        graph = self.graph.recurrence.graph
        is_crowded = any(self.graph.kind(name) == "gate" for name in self.graph.nodes) or len(self.graph.carried) > 1
        if len(arrow.weights) != 1 or is_crowded:
            return ""
        known = graph.quantities[arrow.weights[0]]
        return self.look.latex(self.look.written.symbol(known.name))

    def jacobian(self, arrow: Arrow) -> str:
        above, below = self.look.written.immediate
        return rf"\dfrac{{{above} {self.label(arrow.start)}}}{{{below} {self.label(arrow.end)}}}"


def _aside(node: Node, start: Node, end: Node) -> float:
    """How far a node is to the right of the line between two others; infinite where it is not between them."""
    dx, dy = end.x - start.x, end.y - start.y
    length = math.hypot(dx, dy)
    along = ((node.x - start.x) * dx + (node.y - start.y) * dy) / length
    if not 0.05 < along < length - 0.05:
        return math.inf
    return ((node.x - start.x) * dy - (node.y - start.y) * dx) / length


def _named(key: Key) -> str:
    name, offset = key
    return name.replace("_", "-") + (str(offset) if offset else "-0" if offset == 0 else "")


def samples(plan: Plan) -> Iterator[tuple[str, float, str]]:
    """The legend: each kind of arrow, where its sample begins, and what it means."""
    words = {"forward": "forward", "gradient": "backward", "cut": "cut"}
    wide = plan.width / 3.4
    left = (plan.width - wide * len(plan.kinds)) / 2 + 0.15
    for at, kind in enumerate(plan.kinds):
        yield kind, left + wide * at, words[kind]
