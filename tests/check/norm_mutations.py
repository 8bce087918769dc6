"""Slips in statements about sizes: every way to write a bound or a limit a little wrong, at every place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational

from symrnn.derivation import BoundedSlope, ForEvery, Inequality, Limit
from symrnn.errors import SymrnnError
from symrnn.expr import Element, Norm, Sequence, SmallestEntry, SmallestSingularValue, SpectralRadius, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import T, k, t

Statement: TypeAlias = Inequality | Limit
Path = tuple[int, ...]
Slips: TypeAlias = Iterator[Any]
REFUSALS = (SymrnnError, sp.matrices.exceptions.ShapeError)
"""How a slip is refused as it is written down."""


@dataclass(frozen=True)
class Mutant:
    """A claim with one slip; None for one that was refused as it was written down."""

    kind: str
    place: str
    statement: Statement | None


def mutants(statement: Statement, model: Recurrence) -> Iterator[Mutant]:
    """All mutants of a statement, each once."""
    seen = {statement}
    for kind, place, make in (*_of_scalars(statement, model), *_of_hypotheses(statement), *_of_the_whole(statement)):
        try:
            mutated = make()
        except REFUSALS:
            yield Mutant(kind, place, None)
            continue
        if mutated not in seen:
            seen.add(mutated)
            yield Mutant(kind, place, mutated)


Made: TypeAlias = tuple[str, str, Callable[[], Statement]]


def _of_scalars(statement: Statement, model: Recurrence) -> Iterator[Made]:
    for side in ("of",) if isinstance(statement, Limit) else ("lhs", "rhs"):
        scalar = getattr(statement, side)
        for path, node in places(scalar):
            for kind, slips in SLIPS.items():
                for slip in slips(node, model):
                    yield (
                        kind,
                        f"{side}{list(path)}",
                        lambda s=side, p=path, new=slip: replace(statement, **{s: put(getattr(statement, s), p, new)}),
                    )


def _of_hypotheses(statement: Statement) -> Iterator[Made]:
    for name in ("given", "where"):
        conditions = getattr(statement, name)
        for at, condition in enumerate(conditions):
            for kind, others in hypothesis_slips(condition):
                changed = (*conditions[:at], *others, *conditions[at + 1 :])
                yield kind, f"{name}[{at}]", lambda n=name, c=changed: replace(statement, **{n: c})


def _of_the_whole(statement: Statement) -> Iterator[Made]:
    if isinstance(statement, Limit):
        other = sp.oo if statement.value == 0 else sp.S.Zero
        yield "direction flipped", "", lambda: replace(statement, value=other)
        return
    yield "direction flipped", "", lambda: replace(statement, lhs=statement.rhs, rhs=statement.lhs)
    yield "twice the left side", "", lambda: replace(statement, lhs=2 * statement.lhs)


def places(term: sp.Basic, path: Path = ()) -> Iterator[tuple[Path, sp.Basic]]:
    """Every number inside a scalar, every quantity that is measured, and the way to each."""
    if isinstance(term, sp.Expr | Element):
        yield path, term
    if isinstance(term, Element | sp.MatrixSymbol | sp.Tuple):
        return
    for number, part in enumerate(term.args):
        yield from places(part, (*path, number))


def put(term: sp.Basic, path: Path, new: sp.Basic) -> sp.Basic:
    """A term with another part at the end of a path."""
    if not path:
        return new
    args = list(term.args)
    args[path[0]] = put(args[path[0]], path[1:], new)
    return term.func(*args)


# -- slips in scalars --------------------------------------------------------------------------------------------------


def exponent_off_by_one(node: sp.Basic, _: Any) -> Slips:
    if isinstance(node, sp.Pow) and node.exp.free_symbols:
        for step in (-1, 1):
            yield node.base ** (node.exp + step)


def another_index(node: sp.Basic, _: Any) -> Slips:
    if isinstance(node, sp.Pow) and node.exp.free_symbols & {t, k}:
        yield node.base ** node.exp.xreplace({t: k, k: t})
    if node == T:
        yield sp.Integer(1)


def factor_forgotten(node: sp.Basic, _: Any) -> Slips:
    if isinstance(node, sp.Mul):
        for i in range(len(node.args)):
            yield sp.Mul(*node.args[:i], *node.args[i + 1 :])


def turned_round(node: sp.Basic, _: Any) -> Slips:
    if isinstance(node, SmallestEntry):
        yield SmallestEntry(-node.of)
        yield -SmallestEntry(-node.of)


def factor_doubled(node: sp.Basic, _: Any) -> Slips:
    if isinstance(node, sp.Symbol | Norm | SmallestSingularValue) and not node.is_integer:
        yield node**2


def base_forgotten(node: sp.Basic, _: Any) -> Slips:
    """γ^k ‖W‖^k with one of the powers missing, however it is written."""
    if isinstance(node, sp.Pow) and node.exp.free_symbols:
        yield sp.S.One
        yield node.base


def square(node: sp.Basic) -> bool:
    return isinstance(node, sp.MatrixExpr) and node.rows == node.cols


def radius_for_norm(node: sp.Basic, _: Any) -> Slips:
    if isinstance(node, Norm | SmallestSingularValue) and square(node.of):
        yield SpectralRadius(node.of)


def least_for_norm(node: sp.Basic, _: Any) -> Slips:
    if isinstance(node, Norm) and square(node.of):
        yield SmallestSingularValue(node.of)


def norm_for_least(node: sp.Basic, _: Any) -> Slips:
    if isinstance(node, SmallestSingularValue):
        yield Norm(node.of)


def another_kind(node: sp.Basic, _: Any) -> Slips:
    if isinstance(node, Norm):
        for kind in ("2", "1", "oo", "F"):
            if kind != node.kind:
                yield Norm(node.of, kind)


def sum_bound_moved(node: sp.Basic, _: Any) -> Slips:
    if isinstance(node, sp.Sum):
        variable, low, high = node.limits[0]
        for down, up in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            yield sp.Sum(node.function, (variable, low + down, high + up))


def index_shifted(node: sp.Basic, model: Recurrence) -> Slips:
    if isinstance(node, Element):
        known = (*(d.sequence for d in model.definitions), *model.parameters, *model.inputs)
        sequence = next(s for s in known if isinstance(s, Sequence) and s.name == node.name)
        for step in (-1, 1):
            yield sequence.at(node.index + step)


def of_one_step(node: sp.Basic, _: Any) -> Slips:
    """The Jacobian over one step in place of the one over k steps."""
    if isinstance(node, TotalJacobian) and isinstance(node.wrt, Element) and k in node.wrt.index.free_symbols:
        yield TotalJacobian(node.of, Element(node.wrt.args[0], node.of.index - 1, *node.wrt.shape))


SLIPS: dict[str, Callable[[sp.Basic, Any], Slips]] = {
    "exponent off by one": exponent_off_by_one,
    "t for k": another_index,
    "factor forgotten": factor_forgotten,
    "factor doubled": factor_doubled,
    "smallest for largest": turned_round,
    "power forgotten": base_forgotten,
    "spectral radius": radius_for_norm,
    "smallest singular value": least_for_norm,
    "norm for the smallest singular value": norm_for_least,
    "another norm on one side": another_kind,
    "bound of a sum": sum_bound_moved,
    "neighbouring index": index_shifted,
    "one step for k": of_one_step,
}


# -- slips in hypotheses -----------------------------------------------------------------------------------------------


def hypothesis_slips(condition: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """What a hypothesis may be replaced by; nothing where it is dropped."""
    yield "hypothesis dropped", ()
    match condition:
        case BoundedSlope(increasing=True):
            yield "hypothesis weakened", (replace(condition, increasing=False),)
        case BoundedSlope():
            if condition.at_most is not sp.oo:
                yield "hypothesis weakened", (replace(condition, at_most=2 * condition.at_most),)
                yield "hypothesis flipped", (BoundedSlope(condition.function, at_least=condition.at_most),)
            else:
                yield "hypothesis weakened", (replace(condition, at_least=condition.at_least / 2),)
                yield "hypothesis flipped", (BoundedSlope(condition.function, condition.at_least),)
        case ForEvery():
            relation = condition.relation
            yield "hypothesis flipped", (replace(condition, relation=relation.func(*reversed(relation.args))),)
            weaker = relation.func(relation.lhs, 2 * relation.rhs)
            yield "hypothesis weakened", (replace(condition, relation=weaker),)
            for at in range(len(condition.where)):
                fewer = (*condition.where[:at], *condition.where[at + 1 :])
                yield "hypothesis everywhere", (replace(condition, where=fewer),)
        case Relational():
            yield "hypothesis flipped", (condition.reversedsign if condition.rhs == 0 else turned(condition),)
            if condition.rhs == 1:
                weaker = 2 if condition.rel_op in ("<", "<=") else sp.Rational(1, 2)
                yield "hypothesis weakened", (condition.func(condition.lhs, weaker),)
                yield "hypothesis with equality", (softened(condition),)
            for path, node in places(condition.lhs):
                for kind in (
                    "factor forgotten",
                    "spectral radius",
                    "smallest singular value",
                    "another norm on one side",
                ):
                    for slip in SLIPS[kind](node, None):
                        yield (
                            f"{kind} in a hypothesis",
                            (condition.func(put(condition.lhs, path, slip), condition.rhs),),
                        )


def turned(relation: Relational) -> Relational:
    """a < b for a > b."""
    opposite = {"<": sp.StrictGreaterThan, "<=": sp.GreaterThan, ">": sp.StrictLessThan, ">=": sp.LessThan}
    return opposite[relation.rel_op](*relation.args)


def softened(relation: Relational) -> Relational:
    """a <= b for a < b, and the other way round."""
    other = {"<": sp.LessThan, "<=": sp.StrictLessThan, ">": sp.GreaterThan, ">=": sp.StrictGreaterThan}
    return other[relation.rel_op](*relation.args)
