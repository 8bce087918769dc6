"""Displays: equations, derivations, long sums, definitions, conditions, prose."""

from __future__ import annotations

import math
import re

import pytest
import sympy as sp
from latex.terms import CLOSED_FORM, GRADIENT, D, W, a, h, k, kron, n, s, t
from typesetting.harness import require_tex, widths_of

from symrnn.errors import NotationError
from symrnn.expr import Elementwise, MatrixSum, Sequence, TotalJacobian
from symrnn.latex import aligned, condition, equation, latex, where_clause, wrapped
from symrnn.latex.layout import PAGE, broken, folded
from symrnn.latex.prose import escape
from symrnn.latex.width import width
from symrnn.latex.writer import latex_style

LONG = sp.MatAdd(*[D(t - q) * W * D(t - q - 1) * W for q in range(8)])


def test_an_equation_tells_symbols_apart_across_its_sides() -> None:
    other = sp.Dummy("t", integer=True)
    assert equation(h[t], h[other], "plain") == "h_{t} = h_{j}"


def test_a_short_term_is_not_broken() -> None:
    assert wrapped(CLOSED_FORM) == latex(CLOSED_FORM)


def test_a_long_sum_is_broken_before_its_signs() -> None:
    display = wrapped(LONG)
    body = display.removeprefix(r"\begin{aligned} &").removesuffix(r" \end{aligned}")
    lines = body.split(r" \\ &")
    assert len(lines) > 1
    assert all(line.startswith(r"\quad + ") for line in lines[1:])
    assert all(width(line) <= 76 for line in lines)
    assert "".join(line.removeprefix(r"\quad") for line in lines) == latex(LONG)


def test_a_product_that_is_too_long_is_broken_between_its_factors() -> None:
    broken = wrapped(W**k * h[t], "plain", letters=1)
    assert broken == r"\begin{aligned} &W_{hh}^{k} \\ &\qquad {} \cdot h_{t} \end{aligned}"


def test_the_minus_of_what_is_summed_stands_before_the_sum_which_is_broken() -> None:
    negative = MatrixSum(-(W**k) * W.T * D(t) * W.T * D(t) * W.T * h[t - k], (k, 0, t - 1))
    assert latex(negative, "plain").startswith(r"-\sum_{k=0}^{t-1} W_{hh}^{k}")
    lines = broken(h[t] + negative, latex_style(h[t], negative, notation="plain"), 24)
    assert len(lines) > 2
    assert all(width(line) <= 24 for line in lines)
    assert not any(r"\left(-" in line for line in lines)


def test_a_derivation_puts_short_reasons_beside_the_lines() -> None:
    display = aligned(h[t], [(W * h[t - 1], "by definition"), (W**t * h[0], "")], "plain")
    assert display == (
        r"\begin{aligned} h_{t} &= W_{hh} h_{t-1} && \text{by definition} \\ "
        r"&= W_{hh}^{t} h_{0} \end{aligned}"
    )


def test_a_derivation_puts_long_reasons_below_the_lines() -> None:
    reason = "the solution of a linear difference equation, " * 3
    display = aligned(TotalJacobian(h[t], W), [(LONG, reason)])
    assert "&&" not in display
    assert len(re.findall(r"&\\qquad \\text", display)) == 3


@pytest.mark.parametrize("letters", [1, 7, 33, 52, 200])
def test_a_folded_sentence_has_lines_of_about_one_length_and_no_more_than_it_needs(letters: int) -> None:
    said = "the norm of a sum is at most the sum of the norms; $a + b$ is one; the identity has norm 1"
    lines = folded(said, letters)
    assert " ".join(lines) == said
    assert "$a + b$" in " ".join(line for line in lines if "$" in line)
    if letters > 30:
        assert len(lines) == math.ceil(len(said) / letters)
        assert min(map(len, lines)) > 0.6 * max(map(len, lines))


def test_a_derivation_needs_a_line() -> None:
    with pytest.raises(NotationError, match="without lines"):
        aligned(h[t], [])


def test_an_abbreviation_means_the_same_in_every_line() -> None:
    tanh = sp.DiagMatrix(Elementwise("tanh")(a[t], 1))
    display = aligned(D(t), [(D(t), ""), (tanh, "")])
    assert r"\mathbf{D}" not in display
    assert where_clause([D(t), tanh]) == ""


def test_where_clause() -> None:
    assert where_clause(CLOSED_FORM) == r"\mathbf{D}_{(t)} = \operatorname{diag}(\phi'(\mathbf{a}_{(t)}))"
    assert where_clause(GRADIENT, "plain") == r"D_{t} = \operatorname{diag}(\phi'(a_{t}))"
    assert where_clause(W * h[t]) == ""


def test_where_clause_of_two_gates() -> None:
    gates = [sp.DiagMatrix(Elementwise("sigmoid")(Sequence(f"a_{g}", n)[t], 1)) for g in "fi"]
    assert where_clause(gates[0] * gates[1], "plain") == (
        r"D_{f,t} = \operatorname{diag}(\sigma'(a_{f,t})), \quad "
        r"D_{i,t} = \operatorname{diag}(\sigma'(a_{i,t}))"
    )


