r"""Statements and derivations in LaTeX, and derivations as plain text."""

from __future__ import annotations

from functools import singledispatch
from typing import Any, TypeAlias

import sympy as sp

from symrnn.activations import Activation
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis, Inequality, Limit
from symrnn.derivation.statement import AllOf, Definitions, Equation, Informal, Maximum, SlopeBound
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Link
from symrnn.errors import NotationError
from symrnn.latex.layout import (
    BREAK,
    PAGE,
    WITH,
    aligned,
    broken,
    condition,
    equation,
    meanings,
    shortened,
    where_clause,
)
from symrnn.latex.naming import Named, named
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.prose import escape
from symrnn.latex.text import to_text
from symrnn.latex.walk import write
from symrnn.latex.width import width
from symrnn.latex.writer import latex, latex_style

Relation: TypeAlias = Equation | Inequality | Limit | Coincide | SameDirection
RELATIONS = {"<=": r"\le", "<": "<", ">=": r"\ge", ">": ">", "=": "="}


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


@statement_latex.register(Equation)
@statement_latex.register(Inequality)
@statement_latex.register(Limit)
@statement_latex.register(Coincide)
@statement_latex.register(SameDirection)
def _(statement: Relation, notation: str | Notation = "lecture") -> str:
    left, sign, right, names = _sides(statement, notation)
    note = conditions(statement, notation)
    lines = [f"{left} {sign} {right[0]}", *right[1:]]
    if note and not names and len(lines) == 1 and width(lines[0]) + width(note) <= PAGE:
        return rf"{lines[0]} \qquad ({note})"
    lines += [rf"\quad ({note})"] if note else []
    lines += [f"{WITH} {name} = {meaning}" for name, meaning in names]
    return lines[0] if len(lines) == 1 else rf"\begin{{aligned}} &{(BREAK + '&').join(lines)} \end{{aligned}}"


def _sides(statement: Relation, notation: str | Notation) -> tuple[str, str, list[str], list[tuple[str, str]]]:
    """The left side, the sign, the lines of the right side, and the names of what was too long to stand in them.

    Symbols of the same name are told apart across both sides.
    """
    match statement:
        case Equation() | Inequality() | Coincide():
            short = shortened((statement.lhs, statement.rhs), notation)
            style = latex_style(*short.all_terms, notation=notation)
            left, right = short.terms
            head = write(left, style).text
            sign = r"\le" if isinstance(statement, Inequality) else "="
            return head, sign, broken(right, style, PAGE - width(head)), meanings(short, style)
        case SameDirection():
            style = latex_style(statement.lhs, statement.rhs, notation=notation)
            turned = style.fit(write(statement.rhs, style), "product")
            return write(statement.lhs, style).text, "=", [rf"\lambda \, {turned.text}"], []
        case Limit():
            style = latex_style(statement.of, notation=notation)
            below = write(statement.index, style).text
            value = r"\infty" if statement.value is sp.oo else "0"
            return write(statement.of, style).text, rf"\xrightarrow{{{below} \to \infty}}", [value], []


def conditions(statement: Relation | Derivation, notation: str | Notation = "lecture") -> str:
    """The conditions on the indices and the hypotheses, joined."""
    parts = [condition(sp.And(*statement.where, evaluate=False), notation)] if statement.where else []
    if isinstance(statement, SameDirection):
        parts.append(r"\text{for some } \lambda > 0")
    if isinstance(statement, Inequality | Limit):
        parts += [hypothesis_latex(hypothesis, notation) for hypothesis in statement.given]
    return r", \quad ".join(parts)


def hypothesis_latex(hypothesis: Hypothesis, notation: str | Notation = "lecture") -> str:
    r"""Write a hypothesis.

    >>> from symrnn.derivation import BoundedSlope
    >>> print(hypothesis_latex(BoundedSlope("phi", sp.Symbol("gamma"))))
    |\phi'| \le \gamma
    """
    match hypothesis:
        case Equation():
            return equation(hypothesis.lhs, hypothesis.rhs, notation)
        case BoundedSlope():
            slope = f"|{find_notation(notation).function(hypothesis.function, 1)}|"
            low = rf"{latex(hypothesis.at_least, notation)} \le " if hypothesis.at_least != 0 else ""
            high = rf" \le {latex(hypothesis.at_most, notation)}" if hypothesis.at_most is not sp.oo else ""
            return low + slope + high
        case ForEvery():
            inside = condition(sp.And(*hypothesis.where, evaluate=False), notation) if hypothesis.where else ""
            index = latex(hypothesis.index, notation)
            return rf"{condition(hypothesis.relation, notation)} \text{{ for }} {inside or index}"
    return condition(hypothesis, notation)


