"""Questions of the field, each with the answer that the mathematics gives: PROVED where it is true, REFUTED where not.

They were asked in public about real derivations and programs, and are restated here in one to three lines each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy import DiagMatrix, HadamardPower, Identity, MatrixSymbol, OneMatrix

from symrnn import (
    GRU,
    LSTM,
    Cell,
    Elementwise,
    Elman,
    Equation,
    Gradient,
    ImmediateJacobian,
    Inequality,
    Kind,
    MatrixSum,
    Norm,
    OrderedProduct,
    Recurrence,
    Sequence,
    T,
    TotalJacobian,
    activation,
    generate,
    k,
    m,
    n,
    t,
    verify,
)
from symrnn.cells import MGU, Bidirectional, PeepholeLSTM, complement, entrywise, gates, matrices
from symrnn.derivation import BoundedSlope, Limit, equivalent
from symrnn.expr import SpectralRadius
from symrnn.symbols import q

PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
STEP, BACK = (t >= 1, t <= T), (k >= 0, t >= k)
one = OneMatrix(n, 1)
sigma, tanh, phi = map(Elementwise, ("sigmoid", "tanh", "phi"))
h, c, a, x = Sequence("h", n), Sequence("c", n), Sequence("a", n), Sequence("x", m)


def equal(net: Any, left: Any, right: Any, *where: Any, given: Any = ()) -> Kind:
    return verify(Equation(left, right, where=where, given=given), net).kind


def summed(term: Any) -> MatrixSum:
    return MatrixSum(term, (t, 1, T))


# -- slopes ------------------------------------------------------------------------------------------------------------


def test_the_slope_of_tanh_is_one_minus_its_square_and_not_the_reciprocal() -> None:
    net = Elman("tanh")
    slope = one - entrywise(net.h[t], net.h[t])
    assert equal(net, TotalJacobian(net.h[t], net.a[t]), DiagMatrix(slope), t >= 1) is PROVED
    assert equal(net, TotalJacobian(net.h[t], net.a[t]), DiagMatrix(HadamardPower(slope, -1)), t >= 1) is REFUTED


def test_the_jacobian_of_a_step_is_no_diagonal() -> None:
    net = Elman("tanh")
    slope, step = DiagMatrix(one - entrywise(net.h[t], net.h[t])), TotalJacobian(net.h[t], net.h[t - 1])
    assert equal(net, step, slope * net.W_hh, t >= 1) is PROVED
    assert equal(net, step, slope, t >= 1) is REFUTED


# -- what is assumed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "weights", "wanted"),
    [
        ("identity", Identity(n), PROVED),
        ("identity", OneMatrix(n, n), REFUTED),  # "U = 1"
        ("tanh", Identity(n), REFUTED),
    ],
)
def test_gradients_stay_where_the_weights_are_the_identity(name: str, weights: Any, wanted: Kind) -> None:
    net = Elman(name)
    changed = Norm(TotalJacobian(net.h[t], net.h[t - k]) - Identity(n))
    assert verify(Inequality(changed, 0, BACK, (Equation(net.W_hh, weights),)), net).kind is wanted


def test_a_state_by_itself() -> None:
    net = Elman()
    assert equal(net, TotalJacobian(net.h[t], net.h[k]), Identity(n), sp.Eq(k, t), t >= 1) is PROVED


# -- which error goes where --------------------------------------------------------------------------------------------


def one_bias_for_three_gates() -> Cell:
    """An LSTM with a slip of the pen: b_o stands in the forget and the input gate, too."""
    af, ai, ao, f, i, o, g = gates("a_f a_i a_o f i o g", n)
    wf, wi, wo, wc = matrices("W_f W_i W_o W_c", n, m)
    uf, ui, uo, uc = matrices("U_f U_i U_o U_c", n, n)
    bo, bc = matrices("b_o b_c", n, 1)
    equations = {
        af: wf * x[t] + uf * h[t - 1] + bo,
        ai: wi * x[t] + ui * h[t - 1] + bo,
        ao: wo * x[t] + uo * h[t - 1] + bo,
        **{gate: sigma(error[t]) for gate, error in ((f, af), (i, ai), (o, ao))},
        g: tanh(wc * x[t] + uc * h[t - 1] + bc),
        c: entrywise(f[t], c[t - 1]) + entrywise(i[t], g[t]),
        h: entrywise(o[t], tanh(c[t])),
    }
    parameters = (wf, wi, wo, wc, uf, ui, uo, uc, bo, bc)
    return Cell("slip", equations, (h, c), parameters, (x,), (activation("sigmoid"), activation("tanh")))


def test_a_bias_that_gates_share_gets_the_sum_of_their_errors() -> None:
    net = one_bias_for_three_gates()
    errors = [Gradient(net.L, Sequence(name, n)[t]) for name in ("a_f", "a_i", "a_o")]
    whole = Gradient(net.L, net.b_o)
    assert equal(net, whole, summed(sp.MatAdd(*errors)), T >= 0) is PROVED
    assert equal(net, whole, summed(errors[-1]), T >= 0) is REFUTED


@pytest.mark.parametrize(
    ("net", "bias", "errors", "others"),
    [
        (LSTM(), "b_i", "a_i", "a_f"),
        (LSTM(), "b_o", "a_o", "a_i"),
        (LSTM(), "b_f", "a_f", "a_g"),
        (MGU(), "b_h", "a_g", "a_f"),
        (GRU(), "b_h", "a_g", "a_z"),
        (GRU(), "b_r", "a_r", "a_z"),
    ],
)
def test_a_bias_gets_the_errors_of_its_own_gate(net: Any, bias: str, errors: str, others: str) -> None:
    whole = Gradient(net.L, getattr(net, bias))
    assert equal(net, whole, summed(Gradient(net.L, getattr(net, errors)[t])), T >= 0) is PROVED
    assert equal(net, whole, summed(Gradient(net.L, getattr(net, others)[t])), T >= 0) is REFUTED


@pytest.mark.parametrize(
    ("net", "weight", "errors"), [(MGU(), "U_f", "a_f"), (GRU(), "U_r", "a_r"), (LSTM(), "U_f", "a_f")]
)
def test_a_weight_gets_the_errors_times_what_it_saw(net: Any, weight: str, errors: str) -> None:
    whole, error = Gradient(net.L, getattr(net, weight)), Gradient(net.L, getattr(net, errors)[t])
    assert equal(net, whole, summed(error * net.h[t - 1].T), T >= 0) is PROVED
    assert equal(net, whole, summed(error * net.h[t].T), T >= 0) is REFUTED


@pytest.mark.parametrize(
    ("slope", "wanted"),
    [
        (lambda net: sigma(net.a_f[t], 1), PROVED),
        (lambda net: entrywise(net.f[t], one - net.f[t]), PROVED),
        (lambda net: sigma(net.f[t]), REFUTED),  # the function for its derivative
        (
            lambda net: entrywise(sigma(net.f[t]), one - sigma(net.f[t])),
            REFUTED,
        ),  # of the gate itself
    ],
)
def test_the_error_of_a_forget_gate(slope: Any, wanted: Kind) -> None:
    net = LSTM()
    error = entrywise(entrywise(Gradient(net.L, net.c[t]), net.c[t - 1]), slope(net))
    assert equal(net, Gradient(net.L, net.a_f[t]), error, *STEP) is wanted


def test_the_error_of_a_state_comes_through_four_gates() -> None:
    net = LSTM()
    own = Gradient(net.ell[t], net.h[t])
    back = [getattr(net, f"U_{g}").T * Gradient(net.L, getattr(net, f"a_{g}")[t + 1]) for g in "fiog"]
    assert equal(net, Gradient(net.L, net.h[t]), sp.MatAdd(own, *back), t >= 1, t < T) is PROVED
    assert equal(net, Gradient(net.L, net.h[t]), sp.MatAdd(own, *back[1:]), t >= 1, t < T) is REFUTED


def test_an_output_with_the_weights_of_the_input() -> None:
    """h_t = tanh(U x_t + W h_{t-1}), o_t = Uᵀ h_t: both uses count."""
    U, W, o = MatrixSymbol("U", n, m), MatrixSymbol("W", n, n), Sequence("o", m)
    equations = {a: U * x[t] + W * h[t - 1], h: tanh(a[t]), o: U.T * h[t]}
    net = Cell("tied", equations, (h,), (U, W), (x,), (activation("tanh"),))
    net = net.with_loss("softmax cross-entropy", of="o")
    entry, output = Gradient(net.L, a[t]) * x[t].T, h[t] * Gradient(net.L, o[t]).T
    assert equal(net, Gradient(net.L, U), summed(entry + output), T >= 0) is PROVED
    assert equal(net, Gradient(net.L, U), summed(entry), T >= 0) is REFUTED
    assert equal(net, Gradient(net.L, U), summed(output), T >= 0) is REFUTED
    assert net.derive(net.L, wrt=U).verify().kind is PROVED
    assert "def backward" in generate(net, "numpy")


# -- scans -------------------------------------------------------------------------------------------------------------


def test_a_diagonal_state_space_model_needs_the_scan_back() -> None:
    A, B, C, y = MatrixSymbol("A", n, 1), MatrixSymbol("B", n, m), MatrixSymbol("C", q, n), Sequence("y", q)
    cell = Cell("s", {h: entrywise(A, h[t - 1]) + B * x[t], y: C * h[t]}, (h,), (A, B, C), (x,))
    net = cell.with_loss("generic", of="y")
    error, through = Gradient(net.L, h[t]), C.T * Gradient(net.L, y[t])
    assert equal(net, error, through, *STEP) is REFUTED
    assert equal(net, error, through + entrywise(A, Gradient(net.L, h[t + 1])), t >= 1, t < T) is PROVED
    assert equal(net, Gradient(net.L, A), summed(entrywise(error, h[t - 1])), T >= 0) is PROVED
    assert equal(net, Gradient(net.L, B), summed(error * x[t].T), T >= 0) is PROVED


def test_the_gradient_of_a_step_size() -> None:
    """h_t = exp(δ ∘ A) ∘ h_{t-1} + δ ∘ B x_t, with a step size for each unit."""
    A, B, size = MatrixSymbol("A", n, 1), MatrixSymbol("B", n, m), MatrixSymbol("delta", n, 1)
    decay = Elementwise("exp")(entrywise(size, A))
    equations = {h: entrywise(decay, h[t - 1]) + entrywise(size, B * x[t])}
    net = Cell("s", equations, (h,), (A, B, size), (x,), (activation("exp"),))
    error = Gradient(net.L, h[t])
    right = entrywise(error, entrywise(entrywise(A, decay), h[t - 1]) + B * x[t])
    wrong = entrywise(error, entrywise(decay, h[t - 1]) + B * x[t])
    assert equal(net, Gradient(net.L, size), summed(right), T >= 0) is PROVED
    assert equal(net, Gradient(net.L, size), summed(wrong), T >= 0) is REFUTED


# -- two forms of one unit ---------------------------------------------------------------------------------------------


def convex(name: str, keeps: bool) -> Cell:
    """h_t = z h_{t-1} + (1 - z) g, or the other way round."""
    z, g = gates("z g", n)
    (wz, wg), (uz, ug) = matrices("W_z W_g", n, m), matrices("U_z U_g", n, n)
    kept, new = (z[t], complement(z[t])) if keeps else (complement(z[t]), z[t])
    equations = {
        z: sigma(wz * x[t] + uz * h[t - 1]),
        g: tanh(wg * x[t] + ug * h[t - 1]),
        h: entrywise(kept, h[t - 1]) + entrywise(new, g[t]),
    }
    return Cell(name, equations, (h,), (wz, wg, uz, ug), (x,), (activation("sigmoid"), activation("tanh")))


def test_z_or_one_minus_z() -> None:
    one_way, other = convex("keeps z", keeps=True), convex("keeps 1 - z", keeps=False)
    signs = {other.W_z: -other.W_z, other.U_z: -other.U_z}
    assert equivalent(one_way, other, under=signs).verify().kind is PROVED
    assert equivalent(one_way, other).verify().kind is REFUTED


# -- bounds and limits -------------------------------------------------------------------------------------------------


def independent(name: str, units: Any = n) -> Cell:
    """h_t = φ(W x_t + u ∘ h_{t-1})."""
    W, u = MatrixSymbol("W", units, m), MatrixSymbol("u", units, 1)
    h, a = Sequence("h", units), Sequence("a", units)
    equations = {a: W * x[t] + entrywise(u, h[t - 1]), h: Elementwise(name)(a[t])}
    return Cell("independent units", equations, (h,), (W, u), (x,), (activation(name),))


def test_which_norm_of_the_weights_of_single_units() -> None:
    net, gamma = independent("phi"), sp.Symbol("gamma", nonnegative=True)
    size = Norm(TotalJacobian(net.h[t], net.h[t - k]))
    for bound in (Norm(DiagMatrix(net.u)), Norm(net.u, "oo"), Norm(net.u)):
        assert verify(Inequality(size, (gamma * bound) ** k, BACK, (BoundedSlope("phi", gamma),)), net).kind is PROVED
    assert verify(Inequality(size, gamma * Norm(net.u), BACK, (BoundedSlope("phi", gamma),)), net).kind is REFUTED


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_the_sign_of_what_flows_back_through_one_unit(name: str) -> None:
    """dh_t/dh_{t-1} has the sign of u, and dh_t/dh_{t-2k} none but +."""
    net = independent(name, 1)
    step, far = (TotalJacobian(net.h[t], net.h[t - back])[0, 0] for back in (1, 2 * k))
    for left, right, where, given, wanted in (
        (step, 0, (t >= 1,), (net.u[0, 0] <= 0,), PROVED),
        (step, 0, (t >= 1,), (), REFUTED),
        (0, step, (t >= 1,), (net.u[0, 0] <= 0,), REFUTED),
        (0, far, (k >= 0, t >= 2 * k), (), PROVED),
    ):
        assert verify(Inequality(left, right, where, given), net).kind is wanted


@pytest.mark.parametrize(
    ("name", "size", "wanted"),
    [
        ("identity", SpectralRadius, PROVED),
        ("identity", Norm, PROVED),
        ("tanh", Norm, PROVED),
        ("tanh", SpectralRadius, REFUTED),  # W = [[2, -2], [2, -2]], with a unit that saturates
    ],
)
def test_spectral_radius_or_norm(name: str, size: Any, wanted: Kind) -> None:
    net = Elman(name)
    long = Norm(TotalJacobian(net.h[t], net.h[t - k]))
    assert verify(Limit(long, k, 0, BACK, (size(net.W_hh) < 1,)), net).kind is wanted


def test_a_linear_network_with_a_large_radius_explodes() -> None:
    net = Elman("identity")
    long = Norm(TotalJacobian(net.h[t], net.h[t - k]))
    assert verify(Limit(long, k, sp.oo, BACK, (SpectralRadius(net.W_hh) > 1,)), net).kind is PROVED
    assert verify(Inequality(SpectralRadius(net.W_hh) ** k, long, BACK), net).kind is PROVED
    assert verify(Inequality(SpectralRadius(net.W_hh) ** (k + 1), long, BACK), net).kind is REFUTED


# -- ways to ask -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("over", ["sum", "mean", "last"])
def test_an_update_gate_under_one_logistic_output(over: str) -> None:
    net: Recurrence = GRU().with_loss("binary cross-entropy", readout=1, over=over)
    assert net.derive(net.L, wrt=net.U_z).verify().kind is PROVED
    assert "dL/dh" in str(net.backward())
    assert "def backward" in generate(net, "numpy")


def test_by_the_state_before() -> None:
    net = LSTM()
    assert net.derive(net.L, wrt=net.c[t - 1]).verify().kind is PROVED


# -- what courses and forums ask ---------------------------------------------------------------------------------------


net, tanh_net, linear = Elman(), Elman("tanh"), Elman("identity")
J = TotalJacobian


@pytest.mark.parametrize(
    ("right", "wanted"),
    [
        (net.W_hh.T * Gradient(net.L, net.a[1]), PROVED),
        (net.W_hh * Gradient(net.L, net.a[1]), REFUTED),
        (sp.ZeroMatrix(n, 1), REFUTED),  # "the initial state is constant"
    ],
)
def test_the_loss_by_the_initial_state(right: Any, wanted: Kind) -> None:
    assert equal(net, Gradient(net.L, net.h[0]), right, T >= 1) is wanted


def test_shared_weights_add_up() -> None:
    each = Gradient(net.L, net.a[t]) * net.h[t - 1].T
    last = T * Gradient(net.L, net.a[T]) * net.h[T - 1].T
    for right, wanted in ((summed(each), PROVED), (summed(each) / T, REFUTED), (last, REFUTED)):
        assert equal(net, Gradient(net.L, net.W_hh), right, T >= 1) is wanted


def test_the_mean_of_losses() -> None:
    mean = Elman().with_loss("squared error", over="mean")
    steps = summed(Gradient(mean.ell[t], mean.W_hh))
    for right, wanted in ((steps / T, PROVED), (steps, REFUTED)):
        assert equal(mean, Gradient(mean.L, mean.W_hh), right, T >= 1) is wanted


def test_the_mask_of_a_padded_sequence() -> None:
    padded = Elman().with_loss("squared error", masked=True)
    miss = padded.y[t] - padded.d[t]
    for right, wanted in ((miss * padded.mu[t], PROVED), (miss, REFUTED)):
        assert equal(padded, Gradient(padded.L, padded.y[t]), right, *STEP) is wanted


def test_dropout_on_the_state() -> None:
    W, U, r = MatrixSymbol("W", n, n), MatrixSymbol("U", n, m), Sequence("r", n)
    equations = {a: U * x[t] + W * entrywise(r[t], h[t - 1]), h: tanh(a[t])}
    net = Cell("dropout", equations, (h,), (U, W), (x, r), (activation("tanh"),))
    D, mask = DiagMatrix(tanh(a[t], 1)), DiagMatrix(r[t])
    for right, wanted in ((D * W * mask, PROVED), (D * mask * W, REFUTED)):
        assert equal(net, J(h[t], h[t - 1]), right, t >= 1) is wanted
    for seen, wanted in ((entrywise(r[t], h[t - 1]), PROVED), (h[t - 1], REFUTED)):
        assert equal(net, Gradient(net.L, W), summed(Gradient(net.L, a[t]) * seen.T), T >= 0) is wanted


def test_teacher_forcing_cuts_the_path_through_the_output() -> None:
    y, forced = Sequence("y", q), Sequence("g", q)
    W, V, C = MatrixSymbol("W", n, n), MatrixSymbol("V", n, q), MatrixSymbol("C", q, n)
    slope = DiagMatrix(one - entrywise(h[t], h[t]))
    for fed, states, inputs, through in ((y, (h, y), (), W + V * C), (forced, (h,), (forced,), W)):
        equations = {h: tanh(W * h[t - 1] + V * fed[t - 1]), y: C * h[t]}
        net = Cell("fed", equations, states, (W, V, C), inputs, (activation("tanh"),))
        assert equal(net, J(h[t], h[t - 1]), slope * through, t >= 2) is PROVED
        assert equal(net, J(h[t], h[t - 1]), slope * (W if through != W else W + V * C), t >= 2) is REFUTED


@pytest.mark.parametrize(("name", "wanted"), [("identity", PROVED), ("tanh", REFUTED)])
def test_orthogonal_weights_keep_lengths_without_a_function_only(name: str, wanted: Kind) -> None:
    net = Elman(name)
    long, given = Norm(J(net.h[t], net.h[t - k])), (Equation(net.W_hh.T * net.W_hh, Identity(n)),)
    assert verify(Inequality(long, 1, BACK, given), net).kind is PROVED
    assert verify(Inequality(1, long, BACK, given), net).kind is wanted


def test_a_memory_cell_forgets_by_the_product_of_its_gates() -> None:
    f, g, u = Sequence("f", n), Sequence("g", n), sp.Symbol("u", integer=True)
    net = Cell("memory", {c: entrywise(f[t], c[t - 1]) + g[t]}, (c,), (), (f, g))
    for first, wanted in ((k + 1, PROVED), (k, REFUTED)):
        gates_ = OrderedProduct(DiagMatrix(f[u]), (u, first, t), "descending")
        assert equal(net, J(c[t], c[k]), gates_, *BACK) is wanted
    lstm = LSTM()
    step, forget = J(lstm.c[t], lstm.c[t - 1]), DiagMatrix(lstm.f[t])
    cut = [Equation(getattr(lstm, f"U_{gate}"), sp.ZeroMatrix(n, n)) for gate in "fiog"]
    assert equal(lstm, step, forget, t >= 1) is REFUTED  # h_{t-1} has c_{t-1} in it
    assert equal(lstm, step, forget, t >= 1, given=cut) is PROVED


def test_a_residual_step() -> None:
    W, U = MatrixSymbol("W", n, n), MatrixSymbol("U", n, m)
    equations = {a: W * h[t - 1] + U * x[t], h: h[t - 1] + tanh(a[t])}
    net = Cell("residual", equations, (h,), (W, U), (x,), (activation("tanh"),))
    D, long = DiagMatrix(tanh(a[t], 1)), Norm(J(h[t], h[t - k]))
    for right, wanted in ((Identity(n) + D * W, PROVED), (D * W, REFUTED)):
        assert equal(net, J(h[t], h[t - 1]), right, t >= 1) is wanted
    assert verify(Inequality(long, (1 + Norm(W)) ** k, BACK), net).kind is PROVED
    assert verify(Inequality(1, long, BACK), net).kind is REFUTED  # "it never vanishes"


@pytest.mark.parametrize(("rate", "wanted"), [(4, PROVED), (5, REFUTED)])
def test_the_slope_of_a_sigmoid_is_a_quarter(rate: int, wanted: Kind) -> None:
    net = Elman("sigmoid")
    long = Norm(J(net.h[t], net.h[t - k]))
    assert verify(Limit(long, k, 0, BACK, (Norm(net.W_hh) < rate,)), net).kind is wanted
    bound = (Norm(net.W_hh) / (4 if wanted is PROVED else 8)) ** k
    assert verify(Inequality(long, bound, BACK), net).kind is wanted


@pytest.mark.parametrize(
    ("gate", "right", "wanted"),
    [
        ("z", lambda net: net.h[t - 1] - net.g[t], PROVED),
        ("z", lambda net: net.g[t] - net.h[t - 1], REFUTED),
        ("g", lambda net: one - net.z[t], PROVED),
        ("g", lambda net: net.z[t], REFUTED),
    ],
)
def test_what_the_gates_of_a_gru_get(gate: str, right: Any, wanted: Kind) -> None:
    net = GRU()
    error = entrywise(Gradient(net.L, net.h[t]), right(net))
    assert equal(net, Gradient(net.L, getattr(net, gate)[t]), error, *STEP) is wanted


def test_peepholes_see_the_cell_before_or_after() -> None:
    net = PeepholeLSTM()
    for seen, wanted in ((net.c[t], PROVED), (net.c[t - 1], REFUTED)):
        right = summed(entrywise(Gradient(net.L, net.a_o[t]), seen))
        assert equal(net, Gradient(net.L, net.p_o), right, T >= 0) is wanted


def test_two_directions_do_not_mix() -> None:
    net = Bidirectional(Elman(), Elman())
    assert equal(net, J(net.h[t], net.W_hh_reverse), sp.ZeroMatrix(n, n**2), t >= 0) is PROVED
    for seen, wanted in ((net.h_reverse[t - 1], PROVED), (net.h[t - 1], REFUTED)):
        right = summed(Gradient(net.L, net.a_reverse[t]) * seen.T)
        assert equal(net, Gradient(net.L, net.W_hh_reverse), right, T >= 0) is wanted


def test_inputs_reach_later_states_only() -> None:
    reach = J(net.h[t], net.h[t - k]) * net.D(t - k) * net.W_xh
    assert equal(net, J(net.h[t], net.x[t - k]), reach, k >= 0, t > k) is PROVED
    assert equal(net, J(net.h[t], net.x[t + 1]), sp.ZeroMatrix(n, m), t >= 0) is PROVED
    for error, wanted in ((Gradient(net.L, net.a[t]), PROVED), (Gradient(net.L, net.h[t]), REFUTED)):
        assert equal(net, Gradient(net.L, net.x[t]), net.W_xh.T * error, *STEP) is wanted


def test_a_decoder_that_starts_from_the_last_state_of_an_encoder() -> None:
    """What its code hands back at its initial state is the slope of the encoder's last one: by complex steps."""
    makers = Elman("tanh", 3, 2, 3).with_loss("generic", of="h", over="last"), Elman("tanh", 3, 2, 2)
    encoder, decoder = (_module(maker) for maker in (makers[0], makers[1].with_loss("squared error")))
    rng = np.random.default_rng(5)
    first, second = ({p.name: rng.normal(size=[int(d) for d in p.shape]) for p in each.parameters} for each in makers)
    ins, outs, target = (rng.normal(size=shape) for shape in ((5, 2, 1), (3, 2, 1), (3, 2, 1)))
    start = rng.normal(size=(3, 1))

    def loss(weights: Any) -> Any:
        state = encoder["forward"]({**first, "W_hh": weights}, {"x": ins}, {"h": start})["h"][5]
        there = decoder["forward"](second, {"x": outs, "d": target}, {"h": state})
        return sum(((there["y"][s] - target[s - 1]) ** 2).sum() / 2 for s in (1, 2, 3))

    gone = encoder["forward"](first, {"x": ins}, {"h": start})
    there = decoder["forward"](second, {"x": outs, "d": target}, {"h": gone["h"][5]})
    back = decoder["backward"](second, there)[2]["h"]
    slopes = np.concatenate([np.zeros((4, 3, 1)), back[None]])
    found = encoder["backward"](first, gone, {"dell_dh": slopes})[0]["W_hh"]
    for row, col in np.ndindex(3, 3):
        moved = first["W_hh"].astype(complex)
        moved[row, col] += 1e-30j
        assert abs(loss(moved).imag / 1e-30 - found[row, col]) < 1e-12


