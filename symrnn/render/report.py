"""Records of claims for JSON."""

from __future__ import annotations

from typing import Any

from symrnn.latex import Notation, claim_latex
from symrnn.library import Entry
from symrnn.library.places import shown_path


def listed(entry: Entry, notation: str | Notation = "lecture") -> dict[str, Any]:
    """A claim that was not checked, as an object for JSON."""
    claim = entry.claim
    return {
        "id": claim.id,
        "title": claim.title,
        "statement": claim_latex(claim, notation),
        "expected": claim.expected.value,
        "corrected_by": claim.corrected_by,
        "file": shown_path(entry.path),
        "line": entry.line,
    }
