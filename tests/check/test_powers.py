"""Powers of the weights: what holds is proved, and every slip in it is refuted."""

from __future__ import annotations

import pytest
import sympy as sp
from check.tools import check

from symrnn.cells import Elman
from symrnn.check.deciding.norms import MATRICES, verdict_on_norms
from symrnn.derivation import Kind
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.statement import Equation
from symrnn.expr import (
    Differential,
    MatrixSum,
    Norm,
    SpectralRadius,
    UnitVector,
    jordan_block,
    shift_matrix,
)
from symrnn.symbols import k, n, t

PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
p = sp.Symbol("p", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True)
scale, c = sp.symbols("lambda c", real=True)
q = sp.Symbol("q", positive=True)
W, V, Q, E = (sp.MatrixSymbol(name, n, n) for name in "WVQE")
N, x, values = sp.MatrixSymbol("N", p, p), sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("lambda", n, 1)
J, S = jordan_block(scale, p), shift_matrix(p)
diagonal = sp.DiagMatrix(values)
rho = SpectralRadius


def entry(matrix: sp.MatrixExpr, row: sp.Expr, column: sp.Expr) -> sp.MatrixExpr:
    return UnitVector(matrix.rows, row).T * matrix * UnitVector(matrix.rows, column)


def number(value: sp.Expr) -> sp.MatrixExpr:
    return value * sp.Identity(1)


# -- equations ---------------------------------------------------------------------------------------------------------


def binomials(count: sp.Expr, exponent: sp.Expr, matrix: sp.MatrixExpr = N, top: sp.Expr = k) -> MatrixSum:
    return MatrixSum(count * scale**exponent * matrix**j, (j, 0, top))


RIGHT, POWER = sp.binomial(k, j), k - j
whole = scale * sp.Identity(p) + N
above = (k >= 0, i >= 1, j >= 0, j <= k, i + j <= p)

EQUATIONS = {
    "binomial theorem": (whole**k, binomials(RIGHT, POWER), (k >= 0,)),
    "Jordan block": (J**k, binomials(RIGHT, POWER, S), (k >= 0,)),
    "Jordan block, later powers": (J**k, binomials(RIGHT, POWER, S, p - 1), (k >= p - 1,)),
    "entries above the diagonal": (entry(J**k, i, i + j), number(RIGHT * scale**POWER), above),
    "entries further above": (entry(J**k, i, i + j), number(0), (k >= 0, i >= 1, j > k, i + j <= p)),
    "entries below": (entry(J**k, i + j, i), number(0), (k >= 0, i >= 1, j >= 1, i + j <= p)),
    "corner of a block": (
        entry((scale * sp.Identity(p) + c * S) ** k, 1, 2),
        number(c * k * scale ** (k - 1)),
        (k >= 1, p >= 2),
    ),
    "the shift is nilpotent": (S**k, sp.ZeroMatrix(p, p), (k >= p,)),
    "a diagonal matrix on a unit vector": (
        diagonal**k * UnitVector(n, j),
        values[j - 1, 0] ** k * UnitVector(n, j),
        (k >= 0, j >= 1, j <= n),
    ),
}

