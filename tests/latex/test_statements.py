"""Statements about slopes, and what equations assume, in LaTeX."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.activations import activation
from symrnn.cells import Elman
from symrnn.derivation import AllOf, Equation, ForEvery, Inequality, Maximum, SlopeBound
from symrnn.expr import Norm, TotalJacobian
from symrnn.latex import latex as written
from symrnn.latex import statement_latex
from symrnn.symbols import k, t


@pytest.mark.parametrize(
    ("statement", "latex"),
    [
        (Maximum("sigmoid", 0.25, 0), r"\max_{z} \sigma'(z) = \frac{1}{4} \quad \text{at } z = 0"),
        (SlopeBound("tanh", "<=", 1), r"\tanh'(z) \le 1 \quad \text{for every } z"),
        (SlopeBound("sigmoid", "abs<", 1), r"\left|\sigma'(z)\right| < 1 \quad \text{for every } z"),
        (SlopeBound("sigmoid", ">=", 0), r"\sigma'(z) \ge 0 \quad \text{for every } z"),
    ],
)
def test_statements_about_slopes(statement: Maximum | SlopeBound, latex: str) -> None:
    assert statement_latex(statement) == latex


def test_parameters_are_written_behind() -> None:
    leaky = activation("leaky_relu", negative_slope=0.2)
    assert statement_latex(SlopeBound(leaky, "<=", 1)).endswith(r"\quad (\text{negative\_slope} = \frac{1}{5})")
    assert statement_latex(Maximum(leaky, 1, 1)).endswith(r"\quad (\text{negative\_slope} = \frac{1}{5})")


def test_what_an_equation_assumes_is_written() -> None:
    rnn, s = Elman("identity"), sp.Symbol("s", integer=True)
    no_input = ForEvery(Equation(rnn.x[s], sp.ZeroMatrix(rnn.m, 1)), s, s >= 1)
    first = Equation(rnn.b_h, sp.ZeroMatrix(rnn.n, 1), where=(t >= 2,))
    left = TotalJacobian(rnn.h[t], rnn.h[0])
    stated = Equation(left, sp.Identity(rnn.n), t >= 0, (Equation(rnn.W_hh, sp.Identity(rnn.n)), no_input, first))
    text = statement_latex(stated, "plain")
    assert r"t \ge 0, \quad \text{given } W_{hh} = I_{n}" in text
    assert r"x_{s} = 0 \text{ for } s \ge 1" in text
    assert r"b_{h} = 0 \text{ for } t \ge 2" in text


def test_a_divisor_that_a_hypothesis_bounds_is_not_named_again() -> None:
    rnn, gamma = Elman(), sp.Symbol("gamma", nonnegative=True)
    step = gamma * Norm(rnn.W_hh)
    for given, said in (((step < 1,), False), ((step > 1,), False), ((step <= 1,), True), ((), True)):
        stated = Inequality(Norm(rnn.h[t]), 1 / (1 - step), (t >= 1,), given)
        assert (r"\ne 1" in statement_latex(stated)) is said


def test_conditions_stand_beside_all_parts_or_below_all() -> None:
    long, short = (k >= 0, k <= t, sp.Ne(t, 5), sp.Ne(k, 7)), (t >= 1,)
    W = sp.MatrixSymbol("W", 2, 2)
    both = AllOf((Equation(W * W, W, where=short), Equation(W * W * W, W, where=long)))
    for letters, beside in ((75.0, 2), (30.0, 0)):
        assert statement_latex(both, "plain", letters=letters).count("&&") == beside


def test_a_zero_that_is_a_number_is_no_matrix() -> None:
    assert written(sp.ZeroMatrix(1, 1), "lecture") == "0"
    assert written(sp.ZeroMatrix(2, 1), "lecture") == r"\mathbf{0}"
