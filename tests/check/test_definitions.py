"""Definitions define: new names from what has a meaning already, and a network's own equations where they hold."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.cells import LSTM, Elman, Layered
from symrnn.check import verify
from symrnn.derivation import Claim, Definitions, Equation, Kind, Verdict
from symrnn.errors import SymbolClashError, UnknownTermError
from symrnn.expr import Sequence, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, l, m, n, t

s, T = sp.symbols("s T", integer=True)
rnn, net = Elman(), Layered()
h, W, b = rnn.h, rnn.W_hh, rnn.b_h
foo, bar = Sequence("foo", n), Sequence("bar", n)
late = Sequence("a", n)
M = sp.MatrixSymbol("M", n, n)
A_STEP = rnn.phi(rnn.a[t])


def verdict_on(*parts: Equation, recurrence: Recurrence = rnn) -> Verdict:
    return verify(Claim("c", "", Definitions(parts), Kind.DEFINITION, recurrence))


DEFINED = {
    "own": (Equation(h[t], A_STEP, (t >= 1,)),),
    "own, later on": (Equation(h[t], A_STEP, (t >= 5,)),),
    "own, shifted": (Equation(h[t + 1], rnn.phi(rnn.a[t + 1]), (t >= 0,)),),
    "own, at one index": (Equation(h[3], rnn.phi(rnn.a[3])),),
    "a total": (Equation(rnn.L, rnn.body(rnn.L), (T >= 0,)),),
    "new": (Equation(foo[t], h[t] + b, (t >= 0,)),),
    "new, of constants": (Equation(foo[t], 2 * b),),
    "new, without an index": (Equation(M, W * W),),
    "new, of the last step": (Equation(M, W * rnn.D(T), (T >= 1,)),),
    "new, counted backwards": (Equation(foo[T - t], h[t], (t >= 0,)),),
    "new, at one index": (Equation(foo[0], b),),
    "one by another": (Equation(foo[t], bar[t] + b, (t >= 0,)), Equation(bar[t], h[t], (t >= 0,))),
    "a derivative": (Equation(M, TotalJacobian(h[2], h[1])),),
}


@pytest.mark.parametrize("name", DEFINED)
def test_what_defines(name: str) -> None:
    verdict = verdict_on(*DEFINED[name])
    assert verdict.kind is Kind.DEFINITION, verdict.reason
    assert verdict.statement == Definitions(DEFINED[name])


UNDEFINED = {
    "a circle": ((Equation(foo[t], bar[t]), Equation(bar[t], foo[t] + b)), "go round in a circle"),
    "a circle of three": (
        (Equation(foo[t], bar[t]), Equation(bar[t], Sequence("G", n)[t]), Equation(Sequence("G", n)[t], foo[t])),
        "go round in a circle",
    ),
    "a circle with a shift": ((Equation(foo[t], bar[t - 1]), Equation(bar[t], foo[t - 1])), "go round in a circle"),
    "a circle at other indices": ((Equation(foo[0], bar[1]), Equation(bar[2], foo[3])), "go round in a circle"),
    "by itself": ((Equation(foo[t], foo[t - 1]),), "go round in a circle"),
    "by itself, as a matrix": ((Equation(M, M.T),), "go round in a circle"),
    "a free index": ((Equation(foo[t], h[s], (s >= 0,)),), "depends on s, which it does not name"),
    "a free index beside its own": ((Equation(foo[t], h[t - k], (t >= k,)),), "depends on k"),
    "a free index of a matrix": ((Equation(M, W * rnn.D(t), (t >= 1,)),), "depends on t"),
    "a free index in an exponent": ((Equation(M, W**k, (k >= 0,)),), "depends on k"),
    "many values for one index": ((Equation(foo[t - k], h[t], (t >= 0,)),), "no single index"),
    "an index and its opposite": ((Equation(foo[t**2], h[t], (t >= 0,)),), "no single index"),
    "every other index": ((Equation(foo[2 * t], h[t], (t >= 0,)),), "no single index"),
    "what exists later on only": ((Equation(foo[t], h[t - 1]),), "may not exist"),
    "what has no meaning": ((Equation(foo[t], bar[t]),), "no meaning itself"),
    "two meanings": ((Equation(foo[t], b), Equation(foo[s], 2 * b)), "two meanings"),
    "two indices": ((Equation(foo[0], b), Equation(foo[1], 2 * b)), "two meanings"),
    "own, from the start": ((Equation(h[0], rnn.phi(late[0])),), "from index 1 on only"),
    "own, at every index": ((Equation(h[t], A_STEP),), "from index 1 on only"),
    "own, too early": ((Equation(h[t], A_STEP, (t >= 0,)),), "from index 1 on only"),
    "own, of another": ((Equation(h[t], rnn.phi(rnn.a[t + 1]), (t >= 1,)),), "otherwise"),
    "nothing": ((Equation(h[t], W * h[t], (t >= 1, t <= 0)),), "says nothing"),
    "an input": ((Equation(rnn.x[t], rnn.x[t], (t >= 1,)),), "not what the Elman network defines"),
    "a parameter": ((Equation(W, 2 * W),), "not what the Elman network defines"),
    "an expression": ((Equation(W * h[t], h[t], (t >= 1,)),), "not what the Elman network defines"),
    "no number": ((Equation(M, sp.Symbol("c", extended_real=True) * W),), "need not be finite"),
}


@pytest.mark.parametrize("name", UNDEFINED)
def test_what_defines_nothing(name: str) -> None:
    parts, why = UNDEFINED[name]
    verdict = verdict_on(*parts)
    assert verdict.kind is Kind.UNDECIDED
    assert why in verdict.reason


def test_a_derivative_of_what_is_not_known_is_no_meaning() -> None:
    assert verdict_on(Equation(M, TotalJacobian(bar[2], h[1]))).kind is Kind.UNDECIDED


def test_other_networks_and_layers_count_from_their_first_index() -> None:
    cell = LSTM()
    gates = [d for d in cell.definitions if d.sequence.name == "c"]
    for definition in gates:
        body = cell.body(definition.sequence.at(t))
        assert verdict_on(Equation(definition.sequence.at(t), body, (t >= 1,)), recurrence=cell).kind is Kind.DEFINITION
        assert verdict_on(Equation(definition.sequence.at(t), body), recurrence=cell).kind is Kind.UNDECIDED
    layer = Equation(net.y[l], net.a[l](net.f[l]))
    assert verdict_on(layer, recurrence=net).kind is Kind.UNDECIDED
    assert verdict_on(Equation(layer.lhs, layer.rhs, (l >= 1,)), recurrence=net).kind is Kind.DEFINITION


def test_statements_that_are_no_definitions() -> None:
    with pytest.raises(UnknownTermError, match="define nothing"):
        Definitions(())
    with pytest.raises(UnknownTermError, match="defines nothing"):
        Definitions((h[t],))  # type: ignore[arg-type]
    with pytest.raises(SymbolClashError):
        Definitions((Equation(M, W), Equation(sp.MatrixSymbol("M", m, m), sp.Identity(m))))
