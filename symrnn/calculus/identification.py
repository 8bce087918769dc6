"""From a differential to Jacobians and gradients: reading off what stands around dX.

A summand A dX B belongs to the Jacobian Bᵀ ⊗ A, since vec(A dX B) = (Bᵀ ⊗ A) vec dX, and to the gradient Aᵀ G Bᵀ when
G is the gradient with respect to the value. A summand A (dX)ᵀ b with a column b belongs to A (I ⊗ bᵀ), since (dX)ᵀ b is
the transpose of the row bᵀ dX, and to the gradient b Gᵀ A. Source: Magnus and Neudecker (1988), ch. 9, the
identification theorem.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, MatAdd, MatMul, MatrixExpr

from symrnn.calculus.differential import added, differential
from symrnn.errors import UnknownTermError
from symrnn.expr import Apply, Differential, Element, Elementwise, GenericFunction, ImmediateJacobian, Variable
from symrnn.recurrence import Recurrence, Role


@dataclass(frozen=True)
class Around:
    """A summand ``left · dX · right`` of a differential, or ``left · (dX)ᵀ · right``; numbers stand on the left."""

    left: tuple[sp.Expr, ...]
    right: tuple[MatrixExpr, ...]
    variable: Variable
    turned: bool = False

    def jacobian(self) -> MatrixExpr:
        """Bᵀ ⊗ A, with the identities that the sizes call for; shape (dim value, dim variable).

        Raises:
            UnknownTermError: for a matrix beside (dX)ᵀ, which would need a commutation matrix.
        """
        if self.turned:
            return self._turned_jacobian()
        across = tuple(flipped(factor) for factor in reversed(self.right))
        if not across and self.variable.cols == 1:
            return product(self.left, self.variable.rows)
        if not across:
            return sp.KroneckerProduct(sp.Identity(self.variable.cols), product(self.left, self.variable.rows))
        row = product(across, self.variable.cols)
        if self.variable.rows == 1 and row.rows == 1:
            return product((*self.left, row), row.cols)
        if row.rows == 1:
            return product((*self.left, sp.KroneckerProduct(row, sp.Identity(self.variable.rows))), row.cols)
        return sp.KroneckerProduct(row, product(self.left, self.variable.rows))

    def _turned_jacobian(self) -> MatrixExpr:
        rows, cols = self.variable.shape
        if (self.right[-1].cols if self.right else rows) != 1:
            raise UnknownTermError(
                f"the Jacobian of a matrix with the transpose of {self.variable} in it is not known",
                advice="take the transpose on the left of a column, or name the matrix and its transpose apart",
            )
        row = product(tuple(map(flipped, reversed(self.right))), rows)
        if cols == 1:
            return product((*self.left, row), cols)
        if isinstance(row, sp.Identity):
            return product(self.left, cols)
        return product((*self.left, sp.KroneckerProduct(sp.Identity(cols), row)), cols)

    @property
    def chain(self) -> MatrixExpr:
        """The summand as a product."""
        moved = Differential(self.variable)
        return product((*self.left, sp.Transpose(moved) if self.turned else moved, *self.right), self.variable.rows)

    def through(self, within: Around) -> Around:
        """The summand with its dX in turn a summand of the differential of what X is computed from."""
        if not self.turned:
            left, right = (*self.left, *within.left), (*within.right, *self.right)
        else:
            left = (*self.left, *map(flipped, reversed(within.right)))
            right = (*map(flipped, reversed(within.left)), *self.right)
            left = (*(f for f in right if not isinstance(f, MatrixExpr)), *left)
            right = tuple(f for f in right if isinstance(f, MatrixExpr))
        return Around(left, right, within.variable, self.turned != within.turned)

    def at(self, index: sp.Symbol, value: sp.Expr) -> Around:
        """The same at another index."""
        rule = {index: value}
        left, right = (tuple(factor.xreplace(rule) for factor in side) for side in (self.left, self.right))
        return Around(left, right, self.variable.xreplace(rule), self.turned)

    def gradient(self, outer: MatrixExpr) -> MatrixExpr:
        """Aᵀ G Bᵀ for the gradient G with respect to the value; B Gᵀ A where dX is transposed."""
        if self.turned:
            return product((*self.right, flipped(outer), *self.left), self.variable.rows)
        factors = [*map(flipped, reversed(self.left)), outer, *map(flipped, reversed(self.right))]
        return product(tuple(factors), self.variable.rows)


def flipped(factor: sp.Expr) -> sp.Expr:
    """The transpose; a number and a 1 x 1 matrix are their own."""
    if isinstance(factor, sp.Transpose):
        return factor.arg
    is_number = not isinstance(factor, MatrixExpr) or factor.shape == (1, 1)
    return factor if is_number else factor.T


def product(factors: tuple[sp.Expr, ...], rows: sp.Expr) -> MatrixExpr:
    """A flat product without its identities, one kept where nothing but numbers is left."""
    flat = [f for factor in factors for f in (factor.args if isinstance(factor, MatMul) else (factor,))]
    kept = [factor for factor in flat if not isinstance(factor, sp.Identity)]
    if not any(isinstance(factor, MatrixExpr) for factor in kept):
        kept.append(sp.Identity(rows))
    return kept[0] if len(kept) == 1 else MatMul(*kept)


def around(moved: MatrixExpr) -> list[Around]:
    """The summands of a differential, each split at its dX; those that differ by a number are added up.

    Raises:
        UnknownTermError: when a summand is not of the form A dX B.
    """
    if isinstance(moved, sp.ZeroMatrix):
        return []  # all that it depends on is held
    found = []
    for summand in _without_diagonals(moved):
        parts = summand.args if isinstance(summand, MatMul) else (summand,)
        factors = _turned(sorted(parts, key=lambda part: isinstance(part, MatrixExpr)))  # the order of matrices stays
        places = [i for i, factor in enumerate(factors) if _moves(_bare(factor))]
        if len(places) != 1:
            raise UnknownTermError(f"the summand {summand} is not of the form A dX B")
        place = places[0]
        left, moved, right = _without_ones(factors[:place]), factors[place], tuple(factors[place + 1 :])
        found.append(Around(left, right, _bare(moved).of, moved is not _bare(moved)))
    return _collected(found)


def _without_diagonals(moved: MatrixExpr) -> Iterator[MatrixExpr]:
    """The summands of a differential, with diag(b) da in the place of diag(da) b, which is the same for columns."""
    for summand in moved.args if isinstance(moved, MatAdd) else (moved,):
        factors = summand.args if isinstance(summand, MatMul) else (summand,)
        at = next((i for i, f in enumerate(factors) if isinstance(f, DiagMatrix) and f.has(Differential)), None)
        if at is None or at + 1 == len(factors) or factors[-1].cols != 1:
            yield summand
            continue
        behind = MatMul(*factors[at + 1 :])
        for part in _columns(factors[at].args[0]):
            inside = part.args if isinstance(part, MatMul) else (part,)
            yield from _without_diagonals(MatMul(*factors[:at], DiagMatrix(behind), *inside))


def _columns(diagonal: MatrixExpr) -> list[MatrixExpr]:
    """The summands of a diagonal as columns; it may be given as a row."""
    summands = diagonal.args if isinstance(diagonal, MatAdd) else (diagonal,)
    return [part if part.cols == 1 else part.T for part in summands]


def _bare(factor: sp.Expr) -> sp.Expr:
    """X of Xᵀ, and everything else as it is."""
    return factor.arg if isinstance(factor, sp.Transpose) else factor


def _turned(factors: list[sp.Expr]) -> list[sp.Expr]:
    """A chain in which (dX)ᵀ stands in a piece of one row and one column, with that piece turned round: aᵀ b = bᵀ a."""
    place = next((i for i, f in enumerate(factors) if isinstance(f, sp.Transpose) and _moves(f.arg)), None)
    if place is None:
        return factors
    start = next((i for i in range(place, -1, -1) if getattr(factors[i], "rows", 0) == 1), None)
    end = next((i for i in range(place, len(factors)) if factors[i].cols == 1), None)
    if start is None or end is None:
        return factors
    return [*factors[:start], *map(_transpose, reversed(factors[start : end + 1])), *factors[end + 1 :]]


def _moves(term: sp.Basic) -> bool:
    return isinstance(term, Differential)


def _transpose(factor: MatrixExpr) -> MatrixExpr:
    """The transpose; that of a sum stays one factor."""
    return sp.Transpose(factor) if isinstance(factor, MatAdd) else flipped(factor)


def _without_ones(factors: list[sp.Expr]) -> tuple[sp.Expr, ...]:
    """1ᵀ diag(v) = vᵀ."""
    out: list[sp.Expr] = []
    for factor in factors:
        if out and isinstance(factor, DiagMatrix) and isinstance(out[-1], sp.OneMatrix) and out[-1].rows == 1:
            out[-1] = flipped(factor.args[0])
        else:
            out.append(factor)
    return tuple(out)


def _collected(parts: list[Around]) -> list[Around]:
    """Summands with the same matrices around the same dX as one."""
    numbers: dict[Around, sp.Expr] = {}
    for part in parts:
        matrices = tuple(factor for factor in part.left if isinstance(factor, MatrixExpr))
        number = sp.Mul(*(factor for factor in part.left if not isinstance(factor, MatrixExpr)))
        bare = Around(matrices, part.right, part.variable, part.turned)
        numbers[bare] = numbers.get(bare, sp.S.Zero) + number
    return [
        Around((*([] if number == 1 else [number]), *bare.left), bare.right, bare.variable, bare.turned)
        for bare, number in numbers.items()
        if number != 0
    ]


def local_movement(recurrence: Recurrence, quantity: Variable) -> list[Around]:
    """The immediate dependence of a defined quantity: its differential through its intermediates, split at each dX."""
    body = recurrence.body(quantity)
    if body is None:
        raise UnknownTermError(f"{quantity} is given, not defined", where=recurrence.name)
    if isinstance(body, GenericFunction):
        if any(part.cols != 1 for part in (quantity, *body.arguments)):
            raise UnknownTermError(f"generic functions are differentiated for columns only, not {body}")
        _require_apart(body)
        return [Around((ImmediateJacobian(quantity, arg),), (), arg) for arg in body.arguments]

    def moves(named: MatrixExpr) -> MatrixExpr:
        if isinstance(named, Element) and recurrence.role(named) is Role.INTERMEDIATE:
            return differential(recurrence.body(named), moves)
        return Differential(named)

    moved = differential(body, moves)
    return around(_with_slopes_named(recurrence, moved) if recurrence.role(quantity) is Role.OUTPUT else moved)


def _with_slopes_named(recurrence: Recurrence, moved: MatrixExpr) -> MatrixExpr:
    """A slope that is an activation of its own under that name: softplus' is the sigmoid."""
    names = {a: recurrence.activation(a.function).slope_name for a in moved.atoms(Apply) if a.order >= 1}
    return moved.xreplace(
        {a: Elementwise(name, a.member)(a.argument, a.order - 1) for a, name in names.items() if name}
    )


def _require_apart(body: GenericFunction) -> None:
    """Refuse a generic function of two elements that may be one: both slopes would have the same name.

    Raises:
        UnknownTermError: naming them.
    """
    for one, other in combinations((each for each in body.arguments if isinstance(each, Element)), 2):
        if one.name == other.name and not sp.expand(one.index - other.index).is_Integer:
            raise UnknownTermError(
                f"{one} and {other} may be the same, so that the slopes of {body} cannot be told apart"
            )


def local_jacobian(recurrence: Recurrence, quantity: Variable, wrt: Variable) -> MatrixExpr:
    """∂⁺quantity/∂wrt; shape (dim quantity, dim wrt).

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> local_jacobian(rnn, rnn.h[t], rnn.h[t - 1])
    DiagMatrix(phi'(a[t]))*W_hh
    """
    parts = [part.jacobian() for part in local_movement(recurrence, quantity) if part.variable == wrt]
    return added((quantity.rows * quantity.cols, wrt.rows * wrt.cols), parts)
