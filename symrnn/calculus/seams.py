"""Where errors flow back from what a state begins with: from a decoder into the encoder before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixSymbol

from symrnn.calculus.edges import Edges, Summed, Term
from symrnn.calculus.identification import Around, local_movement
from symrnn.calculus.jacobians import conditions, start_exists
from symrnn.calculus.paths import Sight
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, ImmediateJacobian, TotalJacobian, Variable
from symrnn.graph import reach
from symrnn.recurrence import Recurrence

Begun = tuple[Element, Around]
"""An initial value, and one place at which something stands in what it is."""


@dataclass(frozen=True)
class Seam(Edges):
    """The part of the graph that later states begin with: the total sees it through these alone.

    Args:
        recurrence: the definitions.
        of: the total.
        later: where the total sees the later states.
        begun: what arrives here, place by place.
    """

    later: Edges
    begun: tuple[Begun, ...]

    @cached_property
    def sights(self) -> tuple[Sight, ...]:
        """What later states begin with, at its index."""
        places = ((part, getattr(part.variable, "index", None)) for _, part in self.begun)
        return tuple(Sight(part, None, at, at) for part, at in places)

    @cached_property
    def known(self) -> tuple[Relational, ...]:
        """What has to hold of indices here, and of those of the later states."""
        names = {start.name for start, _ in self.begun}
        there = [condition for name in sorted(names) for condition in start_exists(self.recurrence, name)]
        own = super().known if self.nodes else ()  # a parameter has no index of its own
        return tuple(dict.fromkeys((*own, *there, *exists(self.later))))

    def _seen(self, quantity: Variable) -> Iterator[Summed]:
        for (start, part), sight in zip(self.begun, self.sights, strict=True):
            if part.variable.name == quantity.name:
                slope = ImmediateJacobian(start, part.variable)
                term = Term(start, TotalJacobian(self.of, start), slope, (part,))
                yield Summed(term, self.index, sight.low, sight.high)


def exists(edges: Edges) -> tuple[Relational, ...]:
    """From which last index on what arrives has its terms: from an empty sum on, or from the first step on."""
    if not edges.nodes:
        return edges.known
    alone = [sight.low for sight in edges.sights if sight.low is not None and sight.low == sight.high]
    first = edges.first - (not alone)
    if edges.end in edges.divisors:
        first = max(first, 1)
    exist = (low >= edges.first for low in alone)
    return tuple(dict.fromkeys(conditions(edges.end >= first, *exist, *edges.known)))


def strands(recurrence: Recurrence, of: MatrixSymbol) -> tuple[Edges, ...]:
    """The parts of the graph with a last index of their own, later ones first.

    Raises:
        UnknownTermError: where the total sees one part directly and through what a state begins with, or two states
            begin with one part at different indices.

    >>> from symrnn.cells import EncoderDecoder, Elman
    >>> net = EncoderDecoder(Elman(), Elman())
    >>> [(part.end, [node.sequence.name for node in part.nodes]) for part in strands(net, net.L)]
    [(T, ['ell', 'y', 'h_d']), (T_e, ['h_e'])]
    """
    found: list[Edges] = [Edges(recurrence, of)]
    for later in found:
        named = {node.sequence.name for edges in found for node in edges.nodes}
        for begun in _begun(later):
            seam = Seam(recurrence, of, later, tuple(begun))
            if both := named & {node.sequence.name for node in seam.nodes}:
                raise UnknownTermError(
                    f"{of} sees {', '.join(sorted(both))} in two ways, of which one is through what a state begins "
                    "with: its backward recursion is not known",
                    where=recurrence.name,
                    advice="derive the gradient in closed form, or state it as a claim",
                )
            found.append(seam)
    return tuple(found)


def _begun(later: Edges) -> list[list[Begun]]:
    """What the states of a part begin with, in groups that have no equation in common; parameters stand alone."""
    groups: list[tuple[set[str], list[Begun]]] = []
    for node in later.nodes:
        if node.initial is None:
            continue
        start = node.sequence.at(sp.Integer(node.first - 1))
        for part in local_movement(later.recurrence, start):
            if isinstance(part.variable, Element) and later.recurrence.role(part.variable) is None:
                raise UnknownTermError(f"{start} begins with the input {part.variable}: its error is not derived")
            names = set(reach([part.variable.name], lambda name: [used.name for used in later.uses(name)]))
            met = [group for group in groups if group[0] & names]
            groups = [group for group in groups if group not in met]
            groups.append((names.union(*(g[0] for g in met)), [*(b for g in met for b in g[1]), (start, part)]))
    return [begun for _, begun in groups]
