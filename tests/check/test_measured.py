"""Equations with norms or clipping: what is false is refuted by numbers, and no message speaks of the program."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn import Elman, verify
from symrnn.clipping import norm_clipped, value_clipped
from symrnn.derivation import Equation, Kind
from symrnn.expr import Gradient, Norm
from symrnn.symbols import n

x, A, c = sp.MatrixSymbol("f", n, 1), sp.MatrixSymbol("A", n, n), sp.Symbol("c", positive=True)
net = Elman("tanh")

FALSE = {
    "by value": (value_clipped(x, c), x),
    "by value at 1": (value_clipped(x, 1), x),
    "a matrix by value": (value_clipped(A, c), A),
    "by norm": (norm_clipped(x, c), x),
    "by norm, scaled": (norm_clipped(2 * x, c), 2 * norm_clipped(x, c)),
    "by norm and by value": (norm_clipped(x, c), value_clipped(x, c)),
    "a norm as a factor": (Norm(A) * A, A),
    "two norms": (Norm(A) * A, Norm(A, "F") * A),
    "a gradient": (value_clipped(Gradient(net.L, net.W_hh), c), Gradient(net.L, net.W_hh)),
}
TRUE = {
    "itself": (value_clipped(x, c), value_clipped(x, c)),
    "twice": (value_clipped(value_clipped(x, c), c), value_clipped(x, c)),
    "itself by norm": (norm_clipped(x, c), norm_clipped(x, c)),
    "homogeneous": (Norm(2 * A) * A, 2 * Norm(A) * A),
    "odd": (value_clipped(-x, c), -value_clipped(x, c)),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted_by_numbers(name: str) -> None:
    verdict = verify(Equation(*FALSE[name]), net)
    assert verdict.kind is Kind.REFUTED


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_never_refuted(name: str) -> None:
    verdict = verify(Equation(*TRUE[name]), net)
    assert verdict.kind in (Kind.PROVED, Kind.UNDECIDED)
    for word in ("Enclosures", "256-bit", "nmod"):
        assert word not in str(verdict)
