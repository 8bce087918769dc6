"""The evaluated closed forms against oracles that share no code with them, and the oracles' sizes kept honest."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from oracles.mpmath_bptt import mp_disagreement, mp_jacobian, mp_state_jacobian
from oracles.numpy_rtrl import rtrl_jacobians

from symrnn import Assignment, Elman, T, t
from symrnn.evaluate import Evaluator, Floats, Reals
from symrnn.oracles import backward, linear

N, M, Q = 4, 3, 2
ACTIVATIONS = ("tanh", "sigmoid", "identity", "softplus", "sin", "arctan")


def numbers(steps, seed=0):
    """Parameters, inputs and initial state as exact fractions: non-symmetric, h_0 not zero, sizes all different."""
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return np.vectorize(lambda k: Fraction(int(k), 700))(rng.integers(-900, 900, size=shape))

    params = {"W_hh": draw(N, N), "W_xh": draw(N, M), "W_hy": draw(Q, N), "b_h": draw(N), "b_y": draw(Q)}
    return params, draw(steps, M), draw(N)


def assignment(params, x, h_0, steps, **extra):
    given = {**params, ("h", 0): h_0, **{("x", at + 1): row for at, row in enumerate(x)}, **extra}
    network = Elman("tanh", N, M, Q)
    return Assignment({}, {t: steps, T: steps}, given), network


def as_matrix(array):
    return mpmath.matrix(array.tolist())


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_jacobian_to_fifty_digits(activation):
    steps = 20
    params, x, h_0 = numbers(steps)
    where, _ = assignment(params, x, h_0, steps)
    network = Elman(activation, N, M, Q)
    closed = network.derive(network.h[t], wrt=network.W_hh).closed_form
    value = Evaluator(Reals(50), where, network).value(closed)
    oracle = mp_jacobian(params, x, h_0, activation, steps, digits=50)
    assert mp_disagreement(as_matrix(value), oracle, digits=50) < mpmath.mpf(10) ** -50


def test_jacobian_to_a_thousand_digits():
    steps = 5
    params, x, h_0 = numbers(steps, seed=1)
    where, network = assignment(params, x, h_0, steps)
    closed = network.derive(network.h[t], wrt=network.W_hh).closed_form
    value = Evaluator(Reals(1000), where, network).value(closed)
    oracle = mp_jacobian(params, x, h_0, "tanh", steps, digits=1000)
    assert mp_disagreement(as_matrix(value), oracle, digits=1000) < mpmath.mpf(10) ** -1000


@pytest.mark.parametrize("wrt", ["W_xh", "b_h"])
def test_other_parameters_to_fifty_digits(wrt):
    steps = 8
    params, x, h_0 = numbers(steps, seed=2)
    where, network = assignment(params, x, h_0, steps)
    closed = network.derive(network.h[t], wrt=getattr(network, wrt)).closed_form
    value = Evaluator(Reals(50), where, network).value(closed)
    oracle = mp_jacobian(params, x, h_0, "tanh", steps, wrt=wrt, digits=50)
    assert mp_disagreement(as_matrix(value), oracle, digits=50) < mpmath.mpf(10) ** -50


def test_state_by_earlier_state():
    steps, earlier = 9, 3
    params, x, h_0 = numbers(steps, seed=3)
    where, network = assignment(params, x, h_0, steps)
    closed = network.derive(network.h[t], wrt=network.h[earlier]).closed_form
    value = Evaluator(Reals(50), where, network).value(closed)
    oracle = mp_state_jacobian(params, x, h_0, "tanh", steps, earlier, digits=50)
    assert mp_disagreement(as_matrix(value), oracle, digits=50) < mpmath.mpf(10) ** -50


def test_forward_mode_in_double_precision():
    steps = 15
    params, x, h_0 = numbers(steps, seed=4)
    where, network = assignment(params, x, h_0, steps)
    closed = network.derive(network.h[t], wrt=network.W_hh).closed_form
    value = Evaluator(Floats(), where, network).value(closed).astype(float)
    plain = {name: array.astype(float) for name, array in params.items()}
    oracle = rtrl_jacobians(plain, x.astype(float), h_0.astype(float), "tanh")[steps]
    np.testing.assert_allclose(value, oracle, rtol=0, atol=1e-12 * np.max(np.abs(oracle)))


@pytest.mark.parametrize("wrt", ["W_hh", "W_xh", "W_hy", "b_h", "b_y"])
def test_gradient_of_the_loss_is_the_backward_pass(wrt):
    steps = 7
    params, x, h_0 = numbers(steps, seed=5)
    slopes = np.random.default_rng(6).integers(1, 9, size=(steps, Q))
    where, network = assignment(params, x, h_0, steps)
    gradient = network.derive(network.L, wrt=getattr(network, wrt), form="gradient")
    drawn = Evaluator(Floats(), where, network)
    given = dict(where.given)
    for at in range(1, steps + 1):
        given[slope_key(drawn, network, at)] = slopes[at - 1].reshape(1, Q)
    evaluator = Evaluator(Floats(), Assignment({}, {t: steps, T: steps}, given), network)
    value = evaluator.value(gradient.closed_form).astype(float)
    plain = {name: array.astype(float) for name, array in params.items()}
    passed = backward(plain, x.astype(float), h_0.astype(float), "tanh", linear(slopes.astype(float)))
    oracle = passed.gradients[wrt].reshape(value.shape)
    np.testing.assert_allclose(value, oracle, rtol=0, atol=1e-12 * np.max(np.abs(oracle)))


def slope_key(evaluator, network, at):
    """Under which key the slope of the loss at a time is asked for."""
    from symrnn.expr import ImmediateJacobian

    before = set(evaluator.assignment.drawn)
    evaluator.value(ImmediateJacobian(network.ell[at], network.y[at]))
    (key,) = set(evaluator.assignment.drawn) - before
    return key


def test_a_slip_shows_at_fifty_digits():
    """The comparison can fail: one factor φ' at the wrong time is far beyond the tolerance."""
    steps = 6
    params, x, h_0 = numbers(steps, seed=7)
    where, network = assignment(params, x, h_0, steps)
    closed = network.derive(network.h[t], wrt=network.W_hh).at(t=steps)
    wrong = closed.xreplace({network.a[2]: network.a[3]})
    assert wrong != closed
    value = Evaluator(Reals(50), where, network).value(wrong)
    oracle = mp_jacobian(params, x, h_0, "tanh", steps, digits=50)
    assert mp_disagreement(as_matrix(value), oracle, digits=50) > mpmath.mpf(10) ** -6


