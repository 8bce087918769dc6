"""Layouts: the same statements in rows and in columns, each turned by a proof or left as it is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import sympy as sp

from symrnn.cells import GRU, LSTM, Elman
from symrnn.check import verify
from symrnn.derivation import AllOf, Claim, Equation, Inequality, Kind
from symrnn.derivation.statement import equations_of
from symrnn.equality import equal
from symrnn.expr import Gradient, ImmediateJacobian, MatrixSum, Norm, Sequence, TotalJacobian
from symrnn.latex import NOTATIONS, claim_latex, derivation_latex, latex, statement_latex
from symrnn.latex.layouts import IN_MATRICES, KEPT, laid_out
from symrnn.latex.shown import in_layout, is_turned
from symrnn.library import load_library
from symrnn.library.places import default_folder
from symrnn.render.fragments import Shape, fragment
from symrnn.symbols import T, n, t

COLUMNS = replace(NOTATIONS["plain"], name="columns", layout="denominator")
GRADIENTS = replace(COLUMNS, name="gradients", layout="gradients")
KEPT_IN_ROWS = ("L28",)
"""What is not proved: the normal form does not know that an expectation may be transposed."""

rnn = Elman()
h, L, W = rnn.h, rnn.L, rnn.W_hh
STEP = Equation(TotalJacobian(h[t], h[t - 1]), rnn.D(t) * W, where=(t >= 1,))
BACK = Equation(
    TotalJacobian(L, h[t]),
    TotalJacobian(L, h[t + 1]) * ImmediateJacobian(h[t + 1], h[t]) + TotalJacobian(rnn.ell[t], h[t]),
    where=(t >= 1, t <= T - 1),
)


@cache
def shipped() -> tuple[Claim, ...]:
    return tuple(entry.claim for entry in load_library([Path(__file__).parents[2] / "derivations"]).entries)


def test_a_step_is_printed_as_its_transpose_and_a_fraction_stands_for_the_transpose():
    assert statement_latex(STEP, COLUMNS) == r"\frac{d h_{t}}{d h_{t-1}} = W_{hh}^{\top} D_{t} \qquad (t \ge 1)"
    assert latex(STEP.lhs, COLUMNS) == r"\left(\frac{d h_{t}}{d h_{t-1}}\right)^{\top}"
    assert latex(STEP.lhs.T, COLUMNS) == r"\frac{d h_{t}}{d h_{t-1}}"
    assert statement_latex(STEP, GRADIENTS) == statement_latex(STEP, "plain")


def test_the_derivative_of_a_loss_is_a_column():
    assert r"\nabla_{h_{t}} \mathcal{L} = " in statement_latex(BACK, GRADIENTS)
    assert r"\left(\frac{\partial^{+} h_{t+1}}{\partial h_{t}}\right)^{\top} \nabla_{h_{t+1}}" in statement_latex(
        BACK, GRADIENTS
    )
    assert latex(TotalJacobian(L, W).T, GRADIENTS) == r"\operatorname{vec}(\nabla_{W_{hh}} \mathcal{L})"
    assert latex(TotalJacobian(L, W), GRADIENTS) == r"\operatorname{vec}(\nabla_{W_{hh}} \mathcal{L})^{\top}"


def test_a_number_is_the_same_in_every_layout():
    one = Elman("identity").scalar()
    step = Equation(TotalJacobian(one.h[t], one.h[t - 1]), one.W_hh, where=(t >= 1,))
    assert len({statement_latex(step, notation) for notation in ("plain", COLUMNS, GRADIENTS)}) == 1


def turned_everywhere() -> list[tuple[Equation, Equation]]:
    """The equations of the library that are printed turned, with what is printed."""
    found = []
    for claim in shipped():
        for each in equations_of(claim.statement):
            shown = in_layout(each, COLUMNS)
            assert (shown.notes == (KEPT,)) is (claim.id in KEPT_IN_ROWS), claim.id
            found += [(each, shown.relation)] if shown.is_turned else []
    return found


@pytest.mark.table(quick=0)
def test_every_equation_of_the_library_is_turned_by_a_proof():
    found = turned_everywhere()
    assert len(found) > 60
    for before, after in found:
        assert equal(after.lhs, before.lhs.T)
        assert equal(after.rhs, before.rhs.T)


def test_no_derivative_of_the_library_is_left_transposed_in_columns():
    for claim in shipped():
        for each in equations_of(claim.statement):
            written = statement_latex(each, COLUMNS)
            assert not any(rf"\left(\frac{{{sign}" in written for sign in ("d ", r"\partial")), claim.id


def test_a_transpose_of_a_product_is_settled_where_that_helps():
    shown = in_layout(rnn.derive(L, wrt=W, form="gradient").equation, COLUMNS)
    assert shown.is_turned is False
    assert r"\sum_{t=s}^{T} \left(\mathop" in statement_latex(shown.relation, COLUMNS)
    assert verify(shown.relation, rnn).kind is Kind.PROVED


@pytest.mark.parametrize("equation", [STEP, rnn.derive(h[t], wrt=W).equation, BACK], ids=["step", "sum", "backward"])
def test_the_same_derivation_in_both_layouts_has_the_same_verdict(equation):
    other = in_layout(equation, COLUMNS).relation
    assert other != equation
    assert verify(equation, rnn).kind is verify(other, rnn).kind is Kind.PROVED


@pytest.mark.parametrize("cell", [LSTM(), GRU()], ids=["LSTM", "GRU"])
def test_a_backward_pass_in_both_layouts_has_the_same_verdict(cell):
    rows = cell.backward().recursion[-1].equation
    columns = in_layout(rows, GRADIENTS).relation
    assert columns != rows
    assert verify(columns, cell).kind is Kind.PROVED


def test_a_slip_stays_one_in_columns():
    slip = replace(STEP, rhs=W * rnn.D(t))
    other = in_layout(slip, COLUMNS).relation
    assert other.rhs == rnn.D(t) * W.T
    assert verify(slip, rnn).kind is verify(other, rnn).kind is Kind.REFUTED


def test_what_is_not_proved_stays_in_numerator_layout_and_says_so(monkeypatch):
    monkeypatch.setattr("symrnn.latex.layouts.turned", lambda term: None)
    written = statement_latex(STEP, COLUMNS)
    assert KEPT in written
    assert written.startswith(r"\frac{d h_{t}}{d h_{t-1}} = D_{t} W_{hh}")
    derived = rnn.derive(h[t], wrt=W)
    assert KEPT in derivation_latex(derived, COLUMNS)
    assert statement_latex(derived.equation, "plain") in statement_latex(
        derived.equation, COLUMNS, letters=500
    ).replace(rf", \quad {KEPT}", "")


def test_all_lines_of_a_derivation_are_turned_or_none():
    derived = rnn.derive(h[t], wrt=W)
    found = laid_out(derived.terms, COLUMNS)
    assert found.is_turned
    assert all(equal(new, old.T) for new, old in zip(found.terms, derived.terms, strict=True))


def test_a_statement_of_several_parts_is_turned_as_a_whole():
    column = Equation(Gradient(L, h[t]), TotalJacobian(L, h[t]).T, where=(t >= 1, t <= T))
    assert is_turned(AllOf((STEP, BACK)), COLUMNS)
    assert not is_turned(AllOf((STEP, column)), COLUMNS)
    assert r"\left(\frac{d h_{t}}{d h_{t-1}}\right)^{\top} &= D_{t} W_{hh}" in statement_latex(
        AllOf((STEP, column)), COLUMNS
    )


@pytest.mark.parametrize(("kind", "expected"), [("2", Kind.PROVED), ("F", Kind.PROVED), ("1", Kind.REFUTED)])
def test_norms_that_a_transpose_may_be_taken_of(kind, expected):
    A = sp.MatrixSymbol("A", n, rnn.m)
    assert verify(Inequality(Norm(A.T, kind), Norm(A, kind))).kind is expected
    written = statement_latex(Inequality(Norm(STEP.lhs, kind), Norm(W, kind), (t >= 1,)), COLUMNS)
    assert (r"^{\top}" in written) is (expected is Kind.REFUTED)


def test_an_error_has_a_letter_while_that_has_one_meaning():
    delta = Equation(Gradient(L, rnn.a[t]), MatrixSum(Gradient(L, rnn.a[t]), (t, 1, 1)), where=(t >= 1, t <= T))
    assert statement_latex(delta, "plain").startswith(r"\delta_{t} = ")
    other = sp.MatrixSymbol("M", 1, 1)
    both = AllOf((delta, Equation(Gradient(other, rnn.a[t]), Gradient(other, rnn.a[t]))))
    assert r"\delta" not in statement_latex(both, "plain")
    assert r"\delta" not in statement_latex(delta, "goodfellow")
    taken = replace(delta, rhs=delta.rhs + sp.MatrixSymbol("delta", n, 1))
    assert r"\nabla" in statement_latex(taken, "plain")


def test_a_number_is_not_bold():
    b, one = sp.MatrixSymbol("b", 1, 1), Elman().scalar()
    assert (latex(b), latex(sp.MatrixSymbol("b", n, 1))) == ("b", r"\mathbf{b}")
    written = statement_latex(one.derive(one.h[t], wrt=one.W_hh).equation, letters=500)
    assert r"\mathbf" not in written.replace(r"\mathbf{1}", "")
    assert latex(one.W_hh, "goodfellow") == "W"


def test_equations_of_entries():
    assert statement_latex(STEP, "components").startswith(
        r"\frac{\partial h_{t,i}}{\partial h_{t-1,j}} = \phi'(a_{t,i}) W_{hh,ij}"
    )
    both = sp.HadamardProduct(Gradient(L, h[t]), sp.OneMatrix(n, 1) - h[t], h[t], h[t])
    squared = Equation(Gradient(L, rnn.a[t]), both)
    assert statement_latex(squared, "components").endswith(
        r"= \frac{\partial \mathcal{L}}{\partial h_{t,i}} (1 - h_{t,i}) h_{t,i}^{2}"
    )


def test_what_has_no_entries_that_are_proved_stays_between_matrices_and_says_so(monkeypatch):
    monkeypatch.setattr("symrnn.latex.layouts.entries", lambda terms: None)
    assert statement_latex(STEP, "components") == (
        r"\frac{\partial h_{t}}{\partial h_{t-1}} = D_{t} W_{hh} "
        rf"\qquad (t \ge 1, \quad {IN_MATRICES})"
    )


@pytest.mark.table(quick=0)
def test_most_of_the_library_is_written_by_its_entries():
    equations = [each for claim in shipped() for each in equations_of(claim.statement) if each.lhs.shape != (1, 1)]
    kept = [each for each in equations if in_layout(each, "components").notes]
    assert len(equations) > 140
    assert len(kept) < 25
    for each in set(equations) - set(kept):
        assert in_layout(each, "components").relation.lhs.shape == (1, 1)


@pytest.mark.parametrize("equation", [STEP, replace(BACK, lhs=BACK.lhs.T, rhs=BACK.rhs.T)], ids=["step", "backward"])
def test_an_equation_of_entries_is_true_if_that_of_matrices_is(equation):
    shown = in_layout(equation, "components").relation
    i, j = sp.symbols("i j", integer=True, positive=True)
    inside = tuple(each <= n for each in (i, j) if each in shown.lhs.free_symbols)
    assert verify(replace(shown, where=(*shown.where, *inside)), rnn).kind in (Kind.PROVED, Kind.IDENTITY)
    slip = replace(shown, rhs=2 * shown.rhs, where=(*shown.where, *inside))
    assert verify(slip, rnn).kind is Kind.REFUTED


def test_a_slip_and_its_correction_are_shown_in_one_form():
    """Of the ascending product over layers of one width the entries are proved, of its correction they are not."""
    entries = {entry.id: entry.claim for entry in load_library([default_folder() / "L08_backward_pass.py"]).entries}
    slip, correction = entries["L08"], entries["L08-corrected"]
    note = r"\text{between matrices}"
    assert note not in claim_latex(slip, "components")
    for claim, other in ((slip, correction), (correction, slip)):
        assert note in claim_latex(claim, "components", beside=[other])
        assert "_{i}" not in claim_latex(claim, "components", beside=[other])
        assert claim_latex(claim, beside=[other]) == claim_latex(claim)
    pasted = fragment(slip, Shape("components"), refuted=True, correction=correction)
    assert pasted.count(note) == 2


def test_an_entry_with_its_time_above_takes_no_second_superscript() -> None:
    z = Sequence("z", n)
    above = replace(NOTATIONS["goodfellow"], layout="components")
    squared = Equation(z[t], sp.HadamardPower(h[t], 2), where=(t >= 1,))
    assert r"(\boldsymbol{h}_{i}^{(t)})^{2}" in statement_latex(squared, above)
