"""The plotted numbers against code that shares nothing with them, and against each other."""

import math
import re

import numpy as np
import pytest
from oracles.mpmath_bptt import mp_state_jacobian, to_numpy

from symrnn.activations import TABLE
from symrnn.errors import EvaluationError, IndexRangeError, LimitError, ReadingError, SelectionError, ShapeError
from symrnn.latex import NOTATIONS
from symrnn.oracles import activation as oracle_activation
from symrnn.oracles import difference_state_jacobian, forward
from symrnn.plots.activation_slopes import activation_slopes
from symrnn.plots.clipping import clipped_gradients
from symrnn.plots.error_surface import caption_error_surface, error_surface
from symrnn.plots.guarantees import caption_guarantees, guarantees
from symrnn.plots.jacobian_norms import RADII, jacobian_norms
from symrnn.plots.loss_heatmap import SCALE, caption_loss_heatmap, loss_heatmap
from symrnn.plots.networks import drawn_network, recurrent_weights
from symrnn.plots.transient_growth import NON_NORMAL, NORMAL, caption_transient_growth, transient_growth

ROUNDING = 1 + 1e-9


# -- norms of Jacobians -----------------------------------------------------------------------------------


@pytest.mark.parametrize("weights", ["orthogonal", "gaussian"])
def test_norms_are_those_of_the_oracle(weights):
    size, steps, seed = 5, 12, 3
    found = jacobian_norms([0.7, 1.4], size, steps, seed, weights)
    for curve in found.curves:
        network = drawn_network(recurrent_weights(size, curve.radius, weights, seed), "tanh", steps, seed)
        for k in (0, 1, 5, steps):
            oracle = mp_state_jacobian(network.params, network.x, network.h_0, "tanh", steps, steps - k)
            assert curve.norm[k] == pytest.approx(np.linalg.norm(to_numpy(oracle), 2), rel=1e-12)
        powers = [np.linalg.matrix_power(network.W_hh, k) for k in range(steps + 1)]
        np.testing.assert_allclose(curve.linear, [np.linalg.norm(power, 2) for power in powers], rtol=1e-12)


def test_the_oracle_that_does_not_differentiate_agrees():
    curve = jacobian_norms([1.2], size=3, steps=6, seed=1).curves[0]
    network = drawn_network(recurrent_weights(3, 1.2, "orthogonal", 1), "tanh", 6, 1)
    jacobian = difference_state_jacobian(network.params, network.x, network.h_0, "tanh", 6, 2)
    assert curve.norm[4] == pytest.approx(np.linalg.norm(jacobian, 2), rel=1e-8)


@pytest.mark.parametrize("weights", ["orthogonal", "gaussian"])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_lines_bound_the_norms(weights, seed):
    for curve in jacobian_norms(RADII, 6, 25, seed, weights).curves:
        assert (curve.lower <= curve.norm * ROUNDING).all()
        assert (curve.norm <= curve.upper * ROUNDING).all()
        assert curve.lower[-1] < 0.9 * curve.norm[-1]  # not the same line twice
        assert (curve.linear >= curve.radius ** np.arange(26) / ROUNDING).all()


def test_the_lower_line_takes_the_smallest_slope_that_was_visited():
    size, steps, seed = 4, 9, 2
    curve = jacobian_norms([1.3], size, steps, seed).curves[0]
    network = drawn_network(recurrent_weights(size, 1.3, "orthogonal", seed), "tanh", steps, seed)
    slopes = 1 - forward(network.params, network.x, network.h_0, "tanh").h[1:] ** 2
    np.testing.assert_allclose(curve.lower, (slopes.min() * 1.3) ** np.arange(steps + 1), rtol=1e-10)


def test_both_lines_are_sharp_for_the_linear_network_with_orthogonal_weights():
    for curve in jacobian_norms([0.5, 1.5], 4, 10).curves:
        np.testing.assert_allclose(curve.linear, curve.radius ** np.arange(11), rtol=1e-12)
        np.testing.assert_allclose(curve.upper, curve.linear, rtol=1e-12)


@pytest.mark.parametrize("weights", ["orthogonal", "gaussian"])
def test_drawn_weights_have_the_radius_and_are_not_symmetric(weights):
    W = recurrent_weights(6, 0.8, weights, seed=4)
    assert np.abs(np.linalg.eigvals(W)).max() == pytest.approx(0.8, rel=1e-12)
    assert np.abs(W - W.T).max() > 0.1
    np.testing.assert_allclose(recurrent_weights(6, 1.6, weights, seed=4), 2 * W, rtol=1e-12)
    assert np.abs(recurrent_weights(6, 0.8, weights, seed=5) - W).max() > 0.1


