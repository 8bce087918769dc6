"""Proofs about clipped gradients, and other inequalities between norms of sums: reduced to polynomials, case by case.

Two ways lead from matrices to real numbers. By lengths: Euclidean norms are expanded into inner products, see
:mod:`symrnn.check.lengths`. Entry by entry: what holds for the entries in any one place holds for the norms that grow
with the magnitudes of the entries. What is left are inequalities between real numbers, see
:mod:`symrnn.check.branches`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatrixExpr

from symrnn.certify.positivity import Certificate
from symrnn.check.branches import Fact, Question, answer
from symrnn.check.lemmas import Lemma
from symrnn.check.lengths import ATOMS, HORN, Combination, Reader, combination, is_euclidean
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import Inequality
from symrnn.errors import ProofError
from symrnn.expr import ClipByValue, ClipFactor, Gradient, Norm, Stack
from symrnn.expr.norms import COLUMN_SUM, FROBENIUS, ROW_SUM

Clipped: TypeAlias = Inequality | Coincide | SameDirection

LENGTHS, ENTRIES = "inner products", "entry by entry"

MONOTONE = Lemma(
    "monotone norms",
    "|x_ij| <= |y_ij| for all i, j implies ‖X‖ <= ‖Y‖ for the 1-, ∞- and Frobenius norm",
    f"{HORN}, sec. 5.4",
)
BOUNDED_ENTRIES = Lemma(
    "norm of bounded entries",
    "|x_ij| <= b for all i, j in p rows and q columns implies ‖X‖_1 <= p b, ‖X‖_∞ <= q b, ‖X‖_2 <= ‖X‖_F <= √(p q) b",
    f"{HORN}, sec. 5.6",
)
ENTRY = Lemma("an entry and the norm", "|x_ij| <= ‖X‖ for the 1-, 2-, ∞- and Frobenius norm", f"{HORN}, sec. 5.6")


@dataclass(frozen=True)
class Evidence:
    """How a statement about norms was shown.

    Args:
        means: in which way.
        certificates: one for each case of each inequality between real numbers, checked.
        lemmas: the classical theorems it rests on, which are not proved here.
        hypotheses: what is assumed, in words.
    """

    means: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    lemmas: tuple[Lemma, ...]
    hypotheses: tuple[str, ...]

    def check(self) -> None:
        """Check every certificate once more.

        Raises:
            ProofError: for the first that does not hold.
        """
        for certificate in self.certificates:
            certificate.check()

    def __str__(self) -> str:
        count = len(self.certificates)
        return f"{' + '.join(self.means)}, {count} positivity certificate{'s' if count != 1 else ''}"


def prove(statement: Clipped) -> Evidence:
    """Prove a statement about norms of sums of matrices, clipped ones among them.

    Raises:
        ProofError: when neither way leads there; which says nothing about the statement being false.

    >>> n, theta = sp.Symbol("n", integer=True, positive=True), sp.Symbol("theta", positive=True)
    >>> f, g = (sp.MatrixSymbol(name, n, 1) for name in "fg")
    >>> closer = Inequality(Norm(ClipFactor(f, theta) * f - ClipFactor(g, theta) * g), Norm(f - g))
    >>> print(prove(closer))
    inner products, 5 positivity certificates
    >>> [lemma.name for lemma in prove(closer).lemmas]
    ['Cauchy–Schwarz', 'norm of a sum']
    """
    reasons = []
    ways = [(LENGTHS, _by_lengths)]
    if any(term.has(ClipByValue, HadamardProduct) for term in statement.terms):
        ways.insert(0, (ENTRIES, _by_entries))
    for means, way in ways:
        reader = Reader()
        try:
            certificates = tuple(dict.fromkeys(found for part in way(statement, reader) for found in part))
        except ProofError as error:
            reasons.append(f"{means}: {error}")
            continue
        lemmas = tuple(sorted(reader.lemmas, key=lambda lemma: lemma.name))
        return Evidence((means,), certificates, lemmas, hypotheses_of(statement))
    raise ProofError("; ".join(reasons))


def hypotheses_of(statement: Clipped) -> tuple[str, ...]:
    """What a proof of a statement assumes, in words."""
    found = [
        str(hypothesis) for hypothesis in (*statement.given, *(c for c in statement.where if c not in statement.given))
    ]
    symbols = {s for term in statement.terms for s in term.free_symbols if isinstance(s, sp.Symbol)}
    for symbol in sorted(symbols - set(statement.sizes), key=str):
        sign = " > 0" if symbol.is_positive else " >= 0" if symbol.is_nonnegative else ""
        found.append(f"{symbol}{sign} real")
    if any(term.has(Gradient) for term in statement.terms):
        found.append("the gradients exist")
    if any(term.has(ClipFactor) for term in statement.terms):
        found.append("clipping leaves 0 as it is")
    if statement.sizes:
        found.append(f"sizes {', '.join(map(str, statement.sizes))} arbitrary")
    return tuple(found)


def _assumed(statement: Clipped, reader: Reader) -> None:
    """Note the hypotheses that are relations; others are not used, which is sound."""
    for hypothesis in (*statement.where, *statement.given):
        if isinstance(hypothesis, Relational) or hypothesis in (sp.true, sp.false):
            reader.assume(hypothesis)


# -- by lengths ------------------------------------------------------------------------------------------------------


def _by_lengths(statement: Clipped, reader: Reader) -> Iterator[tuple[Certificate, ...]]:
    match statement:
        case Inequality():
            low, high = reader.read(statement.lhs), reader.read(statement.rhs)
            _assumed(statement, reader)
            yield from _at_most(low, high, reader)
        case Coincide():
            distance = reader.norm(statement.lhs - statement.rhs, FROBENIUS)
            _assumed(statement, reader)
            yield from _at_most(distance, sp.S.Zero, reader)
        case SameDirection():
            yield from _same_direction(statement, reader)


def _at_most(low: sp.Expr, high: sp.Expr, reader: Reader) -> Iterator[tuple[Certificate, ...]]:
    """``low <= high``: their squares are compared where a norm of a sum occurs and the right side is at least 0."""
    if (low.free_symbols | high.free_symbols) & set(reader.squares):
        difference = _without_roots(sp.expand(high**2, deep=False) - sp.expand(low**2, deep=False), reader)
        try:
            parts = [_shown(difference, reader), _shown(high, reader)]
        except ProofError:
            yield _shown(high - low, reader)
        else:
            yield from parts
    else:
        yield _shown(high - low, reader)


def _without_roots(expression: sp.Expr, reader: Reader) -> sp.Expr:
    """N² replaced by the inner products that it stands for."""
    for root, square in reversed(reader.squares.items()):
        expression = expression.xreplace({root**2: square})
    return expression


def _shown(goal: sp.Expr, reader: Reader, *, strict: bool = False) -> tuple[Certificate, ...]:
    """Certificates for ``goal >= 0``: without what is known of norms of sums that do not occur, if that suffices."""
    bundle = goal.free_symbols | {s for divisor in reader.divisors for s in divisor.free_symbols}
    idle = set(reader.squares) - _connected(bundle, reader)
    near = tuple(fact for fact in reader.facts if not fact.expression.free_symbols & idle)
    divisors = tuple(dict.fromkeys(reader.divisors))
    try:
        return answer(Question(goal, near, divisors, strict))
    except ProofError:
        if len(near) == len(reader.facts):
            raise
    return answer(Question(goal, tuple(reader.facts), divisors, strict))


def _connected(symbols: set[sp.Basic], reader: Reader) -> set[sp.Basic]:
    """Norms of sums that occur, or are compared with something other than their own square."""
    compared = set()
    for fact in reader.facts:
        found = fact.expression.free_symbols & set(reader.squares)
        if len(found) == 1 and fact.expression not in found:
            (root,) = found
            square = reader.squares[root]
            if fact.expression not in (square - root**2, root**2 - square):
                compared |= found
    return symbols | compared


def _same_direction(statement: SameDirection, reader: Reader) -> Iterator[tuple[Certificate, ...]]:
    """Lhs = a rhs with the a that one of the coefficients shows."""
    left, right = _slots(statement.lhs), _slots(statement.rhs)
    if _layout(statement.lhs) != _layout(statement.rhs):
        raise ProofError("the two sides stack matrices of different shapes")
    scale = next((left.get(slot, sp.S.Zero) / number for slot, number in right.items() if number.is_Rational), None)
    if scale is None:
        raise ProofError("no matrix on the right side has a number in front of it, so the factor is not read off")
    factor = reader.read(scale)
    rests = [
        reader.read(left.get(slot, sp.S.Zero)) - factor * reader.read(right.get(slot, sp.S.Zero))
        for slot in dict.fromkeys((*left, *right))
    ]
    _assumed(statement, reader)
    yield _shown(factor, reader, strict=True)
    for rest in rests:
        yield _shown(rest, reader)
        yield _shown(-rest, reader)


def _layout(term: MatrixExpr) -> list[tuple[sp.Expr, sp.Expr]]:
    """The shapes of what is stacked in a term, first to last."""
    stacks = [atom for atom in combination(term) if isinstance(atom, Stack)]
    parts = stacks[0].parts if len(stacks) == 1 else (term,)
    return [part.shape for part in parts]


def _slots(term: MatrixExpr) -> dict[tuple[int, MatrixExpr], sp.Expr]:
    """The coefficients of a combination, of a stack part by part."""
    parts = combination(term)
    if len(parts) == 1 and isinstance(next(iter(parts)), Stack):
        ((stack, scalar),) = parts.items()
        found = {(at, atom): scalar * a for at, part in enumerate(stack.parts) for atom, a in combination(part).items()}
        return {slot: a for slot, a in found.items() if a != 0}
    return {(0, atom): a for atom, a in parts.items()}


# -- entry by entry --------------------------------------------------------------------------------------------------


def _by_entries(statement: Clipped, reader: Reader) -> Iterator[tuple[Certificate, ...]]:
    match statement:
        case Coincide():
            left, right = (_entry(side, reader) for side in (statement.lhs, statement.rhs))
            goals = [left - right, right - left]
        case Inequality():
            goals = [_entries_compared(statement, reader)]
        case _:
            raise ProofError("a direction is not a matter of single entries")
    _assumed(statement, reader)
    _bound_by_norms(reader)
    for goal in goals:
        yield _shown(goal, reader)


def _entries_compared(statement: Inequality, reader: Reader) -> sp.Expr:
    """What has to be at least 0 for any one place, so that the inequality of the norms follows."""
    low, high = statement.lhs, statement.rhs
    if not isinstance(low, Norm):
        raise ProofError(f"{low} is not the norm of one matrix")
    smaller = sp.Abs(_entry(low.of, reader))
    same_kind = isinstance(high, Norm) and low.of.shape == high.of.shape and _kind(low) == _kind(high)
    if same_kind and (is_euclidean(low.of, low.kind) or low.kind in (ROW_SUM, COLUMN_SUM)):
        reader.lemmas[MONOTONE] = None
        return sp.Abs(_entry(high.of, reader)) - smaller
    reader.lemmas[BOUNDED_ENTRIES] = None
    rows, cols = low.of.shape
    count = {COLUMN_SUM: rows, ROW_SUM: cols}.get(low.kind, sp.sqrt(rows * cols))
    return reader.read(high) - reader.read(count) * smaller


def _kind(norm: Norm) -> str:
    return FROBENIUS if is_euclidean(norm.of, norm.kind) else norm.kind


def _entry(term: MatrixExpr, reader: Reader) -> sp.Expr:
    """The entry of a term in any one place, the same for all matrices in it."""
    match term:
        case sp.ZeroMatrix():
            return sp.S.Zero
        case MatAdd():
            return sp.Add(*(_entry(part, reader) for part in term.args))
        case HadamardProduct():
            return sp.Mul(*(_entry(part, reader) for part in term.args))
        case MatMul():
            matrices = [part for part in term.args if isinstance(part, MatrixExpr)]
            if len(matrices) == 1:
                factors = (reader.read(part) for part in term.args if not isinstance(part, MatrixExpr))
                return sp.Mul(*factors, _entry(matrices[0], reader))
        case ClipByValue():
            threshold = reader.read(term.threshold)
            return sp.Min(sp.Max(_entry(term.of, reader), -threshold), threshold)
    if isinstance(term, ATOMS):
        return reader.entry_of(term)
    raise ProofError(f"the entries of {type(term).__name__} are not read one by one", where=str(term)[:80])


def _bound_by_norms(reader: Reader) -> None:
    for atom, entry in list(reader.entries.items()):
        for norm in reader.norms_of(atom):
            reader.lemmas[ENTRY] = None
            reader.facts += [Fact(norm - entry), Fact(norm + entry)]


__all__ = ["Clipped", "Combination", "Evidence", "prove"]
