"""Verdicts on statements about clipped gradients: a small counterexample, or a proof with a certificate."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symrnn.certify.clipped_asked import Clipped
from symrnn.check.examples import is_about_plain_matrices, refute, satisfied
from symrnn.check.instances import choices
from symrnn.check.kernel import prove_clipped
from symrnn.check.meaning import MATRICES
from symrnn.derivation.inequality import Inequality
from symrnn.derivation.verdict import Counterexample, Kind, Verdict
from symrnn.errors import LimitError, ProofError, UnknownTermError
from symrnn.expr import ClipByValue, ClipFactor, Stack
from symrnn.recurrence import Recurrence

NOT_PROVED = (ProofError, UnknownTermError, LimitError)
"""What stops a proof without saying anything about the statement."""


FIRST_GLANCE = 120
"""At how many places a statement is tried before a proof is looked for."""


def is_clipped(statement: Any) -> bool:
    """Tell whether an inequality speaks of clipped gradients or of several stacked ones.

    >>> from symrnn.expr import Norm
    >>> g, theta = sp.MatrixSymbol("g", 3, 1), sp.Symbol("theta", positive=True)
    >>> is_clipped(Inequality(Norm(ClipByValue(g, theta)), theta)), is_clipped(Inequality(Norm(g), theta))
    (True, False)
    """
    return isinstance(statement, Inequality) and any(
        term.has(ClipFactor, ClipByValue, Stack) for term in (statement.lhs, statement.rhs, *statement.terms)
    )


def verdict_on_clipped(statement: Clipped, recurrence: Recurrence | None, seed: int) -> Verdict:
    """Refute a statement by a small example, or prove it for every size.

    What fails at one of the first few places is refuted at once; whatever else is proved if possible, or tried further.

    Raises:
        ProofError: when a proof and a calculation contradict each other, which is a bug to report.
        SymbolClashError: when a name stands at another shape than in the recurrence.

    >>> from symrnn.expr import Norm
    >>> from symrnn.symbols import n
    >>> g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
    >>> print(verdict_on_clipped(Inequality(Norm(ClipFactor(g, theta) * g), theta), None, 0))
    PROVED: inner products, 2 cases (certificate of 7 lines)
      statement: ‖ClipFactor(g, theta, 2)*g‖₂ <= theta
      given: theta > 0 real
      given: clipping leaves 0 as it is
      given: sizes n arbitrary
      given: by name: homogeneity: ‖sX‖ = |s|‖X‖ for every norm [Horn and Johnson (2013), Matrix Analysis, ...]
    """
    free = _may_be_chosen(statement, recurrence)
    example = refute(statement, seed, FIRST_GLANCE) if free else None
    if example is not None:
        return _refuted(example)
    try:
        theorem = prove_clipped(statement, recurrence)
    except NOT_PROVED as error:
        example = refute(statement, seed) if free else None
        return _refuted(example) if example else Verdict(Kind.UNDECIDED, "", reason=str(error))
    on_indices = tuple(c for c in statement.where if c.free_symbols and all(s.is_integer for s in c.free_symbols))
    if on_indices and not choices(Inequality(sp.S.Zero, sp.S.Zero, on_indices), recurrence or MATRICES):
        return Verdict(Kind.UNDECIDED, "", reason="no values of the indices satisfy its conditions, so it says nothing")
    if free:
        count, example = satisfied(statement, seed)
        if example is not None:
            raise ProofError(f"the checker proved {statement}, but it fails at {example}", advice="please report this")
        if not count:
            return Verdict(Kind.UNDECIDED, "", reason="nothing was found that satisfies its hypotheses and has a value")
    return Verdict.of(theorem)


def _refuted(example: Counterexample) -> Verdict:
    return Verdict(Kind.REFUTED, "counterexample", counterexample=example)


def _may_be_chosen(statement: Clipped, recurrence: Recurrence | None) -> bool:
    """Whether every matrix in the statement is free: any name without a recurrence, with one its parameters."""
    if not is_about_plain_matrices(statement):
        return False
    if recurrence is None:
        return True
    names = {matrix.name for term in statement.terms for matrix in term.atoms(sp.MatrixSymbol)}
    return names <= {parameter.name for parameter in recurrence.parameters}
