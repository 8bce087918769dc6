"""Closed forms as a reader wants them: sums and products over k, written out for numbers on request."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, MatAdd, MatMul, MatPow, MatrixExpr

from symrnn.calculus.identification import product
from symrnn.errors import LimitError
from symrnn.expr import ASCENDING, Apply, Binder, MatrixSum, OrderedProduct

MAX_WRITTEN_OUT = 200
"""Most summands or factors that are written out."""


def constant_power(factor: MatrixExpr, variable: sp.Symbol, length: sp.Expr) -> MatrixExpr | None:
    """W^k for a product of k equal factors; 0^k stays a product, since it is the identity for k = 0."""
    if isinstance(factor, sp.ZeroMatrix) or variable in factor.free_symbols:
        return None
    return factor**length


def product_back(factor: MatrixExpr, index: sp.Symbol, at: sp.Expr, length: sp.Expr, u: sp.Symbol) -> MatrixExpr:
    """∏_{u=0}^{length-1} of the factor at ``at - u``, left to right: the newest factor stands left.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import k, t, u
    >>> rnn = Elman()
    >>> product_back(rnn.D(t) * rnn.W_hh, t, t, k, u)
    Prod(DiagMatrix(phi'(a[t - u]))*W_hh, (u, 0..k - 1))
    """
    power = constant_power(factor, index, length)
    if power is not None:
        return power
    return counted_product(factor.xreplace({index: at - u}), u, length)


def counted_product(body: MatrixExpr, u: sp.Symbol, length: sp.Expr) -> MatrixExpr:
    """∏_{u=0}^{length-1} of the body, left to right; a single factor stands without a product sign.

    >>> from symrnn.expr import Sequence
    >>> from symrnn.symbols import k, n, t, u
    >>> A = Sequence("A", n, n)
    >>> counted_product(A[t - u], u, k), counted_product(A[t - u], u, sp.S.One)
    (Prod(A[t - u], (u, 0..k - 1)), A[t])
    """
    if length == 1:
        return body.xreplace({u: sp.S.Zero})
    return OrderedProduct(body, (u, 0, length - 1), ASCENDING)


def simplified(term: MatrixExpr) -> MatrixExpr:
    """Identities of the identity activation and of empty factors taken out; the rest stays as it is written."""
    if isinstance(term, DiagMatrix) and isinstance(term.args[0], Apply):
        slope = term.args[0]
        return sp.Identity(term.rows) if (slope.function, slope.order) == ("identity", 1) else term
    if isinstance(term, Binder):
        body = simplified(term.body)
        if isinstance(term, OrderedProduct):
            power = constant_power(body, term.variable, term.length)
            if power is not None:
                return sp.Identity(term.rows) if isinstance(body, sp.Identity) else power
        return term.func(body, *term.args[1:])
    if isinstance(term, MatMul):
        return product(tuple(simplified(f) if isinstance(f, MatrixExpr) else f for f in term.args), term.rows)
    if isinstance(term, MatAdd):
        parts = [part for part in map(simplified, term.args) if not isinstance(part, sp.ZeroMatrix)]
        return MatAdd(*parts) if len(parts) > 1 else parts[0]
    return term


def written_out(derivation: object, rule: Mapping[sp.Symbol, sp.Integer]) -> MatrixExpr:
    """The closed form of a derivation at given indices, its sums and products written out.

    Raises:
        LimitError: for more than :data:`MAX_WRITTEN_OUT` summands or factors.
    """
    return write_out(derivation.closed_form.subs(rule))  # type: ignore[attr-defined]


def write_out(term: sp.Basic) -> sp.Basic:
    """A term whose sums and products have numbers for bounds, without them.

    Raises:
        LimitError: for more than :data:`MAX_WRITTEN_OUT` summands or factors.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import k
    >>> rnn = Elman()
    >>> write_out(MatrixSum(rnn.D(k) * rnn.h[3 - k], (k, 1, 2)))
    DiagMatrix(phi'(a[1]))*h[2] + DiagMatrix(phi'(a[2]))*h[1]
    """
    if not isinstance(term, MatrixExpr):
        return term
    if isinstance(term, Binder) and term.length.is_Integer:
        if term.length > MAX_WRITTEN_OUT:
            raise LimitError(f"{term.length} terms to write out", advice=f"the limit is {MAX_WRITTEN_OUT}")
        values = [term.lower + j for j in range(int(term.length))]
        if isinstance(term, OrderedProduct) and term.step == -1:
            values.reverse()
        parts = [write_out(term.body_at(at)) for at in values]
        if isinstance(term, MatrixSum):
            return MatAdd(*parts).doit(deep=False) if parts else sp.ZeroMatrix(*term.shape)
        return product(tuple(parts), term.rows)
    if isinstance(term, MatPow) and term.args[1] in (0, 1):
        return term.args[0] if term.args[1] == 1 else sp.Identity(term.rows)
    if isinstance(term, MatMul):
        return product(tuple(map(write_out, term.args)), term.rows)
    if isinstance(term, sp.Transpose | MatAdd | sp.KroneckerProduct | sp.HadamardProduct):
        return term.func(*(write_out(part) for part in term.args))
    return term
