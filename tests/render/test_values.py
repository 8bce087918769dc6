import pickle
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from typesetting.harness import compile_fragments, require_tex

from symrnn.cells import GRU, LSTM, Elman, Layered
from symrnn.derivation import Claim, Counterexample, Equation, Kind
from symrnn.derivation.counterexample import Ball, Named
from symrnn.evaluate.assignment import key_of
from symrnn.expr import Differential, ImmediateJacobian, TotalJacobian
from symrnn.latex import NOTATIONS, latex
from symrnn.latex.shown import is_turned
from symrnn.render.values import latex_given, latex_sides, latex_value, latex_values, single_entries
from symrnn.symbols import T, l, t

rnn = Elman()
SLOPE, MOVED = (key_of(part)[0] for part in (ImmediateJacobian(rnn.L, rnn.y[1]), Differential(rnn.W_hy)))

FOUND = Counterexample(
    given=(
        (Named("t"), 1),
        (Named("n"), 2),
        (Named("phi", argument="z"), sp.Symbol("z") ** 2),
        (Named("h", 0), ((-2,), (Fraction(1, 2),))),
        (Named("W_hh"), ((1, 2), (3, -4))),
        (Named(SLOPE), ((3,),)),
        (Named(MOVED), ((1,),)),
        (Named("d", argument="3"), 2),
        (Named("ell", 1), 1),
        (Named("a layer's width"), 2),
        (Named("x", 1, last=3), 0),
        (Named("sigma"), sp.sqrt(2)),
    ),
    left=((1,), (0,)),
    right="h[-1] is undefined",
    certainty="exact",
    seed=20,
)

VALUES = [
    "t = 1",
    "n = 2",
    r"\phi(z) = z^{2}",
    r"\mathbf{h}_{(0)} = \begin{pmatrix} -2 \\[4pt] \tfrac{1}{2} \end{pmatrix}",
    r"\mathbf{W}_{hh} = \begin{pmatrix} 1 & 2 \\ 3 & -4 \end{pmatrix}",
    r"\frac{\partial \mathcal{L}}{\partial \mathbf{y}_{(1)}} = 3",
    r"d\mathbf{W}_{hy} = 1",
    "d(3) = 2",
    r"\ell_{(1)} = 1",
    r"\text{a layer's width} = 2",
    r"\mathbf{x}_{(1)}, \dots, \mathbf{x}_{(3)} = 0",
    r"\sigma = \sqrt{2}",
]

IN_PRINT = {
    "t": "1",
    "n": "2",
    "phi(z)": "z^2",
    "h_0": "[[-2], [1/2]]",
    "W_hh": "[[1, 2], [3, -4]]",
    "dL/dy_1": "3",
    "dW_hy": "1",
    "d(3)": "2",
    "ell_1": "1",
    "a layer's width": "2",
    "x_1, ..., x_3": "0",
    "sigma": "sqrt(2)",
}


def test_values_in_print():
    assert FOUND.values == IN_PRINT
    assert (FOUND.lhs, FOUND.rhs) == ("[[1], [0]]", "h[-1] is undefined")


def test_counterexamples_cross_processes():
    copy = pickle.loads(pickle.dumps(FOUND))
    assert copy == FOUND
    assert latex_values(copy) == VALUES


def test_values_are_equations():
    assert latex_values(FOUND) == VALUES
    assert latex_values(FOUND, "plain")[3].startswith("h_{0} = ")


def test_a_side_may_be_words():
    left, right = latex_sides(FOUND)
    assert left == r"\begin{pmatrix} 1 \\ 0 \end{pmatrix}"
    assert right == r"\text{h[-1] is undefined}"


@pytest.mark.parametrize(
    ("value", "latex"),
    [
        (Fraction(-3, 2), r"-\tfrac{3}{2}"),
        (sp.Rational(-3, 2), r"-\tfrac{3}{2}"),
        (Ball("0.25"), "0.25"),
        (Ball("0.4199743416140260694", "5.03e-20"), r"0.4199743416140260694 \pm 5.03 \cdot 10^{-20}"),
        (((Ball("1.5", "1e-9"), 2),), r"\begin{pmatrix} 1.5 \pm 1 \cdot 10^{-9} & 2 \end{pmatrix}"),
        (Ball("1.5e+10"), r"1.5 \cdot 10^{10}"),
        (Ball("", "1e-9"), r"0 \pm 1 \cdot 10^{-9}"),
        (sp.oo, r"\infty"),
        ("nan", r"\text{nan}"),
    ],
)
def test_numbers_balls_and_matrices(value, latex):
    assert latex_value(value) == latex


def test_every_value_compiles():
    require_tex()
    assert compile_fragments([*latex_values(FOUND), *latex_sides(FOUND)]) == {}


def test_what_a_counterexample_says_of_a_derivative_follows_the_layout() -> None:
    columns = replace(NOTATIONS["plain"], layout="denominator")
    back = Equation(TotalJacobian(rnn.L, rnn.h[t]), TotalJacobian(rnn.L, rnn.h[t + 1]) * rnn.W_hh, (t >= 1, t <= T - 1))
    found = Counterexample(((Named(SLOPE), ((3, 4),)),), ((1, 2),), ((5, 6),), "exact", 7)
    rows, turned = (rf"\begin{{pmatrix}} 3 {sign} 4 \end{{pmatrix}}" for sign in ("&", r"\\"))
    assert latex_values(found, "plain") == [rf"\frac{{d \mathcal{{L}}}}{{d y_{{1}}}} = {rows}"]
    assert latex_values(found, columns) == [rf"\frac{{d \mathcal{{L}}}}{{d y_{{1}}}} = {turned}"]
    sides = [latex_sides(found, each, turn=is_turned(back, each))[0] for each in ("plain", columns)]
    assert sides == [r"\begin{pmatrix} 1 & 2 \end{pmatrix}", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"]


def step_back(network: Any) -> Claim:
    statement = Equation(TotalJacobian(network.h[t], network.h[t - 1]), sp.ZeroMatrix(*network.W_hh.shape), (t >= 1,))
    return Claim("C", "one step back", statement, Kind.REFUTED, network)


def test_names_are_written_as_in_the_formulas_of_the_claim() -> None:
    """Of one unit they are numbers, and with n = 1 they are still matrices."""
    name = Named("h", 0)
    for network, written in ((rnn, r"\mathbf{h}_{(0)} = 2"), (rnn.scalar(), "h_{(0)} = 2")):
        entries = single_entries(step_back(network))
        assert latex_given(name, 2, entries=entries) == written
        assert written.partition(" ")[0] in latex(network.h[0])


@pytest.mark.parametrize("cell", [GRU(), LSTM()], ids=["GRU", "LSTM"])
def test_every_parameter_of_a_gated_cell_is_written_as_in_its_equations(cell: Any) -> None:
    entries = single_entries(Claim("C", "", Equation(cell.h[t], cell.h[t]), Kind.PROVED, cell))
    for parameter in cell.parameters:
        assert latex_given(Named(parameter.name), 1, entries=entries) == f"{latex(parameter)} = 1"


def test_how_many_layers_there_are_is_no_loss() -> None:
    net = Layered()
    equal = Equation(TotalJacobian(net.loss, net.y[l]), TotalJacobian(net.loss, net.y[l]), (l >= 1,))
    entries = single_entries(Claim("C", "", equal, Kind.PROVED, net))
    assert latex_given(Named("L"), 0, entries=entries) == "L = 0"
