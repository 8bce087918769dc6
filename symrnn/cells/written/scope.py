"""What each name of a text is: a state, an input, a parameter, a number, a function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from symrnn.activations import Activation
from symrnn.cells.written.names import is_greek
from symrnn.cells.written.places import Span
from symrnn.cells.written.syntax import (
    Declared,
    Element,
    Equation,
    Node,
    Text,
    parts,
)
from symrnn.recurrence import Role

SIZES = ("n", "m", "q")
"""The sizes of a state, an input and an output that nobody has to declare."""

STEP, LOSS, IDENTITY = "ell", "L", "I"
"""Names that have their meaning already: the loss of a step, the loss, and the identity."""
RESERVED = {"t": "the step that an equation is about", "T": "the number of steps", LOSS: "the loss", STEP: "the loss"}
MAX_LAG = 5
"""Most steps that an input may be read late."""


@dataclass
class Scope:
    """The names of a text.

    Args:
        text: what was read.
        equations: by the name of the left side, the loss of a step left out.
        step: the equation of the loss of a step, if there is one.
        declared: what is said below ``where``.
        sequences: the names with an index, each with its first place.
        lags: how many steps back each of them is used.
        bare: the names without an index, each with its first place.
        called: what stands before parentheses, where it is a function: the name in the catalogue, or its own.
        activations: the functions that are used, by the name in the text.
        columns: the names that are columns by their use, with the place; it matters for Greek letters.
    """

    text: Text
    equations: dict[str, Equation] = field(default_factory=dict)
    step: Equation | None = None
    declared: dict[str, Declared] = field(default_factory=dict)
    sequences: dict[str, Span] = field(default_factory=dict)
    lags: dict[str, set[int]] = field(default_factory=dict)
    bare: dict[str, Span] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    activations: dict[str, Activation] = field(default_factory=dict)
    columns: dict[str, Span] = field(default_factory=dict)

    # -- what it is ----------------------------------------------------------------------------------------------

    @property
    def states(self) -> list[str]:
        """What is defined and used one step later."""
        return [name for name in self.equations if 1 in self.lags.get(name, ())]

    @property
    def inputs(self) -> list[str]:
        """What has an index and no equation."""
        return self._sorted(name for name in self.sequences if name not in self.equations and name != STEP)

    @property
    def outputs(self) -> list[str]:
        """What no state depends on."""
        behind = set(self.states)
        waiting = list(behind)
        while waiting:
            for node in walk(self.equations[waiting.pop()].right):
                if isinstance(node, Element) and node.name in self.equations and node.name not in behind:
                    behind.add(node.name)
                    waiting.append(node.name)
        return [name for name in self.equations if name not in behind]

    def role(self, name: str) -> Role:
        """What a quantity with an equation is to the cell."""
        if name in self.states:
            return Role.STATE
        return Role.OUTPUT if name in self.outputs else Role.INTERMEDIATE

    @property
    def parameters(self) -> list[str]:
        """The names without an index that are matrices, columns or numbers with a gradient, as they are declared."""
        return self._sorted(name for name in self.bare if not self.is_number(name) and not self.is_identity(name))

    def _sorted(self, names: Iterable[str]) -> list[str]:
        """First what is declared, in this order, then everything else in the order of the text."""
        order = list(self.declared)
        return sorted(names, key=lambda name: order.index(name) if name in order else len(order))

    def is_identity(self, name: str) -> bool:
        """Whether a name is I, or I with its size, and nothing else is said of it."""
        base, _, size = name.partition("_")
        return base == IDENTITY and name not in self.declared and (not size or self.is_size(size))

    def is_size(self, letter: str) -> bool:
        """Whether a letter below an I is a size: a number, one of those that are found, or one that is declared."""
        stated = {
            part[1] for said in self.declared.values() for width in said.shape or () if width for part in width.parts
        }
        return letter.isdecimal() or letter in SIZES or letter in stated

    def is_number(self, name: str) -> bool:
        """Whether a name without an index is a number without a gradient."""
        said = self.declared.get(name)
        if said is not None:
            return said.kind.endswith("number")
        return is_greek(name) and name not in self.columns

    def is_trained_number(self, name: str) -> bool:
        """Whether a name without an index is declared as 1 x 1: a number with a gradient."""
        said = self.declared.get(name)
        if said is None or said.shape is None or name in self.sequences:
            return False
        return all(width is None or width.parts == ((1, ""),) for width in said.shape)

    @property
    def seen(self) -> str:
        """What the loss looks at where nothing is said: the only output, or h, or the state that comes last."""
        used = {node.name for each in self.equations.values() for node in walk(each.right) if isinstance(node, Element)}
        last = [name for name in self.outputs if name not in used]
        if len(last) == 1:
            return last[0]
        return "h" if "h" in self.states else self.states[-1]


def walk(node: Node) -> Iterator[Node]:
    """A node and all in it, in the order of the text; without recursion."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(parts(found)))
