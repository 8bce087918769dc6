r"""Fragments: a statement or a proof as it is pasted into a document of one's own, complete and within its width."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from symrnn.derivation import Claim
from symrnn.derivation.verdict import Link
from symrnn.errors import SelectionError
from symrnn.latex import Notation, claim_latex, derivation_latex, find_notation
from symrnn.latex.claims import assumed_latex
from symrnn.latex.derivations import chains_latex
from symrnn.latex.layout import PAGE
from symrnn.latex.statements import in_lines, noted

WIDTHS = {"a4": PAGE, "article": 54.0, "beamer": 44.0, "twocolumn": 36.0}
"""Letters in a line: of 160 mm at 10 pt, of an article and a Beamer slide at 11 pt, of one of two columns at 10 pt."""

BLOCKS = {
    "aligned": ("", ""),
    "display": ("\\[\n", "\n\\]"),
    "equation": ("\\begin{equation}#\n", "\n\\end{equation}"),
    "dollars": ("$$\n", "\n$$"),
}
"""What stands around a formula, with a # where a label goes; between dollars, as in Markdown, macros are put in."""

PACKAGES = {"amsmath": "", "amssymb": r"\mathbb"}
"""What each package of a preamble is needed for; the first for everything."""

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
SPACE = 4.0  # letters by which a formula is indented below the words that judge it
ROW = re.compile(r"(\\begin\{[a-z]+\}(?:\[t\])?|\\end\{[a-z]+\}| \\\\ )")


@dataclass(frozen=True)
class Shape:
    r"""How a fragment is printed.

    Args:
        notation: how symbols are written.
        block: a key of :data:`BLOCKS`; ``"aligned"`` is for math mode, ``"dollars"`` for Markdown.
        label: for ``"equation"``, what ``\eqref`` calls it.
        proof: whether the derivation is printed instead of the statement.
        bare: whether the formula is printed alone: without definitions, and without a word that it is false.
        letters: how many letters fit on a line.
    """

    notation: str | Notation = "lecture"
    block: str = "aligned"
    label: str = ""
    proof: bool = False
    bare: bool = False
    letters: float = PAGE


def fragment(
    claim: Claim,
    shape: Shape = Shape(),
    *,
    refuted: bool = False,
    false_parts: Collection[int] = (),
    correction: Claim | None = None,
    chains: Sequence[tuple[Link, ...]] = (),
) -> str:
    r"""A statement or its derivation for a document of one's own, one line of source for each line of the display.

    Args:
        claim: the claim.
        shape: how it is printed.
        refuted: whether it is false, which is said in the display unless it is to be bare.
        false_parts: of a statement of several, those that are, counted from 0; empty where that is not known.
        correction: the claim that puts it right, printed below it.
        chains: the estimates that prove it, which are its derivation where it comes without one.

    Raises:
        SelectionError: for the proof of a claim without a derivation.

    >>> from symrnn import Elman, Equation, Kind, TotalJacobian, t
    >>> rnn = Elman()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    >>> print(fragment(Claim("J", "one step", step, Kind.PROVED, rnn), Shape("plain", "equation", "eq:J")))
    \begin{equation}\label{eq:J}
    \begin{aligned}
      &\frac{d h_{t}}{d h_{t-1}} = D_{t} W_{hh} \\
      &\quad (t \ge 1) \\
      &\text{with } D_{t} = \operatorname{diag}(\phi'(a_{t}))
    \end{aligned}
    \end{equation}
    """
    falsehood = refuted and not shape.bare
    letters = shape.letters - (SPACE if falsehood else 0)
    text = proof_latex(claim, shape, letters, chains) if shape.proof else _statement(claim, shape, letters, correction)
    if falsehood:
        lines = [rf"\text{{{_false(claim, false_parts)}:}}", rf"\qquad {text}"]
        if correction is not None:
            holds = rf"\text{{This holds instead ({correction.id}):}}"
            lines += [holds.replace("_", r"\_"), rf"\qquad {_statement(correction, shape, letters, claim)}"]
        text = in_lines(lines)
    if shape.block == "dollars":
        text = find_notation(shape.notation).expanded(text)
    before, after = BLOCKS[shape.block]
    return before.replace("#", rf"\label{{{shape.label}}}" if shape.label else "") + spread(text) + after


