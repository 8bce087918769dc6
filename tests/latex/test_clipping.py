"""Clipped gradients in LaTeX and in plain text."""

from __future__ import annotations

import pytest
import sympy as sp
from typesetting.harness import katex_fragments, require_katex

from symrnn.clipping import global_norm_clipped, norm_clipped, value_clipped
from symrnn.derivation import AllOf, Coincide, Inequality, SameDirection
from symrnn.expr import Norm, Stack
from symrnn.latex import latex, statement_latex, to_text
from symrnn.symbols import m, n

theta = sp.Symbol("theta", positive=True)
f, g, G = sp.MatrixSymbol("f", n, 1), sp.MatrixSymbol("g", n, 1), sp.MatrixSymbol("G_W", n, m)
cG, cg = global_norm_clipped((G, g), theta)

TERMS = {
    "by norm": (
        norm_clipped(g, theta, "2"),
        r"\operatorname{min}\left(1, \frac{\theta}{\lVert g \rVert_{2}}\right) g",
        "min(1, θ/‖g‖₂) g",
    ),
    "by value": (
        value_clipped(f - g, theta),
        r"\operatorname{min}(\operatorname{max}(f - g, -\theta), \theta)",
        "min(max(f - g, -θ), θ)",
    ),
    "by global norm": (
        cG,
        r"\operatorname{min}\left(1, \frac{\theta}{\lVert (G_{W}, g) \rVert_{2}}\right) G_{W}",
        "min(1, θ/‖(G_W, g)‖₂) G_W",
    ),
    "the smaller of both": (sp.Min(theta, Norm(g)), r"\operatorname{min}(\theta, \lVert g \rVert_{2})", "min(θ, ‖g‖₂)"),
}

STATEMENTS = {
    "coincide": (
        Coincide(value_clipped(g, theta), g, (Norm(g, "oo") <= theta,)),
        r"\operatorname{min}(\operatorname{max}(g, -\theta), \theta) = g"
        r" \qquad (\lVert g \rVert_{\infty} \le \theta, \quad \theta > 0)",
    ),
    "same direction": (
        SameDirection(value_clipped(g, theta), f - g),
        r"\operatorname{min}(\operatorname{max}(g, -\theta), \theta) = \lambda \, (f - g)"
        r" \qquad (\text{for some } \lambda > 0, \quad \theta > 0)",
    ),
    "together": (
        AllOf((Inequality(Norm(g), theta), SameDirection(g, 2 * g), Coincide(g, g))),
        r"\begin{aligned} \lVert g \rVert_{2} &\le \theta \\ g &= \lambda \, 2 g && (\text{for some } \lambda > 0)"
        r" \\ g &= g \\ &\quad (\theta > 0) \end{aligned}",
    ),
}


@pytest.mark.parametrize("name", TERMS)
def test_terms(name: str) -> None:
    term, written, text = TERMS[name]
    assert latex(term, "plain") == written
    assert to_text(term) == text


@pytest.mark.parametrize("name", STATEMENTS)
def test_statements(name: str) -> None:
    statement, written = STATEMENTS[name]
    assert statement_latex(statement, "plain") == written


def test_katex_takes_them() -> None:
    require_katex()
    whole = SameDirection(Stack(cG, cg), Stack(G, g))
    fragments = [latex(term) for term, *_ in TERMS.values()]
    fragments += [statement_latex(statement) for statement, _ in STATEMENTS.values()] + [statement_latex(whole)]
    assert not any(katex_fragments(fragments))
