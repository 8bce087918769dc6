"""What helps where a statement was not proved: where it holds, what may have been meant, and where its sides part.

Only what is PROVED is offered as holding. The table below may grow by a line, and so may those of ``slips.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from typing import TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn.budget import attempting, spending
from symrnn.certify.apart import apart
from symrnn.check.deciding.equality import EquationQuestion
from symrnn.check.proving.meaning import MATRICES
from symrnn.check.refuting.instances import Numbers
from symrnn.check.slips import shown_as, variants
from symrnn.check.verify import decide
from symrnn.derivation.claim import SEED, Claim
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Advice, Kind, Verdict, weakest, worded
from symrnn.errors import ExhaustedError, LimitError, SymrnnError
from symrnn.expr import Derivative, Element

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
    >>> from symrnn.expr import TotalJacobian
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


def _says_itself(candidate: Equation, statement: Equation) -> bool:
    """Whether the right side is, or needs, the very derivative on the left, which it did not before."""
    left = candidate.lhs
    return (
        left == candidate.rhs
        or _as_shown(left) == _as_shown(candidate.rhs)
        or (isinstance(left, Derivative) and candidate.rhs.has(left) and not statement.rhs.has(left))
    )


def _as_shown(side: MatrixExpr) -> str:
    """A side in print, without factors 1 and signs that cancel out."""
    return shown_as(_tidied(side))


def _tidied(term: sp.Basic) -> sp.Basic:
    """A product or power without factors 1 and signs that cancel out, and nothing else: (AB)ᵀ stays what it is."""
    if not isinstance(term, sp.MatMul | sp.MatPow):
        return term
    return term.func(*map(_tidied, term.args)).doit(deep=False)


# -- where it holds ----------------------------------------------------------------------------------------------------


def _where_it_holds(verdict: Verdict, statement: Ranged, claim: Claim) -> Advice | None:
    """The first of a few more conditions on its indices with which it is proved."""
    assert verdict.counterexample is not None
    named = {str(name): value for name, value in verdict.counterexample.given if isinstance(value, int)}
    at = {index: named[index.name] for index in statement.indices if index.name in named}
    if len(at) < len(statement.indices) or not at:
        return None
    singles = list(dict.fromkeys(c for conditions in CONDITIONS for c in conditions(at)))
    singles = [c for c in singles if isinstance(c, Relational) and not _leaves_one_case(c, statement.where)]
    chosen = [(c,) for c in singles] + list(combinations(singles, 2))
    telling = _telling(statement, claim)
    failing = [at] if telling is None else [at, {**telling.indices, **telling.sizes}]
    for more in chosen:
        if any(all(c.xreplace(numbers) == sp.true for c in more) for numbers in failing):
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


def _telling(statement: Ranged, claim: Claim) -> Numbers | None:
    """The smallest numbers at which the sides of an equation differ: what fails there, too, needs no second look."""
    if not isinstance(statement, Equation):
        return None
    recurrence = MATRICES if claim.recurrence is None else claim.recurrence
    return EquationQuestion(statement, recurrence, None, SEED).first_failing()


def _leaves_one_case(condition: Relational, where: tuple[Relational, ...]) -> bool:
    """Whether two indices would have to be equal, where little is left of what was stated: k >= t beside t >= k."""
    return any(
        len(other.free_symbols) == 2 and sp.expand(condition.gts - condition.lts + other.gts - other.lts) == 0
        for other in where
        if isinstance(other, sp.Ge | sp.Le)
    )


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
    recurrence = MATRICES if claim.recurrence is None else claim.recurrence
    telling = _telling(statement, claim)
    for side, other in (("rhs", "right"), ("lhs", "left")):
        if side == "lhs" and isinstance(statement.lhs, Derivative | Element):
            continue
        seen = {statement}
        for words, variant in variants(statement, side, recurrence):
            try:
                candidate = replace(statement, **{side: variant})
            except SymrnnError:  # of another shape
                continue
            if candidate in seen or _says_itself(candidate, statement):
                continue
            seen.add(candidate)
            if telling and not EquationQuestion(candidate, recurrence, None, SEED).may_hold_at(telling):
                continue
            found = _proved(candidate, claim)
            if found is not None:
                shown = shown_as(variant)
                text = f"did you mean {shown} on the {other} side, {words}? That is PROVED"
                return Advice("did you mean", text, candidate, found)
    return None