Te = sp.Symbol("Te", integer=True)


def sequence_to_sequence() -> Cell:
    """h^e_t = φ(W_e h^e_{t-1} + U_e x_t + b_e); h^d_0 = h^e_{T_e}, h^d_s = φ(W_d h^d_{s-1} + U_d y_{s-1} + b_d)."""
    he, hd, (ae, ad), fed = Sequence("he", n), Sequence("hd", n), gates("ae ad", n), Sequence("y", m)
    (We, Wd), (Ue, Ud), (be, bd) = matrices("We Wd", n, n), matrices("Ue Ud", n, m), matrices("be bd", n, sp.S.One)
    equations = {
        ae: We * he[t - 1] + Ue * x[t] + be,
        he: phi(ae[t]),
        ad: Wd * hd[t - 1] + Ud * fed[t - 1] + bd,
        hd: phi(ad[t]),
        hd[0]: he[Te],
    }
    parameters = (We, Ue, be, Wd, Ud, bd)
    return Cell("sequence to sequence", equations, (hd, he), parameters, (x, fed), (activation("phi"),))


joint, ENDS = sequence_to_sequence(), (T >= 1, Te >= 1)
through = OrderedProduct(DiagMatrix(phi(joint.ad[k], 1)) * joint.Wd, (k, 1, t), "descending")
own, onward = ImmediateJacobian(joint.he[t], joint.We), J(joint.he[Te], joint.he[t])