@pytest.mark.parametrize(
    ("relation", "written"),
    [
        (sp.Ge(k, 1), r"k \ge 1"),
        (sp.Lt(k, t), "k < t"),
        (sp.Gt(k, t), "k > t"),
        (sp.Ne(k, t), r"k \ne t"),
        (sp.Eq(k, t - 1), "k = t - 1"),
        ((k >= 0) & (k <= t), r"0 \le k \le t"),
        ((k > 0) & (k <= t - 1), r"0 < k \le t - 1"),
        ((k >= 0) & (k < s), r"0 \le k < s"),
        (sp.Lt(sp.Abs(s), 1), r"|s| < 1"),
    ],
)
def test_conditions(relation: sp.Basic, written: str) -> None:
    assert condition(relation) == written


@pytest.mark.parametrize("relation", [k, sp.Or(k > 1, t > 1), sp.true, (k > 1) & sp.Not(sp.Symbol("p"))])
def test_what_is_no_relation_is_refused(relation: sp.Basic) -> None:
    with pytest.raises(NotationError, match="not a relation"):
        condition(relation)


# --- prose ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prose", "written"),
    [
        ("a_t & 5% #1 $x {y}", r"a\_t \& 5\% \#1 \$x \{y\}"),
        ("x^2 ~ \\phi", r"x\textasciicircum{}2 \textasciitilde{} \textbackslash{}phi"),
        ("φ' and Δ, k ≥ 1 < n", r"$\phi$' and $\Delta$, k $\ge$ 1 $<$ n"),
        ("“naïve” – Hölder’s Čech", r"``na\\\"{i}ve'' -- H\\\"{o}lder's \v{C}ech".replace("\\\\\\", "\\")),
        ("two\n\nlines", "two lines"),
        ("$φ$ φφ", r"\$$\phi$\$ $\phi\phi$"),
        ("h₀ Wᵀ x² ∂⁺", r"h${}_{0}$ W${}^{\top}$ x${}^{2}$ $\partial{}^{+}$"),
    ],
)
def test_prose_is_escaped(prose: str, written: str) -> None:
    assert escape(prose) == written


@pytest.mark.parametrize("letter", ["語", "\x00", "\u200b", "Ж", "🙂", "ạ"])
def test_a_character_without_a_rule_is_refused(letter: str) -> None:
    with pytest.raises(NotationError, match="cannot be typeset"):
        escape(f"so {letter} it is")


def test_width_grows_with_what_is_printed() -> None:
    short = MatrixSum(W, (k, 0, t))
    assert width(latex(short)) < width(latex(short * W)) < width(latex(kron(short * W, W)))
    assert width("") == 0
    assert width(r"\mathbf{W}_{hh}") == width("W_{hh}")
    assert width("x_a^b") == width("x_a")
    assert width(r"\overset{\longrightarrow}{\prod} x") == width(r"\prod x")
    assert width(r"\sum_{k=0}^{t-1} x") < width(r"\sum x") + width("k=0") / 2  # limits stand above and below
    assert width("x_{a-b}") < width("x_{a} - b")  # no space around a sign in a script
    cells = width(r"\begin{bmatrix} x & y \\ x y z & x \end{bmatrix}")
    assert width("x y z x") < cells < 2 * width("x y z x")
    assert width("&x + &y") == width("x + y")  # signs of alignment print nothing
    assert width(r"\tfrac{a b}{c}") < width(r"\frac{a b}{c}") == width(r"\dfrac{a b}{c}")


MATRICES = [
    r"W_{hh} = \begin{pmatrix} 1 & 2 \\ 0 & \tfrac{1}{2} \end{pmatrix}",
    r"\begin{pmatrix} 3 & 1 \end{pmatrix} \begin{pmatrix} 2 & 0 \\ 0 & 4 \end{pmatrix}",
    r"\begin{pmatrix} 0 & a + b + c \\ 0 & 1 \\ \frac{x + y}{2} & 1 \end{pmatrix}^{\top}",
    r"\begin{pmatrix} \begin{bmatrix} 1 \\ 2 \end{bmatrix} & x \end{pmatrix}",
    r"x + \begin{aligned}[t] &a \\ &b + c \end{aligned}",
    r"\bigl(\begin{smallmatrix} 9/10 & 1 \\ 0 & 9/10 \end{smallmatrix}\bigr)",
]


@pytest.mark.parametrize("formula", MATRICES)
def test_a_matrix_is_about_as_wide_as_estimated(formula: str) -> None:
    require_tex()
    measured, line = widths_of([formula, r"\hskip 160mm"])
    assert measured / line * PAGE <= width(formula) <= 1.5 * measured / line * PAGE


def test_a_long_reason_beside_a_long_left_side_is_folded_to_the_room_that_is_left() -> None:
    A = sp.MatrixSymbol("A", 2, 2)
    left = sp.MatMul(*[A] * 13)
    said = "the norm of a product is at most the product of the norms "
    text = aligned(left, [(A, said)], "plain", letters=45)
    reasons = re.findall(r"\\text\{([^{}]*)\}", text)
    assert not text.startswith(r"\begin{aligned} &")
    assert len(reasons) == 3
    assert max(map(len, reasons)) * 0.85 + width(r"\qquad") + width(latex(left, "plain")) <= 45
    longer = aligned(left, [(A, 4 * said)], "plain", letters=45)  # then the left side stands alone
    assert longer.startswith(r"\begin{aligned} &")
