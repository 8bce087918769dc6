"""By norm and by value

A gradient that explodes can be cut down before it is used: does that keep its direction, and does it help against
vanishing?

Clipping by norm shortens a gradient that is longer than $θ$ to the length $θ$, and leaves all others as they are: it
keeps the direction, and an exploding gradient is bounded. Clipping by value bounds every entry, which may turn the
gradient. With several parameters one factor for all of them keeps the direction of the whole; a factor for each does
not. None of this brings a vanished gradient back: clipping never makes a gradient longer.

Sources: Mikolov (2012), sec. 3.2, for clipping by value; Pascanu, Mikolov and Bengio (2013), algorithm 1, for clipping
by norm.

>>> from symrnn.clipping import clip_by_norm, clip_by_value
>>> clip_by_norm([3.0, 4.0], 1.0), clip_by_value([3.0, 4.0], 1.0)
((array([0.6, 0.8]), 5.0), array([1., 1.]))
"""

import sympy as sp

from symrnn import AllOf, Claim, Inequality, Kind, Norm, m, n
from symrnn.clipping import global_norm_clipped, norm_clipped, value_clipped
from symrnn.derivation import Coincide, SameDirection
from symrnn.expr import Stack

part = """Clipping

A gradient that has exploded makes one large and useless step. In practice it is clipped: made shorter before it is
used. This part asks what clipping guarantees, and what it leaves as it was.
"""

theta = sp.Symbol("theta", positive=True)
f, g = sp.MatrixSymbol("f", n, 1), sp.MatrixSymbol("g", n, 1)


def by_norm(gradient):
    """Clipped by its Euclidean norm."""
    return norm_clipped(gradient, theta, kind="2")


def by_value(gradient):
    """Clipped entry by entry."""
    return value_clipped(gradient, theta)


L20 = Claim(
    id="L20",
    title="clipping by norm bounds, and keeps the direction",
    statement=AllOf(
        (
            Inequality(Norm(by_norm(g)), theta),
            SameDirection(by_norm(g), g),
            Coincide(by_norm(g), g, given=(Norm(g) <= theta,)),
        )
    ),
    expected=Kind.PROVED,
    worked={n: 2, theta: 1, g: [3, 4]},
)

L20_vanishing = Claim(
    id="L20-vanishing",
    title="no clipping makes a gradient longer",
    statement=AllOf((Inequality(Norm(by_norm(g)), Norm(g)), Inequality(Norm(by_value(g)), Norm(g)))),
    expected=Kind.PROVED,
    note="A gradient that vanishes stays as it is: it is shorter than $θ$.",
)

# -- by value --------------------------------------------------------------------------------------------------------

L20_value_turns = Claim(
    id="L20-value-direction",
    title="clipping by value keeps the direction",
    statement=SameDirection(by_value(g), g),
    expected=Kind.REFUTED,
    corrected_by="L20",
    note="Only the entries beyond $θ$ are shortened. Clipping by norm shortens all of them alike.",
)

L20_value_length = Claim(
    id="L20-value-length",
    title="clipping by value bounds the length by $θ$",
    statement=Inequality(Norm(by_value(g)), theta),
    expected=Kind.REFUTED,
    corrected_by="L20-value",
)

L20_value = Claim(
    id="L20-value",
    title="clipping by value bounds entries",
    statement=AllOf(
        (
            Inequality(Norm(by_value(g), "oo"), theta),
            Inequality(Norm(by_value(g)), sp.sqrt(n) * theta),
            Coincide(by_value(g), g, given=(Norm(g, "oo") <= theta,)),
        )
    ),
    expected=Kind.PROVED,
    worked={n: 4, theta: 1, g: [3, 2, -5, 4]},
)

# -- projections -----------------------------------------------------------------------------------------------------

L20_twice = Claim(
    id="L20-twice",
    title="clipping twice is clipping once",
    statement=AllOf((Coincide(by_norm(by_norm(g)), by_norm(g)), Coincide(by_value(by_value(g)), by_value(g)))),
    expected=Kind.PROVED,
)

L20_closer = Claim(
    id="L20-closer",
    title="clipping brings gradients no farther apart",
    statement=AllOf(
        (
            Inequality(Norm(by_norm(f) - by_norm(g)), Norm(f - g)),
            Inequality(Norm(by_value(f) - by_value(g)), Norm(f - g)),
        )
    ),
    expected=Kind.PROVED,
    note="Both are projections: onto a ball, and onto a cube.",
)

# -- several parameters ----------------------------------------------------------------------------------------------

G_W, g_b = sp.MatrixSymbol("G_W", n, m), sp.MatrixSymbol("g_b", n, 1)
whole = Stack(G_W, g_b)
clipped_W, clipped_b = global_norm_clipped((G_W, g_b), theta)

L20_each = Claim(
    id="L20-each",
    title="clipping each parameter by its own norm keeps the direction",
    statement=SameDirection(Stack(norm_clipped(G_W, theta), norm_clipped(g_b, theta)), whole),
    expected=Kind.REFUTED,
    corrected_by="L20-global",
    note="A long part is shortened and a short one is not, so that the whole turns.",
)

L20_global = Claim(
    id="L20-global",
    title="clipping by the global norm",
    statement=AllOf(
        (
            Inequality(Norm(Stack(clipped_W, clipped_b)), theta),
            Inequality(Norm(clipped_W, "F"), theta),
            SameDirection(Stack(clipped_W, clipped_b), whole),
            Coincide(clipped_W, G_W, given=(Norm(whole) <= theta,)),
        )
    ),
    expected=Kind.PROVED,
    note="One part against all the others: whatever the number of parameters, this is the general case.",
    worked={n: 1, m: 1, theta: 1, G_W: 3, g_b: 4},
)
