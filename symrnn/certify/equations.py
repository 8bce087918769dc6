"""Certificates of equations: the search for one, from the statement to its last line."""

from __future__ import annotations

from typing import NamedTuple

from symrnn.certify.deriving import Deriver
from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal
from symrnn.certify.meeting import meet
from symrnn.certify.script import Script, place_json, size_json
from symrnn.certify.translate import Translator
from symrnn.derivation.statement import Equation
from symrnn.derivation.steps import Derivation
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.rules import Facts
from symrnn.kernel.system import Quantity, kinds_of
from symrnn.kernel.terms import Term
from symrnn.recurrence import Recurrence


class Certificate(NamedTuple):
    """A certificate, and where the steps of a derivation stand in it.

    Args:
        lines: JSON, the header first.
        steps: for each step the numbers of its first and its last line, counted from 1; empty without a derivation.
    """

    lines: tuple[str, ...]
    steps: tuple[tuple[int, int], ...] = ()

    @property
    def text(self) -> str:
        """The lines as they stand in a file."""
        return "\n".join(self.lines) + "\n"


def certificate(equation: Equation, recurrence: Recurrence | None, name: str) -> Certificate:
    """A certificate of an equation.

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
    >>> print(show_theorem(replay(certificate(step, rnn, "step").lines[1:])))
    dh[t]/dh[t - 1] = diag(phi'(a[t])) W_hh  for t >= 1
    """
    translator = Translator(recurrence, equation.varying)
    left, right = translator.term(equation.lhs), translator.term(equation.rhs)
    facts = translator.facts(equation.where)
    script = _begun(translator, name)
    script.qed(_proved(Deriver(script), facts, left, right))
    return Certificate(tuple(script.lines))


def certificate_of(derivation: Derivation, name: str) -> Certificate:
    """A certificate of a derivation, in which each of its steps is a theorem of its own.

    Raises:
        NotFoundError: naming the first step that is not proved.
    """
    translator = Translator(derivation.recurrence, derivation.varying)
    terms = [translator.term(term) for term in derivation.terms]
    facts = translator.facts(derivation.where)
    script = _begun(translator, name)
    deriver = Deriver(script)
    links: list[int] = []
    ranges: list[tuple[int, int]] = []
    for at, step in enumerate(derivation.steps):
        first = len(script.lines) + 1
        try:
            links.append(_proved(deriver, facts, translator.term(step.before), terms[at + 1]))
        except NotFoundError as error:
            raise NotFoundError(f"step {at + 1} ({step.rule}) does not follow: {error}", error.missing) from None
        ranges.append((first, len(script.lines)))
    try:
        script.qed(script.chain(links))
    except NotProvedError as error:
        raise NotFoundError(f"the derivation breaks off: {error}") from None
    return Certificate(tuple(script.lines), tuple(ranges))


def _begun(translator: Translator, name: str) -> Script:
    """A script that begins with the system."""
    script = Script(name)
    script.put("system", *(_row(script, name, known) for name, known in translator.system().items()))
    return script


def _proved(deriver: Deriver, facts: Facts, left: Term, right: Term) -> int:
    """The number of the theorem that both sides are equal.

    Raises:
        NotFoundError: when no way is found; the reason is that of the first one.
    """
    why: NotFoundError | None = None
    speaks_of_means = "mean" in kinds_of(left) | kinds_of(right)
    for how in (*MEANS, *ATTEMPTS[1:]) if speaks_of_means else ATTEMPTS:
        goal = Goal(deriver.script, facts, (), left)
        try:
            deriver.resolve(goal, how)
            goal.minus(right)
            deriver.resolve(goal, how)
            meet(goal)
            return goal.closed(right)
        except NotFoundError as error:
            why = why or error
        except NotProvedError as error:
            why = why or NotFoundError(f"the kernel refuses a step: {error}")
    assert why is not None
    raise why


ATTEMPTS = (
    frozenset[str](),
    frozenset({"names"}),
    frozenset({"names", "values"}),
    frozenset({"slopes"}),
    frozenset({"slopes", "names"}),
)
"""What is written out: names, solutions and slopes only where that is needed."""

MEANS = (frozenset[str](), frozenset({"means"}), frozenset({"squares"}), frozenset({"means", "squares"}))
"""What is written out first where there are expectations: only as far as the equations reach, or in closed form."""


def _row(script: Script, name: str, known: Quantity) -> list[object]:
    body = None if known.body is None else script.term(known.body)
    arguments = [place_json(place) for place in known.arguments]
    sizes = size_json(known.rows), size_json(known.cols)
    moments = [script.term(moment) for moment in known.moments]
    return [name, *sizes, known.indexed, known.first, body, arguments, known.start, known.role, known.rank, *moments]
