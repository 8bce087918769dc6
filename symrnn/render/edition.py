r"""What a document is beside its claims: whose it is, how wide its lines are, and whether it is one of exercises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from symrnn.errors import NotationError, SelectionError
from symrnn.latex import Notation
from symrnn.latex.layout import PAGE
from symrnn.latex.macros import expanded
from symrnn.plots import Look
from symrnn.plots.look import NARROWEST, WIDEST

MILLIMETRES = 160 / PAGE
"""The width of a letter at 10 pt, see :data:`symrnn.latex.layout.PAGE`."""

DEFINES = re.compile(r"\\(?:re)?newcommand\*?\s*(?:\{\\([A-Za-z]+)\}|\\([A-Za-z]+))\s*(?:\[\d\])?\s*(?=\{)")

NAMES = re.compile(
    r"\\(?:re|provide)?newcommand\*?\s*\{?\\([A-Za-z]+)|\\DeclareMathOperator\*?\s*\{?\\([A-Za-z]+)"
    r"|\\[egx]?def\s*\\([A-Za-z]+)|\\(?:re)?new(?:environment|tcolorbox)\*?\s*\{([A-Za-z]+)"
    r"|\\(?:new(?:length|savebox)|let)\s*\{?\\([A-Za-z]+)"
)
"""Where a preamble gives a meaning to a command or an environment."""


@dataclass(frozen=True)
class Edition:
    """How a document is made up.

    Args:
        title: what stands on top of it; a sentence, with mathematics between dollars.
        author: whose it is; no line when it is empty.
        preamble: what else a LaTeX document needs in its preamble.
        inputs: the folder in which files that the preamble reads are looked up.
        letters: how many letters fit on a line, see :func:`symrnn.latex.width.width`.
        exercises: whether the reader is asked what holds, and told in a second file.
    """

    title: str = "Verified derivations"
    author: str = ""
    preamble: str = ""
    inputs: str = ""
    letters: float = PAGE
    exercises: bool = False

    @property
    def millimetres(self) -> int:
        """The width of the text at 10 pt.

        >>> Edition().millimetres, Edition(letters=54).millimetres
        (160, 115)
        """
        return round(self.letters * MILLIMETRES)

    def look(self, notation: str | Notation) -> Look:
        """How its pictures are set: as wide as its text.

        >>> round(Edition().look("plain").width * 25.4)
        160
        """
        width = min(max(self.millimetres / 25.4, NARROWEST), WIDEST)
        return Look(notation, width=width, macros=self.macros)

    @property
    def macros(self) -> Mapping[str, str]:
        r"""The macros that the preamble defines with \newcommand, for pages that have no preamble.

        >>> Edition(preamble=r"\newcommand{\state}[1]{\mathbf{h}_{#1}} \newcommand\R{\mathbb{R}}").macros
        {'state': '\\mathbf{h}_{#1}', 'R': '\\mathbb{R}'}
        """
        return dict(_defined(self.preamble))

    def expanded(self, text: str) -> str:
        r"""A text in which no macro of the preamble is left.

        >>> Edition(preamble=r"\newcommand{\R}{\mathbb{R}}").expanded(r"$x \in \R$")
        '$x \\in \\mathbb{R}$'
        """
        return expanded(text, self.macros)


PLAIN = Edition()
"""The edition of which nothing is said."""


def read_preamble(path: Path) -> str:
    """The text of a file for the preamble.

    Raises:
        SelectionError: when it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = str(getattr(error, "strerror", "") or "it is not UTF-8")
        raise SelectionError(
            f"the preamble cannot be read: {reason}", where=str(path), advice="name a file of LaTeX"
        ) from None


def names_defined(preamble: str) -> set[str]:
    r"""The commands and environments that a preamble gives a meaning to, without their backslashes.

    >>> sorted(names_defined(r"\newcommand*\R{x} \DeclareMathOperator{\tr}{tr} \def\w#1{#1} % \def\no{}"))
    ['R', 'tr', 'w']
    """
    return {next(filter(None, found.groups())) for found in NAMES.finditer(_uncommented(preamble))}


def _uncommented(preamble: str) -> str:
    return "\n".join(re.sub(r"(?<!\\)%.*", "", line) for line in preamble.splitlines())


def _defined(preamble: str) -> Iterator[tuple[str, str]]:
    text = _uncommented(preamble)
    for found in DEFINES.finditer(text):
        yield found[1] or found[2], _group(text, found.end())


def _group(text: str, start: int) -> str:
    """What stands in the braces that open there.

    Raises:
        NotationError: for braces that do not match.
    """
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0) if text[at - 1] != "\\" else 0
        if depth == 0:
            return text[start + 1 : at]
    raise NotationError("the braces do not match", where=f"preamble: {text[start : start + 20]}", advice="close them")
