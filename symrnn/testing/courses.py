"""Slips in the course of a whole pass: how its loop begins and goes, in which order gates stand, what is before it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
from sympy.matrices.expressions import MatrixSymbol

from symrnn.testing.program import Draw, Gradients, Program
from symrnn.testing.results import UNFIT, Pass
from symrnn.testing.sites import Edits, Lines, counted, statement
from symrnn.testing.slips import CARRIED, Slip

MOST = 4
"""Most errors of gates of which all orders are tried."""


def of_courses(program: Program, lines: Lines, steps: int) -> Iterator[tuple[Slip, Pass]]:
    """Every such slip with the pass that has it.

    Args:
        program: the proved pass.
        lines: its lines.
        steps: of the longest sequence that was tried.

    >>> from symrnn.cells import Elman
    >>> program = Program(Elman("tanh"))
    >>> found = [slip.what for slip, _ in of_courses(program, Lines(program.backward), 3)]
    >>> found[0], found[-1]
    ('the loop runs forwards in time', 'b_y is missing in the forward pass')
    """
    if len(lines.loops) == 1:
        yield from _of_the_loop(program, lines, steps)
    yield from _of_orders(program, lines)
    yield from _of_what_is_before(program)


def _of_the_loop(program: Program, lines: Lines, steps: int) -> Iterator[tuple[Slip, Pass]]:
    """It runs forwards in time, begins with ones, or forgets what comes back from some step on."""
    (loop,) = lines.loops
    at = lines.numbers[id(loop)]
    carried = list(dict.fromkeys(line.name for line in lines.all if CARRIED.fullmatch(line.target)))
    if not carried:
        return
    if isinstance(loop.iter, ast.Call) and ast.unparse(loop.iter.func) == "reversed":
        # what the step before has left for the one before it comes in, and the last step returns it
        entering = [statement(f"{name}[t] = {name}.get(t - 2, 0 * {name}[T])") for name in carried]
        ending = [statement(f"{name}[0] = {name}[T - 1]") for name in carried]
        edits: Edits = {at: (_with(loop, entering, loop.iter.args[0]), *ending)}
        yield Slip("range of the loop", "the loop runs forwards in time"), _run(program, lines, edits)
    for chosen in (carried, *([name] for name in carried if len(carried) > 1)):
        begun = [statement(f"{name}[T] = np.ones_like({name}[T])") for name in chosen]
        what = (
            f"{' and '.join(chosen)} of the last step {'begin' if len(chosen) > 1 else 'begins'} with ones, not zeros"
        )
        yield Slip("not begun with zeros", what), _run(program, lines, {at: (*begun, loop)})
    cut = [statement(f"{name}[t] = {name}[t] if t > T - _count else 0 * {name}[t]") for name in carried]
    for count in range(2, steps):
        what = f"what comes back from the next step counts in the last {counted(count, 'step')} only (truncated)"
        yield Slip("truncated", what), _run(program, lines, {at: (_with(loop, cut, loop.iter),)}, _count=count)


def _with(loop: ast.For, first: Sequence[ast.stmt], course: ast.expr) -> ast.For:
    """A loop that does something first in each turn, perhaps in another order."""
    return ast.For(loop.target, course, [*first, *loop.body], [])


def _of_orders(program: Program, lines: Lines) -> Iterator[tuple[Slip, Pass]]:
    """The errors of gates stand in each other's place wherever they are used, as they do if they are stacked so."""
    errors = [line.name for line in lines.all if line.name.startswith("da") and lines.of(line.name) is line]
    for order in permutations(errors) if 2 <= len(errors) <= MOST else ():
        places = {name: other for name, other in zip(errors, order, strict=True) if name != other}
        if places:
            edits = {
                line.at: (line.with_value(_Renamed(places).visit(copy.deepcopy(line.node.value))),)
                for line in lines.all
                if any(isinstance(node, ast.Name) and node.id in places for node in ast.walk(line.node.value))
            }
            told = ", ".join(f"{other} for {name}" for name, other in places.items())
            what = f"errors of gates are used in each other's place, as if they were stacked in another order: {told}"
            yield Slip("gates exchanged", what), _run(program, lines, edits)


class _Renamed(ast.NodeTransformer):
    """Names in the place of others."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.places = places

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """The other name."""
        return ast.Name(self.places.get(node.id, node.id), node.ctx)


def _of_what_is_before(program: Program) -> Iterator[tuple[Slip, Pass]]:
    """A matrix is transposed in the forward pass, or a parameter is missing there; the backward pass has it."""
    given = [each for each in program.plan.recurrence.parameters if isinstance(each, MatrixSymbol)]

    def before(name: str, change: Callable[[Any], Any]) -> Pass:
        def run(drawn: Draw) -> Gradients:
            moved = program.at(drawn, {**drawn.params, name: change(drawn.params[name])})
            return program.gradients(replace(moved, params=drawn.params))

        return run

    for each in given:
        if each.shape[0] == each.shape[1] != 1:
            yield Slip("transpose", f"{each.name} is transposed in the forward pass"), before(each.name, np.transpose)
    for each in given:
        yield Slip("missing term", f"{each.name} is missing in the forward pass"), before(each.name, np.zeros_like)


def _run(program: Program, lines: Lines, edits: Edits, **beside: Any) -> Pass:
    """The pass with other lines, compiled when it is asked for."""
    compiled: list[Callable[..., Any]] = []

    def run(drawn: Draw) -> Gradients | None:
        try:
            if not compiled:
                compiled.append(program.altered(lines.replaced(edits), **beside))
            with np.errstate(all="ignore"):
                return program.gradients(drawn, compiled[0])
        except UNFIT:
            return None  # with this slip it is not a program for these shapes: it cannot be what happened

    return run


__all__ = ["of_courses"]
