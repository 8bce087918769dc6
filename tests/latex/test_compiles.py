"""Everything that is emitted goes through pdfTeX and KaTeX."""

from __future__ import annotations

import pytest
import sympy as sp
from latex.terms import CLOSED_FORM, GRADIENT, RULES, D, W, a, h, k, kron, n, phi, s, t
from latex.test_code import loops, precedence, step
from latex.test_precedence import BINARY, SYMBOLS, UNARY
from typesetting.harness import (
    compile_fragments,
    katex_fragments,
    overfull_fragments,
    require_katex,
    require_tex,
)

from symrnn.expr import MatrixSum, TotalJacobian
from symrnn.latex import (
    NOTATIONS,
    aligned,
    condition,
    equation,
    latex,
    typeset_function,
    where_clause,
    wrapped,
    written_out,
)
from symrnn.latex.prose import MATH, TEXT, escape
from symrnn.oracles.numpy_bptt import hidden_weight_gradient

LONG = sp.MatAdd(*[D(t - q) * W * D(t - q - 1) * W * kron(h[t - q].T, sp.Identity(n)) for q in range(8)])
STEPS = [(LONG, "the chain rule"), (CLOSED_FORM, "50% of φ & {W_hh} ~ x^2 \\ #1 $")]


def pairs() -> list[sp.Basic]:
    """Every construct inside every other."""
    A, B, _ = SYMBOLS
    inner = [make(A) for make in UNARY] + [make(A, B) for make in BINARY]
    return [outer(X) for outer in UNARY for X in inner] + [
        outer(*operands) for outer in BINARY for X in inner for operands in ((X, B), (B, X))
    ]


def displays(notation: str) -> list[str]:
    long_reason = "the differential of a recurrence is a linear difference equation, solved by unrolling it " * 2
    return [
        latex(CLOSED_FORM, written_out(notation)),
        equation(TotalJacobian(h[t], W), GRADIENT, notation),
        where_clause(CLOSED_FORM, notation),
        wrapped(LONG, notation),
        aligned(TotalJacobian(h[t], W), STEPS, notation),
        aligned(h[t], [(W * h[t - 1], "short"), (LONG, long_reason)], notation),
        condition((k >= 0) & (k <= t) & sp.Ne(s, t), notation),
        latex(MatrixSum(phi(a[k], 5), (k, 0, t)).subs(t, k), notation),
        *(typeset_function(f, notation=notation) for f in (hidden_weight_gradient, step, precedence, loops)),
    ]


def fragments() -> list[str]:
    found = [latex(term, notation) for notation in NOTATIONS for term, _, _ in RULES]
    found += [latex(term) for term in pairs()]
    found += [display for notation in NOTATIONS for display in displays(notation)]
    letters = "".join([*MATH, *TEXT, *map(chr, range(32, 127)), "éàêñöāčÅ²₀"])
    return [*found, rf"\text{{{escape(letters)}}}"]


def test_pdftex() -> None:
    require_tex()
    assert compile_fragments(fragments()) == {}


def test_katex() -> None:
    require_katex()
    assert katex_fragments(fragments()) == {}


@pytest.mark.parametrize("notation", NOTATIONS)
def test_displays_do_not_run_over_the_page(notation: str) -> None:
    require_tex()
    shown = displays(notation)
    # A display is as wide as it is: TeX can only complain about it inside a box of the page's width.
    assert overfull_fragments([rf"\hbox to \textwidth{{$\displaystyle {one}$\hfil}}" for one in shown]) == {}
