"""How long cells remember, against complex steps through cells that are written down here once more."""

import math

import numpy as np
import pytest

from symrnn.cells.table import Shipped, shipped
from symrnn.cells.written.files import maker_of
from symrnn.cells.written.parsing import draft
from symrnn.errors import LimitError, SelectionError
from symrnn.plots.memory import caption_memory, carried, drawn_values, memory

STEP = 1e-200


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def elman(p, x, state):
    h = np.tanh(p["W_hh"] @ state["h"] + p["W_xh"] @ x + p["b_h"])
    return {"h": h}


def gru(p, x, state):
    h = state["h"]
    r = sigmoid(p["W_r"] @ x + p["U_r"] @ h + p["b_r"])
    z = sigmoid(p["W_z"] @ x + p["U_z"] @ h + p["b_z"])
    g = np.tanh(p["W_h"] @ x + p["U_h"] @ (r * h) + p["b_h"])
    return {"h": z * h + (1 - z) * g}


def lstm(p, x, state):
    h, c = state["h"], state["c"]
    i, f, o = (sigmoid(p[f"W_{gate}"] @ x + p[f"U_{gate}"] @ h + p[f"b_{gate}"]) for gate in "ifo")
    c = f * c + i * np.tanh(p["W_g"] @ x + p["U_g"] @ h + p["b_g"])
    return {"c": c, "h": o * np.tanh(c)}


CELLS = {"Elman": elman, "GRU": gru, "LSTM": lstm}


def total_jacobian(name, size, bias, steps, seed, back):
    """∂s_T/∂s_{T-back} by complex steps: of an LSTM the cell is moved, and h at the same step with it."""
    entry = shipped(name)
    net = entry.make("tanh", hidden=size, inputs=1, outputs=1) if name == "Elman" else entry.make(hidden=size, inputs=1)
    p = drawn_values(net, 0.0 if math.isnan(bias) else bias, steps + 1, seed)
    step, key, moved_at = CELLS[name], carried(net), steps + 1 - back
    columns = []
    for unit in range(size):
        state = {one: np.zeros((size, 1), complex) for one in ("h", "c")}
        for at in range(1, steps + 2):
            before, state = state, step(p, p["x", at], state)
            if at == moved_at:
                state[key] = state[key] + 1j * STEP * np.eye(size)[:, [unit]]
                if key == "c":  # h_t is computed from the c_t that was moved
                    o = sigmoid(p["W_o"] @ p["x", at] + p["U_o"] @ before["h"] + p["b_o"])
                    state["h"] = o * np.tanh(state["c"])
        columns.append(state[key].imag / STEP)
    return np.hstack(columns)


@pytest.mark.parametrize("name", CELLS)
def test_norms_are_those_of_complex_steps(name):
    size, steps, seed = 3, 7, 4
    for curve in memory([name], [0.5, -1.0], size, steps, seed).curves:
        for back in (0, 1, 3, steps):
            found = total_jacobian(name, size, curve.forget_bias, steps, seed, back)
            assert curve.norm[back] == pytest.approx(np.linalg.norm(found, 2), rel=1e-10)


def test_weights_are_drawn_as_it_is_said():
    net = shipped("LSTM").make(hidden=5, inputs=1)
    values = drawn_values(net, 2.0, 3, 0)
    for name, value in values.items():
        if isinstance(name, str) and name.startswith("U"):
            np.testing.assert_allclose(value.T @ value, np.eye(5), atol=1e-12)
        if isinstance(name, str) and name.startswith("b"):
            assert (value == (2.0 if name == "b_f" else 0.0)).all()
        if isinstance(name, str) and name.startswith("W"):
            assert (np.abs(value) <= 1.0).all()  # sqrt(6 / (5 + 1))
    assert np.abs(values["U_f"] - values["U_i"]).max() > 0.1


def test_the_caption_says_what_is_drawn():
    found = memory()
    rates = {curve.title: (curve.norm[-1] / curve.norm[0]) ** (1 / 40) for curve in found.curves}
    caption = caption_memory(found, None)
    for title, rate in rates.items():
        assert f"{rate:.2f} ({title})" in caption
    assert [curve.cell for curve in found.curves] == ["Elman", "GRU", "LSTM", "LSTM", "LSTM"]
    kept = {curve.forget_bias: curve.rate for curve in found.curves if curve.cell == "LSTM"}
    assert kept[0.0] < kept[1.0] < kept[4.0]  # a larger bias, a longer memory


def test_a_cell_of_ones_own_has_the_norms_of_complex_steps():
    """An input at t - 1 as well, and a number, which is 1/2."""
    text = "h_t = α h_{t-1} + (1 - α) tanh(W x_t + V x_{t-1} + U h_{t-1})"
    net = Shipped("own", maker_of(draft(text), "own"), "", "")
    (curve,) = memory([net], size=3, steps=4, seed=1).curves
    p = drawn_values(net.make(hidden=3, inputs=1), 0.0, 5, 1)
    for back in (1, 4):
        columns = []
        for unit in range(3):
            h = np.zeros((3, 1), complex)
            for at in range(1, 6):
                a = p["W"] @ p["x", at] + p["V"] @ p["x", at - 1] + p["U"] @ h
                h = h / 2 + np.tanh(a) / 2
                if at == 5 - back:
                    h = h + 1j * STEP * np.eye(3)[:, [unit]]
            columns.append(h.imag / STEP)
        assert curve.norm[back] == pytest.approx(np.linalg.norm(np.hstack(columns), 2), rel=1e-10)


def test_a_cell_with_a_size_that_nothing_gives_is_refused():
    text = "h_t = tanh(W x_t + P u_t + U h_{t-1})"
    with pytest.raises(SelectionError, match="a size m_u, which is neither that of its state nor that of its input"):
        memory([Shipped("own", maker_of(draft(text), "own"), "", "")], size=3, steps=4)


@pytest.mark.parametrize(
    "name", ["IRNN", "Jordan", "Leaky", "ResetAfterGRU", "MGU", "LSTM1997", "PeepholeLSTM", "CoupledLSTM"]
)
def test_every_recurrent_cell_can_be_drawn(name):
    (curve,) = memory([name], [1.0], size=2, steps=3).curves
    assert curve.norm.shape == (4,)
    assert np.isfinite(curve.norm).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"cell": ["Layered"]}, SelectionError, "not a recurrent network; use some of Elman, IRNN"),
        ({"cell": ["foo"]}, SelectionError, "there is no cell foo"),
        ({"cell": []}, SelectionError, "no cell or no bias"),
        ({"forget_bias": [math.nan]}, LimitError, "forget bias of nan"),
        ({"forget_bias": [float(one) for one in range(9)]}, LimitError, "11 lines in one picture"),
        ({"cell": ["GRU"], "activation": "relu"}, SelectionError, "activations of their own"),
        ({"size": 0}, LimitError, "0 units"),
        ({"steps": 1000}, LimitError, "1000 steps"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        memory(**options)
