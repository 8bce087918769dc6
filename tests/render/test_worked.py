r"""Worked instances: computed from the claim, exact, refused where there is nothing to be shown, and in every part."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from symrnn import GRU, Claim, Elman, Equation, ImmediateJacobian, Kind, MatrixSum, Norm, TotalJacobian, k, n, t
from symrnn.derivation import BoundedSlope, Inequality, SameDirection
from symrnn.errors import ParameterError
from symrnn.evaluate import Assignment, Evaluator, Rationals
from symrnn.library import check_entries, default_folder, load_library
from symrnn.library.loading import load_file
from symrnn.render.build import build_lecture
from symrnn.render.worked import Worked, worked_out

rnn = Elman()
h, W = rnn.h, rnn.W_hh
NUMBERS = {t: 2, n: 1, "phi": "square", W: 2, h[0]: 1}
WITHOUT = {"L01", "L06", "L10"}
"""Files that name things, or speak of a single number."""


def summed(lower: int, upper: sp.Expr) -> Equation:
    terms = TotalJacobian(h[t], h[t - k]) * ImmediateJacobian(h[t - k], W)
    return Equation(TotalJacobian(h[t], W), MatrixSum(terms, (k, lower, upper)), where=(t >= 1,))


def claim(statement: Any, worked: dict[Any, Any], kind: Kind = Kind.PROVED, recurrence: Any = rnn) -> Claim:
    return Claim("C", "a claim", statement, kind, recurrence, worked=worked)


def shown(of: Claim) -> Worked:
    found = worked_out(of, "plain", letters=200)
    assert found is not None
    return found


def test_both_sides_have_the_numbers_in_them() -> None:
    found = shown(claim(summed(0, t - 1), NUMBERS))
    left, right = found.displays[0].split(r" \\ ")
    assert r"\left(W_{hh}^{6}\right) = 6 W_{hh}^{5} = 192" in left
    assert r"= 32 \cdot 4 + 1 \cdot 64 = 128 + 64 = 192" in right
    assert found.given == ("t = 2", "n = 1", r"\phi(z) = z^{2}", "W_{hh} = 2", "h_{0} = 1")
    assert (found.on_the_way, found.is_rest_zero) == (("a_{1} = 2", "h_{1} = 4", "a_{2} = 8"), True)
    assert found.outcome == "Both sides agree."


@pytest.mark.parametrize(("weight", "start"), [(2, 1), (3, -1), (Fraction(1, 2), 4)])
def test_the_numbers_are_those_of_an_evaluation(weight: Any, start: Any) -> None:
    square = Elman("square").scalar()
    given = {square.W_hh: weight, square.h[0]: start, square.W_xh: 0, square.b_h: 0, square.x[1]: 0, square.x[2]: 0}
    equation = square.derive(square.h[t], wrt=square.W_hh).equation
    value = Evaluator(Rationals(), Assignment(indices={t: 2}, given=given), square).value(equation.lhs)[0, 0]
    text = shown(claim(equation, {t: 2, **given}, recurrence=square)).displays[0]
    assert value.q == 1
    assert text.count(f"= {value}") == 2


def test_what_is_refuted_differs_and_says_so() -> None:
    found = shown(claim(summed(1, t), NUMBERS, Kind.REFUTED))
    assert found.outcome == "The two sides differ."
    assert found.displays[0].count("= 192") == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (claim(summed(1, t), NUMBERS), "the two sides differ"),
        (claim(summed(0, t - 1), NUMBERS, Kind.REFUTED), "the two sides agree"),
        (claim(summed(0, t - 1), {**NUMBERS, t: 0}), "does not hold"),
        (claim(summed(0, t - 1), {**NUMBERS, "phi": "tanh"}), "irrational"),
        (claim(summed(0, t - 1), {"psi": "square", t: 1}), "psi is not a generic function"),
        (claim(summed(0, t - 1), {n: 1, "phi": "square"}), "the index t has no value"),
        (claim(Inequality(1, Norm(sp.MatrixSymbol("A", n, n))), {n: 1}, recurrence=None), "the two sides differ"),
    ],
)
def test_numbers_that_show_nothing_are_refused(wrong: Claim, why: str) -> None:
    with pytest.raises(ParameterError, match=why):
        worked_out(wrong, letters=75)


def test_gates_are_evaluated_where_they_are_rational() -> None:
    gru = GRU()
    equation = gru.derive(gru.h[t], wrt=gru.h[t - 1]).equation
    found = shown(claim(equation, {t: 1, n: 1, gru.h[0]: 2}, recurrence=gru))
    assert r"z_{1} = \tfrac{1}{2}" in found.on_the_way
    assert found.displays[0].endswith(r"= \tfrac{1}{2} \end{aligned}")


def test_an_identity_that_is_added_is_not_left_out() -> None:
    A, c = sp.MatrixSymbol("A", n, n), sp.Symbol("c", real=True)
    equation = Equation(c * sp.Identity(n) + A, A + c * sp.Identity(n))
    found = shown(claim(equation, {n: 2, c: 3, A: [[0, 1], [0, 0]]}, recurrence=None))
    assert r"3 \cdot \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}" in found.displays[0]
    assert r"= \begin{pmatrix} 3 & 1 \\ 0 & 3 \end{pmatrix}" in found.displays[0]


def test_hypotheses_give_symbols_their_numbers() -> None:
    gamma = sp.Symbol("gamma", nonnegative=True)
    bound = Inequality(Norm(TotalJacobian(h[t], h[t - 1])), gamma * Norm(W), (t >= 1,), (BoundedSlope("phi", gamma),))
    found = shown(claim(bound, {t: 1, n: 2, "phi": "identity", W: [[3, 0], [4, 0]]}))
    assert r"\gamma = 1" in found.given
    assert r"= 1 \cdot 5 = 5" in found.displays[0]


def test_directions_are_compared() -> None:
    g = sp.MatrixSymbol("g", n, 1)
    along = SameDirection(2 * g, g)
    assert shown(claim(along, {n: 2, g: [1, 2]}, recurrence=None)).outcome == "They point in one direction."
    with pytest.raises(ParameterError, match="differ"):
        worked_out(claim(SameDirection(-g, g), {n: 2, g: [1, 2]}, recurrence=None), letters=75)


def test_without_numbers_there_is_none() -> None:
    assert worked_out(replace(claim(summed(0, t - 1), NUMBERS), worked={}), letters=75) is None


def test_a_sum_that_fits_on_a_row_is_not_torn() -> None:
    found = worked_out(claim(summed(0, t - 1), NUMBERS), "plain", letters=52)
    assert found is not None
    rows = found.displays[0].split(r" \\ ")
    assert r"&\quad = 32 \cdot 4 + 1 \cdot 64 = 128 + 64 = 192 \end{aligned}" in rows


def test_numbers_stand_in_the_order_of_the_sum() -> None:
    jordan = next(
        each for each in load_file(default_folder() / "L18b_jordan_blocks.py").claims if each.id == "L18-jordan"
    )
    written = shown(jordan).displays[0].partition(r"= \lambda^{2}")[2]
    assert written.index("= 3^{2}") < written.index(r"2 \cdot 3")


FILES = sorted(default_folder().glob("L*.py"))


@pytest.mark.table(quick=("L02_backward_step", "L15_hidden_weight_jacobian", "L20_clipping"))
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_each_part_of_the_lecture_has_one(path: Path) -> None:
    found = [worked_out(each, letters=75) for each in load_file(path).claims if each.worked]
    assert bool(found) is (path.stem[:3] not in WITHOUT)
    assert all(each is not None and each.displays for each in found)


def test_numbers_that_cannot_be_worked_out_leave_the_rest_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "irrational.py"
    file.write_text(IRRATIONAL, encoding="utf-8")
    library = load_library([file])
    written = build_lecture(library, check_entries(library.entries), tmp_path / "out", formats=("md",))
    (line,) = (line for line in written.summary() if "numbers" in line)
    assert line.strip().startswith("left out, numbers: there is nothing to be worked out at the numbers chosen")
    assert "(at J)" in line
    assert "### J" in (tmp_path / "out" / "lecture.md").read_text(encoding="utf-8")


IRRATIONAL = '''"""One unit"""
from symrnn import *
rnn = Elman("tanh").scalar()
step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
J = Claim("J", "one step", step, Kind.PROVED, rnn, worked={t: 1, rnn.W_hh: 1, rnn.h[0]: 1})
'''
