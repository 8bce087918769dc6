"""``symrnn check-backward``: a function of a file, for a cell that ships and for one of the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from symrnn.cli import main

PASS = """
import numpy as np

from symrnn import Elman

cell = Elman("tanh")


def backward(W_hh, W_hy, h0, h, dy):
    dW, back = np.zeros_like(W_hh), 0
    before = np.concatenate([h0[None], h[:-1]])
    for t in reversed(range(len(h))):
        da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + back)
        dW, back = dW + np.outer(da, {state}[t]), W_hh.T @ da
    return {{"W_hh": dW, "h0": back}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.py"


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["check-backward", *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("own", [False, True])
def test_a_right_pass(file: Path, own: bool) -> None:
    file.write_text(PASS.format(state="before"))
    cell = (str(file),) if own else ("elman", "--activation", "tanh")
    status, text, _ = run(f"{file}:backward", "--cell", *cell)
    assert status == 0
    assert text.startswith("backward: 2 gradients of the Elman network are right; not returned: W_xh")


def test_a_wrong_pass(file: Path) -> None:
    file.write_text(PASS.format(state="h"))
    status, text, _ = run(f"{file}:backward", "--cell", "elman", "--activation", "tanh", "--layout", "Tn")
    assert status == 1
    assert "h[t] stands for h[t - 1] in dW_hh" in text


def test_matrices_one_below_or_beside_the_other(file: Path) -> None:
    file.write_text(
        "def backward(W, b, dW_hh=None):\n    return {'W': 0 * W, 'b': 0 * b}\n"
        "def beside(W):\n    assert W.shape[0] < W.shape[1]\n    return {'W': 0 * W}\n"
    )
    words = ("--cell", "elman", "--activation", "tanh", "--layout", "TBn:Wx")
    status, text, _ = run(f"{file}:backward", *words, "--name", "W=W_xh", "--name", "b=b_h,b_y")
    assert (status, "2 of 3" in text or "3 of 3" in text) == (1, True)
    status, text, _ = run(f"{file}:beside", *words, "--name", "W=W_hh|W_xh")
    assert (status, "W_xh   all entries" in text) == (1, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mine", "--cell", "lstm"], "names no function; write FILE.py:NAME"),
        (["{file}:forward", "--cell", "lstm"], "has no function forward; its functions: backward"),
        (["gone.py:backward", "--cell", "lstm"], "there is no file gone.py"),
        (["{file}:backward", "--cell", "elmann"], "there is no cell elmann"),
        (["{file}:backward", "--cell", "elman"], "say which one it is"),
        (["{file}:backward", "--cell", "lstm"], "takes W_hh"),
        (["{file}:backward", "--cell", "lstm", "--name", "W_hh"], "is not of the form YOURS=OURS"),
        (["{file}:backward", "--cell", "lstm", "--name", "W_hh=U_i|,U_f"], "is not of the form YOURS=OURS"),
        (["{file}:backward", "--cell", "elman", "--activation", "tanh", "--layout", "TT"], "there is no layout 'TT'"),
    ],
)
def test_what_is_asked_wrongly_is_refused(file: Path, words: list[str], message: str) -> None:
    file.write_text(PASS.format(state="h"))
    status, _, error = run(*(word.replace("{file}", str(file)) for word in words))
    assert status in (1, 2)
    assert message in error
