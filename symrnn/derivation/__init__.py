"""Statements, derivations, claims and verdicts: the data that producers write and the checker reads."""

from symrnn.derivation.claim import Claim
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis, Inequality, Limit, Statement
from symrnn.derivation.statement import AllOf, Definitions, Equation, Informal, Maximum, SlopeBound, equations_of
from symrnn.derivation.steps import Derivation, Step
from symrnn.derivation.verdict import Counterexample, Kind, Verdict

__all__ = [
    "AllOf",
    "BoundedSlope",
    "Claim",
    "Counterexample",
    "Definitions",
    "Derivation",
    "Equation",
    "ForEvery",
    "Hypothesis",
    "Inequality",
    "Informal",
    "Kind",
    "Limit",
    "Maximum",
    "SlopeBound",
    "Statement",
    "Step",
    "Verdict",
    "equations_of",
]
