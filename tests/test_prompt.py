"""What a person sees who types at a prompt: short reprs, LaTeX in notebooks, and hints where a name is misspelled."""

from __future__ import annotations

import pytest

from symrnn import GRU, LSTM, Elman, Sequence, m, n, t
from symrnn.cells import Stacked
from symrnn.cells.cell import gates, matrices
from symrnn.errors import ParameterError, ShapeError


@pytest.mark.parametrize(
    ("wrong", "right"), [("ReLU", "relu"), ("tanhh", "tanh"), ("swish", "silu"), ("LeakyReLU", "leaky_relu")]
)
def test_a_misspelled_activation_is_no_generic_one(wrong: str, right: str) -> None:
    with pytest.raises(ParameterError, match=f"did you mean {right}?"):
        Elman(wrong)


@pytest.mark.parametrize("name", ["phi", "psi", "f", "g", "rho"])
def test_generic_functions_have_names_of_their_own(name: str) -> None:
    assert Elman(name).phi.name == name


def test_a_misspelled_attribute_is_hinted_at() -> None:
    with pytest.raises(AttributeError, match="LSTM has no U_ff; did you mean U_f"):
        _ = LSTM().U_ff
    with pytest.raises(AttributeError, match=r"LSTM has no qqqqq$"):
        _ = LSTM().qqqqq


def test_quantities_are_completed() -> None:
    assert {"U_f", "c", "h", "L", "x", "b_o"} <= set(dir(LSTM()))


def test_names_are_separated_by_commas_or_blanks() -> None:
    assert [gate.name for gate in gates("g, c,d e", n)] == ["g", "c", "d", "e"]
    assert [matrix.name for matrix in matrices("W_g,W_c", n, m)] == ["W_g", "W_c"]


def test_a_class_is_no_cell() -> None:
    with pytest.raises(ParameterError, match=r"give one, such as GRU\(\)"):
        Stacked(GRU)  # type: ignore[arg-type]


def test_one_minus_a_gate_is_its_complement() -> None:
    with pytest.raises(ShapeError, match="complement"):
        1 - Sequence("g", n)[t]


def test_reprs_fit_a_line_or_two() -> None:
    rnn = Elman()
    derivation = rnn.derive(rnn.h[t], wrt=rnn.W_hh)
    assert repr(derivation).startswith("<Derivation of d h[t]/d W_hh in 4 steps: Sum(")
    assert len(repr(derivation)) < 200


def test_notebooks_display_recurrences_and_backward_passes() -> None:
    assert r"\mathbf{W}_{hh}" in Elman()._repr_latex_()
    assert r"\frac{\partial \mathcal{L}}" in GRU().backward()._repr_latex_()
