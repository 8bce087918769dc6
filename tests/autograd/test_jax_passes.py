"""A forward pass that JAX differentiates, checked against the proved backward pass."""

from __future__ import annotations

from typing import Any

from optional import require_jax

from symrnn.cells import GRU
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
