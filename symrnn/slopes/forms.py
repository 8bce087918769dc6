"""Terms that show by their form what sign a formula has; each is tried on the kernel's own reading of signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from symrnn.activations.parameters import StandIn
from symrnn.budget import look
from symrnn.errors import ProofError
from symrnn.kernel.balls import STEPS, Balls
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.fields import Field, Signs
from symrnn.kernel.formulas import ONE, Term, add, minus, mul, negative, num, power
from symrnn.slopes.assumptions import Assumptions
from symrnn.slopes.exponential import exponential_form
from symrnn.slopes.translation import translate

Fact = tuple[sp.Expr, Term]
"""A formula whose sign is known, and its term as the kernel knows it."""


def signed(formula: sp.Expr, facts: Sequence[Fact]) -> Term:
    """The term of a formula in a form that shows its sign: parts that are facts are written as these.

    >>> from symrnn.activations import z
    >>> from symrnn.kernel.formulas import show
    >>> show(signed(sp.exp(z) - 1, ()))
    '-(1 - exp(z))'
    """

    def known(part: sp.Expr) -> Term | None:
        for fact, term in facts:
            if part == fact or (part.is_Add and sp.expand(part - fact) == 0):
                return term
            if part.is_Add and sp.expand(part + fact) == 0:
                return negative(term)
        if part.is_Add and len(part.args) == 2:  # 1 - exp(u)
            first, last = part.args
            for sign in (1, -1):
                if sign * first == 1 and isinstance(-sign * last, sp.exp):
                    gap = minus(ONE, translate(-sign * last, known))
                    return gap if sign > 0 else negative(gap)
        return None

    return translate(formula, known)


@dataclass(frozen=True)
class Ground:
    """What is known on a part of the line.

    Args:
        facts: formulas with a sign, as terms.
        signs: their signs.
        balls: the kernel's enclosures.
        stand_ins: for parameters, as in :class:`symrnn.slopes.assumptions.Assumptions`.
        values: slopes that a difference is split at.
    """

    facts: tuple[Fact, ...]
    signs: Mapping[Term, Signs]
    balls: Balls
    stand_ins: tuple[StandIn, ...] = ()
    values: tuple[sp.Expr, ...] = ()

    def shows(self, term: Term, wanted: Signs, equal_to: Term | None = None) -> bool:
        """Whether the kernel reads a wanted sign off a term, and finds it equal to another."""
        field = Field(self.signs, self.balls)
        look()
        self.balls.left = STEPS  # more than the kernel takes for a whole certificate is in vain
        try:
            field.value(term)
            return field.signs(term) <= wanted and (equal_to is None or field.equal(term, equal_to))
        except NotProvedError:
            return False


def form_of(difference: sp.Expr, exact: Term, wanted: Signs, ground: Ground) -> Term:
    """A term equal to a difference that shows a wanted sign.

    Raises:
        ProofError: when none is found.
    """
    for candidate in _candidates(difference, ground):
        if ground.shows(candidate, wanted, exact):
            return candidate
    raise ProofError(f"no form shows the sign of {difference}")


def _candidates(difference: sp.Expr, ground: Ground) -> Iterator[Term]:
    yield exact_term(difference, ground)
    yield from _forms(difference, ground)


def exact_term(difference: sp.Expr, ground: Ground) -> Term:
    """The difference as it stands."""
    return signed(difference, ground.facts)


def split_form(side: int, bound: sp.Expr, slope: sp.Expr, exact: Term, wanted: Signs, ground: Ground) -> Term:
    """A term for side * (bound - slope), if need be as (bound - value) + (value - slope) for a known value.

    Raises:
        ProofError: when none is found.
    """
    try:
        return form_of(side * (bound - slope), exact, wanted, ground)
    except ProofError:
        pass
    for value in ground.values:
        for first in _constant_forms(side, bound, value, ground):
            for second in _candidates(side * (value - slope), ground):
                found = add(first, second)
                if ground.shows(found, wanted, exact):
                    return found
    raise ProofError(f"no form shows the sign of {side}*({bound} - ({slope}))")


def _forms(formula: sp.Expr, ground: Ground) -> Iterator[Term]:
    given = Assumptions(ground.stand_ins)
    formula, numbers = _with_letters(formula)
    for made in (_in_exponential, _factored, _in_stand_ins):
        for form in made(formula, given):
            try:
                yield _translated(form.xreplace(numbers), ground)
            except ProofError:
                continue


def _with_letters(formula: sp.Expr) -> tuple[sp.Expr, dict[sp.Basic, sp.Expr]]:
    """Letters for numbers such as exp(1999/1000), which SymPy factors as the 1999th power of exp(1/1000)."""
    numbers = (part for part in formula.atoms(sp.exp, sp.Pow) if part.is_number and not part.exp.is_Integer)
    large = [part for part in numbers if not (part.is_Pow and part.exp.is_Rational and part.exp.q == 2)]
    letters = {part: sp.Dummy(f"e{at}", positive=True) for at, part in enumerate(sorted(large, key=str))}
    return formula.xreplace(letters), {letter: part for part, letter in letters.items()}


def _in_exponential(formula: sp.Expr, given: Assumptions) -> Iterator[sp.Expr]:
    try:
        form = exponential_form(formula, given)
    except ProofError:
        return
    yield form.in_z(sp.factor(sp.together(form.expression)))
    top, bottom = sp.fraction(sp.cancel(sp.together(form.expression)))
    yield form.in_z(sp.factor(top) / sp.factor(bottom))


def _factored(formula: sp.Expr, given: Assumptions) -> Iterator[sp.Expr]:
    yield sp.factor(sp.together(formula))
    yield sp.factor(formula)
    yield sp.expand(formula)


def _in_stand_ins(formula: sp.Expr, given: Assumptions) -> Iterator[sp.Expr]:
    """With a = w/(1 + w) for a in [0, 1): factored in w, and w = a/(1 - a) put back."""
    concrete, back = sp.factor(sp.together(given.concrete(formula))), {}
    for symbol, expression in given.stand_ins:
        for free in expression.free_symbols & concrete.free_symbols:
            solved = sp.solve(sp.Eq(symbol, expression), free)
            if len(solved) == 1:
                back[free] = solved[0]
    if back:
        yield concrete.xreplace(back)


def _translated(form: sp.Expr, ground: Ground) -> Term:
    """A product with its even powers as powers, so that squares are seen."""
    parts = []
    for factor in sp.Mul.make_args(form):
        base, exponent = factor.as_base_exp()
        whole = exponent.is_Integer and base is not sp.E
        parts.append(power(signed(base, ground.facts), int(exponent)) if whole else signed(factor, ground.facts))
    return mul(*parts)


def _constant_forms(side: int, bound: sp.Expr, value: sp.Expr, ground: Ground) -> Iterator[Term]:
    """Forms of side * (bound - value), by the parts of a maximum or minimum."""
    if isinstance(-bound, sp.Max | sp.Abs):
        yield from _constant_forms(-side, -bound, -value, ground)
        return
    kinds: tuple[type[sp.Expr], ...] = (sp.Max, sp.Abs) if side > 0 else (sp.Min,)
    if isinstance(bound, kinds):
        parts: Sequence[sp.Expr] = bound.args if not isinstance(bound, sp.Abs) else (bound.args[0], -bound.args[0])
        whole = signed(bound, ground.facts)
        for part in parts:
            for gap in _gaps(side, whole, signed(part, ground.facts)):
                for rest in _constant_forms(side, part, value, ground):
                    yield add(gap, rest)
    difference = side * (bound - value)
    yield num(0) if difference == 0 else signed(difference, ground.facts)
    yield from _forms(difference, ground)


def _gaps(side: int, whole: Term, part: Term) -> Iterator[Term]:
    """max(x, y) - x in the kernel's form, for a part of nested maxima."""
    while whole[0] in ("max", "min"):
        for inner in whole[1:]:
            if inner == part:
                yield minus(whole, part) if side > 0 else minus(part, whole)
        outer, whole = whole, whole[1]
        if whole[0] in ("max", "min"):
            gap = minus(outer, whole) if side > 0 else minus(whole, outer)
            yield from (add(gap, rest) for rest in _gaps(side, whole, part))
            return