FALSE_EQUATIONS = {
    "C(k, j+1)": (whole**k, binomials(sp.binomial(k, j + 1), POWER), (k >= 0,)),
    "C(k-1, j)": (whole**k, binomials(sp.binomial(k - 1, j), POWER), (k >= 0,)),
    "C(k+1, j)": (whole**k, binomials(sp.binomial(k + 1, j), POWER), (k >= 0,)),
    "λ^(k+1-j)": (whole**k, binomials(RIGHT, POWER + 1), (k >= 0,)),
    "no binomial": (whole**k, binomials(sp.S.One, POWER), (k >= 0,)),
    "left power off by one": (whole ** (k + 1), binomials(RIGHT, POWER), (k >= 0,)),
    "one summand too few": (whole**k, binomials(RIGHT, POWER, N, k - 1), (k >= 1,)),
    "the shift ends too soon": (J**k, binomials(RIGHT, POWER, S, p - 2), (k >= p - 1, p >= 2)),
    "any N ends like a shift": (whole**k, binomials(RIGHT, POWER, N, p - 1), (k >= p - 1,)),
    "transposed entry": (entry(J**k, i + j, i), number(RIGHT * scale**POWER), above),
    "entry C(k, j+1)": (entry(J**k, i, i + j), number(sp.binomial(k, j + 1) * scale**POWER), above),
    "entry λ^(k+1-j)": (entry(J**k, i, i + j), number(RIGHT * scale ** (POWER + 1)), above),
    "entry beyond the last diagonal": (entry(J**k, i, i + j), number(0), (k >= 0, i >= 1, j >= k, i + j <= p)),
    "entry on the diagonal": (entry(J**k, i + j, i), number(0), (k >= 0, i >= 1, j >= 0, i + j <= p)),
    "corner λ^k": (entry((scale * sp.Identity(p) + c * S) ** k, 1, 2), number(c * k * scale**k), (k >= 1, p >= 2)),
    "corner without c": (
        entry((scale * sp.Identity(p) + c * S) ** k, 1, 2),
        number(k * scale ** (k - 1)),
        (k >= 1, p >= 2),
    ),
    "nilpotent too soon": (S**k, sp.ZeroMatrix(p, p), (k >= p - 1, p >= 2)),
    "a diagonal matrix takes its own entry": (
        diagonal**k * UnitVector(n, j),
        values[0, 0] ** k * UnitVector(n, j),
        (k >= 0, j >= 1, j <= n),
    ),
    "a full matrix is not a diagonal one": (
        W * UnitVector(n, j),
        W[j - 1, j - 1] * UnitVector(n, j),
        (j >= 1, j <= n),
    ),
}


@pytest.mark.parametrize("name", EQUATIONS)
def test_equation_is_proved(name: str) -> None:
    left, right, where = EQUATIONS[name]
    assert check(left, right, MATRICES, *where).kind is PROVED


@pytest.mark.parametrize("name", FALSE_EQUATIONS)
def test_slip_in_an_equation_is_refuted(name: str) -> None:
    left, right, where = FALSE_EQUATIONS[name]
    assert check(left, right, MATRICES, *where).kind is REFUTED


def test_binomial_theorem_is_an_induction() -> None:
    assert "induction" in check(whole**k, binomials(RIGHT, POWER), MATRICES, k >= 0).evidence


def test_negative_exponent_is_no_power_of_a_sum() -> None:
    assert check(whole**-1, binomials(RIGHT, POWER), MATRICES, k >= 0).kind is not PROVED


# -- the derivative of a power -----------------------------------------------------------------------------------------

linear = Elman("identity").undriven()
first, second = values[i - 1, 0], values[j - 1, 0]
row, column = UnitVector(n, i).T, UnitVector(n, j)
inside = (t >= 1, i >= 1, i <= n, j >= 1, j <= n)


def moved(matrix: sp.MatrixExpr, direction: sp.MatrixExpr, last: sp.Expr = t - 1) -> MatrixSum:
    return MatrixSum(matrix**k * direction * matrix ** (last - k), (k, 0, last))


def test_differential_of_a_power() -> None:
    h, weights = linear.h, linear.W_hh
    right = moved(weights, Differential(weights)) * h[0]
    assert check(Differential(h[t]), right, linear, t >= 0, varying=(weights,)).kind is PROVED


@pytest.mark.parametrize(
    "summand",
    [
        lambda w: w**k * Differential(w) * w ** (t - k),
        lambda w: w ** (k + 1) * Differential(w) * w ** (t - 1 - k),
        lambda w: w**k * Differential(w).T * w ** (t - 1 - k),
        lambda w: w ** (t - 1) * Differential(w),
    ],
)
def test_slip_in_the_differential_of_a_power_is_refuted(summand: object) -> None:
    h, weights = linear.h, linear.W_hh
    right = MatrixSum(summand(weights), (k, 0, t - 1)) * h[0]
    assert check(Differential(h[t]), right, linear, t >= 0, varying=(weights,)).kind is REFUTED


