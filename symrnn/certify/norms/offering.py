"""Bounds that the search for certificates finds by itself, in SymPy's words: proposals, for the checker to prove."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp
from sympy.core.relational import Relational

from symrnn.certify.asked import words_of
from symrnn.certify.errors import NotAskedError, NotFoundError
from symrnn.certify.norm_asked import NumberWords, standard_number
from symrnn.certify.norms.norm_search import SUMS, uppers
from symrnn.certify.norms.norm_translate import Stated
from symrnn.derivation.inequality import Hypothesis, Inequality, spoken_by
from symrnn.errors import UnknownTermError
from symrnn.expr import Norm
from symrnn.kernel.errors import NotProvedError
from symrnn.recurrence import Recurrence


def offered(
    measured: Norm, where: Sequence[Relational], given: Sequence[Hypothesis], recurrence: Recurrence
) -> Iterator[sp.Expr]:
    """Numbers that a norm does not exceed, read off the structure of what it is the norm of.

    Args:
        measured: the norm.
        where: conditions on its indices.
        given: what is assumed besides, such as a bound of a slope.
        recurrence: what its names mean.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import k, t
    >>> rnn = Elman("tanh")
    >>> list(offered(Norm(TotalJacobian(rnn.h[t], rnn.h[t - k])), (k >= 0, t >= k), (), rnn))
    [‖W_hh‖₂**k]
    """
    spoken = [standard_number(measured), *(bound for h in given for bound in getattr(h, "bounds", ()) if bound.args)]
    terms = [*recurrence.graph.right_sides, *spoken_by(given)]
    free = {symbol for term in terms for symbol in term.free_symbols if isinstance(symbol, sp.Symbol)}
    numbers = [symbol for symbol in free if not symbol.is_integer]  # γ, and a rate of the network
    right_side = sp.Add(*(symbol for symbol in numbers if symbol.is_real))  # of which a bound may speak
    stated = Stated(Inequality(measured, right_side, tuple(where), tuple(given)), recurrence, "bound")
    try:
        words = words_of(stated.script.replay.of_system(), spoken, [*where, *numbers], recurrence)
        left, right = stated.sides
        estimates = list(uppers(stated, left, right, SUMS[0]))
    except (NotFoundError, NotProvedError, NotAskedError):
        return
    for estimate in estimates:
        try:
            number = NumberWords(words).number(estimate.value)
        except (NotAskedError, UnknownTermError):  # a number of which there is a norm in the kernel only
            continue
        if number != measured:
            yield number
