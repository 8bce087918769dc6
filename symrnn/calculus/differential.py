"""Matrix differential calculus: the differential of a term, one rule per node.

Source of the rules: Magnus and Neudecker (1988), Matrix Differential Calculus, ch. 8.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

import sympy as sp
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import UnknownTermError
from symrnn.expr import (
    Apply,
    Concatenation,
    Differential,
    Element,
    MatrixSum,
    Selector,
    StopGradient,
    UnitVector,
    Vec,
)
from symrnn.expr.powers import multiplied_out
from symrnn.expr.readings import partials
from symrnn.expr.shapes import numbers_and_matrices

Moves = Callable[[MatrixExpr], MatrixExpr | None]
"""What becomes of the differential of a named quantity: a term, or None for zero."""
WRITTEN_OUT = 8
"""The largest exponent whose sum over the places of a power is written out."""


def free(quantity: MatrixExpr) -> MatrixExpr:
    """Every named quantity moves: its differential stays as it is."""
    return Differential(quantity)


@singledispatch
def differential(term: MatrixExpr, moves: Moves = free) -> MatrixExpr:
    """The differential of a term; shape of the term.

    Args:
        term: what is differentiated.
        moves: the differential of each named quantity; by default dX itself.

    Raises:
        UnknownTermError: for a node without a rule.

    >>> import sympy as sp
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> W, h = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("h", n, 1)
    >>> differential(W * h)
    dW*h + W*dh
    """
    raise UnknownTermError(
        f"no differential is known for {type(term).__name__}",
        where=str(term)[:80],
        advice="write it with other terms",
    )


def added(shape: tuple[sp.Expr, sp.Expr], parts: list[MatrixExpr]) -> MatrixExpr:
    """A flat sum without its zeros."""
    flat = [p for part in parts for p in (part.args if isinstance(part, MatAdd) else (part,))]
    kept = [part for part in flat if not isinstance(part, sp.ZeroMatrix)]
    if not kept:
        return sp.ZeroMatrix(*shape)
    return kept[0] if len(kept) == 1 else sp.MatAdd(*kept)


@differential.register(MatrixSymbol)
@differential.register(Element)
def _named(term: MatrixExpr, moves: Moves = free) -> MatrixExpr:
    """A named quantity moves as its differential says, or not at all."""
    moved = moves(term)
    return sp.ZeroMatrix(*term.shape) if moved is None else moved


@differential.register(sp.Identity)
@differential.register(sp.ZeroMatrix)
@differential.register(sp.OneMatrix)
@differential.register(UnitVector)
@differential.register(Selector)
def _constant(term: MatrixExpr, moves: Moves = free) -> MatrixExpr:
    """The differential of a constant is zero."""
    _require_fixed(term, *term.args)
    return sp.ZeroMatrix(*term.shape)


@differential.register
def _stopped(term: StopGradient, moves: Moves = free) -> MatrixExpr:
    """D stop(X) = 0, by definition."""
    return sp.ZeroMatrix(*term.shape)


@differential.register
def _sum(term: MatAdd, moves: Moves = free) -> MatrixExpr:
    """d(A + B) = dA + dB."""
    return added(term.shape, [differential(part, moves) for part in term.args])


@differential.register
def _concatenation(term: Concatenation, moves: Moves = free) -> MatrixExpr:
    """d[A; B] = S_1 dA + S_2 dB."""
    parts = [differential(part, moves) for part in term.split.args]
    return added(term.shape, parts)


@differential.register(MatMul)
@differential.register(HadamardProduct)
@differential.register(KroneckerProduct)
def _product(term: MatrixExpr, moves: Moves = free) -> MatrixExpr:
    """d(AB) = dA B + A dB, with the order of the factors kept; the same for ∘ and ⊗, and d(cA) = dc A + c dA.

    Columns a ∘ b are written with diagonal matrices, d(a ∘ b) = diag(b) da + diag(a) db, and so are rows, with
    da diag(b) + db diag(a), so that each dX stands in a chain of factors.
    Source: Magnus and Neudecker (1988), ch. 3, sec. 6: a ∘ b = diag(a) b.
    """
    parts = []
    for place, factor in enumerate(term.args):
        if isinstance(factor, MatrixExpr):
            moved = differential(factor, moves)
            if not isinstance(moved, sp.ZeroMatrix):
                parts.extend(_distributed(term, place, moved))
        else:
            parts.extend(_scalar_moved(term, place, moves))
    return added(term.shape, parts)


def _distributed(term: MatrixExpr, place: int, moved: MatrixExpr) -> list[MatrixExpr]:
    summands = moved.args if isinstance(moved, MatAdd) else (moved,)
    out = []
    for summand in summands:
        factors = list(term.args)
        factors[place] = summand
        if isinstance(term, HadamardProduct):
            out.append(_scaled([other for i, other in enumerate(term.args) if i != place], summand))
        else:
            out.append(_flat(factors) if isinstance(term, MatMul) else term.func(*factors))
    return out


def _scaled(slopes: list[MatrixExpr], moved: MatrixExpr) -> MatrixExpr:
    """The entrywise product with what moves: with diagonal matrices on the left of a column, on the right of a row."""
    if 1 not in moved.shape:
        return HadamardProduct(*slopes, moved)
    diagonals = [DiagMatrix(slope) for slope in slopes]
    return _flat([*diagonals, moved] if moved.cols == 1 else [moved, *diagonals])


def _scalar_moved(term: MatMul, place: int, moves: Moves) -> list[MatrixExpr]:
    """The summands of dc A for a scalar c, by the chain rule through the entries of matrices in it."""
    matrices = [part for part in term.args if isinstance(part, MatrixExpr)]
    others = [part for i, part in enumerate(term.args) if i != place and not isinstance(part, MatrixExpr)]
    out = []
    for entry, slope in partials(term.args[place]):
        matrix, row, col = entry.args
        moved = differential(matrix, moves)
        for summand in moved.args if isinstance(moved, MatAdd) else (moved,):
            if not isinstance(summand, sp.ZeroMatrix):
                out.append(_times_entry([slope, *others], matrices, summand, row, col))
    return out


def _times_entry(
    scalars: list[sp.Expr], matrices: list[MatrixExpr], moved: MatrixExpr, row: sp.Expr, col: sp.Expr
) -> MatrixExpr:
    """A scalar dM[i, j] = e_iᵀ dM e_j times matrices: as factors where a side of length 1 lets them in."""
    sides = [matrices[0].rows, *(matrix.cols for matrix in matrices)]
    if sp.S.One not in sides:
        return sp.MatMul(*scalars, MatrixElement(moved, row, col), *matrices)
    at = len(sides) - 1 - sides[::-1].index(sp.S.One)
    left = [] if moved.rows == 1 else [sp.Transpose(UnitVector(moved.rows, row + 1))]
    right = [] if moved.cols == 1 else [UnitVector(moved.cols, col + 1)]
    return _flat([*(s for s in scalars if s != 1), *matrices[:at], *left, moved, *right, *matrices[at:]])


def _flat(factors: list[sp.Basic]) -> MatrixExpr:
    parts = [part for f in factors for part in (f.args if isinstance(f, MatMul) else (f,))]
    return sp.MatMul(*parts)


@differential.register
def _power(term: MatPow, moves: Moves = free) -> MatrixExpr:
    """d(W^k) = Σ_{j=0}^{k-1} W^j dW W^{k-1-j} for an integer k >= 0, symbolic or not; dW⁻¹ = -W⁻¹ dW W⁻¹.

    SymPy's own derivative of W**k treats W as a number for symbolic k; the sum over the k places is what is right.
    """
    base, exponent = term.args
    _require_fixed(term, exponent)
    if exponent.is_integer is False or (exponent != -1 and exponent.is_negative):
        raise UnknownTermError(
            f"no differential is known for the power {exponent}",
            where=str(term)[:80],
            advice="use an integer exponent >= 0, or powers of the inverse",
        )
    moved = differential(base, moves)
    if isinstance(moved, sp.ZeroMatrix):
        return sp.ZeroMatrix(*term.shape)
    if exponent == -1:
        summands = moved.args if isinstance(moved, MatAdd) else (moved,)
        return added(term.shape, [_flat([sp.S.NegativeOne, term, summand, term]) for summand in summands])
    if exponent.is_Integer and exponent <= WRITTEN_OUT:
        summands = moved.args if isinstance(moved, MatAdd) else (moved,)
        places = [(base**j, each, base ** (exponent - 1 - j)) for j in range(int(exponent)) for each in summands]
        return added(term.shape, [_flat([f for f in place if not isinstance(f, sp.Identity)]) for place in places])
    j = sp.Dummy("j", integer=True)
    return MatrixSum(sp.MatMul(base**j, moved, base ** (exponent - 1 - j)), j, 0, exponent - 1)


@differential.register
def _entrywise_power(term: HadamardPower, moves: Moves = free) -> MatrixExpr:
    """That of the product of entries, inverses or roots which it is."""
    return differential(multiplied_out(term), moves)


@differential.register(DiagMatrix)
@differential.register(Vec)
def _linear(term: MatrixExpr, moves: Moves = free) -> MatrixExpr:
    """The differentials of linear nodes: d diag(a) = diag(da), d vec A = vec dA."""
    moved = differential(term.args[0], moves)
    return sp.ZeroMatrix(*term.shape) if isinstance(moved, sp.ZeroMatrix) else term.func(moved)


@differential.register
def _transpose(term: sp.Transpose, moves: Moves = free) -> MatrixExpr:
    """D(Aᵀ) = (dA)ᵀ, with (B dX C)ᵀ = Cᵀ (dX)ᵀ Bᵀ for each summand."""
    moved = differential(term.arg, moves)
    summands = moved.args if isinstance(moved, MatAdd) else (moved,)
    return added(term.shape, [_turned(part) for part in summands if not isinstance(part, sp.ZeroMatrix)])


def _turned(term: MatrixExpr) -> MatrixExpr:
    if isinstance(term, HadamardProduct):
        return HadamardProduct(*map(_turned, term.args))
    if isinstance(term, sp.Transpose):
        return term.arg
    if not isinstance(term, MatMul):
        return sp.Transpose(term)
    numbers, matrices = numbers_and_matrices(term)
    return sp.MatMul(*numbers, *(_turned(part) for part in reversed(matrices)))


@differential.register
def _elementwise(term: Apply, moves: Moves = free) -> MatrixExpr:
    """D φ(a) = diag(φ'(a)) da for a column a, da diag(φ'(a)) for a row, φ'(a) ∘ da for a matrix.

    The function is differentiable at the entries of a.
    """
    _require_fixed(term, *term.args[3:])
    moved = differential(term.argument, moves)
    if isinstance(moved, sp.ZeroMatrix):
        return sp.ZeroMatrix(*term.shape)
    slope = term.with_argument(term.argument, term.order + 1)
    summands = moved.args if isinstance(moved, MatAdd) else (moved,)
    return added(term.shape, [_scaled([slope], summand) for summand in summands])


@differential.register
def _finite_sum(term: MatrixSum, moves: Moves = free) -> MatrixExpr:
    """D Σ_k A_k = Σ_k dA_k; the range does not move."""
    _require_fixed(term, *term.args[2:])
    moved = differential(term.body, moves)
    if isinstance(moved, sp.ZeroMatrix):
        return sp.ZeroMatrix(*term.shape)
    return MatrixSum(moved, *term.args[1:])


def _require_fixed(term: MatrixExpr, *indices: sp.Basic) -> None:
    """Refuse an index, a bound or an exponent that is read off a matrix, and so moves with it.

    Raises:
        UnknownTermError: naming it.
    """
    for index in indices:
        if index.has(MatrixExpr):
            raise UnknownTermError(f"no differential is known where the index {index} moves", where=str(term)[:80])
