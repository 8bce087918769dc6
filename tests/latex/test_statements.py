"""Statements about slopes in LaTeX."""

from __future__ import annotations

import pytest

from symrnn.activations import activation
from symrnn.derivation import Maximum, SlopeBound
from symrnn.latex import statement_latex


@pytest.mark.parametrize(
    ("statement", "latex"),
    [
        (Maximum("sigmoid", 0.25, 0), r"\max_{z} \sigma'(z) = \frac{1}{4} \quad \text{at } z = 0"),
        (SlopeBound("tanh", "<=", 1), r"\tanh'(z) \le 1 \quad \text{for every } z"),
        (SlopeBound("sigmoid", "abs<", 1), r"\left|\sigma'(z)\right| < 1 \quad \text{for every } z"),
        (SlopeBound("sigmoid", ">=", 0), r"\sigma'(z) \ge 0 \quad \text{for every } z"),
    ],
)
def test_statements_about_slopes(statement: Maximum | SlopeBound, latex: str) -> None:
    assert statement_latex(statement) == latex


def test_parameters_are_written_behind() -> None:
    leaky = activation("leaky_relu", negative_slope=0.2)
    assert statement_latex(SlopeBound(leaky, "<=", 1)).endswith(r"\quad (\text{negative\_slope} = \frac{1}{5})")
    assert statement_latex(Maximum(leaky, 1, 1)).endswith(r"\quad (\text{negative\_slope} = \frac{1}{5})")
