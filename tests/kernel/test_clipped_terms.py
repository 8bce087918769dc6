"""Statements about clipping as data and back: what is asked is what is read, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import sympy as sp
from sympy.matrices.expressions import HadamardProduct

from symrnn.cells import Elman
from symrnn.certify.clipped.clipped_search import certificate
from symrnn.certify.clipped.clipped_terms import translated
from symrnn.certify.clipped_asked import require_stated
from symrnn.certify.errors import NotAskedError, NotFoundError
from symrnn.derivation import AllOf, Equation
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import BoundedSlope, Inequality
from symrnn.errors import SymrnnError
from symrnn.expr import ClipByValue, ClipFactor, Gradient, InnerProduct, Norm, SpectralRadius, Stack
from symrnn.kernel.clipping import check
from symrnn.symbols import m, n, t

theta, tau, r = sp.Symbol("theta", positive=True), sp.Symbol("tau", nonnegative=True), sp.Symbol("r", real=True)
f, g = (sp.MatrixSymbol(name, n, 1) for name in "fg")
G = sp.MatrixSymbol("G", n, m)
clipped = ClipFactor(g, theta) * g
REFUSED = (
    NotAskedError,
    SymrnnError,
    sp.matrices.exceptions.ShapeError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
)
"""What else is said, or makes no sense at all."""

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
    data, meaning = translated(statement)
    require_stated(data, statement, meaning)
    assert len(data["given"]) == len({*statement.where, *statement.given})


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
    data, meaning = translated(statement)
    found = list[Any]()
    changed(data["claim"], found, data)
    changed(data["given"], found, data)
    assert found
    for other in found:
        if all(low != high for _, low, high in other["given"]):  # what plainly holds may be assumed
            with pytest.raises(REFUSED):
                require_stated(other, statement, meaning)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theta", sp.Symbol("theta", nonnegative=True)),
        ("theta", sp.Symbol("theta", real=True)),
        ("theta", sp.Symbol("theta")),
        ("theta", tau),
        ("theta", g),
        ("n", sp.Symbol("n", positive=True)),
        ("n", sp.Symbol("n", integer=True)),
        ("n", sp.Symbol("n", integer=True, nonnegative=True)),
        ("n", m),
        ("g", f),
        ("g", theta),
        ("g", sp.MatrixSymbol("g", m, 1)),
        ("g", sp.MatrixSymbol("g", n, n)),
    ],
    ids=str,
)
def test_a_name_stands_for_nothing_else(name: str, value: Any) -> None:
    statement = Inequality(Norm(clipped), theta)
    data, meaning = translated(statement)
    with pytest.raises(REFUSED):
        require_stated(data, statement, {**meaning, name: value})


def test_a_certificate_may_assume_less_and_never_more() -> None:
    statement = Inequality(Norm(clipped), theta, given=(Norm(f) >= r, theta > tau))
    data, meaning = translated(statement)
    require_stated({**data, "given": data["given"][1:]}, statement, meaning)
    require_stated({**data, "given": [["<", 0, "theta"], ["=", 2, 2], ["<=", 0, "tau"]]}, statement, meaning)
    for more in (
        ["<", 0, "tau"],
        ["=", "theta", "r"],
        ["<=", "theta", 1],
        ["<", "theta", "tau"],
        ["<=", "tau", "theta"],
    ):
        with pytest.raises(NotAskedError):
            require_stated({**data, "given": [more]}, statement, meaning)


def test_what_is_proved_of_any_matrix_is_proved_of_a_gradient() -> None:
    rnn = Elman()
    gradient = Gradient(rnn.L, rnn.W_hh)
    statement = Inequality(Norm(ClipFactor(gradient, theta, "F") * gradient, "F"), theta)
    data, meaning = translated(statement)
    assert [*data["matrices"]] == ["grad_L_by_W_hh"]
    require_stated(data, statement, meaning)
    for other in (rnn.W_hh, Gradient(rnn.L, rnn.W_xh), Gradient(rnn.L, rnn.b_h)):
        with pytest.raises(NotAskedError):
            require_stated(data, statement, {**meaning, "grad_L_by_W_hh": other})


@pytest.mark.parametrize(
    "statement",
    [
        Inequality(sp.Symbol("j", integer=True, nonpositive=True), 0),
        Inequality(sp.Symbol("x", negative=True) * Norm(clipped), 0),
        Inequality(Norm(g) * sp.Symbol("z", zero=True), 0),
        Inequality(Norm(clipped), theta * sp.Symbol("x", integer=True, positive=True, even=True)),
        Inequality(Norm(clipped), theta, given=(sp.Ne(theta, 1), BoundedSlope("phi", theta))),
        Inequality(Norm(ClipByValue(sp.MatrixSymbol("W", 2 * n, m), theta), 1), 2 * n * theta),
        Inequality(Norm(ClipFactor(sp.MatrixSymbol("W_{h h}", n, 1), theta) * sp.MatrixSymbol("W_{h h}", n, 1)), theta),
        Inequality(Norm(ClipFactor(G.T * f, theta) * G.T * f), theta),
        Inequality(Norm(f) ** 2 / (1 + Norm(f)), Norm(f)),
        Inequality(Norm(ClipByValue(g, theta) / sp.sqrt(n)), theta),
        Inequality(Norm(HadamardProduct(f, ClipByValue(g, tau))), Norm(g), given=(Norm(f, "oo") <= 1,)),
        Inequality(sp.Symbol("x", negative=True), theta),
        Inequality(Norm(sp.ZeroMatrix(n, 1)), theta),
        Coincide(ClipFactor(g, 0) * g, sp.ZeroMatrix(n, 1)),
        Coincide(ClipByValue(g, 0), sp.ZeroMatrix(n, 1)),
        Coincide(G.T, G.T),
        SameDirection(g / tau**2, g, (tau > 0,)),
        SameDirection(g / sp.Symbol("x", negative=True) ** 2, g),
    ],
    ids=str,
)
def test_what_the_kernel_has_no_name_for_gets_one(statement: Any) -> None:
    found = certificate(statement, "it")
    assert check(found.lines)


@pytest.mark.parametrize(
    "statement",
    [
        Inequality(Norm(clipped), theta / (1 + Norm(g))),
        Inequality(Norm(G.T * g), Norm(g)),
        Inequality(Norm(HadamardProduct(f, g)), Norm(g)),
        Inequality(sp.exp(r), theta),
        Inequality(sp.Piecewise((1, r > 0), (2, True)), theta),
        Inequality(sp.Symbol("x"), theta),
        Inequality(sp.Dummy("x", real=True), theta),
        Inequality(sp.Symbol("x", integer=True), theta),
        Inequality(sp.Symbol("x y", positive=True), theta),
        Inequality(sp.Symbol("x", positive=True, finite=True), theta + 1),
        Inequality(SpectralRadius(sp.MatrixSymbol("W", n, n)), theta),
        Inequality(Norm(sp.MatrixSymbol("W", 2 * n, 1)), theta),
        Inequality(Norm(f), theta, given=(sp.Ne(theta, 1),)),
        Inequality(Norm(g), theta, given=(BoundedSlope("phi", theta),)),
        Equation(Elman().a[t], Elman().a[t]),
        SameDirection(g / r**2, g),
        SameDirection(tau * g, g),
        Coincide(ClipFactor(g, tau) * g, sp.ZeroMatrix(n, 1)),
        AllOf((Coincide(g, g), Coincide(f, f))),
    ],
    ids=str,
)
def test_what_does_not_hold_or_has_no_term_is_not_found(statement: Any) -> None:
    with pytest.raises(NotFoundError):
        certificate(statement, "it")
