"""What the kernel knows of functions by name holds for those of the catalogue with the usual parameters only."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy.core.symbol import Str

from symrnn import Elman, Equation, TotalJacobian, t
from symrnn.activations import activation
from symrnn.certify.equations import certificate
from symrnn.certify.errors import NotFoundError
from symrnn.expr import Apply


def step(rnn: Elman) -> Equation:
    slope = sp.DiagMatrix(Apply(Str("sigmoid"), sp.S.Zero, rnn.a[t]))
    return Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), slope * rnn.W_hh, where=(t >= 1,))


def test_the_slope_of_the_usual_softplus_is_the_sigmoid() -> None:
    rnn = Elman("softplus")
    assert certificate(step(rnn), rnn, "one").lines


def test_the_slope_of_another_softplus_is_not() -> None:
    rnn = Elman(activation("softplus", beta=2))
    with pytest.raises(NotFoundError):
        certificate(step(rnn), rnn, "two")
