"""Randomised truncation: the sum over all steps is cut at random, and what survives is scaled up.

Source: Tallec and Ollivier (2017), Unbiasing truncated backpropagation through time, eqs. (9) to (11), where the path
is cut at step t with probability 1 - π_t.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.calculus.closed_forms import simplified
from symrnn.calculus.coupled import Stacked
from symrnn.calculus.identification import local_jacobian, product
from symrnn.derivation.claim import Claim
from symrnn.derivation.statement import AllOf, Equation
from symrnn.derivation.verdict import Kind
from symrnn.errors import ShapeError
from symrnn.expr import (
    DESCENDING,
    Element,
    Expectation,
    MatrixSum,
    OrderedProduct,
    Sequence,
    TotalJacobian,
    Variance,
    dimension,
)
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import s, t, u
from symrnn.truncation.paths import Paths

NAMES = {"xi": ("xi", "zeta", "chi"), "pi": ("pi", "rho", "varpi"), "z": ("z", "Z", "v")}


@dataclass(frozen=True)
class Randomised:
    """The estimate z_t = B_t + ξ_t A_t z_{t-1} of dh_t/dW, with statements about its distribution.

    Args:
        recurrence: the definitions, the estimate z and the random inputs ξ among them.
        state: h.
        wrt: W.
        estimate: z.
        switch: ξ_t, 1/π_t with probability π_t and 0 otherwise.
        probability: π_t.
        factor: A_t at the index of the recurrence: ∂⁺h_t/∂⁺h_{t-1}, or that of the stacked states.
        first: the first index at which z has an equation.
    """

    recurrence: Recurrence
    state: Sequence
    wrt: MatrixSymbol
    estimate: Sequence
    switch: Sequence
    probability: Sequence
    factor: MatrixExpr
    first: int

    @property
    def unbiased(self) -> Equation:
        """E[z_t] = dh_t/dW + Φ(t, 0) z_0: an estimate that starts with z_0 = 0 has the right expectation.

        Where several states are stacked in z, both sides are their block of h.
        """
        start = self.first - 1
        initial: MatrixExpr = self.estimate.at(sp.Integer(start))
        carried: MatrixExpr = OrderedProduct(self._factor(u), (u, start + 1, t), DESCENDING)
        left: MatrixExpr = Expectation(self.estimate.at(t))
        right = MatMul(carried, initial)
        stacked = Stacked(self.recurrence, self.state.at(t))
        if len(stacked.states) > 1:
            left, right = stacked.picked(left), stacked.picked(right)
        return Equation(left, MatAdd(TotalJacobian(self.state.at(t), self.wrt), right), (t >= start,))

    @property
    def variance_step(self) -> Equation:
        """Var z_t = a_t² (Var z_{t-1} / π_t + (1/π_t - 1) E[z_{t-1}]²) for a scalar z.

        Raises:
            ShapeError: when z is no scalar.
        """
        self._require_scalar()
        return Equation(Variance(self.estimate.at(t)), self._spread(t, Variance(self.estimate.at(t - 1))), self._later)

    @property
    def variance(self) -> Equation:
        """Var z_t = Σ_s (∏_{u=s+1}^{t} a_u²/π_u) a_s² (1/π_s - 1) E[z_{s-1}]² for a scalar z.

        Raises:
            ShapeError: when z is no scalar.
        """
        self._require_scalar()
        step = MatMul(1 / self._chance(u), self._factor(u), self._factor(u))
        grown = OrderedProduct(step, (u, s + 1, t), DESCENDING)
        summed = MatrixSum(MatMul(grown, self._spread(s, None)), s, sp.Integer(self.first), t)
        return Equation(Variance(self.estimate.at(t)), summed, (t >= self.first - 1,))

    def verify(self) -> Any:
        """Let the checker decide: unbiased, and for a scalar with the variance that is written here.

        Returns:
            A :class:`symrnn.check.Verdict`.
        """
        parts = [self.unbiased]
        if self.estimate.at(t).shape == (1, 1):
            parts += [self.variance_step, self.variance]
        statement = AllOf(tuple(parts))
        return Claim("randomised", "randomised truncation", statement, Kind.PROVED, self.recurrence).verify()

    @property
    def _later(self) -> tuple[Any, ...]:
        return (t >= self.first,)

    def _spread(self, at: sp.Expr, before: MatrixExpr | None) -> MatrixExpr:
        """a² (V/π + (1/π - 1) m²) at an index, or the part without V."""
        a, m = self._factor(at), Expectation(self.estimate.at(at - 1))
        fresh = MatMul(1 / self._chance(at) - 1, m, m)
        spread = fresh if before is None else MatAdd(MatMul(1 / self._chance(at), before), fresh)
        return MatMul(a, a, spread)

    def _factor(self, at: sp.Expr) -> MatrixExpr:
        return self.factor.xreplace({self.recurrence.index: at})

    def _chance(self, at: sp.Expr) -> sp.Expr:
        return self.probability.at(at)[0, 0]

    def _require_scalar(self) -> None:
        if self.estimate.at(t).shape != (1, 1):
            raise ShapeError(
                f"the variance of {self.estimate.at(t)}, which is no scalar", advice="take a cell of one unit"
            )


def randomised(recurrence: Recurrence, state: Sequence, wrt: MatrixSymbol) -> Randomised:
    """Carry an estimate of dh_t/dW along that forgets its past at random: z_t = B_t + ξ_t A_t z_{t-1}.

    ξ_t is 1/π_t with probability π_t and 0 otherwise, independent of all others; π_t is an input of the new recurrence,
    with 0 < π_t <= 1. A_t and B_t are ∂⁺h_t/∂⁺h_{t-1} and ∂⁺h_t/∂⁺W, those of the stacked states where h depends on
    others.

    Args:
        recurrence: the definitions.
        state: the sequence of a state.
        wrt: a parameter that all steps share.

    Raises:
        UnknownTermError: for another sequence or parameter.

    >>> from symrnn.cells import Elman
    >>> rnn = Elman("tanh")
    >>> estimate = randomised(rnn, rnn.h, rnn.W_hh)
    >>> estimate.unbiased.lhs, estimate.verify().kind
    (E[z[t]], <Kind.PROVED: 'PROVED'>)
    """
    at = recurrence.index
    current: Element = state.at(at)
    Paths(recurrence, current, wrt)
    stacked = Stacked(recurrence, current)
    if len(stacked.states) > 1:
        factor, forcing = stacked.factor(), stacked.forcing(at, wrt)
    else:
        factor = simplified(local_jacobian(recurrence, current, state.at(at - 1)))
        forcing = simplified(local_jacobian(recurrence, current, wrt))
    xi, pi, z = (_free_name(recurrence, among) for among in NAMES.values())
    first = stacked.first
    switch, probability = (Sequence(name, 1, first=first) for name in (xi, pi))
    estimate = Sequence(z, factor.rows, dimension(wrt), first=first - 1)
    kept = MatMul(switch.at(at)[0, 0], product((factor, estimate.at(at - 1)), factor.rows))
    definition = Definition(estimate, MatAdd(forcing, kept), Role.STATE, first)
    extended = recurrence.replaced(
        definitions=(*recurrence.definitions, definition),
        inputs=(*recurrence.inputs, switch, probability),
        switches={**recurrence.switches, xi: pi},
    )
    return Randomised(extended, state, wrt, estimate, switch, probability, factor, first)


def _free_name(recurrence: Recurrence, among: tuple[str, ...]) -> str:
    """The first of some names that the recurrence does not use; the last with marks where it uses all."""
    known = {d.sequence.name for d in recurrence.definitions}
    known |= {p.name for p in (*recurrence.parameters, *recurrence.inputs, *recurrence.totals)}
    for name in among:
        if name not in known:
            return name
    name = among[-1]
    while name in known:
        name += "'"
    return name
