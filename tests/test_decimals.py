"""A number in binary is read as the decimal that is printed for it: different numbers never make one statement."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symrnn import Elman, verify
from symrnn.decimals import as_fraction
from symrnn.derivation import BoundedSlope, Equation, ForEvery, Inequality, Kind, Limit, SlopeBound
from symrnn.errors import LimitError, ParameterError
from symrnn.expr import Norm, SpectralRadius, TotalJacobian
from symrnn.slopes.claims import claim_bound
from symrnn.symbols import n, t

A = sp.MatrixSymbol("A", n, n)
finite = st.floats(allow_nan=False, allow_infinity=False)
single = st.floats(allow_nan=False, allow_infinity=False, width=32).map(np.float32)
half = st.floats(allow_nan=False, allow_infinity=False, width=16).map(np.float16)
one, s, scalar = sp.Symbol("a", real=True), sp.Symbol("s", integer=True), Norm(A)

READINGS = {
    "Inequality": lambda x: Inequality(scalar, x).rhs,
    "factor": lambda x: Inequality(scalar, sp.Symbol("c") * x).rhs.coeff(sp.Symbol("c")),
    "Equation": lambda x: Equation(sp.ZeroMatrix(1, 1), sp.MatMul(x, sp.Identity(1))).rhs[0, 0],
    "SlopeBound": lambda x: SlopeBound("sigmoid", "<=", x).bound,
    "BoundedSlope": lambda x: BoundedSlope("phi", x).at_most,
    "given": lambda x: Inequality(scalar, 1, (), (Norm(A, "1") <= sp.Symbol("c") + x,)).given[0].rhs - sp.Symbol("c"),
    "ForEvery": lambda x: ForEvery(Norm(Elman().h[s]) <= sp.Symbol("c") + x, s).relation.rhs - sp.Symbol("c"),
    "claim_bound": lambda x: claim_bound("identity", "<=", x).bound,
}


def _number(fraction: sp.Rational) -> Fraction:
    return Fraction(int(fraction.p), int(fraction.q))


@given(finite)
def test_the_decimal_is_the_one_that_python_prints(x):
    for form in (x, np.float64(x), sp.Float(x)):
        assert _number(as_fraction(form)) == Fraction(repr(x))
    assert float(_number(as_fraction(x))) == x


@given(finite)
def test_neighbours_are_different_fractions(x):
    for other in (math.nextafter(x, math.inf), math.nextafter(x, -math.inf)):
        if math.isfinite(other):
            assert (as_fraction(x) < as_fraction(other)) == (x < other)
            assert as_fraction(x) != as_fraction(other)


@given(st.one_of(single, half))
def test_a_scalar_of_numpy_is_its_own_shortest_decimal(x):
    assert _number(as_fraction(x)) == Fraction(str(x)) == _number(as_fraction(sp.sympify(x)))
    assert type(x)(float(_number(as_fraction(x)))) == x


@given(st.decimals(allow_nan=False, allow_infinity=False, places=25, min_value=-1, max_value=1))
def test_a_number_of_more_digits_keeps_all_of_them(x):
    assert _number(as_fraction(x)) == Fraction(x) == _number(as_fraction(sp.Float(str(x), 40)))


@given(finite, st.integers(min_value=2, max_value=300))
def test_a_number_of_any_precision_is_what_its_fraction_rounds_to(x, bits):
    number = sp.Float(sp.Rational(x) / 3, precision=bits)
    assert sp.Float(as_fraction(number), precision=bits) == number


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("x", [0.24999999999999997, 0.9999999999999999, 1.0000000000000002, 0.30000000000000004])
def test_every_statement_reads_a_float_in_the_same_way(reading, x):
    for form in (x, np.float64(x), sp.Float(x), Decimal(repr(x))):
        assert READINGS[reading](form) == sp.Rational(repr(x))


def test_a_float_beside_a_parameter_is_read_in_the_same_way():
    assert SlopeBound("leaky_relu", "<=", 0.33333333333333331 * one).bound == sp.Rational("0.3333333333333333") * one


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("x", [math.nan, -math.inf, np.float32("inf"), sp.nan, sp.zoo, Decimal("nan")])
def test_what_is_not_finite_is_refused(reading, x):
    with pytest.raises((ParameterError, TypeError) if reading in ("given", "ForEvery") else ParameterError):
        READINGS[reading](x)  # SymPy itself refuses to compare with NaN


def test_a_number_of_too_many_digits_is_refused():
    for number in (sp.Float("1e2000"), sp.Float("1e-2000"), Decimal("1e-2000"), Decimal("0." + "1" * 2000)):
        with pytest.raises(LimitError, match="1000 digits"):
            as_fraction(number)


sigmoid, elman = Elman("sigmoid"), Elman()
k = sp.Symbol("k", integer=True)
STEP = TotalJacobian(sigmoid.h[t], sigmoid.h[t - 1])
FALSE = {
    "numbers": (Inequality(1, 0.9999999999999999), None),
    "factor": (Inequality(scalar, 0.9999999999999999 * scalar), None),
    "slope": (Inequality(Norm(STEP), 0.24999999999999997 * Norm(sigmoid.W_hh), (t >= 1,)), sigmoid),
    "sum": (Equation(0.30000000000000004 * A, sp.Rational(3, 10) * A), None),
    "assumed": (
        Inequality(
            Norm(TotalJacobian(elman.h[t], elman.h[t - 1])),
            Norm(elman.W_hh),
            (t >= 1,),
            BoundedSlope("phi", 1.0000000000000002),
        ),
        elman,
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_bound_that_is_off_in_its_last_place_is_never_proved(name):
    assert verify(*FALSE[name]).kind is Kind.REFUTED


def test_a_radius_just_below_one_is_not_one():
    claim = Limit(Norm(A**k), k, 0, (k >= 0,), (SpectralRadius(A) <= 0.9999999999999999,))
    assert verify(claim).kind is not Kind.REFUTED  # it is true
