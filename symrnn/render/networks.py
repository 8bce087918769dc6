"""The networks of a document: each is defined once, and two of one name are told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from symrnn.derivation import AllOf, Equation
from symrnn.latex import Notation, statement_latex
from symrnn.latex.networks import Defined, at_home, differing, equations_of, facts_of, is_variant
from symrnn.latex.statements import definitions_latex
from symrnn.recurrence import Recurrence
from symrnn.render.conventions import Shapes, shapes_of


@dataclass(frozen=True)
class Network:
    """A recurrence as a document defines it.

    Args:
        name: what it is called there.
        equations: those that define it, or in which a variant differs from the network of its name; LaTeX.
        recurrence: what is defined.
        of: the network of which it is a variant; None for one that is defined by itself.
    """

    name: str
    equations: str
    recurrence: Recurrence
    of: Recurrence | None = None

    @property
    def is_variant(self) -> bool:
        """Whether it is told by what it differs in."""
        return self.of is not None

    @property
    def sentence(self) -> str:
        """What stands above its equations."""
        return f"A variant of the {self.name} has" if self.of else f"The {self.name} is defined by"

    def shapes(self, notation: Notation) -> Shapes:
        """Its quantities, of a variant those that are new."""
        name = f"{self.name}, a variant" if self.of else self.name
        return shapes_of(name, self.recurrence, notation, _names(self.of) if self.of else ())

    @property
    def has_shapes(self) -> bool:
        """Whether it has quantities of which nothing was said."""
        return self.of is None or bool(_names(self.recurrence) - _names(self.of))


def _names(recurrence: Recurrence) -> set[str]:
    return {of.name for of, _ in equations_of(recurrence)} | {
        each.name for each in (*recurrence.inputs, *recurrence.parameters)
    }


class Names:
    """What each network of a document is called: the first of a name has it, and others are told apart from that.

    One that differs in a few equations or its loss is a variant, and what is said of it tells in what; any other one
    has a number behind its name.

    Args:
        notation: how the equations are written.
        letters: how many letters fit on a line.

    >>> from symrnn.cells import Cell
    >>> names = Names("plain")
    >>> one, two = Cell.parse("h_t = tanh(U h_{t-1})"), Cell.parse("s_t = tanh(U s_{t-1})")
    >>> [network.sentence for network in names.introduce([one, two, one])]
    ['The cell is defined by', 'The cell (2) is defined by']
    >>> names.of(two).label
    'cell (2)'
    """

    def __init__(self, notation: str | Notation = "lecture", letters: float = 80.0) -> None:
        """No network is known yet."""
        self.notation, self.letters = notation, letters
        self._defined: dict[str, list[Defined]] = {}
        self._told = set[tuple[str, str]]()

    def of(self, recurrence: Recurrence | None) -> Defined | None:
        """What the document defines by the name of a network: itself, or what it is a variant of."""
        known = self._defined.get(recurrence.name, []) if recurrence else []
        near = [each for each in known if recurrence and is_variant(recurrence, each.recurrence)]
        return min(near, key=lambda each: len(self._lines(recurrence, each)), default=None)

    def introduce(self, recurrences: Iterable[Recurrence | None]) -> Iterator[Network]:
        """Those of some networks that have to be defined before anything is said of them, in their order."""
        for recurrence in recurrences:
            if recurrence is None:
                continue
            defined = self.of(recurrence)
            if defined is None:
                yield self._define(recurrence)
            elif variant := self._variant(recurrence, defined):
                yield variant

    def _define(self, recurrence: Recurrence) -> Network:
        same = self._defined.setdefault(recurrence.name, [])
        name = f"{recurrence.name} ({len(same) + 1})" if same else recurrence.name
        same.append(Defined(recurrence, name if same else ""))
        return Network(name, definitions_latex(recurrence, self.notation, letters=self.letters), recurrence)

    def _variant(self, recurrence: Recurrence, defined: Defined) -> Network | None:
        """What a variant differs in; None where that was told, or is no more than what stands for φ, or one unit."""
        lines, style = self._lines(recurrence, defined), at_home(self.notation, recurrence)
        if not lines:
            return None
        facts = [each for each in facts_of(recurrence, style) if each not in facts_of(defined.recurrence, style)]
        equations = statement_latex(AllOf(lines), style, notes=facts, letters=self.letters)
        name = defined.label or recurrence.name
        if (name, str(lines)) in self._told:
            return None
        self._told.add((name, str(lines)))
        return Network(name, equations, recurrence, defined.recurrence)

    def _lines(self, recurrence: Recurrence | None, defined: Defined) -> tuple[Equation, ...]:
        """The equations in which a network differs from another one."""
        if recurrence is None:
            return ()
        names = [of.name for of, _ in equations_of(recurrence)]
        return tuple(Equation(*sides) for sides in differing(recurrence, names, defined.recurrence))
