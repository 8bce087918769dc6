"""Statements about clipped gradients as data for the kernel, and back by a second route: what is asked is what is read.

The way back is what has to be right: it says what a certificate means in terms of symrnn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.certify.errors import NotFoundError
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import Inequality
from symrnn.expr import ClipByValue, ClipFactor, InnerProduct, Norm, Stack

Clipped: TypeAlias = Inequality | Coincide | SameDirection

CLAIMS: Mapping[str, type] = {"at most": Inequality, "coincide": Coincide, "direction": SameDirection}
SORTS: Mapping[str, dict[str, bool]] = {
    "size": {"integer": True, "positive": True},
    "positive": {"positive": True},
    "nonnegative": {"nonnegative": True},
    "real": {"real": True},
}
RELATIONS: Mapping[str, type] = {"<=": sp.Le, "<": sp.Lt, "=": sp.Eq}


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
    back = stated(data)
    given = tuple(map(_upward, (*statement.where, *_given(statement))))
    if back != (type(statement), statement.lhs, statement.rhs, given):
        raise NotFoundError("the statement is not what its translation says")
    return data


def _given(statement: Clipped) -> tuple[Any, ...]:
    return statement.given if isinstance(statement, Inequality) else ()  # what vectors are given is their where


def _upward(relation: Any) -> Any:
    """A relation with the larger side on the right."""
    return relation.reversed if isinstance(relation, sp.Ge | sp.Gt) else relation


# -- there -------------------------------------------------------------------------------------------------------------


class Writer:
    """Terms as lists, with the names that occur in them."""

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}
        self.matrices: dict[str, list[Any]] = {}

    def statement(self, statement: Clipped) -> dict[str, Any]:
        """A statement with its hypotheses."""
        given = [self.relation(relation) for relation in (*statement.where, *_given(statement))]
        (name,) = (name for name, kind in CLAIMS.items() if type(statement) is kind)
        claim = [name, *(self.term(side) for side in (statement.lhs, statement.rhs))]
        return {"numbers": self.numbers, "matrices": self.matrices, "given": given, "claim": claim}

    def relation(self, relation: Any) -> list[Any]:
        """A hypothesis."""
        relation = _upward(relation)
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


# -- and back ----------------------------------------------------------------------------------------------------------


def stated(data: Mapping[str, Any]) -> tuple[type, sp.Basic, sp.Basic, tuple[Relational, ...]]:
    """What data say: the kind of claim, both sides, and the hypotheses."""
    symbols = {name: sp.Symbol(name, **SORTS[sort]) for name, sort in data["numbers"].items()}
    matrices = {
        name: MatrixSymbol(name, *(_scalar(size, symbols) for size in shape))
        for name, shape in data["matrices"].items()
    }
    kind, left, right = data["claim"]
    names = {**symbols, **matrices}
    side = _scalar if kind == "at most" else _matrix
    given = tuple(RELATIONS[sign](_scalar(a, names), _scalar(b, names), evaluate=False) for sign, a, b in data["given"])
    return CLAIMS[kind], side(left, names), side(right, names), given


def _scalar(value: Any, names: Mapping[str, sp.Basic]) -> sp.Expr:
    if isinstance(value, int):
        return sp.Integer(value)
    if isinstance(value, str):
        return names[value]
    kind, *parts = value
    match kind:
        case "/":
            return sp.Rational(*parts)
        case "root":
            return sp.sqrt(_scalar(parts[0], names))
        case "norm":
            return Norm(_matrix(parts[1], names), parts[0])
        case "factor":
            return ClipFactor(_matrix(parts[1], names), _scalar(parts[2], names), parts[0])
        case "inner":
            return InnerProduct(*(_matrix(part, names) for part in parts))
    of: Mapping[str, Callable[..., sp.Expr]] = {"+": sp.Add, "*": sp.Mul, "abs": sp.Abs, "min": sp.Min, "max": sp.Max}
    return of[kind](*(_scalar(part, names) for part in parts))


def _matrix(value: Any, names: Mapping[str, sp.Basic]) -> MatrixExpr:
    if isinstance(value, str):
        return names[value]
    kind, *parts = value
    match kind:
        case "scale":
            return MatMul(_scalar(parts[0], names), _matrix(parts[1], names))
        case "clip":
            return ClipByValue(_matrix(parts[0], names), _scalar(parts[1], names))
    of: Mapping[str, Callable[..., MatrixExpr]] = {"sum": MatAdd, "stack": Stack}
    return of[kind](*(_matrix(part, names) for part in parts))
