"""A figure as the bytes of a file: SVG for the web, PNG for everything, PGF for LaTeX.

The same figure gives the same bytes: no dates, no random names, and fonts that come with matplotlib.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from symrnn.errors import SelectionError
from symrnn.plots.look import DEFAULT, Look, mathtext, measurable, require_mathtext

if TYPE_CHECKING:
    from matplotlib.backends.backend_pgf import RendererPgf
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pgf", "tikz")
"""What a picture can be written as; TikZ is for those that people may want to change by hand."""

DESIGNED = ((5, 6, 7, 8, 9, 10, 12), (1.361, 1.222, 1.139, 1.0625, 1.028, 1.0, 0.979))
"""Small letters of LaTeX are wider than those of 10 points made smaller: by how much at each size in points."""

AMSMATH = re.compile(r"\\(?:dfrac|tfrac|text|operatorname|boldsymbol)\b")
"""Commands in labels that are not LaTeX's own."""

PGF_HEAD = r"""% Needs \usepackage{#}; then \input this file where the picture shall stand.
\begingroup
\makeatletter
\def\mathdefault#1{#1}%
"""


def figure_bytes(figure: Figure, form: str, look: Look = DEFAULT, title: str = "", words: str = "") -> bytes:
    """A figure as a file.

    Args:
        figure: what to write, with labels in LaTeX; drawing it leaves it as it is.
        form: one of :data:`FORMATS`, but for TikZ, which is written by the picture itself.
        look: how the picture is set.
        title: for those who cannot see an SVG or PNG picture.
        words: what it shows, for those who cannot see an SVG picture.

    Raises:
        SelectionError: for another format.
        NotationError: for a label that is beyond matplotlib's mathematics, unless it is for LaTeX.
    """
    require_format(form)
    if form == "pgf":
        return _pgf(figure, look).encode("utf-8")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    require_mathtext(figure)
    out, dpi = io.BytesIO(), figure.dpi
    try:  # not figure.savefig, which draws twice
        with in_mathtext(figure):
            if form == "svg":
                FigureCanvasSVG(figure).print_svg(  # type: ignore[no-untyped-call]
                    out, metadata={"Title": title, "Creator": "symrnn", "Date": None}
                )
            else:
                FigureCanvasAgg(figure).print_png(  # type: ignore[no-untyped-call]
                    out, metadata={"Title": title, "Software": None}
                )
    finally:
        figure.dpi = dpi  # the SVG writer changes it
    return _described(out.getvalue(), words) if form == "svg" else out.getvalue()


@contextmanager
def in_mathtext(figure: Figure) -> Iterator[None]:
    """The labels of a figure in the mathematics that matplotlib knows; put back afterwards."""
    from matplotlib.text import Text

    labels = {text: text.get_text() for text in figure.findobj(Text)}
    for text, label in labels.items():
        if (said := mathtext(label)) != label:
            text.set_text(said)
    try:
        yield
    finally:
        for text, label in labels.items():
            if text.get_text() == mathtext(label) != label:  # numbers of an axis are written while it is drawn
                text.set_text(label)


def _described(svg: bytes, words: str) -> bytes:
    """An SVG picture that says to a screen reader what it is: by its title, and in a sentence or two."""
    text = svg.decode("utf-8").replace("<svg ", '<svg role="img" aria-labelledby="title desc" ', 1)
    head, _, rest = text.partition("<title>")
    title, _, rest = rest.partition("</title>")
    return f'{head}<title id="title">{title}</title>\n <desc id="desc">{escape(words)}</desc>{rest}'.encode()


def require_format(form: str) -> None:
    """Refuse an unknown format.

    Raises:
        SelectionError: naming those there are.

    >>> require_format("bmp")
    Traceback (most recent call last):
    ...
    symrnn.errors.SelectionError: there is no format 'bmp'; the formats are svg, png, pgf, tikz
    """
    if form not in FORMATS:
        raise SelectionError(f"there is no format {form!r}", advice=f"the formats are {', '.join(FORMATS)}")


def _pgf(figure: Figure, look: Look) -> str:
    """PGF commands.

    matplotlib's own writer runs TeX to measure every label. Here its own fonts are measured, those of Computer Modern
    among them, so no TeX is needed, and the file does not depend on which one is installed.
    """
    out = io.StringIO()
    width, height = figure.get_size_inches()
    out.write({"serif": "\\rmfamily\n", "sans": "\\sffamily\n"}.get(look.font, ""))
    out.write("\\begin{pgfpicture}%\n")
    corner = rf"\pgfqpoint{{{width:f}in}}{{{height:f}in}}"
    out.write(f"\\pgfpathrectangle{{\\pgfpointorigin}}{{{corner}}}%\n\\pgfusepath{{use as bounding box,clip}}%\n")
    figure.draw(_renderer(figure, out, look))
    out.write("\\end{pgfpicture}%\n\\makeatother\n\\endgroup%\n")
    packages = "amsmath,pgf" if AMSMATH.search(out.getvalue()) else "pgf"
    return (
        PGF_HEAD.replace("#}", f"{packages}}}{''.join(f' and {line}' for line in look.written.preamble)}")
        + out.getvalue()
    )


def _renderer(figure: Figure, out: io.StringIO, look: Look) -> RendererPgf:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.backends.backend_pgf import RendererPgf

    wider = float(np.interp(look.points, *DESIGNED))

    class Renderer(RendererPgf):
        def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
            width, height, depth = RendererBase.get_text_width_height_descent(self, measurable(s), prop, ismath)
            return wider * width, height, depth

    return Renderer(figure, out)  # type: ignore[no-untyped-call]
