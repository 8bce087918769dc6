"""A forward pass that JAX differentiates, checked against the proved backward pass."""

from __future__ import annotations

from typing import Any

import pytest
from optional import require_jax

from symrnn.cells import GRU, Elman
from symrnn.errors import SelectionError
from symrnn.testing import check_backward, differentiated

jax = require_jax()


def gru(
    W_r: Any, W_z: Any, W_h: Any, U_r: Any, U_z: Any, U_h: Any, b_r: Any, b_z: Any, b_h: Any, x: Any, h0: Any
) -> Any:
    def step(h: Any, each: Any) -> Any:
        r = jax.nn.sigmoid(each @ W_r.T + h @ U_r.T + b_r)
        z = jax.nn.sigmoid(each @ W_z.T + h @ U_z.T + b_z)
        g = jax.numpy.tanh(each @ W_h.T + (r * h) @ U_h.T + b_h)
        h = (1 - z) * g + z * h
        return h, h

    return jax.lax.scan(step, h0, x)[1]


def test_a_scan_has_the_proved_gradients() -> None:
    report = check_backward(GRU(), differentiated(gru, "jax"))
    assert len(report.checked) == 11


ODD = {
    "the forward pass returns list, and no array; return the sequence at which the loss looks": lambda hs: [*hs],
    "the forward pass returns dict, and no array": lambda hs: {"h": hs},
    r"the forward pass returns \(3, 5\), and the loss looks at \(4, 3, 5\)": lambda hs: hs[-1],
}


@pytest.mark.parametrize("message", ODD)
def test_what_is_no_sequence_is_refused(message: str) -> None:
    def forward(
        W_r: Any, W_z: Any, W_h: Any, U_r: Any, U_z: Any, U_h: Any, b_r: Any, b_z: Any, b_h: Any, x: Any, h0: Any
    ) -> Any:
        return ODD[message](gru(W_r, W_z, W_h, U_r, U_z, U_h, b_r, b_z, b_h, x, h0))

    with pytest.raises(SelectionError, match=message):
        check_backward(GRU(), differentiated(forward, "jax"), layout="TBn")


def test_what_is_returned_beside_the_sequence_does_not_matter() -> None:
    def forward(
        W_r: Any, W_z: Any, W_h: Any, U_r: Any, U_z: Any, U_h: Any, b_r: Any, b_z: Any, b_h: Any, x: Any, h0: Any
    ) -> Any:
        hs = gru(W_r, W_z, W_h, U_r, U_z, U_h, b_r, b_z, b_h, x, h0)
        return hs, hs[-1]

    assert check_backward(GRU(), differentiated(forward, "jax"), layout="TBn")


def test_a_loss_is_one_number() -> None:
    def loss(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, d: Any, h0: Any) -> Any:
        def step(h: Any, each: Any) -> Any:
            h = jax.numpy.tanh(each @ W_xh.T + h @ W_hh.T + b_h)
            return h, h @ W_hy.T + b_y

        return ((jax.lax.scan(step, h0, x)[1] - d) ** 2).sum() / 2

    assert check_backward(Elman("tanh").with_loss("squared error"), differentiated(loss, "jax"), layout="TBn")
