"""Randomised truncation in numbers: z_t = b_t + ξ_t a_t z_{t-1} with its mean and its variance."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr

from symrnn.derivation.claim import Claim
from symrnn.derivation.statement import AllOf, Equation
from symrnn.derivation.verdict import Kind, Verdict
from symrnn.expr import DESCENDING, Expectation, MatrixSum, OrderedProduct, Sequence, Variance
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import s, t, u

a, b, xi, pi = (Sequence(name, 1, first=1) for name in ("a", "b", "xi", "pi"))
z = Sequence("z", 1)


def _model() -> Recurrence:
    kept = MatMul(xi[t][0, 0], a[t], z[t - 1])
    definition = Definition(z, MatAdd(b[t], kept), Role.STATE)
    return Recurrence("randomised estimate", t, (definition,), (), (a, b, xi, pi), switches={"xi": "pi"})


@dataclass(frozen=True)
class ScalarEstimate:
    """The randomised estimate of a cell with one unit, for any numbers a_t = ∂⁺h_t/∂⁺h_{t-1} and b_t = ∂⁺h_t/∂⁺w.

    ξ_t is 1/π_t with probability π_t and 0 otherwise, independent of all others. Without truncation, π_t = 1, z_t is
    dh_t/dw and its variance 0.

    Args:
        recurrence: z_t = b_t + ξ_t a_t z_{t-1}; a, b and π are given.

    Source: Tallec and Ollivier (2017), Unbiasing truncated backpropagation through time, sec. 4.

    >>> estimate = ScalarEstimate()
    >>> estimate.variance.lhs, estimate.verify().kind
    (Var[z[t]], <Kind.PROVED: 'PROVED'>)
    """

    recurrence: Recurrence = field(default_factory=_model)

    @property
    def mean(self) -> Equation:
        """E[z_t] = a_t ⋯ a_1 z_0 + Σ_s a_t ⋯ a_{s+1} b_s, the value without truncation."""
        summed = MatrixSum(MatMul(_product(a[u], s), b[s]), s, sp.S.One, t)
        return Equation(Expectation(z[t]), MatAdd(MatMul(_product(a[u], sp.S.Zero), z[0]), summed), (t >= 0,))

    @property
    def variance_step(self) -> Equation:
        """Var z_t = a_t² (Var z_{t-1} / π_t + (1/π_t - 1) E[z_{t-1}]²)."""
        before = MatMul(1 / pi[t][0, 0], Variance(z[t - 1]))
        return Equation(Variance(z[t]), MatMul(a[t], a[t], MatAdd(before, _fresh(t))), (t >= 1,))

    @property
    def variance(self) -> Equation:
        """Var z_t = Σ_s (∏_{u=s+1}^{t} a_u²/π_u) a_s² (1/π_s - 1) E[z_{s-1}]²."""
        grown = _product(MatMul(1 / pi[u][0, 0], a[u], a[u]), s)
        summed = MatrixSum(MatMul(grown, a[s], a[s], _fresh(s)), s, sp.S.One, t)
        return Equation(Variance(z[t]), summed, (t >= 0,))

    def verify(self) -> Verdict:
        """Let the checker decide all three."""
        statement = AllOf((self.mean, self.variance_step, self.variance))
        return Claim("scalar", "randomised truncation in numbers", statement, Kind.PROVED, self.recurrence).verify()


def _fresh(at: sp.Expr) -> MatrixExpr:
    """(1/π - 1) m², what one switch adds to the variance."""
    mean = Expectation(z.at(at - 1))
    return MatMul(1 / pi.at(at)[0, 0] - 1, mean, mean)


def _product(factor: MatrixExpr, after: sp.Expr) -> MatrixExpr:
    return OrderedProduct(factor, (u, after + 1, t), DESCENDING)
