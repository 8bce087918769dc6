"""Limits refuted by networks at rest: what is printed is run by hand, and true limits are left alone."""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symrnn.activations import activation
from symrnn.cells import Cell, Elman, Stacked
from symrnn.check import verify
from symrnn.check.refuting.resting import refute_at_rest, slopes_of
from symrnn.derivation import BoundedSlope, Equation, Kind, Limit
from symrnn.expr import Elementwise, Norm, Sequence, SpectralRadius, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, m, n, t

gamma = sp.Symbol("gamma", nonnegative=True)
STEPS = 14


def limit(net: Recurrence, value: Any, *given: Any) -> Limit:
    h = net.h  # type: ignore[attr-defined]
    return Limit(Norm(TotalJacobian(h[t], h[t - k])), k, value, (k >= 0, t >= k), given)


def number(text: str) -> Any:
    """A printed number or matrix in floating point, balls by their middle."""
    plain = re.sub(r"\[(-?[\d.e-]+) \+/- [\d.e-]+\]", r"\1", text)
    plain = re.sub(r"(-?\d+)/(\d+)", lambda found: str(float(Fraction(found[0]))), plain)
    return np.atleast_2d(np.array(ast.literal_eval(plain), dtype=float))


def run(values: dict[str, str], phi: Any, slope: Any, *, driven: str, weight: str) -> list[float]:
    """Norms of the Jacobians over 1, 2, ... steps of h_t = φ(W h_{t-1} + c) from h_0, which has to stay."""
    W, h, c = (number(values[name]) for name in (weight, "h_0", driven))
    start, jacobian, norms = h, np.eye(len(h)), []
    for _ in range(STEPS):
        a = W @ h + c
        h, jacobian = phi(a), np.diag(slope(a).ravel()) @ W @ jacobian
        np.testing.assert_allclose(h, start, atol=1e-6)
        norms.append(float(np.linalg.norm(jacobian, 2)))
    return norms


PHI: dict[str, tuple[Any, Any]] = {
    "tanh": (np.tanh, lambda a: 1 - np.tanh(a) ** 2),
    "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), lambda a: np.exp(-a) / (1 + np.exp(-a)) ** 2),
    "relu": (lambda a: np.maximum(a, 0), lambda a: (a > 0) * 1.0),
    "softplus": (lambda a: np.log1p(np.exp(a)), lambda a: 1 / (1 + np.exp(-a))),
    "z/(z^2 + 1)": (lambda a: a / (1 + a * a), lambda a: (1 - a * a) / (1 + a * a) ** 2),
}


