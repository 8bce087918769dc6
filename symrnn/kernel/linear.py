"""Linear forms over integer variables, and their consequences by Farkas' lemma."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from symrnn.kernel.errors import NotProvedError, need
from symrnn.kernel.work import spend

MOST_WEIGHTS = 1000
"""How many facts a consequence may be added up from."""


class Linear(NamedTuple):
    """Σ c·v + constant with integers c ≠ 0, the variables in alphabetical order.

    >>> t, k = variable("t"), variable("k")
    >>> show_linear(t - k - 1), (t - k).at({"k": t - 1}) == number(1)
    ('t - k - 1', True)
    """

    terms: tuple[tuple[str, int], ...]
    constant: int

    def __add__(self, other: object) -> Linear:  # not the sum of tuples
        right = other if isinstance(other, Linear) else number(other)
        if not (self.terms and right.terms):
            return Linear(self.terms or right.terms, self.constant + right.constant)
        return linear((*self.terms, *right.terms), self.constant + right.constant)

    def __sub__(self, other: object) -> Linear:
        return self + (-1) * (other if isinstance(other, Linear) else number(other))

    def __mul__(self, factor: object) -> Linear:
        need(type(factor) is int, "a linear form times something that is not an integer")
        return Linear(tuple([(v, factor * c) for v, c in self.terms if factor]), factor * self.constant)  # type: ignore[operator]

    def __radd__(self, other: int) -> Linear:
        return self + other

    def __rsub__(self, other: int) -> Linear:
        return (-1) * self + other

    def __rmul__(self, factor: object) -> Linear:
        return self * factor

    def coefficient(self, name: str) -> int:
        """The number that stands before a variable, 0 where it does not occur."""
        return next((c for v, c in self.terms if v == name), 0)

    def names(self) -> set[str]:
        """The variables."""
        return {v for v, _ in self.terms}

    def at(self, values: Mapping[str, Linear]) -> Linear:
        """The form with linear forms in the place of variables, all at once."""
        if all(v not in values for v, _ in self.terms):
            return self
        if len(self.terms) == 1:
            return values[self.terms[0][0]] * self.terms[0][1] + self.constant
        parts = [(values[v], c) if v in values else (Linear(((v, 1),), 0), c) for v, c in self.terms]
        spend(sum(len(form.terms) for form, _ in parts))
        constant = self.constant + sum(c * form.constant for form, c in parts)
        return linear(((w, c * e) for form, c in parts for w, e in form.terms), constant)


def linear(terms: Iterable[tuple[str, int]], constant: int) -> Linear:
    """The form with like variables added up."""
    total: dict[str, int] = {}
    for v, c in terms:
        total[v] = total.get(v, 0) + c
    return Linear(tuple(sorted((v, c) for v, c in total.items() if c)), constant)


def number(value: object) -> Linear:
    """A constant form."""
    need(type(value) is int, "not an integer")
    return Linear((), value)  # type: ignore[arg-type]


def variable(name: str) -> Linear:
    """A variable as a form."""
    return Linear(((name, 1),), 0)


Weights = Sequence[tuple[int, Fraction]]
"""Which of the facts are added up, by number from 0, and how often each."""


def follows(facts: Sequence[Linear], goal: Linear, weights: Weights) -> bool:
    """Whether ``goal >= 0`` for all integers with every fact >= 0, by weights w >= 0 with goal = Σ w·fact + rest.

    The rest has to be a constant above -1, since the goal is an integer. Source: Farkas (1902), Theorie der einfachen
    Ungleichungen.

    >>> t, k = variable("t"), variable("k")
    >>> follows([t - k, k - 1], t - 1, [(0, Fraction(1)), (1, Fraction(1))])
    True
    """
    rest: dict[str, Fraction] = {v: Fraction(c) for v, c in goal.terms}
    constant = Fraction(goal.constant)
    need(len(weights) <= MOST_WEIGHTS, "more weights than anyone needs")
    for which, weight in weights:
        if not (0 <= which < len(facts) and weight >= 0):
            return False
        spend(1 + len(facts[which].terms))
        for v, c in facts[which].terms:
            rest[v] = rest.get(v, Fraction(0)) - weight * c
        constant -= weight * facts[which].constant
    return constant > -1 and not any(rest.values())


def need_all(facts: Sequence[Linear], goals: Sequence[Linear], weights: Sequence[Weights]) -> None:
    """Refuse, unless every goal follows from the facts by its weights.

    Raises:
        NotProvedError: naming the goal.
    """
    need(len(goals) == len(weights), f"{len(goals)} conditions and {len(weights)} lists of weights")
    for goal, row in zip(goals, weights, strict=True):
        if not follows(facts, goal, row):
            raise NotProvedError(f"{show_linear(goal)} >= 0 is not shown")


def show_linear(form: Linear, name: Callable[[str], str] = str) -> str:
    """A linear form as a person writes it, what is added before what is subtracted."""
    text = ""
    for v, c in sorted(form.terms, key=lambda term: (term[1] < 0, term[0])):
        text += (" - " if c < 0 else " + ") if text else ("-" if c < 0 else "")
        text += name(v) if abs(c) == 1 else f"{abs(c)}{name(v)}"
    if form.constant or not text:
        sign = (" - " if form.constant < 0 else " + ") if text else ("-" if form.constant < 0 else "")
        text += f"{sign}{abs(form.constant)}"
    return text
