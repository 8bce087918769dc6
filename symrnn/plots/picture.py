"""A picture as data: what it is called, what it shows, how its numbers are found and drawn."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias, TypeVar

from symrnn.errors import SelectionError
from symrnn.latex import Notation
from symrnn.plots.formats import FORMATS
from symrnn.plots.look import Look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row: TypeAlias = Sequence[str | int | float]
Name = TypeVar("Name")


class Numbers(Protocol):
    """The numbers of a picture; each picture has a class of its own."""

    header: ClassVar[tuple[str, ...]]

    def rows(self) -> Iterable[Row]:
        """The numbers as a table, in the order of the header; nan where there is none."""


@dataclass(frozen=True)
class Picture:
    """A picture, before it is drawn.

    Args:
        name: what it is asked for by.
        title: in a few words.
        caption: what a reader sees in these numbers, in a notation or, for None, as typed in a terminal; prose with
            mathematics between dollars.
        claims: ids of the results that it illustrates.
        file: the derivation file that they are in, without its ending.
        options: what may be chosen.
        measure: finds the numbers; takes the options by name.
        draw: draws numbers of that kind in a look; called with the settings of :mod:`symrnn.plots.style` in force.
        tikz: writes them as TikZ, where that is how they stand in LaTeX.
    """

    name: str
    title: str
    caption: Callable[[Any, Notation | None], str]
    claims: tuple[str, ...]
    file: str
    options: tuple[str, ...]
    measure: Callable[..., Numbers]
    draw: Callable[[Any, Look], Figure]
    tikz: Callable[[Any, Look], str] | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        """Its options as they are written in a terminal."""
        return tuple(map(flag, self.options))

    @property
    def formats(self) -> tuple[str, ...]:
        """What it can be written as."""
        return tuple(form for form in FORMATS if form != "tikz" or self.tikz is not None)

    @property
    def latex_format(self) -> str:
        """What it is in a LaTeX document."""
        return "pgf" if self.tikz is None else "tikz"

    def numbers(self, **options: Any) -> Numbers:
        """Find the numbers.

        Args:
            options: by name; those left out have their defaults.

        Raises:
            SelectionError: for an option that the picture does not have; what else is refused depends on the picture.
        """
        for name in options:
            if name not in self.options:
                known = f"it has {', '.join(self.flags)}" if self.options else "it has none"
                raise SelectionError(f"the picture {self.name} has no option {flag(name)}", advice=known)
        return self.measure(**options)


def flag(option: str) -> str:
    """An option as it is written in a terminal.

    >>> flag("forget_bias")
    '--forget-bias'
    """
    return f"--{option.replace('_', '-')}"


def csv_text(numbers: Numbers) -> str:
    """The numbers as CSV, to twelve digits; an entry that does not exist is empty.

    >>> from symrnn.plots.clipping import clipped_gradients
    >>> print(csv_text(clipped_gradients([(3.0, 4.0)])))
    theta,g_1,g_2,by_value_1,by_value_2,by_norm_1,by_norm_2,turned_by_value,turned_by_norm
    1,3,4,1,1,0.6,0.8,8.13010235416,0
    <BLANKLINE>
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(numbers.header)
    writer.writerows([_entry(entry) for entry in row] for row in numbers.rows())
    return out.getvalue()


def _entry(entry: str | int | float) -> str:
    if not isinstance(entry, float):
        return str(entry)
    return "" if math.isnan(entry) else f"{entry:.12g}"


def only(what: str, given: str | Sequence[Name]) -> str | Name:
    """The one name of an option that may be given only once here.

    Raises:
        SelectionError: for several, or for none.

    >>> only("activation", ["tanh"])
    'tanh'
    """
    names: tuple[str | Name, ...] = (given,) if isinstance(given, str) else tuple(dict.fromkeys(given))
    if len(names) != 1:
        count = "no" if not names else str(len(names))
        raise SelectionError(f"{count} {what}s for one picture", advice=f"give one {what}")
    return names[0]
