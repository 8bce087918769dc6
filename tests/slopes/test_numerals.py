"""Numbers written as text: exact, and refused where they would be slow."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symrnn.errors import LimitError, ReadingError
from symrnn.slopes.numerals import MAX_DIGITS, MAX_FUNCTIONS, MAX_TERMS, Numeral


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**20, places=8))
def test_decimals_are_exact(number: Decimal) -> None:
    for text in (str(number), f"{number:e}", f"{number:E}"):
        assert Fraction(*Numeral.read(text).value.as_numer_denom()) == Fraction(number)


@pytest.mark.parametrize("text", ["1e1201", "1e-1201", "1e+99999", "1E99999999999999999999", "0e1201"])
def test_an_exponent_beyond_the_limit(text: str) -> None:
    with pytest.raises(LimitError, match=f"beyond {MAX_DIGITS}"):
        Numeral.read(text)


def test_leading_zeros_of_an_exponent() -> None:
    assert Numeral.read("1e0000000002").value == 100


@given(st.integers(-9, 9), st.integers(-9, 9))
def test_powers_of_integers(base: int, exponent: int) -> None:
    number = Numeral(sp.Integer(base))
    if base == 0 and exponent < 0:
        with pytest.raises(ReadingError, match="divided by 0"):
            number.power(Numeral(sp.Integer(exponent)))
    else:
        assert number.power(Numeral(sp.Integer(exponent))).value == sp.Integer(base) ** exponent


def test_parts_are_counted() -> None:
    three = Numeral(sp.pi) + Numeral(sp.E) + Numeral(sp.S.One)
    assert three.terms == 3
    assert (three * three).terms == 9
    assert three.power(Numeral(sp.Integer(3))).terms == 10
    assert three.exp().terms == 3
    with pytest.raises(LimitError, match=f"{MAX_TERMS} terms"):
        three.power(Numeral(sp.Integer(20)))
    number = three
    for _ in range(MAX_FUNCTIONS):
        number = number.root()
    with pytest.raises(LimitError, match=f"{MAX_FUNCTIONS} functions"):
        number.root()


def test_a_power_that_is_a_root() -> None:
    two, half = Numeral(sp.Integer(2)), Numeral(sp.Rational(1, 2))
    assert two.power(half).value == sp.sqrt(2)
    assert two.power(-half).value == 1 / sp.sqrt(2)
    assert Numeral(sp.S.Zero).root().value == 0


def test_a_divisor_whose_sign_is_not_decided() -> None:
    zero = sp.exp(sp.sqrt(2) + sp.sqrt(3)) - sp.exp(sp.sqrt(5 + 2 * sp.sqrt(6)))
    with pytest.raises(ReadingError, match="is not decided"):
        Numeral(sp.S.One) / Numeral(zero)
