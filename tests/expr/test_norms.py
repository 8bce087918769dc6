"""Measures of matrices as terms: what they take, what is known of them, and what stays inside."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.errors import ShapeError, UnknownTermError
from symrnn.expr import InnerProduct, Measure, Norm, Sequence, SmallestEntry, SmallestSingularValue, SpectralRadius
from symrnn.expr.readings import readings
from symrnn.symbols import k, m, n, t

W, U = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("U", n, m)
x, y = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("y", n, 1)
h = Sequence("h", n)


@pytest.mark.parametrize(
    ("kind", "name"), [(2, "2"), (1, "1"), (sp.oo, "oo"), ("F", "F"), (sp.S(2), "2"), ("oo", "oo")]
)
def test_kinds(kind: Any, name: str) -> None:
    assert Norm(U, kind).kind == name


@pytest.mark.parametrize("kind", [0, 3, "fro", "inf", None, "", -1])
def test_another_kind_is_refused(kind: Any) -> None:
    with pytest.raises(UnknownTermError, match="no norm"):
        Norm(W, kind)


@pytest.mark.parametrize("measure", [SmallestSingularValue, SpectralRadius])
def test_only_square_matrices_have_eigenvalues(measure: type[Measure]) -> None:
    assert measure(W).of == W
    with pytest.raises(ShapeError, match="square"):
        measure(U)
    with pytest.raises(ShapeError, match="square"):
        measure(x)


def test_an_inner_product_takes_one_shape() -> None:
    assert InnerProduct(x, y).matrices == (x, y)
    with pytest.raises(ShapeError):
        InnerProduct(x, U)


@pytest.mark.parametrize("measure", [Norm, SmallestEntry, SmallestSingularValue, SpectralRadius])
def test_terms_that_do_not_fit_together_are_refused(measure: type[Measure]) -> None:
    with pytest.raises(ShapeError):
        measure(sp.MatMul(U, W))


def test_signs() -> None:
    assert (Norm(W) >= 0) == sp.true
    assert (SpectralRadius(W) + Norm(U)).is_nonnegative
    assert abs(Norm(W)) == Norm(W)
    assert InnerProduct(x, y).is_nonnegative is None
    assert SmallestEntry(W).is_nonnegative is None
    assert isinstance(SmallestEntry(W) >= 0, sp.Ge)
    assert (InnerProduct(x, y) ** 2).is_nonnegative
    assert Norm(W).is_positive is None


def test_terms_inside_are_found_and_replaced() -> None:
    later = Norm(h[t]).xreplace({t: t + k})
    assert later == Norm(h[t + k])
    assert later.free_symbols >= {t, k}
    assert Norm(h[t]).subs(t, 3) == Norm(h[3])
    assert sp.Sum(Norm(h[k]), (k, 0, t)).free_symbols.isdisjoint({k})


def test_kinds_and_terms_tell_measures_apart() -> None:
    assert len({Norm(W), Norm(W, "1"), Norm(W, "oo"), Norm(W, "F"), Norm(W.T), SpectralRadius(W)}) == 6
    assert Norm(W, 2) == Norm(W, "2")


@pytest.mark.parametrize("measure", [Norm, SmallestEntry, SpectralRadius, SmallestSingularValue])
def test_a_multiple_stands_beside_what_is_measured(measure: Any) -> None:
    """SymPy sorts a multiple or a power by its text, and a measure itself by its parts."""
    one, other = measure(W), measure(W.T)
    parts = (one, -one, other, -other, one**2, 3 * other**k)
    orders = [sorted(each, key=sp.default_sort_key) for each in (parts, parts[::-1])]
    assert orders[0] == orders[1]
    assert set(readings(one - other)) == {one, other}


def test_no_derivative() -> None:
    with pytest.raises(UnknownTermError, match="derivative"):
        sp.diff(Norm(h[t]), t)


def test_what_is_printed() -> None:
    assert [str(Norm(W, kind)) for kind in ("2", "1", "oo", "F")] == ["‖W‖₂", "‖W‖₁", "‖W‖_∞", "‖W‖_F"]
    assert str(SmallestSingularValue(W)) == "σ_min(W)"
    assert str(SmallestEntry(W)) == "min(W)"
    assert str(SpectralRadius(W)) == "ρ(W)"
    assert str(InnerProduct(x, y)) == "⟨x, y⟩"
