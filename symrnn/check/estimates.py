"""Bounds of norms, read off the structure of a term: one rule per node, each a theorem with its source.

Source of all of them: Horn and Johnson (2013), Matrix Analysis, sec. 5.6 and 7.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce, singledispatchmethod
from operator import mul

import sympy as sp
from sympy.core.relational import LessThan, Relational
from sympy.matrices.expressions import DiagMatrix, KroneckerProduct, MatAdd, MatMul, MatPow, MatrixExpr

from symrnn.check.arithmetic import at_least, entails
from symrnn.check.rewrite import Facts
from symrnn.derivation.inequality import ForEvery
from symrnn.expr import (
    Apply,
    Element,
    ImmediateJacobian,
    MatrixSum,
    Norm,
    OrderedProduct,
    SmallestSingularValue,
    UnitVector,
    Vec,
)
from symrnn.expr.norms import COLUMN_SUM, FROBENIUS, ROW_SUM, SPECTRAL
from symrnn.expr.shapes import same

SUBMULTIPLICATIVE = "submultiplicativity"
TRIANGLE = "triangle inequality"
SLOPE = "bounded slope"
KRONECKER = "norm of a Kronecker product"
SINGULAR = "smallest singular value of a product"
FOR_EVERY = "stated bound"
LENGTH = "2-norm of vec"

TRANSPOSED = {SPECTRAL: SPECTRAL, FROBENIUS: FROBENIUS, COLUMN_SUM: ROW_SUM, ROW_SUM: COLUMN_SUM}
"""The norm of Aᵀ that equals a norm of A."""


@dataclass
class Estimator:
    """Upper bounds of norms, and lower bounds of singular values.

    A node without a rule keeps its norm as it stands, so that every bound holds.

    Args:
        slopes: the least and the largest value of abs(φ') by the name of φ; without an entry nothing is known.
        bounded: bounds of norms that hold for every index.
        used: names of the rules that were used.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn, gamma = Elman(), sp.Symbol("gamma", positive=True)
    >>> estimator = Estimator({"phi": (sp.S.Zero, gamma)})
    >>> estimator.upper(rnn.D(t) * rnn.W_hh, "1", ())
    gamma*‖W_hh‖₁
    """

    slopes: Mapping[str, tuple[sp.Expr, sp.Expr]] = field(default_factory=dict)
    bounded: tuple[ForEvery, ...] = ()
    used: set[str] = field(default_factory=set)

    # -- from above --------------------------------------------------------------------------------------------

    def upper(self, term: MatrixExpr, kind: str, facts: Facts) -> sp.Expr:
        """A number that the norm of a term does not exceed wherever the facts hold."""
        return self._above(term, kind, facts)

    @singledispatchmethod
    def _above(self, term: MatrixExpr, kind: str, facts: Facts) -> sp.Expr:
        return Norm(term, kind)

    @_above.register(Element)
    @_above.register(ImmediateJacobian)
    def _(self, term: Element | ImmediateJacobian, kind: str, facts: Facts) -> sp.Expr:
        norm = Norm(term, kind)
        for hypothesis in self.bounded:
            found = instance_of(hypothesis, norm, facts)
            if found is not None:
                self.used.add(FOR_EVERY)
                return found
        return norm

    @_above.register
    def _(self, term: sp.Identity, kind: str, facts: Facts) -> sp.Expr:
        return sp.sqrt(term.rows) if kind == FROBENIUS else sp.S.One

    @_above.register
    def _(self, term: sp.ZeroMatrix, kind: str, facts: Facts) -> sp.Expr:
        return sp.S.Zero

    @_above.register
    def _(self, term: UnitVector, kind: str, facts: Facts) -> sp.Expr:
        return sp.S.One

    @_above.register
    def _(self, term: sp.Transpose, kind: str, facts: Facts) -> sp.Expr:
        return self._above(term.arg, TRANSPOSED[kind], facts)

    @_above.register
    def _(self, term: MatAdd, kind: str, facts: Facts) -> sp.Expr:
        self.used.add(TRIANGLE)
        return sp.Add(*(self._above(part, kind, facts) for part in term.args))

    @_above.register
    def _(self, term: MatMul, kind: str, facts: Facts) -> sp.Expr:
        scalars = [abs(part) for part in term.args if not isinstance(part, MatrixExpr)]
        factors = [part for part in term.args if isinstance(part, MatrixExpr)]
        if len(factors) > 1:
            self.used.add(SUBMULTIPLICATIVE)
        kinds = self._kinds(factors, kind)
        return sp.Mul(*scalars, *(self._above(f, at, facts) for f, at in zip(factors, kinds, strict=True)))

    def _kinds(self, factors: list[MatrixExpr], kind: str) -> list[str]:
        """‖AB‖_F <= ‖A‖₂‖B‖_F and <= ‖A‖_F‖B‖₂: the 2-norm for diagonal factors, as long as another one is left."""
        if kind != FROBENIUS:
            return [kind] * len(factors)
        plain = [isinstance(f, DiagMatrix | sp.Identity) for f in factors]
        if all(plain):
            plain[-1] = False
        return [SPECTRAL if diagonal else FROBENIUS for diagonal in plain]

    @_above.register
    def _(self, term: MatPow, kind: str, facts: Facts) -> sp.Expr:
        least = 1 if kind == FROBENIUS else 0  # ‖I‖_F is not 1
        if entails(facts, at_least(term.exp, least)):
            self.used.add(SUBMULTIPLICATIVE)
            return self._above(term.base, kind, facts) ** term.exp
        if term.exp != -1 and entails(facts, at_least(-term.exp, least)):
            self.used.add(SUBMULTIPLICATIVE)
            return Norm(MatPow(term.base, sp.S.NegativeOne), kind) ** -term.exp
        return Norm(term, kind)

    @_above.register
    def _(self, term: DiagMatrix, kind: str, facts: Facts) -> sp.Expr:
        entries = term.args[0]
        largest = self._above(entries, ROW_SUM if entries.cols == 1 else COLUMN_SUM, facts)
        return largest * sp.sqrt(term.rows) if kind == FROBENIUS else largest

    @_above.register
    def _(self, term: Apply, kind: str, facts: Facts) -> sp.Expr:
        if term.order != 1 or kind != ROW_SUM or term.cols != 1 or self._slope(term)[1] is sp.oo:
            return Norm(term, kind)
        self.used.add(SLOPE)
        return self._slope(term)[1]

    def _slope(self, term: Apply) -> tuple[sp.Expr, sp.Expr]:
        return self.slopes.get(term.function, (sp.S.Zero, sp.oo))

    @_above.register
    def _(self, term: KroneckerProduct, kind: str, facts: Facts) -> sp.Expr:
        self.used.add(KRONECKER)
        return sp.Mul(*(self._above(factor, kind, facts) for factor in term.args))

    @_above.register
    def _(self, term: Vec, kind: str, facts: Facts) -> sp.Expr:
        if kind not in (SPECTRAL, FROBENIUS):
            return Norm(term, kind)
        self.used.add(LENGTH)
        return self._above(term.argument, FROBENIUS, facts)

    @_above.register
    def _(self, term: MatrixSum, kind: str, facts: Facts) -> sp.Expr:
        if not entails(facts, at_least(term.length, 0)):  # normal forms have sums of negative length, which count down
            return Norm(term, kind)
        self.used.add(TRIANGLE)
        fresh = sp.Dummy(term.variable.name, integer=True)
        inside = (*facts, at_least(fresh, term.lower), at_least(term.upper, fresh))
        body = self._above(term.body_at(fresh), kind, inside)
        return sp.Sum(body.xreplace({fresh: term.variable}), (term.variable, term.lower, term.upper))

    @_above.register
    def _(self, term: OrderedProduct, kind: str, facts: Facts) -> sp.Expr:
        least = 1 if kind == FROBENIUS else 0
        fresh = sp.Dummy(term.variable.name, integer=True)
        inside = (*facts, at_least(fresh, term.lower), at_least(term.upper, fresh))
        factor = self._above(term.body_at(fresh), kind, inside)
        if fresh in factor.free_symbols or not entails(facts, at_least(term.length, least)):
            return Norm(term, kind)
        self.used.add(SUBMULTIPLICATIVE)
        return factor**term.length

    # -- from below --------------------------------------------------------------------------------------------

    def lower(self, term: MatrixExpr, facts: Facts) -> sp.Expr:
        """A number that the 2-norm, and so the Frobenius norm, is not below.

        ‖AB‖ >= σ_min(A)‖B‖ for a square A and ‖AB‖ >= ‖A‖σ_min(B) for a square B; ‖A‖ >= σ_min(A).
        """
        factors = list(term.args) if isinstance(term, MatMul) else [term]
        square = [f for f in factors if isinstance(f, MatrixExpr) and same(f.rows, f.cols) and f.rows != 1]
        others = [f for f in factors if isinstance(f, MatrixExpr) and f not in square]
        if len(others) > 1:
            return sp.S.Zero
        scalars = [abs(f) for f in factors if not isinstance(f, MatrixExpr)]
        return sp.Mul(*scalars, *(self._least(f, facts) for f in square), *(Norm(f, SPECTRAL) for f in others))

    def least(self, term: MatrixExpr, facts: Facts) -> sp.Expr:
        """A number that the smallest singular value of a square term is not below."""
        return self._least(term, facts)

    @singledispatchmethod
    def _least(self, term: MatrixExpr, facts: Facts) -> sp.Expr:
        return SmallestSingularValue(term)

    @_least.register
    def _(self, term: sp.Identity, facts: Facts) -> sp.Expr:
        return sp.S.One

    @_least.register
    def _(self, term: sp.ZeroMatrix, facts: Facts) -> sp.Expr:
        return sp.S.Zero

    @_least.register
    def _(self, term: sp.Transpose, facts: Facts) -> sp.Expr:
        return self._least(term.arg, facts)

    @_least.register
    def _(self, term: MatMul, facts: Facts) -> sp.Expr:
        factors = [part for part in term.args if isinstance(part, MatrixExpr)]
        if not all(same(f.rows, f.cols) for f in factors):
            return SmallestSingularValue(term)
        self.used.add(SINGULAR)
        return reduce(mul, (self._least(f, facts) if isinstance(f, MatrixExpr) else abs(f) for f in term.args))

    @_least.register
    def _(self, term: MatPow, facts: Facts) -> sp.Expr:
        if not entails(facts, at_least(term.exp, 0)):
            return SmallestSingularValue(term)
        self.used.add(SINGULAR)
        return self._least(term.base, facts) ** term.exp

    @_least.register
    def _(self, term: DiagMatrix, facts: Facts) -> sp.Expr:
        inside = term.args[0]
        if not (isinstance(inside, Apply) and inside.order == 1):
            return SmallestSingularValue(term)
        self.used.add(SLOPE)
        return self._slope(inside)[0]

    @_least.register
    def _(self, term: KroneckerProduct, facts: Facts) -> sp.Expr:
        if not all(same(f.rows, f.cols) for f in term.args):
            return SmallestSingularValue(term)
        self.used.add(KRONECKER)
        return sp.Mul(*(self._least(factor, facts) for factor in term.args))

    @_least.register
    def _(self, term: OrderedProduct, facts: Facts) -> sp.Expr:
        fresh = sp.Dummy(term.variable.name, integer=True)
        inside = (*facts, at_least(fresh, term.lower), at_least(term.upper, fresh))
        body = term.body_at(fresh)
        factor = self._least(body, inside) if same(body.rows, body.cols) else None
        if factor is None or fresh in factor.free_symbols or not entails(facts, at_least(term.length, 0)):
            return SmallestSingularValue(term)
        self.used.add(SINGULAR)
        return factor**term.length


def instance_of(hypothesis: ForEvery, norm: Norm, facts: Iterable[Relational]) -> sp.Expr | None:
    """What a hypothesis about every index says of one norm, where its conditions follow from the facts."""
    relation, facts = hypothesis.relation, tuple(facts)
    if not isinstance(relation, LessThan) or not isinstance(relation.lhs, Norm):
        return None
    for index in sorted({element.index for element in norm.atoms(Element)}, key=str):
        at = {hypothesis.index: index}
        if relation.lhs.xreplace(at) == norm and all(entails(facts, c.xreplace(at)) for c in hypothesis.where):
            return relation.rhs.xreplace(at)
    return None
