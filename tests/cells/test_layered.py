"""The untied deep network."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.activations import activation
from symrnn.cells import Layered, width
from symrnn.errors import IndexRangeError, ParameterError
from symrnn.symbols import l, n


def test_layers_have_widths_of_their_own() -> None:
    net = Layered()
    assert net.W[l].shape == (width(l), width(l - 1))
    assert net.y[l].shape == net.f[l].shape == (width(l), 1)
    assert net.D(l).shape == (width(l), width(l))


def test_layers_of_one_width() -> None:
    net = Layered(units=n)
    assert net.W[l].shape == (n, n)
    assert Layered(units=3).y[2].shape == (3, 1)
    with pytest.raises(IndexRangeError, match="units"):
        Layered(units=0)


def test_each_layer_has_its_own_activation() -> None:
    net = Layered()
    assert net.body(net.y[3]) == net.a[3](net.f[3])
    assert net.body(net.y[3]) != net.a[2](net.f[3])
    assert isinstance(net.D(l), sp.DiagMatrix)


def test_an_activation_with_parameters() -> None:
    elu = activation("elu", alpha=1)
    net = Layered(elu)
    assert (net.a.name, net.activation("elu")) == ("elu", elu)
    with pytest.raises(ParameterError, match="the activation is of type float"):
        Layered(0.5)  # type: ignore[arg-type]
