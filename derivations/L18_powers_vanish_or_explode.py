"""When powers of the weights vanish or explode

Below 1 the powers of W go to 0, above 1 to infinity: true of the absolute value of a number. For a matrix it is the
spectral radius that decides, not any norm.
"""

from symrnn import Claim, Informal, Kind

L18 = Claim(
    id="L18",
    title="powers below 1 vanish, above 1 explode",
    statement=Informal(
        r"W < 1 \Rightarrow W^{k} \to 0, \qquad W > 1 \Rightarrow W^{k} \to \infty",
        missing="limits and the spectral radius need the theory of bounds, which is not built yet",
    ),
    expected=Kind.UNDECIDED,
)
