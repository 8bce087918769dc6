"""Equations that are assumed, at numbers: values of quantities that follow from them, or a look at whether they hold.

An equation that says what a free quantity is, such as W = V or x_s = 0 for every s, gives it its value; its derivatives
are those of a quantity that is free. Any other equation has to hold at what was drawn, or the statement does not speak
of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from itertools import product as cartesian
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.check.proving.arithmetic import bounds
from symrnn.check.refuting.instances import Numbers
from symrnn.check.refuting.sampling import candidates
from symrnn.derivation.inequality import ForEvery
from symrnn.derivation.statement import Equation
from symrnn.evaluate import Evaluator, OutsideHypothesesError, UndefinedElementError
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.assignment import Bound, Key, at_numbers
from symrnn.expr import Element
from symrnn.recurrence import Recurrence

MOST_INDICES = 60
"""At how many indices a hypothesis about every index is tried at most."""

MOST_COMBINATIONS = 400
"""How many choices of matrices are tried for which equations are assumed."""

Assumption: TypeAlias = Equation | ForEvery


@dataclass(frozen=True)
class Rule:
    """What a free quantity is by a hypothesis.

    Args:
        quantity: a matrix, or an element of a sequence.
        term: what it is.
        index: what it holds for every value of; None for a hypothesis about one index, or none.
        where: its conditions.
    """

    quantity: MatrixSymbol | Element
    term: MatrixExpr
    index: sp.Symbol | None
    where: tuple[Relational, ...]

    def bound(self, at: int | None, evaluator: Evaluator) -> Bound | None:
        """The value of its index with which it speaks of a quantity at an index; None where it does not."""
        numbers, bound = _without(self.index, evaluator.assignment.numbers({})), {}
        if isinstance(self.quantity, Element):
            assert at is not None
            form = sp.expand(self.quantity.index.xreplace(numbers) - at)
            if self.index is None:
                if form != 0:
                    return None
            else:
                value = form.xreplace({self.index: sp.S.Zero}) / -form.coeff(self.index)
                bound = {self.index: int(value)}
        return bound if self.holds(evaluator, bound) else None

    def holds(self, evaluator: Evaluator, bound: Bound) -> bool:
        """Whether its conditions hold."""
        numbers = evaluator.assignment.numbers(bound)
        return all(at_numbers(c, numbers) == sp.true for c in self.where)


class Assumed:
    """The equations among hypotheses.

    Args:
        given: hypotheses of any kind.
        recurrence: what names mean.

    Attributes:
        others: the hypotheses that give no quantity its value.

    >>> from symrnn.cells import Elman
    >>> from symrnn.evaluate import Assignment, Evaluator, Rationals
    >>> rnn = Elman("identity")
    >>> assumed = Assumed((Equation(rnn.W_hh, 2 * sp.Identity(rnn.n)),), rnn)
    >>> assignment = Assignment({rnn.n: 2}, meant=assumed.value)
    >>> Evaluator(Rationals(), assignment, rnn).value(rnn.W_hh).tolist(), assumed.others
    ([[2, 0], [0, 2]], ())
    """

    def __init__(self, given: tuple[Any, ...], recurrence: Recurrence) -> None:
        self.recurrence = recurrence
        self.rules: dict[str, list[Rule]] = {}
        others = []
        for hypothesis in given:
            rule = next(self._rules(hypothesis), None)
            if rule is None:
                others.append(hypothesis)
            else:
                self.rules.setdefault(rule.quantity.name, []).append(rule)
        self.others = tuple(others)
        equations = [each for each in given if _is_equation(each)]
        spoken = {p.name for h in equations for side in h.sides for p in side.atoms(MatrixSymbol, Element)}
        behind = spoken.union(*(recurrence.graph.behind(name) for name in spoken))
        self._is_random = not behind.isdisjoint({*recurrence.switches, *recurrence.switches.values()})
        self._waiting: set[Key] = set()

    @property
    def equations(self) -> tuple[Assumption, ...]:
        """Of the others, those that are equations."""
        return tuple(h for h in self.others if _is_equation(h))

    def _rules(self, hypothesis: Any) -> Iterator[Rule]:
        if not _is_equation(hypothesis):
            return
        index = hypothesis.index if isinstance(hypothesis, ForEvery) else None
        left, right = hypothesis.sides
        for quantity, term in ((left, right), (right, left)):
            if self._is_free(quantity, index) and not self._rests_on(term, quantity):
                rule = Rule(quantity, term, index, hypothesis.where)
                if not self._is_claimed(rule):
                    yield rule

    def _is_free(self, quantity: Any, index: sp.Symbol | None) -> bool:
        """Whether nothing but a hypothesis gives a quantity its value, at every index of which it speaks."""
        random = {*self.recurrence.switches, *self.recurrence.switches.values()}
        if isinstance(quantity, MatrixSymbol):
            return index is None and self.recurrence.total(quantity.name) is None
        if not isinstance(quantity, Element) or quantity.name in random:
            return False
        defined = self.recurrence.definition(quantity.name)
        if defined is not None:
            return index is None and quantity.index.is_Integer and int(quantity.index) < defined.begins
        return index is None or abs(sp.expand(quantity.index).coeff(index)) == 1

    def _is_claimed(self, rule: Rule) -> bool:
        """Whether another hypothesis may say what a quantity is, at one of the indices of which a rule speaks."""
        return not all(_are_apart(rule, other) for other in self.rules.get(rule.quantity.name, ()))

    def _rests_on(self, term: MatrixExpr, quantity: MatrixSymbol | Element) -> bool:
        """Whether a term goes back to a quantity, by the rules so far; an element may go back to an earlier one."""
        own = {quantity.name} if isinstance(quantity, MatrixSymbol) else set[str]()
        waiting, seen = [term], set[str]()
        while waiting:
            names = {part.name for part in waiting.pop().atoms(MatrixSymbol, Element)} - seen
            if names & own:
                return True
            seen |= names
            waiting += [rule.term for name in names for rule in self.rules.get(name, ())]
            own = {quantity.name}  # what is reached by another rule
        return False

    def value(self, evaluator: Evaluator, name: str, at: int | None) -> Array | None:
        """The value that a hypothesis gives a quantity; None where there is none.

        Raises:
            OutsideHypothesesError: when the value rests on itself.
        """
        for rule in self.rules.get(name, ()):
            bound = rule.bound(at, evaluator)
            if bound is None or _is_of_itself(rule, bound, at, evaluator):
                continue
            if (name, at) in self._waiting:
                raise OutsideHypothesesError(f"the value of {rule.quantity} rests on itself")
            self._waiting.add((name, at))
            try:
                return evaluator.walk(rule.term, bound)
            finally:
                self._waiting.discard((name, at))
        return None

    def require(self, evaluator: Evaluator) -> None:
        """Refuse values at which an equation does not hold, or speaks of what does not exist.

        Raises:
            OutsideHypothesesError: naming it.
        """
        self.require_existing(evaluator)
        for hypothesis in self.equations:
            for bound in _places(hypothesis, evaluator):
                require_equal(hypothesis, evaluator, bound)

    def require_existing(self, evaluator: Evaluator) -> None:
        """Refuse indices at which what a hypothesis gives a value does not exist.

        Raises:
            OutsideHypothesesError: naming it.
        """
        if self._is_random:
            raise OutsideHypothesesError("what is assumed of chance has to hold for every outcome, and one was drawn")
        for rule in (rule for rules in self.rules.values() for rule in rules if rule.index is None):
            try:
                if isinstance(rule.quantity, Element) and rule.holds(evaluator, {}):
                    evaluator.require_existing(evaluator.ground(rule.quantity, {}))
            except UndefinedElementError as error:
                raise OutsideHypothesesError(str(error)) from None


def _is_of_itself(rule: Rule, bound: Bound, at: int | None, evaluator: Evaluator) -> bool:
    """Whether a rule only says that a quantity is what it is, as x_s = x_1 does at s = 1."""
    of = rule.term
    return isinstance(of, Element) and of.name == rule.quantity.name and evaluator.ground(of, bound).index == at


def _are_apart(one: Rule, other: Rule) -> bool:
    """Whether two rules speak of different elements of a sequence for certain."""
    if isinstance(one.quantity, MatrixSymbol) or isinstance(other.quantity, MatrixSymbol):
        return False
    if one.index is None and other.index is None:
        gap = sp.expand(one.quantity.index - other.quantity.index)
        return bool(gap.is_number and gap != 0)
    every, single = (other, one) if one.index is None else (one, other)
    if single.index is not None or not single.quantity.index.is_Integer:
        return False
    form = sp.expand(every.quantity.index - single.quantity.index)
    at = {every.index: form.xreplace({every.index: sp.S.Zero}) / -form.coeff(every.index)}
    return any(condition.xreplace(at) == sp.false for condition in every.where)


def _is_equation(hypothesis: Any) -> bool:
    return isinstance(hypothesis, Equation) or (isinstance(hypothesis, ForEvery) and hypothesis.is_equation)


def _places(hypothesis: Assumption, evaluator: Evaluator) -> Iterator[Bound]:
    """The values of its index at which a hypothesis says something.

    Raises:
        OutsideHypothesesError: when they are infinitely many.
    """
    numbers = evaluator.assignment.numbers({})
    index = hypothesis.index if isinstance(hypothesis, ForEvery) else None
    for at in (None,) if index is None else index_range(hypothesis, numbers):
        bound = {} if index is None or at is None else {index: at}
        if all(at_numbers(c, evaluator.assignment.numbers(bound)) == sp.true for c in hypothesis.where):
            yield bound


def require_equal(hypothesis: Assumption, evaluator: Evaluator, bound: Bound) -> None:
    """Refuse values at which the sides of an equation are not known to be equal.

    Raises:
        OutsideHypothesesError: naming it.
    """
    with evaluator.system.precision():
        left, right = (evaluator.value(side, bound) for side in hypothesis.sides)
        if not all(bool(a == b) for a, b in zip(left.ravel(), right.ravel(), strict=True)):
            raise OutsideHypothesesError(f"{hypothesis} does not hold here")


def _is_bounded(hypothesis: ForEvery, numbers: Mapping[sp.Symbol, sp.Integer]) -> bool:
    """Whether the conditions leave finitely many values of the index."""
    others = _without(hypothesis.index, numbers)
    return all(bounds(hypothesis.index, (condition.xreplace(others) for condition in hypothesis.where)))


def index_range(hypothesis: Any, numbers: Mapping[sp.Symbol, sp.Integer]) -> range:
    """The values of the index that the linear conditions of a hypothesis leave, at numbers for the other symbols.

    Raises:
        OutsideHypothesesError: when they are infinitely many, or more than :data:`MOST_INDICES`.

    >>> s, t = sp.symbols("s t", integer=True)
    >>> index_range(ForEvery(s <= 9, s, (s >= t + 2, s <= t + 5)), {t: sp.Integer(1)})
    range(3, 7)
    """
    others = _without(hypothesis.index, numbers)
    lows, highs = bounds(hypothesis.index, (condition.xreplace(others) for condition in hypothesis.where))
    if not (lows and highs):
        raise OutsideHypothesesError(f"{hypothesis} speaks of infinitely many indices")
    if min(highs) - max(lows) > MOST_INDICES:
        raise OutsideHypothesesError(f"{hypothesis} speaks of more than {MOST_INDICES} indices")
    return range(max(lows), min(highs) + 1)


def _without(index: sp.Symbol | None, numbers: Mapping[sp.Symbol, sp.Integer]) -> dict[sp.Symbol, sp.Integer]:
    """Numbers without that of an index, whose name has another meaning in a hypothesis."""
    return {symbol: at for symbol, at in numbers.items() if symbol != index}


def constrained(numbers: Numbers, assumed: Assumed) -> Iterator[Mapping[Key, Any]]:
    """Matrices of which equations are assumed, from those that satisfy many; whether they do is seen later."""
    symbols = {s for h in assumed.equations for side in h.sides for s in side.atoms(MatrixSymbol)}
    named = sorted((s for s in symbols if s.name not in assumed.rules), key=lambda s: str(s.name))
    sizes = {symbol: sp.Integer(at) for symbol, at in numbers.sizes.items() if isinstance(symbol, sp.Symbol)}
    known = sizes | {symbol: sp.Integer(at) for symbol, at in numbers.indices.items()}
    if any(isinstance(each, ForEvery) and not _is_bounded(each, known) for each in assumed.equations):
        return  # whatever is chosen, it cannot be seen whether they hold
    shapes = [tuple(side.xreplace(sizes) for side in symbol.shape) for symbol in named]
    if not named or not all(side.is_Integer for shape in shapes for side in shape):
        return
    pools: list[list[tuple[tuple[Fraction, ...], ...]]] = [
        list(candidates(int(rows), int(cols))) for rows, cols in shapes
    ]
    for choice in islice(cartesian(*pools), MOST_COMBINATIONS):
        yield {(symbol.name, None): rows for symbol, rows in zip(named, choice, strict=True)}
