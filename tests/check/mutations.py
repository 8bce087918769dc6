"""Slips: every way to write a claim a little wrong, at every place where a kind of slip applies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from symrnn.derivation import Equation
from symrnn.errors import SymrnnError
from symrnn.expr import (
    ASCENDING,
    DESCENDING,
    Apply,
    Binder,
    Derivative,
    Differential,
    Element,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    TotalJacobian,
)
from symrnn.recurrence import Recurrence

Path = tuple[int, ...]
Slips = Iterator[sp.Basic]


@dataclass(frozen=True)
class Mutant:
    """A claim with one slip.

    Args:
        kind: which slip.
        place: where: the side and the path of argument numbers.
        equation: the mutated claim; None when it was refused as it was written down.
    """

    kind: str
    place: str
    equation: Equation | None


def mutants(equation: Equation, model: Recurrence) -> Iterator[Mutant]:
    """All mutants of an equation, each once."""
    seen: set[tuple[Any, Any]] = {(equation.lhs, equation.rhs)}
    for side in ("lhs", "rhs"):
        term = getattr(equation, side)
        for path, node in places(term):
            for kind, slips in KINDS.items():
                for slip in attempts(slips, node, model):
                    place = f"{side}{list(path)}"
                    mutated = rebuilt(equation, side, term, path, slip)
                    if mutated is not None and (mutated.lhs, mutated.rhs) in seen:
                        continue
                    if mutated is not None:
                        seen.add((mutated.lhs, mutated.rhs))
                    yield Mutant(kind, place, mutated)


def attempts(slips: Callable[..., Slips], node: sp.Basic, model: Recurrence) -> Iterator[sp.Basic | None]:
    """The slips at a node; None for one that is refused as it is written down."""
    found = slips(node, model)
    while True:
        try:
            yield next(found)
        except StopIteration:
            return
        except (SymrnnError, sp.matrices.exceptions.ShapeError):
            yield None
            return


def rebuilt(equation: Equation, side: str, term: sp.Basic, path: Path, slip: sp.Basic | None) -> Equation | None:
    """The equation with a slip put in, or None when it is refused."""
    if slip is None:
        return None
    try:
        return replace(equation, **{side: replaced(term, path, slip)})
    except (SymrnnError, sp.matrices.exceptions.ShapeError):
        return None
    except TypeError as refusal:  # SymPy's own way to refuse a number among matrices
        if "Mix of Matrix and Scalar" not in str(refusal):
            raise
        return None


def places(term: sp.Basic, path: Path = ()) -> Iterator[tuple[Path, sp.Basic]]:
    """Every matrix inside a term, with the way to it."""
    if isinstance(term, sp.MatrixExpr):
        yield path, term
    if isinstance(term, Element | sp.MatrixSymbol | sp.Identity | sp.ZeroMatrix):
        return
    for number, part in enumerate(term.args):
        yield from places(part, (*path, number))


def replaced(term: sp.Basic, path: Path, new: sp.Basic) -> sp.Basic:
    """A term with another part at the end of a path."""
    if not path:
        return new
    args = list(term.args)
    args[path[0]] = replaced(args[path[0]], path[1:], new)
    return term.func(*args)


# -- kinds of slips ------------------------------------------------------------------------------------------------


def with_bounds(node: Binder, low: int, high: int) -> sp.Basic:
    return node.func(node.body, node.variable, node.lower + low, node.upper + high, *node.args[4:])


def moved_bound(kind: type[Binder], low: int, high: int) -> Callable[..., Slips]:
    def slips(node: sp.Basic, _: Recurrence) -> Slips:
        if isinstance(node, kind):
            yield with_bounds(node, low, high)

    return slips


def transpose_dropped(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, sp.Transpose):
        yield node.args[0]


def transpose_added(node: sp.Basic, _: Recurrence) -> Slips:
    if node.rows == node.cols and node.rows != 1 and not isinstance(node, sp.Transpose | sp.DiagMatrix | sp.Identity):
        yield sp.Transpose(node)


def neighbours_swapped(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, sp.MatMul):
        args = node.args
        for i in range(len(args) - 1):
            if isinstance(args[i], sp.MatrixExpr):
                yield sp.MatMul(*args[:i], args[i + 1], args[i], *args[i + 2 :])


def reversed_product(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, OrderedProduct):
        other = DESCENDING if node.direction == ASCENDING else ASCENDING
        yield OrderedProduct(node.body, (node.variable, node.lower, node.upper), other)


def immediate_for_total(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, TotalJacobian):
        yield ImmediateJacobian(*node.args)


def total_for_immediate(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, ImmediateJacobian):
        yield TotalJacobian(*node.args)


def slope_forgotten(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, sp.DiagMatrix) and isinstance(node.args[0], Apply):
        yield sp.Identity(node.rows)


def slope_at_wrong_time(node: sp.Basic, model: Recurrence) -> Slips:
    if isinstance(node, Apply) and node.order and isinstance(node.argument, Element):
        for step in (-1, 1):
            yield node.with_argument(shifted(node.argument, step, model))


def slope_of_another_gate(node: sp.Basic, model: Recurrence) -> Slips:
    """σ' where the wrong pre-activation goes in."""
    if isinstance(node, Apply) and node.order and isinstance(node.argument, Element):
        for other in model.definitions:
            if other.sequence.name.startswith("a_") and other.sequence.name != node.argument.name:
                yield node.with_argument(other.sequence.at(node.argument.index))


