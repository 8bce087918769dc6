"""Where the terms of a statement exist: what has to be assumed of the indices before anything is calculated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatPow, MatrixExpr, MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.check.arithmetic import at_least, entails
from symrnn.check.quantities import may_not_exist
from symrnn.check.rewrite import Facts
from symrnn.errors import ProofError
from symrnn.expr import Binder, Element, Measure, UnitVector
from symrnn.expr.readings import BINDING
from symrnn.recurrence import Recurrence


@dataclass(frozen=True)
class Admission:
    """What a statement is read under.

    Args:
        facts: its conditions and those that its terms need in order to exist.
        extra: the latter alone, as far as they do not follow from the former, in words.
    """

    facts: Facts
    extra: tuple[str, ...]


def admitted(terms: Iterable[MatrixExpr], recurrence: Recurrence, where: Facts) -> Admission:
    """The facts under which terms are read, and the hypotheses that they need beyond the stated conditions.

    Ranges of free indices are taken to have a length >= 0, powers a nonnegative exponent, and rows to be there. What
    moves with a bound index is no hypothesis: it has to follow.

    Raises:
        ProofError: when a quantity may not exist, such as h[t - k - 1] at k = t, or a range inside a sum may have a
            negative length.
        SymbolClashError: when a name of the recurrence stands for something of another kind or shape.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import MatrixSum
    >>> from symrnn.symbols import k, t
    >>> rnn = Elman()
    >>> admitted([MatrixSum(rnn.h[t - k], (k, 0, t - 1))], rnn, ()).extra
    ('t >= 0',)
    """
    terms = tuple(terms)
    recurrence.require_own_names(terms)
    facts: Facts = where
    extra: list[str] = []
    for term in (*totals_in(terms, recurrence), *terms):
        _refuse_bound_numbers(term)
        for condition in needed(term, facts):
            extra.append(str(condition))
            facts = (*facts, condition)
        extra.extend(denominators(term, facts))
    extra.extend(_of_equations(recurrence, facts))
    for term in terms:
        for element, inside in elements(term, facts):
            first = recurrence.first_index(element.name)
            if first is not None and not entails(inside, at_least(element.index, first)):
                raise ProofError(f"{element} may not exist: {element.name} starts at {first}")
            for mirrored in may_not_exist(recurrence, element, inside):
                raise ProofError(f"{element} may not exist: it reads {mirrored}, which may not")
    return Admission(facts, tuple(dict.fromkeys(extra)))


def _of_equations(recurrence: Recurrence, facts: Facts) -> Iterator[str]:
    """What the equations of a recurrence need, in words, beyond their index: enough rows, divisors that are not 0."""
    for definition in recurrence.definitions:
        index = sp.Dummy(recurrence.index.name, integer=True)
        body = definition.body.xreplace({recurrence.index: index})
        _refuse_bound_numbers(body)
        inside = (*facts, at_least(index, definition.first))
        for condition in needed(body, inside):
            yield str(condition.xreplace({index: recurrence.index}))
        yield from denominators(definition.body, facts)


def _refuse_bound_numbers(term: sp.Basic) -> None:
    """Refuse a sum of numbers as SymPy writes it: a fact about a free index must not reach the bound one.

    A sum of norms, which only statements about numbers have, is opened like a sum of matrices.

    Raises:
        ProofError: naming the scalar.
    """
    if not isinstance(term, MatrixExpr) and (not isinstance(term, BINDING) or isinstance(term, sp.Sum)):
        for part in term.args:
            _refuse_bound_numbers(part)
        return
    for part in sp.preorder_traversal(term):
        if isinstance(part, BINDING):
            raise ProofError(
                f"{part} binds a symbol: the checker reads sums of matrices only",
                where=str(term)[:80],
                advice="use MatrixSum; SymPy's + writes an entry of a product as such a sum, and sympy.MatAdd does not",
            )


def totals_in(terms: Iterable[MatrixExpr], recurrence: Recurrence) -> list[MatrixExpr]:
    """The definitions of the totals that terms speak of, such as L = Σ_t ℓ_t, which needs T >= 0."""
    named = sorted({symbol.name for term in terms for symbol in term.atoms(MatrixSymbol)})
    return [body for body in map(recurrence.total, named) if body is not None]


def needed(term: sp.Basic, facts: Facts) -> Iterator[Relational]:
    """Conditions that do not follow from the facts, under which ranges, powers and rows exist.

    Raises:
        ProofError: when such a condition speaks of the index of an outer sum or product.
    """
    for condition in _own_conditions(term):
        if not entails(facts, condition):
            yield condition
    opened = _opened(term, facts)
    if opened is not None:
        body, variable, fresh, inside = opened
        for inner in needed(body, inside):
            if fresh in inner.free_symbols:
                shown = inner.xreplace({fresh: variable})
                raise ProofError(f"something inside {term} may not exist: it needs {shown}")
            yield inner
        return
    for part in term.args:
        yield from needed(part, facts)


def _opened(term: sp.Basic, facts: Facts) -> tuple[sp.Basic, sp.Symbol, sp.Dummy, Facts] | None:
    """What stands under a sum or product, its index, a fresh one in its place, and what holds there."""
    match term:
        case Binder():
            variable, low, high = term.variable, term.lower, term.upper
        case sp.Sum():
            variable, low, high = term.limits[-1]
        case _:
            return None
    fresh = sp.Dummy(variable.name, integer=True)
    if isinstance(term, Binder):
        body = term.body_at(fresh)
    else:
        *inner, _ = term.limits
        body = (sp.Sum(term.function, *inner) if inner else term.function).xreplace({variable: fresh})
    return body, variable, fresh, (*facts, at_least(fresh, low), at_least(high, fresh))


def _own_conditions(term: sp.Basic) -> list[Relational]:
    """What a node itself asks for."""
    match term:
        case Binder():
            return [at_least(term.length, 0)]
        case sp.Sum():
            _, low, high = term.limits[-1]
            return [at_least(sp.expand(high - low + 1), 0)]
        case UnitVector():
            return [at_least(term.position, 1), at_least(term.rows, term.position)]
        case MatrixElement():
            matrix, *place = term.args
            bounds = zip(place, matrix.shape, strict=True)
            return [c for at, size in bounds for c in (at_least(at, 0), at_least(size, at + 1))]
        case MatPow() if not term.exp.is_Integer:
            return [at_least(term.exp, 0)]
        case sp.Pow() if not term.exp.is_number and term.base.has(MatrixElement, Measure):
            return [at_least(term.exp, 0)]
    return []


def denominators(term: sp.Basic, facts: Facts) -> Iterator[str]:
    """What must not vanish, in words: bases of negative powers that are not shown to be positive or negative."""
    for part in sp.preorder_traversal(term):
        if isinstance(part, MatPow) and part.exp.is_negative:
            yield f"{part.base} invertible"
        elif isinstance(part, sp.Pow) and part.exp.is_negative and _may_vanish(part.base, facts):
            yield f"{part.base} not 0"


def _may_vanish(base: sp.Expr, facts: Facts) -> bool:
    if base.is_number or base.has(MatrixElement):
        return not base.is_number
    return not (entails(facts, at_least(base, 1)) or entails(facts, at_least(-1, base)))


def elements(term: sp.Basic, facts: Facts) -> Iterator[tuple[Element, Facts]]:
    """Every element of a sequence in a term, with the facts that hold where it stands."""
    if isinstance(term, Element):
        yield term, facts
    elif (opened := _opened(term, facts)) is not None:
        body, _, _, inside = opened
        yield from elements(body, inside)
    else:
        for part in term.args:
            yield from elements(part, facts)
