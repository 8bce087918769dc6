"""Limits as an index grows, shown by a geometric bound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import sympy as sp
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan
from sympy.matrices.expressions import MatPow

from symrnn.check.comparison import at_most, is_nonnegative, joined, monomials, outermost, powers
from symrnn.check.existence import shown
from symrnn.check.inequalities import Estimate, Evidence, Reader, admission_of, legible
from symrnn.check.lemmas import POWERS_VANISH, Lemma, radius_of
from symrnn.check.rewrite import Facts
from symrnn.derivation.inequality import Limit
from symrnn.derivation.verdict import Link
from symrnn.errors import ProofError
from symrnn.expr import Binder, Norm
from symrnn.recurrence import Recurrence

GEOMETRIC_SEQUENCE = "geometric sequence"


# -- proof -----------------------------------------------------------------------------------------------------------


def show_limit(statement: Limit, recurrence: Recurrence) -> Evidence:
    """Show a limit by a bound c q^k with q < 1 that holds for all other indices, or one from below with q > 1.

    Raises:
        ProofError: when no bound shows it; which says nothing about the limit being another.
        SymrnnError: when it does not speak of this recurrence.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import SpectralRadius
    >>> from symrnn.symbols import k
    >>> rnn = Elman()
    >>> shrinking = Limit(Norm(rnn.W_hh**k), k, sp.S.Zero, (k >= 0,), (SpectralRadius(rnn.W_hh) < 1,))
    >>> [lemma.name for lemma in show_limit(shrinking, rnn).lemmas]
    ['powers of a matrix']
    """
    for hypothesis in statement.given:
        if isinstance(hypothesis, Relational) and statement.index in hypothesis.free_symbols:
            raise ProofError(f"{hypothesis} speaks of {statement.index} itself: for one value of it, or for every one?")
    admission = admission_of(statement, recurrence)
    return replace(shown(admission, lambda facts: _bounded(statement, recurrence, facts)), hypotheses=admission.extra)


def _bounded(statement: Limit, recurrence: Recurrence, facts: Facts) -> Evidence:
    reader = Reader(statement, recurrence, facts)
    scalar = reader.written(statement.of)
    strict = [pair for relation in reader.relations for pair in _strictly(relation)]
    if statement.value == 0:
        lemmas = _by_radius(scalar, statement, reader, strict)
        if lemmas is not None:
            return Evidence(("spectral radius",), lemmas)
        for estimate in reader.above(scalar):
            parts = monomials(estimate.value)
            if _is_uniform(estimate.value, statement) and all(_vanishes(p, statement, reader, strict) for p in parts):
                return _evidence(reader, statement, estimate)
    else:
        for estimate in reader.below(scalar):
            parts = monomials(estimate.value)
            if not (_is_uniform(estimate.value, statement) and all(map(is_nonnegative, parts))):
                continue
            if any(_explodes(p, statement, reader, strict) for p in parts):
                return _evidence(reader, statement, estimate)
    raise ProofError(f"no geometric bound of {scalar} shows its limit")


def _evidence(reader: Reader, statement: Limit, estimate: Estimate) -> Evidence:
    means = dict.fromkeys((*reader.writing.used, *sorted(reader.structure.used), *estimate.means, GEOMETRIC_SEQUENCE))
    return Evidence(tuple(means), estimate.lemmas, chain=_chain(statement, estimate))


def _chain(statement: Limit, estimate: Estimate) -> tuple[Link, ...]:
    """What the sequence lies below, or above."""
    if estimate.value == statement.of or any(m.has(Binder) for m in outermost(estimate.value)):
        return ()
    sign = "<=" if statement.value == 0 else ">="
    return Link("", statement.of), Link(sign, legible(estimate.value), estimate.reason)


def _strictly(relation: Relational) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    match relation:
        case StrictLessThan():
            yield relation.lhs, relation.rhs
        case StrictGreaterThan():
            yield relation.rhs, relation.lhs


def _is_uniform(bound: sp.Expr, statement: Limit) -> bool:
    """Tell whether a bound is the same for all values of the other indices."""
    return not (bound.free_symbols & set(statement.indices)) - {statement.index}


def geometric(part: sp.Expr, index: sp.Symbol) -> tuple[sp.Expr, sp.Expr] | None:
    """A monomial as (what does not move, q) of c q^k; None when it is none, or c grows."""
    number, found = powers(part)
    constant, ratio = number, sp.S.One
    for base, exponent in found.items():
        slope = exponent.coeff(index)
        rest = sp.expand(exponent - slope * index)
        if index in base.free_symbols | rest.free_symbols or not slope.is_Integer:
            return None
        if slope < 0 and not base.is_positive:
            return None
        constant *= base**rest
        ratio *= base**slope
    return constant, ratio


def _vanishes(part: sp.Expr, statement: Limit, reader: Reader, strict: list[tuple[sp.Expr, sp.Expr]]) -> bool:
    """Tell whether c q^k, polynomial factors in k aside, has q < 1 by the hypotheses."""
    number, found = powers(part)
    polynomial = {b: e for b, e in found.items() if b == statement.index and e.is_Integer}
    rest = sp.Mul(number, *(b**e for b, e in found.items() if b not in polynomial))
    split = geometric(rest, statement.index)
    return split is not None and _below_one(split[1], reader.relations, reader.facts, strict)


def _below_one(
    ratio: sp.Expr, given: Iterable[Relational], facts: Facts, strict: list[tuple[sp.Expr, sp.Expr]]
) -> bool:
    given = list(given)
    return is_nonnegative(ratio) and any(
        (at_most(large, sp.S.One, given, facts) and at_most(ratio, small, given, facts))
        or (small.is_nonnegative and at_most(ratio * large, small, given, facts))  # ratio <= small / large < 1
        for small, large in strict
    )


def _explodes(part: sp.Expr, statement: Limit, reader: Reader, strict: list[tuple[sp.Expr, sp.Expr]]) -> bool:
    split = geometric(part, statement.index)
    if split is None or not split[0].is_positive:
        return False
    given, facts = reader.relations, reader.facts
    return any(
        at_most(sp.S.One, small, given, facts) and at_most(large, split[1], given, facts) for small, large in strict
    )


def _by_radius(
    scalar: sp.Expr, statement: Limit, reader: Reader, strict: list[tuple[sp.Expr, sp.Expr]]
) -> tuple[Lemma, ...] | None:
    """The lemmas by which c ‖A^k‖ r^k vanishes, as ρ(A) r < 1 by the hypotheses; None when that is not known.

    It is |c| ‖(rA)^k‖ with ρ(rA) = r ρ(A), so that r = 1/q gives Gelfand's rate: ‖A^k‖ / q^k → 0 for every q > ρ(A).
    """
    index = statement.index
    number, found = powers(scalar)
    moving = [b for b in found if isinstance(b, Norm) and isinstance(b.of, MatPow) and index in b.free_symbols]
    if not _is_uniform(scalar, statement) or len(moving) != 1 or found[moving[0]] != 1:
        return None
    base, exponent = moving[0].of.args
    slope = exponent.coeff(index)
    moves_alone = not (exponent - slope * index).free_symbols and index not in base.free_symbols
    split = geometric(joined(number, {b: e for b, e in found.items() if b != moving[0]}), index)
    if split is None or not (slope.is_Integer and slope >= 1 and moves_alone):
        return None
    radius, lemmas = radius_of(base, reader.facts)
    below = _below_one(radius**slope * split[1], reader.relations, reader.facts, strict)
    return (POWERS_VANISH, *sorted(lemmas, key=lambda lemma: lemma.name)) if below else None
