"""What is held by a stop-gradient has its value and does not move, in proofs, at numbers and in code."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.cells import Cell, gates
from symrnn.certify.translate import STOPPED
from symrnn.check import verify
from symrnn.codegen import generate
from symrnn.derivation import Equation, Inequality, Kind
from symrnn.expr import Elementwise, Gradient, ImmediateJacobian, Norm, Sequence, StopGradient, TotalJacobian
from symrnn.latex import to_latex, to_text
from symrnn.symbols import T, k, n, t

PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
h, W, tanh = Sequence("h", n), sp.MatrixSymbol("W", n, n), Elementwise("phi")
(v,) = gates("v", n)
FLOW = (k >= 1, t >= k)

HELD = Cell("held", {h: tanh(W * StopGradient(h[t - 1]))}, (h,), (W,))
NAMED = Cell("named", {v: StopGradient(W * h[t - 1]), h: tanh(W * h[t - 1]) + v[t]}, (h,), (W,))
THROUGH = Cell("straight through", {h: W * h[t - 1] + StopGradient(tanh(W * h[t - 1]) - W * h[t - 1])}, (h,), (W,))
ZERO, SLOPE = sp.ZeroMatrix(n, n), sp.DiagMatrix(tanh(W * h[t - 1], order=1)) * W
STEP, AT = TotalJacobian(h[t], h[t - 1]), (t >= 1,)

CLAIMS = {
    "its value": (NAMED, Equation(v[t], W * h[t - 1], AT), PROVED),
    "its value in an equation": (HELD, Equation(h[t], tanh(W * h[t - 1]), AT), PROVED),
    "nothing flows": (HELD, Equation(TotalJacobian(h[t], h[t - k]), ZERO, FLOW), PROVED),
    "nothing flows, no step back": (HELD, Equation(TotalJacobian(h[t], h[t - k]), ZERO, (k >= 0, t >= k)), REFUTED),
    "as if it moved": (HELD, Equation(STEP, SLOPE, AT), REFUTED),
    "as if it moved, immediately": (HELD, Equation(ImmediateJacobian(h[t], h[t - 1]), SLOPE, AT), REFUTED),
    "a name for it does not move": (NAMED, Equation(TotalJacobian(v[t], h[t - 1]), ZERO, AT), PROVED),
    "a name for it moves": (NAMED, Equation(TotalJacobian(v[t], h[t - 1]), W, AT), REFUTED),
    "its weights do not move it": (NAMED, Equation(TotalJacobian(v[t], W), sp.ZeroMatrix(n, n**2), AT), PROVED),
    "the rest moves": (NAMED, Equation(STEP, SLOPE, AT), PROVED),
    "straight through": (THROUGH, Equation(STEP, W, AT), PROVED),
    "straight through, value": (THROUGH, Equation(h[t], tanh(W * h[t - 1]), AT), PROVED),
    "straight through, slope of the value": (THROUGH, Equation(STEP, SLOPE, AT), REFUTED),
    "no step, no gradient": (HELD, Equation(Gradient(HELD.L, W), ZERO, sp.Eq(T, 0)), PROVED),
    "one step, one gradient": (HELD, Equation(Gradient(HELD.L, W), ZERO, T >= 0), REFUTED),
    "what it is assumed to be": (HELD, Equation(STEP, SLOPE, AT, Equation(StopGradient(h[t]), h[t])), REFUTED),
    "a norm": (HELD, Inequality(Norm(TotalJacobian(h[t], h[t - k])), 0, FLOW), PROVED),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(name: str) -> None:
    net, claim, kind = CLAIMS[name]
    assert verify(claim, net).kind is kind


@pytest.mark.parametrize("net", [HELD, NAMED, THROUGH], ids=str)
def test_derivations_are_proved(net: Cell) -> None:
    assert net.derive(net.L, wrt=W).verify().kind is PROVED
    assert all(verdict.kind is PROVED for verdict in net.backward().verify().values())


def test_a_function_of_its_name_in_the_kernel_is_another() -> None:
    """A generic function that is called so has certificates of nothing."""
    assert verify(Equation(Elementwise(STOPPED)(h[t]), h[t], AT), HELD).kind is REFUTED
    same = Equation(Elementwise(STOPPED)(h[t]), Elementwise(STOPPED)(h[t] + 0 * h[t]), AT)
    assert verify(same, HELD).kind is not PROVED


@pytest.mark.parametrize(
    ("target", "written"),
    [("numpy", "W @ h[t - 1]"), ("torch", "W @ h[t - 1].detach()"), ("jax", "W @ jax.lax.stop_gradient(h[t - 1])")],
)
def test_code(target: str, written: str) -> None:
    assert written in generate(HELD, target)


def test_it_is_printed() -> None:
    held = StopGradient(W * h[t - 1])
    assert to_text(held) == "stop(W h[t-1])"
    assert to_latex(held).startswith(r"\operatorname{stop}(")
