"""Methods whose work is done on a higher floor: looked up when called, so that imports only ever point down.

What the names below are, ``late.pyi`` says to editors and to mypy; it is the only place that looks up.
"""

from __future__ import annotations

from importlib import import_module

HOMES = {
    "claim_bound": "bounds.claims",
    "slope_bounds": "bounds.slopes",
    "SlopeBounds": "bounds.slopes",
    "Named": "cells.cell",
    "StepLoss": "cells.losses",
    "masked": "cells.training",
    "with_loss": "cells.training",
    "Unrolled": "evaluate.unrolling",
    "unroll": "evaluate.unrolling",
    "Derivation": "derivation.steps",
    "Backward": "calculus.backward",
    "backward_pass": "calculus.backward",
    "written_out": "calculus.closed_forms",
    "derive": "calculus.deriving",
    "Certificate": "certify.equations",
    "explained": "certify.explaining",
    "Theorem": "check.kernel",
    "require_said": "check.kernel",
    "require_theorem": "check.kernel",
    "verify": "check.verify",
    "verify_derivation": "check.verify",
    "Notation": "latex.notation",
    "derivation_latex": "latex.statements",
    "explain": "latex.statements",
    "statement_latex": "latex.statements",
    "definitions_text": "latex.text",
    "equation_text": "latex.text",
    "latex": "latex.writer",
}
"""The module below ``symrnn`` that each name is looked up in."""


def __getattr__(name: str) -> object:
    """What a higher floor calls by a name.

    >>> from symrnn import late
    >>> late.activation("relu").name
    'relu'
    """
    if name not in HOMES:
        raise AttributeError(f"no method looks up {name}")
    return getattr(import_module(f"symrnn.{HOMES[name]}"), name)
