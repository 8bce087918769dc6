"""The checker's own differentiation: what changes to first order when the quantities of a term move.

Written apart from :mod:`symrnn.calculus` and by another method, so that a slip in one is caught by the other: here a
term is perturbed, F(X + ε dX) = F(X) + ε dF + O(ε²), and the result is sorted by what moves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

import sympy as sp
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardProduct,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import ProofError
from symrnn.expr import (
    Apply,
    Concatenation,
    Differential,
    Element,
    LogSumExp,
    MatrixSum,
    Selector,
    Softmax,
    UnitVector,
    Variable,
)
from symrnn.expr.normal import Monomial
from symrnn.expr.normal.chain import factors_of, transposed
from symrnn.expr.normal.expand import expand
from symrnn.expr.normal.form import collect
from symrnn.expr.normal.monomial import chain_term

CONSTANTS = sp.Identity | sp.ZeroMatrix | sp.OneMatrix | UnitVector | Selector
MULTILINEAR = MatMul | HadamardProduct | KroneckerProduct
LINEAR = sp.Transpose | DiagMatrix
MAX_POWER = 50
"""Largest numeric power that is differentiated factor by factor."""


def perturbed(term: MatrixExpr) -> list[MatrixExpr]:
    """The first-order part of a term as a list of summands.

    Raises:
        ProofError: for a node that this module does not know, and for an index, a bound or an exponent that moves.
    """
    _require_fixed_indices(term)
    match term:
        case Element() | sp.MatrixSymbol():
            return [Differential(term)]
        case _ if isinstance(term, CONSTANTS):
            return []
        case Concatenation():
            return [part for i, block in enumerate(term.parts, 1) for part in _in_block(i, block, term)]
        case MatAdd():
            return list(chain.from_iterable(perturbed(part) for part in term.args))
        case _ if isinstance(term, MULTILINEAR):
            return _one_at_a_time(term)
        case MatPow() if term.exp.is_Integer and 0 <= term.exp <= MAX_POWER:
            return perturbed(MatMul(*[term.base] * int(term.exp), evaluate=False)) if term.exp > 0 else []
        case MatPow() if term.exp == -1:  # X Y = I, so dX Y + X dY = 0
            return [MatMul(-1, term, moved, term) for moved in perturbed(term.base)]
        case _ if isinstance(term, LINEAR):
            return [term.func(moved) for moved in perturbed(term.args[0])]
        case Apply():
            slope = term.with_argument(term.argument, term.order + 1)
            return [HadamardProduct(slope, moved) for moved in perturbed(term.argument)]
        case LogSumExp():  # exp(l) = 1ᵀ exp(y), so exp(l) dl = 1ᵀ (exp(y) ∘ dy), and exp(y) / exp(l) is the softmax
            share, ones = Softmax(term.argument), sp.OneMatrix(1, term.argument.rows)
            return [MatMul(ones, HadamardProduct(share, moved)) for moved in perturbed(term.argument)]
        case Softmax():  # log p = y - 1 l, so dp = p ∘ (dy - 1 dl)
            total, ones = LogSumExp(term.argument), sp.OneMatrix(term.rows, 1)
            fewer = [MatMul(-1, ones, moved) for moved in perturbed(total)]
            return [HadamardProduct(term, moved) for moved in (*perturbed(term.argument), *fewer)]
        case MatrixSum():
            return [MatrixSum(moved, *term.args[1:]) for moved in perturbed(term.body)]
    raise _unknown(term)


def _in_block(place: int, block: MatrixExpr, whole: Concatenation) -> list[MatrixExpr]:
    """What moves in one block of [A; B]: the others stay."""
    selector = Selector(place, *(part.rows for part in whole.parts))
    return [MatMul(selector, moved) for moved in perturbed(block)]


def perturbed_scalar(scalar: sp.Expr) -> list[sp.Expr]:
    """The first-order part of a number as a list of summands; the differentials in it stand in matrix entries.

    Raises:
        ProofError: for a number with a matrix in it that is no polynomial in entries, or quotient of such.

    >>> import sympy as sp
    >>> W = sp.MatrixSymbol("W", 2, 2)
    >>> perturbed_scalar(3 * W[0, 1] ** 2)
    [6*(dW)[0, 1]*W[0, 1]]
    """
    if not scalar.has(MatrixExpr):
        return []
    match scalar:
        case MatrixElement():
            matrix, *place = scalar.args
            if not any(index.has(MatrixExpr) for index in place):
                return [MatrixElement(moved, *place) for moved in perturbed(matrix)]
        case sp.Add():
            return list(chain.from_iterable(perturbed_scalar(part) for part in scalar.args))
        case sp.Mul():
            return _one_at_a_time(scalar)
        case sp.Pow() if scalar.exp.is_Integer:
            slope = scalar.exp * scalar.base ** (scalar.exp - 1)
            return [slope * moved for moved in perturbed_scalar(scalar.base)]
    raise _unknown(scalar)


def _one_at_a_time(product: sp.Basic) -> list[sp.Basic]:
    """d(A B) = dA B + A dB for any number of factors, numbers among them."""
    return [
        product.func(*product.args[:i], moved, *product.args[i + 1 :])
        for i, part in enumerate(product.args)
        for moved in (perturbed(part) if isinstance(part, MatrixExpr) else perturbed_scalar(part))
    ]


def _require_fixed_indices(term: MatrixExpr) -> None:
    """Refuse a matrix inside an index, a bound, an exponent or a size; only in a product it is a scalar factor."""
    for part in () if isinstance(term, MatMul) else term.args:
        if not isinstance(part, MatrixExpr) and part.has(MatrixExpr):
            raise ProofError(f"the checker cannot differentiate an index that moves, {part}", where=str(term)[:80])


def _unknown(term: sp.Basic) -> ProofError:
    return ProofError(f"the checker cannot differentiate {type(term).__name__}", where=str(term)[:80])


@dataclass
class Movement:
    """The first-order part of a term, sorted by the quantity that moves: a list of monomials A · dX · B for each."""

    shape: tuple[sp.Expr, sp.Expr]
    by: dict[Variable, list[Monomial]] = field(default_factory=dict)

    @classmethod
    def of(cls, term: MatrixExpr) -> Movement:
        """Perturb a term and sort; what is the same up to a number is added up.

        Raises:
            ProofError: when a summand is not linear in exactly one differential that stands free in its chain.
        """
        found = {quantity: collect(monos) for quantity, monos in _sorted(term).items()}
        return cls(term.shape, {quantity: monos for quantity, monos in found.items() if monos})

    def jacobian(self, quantity: Variable) -> MatrixExpr:
        """The Jacobian with respect to a quantity: vec(A dX B) = (Bᵀ ⊗ A) vec dX, summed; zero if it does not move."""
        size = sp.expand(self.shape[0] * self.shape[1])
        across = sp.expand(quantity.rows * quantity.cols)
        return sp.MatAdd(
            sp.ZeroMatrix(size, across), *(jacobian_of(mono, quantity) for mono in self.by.get(quantity, []))
        )

    def part(self, quantity: Variable) -> MatrixExpr:
        """The summands in which a quantity moves, as a term with its differential."""
        return sp.MatAdd(sp.ZeroMatrix(*self.shape), *(mono.term() for mono in self.by.get(quantity, [])))


@lru_cache(maxsize=1000)
def _sorted(term: MatrixExpr) -> dict[Variable, list[Monomial]]:
    """The summands by what moves; kept, since every equation about a gated cell asks for the same ones."""
    by: dict[Variable, list[Monomial]] = {}
    for part in perturbed(term):
        for mono in expand(part):
            freed = freed_chain(mono)
            by.setdefault(moving_in(freed).of, []).append(freed)
    return by


def jacobian_of(mono: Monomial, quantity: Variable) -> MatrixExpr:
    """(Bᵀ ⊗ A) for a monomial A · dX · B."""
    place = mono.factors.index(Differential(quantity))
    left, right = mono.factors[:place], mono.factors[place + 1 :]
    matrix = sp.KroneckerProduct(chain_term(transposed(right), mono.shape[1]), chain_term(left, mono.shape[0]))
    return Monomial(matrix.shape, (matrix,), mono.coefficient, mono.ranges).term()


def moving_in(mono: Monomial) -> Differential:
    """The one differential in a chain.

    Raises:
        ProofError: when there is none, more than one, or one inside another node.
    """
    moving = [factor for factor in mono.factors if isinstance(factor, Differential)]
    hidden = [f for f in mono.factors if not isinstance(f, Differential) and f.atoms(Differential)]
    if len(moving) != 1 or hidden or mono.coefficient.atoms(Differential):
        raise ProofError(f"the checker cannot isolate what moves in {mono.term()}")
    return moving[0]


def freed_chain(mono: Monomial) -> Monomial:
    """The monomial with a differential that stands in a scalar piece put back into the chain, where a size is 1."""
    for scalar in sp.Mul.make_args(mono.coefficient):
        if not (isinstance(scalar, MatrixElement) and scalar.atoms(Differential)):
            continue
        piece = factors_of(scalar.args[0])
        if not any(isinstance(factor, Differential) for factor in piece):
            piece = transposed(piece)
        for place in range(len(mono.factors) + 1):
            before = mono.factors[place - 1].cols if place else mono.shape[0]
            if before == 1:
                factors = (*mono.factors[:place], *piece, *mono.factors[place:])
                return Monomial(mono.shape, factors, mono.coefficient / scalar, mono.ranges)
    return mono
