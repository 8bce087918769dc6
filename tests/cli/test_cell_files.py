"""Cells in files of text, wherever a command names a cell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symrnn.cells import Cell
from symrnn.cli import main
from symrnn.codegen import generate
from symrnn.library.networks import Wishes, find_network

MINE = """
g_t = σ(W_g x_t + U_g h_{t-1})
h_t = g_t ⊙ h_{t-1} + (1 - g_t) ⊙ φ(W x_t)
"""


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.cell").write_text(MINE, encoding="utf-8")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words, catch_exceptions=False)


def test_its_shapes_are_shown() -> None:
    shown = run("cells", "mine.cell").stdout
    for line in ("h[t]: n × 1", "g[t]: n × 1", "x[t]: m × 1", "U_g: n × n", "h[t] = (1 - g[t]) ⊙ φ(W x[t])"):
        assert line in shown


def test_a_gradient_is_proved() -> None:
    found = run("derive", "mine.cell", "--wrt", "U_g", "--json")
    assert (found.exit_code, json.loads(found.stdout)["verdict"]) == (0, "PROVED")


def test_layers_a_loss_and_an_activation() -> None:
    words = "--activation", "tanh", "--layers", "2", "--loss", "squared error"
    _, net = find_network(
        "mine.cell", Wishes(Cell.parse("h_t = tanh(h_{t-1})").activations[0], 2, loss="squared error")
    )
    assert run("code", "mine.cell", *words).stdout == generate(net)
    assert [p.shape for p in net.parameters if p.name == "W_g_2"] == [(net.h_1.rows, net.h_1.rows)]
    assert run("derive", "mine.cell", "--bidirectional", "--wrt", "W_reverse").exit_code == 0


def test_layers_of_what_is_declared_square() -> None:
    Path("square.cell").write_text("h_t = tanh(W x_t + U h_{t-1})\nwhere x, h: n\n", encoding="utf-8")
    assert run("code", "square.cell", "--layers", "2").exit_code == 0


PASS = """
import numpy as np
def backward(x, h0, W, U, d):
    h = [h0]
    for step in x:
        h.append(np.tanh(W @ step + U @ h[-1]))
    dW, dU, back = np.zeros_like(W), np.zeros_like(U), np.zeros_like(h0)
    for t in range(len(x), 0, -1):
        da = (h[t] - d[t - 1] + back) * (1 - h[t] ** 2)
        dW += da @ x[t - 1].T
        dU += da @ h[{before}].T
        back = U.T @ da
    return {{"W": dW, "U": dU}}
"""


def test_a_pass_written_by_hand_is_checked() -> None:
    Path("plain.cell").write_text("h_t = tanh(W x_t + U h_{t-1})\nloss = squared error\n", encoding="utf-8")
    for before, status, message in (
        ("t - 1", 0, "2 gradients of the cell plain are right"),
        ("t", 1, "h[t] stands for"),
    ):
        Path("mine.py").write_text(PASS.format(before=before), encoding="utf-8")
        found = run("check-backward", "mine.py:backward", "--cell", "plain.cell")
        assert found.exit_code == status
        assert message in found.stdout


def test_a_picture() -> None:
    pytest.importorskip("matplotlib")
    assert run("plot", "unrolled", "--cell", "mine.cell", "--format", "tikz").exit_code == 0
    assert (
        run("plot", "memory", "--cell", "mine.cell", "--cell", "lstm", "--steps", "5", "--format", "svg").exit_code == 0
    )


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        ("h_t = tahn(W x_t)", ("cells", "bad.cell"), "symrnn: bad.cell, line 1, column 7: no function is called tahn;"),
        ("h_t = W x_t +", ("derive", "bad.cell"), "bad.cell, line 1, column 14: the text ends too early"),
        ("h_t = h_{t-1}", ("code", "bad.cell:h"), "bad.cell is one cell, without a name h; write bad.cell"),
        ("h_t = h_{t-1}", ("code", "other.cell"), "there is no file other.cell"),
        ("h_t = h_{t-1}", ("code", "bad.cell", "--layers", "2"), "no input that could be a layer below"),
        ("h_t = tanh(h_{t-1})", ("code", "bad.cell", "--activation", "tanh"), "bad has activations of its own"),
        ("h_t = relu(U h_{t-1})", ("derive", "bad.cell"), "below where: relu: relu(at_kink=0)"),
    ],
)
def test_what_is_wrong_is_said_in_one_message(text: str, words: tuple[str, ...], message: str) -> None:
    Path("bad.cell").write_text(text, encoding="utf-8")
    found = run(*words)
    assert found.exit_code == 2
    assert message in found.stderr
    assert "Traceback" not in found.output
