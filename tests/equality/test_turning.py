"""Transposes pushed inside: each proved, and one that was pushed wrongly never handed out."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.equality import equal
from symrnn.equality.turning import pushed, turned
from symrnn.expr import Elementwise, MatrixSum, OrderedProduct, Sequence, Vec

n, m, p = sp.symbols("n m p", integer=True, positive=True)
s, t, u = sp.symbols("s t u", integer=True)
A, B, C = sp.MatrixSymbol("A", n, m), sp.MatrixSymbol("B", m, p), sp.MatrixSymbol("C", n, n)
h, W = Sequence("h", n), Sequence("W", n, n)
product = OrderedProduct(W[u], (u, 1, t), "ascending")

TURNED = {
    A * B: B.T * A.T,
    2 * C - C.T: 2 * C.T - C,
    sp.KroneckerProduct(h[t].T, C): sp.KroneckerProduct(h[t], C.T),
    sp.DiagMatrix(Elementwise("phi")(h[t])) * C: C.T * sp.DiagMatrix(Elementwise("phi")(h[t])),
    product * h[0]: h[0].T * OrderedProduct(W[u].T, (u, 1, t), "descending"),
    MatrixSum(W[s] * C * h[s], (s, 1, t)): MatrixSum(h[s].T * C.T * W[s].T, (s, 1, t)),
    C**t * A: A.T * C.T**t,
    sp.HadamardProduct(A, A + A): sp.HadamardProduct(A.T, (A + A).T),
    Vec(A).T * Vec(A): Vec(A).T * Vec(A),
    sp.ZeroMatrix(n, m): sp.ZeroMatrix(m, n),
}


@pytest.mark.parametrize(("term", "expected"), TURNED.items(), ids=map(str, TURNED))
def test_transposes_go_inside(term, expected):
    found = turned(term)
    assert found is not None
    assert found.shape == (term.cols, term.rows)
    assert equal(found, expected)
    assert turned(found) is not None
    assert equal(turned(found), term)


WRONG = {
    "the factors keep their order": (sp.MatMul, lambda term: sp.MatMul(*map(pushed, term.args), evaluate=False)),
    "the product keeps its direction": (OrderedProduct, lambda term: term.func(pushed(term.body), *term.args[1:])),
    "the factors of ⊗ change places": (
        sp.KroneckerProduct,
        lambda term: sp.KroneckerProduct(*map(pushed, reversed(term.args))),
    ),
    "a power loses one": (sp.MatPow, lambda term: pushed(term.base) ** (term.exp - 1)),
}
OF_THAT_KIND = [W[1] * C, product, sp.KroneckerProduct(W[1], C), C**t]


@pytest.mark.parametrize(("slip", "term"), list(zip(WRONG, OF_THAT_KIND, strict=True)), ids=WRONG)
def test_what_was_pushed_wrongly_is_not_handed_out(slip, term, monkeypatch):
    kind, rule = WRONG[slip]
    assert turned.__wrapped__(term) is not None
    rules = {**pushed.registry, kind: rule}
    monkeypatch.setattr("symrnn.equality.turning.pushed", lambda t: rules.get(type(t), pushed.dispatch(type(t)))(t))
    assert turned.__wrapped__(term) is None