EIGENBASIS = V.I * moved(V * diagonal * V.I, E) * V
TRUE_DIFFERENCES = {
    "eigenbasis": (EIGENBASIS, moved(diagonal, V.I * E * V), (t >= 1,)),
    "fraction": (
        row * moved(diagonal, E) * column,
        (first**t - second**t) / (first - second) * row * E * column,
        (*inside, sp.Ne(i, j)),
    ),
    "without division": (
        (first - second) * row * moved(diagonal, E) * column,
        (first**t - second**t) * row * E * column,
        inside,
    ),
    "one eigenvalue": (
        row * moved(diagonal, E) * row.T,
        t * first ** (t - 1) * row * E * row.T,
        (t >= 1, i >= 1, i <= n),
    ),
}
FALSE_DIFFERENCES = {
    "transposed V": (EIGENBASIS, moved(diagonal, V.T * E * V), (t >= 1,)),
    "V and its inverse swapped": (EIGENBASIS, moved(diagonal, V * E * V.I), (t >= 1,)),
    "t - 1": (
        (first - second) * row * moved(diagonal, E) * column,
        (first ** (t - 1) - second ** (t - 1)) * row * E * column,
        inside,
    ),
    "a sum in the place of a difference": (
        (first + second) * row * moved(diagonal, E) * column,
        (first**t + second**t) * row * E * column,
        inside,
    ),
    "fraction, other sign": (
        row * moved(diagonal, E) * column,
        (first**t - second**t) / (second - first) * row * E * column,
        inside,
    ),
    "entry transposed": (
        (first - second) * row * moved(diagonal, E) * column,
        (first**t - second**t) * row * E.T * column,
        inside,
    ),
    "one eigenvalue, exponent": (
        row * moved(diagonal, E) * row.T,
        t * first**t * row * E * row.T,
        (t >= 1, i >= 1, i <= n),
    ),
    "one eigenvalue, factor": (
        row * moved(diagonal, E) * row.T,
        (t - 1) * first ** (t - 1) * row * E * row.T,
        (t >= 1, i >= 1, i <= n),
    ),
}


@pytest.mark.parametrize("name", TRUE_DIFFERENCES)
def test_divided_difference_is_proved(name: str) -> None:
    left, right, where = TRUE_DIFFERENCES[name]
    assert check(left, right, linear, *where).kind is PROVED


@pytest.mark.parametrize("name", FALSE_DIFFERENCES)
def test_slip_in_a_divided_difference_is_refuted(name: str) -> None:
    left, right, where = FALSE_DIFFERENCES[name]
    assert check(left, right, linear, *where).kind is REFUTED


def test_fraction_is_said_to_need_two_eigenvalues() -> None:
    left, right, where = TRUE_DIFFERENCES["fraction"]
    assert any("not 0" in hypothesis for hypothesis in check(left, right, linear, *where).hypotheses)


def test_fraction_without_a_value_for_one_index_twice_is_refuted() -> None:
    left, right, _ = TRUE_DIFFERENCES["fraction"]
    verdict = check(left, right, linear, *inside)
    assert verdict.kind is REFUTED
    assert str(verdict.counterexample).startswith("i = 1, j = 1, t = 1")


# -- norms -------------------------------------------------------------------------------------------------------------

orthogonal, normal = Equation(Q.T * Q, sp.Identity(n)), Equation(W.T * W, W * W.T)
symmetric, from_0 = Equation(W, W.T), (k >= 0,)
similar = V * diagonal * V.I