def test_products_are_carried_along():
    """The sum over k of products of length k costs one multiplication for each k, not one for each pair."""
    network = Elman("tanh", N, M, Q)
    closed = network.derive(network.h[t], wrt=network.W_hh).closed_form
    counts = {}
    for steps in (10, 20, 40):
        params, x, h_0 = numbers(steps)
        where, _ = assignment(params, x, h_0, steps)
        evaluator = Evaluator(Floats(), where, network)
        evaluator.value(closed)
        counts[steps] = evaluator.products.multiplications
    assert counts == {10: 8, 20: 18, 40: 38}


def test_sizes_must_have_values():
    from symrnn.errors import EvaluationError

    network = Elman()
    with pytest.raises(EvaluationError, match="size n"):
        Evaluator(Floats(), Assignment(indices={t: 2}), network).value(network.h[t])


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", ["erf", "gelu", "gelu_tanh"])
def test_slopes_with_roots_in_them_have_a_value(name):
    """1/√π stands in these slopes: a power with the exponent -1/2."""
    from symrnn.activations import activation

    network = Elman(name, 2, 1, 1)
    derivation = network.derive(network.h[t], wrt=network.W_hh).equation
    where = Assignment({}, {t: 3}, seed=4)
    evaluator = Evaluator(Reals(40), where, network)
    gap = np.abs(evaluator.value(derivation.lhs) - evaluator.value(derivation.rhs)).max()
    assert gap < mpmath.mpf(10) ** -40
    assert activation(name).derivative_bound > 1
