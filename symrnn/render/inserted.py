"""Terms with numbers in them: sums and products as they stand, and the values of everything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatPow

from symrnn.calculus.closed_forms import write_out
from symrnn.derivation.counterexample import Ball, number, value
from symrnn.errors import EvaluationError
from symrnn.evaluate import Entries, Evaluator
from symrnn.evaluate.assignment import key_of
from symrnn.expr import Apply, Element, GenericFunction, Gradient, TotalJacobian
from symrnn.latex import Notation, latex
from symrnn.latex.layout import BREAK, INDENT, broken
from symrnn.latex.walk import split_sign, write
from symrnn.latex.width import width
from symrnn.latex.writer import latex_style
from symrnn.render.values import latex_value

MOST_TERMS = 4
"""How many summands a function may have that is written out."""


@dataclass(frozen=True)
class Sides:
    """The two sides of a part, as terms and as values."""

    lhs: sp.Basic
    rhs: sp.Basic
    left: Any
    right: Any


@dataclass(frozen=True)
class Written:
    """Some LaTeX, and whether it is a sum, a product of several factors, and a number rather than a matrix."""

    text: str
    is_sum: bool = False
    is_product: bool = False
    is_number: bool = False

    @property
    def factor(self) -> str:
        """The same as a factor."""
        bare = not self.is_sum and not self.text.startswith("-")
        return self.text if bare else rf"\left({self.text}\right)"


class Inserted:
    """Writes terms with numbers in them.

    Args:
        evaluator: knows the values of matrices.
        scalar: has the values of numbers.
        notation: how symbols are written.
        rule: the values of the indices.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        scalar: Callable[[Any], Any],
        notation: Notation,
        rule: Mapping[sp.Symbol, int],
    ) -> None:
        self.evaluator, self.scalar, self.notation = evaluator, scalar, notation
        self.rule = {symbol: sp.Integer(at) for symbol, at in rule.items()}

    def of(self, term: sp.Basic) -> Any:
        """The value of a term.

        Raises:
            EvaluationError: when it is irrational.
        """
        found = self.evaluator.value(term) if isinstance(term, sp.MatrixExpr) else self.scalar(term)
        for entry in np.ravel(found):
            is_known = entry.is_Rational if isinstance(entry, sp.Expr) else not isinstance(number(entry), Ball)
            if not is_known:
                raise EvaluationError(f"the value of {term} is irrational")
        return found

    def display(self, sides: Sides, letters: float) -> str:
        """Both sides, each with what it is at the numbers."""
        rows = [*self._side(sides.lhs, sides.left, letters), *self._side(sides.rhs, sides.right, letters)]
        return rf"\begin{{aligned}} {BREAK.join(rows)} \end{{aligned}}"

    def _side(self, side: sp.Basic, found: Any, letters: float) -> list[str]:
        """A side: the term, its sums written out, the numbers put in, the summands, and the value."""
        term = side.subs(self.rule)
        opened = self._opened(term)
        steps = [self._lines(term, letters), self._lines(opened, letters), *([each] for each in self._function(opened))]
        steps += [self._inserted(opened), self._summands(opened), [latex_value(value(found), self.notation)]]
        shown = [step for at, step in enumerate(steps) if step and step not in steps[:at]]
        return laid_out(shown, letters)

    def _lines(self, term: sp.Basic, letters: float) -> list[str]:
        """A term as it is printed, in pieces between which a line may end."""
        return broken(term, latex_style(term, notation=self.notation), letters - INDENT)

    def _inserted(self, term: sp.Basic) -> list[str]:
        return signed([self.inserted(part).text for part in self._parts(term)])

    def _opened(self, term: sp.Basic) -> sp.Basic:
        if isinstance(term, sp.MatrixExpr):
            return write_out(term)
        return term.replace(lambda part: isinstance(part, sp.Sum), lambda part: part.doit())

    def _latex(self, term: sp.Basic) -> str:
        return latex(term, self.notation)

    # -- a derivative by one number --------------------------------------------------------------------------

    def _function(self, term: sp.Basic) -> list[str]:
        """What a derivative by one number is of, as a function of that number, and its derivative."""
        if not isinstance(term, TotalJacobian | Gradient) or isinstance(self.evaluator.system, Entries):
            return []
        wrt, size = term.wrt, self.evaluator.assignment.shape
        if size(wrt, {}) != (1, 1) or size(term.of, {}) != (1, 1) or term.of == wrt:
            return []
        x = sp.Symbol("x")
        found = sp.expand(self._varied(wrt, x).value(term.of)[0, 0])
        if len(sp.Add.make_args(found)) > MOST_TERMS or not found.is_polynomial(x):
            return []
        here, slope = (sp.Rational(_entry(value(self.of(each)))) for each in (wrt, term))
        if found.diff(x).subs(x, here) != slope:
            if self._has_generic():
                return []  # the slope of such a function is a number by itself
            raise EvaluationError(f"{term} is not the derivative of {found}", advice="please report it")
        name = {x: sp.Symbol(self._latex(wrt))}
        whole, derived = (sp.latex(each.subs(name), order="none") for each in (found, found.diff(x)))
        up, down = self.notation.total
        return [rf"\frac{{{up}}}{{{down} {self._latex(wrt)}}} \left({whole}\right)", derived]

    def _has_generic(self) -> bool:
        """Whether there is a function of which nothing is known, such as ℓ."""
        known = self.evaluator.recurrence
        bodies = [] if known is None else [*known.graph.right_sides, *known.totals.values()]
        return any(body.has(GenericFunction) for body in bodies)

    def _varied(self, wrt: Any, x: sp.Symbol) -> Evaluator:
        """An evaluator in which one number is a symbol."""
        old = self.evaluator.assignment
        key = key_of(wrt)
        given = {**old.given, **old.drawn}
        is_computed = isinstance(wrt, Element) and self.evaluator.definition(wrt) is not None
        given |= {} if is_computed else {key: [[x]]}
        assignment = type(old)(old.sizes, old.indices, given, old.seed, old.draw)
        new = Evaluator(Entries(), assignment, self.evaluator.recurrence, self.evaluator.generic)
        return new.beside({self.evaluator.ground(wrt, {}): np.array([[x]], dtype=object)}) if is_computed else new

    # -- numbers in terms ------------------------------------------------------------------------------------

    def _summands(self, term: sp.Basic) -> list[str]:
        """The values of the summands of a sum."""
        if not isinstance(term, MatAdd | sp.Add):
            return []
        return signed([latex_value(value(self.of(part)), self.notation) for part in self._parts(term)])

    def _parts(self, term: sp.Basic) -> Sequence[sp.Basic]:
        """The summands in the order in which the sum is written: what ends in a Σ comes last."""
        if not isinstance(term, MatAdd | sp.Add):
            return (term,)
        style = latex_style(term, notation=self.notation)
        return sorted(
            term.args, key=lambda part: isinstance(part, sp.MatrixExpr) and write(split_sign(part)[1], style).open
        )

    def inserted(self, term: sp.Basic) -> Written:
        """A term with numbers in the place of what is not a sum or product."""
        match term:
            case MatAdd() | sp.Add():
                return Written(" ".join(self._inserted(term)), is_sum=True)
            case MatMul() | sp.Mul():
                return self._product(term)
            case HadamardProduct():
                parts = [self.inserted(part) for part in term.args]
                is_number = all(part.is_number for part in parts)
                texts = [
                    rf"\left({each.text}\right)" if each.is_product and not is_number else each.factor for each in parts
                ]
                return Written((r" \cdot " if is_number else r" \odot ").join(texts), is_number=is_number)
            case MatPow() | sp.Pow() if term.args[1].is_Integer and term.args[1] > 1:
                base = self.inserted(term.args[0])
                fraction = r"\tfrac" in base.text and "pmatrix" not in base.text
                inside = rf"\left({base.text}\right)" if fraction and base.factor == base.text else base.factor
                return Written(f"{inside}^{{{term.args[1]}}}", is_number=base.is_number)
            case Apply() if not term.order:
                return Written(rf"{self._name(term)}\left({self.inserted(term.argument).text}\right)", is_number=True)
        return self._leaf(term)

    def _name(self, term: Apply) -> str:
        """The letter of a function; a member of a family with its index."""
        member = "" if term.member is None else latex(term.member, self.notation)
        return self.notation.function(term.function, member=member)

    def _leaf(self, term: sp.Basic) -> Written:
        found = value(self.of(term))
        return Written(
            latex_value(found, self.notation), is_number=not isinstance(found, tuple) or found[0][1:] == () == found[1:]
        )

    def _product(self, term: sp.Basic) -> Written:
        """A product: its numbers first, as a fraction where it has a denominator, then its matrices in order."""
        below = [1 / part for part in term.args if isinstance(part, sp.Pow) and part.exp.is_negative]
        above = [part for part in term.args if part != -1 and not (isinstance(part, sp.Pow) and part.exp.is_negative)]
        matrices = [part for part in above if isinstance(part, sp.MatrixExpr)]
        if len(matrices) > 1 or (matrices and self.evaluator.assignment.shape(matrices[0], {}) == (1, 1)):
            kept = [part for part in matrices if not isinstance(part, sp.Identity)]
            above = [part for part in above if part in kept or part not in matrices]
        parts = [self.inserted(part) for part in above]
        if below:
            numbers = [part for part, of in zip(parts, above, strict=True) if not isinstance(of, sp.MatrixExpr)]
            rest = [part for part, of in zip(parts, above, strict=True) if isinstance(of, sp.MatrixExpr)]
            fraction = rf"\frac{{{_times(numbers)}}}{{{_times([self.inserted(part) for part in below])}}}"
            parts = [Written(fraction, is_number=True), *rest]
        return Written(
            ("-" if -1 in term.args else "") + _times(parts),
            is_product=len(parts) > 1,
            is_number=all(part.is_number for part in parts),
        )


