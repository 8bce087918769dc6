"""The axioms: what is known of functions and of particular matrices beyond the ring, as data with sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from symrnn.kernel.errors import need
from symrnn.kernel.linear import Linear, number
from symrnn.kernel.monomials import Atom, Poly, identity, plus, scaled, zero
from symrnn.kernel.normal import Normal
from symrnn.kernel.terms import ONE

SLOPES: Mapping[str, tuple[int | Fraction, ...]] = {
    "tanh": (1, 0, -1),
    "sigmoid": (0, 1, -1),
    "exp": (0, 1),
    "inverse": (0, 0, -1),
    "rsqrt": (0, 0, 0, Fraction(-1, 2)),
}
"""φ' as a polynomial in the value y = φ(z), the constant first: tanh' = 1 - y², σ' = y - y², exp' = y; where z is not
0, (1/z)' = -y²; for z > 0, (1/√z)' = -y³/2. A theorem on functions with a domain is one for arguments within it."""

NAMED_SLOPES: Mapping[str, str] = {"softplus": "sigmoid", "log": "inverse"}
"""φ' that is a function with a name: softplus' = σ; for z > 0, log' z = 1/z."""

STOPPED = "stop_gradient"
"""A function whose value is its argument and whose slope is 0 by definition: its argument is held. A theorem about
derivatives of what is defined with it is one about the chain rule with such arguments held."""

BY_OTHERS: Mapping[str, tuple[str, int, int, str, int]] = {
    "turned sigmoid": ("sigmoid", 1, -1, "sigmoid", -1),
    "turned tanh": ("tanh", 0, -1, "tanh", -1),
    "tanh by sigmoid": ("tanh", -1, 2, "sigmoid", 2),
}
"""φ(z) = a + b ψ(c z), as φ, a, b, ψ, c: by the definitions of both as quotients of exponentials."""


class Axiom(NamedTuple):
    """An equation whose left side is one atom.

    Args:
        says: the equation, as a person writes it.
        source: where it is proved.
        right: the other side for an atom of the left side's form.
        needs: what has to be >= 0.
    """

    says: str
    source: str
    right: Callable[[Normal, Atom], Poly]
    needs: Callable[[Normal, Atom], Sequence[Linear]] = lambda normal, atom: ()


def _slope_in_value(normal: Normal, atom: Atom) -> Poly:
    need(atom[0] == "fn" and atom[3] == 1 and atom[1] in SLOPES and atom[2] is None, "no slope in terms of the value")
    _, name, _, _, p = atom
    value = normal.fn(name, None, 0, p)
    powers = [normal.of(("ones", p.rows, p.cols))]
    for _ in SLOPES[name][1:]:
        powers.append(normal.had(powers[-1], value))
    return plus(*(scaled(Fraction(c), power) for c, power in zip(SLOPES[name], powers, strict=True)))


def _named_slope(normal: Normal, atom: Atom) -> Poly:
    need(atom[0] == "fn" and atom[3] >= 1 and atom[1] in NAMED_SLOPES and atom[2] is None, "no slope with a name")
    return normal.fn(NAMED_SLOPES[atom[1]], atom[2], atom[3] - 1, atom[4])


def _by_another(which: str) -> Callable[[Normal, Atom], Poly]:
    name, constant, factor, other, stretch = BY_OTHERS[which]

    def right(normal: Normal, atom: Atom) -> Poly:
        need(atom[:4] == ("fn", name, None, 0), f"not a value of {name}")
        ones = normal.of(("ones", atom[4].rows, atom[4].cols))
        return plus(scaled(constant, ones), scaled(factor, normal.fn(other, None, 0, scaled(stretch, atom[4]))))

    return right


def _identity(normal: Normal, atom: Atom) -> Poly:
    need(atom[0] == "fn" and atom[1] == "identity" and atom[2] is None, "not the identity function")
    _, _, _, order, p = atom
    if order == 0:
        return p
    ones = ("ones", p.rows, p.cols) if order == 1 else ("zero", p.rows, p.cols)
    return normal.of(ones)


def _stopped(normal: Normal, atom: Atom) -> Poly:
    need(atom[0] == "fn" and atom[1] == STOPPED and atom[2] is None, "not what is held")
    return atom[4] if atom[3] == 0 else zero(atom[4].rows, atom[4].cols)


def _binomial(atom: Atom) -> tuple[Linear, Linear]:
    need(atom[0] == "binom", "not a binomial coefficient")
    return atom[1], atom[2]


def _choose_none(normal: Normal, atom: Atom) -> Poly:
    need(_binomial(atom)[1] == number(0), "not a binomial coefficient that is 1")
    return identity(ONE)


def _too_many(normal: Normal, atom: Atom) -> Sequence[Linear]:
    k, j = _binomial(atom)
    return k, j - k - 1


def _pascal(normal: Normal, atom: Atom) -> Poly:
    k, j = _binomial(atom)
    return plus(*(normal.of(("binom", k - 1, each)) for each in (j - 1, j)))


AXIOMS: Mapping[str, Axiom] = {
    "slope in value": Axiom(
        "tanh' = 1 - tanh², σ' = σ (1 - σ), exp' = exp, (1/z)' = -1/z², (1/√z)' = -(1/√z)³/2",
        "NIST Digital Library, 4.10, 4.34",
        _slope_in_value,
    ),
    "named slope": Axiom("softplus' = σ, log' z = 1/z", "Dugas et al. (2000), eq. 5; NIST, 4.8", _named_slope),
    "turned sigmoid": Axiom("σ(z) = 1 - σ(-z)", "NIST Digital Library, 4.2", _by_another("turned sigmoid")),
    "turned tanh": Axiom("tanh z = -tanh(-z)", "NIST Digital Library, 4.30.1", _by_another("turned tanh")),
    "tanh by sigmoid": Axiom("tanh z = 2 σ(2 z) - 1", "NIST Digital Library, 4.28.3", _by_another("tanh by sigmoid")),
    "identity": Axiom("id(X) = X, id' = 1, id'' = 0", "by definition", _identity),
    "stopped": Axiom("stop(X) = X, and its derivatives are 0", "by definition", _stopped),
    "choose none": Axiom("C(k, 0) = 1", "Graham, Knuth and Patashnik (1994), eq. 5.1", _choose_none),
    "choose too many": Axiom(
        "C(k, j) = 0 for j > k >= 0",
        "Graham, Knuth and Patashnik (1994), eq. 5.1",
        lambda normal, atom: zero(ONE, ONE),
        _too_many,
    ),
    "Pascal": Axiom(
        "C(k, j) = C(k - 1, j - 1) + C(k - 1, j) for k, j >= 1",
        "Graham, Knuth and Patashnik (1994), eq. 5.8",
        _pascal,
        lambda normal, atom: [form - 1 for form in _binomial(atom)],
    ),
}
