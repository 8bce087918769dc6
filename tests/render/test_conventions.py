"""The page of notation speaks of the functions that are applied in the document."""

from __future__ import annotations

import sympy as sp

from symrnn import Cell, Equation, ImmediateJacobian, Kind, TotalJacobian, t, verify
from symrnn.cells import GRU, Elman
from symrnn.latex import find_notation
from symrnn.render.conventions import examples_of, signs


def test_slopes_are_those_of_the_function_that_is_applied() -> None:
    style = find_notation("lecture")
    for networks, slope in (([Elman("tanh"), GRU()], r"\tanh'"), ([Elman("tanh"), Elman("sigmoid")], r"\phi'")):
        shown = {sign.latex for sign in signs(r"\mathbf{D}_{(t)}", style, examples_of(networks))}
        assert rf"\mathbf{{D}}_{{(t)}} = \operatorname{{diag}}({slope}(\mathbf{{a}}_{{(t)}}))" in shown


def test_where_several_are_applied_to_one_quantity_a_letter_stands_for_them() -> None:
    found = examples_of([Elman("tanh"), Elman("sigmoid")])
    assert "a" not in found.applied
    assert found.activation == "phi"


def test_an_immediate_derivative_is_told_as_it_is_proved() -> None:
    """Through a gate z that stands in the equation of h, and not with the gate held fixed."""
    cell = Cell.parse("z_t = sigmoid(R h_{t-1})\nh_t = z_t ⊙ h_{t-1}")
    h, z = cell.h, cell.z
    whole = ImmediateJacobian(h[t], h[t - 1])
    assert verify(Equation(whole, TotalJacobian(h[t], h[t - 1]), where=(t >= 1,)), cell)
    assert verify(Equation(whole, sp.DiagMatrix(z[t]), where=(t >= 1,)), cell).kind is Kind.REFUTED
    (told,) = signs(r"{\partial^{+} ", find_notation("lecture"), examples_of([cell]))
    assert "through gates" in told.meaning
