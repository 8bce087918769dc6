"""Derivations: chains of steps from a term to its closed form, each with its rule and its reason."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Row
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias, overload

import numpy as np
import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn import late
from symrnn.activations import Activation, AtKink
from symrnn.derivation.conditions import needed
from symrnn.derivation.inequality import Hypothesis
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Verdict
from symrnn.errors import IndexRangeError, UnknownTermError
from symrnn.expr import Sequence, Variable
from symrnn.expr.base import operand
from symrnn.recurrence import Recurrence

Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
"""An array of floats."""

Decimals: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.object_]]
"""An array of decimal numbers."""

Number: TypeAlias = float | Fraction
Numbers: TypeAlias = Number | Row[Number] | Row[Row[Number]] | Row[Row[Row[Number]]] | np.ndarray[tuple[int, ...]]
"""What is taken for an array: of numbers, in lists or not."""

Given: TypeAlias = Mapping[Variable | Sequence | str, Numbers]
"""Arrays by what they are the values of."""


@dataclass(frozen=True)
class Step:
    """One equality of a derivation.

    Args:
        before, after: the two sides.
        rule: name of the rule, as the checker knows it.
        reason: one sentence for a reader.
        hypotheses: what the rule asks for, in words.
    """

    before: MatrixExpr
    after: MatrixExpr
    rule: str
    reason: str
    hypotheses: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Derivation:
    """A chain ``first = … = closed_form``, as a producer wrote it; only the checker decides whether it holds.

    Args:
        recurrence: whose quantities it speaks of.
        steps: each begins where the one before it ends.
        where: conditions on the free indices.
        varying: the quantities whose differentials are free.
        question: what was asked of ``derive``: of what, by what, in which form; None where nothing was.
        notation: in which it is written in LaTeX.

    Raises:
        UnknownTermError: when there is no step.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> derivation = rnn.derive(rnn.h[t], wrt=rnn.W_hh)
    >>> print(derivation.verify().kind)
    PROVED
    """

    recurrence: Recurrence
    steps: tuple[Step, ...]
    where: tuple[Relational, ...] = ()
    varying: tuple[Variable, ...] = ()
    question: tuple[Variable, Variable, str] | None = field(default=None, compare=False)
    notation: str | late.Notation | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not self.steps:
            raise UnknownTermError("a derivation without steps derives nothing")
        object.__setattr__(self, "where", needed(self.where))

    @property
    def start(self) -> MatrixExpr:
        """The term that is derived."""
        return self.steps[0].before

    @property
    def closed_form(self) -> MatrixExpr:
        """The last term of the chain."""
        return self.steps[-1].after

    @cached_property
    def equation(self) -> Equation:
        """What the whole chain says."""
        return Equation(self.start, self.closed_form, self.where, varying=self.varying)

    @property
    def terms(self) -> tuple[MatrixExpr, ...]:
        """The start, and what each step ends with."""
        return (self.start, *(step.after for step in self.steps))

    def then(self, after: MatrixExpr, rule: str, reason: str, *hypotheses: str) -> Derivation:
        """The derivation with one more step."""
        step = Step(self.closed_form, after, rule, reason, hypotheses)
        return Derivation(self.recurrence, (*self.steps, step), self.where, self.varying)

    def at(self, **indices: int) -> MatrixExpr:
        """The closed form with indices put to numbers and the sums written out.

        Raises:
            IndexRangeError: for an index that the derivation does not have, a number outside its conditions, or
                a number too large to write out.

        >>> from symrnn.cells import Elman
        >>> from symrnn.symbols import t
        >>> rnn = Elman("identity")
        >>> rnn.derive(rnn.h[t], wrt=rnn.h[0]).at(t=2)
        W_hh**2
        """
        return late.written_out(self, self.replacements(indices))

    @overload
    def numeric(self, given: Given, *, digits: None = None, **indices: int) -> Array: ...

    @overload
    def numeric(self, given: Given, *, digits: int, **indices: int) -> Decimals: ...

    def numeric(self, given: Given, *, digits: int | None = None, **indices: int) -> Array | Decimals:
        """The closed form as an array, at parameters, inputs and initial states of yours.

        Args:
            given: arrays for the parameters, by symbol or name; for the inputs, by sequence or name, one step after the
                other from the first that there is; and for the initial states, as ``{rnn.h[0]: ...}``.
            digits: significant decimal digits of each entry, all certain: the precision is raised until they are.
                The entries are of type ``Decimal`` then, and a float that is given stands for itself, 0.1 for what the
                computer takes it for; give fractions where that matters. None for floats.
            indices: numbers for the free indices, such as ``t=5``.

        Raises:
            LimitError: for digits that are too many, or would take too much memory, and for an index beyond 100,000.
            EvaluationError: naming what is needed and was not given, or what is not part of the recurrence.
            ShapeError: when arrays do not fit each other.
            IndexRangeError: for an index that is missing, or that the derivation does not have.

        >>> from symrnn.cells import Elman
        >>> from symrnn.symbols import t
        >>> rnn = Elman("identity")
        >>> values = {"W_hh": [[0, 2], [1, 0]], "W_xh": [[1], [0]], "b_h": [0, 0], "x": [[0], [0]], rnn.h[0]: [1, 1]}
        >>> rnn.derive(rnn.h[t], wrt=rnn.h[0]).numeric(values, t=2)
        array([[2., 0.],
               [0., 2.]])
        >>> net = Elman("tanh", 1, 1).undriven()
        >>> by_start = net.derive(net.h[t], wrt=net.h[0])
        >>> print(by_start.numeric({"W_hh": [[2]], net.h[0]: [1]}, t=3, digits=30).item())
        0.00379898855353767579695595061865
        """
        rule = self.replacements(indices)
        missing = [symbol.name for symbol in self.equation.indices if symbol not in rule]
        if missing:
            raise IndexRangeError(f"{', '.join(missing)} has no value", advice=f"write numeric(..., {missing[0]}=5)")
        return late.numeric(self.closed_form, self.recurrence, given, {s: int(at) for s, at in rule.items()}, digits)

    def replacements(self, indices: Mapping[str, int]) -> dict[sp.Symbol, sp.Integer]:
        """Index names with their values, checked against the conditions."""
        known = {symbol.name: symbol for symbol in (*self.recurrence.graph.lasts, *self.equation.indices)}
        rule = {}
        for name, number in indices.items():
            if name not in known:
                raise IndexRangeError(
                    f"{name} is not an index of this derivation",
                    advice=f"its indices are {', '.join(sorted(known))}" if known else "it has none",
                )
            value = operand(number)
            if not value.is_Integer:
                raise IndexRangeError(f"{name} = {number} is not an integer", advice=f"write such as {name}=3")
            rule[known[name]] = value
        for condition in self.where:
            if condition.subs(rule) == sp.false:
                asked = ", ".join(f"{name} = {number}" for name, number in indices.items())
                raise IndexRangeError(f"{asked} is outside the range of the derivation: {condition}")
        return rule

    def verify(self) -> Verdict:
        """Let the checker replay every step; returns a :class:`symrnn.check.Verdict`."""
        return late.verify_derivation(self)

    def bound(self, *given: Hypothesis, kind: str = "2") -> Verdict:
        """The bound of the norm of a Jacobian that its factors have, and its proof.

        The slope of a generic function, or of one whose largest slope is not a rational number, is called γ.

        Args:
            given: what is assumed, such as ``BoundedSlope("phi", sp.Rational(1, 4))``, or ``ForEvery`` of a norm.
            kind: of the norm, as of :class:`symrnn.expr.Norm`.

        Returns:
            The verdict PROVED; its ``statement`` is the inequality, and the bound ``statement.rhs``.

        Raises:
            UnknownTermError: for a derivation of anything but a Jacobian.
            ProofError: when no bound is found; a cell with gates may have one for a single step only.

        >>> from symrnn.cells import Elman
        >>> from symrnn.symbols import k, t
        >>> rnn = Elman()
        >>> rnn.derive(rnn.h[t], wrt=rnn.h[t - k]).bound().statement
        ‖d h[t]/d h[-k + t]‖₂ <= (gamma*‖W_hh‖₂)**k  for k >= 0, k <= t; |phi'(z)| <= gamma for every z
        >>> net = Elman("sigmoid")
        >>> net.derive(net.h[t], wrt=net.h[t - k]).bound().statement.rhs
        (‖W_hh‖₂/4)**k

        With what is assumed of its states, a cell with gates has one, too:

        >>> import sympy as sp
        >>> from symrnn.cells import MGU
        >>> from symrnn.derivation import ForEvery
        >>> from symrnn.expr import Norm
        >>> from symrnn.symbols import s
        >>> mgu = MGU()
        >>> at_most_1 = ForEvery(Norm(mgu.h[s], "oo") <= 1, s, (s >= 0,))
        >>> mgu.derive(mgu.h[t], wrt=mgu.h[t - k]).bound(at_most_1).statement.rhs
        (‖U_f‖₂*‖U_h‖₂/4 + ‖U_f‖₂/2 + ‖U_h‖₂ + 1)**k
        """
        return late.bound(self, given, kind)

    def explain(self) -> str:
        """The steps with their rules and reasons, as plain text."""
        return late.explain(self)

    def latex(self, notation: str | late.Notation | None = None) -> str:
        """An ``aligned`` block with the reason beside each line; in its own notation unless one is given."""
        return late.derivation_latex(self, notation or self.notation or "lecture")

    def with_notation(self, notation: str | late.Notation) -> Derivation:
        """The same, written in a notation wherever it is typeset.

        Args:
            notation: the name of one that ships, or one of your own, as ``Notation.load`` reads it.

        Raises:
            NotationError: for an unknown name.

        >>> from symrnn.cells import Elman
        >>> from symrnn.symbols import t
        >>> rnn = Elman()
        >>> "W_{aa}" in rnn.derive(rnn.h[t], wrt=rnn.h[t - 1]).with_notation("ng").latex()
        True
        """
        return replace(self, notation=late.find_notation(notation))

    def with_activation(self, name: str | Activation, at_kink: AtKink = None) -> Derivation:
        """The same question asked of the recurrence with another activation.

        Args:
            name: of the catalogue, or an activation that was made before.
            at_kink: the value of φ' to take where φ has a kink.

        Raises:
            ParameterError: for an unknown name, or a recurrence that leaves no activation open, or several.
            UnknownTermError: for a chain that ``derive`` has not made.

        >>> from symrnn.cells import Elman
        >>> from symrnn.symbols import k, t
        >>> rnn = Elman()
        >>> rnn.derive(rnn.h[t], wrt=rnn.h[t - k]).with_activation("identity").closed_form
        W_hh**k
        """
        if self.question is None:
            raise UnknownTermError("this derivation was put together by hand", advice="use derive of a recurrence")
        of, wrt, form = self.question
        found = late.with_activation(self.recurrence, name, at_kink).derive(of, wrt, form)
        return replace(found, notation=self.notation)

    def scalar(self) -> sp.Expr:
        """The closed form for one unit, one input and one output, in numbers that commute.

        Parameters are symbols, and what changes with time is indexed. It is an expression of plain SymPy: ``subs``,
        ``doit``, ``evalf`` and ``lambdify`` do with it what they do elsewhere.

        Raises:
            UnknownTermError: for a state that is stacked with another, and for sizes that are other numbers than 1.

        >>> from symrnn.cells import Elman
        >>> from symrnn.symbols import k, t
        >>> rnn = Elman()
        >>> back = rnn.derive(rnn.h[t], wrt=rnn.h[t - k])
        >>> back.scalar()
        W_hh**k*Product(phi'(a[t - u]), (u, 0, k - 1))
        >>> back.with_activation("tanh").scalar().subs(k, 2).doit()
        W_hh**2*(1 - tanh(a[t - 1])**2)*(1 - tanh(a[t])**2)
        """
        return late.commuting(self.closed_form, self.recurrence)

    def plot(self, **options: int | bool) -> object:
        """The recurrence unrolled in time, with the ways of its gradients.

        Args:
            options: those of the picture ``unrolled``, such as ``steps=3``, ``truncate=2`` or ``gates=False``.

        Returns:
            A figure of matplotlib, to be displayed by a notebook, or saved by its ``savefig``.

        Raises:
            MissingPackageError: when matplotlib is not installed.

        >>> from symrnn.cells import Elman
        >>> from symrnn.symbols import t
        >>> rnn = Elman()
        >>> type(rnn.derive(rnn.h[t], wrt=rnn.W_hh).plot(steps=2)).__name__
        'Figure'
        """
        return late.unrolled_figure(self.recurrence, self.notation or "lecture", **options)

    def code(self, target: str = "numpy") -> str:
        """The recurrence and its backward pass as a program, in which the gradients of a loss are computed.

        Args:
            target: ``"numpy"``, ``"torch"`` or ``"jax"``.

        Raises:
            SelectionError: for another target.
            UnknownTermError: for a recurrence without a loss.

        >>> from symrnn.cells import Elman
        >>> rnn = Elman("tanh")
        >>> "def backward(" in rnn.derive(rnn.L, wrt=rnn.W_hh, form="gradient").code()
        True
        """
        return late.generate(self.recurrence, target)

    def _repr_latex_(self) -> str:
        return late.displayed(lambda notation: self.latex(self.notation or notation))

    def __str__(self) -> str:
        return self.explain()

    def __repr__(self) -> str:
        count = len(self.steps)
        return f"<Derivation of {self.start} in {count} step{'s' * (count > 1)}: {self.closed_form}>"
