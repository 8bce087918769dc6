"""How large the Jacobian between two states is over many draws, beside its proved bound."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.cells.table import shipped
from symrnn.errors import SelectionError
from symrnn.explorer import NAMES, NORMS, bounds
from symrnn.explorer.numbers import network
from symrnn.files import write_all
from symrnn.plots.memory import carried
from symrnn.plots.networks import MAX_RADIUS, MAX_SIZE, MAX_STEPS, WEIGHTS, read_phi
from symrnn.plots.saving import drawn_files
from symrnn.plots.swept_norms import SWEPT, Spread, SweptNorms
from symrnn.sweeps.questions import (
    Place,
    Question,
    Row,
    Swept,
    Table,
    by_place,
    choices,
    number,
    require_few,
    rounded,
    several,
)

ROUNDING = 1e-9
"""By which part a norm may exceed its bound in double precision."""


@dataclass(frozen=True)
class NormSweep(Question):
    """‖∂s_T/∂s_{T-k}‖ for k = 0, ..., steps of cells with drawn weights, and the bound of it that is PROVED.

    A row has the ``norms``, the ``bounds`` (None where none is proved), how close they come as ``value``, the largest
    quotient for k >= 1, and the ``k`` of it.

    Args:
        cells: names of those that ship and carry a state.
        sizes: numbers of units n.
        radii: spectral radii of the recurrent matrices.
        draws: how many networks are drawn for each of the former.
        steps: the largest k.
        weights: how recurrent matrices are drawn, ``"gaussian"`` or ``"orthogonal"``.
        activation: φ of a cell that leaves it open.
        norm: as :class:`symrnn.expr.Norm` names it.
        seed: what is drawn follows from it, too.

    Raises:
        SelectionError: for a cell, a norm or a way to draw that there is not, or none.
        LimitError: for a number out of range, or too many draws.
        ParameterError: for what is not a number.
        ReadingError: for an activation that is none.

    >>> NormSweep(draws=1, steps=3).row(("Elman", 4, 1.0, 0))["k"]
    1
    """

    keys = frozenset({"at", "seed", "norms", "bounds", "value", "k", "fails"})
    cells: Sequence[str] = ("Elman",)
    sizes: Sequence[int] = (4,)
    radii: Sequence[float] = (1.0,)
    draws: int = 1000
    steps: int = 30
    weights: str = "gaussian"
    activation: str = "tanh"
    norm: str = "2"
    seed: int = 0

    def __post_init__(self) -> None:
        checked = {
            "cells": tuple(dict.fromkeys(shipped(cell).name for cell in several("cells", self.cells, str))),
            "sizes": choices("sizes", self.sizes, int, 1, MAX_SIZE),
            "radii": choices("radii", self.radii, float, 0.01, MAX_RADIUS),
            "draws": number("draws", self.draws, int, 1, 10**6),
            "steps": number("steps", self.steps, int, 1, MAX_STEPS),
            "seed": number("seed", self.seed, int, 0, 2**64),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        for what, values, known in (
            ("cell", self.cells, NAMES),
            ("norm", (self.norm,), tuple(NORMS)),
            ("weights", (self.weights,), WEIGHTS),
        ):
            for value in values:
                if value not in known:
                    raise SelectionError(f"{what} = {value!r}", advice=f"use some of {', '.join(known)}")
        read_phi(str(self.activation))
        require_few(self, 2 * self.steps + 2)

    def grid(self) -> Iterator[Place]:
        """Cells, sizes and radii."""
        return product(self.cells, self.sizes, self.radii)

    def described(self) -> dict[str, Any]:
        """All that was chosen."""
        return {"sweep": "norms", **asdict(self)}

    def row(self, at: Place) -> Row:
        """The norms and bounds of one draw."""
        cell, size, radius, _ = at
        seed = self.seed_at(at)
        made, found = network(str(cell), self.activation, int(size)), None
        try:
            with np.errstate(all="ignore"):
                given = made.given(self.weights, float(radius), self.steps, seed)
                found = made.norms(given, self.steps, self.norm)
                upper = made.upper(bounds(str(cell), self.norm), given, self.steps)
        except (ArithmeticError, np.linalg.LinAlgError):  # as of squares, whose states outgrow double precision
            found = None
        if found is None or not np.isfinite(found).all():
            return {"at": [*at], "seed": seed, "norms": None, "bounds": None, "value": None, "k": None, "fails": False}
        row = {"at": [*at], "seed": seed, "norms": [*map(rounded, found)], "bounds": None}
        if upper is None:
            return {**row, "value": None, "k": None, "fails": False}
        with np.errstate(all="ignore"):
            quotients = np.where(upper > 0, found / upper, 0.0)[1:]
        most = int(quotients.argmax())
        fails = bool((found > upper * (1 + ROUNDING)).any())
        value = rounded(float(quotients[most]))
        return {**row, "bounds": [*map(rounded, upper)], "value": value, "k": most + 1, "fails": fails}

    def table(self, rows: Sequence[Row]) -> Table:
        """For each place how many draws obey the bound, the median at the largest k, and the one that comes closest."""
        lines: Table = [
            ("cell", "n", "ρ", "draws", "within bound", f"median, k = {self.steps}", "closest", "k", "draw")
        ]
        for (cell, size, radius), found in by_place(rows).items():
            norms = [row["norms"][-1] for row in found if row["norms"] is not None]
            bounded = [row for row in found if row["value"] is not None]
            most = max(bounded, key=lambda row: row["value"], default=None)
            within = f"{sum(not row['fails'] for row in bounded)} of {len(bounded)}" if bounded else "none is proved"
            closest = ("", "", "") if most is None else (f"{most['value']:.4f}", f"{most['k']}", f"{most['at'][-1]}")
            median = f"{np.median(norms):.3g}" if norms else "beyond doubles"
            lines.append((f"{cell}", f"{size}", f"{radius:g}", f"{len(found)}", within, median, *closest))
        return lines

    def as_expected(self, rows: Sequence[Row]) -> bool:
        """Whether the proved bound holds in every draw; if not, that is a bug of symrnn."""
        return not any(row["fails"] for row in rows)


def spread_of(swept: Swept) -> SweptNorms:
    """The numbers of the picture of a sweep of norms: quantiles over the draws.

    Raises:
        SelectionError: for a sweep of something else, or where no draw has norms.
    """
    question, groups = swept.question, []
    if not isinstance(question, NormSweep):
        raise SelectionError("there is no picture of claims", advice="draw a sweep of norms")
    for (cell, size, radius), rows in by_place(swept.rows).items():
        told = [row for row in rows if row["norms"] is not None]
        if told:
            norms = np.array([row["norms"] for row in told])
            upper = [row["bounds"] or [None] * len(row["norms"]) for row in told]
            state = carried(network(str(cell), question.activation, int(size)).net)
            bound = np.median(np.array(upper, dtype=float), axis=0)  # None is nan there
            groups.append(Spread(str(cell), state, int(size), float(radius), norms, bound))
    if not groups:
        raise SelectionError("no draw stays within double precision", advice="use fewer steps or a smaller radius")
    return SweptNorms("\\infty" if question.norm == "oo" else question.norm, tuple(groups))


def draw(swept: Swept, folder: str | os.PathLike[str], formats: Sequence[str] | None = None) -> tuple[Path, ...]:
    """Write the picture of a sweep of norms, with its numbers as CSV beside it.

    Args:
        swept: what was found.
        folder: made when it is not there.
        formats: of :data:`symrnn.plots.FORMATS`; None for all that the picture has.

    Raises:
        MissingPackageError: when matplotlib is not installed.
        SelectionError: for a sweep of something else, or where no draw has norms.
        LimitError: for more cells, sizes and radii than a picture has room for.
        OutputError: when the folder cannot be written to.
    """
    return write_all(folder, drawn_files(SWEPT, spread_of(swept), formats))
