"""Reads a certificate and replays it: every line is a term, the system, or a rule applied to earlier lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar, Protocol, TypeVar

from symrnn.kernel.errors import NotProvedError, Refused, need
from symrnn.kernel.linear import Linear, linear, need_all, number
from symrnn.kernel.monomials import forget
from symrnn.kernel.rules import Theorem, cases, chain, conditions, equal, identify, induction, within
from symrnn.kernel.steps import Facts, Hypothesis
from symrnn.kernel.system import Quantity, System
from symrnn.kernel.terms import PARTS, Place, Size, Term, size
from symrnn.kernel.work import MOST_IN_ALL, limited

MOST_LINES, LONGEST_LINE, DEEPEST, LARGEST_TERM, LARGEST_NUMBER = 100_000, 1_000_000, 60, 50_000, 10**9
"""What a certificate may have: lines, characters of one, levels and parts of a term, and the size of a number."""

MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What Python says of a line that is not a certificate's."""

MOST_QUANTITIES = 1000
"""How many quantities a system may have."""


class Reads(Protocol):
    """What reads lines."""

    def line(self, line: Any) -> None:
        """Read one line."""


Found = TypeVar("Found")
Node = tuple[Term, int, int]
"""A term with its levels and its parts."""


class Replay:
    """The lines read so far."""

    sorts: ClassVar[Mapping[str, tuple[str, ...]]] = PARTS
    deepest, largest = DEEPEST, LARGEST_TERM
    """What stands in each kind of term, and how large one may be."""

    def __init__(self) -> None:
        forget()
        self.terms: list[Node] = []
        self.theorems: list[Theorem] = []
        self.system: System | None = None
        self.proved: Theorem | None = None
        self.rules: Mapping[str, Callable[..., None]] = {
            "system": self.read_system,
            "equal": self.by(self.equal, "facts", "hypotheses", "term", "term", "steps", "steps"),
            "induction": self.by(induction, "name", "index", "facts", "hypotheses", "theorems", "theorems"),
            "identify": self.by(identify, "theorem", "term", "name"),
            "cases": self.by(cases, "index", "theorem", "theorem"),
            "chain": self.by(chain, "theorems"),
            "within": self.by(within, "term", "term", "theorem"),
            "qed": self.qed,
        }

    # -- data ----------------------------------------------------------------------------------------------------

    def integer(self, value: Any) -> int:
        """A whole number of moderate size."""
        need(type(value) is int and abs(value) <= LARGEST_NUMBER, "not a number of moderate size")
        return value

    def name(self, value: Any) -> str:
        """A name."""
        need(type(value) is str and value.isidentifier() and len(value) <= 200, "not a name")
        return value

    def index(self, value: Any) -> Linear:
        """A linear form: a number, or numbers by variable, the constant by the empty name."""
        if type(value) is int:
            return number(self.integer(value))
        need(type(value) is dict and len(value) <= 100, "not a linear form")
        terms = [(self.name(v), self.integer(c)) for v, c in value.items() if v]
        return linear(terms, self.integer(value.get("", 0)))

    def maybe_index(self, value: Any) -> Linear | None:
        """A linear form or null."""
        return None if value is None else self.index(value)

    def fraction(self, value: Any) -> Fraction:
        """A number, or its numerator and denominator."""
        if type(value) is int:
            return Fraction(self.integer(value))
        above, below = self.listed(value)
        need(self.integer(below) != 0, "a fraction with denominator 0")
        return Fraction(self.integer(above), below)

    def listed(self, value: Any) -> list[Any]:
        """A list."""
        need(type(value) is list, "not a list")
        return value

    def size(self, value: Any) -> Size:
        """A sum of products: lists that begin with a number; a name or a number may stand alone."""
        if type(value) is str:
            return size(((self.name(value),), 1))
        if type(value) is int:
            need(self.integer(value) > 0, "a size that is not positive")
            return size(((), value))
        return size(*(self._product(part) for part in self.listed(value)))

    def sizes(self, value: Any) -> tuple[Size, ...]:
        """Sizes of blocks."""
        return tuple(self.size(each) for each in self.listed(value))

    def _product(self, value: Any) -> tuple[tuple[Any, ...], int]:
        c, *atoms = self.listed(value)
        need(self.integer(c) > 0, "a size that is not positive")
        return tuple(self.name(a) if type(a) is str else (self.name(a[0]), self.index(a[1])) for a in atoms), c

    def place(self, value: Any) -> Place:
        """A quantity: its name and its index."""
        name, index = self.listed(value)
        return self.name(name), self.maybe_index(index)

    def direction(self, value: Any) -> Term:
        """A way and the quantities that move."""
        way, moving = self.listed(value)
        return self.name(way), tuple(self.place(p) for p in self.listed(moving))

    def weights(self, value: Any) -> list[list[tuple[int, Fraction]]]:
        """For each condition, which facts it follows from."""
        return [self.row(row) for row in self.listed(value)]

    def row(self, value: Any) -> list[tuple[int, Fraction]]:
        """Pairs of a fact and its weight."""
        return [(self.integer(pair[0]), self.fraction(pair[1])) for pair in self.listed(value)]

    def text(self, value: Any) -> str:
        """Words."""
        need(type(value) is str, "not words")
        return value

    def facts(self, value: Any) -> Facts:
        """Linear forms that are >= 0."""
        return tuple(self.index(form) for form in self.listed(value))

    def hypothesis(self, value: Any) -> Hypothesis:
        """Facts and two terms, and the variables for every value of which they are equal."""
        facts, left, right, *every = self.listed(value)
        return Hypothesis(self.facts(facts), self.term(left), self.term(right), tuple(map(self.name, every)))

    def hypotheses(self, value: Any) -> tuple[Hypothesis, ...]:
        """Equations that are assumed."""
        return tuple(self.hypothesis(each) for each in self.listed(value))

    def term(self, value: Any) -> Term:
        """An earlier term by its number, from 0."""
        return self.earlier(self.terms, value, "term")[0]

    def theorem(self, value: Any) -> Theorem:
        """An earlier theorem by its number, from 0."""
        return self.earlier(self.theorems, value, "theorem")

    @staticmethod
    def earlier(found: Sequence[Found], value: Any, what: str) -> Found:
        """What was read or shown before, by its number, from 0."""
        need(type(value) is int and 0 <= value < len(found), f"no such earlier {what}")
        return found[value]

    def theorems_of(self, value: Any) -> list[Theorem]:
        """Earlier theorems."""
        return [self.theorem(each) for each in self.listed(value)]

    # -- lines ---------------------------------------------------------------------------------------------------

    def line(self, line: Any) -> None:
        """Read one line.

        Raises:
            NotProvedError: for a line that is malformed, or a rule that does not apply.
        """
        kind, *rest = self.listed(line)
        need(type(kind) is str and (kind in self.rules or kind in self.sorts), "a line of no known kind")
        need(self.proved is None, "a line after the end")
        with limited():
            if kind in self.rules:
                self.rules[kind](*rest)
            else:
                self.terms.append(self.node(kind, self.sorts[kind], rest, self.terms, "term"))

    def node(self, kind: str, sorts: Sequence[str], rest: list[Any], earlier: Sequence[Node], own: str) -> Node:
        """A term, or another thing made of earlier ones of its own sort."""
        if f"{own}*" in sorts:
            need(len(rest) >= len(sorts) - 1, f"a {own} without parts")
            sorts = (own,) * len(rest)
        need(len(sorts) == len(rest), f"{kind} has {len(sorts)} parts")
        inner = [self.earlier(earlier, each, own) for sort, each in zip(sorts, rest, strict=True) if sort == own]
        depth = 1 + max((d for _, d, _ in inner), default=0)
        parts = 1 + sum(p for _, _, p in inner)
        need(depth <= self.deepest and parts <= self.largest, f"a {own} that is too large")
        return (kind, *(self.field(sort, each) for sort, each in zip(sorts, rest, strict=True))), depth, parts

    def field(self, sort: str, value: Any) -> Any:
        """A value of a sort, by the method of its name."""
        return getattr(self, READ_AS.get(sort, sort))(value)

    def read_system(self, *rows: Any) -> None:
        """The quantities, in order."""
        need(self.system is None, "a second system")
        need(len(rows) <= MOST_QUANTITIES, "too many quantities")
        found: dict[str, Quantity] = {}
        for row in rows:
            name, rows_, cols, indexed, first, body, arguments, start, role, rank, *moments = self.listed(row)
            need(type(indexed) is bool and name not in found, "a quantity twice")
            body, initial = body if type(body) is list else (body, None)
            found[self.name(name)] = Quantity(
                self.size(rows_),
                self.size(cols),
                indexed,
                self.integer(first),
                None if body is None else self.term(body),
                tuple(self.place(p) for p in self.listed(arguments)),
                None if start is None else self.integer(start),
                self.name(role),
                self.integer(rank),
                tuple(self.term(moment) for moment in moments),
                None if initial is None else self.term(initial),
            )
        self.system = System(found)

    def of_system(self) -> System:
        """The system that was read."""
        need(self.system is not None, "no system was given")
        assert self.system is not None
        return self.system

    def step(self, value: Any) -> list[Any]:
        """A step of ``equal``."""
        path, name, *rest = self.listed(value)
        read = STEPS.get(name) if type(name) is str else None
        need(read is not None and len(read) == len(rest), "a step of no known kind")
        assert read is not None
        return [
            [self.integer(at) for at in self.listed(path)],
            name,
            *(self.field(how, each) for how, each in zip(read, rest, strict=True)),
        ]

    def steps(self, value: Any) -> list[Any]:
        """Steps of ``equal``."""
        return [self.step(each) for each in self.listed(value)]

    def values(self, value: Any) -> dict[str, Linear]:
        """Linear forms by variable."""
        need(type(value) is dict, "not values of variables")
        return {self.name(v): self.index(form) for v, form in value.items()}

    def signs(self, value: Any) -> list[int]:
        """Numbers 1 and -1."""
        return [self.integer(sign) for sign in self.listed(value)]

    def by(self, rule: Callable[..., Theorem | list[Theorem]], *sorts: str) -> Callable[..., None]:
        """What reads the lines of a rule: it is applied to values of these sorts."""

        def read(*values: Any) -> None:
            need(len(values) == len(sorts), f"a rule with {len(values)} values, not {len(sorts)}")
            made = rule(*(self.field(sort, value) for sort, value in zip(sorts, values, strict=True)))
            self.theorems += made if isinstance(made, list) else [made]

        return read

    def equal(self, facts: Any, hypotheses: Any, left: Any, right: Any, before: Any, after: Any) -> Theorem:
        """The rule of that name, in the system that was read."""
        return equal(self.of_system(), facts, hypotheses, left, right, before, after, self.theorem)

    def qed(self, known: Any, lengths: Any, firsts: Any) -> None:
        """What is proved, and why it reads as it stands."""
        proved = self.theorem(known)
        for goals, given in zip(conditions(proved), (lengths, firsts), strict=True):
            rows = self.weights(given)
            need(len(rows) == len(goals), f"{len(goals)} conditions and {len(rows)} lists of weights")
            for (facts, goal), row in zip(goals, rows, strict=True):
                need_all(facts, [goal], [row])
        self.proved = proved


