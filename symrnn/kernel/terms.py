"""Terms of the kernel: what they are made of, their shapes, and linear forms put in the place of variables.

A term is a tuple that begins with its kind; ``PARTS`` says what follows. Matrices, columns and 1 x 1 numbers are all
terms. A leaf ``("leaf", name, index)`` is a matrix for each integer index, or one matrix where the index is None.

A size is a polynomial with natural coefficients in widths: ``"n"``, or ``("d", index)`` for a width that moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias
from unicodedata import normalize

from symrnn.kernel.errors import need
from symrnn.kernel.linear import Linear, linear
from symrnn.kernel.work import spend

if TYPE_CHECKING:
    from symrnn.kernel.system import System

Term: TypeAlias = tuple[Any, ...]
Place: TypeAlias = tuple[str, Linear | None]
"""A quantity: its name and its index."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "leaf": ("name", "index?"),
    "id": ("size",),
    "zero": ("size", "size"),
    "ones": ("size", "size"),
    "unit": ("size", "index"),  # the column e_i, counted from 1, and round and round
    "binom": ("index", "index"),  # the number k (k - 1) ⋯ (k - j + 1) / j! for j >= 0, and 0 for j < 0
    "sel": ("count", "sizes"),  # the block column S_k of an identity, counted from 1
    "comm": ("size", "size"),  # K with vec(Xᵀ) = K vec(X), for X of this shape
    "scale": ("fraction", "term"),
    "add": ("term", "term*"),
    "mul": ("term", "term*"),
    "had": ("term", "term*"),
    "kron": ("term", "term"),
    "T": ("term",),
    "vec": ("term",),
    "unvec": ("size", "size", "term"),  # the matrix of this shape whose vec is a column
    "diag": ("term",),
    "inv": ("term",),
    "pow": ("term", "index"),
    "fn": ("name", "index?", "count", "term"),  # φ_l^(order), entry by entry
    "softmax": ("term",),
    "lse": ("term",),
    "mean": ("term",),  # the expectation, entry by entry
    "sum": ("bound", "index", "index", "term"),
    "prod": ("bound", "index", "index", "term"),  # the leftmost factor at the upper bound
    "rise": ("bound", "index", "index", "term"),  # the leftmost factor at the lower bound
    "d": ("direction", "place"),
    "jac": ("way", "place", "place"),  # the Jacobian of vec of the first by vec of the second
    "grad": ("place", "place"),
    "part": ("place", "count"),  # the Jacobian of a generic function by one of its arguments
}
BINDERS = ("sum", "prod", "rise")
WAYS = ("total", "immediate")
LARGEST = 64
"""Largest order of a slope, number of parts, and number of blocks."""

# -- sizes -------------------------------------------------------------------------------------------------------------


class Size(tuple[tuple[tuple[Any, ...], int], ...]):
    """A sum of products of widths, each with the number of times that it occurs, in order."""

    __slots__ = ()


ONE = Size((((), 1),))


def size(*parts: tuple[tuple[Any, ...], int]) -> Size:
    """A polynomial of widths from its monomials."""
    total: dict[tuple[Any, ...], int] = {}
    for atoms, c in parts:
        key = tuple(sorted(atoms, key=repr))
        total[key] = total.get(key, 0) + c
    return Size(sorted(((atoms, c) for atoms, c in total.items() if c), key=repr))


def times(a: Size, b: Size) -> Size:
    """The product of two sizes.

    Raises:
        NotProvedError: when it has more parts than anyone needs.
    """
    spend(len(a) * len(b))
    need(len(a) * len(b) <= LARGEST**2 and _degree(a) + _degree(b) <= LARGEST, "a size that is too large")
    return size(*((x + y, c * e) for x, c in a for y, e in b))


def _degree(s: Size) -> int:
    return max((len(atoms) for atoms, _ in s), default=0)


def size_at(s: Size, values: Mapping[str, Linear]) -> Size:
    """A size with linear forms in the place of variables."""
    if not size_names(s):
        return s
    return size(*((tuple(a if type(a) is str else (a[0], a[1].at(values)) for a in atoms), c) for atoms, c in s))


