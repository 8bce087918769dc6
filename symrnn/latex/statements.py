r"""Statements and derivations in LaTeX, and derivations as plain text."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import sympy as sp

from symrnn.derivation.statement import AllOf, Definitions, Equation, Informal, Maximum
from symrnn.derivation.steps import Derivation
from symrnn.errors import NotationError
from symrnn.latex.layout import aligned, condition, equation, where_clause
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.text import to_text
from symrnn.latex.writer import latex


@singledispatch
def statement_latex(statement: Any, notation: str | Notation = "lecture") -> str:
    r"""Write a statement, without delimiters.

    Args:
        statement: what is claimed; one rule per kind of statement.
        notation: the notation.

    Raises:
        NotationError: for another kind of statement.

    >>> from symrnn.derivation import Maximum
    >>> print(statement_latex(Maximum("sigmoid", sp.Rational(1, 4), sp.S.Zero)))
    \max_{z} \sigma'(z) = \frac{1}{4} \quad \text{at } z = 0
    """
    raise NotationError(f"a {type(statement).__name__} cannot be written", advice="use a statement, such as Equation")


@statement_latex.register
def _(statement: Equation, notation: str | Notation = "lecture") -> str:
    body = equation(statement.lhs, statement.rhs, notation)
    return body + (rf" \qquad ({conditions(statement, notation)})" if statement.where else "")


def conditions(statement: Equation | Derivation, notation: str | Notation = "lecture") -> str:
    """The conditions on the indices, joined."""
    return condition(sp.And(*statement.where, evaluate=False), notation)


@statement_latex.register(AllOf)
@statement_latex.register(Definitions)
def _(statement: AllOf | Definitions, notation: str | Notation = "lecture") -> str:
    rows = []
    for part in statement.parts:
        left, right = (latex(side, notation) for side in (part.lhs, part.rhs))
        note = rf" && ({conditions(part, notation)})" if part.where else ""
        rows.append(f"{left} &= {right}{note}")
    return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"


@statement_latex.register
def _(statement: Maximum, notation: str | Notation = "lecture") -> str:
    slope = find_notation(notation).function(statement.activation) + "'"
    bound, at = (sp.latex(number) for number in (statement.bound, statement.at))
    return rf"\max_{{z}} {slope}(z) = {bound} \quad \text{{at }} z = {at}"


@statement_latex.register
def _(statement: Informal, notation: str | Notation = "lecture") -> str:
    return statement.text


def derivation_latex(derivation: Derivation, notation: str | Notation = "lecture") -> str:
    r"""Write a derivation as an ``aligned`` block, the reason beside each line.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> r"\text{" in derivation_latex(rnn.derive(rnn.h[t], wrt=rnn.h[0]))
    True
    """
    return aligned(derivation.start, [(step.after, step.reason) for step in derivation.steps], notation)


def abbreviations_latex(derivation: Derivation, notation: str | Notation = "lecture") -> str:
    """The abbreviations that a derivation is written with; empty when there are none."""
    return where_clause([derivation.start, *(step.after for step in derivation.steps)], notation)


def explain(derivation: Derivation) -> str:
    """Write a derivation as plain text, a step on each line with its rule and its reason.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> print(explain(rnn.derive(rnn.h[t], wrt=rnn.h[0])).splitlines()[0])
    dh[t]/dh[0]
    """
    lines = [to_text(derivation.start)]
    for step in derivation.steps:
        lines += [f"  = {to_text(step.after)}", f"      [{step.rule}] {step.reason}"]
    if derivation.where:
        lines.append(f"  for {', '.join(map(str, derivation.where))}")
    return "\n".join(lines)
