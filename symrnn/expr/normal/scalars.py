"""Scalars of the normal form: 1 x 1 chains, products of numbers, and coefficients.

A 1 x 1 chain is a number, so it commutes and equals its transpose; it lives in the coefficient as a matrix
element.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.expr.binder import ASCENDING, OrderedProduct
from symrnn.expr.normal.blocks import FormalProduct, require_writable
from symrnn.expr.normal.domain import anchor
from symrnn.expr.normal.names import canonical_index, height
from symrnn.expr.normal.regular import is_nonzero
from symrnn.expr.normal.slots import best_affine, first_affine, index_slots
from symrnn.expr.readings import readings


def element_of(term: MatrixExpr) -> sp.Expr:
    """The one entry of a 1 x 1 matrix."""
    return sp.S.One if isinstance(term, sp.Identity) else MatrixElement(term, sp.S.Zero, sp.S.Zero)


def apart_from_matrices(operation: Callable[[sp.Expr], sp.Expr], scalar: sp.Expr) -> sp.Expr:
    """Let SymPy rewrite a scalar without looking inside what it reads off matrices, such as entries and norms."""
    hidden = {reading: sp.Dummy(nonnegative=reading.is_nonnegative or None) for reading in readings(scalar)}
    shown = {symbol: reading for reading, symbol in hidden.items()}
    return operation(scalar.xreplace(hidden)).xreplace(shown)


def expanded(scalar: sp.Expr) -> sp.Expr:
    """A scalar, distributed."""
    return apart_from_matrices(sp.expand, scalar)


def powers_joined(scalar: sp.Expr) -> sp.Expr:
    """A scalar with powers of one base joined."""
    if not scalar.has(sp.Pow):
        return scalar
    return apart_from_matrices(lambda plain: sp.powsimp(plain, combine="exp"), scalar)


def scalar_form(scalar: sp.Expr) -> sp.Expr:
    """A coefficient, expanded, with powers of one base joined."""
    return apart_from_matrices(lambda plain: sp.expand(sp.powsimp(sp.expand(plain))), scalar)


def scalar_product(body: sp.Expr, variable: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """∏ of numbers, factor by factor: a power of what is constant, a ratio, or a closed symbol."""
    length = sp.expand(high - low + 1)
    require_writable(length)
    return sp.Mul(*(_factor_product(part, variable, low, length) for part in sp.Mul.make_args(body)))


def _factor_product(factor: sp.Expr, variable: sp.Symbol, low: sp.Expr, length: sp.Expr) -> sp.Expr:
    if variable not in factor.free_symbols:
        return factor**length
    if length.is_Integer and length >= 0:
        return sp.Mul(*(factor.xreplace({variable: sp.expand(low + j)}) for j in range(int(length))))
    base, exponent = factor.as_base_exp()
    if exponent.is_Integer and is_nonzero(base):
        ratio = _ratio(base, variable, low, length)
        if ratio is not None:
            return ratio**exponent
    return _closed(sp.MatMul(factor, sp.Identity(1)), variable, low, sp.expand(low + length - 1))


def _ratio(base: sp.Expr, variable: sp.Symbol, low: sp.Expr, length: sp.Expr) -> sp.Expr | None:
    """∏_{v=a}^{b} g(v) = Q(b+1) / Q(a) with Q(e) = ∏_{v=c}^{e-1} g(v), so that neighbouring ranges join.

    For elements g that vanish nowhere in general position; None when there is no anchor c.
    """
    slope, rest = first_affine(index_slots(base), variable) or (1, sp.S.Zero)
    base = base.xreplace({variable: sp.expand(slope * (variable - rest))})
    first, last = low, low + length - 1
    ends = (slope * first + rest, slope * last + rest)[::slope]
    above, below = (_since_anchor(base, variable, sp.expand(end)) for end in (ends[1] + 1, ends[0]))
    return None if above is None or below is None else above / below


def _since_anchor(base: sp.Expr, variable: sp.Symbol, end: sp.Expr) -> sp.Expr | None:
    """Q(end), its numeric part written out."""
    constant, symbolic = end.as_coeff_Add()
    start, offset = anchor((base,), variable, sp.S.Zero), anchor((base,), variable, symbolic)
    if start is None or offset is None or not constant.is_Integer:
        return None
    require_writable(constant - offset)
    first, last = sorted((int(constant), offset))
    points = sp.Mul(*(base.xreplace({variable: symbolic + j}) for j in range(first, last)))
    points = points if constant > offset else 1 / points
    if symbolic == 0:
        return points
    return points * _closed(base.args[0], variable, sp.Integer(start), symbolic + offset - 1)


def is_closed(scalar: sp.Expr) -> bool:
    """Tell whether a scalar is one product of numbers over a range."""
    return isinstance(scalar, MatrixElement) and isinstance(scalar.args[0], OrderedProduct)


def _closed(body: MatrixExpr, variable: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """A product of numbers as one symbol, its index chosen as for a product of matrices."""
    slope, rest = best_affine(body, variable)
    body = body.xreplace({variable: sp.expand(slope * (variable - rest))})
    low, high = (sp.expand(slope * end + rest) for end in (low, high)[::slope])
    index = canonical_index("p", height(OrderedProduct, [body]), body.free_symbols - {variable})
    return element_of(FormalProduct(body.xreplace({variable: index}), (index, low, high), ASCENDING))
