"""Terms of statements about lengths of matrices: reading, shapes, printing, and what they are as polynomials.

A term is a tuple that begins with its kind; ``PARTS`` says what follows. ``factor`` is min(1, s/‖X‖), and 1 for X = 0;
``clip`` is min(max(x, -s), s) for each entry x; ``stack`` is all entries of several matrices in one column.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from symrnn.kernel.errors import need
from symrnn.kernel.polynomials import Poly, Ring, constant, minus, plus

Term: TypeAlias = tuple[Any, ...]
Shape: TypeAlias = tuple[Poly, Poly]

SCALAR: Mapping[str, tuple[str, ...]] = {
    "+": ("scalar*",),
    "*": ("scalar*",),
    "/": ("integer", "integer"),  # a rational number
    "^": ("scalar", "integer"),
    "abs": ("scalar",),
    "min": ("scalar*",),
    "max": ("scalar*",),
    "root": ("scalar",),
    "norm": ("kind", "matrix"),
    "inner": ("matrix", "matrix"),
    "factor": ("kind", "matrix", "scalar"),
}
MATRIX: Mapping[str, tuple[str, ...]] = {
    "zero": ("scalar", "scalar"),
    "sum": ("matrix*",),
    "scale": ("scalar", "matrix"),
    "had": ("matrix*",),
    "clip": ("matrix", "scalar"),
    "stack": ("matrix*",),
}
PARTS = {"scalar": SCALAR, "matrix": MATRIX}
KINDS = {"1": "₁", "2": "₂", "oo": "_∞", "F": "_F"}
SIGNS = {"real": "", "positive": " > 0", "nonnegative": " >= 0", "negative": " < 0", "nonpositive": " <= 0", "size": ""}
"""What may be known of a number; a size is a whole number >= 1."""

DEEPEST, LARGEST, LARGEST_NUMBER, LARGEST_POWER = 30, 400, 10**9, 8
ONE = constant(1)


class Names:
    """What the names of a statement stand for, and its terms as polynomials.

    Args:
        numbers: what is known of each number by its name.
    """

    def __init__(self, numbers: Mapping[str, str]) -> None:
        self.numbers, self.matrices = numbers, dict[str, Shape]()
        self.ring = Ring()

    # -- reading ---------------------------------------------------------------------------------------------------

    def read(self, sort: str, value: Any, depth: int = 0) -> Any:
        """A term from lists, names and whole numbers.

        Raises:
            NotProvedError: when it is none, or has a part with no meaning.
        """
        need(depth < DEEPEST, "a term that is too deep")
        if sort == "kind":
            need(type(value) is str and value in KINDS, "no such norm")
        if sort == "integer":
            need(type(value) is int and abs(value) <= LARGEST_NUMBER, "not a number of moderate size")
        if sort in ("kind", "integer"):
            return value
        if sort == "scalar" and type(value) is int:
            return ("/", self.read("integer", value), 1)
        if type(value) is str:
            need(value in (self.numbers if sort == "scalar" else self.matrices), "a name that is not declared")
            return ("name", value)
        need(type(value) is list and value and type(value[0]) is str and value[0] in PARTS[sort], f"no {sort}")
        sorts: tuple[str, ...] = PARTS[sort][value[0]]
        if sorts[0].endswith("*"):
            need(len(value) > 1, "no parts")
            sorts = (sorts[0][:-1],) * (len(value) - 1)
        need(len(sorts) == len(value) - 1, "the wrong number of parts")
        found = (value[0], *(self.read(s, part, depth + 1) for s, part in zip(sorts, value[1:], strict=True)))
        self.ring.spend(count(found))
        need(count(found) <= LARGEST, "a term that is too large")
        return self.inspect(sort, found)

    def inspect(self, sort: str, t: Term) -> Term:
        """The term, unless it has no meaning: each side condition of a kind of term."""
        match t[0]:
            case "/":
                need(t[2] > 0, "a denominator that is not above 0")
            case "^":
                need(0 <= t[2] <= LARGEST_POWER, "a power out of range")
            case "root":
                need(self.is_nonnegative(t[1]), "the root of what may be below 0")
            case "factor" | "clip":
                need(self.is_nonnegative(t[-1]), "a threshold that may be below 0")
            case "zero":
                need(self.is_size(t[1]) and self.is_size(t[2]), "a number of rows or columns that is no size")
            case "inner":
                need(self.shape(t[1]) == self.shape(t[2]), "matrices of different shapes")
        if sort == "matrix":
            self.shape(t)
        return t

    def shape(self, x: Term) -> Shape:
        """The numbers of rows and columns."""
        match x[0]:
            case "name":
                return self.matrices[x[1]]
            case "zero":
                return self.number(x[1]), self.number(x[2])
            case "scale":
                return self.shape(x[2])
            case "clip":
                return self.shape(x[1])
            case "stack":
                return plus(*(self.ring.times(*self.shape(part)) for part in x[1:])), ONE
        first, *others = (self.shape(part) for part in x[1:])
        need(all(other == first for other in others), "matrices of different shapes")
        return first

    def is_size(self, s: Term) -> bool:
        """Whether a number is a whole number >= 1 whatever the sizes are."""
        match s[0]:
            case "name":
                return self.numbers[s[1]] == "size"
            case "/":
                return bool(s[1] > 0 and s[2] == 1)
            case "+" | "*":
                return all(map(self.is_size, s[1:]))
        return False

    def is_nonnegative(self, s: Term) -> bool:
        """Whether a number is plainly at least 0."""
        match s[0]:
            case "name":
                return self.numbers[s[1]] in ("positive", "nonnegative", "size")
            case "/":
                return bool(s[1] >= 0)
            case "+" | "*" | "min":
                return all(map(self.is_nonnegative, s[1:]))
            case "^":
                return s[2] % 2 == 0 or self.is_nonnegative(s[1])
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
            case "^":
                return self.ring.times(*[self.number(s[1])] * s[2])
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
        for a, b in ((x, y), (y, x)):
            match a[0]:
                case "zero":
                    return {}
                case "sum":
                    return plus(*(self.inner(part, b) for part in a[1:]))
                case "scale":
                    return self.ring.times(self.number(a[1]), self.inner(a[2], b))
        if x[0] == y[0] == "stack" and [*map(self.shape, x[1:])] == [*map(self.shape, y[1:])]:
            return plus(*map(self.inner, x[1:], y[1:]))
        self.ring.spend(count((x, y)))
        if x == y:
            return self.ring.times(self.norm("F", x), self.norm("F", x))
        return self.ring.unknown(("inner", *sorted((x, y), key=repr)))

    def entry(self, x: Term) -> Poly:
        """The entry in some one place, the same for all matrices of one shape."""
        match x[0]:
            case "zero":
                return {}
            case "sum":
                return plus(*map(self.entry, x[1:]))
            case "had":
                return self.ring.times(*map(self.entry, x[1:]))
            case "scale":
                return self.ring.times(self.number(x[1]), self.entry(x[2]))
        return self.ring.unknown(("entry", x))


def count(t: Any) -> int:
    """How many parts a term has."""
    return sum(map(count, t)) if isinstance(t, tuple) else 1


def show(t: Term, inside: bool = False) -> str:
    """A term as a person writes it; sums in brackets inside of something else."""
    match t[0]:
        case "name":
            return str(t[1])
        case "/":
            text = str(Fraction(t[1], t[2]))
            return f"({text})" if inside and not text.isdigit() else text
        case "+" | "sum":
            text = " + ".join(show(part, True) for part in t[1:])
            return f"({text})" if inside else text
        case "*" | "had" | "scale":
            text = ({"had": " ∘ "}.get(t[0], " ")).join(show(part, True) for part in t[1:])
            return f"({text})" if inside else text
        case "^":
            return f"({show(t[1])})^{t[2]}"
        case "root":
            return f"√({show(t[1])})"
        case "norm":
            return f"‖{show(t[2])}‖{KINDS[t[1]]}"
        case "inner":
            return f"⟨{show(t[1])}, {show(t[2])}⟩"
        case "factor":
            return f"min(1, {show(t[3], True)}/‖{show(t[2])}‖{KINDS[t[1]]})"
        case "clip":
            bound = show(t[2], True)
            return f"clip({show(t[1])}, -{bound}, {bound})"
        case "zero":
            return f"0_({show(t[1])} x {show(t[2])})"
    return f"{t[0]}({', '.join(map(show, t[1:]))})"
