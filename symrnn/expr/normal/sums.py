"""Finite sums over index ranges: one canonical way to write each.

A sum over [a, b] is a difference of sums from 0: Σ_{a}^{b} g = G(b+1) - G(a) with G(e) = Σ_{v=0}^{e-1} g(v), and
G(e+1) = G(e) + g(e) takes the numeric part off every end. Peeled, split and shifted sums then meet. G(e) stands for
the signed sum when e < 0 and its summands may lie outside the range in which the original sum lives; they are formal
symbols there, and cancel, since both sides of an equality are rewritten by the same two rules.
Source: Karr (1981), Summation in finite terms, J. ACM 28.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from symrnn.expr.normal.blocks import require_writable
from symrnn.expr.normal.expand import Polynomial, finish, rebuilt
from symrnn.expr.normal.monomial import Monomial, Range
from symrnn.expr.normal.slots import affine, first_affine, index_slots, scalar_parts

MAX_PASSES = 30


def canonical(mono: Monomial) -> Polynomial:
    """Bring the sums of a monomial to canonical form; the result is a list, since ends may split off."""
    done: Polynomial = []
    pending = [(mono, 0)]
    while pending:
        current, passes = pending.pop()
        following = _step(current) if passes < MAX_PASSES else None
        if following is None:
            done.append(current)
        else:
            pending.extend((result, passes + 1) for part in following for result in finish(part))
    return done


def _step(mono: Monomial) -> Polynomial | None:
    """One pass, or None when nothing is left to do."""
    if not mono.ranges:
        return None
    for position in range(len(mono.ranges) - 1, -1, -1):
        dropped = _drop_unused(mono, position)
        if dropped is not None:
            return [dropped]
    arranged = _rename(_choose_indices(_reorder(mono)))
    split = _split_ends(arranged)
    if split is None:
        return None if arranged == mono else [arranged]
    return split


def _drop_unused(mono: Monomial, position: int) -> Monomial | None:
    """Σ_{v} c = (length) c when nothing depends on v."""
    variable, low, high = mono.ranges[position]
    if mono.mentions(variable):
        return None
    ranges = mono.ranges[:position] + mono.ranges[position + 1 :]
    length = sp.expand(high - low + 1)
    inner = {v for v, _, _ in mono.ranges[position + 1 :]}
    if length.free_symbols & inner:
        return None
    return Monomial(mono.shape, mono.factors, sp.expand(mono.coefficient * length), ranges)


def _slots(mono: Monomial) -> Iterator[sp.Expr]:
    for factor in mono.factors:
        yield from index_slots(factor)
    for part in scalar_parts(mono.coefficient, [v for v, _, _ in mono.ranges]):
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


def _choose_indices(mono: Monomial) -> Monomial:
    """Change each index so that the first place where it stands reads exactly the index."""
    for position in range(len(mono.ranges)):
        variable, low, high = mono.ranges[position]  # read anew: an outer change has moved the inner bounds
        others = {v for v, _, _ in mono.ranges if v != variable}
        inner = {v for v, _, _ in mono.ranges[position + 1 :]}
        found = first_affine(_slots(mono), variable, others) or first_affine(_slots(mono), variable, inner)
        slope, rest = found or (1, -low)
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
    names = {v: sp.Symbol(f"_s{i}", integer=True) for i, (v, _, _) in enumerate(mono.ranges)}
    aside = {v: sp.Dummy(integer=True) for v in names}
    back = {aside[v]: name for v, name in names.items()}
    renamed = mono.substituted(aside).substituted(back)
    ranges = tuple(
        (names[old], sp.expand(low), sp.expand(high))
        for (old, _, _), (_, low, high) in zip(mono.ranges, renamed.ranges, strict=True)
    )
    return Monomial(mono.shape, renamed.factors, renamed.coefficient, ranges)


def _split_ends(mono: Monomial) -> Polynomial | None:
    """Σ_{a}^{b} = G(b+1) - G(a), and the numeric part of each end written out; None when all is canonical."""
    for position in range(len(mono.ranges) - 1, -1, -1):
        variable, low, high = mono.ranges[position]
        constant, symbolic = sp.expand(high + 1).as_coeff_Add()
        if low == 0 and constant == 0 and symbolic != 0:
            continue
        out: Polynomial = []
        for end, sign in ((high + 1, 1), (low, -1)):
            out.extend(_from_zero(mono, position, sp.expand(end), sign))
        return out
    return None


def _from_zero(mono: Monomial, position: int, end: sp.Expr, sign: int) -> Polynomial:
    variable = mono.ranges[position][0]
    constant, symbolic = end.as_coeff_Add()
    require_writable(constant)
    out: Polynomial = []
    if symbolic != 0:
        ranges = list(mono.ranges)
        ranges[position] = (variable, sp.S.Zero, symbolic - 1)
        out.append(Monomial(mono.shape, mono.factors, sign * mono.coefficient, tuple(ranges)))
    steps = range(int(constant)) if constant > 0 else range(int(constant), 0)
    direction = sign if constant > 0 else -sign
    for j in steps:
        without = Monomial(
            mono.shape,
            mono.factors,
            direction * mono.coefficient,
            mono.ranges[:position] + mono.ranges[position + 1 :],
        )
        out.extend(rebuilt(without.substituted({variable: symbolic + j})))
    return out
