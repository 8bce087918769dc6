from collections.abc import Callable

import pytest
import sympy as sp
from expr.names import A, W, h, k, m, t

from symrnn.derivation.statement import Equation
from symrnn.errors import NotDifferentiableError, ShapeError, SymrnnError, UnknownTermError
from symrnn.expr.base import operand

b = sp.MatrixSymbol("b", m, 1)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: h[t] + b, r"h\[t\] \(n x 1\) plus b \(m x 1\): the shapes differ"),
        (lambda: b + h[t], "the shapes differ"),
        (lambda: h[t] - b, "the shapes differ"),
        (lambda: b - h[t], "the shapes differ"),
        (lambda: h[t] * W, "1 columns meet n rows"),
        (lambda: W.T * b.T * h[t], "meet"),
        (lambda: b @ h[t], "1 columns meet n rows"),
        (lambda: h[t] + 1, "plus the number 1"),
        (lambda: 1 - h[t], "plus the number 1"),
        (lambda: h[t] ** 2, "not square"),
    ],
)
def test_operators_refuse_what_does_not_fit_at_once(build: object, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        build()


@pytest.mark.parametrize(
    ("build", "advice"),
    [
        (lambda: h[0] + sp.Sum(h[t], (t, 1, 3)), r"MatrixSum\(\.\.\.\)"),
        (lambda: 2 * sp.Sum(h[t], (t, 1, 3)) - h[0], r"MatrixSum\(\.\.\.\)"),
        (lambda: Equation(h[t], sp.Sum(h[k], (k, 1, t))), r"MatrixSum\(\.\.\.\)"),
        (lambda: Equation(A[t], sp.Product(A[k], (k, 1, t))), "OrderedProduct"),
    ],
)
def test_the_sum_of_sympy_is_one_of_numbers(build: Callable[[], object], advice: str) -> None:
    with pytest.raises(UnknownTermError, match=f"SymPy's .* is a matrix; write {advice}"):
        build()


def test_operators_build_sympy_terms() -> None:
    assert A[t] * h[k] == sp.MatMul(A[t], h[k])
    assert A[t] @ h[k] == A[t] * h[k]
    assert (2 * h[t] / 4).args[0] == sp.Rational(1, 2)
    assert A[t] ** k == sp.MatPow(A[t], k)
    assert h[t] - h[t] == sp.ZeroMatrix(*h[t].shape)
    assert sum([h[t], h[k]]) == h[t] + h[k]


def test_text_is_refused_and_never_parsed() -> None:
    with pytest.raises(SymrnnError, match="__import__"):
        operand("__import__('os')")
    with pytest.raises(SymrnnError, match="not a SymPy object"):
        h[t] * "W"


def test_sympy_may_not_differentiate_a_term() -> None:
    for build in (lambda: h[t].diff(W), lambda: h[t].diff(t), lambda: sp.Derivative(h[t], W).doit()):
        with pytest.raises(NotDifferentiableError, match=r"symrnn\.calculus"):
            build()
