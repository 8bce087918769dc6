"""Derivations and proofs against SymPy's derivative of what is written out, and the program of one unit."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import sympy as sp

from benchmarks.rows import MEGABYTES, SECONDS, Case, Cost, Growth, Row, Work, in_a_process
from symrnn.cells import Elman
from symrnn.derivation import Kind
from symrnn.evaluate import Assignment, Evaluator, Floats, Program, derivative_program
from symrnn.symbols import t

PROVED = """
from symrnn import {cell}, T, t
from symrnn.cells import deep
net = {net}
of = {of}
for p in {wrt}:
    assert net.derive(of, wrt=p).verify().kind.name == "PROVED", p
"""
NAIVE = """
import sys, threading
import sympy as sp
sys.setrecursionlimit(10**6)
threading.stack_size(2**29)
def work():
    W = sp.Matrix({units}, {units}, lambda i, j: sp.Symbol(f"W_{{i}}_{{j}}"))
    h = sp.Matrix({units}, 1, lambda i, _: sp.Symbol(f"h_0_{{i}}"))
    for t in range({T}):
        known = sp.Matrix({units}, 1, lambda i, _: sp.Symbol(f"a_{{t + 1}}_{{i}}"))
        h = (W * h + known).applyfunc({phi})
    return [sp.diff(entry, weight) for entry in h for weight in W]
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def one_jacobian(phi: str, steps: int, units: int) -> Case:
    """dh_t/dW_hh, derived and proved for every t and size, and SymPy's derivatives of a few units after some steps.

    Those of two units double from one step to the next, so that they cannot be had for T = 64.

    Raises:
        ValueError: where the closed form has another value than SymPy's derivative.
    """
    _require_equal_values()
    net = "Elman()" if phi == "phi" else f"Elman({phi!r})"
    ours = PROVED.format(cell="Elman", net=net, of="net.h[t]", wrt="[net.W_hh]")
    function = 'sp.Function("phi")' if phi == "phi" else f"sp.{phi}"
    naive = NAIVE.format(phi=function, T=steps, units=units)
    return Case(_running(ours), {"SymPy's diff": _running(naive)}, lambda *_: "")


def _running(code: str) -> Work:
    return lambda: in_a_process(("-c", code))


def _require_equal_values(steps: int = 5) -> None:
    rnn = Elman("tanh").scalar().undriven()
    derivation = rnn.derive(rnn.h[t], wrt=rnn.W_hh)
    if derivation.verify().kind is not Kind.PROVED:
        raise ValueError("dh_t/dW_hh is not proved, so its time is not compared")
    W, h = sp.Symbol("W"), sp.Symbol("h")
    value = h
    for _ in range(steps):
        value = sp.tanh(W * value)
    theirs = float(sp.diff(value, W).subs({W: 0.5, h: 0.25}))
    numbers = Assignment({}, {t: steps}, {rnn.W_hh: [[0.5]], ("h", 0): [[0.25]]})
    ours = float(Evaluator(Floats(), numbers, rnn).value(derivation.closed_form)[0, 0])
    if abs(ours - theirs) > 1e-12:
        raise ValueError(f"the closed form has the value {ours}, SymPy's derivative {theirs}")


UNIT = Elman("tanh").undriven().scalar()


def program(steps: int) -> Program:
    """The program of dh_T/dW_hh, every operation written out."""
    found = derivative_program(UNIT, steps, "h", UNIT.W_hh)
    found.written_out()
    return found


def by_symengine(steps: int) -> Any:
    """The derivative as an expression of SymEngine, which shares what is equal."""
    import symengine

    W, h = symengine.symbols("W h")
    for _ in range(steps):
        h = symengine.tanh(W * h)
    return h.diff(W)


def against_symengine(steps: int) -> Case:
    """Both for the same number of steps; the values are compared at numbers."""

    def differ(ours: Program, theirs: Any) -> str:
        import symengine

        found = ours.value({"W_hh": 0.5, "h_0": 0.25})
        value = symengine.Lambdify(list(symengine.symbols("W h")), [theirs], cse=True)([0.5, 0.25])[0]
        return "" if np.isclose(found, value, rtol=1e-10) else f"{found} and {value}"

    return Case(partial(program, steps), {"SymEngine": partial(by_symengine, steps)}, differ)


LSTM = PROVED.format(cell="LSTM", net="LSTM()", of="net.L", wrt="net.parameters")
GRUS = PROVED.format(
    cell="GRU",
    net='deep(GRU, layers=2).with_loss("softmax cross-entropy")',
    of="[*net.totals][0]",
    wrt="net.parameters",
)
MILLION = """
from benchmarks.rows_derivatives import program
program(10**6)
"""
ROWS: list[Row | Growth | Cost] = [
    Row("P1 dh_t/dW_hh, φ, one unit, T = 64", partial(one_jacobian, "phi", 64, 1), {"SymPy's diff": 100}, rounds=3),
    Row("P1 dh_t/dW_hh, tanh, one unit, T = 64", partial(one_jacobian, "tanh", 64, 1), {"SymPy's diff": 100}, rounds=3),
    Row("P1 dh_t/dW_hh, φ, two units, T = 10", partial(one_jacobian, "phi", 10, 2), {"SymPy's diff": 100}, rounds=1),
    Row(
        "P1 dh_t/dW_hh, tanh, two units, T = 10", partial(one_jacobian, "tanh", 10, 2), {"SymPy's diff": 100}, rounds=1
    ),
    Cost("P1 all parameters of an LSTM", lambda: ("-c", LSTM), {SECONDS: 2}, rounds=3),
    Cost("P1 all parameters of two GRUs", lambda: ("-c", GRUS), {SECONDS: 8}, rounds=1),
    Row(
        "P2 program of one unit, T = 1000", partial(against_symengine, 1000), {"SymEngine": 2}, ("symengine",), once=10
    ),
    Growth(
        "P2 program of one unit in T",
        lambda steps: partial(program, steps),
        (10**4, 10**5, 10**6),
        {"slope": 1.1},
    ),
    Cost("P2 program of one unit, T = 10^6", lambda: ("-c", MILLION), {MEGABYTES: 2000}, rounds=1),
]
