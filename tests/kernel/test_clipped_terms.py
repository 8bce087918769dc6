"""Statements about clipping as data and back: what is asked is what is read, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import sympy as sp
from sympy.matrices.expressions import HadamardProduct

from symrnn.cells import Elman
from symrnn.certify.clipped_asked import stated
from symrnn.certify.clipped_terms import translated
from symrnn.certify.clipping import certificate
from symrnn.certify.errors import NotFoundError
from symrnn.derivation import AllOf, Equation
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import BoundedSlope, Inequality
from symrnn.expr import ClipByValue, ClipFactor, InnerProduct, Norm, SpectralRadius, Stack
from symrnn.symbols import m, n, t

theta, tau, r = sp.Symbol("theta", positive=True), sp.Symbol("tau", nonnegative=True), sp.Symbol("r", real=True)
f, g = (sp.MatrixSymbol(name, n, 1) for name in "fg")
G = sp.MatrixSymbol("G", n, m)
clipped = ClipFactor(g, theta) * g

STATEMENTS = [
    Inequality(Norm(clipped), theta),
    Inequality(Norm(ClipByValue(g, 2 * tau), 1), n * tau / 3, given=(Norm(f) >= r, theta > tau, sp.Eq(r, 1))),
    Inequality(sp.Min(theta, sp.Abs(r)), sp.Max(theta, InnerProduct(f, g)) ** 2, where=(theta <= 2,)),
    Inequality(sp.sqrt(n * m) * theta, Norm(G, "F") + Norm(G) - Norm(G, "oo")),
    Coincide(clipped - f, g - ClipFactor(f, theta, 1) ** 2 * f, (Norm(g) < theta,)),
    SameDirection(Stack(ClipFactor(Stack(G, g), theta) * G, g), Stack(G, 2 * g)),
]


@pytest.mark.parametrize("statement", STATEMENTS, ids=str)
def test_the_way_back_leads_to_the_statement(statement: Any) -> None:
    kind, left, right, given = stated(translated(statement))
    assert (kind, left, right) == (type(statement), statement.lhs, statement.rhs)
    assert len(given) == len({*statement.where, *statement.given})


def changed(node: Any, found: list[Any], whole: Any) -> None:
    """All copies of data with one leaf changed."""
    for key in node if isinstance(node, dict) else range(len(node)):
        leaf = node[key]
        if isinstance(leaf, dict | list):
            changed(leaf, found, whole)
            continue
        for other in ({"1": "2", "2": "F", "F": "oo", "oo": "1"}.get(leaf), {"f": "g", "g": "f"}.get(leaf), 7, "theta"):
            if other is not None and other != leaf:
                node[key] = other
                found.append(copy.deepcopy(whole))
        node[key] = leaf


@pytest.mark.parametrize("statement", STATEMENTS, ids=str)
def test_other_data_say_something_else(statement: Any) -> None:
    data = translated(statement)
    own, found = stated(data), list[Any]()
    changed(data["claim"], found, data)
    changed(data["given"], found, data)
    assert found
    for other in found:
        try:
            said = stated(other)
        except Exception:
            continue
        assert said != own, other["claim"]


@pytest.mark.parametrize(
    "statement",
    [
        Inequality(Norm(clipped), theta / (1 + Norm(g))),
        Inequality(Norm(G.T * g), Norm(g)),
        Inequality(Norm(HadamardProduct(f, g)), Norm(g)),
        Inequality(sp.exp(r), theta),
        Inequality(sp.Float(0.5) * theta, theta),
        Inequality(sp.Piecewise((1, r > 0), (2, True)), theta),
        Inequality(Norm(sp.ZeroMatrix(n, 1)), theta),
        Inequality(sp.Symbol("x"), theta),
        Inequality(sp.Dummy("x", real=True), theta),
        Inequality(sp.Symbol("x", negative=True), theta),
        Inequality(sp.Symbol("x", integer=True), theta),
        Inequality(sp.Symbol("x y", positive=True), theta),
        Inequality(sp.Symbol("x", positive=True, finite=True), theta + 1),
        Inequality(SpectralRadius(sp.MatrixSymbol("W", n, n)), theta),
        Inequality(Norm(sp.MatrixSymbol("W", 2 * n, 1)), theta),
        Inequality(Norm(f), theta, given=(sp.Ne(theta, 1),)),
        Coincide(g.T, g.T),
        Inequality(Norm(g), theta, given=(BoundedSlope("phi", theta),)),
        Equation(Elman().a[t], Elman().a[t]),
        AllOf((Coincide(g, g), Coincide(f, f))),
    ],
    ids=str,
)
def test_what_has_no_term_is_not_found(statement: Any) -> None:
    with pytest.raises(NotFoundError):
        certificate(statement, "it")
