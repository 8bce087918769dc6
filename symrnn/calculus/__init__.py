"""Matrix differential calculus of recurrences: differentials, identification, closed forms."""

from symrnn.calculus import softmax as _softmax  # noqa: F401  (registers the rules)
from symrnn.calculus.backward import Backward
from symrnn.calculus.deriving import FORMS, derive
from symrnn.calculus.differential import differential
from symrnn.calculus.identification import local_jacobian
from symrnn.calculus.tangent import dotted, hessian_vector, tangent

__all__ = [
    "FORMS",
    "Backward",
    "derive",
    "differential",
    "dotted",
    "hessian_vector",
    "local_jacobian",
    "tangent",
]
