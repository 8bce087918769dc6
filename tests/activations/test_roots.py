"""Roots of equations as SymPy numbers."""

from __future__ import annotations

import copy
import pickle

import mpmath
import pytest
import sympy as sp

from symrnn.activations import Root, z
from symrnn.errors import LimitError

SQRT2 = Root(z**2 - 2, 1, 2)


def test_it_is_a_real_number() -> None:
    assert SQRT2.is_real
    assert SQRT2.is_positive
    assert SQRT2.is_number
    assert not SQRT2.free_symbols
    assert sp.diff(SQRT2 * z, z) == SQRT2


def test_its_equation_is_out_of_reach() -> None:
    assert (SQRT2 + z).subs(z, 5) == SQRT2 + 5
    assert sp.expand((SQRT2 + 1) ** 2) == SQRT2**2 + 2 * SQRT2 + 1


def test_its_value_has_the_digits_asked_for() -> None:
    with mpmath.workdps(80):
        assert abs(mpmath.mpf(str(SQRT2.evalf(70))) - mpmath.sqrt(2)) < mpmath.mpf(10) ** -69
    assert sp.Rational(141, 100) < SQRT2
    assert sp.Rational(142, 100) > SQRT2


def test_its_value_has_all_digits_of_the_constants_in_its_equation() -> None:
    with mpmath.workdps(80):
        value = mpmath.mpf(str(Root(z - sp.sqrt(2) / 3, 0, 1).evalf(70)))
        assert abs(value - mpmath.sqrt(2) / 3) < mpmath.mpf(10) ** -69


def test_equality_is_by_equation_interval_and_name() -> None:
    assert Root(z**2 - 2, 1, 2) == SQRT2
    assert Root(z**2 - 2, -2, -1) != SQRT2
    assert Root(z**2 - 3, 1, 2) != SQRT2
    assert copy.deepcopy(SQRT2) == SQRT2
    assert pickle.loads(pickle.dumps(SQRT2)) == SQRT2


def test_print() -> None:
    root = Root(z**2 - 2, 1, 2, "z_max")
    assert str(root) == "z_max"
    assert sp.latex(root) == r"z_{\max}"
    assert sp.latex(SQRT2) == "z_{0}"
    assert root.definition == "z_max is the root of z**2 - 2 in (1, 2)"


def test_an_empty_interval_is_refused() -> None:
    with pytest.raises(LimitError, match="holds no root"):
        Root(z, 1, 1)
