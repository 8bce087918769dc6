"""Runs: intervals on which φ' rises, falls or stands still, because φ'' keeps its sign there.

The runs cover the line. The values of φ' on a run lie between its limits at the two ends, so that the
limits of all runs, with the values at the points between them, give the supremum and the infimum and tell
whether they are attained.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeAlias

import sympy as sp

from symrnn.activations import Activation, Approach, Extreme, Root, z
from symrnn.errors import ProofError
from symrnn.slopes.assumptions import Assumptions, assumptions_of
from symrnn.slopes.exponential import limit
from symrnn.slopes.pieces import Piece, pieces_of
from symrnn.slopes.turning import Cover, covers_of, factored, named_roots, sign_on, turning_points

Point: TypeAlias = tuple[sp.Expr, sp.Expr]
"""A point at which φ' has a value, and the value."""

WORDS = {1: "rises", -1: "falls", 0: "is constant"}


@dataclass(frozen=True)
class Run:
    """An open interval on which φ' is monotone.

    Args:
        start, end: the ends; -oo and oo are allowed.
        direction: the sign of φ'': 1, -1, or 0 when it vanishes.
        first, last: the limits of φ' at the two ends.
        piece: the piece that it lies on.
    """

    start: sp.Expr
    end: sp.Expr
    direction: int
    first: sp.Expr
    last: sp.Expr
    piece: Piece = field(repr=False)

    def extreme(self, side: int) -> Extreme:
        """The largest (side 1) or smallest (side -1) value on the run, and how it is reached."""
        if self.direction == 0:
            return Extreme(self.first, sp.Interval.open(self.start, self.end))
        if self.direction == side:
            return Extreme(self.last, sp.S.EmptySet, (Approach(self.end, "-"),))
        return Extreme(self.first, sp.S.EmptySet, (Approach(self.start, "+"),))

    def crosses(self, given: Assumptions) -> bool:
        """Whether φ' has values of both signs on the run, and so the value 0, since it is continuous there."""
        return (given.sign(self.first), given.sign(self.last)) in ((1, -1), (-1, 1))


@dataclass(frozen=True)
class MonotonePieces:
    """A proof of both bounds by the sign of φ''.

    Args:
        activation: φ.
        runs: in ascending order, from -oo to oo.
        points: the ends of runs at which φ' has a value, with the value.
        covers: certificates for the factors of φ'' that mix z and an exponential.
    """

    activation: Activation
    runs: tuple[Run, ...]
    points: tuple[Point, ...]
    covers: tuple[Cover, ...] = ()

    @property
    def method(self) -> str:
        """The method by name."""
        return "ball arithmetic, branch and bound, tail lemma" if self.covers else "monotone pieces"

    def extreme(self, side: int, *, at_kinks: bool = True) -> Extreme:
        """The supremum (side 1) or infimum (side -1) of φ'.

        Args:
            side: 1 or -1.
            at_kinks: whether the values by convention at the kinks count.
        """
        given = assumptions_of(self.activation)
        found = [run.extreme(side) for run in self.runs]
        kinks = () if at_kinks else self.activation.kinks
        found += [Extreme(slope, sp.FiniteSet(at)) for at, slope in self.points if at not in kinks]
        best = found[0]
        for other in found[1:]:
            best = outer(best, other, side, given)
        return Extreme(best.value, best.at, () if best.attained else best.towards)

    def lines(self) -> Iterator[str]:
        """The proof in words: φ'' on each piece, a line for each run, and the certificates."""
        given = assumptions_of(self.activation)
        for piece in pieces_of(self.activation):
            runs = [run for run in self.runs if run.piece == piece]
            if any(run.direction for run in runs):
                yield f"on ({piece.start}, {piece.end}): φ'' = {self._curvature(piece, given)}"
            for run in runs:
                yield _line(run)
        for root in sorted({run.end for run in self.runs if isinstance(run.end, Root)}, key=str):
            yield root.definition
        for cover in self.covers:
            yield from cover.lines()
        for at, slope in self.points:
            kind = "is taken as" if at in self.activation.kinks else "="
            yield f"φ'({at}) {kind} {slope}"

    def _curvature(self, piece: Piece, given: Assumptions) -> str:
        """φ'' in print, with N for a factor that has a cover."""
        found = factored(piece.curvature, given)
        covered = {cover.factor for cover in self.covers}
        named = tuple((N if factor in covered else factor, power) for factor, power in found.factors)
        return str(replace(found, factors=named))


