"""The untied deep network: y_l = a_l(W_l y_{l-1}), each layer with its own weights, width and activation."""

from __future__ import annotations

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.activations import Activation
from symrnn.cells.cell import Named
from symrnn.cells.elman import chosen, positive_size
from symrnn.expr import Elementwise, GenericFunction, Sequence
from symrnn.recurrence import Definition, Role
from symrnn.symbols import L, l

width = sp.Function("d", integer=True, positive=True)
"""d(l): the number of units of layer l."""


class Layered(Named):
    """A feed-forward network of L + 1 layers; the loss is a generic differentiable function of y_{L+1}.

    The recurrence runs over layers instead of time, and its weights are untied: W_l belongs to layer l alone.

    Args:
        activation: name of the family of activations a_l; or one activation, such as ``activation("elu", alpha=2)``.
        units: one number of units for all layers; by default layer l has d(l) units.

    >>> net = Layered()
    >>> net.y[l].shape, net.W[l].shape
    ((d(l), 1), (d(l), d(l - 1)))
    >>> net.body(net.y[3])
    a[3](f[3])
    """

    def __init__(self, activation: str | Activation = "a", units: sp.Expr | int | None = None) -> None:
        size = width if units is None else positive_size(units, "units")
        below = (lambda layer: width(layer - 1)) if units is None else size
        y, f = Sequence("y", size), Sequence("f", size, first=1)
        W = Sequence("W", size, below, first=1)
        loss = MatrixSymbol("L", 1, 1)
        entry = chosen(activation)
        a = Elementwise(entry.name)
        super().__init__(
            name="layered network",
            index=l,
            definitions=(
                Definition(f, W[l] * y[l - 1], Role.INTERMEDIATE),
                Definition(y, a[l](f[l]), Role.STATE),
            ),
            parameters=(W,),
            totals={loss: GenericFunction(Str("ell"), sp.S.One, sp.S.One, y[L + 1])},
            activations=(entry,),
        )
        for key, value in {"y": y, "f": f, "W": W, "loss": loss, "a": a}.items():
            object.__setattr__(self, key, value)

    y: Sequence
    f: Sequence
    W: Sequence
    loss: MatrixSymbol
    a: Elementwise

    def D(self, layer: sp.Expr | int) -> MatrixExpr:
        """diag(a'_l(f_l)), the Jacobian of the activation of a layer; shape (d(l), d(l))."""
        return sp.DiagMatrix(self.a[layer](self.f[layer], order=1))
