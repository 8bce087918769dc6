"""Statements in LaTeX, one rule for each kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any

import sympy as sp

from symrnn.activations import Activation
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.statement import AllOf, Definitions, Equation, Informal, Maximum, SlopeBound
from symrnn.errors import NotationError
from symrnn.expr import ImmediateJacobian, TotalJacobian
from symrnn.latex.conditions import conditions, conventions, kinds_latex, signs_latex
from symrnn.latex.declared import (
    numbers_in,
    parameters_assumed,
    signs_of,
)
from symrnn.latex.layout import (
    AND,
    BREAK,
    GAP,
    GOES_ON,
    PAGE,
    SIGN,
    WITH,
    broken,
    condition,
    defined,
    folded_meanings,
    shortened,
    widest,
)
from symrnn.latex.layout import definitions as definitions_of
from symrnn.latex.networks import at_home, equations_of, facts_of
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.prose import escape
from symrnn.latex.shown import Relation, all_in_layout, in_layout, terms_of
from symrnn.latex.walk import write
from symrnn.latex.width import width
from symrnn.latex.writer import LatexStyle, latex, latex_style

RELATIONS = {"<=": r"\le", "<": "<", ">=": r"\ge", ">": ">", "=": "="}


def definitions_latex(recurrence: Any, notation: str | Notation = "lecture", *, letters: float = PAGE) -> str:
    r"""Write the equations of a recurrence and its totals, one below the other, without delimiters.

    Args:
        recurrence: the definitions.
        notation: the notation.
        letters: how many letters fit on a line.

    >>> from symrnn.cells import Elman
    >>> "_{hh}" in definitions_latex(Elman().undriven())
    True
    """
    notation = at_home(notation, recurrence)
    defined = tuple(Equation(*sides) for sides in equations_of(recurrence))
    return statement_latex(AllOf(defined), notation, notes=tuple(facts_of(recurrence, notation)), letters=letters)


@singledispatch
def statement_latex(
    statement: Any,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    r"""Write a statement, without delimiters.

    Args:
        statement: what is claimed; one rule per kind of statement.
        notation: the notation.
        notes: what it assumes besides its own conditions, as LaTeX.
        ends: lines to stand below it, as LaTeX.
        letters: how many letters fit on a line, see :func:`symrnn.latex.width.width`.

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
def _(
    statement: Relation,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    shown = in_layout(statement, notation)
    statement, notation = shown.relation, shown.notation
    left, sign, right, names = _sides(statement, notation, letters, statement.terms)
    parts = [*conditions(statement, notation), *notes, *shown.notes, *conventions(statement.terms, notation)]
    note = AND.join(parts)
    lines = _related(left, sign, right)
    if note and not names and not ends and len(lines) == 1 and width(lines[0]) + width(note) + GAP <= letters:
        return rf"{lines[0]} \qquad ({note})"
    lines += noted(parts, letters)
    lines += [f"{WITH} {name} = {meaning}" for name, meaning in names]
    return in_lines([*lines, *ends])


def in_lines(lines: Sequence[str]) -> str:
    r"""Several lines as one block, each of which begins at the left; a single line as it is.

    >>> print(in_lines(["a", "b"]))
    \begin{aligned} &a \\ &b \end{aligned}
    """
    return lines[0] if len(lines) == 1 else rf"\begin{{aligned}} &{(BREAK + '&').join(lines)} \end{{aligned}}"


def _related(left: str, sign: str, right: list[str]) -> list[str]:
    """The lines of a relation; a right side that begins with an empty line stands below the left one."""
    top, *rest = right
    return [f"{left} {sign} {top}", *rest] if top else [left, rf"\quad {sign} {rest[0]}", *rest[1:]]


def noted(parts: Sequence[str], letters: float) -> list[str]:
    r"""What is assumed, in parentheses and as many to a line as fit.

    >>> noted(["a > 0", "b > 0"], 9), noted([], 9)
    (['\\quad (a > 0,', '\\quad \\phantom{(} b > 0)'], [])
    """
    lines: list[str] = []
    for part in parts:
        if lines and width(lines[-1]) + width(AND + part) <= letters - GAP:
            lines[-1] += AND + part
        else:
            lines.append(part)
    if not lines:
        return []
    lines[-1] += ")"
    return [
        rf"\quad ({lines[0]}" + ("," if lines[1:] else ""),
        *(rf"\quad \phantom{{(}} {line}" + ("," if line is not lines[-1] else "") for line in lines[1:]),
    ]


def _sides(
    statement: Relation, notation: str | Notation, letters: float, together: tuple[sp.Basic, ...]
) -> tuple[str, str, list[str], list[tuple[str, str]]]:
    """The left side, the sign, the lines of the right side, and the names of what was too long to stand in them.

    The first line is empty where the right side stands below the left one, for want of space. Symbols of the same
    name are told apart across both sides; an abbreviation has one meaning in all that is printed together.
    """
    whole = latex_style(*together, notation=notation).spelling

    def style_of(*terms: sp.Basic) -> LatexStyle:
        own = latex_style(*terms, notation=notation)
        return replace(own, spelling=own.spelling.within(whole))

    match statement:
        case Equation() | Inequality() | Coincide():
            short = shortened((statement.lhs, statement.rhs), notation, letters)
            style = style_of(*short.all_terms)
            left, right = short.terms
            head = write(left, style).text
            if width(head) > letters:
                head = f"{BREAK}&".join(broken(left, style, letters))
            sign = r"\le" if isinstance(statement, Inequality) else "="
            room = letters - width(head) - SIGN
            lines = broken(right, style, room)
            if widest([lines]) > room or any(GOES_ON in line for line in lines):
                lines = ["", *broken(right, style, letters - SIGN)]
            return head, sign, lines, defined(short, style, letters)
        case SameDirection():
            style = style_of(statement.lhs, statement.rhs)
            turned = style.fit(write(statement.rhs, style), "product")
            left, lines = write(statement.lhs, style).text, [rf"\lambda \, {turned.text}"]
            return left, "=", lines if width(left + lines[0]) + SIGN <= letters else ["", *lines], []
        case Limit():
            style = style_of(statement.of)
            below = write(statement.index, style).text
            value = r"\infty" if statement.value is sp.oo else "0"
            return write(statement.of, style).text, rf"\xrightarrow{{{below} \to \infty}}", [value], []


def defining(terms: Iterable[sp.Basic], notation: str | Notation, letters: float = PAGE) -> list[str]:
    """The lines that define the abbreviations in some terms, as many to a line as fit, and what is taken by columns."""
    terms = tuple(terms)
    found = folded_meanings((f"{WITH} {clause}" for clause in definitions_of(terms, notation, letters)), letters)
    return [*found, *by_columns(terms, notation)]


def by_columns(terms: Iterable[sp.Basic], notation: str | Notation = "lecture") -> list[str]:
    r"""What stands for a matrix in the Jacobians of some terms: its columns, below one another.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import Gradient, TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> by_columns([TotalJacobian(rnn.h[t], rnn.W_hh)], "plain")
    ['\\text{(in derivatives } W_{hh} \\text{ is } \\operatorname{vec} W_{hh}\\text{)}']
    >>> by_columns([Gradient(rnn.L, rnn.W_hh), TotalJacobian(rnn.h[t], rnn.b_h)])
    []
    """
    jacobians = {each for term in terms for each in term.atoms(TotalJacobian, ImmediateJacobian)}
    sides = {side for each in jacobians for side in (each.of, each.wrt)}
    matrices = sorted((side for side in sides if 1 not in side.shape), key=sp.default_sort_key)
    written = [latex(matrix, notation) for matrix in matrices]
    return [
        rf"\text{{(in derivatives }} {each} \text{{ is }} \operatorname{{vec}} {each}\text{{)}}" for each in written
    ]


@statement_latex.register(AllOf)
@statement_latex.register(Definitions)
def _(
    statement: AllOf | Definitions,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    together, parts = terms_of(statement), []
    for shown in all_in_layout(statement, notation):
        part, own = shown.relation, shown.notation
        parts.append((_sides(part, own, letters, together), [*conditions(part, own, signs=False), *shown.notes]))
    notes = [*_declared(statement, notation), *notes, *conventions(together, notation)]
    shared = parts[0][1] if len(parts) > 1 and all(note == parts[0][1] for _, note in parts) else []
    parts = [(sides, [] if shared else note) for sides, note in parts]
    lefts = max(width(left) for (left, *_), _ in parts)
    rights = widest(right for (_, _, right, _), _ in parts)
    rows, beside = list[str](), lefts + rights + SIGN
    stacked = beside > letters  # then all lines begin at the left; otherwise those below begin where right sides do
    below = [*noted([*shared, *notes], letters - (0 if stacked else lefts))]
    below += folded_meanings(ends, letters - (0 if stacked else lefts))
    beside = lefts + max(rights, widest([below])) + SIGN
    alone = all(len(right) == 1 and not names for (_, _, right, names), note in parts if note)
    widest_note = max((width(AND.join(note)) for _, note in parts), default=0.0)
    fits = alone and beside + widest_note + 2.5 * GAP <= letters  # all conditions stand beside, or all below
    for (left, sign, right, names), note in parts:
        if stacked:
            rows += [f"&{line}" for line in (*_related(left, sign, right), *noted(note, letters))]
            rows += [f"&{WITH} {name} = {meaning}" for name, meaning in names]
            continue
        behind = [rf"&\quad {line}" for line in noted(note, letters - lefts - SIGN)]
        rows += [f"{left} &{sign} {right[0]}", *(f"&{line}" for line in right[1:])]
        if fits and note:
            rows[-1] += f" && ({AND.join(note)})"
        else:
            rows += behind
        rows += [rf"{WITH} {name} &= {meaning}" for name, meaning in names]
    rows += [f"&{line}" for line in below]
    return rf"\begin{{aligned}} {BREAK.join(rows)} \end{{aligned}}"


def _declared(statement: AllOf | Definitions, notation: str | Notation) -> list[str]:
    """What the numbers in several statements were declared with, unless each part that speaks of one tells it."""
    found = dict[str, None]()
    for part in statement.parts:
        stated = [*getattr(part, "given", ()), *getattr(part, "where", ())]
        found |= dict.fromkeys(signs_latex(signs_of(numbers_in(part.terms, part.sizes), stated), notation))
        found |= dict.fromkeys(kinds_latex(part.terms, part.sizes, notation))
    return list(found)


@statement_latex.register
def _(
    statement: Maximum,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    bound, at = (sp.latex(number) for number in (statement.bound, statement.at))
    return rf"\max_{{z}} {_slope(statement.function, notation)} = {bound} \quad \text{{at }} z = {at}" + _parameters(
        statement.function
    )


@statement_latex.register
def _(
    statement: SlopeBound,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    slope = _slope(statement.function, notation)
    left = rf"\left|{slope}\right|" if statement.relation.startswith("abs") else slope
    relation = RELATIONS[statement.relation.removeprefix("abs")]
    bound = sp.latex(statement.bound)
    return rf"{left} {relation} {bound} \quad \text{{for every }} z" + _parameters(statement.function)


def _slope(phi: Activation, notation: str | Notation) -> str:
    return find_notation(notation).function(phi.name, 1) + "(z)"


def _parameters(phi: Activation) -> str:
    """The values of an activation's parameters, behind a statement about it, and what is assumed of those."""
    values = [rf"\text{{{escape(name)}}} = {sp.latex(value)}" for name, value in phi.parameters]
    values += [condition(each) for each in parameters_assumed(phi)]
    return rf" \quad ({', '.join(values)})" if phi.parameters else ""


@statement_latex.register
def _(
    statement: Informal,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    return statement.text
