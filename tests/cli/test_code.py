"""``symrnn code``: a cell by its name as a module, on the screen or in a file."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from click.testing import CliRunner

from symrnn.cells.table import CELLS
from symrnn.cli import main
from symrnn.codegen import generate


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["code", *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_that_ships(name: str) -> None:
    if name == "IRNN":
        name = name.lower()
    status, text, _ = run(name)
    assert status == 0
    assert {"forward", "backward"} <= {part.name for part in ast.parse(text).body if isinstance(part, ast.FunctionDef)}


def test_it_is_what_generate_says() -> None:
    assert run("LSTM", "--target", "torch")[1] == generate(CELLS["LSTM"].make(), "torch")


def test_a_form() -> None:
    assert run("LSTM", "--form", "fast")[1] == generate(CELLS["LSTM"].make(), form="fast")
    status, _, error = run("LSTM", "--form", "fast", "--target", "torch")
    assert status == 2
    assert "there is no fast form for PyTorch" in error


def test_an_activation_of_the_catalogue() -> None:
    assert "np.tanh(a[t])" in run("elman", "--activation", "tanh")[1]
    assert "phi(a[t])" in run("elman")[1]


def test_a_file(tmp_path: Path) -> None:
    status, text, _ = run("gru", "--target", "jax", "--output", str(tmp_path / "gru.py"))
    assert (status, text) == (0, "")
    assert (tmp_path / "gru.py").read_text(encoding="utf-8") == generate(CELLS["GRU"].make(), "jax")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("LTSM",), "there is no cell LTSM; use one of Elman"),
        (("LSTM", "--activation", "tanh"), "LSTM has activations of its own"),
        (("elman", "--activation", "tahn"), "tahn"),
        (("elman", "--activation", "relu"), "at_kink=0"),
        (("LSTM", "--target", "fortran"), "'fortran' is not one of"),
    ],
)
def test_wrong_use(words: tuple[str, ...], message: str) -> None:
    status, text, error = run(*words)
    assert (status, text) == (2, "")
    assert message in error


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, _, error = run("LSTM", "--output", str(tmp_path / "file" / "code.py"))
    assert status == 1
    assert "cannot be written" in error
