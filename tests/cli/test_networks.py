"""Networks that a command line names: cells of files, layers, directions, losses; and what does not go together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symrnn.cells import GRU, LSTM, Bidirectional, Elman, deep
from symrnn.cli import main
from symrnn.codegen import generate
from symrnn.errors import DerivationFileError, SelectionError
from symrnn.library.networks import Wishes, find_network
from symrnn.symbols import q

MINE = """
import sympy as sp
from symrnn import Cell, Elementwise, Sequence, activation, m, n, t

tanh = Elementwise("tanh")
def sized(hidden=n, inputs=m):
    h, x = Sequence("h", hidden), Sequence("x", inputs)
    W, U = sp.MatrixSymbol("W", hidden, inputs), sp.MatrixSymbol("U", hidden, hidden)
    body = tanh(W * x[t] + U * h[t - 1])
    return Cell("sized", {h: body}, states=(h,), parameters=(W, U), inputs=(x,), activations=(activation("tanh"),))
mine = sized()
square = sized(inputs=n)
number = 3
def asks(size):
    return sized(size)
def makes_none():
    return None
print("loaded")
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(MINE)
    return "mine.py"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words, catch_exceptions=False)


def derived(*words: str) -> tuple[str, str]:
    """What a record says of one derivation."""
    record = json.loads(run("derive", *words, "--json").stdout)
    return record["verdict"], record["derived"]


@pytest.mark.parametrize(
    ("words", "wrt"),
    [
        (("mgu", "--layers", "2"), "U_f_2"),
        (("elman", "--layers", "2", "--activation", "tanh"), "b_h_1"),
        (("gru", "--bidirectional"), "U_r_reverse"),
        (("elman", "--layers", "2", "--bidirectional"), "b_h_1_reverse"),
        (("lstm", "--loss", "squared error"), "b_f"),
        (("gru", "--loss", "softmax cross-entropy", "--readout", "q", "--over", "mean"), "W_hy"),
        (("mgu", "--readout", "1", "--loss", "binary cross-entropy", "--over", "last"), "b_y"),
        (("leaky", "--over", "last"), "W"),
        (("jordan", "--readout", "2"), "b_h"),
    ],
    ids=" ".join,
)
def test_gradients_of_networks_are_proved(words: tuple[str, ...], wrt: str) -> None:
    assert derived(*words, "--wrt", wrt)[0] == "PROVED"


def test_the_networks_are_those_of_python() -> None:
    two = "--layers", "2", "--loss", "softmax cross-entropy", "--readout", "q", "--over", "mean"
    net = deep(LSTM, layers=2).with_loss("softmax cross-entropy", readout=q, over="mean")
    assert run("code", "lstm", *two).stdout == generate(net)
    assert run("code", "gru", "--bidirectional").stdout == generate(Bidirectional(GRU()))
    assert run("code", "gru", "--readout", "4").stdout == generate(GRU().with_loss(readout=4))
    assert find_network("elman", Wishes(layers=2))[1] == deep(Elman, layers=2)
    assert find_network("elman")[1] == Elman()


def test_a_network_is_shown() -> None:
    shown = run("cells", "gru", "--layers", "2", "--readout", "3", "--loss", "squared error", "--over", "last").stdout
    assert "y[t] = W_h_2y h_2[t] + b_y" in shown
    assert "L = ℓ[T]" in shown
    record = json.loads(run("cells", "gru", "--layers", "2", "--json").stdout)
    assert [state["name"] for state in record["states"]] == ["h_1", "h_2"]


# -- cells of files ----------------------------------------------------------------------------------------------------


def test_a_cell_of_a_file(mine: str) -> None:
    assert derived(f"{mine}:mine", "--wrt", "U") == ("PROVED", "∇_{U} L")
    assert derived(f"./{mine}:mine", "--wrt", "W", "--readout", "2", "--loss", "squared error")[0] == "PROVED"
    assert "h[t] = tanh(U h[t-1] + W x[t])" in run("cells", f"{mine}:mine").stdout
    assert run("code", f"{mine}:mine").stdout == generate(find_network(f"{mine}:mine")[1])