@lru_cache(LARGEST)
def size_names(s: Size) -> frozenset[str]:
    """The variables in the indices of widths."""
    return frozenset(v for atoms, _ in s for a in atoms if type(a) is not str for v in a[1].names())


def widths(s: Size) -> set[str]:
    """The widths without an index: each is one number, and so is an index of its name, where that is >= 1."""
    return {a for atoms, _ in s for a in atoms if type(a) is str}


def as_index(s: Size) -> Linear:
    """A size as a linear form in its widths.

    Raises:
        NotProvedError: for a product of widths, or a width that moves.
    """
    need(all(len(atoms) < 2 for atoms, _ in s) and not size_names(s), "a size that is not an index")
    return linear(((a, c) for atoms, c in s for a in atoms), sum(c for atoms, c in s if not atoms))


# -- walking -----------------------------------------------------------------------------------------------------------


def fields(t: Term) -> Iterator[tuple[str, Any]]:
    """What follows the kind of a term, each with its sort."""
    sorts = PARTS[t[0]]
    spend(len(t))
    if sorts[-1] == "term*":
        return (("term", part) for part in t[1:])
    return iter(zip(sorts, t[1:], strict=True))


def rebuilt(t: Term, change: Callable[[str, Any], Any]) -> Term:
    """The term with each field changed."""
    return (t[0], *(change(sort, field) for sort, field in fields(t)))


def put(t: Term, values: Mapping[str, Linear]) -> Term:
    """Linear forms in the place of free variables.

    Raises:
        NotProvedError: when a binder of the term has the name of a variable of what is put in, or of what goes.
    """
    incoming = {name for form in values.values() for name in form.names()} | set(values)

    def change(sort: str, field: Any) -> Any:
        match sort:
            case "term":
                return put(field, values)
            case "index" | "index?":
                return None if field is None else field.at(values)
            case "size":
                return size_at(field, values)
            case "sizes":
                return tuple(size_at(s, values) for s in field)
            case "place":
                return place_at(field, values)
            case "direction":
                return direction_at(field, values)
            case "bound":
                need(field not in incoming, f"{field} is bound already")
        return field

    return rebuilt(t, change) if values else t


def place_at(place: Place, values: Mapping[str, Linear]) -> Place:
    """A quantity with linear forms in the place of variables."""
    return place[0], None if place[1] is None else place[1].at(values)


def direction_at(direction: Term, values: Mapping[str, Linear]) -> Term:
    """A direction with linear forms in the place of variables."""
    return direction[0], tuple(place_at(p, values) for p in direction[1])


def names_of(t: Term) -> set[str]:
    """The free variables of a term."""
    found: set[str] = set()
    for sort, field in fields(t):
        match sort:
            case "term":
                found |= names_of(field) - ({t[1]} if t[0] in BINDERS else set())
            case "index" | "index?" if field is not None:
                found |= field.names()
            case "size":
                found |= size_names(field)
            case "sizes":
                found |= {v for s in field for v in size_names(s)}
            case "place" | "direction":
                moving = field[1] if sort == "direction" else (field,)
                found |= {v for _, index in moving if index is not None for v in index.names()}
    return found


def parts(t: Term, facts: tuple[Linear, ...] = ()) -> Iterator[tuple[tuple[Linear, ...], Term]]:
    """A term and everything inside it, each with what holds where it stands."""
    yield facts, t
    if t[0] in BINDERS:
        here = Linear(((t[1], 1),), 0)
        facts = (*facts, here - t[2], t[3] - here)
    for sort, field in fields(t):
        if sort == "term":
            yield from parts(field, facts)


def each(t: Term) -> Iterator[Term]:
    """A term and everything inside it; what is one and the same object comes once."""
    waiting, seen = [t], {id(t)}
    while waiting:
        yield (part := waiting.pop())
        inner = [field for sort, field in fields(part) if sort == "term" and id(field) not in seen]
        seen.update(map(id, inner))
        waiting += inner


def binders_of(t: Term) -> set[str]:
    """The names that the binders of a term give to their variables."""
    return {part[1] for part in each(t) if part[0] in BINDERS}


def inverses(t: Term) -> set[Term]:
    """What is inverted in a term."""
    return {part[1] for part in each(t) if part[0] == "inv"}


