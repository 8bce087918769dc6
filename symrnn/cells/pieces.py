"""Parts of cells that are written with terms there are already: layer normalisation, and the larger of two columns."""

from __future__ import annotations

from functools import reduce

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import ShapeError
from symrnn.expr import Element, Elementwise, Sequence, UnitVector
from symrnn.expr.shapes import describe, require_sum
from symrnn.symbols import t

Equations = dict[Sequence, MatrixExpr]


def layer_norm(
    normalised: Sequence,
    of: MatrixExpr,
    gain: MatrixExpr | None = None,
    bias: MatrixExpr | None = None,
    epsilon: sp.Expr | float = 0,
) -> Equations:
    """The equations of a layer normalisation, to be put among those of a cell with ``**``.

    For a column a of n units they are the mean m = 1ᵀa/n, c = a - 1m, s = cᵀc/n, r = 1/√(s + ε), and g ∘ (c r) + b for
    what is normalised, v; they are called m_v, c_v, s_v and r_v, and a, where it is not a quantity already, u_v. Each
    is an intermediate like any other. That s + ε is positive is a hypothesis of whatever is proved.

    Args:
        normalised: the sequence that is defined, v.
        of: what is normalised, a column at index t.
        gain: g, a column; by default 1.
        bias: b, a column; by default 0.
        epsilon: ε, a number or a positive symbol.

    Raises:
        ShapeError: for something that is not a column of as many rows.

    Source: Ba, Kiros and Hinton (2016), Layer normalization, eq. (4).

    >>> from symrnn import Elementwise, to_text
    >>> from symrnn.cells import gates
    >>> from symrnn.symbols import n
    >>> (v, a) = gates("v a", n)
    >>> for left, right in layer_norm(v, a[t], epsilon=sp.Symbol("epsilon", positive=True)).items():
    ...     print(to_text(left[t]), "=", to_text(right))
    m_v[t] = (1/n) 1ᵀ a[t]
    c_v[t] = a[t] - 1 m_v[t]
    s_v[t] = (1/n) c_v[t]ᵀ c_v[t]
    r_v[t] = rsqrt(ε + s_v[t])
    v[t] = c_v[t] r_v[t]
    """
    require_sum(normalised.at(t), of)
    if of.cols != 1:
        raise ShapeError(f"{describe(of)} is not a column", advice="normalise each column by itself")
    n, name, first = of.rows, normalised.name, normalised.first
    found: Equations = {}
    if not isinstance(of, Element):
        summed = Sequence(f"u_{name}", n, first=first)
        found[summed], of = of, summed[t]
    m, s, r = (Sequence(f"{x}_{name}", 1, first=first) for x in "msr")
    c, ones = Sequence(f"c_{name}", n, first=first), sp.OneMatrix(n, 1)
    found[m] = ones.T * of / n
    found[c] = of - ones * m[t]
    found[s] = c[t].T * c[t] / n
    found[r] = Elementwise("rsqrt")(s[t] + epsilon * sp.OneMatrix(1, 1) if epsilon != 0 else s[t])
    scaled = c[t] * r[t]
    scaled = scaled if gain is None else sp.HadamardProduct(gain, scaled)
    found[normalised] = scaled if bias is None else scaled + bias
    return found


def maximum(first: MatrixExpr, *others: MatrixExpr) -> MatrixExpr:
    """The largest of some terms of one shape, entry by entry: max(a, b) = b + relu(a - b).

    The slope at a tie is what the cell states for relu at its kink, ``activation("relu", at_kink=0)``: with 0 it goes
    to b, with 1 to a, and with 1/2 to both in equal parts, which is what PyTorch's ``maximum`` does.

    Raises:
        ShapeError: for terms of different shapes.

    >>> from symrnn.symbols import n
    >>> maximum(*(sp.MatrixSymbol(name, n, 1) for name in "ab"))
    relu(a - b) + b
    """
    for other in others:
        require_sum(first, other)
    return reduce(lambda one, other: sp.MatAdd(other, Elementwise("relu")(one - other)), others, first)


def largest(column: MatrixExpr) -> MatrixExpr:
    """The largest entry of a column whose length is a number, as a matrix of one entry; ties as in :func:`maximum`.

    Raises:
        ShapeError: for something else than a column of a known length.

    >>> largest(sp.MatrixSymbol("a", 2, 1))
    relu(e_1.T*a - e_2.T*a) + e_2.T*a
    """
    if not (column.rows.is_Integer and column.cols == 1):
        raise ShapeError(f"{describe(column)} has no largest entry that could be written out", advice="fix its length")
    return maximum(*(UnitVector(column.rows, at).T * column for at in range(1, int(column.rows) + 1)))
