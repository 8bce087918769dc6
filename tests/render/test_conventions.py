"""The page of notation speaks of the functions that are applied in the document."""

from __future__ import annotations

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
