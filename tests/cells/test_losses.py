"""Which loss: every one proved for some cells, one for every cell, and what is refused with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from check.tools import check

from symrnn.activations import activation
from symrnn.cells import GRU, IRNN, LSTM, MGU, Cell, Elman, Jordan, Leaky, entrywise, masked, with_loss
from symrnn.cells.losses import LOSSES, StepLoss
from symrnn.derivation import Kind
from symrnn.errors import IndexRangeError, ShapeError, SymbolClashError, UnknownTermError
from symrnn.expr import Elementwise, MatrixSum, Sequence, Softmax, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import T, m, n, q, s, t

PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
CELLS: dict[str, Callable[[], Any]] = {
    "Elman": lambda: Elman("tanh"),
    "IRNN": IRNN,
    "Jordan": Jordan,
    "Leaky": Leaky,
    "GRU": GRU,
    "MGU": MGU,
    "LSTM": LSTM,
}


def proved(net: Recurrence, wrt: Any, form: str = "jacobian") -> bool:
    total = next(iter(net.totals))
    return net.derive(total, wrt=wrt, form=form).verify().kind is PROVED


@pytest.mark.table(quick=4)
@pytest.mark.parametrize("over", ["sum", "mean", "last"])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_of_an_elman_network_is_proved(loss: str, over: str) -> None:
    net = Elman("tanh").with_loss(loss, over=over)
    assert proved(net, net.W_hy)
    assert proved(net, net.h[0])


@pytest.mark.table(quick=3)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_with_a_mask_is_proved(loss: str) -> None:
    net = Elman("tanh").with_loss(loss, over="mean", masked=True)
    assert proved(net, net.b_y)
    assert proved(net, net.h[s])
    assert proved(net, net.mu[s])


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("name", CELLS)
def test_a_readout_on_every_cell(name: str) -> None:
    of = "y" if name in ("Elman", "IRNN") else None  # a second one has to be asked for
    net = CELLS[name]().with_loss("softmax cross-entropy", readout=q, over="last", of=of)
    assert proved(net, net.parameters[-2])
    assert proved(net, net.parameters[0])


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("loss", [name for name in LOSSES if name != "generic"])
def test_gradients_and_targets(loss: str) -> None:
    net = Elman("tanh").with_loss(loss)
    assert proved(net, net.b_h, "gradient")
    assert proved(net, net.W_hy, "gradient")
    assert proved(net, net.d[s])
    assert proved(net, net.y[s])
    assert proved(net, net.ell[s])
    last = Elman("tanh").with_loss(loss, over="last")
    assert proved(last, last.W_hy, "gradient")
    assert proved(last, last.d[T])
    earlier = last.derive(last.L, wrt=last.d[s])
    assert earlier.closed_form == sp.ZeroMatrix(1, q)
    assert earlier.verify().kind is PROVED


SLOPES: dict[str, Callable[[Any], sp.MatrixExpr]] = {
    "squared error": lambda net: net.y[t] - net.d[t],
    "binary cross-entropy": lambda net: Elementwise("sigmoid")(net.y[t]) - net.d[t],
    "softmax cross-entropy": lambda net: Softmax(net.y[t]) - net.d[t],
}
SLIPS: dict[str, Callable[[Any], sp.MatrixExpr]] = {
    "sign": lambda net: sp.MatMul(-1, Softmax(net.y[t]) - net.d[t]),
    "missing target": lambda net: Softmax(net.y[t]),
    "sigmoid for softmax": lambda net: Elementwise("sigmoid")(net.y[t]) - net.d[t],
    "logits for softmax": lambda net: net.y[t] - net.d[t],
}


@pytest.mark.parametrize("loss", SLOPES)
def test_the_slopes_are_the_usual_ones(loss: str) -> None:
    net = Elman().with_loss(loss)
    assert check(TotalJacobian(net.ell[t], net.y[t]), sp.Transpose(SLOPES[loss](net)), net, t >= 1).kind is PROVED


@pytest.mark.parametrize("slip", SLIPS)
def test_slips_in_a_slope_are_refuted(slip: str) -> None:
    net = Elman("tanh").with_loss("softmax cross-entropy")
    assert check(TotalJacobian(net.ell[t], net.y[t]), sp.Transpose(SLIPS[slip](net)), net, t >= 1).kind is REFUTED


def test_slips_in_what_a_loss_adds_up_to_are_refuted() -> None:
    mean = Elman("tanh").with_loss("squared error", over="mean")
    error = sp.Transpose(mean.y[t] - mean.d[t])
    summed = MatrixSum(error, (t, 1, T))
    assert check(TotalJacobian(mean.L, mean.b_y), sp.MatMul(1 / T, summed), mean, T >= 1).kind is PROVED
    assert check(TotalJacobian(mean.L, mean.b_y), summed, mean, T >= 1).kind is REFUTED
    last = Elman("tanh").with_loss("squared error", over="last")
    assert check(TotalJacobian(last.L, last.b_y), error.subs(t, T), last, T >= 1).kind is PROVED
    assert check(TotalJacobian(last.L, last.b_y), summed, last, T >= 1).kind is REFUTED
    padded = Elman("tanh").with_loss("squared error", masked=True)
    counted = MatrixSum(sp.MatMul(padded.mu[t][0, 0], error), (t, 1, T))
    assert check(TotalJacobian(padded.L, padded.b_y), counted, padded, T >= 0).kind is PROVED
    assert check(TotalJacobian(padded.L, padded.b_y), summed, padded, T >= 0).kind is REFUTED


# -- masks ---------------------------------------------------------------------------------------------------------


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("make", [GRU, LSTM, Elman])
def test_states_are_carried_through_padding(make: Any) -> None:
    net = masked(make())
    for state in net.states():
        element = state.sequence[t]
        parameter = net.parameters[0]
        assert net.derive(element, wrt=parameter).verify().kind is PROVED
    h = net.h[t]
    assert check(h.subs(t, 1), net.h[0], net).kind is REFUTED
    assert net.body(h).subs(net.mu[t][0, 0], 0).doit() == net.h[t - 1]


def test_a_masked_cell_with_a_loss_has_one_mask() -> None:
    net = masked(GRU()).with_loss("squared error", readout=q, masked=True, over="mean")
    assert [given.name for given in net.inputs] == ["x", "mu", "d"]
    plain = masked(Elman()).with_loss("squared error", masked=True, over="mean")
    assert proved(plain, plain.b_h)


# -- one to many, many to one ----------------------------------------------------------------------------------------


def fed_back() -> Cell:
    """One to many: what was put out is the next input, and h_0 the only thing that enters."""
    h, y = Sequence("h", n), Sequence("y", m)
    U, V, W = sp.MatrixSymbol("U", n, n), sp.MatrixSymbol("V", m, n), sp.MatrixSymbol("W", n, m)
    equations = {h: Elementwise("tanh")(U * h[t - 1] + W * y[t - 1]), y: V * h[t]}
    return Cell("decoder", equations, (y, h), (U, V, W), activations=(activation("tanh"),))


def test_one_to_many() -> None:
    net = fed_back().with_loss("softmax cross-entropy")
    assert net.body(net.ell[3]).atoms(Softmax) == set()
    assert proved(net, net.W)
    assert proved(net, net.h[0])


def attention() -> Cell:
    """A cell that weighs its units by a softmax."""
    h, p = Sequence("h", n), Sequence("p", n, first=1)
    U, W = sp.MatrixSymbol("U", n, n), sp.MatrixSymbol("W", n, n)
    equations = {p: Softmax(W * h[t - 1]), h: Elementwise("tanh")(U * entrywise(p[t], h[t - 1]))}
    return Cell("attention", equations, (h,), (U, W), activations=(activation("tanh"),))


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("parameter", ["U", "W"])
def test_a_softmax_inside_a_cell(parameter: str) -> None:
    net = attention()
    assert net.derive(net.h[t], wrt=getattr(net, parameter)).verify().kind is PROVED
    assert proved(net, getattr(net, parameter))


# -- names, and what is refused --------------------------------------------------------------------------------------


def test_names_give_way() -> None:
    net = Jordan().with_loss("squared error", readout=3)
    assert net.body(net.v[t]) == net.W_yv * net.y[t] + net.b_v
    assert net.v[t].shape == net.d[t].shape == (3, 1)
    other = GRU().with_loss("squared error", of="g", targets="e")
    assert other.e[t].shape == (n, 1)
    twice = net.with_loss("squared error")
    assert [given.name for given in twice.inputs] == ["x", "d"]


def test_a_loss_of_your_own() -> None:
    cubic = StepLoss("cubic", "yᵀ y dᵀ y", lambda y, d: sp.MatMul(y.T, y, d.T, y), "", "")
    net = with_loss(Elman("tanh"), cubic)
    assert proved(net, net.b_y)


REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "an unknown loss": ({"loss": "hinge"}, UnknownTermError, "no loss is called 'hinge'"),
    "an unknown total": ({"over": "max"}, UnknownTermError, "over 'max' is not known"),
    "an unknown column": ({"of": "q"}, UnknownTermError, "q is not a quantity that the GRU computes"),
    "an input": ({"of": "x"}, UnknownTermError, "name one of a_r, r, a_z, z, a_g, g, h"),
    "the last of a padded sequence": ({"over": "last", "masked": True}, UnknownTermError, "masked"),
    "no outputs": ({"readout": 0}, IndexRangeError, "the number of outputs is 0"),
    "a name that is taken": ({"loss": "squared error", "targets": "z"}, SymbolClashError, "z is taken"),
    "an output that is taken": ({"readout": q, "output": "z"}, SymbolClashError, "b_z, z is taken"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_loss_is_refused_with_a_reason(name: str) -> None:
    options, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        GRU().with_loss(**options)


def test_what_is_no_column_is_refused() -> None:
    wide = Sequence("H", n, n)
    U = sp.MatrixSymbol("U", n, n)
    net = Cell("wide", {wide: U * wide[t - 1]}, (wide,), (U,))
    with pytest.raises(ShapeError, match="a loss looks at a column"):
        net.with_loss("squared error")


def test_a_second_readout_has_to_be_asked_for() -> None:
    with pytest.raises(UnknownTermError, match=r"has a readout already, y.*leave the readout out, or say of='y'"):
        Elman().with_loss("squared error", readout=q)
    assert Elman().with_loss("squared error", readout=q, of="y").W_yv.shape == (q, q)
    assert Elman().with_loss("squared error", readout=q, of="h").W_hv.cols == n


def test_a_recurrence_without_a_loss_has_to_say_what_it_looks_at() -> None:
    bare = GRU().replaced(totals={}, definitions=GRU().definitions[:-1])
    with pytest.raises(UnknownTermError, match="does not look at one quantity"):
        bare.with_loss("squared error")
    assert proved(bare.with_loss("squared error", of="h"), GRU().b_z)


def test_an_output_is_asked_for_where_the_loss_looks() -> None:
    net = Elman().with_loss("squared error", over="last")
    with pytest.raises(IndexRangeError, match=r"ask for y\[T\]"):
        net.derive(net.L, wrt=net.y[s])
