"""Verdicts: the proof checker, tests modulo a prime, agreement to many digits, counterexamples."""

from symrnn.check.deciding.numeric import agreement, agrees_at, equal_at, identity_test, prove_at
from symrnn.check.kernel import Theorem, prove_derivation, prove_equation
from symrnn.check.refuting.sides import find_counterexample
from symrnn.check.verify import verify, verify_derivation
from symrnn.derivation.counterexample import Counterexample
from symrnn.derivation.verdict import Kind, Verdict

__all__ = [
    "Counterexample",
    "Kind",
    "Theorem",
    "Verdict",
    "agreement",
    "agrees_at",
    "equal_at",
    "find_counterexample",
    "identity_test",
    "prove_at",
    "prove_derivation",
    "prove_equation",
    "verify",
    "verify_derivation",
]
