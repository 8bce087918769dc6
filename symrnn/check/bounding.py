"""A bound of a Jacobian: proposed by the search for certificates, proved by the checker."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count

import sympy as sp

from symrnn.certify.norm_asked import proved_ranges
from symrnn.certify.norms.offering import offered
from symrnn.check.proving.meaning import require_real
from symrnn.check.verify import verify
from symrnn.derivation.inequality import BoundedSlope, Hypothesis, Inequality, hypotheses, spoken_by
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Kind, Verdict
from symrnn.errors import ProofError, UnknownTermError
from symrnn.expr import Apply, Derivative, Element, Norm, OrderedProduct, Selector


def bound(derivation: Derivation, given: Sequence[Hypothesis] = (), kind: str = "2") -> Verdict:
    """The proved bound of the norm of a Jacobian; see :meth:`symrnn.derivation.steps.Derivation.bound`.

    Raises:
        UnknownTermError: for a derivation of anything but a Jacobian.
        ProofError: when no bound is found and proved, and for a number of the network that need not be real.
    """
    jacobian, given = derivation.start, hypotheses(given)
    if not isinstance(jacobian, Derivative):
        raise UnknownTermError(
            f"{jacobian} is not a Jacobian, and bounds are found for these", advice='derive it with form="jacobian"'
        )
    assumed = (*given, *_slopes(derivation, given))
    measured = Norm(jacobian, kind)
    require_real(Inequality(measured, 0, derivation.where, assumed), derivation.recurrence)
    known = {*derivation.recurrence.parameters}
    for number in offered(measured, derivation.where, assumed, derivation.recurrence):
        if number.has(Derivative, OrderedProduct, Selector) or not number.atoms(sp.MatrixSymbol) <= known:
            continue  # it says of the Jacobian what the question was, or speaks of a number as of a matrix
        verdict = verify(Inequality(measured, number, derivation.where, assumed), derivation.recurrence)
        if verdict.kind is Kind.PROVED:
            return verdict
    stated = "state a bound as an Inequality and verify it"
    if _is_of_many_steps(jacobian):
        what, stated = " that is the same at every step", f"ask for a single step, by the state before, or {stated}"
    else:
        what = ""
    raise ProofError(f"no bound of {measured}{what} is found", advice=stated)


def _is_of_many_steps(jacobian: Derivative) -> bool:
    """Whether it leads from one state to another that is not the one before."""
    of, wrt = jacobian.of, jacobian.wrt
    return isinstance(of, Element) and isinstance(wrt, Element) and sp.expand(of.index - wrt.index) not in (0, 1)


def _slopes(derivation: Derivation, given: Sequence[Hypothesis]) -> list[BoundedSlope]:
    """The slope of each function in a closed form of which no rational bound is known is bounded by a letter.

    The letter is one that nothing else has: neither the network nor what is assumed speaks of it.
    """
    known = {name for name, order in proved_ranges(derivation.recurrence) if order}
    bounded = {h.function for h in given if isinstance(h, BoundedSlope)}
    graph = derivation.recurrence.graph
    spoken = (*graph.right_sides, *derivation.terms, *derivation.where, *spoken_by(given))
    taken = {*graph.quantities, *(symbol.name for term in spoken for symbol in term.atoms(sp.Symbol, sp.MatrixSymbol))}
    names = sorted({each.function for each in derivation.closed_form.atoms(Apply) if each.order} - known - bounded)
    letters: dict[str, str] = {}
    for name in names:
        wanted = "gamma" if len(names) == 1 else f"gamma_{name}"
        letters[name] = _untaken(wanted, taken | {*letters.values()})
    return [BoundedSlope(name, sp.Symbol(letter, nonnegative=True)) for name, letter in letters.items()]


def _untaken(letter: str, taken: set[str]) -> str:
    return next(each for each in chain([letter], (f"{letter}_{at}" for at in count(1))) if each not in taken)


__all__ = ["bound"]
