"""Verdicts at chosen sizes and times: exact ones by expansion, and agreement to many digits."""

from __future__ import annotations

from symrnn.check.numeric import Indices, Sizes, agreement, equal_at
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Kind, Verdict
from symrnn.recurrence import Recurrence

AS_STATED = "the stated sizes and indices"
"""Where a statement is tried that leaves none of them open."""


def prove_at(equation: Equation, recurrence: Recurrence, sizes: Sizes, indices: Indices) -> Verdict:
    """Check an equation at given sizes and indices, every entry a symbol: PROVED_AT or UNDECIDED.

    Both sides are written out entry by entry and expanded, φ and its derivatives at each argument taken as unknown
    functions. Expressions grow fast: keep sizes and times below about 3 and 4.

    Args:
        equation: what to check.
        recurrence: what its names mean.
        sizes: numbers of units, such as ``{n: 2}``.
        indices: values of the free indices, such as ``{t: 2}``.

    Raises:
        EvaluationError: when a side has no value there.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import n, m, t
    >>> rnn = Elman("tanh")
    >>> closed = rnn.derive(rnn.h[t], wrt=rnn.W_hh).equation
    >>> print(prove_at(closed, rnn, {n: 2, m: 1}, {t: 2}))
    PROVED_AT: every entry, as an expression, at n = 2, m = 1, t = 2
    """
    where = located(sizes, indices) or AS_STATED
    if equal_at(equation, recurrence, sizes, indices):
        return Verdict(Kind.PROVED_AT, f"every entry, as an expression, at {where}")
    return Verdict(Kind.UNDECIDED, "", reason=f"entries differ after expansion at {where}; another form may agree")


def agrees_at(
    equation: Equation, recurrence: Recurrence, sizes: Sizes, indices: Indices, *, digits: int = 50, seed: int = 0
) -> Verdict:
    """Compare both sides in numbers of many digits at one random point: AGREES or UNDECIDED.

    Args:
        equation: what to check.
        recurrence: what its names mean; its activation must be a named one.
        sizes: numbers of units.
        indices: values of the free indices.
        digits: decimal digits asked for, relative to the largest entry.
        seed: what the drawn matrices follow from.

    Raises:
        EvaluationError: when a side has no value there.
        LimitError: for too many digits.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import n, m, t
    >>> rnn = Elman("softplus")
    >>> closed = rnn.derive(rnn.h[t], wrt=rnn.W_hh).equation
    >>> print(agrees_at(closed, rnn, {n: 2, m: 1}, {t: 4}, digits=100))
    AGREES: to 100 digits at n = 2, m = 1, t = 4 (seed 0)
    """
    found = agreement(equation, recurrence, sizes, indices, digits=digits, seed=seed)
    where = located(sizes, indices) or AS_STATED
    if found.agrees:
        return Verdict(Kind.AGREES, f"to {digits} digits at {where} (seed {seed})")
    reason = f"the sides agree to {found.digits:.1f} of {digits} digits at {where} (seed {seed})"
    return Verdict(Kind.UNDECIDED, "", reason=reason)


def located(sizes: Sizes, indices: Indices) -> str:
    """Sizes and indices in words.

    >>> located({"n": 2}, {"t": 3})
    'n = 2, t = 3'
    """
    return ", ".join(f"{symbol} = {at}" for symbol, at in {**sizes, **indices}.items())