@pytest.mark.parametrize("name", ["sigmoid", "relu", "softplus", "arctan"])
def test_norms_with_any_activation_are_those_of_the_oracle(name):
    size, steps, seed = 4, 6, 2
    way = "central" if name == "relu" else "complex"
    (curve,) = jacobian_norms([0.9], size, steps, seed, activation=name).curves
    network = drawn_network(recurrent_weights(size, 0.9, "orthogonal", seed), name, steps, seed)
    for k in (0, 1, steps):
        found = difference_state_jacobian(network.params, network.x, network.h_0, name, steps, steps - k, method=way)
        assert curve.norm[k] == pytest.approx(np.linalg.norm(found, 2), rel=1e-5)
    assert (curve.lower <= curve.norm * ROUNDING).all()
    assert (curve.norm <= curve.upper * ROUNDING).all()


def test_where_no_slope_is_certain_there_is_no_upper_line():
    (curve,) = jacobian_norms([0.5], 2, 3, activation="square").curves
    assert np.isinf(curve.upper[1:]).all()


@pytest.mark.parametrize("drawn", [jacobian_norms, loss_heatmap])
def test_an_activation_has_values_for_its_parameters(drawn):
    assert drawn(size=2, steps=3, activation="elu(alpha=1/2)").activation.title == "elu(alpha=1/2)"
    for activation, message in (("elu(alpha=a)", "no value for alpha"), (["tanh", "relu"], "2 activations")):
        with pytest.raises(SelectionError, match=message):
            drawn(size=2, steps=3, activation=activation)
    with pytest.raises(ReadingError, match="'foo'"):
        drawn(size=2, steps=3, activation="foo")


# -- the heat map -----------------------------------------------------------------------------------------


def test_the_heat_map_is_that_of_the_oracle():
    size, steps, seed = 3, 6, 2
    found = loss_heatmap(size, steps, seed)
    for radius, norms in zip(found.radii, found.norms, strict=True):
        network = drawn_network(recurrent_weights(size, radius, "orthogonal", seed), "tanh", steps, seed, SCALE)
        outputs = forward(network.params, network.x, network.h_0, "tanh").y
        for t in range(1, steps + 1):
            for s in range(t + 1):
                jacobian = to_numpy(mp_state_jacobian(network.params, network.x, network.h_0, "tanh", t, s))
                gradient = (outputs[t - 1] - network.targets[t - 1]) @ network.W_hy @ jacobian
                assert norms[t, s] == pytest.approx(np.linalg.norm(gradient), rel=1e-10)
        assert np.isnan(norms[0]).all()
        assert np.isnan(norms[np.triu_indices(steps + 1, 1)]).all()


def test_one_network_vanishes_and_the_other_does_not():
    vanishing, exploding = loss_heatmap().norms
    assert vanishing[20, 0] < 0.01 * vanishing[20, 20]
    assert exploding[20, 0] > 100 * exploding[20, 20]


@pytest.mark.parametrize("numbers", [loss_heatmap, error_surface, guarantees, transient_growth])
def test_captions_have_no_numbers_of_programs(numbers):
    """1.3e+03 is how a program prints 1300."""
    captions = {
        loss_heatmap: caption_loss_heatmap,
        error_surface: caption_error_surface,
        guarantees: caption_guarantees,
        transient_growth: caption_transient_growth,
    }
    for notation in (None, NOTATIONS["lecture"]):
        assert not re.search(r"\de[+-]?\d", captions[numbers](numbers(), notation))


# -- transient growth -------------------------------------------------------------------------------------


def test_powers_are_those_of_numpy_and_lie_between_their_lines():
    found = transient_growth(40)
    for W, norms in ((NORMAL, found.normal), (NON_NORMAL, found.non_normal)):
        powers = [np.linalg.matrix_power(np.array(W), k) for k in range(41)]
        np.testing.assert_allclose(norms, [np.linalg.norm(power, 2) for power in powers], rtol=1e-11)
        assert (found.lower <= norms * ROUNDING).all()
        assert (norms <= found.upper * ROUNDING).all()
    np.testing.assert_allclose(found.normal, found.lower, rtol=1e-12)
    assert 1 <= found.non_normal.argmax() <= 10
    assert found.non_normal.max() > 25
    assert found.non_normal[-1] < 2


def test_the_condition_of_the_eigenvectors_by_hand():
    second = np.array([-100.0, 1.0]) / math.sqrt(100**2 + 1)
    cosine = abs(second[0])  # for two unit vectors κ² is (1 + cos)/(1 - cos)
    assert transient_growth(1).condition == pytest.approx(math.sqrt((1 + cosine) / (1 - cosine)), rel=1e-6)


