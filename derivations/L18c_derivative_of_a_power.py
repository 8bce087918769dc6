"""The derivative of a power of the weights, seen from the eigenvalues

How does the power $W^t$ of the recurrent weights move when the weights move a little?

Without input the state of a linear network is $W^t h_0$, and its differential is a sum over the $t$ places at which $W$
can be moved. In the eigenbasis of $W$ each entry of $dW$ is multiplied by a number of its own: the divided difference
$(λ_i^t - λ_j^t) / (λ_i - λ_j)$ of the power, or its derivative $t λ^{t-1}$ where the two eigenvalues are one. The
gradient of a single linear unit, $t w^{t-1}$, is the case of one eigenvalue.

Sources: Daleckii and Krein (1965); Higham (2008), Functions of Matrices, theorem 3.11 and corollary 3.12.

>>> from symrnn import Elman, t, to_text
>>> linear = Elman("identity").undriven()
>>> d = linear.derive(linear.h[t], wrt=linear.W_hh, form="differential")
>>> print(to_text(d.at(t=3)))
dW_hh h[2] + W_hh^2 dW_hh h[0] + W_hh dW_hh h[1]
"""

import sympy as sp

from symrnn import Claim, Elman, Equation, Kind, MatrixSum, k, n, t
from symrnn.expr import Differential, UnitVector

linear = Elman("identity").undriven()
W, h = linear.W_hh, linear.h
V, E = sp.MatrixSymbol("V", n, n), sp.MatrixSymbol("E", n, n)
eigenvalues = sp.MatrixSymbol("lambda", n, 1)
diagonal = sp.DiagMatrix(eigenvalues)
i, j = sp.symbols("i j", integer=True)
row, column = UnitVector(n, i).T, UnitVector(n, j)
first, second = eigenvalues[i - 1, 0], eigenvalues[j - 1, 0]
inside = (t >= 1, i >= 1, i <= n, j >= 1, j <= n)


def moved(matrix, direction):
    """What the power of a matrix moves by when the matrix moves in a direction."""
    return MatrixSum(matrix**k * direction * matrix ** (t - 1 - k), (k, 0, t - 1))


L18_differential = Claim(
    id="L18-differential",
    title="the differential of $W^t h_0$",
    statement=Equation(Differential(h[t]), moved(W, Differential(W)) * h[0], where=(t >= 0,), varying=(W,)),
    expected=Kind.PROVED,
    recurrence=linear,
    worked={t: 2, n: 2, W: [[1, 1], [0, 1]], Differential(W): [[0, 0], [1, 0]], h[0]: [1, 0]},
)

L18_eigenbasis = Claim(
    id="L18-eigenbasis",
    title="the same in the eigenbasis",
    statement=Equation(V.I * moved(V * diagonal * V.I, E) * V, moved(diagonal, V.I * E * V), where=(t >= 1,)),
    expected=Kind.PROVED,
    recurrence=linear,
)

L18_divided_differences = Claim(
    id="L18-divided-differences",
    title="divided differences of the power",
    statement=Equation(
        row * moved(diagonal, E) * column,
        (first**t - second**t) / (first - second) * row * E * column,
        where=(*inside, sp.Ne(i, j)),
    ),
    expected=Kind.PROVED,
    recurrence=linear,
    worked={t: 2, n: 2, i: 1, j: 2, eigenvalues: [2, 3], E: [[0, 7], [0, 0]]},
)

L18_without_division = Claim(
    id="L18-without-division",
    title="the same without division, for all pairs of eigenvalues",
    statement=Equation(
        (first - second) * row * moved(diagonal, E) * column,
        (first**t - second**t) * row * E * column,
        where=inside,
    ),
    expected=Kind.PROVED,
    recurrence=linear,
)

L18_one_eigenvalue = Claim(
    id="L18-one-eigenvalue",
    title="one eigenvalue: the derivative of the power",
    statement=Equation(
        row * moved(diagonal, E) * UnitVector(n, i),
        t * first ** (t - 1) * row * E * UnitVector(n, i),
        where=(t >= 1, i >= 1, i <= n),
    ),
    expected=Kind.PROVED,
    recurrence=linear,
    note="With $n = 1$ this is the factor $t w^{t-1}$ of a single linear unit (L21).",
)

L18_off_by_one = Claim(
    id="L18-off-by-one",
    title="divided differences with the powers of one step less",
    statement=Equation(
        (first - second) * row * moved(diagonal, E) * column,
        (first ** (t - 1) - second ** (t - 1)) * row * E * column,
        where=inside,
    ),
    expected=Kind.REFUTED,
    recurrence=linear,
    corrected_by="L18-without-division",
)
