"""Ordered products inside a chain: one canonical index, and neighbours absorbed as far as they go.

``D_t (∏ W D_{t-1-u}) `` and ``(∏ D_{t-u} W) D_{t-k}`` are the same matrix; the normal form lets a product
swallow or rotate through the factors on its left, swallow whole periods on its right, and join a product that
goes on where it ends. All of these hold for every length >= 0, and for negative lengths too as long as the
factors have inverses; see :mod:`symrnn.expr.normal.regular` for why that matters.
"""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import KroneckerProduct, MatAdd, MatPow, MatrixExpr

from symrnn.errors import LimitError
from symrnn.expr.binder import ASCENDING, DESCENDING, MatrixSum, OrderedProduct
from symrnn.expr.normal.monomial import Chain, chain_term
from symrnn.expr.normal.names import canonical_index, height
from symrnn.expr.normal.order import with_sorted_diagonals
from symrnn.expr.normal.regular import is_regular
from symrnn.expr.normal.slots import best_affine, first_affine, index_slots

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


class FormalProduct(OrderedProduct):
    """An ordered product inside a normal form, where ends that were split off may make its length negative.

    It then stands for the inverse of the factors that are missing, a formal symbol that joins and cancels
    like any product; it has no value of its own.
    """

    refuses_negative_length = False


def is_opaque(product: OrderedProduct) -> bool:
    """Tell whether the factors of a product are sums: it stays closed unless its length is a number."""
    return isinstance(product.body, MatAdd | MatrixSum | sp.ZeroMatrix)


def is_numbered(term: sp.Basic) -> bool:
    """Tell whether a factor is a product whose length became a number >= 0: it is to be written out."""
    if isinstance(term, KroneckerProduct | sp.MatMul | sp.Transpose):
        return any(is_numbered(part) for part in term.args)
    return isinstance(term, OrderedProduct) and bool(term.length.is_Integer and term.length >= 0)


def body_factors(product: OrderedProduct) -> Chain:
    """The chain under the product sign."""
    return tuple(product.body.args) if isinstance(product.body, sp.MatMul) else (product.body,)


def product_term(body: Chain, variable: sp.Symbol, start: sp.Expr, step: int, length: sp.Expr) -> OrderedProduct:
    """An ordered product in canonical form, from its leftmost index, its step and its length.

    The index is chosen so that the first place where it stands reads exactly the index.
    """
    body, length = _primitive_root(with_sorted_diagonals(body), variable, length)
    term = chain_term(body, body[0].rows)
    canonical = canonical_index("p", height(OrderedProduct, body), term.free_symbols - {variable})
    if variable not in term.free_symbols:
        start, step = sp.S.One, 1
    if len(body) == 1 and isinstance(term, MatAdd):
        slope, rest = best_affine(term, variable)
    else:
        slope, rest = first_affine((slot for f in body for slot in index_slots(f)), variable) or (
            1,
            sp.S.Zero,
        )
    term = term.xreplace({variable: sp.expand(slope * (canonical - rest))})
    start, step = sp.expand(slope * start + rest), slope * step
    end = sp.expand(start + step * (length - 1))
    low, high = (start, end) if step == 1 else (end, start)
    return FormalProduct(term, (canonical, low, high), ASCENDING if step == 1 else DESCENDING)


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
            chain.push(factor)
        return tuple(chain.stack)

    def push(self, factor: MatrixExpr) -> None:
        """Append a factor or a product."""
        match factor:
            case OrderedProduct() if is_opaque(factor):
                self._push_opaque(factor, False)
            case sp.Transpose(arg=OrderedProduct()):
                self._push_opaque(factor.args[0], True)
            case OrderedProduct():
                conjugated = without_conjugation(factor)
                if conjugated is None:
                    self._push_product(factor)
                else:
                    for part in conjugated:
                        self.push(part)
            case _ if self.stack and are_inverse(self.stack[-1], factor):
                self.stack.pop()
            case _:
                self._push_factor(factor)

    def _push_factor(self, factor: MatrixExpr) -> None:
        """Append a factor; a product before it swallows a whole period that follows it."""
        self.stack.append(factor)
        for position in range(len(self.stack) - 2, -1, -1):
            product = self.stack[position]
            if isinstance(product, OrderedProduct):
                self._absorb_right(position, product)
                return

    def _absorb_right(self, position: int, product: OrderedProduct) -> None:
        if is_opaque(product) or len(self.stack) - position - 1 != len(body_factors(product)):
            return
        following = self.stack[position + 1 :]
        if following == factors_at(product, product.end + product.step) and is_regular(product):
            longer = with_range(product, product.start, product.length + 1)
            del self.stack[position:]
            self.push(longer)

    def _push_opaque(self, product: OrderedProduct, is_transposed: bool) -> None:
        """Append a product of sums, or its transpose, after joining it with the same product before it."""
        joined = None
        match self.stack[-1:]:
            case [sp.Transpose(arg=OrderedProduct() as before)] if is_transposed:
                joined = _joined(product, before)
            case [OrderedProduct() as before] if not is_transposed:
                joined = _joined(before, product)
        if joined is None:
            self.stack.append(sp.Transpose(product) if is_transposed else product)
        else:
            self.stack.pop()
            self._push_opaque(joined, is_transposed)

    def _push_product(self, product: OrderedProduct) -> None:
        """Append a product after letting it take in what stands on its left."""
        trailing: list[MatrixExpr] = []
        while self.stack and is_regular(product) and not is_numbered(product):
            before = factors_at(product, product.start - product.step)
            joined = _joined(self.stack[-1], product)
            if joined is not None:
                self.stack.pop()
                product = joined
            elif before == self.stack[-len(before) :]:
                del self.stack[-len(before) :]
                product = with_range(product, product.start - product.step, product.length + 1)
            elif len(before) > 1 and before[-1] == self.stack[-1]:
                self.stack.pop()
                product, last = _rotated(product)
                trailing.insert(0, last)
            else:
                break
        self.stack.append(product)
        for factor in trailing:
            self.push(factor)


