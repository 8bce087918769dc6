"""What is derived is proved by the checker, in every form and for every parameter."""

import pytest
import sympy as sp

from symrnn import GRU, LSTM, Elman, Kind, Layered, OrderedProduct, T, k, n, s, t, to_text
from symrnn.activations import activation
from symrnn.cells import Bidirectional, Cell, Stacked
from symrnn.errors import IndexRangeError, LimitError, NotDifferentiableError, ShapeError, UnknownTermError
from symrnn.expr import Elementwise, Sequence
from symrnn.symbols import L, l

rnn = Elman()
H, U = Sequence("h", n), sp.MatrixSymbol("U", n, n)
B, R = sp.MatrixSymbol("b", n, 1), sp.MatrixSymbol("r", 1, n)
PARAMETERS = {parameter.name: parameter for parameter in rnn.parameters}


def assert_proved(derivation):
    verdict = derivation.verify()
    assert verdict.kind is Kind.PROVED, str(verdict)


@pytest.mark.table(quick=5)
@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("of", [rnn.h[t], rnn.y[t], rnn.L], ids=["state", "output", "loss"])
def test_jacobian_by_every_parameter(of, name):
    assert_proved(rnn.derive(of, wrt=PARAMETERS[name]))


@pytest.mark.parametrize("name", PARAMETERS)
def test_gradient_of_the_loss_by_every_parameter(name):
    derivation = rnn.derive(rnn.L, wrt=PARAMETERS[name], form="gradient")
    assert derivation.closed_form.shape == PARAMETERS[name].shape
    assert_proved(derivation)


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", ["W_hh", "W_xh", "b_h"])
@pytest.mark.parametrize("form", ["differential", "entries"])
def test_other_forms(name, form):
    assert_proved(rnn.derive(rnn.h[t], wrt=PARAMETERS[name], form=form))


@pytest.mark.parametrize(
    ("of", "wrt"),
    [
        (rnn.h[t], rnn.h[t - k]),
        (rnn.h[t], rnn.h[0]),
        (rnn.h[t], rnn.x[s]),
        (rnn.y[t], rnn.h[s]),
        (rnn.L, rnn.h[s]),
        (rnn.L, rnn.h[0]),
        (rnn.L, rnn.y[s]),
    ],
    ids=str,
)
def test_jacobian_by_a_state_an_input_or_an_output(of, wrt):
    assert_proved(rnn.derive(of, wrt=wrt))


@pytest.mark.parametrize("activation", ["identity", "tanh", "sigmoid"])
def test_named_activations(activation):
    network = Elman(activation)
    assert_proved(network.derive(network.h[t], wrt=network.W_hh))
    assert_proved(network.derive(network.L, wrt=network.W_hh, form="gradient"))


def test_layered_network():
    net = Layered()
    for wrt in (net.y[l], net.W[l]):
        assert_proved(net.derive(net.loss, wrt=wrt))
    assert_proved(net.derive(net.y[L], wrt=net.y[l]))


def test_one_unit():
    unit = Elman("identity").undriven().scalar()
    derivation = unit.derive(unit.h[t], wrt=unit.W_hh)
    assert_proved(derivation)
    assert to_text(derivation.closed_form) == "Σ_{k=0}^{t-1} W_hh^k h[t-k-1]"


def test_special_cases_come_out_of_the_general_form():
    linear = rnn.with_activation("identity")
    assert linear.derive(linear.h[t], wrt=linear.h[t - k]).closed_form == linear.W_hh**k
    assert linear.derive(linear.h[t], wrt=linear.h[0]).closed_form == linear.W_hh**t


@pytest.mark.parametrize(("activation", "steps"), [("phi", 2), ("identity", 3)])
def test_one_step_back_is_no_product(activation, steps):
    network = Elman(activation)
    derivation = network.derive(network.h[t], wrt=network.h[t - 1])
    assert not derivation.closed_form.has(OrderedProduct)
    assert len(derivation.steps) == steps
    assert "chain" not in str(derivation)
    assert_proved(derivation)


