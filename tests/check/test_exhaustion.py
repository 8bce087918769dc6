"""Claims that need more than they may: UNDECIDED with the reason, in bounded time and memory."""

import subprocess
import sys
from importlib import import_module

import pytest
import sympy as sp

from symrnn.budget import Limits, resident_memory
from symrnn.cells import Elman
from symrnn.check import verify
from symrnn.derivation import Claim, Equation, Inequality, Kind
from symrnn.expr import Elementwise, Norm, OrderedProduct, TotalJacobian
from symrnn.symbols import k, n, t

rnn = Elman()
W = rnn.W_hh
M = sp.MatrixSymbol("M", n, n)


def decided(statement, recurrence=rnn, **limits):
    return verify(Claim("x", "x", statement, Kind.PROVED, recurrence), limits=Limits(**limits))


def later(at, of=rnn):
    return Equation(TotalJacobian(of.h[at], of.W_hh), TotalJacobian(of.h[at - 1], of.W_hh))


def test_a_numeric_index_with_a_generic_function_takes_little_memory():
    before = resident_memory()
    verdict = decided(later(20), time=None)
    assert (verdict.kind, verdict.counterexample.values["phi(z)"]) == (Kind.REFUTED, "z")
    assert resident_memory() - before < 500


@pytest.mark.parametrize("digits", [10, 100])
def test_numbers_of_too_many_digits_give_way_to_balls(digits):
    square = Elman("square", hidden=1, inputs=1, outputs=1)
    assert decided(later(6, square), square, digits=digits, time=None).kind is Kind.REFUTED


@pytest.mark.parametrize(
    ("statement", "recurrence"),
    [
        (later(2000), rnn),
        (Equation(OrderedProduct(W + rnn.D(k), (k, 1, 900), "descending"), W), rnn),
        (Inequality(Norm(M), Norm(M, "F")), None),
    ],
)
def test_the_time_runs_out(statement, recurrence):
    verdict = decided(statement, recurrence, time=1e-4)
    assert verdict.kind is Kind.UNDECIDED
    assert "no verdict within 0.0001 s of CPU time; raise it with --time" in verdict.reason


def memory_runs_out():
    verdict = decided(later(300, Elman("square")), memory=1e-6)
    print(verdict.kind, verdict.reason)


def test_the_memory_runs_out():
    """In a process of its own: one that has freed memory before may need no more."""
    call = f"import sys; sys.path[:0] = {sys.path!r}; from {__name__} import memory_runs_out; memory_runs_out()"
    said = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=True).stdout
    assert said.startswith("UNDECIDED")
    assert "MB of memory; raise it with --memory" in said


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (later(10**6), "the limit is 100000"),
        (Equation(sp.MatrixSymbol("Q", 10**6, 10**6) ** 2, sp.MatrixSymbol("Q", 10**6, 10**6)), "too large"),
        (later(2, Elman(hidden=300, inputs=1, outputs=1)), "the limit is 2000 entries"),
    ],
)
def test_absurd_indices_and_sizes(statement, reason):
    recurrence = Elman(hidden=300, inputs=1, outputs=1) if "2000" in reason else rnn
    verdict = decided(statement, recurrence)
    assert verdict.kind is Kind.UNDECIDED
    assert reason in verdict.reason


def test_sums_that_are_too_long():
    total = sp.Sum(sp.Symbol("c", positive=True) ** k, (k, 0, 10**8))
    assert decided(Inequality(total, total), None).kind in (Kind.UNDECIDED, Kind.PROVED)


def test_terms_that_are_nested_deeply():
    inside = rnn.h[t]
    for _ in range(180):
        inside = Elementwise("tanh")(W * inside)
    statement = Equation(inside, rnn.h[t], (t >= 0,))
    verdict = decided(statement)
    assert verdict.kind in (Kind.UNDECIDED, Kind.REFUTED)


def test_python_s_own_limits_are_reasons(monkeypatch):
    for error, reason in ((RecursionError(), "nested too deeply"), (MemoryError(), "not enough memory")):

        def fail(*_, error=error):
            raise error

        monkeypatch.setattr(import_module("symrnn.check.verify"), "decide", fail)
        assert reason in decided(later(1)).reason


@pytest.mark.table(quick=0)
def test_numbers_far_from_one_are_printed():
    square = Elman("square", hidden=1, inputs=1, outputs=1)
    assert decided(Equation(square.h[40], square.h[39]), square, time=5, digits=1000).kind is not Kind.PROVED