def are_inverse(left: MatrixExpr, right: MatrixExpr) -> bool:
    """Tell whether one factor is the inverse of the other, X X⁻¹ = I."""
    return any(isinstance(a, MatPow) and a.exp == -1 and a.base == b for a, b in ((left, right), (right, left)))


def without_conjugation(product: OrderedProduct) -> tuple[MatrixExpr, ...] | None:
    """(X A X⁻¹)^k = X A^k X⁻¹, also under a product whose index moves A alone; None for any other body."""
    body = body_factors(product)
    if len(body) < 3 or not are_inverse(body[0], body[-1]) or product.variable in body[0].free_symbols:
        return None
    middle = product_term(body[1:-1], product.variable, product.start, product.step, product.length)
    return body[0], middle, body[-1]


def factors_at(product: OrderedProduct, index: sp.Expr) -> list[MatrixExpr]:
    """The factors of a product at an index."""
    rule = {product.variable: sp.expand(index)}
    return [factor.xreplace(rule) for factor in body_factors(product)]


def with_range(product: OrderedProduct, start: sp.Expr, length: sp.Expr) -> OrderedProduct:
    """A product over another range."""
    return product_term(body_factors(product), product.variable, start, product.step, sp.expand(length))


def _rotated(product: OrderedProduct) -> tuple[OrderedProduct, MatrixExpr]:
    """X_r(a-1) ∏ (X_1 ⋯ X_r) = (∏ X_r(u-1) X_1 ⋯ X_{r-1}) X_r(b)."""
    *first, last = body_factors(product)
    variable = product.variable
    body = (last.xreplace({variable: variable - product.step}), *first)
    rotated = product_term(body, variable, product.start, product.step, product.length)
    return rotated, last.xreplace({variable: product.end})


def _joined(left: MatrixExpr, right: OrderedProduct) -> OrderedProduct | None:
    """The product that goes on in the next one, ∏_{a}^{m} ∏_{m+1}^{b} = ∏_{a}^{b}; None when it does not."""
    if not isinstance(left, OrderedProduct) or left.body != right.body or left.variable != right.variable:
        return None
    constant = right.variable not in right.body.free_symbols
    meets = left.step == right.step and sp.expand(left.end + left.step - right.start) == 0
    if not (constant or meets) or not is_regular(right):
        return None
    length = sp.expand(left.length + right.length)
    return None if is_opaque(right) and length.is_Integer else with_range(right, left.start, length)