def test_nor_is_it_one_of_coupled_states():
    lstm = LSTM()
    derivation = lstm.derive(lstm.c[t], wrt=lstm.c[t - 1])
    assert not derivation.closed_form.has(OrderedProduct)
    assert_proved(derivation)


def test_a_parameter_that_does_not_enter():
    derivation = rnn.derive(rnn.h[t], wrt=rnn.W_hy)
    assert isinstance(derivation.closed_form, sp.ZeroMatrix)
    assert_proved(derivation)


def test_the_derivation_does_not_grow_with_time():
    """T is a symbol: the number of steps and the size of the closed form are the same for all T."""
    derivation = rnn.derive(rnn.L, wrt=rnn.W_hh, form="gradient")
    assert T in derivation.closed_form.free_symbols
    assert len(derivation.steps) == 2


def test_written_out_at_a_time():
    derivation = rnn.derive(rnn.h[t], wrt=rnn.W_hh)
    assert to_text(derivation.at(t=2)) == "D[2] (h[1]ᵀ ⊗ I_n) + D[2] W_hh D[1] (h[0]ᵀ ⊗ I_n)"
    assert len(derivation.at(t=3).args) == 3


class TestRefusals:
    def test_unknown_form(self):
        with pytest.raises(UnknownTermError, match="jacobian, differential, entries, gradient"):
            rnn.derive(rnn.h[t], wrt=rnn.W_hh, form="hessian")

    def test_quantity_of_another_network(self):
        with pytest.raises(UnknownTermError, match="it has"):
            rnn.derive(rnn.h[t], wrt=sp.MatrixSymbol("U", n, n))

    def test_nothing_to_derive(self):
        with pytest.raises(UnknownTermError, match="given"):
            rnn.derive(rnn.x[t], wrt=rnn.W_hh)

    def test_gradient_of_a_vector(self):
        with pytest.raises(ShapeError, match="not a scalar"):
            rnn.derive(rnn.h[t], wrt=rnn.W_hh, form="gradient")

    def test_initial_state_by_a_later_one(self):
        with pytest.raises(IndexRangeError):
            rnn.derive(rnn.h[1], wrt=rnn.h[2])

    def test_kink_without_a_convention(self):
        relu = Elman("relu")
        with pytest.raises(NotDifferentiableError, match="at_kink"):
            relu.derive(relu.h[t], wrt=relu.W_hh)
        stated = Elman("relu", at_kink=0)
        verdict = stated.derive(stated.h[t], wrt=stated.W_hh).verify()
        assert verdict.kind is Kind.PROVED
        assert any("kink" in hypothesis for hypothesis in verdict.hypotheses)

    def test_index_that_is_none(self):
        with pytest.raises(IndexRangeError, match="its indices are t"):
            rnn.derive(rnn.h[t], wrt=rnn.W_hh).at(r=2)

    def test_time_outside_the_range(self):
        with pytest.raises(IndexRangeError):
            rnn.derive(rnn.h[t], wrt=rnn.W_hh).at(t=-1)

    def test_absurd_time(self):
        with pytest.raises(LimitError, match="200"):
            rnn.derive(rnn.h[t], wrt=rnn.W_hh).at(t=10**9)


# -- what stands still, and totals by themselves -----------------------------------------------------------------------

STACKED = Stacked(Elman(), Elman(inputs=n))


@pytest.mark.parametrize(
    "net",
    [
        rnn,
        LSTM(),
        GRU().with_loss("softmax cross-entropy", readout=n, over="mean"),
        GRU().with_loss("squared error", readout=n, over="last"),
    ],
    ids=["sum", "lstm", "mean", "last"],
)
def test_a_total_by_itself_is_one(net):
    derivation = net.derive(net.L, wrt=net.L)
    assert derivation.closed_form == sp.Identity(1)
    assert_proved(derivation)


