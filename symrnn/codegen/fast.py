"""The fast form of the forward pass: what is known for all steps at once, the loop, and what nothing in it needs.

The lines of the loop are those of the plain form, written into arrays that stand ready. What the backward pass does not
read and no equation needs again lives for one step only; the argument of an activation stands where its value will.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.codegen.arrays import InPlace
from symrnn.codegen.blocks import below_each_other
from symrnn.codegen.formulas import Activations
from symrnn.codegen.forward import Forward
from symrnn.codegen.lines import INDENT, WIDTH, quoted
from symrnn.codegen.pieces import Level, Piece
from symrnn.codegen.places import SideBySide, Stepwise
from symrnn.codegen.plan import Plan
from symrnn.codegen.stages import Stages, speaks_of
from symrnn.errors import UnknownTermError
from symrnn.expr import Apply, Element, GenericFunction, Sequence
from symrnn.recurrence import Definition, Role


class OverSteps:
    """What the lines of a pass need that is written for all steps at once, but for a loop over those that cannot be.

    Args:
        plan: what is written.
        all: the printer of terms for all steps.
        step: the printer of terms in the loop.
    """

    plan: Plan
    all: SideBySide
    step: Stepwise

    @property
    def activations(self) -> Helpers:
        """The functions that the lines call."""
        return Helpers(self.all.activations, self.step.activations)

    @property
    def indices(self) -> str:
        """The indices of the equations, in order."""
        return self.plan.indices(self.step)

    @property
    def keywords(self) -> dict[str, str]:
        """What is handed in by name, with what it is."""
        return keywords(self.plan, self.all, self.step)


class FastForward(OverSteps):
    """The parts of ``forward``, for the template.

    Args:
        plan: of the module.
        stages: of its recurrence.
        read: the names of the quantities that the backward pass reads.
        compiled: whether the loop is a function of its own, for Numba.
    """

    statements: type[InPlace] = InPlace
    wide: type[InPlace] = InPlace
    printer: type[Stepwise] = Stepwise

    def __init__(self, plan: Plan, stages: Stages, read: set[str], compiled: bool = False) -> None:
        self.plan, self.stages, self.compiled = plan, stages, compiled
        self.skipped = Forward(plan).skipped  # generic functions, which have no values
        self.kept = self._kept(read)
        self.known = {d.sequence.name: terms for d in stages.loop if (terms := stages.at_once(d))}
        self.stands_in = {p: q for p in self.known if (q := self._value_of(p))}
        self.own = set(self.known) - self.kept - set(self.stands_in)
        self.all = printer(plan, SideBySide)
        early = {d.sequence.name for d in stages.before}
        self.step = stepwise(plan, self.kept | self.own | early, self.printer)
        self.step.counts_from_zero = compiled
        self.step.stands_in = self.stands_in
        self.earlier = [line for d in stages.before for line in self._at_once(d, [d.body])]
        self.earlier += [
            line for d in stages.loop if (name := d.sequence.name) in self.known for line in self._known(name, d)
        ]
        self.loop = [line for d in stages.loop for line in self._equation(d)]
        self.later = [
            line for d in stages.after if d.sequence.name not in self.skipped for line in self._at_once(d, [d.body])
        ]
        self.blocks = self._blocks()
        self.total = self._total()
        if self.all.spreads or self.step.spreads:
            raise UnknownTermError(SPREAD, where=plan.recurrence.name, advice=PLAIN)

    def _kept(self, read: set[str]) -> set[str]:
        """What of the loop has an array for all steps."""
        index, found = self.plan.recurrence.index, set(read)
        for definition in self.plan.recurrence.definitions:
            later = not self.stages.is_looped(definition.sequence.name)
            found |= {e.name for e in definition.body.atoms(Element) if later or e.index != index}
            if definition.role is Role.STATE:
                found.add(definition.sequence.name)
        return found & {d.sequence.name for d in self.stages.loop}

    def _value_of(self, name: str) -> str:
        """The quantity that is an activation of another one, if nothing else needs that."""
        if name in self.kept:
            return ""
        users = [d for d in self.stages.loop if any(e.name == name for e in d.body.atoms(Element))]
        if len(users) != 1 or users[0].sequence.name not in self.kept:
            return ""
        body = users[0].body
        is_value = isinstance(body, Apply) and isinstance(body.argument, Element) and body.argument.name == name
        return users[0].sequence.name if is_value and body.shape == body.argument.shape else ""

    # -- lines ---------------------------------------------------------------------------------------------

    def steps(self, name: str) -> str:
        """The identifier of the array of all steps."""
        return self.all.steps(name)

    def _at_once(self, definition: Definition, terms: list[MatrixExpr]) -> list[str]:
        """An equation for all steps at once."""
        name, first, last = definition.sequence.name, sp.Integer(definition.first), self.plan.end
        self.all.over(first, last)
        pieces = written(self.all, terms)
        lines = self.all.taken()
        target = self.all.matrix(name, first, last)
        return [*lines, *self.all.taken(), *self.wide.filling(target, pieces, self._wide(definition), 0)]

    def _known(self, name: str, definition: Definition) -> list[str]:
        place = self.plan.recurrence.definition(self.stands_in.get(name, name))
        assert place is not None  # it is one of the loop
        return self._at_once(replace(definition, sequence=place.sequence), self.known[name])

    def _wide(self, definition: Definition) -> str:
        rows = definition.sequence.at(self.plan.recurrence.index).rows
        return f"({rows}, {self.plan.end} * {self.plan.batch})"

    def _equation(self, definition: Definition) -> list[str]:
        name, element = definition.sequence.name, definition.sequence.at(self.plan.recurrence.index)
        left, shape = self.step.write(element).text, self.plan.shape(element)
        if name in self.stands_in:
            shape = f"{name}, in whose place {self.stands_in[name]} will stand"
        if name in self.known:
            return self.statements.adding(left, written(self.step, self.stages.left(definition)), shape, 2)
        pieces = written(self.step, [definition.body])
        if name in self.kept:
            return self.statements.filling(left, pieces, shape, 2)
        return self.statements.making(left, pieces, shape, 2)

    def _blocks(self) -> Blocks | None:
        """The function that goes through some of the steps, if these need no others than the one before."""
        bodies = [d.body for d in self.plan.recurrence.definitions]
        if self.compiled or not self.loop or not fits_blocks(self.plan, bodies, self.all):
            return None
        self.all.views.clear()  # what comes after the blocks has to name its matrices again
        names = [*(x.name for x in self.plan.recurrence.inputs), *(d.sequence.name for d in self.stored)]
        arrays = {self.steps(name): sliced(self.plan, self.all.first_of(name)) for name in names}
        lines = [*self.earlier, *self.opening, *looped(self.plan.index, self.indices, self.loop), *self.later]
        return Blocks(self.plan, lines, arrays)

    def _total(self) -> list[str]:
        """The lines that compute the loss; none when it has a generic function in it."""
        body = self.plan.recurrence.totals[self.plan.total]
        if body.has(GenericFunction) or any(element.name in self.skipped for element in body.atoms(Element)):
            return []
        self.all.over(None, None)
        piece = self.all.write(body)
        text = piece.called(".sum()").text
        if not self.all.is_batched(body):
            text = f"{self.all.count_of(1)} * ({piece.text}).sum()"
        return [*self.all.taken(), f"{self.plan.names.of(self.plan.total.name)} = {text}"]

    # -- lines around the loop -----------------------------------------------------------------------------

    @property
    def stored(self) -> list[Definition]:
        """What has an array for all steps."""
        kept = self.kept | self.own
        return [d for d in self.plan.recurrence.definitions if d.sequence.name in kept or self._is_at_once(d)]

    def _is_at_once(self, definition: Definition) -> bool:
        name = definition.sequence.name
        return not self.stages.is_looped(name) and name not in self.skipped

    @property
    def unpacking(self) -> list[str]:
        """The lines before everything."""
        plan, used = self.plan, self.all.used | self.step.used
        lines = []
        for parameter in plan.recurrence.parameters:
            if parameter.name in used:
                lines.append(taken_out(plan, parameter, "np.asfortranarray"))
        for x in plan.recurrence.inputs:
            taken = f"columnwise(memory, {quoted(x.name)}, inputs[{quoted(x.name)}])"
            shape = plan.shape(x.at(plan.recurrence.index))
            lines.append(f"{self.steps(x.name)} = {taken}  # each {shape}, from {x.first} on")
        lines += lengths(plan, self.steps)
        sizes = [self._allocated(d) for d in self.stored]
        lines += sizes_of(self.all, self.step)
        lines.append(f"{plan.batch} = {self._batch()}")
        lines.append("dtype = np.result_type(np.float32, *params.values(), *inputs.values(), *initial.values())")
        lines += sizes
        for d in self.plan.initial():
            lines.append(f"{self.steps(d.sequence.name)}[0] = initial[{quoted(d.sequence.name)}]")
        return lines

    def _batch(self) -> str:
        for definition in self.plan.initial():
            return f"initial[{quoted(definition.sequence.name)}].shape[1]"
        for sequence in self.plan.recurrence.inputs:
            return f"{self.steps(sequence.name)}.shape[2]"
        raise UnknownTermError("nothing tells the size of the batch", where=self.plan.recurrence.name)

    def _allocated(self, definition: Definition) -> str:
        sequence = definition.sequence
        rows = sequence.at(self.plan.recurrence.index).rows
        first = self.all.first_of(sequence.name)
        count = self.all.index(self.plan.end - first + 1)
        made = f"empty(memory, {quoted(sequence.name)}, dtype, {count}, {self.all.index(rows)}, {self.plan.batch})"
        return f"{self.steps(sequence.name)} = {made}  # from {first} on"

    @property
    def opening(self) -> list[str]:
        """The lines that give the arrays of each step a name with an index."""
        return opened(self.step, self.steps)

    @property
    def returned(self) -> list[tuple[str, str]]:
        """What is returned: keys with identifiers."""
        inputs = [x.name for x in self.plan.recurrence.inputs]
        inner = [d.sequence.name for d in self.stored if d.sequence.name not in self.own]
        return [(quoted(key), self.steps(key)) for key in inputs + inner]

    @property
    def arguments(self) -> list[str]:
        """What a compiled loop is given, by its own names and by those outside."""
        return loop_arguments(self.plan, self.step, self.steps)[0]

    @property
    def handed(self) -> list[str]:
        """The same by the names outside."""
        return loop_arguments(self.plan, self.step, self.steps)[1]


class Blocks:
    """A function inside of a pass that goes through a block of steps, and what it is called with.

    Args:
        plan: of the module.
        lines: what it does.
        arrays: the arrays that it may need, with the brackets that take its steps out of all.
        carried: what it takes over from one block, and hands on to the next one.
    """

    def __init__(self, plan: Plan, lines: list[str], arrays: dict[str, str], carried: Iterable[str] = ()) -> None:
        text = "\n".join(lines)
        used = {name: cut for name, cut in arrays.items() if re.search(rf"\b{name}\b", text)}
        self.carried = list(carried)
        self.lines = lines
        self.count = plan.names.of(str(plan.end), "index")
        self.order = f"blocks({self.count}, {plan.batch})"
        self.parameters = [self.count, *self.carried, *used]
        self.arguments = ["end - begin", *self.carried, *(f"{name}{cut}" for name, cut in used.items())]

    @staticmethod
    def within(before: str, parts: list[str], behind: str, depth: int) -> list[str]:
        """Parts in brackets: on one line, or on one for each where that would be long.

        >>> Blocks.within("advance", ["end - begin", "h_steps[begin:end]"], "", 2)
        ['        advance(end - begin, h_steps[begin:end])']
        """
        line = f"{INDENT * depth}{before}({', '.join(parts)}){behind}"
        if len(line) <= WIDTH:
            return [line]
        inner = [f"{INDENT * (depth + 1)}{part}," for part in parts]
        return [f"{INDENT * depth}{before}(", *inner, f"{INDENT * depth}){behind}"]

    def written(self, name: str, says: str, order: str) -> list[str]:
        """The function, and the loop that calls it."""
        carried = ", ".join(self.carried)
        return [
            *self.within(f"def {name}", self.parameters, ":", 1),
            f'{INDENT * 2}"""{says}"""',
            *(INDENT * 2 + line for line in self.lines),
            *([f"{INDENT * 2}return {carried}"] if carried else []),
            "",
            f"{INDENT}for begin, end in {order}:",
            *self.within(f"{carried} = {name}" if carried else name, self.arguments, "", 2),
        ]


def fits_blocks(plan: Plan, terms: Iterable[MatrixExpr], columns: SideBySide) -> bool:
    """Whether terms say the same of some of the steps as of all: they speak of no step but this one and that before."""
    whole = sp.Integer(plan.first), plan.end
    before = sp.Integer(plan.first - 1), sp.expand(plan.end - 1)
    is_plain = plan.first == 1 and plan.end == plan.horizon
    speaks = any(speaks_of(term, symbol) for term in terms for symbol in (plan.end, plan.recurrence.index))
    return is_plain and not speaks and columns.spans <= {whole, before}


def looped(index: str, indices: str, lines: list[str]) -> list[str]:
    """A loop with its head, one level less deep than the lines were written for."""
    return [f"for {index} in {indices}:", *(line.removeprefix(INDENT) for line in lines)]


def sliced(plan: Plan, first: sp.Expr | int) -> str:
    """The brackets that take a block of steps out of an array that begins at an index."""
    more = sp.expand(plan.first - first)
    return f"[begin : end + {more}]" if more else "[begin:end]"


class Helpers:
    """The functions that a program has to define, of several printers."""

    def __init__(self, *activations: Activations) -> None:
        found = {name: lines for each in activations for name, lines in each.helpers.items()}
        self.helpers = {name: IN_PLACE.get(name, lines) for name, lines in found.items()}


IN_PLACE = {
    "sigmoid": (
        "def sigmoid(z, out=None):",
        '    """1 / (1 + exp(-z)) = (1 + tanh(z / 2)) / 2, which has no overflow."""',
        "    out = np.multiply(0.5, z, out=out)",
        "    np.tanh(out, out=out)",
        "    out *= 0.5",
        "    out += 0.5",
        "    return out",
    )
}
"""Functions that write into an array, by name."""


SPREAD = "there is no fast form for a column that all sequences share"
PLAIN = 'write it with form="plain"'


def printer(plan: Plan, kind: type[SideBySide]) -> SideBySide:
    """A printer for all steps at once."""
    found = plan.columns(set(), kind)
    assert isinstance(found, SideBySide)  # it is what was asked for
    found.begin, found.end, found.begins = sp.Integer(plan.first), plan.end, begins(plan)
    return found


def stepwise(plan: Plan, kept: set[str], kind: type[Stepwise]) -> Stepwise:
    """A printer for the loop, with the names of what has an array for all steps."""
    found = plan.columns(set(), kind)
    assert isinstance(found, Stepwise)  # it is what was asked for
    inputs = {x.name for x in plan.recurrence.inputs}
    found.kept, found.begins = kept | inputs, begins(plan)
    return found


def begins(plan: Plan) -> dict[str, sp.Expr | int]:
    """The first index of each defined quantity: that of its equation, where no earlier value is handed in."""
    initial = plan.initial()
    return {d.sequence.name: d.sequence.first if d in initial else d.first for d in plan.recurrence.definitions}


def written(columns: SideBySide | Stepwise, terms: list[MatrixExpr], shared: bool = False) -> list[Piece]:
    """The summands of terms."""
    found, summands = (
        [],
        [part for term in terms for part in (term.args if term.is_MatAdd and not _has_ones(term) else (term,))],
    )
    for part in below_each_other(summands, columns.is_batched):
        piece = columns.contracted(part) if shared else columns.write(part)
        is_one = piece.level == Level.MATMUL and not (shared or columns.is_batched(part))
        found.append(Piece(f"({piece.text})") if is_one else piece)  # the same column for every sequence
    return [piece for piece in found if piece.text != "0"] or found[:1]


def _has_ones(term: MatrixExpr) -> bool:
    return any(isinstance(part, sp.OneMatrix) for part in term.args)


def taken_out(plan: Plan, parameter: MatrixSymbol | Sequence, layout: str = "") -> str:
    """The line that takes a parameter out of its argument, in a layout if it is a matrix."""
    source = f"params[{quoted(parameter.name)}]"
    assert isinstance(parameter, MatrixSymbol)  # others are refused
    source = f"{layout}({source})" if layout and parameter.cols != 1 else source
    return f"{plan.names.of(parameter.name)} = {source}  # ({', '.join(map(str, parameter.shape))})"


def lengths(plan: Plan, steps: Callable[[str], str]) -> list[str]:
    """The line that finds the last index."""
    text, _ = plan.length()
    if not text:
        return []
    known = plan.recurrence.inputs[0].name
    return [text.replace(f"len({plan.names.of(known)})", f"len({steps(known)})")]


def sizes_of(*columns: SideBySide | Stepwise) -> list[str]:
    """The lines that name sizes, each once."""
    return list(dict.fromkeys(line for each in columns for line in each.size_lines()))


def opened(step: Stepwise, steps: Callable[[str], str]) -> list[str]:
    """The lines that give the arrays of each step an index."""
    return [
        f"{step.plain(name)} = dict(enumerate({steps(name)}, start={step.index(sp.sympify(step.first_of(name)))}))"
        for name in _looped(step)
    ]


def _looped(step: Stepwise) -> list[str]:
    """The names of all arrays that a loop uses."""
    return sorted({step.stands_in.get(name, name) for name in step.used} & step.kept | step.handed_in)


def loop_arguments(plan: Plan, step: Stepwise, steps: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """What a compiled loop is given: its own names, and those outside."""
    params = [plan.names.of(p.name) for p in plan.recurrence.parameters if p.name in step.used]
    numbers = [*sorted({*step.scalars, *step.sizes.values()}), *([plan.batch] if step.counts_batch else [])]
    numbers += [plan.names.of(plan.horizon.name, "index")] if plan.horizon is not None else []
    names = _looped(step)
    return [*params, *map(step.plain, names), *numbers], [*params, *map(steps, names), *numbers]


def keywords(plan: Plan, *columns: SideBySide | Stepwise) -> dict[str, str]:
    """What a function is handed in by name, with what it is."""
    scalars = {name: f"the number {symbol}" for each in columns for name, symbol in each.scalars.items()}
    found = dict(sorted(scalars.items()))
    if plan.length()[1]:
        assert plan.horizon is not None  # it is what the caller hands in
        found[plan.names.of(plan.horizon.name, "index")] = "the number of steps"
    for each in columns:
        found |= each.activations.generic
    return found
