"""Matrix differential calculus of recurrences: differentials, identification, closed forms."""

from symrnn.calculus.deriving import FORMS, derive
from symrnn.calculus.differential import differential
from symrnn.calculus.identification import local_jacobian
from symrnn.calculus.tangent import dotted, hessian_vector, tangent

__all__ = ["FORMS", "derive", "differential", "dotted", "hessian_vector", "local_jacobian", "tangent"]
