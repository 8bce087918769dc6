"""Powers of structured matrices written out: λI + N by the binomial theorem, diagonal matrices and shifts on e_j.

The binomial theorem is proved here once, by induction with Pascal's rule; what the others rest on is said with each.
Source: Horn and Johnson (2013), Matrix Analysis, sec. 3.2.5; Higham (2008), Functions of Matrices, sec. 1.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, MatAdd, MatMul, MatPow, MatrixExpr, MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.check.arithmetic import at_least, entails, less
from symrnn.check.rewrite import Facts, rewrite
from symrnn.check.theorems import InductionProof
from symrnn.errors import ProofError
from symrnn.expr import MatrixSum, UnitVector
from symrnn.expr.normal import equal
from symrnn.expr.shapes import same
from symrnn.expr.shifts import is_shift

BINOMIAL = "induction (binomial theorem)"
EIGENVECTOR = "powers of a diagonal matrix"
SHIFT = "powers of the shift"
DENOMINATOR = "common denominator"

Sides: TypeAlias = tuple[MatrixExpr, MatrixExpr]


# -- the binomial theorem ----------------------------------------------------------------------------------------------


@cache
def binomial_theorem() -> InductionProof:
    """(λI + N)^k = Σ_{j=0}^{k} C(k, j) λ^{k-j} N^j for every square N, by induction on k.

    Step: (λI + N) times the right side at k is the right side at k + 1 with C(k, j) + C(k, j-1) in the place of
    C(k+1, j), which is Pascal's rule.

    Raises:
        ProofError: should the normal forms ever disagree.

    >>> binomial_theorem().start
    0
    """
    k, j = sp.Symbol("k", integer=True, nonnegative=True), sp.Symbol("j", integer=True)
    size, scale = sp.Symbol("p", integer=True, positive=True), sp.Symbol("lambda")
    N = MatrixSymbol("N", size, size)
    whole = sp.MatAdd(scale * sp.Identity(size), N)

    def right(count: sp.Expr, top: sp.Expr) -> MatrixExpr:
        return MatrixSum(sp.MatMul(count * scale ** (top - j), N**j), (j, 0, top))

    base = (sp.Identity(size), right(sp.binomial(0, j), sp.S.Zero))
    pascal = sp.binomial(k, j) + sp.binomial(k, j - 1)
    step = (sp.MatMul(whole, right(sp.binomial(k, j), k)), right(pascal, k + 1))
    for name, sides in (("base", base), ("step", step)):
        if not equal(*sides):
            raise ProofError(f"the {name} of the binomial theorem does not hold")
    return InductionProof((MatPow(whole, k), right(sp.binomial(k, j), k)), base, step, k, sp.S.Zero)


@dataclass
class Writer:
    """Powers in a term written out, where the facts allow.

    Args:
        shortened: whether a sum over the powers of a shift of size p ends at N^{p-1}, since N^p = 0.
        used: names of the rules that were used.

    >>> from symrnn.symbols import k, n
    >>> diagonal, j = sp.DiagMatrix(MatrixSymbol("a", n, 1)), sp.Symbol("j", integer=True)
    >>> Writer().written(diagonal**k * UnitVector(n, j), (k >= 0, j >= 1, j <= n))
    a[j - 1, 0]**k*e_j
    """

    shortened: bool = False
    used: set[str] = field(default_factory=set)

    def written(self, term: MatrixExpr, facts: Facts) -> MatrixExpr:
        """The same matrix with powers of sums, and of what stands beside a unit vector, written out."""
        return rewrite(term, self._node, facts)

    def _node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        if isinstance(node, MatPow):
            return self._vanished(node, facts) or self._binomial(node, facts)
        return self._product(node, facts) if isinstance(node, MatMul) else None

    def _vanished(self, term: MatPow, facts: Facts) -> MatrixExpr | None:
        """N^k = 0 for a shift of size p <= k."""
        if not is_shift(term.base) or not entails(facts, at_least(term.exp, term.rows)):
            return None
        self.used.add(SHIFT)
        return sp.ZeroMatrix(*term.shape)

    def _binomial(self, term: MatPow, facts: Facts) -> MatrixExpr | None:
        """(λI + cN)^k = Σ_{j=0}^{k} C(k, j) λ^{k-j} c^j N^j for k >= 0."""
        split = _scalar_part(term.base)
        if split is None or not entails(facts, at_least(term.exp, 0)):
            return None
        scale, factor, rest = split
        binomial_theorem()
        self.used.add(BINOMIAL)
        j, top = sp.Dummy("j", integer=True), term.exp
        if self.shortened and is_shift(rest) and entails(facts, at_least(top, rest.rows - 1)):
            self.used.add(SHIFT)
            top = rest.rows - 1
        count = sp.binomial(term.exp, j) * scale ** (term.exp - j) * factor**j
        return MatrixSum(sp.MatMul(count, MatPow(rest, j)), (j, sp.S.Zero, top))

    # -- beside a unit vector ----------------------------------------------------------------------------------------

    def _product(self, term: MatMul, facts: Facts) -> MatrixExpr | None:
        """A product with unit vectors in it: sums around it, and what acts on the unit vectors."""
        scalar, factors = flat(term)
        factors = [self._opened_power(f, facts) for f in factors]
        if not any(isinstance(f, UnitVector) or _row(f) is not None for f in factors):
            return None
        for place, factor in enumerate(factors):
            if is_shift(factor):
                continue
            if isinstance(factor, MatAdd):
                parts = [sp.MatMul(scalar, *factors[:place], p, *factors[place + 1 :]) for p in factor.args]
                return sp.MatAdd(*(self.written(part, facts) for part in parts))
            if isinstance(factor, MatrixSum):
                return self._summed(scalar, factors, place, facts)
        return self._acted(scalar, factors, facts)

    def _opened_power(self, factor: MatrixExpr, facts: Facts) -> MatrixExpr:
        found = self._binomial(factor, facts) if isinstance(factor, MatPow) else None
        return factor if found is None else found

    def _summed(self, scalar: sp.Expr, factors: list[MatrixExpr], place: int, facts: Facts) -> MatrixExpr:
        """A product with a sum as a factor, as a sum of products."""
        total = factors[place]
        fresh = sp.Dummy(total.variable.name, integer=True)
        inside = (*facts, at_least(fresh, total.lower), at_least(total.upper, fresh))
        product = sp.MatMul(scalar, *factors[:place], total.body_at(fresh), *factors[place + 1 :])
        single = self._single(product, fresh, (total.lower, total.upper), facts)
        return MatrixSum(self.written(product, inside), fresh, *total.args[2:4]) if single is None else single

    def _single(
        self, product: MatrixExpr, index: sp.Symbol, ends: tuple[sp.Expr, sp.Expr], facts: Facts
    ) -> MatrixExpr | None:
        """Σ_m c_m e_iᵀ N^m e_l is c_{l-i}, or 0 where the sum does not reach l - i; None where that is not known."""
        scalar, factors = flat(product)
        place = _shift_entry(factors)
        if place is None:
            return None
        distance, exponent = place
        if not same(sp.expand(exponent - index), sp.expand(exponent.subs(index, 0))):
            return None
        at = sp.expand(distance - exponent.subs(index, 0))
        if all(entails(facts, c) for c in (at_least(at, ends[0]), at_least(ends[1], at))):
            self.used.add(SHIFT)
            return sp.MatMul(scalar.subs(index, at), sp.Identity(1))
        if any(entails(facts, c) for c in (less(at, ends[0]), less(ends[1], at))):
            self.used.add(SHIFT)
            return sp.ZeroMatrix(1, 1)
        return None

    def _acted(self, scalar: sp.Expr, factors: list[MatrixExpr], facts: Facts) -> MatrixExpr | None:
        """diag(a)^k e_j = a_j^k e_j, and the same for a row e_iᵀ; None when nothing of the kind stands there."""
        changed = False
        for place in range(len(factors) - 1, 0, -1):
            unit = factors[place]
            found = _on_diagonal(factors[place - 1], unit, facts) if isinstance(unit, UnitVector) else None
            if found is not None:
                scalar, changed = scalar * found, True
                factors = [*factors[: place - 1], unit, *factors[place + 1 :]]
        place = 0
        while place < len(factors) - 1:
            unit = _row(factors[place])
            found = None if unit is None else _on_diagonal(factors[place + 1], unit, facts)
            if found is None:
                place += 1
                continue
            scalar, changed = scalar * found, True
            factors = [*factors[: place + 1], *factors[place + 2 :]]
        if not changed:
            return None
        self.used.add(EIGENVECTOR)
        return sp.MatMul(scalar, *factors)


def flat(term: MatrixExpr) -> tuple[sp.Expr, list[MatrixExpr]]:
    """The scalar and the factors of a product, products inside it opened."""
    scalar: sp.Expr = sp.S.One
    factors: list[MatrixExpr] = []
    for part in term.args if isinstance(term, MatMul) else (term,):
        if isinstance(part, MatMul):
            inner, inside = flat(part)
            scalar, factors = scalar * inner, [*factors, *inside]
        elif isinstance(part, MatrixExpr):
            factors.append(part)
        else:
            scalar = scalar * part
    return scalar, [f for f in factors if not isinstance(f, sp.Identity)] or factors[:1]


def _scalar_part(base: MatrixExpr) -> tuple[sp.Expr, sp.Expr, MatrixExpr] | None:
    """λ, c and N of a sum λI + cN; None for another term."""
    if not isinstance(base, MatAdd) or len(base.args) != 2:
        return None
    parts = [flat(part) for part in base.args]
    for (scale, one), (factor, rest) in (parts, parts[::-1]):
        if len(one) == len(rest) == 1 and isinstance(one[0], sp.Identity) and not isinstance(rest[0], sp.Identity):
            return scale, factor, rest[0]
    return None


def _row(factor: MatrixExpr) -> UnitVector | None:
    """e_i of a row e_iᵀ."""
    inner = factor.arg if isinstance(factor, sp.Transpose) else None
    return inner if isinstance(inner, UnitVector) else None


def _on_diagonal(factor: MatrixExpr, unit: UnitVector, facts: Facts) -> sp.Expr | None:
    """a_j^k of diag(a)^k e_j = a_j^k e_j; a power needs k >= 0."""
    base, exponent = factor.args if isinstance(factor, MatPow) else (factor, sp.S.One)
    if not isinstance(base, DiagMatrix) or not entails(facts, at_least(exponent, 0)):
        return None
    entries, at = base.args[0], unit.position - 1
    entry = MatrixElement(entries, at, 0) if entries.cols == 1 else MatrixElement(entries, 0, at)
    return entry**exponent


def _shift_entry(factors: list[MatrixExpr]) -> tuple[sp.Expr, sp.Expr] | None:
    """L - i and m of e_iᵀ N^m e_l with a shift N: an entry that is 1 when they are equal, and 0 when not.

    N e_l = e_{l-1} for l >= 2 and N e_1 = 0, so that N^m e_l = e_{l-m} for m < l and 0 beyond.
    """
    if len(factors) != 3:
        return None
    row, middle, column = _row(factors[0]), factors[1], factors[2]
    base, exponent = middle.args if isinstance(middle, MatPow) else (middle, sp.S.One)
    if row is None or not isinstance(column, UnitVector) or not is_shift(base):
        return None
    return column.position - row.position, exponent


def powers_written(sides: Sides, facts: Facts) -> Iterator[tuple[Sides, set[str]]]:
    """Both sides with powers written out in the ways that there are, and the names of the rules used for each."""
    seen: list[Sides] = [sides]
    for shortened in (False, True):
        writer = Writer(shortened)
        left, right = (writer.written(side, facts) for side in sides)
        written = (left, right)
        for pair, extra in ((written, set()), (without_denominators(written), {DENOMINATOR})):
            if pair is not None and pair not in seen:
                seen.append(pair)
                yield pair, writer.used | extra


# -- fractions ---------------------------------------------------------------------------------------------------------


def without_denominators(sides: Sides) -> Sides | None:
    """Both sides times the denominators in front of them, which are not 0; None when there are none.

    >>> a, b = sp.symbols("a b")
    >>> A = MatrixSymbol("A", 2, 2)
    >>> without_denominators((A / (a - b), A))
    (A, (a - b)*A)
    """
    found = sp.Mul(*dict.fromkeys(d for side in sides for d in _denominators(side)))
    if found == 1:
        return None
    left, right = (_times(found, side) for side in sides)
    return left, right


def _denominators(side: MatrixExpr) -> Iterator[sp.Expr]:
    for part in side.args if isinstance(side, MatAdd) else (side,):
        for factor in sp.Mul.make_args(flat(part)[0]):
            base, exponent = factor.as_base_exp()
            if exponent.is_Integer and exponent < 0 and base.is_Add:
                yield base**-exponent


def _times(scalar: sp.Expr, side: MatrixExpr) -> MatrixExpr:
    if isinstance(side, MatAdd):
        return sp.MatAdd(*(_times(scalar, part) for part in side.args))
    inner, factors = flat(side)
    scale = scalar * inner
    if scale == 1:
        return factors[0] if len(factors) == 1 else sp.MatMul(*factors)
    return sp.MatMul(scale, *factors)
