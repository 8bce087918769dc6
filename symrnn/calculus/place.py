"""What a derivative is taken by, looked up once: which quantity, at which index, and what it enters."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symrnn.errors import UnknownTermError
from symrnn.expr import Element, Sequence, Variable
from symrnn.recurrence import Definition, Recurrence, Role


@dataclass(frozen=True)
class Place:
    """A quantity of a recurrence that others are differentiated by.

    Args:
        recurrence: the definitions.
        quantity: a matrix, or an element of a sequence.
        role: what it is to the network; None for what is given.
        first: the first index of its sequence; 0 for a matrix.
        reached: the names that it enters, directly or not, its own among them.
    """

    recurrence: Recurrence
    quantity: Variable
    role: Role | None
    first: int
    reached: frozenset[str]

    @classmethod
    def of(cls, recurrence: Recurrence, quantity: Variable) -> Place:
        """The place of a quantity.

        Raises:
            UnknownTermError: for what the recurrence does not have.

        >>> from symrnn.cells import LSTM
        >>> lstm = LSTM()
        >>> place = Place.of(lstm, lstm.U_f)
        >>> place.index, "c" in place.reached, "x" in place.reached
        (None, True, False)
        """
        require_known(recurrence, quantity)
        known = recurrence.graph.quantities[quantity.name]
        first = known.first if isinstance(known, Sequence) else 0
        reached = frozenset(recurrence.graph.ahead(quantity.name))
        return cls(recurrence, quantity, recurrence.role(quantity), first, reached)

    @property
    def name(self) -> str:
        """The name of the quantity."""
        return str(self.quantity.name)

    @property
    def index(self) -> sp.Expr | None:
        """The index at which it stands; None for a matrix."""
        return self.quantity.index if isinstance(self.quantity, Element) else None

    def states(self, of: Element) -> tuple[Definition, ...]:
        """The states that a state is computed from and that this enters; all others do not move with it.

        >>> from symrnn.cells import LSTM, Stacked
        >>> from symrnn.symbols import n, t
        >>> net = Stacked(LSTM(), LSTM(inputs=n))
        >>> [len(Place.of(net, wrt).states(net.h_2[t])) for wrt in (net.W_i_1, net.W_i_2, net.x[t])]
        [4, 2, 4]
        """
        return tuple(d for d in self.recurrence.graph.system(of.name) if d.sequence.name in self.reached)

    def is_apart(self, name: str) -> bool:
        """Whether it enters another quantity by what states begin with only: their indices count other steps.

        >>> from symrnn.cells import EncoderDecoder, Elman
        >>> from symrnn.symbols import t
        >>> net = EncoderDecoder(Elman(), Elman())
        >>> Place.of(net, net.h_e[t]).is_apart("h_d"), Place.of(net, net.h_e[t]).is_apart("h_e")
        (True, False)
        """
        enters = self.index is not None and name in self.reached
        return enters and self.name not in self.recurrence.graph.carried(name)

    def moves(self, quantity: Variable) -> bool:
        """Whether another quantity is a state that moves with this one at any index."""
        return self.recurrence.role(quantity) is Role.STATE and quantity.name in self.reached


def require_known(recurrence: Recurrence, quantity: Variable | Sequence) -> None:
    """Refuse what a recurrence does not have, and a sequence without an index.

    Raises:
        UnknownTermError: with what it has.
        SymbolClashError: for a name that it has for a matrix of another shape.
    """
    names = recurrence.graph.quantities
    if isinstance(quantity, str) and quantity.partition("[")[0].strip() in names:
        raise UnknownTermError(
            f"{quantity!r} is text",
            advice=f"write it without quotes, as a quantity of the network, such as net.{quantity}",
        )
    if getattr(quantity, "name", None) not in names:
        raise UnknownTermError(
            f"{quantity} is not a quantity of the {recurrence.name}", advice=f"it has {', '.join(sorted(names))}"
        )
    if isinstance(quantity, Sequence):
        at = quantity.at(recurrence.index)
        raise UnknownTermError(f"{quantity.name} is a sequence, and has an index", advice=f"ask for {at}")
    recurrence.require_own_names((quantity,))
