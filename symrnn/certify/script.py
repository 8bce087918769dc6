"""A certificate in the making: every line is written down and replayed by the kernel at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import flint

from symrnn.certify.errors import NotFoundError
from symrnn.certify.simplex import nonnegative_solution
from symrnn.kernel.linear import Linear, Weights, follows
from symrnn.kernel.reader import STEPS, Replay
from symrnn.kernel.rules import Theorem, conditions
from symrnn.kernel.steps import Facts, Hypothesis
from symrnn.kernel.system import Quantity, System
from symrnn.kernel.terms import PARTS, Place, Size, Term

Row = list[tuple[int, Fraction]]


@lru_cache(maxsize=100_000)
def weights_of(facts: tuple[Linear, ...], goal: Linear) -> tuple[tuple[int, Fraction], ...] | None:
    """Which facts, how often each, show that a linear form is >= 0; None if they do not.

    >>> from symrnn.kernel.linear import variable
    >>> t, k = variable("t"), variable("k")
    >>> weights_of((t - k, k - 1), t - 1)
    ((0, Fraction(1, 1)), (1, Fraction(1, 1)))
    """
    if not goal.terms and goal.constant >= 0:
        return ()
    for at, fact in enumerate(facts):
        if fact.terms == goal.terms and fact.constant <= goal.constant:
            return ((at, Fraction(1)),)
    columns = [_vector(fact) for fact in facts] + [{"": flint.fmpq(1)}]
    for slack in (flint.fmpq(0), flint.fmpq(999, 1000)):
        target = dict(_vector(goal))
        target[""] = target.get("", flint.fmpq(0)) + slack
        found = nonnegative_solution(columns, {row: entry for row, entry in target.items() if entry != 0})
        if found is not None:
            row = tuple((at, Fraction(int(w.p), int(w.q))) for at, w in sorted(found.items()) if at < len(facts))
            if follows(facts, goal, row):
                return row
    return None


def _vector(form: Linear) -> dict[str, flint.fmpq]:
    found = {v: flint.fmpq(c) for v, c in form.terms}
    if form.constant:
        found[""] = flint.fmpq(form.constant)
    return found


def shows(facts: Sequence[Linear], goal: Linear) -> bool:
    """Whether a linear form is >= 0 by some facts."""
    return weights_of(tuple(facts), goal) is not None


def rows_for(facts: Sequence[Linear], goals: Sequence[Linear]) -> list[Weights]:
    """Weights for every goal.

    Raises:
        NotFoundError: naming a goal that does not follow.
    """
    rows: list[Weights] = []
    for goal in goals:
        row = weights_of(tuple(facts), goal)
        if row is None:
            raise NotFoundError("a condition on indices does not follow", missing=goal)
        rows.append(row)
    return rows


class Script:
    """A certificate in the making.

    Args:
        name: the id of the claim.
    """

    def __init__(self, name: str) -> None:
        self.lines: list[str] = [json.dumps({"symrnn": 1, "kind": "equation", "id": name}, ensure_ascii=False)]
        self.replay = Replay()
        self._terms: dict[Term, int] = {}
        self._binders = 0

    @property
    def system(self) -> System:
        """The quantities."""
        return self.replay.of_system()

    def put(self, *line: Any) -> None:
        """Write a line, and replay it.

        Raises:
            NotProvedError: when the kernel refuses it.
        """
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        self.replay.line(json.loads(text))
        self.lines.append(text)

    def put_system(self, quantities: Mapping[str, Quantity]) -> None:
        """Write the line of the system."""
        self.put("system", *(self._quantity(name, known) for name, known in quantities.items()))

    def _quantity(self, name: str, known: Quantity) -> list[object]:
        body: object = None if known.body is None else self.term(known.body)
        if known.initial is not None:
            body = [body, self.term(known.initial)]
        arguments = [place_json(place) for place in known.arguments]
        sizes = size_json(known.rows), size_json(known.cols)
        moments = [self.term(moment) for moment in known.moments]
        return [
            name,
            *sizes,
            known.indexed,
            known.first,
            body,
            arguments,
            known.start,
            known.role,
            known.rank,
            *moments,
        ]

    def binder(self, hint: str = "u") -> str:
        """A name for a bound variable that no other has."""
        self._binders += 1
        return f"{hint}{self._binders}"

    # -- data ----------------------------------------------------------------------------------------------------

    def term(self, t: Term) -> int:
        """The number of a term, written down where it is new."""
        if t not in self._terms:
            sorts = PARTS[t[0]]
            if sorts[-1] == "term*":
                sorts = ("term",) * (len(t) - 1)
            fields = [self._field(sort, field) for sort, field in zip(sorts, t[1:], strict=True)]
            self.put(t[0], *fields)
            self._terms[t] = len(self._terms)
        return self._terms[t]

    def _field(self, sort: str, value: Any) -> Any:
        match sort:
            case "term":
                return self.term(value)
            case "index" | "index?":
                return index_json(value)
            case "fraction":
                return fraction_json(value)
            case "size":
                return size_json(value)
            case "sizes":
                return [size_json(s) for s in value]
            case "place":
                return place_json(value)
            case "direction":
                return [value[0], [place_json(p) for p in value[1]]]
        return value

    def hypothesis(self, h: Hypothesis) -> list[Any]:
        """A hypothesis, its terms written down."""
        return [[index_json(f) for f in h.facts], self.term(h.left), self.term(h.right), *h.every]

    def theorem(self, number: int) -> Theorem:
        """A theorem by its number."""
        return self.replay.theorem(number)

    @property
    def latest(self) -> int:
        """The number of the latest theorem."""
        return len(self.replay.theorems) - 1

    # -- rules ---------------------------------------------------------------------------------------------------

    def equal(
        self,
        facts: Facts,
        hypotheses: Sequence[Hypothesis],
        left: Term,
        right: Term,
        before: Sequence[list[Any]],
        after: Sequence[list[Any]] = (),
    ) -> int:
        """Write the rule of that name; the number of its theorem."""
        given = [self.hypothesis(h) for h in hypotheses]
        sides = self.term(left), self.term(right)
        steps = [[self._step(step) for step in each] for each in (before, after)]
        self.put("equal", [index_json(f) for f in facts], given, *sides, *steps)
        return self.latest

    def _step(self, step: list[Any]) -> Any:
        path, name, *rest = step
        return step_json(
            [path, name, *(self.term(t) if sort == "term" else t for sort, t in zip(STEPS[name], rest, strict=True))]
        )

    def induction(
        self, v: str, start: Linear, facts: Facts, claims: Sequence[Hypothesis], bases: list[int], steps: list[int]
    ) -> list[int]:
        """Write the rule of that name; the numbers of its theorems."""
        given = [self.hypothesis(h) for h in claims]
        self.put("induction", v, index_json(start), [index_json(f) for f in facts], given, bases, steps)
        return list(range(self.latest - len(claims) + 1, self.latest + 1))

    def identify(self, known: int, factor: Term, form: str = "jac") -> int:
        """Write the rule of that name; the number of its theorem."""
        self.put("identify", known, self.term(factor), form)
        return self.latest

    def cases(self, form: Linear, one: int, other: int) -> int:
        """Write the rule of that name; the number of its theorem."""
        self.put("cases", index_json(form), one, other)
        return self.latest

    def chain(self, links: list[int]) -> int:
        """Write the rule of that name; the number of its theorem."""
        self.put("chain", links)
        return self.latest

    def within(self, left: Term, right: Term, known: int) -> int:
        """Write the rule of that name; the number of its theorem."""
        self.put("within", self.term(left), self.term(right), known)
        return self.latest

    def qed(self, known: int) -> None:
        """Write the end: what is proved, and why every range and every quantity that it reaches exists.

        Raises:
            NotFoundError: when a condition does not follow from those of the statement.
        """
        goals = conditions(self.theorem(known))
        rows = [[rows_for(facts, [goal])[0] for facts, goal in each] for each in goals]
        self.put("qed", known, *(rows_json(each) for each in rows))


# -- data as JSON ------------------------------------------------------------------------------------------------------


def index_json(form: Linear | None) -> Any:
    """A linear form."""
    if form is None or not form.terms:
        return form if form is None else form.constant
    return dict(form.terms) | ({"": form.constant} if form.constant else {})


def fraction_json(value: Fraction) -> Any:
    """A fraction."""
    return value.numerator if value.denominator == 1 else [value.numerator, value.denominator]


def size_json(s: Size) -> Any:
    """A size."""
    if len(s) == 1 and s[0][1] == 1 and len(s[0][0]) == 1 and isinstance(s[0][0][0], str):
        return s[0][0][0]
    if len(s) == 1 and s[0][0] == ():
        return s[0][1]
    return [[c, *(a if isinstance(a, str) else [a[0], index_json(a[1])] for a in atoms)] for atoms, c in s]


def place_json(place: Place) -> Any:
    """A quantity."""
    return [place[0], index_json(place[1])]


def rows_json(rows: Sequence[Weights]) -> Any:
    """Weights."""
    return [[[at, fraction_json(w)] for at, w in row] for row in rows]


def step_json(step: Sequence[Any]) -> Any:
    """A step of ``equal``."""
    path, name, *rest = step
    return [list(path), name, *(_argument(sort, each) for sort, each in zip(STEPS[name], rest, strict=True))]


def _argument(sort: str, value: Any) -> Any:
    match sort:
        case "index":
            return index_json(value)
        case "row":
            return rows_json([value])[0]
        case "weights":
            return rows_json(value)
        case "facts":
            return [index_json(f) for f in value]
        case "values":
            return {v: index_json(form) for v, form in value.items()}
    return value
