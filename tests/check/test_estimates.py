"""Bounds read off the structure of a term: they hold for numbers, whatever the term is."""

from __future__ import annotations

import random

import numpy as np
import pytest
import sympy as sp
from symrnn.check.estimates import Estimator, instance_of

from symrnn.cells import Elman
from symrnn.derivation import ForEvery
from symrnn.expr import (
    ImmediateJacobian,
    MatrixSum,
    Norm,
    OrderedProduct,
    Sequence,
    SmallestSingularValue,
    UnitVector,
    Vec,
)
from symrnn.symbols import k, n, s, t

W, V = sp.MatrixSymbol("W", 2, 2), sp.MatrixSymbol("V", 2, 2)
b = sp.MatrixSymbol("b", 2, 1)
A = Sequence("A", 2, 2)
u = sp.Symbol("u", integer=True)
KINDS = {"2": 2, "1": 1, "oo": np.inf, "F": "fro"}
EVERY = tuple(KINDS)
AT = 3
"""The value of k."""


class Numbers:
    """NumPy values of terms, with drawn matrices; nothing of the package's evaluator."""

    def __init__(self, seed: int) -> None:
        self.source = np.random.default_rng(seed)
        self.known: dict[object, np.ndarray] = {}

    def drawn(self, key: object, shape: tuple[int, int]) -> np.ndarray:
        if key not in self.known:
            self.known[key] = self.source.normal(size=shape) * self.source.choice([0.2, 1.0, 2.0])
        return self.known[key]

    def value(self, term: sp.Basic) -> np.ndarray:
        match term:
            case sp.MatrixSymbol():
                return self.drawn(term.name, tuple(map(int, term.shape)))
            case sp.Identity():
                return np.eye(2)
            case sp.Transpose():
                return self.value(term.arg).T
            case sp.MatAdd():
                return sum(map(self.value, term.args[1:]), self.value(term.args[0]))
            case sp.MatMul():
                out = np.eye(1)
                for part in term.args:
                    number = None if isinstance(part, sp.MatrixExpr) else float(part)
                    factor = self.value(part) if number is None else number
                    out = out * factor if number is not None or out.shape == (1, 1) else out @ factor
                return out
            case sp.MatPow():
                return np.linalg.matrix_power(self.value(term.base), int(term.exp.xreplace({k: AT})))
            case sp.KroneckerProduct():
                return np.kron(*map(self.value, term.args))
            case sp.DiagMatrix():
                return np.diag(self.value(term.args[0]).ravel())
            case Vec():
                return self.value(term.argument).reshape(-1, 1, order="F")
            case UnitVector():
                return np.eye(2)[:, [0]]
            case MatrixSum() | OrderedProduct():
                first, last = (int(end.xreplace({k: AT})) for end in (term.lower, term.upper))
                parts = [self.value(term.body_at(sp.Integer(at))) for at in range(first, last + 1)]
                if isinstance(term, MatrixSum):
                    return sum(parts, np.zeros((2, 2)))
                ordered = parts if term.step == 1 else parts[::-1]
                return np.linalg.multi_dot([np.eye(2), np.eye(2), *ordered])
        return self.drawn(term, tuple(map(int, term.shape)))

    def number(self, scalar: sp.Basic, at: dict[sp.Symbol, sp.Integer] | None = None) -> float:
        at = {k: sp.Integer(AT)} if at is None else at
        match scalar:
            case Norm():
                return float(np.linalg.norm(self.value(scalar.of.xreplace(at)), KINDS[scalar.kind]))
            case SmallestSingularValue():
                return float(np.linalg.svd(self.value(scalar.of.xreplace(at)), compute_uv=False)[-1])
            case sp.Add():
                return sum(self.number(part, at) for part in scalar.args)
            case sp.Mul():
                return float(np.prod([self.number(part, at) for part in scalar.args]))
            case sp.Pow():
                return self.number(scalar.base, at) ** float(scalar.exp.xreplace(at))
            case sp.Sum():
                *inner, (variable, low, high) = scalar.limits
                body = sp.Sum(scalar.function, *inner) if inner else scalar.function
                first, last = (int(end.xreplace(at)) for end in (low, high))
                return sum(self.number(body, {**at, variable: sp.Integer(now)}) for now in range(first, last + 1))
        return float(scalar)


