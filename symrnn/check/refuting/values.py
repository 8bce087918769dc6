"""Values of scalars at one choice of everything, rational or enclosed by balls, and whether hypotheses hold there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache, reduce
from operator import add
from typing import Any, TypeAlias

import flint
import sympy as sp
from sympy.core.relational import Equality, Relational

from symrnn.check.proving.monomials import opened
from symrnn.check.refuting.assumed import Assumed, index_range
from symrnn.check.refuting.sampling import Sloped
from symrnn.check.refuting.search import Instance
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis, parts_of
from symrnn.derivation.statement import Equation
from symrnn.errors import LimitError
from symrnn.evaluate import (
    Enclosures,
    Evaluator,
    OutsideHypothesesError,
    UndefinedElementError,
    scalar_value,
)
from symrnn.evaluate.arrays import filled
from symrnn.evaluate.assignment import Bound, Key
from symrnn.evaluate.scalars import compare
from symrnn.expr import Apply, Measure, SmallestEntry
from symrnn.expr.readings import readings
from symrnn.recurrence import Recurrence

BITS = 192
FINENESS = 2**20
"""The part of one to which a bound of irrational numbers is rounded up."""

MOST_BITS = 10_000
"""Most binary digits of a number that is rounded to a fraction."""

Item: TypeAlias = tuple[sp.Symbol, Any]


class Values:
    """Values of scalars at an instance.

    What the hypotheses bound by a symbol gives the symbol its value: the largest slope, the largest norm. Each number
    is read off its matrices once.

    Args:
        given: the hypotheses.
        recurrence: what names mean.
        instance: the choice.
        required: whether the hypotheses have to hold.
        assumed: the equations that give quantities their values, which are not among the hypotheses.

    Raises:
        OutsideHypothesesError: naming a hypothesis that does not hold for certain.
        EvaluationError: when something in a hypothesis has no value.
    """

    def __init__(
        self,
        given: tuple[Hypothesis, ...],
        recurrence: Recurrence,
        instance: Instance,
        *,
        required: bool = True,
        assumed: Assumed | None = None,
    ) -> None:
        self.recurrence, self.assumed = recurrence, assumed
        self.instance = instance
        self.known: dict[tuple[sp.Basic, tuple[Item, ...]], Any] = {}
        given = (*given, *_of_activations(recurrence))
        self._signed = [signed for hypothesis in given for signed in _signed_matrices(hypothesis)]
        self._begin({} if instance.stand_in is None else dict(_slopes(given, instance.stand_in)))
        bounds = [h for h in given if isinstance(h, ForEvery) and isinstance(h.sides[1], sp.Symbol)]
        free = {h.sides[1] for h in bounds}
        early = [h for h in given if required and h not in bounds and not free & _mentioned(h)]
        self._require(early)  # these are quick, and most trials end here
        for hypothesis in bounds:
            self._fit(hypothesis, given)
        self._require([h for h in given if required and h not in early])

    def _begin(self, free: Mapping[Key, Any]) -> None:
        self.assignment = self.instance.assignment(free)
        self.assignment.meant = None if self.assumed is None else self.assumed.value
        self.evaluator = Evaluator(Enclosures(BITS), self.assignment, self.recurrence, self.instance.function)
        self._fit_entries()  # before anything is calculated from them
        if self.assumed is not None:
            self.assumed.require_existing(self.evaluator)
        self.known.clear()

    def _fit_entries(self) -> None:
        """Give the entries of a matrix that is drawn the sign that a hypothesis says they all have."""
        numbers, rules = self.assignment.numbers({}), {} if self.assumed is None else self.assumed.rules
        for matrix, sign in self._signed:
            rows, cols = (side.xreplace(numbers) for side in matrix.shape)
            if rows.is_Integer and cols.is_Integer and matrix.name not in rules:
                self.assignment.matrix(matrix.name, None, int(rows), int(cols), self.evaluator.system)
                drawn = self.assignment.drawn.get((matrix.name, None), [])
                drawn[:] = [[sign * abs(entry) for entry in row] for row in drawn]

    def _fit(self, hypothesis: ForEvery, given: tuple[Hypothesis, ...]) -> None:
        """Give the symbol on the right of a hypothesis the least value with which it holds, or a little more."""
        measured, symbol = hypothesis.sides
        most = max(map(rounded_up, self._instances(hypothesis, measured)), default=Fraction(0))
        earlier = {key: value for key, value in self.assignment.given.items() if key not in self.instance.given}
        free = {**earlier, (symbol.name, None): [[most]]}
        matters = any(symbol in body.free_symbols for body in self.recurrence.graph.right_sides)
        if matters or any(symbol in m.free_symbols for part in parts_of(given) for m in part.atoms(Measure)):
            self._begin(free)  # something that was calculated contains it
        else:
            self.assignment.given = {**self.assignment.given, **free}

    # -- scalars -------------------------------------------------------------------------------------------------

    def of(self, scalar: sp.Expr, bound: Bound | None = None) -> Any:
        """The value of a scalar, as a rational or a ball."""
        self._fit_signs(scalar)
        with self.evaluator.system.precision():
            return self._scalar(scalar, bound or {})

    def _fit_signs(self, scalar: sp.Expr) -> None:
        """Give every free number a value that its symbol may have: a positive one is not drawn as -2.

        Raises:
            OutsideHypothesesError: when the value at hand, or its opposite, is none.
        """
        for symbol in _free_numbers(scalar):
            if symbol in self.assignment.sizes:
                continue
            value = self.assignment.matrix(symbol.name, None, 1, 1, self.evaluator.system)[0, 0]
            drawn = self.assignment.drawn.get((symbol.name, None))
            if drawn is not None and not may_be(symbol, value) and may_be(symbol, -value):
                drawn[0][0] = -drawn[0][0]
            elif not may_be(symbol, value):
                raise OutsideHypothesesError(f"{symbol} is not {value} by its assumptions")

    def _scalar(self, scalar: sp.Expr, bound: Bound) -> Any:
        plain, parts = outlined(scalar)
        system = self.evaluator.system
        values: dict[sp.Basic, Any] = {name: self._part(part, bound) for name, part in parts}
        formula = plain.xreplace(self.assignment.numbers(bound))
        for symbol in formula.free_symbols - values.keys():
            values[symbol] = self.assignment.matrix(symbol.name, None, 1, 1, system)[0, 0]
        found = scalar_value(formula, values, system)
        system.bounded(filled(1, 1, lambda i, j: found))
        return found

    def _part(self, part: sp.Basic, bound: Bound) -> Any:
        key = part, tuple(bound.items())
        if key not in self.known:
            self.known[key] = self._sum(part, bound) if isinstance(part, sp.Sum) else self.evaluator.scalar(part, bound)
        return self.known[key]

    def _sum(self, total: sp.Sum, bound: Bound) -> Any:
        body, variable, low, high = opened(total)
        first, last = (self.assignment.index(end, bound) for end in (low, high))
        if last < first - 1:
            raise UndefinedElementError(f"the range {variable} = {first}..{last} has a negative length")
        terms = (self._scalar(body, {**bound, variable: at}) for at in range(first, last + 1))
        return reduce(add, terms, self.evaluator.zero)

    # -- hypotheses ----------------------------------------------------------------------------------------------

    def _require(self, given: list[Hypothesis]) -> None:
        for hypothesis in given:
            if not self._holds(hypothesis):
                raise OutsideHypothesesError(f"{hypothesis} does not hold here")

    def _holds(self, hypothesis: Hypothesis) -> bool:
        match hypothesis:
            case Equation():
                return self._equal(hypothesis, {})
            case ForEvery() if hypothesis.is_equation:
                return all(self._instances(hypothesis, hypothesis))
            case ForEvery():
                return all(self._instances(hypothesis, hypothesis.relation))
            case Relational():
                return self._compares(hypothesis, {})
            case BoundedSlope():
                return self._is_bounded(hypothesis)
        return False

    def _equal(self, hypothesis: Equation | ForEvery, bound: Bound) -> bool:
        """Whether an equation holds, where its conditions do."""
        if not all(_is_true(c, tuple(self.assignment.numbers(bound).items())) for c in hypothesis.where):
            return True
        left, right = (self.evaluator.value(side, bound) for side in hypothesis.sides)
        return all(bool(a == b) for a, b in zip(left.ravel(), right.ravel(), strict=True))

    def _is_bounded(self, hypothesis: BoundedSlope) -> bool:
        function = self.instance.stand_in
        if function is None or (hypothesis.increasing and not function.increasing):
            return False
        low, high = (flint.fmpq(int(bound.p), int(bound.q)) for bound in (function.least, function.most))
        below = hypothesis.at_most is sp.oo or compare("<=", high, self.of(hypothesis.at_most))
        return below and compare(">=", low, self.of(hypothesis.at_least))

    def _compares(self, relation: Relational, bound: Bound) -> bool:
        if isinstance(relation, Equality):
            return bool(self.of(relation.lhs - relation.rhs, bound) == 0)
        return compare(relation.rel_op, self.of(relation.lhs, bound), self.of(relation.rhs, bound))

    def _instances(self, hypothesis: ForEvery, part: Any) -> Iterator[Any]:
        """What a hypothesis about every index, or a part of it, says at each index that its conditions allow."""
        numbers = self.assignment.numbers({})
        for at in index_range(hypothesis, numbers):
            rule = {**numbers, hypothesis.index: sp.Integer(at)}
            if not all(_is_true(condition, tuple(rule.items())) for condition in hypothesis.where):
                continue
            bound = {hypothesis.index: at}
            if part is hypothesis:
                yield self._equal(hypothesis, bound)
            else:
                yield self._compares(part, bound) if isinstance(part, Relational) else self.of(part, bound)


def _signed_matrices(hypothesis: Hypothesis) -> Iterator[tuple[sp.MatrixSymbol, int]]:
    """The matrix of which a hypothesis says that no entry is below 0, with the sign 1, or none above it, with -1."""
    if not isinstance(hypothesis, sp.Ge | sp.Gt | sp.Le | sp.Lt) or hypothesis.lts != 0:
        return
    if isinstance(hypothesis.gts, SmallestEntry):
        sign, product = hypothesis.gts.of.as_coeff_mmul()
        of = product.doit()  # SymPy leaves a product of one factor
        of = of.arg if isinstance(of, sp.Transpose) else of
        if isinstance(of, sp.MatrixSymbol) and (sign.is_positive or sign.is_negative):
            yield of, 1 if sign.is_positive else -1


@lru_cache(maxsize=4096)
def outlined(scalar: sp.Expr) -> tuple[sp.Expr, tuple[tuple[sp.Dummy, sp.Basic], ...]]:
    """A scalar with names for its sums and for the numbers that are read off matrices, and what the names stand for.

    >>> from symrnn.expr import Norm
    >>> W, c = sp.MatrixSymbol("W", 2, 2), sp.Symbol("c")
    >>> [part for _, part in outlined(c * Norm(W) + 1)[1]]
    [‖W‖₂]
    """
    parts = [*sorted(_outer_sums(scalar), key=str)]
    names: dict[sp.Basic, sp.Dummy] = {total: sp.Dummy(real=True) for total in parts}
    for part in readings(scalar.xreplace(names)):
        names[part] = sp.Dummy(nonnegative=True) if part.is_nonnegative else sp.Dummy(real=True)
    return scalar.xreplace(names), tuple((name, part) for part, name in names.items())


def _outer_sums(scalar: sp.Basic) -> set[sp.Sum]:
    if isinstance(scalar, sp.Sum):
        return {scalar}
    return {found for part in scalar.args if isinstance(part, sp.Expr) for found in _outer_sums(part)}


@lru_cache(maxsize=4096)
def _free_numbers(scalar: sp.Expr) -> tuple[sp.Symbol, ...]:
    plain = (s for s in scalar.free_symbols if isinstance(s, sp.Symbol) and not s.is_integer)
    return tuple(sorted(plain, key=str))


@lru_cache(maxsize=65536)
def _is_true(condition: Relational, rule: tuple[Item, ...]) -> bool:
    return bool(condition.xreplace(dict(rule)) == sp.true)


def _of_activations(recurrence: Recurrence) -> Iterator[Relational]:
    """What is assumed of the parameters of a recurrence's activations."""
    for name in sorted({a.function for body in recurrence.graph.right_sides for a in body.atoms(Apply)}):
        yield from recurrence.activation(name).hypotheses


