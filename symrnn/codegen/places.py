"""Where quantities stand when not everything is done step by step: side by side for all steps, or in the loop."""

from __future__ import annotations

import sympy as sp

from symrnn.codegen.columns import Columns
from symrnn.codegen.formulas import Activations
from symrnn.codegen.identifiers import Identifiers
from symrnn.codegen.pieces import Level, Piece, times
from symrnn.codegen.targets import Target
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, MatrixSum, Sequence
from symrnn.recurrence import Recurrence


class SideBySide(Columns):
    """The printer of terms for many steps at once.

    What is right for a batch of columns is right for the columns of all steps, side by side in a matrix
    (rows, steps * batch): the text is that of one step, with such a matrix in the place of each quantity.
    """

    def __init__(
        self,
        recurrence: Recurrence,
        target: Target,
        names: Identifiers,
        activations: Activations,
        local: set[str],
    ) -> None:
        super().__init__(recurrence, target, names, activations, local)
        self.begin: sp.Expr = sp.S.One
        self.first: sp.Expr | None = None
        self.last: sp.Expr | None = None
        self.end: sp.Expr = sp.S.Zero
        self.matrices: dict[str, tuple[str, sp.Expr, sp.Expr]] = {}
        """Matrices that stand for all there is of a quantity: identifier, first and last index."""
        self.views: dict[tuple[str, sp.Expr, sp.Expr], str] = {}
        self.begins: dict[str, sp.Expr | int] = {}
        """The first index of what is not a quantity, such as an error, where it is not that of the equations."""
        self.pending: list[str] = []
        """Lines that come before what was written last."""
        self.spans: set[tuple[sp.Expr, sp.Expr]] = set()
        """From which index to which one something is read or written."""

    def over(self, first: sp.Expr | None, last: sp.Expr | None) -> None:
        """Set the steps that are written next; None for a term that has no index."""
        self.first, self.last = first, last

    def taken(self) -> list[str]:
        """The lines that are pending, once."""
        found, self.pending = self.pending, []
        return found

    # -- quantities ----------------------------------------------------------------------------------------

    def place(self, term: Element) -> str:
        """The matrix of what is meant at all of the steps."""
        return self.matrix(term.name, *self._span(term.index))

    def slope_place(self, name: str, of: Element) -> str:
        """The matrix of the slopes that the caller hands in."""
        return self.matrix(name, *self._span(of.index))

    def _span(self, at: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        index = self.recurrence.index
        if index not in sp.sympify(at).free_symbols:
            return at, at
        if self.first is None or self.last is None:
            raise UnknownTermError(f"an index {at} outside of the steps", where=self.recurrence.name)
        return sp.expand(at.subs(index, self.first)), sp.expand(at.subs(index, self.last))

    def matrix(self, name: str, first: sp.Expr, last: sp.Expr) -> str:
        """The matrix of a quantity from one index to another."""
        self.spans.add((first, last))
        if name in self.matrices:
            whole, begin, end = self.matrices[name]
            if (begin, end) == (first, last):
                return whole
            batch = self.count_of(1)
            low, high = (self._times_batch(sp.expand(at), batch) for at in (first - begin, last - begin + 1))
            return f"{whole}[:, {low}:{high}]"
        key = name, first, last
        if key not in self.views:
            wanted = self._wanted(name, first, last)
            self.views[key] = self.names.of(f"{name} from {first} to {last}", "beside", wanted=wanted)
            self.pending.append(f"{self.views[key]} = beside({self.steps(name)}{self.cut(name, first, last)})")
        return self.views[key]

    def whole(self, name: str, first: sp.Expr, last: sp.Expr) -> str:
        """The identifier of a matrix that is all there is of a quantity."""
        found = self.names.of(f"{name} at once", "beside", wanted=f"all_{self._plain(name)}")
        self.matrices[name] = found, first, last
        return found

    def _wanted(self, name: str, first: sp.Expr, last: sp.Expr) -> str:
        lag = sp.expand(self.end - last)
        if sp.expand(first + lag - self.begin) == 0 and lag in (0, 1):
            return f"all_{self._plain(name)}" if lag == 0 else f"all_{self._plain(name)}_before"
        return f"some_{self._plain(name)}"

    def steps(self, name: str) -> str:
        """The identifier of the array (steps, rows, batch) of a quantity."""
        return self.names.of(name, "steps", wanted=f"{self._plain(name)}_steps")

    def _plain(self, name: str) -> str:
        return name if name in self.slopes else self.names.of(name)

    def cut(self, name: str, first: sp.Expr, last: sp.Expr) -> str:
        """The brackets that take some of the steps out of all."""
        begin, end = self.first_of(name), self.end
        low = "" if sp.expand(first - begin) == 0 else self.index(first - begin)
        high = "" if sp.expand(last - end) == 0 else self.index(last - begin + 1)
        return f"[{low}:{high}]" if low or high else ""

    def size_source(self, size: sp.Expr) -> tuple[str, str, int] | None:
        """As of a scope, but with the arrays of all steps of inputs."""
        return _from_steps(self, super().size_source(size))

    def first_of(self, name: str) -> sp.Expr | int:
        """The first index of a quantity; that of the equations for what is not a quantity."""
        if name in self.begins:
            return self.begins[name]
        for sequence in (*self.recurrence.inputs, *(d.sequence for d in self.recurrence.definitions)):
            if isinstance(sequence, Sequence) and sequence.name == name:
                return sequence.first
        return self.begin

    # -- sums ----------------------------------------------------------------------------------------------

    def count(self) -> Piece:
        """How many columns stand side by side."""
        if self.first is None or self.last is None:
            return super().count()
        steps = sp.expand(self.last - self.first + 1)
        return Piece(self._times_batch(steps, self.count_of(1)), Level.TIMES)

    def count_of(self, steps: int) -> str:
        """The identifier of the size of the batch, which is noted as used."""
        self.counts_batch = True
        return self.names.of("batch", "size")

    def _times_batch(self, steps: sp.Expr, batch: str) -> str:
        if steps.is_Integer:
            return str(steps) if steps == 0 else batch if steps == 1 else f"{steps} * {batch}"
        text = self.index(steps)
        return f"({text}) * {batch}" if steps.is_Add else f"{text} * {batch}"

    def summed(self, term: MatrixSum) -> Piece:
        """The sum over steps, for each sequence of the batch."""
        kept = self.first, self.last
        self.over(term.lower, term.upper)
        rule = {term.variable: self.recurrence.index}
        body = term.body.xreplace(rule)
        try:
            if not self.is_batched(body):
                steps = sp.expand(term.upper - term.lower + 1)
                return times([Piece(self.index(steps), Level.SUM), self.write(body)])
            written = self.filled(body).at_least(Level.ATOM)
        finally:
            self.over(*kept)
        batch, axis = self.count_of(1), self.target.axis
        steps = self.index(term.upper - term.lower + 1)  # and not -1, which no batch of 0 tells
        return Piece(f"{written}.reshape({self.index(term.rows)}, {steps}, {batch}).sum({axis}=1)")


class Stepwise(Columns):
    """The printer of terms in a loop: some quantities have an array for all steps, others live in one step only.

    What lives in one step has no index. In compiled loops arrays have no other index than their own, from 0 on.
    """

    def __init__(
        self,
        recurrence: Recurrence,
        target: Target,
        names: Identifiers,
        activations: Activations,
        local: set[str],
    ) -> None:
        super().__init__(recurrence, target, names, activations, local)
        self.kept: set[str] = set()
        """The names of what has an array for all steps."""
        self.stands_in: dict[str, str] = {}
        """In whose place a quantity stands, by name."""
        self.begins: dict[str, sp.Expr | int] = {}
        """The first index of what is not a quantity."""
        self.handed_in: set[str] = set()
        """The slopes of generic functions that the loop reads."""
        self.seen: dict[tuple[str, int], str] = {}
        """What one step reads, by name and lag, with its identifier there."""
        self.counts_from_zero = False

    def place(self, term: Element) -> str:
        """A quantity at an index."""
        name = self.stands_in.get(term.name, term.name)
        lag = sp.expand(self.recurrence.index - term.index)
        if name not in self.kept:
            if lag != 0:
                raise UnknownTermError(f"{term} in the loop", where=self.recurrence.name)
            return self.names.of(name)
        return self.item(name, term.index)

    def size_source(self, size: sp.Expr) -> tuple[str, str, int] | None:
        """As of a scope, but with the arrays of all steps of inputs."""
        return _from_steps(self, super().size_source(size))

    def slope_place(self, name: str, of: Element) -> str:
        """A slope that the caller hands in."""
        self.handed_in.add(name)
        return self.item(name, of.index)

    def item(self, name: str, at: sp.Expr) -> str:
        """What stands at an index."""
        return f"{self.plain(name)}[{self.index(at - self.first_of(name) if self.counts_from_zero else at)}]"

    def plain(self, name: str) -> str:
        """The identifier of what has an array for all steps."""
        return name if name in self.slopes else self.names.of(name)

    def first_of(self, name: str) -> sp.Expr | int:
        """The first index of the array of something."""
        sequences = (*self.recurrence.inputs, *(d.sequence for d in self.recurrence.definitions))
        known = {sequence.name: sequence.first for sequence in sequences if isinstance(sequence, Sequence)}
        default = min(definition.first for definition in self.recurrence.definitions)
        return self.begins.get(name, known.get(name, default))


def _from_steps(columns: Columns, source: tuple[str, str, int] | None) -> tuple[str, str, int] | None:
    """What tells a size, where inputs have one array for all steps."""
    if source is None or not any(x.name == source[0] for x in columns.recurrence.inputs):
        return source
    return source[0], columns.names.of(source[0], "steps", wanted=f"{columns.names.of(source[0])}_steps"), source[2] + 1
