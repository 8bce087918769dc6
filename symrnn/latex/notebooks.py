r"""What a notebook displays of a claim or a derivation, and in which notation."""

from __future__ import annotations

from collections.abc import Callable

from symrnn.latex.notation import LECTURE, Notation, find_notation

_displayed = [LECTURE]


def display_in(notation: str | Notation) -> None:
    r"""Let notebooks display claims and derivations in a notation, from here on.

    Args:
        notation: the name of one that ships, or one of your own, as :meth:`Notation.load` reads it.

    Raises:
        NotationError: for an unknown name.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> derivation = rnn.derive(rnn.h[t], wrt=rnn.h[t - 1])
    >>> display_in("ng")
    >>> "W_{aa}" in derivation._repr_latex_()
    True
    >>> display_in("lecture")
    """
    _displayed[0] = find_notation(notation)


def displayed(written: Callable[[Notation], str]) -> str:
    """LaTeX for a notebook, where nothing defines macros.

    Args:
        written: writes it in a notation.
    """
    notation = _displayed[0]
    return rf"$\displaystyle {notation.expanded(written(notation))}$"
