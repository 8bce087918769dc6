"""Cells from papers: every gradient is proved, claims about them are proved or refuted, and they are short to write."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import pytest
import sympy as sp
from cells.papers import ALPHA, EPSILON, PAPERS

from symrnn.cells import complement, entrywise
from symrnn.check import verify
from symrnn.derivation import Equation, ForEvery, Kind
from symrnn.expr import (
    Elementwise,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    StopGradient,
    TotalJacobian,
    UnitVector,
)
from symrnn.recurrence import Recurrence
from symrnn.symbols import T, k, m, n, s, t
from symrnn.symbols import u as j

D, I, ONES = sp.DiagMatrix, sp.Identity(n), sp.OneMatrix(n, 1)
FLOW = (k >= 0, t >= k)


@cache
def net(name: str) -> Recurrence:
    return PAPERS[name]()


PARAMETERS = [(name, parameter.name) for name in PAPERS for parameter in net(name).parameters]


QUICK = ("layer normalisation, g", "SCRN, B", "IndRNN, u", "zoneout, U", "lag 2, V", "detached peephole, p")
"""The LN-LSTM takes ten seconds and more for each."""


@pytest.mark.parametrize("name", PAPERS)
def test_ten_lines_are_enough(name: str) -> None:
    body = inspect.getsource(PAPERS[name]).split('"""')[2]
    assert len([line for line in body.splitlines() if line.strip()]) <= 10


@pytest.mark.table(quick=QUICK)
@pytest.mark.parametrize(("name", "parameter"), PARAMETERS, ids=[f"{name}, {each}" for name, each in PARAMETERS])
def test_every_gradient_is_proved(name: str, parameter: str) -> None:
    cell = net(name)
    assert cell.derive(cell.L, wrt=getattr(cell, parameter)).verify().kind is Kind.PROVED


def total(of: str, wrt: str, cell: Recurrence) -> TotalJacobian:
    """The Jacobian of one quantity at t by another one, which is at t, too, where it has an index."""
    by = getattr(cell, wrt)
    return TotalJacobian(getattr(cell, of)[t], by if isinstance(by, sp.MatrixSymbol) else by[t])


