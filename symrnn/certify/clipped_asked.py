"""Is what a certificate of clipping states what was asked? The way back, from data to SymPy's terms. Trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatAdd, MatMul, MatrixSymbol

from symrnn.certify.errors import NotAskedError
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
NODES: Mapping[str, Callable[..., sp.Basic]] = {
    "/": sp.Rational,
    "+": sp.Add,
    "*": sp.Mul,
    "abs": sp.Abs,
    "min": sp.Min,
    "max": sp.Max,
    "root": sp.sqrt,
    "norm": lambda kind, x: Norm(x, kind),
    "inner": InnerProduct,
    "factor": lambda kind, x, s: ClipFactor(x, s, kind),
    "sum": MatAdd,
    "scale": MatMul,
    "clip": ClipByValue,
    "stack": Stack,
}
"""What the kinds of terms mean."""


def require_stated(data: Mapping[str, Any], statement: Clipped) -> None:
    """Refuse data that say anything but a statement.

    Args:
        data: the first line of a certificate after its header.
        statement: what was asked.

    Raises:
        NotAskedError: when they say something else.
    """
    asked = (*statement.where, *(statement.given if isinstance(statement, Inequality) else ()))
    given = tuple(map(upward, asked))  # what vectors are given is their where
    if stated(data) != (type(statement), statement.lhs, statement.rhs, given):
        raise NotAskedError("the statement is not what its certificate says")


def upward(relation: Any) -> Any:
    """A relation with the larger side on the right."""
    return relation.reversed if isinstance(relation, sp.Ge | sp.Gt) else relation


def stated(data: Mapping[str, Any]) -> tuple[type, sp.Basic, sp.Basic, tuple[Relational, ...]]:
    """What data say: the kind of claim, both sides, and the hypotheses."""
    names: dict[str, sp.Basic] = {name: sp.Symbol(name, **SORTS[sort]) for name, sort in data["numbers"].items()}
    for name, (rows, cols) in data["matrices"].items():
        names[name] = MatrixSymbol(name, _term(rows, names), _term(cols, names))
    kind, left, right = data["claim"]
    given = tuple(RELATIONS[sign](_term(a, names), _term(b, names), evaluate=False) for sign, a, b in data["given"])
    return CLAIMS[kind], _term(left, names), _term(right, names), given


def _term(value: Any, names: Mapping[str, sp.Basic]) -> Any:
    if isinstance(value, int):
        return sp.Integer(value)
    if isinstance(value, str):
        return names[value]
    kind, *parts = value
    plain = 2 if kind == "/" else 1 if kind in ("norm", "factor") else 0
    return NODES[kind](*parts[:plain], *(_term(part, names) for part in parts[plain:]))
