"""Statements about clipped gradients as data for the kernel.

Nobody has to believe it: what the data say is read back and compared with what was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.certify.clipped_asked import CLAIMS, RELATIONS, Clipped, is_of_sort
from symrnn.certify.errors import NotFoundError
from symrnn.derivation.inequality import Inequality
from symrnn.expr import ClipByValue, ClipFactor, Gradient, InnerProduct, Norm, Stack
from symrnn.expr.shapes import numbers_and_matrices

SORTS = ("size", "positive", "nonnegative", "real")
"""The sorts of numbers, those that say more before others."""

LONGEST = 80
"""Most letters of a name that is made from a term."""


def translated(statement: Clipped) -> tuple[dict[str, Any], dict[str, sp.Basic]]:
    """A statement as data, and what the names in these stand for.

    Raises:
        NotFoundError: when there is no term for a part of it.

    >>> from symrnn.symbols import n
    >>> g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
    >>> data, meaning = translated(Inequality(Norm(ClipByValue(g, theta), "oo"), theta))
    >>> data["claim"], meaning["g"] == g
    (['at most', ['norm', 'oo', ['clip', 'g', 'theta']], 'theta'], True)
    """
    kinds = [name for name, kind in CLAIMS.items() if type(statement) is kind]
    if not kinds:
        raise NotFoundError(f"certificates of clipping have no claim for {type(statement).__name__}")
    own = type(statement) is not Inequality or any(t.has(ClipFactor, ClipByValue, Stack) for t in statement.terms)
    writer = Writer(any_matrix=own)  # what is known of norms of products is a matter of other certificates
    given = [
        r for hypothesis in dict.fromkeys((*statement.where, *statement.given)) for r in writer.relation(hypothesis)
    ]
    claim = [*kinds, *(writer.term(side) for side in (statement.lhs, statement.rhs))]
    numbers = {name: sort for name, sort in writer.sorts.items() if isinstance(sort, str)}
    matrices = {name: shape for name, shape in writer.sorts.items() if name not in numbers}
    return {"numbers": numbers, "matrices": matrices, "given": writer.known + given, "claim": claim}, writer.meaning


class Writer:
    """Terms as lists, with the names that occur in them.

    Args:
        any_matrix: whether matrices of which nothing is known may stand for terms of any other kind, such as products.

    Attributes:
        meaning: what each name stands for.
        sorts: the sort of each number, and the shape of each matrix.
        known: what is known of numbers besides their sorts.
    """

    def __init__(self, any_matrix: bool) -> None:
        self.any_matrix = any_matrix
        self.meaning: dict[str, sp.Basic] = {}
        self.sorts: dict[str, Any] = {}
        self.known: list[Any] = []

    def relation(self, hypothesis: Any) -> list[Any]:
        """A hypothesis; none where there is no term for it, since a proof may do without it."""
        if not isinstance(hypothesis, Relational):
            return []
        up: Any = hypothesis.reversed if isinstance(hypothesis, sp.Ge | sp.Gt) else hypothesis
        sides = up.args
        before = dict(self.meaning), dict(self.sorts), list(self.known)
        try:
            found = [sign for sign, kind in RELATIONS.items() if isinstance(up, kind)]
            return [[sign, *map(self.term, sides)] for sign in found]
        except NotFoundError:
            self.meaning, self.sorts, self.known = before
            return []

    def term(self, term: sp.Basic) -> Any:
        """A scalar or a matrix.

        Raises:
            NotFoundError: when there is none for it.
        """
        match term:
            case sp.Integer():
                return int(term)
            case sp.Rational():
                return ["/", int(term.p), int(term.q)]
            case sp.Symbol():
                return self._number(term)
            case MatrixSymbol() | Gradient():
                return self._matrix(term)
            case sp.ZeroMatrix():
                return ["scale", 0, self._matrix(term)]
            case sp.Pow() if (2 * term.exp).is_Integer and abs(term.exp) < LONGEST:
                twice = int(2 * term.exp)
                base = self.term(term.base) if twice % 2 == 0 else ["root", self.term(term.base)]
                parts = [base if twice > 0 else ["inverse", base]] * (abs(twice) // (1 + (twice % 2 == 0)))
                return parts[0] if len(parts) == 1 else ["*", *parts]
            case Norm() | ClipFactor():
                bound = [self.term(term.threshold)] if isinstance(term, ClipFactor) else []
                return ["norm" if isinstance(term, Norm) else "factor", term.kind, self.term(term.of), *bound]
            case MatMul():
                scalars, matrices = numbers_and_matrices(term)
                if scalars:
                    return [
                        "scale",
                        self.term(sp.Mul(*scalars)),
                        self.term(MatMul(*matrices) if len(matrices) > 1 else matrices[0]),
                    ]
        kinds: Mapping[type, str] = {
            sp.Add: "+",
            sp.Mul: "*",
            sp.Abs: "abs",
            sp.Min: "min",
            sp.Max: "max",
            InnerProduct: "inner",
            MatAdd: "sum",
            HadamardProduct: "hadamard",
            ClipByValue: "clip",
            Stack: "stack",
        }
        if type(term) in kinds:
            return [kinds[type(term)], *map(self.term, term.args)]
        if self.any_matrix and isinstance(term, MatrixExpr):
            return self._matrix(term)
        raise NotFoundError(f"certificates of clipping have no term for {type(term).__name__}")

    def _number(self, symbol: sp.Expr) -> str:
        """The name of a number, of the sort that says most; what no sort says is noted."""
        sort = next((sort for sort in SORTS if is_of_sort(symbol, sort)), None)
        if sort is None:
            raise NotFoundError(f"{symbol} is not known to be real")
        name, is_new = self._named(symbol, sort)
        if is_new and symbol.is_nonpositive:
            self.known.append(["<" if symbol.is_negative else "<=", name, 0])
        return name

    def _matrix(self, term: MatrixExpr) -> str:
        """The name of a matrix of which nothing is known but its shape."""
        return self._named(term, [self._size(size) for size in term.shape])[0]

    def _size(self, size: sp.Expr) -> Any:
        """A number of rows or columns: a whole number or a name, also for a product such as 2n."""
        if isinstance(size, sp.Integer | sp.Symbol):
            return self.term(size)
        name = self._number(size)
        if (equation := ["=", name, self.term(size)]) not in self.known:
            self.known.append(equation)
        return name

    def _named(self, term: sp.Basic, sort: Any) -> tuple[str, bool]:
        """The name of a term, and whether it is new: its own if the kernel takes that."""
        known = next((name for name, other in self.meaning.items() if other == term), None)
        if known is not None:
            return known, False
        text = "".join(c if f"a{c}".isidentifier() else "_" for c in getattr(term, "name", str(term)))[:LONGEST]
        name = text if text.isidentifier() else f"_{text}"
        while name in self.meaning:
            name += "_"
        self.meaning[name], self.sorts[name] = term, sort
        return name, True
