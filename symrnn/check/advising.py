"""What helps where a statement was not proved: where it holds, what may have been meant, and where its sides part.

Only what is PROVED is offered as holding. Each of the tables below may grow by a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.exceptions import ShapeError as SymPyShapeError
from sympy.matrices.expressions import MatAdd, MatMul, MatPow, MatrixExpr, Transpose

from symrnn import late
from symrnn.budget import attempting, spending
from symrnn.certify.apart import apart
from symrnn.check.deciding.equality import EquationQuestion
from symrnn.check.proving.meaning import MATRICES
from symrnn.check.verify import decide
from symrnn.derivation.claim import SEED, Claim
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Advice, Kind, Verdict, weakest, worded
from symrnn.errors import ExhaustedError, LimitError, NotationError, SymrnnError
from symrnn.expr import Binder, Derivative, Element, ImmediateJacobian, OrderedProduct, TotalJacobian
from symrnn.expr.binder import ASCENDING, DESCENDING

SECONDS = 4.0
"""CPU time for all the advice on one statement."""

MOST_SUMMANDS, MOST_LETTERS = 3, 160
"""How many summands of a side are told, and how long each of them may be."""

Ranged: TypeAlias = Equation | Inequality | Limit
Variants: TypeAlias = Iterator[tuple[str, MatrixExpr]]


def advice_on(verdict: Verdict, claim: Claim) -> tuple[Advice, ...]:
    """What helps to put the statement of a claim right, found within a few seconds; empty where nothing was found.

    >>> from symrnn.cells import Elman
    >>> from symrnn.check import verify
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> swapped = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh * rnn.D(t), where=(t >= 1,))
    >>> print(*verify(swapped, rnn).advice)
    did you mean D[t] W_hh on the right side, with W_hh and D[t] in the other order? That is PROVED
    """
    statement = verdict.statement
    if verdict.parts:
        return advice_on(weakest(verdict.parts), claim)
    if not isinstance(statement, Equation | Inequality | Limit):
        return ()
    found: list[Advice] = []
    with suppress(LimitError, ExhaustedError), spending(), attempting("advice", share=1.0, most=SECONDS):
        found += _advice(verdict, statement, claim)
    return tuple(found)


def _advice(verdict: Verdict, statement: Ranged, claim: Claim) -> Iterator[Advice]:
    if verdict.kind is Kind.REFUTED:
        for search in (_where_it_holds, _meant) if isinstance(statement, Equation) else (_where_it_holds,):
            advice = search(verdict, statement, claim)
            if advice is not None:
                yield advice
                return
    if isinstance(statement, Equation) and verdict.kind not in (Kind.PROVED, Kind.DEFINITION):
        left, right = apart(statement, MATRICES if claim.recurrence is None else claim.recurrence)
        if left or right:
            sides = "; ".join(f"on the {side} {_listed(parts)}" for side, parts in (("left", left), ("right", right)))
            yield Advice("sides part", f"written out, the two sides part in: {sides}", left=left, right=right)


def _listed(summands: tuple[str, ...]) -> str:
    if not summands:
        return "nothing"
    shown = [text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…" for text in summands[:MOST_SUMMANDS]]
    more = len(summands) - len(shown)
    return " and ".join(shown) + (f" and {more} more" if more else "")


def _proved(statement: Ranged, claim: Claim) -> Verdict | None:
    """The verdict on another statement of the same claim, where it is PROVED."""
    try:
        if isinstance(statement, Equation):
            recurrence = MATRICES if claim.recurrence is None else claim.recurrence
            if not EquationQuestion(statement, recurrence, None, SEED).seems_to_hold():
                return None
        verdict = decide(statement, replace(claim, derivation=None), SEED)
    except (ExhaustedError, LimitError):
        raise
    except SymrnnError:  # a variant may be no term of the recurrence at all
        return None
    return verdict if verdict.kind is Kind.PROVED else None


# -- where it holds ----------------------------------------------------------------------------------------------------


def _where_it_holds(verdict: Verdict, statement: Ranged, claim: Claim) -> Advice | None:
    """The first of a few more conditions on its indices with which it is proved."""
    assert verdict.counterexample is not None
    named = {str(name): value for name, value in verdict.counterexample.given if isinstance(value, int)}
    at = {index: named[index.name] for index in statement.indices if index.name in named}
    if len(at) < len(statement.indices) or not at:
        return None
    singles = list(dict.fromkeys(c for conditions in CONDITIONS for c in conditions(at)))
    chosen = [(c,) for c in singles] + list(combinations(singles, 2))
    for more in chosen:
        if all(c.xreplace(at) == sp.true for c in more):
            continue  # where it fails
        try:
            narrower = replace(statement, where=(*statement.where, *more))
        except SymrnnError:  # no index satisfies them all
            continue
        found = _proved(narrower, claim)
        if found is not None:
            text = f"it holds for {', '.join(map(worded, more))}, and is PROVED with that condition added"
            return Advice("holds where", text, narrower, found)
    return None


def _from_one(at: dict[sp.Symbol, int]) -> Iterator[Relational]:
    """An index begins one or two later than where it fails."""
    yield from (index >= value + more for more in (1, 2) for index, value in at.items())


def _in_order(at: dict[sp.Symbol, int]) -> Iterator[Relational]:
    """One index is not before another one, or behind it."""
    yield from (one >= other + more for more in (0, 1) for one in at for other in at if one != other)


def _not_negative(at: dict[sp.Symbol, int]) -> Iterator[Relational]:
    """An index is not negative, or positive."""
    yield from (index >= least for least in (0, 1) for index in at)


CONDITIONS: tuple[Callable[[dict[sp.Symbol, int]], Iterator[Relational]], ...] = (_from_one, _in_order, _not_negative)
"""Conditions that are often forgotten, from the index values of a counterexample."""


# -- what may have been meant ------------------------------------------------------------------------------------------


def _meant(verdict: Verdict, statement: Ranged, claim: Claim) -> Advice | None:
    """The first equation that is one slip away from a refuted one and is proved."""
    assert isinstance(statement, Equation)
    for side, other in (("rhs", "right"), ("lhs", "left")):
        term = getattr(statement, side)
        if isinstance(term, Derivative | Element):
            continue
        seen = {statement}
        for words, variant in _variants(term):
            try:
                candidate = replace(statement, **{side: variant})
            except SymrnnError:  # of another shape
                continue
            if candidate in seen or candidate.lhs == candidate.rhs:
                continue
            seen.add(candidate)
            found = _proved(candidate, claim)
            if found is not None:
                shown = _shown(variant)
                text = f"did you mean {shown} on the {other} side, {words}? That is PROVED"
                return Advice("did you mean", text, candidate, found)
    return None


def _shown(term: sp.Basic) -> str:
    """A term as people write it; as SymPy does where nothing says how."""
    with suppress(NotationError):
        return late.to_text(term)
    return str(term)


def _variants(term: MatrixExpr) -> Variants:
    """Terms that are one slip away from a term, those of the likeliest slips first."""
    for slip in SLIPS:
        yield from (*slip(term), *_inside(term, slip))


def _inside(term: sp.Basic, slip: Callable[[Any], Variants]) -> Iterator[tuple[str, Any]]:
    for at, part in enumerate(term.args):
        if not isinstance(part, MatrixExpr):
            continue
        for words, new in (*slip(part), *_inside(part, slip)):
            with suppress(SymrnnError, SymPyShapeError):
                yield words, term.func(*term.args[:at], new, *term.args[at + 1 :])


def _transposed(term: MatrixExpr) -> Variants:
    if isinstance(term, Transpose):
        yield f"without the transpose of {_shown(term.arg)}", term.arg
    elif not isinstance(term, sp.Identity):
        yield f"with {_shown(term)} transposed", Transpose(term)


def _reordered(term: MatrixExpr) -> Variants:
    if not isinstance(term, MatMul):
        return
    number, matrices = term.as_coeff_matrices()
    front = () if number == 1 else (number,)
    for at, (one, other) in enumerate(pairwise(matrices)):
        if one != other:
            with suppress(SymrnnError, SymPyShapeError):
                swapped = MatMul(*front, *matrices[:at], other, one, *matrices[at + 2 :])
                yield f"with {_shown(one)} and {_shown(other)} in the other order", swapped
    if len(matrices) > 2:
        with suppress(SymrnnError, SymPyShapeError):
            yield f"with the factors of {_shown(term)} in the other order", MatMul(*front, *reversed(matrices))


def _turned(term: MatrixExpr) -> Variants:
    if isinstance(term, OrderedProduct):
        other = ASCENDING if term.direction == DESCENDING else DESCENDING
        with suppress(SymrnnError):
            yield f"with an {other} product", OrderedProduct(term.body, term.args[1:4], other)


def _shifted(term: MatrixExpr) -> Variants:
    if isinstance(term, Element) and not any(size.free_symbols & term.index.free_symbols for size in term.shape):
        for by in (-1, 1):
            moved = term.func(term.args[0], term.index + by, *term.shape)
            yield f"with {_shown(moved)} in the place of {_shown(term)}", moved


def _bounded(term: MatrixExpr) -> Variants:
    if not isinstance(term, Binder):
        return
    for low, high in ((-1, -1), (1, 1), (-1, 0), (1, 0), (0, -1), (0, 1)):
        with suppress(SymrnnError):
            lower, upper = term.lower + low, term.upper + high
            yield (
                f"from {_shown(lower)} to {_shown(upper)}",
                term.func(term.body, term.variable, lower, upper, *term.args[4:]),
            )


def _raised(term: MatrixExpr) -> Variants:
    if isinstance(term, MatPow):
        for by in (-1, 1):
            yield f"with the exponent {_shown(term.exp + by)}", MatPow(term.base, term.exp + by)


def _negated(term: MatrixExpr) -> Variants:
    if not isinstance(term, MatAdd):
        yield f"with another sign of {_shown(term)}", -term


def _of_other_kind(term: MatrixExpr) -> Variants:
    match term:
        case TotalJacobian():
            yield f"with the immediate derivative of {_shown(term.of)}", ImmediateJacobian(term.of, term.wrt)
        case ImmediateJacobian():
            yield f"with the total derivative of {_shown(term.of)}", TotalJacobian(term.of, term.wrt)


SLIPS: tuple[Callable[[Any], Variants], ...] = (
    _reordered,
    _transposed,
    _shifted,
    _bounded,
    _of_other_kind,
    _raised,
    _turned,
    _negated,
)
"""What goes wrong in a formula, the commonest first."""
