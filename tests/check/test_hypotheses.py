"""Equations that are assumed: in proofs, in counterexamples, and where nothing satisfies them."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.budget import Limits
from symrnn.cells import Elman
from symrnn.check.kernel import prove_equation
from symrnn.check.refuting.assumed import Assumed
from symrnn.check.verify import verify
from symrnn.derivation import AllOf, BoundedSlope, Equation, ForEvery, Inequality, Kind
from symrnn.errors import ProofError, UnknownTermError
from symrnn.expr import (
    Differential,
    Expectation,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    Norm,
    OrderedProduct,
    TotalJacobian,
    UnitVector,
)
from symrnn.expr.binder import ASCENDING
from symrnn.symbols import k, m, n, t
from symrnn.truncation import randomised

total, immediate = TotalJacobian, ImmediateJacobian
s, T = sp.symbols("s T", integer=True)
K = sp.Symbol("K", integer=True, positive=True)
c = sp.Symbol("c", real=True)
linear, generic, tanh = Elman("identity"), Elman(), Elman("tanh")
h, x, W = linear.h, linear.x, linear.W_hh
V = sp.MatrixSymbol("V", n, n)
V_m = sp.MatrixSymbol("v", m, 1)
I, NOTHING, ONES = sp.Identity(n), sp.ZeroMatrix(n, n), sp.OneMatrix(n, n)

FLOW = total(h[t], h[t - k])
STEP = total(h[t], h[t - 1])
BACK = (k >= 0, t >= k)
LATER = (t >= 1,)

NO_INPUT = ForEvery(Equation(x[s], sp.ZeroMatrix(m, 1)), s, (s >= 1,))
ALL_ALIKE = ForEvery(Equation(x[s], x[1]), s, (s >= 1,))
NO_BIAS = Equation(linear.b_h, sp.ZeroMatrix(n, 1))
FROM_ZERO = Equation(h[0], sp.ZeroMatrix(n, 1))


def is_(value: Any, of: Any = W) -> Equation:
    return Equation(of, value)


def kind(statement: Any, model: Any = linear) -> Kind:
    return verify(statement, model).kind


PROVED = {
    "U is I and the slope 1": Equation(FLOW, I, BACK, is_(I)),
    "a multiple of I": Equation(FLOW, c**k * I, BACK, is_(c * I)),
    "tied": Equation(FLOW, V**k, BACK, is_(V)),
    "tied, from the other side": Equation(FLOW, V**k, BACK, Equation(V, W)),
    "tied to the transpose": Equation(FLOW, V.T**k, BACK, is_(V.T)),
    "tied and known": Equation(FLOW, I, BACK, (is_(V), is_(I, V))),
    "antisymmetric": Equation(STEP.T, -W, LATER, is_(-W, W.T)),
    "symmetric": Equation(FLOW.T, FLOW, BACK, is_(W.T)),
    "orthogonal": Equation(STEP.T * STEP, I, LATER, is_(I, W.T * W)),
    "normal": Equation(STEP * STEP.T, STEP.T * STEP, LATER, is_(W.T * W, W * W.T)),
    "nilpotent": Equation(total(h[t], h[t - 2]), NOTHING, (t >= 2,), is_(NOTHING, W**2)),
    "inverse": Equation(V * STEP, I, LATER, is_(I, V * W)),
    "no input": Equation(h[t], W**t * h[0], (t >= 0,), (NO_INPUT, NO_BIAS)),
    "nothing at all": Equation(h[t], sp.ZeroMatrix(n, 1), (t >= 0,), (NO_INPUT, NO_BIAS, FROM_ZERO)),
    "no input reaches its weights": Equation(total(h[t], linear.W_xh), sp.ZeroMatrix(n, n * m), LATER, NO_INPUT),
    "an unused hypothesis": Equation(STEP, W, LATER, (FROM_ZERO, NO_INPUT)),
    "a hypothesis on a derivative": Equation(STEP, V, LATER, is_(V, STEP)),
    "one input": Equation(h[t], W * h[t - 1] + linear.b_h, LATER, Equation(x[t], sp.ZeroMatrix(m, 1))),
    "a sum of what is the same": Equation(
        MatrixSum(x[k], (k, 1, t)), sp.MatMul(t, x[1]), (t >= 0,), ForEvery(Equation(x[s], x[1]), s, (s >= 2,))
    ),
    "a sum of what is the same from the first on": Equation(
        MatrixSum(x[k], (k, 1, t)), sp.MatMul(t, x[1]), (t >= 0,), ALL_ALIKE
    ),
    "what is the same twice": Equation(x[t], x[k], (t >= 1, k >= 1), ALL_ALIKE),
    "what is the same, by an index of the statement": Equation(
        x[t], x[1], (t >= 1, k >= 1), ForEvery(Equation(x[s], x[k]), s, (s >= 1,))
    ),
    "the derivative by one of what is the same": Equation(
        total(h[t], x[1]), W ** (t - 1) * linear.W_xh, LATER, ALL_ALIKE
    ),
    "two inputs that are the same": Equation(W * linear.W_xh * x[2], W * linear.W_xh * x[1], (), Equation(x[2], x[1])),
    "an input like the one before": Equation(x[t], x[t - 1], (t >= 2,), Equation(x[t], x[t - 1])),
    "three inputs that are the same": Equation(x[3], x[1], (), (Equation(x[3], x[2]), Equation(x[2], x[1]))),
    "a sum of what is 0 but once": Equation(
        MatrixSum(x[k], (k, 1, t)), x[1], LATER, ForEvery(Equation(x[s], sp.ZeroMatrix(m, 1)), s, (s >= 2,))
    ),
    "an index of the same name": Equation(
        x[t], sp.ZeroMatrix(m, 1), LATER, ForEvery(Equation(x[t], sp.ZeroMatrix(m, 1)), t, (t >= 1,))
    ),
    "an index further on": Equation(
        x[t], sp.ZeroMatrix(m, 1), (t >= 2,), ForEvery(Equation(x[s + 1], sp.ZeroMatrix(m, 1)), s, (s >= 1,))
    ),
    "what an impulse brings": Equation(
        h[t],
        W ** (t - 1) * linear.W_xh * V_m,
        LATER,
        (NO_BIAS, FROM_ZERO, Equation(x[1], V_m), ForEvery(Equation(x[s], sp.ZeroMatrix(m, 1)), s, (s >= 2,))),
    ),
    "where it is assumed": Equation(STEP, I, (t >= 3,), Equation(W, I, where=(t >= 2,))),
}


@pytest.mark.parametrize("name", PROVED)
def test_what_follows_is_proved(name: str) -> None:
    assert kind(PROVED[name]) is Kind.PROVED


WRONG = {
    "all entries 1": Equation(FLOW, I, BACK, is_(ONES)),
    "a multiple of I, to the wrong power": Equation(FLOW, c ** (k + 1) * I, BACK, is_(c * I)),
    "tied to the transpose": Equation(FLOW, V**k, BACK, is_(V.T)),
    "orthogonal": Equation(STEP * STEP, I, LATER, is_(I, W.T * W)),
    "nilpotent": Equation(STEP, NOTHING, LATER, is_(NOTHING, W**2)),
    "one input only": Equation(h[t], W**t * h[0], (t >= 0,), (NO_BIAS, Equation(x[t], sp.ZeroMatrix(m, 1)))),
    "a bias": Equation(h[t], W**t * h[0], (t >= 0,), NO_INPUT),
    "elsewhere": Equation(STEP, I, LATER, Equation(W, I, where=(t >= 2,))),
    "no index of the same name": Equation(
        x[t], sp.ZeroMatrix(m, 1), LATER, ForEvery(Equation(x[t], sp.ZeroMatrix(m, 1)), t, (t >= 2,))
    ),
    "later ones only": Equation(
        x[t], sp.ZeroMatrix(m, 1), LATER, ForEvery(Equation(x[s], sp.ZeroMatrix(m, 1)), s, (s >= t + 1,))
    ),
    "what is the same need not be 0": Equation(x[t], sp.ZeroMatrix(m, 1), LATER, ALL_ALIKE),
    "one more of what is the same": Equation(MatrixSum(x[k], (k, 1, t)), sp.MatMul(t + 1, x[1]), (t >= 0,), ALL_ALIKE),
    "the derivative by all of what is the same": Equation(
        total(h[t], x[1]), MatrixSum(W ** (t - s) * linear.W_xh, (s, 1, t)), LATER, ALL_ALIKE
    ),
    "two of three": Equation(x[3], x[1], (), Equation(x[3], x[2])),
    "every second one": Equation(x[t], x[1], LATER, ForEvery(Equation(x[s], x[s - 2]), s, (s >= 3,))),
    "one index only": Equation(x[s], sp.ZeroMatrix(m, 1), (s >= 1,), Equation(x[t], sp.ZeroMatrix(m, 1))),
    "idempotent": Equation(V, I, (), is_(V, V**2)),
    "the other order": Equation(W * V, V * W, (), is_(NOTHING, W * V)),
    "too early an input": Equation(
        h[t], W**t * h[0], (t >= 0,), (NO_BIAS, ForEvery(Equation(x[s], sp.ZeroMatrix(m, 1)), s, (s >= 2,)))
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_follow_is_refuted(name: str) -> None:
    assert kind(WRONG[name]) is Kind.REFUTED


def test_a_counterexample_tells_the_values_that_are_assumed() -> None:
    example = verify(Equation(FLOW, I, BACK, is_(ONES)), linear).counterexample
    assert example is not None
    assert example.values["W_hh"] == "[[1, 1], [1, 1]]"
    assert (example.values["n"], example.values["k"]) == ("2", "1")


# -- derivatives by what is assumed ------------------------------------------------------------------------------------

DERIVED = {
    "by W where it is I": (total(h[t], W), MatrixSum(sp.KroneckerProduct(h[t - k - 1].T, I), (k, 0, t - 1)), is_(I)),
    "by W where it is 0": (total(h[t], W), sp.KroneckerProduct(h[t - 1].T, I), is_(NOTHING)),
    "at once by W where it is 0": (immediate(linear.a[t], W), sp.KroneckerProduct(h[t - 1].T, I), is_(NOTHING)),
    "by W where it is V": (
        total(h[t], W),
        MatrixSum(V**k * sp.KroneckerProduct(h[t - k - 1].T, I), (k, 0, t - 1)),
        is_(V),
    ),
    "by an input that is 0": (total(h[t], x[t]), linear.W_xh, NO_INPUT),
    "by a bias that is 0": (total(h[t], linear.b_h), MatrixSum(W**k, (k, 0, t - 1)), NO_BIAS),
    "by a first state that is 0": (total(h[t], h[0]), W**t, FROM_ZERO),
}


@pytest.mark.parametrize("name", DERIVED)
def test_a_derivative_is_taken_before_the_value_is_put_in(name: str) -> None:
    left, right, assumed = DERIVED[name]
    assert kind(Equation(left, right, LATER, assumed)) is Kind.PROVED


@pytest.mark.parametrize("name", DERIVED)
def test_a_derivative_by_what_has_a_value_is_not_0(name: str) -> None:
    left, _, assumed = DERIVED[name]
    assert kind(Equation(left, sp.ZeroMatrix(*left.shape), LATER, assumed)) is Kind.REFUTED


@pytest.mark.parametrize(("model", "value"), [(tanh, I), (tanh, NOTHING), (generic, I), (generic, NOTHING)])
def test_a_derivative_of_a_network_by_what_has_a_value_is_not_0(model: Elman, value: sp.MatrixExpr) -> None:
    left = total(model.h[t], model.W_hh)
    assert kind(Equation(left, sp.ZeroMatrix(*left.shape), LATER, is_(value)), model) is Kind.REFUTED


def test_what_is_tied_by_a_hypothesis_stays_two_quantities_in_derivatives() -> None:
    """W moves freely where it is b bᵀ, and a derivative by b does not pass through W."""
    square = sp.ZeroMatrix(n, n * n)
    known = Elman("identity", hidden=n)
    other = known.b_h * known.b_h.T
    assert kind(Equation(total(known.h[t], known.W_hh), square, LATER, is_(other)), known) is Kind.REFUTED
    by_bias = MatrixSum(other**k, (k, 0, t - 1))
    assert kind(Equation(total(known.h[t], known.b_h), by_bias, LATER, is_(other)), known) is Kind.PROVED


def test_a_differential_is_none_of_its_value() -> None:
    moved = Equation(Differential(h[1]), sp.ZeroMatrix(n, 1), (), is_(NOTHING), varying=(W,))
    assert kind(moved) is Kind.REFUTED
    right = Equation(Differential(h[1]), Differential(W) * h[0], (), is_(NOTHING), varying=(W,))
    assert kind(right) is Kind.PROVED


def test_a_gradient_where_nothing_flows_on() -> None:
    """Where W is 0, what comes of the last state is all, but for the loss at each state itself."""
    L, ell = generic.L, generic.ell
    alone = Equation(Gradient(L, generic.h[T]), Gradient(ell[T], generic.h[T]), (T >= 1,), is_(NOTHING))
    assert kind(alone, generic) is Kind.PROVED
    early = Equation(total(L, generic.h[t]), total(ell[t], generic.h[t]), (t >= 1, t <= T), is_(NOTHING))
    assert kind(early, generic) is Kind.PROVED
    wrong = Equation(total(L, generic.h[t]), total(ell[t], generic.h[t]), (t >= 1, t <= T), is_(I))
    assert kind(wrong, generic) is Kind.REFUTED


def test_slopes_remain() -> None:
    product = OrderedProduct(generic.D(t - s), (s, 0, k - 1), ASCENDING)
    flow = total(generic.h[t], generic.h[t - k])
    assert kind(Equation(flow, product, BACK, is_(I)), generic) is Kind.PROVED
    assert kind(Equation(flow, I, BACK, is_(I)), generic) is Kind.REFUTED


# -- inequalities ------------------------------------------------------------------------------------------------------


def test_an_inequality_uses_an_equation() -> None:
    """From a question in the field: "U = 1 and f' = 1" should be U = I."""
    assert kind(Inequality(Norm(FLOW - I), 0, BACK, is_(I))) is Kind.PROVED
    verdict = verify(Inequality(Norm(FLOW - I), 0, BACK, is_(ONES)), linear)
    assert verdict.kind is Kind.REFUTED
    assert verdict.counterexample is not None
    assert verdict.counterexample.values["n"] == "2"


def test_inequalities_under_equations() -> None:
    size = Norm(c * sp.Identity(1))
    assert kind(Inequality(Norm(FLOW), size**k, BACK, is_(c * I))) is Kind.PROVED
    assert kind(Inequality(Norm(FLOW), 1, BACK, is_(I, W.T * W))) is Kind.PROVED
    gamma = sp.Symbol("gamma", positive=True)
    flow, slopes = Norm(total(generic.h[t], generic.h[t - k])), BoundedSlope("phi", gamma)
    assert kind(Inequality(flow, gamma**k, BACK, (slopes, is_(I))), generic) is Kind.PROVED
    assert kind(Inequality(flow, gamma**k, BACK, (slopes, is_(2 * I))), generic) is Kind.REFUTED


# -- indices -----------------------------------------------------------------------------------------------------------


def truncated(last: sp.Expr) -> Any:
    terms = total(generic.h[t], generic.h[t - s]) * immediate(generic.h[t - s], generic.W_hh)
    return MatrixSum(terms, (s, 0, last))


def test_an_index_with_a_value_takes_it() -> None:
    flow = total(generic.h[t], generic.h[k])
    assert kind(Equation(flow, I, (sp.Eq(k, t), t >= 1)), generic) is Kind.PROVED
    assert kind(Equation(flow, I, (t >= 1,), sp.Eq(k, t)), generic) is Kind.PROVED
    assert kind(Equation(flow, generic.W_hh, (sp.Eq(k, t), t >= 1)), generic) is Kind.REFUTED
    assert kind(Equation(generic.h[t], generic.h[k], (sp.Eq(t, k), t >= 0)), generic) is Kind.PROVED


def test_a_power_that_is_none() -> None:
    flow = total(h[t], h[k])
    assert kind(Equation(flow, W ** (t - k), (sp.Eq(k, t), t >= 0))) is Kind.PROVED
    assert kind(Equation(flow, W ** (t - k), (sp.Eq(k, t - 2), k >= 0))) is Kind.PROVED
    assert kind(Equation(flow, W ** (t - k + 1), (sp.Eq(k, t), t >= 0))) is Kind.REFUTED


def test_a_state_with_a_value() -> None:
    """It is not a free quantity: where all is 0, it is that, too."""
    none = Equation(tanh.h[t], sp.ZeroMatrix(n, 1))
    assert kind(Equation(tanh.D(t), I, LATER, none), tanh) is Kind.PROVED
    assert kind(Equation(total(tanh.h[t], tanh.h[t - 1]), tanh.W_hh, LATER, none), tanh) is Kind.PROVED
    assert kind(Equation(total(tanh.h[t], tanh.h[t - 1]), NOTHING, LATER, none), tanh) is not Kind.PROVED


def test_a_truncation_that_is_none() -> None:
    whole = total(generic.h[t], generic.W_hh)
    assert kind(Equation(whole, truncated(K), (sp.Eq(K, t - 1),)), generic) is Kind.PROVED
    assert kind(Equation(whole, truncated(K), (sp.Eq(K, t - 2),)), generic) is Kind.REFUTED


def test_an_index_of_an_inequality_takes_its_value() -> None:
    gamma = sp.Symbol("gamma", positive=True)
    flow, slopes = Norm(total(generic.h[t], generic.h[0])), BoundedSlope("phi", gamma)
    bound = gamma * Norm(generic.W_hh)
    assert kind(Inequality(flow, bound**2, (sp.Eq(t, 2),), slopes), generic) is Kind.PROVED
    assert kind(Inequality(flow, bound**3, (sp.Eq(t, 2),), slopes), generic) is Kind.REFUTED


@pytest.mark.parametrize(
    "statement",
    [
        Equation(h[t], 2 * h[t], (sp.Eq(t, 1), sp.Eq(t, 2))),
        Equation(FLOW, NOTHING, BACK, (is_(I), is_(NOTHING))),
        Equation(FLOW, I, BACK, (is_(I), is_(NOTHING))),
        Equation(STEP, I, LATER, (is_(I), is_(I, 2 * W))),
        Equation(W, I, (), (is_(I), is_(NOTHING, I))),
        Equation(x[1], V_m, (), (NO_INPUT, Equation(x[1], V_m), Equation(V_m, sp.OneMatrix(m, 1)))),
        Inequality(Norm(FLOW - I), 0, BACK, (is_(I), is_(NOTHING))),
        Equation(h[t], sp.ZeroMatrix(n, 1), (t >= 1,), (Equation(h[t], sp.ZeroMatrix(n, 1)), is_(I, NOTHING))),
    ],
    ids=str,
)
def test_what_speaks_of_nothing_is_not_proved(statement: Any) -> None:
    assert kind(statement) is Kind.UNDECIDED


# -- what an equation may assume ---------------------------------------------------------------------------------------


def test_what_an_equation_cannot_assume() -> None:
    with pytest.raises(UnknownTermError, match="name what varies"):
        Equation(Differential(h[t]), Differential(h[t]), LATER, (W,))
    with pytest.raises(UnknownTermError, match="an Equation cannot assume"):
        Equation(STEP, W, LATER, BoundedSlope("phi", 1))
    with pytest.raises(UnknownTermError, match="an Equation cannot assume"):
        Equation(STEP, W, LATER, Norm(W) <= 1)
    with pytest.raises(UnknownTermError, match="is not a plain equation"):
        Equation(STEP, W, LATER, Equation(W, V, given=(is_(I),)))
    with pytest.raises(UnknownTermError, match="is not a plain equation"):
        Equation(STEP, W, LATER, Equation(Differential(W), Differential(W)))


def test_the_parts_of_a_statement_assume_each_its_own() -> None:
    both = AllOf((Equation(STEP, W, LATER), Equation(STEP, I, LATER, is_(I))))
    assert kind(both) is Kind.PROVED
    assert kind(AllOf((Equation(STEP, I, LATER), Equation(STEP, I, LATER, is_(I))))) is Kind.REFUTED


def test_a_verdict_tells_what_is_assumed() -> None:
    verdict = verify(Equation(FLOW, I, BACK, is_(I)), linear)
    assert "W_hh = I" in verdict.hypotheses
    assert "given W_hh = I" in str(verdict)
    assert "given W_hh = I_n" in verdict.explain()


def test_a_theorem_is_not_one_without_what_it_assumes() -> None:
    theorem = prove_equation(Equation(FLOW, I, BACK, is_(I)), linear)
    with pytest.raises(ProofError):
        prove_equation(Equation(FLOW, I, BACK), linear)
    with pytest.raises(ProofError):
        prove_equation(Equation(FLOW, I, BACK, Equation(W, I, where=(t >= 5,))), linear)
    assert theorem.statement != Equation(FLOW, I, BACK)


def test_what_gives_a_quantity_its_value() -> None:
    """Of two that say what W is, and of one about a state, one has to be looked at."""
    two = Assumed((is_(I), is_(V)), linear)
    assert two.others == ()  # W is I, and V is W
    three = Assumed((is_(I), is_(V), is_(NOTHING, V)), linear)
    assert three.others == (is_(NOTHING, V),)
    state = Equation(h[t], sp.ZeroMatrix(n, 1))
    assert Assumed((state, FROM_ZERO, NO_INPUT), linear).others == (state,)


def test_what_is_assumed_of_chance_is_neither_proved_nor_refuted_at_one_outcome() -> None:
    """With probability 1 a switch is 1, and it is never 0 for every outcome."""
    model = randomised(generic, generic.h, generic.W_hh).recurrence
    switch, chance = model.quantity("xi", 2), model.quantity("pi", 2)
    one, none = sp.Identity(1), sp.ZeroMatrix(1, 1)
    assert kind(Equation(Expectation(switch), none, (), Equation(switch, none)), model) is Kind.UNDECIDED
    assert kind(Equation(switch, one, (), Equation(chance, one)), model) is Kind.UNDECIDED


def test_an_equation_of_entries() -> None:
    """One input of two, at one index each, by unit vectors."""
    two = Elman("identity", inputs=2)
    first = Equation(two.x[t], UnitVector(2, 1))
    column = two.W_xh * UnitVector(2, 1)
    assert kind(Equation(two.h[t], two.W_hh * two.h[t - 1] + column + two.b_h, LATER, first), two) is Kind.PROVED
    assert kind(Equation(two.h[t], two.W_hh * two.h[t - 1] + column, LATER, first), two) is Kind.REFUTED


def test_what_is_assumed_of_every_index_is_not_looked_for_in_vain() -> None:
    """No choice of W and V tells whether an equation holds at infinitely many indices; to try them took a minute."""
    given = (
        ForEvery(Equation(x[s], sp.ZeroMatrix(m, 1)), s, (s >= k + 1, k >= 0)),
        ForEvery(Equation(x[s], x[1]), s, (s >= 2,)),
        Equation(W * V, V * W),
    )
    step = Equation(immediate(h[t], h[t - 1]), W, (t >= 1,), given)
    verdict = verify(step, linear, limits=Limits(time=20))
    assert verdict.kind is Kind.UNDECIDED
    assert "infinitely many" in verdict.reason
