"""Sums of monomials, and walks through them: what normal forms are made of.

A bound variable is named by its height, the number of binders inside its own: ``_2s0`` and ``_2s1`` are the variables
of a sum, ``_1p`` that of a product. So no name is bound twice on the way to a place, and nothing that is put in place
of a variable is caught further inside. While a monomial is worked on, its own variables have new names, such as ``#7``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from itertools import count
from math import gcd
from typing import Any, NamedTuple, TypeAlias

from symrnn.kernel.errors import need
from symrnn.kernel.linear import Linear, linear, variable
from symrnn.kernel.terms import Place, Size, size_at, size_names
from symrnn.kernel.work import spend

Atom: TypeAlias = tuple[Any, ...]
Word: TypeAlias = tuple[Atom, ...]


def _hash(x: Mono | Poly) -> int:
    """The hash, computed once: what is nested deeply is looked up often."""
    known: int | None = x.__dict__.get("hash")
    if known is None:
        known = x.__dict__["hash"] = tuple.__hash__(x)
    return known


class _Mono(NamedTuple):
    bound: tuple[str, ...]
    domain: tuple[Linear, ...]
    scalars: tuple[Word, ...]
    word: Word


class Mono(_Mono):
    """Σ over the integer points of the domain of: the scalars times the product of the atoms of the word.

    Args:
        bound: the variables that the sum runs over.
        domain: linear forms that are >= 0 in its points.
        scalars: words of shape (1, 1), in order.
        word: atoms from left to right; the empty word is an identity.
    """

    __hash__ = _hash


class _Poly(NamedTuple):
    rows: Size
    cols: Size
    terms: tuple[tuple[Mono, Fraction | int], ...]


class Poly(_Poly):
    """A sum of monomials with numbers before them, of a shape; without monomials it is zero."""

    __hash__ = _hash


PLAIN = ("leaf", "unit", "binom", "sel", "comm", "d", "jac", "grad", "part")
"""Atoms that are written as the terms that they are."""

MOST_REMEMBERED = 30_000
"""How many answers about parts of terms are kept, and by each system how many of those that depend on it."""

LETTERS = 50
"""How many letters of a key are as much work as one part of a term."""

LONGEST_KEY = 1000
"""How many letters a key may have: in place of a longer one stands its digest."""

_numbers = count()


def fresh_name() -> str:
    """A name that no variable has."""
    return f"#{next(_numbers):015}"  # of one length, so that their order is that of making them


def exact(c: Fraction | int) -> Fraction | int:
    """A number, as an int where it is one: its hash takes less time."""
    return c.numerator if isinstance(c, Fraction) and c.denominator == 1 else c


def is_bound(name: str) -> bool:
    """Whether a variable is one of the names that the normal form gives; no user can write such a name."""
    return name[0] == "#" or (name[0] == "_" and name[1:2].isdigit())


# -- walking -----------------------------------------------------------------------------------------------------------


ENDS = (Linear, Size)
"""Parts in which no other stands."""


def is_inner(x: Any) -> bool:
    """Whether something has parts."""
    return isinstance(x, tuple) and not isinstance(x, ENDS)


def changed(x: Any, values: Mapping[str, Linear]) -> Any:
    """Linear forms in the place of variables that are not bound inside."""
    if isinstance(x, ENDS):
        return x.at(values) if isinstance(x, Linear) else size_at(x, values)
    spend(len(x))
    if type(x) is not tuple and variables(x).isdisjoint(values):  # a tuple is sooner changed than looked up
        return x
    parts = [changed(part, values) if part and isinstance(part, tuple) else part for part in x]
    return tuple(parts) if type(x) is tuple else type(x)(*parts)


@lru_cache(MOST_REMEMBERED, typed=True)
def variables(x: Any) -> frozenset[str]:
    """The variables in linear forms, bound ones among them."""
    found, waiting = set[str](), [x]
    for part in waiting:
        if isinstance(part, ENDS):
            found |= part.names() if isinstance(part, Linear) else size_names(part)
        elif isinstance(part, Mono | Poly) and part is not x:
            found |= variables(part)
        else:
            waiting += [inner for inner in part if isinstance(inner, tuple)]
    return frozenset(found)


@lru_cache(MOST_REMEMBERED, typed=True)
def height(x: Any) -> int:
    """How deep binders are nested inside."""
    if isinstance(x, ENDS):
        return 0
    own = bool(x.bound) if isinstance(x, Mono) else is_product(x)
    return own + max([height(part) for part in x if is_inner(part)], default=0)


def is_product(x: tuple[Any, ...]) -> bool:
    """Whether something is an ordered product."""
    return len(x) == 5 and x[0] == "prod"  # a quantity of this name is part of a shorter tuple


def opened(mono: Mono) -> Mono:
    """The same with new names for its own variables."""
    return called(mono, {b: fresh_name() for b in mono.bound}) if mono.bound else mono


def called(mono: Mono, names: Mapping[str, str]) -> Mono:
    """The same with other names for its own variables."""
    values = {old: variable(new) for old, new in names.items()}
    return Mono(tuple(names.get(b, b) for b in mono.bound), *(changed(part, values) for part in mono[1:]))


@lru_cache(MOST_REMEMBERED, typed=True)
def has_sums(x: Any) -> bool:
    """Whether there is a sum inside."""
    own = isinstance(x, Mono) and bool(x.bound)
    return own or any(has_sums(part) for part in x if is_inner(part))


@lru_cache(MOST_REMEMBERED, typed=True)
def resorted(x: Any) -> Any:
    """Conditions on the domains of sums inside in order again, after their variables got other names."""
    if not is_inner(x) or not has_sums(x):
        return x
    if isinstance(x, Mono):
        return Mono(x.bound, tuple(sorted(x.domain, key=repr)), *(resorted(part) for part in x[2:]))
    return Poly(*map(resorted, x)) if isinstance(x, Poly) else tuple([resorted(part) for part in x])


@lru_cache(MOST_REMEMBERED, typed=True)
def blind(x: Any) -> str:
    """A key that does not depend on the names of bound variables, to put things in order: two may share one."""
    spend(4 if isinstance(x, Linear) else 1)
    if isinstance(x, Linear):
        parts = sorted((("•" if is_bound(v) else v), c) for v, c in x.terms)
        return f"{parts}{x.constant}"
    if isinstance(x, tuple):
        text = f"({','.join(map(blind, x))})"
        spend(len(text) // LETTERS)
        return text if len(text) <= LONGEST_KEY else sha256(text.encode()).hexdigest()
    if isinstance(x, str):
        return "•" if x and is_bound(x) else x
    return str(x)


@lru_cache(MOST_REMEMBERED, typed=True)
def kinds(x: Any) -> frozenset[str]:
    """The kinds of the atoms inside."""
    if not is_inner(x):
        return frozenset()
    own = {x[0]} if x and isinstance(x[0], str) else set()
    return frozenset(own).union(*[kinds(part) for part in x if is_inner(part)])


@lru_cache(MOST_REMEMBERED, typed=True)
def leaves(x: Any) -> frozenset[Place]:
    """The quantities that the value of something depends on; ("", None) for a derivative, of which nothing is known.

    An expectation depends on nothing random, so what stands in it is left out.
    """
    if not is_inner(x) or x[:1] == ("mean",):
        return frozenset()
    if len(x) > 2 and x[0] in ("leaf", "d", "jac", "grad", "part"):
        return frozenset({x[1:] if x[0] == "leaf" else ("", None)})
    return frozenset().union(*map(leaves, x))


def digest(*parts: Any) -> bytes:
    """A digest of everything that parts consist of."""
    text = repr(parts)
    spend(len(text) // LETTERS)
    return sha256(text.encode()).digest()


def column_order(word: Word) -> tuple[bool, bool, str]:
    """What is best at the end of a column: what moves, then products, then by name."""
    return "d" in kinds(word), "prod" in kinds(word), blind(word)


def forget() -> None:
    """Empty all caches but what a system remembers of its ranges: so memory is free again."""
    for cached in (variables, height, has_sums, resorted, blind, kinds, leaves, indices, bounds, met):
        cached.cache_clear()


# -- polynomials -------------------------------------------------------------------------------------------------------


def zero(rows: Size, cols: Size) -> Poly:
    """The zero matrix."""
    return Poly(rows, cols, ())


def identity(rows: Size) -> Poly:
    """The identity."""
    return Poly(rows, rows, ((Mono((), (), (), ()), 1),))


def plus(*polys: Poly) -> Poly:
    """The sum, like monomials added up."""
    need(all(poly[:2] == polys[0][:2] for poly in polys), "a sum of different shapes")
    if sum(len(poly.terms) for poly in polys) < 2:
        return max(polys, key=lambda poly: len(poly.terms))
    total: dict[Mono, Fraction | int] = {}
    spend(len(polys[0].terms))
    for at, poly in enumerate(polys):
        for mono, c in poly.terms:
            total[mono] = total.get(mono, 0) + c
            if at:  # the first is there already; of what comes, every letter is work
                spend(weight(mono) + digits(total[mono]))
    like: dict[str, list[Mono]] = {}
    for mono, c in total.items():
        if c:
            like.setdefault(blind(mono), []).append(mono)
    spend(sum(weight(mono) for found in like.values() if len(found) > 1 for mono in found))
    monos = [m for _, found in sorted(like.items()) for m in (found if len(found) == 1 else sorted(found, key=repr))]
    return Poly(polys[0].rows, polys[0].cols, tuple((mono, exact(total[mono])) for mono in monos))


def weight(mono: Mono) -> int:
    """How much work it is to look at a monomial."""
    return 1 + len(mono.word) + sum(map(len, mono.scalars)) + 4 * len(mono.domain) + len(blind(mono)) // LETTERS


def digits(c: Fraction | int) -> int:
    """How much work it is to calculate with a number."""
    return (c.numerator.bit_length() + c.denominator.bit_length()) // 32


def scaled(factor: Fraction | int, poly: Poly) -> Poly:
    """A number times a matrix."""
    return Poly(poly.rows, poly.cols, tuple((mono, exact(factor * c)) for mono, c in poly.terms) if factor else ())


# -- indices and conditions --------------------------------------------------------------------------------------------


def anchors(
    found: Iterable[tuple[str, Linear]], waiting: list[str], signs: tuple[int, ...] = (1, -1)
) -> list[tuple[str, int, tuple[Any, ...], str, Linear]]:
    """Indices that name a variable once and nothing that is bound further inside, in an order that no shift changes."""
    found = list(found)
    spend(len(found) * len(waiting))
    free = sorted({w for _, index in found for w in index.names() if not is_bound(w)})

    def place(index: Linear, v: str) -> tuple[Any, ...]:
        bound = linear(((w, c) for w, c in index.terms if is_bound(w) and w != v), 0)
        return (blind(bound), *(-index.coefficient(w) for w in free), -index.constant)

    return [
        (name, index.coefficient(v), place(index, v), v, index)
        for name, index in found
        for v in waiting
        if index.coefficient(v) in signs and not any(_is_inner(w) for w in index.names() - {v})
    ]


def insides(atom: Atom) -> tuple[Poly, ...]:
    """The matrices inside an atom."""
    if atom[0] == "T":
        return insides(atom[1])
    return tuple(part for part in atom if isinstance(part, Poly))


def _is_inner(name: str) -> bool:
    """Whether a variable is bound further inside: what is worked on has variables of other names."""
    return name[0] == "_" and is_bound(name)


@lru_cache(MOST_REMEMBERED, typed=True)
def indices(x: Any) -> tuple[tuple[str, Linear], ...]:
    """The indices of quantities in the order in which they are met, each with a name."""
    if not is_inner(x):
        return ()
    own: tuple[tuple[str, Linear], ...] = ()
    if len(x) == 2 and isinstance(x[0], str):  # a quantity inside a derivative, whatever it is called
        own = ((x[0], x[1]),) if isinstance(x[1], Linear) else ()
    elif x and x[0] == "leaf":
        return () if x[2] is None else ((x[1], x[2]),)
    elif x and x[0] in ("unit", "binom", "fn") and isinstance(x[2], Linear):
        own = ((x[0], x[2]),)
    return own + tuple([found for part in x if is_inner(part) for found in indices(part)])


@lru_cache(MOST_REMEMBERED, typed=True)
def bounds(x: Any) -> tuple[tuple[str, Linear], ...]:
    """The bounds of products, each with what is multiplied and its number in the order in which they are met."""
    if not is_inner(x):
        return ()
    own = ((blind(x[4]), x[3]), (blind(x[4]), x[2])) if is_product(x) else ()
    found = own + tuple([(name[:-4], index) for part in x if is_inner(part) for name, index in bounds(part)])
    return tuple((f"{name}{at:04}", index) for at, (name, index) in enumerate(found))


@lru_cache(MOST_REMEMBERED, typed=True)
def met(x: Any) -> tuple[str, ...]:
    """Variables in the order in which they are met, those of indices and of bounds alike."""
    if isinstance(x, Linear):
        return tuple([v for v, _ in x.terms])
    if isinstance(x, Mono):
        return met((x.word, x.scalars, x.domain))
    if isinstance(x, Size) or not isinstance(x, tuple):
        return ()
    return tuple(dict.fromkeys([v for part in x if isinstance(part, tuple) for v in met(part)]))


def tidied(domain: Iterable[Linear]) -> tuple[Linear, ...] | None:
    """Conditions divided by common factors, of each direction the strictest; None if one fails."""
    strictest: dict[tuple[tuple[str, int], ...], int] = {}
    for form in domain:
        spend(4)
        common = gcd(*(c for _, c in form.terms)) if form.terms else 0
        if not common:
            if form.constant < 0:
                return None
            continue
        terms = tuple((v, c // common) for v, c in form.terms)
        constant = form.constant // common
        strictest[terms] = min(constant, strictest.get(terms, constant))
    return tuple(sorted((Linear(terms, c) for terms, c in strictest.items()), key=repr))
