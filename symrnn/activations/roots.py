"""Numbers without a closed form: the root of an equation in an interval that holds just one."""

from __future__ import annotations

from functools import cache
from typing import Any

import mpmath
import sympy as sp

from symrnn.activations.argument import z
from symrnn.errors import LimitError


class Root(sp.AtomicExpr):
    """The only root of a function between two rational numbers, at which the function changes its sign.

    That it is the only one is a statement like any other; :mod:`symrnn.slopes` proves it for the roots in the
    catalogue. To SymPy it is an atom, so that no rewriting reaches into its equation.

    Args:
        function: an expression in :data:`symrnn.activations.z`.
        low, high: rational numbers around the root.
        name: how it is printed.

    Raises:
        LimitError: when low is not below high.

    >>> omega = Root(z * sp.exp(z) - 1, 0, 1, name="omega")
    >>> omega + 1
    omega + 1
    >>> omega.definition
    'omega is the root of z*exp(z) - 1 in (0, 1)'
    >>> omega.evalf(20)
    0.56714329040978387300
    >>> omega > sp.Rational(1, 2)
    True
    """

    __slots__ = ("function", "interval", "name")

    is_real = True
    is_number = True
    is_commutative = True

    function: sp.Expr
    interval: tuple[sp.Rational, sp.Rational]
    name: str

    def __new__(cls, function: sp.Expr, low: sp.Expr | int, high: sp.Expr | int, name: str = "z_0") -> Root:
        """Make the number; see the class."""
        ends = sp.Rational(low), sp.Rational(high)
        if not ends[0] < ends[1]:
            raise LimitError(f"({low}, {high}) holds no root", advice="give the smaller end first")
        made = super().__new__(cls)
        made.function, made.interval, made.name = function, ends, name
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self.function, *self.interval, self.name)

    def _hashable_content(self) -> tuple[Any, ...]:
        return self.__getnewargs__()

    @property
    def definition(self) -> str:
        """What the name stands for, in words."""
        low, high = self.interval
        return f"{self.name} is the root of {self.function} in ({low}, {high})"

    @classmethod
    def class_key(cls) -> tuple[int, int, str]:
        """Where SymPy's canonical order puts it: after the numbers."""
        return 1, 1, cls.__name__

    def sort_key(self, order: Any = None) -> Any:
        """Its place among other roots, by the interval."""
        return self.class_key(), (2, tuple(map(str, self._hashable_content()))), sp.S.One.sort_key(), sp.S.One

    def _eval_is_positive(self) -> bool | None:
        return True if self.interval[0] >= 0 else (False if self.interval[1] <= 0 else None)

    def _eval_is_negative(self) -> bool | None:
        return True if self.interval[1] <= 0 else (False if self.interval[0] >= 0 else None)

    def _eval_is_zero(self) -> bool | None:
        return False if self.interval[0] >= 0 or self.interval[1] <= 0 else None

    def _eval_evalf(self, prec: int) -> sp.Float:
        """A value in floating point; :mod:`symrnn.slopes` has the certified enclosure."""
        steps = 64  # SymPy asks for many precisions in turn
        return sp.Float(_bracketed(self, -(-prec // steps) * steps), precision=prec)

    def _sympystr(self, printer: Any) -> str:
        return self.name

    _sympyrepr = _sympystr

    def _latex(self, printer: Any) -> str:
        name, _, index = self.name.partition("_")
        return rf"{name}_{{\{index}}}" if index in ("max", "min") else str(printer._print(sp.Symbol(self.name)))


@cache
def _bracketed(root: Root, prec: int) -> mpmath.mpf:
    function = sp.lambdify(z, root.function, "mpmath")
    with mpmath.workprec(prec + 20):  # constants in the function are those of mpmath's one context
        ends = [mpmath.mpf(int(end.p)) / int(end.q) for end in root.interval]
        return mpmath.findroot(function, ends, solver="illinois", tol=mpmath.mpf(2) ** (-2 * prec), verify=False)
