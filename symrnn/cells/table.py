"""The cells that ship, by name, each with one line about it and its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature

from symrnn.cells.elman import Elman
from symrnn.cells.gated import GRU, MGU, ResetAfterGRU
from symrnn.cells.layered import Layered
from symrnn.cells.lstm import LSTM, LSTM1997, CoupledLSTM, PeepholeLSTM
from symrnn.cells.simple import IRNN, Jordan, Leaky
from symrnn.errors import SelectionError
from symrnn.recurrence import Recurrence


@dataclass(frozen=True)
class Shipped:
    """A cell that ships.

    Args:
        name: of its class.
        make: builds it; without arguments its sizes are symbols and its activations generic, where it has a choice.
        description: one line.
        source: author and year.
    """

    name: str
    make: Callable[..., Recurrence]
    description: str
    source: str

    @property
    def has_choice(self) -> bool:
        """Whether it takes an activation as its first argument.

        >>> [entry.name for entry in CELLS.values() if entry.has_choice]
        ['Elman', 'Jordan', 'Leaky', 'Layered']
        """
        return next(iter(signature(self.make).parameters)) == "activation"


def _shipped(make: type[Recurrence], description: str, source: str) -> Shipped:
    return Shipped(make.__name__, make, description, source)


CELLS: dict[str, Shipped] = {
    entry.name: entry
    for entry in (
        _shipped(Elman, "simple recurrent network with pre-activation and linear outputs", "Elman (1990)"),
        _shipped(IRNN, "Elman network of rectifiers, started at the identity", "Le, Jaitly and Hinton (2015)"),
        _shipped(Jordan, "network whose output is carried on", "Jordan (1986)"),
        _shipped(Leaky, "leaky units: a mean of the old state and a new one", "Lukoševičius (2012)"),
        _shipped(GRU, "gated recurrent unit, reset before the product", "Cho et al. (2014)"),
        _shipped(ResetAfterGRU, "gated recurrent unit, reset after the product", "torch.nn.GRU; Cho et al. (2014), v1"),
        _shipped(MGU, "minimal gated unit, with one gate", "Zhou, Wu, Zhang and Zhou (2016)"),
        _shipped(LSTM, "long short-term memory with input, forget and output gate", "Gers et al. (2000)"),
        _shipped(
            LSTM1997, "the first long short-term memory, without forget gate", "Hochreiter and Schmidhuber (1997)"
        ),
        _shipped(PeepholeLSTM, "long short-term memory whose gates see the cell", "Gers and Schmidhuber (2000)"),
        _shipped(CoupledLSTM, "long short-term memory with input gate 1 - f", "Greff et al. (2017)"),
        _shipped(Layered, "untied deep network; its index counts layers", "the lecture"),
    )
}
"""Every cell that ships, by name."""


def shipped(name: str) -> Shipped:
    """The cell of a name; upper and lower case are the same.

    Raises:
        SelectionError: for a name that no cell has, with those that there are.

    >>> shipped("lstm").make().name
    'LSTM'
    >>> shipped("LTSM")
    Traceback (most recent call last):
    symrnn.errors.SelectionError: there is no cell LTSM; use one of Elman, IRNN, Jordan, ...
    """
    found = next((entry for entry in CELLS.values() if entry.name.lower() == name.lower()), None)
    if found is None:
        raise SelectionError(f"there is no cell {name}", advice=f"use one of {', '.join(CELLS)}")
    return found
