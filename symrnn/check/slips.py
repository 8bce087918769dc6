"""What goes wrong in a formula: the terms that are one slip away from another. A slip is a line of the tables below."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any, TypeAlias

import sympy as sp
from sympy.matrices.exceptions import ShapeError as SymPyShapeError
from sympy.matrices.expressions import MatAdd, MatMul, MatPow, MatrixExpr, MatrixSymbol, Transpose

from symrnn import late
from symrnn.derivation.statement import Equation
from symrnn.errors import NotationError, SymrnnError
from symrnn.expr import (
    Apply,
    Binder,
    Element,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    Sequence,
    TotalJacobian,
)
from symrnn.expr.binder import ASCENDING, DESCENDING
from symrnn.recurrence import Recurrence

Variants: TypeAlias = Iterator[tuple[str, MatrixExpr]]


def shown_as(term: sp.Basic) -> str:
    """A term as people write it; as SymPy does where nothing says how."""
    with suppress(NotationError):
        return late.to_text(term)
    return str(term)


def variants(equation: Equation, side: str, recurrence: Recurrence) -> Variants:
    """Terms that are one slip away from a side of an equation, the likeliest first, with what is changed.

    Args:
        equation: what is not right.
        side: ``"lhs"`` or ``"rhs"``.
        recurrence: what its names mean.

    >>> W, V = sp.MatrixSymbol("W", 2, 2), sp.MatrixSymbol("V", 2, 2)
    >>> from symrnn.cells import Elman
    >>> next(variants(Equation(V, W * V), "rhs", Elman()))
    ('with W and V in the other order', V*W)
    """
    term = getattr(equation, side)
    for slip in SLIPS:
        yield from (*slip(term), *_inside(term, slip))
    for known in KNOWING:
        with suppress(SymrnnError, SymPyShapeError):
            yield from known(term, equation, recurrence)


def _inside(term: sp.Basic, slip: Callable[[Any], Variants]) -> Iterator[tuple[str, Any]]:
    for at, part in enumerate(term.args):
        if not isinstance(part, MatrixExpr):
            continue
        for words, new in (*slip(part), *_inside(part, slip)):
            with suppress(SymrnnError, SymPyShapeError):
                yield words, term.func(*term.args[:at], new, *term.args[at + 1 :])


def _transposed(term: MatrixExpr) -> Variants:
    if isinstance(term, Transpose):
        yield f"without the transpose of {shown_as(term.arg)}", term.arg
    elif not isinstance(term, sp.Identity):
        yield f"with {shown_as(term)} transposed", Transpose(term)


def _reordered(term: MatrixExpr) -> Variants:
    if not isinstance(term, MatMul):
        return
    number, matrices = term.as_coeff_matrices()
    front = () if number == 1 else (number,)
    for at, (one, other) in enumerate(pairwise(matrices)):
        if one != other:
            with suppress(SymrnnError, SymPyShapeError):
                swapped = MatMul(*front, *matrices[:at], other, one, *matrices[at + 2 :])
                yield f"with {shown_as(one)} and {shown_as(other)} in the other order", swapped
    if len(matrices) > 2:
        with suppress(SymrnnError, SymPyShapeError):
            yield f"with the factors of {shown_as(term)} in the other order", MatMul(*front, *reversed(matrices))


def _turned(term: MatrixExpr) -> Variants:
    if isinstance(term, OrderedProduct):
        other = ASCENDING if term.direction == DESCENDING else DESCENDING
        with suppress(SymrnnError):
            yield (
                f"with {'an' if other == ASCENDING else 'a'} {other} product",
                OrderedProduct(term.body, term.args[1:4], other),
            )


def _shifted(term: MatrixExpr) -> Variants:
    if isinstance(term, Element) and not any(size.free_symbols & term.index.free_symbols for size in term.shape):
        for by in (-1, 1):
            moved = term.func(term.args[0], term.index + by, *term.shape)
            yield f"with {shown_as(moved)} in the place of {shown_as(term)}", moved


MOVED = (-1, -1), (1, 0), (-1, 0), (0, -1), (0, 1), (1, 1)
"""How far the ends of a range are off; the last one last, since a term beyond T is 0, and so changes nothing."""


def _bounded(term: MatrixExpr) -> Variants:
    if not isinstance(term, Binder):
        return
    for low, high in MOVED:
        with suppress(SymrnnError):
            lower, upper = term.lower + low, term.upper + high
            yield (
                f"from {shown_as(lower)} to {shown_as(upper)}",
                term.func(term.body, term.variable, lower, upper, *term.args[4:]),
            )


def _raised(term: MatrixExpr) -> Variants:
    if isinstance(term, MatPow):
        for by in (-1, 1):
            yield f"with the exponent {shown_as(term.exp + by)}", MatPow(term.base, term.exp + by)


def _negated(term: MatrixExpr) -> Variants:
    if not isinstance(term, MatAdd):
        yield f"with another sign of {shown_as(term)}", -term


def _of_other_kind(term: MatrixExpr) -> Variants:
    match term:
        case TotalJacobian():
            yield f"with the immediate derivative of {shown_as(term.of)}", ImmediateJacobian(term.of, term.wrt)
        case ImmediateJacobian():
            yield f"with the total derivative of {shown_as(term.of)}", TotalJacobian(term.of, term.wrt)


def _weighted(term: MatrixExpr) -> Variants:
    """A mean for a sum, or the other way round."""
    if isinstance(term, MatMul):
        number, matrices = term.as_coeff_matrices()
        if number not in (1, -1) and matrices:
            yield f"without the factor {shown_as(number)}", MatMul(*matrices)
    if isinstance(term, MatrixSum) and isinstance(term.upper, sp.Symbol):
        yield f"divided by {shown_as(term.upper)}", term / term.upper


def _shortened(term: MatrixExpr) -> Variants:
    if isinstance(term, MatAdd):
        for at, summand in enumerate(term.args):
            yield f"without {shown_as(summand)}", MatAdd(*term.args[:at], *term.args[at + 1 :])


def _differentiated(term: MatrixExpr) -> Variants:
    if isinstance(term, Apply) and term.order <= 1:
        other = term.with_argument(term.argument, 1 - term.order)
        yield f"with {shown_as(other)} in the place of {shown_as(term)}", other


# -- knowing the recurrence --------------------------------------------------------------------------------------------


def _everywhere(term: MatrixExpr, _: Equation, recurrence: Recurrence) -> Variants:
    """A quantity at another index, or another quantity of the same shape, wherever one stands."""
    for old, new in (*_moved(term), *_renamed(term, recurrence)):
        with suppress(SymrnnError, SymPyShapeError):
            yield f"with {shown_as(new)} in the place of {shown_as(old)}", _put(term, old, new)


def _put(term: Any, old: MatrixExpr, new: MatrixExpr) -> Any:
    """A term with another part wherever one stands, in the bodies of sums, too, with their own index in it."""
    if term == old:
        return new
    parts = [_put(part, old, new) if isinstance(part, sp.Expr) else part for part in term.args]
    return term if list(term.args) == parts else term.func(*parts)


def _moved(term: MatrixExpr) -> Iterator[tuple[MatrixExpr, MatrixExpr]]:
    for element in sorted(term.atoms(Element), key=str):
        if not any(size.free_symbols & element.index.free_symbols for size in element.shape):
            for by in (-1, 1):
                yield element, element.func(element.args[0], element.index + by, *element.shape)


def _renamed(term: MatrixExpr, recurrence: Recurrence) -> Iterator[tuple[MatrixExpr, MatrixExpr]]:
    sequences = [d.sequence for d in recurrence.definitions] + list(recurrence.inputs)
    for element in sorted(term.atoms(Element), key=str):
        for other in sorted(sequences, key=lambda each: _unlike(each.name, element.name)):
            if other.name != element.name and _fits(other, element):
                yield element, other[element.index]
    matrices = [each for each in recurrence.parameters if isinstance(each, MatrixSymbol)]
    for symbol in sorted(term.atoms(MatrixSymbol) & set(matrices), key=str):
        for matrix in sorted(matrices, key=lambda each: _unlike(each.name, symbol.name)):
            if matrix != symbol and matrix.shape == symbol.shape:
                yield symbol, matrix
    for part in sorted(term.atoms(Gradient), key=str):
        if isinstance(part.of, Element):  # the loss of one step, for that of all
            yield from ((part, Gradient(total, part.wrt)) for total in recurrence.totals)


def _unlike(name: str, other: str) -> tuple[bool, str]:
    """Names that begin alike come first: a gate is mistaken for another gate."""
    return name.split("_")[0] != other.split("_")[0], name


def _fits(sequence: Sequence, element: Element) -> bool:
    with suppress(SymrnnError):
        return bool(sequence[element.index].shape == element.shape)
    return False


def _lengthened(term: MatrixExpr, equation: Equation, recurrence: Recurrence) -> Variants:
    """A summand that is missing: the immediate part of a derivative, or the loss of the step itself."""
    left = equation.lhs
    forgotten: list[MatrixExpr] = []
    if isinstance(left, TotalJacobian):
        forgotten.append(ImmediateJacobian(left.of, left.wrt))
    if isinstance(left, Gradient) and isinstance(left.wrt, Element):
        steps = [d.sequence for d in recurrence.definitions if d.sequence.name == "ell"]
        forgotten += [Gradient(step[left.wrt.index], left.wrt) for step in steps]
    for summand in forgotten:
        yield f"with {shown_as(summand)} added", MatAdd(term, summand)


def _through(term: MatrixExpr, equation: Equation, _: Recurrence) -> Variants:
    """A Jacobian that leads from what is differentiated on the left to what is differentiated here."""
    left = equation.lhs
    if isinstance(left, TotalJacobian):
        for part in sorted(term.atoms(TotalJacobian, ImmediateJacobian), key=str):
            if part.of != left.of and isinstance(part.of, Element):
                factor = TotalJacobian(left.of, part.of)
                yield f"with {shown_as(factor)} before {shown_as(part)}", _put(term, part, MatMul(factor, part))


def _sloped(term: MatrixExpr, equation: Equation, recurrence: Recurrence) -> Variants:
    """A slope that is missing, before or behind a factor."""
    indices = {part.index for side in equation.sides for part in side.atoms(Element)}
    indices |= {part.variable for part in term.atoms(Binder)}
    slopes = []
    for definition in recurrence.definitions:
        body = definition.body
        if isinstance(body, Apply) and isinstance(body.argument, Element) and body.argument.index == recurrence.index:
            made = body.with_argument(body.argument, 1)
            slopes += [made.xreplace({recurrence.index: at}) for at in sorted(indices, key=sp.default_sort_key)]
    for slope in slopes:
        words = f"with {shown_as(sp.DiagMatrix(slope))} added"
        for variant in _beside(term, slope):
            yield words, variant


def _beside(term: MatrixExpr, slope: MatrixExpr) -> Iterator[MatrixExpr]:
    """A term with a slope as a further factor somewhere."""
    diagonal = sp.DiagMatrix(slope)
    if isinstance(term, sp.HadamardProduct) and term.shape == slope.shape:
        yield sp.HadamardProduct(*term.args, slope)
    elif isinstance(term, MatMul):
        factors = term.args
        for at in range(len(factors) + 1):
            with suppress(SymrnnError, SymPyShapeError, ValueError):
                yield MatMul(*factors[:at], diagonal, *factors[at:])
    elif not isinstance(term, MatAdd | Binder):
        for pair in ((diagonal, term), (term, diagonal)):
            with suppress(SymrnnError, SymPyShapeError, ValueError):
                yield MatMul(*pair)
    if isinstance(term, MatAdd | Binder | sp.MatPow):
        for at, part in enumerate(term.args):
            if isinstance(part, MatrixExpr):
                for inner in _beside(part, slope):
                    with suppress(SymrnnError, SymPyShapeError):
                        yield term.func(*term.args[:at], inner, *term.args[at + 1 :])


SLIPS: tuple[Callable[[Any], Variants], ...] = (
    _reordered,
    _transposed,
    _shifted,
    _bounded,
    _of_other_kind,
    _raised,
    _turned,
    _negated,
    _weighted,
    _shortened,
    _differentiated,
)
"""What goes wrong in a formula, the commonest first."""

KNOWING: tuple[Callable[[Any, Equation, Recurrence], Variants], ...] = (_everywhere, _lengthened, _through, _sloped)
"""What goes wrong in the formula of a recurrence, where its quantities have to be known to tell."""