def _false(claim: Claim, false_parts: Collection[int]) -> str:
    """That a claim is false, or which of its parts are."""
    count = len(getattr(claim.statement, "parts", ()))
    if not 0 < len(false_parts) < count:
        return "This is false"
    *first, last = [ORDINALS[at] if at < len(ORDINALS) else f"{at + 1}th" for at in sorted(false_parts)]
    which = f"{', '.join(first)} and {last}" if first else last
    return f"Of these {count}, the {which} {'are' if first else 'is'} false"


def _statement(claim: Claim, shape: Shape, letters: float, other: Claim | None) -> str:
    beside = () if other is None else (other,)
    return claim_latex(claim, shape.notation, letters=letters, definitions=not shape.bare, beside=beside)


def proof_latex(
    claim: Claim, shape: Shape = Shape(), letters: float = PAGE, chains: Sequence[tuple[Link, ...]] = ()
) -> str:
    """The derivation of a claim as an ``aligned`` block, or the estimates that prove it.

    Raises:
        SelectionError: for a claim without a derivation, of which no estimates are given.
    """
    if claim.derivation is None and chains:
        lines = [] if shape.bare else noted(assumed_latex(claim, shape.notation), letters)
        return in_lines([*chains_latex(claim, chains, shape.notation, letters=letters), *lines])
    if claim.derivation is None:
        raise SelectionError(f"the claim {claim.id} comes without a derivation", advice="print its statement instead")
    notes = () if shape.bare else assumed_latex(claim, shape.notation)
    return derivation_latex(claim.derivation, shape.notation, letters=letters, definitions=not shape.bare, notes=notes)


def preamble(text: str, notation: str | Notation = "lecture") -> list[str]:
    r"""What a formula needs in the preamble of its document: packages, and the lines of its notation.

    >>> preamble(r"\mathbb{R}"), preamble("x")
    (['\\usepackage{amsmath}', '\\usepackage{amssymb}'], ['\\usepackage{amsmath}'])
    """
    packages = [rf"\usepackage{{{package}}}" for package, command in PACKAGES.items() if command in text]
    return [*packages, *find_notation(notation).definitions]


def spread(text: str) -> str:
    r"""A formula with a line of source for each of its rows; matrices stay on one line.

    >>> print(spread(r"\begin{aligned} &a \\ &\begin{bmatrix} b \\ c \end{bmatrix} \end{aligned}"))
    \begin{aligned}
      &a \\
      &\begin{bmatrix} b \\ c \end{bmatrix}
    \end{aligned}
    """
    done, inside = "", list[str]()
    for part in ROW.split(text):
        rows = bool(inside) and set(inside) == {r"\begin{aligned}"}
        if part.startswith(r"\begin{"):
            inside.append(part.removesuffix("[t]"))
            opens = set(inside) == {r"\begin{aligned}"}
            done += part + (_new_line(len(inside)) if opens else "")
        elif part.startswith(r"\end{"):
            inside.pop()
            done = done.rstrip() + _new_line(len(inside)) + part if rows else done + part
        elif part == r" \\ " and rows:
            done += r" \\" + _new_line(len(inside))
        else:
            done += part.lstrip() if done.endswith((" ", "\n")) else part
    return done


def rows_of(text: str) -> list[str]:
    r"""The rows of a display, or itself where it has but one; what is built up within a row stays together.

    >>> rows_of(r"\begin{aligned} &a \\ &\begin{bmatrix} b \\ c \end{bmatrix} \end{aligned}")
    ['&a', '&\\begin{bmatrix} b \\\\ c \\end{bmatrix}']
    """
    before, after = r"\begin{aligned} ", r" \end{aligned}"
    if not (text.startswith(before) and text.endswith(after)):
        return [text]
    rows, depth = [""], 0
    for part in ROW.split(text[len(before) : -len(after)]):
        depth += part.startswith(r"\begin{")
        depth -= part.startswith(r"\end{")
        if part == r" \\ " and not depth:
            rows.append("")
        else:
            rows[-1] += part
    return rows if not depth else [text]


def _new_line(depth: int) -> str:
    return "\n" + "  " * depth
