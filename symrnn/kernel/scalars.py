"""Real numbers above the kernel's matrices: norms and what is made of them, and when two of them are equal.

A scalar is a tuple that begins with its kind; ``SCALARS`` says what follows. Every scalar is a real number: 1/0 is 0,
and x^0 is 1 for every x; a sum or a power that is used in a proof has to have a length, or an exponent, >= 0.

Two scalars with one normal form are equal: polynomials with rational coefficients in atoms, whose exponents are linear
forms in the indices. Matrices inside norms are compared by their own normal form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from symrnn.kernel.errors import need
from symrnn.kernel.linear import Linear, number, show_linear, variable
from symrnn.kernel.normal import Normal
from symrnn.kernel.printer import show
from symrnn.kernel.system import System
from symrnn.kernel.terms import Term, binders_of, check_index, check_term, is_name, names_of, put, ranges
from symrnn.kernel.work import spend

Scalar: TypeAlias = tuple[Any, ...]
Facts: TypeAlias = tuple[Linear, ...]
Monomial: TypeAlias = tuple[tuple[Any, Linear], ...]
Number: TypeAlias = dict[Monomial, Fraction]
"""A polynomial: its monomials with their coefficients, none of them 0; the exponents by atom."""

SCALARS: Mapping[str, tuple[str, ...]] = {
    "rational": ("fraction",),
    "number": ("index",),  # an index as a real number
    "real": ("name",),
    "norm": ("kind", "term"),
    "least": ("term",),  # the smallest singular value of a square matrix
    "radius": ("term",),  # the spectral radius
    "smallest": ("term",),  # the smallest entry of a matrix
    "abs": ("scalar",),
    "max": ("scalar", "scalar"),
    "plus": ("scalar", "scalar*"),
    "times": ("scalar", "scalar*"),
    "power": ("scalar", "index"),
    "over": ("scalar",),  # 1/x
    "total": ("bound", "index", "index", "scalar"),  # Σ
}
NORMS = {"1": "_1", "2": "_2", "oo": "_∞", "F": "_F"}
MEASURES = ("norm", "least", "radius", "abs")
"""What is never below 0."""
MOST_MONOMIALS, LARGEST_POWER, MOST_BITS = 2_000, 16, 4_096
"""What a normal form may have: monomials, factors by a power written out, and bits of a coefficient."""

FIRST = number(1)
ZERO: Scalar = ("rational", Fraction(0))
ONE: Scalar = ("rational", Fraction(1))


# -- walking -----------------------------------------------------------------------------------------------------------


def parts(s: Scalar) -> list[tuple[str, Any]]:
    """What follows the kind of a scalar, each with its sort."""
    sorts = SCALARS[s[0]]
    if sorts[-1] == "scalar*":
        return [("scalar", part) for part in s[1:]]
    return list(zip(sorts, s[1:], strict=True))


def walk(
    s: Scalar, facts: Facts = (), bound: frozenset[str] = frozenset()
) -> Iterator[tuple[Scalar, Facts, frozenset[str]]]:
    """A scalar and every scalar inside it, with what holds where it stands, and the variables that are bound there."""
    spend(1 + len(facts))
    yield s, facts, bound
    if s[0] == "total":
        here = variable(s[1])
        facts, bound = (*facts, here - s[2], s[3] - here), bound | {s[1]}
    for sort, part in parts(s):
        if sort == "scalar":
            yield from walk(part, facts, bound)


def terms_of(s: Scalar, facts: Facts = ()) -> Iterator[tuple[Term, Facts, frozenset[str]]]:
    """The matrices inside a scalar, likewise."""
    for node, inside, bound in walk(s, facts):
        yield from ((part, inside, bound) for sort, part in parts(node) if sort == "term")


def scalar_at(s: Scalar, values: Mapping[str, Linear]) -> Scalar:
    """Linear forms in the place of free variables.

    Raises:
        NotProvedError: when a binder has the name of a variable of what is put in, or of what goes.
    """
    incoming = {name for form in values.values() for name in form.names()} | set(values)

    def change(sort: str, part: Any) -> Any:
        match sort:
            case "scalar":
                return scalar_at(part, values)
            case "term":
                return put(part, values)
            case "index":
                return part.at(values)
            case "bound":
                need(part not in incoming, f"{part} is bound already")
        return part

    return (s[0], *(change(sort, part) for sort, part in parts(s))) if values else s


def scalar_names(s: Scalar) -> set[str]:
    """The free variables of a scalar."""
    found: set[str] = set()
    for node, _, bound in walk(s):
        for sort, part in parts(node):
            own = names_of(part) if sort == "term" else part.names() if sort == "index" else set()
            found |= own - bound
    return found


def scalar_binders(s: Scalar) -> set[str]:
    """The names that binders give to their variables."""
    found = {node[1] for node, _, _ in walk(s) if node[0] == "total"}
    return found | {name for t, _, _ in terms_of(s) for name in binders_of(t)}


def check_scalar(s: Scalar, system: System, reals: Mapping[str, str]) -> None:
    """Refuse what is not a scalar of a system.

    Raises:
        NotProvedError: naming what is wrong.
    """
    for node, _, bound in walk(s):
        if node[0] == "total":
            need(is_name(node[1]) and node[1] not in bound, f"{node[1]} is bound twice")
            need(node[1] not in node[2].names() | node[3].names(), f"a bound of {node[1]} names it")
        for sort, part in parts(node):
            if sort == "index":
                check_index(part)
            if sort == "kind":
                need(part in NORMS, f"no norm is called {part}")
            if sort == "term":
                rows, cols = check_term(part, system, bound)
                need(node[0] in ("norm", "smallest") or rows == cols, f"{node[0]} of what is not square")
        need(node[0] != "real" or node[1] in reals, f"{node[1:]} is not a number that was named")


def lengths(s: Scalar, facts: Facts) -> Iterator[tuple[Facts, Linear]]:
    """Exponents and lengths of sums, which have to be >= 0, each with what holds there; not those in matrices."""
    for node, inside, _ in walk(s, facts):
        if node[0] == "power":
            yield inside, node[2]
        if node[0] == "total":
            yield inside, node[3] - node[2] + 1


def conditions(s: Scalar, facts: Facts) -> Iterator[tuple[Facts, Linear]]:
    """What has to be >= 0: exponents and lengths of sums and products, those in matrices among them."""
    yield from lengths(s, facts)
    for part, inside, _ in terms_of(s, facts):
        yield from ranges(part, inside)


# -- the normal form ---------------------------------------------------------------------------------------------------


class Numbers:
    """Normal forms of scalars over one system."""

    def __init__(self, system: System) -> None:
        self.normal = Normal(system)
        self._known: dict[Any, Any] = {}

    def matrix(self, t: Term, at: Mapping[str, Linear] | None = None) -> Any:
        """The normal form of a matrix."""
        key = (t, tuple(sorted((at or {}).items())))
        if key not in self._known:
            self._known[key] = self.normal.value(t, at)
        return self._known[key]

    def of(self, s: Scalar, at: Mapping[str, Linear] | None = None, depth: int = 0) -> Number:
        """The normal form of a scalar, with linear forms in the place of variables."""
        at = {} if at is None else at
        spend(len(s))
        match s:
            case ("rational", c):
                return {(): c} if c else {}
            case ("number", form):
                form = form.at(at)
                whole: Number = {((("index", v), FIRST),): Fraction(c) for v, c in form.terms}
                return added(whole, {(): Fraction(form.constant)})
            case ("norm", kind, t):
                return _atom(("norm", kind, self.matrix(t, at)))
            case ("least" | "radius" | "smallest", t):
                return _atom((s[0], self.matrix(t, at)))
            case ("power", base, e):
                return _power(self.of(base, at, depth), e.at(at))
            case ("over", base):
                return _over(self.of(base, at, depth))
            case ("abs" | "max", *inner):
                return _atom((s[0], *(_frozen(self.of(each, at, depth)) for each in inner)))
            case ("total", v, low, high, body):
                return self._total(v, low.at(at), high.at(at), body, at, depth)
        if s[0] == "real":
            return _atom(s)
        found: Number = {} if s[0] == "plus" else {(): Fraction(1)}
        for part in s[1:]:
            value = self.of(part, at, depth)
            found = added(found, value) if s[0] == "plus" else multiplied(found, value)
        return found

    def _total(self, v: str, low: Linear, high: Linear, body: Scalar, at: Mapping[str, Linear], depth: int) -> Number:
        """A sum from 0 for each monomial of the summand, what does not depend on the variable in front of it."""
        name = f"%{depth}"  # no name that anything else has
        found: Number = {}
        for mono, c in self.of(body, {**at, v: low + variable(name)}, depth + 1).items():
            inside = tuple(factor for factor in mono if _mentions(factor, name))
            outside = tuple(factor for factor in mono if factor not in inside)
            sum_ = _atom(("total", name, high - low, inside)) if inside else self.of(("number", high - low + 1))
            found = added(found, multiplied({outside: c}, sum_))
        return found


def added(p: Number, q: Number, factor: Fraction = Fraction(1)) -> Number:
    """The sum p + factor · q."""
    found = dict(p)
    spend(len(p) + sum(2 + len(mono) for mono in q))
    for mono, c in q.items():
        found[mono] = found.get(mono, Fraction(0)) + factor * c
    return {mono: c for mono, c in found.items() if c}


def multiplied(p: Number, q: Number) -> Number:
    """The product."""
    need(len(p) * len(q) <= MOST_MONOMIALS, "a product with too many summands")
    spend(sum(2 + len(a) + len(b) for a in p for b in q))
    found: Number = {}
    for (a, c), (b, e) in ((x, y) for x in p.items() for y in q.items()):
        exponents: dict[Any, Linear] = {}
        for atom, exponent in (*a, *b):
            exponents[atom] = exponents.get(atom, number(0)) + exponent
        mono = tuple(sorted(((x, k) for x, k in exponents.items() if k != number(0)), key=repr))
        found[mono] = found.get(mono, Fraction(0)) + c * e
        size = max(abs(found[mono].numerator), found[mono].denominator)
        need(size.bit_length() <= MOST_BITS, "a coefficient that is too large")
    return {mono: c for mono, c in found.items() if c}


def _atom(atom: Any, exponent: Linear = FIRST) -> Number:
    return {((atom, exponent),): Fraction(1)}


def _frozen(p: Number) -> Any:
    return tuple(sorted(p.items(), key=repr))


def _power(p: Number, e: Linear) -> Number:
    """p^e for e >= 0; of a single monomial (c x y)^e = c^e x^e y^e."""
    if not e.terms and list(p.values()) == [1] and e.constant >= 0:
        (mono,) = p
        return multiplied({(): Fraction(1)}, {tuple((atom, e.constant * k) for atom, k in mono): Fraction(1)})
    if not e.terms:
        need(0 <= e.constant <= LARGEST_POWER, "a power that is too large to be written out")
        found: Number = {(): Fraction(1)}
        for _ in range(e.constant):
            found = multiplied(found, p)
        return found
    if len(p) == 1:
        ((mono, c),) = p.items()
        if all(not k.terms for _, k in mono):
            found = {} if c == 1 else _atom(("fraction", c), e)
            whole = tuple((atom, k.constant * e) for atom, k in mono)
            return multiplied(found or {(): Fraction(1)}, {tuple(sorted(whole, key=repr)): Fraction(1)})
    return _atom(("sum", _frozen(p)), e)


def _over(p: Number) -> Number:
    """1/p, where 1/0 = 0; of a single monomial 1/(c x^k) = (1/c) (1/x)^k."""
    if not p:
        return {}
    if len(p) > 1:
        return _atom(("over", ("sum", _frozen(p))))
    ((mono, c),) = p.items()
    return {tuple(sorted(((_reciprocal(atom), k) for atom, k in mono), key=repr)): 1 / c}


def _reciprocal(atom: Any) -> Any:
    if atom[0] == "fraction":
        return ("fraction", 1 / atom[1])
    return atom[1] if atom[0] == "over" else ("over", atom)


def _mentions(x: Any, name: str) -> bool:
    return x == name or (isinstance(x, tuple) and any(_mentions(part, name) for part in x))


# -- printing ----------------------------------------------------------------------------------------------------------


def show_scalar(s: Scalar, outside: int = 0) -> str:
    """A scalar on one line; brackets where it stands in something that holds together more tightly."""
    text, level = _shown(s)
    return f"({text})" if level < outside else text


def _shown(s: Scalar) -> tuple[str, int]:
    match s:
        case ("rational", c):
            return str(c), 3 if c.denominator == 1 and c >= 0 else 1
        case ("number", form):
            return show_linear(form), 3 if len(form.terms) + bool(form.constant) == 1 and form.constant >= 0 else 1
        case ("real", name):
            return name, 3
        case ("norm", kind, t):
            return f"‖{show(t)}‖{NORMS[kind]}", 3
        case ("least", t):
            return f"σ_min({show(t)})", 3
        case ("radius", t):
            return f"ρ({show(t)})", 3
        case ("smallest", t):
            return f"min({show(t)})", 3
        case ("abs", inner):
            return f"|{show_scalar(inner)}|", 3
        case ("max", one, other):
            return f"max({show_scalar(one)}, {show_scalar(other)})", 3
        case ("power", base, e):
            return f"{show_scalar(base, 3)}^({show_linear(e)})", 2
        case ("over", base):
            return f"1/{show_scalar(base, 3)}", 2
        case ("total", v, low, high, body):
            return f"Σ_{{{v}={show_linear(low)}..{show_linear(high)}}} {show_scalar(body, 2)}", 1
        case ("plus", *summands):
            return " + ".join(show_scalar(part, 1) for part in summands), 1
    return "·".join(show_scalar(part, 2) for part in s[1:]), 2
