"""Ordered products inside a chain: one canonical index, and neighbours absorbed as far as they go.

``D_t (∏ W D_{t-1-u}) `` and ``(∏ D_{t-u} W) D_{t-k}`` are the same matrix; the normal form lets a product swallow or
rotate through the factors on its left, swallow whole periods on its right, and join a product that goes on where it
ends. All of these hold for every length >= 0.
"""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import LimitError
from symrnn.expr.binder import ASCENDING, DESCENDING, OrderedProduct
from symrnn.expr.normal.monomial import chain_term
from symrnn.expr.normal.slots import first_affine, index_slots

Chain = tuple[MatrixExpr, ...]

MAX_WRITTEN_OUT = 1000
"""Longest product or sum with numeric bounds that a normal form writes out factor by factor."""


def require_writable(length: sp.Expr) -> None:
    """Refuse to write out a range of absurd length.

    Raises:
        LimitError: when the length is a number beyond :data:`MAX_WRITTEN_OUT`.
    """
    if length.is_Integer and abs(length) > MAX_WRITTEN_OUT:
        raise LimitError(
            f"a range of {length} terms is too long to write out",
            advice=f"the limit is {MAX_WRITTEN_OUT}; keep the bound symbolic",
        )


def product_height(term: sp.Basic) -> int:
    """How deep ordered products nest in a term; it numbers their canonical indices."""
    inside = max((product_height(part) for part in term.args), default=0)
    return inside + isinstance(term, OrderedProduct)


def product_term(body: Chain, variable: sp.Symbol, start: sp.Expr, step: int, length: sp.Expr) -> OrderedProduct:
    """An ordered product in canonical form, from its leftmost index, its step and its length.

    The index is chosen so that the first place where it stands reads exactly the index.
    """
    body, length = _primitive_root(body, variable, length)
    term = chain_term(body, body[0].rows)
    canonical = sp.Symbol(f"_p{product_height(term)}", integer=True)
    slope_rest = first_affine((slot for f in body for slot in index_slots(f)), variable, set())
    if slope_rest is None:
        if variable not in term.free_symbols:
            start, step = sp.S.One, 1
        term = term.xreplace({variable: canonical})
    else:
        slope, rest = slope_rest
        term = term.xreplace({variable: sp.expand(slope * (canonical - rest))})
        start, step = sp.expand(slope * start + rest), slope * step
    end = sp.expand(start + step * (length - 1))
    low, high = (start, end) if step == 1 else (end, start)
    return OrderedProduct(term, (canonical, low, high), ASCENDING if step == 1 else DESCENDING)


def _primitive_root(body: Chain, variable: sp.Symbol, length: sp.Expr) -> tuple[Chain, sp.Expr]:
    """(WW)^k = W^{2k}: the shortest period of a constant body."""
    if any(variable in factor.free_symbols for factor in body):
        return body, length
    for period in range(1, len(body)):
        if len(body) % period == 0 and body == body[:period] * (len(body) // period):
            return body[:period], sp.expand(length * (len(body) // period))
    return body, length


class Push:
    """A chain under construction: factors are pushed on its right end, products slide and join."""

    def __init__(self) -> None:
        self.stack: list[MatrixExpr] = []

    @classmethod
    def all(cls, factors: Chain) -> Chain:
        """Push every factor of a chain."""
        chain = cls()
        for factor in factors:
            if isinstance(factor, OrderedProduct):
                chain.push_product(factor)
            else:
                chain.push_factor(factor)
        return tuple(chain.stack)

    def push_factor(self, factor: MatrixExpr) -> None:
        """Append a factor; a product before it swallows a whole period that follows it."""
        self.stack.append(factor)
        for position in range(len(self.stack) - 2, -1, -1):
            product = self.stack[position]
            if isinstance(product, OrderedProduct):
                self._absorb_right(position, product)
                return

    def _absorb_right(self, position: int, product: OrderedProduct) -> None:
        following = self.stack[position + 1 :]
        if following == _factors_at(product, product.end + product.step):
            longer = _with(product, product.start, product.length + 1)
            del self.stack[position:]
            self.push_product(longer)

    def push_product(self, product: OrderedProduct) -> None:
        """Append a product after letting it take in what stands on its left."""
        trailing: list[MatrixExpr] = []
        if product.length.is_Integer:
            require_writable(product.length)
            for j in range(int(product.length)):
                for factor in _factors_at(product, product.start + j * product.step):
                    self._push_any(factor)
            return
        while True:
            before = _factors_at(product, product.start - product.step)
            if before == self.stack[-len(before) :]:
                del self.stack[-len(before) :]
                product = _with(product, product.start - product.step, product.length + 1)
            elif self.stack and len(before) > 1 and before[-1] == self.stack[-1]:
                self.stack.pop()
                product, last = _rotated(product)
                trailing.insert(0, last)
            elif self.stack and _continues(self.stack[-1], product):
                previous = self.stack.pop()
                product = _with(product, previous.start, previous.length + product.length)
            else:
                break
        self.stack.append(product)
        for factor in trailing:
            self._push_any(factor)

    def _push_any(self, factor: MatrixExpr) -> None:
        if isinstance(factor, OrderedProduct):
            self.push_product(factor)
        else:
            self.push_factor(factor)


def _body_factors(product: OrderedProduct) -> Chain:
    return tuple(product.body.args) if isinstance(product.body, sp.MatMul) else (product.body,)


def _factors_at(product: OrderedProduct, index: sp.Expr) -> list[MatrixExpr]:
    rule = {product.variable: sp.expand(index)}
    return [factor.xreplace(rule) for factor in _body_factors(product)]


def _with(product: OrderedProduct, start: sp.Expr, length: sp.Expr) -> OrderedProduct:
    return product_term(_body_factors(product), product.variable, start, product.step, sp.expand(length))


def _rotated(product: OrderedProduct) -> tuple[OrderedProduct, MatrixExpr]:
    """X_r(a-1) ∏ (X_1 ⋯ X_r) = (∏ X_r(u-1) X_1 ⋯ X_{r-1}) X_r(b)."""
    *first, last = _body_factors(product)
    variable = product.variable
    body = (last.xreplace({variable: variable - product.step}), *first)
    rotated = product_term(body, variable, product.start, product.step, product.length)
    return rotated, last.xreplace({variable: product.end})


def _continues(left: MatrixExpr, right: OrderedProduct) -> bool:
    if not isinstance(left, OrderedProduct) or left.body != right.body or left.variable != right.variable:
        return False
    if right.variable not in right.body.free_symbols:
        return True
    return left.step == right.step and sp.expand(left.end + left.step - right.start) == 0