@pytest.mark.parametrize(
    ("net", "name"),
    [(LSTM(), name) for name in ("a_f", "f", "a_o", "g")]
    + [(GRU(), name) for name in ("a_r", "z", "a_g")]
    + [(rnn, "a"), (STACKED, "a_1"), (STACKED, "a_2"), (Bidirectional(Elman()), "a")],
    ids=str,
)
def test_intermediates_by_the_input_at_their_own_index(net, name):
    of = net.definition(name).sequence[t]
    now = net.derive(of, wrt=net.x[t])
    assert_proved(now)
    assert not isinstance(now.closed_form, sp.ZeroMatrix)
    later = net.derive(of, wrt=net.x[t + 1])
    assert isinstance(later.closed_form, sp.ZeroMatrix)
    assert_proved(later)


def test_a_pre_activation_by_its_input_is_the_weight():
    assert rnn.derive(rnn.a[t], wrt=rnn.x[t]).closed_form == rnn.W_xh
    for earlier in (rnn.x[t - 1], rnn.x[s], rnn.h[t - 1], rnn.h[0], rnn.W_xh, rnn.b_h):
        assert_proved(rnn.derive(rnn.a[t], wrt=earlier))


def test_two_steps_back_are_one_step_of_two_states():
    h, p = Sequence("h", n), Sequence("p", n)
    W, V = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("V", n, n)
    phi = Elementwise("phi")
    with pytest.raises(IndexRangeError, match=r'Sequence\("h", …, first=-1\)'):
        Cell("two back", {h: phi(W * h[t - 1] + V * h[t - 2])}, states=(h,), parameters=(W, V))
    early = Sequence("h", n, first=-1)
    direct = Cell("two back", {early: phi(W * early[t - 1] + V * early[t - 2])}, states=(early,), parameters=(W, V))
    with pytest.raises(UnknownTermError, match=r"first_order\(cell\) makes h\[t - 1\] a state"):
        direct.derive(early[t], wrt=W)
    stacked = Cell("stacked", {h: phi(W * h[t - 1] + V * p[t - 1]), p: h[t - 1]}, states=(h, p), parameters=(W, V))
    for of in (h[t], stacked.L):
        for wrt in (W, V):
            assert_proved(stacked.derive(of, wrt=wrt))


@pytest.mark.parametrize(
    "diagonal",
    [B, R.T, U * B, Elementwise("tanh")(B), B + R.T, U * B - 2 * B, H[t - 1]],
    ids=str,
)
def test_what_moves_on_a_diagonal(diagonal):
    """diag(da) b = diag(b) da for columns."""
    body = Elementwise("tanh")(U * H[t - 1] + sp.DiagMatrix(diagonal) * H[t - 1])
    parameters = (U, B, R)
    net = Cell("diagonal", {H: body}, states=(H,), parameters=parameters, activations=(activation("tanh"),))
    for parameter in parameters:
        assert_proved(net.derive(net.L, wrt=parameter))
    assert_proved(net.derive(H[t], wrt=H[t - 1]))


def test_reasons_name_states_with_their_index() -> None:
    """By its letter alone no notation knows a state of a reader's own."""
    p, s, W = Sequence("p", n), Sequence("s", n), sp.MatrixSymbol("W", n, n)
    two = Cell("two", {p: W * s[t - 1], s: W * p[t]}, states=(p, s), parameters=(W,))
    for wrt in (two.W, p[t - 1]):
        reasons = [step.reason for step in two.derive(s[t], wrt=wrt).steps]
        assert any("s_t stacked" in str(reason) or "p_t, s_t" in str(reason) for reason in reasons)


def test_a_gradient_through_an_error_has_no_double_transpose() -> None:
    net = Elman("tanh").with_loss("squared error")
    found = net.derive(net.L, wrt=net.W_hy, form="gradient")
    assert to_text(found.closed_form) == "Σ_{s=1}^{T} (y[s] - d[s]) h[s]ᵀ"
    assert found.verify().kind is Kind.PROVED
