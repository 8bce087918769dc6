"""The main result, dh_t/dW_hh in closed form, against everything that can be set beside it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from check.claims import closed_form
from oracles.mpmath_bptt import mp_jacobian
from oracles.numpy_rtrl import rtrl_jacobians

from symrnn import oracles
from symrnn.cells import Elman
from symrnn.check import agreement, identity_test
from symrnn.derivation import Equation
from symrnn.evaluate import (
    Assignment,
    Entries,
    Evaluator,
    Floats,
    Modulo,
    Reals,
    SymbolicAssignment,
    draw_fraction,
    draw_large,
    unroll,
)
from symrnn.expr import Gradient, ImmediateJacobian, MatrixSum, TotalJacobian
from symrnn.symbols import T, m, n, q, s, t

SMALL = [(1, 1), (1, 6), (2, 1), (2, 4), (3, 3)]


def as_polynomial(expression: sp.Expr, generators: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    """An expression with every φ(…), φ'(…) or tanh(…) replaced by a symbol, the same for the same text."""
    applications = sorted(expression.atoms(sp.Function, sp.Subs, sp.Derivative), key=sp.default_sort_key)
    rule = {a: generators.setdefault(a, sp.Symbol(f"g_{len(generators)}")) for a in applications}
    return sp.expand(expression.xreplace(rule))  # from the outside in


@pytest.mark.table(quick=3)
@pytest.mark.parametrize("activation", ["tanh", "phi"])
@pytest.mark.parametrize(("size", "last"), SMALL)
def test_equals_the_jacobian_that_sympy_computes(activation: str, size: int, last: int) -> None:
    rnn = Elman(activation, size, 1, 1)
    by_sympy = unroll(rnn, last).jacobian(rnn.h[last], rnn.W_hh)
    evaluator = Evaluator(Entries(), SymbolicAssignment(indices={t: last}), rnn)
    ours = evaluator.value(closed_form(rnn))
    assert by_sympy.shape == ours.shape == (size, size**2)
    generators: dict[sp.Expr, sp.Symbol] = {}
    for mine, theirs in zip(ours.ravel(), list(by_sympy), strict=True):
        assert as_polynomial(mine, generators) == as_polynomial(theirs, generators)
    assert generators


# -- numbers -----------------------------------------------------------------------------------------------------------


class Numbers:
    """An Elman network with drawn values, for the package and for the oracles alike."""

    def __init__(self, activation: str, size: int, last: int, seed: int = 7) -> None:
        self.rnn = Elman(activation, size, 3, 2)
        self.activation, self.last = activation, last
        source = np.random.default_rng(seed)

        def drawn(*shape: int) -> list[list[Fraction]]:
            numbers = source.integers(-1000, 1000, shape)
            return [[Fraction(int(entry), 900) for entry in row] for row in numbers]

        self.params = {"W_hh": drawn(size, size), "W_xh": drawn(size, 3), "W_hy": drawn(2, size)}
        self.params |= {"b_h": drawn(1, size)[0], "b_y": drawn(1, 2)[0]}
        self.x, self.h_0, self.slopes = drawn(last, 3), drawn(1, size)[0], drawn(last, 2)

    @property
    def floats(self) -> dict[str, np.ndarray]:
        return {name: np.array(value, dtype=float) for name, value in self.params.items()}

    @property
    def x_floats(self) -> np.ndarray:
        return np.array(self.x, dtype=float)

    @property
    def h_0_floats(self) -> np.ndarray:
        return np.array(self.h_0, dtype=float)

    def assignment(self, indices: dict[sp.Symbol, int]) -> Assignment:
        given = {**self.params, self.rnn.h[0]: self.h_0}
        given |= {self.rnn.x[i + 1]: row for i, row in enumerate(self.x)}
        for i, row in enumerate(self.slopes):
            given[ImmediateJacobian(self.rnn.ell[i + 1], self.rnn.y[i + 1])] = [row]
        return Assignment(indices=indices, given=given)


