"""Every shipped cell with every loss: the gradient by every parameter, from the backward recursion to the closed form.

The first step of a derivation in gradient form says what the backward recursion computes, Σ Aᵀ δ_t Bᵀ with the errors
δ_t; the last one is the closed form. A proof of the whole is a proof that the two are equal, for every T.
"""

from __future__ import annotations

import pytest
from sympy.matrices.expressions import MatrixSymbol

from symrnn.cells.losses import LOSSES
from symrnn.cells.table import CELLS
from symrnn.check.kernel import prove_derivation
from symrnn.expr import Gradient, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import q

pytestmark = pytest.mark.exhaustive

NAMES = [name for name in CELLS if name != "Layered"]  # whose loss is that of its last layer


def with_loss(name: str, loss: str, over: str) -> Recurrence:
    """A shipped cell with a readout and a loss; the Elman networks have their readout already."""
    cell = CELLS[name].make()
    return cell.with_loss(loss, over=over, readout=None if name in ("Elman", "IRNN") else q)


def prove(net: Recurrence, parameter: MatrixSymbol) -> None:
    (total,) = net.totals
    derivation = net.derive(total, wrt=parameter, form="gradient")
    assert derivation.start == Gradient(total, parameter)
    assert not derivation.closed_form.atoms(TotalJacobian)
    theorem = prove_derivation(derivation)
    assert theorem.statement == derivation.equation


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_of_every_cell_with_every_loss(name: str, loss: str) -> None:
    net = with_loss(name, loss, "sum")
    for parameter in net.parameters:
        prove(net, parameter)


@pytest.mark.parametrize("over", ["mean", "last"])
@pytest.mark.parametrize("name", NAMES)
def test_averages_and_the_last_step_alone(name: str, over: str) -> None:
    net = with_loss(name, "softmax cross-entropy", over)
    for parameter in net.parameters[:: len(net.parameters) // 4]:
        prove(net, parameter)
