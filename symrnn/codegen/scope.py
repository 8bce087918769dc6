"""Where code stands: what is shared by a batch, which indices have values, what has to be handed in."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.codegen.formulas import Activations, FormulaPrinter
from symrnn.codegen.identifiers import Identifiers
from symrnn.codegen.targets import Target
from symrnn.expr import Element, ImmediateJacobian, Sequence
from symrnn.recurrence import Recurrence


class Scope:
    """What a piece of code knows of what stands around it, and what it asks for.

    Args:
        recurrence: with every name that the program has.
        target: the library.
        names: the identifiers of the program.
        activations: its functions.
        local: names of errors that live inside one step only, and so have no index.
    """

    def __init__(
        self,
        recurrence: Recurrence,
        target: Target,
        names: Identifiers,
        activations: Activations,
        local: set[str],
    ) -> None:
        self.recurrence, self.target, self.names, self.local = recurrence, target, names, local
        self.activations = activations
        self.shared = {parameter.name for parameter in recurrence.parameters}
        self.values: dict[MatrixExpr, Element] = {}
        """Named quantities that hold the value of a function, where that has been computed already."""
        self.sizes: dict[sp.Symbol, str] = {}
        """Sizes that the code names, with their identifiers."""
        self.scalars: dict[str, sp.Symbol] = {}
        """Numbers that the caller hands in, by identifier."""
        self.bound: set[sp.Symbol] = {recurrence.index}
        """Indices that have a value where the code stands."""
        self.slopes: dict[str, ImmediateJacobian] = {}
        """Slopes of generic functions that the caller hands in, by identifier."""
        self.early: tuple[Sequence, ...] = ()
        """Quantities with a value from before the first step, which tells sizes where there are no steps, too."""
        self.counts_batch = self.spreads = False
        self.used: set[str] = set()
        """The names of the quantities that the code reads."""

    # -- what is shared ------------------------------------------------------------------------------------

    def is_batched(self, term: sp.Basic) -> bool:
        """Whether a term differs from one sequence of the batch to the next.

        Adjoints and slopes do; parameters do not.
        """
        return any(element.name not in self.shared for element in term.atoms(Element))

    # -- numbers and indices -------------------------------------------------------------------------------

    def index(self, at: sp.Expr) -> str:
        """An index."""
        return FormulaPrinter(self.target, self.symbol).doprint(sp.expand(at))

    def symbol(self, symbol: sp.Symbol) -> str:
        """An index that is bound, a size, or a number that the caller hands in."""
        if symbol in self.bound:
            return self.names.of(symbol.name, "index")
        source = self.size_source(symbol) if symbol.is_integer else None
        if source is not None:
            self.used.add(source[0])
            self.sizes[symbol] = self.names.of(symbol.name, "number")
            return self.sizes[symbol]
        name = self.names.of(symbol.name, "number")
        self.scalars[name] = symbol
        return name

    def size_source(self, size: sp.Expr) -> tuple[str, str, int] | None:
        """What tells a size: a name, of a parameter if possible, the code for it, and the axis that is as long."""
        for parameter in self.recurrence.parameters:
            if isinstance(parameter, MatrixSymbol) and size in parameter.shape:
                return parameter.name, self.names.of(parameter.name), parameter.shape.index(size)
        for sequence in (*self.early, *self.recurrence.inputs):
            element = sequence.at(self.recurrence.index)
            if size in element.shape:
                return sequence.name, f"{self.names.of(sequence.name)}[{sequence.first}]", element.shape.index(size)
        return None

    def ones(self, rows: sp.Expr, cols: sp.Expr) -> str:
        """A matrix of ones, of the type of what tells its number of rows: PyTorch multiplies no other by it."""
        return f"{self.target.alias}.ones(({self.index(rows)}, {self.index(cols)}){self.typed(rows)})"

    def eye(self, rows: sp.Expr) -> str:
        """An identity, of the same type as ones are."""
        return f"{self.target.alias}.eye({self.index(rows)}{self.typed(rows)})"

    def typed(self, rows: sp.Expr) -> str:
        """The argument that gives an array the type of what tells a size; empty where nothing does."""
        source = self.size_source(rows)
        if source is None:
            return ""
        self.used.add(source[0])
        return f", dtype={source[1]}.dtype"

    def size_lines(self) -> list[str]:
        """The lines that give sizes their names."""
        lines = []
        for symbol, name in sorted(self.sizes.items(), key=str):
            source = self.size_source(symbol)
            assert source is not None  # that is why it was noted
            lines.append(f"{name} = {source[1]}.shape[{source[2]}]")
        return lines

    def range(self, lower: sp.Expr, upper: sp.Expr) -> str:
        """The indices from one to another, both included."""
        return f"range({self.index(lower)}, {self.index(upper + 1)})"
