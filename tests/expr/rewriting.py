"""Ways to write a term differently, and ways to change it: an equality is judged from both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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

from symrnn.errors import IndexRangeError
from symrnn.expr import (
    ASCENDING,
    DESCENDING,
    Binder,
    Derivative,
    Differential,
    Element,
    MatrixSum,
    OrderedProduct,
    Vec,
)

k = sp.Symbol("k", integer=True)
Path = tuple[int, ...]
Rule = Callable[[MatrixExpr], MatrixExpr | None]


def places(term: sp.Basic, path: Path = ()) -> Iterator[tuple[Path, MatrixExpr]]:
    """Every matrix inside a term with its path."""
    if isinstance(term, MatrixExpr):
        yield path, term
        if not isinstance(term, Derivative | Differential):
            for i, part in enumerate(term.args):
                yield from places(part, (*path, i))


def put(term: sp.Basic, path: Path, part: sp.Basic) -> sp.Basic:
    """The term with another part at a path."""
    if not path:
        return part
    args = list(term.args)
    args[path[0]] = put(args[path[0]], path[1:], part)
    return term.func(*args)


def choices(term: MatrixExpr, rules: list[Rule]) -> list[tuple[str, MatrixExpr]]:
    """All terms that one rule at one place makes of a term, with the names of the rules."""
    found = []
    for path, part in places(term):
        for rule in rules:
            try:
                changed = rule(part)
                if changed is not None:
                    found.append((rule.__name__, put(term, path, changed)))
            except IndexRangeError:  # bounds that are numbers would show that nothing is left to peel
                continue
    return found


# -- equivalent ways of writing ------------------------------------------------------------------------------


def rebind(
    term: Binder, body: MatrixExpr, variable: sp.Symbol, low: sp.Expr, high: sp.Expr, flip: bool = False
) -> MatrixExpr:
    if isinstance(term, OrderedProduct):
        turned = DESCENDING if term.direction == ASCENDING else ASCENDING
        return OrderedProduct(body, (variable, low, high), turned if flip else term.direction)
    return MatrixSum(body, (variable, low, high))


def joined(term: Binder, first: MatrixExpr, last: MatrixExpr) -> MatrixExpr:
    """What belongs to the lower part of a range, with what belongs to the upper part."""
    if isinstance(term, MatrixSum):
        return MatAdd(first, last)
    return MatMul(first, last) if term.direction == ASCENDING else MatMul(last, first)


def rename(term: MatrixExpr) -> MatrixExpr | None:
    return term.with_variable(sp.Dummy("renamed", integer=True)) if isinstance(term, Binder) else None


def shift(term: MatrixExpr) -> MatrixExpr | None:
    if isinstance(term, Binder):
        v = term.variable
        return rebind(term, term.body_at(v + 1), v, term.lower - 1, term.upper - 1)
    return None


def reverse(term: MatrixExpr) -> MatrixExpr | None:
    if isinstance(term, Binder):
        v = term.variable
        body = term.body_at(sp.expand(term.lower + term.upper - v))
        return rebind(term, body, v, term.lower, term.upper, flip=True)
    return None


def is_peelable(term: MatrixExpr) -> bool:
    return isinstance(term, Binder) and not (term.length.is_Integer and term.length < 1)


def peel_first(term: MatrixExpr) -> MatrixExpr | None:
    if is_peelable(term):
        rest = rebind(term, term.body, term.variable, term.lower + 1, term.upper)
        return joined(term, term.body_at(term.lower), rest)
    return None


def peel_last(term: MatrixExpr) -> MatrixExpr | None:
    if is_peelable(term):
        rest = rebind(term, term.body, term.variable, term.lower, term.upper - 1)
        return joined(term, rest, term.body_at(term.upper))
    return None


def split(term: MatrixExpr) -> MatrixExpr | None:
    if isinstance(term, Binder):
        first = rebind(term, term.body, term.variable, term.lower, k)
        return joined(term, first, rebind(term, term.body, term.variable, k + 1, term.upper))
    return None


def turned(term: MatrixExpr) -> MatrixExpr:
    match term:
        case MatMul():
            scalars = [part for part in term.args if not isinstance(part, MatrixExpr)]
            matrices = [part for part in term.args if isinstance(part, MatrixExpr)]
            return MatMul(*scalars, *(sp.Transpose(part) for part in reversed(matrices)))
        case MatAdd() | KroneckerProduct() | HadamardProduct():
            return term.func(*(sp.Transpose(part) for part in term.args))
        case OrderedProduct():
            return rebind(term, sp.Transpose(term.body), term.variable, term.lower, term.upper, flip=True)
        case MatrixSum():
            return MatrixSum(sp.Transpose(term.body), *term.args[1:])
    return sp.Transpose(term)


def transpose_twice(term: MatrixExpr) -> MatrixExpr | None:
    return sp.Transpose(turned(term)) if not isinstance(term, sp.Identity | sp.Transpose) else None


def distribute(term: MatrixExpr) -> MatrixExpr | None:
    if isinstance(term, MatMul):
        for i, part in enumerate(term.args):
            if isinstance(part, MatAdd):
                return MatAdd(*(MatMul(*term.args[:i], piece, *term.args[i + 1 :]) for piece in part.args))
    return None


def swap_sums(term: MatrixExpr) -> MatrixExpr | None:
    """Over a rectangle, or a triangle below the diagonal."""
    if not (isinstance(term, MatrixSum) and isinstance(term.body, MatrixSum)):
        return None
    outer, inner = term, term.body
    o, a, b = outer.args[1:]
    i, low, high = inner.args[1:]
    if i == o:
        return None
    if o not in low.free_symbols | high.free_symbols:
        return MatrixSum(MatrixSum(inner.body, o, a, b), i, low, high)
    if low == a and high == o:
        return MatrixSum(MatrixSum(inner.body, o, i, b), i, a, b)
    if high == b and low == o:
        return MatrixSum(MatrixSum(inner.body, o, a, i), i, a, b)
    return None


def rotate(term: MatrixExpr) -> MatrixExpr | None:
    """∏ X_u Y_u = X (∏ Y_u X_{u+1}) Y, where there is a factor."""
    if not (isinstance(term, OrderedProduct) and isinstance(term.body, MatMul) and is_peelable(term)):
        return None
    *first, last = term.body.args
    if not isinstance(first[-1], MatrixExpr):
        return None
    head = MatMul(*first)
    v, step = term.variable, term.step
    body = MatMul(last, head.xreplace({v: v + step}))
    shorter = (term.lower, term.upper - 1) if step == 1 else (term.lower + 1, term.upper)
    middle = OrderedProduct(body, (v, *shorter), term.direction)
    return MatMul(head.xreplace({v: term.start}), middle, last.xreplace({v: term.end}))


def commute_diagonals(term: MatrixExpr) -> MatrixExpr | None:
    if isinstance(term, MatMul):
        for i in range(len(term.args) - 1):
            if all(isinstance(part, DiagMatrix) for part in term.args[i : i + 2]):
                return MatMul(*term.args[:i], term.args[i + 1], term.args[i], *term.args[i + 2 :])
    return None


def join_kronecker(term: MatrixExpr) -> MatrixExpr | None:
    match term:
        case MatMul(args=(KroneckerProduct(args=(a, b)), Vec(argument=x))) if b.cols == x.rows and a.cols == x.cols:
            return Vec(MatMul(b, x, sp.Transpose(a)))
        case MatMul(args=(KroneckerProduct(args=(a, b)), KroneckerProduct(args=(c, d)))) if (
            a.cols == c.rows and b.cols == d.rows
        ):
            return KroneckerProduct(MatMul(a, c), MatMul(b, d))
    return None


def power_as_product(term: MatrixExpr) -> MatrixExpr | None:
    if isinstance(term, MatPow) and not term.args[1].is_Integer:
        return OrderedProduct(term.args[0], (sp.Symbol("z_pow", integer=True), 0, term.args[1] - 1), DESCENDING)
    return None


def with_identity(term: MatrixExpr) -> MatrixExpr | None:
    return MatMul(sp.Identity(term.rows), term) if isinstance(term, Element) else None


def hadamard_as_diagonal(term: MatrixExpr) -> MatrixExpr | None:
    if isinstance(term, HadamardProduct) and term.cols == 1 and len(term.args) == 2:
        return MatMul(DiagMatrix(term.args[1]), term.args[0])
    return None


def scalar_inside(term: MatrixExpr) -> MatrixExpr | None:
    if isinstance(term, MatMul) and len(term.args) == 2 and isinstance(term.args[1], MatrixSum):
        scalar, total = term.args
        if not isinstance(scalar, MatrixExpr) and total.variable not in scalar.free_symbols:
            return MatrixSum(MatMul(scalar, total.body), *total.args[1:])
    return None


EQUIVALENT: list[Rule] = [
    rename,
    shift,
    reverse,
    peel_first,
    peel_last,
    split,
    transpose_twice,
    distribute,
    swap_sums,
    rotate,
    commute_diagonals,
    join_kronecker,
    power_as_product,
    with_identity,
    hadamard_as_diagonal,
    scalar_inside,
]


# -- changes -------------------------------------------------------------------------------------------------


def longer(term: MatrixExpr) -> MatrixExpr | None:
    if isinstance(term, Binder):
        return rebind(term, term.body, term.variable, term.lower, term.upper + 1)
    return None


def later(term: MatrixExpr) -> MatrixExpr | None:
    return rebind(term, term.body, term.variable, term.lower + 1, term.upper + 1) if isinstance(term, Binder) else None


def other_direction(term: MatrixExpr) -> MatrixExpr | None:
    if isinstance(term, OrderedProduct):
        return rebind(term, term.body, term.variable, term.lower, term.upper, flip=True)
    return None


def drop_transpose(term: MatrixExpr) -> MatrixExpr | None:
    return term.arg if isinstance(term, sp.Transpose) and term.rows == term.cols else None


def add_transpose(term: MatrixExpr) -> MatrixExpr | None:
    return sp.Transpose(term) if isinstance(term, Element | sp.MatrixSymbol) and term.rows == term.cols else None


def swap_factors(term: MatrixExpr) -> MatrixExpr | None:
    if isinstance(term, MatMul | KroneckerProduct):
        for i in range(len(term.args) - 1):
            left, right = term.args[i : i + 2]
            if isinstance(left, MatrixExpr) and left.shape == right.shape and left.rows == left.cols:
                return term.func(*term.args[:i], right, left, *term.args[i + 2 :])
    return None


def next_index(term: MatrixExpr) -> MatrixExpr | None:
    return term.func(term.args[0], term.index + 1, *term.args[2:]) if isinstance(term, Element) else None


def drop_summand(term: MatrixExpr) -> MatrixExpr | None:
    return MatAdd(*term.args[1:]) if isinstance(term, MatAdd) and len(term.args) > 2 else None


CHANGES: list[Rule] = [
    longer,
    later,
    other_direction,
    drop_transpose,
    add_transpose,
    swap_factors,
    next_index,
    drop_summand,
]
