"""Statements about clipped gradients as data for the kernel.

Nobody has to believe it: what the data say is read back and compared with what was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.certify.clipped_asked import CLAIMS, RELATIONS, SORTS, Clipped, require_stated, upward
from symrnn.certify.errors import NotAskedError, NotFoundError
from symrnn.derivation.inequality import Inequality
from symrnn.expr import ClipByValue, ClipFactor, InnerProduct, Norm, Stack


def translated(statement: Clipped) -> dict[str, Any]:
    """A statement as data, compared with what the data say.

    Raises:
        NotFoundError: when there is no term for a part of it, or the way back leads elsewhere.

    >>> from symrnn.symbols import n
    >>> g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
    >>> translated(Inequality(Norm(ClipByValue(g, theta), "oo"), theta))["claim"]
    ['at most', ['norm', 'oo', ['clip', 'g', 'theta']], 'theta']
    """
    if type(statement) not in CLAIMS.values():
        raise NotFoundError(f"certificates of clipping have no claim for {type(statement).__name__}")
    data = Writer().statement(statement)
    try:
        require_stated(data, statement)
    except NotAskedError as error:
        raise NotFoundError(str(error)) from None
    return data


class Writer:
    """Terms as lists, with the names that occur in them."""

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}
        self.matrices: dict[str, list[Any]] = {}

    def statement(self, statement: Clipped) -> dict[str, Any]:
        """A statement with its hypotheses."""
        assumed = statement.given if isinstance(statement, Inequality) else ()  # what vectors are given is their where
        given = [self.relation(relation) for relation in (*statement.where, *assumed)]
        (name,) = (name for name, kind in CLAIMS.items() if type(statement) is kind)
        claim = [name, *(self.term(side) for side in (statement.lhs, statement.rhs))]
        return {"numbers": self.numbers, "matrices": self.matrices, "given": given, "claim": claim}

    def relation(self, relation: Any) -> list[Any]:
        """A hypothesis."""
        relation = upward(relation)
        for sign in (sign for sign, kind in RELATIONS.items() if type(relation) is kind):
            return [sign, *map(self.term, relation.args)]
        raise NotFoundError(f"the hypothesis {relation} is not one that certificates of clipping have")

    def term(self, term: sp.Basic) -> Any:
        """A scalar or a matrix."""
        match term:
            case sp.Integer():
                return int(term)
            case sp.Rational():
                return ["/", int(term.p), int(term.q)]
            case sp.Symbol():
                found = {"integer": True, "positive": True} if term.is_integer else None
                signs = [s for s, known in SORTS.items() if known == found or (not found and term.assumptions0.get(s))]
                return self._named(self.numbers, term.name, next(iter(signs), "real"))
            case MatrixSymbol():
                return self._named(self.matrices, term.name, [self.term(size) for size in term.shape])
            case sp.Pow() if term.exp == sp.S.Half:
                return ["root", self.term(term.base)]
            case sp.Pow() if term.exp.is_Integer and term.exp > 0:
                return ["*", *[self.term(term.base)] * int(term.exp)]
            case Norm() | ClipFactor():
                bound = [self.term(term.threshold)] if isinstance(term, ClipFactor) else []
                return ["norm" if isinstance(term, Norm) else "factor", term.kind, self.term(term.of), *bound]
            case MatMul():
                scalars = [part for part in term.args if not isinstance(part, MatrixExpr)]
                matrices = [part for part in term.args if isinstance(part, MatrixExpr)]
                if len(matrices) == 1 and scalars:
                    return ["scale", self.term(sp.Mul(*scalars)), self.term(matrices[0])]
        kinds: Mapping[type, str] = {
            sp.Add: "+",
            sp.Mul: "*",
            sp.Abs: "abs",
            sp.Min: "min",
            sp.Max: "max",
            InnerProduct: "inner",
            MatAdd: "sum",
            ClipByValue: "clip",
            Stack: "stack",
        }
        if type(term) in kinds:
            return [kinds[type(term)], *map(self.term, term.args)]
        raise NotFoundError(f"certificates of clipping have no term for {type(term).__name__}")

    @staticmethod
    def _named(names: dict[str, Any], name: str, value: Any) -> str:
        if names.setdefault(name, value) != value:
            raise NotFoundError(f"{name} stands for two things")
        return name
