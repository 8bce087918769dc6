"""The lecture's indices and sizes, ready to import: ``from symrnn import t, k, n``; and Greek letters."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symrnn.errors import ParameterError

t, k, s, u, l, T, L = sp.symbols("t k s u l T L", integer=True)
n, m, q = sp.symbols("n m q", integer=True, positive=True)

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi "
    "chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)

GREEK = dict(zip(_GREEK.split(), "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
"""Names of letters, each with the letter."""

LETTERS = {letter: name for name, letter in GREEK.items()}
"""Letters, each with its name."""

NOT_IN_NAMES = frozenset('()[]{},;:=+*/\\"`$%&#')
"""What no name of a quantity or function may have in it, like blanks: it means something in formulas."""


def require_name(name: Any, what: str) -> None:
    """Refuse what cannot be the name of a quantity or a function.

    Args:
        name: what was given.
        what: what it would be the name of, for the message.

    Raises:
        ParameterError: for anything but text, for no text at all, and for blanks, brackets and the like.

    >>> require_name("W_hh", "a matrix")
    >>> require_name("elu(alpha=2", "an activation")
    Traceback (most recent call last):
    symrnn.errors.ParameterError: 'elu(alpha=2' is not a name for an activation; use letters, digits and _, ...
    """
    if not isinstance(name, str) or not name or any(c.isspace() or c in NOT_IN_NAMES for c in name):
        raise ParameterError(f"{name!r} is not a name for {what}", advice="use letters, digits and _, as in W_hh")
