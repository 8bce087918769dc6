"""Attempts to make the checker say PROVED of something false, or REFUTED of something true."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from check.tools import H, check, one_state, phi, steps, zero
from check.tools import W as WEIGHTS
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.cells import Elman
from symrnn.derivation import Equation, Kind
from symrnn.errors import IndexRangeError, NotDifferentiableError, SymbolClashError
from symrnn.expr import (
    Apply,
    Differential,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    Norm,
    OrderedProduct,
    Sequence,
    TotalJacobian,
    UnitVector,
    shift_matrix,
)
from symrnn.symbols import T, k, m, n, q, s, t, u

rnn = Elman()
h, a, x, y, L, W, D = rnn.h, rnn.a, rnn.x, rnn.y, rnn.L, rnn.W_hh, rnn.D
total, immediate = TotalJacobian, ImmediateJacobian
PROVED, REFUTED, UNDECIDED, IDENTITY = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED, Kind.IDENTITY


# -- two indices of unknown order ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "kind"), [((s > t,), PROVED), ((), REFUTED), ((s >= t,), REFUTED), ((s < t,), REFUTED)]
)
def test_a_state_does_not_depend_on_later_ones_only(where: tuple, kind: Kind) -> None:
    assert check(total(h[t], h[s]), zero(h[t], h[s]), rnn, s >= 1, t >= 1, *where).kind is kind


@pytest.mark.parametrize(
    ("where", "kind"), [((s > t,), PROVED), ((s >= t,), REFUTED), ((s < t,), REFUTED), ((s < t - 1,), PROVED)]
)
def test_immediate_dependence_on_a_state(where: tuple, kind: Kind) -> None:
    assert check(immediate(h[t], h[s]), zero(h[t], h[s]), rnn, s >= 1, t >= 1, *where).kind is kind


@pytest.mark.parametrize(
    ("where", "kind"), [((s < t,), PROVED), ((), REFUTED), ((s >= t,), REFUTED), ((s > t,), PROVED)]
)
def test_immediate_dependence_on_an_intermediate(where: tuple, kind: Kind) -> None:
    assert check(immediate(h[t], a[s]), zero(h[t], a[s]), rnn, s >= 1, t >= 1, *where).kind is kind


def test_an_equation_between_indices_is_no_less_than_an_inequality() -> None:
    assert check(immediate(h[t], a[s]), zero(h[t], a[s]), rnn, s >= 1, sp.Eq(s, t)).kind is REFUTED
    assert check(total(h[t], h[s]), D(t) * W, rnn, s >= 1, sp.Eq(s, t - 1)).kind in (PROVED, IDENTITY)


# -- what depends on what ------------------------------------------------------------------------------

TRUE = {
    "state by pre-activation": (total(h[t], a[s]), steps(rnn, s, t) * D(s), (s >= 1, t >= s)),
    "state by input": (total(h[t], x[s]), steps(rnn, s, t) * D(s) * rnn.W_xh, (s >= 1, t >= s)),
    "pre-activation by pre-activation": (total(a[t], a[s]), W * steps(rnn, s, t - 1) * D(s), (s >= 1, t > s)),
    "output by its bias": (total(y[t], rnn.b_y), sp.Identity(q), (t >= 1,)),
    "loss by bias": (total(L, rnn.b_h), MatrixSum(total(L, h[s]) * D(s), (s, 1, T)), (T >= 0,)),
    "loss by initial state": (total(L, h[0]), total(L, h[1]) * D(1) * W, (T >= 0,)),
    "loss by output": (total(L, y[s]), immediate(rnn.ell[s], y[s]), (s >= 1, s <= T)),
    "gradient by bias": (
        Gradient(L, rnn.b_h),
        MatrixSum(D(s) * total(L, h[s]).T, (s, 1, T)),
        (T >= 0,),
    ),
    "gradient by output weights": (
        Gradient(L, rnn.W_hy),
        MatrixSum(immediate(rnn.ell[s], y[s]).T * h[s].T, (s, 1, T)),
        (T >= 0,),
    ),
    "gradient by initial state": (Gradient(L, h[0]), total(L, h[0]).T, (T >= 0,)),
    "one step is immediate": (total(h[t], h[t - 1]), immediate(h[t], h[t - 1]), (t >= 1,)),
    "the first step is immediate": (total(h[1], W), immediate(h[1], W), ()),
    "by something else": (total(h[t], sp.MatrixSymbol("A", n, 2)), sp.ZeroMatrix(n, 2 * n), (t >= 0,)),
    "value of the loss": (L, MatrixSum(rnn.ell[t], (t, 1, T)), (T >= 0,)),
    "value of an output": (y[t], rnn.W_hy * h[t] + rnn.b_y, (t >= 1,)),
    "value of a state": (h[t], rnn.phi(a[t]), (t >= 1,)),
    "far from the start": (total(h[t], h[t - 1]), D(t) * W, (t >= 10,)),
    "far apart": (total(h[t], h[t - 1]), D(t) * W, (t >= k + 10, k >= 3)),
    "half an index": (total(h[t], h[t - 1]), D(t) * W, (2 * t >= 1,)),
}


@pytest.mark.parametrize("name", TRUE)
def test_is_proved(name: str) -> None:
    lhs, rhs, where = TRUE[name]
    assert check(lhs, rhs, rnn, *where).kind is PROVED


FALSE = {
    "loss by output, beyond the end": (total(L, y[s]), immediate(rnn.ell[s], y[s]), (s >= 1,)),
    "total is immediate": (total(h[t], W), immediate(h[t], W), (t >= 1,)),
    "slopes commute with weights": (W * D(t), D(t) * W, (t >= 1,)),
    "entrywise square": (sp.HadamardProduct(W, W), W, ()),
    "loss without its end": (L, MatrixSum(rnn.ell[t], (t, 1, T - 1)), (T >= 1,)),
    "far from the start": (total(h[t], h[t - 1]), W, (t >= 10,)),
    "far apart": (total(h[t], h[t - 1]), W, (t >= k + 10, k >= 3)),
    "one index too early": (a[t], rnn.body(a[t]), (t >= 0,)),
    "a scalar too much": (sp.Symbol("c") * W, W, ()),
    "true for one unit only": (W.T, W, ()),
    "true at one time only": (total(h[t], W), immediate(h[t], W), (t >= 1, t <= 3)),
}


@pytest.mark.parametrize("name", FALSE)
def test_is_refuted(name: str) -> None:
    lhs, rhs, where = FALSE[name]
    assert check(lhs, rhs, rnn, *where).kind is REFUTED


# -- conditions ----------------------------------------------------------------------------------------


def test_conditions_that_contradict_each_other_prove_nothing() -> None:
    for rhs in (W, 2 * W):
        verdict = check(W, rhs, rnn, t >= 1, t <= 0)
        assert verdict.kind is UNDECIDED
        assert "no values of the indices" in verdict.reason


def test_a_condition_that_is_never_satisfied_is_refused() -> None:
    with pytest.raises(IndexRangeError, match="never satisfied"):
        Equation(W, W, (n <= 0,))


def test_a_claim_for_one_size_only_is_not_proved() -> None:
    """Matrices of one entry commute; the kernel does not use the condition, the numbers do."""
    assert check(W * D(t), D(t) * W, rnn, t >= 1, sp.Eq(n, 1)).kind is IDENTITY
    assert check(W * D(t), D(t) * W, rnn, t >= 1, sp.Eq(n, 2)).kind is REFUTED


def test_ranges_that_may_be_negative_are_refuted_there() -> None:
    shorter = MatrixSum(h[k], (k, 1, t)) - h[t]
    verdict = check(MatrixSum(h[k], (k, 1, t - 1)), shorter, rnn, t >= 0)
    assert verdict.kind is REFUTED
    assert "negative length" in verdict.counterexample.lhs
    assert check(MatrixSum(h[k], (k, 1, t - 1)), shorter, rnn, t >= 1).kind is PROVED


def test_ranges_inside_a_sum_that_may_be_negative_are_no_hypotheses() -> None:
    product = OrderedProduct(D(t - u) * W, (u, 0, k - 2), "ascending")
    verdict = check(total(h[t], W), MatrixSum(product * total(h[t - k], W), (k, 0, t)), rnn, t >= 1)
    assert verdict.kind is REFUTED
    assert "negative length" in verdict.counterexample.rhs


def test_powers_are_not_taken_to_be_nonnegative() -> None:
    assert check(sp.MatMul(W**k, W ** (-k)), sp.Identity(n), rnn).kind in (PROVED, IDENTITY)
    assert check(sp.MatMul(W**k, W**k), sp.Identity(n), rnn).kind is REFUTED


def test_inverses_are_not_taken_for_granted() -> None:
    verdict = check(sp.MatMul(W, sp.MatPow(W, -1)), sp.Identity(n), rnn)
    assert verdict.kind in (PROVED, IDENTITY, UNDECIDED)
    assert verdict.kind is not PROVED or "W_hh invertible" in verdict.hypotheses
    assert check(sp.MatMul(W, sp.MatPow(W, -1)), W, rnn).kind in (REFUTED, UNDECIDED)


def test_rows_are_not_taken_to_be_there() -> None:
    i = sp.Symbol("i", integer=True, positive=True)
    row = UnitVector(n, i).T
    assert check(row * (W + W), 2 * row * W, rnn).kind is REFUTED
    assert check(row * (W + W), 2 * row * W, rnn, i <= n).kind is PROVED


# -- differentials -------------------------------------------------------------------------------------

forced = MatrixSum(steps(rnn, s, t) * D(s) * Differential(W) * h[s - 1], (s, 1, t))


def test_several_quantities_vary_at_once() -> None:
    from_start = steps(rnn, 0, t) * Differential(h[0])
    assert check(Differential(h[t]), from_start + forced, rnn, t >= 0, varying=(W, h[0])).kind is PROVED
    assert check(Differential(h[t]), forced, rnn, t >= 0, varying=(W,)).kind is PROVED
    assert check(Differential(h[t]), forced, rnn, t >= 0, varying=(W, h[0])).kind is REFUTED
    assert check(Differential(h[t]), from_start, rnn, t >= 0, varying=(h[0],)).kind is PROVED


def test_what_does_not_vary_has_no_differential() -> None:
    assert check(Differential(h[0]), sp.ZeroMatrix(n, 1), rnn, varying=(W,)).kind is PROVED
    assert check(Differential(h[0]), sp.ZeroMatrix(n, 1), rnn, varying=(h[0],)).kind is REFUTED
    assert check(Differential(x[t]), sp.ZeroMatrix(m, 1), rnn, t >= 1, varying=(W,)).kind is PROVED


def test_one_input_may_vary() -> None:
    assert check(Differential(x[t]), sp.ZeroMatrix(m, 1), rnn, t >= 1, s >= 1, varying=(x[s],)).kind is REFUTED
    assert check(Differential(x[t]), sp.ZeroMatrix(m, 1), rnn, t > s, s >= 1, varying=(x[s],)).kind is PROVED


def test_a_state_does_not_vary_freely() -> None:
    verdict = check(Differential(h[t]), sp.ZeroMatrix(n, 1), rnn, t >= 1, varying=(h[t],))
    assert verdict.kind is REFUTED


# -- names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "wrt"),
    [
        (Sequence("h", m)[t], W),
        (h[t], sp.MatrixSymbol("W_hh", m, m)),
        (h[t], sp.MatrixSymbol("h", n, 1)),
        (sp.MatrixSymbol("x", m, 1), W),
    ],
)
def test_a_name_at_another_shape_is_refused(of: sp.MatrixExpr, wrt: sp.MatrixExpr) -> None:
    with pytest.raises(SymbolClashError, match=r"is not what Elman network calls by this name|h is the name of"):
        check(total(of, wrt), zero(of, wrt), rnn, t >= 1)


def test_an_index_declared_positive_is_an_index() -> None:
    i = sp.Symbol("i", integer=True, positive=True)
    assert check(total(h[i], W), total(h[i], h[i - 1]) * total(h[i - 1], W) + immediate(h[i], W), rnn).kind is PROVED
    assert check(total(h[i], W), total(h[i], h[i - 1]) * total(h[i - 1], W), rnn).kind is REFUTED


# -- kinks ---------------------------------------------------------------------------------------------


def test_a_kink_without_a_convention_is_refused() -> None:
    relu = Elman("relu")
    with pytest.raises(NotDifferentiableError, match="relu has no derivative at"):
        check(total(relu.h[t], relu.h[t - 1]), relu.D(t) * relu.W_hh, relu, t >= 1)


def test_a_convention_is_a_hypothesis() -> None:
    relu = Elman("relu", at_kink=0)
    verdict = check(total(relu.h[t], relu.h[t - 1]), relu.D(t) * relu.W_hh, relu, t >= 1)
    assert verdict.kind is PROVED
    assert any("kink" in hypothesis for hypothesis in verdict.hypotheses)
    assert check(total(relu.h[t], relu.h[t - 1]), relu.W_hh, relu, t >= 1).kind is REFUTED
    assert relu.scalar().activation("relu").at_kink == 0
    assert relu.undriven().activation("relu").at_kink == 0


# -- scalars that move -----------------------------------------------------------------------------------

PREVIOUS, FIRST = H[t - 1], H[0]
I, e_1 = sp.Identity(n), UnitVector(n, 1)
c, c_0 = MatrixElement(PREVIOUS, 0, 0), MatrixElement(FIRST, 0, 0)
BIAS = sp.MatrixSymbol("b", n, 1)
square = sp.MatMul(PREVIOUS.T, PREVIOUS)
step = sp.DiagMatrix(phi(c_0 * FIRST, 1))

MOVING = {
    "an entry": (c * PREVIOUS, c_0 * I, FIRST * e_1.T),
    "another entry": (
        MatrixElement(PREVIOUS, 1, 0) * PREVIOUS,
        MatrixElement(FIRST, 1, 0) * I,
        FIRST * UnitVector(n, 2).T,
    ),
    "a square": (c**2 * PREVIOUS, c_0**2 * I, 2 * c_0 * FIRST * e_1.T),
    "a quotient": (PREVIOUS / c, I / c_0, -FIRST * e_1.T / c_0**2),
    "a sum": ((c + 3) * PREVIOUS, (c_0 + 3) * I, FIRST * e_1.T),
    "an inner product": (
        MatrixElement(square, 0, 0) * PREVIOUS,
        sp.MatMul(MatrixElement(sp.MatMul(FIRST.T, FIRST), 0, 0), I),
        2 * FIRST * FIRST.T,
    ),
    "inside an activation": (phi(c * PREVIOUS), step * c_0, step * FIRST * e_1.T),
    "in an entrywise product": (
        sp.HadamardProduct(c * PREVIOUS, PREVIOUS),
        2 * c_0 * sp.DiagMatrix(FIRST),
        sp.HadamardProduct(FIRST, FIRST) * e_1.T,
    ),
    "in a power": (
        sp.MatMul(sp.MatPow(c * WEIGHTS, 2), PREVIOUS),
        c_0**2 * WEIGHTS**2,
        2 * c_0 * WEIGHTS**2 * FIRST * e_1.T,
    ),
    "under a sum, at its index": (
        MatrixSum(MatrixElement(PREVIOUS, u - 1, 0) * WEIGHTS * PREVIOUS, (u, 1, n)),
        MatrixSum(MatrixElement(FIRST, u - 1, 0) * WEIGHTS, (u, 1, n)),
        MatrixSum(WEIGHTS * FIRST * UnitVector(n, u).T, (u, 1, n)),
    ),
}


@pytest.mark.parametrize("name", MOVING)
def test_a_scalar_that_moves_is_no_constant(name: str) -> None:
    body, held, moved = MOVING[name]
    model = one_state(body, WEIGHTS)
    jacobian = total(H[1], FIRST)
    where = (n >= 2,) if name == "another entry" else ()
    assert check(jacobian, held, model, *where).kind is REFUTED
    enough = (PROVED, IDENTITY) if name == "a quotient" else (PROVED,)
    assert check(jacobian, sp.MatAdd(held, moved), model, *where).kind in enough


def test_a_weight_as_scalar_moves_with_the_weights() -> None:
    model = one_state(WEIGHTS[0, 0] * PREVIOUS, WEIGHTS)
    true = FIRST * sp.KroneckerProduct(e_1.T, e_1.T)
    assert check(total(H[1], WEIGHTS), zero(H[1], WEIGHTS), model).kind is REFUTED
    assert check(total(H[1], WEIGHTS), true, model).kind is PROVED
    assert check(total(H[1], FIRST), WEIGHTS[0, 0] * I, model).kind is PROVED
    d = Differential(WEIGHTS)
    assert check(Differential(H[1]), MatrixElement(d, 0, 0) * FIRST, model, varying=(WEIGHTS,)).kind is PROVED
    assert check(Differential(H[1]), sp.ZeroMatrix(n, 1), model, varying=(WEIGHTS,)).kind is REFUTED


def test_the_jacobian_of_a_scaled_state_is_derived_and_proved() -> None:
    model = one_state(c * PREVIOUS)
    assert model.derive(H[t], wrt=H[t - k]).verify().kind is PROVED
    assert check(total(H[t], H[0]), OrderedProduct(H[t - 1 - u][0, 0] * I, (u, 0, t - 1), "ascending"), model).kind is (
        REFUTED
    )


def test_a_total_may_have_scalars_that_move() -> None:
    loss = sp.MatrixSymbol("L", 1, 1)
    summand = H[t][0, 0] * H[t].T * H[t]
    model = one_state(WEIGHTS * PREVIOUS, WEIGHTS, totals={loss: MatrixSum(summand, (t, 1, T))})
    held = 2 * H[T][0, 0] * H[T].T
    assert check(total(loss, H[T]), held, model, T >= 1).kind is REFUTED
    assert check(total(loss, H[T]), held + H[T].T * H[T] * e_1.T, model, T >= 1).kind is PROVED


def test_an_entry_that_needs_more_rows_has_to_be_there() -> None:
    body, held, moved = MOVING["another entry"]
    verdict = check(total(H[1], FIRST), held + moved, one_state(body))
    assert verdict.kind is REFUTED
    assert "entry (1, 0) of a matrix of 1 x 1" in str(verdict.counterexample)


def test_a_divisor_in_an_equation_is_a_hypothesis() -> None:
    inverse = one_state(sp.MatMul(sp.MatPow(WEIGHTS, -1), PREVIOUS), WEIGHTS)
    assert "t >= 1, W invertible" in check(total(H[t], H[t]), I, inverse, t >= 1).hypotheses


UNKNOWN = {
    "trace": sp.Trace(PREVIOUS * PREVIOUS.T) * PREVIOUS,
    "determinant": sp.MatMul(sp.Determinant(PREVIOUS * PREVIOUS.T), PREVIOUS),
    "norm": sp.MatMul(Norm(PREVIOUS), PREVIOUS),
    "magnitude": sp.MatMul(sp.Abs(c), PREVIOUS),
    "cases": sp.MatMul(sp.Piecewise((c, c > 0), (0, True)), PREVIOUS),
    "a sum that SymPy binds": sp.MatMul(sp.Sum(PREVIOUS[s, 0], (s, 0, n - 1)), PREVIOUS),
    "an exponent": sp.MatMul(sp.MatPow(WEIGHTS, c), PREVIOUS),
    "a bound": MatrixSum(PREVIOUS, (u, 1, c)),
    "a member of a family": Apply(Str("phi"), sp.S.Zero, PREVIOUS, c),
    "an entrywise power": sp.HadamardPower(PREVIOUS, c),
    "an ordered product": OrderedProduct(sp.MatMul(c, WEIGHTS), (u, 1, 3), "ascending") * PREVIOUS,
}


@pytest.mark.parametrize("name", UNKNOWN)
@pytest.mark.parametrize("claimed", [sp.ZeroMatrix(n, n), I])
def test_what_moves_in_an_unknown_way_is_undecided(name: str, claimed: sp.MatrixExpr) -> None:
    verdict = check(total(H[1], FIRST), claimed, one_state(UNKNOWN[name], WEIGHTS))
    assert verdict.kind is UNDECIDED
    assert verdict.reason


def test_a_matrix_state_scaled_by_its_entry_is_not_proved() -> None:
    M = Sequence("M", n, n)
    model = one_state(M[t - 1][0, 0] * M[t - 1], state=M)
    assert check(total(M[1], M[0]), M[0][0, 0] * sp.Identity(n**2), model).kind is REFUTED


def test_a_fact_about_a_free_index_does_not_reach_a_sum_of_numbers() -> None:
    """For s > t a later state has no influence, but the s that SymPy's sum binds is another one."""
    inner = MatrixElement(total(h[t], h[s]), 0, 0)
    claimed = sp.MatMul(sp.Sum(inner, (s, 0, t)), sp.Identity(n))
    assert check(claimed, sp.ZeroMatrix(n, n), rnn, s > t, t >= 1).kind is UNDECIDED


