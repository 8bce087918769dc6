"""Each rule of the walk in LaTeX and in text, the lecture's closed form, names, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import sympy as sp
from latex.terms import CLOSED_FORM, RULES, D, I, W, a, b, h, k, kron, n, phi, t

from symrnn.errors import NotationError, SymrnnError
from symrnn.expr import Elementwise, Expectation, MatrixSum, Sequence
from symrnn.latex import latex, to_text, written_out


@pytest.mark.parametrize(("term", "written", "_text"), RULES, ids=[text for _, _, text in RULES])
def test_rule_in_latex(term: sp.Basic, written: str, _text: str) -> None:
    assert latex(term) == written


@pytest.mark.parametrize(("term", "_written", "text"), RULES, ids=[text for _, _, text in RULES])
def test_rule_in_text(term: sp.Basic, _written: str, text: str) -> None:
    assert to_text(term) == text


def test_what_one_unit_has_is_squared_and_a_matrix_is_not() -> None:
    z, w = Sequence("z", 1), sp.MatrixSymbol("w", 1, 1)
    squared = sp.MatMul(z[t], z[t], Expectation(z[t - 1]), Expectation(z[t - 1]), w, w)
    assert latex(squared, "plain") == "z_{t}^{2} E(z_{t-1})^{2} w w"
    assert to_text(squared) == "z[t]^2 E(z[t-1])^2 w w"


def test_closed_form_in_the_lectures_notation() -> None:
    assert latex(CLOSED_FORM) == (
        r"\sum_{k=0}^{t-1} "
        r"\left(\mathop{\overset{\longrightarrow}{\prod}}\limits_{u=0}^{k-1} "
        r"\mathbf{D}_{(t-u)} \mathbf{W}_{hh}\right) "
        r"\mathbf{D}_{(t-k)} (\mathbf{h}_{(t-k-1)}^{\top} \otimes \mathbf{I}_{n})"
    )


def test_closed_form_in_plain_notation() -> None:
    assert latex(CLOSED_FORM, "plain") == (
        r"\sum_{k=0}^{t-1} "
        r"\left(\mathop{\overset{\longrightarrow}{\prod}}\limits_{u=0}^{k-1} D_{t-u} W_{hh}\right) "
        r"D_{t-k} (h_{t-k-1}^{\top} \otimes I_{n})"
    )


def test_closed_form_in_text() -> None:
    assert to_text(CLOSED_FORM) == "Σ_{k=0}^{t-1} (∏→_{u=0}^{k-1} D[t-u] W_hh) D[t-k] (h[t-k-1]ᵀ ⊗ I_n)"


def test_without_abbreviations() -> None:
    assert latex(D(t), written_out("plain")) == r"\operatorname{diag}(\phi'(a_{t}))"
    assert to_text(D(t), abbreviate=False) == "diag(φ'(a[t]))"


@pytest.mark.parametrize(
    "term",
    [
        D(t) + sp.DiagMatrix(Elementwise("tanh")(a[t], 1)),  # two functions of one pre-activation
        D(t) * sp.MatrixSymbol("D", n, n),  # D is something else
    ],
)
def test_an_abbreviation_that_would_mislead_is_not_used(term: sp.Basic) -> None:
    assert r"\operatorname{diag}(\phi'" in latex(term)


def test_second_derivatives_are_no_slopes() -> None:
    assert to_text(sp.DiagMatrix(phi(a[t], 2))) == "diag(φ''(a[t]))"


def test_each_gate_has_its_own_slope() -> None:
    assert latex(sp.DiagMatrix(Elementwise("sigmoid")(Sequence("a_f", n)[t], 1))) == r"\mathbf{D}_{f,(t)}"


# --- names ------------------------------------------------------------------------------------------


def test_a_bound_index_never_looks_like_a_free_one() -> None:
    captured = MatrixSum(h[t - k], (k, 0, t - 1)).subs(t, k)
    assert latex(captured, "plain") == r"\sum_{j=0}^{k-1} h_{k-j}"
    assert to_text(captured) == "Σ_{j=0}^{k-1} h[k-j]"


def test_a_lone_dummy_needs_no_prime() -> None:
    dummy = sp.Dummy("k", integer=True)
    assert latex(MatrixSum(h[dummy], (dummy, 0, t)), "plain") == r"\sum_{k=0}^{t} h_{k}"


def test_letters_make_way_for_those_that_are_there() -> None:
    named, dummy = sp.Symbol("j", integer=True), sp.Dummy("k", integer=True)
    written = latex(k + named + dummy)
    assert sorted(written.split(" + ")) == ["i", "j", "k"]


def test_names_that_differ_in_their_alphabet_only_are_told_apart() -> None:
    assert sorted(latex(sp.Symbol("φ") + sp.Symbol("phi")).split(" + ")) == [r"\phi", r"\phi'"]


@pytest.mark.parametrize("name", ["W^2", "a b", "W_{hh}", "é", "_", "", "1a", "\\W"])
def test_a_name_that_cannot_be_spelled_is_refused(name: str) -> None:
    with pytest.raises(NotationError, match="no rule spells the name"):
        latex(sp.MatrixSymbol(name, 2, 2))


# --- nodes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [latex, to_text])
@pytest.mark.parametrize(
    ("term", "name"),
    [
        (sp.BlockMatrix([[W]]), "BlockMatrix"),
        (W + sp.BlockMatrix([[W]]), "BlockMatrix"),
        (sp.sign(sp.Trace(W)), "sign"),
        (sp.Interval(0, 1), "Interval"),
    ],
)
def test_an_unknown_node_is_named(write: object, term: sp.Basic, name: str) -> None:
    with pytest.raises(NotationError, match=name):
        write(term)  # type: ignore[operator]


def test_a_mutable_matrix_is_fine() -> None:
    assert to_text(sp.Matrix([[1, -k]])) == "[[1, -k]]"


def test_double_sums() -> None:
    i, j = sp.symbols("i j", integer=True)
    assert latex(sp.Sum(i * j, (i, 1, n), (j, 1, i))) == r"\sum_{j=1}^{i} \sum_{i=1}^{n} i j"


def test_an_open_sum_is_closed_before_a_factor_and_not_before_a_sign() -> None:
    tail = W * MatrixSum(W**k, (k, 0, t))
    assert to_text(tail - I) == "W_hh Σ_{k=0}^{t} W_hh^k - I_n"
    assert to_text(tail * b) == "W_hh (Σ_{k=0}^{t} W_hh^k) b_h"
    assert to_text(kron(tail, I)) == "(W_hh Σ_{k=0}^{t} W_hh^k) ⊗ I_n"
    assert to_text(kron(I, tail)) == "I_n ⊗ W_hh Σ_{k=0}^{t} W_hh^k"


@pytest.mark.parametrize(
    ("index", "written"),
    [
        (t - k - 1, "t-k-1"),
        (k + t + 1, "t+k+1"),
        (-k - 1 + n, "n-k-1"),
        (2 * t - 3 * k, "2 t-3 k"),
        (t - 2 * k + sp.Rational(1, 2) * 4, "t-2 k+2"),
    ],
)
def test_indices_are_in_reading_order(index: sp.Expr, written: str) -> None:
    assert latex(h[index], "plain") == rf"h_{{{written}}}"


def test_text_is_never_parsed(tmp_path: Path) -> None:
    """A string is not a term: it is refused, and nothing in it is run."""
    trap = tmp_path / "trap"
    with pytest.raises(SymrnnError):
        latex(f"open({str(trap)!r}, 'w')")
    assert not trap.exists()


def test_a_row_of_ones_is_no_column_of_ones() -> None:
    """A column of ones stands by itself; before what it adds up, a row does."""
    row, column, single = (sp.OneMatrix(*shape) for shape in ((1, n), (n, 1), (1, 1)))
    assert [latex(each, "plain") for each in (row, column, single)] == [
        r"\mathbf{1}^{\top}",
        r"\mathbf{1}",
        r"\mathbf{1}",
    ]
