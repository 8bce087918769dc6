"""Where the two sides of an equation part: the summands of either that the other one lacks, after the normal form."""

from __future__ import annotations

from symrnn.certify.deriving import Deriver
from symrnn.certify.equations import ATTEMPTS, draft_of, rewritten
from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal
from symrnn.certify.terms import Writer
from symrnn.certify.translate import Translator
from symrnn.derivation.statement import Equation
from symrnn.errors import SymrnnError
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.monomials import Poly
from symrnn.kernel.printer import show
from symrnn.recurrence import Recurrence

Summands = tuple[str, ...]


def apart(equation: Equation, recurrence: Recurrence) -> tuple[Summands, Summands]:
    """The summands that are left on either side when all that both have in common is gone, as short text.

    Of all ways to write the sides out, the one that leaves the least is told. Both are empty where the sides cannot be
    written out, and where nothing is left.

    Args:
        equation: two sides.
        recurrence: what their names mean.

    Raises:
        LimitError: when the search takes too long.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> J = TotalJacobian(rnn.h[t], rnn.h[t - 1])
    >>> apart(Equation(J + rnn.W_hh, rnn.W_hh * rnn.D(t) + rnn.W_hh, where=(t >= 1,)), rnn)
    (("diag(phi'(a[t])) W_hh",), ("W_hh diag(phi'(a[t]))",))
    """
    try:
        translator = Translator(recurrence, equation.varying, equation.where, equation.terms)
        left, right = translator.term(equation.lhs), translator.term(equation.rhs)
        assumed = translator.hypotheses(equation)
        deriver, facts = Deriver(draft_of(translator), assumed), translator.facts(equation.where)
        deriver.speak_of(left, right)
    except (NotFoundError, NotProvedError, SymrnnError):
        return (), ()
    least: Goal | None = None
    for how in ATTEMPTS:
        goal = Goal(deriver.script, facts, deriver.assumed, left)
        try:
            rewritten(deriver, goal, right, how)
        except NotFoundError:
            is_difference = goal.before is not None
            if is_difference and goal.value.terms and (least is None or _length(goal.value) < _length(least.value)):
                least = goal
        except NotProvedError:
            continue
    return ((), ()) if least is None else _told(least, deriver)


def _length(value: Poly) -> int:
    return len(value.terms)


def _told(goal: Goal, deriver: Deriver) -> tuple[Summands, Summands]:
    """The summands with a positive number in front belong to the left side, the others to the right one."""
    left, right = list[str](), list[str]()
    for mono, c in goal.value.terms:
        try:
            term = Writer(goal.script, deriver.normal).mono(goal.value.rows, goal.value.cols, mono, max(c, -c), {})
        except NotFoundError:  # a domain that is not a range within a range has no term
            return (), ()
        (left if c > 0 else right).append(show(term))
    return tuple(left), tuple(right)
