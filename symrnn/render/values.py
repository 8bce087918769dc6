r"""Counterexamples in LaTeX: values that a checker printed as text, as numbers, matrices and functions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from symrnn.derivation import Counterexample
from symrnn.errors import NotationError
from symrnn.latex import Notation, find_notation
from symrnn.latex.sentences import latex_words
from symrnn.latex.symbols import FUNCTIONS

NUMBER = re.compile(r"(?P<sign>-?)(?P<above>\d+(?:\.\d+)?)(?:/(?P<below>\d+))?")
BALL = re.compile(r"\[(?P<middle>-?[\d.]+(?:e[+-]?\d+)?) \+/- (?P<radius>[\d.]+(?:e[+-]?\d+)?)\]")
DERIVATIVE = re.compile(r"d(\w+)/d(\w+)")
FUNCTION = re.compile(r"([A-Za-z_]\w*)\((\w+)\)")
FORMULA = re.compile(r"[\w^ */+().-]*[A-Za-z][\w^ */+().-]*")


def latex_values(found: Counterexample, notation: str | Notation = "lecture") -> list[str]:
    r"""Each value of a counterexample as an equation.

    >>> found = Counterexample({"t": "1", "W_hh": "[[1, 1/2]]", "phi(z)": "z^2"}, "1", "2", "exact", 7)
    >>> for value in latex_values(found, "plain"):
    ...     print(value)
    t = 1
    W_{hh} = \begin{pmatrix} 1 & \tfrac{1}{2} \end{pmatrix}
    \phi(z) = z^{2}
    """
    known = find_notation(notation)
    return [_equation(name, value, known) for name, value in found.values.items()]


def _equation(name: str, value: str, notation: Notation) -> str:
    between = r", \dots, " if ", ..., " in name else ", "
    left = between.join(_left(part, notation) for part in re.split(r", (?:\.\.\., )?", name))
    if "(" in name and FORMULA.fullmatch(value):  # of a function, such as z^2
        powers = re.sub(r"(?:\*\*|\^)(\w+)", r"^{\1}", value)
        return f"{left} = {powers}"
    return f"{left} = {latex_value(value)}"


def _left(name: str, notation: Notation) -> str:
    try:
        return _name(name, notation)
    except NotationError:
        return rf"\text{{{latex_words(name)}}}"


def _name(name: str, notation: Notation) -> str:
    """A size or an index is a scalar; h_0 is an element of a sequence; dL/dy_1 is a derivative."""
    if derivative := DERIVATIVE.fullmatch(name):
        above, below = derivative[1], _quantity(derivative[2], notation)
        above = notation.symbol(above) if above in notation.symbols else _quantity(above, notation)
        return rf"\frac{{{notation.total[0]} {above}}}{{{notation.total[1]} {below}}}"
    if len(name) > 1 and name[0] == "d" and name[1:].partition("_")[0] in notation.symbols:
        return "d" + _quantity(name[1:], notation)
    if called := FUNCTION.fullmatch(name):
        return f"{notation.function(called[1])}({called[2]})"
    return _quantity(name, notation)


def _quantity(name: str, notation: Notation) -> str:
    base, _, below = name.partition("_")
    if name in notation.symbols and (below or name not in FUNCTIONS):
        return notation.symbol(name)
    if below and base in notation.symbols:
        return notation.indexed(base, below)
    return notation.scalar(name)


def latex_value(value: str) -> str:
    r"""A number, a ball, a matrix as a list of rows, or else words.

    >>> print(latex_value("-3/2"), latex_value("[[1], [-2]]"), latex_value("h[-1] is undefined"))
    -\tfrac{3}{2} \begin{pmatrix} 1 \\ -2 \end{pmatrix} \text{h[-1] is undefined}
    """
    if number := _number(value):
        return number
    if value == "oo":
        return r"\infty"
    if rows := _rows(value):
        body = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"
    return rf"\text{{{latex_words(value)}}}"


def _rows(value: str) -> list[list[str]]:
    """The entries of ``[[a, b], [c, d]]``, each in LaTeX; empty for anything else."""
    if not (value.startswith("[[") and value.endswith("]]")):
        return []
    balls = BALL.findall(value)
    plain = BALL.sub("@", value)
    rows = []
    for row in re.split(r"\],\s*\[", plain[2:-2]):
        entries = [_ball(*balls.pop(0)) if entry == "@" else _number(entry) for entry in re.split(r",\s*", row)]
        if not all(entries):
            return []
        rows.append(entries)
    return rows


def _number(text: str) -> str:
    if ball := BALL.fullmatch(text):
        return _ball(*ball.groups())
    if not (found := NUMBER.fullmatch(text)):
        return ""
    sign, above, below = found.groups()
    return rf"{sign}\tfrac{{{above}}}{{{below}}}" if below else f"{sign}{above}"


def _ball(middle: str, radius: str) -> str:
    """The middle to the digits that are sure."""
    digits = middle if "e" not in middle else _scientific(middle)
    return rf"{digits} \pm {_scientific(radius)}" if float(radius) else digits


def _scientific(number: str) -> str:
    mantissa, _, exponent = number.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def latex_sides(found: Counterexample) -> Iterable[str]:
    """The two sides in LaTeX; a side that does not exist has its reason instead."""
    return tuple(map(latex_value, (found.lhs, found.rhs)))
