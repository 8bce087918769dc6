"""Parentheses: none missing, none to spare. A reader of its own judges what the writer wrote."""

from __future__ import annotations

from contextlib import suppress

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from latex.reader import UnreadableError, meaning, read, without_one_pair

from symrnn.expr import ASCENDING, DESCENDING, MatrixSum, OrderedProduct
from symrnn.latex import latex, to_text

k, u, t = sp.symbols("k u t", integer=True)
SYMBOLS = [sp.MatrixSymbol(name, 1, 1) for name in "ABC"]  # 1 x 1, so that every construct fits every other

UNARY = [
    sp.Transpose,
    lambda X: sp.MatPow(X, k),
    lambda X: sp.MatMul(-1, X),
    lambda X: MatrixSum(X, (k, 0, t)),
    lambda X: OrderedProduct(X, (u, 1, t), ASCENDING),
    lambda X: OrderedProduct(X, (u, 1, t), DESCENDING),
]
BINARY = [sp.MatAdd, sp.MatMul, sp.KroneckerProduct, sp.HadamardProduct]


def grow(inner: st.SearchStrategy[sp.Basic]) -> st.SearchStrategy[sp.Basic]:
    one = st.builds(lambda construct, X: construct(X), st.sampled_from(UNARY), inner)
    two = st.builds(lambda construct, X, Y: construct(X, Y), st.sampled_from(BINARY), inner, inner)
    return one | two


terms = st.recursive(st.sampled_from(SYMBOLS), grow, max_leaves=8)


@given(terms)
def test_what_is_written_is_read_as_the_same_term(term: sp.Basic) -> None:
    assert read(to_text(term)) == meaning(term)


@given(terms)
def test_no_parentheses_can_be_spared(term: sp.Basic) -> None:
    text = to_text(term)
    for shorter in without_one_pair(text):
        with suppress(UnreadableError):
            assert read(shorter) != meaning(term), f"{text} could be {shorter}"


@given(terms)
def test_latex_has_the_parentheses_of_the_text(term: sp.Basic) -> None:
    written = latex(term, "plain")
    assert written.replace(r"\left(", "(").count("(") == to_text(term).count("(")
    assert written.count(r"\left(") == written.count(r"\right)")
    assert written.count("{") == written.count("}")


@given(terms)
def test_writing_is_deterministic(term: sp.Basic) -> None:
    assert latex(term) == latex(term.func(*term.args))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("A Σ_{k=0}^{t} B ⊗ C", ("product", "A", ("Σ", ("⊗", "B", "C")))),
        ("A ⊗ B C - A", ("sum", ("neg", "A"), ("⊗", "A", ("product", "B", "C")))),
    ],
)
def test_the_reader_itself(text: str, meant: object) -> None:
    assert read(text) == meant


@pytest.mark.parametrize("text", ["A ⊗ B ⊙ C", "Aᵀᵀ", "(A", "A +", "A * B", "A)"])
def test_the_reader_refuses(text: str) -> None:
    with pytest.raises(UnreadableError):
        read(text)


def test_a_product_beside_a_hadamard_sign_has_parentheses() -> None:
    """Books differ on what binds tighter, and a cell that is typed without them is refused."""
    X, Y, Z = (sp.MatrixSymbol(name, 2, 2) for name in "XYZ")
    assert to_text(sp.HadamardProduct(X * Y, Z)) == "(X Y) ⊙ Z"
    assert latex(sp.HadamardProduct(Z, X * Y), "plain") == r"Z \odot (X Y)"
    assert to_text(sp.KroneckerProduct(X * Y, Z)) == "X Y ⊗ Z"
