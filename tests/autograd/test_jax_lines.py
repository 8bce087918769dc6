"""Lines of backward passes in JAX, as long as nothing compiles them."""

from __future__ import annotations

from typing import Any

import pytest
from optional import require_jax

from symrnn.cells import Elman
from symrnn.testing import checking, compare_backward

jax = require_jax()
jnp = jax.numpy


@pytest.fixture(autouse=True)
def unexplained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "explanations", lambda *_: ())  # they have tests of their own


def elman(slip: str) -> Any:
    def backward(W_hh: Any, W_xh: Any, W_hy: Any, x: Any, h0: Any, h: Any, dy: Any) -> Any:
        dW, back, dx = jnp.zeros_like(W_hh), jnp.zeros_like(h0), jnp.zeros_like(x)
        for t in range(len(h) - 1, -1, -1):
            before = h[t - 1] if t else h0
            da = (1 - (before if slip == "slope" else h[t]) ** 2) * (W_hy.T @ dy[t] + back)
            dW = dW.at[:].add(jnp.outer(da, h[t] if slip == "state" else before))
            dx = dx.at[t].set(W_xh.T @ da)
            back = (W_hh if slip == "turned" else W_hh.T) @ da
        return {"W_hh": dW, "h0": back, "x": dx}

    return backward


@pytest.mark.parametrize("slip", ["", "slope", "state", "turned"])
def test_the_line_with_the_slip_is_named(slip: str) -> None:
    report = compare_backward(Elman("tanh"), elman(slip), layout="Tn", convert=jnp.asarray)
    assert bool(report) == (not slip)
    if slip:
        assert report.first_wrong is not None
        assert f'"{slip}"' in report.first_wrong.text, str(report)
    else:
        assert [each.kind for each in report.lines] == ["right"] * 5


def test_what_is_compiled_has_no_lines() -> None:
    compiled = jax.jit(elman("state"))

    def backward(W_hh: Any, W_xh: Any, W_hy: Any, x: Any, h0: Any, h: Any, dy: Any) -> Any:
        return compiled(W_hh, W_xh, W_hy, x, h0, h, dy)

    report = compare_backward(Elman("tanh"), backward, layout="Tn", convert=jnp.asarray)
    assert not report
    assert report.lines == ()
