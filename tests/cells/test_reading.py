"""Cells and quantities written as text."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.activations import activation
from symrnn.cells import LSTM, Elman, Layered
from symrnn.cells.reading import read_cell, read_quantity
from symrnn.cells.table import CELLS
from symrnn.errors import LimitError, ParameterError, ReadingError, SelectionError
from symrnn.symbols import L, T, k, l, s, t

rnn = Elman()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("W_hh", rnn.W_hh),
        ("h[t-1]", rnn.h[t - 1]),
        (" h [ t − 1 ] ", rnn.h[t - 1]),
        ("h[0]", rnn.h[0]),
        ("h[12]", rnn.h[12]),
        ("x[s]", rnn.x[s]),
        ("h[2t-k+1]", rnn.h[2 * t - k + 1]),
        ("h[2*t - 3·k]", rnn.h[2 * t - 3 * k]),
        ("h[-k+T]", rnn.h[T - k]),
        ("h[t-1-k]", rnn.h[t - 1 - k]),
        ("loss", rnn.L),
        ("L", rnn.L),
        ("ell[t]", rnn.ell[t]),
        ("ℓ[t]", rnn.ell[t]),
        ("𝓛", rnn.L),
    ],
)
def test_what_is_read(text: str, meant: sp.Basic) -> None:
    assert read_quantity(text, rnn) == meant


def test_every_quantity_of_every_cell_can_be_named() -> None:
    for entry in CELLS.values():
        recurrence = entry.make()
        for name, quantity in recurrence.graph.quantities.items():
            found = read_quantity(name, recurrence, implied=recurrence.index)
            assert found == (quantity if isinstance(quantity, sp.MatrixSymbol) else quantity[recurrence.index])


def test_an_index_of_layers() -> None:
    net = Layered()
    assert read_quantity("y[L+1]", net) == net.y[L + 1]
    assert read_quantity("W", net, implied=net.index) == net.W[l]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a quantity is missing"),
        ("h[", "it ends too early"),
        ("h[t]]", "cannot be read from ']' on"),
        ("h[t/2]", "cannot be read from '/2]' on"),
        ("h[t**2]", "cannot be read"),
        ("h[k t]", "cannot be read"),
        ("h[1.5]", "cannot be read"),
        ("h.shape", "cannot be read from '.shape' on"),
        ("__import__('os')", "cannot be read"),
        ("h[n]", "n is not a letter of an index"),
        ("h[-1]", "h begins at index 0, so there is no h\\[-1\\]"),
        ("x[0]", "x begins at index 1"),
        ("h", "h has a value at each index"),
        ("W_hh[t]", "W_hh has no index"),
        ("h_0", "did you mean h\\[0\\]\\? It has states h; parameters W_hh, "),
        ("w_HH", "did you mean W_hh"),
        ("q", "has no 'q'; it has states h"),
        ("h[" * 60, "too long"),
        ("h[1234567]", "cannot be read"),
        ("h[2 3]", "cannot be read"),
    ],
)
def test_what_is_not_read(text: str, message: str) -> None:
    with pytest.raises(ReadingError, match=message):
        read_quantity(text, rnn)


def test_large_numbers_are_refused() -> None:
    assert read_quantity("h[50]", rnn) == rnn.h[50]
    with pytest.raises(LimitError, match="51 in an index; use a letter"):
        read_quantity("h[t-51]", rnn)


def test_cells_with_a_choice() -> None:
    assert read_cell("ELMAN", activation("tanh")).activations[0].name == "tanh"
    assert isinstance(read_cell("lstm"), LSTM)
    with pytest.raises(ParameterError, match="LSTM has activations of its own; Elman, Jordan, Leaky"):
        read_cell("lstm", activation("tanh"))
    with pytest.raises(SelectionError, match="there is no cell LTSM"):
        read_cell("LTSM")
