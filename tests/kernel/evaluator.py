"""Kernel terms and normal forms on numbers: exact, small, slow, and sharing no code with the kernel.

A term is a nested tuple, a linear form is ``(((name, coefficient), …), constant)``, a size is ``((widths, times), …)``,
and a normal form is ``(rows, cols, ((monomial, number), …))``; that is all this module knows of the kernel.
Differentials are those of dual numbers, Jacobians come from one differential for each entry.

Conventions: a sum over an empty range is 0, a product of no factors I, and one of negative length 0; e_i counts round
and round. Generic functions are polynomials, so that everything is exact, softmax and lse apart. What is random takes
one of three values; an expectation goes through all outcomes of what it meets.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

Matrix = list[list[Any]]
Pair = tuple[Matrix, Matrix | None]
"""A value, and its differential where one is asked for."""
Direction = tuple[str, tuple[tuple[str, int | None], ...], Any]
"""Total or immediate, what moves, and the entry that moves alone (None: all of them, at random)."""


class NoValueError(Exception):
    """An inverse that does not exist, or a number that is too large."""


class OpenError(Exception):
    """A random quantity of which nobody has said yet which value it takes."""


# -- matrices ----------------------------------------------------------------------------------------------------------


def zeros(rows: int, cols: int) -> Matrix:
    return [[Fraction(0)] * cols for _ in range(rows)]


def eye(size: int) -> Matrix:
    return [[Fraction(int(r == c)) for c in range(size)] for r in range(size)]


def turned(a: Matrix) -> Matrix:
    return [list(row) for row in zip(*a, strict=True)]


def times(a: Matrix, b: Matrix) -> Matrix:
    assert len(a[0]) == len(b)
    return [
        [sum((x * y for x, y in zip(row, col, strict=True)), Fraction(0)) for col in zip(*b, strict=True)] for row in a
    ]


def plus(a: Matrix, b: Matrix) -> Matrix:
    assert (len(a), len(a[0])) == (len(b), len(b[0]))
    return [[x + y for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]


def scaled(factor: Any, a: Matrix) -> Matrix:
    return [[factor * x for x in row] for row in a]


def entrywise(a: Matrix, b: Matrix) -> Matrix:
    assert (len(a), len(a[0])) == (len(b), len(b[0]))
    return [[x * y for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]


def kronecker(a: Matrix, b: Matrix) -> Matrix:
    return [[x * y for x in r for y in s] for r in a for s in b]


def stacked(a: Matrix) -> Matrix:
    return [[row[c]] for c in range(len(a[0])) for row in a]


def unstacked(column: Matrix, rows: int) -> Matrix:
    """The matrix with that many rows whose columns are below each other in a column."""
    return [[x for (x,) in column[r::rows]] for r in range(rows)]


def diagonal(a: Matrix) -> Matrix:
    return [[a[r][0] if r == c else Fraction(0) for c in range(len(a))] for r in range(len(a))]


def inverse(a: Matrix) -> Matrix:
    size = len(a)
    work = [[*row, *other] for row, other in zip(a, eye(size), strict=True)]
    for at in range(size):
        pivot = next((r for r in range(at, size) if work[r][at] != 0), None)
        if pivot is None:
            raise NoValueError
        work[at], work[pivot] = work[pivot], work[at]
        work[at] = [x / work[at][at] for x in work[at]]
        for r in range(size):
            if r != at:
                work[r] = [x - work[r][at] * y for x, y in zip(work[r], work[at], strict=True)]
    return [row[size:] for row in work]


# -- numbers -----------------------------------------------------------------------------------------------------------


def at_values(form: Any, values: Mapping[str, int]) -> int:
    terms, constant = form
    return constant + sum(c * values[v] for v, c in terms)


def points(
    bound: tuple[str, ...], domain: tuple[Any, ...], values: Mapping[str, int], reach: int = 40
) -> Iterator[dict[str, int]]:
    """The integer points of a domain, by narrowing a box."""
    box = dict.fromkeys(bound, (-reach, reach))
    for _ in range(3 * len(bound) + 1):
        for terms, constant in domain:
            best = constant + sum(
                c * values[v] if v not in box else max(c * box[v][0], c * box[v][1]) for v, c in terms
            )
            if best < 0:
                return
            for v, c in terms:
                if v in box:  # c v >= -(best without v)
                    low, high = box[v]
                    need = -(best - max(c * low, c * high))
                    box[v] = (max(low, -((-need) // c)), high) if c > 0 else (low, min(high, (-need) // -c))
                    if box[v][0] > box[v][1]:
                        return
                    best = need * -1 + max(c * box[v][0], c * box[v][1])
    if not bound:
        if all(at_values(form, values) >= 0 for form in domain):
            yield dict(values)
        return
    first, *rest = bound
    low, high = box[first]
    assert -reach < low <= high < reach, "a sum that is not bounded"
    for value in range(low, high + 1):
        yield from points(tuple(rest), domain, {**values, first: value}, reach)


@cache
def polynomial(name: str, member: int | None) -> tuple[Fraction, ...]:
    """A function with a name, as the coefficients of a polynomial."""
    rng = random.Random(f"{name} {member}")
    return tuple(Fraction(rng.choice([-2, -1, 1, 2, 3]), rng.choice([1, 2])) for _ in range(4))


def function(name: str, member: int | None, order: int, z: Any) -> Any:
    if name == "identity" and member is None:
        return z if order == 0 else z * 0 + (1 if order == 1 else 0)
    coefficients = list(polynomial(name, member))
    for _ in range(order):
        coefficients = [k * a for k, a in enumerate(coefficients)][1:]
    return sum((a * z**k for k, a in enumerate(coefficients)), z * 0)


class Model:
    """A system with numbers in it.

    Args:
        quantities: rows, cols, body, arguments, start and role by name, as attributes.
        widths: the numbers that widths stand for; those that move are 1 + k mod 3.
        seed: which numbers.
        exact: fractions, or floating-point numbers.
    """

    def __init__(
        self, quantities: Mapping[str, Any], widths: Mapping[str, int], seed: int = 0, *, exact: bool = True
    ) -> None:
        self.quantities, self.widths, self.seed, self.exact = quantities, widths, seed, exact
        self.fixed: dict[str, int] = {}  # indices of the whole system
        self.values: dict[tuple[str, int | None], Matrix] = {}
        self.moved: dict[Any, Matrix] = {}
        self.outcome: dict[tuple[str, int | None], Any] | None = None
        """What random quantities are inside an expectation; outside, one of their values each."""

    # -- sizes and quantities --------------------------------------------------------------------------------------

    def size(self, size: Any, values: Mapping[str, int]) -> int:
        total = 0
        for atoms, c in size:
            for atom in atoms:
                c *= self.widths[atom] if isinstance(atom, str) else 1 + (len(atom[0]) + at_values(atom[1], values)) % 3
            total += c
        return total

    def shape(self, place: tuple[str, int | None]) -> tuple[int, int]:
        known = self.quantities[place[0]]
        values = {} if place[1] is None else {"i": place[1]}
        return self.size(known.rows, values), self.size(known.cols, values)

    def place(self, place: Any, values: Mapping[str, int]) -> tuple[str, int | None]:
        return place[0], None if place[1] is None else at_values(place[1], values)

    def numbers(self, label: Any, rows: int, cols: int) -> Matrix:
        rng = random.Random(f"{self.seed} {label}")
        found = [[Fraction(rng.randint(-3, 3)) for _ in range(cols)] for _ in range(rows)]
        return found if self.exact else [[float(x) / 3 for x in row] for row in found]

    def follows(self, place: tuple[str, int | None]) -> bool:
        start, initial = self.quantities[place[0]].start, self.quantities[place[0]].initial
        return start is not None and (place[1] is None or place[1] >= start - (initial is not None))

    def chances(self, place: tuple[str, int | None]) -> list[tuple[Fraction, Fraction]]:
        """The values that a random quantity takes, each with its probability."""
        rng = random.Random(f"{self.seed} chances {place}")
        weights = [Fraction(rng.randint(1, 3)) for _ in range(3)]
        return [(Fraction(rng.randint(-2, 3)), weight / sum(weights)) for weight in weights]

    def moment(self, place: tuple[str, int | None]) -> Matrix | None:
        """What is given as a moment of something random, computed from its distribution."""
        for name, known in self.quantities.items():
            for power, term in enumerate(known.moments, 1):
                if term[:2] == ("leaf", place[0]):
                    return [[sum((p * x**power for x, p in self.chances((name, place[1]))), Fraction(0))]]
        return None

    def mean(self, t: Any, values: Mapping[str, int], outcome: dict[tuple[str, int | None], Any]) -> Matrix:
        """The expectation: where something random is met, the mean over its values."""
        model = Model(self.quantities, self.widths, self.seed, exact=self.exact)
        model.fixed, model.outcome = self.fixed, outcome
        try:
            return model.of(t, values, None)[0]
        except OpenError as met:
            place = met.args[0]
        parts = [scaled(p, self.mean(t, values, {**outcome, place: x})) for x, p in self.chances(place)]
        return plus(plus(parts[0], parts[1]), parts[2])

    def value(self, place: tuple[str, int | None]) -> Matrix:
        if self.quantities[place[0]].moments:
            if self.outcome is not None and place not in self.outcome:
                raise OpenError(place)
            return [[self.chances(place)[0][0] if self.outcome is None else self.outcome[place]]]
        if (moment := self.moment(place)) is not None:
            return moment
        if place not in self.values:
            self.values[place] = (
                self.by_equation(place, None)[0] if self.follows(place) else self.numbers(place, *self.shape(place))
            )
        return self.values[place]

    def by_equation(self, place: tuple[str, int | None], along: Direction | None) -> Pair:
        known = self.quantities[place[0]]
        values = self.fixed | ({} if place[1] is None else {"i": place[1]})
        if known.initial is not None and place[1] == known.start - 1:
            return self.of(known.initial, self.fixed, along)
        if known.body is not None:
            return self.of(known.body, values, along)
        arguments = [self.leaf(self.place(p, values), along) for p in known.arguments]
        z = [x for a, _ in arguments for (x,) in a]
        dz = None if along is None else [x for _, da in arguments for (x,) in da or []]
        rows = self.shape(place)[0]
        a, b = self.numbers(("linear", place), rows, len(z)), self.numbers(("square", place), rows, len(z))
        value = [
            [sum((a[r][s] * x + b[r][s] * x * z[s - 1] for s, x in enumerate(z)), Fraction(r))] for r in range(rows)
        ]
        if dz is None:
            return value, None
        moved = [
            [
                sum(
                    (a[r][s] * dz[s] + b[r][s] * (dz[s] * z[s - 1] + z[s] * dz[s - 1]) for s in range(len(z))),
                    Fraction(0),
                )
            ]
            for r in range(rows)
        ]
        return value, moved

    def leaf(self, place: tuple[str, int | None], along: Direction | None) -> Pair:
        return self.value(place), None if along is None else self.differential(along, place)

    def differential(self, along: Direction, place: tuple[str, int | None]) -> Matrix:
        """How a quantity moves along a direction."""
        key = (along, place)
        if key not in self.moved:
            way, moving, entry = along
            free = moving if way == "total" else moving[1:]
            rows, cols = self.shape(place)
            follows = self.follows(place) and (
                way == "total" or place == moving[0] or self.quantities[place[0]].role == "intermediate"
            )
            if place in free:
                if entry is None:
                    found = self.numbers(("d", way, moving, place), rows, cols)
                else:
                    found = [[Fraction(int((r, c) == entry)) for c in range(cols)] for r in range(rows)]
            elif follows:
                moved = self.by_equation(place, along)[1]
                assert moved is not None
                found = moved
            else:
                found = zeros(rows, cols)
            self.moved[key] = found
        return self.moved[key]

    # -- terms -----------------------------------------------------------------------------------------------------

    def __call__(self, t: Any, values: Mapping[str, int] | None = None) -> Matrix:
        """The value of a term or of a normal form."""
        return self.of(t, values or {}, None)[0]

    def of(self, t: Any, values: Mapping[str, int], along: Direction | None) -> Pair:
        if not isinstance(t[0], str):
            return self.normal(t, values, along)
        kind = t[0]
        constant = self.constant(t, values)
        if constant is not None:
            return constant, None if along is None else zeros(len(constant), len(constant[0]))
        if kind == "leaf":
            return self.leaf(self.place(t[1:], values), along)
        if kind == "mean":
            assert along is None, "the differential of an expectation"
            return self.mean(t[1], values, {}), None
        if kind in ("d", "jac", "grad", "part"):
            assert along is None, "second derivatives"
            return self.derivative(t, values), None
        if kind in ("sum", "prod", "rise"):
            return self.ranged(t, values, along)
        if kind == "pow":
            base, exponent = self.of(t[1], values, along), at_values(t[2], values)
            return self.product([base] * exponent, len(base[0]), along, exponent)
        if kind == "fn":
            member = None if t[2] is None else at_values(t[2], values)
            a, da = self.of(t[4], values, along)
            slope = [[function(t[1], member, t[3] + 1, x) for x in row] for row in a]
            return [[function(t[1], member, t[3], x) for x in row] for row in a], da and entrywise(slope, da)
        if kind == "unvec":
            rows, (a, da) = self.size(t[1], values), self.of(t[3], values, along)
            return unstacked(a, rows), da and unstacked(da, rows)
        if kind == "scale":
            a, da = self.of(t[2], values, along)
            factor = t[1] if self.exact else float(t[1])
            return scaled(factor, a), da and scaled(factor, da)
        parts = [self.of(part, values, along) for part in t[1:]]
        whole = parts[0]
        if kind in ("add", "mul", "had", "kron"):
            for part in parts[1:]:
                whole = self.both(kind, whole, part)
            return whole
        return self.single(kind, *whole)

    def constant(self, t: Any, values: Mapping[str, int]) -> Matrix | None:
        match t[0]:
            case "id":
                return eye(self.size(t[1], values))
            case "zero" | "ones":
                rows, cols = (self.size(s, values) for s in t[1:])
                return [[Fraction(int(t[0] == "ones"))] * cols for _ in range(rows)]
            case "one":
                return [[Fraction(1)] for _ in range(self.size(t[1], values))]
            case "unit":
                rows, at = self.size(t[1], values), at_values(t[2], values)
                return [[Fraction(int(r == (at - 1) % rows))] for r in range(rows)]
            case "binom":
                above, below = (at_values(form, values) for form in t[1:])
                factors = (Fraction(above - each, each + 1) for each in range(below))
                return [[math.prod(factors, start=Fraction(int(below >= 0)))]]
            case "sel":
                sizes = [self.size(s, values) for s in t[2]]
                above = sum(sizes[: t[1] - 1])
                return [[Fraction(int(r == above + c)) for c in range(sizes[t[1] - 1])] for r in range(sum(sizes))]
            case "comm":
                rows, cols = (self.size(s, values) for s in t[1:])
                found = zeros(rows * cols, rows * cols)
                for r, c in itertools.product(range(rows), range(cols)):
                    found[r * cols + c][c * rows + r] = Fraction(1)
                return found
        return None

    def both(self, kind: str, x: Pair, y: Pair) -> Pair:
        (a, da), (b, db) = x, y
        if kind == "add":
            return plus(a, b), None if da is None or db is None else plus(da, db)
        two = {"mul": times, "had": entrywise, "kron": kronecker}[kind]
        return two(a, b), None if da is None or db is None else plus(two(da, b), two(a, db))

    def single(self, kind: str, a: Matrix, da: Matrix | None) -> Pair:
        plain = {"T": turned, "vec": stacked, "diag": diagonal}
        if kind in plain:
            return plain[kind](a), da and plain[kind](da)
        if kind == "inv":
            own = inverse(a)
            return own, da and scaled(Fraction(-1), times(times(own, da), own))
        if any(abs(x) > 30 for (x,) in a):
            raise NoValueError
        weights = [math.exp(x) for (x,) in a]
        total = sum(weights)
        share = [[w / total] for w in weights]
        if kind == "lse":
            return [[math.log(total)]], da and times(turned(share), da)
        assert kind == "softmax", kind
        spread = plus(diagonal(share), scaled(-1, times(share, turned(share))))
        return share, da and times(spread, da)

    def product(self, factors: list[Pair], size: int, along: Direction | None, length: int) -> Pair:
        whole: Pair = eye(size), None if along is None else zeros(size, size)
        if length < 0:
            return zeros(size, size), whole[1]
        for factor in factors:
            whole = self.both("mul", whole, factor)
        return whole

    def ranged(self, t: Any, values: Mapping[str, int], along: Direction | None) -> Pair:
        kind, v, low, high, body = t
        first, last = at_values(low, values), at_values(high, values)
        inner = [{**values, v: k} for k in range(first, last + 1)]
        if kind == "sum":
            rows, cols = self.shape_of(body, {**values, v: first})
            whole: Pair = zeros(rows, cols), None if along is None else zeros(rows, cols)
            for each in inner:
                whole = self.both("add", whole, self.of(body, each, along))
            return whole
        left, right = (last, first) if kind == "prod" else (first, last)
        rows, cols = self.shape_of(body, {**values, v: left})[0], self.shape_of(body, {**values, v: right})[1]
        if last < first - 1:
            return zeros(rows, cols), None if along is None else zeros(rows, cols)
        if not inner:
            return eye(cols), None if along is None else zeros(cols, cols)
        parts = [self.of(body, each, along) for each in (reversed(inner) if kind == "prod" else inner)]
        whole = parts[0]
        for part in parts[1:]:
            whole = self.both("mul", whole, part)
        return whole

    def shape_of(self, t: Any, values: Mapping[str, int]) -> tuple[int, int]:
        """Rows and columns, by looking at one instance of everything."""
        if not isinstance(t[0], str):
            return self.size(t[0], values), self.size(t[1], values)
        kind = t[0]
        if kind == "leaf":
            return self.shape(self.place(t[1:], values))
        constant = self.constant(t, values)
        if constant is not None:
            return len(constant), len(constant[0])
        if kind in ("sum", "prod", "rise"):
            _, v, low, high, body = t
            ends = [self.shape_of(body, {**values, v: at_values(end, values)}) for end in (low, high)]
            left, right = ends if kind != "prod" else ends[::-1]
            return left[0], right[1]
        if kind == "unvec":
            return self.size(t[1], values), self.size(t[2], values)
        if kind in ("d", "jac", "grad", "part"):
            found = self.derivative(t, values)
            return len(found), len(found[0])
        parts = [self.shape_of(part, values) for part in t[1:] if isinstance(part, tuple) and self.is_term(part)]
        rows, cols = parts[0]
        match kind:
            case "T":
                return cols, rows
            case "vec":
                return rows * cols, 1
            case "diag":
                return rows, rows
            case "lse":
                return 1, 1
            case "mul":
                return rows, parts[-1][1]
            case "kron":
                return rows * parts[1][0], cols * parts[1][1]
        return rows, cols

    def is_term(self, part: Any) -> bool:
        """Not a linear form: that begins with a tuple of pairs, and has two parts."""
        return bool(part) and (isinstance(part[0], str) or len(part) == 3)

    def derivative(self, t: Any, values: Mapping[str, int]) -> Matrix:
        if t[0] == "d":
            way, moving = t[1]
            along = (way, tuple(self.place(p, values) for p in moving), None)
            return self.differential(along, self.place(t[2], values))
        if t[0] == "part":
            of = self.place(t[1], values)
            inner = self.fixed | ({} if of[1] is None else {"i": of[1]})
            by = self.place(self.quantities[of[0]].arguments[t[2] - 1], inner)
            return self.by_argument(of, by)
        way, of, by = ("total", *t[1:]) if t[0] == "grad" else t[1:]
        of, by = self.place(of, values), self.place(by, values)
        moving = (by,) if way == "total" else (of, by)
        rows, cols = self.shape(by)
        entries = [(r, c) for c in range(cols) for r in range(rows)]
        columns = [stacked(self.differential((way, moving, entry), of)) for entry in entries]
        if t[0] == "jac":
            return turned([[x for (x,) in column] for column in columns])
        return [[columns[c * rows + r][0][0] for c in range(cols)] for r in range(rows)]

    def by_argument(self, of: tuple[str, int | None], by: tuple[str, int | None]) -> Matrix:
        """The partial Jacobian of a generic function by one argument, the others held."""
        known = self.quantities[of[0]]
        rows = self.shape(by)[0]
        columns = []
        for at in range(rows):
            along: Direction = ("argument", (by,), (at, 0))
            for place in known.arguments:
                other = self.place(place, self.fixed | ({} if of[1] is None else {"i": of[1]}))
                self.moved[along, other] = zeros(*self.shape(other))
            self.moved[along, by] = [[Fraction(int(r == at))] for r in range(rows)]
            moved = self.by_equation(of, along)[1]
            assert moved is not None
            columns.append([x for (x,) in moved])
        return turned(columns)

    # -- normal forms ----------------------------------------------------------------------------------------------

    def normal(self, p: Any, values: Mapping[str, int], along: Direction | None) -> Pair:
        rows, cols = self.size(p[0], values), self.size(p[1], values)
        whole: Pair = zeros(rows, cols), None if along is None else zeros(rows, cols)
        for (bound, domain, scalars, word), c in p[2]:
            factor = c if self.exact else float(c)
            for inner in points(bound, domain, values):
                part: Pair = [[factor]], None if along is None else zeros(1, 1)
                for scalar in scalars:
                    part = self.both("mul", part, self.word(scalar, 1, inner, along))
                matrix = self.word(word, rows, inner, along)
                whole = self.both("add", whole, self.both("kron", part, matrix))
        return whole

    def word(self, word: Any, size: int, values: Mapping[str, int], along: Direction | None) -> Pair:
        whole: Pair = eye(size), None if along is None else zeros(size, size)
        for atom in word:
            whole = self.both("mul", whole, self.of(atom, values, along))
        return whole


def same(a: Matrix, b: Matrix, *, exact: bool = True) -> bool:
    """Whether two matrices are equal, to some digits where they are not exact."""
    if (len(a), len(a[0])) != (len(b), len(b[0])):
        return False
    if exact:
        return a == b
    pairs = [(x, y) for r, s in zip(a, b, strict=True) for x, y in zip(r, s, strict=True)]
    largest = max(abs(x) for pair in pairs for x in pair)
    return all(abs(x - y) <= 1e-7 * (1 + largest) for x, y in pairs)
