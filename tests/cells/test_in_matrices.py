"""Rows, batches and matrices: gradients and backward passes are proved, and what is said wrongly of them is refuted."""

from __future__ import annotations

import pytest
import sympy as sp
from cells.in_matrices import NETS, B, batch, rows
from sympy.matrices.expressions import DiagMatrix, HadamardProduct, KroneckerProduct, MatrixExpr

from symrnn import Equation, Kind, verify
from symrnn.errors import UnknownTermError
from symrnn.expr import Elementwise, Gradient, MatrixSum, Sequence, TotalJacobian, Vec
from symrnn.recurrence import Recurrence
from symrnn.symbols import T, n, t


def states(net: Recurrence) -> list[Sequence]:
    return [definition.sequence for definition in net.states()]


def total(net: Recurrence) -> sp.MatrixSymbol:
    return next(iter(net.totals))


OPEN = {("batch GRU", "gradient", "U_g")}
"""What is derived and found equal modulo a large prime, but has no certificate yet."""

QUESTIONS = [
    (name, of, wrt.name)
    for name, make in NETS.items()
    for of in ("state", "loss")
    for wrt in (states(make())[0], *make().parameters)
    if (name, of, wrt.name) not in OPEN
]


@pytest.mark.table(quick=6)
@pytest.mark.parametrize(("name", "of", "wrt"), QUESTIONS)
def test_every_gradient_is_proved(name: str, of: str, wrt: str) -> None:
    net = NETS[name]()
    quantity = states(net)[0][t] if of == "state" else total(net)
    parameter = next((p for p in net.parameters if p.name == wrt), states(net)[0][t - 1])
    verdict = net.derive(quantity, wrt=parameter).verify()
    assert verdict.kind is Kind.PROVED, verdict.reason


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("name", NETS)
def test_every_line_of_the_backward_pass_is_proved(name: str) -> None:
    back = NETS[name]().backward()
    open_ = [f"grad {back.of} by {wrt}" for which, form, wrt in OPEN if (which, form) == (name, "gradient")]
    for derivation in back.derivations():
        if str(derivation.start) not in open_:
            verdict = derivation.verify()
            assert verdict.kind is Kind.PROVED, (derivation.start, verdict.reason)


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("name", NETS)
def test_a_gradient_has_the_shape_of_its_parameter(name: str) -> None:
    net = NETS[name]()
    for parameter in net.parameters:
        if (name, "gradient", parameter.name) in OPEN:
            continue
        found = net.derive(total(net), wrt=parameter, form="gradient")
        assert found.closed_form.shape == parameter.shape
        assert found.verify().kind is Kind.PROVED


def test_a_backward_pass_is_written_as_people_write_it() -> None:
    net = batch("phi")
    lines = str(net.backward()).splitlines()
    assert lines[1] == "∇_{H[t]} L = (φ'(A[t+1]) ⊙ ∇_{H[t+1]} L) Wᵀ + ∇_{H[t]} ℓ[t]  for t >= 1, t <= T - 1"
    assert "∇_{W} L = Σ_{t=1}^{T} H[t-1]ᵀ (φ'(A[t]) ⊙ ∇_{H[t]} L)  for T >= 0" in lines
    assert "∇_{b} L = Σ_{t=1}^{T} 1ᵀ (φ'(A[t]) ⊙ ∇_{H[t]} L)  for T >= 0" in lines


def test_the_jacobian_between_batches_is_that_of_vec() -> None:
    net = batch("phi")
    slope = DiagMatrix(Vec(Elementwise("phi")(net.A[t], 1)))
    assert net.derive(net.H[t], wrt=net.H[t - 1]).closed_form == slope * KroneckerProduct(net.W.T, sp.Identity(B))


def test_the_gradient_by_a_matrix_has_a_recursion_only() -> None:
    net = batch()
    with pytest.raises(UnknownTermError, match="backward"):
        net.derive(net.L, wrt=net.H[t], form="gradient")
    row = rows()
    assert row.derive(row.L, wrt=row.h[t], form="gradient").verify().kind is Kind.PROVED


# -- what people claim -------------------------------------------------------------------------------------------------