@pytest.mark.parametrize(
    ("factors", "wanted"),
    [
        (J(joint.L, joint.he[Te]) * onward, PROVED),
        (J(joint.L, joint.hd[0]) * onward, PROVED),
        (J(joint.L, joint.he[t]), PROVED),
        (J(joint.L, joint.he[Te]), REFUTED),  # as if each state were the last
        (J(joint.ell[T], joint.hd[T]) * onward, REFUTED),  # without the Jacobians of the decoder
        (sp.ZeroMatrix(1, n), REFUTED),  # "h^d_0 is constant"
    ],
)
def test_what_flows_back_from_a_decoder_into_the_weights_of_its_encoder(factors: Any, wanted: Kind) -> None:
    """dL/dW_e = Σ_t (dL/dh^e_{T_e}) (dh^e_{T_e}/dh^e_t) ∂⁺h^e_t/∂⁺W_e, for all T_e and T_d."""
    assert equal(joint, J(joint.L, joint.We), MatrixSum(factors * own, (t, 1, Te)), *ENDS) is wanted


@pytest.mark.parametrize(
    ("of", "right", "wanted"),
    [
        (joint.he[t], joint.We.T * Gradient(joint.L, joint.ae[t + 1]), PROVED),
        (joint.he[t], joint.We * Gradient(joint.L, joint.ae[t + 1]), REFUTED),
        (joint.he[t], joint.Wd.T * Gradient(joint.L, joint.ae[t + 1]), REFUTED),
        (joint.x[t], joint.Ue.T * Gradient(joint.L, joint.ae[t]), PROVED),
        (joint.x[t], joint.Ud.T * Gradient(joint.L, joint.ae[t]), REFUTED),
        (joint.he[Te], joint.Wd.T * Gradient(joint.L, joint.ad[1]), PROVED),
        (joint.he[Te], joint.We.T * Gradient(joint.L, joint.ad[1]), REFUTED),
    ],
)
def test_what_flows_back_from_a_decoder_into_its_encoder(of: Any, right: Any, wanted: Kind) -> None:
    assert equal(joint, Gradient(joint.L, of), right, T >= 1, t >= 1, t < Te) is wanted


@pytest.mark.parametrize(("between", "wanted"), [(through, PROVED), (Identity(n), REFUTED)])
def test_what_flows_back_goes_through_every_step_of_the_decoder(between: Any, wanted: Kind) -> None:
    right = summed(J(joint.ell[t], joint.hd[t]) * between)
    assert equal(joint, J(joint.L, joint.he[Te]), right, *ENDS) is wanted


@pytest.mark.parametrize(("last", "wanted"), [(Te, PROVED), (T, REFUTED)])
def test_the_weights_of_an_encoder_get_a_sum_over_its_own_steps(last: Any, wanted: Kind) -> None:
    right = MatrixSum(Gradient(joint.L, joint.ae[t]) * joint.he[t - 1].T, (t, 1, last))
    assert equal(joint, Gradient(joint.L, joint.We), right, *ENDS) is wanted


def _module(net: Any) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(generate(net, "numpy"), names)
    return names
