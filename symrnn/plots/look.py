r"""How pictures are set: in which notation, how wide, and in which type.

Labels are LaTeX. PGF keeps it as it is; matplotlib's own renderer of mathematics knows a part of LaTeX only, and what
can be said in that part is put in its words for SVG and PNG by :func:`mathtext`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symrnn.errors import LimitError, NotationError, SelectionError
from symrnn.latex import LECTURE, Notation, find_notation
from symrnn.latex.macros import expanded
from symrnn.latex.sentences import converted
from symrnn.latex.width import width
from symrnn.plots.words import ratio

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INCH = {"in": 1.0, "mm": 25.4, "cm": 2.54, "pt": 72.27}
"""How many of each unit are an inch."""
WIDTHS = {"article": 4.75, "a4": 160 / 25.4, "beamer": 108 / 25.4, "twocolumn": 3.3}
"""Inches: the columns of LaTeX's article on A4 paper, of the built lecture, of a Beamer slide, and of two columns."""
NARROWEST, WIDEST = 3.3, 16.0
SMALLEST, LARGEST = 5.0, 20.0
POINTS = 8.0

MEASURE = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(in|mm|cm|pt)")

SAID = {
    r"\bm": r"\boldsymbol", r"\pmb": r"\boldsymbol", r"\symbfit": r"\boldsymbol", r"\symbf": r"\mathbf",
    r"\symsf": r"\mathsf", r"\symup": r"\mathrm", r"\symcal": r"\mathcal", r"\textbf": r"\mathbf",
    r"\textrm": r"\mathrm", r"\textsf": r"\mathsf", r"\textit": r"\mathit", r"\lVert": r"\|", r"\rVert": r"\|",
    r"\Vert": r"\|", r"\lvert": "|", r"\rvert": "|", r"\vert": "|", r"\tfrac": r"\frac",
    r"\le": r"\leq", r"\ge": r"\geq", r"\ne": r"\neq", r"\gets": r"\leftarrow", r"\lbrack": "[", r"\rbrack": "]",
    r"\lparen": "(", r"\rparen": ")",
}  # fmt: skip
"""Commands that matplotlib does not know, and how it says the same."""
SILENT = frozenset(
    rf"\{name}"
    for name in (
        "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "mathop", "mathbin", "mathord", "mathrel", "mathopen",
        "mathclose", "mathinner", "limits", "nolimits", "textstyle", "displaystyle", "ensuremath",
    )
)  # fmt: skip
"""Commands that change no letter; what they do to spaces and sizes is left out."""
COMMAND = re.compile(r"\\[A-Za-z]+")


