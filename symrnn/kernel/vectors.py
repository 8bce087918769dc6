"""Terms of statements about lengths of matrices: reading, shapes, printing, and what they are as polynomials.

A term is a tuple that begins with its kind; ``SCALAR`` and ``MATRIX`` say what follows, and how it is printed. A
``factor`` is 1 where ‖X‖ <= s, so for X = 0, and s/‖X‖ elsewhere; ``inverse`` of 0 is 0; ``clip`` is min(max(x, -s), s)
for each entry x, ``hadamard`` the product entry by entry; ``stack`` is all entries of several matrices in one column.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from symrnn.kernel.errors import need
from symrnn.kernel.polynomials import Poly, Ring, constant, plus

Term: TypeAlias = tuple[Any, ...]

SCALAR: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "/": ("({}/{})", ("integer", "integer")),
    "+": ("({})", ("scalar*",)),
    "*": ("({})", ("scalar*",)),
    "abs": ("|{}|", ("scalar",)),
    "min": ("min({})", ("scalar*",)),
    "max": ("max({})", ("scalar*",)),
    "root": ("√({})", ("scalar",)),
    "inverse": ("(1 / {})", ("scalar",)),
    "norm": ("‖{1}‖_{0}", ("kind", "matrix")),
    "inner": ("⟨{}, {}⟩", ("matrix", "matrix")),
    "factor": ("min(1, {2}/‖{1}‖_{0})", ("kind", "matrix", "scalar")),
}
MATRIX: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sum": ("({})", ("matrix*",)),
    "hadamard": ("({})", ("matrix*",)),
    "scale": ("{} {}", ("scalar", "matrix")),
    "clip": ("clip({0}, -{1}, {1})", ("matrix", "scalar")),
    "stack": ("stack({})", ("matrix*",)),
}
KINDS = ("1", "2", "oo", "F")
SORTS = {"real": "", "positive": " > 0", "nonnegative": " >= 0", "size": " = 1, 2, …"}
"""What may be known of a number."""

DEEPEST, LARGEST, LARGEST_NUMBER = 30, 400, 10**9
ONE = constant(1)


class Names:
    """What the names of a statement stand for, and its terms as polynomials.

    Args:
        numbers: what is known of each number by its name.
        matrices: the numbers of rows and columns, each a name or a whole number.
    """

    def __init__(self, numbers: Mapping[str, str], matrices: Mapping[str, Any]) -> None:
        need(not set(numbers) & set(matrices), "a name for two things")
        need(all(n.isidentifier() and len(n) <= 100 for n in (*numbers, *matrices)), "not a name")
        need(all(sort in SORTS for sort in numbers.values()), "no such sort of numbers")
        self.numbers, self.ring = numbers, Ring()
        self.sizes = {
            name: (self.read("scalar", rows), self.read("scalar", cols)) for name, (rows, cols) in matrices.items()
        }
        for size in (size for pair in self.sizes.values() for size in pair):
            known = numbers[size[1]] == "size" if size[0] == "name" else size[0] == "/" and size[1] > 0 and size[2] == 1
            need(known, "a number of rows or columns that is not a size")

    def read(self, sort: str, value: Any, depth: int = 0) -> Any:
        """A term from lists, names and whole numbers.

        Raises:
            NotProvedError: when it is none, or has no meaning: a part is missing, a side condition fails.
        """
        need(depth < DEEPEST, "a term that is too deep")
        if sort == "kind":
            need(value in KINDS, "no such norm")
            return value
        if sort == "integer":
            need(type(value) is int and abs(value) <= LARGEST_NUMBER, "not a number of moderate size")
            return value
        if type(value) is str:
            need(value in (self.numbers if sort == "scalar" else self.sizes), "a name that is not declared")
            return ("name", value)
        kind, *parts = ("/", value, 1) if type(value) is int and sort == "scalar" else value
        sorts = (SCALAR if sort == "scalar" else MATRIX)[kind][1]
        if sorts[0].endswith("*"):
            sorts = (sorts[0][:-1],) * max(1, len(parts))
        t = (kind, *(self.read(s, part, depth + 1) for s, part in zip(sorts, parts, strict=True)))
        need(count(t) <= LARGEST, "a term that is too large")
        self.ring.spend(count(t))
        return self.sound(t)

    def sound(self, t: Term) -> Term:
        """A term, unless it has no meaning.

        Raises:
            NotProvedError: naming the side condition that fails.
        """
        need(t[0] != "/" or t[2] > 0, "a denominator that is not above 0")
        need(t[0] != "root" or self.is_nonnegative(t[1]), "the root of what may be below 0")
        need(t[0] not in ("factor", "clip") or self.is_nonnegative(t[-1]), "a threshold that may be below 0")
        if t[0] in ("sum", "inner", "hadamard"):
            need(all(self.shape(x) == self.shape(t[1]) for x in t[2:]), "matrices of different shapes")
        return t

    def shape(self, x: Term) -> tuple[Poly, Poly]:
        """The numbers of rows and columns."""
        match x[0]:
            case "name":
                rows, cols = self.sizes[x[1]]
                return self.number(rows), self.number(cols)
            case "stack":
                return plus(*(self.ring.times(*self.shape(part)) for part in x[1:])), ONE
        return self.shape(x[2] if x[0] == "scale" else x[1])

    def is_nonnegative(self, s: Term) -> bool:
        """Whether a number is plainly at least 0."""
        match s[0]:
            case "name":
                return self.numbers[s[1]] != "real"
            case "/":
                return bool(s[1] >= 0)
            case "+" | "*" | "min" | "max" | "inverse":
                return all(map(self.is_nonnegative, s[1:]))
        return s[0] in ("abs", "root", "norm", "factor")

    # -- as polynomials --------------------------------------------------------------------------------------------

    def number(self, s: Term) -> Poly:
        """A scalar as a polynomial, with an unknown for whatever is none."""
        match s[0]:
            case "/":
                return constant(Fraction(s[1], s[2]))
            case "+":
                return plus(*map(self.number, s[1:]))
            case "*":
                return self.ring.times(*map(self.number, s[1:]))
            case "norm":
                return self.norm(*s[1:])
            case "inner":
                return self.inner(*s[1:])
        return self.ring.unknown(s)

    def norm(self, kind: str, x: Term) -> Poly:
        """The unknown for a norm; of a column or a row the 2-norm is the Frobenius norm."""
        return self.ring.unknown(("norm", "F" if self.is_euclidean(kind, x) else kind, x))

    def is_euclidean(self, kind: str, x: Term) -> bool:
        """Whether a norm is the root of an inner product."""
        return kind == "F" or (kind == "2" and ONE in self.shape(x))

    def inner(self, x: Term, y: Term) -> Poly:
        """⟨X, Y⟩ = Σ x_ij y_ij, multiplied out: of sums, multiples, and stacks of parts of the same shapes."""
        self.ring.spend(count((x, y)))
        for a, b in ((x, y), (y, x)):
            if a[0] == "sum":
                return plus(*(self.inner(part, b) for part in a[1:]))
            if a[0] == "scale":
                return self.ring.times(self.number(a[1]), self.inner(a[2], b))
        if x[0] == y[0] == "stack" and [*map(self.shape, x[1:])] == [*map(self.shape, y[1:])]:
            return plus(*map(self.inner, x[1:], y[1:]))
        if x == y:
            return self.ring.times(self.norm("F", x), self.norm("F", x))
        return self.ring.unknown(("inner", *sorted((x, y), key=repr)))

    def entry(self, x: Term) -> Poly:
        """The entry in some one place, the same for all matrices of one shape."""
        if x[0] == "sum":
            return plus(*map(self.entry, x[1:]))
        if x[0] == "hadamard":
            return self.ring.times(*map(self.entry, x[1:]))
        if x[0] == "scale":
            return self.ring.times(self.number(x[1]), self.entry(x[2]))
        return self.ring.unknown(("entry", x))


def count(t: Any) -> int:
    """How many parts a term has."""
    return sum(map(count, t)) if isinstance(t, tuple) else 1


def show(t: Any) -> str:
    """A term as a person writes it."""
    if not isinstance(t, tuple):
        return str(t)
    if t[0] == "name":
        return str(t[1])
    if t[0] == "/":
        text = str(Fraction(*t[1:]))
        return text if text.isdigit() else f"({text})"
    form, sorts = {**SCALAR, **MATRIX}[t[0]]
    between = {"+": " + ", "sum": " + ", "*": " ", "hadamard": " ∘ "}.get(t[0], ", ")
    parts = [between.join(map(show, t[1:]))] if sorts[0].endswith("*") else map(show, t[1:])
    return form.format(*parts)
