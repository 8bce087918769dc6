"""Activations as data: formula, derivative, kinks and source. φ acts on every entry of a vector.

A name that is not in the table stands for a generic differentiable function, such as ``phi``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import sympy as sp

from symrnn.errors import NotDifferentiableError, UnknownTermError

z = sp.Symbol("z", real=True)
"""The argument in the formulas."""

value = sp.Symbol("p", real=True)
"""Stands for φ(z) where φ' is written as a polynomial in φ."""


@dataclass(frozen=True)
class Activation:
    """An elementwise activation.

    Args:
        name: its name, as in :class:`symrnn.expr.Elementwise`.
        formula: φ(z) in the symbol :data:`z`; None for a generic function.
        slope_in_value: φ' as a polynomial in φ, in the symbol :data:`value`, where there is one.
        kinks: points at which φ has no derivative.
        at_kink: the value taken for φ' there, a convention that must be stated before anything is derived.
        source: author and year.

    >>> activation("tanh").derivative()
    1 - tanh(z)**2
    >>> activation("phi").is_generic
    True
    """

    name: str
    formula: sp.Expr | None = None
    slope_in_value: sp.Expr | None = None
    kinks: tuple[sp.Expr, ...] = ()
    at_kink: sp.Expr | None = None
    source: str = ""

    @property
    def is_generic(self) -> bool:
        """True when nothing but differentiability is known of it."""
        return self.formula is None

    def derivative(self, order: int = 1) -> sp.Expr:
        """The derivative of an order in the symbol :data:`z`; at a kink the stated convention applies.

        Raises:
            UnknownTermError: for a generic function, which has no formula.
            NotDifferentiableError: when there are kinks and no convention.
        """
        if self.formula is None:
            raise UnknownTermError(f"{self.name} is a generic function and has no formula")
        if order == 0:
            return self.formula
        self.require_differentiable()
        if not self.kinks:
            return sp.diff(self.formula, z, order)
        pieces = [
            (sp.diff(expr, z, order), sp.And(condition, *(sp.Ne(z, kink) for kink in self.kinks)))
            for expr, condition in self.formula.args
        ]
        at_kink = self.at_kink if order == 1 else sp.S.Zero
        return sp.Piecewise(*((at_kink, sp.Eq(z, kink)) for kink in self.kinks), *pieces)

    def require_differentiable(self) -> None:
        """Refuse a function with a kink for which no convention was stated.

        Raises:
            NotDifferentiableError: naming the kinks and how to state one.
        """
        if self.kinks and self.at_kink is None:
            where = ", ".join(f"z = {kink}" for kink in self.kinks)
            raise NotDifferentiableError(
                f"{self.name} has no derivative at {where}",
                advice=f'state the value to take there, as in activation("{self.name}", at_kink=0)',
            )


_E = sp.exp(-z)

TABLE: dict[str, Activation] = {
    entry.name: entry
    for entry in (
        Activation("identity", z, sp.S.One, source="Le, Jaitly and Hinton (2015)"),
        Activation("tanh", sp.tanh(z), 1 - value**2, source="LeCun et al. (1998)"),
        Activation("sigmoid", 1 / (1 + _E), value * (1 - value), source="Rumelhart, Hinton and Williams (1986)"),
        Activation(
            "relu",
            sp.Piecewise((z, z > 0), (sp.S.Zero, True)),
            kinks=(sp.S.Zero,),
            source="Nair and Hinton (2010)",
        ),
        Activation("softplus", sp.log(1 + sp.exp(z)), source="Dugas et al. (2001)"),
        Activation("sin", sp.sin(z), source="Sitzmann et al. (2020)"),
        Activation("arctan", sp.atan(z)),
        Activation("exp", sp.exp(z), value),
        Activation("square", z**2),
    )
}


@cache
def activation(name: str, at_kink: sp.Expr | int | None = None) -> Activation:
    """Look an activation up; an unknown name is a generic differentiable function.

    Args:
        name: ``"tanh"``, ``"sigmoid"``, ``"relu"``, ... or a new name such as ``"phi"``.
        at_kink: the value of φ' to take where φ has a kink.

    >>> activation("relu", at_kink=0).derivative().subs(z, 0)
    0
    """
    entry = TABLE.get(name, Activation(name))
    if at_kink is None:
        return entry
    if not entry.kinks:
        raise NotDifferentiableError(f"{name} has no kink, so no convention is needed", advice="leave at_kink out")
    return replace(entry, at_kink=sp.Integer(at_kink) if isinstance(at_kink, int) else at_kink)
