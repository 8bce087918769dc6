"""Equations that give names their meaning: those of a recurrence, or of new names, each from what has one already."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.check.proving.arithmetic import at_least, entails
from symrnn.check.proving.existence import admitted, require_existing
from symrnn.check.proving.meaning import names_in, require_finite, require_known
from symrnn.derivation.statement import Definitions, Equation
from symrnn.equality import equal
from symrnn.errors import ProofError
from symrnn.expr import Element, Variable
from symrnn.recurrence import Recurrence


def require_definitions(statement: Definitions, recurrence: Recurrence) -> tuple[str, ...]:
    """See that every equation is the recurrence's own at all its indices, or gives a new name one meaning.

    Returns:
        What the right sides need in order to exist, in words.

    Raises:
        ProofError: naming the first equation that does neither.
        SymrnnError: when it does not speak of this recurrence.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> require_definitions(Definitions((Equation(rnn.h[t], rnn.phi(rnn.a[t]), (t >= 1,)),)), rnn)
    ()
    >>> require_definitions(Definitions((Equation(rnn.h[t], rnn.phi(rnn.a[t])),)), rnn)
    Traceback (most recent call last):
    symrnn.errors.ProofError: the equation of h[t] holds from index 1 on only, which its conditions do not say; ...
    """
    fresh: dict[str, set[str]] = {}
    needed: list[str] = []
    known = _known(recurrence)
    for part in statement.parts:
        if part.given:
            raise ProofError(f"{part} assumes something, so that it gives no name its meaning")
        if entails(part.where, sp.false):
            raise ProofError(f"no index satisfies the conditions of {part}, so it says nothing")
        if not isinstance(part.lhs, Variable) or part.lhs.name in known:
            _require_own(part, recurrence)
            needed += _existing((part.lhs, part.rhs), part, recurrence)
            continue
        if part.lhs.name in fresh:
            raise ProofError(f"{part.lhs.name} is given two meanings")
        _require_one_value(part, recurrence)
        fresh[part.lhs.name] = names_in(part.rhs)
        needed += _existing((part.rhs,), part, recurrence)
    _require_order(fresh, known)
    for part in statement.parts:
        require_finite((part.lhs, part.rhs, *part.where), recurrence)
        require_known((part.rhs,), recurrence, also=fresh)
    return tuple(dict.fromkeys(needed))


def _existing(terms: tuple[MatrixExpr, ...], part: Equation, recurrence: Recurrence) -> tuple[str, ...]:
    """What has to be assumed beside the conditions for terms to exist, in words; nothing of indices."""
    admission = admitted(terms, recurrence, part.where)
    require_existing(admission)
    return admission.extra


def _known(recurrence: Recurrence) -> set[str]:
    """The names that have a meaning already."""
    return set(recurrence.graph.quantities)


def _require_own(equation: Equation, recurrence: Recurrence) -> None:
    """See that an equation is the recurrence's, at every index that it covers."""
    quantity = equation.lhs
    recurrence.require_own_names((quantity, equation.rhs))
    body = recurrence.body(quantity) if isinstance(quantity, Variable) else None
    if body is None:
        raise ProofError(f"{quantity} is not what the {recurrence.name} defines")
    if not (equal(body, equation.rhs) or equal(recurrence.inlined(quantity), equation.rhs)):
        raise ProofError(f"the {recurrence.name} defines {quantity} otherwise")
    definition = recurrence.definition(quantity.name)
    if definition is not None and not entails(equation.where, at_least(quantity.index, definition.first)):
        raise ProofError(
            f"the equation of {quantity} holds from index {definition.first} on only, which its conditions do not say",
            advice=f"add {quantity.index} >= {definition.first}" if quantity.index.free_symbols else "",
        )


# -- new names -------------------------------------------------------------------------------------------------------


def _require_one_value(equation: Equation, recurrence: Recurrence) -> None:
    """See that the left side names one index, or one for each value of a symbol, and the right side nothing else."""
    fixed = {s for body in recurrence.totals.values() for s in body.free_symbols}
    at = equation.lhs.index if isinstance(equation.lhs, Element) else sp.S.Zero
    moving = sorted(at.free_symbols - fixed, key=str)
    if len(moving) > 1 or any(sp.expand(at).coeff(s) not in (1, -1) or at.diff(s).free_symbols for s in moving):
        raise ProofError(f"{equation.lhs} names no single index for each value of {', '.join(map(str, moving))}")
    for index in _indices(equation):
        if index not in at.free_symbols | fixed:
            raise ProofError(f"the meaning of {equation.lhs} depends on {index}, which it does not name")


def _indices(equation: Equation) -> Iterator[sp.Symbol]:
    """The free indices of the right side."""
    of_right = equation.rhs.free_symbols
    yield from (index for index in equation.indices if index in of_right)


def _require_order(fresh: dict[str, set[str]], known: set[str]) -> None:
    """See that each new name is made of what has a meaning before it, in some order."""
    for name, used in fresh.items():
        for other in sorted(used - known - set(fresh)):
            raise ProofError(f"{name} is defined by {other}, which has no meaning itself")
    waiting = dict(fresh)
    while waiting:
        ready = [name for name, used in waiting.items() if not used & set(waiting)]
        if not ready:
            raise ProofError(f"the meanings of {', '.join(sorted(waiting))} go round in a circle")
        for name in ready:
            del waiting[name]
