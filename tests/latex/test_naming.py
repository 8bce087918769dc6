"""Names for what is long: given once, meant for every index, and only where one index says all."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.cells import GRU, LSTM, Cell, Elman
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, OrderedProduct, Sequence
from symrnn.latex import derivation_latex, explain, latex, statement_latex
from symrnn.latex.naming import named
from symrnn.symbols import k, n, t, u

h = Sequence("h", n)
W, V = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("V", n, n)


def long(at: sp.Expr) -> sp.MatrixExpr:
    return sp.MatAdd(*(sp.DiagMatrix(h[at - lag]) * W * V * W * V for lag in range(4)))


def short(*terms: sp.Basic):
    return named(terms, "t", lambda term: len(str(term)))


def test_one_letter_stands_for_every_index() -> None:
    product, alone = OrderedProduct(long(t - u), (u, 0, k - 1), "ascending"), long(k) * V
    found = short(product, alone)
    ((name, meaning),) = found.meanings
    assert str(found.terms[0]) == "Prod(A[t - u], (u, 0..k - 1))"
    assert found.terms[1] == name.func(name.args[0], k, *name.shape) * V
    assert set(meaning.args) == set(long(t).args)


@pytest.mark.parametrize(("size", "letters"), [(0.3, 4), (0.5, 6), (1.0, 7)])
def test_what_the_letters_mean_gives_the_terms_back(size: float, letters: int) -> None:
    """Blocks that are long products get letters where a block matrix is wider than a line."""
    lstm = LSTM()
    closed = lstm.derive(lstm.c[t], wrt=lstm.U_f).closed_form
    found = named((closed,), "t", lambda term: size * len(str(term)))
    meaning = {name.name: (name, what) for name, what in found.meanings}

    def back(term: sp.Basic) -> sp.Basic:
        if isinstance(term, Element) and term.name in meaning:
            _, what = meaning[term.name]
            shift = {e: e.func(e.args[0], sp.expand(e.index - t + term.index), *e.shape) for e in what.atoms(Element)}
            return back(what.xreplace(shift))
        parts = [back(part) if isinstance(part, sp.MatrixExpr) else part for part in term.args]
        return term.func(*parts) if parts else term

    def flat(term: sp.Basic) -> str:
        """A string without the order of sums, and without parentheses in products."""
        if isinstance(term, sp.MatAdd):
            return "+".join(sorted(map(flat, term.args)))
        if isinstance(term, sp.MatMul):
            return "*".join(map(flat, term.args))
        return f"{type(term).__name__}({','.join(map(flat, term.args))})" if term.args else str(term)

    assert len(meaning) == letters
    assert flat(back(found.terms[0])) == flat(closed)


def test_a_letter_that_is_taken_is_not_given() -> None:
    product = OrderedProduct(long(t - u), (u, 0, k - 1), "ascending") * sp.MatrixSymbol("A", n, n)
    assert [name.name for name, _ in short(product).meanings] == ["B"]


def test_a_term_of_two_indices_keeps_its_length() -> None:
    product = OrderedProduct(long(t - u) + sp.DiagMatrix(h[k]), (u, 0, k - 1), "ascending")
    assert short(product).terms == (product,)
    weighted = OrderedProduct(sp.MatAdd(*(u * part for part in long(t - u).args)), (u, 0, k - 1), "ascending")
    assert short(weighted).terms == (weighted,)


def test_short_products_are_left_alone() -> None:
    rnn = Elman()
    assert "with" not in explain(rnn.derive(rnn.h[t], wrt=rnn.W_hh))
    assert "with" not in derivation_latex(rnn.derive(rnn.h[t], wrt=rnn.W_hh))


def test_displays_say_what_the_letters_mean() -> None:
    gru = GRU()
    found = gru.derive(gru.h[t], wrt=gru.h[t - k])
    assert "  with A[t] = " in explain(found)
    for display in (derivation_latex(found), statement_latex(found.equation)):
        assert display.count(r"\text{with } \mathbf{A}_{(t)}") == 1
        assert r"\mathbf{A}_{(t-u)}" in display


def test_slopes_that_a_wide_block_matrix_repeats_get_a_letter() -> None:
    from symrnn.cells import Cell, complement, entrywise, gates, matrices
    from symrnn.expr import Elementwise

    c, (f,), (R_out, U_f) = Sequence("c", n), gates("f", n), matrices("R_out U_f", n, n)
    sigma, tanh = Elementwise("sigmoid"), Elementwise("tanh")
    definitions = {
        f: sigma(U_f * h[t - 1]),
        c: entrywise(f[t], c[t - 1]) + complement(f[t]),
        h: tanh(R_out * c[t] + U_f * c[t - 1]),
    }
    cell = Cell("two states", definitions, (h, c), (R_out, U_f))
    meanings = short(cell.derive(h[t], wrt=U_f).closed_form).meanings
    slopes = [what for _, what in meanings if isinstance(what, sp.DiagMatrix)]
    assert sp.DiagMatrix(tanh(R_out * c[t] + U_f * c[t - 1], order=1)) in slopes
    assert not any(what == sp.DiagMatrix(f[t]) for _, what in meanings)


@pytest.mark.parametrize("given", [h[t], None, "h"], ids=str)
def test_what_is_no_derivation_is_refused_by_name(given: Any) -> None:
    with pytest.raises(UnknownTermError, match="is not a derivation"):
        explain(given)


@pytest.mark.parametrize(("notation", "written"), [("plain", "h'_{t}"), ("ng", r"a'^{\langle t \rangle}")])
def test_a_prime_in_the_text_of_a_cell_is_one_in_print(notation: str, written: str) -> None:
    cell = Cell.parse("h'_t = tanh(U h'_{t-1} + W x_t)")
    assert latex(cell.h_prime[t], notation) == written
