"""The derivative of one unit through time as a program: a list of operations for every step up to a concrete T.

Written out as one expression, a derivative through T steps holds every state many times over. A program names each
intermediate result once, so that it has the same few operations for each step, and T of these take O(T).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.errors import EvaluationError, IndexRangeError, LimitError, SymbolClashError, UnknownTermError
from symrnn.evaluate.unrolling import Unrolled, unroll
from symrnn.expr import Variable
from symrnn.recurrence import Recurrence

LONGEST = 10**6
"""The largest T."""
MOST_BYTES = 2 * 10**9
"""The largest program that is written out."""
BYTES = 9
"""Of an operation: its code, and where its two operands are."""

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "**": lambda a, b: a**b,
}
UNARY: dict[str, Callable[[Any], Any]] = {
    "tanh": math.tanh,
    "exp": math.exp,
    "sin": math.sin,
    "cos": math.cos,
    "atan": math.atan,
    "log": math.log,
}

Place: TypeAlias = "int | sp.Expr"
"""What an operand is: the number of an operation of the same step, a given symbol or a number."""


@dataclass(frozen=True)
class Operation:
    """One operation of a step: what it does, and to what."""

    name: str
    operands: tuple[Place, ...]


@dataclass
class _Step:
    """The operations of a step, each once."""

    operations: list[Operation] = field(default_factory=list)
    known: dict[tuple[str, tuple[Place, ...]], int] = field(default_factory=dict)
    named: dict[sp.Expr, Place] = field(default_factory=dict)

    def of(self, term: sp.Expr) -> Place:
        """Where the value of a term is, which is computed if it is not known yet."""
        if term in self.named:
            return self.named[term]
        found = self._computed(term)
        self.named[term] = found
        return found

    def _computed(self, term: sp.Expr) -> Place:
        if term.is_Symbol or term.is_number:
            return term
        if term.is_Add:
            plain = [part for part in term.args if not part.could_extract_minus_sign()]
            return self._sum(plain, [-part for part in term.args if part.could_extract_minus_sign()])
        if term.is_Mul:
            first, *others = term.args
            place = self.of(first)
            for factor in others:
                place = self._add("*", place, self.of(factor))
            return place
        if term.is_Pow:
            base = self.of(term.base)
            return self._add("*", base, base) if term.exp == 2 else self._add("**", base, self.of(term.exp))
        if isinstance(term, sp.Subs | sp.Derivative):
            return self._slope(term)
        if isinstance(term, sp.Function) and len(term.args) == 1:
            return self._add(type(term).__name__, self.of(term.args[0]))
        raise UnknownTermError(f"no operation is known for {type(term).__name__}", where=str(term)[:80])

    def _sum(self, plain: list[sp.Expr], taken: list[sp.Expr]) -> Place:
        place = self.of(plain[0]) if plain else sp.Integer(0)
        for part in plain[1:]:
            place = self._add("+", place, self.of(part))
        for part in taken:
            place = self._add("-", place, self.of(part))
        return place

    def _slope(self, term: sp.Expr) -> Place:
        """φ'(a), which SymPy writes as a derivative at a place."""
        of, at = (term.expr, term.point[0]) if isinstance(term, sp.Subs) else (term, term.variables[0])
        if not (isinstance(of, sp.Derivative) and of.derivative_count == 1 and len(of.expr.args) == 1):
            raise UnknownTermError("no operation is known for a derivative", where=str(term)[:80])
        return self._add(f"{type(of.expr).__name__}'", self.of(at))

    def _add(self, name: str, *operands: Place) -> int:
        key = name, operands
        if key not in self.known:
            self.known[key] = len(self.operations)
            self.operations.append(Operation(name, operands))
        return self.known[key]


