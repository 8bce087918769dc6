"""Clipping

Clipping by norm keeps the direction and bounds the length; clipping each value may turn the gradient. Neither brings
a vanished gradient back.
"""

from symrnn import Claim, Informal, Kind

L20 = Claim(
    id="L20",
    title="clipping bounds the gradient, vanishing stays",
    statement=Informal(
        r"\lVert c(g) \rVert \le \theta",
        missing="norms of clipped gradients need the theory of bounds, which is not built yet",
    ),
    expected=Kind.UNDECIDED,
)