class Claims:
    """The quantities of a network in rows, one or many, by the names that notes give them."""

    def __init__(self, net: Recurrence) -> None:
        self.net = net
        (self.H,), (self.X,) = states(net), net.inputs
        self.A = next(d.sequence for d in net.definitions if d.sequence.name in "aA")
        self.W, self.U, self.b = net.parameters
        self.L, self.size = total(net), self.H[t].rows
        self.slope = Elementwise(net.activations[0].name)(self.A[t], 1)

    def by(self, quantity: MatrixExpr) -> Gradient:
        return Gradient(self.L, quantity)

    def right(self) -> dict[str, Equation]:
        ones, dA = sp.OneMatrix(1, self.size), self.by(self.A[t])
        inside, every = (t >= 1, t <= T), (T >= 0,)
        return {
            "dW": Equation(self.by(self.W), MatrixSum(self.H[t - 1].T * dA, (t, 1, T)), every),
            "dU": Equation(self.by(self.U), MatrixSum(self.X[t].T * dA, (t, 1, T)), every),
            "db": Equation(self.by(self.b), MatrixSum(ones * dA, (t, 1, T)), every),
            "dA": Equation(dA, HadamardProduct(self.by(self.H[t]), self.slope), inside),
            "dX": Equation(self.by(self.X[t]), dA * self.U.T, inside),
            "dH": Equation(self.by(self.H[0]), self.by(self.A[1]) * self.W.T, (T >= 1,)),
        }

    def wrong(self) -> dict[str, Equation]:
        dA, inside, some = self.by(self.A[t]), (t >= 1, t <= T), (T >= 1,)
        found = {
            "turned": Equation(self.by(self.W), MatrixSum(dA.T * self.H[t - 1], (t, 1, T)), some),
            "one step late": Equation(self.by(self.W), MatrixSum(self.H[t].T * dA, (t, 1, T)), some),
            "a transpose is missing": Equation(self.by(self.H[0]), self.by(self.A[1]) * self.W, some),
            "the slope is missing": Equation(dA, self.by(self.H[t]), inside),
            "the slope is that of the value": Equation(
                dA, HadamardProduct(self.by(self.H[t]), self.slope.with_argument(self.H[t])), inside
            ),
            "the first step is missing": Equation(
                self.by(self.b), MatrixSum(sp.OneMatrix(1, self.size) * dA, (t, 2, T)), some
            ),
        }
        step = TotalJacobian(self.H[t], self.H[t - 1])
        slope = DiagMatrix(Vec(self.slope))
        kron = {
            "a Jacobian with W": KroneckerProduct(self.W, sp.Identity(self.size)),
            "a Jacobian in another order": KroneckerProduct(sp.Identity(self.size), self.W.T),
        }
        found |= {name: Equation(step, slope * factor, (t >= 1,)) for name, factor in kron.items()}
        if self.size == 1:
            del found["a Jacobian in another order"]  # which is the right one
        return found


BOTH = {"rows": rows("phi"), "batch": batch("phi"), "tanh rows": rows(), "tanh batch": batch()}


@pytest.mark.table(quick=8)
@pytest.mark.parametrize("claim", Claims(rows()).right())
@pytest.mark.parametrize("name", BOTH)
def test_what_is_right_is_proved(name: str, claim: str) -> None:
    verdict = verify(Claims(BOTH[name]).right()[claim], BOTH[name])
    assert verdict.kind is Kind.PROVED, verdict.reason


@pytest.mark.table(quick=8)
@pytest.mark.parametrize("claim", Claims(batch()).wrong())
@pytest.mark.parametrize("name", BOTH)
def test_what_is_wrong_is_refuted(name: str, claim: str) -> None:
    wrong = Claims(BOTH[name]).wrong()
    if claim in wrong:
        assert verify(wrong[claim], BOTH[name]).kind is Kind.REFUTED


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("case", ["a row beside a column", "the wrong side", "no transpose"])
def test_what_is_wrong_of_a_matrix_is_refuted(case: str) -> None:
    net = NETS["linear attention"]()
    quantities = {definition.sequence.name: definition.sequence for definition in net.definitions}
    S, v, kappa, L = quantities["S"], quantities["v"], quantities["kappa"], total(net)
    by, inside = Gradient(L, S[t]), (t >= 1, t <= T)
    wrong = {
        "a row beside a column": Equation(Gradient(L, v[t]), 2 * by * kappa[t], inside),
        "the wrong side": Equation(
            TotalJacobian(S[t], v[t]), KroneckerProduct(sp.Identity(v[t].rows), kappa[t]), (t >= 1,)
        ),
        "no transpose": Equation(TotalJacobian(S[t], kappa[t]), KroneckerProduct(v[t], sp.Identity(n)), (t >= 1,)),
    }
    assert verify(wrong[case], net).kind is Kind.REFUTED
    right = Equation(TotalJacobian(S[t], v[t]), KroneckerProduct(kappa[t], sp.Identity(v[t].rows)), (t >= 1,))
    assert verify(right, net).kind is Kind.PROVED
