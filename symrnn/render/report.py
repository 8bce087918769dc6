"""Records of claims for JSON, and the LaTeX of a claim's proof."""

from __future__ import annotations

from typing import Any

from symrnn.derivation import Claim
from symrnn.errors import SelectionError
from symrnn.latex import Notation, derivation_latex, statement_latex
from symrnn.library import Entry
from symrnn.library.places import shown_path


def listed(entry: Entry, notation: str | Notation = "lecture") -> dict[str, Any]:
    """A claim that was not checked, as an object for JSON."""
    claim = entry.claim
    return {
        "id": claim.id,
        "title": claim.title,
        "statement": statement_latex(claim.statement, notation),
        "expected": claim.expected.value,
        "corrected_by": claim.corrected_by,
        "file": shown_path(entry.path),
        "line": entry.line,
    }


def proof_latex(claim: Claim, notation: str | Notation = "lecture") -> str:
    """The derivation of a claim as an ``aligned`` block.

    Raises:
        SelectionError: for a claim without a derivation.
    """
    if claim.derivation is None:
        raise SelectionError(f"the claim {claim.id} comes without a derivation", advice="print its statement instead")
    return derivation_latex(claim.derivation, notation)
