r"""Displays: equations, derivations in ``aligned`` environments, long sums over several lines, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from textwrap import wrap

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul

from symrnn.errors import NotationError
from symrnn.expr import Element, Elementwise, Gradient, MatrixSum, UnitVector
from symrnn.expr import Sequence as Terms
from symrnn.latex.clashes import look
from symrnn.latex.naming import Named, is_block, named
from symrnn.latex.notation import Notation, find_notation, written_out
from symrnn.latex.precedence import Piece
from symrnn.latex.scripts import light
from symrnn.latex.sentences import display_prose
from symrnn.latex.spelling import abbreviated
from symrnn.latex.walk import compact, signed_sum, split_sign, summands, write
from symrnn.latex.width import width
from symrnn.latex.writer import LatexStyle, latex, latex_style
from symrnn.sentences import MARKED, marked

PAGE = 75.0  # letters in a line of 160 mm at 10 pt
NARROWEST = 30.0  # a formula keeps at least this much beside its justification
PROSE = 0.85  # a letter of text is narrower than one of mathematics with its scripts
GAP = 5.0
LEAD = 8.0  # "with" and an equals sign
INDENT = 4.0
MOST = 3  # lines of a reason beside a left side
SIGN = 5.0  # a relation that begins a line, with the space before it
BREAK = r" \\ "
WITH = r"\text{with }"
GOES_ON = r"\qquad {} "  # begins a line with further factors
DOT = rf"{GOES_ON}\cdot "
AND = r", \quad "
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


def shortened(terms: Iterable[sp.Basic], notation: str | Notation = "lecture", letters: float = PAGE) -> Named:
    r"""Terms that are printed together, with names for what is long; see :mod:`symrnn.latex.naming`."""
    together = tuple(terms)
    style = latex_style(*together, notation=notation)
    own = style.notation

    def seen(symbol: str) -> str:
        return look(light(look(symbol, own)), own)  # letters that differ in weight alone are too alike

    numbers = {seen(own.scalar(part.name)) for term in together for part in term.atoms(sp.Symbol)}
    return named(
        together,
        own.time,
        lambda term: width(write(term, style).text) * PAGE / letters,
        lambda name: seen(own.symbol(name)),
        numbers,
    )


def wrapped(term: sp.Basic, notation: str | Notation = "lecture", *, letters: float = PAGE) -> str:
    r"""Write a term, broken before a + or - of its outermost sum where a line would grow too long.

    Args:
        term: the term.
        notation: the notation.
        letters: how many letters fit on a line, see :func:`symrnn.latex.width.width`.

    >>> import sympy as sp
    >>> A, B = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)
    >>> print(wrapped(A * B + A + B, "plain", letters=7))
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
    *,
    letters: float = PAGE,
    ends: Sequence[str] = (),
) -> str:
    r"""Write a derivation: ``first`` equals each line in turn, with the reason beside it.

    Args:
        first: the left-hand side.
        lines: (term, justification) pairs; an empty justification leaves the place empty.
        notation: the notation.
        signs: the relation in front of each line, as LaTeX; equality by default.
        letters: how many letters fit on a line, see :func:`symrnn.latex.width.width`.
        ends: further lines below, as LaTeX.

    Raises:
        NotationError: for no lines.

    >>> import sympy as sp
    >>> A, B = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)
    >>> print(aligned((A * B).T, [(B.T * A.T, "by transposing")], "plain"))
    \begin{aligned} B^{\top} A^{\top} &= B^{\top} A^{\top} && \text{by transposing} \end{aligned}
    """
    if not lines:
        raise NotationError("a derivation without lines", where=str(first))
    short = shortened((first, *(term for term, _ in lines)), notation, letters)
    first, lines = short.terms[0], [(term, reason) for term, (_, reason) in zip(short.terms[1:], lines, strict=True)]
    whole = latex_style(*short.all_terms, notation=notation)
    head = write(first, whole).text
    room = letters - width(head) - 1
    beside = room - GAP - PROSE * max(len(reason) for _, reason in lines)

    def rows_within(letters: float) -> list[list[str]]:
        return [broken(term, _style_of_line(first, term, whole), letters) for term, _ in lines]

    before = signs or ["="] * len(lines)
    rows, names = rows_within(max(beside, NARROWEST)), defined(short, whole, letters)
    below = [meaning.split(BREAK) for _, meaning in names]
    if widest([*rows, *below]) <= beside and not any(GOES_ON in line for row in rows for line in row):
        parts = [_beside(row, reason, whole, s) for row, (_, reason), s in zip(rows, lines, before, strict=True)]
    else:
        rows = rows_within(room)
        reasons = [folded(reason, _words(letters, room)) for _, reason in lines]
        if widest(rows) > room or max(map(len, reasons)) > MOST:  # a long left side stands alone
            rows, head, room = rows_within(letters - SIGN), rf"&{head}{BREAK}", letters - SIGN
            reasons = [folded(reason, _words(letters, room)) for _, reason in lines]
        prose = [[display_prose(line, notation) for line in reason] for reason in reasons]
        parts = [_below(row, reason, sign) for row, reason, sign in zip(rows, prose, before, strict=True)]
    for name, meaning in names:
        parts.append(rf"{WITH} {name} &= {meaning}" if not head.startswith("&") else rf"&{WITH} {name} = {meaning}")
    parts += [f"&{line}" for line in folded_meanings(ends, letters - (0 if head.startswith("&") else width(head)))]
    return rf"\begin{{aligned}} {head} {BREAK.join(parts)} \end{{aligned}}"


