"""Functions of numbers that have a value for some of them only: roots, the logarithm and 1/z.

Their slopes are not bounded on the whole line, so the table of activations does not list them. Their names can
be used like those of activations, in a normalisation or a claim; that every entry lies where the function has a
derivative is then a hypothesis, and printed.
"""

from __future__ import annotations

import sympy as sp

from symrnn.activations.argument import value, z
from symrnn.activations.entry import Activation
from symrnn.activations.families import Family

_ROOTS, _LOGARITHM = "Abramowitz and Stegun (1964), 3.6", "Abramowitz and Stegun (1964), 4.1"


def _partial(name: str, formula: sp.Expr, **facts: object) -> Family:
    domain = sp.Ne(z, 0) if name == "inverse" else z > 0
    return Family(name, lambda: Activation(name, formula, smoothness=sp.oo, domain=domain, **facts))  # type: ignore[arg-type]


PARTIAL: dict[str, Family] = {
    family.name: family
    for family in (
        _partial("sqrt", sp.sqrt(z), source=_ROOTS, monotone=True),
        _partial("rsqrt", 1 / sp.sqrt(z), slope_in_value=-(value**3) / 2, source=_ROOTS, monotone=False),
        _partial("log", sp.log(z), source=_LOGARITHM, monotone=True, slope_name="inverse"),
        _partial("inverse", 1 / z, slope_in_value=-(value**2), source=_ROOTS, monotone=False),
    )
}
"""Functions with a domain, by name: √z, 1/√z and log z for z > 0, and 1/z for z that is not 0."""
