"""One walk, many number systems: they agree with each other and with plain NumPy."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.activations import activation
from symrnn.cells import Elman
from symrnn.errors import EvaluationError, UnknownTermError
from symrnn.evaluate import (
    Assignment,
    Balls,
    Degrees,
    Enclosures,
    Entries,
    Evaluator,
    Floats,
    Modulo,
    Rationals,
    Reals,
    SymbolicAssignment,
    UndefinedElementError,
    draw_large,
)
from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.systems import System
from symrnn.expr import (
    Differential,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    TotalJacobian,
    UnitVector,
    Vec,
)
from symrnn.symbols import T, k, m, n, q, t, u

rnn = Elman("square")
h, W, U, y = rnn.h, rnn.W_hh, rnn.W_xh, rnn.y
A, B = np.array([[1, 2], [3, 4]]), np.array([[0, -1], [5, 2]])
M, N = sp.MatrixSymbol("M", 2, 2), sp.MatrixSymbol("N", 2, 2)
a, b = np.array([[2], [-3]]), np.array([[4], [1]])
v, w = sp.MatrixSymbol("v", 2, 1), sp.MatrixSymbol("w", 2, 1)
GIVEN = {"M": A, "N": B, "v": a, "w": b}


def exact(term: sp.MatrixExpr, **indices: int) -> np.ndarray:
    rule = {sp.Symbol(name, integer=True): at for name, at in indices.items()}
    value = Evaluator(Rationals(), Assignment(indices=rule, given=GIVEN)).value(term)
    return np.array([[Fraction(int(e.p), int(e.q)) for e in row] for row in value], dtype=object)


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (M * N, A @ B),
        (M + 2 * N, A + 2 * B),
        (M.T, A.T),
        (M**3, A @ A @ A),
        (M**0 * N, B),
        (sp.HadamardProduct(M, N), A * B),
        (sp.HadamardPower(M, 2), A * A),
        (sp.KroneckerProduct(M, N), np.kron(A, B)),
        (sp.KroneckerProduct(M, v, N), np.kron(np.kron(A, a), B)),
        (M * sp.KroneckerProduct(v.T, sp.Identity(2)), A @ np.kron(a.T, np.eye(2, dtype=int))),
        (M * sp.KroneckerProduct(v.T, N), A @ np.kron(a.T, B)),
        (sp.KroneckerProduct(v.T, M), np.kron(a.T, A)),
        (sp.DiagMatrix(v), np.diag(a.ravel())),
        (M * sp.DiagMatrix(v) * N, A @ np.diag(a.ravel()) @ B),
        (Vec(M), A.reshape((-1, 1), order="F")),
        (UnitVector(sp.Integer(2), sp.Integer(1)), np.array([[1], [0]])),
        (sp.OneMatrix(2, 2) - sp.Identity(2), 1 - np.eye(2, dtype=int)),
        (sp.ZeroMatrix(2, 1), np.zeros((2, 1), dtype=int)),
        ((v.T * w) * (v.T * w), np.array([[25]])),
        ((v.T * M * w)[0, 0] * N, (a.T @ A @ b)[0, 0] * B),
        (sp.Rational(1, 2) * M, A * Fraction(1, 2)),
        (MatrixSum(k * M, (k, 1, 3)), 6 * A),
        (MatrixSum(M**k, (k, 0, 2)), np.eye(2, dtype=int) + A + A @ A),
        (MatrixSum(M, (k, 1, 0)), 0 * A),
        (OrderedProduct(M + k * N, (k, 1, 2), "ascending"), (A + B) @ (A + 2 * B)),
        (OrderedProduct(M + k * N, (k, 1, 2), "descending"), (A + 2 * B) @ (A + B)),
        (OrderedProduct(M, (k, 1, 0), "ascending"), np.eye(2, dtype=int)),
    ],
)
def test_every_node(term: sp.MatrixExpr, value: np.ndarray) -> None:
    assert (exact(term) == value).all()
    assert exact(term).shape == value.shape


def test_the_index_of_a_sum_hides_a_free_one() -> None:
    term = MatrixSum(k * M, (k, 1, 2)) + k * M
    assert (exact(term, k=10) == 13 * A).all()


def test_inner_ranges_see_the_outer_index() -> None:
    triangle = MatrixSum(MatrixSum(u * M, (u, 1, k)), (k, 0, 3))
    assert (exact(triangle) == (1 + 3 + 6) * A).all()


# -- number systems ------------------------------------------------------------------------------------

TERMS = {
    "state": h[t],
    "output": y[t],
    "total": TotalJacobian(h[t], W),
    "by state": TotalJacobian(y[t], h[1]),
    "by input": TotalJacobian(h[t], rnn.x[2]),
    "by intermediate": TotalJacobian(h[t], rnn.a[1]),
    "immediate": ImmediateJacobian(h[t], W),
    "loss": TotalJacobian(rnn.L, W),
    "differential": Differential(y[t]),
    "product": OrderedProduct(rnn.D(t - u) * W, (u, 0, t - 1), "ascending"),
}


def in_system(system: object, term: sp.MatrixExpr, assignment: Assignment) -> np.ndarray:
    return Evaluator(system, assignment, rnn, varying=(W, h[0])).value(term)


def assignment() -> Assignment:
    return Assignment({n: 2, m: 1, q: 1}, {t: 3, T: 3}, seed=4)


@pytest.mark.parametrize("name", TERMS)
def test_systems_agree(name: str) -> None:
    exact = in_system(Rationals(), TERMS[name], assignment())
    for system in (Floats(), Reals(30), Balls(128), Modulo(0)):
        other = in_system(system, TERMS[name], assignment())
        assert other.shape == exact.shape
        for mine, theirs in zip(exact.ravel(), other.ravel(), strict=True):
            if isinstance(system, Balls):
                assert theirs.contains(mine)
            elif isinstance(system, Modulo):
                assert theirs == system.number(Fraction(int(mine.p), int(mine.q)))
            else:
                assert float(theirs) == pytest.approx(float(int(mine.p) / int(mine.q)), rel=1e-12)


@pytest.mark.parametrize("name", ["state", "total", "immediate", "by input"])
def test_symbolic_entries_agree(name: str) -> None:
    """Entries with the drawn numbers put in are the exact values."""
    numbers = assignment()
    exact = in_system(Rationals(), TERMS[name], numbers)
    symbols = SymbolicAssignment({n: 2, m: 1, q: 1}, {t: 3, T: 3})
    entries = in_system(Entries(), TERMS[name], symbols)
    rule = {}
    for symbol, (stem, index) in symbols.stems.items():
        rows = numbers.drawn.get((stem, index))
        if rows is None:
            continue
        place = [int(part) for part in symbol[len(stem if index is None else f"{stem}_{index}") :].split("_") if part]
        row, col = [*place, 1, 1][:2] if len(rows) > 1 else ((1, 1) if not place else (1, place[0]))
        value = rows[row - 1][col - 1 if len(rows[0]) > 1 else 0]
        rule[sp.Symbol(symbol)] = sp.Rational(value.numerator, value.denominator)
    for mine, theirs in zip(exact.ravel(), entries.ravel(), strict=True):
        assert theirs.subs(rule) == sp.Rational(int(mine.p), int(mine.q))


def test_named_slopes_are_polynomials_modulo_a_prime() -> None:
    """tanh' = 1 - tanh² holds for the drawn values, although they are random."""
    tanh = Elman("tanh")
    slope = tanh.phi(tanh.a[t], order=1) + sp.HadamardProduct(tanh.h[t], tanh.h[t])
    second = tanh.phi(tanh.a[t], order=2) + 2 * sp.HadamardProduct(tanh.h[t], tanh.phi(tanh.a[t], order=1))
    evaluator = Evaluator(Modulo(5), Assignment({n: 2, m: 1}, {t: 2}, draw=draw_large), tanh)
    assert (evaluator.value(slope) == 1).all()
    assert (evaluator.value(second) == 0).all()


