"""The Elman network: h_t = φ(W_xh x_t + W_hh h_{t-1} + b_h), y_t = W_hy h_t + b_y, with a loss over time."""

from __future__ import annotations

from typing import Any, TypeAlias

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.activations import Activation, AtKink, require_catalogued
from symrnn.activations import activation as look_up
from symrnn.cells.cell import Named
from symrnn.errors import IndexRangeError, ParameterError, SymrnnError
from symrnn.expr import Elementwise, GenericFunction, MatrixSum, Sequence
from symrnn.expr.base import operand
from symrnn.recurrence import Definition, Role
from symrnn.symbols import T, m, n, q, t

Size: TypeAlias = sp.Expr | int


def positive_size(size: Size, what: str) -> sp.Expr:
    """A size as a SymPy integer or symbol.

    Raises:
        IndexRangeError: when it is zero, negative or no integer.
    """
    try:
        value = operand(size)
    except SymrnnError:
        value = sp.nan
    if not (isinstance(value, sp.Expr) and value.is_integer and value.is_positive):
        raise IndexRangeError(
            f"the number of {what} is {size}",
            advice="use a positive integer or a Symbol with integer=True, positive=True",
        )
    return value


def chosen(activation: str | Activation, at_kink: AtKink = None) -> Activation:
    """An activation by its name, or one that was made before by :func:`symrnn.activations.activation`.

    Others are refused: a proof rests on what the catalogue says of a name, and that has been checked.

    Raises:
        ParameterError: for a convention beside an activation that was made before, for one that is not of the
            catalogue, and for neither a name nor an activation.
        NotDifferentiableError: for a convention where there is no kink.

    >>> chosen("relu", at_kink=0).at_kink
    0
    """
    if isinstance(activation, str):
        return look_up(activation, at_kink)
    if not isinstance(activation, Activation):
        given = type(activation).__name__
        raise ParameterError(f"the activation is of type {given}", advice='give a name, or activation("elu", alpha=2)')
    if at_kink is not None:
        raise ParameterError(
            f"at_kink={at_kink} stands beside an activation that is made already",
            where=activation.name,
            advice=f'state it there: activation("{activation.name}", at_kink={at_kink})',
        )
    require_catalogued(activation)
    return activation


class Elman(Named):
    """The simple recurrent network of Elman (1990), with pre-activation a_t, outputs y_t and a loss.

    L = Σ_{t=1}^{T} ℓ_t with ℓ_t a generic differentiable function of y_t. The initial state h_0 is given.

    Args:
        activation: φ, such as ``activation("elu", alpha=2)``, or its name; a name that is not in the table is a
            generic differentiable function.
        hidden, inputs, outputs: the sizes n, m and q, symbols or positive integers.
        driven: False drops the input and the bias: a_t = W_hh h_{t-1}.
        at_kink: the value of φ' taken at a kink of φ.

    Raises:
        IndexRangeError: for a size that is not positive.
        NotDifferentiableError: for a convention where there is no kink.

    >>> rnn = Elman()
    >>> rnn.h[t], rnn.h[t].shape, rnn.W_hh.shape
    (h[t], (n, 1), (n, n))
    >>> rnn.body(rnn.a[3])
    W_hh*h[2] + W_xh*x[3] + b_h
    """

    def __init__(
        self,
        activation: str | Activation = "phi",
        hidden: Size = n,
        inputs: Size = m,
        outputs: Size = q,
        *,
        driven: bool = True,
        at_kink: AtKink = None,
    ) -> None:
        n, m, q = (positive_size(s, w) for s, w in ((hidden, "units"), (inputs, "inputs"), (outputs, "outputs")))
        options: dict[str, Any] = {"activation": activation, "hidden": n, "inputs": m, "outputs": q}
        options |= {"driven": driven, "at_kink": at_kink}
        h, a, x = Sequence("h", n), Sequence("a", n, first=1), Sequence("x", m, first=1)
        y, ell = Sequence("y", q, first=1), Sequence("ell", 1, first=1)
        W_hh, W_xh, W_hy = MatrixSymbol("W_hh", n, n), MatrixSymbol("W_xh", n, m), MatrixSymbol("W_hy", q, n)
        b_h, b_y, L = MatrixSymbol("b_h", n, 1), MatrixSymbol("b_y", q, 1), MatrixSymbol("L", 1, 1)
        entry = chosen(activation, at_kink)
        phi = Elementwise(entry.name)
        recur = h[t - 1].__rmul__(W_hh)
        drive = W_xh * x[t] + recur + b_h if driven else recur
        loss = GenericFunction(Str("ell"), sp.S.One, sp.S.One, y[t])
        super().__init__(
            name="Elman network",
            index=t,
            definitions=(
                Definition(a, drive, Role.INTERMEDIATE),
                Definition(h, phi(a[t]), Role.STATE),
                Definition(y, W_hy * h[t] + b_y, Role.OUTPUT),
                Definition(ell, loss, Role.OUTPUT),
            ),
            parameters=(W_hh, W_xh, b_h, W_hy, b_y) if driven else (W_hh, W_hy, b_y),
            inputs=(x,) if driven else (),
            totals={L: MatrixSum(ell[t], (t, 1, T))},
            activations=(entry,),
        )
        named = {"h": h, "a": a, "x": x, "y": y, "ell": ell, "W_hh": W_hh, "W_xh": W_xh, "W_hy": W_hy}
        named |= {"b_h": b_h, "b_y": b_y, "L": L, "n": n, "m": m, "q": q, "phi": phi, "options": options}
        for key, value in named.items():
            object.__setattr__(self, key, value)

    h: Sequence
    a: Sequence
    x: Sequence
    y: Sequence
    ell: Sequence
    W_hh: MatrixSymbol
    W_xh: MatrixSymbol
    W_hy: MatrixSymbol
    b_h: MatrixSymbol
    b_y: MatrixSymbol
    L: MatrixSymbol
    n: sp.Expr
    m: sp.Expr
    q: sp.Expr
    phi: Elementwise
    options: dict[str, Any]

    def D(self, index: sp.Expr | int) -> MatrixExpr:
        """D_t = diag(φ'(a_t)), the Jacobian of the activation; shape (n, n).

        >>> Elman("tanh").D(t)
        DiagMatrix(tanh'(a[t]))
        """
        return sp.DiagMatrix(self.phi(self.a[index], order=1))

    def with_activation(self, name: str | Activation, at_kink: AtKink = None) -> Elman:
        """The same network with another activation.

        >>> Elman().with_activation("identity").phi.name
        'identity'
        """
        return Elman(**{**self.options, "activation": name, "at_kink": at_kink})

    def undriven(self) -> Elman:
        """The same network without inputs and bias, h_t = φ(W_hh h_{t-1})."""
        return Elman(**{**self.options, "driven": False})

    def scalar(self) -> Elman:
        """The same network with one unit, one input and one output."""
        return Elman(**{**self.options, "hidden": 1, "inputs": 1, "outputs": 1})
