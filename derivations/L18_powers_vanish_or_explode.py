"""When powers of the weights vanish or explode

When do the powers of the recurrent weights go to 0, and when to infinity?

Below 1 they go to 0, above 1 to infinity: true of the absolute value of a number, and not of the number itself, since
$-2$ is below 1. For a matrix it is the spectral radius $ρ$ that decides. A norm below 1 is enough for the powers to
vanish, for $ρ$ is at most any norm; a norm above 1 says nothing: $[[0, 5], [0, 0]]$ has norm 5 and the square 0.

Sources: Horn and Johnson (2013), Matrix Analysis, sec. 5.6; Gelfand (1941).

>>> import sympy as sp
>>> W, V = sp.Matrix([[0, 5], [0, 0]]), sp.Matrix([[1, 1], [0, 1]])
>>> W**2, V**10
(Matrix([
[0, 0],
[0, 0]]), Matrix([
[1, 10],
[0,  1]]))
"""

import sympy as sp

from symrnn import AllOf, Claim, Inequality, Kind, Limit, Norm, SpectralRadius, k, n

w, q = sp.Symbol("w", real=True), sp.Symbol("q", positive=True)
W = sp.MatrixSymbol("W", n, n)
radius = SpectralRadius(W)

L18 = Claim(
    id="L18",
    title="powers of numbers below 1 vanish, above 1 explode",
    statement=AllOf((Limit(abs(w) ** k, k, 0, given=(w < 1,)), Limit(abs(w) ** k, k, sp.oo, given=(w > 1,)))),
    expected=Kind.REFUTED,
    corrected_by="L18-absolute-value",
    note="For a matrix the condition $W < 1$ has no meaning yet: of which number is it to be read?",
)

L18_absolute_value = Claim(
    id="L18-absolute-value",
    title="numbers: the absolute value decides",
    statement=AllOf((Limit(abs(w) ** k, k, 0, given=(abs(w) < 1,)), Limit(abs(w) ** k, k, sp.oo, given=(abs(w) > 1,)))),
    expected=Kind.PROVED,
)

L18_matrices = Claim(
    id="L18-matrices",
    title="matrices: the powers vanish exactly when the spectral radius is below 1",
    statement=AllOf(
        (Limit(Norm(W**k), k, 0, given=(radius < 1,)), Inequality(1, Norm(W**k), (k >= 0,), (radius >= 1,)))
    ),
    expected=Kind.PROVED,
    note="The inequality is the converse: with $ρ(W) >= 1$ no power has a norm below 1.",
    worked={k: 2, n: 2, W: [[3, 4], [0, 0]]},
)

L18_norm_below_1 = Claim(
    id="L18-norm-below-1",
    title="a norm below 1 is enough",
    statement=AllOf(
        tuple(Limit(Norm(W**k, kind), k, 0, (k >= 1,), (Norm(W, kind) < 1,)) for kind in ("2", "1", "oo", "F"))
    ),
    expected=Kind.PROVED,
)

L18_norm_above_1 = Claim(
    id="L18-norm-above-1",
    title="a norm above 1 makes the powers explode",
    statement=Limit(Norm(W**k), k, sp.oo, given=(Norm(W) > 1,)),
    expected=Kind.REFUTED,
    corrected_by="L18-radius-above-1",
)

L18_radius_above_1 = Claim(
    id="L18-radius-above-1",
    title="a spectral radius above 1 does",
    statement=Limit(Norm(W**k), k, sp.oo, given=(radius > 1,)),
    expected=Kind.PROVED,
)

L18_rate = Claim(
    id="L18-rate",
    title="the rate: between $ρ^k$ and $q^k$ for every $q$ above $ρ$",
    statement=AllOf(
        (
            Inequality(radius**k, Norm(W**k), (k >= 0,)),
            Limit(Norm(W**k) / q**k, k, 0, given=(radius < q,)),
        )
    ),
    expected=Kind.PROVED,
    note="The $k$-th root of the norm of $W^k$ tends to $ρ(W)$: Gelfand's formula.",
    worked={k: 2, n: 2, W: [[3, 4], [0, 0]]},
)
