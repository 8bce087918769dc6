"""The fast form for JAX: the loop is one step, which ``jax.lax.scan`` runs over all indices, and backwards.

What is compiled is one step, whatever the number of steps. Nothing is written in place: what the NumPy form keeps in
arrays is what a scan carries on, is given and hands out.
"""

from __future__ import annotations

from collections.abc import Sequence as Many

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus.differential import added as of_all
from symrnn.codegen.arrays import InPlace
from symrnn.codegen.fast import FastForward, lengths, sizes_of, taken_out, written
from symrnn.codegen.fast_backward import FastBackward
from symrnn.codegen.lines import INDENT, quoted, statement
from symrnn.codegen.pieces import Piece, added
from symrnn.codegen.places import Stepwise
from symrnn.codegen.plan import Plan
from symrnn.codegen.shares import Share
from symrnn.codegen.stages import Stages
from symrnn.expr import Element, ImmediateJacobian
from symrnn.recurrence import Definition


class Functional(InPlace):
    """Statements that make new arrays."""

    @classmethod
    def filling(cls, left: str, pieces: Many[Piece], comment: str, depth: int) -> list[str]:
        """The line that gives a sum a name."""
        return statement(left, added(pieces), comment, depth)

    @classmethod
    def adding(cls, left: str, pieces: Many[Piece], comment: str, depth: int) -> list[str]:
        """The line that adds a sum to what has a name."""
        return statement(left, added([Piece(left), *pieces]), comment, depth)

    @classmethod
    def making(cls, left: str, pieces: Many[Piece], comment: str, depth: int, is_owned: bool = False) -> list[str]:
        """As filling."""
        return cls.filling(left, pieces, comment, depth)

    @classmethod
    def moving(cls, left: str, pieces: Many[Piece], comment: str, depth: int) -> list[str]:
        """As filling: the right side is computed first."""
        return cls.filling(left, pieces, comment, depth)


class OneStep(Stepwise):
    """The printer of terms within one step: a quantity, and that of the step before, are names without an index."""

    def place(self, term: Element) -> str:
        """The name of a quantity."""
        return self.named(term.name, int(sp.expand(self.recurrence.index - term.index)))

    def slope_place(self, name: str, of: Element) -> str:
        """The name of a slope that the caller hands in."""
        self.handed_in.add(name)
        return self.named(name, int(sp.expand(self.recurrence.index - of.index)))

    def named(self, name: str, lag: int) -> str:
        """The identifier of a quantity of this step, or of the one before."""
        plain = self.plain(name)
        found = plain if lag == 0 else self.names.of(f"{name} before", wanted=f"{plain}_before")
        self.seen[name, lag] = found
        return found


class ScanForward(FastForward):
    """The parts of ``forward``, for the template of JAX."""

    has_blocks = False
    statements = wide = Functional
    printer = OneStep

    def _value_of(self, name: str) -> str:
        return ""  # nothing stands in the place of another

    def _at_once(self, definition: Definition, terms: list[MatrixExpr]) -> list[str]:
        name, first, last = definition.sequence.name, sp.Integer(definition.first), self.plan.end
        is_known = name in self.known
        self.all.over(first, last)
        pieces = written(self.all, terms)
        key = f"known of {name}" if is_known else name
        if is_known:
            self.plan.names.of(key, wanted=f"{self.plan.names.of(name)}_known")
        matrix = self.all.whole(key, first, last)
        lines = [*self.all.taken(), *statement(matrix, added(pieces), self._wide(definition), 0)]
        return [*lines, f"{self.steps(key)} = apart({matrix}, {self.plan.batch})"]

    def _equation(self, definition: Definition) -> list[str]:
        name, element = definition.sequence.name, definition.sequence.at(self.plan.recurrence.index)
        terms = [definition.body]
        if name in self.known:
            known = Element(f"known of {name}", element.index, *element.shape)
            terms = [known, *self.stages.left(definition)]
        pieces = written(self.step, terms)
        return statement(self.step.write(element).text, added(pieces), self.plan.shape(element), 2)

    @property
    def carried(self) -> list[tuple[str, str, str]]:
        """What goes from a step to the next one: its name there, its name before, and where it begins."""
        found = []
        for name, lag in self._seen():
            if lag == 1 and self.stages.is_looped(name):
                plain = self.plan.names.of(name)
                found.append((plain, self.step.seen[name, 1], f"jnp.asarray(initial[{quoted(name)}], dtype)"))
        return found

    def _seen(self) -> list[tuple[str, int]]:
        return sorted(self.step.seen)

    @property
    def given(self) -> list[tuple[str, str]]:
        """What a step is given: its name there, and the array of all steps."""
        found = []
        for name, lag in self._seen():
            if not self.stages.is_looped(name):
                ends = (sp.expand(end - lag) for end in (sp.Integer(self.plan.first), self.plan.end))
                found.append((self.step.seen[name, lag], f"{self.steps(name)}{self.all.cut(name, *ends)}"))
        return found

    @property
    def handed_out(self) -> list[tuple[str, str, str]]:
        """What a step hands out: its name there, the array of all steps, and what comes before that."""
        initial = self.plan.initial()
        found = []
        for definition in self.stages.loop:
            name = definition.sequence.name
            if name in self.kept:
                before = f"jnp.asarray(initial[{quoted(name)}], dtype)" if definition in initial else ""
                found.append((self.plan.names.of(name), self.steps(name), before))
        return found

    @property
    def unpacking(self) -> list[str]:
        """The lines before everything."""
        plan, used = self.plan, self.all.used | self.step.used
        lines = [taken_out(plan, p) for p in plan.recurrence.parameters if p.name in used]
        for x in plan.recurrence.inputs:
            shape = plan.shape(x.at(plan.recurrence.index))
            lines.append(
                f"{self.steps(x.name)} = jnp.asarray(inputs[{quoted(x.name)}])  # each {shape}, from {x.first} on"
            )
        lines += lengths(plan, self.steps) if self._counts() else []
        lines += sizes_of(self.all, self.step)
        return [*lines, f"{plan.batch} = {self._batch()}"]

    def _counts(self) -> bool:
        """Whether a line speaks of the last index."""
        horizon = self.plan.names.of(str(self.plan.horizon), "index")
        text = " ".join([*self.earlier, *self.loop, *self.later, *self.total, *(source for _, source in self.given)])
        return horizon in text.replace("[", " ").replace("]", " ").replace(":", " ").replace("(", " ").split()


