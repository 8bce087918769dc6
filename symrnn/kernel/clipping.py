"""Checks certificates of statements about clipped gradients and lengths, without any search.

Each line adds facts to a case by a lemma, splits it into cases that cover everything, or closes it: a product of
numbers above 0, plus products of numbers at least 0, plus multiples of numbers that are 0, is the polynomial 0, which
is absurd. The facts that a proof begins with are the hypotheses and the opposite of what is to be shown.
Source of the form of these proofs: Stengle (1974), A Nullstellensatz and a Positivstellensatz, Math. Annalen 207.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from symrnn.kernel.errors import NotProvedError, Refused, need
from symrnn.kernel.polynomials import Poly, constant, minus, plus
from symrnn.kernel.vectors import LARGEST_NUMBER, ONE, SIGNS, Names, Term, show

Fact: TypeAlias = tuple[str, Poly]
"""A polynomial and how it compares with 0: ``>``, ``>=`` or ``=``."""

Facts: TypeAlias = tuple[Fact, ...]

MOST_LINES, LONGEST_LINE, MOST_NAMES, MOST_FACTS = 5_000, 200_000, 100, 300
RELATIONS = {"<=": (-1, ">="), "<": (-1, ">"), ">=": (1, ">="), ">": (1, ">"), "=": (1, "=")}
CLAIMS = {"at most": ("scalar", "scalar"), "coincide": ("matrix", "matrix"), "direction": ("matrix", "matrix")}


class Rule(NamedTuple):
    """A lemma, a split into cases, or a way to show a claim.

    Args:
        says: what it is, as a person writes it.
        source: where it is proved.
        takes: the sorts of its terms; of a way, the claim first.
        gives: the cases in which it ends, one of which holds: facts for each. Of a way, of the opposite of the claim.
    """

    says: str
    source: str
    takes: tuple[str, ...]
    gives: Callable[..., list[Facts]]


HORN = "Horn and Johnson (2013), Matrix Analysis"

# -- lemmas: one case --------------------------------------------------------------------------------------------------


def _nonnegative(names: Names, kind: str, x: Term) -> list[Facts]:
    return [((">=", names.norm(kind, x)),)]


def _expansion(names: Names, x: Term) -> list[Facts]:
    length = names.norm("F", x)
    return [(("=", minus(names.ring.times(length, length), names.inner(x, x))),)]


def _homogeneity(names: Names, kind: str, x: Term) -> list[Facts]:
    need(x[0] == "scale", "not a multiple")
    size = names.number(x[1] if names.is_nonnegative(x[1]) else ("abs", x[1]))
    return [(("=", minus(names.norm(kind, x), names.ring.times(size, names.norm(kind, x[2])))),)]


def _triangle(names: Names, kind: str, x: Term) -> list[Facts]:
    need(x[0] == "sum", "not a sum")
    return [((">=", minus(plus(*(names.norm(kind, part) for part in x[1:])), names.norm(kind, x))),)]


def _cauchy_schwarz(names: Names, x: Term, y: Term) -> list[Facts]:
    need(names.shape(x) == names.shape(y), "matrices of different shapes")
    product, bound = names.inner(x, y), names.ring.times(names.norm("F", x), names.norm("F", y))
    return [((">=", minus(bound, product)), (">=", plus(bound, product)))]


def _comparison(names: Names, x: Term) -> list[Facts]:
    rows, cols = names.shape(x)
    kinds = ["oo", "F", "1"] if cols == ONE else ["1", "F", "oo"] if rows == ONE else ["2", "F"]
    norms = [names.norm(kind, x) for kind in kinds]
    return [tuple((">=", minus(high, low)) for low, high in zip(norms, norms[1:], strict=False))]


def _entry(names: Names, kind: str, x: Term) -> list[Facts]:
    norm, entry = names.norm(kind, x), names.entry(x)
    return [((">=", minus(norm, entry)), (">=", plus(norm, entry)))]


def _root(names: Names, s: Term) -> list[Facts]:
    root = names.number(names.inspect("scalar", ("root", s)))
    return [((">=", root), ("=", minus(names.ring.times(root, root), names.number(s))))]


# -- definitions by cases ----------------------------------------------------------------------------------------------


def _factor(names: Names, kind: str, x: Term, s: Term) -> list[Facts]:
    factor = names.number(names.inspect("scalar", ("factor", kind, x, s)))
    length, limit = names.norm(kind, x), names.number(s)
    short: Facts = ((">=", minus(limit, length)), ("=", minus(factor, ONE)))
    long: Facts = (
        (">", minus(length, limit)),
        (">", length),
        ("=", minus(names.ring.times(factor, length), limit)),
    )
    return [short, long]


def _clip(names: Names, x: Term, s: Term) -> list[Facts]:
    clipped = names.entry(names.inspect("matrix", ("clip", x, s)))
    entry, limit = names.entry(x), names.number(s)
    return [
        ((">=", minus(limit, entry)), (">=", plus(limit, entry)), ("=", minus(clipped, entry))),
        ((">", minus(entry, limit)), ("=", minus(clipped, limit))),
        ((">", minus({}, limit, entry)), ("=", plus(clipped, limit))),
    ]


def _abs(names: Names, s: Term) -> list[Facts]:
    value, magnitude = names.number(s), names.number(("abs", s))
    above: Facts = ((">=", value), ("=", minus(magnitude, value)))
    return [above, ((">=", minus({}, value)), ("=", plus(magnitude, value)))]


def _extreme(names: Names, s: Term) -> list[Facts]:
    need(s[0] in ("min", "max"), "neither min nor max")
    parts, sign = [names.number(part) for part in s[1:]], constant(1 if s[0] == "min" else -1)
    return [
        (
            ("=", minus(names.number(s), part)),
            *((">=", names.ring.times(sign, minus(other, part))) for other in parts),
        )
        for part in parts
    ]


# -- ways to show a claim: the cases of its opposite -------------------------------------------------------------------


def _difference(names: Names, claim: str, low: Term, high: Term) -> list[Facts]:
    need(claim == "at most", "not an inequality")
    return [((">", minus(names.number(low), names.number(high))),)]


def _monotone(names: Names, claim: str, low: Term, high: Term) -> list[Facts]:
    need(claim == "at most" and low[0] == high[0] == "norm", "not an inequality between norms")
    x, y = low[2], high[2]
    euclidean = names.is_euclidean(low[1], x) and names.is_euclidean(high[1], y)
    need(euclidean or (low[1] == high[1] and low[1] in ("1", "oo")), "not two norms that grow with each entry")
    need(names.shape(x) == names.shape(y), "matrices of different shapes")
    left, right = names.entry(x), names.entry(y)
    return [((">", minus(names.ring.times(left, left), names.ring.times(right, right))),)]


def _bounded(names: Names, claim: str, low: Term, high: Term) -> list[Facts]:
    need(claim == "at most" and low[0] == "norm", "not a bound of a norm")
    rows, cols = names.shape(low[2])
    counts = {"1": (rows, rows), "oo": (cols, cols)}.get(low[1], (rows, cols))
    entry, bound = names.entry(low[2]), names.number(high)
    square = names.ring.times(*counts, entry, entry)
    return [((">", minus({}, bound)),), ((">", minus(square, names.ring.times(bound, bound))),)]


def _entries(names: Names, claim: str, x: Term, y: Term) -> list[Facts]:
    need(claim == "coincide", "not an equation")
    difference = minus(names.entry(x), names.entry(y))
    return [((">", difference),), ((">", minus({}, difference)),)]


def _distance(names: Names, claim: str, x: Term, y: Term) -> list[Facts]:
    need(claim == "coincide", "not an equation")
    difference = ("sum", x, ("scale", ("/", -1, 1), y))
    return [((">", names.inner(difference, difference)),)]


def _multiple(names: Names, claim: str, x: Term, y: Term, a: Term) -> list[Facts]:
    need(claim == "direction", "not a claim about a direction")
    return [((">=", minus({}, names.number(a))),), *_distance(names, "coincide", x, ("scale", a, y))]


LEMMAS: Mapping[str, Rule] = {
    "nonnegative": Rule("‖X‖ >= 0", f"{HORN}, definition 5.1.1", ("kind", "matrix"), _nonnegative),
    "norm of a sum": Rule(
        "‖αX + βY‖_F² = α²‖X‖_F² + 2αβ⟨X, Y⟩ + β²‖Y‖_F², and the inner product of stacks is the sum over their parts",
        f"{HORN}, sec. 5.1 and example 5.6.0.2",
        ("matrix",),
        _expansion,
    ),
    "homogeneity": Rule("‖αX‖ = |α|‖X‖", f"{HORN}, definition 5.1.1", ("kind", "matrix"), _homogeneity),
    "triangle inequality": Rule("‖X + Y‖ <= ‖X‖ + ‖Y‖", f"{HORN}, definition 5.1.1", ("kind", "matrix"), _triangle),
    "Cauchy–Schwarz": Rule("|⟨X, Y⟩| <= ‖X‖_F‖Y‖_F", f"{HORN}, theorem 5.1.4", ("matrix", "matrix"), _cauchy_schwarz),
    "comparison of norms": Rule(
        "‖x‖_∞ <= ‖x‖₂ <= ‖x‖₁ for a column, turned round for a row, ‖X‖₂ <= ‖X‖_F for a matrix",
        f"{HORN}, sec. 5.4 and 5.6",
        ("matrix",),
        _comparison,
    ),
    "an entry and the norm": Rule(
        "|x_ij| <= ‖X‖ for the 1-, 2-, ∞- and Frobenius norm", f"{HORN}, sec. 5.6", ("kind", "matrix"), _entry
    ),
    "root": Rule("√s >= 0 and √s² = s for s >= 0", "by definition", ("scalar",), _root),
    "factor": Rule(
        "min(1, s/‖X‖) is 1 where ‖X‖ <= s, and s/‖X‖ where ‖X‖ > s, for s >= 0",
        "Pascanu, Mikolov and Bengio (2013), algorithm 1",
        ("kind", "matrix", "scalar"),
        _factor,
    ),
    "clip": Rule(
        "min(max(x, -s), s) is x where |x| <= s, s where x > s and -s where x < -s, for s >= 0",
        "Mikolov (2012), sec. 3.2",
        ("matrix", "scalar"),
        _clip,
    ),
    "abs": Rule("|s| is s where s >= 0, and -s where s <= 0", "by definition", ("scalar",), _abs),
    "min and max": Rule("min is the part that no other is below, max turned round", "by definition", ("scalar",), _extreme),
}
WAYS: Mapping[str, Rule] = {
    "difference": Rule("a <= b unless a - b > 0", "by definition", (), _difference),
    "monotone norms": Rule(
        "|x_ij| <= |y_ij| for all i, j implies ‖X‖ <= ‖Y‖ for the 1-, ∞- and Frobenius norm", f"{HORN}, sec. 5.4", (), _monotone
    ),
    "norm of bounded entries": Rule(
        "|x_ij| <= b for p rows and q columns implies ‖X‖₁ <= p b, ‖X‖_∞ <= q b, ‖X‖₂ <= ‖X‖_F <= √(p q) b",
        f"{HORN}, sec. 5.6",
        (),
        _bounded,
    ),
    "entries": Rule("X = Y unless x_ij > y_ij or x_ij < y_ij in some place", "by definition", (), _entries),
    "distance": Rule("X = Y unless ‖X - Y‖_F² > 0", f"{HORN}, definition 5.1.1", (), _distance),
    "multiple": Rule("X = a Y with a > 0, unless a <= 0 or ‖X - aY‖_F² > 0", "by definition", ("scalar",), _multiple),
}

# -- reading -----------------------------------------------------------------------------------------------------------


class Proof:
    """A statement and the cases that are still open, the next one last."""

    def __init__(self, statement: Any) -> None:
        need(type(statement) is dict and set(statement) == {"numbers", "matrices", "given", "claim"}, "no statement")
        numbers, matrices = statement["numbers"], statement["matrices"]
        need(type(numbers) is dict and type(matrices) is dict, "names that are not declared one by one")
        need(len(numbers) + len(matrices) <= MOST_NAMES and not set(numbers) & set(matrices), "too many or equal names")
        need(all(name.isidentifier() and len(name) <= 100 for name in (*numbers, *matrices)), "not a name")
        need(all(type(sign) is str and sign in SIGNS for sign in numbers.values()), "no such sort of numbers")
        self.names, self.polynomials = Names(numbers), dict[str, Poly]()
        self.shapes = {name: self.read(("scalar", "scalar"), shape) for name, shape in matrices.items()}
        for name, (rows, cols) in self.shapes.items():
            need(self.names.is_size(rows) and self.names.is_size(cols), "a number of rows or columns that is no size")
            self.names.matrices[name] = self.names.number(rows), self.names.number(cols)
        self.given = [self.relation(relation) for relation in listed(statement["given"])]
        claim = listed(statement["claim"])
        need(claim and type(claim[0]) is str and claim[0] in CLAIMS, "no such claim")
        self.claim = (claim[0], *self.read(CLAIMS[claim[0]], claim[1:]))
        if claim[0] != "at most":
            need(self.names.shape(self.claim[1]) == self.names.shape(self.claim[2]), "matrices of different shapes")
        self.open: list[Facts] | None = None

    def read(self, sorts: tuple[str, ...], values: Any) -> tuple[Any, ...]:
        """Terms of given sorts."""
        need(len(listed(values)) == len(sorts), "the wrong number of terms")
        return tuple(self.names.read(sort, value) for sort, value in zip(sorts, values, strict=True))

    def relation(self, value: Any) -> Term:
        """A relation between two scalars."""
        need(listed(value) and type(value[0]) is str and value[0] in RELATIONS, "no such relation")
        return (value[0], *self.read(("scalar", "scalar"), value[1:]))

    def assumed(self) -> Facts:
        """The hypotheses as facts."""
        found: list[Fact] = []
        for name, sort in self.names.numbers.items():
            value = self.names.number(("name", name))
            if sort == "size":
                found.append((">=", minus(value, ONE)))
            elif sort != "real":
                below, strict = sort in ("negative", "nonpositive"), sort in ("positive", "negative")
                found.append((">" if strict else ">=", minus({}, value) if below else value))
        for relation, left, right in self.given:
            sign, kind = RELATIONS[relation]
            difference = minus(self.names.number(left), self.names.number(right))
            found.append((kind, self.names.ring.times(constant(sign), difference)))
        return tuple(found)

    # -- one line ----------------------------------------------------------------------------------------------------

    def step(self, line: Any) -> None:
        """Apply a line to the next open case."""
        need(type(line) is dict and len(line) == 1, "not a line of a proof")
        ((what, value),) = line.items()
        if what in ("number", "entry"):  # a name for use in polynomials
            name, term = pair(value)
            need(type(name) is str and name.isidentifier() and len(self.polynomials) < 10 * MOST_NAMES, "not a name")
            number, entry = self.names.number, self.names.entry
            self.polynomials[name] = (
                number(self.names.read("scalar", term)) if what == "number" else entry(self.names.read("matrix", term))
            )
            return
        if what == "by":
            name, *terms = listed(value) or [None]
            need(self.open is None and type(name) is str and name in WAYS, "no such way, or a second one")
            found = WAYS[name].gives(self.names, *self.claim, *self.read(WAYS[name].takes, terms))
            self.open = [self.assumed() + facts for facts in reversed(found)]
            return
        need(self.open, "no case is open")
        assert self.open is not None
        here = self.open.pop()
        need(len(here) <= MOST_FACTS, "a case with too many facts")
        if what == "lemma":
            name, *terms = listed(value) or [None]
            need(type(name) is str and name in LEMMAS, "no such lemma")
            found = LEMMAS[name].gives(self.names, *self.read(LEMMAS[name].takes, terms))
            self.open += [here + facts for facts in reversed(found)]
        else:
            need(what == "absurd", "no such line")
            self.absurd(here, value)

    def absurd(self, facts: Facts, value: Any) -> None:
        """Close a case: Π numbers above 0 + Σ weight Π numbers at least 0 Π squares + Σ multiples of 0 is 0."""
        need(type(value) is dict and set(value) == {"above", "least", "zero"}, "not a sum that is absurd")

        def chosen(numbers: Any, kinds: tuple[str, ...]) -> list[Poly]:
            for at in listed(numbers):
                need(type(at) is int and 0 <= at < len(facts) and facts[at][0] in kinds, "no such fact to multiply by")
            return [facts[at][1] for at in numbers]

        times = self.names.ring.times
        parts = [times(*chosen(value["above"], (">",)))]
        for part in listed(value["least"]):
            weight, numbers, roots = listed(part) if len(listed(part)) == 3 else (None, None, None)
            need(fraction(weight) > 0, "a weight that is not above 0")
            squared = [p for root in listed(roots) for p in [self.polynomial(root)] * 2]
            parts.append(times(constant(fraction(weight)), *chosen(numbers, (">", ">=")), *squared))
        for part in listed(value["zero"]):
            number, multiple = pair(part)
            parts.append(times(self.polynomial(multiple), *chosen([number], ("=",))))
        need(not plus(*parts), "the sum is not 0")

    def polynomial(self, value: Any) -> Poly:
        """A list of monomials: a coefficient, then names, each as often as it occurs."""
        parts = []
        for mono in listed(value):
            need(listed(mono) and all(type(n) is str and n in self.polynomials for n in mono[1:]), "no such monomial")
            factors = [self.polynomials[name] for name in mono[1:]]
            parts.append(self.names.ring.times(constant(fraction(mono[0])), *factors))
        return plus(*parts)

    def __str__(self) -> str:
        claim, left, right = self.claim
        left, right = show(left), show(right)
        said = {"at most": f"{left} <= {right}", "coincide": f"{left} = {right}"}
        text = said.get(claim, f"{left} = a ({right}) for some a > 0")
        every = [f"{n}{SIGNS[sort]}" for n, sort in self.names.numbers.items() if sort != "size"]
        every += [f"{n}: {show(rows)} x {show(cols)}" for n, (rows, cols) in self.shapes.items()]
        sizes = [n for n, sort in self.names.numbers.items() if sort == "size"]
        given = [f"{show(a)} {relation} {show(b)}" for relation, a, b in self.given]
        text += f" whenever {' and '.join(given)}" if given else ""
        text += f" for all real {', '.join(every)}" if every else ""
        return text + (f" and sizes {', '.join(sizes)}" if sizes else "")


def listed(value: Any) -> list[Any]:
    """A list."""
    need(type(value) is list, "not a list")
    return value  # type: ignore[no-any-return]


def pair(value: Any) -> tuple[Any, Any]:
    """Two things."""
    need(len(listed(value)) == 2, "not a pair")
    return value[0], value[1]


def fraction(value: Any) -> Fraction:
    """A whole number, or numerator and denominator."""
    above, below = (value, 1) if type(value) is int else pair(value)
    need(all(type(n) is int and abs(n) <= LARGEST_NUMBER for n in (above, below)) and below > 0, "not a fraction")
    return Fraction(above, below)


def parsed(text: str) -> Any:
    """What a line of JSON says."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise NotProvedError("not a line of JSON") from None


def check(lines: list[str]) -> str:
    """The statement that a certificate proves; the first line is its header.

    Raises:
        Refused: naming the line that does not hold.
    """
    if not 2 <= len(lines) <= MOST_LINES:
        raise Refused(1, "too few or too many lines")
    proof: Proof | None = None
    for at, text in enumerate(lines[1:], 2):
        try:
            need(len(text) <= LONGEST_LINE, "a line that is too long")
            if proof is None:
                proof = Proof(parsed(text))
            else:
                proof.step(parsed(text))
        except NotProvedError as error:
            raise Refused(at, str(error)) from None
    if proof is None or proof.open != []:
        raise Refused(len(lines), "the proof ends before every case is closed")
    return str(proof)
