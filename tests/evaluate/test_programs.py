"""The derivative of one unit as a program: SymPy's numbers, a few operations a step, and its limits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symrnn.cells import LSTM, Cell, Elman, gates, matrices
from symrnn.errors import EvaluationError, IndexRangeError, LimitError, SymbolClashError, UnknownTermError
from symrnn.evaluate import Program, derivative_program, programs, unroll
from symrnn.expr import Elementwise, Sequence
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import t

FUNCTIONS = {"phi": math.sinh, "phi'": math.cosh}


def remembering() -> Cell:
    """h_t reads p_t = h_{t-1}, and one state is the input."""
    h, p, r, (x,) = Sequence("h", 1), Sequence("p", 1), Sequence("r", 1), gates("x", 1)
    (W, V), tanh = matrices("W V", 1, 1), Elementwise("tanh")
    equations = {h: tanh(W * h[t - 1] + V * p[t - 1] + W * r[t - 1]), p: h[t - 1], r: x[t]}
    return Cell("remembering", equations, (h, p, r), (W, V), (x,))


NETS: dict[str, tuple[Recurrence, str, str]] = {
    "Elman": (Elman("tanh").scalar(), "h", "W_hh"),
    "undriven": (Elman("tanh").undriven().scalar(), "h", "W_hh"),
    "generic": (Elman().scalar(), "h", "W_xh"),
    "LSTM, the cell": (LSTM(1, 1), "c", "U_f"),
    "LSTM, its output": (LSTM(1, 1), "h", "U_o"),
    "remembering": (remembering(), "h", "V"),
}


def program_of(name: str, T: int) -> Program:
    net, of, wrt = NETS[name]
    return derivative_program(net, T, of, next(p for p in net.parameters if p.name == wrt))


def numbers_for(net: Recurrence, T: int) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    found: dict[str, Any] = {p.name: rng.uniform(-1, 1) for p in net.parameters}
    found |= {f"{d.sequence.name}_0": rng.uniform(-1, 1) for d in net.definitions}
    return found | {x.name: rng.uniform(-1, 1, T) for x in net.inputs}


def by_sympy(name: str, T: int, numbers: dict[str, Any]) -> float:
    """The derivative of the written-out state, at numbers."""
    net, of, wrt = NETS[name]
    value = unroll(net, T, form="scalar")[net.definition(of).sequence[T]]  # type: ignore[union-attr]
    derivative = sp.diff(value, sp.Symbol(wrt)).doit()
    phi = sp.Function("phi")
    derivative = derivative.replace(phi, sp.sinh).doit()
    at = {key: number for key, number in numbers.items() if np.ndim(number) == 0}
    at |= {f"{x.name}_{i + 1}": numbers[x.name][i] for x in net.inputs for i in range(T)}
    return float(derivative.subs({sp.Symbol(key): number for key, number in at.items()}))


def run(program: Program, numbers: dict[str, Any]) -> float:
    """The explicit operations, one after the other."""
    codes, operands = program.written_out()
    values = [float(each) if each.is_number else numbers[str(each)] for each in program.given]
    values += [numbers[name][at] for at in range(program.T) for name in program.inputs.values()]
    known = {**programs.UNARY, **FUNCTIONS}
    for code, (a, b) in zip(codes, operands, strict=True):
        name = program.names[code]
        values.append(
            programs.BINARY[name](values[a], values[b]) if name in programs.BINARY else known[name](values[a])
        )
        assert a < len(values) - 1
        assert b < len(values) - 1
    last = program.carried[program.result][1]
    assert isinstance(last, int)
    return float(values[len(values) - len(program.step) + last])


@pytest.mark.parametrize(("name", "T"), [(name, T) for name in NETS for T in ((1, 2) if "LSTM" in name else (1, 2, 4))])
def test_it_has_the_value_of_the_derivative(name: str, T: int) -> None:
    program, numbers = program_of(name, T), numbers_for(NETS[name][0], T)
    expected = by_sympy(name, T, numbers)
    assert program.value(numbers, FUNCTIONS) == pytest.approx(expected, rel=1e-12)
    assert run(program, numbers) == pytest.approx(expected, rel=1e-12)
    assert len(program.written_out()[0]) == len(program) == T * len(program.step)


@pytest.mark.parametrize("name", ["Elman", "undriven", "generic"])
def test_one_unit_takes_ten_operations_a_step(name: str) -> None:
    assert len(program_of(name, 1000).step) <= 10


def test_what_is_said_is_what_is_used() -> None:
    program = program_of("Elman", 5000)
    assert sum(array.nbytes for array in program.written_out()) == program.bytes == 450_000
    longest = program_of("Elman", programs.LONGEST)
    assert longest.bytes < programs.MOST_BYTES


def test_too_much_is_refused_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LimitError, match="T = 1000001 is too long"):
        program_of("Elman", programs.LONGEST + 1)
    program = program_of("Elman", 1000)
    monkeypatch.setattr(programs, "MOST_BYTES", 89_999)
    with pytest.raises(LimitError, match=r"10000 operations would take 0\.0 GB"):
        program.written_out()


def test_what_is_no_program_is_refused() -> None:
    net = Elman("tanh").scalar()
    for wrong in (0, -1, True, 2.0):
        with pytest.raises(IndexRangeError):
            derivative_program(net, wrong, "h", net.W_hh)  # type: ignore[arg-type]
    with pytest.raises(UnknownTermError, match="y is no state"):
        derivative_program(net, 3, "y", net.W_hh)
    with pytest.raises(UnknownTermError, match="V is no parameter"):
        derivative_program(net, 3, "h", sp.MatrixSymbol("V", 1, 1))
    with pytest.raises(EvaluationError):
        derivative_program(Elman("tanh"), 3, "h", Elman("tanh").W_hh)
    program, numbers = program_of("generic", 2), numbers_for(NETS["generic"][0], 2)
    with pytest.raises(EvaluationError, match="phi, phi' has no value"):
        program.value(numbers)
    with pytest.raises(EvaluationError, match="x has 1 values for 2 steps"):
        program.value(numbers | {"x": [1.0]}, FUNCTIONS)


def test_steps_that_are_not_alike_are_refused() -> None:
    h, g, (x,) = Sequence("h", 1), Sequence("g", 1, first=-1), gates("x", 1)
    (W,), ell = matrices("W", 1, 1), sp.MatrixSymbol("L", 1, 1)
    by_index = Definition(h, Elementwise("tanh")(sp.MatMul(t, W) * h[t - 1]), Role.STATE)
    with pytest.raises(UnknownTermError, match="not alike"):
        derivative_program(Recurrence("by index", t, (by_index,), (W,), (x,), {ell: sp.MatAdd(h[t])}), 5, "h", W)
    two_back = Definition(g, Elementwise("tanh")(W * g[t - 2] + g[t - 1]), Role.STATE)
    with pytest.raises(UnknownTermError, match="does not begin with one value"):
        derivative_program(Recurrence("two back", t, (two_back,), (W,), (x,), {ell: sp.MatAdd(g[t])}), 5, "g", W)


def test_a_name_of_its_own_is_refused() -> None:
    h, (W,) = Sequence("h", 1), matrices("dh", 1, 1)
    net = Cell("clash", {h: Elementwise("tanh")(W * h[t - 1])}, (h,), (W,))
    with pytest.raises(SymbolClashError, match="dh"):
        derivative_program(net, 2, "h", W)
