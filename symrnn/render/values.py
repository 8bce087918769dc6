r"""Counterexamples in LaTeX: numbers, matrices, formulas, and the names that have them."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from symrnn.derivation import Counterexample
from symrnn.derivation.counterexample import Ball, Named, Number, Value
from symrnn.errors import NotationError
from symrnn.evaluate.assignment import Derived, Key
from symrnn.latex import Notation, find_notation, latex
from symrnn.latex.sentences import display_words
from symrnn.latex.symbols import FUNCTIONS, RECURRENT, undotted


def latex_values(found: Counterexample, notation: str | Notation = "lecture") -> list[str]:
    r"""Each value of a counterexample as an equation.

    >>> row, square = ((1, Fraction(1, 2)),), sp.Symbol("z") ** 2
    >>> given = ((Named("t"), 1), (Named("W_hh"), row), (Named("phi", argument="z"), square))
    >>> for value in latex_values(Counterexample(given, 1, 2, "exact", 7), "plain"):
    ...     print(value)
    t = 1
    W_{hh} = \begin{pmatrix} 1 & \tfrac{1}{2} \end{pmatrix}
    \phi(z) = z^{2}
    >>> latex_values(Counterexample(((Named("Q"), row), (Named("c"), 2)), 1, 2, "exact", 7))[0][:10]
    '\\mathbf{Q}'
    """
    return [latex_given(name, value, notation) for name, value in found.given]


def latex_given(name: Named, value: Value, notation: str | Notation = "lecture") -> str:
    r"""A name with its value, as an equation.

    >>> latex_given(Named("h", 0), ((1,), (2,)), "plain")
    'h_{0} = \\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}'
    """
    known = find_notation(notation)
    return f"{_left(name, value, known)} = {latex_value(_as_read(name, value, known), known)}"


def latex_sides(found: Counterexample, notation: str | Notation = "lecture", *, turn: bool = False) -> tuple[str, str]:
    r"""The two sides in LaTeX; a side that does not exist has its reason instead.

    Args:
        found: the counterexample.
        notation: how formulas in it are written.
        turn: whether the statement is printed turned, so that its sides are the transposes of what was found.

    >>> latex_sides(Counterexample((), ((1, 2),), ((3, 4),), "exact", 7), turn=True)[0]
    '\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}'
    """
    left, right = (_turned(side) if turn else side for side in (found.left, found.right))
    return latex_value(left, notation), latex_value(right, notation)


def _as_read(name: Named, value: Value, notation: Notation) -> Value:
    """The value of what a name stands for: in denominator layout a derivative is the transpose of the Jacobian."""
    is_jacobian = isinstance(name.name, Derived) and name.name.wrt is not None
    return _turned(value) if is_jacobian and notation.layout == "denominator" else value


def _turned(value: Value) -> Value:
    return tuple(zip(*value, strict=True)) if isinstance(value, tuple) else value


# -- names -------------------------------------------------------------------------------------------------------------


def _left(name: Named, value: Value, notation: Notation) -> str:
    """A name, or both ends of a run; what has several entries is a matrix, whatever it is called."""
    if name.argument:
        argument = notation.scalar(name.argument) if name.argument.isidentifier() else name.argument
        return f"{notation.function(name.name)}({argument})"
    between = r", \dots, " if name.has_gap else ", "
    is_matrix = isinstance(value, tuple) and bool(value[1:] or value[0][1:])
    return between.join(_key((end.name, end.index), notation, is_matrix) for end in name.ends)


def _key(key: Key, notation: Notation, is_matrix: bool = False) -> str:
    """A size or an index is a scalar; h_0 is an element of a sequence; a slope is a derivative."""
    name, index = key
    if not isinstance(name, Derived):
        return _quantity(name, index, notation, is_matrix)
    above, at = name.of
    is_loss = at is None and notation.knows(above)
    of = notation.symbol(above) if is_loss else _key(name.of, notation)
    if name.wrt is None:
        return f"{notation.differential}{of}"
    return rf"\frac{{{notation.total[0]} {of}}}{{{notation.total[1]} {_key(name.wrt, notation)}}}"


def _quantity(name: str, index: int | None, notation: Notation, is_matrix: bool) -> str:
    try:
        if index is not None:
            return notation.indexed(name, str(index))
        # i is an index here: the gate of that name has an index of its own
        is_known = notation.knows(name) or undotted(name) is not None
        is_symbol = is_known and name not in FUNCTIONS and (len(name) > 1 or name in RECURRENT)
        return notation.symbol(name) if is_symbol or is_matrix else notation.scalar(name)
    except NotationError:
        return display_words(name)


# -- values ------------------------------------------------------------------------------------------------------------


def latex_value(value: Value, notation: str | Notation = "lecture") -> str:
    r"""A number, a ball, a matrix by its rows, a formula, or else words.

    >>> print(latex_value(Fraction(-3, 2)), latex_value(((1,), (-2,))), latex_value("undefined: h[-1]"))
    -\tfrac{3}{2} \begin{pmatrix} 1 \\ -2 \end{pmatrix} \text{undefined: h[-1]}
    """
    match value:
        case str():
            return display_words(value)
        case ((single,),):
            return _number(single)
        case tuple():
            body = r" \\ ".join(" & ".join(map(_number, row)) for row in value)
            return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"
        case sp.Rational():
            return _number(Fraction(int(value.p), int(value.q)))
        case sp.Expr():
            return latex(value, notation)
    return _number(value)


def _number(number: Number) -> str:
    if isinstance(number, Ball):
        return _ball(number)
    sign, above, below = "-" * (number < 0), abs(number.numerator), number.denominator
    return f"{sign}{above}" if below == 1 else rf"{sign}\tfrac{{{above}}}{{{below}}}"


def _ball(ball: Ball) -> str:
    """The middle to the digits that are sure."""
    digits = _scientific(ball.middle or "0")
    return rf"{digits} \pm {_scientific(ball.radius)}" if ball.radius else digits


def _scientific(digits: str) -> str:
    mantissa, _, exponent = digits.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa
