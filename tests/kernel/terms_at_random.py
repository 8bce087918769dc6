"""Random well-shaped terms of the kernel, with sums that depend on each other, products, and widths that move."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.system import Quantity, System
from symrnn.kernel.terms import ONE, Size, Term, size, size_at, times

i = variable("i")


def width(name: str) -> Size:
    return size(((name,), 1))


def moving(index: Linear) -> Size:
    return size(((("d", index),), 1))


n, m = width("n"), width("m")
WIDTHS = {"n": 2, "m": 3}


def leaf(name: str, index: Linear | None = None) -> Term:
    return ("leaf", name, index)


def _given(rows: Size, cols: Size = ONE, indexed: bool = True) -> Quantity:
    return Quantity(rows, cols, indexed, 0)


_step = ("add", ("mul", leaf("W"), leaf("h", i - 1)), ("had", leaf("x", i), leaf("x", i + 1)), leaf("a", i))
_gate = ("mul", ("diag", ("fn", "sigma", None, 0, leaf("x", i))), leaf("h", i - 1))
_total = ("sum", "k", number(0), number(2), ("mul", ("T", leaf("x", variable("k"))), leaf("h", variable("k"))))

SYSTEM = System(
    {
        "A": _given(n, m),
        "B": _given(m, n),
        "C": _given(n, n),
        "E": _given(m, m),
        "W": _given(n, n, indexed=False),
        "x": _given(n),
        "y": _given(m),
        "c": _given(ONE),
        "Q": _given(moving(i), moving(i - 1)),
        "R": _given(moving(i), n),
        "V": _given(times(n, m)),
        "K": _given(times(n, m), times(n, m)),
        "a": Quantity(n, ONE, True, 1, _gate, (), 1, "intermediate", 0),
        "h": Quantity(n, ONE, True, 0, ("fn", "phi", None, 0, _step), (), 1, "state", 0),
        "f": Quantity(n, ONE, True, 0, None, (("h", i), ("y", i)), 1, "output", 1),
        "L": Quantity(ONE, ONE, False, 0, _total, (), 0, "output", 2),
    }
)
DIRECTIONS: list[Term] = [
    ("total", (("W", None),)),
    ("total", (("x", number(1)),)),
    ("total", (("h", number(0)), ("x", number(2)))),
    ("immediate", (("h", number(1)), ("W", None))),
    ("immediate", (("a", number(1)), ("h", number(0)))),
]


class Terms:
    """A source of terms.

    Args:
        rng: where chance comes from.
        exotic: whether softmax and lse may occur, which are not exact.
        derivatives: whether there may be differentials and Jacobians.
    """

    def __init__(self, rng: random.Random, *, exotic: bool = False, derivatives: bool = False) -> None:
        self.rng, self.exotic, self.derivatives = rng, exotic, derivatives
        self.binders = 0

    def any(self, fuel: int) -> Term:
        """A term of a shape that is worth it."""
        rows, cols = self.rng.choice(SHAPES)
        return self.term(rows, cols, fuel, ["s"])

    def index(self, names: list[str]) -> Linear:
        found = number(self.rng.randint(-1, 2))
        for _ in range(self.rng.choice([0, 1, 1, 1, 2])):
            found = found + self.rng.choice([1, 1, 1, -1]) * variable(self.rng.choice([names[-1], *names]))
        return found

    def leaves(self, rows: Size, cols: Size, names: list[str]) -> list[Term]:
        """Everything small of a shape."""
        found: list[Term] = []
        for name, known in SYSTEM.quantities.items():
            index = self.index(names) if known.indexed else None
            shape = SYSTEM.shape((name, index))
            deep = known.body is not None or known.arguments
            if deep and self.rng.random() < 0.9:
                continue
            if deep and index is not None:
                index = number(self.rng.randint(0, 2))
            if shape == (rows, cols):
                found.append(leaf(name, index))
            elif shape == (cols, rows):
                found.append(("T", leaf(name, index)))
        if rows == cols:
            found.append(("id", rows))
        if cols == ONE:
            found.append(("unit", rows, self.index(names)))
        if (rows, cols) == (ONE, ONE):
            found.append(("binom", self.index(names), self.index(names)))
        if len(rows) == 1 and len(cols) == 1:
            found += [("ones", rows, cols)] * (self.rng.random() < 0.3)
            for (atoms, _), other in ((rows[0], cols), (cols[0], rows)):
                if len(atoms) == 1 and not isinstance(atoms[0], str):
                    at = atoms[0][1]
                    if other == n:
                        found.append(leaf("R", at) if (rows, cols) == (moving(at), n) else ("T", leaf("R", at)))
                    if other == moving(at - 1) and rows == moving(at):
                        found += [leaf("Q", at)] * 3
        return found

    def split(self, s: Size) -> tuple[Size, Size]:
        """A size as a product of two."""
        ((atoms, c),) = s
        left = [atom for atom in atoms if self.rng.random() < 0.5]
        right = list(atoms)
        for atom in left:
            right.remove(atom)
        return size((tuple(left), 1)), size((tuple(right), c))

    def binder(self) -> str:
        self.binders += 1
        return f"k{self.binders}"

    def bounds(self, names: list[str]) -> tuple[Linear, Linear]:
        low = self.index(names)
        gap = self.rng.choice(
            [number(-2), number(-1), number(0), number(1), number(2), variable(names[-1]), variable("s")]
        )
        return low, self.rng.choice([low + gap, low + gap, self.index(names)])

    def term(self, rows: Size, cols: Size, fuel: int, names: list[str]) -> Term:
        """A term of a shape."""
        rng = self.rng
        less = fuel - rng.choice([1, 1, 2])
        simple = self.leaves(rows, cols, names)
        if fuel <= 0:
            return rng.choice(simple) if simple else self.built(rows, cols, 0, names)
        if simple and rng.random() < 0.15:
            return rng.choice(simple)
        for _ in range(30):
            made = self.one_of(rng.choice(KINDS), rows, cols, less, names)
            if made is not None:
                return made
        return self.built(rows, cols, less, names)

    def built(self, rows: Size, cols: Size, fuel: int, names: list[str]) -> Term:
        """A term of a shape that no leaf has."""
        if (rows, cols) == (ONE, ONE):
            return leaf("c", self.index(names))
        if cols != ONE and rows != ONE:
            return ("mul", self.term(rows, ONE, 0, names), self.term(ONE, cols, 0, names))
        if rows == ONE:
            return ("T", self.term(cols, ONE, 0, names))
        return ("ones", rows, ONE)

    def one_of(self, kind: str, rows: Size, cols: Size, fuel: int, names: list[str]) -> Term | None:
        rng = self.rng

        def inner(r: Size, c: Size, more: tuple[str, ...] = ()) -> Term:
            return self.term(r, c, fuel, [*names, *more])

        match kind:
            case "add" | "had":
                return (kind, inner(rows, cols), inner(rows, cols))
            case "mul":
                choices = [n, m, ONE, n, times(n, m), moving(self.index(names)), times(moving(self.index(names)), n)]
                between = rng.choice(choices)
                return ("mul", inner(rows, between), inner(between, cols))
            case "blocks":
                sizes = (n, m, moving(self.index(names)))[: rng.choice([2, 3])]
                a, b = rng.randint(1, len(sizes)), rng.randint(1, len(sizes))
                left, right = inner(rows, sizes[a - 1]), inner(sizes[b - 1], cols)
                return ("mul", left, ("T", ("sel", a, sizes)), ("sel", b, sizes), right)
            case "kron" if len(rows) == len(cols) == 1 and rows[0][1] == cols[0][1] == 1:
                (r, u), (c, w) = self.split(rows), self.split(cols)
                return ("kron", inner(r, c), inner(u, w))
            case "T":
                return ("T", inner(cols, rows))
            case "vec" if cols == ONE and len(rows) == 1:
                return ("vec", inner(*self.split(rows)))
            case "krons" if cols == ONE and len(rows) == 1 and len(rows[0][0]) == 2:
                r, u = (size(((atom,), 1)) for atom in rows[0][0])
                a, b = rng.choice([n, m, ONE]), rng.choice([n, m, ONE])
                return ("mul", ("kron", inner(r, a), inner(u, b)), ("vec", inner(b, a)))
            case "comm" if cols == ONE and len(rows) == 1 and len(rows[0][0]) == 2:
                r, u = (size(((atom,), 1)) for atom in rows[0][0])
                if rng.random() < 0.5:
                    return ("mul", ("comm", r, u), ("vec", inner(r, u)))
                a, b = rng.choice([n, m, ONE]), rng.choice([n, m, ONE])
                return ("mul", ("kron", inner(r, a), inner(u, b)), ("comm", a, b), inner(times(a, b), ONE))
            case "unvec" if len(rows) == len(cols) == 1 and rows[0][1] == cols[0][1] == 1:
                return ("unvec", rows, cols, inner(times(rows, cols), ONE))
            case "entrywise" if cols == ONE and len(rows) == 1 and len(rows[0][0]) == 2:
                shape = self.split(rows)
                other = rng.choice([("vec", inner(*shape)), ("kron", inner(shape[1], ONE), inner(shape[0], ONE))])
                return ("mul", ("diag", ("vec", inner(*shape))), other)
            case "diag" if rows == cols:
                return ("diag", inner(rows, ONE))
            case "diags" if cols == ONE:
                return ("mul", ("diag", inner(rows, ONE)), inner(rows, ONE))
            case "fn":
                member = None if rng.random() < 0.7 else self.index(names)
                return (
                    "fn",
                    rng.choice(["phi", "sigma"]),
                    member,
                    rng.randint(0, 2),
                    self.term(rows, cols, min(fuel, 1), names),
                )
            case "softmax" if self.exotic and cols == ONE:
                return ("softmax", inner(rows, ONE))
            case "lse" if self.exotic and (rows, cols) == (ONE, ONE):
                return ("lse", inner(n, ONE))
            case "inv" if rows == cols and rng.random() < 0.3:
                return ("inv", self.term(rows, cols, 1, names))
            case "scale":
                return ("scale", Fraction(rng.randint(-2, 2), 2), inner(rows, cols))
            case "zero" if rng.random() < 0.1:
                return ("zero", rows, cols)
            case "sum":
                v = self.binder()
                return ("sum", v, *self.bounds(names), inner(rows, cols, (v,)))
            case "prod" | "rise" if rows == cols:
                v = self.binder()
                return (kind, v, *self.bounds(names), inner(rows, cols, (v,)))
            case "chain":
                return self.chain(rows, cols, fuel, names)
            case "pow" if rows == cols and rng.random() < 0.3:
                return ("pow", inner(rows, cols), number(rng.randint(0, 3)))
            case "scalar":
                number_ = inner(ONE, ONE)
                return rng.choice([("kron", number_, inner(rows, cols)), ("kron", inner(rows, cols), number_)])
            case "d" | "jac" if self.derivatives:
                return self.derivative(rows, cols)
        return None

    def chain(self, rows: Size, cols: Size, fuel: int, names: list[str]) -> Term:
        """A product of matrices of moving width, between what fits."""
        v = self.binder()
        low, high = self.bounds(names)
        kind = self.rng.choice(["prod", "rise"])
        here = variable(v)
        inside = leaf("Q", here) if kind == "prod" else ("T", leaf("Q", here))
        if self.rng.random() < 0.4:
            extra = self.term(moving(here), moving(here), min(fuel, 1), [*names, v])
            inside = ("mul", extra, inside) if kind == "prod" else ("mul", inside, extra)
        ends = (high, low - 1) if kind == "prod" else (low - 1, high)
        left, right = (moving(end) for end in ends)
        return ("mul", self.term(rows, left, 0, names), (kind, v, low, high, inside), self.term(right, cols, 0, names))

    def derivative(self, rows: Size, cols: Size) -> Term | None:
        made: list[Term] = []
        for direction in DIRECTIONS:
            for name in ("h", "a", "x", "W", "L"):
                place = (name, number(self.rng.randint(0, 2)) if SYSTEM.of(name).indexed else None)
                if SYSTEM.shape(place) == (rows, cols):
                    made.append(("d", direction, place))
        if (rows, cols) == (n, n):
            made.append(
                (
                    "jac",
                    self.rng.choice(["total", "immediate"]),
                    ("h", number(2)),
                    ("h", number(self.rng.randint(0, 2))),
                )
            )
            made.append(("grad", ("L", None), ("W", None)))
            made.append(("part", ("f", number(self.rng.randint(1, 2))), 1))
        return self.rng.choice(made) if made else None


KINDS = (
    *(
        "add",
        "mul",
        "mul",
        "mul",
        "blocks",
        "kron",
        "kron",
        "T",
        "T",
        "vec",
        "krons",
        "comm",
        "diag",
        "diags",
        "had",
        "fn",
        "unvec",
        "entrywise",
    ),
    *("softmax", "lse", "inv", "scale", "zero", "sum", "sum", "prod", "rise", "chain", "pow", "scalar", "d", "jac"),
)
SHAPES: list[tuple[Size, Size]] = [
    (n, ONE),
    (n, n),
    (n, m),
    (ONE, ONE),
    (ONE, ONE),
    (ONE, n),
    (times(n, m), ONE),
    (times(n, m), times(n, m)),
    (times(n, n), m),
]


def rewritten(t: Term, rng: random.Random) -> Term:
    """An equal term, by rules that every normal form has to see through."""

    def inside(part: Any) -> Any:
        return rewritten(part, rng) if isinstance(part, tuple) and part and isinstance(part[0], str) else part

    kind = t[0]
    if kind in ("leaf", "id", "zero", "ones", "unit", "binom", "sel", "comm", "d", "jac", "grad", "part"):
        return t
    if kind in ("sum", "prod", "rise"):
        return _range_rewritten(t, rng)
    if kind in ("scale", "fn", "pow", "unvec"):
        return tuple(part if at == 0 or (kind == "fn" and at == 1) else inside(part) for at, part in enumerate(t))
    parts = [rewritten(part, rng) for part in t[1:]]
    if kind == "add":
        rng.shuffle(parts)
    if kind in ("add", "mul") and len(parts) > 2 and rng.random() < 0.5:
        parts = [(kind, *parts[:2]), *parts[2:]] if rng.random() < 0.5 else [parts[0], (kind, *parts[1:])]
    if kind == "mul" and rng.random() < 0.2:
        return ("T", ("mul", *(("T", part) for part in reversed(parts))))
    made: Term = (kind, *parts)
    return ("T", ("T", made)) if rng.random() < 0.1 else made


def _range_rewritten(t: Term, rng: random.Random) -> Term:
    kind, v, low, high, body = t
    body = rewritten(body, rng)
    new, by = f"{v}r", rng.randint(-2, 2)
    here = variable(new)
    if rng.random() < 0.5:  # the other way round
        other = {"sum": "sum", "prod": "rise", "rise": "prod"}[kind]
        return (other, new, low, high, renamed(body, {v: low + high - here}))
    return (kind, new, low + by, high + by, renamed(body, {v: here - by}))


def renamed(t: Any, values: dict[str, Linear]) -> Any:
    """Linear forms in the place of variables, by the shape of the tuples alone."""
    if isinstance(t, Linear):
        return t.at(values)
    if isinstance(t, Size):
        return size_at(t, values)
    return tuple(renamed(part, values) for part in t) if isinstance(t, tuple) else t


Maker = Callable[[random.Random], Term]