def behaves(found: Any, name: str, driven: str = "b_h", weight: str = "W_hh") -> None:
    """The norms do what the left side says."""
    phi, slope = PHI[found.values.get("phi(z)", name)]
    norms = run(found.values, phi, slope, driven=driven, weight=weight)
    if found.lhs == "oo":
        assert norms[-1] > 2 * norms[STEPS // 2] > norms[0]
    elif found.lhs == "0":
        assert norms[-1] < 0.1 * norms[0] or norms[-1] < 1e-9
    else:
        assert norms[-1] == pytest.approx(norms[-3])
        assert norms[-1] > 1e-3


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu", "softplus"])
@pytest.mark.parametrize("claim", ["radius", "explodes", "radius explodes", "boundary"])
def test_common_claims_on_named_functions_are_refuted(name: str, claim: str) -> None:
    net = Elman(name, at_kink=0 if name == "relu" else None)
    W, most = net.W_hh, activation(name).derivative_bound
    statement = {
        "radius": limit(net, 0, most * SpectralRadius(W) < 1),
        "explodes": limit(net, sp.oo, most * Norm(W) > 1),
        "radius explodes": limit(net, sp.oo, SpectralRadius(W) > 1 / most),
        "boundary": limit(net, 0, most * Norm(W) <= 1),
    }[claim]
    verdict = verify(statement, net)
    assert verdict.kind is Kind.REFUTED if (name, claim) != ("softplus", "boundary") else not verdict
    if verdict.counterexample:
        behaves(verdict.counterexample, name)


@pytest.mark.parametrize(
    "given",
    [
        (BoundedSlope("phi", sp.S.One), SpectralRadius(Elman().W_hh) < 1),
        (BoundedSlope("phi", gamma), gamma * SpectralRadius(Elman().W_hh) < 1),
        (BoundedSlope("phi", sp.S.One), SpectralRadius(Elman().W_hh) <= sp.Rational(1, 10)),
    ],
)
def test_a_small_spectral_radius_is_not_enough(given: tuple[Any, ...]) -> None:
    net = Elman()
    verdict = verify(limit(net, 0, *given), net)
    assert verdict.kind is Kind.REFUTED
    assert verdict.counterexample is not None
    assert verdict.counterexample.lhs == "oo"
    behaves(verdict.counterexample, "")


def test_nor_is_it_where_the_slope_is_nowhere_small() -> None:
    net = Elman()
    given = BoundedSlope("phi", sp.S.One, sp.Rational(2, 5)), SpectralRadius(net.W_hh) < 1
    assert verify(limit(net, 0, *given), net).kind is Kind.REFUTED


@pytest.mark.parametrize("transposed", [False, True])
def test_an_input_may_do_what_a_bias_does(transposed: bool) -> None:
    h, x, W, U = Sequence("h", n), Sequence("x", m), sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("U", n, m)
    body = Elementwise("tanh")((W.T if transposed else W) * h[t - 1] + U * x[t])
    net = Cell("no bias", {h: body}, states=(h,), parameters=(W, U), inputs=(x,), activations=(activation("tanh"),))
    statement = Limit(Norm(TotalJacobian(h[t], h[t - k])), k, 0, (k >= 0, t >= k), (SpectralRadius(W) < 1,))
    found = verify(statement, net).counterexample
    assert found is not None
    assert found.values["m"] == "1"
    values = {**found.values, "W": str(number(found.values["W"]).T.tolist())} if transposed else found.values
    behaves(type("Found", (), {"values": values, "lhs": found.lhs}), "tanh", "U", "W")


@pytest.mark.parametrize(
    ("net", "given"),
    [
        (Elman("tanh"), lambda W: (Norm(W) < 1,)),
        (Elman("sigmoid"), lambda W: (Norm(W) < 4,)),
        (Elman("relu", at_kink=0), lambda W: (Norm(W) < 1,)),
        (Elman(), lambda W: (BoundedSlope("phi", gamma), gamma * Norm(W) < 1)),
        (Elman(), lambda W: (BoundedSlope("phi", gamma), gamma * Norm(W, 1) < 1)),
    ],
)
def test_what_is_true_is_left_alone(net: Any, given: Any) -> None:
    assert refute_at_rest(limit(net, 0, *given(net.W_hh)), net, 0) is None


def test_what_a_hypothesis_speaks_of_is_not_chosen() -> None:
    net = Elman("tanh")
    small = SpectralRadius(net.W_hh) < 1
    assert refute_at_rest(limit(net, 0, small), net, 0) is not None
    for given in (Norm(net.b_h) <= 0, Norm(net.h[0]) <= 0, Norm(net.h[t]) <= 1):
        assert refute_at_rest(limit(net, 0, small, given), net, 0) is None


def test_a_state_is_no_part_of_what_has_the_limit() -> None:
    net = Elman("tanh")
    J = Norm(TotalJacobian(net.h[t], net.h[t - k]))
    assert refute_at_rest(Limit(J * Norm(net.h[t]), k, 0, (k >= 0, t >= k)), net, 0) is None
    assert refute_at_rest(Limit(J, k, 0, (k >= 0, t >= k)), net, 0) is not None


def test_other_networks_are_left_to_others() -> None:
    deep = Stacked(Elman("tanh"), Elman("tanh", inputs=n))
    h = deep.definition("h_2").sequence  # type: ignore[union-attr]
    statement = Limit(Norm(TotalJacobian(h[t], h[t - k])), k, 0, (k >= 0, t >= k))
    assert refute_at_rest(statement, deep, 0) is None


@pytest.mark.parametrize(
    "name", ["tanh", "sigmoid", "softplus", "relu", "sin", "elu", "softsign", "arctan", "hardtanh"]
)
def test_slopes_at_rest_are_the_slopes(name: str) -> None:
    function = activation(name)
    function = activation(name, at_kink=0) if function.kinks else function
    found = slopes_of(function)
    assert found
    for point, slope in found.items():
        z = np.longdouble(float(point))
        formula = sp.lambdify(sp.Symbol("z"), function.formula.subs(*function.formula.free_symbols, sp.Symbol("z")))
        step = 1e-5
        assert (formula(float(z) + step) - formula(float(z) - step)) / (2 * step) == pytest.approx(
            float(slope), abs=1e-6
        )


def test_a_matrix_of_which_only_a_hypothesis_speaks_is_told() -> None:
    net, V = Elman("tanh"), sp.MatrixSymbol("V", n, n)
    found = refute_at_rest(limit(net, 0, Equation(net.W_hh * V, sp.Identity(n))), net, 0)
    assert found is not None
    behaves(found, "tanh")
    W, inverse = number(found.values["W_hh"]), number(found.values["V"])
    np.testing.assert_allclose(W @ inverse, np.eye(len(W)))
