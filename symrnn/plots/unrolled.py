"""An unrolled recurrence as a graph: its quantities at some steps, what each is computed from, where gradients run.

It is made from the equations alone. Pre-activations, which are only what an activation is applied to, are not nodes of
their own. Gradients run against the arrows, from each state or output to those that stand in its equation, through
gates if there are some: each such arrow stands for an immediate Jacobian.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar, TypeAlias

import sympy as sp

from symrnn.cells.reading import read_cell
from symrnn.cells.table import Shipped
from symrnn.errors import LimitError, SelectionError
from symrnn.expr import Apply, Element
from symrnn.graph import Role
from symrnn.latex import Notation
from symrnn.plots.picture import Row, only
from symrnn.plots.words import listed
from symrnn.recurrence import Recurrence

MAX_STEPS = 12
"""Most steps."""

Key: TypeAlias = tuple[str, int | None]
"""A quantity and how many steps it is from the last one, such as ("h", -1); None for a total."""


@dataclass(frozen=True)
class Arrow:
    """From one node to another.

    Args:
        start, end: the nodes; one that is not in the graph is beyond its edge.
        kind: ``"forward"``, ``"gradient"``, or ``"cut"`` for one along which no gradient runs any more.
        weights: the names of the matrices by which a forward arrow multiplies.
    """

    start: Key
    end: Key
    kind: str
    weights: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Unrolled:
    """A recurrence over some steps.

    Args:
        recurrence: what was unrolled.
        steps: how many, the last of which is at the index of the recurrence; None for as many as there is room for.
        gates: whether gates and other intermediates are nodes.
        truncate: after how many steps the gradient of the last loss is cut; None for the gradient of all losses.
        adapts: whether gates are left out where there is no room for them.
        whole: whether totals are nodes; they are none where the gradient of the last loss alone is drawn.
    """

    recurrence: Recurrence
    steps: int | None
    gates: bool
    truncate: int | None
    adapts: bool = False
    whole: bool = True

    header: ClassVar[tuple[str, ...]] = ("from", "to", "kind", "weights")

    def rows(self) -> Iterator[Row]:
        """One row for each arrow."""
        for arrow in self.arrows(self.steps or 3):
            yield (self.written(arrow.start), self.written(arrow.end), arrow.kind, " ".join(arrow.weights))

    def written(self, key: Key) -> str:
        """A node as it is typed in a terminal.

        >>> unrolled("lstm").written(("c", -1))
        'c[t-1]'
        """
        name, offset = key
        return name if offset is None else f"{name}[{self.at(offset)}]"

    def at(self, offset: int) -> str:
        """The index of a step."""
        return f"{self.recurrence.index}{f'{offset:+d}' if offset else ''}"

    # -- nodes -----------------------------------------------------------------------------------------

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """What there is at each step: inputs, then what is defined, in the order of the equations."""
        defined = [name for name in self.recurrence.graph.definitions if name not in self.hidden]
        used = {name for node in defined for name, _ in self.uses[node]}
        return (*(given.name for given in self.recurrence.inputs if given.name in used), *defined)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Intermediates that are not nodes: pre-activations, or all of them."""
        graph = self.recurrence.graph
        inside = [name for name in graph.definitions if graph.role(name) is Role.INTERMEDIATE]
        return frozenset(name for name in inside if not self.gates or self._is_preactivation(name))

    def _is_preactivation(self, name: str) -> bool:
        """Whether an intermediate is used in one equation only, and there as what an activation is applied to."""
        users = [user for user in self.recurrence.graph.bodies if name in self._names(user)]
        if len(users) != 1:
            return False
        body = self.recurrence.graph.bodies[users[0]]
        applied = [one for one in body.atoms(Apply) if isinstance(one.argument, Element) and one.argument.name == name]
        rest = body.xreplace({one: sp.ZeroMatrix(*one.shape) for one in applied})
        return name not in {one.name for one in rest.atoms(Element)}

    def _names(self, user: str) -> set[str]:
        return {use.name for use in self.recurrence.graph.uses[user]}

    @cached_property
    def uses(self) -> dict[str, dict[tuple[str, int], tuple[str, ...]]]:
        """What is read by each node and total: names with the number of steps back, and the matrices in front."""
        graph = self.recurrence.graph
        shown = [name for name in graph.definitions if name not in self.hidden]
        return {name: self._uses(name, self.hidden) for name in (*shown, *self.totals)}

    @cached_property
    def paths(self) -> dict[str, dict[tuple[str, int], tuple[str, ...]]]:
        """The same of states, outputs and totals, with all intermediates written out."""
        graph = self.recurrence.graph
        inside = frozenset(name for name in graph.definitions if graph.role(name) is Role.INTERMEDIATE)
        return {name: self._uses(name, inside) for name in (*graph.definitions, *self.totals) if name not in inside}

    def _uses(self, name: str, hidden: frozenset[str]) -> dict[tuple[str, int], tuple[str, ...]]:
        graph = self.recurrence.graph
        given = {one.name for one in self.recurrence.parameters}
        found: dict[tuple[str, int], tuple[str, ...]] = {}
        for use in graph.uses[name]:
            if use.name in given:
                continue
            if use.lag is None:
                raise SelectionError(
                    f"{name} of {self.recurrence.name} reads {use.quantity}, which is not a whole number of steps away",
                    advice="unroll its parts one by one",
                )
            if use.name in hidden:
                for (inner, lag), weights in self._uses(use.name, hidden).items():
                    found[inner, lag + use.lag] = tuple(
                        dict.fromkeys((*found.get((inner, lag + use.lag), ()), *weights))
                    )
            else:
                found[use.name, use.lag] = self._weights(graph.bodies[name], use.quantity)
        return found

    def _weights(self, body: sp.Basic, quantity: sp.Basic) -> tuple[str, ...]:
        """The matrices that a quantity is multiplied by from the left."""
        products = [one.args for one in sp.preorder_traversal(body) if isinstance(one, sp.MatMul)]
        pairs = [pair for factors in products for pair in pairwise(factors)]
        known = {one.name for one in self.recurrence.parameters}
        names = (left.name for left, right in pairs if right == quantity and getattr(left, "name", "") in known)
        return tuple(sorted(set(names)))

    @cached_property
    def totals(self) -> tuple[str, ...]:
        """Totals over all steps, where they are drawn."""
        if self.truncate is not None or not self.whole:
            return ()
        uses = self.recurrence.graph.uses
        given = {one.name for one in self.recurrence.parameters}
        wanted = [total.name for total in self.recurrence.totals]
        return tuple(n for n in wanted if all(use.lag == 0 for use in uses[n] if use.name not in given))

    def kind(self, name: str) -> str:
        """What a node is: input, gate, state, output or loss."""
        role = self.recurrence.graph.role(name)
        if role is None:
            return "total" if self.recurrence.total(name) is not None else "input"
        summed = set().union(*(self._names(total.name) for total in self.recurrence.totals), set())
        if role is Role.OUTPUT and name in summed:
            return "loss"
        return {Role.STATE: "state", Role.INTERMEDIATE: "gate", Role.OUTPUT: "output"}[role]

    @cached_property
    def layers(self) -> dict[str, int]:
        """How high each node stands: above all that it reads at its own step.

        An input stands just below its users; a loss stands above everything else, so that nothing is beside it.
        """
        found: dict[str, int] = {}

        def layer(name: str) -> int:
            if name not in found:
                below = [layer(used) for used, lag in self.uses.get(name, {}) if lag == 0 and used != name]
                found[name] = 1 + max(below, default=-1 if self.kind(name) == "input" else 0)
            return found[name]

        for name in (*self.nodes, *self.totals):
            layer(name)
        top = max((found[name] for name in self.nodes if self.kind(name) != "loss"), default=0)
        lifted = {name: max(found[name], top + 1) for name in self.nodes if self.kind(name) == "loss"}
        found |= lifted
        found |= {total: max(found[total], top + 2) for total in self.totals
                  if lifted.keys() & {used for used, _ in self.uses[total]}}  # fmt: skip
        for name in self.nodes:
            users = [found[user] for user in self.nodes if (name, 0) in self.uses.get(user, {})]
            if self.kind(name) == "input" and users:
                found[name] = min(users) - 1
        return found

    # -- arrows ----------------------------------------------------------------------------------------

    def arrows(self, steps: int) -> tuple[Arrow, ...]:
        """All arrows of so many steps; those that lead beyond the first or last one among them."""
        offsets = range(1 - steps, 1)
        found = [
            Arrow((used, at - lag), (name, at), "forward", weights)
            for at in offsets
            for name in self.nodes
            for (used, lag), weights in self.uses.get(name, {}).items()
        ]
        lasting = {(used, lag) for name in self.nodes for used, lag in self.uses.get(name, {}) if lag}
        found += [Arrow((used, 0), (used, 1), "forward") for used in dict.fromkeys(used for used, _ in sorted(lasting))]
        found += [Arrow((used, at), (total, None), "forward") for total in self.totals for at in offsets
                  for used, _ in self.uses[total]]  # fmt: skip
        return (*found, *self._gradients(offsets))

    def _gradients(self, offsets: Sequence[int]) -> Iterator[Arrow]:
        """Against the forward ones: those that reach the steps drawn from beyond, and those that start in them."""
        if self.truncate is not None:
            yield from self._cut_short()
            return
        ahead = {used for name in self.nodes for used, lag in self.paths.get(name, {}) if lag}
        yield from (Arrow((used, 1), (used, 0), "gradient") for used in sorted(ahead) if self.kind(used) != "input")
        for total in self.totals:
            yield from (Arrow((total, None), (used, at), "gradient") for at in offsets for used, _ in self.paths[total])
        for at in offsets:
            yield from (arrow for name in self.paths if name not in self.totals for arrow in self._back(name, at))

    def _back(self, name: str, at: int) -> Iterator[Arrow]:
        for other, lag in self.paths[name]:
            if self.kind(other) != "input":
                kept = self.truncate is None or not lag or lag - at < self.truncate
                yield Arrow((name, at), (other, at - lag), "gradient" if kept else "cut")

    def _cut_short(self) -> Iterator[Arrow]:
        """From the last loss as far back as is allowed; without a loss, from all that the last step ends in."""
        ends = [name for name in self.paths if self.kind(name) == "loss"]
        reached: list[Key] = [(name, 0) for name in ends or self.carried]
        for name, at in reached:
            for arrow in self._back(name, at or 0):
                yield arrow
                if arrow.kind == "gradient" and arrow.end not in reached:
                    reached.append(arrow.end)

    @cached_property
    def carried(self) -> tuple[str, ...]:
        """What a later step reads."""
        return tuple(n for n in self.nodes if any(used == n and lag for one in self.uses.values() for used, lag in one))


