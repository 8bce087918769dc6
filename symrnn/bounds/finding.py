"""Finding the runs of an activation: the turning points of φ' on each piece."""

from __future__ import annotations

from itertools import pairwise

from symrnn.activations import Activation
from symrnn.bounds.assumptions import Assumptions, assumptions_of
from symrnn.bounds.cover import Cover, cover
from symrnn.bounds.curvature import named_roots, sign_on, turning_points
from symrnn.bounds.exponential import Form
from symrnn.bounds.factors import Factored, factored, is_mixed
from symrnn.bounds.pieces import Piece, pieces_of
from symrnn.bounds.runs import MonotonePieces, Run, points_between, value_at


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
    given = assumptions_of(activation)
    pieces = pieces_of(activation)
    runs: list[Run] = []
    covers: list[Cover] = []
    for piece in pieces:
        curvature = factored(piece.curvature, given)
        covers += _covers(curvature, given)
        runs += _runs(activation, piece, curvature, tuple(covers), given)
    points = points_between(activation, tuple(runs), pieces, given)
    return MonotonePieces(activation, tuple(runs), points, tuple(covers))


def _covers(curvature: Factored, given: Assumptions) -> list[Cover]:
    mixed = [factor for factor, _ in curvature.factors if is_mixed(factor)]
    open_ = [f for f in mixed if given.keeps_sign(Form(f, curvature.exponent).in_z()) is None]
    return [cover(factor, curvature.exponent) for factor in open_]


def _runs(
    activation: Activation, piece: Piece, curvature: Factored, covers: tuple[Cover, ...], given: Assumptions
) -> list[Run]:
    turns = turning_points(curvature, piece, covers, named_roots(activation), given)
    points = [piece.start, *turns, piece.end]
    values = [value_at(piece, end, given) for end in points]
    return [
        Run(low, high, sign_on(curvature, low, high, covers, given), first, last)
        for (low, first), (high, last) in pairwise(zip(points, values, strict=True))
    ]
