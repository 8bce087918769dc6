r"""Displays: equations, derivations in ``aligned`` environments, long sums over several lines, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from textwrap import wrap

import sympy as sp

from symrnn.errors import NotationError
from symrnn.expr import Elementwise
from symrnn.expr import Sequence as Terms
from symrnn.latex.naming import Named, named
from symrnn.latex.notation import Notation, find_notation, written_out
from symrnn.latex.sentences import latex_prose
from symrnn.latex.spelling import abbreviated
from symrnn.latex.walk import signed_sum, summands, write
from symrnn.latex.width import width
from symrnn.latex.writer import LatexStyle, latex, latex_style
from symrnn.sentences import MARKED, marked

PAGE = 75.0  # letters in a line of 160 mm at 10 pt
NARROWEST = 30.0  # a formula keeps at least this much beside its justification
PROSE = 0.85  # a letter of text is narrower than one of mathematics with its scripts
GAP = 5.0
BREAK = r" \\ "
WITH = r"\text{with }"
RELATIONS = {"==": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
TURNED = {"<": ">", "<=": ">="}


def equation(lhs: sp.Basic, rhs: sp.Basic, notation: str | Notation = "lecture") -> str:
    r"""Write ``lhs = rhs``; symbols of the same name are told apart across both sides.

    >>> import sympy as sp
    >>> from symrnn.expr import Differential
    >>> W = sp.MatrixSymbol("W_hh", 2, 2)
    >>> print(equation(Differential(W).T, Differential(W), "plain"))
    (d W_{hh})^{\top} = d W_{hh}
    """
    style = latex_style(lhs, rhs, notation=notation)
    return f"{write(lhs, style).text} = {write(rhs, style).text}"


def shortened(terms: Iterable[sp.Basic], notation: str | Notation = "lecture") -> Named:
    r"""Terms that are printed together, with names for what is long; see :mod:`symrnn.latex.naming`."""
    together = tuple(terms)
    style = latex_style(*together, notation=notation)
    return named(together, style.notation.time, lambda term: width(write(term, style).text))


def wrapped(term: sp.Basic, notation: str | Notation = "lecture", *, letters: float = PAGE) -> str:
    r"""Write a term, broken before a + or - of its outermost sum where a line would grow too long.

    Args:
        term: the term.
        notation: the notation.
        letters: how many letters fit on a line, see :func:`symrnn.latex.width.width`.

    >>> import sympy as sp
    >>> A, B = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)
    >>> print(wrapped(A * B + A + B, "plain", letters=6))
    \begin{aligned} &A B + A \\ &\quad + B \end{aligned}
    """
    lines = broken(term, latex_style(term, notation=notation), letters)
    if len(lines) == 1:
        return lines[0]
    return rf"\begin{{aligned}} &{(BREAK + '&').join(lines)} \end{{aligned}}"


def aligned(
    first: sp.Basic,
    lines: Sequence[tuple[sp.Basic, str]],
    notation: str | Notation = "lecture",
    signs: Sequence[str] | None = None,
) -> str:
    r"""Write a derivation: ``first`` equals each line in turn, with the reason beside it.

    Args:
        first: the left-hand side.
        lines: (term, justification) pairs; an empty justification leaves the place empty.
        notation: the notation.
        signs: the relation in front of each line, as LaTeX; equality by default.

    Raises:
        NotationError: for no lines.

    >>> import sympy as sp
    >>> A, B = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)
    >>> print(aligned((A * B).T, [(B.T * A.T, "by transposing")], "plain"))
    \begin{aligned} B^{\top} A^{\top} &= B^{\top} A^{\top} && \text{by transposing} \end{aligned}
    """
    if not lines:
        raise NotationError("a derivation without lines", where=str(first))
    short = shortened((first, *(term for term, _ in lines)), notation)
    first, lines = short.terms[0], [(term, reason) for term, (_, reason) in zip(short.terms[1:], lines, strict=True)]
    whole = latex_style(*short.all_terms, notation=notation)
    head = write(first, whole).text
    room = PAGE - width(head) - 1
    beside = room - GAP - PROSE * max(len(reason) for _, reason in lines)

    def rows_within(letters: float) -> list[list[str]]:
        return [broken(term, _style_of_line(first, term, whole), letters) for term, _ in lines]

    rows = rows_within(max(beside, NARROWEST))
    if max(width(line) for row in rows for line in row) <= beside:
        write_row = _beside
    else:
        rows, write_row = rows_within(room), _below
    before = signs or ["="] * len(lines)
    parts = [write_row(row, reason, whole, s) for row, (_, reason), s in zip(rows, lines, before, strict=True)]
    parts += [rf"{WITH} {name} &= {meaning}" for name, meaning in meanings(short, whole)]
    return rf"\begin{{aligned}} {head} {BREAK.join(parts)} \end{{aligned}}"


def _beside(row: list[str], reason: str, style: LatexStyle, sign: str) -> str:
    top, *rest = row
    prose = rf" && \text{{{latex_prose(reason, style.notation)}}}" if reason else ""
    return BREAK.join([f"&{sign} {top}{prose}", *(f"&{line}" for line in rest)])


def _below(row: list[str], reason: str, style: LatexStyle, sign: str) -> str:
    """The justification on lines of its own, for formulas that need the width of the page."""
    top, *rest = row
    lines = folded(reason, int(0.7 * PAGE / PROSE))
    prose = [rf"\qquad \text{{{latex_prose(line, style.notation)}}}" for line in lines]
    return BREAK.join([f"&{sign} {top}", *(f"&{line}" for line in [*rest, *prose])])


def folded(sentence: str, letters: int) -> list[str]:
    """The lines of a sentence, with its mathematics between dollars; no line ends in a formula.

    >>> folded("counted back, $s = t - k$, and so on", 20)
    ['counted back,', '$s = t - k$, and so', 'on']
    """
    whole = MARKED.sub(lambda found: found[0].replace(" ", "\0"), marked(sentence))
    return [line.replace("\0", " ") for line in wrap(whole, letters, break_long_words=False, break_on_hyphens=False)]


def _style_of_line(first: sp.Basic, term: sp.Basic, whole: LatexStyle) -> LatexStyle:
    """Bound indices may reuse a letter from line to line; abbreviations have one meaning in all of them."""
    own = latex_style(first, term, notation=whole.notation)
    return replace(own, spelling=replace(own.spelling, slopes=whole.spelling.slopes))


def broken(term: sp.Basic, style: LatexStyle, letters: float) -> list[str]:
    """The lines of a term: the summands of a term, as many to a line as fit."""
    parts = summands(term, style)
    if len(parts) == 1:
        return [write(term, style).text]
    lines = [signed_sum(parts[:1], style).text]
    for negative, piece in parts[1:]:
        more = f" {'-' if negative else '+'} {style.fit(piece, 'sum').text}"
        if width(lines[-1]) + width(more) <= letters:
            lines[-1] += more
        else:
            lines.append(r"\quad" + more)
    return lines


def where_clause(terms: sp.Basic | Iterable[sp.Basic], notation: str | Notation = "lecture") -> str:
    r"""Define the abbreviations that a term (or several, in one display) is written with; empty when none is.

    >>> import sympy as sp
    >>> from symrnn.expr import Elementwise, Sequence
    >>> t, n = sp.Symbol("t", integer=True), sp.Symbol("n", integer=True, positive=True)
    >>> slope = sp.DiagMatrix(Elementwise("phi")(Sequence("a", n)[t - 1], order=1))
    >>> print(latex(slope), "|", where_clause(slope))
    \mathbf{D}_{(t-1)} | \mathbf{D}_{(t)} = \operatorname{diag}(\phi'(\mathbf{a}_{(t)}))
    """
    together = (terms,) if isinstance(terms, sp.Basic) else tuple(terms)
    found, short = find_notation(notation), shortened(together, notation)
    style = latex_style(*short.all_terms, notation=found)
    time = sp.Symbol(found.time, integer=True)
    clauses = []
    for name, function in sorted(style.spelling.slopes.items()):
        meaning = sp.DiagMatrix(Elementwise(function)(Terms(name, sp.Symbol("n", integer=True))[time], order=1))
        symbol = found.indexed(abbreviated(name, found.abbreviations), found.time)
        clauses.append(f"{symbol} = {latex(meaning, written_out(found))}")
    return r", \quad ".join(clauses)


def meanings(short: Named, style: LatexStyle) -> list[tuple[str, str]]:
    """The names of what was too long for a display, and what they mean, as LaTeX."""
    return [(write(name, style).text, write(meaning, style).text) for name, meaning in short.meanings]


def condition(relation: sp.Basic, notation: str | Notation = "lecture") -> str:
    r"""Write a relation, or an And of relations; a lower and an upper bound of one thing are joined.

    Raises:
        NotationError: for anything else.

    >>> import sympy as sp
    >>> k, t = sp.symbols("k t", integer=True)
    >>> print(condition(sp.Ge(k, 1)), "|", condition((0 <= k) & (k <= t) & sp.Ne(t, 5)))
    k \ge 1 | 0 \le k \le t, \quad t \ne 5
    """
    relations = relation.args if isinstance(relation, sp.And) else (relation,)
    for part in relations:
        if not isinstance(part, sp.core.relational.Relational):
            raise NotationError(f"{part} is not a relation", where=str(relation), advice="use <=, <, >=, >, Eq or Ne")
    style = latex_style(relation, notation=notation)
    return r", \quad ".join(_chains(sorted(relations, key=sp.default_sort_key), style))


def _chains(relations: Iterable[sp.Basic], style: LatexStyle) -> list[str]:
    rest = list(relations)
    chains = []
    while rest:
        one = rest.pop(0)
        partner = next((other for other in rest if _sandwich(one, other)), None)
        if partner is None:
            chains.append(f"{write(one.lhs, style).text} {RELATIONS[one.rel_op]} {write(one.rhs, style).text}")
            continue
        rest.remove(partner)
        low, high = (one, partner) if one.rel_op in TURNED.values() else (partner, one)
        signs = RELATIONS[low.reversed.rel_op], RELATIONS[high.rel_op]
        parts = [write(part, style).text for part in (low.rhs, low.lhs, high.rhs)]
        chains.append(f"{parts[0]} {signs[0]} {parts[1]} {signs[1]} {parts[2]}")
    return chains


def _sandwich(one: sp.Basic, other: sp.Basic) -> bool:
    """Whether one relation bounds below what the other bounds above."""
    signs = {one.rel_op, other.rel_op}
    return one.lhs == other.lhs and bool(signs & set(TURNED)) and bool(signs & set(TURNED.values()))
