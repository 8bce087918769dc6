"""From a differential to Jacobians and gradients: reading off what stands around dX.

A summand A dX B belongs to the Jacobian Bᵀ ⊗ A, since vec(A dX B) = (Bᵀ ⊗ A) vec dX, and to the gradient Aᵀ G Bᵀ when
G is the gradient with respect to the value. A summand A (dX)ᵀ b with a column b belongs to A (I ⊗ bᵀ), since (dX)ᵀ b is
the transpose of the row bᵀ dX, and to the gradient b Gᵀ A. A summand M ∘ (A dX B) belongs to the Jacobian
diag(vec M) (Bᵀ ⊗ A), and to the gradient Aᵀ (M ∘ G) Bᵀ. Source: Magnus and Neudecker (1988), ch. 9, the identification
theorem, and ch. 3, sec. 6, for the Hadamard product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, HadamardProduct, MatAdd, MatMul, MatrixExpr

from symrnn.calculus.differential import added, differential
from symrnn.errors import UnknownTermError
from symrnn.expr import (
    Apply,
    Differential,
    Element,
    Elementwise,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    Variable,
    Vec,
    dimension,
)
from symrnn.recurrence import Recurrence, Role


@dataclass(frozen=True)
class Layer:
    """What stands around a matrix Y: left (mask ∘ Y) right; or left vec(Y) in a generic function of Y, with no mask.

    Args:
        left: factors on the left; without a mask the last of them is the Jacobian of the function.
        right: factors on the right.
        mask: what Y is multiplied by, entry by entry.
        alone: without a mask, whether the function looks at nothing else, so that its whole gradient is that by Y.
    """

    left: tuple[sp.Expr, ...]
    right: tuple[MatrixExpr, ...]
    mask: MatrixExpr | None
    alone: bool = True

    def jacobian(self) -> tuple[MatrixExpr, ...]:
        """The factors of the Jacobian by vec Y."""
        if self.mask is None:
            return (product(self.left, sp.S.One),)
        if _are_ones((*self.left, *self.right), self.mask):
            numbers = (factor for factor in self.left if not isinstance(factor, MatrixExpr))
            return (*numbers, sp.Transpose(Vec(self.mask)))
        slope = DiagMatrix(Vec(self.mask))
        return (slope,) if not (self.left or self.right) else (sandwich(self.left, self.right, self.mask.shape), slope)

    def gradient(self, outer: MatrixExpr) -> MatrixExpr:
        """The gradient by Y, for the gradient by the value.

        Raises:
            UnknownTermError: for a generic function with several values or several arguments.
        """
        if self.mask is None:
            *numbers, slope = self.left
            if not self.alone or outer.shape != (1, 1) or dimension(slope.of) != 1:
                raise UnknownTermError(
                    f"the gradient by {slope.wrt} of a generic function cannot be written as a matrix"
                )
            return _by_number((*numbers, outer), Gradient(slope.of, slope.wrt))
        if outer.shape == (1, 1) and _are_ones((*self.left, *self.right), self.mask):
            return _by_number((*self.left, outer), self.mask)
        across = tuple(map(flipped, reversed(self.right)))
        inner = product((*map(flipped, reversed(self.left)), outer, *across), self.mask.rows)
        return HadamardProduct(self.mask, inner)

    def transposed(self) -> Layer:
        """What stands around Yᵀ in the transpose."""
        if self.mask is None:
            return self
        left, right = _flipped_sides(self.left, self.right)
        return Layer(left, right, flipped(self.mask))

    def at(self, rule: dict[sp.Symbol, sp.Expr]) -> Layer:
        """The same at another index."""
        left, right = (tuple(factor.xreplace(rule) for factor in side) for side in (self.left, self.right))
        return replace(self, left=left, right=right, mask=None if self.mask is None else self.mask.xreplace(rule))


def _are_ones(factors: tuple[sp.Expr, ...], mask: MatrixExpr) -> bool:
    """Whether the factors sum all entries: 1ᵀ Y 1, perhaps times a number."""
    matrices = [factor for factor in factors if isinstance(factor, MatrixExpr)]
    sides = [(1, mask.rows), (mask.cols, 1)]
    return [m.shape for m in matrices] == sides and all(isinstance(m, sp.OneMatrix) for m in matrices)


def _by_number(factors: tuple[sp.Expr, ...], matrix: MatrixExpr) -> MatrixExpr:
    """Numbers and 1 x 1 matrices times a matrix."""
    numbers = [f[0, 0] if isinstance(f, MatrixExpr) else f for f in factors if not isinstance(f, sp.OneMatrix)]
    return product((*(number for number in numbers if number != 1), matrix), matrix.rows)


def _flipped_sides(
    left: tuple[sp.Expr, ...], right: tuple[MatrixExpr, ...]
) -> tuple[tuple[sp.Expr, ...], tuple[MatrixExpr, ...]]:
    """Both sides of the transpose, (A Y B)ᵀ = Bᵀ Yᵀ Aᵀ, with the numbers on the left."""
    numbers = [factor for factor in left if not isinstance(factor, MatrixExpr)]
    matrices = [factor for factor in left if isinstance(factor, MatrixExpr)]
    return (*numbers, *map(flipped, reversed(right))), tuple(map(flipped, reversed(matrices)))


@dataclass(frozen=True)
class Around:
    """A summand ``left · dX · right`` of a differential, or ``left · (dX)ᵀ · right``; numbers stand on the left.

    Around that there may be layers, the outermost first: left (mask ∘ ·) right.
    """

    left: tuple[sp.Expr, ...]
    right: tuple[MatrixExpr, ...]
    variable: Variable
    turned: bool = False
    layers: tuple[Layer, ...] = ()

    def jacobian(self) -> MatrixExpr:
        """Bᵀ ⊗ A, with the identities that the sizes call for; shape (dim value, dim variable).

        Raises:
            UnknownTermError: for a matrix beside (dX)ᵀ, which would need a commutation matrix.
        """
        within = self._turned_jacobian() if self.turned else sandwich(self.left, self.right, self.variable.shape)
        around_it = [factor for layer in self.layers for factor in layer.jacobian()]
        return product((*around_it, within), within.rows)

    def _turned_jacobian(self) -> MatrixExpr:
        rows, cols = self.variable.shape
        if cols == 1:  # vec(xᵀ) = x
            return sandwich(self.left, self.right, (sp.S.One, rows))
        cut = next((i for i, f in enumerate(self.left) if isinstance(f, MatrixExpr) and f.cols == 1), None)
        if cut is not None:  # u (r (dX)ᵀ B), with a row that is the transpose of Bᵀ dX rᵀ
            before, row = self.left[: cut + 1], self.left[cut + 1 :]
            column = sandwich(*_flipped_sides(row, self.right), (rows, cols))
            return product((sandwich(before, (), (sp.S.One, column.rows)), column), column.rows)
        if (self.right[-1].cols if self.right else rows) != 1:
            raise UnknownTermError(
                f"the Jacobian of a matrix with the transpose of {self.variable} in it is not known",
                advice="take the transpose on the left of a column, or name the matrix and its transpose apart",
            )
        row = product(tuple(map(flipped, reversed(self.right))), rows)
        if isinstance(row, sp.Identity):
            return product(self.left, cols)
        return product((*self.left, sp.KroneckerProduct(sp.Identity(cols), row)), cols)

    @property
    def chain(self) -> MatrixExpr:
        """The summand as a product."""
        moved = Differential(self.variable)
        found = product((*self.left, sp.Transpose(moved) if self.turned else moved, *self.right), self.variable.rows)
        for layer in reversed(self.layers):
            inner = Vec(found) if layer.mask is None else HadamardProduct(layer.mask, found)
            found = product((*layer.left, inner, *layer.right), inner.rows)
        return found

    def through(self, within: Around) -> Around:
        """The summand with its dX in turn a summand of the differential of what X is computed from."""
        inner = (within.transposed() if self.turned else within).between(self.left, self.right)
        return replace(inner, layers=(*self.layers, *inner.layers))

    def between(self, left: tuple[sp.Expr, ...], right: tuple[MatrixExpr, ...]) -> Around:
        """The summand with factors on both sides."""
        if not self.layers:
            return replace(self, left=(*left, *self.left), right=(*self.right, *right))
        first, *others = self.layers
        outer = replace(first, left=(*left, *first.left), right=(*first.right, *right))
        return replace(self, layers=(outer, *others))

    def transposed(self) -> Around:
        """The transpose of the summand."""
        left, right = _flipped_sides(self.left, self.right)
        layers = tuple(layer.transposed() for layer in self.layers)
        return Around(left, right, self.variable, not self.turned, layers)

    def at(self, index: sp.Symbol, value: sp.Expr) -> Around:
        """The same at another index."""
        rule = {index: value}
        left, right = (tuple(factor.xreplace(rule) for factor in side) for side in (self.left, self.right))
        layers = tuple(layer.at(rule) for layer in self.layers)
        return Around(left, right, self.variable.xreplace(rule), self.turned, layers)

    def gradient(self, outer: MatrixExpr) -> MatrixExpr:
        """Aᵀ G Bᵀ for the gradient G with respect to the value; B Gᵀ A where dX is transposed."""
        for layer in self.layers:
            outer = layer.gradient(outer)
        if self.turned:
            return product((*self.right, flipped(outer), *self.left), self.variable.rows)
        factors = [*map(flipped, reversed(self.left)), outer, *map(flipped, reversed(self.right))]
        return product(tuple(factors), self.variable.rows)


def sandwich(left: tuple[sp.Expr, ...], right: tuple[MatrixExpr, ...], shape: tuple[sp.Expr, sp.Expr]) -> MatrixExpr:
    """Bᵀ ⊗ A for A X B and X of a shape; A and B are given by their factors."""
    rows, cols = shape
    across = tuple(flipped(factor) for factor in reversed(right))
    if not across and cols == 1:
        return product(left, rows)
    if not across:
        return sp.KroneckerProduct(sp.Identity(cols), product(left, rows))
    row = product(across, cols)
    if rows == 1 and (row.rows == 1 or not any(isinstance(factor, MatrixExpr) for factor in left)):
        return product((*left, row), row.cols)
    if row.rows == 1:
        return product((*left, sp.KroneckerProduct(row, sp.Identity(rows))), row.cols)
    return sp.KroneckerProduct(row, product(left, rows))


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
    found: list[Around] = []
    for summand in _without_diagonals(moved):
        parts = summand.args if isinstance(summand, MatMul) else (summand,)
        factors = _turned(sorted(parts, key=lambda part: isinstance(part, MatrixExpr)))  # the order of matrices stays
        places = [i for i, factor in enumerate(factors) if _moves(_bare(factor))]
        if len(places) != 1:
            raise UnknownTermError(f"the summand {summand} is not of the form A dX B")
        place = places[0]
        left, moving, right = _without_ones(factors[:place]), factors[place], tuple(factors[place + 1 :])
        if isinstance(moving, HadamardProduct):
            found += _layered(moving, left, right)
        else:
            found.append(Around(left, right, _bare(moving).of, moving is not _bare(moving)))
    return _collected(found)


def _layered(term: HadamardProduct, left: tuple[sp.Expr, ...], right: tuple[MatrixExpr, ...]) -> Iterator[Around]:
    """The summands of left (M ∘ Y) right, where Y moves and M does not.

    Raises:
        UnknownTermError: when more than one factor moves.
    """
    moving = [part for part in term.args if part.has(Differential)]
    still = [part for part in term.args if not part.has(Differential)]
    if len(moving) != 1 or not still:
        raise UnknownTermError(f"the summand {term} is not of the form A dX B")
    layer = Layer(left, right, still[0] if len(still) == 1 else HadamardProduct(*still))
    for inner in around(moving[0]):
        yield replace(inner, layers=(layer, *inner.layers))


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
    return isinstance(term, Differential) or (isinstance(term, HadamardProduct) and term.has(Differential))


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
        if part.layers:
            numbers[part] = numbers.get(part, sp.S.Zero) + 1
            continue
        bare = Around(matrices, part.right, part.variable, part.turned)
        numbers[bare] = numbers.get(bare, sp.S.Zero) + number
    return [
        replace(bare, left=(*([] if number == 1 else [number]), *bare.left))
        for bare, number in numbers.items()
        if number != 0
    ]


def local_movement(recurrence: Recurrence, quantity: Variable) -> list[Around]:
    """The immediate dependence of a defined quantity: its differential through its intermediates, split at each dX."""
    body = recurrence.body(quantity)
    if body is None:
        raise UnknownTermError(f"{quantity} is given, not defined", where=recurrence.name)
    if isinstance(body, GenericFunction):
        if quantity.cols != 1:
            raise UnknownTermError(f"the value of a generic function is a number or a column, not {body}")
        _require_apart(body)
        alone = len(body.arguments) == 1
        return [_seen_by(ImmediateJacobian(quantity, argument), alone) for argument in body.arguments]

    def moves(named: MatrixExpr) -> MatrixExpr:
        if isinstance(named, Element) and recurrence.role(named) is Role.INTERMEDIATE:
            return differential(recurrence.body(named), moves)
        return Differential(named)

    moved = differential(body, moves)
    return around(_with_slopes_named(recurrence, moved) if recurrence.role(quantity) is Role.OUTPUT else moved)


def _seen_by(slope: ImmediateJacobian, alone: bool) -> Around:
    """J dx for the Jacobian J of a generic function by a column, J vec(dX) by a matrix."""
    if slope.wrt.cols == 1:
        return Around((slope,), (), slope.wrt)
    return Around((), (), slope.wrt, layers=(Layer((slope,), (), None, alone),))


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
    return jacobian_among(local_movement(recurrence, quantity), quantity, wrt)


def jacobian_among(movement: list[Around], quantity: Variable, wrt: Variable) -> MatrixExpr:
    """The same from the local movement of the quantity."""
    parts = [part.jacobian() for part in movement if part.variable == wrt]
    return added((quantity.rows * quantity.cols, wrt.rows * wrt.cols), parts)
