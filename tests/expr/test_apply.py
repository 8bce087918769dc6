import pytest
import sympy as sp
from expr.names import A, a, h, k, n, phi, t

from symrnn.errors import IndexRangeError, ShapeError
from symrnn.expr import Apply, Elementwise, GenericFunction, UnitVector


def test_a_function_keeps_the_shape_and_the_order() -> None:
    slope = phi(A[t], order=1)
    assert slope.shape == (n, n)
    assert (slope.function, slope.order, slope.argument) == ("phi", 1, A[t])
    assert str(phi(a[t], 4)) == "phi^(4)(a[t])"
    assert slope.with_argument(a[k], 2) == phi(a[k], 2)


def test_a_member_of_a_family_carries_its_index() -> None:
    member = Elementwise("phi")[k](a[k], 1)
    assert member.member == k
    assert member.subs(k, 2) == Elementwise("phi")[2](a[2], 1)
    assert member.with_argument(h[t]).member == k


def test_bad_orders_and_arguments_are_refused() -> None:
    with pytest.raises(IndexRangeError, match=r"order -1 of phi.*order >= 0"):
        phi(a[t], order=-1)
    for argument in (t, 3, "a"):
        with pytest.raises(ShapeError, match="not a matrix expression"):
            phi(argument)
    with pytest.raises(ShapeError):
        Apply("phi", 0, "a")
    with pytest.raises(ShapeError):
        GenericFunction("loss", 1, 1, "y")


def test_a_generic_function_depends_on_its_arguments() -> None:
    loss = GenericFunction("loss", 1, 1, h[t], a[t])
    assert loss.shape == (1, 1)
    assert loss.arguments == (h[t], a[t])
    assert loss.subs(t, k) == GenericFunction("loss", 1, 1, h[k], a[k])


@pytest.mark.parametrize("place", [(n, 0), (3, 4), (3, -1)])
def test_a_row_that_does_not_exist_is_refused(place: tuple[object, int]) -> None:
    with pytest.raises(IndexRangeError, match="rows count from 1"):
        UnitVector(*place)


def test_a_unit_vector_is_a_column() -> None:
    assert UnitVector(n, k).shape == (n, 1)
    assert UnitVector(n, k).subs({n: 3, k: 2}) == UnitVector(3, 2)
    assert UnitVector(sp.Integer(3), 3).position == 3
