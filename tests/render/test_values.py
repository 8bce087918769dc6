import pytest
from typesetting.harness import compile_fragments, require_tex

from symrnn.derivation import Counterexample
from symrnn.render.values import latex_sides, latex_value, latex_values

FOUND = Counterexample(
    values={
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
    },
    lhs="[[1], [0]]",
    rhs="h[-1] is undefined",
    certainty="exact",
    seed=20,
)

VALUES = [
    "t = 1",
    "n = 2",
    r"\phi(z) = z^{2}",
    r"\mathbf{h}_{(0)} = \begin{pmatrix} -2 \\ \tfrac{1}{2} \end{pmatrix}",
    r"\mathbf{W}_{hh} = \begin{pmatrix} 1 & 2 \\ 3 & -4 \end{pmatrix}",
    r"\frac{\partial \mathcal{L}}{\partial \mathbf{y}_{(1)}} = 3",
    r"d\mathbf{W}_{hy} = 1",
    "d(3) = 2",
    r"\ell_{(1)} = 1",
    r"\text{a layer's width} = 2",
    r"\mathbf{x}_{(1)}, \dots, \mathbf{x}_{(3)} = 0",
]


def test_values_are_equations():
    assert latex_values(FOUND) == VALUES
    assert latex_values(FOUND, "plain")[3].startswith("h_{0} = ")


def test_a_side_may_be_words():
    left, right = latex_sides(FOUND)
    assert left == r"\begin{pmatrix} 1 \\ 0 \end{pmatrix}"
    assert right == r"\text{h[-1] is undefined}"


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("-3/2", r"-\tfrac{3}{2}"),
        ("0.25", "0.25"),
        ("[0.4199743416140260694 +/- 5.03e-20]", r"0.4199743416140260694 \pm 5.03 \cdot 10^{-20}"),
        ("[[[1.5 +/- 1e-9], 2]]", r"\begin{pmatrix} 1.5 \pm 1 \cdot 10^{-9} & 2 \end{pmatrix}"),
        ("[1.5e+10 +/- 0]", r"1.5 \cdot 10^{10}"),
        ("nan", r"\text{nan}"),
        ("[[1, x]]", r"\text{[[1, x]]}"),
    ],
)
def test_numbers_balls_and_matrices(text, latex):
    assert latex_value(text) == latex


def test_every_value_compiles():
    require_tex()
    assert compile_fragments([*latex_values(FOUND), *latex_sides(FOUND)]) == {}
