"""What is assumed of numbers is printed with a statement: boxes, fragments, proofs and verdicts are complete."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn import Cell, Claim, Elman, Inequality, Kind, Norm, TotalJacobian, k, n, t
from symrnn.activations import activation
from symrnn.clipping import norm_clipped
from symrnn.derivation import AllOf, BoundedSlope, Limit, SlopeBound
from symrnn.expr import SmallestSingularValue
from symrnn.latex import claim_latex, statement_latex
from symrnn.latex.text import statement_text
from symrnn.library import load_library
from symrnn.render.fragments import Shape, fragment

W, g = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("g", n, 1)
a, b = sp.Symbol("alpha", positive=True), sp.Symbol("beta", real=True)
c, d, r = sp.Symbol("c", nonnegative=True), sp.Symbol("d", negative=True), sp.Symbol("r", nonzero=True, real=True)
rnn = Elman()
BELOW = Inequality((c * SmallestSingularValue(W)) ** k, 1, (k >= 0,), (BoundedSlope("phi", at_least=c),))
CELL = Cell.parse("h_t = α h_{t-1} + tanh(W h_{t-1})\nwhere\n  α: positive number")
STEP = CELL.derive(CELL.h[t], wrt=CELL.h[t - 1])


@pytest.mark.parametrize(
    ("statement", "latex", "text"),
    [
        (Inequality(Norm(a * W), a * Norm(W)), r"\alpha > 0", "α > 0"),
        (BELOW, r"c \ge 0", "c >= 0"),
        (Inequality(d, 0), "d < 0", "d < 0"),
        (Inequality(0, r**2), r"r \ne 0", "r not 0"),
        (Inequality(0, 1, given=(a <= 1,)), r"0 < \alpha \le 1", "α > 0"),
        (Limit(Norm(W) * c**k, k, 0, given=(c < 1,)), r"0 \le c < 1", "c >= 0"),
        (AllOf((Inequality(a, 2 * a), Inequality(c, 2 * c))), r"(\alpha > 0, \quad c \ge 0)", "c >= 0"),
        (Inequality(0, sp.Symbol("p", even=True) ** 2), r"p \text{ even}", "p even"),
    ],
)
def test_signs_are_hypotheses(statement: Any, latex: str, text: str) -> None:
    assert latex in statement_latex(statement)
    assert text in statement_text(statement)


def test_what_follows_is_not_said_again() -> None:
    assert r"\ge" not in statement_latex(Inequality(c, 2 * c, given=(c > 1,)))
    assert r"c \ge 0" not in statement_latex(Inequality(0, c, given=(BoundedSlope("phi", c),)))
    assert "n" not in statement_latex(Inequality(Norm(W), 2 * Norm(W))).split(r"\rVert")[-1]


def test_what_clipping_does_to_a_gradient_that_is_0_stands_beside_it() -> None:
    theta = sp.Symbol("theta", nonnegative=True)
    found = statement_latex(Inequality(Norm(norm_clipped(g, theta)), theta))
    assert found.endswith(r"(\theta \ge 0, \quad \operatorname{min}(1, \theta / 0) \text{ means } 1)")


def test_a_correction_that_is_the_same_formula_shows_what_differs() -> None:
    holds = Claim("E1", "", Inequality(Norm(a * W), a * Norm(W)), Kind.PROVED)
    slip = Claim("E2", "", Inequality(Norm(b * W), b * Norm(W)), Kind.REFUTED, corrected_by="E1")
    found = fragment(slip, refuted=True, correction=holds)
    assert found.index(r"\beta \text{ arbitrary}") < found.index(r"\alpha > 0")
    assert "arbitrary" not in fragment(slip, refuted=True)


def test_numbers_of_the_cell_and_parameters_of_its_slopes() -> None:
    claim = Claim("J", "", Inequality(Norm(TotalJacobian(CELL.h[t], CELL.h[t - 1])), 9, (t >= 1,)), Kind.REFUTED, CELL)
    assert r"\alpha > 0" in claim_latex(claim)
    claim = Claim("J", "", STEP.equation, Kind.PROVED, CELL, STEP)
    assert claim_latex(claim).count(r"\alpha > 0") == 1
    assert any("alpha > 0" in said for said in claim.verify().hypotheses)
    slope = sp.Symbol("s", positive=True)
    assert "s < 1" in statement_latex(SlopeBound(activation("leaky_relu", negative_slope=slope), "<=", 1))


def test_words_and_conditions_stand_below_a_proof() -> None:
    claim = Claim("J", "", STEP.equation, Kind.PROVED, CELL, STEP, assumptions=("$W$ is small",))
    found = fragment(claim, Shape(proof=True))
    assert r"(t \ge 1, \quad \alpha > 0, \quad \mathbf{h}_{(t)} = \alpha" in found  # it has no inputs
    assert r", \quad \mathbf{W}\text{ is small})" in found
    assert r"\text{ is small}" in claim_latex(claim)
    assert "small" not in fragment(claim, Shape(proof=True, bare=True))


def test_the_lecture_names_the_sign_of_every_number() -> None:
    signed = {name: entry.claim for entry in load_library([]).entries for name in [entry.claim.id]}
    assert r"c \ge 0" in claim_latex(signed["L19-from-below"])
    for name in ("L20", "L20-value", "L20-twice", "L20-closer", "L20-global"):
        assert r"\theta > 0" in claim_latex(signed[name])
        assert (r"/ 0) \text{ means } 1" in claim_latex(signed[name])) == (name != "L20-value")