def unrolled(
    cell: str | Sequence[str | Shipped] | Recurrence = "Elman",
    steps: int | None = None,
    truncate: int | None = None,
    gates: bool | None = None,
) -> Unrolled:
    """Unroll a recurrence.

    Args:
        cell: the name of one that ships, a recurrence of your own, or what
            :func:`symrnn.library.networks.find_entry` finds in a file.
        steps: how many steps are drawn; None for as many as there is room for, up to three.
        truncate: after how many steps the gradient of the last loss is cut, as by
            :func:`symrnn.truncation.truncated`.
        gates: whether gates and other intermediates are drawn; None for where there is room.

    Raises:
        SelectionError: for a cell that there is not, or one that reads what is no number of steps away.
        LimitError: for a number of steps out of range, or one that leaves nothing to cut.
        UnknownTermError: for a state that begins with another one.

    >>> lstm = unrolled("LSTM")
    >>> lstm.nodes, lstm.layers["c"], sorted(lstm.paths["h"])
    (('x', 'i', 'f', 'o', 'g', 'c', 'h', 'ell'), 2, [('c', 0), ('h', 1), ('x', 0)])
    """
    one = cell if isinstance(cell, Recurrence) else only("cell", cell)
    recurrence = read_cell(one) if isinstance(one, str) else one.make() if isinstance(one, Shipped) else one
    recurrence.require_one_start("a graph has one row of steps", "draw the parts apart")
    if steps is not None and not (isinstance(steps, int) and 2 <= steps <= MAX_STEPS):
        raise LimitError(f"a graph of {steps!r} steps", advice=f"use 2 to {MAX_STEPS}")
    if truncate is not None and not (isinstance(truncate, int) and 1 <= truncate < (steps or MAX_STEPS)):
        raise LimitError(
            f"a gradient that is cut after {truncate} steps in a graph of {steps or 'at most ' + str(MAX_STEPS)}",
            advice="cut it after 1 step or more, and draw more steps than that",
        )
    graph = Unrolled(recurrence, steps, gates is not False, truncate, adapts=gates is None)
    _ = graph.layers, graph.paths  # what cannot be drawn is refused here
    return graph


def caption_unrolled(numbers: Unrolled, notation: Notation | None) -> str:
    """What the arrows mean; for a terminal, what is computed from what as well."""
    at = f"{numbers.recurrence.index}"
    named = listed([f"${'ℓ' if name == 'ell' else name}_{at}$" for name in numbers.carried])
    said = (
        f"{numbers.recurrence.name}, unrolled. Solid arrows show what is computed from what; the next step reads "
        f"{named}. "
        "Dashed arrows show where gradients run, each multiplied by the immediate Jacobian beside it."
    )
    if numbers.truncate is not None:
        steps = "one step" if numbers.truncate == 1 else f"{numbers.truncate} steps"
        said += f" The gradient of the last loss is cut after {steps}."
    if notation is None:
        for name in numbers.nodes:
            reads = [f"{used}[{at}{f'-{lag}' if lag else ''}]" for used, lag in numbers.uses.get(name, {})]
            said += f" {name}[{at}] reads {listed(reads)}." if reads else ""
    return said
