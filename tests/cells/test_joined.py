"""A decoder that starts from the last state of an encoder: its gradients for all T_e and T, and what is not true."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy import DiagMatrix, Identity, MatrixSymbol
from sympy.core.symbol import Str

from symrnn.activations import activation
from symrnn.cells import GRU, LSTM, Cell, Elman, EncoderDecoder, gates, matrices
from symrnn.cells.joined import LAST
from symrnn.cells.untied import Copied
from symrnn.check import verify
from symrnn.codegen import generate
from symrnn.derivation import BoundedSlope, Equation, Inequality, Kind, equivalent
from symrnn.errors import IndexRangeError, ParameterError, ShapeError, SymrnnError, UnknownTermError
from symrnn.expr import (
    Element,
    Elementwise,
    Expectation,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    Norm,
    OrderedProduct,
    Sequence,
    TotalJacobian,
)
from symrnn.latex.declared import declared_in
from symrnn.plots import unrolled
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, k, m, n, q, t, u
from symrnn.truncation import truncated

J = TotalJacobian
R, S = sp.symbols("R S", integer=True)
a, b, c = (Sequence(name, n) for name in "abc")
W_a, W_b, W_c = matrices("W_a W_b W_c", n, n)
U = MatrixSymbol("U", n, m)
(x,) = gates("x", m)
phi, tanh = Elementwise("phi"), Elementwise("tanh")
NETS = {
    "Elman": EncoderDecoder(Elman(), Elman().with_loss("squared error")),
    "GRU": EncoderDecoder(GRU(), GRU().with_loss("softmax cross-entropy", readout=q, over="last")),
    "LSTM": EncoderDecoder(LSTM(), LSTM()),
}
NET = NETS["Elman"]
BOTH = (T >= 0, LAST >= 0)


def cell(equations: Any, *states: Sequence, parameters: Any = (W_a, W_b), name: str = "phi") -> Cell:
    return Cell("joined", equations, states, parameters, (x,), (activation(name),))


PLAIN = {a: phi(W_a * a[t - 1] + U * x[t]), b: phi(W_b * b[t - 1]), b[0]: a[S]}
CHAIN = {a: phi(W_a * a[t - 1]), b: phi(W_b * b[t - 1]), b[0]: a[R], c: phi(W_c * c[t - 1]), c[0]: b[S]}


def kind(net: Recurrence, left: Any, right: Any, *where: Any, given: Any = ()) -> Kind:
    return verify(Equation(left, right, where=where, given=given), net).kind


# -- what it is --------------------------------------------------------------------------------------------------------


def test_names_and_what_the_decoder_begins_with() -> None:
    net = NETS["LSTM"]
    assert [d.sequence.name for d in net.states()] == ["c_e", "h_e", "c_d", "h_d"]
    assert (net.body(net.h_d[0]), net.body(net.c_d[0])) == (net.h_e[LAST], net.c_e[LAST])
    assert net.body(net.h_e[0]) == net.definition("h_e").body.xreplace({t: sp.S.Zero})  # of its equation, as before
    assert {given.name for given in net.inputs} == {"x_e", "x_d"}
    assert "h_d[0] = h_e[T_e]" in str(NET)
    assert r"\mathbf{h}_{d,(0)} &= \mathbf{h}_{e,(T_{e})}" in str(NET._repr_latex_())


def test_other_lengths_and_other_states() -> None:
    assert EncoderDecoder(Elman(), Elman(), last=S).body(NET.h_d[0]) == NET.h_e[S]
    with pytest.raises(ParameterError, match="the decoder has a state c, which the encoder, with h, does not have"):
        EncoderDecoder(Elman(), LSTM())
    with pytest.raises(ShapeError, match=r"h_d\[0\] is n x 1, and h_e\[T_e\] is 3 x 1"):
        EncoderDecoder(Elman(hidden=3), Elman())


@pytest.mark.parametrize(
    ("equations", "error", "why"),
    [
        (
            {**PLAIN, a: phi(W_a * a[t - 1] + W_b * b[t - 1])},
            IndexRangeError,
            r"uses a\[S\], which depends on b itself",
        ),
        ({**PLAIN, a[0]: b[R]}, IndexRangeError, "depends on a itself"),
        ({**PLAIN, b[0]: b[S]}, IndexRangeError, "depends on b itself"),
        ({**PLAIN, b[0]: a[t]}, IndexRangeError, "uses the index t"),
        ({**PLAIN, b[1]: a[S]}, IndexRangeError, r"b\[1\] on the left is not the initial value"),
        ({a: PLAIN[a], b[0]: a[S]}, IndexRangeError, r"b\[0\] on the left is not the initial value"),
        ({**PLAIN, b[0]: x[S]}, ShapeError, r"b\[0\] .* is defined as x\[S\]"),
        ({**PLAIN, b[0]: U * x.at(sp.S.Zero)}, IndexRangeError, r"uses x\[0\], which does not exist"),
        ({**PLAIN, b[0]: MatrixSum(a[u], (u, 1, S))}, UnknownTermError, "carry a sum along as a state"),
        ({**PLAIN, b[0]: c[S]}, UnknownTermError, "neither defined nor given"),
        ({**PLAIN, b: phi(W_b * a[S])}, IndexRangeError, r"the definition of b\[t\] uses a\[S\]"),
    ],
)
def test_what_a_state_cannot_begin_with(equations: Any, error: type[SymrnnError], why: str) -> None:
    with pytest.raises(error, match=why):
        cell(equations, b, a, parameters=(W_a, W_b, U))


def test_only_a_state_with_one_initial_value_begins_with_something() -> None:
    late = Sequence("b", n, first=1)
    for sequence, role, first in ((b, Role.INTERMEDIATE, 1), (b, Role.STATE, 2), (late, Role.STATE, 1)):
        begun = Definition(sequence, phi(W_b * a[t - 1]), role, first, a[S])
        with pytest.raises(IndexRangeError, match="is no state with one initial value"):
            Recurrence("wrong", t, (Definition(a, phi(W_a * a[t - 1]), Role.STATE), begun), (W_a, W_b))
    loss = MatrixSymbol("L", n, 1)
    begun = (Definition(a, phi(W_a * a[t - 1]), Role.STATE), Definition(b, phi(W_b * b[t - 1]), Role.STATE, 1, loss))
    with pytest.raises(UnknownTermError, match="uses the total L"):
        Recurrence("wrong", t, begun, (W_a, W_b), totals={loss: MatrixSum(a[t], (t, 1, T))})


# -- proofs ------------------------------------------------------------------------------------------------------------


@pytest.mark.table(quick=6)
@pytest.mark.parametrize(("name", "parameter"), [(name, p.name) for name, net in NETS.items() for p in net.parameters])
def test_the_loss_by_every_parameter_is_proved(name: str, parameter: str) -> None:
    net = NETS[name]
    derivation = net.derive(net.L, wrt=getattr(net, parameter))
    assert derivation.verify().kind is Kind.PROVED
    assert ((LAST >= 0) in derivation.where) == parameter.endswith("_e")


@pytest.mark.parametrize(
    ("of", "wrt"),
    [
        (NET.L, NET.h_e[t]),
        (NET.L, NET.h_e[0]),
        (NET.L, NET.h_e[LAST]),
        (NET.L, NET.x_e[t]),
        (NET.L, NET.h_d[0]),
        (NET.L, NET.x_d[t]),
        (NET.h_d[t], NET.h_e[k]),
        (NET.h_d[t], NET.W_hh_e),
        (NET.h_d[2], NET.h_e[3]),
        (NET.h_d[0], NET.W_hh_e),
        (NET.y[t], NET.x_e[3]),
        (NET.h_e[t], NET.W_hh_d),
        (NET.h_e[t], NET.h_d[k]),
    ],
)
def test_derivatives_across_the_seam_are_proved(of: Any, wrt: Any) -> None:
    assert NET.derive(of, wrt=wrt).verify().kind is Kind.PROVED


@pytest.mark.parametrize("wrt", [NETS["LSTM"].c_e[t], NETS["LSTM"].U_f_e, NETS["LSTM"].h_d[0]])
def test_two_states_that_are_handed_on_are_proved(wrt: Any) -> None:
    net = NETS["LSTM"]
    assert net.derive(net.h_d[k] if wrt == net.h_d[0] else net.L, wrt=wrt).verify().kind is Kind.PROVED


def test_forms() -> None:
    assert NET.derive(NET.L, wrt=NET.W_hh_e, form="gradient").verify().kind is Kind.PROVED
    assert NET.derive(NET.L, wrt=NET.W_hh_e, form="entries").verify().kind is Kind.PROVED


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("name", NETS)
def test_the_backward_pass_is_proved(name: str) -> None:
    back = NETS[name].backward()
    assert {str(step.quantity) for step in back.start} >= {"h_d[T]", "h_e[T_e]"}
    assert all(verdict.kind is Kind.PROVED for verdict in back.verify().values())


def test_errors_flow_back_through_the_seam() -> None:
    """dL/dh^e_{T_e} = dL/dh^d_0, and from there as in any network."""
    found = {str(step.quantity): str(step.equation) for step in NET.backward().errors}
    assert found["h_e[T_e]"].startswith("d L/d h_e[T_e] = d L/d h_d[0]*d+ h_d[0]/d+ h_e[T_e]")
    assert found["h_e[t]"].startswith("d L/d h_e[t] = d L/d h_e[t + 1]*d+ h_e[t + 1]/d+ h_e[t]")


@pytest.mark.parametrize("parameter", [W_a, W_b, U])
def test_weights_that_both_use_get_the_sum(parameter: MatrixSymbol) -> None:
    equations = {a: phi(W_a * a[t - 1] + U * x[t]), b: phi(W_a * b[t - 1] + W_b * b[t - 1] + U * x[t]), b[0]: a[S]}
    net = cell(equations, b, a, parameters=(W_a, W_b, U))
    assert net.derive(net.L, wrt=parameter).verify().kind is Kind.PROVED
    assert net.backward().gradient(parameter).verify().kind is Kind.PROVED


def test_an_input_that_both_read_has_no_closed_form() -> None:
    net = cell({**PLAIN, b: phi(W_b * b[t - 1] + U * x[t])}, b, a, parameters=(W_a, W_b, U))
    with pytest.raises(UnknownTermError, match=r"x\[t\] enters b and what it begins with"):
        net.derive(net.L, wrt=x[t])
    with pytest.raises(UnknownTermError, match="give the parts inputs of their own"):
        net.backward().errors_of(x[t])


V, LEARNED = MatrixSymbol("V", n, n), MatrixSymbol("p", n, 1)


@pytest.mark.table(quick=1)
@pytest.mark.parametrize(
    ("start", "extra"),
    [(tanh(V * a[S]), (V,)), (LEARNED, (LEARNED,)), (tanh(LEARNED + V * a[S]), (V, LEARNED))],
    ids=["of the encoder", "learned", "both"],
)
def test_a_start_that_is_computed(start: Any, extra: Any) -> None:
    """h_0 = tanh(V e_S) of Cho et al. (2014), and a start that is learned."""
    equations = {a: tanh(W_a * a[t - 1]), b: tanh(W_b * b[t - 1]), b[0]: start}
    net = cell(equations, b, a, parameters=(W_a, W_b, *extra), name="tanh")
    for parameter in extra:
        assert net.derive(net.L, wrt=parameter).verify().kind is Kind.PROVED
        assert net.derive(net.L, wrt=parameter, form="gradient").verify().kind is Kind.PROVED
        assert net.backward().jacobian(parameter).verify().kind is Kind.PROVED
    assert net.backward().error(b[0]).derivation.verify().kind is Kind.PROVED


@pytest.mark.table(quick=0)
def test_three_in_a_row() -> None:
    net = cell(CHAIN, c, b, a, parameters=(W_a, W_b, W_c))
    for wrt in (W_a, W_b, W_c, a[0], a[k], b[k]):
        assert net.derive(net.L, wrt=wrt).verify().kind is Kind.PROVED
    assert [part.end for part in net.backward().strands] == [T, S, R]
    assert all(verdict.kind is Kind.PROVED for verdict in net.backward().verify().values())


# -- what is true, and what is not -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "wanted"), [((NET.W_hh_d, NET.W_hh_e), Kind.PROVED), ((NET.W_hh_e, NET.W_hh_d), Kind.REFUTED)]
)
def test_gradients_vanish_over_both_lengths(weights: Any, wanted: Kind) -> None:
    gamma = sp.Symbol("gamma", nonnegative=True)
    later, earlier = (gamma * Norm(each) for each in weights)
    long = Norm(J(NET.h_d[t], NET.h_e[k]))
    bound = Inequality(
        long, later**t * earlier ** (LAST - k), (t >= 0, k >= 0, k <= LAST), (BoundedSlope("phi", gamma),)
    )
    assert verify(bound, NET).kind is wanted


def test_conditions_are_asked_for() -> None:
    right = J(NET.h_e[LAST], NET.h_e[0])
    assert kind(NET, J(NET.h_d[0], NET.h_e[0]), right, LAST >= 0) is Kind.PROVED
    assert kind(NET, J(NET.h_d[0], NET.h_e[0]), right) is Kind.REFUTED  # at T_e = -1
    slope = phi(NET.a_d[t], 1)
    verdict = verify(Equation(J(NET.h_d[t], NET.h_d[t - 1]), DiagMatrix(slope) * NET.W_hh_d, where=(t >= 1,)), NET)
    assert verdict.kind is Kind.PROVED
    assert any("T_e >= 0" in str(given) for given in verdict.hypotheses)  # nobody speaks of T_e, and it has to exist


def test_what_comes_after_the_last_state_does_not_enter() -> None:
    assert kind(NET, J(NET.h_d[t], NET.x_e[k]), sp.ZeroMatrix(n, m), t >= 0, k > LAST, LAST >= 0) is Kind.PROVED
    assert kind(NET, J(NET.h_d[t], NET.x_e[k]), sp.ZeroMatrix(n, m), t >= 0, k >= 1, LAST >= 0) is Kind.REFUTED


@pytest.mark.parametrize(
    ("last", "wanted"), [(LAST, Kind.PROVED), (LAST - 1, Kind.REFUTED), (T, Kind.REFUTED), (sp.S.One, Kind.REFUTED)]
)
def test_the_decoder_begins_with_the_last_state_and_no_other(last: Any, wanted: Kind) -> None:
    assert kind(NET, NET.h_d[0], NET.h_e[last], LAST >= 1, T >= 1) is wanted
    assert kind(NET, J(NET.h_d[0], NET.h_e[last]), Identity(n), LAST >= 1, T >= 1) is wanted


def test_a_start_is_not_assumed_to_be_free() -> None:
    """h_0 = 0 is no choice where it is what the encoder says, and W_hh^e = 0 makes it one of x_T alone."""
    zero = Equation(NET.h_d[0], sp.ZeroMatrix(n, 1))
    assert kind(NET, J(NET.L, NET.W_hh_e), sp.ZeroMatrix(1, n * n), *BOTH, given=(zero,)) is not Kind.PROVED
    silent = Equation(NET.W_hh_d, sp.ZeroMatrix(n, n))
    assert kind(NET, J(NET.L, NET.W_hh_e), sp.ZeroMatrix(1, n * n), *BOTH, given=(silent,)) is Kind.PROVED


def test_the_same_network_twice() -> None:
    """Each decoder begins with its own encoder, also where both are compared."""
    other = {**PLAIN, a: phi(-W_a * a[t - 1] + U * x[t])}
    one, two = (cell(each, b, a, parameters=(W_a, W_b, U)) for each in (PLAIN, other))
    both = equivalent(one, two, under={W_a: -W_a})
    assert both.verify().kind is Kind.PROVED
    assert both.recurrence.body(Sequence("b2", n)[0]) == Sequence("a2", n)[S]


# -- numbers -----------------------------------------------------------------------------------------------------------


def loss(values: dict[str, Any]) -> Any:
    """By hand: the encoder over x, the decoder from its last state on, and half of the squares."""
    state = values["h_0"]
    for step in values["x_e"]:
        state = np.tanh(values["W_hh_e"] @ state + values["W_xh_e"] @ step + values["b_h_e"])
    whole = 0
    for step, target in zip(values["x_d"], values["d"], strict=True):
        state = np.tanh(values["W_hh_d"] @ state + values["W_xh_d"] @ step + values["b_h_d"])
        whole = whole + ((values["W_hy"] @ state + values["b_y"] - target) ** 2).sum() / 2
    return whole


@pytest.mark.parametrize("name", ["W_hh_e", "W_xh_e", "b_h_e", "W_hh_d", "h_0", "x_e"])
def test_numbers_agree_with_complex_steps(name: str) -> None:
    net = EncoderDecoder(Elman("tanh", 3, 2, 2), Elman("tanh", 3, 2, 2).with_loss("squared error"))
    rng = np.random.default_rng(11)
    values = {p.name: rng.normal(size=[int(d) for d in p.shape]) for p in net.parameters}
    values |= {"h_0": rng.normal(size=(3, 1)), "x_e": rng.normal(size=(5, 2, 1))}
    values |= {"x_d": rng.normal(size=(4, 2, 1)), "d": rng.normal(size=(4, 2, 1))}
    slopes = np.zeros(values[name].shape)
    for at in np.ndindex(slopes.shape):
        moved = values[name].astype(complex)
        moved[at] += 1e-30j
        slopes[at] = loss({**values, name: moved}).imag / 1e-30
    given = {net.h_e[0]: values["h_0"], **{key: value for key, value in values.items() if key != "h_0"}}
    wrt = {"h_0": net.h_e[0], "x_e": net.x_e[2]}.get(name, getattr(net, name, None))
    found = net.derive(net.L, wrt=wrt).numeric(given, T=4, T_e=5)
    wanted = slopes[1] if name == "x_e" else slopes
    assert np.allclose(found, wanted.reshape(1, -1, order="F"), rtol=1e-11, atol=1e-13)


# -- limits ------------------------------------------------------------------------------------------------------------


def test_what_has_one_number_of_steps_says_so() -> None:
    with pytest.raises(UnknownTermError, match="generate encoder and decoder apart"):
        generate(NET)
    with pytest.raises(UnknownTermError, match="draw the parts apart"):
        unrolled.unrolled(NET)
    with pytest.raises(UnknownTermError, match="truncation counts the steps of one state"):
        truncated(NET, NET.h_d[t], NET.W_hh_d, 3)


def test_a_loss_of_both_parts_has_no_backward_recursion_and_a_closed_form() -> None:
    loss_ = MatrixSymbol("L", n, 1)
    parts = (
        Definition(a, phi(W_a * a[t - 1]), Role.STATE),
        Definition(b, phi(W_b * b[t - 1]), Role.STATE, 1, a[T]),
    )
    net = Recurrence("both", t, parts, (W_a, W_b), totals={loss_: MatrixSum(a[t] + b[t], (t, 1, T))},
                     activations=(activation("phi"),))  # fmt: skip
    with pytest.raises(UnknownTermError, match="sees a in two ways"):
        net.backward().errors  # noqa: B018


def test_written_out_at_numbers() -> None:
    with pytest.raises(IndexRangeError, match="T_e is not a number"):
        EncoderDecoder(Elman("tanh", 1, 1, 1), Elman("tanh", 1, 1, 1)).unroll(1)
    net = EncoderDecoder(Elman("tanh", 1, 1, 1), Elman("tanh", 1, 1, 1), last=sp.Integer(2))
    entries = net.unroll(1, form="scalar")
    deep = str(entries[net.h_d[1]])
    assert deep.count("tanh") == 3
    assert "x_e_2" in deep


def test_a_statement_of_papers() -> None:
    """dL/dW_e = Σ_t (dL/dh^e_{T_e}) (dh^e_{T_e}/dh^e_t) ∂⁺h^e_t/∂⁺W_e, and dL/dh^e_{T_e} through the whole decoder."""
    h, g, W = NET.h_e, NET.h_d, NET.W_hh_e
    terms = J(NET.L, h[LAST]) * J(h[LAST], h[t]) * ImmediateJacobian(h[t], W)
    assert kind(NET, J(NET.L, W), MatrixSum(terms, (t, 1, LAST)), *BOTH) is Kind.PROVED
    through = OrderedProduct(DiagMatrix(phi(NET.a_d[u], 1)) * NET.W_hh_d, (u, 1, t), "descending")
    whole = MatrixSum(J(NET.ell[t], g[t]) * through, (t, 1, T))
    assert kind(NET, J(NET.L, h[LAST]), whole, *BOTH) is Kind.PROVED
    short = MatrixSum(J(NET.ell[t], g[t]), (t, 1, T))
    assert kind(NET, J(NET.L, h[LAST]), short, *BOTH) is Kind.REFUTED
    assert kind(NET, Gradient(NET.L, h[LAST]), Gradient(NET.L, g[0]), *BOTH) is Kind.PROVED


# -- what went wrong once ----------------------------------------------------------------------------------------------


def test_expectations_of_what_begins_with_something_random_are_not_calculated() -> None:
    """A switch at S enters h[0], which is earlier: true statements were refuted, and false ones seemed to hold."""
    z, h, xi, pi = Sequence("z", 1), Sequence("h", 1), Sequence("xi", 1, first=1), Sequence("pi", 1, first=1)
    carried = Definition(z, xi[t] * z[t - 1], Role.STATE)
    doubled = Definition(h, h[t - 1] + h[t - 1], Role.STATE, 1, z[2])
    net = Recurrence("random", t, (carried, doubled), (), (xi, pi), switches={"xi": "pi"})
    for left, right in (
        (Expectation(h[0]), Expectation(z[2])),
        (Expectation(h[0]), h[0]),
        (Expectation(h[1]), 2 * z[0]),
    ):
        assert kind(net, left, right) is Kind.UNDECIDED


def test_a_generic_function_begins_with_nothing() -> None:
    generic = GenericFunction(Str("g"), n, sp.S.One, b[t - 1])
    with pytest.raises(UnknownTermError, match="b is a generic function, whose values are free"):
        cell({a: phi(W_a * a[t - 1]), b: generic, b[0]: a[S]}, a, b, parameters=(W_a,))


@pytest.mark.parametrize("start", [U * x[2], U * x[S], U * x[S] + a[S]])
def test_an_input_in_the_start_is_not_taken_for_another_one(start: Any) -> None:
    net = cell(
        {a: tanh(W_a * a[t - 1]), b: tanh(W_b * b[t - 1]), b[0]: start}, a, b, parameters=(W_a, W_b, U), name="tanh"
    )
    with pytest.raises(UnknownTermError, match=r"begins with x\[.\], which may be x\[k\] or another"):
        net.derive(b[t], wrt=x[k])
    own = next(element for element in start.atoms(Element) if element.name == "x")
    assert net.derive(b[t], wrt=own).verify().kind in (Kind.PROVED, Kind.IDENTITY)


def test_what_a_start_inverts_is_assumed_in_words() -> None:
    p, g = MatrixSymbol("p", n, 1), sp.Symbol("g", real=True)
    for start, left, assumed in ((W_a.inv() * p, W_a * b[0], "W_a invertible"), (p / g, g * b[0], "g not 0")):
        net = cell({b: tanh(W_b * b[t - 1]), b[0]: start}, b, parameters=(W_a, W_b, p), name="tanh")
        verdict = verify(Equation(left, p), net)
        assert verdict.kind is not Kind.PROVED or assumed in verdict.hypotheses
        assert assumed in verify(Equation(b[1], tanh(W_b * b[0])), net).hypotheses
    scaled = cell(
        {b: tanh(W_b * b[t - 1]), b[0]: sp.Symbol("c", positive=True) * p}, b, parameters=(W_b, p), name="tanh"
    )
    assert [str(sign) for sign in declared_in(scaled)] == ["c > 0"]


def test_equivalence_does_not_assume_what_the_starts_say() -> None:
    one, other = (cell({a: phi(W_a * a[t - 1]), b: phi(W_b * b[t - 1]), b[0]: sign * a[S]}, a, b) for sign in (1, -1))
    assert equivalent(one, other).verify().kind is Kind.REFUTED
    assert equivalent(one, one).verify().kind is not Kind.REFUTED


def test_a_decoder_that_reads_the_encoder_at_its_own_index_ends() -> None:
    net = cell({a: phi(W_a * a[t - 1]), b: phi(W_b * b[t - 1] + a[t - 1]), b[0]: a[S]}, a, b)
    assert net.derive(b[t], wrt=W_b).verify().kind in (Kind.PROVED, Kind.IDENTITY)


def test_a_claim_with_a_sum_without_terms_is_answered() -> None:
    p = MatrixSymbol("p", n, 1)
    net = cell({b: tanh(W_b * b[t - 1]), b[0]: W_a * p}, b, parameters=(W_a, W_b, p), name="tanh")
    nothing = Equation(b[0], sp.ZeroMatrix(n, 1))
    assert "UNDECIDED" in str(verify(Equation(J(b[1], p), sp.ZeroMatrix(n, n), given=(nothing,)), net))


@pytest.mark.parametrize("last", [sp.Symbol("x"), sp.Rational(1, 2), 2.5, -1])
def test_the_last_index_of_an_encoder_is_an_integer(last: Any) -> None:
    with pytest.raises(ParameterError, match="the last index of the encoder is"):
        EncoderDecoder(Elman(), Elman(), last=last)


def test_a_matrix_in_a_start_has_no_copy_for_each_step() -> None:
    net = cell(
        {b: phi(W_b * b[t - 1]), b[0]: W_b * MatrixSymbol("p", n, 1)}, b, parameters=(W_b, MatrixSymbol("p", n, 1))
    )
    with pytest.raises(UnknownTermError, match="what a state begins with uses W_b, at no step"):
        Copied(net, W_b)
