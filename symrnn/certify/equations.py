"""Certificates of equations: the search for one, from the statement to its last line."""

from __future__ import annotations

from symrnn.certify.deriving import Deriver
from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal
from symrnn.certify.meeting import meet
from symrnn.certify.script import Script, place_json, size_json
from symrnn.certify.translate import translated
from symrnn.derivation.statement import Equation
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.system import Quantity
from symrnn.recurrence import Recurrence


def certificate(equation: Equation, recurrence: Recurrence | None, name: str) -> list[str]:
    """The lines of a certificate of an equation.

    Args:
        equation: what is to be proved.
        recurrence: what its names mean.
        name: the id that it goes by.

    Raises:
        NotFoundError: when none is found; which says nothing about the equation.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.kernel.printer import show_theorem
    >>> from symrnn.kernel.reader import replay
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    >>> print(show_theorem(replay(certificate(step, rnn, "step")[1:])))
    dh[t]/dh[t - 1] = diag(phi'(a[t])) W_hh  for t >= 1
    """
    quantities, facts, left, right = translated(equation, recurrence)
    script = Script(name)
    script.put("system", *(_row(script, name, known) for name, known in quantities.items()))
    deriver = Deriver(script)
    why = NotFoundError("the two sides do not meet")
    for how in ATTEMPTS:
        goal = Goal(script, facts, (), left)
        try:
            deriver.resolve(goal, how)
            goal.minus(right)
            deriver.resolve(goal, how)
            meet(goal)
            script.qed(goal.closed(right))
        except NotFoundError as error:
            why = error
        except NotProvedError as error:
            why = NotFoundError(f"the kernel refuses a step: {error}")
        else:
            return script.lines
    raise why


ATTEMPTS = (
    frozenset[str](),
    frozenset({"names"}),
    frozenset({"names", "values"}),
    frozenset({"slopes"}),
    frozenset({"slopes", "names"}),
)
"""What is written out: names, solutions and slopes only where that is needed."""


def _row(script: Script, name: str, known: Quantity) -> list[object]:
    body = None if known.body is None else script.term(known.body)
    arguments = [place_json(place) for place in known.arguments]
    sizes = size_json(known.rows), size_json(known.cols)
    return [name, *sizes, known.indexed, known.first, body, arguments, known.start, known.role, known.rank]