TRUE = {
    "orthogonal, above": Inequality(Norm(Q**k * x), Norm(x), from_0, (orthogonal,)),
    "orthogonal, below": Inequality(Norm(x), Norm(Q**k * x), from_0, (orthogonal,)),
    "orthogonal powers, above": Inequality(Norm(Q**k), 1, from_0, (Equation(sp.Identity(n), Q * Q.T),)),
    "orthogonal powers, below": Inequality(1, Norm(Q**k), from_0, (orthogonal,)),
    "orthogonal on both sides": Inequality(Norm(Q * W * Q.T, "F"), Norm(W, "F"), given=(orthogonal,)),
    "orthogonal, Frobenius": Inequality(sp.sqrt(n), Norm(Q**k, "F"), from_0, (orthogonal,)),
    "normal": Inequality(Norm(W**k), rho(W) ** k, from_0, (normal,)),
    "symmetric": Inequality(Norm(W**k), rho(W) ** k, from_0, (symmetric,)),
    "normal, no loss": Inequality(Norm(W) ** k, Norm(W**k), from_0, (normal,)),
    "condition number": Inequality(Norm(similar**k), Norm(V) * Norm(V.I) * rho(diagonal) ** k, from_0),
    "from below": Inequality(rho(diagonal) ** k, Norm(similar**k), from_0),
    "radius of a diagonal matrix": Inequality(rho(diagonal), Norm(values, "oo")),
    "radius of an orthogonal matrix": Inequality(1, rho(Q), given=(orthogonal,)),
    "similar matrices": Inequality(rho(similar), rho(diagonal)),
    "at least 1": Inequality(1, Norm(W**k), from_0, (rho(W) >= 1,)),
    "vanish": Limit(Norm(W**k), k, 0, given=(rho(W) < 1,)),
    "explode": Limit(Norm(W**k), k, sp.oo, given=(rho(W) > 1,)),
    "rate": Limit(Norm(W**k) / q**k, k, 0, given=(rho(W) < q,)),
    "transposed": Limit(Norm(W.T**k), k, 0, given=(rho(W) < 1,)),
}

FALSE = {
    "orthogonal dropped": Inequality(Norm(Q**k * x), Norm(x), from_0),
    "orthogonal, 1-norm": Inequality(Norm(Q**k * x, "1"), Norm(x, "1"), from_0, (orthogonal,)),
    "orthogonal, ∞-norm": Inequality(Norm(x, "oo"), Norm(Q**k * x, "oo"), from_0, (orthogonal,)),
    "an involution": Inequality(Norm(Q**k * x), Norm(x), from_0, (Equation(Q * Q, sp.Identity(n)),)),
    "normality dropped": Inequality(Norm(W**k), rho(W) ** k, from_0),
    "normal, 1-norm": Inequality(Norm(W, "1") ** k, Norm(W**k, "1"), from_0, (normal,)),
    "normal, off by one": Inequality(Norm(W**k), rho(W) ** (k + 1), from_0, (normal,)),
    "condition number dropped": Inequality(Norm(similar**k), rho(diagonal) ** k, from_0),
    "transposed V": Inequality(Norm(similar**k), Norm(V) * Norm(V.T) * rho(diagonal) ** k, from_0),
    "half of the condition number": Inequality(Norm(similar**k), Norm(V) * rho(diagonal) ** k, from_0),
    "condition number, off by one": Inequality(
        Norm(similar**k), Norm(V) * Norm(V.I) * rho(diagonal) ** (k + 1), from_0
    ),
    "radius in the place of the norm": Inequality(Norm(W**k), 1, from_0, (rho(W) < 1,)),
    "monotone": Inequality(Norm(W ** (k + 1)), Norm(W**k), from_0, (rho(W) < 1,)),
    "monotone from 1": Inequality(Norm(W**k), Norm(W), (k >= 1,), (rho(W) < 1,)),
    "bounded at radius 1": Inequality(Norm(W**k), Norm(W), (k >= 1,), (sp.Eq(rho(W), 1),)),
    "norm in the place of the radius": Limit(Norm(W**k), k, sp.oo, given=(Norm(W) > 1,)),
    "vanish at radius 1": Limit(Norm(W**k), k, 0, given=(rho(W) <= 1,)),
}


@pytest.mark.parametrize("name", TRUE)
def test_bound_is_proved(name: str) -> None:
    assert verdict_on_norms(TRUE[name], None, 20).kind is PROVED


@pytest.mark.parametrize("name", FALSE)
def test_slip_in_a_bound_is_refuted(name: str) -> None:
    assert verdict_on_norms(FALSE[name], None, 20).kind is REFUTED


def test_verdict_lists_its_lemmas() -> None:
    verdict = verdict_on_norms(TRUE["normal"], None, 20)
    assert any("‖A‖_2 = ρ(A) for AᵀA = AAᵀ" in hypothesis for hypothesis in verdict.hypotheses)
    assert not any("by name" in h for h in verdict_on_norms(TRUE["orthogonal, above"], None, 20).hypotheses)