def test_a_stand_in_takes_the_place_of_a_generic_function() -> None:
    generic = Elman()
    where = Assignment({n: 1, m: 1}, {t: 1}, {generic.W_hh: 2, generic.W_xh: 0, generic.b_h: 0, h[0]: 3})
    for name, value in (("identity", 6), ("square", 36)):
        assert Evaluator(Rationals(), where, generic, activation(name)).value(generic.h[1])[0, 0] == value
    with pytest.raises(EvaluationError, match="phi is generic"):
        Evaluator(Rationals(), where, generic).value(generic.h[1])


# -- what has no value ---------------------------------------------------------------------------------


def test_what_does_not_exist_is_said() -> None:
    evaluator = Evaluator(Rationals(), assignment(), rnn)
    before = h.at(sp.Integer(-1))
    for term in (before, TotalJacobian(before, W), ImmediateJacobian(before, W), TotalJacobian(h[1], before)):
        with pytest.raises(UndefinedElementError, match=r"h\[-1\] does not exist: h starts at 0"):
            evaluator.value(term)
    with pytest.raises(UndefinedElementError, match=r"y\[0\]"):
        evaluator.value(ImmediateJacobian(rnn.ell[1], y.at(sp.Integer(0))))


def test_ranges_of_negative_length() -> None:
    with pytest.raises(UndefinedElementError, match="negative length"):
        exact(MatrixSum(M, (k, 1, t)), t=-1)
    with pytest.raises(UndefinedElementError, match="negative length"):
        exact(MatrixSum(OrderedProduct(M, (u, 1, k - 1), "ascending"), (k, -1, 0)))


