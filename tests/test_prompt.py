"""What a person sees who types at a prompt: short reprs, LaTeX in notebooks, and hints where a name is misspelled."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import sympy as sp
from sympy.printing.precedence import precedence, precedence_Mul

from symrnn import (
    GRU,
    LSTM,
    Cell,
    Elementwise,
    Elman,
    Equation,
    Inequality,
    Norm,
    Sequence,
    TotalJacobian,
    k,
    m,
    n,
    t,
    to_text,
    verify,
)
from symrnn.activations import activation
from symrnn.cells import MGU, Jordan, Leaky, Stacked
from symrnn.cells.cell import gates, matrices
from symrnn.derivation import BoundedSlope, Derivation, ForEvery, Kind, equivalent
from symrnn.errors import (
    EvaluationError,
    IndexRangeError,
    ParameterError,
    ProofError,
    ShapeError,
    SymrnnError,
    UnknownTermError,
)
from symrnn.evaluate import Assignment, Evaluator, Floats
from symrnn.plots.unrolled import unrolled
from symrnn.recurrence import Recurrence


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("ReLU", "relu"),
        ("tanhh", "tanh"),
        ("swish", "silu"),
        ("swishh", "silu"),
        ("logistc", "sigmoid"),
        ("LeakyReLU", "leaky_relu"),
    ],
)
def test_a_misspelled_activation_is_no_generic_one(wrong: str, right: str) -> None:
    with pytest.raises(ParameterError, match=f"did you mean {right}?"):
        Elman(wrong)


@pytest.mark.parametrize("name", ["phi", "psi", "f", "g", "rho"])
def test_generic_functions_have_names_of_their_own(name: str) -> None:
    assert Elman(name).phi.name == name


def test_a_misspelled_attribute_is_hinted_at() -> None:
    with pytest.raises(AttributeError, match="Elman has no W_hx; did you mean W_xh"):
        _ = Elman().W_hx
    with pytest.raises(AttributeError, match="LSTM has no U_ff; did you mean U_f"):
        _ = LSTM().U_ff
    with pytest.raises(AttributeError, match=r"LSTM has no qqqqq$"):
        _ = LSTM().qqqqq


def test_quantities_are_completed() -> None:
    assert {"U_f", "c", "h", "L", "x", "b_o"} <= set(dir(LSTM()))


def test_names_are_separated_by_commas_or_blanks() -> None:
    assert [gate.name for gate in gates("g, c,d e", n)] == ["g", "c", "d", "e"]
    assert [matrix.name for matrix in matrices("W_g,W_c", n, m)] == ["W_g", "W_c"]


def test_a_class_is_no_cell() -> None:
    with pytest.raises(ParameterError, match=r"give one, such as GRU\(\)"):
        Stacked(GRU)  # type: ignore[arg-type]


def test_one_minus_a_gate_is_its_complement() -> None:
    with pytest.raises(ShapeError, match="complement"):
        1 - Sequence("g", n)[t]


def test_reprs_fit_a_line_or_two() -> None:
    rnn = Elman()
    derivation = rnn.derive(rnn.h[t], wrt=rnn.W_hh)
    assert repr(derivation).startswith("<Derivation of d h[t]/d W_hh in 4 steps: Sum(")
    assert len(repr(derivation)) < 200


def test_notebooks_display_recurrences_and_backward_passes() -> None:
    assert r"\mathbf{W}_{hh}" in Elman()._repr_latex_()
    assert r"\frac{\partial \mathcal{L}}" in GRU().backward()._repr_latex_()


@pytest.mark.parametrize("name", ["foo", "abcd", "act2"])
def test_a_word_is_a_generic_function_only_where_it_is_asked_for(name: str) -> None:
    with pytest.raises(ParameterError, match="generic=True"):
        Elman(name)
    assert Elman(activation(name, generic=True)).phi.name == name


@pytest.mark.parametrize("name", ["phi", "φ", "f", "psi_2", "g1", "varphi"])
def test_letters_are_generic_functions(name: str) -> None:
    assert activation(name).is_generic


@pytest.mark.parametrize(("of", "wrt"), [(t, t + 1), (3, 5), (t, t + 2)])
def test_what_comes_later_does_not_influence_what_came_before(of: object, wrt: object) -> None:
    rnn = Elman()
    with pytest.raises(IndexRangeError, match="the derivative is 0"):
        rnn.derive(rnn.h[of], wrt=rnn.h[wrt])
    with pytest.raises(IndexRangeError, match="the derivative is 0"):
        rnn.derive(rnn.h[of], wrt=rnn.x[wrt])


def test_a_misspelled_key_of_an_assignment_is_refused() -> None:
    rnn = Elman("tanh", 2, 1, 1)
    evaluator = Evaluator(Floats(), Assignment(given={"Whh": [[1, 2], [3, 4]]}), rnn)
    with pytest.raises(EvaluationError, match="did you mean W_hh"):
        evaluator.value(rnn.h[1])


def test_a_cell_is_called_as_its_file_is(tmp_path) -> None:
    file = tmp_path / "mine.cell"
    file.write_text("h_t = tanh(W h_{t-1})")
    assert Cell.load(file).name == "mine"
    assert Cell.load(file, name="yours").name == "yours"
    assert Cell.parse("h_t = tanh(W h_{t-1})", name="ours").name == "ours"


def test_a_condition_that_follows_from_another_is_not_said() -> None:
    net = Elman("tanh").with_loss("squared error", over="mean")
    asked = net.derive(net.L, wrt=net.W_hh, form="gradient")
    assert str(asked).endswith("  for T >= 1")


# -- derivations -----------------------------------------------------------------------------------------------------


def test_what_a_derivation_can_do_is_completed() -> None:
    rnn = Elman()
    wanted = {"steps", "explain", "at", "scalar", "with_activation", "with_notation", "latex", "verify", "numeric"}
    assert wanted | {"bound", "plot", "code"} <= set(dir(rnn.derive(rnn.h[t], wrt=rnn.W_hh)))


def values(net: Recurrence) -> dict[object, object]:
    rng = np.random.default_rng(3)
    found: dict[object, object] = {p: rng.normal(size=(1, 1)) for p in net.parameters if p.shape == (1, 1)}
    return found | {net.x: rng.normal(size=(4, 1)), net.h[0]: [0.4]}


MAKE = {
    "elman": partial(Elman, "tanh"),
    "leaky": partial(Leaky, "tanh", rate=sp.Rational(1, 3)),
    "gru": GRU,
}


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
@pytest.mark.parametrize("asked", ["state", "parameter"])
def test_one_unit_in_numbers_that_commute(make, asked: str) -> None:
    """Against the closed form in matrices, at t = 3."""
    net, one = make(), make(hidden=1, inputs=1)
    parameter = next(p for p in net.parameters if p.name in ("W_hh", "U", "U_h"))
    wrt = (net.h[t - k], one.h[t - k]) if asked == "state" else (parameter, sp.MatrixSymbol(parameter.name, 1, 1))
    given, at = values(one), {t: 3, k: 2} if asked == "state" else {t: 3}
    right = one.derive(one.h[t], wrt=wrt[1]).numeric(given, **{s.name: v for s, v in at.items()})
    scalar = net.derive(net.h[t], wrt=wrt[0]).scalar().subs(at).doit()
    evaluator = Evaluator(
        Floats(), Assignment(given={**{p: v for p, v in given.items() if p not in (one.x,)},
                                    **{("x", s): given[one.x][s - 1] for s in range(1, 5)}}), one,
    )  # fmt: skip
    indexed = {e: evaluator.value(one.graph.quantities[str(e.base)][int(e.indices[0])])[0, 0]
               for e in scalar.atoms(sp.Indexed)}  # fmt: skip
    symbols = {sp.Symbol(p.name): given[p][0, 0] for p in one.parameters if p in given}
    assert float(scalar.subs(indexed).subs(symbols)) == pytest.approx(right.item(), rel=1e-10)


def test_stacked_states_are_no_scalar() -> None:
    lstm = LSTM()
    with pytest.raises(UnknownTermError, match="stacked"):
        lstm.derive(lstm.c[t], wrt=lstm.c[t - k]).scalar()
    with pytest.raises(UnknownTermError, match="other sizes"):
        Elman(hidden=2).derive(Elman(hidden=2).h[t], wrt=Elman(hidden=2).h[t - 1]).scalar()


def test_a_scalar_is_a_function_by_lambdify() -> None:
    rnn = Elman("identity")
    power = rnn.derive(rnn.h[t], wrt=rnn.h[t - k]).scalar()
    assert sp.lambdify((sp.Symbol("W_hh"), k), power)(0.5, 3) == 0.125
    assert power.subs({sp.Symbol("W_hh"): sp.Rational(1, 2), k: 3}).evalf() == 0.125


@pytest.mark.parametrize("make", [Elman, Leaky])
def test_the_same_question_with_another_activation(make: type) -> None:
    net = make()
    for form in ("jacobian", "differential"):
        asked = net.derive(net.h[t], wrt=net.h[t - 1] if form == "jacobian" else net.parameters[1], form=form)
        found = asked.with_activation("tanh")
        assert found.question == asked.question
        assert found.closed_form == asked.closed_form.replace(sp.core.symbol.Str("phi"), sp.core.symbol.Str("tanh"))
        assert found.verify().kind is Kind.PROVED


@pytest.mark.parametrize(("net", "why"), [(GRU(), "activations of its own"), (Jordan(), "leaves .* open")])
def test_an_activation_has_one_place(net: Recurrence, why: str) -> None:
    state = next(iter(net.states())).sequence
    with pytest.raises(ParameterError, match=why):
        net.derive(state[t], wrt=state[t - 1]).with_activation("tanh")


def test_a_notation_stays() -> None:
    rnn = Elman()
    written = rnn.derive(rnn.h[t], wrt=rnn.h[t - 1]).with_notation("ng")
    assert "W_{aa}" in written.latex()
    assert "W_{aa}" in written._repr_latex_()
    assert "W_{aa}" in written.with_activation("tanh").latex()
    assert "W_{aa}" not in written.latex("lecture")


def test_a_bound_is_found_and_proved() -> None:
    rnn, gated = Elman(), MGU()
    verdict = rnn.derive(rnn.h[t], wrt=rnn.h[t - k]).bound(BoundedSlope("phi", sp.Rational(1, 4)))
    assert verdict.kind is Kind.PROVED
    assert str(verdict.statement.rhs) == "(‖W_hh‖₂/4)**k"
    one_step = gated.derive(gated.h[t], wrt=gated.h[t - 1]).bound()
    assert one_step.kind is Kind.PROVED
    leaky = Leaky("tanh")
    rate = leaky.derive(leaky.h[t], wrt=leaky.h[t - k]).bound()
    assert str(rate.statement.rhs) == "(alpha*‖U‖₂ + Abs(alpha - 1))**k"
    with pytest.raises(ProofError, match="ask for a single step"):
        gated.derive(gated.h[t], wrt=gated.h[t - k]).bound()
    with pytest.raises(UnknownTermError, match="is not a Jacobian"):
        rnn.derive(rnn.h[t], wrt=rnn.W_hh, form="differential").bound()


def upper_and_lower():
    return {
        "tanh": Stacked(Elman("tanh"), Elman("tanh", inputs=n)),
        "gated": Stacked(GRU(), Elman("sigmoid", inputs=n)),
    }


@pytest.mark.parametrize(("name", "slope"), [("tanh", 1), ("gated", sp.Rational(1, 4))])
def test_a_layer_has_the_bound_of_its_own_factors(name: str, slope: sp.Expr) -> None:
    net = upper_and_lower()[name]
    verdict = net.derive(net.h_2[t], wrt=net.h_2[t - 1]).bound()
    assert verdict.kind is Kind.PROVED
    assert verdict.statement.rhs == slope * Norm(net.W_hh_2)


def test_the_advice_on_a_bound_is_not_what_was_asked() -> None:
    lstm, rnn = LSTM(), Elman()
    assert lstm.derive(lstm.h[t], wrt=lstm.h[t - 1]).bound().kind is Kind.PROVED
    for form in ("jacobian", "gradient"):
        with pytest.raises(SymrnnError) as refused:
            rnn.derive(rnn.L, wrt=rnn.W_hh, form=form).bound()
        assert "single step" not in str(refused.value)
    with pytest.raises(ProofError, match="ask for a single step"):
        lstm.derive(lstm.h[t], wrt=lstm.h[t - k]).bound()


@pytest.mark.parametrize("letter", [sp.Symbol("gamma", real=True), sp.Symbol("gamma", nonnegative=True)])
def test_a_bound_has_a_letter_that_nothing_else_has(letter: sp.Symbol) -> None:
    """A slope called γ would be the number γ of the network, and the bound prove less than it says."""
    verdict = _leaky(letter).bound()
    (slope,) = (h for h in verdict.statement.given if isinstance(h, BoundedSlope))
    assert verdict.kind is Kind.PROVED
    assert slope.at_most != letter
    assert {"gamma", "gamma_1"} <= {symbol.name for symbol in verdict.statement.rhs.free_symbols}


def test_a_bound_of_a_number_that_need_not_be_real_is_refused() -> None:
    with pytest.raises(ProofError, match="lambda need not be real; declare it, as with real=True"):
        _leaky(sp.Symbol("lambda")).bound()


def _leaky(c: sp.Symbol) -> Derivation:
    s, (a,), (x,), (R,), (V,) = Sequence("s", n), gates("a", n), gates("x", m), matrices("R", n, n), matrices("V", n, m)
    new = c * s[t - 1] + (1 - c) * Elementwise("phi")(a[t])
    return Cell("leaky", {a: R * s[t - 1] + V * x[t], s: new}, (s,), (R, V), (x,)).derive(s[t], wrt=s[t - 1])


def test_code_and_picture() -> None:
    rnn = Elman("tanh")
    asked = rnn.derive(rnn.h[t], wrt=rnn.W_hh)
    assert "torch" in asked.code("torch")
    assert asked.plot(steps=2).axes


# -- SymPy's own -----------------------------------------------------------------------------------------------------


def test_sympy_puts_in_numbers_and_writes_out() -> None:
    rnn = Elman()
    back = rnn.derive(rnn.h[t], wrt=rnn.h[t - k])
    assert back.closed_form.subs({k: 2}).doit() == back.at(k=2) == rnn.D(t) * rnn.W_hh * rnn.D(t - 1) * rnn.W_hh
    assert back.closed_form.evalf() == back.closed_form  # there is nothing to evaluate


def test_evalf_leaves_matrices_as_they_are() -> None:
    rnn, net = Elman(), LSTM()
    for found in (rnn.derive(rnn.h[t], wrt=rnn.W_hh).at(t=2), net.derive(net.c[t], wrt=net.c[t - k]).closed_form):
        assert found.evalf() == found == found.n(5)
    A = sp.MatrixSymbol("A", n, n)
    assert (sp.Rational(1, 4) * A + A * A).evalf() == 0.25 * A + A * A


def test_a_picture_names_its_options() -> None:
    rnn = Elman()
    for wrong in ({"foo": 1}, {"size": -1}):
        with pytest.raises(SymrnnError, match=r"has no option .*; use steps, truncate, gates"):
            rnn.derive(rnn.h[t], wrt=rnn.W_hh).plot(**wrong)
    with pytest.raises(SymrnnError):
        rnn.derive(rnn.h[t], wrt=rnn.W_hh).plot(truncate="2")


def test_lambdify_says_what_does_instead() -> None:
    rnn = Elman()
    with pytest.raises(UnknownTermError, match="use numeric"):
        sp.lambdify((rnn.W_hh, k), rnn.derive(rnn.h[t], wrt=rnn.h[t - k]).closed_form)


def test_lambdify_of_a_bound_says_what_does_instead() -> None:
    rnn = Elman("tanh")
    bound = rnn.derive(rnn.h[t], wrt=rnn.h[t - k]).bound().statement.rhs
    with pytest.raises(UnknownTermError, match="put a number in its place"):
        sp.lambdify(k, bound)
    size = sp.Symbol("w")
    assert sp.lambdify((size, k), bound.subs(Norm(rnn.W_hh), size))(2.0, 3) == 8


def test_a_matrix_of_numbers_has_to_fit() -> None:
    rnn = Elman()
    with pytest.raises(ShapeError, match="n columns meet 2 rows"):
        rnn.derive(rnn.h[t], wrt=rnn.h[t - k]).closed_form.subs(rnn.W_hh, sp.eye(2))


def test_a_written_out_sum_is_shown_at_once() -> None:
    """SymPy asks of every diagonal factor what it is, several times a summand; there are as many factors as steps."""
    asked = []
    rnn = Elman()
    long = rnn.derive(rnn.h[t], wrt=rnn.W_hh).at(t=12)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sympy.assumptions.ask", lambda *given, **_: asked.append(given))
        assert repr(long).count("KroneckerProduct") == 12
    assert asked == []


def test_products_need_parentheses_where_sympy_says_so() -> None:
    A, B, c = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n), sp.Symbol("c")
    signs = (1, -1, 2, -c, c, sp.Rational(-1, 2), c - 1, 1 - c)
    products = [sp.MatMul(sign, A, B) for sign in signs[1:]] + [A * B, -A, A * (-B), A * (A - B)]
    for product in products:
        assert precedence(product) == precedence_Mul(product), product


def test_results_show_what_they_are_about() -> None:
    rnn = Elman()
    wrong = verify(Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh, t >= 1), rnn)
    assert repr(wrong) == "<REFUTED: dh[t]/dh[t-1] = W_hh  for t >= 1>"
    assert wrong._repr_latex_().startswith(r"$\displaystyle \text{REFUTED: } \frac{")
    assert wrong.statement._repr_latex_() in wrong._repr_latex_().replace(r"\text{REFUTED: } ", "")
    assert repr(rnn.backward()) == "<Backward pass of L through the Elman network; print it for its equations>"


def test_decimals_are_the_fractions_that_they_read_as() -> None:
    rnn, half = Elman("sigmoid"), sp.Float(0.5)
    step = Norm(TotalJacobian(rnn.h[t], rnn.h[t - 1]))
    assert verify(Inequality(step, 0.25 * Norm(rnn.W_hh), t >= 1), rnn).kind is Kind.PROVED
    assert verify(Inequality(step, 0.24 * Norm(rnn.W_hh), t >= 1), rnn).kind is Kind.REFUTED
    assert verify(Equation(half * rnn.W_hh + half * rnn.W_hh, rnn.W_hh)).kind is Kind.PROVED
    assert Inequality(step, Norm(rnn.W_hh) / 10, t >= 1) == Inequality(step, 0.1 * Norm(rnn.W_hh), t >= 1)
    assumed = ForEvery(Norm(rnn.x[k]) <= 0.3, k, (k >= 1,))
    assert assumed.relation.rhs == sp.Rational(3, 10)
    h, x = Sequence("h", n), Sequence("x", n)
    assert Cell("leaky", {h: 0.9 * h[t - 1] + 0.1 * x[t]}, (h,), (), (x,)).body(h[t]) == (
        sp.Rational(9, 10) * h[t - 1] + x[t] / 10
    )


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        (sp.MatrixSymbol("W_hh", 2, 2), r"W_hh \(2 x 2\) is not what Elman network calls by this name: W_hh \(n x n\)"),
        ("W_hh", r"'W_hh' is text; write it without quotes, .* such as net\.W_hh"),
        ("h[t]", r"'h\[t\]' is text; write it without quotes, .* such as net\.h\[t\]"),
    ],
)
def test_what_is_not_the_quantity_of_its_name_is_told(wrong: object, answer: str) -> None:
    rnn = Elman()
    with pytest.raises(SymrnnError, match=answer):
        rnn.derive(rnn.h[t], wrt=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["h", "h[0]"])
def test_an_initial_state_by_its_name_is_told_how_it_is_given(name: str) -> None:
    rnn = Elman("tanh")
    with pytest.raises(EvaluationError, match=r"h is computed; for its initial value, write \{net\.h\[0\]: \.\.\.\}"):
        rnn.derive(rnn.h[t], wrt=rnn.h[0]).numeric({name: [0.0]}, t=2)


def test_odd_arguments_are_answered() -> None:
    rnn = Elman("tanh", hidden=1, inputs=1)
    derivation = rnn.derive(rnn.h[t], wrt=rnn.h[0])
    for ask, answer in (
        (lambda: derivation.bound("F"), "'F' is not a hypothesis"),
        (lambda: derivation.at(t=True), "t = True is not an integer; write such as t=3"),
        (lambda: derivation.at(t=2.5), r"t = 2\.5 is not an integer"),
        (lambda: equivalent(rnn, 3), "3 is not a recurrence"),
        (lambda: derivation.numeric({rnn.W_hh: [[1j]]}, t=2), "W_hh has complex entries"),
        (lambda: unrolled(rnn, steps="3"), "a graph of '3' steps"),
        (lambda: to_text(derivation), "print it, or write it in LaTeX"),
    ):
        with pytest.raises(SymrnnError, match=answer):
            ask()  # type: ignore[no-untyped-call]