READ_AS = {
    "bound": "name",
    "way": "name",
    "count": "integer",
    "kind": "text",
    "index?": "maybe_index",
    "theorems": "theorems_of",
}
"""Sorts that are read by a method of another name."""

STEPS: Mapping[str, tuple[str, ...]] = {
    "split": ("index",),
    "empty": ("row",),
    "pin": ("name", "index", "weights"),
    "range": ("facts", "weights", "weights"),
    "units": ("weights",),
    "cut": ("index", "weights"),
    "void": ("weights",),
    "join": ("integer", "weights"),
    "slide": ("integer", "weights"),
    "apart": ("integer", "integer", "weights"),
    "between": ("integer", "weights"),
    "insert": ("term",),
    "theorem": ("integer", "values", "weights"),
    "hypothesis": ("count", "integer", "values", "weights"),
    "definition": ("weights",),
    "follow": ("signs", "weights"),
    "hold": ("signs", "weights"),
    "axiom": ("text", "weights"),
    "moment": ("integer", "weights"),
    "sure": ("weights",),
}
"""What each step of ``equal`` needs beside its path."""


def replay(lines: Iterable[str], header: int = 1) -> Theorem:
    """The theorem that a certificate proves.

    Args:
        lines: what follows the header, each a JSON list.
        header: how many lines stand before.

    Raises:
        Refused: with the number of the first line that does not hold.
    """
    state = Replay()
    run(state, lines, lambda: state.proved is not None, header)
    assert state.proved is not None
    return state.proved


def run(state: Reads, lines: Iterable[str], ended: Callable[[], bool], header: int = 1) -> None:
    """Read all lines, of which the last has to be the end.

    Raises:
        Refused: with the number of the first line that does not hold.
    """
    at = header
    with limited(MOST_IN_ALL):
        for at, text in enumerate(lines, header + 1):
            if at > MOST_LINES or len(text) > LONGEST_LINE:
                raise Refused(at, "the certificate is too long")
            try:
                state.line(json.loads(text, parse_float=_no_float, parse_constant=_no_float))
            except NotProvedError as error:
                raise Refused(at, str(error)) from None
            except MALFORMED as error:
                raise Refused(at, f"malformed ({type(error).__name__})") from None
    if not ended():
        raise Refused(at, "the end is missing")


def _no_float(text: str) -> None:
    raise ValueError(f"{text} is not a whole number")