def ranges(t: Term, facts: tuple[Linear, ...] = ()) -> Iterator[tuple[tuple[Linear, ...], Linear]]:
    """Every range and exponent in a term: what holds where it stands, and its length, which has to be >= 0.

    So has the upper number of a binomial coefficient, and of e_i what is before it and after it.
    """
    for inside, part in parts(t, facts):
        if part[0] == "pow":
            yield inside, part[2]
        if part[0] == "binom":
            yield inside, part[1]
        if part[0] == "unit":
            yield from ((inside, part[2] - 1), (inside, as_index(part[1]) - part[2]))
        if part[0] in BINDERS:
            yield inside, part[3] - part[2] + 1


def quantities(t: Term, facts: tuple[Linear, ...] = ()) -> Iterator[tuple[tuple[Linear, ...], Place]]:
    """Every quantity that a term names, with what holds where it stands."""
    for inside, part in parts(t, facts):
        if part[0] == "leaf":
            yield inside, part[1:]
        for sort, field in fields(part):
            if sort in ("place", "direction"):
                yield from ((inside, place) for place in (field[1] if sort == "direction" else (field,)))


def places(t: Term, facts: tuple[Linear, ...] = ()) -> Iterator[tuple[tuple[Linear, ...], Place]]:
    """Every quantity with an index that a term names, with what holds where it stands."""
    return ((inside, place) for inside, place in quantities(t, facts) if place[1] is not None)


# -- shapes ------------------------------------------------------------------------------------------------------------


def shape(t: Term, system: System, known: dict[int, tuple[Size, Size]] | None = None) -> tuple[Size, Size]:
    """Rows and columns.

    Args:
        t: the term.
        system: the quantities.
        known: the shapes of parts, by identity, while there is something that holds them.

    Raises:
        NotProvedError: where parts do not fit together.
    """
    known = {} if known is None else known
    if id(t) not in known:
        known[id(t)] = _shape(t, system, known)
    return known[id(t)]


def _shape(t: Term, system: System, known: dict[int, tuple[Size, Size]]) -> tuple[Size, Size]:
    kind = t[0]
    match kind:
        case "leaf":
            return system.shape((t[1], t[2]))
        case "id":
            return t[1], t[1]
        case "zero" | "ones":
            return t[1], t[2]
        case "unit":
            return t[1], ONE
        case "binom":
            return ONE, ONE
        case "sel":
            need(1 <= t[1] <= len(t[2]), "no such block")
            return size(*(part for s in t[2] for part in s)), t[2][t[1] - 1]
        case "comm":
            return times(t[1], t[2]), times(t[1], t[2])
        case "d":
            for moving in (*t[1][1], t[2]):
                system.shape(moving)
            return system.shape(t[2])
        case "jac":
            (rows, cols), (down, across) = system.shape(t[2]), system.shape(t[3])
            return times(rows, cols), times(down, across)
        case "grad":
            need(system.shape(t[1]) == (ONE, ONE), "the gradient of what is not a number")
            return system.shape(t[2])
        case "part":
            down, across = system.shape(system.argument(t[1], t[2]))
            return system.shape(t[1])[0], times(down, across)
    shapes = [shape(field, system, known) for sort, field in fields(t) if sort == "term"]
    rows, cols = shapes[0]
    match kind:
        case "scale" | "fn" | "mean":
            return rows, cols
        case "add" | "had":
            need(all(other == shapes[0] for other in shapes), f"{kind} of different shapes")
            return rows, cols
        case "mul":
            for down, across in shapes[1:]:
                need(cols == down, "the factors of a product do not fit")
                cols = across
            return rows, cols
        case "kron":
            return times(rows, shapes[1][0]), times(cols, shapes[1][1])
        case "T":
            return cols, rows
        case "vec":
            return times(rows, cols), ONE
        case "unvec":
            need(shapes[0] == (times(t[1], t[2]), ONE), "unvec of a column of another length")
            return t[1], t[2]
        case "inv" | "pow":
            need(rows == cols, f"{kind} of what is not square")
            return rows, cols
        case "diag" | "softmax" | "lse":
            need(cols == ONE, f"{kind} of what is not a column")
            return {"diag": (rows, rows), "softmax": (rows, ONE), "lse": (ONE, ONE)}[kind]
        case "sum":
            need(t[1] not in size_names(rows) | size_names(cols), "the summands change their shape")
            return rows, cols
    _, v, low, high, _ = t
    step = 1 if kind == "prod" else -1
    need(size_at(cols, {v: Linear(((v, 1),), 0) + step}) == rows, "neighbouring factors do not fit")
    left, right = (high, low) if kind == "prod" else (low, high)
    return size_at(rows, {v: left}), size_at(cols, {v: right})


