"""Programs in C, compiled and called: they have the value of the program, and its names do no harm."""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symrnn.cells import LSTM, Cell, Elman, gates, matrices
from symrnn.codegen import program_in_c
from symrnn.errors import ParameterError
from symrnn.evaluate import Program, derivative_program
from symrnn.expr import Elementwise, Sequence
from symrnn.recurrence import Recurrence
from symrnn.symbols import t

STEPS = 7
FUNCTIONS = {"phi": math.sinh, "phi'": math.cosh}
IN_C = "double phi(double z) { return sinh(z); }\ndouble phi_slope(double z) { return cosh(z); }\n"


def changing_places() -> Cell:
    """h and p read each other, and a weight and an input are called as C calls something of its own."""
    h, p, (x,) = Sequence("h", 1), Sequence("p", 1), gates("int", 1)
    (W, V), tanh = matrices("double derivative", 1, 1), Elementwise("tanh")
    return Cell("changing places", {h: tanh(W * p[t - 1] + V * x[t]), p: h[t - 1]}, (h, p), (W, V), (x,))


def constants() -> Cell:
    """Numbers that an int does not hold, or that C99 has no name for, and a weight called like a macro."""
    h, (W,), tanh = Sequence("h", 1), matrices("INFINITY", 1, 1), Elementwise("tanh")
    large = sp.Rational(1, 10**20) * sp.Integer(10) ** 20 / 3
    body = (
        tanh(W * h[t - 1] * large + sp.pi / sp.sqrt(2) * h[t - 1]) * sp.Integer(10) ** 20 * sp.Rational(1, 10**20 + 1)
    )
    return Cell("constants", {h: body}, (h,), (W,), ())


NETS: dict[str, tuple[Recurrence, str, str]] = {
    "Elman": (Elman("tanh").scalar(), "h", "W_hh"),
    "generic": (Elman().scalar(), "h", "W_xh"),
    "softplus": (Elman("softplus").scalar(), "h", "b_h"),
    "LSTM": (LSTM(1, 1), "c", "U_f"),
    "constants": (constants(), "h", "INFINITY"),
    "changing places": (changing_places(), "p", "double"),
}


def program_of(name: str, T: int = STEPS) -> Program:
    net, of, wrt = NETS[name]
    return derivative_program(net, T, of, next(p for p in net.parameters if p.name == wrt))


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
@pytest.mark.parametrize("name", NETS)
def test_what_is_compiled_has_the_value_of_the_program(name: str, tmp_path: Path) -> None:
    program, rng = program_of(name), np.random.default_rng(0)
    given = sorted((each for each in program.given if not each.is_number), key=str)
    numbers: dict[str, Any] = {str(each): rng.uniform(-1, 1) for each in given}
    inputs = {of: rng.uniform(-1, 1, STEPS) for of in program.inputs.values()}
    source = program_in_c(program)
    (tmp_path / "program.c").write_text(source + (IN_C if "phi(" in source else ""))
    command = ["cc", "-std=c99", "-Wall", "-Werror", "-O1", "-shared", "-fPIC", "-o", "program.so", "program.c", "-lm"]
    subprocess.run(command, cwd=tmp_path, check=True)
    derivative = ctypes.CDLL(str(tmp_path / "program.so")).derivative
    derivative.restype = ctypes.c_double
    arrays = [each.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for each in inputs.values()]
    found = derivative(*map(ctypes.c_double, numbers.values()), *arrays)
    assert found == pytest.approx(program.value(numbers | inputs, FUNCTIONS), rel=1e-13)
    assert found != 0


def test_it_does_not_grow_with_the_steps() -> None:
    short, long = (program_in_c(program_of("LSTM", T)) for T in (1, 10**6))
    assert short.replace("t < 1;", "t < 1000000;") == long


def test_what_is_no_program_is_refused() -> None:
    with pytest.raises(ParameterError, match="is not a program"):
        program_in_c(sp.Symbol("x"))
