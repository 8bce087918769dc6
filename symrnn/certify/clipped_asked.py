"""Is what a certificate of clipping states what was asked? The way back, from data to SymPy's terms. Trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatrixExpr

from symrnn.certify.asked import bases, divisors
from symrnn.certify.errors import NotAskedError
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import Inequality
from symrnn.expr import ClipByValue, ClipFactor, InnerProduct, Norm, Stack

Clipped: TypeAlias = Inequality | Coincide | SameDirection

CLAIMS: Mapping[str, type] = {"at most": Inequality, "coincide": Coincide, "direction": SameDirection}
RELATIONS: Mapping[str, type] = {"<=": sp.Le, "<": sp.Lt, "=": sp.Eq}
NODES: Mapping[str, Callable[..., sp.Basic]] = {
    "/": sp.Rational,
    "+": sp.Add,
    "*": sp.Mul,
    "abs": sp.Abs,
    "min": sp.Min,
    "max": sp.Max,
    "root": sp.sqrt,
    "inverse": lambda s: 1 / s,
    "norm": lambda kind, x: Norm(x, kind),
    "inner": InnerProduct,
    "factor": lambda kind, x, s: ClipFactor(x, s, kind),
    "sum": MatAdd,
    "hadamard": HadamardProduct,
    "scale": lambda s, x: MatMul(s, *(x.args if isinstance(x, MatMul) else [x])) if s != 0 else sp.ZeroMatrix(*x.shape),
    "clip": ClipByValue,
    "stack": Stack,
}
"""What the kinds of terms mean."""


def require_stated(data: Mapping[str, Any], statement: Clipped, meaning: Mapping[str, Any]) -> None:
    """Refuse data that say anything but a statement, or a more general one.

    Args:
        data: the first line of a certificate after its header.
        statement: what was asked.
        meaning: what each name stands for. What the kernel proves holds for all numbers of their sorts and all matrices
            of their shapes, so that it holds for whatever is put in their places.

    Raises:
        NotAskedError: when they say something else, or assume what neither the statement nor its symbols do.
    """
    fits = [is_of_sort(meaning[name], sort) for name, sort in data["numbers"].items()]
    for name, shape in data["matrices"].items():
        found = meaning[name]
        fits.append(isinstance(found, MatrixExpr) and found.shape == tuple(_term(size, meaning) for size in shape))
    kind, *sides = data["claim"]
    fits += [CLAIMS[kind] is type(statement), [_term(s, meaning) for s in sides] == [statement.lhs, statement.rhs]]
    relations = [
        hypothesis for hypothesis in (*statement.where, *statement.given) if isinstance(hypothesis, Relational)
    ]
    for sign, *sides in data["given"]:
        relation = RELATIONS[sign](*(_term(side, meaning) for side in sides), evaluate=False)
        assumed = any(relation in (asked, asked.reversed) for asked in relations)
        fits.append(assumed or (type(relation)(*relation.args) == sp.true and not list(_inverted(sides))))
    asked = set[sp.Basic]().union(*map(divisors, (statement.lhs, statement.rhs, *relations)))
    inverted = _inverted([data["claim"], data["given"]])
    fits += [bases(_term(base, meaning)) <= asked for base in inverted]
    if not all(fits):
        raise NotAskedError("the statement is not what its certificate says")


def is_of_sort(value: sp.Basic, sort: str) -> bool:
    """Whether SymPy knows of a number that it is one of those that the kernel calls real, positive, nonnegative, size.

    >>> is_of_sort(sp.Symbol("n", integer=True, positive=True), "size"), is_of_sort(sp.Symbol("x"), "real")
    (True, False)
    """
    known = value.is_integer and value.is_positive if sort == "size" else getattr(value, f"is_{sort}")
    return bool(known) and not isinstance(value, MatrixExpr)


def _inverted(value: Any) -> Iterator[Any]:
    """What is inverted in data: SymPy makes 1 of s (1/s), and for the kernel that is 0 at s = 0."""
    if isinstance(value, list):
        if value[:1] == ["inverse"]:
            yield value[1]
        for part in value:
            yield from _inverted(part)


def _term(value: Any, meaning: Mapping[str, Any]) -> Any:
    if isinstance(value, int):
        return sp.Integer(value)
    if isinstance(value, str):
        return meaning[value]
    kind, *parts = value
    plain = 2 if kind == "/" else 1 if kind in ("norm", "factor") else 0
    return NODES[kind](*parts[:plain], *(_term(part, meaning) for part in parts[plain:]))
