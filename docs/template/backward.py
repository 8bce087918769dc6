"""The forward and backward pass of the cell in ``mine.cell``, written by hand."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def backward(x, h0, W_g, U_g, b_g, W_c, U_c, b_c, dh):
    """The gradients, by name; ``dh`` is the slope of the loss by each state, and x, h and dh are (time, units)."""
    h, gates = [h0], []
    for step in x:
        g, c = sigmoid(W_g @ step + U_g @ h[-1] + b_g), np.tanh(W_c @ step + U_c @ h[-1] + b_c)
        gates.append((g, c))
        h.append(g * h[-1] + (1 - g) * c)

    grads = {name: 0.0 for name in ("W_g", "U_g", "b_g", "W_c", "U_c", "b_c")}
    back = np.zeros_like(h0)
    for t in reversed(range(len(x))):
        g, c = gates[t]
        total = dh[t] + back
        dg = total * (h[t] - c) * g * (1 - g)
        dc = total * (1 - g) * (1 - c**2)
        for name, delta in (("g", dg), ("c", dc)):
            grads[f"W_{name}"] += np.outer(delta, x[t])
            grads[f"U_{name}"] += np.outer(delta, h[t])
            grads[f"b_{name}"] += delta
        back = total * g + U_g.T @ dg + U_c.T @ dc
    return {**grads, "h0": back}
