"""The proved backward pass with any of many slips in it: compiled once, with every line in all its variants."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.testing.program import Draw, Gradients, Program
from symrnn.testing.results import UNFIT, Pass
from symrnn.testing.sites import Lines, statement
from symrnn.testing.slips import Slip

CHOSEN, WHICH = "_chosen", "_which"
"""The dictionary that says which variant a line has, and the number of it; both are symrnn's own text."""


class Variants:
    """A backward pass that can be run with any of some slips.

    Args:
        program: the proved pass.
        lines: its lines.
        slips: those that replace lines; others cannot be asked for.

    >>> from symrnn.cells import Elman
    >>> from symrnn.testing.slips import planted
    >>> program = Program(Elman("tanh"))
    >>> lines = Lines(program.backward)
    >>> slips = [each for each in planted(lines, 3) if each.what == "db_y is doubled"]
    >>> drawn = program.draw(3, 1, 0)
    >>> right, wrong = program.gradients(drawn), Variants(program, lines, slips).run(slips)(drawn)
    >>> [name for name in right if not np.allclose(wrong[name], right[name])]
    ['b_y']
    """

    def __init__(self, program: Program, lines: Lines, slips: Iterable[Slip]) -> None:
        self.program, self.lines = program, lines
        self.numbers: dict[tuple[int, int], int] = {}
        self.bodies: dict[int, list[tuple[ast.stmt, ...]]] = {}
        for at, new in (each for slip in slips for each in (slip.edits or {}).items()):
            bodies = self.bodies.setdefault(at, [])
            if self.numbers.setdefault((at, id(new)), len(bodies)) == len(bodies):
                bodies.append(new)
        self.chosen: dict[int, int] = {}

    def run(self, slips: Sequence[Slip]) -> Pass:
        """The pass with slips that are in different lines; it gives nothing where it is no program for some shapes."""
        chosen = {at: self.numbers[at, id(new)] for slip in slips for at, new in (slip.edits or {}).items()}

        def run(drawn: Draw) -> Gradients | None:
            self.chosen.clear()
            self.chosen.update(chosen)
            try:
                with np.errstate(all="ignore"):
                    return self.program.gradients(drawn, self._function)
            except UNFIT:
                return None  # with this slip it is not a program for these shapes: it cannot be what happened

        return run

    @cached_property
    def _function(self) -> Callable[..., Any]:
        nodes = {line.at: line.node for line in self.lines.all}
        edits = {}
        for at, bodies in self.bodies.items():
            asked = statement(f"{WHICH} = {CHOSEN}.get({at})")
            usual = ast.If(ast.parse(f"{WHICH} is None", mode="eval").body, [nodes[at]], [])
            others = [
                ast.If(ast.parse(f"{WHICH} == {number}", mode="eval").body, list(body), [])
                for number, body in enumerate(bodies)
            ]
            edits[at] = (asked, usual, *others)
        return self.program.altered(self.lines.replaced(edits), **{CHOSEN: self.chosen})


__all__ = ["Variants"]
