"""Questions as people ask them: each is answered as the mathematics says, or refused with what to write."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn import (
    GRU,
    Cell,
    Elementwise,
    Elman,
    Equation,
    ImmediateJacobian,
    Inequality,
    Kind,
    MatrixSum,
    Norm,
    Sequence,
    TotalJacobian,
    activation,
    certificates_of,
    equal,
    generate,
    k,
    m,
    n,
    s,
    t,
    to_text,
    u,
    verify,
)
from symrnn.cells import Bidirectional, gates, matrices
from symrnn.clipping import value_clipped
from symrnn.errors import ParameterError, ShapeError, SymbolClashError, UnknownTermError
from symrnn.sentences import marked
from symrnn.truncation import randomised

g = sp.MatrixSymbol("g", n, 1)


def test_a_whole_number_beside_a_norm_of_what_is_clipped() -> None:
    """|min(max(x, -1), 1)| <= 1 for every entry x, and 1/2 is exceeded at x = 1."""
    clipped = Norm(value_clipped(g, 1), "oo")
    assert verify(clipped <= 1).kind is Kind.PROVED
    assert verify(clipped <= 2).kind is Kind.PROVED
    assert verify(Norm(value_clipped(g, 0), "oo") <= 0).kind is Kind.PROVED
    assert verify(Inequality(0, clipped)).kind is Kind.PROVED
    assert verify(Inequality(1, 1 + clipped)).kind is Kind.PROVED
    assert verify(Inequality(1, clipped)).kind is Kind.REFUTED
    assert verify(clipped <= sp.Rational(1, 2)).kind is Kind.REFUTED


@pytest.mark.parametrize(
    ("of", "by"),
    [
        ("L", "h[t]"),
        ("L", "h[t - 1]"),
        ("L", "x[t]"),
        ("h[k]", "W_hh"),
        ("h[s]", "W_hh"),
        ("h[u]", "W_hh"),
        ("h[t]", "h[u]"),
    ],
)
def test_a_question_may_use_any_letter(of: str, by: str) -> None:
    """The index of a sum is a name that nobody hears: dL/dh_t is dL/dh_r with t for r."""
    rnn, r, given = Elman(), sp.Symbol("r", integer=True), {"t": t, "s": s, "k": k, "u": u}

    def quantity(text: str, names: dict[str, sp.Symbol]) -> sp.MatrixExpr:
        name, _, index = text.partition("[")
        found = getattr(rnn, name)
        return found[sp.sympify(index[:-1], names)] if index else found

    letter = next(each for each in (by, of) if "[" in each).partition("[")[2][0]
    there = given | {letter: r}
    asked = rnn.derive(quantity(of, given), wrt=quantity(by, given))
    known = rnn.derive(quantity(of, there), wrt=quantity(by, there))
    assert asked.start == TotalJacobian(quantity(of, given), quantity(by, given))
    assert asked.verify().kind is Kind.PROVED
    assert equal(asked.closed_form, known.closed_form.xreplace({r: given[letter]}), facts=asked.where)
    assert [c.xreplace({r: given[letter]}) for c in known.where] == list(asked.where)
    assert "asked" not in str(asked)
    marks = ([marked(step.reason).count("$") for step in each.steps] for each in (asked, known))
    assert next(marks) == next(marks)


def test_a_sequence_without_an_index_is_refused_with_what_to_write() -> None:
    rnn = Elman()
    for of, by in ((rnn.h, rnn.W_hh), (rnn.h[t], rnn.h), (rnn.L, rnn.x)):
        with pytest.raises(UnknownTermError, match=r"is a sequence, and has an index; ask for [hx]\[t\]"):
            rnn.derive(of, wrt=by)


def test_a_comma_that_is_missing_is_named() -> None:
    """``states=h`` asked h for one element after the other, without an end; ``parameters=U`` was read as none."""
    h, x, weights = Sequence("h", n), Sequence("x", n, first=1), sp.MatrixSymbol("U", n, n)
    body, tanh = Elementwise("tanh")(weights * h[t - 1] + x[t]), activation("tanh")
    right = {"states": (h,), "parameters": (weights,), "inputs": (x,), "activations": (tanh,)}
    assert Cell("mine", {h: body}, **right).h is not None
    for what, (one,) in right.items():
        with pytest.raises(ParameterError, match=f"{what} is not a tuple .*with a comma"):
            Cell("mine", {h: body}, **{**right, what: one})
        with pytest.raises(ParameterError, match=f"among the {what} is not a"):
            Cell("mine", {h: body}, **{**right, what: ("h",)})
    with pytest.raises(ParameterError, match="the equations are not a dictionary"):
        Cell("mine", [(h, body)], **right)
    with pytest.raises(ParameterError, match="'h' among the left sides is not a sequence"):
        Cell("mine", {"h": body}, **right)
    with pytest.raises(TypeError, match="not iterable"):
        list(h)


def test_sizes_that_differ_in_assumptions_alone_are_called_two_symbols() -> None:
    """The message "W (n x n) equals B (n x n): the shapes differ" said nothing of what differs."""
    for other in (sp.Symbol("n"), sp.Symbol("n", integer=True), sp.Symbol("n", positive=True)):
        W, B = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("B", other, other)
        for make in (lambda: Equation(W, B), lambda: Equation(sp.MatMul(W, B), W), lambda: equal(W, B)):  # noqa: B023
            with pytest.raises(SymbolClashError, match="the size n is two different symbols"):
                make()
    with pytest.raises(ShapeError, match=r"W \(n x n\) equals B \(m x m\): the shapes differ"):
        Equation(W, sp.MatrixSymbol("B", m, m))


def test_an_index_declared_positive_may_have_the_letter_of_a_sum() -> None:
    """The loss is summed over another t: what is known of the t that is asked about is known all the same."""
    rnn, positive = Elman(), sp.Symbol("t", integer=True, positive=True)
    one = rnn.D(positive) * rnn.W_hh
    assert verify(Equation(TotalJacobian(rnn.h[positive], rnn.h[positive - 1]), one), rnn).kind is Kind.PROVED
    late = Equation(TotalJacobian(rnn.h[positive - 1], rnn.h[positive - 2]), rnn.D(positive - 1) * rnn.W_hh)
    assert verify(late, rnn).kind is Kind.REFUTED  # there is no h[-1]
    W = rnn.W_hh
    powers = MatrixSum(W**positive, (positive, 1, 3)) - W - W**2 - W**3
    assert verify(Equation(powers, sp.ZeroMatrix(n, n)), rnn).kind is Kind.PROVED
    free = Equation(MatrixSum(W**positive, (positive, 1, 3)) * TotalJacobian(rnn.h[k], rnn.h[k]), W + W**2 + W**3)
    assert verify(free, rnn).kind is Kind.REFUTED  # h[k] need not exist


def test_something_of_another_kind_is_refused_with_what_to_give() -> None:
    """A bare AttributeError tells nobody what to write."""
    rnn, statement = Elman(), Equation(sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("W", n, n))
    with pytest.raises(ParameterError, match="'elman' is not a recurrence; give one, such as"):
        verify(statement, "elman")
    with pytest.raises(UnknownTermError, match=r"a derivation has a verdict of its own; call its method verify"):
        verify(rnn.derive(rnn.h[t], wrt=rnn.W_hh))
    with pytest.raises(ParameterError, match="is not a claim; name it, as in Claim"):
        certificates_of(statement)
    with pytest.raises(UnknownTermError, match=r"h\[t\] is not the sequence of a state; give the sequence"):
        randomised(rnn, rnn.h[t], rnn.W_hh)


@pytest.mark.parametrize("loss", ["squared error", "binary cross-entropy", "softmax cross-entropy"])
def test_a_loss_with_targets_at_one_output(loss: str) -> None:
    """A target of one row is its own transpose, and the formula of a loss has (dd)ᵀ y in it."""
    net = Elman("tanh").with_loss(loss, readout=1, over="last", of="y")
    assert net.derive(net.L, wrt=net.W_hh).verify().kind is Kind.PROVED
    assert "dW_hh" in generate(net)
    assert "dL/dy[T] = " in str(net.backward())


def test_the_gradient_by_weights_that_stand_transposed() -> None:
    """Aᵀ(dW)ᵀ b: what notes that write h = φ(Wᵀ h + Uᵀ x) have, in both layouts of the gradient."""
    h, (x,), (W,), (U,) = Sequence("h", n), gates("x", m), matrices("W", n, n), matrices("U", m, n)
    tanh = Elementwise("tanh")
    cell = Cell(
        "rows",
        {h: tanh(W.T * h[t - 1] + U.T * x[t])},
        states=(h,),
        parameters=(W, U),
        inputs=(x,),
        activations=(activation("tanh"),),
    )
    slope = sp.DiagMatrix(tanh(W.T * h[t - 1] + U.T * x[t], 1))
    one = Equation(ImmediateJacobian(h[t], W), slope * sp.KroneckerProduct(sp.Identity(n), h[t - 1].T), (t >= 1,))
    assert verify(one, cell).kind is Kind.PROVED
    turned = Equation(ImmediateJacobian(h[t], W), slope * sp.KroneckerProduct(h[t - 1].T, sp.Identity(n)), (t >= 1,))
    assert verify(turned, cell).kind is Kind.REFUTED
    assert cell.derive(cell.L, wrt=W).verify().kind is Kind.PROVED
    gradient = cell.derive(cell.L, wrt=W, form="gradient")
    assert gradient.verify().kind is Kind.PROVED
    assert to_text(gradient.closed_form).startswith("Σ_{s=1}^{T} h[s-1] (")


@pytest.mark.parametrize(("state", "given"), [("h", "u"), ("s", "x"), ("k", "x"), ("u", "s")])
def test_a_quantity_may_be_called_like_a_bound_index(state: str, given: str) -> None:
    """The sums of a derivation run over s, k and u, and so papers on control call their states and inputs."""
    h, x = Sequence(state, n), Sequence(given, m, first=1)
    (W,), (B,) = matrices("W", n, n), matrices("B", n, m)
    body = Elementwise("tanh")(W * h[t - 1] + B * x[t])
    known = (activation("tanh"),)
    cell = Cell("named", {h: body}, states=(h,), parameters=(W, B), inputs=(x,), activations=known)
    for of, form in ((h[t], "jacobian"), (cell.L, "jacobian"), (cell.L, "gradient")):
        assert cell.derive(of, wrt=B, form=form).verify().kind is Kind.PROVED


def test_an_equation_is_the_hypothesis_of_another() -> None:
    """It ended in an AttributeError of the program's own."""
    rnn, W = Elman("identity"), sp.MatrixSymbol("W_hh", n, n)
    jacobian = TotalJacobian(rnn.h[t], rnn.h[t - 1])
    assumed = Equation(jacobian, sp.Identity(n), (t >= 1,), (Equation(W, sp.Identity(n)),))
    assert verify(assumed, rnn).kind is Kind.PROVED


def test_a_loss_of_two_states_needs_the_name_of_what_it_sees() -> None:
    """It said that "nothing" is not a quantity that the network computes."""
    with pytest.raises(UnknownTermError, match=r"does not look at one quantity.*as in of='h_reverse'"):
        Bidirectional(GRU()).with_loss("squared error", readout=n)
    with pytest.raises(UnknownTermError, match="nonsense is not a quantity that the GRU computes"):
        GRU().with_loss("squared error", readout=n, of="nonsense")
