"""Entries of terms: each proved, and a wrong rule never believed."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.equality import entries as module
from symrnn.equality.entries import entries
from symrnn.expr import Elementwise, MatrixSum, OrderedProduct, Sequence, UnitVector
from symrnn.symbols import m, n, t, u

i, j, p = (sp.Symbol(name, integer=True, positive=True) for name in "ijp")
A, B, C = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, m), sp.MatrixSymbol("C", n, n)
h, x = Sequence("h", n), Sequence("x", m)
e_i, e_j, e_p = (UnitVector(n, each) for each in (i, j, p))
last = UnitVector(m, j)
slope = Elementwise("phi")(h[t], order=1)

ENTRIES = {
    A * B: MatrixSum(e_i.T * A * e_p * e_p.T * B * last, (p, 1, n)),
    A.T * h[t]: MatrixSum(e_p.T * A * e_i * e_p.T * h[t], (p, 1, n)),
    sp.DiagMatrix(slope) * A: e_i.T * slope * e_i.T * A * e_j,
    h[t] * x[t].T: e_i.T * h[t] * last.T * x[t],
    2 * A - C: 2 * e_i.T * A * e_j - e_i.T * C * e_j,
    MatrixSum(A**u * h[u], (u, 1, t)): MatrixSum(MatrixSum(e_i.T * A**u * e_p * e_p.T * h[u], (p, 1, n)), (u, 1, t)),
}


@pytest.mark.parametrize(("term", "expected"), ENTRIES.items(), ids=map(str, ENTRIES))
def test_entries_are_sums_over_the_inner_index(term, expected):
    (found,) = entries((term,))
    assert found.shape == (1, 1)
    assert module.equal(found, expected, (i <= n, j <= n))


def test_terms_of_one_display_have_the_same_row_and_column_and_letters_that_mean_nothing_else():
    gate = Sequence("i", n)
    left, right = entries((gate[t], A * gate[t - 1]))
    assert {symbol.name for symbol in left.free_symbols if symbol.is_positive} == {"j", "n"}
    assert right.atoms(MatrixSum)
    assert {term.variable.name for term in right.atoms(MatrixSum)} == {"q"}


@pytest.mark.parametrize("term", [A * B, OrderedProduct(A, (u, 1, t), "ascending") * B], ids=str)
def test_a_wrong_rule_is_not_believed(term, monkeypatch):
    assert entries.__wrapped__((term,)) is not None
    right = module._of_product

    def swapped(factors, row, column, letters, units):
        entry, wide = right(factors, row, column, letters, units)
        return entry.xreplace({A: A.T}), wide

    monkeypatch.setattr(module, "_of_product", swapped)
    assert entries.__wrapped__((term,)) is None


@pytest.mark.parametrize("change", ["from 2 on", "one too few"])
def test_a_sum_over_too_few_is_not_believed(change, monkeypatch):
    low, high = (2, n) if change == "from 2 on" else (1, n - 1)
    monkeypatch.setattr(module, "_unity", lambda e: MatrixSum(e * e.T, (e.position, low, high)))
    assert entries.__wrapped__((A * B,)) is None


def test_what_has_too_many_parts_stays_as_it_is():
    rnn = Elman()
    long = sp.MatAdd(*(rnn.W_hh * rnn.h[t - k] for k in range(200)))
    assert entries((long,)) is None
