r"""Powers of a Jordan block

How do the powers behave when the weights cannot be diagonalised?

Every square matrix is similar to one made of blocks $λI + N$, where $N = \sum_r e_r e_{r+1}^{\top}$ has ones above the
diagonal and $N^p = 0$. The binomial theorem gives all powers of a block in closed form. On the $j$-th diagonal stands
$C(k, j) λ^{k-j}$, a polynomial in $k$ of degree $j$ times a power of $λ$. With $|λ| < 1$ it vanishes in the end,
perhaps after growing; with $|λ| = 1$ it grows without bound for $j >= 1$. A spectral radius of 1 does not keep powers
bounded.

Source: Horn and Johnson (2013), Matrix Analysis, sec. 3.1 and 3.2.

>>> import sympy as sp
>>> x, k = sp.symbols("lambda k")
>>> J = sp.Matrix([[x, 1], [0, x]])
>>> J**2, J**5
(Matrix([
[lambda**2,  2*lambda],
[        0, lambda**2]]), Matrix([
[lambda**5, 5*lambda**4],
[        0,   lambda**5]]))
"""

import sympy as sp

from symrnn import AllOf, Claim, Elman, Equation, Inequality, Kind, MatrixSum, Norm, SpectralRadius, k, n
from symrnn.expr import UnitVector, jordan_block, shift_matrix

linear = Elman("identity")
W = sp.MatrixSymbol("W", n, n)
p = sp.Symbol("p", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True)
eigenvalue, c = sp.symbols("lambda c", real=True)
J, N = jordan_block(eigenvalue, p), shift_matrix(p)
diagonals = sp.binomial(k, j) * eigenvalue ** (k - j) * N**j


def entry(matrix, row, column):
    """The entry of a matrix, as a matrix of one row and one column."""
    return UnitVector(p, row).T * matrix * UnitVector(p, column)


def number(value):
    """A number as a matrix of one row and one column."""
    return value * sp.Identity(1)


L18_jordan = Claim(
    id="L18-jordan",
    title="powers of a Jordan block",
    statement=AllOf(
        (
            Equation(J**k, MatrixSum(diagonals, (j, 0, k)), where=(k >= 0,)),
            Equation(J**k, MatrixSum(diagonals, (j, 0, p - 1)), where=(k >= p - 1,)),
        )
    ),
    expected=Kind.PROVED,
    recurrence=linear,
    worked={k: 2, p: 2, eigenvalue: 3},
)

L18_jordan_entries = Claim(
    id="L18-jordan-entries",
    title="their entries: above the diagonal, further above, and below",
    statement=AllOf(
        (
            Equation(
                entry(J**k, i, i + j),
                number(sp.binomial(k, j) * eigenvalue ** (k - j)),
                where=(i >= 1, j >= 0, j <= k, i + j <= p),
            ),
            Equation(entry(J**k, i, i + j), number(0), where=(k >= 0, i >= 1, j > k, i + j <= p)),
            Equation(entry(J**k, i + j, i), number(0), where=(k >= 0, i >= 1, j >= 1, i + j <= p)),
        )
    ),
    expected=Kind.PROVED,
    recurrence=linear,
)

L18_radius_1 = Claim(
    id="L18-radius-1",
    title="a spectral radius of 1 keeps the powers bounded by $W$",
    statement=Inequality(Norm(W**k), Norm(W), (k >= 1,), (sp.Eq(SpectralRadius(W), 1),)),
    expected=Kind.REFUTED,
    corrected_by="L18-linear-growth",
)

L18_linear_growth = Claim(
    id="L18-linear-growth",
    title="a Jordan block with eigenvalue 1: its powers grow like $k$",
    statement=AllOf(
        (
            Equation(entry((sp.Identity(p) + N) ** k, 1, 2), number(k), where=(k >= 1, p >= 2)),
            Inequality(Norm(entry((sp.Identity(p) + N) ** k, 1, 2)), Norm((sp.Identity(p) + N) ** k), (k >= 1, p >= 2)),
        )
    ),
    expected=Kind.PROVED,
    recurrence=linear,
    note="An entry is never larger than the norm, so that no number bounds all powers.",
)

L18_transient = Claim(
    id="L18-transient",
    title="transient growth in closed form",
    statement=Equation(
        entry((eigenvalue * sp.Identity(p) + c * N) ** k, 1, 2),
        number(c * k * eigenvalue ** (k - 1)),
        where=(k >= 1, p >= 2),
    ),
    expected=Kind.PROVED,
    recurrence=linear,
    note="For $λ = 9/10$ it rises up to $k = 10$, by a factor of nearly 4; $c$ makes it as large as one likes.",
    worked={k: 3, p: 2, eigenvalue: 2, c: 5},
)
