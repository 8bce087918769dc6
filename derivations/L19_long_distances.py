"""Gradients over long distances

With slopes bounded by γ, a factor γ‖W‖ < 1 in each step makes the gradient vanish with the distance. A factor above 1
is needed for it to explode, but does not make it do so.
"""

from symrnn import Claim, Informal, Kind

L19 = Claim(
    id="L19",
    title="gradients vanish or explode with distance",
    statement=Informal(
        r"k \to \infty \Rightarrow \text{the gradient vanishes or explodes}",
        missing="inequalities between norms need the theory of bounds, which is not built yet",
    ),
    expected=Kind.UNDECIDED,
)
