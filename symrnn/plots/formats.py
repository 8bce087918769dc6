"""A figure as the bytes of a file: SVG for the web, PNG for everything, PGF for LaTeX.

The same figure gives the same bytes: no dates, no random names, and fonts that come with matplotlib.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from symrnn.errors import SelectionError

if TYPE_CHECKING:
    from matplotlib.backends.backend_pgf import RendererPgf
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pgf")
"""What a picture can be written as."""

EIGHT_POINT = 17 / 16
"""LaTeX has 8 point letters of their own, which are wider than those of 10 points made smaller."""

PGF_HEAD = r"""% Needs \usepackage{pgf}; then \input this file where the picture shall stand.
\begingroup
\makeatletter
\def\mathdefault#1{#1}%
"""


def figure_bytes(figure: Figure, form: str, title: str = "") -> bytes:
    """A figure as a file.

    Args:
        figure: what to write; drawing it leaves it as it is.
        form: one of :data:`FORMATS`.
        title: for those who cannot see an SVG or PNG picture.

    Raises:
        SelectionError: for another format.
    """
    require_format(form)
    if form == "pgf":
        return _pgf(figure).encode("utf-8")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out, dpi = io.BytesIO(), figure.dpi
    try:  # not figure.savefig, which draws twice
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
    return out.getvalue()


def require_format(form: str) -> None:
    """Refuse an unknown format.

    Raises:
        SelectionError: naming those there are.

    >>> require_format("bmp")
    Traceback (most recent call last):
    ...
    symrnn.errors.SelectionError: there is no format 'bmp'; the formats are svg, png, pgf
    """
    if form not in FORMATS:
        raise SelectionError(f"there is no format {form!r}", advice=f"the formats are {', '.join(FORMATS)}")


def _pgf(figure: Figure) -> str:
    """PGF commands.

    matplotlib's own writer runs TeX to measure every label. The labels here are set in Computer Modern, whose
    measures matplotlib has, so no TeX is needed, and the file does not depend on which one is installed.
    """
    out = io.StringIO()
    width, height = figure.get_size_inches()
    out.write(PGF_HEAD)
    out.write("\\begin{pgfpicture}%\n")
    corner = rf"\pgfqpoint{{{width:f}in}}{{{height:f}in}}"
    out.write(f"\\pgfpathrectangle{{\\pgfpointorigin}}{{{corner}}}%\n\\pgfusepath{{use as bounding box,clip}}%\n")
    figure.draw(_renderer(figure, out))
    out.write("\\end{pgfpicture}%\n\\makeatother\n\\endgroup%\n")
    return out.getvalue()


def _renderer(figure: Figure, out: io.StringIO) -> RendererPgf:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.backends.backend_pgf import RendererPgf

    class Renderer(RendererPgf):
        def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
            width, height, depth = RendererBase.get_text_width_height_descent(self, s, prop, ismath)
            return EIGHT_POINT * width, height, depth

    return Renderer(figure, out)  # type: ignore[no-untyped-call]
