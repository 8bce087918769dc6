"""The same recurrence with more names: pre-activations, gates and the factors that both passes need have their own.

Each is a quantity at which the backward pass stops, and so has an error there: an intermediate would be looked through.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, HadamardProduct, MatAdd, MatMul, MatPow, MatrixExpr, MatrixSymbol

from symrnn.codegen.chains import diagonal
from symrnn.expr import Apply, Concatenation, Element, GenericFunction, LogSumExp, Sequence, Softmax
from symrnn.recurrence import Definition, Recurrence, Role

LONGEST = 16
"""Powers up to this one are written as products."""


def with_names(recurrence: Recurrence) -> Recurrence:
    """The recurrence with a name for every argument of an activation, and every factor that is computed by a product.

    The equations say the same; their order is one in which they can be computed.

    >>> from symrnn.cells import ResetAfterGRU
    >>> from symrnn.symbols import t
    >>> named = with_names(ResetAfterGRU())
    >>> [definition.sequence.name for definition in named.definitions]
    ['a_r', 'r', 'a_z', 'z', 'p_a_g', 'a_g', 'g', 'h', 'ell']
    >>> named.definition("a_g").body
    HadamardProduct(p_a_g[t], r[t]) + W_in*x[t] + b_in
    """
    return _Naming(recurrence).result()


def is_name(term: sp.Basic) -> bool:
    """Whether a term is a named quantity."""
    return isinstance(term, Element | MatrixSymbol)


def has_matrices(recurrence: Recurrence) -> bool:
    """Whether something that changes with the index is a row or a matrix.

    >>> from symrnn.cells import Elman
    >>> has_matrices(Elman())
    False
    """
    sequences = (*(definition.sequence for definition in recurrence.definitions), *recurrence.inputs)
    return any(sequence.at(recurrence.index).cols != 1 for sequence in sequences)


class _Naming:
    """One walk over the equations; what was named once keeps its name."""

    def __init__(self, recurrence: Recurrence) -> None:
        self.recurrence = recurrence
        self.taken = {d.sequence.name for d in recurrence.definitions}
        self.taken |= {p.name for p in (*recurrence.parameters, *recurrence.inputs, *recurrence.totals)}
        self.definitions: dict[str, Definition] = {}
        self.names: dict[MatrixExpr, str] = {}
        self.shared = {p.name for p in recurrence.parameters}
        self.has_matrices = has_matrices(recurrence)

    def result(self) -> Recurrence:
        for definition in _computable(self.recurrence):
            name = definition.sequence.name
            body = self.rewritten(definition.body, name, definition.first, top=True)
            self.definitions[name] = Definition(definition.sequence, body, _role(definition), definition.first)
        return self.recurrence.replaced(definitions=tuple(self.definitions.values()))

    def rewritten(self, term: sp.Basic, owner: str, first: int, top: bool = False) -> sp.Basic:
        """A part of an equation with its own parts named; the whole right side has a name already."""
        if isinstance(term, GenericFunction) or is_name(term) or not isinstance(term, MatrixExpr):
            return term
        if isinstance(term, Apply):
            return self._apply(term, owner, first, top)
        if isinstance(term, MatPow) and term.exp.is_Integer and 1 < term.exp <= LONGEST:
            return self.rewritten(MatMul(*[term.base] * int(term.exp)), owner, first)
        if isinstance(term, MatMul) and term.cols == 1 and any(isinstance(f, DiagMatrix) for f in term.args[:-1]):
            return self.rewritten(_entrywise(term), owner, first, top)
        if isinstance(term, Softmax | LogSumExp):
            return self._of_column(term, owner, first, top)
        parts = [self.rewritten(part, owner, first) for part in term.args]
        if isinstance(term, HadamardProduct):
            parts = [self._factor(part, owner, first) for part in parts]
        if isinstance(term, MatMul) and sum(isinstance(part, MatrixExpr) for part in parts) > 1:
            compound, named = parts[-1], self._vector(parts[-1], owner, first)
            parts = [part.xreplace({compound: named}) for part in parts[:-1]] + [named]
        return term.func(*parts)

    def _of_column(self, term: Softmax | LogSumExp, owner: str, first: int, top: bool) -> MatrixExpr:
        argument = self.rewritten(term.argument, owner, first)
        if not is_name(argument):
            argument = self.named(argument, f"a_{owner}", first, owner)
        whole = term.func(argument)
        return whole if top or isinstance(term, LogSumExp) else self.named(whole, f"softmax_{owner}", first, owner)

    def _apply(self, term: Apply, owner: str, first: int, top: bool) -> MatrixExpr:
        argument = self.rewritten(term.argument, owner, first)
        if term.function == "identity" and term.order < 2:
            return sp.OneMatrix(*term.shape) if term.order else argument
        plain = argument.name if is_name(argument) else owner
        if not is_name(argument):
            argument = self.named(argument, f"a_{owner}", first, owner)
        applied = term.with_argument(argument)
        return (
            applied
            if top or self._is_read_off(owner)
            else self.named(applied, f"{term.function}_{plain}", first, owner)
        )

    def _is_read_off(self, name: str) -> bool:
        """Whether a quantity is a number at the end of all paths, such as the loss of a step."""
        definition = self.recurrence.definition(name)
        return definition is not None and definition.role is Role.OUTPUT and definition.sequence.rows == 1

    def _factor(self, part: MatrixExpr, owner: str, first: int) -> MatrixExpr:
        """A factor of an entrywise product that a matrix product goes into."""
        has_product = any(sum(isinstance(f, MatrixExpr) for f in product.args) > 1 for product in part.atoms(MatMul))
        return self.named(part, f"p_{owner}", first, owner) if has_product else part

    def _vector(self, part: MatrixExpr, owner: str, first: int) -> MatrixExpr:
        """What a matrix is multiplied by."""
        if not isinstance(part, HadamardProduct | MatAdd | Concatenation):
            return part
        inside = [factor.name for factor in part.args if is_name(factor)]
        flat = not isinstance(part, MatAdd) and len(inside) == len(part.args)
        order = inside if isinstance(part, Concatenation) else reversed(inside)  # SymPy sorts the factors of a ∘ b
        return self.named(part, "_".join(order) if flat else f"v_{owner}", first, owner)

    def named(self, term: MatrixExpr, wanted: str, first: int, owner: str) -> MatrixExpr:
        """The name of what changes with the index: of a column only, where all that changes is one."""
        moving = any(element.name not in self.shared for element in term.atoms(Element))
        if not moving or (term.cols != 1 and not self.has_matrices):
            return term
        if term not in self.names:
            name = next(name for name in _variants(wanted) if name not in self.taken)
            self.taken.add(name)
            self.names[term] = name
            index = self.recurrence.index
            rows, cols = (sp.Lambda(index, size) if size.has(index) else size for size in term.shape)
            sequence = Sequence(name, rows, cols, first)
            self.definitions[name] = Definition(sequence, term, Role.OUTPUT, first)
        self._begin_by(self.names[term], first)
        return self.definitions[self.names[term]].sequence.at(self.recurrence.index)

    def _begin_by(self, name: str, first: int) -> None:
        """Let a name begin early enough for another equation that uses it, and what it is made of."""
        known = self.definitions[name]
        if first < known.first:
            sequence = Sequence(name, known.sequence.rows, known.sequence.cols, first)
            self.definitions[name] = Definition(sequence, known.body, known.role, first)
            for element in known.body.atoms(Element):
                if element.name in self.names.values():
                    self._begin_by(element.name, first)


def _role(definition: Definition) -> Role:
    """A state, or what is computed within one step."""
    return Role.STATE if definition.role is Role.STATE else Role.OUTPUT


def _entrywise(term: MatMul) -> MatrixExpr:
    """A product that ends in a column, with v ∘ b in the place of diag(v) b, so that v stands in it like any column."""
    *before, result = term.args
    for factor in reversed(before):
        if isinstance(factor, DiagMatrix):
            result = HadamardProduct(diagonal(factor), result)
        else:
            result = MatMul(factor, *(result.args if isinstance(result, MatMul) else (result,)))
    return result


def _variants(wanted: str) -> Iterator[str]:
    yield wanted
    number = 2
    while True:
        yield f"{wanted}_{number}"
        number += 1


def _computable(recurrence: Recurrence) -> list[Definition]:
    """The definitions in an order in which each uses only earlier ones at its own index."""
    done: dict[str, Definition] = {}

    def visit(definition: Definition) -> None:
        if definition.sequence.name in done:
            return
        for element in sorted(definition.body.atoms(Element), key=str):
            beside = recurrence.definition(element.name)
            if beside is not None and element.index == recurrence.index:
                visit(beside)
        done[definition.sequence.name] = definition

    for definition in recurrence.definitions:
        visit(definition)
    return list(done.values())