def test_what_makes_a_cell_is_stacked_with_its_sizes(mine: str) -> None:
    net = find_network(f"{mine}:sized", Wishes(layers=2))[1]
    assert [str(parameter.shape) for parameter in net.parameters] == ["(n, m)", "(n, n)", "(n, n)", "(n, n)"]
    assert derived(f"{mine}:sized", "--layers", "2", "--wrt", "U_1")[0] == "PROVED"
    assert derived(f"{mine}:square", "--layers", "2", "--wrt", "U_2")[0] == "PROVED"


def test_what_a_file_prints_does_not_disturb(mine: str) -> None:
    done = run("derive", f"{mine}:mine", "--wrt", "U", "--json")
    assert json.loads(done.stdout)["verdict"] == "PROVED"
    assert "loaded" in done.stderr


def test_the_only_cell_needs_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.py").write_text(MINE.replace("square = sized(inputs=n)", ""))
    assert find_network("one.py")[0].name == "mine"


def test_nothing_is_evaluated(mine: str, tmp_path: Path) -> None:
    for text in (f"{mine}:sized()", f"{mine}:__import__('os')", f"{mine}:mine.h", f"{mine}:_hidden"):
        with pytest.raises(SelectionError, match="has no cell"):
            find_network(text)
    with pytest.raises(SelectionError):
        find_network("__import__('os')")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mine.py:nope", "mine.py has no cell nope; it has mine, square; write mine.py:NAME"),
        ("mine.py", "2 cells, so which one is open"),
        ("none.py:mine", "there is no file none.py"),
        ("mine.py:number", "number in mine.py is not a recurrence"),
        ("mine.py:asks", "asks in mine.py makes no cell"),
        ("mine.py:makes_none", "makes_none in mine.py makes no recurrence"),
    ],
)
def test_what_is_no_cell_of_a_file(mine: str, name: str, message: str) -> None:
    for command in ("derive", "code", "cells"):
        done = run(command, name)
        assert (done.exit_code, done.stdout) == (2, "")
        assert message in done.stderr


def test_a_file_that_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.py").write_text("\n1 / 0\n")
    with pytest.raises(DerivationFileError, match="ZeroDivisionError"):
        find_network("bad.py:mine")
    done = run("derive", "bad.py:mine")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "bad.py:2" in done.stderr


# -- what does not go together -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("gru", "--bidirectional", "--loss", "squared error"), "leave --loss, --readout and --over out"),
        (("gru", "--bidirectional", "--over", "sum"), "looks at both chains"),
        (("gru", "--loss", "mse"), "use one of generic, squared error"),
        (("gru", "--readout", "0"), "'0' is not a number of outputs"),
        (("gru", "--readout", "-3"), "'-3' is not a number of outputs"),
        (("gru", "--readout", "2*q"), "'2*q' is not a number of outputs"),
        (("layered", "--layers", "2"), "Layered has no input that could be a layer below"),
        (("layered", "--bidirectional"), "no input to read from both ends"),
        (("layered", "--over", "last"), "does not look at one quantity"),
        (("jordan", "--layers", "2"), "make that cell with inputs=q"),
        (("gru", "--layers", "0"), "not in the range"),
        (("gru", "--over", "first"), "is not one of"),
        (("gru", "--readout", "n", "--loss", "binary cross-entropy", "--layers", "x"), "not a valid integer"),
    ],
    ids=" ".join,
)
def test_conflicts_are_refused(words: tuple[str, ...], message: str) -> None:
    for command in ("derive", "code", "cells"):
        done = run(command, *words)
        assert (done.exit_code, done.stdout) == (2, "")
        assert message in done.stderr


def test_layers_of_a_cell_that_does_not_fit_on_itself(mine: str) -> None:
    done = run("derive", f"{mine}:mine", "--layers", "2")
    assert done.exit_code == 2
    assert "write a function of hidden and inputs that makes the cell" in done.stderr


def test_all_cells_take_no_options() -> None:
    done = run("cells", "--layers", "2")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--layers is of one cell" in done.stderr
