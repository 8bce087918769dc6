"""What is assumed put to use: the left side of an equation is replaced by the right one, wherever it stands in a goal.

A derivative is in closed form by then, so that what is assumed of the value of a quantity is put into its values only;
the kernel would not take it under a differential either.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal, untransposed
from symrnn.certify.script import rows_for, shows
from symrnn.kernel.linear import Linear, variable
from symrnn.kernel.monomials import Poly, Word, indices, insides
from symrnn.kernel.normal import Normal
from symrnn.kernel.steps import Facts, Hypothesis
from symrnn.kernel.terms import Term

MOST_REPLACED = 500
"""How often something is replaced before it is said that the hypotheses lead in a circle."""


class Pattern(NamedTuple):
    """A product that a hypothesis replaces, as it stands or transposed.

    Args:
        which: the number of the hypothesis.
        factors: what is replaced.
        is_turned: whether they are the transpose of the left side.
    """

    which: int
    factors: Word
    is_turned: bool


class Spoken(NamedTuple):
    """A product in a goal, where it stands, and what holds there."""

    path: tuple[int, ...]
    word: Word
    scope: Facts


def assume(goal: Goal) -> bool:
    """Replace whatever a hypothesis replaces, until nothing is left; whether there was anything.

    A sum is split where a hypothesis speaks of some of its terms only.

    Raises:
        NotFoundError: when the hypotheses lead in a circle.
    """
    patterns = [p for which, h in enumerate(goal.hypotheses) for p in _patterns(goal.kernel.normal, which, h)]
    replaced = 0
    while patterns and _replaced(goal, patterns):
        replaced += 1
        if replaced > MOST_REPLACED:
            raise NotFoundError("the equations that are assumed lead in a circle")
    return replaced > 0


def _patterns(normal: Normal, which: int, hypothesis: Hypothesis) -> list[Pattern]:
    """What a hypothesis replaces; nothing where that would never end, or where its left side is a sum."""
    left, right = normal.value(hypothesis.left), normal.value(hypothesis.right)
    if len(left.terms) != 1:
        return []
    ((mono, c),) = left.terms
    words = [word for word in (mono.word, *mono.scalars) if word]
    if c != 1 or mono.bound or len(words) != 1:
        return []
    factors, turned = words[0], normal.turned(words[0])
    sides = (hypothesis.left, ("T", hypothesis.left))
    there, turned_there = (
        _contains(normal, right, each, left, hypothesis) for each, left in zip((factors, turned), sides, strict=True)
    )
    if there:
        return []
    found = [Pattern(which, turned, is_turned=True)] if turned != factors else []
    return found if turned_there else [Pattern(which, factors, is_turned=False), *found]


def _contains(normal: Normal, p: Poly, factors: Word, left: Term, hypothesis: Hypothesis) -> bool:
    """Whether something stands there of which a hypothesis may speak again, and say more than that it is what it is."""
    for spoken in _words(p, (), ()):
        for at in range(len(spoken.word)):
            here = spoken.word[at : at + len(factors)]
            if not _are_alike(factors, here):
                continue
            values = _values(hypothesis, factors, here)
            if values is not None:
                is_other = not _is_value(normal, left, values, here)
                if is_other or _is_of_itself(normal, hypothesis, values):
                    continue
            facts = () if values is None else [fact.at(values) for fact in hypothesis.facts]
            if not any(not fact.terms and fact.constant < 0 for fact in facts):
                return True
    return False


def _is_value(normal: Normal, left: Term, values: dict[str, Linear], here: Word) -> bool:
    """Whether some factors are one side of a hypothesis at values of its variables."""
    rows, cols = normal.shape(here[0])[0], normal.shape(here[-1])[1]
    return normal.value(left, values) == normal.settled(normal.word(rows, cols, here))


def _is_of_itself(normal: Normal, hypothesis: Hypothesis, values: dict[str, Linear]) -> bool:
    """Whether a hypothesis says no more than that something is what it is, as x_s = x_1 does at s = 1."""
    return normal.value(hypothesis.left, values) == normal.value(hypothesis.right, values)


def _are_alike(factors: Word, others: Word) -> bool:
    """Whether factors are the same, whatever their indices are."""
    return [_outline(each) for each in factors] == [_outline(each) for each in others]


def _outline(atom: object) -> object:
    """An atom without its indices."""
    if isinstance(atom, Linear):
        return None
    return tuple(map(_outline, atom)) if isinstance(atom, tuple) else atom


def _replaced(goal: Goal, patterns: list[Pattern]) -> bool:
    normal = goal.kernel.normal
    for path, word, scope in _words(goal.value, (), goal.facts):
        for at in range(len(word)):
            for which, factors, is_turned in patterns:
                here, hypothesis = word[at : at + len(factors)], goal.hypotheses[which]
                values = _values(hypothesis, factors, here)
                if values is None or _is_of_itself(normal, hypothesis, values):
                    continue
                if not _is_value(normal, ("T", hypothesis.left) if is_turned else hypothesis.left, values, here):
                    continue
                needed = [fact.at(values) for fact in hypothesis.facts]
                unclear = next((form for form in needed if not shows(scope, form)), None)
                if unclear is None:
                    goal.do((*path, at), "hypothesis", len(factors), which, values, rows_for(scope, needed))
                    return True
                bound = goal.value.terms[path[0]][0].bound
                if unclear.names() & set(bound) and not shows(scope, (-1) * unclear - 1) and len(path) == 2:
                    goal.do(path[:1], "split", unclear)
                    return True
    return False


def _values(hypothesis: Hypothesis, factors: Word, here: Word) -> dict[str, Linear] | None:
    """For which values of its variables a hypothesis may speak of some factors; None where it speaks of others."""
    if not _are_alike(factors, here):
        return None
    found: dict[str, Linear] = {}
    for pattern, other in zip(indices(factors), indices(here), strict=True):
        for v in hypothesis.every:
            c = pattern[1].coefficient(v)
            if abs(c) == 1 and v not in found:
                found[v] = c * (other[1] - (pattern[1] - c * variable(v)))
    return found if len(found) == len(hypothesis.every) else None


def _words(p: Poly, prefix: tuple[int, ...], facts: Facts) -> Iterator[Spoken]:
    """Every product of factors, those inside others first."""
    for m, (mono, _) in enumerate(p.terms):
        scope = (*facts, *mono.domain)
        for part, word in enumerate((mono.word, *mono.scalars)):
            path = (*prefix, m, part)
            for at, atom in enumerate(word):
                flat, inside = untransposed(atom), scope
                if flat[0] == "prod":
                    here = variable(flat[1])
                    inside = (*scope, here - flat[2], flat[3] - here)
                for j, inner in enumerate(insides(flat)):
                    yield from _words(inner, (*path, at, j), inside)
            if word:
                yield Spoken(path, word, scope)
