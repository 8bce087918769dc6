"""Norms of combinations of matrices as scalars, with what is known of them: from matrices to real numbers.

A norm of one matrix becomes a symbol of its own. A Euclidean norm of Σ α_i X_i becomes a symbol N with the square
Σ α_i α_j ⟨X_i, X_j⟩; for every inner product of different matrices the Cauchy–Schwarz inequality is noted. Nothing else
is known of the matrices, so what is shown holds for all of them, at every size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations_with_replacement, pairwise
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.check.branches import Fact, Limited, facts_of
from symrnn.check.lemmas import Lemma
from symrnn.errors import ProofError
from symrnn.expr import ClipByValue, ClipFactor, Gradient, InnerProduct, Norm, Stack
from symrnn.expr.norms import COLUMN_SUM, FROBENIUS, ROW_SUM, SPECTRAL

Combination: TypeAlias = dict[MatrixExpr, sp.Expr]
"""Σ α_i X_i as α_i by X_i; the α_i are the scalars of the terms, not yet read."""

HORN = "Horn and Johnson (2013), Matrix Analysis"
EXPANSION = Lemma(
    "norm of a sum",
    "‖αf + βg‖² = α²‖f‖² + 2αβ⟨f, g⟩ + β²‖g‖² for the norm of an inner product",
    f"{HORN}, sec. 5.1",
)
CAUCHY_SCHWARZ = Lemma("Cauchy–Schwarz", "|⟨f, g⟩| <= ‖f‖‖g‖", f"{HORN}, theorem 5.1.4")
HOMOGENEOUS = Lemma("homogeneity", "‖αX‖ = |α|‖X‖ and ‖X‖ >= 0 for every norm", f"{HORN}, definition 5.1.1")
TRIANGLE = Lemma("triangle inequality", "‖X + Y‖ <= ‖X‖ + ‖Y‖ for every norm", f"{HORN}, definition 5.1.1")
STACKED = Lemma(
    "norm of a stack",
    "the squared length of all entries in one column is the sum of the squared Frobenius norms of the parts",
    f"{HORN}, sec. 5.6, example 5.6.0.2",
)
ORDERED = Lemma(
    "comparison of norms",
    "‖x‖_∞ <= ‖x‖_2 <= ‖x‖_1 for a column, ‖X‖_2 <= ‖X‖_F for a matrix",
    f"{HORN}, sec. 5.4 and 5.6",
)
ATOMS = (MatrixSymbol, Gradient, ClipByValue)


def is_euclidean(of: MatrixExpr, kind: str) -> bool:
    """Tell whether a norm is that of the inner product: the Frobenius norm, and the 2-norm of a column or row."""
    return kind == FROBENIUS or (kind == SPECTRAL and sp.S.One in of.shape)


def combination(term: MatrixExpr) -> Combination:
    """A term as a linear combination of matrices of which nothing is known.

    Raises:
        ProofError: for a product of matrices or another node.

    >>> n, theta = sp.Symbol("n", integer=True, positive=True), sp.Symbol("theta", positive=True)
    >>> f, g = (sp.MatrixSymbol(name, n, 1) for name in "fg")
    >>> combination(ClipFactor(f, theta) * f - 2 * g) == {f: ClipFactor(f, theta), g: -2}
    True
    """
    match term:
        case sp.ZeroMatrix():
            return {}
        case MatAdd():
            total: Combination = {}
            for part in term.args:
                for atom, scalar in combination(part).items():
                    total[atom] = total.get(atom, sp.S.Zero) + scalar
            return {atom: scalar for atom, scalar in total.items() if scalar != 0}
        case MatMul():
            matrices = [part for part in term.args if isinstance(part, MatrixExpr)]
            if len(matrices) == 1:
                factor = sp.Mul(*(part for part in term.args if not isinstance(part, MatrixExpr)))
                return {atom: factor * scalar for atom, scalar in combination(matrices[0]).items()}
        case Stack():
            return {term: sp.S.One}
    if isinstance(term, ATOMS):
        return {term: sp.S.One}
    raise ProofError(f"{type(term).__name__} is no linear combination of matrices", where=str(term)[:80])


@dataclass
class Reader:
    """Scalars with norms in them as scalars in real symbols.

    Attributes:
        facts: what is known of the symbols.
        divisors: what has to differ from 0.
        lemmas: the theorems that the facts rest on.
        squares: N² for every norm N of a sum.
        entries: the symbol for any one entry of a matrix, for arguments entry by entry.

    >>> n, theta = sp.Symbol("n", integer=True, positive=True), sp.Symbol("theta", positive=True)
    >>> f, g = (sp.MatrixSymbol(name, n, 1) for name in "fg")
    >>> reader = Reader()
    >>> reader.read(Norm(f - g)), reader.squares
    (‖f - g‖, {‖f - g‖: ‖f‖**2 + ‖g‖**2 - 2*⟨f, g⟩})
    """

    facts: list[Fact] = field(default_factory=list)
    divisors: list[sp.Expr] = field(default_factory=list)
    lemmas: dict[Lemma, None] = field(default_factory=dict)
    squares: dict[sp.Symbol, sp.Expr] = field(default_factory=dict)
    entries: dict[MatrixExpr, sp.Symbol] = field(default_factory=dict)
    _known: dict[Any, sp.Symbol] = field(default_factory=dict)

    # -- scalars -------------------------------------------------------------------------------------------------------

    def read(self, scalar: sp.Expr) -> sp.Expr:
        """A scalar in real symbols.

        Raises:
            ProofError: for a symbol that is not real, or a function without a rule.
        """
        match scalar:
            case sp.Rational():
                return scalar
            case sp.Symbol():
                return self._symbol(scalar)
            case Norm():
                return self.norm(scalar.of, scalar.kind)
            case InnerProduct():
                return self.inner(scalar.args[0], scalar.args[1])
            case ClipFactor():
                return Limited(self.read(scalar.norm), self.read(scalar.threshold))
            case sp.Add() | sp.Mul() | sp.Min() | sp.Max() | sp.Abs():
                return scalar.func(*map(self.read, scalar.args))
            case sp.Pow() if scalar.exp.is_Integer:
                return self._power(self.read(scalar.base), int(scalar.exp))
            case sp.Pow() if abs(scalar.exp) == sp.S.Half:
                return self._power(self._root(scalar.base), 1 if scalar.exp > 0 else -1)
            case sp.Piecewise():
                return sp.Piecewise(*((self.read(piece), self._condition(c)) for piece, c in scalar.args))
        raise ProofError(f"no rule reads {type(scalar).__name__} as a real number", where=str(scalar)[:80])

    def _power(self, base: sp.Expr, exponent: int) -> sp.Expr:
        if exponent < 0:
            self.divisors.append(base)
        return base**exponent

    def _condition(self, condition: sp.Basic) -> sp.Basic:
        if condition == sp.true:
            return condition
        if not isinstance(condition, Relational):
            raise ProofError(f"the condition {condition} is no single relation")
        return condition.func(*map(self.read, condition.args))

    def assume(self, relation: sp.Basic) -> None:
        """Note a hypothesis.

        Raises:
            ProofError: when it cannot be read, or never holds.
        """
        if isinstance(relation, Relational):
            relation = relation.func(*map(self.read, relation.args), evaluate=False)
        self.facts.extend(facts_of(relation))

    def _symbol(self, symbol: sp.Symbol) -> sp.Symbol:
        if symbol not in self._known:
            if not symbol.is_real:
                raise ProofError(f"{symbol} is not known to be real", advice="declare it, as with positive=True")
            known = self._new(symbol, symbol.name)
            if symbol.is_integer and symbol.is_positive:
                self.facts.append(Fact(known - 1))
            if symbol.is_positive or symbol.is_nonnegative:
                self.facts.append(Fact(known, strict=bool(symbol.is_positive)))
            if symbol.is_negative or symbol.is_nonpositive:
                self.facts.append(Fact(-known, strict=bool(symbol.is_negative)))
        return self._known[symbol]

    def _root(self, base: sp.Expr) -> sp.Symbol:
        """The root of a quantity that SymPy knows to be at least 0, such as a size."""
        key = ("root", base)
        if key not in self._known:
            if not base.is_nonnegative:
                raise ProofError(f"{base} under a root is not known to be at least 0")
            inside, found = self.read(base), self._new(key, f"√({base})")
            self.facts += [Fact(found, bool(base.is_positive)), Fact(found**2 - inside), Fact(inside - found**2)]
        return self._known[key]

    def _new(self, key: Any, name: str) -> sp.Symbol:
        """A real symbol of its own, whatever else is called so."""
        taken = {symbol.name for symbol in self._known.values()}
        while name in taken:
            name += "'"
        self._known[key] = sp.Symbol(name, real=True)
        return self._known[key]

    # -- norms ---------------------------------------------------------------------------------------------------------

    def norm(self, of: MatrixExpr, kind: str) -> sp.Expr:
        """A norm: |α| times a symbol for a multiple of one matrix, a symbol of its own for a sum."""
        kind = FROBENIUS if is_euclidean(of, kind) else kind
        parts = combination(of)
        if not parts:
            return sp.S.Zero
        if len(parts) == 1:
            ((atom, scalar),) = parts.items()
            if scalar != 1:
                self.lemmas[HOMOGENEOUS] = None
            return self._magnitude(scalar) * self._length(atom, kind)
        key = ("sum", kind, frozenset(parts.items()))
        return self._known.get(key) or self._of_sum(key, of, parts, kind)

    def _magnitude(self, scalar: sp.Expr) -> sp.Expr:
        read = self.read(scalar)
        return read if scalar.is_nonnegative else sp.Abs(read)

    def _of_sum(self, key: Any, of: MatrixExpr, parts: Combination, kind: str) -> sp.Symbol:
        if kind != FROBENIUS:
            self.lemmas |= {TRIANGLE: None, HOMOGENEOUS: None}
            above = sp.Add(*(self._magnitude(a) * self._length(atom, kind) for atom, a in parts.items()))
            found = self._new(key, _bars(of, kind))
            self.facts += [Fact(found), Fact(above - found)]
            return found
        square = self._square(parts)
        return self._with_square(key, _bars(of, ""), square)

    def _with_square(self, key: Any, name: str, square: sp.Expr) -> sp.Symbol:
        found = self._new(key, name)
        self.squares[found] = square
        self.facts += [Fact(found), Fact(square - found**2), Fact(found**2 - square)]
        return found

    def _length(self, atom: MatrixExpr, kind: str) -> sp.Symbol:
        """The norm of a single matrix."""
        key = ("norm", atom, kind)
        if key in self._known:
            return self._known[key]
        if isinstance(atom, Stack) and kind == FROBENIUS:
            return self._with_square(key, _bars(atom, ""), self._square({atom: sp.S.One}))
        plain = "" if kind == FROBENIUS and sp.S.One in atom.shape else f"_{kind.replace('oo', '∞')}"
        found = self._new(key, _bars(atom, "") + plain)
        self.facts.append(Fact(found))
        self._compare(atom)
        return found

    def _compare(self, atom: MatrixExpr) -> None:
        """Note which of the norms of one matrix is never above another."""
        chain = [SPECTRAL, FROBENIUS]
        if atom.cols == 1:
            chain = [ROW_SUM, FROBENIUS, COLUMN_SUM]
        elif atom.rows == 1:
            chain = [COLUMN_SUM, FROBENIUS, ROW_SUM]
        known = [self._known[key] for kind in chain if (key := ("norm", atom, kind)) in self._known]
        for low, high in pairwise(known):
            self.lemmas[ORDERED] = None
            self.facts.append(Fact(high - low))

    # -- inner products ------------------------------------------------------------------------------------------------

    def inner(self, left: MatrixExpr, right: MatrixExpr) -> sp.Expr:
        """⟨X, Y⟩ of two combinations."""
        self.lemmas[EXPANSION] = None
        return self._bilinear(combination(left), combination(right))

    def _bilinear(self, left: Mapping[MatrixExpr, sp.Expr], right: Mapping[MatrixExpr, sp.Expr]) -> sp.Expr:
        return sp.Add(
            *(self.read(a) * self.read(b) * self._product(x, y) for x, a in left.items() for y, b in right.items())
        )

    def _square(self, parts: Combination) -> sp.Expr:
        """‖Σ α_i X_i‖²."""
        if len(parts) > 1:
            self.lemmas[EXPANSION] = None
        total = sp.S.Zero
        for (x, a), (y, b) in combinations_with_replacement(parts.items(), 2):
            total += (1 if x == y else 2) * self.read(a) * self.read(b) * self._product(x, y)
        return total

    def _product(self, x: MatrixExpr, y: MatrixExpr) -> sp.Expr:
        """⟨X, Y⟩ of two single matrices."""
        if isinstance(x, Stack) and isinstance(y, Stack) and _shapes(x) == _shapes(y):
            self.lemmas[STACKED] = None
            pairs = zip(x.parts, y.parts, strict=True)
            return sp.Add(*(self._bilinear(combination(p), combination(q)) for p, q in pairs))
        if x == y:
            return self._length(x, FROBENIUS) ** 2
        first, second = sorted((x, y), key=sp.default_sort_key)
        key = ("inner", first, second)
        if key not in self._known:
            bound = self._length(x, FROBENIUS) * self._length(y, FROBENIUS)
            found = self._new(key, f"⟨{first}, {second}⟩")
            self.lemmas[CAUCHY_SCHWARZ] = None
            self.facts += [Fact(bound - found), Fact(bound + found)]
        return self._known[key]

    # -- entries -------------------------------------------------------------------------------------------------------

    def entry_of(self, atom: MatrixExpr) -> sp.Symbol:
        """A symbol for the entry in any one place of a matrix, the same place for all matrices."""
        if atom not in self.entries:
            self.entries[atom] = self._new(("entry", atom), f"{atom}_ij")
        return self.entries[atom]

    def norms_of(self, atom: MatrixExpr) -> list[sp.Symbol]:
        """The norms of a single matrix that occur."""
        return [symbol for key, symbol in self._known.items() if isinstance(key, tuple) and key[:2] == ("norm", atom)]


def _shapes(stack: Stack) -> list[Any]:
    return [part.shape for part in stack.parts]


def _bars(of: MatrixExpr, kind: str) -> str:
    return f"‖{of}‖" + (f"_{kind.replace('oo', '∞')}" if kind else "")
