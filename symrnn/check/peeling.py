"""Products of norms taken apart at one end: ‖A F‖ against ‖A‖, for the outermost factor F of a long product."""

from __future__ import annotations

from collections.abc import Iterator

from sympy.matrices.expressions import MatMul, MatrixExpr

from symrnn.check.arithmetic import at_least, entails
from symrnn.check.rewrite import Facts
from symrnn.expr import OrderedProduct


def peelings(term: MatrixExpr, facts: Facts) -> Iterator[tuple[MatrixExpr, MatrixExpr, bool]]:
    """Ways to write a product as (what stays together, the outermost factor, whether that one stands on the right).

    >>> import sympy as sp
    >>> from symrnn.symbols import k, n
    >>> from symrnn.expr import Sequence
    >>> u, A = sp.Symbol("u", integer=True), Sequence("A", n, n)
    >>> for rest, factor, on_right in peelings(OrderedProduct(A[u], (u, 1, k), "descending"), (k >= 1,)):
    ...     print(rest, factor, on_right)
    Prod(A[u], (u, k..2)) A[1] True
    Prod(A[u], (u, k - 1..1)) A[k] False
    """
    factors = list(term.args) if isinstance(term, MatMul) else [term]
    if not all(isinstance(factor, MatrixExpr) for factor in factors):  # a number in front is no factor to keep
        return
    for at, on_right in ((-1, True), (0, False)):
        outermost = factors[at]
        if isinstance(outermost, OrderedProduct) and entails(facts, at_least(outermost.length, 1)):
            rest, factor = _ends(outermost, on_right)
            others = factors[:-1] if on_right else factors[1:]
            parts = [*others, rest] if on_right else [rest, *others]
            yield MatMul(*parts).doit(deep=False), factor, on_right


def _ends(product: OrderedProduct, on_right: bool) -> tuple[MatrixExpr, MatrixExpr]:
    """A product without its factor at one end, and that factor."""
    index = product.end if on_right else product.start
    low, high = product.lower, product.upper
    if index == low:
        low = low + 1
    else:
        high = high - 1
    rest = OrderedProduct(product.body, (product.variable, low, high), product.direction)
    return rest, product.body_at(index)
