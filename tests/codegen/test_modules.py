"""Modules as text: readable, importable whatever the names, the same each time; and what is refused."""

from __future__ import annotations

import ast
import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from codegen.harness import NETS, draw, gradients, load

from symrnn.activations import activation
from symrnn.cells import GRU, LSTM, Elman, Leaky
from symrnn.codegen import TARGETS, generate
from symrnn.errors import (
    NotDifferentiableError,
    ParameterError,
    SelectionError,
    SymbolClashError,
    SymrnnError,
    UnknownTermError,
)
from symrnn.expr import ClipByValue, Elementwise, GenericFunction, MatrixSum, Sequence
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, n, t

h, x, ell = Sequence("h", n), Sequence("x", n, first=1), Sequence("ell", 1, first=1)
U = sp.MatrixSymbol("U", n, n)
L = sp.MatrixSymbol("L", 1, 1)
tanh = Elementwise("tanh")


def net(body: sp.MatrixExpr, loss: sp.MatrixExpr | None = None, name: str = "mine") -> Recurrence:
    loss = sp.OneMatrix(1, n) * h[t] if loss is None else loss
    definitions = (Definition(h, body, Role.STATE), Definition(ell, loss, Role.OUTPUT))
    return Recurrence(name, t, definitions, (U,), (x,), {L: MatrixSum(ell[t], (t, 1, T))})


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", NETS)
def test_every_cell_is_a_module(name: str, target: str) -> None:
    """It can be parsed, uses no name that it does not define, and has no line that is too long to read."""
    code = generate(NETS[name], target)
    tree = ast.parse(code)
    assert {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} >= {"forward", "backward"}
    known = set(dir(builtins)) | {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        match node:
            case ast.alias():
                known.add((node.asname or node.name).split(".")[0])
            case ast.ClassDef():
                known.add(node.name)
            case ast.arg():
                known.add(node.arg)
            case ast.Name(ctx=ast.Store()):
                known.add(node.id)
    assert {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} <= known
    assert max(map(len, code.splitlines())) <= 120


@pytest.mark.parametrize("target", TARGETS)
def test_it_is_the_same_each_time(target: str) -> None:
    assert generate(LSTM(), target) == generate(LSTM(), target)


def test_nothing_is_written_in_place_for_jax() -> None:
    """Only dictionaries are: an index in brackets on the left is one of time, and never that of an entry."""
    tree = ast.parse(generate(LSTM(), "jax"))
    dictionaries = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            made = isinstance(node.value, ast.Dict | ast.DictComp | ast.GeneratorExp)
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                dictionaries |= {name.id for name in names if made and isinstance(name, ast.Name)}
    written = {
        node.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    }
    assert written
    assert written <= dictionaries
    assert not any(isinstance(node, ast.AugAssign) for node in ast.walk(tree))


def test_shapes_stand_beside_the_lines() -> None:
    code = generate(LSTM())
    assert 'W_f = params["W_f"]  # (n, m)' in code
    assert "a_f[t] = U_f @ h[t - 1] + W_f @ x[t] + b_f  # (n, batch)" in code
    assert "da_f = f[t] * (1 - f[t]) * df  # (n, batch)" in code
    assert "    c[t] = c[t-1] ⊙ f[t] + g[t] ⊙ i[t]\n" in code


HOSTILE = ['"""', "\\", "a\nb", "'", '"', "__import__('os')", "0", "é", "ﬁ", "fi", "print", "None", "t", "batch"]


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_the_name_the_module_is_one(name: str, tmp_path: Path) -> None:
    """Names are text in strings, or made into identifiers; none of them can become code."""
    matrix, state = sp.MatrixSymbol(name, n, n), Sequence("len", n)
    loss = sp.OneMatrix(1, n) * state[t]
    definitions = (
        Definition(state, tanh(matrix * state[t - 1] + x[t]), Role.STATE),
        Definition(ell, loss, Role.OUTPUT),
    )
    own = Recurrence(name, t, definitions, (matrix,), (x,), {L: MatrixSum(ell[t], (t, 1, T))})
    module = load(generate(own), tmp_path)
    found = gradients(module, draw(own))
    assert found[0].keys() == {name}
    assert np.isfinite(found[0][name]).all()
    checking = {"SHAPES", "check", "shape_of", "has", "refuse"}
    assert {key for key in vars(module) if not key.startswith("__")} == {"np", "forward", "backward", "loss"} | checking


def test_a_matrix_called_like_the_last_step_is_refused() -> None:
    matrix, state = sp.MatrixSymbol("T", n, n), Sequence("s", n)
    definitions = (
        Definition(state, tanh(matrix * state[t - 1] + x[t]), Role.STATE),
        Definition(ell, sp.OneMatrix(1, n) * state[t], Role.OUTPUT),
    )
    with pytest.raises(SymbolClashError, match="T is the name of a whole number and of a matrix"):
        Recurrence("clash", t, definitions, (matrix,), (x,), {L: MatrixSum(ell[t], (t, 1, T))})


def test_generic_functions_and_numbers_are_handed_in(tmp_path: Path) -> None:
    """φ with its slope, and the rate α."""
    generic, fixed = (
        load(generate(cell), tmp_path, name)
        for name, cell in (("generic", Leaky()), ("fixed", Leaky("tanh", rate=sp.Rational(1, 4))))
    )
    drawn = draw(Leaky())
    given = drawn.params, drawn.inputs, drawn.initial
    quantities = generic.forward(*given, alpha=0.25, phi=np.tanh)
    found = generic.backward(
        drawn.params, quantities, drawn.slopes, alpha=0.25, phi_slope=lambda a: 1 - np.tanh(a) ** 2
    )
    expected = gradients(fixed, drawn)
    assert np.allclose(found[0]["U"], expected[0]["U"], rtol=1e-12, atol=0)


def test_the_length_is_handed_in_where_there_are_no_inputs(tmp_path: Path) -> None:
    own = Elman("tanh", outputs=n).undriven()
    module, drawn = load(generate(own), tmp_path), draw(own)
    quantities = module.forward(drawn.params, {}, drawn.initial, T=4)
    assert sorted(quantities["h"]) == [0, 1, 2, 3, 4]
    assert module.backward(drawn.params, quantities, drawn.slopes, T=4)[0]["W_hh"].shape == (3, 3)


REFUSED: dict[str, tuple[Recurrence, type[SymrnnError], str]] = {
    "a node without code": (
        net(ClipByValue(U * h[t - 1], sp.Integer(1))),
        UnknownTermError,
        "no (code|differential) is known for ClipByValue",
    ),
    "no loss": (
        Recurrence("mine", t, (Definition(h, tanh(U * h[t - 1]), Role.STATE),), (U,)),
        UnknownTermError,
        "no loss",
    ),
    "a kink": (Elman("relu"), NotDifferentiableError, "at_kink=0"),
    "a parameter of an activation": (
        Elman(activation("elu", alpha=sp.Symbol("alpha", positive=True), at_kink=1)),
        UnknownTermError,
        "without a value",
    ),
    "a generic state": (
        Recurrence(
            "mine",
            t,
            (
                Definition(Sequence("a", n, first=1), U * h[t - 1], Role.INTERMEDIATE),
                Definition(h, GenericFunction("F", n, sp.S.One, Sequence("a", n, first=1)[t]), Role.STATE),
                Definition(ell, sp.OneMatrix(1, n) * h[t], Role.OUTPUT),
            ),
            (U,),
            (),
            {L: MatrixSum(ell[t], (t, 1, T))},
        ),
        UnknownTermError,
        "needs the value of h, a generic function",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_code_is_refused(name: str) -> None:
    recurrence, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        generate(recurrence)


def test_an_unknown_target_is_refused() -> None:
    with pytest.raises(SelectionError, match="numpy, torch, jax"):
        generate(LSTM(), "fortran")


@pytest.mark.parametrize("given", [None, "gru", GRU, 3], ids=str)
def test_what_is_no_recurrence_is_refused_by_name(given: Any) -> None:
    with pytest.raises(ParameterError, match="is not a recurrence"):
        generate(given)


@pytest.mark.parametrize("first", ["L", "N"])
def test_the_loss_is_the_total_of_which_no_other_is_made(first: str) -> None:
    """L = (Σ_t ℓ_t) / N with a total N, in whatever order the two are listed."""
    matrix, state, N = sp.MatrixSymbol("W", n, n), Sequence("s", n), sp.MatrixSymbol("N", 1, 1)
    definitions = (
        Definition(state, tanh(matrix * state[t - 1] + x[t]), Role.STATE),
        Definition(ell, sp.OneMatrix(1, n) * state[t], Role.OUTPUT),
    )
    bodies = {N: MatrixSum(sp.OneMatrix(1, n) * x[t], (t, 1, T)), L: MatrixSum(ell[t], (t, 1, T)) * N}
    totals = dict(sorted(bodies.items(), key=lambda item: item[0].name != first))
    own = Recurrence("mean", t, definitions, (matrix,), (x,), totals)
    assert own.outermost_total == L


def test_two_losses_have_to_be_told_apart() -> None:
    matrix, state = sp.MatrixSymbol("W", n, n), Sequence("s", n)
    definitions = (Definition(state, tanh(matrix * state[t - 1] + x[t]), Role.STATE),)
    one, other = (sp.MatrixSymbol(name, 1, 1) for name in ("J", "K"))
    bodies = {each: MatrixSum(sp.OneMatrix(1, n) * state[t], (t, 1, T)) for each in (one, other)}
    own = Recurrence("two", t, definitions, (matrix,), (x,), bodies)
    with pytest.raises(UnknownTermError, match="several totals: J, K"):
        generate(own)
