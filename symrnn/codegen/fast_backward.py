"""The fast form of the backward pass: errors of what comes after the loop, the loop backwards, and all gradients.

A gradient by a parameter is a sum of products over all steps: it is one product of two matrices with the columns of all
steps side by side. What is printed are the terms of the plain form, which the checker proves.
"""

from __future__ import annotations

from collections import defaultdict

import sympy as sp
from sympy.matrices.expressions import MatMul, MatrixExpr, MatrixSymbol

from symrnn.calculus.differential import added
from symrnn.codegen.arrays import InPlace
from symrnn.codegen.columns import values_of
from symrnn.codegen.fast import (
    PLAIN,
    SPREAD,
    Blocks,
    OverSteps,
    fits_blocks,
    lengths,
    loop_arguments,
    looped,
    opened,
    printer,
    sizes_of,
    sliced,
    stepwise,
    taken_out,
    written,
)
from symrnn.codegen.lines import INDENT, quoted
from symrnn.codegen.pieces import Piece
from symrnn.codegen.pieces import added as sum_of
from symrnn.codegen.places import SideBySide, Stepwise
from symrnn.codegen.plan import Plan
from symrnn.codegen.shares import Share, passed_back
from symrnn.codegen.stages import Stages
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, ImmediateJacobian, Sequence, TotalJacobian, Variable
from symrnn.recurrence import Definition

MOST = "most"
"""The identifier of the number of steps of a block."""


class Errors:
    """What arrives where, sorted by when it is known.

    Args:
        plan: of the module.
        stages: of its recurrence.

    Raises:
        UnknownTermError: where an error of the loop comes from some of the steps only.
    """

    def __init__(self, plan: Plan, stages: Stages) -> None:
        self.plan, self.stages, self.recurrence = plan, stages, plan.recurrence
        edges = plan.edges
        weighted = {node.sequence.name for node in edges.nodes if edges.is_weighted(node)}
        self.nodes = [node for node in edges.nodes if node.sequence.name not in weighted]
        self.ranges = {node.sequence.name: edges.holds(node) for node in self.nodes}
        without = weighted | {total.name for total in self.recurrence.totals}
        everything = passed_back(edges, (q for q in plan.quantities() if q.name not in without))
        self.numbers: dict[sp.Basic, MatrixExpr] = {}
        """Errors that are numbers, such as 1, by the row that stands for them."""
        self.to: defaultdict[str, list[Share]] = defaultdict(list)
        for share in everything:
            self.to[share.to.name].append(share)
        self.after = [d for d in reversed(stages.after) if d.sequence.name in self.ranges]
        self.loop = [d for d in reversed(stages.loop) if d.sequence.name in self.ranges]
        self.before = [d for d in reversed(stages.before) if d.sequence.name in self.ranges]
        for definition in self.after:
            self._note_number(definition)

    def _note_number(self, definition: Definition) -> None:
        quantity = definition.sequence.at(self.recurrence.index)
        terms = self.terms(self.to[definition.sequence.name])
        total = added(quantity.shape, terms)
        if quantity.shape == (1, 1) and not any(e.name not in self._shared for e in total.atoms(Element)):
            row = TotalJacobian(self.plan.total, quantity)
            self.numbers |= {sp.Transpose(row): total, row: total}

    @property
    def _shared(self) -> set[str]:
        return {parameter.name for parameter in self.recurrence.parameters}

    def is_number(self, definition: Definition) -> bool:
        """Whether an error is a number that has no line of its own."""
        return TotalJacobian(self.plan.total, definition.sequence.at(self.recurrence.index)) in self.numbers

    def terms(self, shares: list[Share]) -> list[MatrixExpr]:
        """The terms of shares, with a name for each error."""
        found = []
        for share in shares:
            rule: dict[sp.Basic, MatrixExpr] = dict(self.numbers)
            if isinstance(share.through, Element):
                row, error = TotalJacobian(self.plan.total, share.through), error_of(share.through)
                rule = {sp.Transpose(row): error, row: sp.Transpose(error)} | rule
            found.append(share.term.xreplace(rule))
        return found

    def through(self, share: Share) -> str:
        """The name of what a share comes through, if that is in the loop; empty otherwise."""
        return share.through.name if self.stages.is_looped(share.through.name) else ""

    def of_loop(self, name: str, lag: int) -> list[Share]:
        """The shares that a quantity of the loop receives out of the loop."""
        found = [s for s in self.to[name] if self.through(s) and self.plan.edges.lag(s.to) == lag]
        always = sp.Integer(self.plan.first), self.plan.end
        if any((s.low, s.high) != always for s in found):
            raise UnknownTermError(
                f"there is no fast form for an error of {name} that comes from some of the steps only",
                where=self.recurrence.name,
                advice=PLAIN,
            )
        return found

    def given(self, name: str) -> list[Share]:
        """The shares that a quantity of the loop receives from what comes after it."""
        return [s for s in self.to[name] if not self.through(s)]

    def is_carried(self, name: str) -> bool:
        """Whether an error comes from the step after."""
        return any(self.plan.edges.lag(s.to) == 1 for s in self.to[name] if self.through(s))


