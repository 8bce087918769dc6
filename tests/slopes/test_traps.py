"""Why the bounds are proved here and not asked of a library: what goes wrong elsewhere."""

from __future__ import annotations

import flint
import mpmath
import pytest
import sympy as sp
from sympy.calculus.util import maximum, minimum

from symrnn.activations import TABLE, z
from symrnn.slopes import claim_bound, slope_bounds


def test_mpmaths_intervals_have_no_tanh() -> None:
    assert not hasattr(mpmath.iv, "tanh")


@pytest.mark.parametrize("name", ["silu", "gelu"])
def test_sympys_maximum_fails(name: str) -> None:
    for search in (maximum, minimum):
        with pytest.raises(NotImplementedError):
            search(TABLE[name].derivative(), z)
    slope_bounds(name).check()


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_sympys_minimum_is_not_attained(name: str) -> None:
    assert minimum(TABLE[name].derivative(), z) == 0
    assert slope_bounds(name).inf_attained is None
    assert claim_bound(name, ">", 0)


def test_the_precision_of_flint_is_put_back() -> None:
    """It is one global number for all balls."""
    before = flint.ctx.prec
    slope_bounds("mish", digits=77).check()
    claim_bound("mish", "<=", 1)
    assert flint.ctx.prec == before


def test_floating_point_does_not_see_that_a_supremum_is_not_attained() -> None:
    slope = sp.lambdify(z, TABLE["tanhshrink"].derivative(), "math")
    assert slope(40.0) == 1.0
    assert claim_bound("tanhshrink", "<", 1)
