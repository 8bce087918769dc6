"""Linear arithmetic over integer indices: does one inequality follow from others?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import sympy as sp
from sympy.core.relational import Equality, GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan

MAX_CONSTRAINTS = 300


def entails(facts: Iterable[Relational], goal: Relational) -> bool:
    """Tell whether a linear inequality follows from others, for all integers; False means "not shown".

    Fourier–Motzkin elimination on the facts and the negated goal over the rationals: sound for integers, since the
    strict inequalities are first sharpened to ``>= 1``. Source: Schrijver (1986), ch. 12.

    >>> import sympy as sp
    >>> k, t = sp.symbols("k t", integer=True)
    >>> entails((k >= 0, k <= t - 1), t >= 1), entails((k >= 0,), k >= 1)
    (True, False)
    """
    if goal in (True, sp.true):
        return True
    return _entails(frozenset(facts), goal)


@lru_cache(maxsize=20_000)
def _entails(facts: frozenset[Relational], goal: Relational) -> bool:
    if isinstance(goal, Equality):
        return all(_entails(facts, half) for half in (goal.lhs >= goal.rhs, goal.lhs <= goal.rhs) if half != sp.true)
    if goal == sp.false or not isinstance(goal, Relational):
        return _infeasible([form for fact in facts for form in nonnegative(fact)]) if goal == sp.false else False
    given = [form for fact in facts for form in nonnegative(fact)]
    wanted = nonnegative(goal)
    symbols = {s for form in (*given, *wanted) for s in form.free_symbols}
    given += [s - 1 if s.is_positive else s for s in symbols if s.is_positive or s.is_nonnegative]
    return bool(wanted) and all(_infeasible([*given, sp.expand(-form - 1)]) for form in wanted)


def nonnegative(relation: Relational) -> list[sp.Expr]:
    """An integer relation as expressions that are >= 0; empty for one that is not linear or not an inequality."""
    difference = sp.expand(relation.lhs - relation.rhs) if isinstance(relation, Relational) else None
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
            return []
    symbols = sorted(difference.free_symbols, key=str)
    linear = all(difference.is_polynomial(s) and sp.degree(difference, s) <= 1 for s in symbols)
    mixed = any(sp.diff(difference, a, b) != 0 for a in symbols for b in symbols)
    return [sp.expand(form) for form in forms] if linear and not mixed else []


def _infeasible(forms: list[sp.Expr]) -> bool:
    """True when no rational point makes all forms >= 0."""
    current = set(forms)
    while True:
        if any(form.is_number and form < 0 for form in current):
            return True
        symbols = sorted({s for form in current for s in form.free_symbols}, key=str)
        if not symbols or len(current) > MAX_CONSTRAINTS:
            return False
        current = _eliminate(current, symbols[0])


def _eliminate(forms: set[sp.Expr], symbol: sp.Symbol) -> set[sp.Expr]:
    with_sign: dict[int, list[tuple[sp.Expr, sp.Expr]]] = {1: [], -1: []}
    kept = set()
    for form in forms:
        coefficient = form.coeff(symbol)
        if coefficient == 0:
            kept.add(form)
        else:
            with_sign[1 if coefficient > 0 else -1].append((abs(coefficient), form))
    for above, lower in with_sign[1]:
        for below, upper in with_sign[-1]:
            kept.add(sp.expand(lower * below + upper * above))
    return kept