@statement_latex.register(AllOf)
@statement_latex.register(Definitions)
def _(statement: AllOf | Definitions, notation: str | Notation = "lecture") -> str:
    rows = []
    for part in statement.parts:
        left, sign, right, names = _sides(part, notation)
        note = conditions(part, notation)
        beside = len(right) == 1 and not names and width(f"{left}{sign}{right[0]}") + width(note) <= PAGE
        behind = rf" && ({note})" if beside else rf"{BREAK}&\qquad ({note})"
        lines = [f"{left} &{sign} {right[0]}", *(f"&{line}" for line in right[1:])]
        rows.append(BREAK.join(lines) + (behind if note else ""))
        rows += [rf"{WITH} {name} &= {meaning}" for name, meaning in names]
    return rf"\begin{{aligned}} {BREAK.join(rows)} \end{{aligned}}"


@statement_latex.register
def _(statement: Maximum, notation: str | Notation = "lecture") -> str:
    bound, at = (sp.latex(number) for number in (statement.bound, statement.at))
    return rf"\max_{{z}} {_slope(statement.function, notation)} = {bound} \quad \text{{at }} z = {at}" + _parameters(
        statement.function
    )


@statement_latex.register
def _(statement: SlopeBound, notation: str | Notation = "lecture") -> str:
    slope = _slope(statement.function, notation)
    left = rf"\left|{slope}\right|" if statement.relation.startswith("abs") else slope
    relation = RELATIONS[statement.relation.removeprefix("abs")]
    bound = sp.latex(statement.bound)
    return rf"{left} {relation} {bound} \quad \text{{for every }} z" + _parameters(statement.function)


def _slope(phi: Activation, notation: str | Notation) -> str:
    return find_notation(notation).function(phi.name, 1) + "(z)"


def _parameters(phi: Activation) -> str:
    """The values of an activation's parameters, behind a statement about it."""
    values = (rf"\text{{{escape(name)}}} = {sp.latex(value)}" for name, value in phi.parameters)
    return rf" \quad ({', '.join(values)})" if phi.parameters else ""


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


def chain_latex(chain: tuple[Link, ...], notation: str | Notation = "lecture") -> str:
    r"""Write a chain of inequalities as an ``aligned`` block, the reason beside each line.

    >>> x, y = sp.symbols("x y", nonnegative=True)
    >>> print(chain_latex((Link("", x), Link("<=", x + y, "by monotony"))))
    \begin{aligned} x &\le x + y && \text{by monotony} \end{aligned}
    """
    first, *rest = chain
    signs = [RELATIONS[link.relation] for link in rest]
    return aligned(first.scalar, [(link.scalar, link.reason) for link in rest], notation, signs)


def abbreviations_latex(derivation: Derivation, notation: str | Notation = "lecture") -> str:
    """The abbreviations that a derivation is written with; empty when there are none."""
    return where_clause(derivation.terms, notation)


def shortened_text(derivation: Derivation) -> Named:
    """The terms of a derivation for plain text, with names for what is long."""
    return named(derivation.terms, str(derivation.recurrence.index), lambda term: len(to_text(term)))


def explain(derivation: Derivation) -> str:
    """Write a derivation as plain text, a step on each line with its rule and its reason.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> print(explain(rnn.derive(rnn.h[t], wrt=rnn.h[0])).splitlines()[0])
    dh[t]/dh[0]
    """
    short = shortened_text(derivation)
    start, *afters = short.terms
    lines = [to_text(start)]
    for step, after in zip(derivation.steps, afters, strict=True):
        lines += [f"  = {to_text(after)}", f"      [{step.rule}] {step.reason}"]
    lines += [f"  with {to_text(name)} = {to_text(meaning)}" for name, meaning in short.meanings]
    if derivation.where:
        lines.append(f"  for {', '.join(map(str, derivation.where))}")
    return "\n".join(lines)