@dataclass(frozen=True)
class Look:
    r"""How a picture is set.

    Args:
        notation: how its labels are written, by name or as an object.
        width: of the whole picture, in inches.
        font: ``"serif"`` or ``"sans"``, both Computer Modern, or the name of a font that is installed.
        points: the size of its letters.
        height: most inches that it may be high; only what can be left out of a graph is left out for it.
        macros: those of a preamble, beside the ones of the notation.

    Raises:
        LimitError: for a width or a size of letters out of range.
        NotationError: for an unknown notation.

    >>> Look("plain").label("bound of $‖W_hh‖$"), Look("pascanu", width=read_width("12cm")).label("$h_t$")
    ('bound of $\\|W_{hh}\\|$', '$\\mathbf{x}_{t}$')
    """

    notation: Notation | str = LECTURE
    width: float = WIDTHS["article"]
    font: str = "serif"
    points: float = POINTS
    height: float = math.inf
    macros: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notation", find_notation(self.notation))
        if not NARROWEST <= self.width <= WIDEST:
            raise LimitError(f"a picture {self.width:.4g} inches wide", advice=f"use {NARROWEST} to {WIDEST:g}")
        if not SMALLEST <= self.points <= LARGEST:
            raise LimitError(f"letters of {self.points:g} points", advice=f"use {SMALLEST:g} to {LARGEST:g}")

    @property
    def written(self) -> Notation:
        """The notation."""
        return find_notation(self.notation)

    @property
    def scale(self) -> float:
        """By how much its letters are larger than those for which the margins were measured."""
        return self.points / POINTS

    def columns(self, most: int) -> int:
        """How many panels stand beside each other."""
        return min(most, max(1, int(self.width / self.scale // 1.45)))

    def label(self, sentence: str) -> str:
        """A label in LaTeX: words, and mathematics between dollars that is typed as in a terminal, or in LaTeX."""
        return self.latex(converted(sentence, self.written, str, str))

    def latex(self, latex: str) -> str:
        """LaTeX without macros, so that it needs no preamble."""
        return expanded(latex, {**self.written.macros, **self.macros})

    def jacobian(self, above: str, below: str, *, immediate: bool = False) -> str:
        r"""A derivative in one line, in LaTeX without dollars; both quantities are typed as in a terminal.

        >>> print(Look("plain").jacobian("h_t", "h_{t-k}"))
        d h_{t}\,/\,d h_{t-k}
        """
        return ratio(above, below, self.written, immediate=immediate)


DEFAULT = Look()
"""The look of which nothing is said."""


def read_width(text: str) -> float:
    """A width in inches: of a document by its name, or a number with its unit.

    Raises:
        SelectionError: for another text.
        LimitError: for a width out of range.

    >>> read_width("article"), read_width("127 mm")
    (4.75, 5.0)
    >>> read_width("12")
    Traceback (most recent call last):
    ...
    symrnn.errors.SelectionError: '12' is not a width; use article, a4, beamer, twocolumn, or a length such as 12cm
    """
    found = MEASURE.fullmatch(text.strip())
    if text not in WIDTHS and not found:
        known = f"use {', '.join(WIDTHS)}, or a length such as 12cm"
        raise SelectionError(f"{text!r} is not a width", advice=known)
    width = WIDTHS[text] if found is None else float(found[1]) / INCH[found[2]]
    if not NARROWEST <= width <= WIDEST:
        range_ = f"use {NARROWEST * 2.54:.3g}cm to {WIDEST * 2.54:.3g}cm"
        raise LimitError(f"a picture {text} wide", advice=range_)
    return width


def font_settings(font: str) -> dict[str, Any]:
    """The settings of matplotlib for a font.

    Raises:
        SelectionError: when no font of that name is installed.
    """
    if font in ("serif", "sans"):
        families = {"font.serif": ["cmr10"], "font.sans-serif": ["cmss10"], "mathtext.fontset": "cm"}
        return {"font.family": "serif" if font == "serif" else "sans-serif", **families}
    from matplotlib.font_manager import fontManager

    known = {entry.name for entry in fontManager.ttflist}
    if font not in known:
        near = [name for name in sorted(known) if font.lower().split()[:1] == name.lower().split()[:1]]
        named = f", such as {', '.join(near[:3])}" if near else ""
        raise SelectionError(
            f"no font {font!r} is installed", advice=f"use serif, sans, or the name of a font that is{named}"
        )
    styles = {"rm": font, "it": f"{font}:italic", "bf": f"{font}:bold", "bfit": f"{font}:italic:bold", "sf": font}
    settings = {f"mathtext.{style}": value for style, value in (styles | {"cal": "cmsy10", "tt": "cmtt10"}).items()}
    return {"font.family": [font], "mathtext.fontset": "custom", "mathtext.fallback": "cm", **settings}


def mathtext(label: str) -> str:
    r"""A label for matplotlib's own renderer, which knows a part of LaTeX.

    >>> mathtext(r"$\bm{h}_{t}$ of $\bigl\lVert W \bigr\rVert$")
    '$\\boldsymbol{h}_{t}$ of $\\| W \\|$'
    """

    def said(found: re.Match[str]) -> str:
        command = found[0]
        if command in SILENT:
            return ""
        new = SAID.get(command, command)
        follows = label[found.end() : found.end() + 1]
        return f"{new} " if new[-1].isalpha() and new != command and follows.isalpha() else new

    return COMMAND.sub(said, label) if "$" in label else label


def measurable(label: str) -> str:
    r"""A label whose width matplotlib can measure: itself, or where it is beyond its mathematics as many letters.

    >>> measurable(r"$\mathbf{h}_{t}$"), set(measurable(r"$\mkern1mu abc$"))
    ('$\\mathbf{h}_{t}$', {'x'})
    """
    if _why_not(label):
        return "x" * round(width(label.replace("$", "")))
    return mathtext(label).replace(r"\mathdefault", r"\mathrm")  # as above


def require_mathtext(figure: Figure) -> None:
    """Refuse labels that matplotlib cannot write.

    Raises:
        NotationError: naming the first of them.
    """
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if why := _why_not(text.get_text()):
            raise NotationError(
                f"the label {text.get_text()} is beyond what matplotlib can write: {why}",
                advice="write PGF, which LaTeX reads, or choose another notation",
            )


def _why_not(label: str) -> str:
    """Why matplotlib cannot write a label; empty when it can."""
    if label.count("$") < 2:
        return ""
    from matplotlib.mathtext import MathTextParser

    try:  # the numbers of an axis are in the font of the words, which may lack a minus sign: they can be written
        MathTextParser("path").parse(mathtext(label).replace(r"\mathdefault", r"\mathrm"))
    except ValueError as error:
        return str(error).strip().splitlines()[-1]
    return ""