def _mentioned(hypothesis: Hypothesis) -> set[sp.Basic]:
    return {symbol for part in parts_of((hypothesis,)) for symbol in part.free_symbols}


def rounded_up(value: Any) -> Fraction:
    """A rational number as it is, a ball as a fraction that no number in it exceeds.

    >>> rounded_up(flint.fmpq(2, 3)), 2 <= rounded_up(flint.arb(2).sqrt()) ** 2 < 2.00001
    (Fraction(2, 3), True)
    """
    if isinstance(value, flint.fmpq):
        return Fraction(int(value.p), int(value.q))
    if not value.is_finite():
        raise OutsideHypothesesError(f"no number is known to be at least {value}")
    if abs(value) > flint.arb(2) ** MOST_BITS:
        raise LimitError(f"{value.str(5)} is too large to be rounded")
    if abs(value) < flint.arb(2) ** -MOST_BITS:
        return Fraction(1, 2**MOST_BITS)
    unit = Fraction(1)
    while 0 < abs(value) * unit.denominator < 1:
        unit /= 2
    return Fraction(int((value / _as_rational(unit) * FINENESS).upper().ceil().unique_fmpz()), FINENESS) * unit


def _as_rational(number: Fraction) -> flint.fmpq:
    return flint.fmpq(number.numerator, number.denominator)


def may_be(symbol: sp.Symbol, value: Any) -> bool:
    """Whether the assumptions of a symbol allow a value; of a ball only its sign is known.

    >>> may_be(sp.Symbol("c", positive=True), flint.fmpq(-1)), may_be(sp.Symbol("c", real=True), flint.fmpq(-1))
    (False, True)
    """
    if isinstance(value, flint.fmpq):
        number = sp.Rational(int(value.p), int(value.q))
        return all(getattr(number, f"is_{name}") == wanted for name, wanted in symbol.assumptions0.items())
    signs = (symbol.is_positive and not value > 0, symbol.is_nonnegative and not value >= 0)
    return not (any(signs) or symbol.is_nonpositive or symbol.is_negative)


def _slopes(given: tuple[Hypothesis, ...], stand_in: Sloped) -> Iterator[tuple[Key, Any]]:
    """The exact bounds of a slope for the symbols that stand for them."""
    for hypothesis in given:
        if isinstance(hypothesis, BoundedSlope):
            for symbol, bound in ((hypothesis.at_most, stand_in.most), (hypothesis.at_least, stand_in.least)):
                if isinstance(symbol, sp.Symbol):
                    yield (symbol.name, None), [[Fraction(int(bound.p), int(bound.q))]]