def claims() -> dict[str, tuple[str, Equation, Kind]]:
    """What is said of these cells: of which, what, and whether it is so."""
    true, false = Kind.PROVED, Kind.REFUTED
    found: dict[str, tuple[str, Equation, Kind]] = {}

    def claim(title: str, cell: str, *sides_and_conditions: Any, kind: Kind = true, given: Any = ()) -> None:
        left, right, *where = sides_and_conditions
        found[title] = (cell, Equation(left, right, tuple(where) or (t >= 1,), given), kind)

    c = net("layer normalisation")
    r = c.r_v[t][0, 0]
    centre = I - ONES * ONES.T / n
    name = "layer normalisation"
    claim("the mean is taken off", name, total("c_v", "u_v", c), centre)
    claim("the slope of 1/√", name, TotalJacobian(c.r_v[t], c.s_v[t]), -sp.MatMul(r**3 / 2, sp.Identity(1)))
    scaled = sp.MatMul(r, D(c.g), centre) - sp.MatMul(r**3 / n, D(c.g), c.c_v[t], c.c_v[t].T, centre)
    claim("through the mean and the deviation", name, total("v", "u_v", c), scaled)
    claim("only divided", name, total("v", "u_v", c), sp.MatMul(r, D(c.g)), kind=false)
    claim("the bias takes the errors", name, Gradient(c.L, c.b), MatrixSum(Gradient(c.L, c.v[t]), t, 1, T), T >= 0)

    c = net("SCRN")
    p = sp.Identity(c.s.rows)
    claim("context fades slowly", "SCRN", TotalJacobian(c.s[t], c.s[t - k]), ALPHA**k * p, *FLOW)
    claim("context fades at once", "SCRN", TotalJacobian(c.s[t], c.s[t - k]), (1 - ALPHA) ** k * p, *FLOW, kind=false)

    c = net("QRNN")
    claim("gates do not feel the state", "QRNN", TotalJacobian(c.c[t], c.c[t - 1]), D(c.f[t]))
    claim("only the new input counts", "QRNN", TotalJacobian(c.c[t], c.x[t - 1]), sp.ZeroMatrix(n, m), kind=false)

    c = net("IndRNN")
    slope = D(Elementwise("relu")(c.W * c.x[t] + entrywise(c.u, c.h[t - 1]) + c.b, order=1))
    claim("units by themselves", "IndRNN", TotalJacobian(c.h[t], c.h[t - 1]), slope * D(c.u))
    at = t - j
    slopes = D(Elementwise("relu")(c.W * c.x[at] + entrywise(c.u, c.h[at - 1]) + c.b, order=1))
    back, all_of_them = TotalJacobian(c.h[t], c.h[t - k]), OrderedProduct(slopes, (j, 0, k - 1), "ascending")
    claim("slopes apart from weights", "IndRNN", back, all_of_them * D(c.u) ** k, *FLOW)
    claim("weights apart from slopes", "IndRNN", back, D(c.u) ** k * all_of_them, *FLOW)
    claim("a weight too many", "IndRNN", back, all_of_them * D(c.u) ** (k + 1), *FLOW, kind=false)
    fewer = OrderedProduct(slopes, (j, 1, k - 1), "ascending")
    claim("a slope too few", "IndRNN", back, fewer * D(c.u) ** k, k >= 1, t >= k, kind=false)
    claim("a rectifier is linear", "IndRNN", TotalJacobian(c.h[t], c.h[t - 1]), D(c.u), kind=false)

    c = net("state space model")
    A = D(c.a)
    scan = A**t * c.h[0] + MatrixSum(A ** (t - s) * c.B * c.x[s], s, 1, t)
    name = "state space model"
    claim("a scan is the recurrence", name, c.h[t], scan, t >= 0)
    chunk = A**k * c.h[t - k] + MatrixSum(A ** (t - s) * c.B * c.x[s], s, t - k + 1, t)
    claim("a scan of chunks", name, c.h[t], chunk, *FLOW)
    late = A**k * c.h[t - k] + MatrixSum(A ** (t - s) * c.B * c.x[s], s, t - k + 2, t)
    claim("a chunk without its first input", name, c.h[t], late, k >= 1, t >= k, kind=false)
    kernel = MatrixSum(c.C * A**j * c.B * c.x[t - j], j, 0, t - 1) + c.D * c.x[t]
    claim("a convolution", name, c.y[t], c.C * A**t * c.h[0] + kernel)

    c = net("encoder and decoder")
    name = "encoder and decoder"
    decoding = ForEvery(Equation(c.k[s], sp.ZeroMatrix(1, 1)), s, s >= 1)
    claim("the encoder is not used", name, total("h", "W", c), sp.ZeroMatrix(n, n * m), given=(decoding,))
    claim("it is used, in general", name, total("h", "W", c), sp.ZeroMatrix(n, n * m), kind=false)
    flows = D(complement(entrywise(c.d[t], c.d[t]))) * c.U_d
    claim("what flows back", name, TotalJacobian(c.h[t], c.h[t - 1]), flows, given=(decoding,))

    c = net("zoneout")
    kept = ForEvery(Equation(c.d[s], ONES), s, s >= 1)
    claim("what is kept flows back whole", "zoneout", TotalJacobian(c.h[t], c.h[t - k]), I, *FLOW, given=(kept,))
    claim("it flows back whole always", "zoneout", TotalJacobian(c.h[t], c.h[t - k]), I, *FLOW, kind=false)

    c = net("unit length")
    r = c.r[t][0, 0]
    along = sp.MatMul(r, I) - sp.MatMul(r**3, c.a[t], c.a[t].T)
    claim("only across", "unit length", total("h", "a", c), along)
    claim("a norm is a number", "unit length", total("h", "a", c), sp.MatMul(r, I), kind=false)

    c = net("attention")
    first = sp.MatMul((UnitVector(3, 1).T * c.w[t])[0, 0], I)
    claim("shares of the errors", "attention", ImmediateJacobian(c.c[t], c.h[t - 1]), first)
    claim("shares are one", "attention", ImmediateJacobian(c.c[t], c.h[t - 1]), I, kind=false)

    c = net("lag 2")
    slope = D(complement(entrywise(c.h[t], c.h[t])))
    both = slope * (c.W * TotalJacobian(c.h[t - 1], c.h[t - 2]) + c.V)
    claim("two ways back", "lag 2", TotalJacobian(c.h[t], c.h[t - 2]), both, t >= 2)
    claim("one way back", "lag 2", TotalJacobian(c.h[t], c.h[t - 2]), slope * c.V, t >= 2, kind=false)

    c = net("maxout")
    claim("one of both", "maxout", total("h", "a", c) + total("h", "b", c), I)
    claim("the first alone", "maxout", total("h", "a", c), I, kind=false)

    c = net("LN-LSTM")
    r, slope = c.r_z[t][0, 0], Elementwise("tanh")(c.z[t], order=1)
    through = sp.MatMul(r, D(c.k_z), centre) - sp.MatMul(r**3 / n, D(c.k_z), c.c_z[t], c.c_z[t].T, centre)
    claim("from the cell to the state", "LN-LSTM", total("h", "c", c), D(c.o[t]) * D(slope) * through)
    claim("from the cell, only divided", "LN-LSTM", total("h", "c", c), D(c.o[t]) * D(slope) * D(c.k_z) * r, kind=false)

    c = net("content attention")
    name, spread = "content attention", D(c.w[t]) - c.w[t] * c.w[t].T
    claim("what is attended to", name, TotalJacobian(c.w[t], c.e[t]), spread)
    claim("shares apart", name, TotalJacobian(c.w[t], c.e[t]), D(c.w[t]), kind=false)

    c = net("detached peephole")
    name = "detached peephole"
    claim("no error leaves by the peephole", name, TotalJacobian(c.c[t], c.c[t - 1]), D(c.f[t]))
    learnt = MatrixSum(entrywise(Gradient(c.L, c.a[t]), c.c[t - 1]), t, 1, T)
    claim("its weight learns", name, Gradient(c.L, c.p), learnt, T >= 0)
    claim("what is detached has a value", name, StopGradient(c.c[t]), c.c[t])
    claim("no gate at all", name, TotalJacobian(c.c[t], c.c[t - 1]), I, kind=false)
    return found


CLAIMS = claims()


@pytest.mark.table(quick=12)
@pytest.mark.parametrize("title", CLAIMS)
def test_claims(title: str) -> None:
    name, equation, kind = CLAIMS[title]
    assert verify(equation, net(name)).kind is kind


def test_what_a_root_needs_is_said() -> None:
    cell = net("layer normalisation")
    verdict = cell.derive(cell.L, wrt=cell.b).verify()
    assert f"each entry of {EPSILON}*I + s_v[t] positive" in str(verdict)
