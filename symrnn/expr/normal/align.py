"""Products of sums that differ in length: the longer ones give up factors until all end alike.

``(I + A_{t+1}) ∏_{u=1}^{t} (I + A_u)`` is distributed, so the closed product over 1..t+1 has to be peeled
before the two can be compared. How far depends on what else stands in the term: this is a step on whole sums
of monomials.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.expr.binder import OrderedProduct
from symrnn.expr.normal.blocks import factors_at, is_opaque, with_range
from symrnn.expr.normal.expand import Polynomial, rebuilt
from symrnn.expr.normal.monomial import Monomial
from symrnn.expr.normal.regular import is_regular

MAX_PEELED = 4
"""Most factors that a closed product gives up at one end."""

Family = tuple[object, ...]
Ends = tuple[int, int]


def aligned(polynomial: Polynomial) -> Polynomial | None:
    """The monomials with their closed products peeled to common ends; None when they end alike already."""
    shortest: dict[Family, Ends] = {}
    for product in _closed_products(polynomial):
        family, (low, high) = _family(product)
        known = shortest.get(family, (low, high))
        shortest[family] = max(known[0], low), min(known[1], high)
    rule = {}
    for product in _closed_products(polynomial):
        family, ends = _family(product)
        peeled = _peeled(product, shortest[family][0] - ends[0], ends[1] - shortest[family][1])
        if peeled is not None:
            rule[product] = peeled
    if not rule:
        return None
    return [part for mono in polynomial for part in _replaced(mono, rule)]


def _replaced(mono: Monomial, rule: dict[sp.Basic, sp.Basic]) -> Polynomial:
    changed = Monomial(
        mono.shape,
        tuple(factor.xreplace(rule) for factor in mono.factors),
        mono.coefficient.xreplace(rule),
        mono.ranges,
    )
    return [mono] if changed == mono else rebuilt(changed)


def _closed_products(polynomial: Iterable[Monomial]) -> Iterator[OrderedProduct]:
    for mono in polynomial:
        for part in mono.parts:
            yield from _visible(part)


def _visible(term: sp.Basic) -> Iterator[OrderedProduct]:
    if isinstance(term, OrderedProduct):
        if is_opaque(term) and is_regular(term):
            yield term
    elif isinstance(term, sp.MatMul | sp.Mul | sp.Pow | sp.Transpose | sp.KroneckerProduct | MatrixElement):
        for part in term.args:
            yield from _visible(part)


def _family(product: OrderedProduct) -> tuple[Family, Ends]:
    """What a product shares with those that it is aligned with, and the numeric parts of its bounds."""
    (low, below), (high, above) = (sp.expand(end).as_coeff_Add() for end in product.args[2:4])
    return (product.body, product.variable, product.direction, below, above), (int(low), int(high))


def _peeled(product: OrderedProduct, below: int, above: int) -> sp.MatrixExpr | None:
    if not below + above > 0 or max(below, above) > MAX_PEELED:
        return None
    at_start, at_end = (below, above)[:: product.step]
    before = [f for j in range(at_start) for f in factors_at(product, product.start + j * product.step)]
    after = [f for j in reversed(range(at_end)) for f in factors_at(product, product.end - j * product.step)]
    rest = with_range(product, product.start + at_start * product.step, product.length - at_start - at_end)
    return sp.MatMul(*before, rest, *after)
