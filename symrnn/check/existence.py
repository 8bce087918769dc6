"""Where the terms of a statement exist: what has to be assumed of the indices before anything is calculated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatPow, MatrixExpr, MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.check.arithmetic import at_least, entails
from symrnn.check.rewrite import Facts
from symrnn.errors import ProofError
from symrnn.expr import Binder, Element, UnitVector
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
        for condition in needed(term, facts):
            extra.append(str(condition))
            facts = (*facts, condition)
        extra.extend(denominators(term, facts))
    for term in terms:
        for element, inside in elements(term, facts):
            first = recurrence.first_index(element.name)
            if first is not None and not entails(inside, at_least(element.index, first)):
                raise ProofError(f"{element} may not exist: {element.name} starts at {first}")
    return Admission(facts, tuple(dict.fromkeys(extra)))


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
    if isinstance(term, Binder):
        fresh = sp.Dummy(term.variable.name, integer=True)
        inside = (*facts, at_least(fresh, term.lower), at_least(term.upper, fresh))
        for inner in needed(term.body_at(fresh), inside):
            if fresh in inner.free_symbols:
                shown = inner.xreplace({fresh: term.variable})
                raise ProofError(f"something inside {term} may not exist: it needs {shown}")
            yield inner
        return
    for part in term.args:
        yield from needed(part, facts)


def _own_conditions(term: sp.Basic) -> list[Relational]:
    """What a node itself asks for."""
    match term:
        case Binder():
            return [at_least(term.length, 0)]
        case UnitVector():
            return [at_least(term.position, 1), at_least(term.rows, term.position)]
        case MatPow() if not term.exp.is_Integer:
            return [at_least(term.exp, 0)]
        case sp.Pow() if not term.exp.is_number and term.base.has(MatrixElement):
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
    elif isinstance(term, Binder):
        fresh = sp.Dummy(term.variable.name, integer=True)
        inside = (*facts, at_least(fresh, term.lower), at_least(term.upper, fresh))
        yield from elements(term.body_at(fresh), inside)
    else:
        for part in term.args:
            yield from elements(part, facts)