# -- slopes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_bound_bounds_the_slopes_and_is_reached_where_it_is_said_to_be(name):
    (curve,) = activation_slopes([name]).curves
    slopes = curve.slope[~np.isnan(curve.slope)]
    assert np.isnan(curve.slope).sum() == len(TABLE[name].kinks)
    if math.isnan(curve.gamma):
        assert name in ("exp", "square")
        return
    assert (np.abs(slopes) <= curve.gamma * ROUNDING).all()
    assert np.abs(slopes).max() > 0.95 * curve.gamma
    for point in curve.attained:
        at = int(np.abs(curve.z - point).argmin())
        assert abs(curve.slope[at]) == pytest.approx(curve.gamma, rel=1e-3)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "arctan", "relu"])
def test_values_and_slopes_are_those_of_the_oracle(name):
    (curve,) = activation_slopes([name]).curves
    oracle, smooth = oracle_activation(name), ~np.isnan(curve.slope)
    np.testing.assert_allclose(curve.value, oracle.value(curve.z), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(curve.slope[smooth], oracle.slope(curve.z[smooth]), rtol=1e-12, atol=1e-15)


def test_both_sides_of_a_kink_are_evaluated():
    (curve,) = activation_slopes(["relu"]).curves
    at = int(np.flatnonzero(np.isnan(curve.slope))[0])
    assert (curve.z[at], curve.slope[at - 1], curve.slope[at + 1]) == (0.0, 0.0, 1.0)
    assert curve.z[at + 1] - curve.z[at - 1] < 1e-8


# -- guarantees and clipping ------------------------------------------------------------------------------


def test_the_plane():
    found = guarantees()
    np.testing.assert_allclose(found.norms[0] * found.gamma, 1, rtol=1e-14)
    marks = {mark.name: (mark.gamma, mark.norm) for mark in found.activations}
    assert marks["sigmoid"] == (0.25, 4.0)
    assert marks["tanh"] == marks["relu"] == (1.0, 1.0)
    assert marks["gelu"][0] * marks["gelu"][1] == pytest.approx(1)
    assert marks["gelu"][0] > 1
    W = np.array([[0.0, 5.0], [0.0, 0.0]])
    assert (found.counterexample.gamma, found.counterexample.norm) == (1.0, np.linalg.norm(W, 2))
    assert not (W @ W).any()


def test_clipping_by_value_and_by_norm():
    found = clipped_gradients(theta=1.5)
    assert (np.abs(found.by_value) <= 1.5).all()
    lengths = np.linalg.norm(found.by_norm, axis=1)
    assert (lengths <= 1.5 * ROUNDING).all()
    before = np.linalg.norm(found.gradients, axis=1)
    np.testing.assert_allclose(found.by_norm / lengths[:, None], found.gradients / before[:, None], rtol=1e-12)
    short = before <= 1.5
    assert short.any()
    assert (found.by_norm[short] == found.gradients[short]).all()
    assert (found.turned_by_norm == 0).all()
    assert found.turned_by_value.max() > 10


def test_angles_are_those_of_complex_numbers():
    found = clipped_gradients([(3.0, 0.5), (-0.2, 4.0), (2.0, -2.0)])
    before, after = (g[:, 0] + 1j * g[:, 1] for g in (found.gradients, found.by_value))
    np.testing.assert_allclose(found.turned_by_value, np.abs(np.degrees(np.angle(after / before))), atol=1e-9)


# -- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: jacobian_norms(size=33), LimitError, "network of 33 units; use 1 to 32"),
        (lambda: jacobian_norms(size=0), LimitError, "network of 0 units"),
        (lambda: jacobian_norms(steps=101), LimitError, "101 steps; use 1 to 100"),
        (lambda: jacobian_norms([4.5]), LimitError, "radius is 4.5"),
        (lambda: jacobian_norms([math.nan]), LimitError, "radius is nan"),
        (lambda: jacobian_norms([-1.0]), LimitError, "radius is -1"),
        (lambda: jacobian_norms([]), SelectionError, "no spectral radius"),
        (lambda: jacobian_norms([0.1 * (i + 1) for i in range(9)]), LimitError, "9 spectral radii"),
        (lambda: jacobian_norms(weights="sparse"), SelectionError, "use orthogonal or gaussian"),
        (lambda: loss_heatmap(steps=41), LimitError, "41 steps; use 1 to 40"),
        (lambda: transient_growth(0), LimitError, "0 steps"),
        (lambda: activation_slopes(["phi"]), SelectionError, "no activation 'phi' in the catalogue; it has"),
        (lambda: activation_slopes([]), SelectionError, "no activation is given"),
        (lambda: activation_slopes(sorted(TABLE)), LimitError, "activations in one picture; use at most 12"),
        (lambda: clipped_gradients([(0.0, 0.0)]), EvaluationError, "no direction"),
        (lambda: clipped_gradients([(1.0, math.inf)]), EvaluationError, "not finite"),
        (lambda: clipped_gradients([(1.0, 2.0, 3.0)]), ShapeError, "two entries"),
        (lambda: clipped_gradients(theta=0.0), IndexRangeError, "theta is 0.0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, error, message):
    with pytest.raises(error, match=message.replace("(", r"\(")):
        call()
