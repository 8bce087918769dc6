"""Limits as an index grows: shown by a geometric bound, refuted by a matrix whose powers are known for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan
from sympy.matrices.expressions import MatPow, MatrixSymbol

from symrnn.check.comparison import at_most, is_nonnegative, joined, monomials, outermost, powers
from symrnn.check.inequalities import Estimate, Evidence, Reader, legible
from symrnn.check.instances import Numbers
from symrnn.check.lemmas import POWERS_VANISH, Lemma, radius_of
from symrnn.check.refute import shown
from symrnn.check.rewrite import Facts, rewrite
from symrnn.check.sampling import LINEAR, NOTABLE, Rows
from symrnn.check.trials import NO_VALUE, generic_functions, square_names
from symrnn.check.values import Trial, Values
from symrnn.derivation.inequality import BoundedSlope, Limit
from symrnn.derivation.verdict import Counterexample, Link
from symrnn.errors import ProofError, SymrnnError
from symrnn.evaluate import OutsideHypothesesError
from symrnn.evaluate.norms import eigenvalues
from symrnn.expr import Apply, Binder, Norm
from symrnn.recurrence import Recurrence

GEOMETRIC_SEQUENCE = "geometric sequence"
PERIOD = 8
"""How many powers of a matrix are compared to find that they repeat."""


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
    reader = Reader(statement, recurrence)
    scalar = reader.written(statement.of)
    strict = [pair for relation in reader.relations for pair in _strictly(relation)]
    if statement.value == 0:
        lemmas = _by_radius(scalar, statement, reader, strict)
        if lemmas is not None:
            return Evidence(("spectral radius",), lemmas, reader.extra)
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
    means = dict.fromkeys(
        (*reader.unfolder.used, *sorted(reader.structure.used), *estimate.means, GEOMETRIC_SEQUENCE)
    )
    return Evidence(tuple(means), estimate.lemmas, reader.extra, _chain(statement, estimate))


def _chain(statement: Limit, estimate: Estimate) -> tuple[Link, ...]:
    """What the sequence lies below, or above."""
    if estimate.value == statement.of or any(m.has(Binder) for m in outermost(estimate.value)):
        return ()
    sign = "<=" if statement.value == 0 else ">="
    return Link("", statement.of), Link(sign, legible(estimate.value), f"by {', '.join(estimate.means)}")


def _strictly(relation: Relational) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    match relation:
        case StrictLessThan():
            yield relation.lhs, relation.rhs
        case StrictGreaterThan():
            yield relation.rhs, relation.lhs


def _is_uniform(bound: sp.Expr, statement: Limit) -> bool:
    """Tell whether a bound is the same for all values of the other indices."""
    return not (bound.free_symbols & set(statement.indices)) - {statement.index}


def _ratio(part: sp.Expr, index: sp.Symbol) -> tuple[sp.Expr, sp.Expr] | None:
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
    split = _ratio(rest, statement.index)
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
    split = _ratio(part, statement.index)
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
    split = _ratio(joined(number, {b: e for b, e in found.items() if b != moving[0]}), index)
    if split is None or not (slope.is_Integer and slope >= 1 and moves_alone):
        return None
    radius, lemmas = radius_of(base, reader.facts)
    below = _below_one(radius**slope * split[1], reader.relations, reader.facts, strict)
    return (POWERS_VANISH, *sorted(lemmas, key=lambda lemma: lemma.name)) if below else None


# -- refutation ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Behaviour:
    """What a sequence does for ever, and why."""

    limit: sp.Expr | None
    why: str


def refute_limit(statement: Limit, recurrence: Recurrence, seed: int) -> Counterexample | None:
    """A case in which the sequence certainly has another limit, or none; None when none is found.

    With the identity in the place of a generic φ, a Jacobian over k steps is a power of W; the powers of a matrix that
    is nilpotent, whose powers repeat, or whose spectral radius is not 1 are known for all k.
    """
    linear = _linear(statement, recurrence)
    if linear is None:
        return None
    try:
        scalar = Reader(replace(statement, given=_without_slopes(statement)), linear).written(statement.of)
    except SymrnnError:
        return None
    for trial in _cases(statement, linear):
        try:
            values = Values(statement.given, linear, trial)
        except (OutsideHypothesesError, *NO_VALUE):
            continue
        behaviour = _behaviour(scalar, statement.index, trial, values)
        if behaviour is not None and behaviour.limit != statement.value:
            return _counterexample(statement, recurrence, values, trial, behaviour, seed)
    return None


def _without_slopes(statement: Limit) -> tuple[Any, ...]:
    return tuple(h for h in statement.given if not isinstance(h, BoundedSlope))


def _linear(statement: Limit, recurrence: Recurrence) -> Recurrence | None:
    """The recurrence with the identity in place of a generic φ; None where the hypotheses or the name forbid it."""
    names = {a.function for d in recurrence.definitions for a in d.body.atoms(Apply)}
    for name in names:
        if not recurrence.activation(name).is_generic and name != "identity":
            return None
    for hypothesis in statement.given:
        if isinstance(hypothesis, BoundedSlope):
            high, low = hypothesis.at_most, hypothesis.at_least
            if (high.is_number and high < 1) or (low.is_number and low > 1):
                return None
    return _with_identity(recurrence, names)


def _with_identity(recurrence: Recurrence, names: set[str]) -> Recurrence:
    """The recurrence with the argument of every function in its place."""

    def replace_functions(node: sp.Basic, _: Facts) -> sp.Basic | None:
        applied = isinstance(node, Apply) and node.function in names and node.order == 0
        return rewrite(node.argument, replace_functions, ()) if applied else None

    definitions = tuple(replace(d, body=rewrite(d.body, replace_functions, ())) for d in recurrence.definitions)
    return Recurrence(
        recurrence.name, recurrence.index, definitions, recurrence.parameters, recurrence.inputs, recurrence.totals
    )


def _cases(statement: Limit, recurrence: Recurrence) -> Iterator[Trial]:
    """Every notable matrix for the square ones, and small numbers for real symbols."""
    square = square_names(statement, recurrence)
    free = sorted((s for term in statement.terms for s in term.free_symbols if _is_number(s)), key=str)
    slopes = {s for h in statement.given if isinstance(h, BoundedSlope) for s in h.bounds}
    for size in sorted(NOTABLE):
        sizes = dict.fromkeys(statement.sizes, size)
        for rows in NOTABLE[size] if square else NOTABLE[1]:
            given: dict[Any, Rows] = {(name, None): rows for name, _ in square}
            given |= {(s.name, None): ((rows[0][0],),) for s in free if s not in slopes}
            numbers = Numbers(dict.fromkeys(statement.indices, 1), sizes)
            yield Trial(numbers, 0, Fraction(1), LINEAR, given)


def _is_number(symbol: sp.Basic) -> bool:
    return isinstance(symbol, sp.Symbol) and not isinstance(symbol, MatrixSymbol) and not symbol.is_integer


def _behaviour(scalar: sp.Expr, index: sp.Symbol, trial: Trial, values: Values) -> Behaviour | None:
    if isinstance(scalar, Norm) and isinstance(scalar.of, MatPow) and isinstance(scalar.of.base, MatrixSymbol):
        base, exponent = scalar.of.args
        if exponent.coeff(index) == 1 and not (exponent - index).free_symbols:
            return powers_of(trial.given[base.name, None], base.name)
        return None
    split = _ratio(scalar, index)
    if split is None or split[0] != 1:
        return None
    ratio = values.of(split[1])
    if not ratio >= 0:
        return None
    limits = ((">", sp.oo, "larger than 1"), ("<", sp.S.Zero, "less than 1"), ("==", sp.S.One, "1"))
    for sign, limit, words in limits:
        if {">": ratio > 1, "<": ratio < 1, "==": ratio == 1}[sign]:
            return Behaviour(limit, f"{split[1]} = {ratio} is {words}")
    return None


def powers_of(rows: Rows, name: str) -> Behaviour | None:
    """What the norms of the powers of a rational matrix do for ever; None where that is not known for certain.

    >>> from symrnn.check.sampling import NOTABLE
    >>> powers_of(NOTABLE[2][0], "W").why
    'W^2 = 0, and so are all further powers'
    """
    matrix = np.array([[flint.fmpq(entry.numerator, entry.denominator) for entry in row] for row in rows], dtype=object)
    seen = [matrix]
    for exponent in range(2, PERIOD):
        power = seen[-1] @ matrix
        if not any(power.ravel()):
            return Behaviour(sp.S.Zero, f"{name}^{exponent} = 0, and so are all further powers")
        for earlier, other in enumerate(seen, 1):
            if (power == other).all() and any(other.ravel()):
                return Behaviour(None, f"{name}^{exponent} = {name}^{earlier}, so that the powers repeat for ever")
        seen.append(power)
    radius = max((abs(value) for value in eigenvalues(matrix)), key=lambda ball: float(ball.mid()))
    if radius > 1:
        return Behaviour(sp.oo, f"{name} has an eigenvalue of magnitude {radius.str(10)} > 1")
    if all(abs(value) < 1 for value in eigenvalues(matrix)):
        return Behaviour(sp.S.Zero, f"all eigenvalues of {name} are of magnitude less than 1")
    return None


def _counterexample(
    statement: Limit, recurrence: Recurrence, values: Values, trial: Trial, behaviour: Behaviour, seed: int
) -> Counterexample:
    text = {s.name: str(at) for s, at in trial.numbers.sizes.items()}
    text |= {f"{name}(z)": "z" for name in generic_functions(recurrence)}
    mentioned = {str(s) for term in statement.terms for s in term.free_symbols} | {
        s.name for term in statement.terms for s in term.atoms(MatrixSymbol)
    }
    given = values.assignment.given
    text |= {key[0]: shown(np.array(rows, dtype=object)) for key, rows in given.items() if key[0] in mentioned}
    found = "without that limit" if behaviour.limit is None else str(behaviour.limit)
    return Counterexample(text, found, str(statement.value), behaviour.why, seed)
