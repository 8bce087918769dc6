"""Terms as code. A column of the recurrence is an array (rows, batch), one column for each sequence of the batch.

Parameters are shared by the batch and have the shapes of the equations. What is computed from parameters only is
shared, too; all else is batched: a column (n, 1) as an array (n, batch), a row (1, n) as an array (batch, n), a number
(1, 1) as an array (1, batch).
"""

from __future__ import annotations

from functools import singledispatchmethod

import sympy as sp
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.activations import value
from symrnn.codegen.blocks import below_each_other
from symrnn.codegen.chains import blocks, chain, cut, diagonal, is_long, parted, transposed
from symrnn.codegen.formulas import FormulaPrinter
from symrnn.codegen.pieces import Level, Piece, added, matmul, times
from symrnn.codegen.scope import Scope
from symrnn.errors import UnknownTermError
from symrnn.expr import (
    Apply,
    Concatenation,
    Element,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    LogSumExp,
    MatrixSum,
    Selector,
    Softmax,
    Stack,
    StopGradient,
    UnitVector,
    Vec,
)
from symrnn.recurrence import Recurrence


class Columns(Scope):
    """The printer of terms: one rule for each node."""

    @property
    def numbers(self) -> FormulaPrinter:
        """The printer of scalars."""
        return FormulaPrinter(self.target, self.symbol, self._reading)

    def number(self, scalar: sp.Expr) -> Piece:
        """A scalar of a term."""
        if scalar.is_Integer:
            return Piece(str(scalar), Level.ATOM if scalar >= 0 else Level.SIGNED)
        text = self.numbers.doprint(scalar)
        if text.startswith("-"):
            return Piece(text, Level.SIGNED if not scalar.is_Add else Level.SUM)
        if scalar.is_Add:
            return Piece(text, Level.SUM)
        return Piece(text, Level.ATOM if scalar.is_Symbol or scalar.is_number else Level.TIMES)

    def _reading(self, part: sp.Basic) -> str | None:
        """A number that is read off a column, as an array (1, batch)."""
        if not isinstance(part, MatrixElement):
            return None
        matrix, row, column = part.args
        if matrix.shape == (1, 1):
            return self.write(matrix).at_least(Level.ATOM)
        if matrix.cols == 1:
            at = self.index(row)
            after = self.index(row + 1)
            return self.write(matrix).called(f"[{at}:{after}]").text
        if not self.is_batched(matrix):
            return self.write(matrix).called(f"[{self.index(row)}, {self.index(column)}]").text
        raise UnknownTermError("no code is known for an entry of a batch of matrices", where=str(part)[:80])

    # -- the rules -----------------------------------------------------------------------------------------

    @singledispatchmethod
    def write(self, term: sp.Basic) -> Piece:
        """The code for a term.

        Raises:
            UnknownTermError: for a node without a rule.
        """
        raise UnknownTermError(
            f"no code is known for {type(term).__name__}",
            where=str(term)[:80],
            advice="write it with sums, products, entrywise products and elementwise functions",
        )

    @write.register
    def _(self, term: MatrixSymbol) -> Piece:
        self.used.add(term.name)
        return Piece(self.names.of(term.name))

    @write.register
    def _(self, term: Element) -> Piece:
        self.used.add(term.name)
        return Piece(self.place(term))

    def place(self, term: Element) -> str:
        """Where a quantity stands at an index."""
        name = self.names.of(term.name)
        return name if term.name in self.local else f"{name}[{self.index(term.index)}]"

    def slope_place(self, name: str, of: Element) -> str:
        """Where a slope of a generic function stands that the caller hands in."""
        return f"{name}[{self.index(of.index)}]"

    @write.register
    def _(self, term: ImmediateJacobian) -> Piece:
        """The slope of a generic function, a row, which the caller hands in as a column."""
        return self._slope(term) if term.shape == (1, 1) else self._slope(term).called(".T")

    @write.register
    def _(self, term: Gradient) -> Piece:
        """The slope of a generic function of one matrix, in the shape of that."""
        body = self.recurrence.body(term.of)
        if not isinstance(body, GenericFunction) or body.arguments != (term.wrt,):
            raise UnknownTermError(f"no code is known for {term}", advice="write it by backward()")
        return self._slope(ImmediateJacobian(term.of, term.wrt))

    def _slope(self, term: ImmediateJacobian) -> Piece:
        if term.of.shape != (1, 1):
            raise UnknownTermError(
                f"{term.of} is a generic function with several entries, whose slope has no name",
                advice="write its equation with activations, or let the loss be generic instead",
            )
        name = self.names.of(f"d{term.of.name}_d{term.wrt.name}", "slope")
        self.slopes[name] = term
        return Piece(self.slope_place(name, term.of) if isinstance(term.of, Element) else name)

    @write.register
    def _(self, term: MatAdd) -> Piece:
        summands = below_each_other(term.args, self.is_batched)
        parts = [self.write(part) for part in summands if not isinstance(part, sp.OneMatrix)]
        ones = [Piece("1") for part in summands if isinstance(part, sp.OneMatrix)]
        return added([*ones, *parts])

    @write.register
    def _(self, term: HadamardProduct) -> Piece:
        return times([self.write(part) for part in term.args])

    @write.register
    def _(self, term: HadamardPower) -> Piece:
        return Piece(
            f"{self.write(term.base).at_least(Level.ATOM)} ** {self.number(term.exp).at_least(Level.ATOM)}", Level.TIMES
        )

    @write.register
    def _(self, term: sp.OneMatrix) -> Piece:
        return Piece("1")

    @write.register
    def _(self, term: sp.ZeroMatrix) -> Piece:
        return Piece("0")

    @write.register
    def _(self, term: sp.Identity) -> Piece:
        if term.shape == (1, 1):
            return Piece("1")
        return Piece(self.eye(term.rows))

    @write.register
    def _(self, term: Apply) -> Piece:
        named = self.values.get(term.with_argument(term.argument, 0))
        entry = self.recurrence.activation(term.function)
        if term.order > 0 and entry.slope_name:
            return self.write(Apply(entry.slope_name, term.order - 1, term.argument, *term.args[3:]))
        if term.order == 1 and named is not None and entry.slope_in_value is not None:
            return self._slope_in_value(entry.slope_in_value, self.write(named))
        member = "" if term.member is None else self.index(term.member)
        return Piece(f"{self.activations.call(term.function, term.order, member)}({self.write(term.argument).text})")

    def _slope_in_value(self, slope: sp.Expr, at: Piece) -> Piece:
        """φ' as a polynomial in the value of φ, which is known already."""
        printer = FormulaPrinter(self.target, lambda symbol: at.text if symbol == value else str(symbol))
        if slope.is_number or slope == value:
            return Piece(printer.doprint(slope))
        return Piece(printer.doprint(slope), Level.SUM if slope.is_Add else Level.TIMES)

    @write.register
    def _(self, term: StopGradient) -> Piece:
        inside, held = self.write(term.argument), self.target.held
        if held == "{}":
            return inside
        return Piece(held.format(inside.text if held.endswith("({})") else inside.at_least(Level.ATOM)))

    @write.register
    def _(self, term: Softmax) -> Piece:
        known = self.values.get(term)
        return self._columnwise("softmax", term.argument) if known is None else self.write(known)

    @write.register
    def _(self, term: LogSumExp) -> Piece:
        return self._columnwise("log_sum_exp", term.argument)

    def _columnwise(self, function: str, argument: MatrixExpr) -> Piece:
        inside = self.filled(argument).text
        if function in self.target.columnwise:
            return Piece(self.target.columnwise[function].format(inside))
        self.activations.printer.helpers.add(function)
        return Piece(f"{function}({inside})")

    # -- ones: a column of them is written as the number 1 wherever it may be --------------------------------

    def fills(self, term: MatrixExpr) -> bool:
        """Whether the code for a term has all of its rows and columns, and not the 1 for a matrix of ones."""
        if term.shape == (1, 1):
            return True
        if isinstance(term, sp.OneMatrix | sp.ZeroMatrix):
            return False
        if isinstance(term, MatAdd | HadamardProduct):
            return any(map(self.fills, term.args))
        if isinstance(term, MatMul):
            return any(
                self.fills(segment[-1]) or len(segment) > 1 for segment in cut(chain(term)[1]) if is_long(segment)
            )
        return all(map(self.fills, (part for part in term.args if isinstance(part, MatrixExpr))))

    def covers(self, term: MatrixExpr) -> bool:
        """Whether the code for a term has all of its entries, for every sequence of the batch."""
        return self.is_batched(term) and self.fills(term)

    def filled(self, term: MatrixExpr) -> Piece:
        """The code for a term with all of its rows and columns."""
        written = self.write(term)
        if self.fills(term):
            return written
        return times([Piece(self.ones(term.rows, term.cols)), written])

    @write.register
    def _(self, term: sp.Transpose) -> Piece:
        inner = term.arg
        if inner.shape == (1, 1):
            return self.write(inner)
        if isinstance(inner, ImmediateJacobian):
            return self._slope(inner)
        if isinstance(inner, MatrixSymbol | Element | Apply | Selector):
            return self.write(inner).called(".T")
        turned = transposed(inner)
        return self.write(inner).called(".T") if turned == term else self.write(turned)

    @write.register
    def _(self, term: MatPow) -> Piece:
        base = self.write(term.base)
        if term.exp.is_Integer and term.exp < 0:
            base = Piece(f"{self.target.alias}.linalg.inv({base.text})")
        power = abs(int(term.exp)) if term.exp.is_Integer else None
        if power is None or self.is_batched(term.base):
            raise UnknownTermError(f"no code is known for the power {term}", advice="write it as a product")
        return base if power == 1 else Piece(f"{self.target.alias}.linalg.matrix_power({base.text}, {power})")

    @write.register
    def _(self, term: DiagMatrix) -> Piece:
        if term.shape == (1, 1):
            return self.write(term.args[0])
        raise UnknownTermError("a diagonal matrix stands alone", where=str(term)[:80], advice="multiply it by a column")

    @write.register
    def _(self, term: Vec) -> Piece:
        if term.argument.cols == 1:
            return self.write(term.argument)
        raise UnknownTermError("no code is known for vec of a matrix", where=str(term)[:80])

    @write.register
    def _(self, term: Stack) -> Piece:
        return Piece(self.target.joined([self.write(part).text for part in term.parts]))

    @write.register
    def _(self, term: Concatenation) -> Piece:
        return Piece(self.target.joined([self._spread(part, term) for part in term.parts]))

    def _spread(self, part: MatrixExpr, whole: MatrixExpr) -> str:
        written = self.filled(part).text
        if self.is_batched(part) or not self.is_batched(whole):
            return written
        self.spreads = True
        return f"spread({written}, {self.names.of('batch', 'size')})"

    @write.register
    def _(self, term: UnitVector) -> Piece:
        return Piece(f"{self.eye(term.rows)}[:, {self._place(term)}]")

    @write.register
    def _(self, term: Selector) -> Piece:
        """A block that stands alone: no product is written so."""
        return Piece(f"{self.eye(term.rows)}[:, {self._place(term)}]")

    def _place(self, term: UnitVector | Selector) -> str:
        """The rows in which it has ones, as a slice."""
        if isinstance(term, UnitVector):
            return f"{self.index(term.position - 1)}:{self.index(term.position)}"
        above = sp.Add(*term.sizes[: term.block - 1])
        begin = "" if above == 0 else self.index(above)
        end = "" if term.block == len(term.sizes) else self.index(above + term.shape[1])
        return f"{begin}:{end}"

    def _padded(self, selector: Selector, on: Piece, axis: int = 0) -> Piece:
        """Rows (columns) of an array in their place among zeros."""
        before, after = sp.Add(*selector.sizes[: selector.block - 1]), sp.Add(*selector.sizes[selector.block :])
        return Piece(self.target.padded(on.text, self.index(before), self.index(after), axis))

    @write.register
    def _(self, term: MatrixSum) -> Piece:
        return self.summed(term)

    def summed(self, term: MatrixSum) -> Piece:
        """A sum over an index."""
        self.bound.add(term.variable)
        index = self.names.of(term.variable.name, "index")
        body = self.write(term.body).text
        where = self.range(term.lower, term.upper)
        if term.variable != self.recurrence.index:
            self.bound.discard(term.variable)
        return Piece(f"sum({body} for {index} in {where})")

    # -- products ------------------------------------------------------------------------------------------

    @write.register
    def _(self, term: MatMul) -> Piece:
        return self.product(term)

    def product(self, term: MatMul) -> Piece:
        """A product of matrices, rows and columns."""
        scalars, factors = chain(term)
        pieces = [self.number(scalar) for scalar in scalars]
        segments = cut(factors)
        batched = any(self.is_batched(factor) for factor in factors)
        if term.rows != 1 and term.cols != 1:
            if batched:
                raise UnknownTermError(
                    "a matrix that differs from one sequence of the batch to the next", where=str(term)[:80]
                )
            return times([*pieces, self._shared_product([f for segment in segments for f in segment])])
        if term.cols != 1:
            flipped = self.write(transposed(term))
            return flipped.called(".T")
        return times([*pieces, *(self._column(segment) for segment in segments)])

    def _shared_product(self, factors: list[MatrixExpr]) -> Piece:
        before, inner, after = parted(factors)
        result = self.filled(inner[0]) if len(inner) > 1 else self.write(inner[0])
        for factor in inner[1:]:
            if isinstance(factor, DiagMatrix):
                result = times([result, self.write(diagonal(factor)).called(".T")])
            else:
                result = matmul(Piece(result.at_least(Level.ATOM)), self.filled(factor))
        return self._between(before, result, after)

    def _between(self, before: list[MatrixExpr], on: Piece, after: list[MatrixExpr]) -> Piece:
        """Selectors before and behind a matrix: some of its rows and columns, or all of them among zeros."""
        for factor in reversed(before):
            on = self.acting(factor, on)
        for factor in after:
            if isinstance(factor, Selector):
                on = on.called(f"[:, {self._place(factor)}]")
            else:
                on = self._padded(factor.arg, on, axis=1)
        return on

    def _column(self, factors: list[MatrixExpr]) -> Piece:
        """A product that ends in a column (or a number): the factors act on it from right to left."""
        first, *others = factors
        if first.rows == 1 and first.cols != 1:  # a row: an inner product
            inner = self._column(others)
            if isinstance(first, sp.Transpose) and isinstance(first.arg, UnitVector | Selector):
                return inner.called(f"[{self._place(first.arg)}]")
            if isinstance(first, sp.OneMatrix):
                return Piece(self.target.summed(inner.at_least(Level.ATOM), 0))
            if self.is_batched(first):
                both = times([self.write(transposed(first)), inner])
                return Piece(self.target.summed(both.at_least(Level.ATOM), 0))
            return matmul(self.write(first), inner)
        acts = any(not isinstance(factor, DiagMatrix | sp.Identity) for factor in factors[:-1])
        return self.all_acting(factors[:-1], self.filled(factors[-1]) if acts else self.write(factors[-1]))

    def all_acting(self, factors: list[MatrixExpr], on: Piece) -> Piece:
        """Matrices times a column, the last one first; of a parameter between selectors only that block."""
        for group in reversed(blocks(factors)):
            on = self.acting(group[0], on) if len(group) == 1 else matmul(self._block(*parted(group)), on)
        return on

    def _block(self, before: list[MatrixExpr], inner: list[MatrixExpr], after: list[MatrixExpr]) -> Piece:
        """Some rows and columns of a parameter."""
        rows = self._place(before[0].arg) if before else ":"
        columns = f", {self._place(after[0])}" if after else ""
        return self.write(inner[0]).called(f"[{rows}{columns}]")

    def acting(self, factor: MatrixExpr, on: Piece) -> Piece:
        """A matrix times a column that is written already."""
        if isinstance(factor, sp.Identity):
            return on
        if isinstance(factor, DiagMatrix):
            return times([self.write(diagonal(factor)), on])
        if isinstance(factor, Selector):
            return self._padded(factor, on)
        if isinstance(factor, sp.Transpose) and isinstance(factor.arg, Selector):
            return on.called(f"[{self._place(factor.arg)}]")
        if isinstance(factor, MatAdd) and (self.is_batched(factor) or factor.has(DiagMatrix)):
            return added([self.acting(part, on) for part in factor.args])
        if isinstance(factor, MatMul):
            scalars, factors = chain(factor)
            for part in reversed(factors):
                on = self.acting(part, on)
            return times([*map(self.number, scalars), on])
        if self.is_batched(factor):
            raise UnknownTermError(
                "a matrix that differs from one sequence of the batch to the next", where=str(factor)[:80]
            )
        return matmul(self.filled(factor), on)

    # -- gradients of what a batch shares ------------------------------------------------------------------

    def contracted(self, term: MatrixExpr) -> Piece:
        """The sum of a term over the batch; shape of a parameter."""
        if isinstance(term, MatAdd):
            return added([self.contracted(part) for part in below_each_other(term.args, self.is_batched)])
        if not self.is_batched(term):
            return times([self.count(), self.write(term)])
        if term.rows == 1 != term.cols:
            return self.contracted(transposed(term)).called(".T")
        scalars, factors = chain(term)
        segments = cut(factors)
        pieces = [self.number(scalar) for scalar in scalars]
        if term.cols == 1:
            column = self._with_rows(term, times([*pieces, *(self._column(segment) for segment in segments)]))
            return Piece(self.target.summed(column.at_least(Level.ATOM), 1))
        left, row = segments[:-1], segments[-1]
        if not left:
            raise UnknownTermError("a gradient that is not a product of a column and a row", where=str(term)[:80])
        before = sp.MatMul(*(factor for segment in left for factor in segment))
        column = self._with_rows(before, times([*pieces, *(self._column(segment) for segment in left)]))
        if not any(self.is_batched(factor) for segment in left for factor in segment):
            return matmul(column, self.contracted(transposed(sp.MatMul(*row))).called(".T"))
        if self.is_batched(sp.MatMul(*row)):
            return matmul(column, self._row(row))
        return matmul(Piece(self.target.summed(column.at_least(Level.ATOM), 1)), self._row(row))

    def count(self) -> Piece:
        """How many sequences are summed over."""
        self.counts_batch = True
        return Piece(self.names.of("batch", "size"))

    def _row(self, factors: list[MatrixExpr]) -> Piece:
        flipped = [transposed(factor) for factor in reversed(factors)]
        return self._with_rows(sp.MatMul(*flipped), self._column(flipped)).called(".T")

    def _with_rows(self, term: MatrixExpr, written: Piece) -> Piece:
        """The code for a column with all of its rows, where its batch is left as it is."""
        if self.fills(term):
            return written
        return times([Piece(self.ones(term.rows, sp.Integer(1))), written])


def values_of(recurrence: Recurrence) -> dict[MatrixExpr, Element]:
    """The named quantities that are values of a function, by that value."""
    return {
        definition.body: definition.sequence.at(recurrence.index)
        for definition in recurrence.definitions
        if isinstance(definition.body, Softmax) or (isinstance(definition.body, Apply) and definition.body.order == 0)
    }
