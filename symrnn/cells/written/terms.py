"""From the equations of a text to terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add, mul
from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.activations import Activation
from symrnn.cells.pieces import maximum
from symrnn.cells.written import functions, syntax
from symrnn.cells.written.places import Misread
from symrnn.cells.written.scope import Scope
from symrnn.cells.written.shapes import Shapes
from symrnn.cells.written.sizes import Size
from symrnn.errors import SymrnnError
from symrnn.expr import Concatenation, Elementwise, Sequence, Softmax, StopGradient, Variable
from symrnn.symbols import t


@dataclass(frozen=True)
class Terms:
    """Makes the terms of a text.

    Args:
        scope, shapes: what is known of its names.
        sizes: what is to stand in the place of a size.
        instead: the activation in the place of the generic one, where there is one.
    """

    scope: Scope
    shapes: Shapes
    sizes: Mapping[sp.Expr, sp.Expr]
    instead: Activation | None = None

    def size(self, size: Size) -> sp.Expr:
        """A size, as an expression."""
        return size.resolved().xreplace(dict(self.sizes))

    def shape(self, node: syntax.Node) -> tuple[sp.Expr, sp.Expr] | None:
        """The shape of a part, None for a number."""
        found = self.shapes.nodes[id(node)]
        return None if found is None else (self.size(found[0]), self.size(found[1]))

    def sequence(self, name: str) -> Sequence:
        """What has an index: a state from 0 on, an input from as early as it is read, everything else from 1 on."""
        rows, cols = map(self.size, self.shapes.of[name])
        first = 0 if name in self.scope.states else 1
        if name in self.scope.inputs:
            first = 1 - max(self.scope.lags[name])
        return Sequence(name, rows, cols, first=first)

    def parameter(self, name: str) -> MatrixSymbol:
        """A matrix, a column or a number with a gradient."""
        return MatrixSymbol(name, *map(self.size, self.shapes.of[name]))

    def activation(self, shown: str) -> Activation:
        """The activation that a name in the text stands for."""
        entry = self.scope.activations[shown]
        return self.instead if self.instead is not None and entry.is_generic else entry

    def right_side(self, equation: syntax.Equation) -> MatrixExpr:
        """The right side of an equation; a number is that number in every row.

        Raises:
            Misread: for what cannot be a term.
        """
        try:
            found = self.term(equation.right)
            if isinstance(found, MatrixExpr):
                return found
            rows, cols = map(self.size, self.shapes.of[equation.left.name])
            return self._number_everywhere(found, rows, cols)
        except SymrnnError as error:
            raise Misread(error.what, equation.right.span, error.advice) from None

    def term(self, node: syntax.Node) -> Any:
        """A part as a matrix, or as a number."""
        match node:
            case syntax.Number():
                return sp.Rational(node.value.numerator, node.value.denominator)
            case syntax.Element():
                return self.sequence(node.name).at(t - node.lag)
            case syntax.Name():
                return self._name(node)
            case syntax.Group():
                return self.term(node.inside)
            case syntax.Called():
                return self._called(node)
            case syntax.Stack():
                return self._stack(node.parts)
            case syntax.Transposed():
                inside = self.term(node.base)
                shape = self.shape(node)
                if isinstance(node.base, syntax.Number) and shape is not None:
                    return self._number_everywhere(inside, *shape)
                if isinstance(inside, sp.MatAdd):
                    return sp.Transpose(inside)  # as it is written: (y - d)' stays the error in a row
                return inside.T if isinstance(inside, MatrixExpr) else inside
            case syntax.Power():
                return self._power(node)
            case syntax.Entrywise():
                return self._entrywise(node)
            case syntax.Sum():
                return self._sum(node)
        return self._product(node)

    def _name(self, node: syntax.Name) -> Any:
        if self.scope.is_number(node.name):
            said = self.scope.declared.get(node.name)
            if said is not None and said.kind.startswith("positive"):
                return sp.Symbol(node.name, positive=True)
            return sp.Symbol(node.name, real=True)
        if self.scope.is_trained_number(node.name):
            return self.parameter(node.name)[0, 0]
        shape = self.shape(node)
        if self.scope.is_identity(node.name) and shape is not None:
            return sp.Identity(shape[0])
        return self.parameter(node.name)

    def _called(self, node: syntax.Called) -> MatrixExpr:
        kind = self.scope.called[node.function.name]
        if kind == functions.BELOW:
            return self._stack(node.arguments)
        argument = self.term(node.arguments[0])
        shape = self.shape(node)
        if kind == functions.LARGER and shape is not None:
            terms = [self.term(part) for part in node.arguments]
            return maximum(*(
                each if isinstance(each, MatrixExpr) else self._number_everywhere(each, *shape) for each in terms
            ))  # fmt: skip
        if kind == functions.STOP:
            return StopGradient(argument)
        if kind == functions.SOFTMAX:
            return Softmax(argument)
        if kind == functions.DIAGONAL:
            return sp.DiagMatrix(argument)
        return Elementwise(self.activation(node.function.name).name)(argument)

    def _stack(self, parts: tuple[syntax.Node, ...]) -> MatrixExpr:
        one = sp.S.One
        terms = [self.term(part) for part in parts]
        return Concatenation(*(
            each if isinstance(each, MatrixExpr) else self._number_everywhere(each, one, one) for each in terms
        ))  # fmt: skip

    def _power(self, node: syntax.Power) -> Any:
        base = self.term(node.base)
        if not isinstance(base, MatrixExpr) or not node.entrywise:
            return base**node.exponent
        return base if node.exponent == 1 else sp.HadamardProduct(*[base] * node.exponent)

    def _entrywise(self, node: syntax.Entrywise) -> Any:
        terms = [self.term(factor) for factor in node.factors]
        matrices = [each for each in terms if isinstance(each, MatrixExpr)]
        number = sp.Mul(*(each for each in terms if not isinstance(each, MatrixExpr)))
        if not matrices:
            return number
        whole = matrices[0] if len(matrices) == 1 else sp.HadamardProduct(*matrices)
        return whole if number == 1 else number * whole

    def _sum(self, node: syntax.Sum) -> Any:
        shape = self.shape(node)
        if shape is None:
            return sp.Add(*(sign * self.term(part) for sign, part in node.summands))
        alone = self._is_entry(node)
        return reduce(add, [self._spread(sign, part, shape, alone) for sign, part in node.summands])

    def _spread(self, sign: int, part: syntax.Node, shape: tuple[sp.Expr, sp.Expr], alone: bool) -> MatrixExpr:
        """A summand; a number beside a column is that number in every row."""
        if alone and isinstance(part, syntax.Name) and self.scope.is_trained_number(part.name):
            return sign * self.parameter(part.name)  # beside what is 1 x 1 it need not be read off and put back
        term = sign * self.term(part)
        return term if isinstance(term, MatrixExpr) else self._number_everywhere(term, *shape)

    def _product(self, node: syntax.Product) -> Any:
        whole = self.shape(node)
        terms = [(self.term(part), below, part) for part, below in node.factors]
        numbers: list[sp.Expr] = []
        matrices = []
        ones = {id(part) for _, _, part in terms if self._is_entry(part)}
        alone = all(id(part) in ones or self.shape(part) is None for _, _, part in terms)
        for term, below, part in terms:
            if not isinstance(term, MatrixExpr):
                if below and term == 0:
                    raise Misread("this divides by 0", part.span)
                numbers.append(1 / term if below else term)
            elif id(part) in ones and not alone:
                numbers.append(_entry(term, part))
            else:
                matrices.append(term)
        number = sp.Mul(*numbers)
        if whole is None:
            return number
        if any(isinstance(each, sp.Transpose) and isinstance(each.arg, sp.MatAdd) for each in matrices):
            flat = [factor for each in matrices for factor in (each.args if isinstance(each, sp.MatMul) else (each,))]
            return sp.MatMul(*([] if number == 1 else [number]), *flat)  # the operators would take the transpose apart
        product = reduce(mul, matrices)
        return product if number == 1 else number * product

    def _is_entry(self, node: syntax.Node) -> bool:
        """Whether a part is 1 x 1 whatever the sizes are."""
        found = self.shapes.nodes[id(node)]
        return found is not None and all(size.is_one for size in found)

    @staticmethod
    def _number_everywhere(number: sp.Expr, rows: sp.Expr, cols: sp.Expr) -> MatrixExpr:
        ones = sp.OneMatrix(rows, cols)
        return ones if number == 1 else number * ones


def _entry(term: MatrixExpr, part: syntax.Node) -> sp.Expr:
    """The number that a 1 x 1 matrix has in it, for what has a name."""
    if not isinstance(term, Variable):
        raise Misread("this is 1 x 1, and multiplies a matrix", part.span, "give it a name of its own, as in g[t] = …")
    return term[0, 0]
