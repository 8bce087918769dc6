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


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        ("def f(foo): ...", (), "--name foo=... says what it is"),
        ("def f(W_hh): return W_hh", (), "or name what it returns: --returns W_hh,x,h0"),
        ("def f(W_hh): raise ValueError('no')", (), "if its arrays are laid out otherwise, say how: --layout BTn"),
        ("def f(W_hh): return {'W_hh': W_hh}", ("--name", "V=W_hh"), "--name says what V is, and f neither takes"),
        ("def f(W_hh): return (W_hh, 1)", ("--returns", "W_hh"), "f returns 2 values, and --returns names 1"),
        ("def f(W): ...", ("--name", "W=W_hh,W_xh"), "has a bar between: --name 'W=U|W' is [U W]"),
        (
            "def f(dy): ...",
            ("--name", "dy=dq"),
            "f takes dy, which --name says is dq; dq is not a quantity of the Elman",
        ),
    ],
)
def test_messages_speak_as_the_shell_does(file: Path, text: str, words: tuple[str, ...], message: str) -> None:
    file.write_text(text)
    status, _, told = run(f"{file}:f", "--cell", "elman", "--activation", "tanh", *words)
    assert status == 2
    assert message in told
    assert not any(python in told for python in ("names=", "layout=", "returns=", "convert="))


@pytest.mark.parametrize("raised", ["SystemExit()", "RecursionError('deep')"])
def test_what_no_layout_helps_is_not_put_on_the_layout(file: Path, raised: str) -> None:
    file.write_text(f"def f(W_hh): raise {raised}")
    status, _, told = run(f"{file}:f", "--cell", "elman", "--activation", "tanh")
    assert (status, "laid out" in told, "f raises" in told) == (2, False, True)


def test_a_cell_of_a_file_is_called_one(file: Path, tmp_path: Path) -> None:
    (tmp_path / "my.cell").write_text("h_t = tanh(W h_{t-1})")
    file.write_text("import numpy as np\n\ndef f(W, h0): return {'W': 0 * W}\n\ndef g(V): ...\n")
    assert "the gradient of the cell my is wrong" in run(f"{file}:f", "--cell", f"{tmp_path}/my.cell")[1]
    assert "g takes V, which is not a quantity of the cell my" in run(f"{file}:g", "--cell", f"{tmp_path}/my.cell")[2]


def test_unknown_arguments_are_named_before_anything_is_derived(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def derived(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("symrnn.testing.checking.Program", derived)
    file.write_text("def f(W_hhh): ...")
    _, _, told = run(f"{file}:f", "--cell", "gru", "--layers", "16")
    assert "f takes W_hhh, which is not a quantity of the" in told
