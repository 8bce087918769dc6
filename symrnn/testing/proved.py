"""Every number on the way of the proved backward pass: what it assigns at each step, and what that is made of."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

from symrnn.testing.layouts import Layout
from symrnn.testing.program import Array, Draw, Program
from symrnn.testing.sites import base

SEEN = "_seen"
"""The helper through which the numbers of the proved pass go; its text is symrnn's own."""


@dataclass(frozen=True)
class Known:
    """A number on the way.

    Args:
        name: how the proved pass writes it, such as ``dh[t]`` or ``W_hh.T @ da``.
        value: in the shapes of the equations.
        assigned: whether it is a quantity that the pass assigns, or a part of what one is made of.
        index: of a quantity of the forward pass, where it is there.
    """

    name: str
    value: Array
    assigned: bool
    index: int | None = None


@dataclass(frozen=True)
class Proved:
    """All of them.

    Args:
        at: those of each step t of the loop.
        before: what each step begins with, of what it assigns: sums so far, and what comes back.
        forward: the quantities of the forward pass and the parameters, at every index.
        layout: how the caller's arrays are laid out.
        tolerance: the largest relative difference that is one of rounding.
        stacks: the gradients that the caller has in one array, in the order in which they stand in it.
    """

    at: Mapping[int, tuple[Known, ...]]
    before: Mapping[int, tuple[Known, ...]]
    forward: tuple[Known, ...]
    layout: Layout
    tolerance: float
    stacks: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(
        cls,
        program: Program,
        drawn: Draw,
        layout: Layout,
        tolerance: float,
        blocks: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> Proved:
        """Those of a recurrence at numbers; the caller's arrays of several parameters are among them.

        >>> from symrnn.cells import Elman
        >>> program = Program(Elman("tanh"))
        >>> found = Proved.of(program, program.draw(3, 1, 0), Layout("Tn"), 1e-8)
        >>> {"dh[t]", "da", "W_hh.T @ da", "1 - h[t] ** 2", "da @ h[t - 1].T"} <= {each.name for each in found.at[2]}
        True
        """
        at: dict[int, list[Known]] = {}
        before: dict[int, list[Known]] = {}

        def seen(name: str, assigned: bool | None, t: int, value: Any) -> Any:
            if isinstance(value, np.ndarray):
                into = before if assigned is None else at
                into.setdefault(t, []).append(Known(name, value.copy(), bool(assigned)))
            return value

        tree = _Noting().visit(copy.deepcopy(program.backward))
        program.gradients(drawn, program.altered(ast.fix_missing_locations(tree), **{SEEN: seen}))
        forward = [Known(name, value, True) for name, value in (*drawn.params.items(), *drawn.initial.items())]
        forward += [
            Known(name, value, True, index)
            for name, values in (*drawn.quantities.items(), *((n, dict(enumerate(v))) for n, v in drawn.inputs.items()))
            for index, value in values.items()
        ]
        for found in at.values():
            found += _joined(found, blocks or {})
        for t, twice in _read_twice(at, program.mirrors).items():
            at[t] += twice
        steps, starts = ({t: tuple(found) for t, found in each.items()} for each in (at, before))
        stacks = tuple(tuple(f"d{name}" for row in rows for name in row) for rows in (blocks or {}).values())
        return cls(steps, starts, tuple(forward), layout, tolerance, stacks)

    def names(self, value: Array, steps: range | list[int]) -> dict[str, bool]:
        """What a value is at one of some steps, each with whether it is a quantity; of gates stacked, their names.

        Of a single number nothing is said.
        """
        if value.size <= 1:
            return {"a number": False}
        return self._names(value, steps) or self._stacked(value, steps)

    def _names(self, value: Array, steps: range | list[int]) -> dict[str, bool]:
        tables = [*(self._at[t] for t in steps if t in self._at), self._forward]
        found = {each.name: each.assigned for table in tables for each in table.of(value)}
        if found or not value.any():
            return found
        begun = (self._before[t] for t in steps if t in self._before)
        return {each.name: False for table in begun for each in table.of(value)}

    def indices(self, value: Array, name: str) -> set[int]:
        """At which indices a value is a quantity of the forward pass."""
        return {each.index for each in self._forward.of(value) if each.name == name and each.index is not None}

    @cached_property
    def sums(self) -> set[str]:
        """What the proved pass sums up over its steps, by name: it is read before it is assigned."""
        assigned = {(t, each.name): each.value for t, known in self.at.items() for each in known if each.assigned}
        read = [(t, each) for t, known in self.before.items() for each in known if each.name.isidentifier()]
        pairs = ((each, assigned.get((t, each.name))) for t, each in read)
        return {each.name for each, value in pairs if value is not None and not np.array_equal(each.value, value)}

    def fits(self, value: Array, step: int) -> bool:
        """Whether a value is a quantity of a step, or made of those, and not just one of the forward pass anywhere."""
        if value.size <= 1 or step not in self._at:
            return False
        parts = [value, *(block for blocks in _blocks(value) for block in blocks)]
        return any(map(self._at[step].of, parts))

    def whole(self, value: Array, steps: int) -> dict[str, bool]:
        """What a value from outside of the loop is at every step, along an axis; an initial state may be before it."""
        for axis in range(value.ndim if value.ndim > 1 else 0):
            if value.shape[axis] in (steps, steps + 1):
                slices = np.moveaxis(value, axis, 0)
                if len(slices) > steps and not slices[0].any():  # nothing stands before the first step
                    slices = slices[1:]
                found = [self._names(each, [t]) for t, each in enumerate(slices, start=steps + 1 - len(slices))]
                common = {name: assigned for name, assigned in found[0].items() if all(name in each for each in found)}
                if common:
                    return common
        return {}

    def is_of_another_step(self, value: Array, step: int) -> bool:
        """Whether it is a quantity that a step makes use of, but as it is at an index at which the step does not."""
        if step not in self._at:
            return False
        names = {each.name for each in self._forward.of(value)}
        used = names & {each.name.partition("[")[0] for each in self.at[step] if "[" in each.name}
        return bool(used) and not self._at[step].of(value)

    def goes_on(self, value: Array, step: int) -> bool:
        """Whether a value from another step is one that a step begins with, or makes use of."""
        return bool(self.names(value, [step])) or (step in self._before and bool(self._before[step].of(value)))

    def _stacked(self, value: Array, steps: range | list[int]) -> dict[str, bool]:
        for blocks in _blocks(value):
            parts = [self._names(each, steps) if each.any() else {} for each in blocks]
            if all(parts) and self._are_in_order(tuple(map(quantity, parts))):
                return {", ".join(map(quantity, parts)): all(any(part.values()) for part in parts)}
        return {}

    def _are_in_order(self, parts: tuple[str, ...]) -> bool:
        """Whether gradients stand as in the caller's array; those that are in none stand as they like."""
        return parts in self.stacks or not any(sorted(parts) == sorted(stack) for stack in self.stacks)

    # -- looking up ----------------------------------------------------------------------------------------------------

    @cached_property
    def _at(self) -> dict[int, _Table]:
        return {t: self._table(known) for t, known in self.at.items()}

    @cached_property
    def _before(self) -> dict[int, _Table]:
        return {t: self._table(known) for t, known in self.before.items()}

    @cached_property
    def _forward(self) -> _Table:
        return self._table(self.forward)

    def _table(self, known: tuple[Known, ...]) -> _Table:
        return _Table(known, rows=self.layout.rows, tolerance=self.tolerance)


def _joined(known: Sequence[Known], blocks: Mapping[str, Sequence[Sequence[str]]]) -> list[Known]:
    """The gradients of one step in the arrays of several in which the caller has them, as far as they are summed."""
    latest = {each.name: each.value for each in known if each.assigned}
    names = {f"d{name}": [[f"d{each}" for each in row] for row in rows] for name, rows in blocks.items()}
    return [
        Known(name, np.block([[latest[each] for each in row] for row in rows]), True)
        for name, rows in names.items()
        if all(each in latest for row in rows for each in row)
    ]


def _read_twice(at: Mapping[int, Sequence[Known]], mirrors: Mapping[str, str]) -> dict[int, list[Known]]:
    """The gradients by an input that two chains read from both ends: at each step of either chain what it then has."""
    values = {(t, each.name): each.value for t, known in at.items() for each in known if each.assigned}
    found: dict[int, list[Known]] = {}
    for name, twin in mirrors.items():
        for t in at:
            one, other = values.get((t, f"d{name}[t]")), values.get((len(at) + 1 - t, f"d{twin}[t]"))
            if one is not None and other is not None:
                for step in {t, len(at) + 1 - t}:
                    found.setdefault(step, []).append(Known(f"d{name}", one + other, True))
    return found


class _Table:
    """Numbers by their shape: one comparison says which of them a value is, to the last digits.

    A square matrix has to stand as the caller lays it out; of others the shape tells.
    """

    def __init__(self, known: tuple[Known, ...], *, rows: bool, tolerance: float) -> None:
        self.known = known
        shapes: dict[tuple[int, ...], list[tuple[int, Array]]] = {}
        for at, each in enumerate(known):
            value = each.value
            square = value.ndim == 2 and value.shape[0] == value.shape[1] > 1
            ways = (value.T if rows else value,) if square else (value, value.T)
            for one in {np.squeeze(way).shape: np.squeeze(way) for way in ways}.values():
                shapes.setdefault(one.shape, []).append((at, one.ravel()))
        self.shapes = {
            shape: (
                [at for at, _ in found],
                np.stack([one for _, one in found]),
                np.array([tolerance * float(np.max(np.abs(one), initial=0.0)) for _, one in found]),
            )
            for shape, found in shapes.items()
        }

    def of(self, value: Array) -> list[Known]:
        """Which of them a value is."""
        one = np.squeeze(value)
        if one.shape not in self.shapes:
            return []
        places, numbers, allowed = self.shapes[one.shape]
        fits = np.all(np.abs(numbers - one.ravel()) <= allowed[:, None], axis=1)
        return [self.known[places[at]] for at in np.flatnonzero(fits)]


def _blocks(value: Array) -> Iterator[list[Array]]:
    """The blocks of which a value may be made along an axis: two, three or four gates."""
    for axis in range(value.ndim):
        for count in (2, 3, 4):
            if value.shape[axis] % count == 0 and value.shape[axis] > count:
                yield np.split(value, count, axis=axis)


def _is_sum(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def quantity(names: Mapping[str, bool]) -> str:
    """What a value is called: a quantity, rather than a part of one."""
    return next((name for name, assigned in names.items() if assigned), next(iter(names)))


class _Noting(ast.NodeTransformer):
    """Lets every part of what is assigned in a loop go through the helper."""

    def __init__(self) -> None:
        self.index = ""
        self.assigned: set[str] = set()

    def visit_For(self, node: ast.For) -> ast.For:
        """The loop over time; what is assigned is seen when it is."""
        assert isinstance(node.target, ast.Name)
        self.index = node.target.id
        targets = [each.targets[0] for each in ast.walk(node) if isinstance(each, ast.Assign)]
        self.assigned = {base(each) for each in targets}
        node.body = [new for each in node.body for new in self._noted(each)]
        self.index = ""
        return node

    def _noted(self, node: ast.stmt) -> Iterator[ast.stmt]:
        if isinstance(node, ast.If):
            node.body = [new for each in node.body for new in self._noted(each)]
            yield node
            return
        if not isinstance(node, ast.Assign):
            yield node
            return
        target = ast.unparse(node.targets[0])
        node.value = self.visit(node.value)
        yield node
        yield ast.Expr(self._seen(target, True, ast.parse(target, mode="eval").body))

    def _seen(self, name: str, assigned: bool | None, value: ast.expr) -> ast.Call:
        arguments = [ast.Constant(name), ast.Constant(assigned), ast.Name(self.index, ast.Load()), value]
        return ast.Call(ast.Name(SEEN, ast.Load()), arguments, [])

    def _part(self, node: Any) -> ast.expr:
        name = ast.unparse(node)
        if not self.index:
            return cast(ast.expr, node)
        return self._seen(name, False, cast(ast.expr, self.generic_visit(node)))

    visit_UnaryOp = visit_Call = _part

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """A product, or a whole sum: of a sum without its last summands one would think that it is right."""
        name, whole = ast.unparse(node), node
        while isinstance(node.op, ast.Add | ast.Sub) and _is_sum(node.left):
            node.right = self.visit(node.right)
            node = cast(ast.BinOp, node.left)
        self.generic_visit(node)
        return self._seen(name, False, whole) if self.index else whole

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """An element; what stands in brackets is an index."""
        is_begun = isinstance(node.value, ast.Name) and node.value.id in self.assigned
        return self._seen(ast.unparse(node), None if is_begun else False, node) if self.index else node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A sum so far."""
        return self._seen(node.id, None, node) if self.index and node.id in self.assigned else node


__all__ = ["Known", "Proved", "quantity"]
