"""Cells with one state and no gate, beside the Elman network."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.activations import Activation, AtKink
from symrnn.cells.cell import Cell, gates, matrices
from symrnn.cells.elman import Elman, Size, chosen, positive_size
from symrnn.errors import ParameterError
from symrnn.expr import Elementwise, Sequence
from symrnn.expr.base import operand
from symrnn.symbols import m, n, q, t


class IRNN(Elman):
    """The IRNN of Le, Jaitly and Hinton (2015): an Elman network of rectifiers whose W_hh starts as the identity.

    The start is a value of W_hh and of no concern to its gradient; φ' is taken as 0 at the kink.

    Args:
        hidden, inputs, outputs: the sizes n, m and q.

    Source: Le, Jaitly and Hinton (2015), A simple way to initialize recurrent networks of rectified linear units.

    >>> IRNN().phi.name, IRNN().activation("relu").at_kink
    ('relu', 0)
    """

    def __init__(self, hidden: Size = n, inputs: Size = m, outputs: Size = q) -> None:
        super().__init__("relu", hidden, inputs, outputs, at_kink=0)


class Jordan(Cell):
    """The network of Jordan (1986): the output is what is carried on.

    h_t = φ(W_h x_t + U_h y_{t-1} + b_h), y_t = ψ(W_y h_t + b_y); the state is y, and h an intermediate.

    Args:
        activation, output: φ and ψ, or their names; other names are generic differentiable functions.
        hidden, inputs, outputs: the sizes n, m and q.
        at_kink: the value of φ' taken at a kink of φ.

    Source: Jordan (1986), Serial order: a parallel distributed processing approach.

    >>> from symrnn.calculus import local_jacobian
    >>> net = Jordan("tanh", "identity")
    >>> local_jacobian(net, net.y[t], net.y[t - 1])
    DiagMatrix(identity'(a_y[t]))*W_y*DiagMatrix(tanh'(a_h[t]))*U_h
    """

    def __init__(
        self,
        activation: str | Activation = "phi",
        output: str | Activation = "psi",
        hidden: Size = n,
        inputs: Size = m,
        outputs: Size = q,
        *,
        at_kink: AtKink = None,
    ) -> None:
        n, m, q = (positive_size(s, w) for s, w in ((hidden, "units"), (inputs, "inputs"), (outputs, "outputs")))
        within, read = chosen(activation, at_kink), chosen(output)
        phi, psi = Elementwise(within.name), Elementwise(read.name)
        y, (h, a_h), (a_y,), (x,) = Sequence("y", q), gates("h a_h", n), gates("a_y", q), gates("x", m)
        (W_h,), (U_h,), (b_h,) = matrices("W_h", n, m), matrices("U_h", n, q), matrices("b_h", n, sp.S.One)
        (W_y,), (b_y,) = matrices("W_y", q, n), matrices("b_y", q, sp.S.One)
        super().__init__(
            "Jordan network",
            {
                a_h: W_h * x[t] + U_h * y[t - 1] + b_h,
                h: phi(a_h[t]),
                a_y: W_y * h[t] + b_y,
                y: psi(a_y[t]),
            },
            states=(y,),
            parameters=(W_h, U_h, b_h, W_y, b_y),
            inputs=(x,),
            activations=tuple(dict.fromkeys((within, read))),
        )


def _rate(value: sp.Expr | float) -> sp.Expr:
    """A number or a symbol that is not a matrix."""
    rate = operand(value)
    if not isinstance(rate, sp.Expr) or isinstance(rate, MatrixExpr):
        raise ParameterError(f"the leaking rate {rate} is not a number", where="leaky network", advice="use a Symbol")
    return rate


class Leaky(Cell):
    """Leaky units: h_t = (1 - α) h_{t-1} + α φ(W x_t + U h_{t-1} + b).

    Args:
        activation: φ, or its name; a name that is not in the table is a generic differentiable function.
        rate: α, a number or a symbol; α = 1 gives the Elman network.
        hidden, inputs: the sizes n and m.
        at_kink: the value of φ' taken at a kink of φ.

    Raises:
        ParameterError: for a rate that is not a number.

    Source: Lukoševičius (2012), A practical guide to applying echo state networks, eqs. (2) and (3).

    >>> net = Leaky("tanh", rate=1)
    >>> net.derive(net.h[t], wrt=net.U).verify().kind
    <Kind.PROVED: 'PROVED'>
    """

    def __init__(
        self,
        activation: str | Activation = "phi",
        rate: sp.Expr | float | str = "alpha",
        hidden: Size = n,
        inputs: Size = m,
        *,
        at_kink: AtKink = None,
    ) -> None:
        n, m = positive_size(hidden, "units"), positive_size(inputs, "inputs")
        alpha = sp.Symbol(rate, positive=True) if isinstance(rate, str) else _rate(rate)
        entry = chosen(activation, at_kink)
        phi = Elementwise(entry.name)
        h, (a,), (x,) = Sequence("h", n), gates("a", n), gates("x", m)
        (W,), (U,), (b,) = matrices("W", n, m), matrices("U", n, n), matrices("b", n, sp.S.One)
        super().__init__(
            "leaky network",
            {
                a: W * x[t] + U * h[t - 1] + b,
                h: sp.MatAdd(sp.MatMul(1 - alpha, h[t - 1]), sp.MatMul(alpha, phi(a[t]))),
            },
            states=(h,),
            parameters=(W, U, b),
            inputs=(x,),
            activations=(entry,),
        )
