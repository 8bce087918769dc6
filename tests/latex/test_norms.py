"""Norms and statements about them in LaTeX: what is written, and that TeX and KaTeX take it."""

from __future__ import annotations

import pytest
import sympy as sp
from typesetting.harness import compile_fragments, katex_fragments, require_katex, require_tex

from symrnn.cells import Elman, Layered
from symrnn.derivation import AllOf, BoundedSlope, Equation, ForEvery, Inequality, Limit
from symrnn.expr import InnerProduct, Norm, SmallestEntry, SmallestSingularValue, SpectralRadius, TotalJacobian
from symrnn.latex import NOTATIONS, latex, statement_latex, to_text
from symrnn.symbols import T, k, l, n, s, t

rnn, net = Elman(), Layered()
h, W = rnn.h, rnn.W_hh
x, y = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("y", n, 1)
gamma, eta = sp.symbols("gamma eta", nonnegative=True)
jacobian = TotalJacobian(h[t], h[t - k])
ratio = gamma * Norm(W)

MEASURES = [
    *(Norm(W, kind) for kind in ("2", "1", "oo", "F")),
    Norm(h[t - 1]),
    Norm(jacobian),
    Norm(W + W.T) ** 2,
    SmallestSingularValue(W) ** k,
    SmallestEntry(jacobian),
    (gamma * SpectralRadius(W)) ** (k - 1),
    InnerProduct(x, y) / (Norm(x) * Norm(y)),
    sp.Sum(ratio**k * gamma * Norm(h[t - k - 1]), (k, 0, t - 1)),
    gamma * eta * (1 - ratio**t) / (1 - ratio),
]
STATEMENTS = [
    Inequality(Norm(jacobian), ratio**k, (k >= 0, t >= k), (BoundedSlope("phi", gamma),)),
    Inequality(1, Norm(W, "F"), (), (Equation(W.T * W, sp.Identity(n)),)),
    Inequality(
        Norm(h[T]), eta, (T >= 1,), (ForEvery(Norm(h[s]) <= eta, s, (s >= 0, s <= T)), BoundedSlope("phi", 1, 0))
    ),
    Inequality(Norm(net.y[l]), eta, (l >= 1,), (BoundedSlope("a", gamma, sp.Rational(1, 2)),)),
    Limit(Norm(jacobian), k, sp.S.Zero, (k >= 0, t >= k), (BoundedSlope("phi", gamma), ratio < 1)),
    Limit(SmallestSingularValue(W**k), k, sp.oo, (k >= 0,), (SmallestSingularValue(W) > 1,)),
    Inequality(
        0, SmallestEntry(jacobian), (k >= 0, t >= k), (SmallestEntry(W) >= 0, BoundedSlope("phi", increasing=True))
    ),
    AllOf(tuple(Inequality(Norm(W**k, kind), Norm(W, kind) ** k, (k >= 1,)) for kind in ("2", "1", "oo", "F"))),
]


def fragments() -> list[str]:
    found = [latex(measure, notation) for notation in NOTATIONS for measure in MEASURES]
    return found + [statement_latex(statement, notation) for notation in NOTATIONS for statement in STATEMENTS]


def test_pdftex() -> None:
    require_tex()
    assert compile_fragments(fragments()) == {}


def test_katex() -> None:
    require_katex()
    assert katex_fragments(fragments()) == {}


@pytest.mark.parametrize(("kind", "sign"), [("2", "2"), ("1", "1"), ("oo", r"\infty"), ("F", r"\mathrm{F}")])
def test_the_kind_is_an_index(kind: str, sign: str) -> None:
    assert latex(Norm(W, kind)).endswith(rf"\rVert_{{{sign}}}")


def test_each_measure_looks_different() -> None:
    measures = [*MEASURES[:4], SmallestSingularValue(W), SmallestEntry(W), SpectralRadius(W), InnerProduct(x, y)]
    for write in (latex, to_text):
        assert len({write(measure) for measure in measures}) == len(measures)


def test_statements() -> None:
    bound, limit = (statement_latex(statement) for statement in (STATEMENTS[0], STATEMENTS[4]))
    assert r"\le" in bound
    assert r"|\phi'| \le \gamma" in bound
    assert r"\xrightarrow{k \to \infty} 0" in limit
    assert r"\infty" in statement_latex(STATEMENTS[5])
    assert r"\min(\mathbf{W}_{hh}) \ge 0" in statement_latex(STATEMENTS[6])
    assert r"0 \le \phi'" in statement_latex(STATEMENTS[6])
    assert r"\frac{1}{2} \le |a'| \le \gamma" in statement_latex(STATEMENTS[3])


def test_a_power_of_a_norm_is_outside_of_its_bars() -> None:
    power = latex(Norm(W) ** 2)
    assert power.endswith("^{2}")
    assert power.startswith(latex(Norm(W))[:4])
