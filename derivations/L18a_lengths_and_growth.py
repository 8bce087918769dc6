"""Weights that keep lengths, and weights that mislead

Which weights keep the length of what they are multiplied by, and for which weights does the spectral radius say too
little?

An orthogonal $W$ keeps the length of every state over any number of steps; a normal one, such as a symmetric one, has
$‖W^k‖ = ρ(W)^k$, so that one number tells the whole story. For other weights the eigenvalues tell how the powers end,
not how they begin: they can grow for a long time before they fall. With $W = VΛV⁻¹$ the condition number $‖V‖‖V⁻¹‖$
bounds this transient growth.

Sources: Horn and Johnson (2013), Matrix Analysis, sec. 2.5 and 5.6; Trefethen and Embree (2005), Spectra and
Pseudospectra, ch. 14; Saxe, McClelland and Ganguli (2014).

>>> import sympy as sp
>>> Q = sp.Matrix([[3, -4], [4, 3]]) / 5
>>> (Q.T * Q).is_Identity, (Q * sp.Matrix([3, 4])).norm(), (Q**9 * sp.Matrix([3, 4])).norm()
(True, 5, 5)
"""

import sympy as sp

from symrnn import AllOf, Claim, Equation, Inequality, Kind, Norm, SpectralRadius, k, n

W, Q, V = (sp.MatrixSymbol(name, n, n) for name in "WQV")
x, eigenvalues = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("lambda", n, 1)
diagonal = sp.DiagMatrix(eigenvalues)
rotation = (sp.Matrix([[3, -4], [4, 3]]) / 5).tolist()
orthogonal, normal = Equation(Q.T * Q, sp.Identity(n)), Equation(W.T * W, W * W.T)
from_0, from_1 = (k >= 0,), (k >= 1,)


def equal(left, right, *given):
    """Left = right for k >= 0, as two inequalities."""
    return AllOf((Inequality(left, right, from_0, given), Inequality(right, left, from_0, given)))


L18_orthogonal = Claim(
    id="L18-orthogonal",
    title="orthogonal weights keep lengths",
    statement=AllOf((*equal(Norm(Q**k * x), Norm(x), orthogonal).parts, *equal(Norm(Q**k), 1, orthogonal).parts)),
    expected=Kind.PROVED,
    note="Since $‖Qx‖² = xᵀQᵀQx = xᵀx$.",
    worked={k: 2, n: 2, Q: rotation, x: [3, 4]},
)

L18_orthogonal_1_norm = Claim(
    id="L18-orthogonal-1-norm",
    title="orthogonal weights keep the 1-norm",
    statement=equal(Norm(Q**k * x, "1"), Norm(x, "1"), orthogonal),
    expected=Kind.REFUTED,
    corrected_by="L18-orthogonal",
)

L18_normal = Claim(
    id="L18-normal",
    title="normal weights: the norm of the power is the power of the radius",
    statement=equal(Norm(W**k), SpectralRadius(W) ** k, normal),
    expected=Kind.PROVED,
)

L18_not_normal = Claim(
    id="L18-not-normal",
    title="any weights: the norm of the power is the power of the radius",
    statement=equal(Norm(W**k), SpectralRadius(W) ** k),
    expected=Kind.REFUTED,
    corrected_by="L18-normal",
)

L18_condition_number = Claim(
    id="L18-condition-number",
    title="diagonalisable weights: the powers up to the condition number",
    statement=Inequality(Norm((V * diagonal * V.I) ** k), Norm(V) * Norm(V.I) * SpectralRadius(diagonal) ** k, from_0),
    expected=Kind.PROVED,
)

L18_condition_number_dropped = Claim(
    id="L18-condition-number-dropped",
    title="diagonalisable weights: the powers without the condition number",
    statement=Inequality(Norm((V * diagonal * V.I) ** k), SpectralRadius(diagonal) ** k, from_0),
    expected=Kind.REFUTED,
    corrected_by="L18-orthogonal-eigenvectors",
)

L18_orthogonal_eigenvectors = Claim(
    id="L18-orthogonal-eigenvectors",
    title="orthogonal eigenvectors: the condition number is 1",
    statement=equal(Norm((Q * diagonal * Q.T) ** k), SpectralRadius(diagonal) ** k, orthogonal),
    expected=Kind.PROVED,
)

L18_monotone = Claim(
    id="L18-monotone",
    title="a spectral radius below 1: no power is larger than $W$",
    statement=Inequality(Norm(W**k), Norm(W), from_1, (SpectralRadius(W) < 1,)),
    expected=Kind.REFUTED,
    corrected_by="L18-condition-number",
    note="The powers of $[[9/10, 1], [0, 9/10]]$ rise before they fall. In the end they vanish, by L18-matrices.",
)
