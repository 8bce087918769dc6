"""NumPy functions as typeset algorithms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symrnn.errors import NotationError
from symrnn.latex import typeset_function
from symrnn.oracles.numpy_bptt import hidden_weight_gradient

# These functions are read, not run.
# ruff: noqa: F821, B007, F841, RET504
# mypy: ignore-errors


def step(x, h_prev, W_xh, W_hh, b_h, dh_next, rate: float):
    """A docstring_with_underscores, a $ and a %."""
    h = np.tanh(W_xh @ x + W_hh @ h_prev + b_h)
    da = (1 - h * h) * dh_next
    dW_hh = np.outer(da, h_prev)
    dh_prev = W_hh.T @ da
    W_hh -= rate * dW_hh
    return dh_prev, W_hh


def precedence(A, B, c: float):
    x = (A * B) @ A
    x = A @ (A * B)
    x = (A @ B) * A
    x = (A @ B).T @ A
    x = c * A @ B
    x = A - -B
    x = (A + B) @ A
    x = A**2 + c**2
    x = 2 * 3 * A
    return x


def loops(T: int, h, g):
    total: float = np.zeros(3)
    for t in range(T):
        h[t, 0] = g[t][1]
    for t in range(1, T + 1):
        h[t] = np.linalg.inv(g) @ np.linalg.matrix_power(g, T)
    for t in reversed(range(T - 1)):
        if t > 0:
            h[t] = np.dot(g, h) + g.dot(h)
        else:
            h[t] = np.multiply(g, softplus(h)) / len(h)
    for row in rows:
        h = row
    for t in range(0, T, 2):
        h = np.exp(-h)
    return h


def body(function: Callable[..., Any], **options: Any) -> list[str]:
    text = typeset_function(function, notation="plain", **options)
    assert text.startswith(r"\begin{array}{l} ")
    assert text.endswith(r" \end{array}")
    return [line.split("em} ")[-1] for line in text.split(r" \\[2pt] ")][1:-1]


def test_backpropagation_through_time() -> None:
    assert typeset_function(hidden_weight_gradient).split(r" \\[2pt] ") == [
        r"\begin{array}{l} \mathbf{function} \ \mathtt{hidden\_weight\_gradient}"
        r"(T, \mathbf{W}_{hh}, \mathbf{W}_{hy}, \mathbf{h}, \mathbf{slope}, \mathbf{g}, \boldsymbol{\delta}, "
        r"\mathbf{gradient})",
        r"\hspace{1em} \mathbf{for} \ t \in (T, T - 1, \dots, 1) \ \mathbf{do}",
        r"\hspace{2em} \boldsymbol{\delta}_{(t)} \gets \operatorname{diag}(\mathbf{slope}_{(t)}) "
        r"(\mathbf{W}_{hy}^{\top} \mathbf{g}_{(t)} + \mathbf{W}_{hh}^{\top} \boldsymbol{\delta}_{(t+1)})",
        r"\hspace{2em} \mathbf{gradient} \gets "
        r"\mathbf{gradient} + \boldsymbol{\delta}_{(t)} \mathbf{h}_{(t-1)}^{\top}",
        r"\hspace{1em} \mathbf{end \ for}",
        r"\hspace{1em} \mathbf{return} \ \mathbf{gradient}",
        r"\mathbf{end \ function} \end{array}",
    ]


def test_a_backward_step() -> None:
    assert body(step) == [
        r"h \gets \tanh(W_{xh} x + W_{hh} h_{\mathrm{prev}} + b_{h})",
        r"da \gets (1 - h \odot h) \odot dh_{\mathrm{next}}",
        r"dW_{hh} \gets da \, h_{\mathrm{prev}}^{\top}",
        r"dh_{\mathrm{prev}} \gets W_{hh}^{\top} da",
        r"W_{hh} \gets W_{hh} - \mathit{rate} \, dW_{hh}",
        r"\mathbf{return} \ (dh_{\mathrm{prev}}, W_{hh})",
    ]


def test_precedence() -> None:
    assert [line.removeprefix(r"x \gets ") for line in body(precedence)[:-1]] == [
        r"(A \odot B) A",
        r"A (A \odot B)",
        r"A B \odot A",
        r"(A B)^{\top} A",
        r"c A B",
        r"A - (-B)",
        r"(A + B) A",
        r"A^{\odot 2} + c^{2}",
        r"2 \cdot 3 A",
    ]


def test_loops_and_branches() -> None:
    assert body(loops) == [
        r"\mathit{total} \gets \mathbf{0}",
        r"\mathbf{for} \ t \in (0, 1, \dots, T - 1) \ \mathbf{do}",
        r"h_{t,0} \gets g_{t,1}",
        r"\mathbf{end \ for}",
        r"\mathbf{for} \ t \in (1, 2, \dots, T) \ \mathbf{do}",
        r"h_{t} \gets g^{-1} g^{T}",
        r"\mathbf{end \ for}",
        r"\mathbf{for} \ t \in (T - 2, T - 3, \dots, 0) \ \mathbf{do}",
        r"\mathbf{if} \ t > 0",
        r"h_{t} \gets g h + g h",
        r"\mathbf{else}",
        r"h_{t} \gets \frac{g \odot \operatorname{softplus}(h)}{\operatorname{len}(h)}",
        r"\mathbf{end \ if}",
        r"\mathbf{end \ for}",
        r"\mathbf{for} \ \mathit{row} \in \mathit{rows} \ \mathbf{do}",
        r"h \gets \mathit{row}",
        r"\mathbf{end \ for}",
        r"\mathbf{for} \ t \in \operatorname{range}(0, T, 2) \ \mathbf{do}",
        r"h \gets \exp(-h)",
        r"\mathbf{end \ for}",
        r"\mathbf{return} \ h",
    ]


def test_further_scalars() -> None:
    def scaled(w, h):
        return w * h

    assert body(scaled) == [r"\mathbf{return} \ w \odot h"]
    assert body(scaled, scalars=["w"]) == [r"\mathbf{return} \ w h"]


def sliced(h):
    return h[1:]


def quoted(h):
    return h + "x"


def attributed(net):
    return net.W


def indexed(h):
    return (h + h)[0]


def keywords(h):
    return np.sum(h, axis=0)


def guarded(h):
    with h:
        return h


def remainder(h):
    return h % 2


@pytest.mark.parametrize(
    "function",
    [sliced, quoted, attributed, indexed, keywords, guarded, remainder, len, eval("lambda: 0")],
    ids=lambda function: function.__name__,
)
def test_what_cannot_be_typeset_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(NotationError):
        typeset_function(function)
