"""Inequalities between scalars with Min, Max, Abs and Piecewise: case by case, with a certificate for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import (
    Equality,
    GreaterThan,
    LessThan,
    Relational,
    StrictGreaterThan,
    StrictLessThan,
    Unequality,
)

from symrnn.certify.positivity import EXTRA_DEGREE, Certificate, Product, certify
from symrnn.errors import ProofError

MAX_CASES = 256
"""Most cases that one inequality is split into."""


class Limited(sp.Function):
    """min(1, θ/r) for a length r >= 0 and a threshold θ >= 0, and 1 for r = 0; arguments r, θ.

    Not a Piecewise: SymPy would take one apart as soon as it stands in the condition of another.
    """

    nargs = 2
    is_real = True


BRANCHING = (sp.Min, sp.Max, sp.Abs, sp.Piecewise, Limited)


@dataclass(frozen=True)
class Fact:
    """``expression >= 0``, or ``> 0`` when it is strict.

    >>> Fact(sp.Symbol("x"), strict=True)
    x > 0
    """

    expression: sp.Expr
    strict: bool = False

    def __repr__(self) -> str:
        return f"{self.expression} {'>' if self.strict else '>='} 0"


def facts_of(relation: sp.Basic) -> tuple[Fact, ...]:
    """What a relation says, as expressions that are compared with 0; nothing for !=, which is sound.

    Raises:
        ProofError: for something that is no relation, or a relation that never holds.

    >>> x, y = sp.symbols("x y", real=True)
    >>> facts_of(x < y), facts_of(sp.Eq(x, 1))
    ((-x + y > 0,), (x - 1 >= 0, 1 - x >= 0))
    """
    match relation:
        case GreaterThan() | StrictGreaterThan():
            return (Fact(relation.lhs - relation.rhs, isinstance(relation, StrictGreaterThan)),)
        case LessThan() | StrictLessThan():
            return (Fact(relation.rhs - relation.lhs, isinstance(relation, StrictLessThan)),)
        case Equality():
            difference = relation.lhs - relation.rhs
            return Fact(difference), Fact(-difference)
        case Unequality():
            return ()
    if relation == sp.true:
        return ()
    raise ProofError(f"{relation} is no relation between scalars that could hold")


# -- cases -----------------------------------------------------------------------------------------------------------


def cases(expression: sp.Basic) -> list[tuple[tuple[Fact, ...], sp.Basic]]:
    """The pieces of an expression without Min, Max, Abs and Piecewise, each with the facts under which it is the value.

    Together the facts cover all real values of the symbols; where several hold, the pieces agree.

    Raises:
        ProofError: for more than :data:`MAX_CASES` pieces.

    >>> x = sp.Symbol("x", real=True)
    >>> cases(sp.Max(x, 0))
    [((-x >= 0,), 0), ((x >= 0,), x)]
    """
    found = []
    for case in _split((), expression):
        found.append(case)
        if len(found) > MAX_CASES:
            raise ProofError(f"more than {MAX_CASES} cases")
    return found


def _split(known: tuple[Fact, ...], expression: sp.Basic) -> Iterator[tuple[tuple[Fact, ...], sp.Basic]]:
    node = _innermost(expression)
    if node is None:
        yield known, expression
        return
    for facts, piece in _pieces(node):
        yield from _split(known + facts, expression.xreplace({node: piece}))


def _innermost(expression: sp.Basic) -> sp.Basic | None:
    """A branching node without another one inside, the same whatever the order of equal parts."""
    nodes = [n for n in expression.atoms(*BRANCHING) if not any(part.has(*BRANCHING) for part in n.args)]
    return min(nodes, key=sp.default_sort_key, default=None)


def _pieces(node: sp.Basic) -> Iterator[tuple[tuple[Fact, ...], sp.Expr]]:
    match node:
        case sp.Abs():
            yield (Fact(node.args[0]),), node.args[0]
            yield (Fact(-node.args[0]),), -node.args[0]
        case sp.Min() | sp.Max():
            sign = 1 if isinstance(node, sp.Min) else -1
            parts = sorted(node.args, key=sp.default_sort_key)
            for part in parts:
                yield tuple(Fact(sign * (other - part)) for other in parts if other is not part), part
        case Limited():
            length, threshold = node.args
            yield (Fact(threshold - length),), sp.S.One
            yield (Fact(length - threshold, strict=True),), threshold / length
        case sp.Piecewise():
            if node.args[-1].cond != sp.true:
                raise ProofError(f"{node} has no value everywhere", advice="give it a last piece for all other cases")
            before: tuple[Fact, ...] = ()
            for piece, condition in node.args:
                yield before + facts_of(condition), piece
                before += () if condition == sp.true else facts_of(_negated(condition))


def _negated(condition: sp.Basic) -> sp.Basic:
    if not isinstance(condition, Relational):
        raise ProofError(f"the condition {condition} is no single relation")
    return condition.negated


# -- one case --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Region:
    """Polynomial facts that hold together.

    Args:
        facts: each at least, or above, 0.
    """

    facts: tuple[Fact, ...]

    @property
    def polynomials(self) -> tuple[sp.Expr, ...]:
        """The expressions, all of which are at least 0."""
        return tuple(dict.fromkeys(fact.expression for fact in self.facts))

    def certify(self, goal: sp.Expr, extra: int = EXTRA_DEGREE) -> Certificate:
        """A certificate for ``goal >= 0``: from the facts about its own symbols if they suffice, else from all.

        Raises:
            ProofError: when there is none.
        """
        own = goal.free_symbols
        near = tuple(p for p in self.polynomials if p.free_symbols <= own)
        try:
            return certify(goal, near, extra=extra)
        except ProofError:
            if near == self.polynomials:
                raise
        return certify(goal, self.polynomials, extra=extra)

    def sign(self, factor: sp.Expr) -> int:
        """The sign of a polynomial that is never 0 here.

        Raises:
            ProofError: when it is not shown to have one.
        """
        for sign in (1, -1):
            if self._is_positive(sign * factor):
                return sign
        raise ProofError(f"{factor} is not shown to differ from 0")

    def _is_positive(self, factor: sp.Expr) -> bool:
        """Whether the polynomial is above 0: were it not, something that is would not be."""
        if factor.is_Rational:
            return bool(factor > 0)
        return Region((*self.facts, Fact(-factor))).contradiction(extra=0) is not None

    def require_positive(self, expression: sp.Expr) -> None:
        """Show that a quotient of polynomials is above 0.

        Raises:
            ProofError: when that is not shown.
        """
        above, below = self._fraction(expression)
        sign = 1
        for factor, power in ((above, 1), *below):
            sign *= self.sign(factor) ** power
        if sign < 0:
            raise ProofError(f"{expression} is below 0")

    def cleared(self, expression: sp.Expr) -> sp.Expr:
        """A polynomial of the same sign as a quotient.

        Raises:
            ProofError: when the sign of a factor below the line is not shown.
        """
        above, below = self._fraction(expression)
        sign = 1
        for factor, power in below:
            sign *= self.sign(factor) ** power
        return sign * above

    @staticmethod
    def _fraction(expression: sp.Expr) -> tuple[sp.Expr, tuple[tuple[sp.Expr, int], ...]]:
        above, below = sp.fraction(sp.together(expression))
        if below.is_Rational:
            return sp.expand(above / below), ()
        content, factors = sp.factor_list(below)
        return sp.expand(above / content), tuple((factor, int(power)) for factor, power in factors)

    def contradiction(self, extra: int = EXTRA_DEGREE) -> Certificate | None:
        """A certificate that facts contradict each other, so that there is nothing to show."""
        for fact in self.facts:
            number = fact.expression
            if number.is_Rational and (number < 0 or (fact.strict and number == 0)):
                return Certificate(number, (number,), (Product(sp.S.One, (0,)),))
        for low in [fact.expression for fact in self.facts if fact.strict] + [sp.S.One]:
            try:
                return self.certify(-low, extra)
            except ProofError:
                continue
        return None


def region(facts: Iterable[Fact]) -> Region:
    """Facts as polynomials; those with denominators are read once the signs of these follow from the others.

    Raises:
        ProofError: when the sign of a denominator does not follow.
    """
    plain: list[Fact] = []
    quotients: list[Fact] = []
    for fact in facts:
        is_plain = sp.fraction(sp.together(fact.expression))[1].is_Rational
        (plain if is_plain else quotients).append(fact)
    found = Region(tuple(Fact(sp.expand(fact.expression), fact.strict) for fact in plain))
    for fact in quotients:
        found = Region((*found.facts, Fact(found.cleared(fact.expression), fact.strict)))
    return found


@dataclass(frozen=True)
class Question:
    """A scalar inequality: ``goal >= 0`` wherever the facts hold.

    Args:
        goal: may have Min, Max, Abs and Piecewise in it, and denominators.
        facts: so may these.
        divisors: what has to differ from 0, or the goal would mean nothing.
        strict: whether ``goal > 0`` is asked.
    """

    goal: sp.Expr
    facts: tuple[Fact, ...] = ()
    divisors: tuple[sp.Expr, ...] = ()
    strict: bool = False


def answer(question: Question) -> tuple[Certificate, ...]:
    """Certificates for all cases of an inequality between scalars.

    Raises:
        ProofError: naming the case for which none was found; which says nothing about the inequality being false.

    A gradient of length r, shortened to θ where it is longer, has at most that length:

    >>> r, theta = sp.symbols("r theta", real=True)
    >>> known = (Fact(r, strict=True), Fact(theta))
    >>> for certificate in answer(Question(theta - sp.Min(1, theta / r) * r, known, divisors=(r,))):
    ...     print(certificate)
    -r + theta = (-r + theta)
    0 = 0

    At r = 0 the quotient means nothing, so r > 0 is needed:

    >>> answer(Question(theta - sp.Min(1, theta / r) * r, (Fact(r), Fact(theta)), divisors=(r,)))
    Traceback (most recent call last):
    symrnn.errors.ProofError: r is not shown to differ from 0
    """
    bundle = sp.Tuple(question.goal, *question.divisors, *(fact.expression for fact in question.facts))
    found = [_in_case(question, conditions, pieces) for conditions, pieces in cases(bundle)]
    return tuple(dict.fromkeys(found))


def _in_case(question: Question, conditions: tuple[Fact, ...], pieces: sp.Tuple) -> Certificate:
    count = len(question.divisors)
    goal, divisors, expressions = pieces[0], pieces[1 : 1 + count], pieces[1 + count :]
    known = [Fact(e, fact.strict) for e, fact in zip(expressions, question.facts, strict=True)]
    # A case that cannot occur needs no proof, and its quotients may mean nothing: look at polynomials first.
    plain = [f for f in (*known, *conditions) if sp.fraction(sp.together(f.expression))[1].is_Rational]
    impossible = region(plain).contradiction(extra=0)
    if impossible is not None:
        return impossible
    try:
        here = region((*known, *conditions))
        for divisor in divisors:
            here.sign(divisor)
        if question.strict:
            here.require_positive(goal)
            return here.certify(sp.S.Zero)
        return here.certify(here.cleared(goal))
    except ProofError:
        impossible = region(plain).contradiction()
        if impossible is None:
            raise
        return impossible