# -- what is well formed -----------------------------------------------------------------------------------------------


def check_size(s: Any) -> None:
    """Refuse what is not a size.

    Raises:
        NotProvedError: for anything else.
    """
    need(type(s) is Size and 0 < len(s) <= LARGEST and _degree(s) <= LARGEST, "not a size, or one that is too large")
    for atoms, c in s:
        need(type(c) is int and 0 < c < 10**9, "a size with a coefficient that is not a natural number")
        for atom in atoms:
            name = atom if type(atom) is str else atom[0]
            need(is_name(name), "a width without a name")
            if type(atom) is not str:
                check_index(atom[1])
    need(size(*s) == s, "a size out of order")


def is_name(name: Any) -> bool:
    """Whether something can name a variable or a quantity.

    It is an identifier that no normal form gives to a bound variable, and that cannot be read as a formula: no ``Wᵀ``,
    ``n·m`` or ``I_n``.
    """
    plain = type(name) is str and name.isidentifier() and name.replace("_", "a").isalnum()
    bound = plain and name[0] == "_" and name[1:2].isdigit()
    return plain and not bound and not name.startswith("I_") and normalize("NFKC", name) == name


def check_index(form: Any) -> None:
    """Refuse what is not a linear form in variables that have names.

    Raises:
        NotProvedError: for anything else.
    """
    need(form is None or isinstance(form, Linear), "not an index")
    need(form is None or all(is_name(v) for v in form.names()), "an index with a variable that is not a name")


def check_term(t: Term, system: System, bound: frozenset[str] = frozenset()) -> tuple[Size, Size]:
    """The shape of a term in which every field is of its sort, and no name is bound twice on the way to a place.

    Raises:
        NotProvedError: naming what is wrong.
    """
    stack, seen = [(t, bound)], set()
    while stack:
        part, above = stack.pop()
        need(part[0] not in BINDERS or part[1] not in above, f"{part[1]} is bound twice")
        if part[0] in BINDERS:
            need(part[1] not in part[2].names() | part[3].names(), f"a bound of {part[1]} names it")
        need(part[0] != "fn" or part[1] not in PARTS, f"{part[1]} is not a name of a function")
        inside = above | {part[1]} if part[0] in BINDERS else above
        for sort, field in fields(part):
            _check_field(sort, field, system)
            if sort == "term" and (id(field), inside) not in seen:
                seen.add((id(field), inside))
                stack.append((field, inside))
    return shape(t, system)


def _check_field(sort: str, field: Any, system: System) -> None:
    match sort:
        case "name" | "bound":
            need(is_name(field), f"{field!r} is not a name")
        case "index" | "index?":
            need(field is not None or sort == "index?", "an index is missing")
            check_index(field)
        case "count":
            need(type(field) is int and 0 <= field <= LARGEST, "not a small number")
        case "fraction":
            need(type(field) is Fraction, "not a fraction")
        case "size":
            check_size(field)
            system.fixed |= widths(field)
        case "sizes":
            need(0 < len(field) <= LARGEST, "no blocks, or too many")
            for s in field:
                _check_field("size", s, system)
        case "place":
            check_place(field, system)
        case "way":
            need(field in WAYS, f"no derivative is called {field}")
        case "direction":
            need(field[0] in WAYS and field[1], "not a direction")
            need(field[0] == "total" or len(field[1]) == 2, "an immediate derivative is of one quantity, by one")
            for moving in field[1]:
                check_place(moving, system)


def check_place(place: Place, system: System) -> None:
    """Refuse what is not a quantity with its index.

    Raises:
        NotProvedError: for anything else.
    """
    check_index(place[1])
    system.shape(place)


def leaf(place: Place) -> Term:
    """A quantity as a term."""
    return ("leaf", *place)
