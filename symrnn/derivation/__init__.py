"""Statements, derivations, claims and verdicts: the data that producers write and the checker reads."""

from symrnn.derivation.claim import Claim
from symrnn.derivation.statement import (
    AllOf,
    Definitions,
    Equation,
    Informal,
    Maximum,
    Statement,
    equations_of,
)
from symrnn.derivation.steps import Derivation, Step
from symrnn.derivation.verdict import Counterexample, Kind, Verdict

__all__ = [
    "AllOf",
    "Claim",
    "Counterexample",
    "Definitions",
    "Derivation",
    "Equation",
    "Informal",
    "Kind",
    "Maximum",
    "Statement",
    "Step",
    "Verdict",
    "equations_of",
]
