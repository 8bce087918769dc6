"""Bounds that rest on the values of an activation, and norms that are compared by what they are."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.cells import GRU, LSTM, Elman, Leaky
from symrnn.derivation import Claim, Equation, Inequality, Kind, Limit
from symrnn.errors import SymbolClashError
from symrnn.expr import ImmediateJacobian, Norm, OrderedProduct, SpectralRadius, TotalJacobian
from symrnn.symbols import k, n, s, t, u

W, V = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("V", n, n)
x = sp.MatrixSymbol("x", n, 1)
one = sp.Identity(n)
tanh, sigmoid, relu, linear = Elman("tanh"), Elman("sigmoid"), Elman("relu", at_kink=0), Elman("identity")
lstm, gru = LSTM(), GRU()
forget_gates = OrderedProduct(ImmediateJacobian(lstm.c[u], lstm.c[u - 1]), (u, t - k + 1, t), "descending")
step_of = TotalJacobian(linear.h[t], linear.h[t - k])
twice = (Equation(linear.W_hh, 2 * one),)
since, ever = (k >= 0, t >= k), (t >= 1,)
OO = sp.oo

OF_CELLS = {
    "the entries of a tanh state are at most 1": (Inequality(Norm(tanh.h[t], OO), 1, ever), tanh),
    "its length is at most √n": (Inequality(Norm(tanh.h[t]), sp.sqrt(n), ever), tanh),
    "those of a sigmoid": (Inequality(Norm(sigmoid.h[t], OO), 1, ever), sigmoid),
    "an LSTM's state": (Inequality(Norm(lstm.h[t], OO), 1, ever), lstm),
    "a cell state grows by at most 1": (Inequality(Norm(lstm.c[t], OO), Norm(lstm.c[t - 1], OO) + 1, ever), lstm),
    "the path through one forget gate": (Inequality(Norm(ImmediateJacobian(lstm.c[t], lstm.c[t - 1])), 1, ever), lstm),
    "the path through many": (Inequality(Norm(forget_gates), 1, since), lstm),
    "a complement of a gate": (Inequality(Norm(ImmediateJacobian(gru.h[t], gru.g[t])), 1, ever), gru),
    "the immediate Jacobian by the weights": (
        Inequality(Norm(ImmediateJacobian(tanh.h[t], tanh.W_hh)), sp.sqrt(n), (t >= 2,)),
        tanh,
    ),
    "powers of 2 from below": (Inequality(2**k, Norm(step_of), since, twice), linear),
    "and to infinity": (Limit(Norm(step_of), k, OO, (t >= k,), twice), linear),
}
leaky = Leaky("tanh")
alpha = next(symbol for symbol in leaky.definitions[1].body.free_symbols if symbol.name == "alpha")
slow = TotalJacobian(leaky.h[t], leaky.h[t - 1])
long = Norm(TotalJacobian(leaky.h[t], leaky.h[t - k]))
size = 1 - alpha + alpha * Norm(leaky.U)
OF_CELLS |= {
    "a leaky step": (Inequality(Norm(slow), sp.Abs(1 - alpha) + alpha * Norm(leaky.U), ever), leaky),
    "with the rate at most 1": (Inequality(Norm(slow), size, ever, (alpha <= 1,)), leaky),
    "many leaky steps": (Inequality(long, size**k, since, (alpha <= 1,)), leaky),
    "contract": (Inequality(Norm(slow), 1, ever, (alpha <= 1, Norm(leaky.U) <= 1)), leaky),
    "and vanish": (Limit(long, k, 0, (t >= k,), (alpha <= 1, Norm(leaky.U) < 1)), leaky),
    "a leaky state stays": (
        Inequality(Norm(leaky.h[t], OO), sp.Max(Norm(leaky.h[t - 1], OO), 1), ever, (alpha <= 1,)),
        leaky,
    ),
    "a GRU's state stays": (Inequality(Norm(gru.h[t], OO), sp.Max(Norm(gru.h[t - 1], OO), 1), ever), gru),
}
r = sp.Symbol("r", real=True)
OF_MATRICES = {
    "a real multiple": Inequality(Norm(r * W), sp.Abs(r) * Norm(W)),
    "from below": Inequality(sp.Abs(r) * Norm(W), Norm(r * W)),
    "a residual step": Inequality(Norm(one - r * W), 1 + sp.Abs(r) * Norm(W)),
    "the square of a norm": Inequality(Norm(W) ** 2, Norm(W.T * W)),
    "from the other side": Inequality(Norm(W * W.T), Norm(W) ** 2),
    "and behind": Inequality(Norm(W) ** 2, Norm(W * W.T)),
    "an outer product": Inequality(Norm(x) ** 2, Norm(x * x.T)),
    "between two norms": Inequality(Norm(W) ** 2, Norm(W, 1) * Norm(W, OO)),
    "the reverse triangle inequality": Inequality(sp.Abs(Norm(W) - Norm(V)), Norm(W - V)),
    "of a residual block": Inequality(1 - Norm(W), Norm(one + W)),
    "AB and BA": Inequality(SpectralRadius(W * V), SpectralRadius(V * W)),
    "a multiple": Inequality(SpectralRadius(-2 * W), 2 * SpectralRadius(W)),
    "a square": Inequality(SpectralRadius(W) ** 2, SpectralRadius(W**2)),
    "a power split": Inequality(Norm(W ** (k + s)), Norm(W**k) * Norm(W**s), (k >= 0, s >= 0)),
}
FALSE = {
    "a state before the first": (Inequality(Norm(tanh.h[t], OO), 1, (t >= 0,)), tanh),
    "half of a sigmoid": (Inequality(Norm(sigmoid.h[t], OO), sp.Rational(1, 2), ever), sigmoid),
    "a cell state": (Inequality(Norm(lstm.c[t], OO), 1, ever), lstm),
    "all paths of the cell state": (Inequality(Norm(TotalJacobian(lstm.c[t], lstm.c[t - 1])), 1, ever), lstm),
    "a step without a bound of the rate": (Inequality(Norm(slow), 1, ever, (Norm(leaky.U) <= 1,)), leaky),
    "the leak from below": (Inequality(1 - alpha, Norm(slow), ever, (alpha <= 1,)), leaky),
    "a multiple without its magnitude": (Inequality(Norm(r * W), r * Norm(W)), None),
    "a GRU's state": (Inequality(Norm(gru.h[t], OO), 1, ever), gru),
    "a relu": (Inequality(Norm(relu.h[t], OO), 1, ever), relu),
    "the length of many entries": (Inequality(Norm(tanh.h[t]), 1, ever), tanh),
    "the product of other norms": (Inequality(Norm(W, 1) * Norm(W, OO), Norm(W) ** 2), None),
    "radii of other products": (Inequality(SpectralRadius(W * V), SpectralRadius(W.T * V)), None),
    "a triangle": (Inequality(Norm(W - V), sp.Abs(Norm(W) - Norm(V))), None),
    "a residual block from below": (Inequality(1, Norm(one + W)), None),
}


@pytest.mark.parametrize("name", OF_CELLS)
def test_proved_of_cells(name: str) -> None:
    statement, cell = OF_CELLS[name]
    verdict = Claim("x", "", statement, Kind.PROVED, cell).verify()
    assert verdict.kind is Kind.PROVED, verdict.reason


@pytest.mark.parametrize("name", OF_MATRICES)
def test_proved_of_matrices(name: str) -> None:
    verdict = Claim("x", "", OF_MATRICES[name], Kind.PROVED).verify()
    assert verdict.kind is Kind.PROVED, verdict.reason


@pytest.mark.parametrize("name", FALSE)
def test_refuted(name: str) -> None:
    statement, cell = FALSE[name]
    assert Claim("x", "", statement, Kind.REFUTED, cell).verify().kind is Kind.REFUTED


def test_a_number_that_is_told_from_its_namesakes_has_its_sign() -> None:
    positive = sp.Dummy("c", positive=True)
    for statement in (Inequality(0, positive), Inequality(Norm(positive * W), positive * Norm(W))):
        assert Claim("x", "", statement, Kind.PROVED).verify().kind is Kind.PROVED
    with pytest.raises(SymbolClashError, match="two different symbols"):
        Inequality(Norm(sp.Symbol("c", real=True) * W), positive * Norm(W))


def test_a_limit_is_uniform_in_every_index() -> None:
    """√N p^k tends to 0 for each N, and not uniformly; √n does, for a size n of a matrix that is there."""
    p, size_ = sp.Symbol("p", positive=True), sp.Symbol("N", integer=True, positive=True)
    of_index = Limit(sp.sqrt(size_) * p**k, k, 0, (), (p < 1,))
    assert Claim("x", "", of_index, Kind.UNDECIDED).verify().kind is Kind.UNDECIDED
    of_size = Limit(sp.sqrt(n) * Norm(W) ** k, k, 0, (), (Norm(W) < 1,))
    assert Claim("x", "", of_size, Kind.PROVED).verify().kind is Kind.PROVED
