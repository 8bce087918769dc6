"""Checks certificates of statements about clipped gradients and lengths, without any search.

The second line is the statement, see :class:`Proof`. Each further one is one of

    {"by": [way, term…]}        assumes the opposite of the claim, in one or two cases
    {"lemma": [name, term…]}    adds facts to the next open case, or splits it into cases that cover everything
    {"absurd": {"above": [fact…], "least": [[weight, [fact…], [root…]]…], "zero": [[fact, multiple]…]}}

The last closes the next open case: a product of numbers above 0, plus products of numbers at least 0 and of squares,
plus multiples of numbers that are 0, is the polynomial 0. Facts are named by their places in the case, what the
statement assumes first; roots and multiples are polynomials in unknowns that are named by their numbers.
Source of the form of these proofs: Stengle (1974), A Nullstellensatz and a Positivstellensatz, Math. Annalen 207.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from symrnn.kernel.errors import Refused, need
from symrnn.kernel.polynomials import Poly, constant, minus, plus
from symrnn.kernel.reader import run
from symrnn.kernel.vectors import LARGEST_NUMBER, ONE, SORTS, Names, Term, show

Fact: TypeAlias = tuple[str, Poly]
"""How a polynomial compares with 0: ``>``, ``>=`` or ``=``."""

Cases: TypeAlias = list[tuple[Fact, ...]]
"""The facts of each case; one case for a lemma that does not split."""

MOST_LINES, MOST_FACTS = 5_000, 300
RELATIONS = {"<=": ">=", "<": ">", "=": "="}
CLAIMS = {"at most": ("scalar", "{} <= {}"), "coincide": ("matrix", "{} = {}")}
CLAIMS["direction"] = ("matrix", "{} = a {} for some a > 0")
HORN = "Horn and Johnson (2013), Matrix Analysis"


class Rule(NamedTuple):
    """A lemma, a definition by cases, or a way to show a claim; what it says stands in its docstring.

    Args:
        source: where it is proved.
        takes: the sorts of its terms.
        gives: the cases, one of which holds; of a way, one of which holds wherever the claim does not.
    """

    source: str
    takes: tuple[str, ...]
    gives: Callable[..., Cases]


LEMMAS: dict[str, Rule] = {}
WAYS: dict[tuple[str, str], Rule] = {}


def rule(table: dict[Any, Rule], name: Any, source: str, *takes: str) -> Callable[[Callable[..., Cases]], None]:
    """Enter a function into a table: of terms for a lemma, of both sides of a claim and further terms for a way."""
    return lambda gives: table.update({name: Rule(source, takes, gives)})


@rule(LEMMAS, "nonnegative", f"{HORN}, definition 5.1.1", "kind", "matrix")
def _(names: Names, kind: str, x: Term) -> Cases:
    """$‖X‖ >= 0$ for every norm."""
    return [((">=", names.norm(kind, x)),)]


@rule(LEMMAS, "norm of a sum", f"{HORN}, sec. 5.1 and example 5.6.0.2", "matrix")
def _(names: Names, x: Term) -> Cases:
    """$‖X‖_F² = ⟨X, X⟩$, which is multiplied out: $‖αf + βg‖² = α²‖f‖² + 2αβ⟨f, g⟩ + β²‖g‖²$, a stack part by part."""
    return [(("=", minus(names.ring.times(names.norm("F", x), names.norm("F", x)), names.inner(x, x))),)]


@rule(LEMMAS, "homogeneity", f"{HORN}, definition 5.1.1", "kind", "scalar", "matrix")
def _(names: Names, kind: str, s: Term, x: Term) -> Cases:
    """$‖sX‖ = |s|‖X‖$ for every norm."""
    size = names.number(s if names.is_nonnegative(s) else ("abs", s))
    return [(("=", minus(names.norm(kind, ("scale", s, x)), names.ring.times(size, names.norm(kind, x)))),)]


@rule(LEMMAS, "triangle inequality", f"{HORN}, definition 5.1.1", "kind", "matrix")
def _(names: Names, kind: str, x: Term) -> Cases:
    """$‖X + Y‖ <= ‖X‖ + ‖Y‖$ for every norm."""
    parts = x[1:] if x[0] == "sum" else (x,)
    return [((">=", minus(plus(*(names.norm(kind, part) for part in parts)), names.norm(kind, x))),)]


@rule(LEMMAS, "Cauchy–Schwarz", f"{HORN}, theorem 5.1.4", "matrix", "matrix")
def _(names: Names, x: Term, y: Term) -> Cases:
    """$|⟨X, Y⟩| <= ‖X‖_F‖Y‖_F$ for two matrices of one shape."""
    product = names.number(names.sound(("inner", x, y)))
    bound = names.ring.times(names.norm("F", x), names.norm("F", y))
    return [((">=", minus(bound, product)), (">=", plus(bound, product)))]


@rule(LEMMAS, "comparison of norms", f"{HORN}, sec. 5.4 and 5.6", "matrix")
def _(names: Names, x: Term) -> Cases:
    """$‖x‖_∞ <= ‖x‖_2 <= ‖x‖_1$ for a column, $‖x‖_1 <= ‖x‖_2 <= ‖x‖_∞$ for a row, and $‖X‖_2 <= ‖X‖_F$."""
    rows, cols = names.shape(x)
    chain = ("oo", "F", "1") if cols == ONE else ("1", "F", "oo") if rows == ONE else ("2", "F")
    return [tuple((">=", minus(names.norm(b, x), names.norm(a, x))) for a, b in pairwise(chain))]


@rule(LEMMAS, "an entry and the norm", f"{HORN}, sec. 5.6", "kind", "matrix")
def _(names: Names, kind: str, x: Term) -> Cases:
    """$|x_ij| <= ‖X‖$ for the 1-, 2-, $∞$- and Frobenius norm."""
    norm, entry = names.norm(kind, x), names.entry(x)
    return [((">=", minus(norm, entry)), (">=", plus(norm, entry)))]


@rule(LEMMAS, "root", "by definition", "scalar")
def _(names: Names, s: Term) -> Cases:
    """√s >= 0 and √s² = s for s >= 0."""
    root = names.number(names.sound(("root", s)))
    return [((">=", root), ("=", minus(names.ring.times(root, root), names.number(s))))]


@rule(LEMMAS, "inverse", "by definition", "scalar")
def _(names: Names, s: Term) -> Cases:
    """1/s has the sign of s, with s (1/s) = 1; of s = 0 it stands for 0."""
    value, inverse = names.number(s), names.number(("inverse", s))
    one = ("=", minus(names.ring.times(value, inverse), ONE))
    signs = [[(">", minus({}, value)), (">", minus({}, inverse))], [(">", value), (">", inverse)]]
    return [(("=", value), ("=", inverse)), *((*sign, one) for sign in signs)]


@rule(LEMMAS, "factor", "Pascanu, Mikolov and Bengio (2013), algorithm 1", "kind", "matrix", "scalar")
def _(names: Names, kind: str, x: Term, s: Term) -> Cases:
    """min(1, s/‖X‖) is 1 where ‖X‖ <= s, and s/‖X‖ where ‖X‖ > s, for s >= 0."""
    factor, norm, limit = names.number(names.sound(("factor", kind, x, s))), names.norm(kind, x), names.number(s)
    long = (">", minus(norm, limit)), (">", norm), ("=", minus(names.ring.times(factor, norm), limit))
    return [((">=", minus(limit, norm)), ("=", minus(factor, ONE))), long]


@rule(LEMMAS, "clip", "Mikolov (2012), sec. 3.2", "matrix", "scalar")
def _(names: Names, x: Term, s: Term) -> Cases:
    """min(max(x, -s), s) is x where |x| <= s, s where x > s, and -s where x < -s, for s >= 0."""
    clipped, entry, limit = names.entry(names.sound(("clip", x, s))), names.entry(x), names.number(s)
    inside = (">=", minus(limit, entry)), (">=", plus(limit, entry)), ("=", minus(clipped, entry))
    above = (">", minus(entry, limit)), ("=", minus(clipped, limit))
    return [inside, above, ((">", minus({}, limit, entry)), ("=", plus(clipped, limit)))]


@rule(LEMMAS, "min and max", "by definition", "scalar")
def _(names: Names, s: Term) -> Cases:
    """The smallest part is the one that no other is below, the largest the one that no other is above.

    |s| is the larger of s and -s.
    """
    need(s[0] in ("min", "max", "abs"), "neither min nor max")
    parts, sign = [names.number(part) for part in s[1:]], constant(1 if s[0] == "min" else -1)
    parts += [minus({}, *parts)] if s[0] == "abs" else []
    others = [tuple((">=", names.ring.times(sign, minus(q, p))) for q in parts) for p in parts]
    return [(("=", minus(names.number(s), p)), *facts) for p, facts in zip(parts, others, strict=True)]


@rule(WAYS, ("at most", "difference"), "by definition")
def _(names: Names, low: Term, high: Term) -> Cases:
    """Numbers a <= b unless a - b > 0."""
    return [((">", minus(names.number(low), names.number(high))),)]


@rule(WAYS, ("at most", "monotone norms"), f"{HORN}, sec. 5.4")
def _(names: Names, low: Term, high: Term) -> Cases:
    """$‖X‖ <= ‖Y‖$ unless $x_ij² > y_ij²$ in some place, for the 1-, $∞$- and Frobenius norm."""
    need(low[0] == high[0] == "norm", "not an inequality between norms")
    (_, kind, x), (_, other, y) = low, high
    need(names.shape(x) == names.shape(y), "matrices of different shapes")
    euclidean = names.is_euclidean(kind, x) and names.is_euclidean(other, y)
    need(euclidean or kind == other in ("1", "oo"), "not a norm that grows with each entry")
    left, right = names.entry(x), names.entry(y)
    return [((">", minus(names.ring.times(left, left), names.ring.times(right, right))),)]


@rule(WAYS, ("at most", "bounded entries"), f"{HORN}, sec. 5.6")
def _(names: Names, low: Term, high: Term) -> Cases:
    """$‖X‖ <= b$ unless $b < 0$, or $c² x_ij² > b²$ in some place.

    Here $c$ is $p$ for $‖X‖_1$, $q$ for $‖X‖_∞$, $√(pq)$ for $‖X‖_2$ and $‖X‖_F$, of $p$ rows and $q$ columns.
    """
    need(low[0] == "norm", "not a bound of a norm")
    rows, cols = names.shape(low[2])
    counts = {"1": (rows, rows), "oo": (cols, cols)}.get(low[1], (rows, cols))
    entry, bound, times = names.entry(low[2]), names.number(high), names.ring.times
    return [((">", minus({}, bound)),), ((">", minus(times(*counts, entry, entry), times(bound, bound))),)]


@rule(WAYS, ("coincide", "entries"), "by definition")
def _(names: Names, x: Term, y: Term) -> Cases:
    """X = Y unless x_ij > y_ij or x_ij < y_ij in some place."""
    difference = minus(names.entry(x), names.entry(y))
    return [((">", difference),), ((">", minus({}, difference)),)]


@rule(WAYS, ("coincide", "distance"), f"{HORN}, definition 5.1.1")
def _(names: Names, x: Term, y: Term) -> Cases:
    """$X = Y$ unless $⟨X - Y, X - Y⟩ > 0$."""
    difference = ("sum", x, ("scale", ("/", -1, 1), y))
    return [((">", names.inner(difference, difference)),)]


@rule(WAYS, ("direction", "multiple"), "by definition", "scalar")
def _(names: Names, x: Term, y: Term, a: Term) -> Cases:
    """$X = aY$ with $a > 0$, unless $a <= 0$ or $X$ differs from $aY$."""
    difference = ("sum", x, ("scale", ("*", ("/", -1, 1), a), y))
    return [((">=", minus({}, names.number(a))),), ((">", names.inner(difference, difference)),)]


# -- a proof -----------------------------------------------------------------------------------------------------------


class Proof:
    """A statement and the cases that are still open, the next one last.

    Args:
        numbers: what is known of each number, by its name.
        matrices: the numbers of rows and columns, by name.
        given: hypotheses: a relation and two scalars each.
        claim: what is said of two scalars, or of two matrices of one shape.
    """

    def __init__(self, numbers: Any, matrices: Any, given: Any, claim: Any) -> None:
        self.names = Names(numbers, matrices)
        self.open: Cases | None = None
        self.given = [(relation, *self.read(("scalar", "scalar"), sides)) for relation, *sides in given]
        self.claim = (claim[0], *self.read((CLAIMS[claim[0]][0],) * 2, claim[1:]))
        need(claim[0] == "at most" or self.names.sound(("sum", *self.claim[1:])), "matrices of different shapes")
        number = self.names.number
        known: list[Fact] = []
        for name, sort in numbers.items():
            value = number(("name", name))
            facts = {"positive": (">", value), "nonnegative": (">=", value), "size": (">=", minus(value, ONE))}
            known += [facts[sort]] if sort in facts else []
        self.known = tuple(known) + tuple((RELATIONS[r], minus(number(b), number(a))) for r, a, b in self.given)

    def read(self, sorts: tuple[str, ...], values: Any) -> list[Any]:
        """Terms of given sorts."""
        return [self.names.read(sort, value) for sort, value in zip(sorts, values, strict=True)]

    def step(self, what: str, value: Any) -> None:
        """Begin with a way to show the claim, or apply a lemma to the next open case, or close it."""
        if what == "by":
            need(self.open is None, "a second way to show the claim")
            rule, before, terms = WAYS[self.claim[0], value[0]], self.known, self.claim[1:]
        else:
            need(self.open, "no case is open")
            assert self.open
            before = self.open.pop()
            if what == "absurd":
                self.absurd(before, **value)
                return
            need(what == "lemma" and len(before) <= MOST_FACTS, "no such line, or too many facts")
            rule, terms = LEMMAS[value[0]], ()
        cases = rule.gives(self.names, *terms, *self.read(rule.takes, value[1:]))
        self.open = [*(self.open or ()), *(before + facts for facts in reversed(cases))]

    def absurd(self, facts: tuple[Fact, ...], above: Any, least: Any, zero: Any) -> None:
        """Close a case: Π numbers above 0 + Σ weight Π numbers at least 0 Π squares + Σ multiples of 0 is 0."""

        def chosen(numbers: Any, *signs: str) -> list[Poly]:
            for at in numbers:
                need(type(at) is int and 0 <= at < len(facts) and facts[at][0] in signs, "no such fact to multiply by")
            return [facts[at][1] for at in numbers]

        times = self.names.ring.times
        parts = [times(*chosen(above, ">"))]
        for weight, numbers, roots in least:
            need(fraction(weight) > 0, "a weight that is not above 0")
            squares = [p for root in roots for p in [self.polynomial(root)] * 2]
            parts.append(times(constant(fraction(weight)), *chosen(numbers, ">", ">="), *squares))
        parts += [times(self.polynomial(multiple), *chosen([number], "=")) for number, multiple in zero]
        need(not plus(*parts), "the sum is not 0")

    def polynomial(self, value: Any) -> Poly:
        """A list of monomials: a coefficient, then unknowns by their numbers, in the order in which they were met."""
        unknowns = range(len(self.names.ring.unknowns))
        need(all(type(at) is int and at in unknowns for _, *mono in value for at in mono), "no such unknown")
        found = [{tuple(sorted(mono)): fraction(c)} for c, *mono in value]
        self.names.ring.spend(len(found))
        return plus(*found)

    def __str__(self) -> str:
        text = CLAIMS[self.claim[0]][1].format(*map(show, self.claim[1:]))
        given = " and ".join(f"{show(a)} {relation} {show(b)}" for relation, a, b in self.given)
        every = [f"{n}{SORTS[sort]}" for n, sort in self.names.numbers.items()]
        every += [f"{n} ({show(p)} x {show(q)})" for n, (p, q) in self.names.sizes.items()]
        text += (f" if {given}" if given else "") + (f"; for all real {', '.join(every)}" if every else "")
        notes = {"/‖": "; min(1, s/0) stands for 1", "(1 / ": "; 1 / 0 stands for 0"}
        return text + "".join(note for form, note in notes.items() if form in text)


class Reading:
    """What was read so far: the first line is a statement, and each other one a step."""

    proof: Proof | None = None

    def line(self, line: Any) -> None:
        """Read one line."""
        if self.proof is None:
            self.proof = Proof(**line)
        else:
            ((what, value),) = line.items()
            self.proof.step(what, value)


def fraction(value: Any) -> Fraction:
    """A whole number, or numerator and denominator."""
    above, below = (value, 1) if type(value) is int else value
    need(all(type(n) is int and abs(n) <= LARGEST_NUMBER for n in (above, below)) and below > 0, "not a fraction")
    return Fraction(above, below)


def check(lines: Sequence[str]) -> str:
    """The statement that a certificate proves; the first line is its header.

    Raises:
        Refused: naming the line that does not hold.
    """
    if len(lines) > MOST_LINES:
        raise Refused(MOST_LINES, "a certificate that is too long")
    reading = Reading()
    run(reading, lines[1:], lambda: reading.proof is not None and reading.proof.open == [])
    return str(reading.proof)