class ScanBackward(FastBackward):
    """The parts of ``backward``, for the template of JAX."""

    has_blocks = False
    statements = wide = Functional
    printer = OneStep

    def _new(self, name: str, quantity: Element, first: sp.Expr, last: sp.Expr) -> str:
        return self.all.steps(name)

    def _sum(self, name: str, shares: list[Share], first: sp.Expr, last: sp.Expr, wide: str) -> list[str]:
        groups, lines = self._grouped(shares), []
        steps, batch = self.all.steps(name), self.plan.batch
        if len(groups) == 1 and self._lands(groups[0][0]) == (first, last):
            piece = self._wide_piece(groups[0])
            lines = self.all.taken()
            matrix = self.all.whole(name, first, last)
            return [*lines, *statement(matrix, piece, wide, 0), f"{steps} = apart({matrix}, {batch})"]
        rows = self.all.index(shares[0].to.rows)
        count = self.all.index(sp.expand(last - first + 1))
        lines = [f"{steps} = jnp.zeros(({count}, {rows}, {batch}), dtype)"]
        self.all.begins[name] = first
        for group in groups:
            text = self._wide_piece(group).text
            place = self.all.cut(name, *self._lands(group[0])) or "[:]"
            lines += [*self.all.taken(), f"{steps} = {steps}.at{place}.add(apart({text}, {batch}))"]
        return lines

    def _wide_piece(self, group: list[Share]) -> Piece:
        """A sum of shares for all steps, with all rows and columns."""
        self.all.over(group[0].low, group[0].high)
        terms, to = self.errors.terms(group), group[0].to
        piece = added(written(self.all, terms))
        if self.all.covers(of_all(to.shape, terms)):
            return piece
        return Piece(f"jnp.broadcast_to({piece.text}, ({self.all.index(to.rows)}, {self.all.count().text}))")

    def _zeros(self, name: str, quantity: Element) -> list[str]:
        known = self.recurrence.inputs[0].name
        shape = f"({self.all.steps(known)}.shape[0], {self._rows(quantity)}, {self.plan.batch})"
        return [f"{self.all.steps(name)} = jnp.zeros({shape}, dtype)"]

    def _keep(self, name: str, quantity: Element, left: str) -> list[str]:
        kept = self.plan.names.of(f"kept error of {name}")
        return [f"{INDENT * 2}{kept} = {left}"]

    @property
    def given(self) -> list[tuple[str, str]]:
        """What a step is given: its name there, and the array of all steps."""
        found = []
        for name, lag in sorted(self.step.seen):
            if not name.startswith(("error of ", "kept error of ")):
                ends = (sp.expand(end - lag) for end in (sp.Integer(self.plan.first), self.plan.end))
                found.append((self.step.seen[name, lag], f"{self.all.steps(name)}{self.all.cut(name, *ends)}"))
        return found

    @property
    def starts(self) -> list[str]:
        """With what the scan begins: zeros."""
        return [f"jnp.zeros(({rows}, {self.plan.batch}), dtype)" for _, rows, _ in self.carried]

    @property
    def handed_out(self) -> list[tuple[str, str]]:
        """What a step hands out: its name there, and the array of all steps."""
        found = []
        for definition in self.errors.loop:
            name = definition.sequence.name
            if name in self.kept:
                key = f"kept error of {name}" if self.errors.is_carried(name) else f"error of {name}"
                found.append((self.plan.names.of(key), self.all.steps(f"error of {name}")))
        return found

    def _slope_line(self, name: str, slope: ImmediateJacobian) -> str:
        if isinstance(slope.of, Element):
            return f"{self.all.steps(name)} = jnp.asarray(slopes[{quoted(name)}])"
        return f"{name} = slopes[{quoted(name)}]"


def scan_of(plan: Plan) -> tuple[ScanForward, ScanBackward]:
    """Both passes."""
    stages = Stages(plan)
    backward = ScanBackward(plan, stages)
    return ScanForward(plan, stages, backward.read()), backward