def term(source: random.Random, depth: int) -> sp.MatrixExpr:
    """A square matrix of one of the kinds that have a rule, or a few that have none."""
    if depth == 0:
        return source.choice((W, V, sp.Identity(2), sp.DiagMatrix(b), A[0]))
    a, c = (term(source, depth - 1) for _ in range(2))
    ways = (
        lambda: sp.MatMul(a, c),
        lambda: sp.MatAdd(a, c),
        lambda: sp.Transpose(a),
        lambda: sp.MatMul(source.choice((-2, sp.Rational(1, 3))), a),
        lambda: sp.MatPow(a, source.choice((2, k))),
        lambda: MatrixSum(sp.MatMul(A[u], a), (u, source.choice((0, 1)), k)),
        lambda: OrderedProduct(A[u], (u, 1, k), source.choice(("ascending", "descending"))),
        lambda: OrderedProduct(sp.MatMul(W, sp.DiagMatrix(b)), (u, 1, k), "ascending"),
    )
    return source.choice(ways)()


@pytest.mark.parametrize("seed", range(150))
def test_bounds_hold_for_numbers(seed: int) -> None:
    source = random.Random(seed)
    inside = term(source, source.randint(1, 3)).doit(deep=False)
    outer = source.choice((inside, sp.KroneckerProduct(inside, V), sp.MatMul(inside, b), Vec(inside)))
    estimator, numbers = Estimator(), Numbers(seed)
    value = numbers.value(outer)
    for kind in EVERY:
        true = np.linalg.norm(value, KINDS[kind])
        assert true <= numbers.number(estimator.upper(outer, kind, (k >= 1,))) * (1 + 1e-9) + 1e-12
    least = estimator.lower(outer, (k >= 1,))
    assert numbers.number(least) <= np.linalg.norm(value, 2) * (1 + 1e-9) + 1e-12
    square = outer if outer.rows == outer.cols else inside
    true = np.linalg.svd(numbers.value(square), compute_uv=False)[-1]
    assert numbers.number(estimator.least(square, (k >= 1,))) <= true * (1 + 1e-9) + 1e-9


def test_a_node_without_a_rule_keeps_its_norm() -> None:
    term = sp.HadamardProduct(W, V)
    assert Estimator().upper(term, "2", ()) == Norm(term)
    assert Estimator().least(term, ()) == SmallestSingularValue(term)


@pytest.mark.parametrize("kind", EVERY)
def test_the_identity(kind: str) -> None:
    assert Estimator().upper(sp.Identity(n), kind, ()) == (sp.sqrt(n) if kind == "F" else 1)


def test_no_factors_have_norm_1_except_in_the_frobenius_norm() -> None:
    product = OrderedProduct(W, (u, 1, k), "ascending")
    for kind in EVERY:
        wanted = Norm(product, kind) if kind == "F" else Norm(W, kind) ** k
        assert Estimator().upper(product, kind, (k >= 0,)) == wanted
        assert Estimator().upper(product, kind, (k >= 1,)) == Norm(W, kind) ** k
        assert Estimator().upper(product, kind, ()) == Norm(product, kind)


def test_a_transpose_exchanges_rows_and_columns() -> None:
    assert Estimator().upper(W.T, "1", ()) == Norm(W, "oo")
    assert Estimator().upper(W.T, "F", ()) == Norm(W, "F")


def test_slopes_are_used_for_first_derivatives_alone() -> None:
    rnn, gamma = Elman(), sp.Symbol("gamma", positive=True)
    estimator = Estimator({"phi": (sp.S.Zero, gamma)})
    assert estimator.upper(rnn.D(t), "2", ()) == gamma
    assert estimator.upper(rnn.D(t), "F", ()) == gamma * sp.sqrt(n)
    value = sp.DiagMatrix(rnn.phi(rnn.a[t]))
    assert not estimator.upper(value, "2", ()).has(gamma)
    assert estimator.least(rnn.D(t), ()) == 0
    assert not Estimator().upper(rnn.D(t), "2", ()).has(gamma)


def test_a_stated_bound_holds_where_its_conditions_do() -> None:
    rnn, eta = Elman(), sp.Symbol("eta", nonnegative=True)
    stated = ForEvery(Norm(rnn.h[s]) <= eta, s, (s >= 0, s <= t))
    assert instance_of(stated, Norm(rnn.h[t - 1]), (t >= 1,)) == eta
    assert instance_of(stated, Norm(rnn.h[t - 1]), ()) is None  # it may be before the first
    assert instance_of(stated, Norm(rnn.h[t + 1]), (t >= 1,)) is None
    assert instance_of(stated, Norm(rnn.h[t - 1], "1"), (t >= 1,)) is None
    assert instance_of(stated, Norm(rnn.x[t]), (t >= 1,)) is None
    slope = ImmediateJacobian(rnn.ell[t], rnn.y[t])
    assert Estimator(bounded=(stated,)).upper(slope, "2", ()) == Norm(slope)


def test_from_below_two_oblong_factors_say_nothing() -> None:
    wide = sp.MatrixSymbol("U", 2, 3)
    assert Estimator().lower(wide * wide.T, ()) == 0
    assert Estimator().lower(W * b, ()) == SmallestSingularValue(W) * Norm(b)