def _times(parts: Sequence[Written]) -> str:
    """Factors beside each other, with a dot beside a number; nothing is 1."""
    text = ""
    for at, part in enumerate(parts):
        between = r" \cdot " if at and (part.is_number or parts[at - 1].is_number) else " " if at else ""
        text += between + (part.text if len(parts) == 1 or (at == 0 and not part.is_sum) else part.factor)
    return text or "1"


def _entry(found: Any) -> Any:
    """The one entry of a value."""
    return found[0][0] if isinstance(found, tuple) else found


def signed(summands: list[str]) -> list[str]:
    """The summands of a sum, each but the first with its sign in front; what is subtracted comes last.

    >>> signed(["-2", "1", "3"])
    ['1', '+ 3', '- 2']
    """
    first, *rest = sorted(summands, key=lambda each: each.startswith("-"))
    return [first, *(f"- {each[1:]}" if each.startswith("-") else f"+ {each}" for each in rest)]


def laid_out(steps: list[list[str]], letters: float) -> list[str]:
    r"""Rows of an ``aligned`` display: as many steps on each as fit; one that fits on no row goes on in the next.

    >>> laid_out([["a"], ["b", "+ c"], ["3"]], 60)
    ['&a = b + c = 3']
    >>> laid_out([["a"], ["b", "+ c"], ["3"]], 7)
    ['&a = b', '&\\qquad + c', '&\\quad = 3']
    >>> laid_out([["a + a"], ["b", "+ c"], ["3"]], 10)  # no sum is torn that fits on a row of its own
    ['&a + a', '&\\quad = b + c', '&\\quad = 3']
    """
    rows = [f"&{steps[0][0]}"]
    pieces = [(piece, r"\qquad ") for piece in steps[0][1:]]
    for step in steps[1:]:
        first, *others = [" ".join(step)] if width(rf"\quad = {' '.join(step)}") <= letters else step
        pieces += [(f"= {first}", r"\quad "), *((piece, r"\qquad ") for piece in others)]
    for piece, indent in pieces:
        if width(rows[-1]) + width(piece) + 1 <= letters:
            rows[-1] += f" {piece}"
        else:
            rows.append(f"&{indent}{piece}")
    return rows
