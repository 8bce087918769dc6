r"""Statements and derivations in LaTeX, and derivations as plain text."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from symrnn.derivation import AllOf, Definitions, Derivation, Equation, Informal, Maximum, Step
from symrnn.errors import NotationError
from symrnn.latex.layout import BREAK, PAGE, RELATIONS, TURNED, aligned, condition, where_clause, wrapped
from symrnn.latex.layout import equation as written_equation
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.text import to_text
from symrnn.latex.width import width
from symrnn.latex.writer import latex


@singledispatch
def statement_latex(statement: Any, notation: str | Notation = "lecture") -> str:
    r"""Write a statement, without delimiters.

    Args:
        statement: what is claimed; one rule per kind of statement.
        notation: the notation.

    Raises:
        NotationError: for another kind of statement.

    >>> import sympy as sp
    >>> print(statement_latex(Maximum("sigmoid", sp.Rational(1, 4), sp.S.Zero)))
    \max_{z} \sigma'(z) = \frac{1}{4} \quad \text{at } z = 0
    """
    raise NotationError(f"a {type(statement).__name__} cannot be written", advice="use a statement, such as Equation")
