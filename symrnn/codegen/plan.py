"""What both passes of one module share: names, the range of the index, and where everything comes from."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.calculus.edges import Edges
from symrnn.codegen.columns import Columns
from symrnn.codegen.formulas import Activations
from symrnn.codegen.identifiers import Identifiers
from symrnn.codegen.lines import quoted
from symrnn.codegen.matrices import Matrices
from symrnn.codegen.naming import has_matrices, with_names
from symrnn.codegen.targets import Target
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, Sequence
from symrnn.recurrence import Definition, Recurrence

FUNCTIONS = (
    *("forward", "backward", "loss", "spread", "network", "Network", "by_name"),
    *("SHAPES", "CHECKED", "check", "shape_of", "has", "refuse"),
)
ARGUMENTS = ("params", "inputs", "initial", "quantities", "slopes", "gradients")


class Plan:
    """The names and the layout of one module.

    Args:
        recurrence: the definitions.
        target: the library.
        total: the loss; by default the first total.
        reserved: names that the module uses for itself, beside those of the plain form.

    Raises:
        UnknownTermError: when there is no loss, or when the last index is not plain.
    """

    def __init__(
        self,
        recurrence: Recurrence,
        target: Target,
        total: MatrixSymbol | None = None,
        reserved: tuple[str, ...] = (),
    ) -> None:
        recurrence.require_one_start(
            "code has one number of steps",
            "generate encoder and decoder apart: d_initial of the decoder's backward is the slope of the last state of "
            "the encoder, as docs/how-to/encoder-decoder.md shows",
        )
        self.given, self.target = recurrence, target
        self.recurrence = with_names(recurrence)
        self.late = {
            definition.sequence.name
            for definition in self.recurrence.definitions
            if self.recurrence.mirrored(definition.sequence.at(recurrence.index))
        }
        """The names of outputs that look at later indices, so that they come when all states are known."""
        self.total = self._chosen(total)
        self.has_matrices = has_matrices(self.recurrence)
        """Whether arrays have the shapes of the equations, and no other batch than these."""
        self.edges: Edges = self.recurrence.backward(self.total).edges
        """The terms of the backward pass, which the checker can prove: the program is printed from them."""
        own = (*FUNCTIONS, *ARGUMENTS, *reserved, *target.helpers)
        self.names = Identifiers(("math", "jax", target.alias, *own))
        self.index = self.names.of(recurrence.index.name, "index")
        self.first = min(definition.first for definition in self.recurrence.definitions)
        self.end, self.horizon = self._end()
        for quantity in self.quantities():
            if quantity not in self.recurrence.totals:
                self.names.of(quantity.name)
        self.batch = self.names.of("batch", "size")

    def _chosen(self, total: MatrixSymbol | None) -> MatrixSymbol:
        if total is None:
            return self.recurrence.outermost_total
        if total not in self.recurrence.totals:
            raise UnknownTermError(f"{total} is not a total of {self.recurrence.name}")
        return total

    def shape(self, element: MatrixExpr) -> str:
        """The shape of the array for an element of a sequence."""
        return f"({element.rows}, {element.cols if self.has_matrices else self.batch})"

    def _end(self) -> tuple[sp.Expr, sp.Symbol | None]:
        """The last index, and the symbol in it that stands for the length."""
        seen = any(sight.high is not None for sight in self.edges.sights)
        last = self.edges.end if seen else sp.Symbol("T", integer=True)
        if len(last.free_symbols) > 1:
            raise UnknownTermError(
                f"the last index of {self.total.name} is {last}",
                where=self.recurrence.name,
                advice="sum the loss up to one index, such as T",
            )
        return last, next(iter(last.free_symbols), None)

    # -- quantities ----------------------------------------------------------------------------------------

    def quantities(self) -> list[MatrixSymbol | Sequence]:
        """Everything that has a name."""
        defined = [definition.sequence for definition in self.recurrence.definitions]
        return [*self.recurrence.parameters, *self.recurrence.inputs, *defined, *self.recurrence.totals]

    def given_sequences(self) -> list[Sequence]:
        """Inputs, and parameters that have one value for each index."""
        untied = [parameter for parameter in self.recurrence.parameters if isinstance(parameter, Sequence)]
        return [*untied, *self.recurrence.inputs]

    def initial(self) -> list[Definition]:
        """The definitions whose sequences need values from before their equations hold."""
        needed = set()
        for definition in self.recurrence.definitions:
            for element in definition.body.atoms(Element):
                own = self.recurrence.definition(element.name)
                behind = sp.expand(self.recurrence.index - element.index)
                if own is not None and behind.is_Integer and definition.first - behind < own.first:
                    needed.add(element.name)
        return [definition for definition in self.recurrence.definitions if definition.sequence.name in needed]

    def source(self, name: str) -> str:
        """Which argument of the functions a given quantity is in."""
        return "inputs" if any(sequence.name == name for sequence in self.recurrence.inputs) else "params"

    # -- code that both passes begin with --------------------------------------------------------------------

    def columns(self, local: set[str], printer: type[Columns] | None = None) -> Columns:
        """A printer of terms with functions of its own; of another kind, if one is given."""
        symbols: list[Columns] = []
        activations = Activations(
            self.target,
            self.recurrence.activation,
            lambda symbol: symbols[0].symbol(symbol),
            self._function,
        )
        kind = printer or (Matrices if self.has_matrices else Columns)
        symbols.append(kind(self.recurrence, self.target, self.names, activations, local))
        if printer is None:
            symbols[0].early = tuple(definition.sequence for definition in self.initial())
        if self.horizon is not None:
            symbols[0].bound.add(self.horizon)
        return symbols[0]

    def _function(self, name: str, order: int) -> str:
        suffix = "" if order == 0 else "_slope" if order == 1 else f"_slope_{order}"
        return self.names.of(name + suffix, "function")

    def unpacked_parameter(self, parameter: MatrixSymbol | Sequence) -> str:
        """The line that takes a parameter out of its argument."""
        name = self.names.of(parameter.name)
        if isinstance(parameter, Sequence):
            return self.unpacked_sequence(parameter, f"params[{quoted(parameter.name)}]")
        return f"{name} = params[{quoted(parameter.name)}]  # ({', '.join(map(str, parameter.shape))})"

    def unpacked_sequence(self, sequence: Sequence, source: str) -> str:
        """The line that gives the elements of a sequence their indices."""
        name, element = self.names.of(sequence.name), sequence.at(self.recurrence.index)
        is_parameter = source.startswith("params")
        shape = f"({element.rows}, {element.cols})" if is_parameter else self.shape(element)
        return f"{name} = dict(enumerate({source}, start={sequence.first}))  # {name}[{self.index}]: {shape}"

    def length(self) -> tuple[str, bool]:
        """The line that finds the length, and whether the caller has to hand it in instead."""
        if self.horizon is None:
            return "", False
        name = self.names.of(self.horizon.name, "index")
        sequences = [*self.recurrence.inputs, *self.given_sequences()]
        if not sequences:
            return "", True
        known = sequences[0]
        offset = sp.expand(known.first - 1 - (self.end - self.horizon))
        behind = "" if offset == 0 else f" + {offset}" if offset > 0 else f" - {-offset}"
        return f"{name} = len({self.names.of(known.name)}){behind}", False

    def indices(self, columns: Columns) -> str:
        """The indices of the equations, in order."""
        return columns.range(sp.Integer(self.first), self.end)
