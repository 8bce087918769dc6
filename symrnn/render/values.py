r"""Counterexamples in LaTeX: numbers, matrices, formulas, and the names that have them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.derivation import Claim, Counterexample
from symrnn.derivation.counterexample import Ball, Named, Number, Value
from symrnn.errors import NotationError
from symrnn.evaluate.assignment import Derived, Key
from symrnn.expr import Element
from symrnn.expr import Sequence as Layers
from symrnn.latex import Notation, find_notation, latex
from symrnn.latex.scripts import rows_of_matrix
from symrnn.latex.sentences import display_words
from symrnn.latex.shown import terms_of
from symrnn.latex.symbols import FUNCTIONS, RECURRENT, undotted
from symrnn.recurrence import Recurrence

OUTSIDE = re.compile(r"undefined: .*: entry \((\d+), (\d+)\) of a matrix of (\d+) x (\d+)")
"""Why a side has no value, where entries count from 0; on a page they count from 1."""
Entries = Mapping[tuple[str, bool], bool]
"""Of each name, and whether it has an index: whether it has a single entry by its shape, so that it is not bold.

A name alone is not enough: L is a loss, and how many layers there are.
"""


def single_entries(claim: Claim, recurrence: Recurrence | None = None) -> Entries:
    """Which quantities of a claim, and of its recurrence, have a single entry for all sizes.

    Args:
        claim: what is claimed.
        recurrence: another network than that of the claim.

    >>> from symrnn import Elman, Equation, Kind, TotalJacobian, t
    >>> unit = Elman("square").scalar()
    >>> step = Equation(TotalJacobian(unit.h[t], unit.h[t - 1]), unit.D(t) * unit.W_hh, where=(t >= 1,))
    >>> single_entries(Claim("J", "one step", step, Kind.PROVED, unit))["W_hh", False]
    True
    """
    network, found = recurrence or claim.recurrence, list[Element | MatrixSymbol]()
    if network is not None:
        found += [definition.sequence.at(network.index) for definition in network.definitions]
        found += [given.at(network.index) for given in network.inputs]
        found += [each.at(network.index) if isinstance(each, Layers) else each for each in network.parameters]
    for term in terms_of(claim.statement):
        found += sorted(term.atoms(Element, MatrixSymbol), key=str)
    totals = network.totals if network is not None else ()  # they are computed, and no value of theirs is given
    return {(each.name, isinstance(each, Element)): each.shape == (1, 1) for each in found if each not in totals}


def latex_values(
    found: Counterexample, notation: str | Notation = "lecture", entries: Entries | None = None
) -> list[str]:
    r"""Each value of a counterexample as an equation.

    Args:
        found: the counterexample.
        notation: how names are written.
        entries: which quantities are numbers, and which are matrices; by their names alone where it is not given.

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
    return [latex_given(name, value, notation, entries) for name, value in found.given]


def latex_given(name: Named, value: Value, notation: str | Notation = "lecture", entries: Entries | None = None) -> str:
    r"""A name with its value, as an equation; it is written as in formulas, whatever size the value has.

    Args:
        name: what has the value.
        value: a number, a matrix or a function.
        notation: how names are written.
        entries: which quantities are numbers, as for :func:`latex_values`.

    >>> latex_given(Named("h", 0), ((1,), (2,)), "plain")
    'h_{0} = \\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}'
    >>> latex_given(Named("U_r"), 2, entries={("U_r", False): False})
    '\\mathbf{U}_{r} = 2'
    >>> latex_given(Named("h", 0), 2, entries={("h", True): True})
    'h_{(0)} = 2'
    """
    known = find_notation(notation)
    return f"{_left(name, value, known, entries or {})} = {latex_value(_as_read(name, value, known), known)}"


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


def _left(name: Named, value: Value, notation: Notation, entries: Entries) -> str:
    """A name, or both ends of a run; what has several entries is a matrix, whatever it is called."""
    if name.argument:
        argument = notation.scalar(name.argument) if name.argument.isidentifier() else name.argument
        return f"{notation.function(name.name)}({argument})"
    between = r", \dots, " if name.has_gap else ", "
    is_matrix = isinstance(value, tuple) and bool(value[1:] or value[0][1:])
    return between.join(_key((end.name, end.index), notation, entries, is_matrix) for end in name.ends)


def _key(key: Key, notation: Notation, entries: Entries, is_matrix: bool = False) -> str:
    """A size or an index is a scalar; h_0 is an element of a sequence; a slope is a derivative."""
    name, index = key
    if not isinstance(name, Derived):
        return _quantity(name, index, notation, {**entries, (name, False): False} if is_matrix else entries)
    above, at = name.of
    is_loss = at is None and notation.knows(above)
    of = notation.symbol(above) if is_loss else _key(name.of, notation, entries)
    if name.wrt is None:
        return f"{notation.differential}{of}"
    return rf"\frac{{{notation.total[0]} {of}}}{{{notation.total[1]} {_key(name.wrt, notation, entries)}}}"


def _quantity(name: str, index: int | None, notation: Notation, entries: Entries) -> str:
    try:
        if index is not None:
            return notation.indexed(name, str(index), number=entries.get((name, True), False))
        if (name, False) in entries:
            return notation.symbol(name, number=entries[name, False])
        # i is an index here: the gate of that name has an index of its own
        is_known = notation.knows(name) or undotted(name) is not None
        is_symbol = is_known and name not in FUNCTIONS and (len(name) > 1 or name in RECURRENT)
        return notation.symbol(name) if is_symbol else notation.scalar(name)
    except NotationError:
        return display_words(name)


# -- values ------------------------------------------------------------------------------------------------------------


def latex_value(value: Value, notation: str | Notation = "lecture") -> str:
    r"""A number, a ball, a matrix by its rows, a formula, or else words.

    >>> print(latex_value(Fraction(-3, 2)), latex_value(((1,), (-2,))), latex_value("undefined: h[-1]"))
    -\tfrac{3}{2} \begin{pmatrix} 1 \\ -2 \end{pmatrix} \text{undefined: h[-1]}
    >>> print(latex_value("undefined: W[0, 1]: entry (0, 1) of a matrix of 1 x 1"))
    \text{undefined: a 1 }\times\text{ 1 matrix has no entry (1, 2)}
    """
    match value:
        case str():
            return display_words(OUTSIDE.sub(_outside, value))
        case ((single,),):
            return _number(single)
        case tuple():
            body = rows_of_matrix([list(map(_number, row)) for row in value])
            return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"
        case sp.Rational():
            return _number(Fraction(int(value.p), int(value.q)))
        case sp.Expr():
            return latex(value, notation)
    return _number(value)


def _outside(found: re.Match[str]) -> str:
    row, column, rows, columns = map(int, found.groups())
    return f"undefined: a {rows} × {columns} matrix has no entry ({row + 1}, {column + 1})"


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