def test_rows_that_are_not_there() -> None:
    i = sp.Symbol("i", integer=True)
    with pytest.raises(UndefinedElementError, match="row 3 of a vector of length 2"):
        exact(UnitVector(sp.Integer(2), i), i=3)
    with pytest.raises(UndefinedElementError):
        exact(MatrixSum(UnitVector(sp.Integer(2), k), (k, 0, 1)))


def test_an_index_is_an_integer() -> None:
    for term in (M ** (t / 2), MatrixSum(M, (k, 1, t / 2))):
        with pytest.raises(EvaluationError, match="the index t/2 is 3/2, which is not an integer"):
            exact(term, t=3)
        with pytest.raises(EvaluationError, match="give its symbols in indices"):
            exact(term)


def test_a_division_by_zero_names_nothing_of_the_program() -> None:
    for symbol, where in ((sp.Symbol("c"), "1/c"), (sp.Dummy(), "1/x for a norm or sum x")):
        with pytest.raises(EvaluationError) as raised:
            scalar_value(1 / symbol, {symbol: Rationals().number(Fraction(0))}, Rationals())
        assert str(raised.value) == f"division by zero in {where}"


@pytest.mark.parametrize("system", [Rationals(), Balls(64), Reals(20), Enclosures()])
def test_numbers_with_an_order_have_sizes_and_extremes(system: System) -> None:
    c = sp.Symbol("c", real=True)
    value = {c: system.number(Fraction(-3, 2))}
    for formula, found in ((sp.Abs(c), "1.5"), (sp.Max(c, 1), "1"), (sp.Min(c, 1, 2 * c), "-3")):
        assert scalar_value(formula, value, system) == system.number(Fraction(found))


def test_a_power_of_e_is_an_exponential() -> None:
    """SymPy takes E**x for an exponential where it was not evaluated when it was written, too."""
    c = sp.Symbol("c", real=True)
    for formula in (sp.exp(c), sp.Pow(sp.E, c, evaluate=False)):
        assert scalar_value(formula, {c: 0.5}, Floats()) == math.exp(0.5)


def test_an_unknown_node_is_said() -> None:
    class Strange(sp.MatrixExpr):
        shape = (sp.Integer(1), sp.Integer(1))

    with pytest.raises(UnknownTermError, match="no value is known for Strange"):
        exact(Strange())


def test_precision_is_put_back() -> None:
    import flint
    import mpmath

    before = flint.ctx.prec, mpmath.mp.dps
    tanh = Elman("tanh", 1, 1, 1)
    for system in (Balls(500), Reals(200)):
        Evaluator(system, Assignment(indices={t: 2}), tanh).value(tanh.h[t])
    assert (flint.ctx.prec, mpmath.mp.dps) == before


def test_comparisons_inside_balls_that_overlap_are_undecided() -> None:
    relu = Elman("relu", 1, 1, 1, at_kink=0).undriven()
    system = Balls(64)
    with system.precision():
        around_zero = system.number(Fraction(1, 3)) * 3 - 1
        assert around_zero.contains(0)
        assert not around_zero.is_zero()
        with pytest.raises(EvaluationError, match="is not decided"):
            system.function(relu.activation("relu"), None, 0, around_zero)


def test_a_long_recurrence_does_not_recurse() -> None:
    linear = Elman("identity", 1, 1, 1).undriven()
    evaluator = Evaluator(Modulo(0), Assignment(indices={t: 1200}), linear)
    value = evaluator.value(TotalJacobian(linear.h[t], linear.W_hh))
    closed = evaluator.value(t * linear.W_hh ** (t - 1) * linear.h[0])
    assert value[0, 0] == closed[0, 0]
    assert evaluator.value(TotalJacobian(linear.y[t], linear.h[0])).shape == (1, 1)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=8),
    st.sampled_from(["ascending", "descending"]),
)
def test_remembered_products_are_right(ranges: list[tuple[int, int]], direction: str) -> None:
    """Whatever was asked for before, a product is the one of its own factors."""
    evaluator = Evaluator(Rationals(), Assignment(given=GIVEN))
    for low, length in ranges:
        term = OrderedProduct(M + k * N, (k, low, low + length - 1), direction)
        indices = list(range(low, low + length))[:: 1 if direction == "ascending" else -1]
        expected = np.eye(2, dtype=object)
        for i in indices:
            expected = expected @ (A + i * B)
        assert (evaluator.value(term) == expected).all()


@pytest.mark.parametrize(
    ("term", "match"),
    [
        (sp.MatMul(MatrixElement(M, k, 0), N), "entry"),
        (MatrixSum(sp.MatMul(MatrixElement(M, k, 0), N), (k, -1, 0)), "entry"),
        (sp.MatMul(sp.Trace(M), N), "Trace"),
        (sp.MatMul(sp.Sum(MatrixElement(M, u, 0), (u, 0, 1)), N), "binds a symbol"),
        (sp.MatMul(sp.Sum(u, (u, 0, k)), N), "binds a symbol"),
    ],
)
def test_a_number_that_cannot_be_read_off_is_refused(term: sp.MatrixExpr, match: str) -> None:
    with pytest.raises((EvaluationError, UnknownTermError), match=match):
        exact(term, k=5)


@pytest.mark.parametrize("system", [Modulo(0), Degrees()])
def test_cases_are_not_decided_by_residues_and_degrees(system: object) -> None:
    """Neither has an order, and what a comparison decides is not a polynomial."""
    entry = MatrixElement(M, 0, 0)
    for condition in (entry > 0, sp.Eq(entry, 1)):
        term = sp.MatMul(sp.Piecewise((entry**5, condition), (0, True)), N)
        if isinstance(system, Modulo) and isinstance(condition, sp.Eq):
            continue  # residues are equal or not
        with pytest.raises(EvaluationError):
            Evaluator(system, Assignment()).value(term)