def error_of(quantity: Element) -> Element:
    """The name of an error."""
    return Element(f"error of {quantity.name}", quantity.index, *quantity.shape)


class FastBackward(OverSteps):
    """The parts of ``backward``, for the template.

    Args:
        plan: of the module.
        stages: of its recurrence.
        compiled: whether the loop is a function of its own, for Numba.
    """

    statements: type[InPlace] = InPlace
    wide: type[InPlace] = InPlace
    printer: type[Stepwise] = Stepwise

    def __init__(self, plan: Plan, stages: Stages, compiled: bool = False) -> None:
        self.plan, self.stages, self.compiled = plan, stages, compiled
        self.recurrence, self.errors = plan.recurrence, Errors(plan, stages)
        self.kept = self._kept()
        self.at_once = {d.sequence.name for d in self.errors.loop if self._is_given_at_once(d)}
        self.all = printer(plan, SideBySide)
        names = {d.sequence.name for d in self.recurrence.definitions}
        errors = {f"kept error of {n}" if self.errors.is_carried(n) else f"error of {n}" for n in self.kept}
        given = {f"given to {name}" for name in self.at_once}
        self.step = stepwise(plan, names | errors | given, self.printer)
        self.step.counts_from_zero = compiled
        self.all.values = self.step.values = values_of(self.recurrence)
        for definition in self.recurrence.definitions:
            self._name(definition.sequence.name)
        self.step.slopes = self.all.slopes
        self.allocated: list[str] = []
        self.is_in_blocks = self._fits_blocks()
        for definition in self.errors.loop:
            if (name := definition.sequence.name) in self.kept:
                element = definition.sequence.at(self.recurrence.index)
                self._new(f"error of {name}", element, sp.Integer(plan.first), plan.end)
        self.earlier = [line for d in self.errors.after for line in self._after(d)]
        self.earlier += [line for d in self.errors.loop for line in self._given_at_once(d)]
        self.loop = [line for d in self.errors.loop for line in self._error(d)]
        self.loop += self._passed_on()
        self.carried = self._carried()
        self.later = [line for d in self.errors.before for line in self._before(d)]
        self.later += [line for x in self.recurrence.inputs for line in self._input(x)]
        self.later += [line for p in self.recurrence.parameters for line in self._parameter(p)]
        self.blocks = self._blocks() if self.is_in_blocks else None
        if self.all.spreads or self.step.spreads:
            raise UnknownTermError(SPREAD, where=self.recurrence.name, advice=PLAIN)

    def _fits_blocks(self) -> bool:
        """Whether no error goes from one step to another, but to the one before by the loop."""
        always, shares = (self.plan.first, self.plan.end), [s for shares in self.errors.to.values() for s in shares]
        return (
            self.has_blocks
            and bool(self.errors.loop)
            and all((s.low, s.high) == always and self._stays(s) for s in shares)
            and fits_blocks(self.plan, self.errors.terms(shares), self.all)
        )

    def _stays(self, share: Share) -> bool:
        if not isinstance(share.to, Element) or self.plan.edges.lag(share.to) == 0:
            return True
        return bool(self.errors.through(share)) and self.stages.is_looped(share.to.name)

    def _blocks(self) -> Blocks:
        """The function that goes back through some of the steps."""
        quantities = [*self.recurrence.inputs, *(d.sequence for d in self.recurrence.definitions)]
        arrays = {self.all.steps(q.name): sliced(self.plan, self.all.first_of(q.name)) for q in quantities}
        arrays |= {self.all.steps(name): "[begin:end]" for name in self.handed_in}
        arrays |= {self.all.steps(f"error of {x.name}"): "[begin:end]" for x in self.recurrence.inputs}
        errors = [f"{kind} {d.sequence.name}" for d in self.recurrence.definitions for kind in ("error of", "given to")]
        arrays |= {self.all.steps(name): "[: end - begin]" for name in errors}
        loop = looped(self.plan.index, f"reversed({self.indices})", self.loop)
        lines = [*self.earlier, *self.opening, *loop, *self.later]
        return Blocks(self.plan, lines, arrays, [name for name, _, _ in self.carried])

    def _name(self, name: str) -> str:
        names = self.plan.names
        names.of(f"given to {name}", wanted=f"d{name}_given")
        names.of(f"kept error of {name}", wanted=f"d{name}_kept")
        return names.of(f"error of {name}", wanted=f"d{name}")

    def read(self) -> set[str]:
        """The names of the quantities that are read."""
        return self.all.used | self.step.used

    def _kept(self) -> set[str]:
        """The names of what has its error kept for all steps: what something outside of the loop comes through."""
        shares = [s for shares in self.errors.to.values() for s in shares]
        outside = (s for s in shares if not self.stages.is_looped(s.to.name))
        return {s.through.name for s in outside if self.stages.is_looped(s.through.name)}

    def _is_given_at_once(self, definition: Definition) -> bool:
        """Whether what comes from after the loop is better computed for all steps: a product, or some of the steps."""
        shares = self.errors.given(definition.sequence.name)
        always = sp.Integer(self.plan.first), self.plan.end
        plain = all((s.low, s.high) == always and self.plan.edges.lag(s.to) == 0 for s in shares)
        terms = self.errors.terms(shares)
        return bool(shares) and not (plain and not any(_is_heavy(t) or _has_error(t) for t in terms))

    # -- all steps at once ---------------------------------------------------------------------------------

    def _steps(self, name: str) -> str:
        """The identifier of the array of all steps behind what the loop uses."""
        return self.all.steps(name.removeprefix("kept "))

    def _rows(self, quantity: Element) -> str:
        return self.all.index(quantity.rows)

    def _wide(self, quantity: Variable) -> str:
        return f"({quantity.rows}, steps * {self.plan.batch})"

    def _new(self, name: str, quantity: Element, first: sp.Expr, last: sp.Expr) -> str:
        """The identifier of an array for all steps, which is allocated."""
        steps = self.all.steps(name)
        count, rows = self.all.index(last - first + 1), self._rows(quantity)
        is_of_block = self.is_in_blocks and not any(name == f"error of {x.name}" for x in self.recurrence.inputs)
        count = MOST if is_of_block else count
        key = quoted(self.plan.names.of(name))
        self.allocated.append(
            f"{steps} = empty(memory, {key}, dtype, {count}, {rows}, {self.plan.batch})"
            f"  # {'of a block' if is_of_block else f'from {first} on'}"
        )
        return steps

    def _sum(self, name: str, shares: list[Share], first: sp.Expr, last: sp.Expr, wide: str) -> list[str]:
        """The lines that fill an array of all steps with a sum of shares, zero where none arrives."""
        index, lines, is_filled = self.recurrence.index, [], False
        for group in self._grouped(shares):
            low, high = (sp.expand(group[0].to.index.subs(index, end)) for end in (group[0].low, group[0].high))
            whole = (low, high) == (first, last)
            if not whole and not is_filled:
                lines.append(f"{self.all.steps(name)}[...] = 0")
                is_filled = True
            self.all.over(group[0].low, group[0].high)
            pieces = written(self.all, self.errors.terms(group))
            target = self._target(name, first, low, high)
            lines += self.all.taken()
            lines += (
                self.wide.adding(target, pieces, wide, 0) if is_filled else self.wide.filling(target, pieces, wide, 0)
            )
            is_filled = True
        return lines

    @staticmethod
    def _grouped(shares: list[Share]) -> list[list[Share]]:
        """Shares together that come from the same steps and go to the same ones."""
        found: defaultdict[tuple[str, str, str], list[Share]] = defaultdict(list)
        for share in shares:
            found[str(share.low), str(share.high), str(getattr(share.to, "index", ""))].append(share)
        return list(found.values())

    def _target(self, name: str, first: sp.Expr, low: sp.Expr, high: sp.Expr) -> str:
        self.all.begins[name] = first
        return self.all.matrix(name, low, high)

    def _after(self, definition: Definition) -> list[str]:
        """The error of what comes after the loop."""
        if self.errors.is_number(definition):
            return []
        quantity = definition.sequence.at(self.recurrence.index)
        return self._error_at_once(quantity, self.errors.to[quantity.name])

    def _before(self, definition: Definition) -> list[str]:
        quantity = definition.sequence.at(self.recurrence.index)
        return self._error_at_once(quantity, self.errors.to[quantity.name])

    def _error_at_once(self, quantity: Element, shares: list[Share]) -> list[str]:
        """An error for all steps at once: a matrix of its own."""
        first, last = self.errors.ranges[quantity.name]
        name = f"error of {quantity.name}"
        if all(self._lands(share) == (first, last) for share in shares):
            self.all.over(shares[0].low, shares[0].high)
            if len({(s.low, s.high) for s in shares}) == 1:
                terms = self.errors.terms(shares)
                pieces = written(self.all, terms)
                before = self.all.taken()
                matrix = self.all.whole(name, first, last)
                lines = [
                    *before,
                    *self.wide.making(matrix, pieces, self._wide(quantity), 0, is_owned=len(pieces) > 1),
                ]
                if not self.all.covers(added(quantity.shape, terms)):
                    whole = f"({self._rows(quantity)}, {self.all.count().text})"
                    lines.append(f"{matrix} = {self.plan.target.alias}.broadcast_to({matrix}, {whole})")
                return lines
        self._new(name, quantity, first, last)
        return self._sum(name, shares, first, last, self._wide(quantity))

    def _lands(self, share: Share) -> tuple[sp.Expr, sp.Expr]:
        index = self.recurrence.index
        low, high = (sp.expand(share.to.index.subs(index, end)) for end in (share.low, share.high))
        return low, high

    def _given_at_once(self, definition: Definition) -> list[str]:
        name = definition.sequence.name
        if name not in self.at_once:
            return []
        quantity, shares = definition.sequence.at(self.recurrence.index), self.errors.given(name)
        lows = {self._lands(share)[0].subs(self.plan.end, self.plan.first) for share in shares}  # T - 1 is 0 for T = 1
        first = sp.Integer(self.plan.first - (self.plan.first - 1 in lows))
        self.all.begins[f"given to {name}"] = self.step.begins[f"given to {name}"] = int(first)
        self._new(f"given to {name}", quantity, first, self.plan.end)
        return self._sum(f"given to {name}", shares, first, self.plan.end, self._wide(quantity))

    def _input(self, sequence: Sequence) -> list[str]:
        quantity, shares = sequence.at(self.recurrence.index), self.errors.to[sequence.name]
        name = f"error of {sequence.name}"
        self.plan.names.of(name, wanted=f"d{sequence.name}")
        self.all.begins[name] = sequence.first
        self._new(name, quantity, sp.Integer(sequence.first), self.plan.end)
        if not shares:
            return self._zeros(name, quantity)
        return self._sum(name, shares, sp.Integer(sequence.first), self.plan.end, self._wide(quantity))

    def _zeros(self, name: str, quantity: Element) -> list[str]:
        return [f"{self.all.steps(name)}[...] = 0"]

    def _parameter(self, parameter: MatrixSymbol | Sequence) -> list[str]:
        """The gradient by a parameter: products over all steps."""
        assert isinstance(parameter, MatrixSymbol)  # others are refused
        left = self.plan.names.of(f"error of {parameter.name}", wanted=f"d{parameter.name}")
        shape, lines = f"({', '.join(map(str, parameter.shape))})", []
        for place, group in enumerate(self._grouped(self.errors.to[parameter.name])):
            self.all.over(group[0].low, group[0].high)
            pieces = written(self.all, self.errors.terms(group), shared=True)
            lines += self.all.taken()
            for number, piece in enumerate(pieces):
                is_first = place == number == 0
                if self.is_in_blocks:
                    lines.append(f"d_params[{quoted(parameter.name)}] += {piece.text}" + f"  # {shape}" * is_first)
                    continue
                text = piece.text if not is_first or self._is_new(piece.text) else f"{piece.text}.copy()"
                lines.append(f"{left} {'=' if is_first else '+='} {text}" + (f"  # {shape}" if is_first else ""))
        if self.is_in_blocks:
            return lines
        return lines or [f"{left} = {self.plan.target.alias}.zeros_like(params[{quoted(parameter.name)}])  # {shape}"]

    @staticmethod
    def _is_new(text: str) -> bool:
        return any(sign in text for sign in "@*+( ")

    # -- the loop ------------------------------------------------------------------------------------------

    def _error(self, definition: Definition) -> list[str]:
        """The lines that complete an error at a step."""
        name, quantity = definition.sequence.name, definition.sequence.at(self.recurrence.index)
        terms = self.errors.terms(self.errors.of_loop(name, 0))
        if name in self.at_once:
            terms = [Element(f"given to {name}", quantity.index, *quantity.shape), *terms]
        else:
            terms = [*self.errors.terms(self.errors.given(name)), *terms]
        left, shape = self.plan.names.of(f"error of {name}"), self.plan.shape(quantity)
        pieces = written(self.step, terms)
        if self.errors.is_carried(name):
            lines = self.statements.adding(left, pieces, shape, 2) if terms else []
            if name not in self.kept:
                return lines
            return [*lines, *self._keep(name, quantity, left)]
        if name in self.kept:
            return self.statements.filling(self.step.write(error_of(quantity)).text, pieces, shape, 2)
        if not self.step.covers(added(quantity.shape, terms)):
            self.step.counts_batch = True
            whole = f"({self._rows(quantity)}, {self.plan.batch})"
            pieces = [Piece(f"{self.plan.target.alias}.broadcast_to({sum_of(pieces).text}, {whole})")]
        return self.statements.making(left, pieces, shape, 2)

    def _keep(self, name: str, quantity: Element, left: str) -> list[str]:
        """The line that keeps an error which is carried on."""
        kept = self.step.write(Element(f"kept error of {name}", quantity.index, *quantity.shape)).text
        return [f"{INDENT * 2}{kept}[...] = {left}"]

    def _passed_on(self) -> list[str]:
        """The lines that make the errors of the step before, as far as they come from this one."""
        carried = [d for d in self.errors.loop if self.errors.is_carried(d.sequence.name)]
        terms = {d.sequence.name: self.errors.terms(self.errors.of_loop(d.sequence.name, 1)) for d in carried}
        lines, done, late = [], set[str](), []
        for definition in carried:
            name = definition.sequence.name
            left = self.plan.names.of(f"error of {name}")
            pieces = written(self.step, terms[name])
            shape = self.plan.shape(definition.sequence.at(self.recurrence.index - 1))
            comment = f"{shape}, of {self.plan.index} - 1"
            others = [term for other in terms if other != name and other not in done for term in terms[other]]
            is_needed = any(e.name == f"error of {name}" for term in others for e in term.atoms(Element))
            new = [] if is_needed else self.statements.moving(left, pieces, comment, 2)
            if not new:
                kept = self.plan.names.of(f"next error of {name}", wanted=f"{left}_before")
                new = self.statements.making(kept, pieces, comment, 2, is_owned=True)
                late.append(f"{INDENT * 2}{left} = {kept}")
            lines += new
            done.add(name)
        return lines + late

    # -- lines around the loop -----------------------------------------------------------------------------

    @property
    def slopes(self) -> list[tuple[str, str, str]]:
        """Identifier, key and meaning of each slope of a generic function."""
        found = []
        for name, slope in self.handed_in.items():
            each = f"at each index from {self._first_of(slope)} on, " if isinstance(slope.of, Element) else ""
            found.append((name, quoted(name), f"{each}{self.plan.shape(slope.wrt)}"))
        return found

    @property
    def handed_in(self) -> dict[str, ImmediateJacobian]:
        """Each slope that is handed in, by identifier."""
        return dict(sorted(self.all.slopes.items()))

    def _first_of(self, slope: ImmediateJacobian) -> int:
        definition = self.recurrence.definition(slope.of.name)
        return self.plan.first if definition is None else definition.first

    @property
    def unpacking(self) -> list[str]:
        """The lines before everything."""
        plan, used, a = self.plan, self.read(), self.plan.target.alias
        lines = [taken_out(plan, p) for p in plan.recurrence.parameters if p.name in used]
        sizes = sizes_of(self.all, self.step)
        known = [*plan.recurrence.inputs, *(d.sequence for d in plan.recurrence.definitions)]
        for sequence in known:
            if sequence.name in self.taken:
                lines.append(f"{self.all.steps(sequence.name)} = quantities[{quoted(sequence.name)}]")
        for name, slope in self.handed_in.items():
            lines.append(self._slope_line(name, slope))
        lines += [*lengths(plan, self.all.steps), *sizes]
        lines.append(f"{plan.batch} = {self.all.steps(known[0].name)}.shape[2]")
        lines.append(f"dtype = {a}.result_type({a}.float32, *params.values(), *quantities.values(){self._also()})")
        if self.is_in_blocks:
            lines.append(f"{MOST} = max([end - begin for begin, end in blocks({self.last}, {plan.batch})], default=0)")
        return lines + self.allocated

    @property
    def taken(self) -> set[str]:
        """The names of the quantities that are taken out of what forward returned."""
        known = [*self.recurrence.inputs, *(d.sequence for d in self.recurrence.definitions)]
        return self.read() | {known[0].name} | {d.sequence.name for d in self._initial()}

    def _slope_line(self, name: str, slope: ImmediateJacobian) -> str:
        if isinstance(slope.of, Element):
            return f"{self.all.steps(name)} = columnwise(memory, {quoted(name)}, slopes[{quoted(name)}])"
        return f"{name} = slopes[{quoted(name)}]"

    def _also(self) -> str:
        return ", *slopes.values()" if self.handed_in else ""

    @property
    def opening(self) -> list[str]:
        """The lines that give the arrays of each step a name with an index."""
        return opened(self.step, self._steps)

    @property
    def arguments(self) -> list[str]:
        """What a compiled loop is given, by its own names."""
        return loop_arguments(self.plan, self.step, self._steps)[0] + self._starts()

    @property
    def handed(self) -> list[str]:
        """The same by the names outside."""
        return loop_arguments(self.plan, self.step, self._steps)[1] + self._starts()

    def _carried(self) -> list[tuple[str, str, str]]:
        """What is carried from a step to the one before: identifier, rows and shape."""
        found = []
        for definition in self.errors.loop:
            if self.errors.is_carried(definition.sequence.name):
                quantity = definition.sequence.at(self.recurrence.index)
                name = self.plan.names.of(f"error of {definition.sequence.name}")
                found.append((name, self._rows(quantity), self.plan.shape(quantity)))
        return found

    def _starts(self) -> list[str]:
        return [name for name, _, _ in self.carried]

    @property
    def passed(self) -> list[str]:
        """What a compiled loop gives back: what has been carried to the beginning."""
        return self._starts()

    @property
    def last(self) -> str:
        """The last index."""
        return self.step.index(self.plan.end)

    def _initial(self) -> list[Definition]:
        return self.plan.initial()

    @property
    def returned(self) -> dict[str, list[tuple[str, str]]]:
        """What is returned, in the shape of the arguments of the forward pass: keys with expressions."""
        names = self.plan.names
        params = [(quoted(p.name), names.of(f"error of {p.name}")) for p in self.recurrence.parameters]
        inputs = [(quoted(x.name), self.all.steps(f"error of {x.name}")) for x in self.recurrence.inputs]
        initial = [(quoted(d.sequence.name), self._initial_error(d)) for d in self._initial()]
        found = {"params": params, "inputs": inputs, "initial": initial}
        return {key: entries for key, entries in found.items() if key != "params" or not self.is_in_blocks}

    def _initial_error(self, definition: Definition) -> str:
        name = definition.sequence.name
        given = f"given to {name}"
        early = name in self.at_once and self.step.begins[given] < self.plan.first
        parts = [self.plan.names.of(f"error of {name}")] if self.errors.is_carried(name) else []
        parts += [f"{self.all.steps(given)}[0]"] if early else []
        return " + ".join(parts) or f"{self.plan.target.alias}.zeros_like({self.all.steps(name)}[0])"


def _is_heavy(term: MatrixExpr) -> bool:
    """Whether there is a product of matrices in a term."""
    return any(sum(isinstance(f, MatrixExpr) and not f.is_Identity for f in p.args) > 1 for p in term.atoms(MatMul))


def _has_error(term: MatrixExpr) -> bool:
    return any(element.name.startswith("error of ") for element in term.atoms(Element))