def bracket_missing(node: sp.Basic, _: Recurrence) -> Slips:
    """P (A + B) Q written as P A + B Q."""
    if isinstance(node, sp.MatMul):
        for place, factor in enumerate(node.args):
            if isinstance(factor, sp.MatAdd):
                first, *rest = factor.args
                yield sp.MatAdd(
                    sp.MatMul(*node.args[:place], first), sp.MatMul(sp.MatAdd(*rest), *node.args[place + 1 :])
                )


def function_for_slope(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, Apply) and node.order:
        yield node.with_argument(node.argument, node.order - 1)
        yield node.with_argument(node.argument, node.order + 1)


def wrong_power(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, sp.MatPow):
        for step in (-1, 1):
            yield sp.MatPow(node.base, node.exp + step)


def wrong_sign(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, sp.MatMul | MatrixSum | Derivative | Differential):
        yield sp.MatMul(sp.S.NegativeOne, node)


def wrong_index(node: sp.Basic, model: Recurrence) -> Slips:
    if isinstance(node, Element):
        for step in (-1, 1):
            yield shifted(node, step, model)


def counted_from_the_other_end(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, Binder):
        other = node.lower + node.upper - node.variable
        for element in sorted(node.body.atoms(Element), key=str):
            if node.variable in element.index.free_symbols:
                moved = element.xreplace({node.variable: other})
                body = node.body.xreplace({element: moved})
                yield node.func(body, node.variable, node.lower, node.upper, *node.args[4:])


def factor_dropped(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, sp.MatMul):
        for i in range(len(node.args)):
            yield sp.MatMul(*node.args[:i], *node.args[i + 1 :])


def factor_doubled(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, sp.MatMul):
        for i, factor in enumerate(node.args):
            if not isinstance(factor, sp.MatrixExpr) or factor.rows == factor.cols:
                yield sp.MatMul(*node.args[:i], factor, *node.args[i:])


def summand_dropped(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, sp.MatAdd):
        for i in range(len(node.args)):
            yield sp.MatAdd(*node.args[:i], *node.args[i + 1 :])


def kronecker_swapped(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, sp.KroneckerProduct):
        yield sp.KroneckerProduct(*reversed(node.args))


def wrong_weights(node: sp.Basic, model: Recurrence) -> Slips:
    if isinstance(node, sp.MatrixSymbol):
        for other in model.parameters:
            if isinstance(other, sp.MatrixSymbol) and other != node and other.shape == node.shape:
                yield other


def wrong_coefficient(node: sp.Basic, _: Recurrence) -> Slips:
    if isinstance(node, sp.MatMul):
        for i, factor in enumerate(node.args):
            if not isinstance(factor, sp.MatrixExpr):
                yield sp.MatMul(*node.args[:i], factor + 1, *node.args[i + 1 :])


def wrong_quantity(node: sp.Basic, model: Recurrence) -> Slips:
    """The derivative of, or by, the pre-activation instead of the state."""
    if isinstance(node, Derivative) and not isinstance(node, Gradient):
        partner = {"h": "a", "y": "f"}
        for place, quantity in enumerate(node.args):
            other = model.definition(partner.get(quantity.name, "")) if isinstance(quantity, Element) else None
            if other is not None:
                args = list(node.args)
                args[place] = other.sequence[quantity.index]
                yield node.func(*args)


def shifted(element: Element, step: int, model: Recurrence) -> Element:
    """The same sequence at a neighbouring index."""
    found = model.quantity(element.name, 0)
    assert found is not None
    return Element(element.args[0], element.index + step, *element.shape)


KINDS: dict[str, Callable[..., Slips]] = {
    "first term of a sum missing": moved_bound(MatrixSum, 1, 0),
    "sum starts one early": moved_bound(MatrixSum, -1, 0),
    "last term of a sum missing": moved_bound(MatrixSum, 0, -1),
    "sum ends one late": moved_bound(MatrixSum, 0, 1),
    "product without its lowest factor": moved_bound(OrderedProduct, 1, 0),
    "product with one factor more below": moved_bound(OrderedProduct, -1, 0),
    "product without its highest factor": moved_bound(OrderedProduct, 0, -1),
    "product with one factor more above": moved_bound(OrderedProduct, 0, 1),
    "slope of another gate": slope_of_another_gate,
    "bracket missing": bracket_missing,
    "transpose dropped": transpose_dropped,
    "transpose added": transpose_added,
    "neighbours swapped": neighbours_swapped,
    "product reversed": reversed_product,
    "immediate for total": immediate_for_total,
    "total for immediate": total_for_immediate,
    "slope forgotten": slope_forgotten,
    "slope at the wrong time": slope_at_wrong_time,
    "function for its slope": function_for_slope,
    "wrong power": wrong_power,
    "sign": wrong_sign,
    "neighbouring index": wrong_index,
    "counted from the other end": counted_from_the_other_end,
    "factor dropped": factor_dropped,
    "factor doubled": factor_doubled,
    "summand dropped": summand_dropped,
    "Kronecker factors swapped": kronecker_swapped,
    "other weights": wrong_weights,
    "coefficient off by one": wrong_coefficient,
    "pre-activation for state": wrong_quantity,
}
