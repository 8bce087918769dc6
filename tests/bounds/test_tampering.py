"""A certificate that was changed does not replay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp

from symrnn.activations import Extreme, Root, activation, z
from symrnn.bounds import Bound, MonotonePieces, SlopeBounds, claim_bound, slope_bounds
from symrnn.errors import ProofError

QUARTER = sp.Rational(1, 4)


def change_pieces(bounds: SlopeBounds, change: Callable[[MonotonePieces], MonotonePieces]) -> SlopeBounds:
    """The same bounds with another proof of both sides by monotone pieces."""
    assert bounds.pieces is not None
    changed = change(bounds.pieces)
    both = (bounds.upper, bounds.lower)
    upper, lower = (replace(b, proof=changed) if isinstance(b.proof, MonotonePieces) else b for b in both)
    return replace(bounds, upper=upper, lower=lower)


def change_run(number: int, **changes: object) -> Callable[[MonotonePieces], MonotonePieces]:
    def change(pieces: MonotonePieces) -> MonotonePieces:
        runs = list(pieces.runs)
        runs[number] = replace(runs[number], **changes)  # type: ignore[arg-type]
        return replace(pieces, runs=tuple(runs))

    return change


def change_cover(**changes: object) -> Callable[[MonotonePieces], MonotonePieces]:
    return lambda pieces: replace(pieces, covers=(replace(pieces.covers[0], **changes),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"extreme": Extreme(sp.Rational(1, 5), sp.FiniteSet(0))},
        {"extreme": Extreme(sp.Rational(1, 3), sp.FiniteSet(0))},
        {"extreme": Extreme(QUARTER, sp.FiniteSet(1))},
        {"extreme": Extreme(QUARTER, sp.S.EmptySet)},
        {"decimal": "0.2499999999"},
        {"side": -1},
    ],
    ids=str,
)
def test_the_statement(changes: dict[str, object]) -> None:
    bounds = slope_bounds("sigmoid")
    with pytest.raises(ProofError):
        replace(bounds, upper=replace(bounds.upper, **changes)).check()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"bound": sp.Rational(1, 3)},
        {"root": z},
        {"root": sp.S.Zero},
        {"side": -1},
        {"at": sp.FiniteSet(1)},
        {"at": sp.S.EmptySet},
        {"activation": activation("tanh")},
    ],
    ids=str,
)
def test_a_square(changes: dict[str, object]) -> None:
    bounds = slope_bounds("sigmoid")
    forged: Bound = replace(bounds.upper, proof=replace(bounds.upper.proof, **changes))  # type: ignore[arg-type]
    with pytest.raises(ProofError):
        replace(bounds, upper=forged).check()


@pytest.mark.parametrize(
    "change",
    [
        change_run(0, direction=-1),
        change_run(0, direction=0),
        change_run(0, last=sp.Rational(1, 2)),
        change_run(0, first=sp.Rational(-1, 2)),
        change_run(0, end=sp.S.One),
        change_run(1, start=-sp.S.One),
        change_run(0, start=sp.Integer(-100)),
        change_run(1, end=sp.Integer(100)),
        lambda pieces: replace(pieces, runs=pieces.runs[:1]),
        lambda pieces: replace(pieces, runs=pieces.runs[::-1]),
        lambda pieces: replace(pieces, runs=()),
        lambda pieces: replace(pieces, points=()),
        lambda pieces: replace(pieces, points=((sp.S.Zero, sp.Integer(2)),)),
    ],
)
def test_runs(change: Callable[[MonotonePieces], MonotonePieces]) -> None:
    with pytest.raises(ProofError):
        change_pieces(slope_bounds("softsign"), change).check()


def test_a_run_that_jumps_over_a_change_of_the_formula() -> None:
    def join(pieces: MonotonePieces) -> MonotonePieces:
        first, last = pieces.runs
        return replace(pieces, runs=(replace(first, end=last.end, last=last.last),), points=())

    with pytest.raises(ProofError, match="changes inside a run"):
        change_pieces(slope_bounds("leaky_relu"), join).check()


COVER = slope_bounds("silu").pieces.covers[0]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        change_cover(radius=1),
        change_cover(left=1),
        change_cover(right=1),
        change_cover(boxes=COVER.boxes[1:]),
        change_cover(boxes=COVER.boxes[:-1]),
        change_cover(boxes=COVER.boxes[:3] + COVER.boxes[4:]),
        change_cover(boxes=(replace(COVER.boxes[0], sign=0), *COVER.boxes[1:])),
        change_cover(boxes=(replace(COVER.boxes[0], sign=1), *COVER.boxes[1:])),
        change_cover(boxes=(replace(COVER.boxes[0], low=Fraction(-9)), *COVER.boxes[1:])),
        change_cover(boxes=()),
        change_cover(factor=COVER.factor + 1),
        change_cover(exponent=2 * z),
        lambda pieces: replace(pieces, covers=()),
    ],
)
def test_a_cover(change: Callable[[MonotonePieces], MonotonePieces]) -> None:
    with pytest.raises(ProofError):
        change_pieces(slope_bounds("silu"), change).check()


@pytest.mark.parametrize(
    "root",
    [
        Root((z - 2) * sp.exp(z) - z - 2, 0, 1, "z_max"),
        Root((z - 2) * sp.exp(z) - z - 2, -3, 3, "z_max"),
        Root((z - 3) * sp.exp(z) - z - 2, 2, 4, "z_max"),
    ],
    ids=["no root inside", "two roots inside", "another equation"],
)
def test_a_root_that_the_cover_does_not_isolate(root: Root) -> None:
    (true,) = slope_bounds("silu").sup_attained  # type: ignore[misc]

    def forge(pieces: MonotonePieces) -> MonotonePieces:
        def forged(number: sp.Expr) -> sp.Expr:
            return number.xreplace({true: root})

        fields = ("start", "end", "first", "last")
        runs = tuple(replace(run, **{f: forged(getattr(run, f)) for f in fields}) for run in pieces.runs)
        return replace(pieces, runs=runs, points=tuple((forged(at), forged(slope)) for at, slope in pieces.points))

    with pytest.raises(ProofError):
        change_pieces(slope_bounds("silu"), forge).check()


class TestVerdicts:
    def test_another_point(self) -> None:
        verdict = claim_bound("gelu", "<=", 1)
        with pytest.raises(ProofError, match="does not hold"):
            replace(verdict, point=replace(verdict.point, at=sp.S.Zero)).check()  # type: ignore[type-var]

    def test_another_bound(self) -> None:
        verdict = claim_bound("gelu", "<=", 2)
        with pytest.raises(ProofError, match="not PROVED"):
            replace(verdict, bound=sp.S.One).check()
