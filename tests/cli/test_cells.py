"""``symrnn cells``: the table, and one cell with its equations."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner, Result

from symrnn.cells.table import CELLS
from symrnn.cli import main

KEYS = {"name", "description", "source", "states", "intermediates", "inputs", "parameters", "equations", "totals"}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["cells", *arguments], catch_exceptions=False)


@pytest.mark.parametrize("width", [80, 110])
def test_the_table_has_every_cell(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    done = run()
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= width
    for name in CELLS:
        assert any(re.match(rf"{name} ", line) for line in lines)
    assert any(re.match(r"LSTM +c, h +i, f, o, g +12 ", line) for line in lines)
    assert ("4 n (m + n + 1)" in done.stdout) is (width == 110)
    assert "Hochreiter and Schmidhuber (1997)" in done.stdout
    assert lines[-1].startswith(f"{len(CELLS)} cells; ")


def test_one_cell_in_any_case() -> None:
    done = run("lstm")
    assert (done.exit_code, done.stderr) == (0, "")
    for words in (
        "Gers et al. (2000)",
        "c[t] = c[t-1] ⊙ f[t] + g[t] ⊙ i[t]",
        "h[t] = o[t] ⊙ tanh(c[t])",
        "L = Σ_{t=1}^{T} ℓ[t]",
        "W_i, W_f, W_o, W_g: n × m",
        "12 matrices, 4 n (m + n + 1) numbers",
        "c[0], h[0], given",
    ):
        assert words in done.stdout
    assert run("LSTM").stdout == done.stdout


def test_weights_of_each_layer() -> None:
    shown = run("Layered").stdout
    assert "W[l]: d(l) × d(l - 1)" in shown
    assert "at each step" in shown


def test_json_of_all() -> None:
    records = json.loads(run("--json").stdout)
    assert [record["name"] for record in records] == list(CELLS)
    assert all(set(record) >= KEYS for record in records)


def test_json_of_one() -> None:
    record = json.loads(run("GRU", "--json", "--notation", "plain").stdout)
    assert record["parameters"][3] == {"name": "U_r", "shape": ["n", "n"]}
    assert [each["name"] for each in record["intermediates"]] == ["a_r", "r", "a_z", "z", "a_g", "g"]
    last = record["equations"][6]
    assert (last["of"], last["role"], last["first"]) == ("h[t]", "state", 1)
    assert last["latex"].startswith("h_{t} = ")
    assert record["entries"] == "3*n*(m + n + 1)"


def test_an_unknown_cell_is_one_message_with_those_that_there_are() -> None:
    done = run("GRRU")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("symrnn: there is no cell GRRU; use one of ")
    assert all(name in done.stderr for name in CELLS)
    assert len(done.stderr.splitlines()) == 1
