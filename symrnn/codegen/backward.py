"""The backward pass as lines of code: errors of the states from the step after, within a step in reverse order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import groupby

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.calculus.differential import added
from symrnn.codegen.blocks import below_each_other
from symrnn.codegen.columns import values_of
from symrnn.codegen.lines import INDENT, quoted, statement
from symrnn.codegen.pieces import Piece, times
from symrnn.codegen.pieces import added as sum_of
from symrnn.codegen.plan import Plan
from symrnn.codegen.shares import Share, passed_back
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, GenericFunction, Gradient, ImmediateJacobian, Sequence, TotalJacobian, Variable
from symrnn.recurrence import Definition

Range = tuple[sp.Expr | None, sp.Expr | None]
Guarded = tuple[str, str]
"""A condition on the index, empty where a line always holds, and the line."""


class Backward:
    """The parts of ``backward``, for the template.

    What is printed are the terms of the equations of :meth:`symrnn.recurrence.Recurrence.backward`, each once, where
    the error of what it comes through is known. Most errors live inside one step; those of quantities that a later
    step uses are summed up as they come, and have an index.

    Args:
        plan: of the module.

    Raises:
        UnknownTermError: for an equation without a differential, or a gradient without code.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan, self.recurrence, self.edges = plan, plan.recurrence, plan.edges
        self.local: set[str] = set()
        self.columns = plan.columns(self.local)
        self.columns.values = values_of(self.recurrence)
        self.activations = self.columns.activations
        self.definitions = {d.sequence.name: d for d in self.recurrence.definitions}
        self.always: Range = sp.Integer(plan.first), plan.end
        self.ranges: dict[str, Range] = {node.sequence.name: self.edges.holds(node) for node in self.edges.nodes}
        nowhere = {node.sequence.name for node in self.edges.nodes if self.edges.is_weighted(node)}
        nowhere |= {total.name for total in self.recurrence.totals}
        self.shares = passed_back(self.edges, (q for q in plan.quantities() if q.name not in nowhere))
        self.summed_up = self._summed_up()
        self.carried = self._carried()
        self.pulled: defaultdict[str, list[MatrixExpr]] = defaultdict(list)
        self.tail: defaultdict[Variable, list[MatrixExpr]] = defaultdict(list)
        once = (share for share in self.shares if share.low is None)
        self.seeds = [line for share in once for line in self._adding(share.to, [share.term], 1)]
        self.late_loop, self.loop = self._loop(late=True), self._loop(late=False)
        self.indices = plan.indices(self.columns)
        self.without_steps = {x.name: self._without_steps(x) for x in self.recurrence.inputs}
        self.keywords = self._keywords()

    # -- who depends on whom -------------------------------------------------------------------------------

    def _summed_up(self) -> set[str]:
        """The names of the sequences whose errors come from several places, or from other steps."""
        found = {share.to.name for share in self.shares if not self._is_pulled(share)}
        received = {share.to.name for share in self.shares}
        for sequence in self.plan.given_sequences():
            late = sequence.first != self.plan.first or self.plan.horizon is None
            if sequence.name not in received or late:
                found.add(sequence.name)
        return found

    def _carried(self) -> set[str]:
        """The names of those among them whose error comes from the next step, always, and from within the step."""
        one_step: defaultdict[str, set[bool | None]] = defaultdict(set)
        for share in self.shares:
            lag, always = self.edges.lag(share.to), (share.low, share.high) == self.always
            known = not self._is_late(share.through) and (lag == 0 or (lag == 1 and always))
            one_step[share.to.name].add(lag == 1 if known else None)
        return {
            name
            for name in self.summed_up & self.definitions.keys()
            if None not in one_step[name]
            and True in one_step[name]
            and self.definitions[name].sequence.first == self.plan.first - 1
        }

    def _is_late(self, quantity: Variable) -> bool:
        return quantity.name in self.plan.late

    def _is_pulled(self, share: Share) -> bool:
        """Whether a share comes within one step, whenever the quantity has an error of its own."""
        at_once = self.edges.lag(share.to) == 0 and (share.low, share.high) == self._range(share.to)
        return at_once and (share.through == self.plan.total or self._is_late(share.to) is self._is_late(share.through))

    def _range(self, quantity: Variable) -> Range:
        """The indices at which a quantity has an error."""
        return self.ranges.get(quantity.name, self.always)

    # -- errors --------------------------------------------------------------------------------------------

    def error(self, quantity: Variable) -> Variable:
        """The name of an error, with an index where it has one."""
        name = f"error of {quantity.name}"
        self.plan.names.of(name, wanted=f"d{quantity.name}")
        if not isinstance(quantity, Element):
            return MatrixSymbol(name, *quantity.shape)
        return Element(name, quantity.index, *quantity.shape)

    def _named(self, name: str) -> str:
        return self.plan.names.of(f"error of {name}", wanted=f"d{name}")

    def _adding(self, to: Variable, terms: list[MatrixExpr], depth: int) -> list[str]:
        """The lines that add to an error that is summed up."""
        left = self.columns.write(self.error(to))
        return statement(left.text, sum_of([left, self._written(to, terms)]), depth=depth)

    def _written(self, to: Variable, terms: list[MatrixExpr]) -> Piece:
        """Shares of one quantity; those of what a batch shares are summed over the batch."""
        shared, joined = to.name in self.columns.shared, below_each_other(terms, self.columns.is_batched)
        return sum_of([self.columns.contracted(term) if shared else self.columns.write(term) for term in joined])

    # -- the loop ------------------------------------------------------------------------------------------

    def _loop(self, late: bool) -> list[str]:
        """The loop over outputs that look at later indices, or the one over everything else."""
        found: list[Guarded] = []
        for share in self.shares:
            if share.through == self.plan.total and share.low is not None and self._is_late(share.to) is late:
                found += self._deliver(share)
        for definition in reversed(self.recurrence.definitions):
            if definition.sequence.name in self.ranges and (definition.sequence.name in self.plan.late) is late:
                found += self._step(definition)
        lines: list[str] = []
        for condition, group in groupby(found, key=lambda each: each[0]):
            lines += [f"{INDENT * 2}if {condition}:"] if condition else []
            lines += [line for _, line in group]
        if self.tail:
            lines += self._tail()
            self.tail.clear()
        return lines

    def _condition(self, low: sp.Expr | None, high: sp.Expr | None) -> str:
        """What an index has to satisfy in a range; empty for the range of the loop."""
        if low == high and (low, high) != self.always:
            return f"{self.plan.index} == {self.columns.index(low)}"
        sides = zip(("<=", ">="), (high, low), reversed(self.always), strict=True)
        found = (f"{self.plan.index} {sign} {self.columns.index(end)}" for sign, end, own in sides if end != own)
        return " and ".join(found)

    def _deliver(self, share: Share) -> list[Guarded]:
        """Keep a share for the statement that will use it, or write the lines that add it at once."""
        condition, is_defined = self._condition(share.low, share.high), share.to.name in self.definitions
        if is_defined and self._is_pulled(share):
            self.pulled[share.to.name].append(share.term)
        elif condition or (is_defined and self.edges.lag(share.to) == 0):
            lines = self._adding(share.to, [share.term], 3 if condition else 2)
            return [(condition, line) for line in lines]
        else:
            self.tail[share.to].append(share.term)
        return []

    def _step(self, definition: Definition) -> list[Guarded]:
        """The error of one quantity, and what its equation passes on."""
        quantity, found = definition.sequence.at(self.recurrence.index), []
        rule: dict[sp.Basic, sp.Basic] = {}
        if not self.edges.is_weighted(definition):
            condition = self._condition(*self._range(quantity))
            lines, error = self._error_of(quantity, 3 if condition else 2)
            found += [(condition, line) for line in lines]
            row = TotalJacobian(self.plan.total, quantity)
            if quantity.cols == 1:
                rule |= {sp.Transpose(row): error, row: sp.Transpose(error)}
            else:
                rule |= {Gradient(self.plan.total, quantity): error}
        for share in self.shares:
            if share.through == quantity:
                found += self._deliver(replace(share, term=share.term.xreplace(rule)))
        return found

    def _error_of(self, quantity: Element, depth: int) -> tuple[list[str], MatrixExpr]:
        """The lines that complete an error, and the term that stands for it from there on."""
        terms = self.pulled[quantity.name]
        error = self.error(quantity)
        if quantity.name in self.summed_up:
            return (self._adding(quantity, terms, depth) if terms else []), error
        total = added(quantity.shape, terms)
        if quantity.shape == (1, 1) and not self.columns.is_batched(total):
            return [], total  # such as 1, the slope of the loss by one of its summands
        self.local.add(error.name)
        right = self._written(quantity, terms)
        if not self.columns.covers(total):
            like = f"{self.plan.target.alias}.ones_like({self.columns.write(quantity).text})"
            right = times([right, Piece(like)])
        return statement(self._named(quantity.name), right, self.plan.shape(quantity), depth), error

    def _tail(self) -> list[str]:
        """The end of a step: states of earlier steps, then what is given, then what all steps share."""
        order = sorted(self.tail, key=self._place)
        lines = []
        for to in order:
            if isinstance(to, MatrixSymbol) or to.name in self.summed_up - self.carried:
                lines += self._adding(to, self.tail[to], 2)
            else:
                left = self.columns.write(self.error(to)).text
                lines += statement(left, self._written(to, self.tail[to]), depth=2)
        return lines

    def _place(self, to: Variable) -> tuple[int, int]:
        names = [quantity.name for quantity in self.plan.quantities()]
        group = 0 if to.name in self.definitions else 2 if isinstance(to, MatrixSymbol) else 1
        return group, names.index(to.name)

    # -- lines around the loop -------------------------------------------------------------------------------

    def _keywords(self) -> dict[str, str]:
        found = {name: f"the number {symbol}" for name, symbol in sorted(self.columns.scalars.items())}
        if self.plan.length()[1]:
            assert self.plan.horizon is not None  # it is what the caller hands in
            found[self.plan.names.of(self.plan.horizon.name, "index")] = "the number of steps"
        return found | self.activations.generic

    @property
    def slopes(self) -> list[tuple[str, str, str]]:
        """Identifier, key and meaning of each slope of a generic function."""
        found = []
        for name, slope in self.columns.slopes.items():
            shape = self.plan.shape(slope.wrt)
            each = (
                "at each index from " + str(self._first_of(slope.of)) + " on, " if isinstance(slope.of, Element) else ""
            )
            found.append((name, quoted(name), f"{each}{shape}"))
        return found

    def _first_of(self, quantity: Element) -> int:
        return self.definitions[quantity.name].first

    @property
    def unpacking(self) -> list[str]:
        """The lines that take apart the arguments."""
        plan, names = self.plan, self.plan.names
        lines = [plan.unpacked_parameter(parameter) for parameter in plan.recurrence.parameters]
        for sequence in (*plan.recurrence.inputs, *(d.sequence for d in plan.recurrence.definitions)):
            if sequence.name in self.taken:
                lines.append(f"{names.of(sequence.name)} = quantities[{quoted(sequence.name)}]")
        for name, slope in self.columns.slopes.items():
            lines.append(f"{name} = {self._slope_source(name, slope)}")
        length = plan.length()[0]
        if length:
            lines.append(length)
        lines += self.columns.size_lines()
        if self.columns.counts_batch or self.columns.spreads:
            lines.append(f"{plan.batch} = {self._batch_source()}")
        return lines

    @property
    def taken(self) -> set[str]:
        """The names of the quantities that are taken out of what forward returned."""
        return self._read() | self.summed_up - self._generic()

    @property
    def handed_in(self) -> dict[str, ImmediateJacobian]:
        """Each slope that is handed in, by identifier."""
        return self.columns.slopes

    def _generic(self) -> set[str]:
        return {name for name, d in self.definitions.items() if isinstance(d.body, GenericFunction)}

    def _slope_source(self, name: str, slope: ImmediateJacobian) -> str:
        source = f"slopes[{quoted(name)}]"
        if not isinstance(slope.of, Element):
            return source
        return f"dict(enumerate({source}, start={self._first_of(slope.of)}))"

    def _read(self) -> set[str]:
        """The names that the lines read; the length is read off one of the inputs."""
        known = [*self.recurrence.inputs]
        initial = {d.sequence.name for d in self.plan.initial()}
        seen = initial if self.columns.counts_batch or self.columns.spreads else initial - self.summed_up  # for a shape
        return self.columns.used | {sequence.name for sequence in known[:1]} | seen

    def _batch_source(self) -> str:
        early = self._initial_batched()
        if early is not None:
            return f"next(iter({self.plan.names.of(early)}.values())).shape[1]"
        for name in (*(x.name for x in self.recurrence.inputs), *self.definitions):
            if name in self.columns.used:
                return f"next(iter({self.plan.names.of(name)}.values())).shape[1]"
        raise UnknownTermError("nothing tells the size of the batch", where=self.recurrence.name)

    @property
    def zeros(self) -> list[str]:
        """The lines with which the sums begin."""
        alias, lines = self.plan.target.alias, []
        for parameter in self.recurrence.parameters:
            name = self.plan.names.of(parameter.name)
            if isinstance(parameter, MatrixSymbol):
                lines.append(f"{self._named(parameter.name)} = {alias}.zeros_like({name})")
        sequences = [*self.plan.given_sequences(), *(d.sequence for d in self.recurrence.definitions)]
        for sequence in sequences:
            name, index = self.plan.names.of(sequence.name), self.plan.index
            if sequence.name in self.carried:
                end = self.columns.index(self.plan.end)
                lines.append(f"{self._named(sequence.name)} = {{{end}: {alias}.zeros_like({name}[{end}])}}")
            elif sequence.name in self.summed_up:
                lines.append(f"{self._named(sequence.name)} = {{{index}: {self._zero(sequence)}}}")
            elif sequence in self.plan.given_sequences():
                lines.append(f"{self._named(sequence.name)} = {{}}")
        return lines

    def _zero(self, sequence: Sequence) -> str:
        """Zeros for every index of a sequence; a generic function has no values that show the shape."""
        name, index, alias = self.plan.names.of(sequence.name), self.plan.index, self.plan.target.alias
        definition = self.definitions.get(sequence.name)
        if definition is None or not isinstance(definition.body, GenericFunction):
            return f"{alias}.zeros_like({name}[{index}]) for {index} in {name}"
        seen = self.columns.write(definition.body.arguments[0]).text
        where = self.columns.range(sp.Integer(definition.first), self.plan.end)
        return f"{alias}.zeros_like({seen}[:1]) for {index} in {where}"

    @property
    def returned(self) -> dict[str, list[tuple[str, str]]]:
        """What is returned, in the shape of the arguments of the forward pass: keys with expressions."""
        index = self.plan.index
        params, inputs, initial = [], [], []
        for parameter in self.recurrence.parameters:
            error = self._named(parameter.name)
            whole = f"[{error}[{index}] for {index} in sorted({error})]" if isinstance(parameter, Sequence) else error
            params.append((quoted(parameter.name), whole))
        for sequence in self.recurrence.inputs:
            error = self._named(sequence.name)
            inputs.append((quoted(sequence.name), self._stacked(sequence, error)))
        for definition in self.plan.initial():
            sequence = definition.sequence
            initial.append((quoted(sequence.name), self._initial_error(sequence, definition.first)))
        return {"params": params, "inputs": inputs, "initial": initial}

    def _stacked(self, sequence: Sequence, error: str) -> str:
        """The errors of an input in one array, which has a shape where there are no steps, too."""
        alias, index, zeros = self.plan.target.alias, self.plan.index, self.without_steps[sequence.name]
        each = f"[{error}[{index}] for {index} in sorted({error})]"
        return f"{alias}.stack({each} or [{zeros}])[: len({error})]" if zeros else f"{alias}.stack({each})"

    def _without_steps(self, sequence: Sequence) -> str:
        """Zeros in the shape of an input; empty where nothing tells that shape when there are no steps."""
        element, inputs = sequence.at(self.recurrence.index), {x.name for x in self.recurrence.inputs}
        sizes = [element.rows, *([element.cols] if self.plan.has_matrices else [])]
        symbols = sorted({symbol for size in sizes for symbol in sp.sympify(size).free_symbols}, key=str)
        sources = [self.columns.size_source(symbol) for symbol in symbols]
        if any(source is None or source[0] in inputs for source in sources):
            return ""
        if not self.plan.has_matrices and self._initial_batched() is None:
            return ""
        written = [self.columns.index(size) for size in sizes]
        if not self.plan.has_matrices:
            self.columns.counts_batch = True
            written.append(self.plan.batch)
        return f"{self.plan.target.alias}.zeros(({', '.join(written)}){self.columns.typed(element.rows)})"

    def _initial_batched(self) -> str | None:
        """The name of a quantity that has a value for each sequence of the batch before the first step."""
        return next((d.sequence.name for d in self.plan.initial()), None)

    def _initial_error(self, sequence: Sequence, first: int) -> str:
        name, alias = self.plan.names.of(sequence.name), self.plan.target.alias
        indices = range(sequence.first, first)
        if sequence.name not in self.summed_up:
            each = [f"{alias}.zeros_like({name}[{at}])" for at in indices]
        else:
            each = [f"{self._named(sequence.name)}[{at}]" for at in indices]
        return each[0] if len(each) == 1 else f"{alias}.stack([{', '.join(each)}])"

    @property
    def is_generic(self) -> bool:
        """Whether slopes are handed in."""
        return any(isinstance(d.body, GenericFunction) for d in self.recurrence.definitions) or bool(
            self.columns.slopes
        )
