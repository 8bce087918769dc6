"""A recurrence: named quantities, each defined at every index by an equation in earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import UnionType
from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn import late
from symrnn.activations import Activation, activation, require_catalogued
from symrnn.budget import refusing_depth
from symrnn.decimals import in_fractions
from symrnn.errors import IndexRangeError, ParameterError, ShapeError, SymbolClashError, UnknownTermError
from symrnn.expr import Apply, Binder, Element, GenericFunction, Sequence, Variable
from symrnn.expr.meanings import require_one_meaning_per_name
from symrnn.expr.parts import parts_of
from symrnn.expr.shapes import describe, require_shapes, same
from symrnn.expr.sizable import require_sizable
from symrnn.expr.units import in_units
from symrnn.graph import Definition, Graph, Role


@dataclass(frozen=True)
class Recurrence:
    """Definitions over one index, with the quantities that they are made of.

    Args:
        name: what it is called in messages.
        index: the index of the definitions: time of a recurrent network, layer of a deep one.
        definitions: one for each defined sequence; each may use itself at index - 1 and others at index.
        parameters: matrices shared by all steps, or sequences of them with one for each step.
        inputs: sequences given from outside.
        totals: scalars defined once, such as a loss summed over time.
        activations: those that the definitions use, with the conventions at their kinks.
        switches: random inputs by name, each with the name of the input that is its probability: ξ_t is 1/π_t with
            probability π_t and 0 otherwise, independent of all others, so that E[ξ_t] = 1.

    Raises:
        ShapeError: when a right side has another shape than its left side.
        IndexRangeError: when a definition reaches into the future.
        SymbolClashError: when one name stands for two things.
        ParameterError: for an activation that is neither generic nor the catalogue's.
    """

    name: str
    index: sp.Symbol
    definitions: tuple[Definition, ...]
    parameters: tuple[MatrixSymbol | Sequence, ...]
    inputs: tuple[Sequence, ...] = ()
    totals: Mapping[MatrixSymbol, MatrixExpr] = field(default_factory=dict)
    activations: tuple[Activation, ...] = ()
    switches: Mapping[str, str] = field(default_factory=dict)

    @refusing_depth()
    def __post_init__(self) -> None:
        require_each("parameters", self.parameters, MatrixSymbol | Sequence, self.name)
        require_each("inputs", self.inputs, Sequence, self.name)
        require_each("activations", self.activations, Activation, self.name)
        # The graph is computed once: nothing may change under it.
        object.__setattr__(self, "totals", {name: in_units(in_fractions(body)) for name, body in self.totals.items()})
        for entry in self.activations:
            require_catalogued(entry)
        names = [d.sequence.name for d in self.definitions]
        names += [p.name for p in (*self.parameters, *self.inputs, *self.totals)]
        for name in names:
            if names.count(name) > 1:
                raise SymbolClashError(f"{name} is named twice", where=self.name, advice="rename one of them")
        for name, body in self.graph.bodies.items():
            if not isinstance(body, MatrixExpr):
                raise ShapeError(f"{name} is defined as {body!r}, which is not a matrix expression", where=self.name)
        self.require_own_names((*self.graph.right_sides, *self.totals.values()), only=True)
        require_sizable(self.spoken)
        require_one_meaning_per_name(self.spoken)
        for definition in self.definitions:
            self._check(definition)
        for total, body in self.totals.items():
            _require_equal_shapes(total, body, self.name)
        self._require_order()
        for name in (*self.switches, *self.switches.values()):
            if not any(given.name == name and (given.rows, given.cols) == (1, 1) for given in self.inputs):
                raise ShapeError(f"{name} is random or a probability, but no 1 x 1 input", where=self.name)
        self._check_mirrors()

    @cached_property
    def graph(self) -> Graph:
        """The quantities by name, and what each equation uses."""
        return Graph(self.index, self.definitions, (*self.parameters, *self.inputs), self.totals)

    @property
    def spoken(self) -> tuple[sp.Basic, ...]:
        """Everything that the definitions speak of; their index is bound, and has no name."""
        known = self.graph.quantities.values()
        named = (entry.at(self.index) if isinstance(entry, Sequence) else entry for entry in known)
        anonymous = {self.index: sp.Dummy(self.index.name, integer=True)}
        return tuple(term.xreplace(anonymous) for term in (*named, *self.graph.right_sides, *self.totals.values()))

    def _check(self, definition: Definition) -> None:
        left = definition.sequence[self.index]
        _require_equal_shapes(left, definition.body, self.name)
        for use in self.graph.uses[definition.sequence.name]:
            used = use.quantity
            if isinstance(used, MatrixSymbol) or self.graph.reads_mirrored(definition, use):
                continue
            if use.lag is None or use.lag < 0:
                raise IndexRangeError(
                    f"the definition of {left} uses {used}",
                    where=self.name,
                    advice=f"a definition may use index {self.index} and earlier ones",
                )
            first = self._first_usable(used.name)
            if definition.first - use.lag < first:
                raise IndexRangeError(
                    f"the definition of {left} uses {used}, which does not exist at {self.index} = {definition.first}: "
                    f"{used.name} starts at {first}",
                    where=self.name,
                    advice=self._earlier(used, definition.first - use.lag),
                )
        self._check_initial(definition)
        for generic in parts_of(definition.body, GenericFunction):
            if not all(isinstance(argument, Variable) for argument in generic.arguments):
                raise ShapeError(
                    f"the generic function {generic} is applied to an expression",
                    where=self.name,
                    advice="give the expression a name of its own",
                )

    def _check_initial(self, definition: Definition) -> None:
        """Refuse a start that is not made of what is known before the state begins."""
        body, sequence = definition.initial, definition.sequence
        if body is None:
            return
        left = sequence.at(sp.Integer(definition.first - 1))
        if definition.role is not Role.STATE or sequence.first != definition.first - 1:
            raise IndexRangeError(
                f"{left} has an equation of its own, but {sequence.name} is no state with one initial value",
                where=self.name,
                advice=f"only a state that starts at {definition.first - 1} begins with something",
            )
        if isinstance(definition.body, GenericFunction):
            raise UnknownTermError(
                f"{left} has an equation of its own, and {sequence.name} is a generic function, whose values are free",
                where=self.name,
                advice="write what the state is made of",
            )
        if not isinstance(body, MatrixExpr):
            raise ShapeError(f"{left} is defined as {body!r}, which is not a matrix expression", where=self.name)
        _require_equal_shapes(left, body, self.name)
        if self.index in body.free_symbols:
            raise IndexRangeError(
                f"the definition of {left} uses the index {self.index}",
                where=self.name,
                advice="it may use other sequences at a fixed index, such as their last one",
            )
        if body.has(Binder, GenericFunction):
            raise UnknownTermError(
                f"the definition of {left} is {body}, and sums, products and generic functions have no place there",
                where=self.name,
                advice="carry a sum along as a state of its own, and use its last value",
            )
        for used in self.graph.begun[sequence.name]:
            if sequence.name in {used.name, *self.graph.behind(used.name)}:
                raise IndexRangeError(
                    f"the definition of {left} uses {used}, which depends on {sequence.name} itself",
                    where=self.name,
                    advice="a state may begin with what does not depend on it",
                )
            if isinstance(used, MatrixSymbol):
                if used in self.totals:
                    raise UnknownTermError(
                        f"the definition of {left} uses the total {used}",
                        where=self.name,
                        advice="carry it along as a state, and use its last value",
                    )
            elif used.index.is_Integer and used.index < self._first_usable(used.name):
                raise IndexRangeError(f"the definition of {left} uses {used}, which does not exist", where=self.name)

    def _earlier(self, used: Element, first: int) -> str:
        """How to let a sequence start earlier: its start values are given."""
        definition = self.definition(used.name)
        if definition is not None and definition.role is Role.INTERMEDIATE:
            return f"make {used.name} a state: its values before the first equation are given then"
        return f'let it start earlier, as Sequence("{used.name}", …, first={first}), or the definition later'

    def _check_mirrors(self) -> None:
        """Refuse what reads an output at a mirrored index in its turn, other than an output at its own index."""
        for definition in self.definitions:
            for use in self.graph.uses[definition.sequence.name]:
                beside = definition.role is Role.OUTPUT and use.lag == 0
                if not beside and self.graph.mirrored(use.name):
                    raise IndexRangeError(
                        f"the definition of {definition.sequence.at(self.index)} uses {use.quantity}, which reads a "
                        "state at a mirrored index",
                        where=self.name,
                        advice="only outputs at the same index may",
                    )

    def mirrored(self, quantity: Variable) -> tuple[Element, ...]:
        """The states that an output reads at mirrored indices, itself or through other outputs at its index.

        Such an output may depend on what stands at later indices. Empty for everything else.

        >>> from symrnn.cells import Elman
        >>> from symrnn.symbols import t
        >>> Elman().mirrored(Elman().y[t])
        ()
        """
        if isinstance(quantity, MatrixSymbol):
            return ()
        return tuple(each.xreplace({self.index: quantity.index}) for each in self.graph.mirrored(quantity.name))

    def _first_usable(self, name: str) -> int:
        """The first index at which another definition may use a sequence; an intermediate needs its equation there."""
        definition = self.definition(name)
        if definition is not None and definition.role is Role.INTERMEDIATE:
            return definition.first
        return self.first_index(name) or 0

    def _require_order(self) -> None:
        """Refuse definitions that go round in a circle, within one index or through intermediates only."""
        for circle, what in (
            (self.graph.circle_at_once(), "at one index"),
            (self.graph.circle_of_intermediates(), "although all of them are intermediates"),
        ):
            if circle:
                raise IndexRangeError(
                    f"the definitions of {', '.join(circle)} use each other {what}",
                    where=self.name,
                    advice="let one of them be a state and use it at an earlier index",
                )
        for total in self.totals:
            if total.name in self.graph.behind(total.name):
                raise IndexRangeError(
                    f"{total} is defined by itself, through what it is computed from",
                    where=self.name,
                    advice="a total is computed after all else that it depends on",
                )

    def require_own_names(self, terms: Iterable[sp.Basic], only: bool = False) -> None:
        """Refuse terms in which a name of this recurrence stands for something of another kind or shape.

        Args:
            terms: where to look.
            only: refuse other names, too.

        Raises:
            SymbolClashError: naming the quantity and both shapes.
            UnknownTermError: for a name that is neither defined nor given, if only those are allowed.
        """
        for used in sorted({q for term in terms for q in parts_of(term, MatrixSymbol, Element)}, key=str):
            own = self._own(used)
            if own is None:
                if only:
                    raise UnknownTermError(
                        f"{used} is used, but neither defined nor given",
                        where=self.name,
                        advice="name it among the parameters or the inputs",
                    )
            elif type(own) is not type(used) or not _same_shape(own, used):
                raise SymbolClashError(
                    f"{describe(used)} is not what {self.name} calls by this name: {describe(own)}",
                    where=self.name,
                    advice="rename one of them",
                )

    def _own(self, used: Variable) -> Variable | None:
        """What this recurrence calls by the name of a quantity, at the same index."""
        known = self.graph.quantities.get(used.name)
        if isinstance(known, Sequence):
            return known.at(used.index if isinstance(used, Element) else self.index)
        return known

    # -- looking things up ---------------------------------------------------------------------------------

    def definition(self, name: str) -> Definition | None:
        """The definition of a sequence, or None for what is given."""
        return self.graph.definitions.get(name)

    def total(self, name: str) -> MatrixExpr | None:
        """The right side of a total by its name, or None for any other name."""
        return next((body for symbol, body in self.totals.items() if symbol.name == name), None)

    @property
    def outermost_total(self) -> MatrixSymbol:
        """The total of which no other is made: L where L = ℓ / N.

        Raises:
            UnknownTermError: when there are several or none.

        >>> from symrnn.cells import Elman
        >>> Elman().outermost_total
        L
        """
        bodies = self.totals
        found = [each for each in bodies if not any(body.has(each) for other, body in bodies.items() if other != each)]
        if not bodies:
            raise UnknownTermError(f"{self.name} has no loss to go back from", advice="give it one among its totals")
        if len(found) != 1:
            names = ", ".join(total.name for total in bodies)
            raise UnknownTermError(f"{self.name} has several totals: {names}", advice="name one of them")
        return found[0]

    def first_index(self, name: str) -> int | None:
        """The first index at which a sequence exists, or None for a name that is not a sequence here."""
        known = self.graph.quantities.get(name)
        return known.first if isinstance(known, Sequence) else None

    def quantity(self, name: str, index: int | None = None) -> Variable | None:
        """The quantity of a name, at an index if it is a sequence; None for a name that it does not have."""
        known = self.graph.quantities.get(name)
        if isinstance(known, Sequence):
            return None if index is None else known.at(sp.Integer(index))
        return known if index is None else None

    def body(self, quantity: Variable) -> MatrixExpr | None:
        """The right side of the equation of a quantity, or None for what is given; no look at the range."""
        if isinstance(quantity, MatrixSymbol):
            return self.totals.get(quantity)
        definition = self.definition(quantity.name)
        return None if definition is None else definition.at(quantity.index).xreplace({self.index: quantity.index})

    def role(self, quantity: Variable) -> Role | None:
        """The role of a defined quantity, None for what is given."""
        if isinstance(quantity, MatrixSymbol):
            return Role.OUTPUT if quantity in self.totals else None
        return self.graph.role(quantity.name)

    def states(self) -> Iterator[Definition]:
        """The definitions of the states."""
        return (d for d in self.definitions if d.role is Role.STATE)

    def is_parameter(self, quantity: sp.Basic) -> bool:
        """Whether a quantity is a parameter, shared or of one step."""
        if isinstance(quantity, Element):
            return any(p.name == quantity.name for p in self.parameters if isinstance(p, Sequence))
        return quantity in self.parameters

    def inlined(self, quantity: Variable, keep: Callable[[Element], bool] | None = None) -> MatrixExpr:
        """The right side of a quantity with intermediates replaced by theirs, those to keep left alone.

        A generic function stays one of named quantities: what it is applied to keeps its name.

        Raises:
            UnknownTermError: when the quantity has no definition.

        >>> from symrnn.cells import Elman
        >>> from symrnn.symbols import t
        >>> rnn = Elman().undriven()
        >>> rnn.body(rnn.h[t]), rnn.inlined(rnn.h[t])
        (phi(a[t]), phi(W_hh*h[t - 1]))
        """
        body = self.body(quantity)
        if body is None:
            raise UnknownTermError(f"{quantity} is given, not defined", where=self.name)
        return body if isinstance(body, GenericFunction) else self._without_intermediates(body, keep)

    def _without_intermediates(self, term: sp.Basic, keep: Callable[[Element], bool] | None) -> Any:
        if isinstance(term, Element):
            if self.role(term) is not Role.INTERMEDIATE or (keep is not None and keep(term)):
                return term
            return self.inlined(term, keep)
        if isinstance(term, Binder):  # a bound index of the same name must not catch what is put in
            term = term.with_variable(sp.Dummy(term.variable.name, integer=True))
        parts = [self._without_intermediates(part, keep) for part in term.args]
        return term if all(new is old for new, old in zip(parts, term.args, strict=True)) else term.func(*parts)

    def activation(self, name: str) -> Activation:
        """The activation of a name, with the convention that this recurrence states for its kinks."""
        return next((a for a in self.activations if a.name == name), activation(name, generic=True))

    def require_differentiable(self) -> None:
        """Refuse a recurrence with a kink for which no convention was stated.

        Raises:
            NotDifferentiableError: naming the activation and its kinks.
        """
        for name in {apply.function for body in self.graph.right_sides for apply in parts_of(body, Apply)}:
            self.activation(name).require_differentiable()

    def __str__(self) -> str:
        """The equations as plain text, one on each line."""
        return late.definitions_text(self)

    def _repr_latex_(self) -> str:
        return late.displayed(lambda notation: late.definitions_latex(self, notation))

    def __repr__(self) -> str:
        """The name, with what it is made of."""
        states = ", ".join(definition.sequence.name for definition in self.states())
        inputs = ", ".join(sequence.name for sequence in self.inputs)
        parts = [f"states {states}" if states else "", f"inputs {inputs}" if inputs else ""]
        count = len(self.parameters)
        parts.append(f"{count} parameter{'' if count == 1 else 's'}")
        return f"<{self.name}: {'; '.join(filter(None, parts))}>"

    # -- the work of higher floors, at hand as methods -----------------------------------------------------

    def derive(
        self, of: Variable | MatrixElement, wrt: Variable | MatrixElement, form: str = "jacobian"
    ) -> late.Derivation:
        """Derive a total derivative in closed form; see :func:`symrnn.calculus.deriving.derive`."""
        return late.derive(self, of, wrt, form)

    def backward(self, of: MatrixSymbol | None = None) -> late.Backward:
        """The backward pass for a total, such as a loss; see :class:`symrnn.calculus.backward.Backward`."""
        return late.backward_pass(self, of)

    def with_loss(
        self,
        loss: str | late.StepLoss = "generic",
        *,
        over: str = "sum",
        readout: sp.Expr | int | None = None,
        of: Sequence | str | None = None,
        masked: bool = False,
        output: str = "",
        targets: str = "",
        mask: str = "",
    ) -> late.Named:
        """The same with a readout, targets and a loss; see :func:`symrnn.cells.training.with_loss`."""
        named = {"output": output, "targets": targets, "mask": mask}
        return late.with_loss(self, loss, over=over, readout=readout, of=of, masked=masked, **named)

    def masked(self, mask: str = "") -> late.Named:
        """The same for padded sequences; see :func:`symrnn.cells.training.masked`."""
        return late.masked(self, mask)

    def unroll(
        self,
        T: int,
        *,
        form: str = "entries",
        states: str = "substituted",
        sizes: Mapping[sp.Expr | tuple[str, int], int] | None = None,
    ) -> late.Unrolled:
        """Explicit SymPy expressions of all quantities up to index T; see :func:`symrnn.evaluate.unrolling.unroll`."""
        return late.unroll(self, T, form=form, states=states, sizes=sizes)

    def require_one_start(self, what: str, advice: str) -> None:
        """Refuse a recurrence in which a state begins with something that is computed.

        Args:
            what: what is not known of it, for the message.
            advice: what to do.

        Raises:
            UnknownTermError: naming the state.
        """
        for definition in self.definitions:
            for of, body in definition.equations(self.index)[1:]:
                raise UnknownTermError(f"{of} begins with {body}, and {what}", where=self.name, advice=advice)

    def replaced(self, **changes: object) -> Recurrence:
        """A plain recurrence with some fields changed."""
        values: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(Recurrence)}
        return Recurrence(**values | changes)


def _same_shape(left: MatrixExpr, right: MatrixExpr) -> bool:
    return all(same(a, b) for a, b in zip(left.shape, right.shape, strict=True))


def require_each(what: str, given: object, kinds: type | UnionType, where: str) -> None:
    """Refuse what is not a tuple of such things, one thing without its comma among it.

    Raises:
        ParameterError: with what to write.
    """
    named = {"parameters": "matrix or sequence", "activations": "activation"}.get(what, "sequence")
    if not isinstance(given, tuple | list):
        raise ParameterError(f"{what} is not a tuple", where=where, advice=f"write {what}=({given},), with a comma")
    for each in given:
        if not isinstance(each, kinds):
            raise ParameterError(f"{each!r} among the {what} is not a {named}", where=where, advice="give the object")


def _require_equal_shapes(left: MatrixExpr, body: MatrixExpr, where: str) -> None:
    require_shapes(body)
    if not _same_shape(left, body):
        raise ShapeError(f"{describe(left)} is defined as {describe(body)}", where=where)


__all__ = ["Definition", "Recurrence", "Role"]
