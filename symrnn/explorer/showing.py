"""The pictures and sentences of the explorer, from its numbers."""

from __future__ import annotations

from html import escape
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from symrnn.explorer.bounds import Bounds
from symrnn.explorer.numbers import Explored
from symrnn.explorer.settings import NORMS
from symrnn.latex import latex, statement_latex
from symrnn.plots.look import Look
from symrnn.plots.style import BLACK, BLUE, GREEN, PURPLE, VERMILLION, styled

Array = NDArray[np.float64]

LOOK = Look(width=5.2, font="DejaVu Sans", points=8.0)
"""A font that matplotlib brings along, with a minus sign."""
LOWEST, HIGHEST = 1e-14, 1e14
"""What lies outside is not drawn."""
MARKS = ((BLUE, "o"), (VERMILLION, "s"), (GREEN, "^"), (PURPLE, "D"))
SHOWN = 8
"""How many terms are listed."""


def norms_svg(found: Explored, bound: Bounds, upper: Array | None) -> str:
    """The norms against k with their bounds, as SVG."""
    from matplotlib.figure import Figure

    with styled(LOOK):
        figure = Figure(figsize=(LOOK.width, 3.1), layout="constrained")
        axes = figure.subplots()
        k = np.arange(len(found.norms))
        axes.semilogy(k, found.norms, color=BLUE, marker=".", label="the network")
        if upper is not None:
            name = "product of proved bounds of steps" if bound.by_step else "proved upper bound"
            axes.semilogy(k, upper, color=VERMILLION, linestyle="--", label=name)
        if found.lower is not None and (found.lower[1:] > LOWEST).any():
            axes.semilogy(
                k, found.lower, color=GREEN, linestyle=":", label="by the smallest slope visited (not proved)"
            )
        axes.axhline(1, color=BLACK, linewidth=0.6)
        s = found.state
        axes.set(xlabel="$k$, steps back in time", xlim=(0, len(k) - 1), ylim=_limits(found, upper))
        axes.set_ylabel(rf"$\|\partial {s}_T\,/\,\partial {s}_{{T-k}}\|$")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
        return _svg(figure)


def _limits(found: Explored, upper: Array | None) -> tuple[float, float]:
    """So that the norms are seen well, and the bounds as far as they are near."""
    drawn = [found.norms, *(each for each in (upper, found.lower) if each is not None)]
    every = np.concatenate(drawn)
    every = every[np.isfinite(every) & (every > 0)]
    return max(min(float(every.min()), 0.2) / 2, LOWEST), min(max(float(every.max()), 5.0) * 2, HIGHEST)


def plane_svg(found: Explored) -> str:
    """The eigenvalues of each recurrent matrix in the plane, with the unit circle, as SVG."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle

    with styled(LOOK):
        figure = Figure(figsize=(3.4, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.add_patch(Circle((0, 0), 1, fill=False, color=BLACK, linewidth=0.8))
        for at, (name, values) in enumerate(found.eigenvalues.items()):
            colour, mark = MARKS[at % len(MARKS)]
            axes.plot(values.real, values.imag, mark, color=colour, label=f"${latex_name(name)}$", alpha=0.8)
        reach = 1.15 * max(1.0, *(float(np.abs(values).max()) for values in found.eigenvalues.values()))
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xlabel="real part")
        axes.set_ylabel("imaginary part")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=4)  # inside, it would hide some of them
        return _svg(figure)


def latex_name(name: str) -> str:
    """A name as mathematics.

    >>> latex_name("W_hh")
    'W_{hh}'
    """
    first, _, rest = name.partition("_")
    return f"{first}_{{{rest}}}" if rest else first


def _svg(figure: object) -> str:
    written = StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None})  # type: ignore[attr-defined]
    text = written.getvalue()
    return text[text.index("<svg") :]


def picture(svg: str, said: str) -> str:
    """A picture with what it shows for those who do not see it; its ground is white on a dark page, too."""
    drawn = svg.replace("<svg", '<svg aria-hidden="true" style="max-width:100%;height:auto"', 1)
    style = "margin:0;background:#fff;border-radius:8px;padding:4px"
    return f'<figure role="img" aria-label="{escape(said)}" style="{style}">{drawn}</figure>'


def left_out(complaint: str) -> str:
    """What the address says in vain, as HTML in which it is nothing but text.

    >>> left_out("there is no cell <b>x</b>")
    '<p>Left out of the address: there is no cell &lt;b&gt;x&lt;/b&gt;</p>'
    """
    return f"<p>Left out of the address: {escape(complaint)}</p>"


def norms_in_words(found: Explored, upper: Array | None) -> str:
    """What the curves show, in a sentence or two."""
    steps, last = len(found.norms) - 1, float(found.norms[-1])
    first = float(found.norms[0])
    way = "falls" if last < first else "grows" if last > first else "goes"
    norm = NORMS[found.settings.norm]
    words = f"The {norm} of the Jacobian {way} from {first:.3g} for k = 0 to {last:.3g} for k = {steps}."
    if upper is not None:
        words += f" What is proved bounds it by {upper[-1]:.3g} there."
    if found.lower is not None and found.lower[-1] > 0:
        words += f" The smallest slope that was visited gives {found.lower[-1]:.3g} from below, which is not proved."
    return words


def plane_in_words(found: Explored) -> str:
    """What the plane shows."""
    told = [
        f"{name} has {len(values)} eigenvalues, {int((np.abs(values) > 1 + 1e-9).sum())} of them outside of the unit "
        f"circle, and the largest has magnitude {np.abs(values).max():.3g}"
        for name, values in found.eigenvalues.items()
    ]
    return "; ".join(told) + "."


def formula_markdown(found: Explored) -> str:
    """The closed form of the Jacobian."""
    return f"$$\n{latex(found.derivation.start)} = {latex(found.derivation.closed_form)}\n$$"


def terms_markdown(found: Explored) -> str:
    """The terms of a single step with their norms, the largest first."""
    kind, largest = NORMS[found.settings.norm], found.terms[0]
    lines = [
        f"At the last step, $t = T = {found.settings.steps + 1}$, the term whose {kind} is the largest is", "",
        "$$", latex(largest.term), "$$", "",
    ]  # fmt: skip
    if len(found.terms) == 1:
        return "\n".join([*lines, f"with {largest.norm:.4g}; a single step has no other."])
    listed = [f"| ${latex(each.term)}$ | {each.norm:.4g} |" for each in found.terms[:SHOWN]]
    left = len(found.terms) - SHOWN
    more = [f"\nand {left} smaller ones."] if left > 0 else []
    return "\n".join([*lines, f"| term of a single step | {kind} |", "|---|---|", *listed, *more])


def bound_markdown(bound: Bounds) -> str:
    """The bound with its verdict, or why there is none."""
    if bound.statement is None:
        return f"**No bound is proved** for this cell in this norm: {bound.reason}."
    how = (
        " The bound is proved for each step; the line multiplies it along the steps, at the values that were visited."
        if bound.by_step
        else " The line takes for γ the largest slope of the activation, which is proved as well."
        if any(each.name.startswith("gamma") for each in bound.statement.rhs.free_symbols)
        else ""
    )
    return f"**PROVED** for every $t$ and every size:\n\n$$\n{statement_latex(bound.statement)}\n$$\n\n{how}"


__all__ = [
    "bound_markdown",
    "formula_markdown",
    "left_out",
    "norms_in_words",
    "norms_svg",
    "picture",
    "plane_in_words",
    "plane_svg",
    "terms_markdown",
]
