"""True claims written in other ways stay true: none of them is ever refuted, and nearly all are proved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sympy as sp
from check.claims import TRUE_CLAIMS, TrueClaim
from check.mutations import places, replaced

from symrnn.check import prove_equation
from symrnn.check.refuting.sides import find_difference
from symrnn.errors import ProofError
from symrnn.expr import ASCENDING, DESCENDING, Binder, MatrixSum, OrderedProduct

j = sp.Symbol("j", integer=True)
Ways = Iterator[sp.Basic]


def rebound(node: Binder, variable: sp.Symbol, image: sp.Expr, low: sp.Expr, high: sp.Expr, *rest: str) -> sp.Basic:
    """A binder over another index: the old one is an image of it."""
    return node.func(node.body_at(image), variable, low, high, *rest)


def renamed(node: sp.Basic) -> Ways:
    if isinstance(node, Binder):
        yield node.with_variable(j)


def shifted(node: sp.Basic) -> Ways:
    if isinstance(node, Binder):
        for step in (1, -3):
            yield rebound(node, j, j - step, node.lower + step, node.upper + step, *node.args[4:])


def counted_backwards(node: sp.Basic) -> Ways:
    if isinstance(node, MatrixSum):
        yield rebound(node, j, node.lower + node.upper - j, node.lower, node.upper)
    if isinstance(node, OrderedProduct):
        other = DESCENDING if node.direction == ASCENDING else ASCENDING
        yield rebound(node, j, node.lower + node.upper - j, node.lower, node.upper, other)


def negated_index(node: sp.Basic) -> Ways:
    if isinstance(node, MatrixSum):
        yield rebound(node, j, -j, -node.upper, -node.lower)
    if isinstance(node, OrderedProduct):
        other = DESCENDING if node.direction == ASCENDING else ASCENDING
        yield rebound(node, j, -j, -node.upper, -node.lower, other)


def transposed_twice(node: sp.Basic) -> Ways:
    if isinstance(node, sp.MatMul):
        matrices = [a for a in node.args if isinstance(a, sp.MatrixExpr)]
        rest = [a for a in node.args if not isinstance(a, sp.MatrixExpr)]
        yield sp.Transpose(sp.MatMul(*rest, *(sp.Transpose(a) for a in reversed(matrices))))


def identity_put_in(node: sp.Basic) -> Ways:
    if isinstance(node, sp.MatMul):
        last = node.args[-1]
        yield sp.MatMul(*node.args[:-1], sp.Identity(last.rows), last)


def something_added_and_taken_away(node: sp.Basic) -> Ways:
    if isinstance(node, MatrixSum | sp.MatMul):
        yield sp.MatAdd(node, node, sp.MatMul(sp.S.NegativeOne, node))


def halved_and_doubled(node: sp.Basic) -> Ways:
    if isinstance(node, sp.MatMul | MatrixSum | OrderedProduct):
        yield sp.MatAdd(sp.MatMul(sp.Rational(1, 3), node), sp.MatMul(sp.Rational(2, 3), node))


def constant_pulled_out(node: sp.Basic) -> Ways:
    """Σ (A_k B) = (Σ A_k) B and Σ (B A_k) = B Σ A_k for a factor without the index."""
    if isinstance(node, MatrixSum) and isinstance(node.body, sp.MatMul):
        first, *rest = node.body.args
        if node.variable not in first.free_symbols:
            yield sp.MatMul(first, MatrixSum(sp.MatMul(*rest), *node.args[1:]))


WAYS: dict[str, Callable[[sp.Basic], Ways]] = {
    "index renamed": renamed,
    "index shifted": shifted,
    "counted backwards": counted_backwards,
    "index negated": negated_index,
    "transposed twice": transposed_twice,
    "identity put in": identity_put_in,
    "added and taken away": something_added_and_taken_away,
    "in thirds": halved_and_doubled,
    "constant pulled out": constant_pulled_out,
}


UNPROVED = {("L03", "transposed twice at []")}
"""Rewritings that the normal form does not see through; they are confirmed on numbers only."""


def rewritings(claim: TrueClaim) -> Iterator[tuple[str, sp.Basic]]:
    """The right side of a claim, written otherwise at one place."""
    term = claim.equation.rhs
    for path, node in places(term):
        for name, ways in WAYS.items():
            for way in ways(node):
                yield f"{name} at {list(path)}", replaced(term, path, way)


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=lambda claim: claim.id)
def test_rewritten_claims_are_proved_and_never_refuted(claim: TrueClaim) -> None:
    unproved = set()
    for name, rewritten in rewritings(claim):
        equation = replace(claim.equation, rhs=rewritten)
        try:
            prove_equation(equation, claim.model)
        except ProofError:
            unproved.add((claim.id, name))
            assert find_difference(equation, claim.model).finding is None, name
    assert unproved <= UNPROVED


@pytest.mark.table(quick=4)
@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=lambda claim: claim.id)
def test_sides_may_be_swapped_transposed_and_distributed(claim: TrueClaim) -> None:
    lhs, rhs = claim.equation.lhs, claim.equation.rhs
    factor = sp.MatrixSymbol("A", lhs.rows, lhs.rows)
    other = sp.MatrixSymbol("B", *lhs.shape)
    for left, right in (
        (rhs, lhs),
        (sp.Transpose(lhs), sp.Transpose(rhs)),
        (sp.MatMul(factor, sp.MatAdd(lhs, other)), sp.MatAdd(sp.MatMul(factor, rhs), sp.MatMul(factor, other))),
        (sp.MatAdd(lhs, sp.MatMul(sp.S.NegativeOne, rhs)), sp.ZeroMatrix(*lhs.shape)),
    ):
        prove_equation(replace(claim.equation, lhs=left, rhs=right), claim.model)
