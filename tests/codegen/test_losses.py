"""Losses with a formula: the code has their value and their gradients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from codegen.harness import NUMBERS, draw, gap, gradients, module_of, require_zeros_without_steps
from codegen.stacks import STACKS
from codegen.test_gradients import TOLERANCE, by_complex_step

from symrnn.cells import GRU, IRNN, LSTM, MGU, Elman, Leaky
from symrnn.cells.cell import matrices
from symrnn.cells.training import masked, with_loss
from symrnn.cells.untied import Untied
from symrnn.codegen import generate
from symrnn.expr import Concatenation, Elementwise, LogSumExp, MatrixSum, Sequence, Softmax
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, m, n, q, t

NETS: dict[str, Recurrence] = {
    f"{loss}, {over}": with_loss(Elman("tanh"), loss, over=over)
    for loss in ("squared error", "binary cross-entropy", "softmax cross-entropy")
    for over in ("sum", "mean", "last")
}
NETS |= {
    "readout": with_loss(LSTM(), "softmax cross-entropy", readout=q),
    "readout of the cell": with_loss(LSTM(), "squared error", readout=q, of="c", over="last"),
    "rectifiers": with_loss(IRNN(), "binary cross-entropy"),
    "a masked loss": with_loss(GRU(), "squared error", masked=True),
    "a masked mean": with_loss(MGU(), "softmax cross-entropy", masked=True, over="mean"),
    "masked states": masked(with_loss(LSTM(), "squared error", readout=q, over="last")),
    "generic, last": with_loss(Leaky("tanh", rate=sp.Rational(1, 4)), "generic", over="last"),
    "generic, mean": with_loss(Leaky("tanh", rate=sp.Rational(1, 4)), "generic", over="mean"),
}
NUMBERS["a masked mean"] = {"N": 2.5}


@pytest.mark.parametrize("name", [name for name in NETS if not name.startswith("generic")])
def test_the_gradients_of_the_loss(name: str, tmp_path: Path) -> None:
    net = NETS[name]
    module, drawn = module_of(net, tmp_path), draw(net, name)
    assert gap(module.loss(drawn.params, drawn.inputs, drawn.initial, **drawn.numbers), _loss(module, drawn)) == 0
    for found, given in zip(gradients(module, drawn), (drawn.params, drawn.inputs, drawn.initial), strict=True):
        for key, gradient in found.items():
            if key in net_parameters(net) or np.max(np.abs(gradient)):
                assert gap(gradient, by_complex_step(module, drawn, given, key)) < TOLERANCE, key


def net_parameters(net: Recurrence) -> set[str]:
    return {parameter.name for parameter in net.parameters}


def _loss(module, drawn):  # type: ignore[no-untyped-def]
    return module.forward(drawn.params, drawn.inputs, drawn.initial, **drawn.numbers)["L"]


def test_a_loss_at_the_end_uses_the_last_slope_only(tmp_path: Path) -> None:
    net = NETS["generic, last"]
    module, drawn = module_of(net, tmp_path), draw(net)
    before = gradients(module, drawn)[0]["W"]
    drawn.slopes["dell_dh"][:-1] = 0
    assert gap(gradients(module, drawn)[0]["W"], before) == 0


def test_a_mean_is_a_part_of_a_sum(tmp_path: Path) -> None:
    sums = Leaky("tanh", rate=sp.Rational(1, 4))
    drawn = draw(sums, steps=5)
    whole = gradients(module_of(sums, tmp_path), drawn)[0]["U"]
    part = gradients(module_of(NETS["generic, mean"], tmp_path), drawn)[0]["U"]
    assert gap(part, whole / 5) < TOLERANCE


def test_a_batch_sums(tmp_path: Path) -> None:
    """A sequence twice in one batch counts twice."""
    net = NETS["readout"]
    module, drawn = module_of(net, tmp_path), draw(net, batch=1)
    once = _loss(module, drawn), gradients(module, drawn)[0]
    for part in (drawn.inputs, drawn.initial):
        for key in part:
            part[key] = np.concatenate([part[key]] * 2, axis=-1)
    twice = _loss(module, drawn), gradients(module, drawn)[0]
    assert gap(twice[0], 2 * once[0]) < TOLERANCE
    for key, gradient in twice[1].items():
        assert gap(gradient, 2 * once[1][key]) < TOLERANCE, key


# -- unusual equations ------------------------------------------------------------------------------------------


x = Sequence("x", n, first=1)


def small(
    definitions: tuple[Definition, ...],
    parameters: tuple[sp.MatrixSymbol, ...],
    total: sp.MatrixExpr,
    inputs: tuple[Sequence, ...] = (x,),
) -> Recurrence:
    return Recurrence("small", t, definitions, parameters, inputs, {sp.MatrixSymbol("L", 1, 1): total})


tanh = Elementwise("tanh")
h, y = Sequence("h", n), Sequence("y", n, first=1)
ell = Sequence("ell", 1, first=1)
U, v, b = sp.MatrixSymbol("U", n, n), sp.MatrixSymbol("v", n, 1), sp.MatrixSymbol("b", n, 1)
step = Definition(h, tanh(U * h[t - 1] + x[t]), Role.STATE)
length = MatrixSum(ell[t], (t, 1, T))
ones = sp.OneMatrix(1, n)
g = Sequence("g", n, first=-1)
u = Sequence("u", m, first=1)
r, w, V = Sequence("r", m), Sequence("w", m, first=1), sp.MatrixSymbol("V", m, m)
A, B = sp.MatrixSymbol("A", n, n + m), sp.MatrixSymbol("B", n, m + 2 * n)
z = Sequence("z", n, first=2)
row = sp.MatrixSymbol("row", 1, n)

UNUSUAL: dict[str, Recurrence] = {
    "a loss that pays for weights": small(
        (step, Definition(ell, sp.Transpose(v) * h[t] + sp.Transpose(b) * b, Role.OUTPUT)), (U, v, b), length
    ),
    "an inverse and a power": small(
        (
            Definition(h, sp.Inverse(U) * h[t - 1] + U**2 * x[t], Role.STATE),
            Definition(ell, sp.Transpose(h[t]) * h[t], Role.OUTPUT),
        ),
        (U,),
        length,
    ),
    "a state that is a parameter": small(
        (
            Definition(h, sp.MatAdd(b), Role.STATE),
            Definition(y, U * h[t] + x[t], Role.OUTPUT),
            Definition(ell, sp.Transpose(y[t]) * y[t], Role.OUTPUT),
        ),
        (U, b),
        length,
    ),
    **{
        name: small(
            (
                Definition(h, tanh(U * h[t - 1] + x[t] + term), Role.STATE),
                Definition(ell, ones * h[t], Role.OUTPUT),
            ),
            (U, *given),
            length,
        )
        for name, term, given in (
            ("a bias that is a row", row.T, (row,)),
            ("a row on a diagonal", sp.DiagMatrix(row.T) * h[t - 1], (row,)),
            ("a column on a diagonal", sp.DiagMatrix(b) * h[t - 1], (b,)),
            ("a product on a diagonal", sp.DiagMatrix(U * b) * h[t - 1], (b,)),
            ("a value on a diagonal", sp.DiagMatrix(tanh(b)) * h[t - 1], (b,)),
            ("a row entry by entry", sp.HadamardProduct(row.T, h[t - 1]), (row,)),
            ("a constant of a weight", U * b, (b,)),
            ("a constant of its transpose", U.T * b, (b,)),
            ("a constant of both", (U - U.T) * b + U.T * x[t], (b,)),
            ("a constant of a row", (row * U).T, (row,)),
            ("a constant of ones", U * sp.OneMatrix(n, 1), ()),
            ("a transposed constant of ones", U.T * sp.OneMatrix(n, 1), ()),
        )
    },
    "a sum of entries": small(
        (step, Definition(y, U * h[t], Role.OUTPUT), Definition(ell, ones * y[t], Role.OUTPUT)), (U,), length
    ),
    "two steps back": small(
        (
            Definition(g, tanh(U * g[t - 2] + sp.HadamardProduct(v, g[t - 1]) + x[t]), Role.STATE),
            Definition(ell, ones * g[t] + sp.Transpose(v) * g[t - 1], Role.OUTPUT),
        ),
        (U, v),
        length,
    ),
    "an output that begins late": small(
        (
            step,
            Definition(z, sp.HadamardProduct(h[t], h[t - 1]) + x[t - 1], Role.INTERMEDIATE, first=2),
            Definition(Sequence("ell", 1, first=2), sp.Transpose(v) * z[t], Role.OUTPUT, first=2),
        ),
        (U, v),
        MatrixSum(Sequence("ell", 1, first=2)[t], (t, 2, T)),
    ),
    "a number read off a state": small(
        (step, Definition(ell, sp.MatMul(h[t][0, 0] ** 2, sp.Transpose(v), h[t]), Role.OUTPUT)), (U, v), length
    ),
    "a product of matrices": small(
        (
            Definition(h, tanh(U * U * h[t - 1] + sp.DiagMatrix(v) * U * x[t]), Role.STATE),
            Definition(ell, sp.Transpose(h[t]) * U * h[t], Role.OUTPUT),
        ),
        (U, v),
        length,
    ),
    "the loss of the first steps": small(
        (step, Definition(ell, ones * h[t], Role.OUTPUT)), (U,), MatrixSum(ell[t], (t, 2, T))
    ),
    "a sum that counts from the index before": small(
        (step, Definition(ell, ones * h[t], Role.OUTPUT)), (U,), MatrixSum(ell[t + 1], (t, 0, T - 1))
    ),
    "the last two steps": small((step, Definition(ell, ones * h[t], Role.OUTPUT)), (U,), ell[T] + 2 * ell[T - 1]),
    "the last step counts more": small(
        (step, Definition(ell, sp.Transpose(v) * h[t], Role.OUTPUT)), (U, v), length + 3 * ell[T]
    ),
    "the last change": small(
        (
            step,
            Definition(y, sp.HadamardProduct(h[t], h[t - 1]) + x[t], Role.OUTPUT),
            Definition(ell, sp.Transpose(v) * y[t], Role.OUTPUT),
        ),
        (U, v),
        sp.MatAdd(ell[T]),
    ),
    "from both ends, the last step": small(
        (
            step,
            Definition(r, tanh(V * r[t - 1] + w[t]), Role.STATE),
            Definition(y, A * Concatenation(h[t], r[T + 1 - t]), Role.OUTPUT),
            Definition(ell, sp.Transpose(y[t]) * y[t], Role.OUTPUT),
        ),
        (U, V, A),
        sp.MatAdd(ell[T]),
        (x, w),
    ),
    "from both ends": small(
        (
            step,
            Definition(r, tanh(V * r[t - 1] + w[t]), Role.STATE),
            Definition(y, A * Concatenation(h[t], r[T + 1 - t]) + b, Role.OUTPUT),
            Definition(ell, LogSumExp(y[t]) - sp.Transpose(x[t]) * y[t], Role.OUTPUT),
        ),
        (U, V, A, b),
        length,
        (x, w),
    ),
    "a matrix for each step": Untied(
        with_loss(LSTM(), "squared error"), *matrices("U_f", n, n), *matrices("b_o", n, 1)
    ),
    "columns below each other": small(
        (
            Definition(h, tanh(A * Concatenation(h[t - 1], u[t]) + b), Role.STATE),
            Definition(y, sp.HadamardProduct(B * Concatenation(u[t], h[t], b), h[t]), Role.OUTPUT),
            Definition(ell, ones * y[t], Role.OUTPUT),
        ),
        (A, B, b),
        length,
        (u,),
    ),
    "softmax inside": small(
        (
            Definition(h, sp.HadamardProduct(Softmax(U * h[t - 1] + x[t]), tanh(h[t - 1])), Role.STATE),
            Definition(ell, LogSumExp(sp.HadamardProduct(v, h[t])), Role.OUTPUT),
        ),
        (U, v),
        length,
    ),
    "names of Python": Recurrence(
        "lambda",
        t,
        (
            Definition(
                Sequence("lambda", n), tanh(sp.MatrixSymbol("np", n, n) * Sequence("lambda", n)[t - 1]), Role.STATE
            ),
            Definition(ell, ones * Sequence("lambda", n)[t], Role.OUTPUT),
        ),
        (sp.MatrixSymbol("np", n, n),),
        (x,),
        {sp.MatrixSymbol("L", 1, 1): length},
    ),
    "names that look alike": Recurrence(
        "alike",
        t,
        (
            Definition(Sequence("dh", n), tanh(sp.MatrixSymbol("W h", n, n) * Sequence("dh", n)[t - 1]), Role.STATE),
            Definition(Sequence("h", n), tanh(sp.MatrixSymbol("W_h", n, n) * Sequence("dh", n)[t] + x[t]), Role.STATE),
            Definition(ell, ones * Sequence("h", n)[t], Role.OUTPUT),
        ),
        (sp.MatrixSymbol("W h", n, n), sp.MatrixSymbol("W_h", n, n)),
        (x,),
        {sp.MatrixSymbol("L", 1, 1): length},
    ),
}


UNUSUAL |= STACKS


@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_equations(name: str, tmp_path: Path) -> None:
    net = UNUSUAL[name]
    module, drawn = module_of(net, tmp_path), draw(net)
    for found, given in zip(gradients(module, drawn), (drawn.params, drawn.inputs, drawn.initial), strict=True):
        for key, gradient in found.items():
            expected = by_complex_step(module, drawn, given, key)
            if np.max(np.abs(expected)):
                assert gap(gradient, expected) < TOLERANCE, key
            else:
                assert not np.any(gradient), key


WITHOUT_STEPS: dict[str, Recurrence] = {
    name: net for name, net in NETS.items() if name.endswith("sum") or name in ("readout", "rectifiers")
}
WITHOUT_STEPS |= {name: net for name, net in STACKS.items() if name != "blocks of parameters"}  # x alone tells m there


@pytest.mark.parametrize("name", WITHOUT_STEPS)
def test_without_steps_the_gradients_are_zero(name: str, tmp_path: Path) -> None:
    net = WITHOUT_STEPS[name]
    require_zeros_without_steps(module_of(net, tmp_path), draw(net))


def test_the_cell_of_a_user_is_code_as_well() -> None:
    assert isinstance(NETS["readout"], Recurrence)
    assert "def loss(" in generate(NETS["readout"])
    assert "def loss(" not in generate(NETS["generic, mean"])
