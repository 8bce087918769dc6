"""Finite sums over index ranges: one canonical way to write each.

A sum over [a, b] is a difference of sums from an anchor c: Σ_{a}^{b} g = G(b+1) - G(a) with G(e) =
Σ_{v=c}^{e-1} g(v), and G(e+1) = G(e) + g(e) takes the numeric part off every end. Peeled, split and shifted
sums then meet. G(e) stands for the signed sum when e < c and its summands may lie outside the range in which
the original sum lives; they are formal symbols there, and cancel, since both sides of an equality are
rewritten by the same two rules.
Source: Karr (1981), Summation in finite terms, J. ACM 28.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

import sympy as sp
from sympy.core.sympify import _sympify
from sympy.matrices.expressions import HadamardProduct, MatAdd
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import IndexRangeError
from symrnn.expr.binder import MatrixSum
from symrnn.expr.normal.blocks import require_writable
from symrnn.expr.normal.domain import anchor
from symrnn.expr.normal.expand import Polynomial, finish, rebuilt
from symrnn.expr.normal.monomial import Monomial, Range
from symrnn.expr.normal.names import canonical_index, height
from symrnn.expr.normal.order import sort_key
from symrnn.expr.normal.scalars import expanded
from symrnn.expr.normal.slots import affine, best_affine, first_affine, index_slots

MAX_PASSES = 30

MAX_FAULHABER = 12
"""Highest power of an index whose sum is written as a polynomial."""

COMPOSITE = (MatAdd, MatrixSum, HadamardProduct, MatrixElement)
"""Nodes whose own order depends on the names of the indices in them."""


def canonical(mono: Monomial) -> Polynomial:
    """Bring the sums of a monomial to canonical form; the result is a list, since ends may split off."""
    done: Polynomial = []
    pending = [(mono, 0)]
    while pending:
        current, passes = pending.pop()
        following = _step(current) if passes < MAX_PASSES else None
        if following is None and passes < MAX_PASSES:
            following = _settled(current)
        if following is None:
            done.append(current)
        else:
            pending.extend((result, passes + 1) for part in following for result in finish(part))
    return done


def _settled(mono: Monomial) -> Polynomial | None:
    """The monomial expanded anew under the canonical names of its indices; None when that changes nothing."""
    if not mono.ranges or not any(part.has(*COMPOSITE) for part in mono.parts):
        return None
    again = rebuilt(mono)
    return None if again == [mono] else again


def _step(mono: Monomial) -> Polynomial | None:
    """One pass, or None when nothing is left to do."""
    if not mono.ranges:
        return None
    for position in range(len(mono.ranges) - 1, -1, -1):
        dropped = _sum_powers(mono, position)
        if dropped is not None:
            return dropped
    summands = sp.Add.make_args(expanded(mono.coefficient))
    if len(summands) > 1:
        return [Monomial(mono.shape, mono.factors, part, mono.ranges) for part in summands]
    arranged = _rename(_choose_indices(_reorder(mono)))
    if isinstance(arranged.coefficient, sp.Add):
        return [arranged]
    split = _split_ends(arranged)
    if split is None:
        return None if arranged == mono else [arranged]
    return split


def _sum_powers(mono: Monomial, position: int) -> Polynomial | None:
    """Σ_{v} v^p c as a polynomial in the bounds when nothing else depends on v: c times the length for p = 0.

    Source: Faulhaber's formula, Σ_{v=a}^{b} v^p = (B_{p+1}(b+1) - B_{p+1}(a)) / (p + 1).
    """
    variable, low, high = mono.ranges[position]
    ranges = mono.ranges[:position] + mono.ranges[position + 1 :]
    if Monomial(mono.shape, mono.factors, ranges=ranges).mentions(variable):
        return None
    constant, powers = mono.coefficient.as_independent(variable, as_Add=False)
    base, exponent = powers.as_base_exp() if powers != 1 else (variable, sp.S.Zero)
    if base != variable or not (exponent.is_Integer and 0 <= exponent <= MAX_FAULHABER):
        return None
    ends = (sp.bernoulli(exponent + 1, end) for end in (high + 1, low))
    value = operator.sub(*ends) / (exponent + 1)
    return [Monomial(mono.shape, mono.factors, part, ranges) for part in sp.Add.make_args(expanded(constant * value))]


def _slots(mono: Monomial) -> Iterator[sp.Expr]:
    for factor in mono.factors:
        yield from index_slots(factor)
    for part in sorted(sp.Mul.make_args(mono.coefficient), key=sort_key):
        yield from index_slots(part)


def _reorder(mono: Monomial) -> Monomial:
    """Order the sums by where their indices first stand in the chain, as far as Fubini allows."""
    variables = [v for v, _, _ in mono.ranges]
    rank: dict[sp.Symbol, int] = {}
    slots = list(_slots(mono))
    for number_inside in (1, 2):
        for slot in slots:
            inside = [v for v in variables if v in slot.free_symbols]
            if len(inside) <= number_inside:
                for v in inside:
                    rank.setdefault(v, len(rank))
    ranges = list(mono.ranges)
    for _ in ranges:
        for i in range(len(ranges) - 1):
            first, second = ranges[i], ranges[i + 1]
            if rank.get(first[0], len(rank)) > rank.get(second[0], len(rank)):
                swapped = fubini(first, second)
                if swapped is not None:
                    ranges[i : i + 2] = swapped
    return Monomial(mono.shape, mono.factors, mono.coefficient, tuple(ranges))


def fubini(outer: Range, inner: Range) -> tuple[Range, Range] | None:
    """Swap two sums over a rectangle or a triangle; None for another shape of domain."""
    (o, a, b), (i, low, high) = outer, inner
    low_moves, high_moves = o in low.free_symbols, o in high.free_symbols
    if not low_moves and not high_moves:
        return inner, outer
    if low_moves and high_moves:
        return None
    found = affine(low if low_moves else high, o)
    if found is None:
        return None
    slope, c = found
    edge = slope * (i - c)  # the value of o at which i meets the moving bound
    if high_moves:
        new_inner = (o, a, edge) if slope == -1 else (o, edge, b)
        new_outer = (i, low, (a if slope == -1 else b) * slope + c)
        gap = slope * (low - c) - (b if slope == -1 else a)
    else:
        new_inner = (o, a, edge) if slope == 1 else (o, edge, b)
        new_outer = (i, (a if slope == 1 else b) * slope + c, high)
        gap = slope * (high - c) - (b if slope == 1 else a)
    upper_side = new_inner[1] == a
    fits = sp.expand(gap) in ((0, -1) if upper_side else (0, 1))
    return (new_outer, new_inner) if fits else None


def _choice(mono: Monomial, variable: sp.Symbol, inner: set[sp.Symbol]) -> tuple[int, sp.Expr] | None:
    chain = [slot for factor in mono.factors for slot in index_slots(factor)]
    found = first_affine(chain, variable, inner)
    if found is None and not any(variable in slot.free_symbols for slot in chain):
        return best_affine(mono.coefficient, variable, inner)
    return found


def _choose_indices(mono: Monomial) -> Monomial:
    """Change each index so that the first place where it stands reads exactly the index."""
    for position in range(len(mono.ranges)):
        variable, low, high = mono.ranges[position]  # read anew: an outer change has moved the inner bounds
        inner = {v for v, _, _ in mono.ranges[position + 1 :]}
        slope, rest = _choice(mono, variable, inner) or (1, -low)
        if (slope, rest) == (1, 0):
            continue
        inverse = sp.expand(slope * (variable - rest))
        bounds = (low + rest, high + rest) if slope == 1 else (rest - high, rest - low)
        changed = mono.substituted({variable: inverse})
        ranges = list(changed.ranges)
        ranges[position] = (variable, sp.expand(bounds[0]), sp.expand(bounds[1]))
        mono = Monomial(mono.shape, changed.factors, changed.coefficient, tuple(ranges))
    return mono


def _rename(mono: Monomial) -> Monomial:
    """Canonical names for the indices, numbered from the outermost and above those of sums further inside."""
    below = height(MatrixSum, mono.parts)
    bounds = {symbol for _, *ends in mono.ranges for end in ends for symbol in end.free_symbols}
    free = bounds.union(*(part.free_symbols for part in mono.parts)) - set(mono.variables)
    names = {v: canonical_index("s", below + i, free) for i, v in enumerate(mono.variables)}
    if set(names.values()) & set(mono.variables):
        aside = {v: sp.Dummy(integer=True) for v in names}
        back = {aside[v]: name for v, name in names.items()}
        renamed = mono if list(names) == list(names.values()) else mono.substituted(aside).substituted(back)
    else:
        renamed = mono.substituted(names)
    ranges = tuple(
        (names[old], sp.expand(low), sp.expand(high))
        for (old, _, _), (_, low, high) in zip(mono.ranges, renamed.ranges, strict=True)
    )
    return Monomial(mono.shape, renamed.factors, renamed.coefficient, ranges)


def _split_ends(mono: Monomial) -> Polynomial | None:
    """Σ_{a}^{b} = G(b+1) - G(a), and the numeric part of each end written out; None when all is canonical.

    A sum that cannot be split, since a term on the way does not exist, is left as it is.
    """
    for position in range(len(mono.ranges) - 1, -1, -1):
        try:
            split = _split(mono, position)
        except (IndexRangeError, IndexError):  # SymPy's own for an entry that a matrix does not have
            continue
        if split is not None and not any(part.coefficient.has(sp.zoo, sp.nan, sp.oo) for part in split):
            return split
    return None


def _split(mono: Monomial, position: int) -> Polynomial | None:
    variable, low, high = mono.ranges[position]
    start = anchor(mono.parts, variable, sp.S.Zero)
    ends = [sp.expand(high + 1).as_coeff_Add(), sp.expand(low).as_coeff_Add()]
    if ends[0][1] == ends[1][1]:
        return _points(mono, position, ends[0][1], int(ends[1][0]), int(ends[0][0]))
    offsets = [anchor(mono.parts, variable, symbolic) for _, symbolic in ends]
    if start is None or (low == start and ends[0][0] == offsets[0]):
        return None
    out: Polynomial = []
    for (constant, symbolic), offset, sign in zip(ends, offsets, (1, -1), strict=True):
        if offset is None:
            return None
        if symbolic != 0:
            ranges = list(mono.ranges)
            ranges[position] = (variable, sp.Integer(start), symbolic + offset - 1)
            out.append(Monomial(mono.shape, mono.factors, sign * mono.coefficient, tuple(ranges)))
        signed = Monomial(mono.shape, mono.factors, sign * mono.coefficient, mono.ranges)
        out.extend(_points(signed, position, symbolic, offset, constant))
    return out


def _points(mono: Monomial, position: int, around: sp.Expr, first: int, end: sp.Expr) -> Polynomial:
    """Σ of the summands from ``around + first`` to before ``around + end``, signed as its length is."""
    require_writable(_sympify(end) - first)
    variable = mono.ranges[position][0]
    ranges = mono.ranges[:position] + mono.ranges[position + 1 :]
    sign = 1 if end >= first else -1
    without = Monomial(mono.shape, mono.factors, sign * mono.coefficient, ranges)
    out: Polynomial = []
    for j in range(*sorted((int(first), int(end)))):
        out.extend(rebuilt(without.substituted({variable: around + j})))
    return out
