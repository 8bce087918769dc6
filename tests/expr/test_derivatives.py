import pytest
import sympy as sp
from expr.names import W, a, h, k, n, q, t

from symrnn.errors import ShapeError
from symrnn.expr import Differential, Gradient, ImmediateJacobian, Sequence, TotalJacobian, Vec, dimension

V = sp.MatrixSymbol("V", q, n)
loss = Sequence("loss", 1)


def test_jacobians_have_the_shape_of_numerator_layout() -> None:
    assert TotalJacobian(h[t], V).shape == (n, n * q)
    assert ImmediateJacobian(h[t], h[k]).shape == (n, n)
    assert TotalJacobian(V, h[t]).shape == (n * q, n)
    assert dimension(V) == n * q


def test_a_gradient_has_the_shape_of_the_variable() -> None:
    assert Gradient(loss[t], V).shape == (q, n)
    with pytest.raises(ShapeError, match=r"gradient of h\[t\] \(n x 1\), which is not a scalar"):
        Gradient(h[t], V)


@pytest.mark.parametrize("make", [TotalJacobian, ImmediateJacobian])
def test_only_named_quantities_are_differentiated(make: type) -> None:
    with pytest.raises(ShapeError, match="give the expression a name"):
        make(W * h[t], W)
    with pytest.raises(ShapeError, match="differentiated by"):
        make(h[t], t)


@pytest.mark.parametrize("argument", [W * h[t], t, "W"])
def test_a_differential_is_that_of_a_named_quantity(argument: object) -> None:
    with pytest.raises(ShapeError, match="must be a matrix symbol"):
        Differential(argument)


def test_total_and_immediate_are_different_objects() -> None:
    assert TotalJacobian(h[t], h[k]) != ImmediateJacobian(h[t], h[k])
    assert str(TotalJacobian(h[t], W)) == "d h[t]/d W"
    assert str(ImmediateJacobian(h[t], W)) == "d+ h[t]/d+ W"


def test_vec_stacks_columns() -> None:
    assert Vec(V).shape == (n * q, 1)
    with pytest.raises(ShapeError, match="not a matrix expression"):
        Vec("V")


def test_substitution_goes_through() -> None:
    assert TotalJacobian(h[t], a[k]).subs({t: 3, k: 1}) == TotalJacobian(h[3], a[1])
    assert Differential(h[t]).subs(t, k) == Differential(h[k])
    assert Gradient(loss[t], h[k]).subs(n, 2).shape == (2, 1)
