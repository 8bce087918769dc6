r"""Derivatives and norms in the words of a picture: in LaTeX in a notation, or as typed in a terminal.

Captions are sentences with mathematics between dollars. What the notation decides beyond the symbols, which is the
sign of a derivative, is written here.
"""

from __future__ import annotations

from symrnn.latex import Notation
from symrnn.latex.typed import typed_latex


def ratio(above: str, below: str, notation: Notation | None, *, immediate: bool = False) -> str:
    r"""A derivative in one line, without dollars.

    Args:
        above: what is differentiated, typed as in a terminal.
        below: by what.
        notation: how it is written; None for a terminal.
        immediate: whether earlier states are held fixed.

    >>> from symrnn.latex import LECTURE
    >>> print(ratio("h_t", "h_{t-1}", LECTURE, immediate=True))
    \partial^{+} \mathbf{h}_{(t)}\,/\,\partial \mathbf{h}_{(t-1)}
    >>> ratio("h_t", "h_{t-1}", None)
    'dh_t/dh_{t-1}'
    """
    if notation is None:
        return f"∂⁺{above}/∂⁺{below}" if immediate else f"d{above}/d{below}"
    signs = notation.immediate if immediate else notation.total
    # The thin spaces make it LaTeX for whoever reads it next, whatever the symbols are.
    return rf"{signs[0]} {typed_latex(above, notation)}\,/\,{signs[1]} {typed_latex(below, notation)}"


def norm(inside: str, notation: Notation | None) -> str:
    r"""A norm around what :func:`ratio` gave.

    >>> norm("dh_t/dh_s", None)
    '‖dh_t/dh_s‖'
    """
    return f"‖{inside}‖" if notation is None else rf"\|{inside}\|"


def bound(notation: Notation | None) -> str:
    r"""What γ stands for.

    >>> from symrnn.latex import PLAIN
    >>> print(bound(PLAIN), "|", bound(None))
    \gamma = \sup|\phi'| | γ = sup|φ'|
    """
    if notation is None:
        return "γ = sup|φ'|"
    return rf"{typed_latex('γ', notation)} = \sup|{notation.function('phi', 1)}|"


def rounded(number: float, digits: int) -> str:
    """A number in a sentence, to some digits: as a decimal, or with a power of ten where that would be long.

    >>> rounded(1284.3, 2), rounded(0.0123, 2), rounded(6412345, 3), rounded(2e-9, 3)
    ('1300', '0.012', '$6.41 · 10^6$', '$2 · 10^{-9}$')
    """
    mantissa, _, exponent = f"{number:.{digits - 1}e}".partition("e")
    if number and not -4 <= int(exponent) <= 4:
        power = int(exponent) if int(exponent) > 0 else f"{{{int(exponent)}}}"
        return f"${float(mantissa):g} · 10^{power}$"
    return f"{float(f'{mantissa}e{exponent}'):.15g}"


def listed(names: list[str]) -> str:
    """Words for several things.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
