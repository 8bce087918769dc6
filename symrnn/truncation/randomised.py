"""Randomised truncation: the sum over all steps is cut at random, and what survives is scaled up.

Source: Tallec and Ollivier (2017), Unbiasing truncated backpropagation through time, eqs. (9) to (11), where the path
is cut at step t with probability 1 - π_t.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.calculus.coupled import Stacked
from symrnn.calculus.identification import product
from symrnn.derivation.claim import Claim
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Kind, Verdict
from symrnn.errors import UnknownTermError
from symrnn.expr import (
    DESCENDING,
    Element,
    Expectation,
    OrderedProduct,
    Sequence,
    TotalJacobian,
    dimension,
)
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import t, u
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
        stacked = Stacked(self.recurrence, self.state.at(t))
        left, right = stacked.picked(Expectation(self.estimate.at(t))), stacked.picked(MatMul(carried, initial))
        return Equation(left, MatAdd(TotalJacobian(self.state.at(t), self.wrt), right), (t >= start,))

    def verify(self) -> Verdict:
        """Let the checker decide whether the estimate is unbiased."""
        claim = Claim("randomised", "randomised truncation", self.unbiased, Kind.PROVED, self.recurrence)
        return claim.verify()

    def _factor(self, at: sp.Expr) -> MatrixExpr:
        return self.factor.xreplace({self.recurrence.index: at})


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
    if not isinstance(state, Sequence):
        raise UnknownTermError(f"{state} is not the sequence of a state", advice="give the sequence, such as net.h")
    current: Element = state.at(at)
    Paths(recurrence, current, wrt)
    stacked = Stacked(recurrence, current)
    factor, forcing = stacked.factor(), stacked.forcing(at, wrt)
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
    known = recurrence.graph.quantities
    for name in among:
        if name not in known:
            return name
    name = among[-1]
    while name in known:
        name += "'"
    return name
