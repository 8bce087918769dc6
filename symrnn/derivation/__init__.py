"""Statements, derivations, claims and verdicts: the data that producers write and the checker reads."""

from symrnn.derivation.claim import Claim
from symrnn.derivation.comparing import Comparison, equivalent, find_renaming
from symrnn.derivation.counterexample import Counterexample
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis, Inequality, Limit, Statement
from symrnn.derivation.statement import AllOf, Definitions, Equation, Informal, Maximum, SlopeBound, equations_of
from symrnn.derivation.steps import Derivation, Step
from symrnn.derivation.verdict import Advice, Kind, Link, Verdict

__all__ = [
    "Advice",
    "AllOf",
    "BoundedSlope",
    "Claim",
    "Coincide",
    "Comparison",
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
    "Link",
    "Maximum",
    "SameDirection",
    "SlopeBound",
    "Statement",
    "Step",
    "Verdict",
    "equations_of",
    "equivalent",
    "find_renaming",
]