@dataclass(frozen=True)
class Program:
    """What :func:`derivative_program` found: the operations of one step, which are those of every step.

    Args:
        T: the number of steps.
        step: the operations.
        carried: for each symbol of a step before, what it begins with and what stands for it after the step.
        inputs: for each symbol of an input, its name.
        result: the symbol that has the derivative, once the last step is done.
    """

    T: int
    step: tuple[Operation, ...]
    carried: Mapping[sp.Symbol, tuple[sp.Expr, Place]]
    inputs: Mapping[sp.Symbol, str]
    result: sp.Symbol

    def __len__(self) -> int:
        """The number of operations."""
        return self.T * len(self.step)

    @property
    def bytes(self) -> int:
        """The memory that :meth:`written_out` will use."""
        return len(self) * BYTES

    @cached_property
    def given(self) -> tuple[sp.Expr, ...]:
        """Numbers and symbols that are the same at every step, and those that it begins with."""
        found = dict.fromkeys(begin for begin, _ in self.carried.values())
        for operation in self.step:
            for place in operation.operands:
                if isinstance(place, sp.Expr) and place not in self.carried and place not in self.inputs:
                    found[place] = None
        return tuple(found)

    def written_out(self) -> tuple[np.ndarray, np.ndarray]:
        """Every operation: which one of the step it is by its name, and where its two operands are.

        Places count what is given first, then the inputs of each step, then the operations in their order; the second
        operand of a function is its first one again.

        Returns:
            The codes (operations,), by the place of the name in :attr:`names`, and the operands (operations, 2).

        Raises:
            LimitError: for a program that would take more than :data:`MOST_BYTES`.
        """
        if self.bytes > MOST_BYTES:
            raise LimitError(
                f"{len(self)} operations would take {self.bytes / 1e9:.1f} GB",
                where=f"T = {self.T}",
                advice=f"the limit is {MOST_BYTES / 1e9:.0f} GB; `value` needs none of it written out",
            )
        codes = np.tile(np.array([self.names.index(each.name) for each in self.step], np.uint8), self.T)
        operands = np.empty((self.T, len(self.step), 2), np.int32)
        start, steps = len(self.given) + self.T * len(self.inputs), np.arange(self.T, dtype=np.int64)
        for row, operation in enumerate(self.step):
            for column, place in enumerate((operation.operands * 2)[:2]):
                operands[:, row, column] = self._places(place, start, steps)
        return codes, operands.reshape(-1, 2)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the operations."""
        return tuple(dict.fromkeys(operation.name for operation in self.step))

    def _places(self, place: Place, start: int, steps: np.ndarray) -> Any:
        if isinstance(place, int):
            return start + steps * len(self.step) + place
        if place in self.inputs:
            return len(self.given) + steps * len(self.inputs) + list(self.inputs).index(place)
        if place in self.carried:
            begin, after = self.carried[place]
            found = np.asarray(self._places(after, start, steps - 1) + np.zeros_like(steps))
            found[steps <= 0] = self.given.index(begin)
            return found
        return self.given.index(place)

    def value(self, numbers: Mapping[str, Any], functions: Mapping[str, Callable[[Any], Any]] | None = None) -> Any:
        """The derivative at numbers.

        Args:
            numbers: one for each name of :attr:`given`, and for each input a sequence of T.
            functions: generic functions by name, as ``phi``, and their slopes, as ``phi'``.

        Raises:
            EvaluationError: for a name without a number, or a function without a value.
        """
        known = {**UNARY, **(functions or {})}
        missing = [name for name in self.names if name not in BINARY and name not in known]
        missing += [str(each) for each in (*self.given, *self.inputs.values()) if not self._has(numbers, each)]
        if missing:
            raise EvaluationError(f"{', '.join(missing)} has no value", where="a program", advice="hand it in by name")
        fixed = {each: float(each) if each.is_number else numbers[str(each)] for each in self.given}
        for name in self.inputs.values():
            if len(numbers[name]) != self.T:
                raise EvaluationError(f"{name} has {len(numbers[name])} values for {self.T} steps", where="a program")
        before = {symbol: fixed[begin] for symbol, (begin, _) in self.carried.items()}
        for values in self._each(numbers):
            done: list[Any] = []
            now = {**fixed, **before, **values}
            for operation in self.step:
                taken = [done[p] if isinstance(p, int) else now[p] for p in operation.operands]
                done.append((BINARY.get(operation.name) or known[operation.name])(*taken))
            before = {s: done[p] if isinstance(p, int) else now[p] for s, (_, p) in self.carried.items()}
        return before[self.result]

    @staticmethod
    def _has(numbers: Mapping[str, Any], each: sp.Expr | str) -> bool:
        return (isinstance(each, sp.Expr) and each.is_number) or str(each) in numbers

    def _each(self, numbers: Mapping[str, Any]) -> Iterator[dict[sp.Symbol, Any]]:
        for at in range(self.T):
            yield {symbol: numbers[name][at] for symbol, name in self.inputs.items()}


def derivative_program(recurrence: Recurrence, T: int, of: str, wrt: MatrixSymbol) -> Program:
    """The program of d s_T / d p for a state and a parameter of a network of one unit.

    Each step differentiates each equation once, by the states that it reads and by the parameter, and adds what comes
    from the step before: real-time recurrent learning (Williams and Zipser, 1989) for one unit.

    Args:
        recurrence: a network whose sizes are all 1, such as ``Elman().scalar()``.
        T: the number of steps.
        of: the name of the state.
        wrt: the parameter.

    Raises:
        IndexRangeError: for T that is not a number from 1 on.
        LimitError: for T beyond :data:`LONGEST`.
        UnknownTermError: for what is no state or no parameter, or steps that are not alike.
        EvaluationError: for a network of several units.
        SymbolClashError: for a quantity that is called like one of the program's own, such as ``dh``.

    >>> from symrnn.cells import Elman
    >>> rnn = Elman("tanh").undriven().scalar()
    >>> program = derivative_program(rnn, 1000, "h", rnn.W_hh)
    >>> for operation in program.step:
    ...     print(operation.name, *operation.operands)
    * W_hh h_before
    tanh 0
    * 1 1
    - 1 2
    * W_hh dh_before
    + h_before 4
    * 3 5
    >>> len(program), program.bytes
    (7000, 63000)
    """
    if isinstance(T, bool) or not isinstance(T, int) or T < 1:
        raise IndexRangeError(f"T is {T}", where="a program", advice="use an integer T >= 1")
    if T > LONGEST:
        raise LimitError(f"T = {T} is too long", where="a program", advice=f"the limit is {LONGEST}")
    states = [definition.sequence.name for definition in recurrence.states()]
    if of not in states or wrt not in recurrence.parameters:
        what = f"{of} is no state" if of not in states else f"{wrt} is no parameter"
        raise UnknownTermError(what, where=recurrence.name, advice=f"choose among {states}, {recurrence.parameters}")
    unrolled = unroll(recurrence, 3, form="scalar", states="named")
    equations, inputs = _one_step(recurrence, unrolled, 2)
    if (equations, inputs) != _one_step(recurrence, unrolled, 3):
        raise UnknownTermError("the steps are not alike", where=recurrence.name, advice="unroll it instead")
    return _program(T, equations, inputs, of, sp.Symbol(wrt.name))


def _one_step(recurrence: Recurrence, unrolled: Unrolled, t: int) -> tuple[dict[str, sp.Expr], dict[sp.Symbol, str]]:
    """The equation of each state at an index, in names that do not speak of it, and the inputs."""
    own = {f"{d.sequence.name}{end}" for d in recurrence.states() for end in ("", "_before")}
    own |= {f"d{name}" for name in own} | {f"{x.name}_now" for x in recurrence.inputs}
    clashes = own & {str(symbol) for symbol in unrolled.symbols.values()}
    if clashes:
        raise SymbolClashError(f"the name {min(clashes)} is one of the program", advice="rename the quantity")
    rule: dict[sp.Basic, sp.Basic] = {}
    inputs = {}
    for quantity, symbol in unrolled.symbols.items():
        at = getattr(quantity, "index", None)
        is_state = any(d.sequence.name == quantity.name for d in recurrence.states())
        if is_state and at in (t, t - 1):
            rule[symbol] = sp.Symbol(quantity.name if at == t else f"{quantity.name}_before")
        elif at == t and any(x.name == quantity.name for x in recurrence.inputs):
            rule[symbol] = sp.Symbol(f"{quantity.name}_now")
            inputs[rule[symbol]] = quantity.name
    found = {}
    for definition in recurrence.states():
        if definition.first != 1 or definition.sequence.first != 0:
            raise UnknownTermError(f"{definition.sequence.name} does not begin with one value", where=recurrence.name)
        body = unrolled.values[next(q for q in unrolled.values if _is(q, definition.sequence.name, t))]
        found[definition.sequence.name] = sp.sympify(body).xreplace(rule)
    known = {*rule.values(), *(s for q, s in unrolled.symbols.items() if isinstance(q, MatrixSymbol))}
    alien = {s for body in found.values() for s in body.free_symbols} & (set(unrolled.symbols.values()) - known)
    if alien:
        raise UnknownTermError(f"a step reads {', '.join(map(str, alien))}", where=recurrence.name)
    used = {s for body in found.values() for s in body.free_symbols}
    return found, {symbol: name for symbol, name in inputs.items() if symbol in used}


def _is(quantity: Variable, name: str, at: int) -> bool:
    return quantity.name == name and getattr(quantity, "index", None) == at


def _program(T: int, equations: dict[str, sp.Expr], inputs: dict[sp.Symbol, str], of: str, wrt: sp.Symbol) -> Program:
    """The operations of the states, and of their derivatives, in the order of the equations."""
    step, carried = _Step(), {}
    slopes: dict[str, sp.Symbol] = {name: sp.Symbol(f"d{name}") for name in equations}
    moves: dict[sp.Symbol, sp.Expr] = {sp.Symbol(f"{name}_before"): sp.Symbol(f"d{name}_before") for name in equations}
    moves |= {wrt: sp.S.One} | {sp.Symbol(name): slope for name, slope in slopes.items()}
    for name, body in equations.items():
        step.named[sp.Symbol(name)] = step.of(body)
        step.named[slopes[name]] = step.of(_moved(body, moves))
    for name in equations:
        for symbol, begin in ((sp.Symbol(name), sp.Symbol(f"{name}_0")), (slopes[name], sp.Integer(0))):
            carried[sp.Symbol(f"{symbol}_before")] = begin, step.named[symbol]
    return Program(T, tuple(step.operations), carried, inputs, sp.Symbol(f"d{of}_before"))


def _moved(term: sp.Expr, moves: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """The derivative, where those of some symbols have names: with φ'(a) before all of what a contributes."""
    if term.is_Symbol or term.is_number:
        return moves.get(term, sp.S.Zero)
    if term.is_Add:
        return sp.Add(*(_moved(part, moves) for part in term.args))
    if term.is_Mul:
        factors = term.args
        changes = [_moved(factor, moves) for factor in factors]
        return sp.Add(*(sp.Mul(*factors[:i], change, *factors[i + 1 :]) for i, change in enumerate(changes)))
    if term.is_Pow and term.exp.is_number:
        return sp.Mul(term.exp, term.base ** (term.exp - 1), _moved(term.base, moves))
    if isinstance(term, sp.Function) and len(term.args) == 1:
        change = _moved(term.args[0], moves)
        return sp.S.Zero if change == 0 else sp.Mul(term.fdiff(1), change)
    raise UnknownTermError(f"no derivative is known for {type(term).__name__}", where=str(term)[:80])