N = sp.Symbol("N")


def _line(run: Run) -> str:
    if run.direction == 0:
        return f"{_range(run)}: φ' = {run.first} is constant"
    ends = [f"φ'({at})" if slope.has(Root) else slope for at, slope in ((run.start, run.first), (run.end, run.last))]
    relation = ">" if run.direction > 0 else "<"
    return f"{_range(run)}: φ'' {relation} 0, so φ' {WORDS[run.direction]} from {ends[0]} to {ends[1]}"


def _range(run: Run) -> str:
    return f"({run.start}, {run.end})"


def outer(one: Extreme, other: Extreme, side: int, given: Assumptions) -> Extreme:
    """The larger of two extremes (side 1), or the smaller (side -1); both places when they are equal."""
    if given.equal(one.value, other.value):
        at = None if one.at is None or other.at is None else one.at | other.at
        return Extreme(one.value, at, one.towards + other.towards)
    for best, second in ((one, other), (other, one)):
        larger, smaller = (best.value, second.value) if side > 0 else (second.value, best.value)
        if given.greater(larger, smaller):
            return best
        if given.at_least(larger, smaller):
            return Extreme(best.value, None)
    return Extreme((sp.Max if side > 0 else sp.Min)(one.value, other.value), None)


def value_at(piece: Piece, end: sp.Expr, given: Assumptions) -> sp.Expr:
    """The limit of φ' at an end of a run: the value of the piece's formula, which is smooth there."""
    found = limit(piece.slope, end, given) if end.is_infinite else piece.slope.subs(z, end)
    if found.has(sp.nan, sp.zoo) or not (end.is_infinite or found.is_finite):
        raise ProofError(f"φ' has no value at z = {end}")
    return found


def points_between(
    activation: Activation, runs: Sequence[Run], given: Assumptions
) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """The ends of runs at which φ' has a value.

    Where two pieces meet without a kink, φ is continuous and φ' has the same limit from both sides, so by the
    mean value theorem φ' has that value there. At a kink the convention counts, if there is one.

    Raises:
        ProofError: where pieces meet with different values or slopes and no kink is stated.
    """
    stated = dict(activation.conventions())
    found = []
    for before, after in pairwise(runs):
        at = before.end
        if at in activation.kinks:
            found += [(at, stated[at])] if at in stated else []
            continue
        left, right = before.piece, after.piece
        for of_left, of_right in ((left.formula, right.formula), (left.slope, right.slope)):
            if left != right and given.equal(of_left.subs(z, at), of_right.subs(z, at)) is not True:
                raise ProofError(f"the pieces do not meet smoothly at z = {at}, which is not stated as a kink")
        found.append((at, before.last))
    return tuple(found)


def monotone_pieces(activation: Activation) -> MonotonePieces:
    """Find the runs of an activation.

    Raises:
        UnknownTermError: for a generic activation.
        ProofError: when a step is not decided.

    >>> from symrnn.activations import activation
    >>> proof = monotone_pieces(activation("sigmoid"))
    >>> for run in proof.runs:
    ...     print(run)
    Run(start=-oo, end=0, direction=1, first=0, last=1/4)
    Run(start=0, end=oo, direction=-1, first=1/4, last=0)
    """
    given, runs, covers = assumptions_of(activation), list[Run](), list[Cover]()
    for piece in pieces_of(activation):
        curvature = factored(piece.curvature, given)
        covers += covers_of(curvature, given)
        ends = [piece.start, *turning_points(curvature, piece, named_roots(activation), given), piece.end]
        values = [value_at(piece, end, given) for end in ends]
        runs += [
            Run(low, high, sign_on(curvature, low, high, given), first, last, piece)
            for (low, first), (high, last) in pairwise(zip(ends, values, strict=True))
        ]
    return MonotonePieces(activation, tuple(runs), points_between(activation, runs, given), tuple(covers))
