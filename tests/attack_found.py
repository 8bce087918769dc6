"""Wrong answers and crashes, each with the mathematics that tells what is right."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn import Inequality, Kind, Norm, n, verify
from symrnn.clipping import value_clipped

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


def test_ordinary_tests_in_a_file_given_by_its_name_are_collected(pytester: pytest.Pytester) -> None:
    """``pytest checks.py`` runs the tests of a file that imports symrnn, whether or not there are claims in it."""
    pytester.makepyfile(checks="from symrnn import t\n\ndef test_it():\n    assert t.is_integer\n")
    pytester.runpytest_subprocess("checks.py", "-p", "no:cacheprovider").assert_outcomes(passed=1)