def _words(letters: float, room: float) -> int:
    """How many letters of a reason stand on a line, below a formula for which there is so much room."""
    return int(max(min(0.7 * letters, room - INDENT), NARROWEST / 2) / PROSE)


def widest(rows: Iterable[Iterable[str]]) -> float:
    """The width of the widest line."""
    return max((width(line) for row in rows for line in row), default=0.0)


def _beside(row: list[str], reason: str, style: LatexStyle, sign: str) -> str:
    top, *rest = row
    prose = f" && {display_prose(reason, style.notation)}" if reason else ""
    return BREAK.join([f"&{sign} {top}{prose}", *(f"&{line}" for line in rest)])


def _below(row: list[str], reason: list[str], sign: str) -> str:
    """The justification on lines of its own, for formulas that need the width of the page."""
    top, *rest = row
    return BREAK.join([f"&{sign} {top}", *(f"&{line}" for line in rest), *(rf"&\qquad {line}" for line in reason)])


def folded(sentence: str, letters: int) -> list[str]:
    """The lines of a sentence, with its mathematics between dollars; none ends in a formula, or is a remnant.

    >>> folded("counted back, $s = t - k$, and so on", 20)
    ['counted back,', '$s = t - k$,', 'and so on']
    """
    whole = MARKED.sub(lambda found: found[0].replace(" ", "\0"), marked(sentence))

    def lines(most: int) -> list[str]:
        return wrap(whole, most, break_long_words=False, break_on_hyphens=False)

    found = lines(letters)
    for most in range(len(whole) // max(len(found), 1), letters) if len(found) > 1 else ():
        if len(narrower := lines(max(most, 1))) == len(found):  # as even as in so many lines
            found = narrower
            break
    return [line.replace("\0", " ") for line in found]


def _style_of_line(first: sp.Basic, term: sp.Basic, whole: LatexStyle) -> LatexStyle:
    """Bound indices may reuse a letter from line to line; abbreviations have one meaning in all of them."""
    own = latex_style(first, term, notation=whole.notation)
    return replace(own, spelling=own.spelling.within(whole.spelling))


def broken(term: sp.Basic, style: LatexStyle, letters: float) -> list[str]:
    r"""The lines of a term: its summands, as many to a line as fit; a summand that is too long by its factors.

    >>> A, B = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)
    >>> for line in broken(A * B * A * B + A, latex_style(A, notation="plain"), 4.2):
    ...     print(line)
    A B A
    \qquad {} \cdot B
    \quad + A
    """
    if is_block(term):
        return [write(term, style).text]
    parts = summands(term, style)
    lines: list[str] = []
    for number, (part, (negative, piece)) in enumerate(zip(_in_order(term, parts, style), parts, strict=True)):
        sign = "-" if negative else "+"
        alone = signed_sum([(negative, piece)], style).text if parts[1:] else write(term, style).text
        one = f" {sign} {style.fit(piece, 'sum').text}" if number else alone
        if lines and width(lines[-1]) + width(one) <= letters:
            lines[-1] += one
            continue
        start = rf"\quad{one}" if number else one
        if width(start) <= letters:
            lines.append(start)
            continue
        lead = rf"\quad {sign} " if number else ("-" if negative else "")
        lines += _by_factors(part, style, lead, letters) or [start]
    return lines


def _in_order(term: sp.Basic, written: Sequence[tuple[bool, Piece]], style: LatexStyle) -> list[sp.Basic]:
    """The summands of a term without their signs, in the order in which they were written."""
    if not isinstance(term, MatAdd) or len(written) != len(term.args):
        return [split_sign(term)[1]] * len(written)
    parts = [split_sign(part) for part in term.args]
    return [part for _, part in sorted(parts, key=lambda p: (p[0], write(p[1], style).open))]


def _by_factors(term: sp.Basic, style: LatexStyle, lead: str, letters: float) -> list[str]:
    """A product, or a Σ of one, over several lines; nothing where it has no factors to break between."""
    before, body = lead, term
    while isinstance(body, MatrixSum):
        variable, low, high = (compact(limit, style) for limit in (body.variable, body.lower, body.upper))
        before, body = before + style.binder("sum", variable, low, high, Piece("")).text, body.body
    if (
        split_sign(body)[0]
        or _is_entry(body)
        or not isinstance(body, MatMul | MatAdd | sp.HadamardProduct)
        or (body is term and isinstance(body, MatAdd))
    ):
        return []
    if isinstance(body, sp.HadamardProduct):
        sign = f"{style.notation.hadamard} "
        return _factor_by_factor(body.args, before, style, letters, ("hadamard", sign, f"{GOES_ON}{sign}"))
    number, factors = body.as_coeff_matrices() if isinstance(body, MatMul) else (1, [body])
    factors = [*([number] if number != 1 else []), *chain.from_iterable(_parts(f, style, letters) for f in factors)]
    if len(factors) == 1 and not before:
        return broken(factors[0], style, letters)
    return _factor_by_factor(factors, before, style, letters, ("product", "", DOT))


def _factor_by_factor(
    factors: Sequence[sp.Basic], before: str, style: LatexStyle, letters: float, product: tuple[str, str, str]
) -> list[str]:
    """Factors over several lines; of their product the name, the sign between two of them, and how a line goes on."""
    construct, sign, on = product
    lines = [before]
    for at, factor in enumerate(factors):
        text = style.fit(write(factor, style), construct, last=at == len(factors) - 1).text
        joined = f"{sign}{text}" if at else text
        if width(lines[-1]) + width(joined) <= letters:
            lines[-1] += f"{'' if lines[-1].endswith(' ') or not lines[-1] else ' '}{joined}"
            continue
        start = lines.pop() if at == 0 else on
        room = letters - width(start) - INDENT
        is_sum = isinstance(factor, MatAdd) and not is_block(factor)
        is_sum |= isinstance(factor, MatrixSum) and room >= NARROWEST / 3
        if is_sum and width(text) > letters - width(start):
            inner = broken(factor, style, room)
            text = rf"\Bigl({inner[0]}"
            lines += [start + text, *(rf"\qquad \quad {line}" for line in inner[1:])]
            lines[-1] += r"\Bigr)"
        else:
            lines.append(start + text)
    return lines


def _parts(factor: sp.Basic, style: LatexStyle, letters: float) -> tuple[sp.Basic, ...]:
    """The factors of a product within a product, if it is too long for a line; what is short may be an entry."""
    is_long = isinstance(factor, MatMul) and not _is_entry(factor) and width(write(factor, style).text) > letters
    return factor.args if is_long else (factor,)


def _is_entry(term: sp.Basic) -> bool:
    """Whether a product is one entry of a matrix, or of a column."""
    if not isinstance(term, MatMul) or len(term.args) > 3:
        return False
    return isinstance(term.args[0], sp.Transpose) and isinstance(term.args[0].arg, UnitVector)


def where_clause(terms: sp.Basic | Iterable[sp.Basic], notation: str | Notation = "lecture") -> str:
    r"""Define the abbreviations that a term (or several, in one display) is written with; empty when none is.

    >>> import sympy as sp
    >>> from symrnn.expr import Elementwise, Sequence
    >>> t, n = sp.Symbol("t", integer=True), sp.Symbol("n", integer=True, positive=True)
    >>> slope = sp.DiagMatrix(Elementwise("phi")(Sequence("a", n)[t - 1], order=1))
    >>> print(latex(slope), "|", where_clause(slope))
    \mathbf{D}_{(t-1)} | \mathbf{D}_{(t)} = \operatorname{diag}(\phi'(\mathbf{a}_{(t)}))
    """
    return AND.join(definitions((terms,) if isinstance(terms, sp.Basic) else tuple(terms), notation))


def folded_meanings(lines: Iterable[str], letters: float) -> list[str]:
    r"""Lines that begin with WITH, as many of their meanings to a line as fit; other lines as they are.

    >>> folded_meanings([r"\text{with } a = b, \quad c = d", r"\text{with } e = f"], 20)
    ['\\text{with } a = b, \\quad c = d', '\\text{with } e = f']
    >>> len(folded_meanings([r"\text{with } a = b, \quad c = d"], 10))
    2
    """
    found: list[str] = []
    for line in lines:
        if not line.startswith(WITH):
            found.append(line)
            continue
        for clause in line.removeprefix(WITH).strip().split(AND):
            if found and found[-1].startswith(WITH) and width(found[-1]) + width(AND + clause) <= letters:
                found[-1] += AND + clause
            else:
                found.append(f"{WITH} {clause}")
    return found


def definitions(terms: Iterable[sp.Basic], notation: str | Notation = "lecture", letters: float = PAGE) -> list[str]:
    """What the abbreviations mean that terms in one display are written with, each as an equation."""
    found, short = find_notation(notation), shortened(terms, notation, letters)
    style = latex_style(*short.all_terms, notation=found)
    time = sp.Symbol(found.time, integer=True)
    clauses, plain = [], written_out(found)

    sizes = {part.name: part.rows for term in short.all_terms for part in term.atoms(Element)}

    def defined(short: str, meaning: sp.MatrixExpr) -> str:
        symbol = found.indexed(short, found.scalar(found.time), number=meaning.shape == (1, 1))
        return f"{symbol} = {latex(meaning, plain)}"

    for name, function in sorted(style.spelling.slopes.items()):
        meaning = sp.DiagMatrix(Elementwise(function)(Terms(name, sizes[name])[time], order=1))
        clauses.append(defined(abbreviated(name, found.abbreviations), meaning))
    for name, total in sorted(style.spelling.errors.items()):
        clauses.append(defined(abbreviated(name, found.errors), Gradient(total, Terms(name, sizes[name])[time])))
    return clauses


def defined(short: Named, style: LatexStyle, letters: float = PAGE) -> list[tuple[str, str]]:
    """The names of what was too long for a display, and what they mean, as LaTeX; a long sum over several lines."""
    found = []
    for name, meaning in short.meanings:
        symbol = write(name, style).text
        lines = broken(meaning, style, letters - width(symbol) - LEAD)
        block = rf"\begin{{aligned}}[t] &{(BREAK + '&').join(lines)} \end{{aligned}}"
        found.append((symbol, block if lines[1:] else lines[0]))
    return found


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
    return AND.join(_chains(sorted(relations, key=sp.default_sort_key), style))


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
