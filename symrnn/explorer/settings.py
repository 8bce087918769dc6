"""What is chosen in the explorer, and how it is read back from an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from inspect import signature
from typing import Any

from symrnn.cells.table import CELLS
from symrnn.errors import LimitError, SelectionError, SymrnnError
from symrnn.plots.networks import MAX_RADIUS, WEIGHTS, read_phi

NAMES = tuple(name for name, entry in CELLS.items() if "hidden" in signature(entry.make).parameters)
"""The cells that carry a state through time; :class:`symrnn.cells.Layered` has no time."""

NORMS = {"2": "spectral norm", "1": "largest column sum", "oo": "largest row sum", "F": "Frobenius norm"}
"""The norms, as :class:`symrnn.expr.Norm` names them."""

PHI = ("tanh", "sigmoid", "relu", "identity", "softplus", "gelu", "silu", "mish", "elu(alpha=1)")
"""Activations to choose from."""

LIMITS = {"radius": (0.05, MAX_RADIUS), "seed": (0, 999), "steps": (2, 60), "size": (2, 12)}
"""The least and the largest value of each number."""


@dataclass(frozen=True)
class Settings:
    """What is chosen.

    Args:
        cell: the name of a cell that ships.
        activation: φ of a cell that leaves it open.
        weights: how recurrent weights are drawn, as in :func:`symrnn.plots.networks.recurrent_weights`.
        radius: the spectral radius of each of them.
        norm: of Jacobians, as :class:`symrnn.expr.Norm` names it.
        seed: what is drawn follows from it.
        steps: how many steps the gradient goes back.
        size: units n.

    Raises:
        SelectionError: for a cell, norm or way to draw that there is not.
        LimitError: for a number out of range.
        ReadingError: for an activation that is none.

    >>> Settings(cell="gru", radius=9.0)
    Traceback (most recent call last):
    symrnn.errors.LimitError: radius = 9.0; use 0.05 to 4
    """

    cell: str = "Elman"
    activation: str = "tanh"
    weights: str = "gaussian"
    radius: float = 1.0
    norm: str = "2"
    seed: int = 0
    steps: int = 30
    size: int = 6

    def __post_init__(self) -> None:
        named = {name.lower(): name for name in NAMES}  # those that ship but for untied layers, which have no time
        if self.cell.lower() not in named:
            raise SelectionError(f"there is no cell {self.cell}", advice=f"use one of {', '.join(NAMES)}")
        object.__setattr__(self, "cell", named[self.cell.lower()])
        for name, known in (("norm", tuple(NORMS)), ("weights", WEIGHTS)):
            if getattr(self, name) not in known:
                raise SelectionError(f"{name} = {getattr(self, name)}", advice=f"use one of {', '.join(known)}")
        for name, (least, most) in LIMITS.items():
            if not least <= getattr(self, name) <= most:
                raise LimitError(f"{name} = {getattr(self, name)}", advice=f"use {least:g} to {most:g}")
        read_phi(self.activation)

    @property
    def has_choice(self) -> bool:
        """Whether the activation says anything of the cell."""
        return CELLS[self.cell].has_choice

    def query(self) -> dict[str, str]:
        """The settings as parameters of an address."""
        return {name: str(value) for name, value in asdict(self).items()}


def read_settings(query: Mapping[str, Any]) -> tuple[Settings, tuple[str, ...]]:
    """The settings of an address, and what is wrong with those that are left out.

    Args:
        query: texts by the names of settings; what else there is does not matter.

    >>> read_settings({"cell": "LSTM", "radius": "1.5", "steps": "many"})[0].radius
    1.5
    >>> read_settings({"steps": "many"})[1]
    ('steps=many is not a number',)
    """
    found, wrong = Settings(), list[str]()
    for name, default in asdict(Settings()).items():
        if name not in query:
            continue
        text = str(query[name])
        try:
            found = replace(found, **{name: type(default)(text)})
        except ValueError:
            wrong.append(f"{name}={text} is not a number")
        except SymrnnError as error:
            wrong.append(str(error))
    return found, tuple(wrong)
