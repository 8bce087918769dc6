"""An activation as data: formula, derivative, bounds of its slope, kinks and source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from sympy.core.relational import Relational

from symrnn import late
from symrnn.activations.argument import z
from symrnn.activations.extremes import Extreme
from symrnn.activations.parameters import StandIn
from symrnn.errors import NotDifferentiableError, UnknownTermError


@dataclass(frozen=True)
class Activation:
    """An elementwise activation.

    Args:
        name: its name, as in :class:`symrnn.expr.Elementwise`.
        formula: φ(z) in the symbol :data:`z`; None for a generic function.
        slope_in_value: φ' as a polynomial in φ, in the symbol :data:`value`, where there is one.
        kinks: points at which φ has no derivative, jumps among them; in ascending order.
        at_kink: the value taken for φ' there, a convention that must be stated before anything is derived;
            a tuple where it differs from kink to kink.
        source: author and year.
        torch: the name in torch.nn, empty when it is not there.
        torch_at_kinks: what PyTorch takes for φ' at each kink.
        smoothness: how often φ is continuously differentiable: oo, 1, 0, or -1 for a jump; None when unknown.
        monotone: whether φ(x) <= φ(y) for all x < y; None when that depends on a parameter.
        sup, inf: of φ' away from the kinks.
        parameters: the values with which the family was built.
        hypotheses: what is assumed of parameters that are symbols.
        stand_ins: expressions for these symbols that take exactly the values the hypotheses allow; believed of the
            catalogue only.
        note: what else a user should know.
        slope_name: the activation of the catalogue that φ' is, such as sigmoid for softplus; empty when there is none.
        domain: where φ has a value and a derivative, as a condition on :data:`z`; None for the whole line.

    >>> from symrnn.activations import activation
    >>> activation("tanh").derivative()
    1 - tanh(z)**2
    >>> activation("phi").is_generic
    True
    >>> print(activation("hardtanh").sup)
    1, attained for -1 < z < 1
    """

    name: str
    formula: sp.Expr | None = None
    slope_in_value: sp.Expr | None = None
    kinks: tuple[sp.Expr, ...] = ()
    at_kink: sp.Basic | None = None
    source: str = ""
    torch: str = ""
    torch_at_kinks: tuple[sp.Expr, ...] = ()
    smoothness: sp.Expr | None = None
    monotone: bool | None = None
    sup: Extreme | None = None
    inf: Extreme | None = None
    parameters: tuple[tuple[str, sp.Expr], ...] = ()
    hypotheses: tuple[Relational, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    note: str = ""
    slope_name: str = ""
    domain: Relational | None = None

    @property
    def is_generic(self) -> bool:
        """True when nothing but differentiability is known of it."""
        return self.formula is None

    @property
    def title(self) -> str:
        """The name with the values of the parameters, as it is written in a claim.

        >>> from symrnn.activations import activation
        >>> activation("leaky_relu").title
        'leaky_relu(negative_slope=1/100)'
        """
        values = ", ".join(f"{name}={value}" for name, value in self.parameters)
        return f"{self.name}({values})" if values else self.name

    # -- derivatives -------------------------------------------------------------------------------------

    def derivative(self, order: int = 1) -> sp.Expr:
        """The derivative of an order in the symbol :data:`z`; at a kink the stated convention applies.

        At a kink, derivatives beyond the first are taken as 0.

        Raises:
            UnknownTermError: for a generic function, which has no formula.
            NotDifferentiableError: when there are kinks and no convention, or no derivative of that order.
        """
        if order not in self._derivatives:
            self._derivatives[order] = self._derivative(order)
        return self._derivatives[order]

    @cached_property
    def _derivatives(self) -> dict[int, sp.Expr]:
        """Derivatives by order: an evaluation asks for the same one at every entry of every matrix."""
        return {}

    def _derivative(self, order: int) -> sp.Expr:
        if self.formula is None:
            raise UnknownTermError(f"{self.name} is a generic function and has no formula")
        if order == 0:
            return self.formula
        self.require_differentiable()
        if not self.kinks:
            self._require_smooth(order)
            return sp.diff(self.formula, z, order)
        pieces = [
            (sp.diff(expr, z, order), sp.And(condition, *(sp.Ne(z, kink) for kink in self.kinks)))
            for expr, condition in self.formula.args
        ]
        stated = [slope if order == 1 else sp.S.Zero for _, slope in self.conventions()]
        at_kinks = [(slope, sp.Eq(z, kink)) for slope, kink in zip(stated, self.kinks, strict=True)]
        return sp.Piecewise(*at_kinks, *pieces)

    def conventions(self) -> Iterator[tuple[sp.Expr, sp.Expr]]:
        """Each kink with the value that is taken for φ' there; none when no convention was stated.

        >>> from symrnn.activations import activation
        >>> list(activation("hardtanh", at_kink="torch").conventions())
        [(-1, 0), (1, 0)]
        """
        if self.at_kink is not None:
            stated = self.at_kink if isinstance(self.at_kink, sp.Tuple) else (self.at_kink,) * len(self.kinks)
            yield from zip(self.kinks, stated, strict=True)

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

    def _require_smooth(self, order: int) -> None:
        if self.smoothness is not None and order > self.smoothness:
            where = ", ".join(f"z = {point}" for point in self.breaks)
            raise NotDifferentiableError(
                f"{self.name} is only {self.smoothness_class}, without a derivative {order} at {where}",
                advice="ask for derivatives of its pieces",
            )

    # -- facts -------------------------------------------------------------------------------------------

    @property
    def breaks(self) -> tuple[sp.Expr, ...]:
        """The points at which the formula changes, in ascending order; the kinks are among them.

        >>> from symrnn.activations import activation
        >>> activation("hardswish").breaks
        (-3, 3)
        """
        if not isinstance(self.formula, sp.Piecewise):
            return ()
        relations = [r for _, condition in self.formula.args for r in condition.atoms(Relational)]
        differences = [r.lhs - r.rhs for r in relations]
        points = {-d.subs(z, 0) / d.coeff(z) for d in differences}
        return self.kinks if points == set(self.kinks) else tuple(sorted(points))

    @property
    def smoothness_class(self) -> str:
        """The smoothness in words.

        >>> from symrnn.activations import activation
        >>> activation("relu").smoothness_class
        'C^0'
        """
        if self.smoothness is None:
            return "unknown"
        if self.smoothness is sp.oo:
            return "C^∞"
        return "discontinuous" if self.smoothness < 0 else f"C^{self.smoothness}"

    @property
    def lipschitz(self) -> sp.Expr | None:
        """The Lipschitz constant of φ: sup|φ'| away from the kinks; None when φ jumps or φ' is unbounded.

        >>> from symrnn.activations import activation
        >>> activation("sigmoid").lipschitz, activation("hardshrink").lipschitz, activation("exp").lipschitz
        (1/4, None, None)
        """
        if self.sup is None or self.inf is None or self.smoothness is None or self.smoothness < 0:
            return None
        found = sp.Max(self.sup.value, -self.inf.value)
        return None if found is sp.oo else found

    def latex(self, order: int = 0) -> str:
        r"""The formula, or the one of a derivative, as LaTeX.

        >>> from symrnn.activations import activation
        >>> print(activation("sigmoid").latex())
        \operatorname{sigmoid}(z) = \frac{1}{1 + e^{- z}}
        """
        name = self.name.replace("_", r"\_")
        left = rf"\operatorname{{{name}}}" + "'" * order + "(z)"
        return f"{left} = {sp.latex(self.derivative(order))}"

    # -- what the bounds say (one floor up, looked up when called) ---------------------------------------

    @property
    def bounds(self) -> late.SlopeBounds:
        """The supremum and infimum of φ' with their proofs, as :class:`symrnn.slopes.SlopeBounds`.

        >>> from symrnn.activations import activation
        >>> print(activation("sigmoid").bounds.sup_value[:12])
        0.2500000000
        """
        return late.slope_bounds(self)

    @property
    def derivative_bound(self) -> sp.Expr:
        """sup|φ'|, exactly; ``bounds`` has the proof.

        >>> from symrnn.activations import activation
        >>> activation("sigmoid").derivative_bound
        1/4
        """
        return self.bounds.abs_sup