# -- what holds at small numbers only ----------------------------------------------------------------------

linear = Elman("identity")
real = sp.Symbol("c", real=True)


def zeros_up_to(last: int) -> sp.Expr:
    """A polynomial in k that is 0 for k = 0, ..., last."""
    return sp.Mul(*(k - at for at in range(last + 1)))


@pytest.mark.parametrize("last", [4, 6, 9])
def test_a_polynomial_that_is_zero_at_small_indices_is_not_zero(last: int) -> None:
    verdict = check(sp.MatMul(zeros_up_to(last), W), sp.ZeroMatrix(n, n), linear, k >= 0)
    assert verdict.kind is REFUTED
    assert verdict.counterexample is not None
    assert int(verdict.counterexample.values["k"]) > last


def test_a_power_that_grows_late_is_another() -> None:
    assert check(W**k, W ** (k + sp.Max(0, k - 20)), linear, k >= 0).kind is REFUTED


def test_a_shift_of_more_rows_is_not_zero() -> None:
    verdict = check(shift_matrix(n) ** 5, sp.ZeroMatrix(n, n), linear)
    assert verdict.kind is REFUTED
    assert verdict.counterexample is not None
    assert verdict.counterexample.values["n"] == "6"


def test_larger_numbers_satisfy_the_conditions() -> None:
    """The product is 0 for k <= 6, which is all that is allowed."""
    assert check(sp.MatMul(zeros_up_to(6), W), sp.ZeroMatrix(n, n), linear, k >= 0, k <= 6).kind in (PROVED, IDENTITY)


