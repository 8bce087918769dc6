"""Numbers as matrices of one entry: claims about entries, with sums over units, are equations of matrices, too."""

from __future__ import annotations

from itertools import count

import sympy as sp
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import UnknownTermError
from symrnn.expr import MatrixSum, UnitVector

ADVICE = "of entries there are sums, products and whole powers; between norms and the like, state two Inequalities"


def of_one_entry(number: sp.Expr) -> MatrixExpr:
    """The matrix of shape (1, 1) whose entry is a number made of entries; rows and columns count from 0, as in SymPy.

    Raises:
        UnknownTermError: for a number that is made of anything but sums, products and whole powers of entries, of
            symbols and of rational numbers.

    >>> from symrnn.symbols import n
    >>> i, j, l = sp.symbols("i j l", integer=True, nonnegative=True)
    >>> A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
    >>> of_one_entry(A[i, j])
    A[i, j]*I
    >>> of_one_entry(sp.Sum(A[i, l] * B[l, j], (l, 0, n - 1)))
    Sum((A[i, l]*B[l, j])*I, (l, 0, n - 1))
    """
    if number.is_Add:
        return sp.MatAdd(*map(of_one_entry, number.args))
    if isinstance(number, sp.Sum):
        number = _over_integers(number)
        found = of_one_entry(number.function)
        for limits in number.limits:
            found = MatrixSum(found, limits)
        return found
    if number.is_zero:
        return sp.ZeroMatrix(1, 1)
    plain, matrices = [], []
    for factor in sp.Mul.make_args(number):
        base, exponent = factor.as_base_exp()
        if isinstance(base, MatrixElement) and base.parent.is_MatMul and base.parent.shape == (1, 1):
            matrices += [base.parent] * _whole(exponent, factor)  # a derivative of an entry by an entry
        elif isinstance(factor, sp.KroneckerDelta):
            matrices.append(_delta(factor))
        elif factor.has(sp.Sum, sp.KroneckerDelta):
            matrices += _power(factor)
        else:
            _require_entries(factor)
            plain.append(factor)
    front = sp.Mul(*plain)
    if not matrices:
        return sp.Identity(1) if front == 1 else front * sp.Identity(1)
    return sp.MatMul(*([] if front == 1 else [front]), *matrices)


def _over_integers(total: sp.Sum) -> sp.Sum:
    """A sum whose variables are integers with names: those of (A B)[i, j] are neither."""
    for variable, *_ in total.limits:
        if not variable.is_integer:
            taken = {symbol.name for symbol in total.atoms(sp.Symbol)}
            name = next(name for name in (f"l{at or ''}" for at in count()) if name not in taken)
            fresh = sp.Symbol(name, integer=True, nonnegative=True)
            total = sp.Sum(total.function.xreplace({variable: fresh}), *_renamed(total.limits, variable, fresh))
    return total


def _renamed(limits: tuple[sp.Tuple, ...], old: sp.Symbol, new: sp.Symbol) -> list[sp.Tuple]:
    return [each.xreplace({old: new}) for each in limits]


def _power(factor: sp.Expr) -> list[MatrixExpr]:
    """A sum, or a power of one, as factors."""
    base, exponent = factor.as_base_exp()
    times = _whole(exponent, factor)
    if base.is_Symbol:
        raise _not_of_entries(factor)
    return [of_one_entry(base)] * times


def _whole(exponent: sp.Expr, factor: sp.Expr) -> int:
    """How many factors a power stands for."""
    if not (exponent.is_Integer and exponent > 0):
        raise _not_of_entries(factor)
    return int(exponent)


def _not_of_entries(number: sp.Expr) -> UnknownTermError:
    return UnknownTermError(f"the number {number} is not one made of entries", advice=ADVICE)


def _delta(factor: sp.KroneckerDelta) -> MatrixExpr:
    """δ_ij as e_iᵀ e_j, where its range tells how many rows there are."""
    if factor.delta_range is None or factor.delta_range[0] != 0:
        raise UnknownTermError(f"{factor} does not say of how many rows", advice="write Identity(n)[i, j] for it")
    i, j = (UnitVector(factor.delta_range[1] + 1, index + 1) for index in factor.args[:2])
    return sp.MatMul(i.T, j)


def _require_entries(factor: sp.Expr) -> None:
    allowed = sp.Add, sp.Mul, sp.Pow, sp.Symbol, sp.Rational, sp.binomial
    waiting = [factor]
    while waiting:
        part = waiting.pop()
        if isinstance(part, MatrixElement):
            continue
        whole = not part.is_Pow or part.exp.is_integer
        if not isinstance(part, allowed) or not part.is_commutative or not whole:
            raise _not_of_entries(part)
        waiting += part.args
