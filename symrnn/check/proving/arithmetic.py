"""Linear arithmetic over integer indices, products of them taken as numbers of their own: what follows from what?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

import sympy as sp
from sympy.core.relational import (
    Equality,
    GreaterThan,
    LessThan,
    Relational,
    StrictGreaterThan,
    StrictLessThan,
)

Form: TypeAlias = dict[sp.Basic, int]
"""A linear form: coefficients by symbol, the constant by :data:`ONE`."""

Facts: TypeAlias = tuple[Relational, ...]
"""What holds at a place in a term."""

ONE = sp.S.One
MAX_CONSTRAINTS = 300


def entails(facts: Iterable[Relational], goal: sp.Basic) -> bool:
    """Whether a linear inequality follows from others, for all integers; False means "not shown".

    Fourier–Motzkin elimination on the facts and the negated goal over the rationals: sound for integers, since the
    strict inequalities are first sharpened to ``>= 1``. A product of symbols, such as the index c K at which a chunk
    begins, is one more unknown; of two factors that are not negative it is known not to be negative either. A relation
    that is not a polynomial with rational coefficients or that speaks of anything but integer symbols, is left out as a
    fact and not shown as a goal. Source: Schrijver (1986), Theory of linear and integer programming, ch. 12.

    >>> k, t = sp.symbols("k t", integer=True)
    >>> entails((k >= 0, k <= t - 1), t >= 1), entails((k >= 0,), k >= 1)
    (True, False)
    >>> entails((k >= 0, t >= 0), k * t + 1 >= 1), entails((k >= 0,), k * t >= 0)
    (True, False)
    """
    return _entails(frozenset(facts), goal)


@lru_cache(maxsize=20_000)
def _entails(facts: frozenset[Relational], goal: sp.Basic) -> bool:
    if goal == sp.true:
        return True
    given = [form for fact in facts for form in _forms(fact)]
    wanted = [{ONE: -1}] if goal == sp.false else _forms(goal)
    symbols = {s for form in (*given, *wanted) for s in form if s is not ONE}
    given += [{s: 1, ONE: -1} if s.is_positive else {s: 1} for s in symbols if s.is_nonnegative]
    given += [form for s in symbols if isinstance(s, sp.Mul) for form in _of_product(s, facts)]
    return bool(wanted) and all(_infeasible([*given, _negated(form)]) for form in wanted)


def _of_product(product: sp.Mul, facts: frozenset[Relational]) -> Iterator[Form]:
    """X y >= 0 for x, y >= 0, and x y >= x where y >= 1 besides."""
    if len(product.args) != 2 or not all(isinstance(factor, sp.Symbol) for factor in product.args):
        return
    facts = frozenset(fact for fact in facts if nonnegative(fact))  # linear ones, or this would not end
    if all(_entails(facts, at_least(factor, 0)) for factor in product.args):
        yield {product: 1}
        for kept, other in (product.args, product.args[::-1]):
            if _entails(facts, at_least(other, 1)):
                yield {product: 1, kept: -1}


def at_least(left: sp.Expr | int, right: sp.Expr | int) -> Relational:
    """``left >= right`` as it stands: SymPy would spend more on deciding it than the rest of a proof takes."""
    return GreaterThan(left, right, evaluate=False)


def nonnegative(relation: sp.Basic) -> list[sp.Expr]:
    """An integer relation as expressions with integer coefficients that are >= 0; empty when it is not such a relation.

    >>> t = sp.Symbol("t", integer=True)
    >>> nonnegative(t > sp.Rational(1, 2)), nonnegative(sp.Ne(t, 0))
    ([2*t - 2], [])
    """
    return _nonnegative(relation, _is_linear)


def _nonnegative(relation: sp.Basic, is_allowed: Callable[[sp.Expr], bool]) -> list[sp.Expr]:
    if not isinstance(relation, Relational):
        return []
    difference = sp.expand(relation.lhs - relation.rhs)
    if not is_allowed(difference):
        return []
    difference = sp.expand(difference * sp.ilcm(1, *(c.q for c in difference.as_coefficients_dict().values())))
    match relation:
        case GreaterThan():
            forms = [difference]
        case LessThan():
            forms = [-difference]
        case StrictGreaterThan():
            forms = [difference - 1]
        case StrictLessThan():
            forms = [-difference - 1]
        case Equality():
            forms = [difference, -difference]
        case _:
            forms = []
    return [sp.expand(form) for form in forms]


def bounds(symbol: sp.Symbol, conditions: Iterable[sp.Basic]) -> tuple[list[int], list[int]]:
    """The least and the largest values that linear conditions on one integer leave it, each by itself.

    >>> t = sp.Symbol("t", integer=True)
    >>> bounds(t, (2 * t >= 3, t <= 9))
    ([2], [9])
    """
    lows, highs = [], []
    for form in (form for condition in conditions for form in nonnegative(condition)):
        slope, rest = form.coeff(symbol), form.coeff(symbol, 0)
        if slope > 0 and rest.is_number:
            lows.append(int(sp.ceiling(-rest / slope)))
        elif slope < 0 and rest.is_number:
            highs.append(int(sp.floor(-rest / slope)))
    return lows, highs


def _is_linear(form: sp.Expr) -> bool:
    """Rational coefficients, integer symbols, each to the first power at most."""
    parts = form.as_coefficients_dict()
    return all(c.is_Rational for c in parts.values()) and all(
        part == 1 or (isinstance(part, sp.Symbol) and part.is_integer) for part in parts
    )


def _is_polynomial(form: sp.Expr) -> bool:
    """The same with products of integer symbols, none of them twice."""
    parts = form.as_coefficients_dict()
    symbols = (symbol for part in parts if part != 1 for symbol in sp.Mul.make_args(part))
    return all(c.is_Rational for c in parts.values()) and all(
        isinstance(s, sp.Symbol) and s.is_integer for s in symbols
    )


@lru_cache(maxsize=20_000)
def _forms(relation: sp.Basic) -> tuple[Form, ...]:
    forms = _nonnegative(relation, _is_polynomial)
    return tuple({part: int(c) for part, c in form.as_coefficients_dict().items() if c != 0} for form in forms)


def _negated(form: Form) -> Form:
    """``-form - 1``, which is >= 0 exactly where the form is not."""
    out = {part: -c for part, c in form.items()}
    out[ONE] = out.get(ONE, 0) - 1
    return out


def _infeasible(forms: list[Form]) -> bool:
    """True when no rational point makes all forms >= 0."""
    current = {frozenset(form.items()): form for form in forms}
    while True:
        constants = [form.get(ONE, 0) for form in current.values() if form.keys() <= {ONE}]
        if any(constant < 0 for constant in constants):
            return True
        symbols = sorted({s for form in current.values() for s in form if s is not ONE}, key=str)
        if not symbols or len(current) > MAX_CONSTRAINTS:
            return False
        current = {frozenset(form.items()): form for form in _eliminated(list(current.values()), symbols[0])}


def _eliminated(forms: list[Form], symbol: sp.Symbol) -> Iterator[Form]:
    """Forms without a symbol that follow from the given ones: all pairs of a lower and an upper bound on it."""
    yield from (form for form in forms if symbol not in form)
    for lower in (form for form in forms if form.get(symbol, 0) > 0):
        for upper in (form for form in forms if form.get(symbol, 0) < 0):
            yield _combined(lower, -upper[symbol], upper, lower[symbol])


def _combined(left: Form, times: int, right: Form, other: int) -> Form:
    total = {part: times * left.get(part, 0) + other * right.get(part, 0) for part in {*left, *right}}
    return {part: c for part, c in total.items() if c != 0}