# -- what has no value at some index -----------------------------------------------------------------------


def test_half_an_index_is_none() -> None:
    verdict = check(h[t / 2], h[t / 2], rnn, t >= 0)
    assert verdict.kind is UNDECIDED
    assert "it has no value at t = 1: the index t/2 is 1/2, which is not an integer" in verdict.reason


def test_what_has_no_value_at_larger_numbers_only_is_no_identity() -> None:
    """From t = 12 on the exponent is t/2."""
    late = sp.Piecewise((t, t < 12), (t / 2, True))
    verdict = check(W**late, W**late, linear, t >= 0)
    assert verdict.kind is UNDECIDED
    assert "which is not an integer" in verdict.reason


def test_the_size_of_a_number_is_not_the_number() -> None:
    verdict = check(sp.MatMul((real**2) ** (k / 2), W), sp.MatMul(real**k, W), linear, k >= 0)
    assert verdict.kind is REFUTED
    assert verdict.counterexample is not None
    assert verdict.counterexample.values["k"] == "1"
    assert Fraction(verdict.counterexample.values["c"]) < 0


def test_half_a_power_may_exist() -> None:
    verdict = check(W ** (k / 2), W ** (k / 2), linear, k >= 0)
    assert verdict.kind is UNDECIDED
    assert "it has no value at k = 1" in verdict.reason


# -- indices of the recurrence -----------------------------------------------------------------------------


def test_an_index_of_the_recurrence_is_drawn() -> None:
    count = sp.Symbol("K", integer=True)
    model = one_state(sp.MatMul(WEIGHTS**count, PREVIOUS), WEIGHTS)
    verdict = check(total(H[t], H[t - 1]), WEIGHTS, model, t >= 1)
    assert verdict.kind is REFUTED
    assert verdict.counterexample is not None
    assert verdict.counterexample.values["K"] != "1"
    assert check(total(H[t], H[t - 1]), WEIGHTS**count, model, t >= 1).kind in (PROVED, IDENTITY)
