"""The Elman network: its sizes, its equations, and its relatives."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.activations import Activation, activation, z
from symrnn.cells import Elman
from symrnn.derivation import Claim, Equation, Kind
from symrnn.errors import IndexRangeError, NotDifferentiableError, ParameterError
from symrnn.evaluate import Assignment, Evaluator, Rationals
from symrnn.expr import TotalJacobian
from symrnn.symbols import T, m, n, q, t


@pytest.mark.parametrize(
    "size", [0, -1, 2.5, sp.Symbol("k"), "three", True, None, sp.Rational(1, 2), sp.Symbol("k", integer=True)]
)
def test_a_size_that_is_none_is_refused(size: Any) -> None:
    with pytest.raises(IndexRangeError, match="the number of units is"):
        Elman(hidden=size)


def test_each_size_is_named_in_the_message() -> None:
    with pytest.raises(IndexRangeError, match="the number of inputs is 0"):
        Elman(inputs=0)
    with pytest.raises(IndexRangeError, match="the number of outputs is -3"):
        Elman(outputs=-3)


def test_shapes() -> None:
    rnn = Elman()
    assert (rnn.W_hh.shape, rnn.W_xh.shape, rnn.W_hy.shape) == ((n, n), (n, m), (q, n))
    assert (rnn.h[t].shape, rnn.x[t].shape, rnn.y[t].shape, rnn.ell[t].shape) == ((n, 1), (m, 1), (q, 1), (1, 1))
    assert rnn.D(t).shape == (n, n)
    assert rnn.totals[rnn.L].args[1:] == (t, 1, T)


def test_sequences_start_where_they_exist() -> None:
    rnn = Elman()
    rnn.h[0]
    for late in (rnn.a, rnn.x, rnn.y, rnn.ell):
        with pytest.raises(IndexRangeError, match="starts at 1"):
            late[0]


def test_relatives() -> None:
    rnn = Elman("relu", 3, 2, 1, at_kink=0)
    assert rnn.scalar().options == {**rnn.options, "hidden": 1, "inputs": 1, "outputs": 1}
    assert rnn.undriven().inputs == ()
    assert rnn.undriven().body(rnn.a[t]) == rnn.W_hh * rnn.h[t - 1]
    assert rnn.with_activation("tanh").options["at_kink"] is None
    assert rnn.with_activation("tanh").n == 3


class TestActivations:
    """An activation instead of its name, so that parameters can be given."""

    leaky = activation("leaky_relu", negative_slope=0.2, at_kink="torch")

    def test_parameters_reach_the_recurrence(self) -> None:
        rnn = Elman(self.leaky)
        assert rnn.phi.name == "leaky_relu"
        assert rnn.activation("leaky_relu") is self.leaky
        assert rnn.undriven().scalar().activation("leaky_relu") is self.leaky
        assert Elman().with_activation(self.leaky) == rnn
        assert rnn != Elman(activation("leaky_relu", negative_slope=0.3, at_kink="torch"))
        assert Elman("tanh") == Elman(activation("tanh"))

    def test_they_are_named_in_the_hypotheses(self) -> None:
        rnn = Elman(self.leaky)
        verdict = rnn.derive(rnn.h[t], wrt=rnn.W_hh).verify()
        assert verdict.kind is Kind.PROVED
        assert "leaky_relu(negative_slope=1/5)' taken as 1/5 at its kink 0" in verdict.hypotheses
        symbolic = Elman(activation("elu", alpha=sp.Symbol("alpha", positive=True), at_kink=1))
        given = symbolic.derive(symbolic.h[t], wrt=symbolic.h[0]).verify().hypotheses
        assert "elu(alpha=alpha)' taken as 1 at its kink 0" in given

    def test_a_counterexample_is_calculated_with_them(self) -> None:
        rnn = Elman(self.leaky)
        swapped = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh * rnn.D(t), where=(t >= 1,))
        assert Claim("X", "", swapped, Kind.REFUTED, rnn).verify().kind is Kind.REFUTED

    def test_numbers_follow_them(self) -> None:
        rnn = Elman(self.leaky, 1, 1, 1, driven=False)
        at = Assignment(given={rnn.W_hh: -1, rnn.h[0]: 5})
        assert Evaluator(Rationals(), at, rnn).value(rnn.h[1])[0, 0] == -1

    @pytest.mark.parametrize(
        ("given", "error", "message"),
        [
            ((3,), ParameterError, "the activation is of type int"),
            ((None,), ParameterError, "the activation is of type NoneType"),
            ((activation("relu"), 0), ParameterError, 'activation\\("relu", at_kink=0\\)'),
            (("tanh", 0), NotDifferentiableError, "no kink"),
            ((Activation("identity", z**2),), ParameterError, "not the one of the catalogue"),
            ((Activation("bump", sp.exp(-(z**2))),), ParameterError, "not the one of the catalogue"),
            ((Activation("tanh", sp.tanh(z), slope_in_value=z),), ParameterError, "not the one of the catalogue"),
        ],
    )
    def test_what_is_no_activation_is_refused(self, given: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error, match=message):
            Elman(given[0], at_kink=given[1] if len(given) > 1 else None)
