r"""Prose in formulas: text made safe for \text{...}, in amsmath and in KaTeX."""

from __future__ import annotations

import re
import unicodedata

from symrnn.errors import NotationError
from symrnn.latex.symbols import LETTERS

ESCAPES = {letter: "\\" + letter for letter in "_&%#${}"} | {
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "\\": r"\textbackslash{}",
}

#: Written in math mode: these have no letter in every text font, and < > | come out as ¡ ¿ — in the old ones.
# fmt: off
MATH = {
    "<": "<", ">": ">", "|": "|", "−": "-", "′": "'", "×": r"\times", "·": r"\cdot", "⊗": r"\otimes",
    "⊙": r"\odot", "∘": r"\circ", "∂": r"\partial", "∇": r"\nabla", "∑": r"\sum", "∏": r"\prod", "≤": r"\le",
    "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "∈": r"\in", "→": r"\to", "←": r"\gets", "⇒": r"\Rightarrow",
    "±": r"\pm", "‖": r"\|", "⟨": r"\langle", "⟩": r"\rangle", "√": r"\surd", "∞": r"\infty", "⋯": r"\cdots",
    "ℝ": r"\mathbb{R}", "ℓ": r"\ell",
    "𝓛": r"\mathcal{L}", "ᵀ": r"{}^{\top}", "⁺": "{}^{+}", "⁻": "{}^{-}",
} | {letter: "\\" + name for letter, name in LETTERS.items()}
# fmt: on

TEXT = {
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "…": "...",
    "\u00a0": " ",
    "ß": r"\ss{}",
}

ACCENTS = dict(zip("\u0300\u0301\u0302\u0303\u0308\u0304\u030c\u030a\u0307", "`'^~\"=vr.", strict=True))


def escape(prose: str) -> str:
    r"""Make a sentence safe inside ``\text{...}``.

    Raises:
        NotationError: for a character that has no rule.

    >>> print(escape("product rule for A_t & 50% of φ(W_hh) ⊗ I"))
    product rule for A\_t \& 50\% of $\phi$(W\_hh) $\otimes$ I
    """
    escaped = "".join(_letter(letter, prose) for letter in " ".join(prose.split()))
    return re.sub(r"(?<!\\)\$\$", "", escaped)  # neighbours share one piece of mathematics


def _letter(letter: str, prose: str) -> str:
    for table, template in ((ESCAPES, "#"), (TEXT, "#"), (MATH, "$#$")):
        if letter in table:
            return template.replace("#", table[letter])
    if letter.isascii() and letter.isprintable():
        return letter
    if raised := _script(letter):
        return raised
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if base.isascii() and len(marks) == 1 and marks[0] in ACCENTS:
        return rf"\{ACCENTS[marks[0]]}{{{base}}}"
    raise NotationError(f"the character {letter!r} cannot be typeset", where=prose, advice="write it in words")


def _script(letter: str) -> str:
    """Raised and lowered digits: ² and ₀."""
    kind, _, plain = unicodedata.decomposition(letter).partition(" ")
    sign = {"<super>": "^", "<sub>": "_"}.get(kind)
    return f"${{}}{sign}{{{chr(int(plain, 16))}}}$" if sign and chr(int(plain, 16)).isascii() else ""