@pytest.mark.parametrize(("size", "last", "digits"), [(4, 20, 50), (2, 3, 1000)])
def test_agrees_with_the_mpmath_oracle(size: int, last: int, digits: int) -> None:
    numbers = Numbers("tanh", size, last)
    ours = Evaluator(Reals(digits), numbers.assignment({t: last}), numbers.rnn).value(closed_form(numbers.rnn))
    oracle = mp_jacobian(numbers.params, numbers.x, numbers.h_0, "tanh", last, digits=digits)
    context = oracle.ctx
    mine = context.matrix([[context.mpf(entry) for entry in row] for row in ours])
    scale = max(abs(entry) for entry in oracle)
    assert max(abs(entry) for entry in mine - oracle) < scale * context.mpf(10) ** -digits
    assert scale > 0


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "sin"])
def test_agrees_with_the_numpy_oracles(activation: str) -> None:
    last = 5
    numbers = Numbers(activation, 3, last)
    args = (numbers.floats, numbers.x_floats, numbers.h_0_floats, activation)
    ours = Evaluator(Floats(), numbers.assignment({t: last}), numbers.rnn).value(closed_form(numbers.rnn))
    mine = ours.astype(float)
    assert oracles.disagreement(mine, rtrl_jacobians(*args)[last]) < 1e-13
    assert oracles.disagreement(mine, oracles.difference_jacobian(*args, t=last)) < 1e-12


def test_agrees_with_central_differences_and_a_complex_step() -> None:
    last = 4
    numbers = Numbers("tanh", 2, last)
    ours = Evaluator(Floats(), numbers.assignment({t: last}), numbers.rnn).value(closed_form(numbers.rnn)).astype(float)

    def state(flat: np.ndarray) -> np.ndarray:
        params = {**numbers.floats, "W_hh": flat.reshape((2, 2), order="F")}
        return oracles.forward(params, numbers.x_floats, numbers.h_0_floats, "tanh").h[last]

    at = numbers.floats["W_hh"].reshape(-1, order="F")
    assert oracles.disagreement(ours, oracles.complex_step(state, at)) < 1e-13
    assert oracles.disagreement(ours, oracles.central_difference(state, at)) < 1e-7


def test_gradient_form_agrees_with_backpropagation() -> None:
    last = 6
    numbers = Numbers("tanh", 3, last)
    rnn = numbers.rnn
    form = MatrixSum(rnn.D(s) * TotalJacobian(rnn.L, rnn.h[s]).T * rnn.h[s - 1].T, (s, 1, T))
    evaluator = Evaluator(Floats(), numbers.assignment({T: last}), rnn)
    loss = oracles.linear(np.array(numbers.slopes, dtype=float))
    back = oracles.backward(numbers.floats, numbers.x_floats, numbers.h_0_floats, "tanh", loss)
    for term in (form, Gradient(rnn.L, rnn.W_hh)):
        assert oracles.disagreement(evaluator.value(term).astype(float), back.gradients["W_hh"]) < 1e-13


def test_agreement_to_many_digits_is_measured() -> None:
    rnn = Elman("tanh")
    equation = Equation(TotalJacobian(rnn.h[t], rnn.W_hh), closed_form(rnn), (t >= 0,))
    assert agreement(equation, rnn, {n: 2, m: 1}, {t: 4}, digits=200).agrees
    nearly = Equation(equation.lhs, (1 + sp.Rational(1, 10**60)) * closed_form(rnn), (t >= 0,))
    assert agreement(nearly, rnn, {n: 2, m: 1}, {t: 4}, digits=50).agrees
    assert not agreement(nearly, rnn, {n: 2, m: 1}, {t: 4}, digits=70).agrees


def test_identity_holds_for_eight_units_and_fifty_steps() -> None:
    rnn = Elman()
    equation = Equation(TotalJacobian(rnn.h[t], rnn.W_hh), closed_form(rnn), (t >= 0,))
    result = identity_test(equation, rnn, {n: 8, m: 3, q: 1}, {t: 50}, trials=1)
    assert result.agrees
    assert result.error < 2**-35


@pytest.mark.parametrize("last", [10, 20, 40])
def test_evaluation_carries_the_product_along(last: int) -> None:
    rnn = Elman()
    assignment = Assignment({n: 2, m: 1}, {t: last}, draw=draw_large)
    evaluator = Evaluator(Modulo(1), assignment, rnn)
    evaluator.value(closed_form(rnn))
    assert evaluator.products.multiplications == last - 2


def test_draws_are_modest_for_floating_point() -> None:
    import random

    source = random.Random(0)
    assert all(abs(draw_fraction(source)) <= Fraction(5, 4) for _ in range(100))
