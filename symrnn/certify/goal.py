"""A matrix that is rewritten step by step towards another one, each step as the kernel takes it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from symrnn.budget import look
from symrnn.certify.draft import Draft
from symrnn.certify.errors import NotFoundError
from symrnn.certify.script import Script, rows_for
from symrnn.kernel.linear import Linear, variable
from symrnn.kernel.monomials import Atom, Mono, Poly, Word, insides, plus, scaled
from symrnn.kernel.steps import Facts, Hypothesis, Value
from symrnn.kernel.terms import Term

MOST_STEPS, MOST_TERMS = 3_000, 1_000


class Spot(NamedTuple):
    """An atom, where it stands, and what holds there."""

    path: tuple[int, ...]
    atom: Atom
    scope: Facts


class Goal:
    """A value under facts and hypotheses, with the steps that led to it.

    Args:
        script: where theorems are written.
        left: the term to begin with.
    """

    def __init__(self, script: Script | Draft, facts: Facts, hypotheses: tuple[Hypothesis, ...], left: Term) -> None:
        self.script, self.facts, self.hypotheses, self.left = script, facts, hypotheses, left
        self.kernel = Value(script.system, facts, hypotheses, script.theorem, lambda term: True)
        self.value: Poly = self.kernel.normal.value(left)
        self.steps: list[list[Any]] = []
        self.before: list[list[Any]] | None = None
        self.tidy: set[Mono] = set()
        self.joined: set[Mono] = set()
        self.cut: set[Any] = set()
        """Of which monomials it is known that nothing is to be tidied, joined, or cut."""

    def minus(self, right: Term) -> None:
        """From now on the difference to another term."""
        self.value = plus(self.value, scaled(Fraction(-1), self.kernel.normal.value(right)))
        self.before, self.steps = self.steps, []

    def do(self, path: tuple[int, ...], name: str, *arguments: Any) -> None:
        """Take a step.

        Raises:
            NotFoundError: when there were too many.
        """
        look()
        step = [list(path), name, *arguments]
        self.value = self.kernel.after(self.value, step)
        self.steps.append(step)
        if len(self.steps) > MOST_STEPS or len(self.value.terms) > MOST_TERMS:
            raise NotFoundError("the proof takes too many steps, or too many terms")

    def closed(self, right: Term) -> int:
        """The theorem that the left side is the right one; its number.

        Raises:
            NotFoundError: when something remains.
        """
        if self.before is None:
            self.minus(right)
        if self.value.terms:
            raise NotFoundError(f"{len(self.value.terms)} terms remain")
        assert self.before is not None
        return self.script.equal(self.facts, self.hypotheses, self.left, right, self.before, self.steps)

    # -- looking around ------------------------------------------------------------------------------------------

    def spots(self, quiet: set[Any] | None = None) -> Iterator[Spot]:
        """Every atom, those inside others first.

        Args:
            quiet: what was looked at to the end before, and is passed over; it grows.
        """
        return _spots(self.value, (), self.facts, quiet)

    def outermost(self) -> Iterator[Spot]:
        """Every atom that stands in no other, but for the matrix of a column."""
        for m in range(len(self.value.terms)):
            for path, word in self.words(m):
                for at, atom in enumerate(word):
                    yield Spot((*path, at), untransposed(atom), self.scope(m))

    def words(self, m: int) -> list[tuple[tuple[int, ...], Word]]:
        """The words of a monomial, and that of a column whose matrix it is, each with the path to it."""
        mono = self.value.terms[m][0]
        found: list[tuple[tuple[int, ...], Word]] = [
            ((m, part), word) for part, word in enumerate((mono.word, *mono.scalars))
        ]
        if len(mono.word) == 1 and mono.word[0][0] == "unvec":
            found.append(((m, 0, 0, 0, 0, 0), self.mono_at((m, 0, 0, 0, 0)).word))
        return found

    def mono_at(self, path: tuple[int, ...]) -> Mono:
        """The monomial to one of whose words a path leads, or a monomial itself."""
        mono, rest = self.value.terms[path[0]][0], path[1:]
        while len(rest) > 3:
            part, at, j, m, *further = rest
            atom = (mono.word, *mono.scalars)[part][at]
            mono, rest = insides(atom)[j].terms[m][0], tuple(further)
        return mono

    def scope(self, m: int) -> Facts:
        """What holds in a monomial."""
        return (*self.facts, *self.value.terms[m][0].domain)

    def rows(self, scope: Facts, *goals: Linear) -> Any:
        """Weights for conditions."""
        return rows_for(scope, goals)


def untransposed(atom: Atom) -> Atom:
    """An atom without its transpositions."""
    while atom[0] == "T":
        atom = atom[1]
    return atom


def _spots(p: Poly, prefix: tuple[int, ...], facts: Facts, quiet: set[Any] | None) -> Iterator[Spot]:
    for m, (mono, _) in enumerate(p.terms):
        if quiet is not None and (mono, facts) in quiet:
            continue
        scope = (*facts, *mono.domain)
        for part, word in enumerate((mono.word, *mono.scalars)):
            for at, atom in enumerate(word):
                flat = untransposed(atom)
                path = (*prefix, m, part, at)
                inside = scope
                if flat[0] == "prod":
                    here = variable(flat[1])
                    inside = (*scope, here - flat[2], flat[3] - here)
                for j, inner in enumerate(insides(flat)):
                    yield from _spots(inner, (*path, j), inside, quiet)
                yield Spot(path, flat, scope)
        if quiet is not None:  # whoever looks on has taken no step here
            quiet.add((mono, facts))
